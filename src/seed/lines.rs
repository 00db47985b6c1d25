//! A cursor over the lines of a head: LF, CRLF or CR, counted from 1.

use super::Fault;

/// The lines of a text that may be only the beginning of a file.
#[derive(Clone, Debug)]
pub struct Lines<'a> {
    rest: &'a str,
    whole: bool,
    number: u32,
}

impl<'a> Lines<'a> {
    /// Starts at line 1. `whole` is true if the file ends where the text ends.
    #[must_use]
    pub fn new(text: &'a str, whole: bool) -> Self {
        Self { rest: text, whole, number: 1 }
    }

    /// Number of the line that [`Lines::peek`] returns, from 1.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// True if the file ends where the text ends.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// The text that has not been read yet.
    #[must_use]
    pub fn rest(&self) -> &'a str {
        self.rest
    }

    /// Returns the next line without its line end; `None` at the end of the file.
    ///
    /// # Errors
    /// [`Fault::Incomplete`] if the line may continue after the end of the text.
    pub fn peek(&self) -> Result<Option<&'a str>, Fault> {
        match self.split() {
            Some((line, _)) => Ok(Some(line)),
            None if !self.whole => Err(Fault::Incomplete),
            None if self.rest.is_empty() => Ok(None),
            None => Ok(Some(self.rest)),
        }
    }

    /// Returns the next line and moves past it.
    ///
    /// # Errors
    /// See [`Lines::peek`].
    pub fn next_line(&mut self) -> Result<Option<&'a str>, Fault> {
        let (line, after) = match self.split() {
            Some((line, after)) => (Some(line), after),
            None => (self.peek()?, ""),
        };
        self.rest = after;
        self.number = self.number.saturating_add(line.is_some().into());
        Ok(line)
    }

    /// Moves past blank lines. Never stops within a line.
    pub fn skip_blank(&mut self) {
        while let Some((line, after)) = self.split().filter(|(line, _)| line.trim().is_empty()) {
            let _ = line;
            self.rest = after;
            self.number = self.number.saturating_add(1);
        }
        if self.whole && self.rest.trim().is_empty() {
            self.rest = "";
        }
    }

    /// Returns the next line and the text after it, if its line end is in the text.
    fn split(&self) -> Option<(&'a str, &'a str)> {
        let at = memchr::memchr2(b'\n', b'\r', self.rest.as_bytes())?;
        let (line, end) = self.rest.split_at(at);
        match end.strip_prefix("\r\n") {
            Some(after) => Some((line, after)),
            // A CR at the very end of a prefix may be half of a CRLF.
            None if end == "\r" && !self.whole => None,
            None => Some((line, &end[1..])),
        }
    }
}
