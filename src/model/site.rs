//! Summary of all feeds of a build, for the index page, the subscription list and the server.

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Entry, Feed};
use crate::types::{UnixMs, public_url};

/// Number of entries in [`Listing::latest`] of the main feed.
pub(crate) const LATEST: usize = 50;
/// Maximum length in graphemes of a title that is taken from the text.
const MAX_TITLE: usize = 80;
/// Maximum length in graphemes of a summary: two lines of the index page.
const MAX_SUMMARY: usize = 180;
/// Maximum length of a summary in bytes. Chinese characters take three bytes and the width of two letters.
const MAX_SUMMARY_BYTES: usize = 320;
/// Maximum number of tags and of authors of an entry.
const MAX_NAMES: usize = 8;

/// All feeds of a build, the main feed first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Site {
    /// Title of the main feed.
    pub title: String,
    /// Language of the main feed.
    pub language: Option<String>,
    /// File name of the subscription list, if there is one.
    pub subscription_list: Option<String>,
    /// True if each feed has a page in its folder.
    pub feed_pages: bool,
    /// Looks of the pages.
    pub theme: Theme,
    /// Feeds, ordered by folder.
    pub feeds: Vec<Listing>,
}

/// Looks of the pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Theme {
    /// Color of links and buttons: red, green and blue.
    pub accent: Option<[u8; 3]>,
    /// Names of fonts, the best first: letters, digits, spaces, dots, hyphens and underscores only.
    pub font: Vec<String>,
    /// Address of an image at the top of the index page.
    pub logo: Option<Url>,
    /// Characters in a line of text.
    pub width: Option<u32>,
}

/// Summary of one feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Listing {
    /// Name of the folder of the feed; empty for the main feed.
    pub folder: String,
    /// Title, as plain text.
    pub title: String,
    /// Description, as plain text; may be empty.
    pub description: String,
    /// Language tag of the feed.
    pub language: Option<String>,
    /// Website that the feed belongs to.
    pub site: Url,
    /// Folder in which the feed is published, if known; ends with `/`.
    pub base: Option<Url>,
    /// Image that stands for the feed.
    pub icon: Option<Url>,
    /// True if its RSS document is a podcast: it has podcast metadata, and an entry has audio.
    pub is_podcast: bool,
    /// Cover, if the feed is a podcast.
    pub cover: Option<Url>,
    /// WebSub hub.
    pub hub: Option<Url>,
    /// Names of the formats that the feed is written in, in the configured order.
    pub formats: Vec<String>,
    /// Median time between two consecutive entries, in milliseconds; `None` if there are fewer than two entries.
    pub median_interval: Option<i64>,
    /// Number of entries.
    pub entries: usize,
    /// Time of the latest change of any entry; `None` if there are no entries.
    pub updated: Option<UnixMs>,
    /// The newest entries of the main feed; of other feeds none.
    pub latest: Vec<Latest>,
}

/// Summary of one entry in a [`Listing`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Latest {
    /// Title, as plain text.
    pub title: String,
    /// Address of the article.
    pub link: String,
    /// Path of its own page, relative to the folder of all feeds; `None` if it has none.
    pub page: Option<String>,
    /// Time of first publication.
    pub published: UnixMs,
    /// First sentences, as plain text; may be empty.
    pub summary: String,
    /// Names of its authors; empty if the author of the feed wrote it.
    pub authors: Vec<String>,
    /// Sections that it is in: folders of feeds.
    pub sections: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Language tag; `None` if it is that of the feed.
    pub language: Option<String>,
    /// Address of the lead image.
    pub image: Option<Url>,
    /// Width and height of the lead image in pixels, if known.
    pub image_size: Option<(u32, u32)>,
    /// Address of its audio file.
    pub audio: Option<Url>,
}

/// Parts of a [`Listing`] that a server has to know: its documents do not have them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ServedFeed {
    /// Name of the folder of the feed; empty for the main feed.
    pub folder: String,
    /// Folder in which the feed is published, if known; ends with `/`.
    pub base: Option<Url>,
    /// WebSub hub, without user name and password: those are for the publisher only.
    pub hub: Option<Url>,
    /// Names of the formats that the feed is written in.
    pub formats: Vec<String>,
    /// Median time between two consecutive entries, in milliseconds; `None` if there are fewer than two entries.
    pub median_interval: Option<i64>,
}

/// Returns what a server has to know about the feeds of a site.
#[must_use]
pub fn served_feeds(site: &Site) -> Vec<ServedFeed> {
    let served = |feed: &Listing| {
        let hub = feed.hub.clone().map(public_url);
        let (folder, base, formats) = (feed.folder.clone(), feed.base.clone(), feed.formats.clone());
        ServedFeed { folder, base, hub, formats, median_interval: feed.median_interval }
    };
    site.feeds.iter().map(served).collect()
}

