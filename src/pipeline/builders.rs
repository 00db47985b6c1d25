//! Several builders of the same feeds, each killed at some request: the feeds are those of one builder, and no seed is read by
//! a builder that does not hold its folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use object_store::ObjectStoreExt;
use object_store::memory::InMemory;
use object_store::path::Path as Key;

use crate::config::Plan;
use crate::diag::Sink;
use crate::error::Error;
use crate::store::Store;
use crate::store::object::faulty::{CommonLog, Fault, Faulty, bucket, store_of};
use crate::types::{Bytes, UnixMs};

use super::buckets::{files, plan};
use super::{Options, Report, Shared, build};

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

fn run(plan: &Plan, seeds: &dyn Store, feeds: &dyn Store, shared: bool) -> Result<Report, Error> {
    let options = Options { now: UnixMs(1_800_000_000_000), shared, prune: true, ..Options::default() };
    build(plan, seeds, feeds, options, &mut Sink::collecting())
}

fn seed(link: impl std::fmt::Display, text: &str) -> String {
    format!("<!--1698786902000-->\n[Title](https://news.example/{link})\n------\n<p>{text}</p>\n")
}

/// Adds, changes and removes seeds; articles appear in several folders, and some change their links.
fn change(seeds: &[&dyn Store], numbers: &mut Numbers) {
    let folders = ["", "town/", "bridge/", "bridge/north/", "stadt \u{fc}/", "_posts/"];
    for _ in 0..24 {
        let (folder, name) = (folders[numbers.below(folders.len())], numbers.below(9));
        let path = format!("{folder}{name}.txt");
        let is_removed = numbers.below(6) == 0;
        let (time, link) = (1_690_000_000_000 + numbers.below(40) as u64 * 300_000_000, numbers.below(30));
        let (title, text) = (numbers.below(50), "x".repeat(numbers.below(4)));
        let seed = match numbers.below(12) {
            0 => String::new(),
            _ => format!(
                "<!--{time}-->\n[Title {title}](https://news.example/{link})\n------\n<p>{text}</p>\n"
            ),
        };
        for store in seeds {
            if is_removed {
                let _ = store.remove(Path::new(&path));
            } else {
                store.replace(Path::new(&path), seed.as_bytes()).unwrap();
            }
        }
    }
}

/// Builds until it succeeds. The first attempts are killed.
fn build_and_die(
    plan: &Plan,
    objects: &Arc<InMemory>,
    log: &CommonLog,
    builder: usize,
    kills: &[usize],
) -> Report {
    for (attempt, kill) in kills.iter().copied().chain([0]).enumerate() {
        let number = builder * 100 + attempt;
        let all = Faulty::of_builder(objects.clone(), number, log.clone());
        all.fail(kill, true, Some(Fault::Refused));
        let built = run(plan, &store_of(&all, "seeds"), &store_of(&all, "feeds"), true);
        if kill == 0 {
            return built.unwrap();
        }
        // The locks of the dead expire.
        for (lock, holder) in holders(&log.lock().unwrap()) {
            if holder == number {
                let key = Key::parse(lock).unwrap();
                let _ = futures_util::FutureExt::now_or_never(objects.delete(&key));
            }
        }
    }
    unreachable!()
}

