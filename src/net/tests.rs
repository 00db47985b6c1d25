//! Tests over real HTTP, with short time limits.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use url::Url;

use super::client::agent;
use super::guard::Guard;
use super::hub::RetryPolicy;
use super::queue::Limits;
use super::{AddressPolicy, FeedClient, FileVerifier, HubClient, Probe};
use crate::check::{self, FileKind};
use crate::model::Answer;
use crate::types::Bytes;

/// Maps the head of a request to a response; `None` to close the connection.
type Script = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Starts a server on this machine for as long as the test runs; returns its address and the requests that it got.
fn serve(script: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> (Url, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    let got = Arc::new(Mutex::new(Vec::new()));
    let (script, seen): (Arc<Script>, _) = (Arc::new(script), got.clone());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (script, seen) = (script.clone(), seen.clone());
            thread::spawn(move || answer(stream.unwrap(), &*script, &seen));
        }
    });
    (url, got)
}

fn answer(stream: TcpStream, script: &Script, seen: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            match reader.read_line(&mut head) {
                Ok(read) if read > 0 => {}
                _ => return,
            }
        }
        let lower = head.to_ascii_lowercase();
        let length = lower.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        reader.read_exact(&mut body).unwrap();
        seen.lock().unwrap().push(format!("{head}{}", String::from_utf8(body).unwrap()));
        match script(&head) {
            Some(text) if stream.write_all(text.as_bytes()).is_ok() => {}
            _ => return,
        }
    }
}

fn urls(base: &Url, paths: &[&str]) -> Vec<Url> {
    paths.iter().map(|path| base.join(path).unwrap()).collect()
}

const RETRY_POLICY: RetryPolicy = RetryPolicy {
    request: Duration::from_millis(300),
    pause: Duration::from_millis(10),
    attempts: 3,
    total: Duration::from_secs(20),
};

#[test]
fn policy_push_a_hub_that_hangs_or_hangs_up_is_abandoned_in_time_and_gets_no_further_topics() {
    for hangs in [true, false] {
        let (hub, got) = serve(move |_| {
            if hangs {
                thread::sleep(Duration::from_secs(30));
            }
            None
        });
        let notified = HubClient::with_policy(None, RETRY_POLICY).notify(&hub, &urls(&hub, &["a", "b"]));
        assert_eq!((notified.topics.len(), notified.error.is_some()), (0, true));
        let got = got.lock().unwrap();
        assert!(got.iter().all(|request| request.contains("%2Fa")), "{got:?}");
        assert_eq!(got.len(), 3);
    }
}

#[test]
fn policy_push_a_hub_that_asks_for_more_time_than_is_left_is_notified_by_the_next_build() {
    let (hub, got) = serve(|_| {
        let head = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 3600\r\nContent-Type: text/plain\r\n";
        Some(format!("{head}Content-Length: 11\r\n\r\ncome later\n"))
    });
    let notified = HubClient::with_policy(None, RETRY_POLICY).notify(&hub, &urls(&hub, &["a"]));
    assert_eq!(notified.error.as_deref(), Some("it responded with 503 Service Unavailable: come later"));
    assert_eq!(got.lock().unwrap().len(), 1);
}

#[test]
fn policy_push_a_topic_that_is_refused_does_not_stop_the_others() {
    let (hub, got) =
        serve(|_| Some("HTTP/1.1 422 Unprocessable Content\r\nContent-Length: 0\r\n\r\n".into()));
    let notified = HubClient::with_policy(Some(&hub), RETRY_POLICY).notify(&hub, &urls(&hub, &["a", "b"]));
    assert!(notified.topics.is_empty() && notified.error.unwrap().contains("422"));
    let got = got.lock().unwrap();
    assert_eq!(got.len(), 2, "each once");
    assert!(
        got[0]
            .to_ascii_lowercase()
            .contains(&format!("user-agent: feedmill/{} (+{hub})", env!("CARGO_PKG_VERSION")))
    );
}

