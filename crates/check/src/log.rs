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

/// How many findings of one rule are kept: nobody reads more, and a hostile document has millions.
const MOST: usize = 1000;

/// The longest message, in bytes: what it quotes may be as long as the document.
const LONGEST: usize = 1000;

/// Collects findings.
#[derive(Debug, Default)]
pub(super) struct Log {
    found: Vec<Found>,
    /// How often each rule was broken.
    counts: Vec<(&'static Rule, usize)>,
}

impl Log {
    pub(super) fn at(&mut self, rule: &'static Rule, at: usize, message: impl Into<String>) {
        self.late(rule, at, at, message);
    }

    /// At an offset, but shown only further on.
    pub(super) fn late(&mut self, rule: &'static Rule, at: usize, shows: usize, message: impl Into<String>) {
        let index = self.counts.iter().position(|(r, _)| std::ptr::eq(*r, rule)).unwrap_or_else(|| {
            self.counts.push((rule, 0));
            self.counts.len() - 1
        });
        self.counts[index].1 += 1;
        if self.counts[index].1 <= MOST {
            // A name from a broken document may hold anything; a message is one line.
            let mut message = feedmill_diag::printable(&message.into());
            if message.len() > LONGEST {
                message.truncate(message.floor_char_boundary(LONGEST));
                message.push('…');
            }
            self.found.push(Found { rule, at, shows, message });
        }
    }

    /// Whether enough was said of a rule.
    pub(super) fn is_full(&self, rule: &'static Rule) -> bool {
        self.counts.iter().any(|(r, count)| std::ptr::eq(*r, rule) && *count >= MOST)
    }

    /// All that was found; where a rule was broken too often, how much more there is stands behind it.
    pub(super) fn finish(mut self) -> Vec<Found> {
        for (rule, count) in self.counts.into_iter().filter(|(_, count)| *count > MOST) {
            let last = self.found.iter().rfind(|f| std::ptr::eq(f.rule, rule)).map_or(0, |f| f.at);
            let message = format!("{} more of these follow", count - MOST);
            self.found.push(Found { rule, at: last, shows: last, message });
        }
        self.found
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
