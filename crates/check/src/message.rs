//! Formats what a document holds for a message: in one line and not too long.

use std::fmt::{self, Display, Write};

use feedmill_types::work::step;

/// Maximum length of a detail in bytes: the names in it may be as long as the document.
const MAX_DETAIL: usize = 1000;

/// Formats a detail as one line of bounded length.
pub(crate) fn one_line(detail: impl Display) -> String {
    let mut bounded = Bounded(String::new());
    // An error means that it is full.
    let is_cut = write!(bounded, "{detail}").is_err();
    step(bounded.0.len());
    let mut line = feedmill_diag::printable(&bounded.0);
    if is_cut || line.len() > MAX_DETAIL {
        line.truncate(line.floor_char_boundary(MAX_DETAIL));
        line.push('…');
    }
    line
}

/// A string that takes no more than [`MAX_DETAIL`] bytes.
struct Bounded(String);

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = MAX_DETAIL - self.0.len();
        let fits = text.floor_char_boundary(room);
        self.0.push_str(&text[..fits]);
        if fits < text.len() { Err(fmt::Error) } else { Ok(()) }
    }
}

/// Displays a value in one line of at most 60 characters.
pub(crate) fn shown(value: &str) -> Shown<'_> {
    Shown(value)
}

/// See [`shown`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown<'v>(&'v str);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAX_CHARS: usize = 60;
        let mut room = MAX_CHARS;
        for (index, word) in self.0.split_whitespace().enumerate() {
            if index > 0 {
                if room == 0 {
                    return f.write_char('…');
                }
                f.write_char(' ')?;
                room -= 1;
            }
            for c in word.chars() {
                if room == 0 {
                    return f.write_char('…');
                }
                f.write_char(c)?;
                room -= 1;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_shown_in_one_short_line() {
        assert_eq!(shown(" a\n  b ").to_string(), "a b");
        assert_eq!(shown(&"é".repeat(60)).to_string(), "é".repeat(60));
        assert_eq!(shown(&"é".repeat(61)).to_string(), format!("{}…", "é".repeat(60)));
        assert_eq!(shown(&format!("{} b", "a".repeat(60))).to_string(), format!("{}…", "a".repeat(60)));
    }
}
