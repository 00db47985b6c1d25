//! What tells the syntaxes of front matter apart.

use crate::generator::Parsed;

/// The format of front matter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Yaml,
    Toml,
    Json,
    Header,
    /// None: what the repository says about the file is all there is.
    Bare,
}

/// The syntax of front matter; each is a dialect.
pub(super) struct Syntax {
    pub(super) format: Format,
    /// True if a line opens front matter.
    pub(super) opens: fn(&str) -> bool,
    /// Returns a function that sees each line of it, and is true for the one that closes it. That of an undelimited syntax
    /// sees the opening line first.
    pub(super) closer: fn() -> Closer,
    /// True if the opening and the closing line are delimiters and not part of the front matter.
    pub(super) is_delimited: bool,
    /// Parses the front matter.
    pub(super) parse: fn(&str) -> Parsed,
}

/// Function that sees each line of front matter, and is true for the one that closes it.
pub(super) type Closer = Box<dyn FnMut(&str) -> bool>;
