//! Progress of a build: counters that any thread may advance and any other may read.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Progress of a build.
#[derive(Debug, Default)]
pub struct Progress {
    expected: AtomicU64,
    seen: AtomicU64,
    entries: AtomicU64,
    cleaned: AtomicU64,
}

impl Progress {
    /// Number of seeds that the last build saw; 0 if unknown.
    #[must_use]
    pub fn expected(&self) -> u64 {
        self.expected.load(Relaxed)
    }

    /// Number of seeds seen so far.
    #[must_use]
    pub fn seeds(&self) -> u64 {
        self.seen.load(Relaxed)
    }

    /// Number of entries that are ready, and of all entries; the latter is 0 as long as it is unknown.
    #[must_use]
    pub fn done(&self) -> (u64, u64) {
        (self.cleaned.load(Relaxed), self.entries.load(Relaxed))
    }

    pub(super) fn begin(&self, expected: u64) {
        self.expected.store(expected, Relaxed);
        self.seen.store(0, Relaxed);
    }

    pub(super) fn add_seen(&self, seeds: u64) {
        self.seen.fetch_add(seeds, Relaxed);
    }

    pub(super) fn set_entries(&self, entries: u64) {
        self.entries.store(entries, Relaxed);
    }

    pub(super) fn add_cleaned(&self, entries: u64) {
        self.cleaned.fetch_add(entries, Relaxed);
    }
}
