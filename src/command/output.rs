//! Standard output, which reports at the end whether everything was written.

use std::io::{self, BufWriter, ErrorKind, Stdout, Write};

use crate::error::{Error, Kind};

/// Standard output that remembers its first error, because callers that print findings do not check each write.
pub(super) struct Output {
    out: BufWriter<Stdout>,
    error: Option<io::Error>,
}

impl Output {
    pub(super) fn new() -> Self {
        Self { out: BufWriter::new(io::stdout()), error: None }
    }

    /// Flushes the output and reports its first error.
    ///
    /// # Errors
    /// Not everything could be written. A reader that has seen enough, as `head` has, is not an error.
    pub(super) fn end(mut self) -> Result<(), Error> {
        let _ = self.flush();
        self.error.map_or(Ok(()), unless_closed)
    }

    fn remember<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        let Err(error) = done else { return done };
        // An interrupted write is repeated.
        let kind = error.kind();
        if kind != ErrorKind::Interrupted {
            self.error.get_or_insert(error);
        }
        Err(kind.into())
    }
}

/// Writes a document to standard output.
///
/// # Errors
/// As [`Output::end`].
pub(super) fn print(document: &[u8]) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    out.write_all(document).and_then(|()| out.flush()).or_else(unless_closed)
}

/// Converts an error of standard output.
///
/// # Errors
/// Always, unless the reader closed the pipe.
pub(super) fn unless_closed(error: io::Error) -> Result<(), Error> {
    if error.kind() == ErrorKind::BrokenPipe {
        return Ok(());
    }
    Err(Error::new(Kind::Io, "cannot write to standard output").because(error))
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes);
        self.remember(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        self.remember(flushed)
    }
}
