//! `--probe`: what articles don't tell of their media is asked of servers, politely; and no feed depends on who answers
//! today.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::{Mill, messages, run, text};

const T: i64 = 1_698_786_902_000;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// A media server over real HTTP, whose network can be down.
struct Server {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    is_down: bool,
    /// Methods and paths that were asked for.
    asked: Vec<String>,
    /// How many requests are at work, and how many were at most.
    at_work: usize,
    most: usize,
}

impl Server {
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

    /// Answers one request; tells whether there may be another.
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
            state.asked.push(what.clone());
            state.at_work += 1;
            state.most = state.most.max(state.at_work);
        }
        let lower = head.to_ascii_lowercase();
        assert!(lower.contains("accept-encoding: identity\r\n"), "{head}");
        assert!(lower.contains("user-agent: feedmill/"), "{head}");
        assert!(lower.starts_with("head ") || lower.contains("range: bytes=0-0\r\n"), "{head}");
        // Longer than the pause between two visits, so that more than two would meet here.
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
            // It knows no ranges, and would send all of it.
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
        state.lock().unwrap().at_work -= 1;
        let mut stream = stream;
        stream.write_all(answer.as_bytes()).is_ok() && !answer.contains("8765432")
    }

    fn is_down(&self, is_down: bool) {
        self.state.lock().unwrap().is_down = is_down;
    }

    /// What was asked since it was last asked for.
    fn asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut self.state.lock().unwrap().asked);
        asked.sort();
        asked
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

/// An entry for each file of a server, in a section and in the whole.
fn articles(host: &str, files: &[&str]) -> Mill {
    let mill = Mill::new();
    for (number, file) in files.iter().enumerate() {
        let tag = match file.rsplit('.').next().unwrap() {
            "mp3" => "audio controls",
            "mp4" => "video controls",
            _ => "img",
        };
        let link = format!("https://e.example/{number}");
        let body = format!("<p>x</p><{tag} src=\"http://{host}/{file}\"></{tag}>");
        mill.seed(&format!("a/{number}.txt"), T - number as i64, file, &link, &body);
    }
    mill.put("feedmill.toml", "base_url = 'https://f.example/'\nprobe_private = true\n");
    mill
}

/// Mills at some seconds after the newest article; gives back the notes.
fn mill_at(mill: &Mill, seconds: i64, args: &[&str]) -> Vec<Value> {
    let args = [&["-v", "--message-format", "json"], args].concat();
    let mut command = mill.command(&args);
    let (code, _, stderr) = run(command.env("SOURCE_DATE_EPOCH", (T / 1000 + seconds).to_string()));
    assert_eq!(code, 0, "{stderr}");
    let notes = messages(&stderr);
    assert!(notes.iter().all(|m| text(m, "severity") == "note"), "{stderr}");
    notes
}

fn documents(mill: &Mill) -> BTreeMap<String, Vec<u8>> {
    super::build::feeds(mill).into_iter().map(|(path, (bytes, _))| (path, bytes)).collect()
}

/// Title, type and length of each medium of a JSON feed.
fn media(mill: &Mill) -> Vec<(String, String, Option<u64>)> {
    let of = |item: &Value| {
        let medium = &item["attachments"][0];
        (
            text(item, "title").to_owned(),
            text(medium, "mime_type").to_owned(),
            medium["size_in_bytes"].as_u64(),
        )
    };
    mill.items("feeds/feed.json").iter().map(of).collect()
}

