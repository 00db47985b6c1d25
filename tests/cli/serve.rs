//! `feedmill serve` over real connections: what is sent, to whom, and how it bears those who mean no good.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use xxhash_rust::xxh3::xxh3_128;

use super::{Mill, text};

/// 2024-05-01T00:00:00Z.
const MAY: i64 = 1_714_521_600_000;
const DAY: i64 = 86_400_000;
/// Nothing here takes as long as this, unless it never ends.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server on the feeds of a mill, for as long as it lives.
pub(super) struct Served {
    /// Where the feeds are, with a slash at the end; it is their `base_url`.
    pub(super) address: String,
    place: String,
    child: Child,
}

/// A status, headers by their names in lower case, and a body.
pub(super) type Answer = (u16, BTreeMap<String, String>, Vec<u8>);

impl Served {
    /// Starts it and waits until the mill has run. What it says on stderr is in the file `stderr` of the mill, what it says
    /// on stdout after its address in `stdout`.
    pub(super) fn start(mill: &Mill, args: &[&str]) -> Self {
        // The address has to be known before the server starts, for the feeds name it.
        let place = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let address = format!("http://{place}/");
        let mut command = mill.command(&["serve", "--listen", &place]);
        if !args.contains(&"--base-url") {
            command.args(["--base-url", &address]);
        }
        let file = |name| File::create(mill.path(name)).unwrap();
        let child = command.args(args).stdout(file("stdout")).stderr(file("stderr")).spawn().unwrap();
        let served = Self { address, place, child };
        until(|| {
            TcpStream::connect(&served.place).ok()?;
            served
                .get("/metrics")
                .2
                .lines()
                .map_while(Result::ok)
                .any(|l| l.starts_with("feedmill_mills") && !l.ends_with(" 0"))
                .then_some(())
        });
        served
    }

    pub(super) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[])
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.place);
        headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
        let mut stream = self.connect();
        stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        answer(&mut BufReader::new(stream), method == "HEAD")
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.place).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    pub(super) fn metric(&self, name: &str) -> f64 {
        let page = String::from_utf8(self.get("/metrics").2).unwrap();
        let line = page.lines().find_map(|line| line.strip_prefix(&format!("feedmill_{name} ")));
        line.unwrap_or_else(|| panic!("no {name} in {page}")).parse().unwrap()
    }

    #[cfg(unix)]
    fn end(&self) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until there is something.
