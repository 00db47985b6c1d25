//! `feedmill [build]`: configuration, policies, publishing, messages and exit codes.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::{Project, feedmill_command, files_below, json_messages, output_of, shared_path, string_field};

const BASE_URL: [&str; 2] = ["--base-url", "https://f.example/feeds/"];
const BASE_TIME: i64 = 1_698_786_902_000;

/// Returns every published file with its content and modification time.
pub(super) fn feed_files(project: &Project) -> BTreeMap<String, (Vec<u8>, SystemTime)> {
    let read = |path: std::path::PathBuf| {
        let time = path.metadata().unwrap().modified().unwrap();
        (path.display().to_string(), (std::fs::read(&path).unwrap(), time))
    };
    files_below(&project.path("feeds")).into_iter().map(read).collect()
}

#[test]
#[cfg_attr(not(has_shared), ignore = "needs external data (FEEDMILL_SHARED)")]
fn the_real_seed_becomes_a_complete_entry() {
    let project = Project::new();
    let out = project.path("feeds");
    let (code, _, stderr) = output_of(
        feedmill_command()
            .current_dir(project.path(""))
            .args(BASE_URL)
            .arg("--seeds")
            .arg(shared_path("seeds"))
            .arg("--feeds")
            .arg(&out),
    );
    assert_eq!((code, stderr.as_str()), (0, ""));
    let items = project.json_items("feeds/feed.json");
    assert_eq!(items.len(), 1);
    let seed = std::fs::read_dir(shared_path("seeds")).unwrap().next().unwrap().unwrap().path();
    let raw = std::fs::read_to_string(seed).unwrap();
    let link = raw.lines().nth(1).unwrap().rsplit_once("](").unwrap().1.trim_end_matches(')').to_owned();
    assert_eq!(string_field(&items[0], "date_published"), "2023-10-31T21:15:02Z");
    assert_eq!(
        (string_field(&items[0], "url"), string_field(&items[0], "id")),
        (link.as_str(), link.as_str())
    );
    assert!(string_field(&items[0], "image").starts_with("https://"), "{}", items[0]["image"]);
    let body = string_field(&items[0], "content_html");
    for trace in ["facebook", "whatsapp", "x.com", "twitter", "分享"] {
        assert!(!body.to_lowercase().contains(trace), "{trace}");
    }
    // Every paragraph of the article is there: look for its first characters in the raw seed.
    let paragraphs: Vec<&str> = raw
        .split("<p>")
        .skip(1)
        .map(|p| p.split("</p>").next().unwrap())
        .filter(|p| !p.contains('<') && p.chars().count() > 20)
        .collect();
    assert!(paragraphs.len() >= 4, "{}", paragraphs.len());
    for paragraph in paragraphs {
        let start: String = paragraph.trim().chars().take(15).collect();
        assert!(body.contains(&start), "{start}");
    }
    let rss = project.read_file("feeds/rss.xml");
    assert_eq!(rss.matches("<enclosure ").count(), 0, "an image is a thumbnail, not an enclosure");
    assert_eq!(rss.matches("<media:thumbnail ").count(), 1);
    assert!(rss.contains("<pubDate>Tue, 31 Oct 2023 21:15:02 GMT</pubDate>"));
}

#[test]
fn policy_publishing_a_second_run_reports_no_change_and_keeps_every_mtime() {
    let project = Project::new();
    project.write_seed("a/1.txt", BASE_TIME, "One", "https://e.example/1", "<p>x</p>").write_seed(
        "2.txt",
        BASE_TIME,
        "Two",
        "https://e.example/2",
        "",
    );
    let (code, stdout, stderr) = project.feedmill(&BASE_URL);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, "", ""), "no output on success");
    let before = feed_files(&project);
    assert_eq!(before.len(), 10);
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    for path in before.keys() {
        std::fs::File::options().write(true).open(path).unwrap().set_modified(old).unwrap();
    }
    let (_, _, stderr) = project.feedmill(&["-v", BASE_URL[0], BASE_URL[1]]);
    assert!(stderr.contains("nothing changed"), "{stderr}");
    for (path, (bytes, time)) in feed_files(&project) {
        assert_eq!((&bytes, time), (&before[&path].0, old), "{path}");
    }
}

