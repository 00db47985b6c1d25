//! Runs that meet others, end before their time, or lose the ground under their feet.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use rustix::process::{Pid, Signal, WaitOptions, waitpid};

use super::super::kill::{is_whole, random};
use super::{ARGS, DAY, Documents, Row, Scene, T, all_whole, feeds, fresh, is_right, mill, seed, signal};
use crate::{Mill, run};

/// Seeds enough to catch a run at its work.
fn many() -> Mill {
    let mill = mill();
    for number in 0..300 {
        seed(&mill, number, &format!("No. {number}"), "<p>x</p>");
    }
    mill
}

/// A run that stands still while it holds the lock; news of this number are for it to publish.
fn caught(mill: &Mill, number: i64) -> Child {
    let mut step = 0;
    loop {
        step += 1;
        seed(mill, number, &format!("News {number} {step}"), "<p>x</p>");
        let mut child = mill.command(&ARGS).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let lock = mill.path("feeds/.feedmill.lock");
        while child.try_wait().unwrap().is_none() && fs::read(&lock).is_ok_and(|who| who.is_empty()) {
            thread::yield_now();
        }
        while child.try_wait().unwrap().is_none() && !lock.exists() {
            thread::yield_now();
        }
        signal(&child, Signal::STOP);
        let stopped = waitpid(Some(Pid::from_child(&child)), WaitOptions::UNTRACED).unwrap();
        if stopped.is_some_and(|(_, status)| status.stopped())
            && fs::read(&lock).is_ok_and(|who| !who.is_empty())
        {
            return child;
        }
        let _ = child.kill();
        let _ = child.wait();
        assert!(step < 100, "it is too quick to be caught");
    }
}

fn ends_well(child: Child) -> String {
    signal(&child, Signal::CONT);
    let done = child.wait_with_output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(0), "{said}");
    said
}

#[test]
fn a_second_run_touches_nothing_and_says_who_is_at_work() {
    let mut row = Row::new("two runs, the second not waiting");
    let mill = many();
    assert_eq!(mill.run(&ARGS).0, 0);
    for number in 0..20 {
        let first = caught(&mill, number);
        let before = feeds(&mill.path("feeds"));
        let (code, _, said) = mill.run(&[&ARGS[..], &["--wait", "0"]].concat());
        let named = format!("feedmill: feeds: process {} is milling here; nothing was touched", first.id());
        assert!(code == 2 && said.contains(&named), "{code}: {said}");
        assert!(feeds(&mill.path("feeds")) == before);
        row.tried(&said);
        ends_well(first);
    }
    is_right(&fresh(&mill), &mill.path("feeds"), "both");
    row.end();
}

