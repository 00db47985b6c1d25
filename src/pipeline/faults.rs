//! Every operation of a store fails, one per build, or all from one on: what is published is complete, what failed is
//! reported, and the next build is right.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use super::tests::OPTIONS;
use super::*;
use crate::config::RawConfig;
use crate::store::faulty::{Fault, FaultyStore, When};
use crate::store::{FsStore, Kind, MemoryStore};
use crate::types::Bytes;

/// Error numbers, the same on every Unix.
const NOT_FOUND: i32 = 2;
const IO: i32 = 5;
const DENIED: i32 = 13;
const FULL: i32 = 28;
const NO_MEMORY: i32 = 12;
const NO_HANDLE_IN_SYSTEM: i32 = 23;
const NO_HANDLE_IN_PROCESS: i32 = 24;

const DAY: i64 = 86_400_000;

/// The stores of a build.
struct Scene<S> {
    seeds: S,
    feeds: S,
    catalog: bool,
}

impl<S: Store> Scene<S> {
    /// Builds the feeds of a day, and adds the news of the next.
    fn with_news(self) -> Self {
        write_seeds(&self.seeds, false);
        run(&self.seeds, &self.feeds, self.catalog).0.unwrap();
        assert!(documents(&self.feeds) == *OLD);
        write_seeds(&self.seeds, true);
        self
    }
}

fn empty() -> Scene<MemoryStore> {
    Scene { seeds: MemoryStore::new(), feeds: MemoryStore::new(), catalog: false }
}

/// Returns a function that makes stores in memory, all alike.
fn memory() -> impl Fn() -> ((), Scene<MemoryStore>) {
    let scene = empty().with_news();
    let copy = move || Scene { seeds: scene.seeds.clone(), feeds: scene.feeds.clone(), catalog: false };
    move || ((), copy())
}

/// Returns stores on a disk, in memory if possible: thousands of builds wait for it.
fn disk() -> (tempfile::TempDir, Scene<FsStore>) {
    let dir = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let at = |name: &str| FsStore::new(dir.path().join(name));
    std::fs::create_dir(dir.path().join("seeds")).unwrap();
    let scene = Scene { seeds: at("seeds"), feeds: at("feeds"), catalog: true };
    (dir, scene.with_news())
}

fn write(seeds: &dyn Store, number: i64, title: &str) {
    let folder = ["", "a/", "b/"][number as usize % 3];
    let time = OPTIONS.now.0 - 120 * DAY + 9 * DAY * number;
    let text = format!("<!--{time}-->\n[{title}](https://e.example/{number})\n------\n\n<p>{title}</p>");
    seeds.replace(Path::new(&format!("{folder}{number}.txt")), text.as_bytes()).unwrap();
}

/// Code and file of each finding.
type Findings = Vec<(&'static str, String)>;

fn run(seeds: &dyn Store, feeds: &dyn Store, catalog: bool) -> (Result<Report, Error>, Findings) {
    let mut sink = Sink::collecting();
    let text = "base_url = 'https://f.example/'\ntitle = 'T'\nlimit = 3\narchive = true\n";
    let mut plan =
        RawConfig::read(text, Path::new("feedmill.toml"), &mut sink).unwrap().resolve(&mut sink).unwrap();
    plan.catalog = catalog;
    // Late enough for stamps to be trusted.
    let options = Options { started: SystemTime::now() + Duration::from_secs(3600), ..OPTIONS };
    let result = build(&plan, seeds, feeds, options, &mut sink);
    let findings = sink.collected().iter().map(|d| (d.meta.code, d.place.file.clone())).collect();
    (result, findings)
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

/// Writes the seeds of a day, or also the news of the next day.
fn write_seeds(seeds: &dyn Store, news: bool) {
    (0..12).for_each(|number| write(seeds, number, &format!("No. {number}")));
    if news {
        [1, 10, 12].iter().for_each(|number| write(seeds, *number, &format!("News {number}")));
    }
}

/// What is published on the first day, and with the news of the next.
static OLD: LazyLock<Documents> = LazyLock::new(|| published(false));
static NEW: LazyLock<Documents> = LazyLock::new(|| published(true));

fn published(news: bool) -> Documents {
    let scene = empty();
    write_seeds(&scene.seeds, news);
    run(&scene.seeds, &scene.feeds, false).0.unwrap();
    documents(&scene.feeds)
}

/// True if a document has a beginning and an end.
fn is_complete(path: &Path, bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).unwrap().trim_end();
    match path.extension().and_then(|e| e.to_str()) {
        Some("json") => serde_json::from_str::<serde_json::Value>(text).is_ok(),
        Some("css") => text.ends_with('}'),
        Some("js") => text.ends_with("})();"),
        _ => ["</rss>", "</feed>", "</html>", "</opml>"].iter().any(|end| text.ends_with(end)),
    }
}

/// The store that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Seeds,
    Feeds,
}

