//! Runs that overlap, are stopped or killed, or whose folders disappear.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use rustix::process::{Pid, Signal, WaitOptions, waitpid};

use super::super::kill::{is_complete, random};
use super::{
    ARGS, BASE_TIME, DAY, Documents, FaultRow, Scenario, assert_no_torn_file, assert_up_to_date,
    build_from_scratch, published_files, sample_project, seed, send_signal,
};
use crate::{Project, output_of};

/// Enough seeds to stop a run in the middle.
fn project_with_300_seeds() -> Project {
    let project = sample_project();
    for number in 0..300 {
        seed(&project, number, &format!("No. {number}"), "<p>x</p>");
    }
    project
}

/// Starts a run and stops it (`SIGSTOP`) while it holds the lock. It has the seed of this number to publish.
fn stop_while_locked(project: &Project, number: i64) -> Child {
    let deadline = Instant::now() + Duration::from_secs(300);
    let mut step = 0;
    loop {
        step += 1;
        seed(project, number, &format!("News {number} {step}"), "<p>x</p>");
        let mut child = project.command(&ARGS).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let lock = project.path("feeds/.feedmill.lock");
        while child.try_wait().unwrap().is_none() && fs::read(&lock).is_ok_and(|who| who.is_empty()) {
            thread::yield_now();
        }
        while child.try_wait().unwrap().is_none() && !lock.exists() {
            thread::yield_now();
        }
        assert!(Instant::now() < deadline, "no run could be stopped while it held the lock");
        if child.try_wait().unwrap().is_some() {
            continue;
        }
        send_signal(&child, Signal::STOP);
        let stopped = waitpid(Some(Pid::from_child(&child)), WaitOptions::UNTRACED).unwrap();
        if stopped.is_some_and(|(_, status)| status.stopped())
            && fs::read(&lock).is_ok_and(|who| !who.is_empty())
        {
            return child;
        }
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn resume_and_finish(child: Child) -> String {
    send_signal(&child, Signal::CONT);
    let done = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(0), "{stderr}");
    stderr
}

#[test]
fn a_second_run_writes_nothing_and_names_the_running_process() {
    let mut row = FaultRow::new("two runs, the second not waiting");
    let project = project_with_300_seeds();
    assert_eq!(project.feedmill(&ARGS).0, 0);
    for number in 0..20 {
        let first = stop_while_locked(&project, number);
        let before = published_files(&project.path("feeds"));
        let (code, _, stderr) = project.feedmill(&[&ARGS[..], &["--wait", "0"]].concat());
        let named =
            format!("feedmill: feeds: process {} is building these feeds; nothing was changed", first.id());
        assert!(code == 2 && stderr.contains(&named), "{code}: {stderr}");
        assert!(published_files(&project.path("feeds")) == before);
        row.record(&stderr);
        resume_and_finish(first);
    }
    assert_up_to_date(&build_from_scratch(&project), &project.path("feeds"), "both");
    row.assert_documented();
}

#[test]
fn runs_that_wait_for_each_other_all_succeed() {
    let mut row = FaultRow::new("eight runs at once, waiting");
    let project = project_with_300_seeds();
    for round in 0..2 {
        seed(&project, 1600 + round, "News", "<p>x</p>");
        let start = || {
            let mut command = project.command(&[&ARGS[..], &["--wait", "300"]].concat());
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let all: Vec<Child> = (0..8).map(|_| start()).collect();
        for child in all {
            let done = child.wait_with_output().unwrap();
            let stderr = String::from_utf8(done.stderr).unwrap();
            assert_eq!(done.status.code(), Some(0), "{stderr}");
            row.record(&stderr);
        }
        assert_up_to_date(&build_from_scratch(&project), &project.path("feeds"), "all");
    }
    row.assert_documented();
}

#[test]
fn the_lock_of_a_killed_process_blocks_nobody() {
    let mut row = FaultRow::new("holder of the lock killed");
    let project = project_with_300_seeds();
    for number in 0..10 {
        let mut child = stop_while_locked(&project, number);
        child.kill().unwrap();
        child.wait().unwrap();
        // As if it had died with a half-written document.
        fs::write(project.path("feeds/.feedmill-killed.tmp"), "<rss").unwrap();
        let (code, _, stderr) = project.feedmill(&[&ARGS[..], &["--wait", "0"]].concat());
        assert_eq!(code, 0, "{stderr}");
        row.record(&stderr);
        assert_up_to_date(&build_from_scratch(&project), &project.path("feeds"), "killed");
    }
    row.assert_documented();
}

#[test]
fn folders_deleted_during_a_run_are_created_again() {
    let project = project_with_300_seeds();
    let mut rows = [FaultRow::new("feeds folder removed midway"), FaultRow::new("seeds folder gone midway")];
    for number in 0..10 {
        let child = stop_while_locked(&project, number);
        fs::remove_dir_all(project.path("feeds")).unwrap();
        send_signal(&child, Signal::CONT);
        let done = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(done.stderr).unwrap();
        assert!(matches!(done.status.code(), Some(0 | 2)), "{stderr}");
        assert_no_torn_file(&project.path("feeds"), &stderr);
        let (code, _, later) = project.feedmill(&ARGS);
        assert_eq!(code, 0, "{stderr}{later}");
        assert_up_to_date(&build_from_scratch(&project), &project.path("feeds"), "removed");
        rows[0].record(&stderr);

        let child = stop_while_locked(&project, number);
        fs::rename(project.path("seeds"), project.path("away")).unwrap();
        send_signal(&child, Signal::CONT);
        let done = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(done.stderr).unwrap();
        assert!(matches!(done.status.code(), Some(0 | 2)), "{stderr}");
        assert_no_torn_file(&project.path("feeds"), &stderr);
        let (code, _, later) = project.feedmill(&ARGS);
        assert_eq!(code, 2);
        assert!(later.contains("feedmill: seeds: cannot list the seeds folder: "), "{later}");
        fs::rename(project.path("away"), project.path("seeds")).unwrap();
        assert_eq!(project.feedmill(&ARGS).0, 0);
        assert_up_to_date(&build_from_scratch(&project), &project.path("feeds"), "back");
        rows[1].record(&format!("{stderr}{later}"));
    }
    rows.into_iter().for_each(FaultRow::assert_documented);
}

#[test]
fn a_folder_in_place_of_a_feed_is_reported_and_left() {
    let mut row = FaultRow::new("folder in the place of a feed");
    let scenario = Scenario::new(400);
    for place in ["rss.xml", "a/feed.json", "archive/2023-11/atom.xml", "index.html"] {
        let dir = scenario.copy_to_temp();
        let at = dir.path().join("feeds").join(place);
        let _ = fs::remove_file(&at);
        fs::create_dir_all(at.join("x")).unwrap();
        let (code, _, stderr) = output_of(&mut scenario.build_command(dir.path()));
        if place == "index.html" {
            assert!(code == 0 && stderr.contains("feeds/index.html: warning[index-foreign]"), "{stderr}");
        } else {
            assert!(
                code == 2 && stderr.contains(&format!("feedmill: feeds/{place}: cannot write the feed: ")),
                "{stderr}"
            );
        }
        row.record(&stderr);
        fs::remove_dir_all(at).unwrap();
        scenario.assert_old_or_new(&dir.path().join("feeds"), place);
        assert_eq!(output_of(&mut scenario.build_command(dir.path())).0, 0);
        scenario.assert_up_to_date(&dir.path().join("feeds"), place);
    }
    row.assert_documented();
}

/// Writes, truncates and removes seeds until it is stopped.
fn rewrite_seeds_until(project: &Path, is_over: &AtomicBool) {
    let mut state = 7;
    let mut step = 0_u64;
    while !is_over.load(Ordering::Relaxed) {
        step += 1;
        let number = random(&mut state) % 60;
        let path =
            project.join("seeds").join(["", "a/", "b/"][number as usize % 3]).join(format!("{number}.txt"));
        let text = format!(
            "<!--{}-->\n[Step {step}](https://e.example/{})\n------\n\n<p>{}</p>\n",
            BASE_TIME + number as i64 * 3 * DAY,
            number % 50,
            "y".repeat(random(&mut state) as usize % 3000),
        );
        match random(&mut state) % 4 {
            0 => _ = fs::remove_file(&path),
            1 => fs::write(&path, text).unwrap(),
            2 => fs::write(&path, &text[..text.len() / 2]).unwrap(),
            _ => {
                fs::write(project.join("new"), text).unwrap();
                fs::rename(project.join("new"), path).unwrap();
            }
        }
    }
}

#[test]
fn seeds_rewritten_while_they_are_read_affect_only_their_own_entries() {
    let mut row = FaultRow::new("seeds rewritten while they are read");
    let project = sample_project();
    for number in 0..60 {
        seed(&project, number, &format!("No. {number}"), "<p>x</p>");
    }
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let crawler = scope.spawn(|| rewrite_seeds_until(&project.path(""), &is_over));
        for _ in 0..60 {
            let (code, _, stderr) = project.feedmill(&ARGS);
            if code != 0 {
                is_over.store(true, Ordering::Relaxed);
            }
            assert_eq!(code, 0, "{stderr}");
            assert_no_torn_file(&project.path("feeds"), "while they change");
            row.record(&stderr);
        }
        is_over.store(true, Ordering::Relaxed);
        crawler.join().unwrap();
    });
    let prune = [&ARGS[..], &["--prune"]].concat();
    assert_eq!(project.feedmill(&prune).0, 0);
    assert_up_to_date(&build_from_scratch(&project), &project.path("feeds"), "quiet");
    row.assert_documented();
}

