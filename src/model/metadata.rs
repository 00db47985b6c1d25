//! What an article says about itself next to its title, time and body.

use url::Url;

use super::{Enclosure, Episode, Person};

/// What an article says about itself: the fields that feeds carry next to title, link, time and body. Every dialect fills
/// it with what its articles say explicitly; nothing is guessed from prose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metadata {
    /// Permanent id, if the article gives one (`guid` or `id` in front matter).
    pub id: Option<String>,
    /// Permanent id in RSS as the article spells it (`guid` in front matter), if that is not the id.
    pub guid: Option<String>,
    /// Authors, in order.
    pub authors: Vec<Person>,
    /// Tags and categories, in order, each once.
    pub tags: Vec<String>,
    /// The article's own summary as plain text.
    pub summary: Option<String>,
    /// The lead image.
    pub image: Option<Image>,
    /// A wide image for the top of the article, in addition to the lead image.
    pub banner: Option<Url>,
    /// Language of the article, a BCP 47 tag such as `de-CH`.
    pub language: Option<String>,
    /// Audio and video files of the article, in order.
    pub media: Vec<Enclosure>,
    /// Details of a podcast episode, if the article says any.
    pub episode: Option<Episode>,
    /// True if the article asks not to be listed in feeds.
    pub unlisted: bool,
    /// True if the article has no title on purpose, such as a microblog post: none is made from its text.
    pub untitled: bool,
}

impl Metadata {
    builder! {
        id(id: impl Into<String>) = Some(id.into());
        guid(guid: impl Into<String>) = Some(guid.into());
        authors(people: Vec<Person>) = people;
        tags(names: Vec<String>) = names;
        summary(text: impl Into<String>) = Some(text.into());
        image(lead: Image) = Some(lead);
        banner(address: Url) = Some(address);
        language(tag: impl Into<String>) = Some(tag.into());
        media(files: Vec<Enclosure>) = files;
        episode(details: Episode) = Some(details);
        unlisted(is_unlisted: bool) = is_unlisted;
        untitled(has_no_title: bool) = has_no_title;
    }
}

/// An image with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Image {
    /// Address of the image.
    pub url: Url,
    /// Text that replaces the image.
    pub alt: Option<String>,
    /// Width in pixels.
    pub width: Option<u32>,
    /// Height in pixels.
    pub height: Option<u32>,
}

impl Image {
    /// Creates an image of which only the address is known.
    #[must_use]
    pub fn new(url: Url) -> Self {
        Self { url, alt: None, width: None, height: None }
    }

    builder! {
        alt(text: impl Into<String>) = Some(text.into());
        width(pixels: u32) = Some(pixels);
        height(pixels: u32) = Some(pixels);
    }
}
