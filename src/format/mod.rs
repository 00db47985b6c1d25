//! From a [`Feed`] to the bytes of a document: pure, deterministic, one file a format, registered in [`FORMATS`].

mod atom;
mod json;
mod rss;
#[cfg(test)]
mod tests;

use crate::error::Error;
use crate::html::Medium;
use crate::model::{Enclosure, Entry, Feed};

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
pub trait Format: Sync {
    /// Its name in the configuration.
    fn name(&self) -> &'static str;

    /// The name of its file in a feed's folder.
    fn file_name(&self) -> &'static str;

    /// Its media type, as self links and servers give it.
    fn media_type(&self) -> &'static str;

    /// Writes the document, in UTF-8.
    ///
    /// # Errors
    /// What the writer of the underlying crate says; into memory it has nothing to complain of.
    fn write(&self, feed: &Feed, layout: Layout) -> Result<Vec<u8>, Error>;

    /// Whether a document of this format says that feedmill wrote it.
    fn is_ours(&self, document: &str) -> bool;
}

/// Every format.
pub static FORMATS: &[&dyn Format] = &[&rss::Rss, &atom::Atom, &json::Json];

/// Finds a format by name.
#[must_use]
pub fn format(name: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|f| f.name() == name)
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

/// The picture that stands for an entry.
fn lead_picture(entry: &Entry) -> Option<&Enclosure> {
    entry.enclosures.iter().find(|e| e.medium == Medium::Image)
}
