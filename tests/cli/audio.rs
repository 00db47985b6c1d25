//! A podcast from a folder of audio files. The files are written here, byte by byte; those of real encoders are in the tests
//! that need ffmpeg.

use std::fs;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::{Project, output_of};

/// Returns an MP3 file with a constant bit rate of 64 kbit/s: MPEG 1, layer 3, 44.1 kHz, mono.
pub(super) fn mp3(seconds: u32) -> Vec<u8> {
    let frames = seconds * 44_100 / 1152;
    let end = |frame: u32| (u64::from(frame) * 144 * 64_000 / 44_100) as usize;
    let mut bytes = Vec::new();
    for number in 0..frames {
        let mut frame = frame(0x50);
        // Some frames have a byte more, so that the bit rate is constant.
        if end(number + 1) - end(number) > frame.len() {
            frame[2] |= 2;
            frame.push(0);
        }
        bytes.extend(frame);
    }
    bytes
}

/// Returns a frame of MP3 with the byte of its header that says the bit rate: 0x50 is 64 kbit/s, 0x90 is 128 kbit/s.
fn frame(rate: u8) -> Vec<u8> {
    let length = if rate == 0x90 { 417 } else { 208 };
    let mut frame = vec![0; length];
    frame[..4].copy_from_slice(&[0xff, 0xfb, rate, 0xc4]);
    frame
}

/// Returns a WAV file: 8 kHz, 16 bit, mono.
pub(super) fn wav(seconds: u32) -> Vec<u8> {
    let data = seconds * 16_000;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + data).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data");
    bytes.extend(data.to_le_bytes());
    bytes.resize(44 + data as usize, 0);
    bytes
}

/// Returns an ID3v2 tag of version 2, 3 or 4 with text frames: a name, the number of the encoding, and bytes.
pub(super) fn id3(version: u8, frames: &[(&str, u8, &[u8])]) -> Vec<u8> {
    let seven = |size: usize| [21, 14, 7, 0].map(|shift| (size >> shift) as u8 & 0x7f);
    let mut body = Vec::new();
    for (name, encoding, text) in frames {
        let size = text.len() + 1;
        body.extend(name.as_bytes());
        match version {
            2 => body.extend(&(size as u32).to_be_bytes()[1..]),
            3 => body.extend((size as u32).to_be_bytes()),
            _ => body.extend(seven(size)),
        }
        if version > 2 {
            body.extend([0, 0]);
        }
        body.push(*encoding);
        body.extend(*text);
    }
    let mut tag = vec![b'I', b'D', b'3', version, 0, 0];
    tag.extend(seven(body.len()));
    tag.extend(body);
    tag
}

