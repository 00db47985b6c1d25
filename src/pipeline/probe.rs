//! Between steps 6 and 7, if configured: media servers are asked for the types and lengths that neither article nor URL
//! says.
//!
//! Answers are cached before anything is published that uses them. So a build without a network makes the same feeds as
//! the build that asked; what no server answered is left out, as if it had not been asked.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use url::Url;

use crate::catalog::{self, Known, MediaCache};
use crate::diag::{Finding, Place, Sink, codes};
use crate::html::Medium;
use crate::model::{Answer, Enclosure};
use crate::types::{MediaType, UnixMs};

use super::archive::OutputDoc;
use super::clean::CleanArticle;

/// A client that asks media servers.
pub trait Prober: Sync + fmt::Debug {
    /// Asks for each file, and returns the answers in the order of the URLs, no two of which are equal.
    fn ask(&self, urls: &[Url]) -> Vec<Answer>;
}

/// Media metadata during a build.
pub(super) struct Probe<'a> {
    prober: &'a dyn Prober,
    /// Cache directory with the answers; `None` if there is none.
    folder: Option<PathBuf>,
    /// True if new answers are saved there.
    saves: bool,
    /// The answers, once one is needed: the directory is empty when the build starts, if it is a copy.
    cache: OnceLock<Mutex<MediaCache>>,
}

impl<'a> Probe<'a> {
    /// Starts with the answers in a cache directory. New answers are saved there if `saves` is true.
    pub(super) fn new(prober: &'a dyn Prober, folder: Option<PathBuf>, saves: bool) -> Self {
        Self { prober, folder, saves, cache: OnceLock::new() }
    }

    fn cache(&self) -> MutexGuard<'_, MediaCache> {
        let open = || Mutex::new(self.folder.as_deref().map(MediaCache::open).unwrap_or_default());
        self.cache.get_or_init(open).lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Completes the enclosures of articles from the cache.
    pub(super) fn complete(&self, articles: &mut HashMap<PathBuf, CleanArticle>) {
        let cache = self.cache();
        for enclosure in articles.values_mut().flat_map(|article| &mut article.enclosures) {
            let Some(Known::Metadata(media_type, length)) = cache.get(&enclosure.url) else { continue };
            if media_type.as_ref().is_none_or(|media_type| fits(enclosure.medium, media_type)) {
                enclosure.media_type = enclosure.media_type.take().or(media_type);
                enclosure.length = enclosure.length.or(length);
            }
        }
    }

    /// Returns the files of articles for which servers are to be asked now.
    pub(super) fn due(&self, articles: &HashMap<PathBuf, CleanArticle>, now: UnixMs) -> BTreeSet<Url> {
        let enclosures = articles.values().flat_map(|article| &article.enclosures);
        let incomplete: BTreeSet<&Url> = enclosures.filter_map(missing_metadata).collect();
        let cache = self.cache();
        let is_due = |url: &&Url| retry_at(&cache, url).is_some_and(|time| is_due(time, now));
        incomplete.into_iter().filter(is_due).cloned().collect()
    }

    /// Asks servers for files.
    pub(super) fn ask(&self, due: BTreeSet<Url>, now: UnixMs, sink: &mut Sink<'_>) {
        let due: Vec<Url> = due.into_iter().collect();
        if due.is_empty() {
            return;
        }
        let answers = self.prober.ask(&due);
        let known = answers.iter().filter(|answer| matches!(answer, Answer::Media { .. })).count();
        if known < due.len() {
            let files = if due.len() == 1 { "file" } else { "files" };
            let detail = format!("got metadata for {known} of {} media {files}", due.len());
            sink.push(Finding::new(&codes::MEDIA_UNKNOWN, Place::default(), detail));
        }
        let mut cache = self.cache();
        due.iter().zip(&answers).for_each(|(url, answer)| cache.set(url, answer, now));
        if let Some(folder) = self.folder.as_deref().filter(|_| self.saves)
            && let Err(error) = cache.save(folder)
        {
            sink.push(catalog::lost(Some(folder), &error.to_string()));
        }
    }

    /// Returns the time at which servers are asked again for the media of an article; `None` if there is nothing to ask.
    pub(super) fn retry_at(&self, article: &CleanArticle) -> Option<UnixMs> {
        let cache = self.cache();
        let incomplete = article.enclosures.iter().filter_map(missing_metadata);
        incomplete.filter_map(|url| retry_at(&cache, url)).min()
    }
}

/// True if the time for another request has come.
pub(super) fn is_due(retry_at: UnixMs, now: UnixMs) -> bool {
    retry_at <= now
}

/// True if servers may be asked for the media of a document. For those in an archive they were asked when they were new.
pub(super) fn may_ask(doc: &OutputDoc) -> bool {
    !doc.is_archive()
}

/// Returns the URL of a media file whose type or length is unknown.
fn missing_metadata(enclosure: &Enclosure) -> Option<&Url> {
    (enclosure.media_type.is_none() || enclosure.length.is_none()).then_some(&enclosure.url)
}

/// Returns the time at which a server is asked for a file; `None` if it has answered.
fn retry_at(cache: &MediaCache, url: &Url) -> Option<UnixMs> {
    match cache.get(url) {
        Some(Known::Metadata(..)) => None,
        Some(Known::RetryAt(time)) => Some(time),
        None => Some(UnixMs(i64::MIN)),
    }
}

/// True if a type is possible for what an article embeds as an image, audio or video.
fn fits(medium: Medium, media_type: &MediaType) -> bool {
    (medium == Medium::Image) == (media_type.top() == "image")
}
