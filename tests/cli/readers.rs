//! Independent parsers read our feeds: `xmllint`, Python's `feedparser` and `feed-rs`.

use std::path::{Path, PathBuf};
use std::process::Command;

use feedmill::config::RawConfig;
use feedmill::diag::Sink;
use feedmill::html::Medium;
use feedmill::model::{Article, Enclosure, Image, Metadata, Person};
use feedmill::types::{Bytes, UnixMs};
use serde_json::{Value, json};
use url::Url;

use super::{Project, feedmill_command, output_of, string_field};

/// Builds the sample seeds of the repository, and returns the paths of their feeds.
fn build_samples(project: &Project) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (code, _, stderr) = output_of(
        feedmill_command()
            .current_dir(root)
            .arg("--seeds")
            .arg("seeds")
            .arg("--feeds")
            .arg(project.path("feeds")),
    );
    assert_eq!((code, stderr.as_str()), (0, ""), "the samples have no findings");
    let mut files = Vec::new();
    for folder in [project.path("feeds"), project.path("feeds/town"), project.path("feeds/science")] {
        for name in ["rss.xml", "atom.xml", "feed.json"] {
            files.push(folder.join(name));
        }
    }
    files
}

fn is_xml(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "xml")
}

#[test]
#[cfg_attr(
    not(has_tools),
    ignore = "needs xmllint and a Python with feedparser (FEEDMILL_PYTHON): run tests/run.sh"
)]
fn xmllint_and_feedparser_read_the_same_from_rss_and_atom() {
    let project = Project::new();
    let files: Vec<PathBuf> = build_samples(&project).into_iter().filter(|p| is_xml(p)).collect();
    let (code, _, stderr) = output_of(Command::new("xmllint").arg("--noout").args(&files));
    assert_eq!((code, stderr.as_str()), (0, ""));
    let python = std::env::var_os("FEEDMILL_PYTHON").unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools/read_feeds.py");
    let (code, stdout, stderr) = output_of(Command::new(python).arg(script).args(&files));
    assert_eq!(code, 0, "{stderr}");
    let read: Vec<Value> = stdout.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(read.len(), files.len());
    for pair in read.chunks(2) {
        let (rss, atom) = (&pair[0], &pair[1]);
        assert_eq!(
            (&rss["bozo"], &atom["bozo"]),
            (&0.into(), &0.into()),
            "{} {}",
            rss["error"],
            atom["error"]
        );
        let (rss, atom) = (rss["entries"].as_array().unwrap(), atom["entries"].as_array().unwrap());
        assert!(!rss.is_empty());
        assert_eq!(rss.len(), atom.len());
        for (one, other) in rss.iter().zip(atom) {
            for key in ["id", "title", "link", "published", "content"] {
                assert_eq!(one[key], other[key], "{key} of {}", string_field(one, "id"));
            }
            let first: Vec<&Value> = one["enclosures"].as_array().unwrap().iter().collect();
            assert!(first.len() <= 1);
            let all = other["enclosures"].as_array().unwrap();
            assert!(first.iter().all(|e| all.contains(e)), "{first:?} {all:?}");
        }
    }
}

#[test]
fn feed_rs_reads_the_same_from_all_three() {
    let project = Project::new();
    for files in build_samples(&project).chunks(3) {
        let feeds: Vec<_> = files
            .iter()
            .map(|f| feed_rs::parser::parse(std::fs::read(f).unwrap().as_slice()).unwrap())
            .collect();
        for other in &feeds[1..] {
            assert_eq!(feeds[0].entries.len(), other.entries.len());
            for (one, other) in feeds[0].entries.iter().zip(&other.entries) {
                assert_eq!(one.id, other.id);
                let title = |e: &feed_rs::model::Entry| e.title.clone().map(|t| t.content);
                assert_eq!(title(one), title(other));
                assert_eq!(one.published.map(|p| p.timestamp()), other.published.map(|p| p.timestamp()));
                let body =
                    |e: &feed_rs::model::Entry| e.content.clone().and_then(|c| c.body).unwrap_or_default();
                assert_eq!(body(one).trim(), body(other).trim(), "{}", one.id);
            }
        }
    }
}

