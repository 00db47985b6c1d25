//! What changes between two builds: the second publishes what a build without the first would publish.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::tests::OPTIONS;
use super::*;
use crate::config::RawConfig;
use crate::diag::Finding;
use crate::store::FsStore;

/// Files with their contents; `None` for one that is removed.
type Files<'a> = &'a [(&'a str, Option<&'a str>)];

/// A folder of seeds, and folders of feeds next to it.
struct Project {
    dir: TempDir,
    config: String,
}

impl Project {
    fn new(config: &str, files: Files<'_>) -> Self {
        let config = format!("base_url = 'https://f.example/'\ntitle = 'T'\n{config}");
        let project = Self { dir: tempfile::tempdir().unwrap(), config };
        project.change(files);
        project
    }

    fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.dir.path().join(path)
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path("seeds").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn change(&self, files: Files<'_>) {
        for (path, text) in files {
            match text {
                Some(text) => self.write(path, text),
                None => fs::remove_file(self.path("seeds").join(path)).unwrap(),
            }
        }
    }

    /// Builds into a folder as if enough time had passed for stamps to be trusted.
    fn build_with(&self, feeds: &str, prune: bool) -> (Report, Vec<String>) {
        // One tick of the kernel's clock.
        std::thread::sleep(Duration::from_millis(11));
        let mut sink = Sink::collecting();
        let raw = RawConfig::read(&self.config, Path::new("feedmill.toml"), &mut sink).unwrap();
        let mut plan = raw.resolve(&mut sink).unwrap();
        if let Some(repository) = crate::generator::find(&self.path("seeds")).unwrap() {
            plan.adopt(repository);
        }
        let started = SystemTime::now() + Duration::from_secs(3600);
        let options = Options { started, prune, now: crate::types::UnixMs(1_800_000_000_000), ..OPTIONS };
        let (seeds, feeds) = (FsStore::new(self.path("seeds")), FsStore::new(self.path(feeds)));
        let report = build(&plan, &seeds, &feeds, options, &mut sink).unwrap();
        let show = |one: &Finding| format!("{} {}: {}", one.meta.code, one.place.file, one.detail);
        let findings = sink.collected().iter().map(show);
        (report, findings.collect())
    }

    fn build(&self) -> (Report, Vec<String>) {
        self.build_with("feeds", false)
    }
}

/// Returns an audio file with some seconds of silence.
fn wav(seconds: u32) -> Vec<u8> {
    let data = vec![0x80; seconds as usize * 8000];
    let size = |bytes: usize| (bytes as u32).to_le_bytes();
    let format = b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data";
    [b"RIFF", &size(data.len() + 36)[..], format, &size(data.len()), &data].concat()
}

fn post(title: &str, more: &str, body: &str) -> String {
    format!("---\ntitle: {title}\ndate: 2024-01-02\n{more}---\n{body}\n")
}

/// Builds an article that looks up a file, changes that file, builds again, and compares the feed with that of a first build.
/// Nothing but the article is in the feed, so only what it looks up can change it.
fn verify_lookup(
    site: Files<'_>,
    (path, article, other): (&str, &str, &str),
    looked_up: &str,
    before: Option<&str>,
    after: Option<&str>,
) {
    let context = format!("{article}: {looked_up}, {before:?} to {after:?}");
    let project = Project::new("limit = 1\n", site);
    project.change(&[(path, Some(article)), (&path.replace("a.md", "c.md"), Some(other))]);
    before.iter().for_each(|text| project.write(looked_up, text));
    let feed = |feeds: &str| fs::read_to_string(project.path(feeds).join("feed.json")).unwrap();
    project.build();
    let first = feed("feeds");
    assert_eq!(project.build().0.body_bytes, 0, "{context}");
    project.change(&[(looked_up, after)]);
    project.build();
    project.build_with("fresh", false);
    assert_eq!(feed("feeds"), feed("fresh"), "{context}");
    assert_ne!(first, feed("fresh"), "{context}");
    assert_eq!(project.build().0.body_bytes, 0, "{context}");
}

