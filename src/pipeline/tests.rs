//! Tests that need a store which fails, changes, or counts.

use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use super::*;
use crate::config::RawConfig;
use crate::store::{Change, Item, Lock, MemoryStore, Prefix};
use crate::types::{Bytes, UnixMs};

pub(super) const OPTIONS: Options<'_> = Options {
    now: UnixMs(1_700_000_000_000),
    started: SystemTime::UNIX_EPOCH,
    wait: Duration::ZERO,
    shared: false,
    prune: false,
    check: false,
    probe: None,
    progress: None,
};

/// A store in memory that fails for some paths.
#[derive(Default)]
struct Faulty {
    inner: MemoryStore,
    /// Reading, listing or replacing a path that contains this fails.
    refused: &'static str,
    /// Reading a path that contains this panics, as a fault of the parser would.
    broken: &'static str,
    /// Text that every file has when its body is read.
    later: Mutex<Option<Vec<u8>>>,
    /// Number of files that were read as a whole.
    reads: AtomicUsize,
}

impl Faulty {
    fn check(&self, path: &Path) -> io::Result<()> {
        let hit = !self.refused.is_empty() && path.to_string_lossy().contains(self.refused);
        if hit { Err(io::ErrorKind::PermissionDenied.into()) } else { Ok(()) }
    }
}

