//! From a [`Feed`] to the bytes of a document: pure, deterministic, one file a format, registered in [`FORMATS`].

mod atom;
mod json;
mod opml;
mod page;
mod podcast;
mod rss;
mod style;
#[cfg(test)]
mod tests;

use url::Url;

use crate::error::Error;
use crate::model::{Enclosure, Entry, Feed, Listing, Site};

/// The name feedmill gives itself in what it writes, by which it knows its own feeds again. It carries no version:
/// an upgrade alone changes no byte of a feed.
pub const GENERATOR: &str = "feedmill";

/// The namespace of `fh:archive` ([RFC 5005](https://www.rfc-editor.org/rfc/rfc5005#section-4)).
const HISTORY: &str = "http://purl.org/syndication/history/1.0";

/// How a document is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One element or key a line, two spaces a level: a change shows as a short diff.
    Indented,
    /// Nothing that is not needed.
    Compact,
}

/// A kind of document.
pub trait Document: Sync {
    /// Its name in the configuration.
    fn name(&self) -> &'static str;

    /// The name of its file in its folder.
    fn file_name(&self) -> &'static str;

    /// Its media type, as self links and servers give it.
    fn media_type(&self) -> &'static str;

    /// Whether a document of this kind says that feedmill wrote it.
    fn is_ours(&self, document: &str) -> bool;
}

/// How a feed is written.
pub trait Format: Document {
    /// What people call it.
    fn label(&self) -> &'static str;

    /// Writes the document, in UTF-8.
    ///
    /// # Errors
    /// What the writer of the underlying crate says; into memory it has nothing to complain of.
    fn write(&self, feed: &Feed, layout: Layout) -> Result<Vec<u8>, Error>;
}

/// What is written of all feeds together.
pub trait Index: Document {
    /// Writes the document, in UTF-8; `None` where there is nothing it could say.
    ///
    /// # Errors
    /// As [`Format::write`].
    fn write(&self, site: &Site) -> Result<Option<Vec<u8>>, Error>;

    /// Whether it is something that [`crate::check`] reads.
    fn is_checked(&self) -> bool {
        false
    }
}

/// Every format.
///
/// ```
/// use feedmill::format::{Document, FORMATS};
///
/// let files: Vec<_> = FORMATS.iter().map(|format| format.file_name()).collect();
/// assert_eq!(files, ["rss.xml", "atom.xml", "feed.json"]);
/// ```
pub static FORMATS: &[&dyn Format] = &[&rss::Rss, &atom::Atom, &json::Json];

/// Everything that lies beside the feeds.
pub static INDEX: &[&dyn Index] = &[&page::Page, &opml::Opml, &style::Style];

/// Finds a format by name.
///
/// ```
/// use feedmill::format::{Document, format};
///
/// assert_eq!(format("atom").map(|f| f.file_name()), Some("atom.xml"));
/// assert!(format("rdf").is_none());
/// ```
#[must_use]
pub fn format(name: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|f| f.name() == name)
}

/// The formats that a feed is written in, in its own order.
pub fn formats(feed: &Listing) -> impl Iterator<Item = &'static dyn Format> {
    feed.formats.iter().filter_map(|name| format(name))
}

/// Names the style sheet of an XML document after its first line
/// (<https://www.w3.org/TR/xml-stylesheet/>): a browser shows a feed with it.
fn styled(mut document: Vec<u8>, feed: &Feed) -> Vec<u8> {
    let end = document.windows(2).position(|two| two == b"?>").map(|at| at + 2);
    if let (Some(sheet), Some(end)) = (&feed.stylesheet, end) {
        let space = if document.get(end) == Some(&b'\n') { "\n" } else { "" };
        let line = format!("{space}<?xml-stylesheet type=\"text/css\" href=\"{sheet}\"?>");
        document.splice(end..end, line.into_bytes());
    }
    document
}

/// Ends a document with one line feed, as text files do.
fn finish(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.push(b'\n');
    bytes
}

/// The one enclosure of formats that have but one: the first whose type is known.
fn first_typed(entry: &Entry) -> Option<&Enclosure> {
    entry.enclosures.iter().find(|e| e.media_type.is_some())
}

/// Whether the path of an address ends with one of these, in any case of letters.
fn ends_with(url: &Url, ends: &[&str]) -> bool {
    let path = url.path().to_ascii_lowercase();
    ends.iter().any(|end| path.ends_with(end))
}