#[test]
fn input_without_any_readable_seed_is_an_error_and_existing_feeds_stay() {
    let project = Project::new();
    project.write_seed("1.txt", BASE_TIME, "One", "https://e.example/1", "<p>x</p>");
    project.feedmill(&BASE_URL);
    let before = feed_files(&project);
    project.write_file("seeds/1.txt", "no seed");
    let (code, _, stderr) = project.feedmill(&BASE_URL);
    assert_eq!(code, 2);
    assert!(stderr.contains("no readable seed"), "{stderr}");
    assert_eq!(feed_files(&project), before);
    std::fs::remove_dir_all(project.path("seeds")).unwrap();
    assert_eq!(project.feedmill(&BASE_URL).0, 2);
    assert_eq!(feed_files(&project), before);
    let empty = Project::new();
    std::fs::create_dir(empty.path("seeds")).unwrap();
    assert_eq!(empty.feedmill(&BASE_URL).0, 2);
    assert!(!empty.path("feeds").exists());
}

#[test]
fn policy_publishing_a_second_run_waits_then_names_the_lock_holder_and_writes_nothing() {
    let project = Project::new();
    project.write_seed("1.txt", BASE_TIME, "One", "https://e.example/1", "<p>x</p>");
    std::fs::create_dir(project.path("feeds")).unwrap();
    let held = std::fs::File::create(project.path("feeds/.feedmill.lock")).unwrap();
    std::io::Write::write_all(&mut &held, b"4711\n").unwrap();
    held.lock().unwrap();
    let (code, _, stderr) = project.feedmill(&["--wait", "0", BASE_URL[0], BASE_URL[1]]);
    assert_eq!(code, 2);
    assert!(stderr.contains("process 4711") && stderr.lines().count() == 1, "{stderr}");
    assert_eq!(feed_files(&project).len(), 1);
    let waiting = project.command(&["--wait", "30", BASE_URL[0], BASE_URL[1]]).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(feed_files(&project).len(), 1, "it waits for the lock");
    drop(held);
    assert!(waiting.wait_with_output().unwrap().status.success());
    assert_eq!(feed_files(&project).len(), 7, "the lock file is removed after the run");
}

