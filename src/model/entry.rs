//! An entry, its media files, and people.

use url::Url;

use super::{Episode, Extra, Image, blank};
use crate::html::{CleanHtml, Media, Medium};
use crate::types::{Bytes, MediaType, UnixMs};

/// One article in a feed: an RSS or JSON Feed item, an Atom entry.
///
/// ```
/// use feedmill::html::{Policy, RawHtml, clean};
/// use feedmill::model::{Enclosure, Entry};
/// use feedmill::types::UnixMs;
///
/// let link = "https://news.example/ferry".parse()?;
/// let body = clean(RawHtml("<p>Quiet.</p><img src=ferry.jpg>"), &link, &Policy::default());
/// let entry = Entry::new(link, "The ferry has a new engine", UnixMs(1_717_225_200_000))
///     .content(body.html)
///     .enclosures(body.media.into_iter().map(Enclosure::from).collect());
/// assert_eq!(entry.id, "https://news.example/ferry");
/// assert_eq!(entry.lead_image().map(|url| url.path()), Some("/ferry.jpg"));
/// # Ok::<(), url::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Permanent id, the same in every format unless there is a [`guid`](Self::guid).
    ///
    /// RSS: `item/guid`. Atom: `entry/id`. JSON Feed: `id`.
    pub id: String,
    /// Permanent id in RSS, which may be any text; `None` if it is that of the other formats.
    ///
    /// RSS: `item/guid` with `isPermaLink="false"`. Atom and JSON Feed have none.
    pub guid: Option<String>,
    /// True if the id is also an address that shows the article.
    ///
    /// RSS: `item/guid/@isPermaLink`. Atom and JSON Feed have none.
    pub id_is_permalink: bool,
    /// Address of the article, unchanged if the article gives a valid URI.
    ///
    /// RSS: `item/link`. Atom: `entry/link` with `rel="alternate"`. JSON Feed: `url`.
    pub link: String,
    /// Title, as plain text; empty if the entry has none on purpose.
    ///
    /// RSS: `item/title`. Atom: `entry/title`. JSON Feed: `title`. RSS and JSON Feed leave out an empty one.
    pub title: String,
    /// Time of first publication.
    ///
    /// RSS: `item/pubDate`. Atom: `entry/published`. JSON Feed: `date_published`.
    pub published: UnixMs,
    /// Time of the last change.
    ///
    /// RSS: `item/atom:updated` if it differs from `published`. Atom: `entry/updated`. JSON Feed: `date_modified`.
    pub updated: UnixMs,
    /// Summary, as plain text; may be empty.
    ///
    /// RSS: `item/description` (the title if there is content without text). Atom: `entry/summary` (the title if there is
    /// no content either). JSON Feed: `summary`, and `content_text` if there is no content.
    pub summary: String,
    /// Body; may be empty.
    ///
    /// RSS: `item/content:encoded`. Atom: `entry/content` with `type="html"`. JSON Feed: `content_html`.
    pub content: CleanHtml,
    /// Authors; empty if the author of the feed wrote the entry.
    ///
    /// RSS: `item/author` if there is one author with an e-mail address, else `item/dc:creator` for each. Atom:
    /// `entry/author`. JSON Feed: `authors`.
    pub authors: Vec<Person>,
    /// Language tag ([RFC 5646](https://www.rfc-editor.org/rfc/rfc5646)); `None` if it is that of the feed.
    ///
    /// RSS: `item/dc:language`. Atom: `entry/@xml:lang`. JSON Feed: `language`. Left out if it equals that of the feed.
    pub language: Option<String>,
    /// Categories, such as the section and the tags of the article.
    ///
    /// RSS: `item/category`. Atom: `entry/category/@term`. JSON Feed: `tags`.
    pub categories: Vec<String>,
    /// Sections of the article, which are also among its categories.
    ///
    /// RSS, Atom and JSON Feed have none: only the index page tells sections from tags.
    pub sections: Vec<String>,
    /// Path of its own page, relative to the folder of all feeds; `None` if it has none.
    ///
    /// RSS, Atom and JSON Feed have none: only the index page links to it.
    pub page: Option<String>,
    /// Image that stands for the entry.
    ///
    /// RSS and Atom: `media:thumbnail`, and `media:content` if it has a text. JSON Feed: `image`.
    pub image: Option<Image>,
    /// Wide image for the top of the entry.
    ///
    /// RSS and Atom have none. JSON Feed: `banner_image`.
    pub banner: Option<Url>,
    /// Media files, the most important first: audio and video, then images if they are published as files.
    ///
    /// RSS: the first of known type is the `item/enclosure` (in a podcast, the first audio file), the others are
    /// `item/media:content`. Atom: `entry/link` with `rel="enclosure"`. JSON Feed: `attachments`.
    pub enclosures: Vec<Enclosure>,
    /// Details of a podcast episode.
    ///
    /// RSS: `itunes:*`, `podcast:*` and `psc:chapters`, if the feed is a podcast. Atom and JSON Feed have none.
    pub episode: Option<Episode>,
    /// Elements and keys of the operator's own.
    ///
    /// RSS and Atom: elements at the end of `item` and `entry`. JSON Feed: members of the item.
    pub extra: Extra,
}

/// An empty entry of 1970-01-01. Set `id`, `link` and `title` before you write it.
impl Default for Entry {
    fn default() -> Self {
        Self { id_is_permalink: false, ..Self::new("", "", UnixMs(0)) }
    }
}

