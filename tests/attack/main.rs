//! What others published against programs like this one, tried on ours: HTML, XML and JSON, encodings, configuration.
//! Attacks on the command and the server stand in tests/cli/attack.rs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test should stop at once")]

mod html;
mod oracle;
mod reliability;

use std::path::{Path, PathBuf};

/// Every file of Rust below a folder.
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
fn what_security_md_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let code: String = ["src", "tests"]
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