#[test]
fn policy_sections_have_their_own_feeds_and_orphans_are_reported_or_pruned() {
    let project = Project::new();
    project
        .write_file(
            "feedmill.toml",
            "title = 'News'\nbase_url = 'https://f.example/feeds'\n[section.'a b']\ntitle = 'A and B'\n",
        )
        .write_seed("a b/1.txt", BASE_TIME, "One", "https://e.example/1", "<p>x</p>")
        .write_seed("town/x/2.txt", BASE_TIME + 1, "Two", "https://e.example/2", "<p>y</p>")
        .write_seed("3.txt", BASE_TIME + 2, "Three", "https://e.example/3", "<p>z</p>")
        .write_file("feeds/other/rss.xml", "<rss><channel><generator>somebody</generator></channel></rss>");
    assert_eq!(project.feedmill(&[]), (0, String::new(), String::new()));
    let titles = |path: &str| {
        project.json_items(path).iter().map(|i| string_field(i, "title").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(titles("feeds/feed.json"), ["Three", "Two", "One"]);
    assert_eq!(
        (titles("feeds/a b/feed.json"), titles("feeds/town/feed.json")),
        (vec!["One".into()], vec!["Two".into()])
    );
    assert!(project.read_file("feeds/a b/rss.xml").contains("<title>A and B</title>"));
    assert!(project.read_file("feeds/town/atom.xml").contains("<title>town – News</title>"));
    assert!(
        project.read_file("feeds/a b/atom.xml").contains("href=\"https://f.example/feeds/a%20b/atom.xml\"")
    );

    std::fs::remove_dir_all(project.path("seeds/town")).unwrap();
    let (code, _, stderr) = project.feedmill(&["--message-format", "json"]);
    let orphans: Vec<_> = json_messages(&stderr)
        .iter()
        .map(|m| (string_field(m, "code").to_owned(), string_field(m, "file").to_owned()))
        .collect();
    let orphan = |file: &str| ("feed-orphan".to_owned(), format!("feeds/town/{file}"));
    assert_eq!((code, orphans), (0, vec![orphan("rss.xml"), orphan("atom.xml"), orphan("feed.json")]));
    assert!(project.path("feeds/town/rss.xml").exists());
    assert_eq!(project.feedmill(&["--prune"]), (0, String::new(), String::new()));
    assert!(!project.path("feeds/town").exists() && project.path("feeds/other/rss.xml").exists());
}

#[test]
fn sections_that_cannot_be_folders_of_feeds_stay_in_the_main_feed() {
    let project = Project::new();
    project
        .write_seed("rss.xml/1.txt", BASE_TIME, "One", "https://e.example/1", "")
        .write_seed("Town/2.txt", BASE_TIME, "Two", "https://e.example/2", "")
        .write_seed("town/3.txt", BASE_TIME, "Three", "https://e.example/3", "");
    let (code, _, stderr) = project.feedmill(&["--message-format", "json", BASE_URL[0], BASE_URL[1]]);
    let codes: Vec<_> = json_messages(&stderr).iter().map(|m| string_field(m, "code").to_owned()).collect();
    assert_eq!((code, codes), (0, vec!["section-name".to_owned(), "section-case".to_owned()]));
    assert_eq!(project.json_items("feeds/feed.json").len(), 3);
}

#[test]
fn policy_duplicates_are_one_entry_and_its_id_never_changes() {
    let project = Project::new();
    project.write_seed("1.txt", BASE_TIME, "First", "http://e.example/a?x=%e4", "<p>old</p>");
    project.feedmill(&BASE_URL);
    let id = string_field(&project.json_items("feeds/feed.json")[0], "id").to_owned();
    project
        .write_seed("s/2.txt", BASE_TIME + 5000, "Second", "https://E.example/a?x=%E4", "<p>new</p>")
        .write_seed(
            "s/3.txt",
            BASE_TIME + 5000,
            "Tie, last path wins",
            "https://e.example/a?x=%E4",
            "<p>newest</p>",
        );
    project.feedmill(&BASE_URL);
    let items = project.json_items("feeds/feed.json");
    assert_eq!(items.len(), 1);
    assert_eq!(string_field(&items[0], "id"), id);
    assert_eq!(
        (string_field(&items[0], "title"), string_field(&items[0], "content_html")),
        ("Tie, last path wins", "<p>newest</p>")
    );
    assert_eq!(string_field(&items[0], "date_published"), "2023-10-31T21:15:02Z");
    assert_eq!(string_field(&items[0], "date_modified"), "2023-10-31T21:15:07Z");
}

#[test]
fn policy_ids_are_the_same_in_every_format_and_can_be_tags() {
    for (kind, id) in [
        ("link", "https://e.example/a?x=%e4#f"),
        ("tag", "tag:e.example,2000:/a?x=%e4%23f"),
        ("file", "tag:e.example,2000:town/48211"),
    ] {
        let project = Project::new();
        project.write_seed(
            "town/48211_slug.txt",
            BASE_TIME,
            "One",
            "https://e.example/a?x=%e4#f",
            "<p>x</p>",
        );
        assert_eq!(project.feedmill(&["--ids", kind, BASE_URL[0], BASE_URL[1]]).0, 0);
        assert_eq!(string_field(&project.json_items("feeds/feed.json")[0], "id"), id);
        assert!(project.read_file("feeds/atom.xml").contains(&format!("<id>{id}</id>")), "{kind}");
        let guid = format!("<guid isPermaLink=\"{}\">{id}</guid>", kind == "link");
        assert!(
            project
                .read_file("feeds/rss.xml")
                .replace("<guid>", "<guid isPermaLink=\"true\">")
                .contains(&guid),
            "{kind}"
        );
    }
}

#[test]
fn policy_order_is_total_and_limit_keeps_the_newest() {
    let project = Project::new();
    for (path, time, link) in
        [("z", BASE_TIME, "b"), ("y", BASE_TIME, "a"), ("x", BASE_TIME + 1, "z"), ("w", BASE_TIME - 1, "0")]
    {
        project.write_seed(&format!("{path}.txt"), time, link, &format!("https://e.example/{link}"), "");
    }
    project.feedmill(&["--limit", "3", BASE_URL[0], BASE_URL[1]]);
    let titles: Vec<_> =
        project.json_items("feeds/feed.json").iter().map(|i| string_field(i, "title").to_owned()).collect();
    assert_eq!(titles, ["z", "a", "b"]);
    assert!(project.read_file("feeds/rss.xml").contains("<lastBuildDate>Tue, 31 Oct 2023 21:15:02 GMT"));
}

#[test]
fn input_more_than_a_day_in_the_future_is_held_back_by_the_clock_or_source_date_epoch() {
    let project = Project::new();
    project.write_seed("1.txt", BASE_TIME, "Now", "https://e.example/1", "").write_seed(
        "2.txt",
        BASE_TIME + 86_400_001,
        "Ahead",
        "https://e.example/2",
        "",
    );
    let args = ["--message-format", "json", BASE_URL[0], BASE_URL[1]];
    let (code, _, stderr) = output_of(project.command(&args).env("SOURCE_DATE_EPOCH", "1698786902"));
    assert_eq!((code, string_field(&json_messages(&stderr)[0], "code")), (0, "seed-future"));
    assert_eq!(project.json_items("feeds/feed.json").len(), 1);
    output_of(project.command(&args).env("SOURCE_DATE_EPOCH", "1698786903"));
    assert_eq!(project.json_items("feeds/feed.json").len(), 2);
}

#[test]
fn configuration_flags_override_variables_and_variables_override_the_file() {
    let project = Project::new();
    project
        .write_seed("1.txt", BASE_TIME, "One", "https://e.example/1", "")
        .write_file("feedmill.toml", "title = 'File'\nbase_url = 'https://f.example/'\n");
    let title = || {
        let rss = project.read_file("feeds/rss.xml");
        rss.split("<title>").nth(1).unwrap().split('<').next().unwrap().to_owned()
    };
    project.feedmill(&[]);
    assert_eq!(title(), "File");
    output_of(project.command(&[]).env("FEEDMILL_TITLE", "Variable"));
    assert_eq!(title(), "Variable");
    output_of(project.command(&["--title", "Flag"]).env("FEEDMILL_TITLE", "Variable"));
    assert_eq!(title(), "Flag");
}

#[test]
fn configuration_mistakes_are_errors_with_line_and_suggestion_and_nothing_is_built() {
    let project = Project::new();
    project
        .write_seed("1.txt", BASE_TIME, "One", "https://e.example/1", "")
        .write_file("feedmill.toml", "title = 'x'\nlimt = 3\n");
    let (code, _, stderr) = project.feedmill(&[]);
    assert_eq!(code, 2);
    assert!(
        stderr.contains(
            "feedmill.toml:2:1: error[config-unknown-key]: unknown configuration key: `limt`; did you mean `limit`?"
        ),
        "{stderr}"
    );
    assert!(!project.path("feeds").exists());
    assert_eq!(project.feedmill(&["--config", "nowhere.toml"]).0, 2);
    assert_eq!(project.feedmill(&["--frobnicate"]).0, 2);
}

#[test]
fn configuration_an_empty_variable_counts_as_unset() {
    let project = Project::new();
    project.write_seed("1.txt", BASE_TIME, "One", "https://e.example/1", "");
    project.write_file("feedmill.toml", "base_url = 'https://f.example/'\ntitle = 'File'\n");
    let mut command = project.command(&[]);
    for name in [
        "LIMIT",
        "PROBE",
        "QUIET",
        "WAIT",
        "FORMATS",
        "INDENT",
        "ARCHIVE",
        "TITLE",
        "SEEDS",
        "FEEDS",
        "IDS",
        "CONFIG",
        "CACHE_DIR",
        "MESSAGE_FORMAT",
        "BASE_URL",
        "HUB",
    ] {
        command.env(format!("FEEDMILL_{name}"), "");
    }
    let (code, _, stderr) = output_of(&mut command);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(project.read_file("feeds/rss.xml").contains("<title>File</title>"));
    let (code, _, stderr) = output_of(project.command(&["check", "feeds"]).env("FEEDMILL_CONFIG", ""));
    assert_eq!(code, 0, "{stderr}");
}

#[test]
fn configuration_an_invalid_value_of_a_variable_is_reported_with_its_name_and_a_fix() {
    let project = Project::new();
    project.write_seed("1.txt", BASE_TIME, "One", "https://e.example/1", "");
    for (name, value, part) in [
        ("FEEDMILL_PROBE", "maybe", "FEEDMILL_PROBE: use true or false"),
        ("FEEDMILL_QUIET", "maybe", "FEEDMILL_QUIET: use true or false"),
        ("FEEDMILL_INDENT", "maybe", "FEEDMILL_INDENT: use one of true, false"),
        ("FEEDMILL_MESSAGE_FORMAT", "xml", "FEEDMILL_MESSAGE_FORMAT: use one of human, json, github, sarif"),
        (
            "FEEDMILL_LIMIT",
            "ten",
            "`ten` of the environment variable FEEDMILL_LIMIT: use a whole number such as 50",
        ),
        ("FEEDMILL_LIMIT", " ", "FEEDMILL_LIMIT: use a whole number such as 50, or 0 for all entries"),
        ("FEEDMILL_WAIT", "1.5", "FEEDMILL_WAIT: use a whole number of seconds such as 10"),
        ("FEEDMILL_REQUESTS", "0", "FEEDMILL_REQUESTS: use a whole number from 1 to 1000"),
        ("FEEDMILL_LEASE", "0", "FEEDMILL_LEASE: use a whole number of seconds from 1 to 3600"),
        (
            "FEEDMILL_LIMIT",
            "-1",
            "FEEDMILL_LIMIT: error[config-bad-value]: invalid configuration value: `limit` is -1; use 0",
        ),
        ("FEEDMILL_IDS", "guid", "FEEDMILL_IDS: error[config-bad-value]"),
        ("FEEDMILL_BASE_URL", "https://f.example/rss.xml", "write `https://f.example/`"),
        ("FEEDMILL_FORMATS", "rss,rdf", "FEEDMILL_FORMATS: error[config-bad-value]"),
    ] {
        let (code, _, stderr) = output_of(project.command(&[]).env(name, value));
        assert!(code == 2 && stderr.contains(part), "{name}={value}: {stderr}");
    }
    for (name, value, part) in [
        (
            "FEEDMILL_CLIENT_TIMEOUT",
            "1h",
            "FEEDMILL_CLIENT_TIMEOUT: use a whole number of seconds from 1 to 3600",
        ),
        ("FEEDMILL_CONNECTIONS", "many", "FEEDMILL_CONNECTIONS: use a whole number such as 1000"),
        (
            "FEEDMILL_LISTEN",
            "localhost",
            "FEEDMILL_LISTEN: use an address and a port, such as 127.0.0.1:8080",
        ),
    ] {
        let (code, _, stderr) = output_of(project.command(&["serve"]).env(name, value));
        assert!(code == 2 && stderr.contains(part), "{name}={value}: {stderr}");
    }
    let (code, _, stderr) = output_of(project.command(&[]).env("RUST_MIN_STACK", "0"));
    assert!(code == 2 && stderr.contains("`RUST_MIN_STACK` is 0; set 2097152 to"), "{stderr}");
    let (code, _, stderr) = project.feedmill(&["--lease", "soon"]);
    assert!(code == 2 && stderr.contains("'--lease <SECONDS>': use a whole number of seconds"), "{stderr}");
    let (code, _, stderr) = project.feedmill(&["list", "--limit", "-1x"]);
    assert!(code == 2 && !stderr.contains("invalid digit"), "{stderr}");
    // A flag overrides its variable, so the message names the flag.
    let (_, _, stderr) = output_of(project.command(&["--ids", "guid"]).env("FEEDMILL_IDS", "tag"));
    assert!(stderr.contains("--ids: error[config-bad-value]"), "{stderr}");
    project.write_file("feedmill.toml", "seeds = ''\n");
    let (code, _, stderr) = project.feedmill(&BASE_URL);
    assert!(code == 2 && stderr.contains("`seeds` is empty; write `seeds = \".\"`"), "{stderr}");
    std::fs::remove_file(project.path("feedmill.toml")).unwrap();
    for on in ["true", "yes", "1", "on"] {
        let mut command = project.command(&[]);
        let (code, _, stderr) = output_of(command.env("FEEDMILL_QUIET", on));
        assert_eq!((code, stderr.as_str()), (0, ""), "{on}");
    }
}

#[test]
fn configuration_user_names_and_passwords_of_urls_are_published_nowhere() {
    let project = Project::new();
    project.write_seed("town/1.txt", BASE_TIME, "One", "https://e.example/1", "<p>x</p>");
    project.write_file(
        "feedmill.toml",
        "base_url = 'https://ann:s3cret@f.example/feeds/'\nsite_url = 'https://ann:s3cret@f.example/'\n\
         icon = 'https://ann:s3cret@f.example/i.png'\nhub = 'http://ann:s3cret@127.0.0.1:9/'\n\
         append = '<a href=\"https://ann:s3cret@f.example/x\">https://ann:s3cret@f.example/</a>'\n\
         [podcast]\nimage = 'https://ann:s3cret@f.example/c.png'\n\
         [extra]\nrss = '<docs>https://ann:s3cret@f.example/</docs>'\n\
         json_item = '{\"_a\": \"https://ann:s3cret@f.example/\"}'\n",
    );
    for style in ["human", "json", "github", "sarif"] {
        let (code, stdout, stderr) = project.feedmill(&["--verbose", "--message-format", style]);
        assert_eq!(code, 0, "{stderr}");
        assert!(stderr.contains("config-credentials") && !stderr.contains("s3cret"), "{stderr}");
        assert!(!stdout.contains("s3cret"), "{stdout}");
    }
    for file in files_below(&project.path("feeds")) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(6).any(|part| part == b"s3cret"), "{}", file.display());
    }
    assert!(project.read_file("feeds/rss.xml").contains("http://127.0.0.1:9/"), "the hub stays");
}

