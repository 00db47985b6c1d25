//! Builds with seeds and feeds in object storage: the same feeds as in folders, few requests, and no harm if any of them
//! fails.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::config::{Plan, RawConfig};
use crate::diag::Sink;
use crate::error::Error;
use crate::format::{FORMATS, INDEX};
use crate::store::object::faulty::{Fault, Faulty, bucket, bucket_of, store_of};
use crate::store::{BucketStore, FsStore, Kind, Store};
use crate::types::{Bytes, UnixMs};

use super::{Options, Report, build};

#[test]
fn documents_have_a_type_and_a_lifetime() {
    let (_, store) = bucket("");
    let of = |path: &str| {
        store.replace(Path::new(path), b"text").unwrap();
        store.attributes_of(path)
    };
    for format in FORMATS {
        let charset = if format.media_type().ends_with("json") { "" } else { "; charset=utf-8" };
        let expected = format!("{}{charset}", format.media_type());
        assert_eq!(of(format.file_name()), (expected, "public, max-age=300".to_owned()));
    }
    for index in INDEX {
        assert_eq!(of(index.file_name()).0, format!("{}; charset=utf-8", index.media_type()));
    }
    assert_eq!(of("media/town/1.mp3").0, "audio/mpeg");
    assert_eq!(of("covers/a.png").0, "image/png");
    assert_eq!(of("media/town/1.vtt").0, "text/vtt; charset=utf-8");
    assert_eq!(of("media/town/1.srt").0, "application/x-subrip");
    assert_eq!(of(".feedmill/index"), (String::new(), String::new()));
}

fn seed(number: usize) -> Vec<u8> {
    let time = 1_698_786_902_000_u64 + number as u64 * 60_000;
    format!("<!--{time}-->\n[Title {number}](https://news.example/{number})\n------\n<p>Text {number}</p>\n")
        .into()
}

fn path_of(number: usize) -> String {
    format!("{}/{number:03}.txt", ["town", "bridge"][number % 2])
}

/// Returns the plan of a configuration with title and address, and some more text.
pub(super) fn plan(text: &str) -> Plan {
    let text = format!("title = 'News'\nbase_url = 'https://feeds.example/'\n{text}");
    RawConfig::from_bytes(text.as_bytes(), Path::new("feedmill.toml"), &mut Sink::collecting())
        .unwrap()
        .resolve(&mut Sink::collecting())
        .unwrap()
}

fn run(seeds: &dyn Store, feeds: &dyn Store) -> Result<Report, Error> {
    let now = UnixMs(1_800_000_000_000);
    let options = Options { now, wait: Duration::ZERO, ..Options::default() };
    build(&plan(""), seeds, feeds, options, &mut Sink::collecting())
}

/// Returns buckets with a number of seeds and with their feeds.
fn built(count: usize) -> [(Arc<Faulty>, BucketStore); 2] {
    let buckets = ["seeds", "feeds"].map(bucket);
    let [(_, seeds), (_, feeds)] = &buckets;
    for number in 0..count {
        seeds.replace(Path::new(&path_of(number)), &seed(number)).unwrap();
    }
    run(seeds, feeds).unwrap();
    buckets
}

/// Returns every file of a store except the cache.
pub(super) fn files(store: &dyn Store) -> BTreeMap<String, Vec<u8>> {
    let (mut files, mut folders) = (BTreeMap::new(), vec![PathBuf::new()]);
    while let Some(folder) = folders.pop() {
        for item in store.list(&folder).unwrap() {
            let path = folder.join(&item.name);
            match item.kind {
                _ if item.name.as_encoded_bytes().starts_with(b".") => {}
                Kind::Folder => folders.push(path),
                _ => {
                    let bytes = store.read(&path, Bytes(1 << 24)).unwrap();
                    files.insert(path.to_string_lossy().into_owned(), bytes);
                }
            }
        }
    }
    files
}

