//! `feedmill check URL` and `check --online`, over real HTTP: what a server sends, and the message if it sends no feed.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use super::{Project, json_messages, string_field};

/// A web server on this machine.
pub(super) struct Site {
    /// Host and port.
    pub(super) host: String,
    state: Arc<Mutex<State>>,
}

/// Maps the method and path of a request, its head, and the host to a response; `None` closes the connection.
type Script = dyn Fn(&str, &str, &str) -> Option<Vec<u8>> + Send + Sync;

#[derive(Default)]
struct State {
    /// Methods and paths of all requests.
    requests: Vec<String>,
    /// Number of requests in progress, and the highest number so far.
    active: usize,
    most_active: usize,
}

/// A feed whose self link is a path of its host.
const FEED: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\">\n<channel>\n\
    <title>T</title>\n<link>https://e.example/</link>\n<description>D</description><language>en</language>\n\
    <atom:link rel=\"self\" href=\"http://HOSTPATH\"/>\n\
    <item><title>I</title><guid>https://e.example/1</guid></item>\n</channel>\n</rss>\n";
const RSS: &str = "Content-Type: application/rss+xml\r\nETag: \"1\"";

/// Returns a response with a body of text.
fn ok(head: &str, body: &str) -> Vec<u8> {
    bytes("200 OK", head, body.as_bytes())
}

fn bytes(status: &str, head: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\n{head}\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.trim_start().replace("\r\n\r\nContent", "\r\nContent").as_bytes(), body].concat()
}

fn redirect(status: &str, to: &str) -> Vec<u8> {
    bytes(status, &format!("Location: {to}"), b"")
}

impl Site {
    /// Starts a server that answers as a [`Script`] does.
    pub(super) fn new(answer: impl Fn(&str, &str, &str) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let state = Arc::new(Mutex::new(State::default()));
        let (shared, own, answer): (_, _, Arc<Script>) = (state.clone(), host.clone(), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, shared, own, answer) =
                    (stream.unwrap(), shared.clone(), own.clone(), answer.clone());
                thread::spawn(move || while Self::answer(&stream, &shared, &own, &*answer) {});
            }
        });
        Self { host, state }
    }

    fn answer(stream: &TcpStream, state: &Mutex<State>, host: &str, answer: &Script) -> bool {
        let mut reader = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return false;
            }
        }
        assert!(head.to_ascii_lowercase().contains("user-agent: feedmill/"), "{head}");
        assert!(!head.to_ascii_lowercase().contains("authorization"), "{head}");
        let what = head.split(" HTTP/").next().unwrap().to_owned();
        {
            let mut state = state.lock().unwrap();
            state.requests.push(what.clone());
            state.active += 1;
            state.most_active = state.most_active.max(state.active);
        }
        let answer = answer(&what, &head, host);
        state.lock().unwrap().active -= 1;
        let mut stream = stream;
        answer.is_some_and(|answer| {
            let closes = String::from_utf8_lossy(&answer).contains("Connection: close");
            stream.write_all(&answer).is_ok() && !closes
        })
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.host)
    }

    fn take_requests(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().requests)
    }
}

/// Answers conditional requests with 304, and others with the response.
fn cached(head: &str, answer: Vec<u8>) -> Vec<u8> {
    if head.to_ascii_lowercase().contains("if-none-match: \"1\"") {
        b"HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n".to_vec()
    } else {
        answer
    }
}