#[test]
fn configuration_of_a_generator_and_texts_of_articles_publish_no_passwords() {
    let project = Project::new();
    project
        .write_file("feedmill.toml", "base_url = 'https://f.example/'\nseeds = '.'\n")
        .write_file(
            "_config.yml",
            "url: https://ann:s3cret@e.example\nrepo: https://ann:s3cret@git.example/x\n\
             defaults: [{ scope: { path: '' }, values: { author: 'https://ann:s3cret@e.example/me' } }]\n",
        )
        .write_file("_data/shop.yml", "url: https://ann:s3cret@shop.example/\n")
        .write_file(
            "_posts/2024-06-01-one.md",
            "---\ntitle: One https://ann:s3cret@e.example/\ntags: ['https://ann:s3cret@e.example/tag']\n\
             description: 'See https://ann:s3cret@e.example/'\nimage: HTTPS://ann:s3cret@e.example/i.png\n---\n\
             {{ site.repo }} and {{ site.data.shop.url }}\n",
        )
        .write_file(
            "_posts/2024-06-02-two.md",
            "---\ntitle: Two\npermalink: HTTPS://ann:s3cret@e.example/two\n---\nText\n",
        );
    for command in [&["--verbose"][..], &["init", "--force"], &["list"]] {
        let (code, stdout, stderr) = project.feedmill(command);
        assert!(code == 0 && !(stdout + &stderr).contains("s3cret"), "{command:?} {stderr}");
    }
    for file in files_below(&project.path("feeds")) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(6).any(|part| part == b"s3cret"), "{}", file.display());
    }
    assert!(project.read_file("feeds/rss.xml").contains("https://git.example/x"));
}