#[test]
fn a_bucket_gives_the_feeds_of_a_folder_and_an_unchanged_build_reads_and_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let folders = ["seeds", "feeds"].map(|name| FsStore::new(dir.path().join(name)));
    let ((seed_log, seeds), (feed_log, feeds)) = (bucket("news/seeds"), bucket("news/feeds"));
    for number in 0..40 {
        folders[0].replace(Path::new(&path_of(number)), &seed(number)).unwrap();
        seeds.replace(Path::new(&path_of(number)), &seed(number)).unwrap();
    }
    run(&folders[0], &folders[1]).unwrap();
    let first = run(&seeds, &feeds).unwrap();
    assert_eq!(files(&feeds), files(&folders[1]));
    assert!(first.seeds == 40 && !files(&feeds).is_empty());
    let count = |log: &Faulty| {
        let mut counts = BTreeMap::new();
        log.log().into_iter().for_each(|(method, _)| *counts.entry(method).or_insert(0) += 1);
        counts
    };
    // Forget the requests so far.
    let _ = (seed_log.log(), feed_log.log());
    let second = run(&seeds, &feeds).unwrap();
    assert!(second.changed.is_empty());
    assert_eq!(count(&seed_log), BTreeMap::from([("LIST", 3)]));
    // The lease, and the index of the cache.
    assert_eq!(count(&feed_log), BTreeMap::from([("DELETE", 1), ("GET", 1), ("LIST", 1), ("PUT", 1)]));
    for store in [&folders[0] as &dyn Store, &seeds] {
        store.replace(Path::new(&path_of(39)), &seed(140)).unwrap();
    }
    count(&seed_log);
    run(&folders[0], &folders[1]).unwrap();
    let third = run(&seeds, &feeds).unwrap();
    let reads: Vec<_> = seed_log.log().into_iter().filter(|(method, _)| *method == "GET").collect();
    let changed = reads.iter().filter(|(_, key)| key.ends_with("039.txt")).count();
    assert!(changed >= 1 && reads.len() <= 41, "{reads:?}");
    assert_eq!(files(&feeds), files(&folders[1]));
    assert!(third.changed.iter().all(|path| !path.starts_with("town")));
}

/// An article that cannot be read is left out. A server that does not answer says nothing about an article.
#[test]
fn a_server_that_fails_stops_the_build_and_costs_no_article() {
    let [(log, seeds), (_, feeds)] = built(12);
    let old = files(&feeds);
    seeds.replace(Path::new(&path_of(3)), &seed(30)).unwrap();
    for fault in [Fault::Refused, Fault::Half] {
        let mut stopped = 0;
        for first in 1.. {
            log.fail(first, true, Some(fault));
            let result = run(&seeds, &feeds);
            let requests = log.log().len();
            log.fail(0, false, None);
            if result.is_ok() {
                assert!(first > requests || fault == Fault::Half && stopped > 0, "{fault:?} {first}");
                break;
            }
            assert_eq!(files(&feeds), old, "{fault:?} {first}");
            stopped += 1;
        }
        assert!(stopped > 0, "{fault:?}");
        for (path, bytes) in &old {
            feeds.replace(Path::new(path), bytes).unwrap();
        }
        let _ = feeds.remove(Path::new(".feedmill/index"));
    }
}

#[test]
fn a_first_build_that_fails_keeps_the_heads_that_it_has_read() {
    let [(log, seeds), (feed_log, feeds)] = ["seeds", "feeds"].map(bucket);
    for number in 0..80 {
        seeds.replace(Path::new(&path_of(number)), &seed(number)).unwrap();
    }
    let run = || {
        log.log();
        let options = Options { now: UnixMs(1_800_000_000_000), ..Options::default() };
        let built = build(&plan("limit = 1\n"), &seeds, &feeds, options, &mut Sink::collecting());
        (built, log.log().into_iter().filter(|(method, _)| *method == "GET").count())
    };
    // Three listings, then heads.
    log.fail(60, true, Some(Fault::Refused));
    assert!(run().0.is_err());
    log.fail(0, false, None);
    let (report, reads) = run();
    assert_eq!(report.unwrap().seeds, 80);
    assert!(reads < 60, "{reads} of 80 heads and 2 articles");
    let kept =
        feed_log.log().into_iter().filter(|(method, key)| *method == "PUT" && key.contains("/shared/"));
    assert!(kept.count() > 4);
    assert_eq!(feeds.list(Path::new(".feedmill/shared")).unwrap_err().kind(), std::io::ErrorKind::NotFound);
    let (_, expected) = bucket("expected");
    let options = Options { now: UnixMs(1_800_000_000_000), ..Options::default() };
    build(&plan("limit = 1\n"), &seeds, &expected, options, &mut Sink::collecting()).unwrap();
    assert_eq!(files(&feeds), files(&expected));
}

