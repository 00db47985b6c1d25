//! What the mill remembers: it may save time, and must never change a byte or swallow a finding.

use std::fs;

use super::{Mill, messages, text};

const T: i64 = 1_698_786_902_000;
const ARGS: [&str; 5] = ["--base-url", "https://f.example/", "-v", "--message-format", "json"];

fn some() -> Mill {
    let mill = Mill::new();
    mill.seed("a/1.txt", T, "One", "https://e.example/1", "<p>x</p>")
        .seed("a/2.txt", T + 1, "Two", "https://e.example/2", "<p>y</p>")
        .seed("3.txt", T + 2, "Three", "https://e.example/3", "<p>z</p>");
    mill
}

/// Lets seeds come of age, so that their stamps are believed.
fn settle() {
    std::thread::sleep(std::time::Duration::from_millis(3100));
}

fn codes(stderr: &str) -> Vec<(String, String)> {
    messages(stderr).iter().map(|m| (text(m, "code").to_owned(), text(m, "file").to_owned())).collect()
}

#[test]
fn findings_are_said_again_on_each_run_though_nothing_is_read_again() {
    let mill = some();
    mill.seed("a/4.txt", T + 3, "", "https://e.example/4", "<p>No title</p>")
        .put("seeds/a/5.txt", "no seed")
        .put("seeds/b/6.txt", "<!--1698786902-->\n[Seconds](https://e.example/6)\n------\n\n")
        .put("seeds/rss.xml/7.txt", "<!--1698786902000-->\n[t](https://e.example/7)\n------\n\n")
        .put("seeds/8.txt", "<!--99999999999999-->\n[Ahead](https://e.example/8)\n------\n\n");
    settle();
    let (_, _, first) = mill.run(&ARGS);
    let mut all = codes(&first);
    all.sort();
    let wanted = ["section-name", "seed-future", "seed-no-stamp", "seed-stamp-unit", "seed-title-empty"];
    assert_eq!(all.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>(), wanted);
    for _ in 0..2 {
        assert_eq!(codes(&mill.run(&ARGS).2), codes(&first));
    }
    assert_eq!(codes(&mill.run(&[&ARGS[..], &["--no-catalog"]].concat()).2), codes(&first));
    fs::remove_file(mill.path("seeds/8.txt")).unwrap();
    all.retain(|(code, _)| code != "seed-future");
    for _ in 0..2 {
        let mut said = codes(&mill.run(&ARGS).2);
        said.sort();
        assert_eq!(said, all);
    }
}

#[test]
fn a_seed_held_back_appears_when_its_time_has_come_though_no_file_changed() {
    let mill = some();
    mill.seed("a/4.txt", T + 86_400_000 + 10_000, "Soon", "https://e.example/4", "");
    settle();
    let at = |seconds: i64| {
        let mut command = mill.command(&ARGS);
        let output = command.env("SOURCE_DATE_EPOCH", (T / 1000 + seconds).to_string()).output().unwrap();
        (mill.items("feeds/feed.json").len(), codes(&String::from_utf8_lossy(&output.stderr)).len())
    };
    assert_eq!([at(0), at(0), at(10), at(11), at(0)], [(3, 1), (3, 1), (4, 0), (4, 0), (3, 1)]);
}

