//! Atom 1.0 ([RFC 4287](https://www.rfc-editor.org/rfc/rfc4287)), with links between the documents of an archived feed
//! ([RFC 5005, section 4](https://www.rfc-editor.org/rfc/rfc5005#section-4)).

use atom_syndication::{
    Category, Content, Feed as Root, Generator, Link, Person as Author, Text, WriteConfig,
};

use super::finish::{Writer, finish};
use super::{Document, Format, GENERATOR, HISTORY_NS, Layout};
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
        document.contains(&format!("<generator>{GENERATOR}</generator>"))
    }
}

impl Format for Atom {
    fn label(&self) -> &'static str {
        "Atom"
    }

    fn write(&self, feed: &Feed, layout: Layout) -> Result<Vec<u8>, Error> {
        let indent_size = match layout {
            Layout::Indented => Some(2),
            Layout::Compact => None,
        };
        let config = WriteConfig { write_document_declaration: true, indent_size };
        document(self, feed)
            .write_with_config(Vec::new(), config)
            .map(|bytes| finish(&bytes, Writer::AtomSyndication, feed, layout))
            .map_err(|e| Error::new(Kind::Io, "cannot write Atom").because(e))
    }
}

fn document(format: &Atom, feed: &Feed) -> Root {
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
    let namespaces = feed.history.is_archive().then(|| ("fh".to_owned(), HISTORY_NS.to_owned()));
    // RFC 4287, section 4.1.1: a feed must have an author unless each of its entries has one.
    let author = feed.author.as_ref().map_or_else(
        || Author { name: feed.site.host_str().unwrap_or(&feed.title).to_owned(), ..Author::default() },
        person,
    );
    Root {
        title: Text::plain(feed.title.clone()),
        id: feed.id.clone(),
        updated: feed.updated().unwrap_or(UnixMs(0)).to_utc().fixed_offset(),
        authors: vec![author],
        generator: Some(Generator { value: GENERATOR.to_owned(), ..Generator::default() }),
        icon: feed.icon.as_ref().map(ToString::to_string),
        links,
        rights: feed.copyright.clone().map(Text::plain),
        subtitle: (!feed.description.is_empty()).then(|| Text::plain(feed.description.clone())),
        entries: feed.entries.iter().map(entry).collect(),
        namespaces: namespaces.into_iter().collect(),
        lang: feed.language.clone(),
        ..Root::default()
    }
}

fn entry(entry: &Entry) -> atom_syndication::Entry {
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
            (true, true) => Some(Text::plain(entry.title.clone())),
            (true, false) => None,
        },
        content: (!entry.content.is_empty()).then(|| Content {
            content_type: Some("html".to_owned()),
            value: Some(entry.content.as_str().to_owned()),
            ..Content::default()
        }),
        ..atom_syndication::Entry::default()
    }
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