#[test]
fn runs_that_wait_for_each_other_all_end_well() {
    let mut row = Row::new("eight runs at once, waiting");
    let mill = many();
    for round in 0..2 {
        seed(&mill, 1600 + round, "News", "<p>x</p>");
        let start = || {
            let mut command = mill.command(&[&ARGS[..], &["--wait", "300"]].concat());
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let all: Vec<Child> = (0..8).map(|_| start()).collect();
        for child in all {
            let done = child.wait_with_output().unwrap();
            let said = String::from_utf8(done.stderr).unwrap();
            assert_eq!(done.status.code(), Some(0), "{said}");
            row.tried(&said);
        }
        is_right(&fresh(&mill), &mill.path("feeds"), "all");
    }
    row.end();
}

#[test]
fn a_lock_whose_holder_was_killed_holds_nobody() {
    let mut row = Row::new("holder of the lock killed");
    let mill = many();
    for number in 0..10 {
        let mut child = caught(&mill, number);
        child.kill().unwrap();
        child.wait().unwrap();
        // As if it had died with a document half written.
        fs::write(mill.path("feeds/.feedmill-killed.tmp"), "<rss").unwrap();
        let (code, _, said) = mill.run(&[&ARGS[..], &["--wait", "0"]].concat());
        assert_eq!(code, 0, "{said}");
        row.tried(&said);
        is_right(&fresh(&mill), &mill.path("feeds"), "killed");
    }
    row.end();
}

#[test]
fn folders_that_vanish_under_a_run_are_made_anew() {
    let mill = many();
    let mut rows = [Row::new("feeds folder removed midway"), Row::new("seeds folder gone midway")];
    for number in 0..10 {
        let child = caught(&mill, number);
        fs::remove_dir_all(mill.path("feeds")).unwrap();
        signal(&child, Signal::CONT);
        let done = child.wait_with_output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(matches!(done.status.code(), Some(0 | 2)), "{said}");
        all_whole(&mill.path("feeds"), &said);
        let (code, _, later) = mill.run(&ARGS);
        assert_eq!(code, 0, "{said}{later}");
        is_right(&fresh(&mill), &mill.path("feeds"), "removed");
        rows[0].tried(&said);

        let child = caught(&mill, number);
        fs::rename(mill.path("seeds"), mill.path("away")).unwrap();
        signal(&child, Signal::CONT);
        let done = child.wait_with_output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(matches!(done.status.code(), Some(0 | 2)), "{said}");
        all_whole(&mill.path("feeds"), &said);
        let (code, _, later) = mill.run(&ARGS);
        assert_eq!(code, 2);
        assert!(later.contains("feedmill: seeds: cannot list the folder of the seeds: "), "{later}");
        fs::rename(mill.path("away"), mill.path("seeds")).unwrap();
        assert_eq!(mill.run(&ARGS).0, 0);
        is_right(&fresh(&mill), &mill.path("feeds"), "back");
        rows[1].tried(&format!("{said}{later}"));
    }
    rows.into_iter().for_each(Row::end);
}

#[test]
fn a_folder_where_a_feed_belongs_is_named_and_left() {
    let mut row = Row::new("folder in the place of a feed");
    let scene = Scene::new(400);
    for place in ["rss.xml", "a/feed.json", "archive/2023-11/atom.xml", "index.html"] {
        let dir = scene.copy();
        let at = dir.path().join("feeds").join(place);
        let _ = fs::remove_file(&at);
        fs::create_dir_all(at.join("x")).unwrap();
        let (code, _, said) = run(&mut scene.at_work(dir.path()));
        if place == "index.html" {
            assert!(code == 0 && said.contains("feeds/index.html: warning[index-foreign]"), "{said}");
        } else {
            assert!(
                code == 2 && said.contains(&format!("feedmill: feeds/{place}: cannot write the feed: ")),
                "{said}"
            );
        }
        row.tried(&said);
        fs::remove_dir_all(at).unwrap();
        scene.is_old_or_new(&dir.path().join("feeds"), place);
        assert_eq!(run(&mut scene.at_work(dir.path())).0, 0);
        scene.is_right(&dir.path().join("feeds"), place);
    }
    row.end();
}

/// Writes, tears and removes seeds until told to stop.
fn crawl(mill: &Path, is_over: &AtomicBool) {
    let mut state = 7;
    let mut step = 0_u64;
    while !is_over.load(Ordering::Relaxed) {
        step += 1;
        let number = random(&mut state) % 60;
        let path =
            mill.join("seeds").join(["", "a/", "b/"][number as usize % 3]).join(format!("{number}.txt"));
        let text = format!(
            "<!--{}-->\n[Step {step}](https://e.example/{})\n------\n\n<p>{}</p>\n",
            T + number as i64 * 3 * DAY,
            number % 50,
            "y".repeat(random(&mut state) as usize % 3000),
        );
        match random(&mut state) % 4 {
            0 => _ = fs::remove_file(&path),
            1 => fs::write(&path, text).unwrap(),
            2 => fs::write(&path, &text[..text.len() / 2]).unwrap(),
            _ => {
                fs::write(mill.join("new"), text).unwrap();
                fs::rename(mill.join("new"), path).unwrap();
            }
        }
    }
}

#[test]
fn seeds_that_change_and_vanish_while_they_are_read_cost_no_more_than_themselves() {
    let mut row = Row::new("seeds rewritten while they are read");
    let mill = mill();
    for number in 0..60 {
        seed(&mill, number, &format!("No. {number}"), "<p>x</p>");
    }
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let crawler = scope.spawn(|| crawl(&mill.path(""), &is_over));
        for _ in 0..60 {
            let (code, _, said) = mill.run(&ARGS);
            if code != 0 {
                is_over.store(true, Ordering::Relaxed);
            }
            assert_eq!(code, 0, "{said}");
            all_whole(&mill.path("feeds"), "while they change");
            row.tried(&said);
        }
        is_over.store(true, Ordering::Relaxed);
        crawler.join().unwrap();
    });
    let prune = [&ARGS[..], &["--prune"]].concat();
    assert_eq!(mill.run(&prune).0, 0);
    is_right(&fresh(&mill), &mill.path("feeds"), "quiet");
    row.end();
}

