//! Sites written from the documentation of each generator: `feedmill init && feedmill` puts every article at the address that
//! the documentation promises, and reports why every other file is not an article.
//!
//! `tests/generator-sites/NAME/` is a repository, and `NAME.txt` next to it lists the result: address, instant and title of each
//! entry, the files left out, and the warnings. `FEEDMILL_BLESS=1` writes these files; read them before they are committed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop where it stands")]

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SITES: &[&str] = &[
    "astro",
    "astro-dated",
    "astro-feed",
    "astro-glob",
    "astro-locales",
    "eleventy",
    "eleventy-function",
    "eleventy-modules",
    "hexo",
    "hugo",
    "hugo-cascade",
    "hugo-directory",
    "hugo-languages",
    "hugo-permalinks",
    "jekyll",
    "jekyll-collections",
    "jekyll-liquid",
    "zola",
    "zola-languages",
];

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn run(folder: &Path, args: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_feedmill")).args(args).current_dir(folder).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "feedmill {args:?}: {text}");
    text
}

/// Returns what comes out of a site.
fn outcome(site: &Path) -> String {
    let temporary = tempfile::tempdir().unwrap();
    // Its name is the title of a site without one.
    let home = temporary.path().join("site");
    copy(site, &home);
    run(&home, &["init"]);
    let said = run(&home, &["--limit", "0", "--verbose"]);
    let json = fs::read_to_string(home.join("feeds/feed.json")).unwrap();
    let feed: serde_json::Value = serde_json::from_str(&json).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let mut out = format!("{}\n{}\n\n", text(&feed["title"]), text(&feed["home_page_url"]));
    for item in feed["items"].as_array().unwrap() {
        let (url, date, title) = (text(&item["url"]), text(&item["date_published"]), text(&item["title"]));
        writeln!(out, "{url} {date} {title}").unwrap();
        let html = text(&item["content_html"]);
        if html != "<p>A paragraph.</p>" {
            html.lines().for_each(|line| writeln!(out, "    {line}").unwrap());
        }
    }
    let languages = fs::read_dir(home.join("feeds/language")).into_iter().flatten();
    let mut languages: Vec<PathBuf> = languages.map(|entry| entry.unwrap().path()).collect();
    languages.sort();
    for folder in languages {
        let json = fs::read_to_string(folder.join("feed.json")).unwrap();
        let feed: serde_json::Value = serde_json::from_str(&json).unwrap();
        writeln!(out, "\n{}: {}", folder.file_name().unwrap().display(), text(&feed["title"])).unwrap();
        for item in feed["items"].as_array().unwrap() {
            writeln!(out, "{} {}", text(&item["url"]), text(&item["title"])).unwrap();
        }
    }
    let is_finding = |line: &&str| line.contains("]: ") && !line.contains("[no-base-url]");
    let mut findings: Vec<&str> = said.lines().filter(is_finding).collect();
    findings.sort_unstable();
    out + "\n" + &findings.join("\n") + "\n"
}

#[test]
fn articles_are_where_the_documentation_of_the_generator_puts_them() {
    let root = PathBuf::from("tests/generator-sites");
    for name in SITES {
        let (found, file) = (outcome(&root.join(name)), root.join(name).with_extension("txt"));
        if std::env::var_os("FEEDMILL_BLESS").is_some() {
            fs::write(&file, &found).unwrap();
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        assert!(found == expected, "{name}: expected\n{expected}\nfound\n{found}");
    }
}

#[test]
fn a_changed_include_data_file_or_link_target_changes_the_bodies_that_are_made_of_it() {
    let home = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let build = || {
        run(home.path(), &[]);
        fs::read_to_string(home.path().join("feeds/feed.json")).unwrap()
    };
    write("_config.yml", "url: https://mill.example\ntitle: The Mill\n");
    write("_includes/note.html", "<aside>{{ include.text }}</aside>");
    write("_data/prices.yml", "bread: two\n");
    write("_data/authors.yml", "ann: { name: Ann Lee }\n");
    write(
        "_posts/2024-05-01-a.md",
        "---\ntitle: A\nauthor: ann\n---\n{% include note.html text=\"Hi\" %}\n\nBread is {{ site.data.prices.bread }}. \
         See [b]({% post_url 2024-05-02-b %}).\n",
    );
    write("_posts/2024-05-02-b.md", "---\ntitle: B\n---\nText.\n");
    run(home.path(), &["init"]);
    let first = build();
    for part in ["<aside>Hi</aside>", "Bread is two", "https://mill.example/2024/05/02/b.html", "Ann Lee"] {
        assert!(first.contains(part), "{part}: {first}");
    }
    write("_includes/note.html", "<blockquote>{{ include.text }}</blockquote>");
    assert!(build().contains("<blockquote>Hi</blockquote>"));
    write("_data/prices.yml", "bread: three\n");
    assert!(build().contains("Bread is three"));
    write("_posts/2024-05-02-b.md", "---\ntitle: B\npermalink: /moved/\n---\nText.\n");
    let moved = build();
    assert!(moved.contains("<a href=\\\"https://mill.example/moved/\\\">b</a>"), "{moved}");
    run(home.path(), &[]);
}
