//! Seeds and feeds in object storage, with real S3 servers (moto and s3rver), a real server of Azure Blob Storage (Azurite) and
//! a real WebDAV server (rclone) on loopback.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::{Project, files_below, output_of};

const BASE_TIME: i64 = 1_698_786_902_000;
const SECRET: &str = "wJalrXUtnFEMI-K7MDENG";
const TOKEN: &str = "FwoGZXIvYXdzEBYaD-session";

/// Waits until something is true, for some seconds; then fails with what is the case instead.
fn wait_until(seconds: u64, is_true: impl Fn() -> bool, instead: impl Fn() -> String) {
    let begun = Instant::now();
    while !is_true() {
        assert!(begun.elapsed() < Duration::from_secs(seconds), "{}", instead());
        thread::sleep(Duration::from_millis(2));
    }
}

/// A server that is killed when it is dropped, and its log.
pub(super) struct Server {
    child: Child,
    pub(super) host: String,
    log: Arc<Mutex<Vec<String>>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts a server on a free port, and waits until it listens.
    fn start(command: impl Fn(u16) -> Command) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = command(port);
        let (child, log) = Self::spawn(&mut command);
        let host = format!("127.0.0.1:{port}");
        let is_listening = || TcpStream::connect(&host).is_ok();
        wait_until(60, is_listening, || format!("{command:?} does not listen"));
        Self { child, host, log }
    }

    /// Starts a server that chooses a port and writes its URL to the log.
    fn start_on_any_port(mut command: Command) -> Self {
        let (child, log) = Self::spawn(&mut command);
        let host = || {
            let log = log.lock().unwrap();
            log.iter().find_map(|line| Some(line.split_once("Running on http://")?.1.trim().to_owned()))
        };
        wait_until(60, || host().is_some(), || format!("{command:?}: {log:?}"));
        let host = host().unwrap();
        Self { child, host, log }
    }

    fn spawn(command: &mut Command) -> (Child, Arc<Mutex<Vec<String>>>) {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let (log, stderr) = (Arc::new(Mutex::new(Vec::new())), child.stderr.take().unwrap());
        let lines = log.clone();
        thread::spawn(move || {
            let all = BufReader::new(stderr).lines().map_while(Result::ok);
            all.for_each(|line| lines.lock().unwrap().push(line));
        });
        (child, log)
    }

    /// Returns the status and headers, in lower case, and the body of the answer to a request.
    pub(super) fn request(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> (String, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        // The server accepts any signature.
        let now = chrono::DateTime::<chrono::Utc>::from(SystemTime::now());
        let (day, time) = (now.format("%Y%m%d"), now.format("%Y%m%dT%H%M%SZ"));
        let signature = format!(
            "Authorization: AWS4-HMAC-SHA256 Credential=S3RVER/{day}/us-east-1/s3/aws4_request, \
             SignedHeaders=host, Signature=x\r\nX-Amz-Date: {time}\r\nX-Amz-Content-Sha256: UNSIGNED-PAYLOAD"
        );
        let (host, length) = (&self.host, body.len());
        let head = format!(
            "{method} {path} HTTP/1.0\r\nHost: {host}\r\n{signature}\r\n{headers}Content-Length: {length}\r\n\r\n"
        );
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        let end = all.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        (String::from_utf8_lossy(&all[..end]).to_lowercase(), all[end + 4..].to_vec())
    }

    /// Returns method and path of each request since the last call.
    fn requests(&self) -> Vec<String> {
        // The log is written after the answer.
        thread::sleep(Duration::from_millis(100));
        let lines = std::mem::take(&mut *self.log.lock().unwrap());
        let request = |line: &String| {
            let rest = line.split_once("] \"")?.1;
            let from = rest.find(|c: char| c.is_ascii_uppercase() && c != 'm')?;
            Some(rest[from..].split(" HTTP/").next()?.to_owned())
        };
        lines.iter().filter_map(request).collect()
    }
}

