//! Builds and `serve` with few file handles, little memory and one core, while more slow clients connect than there are
//! handles. Nothing here depends on how fast the machine is: every feed that is published must be complete, and everything
//! must work again in the end.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::serve::{TestServer, in_shell, until};
use super::{Project, output_of};

/// 2024-05-01T00:00:00Z.
const MAY: i64 = 1_714_521_600_000;
const SEEDS: i64 = 10_000;
/// Number of entries of the feed. With these bodies it is larger than what the server keeps in memory, so each response
/// needs a handle.
const LIMIT: usize = 300;
const CLIENTS: usize = 500;
/// Number of clients that connect again in one round, at most.
const RECONNECTS: usize = 60;

/// Returns the commands of a shell that limit what it starts: 60 handles, 128 MiB of data, one core.
fn limits() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap();
    let core: String = allowed.trim().chars().take_while(char::is_ascii_digit).collect();
    format!("ulimit -n 60 && ulimit -d {} && taskset -cp {core} $$ >/dev/null", 128 << 10)
}

/// Writes a seed and renames it, as a careful crawler does, because a build may read it at any moment.
fn write_seed(project: &Project, number: i64, body: &str) {
    let (path, title) = (format!("seeds/s{:02}/{number}.txt", number % 20), format!("No. {number}"));
    let link = format!("https://news.example/{number}");
    project.write_seed("../new", MAY + number * 60_000, &title, &link, body);
    fs::create_dir_all(project.path(&path).parent().unwrap()).unwrap();
    fs::rename(project.path("new"), project.path(path)).unwrap();
}

/// Returns the title of the newest entry of a complete feed, and panics if the feed is not complete.
fn newest(feed: &str) -> String {
    let items = feed.matches("<item>").count();
    assert!(items == LIMIT && feed.ends_with("</rss>\n"), "an incomplete feed: {items} entries");
    feed.split("<item>").nth(1).unwrap().split("title>").nth(1).unwrap().trim_end_matches("</").to_owned()
}

/// A client that asks for the feed and takes a little of it now and then.
struct SlowClient(Option<TcpStream>);

impl SlowClient {
    fn connect(host: &SocketAddr) -> Self {
        let connect = || {
            let mut stream = TcpStream::connect_timeout(host, Duration::from_secs(1))?;
            stream.write_all(b"GET /rss.xml HTTP/1.1\r\nHost: a\r\n\r\n")?;
            stream.set_nonblocking(true)?;
            Ok::<_, std::io::Error>(stream)
        };
        Self(connect().ok())
    }

    /// Takes a few bytes; disconnects if the server has closed the connection.
    fn take(&mut self) {
        let mut buffer = [0; 512];
        let is_open = match self.0.as_mut().map(|stream| stream.read(&mut buffer)) {
            Some(Ok(read)) => read > 0,
            Some(Err(error)) => error.kind() == ErrorKind::WouldBlock,
            None => false,
        };
        if !is_open {
            self.0 = None;
        }
    }
}

/// Ends the threads of the test, even if it fails.
struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Requests the feed; `None` if the server refuses or drops the connection, as it may.
fn try_get(host: &SocketAddr) -> Option<String> {
    let mut stream = TcpStream::connect_timeout(host, Duration::from_secs(5)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
    stream.write_all(b"GET /rss.xml HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").ok()?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response).ok()?;
    let response = String::from_utf8(response).ok()?;
    let (head, body) = response.split_once("\r\n\r\n")?;
    assert!(["200", "503"].iter().any(|code| head.starts_with(&format!("HTTP/1.1 {code}"))), "{head}");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?;
    let is_whole = head.starts_with("HTTP/1.1 200") && length.parse() == Ok(body.len());
    is_whole.then(|| body.to_owned())
}

