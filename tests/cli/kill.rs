//! What a mill leaves that is killed at any moment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::{Mill, run};

const SEEDS: u64 = 5000;
const KILLS: u32 = 50;
const T: u64 = 1_698_786_902_000;
const ARGS: [&str; 5] = ["--base-url", "https://f.example/", "--quiet", "--seeds", "seeds"];

/// Every published file with its bytes; no lock, nothing temporary, nothing that is only remembered.
fn feeds(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap().to_string_lossy().starts_with('.') {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                all.insert(path.strip_prefix(folder).unwrap().to_path_buf(), std::fs::read(&path).unwrap());
            }
        }
    }
    all
}

fn is_whole(path: &Path, bytes: &[u8]) -> bool {
    match path.extension().unwrap().to_str() {
        Some("json") => serde_json::from_slice::<serde_json::Value>(bytes).is_ok(),
        _ => feed_rs::parser::parse(bytes).is_ok_and(|feed| !feed.entries.is_empty()),
    }
}

/// A generator of Knuth's; where the kills fall must be random, not secret.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

#[test]
fn policy_publishing_a_mill_killed_at_any_moment_leaves_whole_feeds_and_the_next_run_is_right() {
    let mill = Mill::new();
    for i in 0..SEEDS {
        let path = format!("s{}/{}/{i}.txt", i % 4, i % 12);
        mill.seed(
            &path,
            (T + i) as i64,
            &format!("Title {i}"),
            &format!("https://e.example/{i}"),
            "<p>x</p>",
        );
    }
    let started = Instant::now();
    assert_eq!(mill.run(&[&ARGS[..], &["--feeds", "feeds"]].concat()), (0, String::new(), String::new()));
    let whole_run = started.elapsed().max(Duration::from_millis(20));
    let mut state = 20_231_031;
    for kill in 0..KILLS {
        // Every other time there is nothing yet, so that the first feeds are caught half-way too.
        if kill % 2 == 1 {
            std::fs::remove_dir_all(mill.path("feeds")).unwrap();
        }
        let number = random(&mut state) % SEEDS;
        let path = format!("s{}/{}/{number}.txt", number % 4, number % 12);
        let time = T + SEEDS + u64::from(kill);
        mill.seed(
            &path,
            time as i64,
            &format!("Edit {kill}"),
            &format!("https://e.example/{number}"),
            "<p>y</p>",
        );
        let before = feeds(&mill.path("feeds"));

        let mut command = mill.command(&[&ARGS[..], &["--feeds", "feeds"]].concat());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let micros = whole_run.as_micros() as u64;
        std::thread::sleep(Duration::from_micros(random(&mut state) % micros));
        child.kill().unwrap();
        child.wait().unwrap();

        for (path, bytes) in feeds(&mill.path("feeds")) {
            let old = before.get(&path) == Some(&bytes);
            assert!(old || is_whole(&path, &bytes), "kill {kill}: {} is torn", path.display());
        }
        assert_eq!(mill.run(&[&ARGS[..], &["--feeds", "feeds"]].concat()), (0, String::new(), String::new()));
        assert_eq!(run(&mut mill.command(&[&ARGS[..], &["--feeds", "fresh", "--no-catalog"]].concat())).0, 0);
        let (after, fresh) = (feeds(&mill.path("feeds")), feeds(&mill.path("fresh")));
        assert_eq!(after.keys().collect::<Vec<_>>(), fresh.keys().collect::<Vec<_>>(), "kill {kill}");
        assert!(after == fresh, "kill {kill}: the next run is wrong");
    }
}