#[test]
fn policy_probe_fills_in_type_and_length_in_every_format() {
    let server = Server::new();
    let mill = articles(&server.address.to_string(), &ALL);
    let notes = mill_at(&mill, 0, &["--probe"]);
    assert_eq!(notes.len(), 1);
    assert_eq!(text(&notes[0], "message"), "media servers told of 6 of the 8 files that were asked of");
    let row = |title: &str, media_type: &str, length| (title.to_owned(), media_type.to_owned(), length);
    assert_eq!(
        media(&mill),
        [
            row("plain.mp3", "audio/mpeg", Some(1234)),
            row("moved.mp3", "audio/mpeg", Some(1235)),
            row("nohead.mp4", "video/mp4", Some(5678)),
            row("packed.png", "image/png", Some(8_765_432)),
            row("untyped?id=7", "image/webp", Some(77)),
            // What is shown as a picture is no sound.
            row("sound?id=8", "", None),
            row("page.jpg", "image/jpeg", None),
            row("gone.jpg", "image/jpeg", None),
        ]
    );
    let (rss, atom) = (mill.read("feeds/rss.xml"), mill.read("feeds/a/atom.xml"));
    for (file, length, media_type) in
        [("plain.mp3", 1234, "audio/mpeg"), ("untyped?id=7", 77, "image/webp"), ("gone.jpg", 0, "image/jpeg")]
    {
        let enclosure = format!("/{file}\" length=\"{length}\" type=\"{media_type}\"");
        assert!(rss.contains(&enclosure), "{enclosure}: {rss}");
    }
    assert!(!rss.contains("\"88\""), "{rss}");
    assert!(atom.contains("length=\"5678\"") && atom.contains("type=\"image/webp\""), "{atom}");
    assert_eq!(
        server.asked(),
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
        "each file once, though two feeds carry it"
    );
    let (code, stdout, stderr) = mill.run(&["check", "feeds"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
}

#[test]
fn policy_probe_without_a_network_feeds_come_out_as_before() {
    let server = Server::new();
    let mill = articles(&server.address.to_string(), &ALL);
    let files: Vec<String> = ALL.iter().map(|file| format!("HEAD /{file}")).collect();
    let silent = || assert_eq!(server.asked(), [""; 0]);
    thread::sleep(Duration::from_millis(3100));
    mill_at(&mill, 0, &[]);
    let plain = documents(&mill);
    silent();
    server.is_down(true);
    mill_at(&mill, 0, &["--probe"]);
    assert_eq!(documents(&mill), plain, "nothing is known");
    server.is_down(false);
    mill_at(&mill, HOUR - 1, &["--probe"]);
    assert_eq!(documents(&mill), plain);
    silent();
    // No seed changed, and yet it is looked at again.
    mill_at(&mill, HOUR, &["--probe"]);
    let probed = documents(&mill);
    assert_eq!(media(&mill)[0].2, Some(1234));
    let asked = server.asked();
    assert!(files.iter().all(|file| asked.contains(file)), "{asked:?}");
    for down in [true, false] {
        server.is_down(down);
        assert_eq!(mill_at(&mill, HOUR + DAY - 1, &["--probe"]), [Value::Null; 0]);
        assert_eq!(documents(&mill), probed);
    }
    silent();
    // Made anew of what is remembered: another plan and back, and without the index of the catalog.
    server.is_down(true);
    mill_at(&mill, HOUR, &[]);
    assert_eq!(documents(&mill), plain);
    mill_at(&mill, HOUR, &["--probe"]);
    assert_eq!(documents(&mill), probed);
    std::fs::remove_file(mill.path("feeds/.feedmill/index")).unwrap();
    mill_at(&mill, HOUR, &["--probe"]);
    assert_eq!(documents(&mill), probed);
    server.is_down(false);
    silent();
    mill_at(&mill, HOUR + DAY, &["--probe"]);
    assert_eq!(server.asked(), ["HEAD /gone.jpg", "HEAD /page.jpg"], "what was told is not asked again");
    assert_eq!(documents(&mill), probed);
}

#[test]
fn policy_probe_a_run_that_has_nothing_to_ask_reads_no_seed() {
    let server = Server::new();
    let mill = articles(&server.address.to_string(), &["gone.jpg", "plain.mp3"]);
    thread::sleep(Duration::from_millis(3100));
    let read_at = |seconds: i64| {
        let mut command = mill.command(&["-v", "--probe"]);
        let (_, _, said) = run(command.env("SOURCE_DATE_EPOCH", (T / 1000 + seconds).to_string()));
        said.rsplit_once("of heads, ").unwrap().1.trim().to_owned()
    };
    assert_ne!(read_at(0), "0 B of published seeds");
    assert_eq!(read_at(1), "0 B of published seeds");
    assert_ne!(read_at(DAY), "0 B of published seeds");
    assert_eq!(read_at(DAY + 1), "0 B of published seeds");
    assert_eq!(server.asked(), ["HEAD /gone.jpg", "HEAD /gone.jpg", "HEAD /plain.mp3"]);
}

#[test]
fn policy_probe_private_addresses_are_asked_by_leave_only_whatever_they_are_called() {
    let server = Server::new();
    let port = server.address.port();
    for host in
        [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("[::ffff:127.0.0.1]:{port}")]
    {
        let mill = articles(&host, &["plain.mp3"]);
        mill.put("feedmill.toml", "base_url = 'https://f.example/'\nprobe = true\n");
        let mut command = mill.command(&[]);
        // Nor by way of a proxy.
        let proxied = command.env("http_proxy", format!("http://{}", server.address));
        assert_eq!(run(proxied), (0, String::new(), String::new()));
        assert_eq!(server.asked(), [""; 0], "{host}");
        assert_eq!(media(&mill)[0].2, None);
    }
    let mill = articles(&format!("localhost:{port}"), &["plain.mp3"]);
    mill_at(&mill, 0, &["--probe"]);
    assert_eq!(server.asked(), ["HEAD /plain.mp3"]);
}

#[test]
fn policy_probe_no_server_is_visited_by_more_than_two_at_a_time() {
    let server = Server::new();
    let files: Vec<String> = (0..10).map(|number| format!("many{number}.jpg")).collect();
    let mill = articles(&server.address.to_string(), &files.iter().map(String::as_str).collect::<Vec<_>>());
    mill_at(&mill, 0, &["--probe"]);
    assert!(media(&mill).iter().all(|(_, _, length)| *length == Some(5)));
    assert_eq!(server.asked().len(), files.len());
    assert!(server.state.lock().unwrap().most <= 2);
}
