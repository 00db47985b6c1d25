//! Progress line of a long build: on a terminal only, and erased when the build ends or a message is printed.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::diag::count;
use crate::pipeline::Progress;

use super::args::Common;
use super::context::is_dumb_terminal;

/// Duration of a build after which the line appears.
const AFTER: Duration = Duration::from_secs(1);
/// Interval at which the line is drawn.
const PAUSE: Duration = Duration::from_millis(100);
/// Moves to the start of the line and erases it.
const CLEAR: &[u8] = b"\r\x1b[2K";

/// Terminal whose last line may be the progress line.
pub(super) struct Screen<W>(Mutex<(W, bool)>);

impl<W: Write> Screen<W> {
    pub(super) fn new(out: W) -> Self {
        Self(Mutex::new((out, false)))
    }

    /// Replaces the progress line; an empty line erases it. Errors of the terminal are ignored.
    fn draw(&self, line: &str) {
        let mut screen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (out, shown) = &mut *screen;
        if *shown || !line.is_empty() {
            let _ =
                out.write_all(CLEAR).and_then(|()| out.write_all(line.as_bytes())).and_then(|()| out.flush());
        }
        *shown = !line.is_empty();
    }

    /// Shows the progress of some work if the user wants to see it.
    pub(super) fn during<T>(&self, common: &Common, work: impl FnOnce(&Progress) -> T) -> T
    where
        W: Send,
    {
        let progress = Progress::default();
        std::thread::scope(|scope| {
            let (done, stop) = std::sync::mpsc::channel();
            if is_wanted(common) && !is_dumb_terminal() {
                scope.spawn(|| self.follow(&progress, &{ stop }));
            }
            let result = work(&progress);
            drop(done);
            result
        })
    }

    /// Draws until the sender of `stop` is dropped.
    pub(super) fn follow(&self, progress: &Progress, stop: &Receiver<()>) {
        let start = Instant::now();
        let mut pause = AFTER;
        let mut cleaning = None;
        while let Err(RecvTimeoutError::Timeout) = stop.recv_timeout(pause) {
            pause = PAUSE;
            let (done, all) = progress.done();
            if all > 0 {
                let since = *cleaning.get_or_insert_with(Instant::now);
                self.draw(&line(done, all, ("entry", "entries"), since.elapsed()));
            } else {
                self.draw(&line(progress.seeds(), progress.expected(), ("seed", "seeds"), start.elapsed()));
            }
        }
        self.draw("");
    }
}

/// True if a person wants to see the progress.
pub(super) fn is_wanted(common: &Common) -> bool {
    !common.quiet && io::stderr().is_terminal()
}

impl<W: Write> Write for &Screen<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut screen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (out, shown) = &mut *screen;
        if std::mem::take(shown) {
            out.write_all(CLEAR)?;
        }
        out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.flush()
    }
}

/// Returns the progress line: what is done, and an estimate of the time left if `all` is known. `noun` is the singular and
/// the plural of what is counted.
fn line(done: u64, all: u64, noun: (&str, &str), elapsed: Duration) -> String {
    let number = |n: u64| count(usize::try_from(n).unwrap_or(usize::MAX), noun.0, noun.1);
    if all == 0 || done > all {
        return number(done);
    }
    let left = if done == 0 {
        String::new()
    } else {
        let seconds = elapsed.as_secs_f64() * (all - done) as f64 / done as f64;
        format!(", {seconds:.0} s left")
    };
    format!("{done} of {}{left}", number(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_shows_what_is_done_and_the_time_left_if_known() {
        let second = Duration::from_secs(1);
        let (seeds, entries) = (("seed", "seeds"), ("entry", "entries"));
        assert_eq!(line(2000, 0, seeds, second), "2000 seeds");
        assert_eq!(line(1, 0, seeds, second), "1 seed");
        assert_eq!(line(0, 9, entries, second), "0 of 9 entries");
        assert_eq!(line(100, 400, entries, second), "100 of 400 entries, 3 s left");
        assert_eq!(line(401, 400, seeds, second), "401 seeds", "more than there were last time");
    }

    #[test]
    fn a_message_replaces_the_line() {
        let screen = Screen::new(Vec::new());
        screen.draw("");
        screen.draw("1 seed");
        (&screen).write_all(b"warning\n").unwrap();
        (&screen).write_all(b"help\n").unwrap();
        screen.draw("2 seeds");
        screen.draw("");
        let text = String::from_utf8(screen.0.into_inner().unwrap().0).unwrap();
        let clear = "\r\x1b[2K";
        assert_eq!(text, format!("{clear}1 seed{clear}warning\nhelp\n{clear}2 seeds{clear}"));
    }

    #[test]
    fn a_short_run_shows_nothing() {
        let screen = Screen::new(Vec::new());
        let (done, stop) = std::sync::mpsc::channel();
        drop(done);
        screen.follow(&Progress::default(), &stop);
        assert!(screen.0.into_inner().unwrap().0.is_empty());
    }
}
