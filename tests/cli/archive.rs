//! `archive = true`: the whole history, walked as a reader would, and what a change makes of it.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::build::feeds;
use super::{Mill, messages, run, text};

const BASE: &str = "https://f.example/feeds/";
const HOUR: i64 = 3_600_000;
/// 2023-09-01T00:00:00Z.
const SEPTEMBER: i64 = 1_693_526_400_000;
const DAY: i64 = 24 * HOUR;

fn mill(config: &str) -> Mill {
    let mill = Mill::new();
    let top = format!("base_url = '{BASE}'\nlanguage = 'en'\ntitle = 'News'\narchive = true\n{config}");
    mill.put("feedmill.toml", top);
    mill
}

/// Puts in the seed of a day, counted from 2023-09-01.
fn seed(mill: &Mill, day: i64) {
    let (path, link) = (format!("{day:03}.txt"), format!("https://e.example/{day}"));
    mill.seed(&path, SEPTEMBER + day * DAY, &format!("Day {day}"), &link, "<p>It rained.</p>");
}

/// Follows `next_url` and gives the file and the ids of each document.
fn pages(mill: &Mill, start: &str) -> Vec<(String, Vec<String>)> {
    let (mut path, mut all) = (start.to_owned(), Vec::new());
    loop {
        let document: Value = serde_json::from_str(&mill.read(&format!("feeds/{path}"))).unwrap();
        assert_eq!(text(&document, "feed_url"), format!("{BASE}{path}"));
        let ids = document["items"].as_array().unwrap().iter().map(|i| text(i, "id").to_owned()).collect();
        all.push((path, ids));
        let Some(next) = document["next_url"].as_str() else { return all };
        path = next.strip_prefix(BASE).unwrap().to_owned();
    }
}

/// Makes every file old, runs, and names the folders whose files are new, changed or gone, and the files where those
/// are not all of them.
fn changes(mill: &Mill) -> Vec<String> {
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    for path in feeds(mill).keys() {
        std::fs::File::options().write(true).open(path).unwrap().set_modified(old).unwrap();
    }
    let before = feeds(mill);
    assert_eq!(mill.run(&[]), (0, String::new(), String::new()));
    let after = feeds(mill);
    let mut changed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in before.keys().chain(after.keys().filter(|path| !before.contains_key(*path))) {
        if before.get(path) != after.get(path) {
            let path = path.split_once("/feeds/").unwrap().1;
            // The page shows the newest entries, so it changes with the feed.
            if path == "index.html" {
                continue;
            }
            let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
            let gone = if mill.path("feeds").join(path).exists() { "" } else { " gone" };
            changed.entry(format!("{folder}{gone}")).or_default().push(file.to_owned());
        }
    }
    let shown = |(folder, files): (String, Vec<String>)| {
        if files.len() == 3 { folder } else { format!("{folder}: {}", files.join(" ")) }
    };
    changed.into_iter().map(shown).collect()
}

/// 5,000 entries, about 200 a month, in three sections; every hundredth was written anew, most of them months later.
fn five_thousand() -> (Mill, Vec<String>) {
    let mill = mill("[check]\ndeny = ['warnings']\n");
    let mut latest = BTreeMap::new();
    for i in 0..5000_i64 {
        let link = format!("https://e.example/{i}");
        let time = SEPTEMBER - i * 3 * HOUR - i * 60_000;
        mill.seed(
            &format!("s{}/{i:04}.txt", i % 3),
            time,
            &format!("T{i}"),
            &link,
            "<p>Rain &amp; wind.</p>",
        );
        let mut last = time;
        if i % 100 == 1 {
            last = time + (i % 7) * 40 * DAY + 1;
            last = last.min(SEPTEMBER + i);
            mill.seed(&format!("again/{i:04}.txt"), last, &format!("T{i}"), &link, "<p>It cleared up.</p>");
        }
        latest.insert((-last, link.clone()), link);
    }
    assert_eq!(mill.run(&["--check"]), (0, String::new(), String::new()), "no error, no warning, no note");
    (mill, latest.into_values().collect())
}