/// Starts an S3 server with an empty bucket.
pub(super) fn s3() -> Server {
    let python = PathBuf::from(std::env::var_os("FEEDMILL_PYTHON").unwrap());
    let mut command = Command::new(&python);
    command.args(["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]);
    let server = Server::start_on_any_port(command);
    assert!(server.request("PUT", "/news", "", b"").0.contains(" 200 "));
    server
}

/// Returns a command with the binary of this build, which has the feature.
pub(super) fn command(project: &Project, host: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_feedmill"));
    command.current_dir(project.dir.path()).args(args).env_clear();
    command.env("AWS_ENDPOINT_URL", format!("http://{host}")).env("AWS_REGION", "us-east-1");
    command.env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE").env("AWS_SECRET_ACCESS_KEY", SECRET);
    command.env("AWS_SESSION_TOKEN", TOKEN);
    command
}

/// Returns a project with articles in three sections, and a configuration.
fn project() -> Project {
    let project = Project::new();
    project.write_file(
        "feedmill.toml",
        "base_url = 'https://feeds.example/'\nindex = ['page', 'opml', 'style']\n",
    );
    for number in 0..12 {
        let section = ["town", "stadt \u{fc}", "bridge"][number % 3];
        let (time, link) = (BASE_TIME + number as i64 * 60_000, format!("https://news.example/{number}"));
        project.write_seed(
            &format!("{section}/{number}.txt"),
            time,
            &format!("Title {number}"),
            &link,
            "<p>Text.</p>",
        );
    }
    project.write_file("seeds/town/empty.txt", "");
    project
}

/// Puts a file of a project into the bucket.
fn upload(server: &Server, project: &Project, path: &str) {
    let bytes = std::fs::read(project.path(path)).unwrap();
    let (head, _) = server.request("PUT", &format!("/news/{}", encoded(path)), "", &bytes);
    assert!(head.contains(" 200 "), "{head}");
}

fn upload_seeds(server: &Server, project: &Project) {
    for file in files_below(&project.path("seeds")) {
        upload(server, project, file.strip_prefix(project.dir.path()).unwrap().to_str().unwrap());
    }
}

/// Returns the feeds of a folder by path.
pub(super) fn feeds(project: &Project, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let root = project.path(folder);
    let files = files_below(&root).into_iter().map(|file| {
        let path = file.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        (path, std::fs::read(file).unwrap())
    });
    files.collect()
}

fn encoded(path: &str) -> String {
    path.replace(' ', "%20").replace('\u{fc}', "%C3%BC")
}

#[test]
#[cfg_attr(not(has_moto), ignore = "needs a Python with moto (FEEDMILL_PYTHON): run tests/run.sh")]
fn a_bucket_holds_the_feeds_of_a_folder_and_an_unchanged_build_elsewhere_fetches_no_seed() {
    let (server, project) = (s3(), project());
    upload_seeds(&server, &project);
    // No file has such a name.
    assert!(server.request("PUT", "/news/seeds/town//1.txt", "", b"text").0.contains(" 200 "));
    let (folder, ..) = output_of(&mut command(&project, "", &["--quiet"]));
    let bucket = ["--seeds", "s3://news/seeds", "--feeds", "s3://news/public/feeds", "-v"];
    let (code, out, err) = output_of(&mut command(&project, &server.host, &bucket));
    assert_eq!((folder, code, out.as_str()), (0, 0, ""), "{err}");
    assert!(err.contains("object storage: ") && err.contains("s3://news/seeds/town/empty.txt: "), "{err}");
    assert!(err.contains("s3://news/seeds/town//: error[seed-not-a-path]: "), "{err}");
    let expected = feeds(&project, "feeds");
    assert!(expected.len() > 12);
    for (path, bytes) in &expected {
        let (head, body) = server.request("GET", &format!("/news/public/feeds/{}", encoded(path)), "", b"");
        assert!(body == *bytes, "{path}: {head}");
        assert!(head.contains("\r\ncache-control: public, max-age=300"), "{path}: {head}");
    }
    let (head, _) = server.request("HEAD", "/news/public/feeds/atom.xml", "", b"");
    assert!(head.contains("\r\ncontent-type: application/atom+xml; charset=utf-8"), "{head}");

    // A new machine without the cache of the first. Its configuration says what the flags said.
    let other = Project::new();
    let text = project.read_file("feedmill.toml");
    let places = "seeds = 's3://news/seeds'\nfeeds = 's3://news/public/feeds'\n";
    other.write_file("feedmill.toml", format!("{places}{text}"));
    server.requests();
    let (code, _, err) = output_of(&mut command(&other, &server.host, &["-v"]));
    assert!(code == 0 && err.contains(": nothing changed; "), "{err}");
    let requests = server.requests();
    let of = |method: &str| requests.iter().filter(|request| request.starts_with(method)).collect::<Vec<_>>();
    let is_listing = |request: &&&String| request.contains("list-type=2");
    assert_eq!(of("PUT"), ["PUT /news/public/feeds/.feedmill.lock"], "only the lease is written");
    assert_eq!(of("GET").iter().filter(is_listing).count(), 5, "{requests:?}");
    let read: Vec<_> = of("GET").into_iter().filter(|request| !is_listing(&request)).collect();
    assert!(read.iter().all(|request| request.contains("/.feedmill/")), "{read:?}");

    // One article changes, and so do the feeds of its section.
    project.write_seed(
        "bridge/11.txt",
        BASE_TIME + 660_000,
        "New title",
        "https://news.example/11",
        "<p>Text.</p>",
    );
    upload(&server, &project, "seeds/bridge/11.txt");
    server.requests();
    let (code, _, err) = output_of(&mut command(&other, &server.host, &["-v"]));
    assert!(code == 0 && err.contains("7 written"), "{err}");
    let requests = server.requests();
    assert!(
        !requests.iter().any(|request| request.contains("PUT") && request.contains("/town/")),
        "{requests:?}"
    );
    assert_eq!(output_of(&mut command(&project, "", &["--quiet"])).0, 0);
    for (path, bytes) in &feeds(&project, "feeds") {
        let (_, body) = server.request("GET", &format!("/news/public/feeds/{}", encoded(path)), "", b"");
        assert!(body == *bytes, "{path}");
    }
}

#[test]
#[cfg_attr(not(has_moto), ignore = "needs a Python with moto (FEEDMILL_PYTHON): run tests/run.sh")]
fn several_builders_share_a_bucket_and_continue_if_one_is_killed() {
    let (server, project) = (s3(), project());
    upload_seeds(&server, &project);
    assert_eq!(output_of(&mut command(&project, "", &["--quiet"])).0, 0);
    let args =
        ["build", "--shared", "--lease", "1", "--seeds", "s3://news/seeds", "--feeds", "s3://news/feeds"];
    let start = || command(&project, &server.host, &args).stderr(Stdio::piped()).spawn().unwrap();
    // It dies with a folder of seeds, which nobody else may build until the lease has expired.
    let mut first = start();
    let is_claim = |line: &String| line.contains("PUT /news/feeds/.feedmill/shared/");
    wait_until(30, || server.log.lock().unwrap().iter().any(is_claim), || "nothing is claimed".to_owned());
    first.kill().unwrap();
    first.wait().unwrap();
    for builder in [start(), start()] {
        let output = builder.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    for (path, bytes) in &feeds(&project, "feeds") {
        let (head, body) = server.request("GET", &format!("/news/feeds/{}", encoded(path)), "", b"");
        assert!(body == *bytes, "{path}: {head}");
    }
    let requests = server.requests();
    for number in (0..12).filter(|number| number % 3 != 1) {
        let path = format!("GET /news/seeds/{}/{number}.txt", ["town", "", "bridge"][number % 3]);
        let reads = requests.iter().filter(|request| **request == path).count();
        // The head, again if the first builder had read it, and the body.
        assert!((2..=3).contains(&reads), "{path}: {reads} times");
    }
    // Builders of a folder on disk share it too.
    let (code, _, err) = output_of(&mut command(&project, "", &["--shared", "--feeds", "shared", "-v"]));
    assert!(code == 0 && err.contains(" written"), "{err}");
    assert_eq!(feeds(&project, "shared"), feeds(&project, "feeds"));
    let (code, _, err) = output_of(&mut command(&project, "", &["--shared", "--feeds", "shared", "-v"]));
    assert!(code == 0 && err.contains("nothing changed") && err.contains("shared: built "), "{err}");
    assert!(!project.path("shared/.feedmill/shared").exists());
}

#[test]
#[cfg(unix)]
#[cfg_attr(not(has_moto), ignore = "needs a Python with moto (FEEDMILL_PYTHON): run tests/run.sh")]
fn a_build_that_is_stopped_leaves_no_lock() {
    use rustix::process::{Pid, Signal, kill_process};
    let (server, project) = (s3(), project());
    upload_seeds(&server, &project);
    for (signal, expected, mode) in [(Signal::TERM, 143, "--shared"), (Signal::INT, 130, "--verbose")] {
        let args = ["build", mode, "--seeds", "s3://news/seeds", "--feeds", "s3://news/feeds"];
        server.requests();
        let mut child = command(&project, &server.host, &args).stderr(Stdio::piped()).spawn().unwrap();
        let is_taken = |line: &String| line.contains("PUT /news/feeds/.feedmill");
        wait_until(30, || server.log.lock().unwrap().iter().any(is_taken), || "nothing is locked".to_owned());
        kill_process(Pid::from_child(&child), signal).unwrap();
        let code = child.wait().unwrap().code();
        // It may have been done before.
        assert!(code == Some(expected) || code == Some(0), "{code:?}");
        let (_, listed) = server.request("GET", "/news?list-type=2&prefix=feeds/.feedmill", "", b"");
        let listed = String::from_utf8(listed).unwrap();
        assert!(listed.contains("<ListBucketResult") && !listed.contains(".lock<"), "{listed}");
    }
}

#[test]
#[cfg_attr(not(has_moto), ignore = "needs a Python with moto (FEEDMILL_PYTHON): run tests/run.sh")]
fn builds_exclude_each_other_in_a_bucket_and_other_commands_name_the_problem() {
    let (server, project) = (s3(), project());
    let lease = b"process 1 of builder-7\n0\n";
    server.request("PUT", "/news/feeds/.feedmill.lock", "", lease);
    let args = ["--feeds", "s3://news/feeds", "--wait", "0"];
    let (code, _, err) = output_of(&mut command(&project, &server.host, &args));
    assert_eq!(code, 2);
    assert!(err.contains("process 1 of builder-7 is building these feeds; nothing was changed"), "{err}");
    server.request("DELETE", "/news/feeds/.feedmill.lock", "", b"");
    assert_eq!(output_of(&mut command(&project, &server.host, &args)).0, 0);
    assert!(server.request("HEAD", "/news/feeds/.feedmill.lock", "", b"").0.contains(" 404 "), "it is gone");
    let (code, out, _) =
        output_of(&mut command(&project, &server.host, &["build", "--dry-run", "--feeds", "s3://news/new"]));
    assert!(code == 0 && out.contains("write s3://news/new/rss.xml (new)\n"), "{out}");
    assert!(server.request("HEAD", "/news/new/rss.xml", "", b"").0.contains(" 404 "));
    for (args, expected) in [
        (
            vec!["--feeds", "s3://none/feeds"],
            "s3://none/feeds: cannot lock the feeds folder: 404 Not Found: NoSuchBucket",
        ),
        (
            vec!["--seeds", "s3://news/none", "--feeds", "s3://news/feeds"],
            "s3://news/none: no readable seeds",
        ),
        (
            vec!["--feeds", "ftp://news/feeds"],
            "ftp://news/feeds: unknown scheme `ftp`; use a folder, or `s3://",
        ),
        (
            vec!["serve", "--seeds", "seeds", "--feeds", "s3://news/feeds"],
            "s3://news/feeds: `--seeds` is for builds, and `serve` builds nothing",
        ),
        (vec!["serve", "--seeds", "s3://news/seeds"], "`serve` needs folders on disk, and `seeds` is a URL"),
        (vec!["watch", "--seeds", "s3://news/seeds"], "`watch` needs folders on disk, and `seeds` is a URL"),
        (
            vec!["init", "s3://news/seeds"],
            "s3://news/seeds: `init` needs a folder on disk; run it in an empty one",
        ),
    ] {
        let (code, _, err) = output_of(&mut command(&project, &server.host, &args));
        assert!(code == 2 && err.contains(expected), "{args:?}: {err}");
    }
    let file = format!("file://{}", project.path("elsewhere").to_str().unwrap());
    assert_eq!(output_of(&mut command(&project, "", &["--feeds", &file])).0, 0);
    assert!(project.path("elsewhere/rss.xml").is_file());
}

/// Returns the server of `feedmill serve` with its feeds at a place, once it is healthy.
fn serve(project: &Project, s3: &str, place: &str) -> Server {
    let server = Server::start(|port| {
        let listen = format!("127.0.0.1:{port}");
        command(project, s3, &["serve", "--no-push", "--listen", &listen, "--feeds", place])
    });
    let is_healthy = || server.request("GET", "/healthz", "", b"").0.contains(" 200 ");
    wait_until(60, is_healthy, || format!("{:?}", server.log));
    server
}

#[test]
#[cfg_attr(not(has_moto), ignore = "needs a Python with moto (FEEDMILL_PYTHON): run tests/run.sh")]
fn a_replica_answers_from_a_bucket_as_a_server_does_from_a_folder() {
    let (s3, project) = (s3(), project());
    let hub = "hub = 'https://ann:secret@hub.example/'\nindex = ['page', 'opml', 'style']\n";
    project.write_file("feedmill.toml", format!("base_url = 'https://feeds.example/'\n{hub}"));
    assert_eq!(output_of(&mut command(&project, "", &["--quiet", "--no-push"])).0, 0);
    let args = ["--quiet", "--no-push", "--feeds", "s3://news/feeds"];
    assert_eq!(output_of(&mut command(&project, &s3.host, &args)).0, 0);
    // Files that others put next to the feeds: one is too large for memory.
    let large: Vec<u8> = (0..(8 << 20) + 70_000_u32).map(|n| (n / 7) as u8).collect();
    for (path, bytes) in [("large.bin", large.as_slice()), ("a b/empty.txt", b""), (".hidden", b"secret")] {
        project.write_file(format!("feeds/{path}"), bytes);
        s3.request("PUT", &format!("/news/feeds/{}", encoded(path)), "", bytes);
    }
    s3.requests();
    let (folder, bucket) =
        (serve(&project, "", "feeds"), serve(&Project::new(), &s3.host, "s3://news/feeds"));
    let paths = [
        "/",
        "/rss.xml",
        "/feed.json",
        "/feeds.opml",
        "/feed.css",
        "/stadt%20%C3%BC/atom.xml",
        "/town/",
        "/a%20b/empty.txt",
        "/town",
        "/none.xml",
        "/.feedmill/feeds.json",
        "/.hidden",
    ];
    let tag = |answer: &(String, Vec<u8>)| {
        answer.0.lines().find_map(|line| line.strip_prefix("etag: ").map(str::to_owned)).unwrap_or_default()
    };
    let mut seen = BTreeMap::new();
    for path in paths {
        let known = tag(&folder.request("GET", path, "", b""));
        let same = format!("If-None-Match: {known}\r\n");
        // The header of a proxy: without it, pages get a script with the time at which the server started.
        let requests = [
            ("GET", ""),
            ("HEAD", ""),
            ("GET", &same),
            ("GET", "If-None-Match: \"other\"\r\n"),
            ("GET", "If-Match: \"other\"\r\n"),
            ("GET", "Range: bytes=3-9\r\n"),
            ("GET", "Range: bytes=-70001\r\n"),
            ("GET", "Range: bytes=99999999-\r\n"),
            ("GET", "Accept-Encoding: gzip\r\n"),
            ("GET", "Accept-Encoding: br, zstd\r\n"),
            ("GET", "Sec-Fetch-Dest: document\r\nVia: 1.1 proxy\r\n"),
            ("GET", "Accept: text/html\r\n"),
            ("POST", ""),
        ];
        for (method, headers) in requests {
            let answer = |server: &Server| {
                let (head, body) = server.request(method, path, headers, b"");
                let kept =
                    |line: &&str| !["date: ", "last-modified: "].iter().any(|name| line.starts_with(name));
                let head: Vec<_> = head.lines().filter(kept).map(str::to_owned).collect();
                (head, body)
            };
            let (expected, found) = (answer(&folder), answer(&bucket));
            assert!(expected.1 == found.1, "{method} {path} {headers}: other bytes");
            assert_eq!(expected.0, found.0, "{method} {path} {headers}");
            *seen.entry(expected.0[0].clone()).or_insert(0) += 1;
        }
    }
    let statuses: Vec<_> = seen.keys().filter_map(|line| line.split(' ').nth(1)).collect();
    assert_eq!(statuses, ["200", "206", "304", "404", "405", "412", "416"]);
    // The time of a change is not stated within its second.
    let head_of_feed = || bucket.request("HEAD", "/rss.xml", "", b"").0;
    let has_time = || {
        let head = head_of_feed();
        assert!(head.contains("<https://hub.example/>; rel=\"hub\""), "{head}");
        head.contains("\r\nlast-modified: ")
    };
    wait_until(10, has_time, head_of_feed);
    // It is fetched while it is sent, and its tag is made of that of the bucket.
    let (head, body) = bucket.request("GET", "/large.bin", "", b"");
    assert!(body == large && head.contains(&format!("\r\ncontent-length: {}", large.len())), "{head}");
    let (head, body) = bucket.request("GET", "/large.bin", "Range: bytes=8388000-8389000\r\n", b"");
    assert!(head.contains(" 206 ") && body == large[8_388_000..=8_389_000], "{head}");
    let same = format!("If-None-Match: {}\r\n", tag(&(head, Vec::new())));
    assert!(bucket.request("GET", "/large.bin", &same, b"").0.contains(" 304 "));
    // Nothing was written, and what is hidden was not even asked for.
    let requests = s3.requests();
    let is_expected = |request: &String| {
        (request.starts_with("GET ") || request.starts_with("HEAD ")) && !request.contains("/.hidden")
    };
    assert!(requests.iter().all(is_expected), "{requests:?}");

    // The bucket is gone; what was read is still served.
    drop(s3);
    assert!(bucket.request("GET", "/rss.xml", "", b"").0.contains(" 200 "));
    let (head, _) = bucket.request("GET", "/never-read.xml", "", b"");
    assert!(head.contains(" 503 ") && head.contains("\r\nretry-after: "), "{head}");
    // The log is read by another thread.
    let expected = ["ERROR s3://news/feeds/never-read.xml: ", "served as they were"];
    let log = || bucket.log.lock().unwrap().join("\n");
    let is_logged = || expected.iter().all(|text| log().contains(text));
    wait_until(10, is_logged, log);
}

/// A second S3 server, of other authors, holds the same bytes and is listed, read and served in the same way. It ignores the
/// conditions of writes.
#[test]
#[cfg_attr(not(has_s3rver), ignore = "needs s3rver: run tests/run.sh")]
fn another_s3_server_holds_the_feeds_of_a_folder_too() {
    let project = project();
    // This server sends a range of an empty object never to its end.
    std::fs::remove_file(project.path("seeds/town/empty.txt")).unwrap();
    let modules = PathBuf::from(std::env::var_os("FEEDMILL_NODE_MODULES").unwrap());
    let s3 = Server::start(|port| {
        let mut command = Command::new("node");
        command.arg(modules.join("s3rver/bin/s3rver.js")).args(["--port", &port.to_string()]);
        command.args([
            "--address",
            "127.0.0.1",
            "--configure-bucket",
            "news",
            "--allow-mismatched-signatures",
        ]);
        command.arg("--directory").arg(project.path("s3"));
        command
    });
    upload_seeds(&s3, &project);
    let with_key = |mut command: Command| {
        command.env("AWS_ACCESS_KEY_ID", "S3RVER").env("AWS_SECRET_ACCESS_KEY", "S3RVER");
        command.env_remove("AWS_SESSION_TOKEN");
        command
    };
    let bucket = ["--seeds", "s3://news/seeds", "--feeds", "s3://news/feeds", "-v"];
    for round in ["written", "nothing changed; read 0 B of heads", "7 written"] {
        if round == "7 written" {
            let (time, link) = (BASE_TIME + 660_000, "https://news.example/11");
            project.write_seed("bridge/11.txt", time, "New title", link, "<p>Text.</p>");
            upload(&s3, &project, "seeds/bridge/11.txt");
        }
        assert_eq!(output_of(&mut command(&project, "", &["--quiet"])).0, 0);
        let (code, _, err) = output_of(&mut with_key(command(&project, &s3.host, &bucket)));
        assert!(code == 0 && err.contains(round), "{round}: {err}");
        for (path, bytes) in &feeds(&project, "feeds") {
            let (_, body) = s3.request("GET", &format!("/news/feeds/{}", encoded(path)), "", b"");
            assert!(body == *bytes, "{round}: {path}");
        }
    }
    let server = Server::start(|port| {
        let listen = format!("127.0.0.1:{port}");
        with_key(command(&project, &s3.host, &["serve", "--listen", &listen, "--feeds", "s3://news/feeds"]))
    });
    let (_, body) = server.request("GET", "/atom.xml", "", b"");
    assert!(body == std::fs::read(project.path("feeds/atom.xml")).unwrap());
    assert!(server.request("GET", "/none", "", b"").0.contains(" 404 "));
}

/// Azure lists ETags without quotes, and has containers and blocks instead of buckets and parts.
#[test]
#[cfg_attr(not(has_azurite), ignore = "needs azurite: run tests/run.sh")]
fn azure_holds_the_feeds_of_a_folder_too() {
    /// Public account of such servers: an account SAS with every permission.
    const SAS: &str = "sv=2022-11-02&ss=b&srt=sco&sp=rwdlacx&se=2099-01-01T00%3A00%3A00Z\
                       &sig=uRBjTHOW4p%2B6%2BA8tFf9i6qbObR3JqiIR622UvxDQ5iM%3D";
    let project = project();
    // The feeds are larger than what is written at once.
    let text = "x".repeat(1 << 20);
    for number in 0..9 {
        let (path, link) = (format!("long/{number}.txt"), format!("https://news.example/long/{number}"));
        project.write_seed(&path, BASE_TIME + number, "Long", &link, &format!("<p>{text}</p>"));
    }
    let modules = PathBuf::from(std::env::var_os("FEEDMILL_NODE_MODULES").unwrap());
    let azure = Server::start(|port| {
        let mut command = Command::new("node");
        command.arg(modules.join("azurite/dist/src/blob/main.js"));
        command.args(["--blobHost", "127.0.0.1", "--blobPort", &port.to_string()]);
        command.args(["--inMemoryPersistence", "--disableTelemetry", "--silent"]);
        command
    });
    let path = |path: &str| format!("/devstoreaccount1/news/{}?{SAS}", encoded(path));
    let put = |file: &str| {
        let bytes = std::fs::read(project.path(file)).unwrap();
        let (head, _) = azure.request("PUT", &path(file), "x-ms-blob-type: BlockBlob\r\n", &bytes);
        assert!(head.contains(" 201 "), "{head}");
    };
    let container = format!("/devstoreaccount1/news?restype=container&{SAS}");
    assert!(azure.request("PUT", &container, "", b"").0.contains(" 201 "));
    for file in files_below(&project.path("seeds")) {
        put(file.strip_prefix(project.dir.path()).unwrap().to_str().unwrap());
    }
    let build = |container: &str| {
        let feeds = format!("az://{container}/feeds");
        let mut command = command(&project, "", &["--seeds", "az://news/seeds", "--feeds", &feeds, "-v"]);
        command.env("AZURE_STORAGE_USE_EMULATOR", "true");
        command.env("AZURITE_BLOB_STORAGE_URL", format!("http://{}", azure.host));
        output_of(&mut command)
    };
    for round in ["written", "nothing changed; read 0 B of heads", "7 written"] {
        if round == "7 written" {
            let (time, link) = (BASE_TIME + 660_000, "https://news.example/11");
            project.write_seed("bridge/11.txt", time, "New title", link, "<p>Text.</p>");
            put("seeds/bridge/11.txt");
        }
        assert_eq!(output_of(&mut command(&project, "", &["--quiet"])).0, 0);
        let (code, _, err) = build("news");
        assert!(code == 0 && err.contains(round), "{round}: {err}");
        for (file, bytes) in &feeds(&project, "feeds") {
            let (head, body) = azure.request("GET", &path(&format!("feeds/{file}")), "", b"");
            assert!(body == *bytes, "{round}: {file}");
            assert!(head.contains("\r\ncache-control: public, max-age=300"), "{head}");
        }
    }
    assert!(std::fs::metadata(project.path("feeds/rss.xml")).unwrap().len() > 8 << 20);
    let (code, _, err) = build("none");
    assert!(code == 2 && err.contains("404 Not Found: ContainerNotFound: "), "{err}");
    assert!(!err.contains("\\n"), "{err}");
}

/// Secrets of the environment and of URLs do not show up, even if a server repeats the request.
#[test]
fn secrets_are_never_printed() {
    let project = project();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let seen = Arc::new(Mutex::new(String::new()));
    let heads = seen.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|read| read > 0) {}
            let body = format!(
                "<Error><Code>SignatureDoesNotMatch</Code><Message>No.</Message><Request>{head}</Request></Error>"
            );
            heads.lock().unwrap().push_str(&head);
            let _ = write!(
                stream,
                "HTTP/1.1 403 Forbidden\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    let dav = format!("http://ann:{SECRET}@{host}/feeds");
    for place in ["s3://news/feeds", &dav] {
        for format in ["human", "json", "sarif"] {
            let args = ["--feeds", place, "-v", "--message-format", format];
            let (code, out, err) = output_of(&mut command(&project, &host, &args));
            assert_eq!(code, 2, "{err}");
            assert!(err.contains("403 Forbidden: SignatureDoesNotMatch: No."), "{err}");
            assert!(
                !format!("{out}{err}").contains(SECRET) && !format!("{out}{err}").contains(TOKEN),
                "{out}{err}"
            );
        }
    }
    let (wrong, feeds) = (format!("s3://AKID:{SECRET}@news/feeds"), format!("--feeds={dav}"));
    for args in [&["--feeds", wrong.as_str()][..], &["--seeds", &dav], &["serve", "--seeds=x", &feeds]] {
        let (code, out, err) = output_of(&mut command(&project, &host, args));
        assert!(code == 2 && !format!("{out}{err}").contains(SECRET), "{args:?}: {out}{err}");
    }
    // The client would repeat the variable, or panic.
    for (name, value, expected) in [
        ("GOOGLE_SERVICE_ACCOUNT_KEY", format!("\"{SECRET}\""), "set `GOOGLE_APPLICATION_CREDENTIALS`"),
        ("GOOGLE_BEARER_TOKEN", format!("{SECRET}\n"), "`GOOGLE_BEARER_TOKEN` has a blank or a line break"),
    ] {
        let (code, out, err) =
            output_of(command(&project, &host, &["--feeds", "gs://news/feeds"]).env(name, value));
        assert!(code == 2 && err.contains(expected) && !format!("{out}{err}").contains(SECRET), "{out}{err}");
    }
    let (code, _, err) = output_of(
        command(&project, &host, &["--feeds", "s3://news/feeds"]).env("AWS_ENDPOINT_URL", "127.0.0.1:9"),
    );
    assert!(code == 2 && err.contains("`AWS_ENDPOINT_URL` is not the URL of a server; write it as"), "{err}");
    let heads = seen.lock().unwrap();
    assert!(heads.contains(TOKEN) && heads.contains("Basic "), "the server was sent them: {heads}");
    assert!(!heads.contains(SECRET));
}

#[test]
fn without_credentials_the_variables_to_set_are_named() {
    let project = project();
    let mut command = command(&project, "127.0.0.1:1", &["--feeds", "s3://news/feeds"]);
    command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
    let (code, _, err) = output_of(command.env("AWS_METADATA_ENDPOINT", "http://127.0.0.1:1"));
    let expected = "there are no credentials; set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`";
    assert!(code == 2 && err.contains(expected), "{err}");
}

#[test]
#[cfg_attr(not(has_readers), ignore = "needs rclone: run tests/run.sh")]
fn a_webdav_server_holds_the_feeds_of_a_folder() {
    let project = project();
    std::fs::create_dir(project.path("dav")).unwrap();
    let root = project.path("dav");
    let server = Server::start(|port| {
        let mut command = Command::new("rclone");
        let address = format!("127.0.0.1:{port}");
        command.args(["serve", "webdav", "--addr", &address, "--user", "ann", "--pass", SECRET]).arg(&root);
        command
    });
    let place = format!("http://ann:{SECRET}@{}/", server.host);
    assert_eq!(output_of(&mut command(&project, "", &["--quiet"])).0, 0);
    for (round, expected) in ["written", "nothing changed"].iter().enumerate() {
        let args = ["--feeds", &format!("{place}public/feeds"), "-v"];
        let (code, _, err) = output_of(&mut command(&project, "", &args));
        assert!(code == 0 && err.contains(expected), "{round}: {err}");
    }
    assert_eq!(feeds(&project, "dav/public/feeds"), feeds(&project, "feeds"));
    assert!(project.path("dav/public/feeds/.feedmill/index").is_file());
}
