//! Location of the cache directory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::hash::path_hash;
use crate::config::Plan;
use crate::diag::{Finding, Place, codes};
use crate::store::Store;

/// Name of the cache directory in the feeds folder, if none is configured.
pub const FOLDER: &str = ".feedmill";

/// Returns the cache directory of feeds if it is on disk; `None` if there is to be none. A configured directory may serve
/// several feeds folders, each in a folder of its own.
pub(super) fn on_disk(plan: &Plan, feeds: &dyn Store) -> Option<PathBuf> {
    let root = match feeds.folder() {
        Some(folder) => std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf()),
        None => Some(feeds.show(Path::new(""))).filter(|_| feeds.keeps_cache())?.into(),
    };
    match &plan.cache_dir {
        Some(cache) => Some(cache.join(format!("{:016x}", path_hash(&root)))),
        // The feeds folder may come from an untrusted repository: never write through a link in it.
        None => Some(feeds.folder()?.join(FOLDER)).filter(|folder| !has_links(folder)),
    }
}

/// Returns the finding that a cache directory cannot be used or written.
#[must_use]
pub fn lost(folder: Option<&Path>, why: &str) -> Finding {
    let place = folder.map_or_else(Place::default, |folder| Place::file(folder.to_string_lossy()));
    Finding::new(&codes::CATALOG_LOST, place, why)
}

/// Returns the error for which a cache directory can be neither created nor written, unless it may be a different one in the
/// next build, such as that of a full disk.
#[must_use]
pub fn obstacle(folder: &Path) -> Option<io::Error> {
    let error = fs::create_dir_all(folder).and_then(|()| tempfile::tempfile_in(folder)).err()?;
    let is_lasting = matches!(
        error.kind(),
        io::ErrorKind::NotFound
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::AlreadyExists
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::InvalidFilename
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::Unsupported
    );
    is_lasting.then_some(error)
}

/// True if a folder, or anything directly in it, is a symbolic link.
fn has_links(folder: &Path) -> bool {
    let mut inner = fs::read_dir(folder).into_iter().flatten().flatten();
    folder.is_symlink() || inner.any(|entry| entry.file_type().is_ok_and(|kind| kind.is_symlink()))
}
