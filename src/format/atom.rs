//! Atom 1.0 ([RFC 4287](https://www.rfc-editor.org/rfc/rfc4287)), with links between the documents of an archived feed
//! ([RFC 5005, section 4](https://www.rfc-editor.org/rfc/rfc5005#section-4)).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use atom_syndication::extension::{Extension, ExtensionMap};
use atom_syndication::{
    Category, Content, Feed as Root, Generator, Link, Person as Author, Text, WriteConfig,
};

use quick_xml::escape::escape;

use super::finish::{Writer, finish_entry, finish_frame};
use super::image::{self, MEDIA_NS};
use super::{
    Document, Format, Frame, GENERATOR, HISTORY_NS, HOME_PAGE, Layout, Part, Totals, Uses, has_our_generator,
};
use crate::error::{Error, Kind};
use crate::model::{Entry, Feed, Person};
use crate::types::UnixMs;

pub(super) struct Atom;

impl Document for Atom {
    fn name(&self) -> &'static str {
        "atom"
    }

    fn file_name(&self) -> &'static str {
        "atom.xml"
    }

    fn media_type(&self) -> &'static str {
        "application/atom+xml"
    }

    fn is_ours(&self, document: &str) -> bool {
        has_our_generator(document)
    }
}

impl Format for Atom {
    fn label(&self) -> &'static str {
        "Atom"
    }

    fn write_entry(&self, one: &Entry, feed: &Feed, layout: Layout) -> Result<Part, Error> {
        // The crate writes no entry without declaring its namespace, except in a feed, so all entries get the same one, and
        // it is cut off.
        let capacity = 2048 + one.content.as_str().len() / 4 * 5 + 2 * one.summary.len();
        let mut around = Root::default();
        around.entries.push(entry(one, feed));
        let written = write(&around, layout, capacity)?;
        let bytes =
            finish_entry(&written, empty_feed_len(layout), Writer::AtomSyndication, one, feed, layout);
        Ok(Part { bytes, uses: Uses::MEDIA_IN_ATOM.when(one.image.is_some()) })
    }

    fn write_frame(&self, feed: &Feed, totals: &Totals<'_>, layout: Layout) -> Result<Frame, Error> {
        let written = write(&document(self, feed, totals), layout, 4096)?;
        Ok(finish_frame(&written, Writer::AtomSyndication, feed, layout))
    }
}

/// Writes a document, in a buffer that has room for `capacity` bytes.
fn write(feed: &Root, layout: Layout, capacity: usize) -> Result<Vec<u8>, Error> {
    let indent_size = match layout {
        Layout::Indented => Some(2),
        Layout::Compact => None,
    };
    let config = WriteConfig { write_document_declaration: true, indent_size };
    feed.write_with_config(Vec::with_capacity(capacity), config)
        .map_err(|e| Error::new(Kind::Io, "cannot write Atom").because(e))
}

/// Returns the length of the document without entries that is around an entry, in bytes.
fn empty_feed_len(layout: Layout) -> usize {
    static LENGTHS: LazyLock<[usize; 2]> = LazyLock::new(|| {
        let length = |layout| write(&Root::default(), layout, 512).map_or(0, |written| written.len());
        [length(Layout::Indented), length(Layout::Compact)]
    });
    LENGTHS[usize::from(layout == Layout::Compact)]
}

