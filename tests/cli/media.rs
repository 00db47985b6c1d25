//! Audio files of the seeds folder where they are published: their addresses, copies, and listeners.

use std::fs;
use std::sync::Arc;

use super::audio::{JPEG, id3, items, mp3, podcast, wav};
use super::serve::TestServer;
use super::{Project, output_of};

const HEAD: &str = "base_url = 'https://f.example/'\nlanguage = 'en'\nauthor = 'Ann <a@f.example>'\n";

/// Runs a build and returns the RSS feed.
fn rss(project: &Project) -> String {
    let (code, _, stderr) = project.feedmill(&[]);
    assert_eq!(code, 0, "{stderr}");
    project.read_file("feeds/rss.xml")
}

#[test]
fn files_that_are_published_elsewhere_stay_where_they_are() {
    let project = Project::new();
    let config = format!("{HEAD}media_url = 'https://cdn.example/show'\n[podcast]\ncategory = ['News']\n");
    project.write_file("feedmill.toml", config);
    project.write_file("seeds/talks/Größe & 100%.mp3", mp3(4)).write_file("seeds/talks/cover.png", "");
    let rss = rss(&project);
    let url = "https://cdn.example/show/talks/Gr%C3%B6%C3%9Fe%20&amp;%20100%25.mp3";
    let length = mp3(4).len();
    assert!(
        rss.contains(&format!("<enclosure url=\"{url}\" length=\"{length}\" type=\"audio/mpeg\"/>")),
        "{rss}"
    );
    assert!(rss.contains("<itunes:image href=\"https://cdn.example/show/talks/cover.png\"/>"), "{rss}");
    assert!(!project.path("feeds/media").exists());
}

#[test]
fn an_article_that_links_to_a_file_of_the_seeds_folder_has_its_length_and_duration() {
    let project = Project::new();
    let config =
        format!("{HEAD}media_url = 'https://cdn.example/'\n[section.blog.podcast]\ncategory = ['News']\n");
    project.write_file("feedmill.toml", config);
    project.write_file("seeds/files/a b.mp3", mp3(61)).write_file("seeds/blog/near.mp3", mp3(7));
    let audio = "<audio src='https://cdn.example/files/a%20b.mp3'></audio>";
    project.write_seed("blog/1.txt", 1_714_521_600_000, "One", "https://f.example/1", audio);
    let link = "<p>Text</p><audio controls><source src='near.mp3'></audio>";
    project.write_seed("blog/2.txt", 1_714_521_700_000, "Two", "https://f.example/blog/2", link);
    rss(&project);
    let rss = project.read_file("feeds/blog/rss.xml");
    for (url, seconds) in
        [("https://cdn.example/files/a%20b.mp3", 61), ("https://f.example/blog/near.mp3", 7)]
    {
        let length = mp3(seconds).len();
        let item =
            rss.split("<item>").find(|item| item.contains(url)).unwrap_or_else(|| panic!("{url}: {rss}"));
        assert!(item.contains(&format!("url=\"{url}\" length=\"{length}\" type=\"audio/mpeg\"")), "{item}");
        assert!(item.contains(&format!("<itunes:duration>{seconds}</itunes:duration>")), "{item}");
    }
}

#[test]
fn each_section_is_a_show_of_its_own() {
    let project = Project::new();
    project.write_file(
        "feedmill.toml",
        format!("{HEAD}publish_media = 'copy'\n[podcast]\ncategory = ['News']\n"),
    );
    for (show, seconds) in [("harbor", 3), ("valley", 5)] {
        project.write_file(format!("seeds/{show}/ep1.mp3"), mp3(seconds));
        project.write_file(
            format!("seeds/{show}/cover.jpg"),
            b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xd9",
        );
    }
    rss(&project);
    for (show, other) in [("harbor", "valley"), ("valley", "harbor")] {
        let rss = project.read_file(&format!("feeds/{show}/rss.xml"));
        let media = format!("https://f.example/media/{show}");
        assert!(rss.contains(&format!("<itunes:image href=\"{media}/cover.jpg\"/>")), "{rss}");
        assert!(
            rss.contains(&format!("<enclosure url=\"{media}/ep1.mp3\"")) && !rss.contains(other),
            "{rss}"
        );
        let path = format!("feeds/{show}/rss.xml");
        for profile in ["apple", "psp1"] {
            let (code, stdout, _) =
                project.feedmill(&["check", "--profile", profile, "--deny", "warnings", &path]);
            assert_eq!((code, stdout.as_str()), (0, ""), "{profile}");
        }
    }
}

