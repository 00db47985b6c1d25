//! What a mill leaves that is killed, terminated or interrupted at any moment.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::faults::{Row, nothing_temporary};
use super::{Mill, files};

const KILLS: u32 = 50;
const T: u64 = 1_598_786_902_000;
/// Between two seeds, in ms: a hundred thousand take three years.
const APART: u64 = 1_000_000;

/// Every published file with its bytes; no lock, and nothing temporary.
pub(super) fn feeds(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = files(folder);
    all.retain(|path| !path.file_name().unwrap().to_string_lossy().starts_with('.'));
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).unwrap();
        (path.strip_prefix(folder).unwrap().to_path_buf(), bytes)
    };
    all.into_iter().map(read).collect()
}

pub(super) fn is_whole(path: &Path, bytes: &[u8]) -> bool {
    match path.extension().unwrap().to_str() {
        Some("json") => serde_json::from_slice::<serde_json::Value>(bytes).is_ok(),
        Some("html") => bytes.trim_ascii_end().ends_with(b"</html>"),
        Some("opml") => bytes.trim_ascii_end().ends_with(b"</opml>"),
        Some("css") => bytes.trim_ascii_end().ends_with(b"}"),
        _ => feed_rs::parser::parse(bytes).is_ok_and(|feed| !feed.entries.is_empty()),
    }
}

/// A generator of Knuth's; where the kills fall must be random, not secret.
pub(super) fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

/// Where a seed lies and what its link is.
fn seed(mill: &Mill, number: u64, time: u64, title: &str) {
    let path = format!("s{}/{}/{number}.txt", number % 4, number % 120);
    mill.seed(&path, time as i64, title, &format!("https://e.example/{number}"), "<p>x</p>");
}

fn kill(seeds: u64, archive: &str, row: &'static str) {
    let mut row = Row::new(row);
    let mill = Mill::new();
    for number in 0..seeds {
        seed(&mill, number, T + APART * number, &format!("Title {number}"));
    }
    let args = ["--base-url", "https://f.example/", "--archive", archive, "--quiet", "--feeds"];
    let build = |feeds: &str| {
        let started = Instant::now();
        let more: &[&str] = if feeds == "fresh" { &["fresh", "--no-catalog"] } else { &[feeds] };
        assert_eq!(mill.run(&[&args[..], more].concat()), (0, String::new(), String::new()));
        started.elapsed().max(Duration::from_millis(20)).as_micros() as u64
    };
    // How long a run takes that begins with nothing, and one that has a catalog.
    let mut micros = [build("feeds"), build("feeds")];
    let mut state = 20_231_031;
    for kill in 0..u64::from(KILLS) {
        // Every other time there is nothing yet, so that the first feeds are caught half-way too.
        let is_cold = kill % 2 == 0;
        if is_cold {
            std::fs::remove_dir_all(mill.path("feeds")).unwrap();
        }
        seed(&mill, random(&mut state) % seeds, T + APART * (seeds + kill), &format!("Edit {kill}"));
        let before = feeds(&mill.path("feeds"));

        let mut command = mill.command(&[&args[..], &["feeds"]].concat());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(random(&mut state) % micros[usize::from(!is_cold)]));
        // What the operator's shell calls 137, 143 and 130.
        let signal = [Signal::KILL, Signal::TERM, Signal::INT][kill as usize % 3];
        kill_process(Pid::from_child(&child), signal).unwrap();
        let ended = child.wait().unwrap();
        assert!(ended.signal() == Some(signal.as_raw()) || ended.success(), "kill {kill}: {ended:?}");
        row.tried("");

        for (path, bytes) in feeds(&mill.path("feeds")) {
            let old = before.get(&path) == Some(&bytes);
            assert!(old || is_whole(&path, &bytes), "kill {kill}: {} is torn", path.display());
        }
        let next = build("feeds");
        if !is_cold {
            micros[1] = next;
        }
        build("fresh");
        let (after, fresh) = (feeds(&mill.path("feeds")), feeds(&mill.path("fresh")));
        assert_eq!(after.keys().collect::<Vec<_>>(), fresh.keys().collect::<Vec<_>>(), "kill {kill}");
        assert!(after == fresh, "kill {kill}: the next run is wrong");
        nothing_temporary(&mill.path("feeds"), "killed");
    }
    row.end();
}

#[test]
fn policy_publishing_a_mill_killed_at_any_moment_leaves_whole_feeds_and_the_next_run_is_right() {
    kill(100_000, "false", "signals, 100,000 seeds");
}

#[test]
fn policy_archive_a_mill_killed_at_any_moment_leaves_whole_documents_and_the_next_run_is_right() {
    kill(1_500, "true", "signals, with an archive");
}
