//! Caching and hub headers of documents, from what the build knows about them: how often a feed changes, and which hub
//! announces its changes.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use hyper::header::HeaderValue;

use crate::format::{INDEX, format};
use crate::model::ServedFeed;
use crate::pipeline::month_of;

/// Shortest and longest `max-age` of a feed, in seconds.
const MAX_AGE_RANGE: (i64, i64) = (60, 3600);
/// `max-age` of documents that the build does not know, such as files that feedmill did not write, in seconds.
const UNKNOWN_MAX_AGE: i64 = 300;
/// `max-age` of a complete archive month, in seconds. It changes if one of its seeds is edited or removed. With the year
/// that is usual for immutable documents nobody would see that for a year; a week costs next to no requests.
const MONTH_MAX_AGE: i64 = 7 * 24 * 3600;

/// Header values for all documents of a site.
pub(super) struct CacheHints {
    documents: HashMap<String, DocumentHints>,
    /// Hints of feeds, by folder.
    feeds: HashMap<String, DocumentHints>,
    month: DocumentHints,
    unknown: DocumentHints,
}

/// The present hints.
#[derive(Default)]
pub(super) struct CurrentHints(RwLock<Arc<CacheHints>>);

impl CurrentHints {
    pub(super) fn get(&self) -> Arc<CacheHints> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn set(&self, hints: CacheHints) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(hints);
    }
}

/// Header values for one document.
#[derive(Clone)]
pub(super) struct DocumentHints {
    /// `Cache-Control` ([RFC 9111, 5.2](https://www.rfc-editor.org/rfc/rfc9111#section-5.2)).
    pub(super) cache_control: HeaderValue,
    /// `Link` ([RFC 8288](https://www.rfc-editor.org/rfc/rfc8288#section-3)): the published address of the document and
    /// the hub that announces its changes ([WebSub, 4](https://www.w3.org/TR/websub/#discovery)).
    pub(super) link: Option<HeaderValue>,
}

impl Default for CacheHints {
    fn default() -> Self {
        Self::of(&[])
    }
}

impl CacheHints {
    /// Computes the hints for the feeds of a site.
    pub(super) fn of(site: &[ServedFeed]) -> Self {
        let without_link = |cache_control| DocumentHints { cache_control, link: None };
        let (mut documents, mut feeds) = (HashMap::new(), HashMap::new());
        for feed in site {
            let cache_control = cache_control(max_age(feed));
            let formats = feed.formats.iter().filter_map(|name| format(name));
            for name in formats.map(|format| format.file_name()) {
                let hints = DocumentHints { cache_control: cache_control.clone(), link: link(feed, name) };
                documents.insert(join(&feed.folder, name), hints);
            }
            feeds.insert(feed.folder.clone(), without_link(cache_control));
        }
        // The index shows the newest entries of all feeds.
        let shortest = cache_control(site.iter().map(max_age).min().unwrap_or(UNKNOWN_MAX_AGE));
        for index in INDEX {
            documents.insert(index.file_name().to_owned(), without_link(shortest.clone()));
        }
        let month = HeaderValue::try_from(format!("public, max-age={MONTH_MAX_AGE}, immutable"));
        let month = without_link(month.unwrap_or_else(|_| cache_control(MONTH_MAX_AGE)));
        Self { documents, feeds, month, unknown: without_link(cache_control(UNKNOWN_MAX_AGE)) }
    }

    /// Returns the hints for a document.
    pub(super) fn hints(&self, path: &str) -> &DocumentHints {
        self.documents.get(path).or_else(|| self.archived(path)).unwrap_or(&self.unknown)
    }

    /// Returns the hints for an archive document: a complete month is immutable (RFC 8246), the open one grows with its
    /// feed.
    fn archived(&self, path: &str) -> Option<&DocumentHints> {
        let (folder, is_complete) = month_of(path)?;
        let feed = self.feeds.get(folder)?;
        Some(if is_complete { &self.month } else { feed })
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Returns a tenth of the usual time between two entries, in seconds: a reader that asks that often is late by a tenth.
fn max_age(feed: &ServedFeed) -> i64 {
    feed.median_interval.map_or(UNKNOWN_MAX_AGE, |ms| (ms / 10_000).clamp(MAX_AGE_RANGE.0, MAX_AGE_RANGE.1))
}

fn cache_control(seconds: i64) -> HeaderValue {
    HeaderValue::try_from(format!("public, max-age={seconds}"))
        .unwrap_or(HeaderValue::from_static("public, max-age=60"))
}

fn link(feed: &ServedFeed, name: &str) -> Option<HeaderValue> {
    let own = feed.base.as_ref()?.join(name).ok()?;
    let hub = feed.hub.as_ref()?;
    HeaderValue::try_from(format!("<{hub}>; rel=\"hub\", <{own}>; rel=\"self\"")).ok()
}
