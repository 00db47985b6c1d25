//! A limit on what tags and templates may look at: each of them can double a value.

use std::cell::Cell;

use crate::types::work;

/// Number of bytes of values that may still be looked at; `None` once there were too many.
#[derive(Clone, Debug)]
pub(super) struct Budget(Cell<Option<usize>>);

impl Budget {
    pub(super) fn of(bytes: usize) -> Self {
        Self(Cell::new(Some(bytes)))
    }

    /// Counts bytes that are looked at. Returns `false` once there were too many.
    #[must_use]
    pub(super) fn spend(&self, bytes: usize) -> bool {
        let Some(left) = self.0.get() else { return false };
        work::step(bytes);
        self.0.set(left.checked_sub(bytes));
        self.0.get().is_some()
    }
}