#[cfg(unix)]
#[test]
fn published_media_is_streamed_in_parts_to_many_listeners() {
    use std::os::unix::fs::MetadataExt;
    for way in ["copy", "link"] {
        let project = podcast();
        let config = project.read_file("feedmill.toml").replace("'link'", &format!("'{way}'"));
        project.write_file("feedmill.toml", config);
        let mut bytes = mp3(30);
        // Each part is different.
        for (number, part) in
            bytes.chunks_exact_mut(208).enumerate().filter(|(_, part)| part[100..104] == [0; 4])
        {
            part[100..104].copy_from_slice(&(number as u32).to_le_bytes());
        }
        project.write_file("seeds/ep 1.mp3", &bytes);
        let server = Arc::new(TestServer::start(&project, &[]));
        let inode = |path: &str| fs::metadata(project.path(path)).unwrap().ino();
        assert_eq!(inode("feeds/media/ep 1.mp3") == inode("seeds/ep 1.mp3"), way == "link");
        let (status, headers, body) = server.ask("HEAD", "/media/ep%201.mp3", &[]);
        assert_eq!((status, body.len()), (200, 0));
        let header = |name: &str| headers.get(name).map(String::as_str);
        assert_eq!(header("content-length"), Some(&*bytes.len().to_string()));
        assert_eq!((header("content-type"), header("accept-ranges")), (Some("audio/mpeg"), Some("bytes")));
        let bytes = Arc::new(bytes);
        let listeners = (0..48).map(|number: usize| {
            let (server, bytes) = (server.clone(), bytes.clone());
            std::thread::spawn(move || {
                let (from, to) = (number * 1000, bytes.len() - 1 - number * 100);
                let range = format!("bytes={from}-{to}");
                let (status, headers, body) = server.ask("GET", "/media/ep%201.mp3", &[("Range", &range)]);
                assert_eq!(status, 206);
                assert_eq!(headers["content-range"], format!("bytes {from}-{to}/{}", bytes.len()));
                assert!(body == bytes[from..=to], "{range}");
            })
        });
        let listeners: Vec<_> = listeners.collect();
        listeners.into_iter().for_each(|listener| listener.join().unwrap());
    }
}

#[cfg(unix)]
#[test]
fn of_a_huge_file_only_its_ends_are_read() {
    let project = podcast();
    project.write_file("seeds/huge.mp3", mp3(60));
    let size = 2_u64 << 30;
    fs::File::options().append(true).open(project.path("seeds/huge.mp3")).unwrap().set_len(size).unwrap();
    // Its length is not known without reading it, but its size is.
    let mut command = project.command(&[]);
    let (code, _, stderr) = output_of(&mut command);
    assert_eq!(code, 0, "{stderr}");
    assert!(project.read_file("feeds/rss.xml").contains(&format!("length=\"{size}\" type=\"audio/mpeg\"")));
}

/// Creates a podcast in the folder of its configuration.
fn show(config: &str) -> Project {
    let project = Project::new();
    let head = "seeds = '.'\ntitle = 'T'\nbase_url = 'https://x.example/feeds/'\n";
    project.write_file("feedmill.toml", format!("{head}{config}\n[podcast]\ncategory = ['Arts']\n"));
    project
}

const LINK: &str = "publish_media = 'link'";

/// Runs a build and returns its messages.
fn messages(project: &Project) -> String {
    let (code, _, stderr) = project.feedmill(&["-v"]);
    assert_eq!(code, 0, "{stderr}");
    stderr
}

