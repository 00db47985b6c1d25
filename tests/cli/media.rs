//! Audio files of the seeds folder where they are published: their addresses, copies, and listeners.

use std::fs;
use std::sync::Arc;

use super::audio::{mp3, podcast};
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
