//! The cache: it saves time, and never changes a byte of the feeds or hides a finding.

use std::fs;

use super::{Project, json_messages, string_field};

const BASE_TIME: i64 = 1_698_786_902_000;
const ARGS: [&str; 5] = ["--base-url", "https://f.example/", "-v", "--message-format", "json"];

fn sample_project() -> Project {
    let project = Project::new();
    project
        .write_seed("a/1.txt", BASE_TIME, "One", "https://e.example/1", "<p>x</p>")
        .write_seed("a/2.txt", BASE_TIME + 1, "Two", "https://e.example/2", "<p>y</p>")
        .write_seed("3.txt", BASE_TIME + 2, "Three", "https://e.example/3", "<p>z</p>");
    project
}

/// Waits until the seeds are old enough for feedmill to trust their modification times.
fn wait_until_mtimes_are_trusted() {
    std::thread::sleep(std::time::Duration::from_millis(3100));
}

fn codes_and_files(stderr: &str) -> Vec<(String, String)> {
    json_messages(stderr)
        .iter()
        .map(|m| (string_field(m, "code").to_owned(), string_field(m, "file").to_owned()))
        .collect()
}

#[test]
fn findings_are_repeated_by_each_run_although_nothing_is_read_again() {
    let project = sample_project();
    project
        .write_seed("a/4.txt", BASE_TIME + 3, "", "https://e.example/4", "<p>No title</p>")
        .write_file("seeds/a/5.txt", "no seed")
        .write_file("seeds/b/6.txt", "<!--1698786902-->\n[Seconds](https://e.example/6)\n------\n\n")
        .write_file("seeds/rss.xml/7.txt", "<!--1698786902000-->\n[t](https://e.example/7)\n------\n\n")
        .write_file("seeds/8.txt", "<!--99999999999999-->\n[Ahead](https://e.example/8)\n------\n\n");
    wait_until_mtimes_are_trusted();
    let (_, _, first) = project.feedmill(&ARGS);
    let mut all = codes_and_files(&first);
    all.sort();
    let wanted = ["section-name", "seed-future", "seed-no-stamp", "seed-stamp-unit", "seed-title-empty"];
    assert_eq!(all.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>(), wanted);
    for _ in 0..2 {
        assert_eq!(codes_and_files(&project.feedmill(&ARGS).2), codes_and_files(&first));
    }
    assert_eq!(
        codes_and_files(&project.feedmill(&[&ARGS[..], &["--no-catalog"]].concat()).2),
        codes_and_files(&first)
    );
    fs::remove_file(project.path("seeds/8.txt")).unwrap();
    all.retain(|(code, _)| code != "seed-future");
    for _ in 0..2 {
        let mut reported = codes_and_files(&project.feedmill(&ARGS).2);
        reported.sort();
        assert_eq!(reported, all);
    }
}

#[test]
fn a_future_seed_appears_at_its_time_although_no_file_changed() {
    let project = sample_project();
    project.write_seed("a/4.txt", BASE_TIME + 86_400_000 + 10_000, "Soon", "https://e.example/4", "");
    wait_until_mtimes_are_trusted();
    let at = |seconds: i64| {
        let mut command = project.command(&ARGS);
        let output =
            command.env("SOURCE_DATE_EPOCH", (BASE_TIME / 1000 + seconds).to_string()).output().unwrap();
        (
            project.json_items("feeds/feed.json").len(),
            codes_and_files(&String::from_utf8_lossy(&output.stderr)).len(),
        )
    };
    assert_eq!([at(0), at(0), at(10), at(11), at(0)], [(3, 1), (3, 1), (4, 0), (4, 0), (3, 1)]);
}

