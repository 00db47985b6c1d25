//! Location of the cache directory.

use std::fs;
use std::path::{Path, PathBuf};

use super::hash::path_hash;
use crate::config::Plan;
use crate::diag::{Finding, Place, codes};

/// Name of the cache directory in the feeds folder, if none is configured.
pub const FOLDER: &str = ".feedmill";

/// Returns the cache directory of a feeds folder; `None` if there is to be none. A configured directory may serve several
/// feeds folders, each in a folder of its own.
#[must_use]
pub fn folder(plan: &Plan, feeds: Option<&Path>) -> Option<PathBuf> {
    let feeds = feeds.filter(|_| plan.catalog)?;
    Some(match &plan.cache_dir {
        Some(cache) => {
            let feeds = std::path::absolute(feeds).unwrap_or_else(|_| feeds.to_path_buf());
            cache.join(format!("{:016x}", path_hash(&feeds)))
        }
        // The feeds folder may come from an untrusted repository: never write through a link in it.
        None => Some(feeds.join(FOLDER)).filter(|folder| !has_links(folder))?,
    })
}

/// Returns the finding that a cache directory cannot be used or written.
#[must_use]
pub fn lost(folder: Option<&Path>, why: &str) -> Finding {
    let place = folder.map_or_else(Place::default, |folder| Place::file(folder.to_string_lossy()));
    Finding::new(&codes::CATALOG_LOST, place, why)
}

/// True if a folder, or anything directly in it, is a symbolic link.
fn has_links(folder: &Path) -> bool {
    let mut inner = fs::read_dir(folder).into_iter().flatten().flatten();
    folder.is_symlink() || inner.any(|entry| entry.file_type().is_ok_and(|kind| kind.is_symlink()))
}
