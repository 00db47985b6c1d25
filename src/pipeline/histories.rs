//! Random histories of seeds and cache: with a catalog and without, the feeds and findings are the same.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::tests::OPTIONS;
use super::*;
use crate::config::RawConfig;
use crate::store::{Beginning, Change, FsStore, Item, Lock, Prefix, Stamp};
use crate::types::{Bytes, UnixMs};

/// An event between two builds.
#[derive(Clone, Debug)]
enum Event {
    /// A seed is written: place, time, link and body.
    Write(usize, usize, usize, u8),
    Delete(usize),
    Rename(usize, usize),
    /// The times of a seed are set, to what they were or to the distant past.
    Touch(usize, bool),
    /// Other bytes of the same size are written, and the modification time is restored.
    SameSize(usize, u8),
    /// A seed is replaced by another file of the same name, size and time.
    Replace(usize, u8),
    /// The clock is set to another day.
    Clock(i64),
    /// The limit of entries is changed.
    Limit(i64),
    /// The cache is lost, or damaged at a position.
    Lose(Option<usize>),
    /// A document is deleted.
    Unpublish(usize),
    /// A document is overwritten with other bytes of the same size.
    Deface(usize),
}

fn event() -> impl Strategy<Value = Event> {
    let place = || 0..PLACES.len();
    prop_oneof![
        6 => (place(), 0..DAYS.len(), 0usize..6, 0u8..9).prop_map(|(p, t, l, b)| Event::Write(p, t, l, b)),
        2 => place().prop_map(Event::Delete),
        2 => (place(), place()).prop_map(|(a, b)| Event::Rename(a, b)),
        2 => (place(), any::<bool>()).prop_map(|(p, old)| Event::Touch(p, old)),
        3 => (place(), 0u8..9).prop_map(|(p, b)| Event::SameSize(p, b)),
        2 => (place(), 0u8..9).prop_map(|(p, b)| Event::Replace(p, b)),
        1 => (-3i64..4).prop_map(Event::Clock),
        1 => (0i64..4).prop_map(Event::Limit),
        1 => prop::option::of(0usize..4000).prop_map(Event::Lose),
        1 => (0..DOCUMENTS.len()).prop_map(Event::Unpublish),
        1 => (0..DOCUMENTS.len()).prop_map(Event::Deface),
    ]
}

const PLACES: [&str; 10] = [
    "1.txt",
    "20231031_a.txt",
    "a/1.txt",
    "a/2.txt",
    "a/b/20231031_c.txt",
    "a/b/4.txt",
    "c/1.txt",
    "c/.hidden.txt",
    "a/5.md",
    "c/2023-10-31-d.md",
];
/// Documents that often exist.
const DOCUMENTS: [&str; 4] =
    ["atom.xml", "a/rss.xml", "archive/2023-10/rss.xml", "archive/2023-08/feed.json"];
/// Dates of seeds in days from now; the last is held back, and the one before it if it is in front matter.
const DAYS: [i64; 9] = [-95, -94, -65, -40, -20, -2, 0, 1, 2];
const DAY: i64 = 86_400_000;

/// Returns a seed. Body 7 makes it invalid, body 8 has no title. In front matter, body 6 is not listed.
fn seed_of(place: usize, day: usize, link: usize, body: u8) -> String {
    if PLACES[place].ends_with(".md") {
        let title = if body == 8 { "" } else { "title: Rain\n" };
        let date = UnixMs(OPTIONS.now.0 + DAYS[day] * DAY).to_rfc3339();
        let date = if body == 7 { "no date".to_owned() } else { date };
        let unlisted = if body == 6 { "unlisted: true\n" } else { "" };
        let (tag, language) = (["x", "Y", "y"][link % 3], ["de", "fr"][day % 2]);
        return format!(
            "---\n{title}date: {date}\npermalink: https://e.example/{}\ntags: [{tag}, z]\nlang: {language}\n{unlisted}---\n<p>b{body}</p>\n",
            link / 2 + 4 * (link % 2)
        );
    }
    let title = if body == 8 { "" } else { "Rain" };
    let stamp = if body == 7 { "no stamp".to_owned() } else { (OPTIONS.now.0 + DAYS[day] * DAY).to_string() };
    format!(
        "<!--{stamp}-->\n[{title}](https://e.example/{})\n------\n\n<p>b{body}</p>\n",
        link / 2 + 4 * (link % 2)
    )
}

