//! Independent feed readers subscribe over HTTP to what `feedmill serve` serves, and refresh.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::serve::TestServer;
use super::{Project, output_of, string_field};

/// 2024-05-01T00:00:00Z.
const MAY: i64 = 1_714_521_600_000;
const HOUR: i64 = 3_600_000;

/// A feed reader: a script that refreshes its subscription and prints the stored entries.
struct Reader {
    script: &'static str,
    document: &'static str,
    /// True if it updates stored entries. rss2email does not: a message that was sent stays as it is.
    updates: bool,
    /// True if it walks the archive.
    walks: bool,
    /// True if it stores enclosures.
    enclosures: bool,
}

const READERS: &[Reader] = &[
    Reader { script: "newsboat.py", document: "rss.xml", updates: true, walks: false, enclosures: true },
    Reader { script: "newsboat.py", document: "atom.xml", updates: true, walks: false, enclosures: true },
    Reader { script: "sfeed.py", document: "rss.xml", updates: true, walks: false, enclosures: true },
    Reader { script: "sfeed.py", document: "atom.xml", updates: true, walks: false, enclosures: true },
    Reader { script: "rss2email.py", document: "rss.xml", updates: false, walks: false, enclosures: true },
    Reader { script: "rss2email.py", document: "atom.xml", updates: false, walks: false, enclosures: true },
    Reader {
        script: "feedparser_reader.py",
        document: "rss.xml",
        updates: true,
        walks: true,
        enclosures: true,
    },
    Reader {
        script: "feedparser_reader.py",
        document: "atom.xml",
        updates: true,
        walks: true,
        enclosures: true,
    },
    Reader { script: "rss-parser.cjs", document: "rss.xml", updates: true, walks: false, enclosures: true },
    Reader { script: "rss-parser.cjs", document: "atom.xml", updates: true, walks: false, enclosures: false },
];

fn reader_command(script: &str) -> Command {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/readers").join(script);
    let mut command = match script.rsplit_once('.') {
        Some((_, "cjs")) => Command::new("node"),
        _ => Command::new(std::env::var_os("FEEDMILL_PYTHON").unwrap()),
    };
    command.arg(path).env("NODE_PATH", std::env::var_os("FEEDMILL_NODE_MODULES").unwrap());
    command.env("no_proxy", "*");
    command
}