impl Listing {
    /// Summarizes the feed in `folder`, which is written in `formats`.
    #[must_use]
    pub fn new(feed: &Feed, folder: &str, formats: Vec<String>) -> Self {
        let times = feed.entries.iter().map(|entry| entry.updated).collect();
        Self::of_newest(feed, folder, formats, times, feed.entries.iter().any(has_audio))
    }

    /// Summarizes a feed of which only the newest entries are there. `times` are the times at which any entry was changed,
    /// and `has_audio` is true if any entry has audio.
    pub(crate) fn of_newest(
        feed: &Feed,
        folder: &str,
        formats: Vec<String>,
        times: Vec<UnixMs>,
        has_audio: bool,
    ) -> Self {
        Self {
            folder: folder.to_owned(),
            title: feed.title.clone(),
            description: feed.description.clone(),
            language: feed.language.clone(),
            site: feed.site.clone(),
            base: feed.base.clone(),
            icon: feed.icon.clone(),
            is_podcast: feed.podcast.is_some() && has_audio,
            cover: feed
                .podcast
                .as_ref()
                .and_then(|podcast| podcast.image.as_ref().or(feed.icon.as_ref()))
                .cloned(),
            hub: feed.hub.clone(),
            formats,
            entries: times.len(),
            updated: times.iter().copied().max(),
            median_interval: median_interval(times.into_iter().map(|time| time.0).collect()),
            latest: if folder.is_empty() { newest(feed) } else { Vec::new() },
        }
    }

    /// Adds the newest entries of the feed that it summarizes.
    #[must_use]
    pub fn with_latest(self, feed: &Feed) -> Self {
        Self { latest: newest(feed), ..self }
    }

    /// Returns the address of a document of this feed; `None` if [`base`](Self::base) is unknown.
    #[must_use]
    pub fn self_link(&self, file_name: &str) -> Option<Url> {
        self.base.as_ref().and_then(|base| base.join(file_name).ok())
    }
}

/// Summarizes the newest entries of a feed.
fn newest(feed: &Feed) -> Vec<Latest> {
    feed.entries.iter().take(LATEST).map(latest).collect()
}

/// Summarizes an entry.
fn latest(entry: &Entry) -> Latest {
    let size = entry.image.as_ref().and_then(|image| image.width.zip(image.height));
    let tags = entry.categories.iter().filter(|name| !entry.sections.contains(name));
    Latest {
        title: shown_title(entry),
        link: entry.link.clone(),
        page: entry.page.clone(),
        published: entry.published,
        summary: short_summary(entry),
        authors: entry.authors.iter().take(MAX_NAMES).map(|author| author.name.clone()).collect(),
        sections: entry.sections.clone(),
        tags: tags.take(MAX_NAMES).cloned().collect(),
        language: entry.language.clone(),
        image: entry.lead_image().cloned(),
        image_size: size.filter(|(width, height)| *width > 0 && *height > 0),
        audio: audio(entry),
    }
}

/// Returns the first sentences of an entry, unless they are its title.
fn short_summary(entry: &Entry) -> String {
    let cut = |graphemes| {
        let short = crate::html::summary(&entry.summary, graphemes);
        // Whole sentences need no ellipsis.
        let is_sentence = |text: &&str| text.ends_with([' ', '。', '！', '？']);
        short.strip_suffix('…').filter(is_sentence).map(|text| text.trim_end().to_owned()).unwrap_or(short)
    };
    let mut short = cut(MAX_SUMMARY);
    if short.len() > MAX_SUMMARY_BYTES {
        let bytes_each = short.len().div_ceil(short.chars().count().max(1));
        short = cut(MAX_SUMMARY_BYTES / bytes_each);
    }
    if short == entry.title { String::new() } else { short }
}

/// True if an entry has audio.
pub(crate) fn has_audio(entry: &Entry) -> bool {
    audio(entry).is_some()
}

/// Returns the address of the audio of an entry.
fn audio(entry: &Entry) -> Option<Url> {
    entry.enclosures.iter().find(|file| super::podcast::is_audio(file)).map(|file| file.url.clone())
}

/// Returns the title of an entry; of one without a title the first words, else the link.
pub(crate) fn shown_title(entry: &Entry) -> String {
    let words = || crate::html::summary(&entry.summary, MAX_TITLE);
    let texts = [entry.title.clone(), words(), entry.link.clone()];
    texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
}

fn median_interval(mut times: Vec<i64>) -> Option<i64> {
    times.sort_unstable();
    let mut gaps: Vec<i64> = times.windows(2).map(|two| two[1].saturating_sub(two[0])).collect();
    gaps.sort_unstable();
    gaps.get(gaps.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_interval_ignores_one_long_pause() {
        assert_eq!(median_interval(vec![]), None);
        assert_eq!(median_interval(vec![7]), None);
        assert_eq!(median_interval(vec![1_000_000, 30, 10, 20]), Some(10));
    }
}