fn until<T>(mut ready: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = ready() {
            return value;
        }
        assert!(Instant::now() < end, "it never comes");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Reads one answer, and nothing after it.
fn answer(stream: &mut impl BufRead, is_head: bool) -> Answer {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let status = lines[0].split(' ').nth(1).unwrap().parse().unwrap();
    let headers: BTreeMap<_, _> = lines[1..]
        .iter()
        .map(|l| l.split_once(": ").unwrap())
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .collect();
    assert_eq!(headers.len(), lines.len() - 1, "no header comes twice: {lines:?}");
    let mut body = Vec::new();
    if !is_head && status != 304 {
        let length = headers["content-length"].parse().unwrap();
        stream.take(length).read_to_end(&mut body).unwrap();
        assert_eq!(body.len() as u64, length, "the body is whole");
    }
    (status, headers, body)
}

fn mill() -> Mill {
    let mill = Mill::new();
    for n in 0..3 {
        mill.seed(
            &format!("town/{n}.txt"),
            MAY + n * DAY,
            &format!("No. {n}"),
            &format!("https://news.example/{n}"),
            &"<p>Some words.</p>".repeat(20),
        );
    }
    mill
}

fn decode(coding: Option<&String>, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    match coding.map(String::as_str) {
        None => out.extend_from_slice(bytes),
        Some("gzip") => drop(flate2::read::GzDecoder::new(bytes).read_to_end(&mut out).unwrap()),
        Some("br") => drop(brotli::Decompressor::new(bytes, 4096).read_to_end(&mut out).unwrap()),
        Some("zstd") => drop(zstd::Decoder::new(bytes).unwrap().read_to_end(&mut out).unwrap()),
        Some(other) => panic!("{other}"),
    }
    out
}

#[test]
fn every_coding_is_the_same_document_has_its_own_tag_and_is_made_once() {
    let mill = mill();
    let served = Served::start(&mill, &[]);
    let mut tags = BTreeSet::new();
    let documents = [
        ("/rss.xml", "rss.xml", "application/rss+xml; charset=utf-8"),
        ("/town/atom.xml", "town/atom.xml", "application/atom+xml; charset=utf-8"),
        ("/town/feed.json?x=1", "town/feed.json", "application/feed+json"),
    ];
    for _ in 0..3 {
        for (path, file, media_type) in documents {
            let there = fs::read(mill.path("feeds").join(file)).unwrap();
            for (accepted, coding) in [
                ("", None),
                ("gzip", Some("gzip")),
                ("gzip, zstd;q=0.9", Some("gzip")),
                ("gzip, deflate, br, zstd", Some("br")),
                ("zstd", Some("zstd")),
            ] {
                let said = [("Accept-Encoding", accepted)];
                let (status, headers, body) = served.ask("GET", path, &said);
                assert_eq!((status, headers["content-type"].as_str()), (200, media_type), "{path}");
                assert_eq!(headers.get("content-encoding").map(String::as_str), coding, "{path}");
                assert_eq!(decode(headers.get("content-encoding"), &body), there, "{path} {accepted}");
                assert!(
                    headers["vary"].contains("accept-encoding")
                        && headers["access-control-allow-origin"] == "*"
                );
                let tag = headers["etag"].clone();
                let (status, brief, _) = served.ask("GET", path, &[said[0], ("If-None-Match", &tag)]);
                assert_eq!((status, &brief["etag"], &brief["vary"]), (304, &tag, &headers["vary"]), "{path}");
                assert_eq!(brief["cache-control"], headers["cache-control"]);
                let (status, bare, _) = served.ask("HEAD", path, &said);
                let same = |name: &str| bare.get(name) == headers.get(name);
                assert!(
                    status == 200
                        && ["etag", "content-length", "content-encoding", "link"].into_iter().all(same),
                    "{path}"
                );
                tags.insert(tag);
            }
        }
    }
    assert_eq!(tags.len(), documents.len() * 4, "{tags:?}");
    assert_eq!(served.metric("compressions_total"), 9.0, "each document, once in each coding");
    let settled = |path| until(|| served.get(path).1.contains_key("last-modified").then_some(()));
    documents.iter().for_each(|(path, ..)| settled(path));
    let reads = served.metric("reads_total");
    documents.iter().for_each(|(path, ..)| settled(path));
    assert_eq!(served.metric("reads_total"), reads, "what has not changed is not read again");
    let (_, headers, body) = served.ask("GET", "/", &[("Accept-Encoding", "identity")]);
    assert_eq!(body, fs::read(mill.path("feeds/index.html")).unwrap());
    assert_eq!(
        (headers["content-security-policy"].as_str(), headers["x-content-type-options"].as_str()),
        ("frame-ancestors 'self'", "nosniff")
    );
}

#[test]
fn somebody_who_opens_a_feed_in_a_browser_sees_it() {
    let mill = mill();
    let served = Served::start(&mill, &[]);
    for (path, shown) in [("/rss.xml", "text/xml; charset=utf-8"), ("/feed.json", "application/feed+json")] {
        let (_, headers, _) = served.ask("GET", path, &[("Sec-Fetch-Dest", "document")]);
        assert_eq!(headers["content-type"], shown);
        assert_eq!(headers["vary"].contains("sec-fetch-dest"), path == "/rss.xml");
        let (_, headers, _) =
            served.ask("GET", path, &[("Sec-Fetch-Dest", "empty"), ("Accept", "text/html")]);
        assert!(headers["content-type"].starts_with("application/"));
    }
}

#[test]
fn parts_and_conditions_are_heeded() {
    let mill = mill();
    let served = Served::start(&mill, &[]);
    let whole = fs::read(mill.path("feeds/rss.xml")).unwrap();
    let size = whole.len();
    // A date is not told within its second.
    let (tag, date) = until(|| {
        let (_, headers, _) = served.get("/rss.xml");
        Some((headers["etag"].clone(), headers.get("last-modified")?.clone()))
    });
    let last = format!("bytes=-{}", size + 9);
    type Case<'a> = (&'a [(&'a str, &'a str)], u16, &'a [u8]);
    let cases: &[Case<'_>] = &[
        (&[("Range", "bytes=5-14")], 206, &whole[5..15]),
        (&[("Range", "bytes=5-14"), ("Accept-Encoding", "gzip")], 206, &whole[5..15]),
        (&[("Range", "bytes=-10")], 206, &whole[size - 10..]),
        (&[("Range", &last)], 206, &whole),
        (&[("Range", "bytes=0-1, 5-6")], 200, &whole),
        (&[("Range", "bytes=99999999-")], 416, b"it is shorter than that\n"),
        (&[("Range", "bytes=5-14"), ("If-Range", &tag)], 206, &whole[5..15]),
        (&[("Range", "bytes=5-14"), ("If-Range", &date)], 206, &whole[5..15]),
        (&[("Range", "bytes=5-14"), ("If-Range", "\"other\"")], 200, &whole),
        (&[("Range", "bytes=5-14"), ("If-Range", "Thu, 01 Jan 1970 00:00:00 GMT")], 200, &whole),
        (&[("Range", "bytes=5-14"), ("If-None-Match", &tag)], 304, b""),
        (&[("If-Modified-Since", &date)], 304, b""),
        (&[("If-Modified-Since", &date), ("If-None-Match", "\"other\"")], 200, &whole),
        (&[("If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT")], 200, &whole),
        (&[("If-None-Match", "W/\"x\", *")], 200, &whole),
        (&[("If-None-Match", "*")], 304, b""),
        (&[("If-Match", "\"other\"")], 412, b"it is another by now\n"),
        (&[("If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT")], 412, b"it is another by now\n"),
    ];
    for (headers, status, body) in cases {
        let (got, back, bytes) = served.ask("GET", "/rss.xml", headers);
        assert_eq!((got, bytes.as_slice()), (*status, *body), "{headers:?}");
        match status {
            206 => assert!(back["content-range"].ends_with(&format!("/{size}")), "{back:?}"),
            416 => assert_eq!(back["content-range"], format!("bytes */{size}")),
            _ => assert!(!back.contains_key("content-range")),
        }
    }
    let (status, headers, _) = served.ask("HEAD", "/rss.xml", &[("Range", "bytes=5-14")]);
    assert_eq!((status, headers["content-length"].as_str()), (200, size.to_string().as_str()));
}

#[test]
fn nothing_but_documents_under_the_feeds_is_shown_and_nothing_is_taken() {
    let mill = mill();
    let secret = "nobody sees this";
    mill.put("secret", secret)
        .put("feeds/.hidden", secret)
        .put("feeds/.git/config", secret)
        .put("elsewhere/x.xml", secret);
    mill.put("feeds/mine/note.txt", "anybody sees this");
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink(mill.path("secret"), mill.path("feeds/link.xml")).unwrap();
        symlink(mill.path("elsewhere"), mill.path("feeds/elsewhere")).unwrap();
        let fifo = rustix::fs::Mode::from_raw_mode(0o644);
        rustix::fs::mknodat(rustix::fs::CWD, mill.path("feeds/fifo"), rustix::fs::FileType::Fifo, fifo, 0)
            .unwrap();
    }
    let served = Served::start(&mill, &[]);
    let absolute = mill.path("secret").to_str().unwrap().to_owned();
    let hidden = mill.path("feeds/.hidden").to_str().unwrap().to_owned();
    for path in [
        "/../secret",
        "/../secret/",
        "/./../secret",
        "/town/../../secret",
        "/%2e%2e/secret",
        "/%2E%2E%2Fsecret",
        "/..%2fsecret",
        "/%252e%252e/secret",
        "/%252e%252e%252fsecret",
        "/..\\secret",
        "/..%5csecret",
        "/..%c0%afsecret",
        "/%2e%2e%00/secret",
        "/rss.xml%00",
        "/rss.xml/",
        "/rss.xml/x",
        "/town",
        "/.hidden",
        "/%2ehidden",
        "/.git/config",
        "/.feedmill/",
        "/link.xml",
        "/elsewhere/x.xml",
        "/elsewhere/",
        "/fifo",
        "/nowhere",
        "//secret",
        "/town//rss.xml",
        &absolute,
        &format!("/{absolute}"),
        &hidden,
        &format!("/{}", "a/".repeat(3000)),
        &format!("/{}", "a".repeat(3000)),
    ] {
        let (status, _, body) = served.get(path);
        assert_eq!(status, 404, "{path}");
        assert!(!String::from_utf8_lossy(&body).contains(secret), "{path}");
    }
    for path in ["/mine/note.txt", "/m%69ne/note.txt"] {
        assert_eq!(served.get(path).2, b"anybody sees this");
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "BREW"] {
        let (status, headers, _) = served.ask(method, "/rss.xml", &[]);
        assert_eq!((status, headers["allow"].as_str()), (405, "GET, HEAD"), "{method}");
    }
    for body in [("Content-Length", "9999999999"), ("Transfer-Encoding", "chunked")] {
        assert_eq!(served.ask("GET", "/rss.xml", &[body]).0, 413);
    }
}

