//! Type and length of media files as their servers reported them, so that each server is asked once per file.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use url::Url;

use super::checksummed;
use super::hash::hash;
use crate::model::Answer;
use crate::types::{Bytes, MediaType, UnixMs};

const NAME: &str = "media";
const MAGIC: &str = "feedmill media 1\n";
/// Maximum number of files in the cache; beyond it, the oldest answers are dropped.
const LIMIT: usize = 1 << 16;
/// Milliseconds until a server that has no such file is asked again: a day.
const RETRY_MISSING: i64 = 24 * 60 * 60 * 1000;
/// Milliseconds until an unreachable server is asked again: an hour. Our own connection may have been down.
const RETRY_UNREACHABLE: i64 = 60 * 60 * 1000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Row {
    /// Time of the request.
    asked: UnixMs,
    /// Time of the next request; `None` if the server answered.
    retry_at: Option<UnixMs>,
    media_type: Option<String>,
    length: Option<Bytes>,
}

/// State of a media file in the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// Type and length as the server reported them. The server is not asked again: a file at a URL rarely changes, and
    /// feeds should not change without news.
    Metadata(Option<MediaType>, Option<Bytes>),
    /// The server did not report anything; ask again at this time.
    RetryAt(UnixMs),
}

/// Answers of media servers, by the hash of the URL.
#[derive(Debug, Default)]
pub struct MediaCache {
    rows: BTreeMap<u128, Row>,
}

impl MediaCache {
    /// Reads what the last build saved in a cache directory; empty if it cannot be read.
    #[must_use]
    pub fn open(folder: &Path) -> Self {
        Self { rows: checksummed::read(folder, NAME, MAGIC) }
    }

    /// Returns what is known about a file; `None` if its server was never asked.
    #[must_use]
    pub fn get(&self, url: &Url) -> Option<Known> {
        let row = self.rows.get(&hash(url.as_str().as_bytes()))?;
        Some(match row.retry_at {
            Some(time) => Known::RetryAt(time),
            None => Known::Metadata(row.media_type.as_deref().and_then(MediaType::parse), row.length),
        })
    }

    /// Records an answer; [`Answer::NotAsked`] changes nothing.
    pub fn set(&mut self, url: &Url, answer: &Answer, now: UnixMs) {
        let mut row = Row { asked: now, retry_at: None, media_type: None, length: None };
        match answer {
            Answer::Media { media_type, length } => {
                row.media_type = media_type.as_ref().map(ToString::to_string);
                row.length = *length;
            }
            Answer::None => row.retry_at = Some(UnixMs(now.0.saturating_add(RETRY_MISSING))),
            Answer::Unavailable => row.retry_at = Some(UnixMs(now.0.saturating_add(RETRY_UNREACHABLE))),
            Answer::NotAsked => return,
        }
        self.rows.insert(hash(url.as_str().as_bytes()), row);
    }

    /// Saves the cache in place of the last one.
    ///
    /// # Errors
    /// If the file cannot be written; servers are then asked again.
    pub fn save(&mut self, folder: &Path) -> io::Result<()> {
        self.truncate(LIMIT);
        checksummed::write(folder, NAME, MAGIC, &self.rows)
    }

    fn truncate(&mut self, limit: usize) {
        let excess = self.rows.len().saturating_sub(limit);
        let mut oldest: Vec<_> = self.rows.iter().map(|(key, row)| (row.asked, *key)).collect();
        oldest.sort_unstable();
        for (_, key) in oldest.into_iter().take(excess) {
            self.rows.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(number: i64) -> Url {
        Url::parse(&format!("https://m.example/{number}.mp3")).unwrap()
    }

    #[test]
    fn answers_survive_a_reload_and_a_damaged_file_is_empty() {
        let dir = tempfile::tempdir().unwrap();
        let mut cache = MediaCache::open(dir.path());
        let media = Answer::Media { media_type: MediaType::parse("audio/mpeg"), length: Some(Bytes(7)) };
        for (number, answer) in
            [(1, &media), (2, &Answer::None), (3, &Answer::Unavailable), (4, &Answer::NotAsked)]
        {
            cache.set(&url(number), answer, UnixMs(1000));
        }
        cache.save(dir.path()).unwrap();
        let cache = MediaCache::open(dir.path());
        let known: Vec<_> = (1..5).map(|number| cache.get(&url(number))).collect();
        let metadata = Known::Metadata(MediaType::parse("audio/mpeg"), Some(Bytes(7)));
        let retry = |wait| Some(Known::RetryAt(UnixMs(1000 + wait)));
        assert_eq!(known, [Some(metadata), retry(RETRY_MISSING), retry(RETRY_UNREACHABLE), None]);
        let file = dir.path().join(NAME);
        let mut bytes = std::fs::read(&file).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&file, bytes).unwrap();
        assert_eq!(MediaCache::open(dir.path()).get(&url(1)), None);
    }

    #[test]
    fn the_oldest_answers_are_dropped_when_there_are_too_many() {
        let mut cache = MediaCache::default();
        for number in [5, 1, 4, 2, 3] {
            cache.set(&url(number), &Answer::None, UnixMs(number));
        }
        cache.truncate(2);
        let left: Vec<_> = (1..6).filter(|number| cache.get(&url(*number)).is_some()).collect();
        assert_eq!(left, [4, 5]);
    }
}
