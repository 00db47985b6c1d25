//! Stdout, for what was asked for: whether all of it got there is seen at the end.

use std::io::{self, BufWriter, ErrorKind, Stdout, Write};

use crate::error::{Error, Kind};

/// Stdout, which keeps its first error: who prints findings does not look at each.
pub(super) struct Output {
    out: BufWriter<Stdout>,
    error: Option<io::Error>,
}

impl Output {
    pub(super) fn new() -> Self {
        Self { out: BufWriter::new(io::stdout()), error: None }
    }

    /// # Errors
    /// Where not all of it got where it was to go. Whoever reads no further, as `head` does, wants no more.
    pub(super) fn end(mut self) -> Result<(), Error> {
        let _ = self.flush();
        self.error.map_or(Ok(()), failed)
    }

    fn note<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        let Err(error) = done else { return done };
        // Interrupted is no error: it is tried again.
        let kind = error.kind();
        if kind != ErrorKind::Interrupted {
            self.error.get_or_insert(error);
        }
        Err(kind.into())
    }
}

/// A whole document to stdout.
///
/// # Errors
/// As [`Output::end`].
pub(super) fn print(document: &[u8]) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    out.write_all(document).and_then(|()| out.flush()).or_else(failed)
}

/// What an error of stdout means.
///
/// # Errors
/// But where the reader is gone.
pub(super) fn failed(error: io::Error) -> Result<(), Error> {
    if error.kind() == ErrorKind::BrokenPipe {
        return Ok(());
    }
    Err(Error::new(Kind::Io, "cannot write to standard output").because(error))
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes);
        self.note(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        self.note(flushed)
    }
}
