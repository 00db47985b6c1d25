//! `archive = true`: walks the whole history as a reader does, and checks which documents a change rewrites.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::build::feed_files;
use super::{Project, json_messages, output_of, string_field};

const BASE: &str = "https://f.example/feeds/";
const HOUR: i64 = 3_600_000;
/// 2023-09-01T00:00:00Z.
const SEPTEMBER: i64 = 1_693_526_400_000;
const DAY: i64 = 24 * HOUR;

fn sample_project(config: &str) -> Project {
    let project = Project::new();
    let top = format!("base_url = '{BASE}'\nlanguage = 'en'\ntitle = 'News'\narchive = true\n{config}");
    project.write_file("feedmill.toml", top);
    project
}

/// Writes the seed of a day, counted from 2023-09-01.
fn write_day(project: &Project, day: i64) {
    let (path, link) = (format!("{day:03}.txt"), format!("https://e.example/{day}"));
    project.write_seed(&path, SEPTEMBER + day * DAY, &format!("Day {day}"), &link, "<p>It rained.</p>");
}

/// Follows `next_url` and returns the path and the ids of each document.
fn walk_pages(project: &Project, start: &str) -> Vec<(String, Vec<String>)> {
    let (mut path, mut all) = (start.to_owned(), Vec::new());
    loop {
        let document: Value = serde_json::from_str(&project.read_file(&format!("feeds/{path}"))).unwrap();
        assert_eq!(string_field(&document, "feed_url"), format!("{BASE}{path}"));
        let ids =
            document["items"].as_array().unwrap().iter().map(|i| string_field(i, "id").to_owned()).collect();
        all.push((path, ids));
        let Some(next) = document["next_url"].as_str() else { return all };
        path = next.strip_prefix(BASE).unwrap().to_owned();
    }
}

/// Sets all modification times back, runs feedmill, and returns the folders whose files are new, changed or gone. Lists the
/// files of a folder if not all three changed.
fn build_and_list_changes(project: &Project) -> Vec<String> {
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    for path in feed_files(project).keys() {
        std::fs::File::options().write(true).open(path).unwrap().set_modified(old).unwrap();
    }
    let before = feed_files(project);
    assert_eq!(project.feedmill(&[]), (0, String::new(), String::new()));
    let after = feed_files(project);
    let mut changed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in before.keys().chain(after.keys().filter(|path| !before.contains_key(*path))) {
        if before.get(path) != after.get(path) {
            let path = path.split_once("/feeds/").unwrap().1;
            // The index page shows the newest entries, so it changes with the feed.
            if path == "index.html" {
                continue;
            }
            let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
            let gone = if project.path("feeds").join(path).exists() { "" } else { " gone" };
            changed.entry(format!("{folder}{gone}")).or_default().push(file.to_owned());
        }
    }
    let shown = |(folder, files): (String, Vec<String>)| {
        if files.len() == 3 { folder } else { format!("{folder}: {}", files.join(" ")) }
    };
    changed.into_iter().map(shown).collect()
}

/// Writes 5,000 entries in three sections, about 200 per month. Every hundredth was updated, most of them months later.
fn project_with_5000_entries() -> (Project, Vec<String>) {
    let project = sample_project("[check]\ndeny = ['warnings']\n");
    let mut latest = BTreeMap::new();
    for i in 0..5000_i64 {
        let link = format!("https://e.example/{i}");
        let time = SEPTEMBER - i * 3 * HOUR - i * 60_000;
        project.write_seed(
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
            project.write_seed(
                &format!("again/{i:04}.txt"),
                last,
                &format!("T{i}"),
                &link,
                "<p>It cleared up.</p>",
            );
        }
        latest.insert((-last, link.clone()), link);
    }
    assert_eq!(
        project.feedmill(&["--check"]),
        (0, String::new(), String::new()),
        "no error, no warning, no note"
    );
    (project, latest.into_values().collect())
}

#[test]
fn policy_archive_of_5000_entries_lists_each_entry_once() {
    let (project, expected) = project_with_5000_entries();
    let pages = walk_pages(&project, "feed.json");
    assert_eq!(pages[0].1.len(), 50);
    assert!(pages.len() > 20, "{}", pages.len());
    let walked: Vec<String> = pages.into_iter().flat_map(|(_, ids)| ids).collect();
    assert_eq!(walked.len(), 5000);
    assert_eq!(walked, expected, "in the order of the feed");
}

