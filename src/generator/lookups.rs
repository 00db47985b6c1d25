//! Files of its repository that an article looks up, such as those to which it links, so that a later build knows whether it would
//! find the same.
//!
//! They are collected per thread, as the steps of `work` are: one thread reads an article.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::store::Stamp;

/// Files by path, each with its stamp before it was read; `None` if it is missing or its storage has no stamps.
pub type Lookups = BTreeMap<PathBuf, Option<Stamp>>;

thread_local! {
    static FOUND: RefCell<Option<Lookups>> = const { RefCell::new(None) };
}

/// Runs `call`, which does not panic, and returns its result and what was looked up meanwhile.
pub fn collect_lookups<T>(call: impl FnOnce() -> T) -> (T, Lookups) {
    let outer = FOUND.replace(Some(Lookups::new()));
    let result = call();
    (result, FOUND.replace(outer).unwrap_or_default())
}

/// Notes that a file is looked up.
pub(super) fn note(path: &Path, stamp: Option<Stamp>) {
    FOUND.with_borrow_mut(|found| {
        if let Some(found) = found {
            found.insert(path.to_path_buf(), stamp);
        }
    });
}
