//! Converts byte offsets of a text to lines and columns.

use feedmill_diag::Place;

use feedmill_types::work::step;

/// Maximum number of bytes of a line that a finding shows.
const MAX_SHOWN: usize = 240;

/// A cursor over a text that counts lines and columns. Ascending offsets cost one pass over the text.
#[derive(Debug)]
pub(crate) struct Lines<'t> {
    text: &'t str,
    line: u32,
    /// Offset at which the line begins.
    start: usize,
    /// Column at `counted`.
    column: usize,
    /// Offset up to which lines and columns are counted.
    counted: usize,
}

impl<'t> Lines<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, line: 1, start: 0, column: 1, counted: 0 }
    }

    /// Returns the place of an offset, which must not be less than that of the last call.
    pub(crate) fn place(&mut self, at: usize, file: &str) -> Place {
        let (text, bytes) = (self.text, self.text.as_bytes());
        let at = text.floor_char_boundary(at);
        step(at.saturating_sub(self.counted));
        while let Some(end) = memchr::memchr2(b'\n', b'\r', &bytes[self.counted..at]) {
            let end = self.counted + end;
            let is_crlf = bytes[end..].starts_with(b"\r\n");
            if is_crlf && end + 1 >= at {
                break;
            }
            self.start = end + if is_crlf { 2 } else { 1 };
            self.line += 1;
            (self.column, self.counted) = (1, self.start);
        }
        self.column += text[self.counted..at].chars().count();
        self.counted = at;
        let from = if at - self.start > MAX_SHOWN / 2 {
            text.floor_char_boundary(at - MAX_SHOWN / 2)
        } else {
            self.start
        };
        let to = text.floor_char_boundary(from + MAX_SHOWN).max(at);
        let to = memchr::memchr2(b'\n', b'\r', &bytes[at..to]).map_or(to, |length| at + length);
        step(to - from);
        let mark = text[from..at].chars().count() as u32 + 1;
        Place::at(file, self.line, self.column as u32).showing_part(&text[from..to], mark)
    }
}