#[test]
#[cfg_attr(
    not(has_tools),
    ignore = "needs xmllint and a Python with feedparser (FEEDMILL_PYTHON): run tests/run.sh"
)]
fn policy_archive_of_5000_entries_lists_each_entry_once_in_feedparser() {
    let (project, expected) = project_with_5000_entries();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools/walk_archive.py");
    for name in ["rss.xml", "atom.xml"] {
        let python = std::env::var_os("FEEDMILL_PYTHON").unwrap();
        let mut command = Command::new(python);
        command.args([script, BASE]).arg(project.path("feeds")).arg(name);
        let (code, stdout, stderr) = output_of(&mut command);
        assert_eq!(code, 0, "{stderr}");
        let documents: Vec<Value> = stdout.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        let mut walked = Vec::new();
        for (i, document) in documents.iter().enumerate() {
            assert_eq!((&document["bozo"], &document["is_archive"]), (&0.into(), &(i > 0).into()));
            let links = &document["links"];
            assert_eq!(links["self"], document["url"]);
            if i > 0 {
                assert_eq!(string_field(links, "current"), format!("{BASE}{name}"));
            }
            // The month before the open one gets its link once the open one is complete.
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
fn policy_archive_a_change_rewrites_only_the_affected_documents() {
    let project = sample_project("limit = 20\n");
    (0..100).filter(|day| day % 3 > 0).for_each(|day| write_day(&project, day));
    assert_eq!(project.feedmill(&[]), (0, String::new(), String::new()));
    let documents =
        || walk_pages(&project, "feed.json").into_iter().map(|(path, _)| path).collect::<Vec<_>>();
    let page = |folder: &str| format!("archive/{folder}/feed.json");
    assert_eq!(documents(), ["feed.json".into(), page("2023-11-open"), page("2023-10"), page("2023-09")]);
    assert_eq!(build_and_list_changes(&project), [""; 0], "no change, no write");

    write_day(&project, 3);
    assert_eq!(build_and_list_changes(&project), ["archive/2023-09"], "a seed of an old month");
    project.write_seed("003.txt", SEPTEMBER + 3 * DAY, "Day 3", "https://e.example/3", "<p>It hailed.</p>");
    assert_eq!(build_and_list_changes(&project), ["archive/2023-09"], "an edited old seed");
    write_day(&project, -20);
    assert_eq!(
        build_and_list_changes(&project),
        ["archive/2023-08", "archive/2023-09"],
        "the first seed of its month, and the neighbouring month"
    );
    write_day(&project, 100);
    assert_eq!(build_and_list_changes(&project), ["", "archive/2023-11-open"], "news");
    project.write_seed(
        "new.txt",
        SEPTEMBER + 101 * DAY,
        "Day 35, again",
        "https://e.example/35",
        "<p>Snow.</p>",
    );
    assert_eq!(
        build_and_list_changes(&project),
        ["", "archive/2023-10", "archive/2023-11-open"],
        "an updated article moves from its month to the newest"
    );

    // Adds seeds until November is complete.
    for day in 102.. {
        write_day(&project, day);
        let changed = build_and_list_changes(&project);
        if changed.len() > 2 {
            let october = "archive/2023-10: atom.xml rss.xml";
            let expected = ["", october, "archive/2023-11", "archive/2023-11-open gone"];
            assert_eq!(
                changed, expected,
                "November has its final address; October links to it in the formats that can"
            );
            break;
        }
        assert_eq!(changed, ["", "archive/2023-11-open"]);
    }
    let pages = walk_pages(&project, "feed.json");
    let mut ids: Vec<_> = pages.iter().flat_map(|(_, ids)| ids).collect();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), pages.len()), (all, 5));
}

