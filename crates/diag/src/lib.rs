//! Findings: what is wrong with an input, where, and how to mend it.
//!
//! A [`Finding`] is made from a [`Meta`] (its code, usual severity and remedy) and a [`Place`]. It goes to a
//! [`Sink`], which is the one room where severities are changed, findings counted and styles of output chosen.
//! Findings never stop a run; `feedmill::error::Error` does.

pub mod codes;
mod render;
mod sink;
mod text;

use std::fmt;

pub use render::{RENDERERS, Renderer, renderer};
pub use sink::{Sink, Tally};
pub use text::{count, nearest};

/// How bad a finding is.
///
/// ```
/// use feedmill_diag::Severity;
///
/// assert!(Severity::Error > Severity::Warning);
/// assert_eq!(Severity::Note.name(), "note");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing needs mending.
    Note,
    /// It works, but a reader or another tool may stumble.
    Warning,
    /// It is wrong: a seed was skipped, or a feed breaks its specification.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The fixed part of a finding. Every one is a `static` in a catalogue, so codes are stable and can be listed.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Meta {
    /// Stable, kebab-case, named for the fault (`seed-no-stamp`, `rss/item-no-title-or-description`).
    pub code: &'static str,
    /// Its severity where nobody overrides it.
    pub severity: Severity,
    /// One line that names the fault in general.
    pub title: &'static str,
    /// What to do about it, in one sentence.
    pub remedy: &'static str,
}

/// Where a finding is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file as the user named it (lossy UTF-8); empty where it is about no file.
    pub file: String,
    /// Line from 1; 0 where it is about the whole file.
    pub line: u32,
    /// Column from 1, in characters; 0 where it is about the whole line.
    pub column: u32,
    /// The text of that line, or a part of it where it is long, for people to see; empty where it is not at hand.
    pub source: String,
    /// Which character of `source` (from 1) the column is.
    pub mark: u32,
}

impl Place {
    /// A whole file.
    pub fn file(file: impl Into<String>) -> Self {
        Self { file: file.into(), ..Self::default() }
    }

    /// A line and column (both from 1) in a file.
    pub fn at(file: impl Into<String>, line: u32, column: u32) -> Self {
        Self { file: file.into(), line, column, ..Self::default() }
    }

    /// Adds the text of the line.
    #[must_use]
    pub fn showing(self, source: impl Into<String>) -> Self {
        let mark = self.column;
        self.showing_part(source, mark)
    }

    /// Adds a part of the line, in which the place is character `mark` (from 1).
    #[must_use]
    pub fn showing_part(mut self, source: impl Into<String>, mark: u32) -> Self {
        self.source = source.into();
        self.mark = mark;
        self
    }
}

/// One finding.
///
/// ```
/// use feedmill_diag::{Finding, Place, Severity, codes};
///
/// let place = Place::at("seeds/1.txt", 2, 11).showing("[A title](ftp://news.example/1)");
/// let found = Finding::new(&codes::SEED_BAD_LINK, place, "`ftp://news.example/1` is no http address");
/// assert_eq!((found.meta.code, found.severity), ("seed-bad-link", Severity::Error));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Finding {
    /// What kind of fault it is.
    pub meta: &'static Meta,
    /// Its severity, which the [`Sink`] may have changed from [`Meta::severity`].
    pub severity: Severity,
    /// Where it is.
    pub place: Place,
    /// The value and the particulars, which follow [`Meta::title`] in the message; lower case, no full stop, empty if
    /// the title says it all.
    pub detail: String,
}

impl Finding {
    /// A finding of a kind at a place.
    pub fn new(meta: &'static Meta, place: Place, detail: impl Into<String>) -> Self {
        Self { meta, severity: meta.severity, place, detail: detail.into() }
    }

    /// A finding at a line and column (both from 1, 0 if it is about the whole) of a text whose file the caller names.
    pub fn in_text(meta: &'static Meta, line: u32, column: u32, detail: impl Into<String>) -> Self {
        Self::new(meta, Place::at("", line, column), detail)
    }

    /// The same finding with the name of its file.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.place.file = file.into();
        self
    }

    /// The same finding with the text of its line, taken from the whole text of its file.
    #[must_use]
    pub fn showing_line_of(mut self, text: &str) -> Self {
        let Some(index) = (self.place.line as usize).checked_sub(1) else { return self };
        let line = text.split('\n').nth(index).unwrap_or_default().trim_end_matches('\r');
        self.place = self.place.showing(line.chars().take(MAX_LINE).collect::<String>());
        self
    }

    /// What is wrong, with the value: the title of the kind, then the detail.
    ///
    /// ```
    /// use feedmill_diag::{Finding, Place, codes};
    ///
    /// let finding = Finding::new(&codes::SEED_NO_LINK, Place::default(), "");
    /// assert_eq!(finding.message(), "seed without a link");
    /// ```
    #[must_use]
    pub fn message(&self) -> String {
        if self.detail.is_empty() {
            return self.meta.title.to_owned();
        }
        format!("{}: {}", self.meta.title, self.detail)
    }
}

/// Number of characters of a line that a finding keeps.
const MAX_LINE: usize = 4096;

/// Text that came from outside, made fit to print: control characters, line ends and marks that turn the direction
/// of writing are shown as escapes, so a title can't drive a terminal nor a file name forge a line.
///
/// ```
/// assert_eq!(feedmill_diag::printable("red\u{1b}[31m\n"), "red\\u{1b}[31m\\n");
/// ```
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let (escaped, plain) =
                if is_risky(c) { (Some(c.escape_default()), None) } else { (None, Some(c)) };
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}

/// Whether a character does something to a terminal or to a line instead of showing itself.
#[must_use]
pub fn is_risky(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}'
        )
}
