//! The page and the feeds in Chromium, as somebody sees them who followed a link.

use std::process::Command;

use serde_json::Value;

use super::serve::Served;
use super::{Mill, run, text};

/// 2024-05-01T00:00:00Z.
const MAY: i64 = 1_714_521_600_000;

/// What the browser found at the page of a mill that is served; `FEEDMILL_SHOTS` names where pictures of it go.
fn look(mill: &Mill, name: &str) -> (Served, Value) {
    let served = Served::start(mill, &[]);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools/browser.cjs");
    let mut command = Command::new("node");
    command
        .arg(script)
        .arg(&served.address)
        .env("NODE_PATH", std::env::var_os("FEEDMILL_NODE_MODULES").unwrap());
    if let Some(shots) = std::env::var_os("FEEDMILL_SHOTS") {
        command.arg(std::path::Path::new(&shots).join(name));
    }
    let (code, stdout, stderr) = run(&mut command);
    assert_eq!(code, 0, "{stderr}");
    let found: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(found["errors"], Value::Array(vec![]), "scripts and policy agree, and nothing is missing");
    assert!(list(&found, "foreign").iter().all(|kind| kind == "image"), "only pictures come from elsewhere");
    let views = list(&found, "views");
    assert_eq!(views.len(), 4);
    for view in views {
        assert_eq!(view["violations"], Value::Array(vec![]), "{view}");
        assert_eq!(view["overflow"], 0, "nothing sticks out: {view}");
    }
    let grounds: Vec<_> = views.iter().map(|view| text(view, "ground")).collect();
    assert_eq!(grounds, ["rgb(255, 255, 255)", "rgb(21, 24, 28)", "rgb(255, 255, 255)", "rgb(21, 24, 28)"]);
    (served, found)
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("no {key} in {value}"))
}

fn texts(values: &[Value]) -> Vec<&str> {
    values.iter().map(|value| value.as_str().unwrap()).collect()
}

#[test]
#[cfg_attr(not(has_readers), ignore = "needs Chromium: run tests/run.sh")]
fn the_page_leads_to_every_feed_and_runs_nothing_of_an_article() {
    let mill = Mill::new();
    let hostile = "</title><script>document.title='no'</script><img src=x onerror=alert(1)>";
    mill.put(
        "feedmill.toml",
        "title = 'News'\ndescription = 'All of it'\nlanguage = 'en'\n[section.'a: b']\nlanguage = 'ar'\n",
    );
    mill.seed("1.txt", MAY, hostile, "https://news.example/1?a=1&b=\"2\"", "<p>x</p><img src=\"/big.jpg\">");
    mill.seed("a: b/2.txt", MAY + 1000, "Second", "https://news.example/2", "<p>x</p>");
    mill.seed("a: b/3.txt", MAY + 2000, &"long".repeat(60), "https://news.example/3", "<p>x</p>");
    let (served, found) = look(&mill, "page");
    let base = &served.address;
    let alternates: Vec<_> = list(&found, "alternates")
        .iter()
        .map(|link| (text(link, "type"), text(link, "href").to_owned()))
        .collect();
    let types = ["application/rss+xml", "application/atom+xml", "application/feed+json"];
    let files =
        ["rss.xml", "atom.xml", "feed.json", "a%3A%20b/rss.xml", "a%3A%20b/atom.xml", "a%3A%20b/feed.json"];
    let expected: Vec<_> =
        files.iter().enumerate().map(|(i, file)| (types[i % 3], format!("{base}{file}"))).collect();
    assert_eq!(alternates, expected);
    for (_, href) in &alternates {
        let (status, _, _) = served.get(&format!("/{}", href.strip_prefix(base.as_str()).unwrap()));
        assert_eq!(status, 200, "{href}");
    }
    let addresses = [format!("{base}rss.xml"), format!("{base}a:%20b/rss.xml")];
    assert_eq!(texts(list(&found, "copied")), addresses, "the buttons copy addresses");
    assert_eq!(text(&found, "said"), format!("Copied {}", addresses[1]), "and say so to those who can't see");
    assert_eq!(texts(list(&found, "openers")), addresses.clone().map(|address| format!("feed:{address}")));
    assert_eq!(texts(list(&found, "list")), [format!("{base}feeds.opml")]);
    assert_eq!(found["bare"]["buttons"], 0, "without scripts there is no button that does nothing");
    assert_eq!(texts(list(&found["bare"], "addresses")), addresses);

    let sections = list(&found, "sections");
    let heads: Vec<_> = sections.iter().map(|s| (text(s, "title"), text(s, "direction"))).collect();
    assert_eq!(heads, [("Everything", "ltr"), ("a: b – News", "rtl")]);
    let oldest = &list(&sections[0], "entries")[2];
    assert_eq!(text(oldest, "title"), hostile);
    assert_eq!(text(oldest, "link"), "https://news.example/1?a=1&b=%222%22");
    assert_eq!(
        (text(oldest, "date"), text(oldest, "picture")),
        ("2024-05-01T00:00:00Z", "https://news.example/big.jpg")
    );

    let feeds = list(&found, "feeds");
    assert_eq!(feeds.len(), 4);
    for feed in feeds {
        assert!(
            text(feed, "banner").contains("This is a feed"),
            "a person who follows a feed's link is told: {feed}"
        );
        assert_eq!((text(feed, "title"), &feed["bodies"]), ("block", &Value::Bool(true)), "{feed}");
    }
}

#[test]
#[cfg_attr(not(has_readers), ignore = "needs Chromium: run tests/run.sh")]
fn a_page_in_a_language_from_right_to_left_is_so() {
    let mill = Mill::new();
    mill.put("feedmill.toml", "title = 'أخبار المدينة'\ndescription = 'كل ما يحدث'\nlanguage = 'ar'\n");
    mill.seed(
        "1.txt",
        MAY,
        "افتتاح الجسر الجديد فوق النهر",
        "https://news.example/1",
        "<p>نص</p><img src=\"/a.jpg\">",
    );
    mill.seed("مدينة/2.txt", MAY + 1000, "السوق القديم يعود (فيديو)", "https://news.example/2", "<p>نص</p>");
    let (_, found) = look(&mill, "right-to-left");
    assert!(list(&found, "views").iter().all(|view| view["direction"] == "rtl"));
}