#[test]
fn policy_archive_documents_without_seeds_are_reported_or_pruned_and_the_chain_stays_linked() {
    let project = sample_project("limit = 5\n[section.town]\ntitle = 'Town'\n");
    (0..70).for_each(|day| write_day(&project, day));
    project.write_seed("town/1.txt", SEPTEMBER, "One", "https://e.example/t1", "<p>x</p>");
    (0..6).for_each(|i| {
        project.write_seed(
            &format!("town/2{i}.txt"),
            SEPTEMBER + 65 * DAY + i,
            "Two",
            &format!("https://e.example/t2{i}"),
            "<p>x</p>",
        );
    });
    assert_eq!(project.feedmill(&[]), (0, String::new(), String::new()));
    assert!(project.path("feeds/town/archive/2023-09/rss.xml").exists());
    assert!(project.path("feeds/town/archive/2023-11-open/rss.xml").exists());

    (30..61).for_each(|day| std::fs::remove_file(project.path(format!("seeds/{day:03}.txt"))).unwrap());
    std::fs::remove_dir_all(project.path("seeds/town")).unwrap();
    project.write_file(
        "feeds/archive/2023-07/rss.xml",
        "<rss><channel><generator>somebody</generator></channel></rss>",
    );
    let (code, _, stderr) = project.feedmill(&["--message-format", "json"]);
    let reported = json_messages(&stderr);
    assert!(code == 0 && reported.iter().all(|m| string_field(m, "code") == "feed-orphan"), "{stderr}");
    let files: Vec<_> =
        reported.iter().map(|m| string_field(m, "file")).filter(|f| f.ends_with("rss.xml")).collect();
    let named = ["archive/2023-10", "town", "town/archive/2023-09", "town/archive/2023-11-open"];
    assert_eq!(files, named.map(|folder| format!("feeds/{folder}/rss.xml")));
    let walked: Vec<_> = walk_pages(&project, "feed.json").into_iter().map(|(path, _)| path).collect();
    assert_eq!(walked, ["feed.json", "archive/2023-11-open/feed.json", "archive/2023-09/feed.json"]);

    assert_eq!(project.feedmill(&["--prune"]), (0, String::new(), String::new()));
    assert!(!project.path("feeds/town").exists() && !project.path("feeds/archive/2023-10").exists());
    assert!(project.path("feeds/archive/2023-07/rss.xml").exists(), "not generated by feedmill");
}

#[test]
fn policy_archive_and_a_section_named_archive_coexist() {
    let project = sample_project("limit = 1\n");
    (0..40).step_by(10).for_each(|day| write_day(&project, day));
    for (i, month) in ["2023-09", "x"].iter().enumerate() {
        let link = format!("https://e.example/{month}");
        project.write_seed(
            &format!("archive/{month}/1.txt"),
            SEPTEMBER - i as i64 * 40 * DAY,
            "A",
            &link,
            "<p>x</p>",
        );
    }
    assert_eq!(project.feedmill(&["--check"]), (0, String::new(), String::new()));
    let walked = |start: &str| walk_pages(&project, start).into_iter().flat_map(|(_, ids)| ids).count();
    assert_eq!((walked("feed.json"), walked("archive/feed.json")), (6, 2));
    assert_eq!(project.feedmill(&["--prune"]), (0, String::new(), String::new()));
    assert!(project.path("feeds/archive/archive/2023-07/rss.xml").exists());
}

#[test]
fn configuration_an_archive_requires_base_url() {
    let project = Project::new();
    project.write_file("feedmill.toml", "archive = true\nlimit = 1\n");
    (0..3).for_each(|day| write_day(&project, day));
    let (code, _, stderr) = project.feedmill(&[]);
    assert_eq!(code, 2);
    assert!(
        stderr.contains(
            "feedmill.toml:1:1: error[config-bad-value]: invalid configuration value: `archive` needs"
        ),
        "{stderr}"
    );
    assert!(!project.path("feeds").exists());
    assert_eq!(project.feedmill(&["--base-url", BASE]).0, 0);
    assert_eq!(walk_pages(&project, "feed.json").len(), 2);
    let (code, _, stderr) =
        project.feedmill(&["--base-url", BASE, "--archive", "false", "--message-format", "json"]);
    assert_eq!(
        (code, json_messages(&stderr).len()),
        (0, 3),
        "leftover archive documents are reported: {stderr}"
    );
}