#[test]
fn what_an_article_looks_up_is_published_as_it_is_now() {
    let verify = |site: Files<'_>, path: &str, body: &str, looked_up: &str, before, after| {
        let text = |day, body| post("A", "", body).replace("2024-01-02", day);
        let (article, other) = (text("2024-02-02", body), text("2024-01-03", "other"));
        verify_lookup(site, (path, &article, &other), looked_up, before, after);
    };
    let (b, other) = (post("Bold", "", "b"), post("New", "permalink: /new/\n", "b"));
    let draft = post("B", "published: false\n", "b");
    let (b, other, draft) = (Some(b.as_str()), Some(other.as_str()), Some(draft.as_str()));
    let jekyll = |body: &str, looked_up: &str, before, after| {
        let site: Files<'_> = &[("_config.yml", Some("url: https://j.example\n"))];
        verify(site, "_posts/2024-02-02-a.md", body, looked_up, before, after);
    };
    jekyll("{% include_relative i.txt %}", "_posts/i.txt", Some("one"), Some("two"));
    jekyll("{% include_relative i.html %}", "_posts/i.html", None, Some("<p>two</p>"));
    let (post_url, dated) = ("[x]({% post_url 2024-01-01-b %})", "_posts/2024-01-01-b.md");
    for (before, after) in [(None, other), (other, None), (b, other), (draft, other)] {
        jekyll(post_url, dated, before, after);
    }
    for before in [b, None] {
        jekyll("[x]({% link about.md %})", "about.md", before, other);
    }
    let hexo = |body: &str, looked_up: &str, before, after| {
        let config = "url: https://h.example\npermalink: :year/:title/\npost_asset_folder: true\n";
        let package = "{\"dependencies\": {\"hexo\": \"7\"}}";
        let site: Files<'_> = &[("_config.yml", Some(config)), ("package.json", Some(package))];
        verify(site, "source/_posts/a.md", body, looked_up, before, after);
    };
    for (before, after) in [(None, b), (b, other), (b, None)] {
        hexo("{% post_link b %}", "source/_posts/b.md", before, after);
    }
    hexo("{% myimg a.png pic.png %}", "source/_posts/a/pic.png", None, Some("x"));
    let zola = |before, after| {
        let site: Files<'_> = &[("config.toml", Some("base_url = 'https://z.example'\n"))];
        let article = |day, body| format!("+++\ntitle = 'A'\ndate = {day}\n+++\n{body}\n");
        let (text, other) = (article("2024-02-02", "[x](@/b.md)"), article("2024-01-03", "other"));
        verify_lookup(site, ("content/a.md", &text, &other), "content/b.md", before, after);
    };
    let page = |more: &str| format!("+++\ntitle = 'B'\n{more}+++\nb\n");
    let (b, other) = (page("date = 2024-01-02\n"), page("date = 2024-01-02\nslug = 'bb'\n"));
    let (undated, slug) = (page(""), page("slug = 'nn'\n"));
    for (before, after) in
        [(None, Some(&other)), (Some(&other), None), (Some(&b), Some(&other)), (Some(&undated), Some(&slug))]
    {
        zola(before.map(String::as_str), after.map(String::as_str));
    }
}

#[test]
fn an_article_is_published_again_when_the_recording_that_it_links_to_appears_or_is_repaired() {
    let audio = "<audio src='https://f.example/media/pod/2020-01-01-x.wav'></audio>";
    let stamped = format!("<!--1704153600000-->\n[T](https://e.example/a)\n------\n\n{audio}\n");
    let project =
        Project::new("limit = 1\nsite_url = 'https://e.example/'\n", &[("a/1.txt", Some(&stamped))]);
    project.write("a/other.txt", stamped.replace("170415", "160415").replace("/a)", "/b)"));
    for (bytes, length) in [(None, None), (Some(b"junk".to_vec()), None), (Some(wav(3)), Some(24044))] {
        if let Some(bytes) = bytes {
            project.write("pod/2020-01-01-x.wav", bytes);
        }
        project.build();
        let text = fs::read_to_string(project.path("feeds/a/feed.json")).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["items"][0]["attachments"][0]["size_in_bytes"].as_u64(), length, "{text}");
        assert_eq!(project.build().0.body_bytes, 0);
    }
}

#[test]
fn a_new_article_does_not_rebuild_documents_that_do_not_look_it_up() {
    let project =
        Project::new("archive = true\nlimit = 1\n", &[("_config.yml", Some("url: https://j.example\n"))]);
    for (month, link) in [("01", "x"), ("02", "[x]({% post_url 2024-01-05-a %})"), ("03", "x"), ("04", "x")] {
        project.write(&format!("_posts/2024-{month}-05-a.md"), format!("---\ntitle: A\n---\n{link}\n"));
    }
    project.build();
    // As many bytes as the new article and the one that has been the newest.
    project.write("_posts/2024-04-06-b.md", "---\ntitle: A\n---\nb\n");
    let (report, _) = project.build();
    assert_eq!(report.body_bytes, 2 * 19, "{report:?}");
    project.write("_posts/2024-01-05-a.md", "---\ntitle: A\npermalink: /new/\n---\nx\n");
    project.build();
    let february = fs::read_to_string(project.path("feeds/archive/2024-02/feed.json")).unwrap();
    assert!(february.contains("https://j.example/new/"), "{february}");
}

