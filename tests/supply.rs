//! Dependencies: their sources, licences, compiler versions and reasons. `cargo deny` checks more; this is the part of
//! `deny.toml` that needs nothing but cargo.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test should stop at once")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn read_file(path: impl AsRef<Path>) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn read_toml(path: impl AsRef<Path>) -> toml::Table {
    read_file(path).parse().unwrap()
}

/// Returns the manifest of each crate in the workspace, the root first.
fn manifests() -> Vec<toml::Table> {
    let crates = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("crates")).unwrap();
    let mut paths: Vec<_> = crates.map(|entry| entry.unwrap().path().join("Cargo.toml")).collect();
    paths.sort();
    [read_toml("Cargo.toml")].into_iter().chain(paths.iter().map(read_toml)).collect()
}

/// Returns the oldest compiler that the workspace supports.
fn rust_version() -> String {
    read_toml("Cargo.toml")["workspace"]["package"]["rust-version"].as_str().unwrap().to_owned()
}

fn stdout_of(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the packages that are compiled for this system, with or without those that only tests use.
fn packages(with_tests: bool) -> Vec<Value> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let edges = if with_tests { "normal,build,dev" } else { "normal,build" };
    // `cargo metadata` alone lists optional packages too.
    let tree = [
        "tree",
        "--locked",
        "--offline",
        "--workspace",
        "--exclude",
        "feedmill-fuzz",
        "--prefix",
        "none",
        "--format",
        "{p}",
        "--edges",
        edges,
    ];
    let tree = stdout_of(&cargo, &tree);
    let lines = tree.lines().filter(|line| !line.is_empty());
    let compiled: BTreeSet<_> =
        lines.map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
    let compiler = stdout_of("rustc", &["-vV"]);
    let host = compiler.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let args = ["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host];
    let mut metadata: Value = serde_json::from_str(&stdout_of(&cargo, &args)).unwrap();
    let Value::Array(mut packages) = metadata["packages"].take() else {
        panic!("cargo metadata lists no packages")
    };
    packages.retain(|p| {
        compiled.contains(&format!("{} v{}", string_field(p, "name"), string_field(p, "version")))
    });
    assert_eq!(packages.len(), compiled.len());
    packages
}

fn string_field<'a>(package: &'a Value, key: &str) -> &'a str {
    package[key].as_str().unwrap_or_default()
}

fn strings(value: &toml::Value, key: Option<&str>) -> BTreeSet<String> {
    let all = value.as_array().unwrap().iter();
    all.map(|v| key.map_or(v, |key| &v[key]).as_str().unwrap().to_owned()).collect()
}

/// True if the allowed licences satisfy an SPDX expression. `/` is an old way to write `OR`.
fn is_satisfied(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced
        .replace(" WITH ", "~")
        .split_whitespace()
        .map(|w| w.replace('~', " WITH "))
        .collect::<Vec<_>>();
    words.reverse();
    any(&mut words, allowed)
}

fn any(words: &mut Vec<String>, allowed: &BTreeSet<String>) -> bool {
    let mut holds = all(words, allowed);
    while words.pop_if(|word| word == "OR").is_some() {
        holds |= all(words, allowed);
    }
    holds
}

fn all(words: &mut Vec<String>, allowed: &BTreeSet<String>) -> bool {
    let mut holds = one(words, allowed);
    while words.pop_if(|word| word == "AND").is_some() {
        holds &= one(words, allowed);
    }
    holds
}

fn one(words: &mut Vec<String>, allowed: &BTreeSet<String>) -> bool {
    let word = words.pop().unwrap();
    if word != "(" {
        return allowed.contains(&word);
    }
    let holds = any(words, allowed);
    assert_eq!(words.pop().as_deref(), Some(")"));
    holds
}

