//! A rule: its code, why it is there, an example of the fault and of the cure.

use feedmill_diag::{Meta, Severity};

/// What `check` looks for. All of it stands in one place, beside the code that looks: `feedmill rules`, the page
/// `docs/rules.md` and the test of the rule are made from it.
#[derive(Debug)]
pub struct Rule {
    /// Code, usual severity, title and remedy.
    pub meta: Meta,
    /// The specification and its section, such as `RFC 4287, 4.2.6`.
    pub spec: &'static str,
    /// Where that is written.
    pub url: &'static str,
    /// Why it matters: what readers do with such a feed.
    pub why: &'static str,
    /// What breaks the rule and what keeps it.
    pub example: Example,
}

/// A pair of feeds that differ in the fault. `bad` has this finding and no other, `good` has none.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// Where the two stand.
    pub within: Within,
    /// What breaks the rule.
    pub bad: &'static str,
    /// What keeps it.
    pub good: &'static str,
}

/// The part of a document that an example shows; the rest is the same in every example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// The whole document.
    Whole,
    /// Children of an RSS `channel`.
    Channel,
    /// Children of an RSS `item`.
    Item,
    /// Children of an Atom `feed`.
    Feed,
    /// Children of an Atom `entry`.
    Entry,
    /// Members of the object of a JSON Feed.
    Json,
    /// Members of an item of a JSON Feed.
    JsonItem,
    /// Children of the `body` of an OPML document.
    Outlines,
}

impl Rule {
    const fn new(severity: Severity, code: &'static str, title: &'static str) -> Self {
        Self {
            meta: Meta { code, severity, title, remedy: "" },
            spec: "",
            url: "",
            why: "",
            example: Example { within: Within::Whole, bad: "", good: "" },
        }
    }

    /// A rule that a specification makes with MUST.
    pub(super) const fn error(code: &'static str, title: &'static str) -> Self {
        Self::new(Severity::Error, code, title)
    }

    /// A rule that a specification makes with SHOULD, or that readers make.
    pub(super) const fn warning(code: &'static str, title: &'static str) -> Self {
        Self::new(Severity::Warning, code, title)
    }

    /// Something worth knowing.
    pub(super) const fn note(code: &'static str, title: &'static str) -> Self {
        Self::new(Severity::Note, code, title)
    }

    pub(super) const fn why(mut self, why: &'static str) -> Self {
        self.why = why;
        self
    }

    pub(super) const fn help(mut self, remedy: &'static str) -> Self {
        self.meta.remedy = remedy;
        self
    }

    pub(super) const fn spec(mut self, spec: &'static str, url: &'static str) -> Self {
        self.spec = spec;
        self.url = url;
        self
    }

    pub(super) const fn example(mut self, within: Within, bad: &'static str, good: &'static str) -> Self {
        self.example = Example { within, bad, good };
        self
    }

    /// The rule explained, in Markdown: what `feedmill rules CODE` prints and `docs/rules.md` holds.
    #[must_use]
    pub fn page(&self) -> String {
        let Meta { code, severity, title, remedy } = &self.meta;
        let (language, within) = self.example.within.shown();
        let Example { bad, good, .. } = &self.example;
        format!(
            "## {code}\n\n{title} ({severity})\n\n{}\n\nTo mend it: {remedy}.\n\n\
             Wrong{within}:\n\n```{language}\n{bad}\n```\n\nRight:\n\n```{language}\n{good}\n```\n\n\
             Source: [{}]({})\n",
            self.why, self.spec, self.url
        )
    }
}

impl Within {
    /// The language of an example, and where it stands, for people.
    const fn shown(self) -> (&'static str, &'static str) {
        match self {
            Self::Whole => ("text", ""),
            Self::Channel => ("xml", ", in a `channel`"),
            Self::Item => ("xml", ", in an `item`"),
            Self::Feed => ("xml", ", in a `feed`"),
            Self::Entry => ("xml", ", in an `entry`"),
            Self::Json => ("json", ", in the feed's object"),
            Self::JsonItem => ("json", ", in an item's object"),
            Self::Outlines => ("xml", ", in the `body`"),
        }
    }
}
