//! What we depend on: from where, on what terms, with which compiler, and why. `cargo deny` looks deeper; this is the
//! part of `deny.toml` that needs nothing but cargo.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test should stop at once")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn table(path: &str) -> toml::Table {
    read(path).parse().unwrap()
}

fn printed(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What is compiled for this system; where asked, for the tests too.
fn packages(with_tests: bool) -> Vec<Value> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let edges = if with_tests { "normal,build,dev" } else { "normal,build" };
    // Metadata alone has optional ones too that nobody asked for.
    let tree = ["tree", "--locked", "--offline", "--prefix", "none", "--format", "{p}", "--edges", edges];
    let tree = printed(&cargo, &tree);
    let compiled: BTreeSet<_> = tree
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "))
        .collect();
    let compiler = printed("rustc", &["-vV"]);
    let host = compiler.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let args = ["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host];
    let mut metadata: Value = serde_json::from_str(&printed(&cargo, &args)).unwrap();
    let Value::Array(mut packages) = metadata["packages"].take() else { panic!("cargo lists no packages") };
    packages.retain(|p| compiled.contains(&format!("{} v{}", text(p, "name"), text(p, "version"))));
    assert_eq!(packages.len(), compiled.len());
    packages
}

fn text<'a>(package: &'a Value, key: &str) -> &'a str {
    package[key].as_str().unwrap_or_default()
}

fn strings(value: &toml::Value, key: Option<&str>) -> BTreeSet<String> {
    let all = value.as_array().unwrap().iter();
    all.map(|v| key.map_or(v, |key| &v[key]).as_str().unwrap().to_owned()).collect()
}

/// Whether what is allowed satisfies an SPDX expression, in which `/` is an old way to write `OR`.
fn satisfied(expression: &str, allowed: &BTreeSet<String>) -> bool {
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
fn an_expression_is_read_as_spdx_says() {
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
        assert_eq!(satisfied(expression, &allowed), holds, "{expression}");
    }
}

#[test]
fn licences_sources_and_bans_are_those_of_deny_toml() {
    let deny = table("deny.toml");
    let allowed = strings(&deny["licenses"]["allow"], None);
    let banned = strings(&deny["bans"]["deny"], Some("name"));
    let skipped = strings(&deny["bans"]["skip"], Some("crate"));
    let mut wrong = Vec::new();
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in packages(false) {
        let (name, licence) = (text(&package, "name").to_owned(), text(&package, "license"));
        if !satisfied(licence, &allowed) {
            wrong.push(format!("{name} is under `{licence}`"));
        }
        if banned.contains(&name) {
            wrong.push(format!("{name} is banned"));
        }
        versions.entry(name).or_default().insert(text(&package, "version").to_owned());
    }
    for (name, mut versions) in versions {
        versions.retain(|version| !skipped.contains(&format!("{name}@{version}")));
        if versions.len() > 1 {
            wrong.push(format!("{name} is there in {versions:?}"));
        }
    }
    let lock = table("Cargo.lock");
    let sources: BTreeSet<_> =
        lock["package"].as_array().unwrap().iter().filter_map(|p| p.get("source")?.as_str()).collect();
    if sources.len() != 1 || !sources.iter().all(|source| source.starts_with("registry+")) {
        wrong.push(format!("crates come from {sources:?}"));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_dependency_wants_a_newer_compiler_than_ours_is_said_to_be() {
    let number = |version: &str| version.split('.').map(|n| n.parse::<u32>().unwrap()).collect::<Vec<_>>();
    let ours = number(table("Cargo.toml")["workspace"]["package"]["rust-version"].as_str().unwrap());
    let packages = packages(true);
    let newer = packages.iter().filter(|package| {
        let wants = text(package, "rust_version");
        !wants.is_empty() && number(wants) > ours
    });
    let newer: Vec<_> = newer.map(|package| (text(package, "name"), text(package, "rust_version"))).collect();
    assert!(newer.is_empty(), "{newer:?}");
}

#[test]
fn the_compiler_is_the_same_wherever_it_is_named() {
    let manifest = table("Cargo.toml");
    let version = manifest["workspace"]["package"]["rust-version"].as_str().unwrap();
    for (file, naming) in [
        ("README.md", format!("Rust {version} or newer")),
        ("Dockerfile", format!("FROM rust:{version}-bookworm")),
        (".github/workflows/release.yml", format!("container: rust:{version}-bookworm")),
    ] {
        assert!(read(file).contains(&naming), "{file} lacks `{naming}`");
    }
}

#[test]
fn each_direct_dependency_has_its_row_in_decisions_and_no_other_has() {
    let decisions = read("docs/decisions.md");
    let section = decisions.split("## Crates\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let rows: BTreeSet<_> = rows.map(str::to_owned).collect();
    let manifest = table("Cargo.toml");
    let direct = manifest["workspace"]["dependencies"].as_table().unwrap().keys();
    let direct = direct.filter(|name| !name.starts_with("feedmill-"));
    assert_eq!(rows, direct.cloned().collect());
}