/// An article with every field, and one with two authors.
fn complete_articles() -> Vec<Article> {
    let url = |path: &str| Url::parse(&format!("https://e.example/{path}")).unwrap();
    let ann = Person::new("Ann Ray").email("ann@example.org").uri(url("ann")).avatar(url("ann.jpg"));
    let talk = Enclosure::new(url("talk.mp3"), Medium::Audio).length(Bytes(1234));
    let metadata = Metadata::default()
        .id("tag:e.example,2024:ferry")
        .authors(vec![ann.clone()])
        .tags(vec!["Ships & boats".to_owned(), "Engines".to_owned()])
        .summary("It is <quiet> & fast.")
        .image(Image::new(url("ferry.jpg?a=1&b=2")).alt("The \"ferry\" & its dock").width(800).height(600))
        .banner(url("wide.jpg"))
        .language("de-CH")
        .media(vec![talk]);
    let ferry = Article::new(url("ferry"), UnixMs(1_717_225_200_000))
        .title("The ferry has a new engine")
        .updated(UnixMs(1_717_311_600_000))
        .section("town")
        .metadata(metadata)
        .html("<p>It is <em>quiet</em>.</p><img src='ferry.jpg?a=1&amp;b=2'>");
    let two = Metadata::default().authors(vec![ann, Person::new("Bo Lee")]).summary("Two wrote it.");
    let bridge = Article::new(url("bridge"), UnixMs(1_717_138_800_000))
        .title("The bridge")
        .metadata(two)
        .html("<p>It is open.</p>");
    vec![ferry, bridge]
}

/// Writes the feeds of [`complete_articles`] to a folder, and returns their paths in the order of the formats. `check` finds
/// nothing in them.
fn write_complete_feeds(folder: &Path) -> Vec<PathBuf> {
    let text = "base_url = 'https://f.example/'\nsite_url = 'https://e.example/'\ntitle = 'T'\nlanguage = 'en'\n\
                author = 'Editor <editor@e.example>'\n";
    let mut sink = Sink::collecting();
    let raw = RawConfig::read(text, Path::new("feedmill.toml"), &mut sink).unwrap();
    let built = feedmill::feeds(complete_articles(), &raw.resolve(&mut sink).unwrap()).unwrap();
    let files = built[0].write().unwrap();
    let written = files.into_iter().map(|(path, bytes)| {
        let findings = feedmill::check(&bytes, feedmill::check::Options::default());
        assert!(findings.is_empty(), "{}: {findings:?}", path.display());
        let path = folder.join(path);
        std::fs::write(&path, bytes).unwrap();
        path
    });
    written.collect()
}

/// Fields that a reader does not get from a document: reader, document, field. Each is in docs/reference/fields.md with its
/// reason.
const LOST: &[(&str, &str, &str)] = &[
    ("feed-rs", "rss.xml", "name"),
    ("feed-rs", "rss.xml", "url"),
    ("feed-rs", "rss.xml", "language"),
    ("feed-rs", "feed.json", "email"),
    ("feed-rs", "feed.json", "image"),
    ("feed-rs", "feed.json", "alt"),
    ("feed-rs", "feed.json", "language"),
    ("feedparser", "rss.xml", "url"),
    ("feedparser", "rss.xml", "alt"),
    ("feedparser", "atom.xml", "alt"),
    ("rss-parser", "rss.xml", "url"),
    ("rss-parser", "atom.xml", "language"),
];

/// Compares what a reader got from a document with the articles, field by field.
fn assert_complete(reader: &str, path: &Path, entries: &[Value]) {
    let document = path.file_name().unwrap().to_str().unwrap();
    let is_lost = |field: &str| LOST.contains(&(reader, document, field));
    assert_eq!(entries.len(), 2);
    let [ferry, bridge] = [0, 1].map(|at| &entries[at]);
    let rows = [
        ("id", json!("tag:e.example,2024:ferry")),
        ("link", json!("https://e.example/ferry")),
        ("title", json!("The ferry has a new engine")),
        ("published", json!(1_717_225_200)),
        ("updated", json!(1_717_311_600)),
        ("tags", json!(["town", "Ships & boats", "Engines"])),
        ("language", json!("de-ch")),
    ];
    for (field, expected) in rows.iter().filter(|(field, _)| !is_lost(field)) {
        let got = match &ferry[*field] {
            Value::String(text) if *field == "language" => json!(text.to_lowercase()),
            got => got.clone(),
        };
        assert_eq!(got, *expected, "{reader} {document} {field}");
    }
    let summary =
        string_field(ferry, "summary").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    assert_eq!(summary, "It is <quiet> & fast.", "{reader} {document}");
    assert!(string_field(ferry, "content").contains("<em>quiet</em>"), "{reader} {document}");
    let author = &ferry["authors"][0];
    assert_eq!(author["name"] == "Ann Ray", !is_lost("name"), "{reader} {document} {author}");
    for (field, expected) in [("email", "ann@example.org"), ("url", "https://e.example/ann")] {
        assert_eq!(author[field] == expected, !is_lost(field), "{reader} {document} {field} {author}");
    }
    assert_eq!(ferry["authors"].as_array().unwrap().len(), 1, "{reader} {document}");
    if !is_lost("image") {
        let image = &ferry["image"];
        assert_eq!(image["url"], "https://e.example/ferry.jpg?a=1&b=2", "{reader} {document}");
        let side = |name: &str| {
            image[name].as_str().map_or(image[name].clone(), |text| json!(text.parse::<u32>().unwrap()))
        };
        assert_eq!((side("width"), side("height")), (json!(800), json!(600)), "{reader} {document}");
    }
    if !is_lost("alt") {
        assert_eq!(ferry["alt"], "The \"ferry\" & its dock", "{reader} {document}");
    }
    let names: Vec<_> =
        bridge["authors"].as_array().unwrap().iter().map(|author| author["name"].clone()).collect();
    assert_eq!(names, ["Ann Ray", "Bo Lee"], "{reader} {document}");
}