fn apply(event: &Event, root: &Path, feeds: &Path) {
    let at = |place: usize| root.join(PLACES[place]);
    let times =
        |path: &Path| std::fs::metadata(path).ok().map(|m| (m.modified().unwrap(), m.accessed().unwrap()));
    let set = |path: &Path, time| {
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(time).unwrap();
    };
    let body = |path: &Path, body: u8| {
        let text = std::fs::read_to_string(path).unwrap();
        let at = text.find("<p>b").unwrap() + 4;
        format!("{}{body}{}", &text[..at], &text[at + 1..])
    };
    match *event {
        Event::Write(place, day, link, body) => {
            std::fs::create_dir_all(at(place).parent().unwrap()).unwrap();
            std::fs::write(at(place), seed_of(place, day, link, body)).unwrap();
        }
        Event::Delete(place) => _ = std::fs::remove_file(at(place)),
        Event::Rename(from, to) => {
            std::fs::create_dir_all(at(to).parent().unwrap()).unwrap();
            _ = std::fs::rename(at(from), at(to));
        }
        Event::Touch(place, old) => {
            if let Some((modified, _)) = times(&at(place)) {
                let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
                set(&at(place), if old { long_ago } else { modified });
            }
        }
        Event::SameSize(place, new) => {
            if let Some((modified, _)) = times(&at(place)) {
                std::fs::write(at(place), body(&at(place), new)).unwrap();
                set(&at(place), modified);
            }
        }
        Event::Replace(place, new) => {
            if let Some((modified, _)) = times(&at(place)) {
                let other = root.join(".other");
                std::fs::write(&other, body(&at(place), new)).unwrap();
                set(&other, modified);
                std::fs::rename(other, at(place)).unwrap();
            }
        }
        Event::Lose(None) => _ = std::fs::remove_dir_all(feeds.join(".feedmill")),
        Event::Lose(Some(place)) => {
            for name in ["index", "seeds"] {
                let path = feeds.join(".feedmill").join(name);
                if let Ok(mut bytes) = std::fs::read(&path) {
                    let length = bytes.len().max(1);
                    bytes.iter_mut().skip(place % length).take(1).for_each(|b| *b ^= 1);
                    std::fs::write(path, bytes).unwrap();
                }
            }
        }
        Event::Unpublish(document) => {
            for feeds in [feeds, &feeds.with_file_name("fresh")] {
                _ = std::fs::remove_file(feeds.join(DOCUMENTS[document]));
            }
        }
        Event::Deface(document) => {
            for feeds in [feeds, &feeds.with_file_name("fresh")] {
                if let Ok(text) = std::fs::read_to_string(feeds.join(DOCUMENTS[document])) {
                    std::fs::write(feeds.join(DOCUMENTS[document]), text.replace("Rain", "Ruin")).unwrap();
                }
            }
        }
        Event::Clock(_) | Event::Limit(_) => {}
    }
}

/// Returns every file of a feeds folder except the cache.
fn published(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap() == ".feedmill" {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = std::fs::read_to_string(&path).unwrap();
                all.insert(path.strip_prefix(folder).unwrap().to_path_buf(), text);
            }
        }
    }
    all
}

/// A folder on a file system with a resolution of two seconds, such as FAT.
struct Coarse(FsStore);

fn tick(stamp: Option<Stamp>) -> Option<Stamp> {
    let tick = |ns: i128| ns - ns.rem_euclid(2_000_000_000);
    stamp.map(|s| Stamp { modified: tick(s.modified), changed: tick(s.changed), ..s })
}

