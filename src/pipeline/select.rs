//! Step 3: the newest entries of a feed, duplicates merged, in memory bounded by the feed.
//!
//! Seeds for which a feed has no room are not kept. A second pass over all seeds then finds out when, and under which
//! link, each selected entry was first published, and which seeds were left out in favor of another.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use hashbrown::HashTable;

use crate::catalog::{is_index_page, key_hash};
use crate::seed::SameAddress;
use crate::types::{UnixMs, name_text};

/// Maximum number of versions of an entry with the same time whose bodies are compared.
const MAX_TIED: usize = 64;

/// True if a seed of this time is held back. `tolerance` are the milliseconds that a seed may be dated ahead of the clock.
pub(super) fn is_future(time: UnixMs, now: UnixMs, tolerance: i64) -> bool {
    time.0.saturating_sub(now.0) > tolerance
}

/// True if the time at which a seed expires has come.
pub(super) fn is_expired(expires: Option<UnixMs>, now: UnixMs) -> bool {
    expires.is_some_and(|expires| expires <= now)
}

/// A seed or article that may get into a feed. There may be millions.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) time: UnixMs,
    pub(super) link: Box<str>,
    /// Path of the seed: the key by which its body is found.
    pub(super) path: Box<Path>,
    /// Hash of the fingerprint of its file; 0 if it is unknown or the file may change without a new one.
    pub(super) version: u64,
    /// The rest. Most seeds of a folder share it.
    pub(super) details: Arc<Details>,
}

/// What most seeds of a folder have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Details {
    pub(super) section: Option<Arc<str>>,
    /// Link under which the seed was published, if its link has changed since then.
    pub(super) published_link: Option<Box<str>>,
    /// The article's own id: its versions share it, whatever their links are.
    pub(super) own_id: Option<Box<str>>,
    /// What the catalog knows of an audio or video file.
    pub(super) recording: Option<Box<[u8]>>,
}

impl Candidate {
    /// Returns a seed.
    pub(super) fn new(time: UnixMs, link: &str, path: PathBuf, details: Arc<Details>) -> Self {
        Self { time, link: link.into(), path: path.into_boxed_path(), version: 0, details }
    }

    /// Returns its section.
    pub(super) fn section(&self) -> Option<&Arc<str>> {
        self.details.section.as_ref()
    }

    /// Returns what the catalog knows of an audio or video file.
    pub(super) fn recording(&self) -> Option<&[u8]> {
        self.details.recording.as_deref()
    }

    /// Returns the link of which an id is made.
    fn id_link(&self) -> &str {
        self.details.published_link.as_deref().unwrap_or(&self.link)
    }
}

/// First publication of an entry: the smallest time of its duplicates, then the smallest link.
type First = (UnixMs, Box<str>);

/// An entry that is selected for a feed. There may be millions.
#[derive(Clone, Debug)]
pub(super) struct Pick {
    /// Latest of its seeds.
    pub(super) seed: Arc<Candidate>,
    /// What few entries have.
    more: Option<Box<More>>,
}

/// What an entry has if its seed does not say it all.
#[derive(Clone, Debug, Default)]
struct More {
    key: Key,
    merged: Option<Merged>,
}

/// What an entry has of several seeds.
#[derive(Clone, Debug)]
struct Merged {
    first: First,
    /// Other seeds with the time of the latest one.
    tied: Vec<Arc<Candidate>>,
    sections: BTreeSet<Arc<str>>,
}

impl Pick {
    /// Returns an entry with one seed.
    pub(super) fn new(seed: &Arc<Candidate>, key: &Key) -> Self {
        let mut new = Self { seed: seed.clone(), more: None };
        new.set_key(key.clone());
        new
    }

    /// Returns the key that its seeds share.
    pub(super) fn key(&self) -> &str {
        self.more.as_ref().map_or_else(|| without_scheme(&self.seed.link), |more| more.key.text(&self.seed))
    }

    fn set_key(&mut self, key: Key) {
        if self.more.is_some() || key.0.is_some() {
            self.more.get_or_insert_default().key = key;
        }
    }

