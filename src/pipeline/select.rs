//! Step 3: the newest entries of a feed, repeats merged, in memory bounded by the feed.
//!
//! What a feed has no room for is not kept: when all seeds were seen, one more look through them tells of each entry
//! that stayed when, and under which link, it was first published.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::catalog::key_hash;
use crate::seed::link_key;
use crate::types::UnixMs;

/// A seed that may get into a feed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) time: UnixMs,
    pub(super) link: Box<str>,
    pub(super) path: PathBuf,
    pub(super) section: Option<Arc<str>>,
}

/// The first publication of an entry: its time, then its link; the least of all repeats.
type First = (UnixMs, Box<str>);

/// An entry that got into a feed.
#[derive(Clone, Debug)]
pub(super) struct Pick {
    /// The latest of its seeds.
    pub(super) seed: Arc<Candidate>,
    /// Its earliest time.
    pub(super) published: UnixMs,
    /// The link it had then: what its id is made of.
    pub(super) first_link: Box<str>,
    /// What ties its seeds together.
    pub(super) key: Arc<str>,
}

struct Held {
    seed: Arc<Candidate>,
    first: First,
}

/// The order of a feed: time descending, then what ties repeats together, which is the link but for its scheme. No
/// spelling of it: an entry's rank may only rise while more of its repeats are seen, else one that was turned away for
/// it would have to come back.
type Rank = (Reverse<UnixMs>, Arc<str>);

/// The newest entries.
pub(super) struct Newest {
    limit: usize,
    held: HashMap<Arc<str>, Held>,
    order: BTreeSet<Rank>,
}

impl Newest {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, held: HashMap::new(), order: BTreeSet::new() }
    }

    /// Takes a seed with what ties its repeats.
    pub(super) fn insert(&mut self, seed: &Arc<Candidate>, key: Arc<str>) {
        if let Some(held) = self.held.get_mut(&key) {
            held.first = (seed.time, seed.link.clone()).min(held.first.clone());
            if (seed.time, &seed.path) > (held.seed.time, &held.seed.path) {
                self.order.remove(&rank(&held.seed, &key));
                held.seed = seed.clone();
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
                self.held.remove(&worst.1);
            }
        }
        self.order.insert(rank);
        self.held.insert(key, Held { seed: seed.clone(), first: (seed.time, seed.link.clone()) });
    }

    /// Whether it turns seeds away.
    pub(super) fn is_full(&self) -> bool {
        self.held.len() >= self.limit
    }

    /// No seed before this time changes what is held, but for when it was first published.
    pub(super) fn floor(&self) -> UnixMs {
        let worst = self.order.last().filter(|_| self.is_full());
        worst.map_or(if self.limit == 0 { UnixMs::MAX } else { UnixMs(i64::MIN) }, |worst| worst.0.0)
    }

    /// The hashes of what ties the seeds of each entry.
    pub(super) fn hashes(&self) -> HashSet<u64> {
        self.held.keys().map(|key| key_hash(key)).collect()
    }

    /// Takes a seed that may be an earlier publication of what is held.
    pub(super) fn earlier(&mut self, key: &str, time: UnixMs, link: &str) {
        if let Some(held) =
            self.held.get_mut(key).filter(|held| (time, link) < (held.first.0, &*held.first.1))
        {
            held.first = (time, link.into());
        }
    }

    /// The entries in order.
    pub(super) fn finish(mut self) -> Vec<Pick> {
        let order = std::mem::take(&mut self.order);
        let pick = |(_, key): Rank| {
            let held = self.held.remove(&key)?;
            Some(Pick { seed: held.seed, published: held.first.0, first_link: held.first.1, key })
        };
        order.into_iter().filter_map(pick).collect()
    }
}

fn rank(seed: &Candidate, key: &Arc<str>) -> Rank {
    (Reverse(seed.time), key.clone())
}

/// What ties a seed to its repeats: its link, or what its file is named.
pub(super) fn key(path: &Path, section: Option<&str>, link: &str, by_file: bool) -> Arc<str> {
    if by_file { file_key(path, section) } else { link_key(link) }.into()
}

/// Section and number of a file name. The number is the first run of four digits or more that stands alone between
/// `_`, `-`, `.` or the ends: shorter ones count the files of a crawl. Without one it is the whole stem.
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

    /// As the stage does: what is too old is not shown, and then all are looked at once more.
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
            newest.earlier(&key(seed), seed.time, &seed.link);
        }
        newest.finish()
    }

    /// What the policy says, without a bound on memory.
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
        fn policy_order_and_repeats_hold_in_bounded_memory_and_any_sequence(
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
    fn policy_ids_by_file_tie_versions_by_the_number() {
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
