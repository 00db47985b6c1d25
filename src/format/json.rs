//! JSON Feed 1.1 (<https://www.jsonfeed.org/version/1.1/>).

use serde::Serialize;
use serde_json::{Map, Value};

use super::image::own_language;
use super::{Document, Format, Frame, GENERATOR, Layout, Part, Totals, Uses, seconds};
use crate::error::{Error, Kind};
use crate::model::{Entry, Feed, Person};

pub(super) struct Json;

impl Document for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn file_name(&self) -> &'static str {
        "feed.json"
    }

    fn media_type(&self) -> &'static str {
        "application/feed+json"
    }

    fn is_ours(&self, document: &str) -> bool {
        serde_json::from_str::<serde_json::Value>(document)
            .is_ok_and(|d| d["_feedmill"]["generator"] == GENERATOR)
    }
}

impl Format for Json {
    fn label(&self) -> &'static str {
        "JSON Feed"
    }

    fn separator(&self) -> &'static str {
        ","
    }

    fn write_entry(&self, entry: &Entry, feed: &Feed, layout: Layout) -> Result<Part, Error> {
        let capacity = 1024 + entry.content.as_str().len() / 8 * 9 + 2 * entry.summary.len();
        let mut bytes = Vec::with_capacity(capacity);
        write(&mut bytes, &Items { items: [item(entry, feed)] }, layout)?;
        bytes.truncate(bytes.len() - tail(layout, false).len());
        bytes.drain(..items(layout).len());
        Ok(Part { bytes, uses: Uses::default() })
    }

    fn write_frame(&self, feed: &Feed, totals: &Totals<'_>, layout: Layout) -> Result<Frame, Error> {
        let mut head = Vec::new();
        write(&mut head, &document(self, feed), layout)?;
        head.truncate(head.len() - tail(layout, true).len());
        let tail = [tail(layout, totals.entries == 0), "\n"].concat();
        Ok(Frame { head, tail: tail.into_bytes() })
    }
}

fn write(into: &mut Vec<u8>, value: &impl Serialize, layout: Layout) -> Result<(), Error> {
    let written = match layout {
        Layout::Indented => serde_json::to_writer_pretty(into, value),
        Layout::Compact => serde_json::to_writer(into, value),
    };
    written.map_err(|e| Error::new(Kind::Io, "cannot write JSON Feed").because(e))
}

/// Returns what is before the items of [`Items`].
fn items(layout: Layout) -> &'static str {
    match layout {
        Layout::Indented => "{\n  \"items\": [",
        Layout::Compact => "{\"items\":[",
    }
}

/// Returns what is behind the items of a document.
fn tail(layout: Layout, is_empty: bool) -> &'static str {
    match layout {
        Layout::Indented if is_empty => "]\n}",
        Layout::Indented => "\n  ]\n}",
        Layout::Compact => "]}",
    }
}

/// A document with nothing but an item.
#[derive(Serialize)]
struct Items<'a> {
    items: [Item<'a>; 1],
}

#[derive(Serialize)]
struct Root<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed_url: Option<String>,
    /// Next older archive document (`prev-archive` in RFC 5005).
    #[serde(skip_serializing_if = "Option::is_none")]
    next_url: Option<String>,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hubs: Vec<Hub<'a>>,
    /// Our own extension, because JSON Feed has no generator.
    #[serde(rename = "_feedmill")]
    extension: Extension,
    #[serde(flatten)]
    extra: &'a Map<String, Value>,
    /// Its items are written by themselves.
    items: [Item<'a>; 0],
}

#[derive(Serialize)]
struct Extension {
    generator: &'static str,
}

#[derive(Serialize)]
struct Hub<'a> {
    r#type: &'static str,
    url: &'a str,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    avatar: Option<&'a str>,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    url: &'a str,
    /// Left out if the entry has none on purpose, such as a microblog post.
    #[serde(skip_serializing_if = "str::is_empty")]
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_html: Option<&'a str>,
    /// Required if there is no `content_html`, even if it is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    content_text: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    summary: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    banner_image: Option<&'a str>,
    date_published: String,
    date_modified: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment<'a>>,
    #[serde(flatten)]
    extra: &'a Map<String, Value>,
}

#[derive(Serialize)]
struct Attachment<'a> {
    url: &'a str,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_in_seconds: Option<u64>,
    /// Files with equal titles are the same recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
}

fn document<'a>(format: &Json, feed: &'a Feed) -> Root<'a> {
    Root {
        version: "https://jsonfeed.org/version/1.1",
        title: &feed.title,
        home_page_url: feed.site.as_str(),
        feed_url: feed.self_link(format.file_name()).map(Into::into),
        next_url: feed.history.prev.as_ref().and_then(|u| u.join(format.file_name()).ok()).map(Into::into),
        description: &feed.description,
        icon: feed.icon.as_ref().map(url::Url::as_str),
        authors: feed.author.iter().map(author).collect(),
        language: feed.language.as_deref(),
        hubs: feed.hub.iter().map(|h| Hub { r#type: "WebSub", url: h.as_str() }).collect(),
        extension: Extension { generator: GENERATOR },
        extra: feed.extra.json_members(),
        items: [],
    }
}

fn item<'a>(entry: &'a Entry, feed: &Feed) -> Item<'a> {
    let has_alternatives = entry.enclosures.iter().any(|file| file.is_alternative);
    let html = (!entry.content.is_empty()).then_some(entry.content.as_str());
    Item {
        id: &entry.id,
        url: &entry.link,
        title: &entry.title,
        content_text: html.is_none().then_some(entry.summary.as_str()),
        content_html: html,
        summary: &entry.summary,
        image: entry.lead_image().map(url::Url::as_str),
        banner_image: entry.banner.as_ref().map(url::Url::as_str),
        language: own_language(entry, feed),
        date_published: entry.published.to_rfc3339(),
        date_modified: entry.updated.to_rfc3339(),
        authors: entry.authors.iter().map(author).collect(),
        tags: &entry.categories,
        attachments: entry
            .enclosures
            .iter()
            .filter_map(|e| {
                Some(Attachment {
                    url: e.url.as_str(),
                    mime_type: e.media_type.as_ref()?.as_str(),
                    size_in_bytes: e.length.map(|l| l.0),
                    duration_in_seconds: e.duration.map(seconds),
                    title: Some(entry.title.as_str()).filter(|title| has_alternatives && !title.is_empty()),
                })
            })
            .collect(),
        extra: entry.extra.json_members(),
    }
}

fn author(person: &Person) -> Author<'_> {
    let mailto = || person.email.as_ref().map(|email| format!("mailto:{email}"));
    Author {
        name: &person.name,
        url: person.uri.as_ref().map(ToString::to_string).or_else(mailto),
        avatar: person.avatar.as_ref().map(url::Url::as_str),
    }
}