#[test]
fn licence_expressions_follow_spdx() {
    let allowed = ["MIT", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned).into();
    for (expression, holds) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0/MIT", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("Apache-2.0", false),
        ("MIT AND GPL-3.0 OR MIT", true),
        ("MIT AND (GPL-3.0 OR ISC)", false),
        ("(GPL-3.0 OR MIT) AND MIT", true),
    ] {
        assert_eq!(is_satisfied(expression, &allowed), holds, "{expression}");
    }
}

#[test]
fn licences_sources_and_bans_comply_with_deny_toml() {
    let deny = read_toml("deny.toml");
    let allowed = strings(&deny["licenses"]["allow"], None);
    let banned = strings(&deny["bans"]["deny"], Some("name"));
    let skipped = strings(&deny["bans"]["skip"], Some("crate"));
    let mut wrong = Vec::new();
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in packages(false) {
        let (name, licence) = (string_field(&package, "name").to_owned(), string_field(&package, "license"));
        if !is_satisfied(licence, &allowed) {
            wrong.push(format!("{name} is under `{licence}`"));
        }
        if banned.contains(&name) {
            wrong.push(format!("{name} is banned"));
        }
        versions.entry(name).or_default().insert(string_field(&package, "version").to_owned());
    }
    for (name, mut versions) in versions {
        versions.retain(|version| !skipped.contains(&format!("{name}@{version}")));
        if versions.len() > 1 {
            wrong.push(format!("several versions of {name}: {versions:?}"));
        }
    }
    let lock = read_toml("Cargo.lock");
    let sources: BTreeSet<_> =
        lock["package"].as_array().unwrap().iter().filter_map(|p| p.get("source")?.as_str()).collect();
    if sources.len() != 1 || !sources.iter().all(|source| source.starts_with("registry+")) {
        wrong.push(format!("crates come from {sources:?}"));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_dependency_needs_a_newer_compiler_than_our_rust_version() {
    let number = |version: &str| version.split('.').map(|n| n.parse::<u32>().unwrap()).collect::<Vec<_>>();
    let ours = number(&rust_version());
    let packages = packages(true);
    let newer = packages.iter().filter(|package| {
        let wants = string_field(package, "rust_version");
        !wants.is_empty() && number(wants) > ours
    });
    let newer: Vec<_> =
        newer.map(|package| (string_field(package, "name"), string_field(package, "rust_version"))).collect();
    assert!(newer.is_empty(), "{newer:?}");
}

#[test]
fn the_rust_version_is_the_same_everywhere() {
    let version = rust_version();
    for (file, naming) in [
        ("README.md", format!("Rust {version} or newer")),
        ("Dockerfile", format!("FROM rust:{version}-bookworm")),
        (".github/workflows/release.yml", format!("container: rust:{version}-bookworm")),
    ] {
        assert!(read_file(file).contains(&naming), "{file} lacks `{naming}`");
    }
}

#[test]
fn the_table_of_crates_in_decisions_has_exactly_the_direct_dependencies() {
    let decisions = read_file("docs/decisions.md");
    let section = decisions.split("## Crates\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let rows: BTreeSet<_> = rows.map(str::to_owned).collect();
    let mut direct = BTreeSet::new();
    for manifest in manifests() {
        let tables =
            ["dependencies", "dev-dependencies"].iter().filter_map(|kind| manifest.get(*kind)?.as_table());
        direct.extend(
            tables.flat_map(toml::Table::keys).filter(|name| !name.starts_with("feedmill-")).cloned(),
        );
    }
    assert_eq!(rows, direct);
}

#[test]
fn the_library_without_the_command_needs_fewer_than_115_crates() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut args = vec!["tree", "--locked", "--offline", "--package", "feedmill", "--no-default-features"];
    args.extend(["--prefix", "none", "--format", "{p}", "--edges", "normal,build"]);
    let tree = stdout_of(&cargo, &args);
    let crates: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(crates.len() < 115 && crates.contains("rss"), "{} crates: {crates:?}", crates.len());
}
