//! Files of real encoders, and readers of podcasts.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{Project, output_of};

/// Runs ffmpeg with words that are separated by spaces.
fn ffmpeg(folder: &Path, arguments: &str) {
    let mut command = Command::new("ffmpeg");
    command.current_dir(folder).args(["-hide_banner", "-loglevel", "error", "-y"]).args(arguments.split(' '));
    let (code, _, stderr) = output_of(&mut command);
    assert_eq!(code, 0, "{arguments}: {stderr}");
}

/// Returns the length in milliseconds that `explain` says.
fn length(project: &Project, name: &str) -> u64 {
    let (_, stdout, stderr) = project.feedmill(&["explain", &format!("seeds/{name}")]);
    let line = stdout
        .lines()
        .find(|line| line.trim_start().starts_with("length"))
        .unwrap_or_else(|| panic!("{name}: {stdout}{stderr}"));
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

const CONFIG: &str = "base_url = 'https://f.example/'\nlanguage = 'en'\nlimit = 0\nauthor = 'Ann <a@f.example>'\n\
                      publish_media = 'link'\n[podcast]\ncategory = ['News']\n";

/// Each file of a recording of 7.3 seconds: its name, and how ffmpeg makes it.
const FILES: &[(&str, &str)] = &[
    ("cbr.mp3", "-b:a 96k"),
    ("vbr.mp3", "-q:a 4"),
    ("vbr-without-header.mp3", "-q:a 4 -write_xing 0"),
    ("cbr-without-header.mp3", "-b:a 64k -write_xing 0"),
    ("v23.mp3", "-b:a 64k -id3v2_version 3"),
    ("v24.mp3", "-b:a 64k -id3v2_version 4"),
    ("v1.mp3", "-b:a 64k -id3v2_version 3 -write_id3v1 1"),
    ("plain.m4a", "-b:a 64k"),
    ("fast.m4a", "-b:a 64k -movflags +faststart"),
    ("book.m4b", "-b:a 64k"),
    ("adts.aac", "-b:a 64k"),
    ("vorbis.ogg", "-c:a libvorbis"),
    ("opus.opus", "-c:a libopus"),
    ("lossless.flac", ""),
    ("pcm.wav", ""),
    ("audio.webm", "-c:a libopus"),
    ("rf64.wav", "-rf64 always"),
    ("compressed.wav", "-c:a adpcm_ms"),
    ("fragments.m4a", "-b:a 64k -movflags frag_keyframe+empty_moov -frag_duration 500000"),
    ("large.wav", "-f w64"),
    ("flac.ogg", "-c:a flac"),
];
/// Files whose format has no title.
const UNTITLED: &[&str] = &["adts.aac", "large.wav"];

#[test]
#[cfg_attr(not(has_ffmpeg), ignore = "needs ffmpeg: run tests/run.sh")]
fn lengths_sizes_and_titles_of_every_format_are_those_of_the_encoder() {
    let project = Project::new();
    project.write_file("feedmill.toml", CONFIG).write_file("seeds/.keep", "");
    let seeds = project.path("seeds");
    ffmpeg(
        &project.path(""),
        "-f lavfi -i anoisesrc=d=7.3:a=0.3:c=pink:s=1 -f lavfi -i testsrc=d=7.3:s=32x32:r=5 source.mkv",
    );
    for (name, options) in FILES {
        let arguments =
            format!("-i source.mkv -vn -map_metadata -1 -metadata title=Über-{name} {options} seeds/{name}");
        ffmpeg(&project.path(""), arguments.replace("  ", " ").as_str());
    }
    ffmpeg(&project.path(""), "-i source.mkv -metadata title=Über-clip.mp4 -c:v mpeg4 seeds/clip.mp4");
    let (code, _, stderr) = project.feedmill(&[]);
    assert_eq!(code, 0, "{stderr}");
    let feed: Value = serde_json::from_str(&project.read_file("feeds/feed.json")).unwrap();
    let items: BTreeMap<&str, &Value> = feed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["attachments"][0]["url"].as_str().unwrap().rsplit('/').next().unwrap(), item))
        .collect();
    for name in FILES.iter().map(|(name, _)| *name).chain(["clip.mp4"]) {
        let item = items[name];
        let size = seeds.join(name).metadata().unwrap().len();
        assert_eq!(item["attachments"][0]["size_in_bytes"], size, "{name}");
        let length = length(&project, name);
        // An MP3 encoder adds silence.
        assert!((7200..=7400).contains(&length), "{name}: {length} ms");
        if !UNTITLED.contains(&name) {
            assert_eq!(item["title"], format!("Über-{name}"), "{name}");
        }
    }
    assert_eq!(items["clip.mp4"]["attachments"][0]["mime_type"], "video/mp4");
}

