//! `--probe`: asks media servers for types and lengths that articles lack, politely. Feeds do not depend on which servers
//! answer today.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::{Project, json_messages, output_of, string_field};

const BASE_TIME: i64 = 1_698_786_902_000;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// A media server over real HTTP that can pretend to be offline.
struct MediaServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    is_down: bool,
    /// Methods and paths of all requests.
    requests: Vec<String>,
    /// Number of requests in progress, and the highest number so far.
    active: usize,
    most_active: usize,
}

impl MediaServer {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, shared) = (stream.unwrap(), shared.clone());
                if !shared.lock().unwrap().is_down {
                    thread::spawn(move || while Self::answer(&stream, &shared) {});
                }
            }
        });
        Self { address, state }
    }

    /// Answers one request. Returns true if the connection may carry another.
    fn answer(stream: &TcpStream, state: &Mutex<State>) -> bool {
        let mut reader = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return false;
            }
        }
        let what = head.split(" HTTP/").next().unwrap().to_owned();
        {
            let mut state = state.lock().unwrap();
            state.requests.push(what.clone());
            state.active += 1;
            state.most_active = state.most_active.max(state.active);
        }
        let lower = head.to_ascii_lowercase();
        assert!(lower.contains("accept-encoding: identity\r\n"), "{head}");
        assert!(lower.contains("user-agent: feedmill/"), "{head}");
        assert!(lower.starts_with("head ") || lower.contains("range: bytes=0-0\r\n"), "{head}");
        // Longer than the pause between two requests, so that a third one would overlap.
        thread::sleep(Duration::from_millis(if what.contains("/many") { 300 } else { 0 }));
        let audio = "Content-Type: audio/mpeg";
        let of = |status: &str, lines: &str| format!("HTTP/1.1 {status}\r\n{lines}\r\n\r\n");
        let answer = match what.as_str() {
            "HEAD /plain.mp3" => of("200 OK", &format!("{audio}\r\nContent-Length: 1234")),
            "HEAD /moved.mp3" => of("302 Found", "Location: plain.mp3?from=moved\r\nContent-Length: 0"),
            "HEAD /plain.mp3?from=moved" => of("200 OK", &format!("{audio}\r\nContent-Length: 1235")),
            "GET /nohead.mp4" => {
                of(
                    "206 Partial Content",
                    "Content-Range: bytes 0-0/5678\r\nContent-Type: video/mp4\r\nContent-Length: 1",
                ) + "x"
            }
            "HEAD /packed.png" => {
                of("200 OK", "Content-Type: image/png\r\nContent-Encoding: gzip\r\nContent-Length: 9")
            }
            // Ignores the range and would send the whole file.
            "GET /packed.png" => of("200 OK", "Content-Type: image/png\r\nContent-Length: 8765432"),
            "HEAD /untyped?id=7" => of("200 OK", "Content-Type: Image/WebP; q=1\r\nContent-Length: 77"),
            "HEAD /sound?id=8" => of("200 OK", "Content-Type: audio/mpeg\r\nContent-Length: 88"),
            "HEAD /page.jpg" => of("200 OK", "Content-Type: text/html\r\nContent-Length: 99"),
            _ if what.starts_with("HEAD /many") => {
                of("200 OK", "Content-Length: 5\r\nContent-Type: image/jpeg")
            }
            "HEAD /nohead.mp4" => of("405 Method Not Allowed", "Content-Length: 0"),
            _ => of("404 Not Found", "Content-Length: 0"),
        };
        state.lock().unwrap().active -= 1;
        let mut stream = stream;
        stream.write_all(answer.as_bytes()).is_ok() && !answer.contains("8765432")
    }

    fn set_down(&self, is_down: bool) {
        self.state.lock().unwrap().is_down = is_down;
    }

    /// Returns the requests since the last call, sorted.
    fn take_requests(&self) -> Vec<String> {
        let mut requests = std::mem::take(&mut self.state.lock().unwrap().requests);
        requests.sort();
        requests
    }
}

const ALL: [&str; 8] = [
    "plain.mp3",
    "moved.mp3",
    "nohead.mp4",
    "packed.png",
    "untyped?id=7",
    "sound?id=8",
    "page.jpg",
    "gone.jpg",
];

