//! Readers of other people subscribe over HTTP to what `feedmill serve` serves, and come back.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::serve::Served;
use super::{Mill, run, text};

/// 2024-05-01T00:00:00Z.
const MAY: i64 = 1_714_521_600_000;
const HOUR: i64 = 3_600_000;

/// A reader: the script that refreshes its subscription and prints what it holds.
struct Reader {
    script: &'static str,
    document: &'static str,
    /// Whether it takes over what changed in an entry that it holds. A message that was sent stays as it is.
    updates: bool,
    /// Whether it walks the archive.
    walks: bool,
    /// Whether it keeps enclosures.
    sound: bool,
}

const READERS: &[Reader] = &[
    Reader { script: "newsboat.py", document: "rss.xml", updates: true, walks: false, sound: true },
    Reader { script: "newsboat.py", document: "atom.xml", updates: true, walks: false, sound: true },
    Reader { script: "sfeed.py", document: "rss.xml", updates: true, walks: false, sound: true },
    Reader { script: "sfeed.py", document: "atom.xml", updates: true, walks: false, sound: true },
    Reader { script: "rss2email.py", document: "rss.xml", updates: false, walks: false, sound: true },
    Reader { script: "rss2email.py", document: "atom.xml", updates: false, walks: false, sound: true },
    Reader { script: "feedparser_reader.py", document: "rss.xml", updates: true, walks: true, sound: true },
    Reader { script: "feedparser_reader.py", document: "atom.xml", updates: true, walks: true, sound: true },
    Reader { script: "rss-parser.cjs", document: "rss.xml", updates: true, walks: false, sound: true },
    Reader { script: "rss-parser.cjs", document: "atom.xml", updates: true, walks: false, sound: false },
];

fn tool(script: &str) -> Command {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/readers").join(script);
    let mut command = match script.rsplit_once('.') {
        Some((_, "cjs")) => Command::new("node"),
        _ => Command::new(std::env::var_os("FEEDMILL_PYTHON").unwrap()),
    };
    command.arg(path).env("NODE_PATH", std::env::var_os("FEEDMILL_NODE_MODULES").unwrap());
    command.env("no_proxy", "*");
    command
}

/// What a reader holds once it has refreshed its subscription.
fn refresh(script: &str, state: &Path, url: &str) -> Vec<Value> {
    let (code, stdout, stderr) = run(tool(script).arg(state).arg(url));
    assert_eq!(code, 0, "{script} {url}: {stderr}");
    stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn by_id(items: &[Value]) -> BTreeMap<String, &Value> {
    let all: BTreeMap<_, _> = items.iter().map(|item| (text(item, "id").to_owned(), item)).collect();
    assert_eq!(all.len(), items.len(), "an entry is doubled: {items:?}");
    all
}

fn link(number: i64) -> String {
    format!("https://news.example/{number}")
}

/// Puts in an article and gives back the entry that a reader should hold.
fn article(mill: &Mill, served: &Served, number: i64, title: &str, words: &str) -> Value {
    let sound = if number % 2 == 0 { format!("{}sound/{number}.mp3", served.address) } else { String::new() };
    let player = if sound.is_empty() { String::new() } else { format!("<audio src=\"{sound}\"></audio>") };
    let body = format!("<p>{words} <a href=\"/more\">More &amp; more</a></p>{player}");
    mill.seed(&format!("{number:04}.txt"), MAY + number * HOUR, title, &link(number), &body);
    json!({
        "id": link(number), "title": title, "link": link(number), "date": (MAY + number * HOUR) / 1000,
        "text": [words, "https://news.example/more"], "enclosure": sound,
    })
}

/// Whether what a reader holds is what it should.
fn holds(reader: &Reader, held: &[Value], expected: &[Value]) {
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
            assert!(text(item, "text").contains(part), "{name}: {id} lacks {part}: {item}");
        }
        let (has, sound) = (text(item, "enclosure"), text(entry, "enclosure"));
        let sound = if reader.sound { sound } else { "" };
        assert!(
            has.contains(sound) && has.is_empty() == sound.is_empty(),
            "{name}: {id} has {has}, not {sound}"
        );
    }
}

/// How many answers there were so far that sent something, and that sent nothing.
fn answers(served: &Served) -> [f64; 2] {
    [200, 304].map(|status| served.metric(&format!("requests_total{{code=\"{status}\"}}")))
}

