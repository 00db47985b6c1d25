//! Tells the tests what is at hand, so that a test which can't run is reported as ignored, by name.

use std::env;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rustc-check-cfg=cfg(has_shared)");
    println!("cargo::rustc-check-cfg=cfg(has_tools)");
    for name in ["FEEDMILL_SHARED", "FEEDMILL_PYTHON", "CARGO_MANIFEST_DIR"] {
        println!("cargo::rerun-if-env-changed={name}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    let root = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let shared = env::var_os("FEEDMILL_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    // Joining an absolute path gives that path.
    if root.join(shared).join("seeds").is_dir() {
        println!("cargo::rustc-cfg=has_shared");
    }
    if env::var_os("FEEDMILL_PYTHON").is_some_and(|python| Path::new(&python).is_file()) {
        println!("cargo::rustc-cfg=has_tools");
    }
}