#[test]
fn policy_archive_of_5000_entries_is_walked_and_each_is_met_once() {
    let (mill, expected) = five_thousand();
    let pages = pages(&mill, "feed.json");
    assert_eq!(pages[0].1.len(), 50);
    assert!(pages.len() > 20, "{}", pages.len());
    let walked: Vec<String> = pages.into_iter().flat_map(|(_, ids)| ids).collect();
    assert_eq!(walked.len(), 5000);
    assert_eq!(walked, expected, "in the order of the feed");
}

#[test]
#[cfg_attr(not(has_tools), ignore = "needs FEEDMILL_PYTHON and xmllint: run tests/run.sh")]
fn policy_archive_of_5000_entries_is_walked_by_feedparser_and_each_is_met_once() {
    let (mill, expected) = five_thousand();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools/walk_archive.py");
    for name in ["rss.xml", "atom.xml"] {
        let python = std::env::var_os("FEEDMILL_PYTHON").unwrap();
        let mut command = Command::new(python);
        command.args([script, BASE]).arg(mill.path("feeds")).arg(name);
        let (code, stdout, stderr) = run(&mut command);
        assert_eq!(code, 0, "{stderr}");
        let documents: Vec<Value> = stdout.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        let mut walked = Vec::new();
        for (i, document) in documents.iter().enumerate() {
            assert_eq!((&document["bozo"], &document["is_archive"]), (&0.into(), &(i > 0).into()));
            let links = &document["links"];
            assert_eq!(links["self"], document["url"]);
            if i > 0 {
                assert_eq!(text(links, "current"), format!("{BASE}{name}"));
            }
            // The month before the open one gets its link when that is whole.
            if i > 2 {
                assert_eq!(links["next-archive"], documents[i - 1]["url"]);
            }
            let ids = document["ids"].as_array().unwrap();
            walked.extend(ids.iter().map(|id| id.as_str().unwrap().to_owned()));
        }
        assert!(documents.len() > 20 && walked == expected, "{name}: {}", walked.len());
    }
}

#[test]
fn policy_archive_a_change_touches_what_it_must_and_no_more() {
    let mill = mill("limit = 20\n");
    (0..100).filter(|day| day % 3 > 0).for_each(|day| seed(&mill, day));
    assert_eq!(mill.run(&[]), (0, String::new(), String::new()));
    let documents = || pages(&mill, "feed.json").into_iter().map(|(path, _)| path).collect::<Vec<_>>();
    let page = |folder: &str| format!("archive/{folder}/feed.json");
    assert_eq!(documents(), ["feed.json".into(), page("2023-11-open"), page("2023-10"), page("2023-09")]);
    assert_eq!(changes(&mill), [""; 0], "nothing new, nothing touched");

    seed(&mill, 3);
    assert_eq!(changes(&mill), ["archive/2023-09"], "a seed of an old month");
    mill.seed("003.txt", SEPTEMBER + 3 * DAY, "Day 3", "https://e.example/3", "<p>It hailed.</p>");
    assert_eq!(changes(&mill), ["archive/2023-09"], "an old seed with other text");
    seed(&mill, -20);
    assert_eq!(
        changes(&mill),
        ["archive/2023-08", "archive/2023-09"],
        "the first of its month, and its neighbour"
    );
    seed(&mill, 100);
    assert_eq!(changes(&mill), ["", "archive/2023-11-open"], "news");
    mill.seed("new.txt", SEPTEMBER + 101 * DAY, "Day 35, again", "https://e.example/35", "<p>Snow.</p>");
    assert_eq!(
        changes(&mill),
        ["", "archive/2023-10", "archive/2023-11-open"],
        "an old article written anew is news, and leaves its month"
    );

    // News until November is whole.
    for day in 102.. {
        seed(&mill, day);
        let changed = changes(&mill);
        if changed.len() > 2 {
            let october = "archive/2023-10: atom.xml rss.xml";
            let expected = ["", october, "archive/2023-11", "archive/2023-11-open gone"];
            assert_eq!(
                changed, expected,
                "November has its address; October learns of it where a format can say so"
            );
            break;
        }
        assert_eq!(changed, ["", "archive/2023-11-open"]);
    }
    let pages = pages(&mill, "feed.json");
    let mut ids: Vec<_> = pages.iter().flat_map(|(_, ids)| ids).collect();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), pages.len()), (all, 5));
}