#[test]
fn a_document_too_large_for_memory_is_sent_from_its_file_and_stays_what_it_was_when_it_was_opened() {
    let mill = mill();
    let whole: Vec<u8> = (0..40_000_000u32).map(|n| (n / 7) as u8).collect();
    mill.put("feeds/sound.mp3", &whole);
    let served = Served::start(&mill, &[]);
    let (status, headers, body) = served.ask("GET", "/sound.mp3", &[("Accept-Encoding", "gzip")]);
    assert!(status == 200 && body == whole);
    assert_eq!((headers["content-type"].as_str(), headers.get("content-encoding")), ("audio/mpeg", None));
    assert_eq!(headers["etag"], format!("\"{:032x}\"", xxh3_128(&whole)));
    assert_eq!(served.ask("GET", "/sound.mp3", &[("If-None-Match", &headers["etag"])]).0, 304);
    let (status, part, body) = served.ask("GET", "/sound.mp3", &[("Range", "bytes=20000000-")]);
    assert!(
        status == 206
            && body == whole[20_000_000..]
            && part["content-range"] == "bytes 20000000-39999999/40000000"
    );
    assert_eq!(served.ask("HEAD", "/sound.mp3", &[]).1["content-length"], "40000000");

    let mut stream = BufReader::new(served.connect());
    stream.get_mut().write_all(b"GET /sound.mp3 HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    stream.fill_buf().unwrap();
    mill.put("feeds/other", &whole[..9_000_000]);
    fs::rename(mill.path("feeds/other"), mill.path("feeds/sound.mp3")).unwrap();
    assert!(served.get("/sound.mp3").2 == whole[..9_000_000], "the next one gets what is there now");
    assert!(answer(&mut stream, false).2 == whole, "and who began before gets what was there then");
}

#[test]
fn clients_that_are_slow_or_greedy_are_given_up_and_others_notice_nothing() {
    let mill = mill();
    mill.put("feeds/large", vec![7; 64 << 20]);
    let served = Served::start(&mill, &["--patience", "1", "--connections", "8"]);
    let ended = |mut stream: TcpStream| {
        let mut rest = Vec::new();
        if let Err(error) = stream.read_to_end(&mut rest) {
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "it is left waiting");
        }
        String::from_utf8_lossy(&rest).into_owned()
    };
    let silent = served.connect();
    let mut half = served.connect();
    half.write_all(b"GET /rss.xml HTTP/1.1\r\nHost: a\r\nX-A: ").unwrap();
    let mut idle = served.connect();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let mut deaf = served.connect();
    deaf.write_all(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    assert_eq!(served.get("/rss.xml").0, 200);
    assert_eq!((ended(silent), ended(half)), (String::new(), String::new()));
    assert!(ended(idle).ends_with("ok\n"), "it was answered, and waited for no longer than it may");
    until(|| (served.metric("connections") == 1.0).then_some(()));
    assert!(ended(deaf).len() < 64 << 20, "it got a part only");

    for head in [format!("X-A: {}\r\n", "a".repeat(20_000)), "X-A: b\r\n".repeat(65)] {
        let mut stream = served.connect();
        stream.write_all(format!("GET /rss.xml HTTP/1.1\r\nHost: a\r\n{head}\r\n").as_bytes()).unwrap();
        let mut start = [0; 12];
        stream.read_exact(&mut start).unwrap();
        assert_eq!(&start, b"HTTP/1.1 431");
    }

    let mut many: Vec<_> = (0..8).map(|_| served.connect()).collect();
    until(|| {
        let mut one = served.connect();
        let _ = one.write_all(b"GET /rss.xml HTTP/1.1\r\nHost: a\r\n\r\n");
        let mut start = [0; 12];
        one.read_exact(&mut start).is_ok_and(|()| &start == b"HTTP/1.1 503").then_some(())
    });
    many.clear();
    until(|| {
        let mut one = served.connect();
        let _ = one.write_all(b"GET /rss.xml HTTP/1.1\r\nHost: a\r\n\r\n");
        let mut start = [0; 12];
        one.read_exact(&mut start).is_ok_and(|()| &start == b"HTTP/1.1 200").then_some(())
    });
    assert!(served.metric("connections_refused_total") >= 1.0);
    assert_eq!(mill.read("stderr"), "", "none of it is worth a word");
}

#[test]
fn requests_that_come_at_once_are_answered_in_their_order() {
    let mill = mill();
    let served = Served::start(&mill, &[]);
    let mut stream = BufReader::new(served.connect());
    let request = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: a\r\nAccept-Encoding: br\r\n\r\n");
    let paths = ["/rss.xml", "/nowhere", "/town/rss.xml", "/healthz", "/rss.xml"];
    stream.get_mut().write_all(paths.map(request).concat().as_bytes()).unwrap();
    let got: Vec<_> = paths.iter().map(|_| answer(&mut stream, false)).collect();
    assert_eq!(got.iter().map(|answer| answer.0).collect::<Vec<_>>(), [200, 404, 200, 200, 200]);
    assert!(got[0] == got[4] || got[0].2 == got[4].2 && got[0].1["etag"] == got[4].1["etag"]);
    assert_eq!(decode(Some(&"br".to_owned()), &got[2].2), fs::read(mill.path("feeds/town/rss.xml")).unwrap());
}

#[test]
fn a_connection_is_used_again_after_a_rest_and_in_the_middle_of_a_request() {
    let mill = mill();
    let served = Served::start(&mill, &[]);
    let mut stream = BufReader::new(served.connect());
    let tag = served.get("/rss.xml").1["etag"].clone();
    // A rest is a tenth of a second: between requests, within a head, and with the beginning of the next one read already.
    let rest = || std::thread::sleep(Duration::from_millis(300));
    let whole = "GET /rss.xml HTTP/1.1\r\nHost: a\r\n\r\n";
    for pieces in [&[whole][..], &[whole], &["GET /rss.xml HTT", "P/1.1\r\nHost", ": a\r\n\r\n"]] {
        for piece in pieces {
            rest();
            stream.get_mut().write_all(piece.as_bytes()).unwrap();
        }
        assert_eq!(answer(&mut stream, false).1["etag"], tag);
    }
    let mut stream = BufReader::new(served.connect());
    let (one, two) = (format!("{whole}{}", &whole[..20]), &whole[20..]);
    for piece in [one.as_str(), two] {
        stream.get_mut().write_all(piece.as_bytes()).unwrap();
        assert_eq!(answer(&mut stream, false).1["etag"], tag);
        rest();
    }
}

#[test]
fn an_edited_seed_shows_at_once_and_nobody_ever_sees_half_a_feed() {
    let mill = mill();
    let edit = |version: usize| {
        let words = format!("<p>Version {version}.</p>").repeat(version % 7 * 400 + 1);
        let (path, link) = ("town/2.txt", "https://news.example/2");
        mill.seed("../new", MAY + 2 * DAY, &format!("Version {version}"), link, &words);
        // As a careful crawler does: the mill may read at any moment.
        fs::rename(mill.path("new"), mill.path("seeds").join(path)).unwrap();
    };
    edit(0);
    let served = Served::start(&mill, &["--formats", "rss"]);
    let (stop, mut tags) = (AtomicBool::new(false), BTreeSet::new());
    std::thread::scope(|scope| {
        let look = |coding: &'static str| {
            let mut seen = BTreeSet::new();
            while !stop.load(Ordering::Relaxed) {
                let (status, headers, body) = served.ask("GET", "/rss.xml", &[("Accept-Encoding", coding)]);
                let body = decode(headers.get("content-encoding"), &body);
                let sum = format!("{:032x}", xxh3_128(&body));
                assert_eq!((status, &headers["etag"][1..33]), (200, sum.as_str()));
                let document = String::from_utf8(body).unwrap();
                assert!(document.ends_with("</rss>\n") && document.matches("</item>").count() == 3);
                // All of it is of one version.
                let version =
                    document.split("<title>Version ").nth(1).unwrap().split('<').next().unwrap().to_owned();
                let words = document.matches("<p>Version ").count();
                assert_eq!(
                    (words, document.matches(&format!("<p>Version {version}.</p>")).count()),
                    (words, words)
                );
                seen.insert(version);
            }
            seen
        };
        let readers = ["gzip", "br", ""].map(|coding| scope.spawn(move || look(coding)));
        for version in 1..16 {
            edit(version);
            // Beside the server, as a crontab may.
            let (code, _, stderr) =
                mill.run(&["--formats", "rss", "--base-url", &served.address, "--wait", "60"]);
            assert_eq!((code, stderr.as_str()), (0, ""));
            let (_, headers, body) = served.get("/rss.xml");
            assert!(
                String::from_utf8_lossy(&body).contains(&format!("Version {version}<")),
                "it shows at once"
            );
            tags.insert(headers["etag"].clone());
        }
        edit(16);
        // And by the server's own mill.
        until(|| String::from_utf8_lossy(&served.get("/rss.xml").2).contains("Version 16<").then_some(()));
        stop.store(true, Ordering::Relaxed);
        let seen: BTreeSet<_> = readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect();
        assert!(seen.len() > 5, "they looked while it changed: {seen:?}");
    });
    assert_eq!(tags.len(), 15);
    assert_eq!(mill.read("stderr"), "");
}

