//! What needs a store that refuses, changes, or counts.

use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::config::RawConfig;
use crate::store::{Change, Item, Lock, MemoryStore, Prefix};

pub(super) const OPTIONS: Options<'_> = Options {
    now: UnixMs(1_700_000_000_000),
    started: SystemTime::UNIX_EPOCH,
    wait: Duration::ZERO,
    prune: false,
    check: false,
    probe: None,
    progress: None,
};

/// A memory that fails where it is told to.
#[derive(Default)]
struct Faulty {
    inner: MemoryStore,
    /// Reading, listing or replacing a path that contains this is refused.
    refused: &'static str,
    /// The text that a file has from its second reading on.
    later: Mutex<Option<Vec<u8>>>,
    wholes: AtomicUsize,
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
        self.wholes.fetch_add(1, Ordering::Relaxed);
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

fn mill(seeds: &Faulty, feeds: &Faulty, limit: i64) -> (Result<Report, Error>, Vec<(&'static str, String)>) {
    mill_with(seeds, feeds, limit, false)
}

fn mill_with(
    seeds: &Faulty,
    feeds: &Faulty,
    limit: i64,
    archive: bool,
) -> (Result<Report, Error>, Vec<(&'static str, String)>) {
    let mut sink = Sink::keeping();
    let mut raw = RawConfig::default();
    raw.set("archive", crate::config::Value::Switch(archive), "test");
    raw.set("base_url", crate::config::Value::Text("https://f.example/".to_owned()), "test");
    raw.set("limit", crate::config::Value::Number(limit), "test");
    let plan = raw.resolve(&mut sink).unwrap();
    let result = build(&plan, seeds, feeds, OPTIONS, &mut sink);
    let said = sink.kept().iter().map(|d| (d.meta.code, d.place.file.clone())).collect();
    (result, said)
}

#[test]
fn input_unreadable_files_and_folders_are_named_and_the_rest_is_milled() {
    let seeds = Faulty { refused: "locked", ..Faulty::default() };
    for path in ["a/1.txt", "a/locked.txt", "locked/2.txt"] {
        seeds.inner.replace(Path::new(path), &seed(1)).unwrap();
    }
    let (report, said) = mill(&seeds, &Faulty::default(), 9);
    assert_eq!(report.unwrap().entries, 1);
    let mut said = said;
    said.sort();
    assert_eq!(
        said,
        [("seed-unreadable", "a/locked.txt".to_owned()), ("seed-unreadable", "locked".to_owned())]
    );
}

#[test]
fn a_seed_that_changes_between_head_and_body_is_left_out_and_named() {
    let seeds = Faulty { later: Mutex::new(Some(seed(2))), ..Faulty::default() };
    seeds.inner.replace(Path::new("1.txt"), &seed(1)).unwrap();
    seeds.inner.replace(Path::new("2.txt"), &seed(2)).unwrap();
    let (report, said) = mill(&seeds, &Faulty::default(), 9);
    assert_eq!(report.unwrap().entries, 1);
    assert_eq!(said, [("seed-changed", "1.txt".to_owned())]);
}

#[test]
fn only_what_is_published_is_read_whole() {
    let seeds = Faulty::default();
    for i in 0..100 {
        seeds.inner.replace(Path::new(&format!("{i}.txt")), &seed(i)).unwrap();
    }
    let (report, _) = mill(&seeds, &Faulty::default(), 7);
    assert_eq!((report.unwrap().seeds, seeds.wholes.load(Ordering::Relaxed)), (100, 7));
}

#[test]
fn policy_publishing_an_output_that_refuses_is_an_error_and_the_old_feed_stays() {
    let seeds = Faulty::default();
    seeds.inner.replace(Path::new("1.txt"), &seed(1)).unwrap();
    let feeds = Faulty { refused: "atom.xml", ..Faulty::default() };
    feeds.inner.replace(Path::new("atom.xml"), b"old").unwrap();
    let (report, _) = mill(&seeds, &feeds, 9);
    let error = report.unwrap_err();
    assert_eq!((error.kind(), error.path()), (Kind::Io, Some(Path::new("atom.xml"))));
    assert_eq!(feeds.inner.read(Path::new("atom.xml"), Bytes(9)).unwrap(), b"old");
}

/// Seed `i` is of the day `i` since 2023-07-22.
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
    let (report, said) = mill_with(&seeds, &Faulty::default(), 7, true);
    let report = report.unwrap();
    assert_eq!((report.entries, report.feeds, seeds.wholes.load(Ordering::Relaxed)), (100, 1, 100));
    assert_eq!(
        report.changed.len(),
        3 * 5 + 3,
        "the feed, 2023-07 to 2023-09, October, which is open, and what lies beside"
    );
    assert_eq!(said, []);
}

#[test]
fn policy_archive_is_in_place_before_the_feed_that_leads_to_it() {
    let (seeds, good) = (Faulty::default(), MemoryStore::new());
    daily(&seeds, 0..50);
    let feeds = Faulty { refused: "2023-08-open", inner: good, ..Faulty::default() };
    feeds.inner.replace(Path::new("rss.xml"), b"old").unwrap();
    assert_eq!(mill_with(&seeds, &feeds, 20, true).0.unwrap_err().kind(), Kind::Io);
    assert_eq!(feeds.inner.read(Path::new("rss.xml"), Bytes(9)).unwrap(), b"old");
    assert!(feeds.inner.read(Path::new("archive/2023-07/rss.xml"), Bytes(1 << 20)).is_ok());
}

#[test]
fn policy_archive_a_month_whose_seeds_changed_under_our_hands_breaks_no_chain() {
    let seeds = Faulty::default();
    daily(&seeds, 0..80);
    let last = seeds.inner.read(Path::new("79.txt"), Bytes(1 << 20)).unwrap();
    *seeds.later.lock().unwrap() = Some(last);
    let feeds = Faulty::default();
    let (report, said) = mill_with(&seeds, &feeds, 20, true);
    assert_eq!((report.unwrap().entries, said.len()), (1, 79));
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