#[test]
fn wrong_clocks_hide_no_change() {
    let mut row = FaultRow::new("clocks that step");
    let project = sample_project();
    for number in 0..24 {
        seed(&project, number, &format!("No. {number}"), "<p>x0</p>");
    }
    let hours = |hours: i64| {
        let now = SystemTime::now();
        let by = Duration::from_secs(hours.unsigned_abs() * 3600);
        if hours < 0 { now - by } else { now + by }
    };
    let steps = [0, 5, -5, 24 * 365 * 60, -24 * 365 * 40, 1, -1, 0];
    for (step, clock) in steps.into_iter().enumerate() {
        for number in [21, 22, 23] {
            // The same size as before, and the modification time of a wrong clock.
            seed(&project, number, &format!("No. {number}"), &format!("<p>x{step}</p>"));
            let path = project.path(format!("seeds/{}{number}.txt", ["", "a/", "b/"][number as usize % 3]));
            fs::File::options().write(true).open(path).unwrap().set_modified(hours(clock)).unwrap();
        }
        for epoch in [None, Some("0"), Some("4102444800"), None] {
            let mut command = project.command(&ARGS);
            epoch.map(|epoch| command.env("SOURCE_DATE_EPOCH", epoch));
            let (code, _, stderr) = output_of(&mut command);
            // In 1970 all seeds are in the future, so there is nothing to publish.
            assert_eq!(code, if epoch == Some("0") { 2 } else { 0 }, "{stderr}");
            if epoch == Some("0") {
                assert!(stderr.contains("existing feeds were left unchanged"), "{stderr}");
            }
            row.record(&stderr);
        }
        assert_up_to_date(&build_from_scratch(&project), &project.path("feeds"), &format!("{clock} hours"));
    }
    row.assert_documented();
}

