//! What is written twice stays in step: modules and files, the samples and their feeds, keys and the README.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop where it stands")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn walk(folder: &Path, base: &Path, into: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, base, into);
            } else {
                into.insert(path.strip_prefix(base).unwrap().to_path_buf(), fs::read(&path).unwrap());
            }
        }
    }
    let mut all = BTreeMap::new();
    walk(folder, folder, &mut all);
    all
}

fn mill(folder: &Path, feeds: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_feedmill"));
    for (name, _) in std::env::vars_os().filter(|(n, _)| n.to_string_lossy().starts_with("FEEDMILL_")) {
        command.env_remove(name);
    }
    let output = command
        .current_dir(folder)
        .args(["--no-catalog", "--no-push"])
        .arg("--feeds")
        .arg(feeds)
        .output()
        .unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The feeds of a folder are what its seeds become now. `FEEDMILL_BLESS=1` writes them anew.
fn in_step(folder: &Path) {
    let feeds = folder.join("feeds");
    if std::env::var_os("FEEDMILL_BLESS").is_some() {
        mill(folder, &feeds);
    }
    let now = tempfile::tempdir().unwrap();
    mill(folder, now.path());
    let (now, there) = (files(now.path()), files(&feeds));
    assert_eq!(now.keys().collect::<Vec<_>>(), there.keys().collect::<Vec<_>>(), "{}", folder.display());
    for (path, bytes) in &now {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(text(bytes), text(&there[path]), "{}/feeds/{}", folder.display(), path.display());
    }
}

#[test]
fn the_feeds_in_the_project_are_what_its_seeds_become() {
    in_step(root());
}

#[test]
fn golden_cases_come_out_as_they_are_kept() {
    let mut cases: Vec<_> =
        fs::read_dir(root().join("tests/golden")).unwrap().map(|e| e.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 3);
    cases.iter().for_each(|case| in_step(case));
}

#[test]
fn every_source_file_is_a_module() {
    let all = files(&root().join("src"));
    for path in all.keys().filter(|path| path.extension().is_some_and(|e| e == "rs")) {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let folder = path.parent().unwrap();
        let (module, parent) = match (name, folder.as_os_str().is_empty()) {
            ("lib" | "main", true) => continue,
            ("mod", _) => (folder.file_name().unwrap().to_str().unwrap(), folder.parent().unwrap()),
            _ => (name, folder),
        };
        let home = if parent.as_os_str().is_empty() { "lib.rs".into() } else { parent.join("mod.rs") };
        let text = fs::read_to_string(root().join("src").join(&home)).unwrap();
        assert!(text.contains(&format!("mod {module};")), "{} lacks `mod {module};`", home.display());
    }
}

#[test]
fn the_readme_names_every_key_and_code_has_a_remedy() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let shown = fs::read_to_string(root().join("feedmill.toml")).unwrap();
    for key in feedmill::config::keys() {
        assert!(readme.contains(&format!("`{key}`")), "README.md lacks `{key}`");
        assert!(
            shown.contains(&format!("\n{key} =")) || shown.contains(&format!("\n# {key} =")),
            "feedmill.toml lacks `{key}`"
        );
    }
    for meta in feedmill::diag::codes::CODES {
        assert!(!meta.remedy.is_empty() && !meta.title.is_empty(), "{}", meta.code);
    }
}

#[test]
fn the_readme_shows_a_real_seed_and_the_item_it_becomes() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let block = |language: &str| {
        let start = readme.split(&format!("```{language}\n")).nth(1).unwrap();
        start.split("\n```").next().unwrap().to_owned()
    };
    let name = readme.split("This is `").nth(1).unwrap().split('`').next().unwrap();
    assert_eq!(fs::read_to_string(root().join(name)).unwrap().trim_end(), block("html"));
    assert!(fs::read_to_string(root().join("feeds/town/rss.xml")).unwrap().contains(&block("xml")));
}

#[test]
fn the_readme_shows_a_failing_feed_and_what_check_prints() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let section = readme.split("## Checking feeds").nth(1).unwrap();
    let block = |language: &str| {
        let start = section.split(&format!("```{language}\n")).nth(1).unwrap();
        start.split("```").next().unwrap().to_owned()
    };
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("feed.xml"), block("xml")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_feedmill"));
    let output = command.current_dir(folder.path()).args(["check", "feed.xml"]).output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    assert_eq!(String::from_utf8_lossy(&printed), block("text"));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn the_page_of_rules_is_what_the_rules_say() {
    let rules = feedmill::check::rules();
    let mut page = String::from(
        "# Rules of `feedmill check`\n\nMade from the rules themselves; `feedmill rules CODE` prints the same.\n\n\
         | rule | severity | what is wrong |\n| --- | --- | --- |\n",
    );
    for rule in &rules {
        let anchor = rule.meta.code.replace('/', "");
        let row =
            format!("| [{}](#{anchor}) | {} | {} |\n", rule.meta.code, rule.meta.severity, rule.meta.title);
        page.push_str(&row);
    }
    rules.iter().for_each(|rule| page.push_str(&format!("\n{}", rule.page())));
    let path = root().join("docs/rules.md");
    if std::env::var_os("FEEDMILL_BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert!(fs::read_to_string(path).unwrap() == page, "docs/rules.md is stale: run with FEEDMILL_BLESS=1");
}
