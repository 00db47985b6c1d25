//! From [`RawHtml`] to [`CleanHtml`]: the only door between an article as it was crawled and a feed.

use url::Url;

use crate::unit::{Bytes, MediaType};

/// HTML as a seed holds it: trusted in nothing.
#[derive(Clone, Copy, Debug)]
pub struct RawHtml<'a>(pub &'a str);

/// HTML that is safe to publish: made by [`clean`] and by nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CleanHtml(String);

impl CleanHtml {
    /// The markup.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing is left to read or see.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What the operator adds to the cleaning policy (`[clean]` in the configuration): CSS selectors.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    drop: Vec<scraper::Selector>,
    keep: Vec<scraper::Selector>,
}

impl Policy {
    /// A policy with selectors of elements to drop and of elements to keep though they look like clutter.
    ///
    /// # Errors
    /// The first selector that is no CSS selector, with the parser's words.
    pub fn new(drop: &[String], keep: &[String]) -> Result<Self, String> {
        let read = |list: &[String]| {
            list.iter()
                .map(|s| scraper::Selector::parse(s).map_err(|e| format!("`{s}` is no CSS selector: {e}")))
                .collect::<Result<Vec<_>, _>>()
        };
        Ok(Self { drop: read(drop)?, keep: read(keep)? })
    }
}

/// What kind of thing a [`Media`] shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Medium {
    /// Sound.
    Audio,
    /// Moving pictures.
    Video,
    /// A still picture.
    Image,
}

/// A media file that the article shows, in the order of the article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// Where it is; always absolute, http or https.
    pub url: Url,
    /// What it is.
    pub medium: Medium,
    /// Its type where that can be known without asking the server.
    pub media_type: Option<MediaType>,
    /// Its length where the page says it.
    pub length: Option<Bytes>,
}

/// An article's body after cleaning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// The body to publish.
    pub html: CleanHtml,
    /// Its text without markup, white space folded, a line feed between blocks.
    pub text: String,
    /// The text of its first heading, empty where it has none.
    pub heading: String,
    /// What it shows, in document order, each address once.
    pub media: Vec<Media>,
    /// What was repaired and the operator may want to know (nesting cut, control characters removed), a sentence each.
    pub repairs: Vec<String>,
}

/// Cleans an article's body; every address in it is resolved against `base`, the article's link.
///
/// Never fails and never panics, whatever the input; takes time linear in its length.
#[must_use]
pub fn clean(raw: RawHtml<'_>, base: &Url, policy: &Policy) -> Cleaned {
    let _ = (raw, base, &policy.drop, &policy.keep);
    Cleaned::default()
}

/// The beginning of a text for a summary: whole sentences up to `graphemes`, else whole words, else whole graphemes,
/// with an ellipsis where anything was cut.
#[must_use]
pub fn summary(text: &str, graphemes: usize) -> String {
    let _ = graphemes;
    text.to_owned()
}