#[test]
fn feed_rs_reads_every_field_of_an_article() {
    let folder = tempfile::tempdir().unwrap();
    for path in write_complete_feeds(folder.path()) {
        let feed = feed_rs::parser::parse(std::fs::read(&path).unwrap().as_slice()).unwrap();
        let entries = feed.entries.iter().map(|entry| {
            let media = || entry.media.iter();
            let thumbnail = media().flat_map(|object| &object.thumbnails).next().map(|thumbnail| &thumbnail.image);
            let authors = entry.authors.iter();
            json!({
                "id": entry.id,
                "link": entry.links.first().map(|link| &link.href),
                "title": entry.title.as_ref().map(|text| &text.content),
                "published": entry.published.map(|time| time.timestamp()),
                "updated": entry.updated.map(|time| time.timestamp()),
                "tags": entry.categories.iter().map(|category| &category.term).collect::<Vec<_>>(),
                "language": entry.language,
                "summary": entry.summary.as_ref().map(|text| &text.content),
                "content": entry.content.as_ref().and_then(|content| content.body.as_ref()),
                "authors": authors.map(|a| json!({"name": a.name, "email": a.email, "url": a.uri})).collect::<Vec<_>>(),
                "image": thumbnail.map(|image| json!({"url": image.uri, "width": image.width, "height": image.height})),
                "alt": media().find_map(|object| object.description.as_ref()).map(|text| &text.content),
            })
        });
        assert_complete("feed-rs", &path, &entries.collect::<Vec<_>>());
    }
}

/// The avatar and the banner are in JSON Feed alone, and feed-rs does not read its images.
#[test]
fn json_feed_has_every_field_of_an_article() {
    let folder = tempfile::tempdir().unwrap();
    let path = write_complete_feeds(folder.path()).pop().unwrap();
    let feed: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let item = &feed["items"][0];
    for (pointer, expected) in [
        ("/image", json!("https://e.example/ferry.jpg?a=1&b=2")),
        ("/banner_image", json!("https://e.example/wide.jpg")),
        ("/language", json!("de-CH")),
        ("/authors/0/avatar", json!("https://e.example/ann.jpg")),
        ("/authors/0/url", json!("https://e.example/ann")),
        ("/summary", json!("It is <quiet> & fast.")),
        ("/tags/1", json!("Ships & boats")),
        ("/date_modified", json!("2024-06-02T07:00:00Z")),
        ("/attachments/0/url", json!("https://e.example/talk.mp3")),
        ("/attachments/0/mime_type", json!("audio/mpeg")),
        ("/attachments/0/size_in_bytes", json!(1234)),
    ] {
        assert_eq!(item.pointer(pointer), Some(&expected), "{pointer}");
    }
    assert_eq!(item["attachments"].as_array().unwrap().len(), 1, "images are no attachments");
}

/// Runs a tool that reads feeds, and compares what it read with the articles.
fn assert_tool_reads_every_field(reader: &str, command: &mut Command) {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> =
        write_complete_feeds(folder.path()).into_iter().filter(|path| is_xml(path)).collect();
    let (code, stdout, stderr) = output_of(command.args(&files));
    assert_eq!(code, 0, "{stderr}");
    for (path, line) in files.iter().zip(stdout.lines()) {
        let read: Value = serde_json::from_str(line).unwrap();
        assert_complete(reader, path, read["entries"].as_array().unwrap());
    }
}

#[test]
#[cfg_attr(not(has_tools), ignore = "needs a Python with feedparser (FEEDMILL_PYTHON): run tests/run.sh")]
fn feedparser_reads_every_field_of_an_article() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools/read_feeds.py");
    let mut command = Command::new(std::env::var_os("FEEDMILL_PYTHON").unwrap());
    assert_tool_reads_every_field("feedparser", command.arg(script));
}

#[test]
#[cfg_attr(not(has_readers), ignore = "needs rss-parser (FEEDMILL_NODE_MODULES): run tests/run.sh")]
fn rss_parser_reads_every_field_of_an_article() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools/read_feeds.cjs");
    let mut command = Command::new("node");
    command.env("NODE_PATH", std::env::var_os("FEEDMILL_NODE_MODULES").unwrap());
    assert_tool_reads_every_field("rss-parser", command.arg(script));
}

#[test]
fn the_reference_of_fields_lists_what_readers_do_not_get() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/fields.md");
    let page = std::fs::read_to_string(page).unwrap();
    for (reader, document, field) in LOST {
        let row = format!("| {reader} | `{document}` | {field} |");
        assert!(page.contains(&row), "docs/reference/fields.md lacks `{row}`");
    }
}