impl Store for Coarse {
    fn show(&self, path: &Path) -> String {
        self.0.show(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Item>> {
        self.0.list(folder)
    }

    fn prefix(&self, path: &Path, length: Bytes) -> io::Result<Prefix> {
        self.0.prefix(path, length)
    }

    fn read(&self, path: &Path, limit: Bytes) -> io::Result<Vec<u8>> {
        self.0.read(path, limit)
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<Change> {
        self.0.replace(path, bytes)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.0.remove(path)
    }

    fn lock(&self, wait: Duration) -> io::Result<Lock> {
        self.0.lock(wait)
    }

    fn scan(
        &self,
        folder: &Path,
        stamps: bool,
        see: &mut dyn FnMut(&OsStr, crate::store::Kind, Option<Stamp>),
    ) -> io::Result<()> {
        self.0.scan(folder, stamps, &mut |name, kind, stamp| see(name, kind, tick(stamp)))
    }

    fn heads(
        &self,
        folder: &Path,
        names: &[&OsStr],
        length: Bytes,
        see: &mut dyn FnMut(usize, io::Result<Beginning<'_>>),
    ) -> io::Result<()> {
        self.0.heads(folder, names, length, &mut |number, head| {
            see(number, head.map(|head| Beginning { stamp: tick(head.stamp), ..head }));
        })
    }
}

/// Applies the events of a history, and after each part builds with and without a catalog. If it is slow, enough time
/// seems to pass before each build for stamps to be trusted; else everything happens within a tick or two of a coarse
/// clock.
fn history(parts: &[Vec<Event>], ids: &str, archive: bool, slow: bool) -> Result<(), TestCaseError> {
    let dir = tempfile::tempdir().unwrap();
    let (root, kept, fresh) = (dir.path().join("seeds"), dir.path().join("kept"), dir.path().join("fresh"));
    std::fs::create_dir_all(&root).unwrap();
    let (mut now, mut limit) = (OPTIONS.now.0, 2);
    for events in parts {
        for event in events {
            apply(event, &root, &kept);
            match event {
                Event::Clock(days) => now = OPTIONS.now.0 + days * DAY,
                Event::Limit(new) => limit = *new,
                _ => {}
            }
        }
        let run = |feeds: &Path, catalog: bool| {
            let mut sink = Sink::collecting();
            let text = format!(
                "base_url = 'https://f.example/'\ntitle = 'T'\nids = '{ids}'\nlimit = {limit}\narchive = {archive}\n\
                 feeds_by = ['tag', 'language']\n\
                 [[feed]]\nname = 'rain'\nsections = ['a', 'c']\ntitle_contains = 'rain'\n\
                 [[feed]]\nname = 'recent'\nmax_age = '30d'\n[[feed]]\nname = 'z'\ntags = ['Z']\nlanguages = ['de']\n"
            );
            let mut plan = RawConfig::read(&text, Path::new("feedmill.toml"), &mut sink)
                .unwrap()
                .resolve(&mut sink)
                .unwrap();
            plan.catalog = catalog;
            let started = SystemTime::now() + Duration::from_secs(if slow { 3600 } else { 0 });
            let options = Options { now: UnixMs(now), started, prune: true, ..OPTIONS };
            let (fine, coarse) = (FsStore::new(&root), Coarse(FsStore::new(&root)));
            let seeds: &dyn Store = if slow { &fine } else { &coarse };
            let result = build(&plan, seeds, &FsStore::new(feeds), options, &mut sink);
            let findings: Vec<_> = sink
                .collected()
                .iter()
                .filter(|d| d.meta.code != "catalog-lost")
                .map(|d| (d.meta.code, d.place.clone(), d.detail.clone()))
                .collect();
            let counts = |r: Report| {
                let all =
                    r.entries + r.merged + r.beyond_limit + r.held_back + r.unlisted + r.expired + r.skipped;
                assert_eq!(all, r.seeds, "{r:?}");
                (r.seeds, r.skipped, r.entries, r.feeds, [r.merged, r.beyond_limit, r.held_back, r.unlisted])
            };
            (result.map(counts).map_err(|e| e.kind()), findings)
        };
        if slow {
            // One tick of the kernel's clock.
            std::thread::sleep(Duration::from_millis(11));
        }
        let with = run(&kept, true);
        // The links under which seeds were published before are remembered even if nothing else is.
        let [kept_links, fresh_links] = [&kept, &fresh].map(|feeds| feeds.join(".feedmill/links"));
        _ = std::fs::remove_dir_all(fresh.join(".feedmill"));
        let has_links = kept_links.exists();
        if has_links {
            std::fs::create_dir_all(fresh.join(".feedmill")).unwrap();
            std::fs::copy(kept_links, fresh_links).unwrap();
        }
        let without = run(&fresh, has_links);
        prop_assert_eq!(with, without);
        prop_assert_eq!(published(&kept), published(&fresh));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 240, max_shrink_iters: 400, ..ProptestConfig::default() })]
    #[test]
    fn policy_catalog_feeds_and_findings_are_the_same_with_and_without_it(
        parts in prop::collection::vec(prop::collection::vec(event(), 0..6), 2..6),
        ids in prop::sample::select(vec!["link", "file"]),
        archive in any::<bool>(),
        slow in any::<bool>(),
    ) {
        history(&parts, ids, archive, slow)?;
    }
}
