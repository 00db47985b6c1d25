//! The types of an article's body, before and after cleaning.

use std::sync::Arc;

use feedmill_diag::Finding;
use feedmill_types::{Bytes, MediaType};
use url::Url;

use super::removals::Removal;

/// HTML as a seed holds it: untrusted.
#[derive(Clone, Copy, Debug)]
pub struct RawHtml<'a>(pub &'a str);

/// HTML that is safe to publish. Only [`clean`](crate::clean) creates it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CleanHtml(pub(crate) Arc<str>);

impl CleanHtml {
    /// Returns the markup.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns this HTML with other HTML below it.
    #[must_use]
    pub fn followed_by(&self, other: &Self) -> Self {
        match (self.is_empty(), other.is_empty()) {
            (true, _) => other.clone(),
            (_, true) => self.clone(),
            _ => Self(format!("{}\n{}", self.0, other.0).into()),
        }
    }

    /// True if there is nothing to read or see.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The kind of a [`Media`] file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Medium {
    /// An audio file.
    Audio,
    /// A video.
    Video,
    /// A still image.
    Image,
}

/// A media file that an article shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// URL of the file; always absolute, `http` or `https`.
    pub url: Url,
    /// Kind of the file.
    pub medium: Medium,
    /// Media type, if known from the markup or the URL.
    pub media_type: Option<MediaType>,
    /// Length of the file, if the markup declares it.
    pub length: Option<Bytes>,
    /// Text that replaces an image; empty if there is none.
    pub alt: String,
    /// Width and height of an image in pixels, if the markup declares both.
    pub size: Option<(u32, u32)>,
    /// True if it is another file of the recording of the file before it.
    pub is_alternative: bool,
}

impl Media {
    /// Creates a media file of which only the address and the kind are known.
    #[must_use]
    pub fn new(url: Url, medium: Medium) -> Self {
        Self {
            url,
            medium,
            media_type: None,
            length: None,
            alt: String::new(),
            size: None,
            is_alternative: false,
        }
    }
}

/// The result of cleaning an article's body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// The body to publish.
    pub html: CleanHtml,
    /// The text without markup: white space folded, a line feed between blocks.
    pub text: String,
    /// The beginning of the text, for a summary: without captions, bylines, dates, footers and links to more.
    pub prose: String,
    /// The text of the first heading; empty if there is none.
    pub heading: String,
    /// The media files shown, in document order, each URL once.
    pub media: Vec<Media>,
    /// Reports of what was removed because of a limit, or because XML forbids it. Without file and line.
    pub findings: Vec<Finding>,
    /// Parts that a reader might miss.
    pub removed: Vec<Removal>,
    /// Number of visible characters that something else replaced. With `added` and `removed`, they account for all text.
    pub(crate) replaced: usize,
    /// Number of visible characters that were added.
    pub(crate) added: usize,
}
