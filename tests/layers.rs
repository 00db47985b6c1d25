//! Arrows point down: a room uses only what stands to its left, and siblings never meet.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test should stop at once")]

use std::fs;
use std::path::Path;

/// The modules of the root package from the bottom up; those in one row are siblings. The crates below them (`types`,
/// `diag`, `html`, `check`) are kept apart by the compiler.
const LAYERS: &[&[&str]] = &[
    &["types"],
    &["diag"],
    &["html"],
    &["check"],
    &["error"],
    &["store", "watch"],
    &["model", "seed"],
    &["format", "net"],
    &["config"],
    &["catalog"],
    &["pipeline"],
    &["serve"],
    &["command"],
];

fn layer(room: &str) -> Option<usize> {
    LAYERS.iter().position(|row| row.contains(&room))
}

fn walk(path: &Path, visit: &mut dyn FnMut(&Path)) {
    if path.is_dir() {
        let mut all: Vec<_> = fs::read_dir(path).unwrap().map(|e| e.unwrap().path()).collect();
        all.sort();
        all.iter().for_each(|p| walk(p, visit));
    } else {
        visit(path);
    }
}

#[test]
fn arrows_point_down() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    let mut seen = 0;
    walk(&src, &mut |path| {
        let rest = path.strip_prefix(&src).unwrap();
        let first = rest.components().next().unwrap().as_os_str().to_str().unwrap();
        let room = first.trim_end_matches(".rs");
        if matches!(room, "lib" | "main") {
            return;
        }
        let own = layer(room).unwrap_or_else(|| panic!("src/{room} is in no layer"));
        for (number, line) in fs::read_to_string(path).unwrap().lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for after in line.split("crate::").skip(1) {
                let used: String =
                    after.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                seen += 1;
                let Some(other) = layer(&used) else {
                    wrong.push(format!("{}:{}: unknown room `{used}`", rest.display(), number + 1));
                    continue;
                };
                if used != room && other >= own {
                    wrong.push(format!("{}:{}: {room} uses {used}", rest.display(), number + 1));
                }
            }
        }
    });
    assert!(seen > 50, "the test reads what it should");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