#[test]
fn folders_for_each_day_take_no_listing_each() {
    let [(log, _), (_, feeds), (_, expected)] = ["seeds", "feeds", "expected"].map(bucket);
    log.page_size.store(1000, std::sync::atomic::Ordering::Relaxed);
    let seeds = store_of(&log, "seeds");
    for number in 0..12 {
        let path = format!("town/2026/{}/{number}.txt", number / 2);
        seeds.replace(Path::new(&path), &seed(number)).unwrap();
    }
    for round in ["new", "unchanged"] {
        log.log();
        assert_eq!(run(&seeds, &feeds).unwrap().changed.is_empty(), round == "unchanged");
        let listed = log.log().into_iter().filter(|(method, _)| *method == "LIST");
        assert_eq!(listed.map(|(_, key)| key).collect::<Vec<_>>(), ["seeds/", "seeds/town/"]);
    }
    run(&store_of(&bucket_of(log.inner.fork(), "").0, "seeds"), &expected).unwrap();
    assert_eq!(files(&feeds), files(&expected));
}

#[test]
fn an_object_whose_name_is_not_a_path_is_reported_and_the_rest_is_built() {
    let [(log, seeds), (_, feeds)] = built(4);
    let old = files(&feeds);
    *log.not_paths.lock().unwrap() = ["seeds/town//", "seeds/town/../", "seeds//"].map(str::to_owned).into();
    for round in ["unchanged", "changed"] {
        let mut sink = Sink::collecting();
        let now = UnixMs(1_800_000_000_000);
        build(&plan(""), &seeds, &feeds, Options { now, ..Options::default() }, &mut sink).unwrap();
        let found: Vec<_> = sink.collected().iter().map(|f| (f.meta.code, f.place.file.as_str())).collect();
        let expected = ["//", "/town/../", "/town//"].map(|name| format!("s3://bucket/seeds{name}"));
        assert_eq!(found, expected.each_ref().map(|file| ("seed-not-a-path", file.as_str())), "{round}");
        assert_eq!(files(&feeds) == old, round == "unchanged");
        seeds.replace(Path::new(&path_of(4)), &seed(4)).unwrap();
    }
}

#[test]
fn the_configuration_of_a_site_that_is_not_read_is_reported() {
    let [(_, seeds), (_, feeds)] = built(4);
    seeds.replace(Path::new("_config.yml"), b"exclude: [town]\n").unwrap();
    for (config, expected) in [("", &["site-not-read"][..]), ("permalink = '/:title/'", &[])] {
        let mut sink = Sink::collecting();
        let now = UnixMs(1_800_000_000_000);
        build(&plan(config), &seeds, &feeds, Options { now, ..Options::default() }, &mut sink).unwrap();
        let found: Vec<_> = sink.collected().iter().map(|found| found.meta.code).collect();
        assert_eq!(found, expected);
    }
}