/// Creates a project with an entry for each file of a server, in a section and so also in the main feed.
fn project_with_media(host: &str, files: &[&str]) -> Project {
    let project = Project::new();
    for (number, file) in files.iter().enumerate() {
        let tag = match file.rsplit('.').next().unwrap() {
            "mp3" => "audio controls",
            "mp4" => "video controls",
            _ => "img",
        };
        let link = format!("https://e.example/{number}");
        let body = format!("<p>x</p><{tag} src=\"http://{host}/{file}\"></{tag}>");
        project.write_seed(&format!("a/{number}.txt"), BASE_TIME - number as i64, file, &link, &body);
    }
    let config = "base_url = 'https://f.example/'\nprobe_private = true\npicture_enclosures = true\n";
    project.write_file("feedmill.toml", config);
    project
}

/// Builds some seconds after the newest article, and returns the notes.
fn build_at(project: &Project, seconds: i64, args: &[&str]) -> Vec<Value> {
    let args = [&["-v", "--message-format", "json"], args].concat();
    let mut command = project.command(&args);
    let (code, _, stderr) =
        output_of(command.env("SOURCE_DATE_EPOCH", (BASE_TIME / 1000 + seconds).to_string()));
    assert_eq!(code, 0, "{stderr}");
    let notes = json_messages(&stderr);
    assert!(notes.iter().all(|m| string_field(m, "severity") == "note"), "{stderr}");
    notes
}

fn documents(project: &Project) -> BTreeMap<String, Vec<u8>> {
    super::build::feed_files(project).into_iter().map(|(path, (bytes, _))| (path, bytes)).collect()
}

/// Returns title, type and length of each attachment in the JSON feed.
fn media(project: &Project) -> Vec<(String, String, Option<u64>)> {
    let of = |item: &Value| {
        let medium = &item["attachments"][0];
        (
            string_field(item, "title").to_owned(),
            string_field(medium, "mime_type").to_owned(),
            medium["size_in_bytes"].as_u64(),
        )
    };
    project.json_items("feeds/feed.json").iter().map(of).collect()
}