/// Waits until what is served holds some text, in every format: they are replaced one after the other.
fn until(served: &Served, words: &str) {
    let end = Instant::now() + Duration::from_secs(60);
    for path in ["/rss.xml", "/atom.xml", "/feed.json"] {
        while !String::from_utf8_lossy(&served.get(path).2).contains(words) {
            assert!(Instant::now() < end, "{words} does not show in {path}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
#[cfg_attr(not(has_readers), ignore = "needs the readers: run tests/run.sh")]
fn readers_get_everything_once_and_changes_as_changes() {
    let mill = Mill::new();
    mill.seed("0000.txt", MAY, "First", &link(0), "<p>x</p>");
    let served = Served::start(&mill, &["--archive", "true", "--title", "News", "--language", "en"]);
    let titles = ["Tea & <milk>", "[photos] Brücke", "桥 \\ 橋", "\"Quoted\" – 5 > 4", "Плюс C++"];
    let mut all: Vec<Value> = (0..12)
        .map(|n| article(&mill, &served, n, titles[n as usize % titles.len()], &format!("Words of {n}.")))
        .collect();
    until(&served, "Words of 11.");
    let state = |reader: &Reader| mill.path(format!("state-{}-{}", reader.script, reader.document));
    let url = |reader: &Reader| format!("{}{}", served.address, reader.document);
    for reader in READERS {
        holds(reader, &refresh(reader.script, &state(reader), &url(reader)), &all);
        // newsboat keeps the tag of a feed only when it comes to it for the second time.
        refresh(reader.script, &state(reader), &url(reader));
        let [sent, unchanged] = answers(&served);
        holds(reader, &refresh(reader.script, &state(reader), &url(reader)), &all);
        // Each look at the numbers is answered, too.
        assert_eq!(
            answers(&served),
            [sent + 2.0, unchanged + 1.0],
            "{} asks whether anything changed",
            reader.script
        );
    }

    let before = all[3].clone();
    // By itself sfeed takes an entry with another title for another; ours merges by ids.
    all[3] = article(&mill, &served, 3, "Mended & true", "Other words.");
    until(&served, "Other words.");
    let known = |reader: &Reader, all: &[Value]| {
        let mut known = all.to_vec();
        if !reader.updates {
            known[3] = before.clone();
        }
        known
    };
    for reader in READERS {
        let held = refresh(reader.script, &state(reader), &url(reader));
        holds(reader, &held, &known(reader, &all));
    }

    all.extend((12..212).map(|n| article(&mill, &served, n, &format!("No. {n}"), &format!("Words of {n}."))));
    until(&served, "Words of 211.");
    for reader in READERS {
        let held = refresh(reader.script, &state(reader), &url(reader));
        let mut expected = known(reader, &all);
        if !reader.walks {
            expected.drain(12..162);
        }
        holds(reader, &held, &expected);
    }
}

#[test]
#[cfg_attr(not(has_readers), ignore = "needs the readers: run tests/run.sh")]
fn a_podcatcher_fetches_each_sound_once() {
    let mill = Mill::new();
    mill.put("feeds/sound/2.mp3", "second").put("feeds/sound/4.mp3", "fourth");
    mill.seed("0001.txt", MAY, "First", &link(1), "<p>x</p>");
    let served = Served::start(&mill, &["--title", "News"]);
    for n in 1..5 {
        article(&mill, &served, n, &format!("No. {n}"), "Words.");
    }
    until(&served, "/sound/4.mp3");
    for _ in 0..2 {
        let files = refresh("podget.py", &mill.path("podget"), &format!("{}rss.xml", served.address));
        let files: Vec<_> = files.iter().map(|file| (text(file, "file"), text(file, "bytes"))).collect();
        assert_eq!(files, [("2.mp3", "second"), ("4.mp3", "fourth")]);
    }
    assert_eq!(served.metric("requests_total{code=\"404\"}"), 0.0);
}

#[test]
fn feed_rs_gets_every_entry_from_each_format() {
    let mill = Mill::new();
    mill.seed("0001.txt", MAY, "First", &link(1), "<p>x</p>");
    let served = Served::start(&mill, &["--title", "News"]);
    let all: Vec<_> =
        (0..6).map(|n| article(&mill, &served, n, &format!("No. {n}"), &format!("Words of {n}."))).collect();
    until(&served, "Words of 5.");
    for document in ["rss.xml", "atom.xml", "feed.json"] {
        let (status, _, body) = served.get(&format!("/{document}"));
        let feed = feed_rs::parser::parse(&*body).unwrap();
        let items: Vec<Value> = feed
            .entries
            .iter()
            .map(|entry| {
                let media = entry.media.iter().flat_map(|m| &m.content).filter_map(|c| c.url.as_ref());
                let sounds = entry.links.iter().filter(|link| link.media_type.as_deref() == Some("audio/mpeg"));
                let links = sounds.map(|link| link.href.clone());
                json!({
                    "id": entry.id, "title": entry.title.as_ref().unwrap().content, "link": entry.links[0].href,
                    "date": entry.published.unwrap().timestamp(),
                    "text": entry.content.as_ref().and_then(|c| c.body.clone()),
                    "enclosure": media.map(ToString::to_string).chain(links).collect::<String>(),
                })
            })
            .collect();
        assert_eq!(status, 200);
        let reader = Reader { script: "feed-rs", document, updates: true, walks: false, sound: true };
        holds(&reader, &items, &all);
    }
}
