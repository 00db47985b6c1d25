//! `feedmill watch`: what a crawler, an editor and an operator do to it.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::Mill;

const T: i64 = 1_698_786_902_000;
/// Long enough for any machine; a test waits for it only where it fails.
const DEADLINE: Duration = Duration::from_secs(60);

/// A watch at work, with what it said so far.
struct Watching {
    child: Child,
    out: Arc<Mutex<String>>,
    err: Arc<Mutex<String>>,
}

impl Watching {
    fn start(mill: &Mill, args: &[&str]) -> Self {
        let mut command = mill.command(&["watch", "-v"]);
        command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = collect(child.stdout.take().unwrap());
        let err = collect(child.stderr.take().unwrap());
        let watching = Self { child, out, err };
        watching.until("a first run", |w| w.runs() > 0 || w.err().contains("feedmill: "));
        watching
    }

    fn out(&self) -> String {
        self.out.lock().unwrap().clone()
    }

    fn err(&self) -> String {
        self.err.lock().unwrap().clone()
    }

    /// How many runs went well: each says what it did.
    fn runs(&self) -> usize {
        self.err().matches(" of heads, ").count()
    }

    fn until(&self, what: &str, mut is: impl FnMut(&Self) -> bool) {
        let start = Instant::now();
        while !is(self) {
            assert!(start.elapsed() < DEADLINE, "no {what}:\n{}\n{}", self.out(), self.err());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the whole feed has these titles.
    fn until_titles(&self, mill: &Mill, titles: &[&str]) {
        self.until(&format!("feed with {titles:?}"), |_| {
            let Ok(text) = fs::read_to_string(mill.path("feeds/feed.json")) else { return false };
            let feed: serde_json::Value = serde_json::from_str(&text).unwrap();
            let items = feed["items"].as_array().unwrap();
            items.iter().map(|i| i["title"].as_str().unwrap()).eq(titles.iter().copied())
        });
    }

    #[cfg(unix)]
    fn stop(mut self, signal: rustix::process::Signal) -> (Option<i32>, String, String) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
        let start = Instant::now();
        let code = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.code();
            }
            assert!(start.elapsed() < DEADLINE, "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        };
        (code, self.out(), self.err())
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(from: impl Read + Send + 'static) -> Arc<Mutex<String>> {
    let text = Arc::new(Mutex::new(String::new()));
    let into = Arc::clone(&text);
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            let mut text = into.lock().unwrap();
            text.push_str(&line);
            text.push('\n');
        }
    });
    text
}

fn seed(title: &str, link: &str) -> String {
    format!("<!--{T}-->\n[{title}]({link})\n------\n\n<p>x</p>\n")
}

fn with_config() -> Mill {
    let mill = Mill::new();
    mill.put("feedmill.toml", "base_url = 'https://f.example/'\ntitle = 'News'\n").seed(
        "a/1.txt",
        T,
        "One",
        "https://e.example/1",
        "<p>x</p>",
    );
    mill
}

#[cfg(unix)]
#[test]
fn what_changed_is_a_path_a_line_and_a_quiet_watch_does_nothing() {
    let mill = with_config();
    let watching = Watching::start(&mill, &["--formats", "json"]);
    watching.until("paths", |w| w.out().contains("feeds/index.html\n"));
    let first = watching.out();
    assert!(first.lines().any(|l| l == "feeds/feed.json") && first.lines().any(|l| l == "feeds/a/feed.json"));
    // Its own reading and publishing would wake it by now, and others in the folder of the configuration.
    mill.put("other.toml", "");
    fs::read(mill.path("seeds/a/1.txt")).unwrap();
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!((watching.runs(), watching.out()), (1, first.clone()), "{}", watching.err());
    mill.seed("2.txt", T + 1, "Two", "https://e.example/2", "");
    watching.until_titles(&mill, &["Two", "One"]);
    watching.until("path", |w| w.out().len() > first.len());
    let (code, out, err) = watching.stop(rustix::process::Signal::TERM);
    let changed: Vec<_> = out[first.len()..].lines().filter(|l| l.ends_with("json")).collect();
    assert_eq!((code, changed), (Some(0), vec!["feeds/feed.json"]), "{err}");
}

#[cfg(unix)]
#[test]
fn interrupted_in_a_run_it_ends_that_run_and_exits_with_0() {
    let mill = Mill::new();
    for i in 0..2000 {
        mill.put(format!("seeds/{i}.txt"), seed(&format!("Seed {i}"), &format!("https://e.example/{i}")));
    }
    let watching = Watching::start(&mill, &["--limit", "0", "--base-url", "https://f.example/"]);
    mill.put("seeds/last.txt", seed("Last", "https://e.example/last"));
    watching.until("second run", |_| fs::exists(mill.path("feeds/.feedmill.lock")).unwrap());
    let (code, _, err) = watching.stop(rustix::process::Signal::INT);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(mill.items("feeds/feed.json").len(), 2001);
}