/// A podcast has gigabytes.
#[test]
fn a_media_file_is_copied_once_and_again_if_one_of_both_changes() {
    let episode = |byte: u8| {
        let tag = b"ID3\x04\0\0\0\0\0\x0dTIT2\0\0\0\x03\0\0\x03Ep";
        let frame = [b"\xff\xfb\x90\0".as_slice(), &[byte; 413]].concat();
        [tag.as_slice(), &frame.repeat(21_000)].concat()
    };
    let ((seed_log, seeds), (feed_log, feeds)) = (bucket("seeds"), bucket("feeds"));
    let (from, to) = (Path::new("show/a.mp3"), Path::new("media/show/a.mp3"));
    let build = || {
        _ = (seed_log.log(), feed_log.log());
        let options = Options { now: UnixMs(1_800_000_000_000), ..Options::default() };
        let plan = plan("publish_media = 'copy'\n");
        let report = build(&plan, &seeds, &feeds, options, &mut Sink::collecting()).unwrap();
        let log = [&seed_log, &feed_log].map(|log| log.log()).concat();
        let put = |key: &str| log.iter().position(|(method, name)| *method == "PUT" && name == key);
        let puts = [put("feeds/media/show/a.mp3"), put("feeds/rss.xml")];
        assert!(puts[1].is_none() || puts[0] < puts[1], "a feed links to a file that is there");
        let reads = log.iter().filter(|(method, key)| *method == "GET" && key.ends_with(".mp3")).count();
        (report.changed.contains(&to.to_path_buf()), reads)
    };
    let read = || feeds.read(to, Bytes(u64::MAX - 1)).unwrap();
    seeds.replace(from, &episode(1)).unwrap();
    assert!(build().0 && read() == episode(1));
    assert_eq!(build(), (false, 0));
    seeds.replace(from, &episode(2)).unwrap();
    assert!(build().0 && read() == episode(2), "the size is the same");
    feeds.remove(to).unwrap();
    assert!(build().0 && read() == episode(2));
    assert_eq!(build(), (false, 0));
}

#[test]
fn a_compressed_seed_is_reported_and_a_compressed_feed_is_replaced() {
    let [(_, seeds), (_, feeds)] = built(4);
    let old = files(&feeds);
    feeds.put_encoded("rss.xml", b"\x1f\x8b".into(), "gzip");
    seeds.put_encoded("town/gzip.txt", b"\x1f\x8b".into(), "gzip");
    seeds.put_encoded("town/plain.txt", seed(4), "aws-chunked");
    let mut sink = Sink::collecting();
    let now = UnixMs(1_800_000_000_000);
    build(&plan(""), &seeds, &feeds, Options { now, ..Options::default() }, &mut sink).unwrap();
    let found: Vec<_> = sink.collected().iter().map(|f| (f.meta.code, f.detail.as_str())).collect();
    let why = "it is stored with `Content-Encoding: gzip`; upload it as it is";
    assert_eq!(found, [("seed-unreadable", why)]);
    let new = files(&feeds);
    let rss = String::from_utf8(new["rss.xml"].clone()).unwrap();
    assert!(new.keys().eq(old.keys()) && rss.contains("Title 4"), "{rss}");
}

/// What is in a folder that the server does not list is not gone.
#[test]
fn a_folder_that_is_forbidden_stops_the_build() {
    let [(log, seeds), (_, feeds)] = built(4);
    let old = files(&feeds);
    // The root and the two folders in it.
    for request in 1..=3 {
        log.fail(request, false, Some(Fault::Forbidden));
        let error = run(&seeds, &feeds).unwrap_err().to_string();
        assert!(error.contains("cannot list the seeds folder: 403 Forbidden"), "{error}");
        log.fail(0, false, None);
        assert_eq!(files(&feeds), old);
    }
    assert!(run(&seeds, &feeds).unwrap().changed.is_empty());
}

