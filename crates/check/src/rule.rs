//! A rule: its code, the reason for it, and an example that breaks it next to one that keeps it.

use feedmill_diag::{Meta, Severity};

/// A rule that `check` applies.
///
/// Everything about a rule is written next to the code that applies it: `feedmill rules`, `docs/rules.md` and the
/// rule's test are generated from it.
#[derive(Debug)]
pub struct Rule {
    /// Code, default severity, title, remedy, reason and URL of the specification.
    pub meta: Meta,
    /// Name and section of the specification, such as `RFC 4287, 4.2.6`.
    pub spec: &'static str,
    /// A feed that breaks the rule and one that keeps it.
    pub example: Example,
}

/// Two feeds that differ only in the violation: `bad` has this finding and no other, `good` has none.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The part of a document that the two examples show.
    pub context: Context,
    /// Text that breaks the rule.
    pub bad: &'static str,
    /// Text that keeps the rule.
    pub good: &'static str,
}

/// The part of a document that an example shows; the rest is the same in every example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
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
    /// Requests and the heads of their responses, or a web page.
    Answer,
}

impl Rule {
    const fn new(severity: Severity, code: &'static str, title: &'static str) -> Self {
        Self {
            meta: Meta { code, severity, title, remedy: "", why: "", url: "" },
            spec: "",
            example: Example { context: Context::Whole, bad: "", good: "" },
        }
    }

    /// A rule that a specification states with MUST.
    pub(crate) const fn error(code: &'static str, title: &'static str) -> Self {
        Self::new(Severity::Error, code, title)
    }

    /// A rule that a specification states with SHOULD, or that readers require.
    pub(crate) const fn warning(code: &'static str, title: &'static str) -> Self {
        Self::new(Severity::Warning, code, title)
    }

    /// A rule about something worth knowing that may stay as it is.
    pub(crate) const fn note(code: &'static str, title: &'static str) -> Self {
        Self::new(Severity::Note, code, title)
    }

    pub(crate) const fn why(mut self, why: &'static str) -> Self {
        self.meta.why = why;
        self
    }

    pub(crate) const fn remedy(mut self, remedy: &'static str) -> Self {
        self.meta.remedy = remedy;
        self
    }

    pub(crate) const fn spec(mut self, spec: &'static str, url: &'static str) -> Self {
        self.spec = spec;
        self.meta.url = url;
        self
    }

    pub(crate) const fn example(mut self, context: Context, bad: &'static str, good: &'static str) -> Self {
        self.example = Example { context, bad, good };
        self
    }

    /// Returns the same rule with another fix.
    pub(crate) const fn with_remedy(&self, remedy: &'static str) -> Self {
        Self { meta: Meta { remedy, ..self.meta }, ..*self }
    }

    /// Returns the same rule with another source.
    pub(crate) const fn with_spec(&self, (spec, url): (&'static str, &'static str)) -> Self {
        Self { meta: Meta { url, ..self.meta }, spec, ..*self }
    }

    /// Returns the explanation of the rule in Markdown, as in `feedmill rules CODE` and `docs/rules.md`.
    #[must_use]
    pub fn page(&self) -> String {
        let Meta { code, severity, title, remedy, why, url } = &self.meta;
        let (language, place) = self.example.context.label();
        let Example { bad, good, .. } = &self.example;
        format!(
            "## {code}\n\n{title} ({severity})\n\n{why}\n\nTo fix it: {remedy}.\n\n\
             Wrong{place}:\n\n```{language}\n{bad}\n```\n\nRight:\n\n```{language}\n{good}\n```\n\n\
             Source: [{}]({url})\n",
            self.spec
        )
    }
}

impl Context {
    /// Returns the language of an example and the words that name its place.
    const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Whole => ("text", ""),
            Self::Channel => ("xml", ", in a `channel`"),
            Self::Item => ("xml", ", in an `item`"),
            Self::Feed => ("xml", ", in a `feed`"),
            Self::Entry => ("xml", ", in an `entry`"),
            Self::Json => ("json", ", in the feed's object"),
            Self::JsonItem => ("json", ", in an item's object"),
            Self::Outlines => ("xml", ", in the `body`"),
            Self::Answer => ("text", ""),
        }
    }
}