/// Returns the builder that took each lock last.
fn holders(log: &[(usize, &'static str, String)]) -> BTreeMap<String, usize> {
    let puts = log.iter().filter(|(_, method, key)| *method == "PUT" && key.ends_with(".lock"));
    puts.map(|(builder, _, key)| (key.clone(), *builder)).collect()
}

/// Checks that every seed was read by the builder that held its folder, a month of archives, or all feeds. Only of seeds that
/// state the same time and address, every builder that shares months finds out which one is the entry.
fn verify_claims(log: &[(usize, &'static str, String)], seeds: &BTreeMap<String, Vec<u8>>) {
    let mut claimed = 0;
    let heads = |bytes: &[u8]| -> Vec<u8> {
        let link = bytes.split(|byte| *byte == b'\n').nth(1).unwrap_or_default();
        let address = link.split(|byte| *byte == b'(').next_back().unwrap_or_default();
        [&bytes[..bytes.len().min(20)], address].concat()
    };
    let is_tie = |path: &str| {
        let own = seeds.get(path).map(|bytes| heads(bytes));
        seeds.iter().any(|(other, bytes)| other != path && own.as_ref() == Some(&heads(bytes)))
    };
    for (number, (builder, method, key)) in log.iter().enumerate() {
        let Some(path) = key.strip_prefix("seeds/").filter(|_| *method == "GET") else { continue };
        let top = path.split_once('/').map_or("", |(top, _)| top);
        let lock = super::shards::lock_path(&super::shards::path(top.as_ref()));
        let holders = holders(&log[..number]);
        let holds = |lock: &Path| holders.get(&format!("feeds/{}", lock.display())) == Some(builder);
        claimed += usize::from(holds(&lock));
        let has_month = holders.iter().any(|(lock, holder)| lock.contains("/~month-") && holder == builder);
        let has_claim = holds(&lock) || has_month || holds(Path::new(".feedmill.lock"));
        assert!(has_claim || is_tie(path), "{builder} reads {key}");
    }
    assert!(claimed > 0);
}

#[test]
fn several_builders_that_are_killed_again_and_again_build_the_feeds_of_one() {
    let configurations =
        ["limit = 3\n", "limit = 2\narchive = true\nfeeds_by = ['author']\n", "limit = 4\npages = true\n"];
    for (round, configuration) in configurations.iter().enumerate() {
        let (plan, mut numbers) = (plan(configuration), Numbers(round as u64));
        let (one, all) = (Faulty::of_builder(Arc::default(), 0, Arc::default()), bucket("seeds").0);
        let (seeds, expected) = (store_of(&one, "seeds"), store_of(&one, "feeds"));
        for step in 0..3 {
            change(&[&seeds, &store_of(&all, "seeds")], &mut numbers);
            run(&plan, &seeds, &expected, false).unwrap();
            let log = CommonLog::default();
            let kills: Vec<Vec<usize>> =
                (0..3).map(|_| (0..numbers.below(5)).map(|_| 1 + numbers.below(60)).collect()).collect();
            thread::scope(|scope| {
                for (builder, kills) in kills.iter().enumerate() {
                    let (plan, objects, log) = (&plan, &all.inner, &log);
                    scope.spawn(move || build_and_die(plan, objects, log, builder, kills));
                }
            });
            let feeds = store_of(&all, "feeds");
            let (expected, built) = (files(&expected), files(&feeds));
            let differing: Vec<_> = expected
                .keys()
                .chain(built.keys())
                .filter(|path| expected.get(*path) != built.get(*path))
                .collect();
            assert!(differing.is_empty(), "{round} {step} {kills:?}: {differing:?}");
            assert!(built.len() > 5, "{built:?}");
            verify_claims(&log.lock().unwrap(), &files(&store_of(&all, "seeds")));
            assert!(
                feeds
                    .list(Path::new(".feedmill/shared"))
                    .unwrap_or_default()
                    .iter()
                    .all(|item| { Path::new(&item.name).extension() == Some("lock".as_ref()) })
            );
        }
    }
}

#[test]
fn what_one_builder_has_done_the_others_do_not_do_again() {
    let (all, seeds) = bucket("seeds");
    for number in 0..20 {
        let text = seed(number, "Text");
        seeds
            .replace(Path::new(&format!("{}/{number}.txt", ["a", "b"][number % 2])), text.as_bytes())
            .unwrap();
    }
    let plan = plan("limit = 1\n");
    let log = CommonLog::default();
    // The first one dies before it takes the lock of all feeds.
    for number in [1, 2] {
        let all = Faulty::of_builder(all.inner.clone(), number, log.clone());
        let (seeds, feeds) = (store_of(&all, "seeds"), store_of(&all, "feeds"));
        if number == 1 {
            let options = Options { shared: true, ..Options::default() };
            super::sections::build_sections(&plan, &seeds, &feeds, options).unwrap();
        } else {
            assert!(feeds.read(Path::new("a/rss.xml"), Bytes(1 << 20)).is_ok());
            let report = run(&plan, &seeds, &feeds, true).unwrap();
            assert!(
                report.feeds == 3 && report.changed.iter().all(|path| !path.starts_with("a")),
                "{report:?}"
            );
        }
    }
    let log = log.lock().unwrap();
    let reads = |builder: usize| {
        log.iter()
            .filter(|(by, method, key)| *by == builder && *method == "GET" && key.starts_with("seeds/"))
            .count()
    };
    assert_eq!(reads(1), 22, "all heads, and the newest article of each section");
    assert_eq!(reads(2), 1, "that of the main feed");
}

/// A claim takes the time of some requests, whatever is in the folder.
#[test]
fn a_builder_claims_several_small_folders_at_once() {
    let (_, seeds) = bucket("seeds");
    for number in 0..8 {
        let text = seed(number, "Text");
        seeds.replace(Path::new(&format!("s{number}/1.txt")), text.as_bytes()).unwrap();
    }
    let plan = plan("limit = 3\n");
    let ((all, feeds), (_, expected)) = (bucket("feeds"), bucket("feeds"));
    // As many as there may be requests at the same time.
    all.claims[0].store(4, std::sync::atomic::Ordering::Relaxed);
    let report = run(&plan, &seeds, &feeds, true).unwrap();
    assert_eq!(report.shared.folders, 8);
    run(&plan, &seeds, &expected, false).unwrap();
    assert_eq!(files(&feeds), files(&expected));
}

/// Months of the archive of all articles, and of those of an author, are shared when all seeds are read.
#[test]
fn months_of_archives_are_built_once_and_in_an_order_in_which_no_link_is_broken() {
    let (all, seeds) = bucket("seeds");
    let add = |number: u64| {
        let time = 1_680_000_000_000 + number * 300_000_000;
        let text = format!("<!--{time}-->\n[Title](https://news.example/{number})\n------\n<p>Text</p>\n");
        seeds
            .replace(Path::new(&format!("{}/{number}.txt", ["a", "b"][number as usize % 2])), text.as_bytes())
            .unwrap();
    };
    (20..60).for_each(add);
    let plan = plan("limit = 2\narchive = true\nfeeds_by = ['author']\nauthor = 'Ann'\n");
    let log = CommonLog::default();
    let of_builder = |number| {
        let all = Faulty::of_builder(all.inner.clone(), number, log.clone());
        (store_of(&all, "seeds"), store_of(&all, "feeds"))
    };
    let options = Options { shared: true, now: UnixMs(1_800_000_000_000), ..Options::default() };
    // The first one dies before it takes the lock of all feeds.
    let (seeds_of_first, feeds) = of_builder(1);
    let (shared, _) = super::sections::build_sections(&plan, &seeds_of_first, &feeds, options).unwrap();
    assert_eq!((shared.folders, shared.months), (2, 5));
    assert!(feeds.read(Path::new("archive/2023-07/rss.xml"), Bytes(1 << 20)).is_ok());
    let (seeds_of_second, feeds) = of_builder(2);
    let report = run(&plan, &seeds_of_second, &feeds, true).unwrap();
    assert!(report.changed.iter().all(|path| !path.to_string_lossy().contains("archive/")), "{report:?}");
    let reads =
        log.lock().unwrap().iter().filter(|(by, _, key)| *by == 2 && key.starts_with("seeds/")).count();
    assert_eq!(reads, 2, "the articles of the feed");

    // Older articles add months in front of the first one, which links to them. The build that follows publishes it.
    (0..20).for_each(add);
    let before = files(&feeds);
    let (seeds_of_third, feeds) = of_builder(3);
    let (shared, _) = super::sections::build_sections(&plan, &seeds_of_third, &feeds, options).unwrap();
    assert!(shared.months > 0, "{shared:?}");
    let between = files(&feeds);
    let is_whole = |files: &BTreeMap<String, Vec<u8>>, path: &str| {
        let text = String::from_utf8_lossy(&files[path]);
        let links = text.split("https://feeds.example/").skip(1).filter_map(|rest| rest.split('"').next());
        links.filter(|link| link.starts_with("archive/")).all(|link| files.contains_key(link))
    };
    let reachable = before.keys().filter(|path| path.starts_with("archive/"));
    assert!(reachable.clone().count() > 0 && reachable.clone().all(|path| is_whole(&between, path)));
    run(&plan, &seeds_of_third, &feeds, true).unwrap();
    let (now, expected) = (files(&feeds), store_of(&bucket("").0, "expected"));
    run(&plan, &seeds, &expected, false).unwrap();
    let oldest = "archive/2023-06/rss.xml";
    assert!(
        now[oldest] != between[oldest] && between[oldest] == before[oldest],
        "it links to a new document now"
    );
    assert_eq!(now, files(&expected));
}

#[test]
fn what_changes_after_a_builder_has_published_it_is_built_again() {
    let objects = Faulty::of_builder(Arc::default(), 0, Arc::default());
    let (seeds, feeds) = (store_of(&objects, "seeds"), store_of(&objects, "feeds"));
    let write = |path: &str, link: &str, text: &str| {
        seeds.replace(Path::new(path), seed(link, text).as_bytes()).unwrap();
    };
    write("a/1.txt", "1", "old");
    write("b/1.txt", "2", "same");
    let plan = plan("limit = 1\n");
    for (path, link) in [("a/1.txt", "1"), ("b/1.txt", "3"), ("a/1.txt", "4"), ("c/1.txt", "5")] {
        let options = Options { shared: true, ..Options::default() };
        super::sections::build_sections(&plan, &seeds, &feeds, options).unwrap();
        write(path, link, &format!("new {path} {link}"));
    }
    run(&plan, &seeds, &feeds, true).unwrap();
    let expected = store_of(&objects, "expected");
    run(&plan, &seeds, &expected, false).unwrap();
    assert_eq!(files(&feeds), files(&expected));
}

/// A builder lists the seeds before it has locked the feeds. What it found counts only if nothing is to be done.
#[test]
fn an_unchanged_shared_build_lists_once_and_undoes_nothing_that_happens_meanwhile() {
    let (seed_log, seeds) = bucket("seeds");
    let add = |number: usize| {
        let text = format!(
            "<!--169878690{number}000-->\n[Title](https://news.example/{number})\n------\n<p>Text</p>\n"
        );
        seeds.replace(Path::new(&format!("a/{number}.txt")), text.as_bytes()).unwrap();
    };
    let (plan, (feed_log, feeds)) = (plan("limit = 9\n"), bucket("feeds"));
    let options = Options { now: UnixMs(1_800_000_000_000), shared: true, ..Options::default() };
    add(0);
    run(&plan, &seeds, &feeds, true).unwrap();
    let _ = (seed_log.log(), feed_log.log());
    let report = run(&plan, &seeds, &feeds, true).unwrap();
    assert!(report.changed.is_empty() && report.seeds == 1, "{report:?}");
    let requests: Vec<_> = seed_log.log().into_iter().map(|(method, _)| method).collect();
    assert_eq!(requests, ["LIST", "LIST"]);
    // The version, the names and the index of the cache, what others have done, and the lock.
    let requests: Vec<_> = feed_log.log().into_iter().map(|(method, _)| method).collect();
    let count = |method: &str| requests.iter().filter(|other| **other == method).count();
    assert_eq!(["HEAD", "GET", "LIST", "PUT", "DELETE"].map(count), [1, 1, 3, 1, 1], "{requests:?}");

    let old = files(&feeds);
    let unchanged = || {
        let (built, unchanged) = super::sections::build_sections(&plan, &seeds, &feeds, options).unwrap();
        assert_eq!(built, Shared::default());
        unchanged.unwrap()
    };
    let finish = |found| {
        let report = super::build_here(&plan, &seeds, &feeds, options, Some(found), &mut Sink::collecting());
        report.unwrap()
    };
    // A builder that finds one more article builds, and ends.
    let found = unchanged();
    add(1);
    run(&plan, &seeds, &feeds, false).unwrap();
    let new = files(&feeds);
    assert!(finish(found).changed.is_empty() && new != old && files(&feeds) == new);
    // Another one is killed after it has published a document.
    let found = unchanged();
    add(2);
    feeds.replace(Path::new("a/rss.xml"), b"newer").unwrap();
    let report = finish(found);
    assert!(report.seeds == 3 && report.changed.contains(&"a/rss.xml".into()), "{report:?}");
}

#[test]
fn a_builder_that_may_not_list_the_feeds_says_which_permissions_it_needs() {
    let ((_, seeds), (log, feeds)) = (bucket("seeds"), bucket("feeds"));
    // The index of the cache, the cache, and what others have done.
    for (number, request) in ["HEAD", "LIST", "LIST"].iter().enumerate() {
        log.fail(number + 1, false, Some(Fault::Forbidden));
        let error = run(&plan(""), &seeds, &feeds, true).unwrap_err();
        assert_eq!(log.log()[number].0, *request);
        assert!(error.to_string().ends_with(": 403 Forbidden"), "{error}");
        assert!(error.help().unwrap().contains("`s3:ListBucket`"), "{error}");
    }
}