/// Returns the item of the RSS feed with a file.
fn item(project: &Project, file: &str) -> String {
    let rss = project.read_file("feeds/rss.xml");
    let found = rss.split("<item>").skip(1).find(|item| item.contains(&format!("/{file}\" length=")));
    found.unwrap_or_else(|| panic!("{file}: {rss}")).to_owned()
}

/// Returns a tag of ID3v2.4 with frames of any content.
fn frames(all: &[(&str, &[u8])]) -> Vec<u8> {
    let seven = |size: usize| [21, 14, 7, 0].map(|shift| (size >> shift) as u8 & 0x7f);
    let body: Vec<u8> = all
        .iter()
        .flat_map(|(id, text)| [id.as_bytes(), &seven(text.len()), &[0, 0], text].concat())
        .collect();
    [b"ID3\x04\0\0", &seven(body.len())[..], &body].concat()
}

#[test]
fn chapters_in_front_matter_come_before_those_of_files() {
    let project = show(LINK);
    for (name, matter) in [
        ("block", "---\nchapters:\n  - start: '1:30'\n    title: B\n  - startTime: 0\n    title: A\n---\nx"),
        (
            "toml",
            "+++\n[[chapters]]\nstart = 0\ntitle = 'A'\n[[chapters]]\nstart = '1:30'\ntitle = 'B'\n+++\nx",
        ),
        ("lines", "---\nchapters: |\n  00:00 A\n  1:30 - B\n---\nx"),
        ("named", "---\nchapters: other.json\n---\nx"),
    ] {
        project.write_file(format!("{name}.mp3"), mp3(5)).write_file(format!("{name}.md"), matter);
        let json = r#"{"version": "1.2.0", "chapters": [{"startTime": 2, "title": "Other"}]}"#;
        project.write_file(format!("{name}.chapters.json"), json);
    }
    let named = r#"{"chapters": [{"startTime": 0, "title": "A"}, {"startTime": 90, "title": "B"}]}"#;
    project.write_file("other.json", named);
    let stderr = messages(&project);
    assert!(!stderr.contains("warning"), "{stderr}");
    for name in ["block", "toml", "lines", "named"] {
        let item = item(&project, &format!("{name}.mp3"));
        for chapter in ["start=\"00:00:00.000\" title=\"A\"", "start=\"00:01:30.000\" title=\"B\""] {
            assert!(item.contains(chapter), "{name}: {item}");
        }
        assert_eq!(item.contains("<podcast:chapters"), name == "named", "{item}");
        assert!(
            !item.contains("Other") && !project.path(format!("feeds/media/{name}.chapters.json")).exists()
        );
    }
    assert!(project.path("feeds/media/other.json").is_file());
}

#[test]
fn the_guid_of_another_host_stays_as_it_is() {
    let project = show(LINK);
    let uuid = "0B3A5f1c-9d3e-4c6b-8f1a-2d7e6c5b4a39";
    for (name, guid) in
        [("a", uuid), ("b", "Hoster-991"), ("c", "'https://old.example/?p=7'"), ("d", "ep 7 & more")]
    {
        project.write_file(format!("{name}.mp3"), mp3(2));
        project.write_file(format!("{name}.md"), format!("---\nguid: {guid}\n---\nx"));
    }
    let stderr = messages(&project);
    assert!(!stderr.contains("seed-bad-id"), "{stderr}");
    let json = items(&project);
    for (name, guid, id) in [
        ("a", uuid, &*format!("urn:uuid:{}", uuid.to_lowercase())),
        ("b", "Hoster-991", "tag:x.example,2000:Hoster-991"),
        ("c", "https://old.example/?p=7", "https://old.example/?p=7"),
        ("d", "ep 7 &amp; more", "tag:x.example,2000:ep%207%20%26%20more"),
    ] {
        let item = item(&project, &format!("{name}.mp3"));
        assert!(item.contains(&format!("<guid isPermaLink=\"false\">{guid}</guid>")), "{item}");
        assert_eq!(json[&format!("{name}.mp3")]["id"], id);
        assert!(project.read_file("feeds/atom.xml").contains(&format!("<id>{id}</id>")), "{id}");
    }
    let (code, stdout, _) = project.feedmill(&["check", "feeds"]);
    assert!(!stdout.contains("guid") && !stdout.contains("url/"), "{code}: {stdout}");
}

