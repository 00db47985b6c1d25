//! A feed as plain typed data, before any format. There is no clock here: a feed's time is that of its entries.

/// Writes builder methods, one per line: `name(argument: type) = value of the field`.
macro_rules! builder {
    ($($field:ident($argument:ident: $given:ty) = $value:expr;)*) => {$(
        #[doc = concat!("Sets `", stringify!($field), "`.")]
        #[must_use]
        pub fn $field(mut self, $argument: $given) -> Self {
            self.$field = $value;
            self
        }
    )*};
}

mod answer;
mod article;
pub mod podcast;
mod site;

use url::Url;

use crate::html::{CleanHtml, Medium};
use crate::types::{Bytes, MediaType, UnixMs};

pub use answer::Answer;
pub use article::Article;
pub use podcast::Podcast;
pub use site::{Latest, Listing, Site};

/// A feed: what RSS calls a channel, Atom a feed.
///
/// ```
/// use feedmill::format::{Layout, format};
/// use feedmill::html::CleanHtml;
/// use feedmill::model::{Entry, Feed, History};
/// use feedmill::types::UnixMs;
///
/// let entry = Entry {
///     id: "https://news.example/1".to_owned(),
///     id_is_permalink: true,
///     link: "https://news.example/1".to_owned(),
///     title: "A & B".to_owned(),
///     published: UnixMs(0),
///     updated: UnixMs(60_000),
///     summary: "Text".to_owned(),
///     content: CleanHtml::default(),
///     authors: Vec::new(),
///     categories: Vec::new(),
///     enclosures: Vec::new(),
/// };
/// let feed = Feed {
///     id: "https://news.example/".to_owned(),
///     title: "News".to_owned(),
///     description: String::new(),
///     site: "https://news.example/".parse()?,
///     base: None,
///     language: None,
///     author: None,
///     copyright: None,
///     icon: None,
///     hub: None,
///     podcast: None,
///     stylesheet: None,
///     history: History::default(),
///     entries: vec![entry],
/// };
/// assert_eq!(feed.updated(), Some(UnixMs(60_000)));
/// let atom = format("atom").ok_or("there is no Atom")?.write(&feed, Layout::Compact)?;
/// assert!(String::from_utf8(atom)?.contains("<title>A &amp; B</title>"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Its id (Atom `id`): the self link's folder where known, else the site's address; never changes with content.
    pub id: String,
    /// Its name; plain text.
    pub title: String,
    /// What it is about; plain text, may be empty.
    pub description: String,
    /// The site it belongs to.
    pub site: Url,
    /// The folder it is published in, ending in `/`, where `base_url` says it: gives the self links.
    pub base: Option<Url>,
    /// Language of the channel ([RFC 5646](https://www.rfc-editor.org/rfc/rfc5646)), where configured.
    pub language: Option<String>,
    /// Who is responsible for it.
    pub author: Option<Person>,
    /// The copyright line.
    pub copyright: Option<String>,
    /// Its picture.
    pub icon: Option<Url>,
    /// The WebSub hub (<https://www.w3.org/TR/websub/>) that tells subscribers of news.
    pub hub: Option<Url>,
    /// What it is as a podcast, where that was asked for.
    pub podcast: Option<Podcast>,
    /// The style sheet for people who open it in a browser, seen from the document.
    pub stylesheet: Option<String>,
    /// Its neighbours, where it is one document of several.
    pub history: History,
    /// Its entries, newest first.
    pub entries: Vec<Entry>,
}

impl Feed {
    /// The time of the newest change in it; `None` where it has no entries.
    #[must_use]
    pub fn updated(&self) -> Option<UnixMs> {
        self.entries.iter().map(|e| e.updated).max()
    }

    /// Where a document of this feed is published, where that is known.
    #[must_use]
    pub fn self_link(&self, file_name: &str) -> Option<Url> {
        self.base.as_ref().and_then(|base| base.join(file_name).ok())
    }
}

/// Where a document stands in an archived feed ([RFC 5005, 4](https://www.rfc-editor.org/rfc/rfc5005#section-4)): the
/// folders of others, in each of which the document of the same format has the same name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// That of the subscription document; `None` in that document itself.
    pub current: Option<Url>,
    /// That of the archive document with the next older entries.
    pub prev: Option<Url>,
    /// That of the archive document with the next newer entries.
    pub next: Option<Url>,
}

impl History {
    /// Whether the document is one of the archive.
    #[must_use]
    pub fn is_archive(&self) -> bool {
        self.current.is_some()
    }

    /// The links to the others, each with its relation.
    pub fn links(&self, file_name: &str) -> impl Iterator<Item = (&'static str, Url)> {
        let all = [("current", &self.current), ("prev-archive", &self.prev), ("next-archive", &self.next)];
        all.into_iter().filter_map(move |(rel, folder)| Some((rel, folder.as_ref()?.join(file_name).ok()?)))
    }
}

/// One article in a feed: what RSS and JSON Feed call an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is known by for ever, the same in every format.
    pub id: String,
    /// Whether the id is also an address that shows the article (RSS `guid isPermaLink`).
    pub id_is_permalink: bool,
    /// Its address as the seed gives it where that is a valid URI, byte for byte.
    pub link: String,
    /// Its title; plain text, never empty.
    pub title: String,
    /// When it was first published.
    pub published: UnixMs,
    /// When it last changed.
    pub updated: UnixMs,
    /// The beginning of its text; plain text, may be empty.
    pub summary: String,
    /// Its body; may be empty.
    pub content: CleanHtml,
    /// Its authors; empty where the feed's author stands for it.
    pub authors: Vec<Person>,
    /// The section it comes from, as a category; empty where it is in none.
    pub categories: Vec<String>,
    /// Its media, the most important first: sound and moving pictures, then pictures.
    pub enclosures: Vec<Enclosure>,
}

impl Entry {
    /// The picture that stands for it.
    #[must_use]
    pub fn lead_picture(&self) -> Option<&Enclosure> {
        self.enclosures.iter().find(|e| e.medium == Medium::Image)
    }
}

/// A media file that belongs to an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enclosure {
    /// Where it is.
    pub url: Url,
    /// What it is.
    pub medium: Medium,
    /// Its type; `None` where that can't be known, and then it is no RSS `enclosure`.
    pub media_type: Option<MediaType>,
    /// Its length where known.
    pub length: Option<Bytes>,
}

/// Somebody who writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The e-mail address, where given.
    pub email: Option<String>,
    /// The home page, where given.
    pub uri: Option<Url>,
}