#[test]
fn a_lost_or_damaged_catalog_costs_a_note_and_changes_no_byte() {
    let project = sample_project();
    wait_until_mtimes_are_trusted();
    project.feedmill(&ARGS);
    let right = project.read_file("feeds/feed.json");
    let stored = |name: &str| fs::read(project.path(format!("feeds/.feedmill/{name}"))).unwrap();
    let (index, seeds) = (stored("index"), stored("seeds"));
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
        fs::write(project.path("feeds/.feedmill/index"), &index).unwrap();
        fs::write(project.path("feeds/.feedmill/seeds"), &seeds).unwrap();
        fs::write(project.path(format!("feeds/.feedmill/{name}")), &bytes).unwrap();
        // A change, so that the blocks are read.
        project.write_seed("b/9.txt", BASE_TIME - 9, "Late", "https://e.example/1", "");
        let (code, _, stderr) = project.feedmill(&ARGS);
        assert_eq!((code, project.json_items("feeds/feed.json").len()), (0, 3), "{stderr}");
        assert!(
            project.read_file("feeds/feed.json").contains("2023-10-31T21:15:01.991Z"),
            "the earliest publication"
        );
        fs::remove_file(project.path("seeds/b/9.txt")).unwrap();
        fs::remove_dir_all(project.path("feeds/b")).unwrap();
        let (code, _, stderr) = project.feedmill(&ARGS);
        assert_eq!((code, codes_and_files(&stderr)), (0, vec![]));
        assert_eq!(project.read_file("feeds/feed.json"), right);
    }
    fs::remove_dir_all(project.path("feeds/.feedmill")).unwrap();
    fs::write(project.path("feeds/.feedmill"), "not generated by feedmill").unwrap();
    let (code, _, stderr) = project.feedmill(&ARGS);
    assert_eq!(
        (code, codes_and_files(&stderr)),
        (0, vec![("catalog-lost".to_owned(), "feeds/.feedmill".to_owned())])
    );
    assert_eq!(project.read_file("feeds/.feedmill"), "not generated by feedmill");
}

#[test]
fn a_damaged_list_of_changed_links_is_reported_once() {
    let project = sample_project();
    let build = |seed: &str, link: &str| {
        project.write_seed(seed, BASE_TIME, "Title", &format!("https://e.example/{link}"), "");
        let (code, _, stderr) = project.feedmill(&ARGS);
        let ids: Vec<_> =
            project.json_items("feeds/feed.json").iter().map(|item| item["id"].to_string()).collect();
        assert_eq!(code, 0, "{stderr}");
        (ids.contains(&"\"https://e.example/first\"".to_owned()), codes_and_files(&stderr))
    };
    assert_eq!(build("a/8.txt", "first"), (true, vec![]));
    assert_eq!(build("a/8.txt", "second"), (true, vec![]));
    fs::write(project.path("feeds/.feedmill/links"), "garbage").unwrap();
    let lost = vec![("catalog-lost".to_owned(), "feeds/.feedmill".to_owned())];
    assert_eq!(build("a/9.txt", "other"), (false, lost));
    assert_eq!(build("a/9.txt", "another"), (false, vec![]));
}

#[test]
fn feeds_are_rebuilt_after_edits_and_other_settings() {
    let project = sample_project();
    wait_until_mtimes_are_trusted();
    project.feedmill(&ARGS);
    let right = project.read_file("feeds/rss.xml");
    project.write_file("feeds/rss.xml", right.replace("One", "Two"));
    fs::remove_file(project.path("feeds/a/atom.xml")).unwrap();
    project.feedmill(&ARGS);
    assert_eq!(project.read_file("feeds/rss.xml"), right);
    assert!(project.path("feeds/a/atom.xml").exists());
    project.feedmill(&[&ARGS[..], &["--limit", "1"]].concat());
    assert_eq!(project.json_items("feeds/feed.json").len(), 1);
    project.write_file(
        "feedmill.toml",
        "[[feed]]\nname = 'two'\ntitle_contains = 'TWO'\n[clean]\ndrop = ['p']\n",
    );
    project.feedmill(&ARGS);
    assert_eq!(
        (project.json_items("feeds/two/feed.json").len(), project.json_items("feeds/feed.json").len()),
        (1, 3)
    );
    assert_eq!(string_field(&project.json_items("feeds/two/feed.json")[0], "content_html"), "");
}

