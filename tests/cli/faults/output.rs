//! Stdout and stderr that are full or closed.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::Stdio;
use std::{fs, thread};

use rustix::process::Signal;

use super::{ARGS, FaultRow, Scenario, sample_project, send_signal};
use crate::output_of;

fn dev_full() -> File {
    File::options().write(true).open("/dev/full").unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_stdout_is_an_error_but_a_closed_one_is_not() {
    let mut row = FaultRow::new("stdout full");
    let project = sample_project();
    for number in 0..3000 {
        project.write_file(format!("bad/{number}.xml"), "<rss");
    }
    for args in [
        &["check", "bad"][..],
        &["check", "bad", "--message-format", "sarif"],
        &["rules"],
        &["rules", "url/tag"],
    ] {
        let (code, _, stderr) = output_of(project.command(args).stdout(dev_full()));
        assert_eq!(code, 2, "{args:?}: {stderr}");
        row.record(&stderr);
    }
    row.assert_documented();

    let mut row = FaultRow::new("stdout closed");
    for (args, wanted) in [(&["check", "bad"][..], 1), (&["rules"], 0)] {
        let mut child = project.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut reader = BufReader::with_capacity(16, child.stdout.take().unwrap());
        reader.read_line(&mut String::new()).unwrap();
        drop(reader);
        let done = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(wanted), "{stderr}");
        assert!(!stderr.contains("feedmill: "), "{stderr}");
        row.record(&stderr);
    }
    row.assert_documented();
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_or_closed_stderr_does_not_stop_a_build() {
    let mut row = FaultRow::new("stderr full or closed");
    let scenario = Scenario::new(400);
    for style in ["human", "json", "github", "sarif"] {
        for closed in [false, true] {
            let dir = scenario.copy_to_temp();
            fs::write(dir.path().join("seeds/bad.txt"), "no seed").unwrap();
            let mut command = scenario.build_command(dir.path());
            command.args(["--message-format", style]);
            if closed {
                let (reader, writer) = std::io::pipe().unwrap();
                drop(reader);
                command.stderr(writer);
            } else {
                command.stderr(dev_full());
            }
            assert_eq!(command.status().unwrap().code(), Some(0), "{style}");
            scenario.assert_up_to_date(&dir.path().join("feeds"), style);
            row.record("");
        }
    }
    row.assert_documented();
}

#[test]
fn serve_and_watch_end_on_a_signal_without_waiting_for_a_silent_hub() {
    let end_during_notification = |verb: &'static str| {
        let hub = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/hub", hub.local_addr().unwrap());
        let scenario = Scenario::new(5);
        let mut command = scenario.project.command(&[verb]);
        command.args(ARGS).args(["--hub", &address]);
        if verb == "serve" {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        // From now on it waits for an answer, for at most half a minute.
        let _request = hub.accept().unwrap();
        send_signal(&child, Signal::TERM);
        let done = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(0), "{verb}: {stderr}");
        assert!(!stderr.contains("hub-unreachable"), "{verb} waited until the hub timed out: {stderr}");
    };
    let both = ["serve", "watch"].map(|verb| thread::spawn(move || end_during_notification(verb)));
    both.into_iter().for_each(|thread| thread.join().unwrap());
}