fn feed(host: &str, path: &str) -> String {
    FEED.replace("HOST", host).replace("PATH", path)
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// A site with good and bad responses.
fn site() -> Site {
    Site::new(|what, head, host| {
        let feed = |path: &str| feed(host, path);
        let path = what.trim_start_matches("GET ");
        Some(match path {
            "/rss.xml" => cached(head, ok(RSS, &feed(path))),
            "/packed.xml" => {
                let packed = format!("{RSS}\r\nContent-Encoding: gzip");
                cached(head, bytes("200 OK", &packed, &gzip(&feed(path))))
            }
            "/rss.xml.gz" => cached(head, bytes("200 OK", &format!("{RSS}\r\nX: y"), &gzip(&feed(path)))),
            "/moved" => redirect("301 Moved Permanently", "/rss.xml"),
            "/elsewhere" => redirect("302 Found", &format!("http://{host}/rss.xml")),
            "/text" => cached(head, ok("Content-Type: text/plain\r\nETag: \"1\"", &feed(path))),
            "/untyped" => cached(head, ok("ETag: \"1\"", &feed(path))),
            "/latin" => {
                let head_lines = "Content-Type: application/rss+xml; charset=iso-8859-1\r\nETag: \"1\"";
                cached(head, ok(head_lines, &feed(path)))
            }
            "/uncached" => ok("Content-Type: application/rss+xml", &feed(path)),
            "/forgetful" => ok(RSS, &feed(path)),
            "/other-self" => cached(head, ok(RSS, &feed("/rss.xml"))),
            "/invalid" => cached(head, ok(RSS, &feed(path).replace("<title>T</title>", ""))),
            "/" => ok(
                "Content-Type: text/html",
                "<!doctype html><link rel=alternate type='application/rss+xml' href='rss.xml'>\
                 <link rel=alternate type='application/atom+xml' href='/gone'>",
            ),
            "/bare" => ok("Content-Type: text/html", "<!doctype html><title>T</title>"),
            "/sitemap.xml" => {
                cached(head, ok("Content-Type: text/xml\r\nETag: \"1\"", "<urlset xmlns='x'/>"))
            }
            "/loop" => redirect("307 Temporary Redirect", "/loop"),
            "/file" => redirect("301 Moved Permanently", "file:///etc/passwd"),
            "/nowhere" => bytes("302 Found", "X: y", b""),
            "/damaged" => bytes("200 OK", "Content-Encoding: gzip", b"\x1f\x8bnot gzip"),
            "/unpacked" => ok("Content-Encoding: gzip", "<rss/>"),
            "/brotli" => ok("Content-Encoding: br", "x"),
            "/short" => b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\n<rss>".to_vec(),
            "/huge" => b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n<rss>".to_vec(),
            "/secret" => bytes("401 Unauthorized", "X: y", b""),
            "/forbidden" => bytes("403 Forbidden", "X: y", b""),
            "/removed" => bytes("410 Gone", "X: y", b""),
            "/busy" => bytes("429 Too Many Requests", "X: y", b""),
            "/broken" => bytes("500 Internal Server Error", "X: y", b""),
            "/garbage" => b"SSH-2.0-OpenSSH_9\r\n\r\n".to_vec(),
            "/closed" => return None,
            _ => bytes("404 Not Found", "X: y", b""),
        })
    })
}

#[test]
fn a_feed_is_checked_at_its_url_with_the_response_of_its_server() {
    let (site, project) = (site(), Project::new());
    for (path, code, expected) in [
        ("/rss.xml", 0, &[][..]),
        ("/packed.xml", 0, &[]),
        ("/rss.xml.gz", 0, &[]),
        ("/moved", 0, &["http/permanent-redirect"]),
        ("/elsewhere", 0, &["http/temporary-redirect"]),
        ("/text", 0, &["http/content-type"]),
        ("/untyped", 0, &["http/missing-content-type"]),
        ("/latin", 0, &["http/charset"]),
        ("/uncached", 0, &["http/no-validator"]),
        ("/forgetful", 0, &["http/ignored-condition"]),
        ("/other-self", 0, &["feed/self-location"]),
        ("/invalid", 1, &["rss/missing-title"]),
        ("/bare", 1, &["http/no-feed"]),
        ("/sitemap.xml", 1, &["feed/unknown-root"]),
    ] {
        let url = site.url(path);
        let args = ["check", "--private", "-v", "--message-format", "json", &url];
        let (status, stdout, stderr) = project.feedmill(&args);
        let found = json_messages(&stdout);
        let codes: Vec<_> = found.iter().map(|message| string_field(message, "code")).collect();
        assert_eq!((status, &codes[..]), (code, expected), "{path}: {stdout}{stderr}");
        assert!(found.iter().all(|message| string_field(message, "file") == url), "{stdout}");
        assert!(stderr.starts_with("1 file, "), "{stderr}");
    }
    site.take_requests();
    let credentials = site.url("/rss.xml#top").replace("//", "//ann:key@");
    let (status, stdout, stderr) = project.feedmill(&["check", "--private", &credentials]);
    assert_eq!((status, &*stdout), (0, ""), "{stderr}");
    assert_eq!(site.take_requests(), ["GET /rss.xml"; 2], "the second one is conditional");
    let published = site.url("/other-self");
    let args = ["check", "--private", &published, "--url", &site.url("/rss.xml")];
    assert_eq!(project.feedmill(&args).1, "", "the published URL is that of --url");
    let feed_link = published.replacen("http", "feed:http", 1);
    assert_eq!(project.feedmill(&["check", "--private", "-q", &feed_link]).0, 0);
}

#[test]
fn a_url_that_gives_no_feed_is_an_error_that_names_the_fix() {
    let (site, project) = (site(), Project::new());
    project.write_file("good.xml", feed("e.example", "/rss.xml"));
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (url, message) in [
        (site.url("/gone"), "the server answered with 404 Not Found; correct the URL"),
        (site.url("/removed"), "410 Gone; the feed was removed for good"),
        (site.url("/secret"), "401 Unauthorized; the feed needs a password, which feedmill does not send"),
        (site.url("/forbidden"), "403 Forbidden; the server refuses programs"),
        (site.url("/busy"), "429 Too Many Requests; the server wants fewer requests; try again later"),
        (site.url("/broken"), "500 Internal Server Error; the server failed"),
        (site.url("/loop"), "more than 5 redirects, the last one to `http://"),
        (site.url("/file"), "redirects without the URL of another web server"),
        (site.url("/nowhere"), "redirects without the URL of another web server"),
        (site.url("/damaged"), "the response is damaged: gzip: "),
        (site.url("/unpacked"), "`Content-Encoding` is gzip, but the response is not compressed"),
        (site.url("/brotli"), "the coding `br`, which was not asked for"),
        (site.url("/short"), "the response ended early: "),
        (site.url("/huge"), "the document is larger than 64.0 MiB"),
        (site.url("/garbage"), "is not HTTP"),
        (site.url("/closed"), "closed the connection without a response"),
        (format!("http://{closed}/"), "refused the connection to port "),
        (
            site.url("/rss.xml").replacen("http", "https", 1),
            "without a response; check that it is an https server",
        ),
        (
            "http://no-such-host.invalid/rss.xml".to_owned(),
            "no server is named `no-such-host.invalid`; correct",
        ),
        ("ftp://e.example/rss.xml".to_owned(), "the scheme `ftp`; use http or https"),
        ("s3://bucket/rss.xml".to_owned(), "s3://bucket/rss.xml: `check` does not read object storage; run"),
        ("https://".to_owned(), "invalid URL: empty host; correct it"),
        ("https:/no-such-host.invalid/".to_owned(), "no server is named `no-such-host.invalid`"),
        ("e.example/rss.xml".to_owned(), "no such file; did you mean https://e.example/rss.xml?"),
        ("town.example".to_owned(), "no such file; did you mean https://town.example?"),
        ("town.example:8080/feed".to_owned(), "no such file; did you mean https://town.example:8080/feed?"),
        ("feed.json".to_owned(), "cannot read the feed: No such file"),
        ("../feed.rss".to_owned(), "cannot read the feed: No such file"),
        ("nowhere.xml".to_owned(), "cannot read the feed: No such file"),
    ] {
        let (status, stdout, stderr) = project.feedmill(&["check", "--private", &url]);
        assert_eq!((status, &*stdout), (2, ""), "{url}: {stderr}");
        let line = stderr.lines().find(|line| line.starts_with("feedmill: ")).unwrap_or_default();
        assert!(
            line.contains(message)
                && line.starts_with(&format!("feedmill: {}: ", url.replace(":/no", "://no"))),
            "{url}: {stderr}"
        );
    }
    let mut command = project.command(&["check", "--private", &site.url("/rss.xml")]);
    let (status, _, stderr) = super::output_of(command.env("https_proxy", "u:hunter2@no such"));
    assert!(status == 2 && stderr.starts_with("feedmill: `https_proxy` is not a proxy"), "{stderr}");
    let (status, _, stderr) =
        project.feedmill(&["check", "--private", &site.url("/gone"), "good.xml", &site.url("/rss.xml")]);
    assert_eq!(status, 2);
    assert!(
        stderr.starts_with("2 files, 0 errors, 0 warnings\nfeedmill: http"),
        "the rest is checked: {stderr}"
    );
}

#[test]
fn private_addresses_are_fetched_only_with_permission() {
    let (site, project) = (site(), Project::new());
    let port = site.host.rsplit(':').next().unwrap().to_owned();
    let hosts =
        [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("[::ffff:127.0.0.1]:{port}")];
    for host in hosts.iter().map(String::as_str).chain(["169.254.169.254", "10.0.0.1", "a.example:22"]) {
        let mut command = project.command(&["check", &format!("http://{host}/rss.xml")]);
        // Not through a proxy either.
        let (status, _, stderr) =
            super::output_of(command.env("http_proxy", format!("http://{}", site.host)));
        assert!(
            status == 2 && stderr.contains("; use --private to check feeds in your own network"),
            "{stderr}"
        );
    }
    project.write_file(
        "podcast.xml",
        feed("e.example", "/rss.xml").replace(
            "</item>",
            &format!(
                "<enclosure url=\"http://{}/1.mp3\" length=\"1\" type=\"audio/mpeg\"/></item>",
                site.host
            ),
        ),
    );
    let (status, stdout, _) = project.feedmill(&["check", "--online", "podcast.xml"]);
    assert!(
        status == 0
            && stdout.contains("warning[http/unavailable-file]")
            && stdout.contains("address is private"),
        "{stdout}"
    );
    project.feedmill(&["check", "podcast.xml"]);
    assert_eq!(site.take_requests(), [""; 0]);
}

#[test]
fn the_feeds_of_a_web_page_are_checked() {
    let (site, project) = (site(), Project::new());
    let (status, stdout, stderr) = project.feedmill(&["check", "--private", &site.url("/")]);
    assert_eq!((status, &*stdout), (2, ""));
    let lines = [
        format!("{}: this is a web page; checking its 2 feeds", site.url("/")),
        "1 file, 0 errors, 0 warnings".to_owned(),
        format!("feedmill: {}: the server answered with 404 Not Found; correct the URL", site.url("/gone")),
    ];
    assert_eq!(stderr.lines().collect::<Vec<_>>(), lines);
    assert_eq!(site.take_requests(), ["GET /", "GET /rss.xml", "GET /rss.xml", "GET /gone"]);
    let (status, stdout, _) = project.feedmill(&["check", "--private", &site.url("/bare")]);
    assert!(status == 1 && stdout.contains("error[http/no-feed]: web page that names no feed"), "{stdout}");
    assert!(
        stdout.contains("help: give the URL of the feed, and add a link with rel=\"alternate\""),
        "{stdout}"
    );
}

#[test]
fn every_style_of_messages_has_the_url() {
    let (site, project) = (site(), Project::new());
    let url = site.url("/text");
    let run = |style: &str| project.feedmill(&["check", "--private", &url, "--message-format", style]).1;
    assert!(run("human").starts_with(&format!("{url}: warning[http/content-type]: ")));
    assert!(run("github").starts_with(&format!("::warning file={}", url.replace(':', "%3A"))));
    let junit = run("junit");
    assert!(junit.contains(&format!("<testsuite name=\"{url}\"")), "{junit}");
    let sarif: Value = serde_json::from_str(&run("sarif")).unwrap();
    let results = &sarif["runs"][0]["results"];
    assert_eq!(results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], url);
    assert_eq!(results.as_array().unwrap().len(), 1);
}