#[test]
#[cfg(unix)]
fn configuration_a_variable_that_is_not_utf8_is_named() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let project = Project::new();
    project.write_seed("1.txt", BASE_TIME, "One", "https://e.example/1", "");
    let invalid = OsStr::from_bytes(b"\xff");
    for name in [
        "AUTHOR",
        "BASE_URL",
        "COPYRIGHT",
        "DESCRIPTION",
        "FORMATS",
        "HUB",
        "ICON",
        "IDS",
        "LANGUAGE",
        "LEASE",
        "LIMIT",
        "PERMALINK",
        "PROBE",
        "QUIET",
        "SITE_URL",
        "TITLE",
        "WAIT",
        "ARCHIVE",
        "INDENT",
        "MESSAGE_FORMAT",
    ] {
        let name = format!("FEEDMILL_{name}");
        let (code, _, stderr) = output_of(project.command(&[]).env(&name, invalid));
        assert!(code == 2 && stderr.contains(&name) && !stderr.contains("arguments"), "{name}: {stderr}");
    }
    // The variable of a flag that is given does not count, and that of a path may be any bytes.
    let mut command = project.command(&["--limit", "3"]);
    let (code, _, stderr) =
        output_of(command.env("FEEDMILL_LIMIT", invalid).env("FEEDMILL_CACHE_DIR", invalid));
    assert_eq!(code, 0, "{stderr}");
    let (code, _, stderr) = output_of(project.command(&["serve"]).env("FEEDMILL_CONNECTIONS", invalid));
    assert!(code == 2 && stderr.contains("FEEDMILL_CONNECTIONS is not UTF-8"), "{stderr}");
    let (code, _, stderr) = output_of(project.command(&["--title"]).arg(invalid));
    assert!(code == 2 && stderr.contains("`\u{fffd}` is not UTF-8; write it in UTF-8"), "{stderr}");
}