#[test]
fn the_comment_is_that_of_the_author_and_all_artists_count() {
    let project = show(LINK);
    let norm = b"\0engiTunNORM\0 00000A1B 00000A1B 00002F5C 00002F5C not hex at all but long";
    let tagged = |name: &str, all: &[(&str, &[u8])]| {
        project.write_file(name, [frames(all), mp3(2)].concat());
    };
    tagged("a.mp3", &[("COMM", norm), ("COMM", b"\0eng\0Real"), ("TPE1", b"\x03Ann\0Bob")]);
    tagged("b.mp3", &[("COMM", norm), ("COMM", b"\0engnote\0Noted")]);
    tagged("c.mp3", &[("COMM", norm), ("TXXX", b"\x03comment\0By ffmpeg")]);
    tagged("d.mp3", &[("TXXX", b"\x03description\0Described")]);
    // ID3v2.2 has shorter names and sizes.
    let com = |text: &[u8]| [b"COM", &(text.len() as u32).to_be_bytes()[1..], text].concat();
    let body = [com(b"\0engiTunNORM\0 long and internal, whatever it says"), com(b"\0eng\0Old")].concat();
    let head = [b"ID3\x02\0\0\0\0", &[(body.len() >> 7) as u8, body.len() as u8 & 0x7f][..]].concat();
    project.write_file("e.mp3", [head, body, mp3(2)].concat());
    messages(&project);
    for (name, text) in [("a", "Real"), ("b", "Noted"), ("c", "By ffmpeg"), ("d", "Described"), ("e", "Old")]
    {
        let item = item(&project, &format!("{name}.mp3"));
        assert!(item.contains(&format!("<p>{text}</p>")) && !item.contains("00000A1B"), "{item}");
    }
    let authors = &items(&project)["a.mp3"]["authors"];
    assert_eq!((&authors[0]["name"], &authors[1]["name"]), (&"Ann".into(), &"Bob".into()));
}

#[test]
fn a_folder_without_a_cover_has_that_of_the_folder_above() {
    let project = show(LINK);
    project.write_file("cover.jpg", JPEG).write_file("Season 2/cover.png", JPEG);
    for folder in ["Season 1", "Season 2", "Season 1/extra"] {
        project.write_file(format!("{folder}/a.mp3"), mp3(2));
    }
    messages(&project);
    let cover = |feed: &str| {
        let rss = project.read_file(&format!("feeds/{feed}rss.xml"));
        let after = rss.split("<itunes:image href=\"").nth(1).unwrap_or_else(|| panic!("{feed}: {rss}"));
        after.split('"').next().unwrap().to_owned()
    };
    assert_eq!(cover("Season 1/"), "https://x.example/feeds/media/cover.jpg");
    assert_eq!(cover("Season 2/"), "https://x.example/feeds/media/Season%202/cover.png");
    assert!(project.path("feeds/media/cover.jpg").is_file());
    fs::rename(project.path("Season 2/cover.png"), project.path("Season 2/cover.webp")).unwrap();
    assert!(messages(&project).contains("cover.webp: note[audio-cover]"));
    fs::rename(project.path("cover.jpg"), project.path("logo.png")).unwrap();
    messages(&project);
    assert_eq!(cover("Season 1/"), "https://x.example/feeds/media/logo.png");
    assert!(!messages(&project).contains("audio-missing"));
}

