//! Feeds of real generators: `check` reports no errors except those that the generators really make.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test should stop at once")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use feedmill::check::{Options, check};
use feedmill::diag::Severity;

#[test]
fn check_reports_exactly_the_known_errors_of_generators() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/generators");
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in fs::read_to_string(folder.join("breaks.tsv")).unwrap().lines().skip(1) {
        let [file, code, reason] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        assert!(!reason.is_empty(), "{file}: {code} has no reason");
        known.entry(file.to_owned()).or_default().insert(code.to_owned());
    }
    let mut wrong = Vec::new();
    let mut files = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.ends_with(".md") || name.ends_with(".tsv") {
            continue;
        }
        files += 1;
        let found = check(&fs::read(&path).unwrap(), Options { file: &name, ..Options::default() });
        let errors = found.iter().filter(|d| d.severity == Severity::Error);
        let codes: BTreeSet<String> = errors.map(|d| d.meta.code.to_owned()).collect();
        let expected = known.remove(&name).unwrap_or_default();
        if codes != expected {
            wrong.push(format!("{name}: found {codes:?}, expected {expected:?}"));
        }
    }
    assert!(files >= 30 && known.is_empty(), "{files} files; no such file: {known:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
