//! Summary of all feeds of a build, for the index page, the subscription list and the server.

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Entry, Feed};
use crate::types::UnixMs;

/// Number of entries in [`Listing::latest`].
const LATEST: usize = 5;
/// Maximum length in graphemes of a title that is taken from the text.
const MAX_TITLE: usize = 80;

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
    /// Feeds, ordered by folder.
    pub feeds: Vec<Listing>,
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
    /// Cover, if the feed is a podcast.
    pub cover: Option<Url>,
    /// WebSub hub.
    pub hub: Option<Url>,
    /// Names of the formats that the feed is written in, in the configured order.
    pub formats: Vec<String>,
    /// Median time between two consecutive entries, in milliseconds; `None` if there are fewer than two entries.
    pub median_interval: Option<i64>,
    /// The newest entries.
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
    /// Time of first publication.
    pub published: UnixMs,
    /// Address of the lead image.
    pub image: Option<Url>,
    /// Address of its audio file, if the feed is a podcast.
    pub audio: Option<Url>,
}

impl Listing {
    /// Summarizes the feed in `folder`, which is written in `formats`.
    #[must_use]
    pub fn new(feed: &Feed, folder: &str, formats: Vec<String>) -> Self {
        let latest = feed.entries.iter().take(LATEST).map(|entry| Latest {
            title: shown_title(entry),
            link: entry.link.clone(),
            published: entry.published,
            image: entry.lead_image().cloned(),
            audio: feed.podcast.as_ref().and_then(|_| audio(entry)),
        });
        Self {
            folder: folder.to_owned(),
            title: feed.title.clone(),
            description: feed.description.clone(),
            language: feed.language.clone(),
            site: feed.site.clone(),
            base: feed.base.clone(),
            icon: feed.icon.clone(),
            cover: feed
                .podcast
                .as_ref()
                .and_then(|podcast| podcast.image.as_ref().or(feed.icon.as_ref()))
                .cloned(),
            hub: feed.hub.clone(),
            formats,
            median_interval: median_interval(feed.entries.iter().map(|e| e.updated.0).collect()),
            latest: latest.collect(),
        }
    }

    /// Returns the address of a document of this feed; `None` if [`base`](Self::base) is unknown.
    #[must_use]
    pub fn self_link(&self, file_name: &str) -> Option<Url> {
        self.base.as_ref().and_then(|base| base.join(file_name).ok())
    }
}

/// Returns the address of the audio of an entry.
fn audio(entry: &Entry) -> Option<Url> {
    entry.enclosures.iter().find(|file| super::podcast::is_audio(file)).map(|file| file.url.clone())
}

/// Returns the title of an entry; of one without a title the first words, else the link.
fn shown_title(entry: &Entry) -> String {
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
