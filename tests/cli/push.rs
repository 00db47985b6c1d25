//! WebSub hubs are notified of changed feeds: each topic once, whatever happens to hub and build; a failing hub fails no build.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;

use url::Url;

use super::{Project, json_messages, string_field};

const BASE_TIME: i64 = 1_698_786_902_000;

/// A hub over real HTTP that gives prepared answers first, and then 204 No Content.
struct Hub {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Status lines of the next answers, with further header lines.
    answers: Vec<&'static str>,
    /// Accepted topics.
    accepted: Vec<String>,
    /// Number of requests.
    requests: usize,
}

impl Hub {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        thread::spawn(move || listener.incoming().for_each(|stream| Self::answer(stream.unwrap(), &shared)));
        Self { address, state }
    }

    fn answer(mut stream: std::net::TcpStream, state: &Mutex<State>) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let (mut head, mut body) = (String::new(), Vec::new());
        while !head.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut head).unwrap() > 0, "a whole head");
        }
        let lower = head.to_ascii_lowercase();
        assert!(lower.starts_with("post /hub http/1.1\r\n"), "{head}");
        assert!(lower.contains("\r\ncontent-type: application/x-www-form-urlencoded\r\n"), "{head}");
        assert!(lower.contains("\r\nuser-agent: feedmill/"), "{head}");
        let length = lower.split("content-length: ").nth(1).unwrap().lines().next().unwrap();
        body.resize(length.parse().unwrap(), 0);
        reader.read_exact(&mut body).unwrap();
        let query = format!("http://form.example/?{}", String::from_utf8(body).unwrap());
        let form: Vec<(String, String)> = Url::parse(&query).unwrap().query_pairs().into_owned().collect();
        let of =
            |name: &str| form.iter().filter(|(n, _)| n == name).map(|(_, v)| v.clone()).collect::<Vec<_>>();
        assert_eq!(of("hub.mode"), ["publish"]);
        assert_eq!(of("hub.url"), of("hub.topic"));
        let mut state = state.lock().unwrap();
        state.requests += 1;
        let answer = if state.answers.is_empty() { "204 No Content" } else { state.answers.remove(0) };
        if answer.starts_with('2') {
            state.accepted.extend(of("hub.url"));
        }
        write!(stream, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
    }

    fn prepare_answers(&self, answers: &[&'static str]) {
        self.state.lock().unwrap().answers = answers.to_vec();
    }

    /// Returns the topics accepted since the last call, and the number of requests.
    fn take_accepted(&self) -> (Vec<String>, usize) {
        let mut state = self.state.lock().unwrap();
        let mut accepted = std::mem::take(&mut state.accepted);
        accepted.sort();
        (accepted, std::mem::take(&mut state.requests))
    }
}

/// Creates a project with two sections and one entry per feed, so that most entries are in the archive.
fn project_with_hub(hub: SocketAddr) -> Project {
    let project = Project::new();
    for (path, ms) in
        [("a/1.txt", BASE_TIME), ("a/2.txt", BASE_TIME - 1), ("b/3.txt", BASE_TIME - 2_800_000_000)]
    {
        project.write_seed(path, ms, "Old", &format!("https://e.example/{path}"), "<p>x</p>");
    }
    project.write_file(
        "feedmill.toml",
        format!(
            "base_url = 'https://f.example/feeds/'\nhub = 'http://{hub}/hub'\nformats = ['rss', 'json']\n\
             limit = 1\narchive = true\n"
        ),
    );
    project
}

fn update_article(project: &Project, number: i64) {
    project.write_seed(
        "a/9.txt",
        BASE_TIME + number,
        &format!("News {number}"),
        "https://e.example/9",
        "<p>x</p>",
    );
}

fn topics(folders: &[&str]) -> Vec<String> {
    let both = |folder: &&str| {
        ["feed.json", "rss.xml"].map(|name| format!("https://f.example/feeds/{folder}{name}"))
    };
    let mut all: Vec<String> = folders.iter().flat_map(both).collect();
    all.sort();
    all
}

/// Runs a build that must succeed, and returns its diagnostics.
fn build(project: &Project, args: &[&str]) -> Vec<String> {
    let (code, stdout, stderr) = project.feedmill(&[&["--message-format", "json"], args].concat());
    assert_eq!((code, stdout.as_str()), (0, ""), "{stderr}");
    json_messages(&stderr)
        .iter()
        .map(|m| format!("{}: {}", string_field(m, "code"), string_field(m, "message")))
        .collect()
}

const NONE: [String; 0] = [];

#[test]
fn policy_push_notifies_the_hub_once_of_each_changed_feed_and_of_no_other() {
    let hub = Hub::new();
    let project = project_with_hub(hub.address);
    assert_eq!(build(&project, &[]), NONE);
    assert_eq!(hub.take_accepted(), (topics(&["", "a/", "b/"]), 6), "no archive document");
    assert!(project.path("feeds/archive/2023-10-open/rss.xml").exists());
    assert_eq!(build(&project, &[]), NONE);
    assert_eq!(hub.take_accepted(), (vec![], 0));
    update_article(&project, 1);
    assert_eq!(build(&project, &[]), NONE);
    assert_eq!(hub.take_accepted(), (topics(&["", "a/"]), 4));
    // Subscribers find the same topics and the same hub in the documents.
    let own = |text: &str| topics(&[""]).iter().any(|topic| text.contains(topic));
    for path in ["feeds/rss.xml", "feeds/feed.json"] {
        let text = project.read_file(path);
        assert!(own(&text) && text.contains(&format!("http://{}/hub", hub.address)), "{text}");
    }
    assert!(!project.read_file("feeds/archive/2023-10-open/rss.xml").contains("rel=\"hub\""));
}

