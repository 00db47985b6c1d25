//! How far a run is, for those who wait: counters that any core may turn and any thread read.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// How far a run is.
#[derive(Debug, Default)]
pub struct Progress {
    expected: AtomicU64,
    seen: AtomicU64,
    entries: AtomicU64,
    cleaned: AtomicU64,
}

impl Progress {
    /// How many seeds the last run saw; 0 where nobody knows.
    #[must_use]
    pub fn expected(&self) -> u64 {
        self.expected.load(Relaxed)
    }

    /// Seeds seen so far.
    #[must_use]
    pub fn seeds(&self) -> u64 {
        self.seen.load(Relaxed)
    }

    /// Entries that are ready, and all that there will be; 0 as long as nobody knows.
    #[must_use]
    pub fn done(&self) -> (u64, u64) {
        (self.cleaned.load(Relaxed), self.entries.load(Relaxed))
    }

    pub(super) fn begin(&self, expected: u64) {
        self.expected.store(expected, Relaxed);
        self.seen.store(0, Relaxed);
    }

    pub(super) fn seen(&self, seeds: u64) {
        self.seen.fetch_add(seeds, Relaxed);
    }

    pub(super) fn entries(&self, entries: u64) {
        self.entries.store(entries, Relaxed);
    }

    pub(super) fn cleaned(&self, entries: u64) {
        self.cleaned.fetch_add(entries, Relaxed);
    }
}