#[test]
fn documents_say_how_long_they_keep_and_where_their_changes_are_pushed() {
    let mill = Mill::new();
    for n in 0..9 {
        mill.seed(
            &format!("town/{n}.txt"),
            MAY + n * 10 * DAY,
            "x",
            &format!("https://news.example/{n}"),
            "x",
        );
        mill.seed(
            &format!("tick/{n}.txt"),
            MAY + n * 1_800_000,
            "x",
            &format!("https://news.example/tick/{n}"),
            "x",
        );
    }
    mill.put("feeds/mine.txt", "x").put("feeds/mine/archive/2023-01/rss.xml", "x");
    let settings = "limit = 3\narchive = true\n[section.tick]\narchive = false\nlimit = 9\nhub = 'https://hub.example/a?b=c'\n";
    mill.put("feedmill.toml", settings);
    let served = Served::start(&mill, &[]);
    let keeps = |path: &str| served.get(path).1["cache-control"].clone();
    assert_eq!(keeps("/tick/rss.xml"), "public, max-age=180", "a tenth of half an hour");
    assert_eq!(keeps("/town/feed.json"), "public, max-age=3600", "never more than an hour");
    assert_eq!(keeps("/"), "public, max-age=180", "the page shows the newest of all");
    assert_eq!(keeps("/town/archive/2024-05/atom.xml"), "public, max-age=604800, immutable");
    assert_eq!(keeps("/town/archive/2024-06-open/rss.xml"), "public, max-age=3600");
    assert_eq!(keeps("/mine.txt"), "public, max-age=300");
    assert_eq!(keeps("/mine/archive/2023-01/rss.xml"), "public, max-age=300", "no feed of ours");
    assert_eq!(keeps("/healthz"), "no-store");
    assert_eq!(keeps("/nowhere"), "no-store");
    let (_, headers, _) = served.ask("HEAD", "/tick/atom.xml", &[]);
    let link =
        format!("<https://hub.example/a?b=c>; rel=\"hub\", <{}tick/atom.xml>; rel=\"self\"", served.address);
    assert_eq!(headers["link"], link);
    assert_eq!(served.ask("GET", "/tick/atom.xml", &[("If-None-Match", "*")]).1["link"], link);
    assert!(!served.get("/town/atom.xml").1.contains_key("link") && !served.get("/").1.contains_key("link"));
}

