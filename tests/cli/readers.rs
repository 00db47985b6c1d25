//! Independent parsers read our feeds: `xmllint`, Python's `feedparser` and `feed-rs`.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

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