/// A permission that is revoked says nothing about the articles, of which the cache knows the heads.
#[test]
fn articles_that_may_not_be_read_any_more_stop_the_build_and_new_ones_are_left_out() {
    let [(log, seeds), (_, feeds)] = built(12);
    let old = files(&feeds);
    let forbid =
        |keys: &[&str]| *log.forbidden.lock().unwrap() = keys.iter().map(|key| (*key).to_owned()).collect();
    let run = |config: &str| {
        let mut sink = Sink::collecting();
        let now = UnixMs(1_800_000_000_000);
        let built = build(&plan(config), &seeds, &feeds, Options { now, ..Options::default() }, &mut sink);
        let found: Vec<_> = sink.collected().iter().map(|f| (f.meta.code, f.place.file.clone())).collect();
        (built.map_err(|error| error.to_string()), found)
    };
    // Every body is read again, or the head and then the body of one article.
    forbid(&["seeds/town/"]);
    assert!(run("").0.is_ok(), "nothing is read");
    let why = "cannot read the seed: 403 Forbidden";
    let refused = run("language = 'de'\n").0.unwrap_err();
    assert!(refused.contains(why) && refused.contains("s3://bucket/seeds/town/"), "{refused}");
    forbid(&[]);
    seeds.replace(Path::new(&path_of(3)), &seed(30)).unwrap();
    forbid(&["seeds/bridge/003.txt"]);
    let refused = run("").0.unwrap_err();
    assert!(refused.contains(why) && refused.contains("s3://bucket/seeds/bridge/003.txt"), "{refused}");
    assert_eq!(files(&feeds), old);
    forbid(&[]);
    seeds.replace(Path::new(&path_of(3)), &seed(3)).unwrap();
    // New articles are left out, unless all of a folder are.
    for number in 20..24 {
        seeds.replace(Path::new(&path_of(number)), &seed(number)).unwrap();
    }
    forbid(&["seeds/town/020", "seeds/town/022", "seeds/bridge/021"]);
    let (report, found) = run("");
    assert_eq!(report.unwrap().seeds, 16);
    assert_eq!(found, [("seed-forbidden", "s3://bucket/seeds/bridge/021.txt".to_owned())]);
    let new = files(&feeds);
    assert!(old.keys().eq(new.keys()) && String::from_utf8_lossy(&new["rss.xml"]).contains("Title 23"));
    forbid(&[]);
    seeds.replace(Path::new("new/1.txt"), &seed(50)).unwrap();
    forbid(&["seeds/new/"]);
    let refused = run("").0.unwrap_err();
    assert!(refused.contains(why), "{refused}");
    assert_eq!(files(&feeds), new);
    // Without a cache, a section that is forbidden stops the build too.
    for file in feeds.list(Path::new(".feedmill")).unwrap() {
        feeds.remove(&Path::new(".feedmill").join(file.name)).unwrap();
    }
    forbid(&[]);
    seeds.remove(Path::new("new/1.txt")).unwrap();
    forbid(&["seeds/town/"]);
    let refused = run("").0.unwrap_err();
    assert!(refused.contains(why), "{refused}");
    assert_eq!(files(&feeds), new);
}

#[test]
fn whichever_request_fails_the_old_feeds_or_the_new_ones_are_there() {
    let [(before_seeds, seeds), (before_feeds, feeds)] = built(4);
    let old = files(&feeds);
    seeds.replace(Path::new(&path_of(4)), &seed(4)).unwrap();
    let build_again = |first: usize, for_good: bool, fault: Option<Fault>| {
        let (_, seeds) = bucket_of(before_seeds.inner.fork(), "seeds");
        let (log, feeds) = bucket_of(before_feeds.inner.fork(), "feeds");
        log.fail(first, for_good, fault);
        let result = run(&seeds, &feeds);
        let requests = log.log().len();
        log.fail(0, false, None);
        let now = files(&feeds);
        // A builder that could not remove its lease is waited for in vain.
        let _ = feeds.remove(Path::new(".feedmill.lock"));
        run(&seeds, &feeds).unwrap();
        let is_complete = result.is_ok_and(|report| report.tally.errors + report.tally.warnings == 0);
        (now, files(&feeds), is_complete, requests)
    };
    let (new, _, _, requests) = build_again(0, false, None);
    assert!(old != new && requests > 10);
    for (fault, for_good) in
        [(Fault::Refused, false), (Fault::Refused, true), (Fault::AnswerLost, false), (Fault::Half, false)]
    {
        for first in 1..=requests {
            let (now, after, is_complete, _) = build_again(first, for_good, Some(fault));
            let case = format!("{fault:?} {first} {for_good}");
            for (path, bytes) in &now {
                let known = [&old, &new].iter().any(|files| files.get(path) == Some(bytes));
                assert!(known, "{case}: {path} is neither old nor new");
            }
            assert!(old.keys().all(|path| now.contains_key(path)), "{case}");
            assert!(!is_complete || now == new, "{case}: a build without a warning is complete");
            assert_eq!(after, new, "{case}: the next build continues");
        }
    }
}
