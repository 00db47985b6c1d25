//! Feeds that somebody opens in a browser: a page with scripts, readable text without them, and nothing that acts.

use std::process::Command;

use serde_json::Value;

use super::serve::TestServer;
use super::{Project, output_of, string_field};

/// 2024-05-01T01:00:00Z, which is still April in New York.
const MAY: i64 = 1_714_525_200_000;
const HOSTILE: &str = "</title><script>hit=1</script><img src=x onerror=hit=1>";
/// A feed by hand whose entry tries to act, with the script and style of the other feeds.
const FOREIGN: &str = r#"<?xml version="1.0"?>
<?xml-stylesheet type="text/css" href="../feed.css"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
  <title type="html">&lt;img src=x onerror=hit=1&gt;Foreign</title>
  <link href="javascript:hit=1"/><link rel="self" href="javascript:hit=1"/>
  <div xmlns="http://www.w3.org/1999/xhtml"><script src="../feed.js"></script></div>
  <script xmlns="http://www.w3.org/1999/xhtml">hit=1</script>
  <entry>
    <title>One</title>
    <link href=" java&#10;script:hit=1"/>
    <link rel="enclosure" type="audio/mpeg" href="data:text/html,x"/>
    <thumbnail xmlns="http://search.yahoo.com/mrss/" url="javascript:hit=1"/>
    <summary type="html">&lt;p onclick="hit=1"&gt;&lt;svg onload=hit=1&gt;Text &amp;amp; more&lt;script&gt;hit=1&lt;/script&gt;</summary>
    <updated>not a date</updated>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><a onclick="hit=1" href="javascript:hit=1">x</a></div></content>
  </entry>
</feed>
"#;

fn project() -> Project {
    let project = Project::new();
    project.write_file(
        "feedmill.toml",
        "title = 'News & more'\ndescription = 'All of it'\nlanguage = 'en'\nsite_url = 'https://news.example/'\n\
         [section.city]\ntitle = 'أخبار المدينة'\nlanguage = 'ar'\n",
    );
    let link = "https://news.example/1?a=1&b=2";
    project.write_seed("1.txt", MAY, HOSTILE, link, "<p>Words &amp; &lt;b&gt;.</p><img src=\"/big.jpg\">");
    let body = "<p>Three years.</p><audio src=\"/sound.mp3\" type=\"audio/mpeg\"></audio>";
    project.write_seed("2.txt", MAY + 1000, "The bridge is open", "https://news.example/2", body);
    project.write_seed("city/3.txt", MAY + 2000, "افتتاح الجسر", "https://news.example/3", "<p>نص</p>");
    project.write_file("feeds/foreign/atom.xml", FOREIGN);
    project
}

fn visit(browser: &str) {
    let project = project();
    let server = TestServer::start(&project, &[]);
    let mut command = Command::new("node");
    command
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools/feed.cjs"))
        .args([browser, &server.address]);
    let shots = std::env::var_os("FEEDMILL_SHOTS").unwrap_or_default();
    command.arg(if shots.is_empty() { shots } else { std::path::Path::new(&shots).join(browser).into() });
    command.args(["rss.xml", "atom.xml", "city/rss.xml", "city/atom.xml", "foreign/atom.xml"]);
    command
        .env("NODE_PATH", std::env::var_os("FEEDMILL_NODE_MODULES").unwrap())
        .env("TZ", "America/New_York");
    let (code, stdout, stderr) = output_of(&mut command);
    assert_eq!(code, 0, "{stderr}");
    let found: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(found["dialogs"], 0);
    // The policy of the server reports the script that the foreign feed brings.
    let errors = found["errors"].as_array().unwrap();
    assert!(errors.iter().all(|error| error.as_str().unwrap().contains("ecurity")), "{errors:?}");
    for view in found["views"].as_array().unwrap() {
        assert!(view["overflow"].as_i64().unwrap() <= 0 && view["hit"].is_null(), "{view}");
        let path = string_field(view, "path");
        // The elements that the foreign feed brings are hidden, and the policy of the server forbids them to act.
        let is_hidden = path.starts_with("foreign") && view["links"] == serde_json::json!([]);
        assert!(view["handlers"] == 0 || is_hidden, "{view}");
        match (path, view["scripts"].as_bool().unwrap()) {
            ("foreign/atom.xml", true) => foreign(view),
            ("foreign/atom.xml", false) => {}
            (_, true) => page(view, &server.address),
            (_, false) => bare(view, &server.address),
        }
    }
}