#[test]
fn a_mill_that_fails_is_told_and_the_old_feeds_are_served_until_it_goes_well_again() {
    let mill = mill();
    let served = Served::start(&mill, &[]);
    assert_eq!((served.get("/healthz").0, served.metric("feeds"), served.metric("entries")), (200, 2.0, 3.0));
    let (_, headers, _) = served.get("/rss.xml");
    fs::remove_dir_all(mill.path("seeds/town")).unwrap();
    until(|| (served.get("/healthz").0 == 503).then_some(()));
    assert_eq!(served.get("/healthz").2, b"the last run of the mill failed\n");
    assert!(served.metric("mills_total{outcome=\"failed\"}") >= 1.0);
    assert_eq!(served.get("/rss.xml").1["etag"], headers["etag"]);
    assert!(
        mill.read("stderr").contains("there is no readable seed") || mill.read("stderr").contains("seed"),
        "{}",
        mill.read("stderr")
    );
    mill.seed("a/1.txt", MAY, "Back", "https://news.example/back", "x");
    until(|| (served.get("/healthz").0 == 200).then_some(()));
    assert!(String::from_utf8_lossy(&served.get("/rss.xml").2).contains("Back"));

    let empty = Mill::new();
    let served = Served::start(&empty, &[]);
    assert_eq!((served.get("/healthz").0, served.get("/").0), (503, 404), "it waits for seeds");
    empty.seed("1.txt", MAY, "First", "https://news.example/1", "x");
    until(|| (served.get("/healthz").0 == 200 && served.get("/").0 == 200).then_some(()));
}

