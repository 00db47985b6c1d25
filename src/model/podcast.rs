//! A feed as a podcast: what stores ask of a show beside what any feed says
//! ([Apple](https://help.apple.com/itc/podcasts_connect/#/itcb54353390),
//! [Podcasting 2.0](https://podcasting2.org/docs/podcast-namespace)).

use url::Url;
use uuid::{Uuid, uuid};

use super::{Enclosure, Person};
use crate::html::Medium;
use feedmill_types::podcast::CATEGORIES;

pub use feedmill_types::podcast::is_playable;

/// What the guids of shows are made in
/// (<https://podcasting2.org/docs/podcast-namespace/tags/guid>).
const NAMESPACE: Uuid = uuid!("ead4c236-bf58-58c6-a2c6-a6b28d128cb6");

/// A show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Podcast {
    /// Where stores put it.
    pub categories: Vec<Category>,
    /// Whether children should not hear it.
    pub explicit: bool,
    /// Whether it is heard from its first episode on.
    pub serial: bool,
    /// Its cover, where it is not the feed's picture.
    pub image: Option<Url>,
    /// Whose show it is, where it is not the feed's author's; plain text.
    pub author: Option<String>,
    /// Whom stores write to, where that is not the feed's author.
    pub owner: Option<Person>,
    /// Whether other hosts may not take it over, where anything is said of that.
    pub locked: Option<bool>,
    /// Its guid, where it was given one that is not made of its address.
    pub guid: Option<Uuid>,
}

/// A category of Apple's, of [`CATEGORIES`](feedmill_types::podcast::CATEGORIES).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Category {
    /// Its name.
    pub name: &'static str,
    /// The name of one below it.
    pub below: Option<&'static str>,
}

impl Category {
    /// Every category, as it is written in a configuration: `Arts`, `Arts > Books`.
    ///
    /// ```
    /// use feedmill::model::podcast::Category;
    ///
    /// assert!(Category::all().any(|(name, _)| name == "Arts > Books"));
    /// ```
    pub fn all() -> impl Iterator<Item = (String, Self)> {
        CATEGORIES.iter().flat_map(|&(name, below)| {
            let below = below.split('|').filter(|below| !below.is_empty());
            let below =
                below.map(move |below| (format!("{name} > {below}"), Self { name, below: Some(below) }));
            std::iter::once((name.to_owned(), Self { name, below: None })).chain(below)
        })
    }
}

/// The guid of a show: that of its address, which is that of its feed before it first moved.
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

/// Whether it is what one listens to, and of a known type.
#[must_use]
pub fn is_sound(enclosure: &Enclosure) -> bool {
    enclosure.medium == Medium::Audio && enclosure.media_type.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guid_is_that_of_the_specification_whatever_the_scheme_and_slashes_at_the_end() {
        for address in
            ["https://mp3s.nashownotes.com/pc20rss.xml", "http://mp3s.nashownotes.com/pc20rss.xml//"]
        {
            let guid = guid(&Url::parse(address).unwrap()).to_string();
            assert_eq!(guid, "917393e3-1b1e-5cef-ace4-edaa54e1f810", "{address}");
        }
    }

    #[test]
    fn categories_are_sorted_and_written_with_what_is_above_them() {
        assert!(CATEGORIES.is_sorted_by_key(|(name, _)| *name));
        let all: Vec<_> = Category::all().map(|(text, _)| text).collect();
        assert_eq!(all[..3], ["Arts", "Arts > Books", "Arts > Design"]);
        assert_eq!(all.last().map(String::as_str), Some("True Crime"));
    }
}