#[test]
fn policy_push_the_credentials_of_a_hub_are_sent_to_it_only_and_those_of_the_contact_to_nobody() {
    let (hub, got) = serve(|_| Some("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n".into()));
    let with =
        |credentials: &str| Url::parse(&hub.as_str().replace("//", &format!("//{credentials}@"))).unwrap();
    let (secret, contact) = (with("martin:s%C3%A9cret"), with("owner:hidden"));
    let notified = HubClient::with_policy(Some(&contact), RETRY_POLICY).notify(&secret, &urls(&hub, &["a"]));
    assert_eq!((notified.topics.len(), notified.error), (1, None));
    let got = got.lock().unwrap().concat();
    assert!(got.to_ascii_lowercase().contains("\r\nauthorization: basic "), "{got}");
    assert!(got.contains("bWFydGluOnPDqWNyZXQ="), "{got}");
    for credential in ["martin", "cret", "owner", "hidden"] {
        assert!(!got.contains(credential), "{got}");
    }
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let unreachable = Url::parse(&format!("http://martin:secret@{nobody}/")).unwrap();
    let error =
        HubClient::with_policy(None, RETRY_POLICY).notify(&unreachable, &urls(&hub, &["a"])).error.unwrap();
    assert!(!error.contains("martin") && !error.contains("secret"), "{error}");
}

#[test]
fn policy_push_a_hub_without_a_valid_certificate_is_reported_with_the_fix() {
    // Plain HTTP where TLS is expected fails in the handshake, as a bad certificate does.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let hub = Url::parse(&format!("https://{}/", listener.local_addr().unwrap())).unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = stream.unwrap().write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let error = HubClient::with_policy(None, RETRY_POLICY).notify(&hub, &urls(&hub, &["a"])).error.unwrap();
    assert!(
        error.starts_with("no secure connection: ")
            && error.contains("certificate that is valid for `127.0.0.1`"),
        "{error}"
    );
}

const LIMITS: Limits = Limits {
    threads: 4,
    per_host: 2,
    pause: Duration::from_millis(1),
    request: Duration::from_millis(400),
    total: Duration::from_secs(20),
};

#[test]
fn policy_probe_a_file_without_time_left_is_not_asked_for_and_one_cut_short_is_not_lost() {
    let (base, _) = serve(|_| {
        thread::sleep(Duration::from_secs(30));
        None
    });
    let limits = Limits { total: Duration::from_millis(200), ..LIMITS };
    let started = Instant::now();
    let answers =
        Probe::with_limits(AddressPolicy::Any, None, limits).ask(&urls(&base, &["1", "2", "3", "4"]));
    assert_eq!(answers, vec![Answer::NotAsked; 4]);
    assert!(started.elapsed() < Duration::from_secs(20), "it did not wait for the server");
    assert_eq!(
        Probe::with_limits(AddressPolicy::Any, None, LIMITS).ask(&urls(&base, &["1"])),
        [Answer::Unavailable]
    );
}

#[test]
fn policy_probe_redirections_end() {
    let (base, got) = serve(|head| {
        let to = if head.contains("/file") { "file:///etc/passwd" } else { "/again" };
        Some(format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"))
    });
    let probe = Probe::with_limits(AddressPolicy::Any, None, LIMITS);
    assert_eq!(probe.ask(&urls(&base, &["a", "file"])), [Answer::None, Answer::None]);
    assert_eq!(got.lock().unwrap().len(), 7, "five hops, and one that leads nowhere");
}

#[test]
fn policy_probe_user_password_and_fragment_are_not_sent() {
    let (base, got) = serve(|_| Some("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n".to_owned()));
    let secret = Url::parse(&base.join("a?b#c").unwrap().as_str().replace("//", "//me:secret@")).unwrap();
    let length = Some(Bytes(7));
    let answers = Probe::with_limits(AddressPolicy::Any, None, LIMITS).ask(&[secret]);
    assert_eq!(answers, [Answer::Media { media_type: None, length }]);
    let got = got.lock().unwrap();
    assert!(got.len() == 1 && got[0].starts_with("HEAD /a?b HTTP/1.1\r\n"), "{got:?}");
    assert!(!got[0].to_ascii_lowercase().contains("authorization"), "{got:?}");
}

/// Resolver for which one name is public, although it is that of a server on this machine.
#[derive(Debug)]
struct OnePublic(std::net::SocketAddr);

impl Resolver for OnePublic {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        if uri.host() != Some("public.example") {
            return <Guard>::default().resolve(uri, config, timeout);
        }
        let mut found = self.empty();
        found.push(self.0);
        Ok(found)
    }
}

const MAX: Bytes = Bytes(1 << 20);

fn soon() -> Instant {
    Instant::now() + Duration::from_millis(400)
}

