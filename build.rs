//! Finds out which tools the tests can use, so that a test that needs a missing one is listed as ignored, with the reason.
//! Also gives the binary a fingerprint of its sources, so that it never reuses the cache of a different build.

use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Commands that a system may lack, each with the `cfg` that is set if it is there.
const COMMANDS: [(&str, &str); 6] = [
    ("ffmpeg", "has_ffmpeg"),
    ("git", "has_git"),
    ("python3", "has_python3"),
    ("script", "has_script"),
    ("taskset", "has_taskset"),
    ("firefox-esr", "has_firefox"),
];
/// Everything the binary is made of.
const SOURCES: [&str; 4] = ["src", "crates", "Cargo.toml", "Cargo.lock"];

fn main() {
    let variable = |name: &str| {
        println!("cargo::rerun-if-env-changed={name}");
        env::var_os(name).map(PathBuf::from)
    };
    println!("cargo::rerun-if-changed=build.rs");
    let root = variable("CARGO_MANIFEST_DIR").unwrap_or_default();

    let mut hasher = DefaultHasher::new();
    for part in SOURCES {
        println!("cargo::rerun-if-changed={part}");
        hash(&root.join(part), &mut hasher);
    }
    println!("cargo::rustc-env=FEEDMILL_SOURCES={:016x}", hasher.finish());

    // Joining an absolute path gives that path.
    let shared = root.join(variable("FEEDMILL_SHARED").unwrap_or_else(|| "../shared".into()));
    set_cfg("has_shared", shared.join("seeds").is_dir());
    set_cfg("has_tools", variable("FEEDMILL_PYTHON").is_some_and(|python| python.is_file()));
    let moto = variable("FEEDMILL_PYTHON").map(|python| python.with_file_name("moto_server"));
    set_cfg("has_moto", moto.is_some_and(|moto| moto.is_file()));
    let modules = variable("FEEDMILL_NODE_MODULES");
    set_cfg("has_readers", modules.as_ref().is_some_and(|modules| modules.is_dir()));
    for (cfg, name) in [("has_s3rver", "s3rver"), ("has_azurite", "azurite")] {
        set_cfg(cfg, modules.as_ref().is_some_and(|modules| modules.join(name).is_dir()));
    }
    set_cfg("has_faults", variable("FEEDMILL_FAULTS").is_some());
    for (command, name) in COMMANDS {
        set_cfg(name, is_on_path(command));
    }

    if reads_packed_relocations() {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

fn set_cfg(name: &str, is_set: bool) {
    println!("cargo::rustc-check-cfg=cfg({name})");
    if is_set {
        println!("cargo::rustc-cfg={name}");
    }
}

/// True if a command is found on `PATH`. A change of `PATH` alone compiles nothing again.
fn is_on_path(command: &str) -> bool {
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(command).is_file()))
}

/// True if the C library of this machine reads `DT_RELR`, as glibc does since 2.36. Packed relocations make a megabyte
/// less to load, because `check` and the parsers have many tables of names. False when building for another machine.
fn reads_packed_relocations() -> bool {
    let target = env::var("TARGET").unwrap_or_default();
    if !target.ends_with("linux-gnu") || env::var("HOST").ok().as_ref() != Some(&target) {
        return false;
    }
    let Ok(output) = Command::new("getconf").arg("GNU_LIBC_VERSION").output() else { return false };
    let printed = String::from_utf8_lossy(&output.stdout);
    let version = printed.trim().strip_prefix("glibc ").and_then(|version| version.split_once('.'));
    let version = version.map(|(major, minor)| (major.parse::<u32>().ok(), minor.parse::<u32>().ok()));
    version >= Some((Some(2), Some(36)))
}

/// Hashes a file, or every file in a folder, by name and content.
fn hash(path: &Path, hasher: &mut DefaultHasher) {
    let mut children: Vec<PathBuf> =
        fs::read_dir(path).into_iter().flatten().filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    children.sort();
    path.file_name().hash(hasher);
    fs::read(path).unwrap_or_default().hash(hasher);
    children.iter().for_each(|path| hash(path, hasher));
}