impl Store for Faulty {
    fn show(&self, path: &Path) -> String {
        self.inner.show(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Item>> {
        self.check(folder)?;
        self.inner.list(folder)
    }

    fn prefix(&self, path: &Path, length: Bytes) -> io::Result<Prefix> {
        self.check(path)?;
        self.inner.prefix(path, length)
    }

    fn read(&self, path: &Path, limit: Bytes) -> io::Result<Vec<u8>> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        assert!(self.broken.is_empty() || !path.to_string_lossy().contains(self.broken), "a fault");
        let later = self.later.lock().unwrap().clone();
        later.map_or_else(|| self.inner.read(path, limit), Ok)
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<Change> {
        assert!(self.broken.is_empty() || !path.to_string_lossy().contains(self.broken), "a fault");
        self.check(path)?;
        self.inner.replace(path, bytes)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.inner.remove(path)
    }

    fn lock(&self, wait: Duration) -> io::Result<Lock> {
        self.inner.lock(wait)
    }
}

fn seed(number: i64) -> Vec<u8> {
    format!(
        "<!--{}-->\n[T{number}](https://e.example/{number})\n------\n\n<p>b</p>",
        1_690_000_000_000 + number
    )
    .into_bytes()
}

fn run(seeds: &Faulty, feeds: &Faulty, limit: i64) -> (Result<Report, Error>, Vec<(&'static str, String)>) {
    run_with(seeds, feeds, limit, false)
}

fn run_with(
    seeds: &Faulty,
    feeds: &Faulty,
    limit: i64,
    archive: bool,
) -> (Result<Report, Error>, Vec<(&'static str, String)>) {
    let mut sink = Sink::collecting();
    let mut raw = RawConfig::default();
    raw.set("archive", crate::config::Value::Bool(archive), "test");
    raw.set("base_url", crate::config::Value::Text("https://f.example/".to_owned()), "test");
    raw.set("limit", crate::config::Value::Number(limit), "test");
    let plan = raw.resolve(&mut sink).unwrap();
    let result = build(&plan, seeds, feeds, OPTIONS, &mut sink);
    let findings = sink.collected().iter().map(|d| (d.meta.code, d.place.file.clone())).collect();
    (result, findings)
}

#[test]
fn input_unreadable_files_and_folders_are_reported_and_the_rest_is_published() {
    let seeds = Faulty { refused: "locked", ..Faulty::default() };
    for path in ["a/1.txt", "a/locked.txt", "locked/2.txt"] {
        seeds.inner.replace(Path::new(path), &seed(1)).unwrap();
    }
    let (report, mut findings) = run(&seeds, &Faulty::default(), 9);
    assert_eq!(report.unwrap().entries, 1);
    findings.sort();
    assert_eq!(
        findings,
        [("seed-unreadable", "a/locked.txt".to_owned()), ("seed-unreadable", "locked".to_owned())]
    );
}

#[test]
fn a_seed_that_changes_between_head_and_body_is_left_out_and_reported() {
    let seeds = Faulty { later: Mutex::new(Some(seed(2))), ..Faulty::default() };
    seeds.inner.replace(Path::new("1.txt"), &seed(1)).unwrap();
    seeds.inner.replace(Path::new("2.txt"), &seed(2)).unwrap();
    let (report, findings) = run(&seeds, &Faulty::default(), 9);
    assert_eq!(report.unwrap().entries, 1);
    assert_eq!(findings, [("seed-changed", "1.txt".to_owned())]);
}

#[test]
fn only_published_seeds_are_read_as_a_whole() {
    let seeds = Faulty::default();
    for i in 0..100 {
        seeds.inner.replace(Path::new(&format!("{i}.txt")), &seed(i)).unwrap();
    }
    let (report, _) = run(&seeds, &Faulty::default(), 7);
    assert_eq!((report.unwrap().seeds, seeds.reads.load(Ordering::Relaxed)), (100, 7));
}

#[test]
fn policy_publishing_to_a_store_that_fails_is_an_error_and_the_old_feed_stays() {
    let seeds = Faulty::default();
    seeds.inner.replace(Path::new("1.txt"), &seed(1)).unwrap();
    let feeds = Faulty { refused: "atom.xml", ..Faulty::default() };
    feeds.inner.replace(Path::new("atom.xml"), b"old").unwrap();
    let (report, _) = run(&seeds, &feeds, 9);
    let error = report.unwrap_err();
    assert_eq!((error.kind(), error.path()), (Kind::Io, Some(Path::new("atom.xml"))));
    assert_eq!(feeds.inner.read(Path::new("atom.xml"), Bytes(9)).unwrap(), b"old");
}

#[test]
fn a_fault_in_one_seed_costs_that_seed_and_any_other_fault_is_an_error() {
    let seeds = Faulty { broken: "1.txt", ..Faulty::default() };
    daily(&seeds, 0..3);
    let (feeds, broken_feeds) = (Faulty::default(), Faulty { broken: "atom", ..Faulty::default() });
    let (report, findings) = run(&seeds, &feeds, 9);
    assert_eq!((report.unwrap().entries, findings), (2, vec![("seed-crash", "1.txt".to_owned())]));
    // One whose head needs the whole file.
    let long = format!("<html><head>{}<title>A</title></head></html>", " ".repeat(100_000));
    seeds.inner.replace(Path::new("21.txt.html"), long.as_bytes()).unwrap();
    let (report, findings) = run(&seeds, &feeds, 9);
    assert_eq!((report.unwrap().entries, findings.len()), (2, 2));
    let error = run(&seeds, &broken_feeds, 9).0.unwrap_err();
    assert_eq!((error.kind(), error.to_string().starts_with("feedmill failed")), (Kind::Internal, true));
}

/// Writes seeds, seed `i` with a date `i` days after 2023-07-22.
fn daily(seeds: &Faulty, days: std::ops::Range<i64>) {
    for i in days {
        let bytes = String::from_utf8(seed(i)).unwrap();
        let (old, new) = (1_690_000_000_000 + i, 1_690_000_000_000 + i * 86_400_000);
        let bytes = bytes.replace(&old.to_string(), &new.to_string());
        seeds.inner.replace(Path::new(&format!("{i}.txt")), bytes.as_bytes()).unwrap();
    }
}

#[test]
fn policy_archive_reads_each_seed_once_and_counts_it_once() {
    let seeds = Faulty::default();
    daily(&seeds, 0..100);
    let (report, findings) = run_with(&seeds, &Faulty::default(), 7, true);
    let report = report.unwrap();
    assert_eq!((report.entries, report.feeds, seeds.reads.load(Ordering::Relaxed)), (100, 1, 100));
    assert_eq!(
        report.changed.len(),
        3 * 5 + 4,
        "the feed, 2023-07 to 2023-09, the open month October, and the files next to the feeds"
    );
    assert_eq!(findings, []);
}

#[test]
fn policy_archive_is_published_before_the_feed_that_links_to_it() {
    let (seeds, good) = (Faulty::default(), MemoryStore::new());
    daily(&seeds, 0..50);
    let feeds = Faulty { refused: "2023-08-open", inner: good, ..Faulty::default() };
    feeds.inner.replace(Path::new("rss.xml"), b"old").unwrap();
    assert_eq!(run_with(&seeds, &feeds, 20, true).0.unwrap_err().kind(), Kind::Io);
    assert_eq!(feeds.inner.read(Path::new("rss.xml"), Bytes(9)).unwrap(), b"old");
    assert!(feeds.inner.read(Path::new("archive/2023-07/rss.xml"), Bytes(1 << 20)).is_ok());
}

#[test]
fn policy_archive_a_month_whose_seeds_change_during_the_build_breaks_no_chain() {
    let seeds = Faulty::default();
    daily(&seeds, 0..80);
    let last = seeds.inner.read(Path::new("79.txt"), Bytes(1 << 20)).unwrap();
    *seeds.later.lock().unwrap() = Some(last);
    let feeds = Faulty::default();
    let (report, findings) = run_with(&seeds, &feeds, 20, true);
    assert_eq!((report.unwrap().entries, findings.len()), (1, 79));
    let (mut path, mut seen) = ("feed.json".to_owned(), Vec::new());
    loop {
        let bytes = feeds.inner.read(Path::new(&path), Bytes(1 << 20)).unwrap();
        let document: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        seen.push(document["items"].as_array().unwrap().len());
        let Some(next) = document["next_url"].as_str() else { break };
        path = next.strip_prefix("https://f.example/").unwrap().to_owned();
    }
    assert_eq!(seen, [1, 0, 0, 0]);
}

#[cfg(target_os = "linux")]
#[test]
fn input_folders_whose_names_are_not_utf8_are_cached_like_others() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use crate::store::FsStore;

    let dir = tempfile::tempdir().unwrap();
    let seeds = FsStore::new(dir.path().join("seeds"));
    let feeds = FsStore::new(dir.path().join("feeds"));
    let folders: [&[u8]; 4] = [b"\xfe", b"\xfe/\xff\xfe", b"town/\xe4", b"town"];
    for (number, folder) in folders.iter().cycle().take(40).enumerate() {
        let day = 1_690_000_000_000 + number as i64 * 86_400_000;
        let text = format!("<!--{day}-->\n[T{number}](https://e.example/{number})\n------\n\n<p>b</p>");
        let name = [format!("{number}").as_bytes(), b"\xfd.txt"].concat();
        let path = Path::new(OsStr::from_bytes(folder)).join(OsStr::from_bytes(&name));
        seeds.replace(&path, text.as_bytes()).unwrap();
    }
    let mut sink = Sink::collecting();
    let text = "base_url = 'https://f.example/'\nlimit = 3\narchive = true\n";
    let raw = RawConfig::read(text, Path::new("feedmill.toml"), &mut sink).unwrap();
    let plan = raw.resolve(&mut sink).unwrap();
    let options = Options { started: SystemTime::now() + Duration::from_secs(3600), ..OPTIONS };
    let first = build(&plan, &seeds, &feeds, options, &mut sink).unwrap();
    assert_eq!((first.seeds, first.entries, first.feeds), (40, 40, 3));
    let sections: Vec<_> = first.site.feeds.iter().map(|feed| feed.folder.as_str()).collect();
    assert_eq!(sections, ["", "%FE", "town"]);
    assert!(first.changed.iter().any(|path| path.starts_with("%FE/archive/2023-07")));
    let second = build(&plan, &seeds, &feeds, options, &mut sink).unwrap();
    assert_eq!((second.changed.len(), second.head_bytes, second.body_bytes, second.entries), (0, 0, 0, 40));
    assert_eq!(sink.collected(), []);
}

/// Builds seeds with a configuration, and returns the report, the findings, and the feeds.
fn build_all(config: &str, files: &[(&str, &str)]) -> (Report, Vec<String>, MemoryStore) {
    let (seeds, feeds, mut sink) = (MemoryStore::new(), MemoryStore::new(), Sink::collecting());
    for (path, text) in files {
        seeds.replace(Path::new(path), text.as_bytes()).unwrap();
    }
    let text = format!("base_url = 'https://f.example/'\nsite_url = 'https://e.example/'\n{config}");
    let plan =
        RawConfig::read(&text, Path::new("feedmill.toml"), &mut sink).unwrap().resolve(&mut sink).unwrap();
    let report = build(&plan, &seeds, &feeds, OPTIONS, &mut sink).unwrap();
    let findings =
        sink.collected().iter().map(|d| format!("{} {}: {}", d.meta.code, d.place.file, d.detail)).collect();
    (report, findings, feeds)
}

fn stamped(day: i64, link: &str, body: &str) -> String {
    format!("<!--{}-->\n[T](https://e.example/{link})\n------\n\n{body}", OPTIONS.now.0 + day * 86_400_000)
}

fn document(feeds: &MemoryStore, path: &str) -> serde_json::Value {
    serde_json::from_slice(&feeds.read(Path::new(path), Bytes(1 << 20)).unwrap()).unwrap()
}

fn ids(feeds: &MemoryStore, path: &str) -> Vec<String> {
    let document = document(feeds, path);
    document["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn policy_of_versions_with_the_same_time_the_one_with_text_is_published_and_the_others_are_named() {
    let (long, short) = ("<p>A longer text</p>", "<p>Text</p>");
    for (bodies, published) in [
        ([long, "<div></div>", short], "a"),
        (["<div></div>", short, "<div> </div>"], "b"),
        ([short, short, short], "c"),
        (["", "", ""], "c"),
    ] {
        let files = ["a", "b", "c"].map(|name| format!("{name}.txt"));
        let texts = bodies.map(|body| stamped(-1, "1", body));
        let all: Vec<_> = files.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
        let (report, findings, _) = build_all("limit = 1", &all);
        assert_eq!((report.seeds, report.entries, report.merged), (3, 1, 2));
        let merged: Vec<_> = findings.iter().filter(|text| text.starts_with("seed-merged")).collect();
        let others = ["a", "b", "c"].into_iter().filter(|name| *name != published);
        let expected: Vec<_> = others
            .map(|name| format!("seed-merged {name}.txt: left out in favor of `{published}.txt`"))
            .collect();
        assert_eq!(merged, expected.iter().collect::<Vec<_>>());
    }
}

#[test]
fn a_configured_pattern_is_used_as_it_is() {
    let text = |own: &str| format!("---\ntitle: T\ndate: 2023-05-01\n{own}---\n\nText\n");
    let (plain, own, dated) = (text(""), text("url: /own/b\n"), text(""));
    let files = [("a.md", &*plain), ("b.md", &own), ("2023-05-02-c.html.markdown", &dated)];
    let urls = |config: &str| {
        let (.., feeds) = build_all(config, &files);
        let items = document(&feeds, "feed.json")["items"].as_array().unwrap().clone();
        let mut urls: Vec<String> =
            items.iter().map(|item| item["url"].as_str().unwrap().to_owned()).collect();
        urls.sort();
        urls.iter().map(|url| url.replace("https://e.example", "")).collect::<Vec<_>>()
    };
    assert_eq!(urls("permalink = '/blog/:slugorfilename'"), ["/blog/a", "/blog/c", "/own/b/"]);
    assert_eq!(urls(""), ["/2023/05/01/c.html", "/a/", "/own/b/"]);
}

#[test]
fn packages_of_programs_are_no_seeds() {
    let text = stamped(0, "a", "<p>b</p>");
    let (report, findings, _) =
        build_all("", &[("a.txt", &text), ("node_modules/b/c.txt", &text), ("d/node_modules/e.md", "# E")]);
    assert_eq!((report.seeds, findings), (1, Vec::new()));
}

#[test]
fn policy_a_seed_in_two_sections_is_one_entry_with_both_categories() {
    let text = stamped(-1, "1", "<p>b</p>");
    let (report, _, feeds) = build_all("", &[("a/1.txt", &text), ("b/1.txt", &text)]);
    assert_eq!((report.seeds, report.entries, report.merged, report.feeds), (2, 1, 1, 3));
    assert_eq!(document(&feeds, "feed.json")["items"][0]["tags"], serde_json::json!(["b", "a"]));
    assert_eq!(document(&feeds, "a/feed.json")["items"][0]["tags"], serde_json::json!(["a"]));
}

#[test]
fn the_counts_of_a_build_add_up_to_its_seeds() {
    let texts: Vec<_> = (0..20).map(|i| stamped(-1 - i / 2, &format!("{}", i / 2), "<p>b</p>")).collect();
    let names: Vec<_> = (0..20).map(|i| format!("{}/{i}.txt", if i % 2 == 0 { "a" } else { "b" })).collect();
    let mut files: Vec<_> = names.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
    let (future, broken) = (stamped(9, "x", ""), "no stamp".to_owned());
    files.extend([("c/future.txt", future.as_str()), ("a/broken.txt", broken.as_str())]);
    let hidden = "---\ndate: 1970-01-02\npermalink: https://e.example/h\nrss: false\n---\nText\n";
    files.extend([("c/hidden.md", hidden), ("d/hidden.md", hidden)]);
    let (report, ..) = build_all("limit = 6", &files);
    let counts = (report.entries, report.merged, report.beyond_limit, report.held_back, report.skipped);
    assert_eq!((report.seeds, report.unlisted, counts), (24, 2, (6, 6, 8, 1, 1)));
}

#[test]
fn policy_equal_addresses_are_one_entry_whose_id_is_that_of_the_earliest_seed() {
    let links = ["a?utm_source=x", "a", "a#comments", "a?fbclid=y", "a/", "a/index.html"];
    let texts: Vec<_> = (0..).zip(links).map(|(i, link)| stamped(i - 9, link, "<p>b</p>")).collect();
    let names: Vec<_> = (0..links.len()).map(|i| format!("{i}.txt")).collect();
    let files: Vec<_> = names.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
    let (report, _, feeds) = build_all("", &files);
    assert_eq!((report.entries, report.merged), (3, 3));
    assert_eq!(ids(&feeds, "feed.json")[2], "https://e.example/a?utm_source=x");
    let all = "same_address = ['scheme', 'case', 'tracking', 'fragment', 'slash', 'index']";
    let (report, _, feeds) = build_all(all, &files);
    assert_eq!((report.entries, report.merged), (1, 5));
    assert_eq!(ids(&feeds, "feed.json"), ["https://e.example/a?utm_source=x"]);
    assert_eq!(build_all("same_address = []", &files).0.entries, 6);
}

#[test]
fn policy_front_matter_and_pages_are_held_back_until_their_exact_time_and_stamps_have_a_tolerance() {
    let at = |ms: i64| UnixMs(OPTIONS.now.0 + ms).to_rfc3339();
    let hour = 3_600_000;
    for (ahead, config, expected) in [
        (0, "", 3),
        (1000, "", 1),
        (23 * hour, "", 1),
        (25 * hour, "", 0),
        (25 * hour, "future = '2d'", 1),
        (2 * hour, "future = '90m'", 0),
        (1000, "future = '0'", 0),
    ] {
        let date = at(ahead);
        let matter = format!("---\ndate: {date}\n---\nText\n");
        let page = format!(
            "<!DOCTYPE html><title>T</title><link rel=canonical href='https://e.example/p'>\
             <meta property='article:published_time' content='{date}'><p>Text</p>"
        );
        let stamp = format!("<!--{}-->\n[T](https://e.example/1)\n------\n", OPTIONS.now.0 + ahead);
        let old = stamped(-1, "old", "");
        let files = [("m.md", &*matter), ("p.html", &*page), ("s.txt", &*stamp), ("old.txt", &*old)];
        let (report, findings, _) = build_all(config, &files);
        assert_eq!(
            (report.entries, report.held_back),
            (1 + expected, 3 - expected),
            "{ahead} {config}: {findings:?}"
        );
        let held = findings.iter().filter(|text| text.starts_with("seed-future"));
        assert_eq!(held.count(), 3 - expected);
    }
}

#[test]
fn policy_merging_by_the_number_of_a_file_is_a_warning_unless_both_links_have_it() {
    let texts = [
        stamped(-4, "news/48211-old", ""),
        stamped(-3, "news/48211-new", ""),
        stamped(-2, "one", ""),
        stamped(-1, "two", ""),
    ];
    let names = ["48211-old.txt", "48211-new.txt", "77777-a.txt", "77777-b.txt"];
    let files: Vec<_> = names.into_iter().zip(texts.iter().map(String::as_str)).collect();
    let (report, findings, _) = build_all("ids = 'file'", &files);
    assert_eq!((report.entries, report.merged), (2, 2));
    assert_eq!(
        findings,
        [
            "seed-same-id 77777-a.txt: left out in favor of `77777-b.txt`",
            "seed-merged 48211-old.txt: left out in favor of `48211-new.txt`",
        ]
    );
}

#[test]
fn policy_an_id_survives_a_change_of_the_link_while_the_cache_exists() {
    use crate::store::FsStore;

    let dir = tempfile::tempdir().unwrap();
    let (root, feeds) = (dir.path().join("seeds"), dir.path().join("feeds"));
    let started = std::cell::Cell::new(SystemTime::now());
    let run = || {
        let mut sink = Sink::collecting();
        let plan = RawConfig::default().resolve(&mut sink).unwrap();
        started.set(started.get() + Duration::from_secs(3600));
        let options = Options { started: started.get(), ..OPTIONS };
        build(&plan, &FsStore::new(&root), &FsStore::new(&feeds), options, &mut sink).unwrap();
        let text = std::fs::read(feeds.join("feed.json")).unwrap();
        let document: serde_json::Value = serde_json::from_slice(&text).unwrap();
        let items = document["items"].as_array().unwrap().iter();
        items
            .map(|item| {
                ["id", "url"].map(|key| item[key].as_str().unwrap().replace("https://e.example/", ""))
            })
            .collect::<Vec<_>>()
    };
    let write = |name: &str, day, link| {
        std::fs::create_dir_all(&root).unwrap();
        std::fs::write(root.join(name), stamped(day, link, "<p>b</p>")).unwrap();
    };
    let unknown = stamped(-3, "old", "<p>b</p>").replace("e.example", "blog.invalid");
    std::fs::create_dir_all(&root).unwrap();
    std::fs::write(root.join("1.txt"), unknown).unwrap();
    run();
    // Nothing was published below a placeholder.
    write("1.txt", -3, "old");
    assert_eq!(run(), [["old", "old"]]);
    write("1.txt", -3, "newer");
    assert_eq!(run(), [["old", "newer"]]);
    write("1.txt", -3, "newest-");
    write("2.txt", -1, "other");
    assert_eq!(run(), [["other", "other"], ["old", "newest-"]]);
    // The catalog may be lost: the changed links are in a file of their own.
    std::fs::remove_file(feeds.join(".feedmill/index")).unwrap();
    assert_eq!(run(), [["other", "other"], ["old", "newest-"]]);
    // Another seed has the link now: no two entries have one id.
    write("2.txt", -2, "old");
    assert_eq!(run(), [["old", "old"], ["newest-", "newest-"]]);
    // Another article under the name of an old one.
    write("1.txt", -1, "third");
    assert_eq!(run()[0], ["third", "third"]);
    // Deleted, or renamed.
    write("1.txt", -1, "fourth!");
    assert_eq!(run()[0], ["third", "fourth!"]);
    std::fs::rename(root.join("1.txt"), root.join("9.txt")).unwrap();
    assert_eq!(run()[0], ["fourth!", "fourth!"]);
    std::fs::rename(root.join("9.txt"), root.join("1.txt")).unwrap();
    assert_eq!(run()[0], ["fourth!", "fourth!"]);
}

#[test]
fn articles_are_divided_into_feeds_and_filtered_by_what_they_say_about_themselves() {
    use crate::model::{Article, Metadata, Person};

    let config = "title = 'T'\nlanguage = 'en'\nauthor = 'Ann'\nbase_url = 'https://f.example/'\nindex = []\n\
                  feeds_by = ['language', 'tag', 'author']\n\
                  [[feed]]\nname = 'wet'\ntags = ['rain', 'FLOOD']\nlanguages = ['DE']\n\
                  [[feed]]\nname = 'bo'\nauthors = ['bo ray']\n[[feed]]\nname = 'new'\nmax_age = '36h'\n";
    let mut sink = Sink::collecting();
    let plan =
        RawConfig::read(config, Path::new("feedmill.toml"), &mut sink).unwrap().resolve(&mut sink).unwrap();
    type Row = (&'static [&'static str], &'static [&'static str], Option<&'static str>, bool);
    let rows: [Row; 5] = [
        (&["Rain", "C++"], &[], None, false),
        (&["rain"], &["Bo Ray"], Some("de-CH"), false),
        (&["Flood", "RAIN"], &["Ann", "Bo Ray"], Some("de"), false),
        (&[], &["Cy"], Some("fr"), false),
        (&["secret"], &[], None, true),
    ];
    let articles = (0..).zip(rows).map(|(day, (tags, authors, language, unlisted))| {
        let about = Metadata {
            tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
            authors: authors.iter().map(|&name| Person::new(name)).collect(),
            language: language.map(str::to_owned),
            unlisted,
            ..Metadata::default()
        };
        let link = format!("https://e.example/{day}").parse().unwrap();
        Article::new(link, UnixMs(1_700_000_000_000 + day * 86_400_000)).title("T").metadata(about)
    });
    let built = feeds(articles, &plan).unwrap();
    let got: Vec<_> = built
        .iter()
        .map(|feed| {
            let links: String =
                feed.feed.entries.iter().map(|e| e.link.rsplit('/').next().unwrap()).collect();
            (feed.folder.to_str().unwrap(), links, feed.feed.title.as_str())
        })
        .collect();
    let expected = [
        ("", "3210", "T"),
        ("wet", "21", "wet – T"),
        ("bo", "21", "bo – T"),
        ("new", "3", "new – T"),
        ("tag/c++", "0", "C++ – T"),
        ("tag/flood", "2", "Flood – T"),
        ("tag/rain", "210", "RAIN – T"),
        ("author/ann", "20", "Ann – T"),
        ("author/bo-ray", "21", "Bo Ray – T"),
        ("author/cy", "3", "Cy – T"),
        ("language/de", "2", "de – T"),
        ("language/de-ch", "1", "de-CH – T"),
        ("language/en", "0", "en – T"),
        ("language/fr", "3", "fr – T"),
    ];
    assert_eq!(got, expected.map(|(folder, links, title)| (folder, links.to_owned(), title)));
    let languages: Vec<_> = built.iter().filter_map(|feed| feed.feed.language.as_deref()).collect();
    assert_eq!(&languages[10..], ["de", "de-CH", "en", "fr"]);
    assert_eq!(built[7].feed.base.as_ref().unwrap().as_str(), "https://f.example/author/ann/");
}