#[test]
fn an_unchanged_run_writes_nothing_and_no_catalog_creates_no_cache() {
    let project = sample_project();
    wait_until_mtimes_are_trusted();
    project.feedmill(&[&ARGS[..], &["--no-catalog"]].concat());
    assert!(!project.path("feeds/.feedmill").exists());
    project.write_file("feedmill.toml", "catalog = false\n");
    project.feedmill(&ARGS);
    assert!(!project.path("feeds/.feedmill").exists());
    fs::remove_file(project.path("feedmill.toml")).unwrap();
    project.feedmill(&ARGS);
    let time = |name: &str| {
        fs::metadata(project.path(format!("feeds/.feedmill/{name}"))).unwrap().modified().unwrap()
    };
    let before = (time("index"), time("seeds"));
    project.feedmill(&ARGS);
    assert_eq!((time("index"), time("seeds")), before);
}

#[test]
fn configuration_one_cache_dir_serves_several_feeds_folders() {
    let project = sample_project();
    project.write_file("feedmill.toml", "cache_dir = 'cache'\n");
    wait_until_mtimes_are_trusted();
    for feeds in ["feeds", "other"] {
        project.feedmill(&[&ARGS[..3], &["--feeds", feeds]].concat());
    }
    assert_eq!(fs::read_dir(project.path("cache")).unwrap().count(), 2);
    assert!(!project.path("feeds/.feedmill").exists() && !project.path("other/.feedmill").exists());
    for feeds in ["feeds", "other"] {
        let (_, _, reported) = project.feedmill(&[&ARGS[..3], &["--feeds", feeds]].concat());
        assert!(reported.contains("nothing changed; read 0 B of heads"), "{reported}");
    }
}

#[test]
fn a_url_is_no_cache_directory() {
    let project = sample_project();
    let url = "s3://ann:secret@news/cache";
    let flag = project.feedmill(&[&ARGS[..], &["--cache-dir", url]].concat());
    project.write_file("feedmill.toml", format!("base_url = 'https://f.example/'\ncache_dir = '{url}'\n"));
    for (code, _, stderr) in [flag, project.feedmill(&[])] {
        let expected =
            "feedmill: s3://news/cache: `cache_dir` is a URL, and the cache must be in a folder on disk; ";
        assert!(code == 2 && stderr.contains(expected) && !stderr.contains("secret"), "{code} {stderr}");
    }
    assert!(!project.path("s3:").exists() && !project.path("feeds").exists());
}

#[test]
fn a_cache_directory_that_can_never_work_is_a_warning_that_names_the_key() {
    let project = sample_project();
    let long = "x".repeat(20_000);
    project.write_file("file", "");
    for (folder, why) in
        [("/proc/x", "No such file"), (long.as_str(), "File name too long"), ("file", "Not a directory")]
    {
        project.write_file(
            "feedmill.toml",
            format!("base_url = 'https://f.example/'\ncache_dir = '{folder}'\n"),
        );
        for _ in 0..2 {
            let (code, _, stderr) = project.feedmill(&[]);
            let expected = "feedmill.toml:2:1: warning[cache-unusable]: cannot use the configured cache directory: `cache_dir`: ";
            assert!(code == 0 && stderr.starts_with(expected) && stderr.contains(why), "{stderr}");
            assert!(stderr.len() < 1000, "{stderr}");
        }
    }
    fs::remove_file(project.path("feedmill.toml")).unwrap();
    let (code, _, stderr) = project.feedmill(&["--base-url", "https://f.example/", "--cache-dir", "/proc/x"]);
    assert!(code == 0 && stderr.starts_with("--cache-dir: warning[cache-unusable]"), "{stderr}");
    let long = ["--seeds", &long];
    let (code, _, stderr) = project.feedmill(&long);
    assert!(code == 2 && stderr.len() < 1000, "{stderr}");
}
