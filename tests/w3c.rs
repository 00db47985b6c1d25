//! Agreement with the W3C feed validator on its own test cases, which are kept outside the repository.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test should stop at once")]

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use feedmill::check::{Options, Profile, check};
use feedmill::diag::{Finding, Severity};
use feedmill::types::UnixMs;

/// A day after all cases were written, and before the dates that they mean as future dates.
const NOW: UnixMs = UnixMs(1_790_000_000_000);

/// Agreement reached so far. These may only rise.
const FLOORS: [(&str, f64); 3] = [("verdict", 0.999), ("class", 0.994), ("line", 0.96)];

fn table(name: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|l| l.split('\t').map(str::to_owned).collect()).collect()
}

fn cases() -> PathBuf {
    let shared =
        std::env::var_os("FEEDMILL_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    Path::new(env!("CARGO_MANIFEST_DIR")).join(shared).join("w3c/open")
}

/// True if an expected class is among the findings.
fn has_class(found: &[Finding], codes: &str) -> bool {
    match codes {
        "ERROR" => found.iter().any(|d| d.severity == Severity::Error),
        "WARNING" => found.iter().any(|d| d.severity == Severity::Warning),
        _ => match codes.strip_prefix('!') {
            Some(none) => !found.iter().any(|d| none.split(' ').any(|c| c == d.meta.code)),
            None => found.iter().any(|d| codes.split(' ').any(|c| c == d.meta.code)),
        },
    }
}

/// Returns the findings about the element in `params`. Another element may have the same fault.
fn about(found: &[Finding], params: &str) -> Vec<Finding> {
    let element = params.split(',').find_map(|p| p.strip_prefix("element:"));
    let names = |d: &&Finding| element.is_none_or(|e| d.detail.contains(&format!("`{e}`")));
    found.iter().filter(names).cloned().collect()
}

#[test]
#[cfg_attr(not(has_shared), ignore = "needs external data (FEEDMILL_SHARED)")]
fn check_agrees_with_the_w3c_validator() {
    let map: HashMap<String, String> =
        table("w3c-map.tsv").into_iter().skip(1).map(|row| (row[0].clone(), row[1].clone())).collect();
    let exceptions: Vec<String> =
        table("w3c-exceptions.tsv").into_iter().skip(1).map(|row| row[0].clone()).collect();
    let folder = cases();
    let manifest = std::fs::read_to_string(folder.join("manifest.tsv")).unwrap();
    let mut counts: BTreeMap<String, [[usize; 2]; 3]> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut rows = 0;
    for row in manifest.lines().skip(1).map(|l| l.split('\t').collect::<Vec<_>>()) {
        let [path, _, expect, class, _, params, kept, verdict, line, ..] = row[..] else { panic!("{row:?}") };
        rows += 1;
        if exceptions.iter().any(|e| e == path) {
            continue;
        }
        let bytes = std::fs::read(folder.join(path)).unwrap();
        let url = format!("http://www.feedvalidator.org/testcases/{path}");
        let options = Options { file: path, url: Some(&url), now: Some(NOW), is_podcast: false };
        let found: Vec<Finding> =
            check(&bytes, options).into_iter().filter_map(|finding| Profile::W3c.apply(finding)).collect();
        let first = found.iter().find(|d| d.severity == Severity::Error);
        let group = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let mut count = |index: usize, ok: bool, what: String| {
            for group in [group.clone(), "all".to_owned()] {
                let cell = &mut counts.entry(group).or_default()[index];
                cell[0] += usize::from(ok);
                cell[1] += 1;
            }
            if !ok {
                wrong.push(format!("{}: {path}: {what}", FLOORS[index].0));
            }
        };
        count(0, first.is_some() == (verdict == "invalid"), format!("{verdict} there"));
        if kept == "yes" {
            // A class without a row has no counterpart in our rules.
            let codes = map.get(class).map_or("", String::as_str);
            let found = if expect == "absent" { about(&found, params) } else { found.clone() };
            count(1, has_class(&found, codes) == (expect == "present"), format!("{class} is {expect} there"));
        }
        if let (Some(first), Ok(line)) = (first, line.parse::<u32>()) {
            count(2, first.place.line == line, format!("line {line} there, {} here", first.place.line));
        }
    }
    println!("{:45} {:>11} {:>11} {:>11}", "", "verdict", "class", "line");
    for (group, cells) in &counts {
        let cells: Vec<String> =
            cells.iter().map(|[ok, all]| format!("{:>11}", format!("{ok}/{all}"))).collect();
        println!("{group:45} {}", cells.join(" "));
    }
    println!("{}", wrong.join("\n"));
    assert!(exceptions.len() * 50 <= rows, "exceptions are more than 2 %");
    for ((name, floor), [ok, all]) in FLOORS.iter().zip(counts["all"]) {
        let share = ok as f64 / all as f64;
        assert!(share >= *floor, "{name}: {share:.4} is below {floor}");
    }
}
