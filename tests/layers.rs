//! Modules use only modules in lower layers, and modules of one layer do not use each other. The files of a folder do not use
//! each other in circles.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test should stop at once")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The modules of the root package from the bottom up; those in one row are siblings. The crates below them (`types`,
/// `diag`, `html`, `check`) are kept apart by the compiler.
const LAYERS: &[&[&str]] = &[
    &["types"],
    &["diag"],
    &["html"],
    &["check"],
    &["error", "proxy"],
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

/// Returns the names that the code of a file takes from its parent module, without its tests.
fn names_of_parent(code: &str) -> BTreeSet<String> {
    let code = code.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices("super::") {
        let start = code[..at].rfind('\n').map_or(0, |end| end + 1);
        if code[..at].ends_with("super::") || code[start..at].trim_start().starts_with("//") {
            continue;
        }
        let rest = &code[at + "super::".len()..];
        // The first name of each path, of one path or of those in braces.
        let (mut depth, mut name, mut is_first) = (0, String::new(), true);
        for c in rest.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                'a'..='z' | '0'..='9' | '_' if depth <= 1 && is_first => {
                    name.push(c);
                    continue;
                }
                ',' if depth == 1 => {
                    names.insert(std::mem::take(&mut name));
                    is_first = true;
                    continue;
                }
                c if c.is_whitespace() && depth > 0 => continue,
                _ => is_first = false,
            }
            if depth == 0 {
                break;
            }
            is_first = is_first || c == '{' && depth == 1;
        }
        names.insert(name);
    }
    names
}

/// Returns the modules from one that is used by itself through others, to itself.
fn circle<'a>(
    uses: &'a BTreeMap<String, BTreeSet<String>>,
    module: &'a str,
    path: &mut Vec<&'a str>,
    done: &mut BTreeSet<&'a str>,
) -> Option<String> {
    if let Some(start) = path.iter().position(|known| *known == module) {
        return Some([&path[start..], &[module]].concat().join(" -> "));
    }
    if !done.insert(module) {
        return None;
    }
    path.push(module);
    let found = uses[module].iter().find_map(|used| circle(uses, used, path, done));
    path.pop();
    found
}

#[test]
fn files_of_a_folder_do_not_use_each_other_in_circles() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for part in ["src", "crates"] {
        walk(&root.join(part), &mut |path| {
            let is_face =
                matches!(path.file_stem().unwrap().to_str().unwrap(), "lib" | "main" | "mod" | "tests");
            if path.extension().is_some_and(|e| e == "rs") && !is_face {
                folders.entry(path.parent().unwrap().to_owned()).or_default().push(path.to_owned());
            }
        });
    }
    let (mut circles, mut seen) = (Vec::new(), 0);
    for (folder, files) in folders {
        let stem = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
        let modules: BTreeSet<String> = files.iter().map(stem).collect();
        let uses: BTreeMap<String, BTreeSet<String>> = files
            .iter()
            .map(|file| {
                let used = names_of_parent(&fs::read_to_string(file).unwrap());
                let used: BTreeSet<String> = used.intersection(&modules).cloned().collect();
                seen += used.len();
                (stem(file), used)
            })
            .collect();
        let mut done = BTreeSet::new();
        for module in uses.keys() {
            let found = circle(&uses, module, &mut Vec::new(), &mut done);
            circles.extend(
                found.map(|circle| format!("{}: {circle}", folder.strip_prefix(root).unwrap().display())),
            );
        }
    }
    assert!(seen > 300, "only {seen} uses found");
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}
