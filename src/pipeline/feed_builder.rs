//! Step 3, for one feed: which seeds it takes, and its newest entries while seeds are offered.

use std::collections::HashSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use std::sync::Arc;

use crate::config::{Channel, Filtered, Ids, Plan, is_feed_name};
use crate::diag::{Finding, Meta, Place, codes, nearest};
use crate::types::UnixMs;

use super::archive::{self, OutputDoc};
use super::select::{self, Candidate, Newest};

/// A feed whose entries are being selected.
pub(super) struct FeedBuilder<'a> {
    name: String,
    channel: Channel,
    filter: Filter<'a>,
    newest: Mutex<Newest>,
    /// [`Newest::floor`], without the lock.
    floor: AtomicI64,
}

/// Which seeds go into a feed.
enum Filter<'a> {
    All,
    Section,
    Configured(&'a Filtered),
}

impl<'a> FeedBuilder<'a> {
    fn new(name: &str, channel: Channel, filter: Filter<'a>) -> Self {
        let newest = Newest::new(archive::entry_capacity(&channel));
        let floor = AtomicI64::new(newest.floor().0);
        Self { name: name.to_owned(), channel, filter, newest: Mutex::new(newest), floor }
    }

    fn newest(&self) -> MutexGuard<'_, Newest> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the name of its folder; empty for the main feed.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the maximum number of entries.
    pub(super) fn limit(&self) -> usize {
        self.channel.limit
    }

    /// True if it is an additional feed with a filter of its own.
    pub(super) fn is_configured(&self) -> bool {
        matches!(self.filter, Filter::Configured(_))
    }

    /// Returns the key that a seed shares with its duplicates.
    pub(super) fn key(&self, seed: &Candidate) -> Arc<str> {
        select::key(&seed.path, seed.section.as_deref(), &seed.link, self.is_by_file())
    }

    /// True if duplicates are recognized by file names.
    pub(super) fn is_by_file(&self) -> bool {
        self.channel.ids == Ids::File
    }

    /// True if seeds of a section may go into it.
    pub(super) fn accepts_section(&self, section: Option<&str>) -> bool {
        match self.filter {
            Filter::All => true,
            Filter::Section => section == Some(&self.name),
            Filter::Configured(f) => {
                f.sections.is_empty() || section.is_some_and(|s| f.sections.iter().any(|n| n == s))
            }
        }
    }

    /// True if a seed of an accepted section goes into it.
    pub(super) fn accepts(&self, title: &str, link: &str) -> bool {
        match self.filter {
            Filter::All | Filter::Section => true,
            Filter::Configured(f) => {
                (f.title_contains.is_empty() || title.to_lowercase().contains(&f.title_contains))
                    && link.contains(&f.link_contains)
            }
        }
    }

    /// True if a seed of this time is too old to change the selection.
    pub(super) fn is_too_old(&self, time: UnixMs) -> bool {
        time.0 < self.floor.load(Ordering::Relaxed)
    }

    /// Adds a seed that is accepted.
    pub(super) fn offer(&self, seed: &Arc<Candidate>) {
        let key = self.key(seed);
        let mut newest = self.newest();
        newest.insert(seed, key);
        self.floor.store(newest.floor().0, Ordering::Relaxed);
    }

    /// Returns the hashes of the keys of its entries, if it rejected seeds.
    pub(super) fn hashes_if_full(&self) -> Option<HashSet<u64>> {
        let newest = self.newest();
        newest.is_full().then(|| newest.hashes())
    }

    /// Records an accepted seed that may be an earlier publication of one of its entries.
    pub(super) fn note_earlier_publication(&self, seed: &Candidate) {
        let key = self.key(seed);
        self.newest().note_earlier_publication(&key, seed.time, &seed.link);
    }

    /// Returns the documents of the feed. A section without entries has none: all its seeds are held back.
    fn finish(self) -> Vec<OutputDoc> {
        let picks = self.newest.into_inner().unwrap_or_else(PoisonError::into_inner).finish();
        if picks.is_empty() && matches!(self.filter, Filter::Section) {
            return Vec::new();
        }
        archive::output_docs(&self.name, self.channel, picks)
    }
}

/// Returns the documents of all feeds.
pub(super) fn finish(builders: Vec<FeedBuilder<'_>>) -> Vec<OutputDoc> {
    builders.into_iter().flat_map(FeedBuilder::finish).collect()
}

/// Returns the feeds to build: the main feed, the configured ones, and one for each section.
pub(super) fn feed_builders<'a>(
    plan: &'a Plan,
    sections: impl Iterator<Item = String>,
    findings: &mut Vec<Finding>,
) -> Vec<FeedBuilder<'a>> {
    let mut builders = vec![FeedBuilder::new("", plan.main_feed.clone(), Filter::All)];
    builders.extend(
        plan.filtered.iter().map(|f| FeedBuilder::new(&f.name, f.channel.clone(), Filter::Configured(f))),
    );
    let mut seen = HashSet::new();
    for section in sections {
        if seen.insert(section.clone()) && has_feed(plan, &section, &builders, findings) {
            builders.push(FeedBuilder::new(&section, plan.section(&section), Filter::Section));
        }
    }
    for name in plan.sections.keys().filter(|name| !seen.contains(name.as_str())) {
        if let Some(near) = nearest(name, seen.iter().map(String::as_str)) {
            let detail = format!("`{name}`; did you mean `{near}`?");
            findings.push(Finding::new(&codes::CONFIG_UNKNOWN_SECTION, Place::default(), detail));
        }
    }
    builders
}

/// True if a section gets a feed of its own; reports why not.
fn has_feed(plan: &Plan, section: &str, builders: &[FeedBuilder<'_>], findings: &mut Vec<Finding>) -> bool {
    let mut report = |meta: &'static Meta, detail: String| {
        findings.push(Finding::new(meta, Place::default(), detail));
    };
    if plan.filtered.iter().any(|f| f.name == section) {
        report(&codes::SECTION_NAME, format!("`{section}` is the name of a configured feed"));
        return false;
    }
    if !is_feed_name(section) {
        report(&codes::SECTION_NAME, format!("`{section}` cannot be the name of a folder next to the feeds"));
        return false;
    }
    let lower = section.to_lowercase();
    if let Some(other) = builders.iter().find(|builder| builder.name.to_lowercase() == lower) {
        report(&codes::SECTION_CASE, format!("`{section}` and `{}`", other.name));
    }
    true
}
