//! The JSON schema for editors accepts exactly the configurations that feedmill accepts.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test should stop at once")]

use std::fs;
use std::path::{Path, PathBuf};

use boon::{Compiler, SchemaIndex, Schemas};
use feedmill::config::{Key, KeyDefault, ListItems, RawConfig, TABLES, Table, TextFormat, ValueType, schema};
use feedmill::diag::Sink;
use serde_json::Value;

struct Schema {
    all: Schemas,
    index: SchemaIndex,
}

impl Schema {
    fn new() -> Self {
        let (mut all, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("feedmill.json", schema()).unwrap();
        let index = compiler.compile("feedmill.json", &mut all).unwrap();
        Self { all, index }
    }

    fn accepts(&self, config: &str) -> Result<(), String> {
        let table: toml::Table = config.parse().map_err(|e: toml::de::Error| e.to_string())?;
        let value: Value = serde_json::to_value(table).unwrap();
        self.all.validate(&value, self.index).map_err(|e| e.to_string())
    }
}

fn feedmill_accepts(config: &str) -> Result<(), String> {
    let mut sink = Sink::collecting();
    let raw = RawConfig::read(config, Path::new("feedmill.toml"), &mut sink);
    match raw.and_then(|raw| raw.resolve(&mut sink)) {
        Ok(_) => Ok(()),
        Err(_) => Err(sink.collected().iter().map(|d| d.message()).collect::<Vec<_>>().join("\n")),
    }
}

/// Asserts that schema and feedmill both accept, or both reject, a configuration.
#[track_caller]
fn assert_both(schema: &Schema, config: &str, is_valid: bool) {
    let (one, other) = (schema.accepts(config), feedmill_accepts(config));
    assert_eq!(
        (one.is_ok(), other.is_ok()),
        (is_valid, is_valid),
        "{config}\nschema: {one:?}\nfeedmill: {other:?}"
    );
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_configuration_in_the_repository_is_valid() {
    let golden = fs::read_dir(root().join("tests/golden")).unwrap();
    let golden = golden.map(|case| case.unwrap().path().join("feedmill.toml"));
    let mut files: Vec<PathBuf> = golden.chain([root().join("feedmill.toml")]).collect();
    files.push(root().join("src/command/init.toml"));
    assert!(files.len() > 5);
    let schema = Schema::new();
    for file in files {
        assert_both(&schema, &fs::read_to_string(&file).unwrap(), true);
    }
    // The template of `init` without its comment marks sets every key.
    let template = fs::read_to_string(root().join("src/command/init.toml")).unwrap();
    let shown: Vec<&str> =
        template.lines().filter(|l| !l.starts_with("# ")).map(|l| l.trim_start_matches('#')).collect();
    assert_both(&schema, &shown.join("\n"), true);
}

/// Returns the header of a table, and the other keys that it requires.
fn table(table: &Table) -> (String, &'static str) {
    let head = table.header.replace("NAME", "town");
    let rest = if head == "[[feed]]" { "name = 'x'\n" } else { "" };
    (if head.is_empty() { head } else { format!("{head}\n") }, rest)
}

fn required_by(key: &Key) -> &'static str {
    if key.name == "archive" { "base_url = 'https://news.example/'\n" } else { "" }
}

fn for_each_key(mut visit: impl FnMut(&str, &str, &Key)) {
    for t in TABLES {
        let (head, rest) = table(t);
        for key in t.keys.iter().copied().flatten() {
            visit(&head, if key.name == "name" { "" } else { rest }, key);
        }
    }
}

#[test]
fn every_key_accepts_its_example_and_default_and_rejects_other_types() {
    let schema = Schema::new();
    let mut seen = 0;
    for_each_key(|head, rest, key| {
        let Key { name, example, .. } = *key;
        let needs = required_by(key);
        assert_both(&schema, &format!("{head}{rest}{needs}{name} = {example}"), true);
        if let KeyDefault::Value(value) = key.default {
            assert_both(&schema, &format!("{head}{rest}{name} = {value}"), true);
        }
        for other in ["'x y'", "true", "3", "['x']", "[3]", "{}", "2024-01-01", "1.5", "-1"] {
            let fits = matches!(
                (key.value_type, other),
                (
                    ValueType::Text(
                        TextFormat::Any | TextFormat::Path | TextFormat::FolderName | TextFormat::Regex
                    ),
                    "'x y'"
                ) | (ValueType::Number, "3")
                    | (ValueType::Bool, "true")
                    | (ValueType::List(ListItems::Any), "['x']")
                    | (ValueType::List(ListItems::Hours), "[3]")
            );
            assert_both(&schema, &format!("{head}{rest}{needs}{name} = {other}"), fits);
        }
        assert_both(&schema, &format!("{head}{rest}{name}_ = {example}"), false);
        seen += 1;
    });
    assert!(seen > 50, "only {seen} keys");
}

#[test]
fn schema_and_feedmill_reject_the_same_configurations() {
    let schema = Schema::new();
    for config in [
        "base_url = 'feeds'",
        "base_url = 'ftp://a.example/'",
        "base_url = 'https://'",
        "base_url = 'https://news.example/?a=1'",
        "base_url = 'https://news.example/#a'",
        "seeds = ''",
        "feeds = ''",
        "cache_dir = ''",
        "icon = 'icon.png'",
        "language = 'english language'",
        "language = 'a'",
        "language = 'en-'",
        "ids = 'guid'",
        "formats = []",
        "formats = ['rss', 'rdf']",
        "index = ['html']",
        "limit = -1",
        "section = 1",
        "section = { town = 1 }",
        "feed = { name = 'x' }",
        "feed = [1]",
        "[[feed]]\ntitle = 'x'",
        "[[feed]]\nname = ''",
        "[[feed]]\nname = '.x'",
        "[[feed]]\nname = 'a/b'",
        "[[feed]]\nname = 'rss.xml'",
        "podcast = true",
        "podcast = []",
        "[podcast]\ncategory = ['Weather']",
        "[podcast]\ncategory = ['Arts Books']",
        "[podcast]\nguid = 'town'",
        "[podcast]\nowner = 'Ann'",
        "[podcast]\ntype = 'daily'",
        "[section.a.podcast]\nowners = 'x'",
        "[section.a]\nseeds = 'x'",
        "[section.a]\nname = 'x'",
        "[clean.podcast]\ntype = 'serial'",
        "[check]\ndeny = ['notes']",
        "[check]\nallow = ['rss/nothing']",
        "[feeds]",
        "[unknown]",
    ] {
        assert_both(&schema, config, false);
    }
    for config in [
        "",
        "base_url = ''",
        "base_url = 'HTTP://news.example'",
        "language = ''",
        "[podcast]\ncategory = ['arts>BOOKS', ' tv & film']",
        "language = 'i-klingon'",
        "[section.'two words']",
        "[section.a.podcast]\n[podcast]\nlocked = true",
        "[[feed]]\nname = '橋'\n[feed.podcast]\nowner = 'ann@news.example'",
    ] {
        assert_both(&schema, config, true);
    }
}

/// The default in the schema and the reference is what happens without the key.
#[test]
fn writing_a_default_changes_nothing() {
    let build_with = |config: &str| {
        let folder = tempfile::tempdir().unwrap();
        let base = "base_url = 'https://samples.example/feeds/'\n";
        fs::write(folder.path().join("feedmill.toml"), format!("{base}{config}")).unwrap();
        let mut command = std::process::Command::new("cp");
        assert!(command.arg("-r").arg(root().join("seeds")).arg(folder.path()).status().unwrap().success());
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_feedmill"));
        let output = command.current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let files =
            [".feedmill", "index.html", "feeds.opml", "feed.css", "rss.xml", "atom.xml", "town/feed.json"];
        files.map(|file| fs::read(folder.path().join("feeds").join(file)).unwrap_or_default())
    };
    let mut config = String::new();
    for t in TABLES.iter().filter(|t| matches!(t.header, "" | "[clean]" | "[check]")) {
        config.push_str(&table(t).0);
        for key in t.keys.iter().copied().flatten() {
            if let KeyDefault::Value(value) = key.default {
                config.push_str(&format!("{} = {value}\n", key.name));
            }
        }
    }
    assert!(config.lines().count() > 12, "{config}");
    assert!(build_with("") == build_with(&config), "{config}");
}
