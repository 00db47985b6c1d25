//! `feedmill serve` over real connections: what it answers, to whom, and what it does not let happen.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::{Mill, feedmill};

/// 2024-05-01T00:00:00Z.
const MAY: i64 = 1_714_521_600_000;

/// A server that ends with the test.
pub(super) struct Served {
    /// Where the feeds are, ending in `/`.
    pub(super) address: String,
    child: Child,
}

/// An answer: status, headers by their names in lower case, body.
type Answer = (u16, BTreeMap<String, String>, Vec<u8>);

impl Served {
    /// Serves a mill at the address that its feeds are told to have. The port is free, but for a moment when it is not ours.
    pub(super) fn start(mill: &Mill, args: &[&str]) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("http://127.0.0.1:{port}/");
        let mut command = feedmill();
        command.current_dir(mill.path("")).arg("serve").args(["--listen", &format!("127.0.0.1:{port}")]);
        command.args(["--base-url", &address]).args(args).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        assert_eq!(first, format!("listening on {address}"));
        // Nobody would read what comes, and a full pipe would hold the mill.
        std::thread::spawn(move || lines.for_each(drop));
        let served = Self { address, child };
        served.until("/healthz", |(status, ..)| *status == 200);
        served
    }

    pub(super) fn connect(&self) -> TcpStream {
        let host = self.address.trim_start_matches("http://").trim_end_matches('/');
        let stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    /// What is answered to a request of this line and these headers.
    fn ask(&self, line: &str, headers: &[&str]) -> Answer {
        let mut stream = self.connect();
        let headers = headers.iter().map(|header| format!("{header}\r\n")).collect::<String>();
        write!(stream, "{line} HTTP/1.1\r\nHost: feeds.example\r\nConnection: close\r\n{headers}\r\n")
            .unwrap();
        answer(&mut stream)
    }

    pub(super) fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path}"), &[])
    }

    /// Asks until the answer is as wanted.
    fn until(&self, path: &str, wanted: impl Fn(&Answer) -> bool) -> Answer {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let answer = self.get(path);
            if wanted(&answer) {
                return answer;
            }
            assert!(Instant::now() < end, "{path}: {} {:?}", answer.0, answer.1);
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// A number of `/metrics`.
    pub(super) fn metric(&self, name: &str) -> u64 {
        let page = String::from_utf8(self.get("/metrics").2).unwrap();
        let line = page.lines().find(|line| line.split(' ').next() == Some(name));
        line.unwrap_or_else(|| panic!("no {name} in {page}")).rsplit_once(' ').unwrap().1.parse().unwrap()
    }

    fn signal(&self, name: &str) {
        let status = std::process::Command::new("kill").args([name, &self.child.id().to_string()]).status();
        assert!(status.unwrap().success());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn answer(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap_or_else(|| panic!("no answer: {bytes:?}"));
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers =
        lines.map(|line| line.split_once(": ").unwrap()).map(|(k, v)| (k.to_lowercase(), v.to_owned()));
    (status, headers.collect(), bytes[end + 4..].to_vec())
}

fn mill() -> Mill {
    let mill = Mill::new();
    for n in 0..30 {
        let body = format!("<p>Words of {n}. {}</p>", "Many more of them. ".repeat(20));
        mill.seed(
            &format!("{n}.txt"),
            MAY + n * 3_600_000,
            &format!("No. {n}"),
            &format!("https://e.example/{n}"),
            &body,
        );
    }
    mill
}

fn decoded(coding: &str, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    match coding {
        "gzip" => flate2::read::GzDecoder::new(bytes).read_to_end(&mut out).unwrap(),
        "br" => brotli::Decompressor::new(bytes, 4096).read_to_end(&mut out).unwrap(),
        "zstd" => zstd::stream::read::Decoder::new(bytes).unwrap().read_to_end(&mut out).unwrap(),
        _ => bytes.take(u64::MAX).read_to_end(&mut out).unwrap(),
    };
    out
}

#[test]
fn every_form_has_its_own_tag_and_is_made_once() {
    let mill = mill();
    let served = Served::start(&mill, &["--title", "News"]);
    let (status, headers, plain) = served.get("/rss.xml");
    assert_eq!((status, headers["content-type"].as_str()), (200, "application/rss+xml; charset=utf-8"));
    assert_eq!(plain, std::fs::read(mill.path("feeds/rss.xml")).unwrap());
    assert!(headers["vary"].contains("accept-encoding"));
    // An entry an hour, so a tenth of it.
    assert_eq!(headers["cache-control"], "public, max-age=360");
    let mut tags = vec![headers["etag"].clone()];
    for (accepted, coding) in [
        ("gzip", "gzip"),
        ("gzip, deflate, br", "br"),
        ("gzip;q=0.5, zstd;q=0.9, br;q=0", "zstd"),
        ("identity;q=0.1, gzip", "gzip"),
    ] {
        let (status, headers, body) = served.ask("GET /rss.xml", &[&format!("Accept-Encoding: {accepted}")]);
        assert_eq!((status, headers["content-encoding"].as_str()), (200, coding), "{accepted}");
        assert!(decoded(coding, &body) == plain && body.len() < plain.len() / 2, "{accepted}");
        tags.push(headers["etag"].clone());
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 4, "{tags:?}");
    assert!(tags.iter().all(|tag| tag.starts_with('"')), "they are strong: {tags:?}");
    let made = served.metric("feedmill_compressions_total");
    assert_eq!(made, 3, "one for each coding");
    for _ in 0..5 {
        served.ask("GET /rss.xml", &["Accept-Encoding: br, gzip, zstd"]);
    }
    assert_eq!(served.metric("feedmill_compressions_total"), made);
    let (_, headers, _) = served.ask("GET /rss.xml", &["Accept-Encoding: deflate, *;q=0.1"]);
    assert!(headers["vary"].contains("accept-encoding"));
    let (_, headers, body) = served.ask("GET /town.xml", &["Accept-Encoding: gzip"]);
    assert!(!headers.contains_key("etag") && !body.is_empty(), "what is not there has no tag");
}

#[test]
fn what_a_reader_has_it_is_not_sent_again() {
    let mill = mill();
    let served = Served::start(&mill, &["--title", "News"]);
    // Within the second in which a file was written its date says nothing.
    let (_, headers, plain) =
        served.until("/atom.xml", |(_, headers, _)| headers.contains_key("last-modified"));
    let (tag, date) = (headers["etag"].as_str(), headers["last-modified"].as_str());
    let size = plain.len();
    let (old, end) = ("Sat, 01 Jan 2000 00:00:00 GMT", size - 1);
    let (is, since, part) =
        (format!("If-None-Match: {tag}"), format!("If-Modified-Since: {date}"), "Range: bytes=0-9");
    let weak = format!("If-None-Match: \"x\", W/{tag}");
    let (same, gone) = (format!("If-Range: {tag}"), "If-Range: \"x\"");
    for (headers, status, length) in [
        (vec![is.as_str()], 304, 0),
        (vec![&weak], 304, 0),
        (vec!["If-None-Match: *"], 304, 0),
        (vec!["If-None-Match: \"x\""], 200, size),
        (vec![&since], 304, 0),
        (vec![&format!("If-Modified-Since: {old}")], 200, size),
        (vec!["If-None-Match: \"x\"", &since], 200, size),
        (vec!["If-Modified-Since: yesterday"], 200, size),
        (vec![&format!("If-Match: {tag}")], 200, size),
        (vec!["If-Match: \"x\""], 412, 0),
        (vec![&format!("If-Unmodified-Since: {old}")], 412, 0),
        (vec![part], 206, 10),
        (vec!["Range: bytes=-5"], 206, 5),
        (vec![&format!("Range: bytes={end}-")], 206, 1),
        (vec![&format!("Range: bytes={size}-")], 416, 0),
        (vec!["Range: bytes=0-1,4-5"], 200, size),
        (vec!["Range: lines=1-2"], 200, size),
        (vec![part, &same], 206, 10),
        (vec![part, gone], 200, size),
        (vec![part, &is], 304, 0),
    ] {
        let (got, about, body) = served.ask("GET /atom.xml", &headers);
        assert_eq!(got, status, "{headers:?}");
        if matches!(status, 200 | 206 | 304) {
            assert_eq!(body.len(), length, "{headers:?}");
            assert_eq!(about["etag"], tag, "{headers:?}");
        }
        if status == 206 {
            assert!(plain.windows(length).any(|part| part == body), "{headers:?}");
            assert!(about["content-range"].ends_with(&format!("/{size}")), "{headers:?}");
        }
        let (head, bare, none) = served.ask("HEAD /atom.xml", &headers);
        let expected = match status {
            206 | 416 => 200,
            status => status,
        };
        assert_eq!((head, none.len()), (expected, 0), "HEAD {headers:?}");
        if head == 200 {
            assert_eq!(bare["content-length"], size.to_string(), "HEAD {headers:?}");
        }
    }
    let (status, headers, _) = served.ask("POST /atom.xml", &["Content-Length: 0"]);
    assert_eq!((status, headers["allow"].as_str()), (405, "GET, HEAD"));
    let (_, headers, _) = served.ask("GET /atom.xml", &["Sec-Fetch-Dest: document"]);
    assert_eq!(headers["content-type"], "text/xml; charset=utf-8", "a browser shows it by its style sheet");
}

#[test]
fn nothing_but_the_feeds_is_to_be_had() {
    let mill = mill();
    mill.put("secret.txt", "secret").put("feeds/.hidden", "secret").put("feeds/ok.txt", "fine");
    std::os::unix::fs::symlink(mill.path("secret.txt"), mill.path("feeds/link.txt")).unwrap();
    let served = Served::start(&mill, &["--title", "News"]);
    assert_eq!(served.get("/ok.txt").2, b"fine");
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/%252e%252e/secret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "/..\\secret.txt",
        "//secret.txt",
        "/./../secret.txt",
        "/ok.txt/../../secret.txt",
        "/link.txt",
        "/.hidden",
        "/%2ehidden",
        "/.feedmill/index",
        "/.feedmill/",
        "/ok.txt%00",
        "/%00",
        "/ok.txt/",
        "/none/",
        "/%ff",
        "/con%0d%0aX-A:%20b",
    ] {
        let (status, headers, body) = served.get(path);
        assert!(matches!(status, 400 | 404), "{path}: {status}");
        assert!(!body.windows(6).any(|six| six == b"secret") && !headers.contains_key("x-a"), "{path}");
    }
    let many: Vec<String> = (0..200).map(|n| format!("X-{n}: 1")).collect();
    let huge = format!("X-Huge: {}", "x".repeat(100_000));
    for headers in [many.iter().map(String::as_str).collect(), vec![huge.as_str()]] {
        let mut stream = served.connect();
        let lines = headers.join("\r\n");
        let _ = write!(stream, "GET /rss.xml HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n");
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        assert!(
            bytes.is_empty() || bytes.starts_with(b"HTTP/1.1 431 "),
            "{}",
            String::from_utf8_lossy(&bytes)
        );
    }
    assert_eq!(served.ask("GET /rss.xml", &["Content-Length: 5"]).0, 413);
    assert_eq!(served.get("/").2, std::fs::read(mill.path("feeds/index.html")).unwrap());
}

#[test]
fn slow_and_greedy_clients_are_let_go_and_others_are_served() {
    let mill = mill();
    // Larger than what a socket holds.
    mill.put("feeds/large.bin", vec![b'x'; 64 << 20]);
    let served = Served::start(&mill, &["--title", "News", "--patience", "1", "--connections", "20"]);
    let mut slow: Vec<TcpStream> = (0..10).map(|_| served.connect()).collect();
    for stream in &mut slow {
        stream.write_all(b"GET /rss.xml HTTP/1.1\r\nHost: a\r\nX-Slow: ").unwrap();
    }
    let mut lazy = served.connect();
    lazy.write_all(b"GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    assert_eq!(served.get("/rss.xml").0, 200);
    for stream in &mut slow {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        assert!(!bytes.starts_with(b"HTTP/1.1 200"), "it was given up, not served");
    }
    let end = Instant::now() + Duration::from_secs(30);
    while served.metric("feedmill_connections") > 1 {
        assert!(Instant::now() < end, "one that takes nothing is let go");
        std::thread::sleep(Duration::from_millis(50));
    }
    let held: Vec<TcpStream> = (0..20).map(|_| served.connect()).collect();
    let (status, headers, _) = served.get("/rss.xml");
    assert_eq!((status, headers["retry-after"].as_str()), (503, "5"), "no more than were allowed");
    drop(held);
    served.until("/rss.xml", |(status, ..)| *status == 200);
}

#[test]
fn an_edited_seed_shows_and_nobody_sees_half_a_feed() {
    let mill = mill();
    let served = Served::start(&mill, &["--title", "News"]);
    let first = served.get("/rss.xml").1["etag"].clone();
    let over = std::sync::atomic::AtomicBool::new(false);
    let seen = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let mut seen = BTreeMap::new();
                    while !over.load(std::sync::atomic::Ordering::Relaxed) {
                        let (status, headers, body) = served.ask("GET /rss.xml", &["Accept-Encoding: gzip"]);
                        let body = decoded("gzip", &body);
                        assert!(status == 200 && body.ends_with(b"</rss>\n"), "a whole feed");
                        let old = seen.insert(headers["etag"].clone(), body.clone());
                        assert!(old.is_none_or(|old| old == body), "one tag, one feed");
                    }
                    seen
                })
            })
            .collect();
        for turn in 0..8 {
            let words = format!("Turn {turn} of the mill.");
            mill.seed(
                "7.txt",
                MAY + 7 * 3_600_000,
                "Seven",
                "https://e.example/7",
                &format!("<p>{words}</p>"),
            );
            served.until("/rss.xml", |(_, _, body)| String::from_utf8_lossy(body).contains(&words));
        }
        over.store(true, std::sync::atomic::Ordering::Relaxed);
        readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect::<BTreeMap<_, _>>()
    });
    assert!(seen.len() >= 5, "{} were seen", seen.len());
    assert_ne!(served.get("/rss.xml").1["etag"], first);
    assert!(served.metric("feedmill_mills_total{outcome=\"done\"}") >= 8);
}