    /// Returns what orders entries: the time, descending, then the key, which is the link without the scheme. Not the link
    /// as it is spelled: an entry's rank may only rise while more of its duplicates are seen, or an entry that was rejected
    /// because of it would have to come back.
    pub(super) fn rank(&self) -> (Reverse<UnixMs>, &str) {
        (Reverse(self.seed.time), self.key())
    }

    /// Returns what its seeds say together, if one does not say it all.
    fn several(&self) -> Option<&Merged> {
        self.more.as_ref()?.merged.as_ref()
    }

    /// Returns the earliest time of its seeds.
    pub(super) fn published(&self) -> UnixMs {
        self.several().map_or(self.seed.time, |merged| merged.first.0)
    }

    /// Returns the link of the earliest seed: the id is made of it.
    pub(super) fn first_link(&self) -> &str {
        self.several().map_or_else(|| self.seed.id_link(), |merged| &merged.first.1)
    }

    /// Returns the sections of its seeds: that of the latest seed, then the others by name.
    pub(super) fn sections(&self) -> impl Iterator<Item = &Arc<str>> + Clone {
        let own = self.seed.section();
        let all = self.several().into_iter().flat_map(|merged| &merged.sections);
        own.into_iter().chain(all.filter(move |section| Some(*section) != own))
    }

    /// Returns what the seeds so far say together, to add what another says.
    fn merged(&mut self) -> &mut Merged {
        let seed = &self.seed;
        self.more.get_or_insert_default().merged.get_or_insert_with(|| Merged {
            first: (seed.time, seed.id_link().into()),
            tied: Vec::new(),
            sections: seed.section().into_iter().cloned().collect(),
        })
    }

    /// Makes another seed the one that is published, and returns the one before. The key stays.
    fn replace(&mut self, seed: &Arc<Candidate>) -> Arc<Candidate> {
        self.set_key(Key::new(self.key(), seed));
        std::mem::replace(&mut self.seed, seed.clone())
    }

    /// Records a seed that may be the earliest one.
    fn note(&mut self, seed: &Candidate) {
        let says = |seed: &Candidate, of: &Candidate| {
            (seed.time, seed.id_link()) == (of.time, of.id_link()) && seed.section() == of.section()
        };
        if self.several().is_none() && says(seed, &self.seed) {
            return;
        }
        let merged = self.merged();
        if (seed.time, seed.id_link()) < (merged.first.0, &*merged.first.1) {
            merged.first = (seed.time, seed.id_link().into());
        }
        if let Some(section) = seed.section().filter(|section| !merged.sections.contains(*section)) {
            merged.sections.insert(section.clone());
        }
    }

    /// Adds a seed with the time of the latest one. Of too many, those with the last paths are kept.
    fn tie(&mut self, seed: &Arc<Candidate>) {
        let is_last = seed.path > self.seed.path;
        let other = if is_last { self.replace(seed) } else { seed.clone() };
        let tied = &mut self.merged().tied;
        tied.push(other);
        if tied.len() > MAX_TIED {
            let first = tied.iter().enumerate().min_by(|a, b| a.1.path.cmp(&b.1.path));
            if let Some(at) = first.map(|(at, _)| at) {
                tied.swap_remove(at);
            }
        }
    }
}

/// What a feed has made of a seed that it accepts.
pub(super) enum Role {
    /// The seed is published.
    Published,
    /// Another seed of the same entry is published instead. Also has the key of the seed.
    Replaced(Arc<Candidate>, Key),
}

/// The newest entries of a feed.
pub(super) struct Newest {
    limit: usize,
    picks: Vec<Pick>,
    /// Positions of picks, by the hash of the key.
    positions: HashTable<u32>,
    hasher: RandomState,
    /// Their order, once the feed is full: before, no entry has to go.
    order: BTreeSet<Rank>,
    has_duplicates: bool,
}

/// Rank of an entry. The key belongs to the seed.
struct Rank(Arc<Candidate>, Key);

impl Rank {
    fn of(pick: &Pick) -> Self {
        let key = pick.more.as_ref().map(|more| more.key.clone());
        Self(pick.seed.clone(), key.unwrap_or_default())
    }