#[test]
fn policy_archive_documents_without_seeds_are_named_or_pruned_and_the_chain_closes() {
    let mill = mill("limit = 5\n[section.town]\ntitle = 'Town'\n");
    (0..70).for_each(|day| seed(&mill, day));
    mill.seed("town/1.txt", SEPTEMBER, "One", "https://e.example/t1", "<p>x</p>");
    (0..6).for_each(|i| {
        mill.seed(
            &format!("town/2{i}.txt"),
            SEPTEMBER + 65 * DAY + i,
            "Two",
            &format!("https://e.example/t2{i}"),
            "<p>x</p>",
        );
    });
    assert_eq!(mill.run(&[]), (0, String::new(), String::new()));
    assert!(mill.path("feeds/town/archive/2023-09/rss.xml").exists());
    assert!(mill.path("feeds/town/archive/2023-11-open/rss.xml").exists());

    (30..61).for_each(|day| std::fs::remove_file(mill.path(format!("seeds/{day:03}.txt"))).unwrap());
    std::fs::remove_dir_all(mill.path("seeds/town")).unwrap();
    mill.put(
        "feeds/archive/2023-07/rss.xml",
        "<rss><channel><generator>somebody</generator></channel></rss>",
    );
    let (code, _, stderr) = mill.run(&["--message-format", "json"]);
    let said = messages(&stderr);
    assert!(code == 0 && said.iter().all(|m| text(m, "code") == "feed-orphan"), "{stderr}");
    let files: Vec<_> = said.iter().map(|m| text(m, "file")).filter(|f| f.ends_with("rss.xml")).collect();
    let named = ["archive/2023-10", "town", "town/archive/2023-09", "town/archive/2023-11-open"];
    assert_eq!(files, named.map(|folder| format!("feeds/{folder}/rss.xml")));
    let walked: Vec<_> = pages(&mill, "feed.json").into_iter().map(|(path, _)| path).collect();
    assert_eq!(walked, ["feed.json", "archive/2023-11-open/feed.json", "archive/2023-09/feed.json"]);

    assert_eq!(mill.run(&["--prune"]), (0, String::new(), String::new()));
    assert!(!mill.path("feeds/town").exists() && !mill.path("feeds/archive/2023-10").exists());
    assert!(mill.path("feeds/archive/2023-07/rss.xml").exists(), "it is not ours");
}

#[test]
fn policy_archive_and_a_section_of_that_name_live_side_by_side() {
    let mill = mill("limit = 1\n");
    (0..40).step_by(10).for_each(|day| seed(&mill, day));
    for (i, month) in ["2023-09", "x"].iter().enumerate() {
        let link = format!("https://e.example/{month}");
        mill.seed(&format!("archive/{month}/1.txt"), SEPTEMBER - i as i64 * 40 * DAY, "A", &link, "<p>x</p>");
    }
    assert_eq!(mill.run(&["--check"]), (0, String::new(), String::new()));
    let walked = |start: &str| pages(&mill, start).into_iter().flat_map(|(_, ids)| ids).count();
    assert_eq!((walked("feed.json"), walked("archive/feed.json")), (6, 2));
    assert_eq!(mill.run(&["--prune"]), (0, String::new(), String::new()));
    assert!(mill.path("feeds/archive/archive/2023-07/rss.xml").exists());
}

#[test]
fn configuration_an_archive_needs_to_know_where_it_is_published() {
    let mill = Mill::new();
    mill.put("feedmill.toml", "archive = true\nlimit = 1\n");
    (0..3).for_each(|day| seed(&mill, day));
    let (code, _, stderr) = mill.run(&[]);
    assert_eq!(code, 2);
    assert!(
        stderr.contains("feedmill.toml:1:1: error[config-bad-value]: `archive` needs `base_url`"),
        "{stderr}"
    );
    assert!(!mill.path("feeds").exists());
    assert_eq!(mill.run(&["--base-url", BASE]).0, 0);
    assert_eq!(pages(&mill, "feed.json").len(), 2);
    let (code, _, stderr) = mill.run(&["--base-url", BASE, "--archive", "false", "--message-format", "json"]);
    assert_eq!((code, messages(&stderr).len()), (0, 3), "what is left of it is named: {stderr}");
}