fn document(format: &Atom, feed: &Feed, totals: &Totals<'_>) -> Root {
    let document = |rel: &str, url: url::Url| Link {
        href: url.into(),
        rel: rel.to_owned(),
        mime_type: Some(format.media_type().to_owned()),
        ..Link::default()
    };
    let mut links = vec![alternate(feed.site.as_str())];
    links.extend(feed.self_link(format.file_name()).map(|url| document("self", url)));
    if let Some(hub) = &feed.hub {
        links.push(Link { href: hub.to_string(), rel: "hub".to_owned(), ..Link::default() });
    }
    links.extend(feed.history.links(format.file_name()).map(|(rel, url)| document(rel, url)));
    let mut namespaces = BTreeMap::new();
    if feed.history.is_archive() {
        namespaces.insert("fh".to_owned(), HISTORY_NS.to_owned());
    }
    if totals.uses.has(Uses::MEDIA_IN_ATOM) {
        namespaces.insert("media".to_owned(), MEDIA_NS.to_owned());
    }
    // RFC 4287, section 4.1.1: a feed must have an author unless each of its entries has one.
    let author = feed.author.as_ref().map_or_else(
        || Author { name: feed.site.host_str().unwrap_or(&feed.title).to_owned(), ..Author::default() },
        person,
    );
    Root {
        title: Text::plain(feed.title.clone()),
        id: feed.id.clone(),
        updated: totals.updated.unwrap_or(UnixMs(0)).to_utc().fixed_offset(),
        authors: vec![author],
        generator: Some(generator(HOME_PAGE)),
        icon: feed.icon.as_ref().map(ToString::to_string),
        links,
        rights: feed.copyright.clone().map(Text::plain),
        subtitle: (!feed.description.is_empty()).then(|| Text::plain(feed.description.clone())),
        namespaces,
        lang: feed.language.clone(),
        ..Root::default()
    }
}

fn generator(home_page: &str) -> Generator {
    let uri = (!home_page.is_empty()).then(|| home_page.to_owned());
    Generator { value: GENERATOR.to_owned(), uri, ..Generator::default() }
}

fn entry(entry: &Entry, feed: &Feed) -> atom_syndication::Entry {
    let mut links = vec![alternate(&entry.link)];
    links.extend(entry.enclosures.iter().map(|e| Link {
        href: e.url.to_string(),
        rel: "enclosure".to_owned(),
        mime_type: e.media_type.as_ref().map(ToString::to_string),
        length: e.length.map(|l| l.0.to_string()),
        ..Link::default()
    }));
    atom_syndication::Entry {
        title: Text::plain(entry.title.clone()),
        id: entry.id.clone(),
        updated: entry.updated.to_utc().fixed_offset(),
        authors: entry.authors.iter().map(person).collect(),
        categories: entry
            .categories
            .iter()
            .map(|c| Category { term: c.clone(), ..Category::default() })
            .collect(),
        links,
        published: Some(entry.published.to_utc().fixed_offset()),
        // An entry should have text (RFC 4287, section 4.1.1.1): without any, the title is its summary.
        summary: match (entry.summary.is_empty(), entry.content.is_empty()) {
            (false, _) => Some(Text::plain(entry.summary.clone())),
            (true, true) if entry.title.is_empty() => Some(Text::plain(entry.link.clone())),
            (true, true) => Some(Text::plain(entry.title.clone())),
            (true, false) => None,
        },
        content: (!entry.content.is_empty()).then(|| Content {
            content_type: Some("html".to_owned()),
            value: Some(entry.content.as_str().to_owned()),
            // `finish` writes it at the entry; feed-rs reads it here.
            lang: image::own_language(entry, feed).map(str::to_owned),
            ..Content::default()
        }),
        extensions: extensions(entry),
        ..atom_syndication::Entry::default()
    }
}

/// Returns the elements for the image of an entry.
fn extensions(entry: &Entry) -> ExtensionMap {
    let mut media: BTreeMap<String, Vec<Extension>> = BTreeMap::new();
    for element in image::elements(entry) {
        // The crate writes attributes of extensions as they are.
        let escaped = |(name, value): (&str, Cow<'_, str>)| (name.to_owned(), escape(value).into_owned());
        let attributes = element.attributes.into_iter().map(escaped);
        let description = element.description.map(|text| Extension {
            name: "media:description".to_owned(),
            value: Some(text.to_owned()),
            ..Extension::default()
        });
        let extension = Extension {
            name: format!("media:{}", element.name),
            attrs: attributes.collect(),
            children: description.map(|child| ("description".to_owned(), vec![child])).into_iter().collect(),
            ..Extension::default()
        };
        media.entry(element.name.to_owned()).or_default().push(extension);
    }
    if media.is_empty() { ExtensionMap::new() } else { BTreeMap::from([("media".to_owned(), media)]) }
}

fn alternate(href: &str) -> Link {
    Link { href: href.to_owned(), rel: "alternate".to_owned(), ..Link::default() }
}

fn person(person: &Person) -> Author {
    Author {
        name: person.name.clone(),
        email: person.email.clone(),
        uri: person.uri.as_ref().map(ToString::to_string),
        ..Author::default()
    }
}
