//! Step 3: the newest entries of a feed, repeats merged, in memory bounded by the feed.
//!
//! What a feed has no room for goes to a temporary file, a few bytes a seed: when all seeds were seen, one look through
//! it tells of each entry that stayed when, and under which link, it was first published.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::seed::{link_key, link_spelling};
use crate::unit::UnixMs;

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

    /// Takes a seed; `by_file` ties repeats by file name. `feed` names this feed in the spill.
    pub(super) fn insert(&mut self, seed: &Arc<Candidate>, by_file: bool, feed: u32, spill: &mut Spill) {
        let key: Arc<str> = if by_file { file_key(seed) } else { link_key(&seed.link) }.into();
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
        if self.held.len() >= self.limit {
            if self.order.last().is_none_or(|worst| rank > *worst) {
                spill.write(feed, &key, &(seed.time, seed.link.clone()));
                return;
            }
            if let Some(out) = self.order.pop_last().and_then(|worst| self.held.remove_entry(&worst.1)) {
                spill.write(feed, &out.0, &out.1.first);
            }
        }
        self.order.insert(rank);
        self.held.insert(key, Held { seed: seed.clone(), first: (seed.time, seed.link.clone()) });
    }

    /// The entries in order.
    pub(super) fn finish(mut self, feed: u32, spilled: &Spilled) -> Vec<Pick> {
        let order = std::mem::take(&mut self.order);
        let pick = |(_, key): Rank| {
            let held = self.held.remove(&key)?;
            let first = spilled.first(feed, &key).map_or(held.first.clone(), |first| first.min(held.first));
            Some(Pick { seed: held.seed, published: first.0, first_link: first.1, key })
        };
        order.into_iter().filter_map(pick).collect()
    }
}

fn rank(seed: &Candidate, key: &Arc<str>) -> Rank {
    (Reverse(seed.time), key.clone())
}

/// Section and number of a file name. The number is the first run of four digits or more that stands alone between
/// `_`, `-`, `.` or the ends: shorter ones count the files of a crawl. Without one it is the whole stem.
fn file_key(seed: &Candidate) -> String {
    let stem = seed.path.file_stem().unwrap_or_default().to_string_lossy();
    let number = stem
        .split(['_', '-', '.'])
        .find(|part| part.len() >= 4 && part.bytes().all(|b| b.is_ascii_digit()))
        .unwrap_or(&stem);
    let folder = seed.path.parent().unwrap_or(Path::new(""));
    match &seed.section {
        Some(section) => format!("{section}/{number}"),
        None => folder.join(number).to_string_lossy().into_owned(),
    }
}

fn hash(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// What feeds had no room for.
pub(super) struct Spill {
    out: Option<BufWriter<File>>,
    fault: Option<io::Error>,
}

/// What the spill tells of entries that stayed.
pub(super) struct Spilled {
    firsts: HashMap<(u32, u64), First>,
}

impl Spill {
    pub(super) fn new() -> Self {
        Self { out: None, fault: None }
    }

    /// A record: feed, hash of the key, time, length of the link and the link. A link that is spelled as its key says
    /// is left out.
    fn write(&mut self, feed: u32, key: &str, first: &First) {
        let result = (|| {
            let out = match &mut self.out {
                Some(out) => out,
                none => none.insert(BufWriter::new(tempfile::tempfile()?)),
            };
            let link = if *first.1 == *link_spelling(key) { "" } else { &*first.1 };
            out.write_all(&feed.to_le_bytes())?;
            out.write_all(&hash(key).to_le_bytes())?;
            out.write_all(&first.0.0.to_le_bytes())?;
            out.write_all(&(link.len() as u32).to_le_bytes())?;
            out.write_all(link.as_bytes())
        })();
        if let Err(error) = result {
            self.fault.get_or_insert(error);
        }
    }

    /// Reads back what concerns the entries that stayed.
    pub(super) fn read(&mut self, stayed: &[(u32, &Newest)]) -> io::Result<Spilled> {
        let mut firsts: HashMap<(u32, u64), First> = HashMap::new();
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        let Some(out) = self.out.take() else { return Ok(Spilled { firsts }) };
        let mut keys: HashMap<(u32, u64), Arc<str>> = HashMap::new();
        for (feed, newest) in stayed {
            keys.extend(newest.held.keys().map(|key| ((*feed, hash(key)), key.clone())));
        }
        let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        let mut file = BufReader::new(file);
        let mut record = [0; 24];
        let mut link = Vec::new();
        loop {
            match file.read_exact(&mut record) {
                Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => break,
                other => other?,
            }
            let feed = u32::from_le_bytes(field(&record, 0));
            let hash = u64::from_le_bytes(field(&record, 4));
            let time = UnixMs(i64::from_le_bytes(field(&record, 12)));
            link.resize(u32::from_le_bytes(field(&record, 20)) as usize, 0);
            file.read_exact(&mut link)?;
            let Some(key) = keys.get(&(feed, hash)) else { continue };
            let link = if link.is_empty() {
                link_spelling(key).into()
            } else {
                String::from_utf8_lossy(&link).into_owned().into_boxed_str()
            };
            let first = (time, link);
            match firsts.entry((feed, hash)) {
                std::collections::hash_map::Entry::Occupied(mut old) => {
                    if first < *old.get() {
                        old.insert(first);
                    }
                }
                std::collections::hash_map::Entry::Vacant(new) => {
                    new.insert(first);
                }
            }
        }
        Ok(Spilled { firsts })
    }
}

fn field<const N: usize>(record: &[u8; 24], at: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&record[at..at + N]);
    out
}

impl Spilled {
    fn first(&self, feed: u32, key: &str) -> Option<First> {
        self.firsts.get(&(feed, hash(key))).cloned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn candidate(time: i64, link: &str, path: &str) -> Arc<Candidate> {
        Arc::new(Candidate { time: UnixMs(time), link: link.into(), path: path.into(), section: None })
    }

    fn select(limit: usize, seeds: &[Arc<Candidate>], by_file: bool) -> Vec<Pick> {
        let (mut newest, mut spill) = (Newest::new(limit), Spill::new());
        seeds.iter().for_each(|seed| newest.insert(seed, by_file, 7, &mut spill));
        let spilled = spill.read(&[(7, &newest)]).unwrap();
        newest.finish(7, &spilled)
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