#[test]
fn a_mill_that_fails_is_told_and_what_was_there_is_served() {
    let mill = mill();
    mill.put("feedmill.toml", "title = 'News'\n");
    let served = Served::start(&mill, &[]);
    let before = served.get("/rss.xml").2;
    assert_eq!((served.get("/healthz").0, served.get("/healthz").2), (200, b"ok\n".to_vec()));
    mill.put("feedmill.toml", "titel = 'News'\n");
    served.until("/healthz", |(status, ..)| *status == 503);
    assert_eq!(served.get("/rss.xml").2, before);
    mill.put("feedmill.toml", "title = 'Mended'\n");
    served.until("/healthz", |(status, ..)| *status == 200);
    assert!(String::from_utf8_lossy(&served.get("/rss.xml").2).contains("<title>Mended</title>"));
}

#[test]
fn hubs_are_named_and_months_that_are_whole_are_kept_for_long() {
    let mill = Mill::new();
    for day in 0..90 {
        mill.seed(
            &format!("{day}.txt"),
            MAY + day * 86_400_000,
            &format!("Day {day}"),
            &format!("https://e.example/{day}"),
            "<p>x</p>",
        );
    }
    mill.put(
        "feedmill.toml",
        "title = 'News'\narchive = true\nlimit = 10\nhub = 'http://127.0.0.1:9/hub'\npush = false\n",
    );
    let served = Served::start(&mill, &[]);
    let (_, headers, _) = served.get("/rss.xml");
    let expected =
        format!("<http://127.0.0.1:9/hub>; rel=\"hub\", <{}rss.xml>; rel=\"self\"", served.address);
    assert_eq!(
        (headers["link"].as_str(), headers["cache-control"].as_str()),
        (expected.as_str(), "public, max-age=3600")
    );
    let (status, headers, _) = served.get("/archive/2024-05/rss.xml");
    assert_eq!((status, headers["cache-control"].as_str()), (200, "public, max-age=604800, immutable"));
    assert!(!headers.contains_key("link"));
    let (status, headers, _) = served.get("/archive/2024-07-open/rss.xml");
    assert_eq!((status, headers["cache-control"].as_str()), (200, "public, max-age=3600"));
}

