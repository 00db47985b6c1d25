//! Kills, terminates and interrupts builds at random moments, and checks what they leave.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::faults::{FaultRow, assert_no_temporary_file, fast_temp_folder};
use super::{Project, files_below};

const KILLS: u32 = 50;
const BASE_TIME: u64 = 1_598_786_902_000;
/// Time between two seeds in milliseconds; twenty thousand seeds span seven months.
const INTERVAL: u64 = 1_000_000;

/// Returns every published file with its content, without lock and temporary files.
pub(super) fn published_files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = files_below(folder);
    all.retain(|path| !path.file_name().unwrap().to_string_lossy().starts_with('.'));
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).unwrap();
        (path.strip_prefix(folder).unwrap().to_path_buf(), bytes)
    };
    all.into_iter().map(read).collect()
}

pub(super) fn is_complete(path: &Path, bytes: &[u8]) -> bool {
    match path.extension().unwrap().to_str() {
        Some("json") => serde_json::from_slice::<serde_json::Value>(bytes).is_ok(),
        Some("html") => bytes.trim_ascii_end().ends_with(b"</html>"),
        Some("opml") => bytes.trim_ascii_end().ends_with(b"</opml>"),
        Some("css") => bytes.trim_ascii_end().ends_with(b"}"),
        Some("js") => bytes.trim_ascii_end().ends_with(b"})();"),
        _ => feed_rs::parser::parse(bytes).is_ok_and(|feed| !feed.entries.is_empty()),
    }
}

/// Returns the next number of a linear congruential generator (Knuth). Good enough for random moments.
pub(super) fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

fn kill_at_random_moments(project: &Project, seeds: u64, body: &str, archive: &str, row: &'static str) {
    let mut row = FaultRow::new(row);
    // Path and link depend on the number only.
    let write_seed = |number: u64, time: u64, title: &str| {
        let path = format!("s{}/{}/{number}.txt", number % 4, number % 120);
        project.write_seed(&path, time as i64, title, &format!("https://e.example/{number}"), body);
    };
    for number in 0..seeds {
        write_seed(number, BASE_TIME + INTERVAL * number, &format!("Title {number}"));
    }
    let args = ["--base-url", "https://f.example/", "--archive", archive, "--quiet", "--feeds"];
    let build = |feeds: &[&str]| {
        let started = Instant::now();
        assert_eq!(project.feedmill(&[&args[..], feeds].concat()), (0, String::new(), String::new()));
        started.elapsed().max(Duration::from_millis(20)).as_micros() as u64
    };
    let published = |feeds: &str| published_files(&project.path(feeds));
    // Duration of a run from scratch, and of one with a catalog.
    let mut micros = [build(&["feeds"]), build(&["feeds"])];
    build(&["undisturbed"]);
    let mut state = 20_231_031;
    for kill in 0..u64::from(KILLS) {
        // Every other run starts from scratch, so that the first feeds are interrupted as well.
        let is_cold = kill % 2 == 0;
        if is_cold {
            std::fs::remove_dir_all(project.path("feeds")).unwrap();
        }
        let number = random(&mut state) % seeds;
        write_seed(number, BASE_TIME + INTERVAL * (seeds + kill), &format!("Edit {kill}"));
        let before = published("feeds");

        let mut command = project.command(&[&args[..], &["feeds"]].concat());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(random(&mut state) % micros[usize::from(!is_cold)]));
        // A shell shows these as exit codes 137, 143 and 130.
        let signal = [Signal::KILL, Signal::TERM, Signal::INT][kill as usize % 3];
        kill_process(Pid::from_child(&child), signal).unwrap();
        let ended = child.wait().unwrap();
        assert!(ended.signal() == Some(signal.as_raw()) || ended.success(), "kill {kill}: {ended:?}");
        row.record("");

        for (path, bytes) in published("feeds") {
            let old = before.get(&path) == Some(&bytes);
            assert!(old || is_complete(&path, &bytes), "kill {kill}: {} is torn", path.display());
        }
        let next = build(&["feeds"]);
        if !is_cold {
            micros[1] = next;
        }
        // The same seeds, built without any kill; every tenth time from scratch, which takes longer.
        build(&["undisturbed"]);
        let (after, expected) = (published("feeds"), published("undisturbed"));
        assert_eq!(after.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "kill {kill}");
        assert!(after == expected, "kill {kill}: the next run is wrong");
        if kill % 10 == 9 {
            build(&["scratch", "--no-catalog"]);
            assert!(expected == published("scratch"), "kill {kill}: both runs are wrong");
        }
        assert_no_temporary_file(&project.path("feeds"), "killed");
    }
    row.assert_documented();
}

#[test]
fn policy_publishing_a_run_killed_at_any_moment_leaves_complete_feeds_and_the_next_run_repairs() {
    kill_at_random_moments(&Project::new(), 20_000, "<p>x</p>", "false", "signals, 20,000 seeds");
}

#[test]
fn policy_archive_a_run_killed_at_any_moment_leaves_complete_documents_and_the_next_run_repairs() {
    let project = Project { dir: fast_temp_folder() };
    // Entries of a month are over 2 MiB, so they go through a temporary file.
    let body = format!("<p>{}</p>", "word ".repeat(400));
    kill_at_random_moments(&project, 700, &body, "true", "signals, with an archive");
}
