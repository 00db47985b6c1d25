//! Runs the real binary on real folders, as its users do.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test should stop at once")]

mod action;
mod archive;
#[cfg(unix)]
mod attack;
mod audio;
mod audio_tools;
#[cfg(feature = "object-store")]
mod bucket;
#[cfg(all(unix, feature = "object-store"))]
mod bucket_faults;
mod build;
mod catalog;
mod check;
mod credentials;
mod dialects;
mod dry_run;
mod edge;
mod explain;
#[cfg(unix)]
mod faults;
mod feed_view;
mod feeds_by;
mod hostile;
mod index;
mod init;
#[cfg(unix)]
mod kill;
mod list;
mod live;
mod manual;
mod media;
mod metadata;
mod new;
mod online;
mod page;
mod podcast;
mod probe;
mod progress;
mod push;
mod readers;
#[cfg(target_os = "linux")]
mod scarce;
mod serve;
mod subscribe;
mod templates;
mod validator;
mod watch;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// Returns the path of the binary that these tests run: the one that `tests/run.sh` names, or else that of this build.
fn binary() -> PathBuf {
    let built = env!("CARGO_BIN_EXE_feedmill");
    std::env::var_os("TESTED_BINARY").map_or_else(|| PathBuf::from(built), PathBuf::from)
}

/// Returns a command for the binary that inherits no setting from this process.
fn feedmill_command() -> Command {
    let mut command = Command::new(binary());
    for (name, _) in std::env::vars_os().filter(|(n, _)| n.to_string_lossy().starts_with("FEEDMILL_")) {
        command.env_remove(name);
    }
    for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_COLOR", "SOURCE_DATE_EPOCH"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command
}

/// Runs a command and returns its exit code (-1 if a signal ended it), stdout and stderr.
fn output_of(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (status.code().unwrap_or(-1), text(stdout), text(stderr))
}

/// Returns the path of test data that is kept outside the repository.
fn shared_path(path: &str) -> PathBuf {
    let folder =
        std::env::var_os("FEEDMILL_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(path)
}

/// Returns every file in a folder and below, except those of the cache.
fn files_below(folder: &Path) -> Vec<PathBuf> {
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

/// A temporary folder for one test, in which feedmill runs.
struct Project {
    dir: tempfile::TempDir,
}

impl Project {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.dir.path().join(path)
    }

    /// Writes a file, and creates its folder if necessary.
    fn write_file(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    /// Writes a stamped seed to `seeds/PATH`.
    fn write_seed(&self, path: &str, ms: i64, title: &str, link: &str, body: &str) -> &Self {
        self.write_file(
            format!("seeds/{path}"),
            format!("<!--{ms}-->\n[{title}]({link})\n------\n\n{body}\n"),
        )
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = feedmill_command();
        command.current_dir(self.dir.path()).args(args);
        command
    }

    /// Runs feedmill in this folder and returns its exit code, stdout and stderr.
    fn feedmill(&self, args: &[&str]) -> (i32, String, String) {
        output_of(&mut self.command(args))
    }

    fn read_file(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    /// Returns the items of a JSON feed.
    fn json_items(&self, path: &str) -> Vec<Value> {
        let document: Value = serde_json::from_str(&self.read_file(path)).unwrap();
        document["items"].as_array().unwrap().clone()
    }
}

/// Returns a string of a JSON object, or an empty one if the key is missing.
fn string_field<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Parses `--message-format json`: one message per line. Ignores all other lines.
fn json_messages(output: &str) -> Vec<Value> {
    output.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}
