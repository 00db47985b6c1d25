//! The line that shows how far a long run is: on a terminal only, and gone when the run ends or something is said.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::pipeline::Progress;

use super::args::Common;
use super::is_dumb;

/// A run that is done by then shows nothing.
const AFTER: Duration = Duration::from_secs(1);
/// How often the line is drawn.
const PAUSE: Duration = Duration::from_millis(100);
/// Back to the beginning of the line, and away with it.
const CLEAR: &[u8] = b"\r\x1b[2K";

/// A terminal whose last line may be ours.
pub(super) struct Screen<W>(Mutex<(W, bool)>);

impl<W: Write> Screen<W> {
    pub(super) fn new(out: W) -> Self {
        Self(Mutex::new((out, false)))
    }

    /// Draws a line in place of the last one; an empty one takes it away. A terminal that is gone wants none.
    fn draw(&self, line: &str) {
        let mut screen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (out, shown) = &mut *screen;
        if *shown || !line.is_empty() {
            let _ =
                out.write_all(CLEAR).and_then(|()| out.write_all(line.as_bytes())).and_then(|()| out.flush());
        }
        *shown = !line.is_empty();
    }

    /// Shows how far some work is, where that is wanted.
    pub(super) fn during<T>(&self, common: &Common, work: impl FnOnce(&Progress) -> T) -> T
    where
        W: Send,
    {
        let progress = Progress::default();
        std::thread::scope(|scope| {
            let (done, stop) = std::sync::mpsc::channel();
            if is_wanted(common) && !is_dumb() {
                scope.spawn(|| self.follow(&progress, &{ stop }));
            }
            let result = work(&progress);
            drop(done);
            result
        })
    }

    /// Draws until the other end of `stop` is gone.
    pub(super) fn follow(&self, progress: &Progress, stop: &Receiver<()>) {
        let start = Instant::now();
        let mut pause = AFTER;
        let mut cleaning = None;
        while let Err(RecvTimeoutError::Timeout) = stop.recv_timeout(pause) {
            pause = PAUSE;
            let (done, all) = progress.done();
            if all > 0 {
                let since = *cleaning.get_or_insert_with(Instant::now);
                self.draw(&line(done, all, "entries", since.elapsed()));
            } else {
                self.draw(&line(progress.seeds(), progress.expected(), "seeds", start.elapsed()));
            }
        }
        self.draw("");
    }
}

/// Whether there is a person who wants to see how it goes.
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

/// How far it is, and how long it may take still where `all` is known.
fn line(done: u64, all: u64, what: &str, elapsed: Duration) -> String {
    if all == 0 || done > all {
        return format!("{done} {what}");
    }
    let left = if done == 0 {
        String::new()
    } else {
        let seconds = elapsed.as_secs_f64() * (all - done) as f64 / done as f64;
        format!(", {seconds:.0} s left")
    };
    format!("{done} of {all} {what}{left}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_what_is_done_and_what_is_left_where_that_is_known() {
        let second = Duration::from_secs(1);
        assert_eq!(line(2000, 0, "seeds", second), "2000 seeds");
        assert_eq!(line(0, 9, "entries", second), "0 of 9 entries");
        assert_eq!(line(100, 400, "entries", second), "100 of 400 entries, 3 s left");
        assert_eq!(line(401, 400, "seeds", second), "401 seeds", "more than there were last time");
    }

    #[test]
    fn what_is_said_takes_the_place_of_the_line() {
        let screen = Screen::new(Vec::new());
        screen.draw("");
        screen.draw("1 seeds");
        (&screen).write_all(b"warning\n").unwrap();
        (&screen).write_all(b"help\n").unwrap();
        screen.draw("2 seeds");
        screen.draw("");
        let text = String::from_utf8(screen.0.into_inner().unwrap().0).unwrap();
        let clear = "\r\x1b[2K";
        assert_eq!(text, format!("{clear}1 seeds{clear}warning\nhelp\n{clear}2 seeds{clear}"));
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
