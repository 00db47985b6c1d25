//! Faults between builds and a real S3 server: a proxy refuses, loses, repeats, cuts off or forbids requests of a build in turn,
//! or kills the build. Whatever happens, every published document is the old one or the new one as a whole, none is
//! lost, and the next build completes what is missing.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::bucket::{Server, command, feeds, s3};
use super::kill::random;
use super::{Project, output_of};

const BASE_TIME: i64 = 1_698_786_902_000;
const KILLS: usize = 50;
/// Number of requests in a row that a busy server rejects.
const STORM: usize = 3;

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// It does not arrive.
    Refused,
    /// It arrives, and its answer does not.
    AnswerLost,
    /// It arrives twice, and the second answer counts.
    Twice,
    /// Half of its answer arrives.
    Half,
    /// It and some that follow are answered with 503.
    Busy,
    /// The answers to it and to all that follow come slowly.
    Slow,
    /// It and all that follow are answered with 403.
    Expired,
    /// The build is killed before it arrives.
    KilledBefore,
    /// The build is killed after it has arrived.
    KilledAfter,
}

impl Fault {
    /// True if it happens to a request, if it does to the one with the number `first`.
    fn concerns(self, number: usize, first: usize) -> bool {
        let last = match self {
            Self::Busy => first + STORM - 1,
            Self::Slow | Self::Expired => usize::MAX,
            _ => first,
        };
        (first..=last).contains(&number)
    }
}

#[derive(Default)]
struct Next {
    fault: Option<Fault>,
    first: usize,
    /// Number of requests so far.
    seen: usize,
    victim: Option<Pid>,
}

/// A proxy of a server.
#[derive(Clone)]
struct Proxy {
    server: String,
    host: String,
    next: Arc<Mutex<Next>>,
}