#[test]
#[cfg_attr(not(has_taskset), ignore = "needs taskset")]
fn with_60_handles_128_mib_and_one_core_500_slow_clients_make_no_feed_incomplete() {
    let project = Project::new();
    let body = format!("<p>{}</p>", "some words about the river ".repeat(1200));
    for number in 0..SEEDS {
        let is_published = number >= SEEDS - LIMIT as i64;
        write_seed(&project, number, if is_published { &body } else { "<p>Old.</p>" });
    }
    let limit = LIMIT.to_string();
    let args = ["--formats", "rss", "--limit", &limit, "--wait", "600"];
    let server =
        TestServer::start_in_shell(&project, &[&args[..], &["--client-timeout", "1"]].concat(), &limits());
    let host: SocketAddr = server.host.parse().unwrap();
    let published = || fs::read_to_string(project.path("feeds/rss.xml")).unwrap();
    assert!(published().len() > 8 << 20);
    assert_eq!(newest(&published()), format!("No. {}", SEEDS - 1));

    let (stop, connected) = (AtomicBool::new(false), AtomicUsize::new(0));
    let is_stopped = || stop.load(Ordering::Relaxed);
    std::thread::scope(|scope| {
        let stop = StopOnDrop(&stop);
        let clients = scope.spawn(|| {
            let mut clients: Vec<SlowClient> = (0..CLIENTS).map(|_| SlowClient::connect(&host)).collect();
            while !is_stopped() {
                clients.iter_mut().for_each(SlowClient::take);
                for client in clients.iter_mut().filter(|client| client.0.is_none()).take(RECONNECTS) {
                    *client = SlowClient::connect(&host);
                    connected.fetch_add(1, Ordering::Relaxed);
                }
                std::thread::sleep(Duration::from_millis(100));
            }
            clients
        });
        scope.spawn(|| {
            while !is_stopped() {
                newest(&published());
                try_get(&host).as_deref().map(newest);
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        // Builds of the server, and a command next to it.
        for round in 0..2 {
            let number = SEEDS + round;
            write_seed(&project, number, &body);
            if round == 1 {
                let mut command = project.command(&args);
                command.args(["--base-url", &server.address]);
                let (code, _, stderr) = output_of(&mut in_shell(&command, &limits()));
                assert_eq!((code, stderr.as_str()), (0, ""), "round {round}");
            }
            until(|| (newest(&published()) == format!("No. {number}")).then_some(()));
        }
        // As long as each client may be idle, at least.
        let start = Instant::now();
        until(|| {
            (connected.load(Ordering::Relaxed) > CLIENTS || start.elapsed().as_secs() > 10).then_some(())
        });
        drop(stop);
        // They stay connected and take nothing any more: the server has to close them.
        let _clients = clients.join().unwrap();
        let newest_title = format!("No. {}", SEEDS + 1);
        until(|| try_get(&host).filter(|feed| newest(feed) == newest_title));
    });
    assert_eq!(project.read_file("stderr"), "", "the server had no problem");
    assert!(server.metric("connections_refused_total") >= 1.0, "there were more clients than handles");
    until(|| (server.metric("connections") == 1.0).then_some(()));
}

#[test]
fn beyond_the_limit_of_the_size_of_files_builds_fail_with_a_message_and_the_old_feeds_stay() {
    let project = Project::new();
    let body = format!("<p>{}</p>", "some words about the river ".repeat(1200));
    let seed = |number: i64, body: &str| {
        let link = format!("https://news.example/{number}");
        project.write_seed(&format!("{number}.txt"), MAY + number * 60_000, "One", &link, body);
    };
    seed(0, "<p>Old.</p>");
    let args = ["--formats", "rss", "--base-url", "https://f.example/"];
    assert_eq!(project.feedmill(&args).0, 0);
    let old = project.read_file("feeds/rss.xml");
    // At most 204,800 bytes; some shells count 512 for each.
    let first = "ulimit -f 200";
    let server = TestServer::start_in_shell(&project, &["--formats", "rss"], first);
    (1..20).for_each(|number| seed(number, &body));
    let (code, _, stderr) = output_of(&mut in_shell(&project.command(&args), first));
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.starts_with("feedmill: feeds") && stderr.contains("File too large"), "{stderr}");
    until(|| project.read_file("stderr").contains("File too large").then_some(()));
    assert_eq!(server.get("/rss.xml").0, 200);
    assert_eq!(project.read_file("feeds/rss.xml").matches("<item>").count(), old.matches("<item>").count());
    drop(server);
    assert_eq!(project.feedmill(&args).0, 0);
    assert_eq!(project.read_file("feeds/rss.xml").matches("<item>").count(), 20);
}
