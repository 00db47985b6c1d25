//! The index page in Chromium, as a visitor sees them.

use std::process::Command;

use serde_json::Value;

use super::serve::TestServer;
use super::{Project, output_of, string_field};

/// 2024-05-01T00:00:00Z.
const MAY: i64 = 1_714_521_600_000;

/// Serves a project and returns what the browser found on its page. `FEEDMILL_SHOTS` is a folder for screenshots.
fn inspect_in_browser(project: &Project, name: &str) -> (TestServer, Value) {
    let server = TestServer::start(project, &[]);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools/browser.cjs");
    let mut command = Command::new("node");
    command
        .arg(script)
        .arg(&server.address)
        .env("NODE_PATH", std::env::var_os("FEEDMILL_NODE_MODULES").unwrap());
    if let Some(shots) = std::env::var_os("FEEDMILL_SHOTS") {
        command.arg(std::path::Path::new(&shots).join(name));
    }
    let (code, stdout, stderr) = output_of(&mut command);
    assert_eq!(code, 0, "{stderr}");
    let found: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(
        found["errors"],
        Value::Array(vec![]),
        "the scripts comply with the policy, and no file is missing"
    );
    assert!(array(&found, "foreign").iter().all(|kind| kind == "image"), "only images come from other hosts");
    let views = array(&found, "views");
    assert_eq!(views.len(), 4);
    for view in views {
        assert_eq!(view["violations"], Value::Array(vec![]), "{view}");
        assert_eq!(view["overflow"], 0, "nothing overflows: {view}");
    }
    let grounds: Vec<_> = views.iter().map(|view| string_field(view, "ground")).collect();
    assert_eq!(grounds, ["rgb(255, 255, 255)", "rgb(21, 24, 28)", "rgb(255, 255, 255)", "rgb(21, 24, 28)"]);
    (server, found)
}

fn array<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("no {key} in {value}"))
}

fn texts(values: &[Value]) -> Vec<&str> {
    values.iter().map(|value| value.as_str().unwrap()).collect()
}