#[test]
fn configuration_that_is_not_utf8_is_reported_with_line_and_byte() {
    let project = Project::new();
    std::fs::write(project.path("feedmill.toml"), b"title = 'x'\nauthor = 'Ren\xe9'\n").unwrap();
    let (code, _, stderr) = project.feedmill(&[]);
    assert!(code == 2 && stderr.starts_with("feedmill.toml:2:14: error[config-syntax]"), "{stderr}");
    assert!(stderr.contains("byte 0xE9 is not UTF-8; save the file as UTF-8"), "{stderr}");
}

#[test]
fn configuration_is_optional_and_a_warning_explains_base_url() {
    let project = Project::new();
    project.write_seed("1.txt", BASE_TIME, "One", "https://e.example/1", "");
    let (code, _, stderr) = project.feedmill(&[]);
    assert_eq!(code, 0);
    assert!(stderr.starts_with("warning[no-base-url]") && stderr.contains("self link"), "{stderr}");
    let rss = project.read_file("feeds/rss.xml");
    assert!(rss.contains("<title>seeds</title>") && rss.contains("<link>https://e.example/</link>"), "{rss}");
    assert_eq!(project.feedmill(&["--quiet"]), (0, String::new(), String::new()));
}

#[test]
fn configuration_of_a_generator_that_is_invalid_changes_no_feed() {
    let valid = "url: https://e.example\ntitle: Town\npermalink: /:title/\n";
    let project = Project::new();
    project
        .write_file("feedmill.toml", "base_url = 'https://f.example/'\nseeds = '.'\n")
        .write_file("_config.yml", valid)
        .write_file("_posts/2024-06-01-one.md", "---\ntitle: One\n---\nText\n");
    assert_eq!(project.feedmill(&[]).0, 0);
    let before = project.read_file("feeds/rss.xml");
    assert!(before.contains("<link>https://e.example/one/</link>"));
    project.write_file("_config.yml", valid.to_owned() + "description: \"Town\n");
    for command in [&[][..], &["init", "--force"], &["list"]] {
        let (code, _, stderr) = project.feedmill(command);
        assert!(
            code == 2 && stderr.contains("_config.yml:4: invalid configuration of the site"),
            "{command:?} {stderr}"
        );
    }
    assert_eq!(project.read_file("feeds/rss.xml"), before);
}

