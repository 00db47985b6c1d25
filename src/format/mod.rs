//! Writers: from a [`Feed`] to the bytes of an RSS, Atom or JSON Feed document.
//!
//! Each format is one file and one row in [`FORMATS`]. Writing reads no clock and no file: the same feed always becomes
//! the same bytes. [`INDEX`] has the documents about all feeds: the index page, the subscription list, and
//! the style sheet and script for feeds in browsers.

mod atom;
mod finish;
mod image;
mod json;
mod opml;
#[cfg(feature = "folder")]
mod page;
mod part;
mod podcast;
mod rss;
mod style;
#[cfg(test)]
mod tests;

#[cfg(feature = "serve")]
pub(crate) use page::STYLE;
#[cfg(feature = "folder")]
pub use page::{PageKind, Templates};
pub use part::{Frame, Part, Totals, Uses};
pub(crate) use podcast::is_trailer;
use url::Url;

use crate::diag::Finding;
use crate::error::Error;
use crate::html::CleanHtml;
use crate::model::{Enclosure, Entry, Feed, Listing, Site};

/// Generator name in every document, by which feedmill recognizes its own files.
///
/// It has no version, so an upgrade alone does not change a feed.
pub const GENERATOR: &str = "feedmill";

/// Home page of feedmill; empty if the package has none.
const HOME_PAGE: &str = env!("CARGO_PKG_HOMEPAGE");

/// Namespace of `fh:archive` ([RFC 5005, section 4](https://www.rfc-editor.org/rfc/rfc5005#section-4)).
const HISTORY_NS: &str = "http://purl.org/syndication/history/1.0";

/// White space of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One element or key per line, indented by two spaces per level, which keeps diffs short.
    Indented,
    /// No white space between elements or keys.
    Compact,
}

/// A kind of document that feedmill writes.
pub trait Document: Sync {
    /// Returns the name in the configuration, such as `atom`.
    fn name(&self) -> &'static str;

    /// Returns the file name, such as `atom.xml`.
    fn file_name(&self) -> &'static str;

    /// Returns the media type for links and for the `Content-Type` header.
    fn media_type(&self) -> &'static str;

    /// Returns true if the generator of the document is feedmill.
    fn is_ours(&self, document: &str) -> bool;
}

/// A format of feeds.
///
/// A document is a [`Frame`] around the [`Part`]s of its entries, in their order. Documents in which a part looks the same
/// can share its bytes.
pub trait Format: Document {
    /// Returns the usual name of the format, such as `JSON Feed`.
    fn label(&self) -> &'static str;

    /// Returns what is between two entries.
    fn separator(&self) -> &'static str {
        ""
    }

    /// Writes an entry as it stands in a document of `feed`. Of the feed, only its author, its language and its podcast
    /// metadata change a part.
    ///
    /// # Errors
    /// As [`Format::write`].
    fn write_entry(&self, entry: &Entry, feed: &Feed, layout: Layout) -> Result<Part, Error>;

    /// Writes what is before and after the entries. `totals` says what the head has to know of them;
    /// [`Feed::entries`] is not read.
    ///
    /// # Errors
    /// As [`Format::write`].
    fn write_frame(&self, feed: &Feed, totals: &Totals<'_>, layout: Layout) -> Result<Frame, Error>;

    /// Writes the feed as a UTF-8 document.
    ///
    /// # Errors
    /// [`Kind::Io`](crate::error::Kind::Io) if the writer of the underlying crate fails, which it never does in memory.
    fn write(&self, feed: &Feed, layout: Layout) -> Result<Vec<u8>, Error> {
        let (mut totals, mut entries) = (Totals::default(), Vec::new());
        for entry in &feed.entries {
            let part = self.write_entry(entry, feed, layout)?;
            if totals.entries > 0 {
                entries.extend_from_slice(self.separator().as_bytes());
            }
            entries.extend_from_slice(&part.bytes);
            totals.add(entry.updated, part.uses);
            totals.trailers.extend(Some(entry).filter(|entry| is_trailer(entry)));
        }
        let Frame { head, tail } = self.write_frame(feed, &totals, layout)?;
        Ok([head, entries, tail].concat())
    }
}

