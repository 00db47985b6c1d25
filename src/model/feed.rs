//! A feed and its place in an archive.

use url::Url;

use super::{Entry, Extra, Person, Podcast, blank};
use crate::types::UnixMs;

/// A feed: an RSS channel, an Atom feed or a JSON Feed.
///
/// ```
/// use feedmill::format::{ATOM, Layout};
/// use feedmill::model::{Entry, Feed, Person};
/// use feedmill::types::UnixMs;
///
/// let entry = Entry::new("https://news.example/1", "A & B", UnixMs(0)).updated(UnixMs(60_000)).summary("Text");
/// let feed = Feed::new("News", "https://news.example/".parse()?)
///     .language("en")
///     .author(Person::new("Ann Ray").email("ann@news.example"))
///     .entries(vec![entry]);
/// assert_eq!(feed.updated(), Some(UnixMs(60_000)));
/// let atom = ATOM.write(&feed, Layout::Compact)?;
/// assert!(String::from_utf8(atom)?.contains("<title>A &amp; B</title>"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Feed {
    /// Permanent id, which does not change with the content.
    ///
    /// Atom: `feed/id`. RSS and JSON Feed have none.
    pub id: String,
    /// Title, as plain text.
    ///
    /// RSS: `channel/title`. Atom: `feed/title`. JSON Feed: `title`.
    pub title: String,
    /// Description, as plain text; may be empty.
    ///
    /// RSS: `channel/description` (the title if empty). Atom: `feed/subtitle`. JSON Feed: `description`.
    pub description: String,
    /// Website that the feed belongs to.
    ///
    /// RSS: `channel/link`. Atom: `feed/link` with `rel="alternate"`. JSON Feed: `home_page_url`.
    pub site: Url,
    /// Folder in which the documents of the feed are published; ends with `/`. With it, each document links to itself.
    ///
    /// RSS: `channel/atom:link` with `rel="self"`. Atom: `feed/link` with `rel="self"`. JSON Feed: `feed_url`.
    pub base: Option<Url>,
    /// Language tag ([RFC 5646](https://www.rfc-editor.org/rfc/rfc5646)).
    ///
    /// RSS: `channel/language`. Atom: `feed/@xml:lang`. JSON Feed: `language`.
    pub language: Option<String>,
    /// Author of the feed and of entries that name no author.
    ///
    /// RSS: `channel/managingEditor` if there is an e-mail address, and `item/dc:creator`. Atom: `feed/author` (the host of
    /// the site if there is no author). JSON Feed: `authors`.
    pub author: Option<Person>,
    /// Copyright notice, as plain text.
    ///
    /// RSS: `channel/copyright`. Atom: `feed/rights`. JSON Feed has none.
    pub copyright: Option<String>,
    /// Image that stands for the feed.
    ///
    /// RSS: `channel/image` (GIF, JPEG and PNG only). Atom: `feed/icon`. JSON Feed: `icon`.
    pub icon: Option<Url>,
    /// WebSub hub that notifies subscribers (<https://www.w3.org/TR/websub/>).
    ///
    /// RSS: `channel/atom:link` with `rel="hub"`. Atom: `feed/link` with `rel="hub"`. JSON Feed: `hubs`.
    pub hub: Option<Url>,
    /// Podcast metadata; `None` if the feed is not a podcast.
    ///
    /// RSS: `itunes:*` and `podcast:*` elements, if an entry has audio. Atom and JSON Feed have none.
    pub podcast: Option<Podcast>,
    /// Minutes for which a reader may keep the feed before it asks again.
    ///
    /// RSS: `channel/ttl`, which has to be positive: 0 is left out. Atom and JSON Feed have none.
    pub ttl: Option<u32>,
    /// Hours (0 to 23, UTC) in which readers need not ask.
    ///
    /// RSS: `channel/skipHours`. Atom and JSON Feed have none.
    pub skip_hours: Vec<u8>,
    /// Days on which readers need not ask, by their English names, such as `Sunday`.
    ///
    /// RSS: `channel/skipDays`. Atom and JSON Feed have none.
    pub skip_days: Vec<String>,
    /// Elements and keys of the operator's own.
    ///
    /// RSS: in `channel`. Atom: in `feed`. JSON Feed: at the top level.
    pub extra: Extra,
    /// Address of the style sheet with which a browser shows the feed, relative to the document.
    ///
    /// RSS and Atom: the processing instruction `xml-stylesheet`. JSON Feed has none.
    pub stylesheet: Option<String>,
    /// Address of the script that makes a page of the feed in a browser, relative to the document: `feed.js` of
    /// [`INDEX`](crate::format::INDEX), which needs its style sheet. Without scripts, a visitor sees what a feed is and the
    /// link to the site.
    ///
    /// RSS and Atom: an XHTML `div` in `channel` or `feed`, which readers ignore. JSON Feed has none.
    pub script: Option<String>,
    /// Links to the other documents of an archived feed.
    pub history: History,
    /// Entries, newest first.
    ///
    /// RSS: `channel/item`. Atom: `feed/entry`. JSON Feed: `items`.
    pub entries: Vec<Entry>,
}