/// Refreshes a reader's subscription, and returns the entries it stores.
fn refresh(script: &str, state: &Path, url: &str) -> Vec<Value> {
    let (code, stdout, stderr) = output_of(reader_command(script).arg(state).arg(url));
    assert_eq!(code, 0, "{script} {url}: {stderr}");
    stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn by_id(items: &[Value]) -> BTreeMap<String, &Value> {
    let all: BTreeMap<_, _> = items.iter().map(|item| (string_field(item, "id").to_owned(), item)).collect();
    assert_eq!(all.len(), items.len(), "an entry is there twice: {items:?}");
    all
}

fn link(number: i64) -> String {
    format!("https://news.example/{number}")
}

/// Writes an article, and returns the entry that a reader should store.
fn write_article(project: &Project, server: &TestServer, number: i64, title: &str, words: &str) -> Value {
    let audio = if number % 2 == 0 { format!("{}audio/{number}.mp3", server.address) } else { String::new() };
    let player = if audio.is_empty() { String::new() } else { format!("<audio src=\"{audio}\"></audio>") };
    let body = format!("<p>{words} <a href=\"/more\">More &amp; more</a></p>{player}");
    project.write_seed(&format!("{number:04}.txt"), MAY + number * HOUR, title, &link(number), &body);
    json!({
        "id": link(number), "title": title, "link": link(number), "date": (MAY + number * HOUR) / 1000,
        "text": [words, "https://news.example/more"], "enclosure": audio,
    })
}

/// Asserts that a reader stores the expected entries.
fn assert_stored(reader: &Reader, held: &[Value], expected: &[Value]) {
    let (held, expected) = (by_id(held), by_id(expected));
    let name = format!("{} {}", reader.script, reader.document);
    assert_eq!(held.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{name}");
    for (id, entry) in &expected {
        let item = &held[id];
        for field in ["title", "link", "date"] {
            assert_eq!(item[field], entry[field], "{name}: {field} of {id}");
        }
        for part in entry["text"].as_array().unwrap() {
            let part = part.as_str().unwrap();
            assert!(string_field(item, "text").contains(part), "{name}: {id} lacks {part}: {item}");
        }
        let (has, audio) = (string_field(item, "enclosure"), string_field(entry, "enclosure"));
        let audio = if reader.enclosures { audio } else { "" };
        assert!(
            has.contains(audio) && has.is_empty() == audio.is_empty(),
            "{name}: {id} has {has}, not {audio}"
        );
    }
}

/// Returns the number of 200 and of 304 answers so far.
fn answer_counts(server: &TestServer) -> [f64; 2] {
    [200, 304].map(|status| server.metric(&format!("requests_total{{code=\"{status}\"}}")))
}

/// Waits until the feeds of all formats contain a text. They are replaced one after the other.
fn wait_until_served(server: &TestServer, words: &str) {
    let end = Instant::now() + Duration::from_secs(180);
    for path in ["/rss.xml", "/atom.xml", "/feed.json"] {
        while !String::from_utf8_lossy(&server.get(path).2).contains(words) {
            assert!(Instant::now() < end, "{words} does not show in {path}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
#[cfg_attr(not(has_readers), ignore = "needs newsboat, sfeed, rss2email, podget and node: run tests/run.sh")]
fn readers_get_each_entry_once_and_updates_as_updates() {
    let project = Project::new();
    project.write_seed("0000.txt", MAY, "First", &link(0), "<p>x</p>");
    let server = TestServer::start(&project, &["--archive", "true", "--title", "News", "--language", "en"]);
    let titles = ["Tea & <milk>", "[photos] Brücke", "桥 \\ 橋", "\"Quoted\" – 5 > 4", "Плюс C++"];
    let mut all: Vec<Value> = (0..12)
        .map(|n| {
            write_article(&project, &server, n, titles[n as usize % titles.len()], &format!("Words of {n}."))
        })
        .collect();
    wait_until_served(&server, "Words of 11.");
    let state = |reader: &Reader| project.path(format!("state-{}-{}", reader.script, reader.document));
    let url = |reader: &Reader| format!("{}{}", server.address, reader.document);
    for reader in READERS {
        assert_stored(reader, &refresh(reader.script, &state(reader), &url(reader)), &all);
        // newsboat stores the ETag of a feed only at the second refresh.
        refresh(reader.script, &state(reader), &url(reader));
        let [sent, unchanged] = answer_counts(&server);
        assert_stored(reader, &refresh(reader.script, &state(reader), &url(reader)), &all);
        // Each request for the metrics counts as well.
        assert_eq!(
            answer_counts(&server),
            [sent + 2.0, unchanged + 1.0],
            "{} sends a conditional request",
            reader.script
        );
    }

    let before = all[3].clone();
    // By default sfeed takes an entry with a new title for a new entry; the script merges by id.
    all[3] = write_article(&project, &server, 3, "Corrected & true", "Other words.");
    wait_until_served(&server, "Other words.");
    let known = |reader: &Reader, all: &[Value]| {
        let mut known = all.to_vec();
        if !reader.updates {
            known[3] = before.clone();
        }
        known
    };
    for reader in READERS {
        let stored = refresh(reader.script, &state(reader), &url(reader));
        assert_stored(reader, &stored, &known(reader, &all));
    }

    all.extend(
        (12..212)
            .map(|n| write_article(&project, &server, n, &format!("No. {n}"), &format!("Words of {n}."))),
    );
    wait_until_served(&server, "Words of 211.");
    for reader in READERS {
        let stored = refresh(reader.script, &state(reader), &url(reader));
        let mut expected = known(reader, &all);
        if !reader.walks {
            expected.drain(12..162);
        }
        assert_stored(reader, &stored, &expected);
    }
}

#[test]
#[cfg_attr(not(has_readers), ignore = "needs newsboat, sfeed, rss2email, podget and node: run tests/run.sh")]
fn a_podcatcher_downloads_each_episode_once() {
    let project = Project::new();
    project.write_file("feeds/audio/2.mp3", "second").write_file("feeds/audio/4.mp3", "fourth");
    project.write_seed("0001.txt", MAY, "First", &link(1), "<p>x</p>");
    let server = TestServer::start(&project, &["--title", "News"]);
    for n in 1..5 {
        write_article(&project, &server, n, &format!("No. {n}"), "Words.");
    }
    wait_until_served(&server, "/audio/4.mp3");
    for _ in 0..2 {
        let files = refresh("podget.py", &project.path("podget"), &format!("{}rss.xml", server.address));
        let files: Vec<_> =
            files.iter().map(|file| (string_field(file, "file"), string_field(file, "bytes"))).collect();
        assert_eq!(files, [("2.mp3", "second"), ("4.mp3", "fourth")]);
    }
    assert_eq!(server.metric("requests_total{code=\"404\"}"), 0.0);
}

#[test]
fn feed_rs_gets_every_entry_from_each_format() {
    let project = Project::new();
    project.write_seed("0001.txt", MAY, "First", &link(1), "<p>x</p>");
    let server = TestServer::start(&project, &["--title", "News"]);
    let all: Vec<_> = (0..6)
        .map(|n| write_article(&project, &server, n, &format!("No. {n}"), &format!("Words of {n}.")))
        .collect();
    wait_until_served(&server, "Words of 5.");
    for document in ["rss.xml", "atom.xml", "feed.json"] {
        let (status, _, body) = server.get(&format!("/{document}"));
        let feed = feed_rs::parser::parse(&*body).unwrap();
        let items: Vec<Value> = feed
            .entries
            .iter()
            .map(|entry| {
                let media = entry.media.iter().flat_map(|m| &m.content).filter_map(|c| c.url.as_ref());
                let audio_links = entry.links.iter().filter(|link| link.media_type.as_deref() == Some("audio/mpeg"));
                let links = audio_links.map(|link| link.href.clone());
                json!({
                    "id": entry.id, "title": entry.title.as_ref().unwrap().content, "link": entry.links[0].href,
                    "date": entry.published.unwrap().timestamp(),
                    "text": entry.content.as_ref().and_then(|c| c.body.clone()),
                    "enclosure": media.map(ToString::to_string).chain(links).collect::<String>(),
                })
            })
            .collect();
        assert_eq!(status, 200);
        let reader = Reader { script: "feed-rs", document, updates: true, walks: false, enclosures: true };
        assert_stored(&reader, &items, &all);
    }
}
