//! The command as its users meet it: the real binary on real folders.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop where it stands")]

mod action;
mod archive;
#[cfg(unix)]
mod attack;
mod build;
mod catalog;
mod check;
mod dialects;
mod edge;
#[cfg(unix)]
mod faults;
mod hostile;
mod index;
mod init;
#[cfg(unix)]
mod kill;
mod manual;
mod page;
mod podcast;
mod probe;
mod progress;
mod push;
mod readers;
mod serve;
mod subscribe;
mod watch;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// The binary, with none of the surrounding settings.
fn feedmill() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_feedmill"));
    for (name, _) in std::env::vars_os().filter(|(n, _)| n.to_string_lossy().starts_with("FEEDMILL_")) {
        command.env_remove(name);
    }
    for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_COLOR", "SOURCE_DATE_EPOCH"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command
}

fn run(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (status.code().unwrap_or(-1), text(stdout), text(stderr))
}

/// What other people keep for the tests, outside the project.
fn shared(path: &str) -> PathBuf {
    let folder =
        std::env::var_os("FEEDMILL_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(path)
}

/// Every file in a folder, but for what the mill remembers.
fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut all, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.ends_with(".feedmill") {
                continue;
            }
            if path.is_dir() { folders.push(path) } else { all.push(path) }
        }
    }
    all
}

/// A folder for one test, with seeds to be put in it.
struct Mill {
    dir: tempfile::TempDir,
}

impl Mill {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.dir.path().join(path)
    }

    fn put(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    /// A seed under `seeds/`.
    fn seed(&self, path: &str, ms: i64, title: &str, link: &str, body: &str) -> &Self {
        self.put(format!("seeds/{path}"), format!("<!--{ms}-->\n[{title}]({link})\n------\n\n{body}\n"))
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = feedmill();
        command.current_dir(self.dir.path()).args(args);
        command
    }

    fn run(&self, args: &[&str]) -> (i32, String, String) {
        run(&mut self.command(args))
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    /// The items of a JSON feed.
    fn items(&self, path: &str) -> Vec<Value> {
        let document: Value = serde_json::from_str(&self.read(path)).unwrap();
        document["items"].as_array().unwrap().clone()
    }
}

/// A text in a JSON object.
fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Messages in JSON, a line each; lines of other kinds are left out.
fn messages(stderr: &str) -> Vec<Value> {
    stderr.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}
