//! Modules use only modules in lower layers, and modules of one layer do not use each other.

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
    &["model"],
    &["generator"],
    &["seed"],
    &["format", "net"],
    &["config", "online"],
    &["catalog"],
    &["pipeline"],
    &["serve"],
    &["command"],
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|row| row.contains(&module))
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
fn modules_use_only_lower_layers() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    let mut seen = 0;
    walk(&src, &mut |path| {
        let rest = path.strip_prefix(&src).unwrap();
        let first = rest.components().next().unwrap().as_os_str().to_str().unwrap();
        let module = first.trim_end_matches(".rs");
        if matches!(module, "lib" | "main") {
            return;
        }
        let own = layer(module).unwrap_or_else(|| panic!("src/{module} is in no layer"));
        for (number, line) in fs::read_to_string(path).unwrap().lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for after in line.split("crate::").skip(1) {
                let used: String =
                    after.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                seen += 1;
                let Some(other) = layer(&used) else {
                    wrong.push(format!("{}:{}: unknown module `{used}`", rest.display(), number + 1));
                    continue;
                };
                if used != module && other >= own {
                    wrong.push(format!("{}:{}: {module} uses {used}", rest.display(), number + 1));
                }
            }
        }
    });
    assert!(seen > 50, "only {seen} uses found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
