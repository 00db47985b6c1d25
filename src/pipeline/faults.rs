//! Every operation of a store fails once, in its turn, and every one from some on: what is published then is whole, what
//! failed is named, and the next run is right.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::tests::OPTIONS;
use super::*;
use crate::config::RawConfig;
use crate::store::faulty::{Fault, FaultyStore, When};
use crate::store::{FsStore, Kind, MemoryStore};

/// Numbers of errors, the same on every Unix.
const NOT_FOUND: i32 = 2;
const IO: i32 = 5;
const DENIED: i32 = 13;
const FULL: i32 = 28;

const DAY: i64 = 86_400_000;

/// What a run is about: two stores, and how they are told of.
struct Scene<S> {
    seeds: S,
    feeds: S,
    catalog: bool,
}

fn memory() -> (tempfile::TempDir, Scene<MemoryStore>) {
    // Nothing is kept in it.
    let dir = tempfile::tempdir().unwrap();
    (dir, Scene { seeds: MemoryStore::new(), feeds: MemoryStore::new(), catalog: false })
}

/// On a disk that needs no turning, where there is one: thousands of runs wait for it.
fn disk() -> (tempfile::TempDir, Scene<FsStore>) {
    let dir = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let at = |name: &str| FsStore::new(dir.path().join(name));
    std::fs::create_dir(dir.path().join("seeds")).unwrap();
    let scene = Scene { seeds: at("seeds"), feeds: at("feeds"), catalog: true };
    (dir, scene)
}

fn write(seeds: &dyn Store, number: i64, title: &str) {
    let folder = ["", "a/", "b/"][number as usize % 3];
    let time = OPTIONS.now.0 - 120 * DAY + 9 * DAY * number;
    let text = format!("<!--{time}-->\n[{title}](https://e.example/{number})\n------\n\n<p>{title}</p>");
    seeds.replace(Path::new(&format!("{folder}{number}.txt")), text.as_bytes()).unwrap();
}

type Said = Vec<(&'static str, String)>;

fn run(seeds: &dyn Store, feeds: &dyn Store, catalog: bool) -> (Result<Report, Error>, Said) {
    let mut sink = Sink::keeping();
    let text = "base_url = 'https://f.example/'\ntitle = 'T'\nlimit = 3\narchive = true\n";
    let mut plan =
        RawConfig::read(text, Path::new("feedmill.toml"), &mut sink).unwrap().resolve(&mut sink).unwrap();
    plan.catalog = catalog;
    // So late that stamps are believed.
    let options = Options { started: SystemTime::now() + Duration::from_secs(3600), ..OPTIONS };
    let result = build(&plan, seeds, feeds, options, &mut sink);
    let said = sink.kept().iter().map(|d| (d.meta.code, d.place.file.clone())).collect();
    (result, said)
}

type Documents = BTreeMap<PathBuf, Vec<u8>>;

fn documents(store: &dyn Store) -> Documents {
    let (mut all, mut folders) = (Documents::new(), vec![PathBuf::new()]);
    while let Some(folder) = folders.pop() {
        for item in store.list(&folder).unwrap_or_default() {
            let path = folder.join(&item.name);
            match item.kind {
                _ if item.name.to_string_lossy().starts_with('.') => {}
                Kind::Folder => folders.push(path),
                _ => _ = all.insert(path.clone(), store.read(&path, Bytes(1 << 20)).unwrap()),
            }
        }
    }
    all
}

/// A day's seeds, or with the next day's news.
fn grow(seeds: &dyn Store, news: bool) {
    (0..12).for_each(|number| write(seeds, number, &format!("No. {number}")));
    if news {
        [1, 10, 12].iter().for_each(|number| write(seeds, *number, &format!("News {number}")));
    }
}

/// What is published of each state.
fn made(news: bool) -> Documents {
    let (_dir, scene) = memory();
    grow(&scene.seeds, news);
    run(&scene.seeds, &scene.feeds, false).0.unwrap();
    documents(&scene.feeds)
}

/// A document that begins and ends as one.
fn is_whole(path: &Path, bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).unwrap().trim_end();
    match path.extension().and_then(|e| e.to_str()) {
        Some("json") => serde_json::from_str::<serde_json::Value>(text).is_ok(),
        Some("css") => text.ends_with('}'),
        _ => ["</rss>", "</feed>", "</html>", "</opml>"].iter().any(|end| text.ends_with(end)),
    }
}

/// Which of the two stores fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Seeds,
    Feeds,
}