/// Sends a signal and waits for the end. A child inherits it if this process ignores SIGINT, as background jobs of scripts do.
/// Then a signal is lost that comes before the handler is installed, so it is sent again after the grace period.
fn end_by_signal(child: &mut Child, signal: Signal) -> ExitStatus {
    for _ in 0..10 {
        send_signal(child, signal);
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(15) {
            if let Some(status) = child.try_wait().unwrap() {
                return status;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
    let _ = child.kill();
    panic!("it does not end");
}

fn stop_at_random_moments(row: &mut FaultRow, verb: &[&str]) {
    let project = project_with_300_seeds();
    let mut state = 11;
    let mut before = Documents::new();
    for turn in 0..8 {
        let how = if turn % 2 == 0 { Signal::TERM } else { Signal::INT };
        seed(&project, 1600, &format!("News {turn}"), "<p>x</p>");
        let mut child = project
            .command(&[verb, &ARGS].concat())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_micros(random(&mut state) % 400_000));
        let done = end_by_signal(&mut child, how);
        // The signal may come before the handler is installed.
        assert!(done.code() == Some(0) || done.signal() == Some(how.as_raw()), "{verb:?} {how:?}: {done:?}");
        for (path, bytes) in published_files(&project.path("feeds")) {
            assert!(before.get(&path) == Some(&bytes) || is_complete(&path, &bytes));
        }
        let (code, _, stderr) = project.feedmill(&ARGS);
        assert_eq!(code, 0, "{stderr}");
        before = build_from_scratch(&project);
        assert_up_to_date(&before, &project.path("feeds"), "stopped by a signal");
        row.record("");
    }
}

#[test]
fn watch_and_serve_exit_with_0_on_a_signal_at_any_moment() {
    let mut row = FaultRow::new("SIGTERM, SIGINT to `watch` and `serve`");
    stop_at_random_moments(&mut row, &["watch"]);
    stop_at_random_moments(&mut row, &["serve", "--listen", "127.0.0.1:0"]);
    row.assert_documented();
}

#[test]
fn a_server_and_builds_share_the_feeds_folder() {
    let mut row = FaultRow::new("`serve` and `build` at once");
    let project = project_with_300_seeds();
    let mut server = project
        .command(&[&["serve", "--listen", "127.0.0.1:0"], &ARGS[..]].concat())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    for number in 0..20 {
        seed(&project, number, &format!("News {number}"), "<p>x</p>");
        let (code, _, stderr) = project.feedmill(&[&ARGS[..], &["--wait", "300"]].concat());
        assert_eq!(code, 0, "{stderr}");
        row.record(&stderr);
    }
    send_signal(&server, Signal::TERM);
    assert_eq!(server.wait().unwrap().code(), Some(0));
    assert_up_to_date(&build_from_scratch(&project), &project.path("feeds"), "both");
    row.assert_documented();
}
