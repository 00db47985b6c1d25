//! `feedmill watch`: reactions to what crawlers, editors and operators do.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::Project;

const BASE_TIME: i64 = 1_698_786_902_000;
/// Long enough for any machine; only a failing test waits so long.
const DEADLINE: Duration = Duration::from_secs(180);

/// A running `feedmill watch`, with its output so far.
struct WatchProcess {
    child: Child,
    out: Arc<Mutex<String>>,
    err: Arc<Mutex<String>>,
}

impl WatchProcess {
    fn start(project: &Project, args: &[&str]) -> Self {
        let mut command = project.command(&["watch", "-v"]);
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

    /// Number of successful runs, each of which prints a summary.
    fn runs(&self) -> usize {
        self.err().matches(" of heads, ").count()
    }

    fn until(&self, what: &str, mut condition: impl FnMut(&Self) -> bool) {
        let start = Instant::now();
        while !condition(self) {
            assert!(start.elapsed() < DEADLINE, "no {what}:\n{}\n{}", self.out(), self.err());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the main feed has these titles.
    fn until_titles(&self, project: &Project, titles: &[&str]) {
        self.until(&format!("feed with {titles:?}"), |_| {
            let Ok(text) = fs::read_to_string(project.path("feeds/feed.json")) else { return false };
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

impl Drop for WatchProcess {
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

fn seed_text(title: &str, link: &str) -> String {
    format!("<!--{BASE_TIME}-->\n[{title}]({link})\n------\n\n<p>x</p>\n")
}

/// Creates a file by renaming it. Otherwise a slow machine might spend a run on a file that is still empty.
fn put_whole(project: &Project, path: &str, text: &str) {
    let elsewhere = tempfile::NamedTempFile::new_in(project.path("..")).unwrap();
    fs::write(&elsewhere, text).unwrap();
    elsewhere.persist(project.path(path)).unwrap();
}

fn project_with_config() -> Project {
    let project = Project::new();
    project.write_file("feedmill.toml", "base_url = 'https://f.example/'\ntitle = 'News'\n").write_seed(
        "a/1.txt",
        BASE_TIME,
        "One",
        "https://e.example/1",
        "<p>x</p>",
    );
    project
}

#[cfg(unix)]
#[test]
fn changed_files_are_printed_one_per_line_and_an_idle_watch_does_nothing() {
    let project = project_with_config();
    let watching = WatchProcess::start(&project, &["--formats", "json"]);
    watching.until("paths", |w| w.out().contains("feeds/index.html\n"));
    let first = watching.out();
    assert!(first.lines().any(|l| l == "feeds/feed.json") && first.lines().any(|l| l == "feeds/a/feed.json"));
    // By now its own reads and writes would have woken it, or the new file next to the configuration.
    project.write_file("other.toml", "");
    fs::read(project.path("seeds/a/1.txt")).unwrap();
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!((watching.runs(), watching.out()), (1, first.clone()), "{}", watching.err());
    project.write_seed("2.txt", BASE_TIME + 1, "Two", "https://e.example/2", "");
    watching.until_titles(&project, &["Two", "One"]);
    watching.until("path", |w| w.out().len() > first.len());
    let (code, out, err) = watching.stop(rustix::process::Signal::TERM);
    let changed: Vec<_> = out[first.len()..].lines().filter(|l| l.ends_with("json")).collect();
    assert_eq!((code, changed), (Some(0), vec!["feeds/feed.json"]), "{err}");
}

#[cfg(unix)]
#[test]
fn interrupted_during_a_run_it_finishes_that_run_and_exits_with_0() {
    let project = Project::new();
    for i in 0..2000 {
        project.write_file(
            format!("seeds/{i}.txt"),
            seed_text(&format!("Seed {i}"), &format!("https://e.example/{i}")),
        );
    }
    let watching = WatchProcess::start(&project, &["--limit", "0", "--base-url", "https://f.example/"]);
    // A fast machine may finish a run before the test notices it. Then it interrupts the next one.
    let mut added = 0;
    let start = Instant::now();
    while !fs::exists(project.path("feeds/.feedmill.lock")).unwrap() {
        assert!(start.elapsed() < DEADLINE, "no further run:\n{}", watching.err());
        if watching.runs() > added {
            added += 1;
            let text = seed_text(&format!("More {added}"), &format!("https://e.example/more{added}"));
            put_whole(&project, &format!("seeds/more{added}.txt"), &text);
        }
        std::thread::yield_now();
    }
    let (code, _, err) = watching.stop(rustix::process::Signal::INT);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(project.json_items("feeds/feed.json").len(), 2000 + added);
}

#[test]
fn edits_by_rename_deletions_and_new_sections_are_noticed() {
    let project = project_with_config();
    let watching = WatchProcess::start(&project, &[]);
    // vim renames the old file to a backup and writes a new one.
    fs::rename(project.path("seeds/a/1.txt"), project.path("seeds/a/1.txt~")).unwrap();
    project.write_file("seeds/a/1.txt", seed_text("By vim", "https://e.example/1"));
    fs::remove_file(project.path("seeds/a/1.txt~")).unwrap();
    watching.until_titles(&project, &["By vim"]);
    // emacs and others write a temporary file and rename it over the old one.
    project.write_file("seeds/a/#1.txt#", seed_text("By emacs", "https://e.example/1"));
    fs::rename(project.path("seeds/a/#1.txt#"), project.path("seeds/a/1.txt")).unwrap();
    watching.until_titles(&project, &["By emacs"]);
    project.write_file("seeds/b/c/2.txt", seed_text("In a new section", "https://e.example/2"));
    watching.until("section", |_| project.path("feeds/b/feed.json").exists());
    project.write_file("seeds/b/c/3.txt", seed_text("In it later", "https://e.example/3"));
    watching.until("later seed", |w| w.runs() > 0 && project.json_items("feeds/b/feed.json").len() == 2);
    fs::remove_dir_all(project.path("seeds/b")).unwrap();
    watching.until_titles(&project, &["By emacs"]);
    watching.until("report of the deleted section", |w| w.err().contains("feed-orphan"));
    project.write_file("seeds/4.txt", seed_text("A", "https://e.example/4"));
    watching.until_titles(&project, &["By emacs", "A"]);
    assert_eq!(
        watching.err().matches("feeds/b/feed.json: warning").count(),
        1,
        "reported once:\n{}",
        watching.err()
    );
}

#[test]
fn thousands_of_new_seeds_take_few_runs_and_none_is_lost() {
    let project = project_with_config();
    let watching = WatchProcess::start(&project, &["--limit", "0"]);
    let start = Instant::now();
    for i in 0..3000 {
        let path = format!("seeds/s{}/{i}.txt", i % 7);
        project.write_file(path, seed_text(&format!("Seed {i}"), &format!("https://e.example/s/{i}")));
    }
    watching.until("all of them", |_| {
        let text = fs::read_to_string(project.path("feeds/feed.json")).unwrap();
        text.matches("\"title\": \"Seed ").count() == 3000
    });
    // At most one run every two seconds, plus a few, however slow the machine is.
    let most = 5 + start.elapsed().as_secs() as usize / 2;
    assert!(watching.runs() <= most, "{} runs", watching.runs());
}

#[test]
fn a_missing_seeds_folder_is_reported_once_and_built_when_it_is_back() {
    let project = project_with_config();
    let watching = WatchProcess::start(&project, &[]);
    fs::rename(project.path("seeds"), project.path("away")).unwrap();
    watching.until("error", |w| w.err().contains("feedmill: seeds: "));
    assert_eq!(project.json_items("feeds/feed.json").len(), 1, "the feeds stay");
    project.write_file("seeds/2.txt", seed_text("Back", "https://e.example/2"));
    watching.until_titles(&project, &["Back"]);
    project.write_file("seeds/3.txt", seed_text("A later one", "https://e.example/3"));
    watching.until_titles(&project, &["Back", "A later one"]);
    assert_eq!(watching.err().matches("feedmill: seeds: ").count(), 1, "{}", watching.err());
}

#[test]
fn the_configuration_is_reloaded_and_may_be_invalid_for_a_while() {
    let project = project_with_config();
    let watching = WatchProcess::start(&project, &[]);
    project.write_file("feedmill.toml", "base_url = 'https://f.example/'\ntitle = 'Nrews\n");
    watching.until("error", |w| w.err().contains("error[config-syntax]"));
    project.write_file("seeds/2.txt", seed_text("Meanwhile", "https://e.example/2"));
    project.write_file(
        "feedmill.toml",
        "base_url = 'https://f.example/'\ntitle = 'Corrected'\nseeds = 'more'\n",
    );
    project.write_file("more/1.txt", seed_text("Elsewhere", "https://e.example/3"));
    watching.until_titles(&project, &["Elsewhere"]);
    assert!(project.read_file("feeds/rss.xml").contains("<title>Corrected</title>"));
    project.write_file("more/2.txt", seed_text("And watched", "https://e.example/4"));
    watching.until_titles(&project, &["Elsewhere", "And watched"]);
}

#[test]
fn a_template_is_watched() {
    let project = project_with_config();
    project.write_file(
        "feedmill.toml",
        "base_url = 'https://f.example/'\n[theme]\ntemplate = 'looks/page.html'\n",
    );
    project.write_file("looks/page.html", "first");
    let watching = WatchProcess::start(&project, &[]);
    assert!(project.read_file("feeds/index.html").starts_with("first"));
    project.write_file("looks/page.html", "second");
    watching.until("new page", |_| project.read_file("feeds/index.html").starts_with("second"));
}

#[test]
fn feeds_inside_the_seeds_folder_do_not_trigger_a_run() {
    let project = Project::new();
    project.write_file("1.txt", seed_text("One", "https://e.example/1"));
    let watching = WatchProcess::start(&project, &["--seeds", ".", "--base-url", "https://f.example/"]);
    put_whole(&project, "2.txt", &seed_text("A", "https://e.example/2"));
    watching.until_titles(&project, &["One", "A"]);
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(watching.runs(), 2, "{}", watching.err());
}

#[test]
fn it_ends_when_its_stdout_is_closed() {
    let project = project_with_config();
    let mut child = project.command(&["watch"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < DEADLINE);
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(project.path("feeds/feed.json").exists());
}
