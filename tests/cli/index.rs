//! The files next to the feeds: index page, subscription list and style sheet.

use super::{Project, json_messages, string_field};

const BASE_TIME: i64 = 1_698_786_902_000;
const BASE: [&str; 2] = ["--base-url", "https://f.example/feeds/"];

fn sample_project(config: &str) -> Project {
    let project = Project::new();
    project.write_file("feedmill.toml", format!("title = 'News'\n{config}"));
    project.write_seed("1.txt", BASE_TIME, "One", "https://e.example/1", "<p>x</p>");
    project.write_seed("town & \"land\"/2.txt", BASE_TIME + 1, "Two", "https://e.example/2", "<p>x</p>");
    project
}

/// Runs feedmill and returns the code and the file of each diagnostic.
fn codes_and_files(project: &Project, args: &[&str]) -> Vec<(String, String)> {
    let (_, _, stderr) = project.feedmill(&[args, &["--message-format", "json"]].concat());
    json_messages(&stderr)
        .iter()
        .map(|m| (string_field(m, "code").to_owned(), string_field(m, "file").to_owned()))
        .collect()
}

#[test]
fn the_subscription_list_is_valid_and_has_each_feed_once() {
    let project = sample_project("[section.'town & \"land\"']\ndescription = 'a < b'\nformats = ['atom']\n");
    assert_eq!(codes_and_files(&project, &BASE), []);
    let list = project.read_file("feeds/feeds.opml");
    let addresses: Vec<_> =
        list.split("xmlUrl=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(
        addresses,
        ["https://f.example/feeds/rss.xml", "https://f.example/feeds/town%20&amp;%20%22land%22/atom.xml"]
    );
    assert!(list.contains("description=\"a &lt; b\""), "{list}");
    let (code, stdout, stderr) = project.feedmill(&["check", "--deny", "warnings", "feeds/feeds.opml"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
}

#[test]
fn without_base_url_there_is_an_index_page_but_no_subscription_list() {
    let project = sample_project("");
    assert_eq!(codes_and_files(&project, &[]), [("no-base-url".to_owned(), String::new())]);
    assert!(!project.path("feeds/feeds.opml").exists());
    let page = project.read_file("feeds/index.html");
    assert!(page.contains("href=\"town%20&amp;%20%22land%22/rss.xml\""), "{page}");
    assert!(!page.contains("feed:") && !page.contains(".opml"), "{page}");
}

#[test]
fn a_file_not_generated_by_feedmill_is_reported_and_never_overwritten() {
    let project = sample_project("");
    project.write_file("feeds/index.html", "<h1>My own</h1>");
    for _ in 0..2 {
        assert_eq!(
            codes_and_files(&project, &BASE),
            [("index-foreign".to_owned(), "feeds/index.html".to_owned())]
        );
        assert_eq!(project.read_file("feeds/index.html"), "<h1>My own</h1>");
    }
    assert_eq!(project.feedmill(&[BASE[0], BASE[1], "--strict"]).0, 1);
    std::fs::remove_file(project.path("feeds/index.html")).unwrap();
    assert_eq!(codes_and_files(&project, &BASE), []);
    assert!(project.read_file("feeds/index.html").contains("<h1>News</h1>"));
    std::fs::remove_file(project.path("feeds/index.html")).unwrap();
    project.feedmill(&BASE);
    assert!(project.path("feeds/index.html").exists(), "it is written again although no seed changed");
}

#[test]
fn disabled_index_files_are_not_written_and_prune_removes_them() {
    let project = sample_project("");
    project.feedmill(&BASE);
    assert!(project.read_file("feeds/town & \"land\"/rss.xml").contains("href=\"../feed.css\""));
    assert!(project.read_file("feeds/town & \"land\"/atom.xml").contains("<script src=\"../feed.js\">"));
    project.write_file("feedmill.toml", "title = 'News'\nindex = ['page']\n");
    let orphans = ["feeds/feed.css", "feeds/feed.js", "feeds/feeds.opml"]
        .map(|file| ("feed-orphan".to_owned(), file.to_owned()));
    let mut found = codes_and_files(&project, &BASE);
    found.sort();
    assert_eq!(found, orphans);
    assert_eq!(codes_and_files(&project, &[BASE[0], BASE[1], "--prune"]), []);
    assert!(!project.path("feeds/feed.css").exists() && !project.path("feeds/feeds.opml").exists());
    let feed = project.read_file("feeds/rss.xml");
    assert!(!feed.contains("xml-stylesheet") && !feed.contains("xhtml"), "{feed}");
    assert!(!project.read_file("feeds/index.html").contains(".opml"));
    project.write_file("feedmill.toml", "index = ['html']\n");
    let (code, _, stderr) = project.feedmill(&BASE);
    assert_eq!(code, 2);
    assert!(stderr.contains("`index` contains `html`, which is not one of page, opml, style"), "{stderr}");
}