#[test]
fn published_media_is_removed_whatever_has_changed_since() {
    let lose = |project: &mut Project| fs::remove_dir_all(project.path("feeds/.feedmill")).unwrap();
    let damage = |project: &mut Project| fs::write(project.path("feeds/.feedmill/index"), "x").unwrap();
    let exclude = |project: &mut Project| project.config += "exclude = ['private']\n";
    let delete = |project: &mut Project| {
        fs::remove_dir_all(project.path("seeds/private")).unwrap();
    };
    let media_url = |project: &mut Project| project.config += "media_url = 'https://m.example/'\n";
    let permalink = |project: &mut Project| project.config += "permalink = '/x/:title/'\n";
    type Change = dyn Fn(&mut Project);
    let changes: [&[&Change]; 8] = [
        &[&delete],
        &[&exclude],
        &[&exclude, &lose],
        &[&exclude, &damage],
        &[&delete, &exclude],
        &[&delete, &media_url],
        &[&delete, &permalink],
        &[&delete, &damage],
    ];
    for (number, changes) in changes.into_iter().enumerate() {
        let mut project = Project::new("publish_media = 'copy'\n", &[]);
        project.write("pod/2024-01-01-x.wav", wav(1));
        project.write("private/2024-01-02-y.wav", wav(2));
        project.build();
        let copy = project.path("feeds/media/private/2024-01-02-y.wav");
        assert!(copy.exists());
        changes.iter().for_each(|change| change(&mut project));
        for _ in 0..2 {
            let (_, findings) = project.build();
            let orphan = format!("feed-orphan {}: ", copy.display());
            assert!(findings.contains(&orphan) && copy.exists(), "{number}: {findings:?}");
        }
        let (report, _) = project.build_with("feeds", true);
        assert!(!copy.exists(), "{number}: {report:?}");
        assert!(project.build().1.iter().all(|finding| !finding.starts_with("feed-orphan")), "{number}");
    }
}

#[test]
fn foreign_files_among_published_media_stay() {
    let project = Project::new("publish_media = 'copy'\n", &[]);
    project.write("pod/2024-01-01-x.wav", wav(1));
    project.build();
    fs::write(project.path("feeds/media/own.wav"), wav(2)).unwrap();
    fs::create_dir_all(project.path("feeds/covers")).unwrap();
    fs::write(project.path("feeds/covers/0123456789abcdef.jpg"), "own").unwrap();
    fs::remove_dir_all(project.path("feeds/.feedmill")).unwrap();
    let (report, findings) = project.build_with("feeds", true);
    assert_eq!(report.removed, 0, "{findings:?}");
}

#[test]
fn published_media_in_the_folder_of_the_seeds_is_no_seed() {
    let project = Project::new("publish_media = 'copy'\n", &[]);
    project.write("pod/2024-01-01-x.wav", wav(1));
    let reports = [(); 3].map(|()| project.build_with("seeds", false).0);
    assert_eq!(reports.each_ref().map(|report| (report.seeds, report.feeds)), [(1, 2); 3]);
    assert_eq!(reports[1].changed, Vec::<PathBuf>::new());
    assert!(!project.path("seeds/media/media").exists());
}

#[test]
fn a_published_copy_follows_its_source_even_if_size_and_time_stay() {
    use std::os::unix::fs::MetadataExt;
    for way in ["copy", "link"] {
        let mut project = Project::new(&format!("publish_media = '{way}'\n"), &[]);
        project.write("pod/2024-01-01-x.wav", wav(1));
        project.build();
        let (source, copy) =
            (project.path("seeds/pod/2024-01-01-x.wav"), project.path("feeds/media/pod/2024-01-01-x.wav"));
        let time = fs::metadata(&source).unwrap().modified().unwrap();
        let mut bytes = wav(1);
        for is_replaced in [false, true] {
            *bytes.last_mut().unwrap() += 1;
            let written = if is_replaced { project.path("seeds/.new") } else { source.clone() };
            fs::write(&written, &bytes).unwrap();
            fs::File::options().write(true).open(&written).unwrap().set_modified(time).unwrap();
            fs::rename(written, &source).unwrap();
            project.build();
            assert!(fs::read(&copy).unwrap() == bytes, "{way}, {is_replaced}");
            // One whose metadata only has changed is not written again.
            let before = fs::metadata(&copy).unwrap().ino();
            fs::set_permissions(&source, fs::metadata(&source).unwrap().permissions()).unwrap();
            assert_eq!(project.build().0.changed, Vec::<PathBuf>::new());
            assert_eq!(fs::metadata(&copy).unwrap().ino(), before);
        }
        let inode = |path: &Path| fs::metadata(path).unwrap().ino();
        assert_eq!(inode(&copy) == inode(&source), way == "link");
        let other = if way == "link" { "copy" } else { "link" };
        project.config = project.config.replace(way, other);
        project.build();
        assert_eq!(inode(&copy) == inode(&source), other == "link");
    }
}

#[test]
fn a_guessed_address_is_reported_again_if_nothing_has_changed() {
    let project = Project::new("site_url = 'https://e.example/'\n", &[("a/b.md", Some(&post("A", "", "x")))]);
    let (first, second) = (project.build().1, project.build().1);
    assert!(first.iter().any(|finding| finding.starts_with("address-guessed")), "{first:?}");
    assert_eq!(first, second);
}
