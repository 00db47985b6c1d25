//! Step 3: the newest entries of a feed, duplicates merged, in memory bounded by the feed.
//!
//! Seeds for which a feed has no room are not kept. A second pass over all seeds then finds out when, and under which
//! link, each selected entry was first published.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::catalog::key_hash;
use crate::seed::link_key;
use crate::types::UnixMs;

/// Milliseconds that a seed may be dated ahead of the clock: a day, for clocks and time zones that are off.
const FUTURE_TOLERANCE: i64 = 24 * 60 * 60 * 1000;

/// True if a seed of this time is held back.
pub(super) fn is_future(time: UnixMs, now: UnixMs) -> bool {
    time.0.saturating_sub(now.0) > FUTURE_TOLERANCE
}

/// True if the time at which a seed expires has come.
pub(super) fn is_expired(expires: Option<UnixMs>, now: UnixMs) -> bool {
    expires.is_some_and(|expires| expires <= now)
}

/// A seed or article that may get into a feed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) time: UnixMs,
    pub(super) link: Box<str>,
    /// Path of the seed: the key by which its body is found.
    pub(super) path: PathBuf,
    pub(super) section: Option<Arc<str>>,
}

/// First publication of an entry: the smallest time of its duplicates, then the smallest link.
type First = (UnixMs, Box<str>);

/// An entry that was selected for a feed.
#[derive(Clone, Debug)]
pub(super) struct Pick {
    /// Latest of its seeds.
    pub(super) seed: Arc<Candidate>,
    /// Earliest time of its seeds.
    pub(super) published: UnixMs,
    /// Link of the earliest seed: the id is made of it.
    pub(super) first_link: Box<str>,
    /// Key that its seeds share.
    pub(super) key: Arc<str>,
}

/// An entry that is selected so far.
struct Slot {
    seed: Arc<Candidate>,
    first: First,
}

/// Order of a feed: time descending, then the key of the entry, which is its link without the scheme. Not the link as it
/// is spelled: an entry's rank may only rise while more of its duplicates are seen, or an entry that was rejected because
/// of it would have to come back.
type Rank = (Reverse<UnixMs>, Arc<str>);

/// The newest entries of a feed.
pub(super) struct Newest {
    limit: usize,
    slots: HashMap<Arc<str>, Slot>,
    order: BTreeSet<Rank>,
}

impl Newest {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, slots: HashMap::new(), order: BTreeSet::new() }
    }

    /// Adds a seed with the key that its duplicates share.
    pub(super) fn insert(&mut self, seed: &Arc<Candidate>, key: Arc<str>) {
        if let Some(slot) = self.slots.get_mut(&key) {
            slot.first = (seed.time, seed.link.clone()).min(slot.first.clone());
            if (seed.time, &seed.path) > (slot.seed.time, &slot.seed.path) {
                self.order.remove(&rank(&slot.seed, &key));
                slot.seed = seed.clone();
                self.order.insert(rank(seed, &key));
            }
            return;
        }
        let rank = rank(seed, &key);
        if self.is_full() {
            if self.order.last().is_none_or(|worst| rank > *worst) {
                return;
            }
            if let Some(worst) = self.order.pop_last() {
                self.slots.remove(&worst.1);
            }
        }
        self.order.insert(rank);
        self.slots.insert(key, Slot { seed: seed.clone(), first: (seed.time, seed.link.clone()) });
    }

    /// True if it rejects seeds.
    pub(super) fn is_full(&self) -> bool {
        self.slots.len() >= self.limit
    }

    /// Returns the time before which a seed cannot change the selection, except for the first publication of an entry.
    pub(super) fn floor(&self) -> UnixMs {
        let worst = self.order.last().filter(|_| self.is_full());
        worst.map_or(if self.limit == 0 { UnixMs::MAX } else { UnixMs(i64::MIN) }, |worst| worst.0.0)
    }

    /// Returns the hash of each entry's key.
    pub(super) fn hashes(&self) -> HashSet<u64> {
        self.slots.keys().map(|key| key_hash(key)).collect()
    }

    /// Records a seed that may be an earlier publication of a selected entry.
    pub(super) fn note_earlier_publication(&mut self, key: &str, time: UnixMs, link: &str) {
        if let Some(slot) =
            self.slots.get_mut(key).filter(|slot| (time, link) < (slot.first.0, &*slot.first.1))
        {
            slot.first = (time, link.into());
        }
    }

    /// Returns the entries in order.
    pub(super) fn finish(mut self) -> Vec<Pick> {
        let order = std::mem::take(&mut self.order);
        let pick = |(_, key): Rank| {
            let slot = self.slots.remove(&key)?;
            Some(Pick { seed: slot.seed, published: slot.first.0, first_link: slot.first.1, key })
        };
        order.into_iter().filter_map(pick).collect()
    }
}

