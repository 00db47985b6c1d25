//! Findings: what is wrong with an input, where, and how to fix it.
//!
//! A [`Finding`] is created from a [`Meta`] (its code, default severity and fix) and a [`Place`]. [`Levels`] change its
//! severity. It goes to a [`Sink`], the only place where findings are counted and output styles chosen. Findings never stop a run; errors
//! do.

pub mod codes;
mod levels;
mod render;
mod sink;
mod text;

use std::borrow::Cow;
use std::fmt;

pub use feedmill_types::{redact, remove_credentials};
pub use levels::{Level, Levels, matches_code};
pub use render::{RENDERERS, Renderer, renderer, to_json};
pub use sink::{Sink, Tally};
pub use text::{count, is_risky, nearest, printable, short_path};

/// The severity of a finding.
///
/// ```
/// use feedmill_diag::Severity;
///
/// assert!(Severity::Error > Severity::Warning);
/// assert_eq!(Severity::Note.name(), "note");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// For information; nothing needs to be fixed.
    Note,
    /// It works, but a feed reader or another tool may have problems.
    Warning,
    /// A seed was skipped, a feed violates its specification, or the configuration is invalid.
    Error,
}

impl Severity {
    /// Returns `note`, `warning` or `error`.
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

/// The fixed part of a finding: a `static` in a catalogue, so that codes are stable and can be listed.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Meta {
    /// Code: stable, kebab-case, named for the fault (`seed-no-stamp`, `rss/item-no-title-or-description`).
    pub code: &'static str,
    /// Default severity.
    pub severity: Severity,
    /// Statement of the fault in general: a lower-case phrase that begins every message.
    pub title: &'static str,
    /// The fix: one lower-case sentence without a full stop.
    pub remedy: &'static str,
    /// Reason why it matters, in whole sentences; may be empty.
    pub why: &'static str,
    /// URL of the section of the specification that it breaks; may be empty.
    pub url: &'static str,
}

/// The place of a finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Place {
    /// File as the user named it (lossy UTF-8), or a flag or variable; empty if the finding is not about one.
    pub file: String,
    /// Line from 1; 0 for the whole file.
    pub line: u32,
    /// Column from 1, in characters; 0 for the whole line.
    pub column: u32,
    /// Text of that line, or a part of a long one, without passwords; empty if unknown.
    pub source: String,
    /// Position of the column in `source`, in characters from 1.
    pub mark: u32,
}

impl Place {
    /// Creates the place of a whole file.
    pub fn file(file: impl Into<String>) -> Self {
        Self::at(file, 0, 0)
    }

    /// Creates the place of a line and column (both from 1) in a file.
    pub fn at(file: impl Into<String>, line: u32, column: u32) -> Self {
        Self { file: shown_file(file.into()), line, column, ..Self::default() }
    }

    /// Adds the text of the line. User names and passwords in URLs are replaced, see [`redact`].
    #[must_use]
    pub fn showing(self, source: impl Into<String>) -> Self {
        let mark = self.column;
        self.showing_part(source, mark)
    }

    /// Adds a part of the line in which the place is character `mark` (from 1).
    #[must_use]
    pub fn showing_part(mut self, source: impl Into<String>, mark: u32) -> Self {
        let source = source.into();
        self.mark = mark;
        if let Cow::Owned(redacted) = redact(&source) {
            let before: String = source.chars().take(mark.saturating_sub(1) as usize).collect();
            // A mark inside the replaced part would be beyond a shorter source.
            let end = redacted.chars().count() as u32 + 1;
            self.mark = (redact(&before).chars().count() as u32 + mark.min(1)).min(end);
            self.source = redacted;
        } else {
            self.source = source;
        }
        self
    }
}

/// Returns the name of a file for messages: short, and without the passwords of URLs, which may be given for files.
fn shown_file(file: String) -> String {
    let file = match redact(&file) {
        Cow::Owned(redacted) => redacted,
        Cow::Borrowed(_) => file,
    };
    match short_path(&file) {
        Cow::Owned(short) => short,
        Cow::Borrowed(_) => file,
    }
}

/// One finding.
///
/// ```
/// use feedmill_diag::{Finding, Place, Severity, codes};
///
/// let place = Place::at("seeds/1.txt", 2, 11).showing("[A title](ftp://news.example/1)");
/// let found = Finding::new(&codes::SEED_BAD_LINK, place, "`ftp://news.example/1`");
/// assert_eq!((found.meta.code, found.severity), ("seed-bad-link", Severity::Error));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Finding {
    /// Kind of fault.
    pub meta: &'static Meta,
    /// Severity; [`Levels`] may have changed it from [`Meta::severity`].
    pub severity: Severity,
    /// Place of the fault.
    pub place: Place,
    /// The value and the particulars, which follow [`Meta::title`] in the message; lower case, no full stop, empty if the
    /// title says everything.
    pub detail: String,
}

impl Finding {
    /// Creates a finding. User names and passwords in URLs of `detail` are replaced, see [`redact`].
    pub fn new(meta: &'static Meta, place: Place, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let detail = match redact(&detail) {
            Cow::Owned(redacted) => redacted,
            Cow::Borrowed(_) => detail,
        };
        Self { meta, severity: meta.severity, place, detail }
    }

    /// Creates a finding at a line and column (from 1; 0 for the whole) of a text whose file the caller names.
    pub fn in_text(meta: &'static Meta, line: u32, column: u32, detail: impl Into<String>) -> Self {
        Self::new(meta, Place::at("", line, column), detail)
    }

    /// Adds the name of the file.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.place.file = shown_file(file.into());
        self
    }

    /// Adds the text of the line, taken from the whole text of the file.
    #[must_use]
    pub fn showing_line_of(mut self, text: &str) -> Self {
        let Some(index) = (self.place.line as usize).checked_sub(1) else { return self };
        let line = text.split('\n').nth(index).unwrap_or_default().trim_end_matches('\r');
        self.place = self.place.showing(line.chars().take(MAX_LINE).collect::<String>());
        self
    }

    /// Returns what is wrong, with the value: the title of the kind, then the detail.
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

/// Maximum number of characters of a line that a finding stores.
const MAX_LINE: usize = 4096;
