//! A feed as a podcast: what stores ask of a show beside what any feed says
//! ([Apple](https://help.apple.com/itc/podcasts_connect/#/itcb54353390),
//! [Podcasting 2.0](https://podcasting2.org/docs/podcast-namespace)).

use url::Url;
use uuid::{Uuid, uuid};

use super::{Enclosure, Person};
use crate::html::Medium;

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

/// A category of Apple's, of [`CATEGORIES`].
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

/// Whether Apple plays a file, by the end of its address without query.
///
/// ```
/// use feedmill::model::podcast::is_playable;
///
/// assert!(is_playable("/talk.MP3") && !is_playable("/talk.ogg"));
/// ```
#[must_use]
pub fn is_playable(path: &str) -> bool {
    let extension = path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    matches!(&*extension, "m4a" | "mp3" | "mov" | "mp4" | "m4v" | "pdf" | "epub")
}

/// Apple's categories, and those below them, with `|` between
/// (<https://podcasters.apple.com/support/1691-apple-podcasts-categories>).
pub const CATEGORIES: &[(&str, &str)] = &[
    ("Arts", "Books|Design|Fashion & Beauty|Food|Performing Arts|Visual Arts"),
    ("Business", "Careers|Entrepreneurship|Investing|Management|Marketing|Non-Profit"),
    ("Comedy", "Comedy Interviews|Improv|Stand-Up"),
    ("Education", "Courses|How To|Language Learning|Self-Improvement"),
    ("Fiction", "Comedy Fiction|Drama|Science Fiction"),
    ("Government", ""),
    ("Health & Fitness", "Alternative Health|Fitness|Medicine|Mental Health|Nutrition|Sexuality"),
    ("History", ""),
    ("Kids & Family", "Education for Kids|Parenting|Pets & Animals|Stories for Kids"),
    ("Leisure", "Animation & Manga|Automotive|Aviation|Crafts|Games|Hobbies|Home & Garden|Video Games"),
    ("Music", "Music Commentary|Music History|Music Interviews"),
    ("News", "Business News|Daily News|Entertainment News|News Commentary|Politics|Sports News|Tech News"),
    ("Religion & Spirituality", "Buddhism|Christianity|Hinduism|Islam|Judaism|Religion|Spirituality"),
    (
        "Science",
        "Astronomy|Chemistry|Earth Sciences|Life Sciences|Mathematics|Natural Sciences|Nature|Physics|Social Sciences",
    ),
    ("Society & Culture", "Documentary|Personal Journals|Philosophy|Places & Travel|Relationships"),
    (
        "Sports",
        "Baseball|Basketball|Cricket|Fantasy Sports|Football|Golf|Hockey|Rugby|Running|Soccer|Swimming|Tennis|Volleyball|Wilderness|Wrestling",
    ),
    ("TV & Film", "After Shows|Film History|Film Interviews|Film Reviews|TV Reviews"),
    ("Technology", ""),
    ("True Crime", ""),
];

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