#[test]
#[cfg_attr(not(has_readers), ignore = "needs chromium and node: run tests/run.sh")]
fn the_page_links_to_every_feed_and_runs_no_script_of_an_article() {
    let project = Project::new();
    let hostile = "</title><script>document.title='no'</script><img src=x onerror=alert(1)>";
    project.write_file(
        "feedmill.toml",
        "title = 'News'\ndescription = 'All of it'\nlanguage = 'en'\n[section.'a: b']\nlanguage = 'ar'\n",
    );
    project.write_seed(
        "1.txt",
        MAY,
        hostile,
        "https://news.example/1?a=1&b=\"2\"",
        "<p>x</p><img src=\"/big.jpg\">",
    );
    let front = |title: &str, number: i64, more: &str| {
        let date = format!("2024-05-01T00:00:0{number}Z");
        format!(
            "---\ntitle: {title}\ndate: {date}\nlink: https://news.example/{number}\n{more}\n---\n<p>x</p>\n"
        )
    };
    project.write_file("seeds/a: b/2.md", front("Séconde", 1, "tags: [rain]"));
    project.write_file("seeds/a: b/3.md", front(&"long".repeat(60), 2, "author: Bo Lee"));
    let (server, found) = inspect_in_browser(&project, "page");
    let base = &server.address;
    let alternates: Vec<_> = array(&found, "alternates")
        .iter()
        .map(|link| (string_field(link, "type"), string_field(link, "href").to_owned()))
        .collect();
    let types = ["application/rss+xml", "application/atom+xml", "application/feed+json"];
    let files =
        ["rss.xml", "atom.xml", "feed.json", "a%3A%20b/rss.xml", "a%3A%20b/atom.xml", "a%3A%20b/feed.json"];
    let expected: Vec<_> =
        files.iter().enumerate().map(|(i, file)| (types[i % 3], format!("{base}{file}"))).collect();
    assert_eq!(alternates, expected);
    for (_, href) in &alternates {
        let (status, _, _) = server.get(&format!("/{}", href.strip_prefix(base.as_str()).unwrap()));
        assert_eq!(status, 200, "{href}");
    }
    let addresses = [format!("{base}rss.xml"), format!("{base}a:%20b/rss.xml")];
    assert_eq!(texts(array(&found, "copied")), addresses, "the buttons copy the addresses");
    assert_eq!(
        string_field(&found, "announced"),
        format!("Copied {}", addresses[1]),
        "and screen readers announce it"
    );
    assert_eq!(texts(array(&found, "openers")), addresses.clone().map(|address| format!("feed:{address}")));
    assert_eq!(texts(array(&found, "list")), [format!("{base}feeds.opml")]);
    assert_eq!(found["bare"]["buttons"], 0, "without JavaScript there are no dead buttons");
    assert_eq!(texts(array(&found["bare"], "addresses")), addresses[..1]);

    let entries = array(&found, "entries");
    let titles: Vec<_> = entries.iter().map(|entry| string_field(entry, "title")).collect();
    let long = "long".repeat(60);
    assert_eq!(titles, [long.as_str(), "Séconde", hostile], "each entry once");
    let directions: Vec<_> = entries.iter().map(|entry| string_field(entry, "direction")).collect();
    assert_eq!(directions, ["rtl", "rtl", "ltr"], "an entry has the direction of its section");
    let oldest = &entries[2];
    assert_eq!(string_field(oldest, "link"), "https://news.example/1?a=1&b=%222%22");
    assert_eq!(
        (string_field(oldest, "date"), string_field(oldest, "picture")),
        ("2024-05-01T00:00:00Z", "https://news.example/big.jpg")
    );
    assert!(string_field(oldest, "exact").contains("May 1, 2024"), "{oldest}");
    let topics = array(&found, "topics");
    assert_eq!(topics.len(), 1);
    assert_eq!((string_field(&topics[0], "title"), string_field(&topics[0], "direction")), ("a: b", "rtl"));
    assert!(string_field(&topics[0], "rhythm").contains("several times a day"), "{topics:?}");
    assert_eq!(texts(array(&found, "searched")), ["Séconde"], "search ignores accents");
    let filters = &found["bare"]["filters"];
    assert_eq!(texts(array(filters, "All")).len(), 3);
    assert_eq!(texts(array(filters, "a: b")), [long.as_str(), "Séconde"], "filters need no script");
    assert_eq!(texts(array(filters, "rain")), ["Séconde"]);
    assert_eq!(texts(array(filters, "Bo Lee")), [long.as_str()]);
    assert_eq!(found["holes"], serde_json::json!([0, 0]), "a broken image leaves no hole");
}

#[test]
#[cfg_attr(not(has_readers), ignore = "needs chromium and node: run tests/run.sh")]
fn a_page_in_a_right_to_left_language_is_laid_out_right_to_left() {
    let project = Project::new();
    project.write_file(
        "feedmill.toml",
        "title = 'أخبار المدينة'\ndescription = 'كل ما يحدث'\nlanguage = 'ar'\n",
    );
    project.write_seed(
        "1.txt",
        MAY,
        "افتتاح الجسر الجديد فوق النهر",
        "https://news.example/1",
        "<p>نص</p><img src=\"/a.jpg\">",
    );
    project.write_seed(
        "مدينة/2.txt",
        MAY + 1000,
        "السوق القديم يعود (فيديو)",
        "https://news.example/2",
        "<p>نص</p>",
    );
    let (_, found) = inspect_in_browser(&project, "right-to-left");
    assert!(array(&found, "views").iter().all(|view| view["direction"] == "rtl"));
}

