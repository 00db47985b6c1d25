//! Collects findings by their byte offset, and locates them at the end.

use std::fmt::Display;

use feedmill_diag::Finding;

use crate::document::lines::Lines;
use crate::document::work::step;
use crate::document::xml::{Attribute, Element};
use crate::message::one_line;
use crate::rule::Rule;

/// A finding whose line and column are not known yet.
#[derive(Debug)]
struct Unlocated {
    rule: &'static Rule,
    /// Byte offset in the text of the document.
    at: usize,
    /// Offset at which a reader of the document notices it: a missing element of a feed at its first entry.
    report_at: usize,
    detail: String,
}

/// Maximum number of findings of one rule: nobody reads more, and a hostile document has millions.
const MAX_PER_RULE: usize = 1000;

/// Collects findings. Details are formatted only while the rule has less than the maximum number of findings.
#[derive(Debug, Default)]
pub(crate) struct Log {
    found: Vec<Unlocated>,
    /// Number of violations of each rule.
    counts: Vec<(&'static Rule, usize)>,
}

impl Log {
    /// Reports a violation at an offset.
    pub(crate) fn at(&mut self, rule: &'static Rule, at: usize, detail: impl Display) {
        self.deferred(rule, at, at, detail);
    }

    /// Reports a violation at an offset, in the order of findings as if it were at `report_at`.
    pub(crate) fn deferred(
        &mut self,
        rule: &'static Rule,
        at: usize,
        report_at: usize,
        detail: impl Display,
    ) {
        step(1);
        let index = self.counts.iter().position(|(r, _)| std::ptr::eq(*r, rule)).unwrap_or_else(|| {
            self.counts.push((rule, 0));
            self.counts.len() - 1
        });
        self.counts[index].1 += 1;
        if self.counts[index].1 <= MAX_PER_RULE {
            self.found.push(Unlocated { rule, at, report_at, detail: one_line(detail) });
        }
    }

    /// True if further violations of a rule are only counted.
    pub(crate) fn is_full(&self, rule: &'static Rule) -> bool {
        self.counts.iter().any(|(r, count)| std::ptr::eq(*r, rule) && *count >= MAX_PER_RULE)
    }

    /// Reports a violation at the start tag of an element.
    pub(crate) fn start(&mut self, rule: &'static Rule, element: &Element<'_>, detail: impl Display) {
        self.at(rule, element.at, detail);
    }

    /// Reports a violation at the end tag of an element: there it is certain that something is missing in it.
    pub(crate) fn end(&mut self, rule: &'static Rule, element: &Element<'_>, detail: impl Display) {
        self.at(rule, element.end, detail);
    }

    /// Reports a violation at the text of an element.
    pub(crate) fn text(&mut self, rule: &'static Rule, element: &Element<'_>, detail: impl Display) {
        self.at(rule, element.text_at(), detail);
    }

    /// Reports a violation at the value of an attribute.
    pub(crate) fn attribute(&mut self, rule: &'static Rule, attribute: &Attribute<'_>, detail: impl Display) {
        self.at(rule, attribute.at, detail);
    }

    /// Returns the findings with lines and columns, in the order in which a reader of the document notices them. If a
    /// rule has more violations than are listed, the last one says how many.
    pub(crate) fn locate(mut self, text: &str, file: &str) -> Vec<Finding> {
        for (rule, count) in self.counts.into_iter().filter(|(_, count)| *count > MAX_PER_RULE) {
            let last = self.found.iter().rfind(|f| std::ptr::eq(f.rule, rule)).map_or(0, |f| f.at);
            let detail = format!("{} more like this", count - MAX_PER_RULE);
            self.found.push(Unlocated { rule, at: last, report_at: last, detail });
        }
        self.found.sort_by_key(|f| f.at);
        let mut lines = Lines::new(text);
        let mut located: Vec<(usize, Finding)> = self
            .found
            .into_iter()
            .map(|f| (f.report_at, Finding::new(&f.rule.meta, lines.place(f.at, file), f.detail)))
            .collect();
        located.sort_by_key(|(report_at, _)| *report_at);
        located.into_iter().map(|(_, finding)| finding).collect()
    }
}
