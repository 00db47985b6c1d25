//! Feeds that are podcasts: valid by our own rules, and only where somebody said so and there is something to hear.

use super::{Mill, feedmill, run};

const T: i64 = 1_698_786_902_000;

#[test]
fn the_golden_podcast_has_nothing_that_check_or_a_reader_minds() {
    let feeds = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/podcast/feeds");
    let (code, stdout, stderr) = run(feedmill().args(["check", "--deny", "warnings"]).arg(&feeds));
    assert_eq!((code, stdout.as_str()), (0, ""), "{stderr}");
    let read = |path: &str| std::fs::read_to_string(feeds.join(path)).unwrap();
    let talks = read("talks/rss.xml");
    let feed = feed_rs::parser::parse(talks.as_bytes()).unwrap();
    let sounds: Vec<_> =
        feed.entries.iter().map(|entry| entry.media.iter().flat_map(|m| &m.content).count()).collect();
    assert!(sounds[0] > 0 && sounds[1] == 0, "{sounds:?}");
    let archive = read("talks/archive/2023-08/rss.xml");
    let guid = |text: &str| text.split("podcast:guid>").nth(1).map(str::to_owned);
    assert!(guid(&talks).is_some());
    assert_eq!(guid(&archive), guid(&talks), "an archive is of the same show");
    assert!(archive.contains("<enclosure url=\"https://e.example/sound/2.m4a\""), "sound before film");
    assert!(archive.contains("<media:content medium=\"video\""));
    assert!(!read("news/rss.xml").contains("itunes"), "nothing to hear");
}

#[test]
fn without_the_word_nothing_is_a_podcast_and_with_it_only_rss_is() {
    let mill = Mill::new();
    let config = "base_url = 'https://f.example/'\nlanguage = 'en'\nauthor = 'Ann <a@e.example>'\n";
    mill.put("feedmill.toml", config);
    mill.seed(
        "1.txt",
        T,
        "One",
        "https://e.example/1",
        "<video src='/1.mp4'></video><audio src='/1.mp3'></audio>",
    );
    assert_eq!(mill.run(&[]).0, 0);
    let read = || ["rss.xml", "atom.xml", "feed.json"].map(|name| mill.read(&format!("feeds/{name}")));
    let [rss, atom, json] = read();
    assert!(!rss.contains("itunes") && !rss.contains("podcast"));
    assert!(rss.contains("<enclosure url=\"https://e.example/1.mp4\""));
    mill.put("feedmill.toml", format!("{config}[podcast]\ncategory = ['News']\n"));
    assert_eq!(mill.run(&[]).0, 0);
    let [show, same_atom, same_json] = read();
    assert!(
        show.contains("<itunes:category text=\"News\">")
            && show.contains("<enclosure url=\"https://e.example/1.mp3\"")
    );
    assert_eq!((same_atom, same_json), (atom, json));
    let (code, stdout, _) = mill.run(&["check", "--deny", "warnings", "feeds/rss.xml"]);
    assert_eq!((code, stdout.as_str()), (0, ""));
}