#[test]
fn configuration_of_a_generator_that_is_too_complex_is_a_warning() {
    let project = Project::new();
    project
        .write_file("feedmill.toml", "base_url = 'https://f.example/'\nsite_url = 'https://e.example/'\n")
        .write_file("seeds/.eleventy.js", "site: (".repeat(20_000))
        .write_file("seeds/1.md", "---\ntitle: One\ndate: 2024-06-01\n---\nText\n");
    let (code, _, stderr) = project.feedmill(&[]);
    assert!(code == 0 && stderr.contains(".eleventy.js: warning[config-too-complex]"), "{stderr}");
    assert!(project.read_file("feeds/rss.xml").contains("<title>One</title>"));
}

#[test]
fn configuration_a_misspelled_section_is_a_warning() {
    let project = Project::new();
    project
        .write_file(
            "feedmill.toml",
            "base_url = 'https://f.example/'\n[section.twon]\ntitle = 'T'\n[section.later]\ntitle = 'L'\n",
        )
        .write_seed("town/1.txt", BASE_TIME, "One", "https://e.example/1", "");
    let (code, _, stderr) = project.feedmill(&["--message-format", "json"]);
    let reported = json_messages(&stderr);
    assert_eq!((code, reported.len(), string_field(&reported[0], "code")), (0, 1, "config-unknown-section"));
    assert!(string_field(&reported[0], "message").contains("did you mean `town`?"));
}

#[test]
fn configuration_filtered_feeds_contain_what_matches() {
    let project = Project::new();
    project.write_file(
        "feedmill.toml",
        "base_url = 'https://f.example/'\n[[feed]]\nname = 'rain'\ntitle = 'Rain'\nsections = ['a', 'b']\ntitle_contains = 'RAIN'\n[[feed]]\nname = 'none'\nlink_contains = 'nowhere'\n",
    )
    .write_seed("a/1.txt", BASE_TIME, "Rain at last", "https://e.example/1", "")
    .write_seed("b/2.txt", BASE_TIME, "Sun", "https://e.example/2", "")
    .write_seed("c/3.txt", BASE_TIME, "More rain", "https://e.example/3", "");
    let (code, _, stderr) = project.feedmill(&["--message-format", "json", "-v"]);
    assert_eq!((code, string_field(&json_messages(&stderr)[0], "code")), (0, "feed-empty"));
    let titles: Vec<_> = project
        .json_items("feeds/rain/feed.json")
        .iter()
        .map(|i| string_field(i, "title").to_owned())
        .collect();
    assert_eq!(titles, ["Rain at last"]);
}

#[test]
fn policy_bodies_drop_what_the_configuration_selects() {
    let project = Project::new();
    project
        .write_file("feedmill.toml", "base_url = 'https://f.example/'\n[clean]\ndrop = ['.advice']\n")
        .write_seed(
            "1.txt",
            BASE_TIME,
            "One",
            "https://e.example/1",
            "<p>Text</p><div class='advice'>Buy this</div>",
        );
    project.feedmill(&[]);
    assert_eq!(string_field(&project.json_items("feeds/feed.json")[0], "content_html"), "<p>Text</p>");
}