#[test]
fn init_uses_the_cover_above_the_only_folder_of_episodes() {
    let project = Project::new();
    project.write_file("cover.jpg", JPEG);
    for name in ["a", "b", "c"] {
        project.write_file(format!("episodes/{name}.mp3"), mp3(2));
    }
    let (code, stdout, _) = project.feedmill(&["init"]);
    assert_eq!(code, 0, "{stdout}");
    let stderr = messages(&project);
    assert!(project.read_file("feeds/rss.xml").contains("media/cover.jpg\"/>"), "{stderr}");
    assert!(stderr.contains("email-placeholder") && stderr.contains("`mail@podcast.invalid`"), "{stderr}");
    let config = project.read_file("feedmill.toml").replace("podcast.invalid/feeds", "x.example/feeds");
    project.write_file("feedmill.toml", config);
    assert!(
        messages(&project).contains("email-placeholder") && messages(&project).contains("email-placeholder")
    );
    assert!(project.read_file("feeds/rss.xml").contains("<guid>https://x.example/"));
}

#[test]
fn files_that_notes_name_are_published_and_missing_ones_are_reported() {
    let project = show(LINK);
    project.write_file("e1.mp3", mp3(5)).write_file("one.png", JPEG).write_file("my slides.pdf", "%PDF");
    project.write_file("img/two.png", JPEG);
    project.write_file(
        "e1.md",
        "---\nlink: https://show.example/1/\ntranscript: tpyo.vtt\nimage: none.jpg\n---\n\
         ![One](one.png) [Slides](<my slides.pdf#p2>) [About](/about) [More](more/)\n\nText ![Gone](gone.png)\n",
    );
    let json = r#"{"chapters": [{"startTime": 0, "title": "A", "img": "img/two.png"}]}"#;
    project.write_file("e1.chapters.json", json);
    let stderr = messages(&project);
    let media = "https://x.example/feeds/media";
    let read = |project: &Project| item(project, "e1.mp3");
    for part in [
        format!("<img src=\"{media}/one.png\""),
        format!("href=\"{media}/my%20slides.pdf#p2\""),
        "href=\"https://show.example/about\"".to_owned(),
        "href=\"https://show.example/1/more/\"".to_owned(),
        format!("image=\"{media}/img/two.png\""),
    ] {
        assert!(read(&project).contains(&part), "{part}: {}", read(&project));
    }
    for name in ["one.png", "my slides.pdf", "img/two.png"] {
        assert!(project.path(format!("feeds/media/{name}")).is_file(), "{name}");
    }
    for (name, line) in [("tpyo.vtt", 3), ("none.jpg", 4), ("gone.png", 8)] {
        let detail = format!("`{name}`, named in e1.md line {line}, does not exist");
        assert!(stderr.contains(&detail) && stderr.contains(&format!("e1.md:{line}: warning")), "{stderr}");
    }
    assert!(!stderr.contains("media-unpublished") && !read(&project).contains("tpyo"), "{stderr}");
    // A file that appears later is used.
    project.write_file("tpyo.vtt", "WEBVTT\n");
    assert!(!messages(&project).contains("tpyo"));
    assert!(read(&project).contains("tpyo.vtt") && project.path("feeds/media/tpyo.vtt").is_file());
}

#[test]
fn notes_without_a_recording_are_no_episode() {
    let project = show(LINK);
    project.write_file("LICENSE.txt", "You may copy this.\n");
    for name in ["e1", "e2", "e3"] {
        project.write_file(format!("{name}.mp3"), mp3(2));
    }
    project.write_file("e2.md", "---\ntitle: Two\ndate: 2024-05-02\nepisode: 2\n---\nText");
    project.write_file("e3.md", "---\ntitle: Three\ndate: 2024-05-03\n---\nText");
    project.write_file("e3.vtt", "WEBVTT\n");
    project.write_file("post.md", "---\ntitle: Post\ndate: 2024-05-04\npermalink: /post/\n---\nText");
    let stderr = messages(&project);
    assert!(!stderr.contains("error[") && !stderr.contains("audio-notes"), "{stderr}");
    assert!(stderr.contains("LICENSE.txt: note[seed-passed-over]"), "{stderr}");
    for name in ["e2.mp3", "e3.mp3"] {
        fs::remove_file(project.path(name)).unwrap();
    }
    for _ in 0..2 {
        let stderr = messages(&project);
        for name in ["e2", "e3"] {
            let expected = format!(
                "{name}.md: warning[audio-notes]: notes without a recording: no audio or video file is named `{name}`"
            );
            assert!(stderr.contains(&expected), "{stderr}");
        }
        let rss = project.read_file("feeds/rss.xml");
        assert!(
            !rss.contains("Two") && !rss.contains("Three") && rss.contains("<title>Post</title>"),
            "{rss}"
        );
    }
    fs::remove_file(project.path("e3.vtt")).unwrap();
    assert!(messages(&project).contains("published as an article without a recording"));
    assert!(project.read_file("feeds/rss.xml").contains("<title>Three</title>"));
}