/// One fault; gives back how many operations the side had.
fn one<S: Store>(scene: Scene<S>, side: Side, when: Option<When>, old: &Documents, new: &Documents) -> usize {
    grow(&scene.seeds, false);
    run(&scene.seeds, &scene.feeds, scene.catalog).0.unwrap();
    assert!(documents(&scene.feeds) == *old);
    grow(&scene.seeds, true);
    let of = |which| when.filter(|_| side == which);
    let seeds = FaultyStore::new(scene.seeds, of(Side::Seeds));
    let feeds = FaultyStore::new(scene.feeds, of(Side::Feeds));
    let (result, said) = run(&seeds, &feeds, scene.catalog);
    let (hits, count) = match side {
        Side::Seeds => (seeds.hits(), seeds.count()),
        Side::Feeds => (feeds.hits(), feeds.count()),
    };
    let label =
        format!("{side:?} {when:?} {hits:?}: {said:?} {:?}", result.as_ref().err().map(ToString::to_string));
    // What failed is clean again from here on.
    let (seeds, feeds) =
        (FaultyStore::new(seeds.into_inner(), None), FaultyStore::new(feeds.into_inner(), None));
    let there = documents(&feeds);
    let left_out = said.iter().any(|(code, _)| code.starts_with("seed-"));
    for (path, bytes) in &there {
        let known = old.get(path) == Some(bytes) || new.get(path) == Some(bytes);
        assert!(known || left_out && is_whole(path, bytes), "{label}: {}", path.display());
    }
    match &result {
        Err(error) => {
            let path = error.path().unwrap_or_else(|| panic!("{label}: names nothing"));
            let named =
                hits.iter().any(|(_, hit)| path.ends_with(hit)) || error.kind() == crate::error::Kind::Empty;
            assert!(named, "{label}: names {}", path.display());
        }
        Ok(_) if left_out => {
            // A folder that can't be opened is named by its seeds.
            let named = |hit: &Path| {
                said.iter().any(|(_, file)| Path::new(file).ancestors().any(|part| part.ends_with(hit)))
            };
            assert!(hits.iter().any(|(_, hit)| named(hit)), "{label}");
        }
        Ok(_) => {
            // What can't be read beside the feeds may be somebody else's, and is left.
            let left = |path: &Path| {
                said.iter().any(|(code, file)| *code == "index-foreign" && Path::new(file).ends_with(path))
            };
            let is_made = |(path, bytes): (&PathBuf, &Vec<u8>)| there.get(path) == Some(bytes) || left(path);
            assert!(new.iter().all(is_made), "{label}");
        }
    }
    let (result, said) = run(&seeds, &feeds, scene.catalog);
    assert!(result.is_ok() && said.is_empty(), "{label}: then {said:?}");
    assert!(documents(&feeds) == *new, "{label}: the next run is wrong");
    count
}

fn every<S: Store>(make: fn() -> (tempfile::TempDir, Scene<S>), faults: &[(Fault, bool)]) -> usize {
    let (old, new) = (made(false), made(true));
    let mut tried = 0;
    for side in [Side::Seeds, Side::Feeds] {
        let count = {
            let (_dir, scene) = make();
            one(scene, side, None, &old, &new)
        };
        assert!(count > 15, "{side:?}: {count} operations");
        for (fault, for_good) in faults {
            for first in 1..=count {
                let (_dir, scene) = make();
                one(scene, side, Some(When { first, for_good: *for_good, fault: *fault }), &old, &new);
                tried += 1;
            }
        }
    }
    tried
}

#[test]
fn every_operation_fails_in_its_turn_without_a_catalog() {
    let once = [IO, FULL, DENIED, NOT_FOUND].map(|number| (Fault::Refused(number), false));
    let more = [(Fault::Refused(IO), true), (Fault::Half, false)];
    let all: Vec<_> = once.into_iter().chain(more).collect();
    assert!(every(memory, &all) >= 300);
}

#[test]
fn every_operation_fails_in_its_turn_with_a_catalog() {
    let faults = [IO, NOT_FOUND].map(Fault::Refused);
    let both = faults.into_iter().flat_map(|fault| [(fault, false), (fault, true)]);
    let all: Vec<_> = both.chain([(Fault::Half, false)]).collect();
    assert!(every(disk, &all) >= 300);
}

#[test]
fn where_seeds_could_not_be_read_nothing_is_pruned() {
    let scene = memory().1;
    (0..12).for_each(|number| write(&scene.seeds, number, "T"));
    let mut seeds = FaultyStore::new(scene.seeds, None);
    let prune = |seeds: &FaultyStore<MemoryStore>| {
        let mut sink = Sink::keeping();
        let plan = RawConfig::default().resolve(&mut sink).unwrap();
        let report =
            build(&plan, seeds, &scene.feeds, Options { prune: true, ..OPTIONS }, &mut sink).unwrap();
        (report.removed, sink.kept().iter().filter(|d| d.meta.code == "feed-orphan").count())
    };
    assert_eq!(prune(&seeds), (0, 0));
    let count = seeds.count();
    let mut kept = 0;
    // The root is listed first: without it there is no run.
    for first in 2..=count {
        seeds = FaultyStore::new(
            seeds.into_inner(),
            Some(When { first, for_good: false, fault: Fault::Refused(IO) }),
        );
        let (removed, left) = prune(&seeds);
        assert_eq!(removed, 0, "{:?}", seeds.hits());
        kept += left;
    }
    assert!(kept >= 6, "a section that can't be listed has no feeds");
    for number in [1, 4, 7, 10] {
        let path = format!("a/{number}.txt");
        seeds.remove(Path::new(&path)).unwrap();
    }
    assert_eq!(prune(&FaultyStore::new(seeds.into_inner(), None)), (3, 0));
}
