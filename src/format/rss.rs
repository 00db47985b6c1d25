//! RSS 2.0 (<https://www.rssboard.org/rss-specification>) with `content:encoded`, `dc:creator`, `atom:link`, Media RSS
//! (<https://www.rssboard.org/media-rss>), and links between the documents of an archived feed
//! ([RFC 5005, appendix B](https://www.rfc-editor.org/rfc/rfc5005#appendix-B)).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use quick_xml::escape::partial_escape;
use rss::extension::dublincore::{self, DublinCoreExtension};
use rss::extension::{Extension, ExtensionMap, itunes};
use rss::{Category, Channel, Guid, Image, Item};

use super::finish::{Writer, finish_entry, finish_frame};
use super::image::{self, MEDIA_NS, own_language};
use super::{
    Document, Format, Frame, GENERATOR, HISTORY_NS, Layout, Part, Totals, Uses, ends_with, first_typed,
    has_our_generator, podcast, seconds,
};
use crate::error::{Error, Kind};
use crate::html::Medium;
use crate::model::{Enclosure, Entry, Feed, Person};

const ATOM_NS: &str = "http://www.w3.org/2005/Atom";
const CONTENT_NS: &str = "http://purl.org/rss/1.0/modules/content/";
const DOCS: &str = "https://www.rssboard.org/rss-specification";

pub(super) struct Rss;

impl Document for Rss {
    fn name(&self) -> &'static str {
        "rss"
    }

    fn file_name(&self) -> &'static str {
        "rss.xml"
    }

    fn media_type(&self) -> &'static str {
        "application/rss+xml"
    }

    fn is_ours(&self, document: &str) -> bool {
        has_our_generator(document)
    }
}

impl Format for Rss {
    fn label(&self) -> &'static str {
        "RSS"
    }

    fn write_entry(&self, entry: &Entry, feed: &Feed, layout: Layout) -> Result<Part, Error> {
        let item = item(entry, feed);
        let has = |prefix: &str| item.extensions.contains_key(prefix);
        let uses = Uses::ATOM.when(has("atom"))
            | Uses::CONTENT.when(item.content.is_some())
            | Uses::DUBLIN_CORE.when(item.dublin_core_ext.is_some())
            | Uses::ITUNES.when(item.itunes_ext.is_some())
            | Uses::MEDIA.when(has("media"))
            | Uses::CHAPTERS.when(has("psc"))
            | Uses::EPISODE.when(feed.podcast.is_some() && podcast::audio(entry).is_some());
        // The crate writes no item without its channel, so all items get the same one, and it is cut off.
        let capacity = 2048 + entry.content.as_str().len() + 2 * entry.summary.len();
        let mut channel = Channel { namespaces: namespaces(Uses::BY_CRATE), ..Channel::default() };
        channel.items.push(item);
        let written = write(&channel, layout, capacity)?;
        Ok(Part {
            bytes: finish_entry(&written, empty_channel_len(layout), Writer::Rss, entry, feed, layout),
            uses,
        })
    }

    fn write_frame(&self, feed: &Feed, totals: &Totals<'_>, layout: Layout) -> Result<Frame, Error> {
        let written = write(&channel(self, feed, totals), layout, 4096)?;
        Ok(finish_frame(&written, Writer::Rss, feed, layout))
    }
}

/// Writes a document, in a buffer that has room for `capacity` bytes.
fn write(channel: &Channel, layout: Layout, capacity: usize) -> Result<Vec<u8>, Error> {
    let buffer = Vec::with_capacity(capacity);
    let written = match layout {
        Layout::Indented => channel.pretty_write_to(buffer, b' ', 2),
        Layout::Compact => channel.write_to(buffer),
    };
    written.map_err(|e| Error::new(Kind::Io, "cannot write RSS").because(e))
}

/// Returns the length of the document without items that is around an item, in bytes.
fn empty_channel_len(layout: Layout) -> usize {
    static LENGTHS: LazyLock<[usize; 2]> = LazyLock::new(|| {
        let channel = Channel { namespaces: namespaces(Uses::BY_CRATE), ..Channel::default() };
        let length = |layout| write(&channel, layout, 512).map_or(0, |written| written.len());
        [length(Layout::Indented), length(Layout::Compact)]
    });
    LENGTHS[usize::from(layout == Layout::Compact)]
}

