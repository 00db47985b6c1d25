//! Hubs are told of feeds that changed: each topic once, whatever happens to hub and mill, and no build fails of it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;

use url::Url;

use super::{Mill, messages, text};

const T: i64 = 1_698_786_902_000;

/// A hub over real HTTP, which answers what it is told to, and then 204 No Content.
struct Hub {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Statuses of the next answers, with further lines of their heads.
    answers: Vec<&'static str>,
    /// Topics that were taken.
    taken: Vec<String>,
    /// How many requests there were.
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
            state.taken.extend(of("hub.url"));
        }
        write!(stream, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
    }

    fn answers(&self, answers: &[&'static str]) {
        self.state.lock().unwrap().answers = answers.to_vec();
    }

    /// What it took since it was last asked, and in how many requests.
    fn took(&self) -> (Vec<String>, usize) {
        let mut state = self.state.lock().unwrap();
        let mut taken = std::mem::take(&mut state.taken);
        taken.sort();
        (taken, std::mem::take(&mut state.requests))
    }
}

/// Two sections, and one entry a feed, so that most of it is in the archive.
fn news(hub: SocketAddr) -> Mill {
    let mill = Mill::new();
    for (path, ms) in [("a/1.txt", T), ("a/2.txt", T - 1), ("b/3.txt", T - 2_800_000_000)] {
        mill.seed(path, ms, "Old", &format!("https://e.example/{path}"), "<p>x</p>");
    }
    mill.put(
        "feedmill.toml",
        format!(
            "base_url = 'https://f.example/feeds/'\nhub = 'http://{hub}/hub'\nformats = ['rss', 'json']\n\
             limit = 1\narchive = true\n"
        ),
    );
    mill
}

fn write(mill: &Mill, number: i64) {
    mill.seed("a/9.txt", T + number, &format!("News {number}"), "https://e.example/9", "<p>x</p>");
}

fn topics(folders: &[&str]) -> Vec<String> {
    let both = |folder: &&str| {
        ["feed.json", "rss.xml"].map(|name| format!("https://f.example/feeds/{folder}{name}"))
    };
    let mut all: Vec<String> = folders.iter().flat_map(both).collect();
    all.sort();
    all
}

/// What a run that ends well says.
fn said(mill: &Mill, args: &[&str]) -> Vec<String> {
    let (code, stdout, stderr) = mill.run(&[&["--message-format", "json"], args].concat());
    assert_eq!((code, stdout.as_str()), (0, ""), "{stderr}");
    messages(&stderr).iter().map(|m| format!("{}: {}", text(m, "code"), text(m, "message"))).collect()
}

const SILENT: [String; 0] = [];

#[test]
fn policy_push_a_hub_is_told_of_each_feed_that_changed_once_and_of_no_other() {
    let hub = Hub::new();
    let mill = news(hub.address);
    assert_eq!(said(&mill, &[]), SILENT);
    assert_eq!(hub.took(), (topics(&["", "a/", "b/"]), 6), "of no document of the archive");
    assert!(mill.path("feeds/archive/2023-10-open/rss.xml").exists());
    assert_eq!(said(&mill, &[]), SILENT);
    assert_eq!(hub.took(), (vec![], 0));
    write(&mill, 1);
    assert_eq!(said(&mill, &[]), SILENT);
    assert_eq!(hub.took(), (topics(&["", "a/"]), 4));
    // The topics are what subscribers find in the documents, and so is the hub.
    let own = |text: &str| topics(&[""]).iter().any(|topic| text.contains(topic));
    for path in ["feeds/rss.xml", "feeds/feed.json"] {
        let text = mill.read(path);
        assert!(own(&text) && text.contains(&format!("http://{}/hub", hub.address)), "{text}");
    }
    assert!(!mill.read("feeds/archive/2023-10-open/rss.xml").contains("rel=\"hub\""));
}

