//! What was found, by its place in the text of the document.

use super::document::{Attribute, Element};
use super::rule::Rule;

/// A finding: the rule, the byte offset in the document's text, and what is wrong there.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) rule: &'static Rule,
    pub(super) at: usize,
    /// Where, in reading on, it shows: what a feed lacks shows at its first entry.
    pub(super) shows: usize,
    pub(super) message: String,
}

/// Collects findings.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) found: Vec<Found>,
}

impl Log {
    pub(super) fn at(&mut self, rule: &'static Rule, at: usize, message: impl Into<String>) {
        self.late(rule, at, at, message);
    }

    /// At an offset, but shown only further on.
    pub(super) fn late(&mut self, rule: &'static Rule, at: usize, shows: usize, message: impl Into<String>) {
        // A name from a broken document may hold anything; a message is one line.
        let message = crate::diag::printable(&message.into());
        self.found.push(Found { rule, at, shows, message });
    }

    /// At the start tag of an element.
    pub(super) fn start(&mut self, rule: &'static Rule, element: &Element<'_>, message: impl Into<String>) {
        self.at(rule, element.at, message);
    }

    /// At the end tag of an element: what is missing in it is missing there.
    pub(super) fn end(&mut self, rule: &'static Rule, element: &Element<'_>, message: impl Into<String>) {
        self.at(rule, element.end, message);
    }

    /// At the text of an element.
    pub(super) fn text(&mut self, rule: &'static Rule, element: &Element<'_>, message: impl Into<String>) {
        self.at(rule, element.text_at(), message);
    }

    /// At the value of an attribute.
    pub(super) fn attribute(
        &mut self,
        rule: &'static Rule,
        attribute: &Attribute<'_>,
        message: impl Into<String>,
    ) {
        self.at(rule, attribute.at, message);
    }
}

/// A value as a message shows it: in one line, not too long.
pub(super) fn shown(value: &str) -> String {
    const MOST: usize = 60;
    let mut words = value.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((at, _)) = words.char_indices().nth(MOST) {
        words.truncate(at);
        words.push('…');
    }
    words
}
