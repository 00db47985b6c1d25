//! What lies beside the feeds: the page, the subscription list, the style sheet.

use super::{Mill, messages, text};

const T: i64 = 1_698_786_902_000;
const BASE: [&str; 2] = ["--base-url", "https://f.example/feeds/"];

fn mill(config: &str) -> Mill {
    let mill = Mill::new();
    mill.put("feedmill.toml", format!("title = 'News'\n{config}"));
    mill.seed("1.txt", T, "One", "https://e.example/1", "<p>x</p>");
    mill.seed("town & \"land\"/2.txt", T + 1, "Two", "https://e.example/2", "<p>x</p>");
    mill
}

/// The codes of what a run said, with the files they are about.
fn said(mill: &Mill, args: &[&str]) -> Vec<(String, String)> {
    let (_, _, stderr) = mill.run(&[args, &["--message-format", "json"]].concat());
    messages(&stderr).iter().map(|m| (text(m, "code").to_owned(), text(m, "file").to_owned())).collect()
}

#[test]
fn the_subscription_list_has_each_feed_once_and_is_without_fault() {
    let mill = mill("[section.'town & \"land\"']\ndescription = 'a < b'\nformats = ['atom']\n");
    assert_eq!(said(&mill, &BASE), []);
    let list = mill.read("feeds/feeds.opml");
    let addresses: Vec<_> =
        list.split("xmlUrl=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(
        addresses,
        ["https://f.example/feeds/rss.xml", "https://f.example/feeds/town%20&amp;%20%22land%22/atom.xml"]
    );
    assert!(list.contains("description=\"a &lt; b\""), "{list}");
    let (code, stdout, stderr) = mill.run(&["check", "--deny", "warnings", "feeds/feeds.opml"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
}

#[test]
fn without_base_url_there_is_a_page_and_no_list_that_would_lead_nowhere() {
    let mill = mill("");
    assert_eq!(said(&mill, &[]), [("no-base-url".to_owned(), String::new())]);
    assert!(!mill.path("feeds/feeds.opml").exists());
    let page = mill.read("feeds/index.html");
    assert!(page.contains("href=\"town%20&amp;%20%22land%22/rss.xml\""), "{page}");
    assert!(!page.contains("feed:") && !page.contains(".opml"), "{page}");
}

#[test]
fn a_file_of_somebody_else_is_named_and_left_until_it_is_out_of_the_way() {
    let mill = mill("");
    mill.put("feeds/index.html", "<h1>My own</h1>");
    for _ in 0..2 {
        assert_eq!(said(&mill, &BASE), [("index-foreign".to_owned(), "feeds/index.html".to_owned())]);
        assert_eq!(mill.read("feeds/index.html"), "<h1>My own</h1>");
    }
    assert_eq!(mill.run(&[BASE[0], BASE[1], "--strict"]).0, 1);
    std::fs::remove_file(mill.path("feeds/index.html")).unwrap();
    assert_eq!(said(&mill, &BASE), []);
    assert!(mill.read("feeds/index.html").contains("<h1>News</h1>"));
    std::fs::remove_file(mill.path("feeds/index.html")).unwrap();
    mill.run(&BASE);
    assert!(mill.path("feeds/index.html").exists(), "it is put back though no seed changed");
}

#[test]
fn what_is_not_wanted_is_not_made_and_goes_with_prune() {
    let mill = mill("");
    mill.run(&BASE);
    assert!(mill.read("feeds/town & \"land\"/rss.xml").contains("href=\"../feed.css\""));
    mill.put("feedmill.toml", "title = 'News'\nindex = ['page']\n");
    let orphans =
        ["feeds/feed.css", "feeds/feeds.opml"].map(|file| ("feed-orphan".to_owned(), file.to_owned()));
    let mut found = said(&mill, &BASE);
    found.sort();
    assert_eq!(found, orphans);
    assert_eq!(said(&mill, &[BASE[0], BASE[1], "--prune"]), []);
    assert!(!mill.path("feeds/feed.css").exists() && !mill.path("feeds/feeds.opml").exists());
    assert!(!mill.read("feeds/rss.xml").contains("xml-stylesheet"));
    assert!(!mill.read("feeds/index.html").contains(".opml"));
    mill.put("feedmill.toml", "index = ['html']\n");
    let (code, _, stderr) = mill.run(&BASE);
    assert_eq!(code, 2);
    assert!(stderr.contains("`index` takes some of page, opml, style, not `html`"), "{stderr}");
}