/// Templates of pages; without folders there are no pages.
#[cfg(not(feature = "folder"))]
#[derive(Debug, Default)]
pub struct Templates;

/// A file that people read, and what is wrong with the template of the user for it.
#[derive(Debug)]
pub struct WrittenPage {
    /// The file. It is as without the template if that is wrong.
    pub bytes: Vec<u8>,
    /// Fault of the template.
    pub finding: Option<Finding>,
}

impl From<Vec<u8>> for WrittenPage {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, finding: None }
    }
}

/// A document about all feeds of a build.
pub trait Index: Document {
    /// Writes the UTF-8 document; returns `None` if it would have no content.
    ///
    /// # Errors
    /// As [`Format::write`].
    fn write(&self, site: &Site, templates: &Templates) -> Result<Option<WrittenPage>, Error>;

    /// Writes such a document about one feed, for its folder; `None` if there is no such kind. `site` is that of the feed.
    fn write_feed(&self, _feed: &Listing, _site: &Site, _templates: &Templates) -> Option<WrittenPage> {
        None
    }

    /// Writes such a document about one entry with its full text; `None` if there is no such kind. `site` is that of the
    /// entry.
    fn write_entry(
        &self,
        _entry: &Entry,
        _content: &CleanHtml,
        _site: &Site,
        _templates: &Templates,
    ) -> Option<WrittenPage> {
        None
    }

    /// Returns true if [`check`](mod@crate::check) can check the document.
    fn is_checked(&self) -> bool {
        false
    }
}

/// RSS 2.0.
pub const RSS: &dyn Format = &rss::Rss;

/// Atom 1.0.
pub const ATOM: &dyn Format = &atom::Atom;

/// JSON Feed 1.1.
pub const JSON: &dyn Format = &json::Json;

/// All formats of feeds.
///
/// ```
/// use feedmill::format::{Document, FORMATS};
///
/// let files: Vec<_> = FORMATS.iter().map(|format| format.file_name()).collect();
/// assert_eq!(files, ["rss.xml", "atom.xml", "feed.json"]);
/// ```
pub static FORMATS: &[&dyn Format] = &[RSS, ATOM, JSON];

/// All documents about the whole site: index page, subscription list, style sheet and script. Documents with the same name
/// are next to each other.
pub static INDEX: &[&dyn Index] = &[
    #[cfg(feature = "folder")]
    &page::Page,
    &opml::Opml,
    &style::Style,
    &style::Script,
];

/// Returns the kind of document that people read in a browser, if there is one.
pub(crate) fn page() -> Option<&'static dyn Index> {
    INDEX.iter().copied().find(|index| index.media_type() == "text/html")
}

/// Returns the format with the given name.
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

/// Returns the formats that a feed is written in, in the configured order.
pub fn configured_formats(feed: &Listing) -> impl Iterator<Item = &'static dyn Format> {
    feed.formats.iter().filter_map(|name| format(name))
}

/// Appends a line feed to a page; the formats of feeds do it in their frames.
fn end_with_newline(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.push(b'\n');
    bytes
}

/// Returns whole seconds for milliseconds; at least one, because players take 0 for unknown.
fn seconds(milliseconds: u64) -> u64 {
    (milliseconds / 1000 + u64::from(milliseconds % 1000 >= 500)).max(1)
}

/// Returns the first enclosure of known type, for formats with one enclosure per entry.
fn first_typed(entry: &Entry) -> Option<&Enclosure> {
    entry.enclosures.iter().find(|e| e.media_type.is_some())
}

/// Returns true if the generator of an XML document is feedmill.
fn has_our_generator(document: &str) -> bool {
    let after = document.split("<generator").skip(1);
    let mut texts = after.filter_map(|rest| rest.split_once('>')?.1.split_once('<'));
    texts.any(|(text, _)| text == GENERATOR)
}

/// Returns true if the path of the URL ends with one of `ends`, ignoring case.
fn ends_with(url: &Url, ends: &[&str]) -> bool {
    let path = url.path().to_ascii_lowercase();
    ends.iter().any(|end| path.ends_with(end))
}