#[test]
#[cfg_attr(not(has_ffmpeg), ignore = "needs ffmpeg: run tests/run.sh")]
fn chapters_and_covers_in_tags_are_published() {
    let project = Project::new();
    project.write_file("feedmill.toml", CONFIG).write_file("seeds/.keep", "");
    let chapters = ";FFMETADATA1\ntitle=Talk\nalbum=The show\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=2000\ntitle=Bóveda\n\
                    [CHAPTER]\nTIMEBASE=1/1000\nSTART=2000\nEND=5000\ntitle=End\n";
    project.write_file("chapters.txt", chapters);
    ffmpeg(&project.path(""), "-f lavfi -i color=c=red:s=1400x1400 -frames:v 1 cover.png");
    ffmpeg(&project.path(""), "-f lavfi -i anoisesrc=d=5 source.wav");
    for name in ["a.mp3", "b.m4a"] {
        let kind = if name == "a.mp3" { "" } else { " -disposition:v attached_pic" };
        let inputs = "-i source.wav -i chapters.txt -i cover.png -map 0:a -map 2:v -map_metadata 1 -map_chapters 1 -c:v copy";
        ffmpeg(&project.path(""), &format!("{inputs}{kind} seeds/{name}"));
    }
    ffmpeg(
        &project.path(""),
        "-i source.wav -i chapters.txt -map 0:a -map_metadata 1 -map_chapters 1 seeds/c.webm",
    );
    let (code, _, stderr) = project.feedmill(&[]);
    assert_eq!(code, 0, "{stderr}");
    let rss = project.read_file("feeds/rss.xml");
    assert_eq!(rss.matches("<psc:chapter start=\"00:00:02.000\" title=\"End\"/>").count(), 3, "{rss}");
    assert_eq!(rss.matches("title=\"Bóveda\"").count(), 3, "{rss}");
    let covers: Vec<_> = super::files_below(&project.path("feeds/covers"));
    assert_eq!(covers.len(), 1, "one image is written once: {covers:?}");
    let name = covers[0].file_name().unwrap().to_str().unwrap();
    assert!(rss.contains(&format!("<itunes:image href=\"https://f.example/covers/{name}\"/>")), "{rss}");
    assert_eq!(std::fs::read(&covers[0]).unwrap(), std::fs::read(project.path("cover.png")).unwrap());
}

#[test]
#[cfg_attr(not(has_tools), ignore = "needs a Python with podcastparser (FEEDMILL_PYTHON): run tests/run.sh")]
fn podcast_readers_read_every_episode() {
    let project = super::audio::podcast();
    for number in 1..4_u32 {
        project.write_file(format!("seeds/ep{number}.mp3"), super::audio::mp3(60 * number));
        project.write_file(format!("seeds/ep{number}.vtt"), "WEBVTT\n");
        project.write_file(
            format!("seeds/ep{number}.md"),
            format!("---\ntitle: Episode {number}\nepisode: {number}\n---\nText\n"),
        );
        project.write_file(
            format!("seeds/ep{number}.chapters.json"),
            r#"{"version": "1.2.0", "chapters": [{"startTime": 0, "title": "A"}, {"startTime": 30, "title": "B"}]}"#,
        );
    }
    assert_eq!(project.feedmill(&[]).0, 0);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools/read_podcast.py");
    let mut command = Command::new(std::env::var_os("FEEDMILL_PYTHON").unwrap());
    let (code, stdout, stderr) = output_of(command.arg(script).arg(project.path("feeds/rss.xml")));
    assert_eq!(code, 0, "{stderr}");
    let read: Value = serde_json::from_str(&stdout).unwrap();
    for reader in ["podcastparser", "feedparser"] {
        let episodes = read[reader].as_array().unwrap();
        assert_eq!(episodes.len(), 3, "{reader}");
        for episode in episodes {
            let title = episode["title"].as_str().unwrap();
            let number: u64 = title.rsplit(' ').next().unwrap().parse().unwrap();
            let size = super::audio::mp3(60 * number as u32).len();
            assert_eq!(
                (&episode["size"], &episode["seconds"]),
                (&size.into(), &(60 * number).into()),
                "{reader}"
            );
            let media = format!("https://f.example/media/ep{number}");
            assert_eq!(episode["file"], format!("{media}.mp3"), "{reader}");
            assert_eq!(episode["transcript"], format!("{media}.vtt"), "{reader}");
            assert_eq!(episode["chapters_file"], format!("{media}.chapters.json"), "{reader}");
        }
    }
    assert!(read["podcastparser"].as_array().unwrap().iter().all(|episode| episode["chapters"] == 2));
    let rss = project.read_file("feeds/rss.xml");
    let feed = feed_rs::parser::parse(rss.as_bytes()).unwrap();
    for entry in &feed.entries {
        let number: u64 = entry.title.as_ref().unwrap().content.rsplit(' ').next().unwrap().parse().unwrap();
        let media = &entry.media;
        assert_eq!(media.iter().find_map(|media| media.duration).unwrap().as_secs(), 60 * number);
        assert_eq!(media.iter().map(|media| media.transcripts.len()).sum::<usize>(), 1);
        let size = media.iter().flat_map(|media| &media.content).find_map(|file| file.size);
        assert_eq!(size, Some(super::audio::mp3(60 * number as u32).len() as u64));
    }
}
