//! System calls that fail, each in its turn: `strace` answers in the place of the kernel.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Row, Scene, all_whole, through};
use crate::run;

/// The loader's answer where it can't even load the mill.
const NOT_STARTED: i32 = 127;

/// The mill under `strace`, with a single worker so that calls come in the same order each time.
fn traced(scene: &Scene, folder: &Path, with: &[&str]) -> (i32, String, String) {
    let mut command =
        through(&scene.at_work(folder), "strace", &[&["-f", "-qq", "-o", "trace"], with].concat());
    run(command.env("RAYON_NUM_THREADS", "1"))
}

/// How often each call is made, by the thread that makes it most often.
fn counted(scene: &Scene) -> BTreeMap<String, usize> {
    let dir = scene.copy();
    assert_eq!(traced(scene, dir.path(), &[]).0, 0);
    let mut all: BTreeMap<(String, String), usize> = BTreeMap::new();
    for line in fs::read_to_string(dir.path().join("trace")).unwrap().lines() {
        let mut words = line.split_whitespace();
        let (Some(thread), Some(call)) = (words.next(), words.next()) else { continue };
        let Some((name, _)) = call.split_once('(') else { continue };
        *all.entry((thread.to_owned(), name.to_owned())).or_default() += 1;
    }
    let mut most = BTreeMap::new();
    for ((_, name), count) in all {
        let most = most.entry(name).or_default();
        *most = count.max(*most);
    }
    most
}

/// Tries an error at each turn of a call. `for_good` says that every later one fails too.
fn fail(row: &mut Row, scene: &Scene, call: &str, turns: usize, error: &str, for_good: bool) {
    for turn in 1..=turns {
        let plus = if for_good { "+" } else { "" };
        let fault = format!("inject={call}:error={error}:when={turn}{plus}");
        let dir = scene.copy();
        let (code, _, said) = traced(scene, dir.path(), &["-e", &format!("trace={call}"), "-e", &fault]);
        let feeds = dir.path().join("feeds");
        if code == NOT_STARTED && said.contains("shared libraries") {
            scene.is_old_or_new(&feeds, &fault);
            continue;
        }
        row.tried(&said);
        assert!(code == 0 || code == 2, "{fault}: {code}\n{said}");
        // A seed that can't be read is left out, so what is published then is neither.
        if said.contains("[seed-") {
            all_whole(&feeds, &fault);
        } else {
            scene.is_old_or_new(&feeds, &fault);
        }
        if code == 2 {
            let last = said.lines().last().unwrap_or_default();
            let why =
                ["(os error ", "existing feeds were left as they are"].iter().any(|why| last.contains(why));
            // The write that fails may be that to stderr.
            let is_mute = call == "write" && said.is_empty();
            assert!(is_mute || last.starts_with("feedmill: ") && why, "{fault}: {said}");
        } else if !said.contains("[seed-") {
            let made = super::feeds(&feeds);
            // What can't be read may be somebody else's.
            let is_left = |path: &Path| said.contains(&format!("{}: warning[index-foreign]", path.display()));
            let is_new = |(path, bytes): (&PathBuf, &Vec<u8>)| made.get(path) == Some(bytes) || is_left(path);
            assert!(scene.new.iter().all(is_new), "{fault}: {said}");
        }
        let (code, _, said) = run(&mut scene.at_work(dir.path()));
        assert_eq!(code, 0, "{fault}: {said}");
        scene.is_right(&feeds, &fault);
    }
}

fn all(name: &'static str, faults: &[(&str, &[&str], bool)]) {
    let scene = Scene::new(400);
    let turns = counted(&scene);
    let mut row = Row::new(name);
    for (error, calls, for_good) in faults {
        for call in *calls {
            fail(&mut row, &scene, call, turns.get(*call).copied().unwrap_or_default(), error, *for_good);
        }
    }
    row.end();
}

#[test]
#[cfg_attr(not(has_faults), ignore = "strace or unshare can't be used")]
fn any_call_fails_once() {
    let disk =
        ["read", "write", "fsync", "renameat", "rename", "getdents64", "ftruncate", "pread64", "mkdir"];
    all("I/O error, once", &[("EIO", &disk, false), ("EIO", &["openat"], false)]);
}

#[test]
#[cfg_attr(not(has_faults), ignore = "strace or unshare can't be used")]
fn any_call_fails_from_some_time_on() {
    let calls = ["read", "write", "fsync", "renameat", "getdents64"];
    all("I/O error, for good", &[("EIO", &calls, true)]);
}

#[test]
#[cfg_attr(not(has_faults), ignore = "strace or unshare can't be used")]
fn permission_is_lost_midway() {
    all("permission lost midway", &[("EACCES", &["openat", "renameat", "mkdir"], true)]);
}

#[test]
#[cfg_attr(not(has_faults), ignore = "strace or unshare can't be used")]
fn calls_are_interrupted() {
    let scene = Scene::new(400);
    let turns = counted(&scene);
    let mut row = Row::new("interrupted calls");
    for call in ["openat", "read", "write", "fsync", "ftruncate"] {
        for turn in 1..=turns[call] {
            let fault = format!("inject={call}:error=EINTR:when={turn}");
            let dir = scene.copy();
            let (code, _, said) = traced(&scene, dir.path(), &["-e", &format!("trace={call}"), "-e", &fault]);
            if code != NOT_STARTED {
                row.tried(&said);
                assert_eq!(code, 0, "{fault}: {said}");
                scene.is_right(&dir.path().join("feeds"), &fault);
            }
        }
    }
    row.end();
}

#[test]
#[cfg_attr(not(has_faults), ignore = "strace or unshare can't be used")]
fn a_folder_that_can_not_be_synced_is_no_fault() {
    let scene = Scene::new(400);
    let mut row = Row::new("folders that can't be synced");
    for error in ["EINVAL", "EOPNOTSUPP"] {
        // Of each document its file and then its folder.
        let dir = scene.copy();
        let fault = format!("inject=fsync:error={error}:when=2+2");
        let (code, _, said) = traced(&scene, dir.path(), &["-e", "trace=fsync", "-e", &fault]);
        let trace = fs::read_to_string(dir.path().join("trace")).unwrap();
        let failed = trace.lines().filter(|line| line.contains("INJECTED")).count();
        assert!(failed > 5, "{trace}");
        row.tried(&said);
        assert_eq!(code, 0, "{said}");
        scene.is_right(&dir.path().join("feeds"), error);
    }
    row.end();
}

#[test]
#[cfg_attr(not(has_faults), ignore = "strace or unshare can't be used")]
fn without_threads_there_is_no_run() {
    let scene = Scene::new(400);
    let mut row = Row::new("no threads left");
    let dir = scene.copy();
    let faults = ["-e", "trace=clone,clone3", "-e", "inject=clone,clone3:error=EAGAIN"];
    let (code, _, said) = traced(&scene, dir.path(), &faults);
    assert_eq!(code, 2, "{said}");
    row.tried(&said);
    scene.is_old_or_new(&dir.path().join("feeds"), "no threads");
    assert_eq!(run(&mut scene.at_work(dir.path())).0, 0);
    scene.is_right(&dir.path().join("feeds"), "no threads");
    row.end();
}