/// Runs a build with a fault; returns the number of operations of the side.
fn run_with_fault<S: Store>(scene: Scene<S>, side: Side, when: Option<When>) -> usize {
    let (old, new) = (&*OLD, &*NEW);
    let of = |which| when.filter(|_| side == which);
    let seeds = FaultyStore::new(scene.seeds, of(Side::Seeds));
    let feeds = FaultyStore::new(scene.feeds, of(Side::Feeds));
    let (result, findings) = run(&seeds, &feeds, scene.catalog);
    let (hits, count) = match side {
        Side::Seeds => (seeds.hits(), seeds.count()),
        Side::Feeds => (feeds.hits(), feeds.count()),
    };
    let label = format!(
        "{side:?} {when:?} {hits:?}: {findings:?} {:?}",
        result.as_ref().err().map(ToString::to_string)
    );
    // No more faults.
    let (seeds, feeds) =
        (FaultyStore::new(seeds.into_inner(), None), FaultyStore::new(feeds.into_inner(), None));
    let there = documents(&feeds);
    let left_out = findings.iter().any(|(code, _)| code.starts_with("seed-"));
    for (path, bytes) in &there {
        let known = old.get(path) == Some(bytes) || new.get(path) == Some(bytes);
        assert!(known || left_out && is_complete(path, bytes), "{label}: {}", path.display());
    }
    match &result {
        Err(error) => {
            let path = error.path().unwrap_or_else(|| panic!("{label}: no path"));
            let named =
                hits.iter().any(|(_, hit)| path.ends_with(hit)) || error.kind() == crate::error::Kind::Empty;
            assert!(named, "{label}: path {}", path.display());
        }
        Ok(_) if left_out => {
            // For a folder that cannot be opened, its seeds are reported.
            let named = |hit: &Path| {
                findings.iter().any(|(_, file)| Path::new(file).ancestors().any(|part| part.ends_with(hit)))
            };
            assert!(hits.iter().any(|(_, hit)| named(hit)), "{label}");
        }
        Ok(_) => {
            // A file next to the feeds that cannot be read may not be feedmill's, and is left unchanged.
            let left = |path: &Path| {
                findings
                    .iter()
                    .any(|(code, file)| *code == "index-foreign" && Path::new(file).ends_with(path))
            };
            let is_written =
                |(path, bytes): (&PathBuf, &Vec<u8>)| there.get(path) == Some(bytes) || left(path);
            assert!(new.iter().all(is_written), "{label}");
        }
    }
    let (result, findings) = run(&seeds, &feeds, scene.catalog);
    assert!(result.is_ok() && findings.is_empty(), "{label}: then {findings:?}");
    assert!(documents(&feeds) == *new, "{label}: the next build is wrong");
    count
}