#[test]
fn clocks_that_go_wrong_hide_no_change() {
    let mut row = Row::new("clocks that step");
    let mill = mill();
    for number in 0..24 {
        seed(&mill, number, &format!("No. {number}"), "<p>x0</p>");
    }
    let hours = |hours: i64| {
        let now = SystemTime::now();
        let by = Duration::from_secs(hours.unsigned_abs() * 3600);
        if hours < 0 { now - by } else { now + by }
    };
    let steps = [0, 5, -5, 24 * 365 * 60, -24 * 365 * 40, 1, -1, 0];
    for (step, clock) in steps.into_iter().enumerate() {
        for number in [21, 22, 23] {
            // Of the same size as before, and with the time of a clock that is wrong.
            seed(&mill, number, &format!("No. {number}"), &format!("<p>x{step}</p>"));
            let path = mill.path(format!("seeds/{}{number}.txt", ["", "a/", "b/"][number as usize % 3]));
            fs::File::options().write(true).open(path).unwrap().set_modified(hours(clock)).unwrap();
        }
        for epoch in [None, Some("0"), Some("4102444800"), None] {
            let mut command = mill.command(&ARGS);
            epoch.map(|epoch| command.env("SOURCE_DATE_EPOCH", epoch));
            let (code, _, said) = run(&mut command);
            // By a clock of 1970 all seeds are of the future, so there is nothing to publish.
            assert_eq!(code, if epoch == Some("0") { 2 } else { 0 }, "{said}");
            if epoch == Some("0") {
                assert!(said.contains("existing feeds were left as they are"), "{said}");
            }
            row.tried(&said);
        }
        is_right(&fresh(&mill), &mill.path("feeds"), &format!("{clock} hours"));
    }
    row.end();
}

fn told(row: &mut Row, verb: &[&str]) {
    let mill = many();
    let mut state = 11;
    let mut before = Documents::new();
    for turn in 0..8 {
        let how = if turn % 2 == 0 { Signal::TERM } else { Signal::INT };
        seed(&mill, 1600, &format!("News {turn}"), "<p>x</p>");
        let mut child = mill
            .command(&[verb, &ARGS].concat())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_micros(random(&mut state) % 400_000));
        signal(&child, how);
        let done = child.wait().unwrap();
        // It may be told before it can listen.
        assert!(done.code() == Some(0) || done.signal() == Some(how.as_raw()), "{verb:?} {how:?}: {done:?}");
        for (path, bytes) in feeds(&mill.path("feeds")) {
            assert!(before.get(&path) == Some(&bytes) || is_whole(&path, &bytes));
        }
        let (code, _, said) = mill.run(&ARGS);
        assert_eq!(code, 0, "{said}");
        before = fresh(&mill);
        is_right(&before, &mill.path("feeds"), "told to end");
        row.tried("");
    }
}

#[test]
fn watch_and_serve_told_to_end_at_any_moment_end_with_0() {
    let mut row = Row::new("SIGTERM, SIGINT to `watch` and `serve`");
    told(&mut row, &["watch"]);
    told(&mut row, &["serve", "--listen", "127.0.0.1:0"]);
    row.end();
}

#[test]
fn a_server_and_builds_share_the_feeds() {
    let mut row = Row::new("`serve` and `build` at once");
    let mill = many();
    let mut server = mill
        .command(&[&["serve", "--listen", "127.0.0.1:0"], &ARGS[..]].concat())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    for number in 0..20 {
        seed(&mill, number, &format!("News {number}"), "<p>x</p>");
        let (code, _, said) = mill.run(&[&ARGS[..], &["--wait", "60"]].concat());
        assert_eq!(code, 0, "{said}");
        row.tried(&said);
    }
    signal(&server, Signal::TERM);
    assert_eq!(server.wait().unwrap().code(), Some(0));
    is_right(&fresh(&mill), &mill.path("feeds"), "both");
    row.end();
}