#[test]
fn edits_by_rename_deletions_and_new_sections_are_seen() {
    let mill = with_config();
    let watching = Watching::start(&mill, &[]);
    // vim: the old file becomes the backup, a new one takes its name.
    fs::rename(mill.path("seeds/a/1.txt"), mill.path("seeds/a/1.txt~")).unwrap();
    mill.put("seeds/a/1.txt", seed("By vim", "https://e.example/1"));
    fs::remove_file(mill.path("seeds/a/1.txt~")).unwrap();
    watching.until_titles(&mill, &["By vim"]);
    // emacs and others: a temporary file beside it takes its place.
    mill.put("seeds/a/#1.txt#", seed("By emacs", "https://e.example/1"));
    fs::rename(mill.path("seeds/a/#1.txt#"), mill.path("seeds/a/1.txt")).unwrap();
    watching.until_titles(&mill, &["By emacs"]);
    mill.put("seeds/b/c/2.txt", seed("In a new section", "https://e.example/2"));
    watching.until("section", |_| mill.path("feeds/b/feed.json").exists());
    mill.put("seeds/b/c/3.txt", seed("In it later", "https://e.example/3"));
    watching.until("later seed", |w| w.runs() > 0 && mill.items("feeds/b/feed.json").len() == 2);
    fs::remove_dir_all(mill.path("seeds/b")).unwrap();
    watching.until_titles(&mill, &["By emacs"]);
    watching.until("word of the section that is gone", |w| w.err().contains("feed-orphan"));
    mill.put("seeds/4.txt", seed("A", "https://e.example/4"));
    watching.until_titles(&mill, &["By emacs", "A"]);
    assert_eq!(
        watching.err().matches("feeds/b/feed.json: warning").count(),
        1,
        "said once:\n{}",
        watching.err()
    );
}

#[test]
fn thousands_of_seeds_at_once_take_few_runs_and_none_is_lost() {
    let mill = with_config();
    let watching = Watching::start(&mill, &["--limit", "0"]);
    for i in 0..3000 {
        let path = format!("seeds/s{}/{i}.txt", i % 7);
        mill.put(path, seed(&format!("Seed {i}"), &format!("https://e.example/s/{i}")));
    }
    let start = Instant::now();
    watching.until("all of them", |_| {
        let text = fs::read_to_string(mill.path("feeds/feed.json")).unwrap();
        text.matches("\"title\": \"Seed ").count() == 3000
    });
    // One each two seconds at most, however long the machine took.
    let most = 3 + (start.elapsed().as_secs() as usize) / 2;
    assert!(watching.runs() <= most + 2, "{} runs", watching.runs());
}

#[test]
fn seeds_that_are_gone_are_said_once_and_milled_when_they_are_back() {
    let mill = with_config();
    let watching = Watching::start(&mill, &[]);
    fs::rename(mill.path("seeds"), mill.path("away")).unwrap();
    watching.until("error", |w| w.err().contains("feedmill: seeds: "));
    assert_eq!(mill.items("feeds/feed.json").len(), 1, "feeds stay");
    mill.put("seeds/2.txt", seed("Back", "https://e.example/2"));
    watching.until_titles(&mill, &["Back"]);
    mill.put("seeds/3.txt", seed("A later one", "https://e.example/3"));
    watching.until_titles(&mill, &["Back", "A later one"]);
    assert_eq!(watching.err().matches("feedmill: seeds: ").count(), 1, "{}", watching.err());
}

#[test]
fn the_configuration_is_read_again_and_may_be_broken_for_a_while() {
    let mill = with_config();
    let watching = Watching::start(&mill, &[]);
    mill.put("feedmill.toml", "base_url = 'https://f.example/'\ntitle = 'Nrews\n");
    watching.until("error", |w| w.err().contains("error[config-syntax]"));
    mill.put("seeds/2.txt", seed("Meanwhile", "https://e.example/2"));
    mill.put("feedmill.toml", "base_url = 'https://f.example/'\ntitle = 'Mended'\nseeds = 'more'\n");
    mill.put("more/1.txt", seed("Elsewhere", "https://e.example/3"));
    watching.until_titles(&mill, &["Elsewhere"]);
    assert!(mill.read("feeds/rss.xml").contains("<title>Mended</title>"));
    mill.put("more/2.txt", seed("And watched", "https://e.example/4"));
    watching.until_titles(&mill, &["Elsewhere", "And watched"]);
}

#[test]
fn feeds_inside_the_seeds_do_not_wake_it() {
    let mill = Mill::new();
    mill.put("1.txt", seed("One", "https://e.example/1"));
    let watching = Watching::start(&mill, &["--seeds", ".", "--base-url", "https://f.example/"]);
    mill.put("2.txt", seed("A", "https://e.example/2"));
    watching.until_titles(&mill, &["One", "A"]);
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(watching.runs(), 2, "{}", watching.err());
}

#[test]
fn it_ends_when_nobody_reads_what_changed() {
    let mill = with_config();
    let mut child = mill.command(&["watch"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < DEADLINE);
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(mill.path("feeds/feed.json").exists());
}