/// An empty feed with the site `about:blank`. Set `id`, `title` and `site` before you write it.
impl Default for Feed {
    fn default() -> Self {
        Self { id: String::new(), ..Self::new("", blank()) }
    }
}

impl Feed {
    /// Creates a feed without entries whose id is the address of its site.
    #[must_use]
    pub fn new(title: impl Into<String>, site: Url) -> Self {
        Self {
            id: site.to_string(),
            title: title.into(),
            description: String::new(),
            site,
            base: None,
            language: None,
            author: None,
            copyright: None,
            icon: None,
            hub: None,
            podcast: None,
            ttl: None,
            skip_hours: Vec::new(),
            skip_days: Vec::new(),
            extra: Extra::default(),
            stylesheet: None,
            script: None,
            history: History::default(),
            entries: Vec::new(),
        }
    }

    builder! {
        id(id: impl Into<String>) = id.into();
        description(text: impl Into<String>) = text.into();
        base(folder: Url) = Some(folder);
        language(tag: impl Into<String>) = Some(tag.into());
        author(person: Person) = Some(person);
        copyright(text: impl Into<String>) = Some(text.into());
        icon(image: Url) = Some(image);
        hub(hub: Url) = Some(hub);
        podcast(podcast: Podcast) = Some(podcast);
        ttl(minutes: u32) = Some(minutes);
        skip_hours(hours: Vec<u8>) = hours;
        skip_days(names: Vec<String>) = names;
        extra(extra: Extra) = extra;
        stylesheet(address: impl Into<String>) = Some(address.into());
        script(address: impl Into<String>) = Some(address.into());
        history(history: History) = history;
        entries(newest_first: Vec<Entry>) = newest_first;
    }

    /// Returns the time of the latest change of any entry; `None` if there are no entries.
    ///
    /// RSS: `channel/lastBuildDate`. Atom: `feed/updated`. JSON Feed has none.
    #[must_use]
    pub fn updated(&self) -> Option<UnixMs> {
        self.entries.iter().map(|e| e.updated).max()
    }

    /// Returns the address of a document of this feed; `None` if [`base`](Self::base) is unknown.
    #[must_use]
    pub fn self_link(&self, file_name: &str) -> Option<Url> {
        self.base.as_ref().and_then(|base| base.join(file_name).ok())
    }
}

/// Position of a document in an archived feed ([RFC 5005, section 4](https://www.rfc-editor.org/rfc/rfc5005#section-4)).
///
/// Each field is the folder of another document; in each folder the document of the same format has the same name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct History {
    /// Folder of the subscription document; `None` in the subscription document itself.
    ///
    /// RSS: `channel/atom:link` with `rel="current"`. Atom: `feed/link` with `rel="current"`. JSON Feed has none.
    pub current: Option<Url>,
    /// Folder of the archive document with the next older entries.
    ///
    /// RSS and Atom: a link with `rel="prev-archive"`. JSON Feed: `next_url`.
    pub prev: Option<Url>,
    /// Folder of the archive document with the next newer entries.
    ///
    /// RSS and Atom: a link with `rel="next-archive"`. JSON Feed has none.
    pub next: Option<Url>,
}

impl History {
    builder! {
        current(folder: Url) = Some(folder);
        prev(folder: Url) = Some(folder);
        next(folder: Url) = Some(folder);
    }

    /// Returns true if the document is an archive document (RSS and Atom: `fh:archive`).
    #[must_use]
    pub fn is_archive(&self) -> bool {
        self.current.is_some()
    }

    /// Returns the links to the other documents, each with its relation.
    pub fn links(&self, file_name: &str) -> impl Iterator<Item = (&'static str, Url)> {
        let all = [("current", &self.current), ("prev-archive", &self.prev), ("next-archive", &self.next)];
        all.into_iter().filter_map(move |(rel, folder)| Some((rel, folder.as_ref()?.join(file_name).ok()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_feed_is_empty_and_belongs_to_about_blank() {
        let feed = Feed::default();
        assert_eq!((feed.id.as_str(), feed.title.as_str(), feed.site.as_str()), ("", "", "about:blank"));
        assert_eq!(feed.updated(), None);
    }
}