#[test]
#[cfg(unix)]
fn told_to_end_it_lets_requests_end_that_have_begun() {
    let mill = mill();
    mill.put("feeds/large", vec![7; 64 << 20]);
    let mut served = Served::start(&mill, &[]);
    let idle = served.connect();
    let mut stream = BufReader::new(served.connect());
    stream.get_mut().write_all(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    stream.fill_buf().unwrap();
    served.end();
    until(|| TcpStream::connect(&served.place).is_err().then_some(()));
    assert_eq!(answer(&mut stream, false).2.len(), 64 << 20);
    let last = Instant::now();
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
    assert!(
        last.elapsed() < Duration::from_secs(9),
        "nothing is left to wait for, and it waits for no more than that"
    );
    assert_eq!((&idle).read(&mut [0]).unwrap(), 0);
    assert_eq!(
        (mill.read("stdout"), mill.read("stderr")),
        (format!("listening on {}\n", served.address), String::new())
    );
}

#[test]
#[cfg(unix)]
fn the_access_log_has_a_line_a_request() {
    let mill = mill();
    let mut served = Served::start(&mill, &["--access-log", "json"]);
    served.ask("GET", "/rss.xml?a=b", &[("User-Agent", "Reader/1.0 (7 subscribers) \u{e9}\"")]);
    served.ask("HEAD", "/no%0awhere", &[]);
    served.end();
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
    let lines: Vec<Value> =
        mill.read("stdout").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(text(&lines[0], "message"), "listening");
    let lines: Vec<_> = lines[1..].iter().filter(|line| line["path"] != "/metrics").collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    let size = fs::metadata(mill.path("feeds/rss.xml")).unwrap().len();
    assert_eq!(
        (
            text(lines[0], "method"),
            text(lines[0], "path"),
            lines[0]["status"].as_u64(),
            lines[0]["bytes"].as_u64()
        ),
        ("GET", "/rss.xml", Some(200), Some(size))
    );
    assert!(
        text(lines[0], "agent").starts_with("Reader/1.0 (7 subscribers)")
            && text(lines[0], "peer").starts_with("127.0.0.1:")
    );
    assert_eq!((text(lines[1], "path"), lines[1]["status"].as_u64()), ("/no%0awhere", Some(404)));
    assert_eq!(mill.read("stderr"), "");
}

#[test]
fn where_it_cannot_listen_it_says_so_and_mills_nothing() {
    let mill = mill();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = taken.local_addr().unwrap().to_string();
    let (code, stdout, stderr) = mill.run(&["serve", "--listen", &place]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(
        stderr.contains(&format!("cannot listen on {place}")) && !mill.path("feeds").exists(),
        "{stderr}"
    );
    mill.put("feedmill.toml", "titel = 'x'\n");
    let (code, _, stderr) = mill.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(code == 2 && stderr.contains("config-unknown-key"), "{stderr}");
}

/// The child's output goes to files, so that nothing waits for a reader.
#[test]
fn a_free_port_is_told_on_stdout() {
    let mill = mill();
    let mut child = mill
        .command(&["serve", "--listen", "127.0.0.1:0", "--base-url", "https://a.example/"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let place =
        line.trim_end().strip_prefix("listening on http://").unwrap().trim_end_matches('/').to_owned();
    assert!(TcpStream::connect(place).is_ok());
    child.kill().unwrap();
    child.wait().unwrap();
}