#[test]
fn policy_xml_output_is_indented_or_compact_by_one_setting() {
    let project = Project::new();
    project.write_seed("1.txt", BASE_TIME, "One", "https://e.example/1", "<p>x</p>");
    project.feedmill(&BASE_URL);
    let indented = project.read_file("feeds/rss.xml");
    project.feedmill(&["--indent", "false", BASE_URL[0], BASE_URL[1]]);
    let compact = project.read_file("feeds/rss.xml");
    assert!(indented.lines().count() > 15 && compact.lines().count() <= 2, "{compact}");
}

#[test]
fn diagnostics_show_place_code_and_fix_in_every_style() {
    let project = Project::new();
    project
        .write_seed("1.txt", BASE_TIME, "One", "https://e.example/1", "")
        .write_file("seeds/2.txt", "<!--1698786902000-->\n[t](ftp://e.example/)\n---\n");
    let in_style = |style: &str| project.feedmill(&["--message-format", style, BASE_URL[0], BASE_URL[1]]);
    let (code, stdout, stderr) = in_style("human");
    assert_eq!((code, stdout.as_str()), (0, ""), "a skipped seed does not fail the run");
    let lines: Vec<&str> = stderr.lines().collect();
    assert_eq!(
        lines[0],
        "seeds/2.txt:2:5: error[seed-bad-link]: invalid link: `ftp://e.example/` does not begin with http:// or https://"
    );
    assert_eq!(lines[1], " 2 | [t](ftp://e.example/)");
    assert_eq!(lines[2], "   |     ^");
    assert!(lines[3].contains("help: write an absolute http or https URL"), "{stderr}");
    assert!(!stderr.contains('\x1b'));
    let (_, _, stderr) = in_style("json");
    let message = &json_messages(&stderr)[0];
    assert_eq!(
        (string_field(message, "file"), &message["line"], &message["column"]),
        ("seeds/2.txt", &2.into(), &5.into())
    );
    let (_, _, stderr) = in_style("github");
    assert!(stderr.starts_with("::error file=seeds/2.txt,line=2,col=5,title=seed-bad-link::"), "{stderr}");
}

#[test]
fn exit_code_is_1_with_strict_if_a_seed_was_skipped_and_the_feeds_are_still_written() {
    let project = Project::new();
    project.write_seed("1.txt", BASE_TIME, "One", "https://e.example/1", "");
    assert_eq!(project.feedmill(&["--strict", BASE_URL[0], BASE_URL[1]]).0, 0);
    project.write_file("seeds/2.txt", "x");
    assert_eq!(project.feedmill(&["--strict", BASE_URL[0], BASE_URL[1]]).0, 1);
    assert!(project.path("feeds/rss.xml").exists());
}

#[cfg(unix)]
#[test]
fn exit_code_is_2_if_the_feeds_folder_cannot_be_created() {
    let project = Project::new();
    project.write_seed("1.txt", BASE_TIME, "One", "https://e.example/1", "").write_file("file", "");
    let (code, _, stderr) = project.feedmill(&["--feeds", "file/feeds", BASE_URL[0], BASE_URL[1]]);
    assert_eq!(code, 2);
    assert!(stderr.contains("file/feeds"), "{stderr}");
}

#[test]
fn output_does_not_depend_on_the_order_of_files_or_the_number_of_threads() {
    let seeds: Vec<_> = (0..200)
        .map(|i| {
            (
                format!("s{}/{i}.txt", i % 3),
                BASE_TIME + i64::from(i % 7),
                format!("https://e.example/{}", i % 90),
            )
        })
        .collect();
    let mut all = Vec::new();
    for (reverse, threads) in [(false, "1"), (true, "2"), (true, "7")] {
        let project = Project::new();
        let put = |(path, time, link): &(String, i64, String)| {
            project.write_seed(path, *time, path, link, "<p>x</p>");
        };
        if reverse {
            seeds.iter().rev().for_each(put)
        } else {
            seeds.iter().for_each(put)
        }
        output_of(project.command(&BASE_URL).env("RAYON_NUM_THREADS", threads));
        let bytes: Vec<_> = feed_files(&project).into_values().map(|(bytes, _)| bytes).collect();
        assert_eq!(bytes.len(), 16);
        all.push(bytes);
    }
    assert!(all[0] == all[1] && all[1] == all[2]);
}

#[test]
fn help_names_every_flag_and_version_is_the_crates() {
    let (code, stdout, _) = output_of(feedmill_command().arg("--help"));
    assert_eq!(code, 0);
    assert!(stdout.contains("--prune") && stdout.contains("Exit codes"));
    assert_eq!(
        output_of(feedmill_command().arg("--version")).1.trim(),
        concat!("feedmill ", env!("CARGO_PKG_VERSION"))
    );
}
