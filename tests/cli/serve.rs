//! `feedmill serve` over real connections: responses, conditions, encodings, and slow or malicious clients.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use xxhash_rust::xxh3::xxh3_128;

use super::{Project, string_field};

/// 2024-05-01T00:00:00Z.
const MAY: i64 = 1_714_521_600_000;
const DAY: i64 = 86_400_000;
/// Timeout for everything: much longer than anything takes that ends at all.
const TIMEOUT: Duration = Duration::from_secs(180);

/// A running `feedmill serve`, which is killed on drop.
pub(super) struct TestServer {
    /// URL of the feeds, with a trailing slash; it is their `base_url`.
    pub(super) address: String,
    /// Host and port.
    pub(super) host: String,
    child: Child,
}

/// Status, headers by lower-case name, and body.
pub(super) type Answer = (u16, BTreeMap<String, String>, Vec<u8>);

impl TestServer {
    /// Starts a server and waits until it has built the feeds. Its output is in the files `stdout` and `stderr` of the project.
    pub(super) fn start(project: &Project, args: &[&str]) -> Self {
        Self::start_as(project, args, |command| command)
    }

    /// Starts a server from a shell that runs this first, such as `ulimit -n 60`.
    #[cfg(unix)]
    pub(super) fn start_in_shell(project: &Project, args: &[&str], first: &str) -> Self {
        Self::start_as(project, args, |command| in_shell(&command, first))
    }

    pub(super) fn start_as(project: &Project, args: &[&str], wrap: impl Fn(Command) -> Command) -> Self {
        loop {
            // The feeds contain the address, so it has to be known before the server starts.
            let host = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
            let address = format!("http://{host}/");
            let mut command = project.command(&["serve", "--listen", &host]);
            if !args.contains(&"--base-url") {
                command.args(["--base-url", &address]);
            }
            let file = |name| File::create(project.path(name)).unwrap();
            command.args(args);
            let child = wrap(command).stdout(file("stdout")).stderr(file("stderr")).spawn().unwrap();
            let mut server = Self { address, host, child };
            let is_ready = until(|| match server.child.try_wait().unwrap() {
                Some(_) => Some(false),
                None => server.has_built().then_some(true),
            });
            if is_ready {
                return server;
            }
            // Another process may have taken the port in the meantime.
            let stderr = project.read_file("stderr");
            assert!(stderr.contains("cannot listen on"), "{stderr}");
        }
    }

    fn has_built(&self) -> bool {
        TcpStream::connect(&self.host).is_ok()
            && String::from_utf8_lossy(&self.get("/metrics").2)
                .lines()
                .any(|line| line.starts_with("feedmill_builds") && !line.ends_with(" 0"))
    }

    pub(super) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[])
    }

    pub(super) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.host);
        headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
        let mut stream = self.connect();
        stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        answer(&mut BufReader::new(stream), method == "HEAD")
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.host).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        stream.set_write_timeout(Some(TIMEOUT)).unwrap();
        stream
    }

    pub(super) fn metric(&self, name: &str) -> f64 {
        let page = String::from_utf8(self.get("/metrics").2).unwrap();
        let line = page.lines().find_map(|line| line.strip_prefix(&format!("feedmill_{name} ")));
        line.unwrap_or_else(|| panic!("no {name} in {page}")).parse().unwrap()
    }

    /// Waits until the server has ended; returns its exit code.
    pub(super) fn wait(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    #[cfg(unix)]
    pub(super) fn end(&self) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns the command, run by a shell that runs `first` before.
#[cfg(unix)]
pub(super) fn in_shell(command: &Command, first: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{first} && exec \"$0\" \"$@\""));
    shell.arg(command.get_program()).args(command.get_args());
    shell.current_dir(command.get_current_dir().unwrap());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

