//! Stdout and stderr that take nothing.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::Stdio;
use std::{fs, thread};

use rustix::process::Signal;

use super::{ARGS, Row, Scene, mill, signal};
use crate::run;

fn full() -> File {
    File::options().write(true).open("/dev/full").unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn what_cannot_be_printed_is_an_error_and_a_reader_that_is_gone_is_none() {
    let mut row = Row::new("stdout full");
    let mill = mill();
    for number in 0..3000 {
        mill.put(format!("bad/{number}.xml"), "<rss");
    }
    for args in [
        &["check", "bad"][..],
        &["check", "bad", "--message-format", "sarif"],
        &["rules"],
        &["rules", "url/tag"],
    ] {
        let (code, _, said) = run(mill.command(args).stdout(full()));
        assert_eq!(code, 2, "{args:?}: {said}");
        row.tried(&said);
    }
    row.end();

    let mut row = Row::new("stdout closed");
    for (args, wanted) in [(&["check", "bad"][..], 1), (&["rules"], 0)] {
        let mut child = mill.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut reader = BufReader::with_capacity(16, child.stdout.take().unwrap());
        reader.read_line(&mut String::new()).unwrap();
        drop(reader);
        let done = child.wait_with_output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(wanted), "{said}");
        assert!(!said.contains("feedmill: "), "{said}");
        row.tried(&said);
    }
    row.end();
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_stderr_stops_no_mill() {
    let mut row = Row::new("stderr full or closed");
    let scene = Scene::new(400);
    for style in ["human", "json", "github", "sarif"] {
        for closed in [false, true] {
            let dir = scene.copy();
            fs::write(dir.path().join("seeds/bad.txt"), "no seed").unwrap();
            let mut command = scene.at_work(dir.path());
            command.args(["--message-format", style]);
            if closed {
                let (reader, writer) = std::io::pipe().unwrap();
                drop(reader);
                command.stderr(writer);
            } else {
                command.stderr(full());
            }
            assert_eq!(command.status().unwrap().code(), Some(0), "{style}");
            scene.is_right(&dir.path().join("feeds"), style);
            row.tried("");
        }
    }
    row.end();
}

#[test]
fn told_to_end_serve_and_watch_do_not_wait_for_a_hub_that_does_not_answer() {
    let end = |verb: &'static str| {
        let hub = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/hub", hub.local_addr().unwrap());
        let scene = Scene::new(5);
        let mut command = scene.mill.command(&[verb]);
        command.args(ARGS).args(["--hub", &address]);
        if verb == "serve" {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        // From now on it waits for an answer, for half a minute in all.
        let _asked = hub.accept().unwrap();
        signal(&child, Signal::TERM);
        let done = child.wait_with_output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(0), "{verb}: {said}");
        assert!(!said.contains("hub-unreachable"), "{verb} ended when the hub's time was over: {said}");
    };
    let both = ["serve", "watch"].map(|verb| thread::spawn(move || end(verb)));
    both.into_iter().for_each(|thread| thread.join().unwrap());
}
