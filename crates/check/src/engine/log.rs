//! Collects findings by their byte offset, and locates them at the end.

use std::fmt::Display;

use feedmill_diag::Finding;

use crate::document::lines::Lines;
use crate::document::xml::{Attribute, Element};
use crate::message::one_line;
use crate::rule::Rule;
use feedmill_types::work::step;

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

/// Number of violations of a rule.
#[derive(Debug)]
struct Count {
    rule: &'static Rule,
    number: usize,
    /// Offset of the last one that is listed.
    last: usize,
}

/// Maximum number of findings of one rule: nobody reads more, and a hostile document has millions.
const MAX_PER_RULE: usize = 1000;

/// Collects findings. Details are formatted only while the rule has less than the maximum number of findings.
#[derive(Debug, Default)]
pub(crate) struct Log {
    found: Vec<Unlocated>,
    counts: Vec<Count>,
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
        let index = self.counts.iter().position(|c| std::ptr::eq(c.rule, rule)).unwrap_or_else(|| {
            self.counts.push(Count { rule, number: 0, last: at });
            self.counts.len() - 1
        });
        let count = &mut self.counts[index];
        count.number += 1;
        if count.number <= MAX_PER_RULE {
            count.last = at;
            self.found.push(Unlocated { rule, at, report_at, detail: one_line(detail) });
        }
    }

    /// True if further violations of a rule are only counted.
    pub(crate) fn is_full(&self, rule: &'static Rule) -> bool {
        self.counts.iter().any(|c| std::ptr::eq(c.rule, rule) && c.number >= MAX_PER_RULE)
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
        for Count { rule, number, last } in self.counts.into_iter().filter(|c| c.number > MAX_PER_RULE) {
            let detail = format!("{} more like this", number - MAX_PER_RULE);
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
