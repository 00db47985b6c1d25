//! All feeds of a run together: what a page, a subscription list or a server says of them.

use serde::{Deserialize, Serialize};
use url::Url;

use super::Feed;

/// How many entries a [`Listing`] shows.
const LATEST: usize = 5;

/// Every feed that a run made, that of the whole first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// The title of the whole.
    pub title: String,
    /// The language of the whole.
    pub language: Option<String>,
    /// The file name of the subscription list, where there is one.
    pub subscription_list: Option<String>,
    /// The feeds, in the order of their folders.
    pub feeds: Vec<Listing>,
}

/// What is shown of a feed beside others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// Its folder under the feeds; empty for the whole.
    pub folder: String,
    /// Its name; plain text.
    pub title: String,
    /// What it is about; plain text, may be empty.
    pub description: String,
    /// The language of its entries.
    pub language: Option<String>,
    /// The site it belongs to.
    pub site: Url,
    /// The folder it is published in, where that is known.
    pub base: Option<Url>,
    /// Its picture.
    pub icon: Option<Url>,
    /// Its WebSub hub.
    pub hub: Option<Url>,
    /// The names of the formats it is written in.
    pub formats: Vec<String>,
    /// How far apart its entries are, in ms: the middle one of their distances; `None` for fewer than two.
    pub pace: Option<i64>,
    /// Its newest entries.
    pub latest: Vec<Latest>,
}

/// What is shown of an entry in a [`Listing`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latest {
    /// Its title; plain text.
    pub title: String,
    /// Its address.
    pub link: String,
    /// When it was first published, in ms.
    pub published: i64,
    /// The picture that stands for it.
    pub picture: Option<Url>,
}

impl Listing {
    /// Of a feed in a folder that is written in some formats.
    #[must_use]
    pub fn of(feed: &Feed, folder: &str, formats: Vec<String>) -> Self {
        let latest = feed.entries.iter().take(LATEST).map(|entry| Latest {
            title: entry.title.clone(),
            link: entry.link.clone(),
            published: entry.published.0,
            picture: entry.lead_picture().map(|e| e.url.clone()),
        });
        Self {
            folder: folder.to_owned(),
            title: feed.title.clone(),
            description: feed.description.clone(),
            language: feed.language.clone(),
            site: feed.site.clone(),
            base: feed.base.clone(),
            icon: feed.icon.clone(),
            hub: feed.hub.clone(),
            formats,
            pace: pace(feed.entries.iter().map(|e| e.updated.0).collect()),
            latest: latest.collect(),
        }
    }

    /// Where a document of this feed is published, where that is known.
    #[must_use]
    pub fn self_link(&self, file_name: &str) -> Option<Url> {
        self.base.as_ref().and_then(|base| base.join(file_name).ok())
    }
}

fn pace(mut times: Vec<i64>) -> Option<i64> {
    times.sort_unstable();
    let mut gaps: Vec<i64> = times.windows(2).map(|two| two[1].saturating_sub(two[0])).collect();
    gaps.sort_unstable();
    gaps.get(gaps.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pace_is_the_middle_distance_whatever_one_long_silence_was() {
        assert_eq!(pace(vec![]), None);
        assert_eq!(pace(vec![7]), None);
        assert_eq!(pace(vec![1_000_000, 30, 10, 20]), Some(10));
    }
}