#[test]
fn a_section_has_the_title_and_author_of_its_files() {
    let project = show("author = 'Global <g@x.example>'\npublish_media = 'link'\n[section.b]\ntitle = 'Own'");
    for (section, album, artist) in [
        ("a", &b"Harbor"[..], &b"Ann"[..]),
        ("b", b"Valley", b"Bob"),
        ("c", b"https://u:S3CRET@a.example/", b"https://u:S3CRET@a.example/"),
    ] {
        let tag = id3(3, &[("TALB", 0, album), ("TPE1", 0, artist)]);
        project.write_file(format!("{section}/1.mp3"), [tag, mp3(2)].concat());
    }
    messages(&project);
    let rss = |section: &str| project.read_file(&format!("feeds/{section}rss.xml"));
    assert!(rss("a/").contains("<title>Harbor</title>"), "{}", rss("a/"));
    assert!(rss("a/").contains("<itunes:author>Ann</itunes:author>"), "{}", rss("a/"));
    assert!(rss("a/").contains("<itunes:email>g@x.example</itunes:email>"), "{}", rss("a/"));
    assert!(rss("b/").contains("<title>Own</title>") && rss("b/").contains("<itunes:author>Bob"));
    assert!(rss("").contains("<title>T</title>") && rss("").contains("<itunes:author>Global"));
    assert!(rss("c/").contains("<title>https://a.example/</title>") && !rss("c/").contains("S3CRET"));
}

#[test]
fn the_host_of_the_files_is_not_the_website_of_the_show() {
    let project = show("media_url = 'https://cdn.example/bucket/'");
    project.write_file("e1.mp3", mp3(2));
    messages(&project);
    let rss = project.read_file("feeds/rss.xml");
    let head = rss.split("<item>").next().unwrap();
    assert!(
        head.contains("<link>https://x.example/feeds/</link>") && !head.contains("cdn.example/<"),
        "{head}"
    );
}

#[test]
fn an_invalid_file_of_chapters_is_named_and_not_published() {
    let project = show(LINK);
    project.write_file("e1.mp3", mp3(5)).write_file("e1.chapters.json", "{\n\"chapters\": [\n}");
    let stderr = messages(&project);
    assert!(stderr.contains("e1.chapters.json:3: warning[audio-chapters]"), "{stderr}");
    assert!(!item(&project, "e1.mp3").contains("podcast:chapters"));
    assert!(!project.path("feeds/media/e1.chapters.json").exists());
}