#[test]
fn policy_probe_fills_in_type_and_length_in_every_format() {
    let server = MediaServer::new();
    let project = project_with_media(&server.address.to_string(), &ALL);
    let notes = build_at(&project, 0, &["--probe"]);
    assert_eq!(notes.len(), 1);
    assert_eq!(
        string_field(&notes[0], "message"),
        "type or length of media files unknown: got metadata for 6 of 8 media files"
    );
    let row = |title: &str, media_type: &str, length| (title.to_owned(), media_type.to_owned(), length);
    assert_eq!(
        media(&project),
        [
            row("plain.mp3", "audio/mpeg", Some(1234)),
            row("moved.mp3", "audio/mpeg", Some(1235)),
            row("nohead.mp4", "video/mp4", Some(5678)),
            row("packed.png", "image/png", Some(8_765_432)),
            row("untyped?id=7", "image/webp", Some(77)),
            // An `img` that turns out to be audio gets no type.
            row("sound?id=8", "", None),
            row("page.jpg", "image/jpeg", None),
            row("gone.jpg", "image/jpeg", None),
        ]
    );
    let (rss, atom) = (project.read_file("feeds/rss.xml"), project.read_file("feeds/a/atom.xml"));
    for (file, length, media_type) in
        [("plain.mp3", 1234, "audio/mpeg"), ("untyped?id=7", 77, "image/webp"), ("gone.jpg", 0, "image/jpeg")]
    {
        let enclosure = format!("/{file}\" length=\"{length}\" type=\"{media_type}\"");
        assert!(rss.contains(&enclosure), "{enclosure}: {rss}");
    }
    assert!(!rss.contains("\"88\""), "{rss}");
    assert!(atom.contains("length=\"5678\"") && atom.contains("type=\"image/webp\""), "{atom}");
    assert_eq!(
        server.take_requests(),
        [
            "GET /nohead.mp4",
            "GET /packed.png",
            "HEAD /gone.jpg",
            "HEAD /moved.mp3",
            "HEAD /nohead.mp4",
            "HEAD /packed.png",
            "HEAD /page.jpg",
            "HEAD /plain.mp3",
            "HEAD /plain.mp3?from=moved",
            "HEAD /sound?id=8",
            "HEAD /untyped?id=7",
        ],
        "each file once, although two feeds carry it"
    );
    let (code, stdout, stderr) = project.feedmill(&["check", "feeds"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
}

#[test]
fn policy_probe_without_a_network_the_feeds_stay_as_they_were() {
    let server = MediaServer::new();
    let project = project_with_media(&server.address.to_string(), &ALL);
    let files: Vec<String> = ALL.iter().map(|file| format!("HEAD /{file}")).collect();
    let silent = || assert_eq!(server.take_requests(), [""; 0]);
    thread::sleep(Duration::from_millis(3100));
    build_at(&project, 0, &[]);
    let plain = documents(&project);
    silent();
    server.set_down(true);
    build_at(&project, 0, &["--probe"]);
    assert_eq!(documents(&project), plain, "nothing could be learned");
    server.set_down(false);
    build_at(&project, HOUR - 1, &["--probe"]);
    assert_eq!(documents(&project), plain);
    silent();
    // No seed changed, but the bodies are read again.
    build_at(&project, HOUR, &["--probe"]);
    let probed = documents(&project);
    assert_eq!(media(&project)[0].2, Some(1234));
    let asked = server.take_requests();
    assert!(files.iter().all(|file| asked.contains(file)), "{asked:?}");
    for down in [true, false] {
        server.set_down(down);
        assert_eq!(build_at(&project, HOUR + DAY - 1, &["--probe"]), [Value::Null; 0]);
        assert_eq!(documents(&project), probed);
    }
    silent();
    // Rebuilt from the media cache: with other settings and back, and without the index of the catalog.
    server.set_down(true);
    build_at(&project, HOUR, &[]);
    assert_eq!(documents(&project), plain);
    build_at(&project, HOUR, &["--probe"]);
    assert_eq!(documents(&project), probed);
    std::fs::remove_file(project.path("feeds/.feedmill/index")).unwrap();
    build_at(&project, HOUR, &["--probe"]);
    assert_eq!(documents(&project), probed);
    server.set_down(false);
    silent();
    build_at(&project, HOUR + DAY, &["--probe"]);
    assert_eq!(
        server.take_requests(),
        ["HEAD /gone.jpg", "HEAD /page.jpg"],
        "known answers are not requested again"
    );
    assert_eq!(documents(&project), probed);
}

#[test]
fn policy_probe_a_run_without_open_questions_reads_no_seed() {
    let server = MediaServer::new();
    let project = project_with_media(&server.address.to_string(), &["gone.jpg", "plain.mp3"]);
    thread::sleep(Duration::from_millis(3100));
    let read_at = |seconds: i64| {
        let mut command = project.command(&["-v", "--probe"]);
        let (_, _, reported) =
            output_of(command.env("SOURCE_DATE_EPOCH", (BASE_TIME / 1000 + seconds).to_string()));
        reported.rsplit_once("of heads, ").unwrap().1.trim().to_owned()
    };
    assert_ne!(read_at(0), "0 B of published seeds");
    assert_eq!(read_at(1), "0 B of published seeds");
    assert_ne!(read_at(DAY), "0 B of published seeds");
    assert_eq!(read_at(DAY + 1), "0 B of published seeds");
    assert_eq!(server.take_requests(), ["HEAD /gone.jpg", "HEAD /gone.jpg", "HEAD /plain.mp3"]);
}

#[test]
fn policy_probe_private_addresses_are_asked_only_with_permission_however_they_are_spelled() {
    let server = MediaServer::new();
    let port = server.address.port();
    for host in
        [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("[::ffff:127.0.0.1]:{port}")]
    {
        let project = project_with_media(&host, &["plain.mp3"]);
        project.write_file("feedmill.toml", "base_url = 'https://f.example/'\nprobe = true\n");
        let mut command = project.command(&[]);
        // Not through a proxy either.
        let proxied = command.env("http_proxy", format!("http://{}", server.address));
        assert_eq!(output_of(proxied), (0, String::new(), String::new()));
        assert_eq!(server.take_requests(), [""; 0], "{host}");
        assert_eq!(media(&project)[0].2, None);
    }
    let project = project_with_media(&format!("localhost:{port}"), &["plain.mp3"]);
    build_at(&project, 0, &["--probe"]);
    assert_eq!(server.take_requests(), ["HEAD /plain.mp3"]);
}

#[test]
fn policy_probe_sends_at_most_two_requests_to_a_server_at_a_time() {
    let server = MediaServer::new();
    let files: Vec<String> = (0..10).map(|number| format!("many{number}.jpg")).collect();
    let project = project_with_media(
        &server.address.to_string(),
        &files.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    build_at(&project, 0, &["--probe"]);
    assert!(media(&project).iter().all(|(_, _, length)| *length == Some(5)));
    assert_eq!(server.take_requests().len(), files.len());
    assert!(server.state.lock().unwrap().most_active <= 2);
}
