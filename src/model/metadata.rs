//! What an article says about itself next to its title, time and body.

use std::borrow::Cow;

use url::Url;

use super::{Enclosure, Episode, Person};
use crate::diag::remove_credentials;
use crate::types::public_url;

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

impl Metadata {
    /// Removes user names and passwords from all addresses, and from those in texts, because feeds publish them. Returns the
    /// first field that had some.
    pub(crate) fn remove_credentials(&mut self) -> Option<&'static str> {
        let mut found = None;
        for (field, id) in [("id", &mut self.id), ("guid", &mut self.guid)] {
            let Some(text) = id.as_mut().filter(|text| text.contains('@')) else { continue };
            let public = match Url::parse(text) {
                Ok(url) if has_credentials(&url) => public_url(url).to_string(),
                _ => remove_credentials(text).into_owned(),
            };
            if public != *text {
                *text = public;
                found = found.or(Some(field));
            }
        }
        let of_authors = self.authors.iter_mut().flat_map(|one| [Some(&mut one.name), one.email.as_mut()]);
        let texts = of_authors.flatten().map(|text| ("author", text));
        let texts = texts.chain(self.tags.iter_mut().map(|tag| ("tags", tag)));
        let texts =
            texts.chain(self.image.iter_mut().flat_map(|image| &mut image.alt).map(|text| ("image", text)));
        for (field, text) in texts.chain(self.summary.iter_mut().map(|text| ("summary", text))) {
            if let Cow::Owned(public) = remove_credentials(text) {
                *text = public;
                found = found.or(Some(field));
            }
        }
        if let Some(episode) = &mut self.episode {
            let texts = episode.people.iter_mut().map(|one| ("people", &mut one.name));
            let texts = texts.chain(episode.chapters.iter_mut().map(|one| ("chapters", &mut one.title)));
            let texts = texts.chain(episode.soundbites.iter_mut().map(|one| ("soundbite", &mut one.title)));
            let texts = texts.chain(episode.location.iter_mut().map(|text| ("location", text)));
            for (field, text) in texts.chain(episode.license.iter_mut().map(|text| ("license", text))) {
                if let Cow::Owned(public) = remove_credentials(text) {
                    *text = public;
                    found = found.or(Some(field));
                }
            }
        }
        let mut clear = |field, urls: &mut dyn Iterator<Item = &mut Url>| {
            for url in urls.filter(|url| has_credentials(url)) {
                *url = public_url(url.clone());
                found = found.or(Some(field));
            }
        };
        clear(
            "author",
            &mut self.authors.iter_mut().flat_map(|one| one.uri.iter_mut().chain(&mut one.avatar)),
        );
        clear("image", &mut self.image.iter_mut().map(|image| &mut image.url).chain(&mut self.banner));
        clear("enclosure", &mut self.media.iter_mut().map(|file| &mut file.url));
        let Some(episode) = &mut self.episode else { return found };
        clear("transcript", &mut episode.transcripts.iter_mut().map(|file| &mut file.url));
        let of_chapters =
            episode.chapters.iter_mut().flat_map(|one| one.url.iter_mut().chain(&mut one.image));
        clear("chapters", &mut of_chapters.chain(&mut episode.chapters_url));
        clear(
            "people",
            &mut episode.people.iter_mut().flat_map(|one| one.uri.iter_mut().chain(&mut one.image)),
        );
        found
    }
}

fn has_credentials(url: &Url) -> bool {
    url.as_str().contains(['@', '%', '&']) && public_url(url.clone()) != *url
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
