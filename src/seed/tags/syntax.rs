//! The syntax that tags have in common: a name, and arguments with or without quotes.

use crate::types::work;

/// Maximum length of a value that tags and templates make, in bytes: each filter or function can double one.
pub(super) const MAX_VALUE: usize = 1 << 20;

/// Stands before what would begin a block in CommonMark, and does not in the Markdown of the generator, and in lines of HTML that
/// are no end of it. It is not in what is rendered.
pub(in crate::seed) const MARK: char = '\u{2}';

/// Returns a text in which every occurrence of another is replaced; `None` if it would be too long.
pub(super) fn replaced(text: &str, from: &str, to: &str) -> Option<String> {
    work::step(text.len());
    let count = text.matches(from).count();
    let added = count.checked_mul(to.len())?;
    (text.len().checked_add(added)? <= MAX_VALUE).then(|| text.replace(from, to))
}

/// Follows the lines of a text in and out of blocks of code between fences.
#[derive(Default)]
pub(in crate::seed) struct Fence(Option<&'static str>);

impl Fence {
    /// True if the next line is code, or a fence before or after code.
    pub(in crate::seed) fn holds(&mut self, line: &str) -> bool {
        let trimmed = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
        match (self.0, mark) {
            (None, None) => return false,
            (None, Some(_)) => self.0 = mark,
            (Some(open), Some(mark)) if open == mark => self.0 = None,
            _ => {}
        }
        true
    }
}

/// A tag in the source.
pub(super) struct Tag<'a> {
    pub(super) name: &'a str,
    pub(super) args: &'a str,
}

impl<'a> Tag<'a> {
    /// Splits the text between the delimiters into name and arguments.
    pub(super) fn new(inner: &'a str) -> Self {
        let (name, args) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
        let args = if name == "/" { args } else { args.trim() };
        Self { name, args }
    }
}

/// Returns the text in a tag between its delimiters, without the dashes that remove white space.
pub(super) fn inner(whole: &str) -> &str {
    whole[2..whole.len() - 2].trim_matches('-').trim()
}

/// Splits a text at each `mark` that is not inside quotes.
pub(super) fn split(text: &str, mark: char) -> Vec<&str> {
    let (mut parts, mut start, mut quote) = (Vec::new(), 0, None);
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
            None if c == mark => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            None => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Returns a text in quotes without them.
pub(super) fn quoted(text: &str) -> Option<&str> {
    ['"', '\'', '`'].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote))
}

/// Returns a value without the quotes around it.
pub(super) fn unquoted(value: &str) -> &str {
    quoted(value).unwrap_or(value)
}

/// Arguments of a shortcode: name (empty if it has none) and value.
pub(super) struct Args<'a>(pub(super) Vec<(&'a str, &'a str)>);

impl<'a> Args<'a> {
    pub(super) fn read(text: &'a str) -> Self {
        let Self(all) = Self::with_quotes(text);
        Self(all.into_iter().map(|(name, value)| (name, unquoted(value))).collect())
    }

    /// Reads arguments whose values keep their quotes: one without them is the name of a value.
    pub(super) fn with_quotes(text: &'a str) -> Self {
        let words =
            split(text, ' ').into_iter().flat_map(|part| split(part, '\n')).filter(|word| !word.is_empty());
        let has_name = |name: &str| !name.contains(['"', '\'', '`', '/', '?']);
        let arg =
            |word: &'a str| word.split_once('=').filter(|(name, _)| has_name(name)).unwrap_or(("", word));
        Self(words.map(arg).collect())
    }

    /// Returns the value of a named argument.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }

    /// Returns the value of an argument without a name, by its position from 0.
    pub(super) fn at(&self, position: usize) -> Option<&'a str> {
        self.0.iter().filter(|(key, _)| key.is_empty()).nth(position).map(|(_, value)| *value)
    }
}
