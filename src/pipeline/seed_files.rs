//! Which files in the seeds folder may be seeds.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::seed;
use crate::store::Store;

/// True for hidden files: they belong to the crawler, the editor or version control.
pub(super) fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// True if a file of this name may be a seed.
pub(super) fn is_seed(name: &OsStr) -> bool {
    !is_hidden(name) && seed::extension(name).is_some_and(seed::has_seed_extension)
}

/// True for the name of a Markdown file.
pub(super) fn is_markdown(name: &OsStr) -> bool {
    seed::extension(name).is_some_and(seed::is_markdown)
}

/// Returns the path of the feeds folder relative to the seeds folder, if it is below it; empty if both are one.
pub(super) fn feeds_below(seeds: &dyn Store, feeds: &dyn Store) -> Option<PathBuf> {
    let absolute = |store: &dyn Store| match store.folder() {
        Some(folder) => folder.canonicalize().ok(),
        // The URL of a bucket; a store in memory has no name.
        None => Some(PathBuf::from(store.show(Path::new("")))).filter(|root| !root.as_os_str().is_empty()),
    };
    Some(absolute(feeds)?.strip_prefix(absolute(seeds)?).ok()?.to_path_buf())
}
