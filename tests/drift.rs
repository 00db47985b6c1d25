//! Things that are written in two places stay in sync: sample seeds and their feeds, generated reference pages and the code.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test should stop at once")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use feedmill::check::{Profile, REQUIREMENTS};
use feedmill::config::{KeyDefault, ListItems, RawConfig, TABLES, TextFormat, ValueType};
use feedmill::diag::codes::CODES;
use feedmill::diag::{Sink, renderer};
use feedmill::pipeline::{Options, build};
use feedmill::store::{MemoryStore, Store};
use feedmill::types::UnixMs;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read_files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn walk(folder: &Path, base: &Path, into: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            // `cargo run --release` leaves its cache in feeds/.feedmill.
            if path.file_name().unwrap().to_string_lossy().starts_with(".feedmill") {
                continue;
            }
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

fn build_feeds(folder: &Path, feeds: &Path) {
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

/// Asserts that the feeds in a folder are what feedmill makes of its seeds now. `FEEDMILL_BLESS=1` rewrites them.
fn assert_feeds_are_current(folder: &Path) {
    let feeds = folder.join("feeds");
    if std::env::var_os("FEEDMILL_BLESS").is_some() {
        build_feeds(folder, &feeds);
    }
    let now = tempfile::tempdir().unwrap();
    build_feeds(folder, now.path());
    let (now, stored) = (read_files(now.path()), read_files(&feeds));
    assert_eq!(now.keys().collect::<Vec<_>>(), stored.keys().collect::<Vec<_>>(), "{}", folder.display());
    for (path, bytes) in &now {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(text(bytes), text(&stored[path]), "{}/feeds/{}", folder.display(), path.display());
    }
}

#[test]
fn the_feeds_in_the_project_are_what_its_seeds_become() {
    assert_feeds_are_current(root());
}

#[test]
fn the_feeds_of_golden_cases_are_what_their_seeds_become() {
    let mut cases: Vec<_> =
        fs::read_dir(root().join("tests/golden")).unwrap().map(|e| e.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 3);
    cases.iter().for_each(|case| assert_feeds_are_current(case));
}

#[test]
fn every_source_file_is_a_module() {
    let crates = fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().path().join("src"));
    for source in crates.chain([root().join("src")]) {
        let all = read_files(&source);
        for path in all.keys().filter(|path| path.extension().is_some_and(|e| e == "rs")) {
            let name = path.file_stem().unwrap().to_str().unwrap();
            let folder = path.parent().unwrap();
            let (module, parent) = match (name, folder.as_os_str().is_empty()) {
                ("lib" | "main", true) => continue,
                ("mod", _) => (folder.file_name().unwrap().to_str().unwrap(), folder.parent().unwrap()),
                _ => (name, folder),
            };
            let home = if parent.as_os_str().is_empty() { "lib.rs".into() } else { parent.join("mod.rs") };
            let home = source.join(home);
            let text = fs::read_to_string(&home).unwrap();
            assert!(text.contains(&format!("mod {module};")), "{} lacks `mod {module};`", home.display());
        }
    }
}

/// A path with `NAME` or `FAMILY` stands for a new file, so only its folder has to exist.
#[test]
fn paths_in_contributing_exist() {
    let text = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let spans: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
    let is_path =
        |span: &&str| span.contains('/') && span.chars().all(|c| c.is_alphanumeric() || "/._-".contains(c));
    let paths: Vec<&str> = spans.into_iter().filter(is_path).filter(|path| !path.starts_with("..")).collect();
    assert!(paths.len() > 30, "{paths:?}");
    for path in paths {
        let path = root().join(path);
        let is_new = path
            .file_name()
            .is_some_and(|n| ["NAME", "FAMILY"].iter().any(|p| n.to_string_lossy().starts_with(p)));
        let existing = if is_new { path.parent().unwrap() } else { &path };
        assert!(existing.exists(), "CONTRIBUTING.md names {}", path.display());
    }
}

#[test]
fn every_key_is_in_the_samples_and_every_code_has_a_fix() {
    let template = fs::read_to_string(root().join("src/command/init.toml")).unwrap();
    let shown = fs::read_to_string(root().join("feedmill.toml")).unwrap();
    for key in feedmill::config::keys() {
        assert!(template.contains(&format!("\n#{key} =")), "src/command/init.toml lacks `{key}`");
        assert!(
            shown.contains(&format!("\n{key} =")) || shown.contains(&format!("\n# {key} =")),
            "feedmill.toml lacks `{key}`"
        );
    }
    for meta in CODES {
        assert!(!meta.remedy.is_empty() && !meta.title.is_empty(), "{}", meta.code);
    }
}

/// Asserts that a file that is generated from the code is up to date. `FEEDMILL_BLESS=1` rewrites it.
fn assert_generated(path: &str, text: &str) {
    let file = root().join(path);
    if std::env::var_os("FEEDMILL_BLESS").is_some() {
        fs::write(&file, text).unwrap();
    }
    assert!(
        fs::read_to_string(file).unwrap_or_default() == text,
        "{path} is stale: run with FEEDMILL_BLESS=1"
    );
}

#[test]
fn the_stored_schema_is_what_the_command_prints() {
    assert_generated("docs/feedmill.schema.json", &format!("{:#}\n", feedmill::config::schema()));
}

/// Describes the values of a key, as the reference page does.
fn type_text(value_type: ValueType) -> String {
    let names = |names: Vec<String>| match names.len() {
        0..=4 => names.iter().map(|name| format!("`\"{name}\"`")).collect::<Vec<_>>().join(", "),
        _ => "names".to_owned(),
    };
    match value_type {
        ValueType::Number | ValueType::NumberBetween(..) => "number".to_owned(),
        ValueType::Bool => "`true`, `false`".to_owned(),
        ValueType::List(ListItems::Any) => "list of strings".to_owned(),
        ValueType::List(ListItems::Hours) => "list of hours".to_owned(),
        ValueType::List(
            ListItems::OneOf(words)
            | ListItems::OneOfOr(words, _)
            | ListItems::Patterns(words)
            | ListItems::IgnoringCase(words),
        ) => {
            format!("list of {}", names(words()))
        }
        ValueType::Text(TextFormat::Url | TextFormat::FolderUrl) => "URL".to_owned(),
        ValueType::Text(TextFormat::OneOf(words)) => names(words.iter().map(|w| (*w).to_owned()).collect()),
        ValueType::Text(_) => "string".to_owned(),
    }
}

#[test]
fn the_reference_of_the_configuration_matches_the_table_of_keys() {
    let mut page = String::from(
        "# Configuration\n\nThis page is generated from the code. Every key in `feedmill.toml` is optional, and so is the file. \
         `feedmill init` writes\none that has every key in a comment. An [editor](editor.md) can complete and check the keys.\n\n\
         Many top-level keys are also flags, such as `--base-url`, and environment variables, such as `FEEDMILL_BASE_URL`; \
         see\n[the command line](command.md). Flags override variables, and variables override the file; an empty variable \
         counts as\nunset. An unknown key is an error, reported with its line and a suggestion. URLs must be absolute, with `http` or `https`.\n",
    );
    for table in TABLES {
        let head = if table.header.is_empty() { "Main feed" } else { table.header };
        page.push_str(&format!("\n## {head}\n\n{}\n", table.doc));
        if table.header == "[section.NAME]" {
            page.push_str("\nIt takes these keys of the [main feed](#main-feed):\n");
            let keys = table.keys.iter().copied().flatten().map(|key| format!("`{}`", key.name));
            page.push_str(&format!("{}.\n", keys.collect::<Vec<_>>().join(", ")));
            continue;
        }
        page.push_str(
            "\n| key | value | default | example | description |\n| --- | --- | --- | --- | --- |\n",
        );
        let keys = if table.header == "[[feed]]" { &table.keys[..1] } else { table.keys };
        for key in keys.iter().copied().flatten() {
            let otherwise = match key.default {
                KeyDefault::Value(value) => format!("`{value}`"),
                KeyDefault::Described(words) => words.to_owned(),
            };
            page.push_str(&format!(
                "| `{}` | {} | {otherwise} | `{}` | {} |\n",
                key.name,
                type_text(key.value_type),
                key.example,
                key.doc
            ));
        }
        if table.header == "[[feed]]" {
            page.push_str("\nIt also takes the keys of [a section](#sectionname).\n");
        }
    }
    assert_generated("docs/reference/config.md", &page);
}

/// Seeds by their paths.
type Seeds = &'static [(&'static str, &'static str)];

/// A configuration that some examples need and the page does not show.
const SITE: &str = "site_url = \"https://news.example/\"\n";

/// For each code, a configuration and seeds that cause the finding. The page shows them.
const EXAMPLES: &[(&str, &str, Seeds)] = &[
    ("address-guessed", SITE, &[("1.md", "---\ntitle: A title\ndate: 2024-06-01\n---\nText\n")]),
    ("config-bad-value", "limit = \"ten\"\n", &[]),
    ("config-credentials", "base_url = \"https://ann:key@news.example/\"\n", &[("1.txt", GOOD)]),
    ("config-syntax", "title = \n", &[]),
    ("config-unknown-key", "titel = \"Town news\"\n", &[]),
    ("config-unknown-section", "[section.twon]\ntitle = \"Town\"\n", &[("town/1.txt", GOOD)]),
    (
        "email-placeholder",
        "base_url = \"https://news.example/feeds/\"\nauthor = \"Ann <ann@mail.invalid>\"\n",
        &[("1.txt", GOOD)],
    ),
    ("feed-empty", "[[feed]]\nname = \"rain\"\ntitle_contains = \"rain\"\n", &[("1.txt", GOOD)]),
    (
        "feed-name",
        "base_url = \"https://f.example/\"\nsite_url = \"https://news.example/\"\nfeeds_by = [\"tag\"]\n",
        &[("1.md", "---\ntitle: A title\ndate: 2024-06-01\ntags: [\"..\"]\n---\nText\n")],
    ),
    ("no-base-url", "", &[("1.txt", GOOD)]),
    ("no-site-url", "", &[("1.md", "---\ntitle: A title\ndate: 2024-06-01\n---\nText\n")]),
    ("section-case", "", &[("Town/1.txt", GOOD), ("town/2.txt", GOOD)]),
    ("section-name", "", &[("rss.xml/1.txt", GOOD)]),
    (
        "seed-bad-character",
        "",
        &[("1.txt", "<!--1717225200000-->\n[A\u{8} title](https://news.example/1)\n------\n\n<p>Text</p>\n")],
    ),
    ("seed-bad-date", SITE, &[("1.md", "---\ntitle: A title\ndate: yesterday\n---\nText\n")]),
    ("seed-bad-link", "", &[("1.txt", "<!--1717225200000-->\n[A title](ftp://news.example/1)\n------\n")]),
    ("seed-bad-matter", SITE, &[("1.md", "---\ntitle: [A title\ndate: 2024-06-01\n---\nText\n")]),
    ("seed-bad-stamp", "", &[("1.txt", "<!--yesterday-->\n[A title](https://news.example/1)\n------\n")]),
    ("seed-empty", "", &[("1.txt", "")]),
    ("seed-future", "", &[("1.txt", "<!--4102444800000-->\n[A title](https://news.example/1)\n------\n")]),
    (
        "seed-link-credentials",
        "",
        &[("1.txt", "<!--1717225200000-->\n[A title](https://ann:key@news.example/1)\n------\n")],
    ),
    ("seed-merged", "", &[("1.txt", GOOD), ("2.txt", GOOD)]),
    (
        "seed-no-address",
        SITE,
        &[(
            "1.html",
            "<!DOCTYPE html>\n<title>A title</title>\n<meta property=\"article:published_time\" content=\"2024-06-01T12:00:00Z\">\n<p>Text</p>\n",
        )],
    ),
    (
        "seed-no-date",
        SITE,
        &[(
            "1.html",
            "<!DOCTYPE html>\n<title>A title</title>\n<link rel=\"canonical\" href=\"https://news.example/1\">\n<p>Text</p>\n",
        )],
    ),
    ("seed-loose-matter", SITE, &[("1.md", "---\ntitle: Part one: the end\ndate: 2024-06-01\n---\nText\n")]),
    ("seed-no-link", "", &[("1.txt", "<!--1717225200000-->\n[A title]()\n------\n")]),
    (
        "seed-no-rule",
        "",
        &[("1.txt", "<!--1717225200000-->\n[A title](https://news.example/1)\n\n<p>Text</p>\n")],
    ),
    ("seed-no-stamp", "", &[("1.txt", "[A title](https://news.example/1)\n------\n")]),
    ("seed-no-title", "", &[("1.txt", "<!--1717225200000-->\n<p>Text</p>\n")]),
    ("seed-passed-over", "", &[("1.txt", GOOD), ("README.md", "# Read me\n")]),
    (
        "seed-placeholder",
        SITE,
        &[(
            "1.html",
            "<!DOCTYPE html>\n<title>A title</title>\n<meta property=\"article:published_time\" content=\"2024-06-01T12:00:00Z\">\n\
             <p>The river froze over in the night, and the mill stood still until noon. Nobody in the town had seen so much\n\
             ice before. The miller opened the sluice by hand, with a bar of iron and the help of six neighbours, and by the\n\
             evening the wheel turned again, slowly at first and then as fast as ever.</p>\n",
        )],
    ),
    (
        "seed-same-id",
        "ids = \"file\"\n",
        &[
            ("48211-a.txt", GOOD),
            (
                "48211-b.txt",
                "<!--1717225200000-->\n[Another title](https://news.example/2)\n------\n\n<p>Text</p>\n",
            ),
        ],
    ),
    (
        "seed-stamp-line",
        "",
        &[(
            "1.txt",
            "<!--1717225200000--> by Ann\n[A title](https://news.example/1)\n------\n\n<p>Text</p>\n",
        )],
    ),
    (
        "seed-stamp-range",
        "",
        &[("1.txt", "<!--253402300800000-->\n[A title](https://news.example/1)\n------\n")],
    ),
    ("seed-stamp-unit", "", &[("1.txt", "<!--1717225200-->\n[A title](https://news.example/1)\n------\n")]),
    ("seed-stamp-unset", "", &[("1.txt", "<!---1-->\n[A title](https://news.example/1)\n------\n")]),
    ("seed-tag", SITE, &[("1.md", "---\ntitle: A title\ndate: 2024-06-01\n---\nText\n\n{{< weather >}}\n")]),
    (
        "seed-title-empty",
        "",
        &[("1.txt", "<!--1717225200000-->\n[](https://news.example/1)\n------\n\n<p>Text</p>\n")],
    ),
    (
        "seed-unlisted",
        SITE,
        &[("1.txt", GOOD), ("2.md", "---\ntitle: A title\ndate: 2024-06-01\nhidden: true\n---\nText\n")],
    ),
    (
        "seed-clutter",
        SITE,
        &[(
            "1.txt",
            "<!--1717225200000-->\n[A title](https://news.example/1)\n------\n\n<p>Text</p><div class=\"advert\">Buy!</div>\n",
        )],
    ),
    (
        "seed-lost-media",
        SITE,
        &[(
            "1.txt",
            "<!--1717225200000-->\n[A title](https://news.example/1)\n------\n\n<p>Text</p><img src=\"file:///C:/ferry.jpg\">\n",
        )],
    ),
    (
        "seed-lost-text",
        SITE,
        &[(
            "1.txt",
            "<!--1717225200000-->\n[A title](https://news.example/1)\n------\n\n<div class=\"advert\">Buy!</div>\n",
        )],
    ),
    (
        "seed-weak-metadata",
        SITE,
        &[(
            "1.html",
            "<!DOCTYPE html>\n<title>A title</title>\n<link rel=\"canonical\" href=\"https://news.example/2024/06/01/1\">\n<p>Text</p>\n",
        )],
    ),
];
const GOOD: &str = "<!--1717225200000-->\n[A title](https://news.example/1)\n------\n\n<p>Text</p>\n";

/// Builds an example and returns its findings with one code, as `human` output.
fn findings_of(code: &str, config: &str, seeds: &[(&str, &str)]) -> String {
    let (from, to, mut sink) = (MemoryStore::new(), MemoryStore::new(), Sink::collecting());
    for (path, text) in seeds {
        from.replace(path.as_ref(), text.as_bytes()).unwrap();
    }
    let raw = RawConfig::read(config, Path::new("feedmill.toml"), &mut sink);
    if let Ok(plan) = raw.and_then(|raw| raw.resolve(&mut sink)) {
        let options = Options {
            now: UnixMs(1_717_300_000_000),
            started: SystemTime::UNIX_EPOCH,
            wait: Duration::ZERO,
            shared: false,
            prune: false,
            check: false,
            probe: None,
            progress: None,
        };
        // The error that no seed could be read is expected: the finding comes before it.
        let _ = build(&plan, &from, &to, options, &mut sink);
    }
    let mut out = Vec::new();
    let human = renderer("human").unwrap();
    for found in sink.collected().iter().filter(|d| d.meta.code == code) {
        human.render(found, &mut out).unwrap();
    }
    String::from_utf8(out).unwrap()
}

/// Makes a sentence of a title.
fn capitalized(title: &str) -> String {
    let mut chars = title.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[test]
fn the_page_of_diagnostics_shows_what_feedmill_prints() {
    let mut page = String::from(
        "# Diagnostics\n\nThis page is generated from the code. It lists what `feedmill` reports about seeds, feeds and the \
         configuration; [the check\nrules](../rules.md) list what it reports about the content of feeds. The meaning of a code \
         never changes. `--quiet` shows only\nerrors, `--verbose` also notes. `--strict` exits with 1 if there is an error or a \
         warning.\n\n| code | severity | problem |\n| --- | --- | --- |\n",
    );
    for meta in CODES {
        page.push_str(&format!("| [{0}](#{0}) | {1} | {2} |\n", meta.code, meta.severity, meta.title));
    }
    for meta in CODES {
        let remedy = meta.remedy.replace("<", "&lt;");
        page.push_str(&format!("\n## {}\n\n{}. Fix: {remedy}.\n", meta.code, capitalized(meta.title)));
        let Some((code, config, seeds)) = EXAMPLES.iter().find(|e| e.0 == meta.code) else { continue };
        let output = findings_of(code, config, seeds);
        assert!(output.contains(&format!("[{code}]")), "the example of {code} does not cause it: {output:?}");
        let shown: String = match (config.is_empty() || *config == SITE, seeds) {
            (false, _) => (*config).to_owned(),
            (true, [(_, text)]) => text.replace('\u{8}', "\u{fffd}"),
            _ => String::new(),
        };
        if !shown.is_empty() && !matches!(*code, "no-base-url" | "section-name") {
            page.push_str(&format!("\n```text\n{shown}```\n"));
        }
        page.push_str(&format!("\n```text\n{output}```\n"));
    }
    // These need a disk, a server, audio or an earlier run. tests/cli covers them.
    let without_example: Vec<&str> =
        CODES.iter().map(|m| m.code).filter(|c| EXAMPLES.iter().all(|e| e.0 != *c)).collect();
    let known = [
        "audio-broken",
        "audio-chapters",
        "audio-cover",
        "audio-date",
        "audio-format",
        "audio-missing",
        "audio-notes",
        "audio-truncated",
        "cache-unusable",
        "catalog-lost",
        "check-not-a-feed",
        "check-not-verified",
        "check-unreadable",
        "config-too-complex",
        "feed-orphan",
        "hub-unreachable",
        "index-foreign",
        "media-address",
        "media-unknown",
        "media-unpublished",
        "seed-address-unknown",
        "seed-changed",
        "seed-crash",
        "seed-encoding",
        "seed-forbidden",
        "seed-markup",
        "seed-not-a-path",
        "seed-special",
        "seed-too-large",
        "seed-unreadable",
        "site-not-read",
        "template-broken",
    ];
    assert_eq!(without_example, known, "a new code needs an example");
    assert_generated("docs/reference/diagnostics.md", &page);
}

#[test]
fn the_page_of_requirements_lists_what_the_profiles_apply() {
    let mut page = String::from(
        "# Podcast requirements\n\nThis page is generated from the code. It lists what Apple Podcasts, Spotify and PSP-1 require of a podcast,\n\
         with the rule that reports a violation. `feedmill check --profile NAME` uses the severities of a column; rules without a row\n\
         keep their own. Rules that begin with `http/` need `--online`; all others work without the network.\n\n| requirement | rule |",
    );
    for profile in Profile::ALL {
        page.push_str(&format!(" `{}` |", profile.name()));
    }
    page.push_str("\n| --- | --- | --- | --- | --- | --- |\n");
    for requirement in REQUIREMENTS {
        page.push_str(&format!(
            "| {} | [{code}](../rules.md#{}) |",
            requirement.text,
            anchor(requirement.code),
            code = requirement.code
        ));
        for profile in Profile::ALL {
            let severity = requirement.severity(profile);
            page.push_str(&format!(
                " {} |",
                severity.map_or("–".to_owned(), |severity| severity.to_string())
            ));
        }
        page.push('\n');
    }
    page.push_str(
        "\nSources: [Apple Podcasts](https://podcasters.apple.com/support/823-podcast-requirements),\n\
         [Spotify](https://support.spotify.com/creators/article/podcast-specification-doc/) and\n\
         [PSP-1](https://github.com/Podcast-Standards-Project/PSP-1-Podcast-RSS-Specification).\n\n\
         Spotify's own document could not be read when the column `spotify` was written. It was derived from the requirements\n\
         that stores share and from what others report, so compare it with the document before you rely on it.\n",
    );
    assert_generated("docs/reference/podcasts.md", &page);
}

/// Returns the anchor of a rule's heading: the code without its slash.
fn anchor(code: &str) -> String {
    code.replace('/', "")
}

#[test]
fn the_readme_is_short() {
    let lines = fs::read_to_string(root().join("README.md")).unwrap().lines().count();
    assert!(lines < 150, "{lines} lines");
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
fn the_figures_of_the_readme_are_in_the_performance_page() {
    let part = |page: &str, from: &str, to: &str| -> String {
        let text = fs::read_to_string(root().join(page)).unwrap();
        text.split_once(from).unwrap().1.split_once(to).unwrap().0.to_owned()
    };
    let measured = part("docs/performance.md", "## The mill", "### Where the time goes");
    let measured: Vec<&str> = measured.split_whitespace().collect();
    let claimed = part("README.md", "## How fast", "## More");
    let claimed = claimed.split_whitespace().map(|word| word.trim_end_matches([',', ';', '.']));
    let figures: Vec<&str> = claimed.filter(|word| word.starts_with(|c: char| c.is_ascii_digit())).collect();
    let unknown: Vec<&&str> = figures.iter().filter(|figure| !measured.contains(figure)).collect();
    assert!(figures.len() > 8 && unknown.is_empty(), "not in docs/performance.md: {unknown:?}");
}

#[test]
fn the_page_of_rules_matches_the_rules() {
    let rules = feedmill::check::rules();
    let mut page = String::from(
        "# Rules of `feedmill check`\n\nThis page is generated from the code; `feedmill rules CODE` prints the same text.\n\n\
         | rule | severity | problem |\n| --- | --- | --- |\n",
    );
    for rule in &rules {
        let anchor = rule.meta.code.replace('/', "");
        let row =
            format!("| [{}](#{anchor}) | {} | {} |\n", rule.meta.code, rule.meta.severity, rule.meta.title);
        page.push_str(&row);
    }
    rules.iter().for_each(|rule| page.push_str(&format!("\n{}", rule.page())));
    assert_generated("docs/rules.md", &page);
}

/// Public items that library users call, by file. Each has an example in its documentation.
const CALLED: &[(&str, &[&str])] = &[
    ("crates/check/src/lib.rs", &["fn check("]),
    ("crates/check/src/registry.rs", &["fn rules("]),
    ("src/config/keys.rs", &["static TABLES", "fn keys("]),
    ("src/config/mod.rs", &["fn set(", "fn is_feed_name("]),
    ("src/config/read.rs", &["fn from_bytes(", "fn read("]),
    ("src/config/resolve.rs", &["fn resolve("]),
    ("src/config/schema.rs", &["fn schema("]),
    ("crates/diag/src/codes.rs", &["fn find("]),
    ("crates/diag/src/lib.rs", &["enum Severity", "struct Finding"]),
    ("crates/diag/src/text.rs", &["fn nearest<", "fn printable("]),
    ("crates/diag/src/render/mod.rs", &["fn renderer("]),
    ("crates/diag/src/sink.rs", &["struct Sink", "fn collecting("]),
    ("crates/diag/src/levels.rs", &["struct Levels", "fn matches_code("]),
    ("src/error.rs", &["struct Error", "fn io("]),
    ("src/format/mod.rs", &["static FORMATS", "fn format("]),
    ("crates/html/src/clean.rs", &["struct Policy", "fn clean("]),
    ("crates/html/src/escape.rs", &["fn xml_text(", "fn escape_text(", "fn escape_attribute("]),
    ("crates/html/src/summary.rs", &["fn summary("]),
    ("src/model/article.rs", &["struct Article"]),
    ("src/model/entry.rs", &["struct Entry", "struct Person"]),
    ("src/model/feed.rs", &["struct Feed"]),
    ("src/model/podcast.rs", &["struct Podcast", "fn guid("]),
    ("src/net/probe.rs", &["struct Probe"]),
    ("src/seed/mod.rs", &["fn parse<"]),
    ("src/serve/mod.rs", &["struct Server"]),
    ("src/pipeline/articles.rs", &["fn feeds("]),
    ("src/pipeline/context.rs", &["struct Options"]),
    ("src/pipeline/inspect.rs", &["fn inspect("]),
    ("src/pipeline/mod.rs", &["fn build("]),
    ("src/store/fs.rs", &["struct FsStore"]),
    ("src/store/memory.rs", &["struct MemoryStore"]),
    (
        "crates/types/src/lib.rs",
        &["struct UnixMs", "struct Bytes", "struct MediaType", "fn is_well_formed_language(", "fn excerpt("],
    ),
    ("crates/types/src/credentials.rs", &["fn redact("]),
    ("src/watch.rs", &["struct Watch "]),
];

#[test]
fn items_for_library_users_have_an_example() {
    for (file, items) in CALLED {
        let text = fs::read_to_string(root().join(file)).unwrap();
        for item in *items {
            let (before, _) =
                text.split_once(&format!("pub {item}")).unwrap_or_else(|| panic!("{file}: no {item}"));
            let lines = before.lines().rev().skip_while(|line| line.trim().is_empty());
            let mut above =
                lines.map(str::trim).take_while(|line| line.starts_with("///") || line.starts_with("#["));
            assert!(above.any(|line| line.starts_with("/// ```")), "{file}: `{item}` shows no example");
        }
    }
}
