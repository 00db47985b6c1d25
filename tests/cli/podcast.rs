//! Podcast feeds: valid by our own rules, and only if the configuration asks for them and there is audio or video.

use super::{Project, feedmill_command, output_of};

/// The episodes of the samples have no numbers.
const ALLOWED: &str = "itunes/serial-episode";
const BASE_TIME: i64 = 1_698_786_902_000;

#[test]
fn the_golden_podcast_passes_check_and_a_reader_parses_it() {
    let feeds = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/podcast/feeds");
    let (code, stdout, stderr) =
        output_of(feedmill_command().args(["check", "--deny", "warnings", "--allow", ALLOWED]).arg(&feeds));
    assert_eq!((code, stdout.as_str()), (0, ""), "{stderr}");
    let read = |path: &str| std::fs::read_to_string(feeds.join(path)).unwrap();
    let talks = read("talks/rss.xml");
    let feed = feed_rs::parser::parse(talks.as_bytes()).unwrap();
    let enclosures: Vec<_> =
        feed.entries.iter().map(|entry| entry.media.iter().flat_map(|m| &m.content).count()).collect();
    assert!(enclosures[0] > 0 && enclosures[1] == 0, "{enclosures:?}");
    let archive = read("talks/archive/2023-08/rss.xml");
    let guid = |text: &str| text.split("podcast:guid>").nth(1).map(str::to_owned);
    assert!(guid(&talks).is_some());
    assert_eq!(guid(&archive), guid(&talks), "the archive belongs to the same show");
    assert!(archive.contains("<enclosure url=\"https://e.example/sound/2.m4a\""), "audio before video");
    assert!(archive.contains("<media:content medium=\"video\""));
    assert!(!read("news/rss.xml").contains("itunes"), "no audio and no video");
}

#[test]
fn only_a_podcast_section_makes_a_podcast_and_only_of_rss() {
    let project = Project::new();
    let config = "base_url = 'https://f.example/'\nlanguage = 'en'\nauthor = 'Ann <a@e.example>'\n";
    project.write_file("feedmill.toml", config);
    project.write_seed(
        "1.txt",
        BASE_TIME,
        "One",
        "https://e.example/1",
        "<video src='/1.mp4'></video><audio src='/1.mp3'></audio>",
    );
    assert_eq!(project.feedmill(&[]).0, 0);
    let read =
        || ["rss.xml", "atom.xml", "feed.json"].map(|name| project.read_file(&format!("feeds/{name}")));
    let [rss, atom, json] = read();
    assert!(!rss.contains("itunes") && !rss.contains("podcast"));
    assert!(rss.contains("<enclosure url=\"https://e.example/1.mp4\""));
    project.write_file(
        "feedmill.toml",
        format!("{config}[podcast]\ncategory = ['News']\nimage = 'https://e.example/cover.png'\n"),
    );
    assert_eq!(project.feedmill(&[]).0, 0);
    let [show, same_atom, same_json] = read();
    assert!(
        show.contains("<itunes:category text=\"News\"/>")
            && show.contains("<enclosure url=\"https://e.example/1.mp3\"")
    );
    assert_eq!((same_atom, same_json), (atom, json));
    let (code, stdout, _) = project.feedmill(&["check", "--deny", "warnings", "feeds/rss.xml"]);
    assert_eq!((code, stdout.as_str()), (0, ""));
}