/// Opens the pages of two entries in a browser: one has everything that an article can have, one is right to left.
fn visit_entries(browser: &str) {
    let project = Project::new();
    project.write_file(
        "feedmill.toml",
        "title = 'News'\nlanguage = 'en'\npages = true\n[section.city]\nlanguage = 'ar'\n",
    );
    let body = "<p onclick=\"hit=1\">Words <a href=\"javascript:hit=1\">bad</a> <a href=\"/more\">good</a></p>\
        <script>hit=1</script><svg onload=\"hit=1\"></svg><img src=\"/big.jpg\" width=2000 height=500>\
        <pre>let a_very_long_line = \"of code that is wider than any telephone, and scrolls\";</pre>\
        <table><tr><th>Temperature</th><th>Atmospheric</th><th>Conductivity</th><th>Circumference</th></tr>\
        <tr><td>1</td><td>2</td><td>3</td><td>4</td></tr></table><audio src=\"/a.mp3\"></audio>";
    project.write_seed("1.txt", MAY, "A <b>", "https://news.example/1", body);
    project.write_seed(
        "city/2.txt",
        MAY + 1,
        "افتتاح الجسر",
        "https://news.example/2",
        "<p>نص</p><pre>a = 1;</pre>",
    );
    let server = TestServer::start(&project, &[]);
    let index = project.read_file("feeds/index.html");
    let mut paths: Vec<&str> =
        index.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    paths.retain(|path| path.starts_with("entry/"));
    assert_eq!(paths.len(), 2);
    paths.reverse();
    let mut command = Command::new("node");
    let shots = std::env::var_os("FEEDMILL_SHOTS").unwrap_or_default();
    command
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools/entry.cjs"))
        .args([browser, &server.address])
        .arg(if shots.is_empty() { shots } else { std::path::Path::new(&shots).join(browser).into() })
        .args(&paths)
        .env("NODE_PATH", std::env::var_os("FEEDMILL_NODE_MODULES").unwrap());
    let (code, stdout, stderr) = output_of(&mut command);
    assert_eq!(code, 0, "{stderr}");
    let found: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(found["errors"], serde_json::json!([]));
    let kinds = array(&found, "foreign");
    assert!(kinds.iter().all(|kind| matches!(kind.as_str(), Some("image" | "media" | "other"))), "{kinds:?}");
    for view in array(&found, "views") {
        assert!(view["overflow"].as_i64().unwrap() <= 0 && view["hit"].is_null(), "{view}");
        assert!(view["violations"].is_null() || view["violations"] == serde_json::json!([]), "{view}");
        let links: Vec<&str> = texts(array(view, "links"));
        assert_eq!(links[0], format!("{}index.html", server.address));
        assert!(links.iter().all(|link| link.starts_with("http")), "{links:?}");
        if view["path"] == paths[1] {
            assert_eq!((string_field(view, "direction"), string_field(view, "code")), ("rtl", "ltr"));
            continue;
        }
        assert_eq!((string_field(view, "title"), string_field(view, "tab")), ("A <b>", "A <b> – News"));
        assert_eq!(string_field(view, "canonical"), "https://news.example/1");
        assert!(string_field(view, "text").starts_with("Words bad good"), "{view}");
        assert!(links.contains(&"https://news.example/more"), "{links:?}");
        assert!(view["player"] == 1 && view["cells"] == true, "{view}");
        if browser == "chromium" {
            let ground = if view["scheme"] == "dark" { "rgb(21, 24, 28)" } else { "rgb(255, 255, 255)" };
            assert_eq!(view["ground"], ground);
        }
    }
}

#[test]
#[cfg_attr(not(has_readers), ignore = "needs chromium and node: run tests/run.sh")]
fn a_page_of_an_entry_is_readable_in_chromium_and_nothing_in_it_acts() {
    visit_entries("chromium");
}

#[test]
#[cfg_attr(not(all(has_readers, has_firefox)), ignore = "needs firefox-esr and node: run tests/run.sh")]
fn a_page_of_an_entry_is_readable_in_firefox_and_nothing_in_it_acts() {
    visit_entries("firefox");
}