#[test]
fn titles_and_dates_are_read_in_other_forms() {
    let project = show("publish_media = 'link'\ntimezone = 'UTC'");
    project.write_file("a.mp3", mp3(2));
    project.write_file(
        "a.html",
        "<!doctype html><head><title>Site</title></head><h2 class=x>The <b>lock</b></h2><p>x",
    );
    project.write_file("b.mp3", mp3(2)).write_file("b.html", "<title>Only &amp; title</title><p>x</p>");
    let old = id3(2, &[("TYE", 0, b"2024"), ("TDA", 0, b"1005"), ("TIM", 0, b"0815")]);
    project.write_file("c.mp3", [old, mp3(2)].concat());
    let zoned = id3(4, &[("TDRC", 3, b"2024-05-10T08:00:00+02:00")]);
    project.write_file("d.mp3", [zoned, mp3(2)].concat());
    let tracks = id3(4, &[("TDRC", 3, b"2024-05-10"), ("TRCK", 3, b"3"), ("TPOS", 3, b"1/1")]);
    project.write_file("e.mp3", [tracks, mp3(2)].concat());
    project.write_file("f.mp3", [id3(4, &[("TDRC", 3, b"6 May 2024")]), mp3(2)].concat());
    project.write_file("2024-05-10T18-30 time.mp3", mp3(2));
    project.write_file("S01E02 - The Title.mp3", mp3(2));
    messages(&project);
    let json = items(&project);
    let get = |name: &str, key: &str| json[name][key].as_str().unwrap_or_default().to_owned();
    assert_eq!((get("a.mp3", "title"), get("b.mp3", "title")), ("The lock".into(), "Only & title".into()));
    for (name, time) in [
        ("c.mp3", "2024-05-10T08:15:00Z"),
        ("d.mp3", "2024-05-10T06:00:00Z"),
        ("e.mp3", "2024-05-10T00:00:03Z"),
        ("f.mp3", "2024-05-06T00:00:00Z"),
        ("2024-05-10T18-30%20time.mp3", "2024-05-10T18:30:00Z"),
    ] {
        assert_eq!(get(name, "date_published"), time, "{name}");
    }
    assert_eq!(get("2024-05-10T18-30%20time.mp3", "title"), "time");
    let named = item(&project, "S01E02%20-%20The%20Title.mp3");
    for part in ["<title>The Title</title>", "<itunes:season>1<", "<itunes:episode>2<"] {
        assert!(named.contains(part), "{named}");
    }
    assert!(!item(&project, "e.mp3").contains("itunes:season"));
    let config = project.read_file("feedmill.toml") + "type = 'serial'\n";
    project.write_file("feedmill.toml", config);
    messages(&project);
    let serial = item(&project, "e.mp3");
    assert!(serial.contains("<itunes:episode>3<") && !serial.contains("itunes:season"), "{serial}");
}

#[test]
fn another_file_replaces_a_broken_one_and_formats_are_compared_with_suffixes() {
    let project = show(LINK);
    project.write_file("e1.mp3", "broken".repeat(500)).write_file("e1.wav", wav(7));
    project.write_file("e1.md", "---\ntitle: One\n---\nx").write_file("e2.mp3", wav(3));
    let stderr = messages(&project);
    assert!(stderr.contains("e1.mp3: error[audio-broken]"), "{stderr}");
    assert!(stderr.contains("`e1.wav` is published instead"), "{stderr}");
    assert!(stderr.contains("e2.mp3: warning[audio-format]") && stderr.contains("it is WAV"), "{stderr}");
    let first = item(&project, "e1.wav");
    assert!(first.contains("<title>One</title>") && first.contains("<itunes:duration>7<"), "{first}");
    assert!(!project.path("feeds/media/e1.mp3").exists());
    for name in ["a.m4a", "a.opus"] {
        project.write_file(format!("feeds/{name}"), "x");
    }
    // A header, and an empty segment without a track.
    project.write_file("feeds/a.webm", b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x80");
    let server = TestServer::start(&project, &[]);
    for (name, expected) in [("a.m4a", "audio/mp4"), ("a.opus", "audio/opus"), ("a.webm", "audio/webm")] {
        assert_eq!(server.ask("HEAD", &format!("/{name}"), &[]).1["content-type"], expected);
    }
}

#[test]
fn ids_stay_when_the_address_of_the_files_changes() {
    let project = show("media_url = 'https://one.example/'");
    project.write_file("e1.mp3", mp3(2)).write_file("sub/e2.mp3", mp3(3));
    let ids = || {
        messages(&project);
        let all = items(&project);
        ["e1.mp3", "e2.mp3"].map(|name| all[name]["id"].as_str().unwrap().to_owned())
    };
    let first = ids();
    assert_eq!(first[0], "https://one.example/e1.mp3");
    let config = project.read_file("feedmill.toml");
    for other in ["https://two.example/x/", "https://three.example/"] {
        project.write_file("feedmill.toml", config.replace("https://one.example/", other));
        assert_eq!(ids(), first);
        assert!(project.read_file("feeds/rss.xml").contains(&format!("url=\"{other}e1.mp3\"")));
    }
}