impl Entry {
    /// Creates an entry without content whose id is its link, and which has not changed since it was published.
    #[must_use]
    pub fn new(link: impl Into<String>, title: impl Into<String>, published: UnixMs) -> Self {
        let link = link.into();
        Self {
            id: link.clone(),
            guid: None,
            id_is_permalink: true,
            link,
            title: title.into(),
            published,
            updated: published,
            summary: String::new(),
            content: CleanHtml::default(),
            authors: Vec::new(),
            language: None,
            categories: Vec::new(),
            sections: Vec::new(),
            page: None,
            image: None,
            banner: None,
            enclosures: Vec::new(),
            episode: None,
            extra: Extra::default(),
        }
    }

    /// Sets an id that is not the link of the entry.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self.id_is_permalink = false;
        self
    }

    builder! {
        guid(text: impl Into<String>) = Some(text.into());
        updated(time: UnixMs) = time;
        summary(text: impl Into<String>) = text.into();
        content(html: CleanHtml) = html;
        authors(people: Vec<Person>) = people;
        language(tag: impl Into<String>) = Some(tag.into());
        categories(names: Vec<String>) = names;
        sections(names: Vec<String>) = names;
        page(path: impl Into<String>) = Some(path.into());
        image(lead: Image) = Some(lead);
        banner(address: Url) = Some(address);
        enclosures(files: Vec<Enclosure>) = files;
    }

    /// Returns the address of the image that stands for the entry: its own, else the first of its enclosures that is an
    /// image.
    #[must_use]
    pub fn lead_image(&self) -> Option<&Url> {
        let enclosure = || self.enclosures.iter().find(|e| e.medium == Medium::Image).map(|e| &e.url);
        self.image.as_ref().map(|image| &image.url).or_else(enclosure)
    }
}

/// A media file that belongs to an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Enclosure {
    /// Address of the file.
    ///
    /// RSS: `enclosure/@url` or `media:content/@url`. Atom: `link/@href`. JSON Feed: `attachments/url`.
    pub url: Url,
    /// Kind of medium: audio, video or image.
    ///
    /// RSS: `media:content/@medium`. Atom and JSON Feed have none.
    pub medium: Medium,
    /// Media type; without one, the file is neither an RSS `enclosure` nor a JSON Feed attachment.
    ///
    /// RSS: `enclosure/@type` or `media:content/@type`. Atom: `link/@type`. JSON Feed: `attachments/mime_type`.
    pub media_type: Option<MediaType>,
    /// Length in bytes, if known.
    ///
    /// RSS: `enclosure/@length` (0 if unknown) or `media:content/@fileSize`. Atom: `link/@length`. JSON Feed:
    /// `attachments/size_in_bytes`.
    pub length: Option<Bytes>,
    /// Length in milliseconds, if known.
    ///
    /// RSS: `itunes:duration` in a podcast, and `media:content/@duration` in seconds. Atom has none. JSON Feed:
    /// `attachments/duration_in_seconds`.
    pub duration: Option<u64>,
    /// True if it is another file of the recording of the enclosure before it.
    ///
    /// RSS: `podcast:alternateEnclosure` in a podcast. Atom has none. JSON Feed: both have the same `title`.
    pub is_alternative: bool,
}

/// An image at `about:blank`. Set `url` and `medium` before you use it.
impl Default for Enclosure {
    fn default() -> Self {
        Self::new(blank(), Medium::Image)
    }
}

impl Enclosure {
    /// Creates an enclosure of unknown type and length.
    #[must_use]
    pub fn new(url: Url, medium: Medium) -> Self {
        Self { url, medium, media_type: None, length: None, duration: None, is_alternative: false }
    }

    builder! {
        media_type(of_file: MediaType) = Some(of_file);
        length(bytes: Bytes) = Some(bytes);
        duration(milliseconds: u64) = Some(milliseconds);
        is_alternative(is_another_file: bool) = is_another_file;
    }
}

/// A media file found in HTML becomes an enclosure of the same address, type and length.
impl From<Media> for Enclosure {
    fn from(media: Media) -> Self {
        let Media { url, medium, media_type, length, is_alternative, .. } = media;
        Self { media_type, length, is_alternative, ..Self::new(url, medium) }
    }
}

/// A person, such as an author.
///
/// ```
/// use feedmill::model::Person;
///
/// let person = Person::new("Ann Ray").email("ann@news.example");
/// assert_eq!(person.email.as_deref(), Some("ann@news.example"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Person {
    /// Name.
    ///
    /// RSS: `dc:creator`, and in parentheses in `author` and `managingEditor`. Atom: `author/name`. JSON Feed: `authors/name`.
    pub name: String,
    /// E-mail address.
    ///
    /// RSS: `author` and `managingEditor`. Atom: `author/email`. JSON Feed: `authors/url` as a `mailto:` URL if there is no home page.
    pub email: Option<String>,
    /// Address of the home page.
    ///
    /// RSS has none. Atom: `author/uri`. JSON Feed: `authors/url`.
    pub uri: Option<Url>,
    /// Address of an image of the person.
    ///
    /// RSS and Atom have none. JSON Feed: `authors/avatar`.
    pub avatar: Option<Url>,
}

impl Person {
    /// Creates a person of whom only the name is known.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    builder! {
        email(address: impl Into<String>) = Some(address.into());
        uri(home_page: Url) = Some(home_page);
        avatar(image: Url) = Some(image);
    }
}