#[test]
fn policy_push_retries_temporary_failures_silently() {
    let hub = Hub::new();
    let project = project_with_hub(hub.address);
    build(&project, &[]);
    hub.take_accepted();
    update_article(&project, 1);
    hub.prepare_answers(&["500 Internal Server Error", "429 Too Many Requests\r\nRetry-After: 1"]);
    assert_eq!(build(&project, &[]), NONE);
    assert_eq!(hub.take_accepted(), (topics(&["", "a/"]), 6));
}

#[test]
fn policy_push_a_rejected_notification_is_not_retried_until_the_next_run() {
    let hub = Hub::new();
    let project = project_with_hub(hub.address);
    hub.prepare_answers(&["404 Not Found"; 6]);
    let why = format!(
        "hub-unreachable: could not notify the WebSub hub: `http://{}/hub`, about 6 changed feeds: it responded with 404 Not Found",
        hub.address
    );
    assert_eq!(build(&project, &["--strict"]), [why]);
    assert_eq!(hub.take_accepted(), (vec![], 6));
    hub.prepare_answers(&["301 Moved Permanently\r\nLocation: /elsewhere"]);
    assert_eq!(build(&project, &[]).len(), 1, "redirects are not followed");
    let (accepted, requests) = hub.take_accepted();
    assert_eq!((accepted.len(), requests), (5, 6));
    assert_eq!(build(&project, &[]), NONE);
    assert_eq!(hub.take_accepted().1, 1);
}

#[test]
fn policy_push_an_unreachable_hub_is_a_warning_and_is_notified_by_the_next_run() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let project = project_with_hub(nobody);
    let all = build(&project, &[]);
    assert!(all.len() == 1 && all[0].starts_with("hub-unreachable: "), "{all:?}");
    assert!(project.path("feeds/rss.xml").exists());
    assert_eq!(build(&project, &["--quiet"]), NONE, "it is only a warning");
    let (status, _, stderr) = super::output_of(project.command(&[]).env("https_proxy", "http://"));
    assert!(status == 0 && stderr.contains("`https_proxy` is not a proxy that can be used"), "{stderr}");
    // The hub moves to another address: the feeds name it, and nothing else changed.
    let hub = Hub::new();
    project.write_file(
        "feedmill.toml",
        project.read_file("feedmill.toml").replace(&nobody.to_string(), &hub.address.to_string()),
    );
    hub.prepare_answers(&["404 Not Found"; 2]);
    assert_eq!(build(&project, &[]).len(), 1);
    assert_eq!(hub.take_accepted().0.len(), 4);
    assert_eq!(build(&project, &[]), NONE);
    assert_eq!(hub.take_accepted().0.len(), 2, "the two that were rejected");
    assert_eq!(build(&project, &[]), NONE);
    assert_eq!(hub.take_accepted().1, 0);
}

#[test]
fn policy_push_a_run_that_died_before_notifying_is_made_up_for() {
    let hub = Hub::new();
    let project = project_with_hub(hub.address);
    build(&project, &[]);
    let hub_state = fs::read(project.path("feeds/.feedmill/hubs")).unwrap();
    hub.take_accepted();
    update_article(&project, 1);
    build(&project, &[]);
    hub.take_accepted();
    // As if that run had died after it published the feeds.
    project.write_file("feeds/.feedmill/hubs", hub_state);
    assert_eq!(build(&project, &[]), NONE);
    assert_eq!(hub.take_accepted(), (topics(&["", "a/"]), 4));
    project.write_file("feeds/.feedmill/hubs", "damaged");
    assert_eq!(build(&project, &[]), NONE);
    assert_eq!(hub.take_accepted().1, 6, "twice is better than never");
}

#[test]
fn configuration_push_can_be_disabled_and_made_up_for() {
    let hub = Hub::new();
    let project = project_with_hub(hub.address);
    build(&project, &["--no-push"]);
    assert_eq!(hub.take_accepted().1, 0);
    build(&project, &[]);
    assert_eq!(hub.take_accepted().1, 6);
}

#[test]
fn policy_push_without_a_catalog_the_hub_is_notified_of_what_this_run_changed() {
    let hub = Hub::new();
    let project = project_with_hub(hub.address);
    build(&project, &["--no-catalog"]);
    assert_eq!(hub.take_accepted().1, 6);
    build(&project, &["--no-catalog"]);
    assert_eq!(hub.take_accepted().1, 0);
    update_article(&project, 1);
    build(&project, &["--no-catalog"]);
    assert_eq!(hub.take_accepted(), (topics(&["", "a/"]), 4));
}
