//! Names and links that lead out of the feeds folder.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::MAY;
use super::reliability::assert_attack_row;
use crate::{Project, output_of};

/// Returns every file below a folder with its content, except those in one subfolder. Does not follow links.
fn snapshot(root: &Path, except: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut all, mut folders) = (BTreeMap::new(), vec![root.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let kind = path.symlink_metadata().unwrap();
            if path == except {
                continue;
            }
            let content = match () {
                () if kind.is_symlink() => fs::read_link(&path).unwrap().into_os_string().into_vec(),
                () if kind.is_file() => fs::read(&path).unwrap(),
                () => {
                    folders.push(path.clone());
                    vec![]
                }
            };
            all.insert(path, content);
        }
    }
    all
}

#[test]
fn no_folder_or_feed_name_escapes_the_feeds_folder() {
    let names: [&[u8]; 34] = [
        b"...",
        b"..x",
        b"x..",
        b"x.",
        b"x ",
        b" x",
        b"-rf",
        b"~",
        b"~root",
        b"$HOME",
        b"`id`",
        b"%2e%2e",
        b"..\\x",
        b"\\\\host\\share",
        b"C:",
        b"C:x",
        b"con",
        b"NUL.txt",
        b"a\nb",
        b"a\rb",
        b"a\x1b[2Jb",
        b"a\x7fb",
        "a\u{9b}b".as_bytes(),
        "\u{202e}b".as_bytes(),
        b"\xff\xfe",
        b"a\xc0\xafb",
        b"archive",
        b"index.html",
        b"RSS.XML",
        b"feed.json",
        b"feeds",
        b".feedmill",
        b"a[b]|c",
        b"*",
    ];
    let long = vec![b'n'; 255];
    let names: Vec<&[u8]> = names.into_iter().chain([&*long]).collect();
    let project = Project::new();
    project.write_file("outside/rss.xml", "outside");
    for (number, name) in names.iter().enumerate() {
        let path = Path::new("work/seeds").join(OsString::from_vec(name.to_vec())).join("1.txt");
        project
            .write_file(path, format!("<!--{MAY}-->\n[t](https://news.example/{number})\n---\n\n<p>x</p>\n"));
    }
    let feeds = project.path("work/feeds");
    let before = snapshot(&project.path(""), &feeds);
    let in_work = |args: &[&str]| output_of(project.command(args).current_dir(project.path("work")));
    let (code, _, stderr) =
        in_work(&["--check", "--archive", "true", "--base-url", "https://news.example/feeds/"]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(snapshot(&project.path(""), &feeds), before);
    let made = fs::read_dir(&feeds).unwrap().count();
    assert!(made > 20, "most of the names are valid folders: {made}");

    // Names in the configuration.
    let configured = [
        "..",
        ".",
        "../x",
        "../../etc",
        "/etc",
        "/",
        "//",
        "a/b",
        "a/../../b",
        "a\\\\b",
        "..\\\\x",
        "",
        " ",
        ".hidden",
        ".feedmill",
        "rss.xml",
        "Atom.XML",
        "index.html",
        "feeds.opml",
        "feed.css",
        "a\\u0000b",
        "a\\nb",
        "a\\u001bb",
        "a\\u0085b",
        "%2e%2e%2f",
        "C:",
        "C:\\\\x",
    ];
    for name in configured {
        for table in ["[[feed]]\nname = \"%\"", "[section.\"%\"]\ntitle = 'x'"] {
            project.write_file("work/feedmill.toml", table.replace('%', name));
            let before = snapshot(&project.path(""), &feeds);
            let (code, _, stderr) = in_work(&[]);
            assert!(
                code == 0 || code == 2 && stderr.contains("error[config-bad-value]"),
                "{name}: {code} {stderr}"
            );
            assert_eq!(snapshot(&project.path(""), &feeds), before, "{name}");
        }
    }
    assert_attack_row("Names of folders and feeds", "", names.len() + 2 * configured.len());
}

#[test]
fn nothing_is_written_removed_or_read_through_a_link() {
    let project = Project::new();
    let ours = "<?xml version=\"1.0\"?><rss><channel><generator>feedmill</generator></channel></rss>";
    let outside = project.path("outside");
    let reset = || {
        let _ = fs::remove_dir_all(project.path("work"));
        let _ = fs::remove_dir_all(&outside);
        project
            .write_file("outside/rss.xml", ours)
            .write_file("outside/2020-01/rss.xml", ours)
            .write_file("outside/mine", "mine");
        project.write_file(
            "work/seeds/town/1.txt",
            format!("<!--{MAY}-->\n[t](https://news.example/1)\n---\n\n<p>x</p>\n"),
        );
        fs::create_dir(project.path("work/feeds")).unwrap();
    };
    let feeds = project.path("work/feeds");
    let links: [(&str, PathBuf); 9] = [
        ("town", outside.clone()),
        ("archive", outside.clone()),
        ("gone", outside.clone()),
        ("town", "../../outside".into()),
        ("rss.xml", outside.join("rss.xml")),
        ("index.html", outside.join("mine")),
        ("feed.css", outside.join("new")),
        (".feedmill", outside.clone()),
        ("town/rss.xml", outside.join("rss.xml")),
    ];
    let mut tried = 0;
    for (name, to) in &links {
        for prune in [&["--prune"][..], &[]] {
            reset();
            fs::create_dir_all(feeds.join(name).parent().unwrap()).unwrap();
            symlink(to, feeds.join(name)).unwrap();
            let before = snapshot(&outside, Path::new(""));
            let mut command =
                project.command(&["--archive", "true", "--base-url", "https://news.example/feeds/"]);
            let (code, _, stderr) = output_of(command.args(prune).current_dir(project.path("work")));
            assert!(code == 0 || code == 2 && stderr.contains("link"), "{name}: {code} {stderr}");
            assert_eq!(snapshot(&outside, Path::new("")), before, "{name}");
            tried += 1;
        }
    }
    // With a hard link, the name is replaced, and the linked file stays as it is.
    reset();
    for name in ["rss.xml", "feed.json", "feeds.opml"] {
        fs::hard_link(outside.join("mine"), feeds.join(name)).unwrap();
        tried += 1;
    }
    let (code, _, stderr) = output_of(project.command(&[]).current_dir(project.path("work")));
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(project.read_file("outside/mine"), "mine");
    assert!(project.read_file("work/feeds/rss.xml").contains("news.example"));
    // Feeds among the seeds are not seeds, and neither are files in a linked folder.
    symlink(&outside, project.path("work/seeds/outside")).unwrap();
    project.write_file(
        "outside/2.txt",
        format!("<!--{MAY}-->\n[t](https://news.example/2)\n---\n\n<p>secret</p>\n"),
    );
    project.write_file("work/feedmill.toml", "seeds = '.'\n");
    let (code, _, stderr) = output_of(project.command(&[]).current_dir(project.path("work")));
    assert_eq!(code, 0, "{stderr}");
    assert!(!project.read_file("work/feeds/rss.xml").contains("secret"));
    assert_attack_row("Links", "", tried + 2);
}
