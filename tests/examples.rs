//! The programs in `examples/` work. docs/library.md shows how to call them, and its test does so.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test should stop at once")]

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output};

use feedmill::check::{Options, check};

fn run_example(name: &str, folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let programs = Path::new(env!("CARGO_BIN_EXE_feedmill")).parent().unwrap().join("examples");
    let Output { status, stdout, stderr } =
        Command::new(programs.join(name)).args(args).current_dir(folder).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn the_program_in_the_book_builds_a_feed_from_two_articles() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = fs::read_to_string(root.join("examples/two_articles.rs")).unwrap();
    assert!(fs::read_to_string(root.join("docs/library.md")).unwrap().contains(&program));
    let (code, rss, stderr) = run_example("two_articles", root, &[]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let feed = feed_rs::parser::parse(rss.as_bytes()).unwrap();
    let titles: Vec<_> = feed.entries.iter().map(|e| e.title.as_ref().unwrap().content.as_str()).collect();
    assert_eq!(titles, ["The bridge is open again", "The ferry has a new engine"]);
}

#[test]
fn the_linkblog_is_a_valid_feed_newest_first() {
    let folder = tempfile::tempdir().unwrap();
    let bookmarks = "2024-06-01 https://a.example/1 One & <two>\n\n2024-06-03 https://b.example/2 Three\n";
    fs::write(folder.path().join("links.txt"), bookmarks).unwrap();
    let (code, atom, stderr) = run_example("linkblog", folder.path(), &["links.txt"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let found = check(atom.as_bytes(), Options::default());
    assert!(found.is_empty(), "{found:?}");
    let feed = feed_rs::parser::parse(atom.as_bytes()).unwrap();
    let titles: Vec<_> = feed.entries.iter().map(|e| e.title.as_ref().unwrap().content.as_str()).collect();
    assert_eq!(titles, ["Three", "One & <two>"]);
    assert!(
        atom.contains("href=\"https://b.example/\"") || atom.contains("href=&quot;https://b.example/&quot;")
    );
    fs::write(folder.path().join("links.txt"), "yesterday https://a.example/1 One\n").unwrap();
    let (code, _, stderr) = run_example("linkblog", folder.path(), &["links.txt"]);
    assert!(code == Some(1) && stderr.contains("links.txt:1: expected `DAY URL TITLE`"), "{stderr}");
}

#[test]
fn the_gate_accepts_valid_feeds_and_reports_invalid_ones() {
    let folder = tempfile::tempdir().unwrap();
    let feeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("feeds");
    fs::create_dir(folder.path().join("feeds")).unwrap();
    fs::copy(feeds.join("rss.xml"), folder.path().join("feeds/rss.xml")).unwrap();
    let (code, report, _) = run_example("gate", folder.path(), &["feeds"]);
    assert_eq!((code, report.as_str()), (Some(0), "**1 feed, 0 errors**\n"));
    fs::write(folder.path().join("feeds/bad.xml"), "<rss version=\"2.0\"/>").unwrap();
    let (code, report, _) = run_example("gate", folder.path(), &["feeds"]);
    assert_eq!(code, Some(1));
    assert!(report.contains("| feeds/bad.xml:1 | error | `feed/missing-element` |"), "{report}");
}

#[test]
fn the_mirror_writes_compressed_copies_and_only_what_changed() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("seeds")).unwrap();
    let seed = |n: u32| {
        let text = format!(
            "<!--{}-->\n[Article {n}](https://a.example/{n})\n------\n\n<p>x</p>\n",
            1_700_000_000_000_u64 + u64::from(n)
        );
        fs::write(folder.path().join(format!("seeds/{n}.txt")), text).unwrap();
    };
    let unpacked = |name: &str| {
        let mut text = String::new();
        let file = fs::File::open(folder.path().join("public").join(name)).unwrap();
        flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
        text
    };
    seed(1);
    fs::write(
        folder.path().join("feedmill.toml"),
        "base_url = 'https://a.example/'\nformats = ['atom']\nindex = []",
    )
    .unwrap();
    let mirror = || run_example("mirror", folder.path(), &["seeds", "public"]);
    assert_eq!(mirror(), (Some(0), "atom.xml\n".to_owned(), String::new()));
    assert_eq!(mirror(), (Some(0), String::new(), String::new()));
    seed(2);
    assert_eq!(mirror(), (Some(0), "atom.xml\n".to_owned(), String::new()));
    assert_eq!(unpacked("atom.xml.gz"), fs::read_to_string(folder.path().join("public/atom.xml")).unwrap());
    assert!(unpacked("atom.xml.gz").contains("Article 2"));
}