    fn key(&self) -> &str {
        self.1.text(&self.0)
    }
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.time.cmp(&self.0.time).then_with(|| self.key().cmp(other.key()))
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Rank {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Rank {}

impl Newest {
    pub(super) fn new(limit: usize) -> Self {
        let (picks, positions, hasher, order, has_duplicates) = Default::default();
        Self { limit: limit.min(u32::MAX as usize), picks, positions, hasher, order, has_duplicates }
    }

    /// Adds a seed with the key that its duplicates share.
    pub(super) fn insert(&mut self, seed: &Arc<Candidate>, key: &Key) {
        if let Some(at) = self.position(key.text(seed)) {
            self.has_duplicates = true;
            let pick = &mut self.picks[at];
            pick.note(seed);
            match seed.time.cmp(&pick.seed.time) {
                Ordering::Greater => {
                    let is_ordered = self.order.remove(&Rank::of(pick));
                    pick.replace(seed);
                    pick.merged().tied.clear();
                    if is_ordered {
                        self.order.insert(Rank::of(pick));
                    }
                }
                Ordering::Equal => pick.tie(seed),
                Ordering::Less => {}
            }
            return;
        }
        let pick = Pick::new(seed, key);
        if !self.is_full() {
            let at = self.picks.len();
            self.picks.push(pick);
            self.set_position(at);
            if self.is_full() {
                self.order = self.picks.iter().map(Rank::of).collect();
            }
            return;
        }
        let rank = Rank::of(&pick);
        if self.order.last().is_none_or(|worst| rank > *worst) {
            return;
        }
        if let Some(at) = self.remove_worst() {
            self.picks[at] = pick;
            self.set_position(at);
            self.order.insert(rank);
        }
    }

    /// Returns the position of the entry with a key.
    fn position(&self, key: &str) -> Option<usize> {
        let hash = self.hasher.hash_one(key);
        let at = self.positions.find(hash, |at| self.picks[*at as usize].key() == key);
        at.map(|at| *at as usize)
    }

    /// Records the position of a new entry.
    fn set_position(&mut self, at: usize) {
        let Self { picks, positions, hasher, .. } = self;
        let hash = |at: &u32| hasher.hash_one(picks[*at as usize].key());
        let at = at as u32;
        positions.insert_unique(hash(&at), at, hash);
    }

    /// Forgets the last entry, and returns the position that is free now.
    fn remove_worst(&mut self) -> Option<usize> {
        let Self { picks, positions, hasher, order, .. } = self;
        let worst = order.pop_last()?;
        let is_worst = |at: &u32| picks[*at as usize].key() == worst.key();
        let found = positions.find_entry(hasher.hash_one(worst.key()), is_worst).ok()?;
        Some(found.remove().0 as usize)
    }

    /// True if it rejects seeds.
    pub(super) fn is_full(&self) -> bool {
        self.picks.len() >= self.limit
    }

    /// True if it has merged seeds.
    pub(super) fn has_duplicates(&self) -> bool {
        self.has_duplicates
    }

    /// Returns the time before which a seed cannot change the selection, except for the first publication of an entry.
    pub(super) fn floor(&self) -> UnixMs {
        let worst = self.order.last().filter(|_| self.is_full());
        worst.map_or(if self.limit == 0 { UnixMs::MAX } else { UnixMs(i64::MIN) }, |worst| worst.0.time)
    }

    /// Returns the hash of each entry's key.
    pub(super) fn hashes(&self) -> impl Iterator<Item = u64> {
        self.picks.iter().map(|pick| key_hash(pick.key()))
    }

    /// Returns the seeds of each entry that has several with the latest time.
    pub(super) fn ties(&self) -> impl Iterator<Item = &Arc<Candidate>> {
        let merged = self.picks.iter().filter_map(|pick| Some((&pick.seed, &pick.several()?.tied)));
        merged.filter(|(_, tied)| !tied.is_empty()).flat_map(|(seed, tied)| tied.iter().chain([seed]))
    }

    /// Selects among the seeds with the latest time of an entry: the one with the longest text, then the last path.
    pub(super) fn break_ties(&mut self, length: impl Fn(&Candidate) -> usize) {
        for pick in self.picks.iter_mut().filter(|pick| pick.several().is_some()) {
            for other in std::mem::take(&mut pick.merged().tied) {
                if (length(&other), &other.path) > (length(&pick.seed), &pick.seed.path) {
                    pick.replace(&other);
                }
            }
        }
    }

    /// Records a seed that may be an earlier publication of a selected entry. Returns what became of it; `None` if its
    /// entry is not selected.
    pub(super) fn note(&mut self, key: &Key, seed: &Candidate) -> Option<Role> {
        let at = self.position(key.text(seed))?;
        let pick = &mut self.picks[at];
        pick.note(seed);
        let is_published = pick.seed.path == seed.path;
        Some(if is_published { Role::Published } else { Role::Replaced(pick.seed.clone(), key.clone()) })
    }

    /// Returns the entries in order.
    pub(super) fn finish(self) -> Vec<Pick> {
        let Self { mut picks, order, positions, .. } = self;
        drop((order, positions));
        picks.sort_unstable_by(|a, b| a.rank().cmp(&b.rank()));
        picks
    }
}

/// Source of the key that a seed shares with its duplicates.
#[derive(Clone, Copy, Debug)]
pub(super) enum KeySource {
    /// Its link.
    Link(SameAddress),
    /// Its file name.
    File,
}

/// Key that a seed shares with its duplicates. Most often it is the link of the seed without the scheme, so only a different
/// one has memory of its own.
#[derive(Clone, Debug, Default)]
pub(super) struct Key(Option<Arc<str>>);

impl Key {
    /// Returns the key of a seed.
    pub(super) fn of(seed: &Candidate, source: KeySource) -> Self {
        let text = match (&seed.details.own_id, source) {
            (Some(id), _) => id_key(id),
            (None, KeySource::Link(same)) => same.key(&seed.link),
            (None, KeySource::File) => file_key(&seed.path, seed.details.section.as_deref()),
        };
        Self::new(&text, seed)
    }

    /// Returns the key of a seed with its text.
    fn new(text: &str, seed: &Candidate) -> Self {
        Self((text != without_scheme(&seed.link)).then(|| text.into()))
    }

    /// Returns its text. The seed is the one whose key it is.
    pub(super) fn text<'a>(&'a self, seed: &'a Candidate) -> &'a str {
        self.0.as_deref().unwrap_or_else(|| without_scheme(&seed.link))
    }
}

fn without_scheme(link: &str) -> &str {
    link.split_once("://").map_or(link, |(_, rest)| rest)
}

/// Keys of one seed, each made once for all feeds.
#[derive(Default)]
pub(super) struct Keys {
    by_link: Option<Key>,
    by_file: Option<Key>,
}

impl Keys {
    /// Returns the key of the seed from a source.
    pub(super) fn get(&mut self, seed: &Candidate, source: KeySource) -> &Key {
        let known = match source {
            KeySource::Link(_) => &mut self.by_link,
            KeySource::File => &mut self.by_file,
        };
        known.get_or_insert_with(|| Key::of(seed, source))
    }
}

/// Returns the key of the seeds with an id of their own. It is no key of a link or a file.
pub(super) fn id_key(id: &str) -> String {
    format!("id:{id}")
}

/// Returns section and article number of a file. Without a number it is the path without the extension; an index page has
/// the path of its folder.
fn file_key(path: &Path, section: Option<&str>) -> String {
    let is_index = path.file_name().is_some_and(|name| is_index_page(name.as_encoded_bytes()));
    let folder = path.parent().unwrap_or(Path::new(""));
    let path = if is_index && folder.file_name().is_some() { folder } else { path };
    let stem = if path == folder { path.file_name() } else { path.file_stem() };
    let stem = name_text(stem.unwrap_or_default());
    let folder = path.parent().unwrap_or(Path::new(""));
    let part = match (article_number(&stem), section) {
        (Some(number), Some(section)) => return format!("{section}/{number}"),
        (number, _) => number.unwrap_or(&stem),
    };
    name_text(folder.join(part).as_os_str()).replace('\\', "/")
}

/// Returns the article number in the stem of a file name: the first run of four digits or more between `_`, `-`, `.` or the
/// ends that is neither a date nor a year. Shorter ones count the files of a crawl.
fn article_number(stem: &str) -> Option<&str> {
    let mut parts = stem.split(['_', '-', '.']);
    let is_number = |part: &&str| part.len() >= 4 && part.bytes().all(|b| b.is_ascii_digit());
    parts.find(|part| is_number(part) && !is_date(part))
}

/// True if digits are a year, a month or a day: `2024`, `202405`, `20240531`.
fn is_date(digits: &str) -> bool {
    let number = |range: std::ops::Range<usize>| digits.get(range).and_then(|part| part.parse::<u32>().ok());
    let (Some(year), length) = (number(0..4), digits.len()) else { return false };
    let month = number(4..6).unwrap_or(1);
    let day = number(6..8).unwrap_or(1);
    // With a time of day, as cameras and crawlers name files: 202405310830, 20240531083000.
    let is_time = number(8..10).unwrap_or(0) < 24 && number(10..12).unwrap_or(0) < 60;
    matches!(length, 4 | 6 | 8 | 12 | 14)
        && (1900..2100).contains(&year)
        && NaiveDate::from_ymd_opt(year as i32, month, day).is_some()
        && is_time
}

/// True if two seeds that were merged by their ids or by the number in their file names are certainly versions of one article: their links
/// are equal, or both contain that number.
pub(super) fn are_versions(key: &str, same: SameAddress, one: &str, other: &str) -> bool {
    let number = key.rsplit('/').next().unwrap_or(key);
    let has_number = |link: &str| number.bytes().all(|b| b.is_ascii_digit()) && link.contains(number);
    same.key(one) == same.key(other) || has_number(one) && has_number(other)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn candidate(time: i64, link: &str, path: &str) -> Arc<Candidate> {
        Arc::new(Candidate::new(UnixMs(time), link, path.into(), Arc::default()))
    }

    /// Selects as the pipeline does: seeds that are too old are not offered, then all are seen once more.
    fn select(limit: usize, seeds: &[Arc<Candidate>], source: KeySource) -> Vec<Pick> {
        let mut newest = Newest::new(limit);
        let key = |seed: &Candidate| Key::of(seed, source);
        for seed in seeds {
            if seed.time >= newest.floor() {
                newest.insert(seed, &key(seed));
            }
        }
        newest.break_ties(text_length);
        let hashes: HashSet<u64> = newest.hashes().collect();
        for seed in seeds.iter().filter(|seed| hashes.contains(&key_hash(key(seed).text(seed)))) {
            newest.note(&key(seed), seed);
        }
        newest.finish()
    }

    /// Length of the text of a seed: every third has none.
    fn text_length(seed: &Candidate) -> usize {
        seed.path.to_string_lossy().bytes().map(usize::from).sum::<usize>() % 3
    }

    /// The policy, without a bound on memory.
    fn plain(limit: usize, seeds: &[Arc<Candidate>]) -> Vec<(String, i64, i64, String)> {
        let keys: HashSet<String> = seeds.iter().map(|s| SameAddress::default().key(&s.link)).collect();
        let mut all: Vec<_> = keys
            .iter()
            .map(|key| {
                let same = || seeds.iter().filter(|s| SameAddress::default().key(&s.link) == *key);
                let last = same().max_by_key(|s| (s.time, text_length(s), s.path.clone())).unwrap();
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
            let picks = select(limit, &seeds, KeySource::Link(SameAddress::default()));
            prop_assert!(picks.len() <= limit);
            let got: Vec<_> = picks
                .into_iter()
                .map(|p| (p.seed.path.display().to_string(), p.seed.time.0, p.published().0, p.first_link().to_owned()))
                .collect();
            prop_assert_eq!(got, expected);
        }
    }

    #[test]
    fn policy_ids_by_file_merge_versions_with_the_same_number() {
        let seeds = [
            candidate(1, "https://a.example/old-slug", "4711_old.txt"),
            candidate(2, "https://a.example/new-slug", "4711_new.txt"),
            candidate(3, "https://a.example/x", "000_99f4a36bfbb7c279.txt"),
            candidate(4, "https://a.example/y", "000_11f4a36bfbb7c279.txt"),
        ];
        let picks = select(9, &seeds, KeySource::File);
        let keys: Vec<_> = picks.iter().map(Pick::key).collect();
        assert_eq!(keys, ["000_11f4a36bfbb7c279", "000_99f4a36bfbb7c279", "4711"]);
        assert_eq!((picks[2].published(), &*picks[2].seed.link), (UnixMs(1), "https://a.example/new-slug"));
    }

    #[test]
    fn policy_ids_by_file_take_neither_a_date_nor_a_year_for_a_number() {
        for (path, section, expected) in [
            ("_posts/2023-01-15-a.md", None, "_posts/2023-01-15-a"),
            ("_posts/2023-01-15-rain-in-2024.md", None, "_posts/2023-01-15-rain-in-2024"),
            ("news/2023-01-15-48211-flood.md", Some("news"), "news/48211"),
            ("news/20230115_flood.txt", Some("news"), "news/20230115_flood"),
            ("news/202301150830.txt", Some("news"), "news/202301150830"),
            ("news/20231399.txt", Some("news"), "news/20231399"),
            ("news/2023-01-15.txt", Some("news"), "news/2023-01-15"),
            ("news/deep/2101.txt", Some("news"), "news/2101"),
            ("news/deep/a.txt", Some("news"), "news/deep/a"),
            ("news/flood/index.md", Some("news"), "news/flood"),
            ("news/2024-flood.v2/index.md", Some("news"), "news/2024-flood.v2"),
            ("index.md", None, "index"),
        ] {
            assert_eq!(file_key(Path::new(path), section), expected, "{path}");
        }
        let posts: Vec<_> = (1..=12)
            .map(|month| {
                candidate(
                    month,
                    &format!("https://a.example/{month}/"),
                    &format!("_posts/2023-{month:02}-15-a.md"),
                )
            })
            .collect();
        assert_eq!(select(50, &posts, KeySource::File).len(), 12);
    }

    #[test]
    fn different_links_are_one_article_only_if_both_have_the_number() {
        let same = SameAddress::default();
        let link = |path: &str| format!("https://a.example/{path}");
        assert!(are_versions("news/4711", same, &link("4711-old"), &link("4711-new")));
        assert!(are_versions("news/4711", same, &link("a"), &link("a?utm_source=x")));
        assert!(!are_versions("news/4711", same, &link("4711-old"), &link("new")));
        assert!(!are_versions("news/a", same, &link("a/1"), &link("a/2")));
    }

    #[test]
    fn policy_an_entry_has_the_sections_of_all_its_seeds() {
        let seed = |path: &str, section: &str| {
            let details = Details { section: Some(section.into()), ..Details::default() };
            Arc::new(Candidate::new(UnixMs(1), "https://a.example/1", path.into(), Arc::new(details)))
        };
        let picks = select(
            5,
            &[seed("a/1.txt", "a"), seed("c/1.txt", "c"), seed("b/1.txt", "b")],
            KeySource::Link(SameAddress::default()),
        );
        let sections: Vec<_> = picks[0].sections().map(|section| &**section).collect();
        let own = picks[0].seed.section().cloned().unwrap();
        assert_eq!((picks.len(), sections.len(), sections[0]), (1, 3, &*own));
    }

    proptest! {
        /// However many versions have the same time, the one that is published does not depend on their sequence.
        #[test]
        fn policy_ties_are_broken_in_any_sequence(mut order in Just((0..90).collect::<Vec<i32>>()).prop_shuffle()) {
            let pick = |order: &[i32]| {
                let seeds: Vec<_> = order.iter().map(|i| candidate(1, "https://a.example/1", &format!("{i:02}.txt"))).collect();
                select(5, &seeds, KeySource::Link(SameAddress::default()))[0].seed.path.clone()
            };
            let got = pick(&order);
            order.sort_unstable();
            prop_assert_eq!(got, pick(&order));
        }
    }
}