fn rank(seed: &Candidate, key: &Arc<str>) -> Rank {
    (Reverse(seed.time), key.clone())
}

/// Returns the key that a seed shares with its duplicates: its link, or the number in its file name.
pub(super) fn key(path: &Path, section: Option<&str>, link: &str, by_file: bool) -> Arc<str> {
    if by_file { file_key(path, section) } else { link_key(link) }.into()
}

/// Returns section and number of a file name. The number is the first run of four digits or more between `_`, `-`, `.` or
/// the ends: shorter ones count the files of a crawl. Without one it is the whole stem.
fn file_key(path: &Path, section: Option<&str>) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let number = stem
        .split(['_', '-', '.'])
        .find(|part| part.len() >= 4 && part.bytes().all(|b| b.is_ascii_digit()))
        .unwrap_or(&stem);
    match section {
        Some(section) => format!("{section}/{number}"),
        None => path.parent().unwrap_or(Path::new("")).join(number).to_string_lossy().into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn candidate(time: i64, link: &str, path: &str) -> Arc<Candidate> {
        Arc::new(Candidate { time: UnixMs(time), link: link.into(), path: path.into(), section: None })
    }

    /// Selects as the pipeline does: seeds that are too old are not offered, then all are seen once more.
    fn select(limit: usize, seeds: &[Arc<Candidate>], by_file: bool) -> Vec<Pick> {
        let mut newest = Newest::new(limit);
        let key = |seed: &Candidate| key(&seed.path, None, &seed.link, by_file);
        for seed in seeds {
            if seed.time >= newest.floor() {
                newest.insert(seed, key(seed));
            }
        }
        let hashes = newest.hashes();
        for seed in seeds.iter().filter(|seed| hashes.contains(&key_hash(&key(seed)))) {
            newest.note_earlier_publication(&key(seed), seed.time, &seed.link);
        }
        newest.finish()
    }

    /// The policy, without a bound on memory.
    fn plain(limit: usize, seeds: &[Arc<Candidate>]) -> Vec<(String, i64, i64, String)> {
        let keys: HashSet<String> = seeds.iter().map(|s| link_key(&s.link)).collect();
        let mut all: Vec<_> = keys
            .iter()
            .map(|key| {
                let same = || seeds.iter().filter(|s| link_key(&s.link) == *key);
                let last = same().max_by_key(|s| (s.time, s.path.clone())).unwrap();
                let first = same().map(|s| (s.time, s.link.clone())).min().unwrap();
                (Reverse(last.time.0), key.clone(), last.path.display().to_string(), first)
            })
            .collect();
        all.sort();
        all.truncate(limit);
        all.into_iter().map(|(time, _, path, first)| (path, time.0, first.0.0, first.1.to_string())).collect()
    }

    proptest! {
        #[test]
        fn policy_order_and_duplicates_hold_in_bounded_memory_and_any_sequence(
            rows in prop::collection::vec((0i64..6, 0usize..9), 0..60), limit in 1usize..12, turn in 0usize..60,
        ) {
            const LINKS: [&str; 9] = [
                "https://a.example/1", "http://a.example/1", "https://A.example/1", "https://a.example/2",
                "https://a.example/%e4", "https://a.example/%E4", "http://b.example/", "https://b.example", "https://c.example/x",
            ];
            let mut seeds: Vec<_> = rows
                .iter()
                .enumerate()
                .map(|(i, (time, link))| candidate(*time, LINKS[*link], &format!("{i:02}.txt")))
                .collect();
            let expected = plain(limit, &seeds);
            let turn = turn.min(seeds.len());
            seeds.rotate_left(turn);
            let picks = select(limit, &seeds, false);
            prop_assert!(picks.len() <= limit);
            let got: Vec<_> = picks
                .into_iter()
                .map(|p| (p.seed.path.display().to_string(), p.seed.time.0, p.published.0, p.first_link.to_string()))
                .collect();
            prop_assert_eq!(got, expected);
        }
    }

    #[test]
    fn policy_ids_by_file_merge_versions_with_the_same_number() {
        let seeds = [
            candidate(1, "https://a.example/old-slug", "20231031_old.txt"),
            candidate(2, "https://a.example/new-slug", "20231031_new.txt"),
            candidate(3, "https://a.example/x", "000_99f4a36bfbb7c279.txt"),
            candidate(4, "https://a.example/y", "000_11f4a36bfbb7c279.txt"),
        ];
        let picks = select(9, &seeds, true);
        let keys: Vec<_> = picks.iter().map(|p| &*p.key).collect();
        assert_eq!(keys, ["000_11f4a36bfbb7c279", "000_99f4a36bfbb7c279", "20231031"]);
        assert_eq!((picks[2].published, &*picks[2].seed.link), (UnixMs(1), "https://a.example/new-slug"));
    }
}