/// Checks the page that the script makes of a feed.
fn page(view: &Value, base: &str) {
    assert_eq!((string_field(view, "root"), &view["violations"]), ("html", &Value::Array(vec![])), "{view}");
    let path = string_field(view, "path");
    let is_city = path.starts_with("city");
    let (title, language, direction) =
        if is_city { ("أخبار المدينة", "ar", "rtl") } else { ("News & more", "en", "ltr") };
    assert_eq!(
        (string_field(view, "tab"), string_field(view, "language"), string_field(view, "direction")),
        (title, language, direction)
    );
    let address = format!("{base}{path}");
    assert_eq!(
        (string_field(view, "address"), &view["buttons"]),
        (address.as_str(), &serde_json::json!(["Copy address"]))
    );
    let links = view["links"].as_array().unwrap();
    for link in
        [["Visit the website", "https://news.example/"], ["Open in a reader", &format!("feed:{address}")]]
    {
        assert!(links.contains(&serde_json::json!(link)), "{link:?} {links:?}");
    }
    assert!(view["text"].as_array().unwrap().contains(&"What is this?".into()), "{view}");
    let entries = view["entries"].as_array().unwrap();
    let newest = &entries[0];
    assert_eq!(string_field(newest, "title"), "افتتاح الجسر");
    assert_eq!(string_field(newest, "direction"), "rtl", "by its text or its language");
    assert!(["start", "right"].contains(&string_field(newest, "align")), "{newest}");
    assert_eq!(entries.len(), if is_city { 1 } else { 3 });
    if is_city {
        return;
    }
    let (bridge, hostile) = (&entries[1], &entries[2]);
    assert_eq!(string_field(bridge, "media"), "https://news.example/sound.mp3");
    assert_eq!(string_field(bridge, "summary"), "Three years.");
    assert_eq!(string_field(hostile, "title"), HOSTILE);
    assert_eq!(string_field(hostile, "link"), "https://news.example/1?a=1&b=2");
    assert_eq!(string_field(hostile, "summary"), "Words & <b>.");
    assert_eq!(string_field(hostile, "image"), "https://news.example/big.jpg");
    assert_eq!(
        (string_field(hostile, "time"), string_field(hostile, "date")),
        ("2024-05-01T01:00:00.000Z", "April 30, 2024"),
        "the date is that of the visitor"
    );
    assert!(string_field(hostile, "exact").contains("9:00:00"), "{hostile}");
}

/// Checks a feed without its script.
fn bare(view: &Value, base: &str) {
    let path = string_field(view, "path");
    let links = serde_json::json!([
        ["Open in a reader", format!("feed:{base}{path}")],
        ["Visit the website", "https://news.example/"]
    ]);
    assert_eq!((&view["links"], &view["buttons"]), (&links, &serde_json::json!([])), "{view}");
    let texts: Vec<&str> =
        view["text"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    let mut expected = vec!["What is this?", "افتتاح الجسر", "https://news.example/3", "نص"];
    if !path.starts_with("city") {
        expected.extend(["News & more", "All of it", HOSTILE, "https://news.example/1?a=1&b=2"]);
    }
    for text in expected {
        assert!(texts.contains(&text), "{text}: {texts:?}");
    }
    assert!(texts.iter().any(|text| text.contains("2024") && text.contains(":00:02")), "{texts:?}");
    assert!(!texts.iter().any(|text| text.contains("<p>")), "no markup is shown: {texts:?}");
}

/// Checks a feed that tries to act: its addresses are no links, and its HTML is text.
fn foreign(view: &Value) {
    let links: Vec<&str> =
        view["links"].as_array().unwrap().iter().map(|link| link[1].as_str().unwrap()).collect();
    assert!(links.iter().all(|link| link.starts_with("feed:http")), "{links:?}");
    let entry = &view["entries"][0];
    assert_eq!((string_field(view, "tab"), string_field(entry, "title")), ("Foreign", "One"));
    assert!(string_field(entry, "summary").starts_with("Text & more"), "{entry}");
    assert!(["link", "media", "image", "time"].iter().all(|name| entry[name].is_null()), "{entry}");
}

#[test]
#[cfg_attr(not(has_readers), ignore = "needs chromium and node: run tests/run.sh")]
fn a_feed_is_a_page_in_chromium_and_nothing_in_it_acts() {
    visit("chromium");
}

#[test]
#[cfg_attr(not(all(has_readers, has_firefox)), ignore = "needs firefox-esr and node: run tests/run.sh")]
fn a_feed_is_a_page_in_firefox_and_nothing_in_it_acts() {
    visit("firefox");
}
