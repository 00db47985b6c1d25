//! Attacks that others published on HTML sanitizers, tried on the library. tests/cli/attack.rs has the attacks on the command
//! and the server.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test should stop at once")]

mod html;
mod oracle;
mod reliability;

use std::path::{Path, PathBuf};

/// Returns every Rust file below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => sources(&path),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .collect()
}

#[test]
fn the_tests_and_files_in_security_md_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let code: String = ["src", "crates", "tests"]
        .iter()
        .flat_map(|folder| sources(&root.join(folder)))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let names: Vec<_> = text.split('`').skip(1).step_by(2).collect();
    let tests: Vec<_> = names.iter().filter(|name| name.matches('_').count() > 2).collect();
    assert!(tests.len() > 8);
    for name in tests {
        assert!(code.contains(&format!("fn {name}(")), "no test {name}");
    }
    for file in names.iter().filter(|name| name.ends_with(".rs") && name.contains('/')) {
        assert!(root.join(file).is_file(), "no file {file}");
    }
}