#[test]
fn policy_check_a_redirect_to_a_private_address_is_refused() {
    for to in [
        "http://127.0.0.1:PORT/",
        "http://localhost:PORT/",
        "//[::ffff:127.0.0.1]:PORT/",
        "http://169.254.169.254/",
    ] {
        let (base, got) = serve(move |head| {
            let port = head.split("public.example:").nth(1).unwrap().lines().next().unwrap();
            let to = to.replace("PORT", port);
            Some(format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"))
        });
        let address = base.socket_addrs(|| None).unwrap()[0];
        let config = agent(AddressPolicy::PublicOnly, None).config().clone();
        let agent = Agent::with_parts(config, DefaultConnector::default(), OnePublic(address));
        let client = FeedClient { agent, max: MAX };
        let url = format!("http://public.example:{}/", address.port()).parse().unwrap();
        let error = client.fetch(&url, soon()).unwrap_err();
        assert!(error.is_not_public(), "{to}: {error}");
        assert_eq!(got.lock().unwrap().len(), 1, "{to}");
    }
}

#[test]
fn policy_check_a_slow_or_endless_response_ends_in_time_and_a_bomb_by_size() {
    let (base, _) = serve(|head| {
        if head.contains("/hangs") {
            thread::sleep(Duration::from_secs(30));
        }
        // It promises more than it sends.
        Some("HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n<rss>".to_owned())
    });
    let client = FeedClient::new(AddressPolicy::Any, None, MAX);
    for (path, message) in [("hangs", "did not answer in time"), ("trickles", "ended early: ")] {
        let started = Instant::now();
        let error = client.fetch(&base.join(path).unwrap(), soon()).unwrap_err().to_string();
        assert!(error.contains(message) && started.elapsed() < Duration::from_secs(10), "{error}");
    }
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![b' '; 2 << 20]).unwrap();
    let bomb = encoder.finish().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]);
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bomb.len());
        let _ = stream.write_all(&[head.as_bytes(), &bomb].concat());
    });
    let error = client.fetch(&url, soon() + Duration::from_secs(5)).unwrap_err().to_string();
    assert!(error.contains("larger than 1.0 MiB"), "{error}");
}

#[test]
fn policy_check_user_password_and_fragment_are_sent_to_nobody() {
    let (base, got) = serve(|head| {
        let answer = if head.contains("/first") {
            format!(
                "302 Found\r\nLocation: http://me:secret@{}/second#top",
                head.split("ost: ").nth(1)?.lines().next()?
            )
        } else {
            "200 OK".to_owned()
        };
        Some(format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n"))
    });
    let secret = base.join("first#x").unwrap().as_str().replace("//", "//me:secret@").parse().unwrap();
    let fetched = FeedClient::new(AddressPolicy::Any, None, MAX).fetch(&secret, soon()).unwrap();
    assert_eq!(fetched.response.final_url(), base.join("second").unwrap().as_str());
    let got = got.lock().unwrap().concat().to_ascii_lowercase();
    assert!(!got.contains("authorization") && !got.contains("secret") && !got.contains('#'), "{got}");
}

#[test]
fn policy_check_files_are_asked_for_within_the_limits() {
    let (base, got) = serve(|head| {
        if head.contains("/slow") {
            thread::sleep(Duration::from_secs(30));
        }
        Some("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n".to_owned())
    });
    let verify = |paths: &[&str], limits| {
        let files: Vec<_> = urls(&base, paths).into_iter().map(|url| (FileKind::Enclosure, url)).collect();
        FileVerifier::with_limits(AddressPolicy::Any, None, limits).verify(&files)
    };
    let answers = verify(&["a"], LIMITS);
    assert!(
        matches!(&answers[..], [check::FileAnswer::Unavailable(why)] if why == "too many redirects"),
        "{answers:?}"
    );
    assert_eq!(got.lock().unwrap().len(), 6);
    let limits = Limits { total: Duration::from_millis(200), per_host: 1, ..LIMITS };
    assert_eq!(verify(&["slow", "b", "c"], limits), vec![check::FileAnswer::NotAsked; 3]);
}

/// Changing the environment of a running process is unsafe, so the test starts another one.
#[test]
fn policy_probe_public_servers_are_contacted_without_a_proxy() {
    const NAME: &str = "net::tests::policy_probe_public_servers_are_contacted_without_a_proxy";
    const PROXY: &str = "http://proxy.example:3128";
    let is_inside = std::env::var("ALL_PROXY").is_ok_and(|proxy| proxy == PROXY);
    if is_inside {
        assert!(agent(AddressPolicy::Any, None).config().proxy().is_some(), "the environment is read");
        assert!(agent(AddressPolicy::PublicOnly, None).config().proxy().is_none());
        return;
    }
    let mut inside = std::process::Command::new(std::env::current_exe().unwrap());
    inside.args(["--exact", NAME]);
    for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"] {
        inside.env(name, PROXY).env(name.to_lowercase(), PROXY);
    }
    let output = inside.output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && stdout.contains("1 passed"), "{stdout}");
}
