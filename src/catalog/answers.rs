//! What media servers said of their files, so that each is asked once.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{hash, sealed};
use crate::model::Answer;
use crate::types::{Bytes, MediaType, UnixMs};

const NAME: &str = "media";
const MAGIC: &str = "feedmill media 1\n";
/// How many files are remembered; of more, those that were asked of longest ago are forgotten.
const LIMIT: usize = 1 << 16;
/// When a server is asked again that has no such medium, in ms: a day.
const NONE_AGAIN: i64 = 24 * 60 * 60 * 1000;
/// When one is asked again that could not be reached, in ms: an hour. It may have been we who were not there.
const LOST_AGAIN: i64 = 60 * 60 * 1000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Row {
    /// When it was asked of, in ms since 1970.
    asked: i64,
    /// When it is asked of again, in ms since 1970; `None` where it was told of.
    again: Option<i64>,
    media_type: Option<String>,
    length: Option<u64>,
}

/// What is known of a media file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// What its server told. It is not asked again: what is published under an address mostly stays what it is, and
    /// feeds should not change without news.
    Told(Option<MediaType>, Option<Bytes>),
    /// Its server told nothing, and is asked again at this time, in ms since 1970.
    Again(i64),
}

/// All answers that are remembered, by the hashes of addresses.
#[derive(Debug, Default)]
pub struct Answers {
    rows: BTreeMap<u128, Row>,
}

impl Answers {
    /// As the last run left them in a folder; none where that can't be read.
    #[must_use]
    pub fn open(folder: &Path) -> Self {
        Self { rows: sealed::read(folder, NAME, MAGIC) }
    }

    /// What is known of a file; `None` where it was never asked of.
    #[must_use]
    pub fn get(&self, url: &Url) -> Option<Known> {
        let row = self.rows.get(&hash(url.as_str().as_bytes()))?;
        Some(match row.again {
            Some(again) => Known::Again(again),
            None => Known::Told(row.media_type.as_deref().and_then(MediaType::parse), row.length.map(Bytes)),
        })
    }

    /// Remembers what was answered at a time; [`Answer::Unasked`] is nothing to remember.
    pub fn set(&mut self, url: &Url, answer: &Answer, now: UnixMs) {
        let mut row = Row { asked: now.0, again: None, media_type: None, length: None };
        match answer {
            Answer::Media { media_type, length } => {
                row.media_type = media_type.as_ref().map(ToString::to_string);
                row.length = length.map(|length| length.0);
            }
            Answer::None => row.again = Some(now.0.saturating_add(NONE_AGAIN)),
            Answer::Lost => row.again = Some(now.0.saturating_add(LOST_AGAIN)),
            Answer::Unasked => return,
        }
        self.rows.insert(hash(url.as_str().as_bytes()), row);
    }

    /// Puts them in place of what the last run left.
    ///
    /// # Errors
    /// Where they can't be written; servers are asked again then.
    pub fn keep(&mut self, folder: &Path) -> io::Result<()> {
        self.cut(LIMIT);
        sealed::write(folder, NAME, MAGIC, &self.rows)
    }

    fn cut(&mut self, limit: usize) {
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
    fn answers_come_back_and_damaged_ones_are_none() {
        let dir = tempfile::tempdir().unwrap();
        let mut answers = Answers::open(dir.path());
        let media = Answer::Media { media_type: MediaType::parse("audio/mpeg"), length: Some(Bytes(7)) };
        for (number, answer) in [(1, &media), (2, &Answer::None), (3, &Answer::Lost), (4, &Answer::Unasked)] {
            answers.set(&url(number), answer, UnixMs(1000));
        }
        answers.keep(dir.path()).unwrap();
        let answers = Answers::open(dir.path());
        let known: Vec<_> = (1..5).map(|number| answers.get(&url(number))).collect();
        let told = Known::Told(MediaType::parse("audio/mpeg"), Some(Bytes(7)));
        let again = |wait| Some(Known::Again(1000 + wait));
        assert_eq!(known, [Some(told), again(NONE_AGAIN), again(LOST_AGAIN), None]);
        let file = dir.path().join(NAME);
        let mut bytes = std::fs::read(&file).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&file, bytes).unwrap();
        assert_eq!(Answers::open(dir.path()).get(&url(1)), None);
    }

    #[test]
    fn of_too_many_answers_the_oldest_are_forgotten() {
        let mut answers = Answers::default();
        for number in [5, 1, 4, 2, 3] {
            answers.set(&url(number), &Answer::None, UnixMs(number));
        }
        answers.cut(2);
        let left: Vec<_> = (1..6).filter(|number| answers.get(&url(*number)).is_some()).collect();
        assert_eq!(left, [4, 5]);
    }
}