/// Returns the namespaces of what items use, by prefix.
fn namespaces(uses: Uses) -> BTreeMap<String, String> {
    let all = [
        (Uses::ATOM, "atom", ATOM_NS),
        (Uses::CONTENT, "content", CONTENT_NS),
        (Uses::DUBLIN_CORE, "dc", dublincore::NAMESPACE),
        (Uses::ITUNES, "itunes", itunes::NAMESPACE),
        (Uses::MEDIA, "media", MEDIA_NS),
        (Uses::CHAPTERS, "psc", podcast::CHAPTERS_NS),
    ];
    let used = all.into_iter().filter(|(one, ..)| uses.has(*one));
    used.map(|(_, prefix, namespace)| (prefix.to_owned(), namespace.to_owned())).collect()
}

fn channel(format: &Rss, feed: &Feed, totals: &Totals<'_>) -> Channel {
    let link = |rel: &str, href: String, media_type: Option<&str>| {
        let mut attrs = BTreeMap::from([("href".to_owned(), href), ("rel".to_owned(), rel.to_owned())]);
        attrs.extend(media_type.map(|t| ("type".to_owned(), t.to_owned())));
        Extension { name: "atom:link".to_owned(), attrs, ..Extension::default() }
    };
    let document = |(rel, url): (&str, url::Url)| link(rel, url.into(), Some(format.media_type()));
    let own = feed.self_link(format.file_name()).map(|url| document(("self", url)));
    let hub = feed.hub.iter().map(|hub| link("hub", hub.to_string(), None));
    let others = feed.history.links(format.file_name()).map(document);
    let links: Vec<_> = own.into_iter().chain(hub).chain(others).collect();
    let mut namespaces = namespaces(totals.uses | Uses::ATOM.when(!links.is_empty()));
    let mut extensions = ExtensionMap::new();
    if !links.is_empty() {
        extensions.insert("atom".to_owned(), BTreeMap::from([("link".to_owned(), links)]));
    }
    if feed.history.is_archive() {
        let mark = Extension { name: "fh:archive".to_owned(), ..Extension::default() };
        namespaces.insert("fh".to_owned(), HISTORY_NS.to_owned());
        extensions.insert("fh".to_owned(), BTreeMap::from([("archive".to_owned(), vec![mark])]));
    }
    let podcast_elements = podcast::channel_elements(format, feed, totals);
    if let Some((_, elements)) = &podcast_elements {
        namespaces.insert("podcast".to_owned(), podcast::NAMESPACE.to_owned());
        extensions.insert("podcast".to_owned(), elements.clone());
    }
    Channel {
        title: feed.title.clone(),
        link: feed.site.to_string(),
        description: if feed.description.is_empty() { feed.title.clone() } else { feed.description.clone() },
        language: feed.language.clone(),
        copyright: feed.copyright.clone(),
        managing_editor: feed.author.as_ref().and_then(editor),
        last_build_date: totals.updated.map(|t| t.to_rfc822()),
        generator: Some(GENERATOR.to_owned()),
        docs: Some(DOCS.to_owned()),
        ttl: feed.ttl.filter(|minutes| *minutes > 0).map(|minutes| minutes.to_string()),
        skip_hours: feed.skip_hours.iter().map(ToString::to_string).collect(),
        skip_days: feed.skip_days.clone(),
        image: channel_image(feed),
        itunes_ext: podcast_elements.map(|(itunes, _)| itunes),
        extensions,
        namespaces,
        ..Channel::default()
    }
}

/// Returns `address (name)`, the form that RSS requires; `None` without an e-mail address.
fn editor(person: &Person) -> Option<String> {
    person.email.as_ref().map(|email| format!("{email} ({})", person.name))
}

/// Returns the image of the channel; `None` unless it is a GIF, JPEG or PNG, the only formats that RSS allows.
fn channel_image(feed: &Feed) -> Option<Image> {
    let url = feed.icon.as_ref()?;
    ends_with(url, &[".gif", ".jpg", ".jpeg", ".png"]).then(|| Image {
        url: url.to_string(),
        title: feed.title.clone(),
        link: feed.site.to_string(),
        ..Image::default()
    })
}