/// Waits until a function returns a value.
pub(super) fn until<T>(mut ready: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + TIMEOUT;
    loop {
        if let Some(value) = ready() {
            return value;
        }
        assert!(Instant::now() < end, "timed out");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Reads one response, and nothing after it.
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
        .map(|(n, v)| (n.to_ascii_lowercase(), v.to_owned()))
        .collect();
    assert_eq!(headers.len(), lines.len() - 1, "a header is repeated: {lines:?}");
    let mut body = Vec::new();
    if !is_head && status != 304 {
        let length = headers["content-length"].parse().unwrap();
        stream.take(length).read_to_end(&mut body).unwrap();
        assert_eq!(body.len() as u64, length, "the body is incomplete");
    }
    (status, headers, body)
}

fn sample_project() -> Project {
    let project = Project::new();
    for n in 0..3 {
        project.write_seed(
            &format!("town/{n}.txt"),
            MAY + n * DAY,
            &format!("No. {n}"),
            &format!("https://news.example/{n}"),
            &"<p>Some words.</p>".repeat(20),
        );
    }
    project
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
fn each_content_coding_has_its_own_etag_and_is_compressed_once() {
    let project = sample_project();
    let server = TestServer::start(&project, &[]);
    let mut tags = BTreeSet::new();
    let documents = [
        ("/rss.xml", "rss.xml", "application/rss+xml; charset=utf-8"),
        ("/town/atom.xml", "town/atom.xml", "application/atom+xml; charset=utf-8"),
        ("/town/feed.json?x=1", "town/feed.json", "application/feed+json"),
    ];
    for _ in 0..3 {
        for (path, file, media_type) in documents {
            let there = fs::read(project.path("feeds").join(file)).unwrap();
            for (accepted, coding) in [
                ("", None),
                ("gzip", Some("gzip")),
                ("gzip, zstd;q=0.9", Some("gzip")),
                ("gzip, deflate, br, zstd", Some("br")),
                ("zstd", Some("zstd")),
            ] {
                let reported = [("Accept-Encoding", accepted)];
                let (status, headers, body) = server.ask("GET", path, &reported);
                assert_eq!((status, headers["content-type"].as_str()), (200, media_type), "{path}");
                assert_eq!(headers.get("content-encoding").map(String::as_str), coding, "{path}");
                assert_eq!(decode(headers.get("content-encoding"), &body), there, "{path} {accepted}");
                assert!(
                    headers["vary"].contains("accept-encoding")
                        && headers["access-control-allow-origin"] == "*"
                );
                let tag = headers["etag"].clone();
                let (status, brief, _) = server.ask("GET", path, &[reported[0], ("If-None-Match", &tag)]);
                assert_eq!((status, &brief["etag"], &brief["vary"]), (304, &tag, &headers["vary"]), "{path}");
                assert_eq!(brief["cache-control"], headers["cache-control"]);
                let (status, bare, _) = server.ask("HEAD", path, &reported);
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
    assert_eq!(server.metric("compressions_total"), 9.0, "each document is compressed once per coding");
    let settled = |path| until(|| server.get(path).1.contains_key("last-modified").then_some(()));
    documents.iter().for_each(|(path, ..)| settled(path));
    let reads = server.metric("reads_total");
    documents.iter().for_each(|(path, ..)| settled(path));
    assert_eq!(server.metric("reads_total"), reads, "an unchanged file is not read again");
    let (_, headers, body) = server.ask("GET", "/", &[("Accept-Encoding", "identity")]);
    assert_eq!(body, fs::read(project.path("feeds/index.html")).unwrap());
    assert_eq!(
        (headers["content-security-policy"].as_str(), headers["x-content-type-options"].as_str()),
        ("frame-ancestors 'self'", "nosniff")
    );
}

#[test]
fn a_browser_that_opens_a_feed_gets_a_type_it_displays() {
    let project = sample_project();
    let server = TestServer::start(&project, &[]);
    for (path, shown) in [("/rss.xml", "text/xml; charset=utf-8"), ("/feed.json", "application/feed+json")] {
        let (_, headers, _) = server.ask("GET", path, &[("Sec-Fetch-Dest", "document")]);
        assert_eq!(headers["content-type"], shown);
        assert_eq!(headers["vary"].contains("sec-fetch-dest"), path == "/rss.xml");
        let (_, headers, _) =
            server.ask("GET", path, &[("Sec-Fetch-Dest", "empty"), ("Accept", "text/html")]);
        assert!(headers["content-type"].starts_with("application/"));
    }
}

#[test]
fn ranges_and_preconditions_are_honored() {
    let project = sample_project();
    let server = TestServer::start(&project, &[]);
    let whole = fs::read(project.path("feeds/rss.xml")).unwrap();
    let size = whole.len();
    // There is no Last-Modified until the second of the change is over.
    let (tag, date) = until(|| {
        let (_, headers, _) = server.get("/rss.xml");
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
        (&[("Range", "bytes=99999999-")], 416, b"the document is shorter than the requested range\n"),
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
        (&[("If-Match", "\"other\"")], 412, b"the document has changed\n"),
        (&[("If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT")], 412, b"the document has changed\n"),
    ];
    for (headers, status, body) in cases {
        let (got, back, bytes) = server.ask("GET", "/rss.xml", headers);
        assert_eq!((got, bytes.as_slice()), (*status, *body), "{headers:?}");
        match status {
            206 => assert!(back["content-range"].ends_with(&format!("/{size}")), "{back:?}"),
            416 => assert_eq!(back["content-range"], format!("bytes */{size}")),
            _ => assert!(!back.contains_key("content-range")),
        }
    }
    let (status, headers, _) = server.ask("HEAD", "/rss.xml", &[("Range", "bytes=5-14")]);
    assert_eq!((status, headers["content-length"].as_str()), (200, size.to_string().as_str()));
}

#[test]
fn only_files_under_the_feeds_folder_are_served_and_no_upload_is_accepted() {
    let project = sample_project();
    let secret = "secret";
    project
        .write_file("secret", secret)
        .write_file("feeds/.hidden", secret)
        .write_file("feeds/.git/config", secret)
        .write_file("elsewhere/x.xml", secret);
    project.write_file("feeds/mine/note.txt", "public");
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink(project.path("secret"), project.path("feeds/link.xml")).unwrap();
        symlink(project.path("elsewhere"), project.path("feeds/elsewhere")).unwrap();
        let fifo = rustix::fs::Mode::from_raw_mode(0o644);
        rustix::fs::mknodat(rustix::fs::CWD, project.path("feeds/fifo"), rustix::fs::FileType::Fifo, fifo, 0)
            .unwrap();
    }
    let server = TestServer::start(&project, &[]);
    let absolute = project.path("secret").to_str().unwrap().to_owned();
    let hidden = project.path("feeds/.hidden").to_str().unwrap().to_owned();
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
        let (status, _, body) = server.get(path);
        assert_eq!(status, 404, "{path}");
        assert!(!String::from_utf8_lossy(&body).contains(secret), "{path}");
    }
    for path in ["/mine/note.txt", "/m%69ne/note.txt"] {
        assert_eq!(server.get(path).2, b"public");
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"] {
        let (status, headers, _) = server.ask(method, "/rss.xml", &[]);
        assert_eq!((status, headers["allow"].as_str()), (405, "GET, HEAD"), "{method}");
    }
    assert_eq!(server.ask("CONNECT", "a.example:80", &[]).0, 405);
    for method in ["BREW", "get", "PROPFIND"] {
        assert_eq!(server.ask(method, "/rss.xml", &[]).0, 501, "{method}");
    }
    for body in [("Content-Length", "9999999999"), ("Transfer-Encoding", "chunked")] {
        assert_eq!(server.ask("GET", "/rss.xml", &[body]).0, 413);
    }
    for (codings, status) in [("chunked, chunked", 400), ("gzip, chunked", 501)] {
        assert_eq!(server.ask("GET", "/rss.xml", &[("Transfer-Encoding", codings)]).0, status, "{codings}");
    }
}

#[test]
fn a_large_file_is_streamed_and_replacing_it_does_not_affect_responses_in_progress() {
    let project = sample_project();
    let whole: Vec<u8> = (0..40_000_000u32).map(|n| (n / 7) as u8).collect();
    project.write_file("feeds/episode.mp3", &whole);
    let server = TestServer::start(&project, &[]);
    let (status, headers, body) = server.ask("GET", "/episode.mp3", &[("Accept-Encoding", "gzip")]);
    assert!(status == 200 && body == whole);
    assert_eq!((headers["content-type"].as_str(), headers.get("content-encoding")), ("audio/mpeg", None));
    assert_eq!(headers["etag"], format!("\"{:032x}\"", xxh3_128(&whole)));
    assert_eq!(server.ask("GET", "/episode.mp3", &[("If-None-Match", &headers["etag"])]).0, 304);
    let (status, part, body) = server.ask("GET", "/episode.mp3", &[("Range", "bytes=20000000-")]);
    assert!(
        status == 206
            && body == whole[20_000_000..]
            && part["content-range"] == "bytes 20000000-39999999/40000000"
    );
    assert_eq!(server.ask("HEAD", "/episode.mp3", &[]).1["content-length"], "40000000");

    let mut stream = BufReader::new(server.connect());
    stream.get_mut().write_all(b"GET /episode.mp3 HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    stream.fill_buf().unwrap();
    project.write_file("feeds/other", &whole[..9_000_000]);
    fs::rename(project.path("feeds/other"), project.path("feeds/episode.mp3")).unwrap();
    assert!(server.get("/episode.mp3").2 == whole[..9_000_000], "the next request gets the new file");
    assert!(answer(&mut stream, false).2 == whole, "the request in progress gets the old file");
}

#[test]
fn slow_and_greedy_clients_are_dropped_without_affecting_others() {
    let project = sample_project();
    project.write_file("feeds/large", vec![7; 64 << 20]);
    let server = TestServer::start(&project, &["--client-timeout", "1", "--connections", "8"]);
    let ended = |mut stream: TcpStream| {
        let mut rest = Vec::new();
        if let Err(error) = stream.read_to_end(&mut rest) {
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "the connection is still open");
        }
        String::from_utf8_lossy(&rest).into_owned()
    };
    let silent = server.connect();
    let mut half = server.connect();
    half.write_all(b"GET /rss.xml HTTP/1.1\r\nHost: a\r\nX-A: ").unwrap();
    let mut idle = server.connect();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let mut deaf = server.connect();
    deaf.write_all(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    assert_eq!(server.get("/rss.xml").0, 200);
    assert_eq!((ended(silent), ended(half)), (String::new(), String::new()));
    assert!(ended(idle).ends_with("ok\n"), "it was answered, and closed when idle");
    until(|| (server.metric("connections") == 1.0).then_some(()));
    assert!(ended(deaf).len() < 64 << 20, "it was closed before the end");

    for head in [format!("X-A: {}\r\n", "a".repeat(20_000)), "X-A: b\r\n".repeat(65)] {
        let mut stream = server.connect();
        stream.write_all(format!("GET /rss.xml HTTP/1.1\r\nHost: a\r\n{head}\r\n").as_bytes()).unwrap();
        let mut start = [0; 12];
        stream.read_exact(&mut start).unwrap();
        assert_eq!(&start, b"HTTP/1.1 431");
    }

    until(|| {
        // Opened again each time, because the server closes them after a second, and a busy machine may need longer.
        let _all = [(); 8].map(|()| server.connect());
        let mut one = server.connect();
        let _ = one.write_all(b"GET /rss.xml HTTP/1.1\r\nHost: a\r\n\r\n");
        let mut start = [0; 12];
        one.read_exact(&mut start).is_ok_and(|()| &start == b"HTTP/1.1 503").then_some(())
    });
    until(|| {
        let mut one = server.connect();
        let _ = one.write_all(b"GET /rss.xml HTTP/1.1\r\nHost: a\r\n\r\n");
        let mut start = [0; 12];
        one.read_exact(&mut start).is_ok_and(|()| &start == b"HTTP/1.1 200").then_some(())
    });
    assert!(server.metric("connections_refused_total") >= 1.0);
    assert_eq!(project.read_file("stderr"), "", "nothing is logged");
}

#[test]
fn a_request_without_exactly_one_valid_host_is_refused() {
    let project = sample_project();
    let server = TestServer::start(&project, &[]);
    let status = |request: String| {
        let mut stream = BufReader::new(server.connect());
        stream.get_mut().write_all(request.as_bytes()).unwrap();
        answer(&mut stream, false).0
    };
    let close = "Connection: close\r\n\r\n";
    for path in ["/rss.xml", "/nowhere", "/healthz"] {
        for hosts in ["", "Host: a\r\nHost: a\r\n", "Host: a b\r\n", "Host: u@a\r\n", "Host: a/\r\n"] {
            assert_eq!(status(format!("GET {path} HTTP/1.1\r\n{hosts}{close}")), 400, "{path} {hosts:?}");
        }
    }
    assert_eq!(status(format!("GET http://a/rss.xml HTTP/1.1\r\n{close}")), 400);
    assert_eq!(status(format!("GET /rss.xml HTTP/1.1\r\nHost: [::1]:80\r\n{close}")), 200);
    for target in ["*", "rss.xml", "a.example:80", "http://u:p@a/rss.xml"] {
        assert_eq!(status(format!("GET {target} HTTP/1.1\r\nHost: a\r\n{close}")), 400, "{target}");
    }
    for (scheme, expected) in [("http", 200), ("HTTPS", 200), ("ftp", 421)] {
        let target = format!("{scheme}://a/rss.xml");
        assert_eq!(status(format!("GET {target} HTTP/1.1\r\nHost: a\r\n{close}")), expected, "{target}");
    }
    assert_eq!(status(format!("GET /rss.xml HTTP/1.0\r\n{close}")), 200);
}

#[test]
#[cfg(unix)]
fn slow_clients_do_not_take_the_file_handles_that_builds_need() {
    let project = sample_project();
    project.write_file("feeds/large", vec![7; 12 << 20]);
    let server = TestServer::start_in_shell(&project, &[], "ulimit -n 96");
    assert_eq!(server.ask("HEAD", "/large", &[]).0, 200);
    let slow: Vec<_> = (0..20)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
            let mut start = [0; 12];
            stream.read_exact(&mut start).unwrap();
            (stream, start)
        })
        .collect();
    let number_of = |start: &[u8; 12]| slow.iter().filter(|(_, s)| s == start).count();
    let (sent, refused) = (number_of(b"HTTP/1.1 200"), number_of(b"HTTP/1.1 503"));
    assert!(sent > 0 && refused > 0 && sent + refused == slow.len(), "{sent} {refused}");
    assert_eq!(server.get("/rss.xml").0, 200, "other documents need no handle");
    // More connections than there are handles.
    let idle: Vec<_> = (0..120).map(|_| server.connect()).collect();
    for n in 0..40 {
        let link = format!("https://news.example/new/{n}");
        project.write_seed(&format!("new/{n}.txt"), MAY + n, &format!("New {n}"), &link, "<p>x</p>");
    }
    let whole = |text: &str| text.matches("<item>").count() == 43;
    until(|| fs::read_to_string(project.path("feeds/rss.xml")).is_ok_and(|text| whole(&text)).then_some(()));
    assert_eq!(project.read_file("stderr"), "");
    drop((slow, idle));
    // Until the server has closed their connections, it resets new ones.
    until(|| {
        let mut stream = TcpStream::connect(&server.host).ok()?;
        stream.write_all(b"HEAD /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").ok()?;
        let mut start = [0; 12];
        stream.read_exact(&mut start).ok()?;
        (&start == b"HTTP/1.1 200").then_some(())
    });
}

#[test]
fn a_slow_reader_gets_the_whole_document() {
    let project = sample_project();
    let whole = vec![7; 10 << 20];
    project.write_file("feeds/large", &whole);
    // A thirtieth of the default timeout, and thirty times the rate of a reader of 40 kB/s.
    let server = TestServer::start(&project, &["--client-timeout", "1"]);
    let mut stream = server.connect();
    stream.write_all(b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
    let (mut size, mut buffer) = (0, vec![0; 120_000]);
    loop {
        match stream.read(&mut buffer).unwrap() {
            0 => break,
            read => size += read,
        }
        std::thread::sleep(Duration::from_millis(60));
    }
    assert!(size > whole.len(), "{size} bytes");
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let project = sample_project();
    let server = TestServer::start(&project, &[]);
    let mut stream = BufReader::new(server.connect());
    let request = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: a\r\nAccept-Encoding: br\r\n\r\n");
    let paths = ["/rss.xml", "/nowhere", "/town/rss.xml", "/healthz", "/rss.xml"];
    stream.get_mut().write_all(paths.map(request).concat().as_bytes()).unwrap();
    let got: Vec<_> = paths.iter().map(|_| answer(&mut stream, false)).collect();
    assert_eq!(got.iter().map(|answer| answer.0).collect::<Vec<_>>(), [200, 404, 200, 200, 200]);
    assert!(got[0] == got[4] || got[0].2 == got[4].2 && got[0].1["etag"] == got[4].1["etag"]);
    assert_eq!(
        decode(Some(&"br".to_owned()), &got[2].2),
        fs::read(project.path("feeds/town/rss.xml")).unwrap()
    );
}

#[test]
fn a_connection_survives_pauses_between_and_within_requests() {
    let project = sample_project();
    let server = TestServer::start(&project, &[]);
    let mut stream = BufReader::new(server.connect());
    let tag = server.get("/rss.xml").1["etag"].clone();
    // The server parks a connection after a tenth of a second: between requests, within a head, and after it has read the
    // beginning of the next request.
    let pause = || std::thread::sleep(Duration::from_millis(300));
    let whole = "GET /rss.xml HTTP/1.1\r\nHost: a\r\n\r\n";
    for pieces in [&[whole][..], &[whole], &["GET /rss.xml HTT", "P/1.1\r\nHost", ": a\r\n\r\n"]] {
        for piece in pieces {
            pause();
            stream.get_mut().write_all(piece.as_bytes()).unwrap();
        }
        assert_eq!(answer(&mut stream, false).1["etag"], tag);
    }
    let mut stream = BufReader::new(server.connect());
    let (one, two) = (format!("{whole}{}", &whole[..20]), &whole[20..]);
    for piece in [one.as_str(), two] {
        stream.get_mut().write_all(piece.as_bytes()).unwrap();
        assert_eq!(answer(&mut stream, false).1["etag"], tag);
        pause();
    }
}

#[test]
fn an_edited_seed_is_served_at_once_and_no_client_sees_a_partial_feed() {
    let project = sample_project();
    let edit = |version: usize| {
        let words = format!("<p>Version {version}.</p>").repeat(version % 7 * 400 + 1);
        let (path, link) = ("town/2.txt", "https://news.example/2");
        project.write_seed("../new", MAY + 2 * DAY, &format!("Version {version}"), link, &words);
        // Renamed, as a careful crawler does, because a build may read it at any moment.
        fs::rename(project.path("new"), project.path("seeds").join(path)).unwrap();
    };
    edit(0);
    let server = TestServer::start(&project, &["--formats", "rss"]);
    let (stop, mut tags) = (AtomicBool::new(false), BTreeSet::new());
    let seen = Mutex::new(BTreeSet::new());
    std::thread::scope(|scope| {
        let look = |coding: &'static str| {
            while !stop.load(Ordering::Relaxed) {
                let (status, headers, body) = server.ask("GET", "/rss.xml", &[("Accept-Encoding", coding)]);
                let body = decode(headers.get("content-encoding"), &body);
                let sum = format!("{:032x}", xxh3_128(&body));
                assert_eq!((status, &headers["etag"][1..33]), (200, sum.as_str()));
                let document = String::from_utf8(body).unwrap();
                assert!(document.ends_with("</rss>\n") && document.matches("</item>").count() == 3);
                // The whole document is of one version.
                let version =
                    document.split("<title>Version ").nth(1).unwrap().split('<').next().unwrap().to_owned();
                let words = document.matches("<p>Version ").count();
                assert_eq!(
                    (words, document.matches(&format!("<p>Version {version}.</p>")).count()),
                    (words, words)
                );
                seen.lock().unwrap().insert((coding, version));
            }
        };
        let codings = ["gzip", "br", ""];
        let readers = codings.map(|coding| scope.spawn(move || look(coding)));
        for version in 1..16 {
            edit(version);
            // A build next to the server, as from a crontab.
            let (code, _, stderr) =
                project.feedmill(&["--formats", "rss", "--base-url", &server.address, "--wait", "300"]);
            assert_eq!((code, stderr.as_str()), (0, ""));
            let (_, headers, body) = server.get("/rss.xml");
            assert!(
                String::from_utf8_lossy(&body).contains(&format!("Version {version}<")),
                "it is served at once"
            );
            tags.insert(headers["etag"].clone());
            // Every reader must see each version, so that they read while the feed changes, however slow they are.
            for coding in codings {
                until(|| seen.lock().unwrap().contains(&(coding, version.to_string())).then_some(()));
            }
        }
        edit(16);
        // A build by the server itself.
        until(|| String::from_utf8_lossy(&server.get("/rss.xml").2).contains("Version 16<").then_some(()));
        stop.store(true, Ordering::Relaxed);
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
    assert_eq!(tags.len(), 15);
    assert_eq!(project.read_file("stderr"), "");
}

#[test]
fn responses_have_cache_control_and_the_hub() {
    let project = Project::new();
    for n in 0..9 {
        project.write_seed(
            &format!("town/{n}.txt"),
            MAY + n * 10 * DAY,
            "x",
            &format!("https://news.example/{n}"),
            "x",
        );
        project.write_seed(
            &format!("tick/{n}.txt"),
            MAY + n * 1_800_000,
            "x",
            &format!("https://news.example/tick/{n}"),
            "x",
        );
    }
    project.write_file("feeds/mine.txt", "x").write_file("feeds/mine/archive/2023-01/rss.xml", "x");
    let settings = "limit = 3\narchive = true\n[section.tick]\narchive = false\nlimit = 9\nhub = 'https://hub.example/a?b=c'\n";
    project.write_file("feedmill.toml", settings);
    let server = TestServer::start(&project, &[]);
    let cache_control = |path: &str| server.get(path).1["cache-control"].clone();
    assert_eq!(cache_control("/tick/rss.xml"), "public, max-age=180", "a tenth of half an hour");
    assert_eq!(cache_control("/town/feed.json"), "public, max-age=3600", "never more than an hour");
    assert_eq!(cache_control("/"), "public, max-age=180", "the page shows the newest of all");
    assert_eq!(cache_control("/town/archive/2024-05/atom.xml"), "public, max-age=604800, immutable");
    assert_eq!(cache_control("/town/archive/2024-06-open/rss.xml"), "public, max-age=3600");
    assert_eq!(cache_control("/mine.txt"), "public, max-age=300");
    assert_eq!(
        cache_control("/mine/archive/2023-01/rss.xml"),
        "public, max-age=300",
        "not generated by feedmill"
    );
    assert_eq!(cache_control("/healthz"), "no-store");
    assert_eq!(cache_control("/nowhere"), "no-store");
    let (_, headers, _) = server.ask("HEAD", "/tick/atom.xml", &[]);
    let link =
        format!("<https://hub.example/a?b=c>; rel=\"hub\", <{}tick/atom.xml>; rel=\"self\"", server.address);
    assert_eq!(headers["link"], link);
    assert_eq!(server.ask("GET", "/tick/atom.xml", &[("If-None-Match", "*")]).1["link"], link);
    assert!(!server.get("/town/atom.xml").1.contains_key("link") && !server.get("/").1.contains_key("link"));
}

#[test]
fn after_a_failed_build_the_health_check_fails_and_the_old_feeds_are_served() {
    let project = sample_project();
    let server = TestServer::start(&project, &[]);
    assert_eq!((server.get("/healthz").0, server.metric("feeds"), server.metric("entries")), (200, 2.0, 3.0));
    let (_, headers, _) = server.get("/rss.xml");
    fs::remove_dir_all(project.path("seeds/town")).unwrap();
    until(|| (server.get("/healthz").0 == 503).then_some(()));
    assert_eq!(server.get("/healthz").2, b"the last build failed\n");
    assert!(server.metric("builds_total{outcome=\"failed\"}") >= 1.0);
    assert_eq!(server.get("/rss.xml").1["etag"], headers["etag"]);
    assert!(
        project.read_file("stderr").contains("there is no readable seed")
            || project.read_file("stderr").contains("seed"),
        "{}",
        project.read_file("stderr")
    );
    project.write_seed("a/1.txt", MAY, "Back", "https://news.example/back", "x");
    until(|| (server.get("/healthz").0 == 200).then_some(()));
    assert!(String::from_utf8_lossy(&server.get("/rss.xml").2).contains("Back"));

    let empty = Project::new();
    let server = TestServer::start(&empty, &[]);
    assert_eq!((server.get("/healthz").0, server.get("/").0), (503, 404), "it waits for seeds");
    empty.write_seed("1.txt", MAY, "First", "https://news.example/1", "x");
    until(|| (server.get("/healthz").0 == 200 && server.get("/").0 == 200).then_some(()));
}

#[test]
#[cfg(unix)]
fn on_sigterm_it_finishes_the_requests_in_progress() {
    let project = sample_project();
    project.write_file("feeds/large", vec![7; 64 << 20]);
    let mut server = TestServer::start(&project, &[]);
    let idle = server.connect();
    let mut stream = BufReader::new(server.connect());
    stream.get_mut().write_all(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    stream.fill_buf().unwrap();
    server.end();
    until(|| TcpStream::connect(&server.host).is_err().then_some(()));
    assert_eq!(answer(&mut stream, false).2.len(), 64 << 20);
    let last = Instant::now();
    assert_eq!(server.wait(), Some(0));
    assert!(last.elapsed() < Duration::from_secs(9), "it waits although no request is in progress");
    assert_eq!((&idle).read(&mut [0]).unwrap(), 0);
    let stdout = project.read_file("stdout");
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!((lines[0], lines.len()), (format!("listening on {}", server.address).as_str(), 2), "{stdout}");
    assert!(lines[1].starts_with("built in "), "{stdout}");
    assert_eq!(project.read_file("stderr"), "");
}

#[test]
#[cfg(unix)]
fn the_access_log_has_one_line_per_request() {
    let project = sample_project();
    let mut server = TestServer::start(&project, &["--access-log", "json"]);
    server.ask("GET", "/rss.xml?a=b", &[("User-Agent", "Reader/1.0 (7 subscribers) \u{e9}\"")]);
    server.ask("HEAD", "/no%0awhere", &[]);
    server.end();
    assert_eq!(server.wait(), Some(0));
    let lines: Vec<Value> =
        project.read_file("stdout").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(string_field(&lines[0], "message"), "listening");
    let lines: Vec<_> = lines[1..].iter().filter(|line| line["path"] != "/metrics").collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    let size = fs::metadata(project.path("feeds/rss.xml")).unwrap().len();
    assert_eq!(
        (
            string_field(lines[0], "method"),
            string_field(lines[0], "path"),
            lines[0]["status"].as_u64(),
            lines[0]["bytes"].as_u64()
        ),
        ("GET", "/rss.xml", Some(200), Some(size))
    );
    assert!(
        string_field(lines[0], "agent").starts_with("Reader/1.0 (7 subscribers)")
            && string_field(lines[0], "peer").starts_with("127.0.0.1:")
    );
    assert_eq!((string_field(lines[1], "path"), lines[1]["status"].as_u64()), ("/no%0awhere", Some(404)));
    assert_eq!(project.read_file("stderr"), "");
}

#[test]
fn if_it_cannot_listen_it_fails_and_builds_nothing() {
    let project = sample_project();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = taken.local_addr().unwrap().to_string();
    let (code, stdout, stderr) = project.feedmill(&["serve", "--listen", &place]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(
        stderr.contains(&format!("cannot listen on {place}")) && !project.path("feeds").exists(),
        "{stderr}"
    );
    project.write_file("feedmill.toml", "titel = 'x'\n");
    let (code, _, stderr) = project.feedmill(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(code == 2 && stderr.contains("config-unknown-key"), "{stderr}");
}

#[test]
fn the_chosen_port_is_printed_on_stdout() {
    let project = sample_project();
    let mut child = project
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