impl Proxy {
    fn start(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let proxy = Self { server: server.to_owned(), host, next: Arc::default() };
        let this = proxy.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let this = this.clone();
                // An error is a fault of the network, as far as the build can tell.
                thread::spawn(move || this.pass(&stream));
            }
        });
        proxy
    }

    /// Lets a fault happen to the request with this number, counted from 1.
    fn prepare(&self, fault: Option<Fault>, first: usize) {
        *self.next.lock().unwrap() = Next { fault, first, ..Next::default() };
    }

    fn seen(&self) -> usize {
        self.next.lock().unwrap().seen
    }

    /// Passes one request and its answer on; then the connection ends.
    fn pass(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        let request = read_request(stream)?;
        let fault = {
            let mut next = self.next.lock().unwrap();
            next.seen += 1;
            next.fault.filter(|fault| fault.concerns(next.seen, next.first))
        };
        let rejected = |status: &str, code: &str| {
            let body = format!("<Error><Code>{code}</Code></Error>");
            format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
        };
        match fault {
            None => stream.write_all(&self.answer(&request)?)?,
            Some(Fault::Refused) => {}
            Some(Fault::AnswerLost) => _ = self.answer(&request)?,
            Some(Fault::Twice) => {
                self.answer(&request)?;
                stream.write_all(&self.answer(&request)?)?;
            }
            Some(Fault::Half) => {
                let answer = self.answer(&request)?;
                let head = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
                let half = if head < answer.len() { head + (answer.len() - head) / 2 } else { head / 2 };
                stream.write_all(&answer[..half])?;
            }
            Some(Fault::Busy) => stream.write_all(rejected("503 Slow Down", "SlowDown").as_bytes())?,
            Some(Fault::Expired) => {
                stream.write_all(rejected("403 Forbidden", "ExpiredToken").as_bytes())?;
            }
            Some(Fault::Slow) => {
                for piece in self.answer(&request)?.chunks(100) {
                    stream.write_all(piece)?;
                    thread::sleep(Duration::from_millis(2));
                }
            }
            Some(Fault::KilledBefore) => self.kill(),
            Some(Fault::KilledAfter) => {
                self.answer(&request)?;
                self.kill();
            }
        }
        stream.shutdown(Shutdown::Both)
    }

    fn answer(&self, request: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut server = TcpStream::connect(&self.server)?;
        server.write_all(request)?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer)?;
        Ok(answer)
    }

    /// Kills the build; waits until it is known which one that is.
    fn kill(&self) {
        loop {
            if let Some(victim) = self.next.lock().unwrap().victim {
                return kill_process(victim, Signal::KILL).unwrap();
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Reads a request, and asks the server to end the connection after it.
fn read_request(stream: &TcpStream) -> std::io::Result<Vec<u8>> {
    let mut reader = BufReader::new(stream);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    request.push_str("Connection: close\r\n");
    while !request.ends_with("\r\n\r\n") {
        if reader.read_line(&mut request)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    let lower = request.to_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length:"));
    let mut body = vec![0; length.map_or(0, |length| length.trim().parse().unwrap())];
    reader.read_exact(&mut body)?;
    Ok([request.into_bytes(), body].concat())
}

/// Seeds and feeds in a folder of the bucket, and the same in folders on disk.
struct Site<'a> {
    server: &'a Server,
    project: Project,
    proxy: Proxy,
    /// Folder of the bucket.
    root: String,
    /// Name of the folder of the feeds in it.
    feeds: String,
    changes: usize,
    /// The documents as they have to be.
    expected: BTreeMap<String, Vec<u8>>,
}

impl<'a> Site<'a> {
    fn new(server: &'a Server, root: String) -> Self {
        let project = Project::new();
        let configuration =
            "title = 'News'\nbase_url = 'https://feeds.example/'\nformats = ['rss']\nindex = ['opml']\n";
        project.write_file("feedmill.toml", configuration);
        let proxy = Proxy::start(&server.host);
        let feeds = "feeds".to_owned();
        let mut site = Self { server, project, proxy, root, feeds, changes: 0, expected: BTreeMap::new() };
        (0..3).for_each(|_| site.change());
        site
    }

    /// Adds, changes or removes an article, so that other documents are to be published.
    fn change(&mut self) {
        let number = self.changes;
        self.changes += 1;
        let (name, time) = (format!("{}/{}.txt", ["a", "b"][number % 2], number % 5), number as i64 * 60_000);
        let path = format!("/news/{}/seeds/{name}", self.root);
        if number % 7 == 6 {
            self.server.request("DELETE", &path, "", b"");
            let _ = std::fs::remove_file(self.project.path("seeds").join(&name));
        } else {
            let link = format!("https://news.example/{name}");
            let title = format!("Title {number}");
            self.project.write_seed(&name, BASE_TIME + time, &title, &link, "<p>Text.</p>");
            let bytes = std::fs::read(self.project.path("seeds").join(&name)).unwrap();
            assert!(self.server.request("PUT", &path, "", &bytes).0.contains(" 200 "));
        }
        assert_eq!(output_of(&mut command(&self.project, "", &["--quiet"])).0, 0);
        self.expected = feeds(&self.project, "feeds");
    }

    fn command(&self, host: &str) -> std::process::Command {
        let [seeds, feeds] = ["seeds", &self.feeds].map(|folder| format!("s3://news/{}/{folder}", self.root));
        command(&self.project, host, &["--quiet", "--seeds", &seeds, "--feeds", &feeds])
    }

    /// Returns the documents in the bucket.
    fn documents(&self) -> BTreeMap<String, Vec<u8>> {
        let prefix = format!("{}/{}/", self.root, self.feeds);
        let list = || self.server.request("GET", &format!("/news?list-type=2&prefix={prefix}"), "", b"");
        // The server fails if another build removes its lock meanwhile.
        let mut listings = std::iter::repeat_with(list).take(9);
        let (_, listing) = listings.find(|(head, _)| head.contains(" 200 ")).unwrap();
        let listing = String::from_utf8(listing).unwrap();
        let keys = listing.split("<Key>").skip(1).map(|rest| rest.split("</Key>").next().unwrap());
        let names = keys.map(|key| key.strip_prefix(&prefix).unwrap()).filter(|name| !name.starts_with('.'));
        let document = |name: &str| {
            let (head, bytes) = self.server.request("GET", &format!("/news/{prefix}{name}"), "", b"");
            assert!(head.contains(" 200 "), "{name}: {head}");
            (name.to_owned(), bytes)
        };
        names.map(document).collect()
    }

    /// Checks that every document is one of before or the expected one, and that none of before is missing.
    fn verify(&self, now: &BTreeMap<String, Vec<u8>>, before: &BTreeMap<String, Vec<u8>>, case: &str) {
        for (name, bytes) in now {
            let is_known = [before, &self.expected].iter().any(|all| all.get(name) == Some(bytes));
            assert!(is_known, "{case}: {name} is neither old nor new");
        }
        for name in before.keys().filter(|name| self.expected.contains_key(*name)) {
            assert!(now.contains_key(name), "{case}: {name} is lost");
        }
    }

    /// Builds without faults, and checks that nothing is missing.
    fn repair(&self, case: &str) {
        // Nobody waits here until the lease of a build expires that did not end it.
        let lock = format!("/news/{}/{}/.feedmill.lock", self.root, self.feeds);
        self.server.request("DELETE", &lock, "", b"");
        let (code, _, err) = output_of(&mut self.command(&self.server.host));
        assert!(code == 0 && err.is_empty(), "{case}: {err}");
        assert!(self.documents() == self.expected, "{case}: the next build does not repair it");
    }

    /// Builds with a fault for every second request in turn, beginning with `start`. Objects in memory have them for each.
    fn fail_in_turn(mut self, fault: Fault, start: usize) {
        self.repair("first build");
        for first in (start..).step_by(2) {
            let before = self.expected.clone();
            self.change();
            self.proxy.prepare(Some(fault), first);
            let (code, _, err) = output_of(&mut self.command(&self.proxy.host));
            let is_over = self.proxy.seen() < first || fault == Fault::Slow;
            let case = format!("{fault:?} {first}: {err}");
            let now = self.documents();
            self.verify(&now, &before, &case);
            if fault == Fault::Expired && !is_over {
                assert!(err.contains("ExpiredToken") || now == self.expected, "{case}");
                self.repair(&case);
            } else {
                // The build tries again.
                assert!(code == 0 && err.is_empty() && now == self.expected, "{case}");
            }
            if is_over {
                assert!(first > 5 || fault == Fault::Slow, "{case}");
                break;
            }
        }
    }

    /// Kills builds at random requests: those with an empty folder of feeds, and those that change feeds.
    fn kill_at_random(mut self, fault: Fault, kills: usize) {
        let (mut state, mut killed) = (fault as u64, 0);
        // Number of requests of a build that changes feeds, and of the first one.
        let mut requests = [20, 20];
        while killed < kills {
            for is_cold in [true, false] {
                let mut before = self.expected.clone();
                self.change();
                if is_cold {
                    self.feeds = format!("feeds{}", self.changes);
                    before = BTreeMap::new();
                }
                let first = 1 + random(&mut state) as usize % requests[usize::from(is_cold)];
                self.proxy.prepare(Some(fault), first);
                let mut build = self.command(&self.proxy.host);
                let mut child = build.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
                self.proxy.next.lock().unwrap().victim = Some(Pid::from_child(&child));
                let ended = child.wait().unwrap();
                let seen = self.proxy.seen();
                let case = format!("{fault:?} {first}, first build: {is_cold}");
                assert_eq!(ended.success(), seen < first, "{case}: {ended}");
                if ended.success() {
                    requests[usize::from(is_cold)] = seen;
                } else {
                    killed += 1;
                }
                self.verify(&self.documents(), &before, &case);
                self.repair(&case);
            }
        }
        assert!(requests.iter().all(|requests| *requests > 5), "{requests:?}");
    }
}

#[test]
#[cfg_attr(not(has_moto), ignore = "needs a Python with moto (FEEDMILL_PYTHON): run tests/run.sh")]
fn whichever_request_fails_the_documents_of_a_bucket_are_old_or_new_and_the_next_build_repairs_them() {
    let server = s3();
    let faults = [
        (Fault::Refused, 1),
        (Fault::AnswerLost, 2),
        (Fault::Twice, 1),
        (Fault::Half, 2),
        (Fault::Busy, 1),
        (Fault::Slow, 1),
        (Fault::Expired, 2),
    ];
    thread::scope(|scope| {
        for (fault, start) in faults {
            let site = Site::new(&server, format!("{fault:?}"));
            scope.spawn(move || site.fail_in_turn(fault, start));
        }
    });
}

#[test]
#[cfg_attr(not(has_moto), ignore = "needs a Python with moto (FEEDMILL_PYTHON): run tests/run.sh")]
fn a_build_killed_at_any_request_leaves_complete_documents_in_a_bucket_and_the_next_one_repairs() {
    let server = s3();
    thread::scope(|scope| {
        for fault in [Fault::KilledBefore, Fault::KilledAfter] {
            let site = Site::new(&server, format!("{fault:?}"));
            scope.spawn(move || site.kill_at_random(fault, KILLS / 2));
        }
    });
}