fn item(entry: &Entry, feed: &Feed) -> Item {
    let enclosure = feed.podcast.as_ref().and_then(|_| podcast::audio(entry)).or_else(|| first_typed(entry));
    let mut extensions = ExtensionMap::new();
    let media = media_elements(entry, enclosure);
    if !media.is_empty() {
        extensions.insert("media".to_owned(), media);
    }
    if feed.podcast.is_some() && enclosure.is_some() {
        extensions.extend(podcast::item_elements(entry));
    }
    if entry.updated != entry.published {
        let updated = Extension {
            name: "atom:updated".to_owned(),
            value: Some(entry.updated.to_rfc3339()),
            ..Extension::default()
        };
        extensions.insert("atom".to_owned(), BTreeMap::from([("updated".to_owned(), vec![updated])]));
    }
    // `author` is for one mailbox. An item with `dc:creator` as well would have its author twice.
    let author = match entry.authors.as_slice() {
        [one] => editor(one),
        _ => None,
    };
    let authors = if entry.authors.is_empty() { feed.author.as_slice() } else { &entry.authors };
    let creators = authors.iter().filter(|_| author.is_none()).map(|p| p.name.clone()).collect();
    let languages = own_language(entry, feed).map(str::to_owned).into_iter().collect();
    let dublin_core = DublinCoreExtension { creators, languages, ..DublinCoreExtension::default() };
    Item {
        title: (!entry.title.is_empty()).then(|| entry.title.clone()),
        author,
        link: Some(entry.link.clone()),
        description: description(entry),
        categories: entry
            .categories
            .iter()
            .map(|c| Category { name: c.clone(), ..Category::default() })
            .collect(),
        enclosure: enclosure.and_then(|e| {
            Some(rss::Enclosure {
                url: e.url.to_string(),
                length: e.length.map_or(0, |l| l.0).to_string(),
                mime_type: e.media_type.as_ref()?.to_string(),
            })
        }),
        guid: Some(match &entry.guid {
            Some(guid) => Guid { value: guid.clone(), permalink: false },
            None => Guid { value: entry.id.clone(), permalink: entry.id_is_permalink },
        }),
        pub_date: Some(entry.published.to_rfc822()),
        content: (!entry.content.is_empty()).then(|| entry.content.as_str().to_owned()),
        dublin_core_ext: (dublin_core != DublinCoreExtension::default()).then_some(dublin_core),
        itunes_ext: feed.podcast.as_ref().and_then(|podcast| podcast::episode_elements(entry, podcast)),
        extensions,
        ..Item::default()
    }
}

/// Returns the description. Readers take it for HTML, so plain text is escaped once more than XML requires.
///
/// Content without words, such as a single player, is described by the title: readers expect a description with content.
/// An item must have a title or a description; one with neither is described by its link.
fn description(entry: &Entry) -> Option<String> {
    let has_content = !entry.content.is_empty();
    let text = match (entry.summary.as_str(), entry.title.as_str()) {
        ("", "") => &entry.link,
        ("", title) if has_content => title,
        (summary, _) => summary,
    };
    (!text.is_empty()).then(|| partial_escape(text).into_owned())
}

/// Returns the elements of Media RSS: the image of the entry, and its enclosures except the one that is an `enclosure`.
fn media_elements(entry: &Entry, enclosure: Option<&Enclosure>) -> BTreeMap<String, Vec<Extension>> {
    let mut media: BTreeMap<String, Vec<Extension>> = BTreeMap::new();
    for element in image::elements(entry) {
        let attributes =
            element.attributes.into_iter().map(|(name, value)| (name.to_owned(), value.into_owned()));
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
    let others = entry.enclosures.iter().filter(|e| !enclosure.is_some_and(|one| one == *e));
    // The image of the entry is there already, with its text.
    let is_new = |e: &&Enclosure| {
        let contents = media.get("content").into_iter().flatten();
        contents.into_iter().all(|known| known.attrs.get("url").map(String::as_str) != Some(e.url.as_str()))
    };
    let others: Vec<Extension> = others.filter(is_new).map(media_content).collect();
    if !others.is_empty() {
        media.entry("content".to_owned()).or_default().extend(others);
    }
    media
}

fn media_content(enclosure: &Enclosure) -> Extension {
    let medium = match enclosure.medium {
        Medium::Audio => "audio",
        Medium::Video => "video",
        Medium::Image => "image",
    };
    let mut attrs = BTreeMap::from([
        ("url".to_owned(), enclosure.url.to_string()),
        ("medium".to_owned(), medium.to_owned()),
    ]);
    if let Some(media_type) = &enclosure.media_type {
        attrs.insert("type".to_owned(), media_type.to_string());
    }
    // `enclosure` has 0 for an unknown length; `media:content` has no `fileSize` then.
    if let Some(length) = enclosure.length.filter(|length| length.0 > 0) {
        attrs.insert("fileSize".to_owned(), length.0.to_string());
    }
    if let Some(length) = enclosure.duration {
        attrs.insert("duration".to_owned(), seconds(length).to_string());
    }
    Extension { name: "media:content".to_owned(), attrs, ..Extension::default() }
}
