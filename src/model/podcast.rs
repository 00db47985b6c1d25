//! Podcast metadata: what directories require in addition to an ordinary feed
//! ([Apple](https://help.apple.com/itc/podcasts_connect/#/itcb54353390),
//! [Podcasting 2.0](https://podcasting2.org/docs/podcast-namespace)).

use url::Url;
use uuid::{Uuid, uuid};

use super::{Enclosure, Person};
use crate::html::Medium;
use feedmill_types::podcast::CATEGORIES;

pub use feedmill_types::podcast::is_playable;

/// Namespace UUID of podcast guids (<https://podcasting2.org/docs/podcast-namespace/tags/guid>).
const NAMESPACE: Uuid = uuid!("ead4c236-bf58-58c6-a2c6-a6b28d128cb6");

/// Metadata of a podcast. It is written to RSS only, and only if an entry has audio.
///
/// ```
/// use feedmill::model::Podcast;
///
/// let podcast = Podcast::default().author("Harbour Radio").explicit(false).serial(true);
/// assert_eq!(podcast.author.as_deref(), Some("Harbour Radio"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Podcast {
    /// Apple categories.
    ///
    /// RSS: `channel/itunes:category`.
    pub categories: Vec<Category>,
    /// True if the podcast is not suitable for children.
    ///
    /// RSS: `itunes:explicit` of the channel and of each episode.
    pub explicit: bool,
    /// True if the episodes are meant to be heard from the first to the last.
    ///
    /// RSS: `channel/itunes:type`, `serial` or `episodic`.
    pub serial: bool,
    /// Cover image, if it differs from the icon of the feed.
    ///
    /// RSS: `channel/itunes:image`.
    pub image: Option<Url>,
    /// Author as plain text, if it differs from the author of the feed.
    ///
    /// RSS: `channel/itunes:author`.
    pub author: Option<String>,
    /// Contact for directories, if it differs from the author of the feed.
    ///
    /// RSS: `channel/itunes:owner`, and the `owner` of `podcast:locked`.
    pub owner: Option<Person>,
    /// True if other hosts may not import the podcast; `None` if that is not configured.
    ///
    /// RSS: `channel/podcast:locked`.
    pub locked: Option<bool>,
    /// Guid, if it is not derived from the address of the feed.
    ///
    /// RSS: `channel/podcast:guid`.
    pub guid: Option<Uuid>,
    /// Address of a page on which listeners can support the show.
    ///
    /// RSS: `channel/podcast:funding/@url`.
    pub funding: Option<Url>,
    /// Text of the link to that page; `Support the show` if it is empty.
    ///
    /// RSS: `channel/podcast:funding`.
    pub funding_text: String,
    /// License of the episodes: an SPDX id or a name.
    ///
    /// RSS: `channel/podcast:license`.
    pub license: Option<String>,
    /// Place that the show is about.
    ///
    /// RSS: `channel/podcast:location`.
    pub location: Option<String>,
    /// Medium of the show, such as `podcast`, `music` or `audiobook`.
    ///
    /// RSS: `channel/podcast:medium`.
    pub medium: Option<String>,
    /// How often there is a new episode, as text.
    ///
    /// RSS: `channel/podcast:updateFrequency`.
    pub update_frequency: Option<String>,
}

impl Podcast {
    builder! {
        categories(categories: Vec<Category>) = categories;
        explicit(is_explicit: bool) = is_explicit;
        serial(is_serial: bool) = is_serial;
        image(cover: Url) = Some(cover);
        author(name: impl Into<String>) = Some(name.into());
        owner(person: Person) = Some(person);
        locked(is_locked: bool) = Some(is_locked);
        guid(guid: Uuid) = Some(guid);
        funding(page: Url) = Some(page);
        funding_text(text: impl Into<String>) = text.into();
        license(name: impl Into<String>) = Some(name.into());
        location(name: impl Into<String>) = Some(name.into());
        medium(name: impl Into<String>) = Some(name.into());
        update_frequency(text: impl Into<String>) = Some(text.into());
    }
}

/// Apple category, one of [`CATEGORIES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Category {
    /// Name of the category.
    pub name: &'static str,
    /// Name of the subcategory.
    pub subcategory: Option<&'static str>,
}

impl Category {
    /// Returns every category with its name in the configuration: `Arts`, `Arts > Books`.
    ///
    /// ```
    /// use feedmill::model::podcast::Category;
    ///
    /// assert!(Category::all().any(|(name, _)| name == "Arts > Books"));
    /// ```
    pub fn all() -> impl Iterator<Item = (String, Self)> {
        CATEGORIES.iter().flat_map(|&(name, subcategories)| {
            let subcategories = subcategories.split('|').filter(|subcategory| !subcategory.is_empty());
            let subcategories = subcategories.map(move |subcategory| {
                (format!("{name} > {subcategory}"), Self { name, subcategory: Some(subcategory) })
            });
            std::iter::once((name.to_owned(), Self { name, subcategory: None })).chain(subcategories)
        })
    }
}

/// Returns the guid of the podcast whose feed has this address; a podcast that moved keeps the guid of its first address.
///
/// ```
/// let feed = "https://mp3s.nashownotes.com/pc20rss.xml".parse()?;
/// let guid = feedmill::model::podcast::guid(&feed).to_string();
/// assert_eq!(guid, "917393e3-1b1e-5cef-ace4-edaa54e1f810");
/// # Ok::<(), url::ParseError>(())
/// ```
#[must_use]
pub fn guid(feed: &Url) -> Uuid {
    let address = feed.as_str().split_once("://").map_or(feed.as_str(), |(_, rest)| rest);
    Uuid::new_v5(&NAMESPACE, address.trim_end_matches('/').as_bytes())
}

/// Returns true if the enclosure is audio of a known type.
#[must_use]
pub fn is_audio(enclosure: &Enclosure) -> bool {
    enclosure.medium == Medium::Audio && enclosure.media_type.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guid_matches_the_specification_and_ignores_scheme_and_trailing_slashes() {
        for address in
            ["https://mp3s.nashownotes.com/pc20rss.xml", "http://mp3s.nashownotes.com/pc20rss.xml//"]
        {
            let guid = guid(&Url::parse(address).unwrap()).to_string();
            assert_eq!(guid, "917393e3-1b1e-5cef-ace4-edaa54e1f810", "{address}");
        }
    }

    #[test]
    fn categories_are_sorted_and_subcategories_named_with_their_parent() {
        assert!(CATEGORIES.is_sorted_by_key(|(name, _)| *name));
        let all: Vec<_> = Category::all().map(|(text, _)| text).collect();
        assert_eq!(all[..3], ["Arts", "Arts > Books", "Arts > Design"]);
        assert_eq!(all.last().map(String::as_str), Some("True Crime"));
    }
}
