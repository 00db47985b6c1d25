//! The folders below a folder, from a listing that has the objects of all of them: so it takes one request for each thousand
//! objects, however many folders they are in.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Item, Kind, Listed, Stamp};

/// Number of files that are in memory at most. There are more than a page has only if the folder itself has more.
const MAX_FILES: usize = if cfg!(test) { 20 } else { 10_000 };
/// Total length of the paths of folders in memory at most: deep ones have many.
const MAX_PATHS: usize = 4 << 20;

/// What is in the folders below a folder.
#[derive(Default)]
pub(super) struct Below {
    /// Files and folders, by the path of their folder; none if there are too many.
    pub(super) folders: BTreeMap<String, Listed>,
    /// Names of the folders in the folder itself.
    pub(super) children: BTreeSet<String>,
    files: usize,
    /// Total length of the paths of the folders.
    paths: usize,
}

impl Below {
    /// Adds a file by its path; returns false if it is in the folder itself.
    pub(super) fn add(&mut self, path: &str, stamp: Stamp) -> bool {
        let (Some((child, _)), Some((parent, name))) = (path.split_once('/'), path.rsplit_once('/')) else {
            return false;
        };
        if !self.children.contains(child) {
            self.children.insert(child.to_owned());
        }
        self.files += 1;
        if self.files > MAX_FILES || self.paths > MAX_PATHS {
            self.folders.clear();
            return true;
        }
        let item = |name: &str, kind| Item { name: name.into(), kind };
        for (at, _) in path.match_indices('/') {
            let folder = &path[..at];
            if self.folders.contains_key(folder) {
                continue;
            }
            self.paths += at;
            self.folders.insert(folder.to_owned(), Vec::new());
            if let Some((parent, name)) = folder.rsplit_once('/') {
                let siblings = self.folders.entry(parent.to_owned()).or_default();
                siblings.push((item(name, Kind::Folder), None));
            }
        }
        let siblings = self.folders.entry(parent.to_owned()).or_default();
        siblings.push((item(name, Kind::File), Some(stamp)));
        true
    }
}

/// Returns the beginning of a name that is not a path, up to the first part that no path has: other names begin in the same way.
pub(super) fn first_fault(name: &str, is_path: impl Fn(&str) -> bool) -> &str {
    let ends = name.match_indices('/').map(|(at, _)| &name[..=at]);
    ends.chain([name]).find(|begin| !is_path(begin)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Bytes;

    #[test]
    fn the_paths_of_deep_folders_take_a_bounded_amount_of_memory() {
        let stamp = Stamp { size: Bytes(1), modified: 0, changed: 0, inode: 0 };
        let mut below = Below::default();
        for number in 0..10 {
            assert!(below.add(&format!("{number}/{}x", "folder/".repeat(500)), stamp));
        }
        assert!(below.folders.is_empty() && below.paths < 2 * MAX_PATHS && below.children.len() == 10);
    }
}