#[test]
fn linked_files_are_verified_politely_and_once() {
    let png = |size: u32| {
        let size = size.to_be_bytes();
        [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], &size, &size, &vec![0; 300 << 10]].concat()
    };
    let site = Site::new(move |what, head, _| {
        thread::sleep(Duration::from_millis(20));
        let lower = head.to_ascii_lowercase();
        assert!(lower.contains("accept-encoding: identity\r\n"), "{head}");
        let audio = "Content-Type: audio/mpeg";
        let of = |status: &str, lines: &str| format!("HTTP/1.1 {status}\r\n{lines}\r\n\r\n").into_bytes();
        let good = format!("{audio}\r\nAccept-Ranges: bytes\r\nContent-Length: 1000");
        Some(match what {
            "HEAD /good.mp3" => of("200 OK", &good),
            "HEAD /moved.mp3" => of("302 Found", "Location: good.mp3\r\nContent-Length: 0"),
            "HEAD /longer.mp3" => of("200 OK", &good.replace("1000", "1234")),
            "HEAD /page.mp3" => of("200 OK", &good.replace("audio/mpeg", "text/html")),
            "HEAD /whole.mp3" | "GET /whole.mp3" => {
                of("200 OK", &format!("{audio}\r\nContent-Length: 1000\r\nConnection: close"))
            }
            "GET /nohead.mp3" => {
                let range = format!("{audio}\r\nContent-Range: bytes 0-0/1000\r\nContent-Length: 1");
                [of("206 Partial Content", &range), b"x".to_vec()].concat()
            }
            "HEAD /nohead.mp3" => of("405 Method Not Allowed", "Content-Length: 0"),
            "HEAD /down.mp3" | "GET /down.mp3" => of("503 Service Unavailable", "Content-Length: 0"),
            "GET /cover.png" => bytes("200 OK", "Content-Type: image/png\r\nConnection: close", &png(3000)),
            "GET /small.png" => {
                assert!(lower.contains("range: bytes=0-262143\r\n"), "{head}");
                bytes("206 Partial Content", "Content-Type: image/png", &png(600)[..64])
            }
            _ => of("404 Not Found", "Content-Length: 0"),
        })
    });
    let names = ["good", "moved", "longer", "page", "whole", "nohead", "down", "gone", "good"];
    let items: String = names
        .iter()
        .enumerate()
        .map(|(number, name)| {
            format!(
                "<item><title>I</title><guid isPermaLink=\"false\">{number}</guid>\
                 <enclosure url=\"http://{}/{name}.mp3\" length=\"1000\" type=\"audio/mpeg\"/>\
                 <itunes:image href=\"http://{}/{}.png\"/></item>\n",
                site.host,
                site.host,
                if number == 1 { "small" } else { "cover" }
            )
        })
        .collect();
    let text = feed("e.example", "/rss.xml")
        .replace("xmlns:atom", "xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\" xmlns:atom")
        .replace("</channel>", &format!("{items}</channel>"));
    let project = Project::new();
    project.write_file("podcast.xml", &text).write_file("again/podcast.xml", &text);
    let check = |args: &[&str]| {
        let args = [&["check", "--message-format", "json", "podcast.xml", "again"], args].concat();
        let (status, stdout, stderr) = project.feedmill(&args);
        let found = json_messages(&stdout);
        let online = found.iter().filter(|found| string_field(found, "code").starts_with("http/"));
        let line = |found: &Value| {
            let (code, line) = (string_field(found, "code"), found["line"].as_u64().unwrap() - 8);
            format!("{line} {code} {}", string_field(found, "severity"))
        };
        (status, online.map(line).collect::<Vec<_>>(), stdout, stderr)
    };
    assert_eq!(check(&["--private"]).1, [""; 0]);
    assert_eq!(site.take_requests(), [""; 0], "without --online nothing is fetched");
    let (status, found, stdout, stderr) = check(&["--online", "--private"]);
    let expected = [
        "2 http/cover-size warning",
        "3 http/file-length warning",
        "4 http/file-type warning",
        "5 http/no-byte-ranges warning",
        "7 http/unavailable-file warning",
        "8 http/missing-file error",
    ];
    let twice = [expected, expected].concat();
    assert_eq!(
        (status, found),
        (1, twice.iter().map(|line| (*line).to_owned()).collect()),
        "{stdout}{stderr}"
    );
    assert!(stdout.contains("1000 in the feed, 1234 on the server; write `1234`"), "{stdout}");
    assert!(stdout.contains("/small.png` has 600 × 600 pixels"), "{stdout}");
    let mut requests = site.take_requests();
    requests.sort();
    let expected = [
        "GET /cover.png",
        "GET /down.mp3",
        "GET /gone.mp3",
        "GET /nohead.mp3",
        "GET /small.png",
        "GET /whole.mp3",
        "HEAD /down.mp3",
        "HEAD /gone.mp3",
        "HEAD /good.mp3",
        "HEAD /good.mp3",
        "HEAD /longer.mp3",
        "HEAD /moved.mp3",
        "HEAD /nohead.mp3",
        "HEAD /page.mp3",
        "HEAD /whole.mp3",
    ];
    assert_eq!(requests, expected, "each file once; one more is the target of a redirect");
    assert_eq!(site.state.lock().unwrap().most_active, 1);
}

#[test]
fn no_spelling_of_a_redirect_leads_to_a_private_address() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let project = Project::new();
    for host in ["127.1", "0x7f000001", "2130706433", "localhost.", "a.localhost", "①②⑦.⓪.⓪.①", "[::1]"]
    {
        let (status, _, stderr) = project.feedmill(&["check", "-q", &format!("http://{host}:{port}/")]);
        assert_eq!(status, 2, "{host}: {stderr}");
    }
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}
