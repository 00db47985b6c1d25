//! `list` and `snippet`: the entries and the addresses of the feeds, and nothing is written.

use serde_json::{Value, json};

use super::{Project, files_below, json_messages};

fn project() -> Project {
    let project = Project::new();
    project
        .write_file("feedmill.toml", "base_url = 'https://f.example/'\ntitle = 'News'\n")
        .write_seed("town/1.txt", 1_717_225_200_000, "Old town", "https://n.example/1", "<p>1</p>")
        .write_seed("2.txt", 1_717_311_600_000, "New *bridge*", "https://n.example/2", "<p>2</p>")
        .write_seed("3.txt", 1_717_225_100_000, "Old bridge", "http://n.example/2", "<p>2</p>");
    project
}

#[test]
fn entries_are_a_table_newest_first() {
    let project = project();
    let (code, stdout, stderr) = project.feedmill(&["list"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let expected = "\
TIME                  TITLE         FEEDS   SEED              ID
2024-06-02T07:00:00Z  New *bridge*  .       seeds/2.txt       http://n.example/2
2024-06-01T07:00:00Z  Old town      .,town  seeds/town/1.txt  https://n.example/1
";
    assert_eq!(stdout, expected);
    let (_, stdout, _) = project.feedmill(&["list", "--limit", "1"]);
    assert_eq!(stdout.lines().count(), 2);
}

/// An empty table would say that there are no articles.
#[test]
fn articles_without_addresses_are_the_error_of_the_build() {
    let project = Project::new();
    project
        .write_file("feedmill.toml", "title = 'News'\n")
        .write_file("seeds/a.md", "---\ntitle: A\ndate: 2024-05-01\n---\nA\n");
    let (code, stdout, stderr) = project.feedmill(&["list"]);
    let (of_build, _, build) = project.feedmill(&["--dry-run"]);
    assert_eq!((code, stdout.as_str(), of_build), (of_build, "", code));
    assert_ne!(code, 0);
    let error = |text: &str| text.lines().find(|line| line.contains("[no-site-url]")).map(str::to_owned);
    assert!(error(&stderr).is_some_and(|line| line.contains("seeds/a.md")), "{stderr}");
    assert_eq!(error(&stderr), error(&build));
    assert!(stderr.contains("seeds: no readable seeds"), "{stderr}");
    project.write_seed("2.txt", 1_717_311_600_000, "B", "https://n.example/2", "<p>2</p>");
    let (code, stdout, stderr) = project.feedmill(&["list"]);
    assert_eq!((code, stdout.lines().count()), (0, 2), "{stdout}");
    assert!(error(&stderr).is_some(), "the table lacks an article: {stderr}");
}

#[test]
fn entries_are_json_with_the_values_of_the_feeds() {
    let project = project();
    let (code, stdout, _) = project.feedmill(&["list", "--json"]);
    let entries = json_messages(&stdout);
    assert_eq!((code, entries.len()), (0, 2));
    assert_eq!(
        entries[0],
        json!({
            "time": "2024-06-02T07:00:00Z", "published": "2024-06-01T06:58:20Z", "title": "New *bridge*",
            "id": "http://n.example/2", "link": "https://n.example/2", "feeds": ["."], "seed": "seeds/2.txt",
        })
    );
    assert_eq!(project.feedmill(&[]).0, 0);
    let items = project.json_items("feeds/feed.json");
    let ids = |all: &[Value]| all.iter().map(|item| item["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&entries), ids(&items));
    assert_eq!(project.feedmill(&["list", "--json"]).1, stdout, "the cache changes nothing");
}

#[test]
fn nothing_is_written_with_and_without_a_cache() {
    let project = project();
    let all = || {
        let mut all: Vec<_> = files_below(&project.path(""));
        all.extend(files_below(&project.path("feeds/.feedmill")));
        all.sort();
        all.into_iter().map(|path| (std::fs::read(&path).unwrap(), path)).collect::<Vec<_>>()
    };
    let before = all();
    assert_eq!(project.feedmill(&["list"]).0, 0);
    assert_eq!(all(), before);
    assert_eq!(project.feedmill(&[]).0, 0);
    project.write_seed("town/4.txt", 1_717_400_000_000, "Newest", "https://n.example/4", "<p>4</p>");
    let before = all();
    let (_, stdout, _) = project.feedmill(&["list"]);
    assert!(stdout.lines().nth(1).unwrap().contains("Newest"), "{stdout}");
    assert_eq!(all(), before);
    project.write_file("feeds/.feedmill/seeds", "damaged");
    assert_eq!(project.feedmill(&["list"]).1, stdout);
    assert_eq!(project.read_file("feeds/.feedmill/seeds"), "damaged");
}

#[test]
fn entries_of_an_archive_are_listed_too() {
    let project = project();
    project.write_file(
        "feedmill.toml",
        "base_url = 'https://f.example/'\nlimit = 1\narchive = true\nformats = ['atom']\n",
    );
    let (code, stdout, stderr) = project.feedmill(&["list"]);
    assert_eq!((code, stdout.lines().count()), (0, 3), "{stdout}{stderr}");
}

#[test]
fn a_missing_folder_an_invalid_setting_and_an_invalid_variable_are_errors() {
    let project = Project::new();
    let (code, _, stderr) = project.feedmill(&["list"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("cannot list the seeds folder"), "{stderr}");
    project.write_file("feedmill.toml", "limit = 'x'\n");
    let (code, _, stderr) = project.feedmill(&["list"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("feedmill.toml:1"), "{stderr}");
    let (code, _, stderr) = super::output_of(project.command(&["list"]).env("FEEDMILL_LIMIT", "many"));
    assert_eq!(code, 2);
    assert!(stderr.contains("FEEDMILL_LIMIT"), "{stderr}");
}

#[test]
fn the_snippet_has_a_tag_for_each_format_of_the_whole_feed_and_one_for_each_other_feed() {
    let project = project();
    project.write_file("feedmill.toml", "base_url = 'https://f.example/a b/'\ntitle = 'Bo \"&\" Co'\n");
    let (code, stdout, stderr) = project.feedmill(&["snippet"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let expected = "\
<link rel=\"alternate\" type=\"application/rss+xml\" title=\"Bo &quot;&amp;&quot; Co\" href=\"https://f.example/a%20b/rss.xml\">
<link rel=\"alternate\" type=\"application/atom+xml\" title=\"Bo &quot;&amp;&quot; Co\" href=\"https://f.example/a%20b/atom.xml\">
<link rel=\"alternate\" type=\"application/feed+json\" title=\"Bo &quot;&amp;&quot; Co\" href=\"https://f.example/a%20b/feed.json\">
<link rel=\"alternate\" type=\"application/rss+xml\" title=\"town – Bo &quot;&amp;&quot; Co\" href=\"https://f.example/a%20b/town/rss.xml\">
";
    assert_eq!(stdout, expected);
    assert!(!project.path("feeds").exists(), "nothing is written");
    project.write_file("feedmill.toml", "title = 'News'\n");
    let (code, stdout, stderr) = project.feedmill(&["snippet"]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("`base_url` is not set") && stderr.contains("in feedmill.toml"), "{stderr}");
    let mut command = project.command(&["snippet"]);
    let (_, stdout, _) = super::output_of(command.env("FEEDMILL_BASE_URL", "https://g.example/"));
    assert!(stdout.contains("https://g.example/rss.xml"), "{stdout}");
}
