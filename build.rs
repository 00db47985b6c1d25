//! Tells the tests what is at hand, so that a test which can't run is reported as ignored, by name; and the mill what
//! it was built of, so that no other build of it takes over what it remembers.

use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo::rustc-check-cfg=cfg(has_faults)");
    println!("cargo::rustc-check-cfg=cfg(has_shared)");
    println!("cargo::rustc-check-cfg=cfg(has_tools)");
    println!("cargo::rustc-check-cfg=cfg(has_readers)");
    for name in [
        "FEEDMILL_SHARED",
        "FEEDMILL_PYTHON",
        "FEEDMILL_NODE_MODULES",
        "FEEDMILL_FAULTS",
        "CARGO_MANIFEST_DIR",
    ] {
        println!("cargo::rerun-if-env-changed={name}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    let root = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let mut hasher = DefaultHasher::new();
    for part in ["src", "crates", "Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={part}");
        hash(&root.join(part), &mut hasher);
    }
    println!("cargo::rustc-env=FEEDMILL_SOURCES={:016x}", hasher.finish());
    let shared = env::var_os("FEEDMILL_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    // Joining an absolute path gives that path.
    if root.join(shared).join("seeds").is_dir() {
        println!("cargo::rustc-cfg=has_shared");
    }
    if env::var_os("FEEDMILL_PYTHON").is_some_and(|python| Path::new(&python).is_file()) {
        println!("cargo::rustc-cfg=has_tools");
    }
    if env::var_os("FEEDMILL_FAULTS").is_some() {
        println!("cargo::rustc-cfg=has_faults");
    }
    if env::var_os("FEEDMILL_NODE_MODULES").is_some_and(|modules| Path::new(&modules).is_dir()) {
        println!("cargo::rustc-cfg=has_readers");
    }
    if reads_packed_relocations() {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// Whether the C library here is one that reads DT_RELR: a megabyte less to load of tables of names, of which `check`
/// and the parsers have many. glibc does from 2.36 on; who builds for another machine gets what works on any.
fn reads_packed_relocations() -> bool {
    let target = env::var("TARGET").unwrap_or_default();
    if !target.ends_with("linux-gnu") || env::var("HOST").ok().as_ref() != Some(&target) {
        return false;
    }
    let Ok(said) = Command::new("getconf").arg("GNU_LIBC_VERSION").output() else { return false };
    let said = String::from_utf8_lossy(&said.stdout);
    let version = said.trim().strip_prefix("glibc ").and_then(|version| version.split_once('.'));
    let version = version.map(|(major, minor)| (major.parse::<u32>().ok(), minor.parse::<u32>().ok()));
    version >= Some((Some(2), Some(36)))
}

/// Every file, by its name and its bytes.
fn hash(path: &Path, hasher: &mut DefaultHasher) {
    let mut inner: Vec<PathBuf> =
        fs::read_dir(path).into_iter().flatten().filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    inner.sort();
    path.file_name().hash(hasher);
    fs::read(path).unwrap_or_default().hash(hasher);
    inner.iter().for_each(|path| hash(path, hasher));
}