/// Returns UTF-16 with a byte order mark.
fn utf16(text: &str) -> Vec<u8> {
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

pub(super) const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xd9";

pub(super) fn podcast() -> Project {
    let project = Project::new();
    project.write_file(
        "feedmill.toml",
        "base_url = 'https://f.example/'\nlanguage = 'en'\nauthor = 'Ann <a@f.example>'\npublish_media = 'link'\n\
         [podcast]\ncategory = ['News']\nimage = 'https://f.example/c.jpg'\n",
    );
    project
}

/// Returns the items of the JSON Feed, by the name of their file.
pub(super) fn items(project: &Project) -> std::collections::BTreeMap<String, Value> {
    let feed: Value = serde_json::from_str(&project.read_file("feeds/feed.json")).unwrap();
    let name = |item: &Value| {
        let url = item["attachments"][0]["url"].as_str().unwrap_or_default();
        url.rsplit('/').next().unwrap().to_owned()
    };
    feed["items"].as_array().unwrap().iter().map(|item| (name(item), item.clone())).collect()
}

#[test]
fn three_files_and_a_cover_become_a_podcast_that_stores_accept() {
    let project = Project::new();
    for (name, seconds) in [("one.mp3", 61), ("two.mp3", 5), ("2024-03-02-three.mp3", 3)] {
        project.write_file(name, mp3(seconds));
    }
    project.write_file("cover.jpg", JPEG);
    let (code, stdout, _) = project.feedmill(&["init"]);
    assert!(code == 0 && stdout.contains("3 articles (audio)"), "{stdout}");
    assert!(stdout.contains("base_url = \"https://podcast.invalid/feeds/\""), "{stdout}");
    let (code, _, stderr) = project.feedmill(&[]);
    assert!(code == 0 && stderr.contains("https://podcast.invalid/feeds/ is a placeholder"), "{stderr}");
    for profile in ["apple", "psp1"] {
        let (code, stdout, stderr) =
            project.feedmill(&["check", "feeds", "--profile", profile, "--deny", "warnings"]);
        assert_eq!((code, stdout.as_str()), (0, ""), "{stderr}");
        // The other formats belong to the folder, but are not what a store takes.
        let (code, stdout, _) = project.feedmill(&["check", "feeds/atom.xml", "--profile", profile]);
        assert!(code == 1 && stdout.contains("error[itunes/not-rss]"), "{stdout}");
    }
    let rss = project.read_file("feeds/rss.xml");
    let length = mp3(61).len();
    assert!(rss.contains(&format!("media/one.mp3\" length=\"{length}\" type=\"audio/mpeg\"")), "{rss}");
    assert!(rss.contains("<itunes:duration>61</itunes:duration>"), "{rss}");
    assert!(rss.contains("<itunes:image href=\"https://podcast.invalid/feeds/media/cover.jpg\"/>"), "{rss}");
    assert!(rss.contains("<title>three</title>") && rss.contains("Sat, 02 Mar 2024 00:00:00 GMT"), "{rss}");
    assert_eq!(fs::read(project.path("feeds/media/one.mp3")).unwrap(), mp3(61));
    let first = project.read_file("feeds/rss.xml");
    let (code, _, stderr) = project.feedmill(&["-v"]);
    assert!(code == 0 && !stderr.contains("audio-broken"), "{stderr}");
    assert_eq!(project.read_file("feeds/rss.xml"), first, "published copies are not seeds");
}

#[test]
fn tags_of_every_version_are_read_in_every_encoding() {
    let project = podcast();
    let polish = b"\xbb\xf3\xb3ta \xb3\xf3dka p\xb3ynie po rzece i nie wraca ju\xbf nigdy do domu";
    let russian =
        b"\xcf\xe0\xf0\xee\xec \xe8 \xec\xe0\xff\xea \xed\xe0 \xe1\xe5\xf0\xe5\xe3\xf3 \xec\xee\xf0\xff";
    for (name, version, title, encoding, text) in [
        ("v22.mp3", 2, "TT2", 0, &b"Two point two"[..]),
        ("v23.mp3", 3, "TIT2", 1, &utf16("Über drei – 三")[..]),
        ("v24.mp3", 4, "TIT2", 3, "Über vier – 四".as_bytes()),
        ("utf8-as-latin1.mp3", 3, "TIT2", 0, "Bóveda".as_bytes()),
        ("latin1.mp3", 3, "TIT2", 0, &b"Caf\xe9 au lait"[..]),
        ("windows-1251.mp3", 3, "TIT2", 0, &russian[..]),
        ("iso-8859-2.mp3", 3, "TIT2", 0, &polish[..]),
    ] {
        let mut bytes = id3(version, &[(title, encoding, text)]);
        bytes.extend(mp3(2));
        project.write_file(format!("seeds/{name}"), bytes);
    }
    // UTF-16 without a byte order mark, in both orders, and an extended header.
    let units = |order: fn(u16) -> [u8; 2]| "Mały dom".encode_utf16().flat_map(order).collect::<Vec<u8>>();
    for (name, text) in [("le.mp3", units(u16::to_le_bytes)), ("be.mp3", units(u16::to_be_bytes))] {
        project.write_file(
            format!("seeds/{name}"),
            [id3(3, &[("TIT2", 1, &text), ("TPE1", 1, &text), ("TRCK", 0, b"3/9")]), mp3(2)].concat(),
        );
    }
    let mut extended = id3(3, &[("TIT2", 0, b"Extended")]);
    extended[5] |= 0x40;
    extended[9] += 10;
    extended.splice(10..10, [0, 0, 0, 6, 0, 0, 0, 0, 0, 0]);
    project.write_file("seeds/extended.mp3", [extended, mp3(2)].concat());
    let (code, _, stderr) = project.feedmill(&[]);
    assert_eq!(code, 0, "{stderr}");
    let items = items(&project);
    let title = |name: &str| items[name]["title"].as_str().unwrap().to_owned();
    for name in ["le.mp3", "be.mp3"] {
        assert_eq!((&*title(name), &items[name]["authors"][0]["name"]), ("Mały dom", &"Mały dom".into()));
    }
    assert_eq!(title("extended.mp3"), "Extended");
    assert_eq!(title("v22.mp3"), "Two point two");
    assert_eq!(title("v23.mp3"), "Über drei – 三");
    assert_eq!(title("v24.mp3"), "Über vier – 四");
    assert_eq!(title("utf8-as-latin1.mp3"), "Bóveda");
    assert_eq!(title("latin1.mp3"), "Café au lait");
    assert_eq!(title("windows-1251.mp3"), "Паром и маяк на берегу моря");
    assert!(title("iso-8859-2.mp3").contains("łódka płynie"), "{}", title("iso-8859-2.mp3"));
}

#[test]
fn lengths_are_those_of_the_frames() {
    let project = podcast();
    let seconds = |frames: usize| (frames * 1152) as u64 / 44_100;
    // Every second frame has twice the bit rate, and no header says how many there are.
    let vbr: Vec<u8> =
        (0..4000).flat_map(|number| frame(if number % 2 == 0 { 0x50 } else { 0x90 })).collect();
    let mut xing = frame(0x50);
    xing[4 + 17..4 + 17 + 12].copy_from_slice(b"Xing\0\0\0\x01\0\0\x13\x88");
    xing.extend((0..5000).flat_map(|_| frame(0x90)));
    // The header of the first of two files that were joined says nothing about the second.
    let mut header = frame(0x50);
    header[4 + 17..4 + 17 + 16].copy_from_slice(b"Info\0\0\0\x03\0\0\x0b\xb8\0\x09\x86\x50");
    header.extend((0..3000).flat_map(|_| frame(0x50)));
    assert_eq!(header.len(), 3001 * 208);
    let joined = [&header[..], &header[..]].concat();
    let mut tail = mp3(30);
    let mut id3v1 = b"TAGFrom the end".to_vec();
    id3v1.resize(128, 0);
    tail.extend(id3v1);
    let mut junk = vec![0; 700];
    junk.extend(mp3(9));
    for (name, bytes) in [
        ("vbr.mp3", vbr),
        ("xing.mp3", xing),
        ("tail.mp3", tail),
        ("junk.mp3", junk),
        ("wave.wav", wav(12)),
        ("joined.mp3", joined),
    ] {
        project.write_file(format!("seeds/{name}"), bytes);
    }
    assert_eq!(project.feedmill(&[]).0, 0);
    let items = items(&project);
    let duration = |name: &str| items[name]["attachments"][0]["duration_in_seconds"].as_u64().unwrap();
    assert_eq!(duration("vbr.mp3"), seconds(4000));
    assert_eq!(duration("xing.mp3"), seconds(5000) + 1);
    assert_eq!(duration("joined.mp3"), seconds(6002));
    assert_eq!((duration("tail.mp3"), duration("wave.wav"), duration("junk.mp3")), (30, 12, 9));
    assert_eq!(items["tail.mp3"]["title"], "From the end");
}

#[test]
fn a_broken_file_is_reported_and_the_others_are_published() {
    let project = podcast();
    project.write_file("seeds/good.mp3", mp3(3));
    project.write_file("seeds/empty.mp3", "");
    project.write_file("seeds/text.m4a", "this is not audio ".repeat(200));
    project.write_file("seeds/cut.wav", &wav(60)[..100_000]);
    project
        .write_file("seeds/bad-notes.mp3", mp3(1))
        .write_file("seeds/bad-notes.md", "---\ndate: soon\n---\nx");
    let (code, _, stderr) = project.feedmill(&[]);
    assert_eq!(code, 0, "{stderr}");
    for line in [
        "empty.mp3: error[audio-broken]: broken audio or video file: it is empty",
        "text.m4a: error[audio-broken]",
        "cut.wav: warning[audio-truncated]: audio or video file that ends early: it has 100000 of 960044 bytes",
        "bad-notes.md:2:",
        "error[seed-bad-date]: invalid date: `date` is `soon`",
    ] {
        assert!(stderr.contains(line), "{line}: {stderr}");
    }
    assert_eq!(items(&project).keys().collect::<Vec<_>>(), ["cut.wav", "good.mp3"]);
}

#[test]
fn files_with_the_name_of_an_episode_belong_to_it() {
    let project = podcast();
    project.write_file("seeds/ep1.mp3", mp3(90));
    project.write_file("seeds/ep1.wav", wav(90));
    project.write_file(
        "seeds/ep1.md",
        "---\ntitle: The lock & the <tide>\ndate: 2024-05-31T08:30:00+02:00\nseason: 2\nepisode: 7\nepisode_type: bonus\n\
         explicit: true\nguests: [{name: Mia, url: 'https://mia.example/', image: mia.jpg}]\nlocation: Leith\n\
         soundbite: {start: '0:10.5', duration: 20, title: Best part}\nlicense: cc-by-4.0\nlink: https://f.example/ep/1\n\
         guid: urn:ep:1\n---\nHello **world**.\n",
    );
    project.write_file("seeds/ep1.en.vtt", "WEBVTT\n").write_file("seeds/ep1.srt", "1\n");
    project.write_file("seeds/ep1.jpg", JPEG).write_file("seeds/mia.jpg", JPEG);
    project.write_file(
        "seeds/ep1.chapters.json",
        r#"{"version": "1.2.0", "chapters": [{"startTime": 61.5, "title": "B & c"}, {"startTime": 0, "title": "A"}]}"#,
    );
    let (code, _, stderr) = project.feedmill(&[]);
    assert_eq!(code, 0, "{stderr}");
    let rss = project.read_file("feeds/rss.xml");
    let media = "https://f.example/media/";
    for element in [
        "<title>The lock &amp; the &#x3C;tide&gt;</title>".to_owned(),
        "<link>https://f.example/ep/1</link>".to_owned(),
        "<guid isPermaLink=\"false\">urn:ep:1</guid>".to_owned(),
        "Fri, 31 May 2024 06:30:00 GMT".to_owned(),
        format!("<enclosure url=\"{media}ep1.mp3\""),
        "<itunes:season>2</itunes:season>".to_owned(),
        "<itunes:episode>7</itunes:episode>".to_owned(),
        "<itunes:episodeType>bonus</itunes:episodeType>".to_owned(),
        "<itunes:explicit>true</itunes:explicit>".to_owned(),
        format!("<itunes:image href=\"{media}ep1.jpg\"/>"),
        format!("<podcast:transcript language=\"en\" type=\"text/vtt\" url=\"{media}ep1.en.vtt\"/>"),
        format!("<podcast:transcript type=\"application/x-subrip\" url=\"{media}ep1.srt\"/>"),
        format!("<podcast:chapters type=\"application/json+chapters\" url=\"{media}ep1.chapters.json\"/>"),
        format!(
            "<podcast:person href=\"https://mia.example/\" img=\"{media}mia.jpg\" role=\"guest\">Mia</podcast:person>"
        ),
        "<podcast:soundbite duration=\"20\" startTime=\"10.5\">Best part</podcast:soundbite>".to_owned(),
        "<podcast:license>cc-by-4.0</podcast:license>".to_owned(),
        "<podcast:location>Leith</podcast:location>".to_owned(),
        format!("<podcast:source uri=\"{media}ep1.wav\"/>"),
        "<psc:chapter start=\"00:00:00.000\" title=\"A\"/>".to_owned(),
        "<psc:chapter start=\"00:01:01.500\" title=\"B &amp; c\"/>".to_owned(),
        "<p>Hello <strong>world</strong>.</p>".to_owned(),
    ] {
        assert!(rss.contains(&element), "{element}: {rss}");
    }
    assert_eq!(rss.matches("<item>").count(), 1);
    let json: Value = serde_json::from_str(&project.read_file("feeds/feed.json")).unwrap();
    let files = &json["items"][0]["attachments"];
    assert_eq!((&files[0]["title"], &files[1]["mime_type"]), (&files[1]["title"], &"audio/wav".into()));
    for name in ["ep1.mp3", "ep1.wav", "ep1.en.vtt", "ep1.srt", "ep1.jpg", "ep1.chapters.json"] {
        assert!(project.path(format!("feeds/media/{name}")).is_file(), "{name}");
    }
    assert!(!project.path("feeds/media/ep1.md").exists());
    let (code, stdout, _) = project.feedmill(&["check", "feeds/rss.xml"]);
    assert!(code == 0 && !stdout.contains("error"), "{stdout}");
}

#[test]
fn each_change_of_a_file_of_an_episode_is_seen() {
    let project = podcast();
    let past = SystemTime::now() - Duration::from_secs(3600);
    let write = |name: &str, bytes: &[u8], age: u64| {
        project.write_file(name, bytes);
        let file = fs::File::options().write(true).open(project.path(name)).unwrap();
        file.set_modified(past + Duration::from_secs(age)).unwrap();
    };
    write("seeds/a/one.mp3", &mp3(3), 0);
    write("seeds/a/two.mp3", &mp3(4), 1);
    assert_eq!(project.feedmill(&[]).0, 0);
    let rss = || project.read_file("feeds/a/rss.xml");
    assert!(!rss().contains("media/cover.png"));
    for (name, element) in [
        ("seeds/a/one.md", "<p>Notes</p>"),
        ("seeds/a/one.vtt", "one.vtt"),
        ("seeds/a/two.png", "two.png"),
        ("seeds/a/cover.png", "media/a/one.mp3"),
    ] {
        write(name, b"Notes", 2);
        assert_eq!(project.feedmill(&[]).0, 0);
        assert!(rss().contains(element), "{name}: {}", rss());
    }
    fs::remove_file(project.path("seeds/a/one.vtt")).unwrap();
    let (_, _, stderr) = project.feedmill(&[]);
    assert!(!rss().contains("one.vtt") && stderr.contains("feed-orphan"), "{stderr}");
    project.feedmill(&["--prune"]);
    assert!(
        !project.path("feeds/media/a/one.vtt").exists() && project.path("feeds/media/a/one.mp3").exists()
    );
    write("seeds/a/one.mp3", &mp3(13), 3);
    assert_eq!(project.feedmill(&[]).0, 0);
    assert!(rss().contains("<itunes:duration>13</itunes:duration>"));
    assert_eq!(fs::read(project.path("feeds/media/a/one.mp3")).unwrap(), mp3(13));
    let warm = rss();
    let (code, _, stderr) = output_of(project.command(&["--no-catalog"]).env("FEEDMILL_TEST", "1"));
    assert!(code == 0 && rss() == warm, "a build without a catalog is the same: {stderr}");
}

#[test]
fn the_time_is_that_of_the_notes_the_tag_the_name_or_the_file() {
    let project = podcast();
    let tagged = |date: &str, track: &str| {
        let frames: [(&str, u8, &[u8]); 2] = [("TDRC", 3, date.as_bytes()), ("TRCK", 3, track.as_bytes())];
        [id3(4, &frames), mp3(1)].concat()
    };
    project.write_file("seeds/notes.mp3", tagged("2020-01-01", "1"));
    project.write_file("seeds/notes.md", "---\ndate: 2021-02-03\n---\nx");
    project.write_file("seeds/2019-09-09-tag.mp3", tagged("2020-01-01", "12/20"));
    project.write_file("seeds/tag-time.mp3", tagged("2020-01-01T10:20:30", "3"));
    project.write_file("seeds/year_2018-05-06.mp3", tagged("2018", "0"));
    project.write_file("seeds/year.mp3", tagged("2017", "2"));
    project.write_file("seeds/name_20220304.mp3", mp3(1));
    project.write_file("seeds/file.mp3", mp3(1));
    let file = fs::File::options().write(true).open(project.path("seeds/file.mp3")).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_500_000_000)).unwrap();
    let (code, _, stderr) = project.feedmill(&["-v"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("file.mp3: note[audio-date]"), "{stderr}");
    assert_eq!(stderr.matches("audio-date").count(), 1, "{stderr}");
    let items = items(&project);
    let date = |name: &str| items[name]["date_published"].as_str().unwrap().to_owned();
    assert_eq!(date("notes.mp3"), "2021-02-03T00:00:00Z");
    assert_eq!(date("2019-09-09-tag.mp3"), "2020-01-01T00:00:12Z");
    assert_eq!(date("tag-time.mp3"), "2020-01-01T10:20:30Z");
    assert_eq!(date("year_2018-05-06.mp3"), "2018-05-06T00:00:00Z");
    assert_eq!(date("year.mp3"), "2017-01-01T00:00:02Z");
    assert_eq!(date("name_20220304.mp3"), "2022-03-04T00:00:00Z");
    assert_eq!(date("file.mp3"), "2017-07-14T02:40:00Z");
}

#[cfg(target_os = "linux")]
#[test]
fn episodes_whose_names_are_not_utf_8_have_addresses_and_what_is_left_out_is_reported() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let project = Project::new();
    project.write_file(
        "feedmill.toml",
        "base_url = 'https://f.example/'\nmedia_url = 'https://m.example/'\n[podcast]\nauthor = 'Ann'\n",
    );
    for name in [&b"caf\xe8.mp3"[..], b"caf\xe9.mp3"] {
        project.write_file(std::path::Path::new("seeds").join(OsStr::from_bytes(name)), mp3(2));
    }
    let notes = std::path::Path::new("seeds").join(OsStr::from_bytes(b"caf\xe9.md"));
    project.write_file(notes, "---\ntitle: A title\n---\nNotes\n");
    let (code, _, stderr) = project.feedmill(&[]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("[audio-missing]") && stderr.contains("its name is not UTF-8"), "{stderr}");
    let rss = project.read_file("feeds/rss.xml");
    for address in ["https://m.example/caf%E8.mp3", "https://m.example/caf%E9.mp3"] {
        assert!(rss.contains(&format!("<enclosure url=\"{address}\"")), "{address}: {rss}");
    }
}