#[test]
fn told_to_end_it_lets_a_request_end_that_has_begun() {
    let mill = mill();
    mill.put("feeds/large.bin", vec![b'x'; 32 << 20]);
    let mut served = Served::start(&mill, &["--title", "News"]);
    let mut stream = served.connect();
    stream.write_all(b"GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let mut first = [0; 1000];
    stream.read_exact(&mut first).unwrap();
    served.signal("-TERM");
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    let end = first.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    assert_eq!(first.len() - end + rest.len(), 32 << 20);
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_log_of_requests_is_written_where_it_is_asked_for() {
    let mill = mill();
    for (style, expected) in [("text", "method=GET path=/rss.xml status=200"), ("json", "\"status\":200")] {
        let mut command = feedmill();
        command.current_dir(mill.path("")).args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--access-log",
            style,
            "--title",
            "N",
        ]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = lines.next().unwrap().unwrap().trim_start_matches("listening on ").to_owned();
        std::thread::spawn(move || lines.for_each(drop));
        let mut served = Served { address, child };
        served.until("/rss.xml", |(status, ..)| *status == 200);
        served.ask("GET /rss.xml?a=%1b%5b31m", &["User-Agent: \u{9b}31mred"]);
        served.signal("-INT");
        let mut log = String::new();
        served.child.stdout.take().unwrap().read_to_string(&mut log).unwrap();
        assert!(log.lines().any(|line| line.contains(expected)), "{log}");
        assert!(style == "json" || !log.contains('\u{9b}'), "nothing of a client drives a terminal: {log}");
    }
}