#[test]
fn a_lost_damaged_or_foreign_catalog_costs_a_note_and_no_byte() {
    let mill = some();
    settle();
    mill.run(&ARGS);
    let right = mill.read("feeds/feed.json");
    let kept = |name: &str| fs::read(mill.path(format!("feeds/.feedmill/{name}"))).unwrap();
    let (index, seeds) = (kept("index"), kept("seeds"));
    let mut cases: Vec<(String, Vec<u8>)> = Vec::new();
    for (name, bytes) in [("index", &index), ("seeds", &seeds)] {
        for cut in [0, 1, bytes.len() / 2, bytes.len() - 1] {
            cases.push((name.to_owned(), bytes[..cut].to_vec()));
        }
        for at in (0..bytes.len()).step_by(1 + bytes.len() / 40) {
            let mut wrong = bytes.clone();
            wrong[at] ^= 0x20;
            cases.push((name.to_owned(), wrong));
        }
    }
    cases.push(("index".to_owned(), b"feedmill catalog 0\n".to_vec()));
    for (name, bytes) in cases {
        fs::write(mill.path("feeds/.feedmill/index"), &index).unwrap();
        fs::write(mill.path("feeds/.feedmill/seeds"), &seeds).unwrap();
        fs::write(mill.path(format!("feeds/.feedmill/{name}")), &bytes).unwrap();
        // A change, so that the blocks are looked at.
        mill.seed("b/9.txt", T - 9, "Late", "https://e.example/1", "");
        let (code, _, stderr) = mill.run(&ARGS);
        assert_eq!((code, mill.items("feeds/feed.json").len()), (0, 3), "{stderr}");
        assert!(mill.read("feeds/feed.json").contains("2023-10-31T21:15:01.991Z"), "the first publication");
        fs::remove_file(mill.path("seeds/b/9.txt")).unwrap();
        fs::remove_dir_all(mill.path("feeds/b")).unwrap();
        let (code, _, stderr) = mill.run(&ARGS);
        assert_eq!((code, codes(&stderr)), (0, vec![]));
        assert_eq!(mill.read("feeds/feed.json"), right);
    }
    fs::remove_dir_all(mill.path("feeds/.feedmill")).unwrap();
    fs::write(mill.path("feeds/.feedmill"), "a file of somebody's").unwrap();
    let (code, _, stderr) = mill.run(&ARGS);
    assert_eq!((code, codes(&stderr)), (0, vec![("catalog-lost".to_owned(), "feeds/.feedmill".to_owned())]));
    assert_eq!(mill.read("feeds/.feedmill"), "a file of somebody's");
}

#[test]
fn another_plan_and_feeds_that_were_touched_are_made_anew() {
    let mill = some();
    settle();
    mill.run(&ARGS);
    let right = mill.read("feeds/rss.xml");
    mill.put("feeds/rss.xml", right.replace("One", "Two"));
    fs::remove_file(mill.path("feeds/a/atom.xml")).unwrap();
    mill.run(&ARGS);
    assert_eq!(mill.read("feeds/rss.xml"), right);
    assert!(mill.path("feeds/a/atom.xml").exists());
    mill.run(&[&ARGS[..], &["--limit", "1"]].concat());
    assert_eq!(mill.items("feeds/feed.json").len(), 1);
    mill.put("feedmill.toml", "[[feed]]\nname = 'two'\ntitle_contains = 'TWO'\n[clean]\ndrop = ['p']\n");
    mill.run(&ARGS);
    assert_eq!((mill.items("feeds/two/feed.json").len(), mill.items("feeds/feed.json").len()), (1, 3));
    assert_eq!(text(&mill.items("feeds/two/feed.json")[0], "content_html"), "");
}

#[test]
fn a_run_that_changes_nothing_writes_nothing_and_without_a_catalog_none_is_made() {
    let mill = some();
    settle();
    mill.run(&[&ARGS[..], &["--no-catalog"]].concat());
    assert!(!mill.path("feeds/.feedmill").exists());
    mill.put("feedmill.toml", "catalog = false\n");
    mill.run(&ARGS);
    assert!(!mill.path("feeds/.feedmill").exists());
    fs::remove_file(mill.path("feedmill.toml")).unwrap();
    mill.run(&ARGS);
    let time =
        |name: &str| fs::metadata(mill.path(format!("feeds/.feedmill/{name}"))).unwrap().modified().unwrap();
    let before = (time("index"), time("seeds"));
    mill.run(&ARGS);
    assert_eq!((time("index"), time("seeds")), before);
}

#[test]
fn configuration_a_cache_folder_serves_several_folders_of_feeds() {
    let mill = some();
    mill.put("feedmill.toml", "cache_dir = 'cache'\n");
    settle();
    for feeds in ["feeds", "other"] {
        mill.run(&[&ARGS[..3], &["--feeds", feeds]].concat());
    }
    assert_eq!(fs::read_dir(mill.path("cache")).unwrap().count(), 2);
    assert!(!mill.path("feeds/.feedmill").exists() && !mill.path("other/.feedmill").exists());
    for feeds in ["feeds", "other"] {
        let (_, _, said) = mill.run(&[&ARGS[..3], &["--feeds", feeds]].concat());
        assert!(said.contains("nothing changed; read 0 B of heads"), "{said}");
    }
}