#[test]
fn policy_push_trouble_that_passes_is_sat_out_in_silence() {
    let hub = Hub::new();
    let mill = news(hub.address);
    said(&mill, &[]);
    hub.took();
    write(&mill, 1);
    hub.answers(&["500 Internal Server Error", "429 Too Many Requests\r\nRetry-After: 1"]);
    assert_eq!(said(&mill, &[]), SILENT);
    assert_eq!(hub.took(), (topics(&["", "a/"]), 6));
}

#[test]
fn policy_push_what_a_hub_refuses_is_not_tried_twice_and_the_next_run_tells_it_again() {
    let hub = Hub::new();
    let mill = news(hub.address);
    hub.answers(&["404 Not Found"; 6]);
    let why = format!(
        "hub-unreachable: `http://{}/hub` does not know of 6 changed feeds: it answered 404 Not Found",
        hub.address
    );
    assert_eq!(said(&mill, &["--strict"]), [why]);
    assert_eq!(hub.took(), (vec![], 6));
    hub.answers(&["301 Moved Permanently\r\nLocation: /elsewhere"]);
    assert_eq!(said(&mill, &[]).len(), 1, "what is moved is not told");
    let (taken, requests) = hub.took();
    assert_eq!((taken.len(), requests), (5, 6));
    assert_eq!(said(&mill, &[]), SILENT);
    assert_eq!(hub.took().1, 1);
}

#[test]
fn policy_push_a_hub_out_of_reach_costs_a_warning_and_hears_of_it_from_the_next_run() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mill = news(nobody);
    let all = said(&mill, &[]);
    assert!(all.len() == 1 && all[0].starts_with("hub-unreachable: "), "{all:?}");
    assert!(mill.path("feeds/rss.xml").exists());
    assert_eq!(said(&mill, &["--quiet"]), SILENT, "said as a warning");
    // The hub comes up at another address: the feeds name it, and nothing else changed.
    let hub = Hub::new();
    mill.put(
        "feedmill.toml",
        mill.read("feedmill.toml").replace(&nobody.to_string(), &hub.address.to_string()),
    );
    hub.answers(&["404 Not Found"; 2]);
    assert_eq!(said(&mill, &[]).len(), 1);
    assert_eq!(hub.took().0.len(), 4);
    assert_eq!(said(&mill, &[]), SILENT);
    assert_eq!(hub.took().0.len(), 2, "the two that were refused");
    assert_eq!(said(&mill, &[]), SILENT);
    assert_eq!(hub.took().1, 0);
}

#[test]
fn policy_push_a_run_that_died_before_it_told_is_made_up_for() {
    let hub = Hub::new();
    let mill = news(hub.address);
    said(&mill, &[]);
    let told = fs::read(mill.path("feeds/.feedmill/told")).unwrap();
    hub.took();
    write(&mill, 1);
    said(&mill, &[]);
    hub.took();
    // As if that run had ended when the feeds were in place.
    mill.put("feeds/.feedmill/told", told);
    assert_eq!(said(&mill, &[]), SILENT);
    assert_eq!(hub.took(), (topics(&["", "a/"]), 4));
    mill.put("feeds/.feedmill/told", "damaged");
    assert_eq!(said(&mill, &[]), SILENT);
    assert_eq!(hub.took().1, 6, "rather twice than never");
}

#[test]
fn configuration_push_can_be_left_out_and_made_up_for() {
    let hub = Hub::new();
    let mill = news(hub.address);
    said(&mill, &["--no-push"]);
    assert_eq!(hub.took().1, 0);
    said(&mill, &[]);
    assert_eq!(hub.took().1, 6);
}

#[test]
fn policy_push_without_a_catalog_a_hub_is_told_of_what_this_run_changed() {
    let hub = Hub::new();
    let mill = news(hub.address);
    said(&mill, &["--no-catalog"]);
    assert_eq!(hub.took().1, 6);
    said(&mill, &["--no-catalog"]);
    assert_eq!(hub.took().1, 0);
    write(&mill, 1);
    said(&mill, &["--no-catalog"]);
    assert_eq!(hub.took(), (topics(&["", "a/"]), 4));
}
