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
        let later = self.later.lock().unwrap().clone();
        later.map_or_else(|| self.inner.read(path, limit), Ok)
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<Change> {
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
    let mut sink = Sink::keeping();
    let mut raw = RawConfig::default();
    raw.set("archive", crate::config::Value::Bool(archive), "test");
    raw.set("base_url", crate::config::Value::Text("https://f.example/".to_owned()), "test");
    raw.set("limit", crate::config::Value::Number(limit), "test");
    let plan = raw.resolve(&mut sink).unwrap();
    let result = build(&plan, seeds, feeds, OPTIONS, &mut sink);
    let findings = sink.kept().iter().map(|d| (d.meta.code, d.place.file.clone())).collect();
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
        3 * 5 + 3,
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
    let mut sink = Sink::keeping();
    let text = "base_url = 'https://f.example/'\nlimit = 3\narchive = true\n";
    let raw = RawConfig::read(text, Path::new("feedmill.toml"), &mut sink).unwrap();
    let plan = raw.resolve(&mut sink).unwrap();
    let options = Options { started: SystemTime::now() + Duration::from_secs(3600), ..OPTIONS };
    let first = build(&plan, &seeds, &feeds, options, &mut sink).unwrap();
    assert_eq!((first.seeds, first.entries, first.feeds), (40, 40, 3));
    let sections: Vec<_> = first.site.feeds.iter().map(|feed| feed.folder.as_str()).collect();
    assert_eq!(sections, ["", "town", "\u{fffd}"]);
    assert!(first.changed.iter().any(|path| path.starts_with("\u{fffd}/archive/2023-07")));
    let second = build(&plan, &seeds, &feeds, options, &mut sink).unwrap();
    assert_eq!((second.changed.len(), second.head_bytes, second.body_bytes, second.entries), (0, 0, 0, 40));
    assert_eq!(sink.kept(), []);
}