/// `make` also returns what keeps the stores alive.
fn run_with_every_fault<S: Store, D>(make: impl Fn() -> (D, Scene<S>), faults: &[(Fault, bool)]) -> usize {
    let mut tried = 0;
    for side in [Side::Seeds, Side::Feeds] {
        let count = {
            let (_dir, scene) = make();
            run_with_fault(scene, side, None)
        };
        assert!(count > 15, "{side:?}: {count} operations");
        for (fault, for_good) in faults {
            for first in 1..=count {
                let (_dir, scene) = make();
                let when = When { first, for_good: *for_good, fault: *fault };
                run_with_fault(scene, side, Some(when));
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
    assert!(run_with_every_fault(memory(), &all) >= 300);
}

#[test]
fn every_operation_fails_in_its_turn_with_a_catalog() {
    let faults = [IO, NOT_FOUND].map(Fault::Refused);
    let both = faults.into_iter().flat_map(|fault| [(fault, false), (fault, true)]);
    let all: Vec<_> = both.chain([(Fault::Half, false)]).collect();
    assert!(run_with_every_fault(disk, &all) >= 300);
}

/// Running out of file handles or memory stops the build. It is never blamed on a seed, and no feed loses an entry.
fn run_out_of<S: Store, D>(make: impl Fn() -> (D, Scene<S>)) {
    let (old, new) = (&*OLD, &*NEW);
    for number in [NO_MEMORY, NO_HANDLE_IN_SYSTEM, NO_HANDLE_IN_PROCESS] {
        for for_good in [false, true] {
            for first in 1.. {
                let (_dir, scene) = make();
                let when = When { first, for_good, fault: Fault::Refused(number) };
                let seeds = FaultyStore::new(scene.seeds, Some(when));
                let (result, findings) = run(&seeds, &scene.feeds, scene.catalog);
                let label = format!("error {number} from operation {first} on: {:?}", seeds.hits());
                let Some((_, path)) = seeds.hits().first().cloned() else {
                    assert!(first > 15, "{first} operations");
                    break;
                };
                let error = result.err().unwrap_or_else(|| panic!("{label}: no error"));
                assert_eq!(error.kind(), crate::error::Kind::Io, "{label}");
                let named = error.path().unwrap().ancestors().any(|named| named.ends_with(&path));
                assert!(named || for_good, "{label}: {error}");
                assert_eq!(findings, [], "{label}");
                for (path, bytes) in documents(&scene.feeds) {
                    // Older months may be published already: each is complete by itself.
                    let is_new = path.to_string_lossy().contains("archive") && new.get(&path) == Some(&bytes);
                    assert!(is_new || old.get(&path) == Some(&bytes), "{label}: {}", path.display());
                }
                let seeds = FaultyStore::new(seeds.into_inner(), None);
                run(&seeds, &scene.feeds, scene.catalog).0.unwrap();
                assert!(documents(&scene.feeds) == *new, "{label}: the next build is wrong");
            }
        }
    }
}

#[test]
fn no_seed_is_blamed_if_handles_or_memory_run_out_without_a_catalog() {
    run_out_of(memory());
}

#[test]
fn no_seed_is_blamed_if_handles_or_memory_run_out_with_a_catalog() {
    run_out_of(disk);
}

#[test]
fn a_builder_that_loses_every_claim_gives_up() {
    let (_dir, scene) = disk();
    let mut feeds = FaultyStore::new(scene.feeds, None);
    feeds.loses_claims = true;
    let mut sink = Sink::collecting();
    let plan = RawConfig::default().resolve(&mut sink).unwrap();
    let error =
        build(&plan, &scene.seeds, &feeds, Options { shared: true, ..OPTIONS }, &mut sink).unwrap_err();
    assert!(error.to_string().contains(": cannot keep the claim of a part of the seeds: "), "{error}");
    assert!(documents(&feeds) == *OLD);
}

#[test]
fn nothing_is_pruned_if_a_seed_cannot_be_read() {
    let scene = empty();
    (0..12).for_each(|number| write(&scene.seeds, number, "T"));
    let mut seeds = FaultyStore::new(scene.seeds, None);
    let prune = |seeds: &FaultyStore<MemoryStore>| {
        let mut sink = Sink::collecting();
        let plan = RawConfig::default().resolve(&mut sink).unwrap();
        let options = Options { prune: true, ..OPTIONS };
        // One thread, so that each operation has the same number in every build.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let report = pool.install(|| build(&plan, seeds, &scene.feeds, options, &mut sink)).unwrap();
        (report.removed, sink.collected().iter().filter(|d| d.meta.code == "feed-orphan").count())
    };
    assert_eq!(prune(&seeds), (0, 0));
    let count = seeds.count();
    let mut kept = 0;
    // The root is listed first: if that fails, so does the build.
    for first in 2..=count {
        seeds = FaultyStore::new(
            seeds.into_inner(),
            Some(When { first, for_good: false, fault: Fault::Refused(IO) }),
        );
        let (removed, left) = prune(&seeds);
        assert_eq!(removed, 0, "{:?}", seeds.hits());
        kept += left;
    }
    assert!(kept >= 6, "a section that cannot be listed has no feeds");
    for number in [1, 4, 7, 10] {
        let path = format!("a/{number}.txt");
        seeds.remove(Path::new(&path)).unwrap();
    }
    assert_eq!(prune(&FaultyStore::new(seeds.into_inner(), None)), (3, 0));
}
