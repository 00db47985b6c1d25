//! What the mill knows of documents and HTTP is to tell: how long they keep, and where their changes are pushed.

use std::collections::HashMap;

use hyper::header::HeaderValue;

use crate::format::{INDEX, configured_formats};
use crate::model::{Listing, Site};
use crate::pipeline::month_of;

/// The longest and the shortest time for which a feed is not asked for again, in s.
const KEEPS: (i64, i64) = (60, 3600);
/// The same for what is not known, such as a file that somebody else put there.
const UNKNOWN: i64 = 300;
/// For a month of an archive, in s. It changes when a seed of it is edited or removed, and nobody would see that for a year
/// (the usual time for what never changes); for a week it is asked for by nobody.
const MONTH: i64 = 7 * 24 * 3600;

/// What all documents of a site are told with.
pub(super) struct Facts {
    documents: HashMap<String, Hints>,
    /// Feeds by their folder.
    feeds: HashMap<String, Hints>,
    month: Hints,
    unknown: Hints,
}

/// What a document is told with.
#[derive(Clone)]
pub(super) struct Hints {
    /// `Cache-Control` ([RFC 9111, 5.2](https://www.rfc-editor.org/rfc/rfc9111#section-5.2)).
    pub(super) keeps: HeaderValue,
    /// `Link` ([RFC 8288](https://www.rfc-editor.org/rfc/rfc8288#section-3)): where the document lives and which hub pushes
    /// it ([WebSub, 4](https://www.w3.org/TR/websub/#discovery)).
    pub(super) link: Option<HeaderValue>,
}

impl Default for Facts {
    fn default() -> Self {
        Self::of(&Site::default())
    }
}

impl Facts {
    pub(super) fn of(site: &Site) -> Self {
        let plain = |keeps| Hints { keeps, link: None };
        let (mut documents, mut feeds) = (HashMap::new(), HashMap::new());
        for feed in &site.feeds {
            let keeps = keeps(age(feed));
            for name in configured_formats(feed).map(|format| format.file_name()) {
                let link = link(feed, name);
                documents.insert(within(&feed.folder, name), Hints { keeps: keeps.clone(), link });
            }
            feeds.insert(feed.folder.clone(), plain(keeps));
        }
        // They show the newest of all feeds.
        let shortest = keeps(site.feeds.iter().map(age).min().unwrap_or(UNKNOWN));
        for index in INDEX {
            documents.insert(index.file_name().to_owned(), plain(shortest.clone()));
        }
        let month = HeaderValue::try_from(format!("public, max-age={MONTH}, immutable"));
        let month = plain(month.unwrap_or_else(|_| keeps(MONTH)));
        Self { documents, feeds, month, unknown: plain(keeps(UNKNOWN)) }
    }

    /// What a document is told with.
    pub(super) fn hints(&self, path: &str) -> &Hints {
        self.documents.get(path).or_else(|| self.archived(path)).unwrap_or(&self.unknown)
    }

    /// Of a document of an archive: a month that is whole is the same for ever (RFC 8246), the open one grows with the feed.
    fn archived(&self, path: &str) -> Option<&Hints> {
        let (folder, is_whole) = month_of(path)?;
        let feed = self.feeds.get(folder)?;
        Some(if is_whole { &self.month } else { feed })
    }
}

fn within(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// A tenth of the usual time between two entries, in s: who asks that often is late by a tenth.
fn age(feed: &Listing) -> i64 {
    feed.median_interval.map_or(UNKNOWN, |interval| (interval / 10_000).clamp(KEEPS.0, KEEPS.1))
}

fn keeps(seconds: i64) -> HeaderValue {
    HeaderValue::try_from(format!("public, max-age={seconds}"))
        .unwrap_or(HeaderValue::from_static("public, max-age=60"))
}

fn link(feed: &Listing, name: &str) -> Option<HeaderValue> {
    let own = feed.self_link(name)?;
    let hub = feed.hub.as_ref()?;
    HeaderValue::try_from(format!("<{hub}>; rel=\"hub\", <{own}>; rel=\"self\"")).ok()
}
