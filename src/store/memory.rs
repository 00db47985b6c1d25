//! A tree of files in memory: for tests, and for library users who keep their articles elsewhere.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Change, Item, Kind, Lock, Prefix, Store};
use crate::types::Bytes;

/// [`Store`] in memory.
///
/// ```
/// use feedmill::store::{Change, MemoryStore, Store};
/// use feedmill::types::Bytes;
///
/// let store = MemoryStore::new();
/// assert_eq!(store.replace("town/1.txt".as_ref(), b"text")?, Change::Written);
/// assert_eq!(store.replace("town/1.txt".as_ref(), b"text")?, Change::Unchanged);
/// assert_eq!(store.read("town/1.txt".as_ref(), Bytes(100))?, b"text");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct MemoryStore {
    files: Mutex<BTreeMap<PathBuf, Vec<u8>>>,
}

impl MemoryStore {
    /// Creates an empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn files(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Vec<u8>>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, path: &Path, then: impl FnOnce(&[u8]) -> io::Result<T>) -> io::Result<T> {
        let files = self.files();
        match files.get(path) {
            Some(bytes) => then(bytes),
            None if files.keys().any(|p| p.starts_with(path)) => Err(io::ErrorKind::InvalidInput.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl Clone for MemoryStore {
    fn clone(&self) -> Self {
        Self { files: Mutex::new(self.files().clone()) }
    }
}

impl Store for MemoryStore {
    fn show(&self, path: &Path) -> String {
        path.to_string_lossy().into_owned()
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Item>> {
        let mut names: BTreeMap<OsString, Kind> = BTreeMap::new();
        for path in self.files().keys() {
            let Ok(rest) = path.strip_prefix(folder) else { continue };
            let mut parts = rest.components();
            if let Some(first) = parts.next() {
                let kind = if parts.next().is_some() { Kind::Folder } else { Kind::File };
                names.insert(first.as_os_str().to_owned(), kind);
            }
        }
        if names.is_empty() && !folder.as_os_str().is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(names.into_iter().map(|(name, kind)| Item { name, kind }).collect())
    }

    fn prefix(&self, path: &Path, length: Bytes) -> io::Result<Prefix> {
        self.with(path, |all| {
            let end = all.len().min(usize::try_from(length.0).unwrap_or(usize::MAX));
            Ok(Prefix { bytes: all[..end].to_vec(), size: Bytes(all.len() as u64) })
        })
    }

    fn read(&self, path: &Path, limit: Bytes) -> io::Result<Vec<u8>> {
        self.with(path, |all| {
            if all.len() as u64 > limit.0 {
                Err(io::ErrorKind::FileTooLarge.into())
            } else {
                Ok(all.to_vec())
            }
        })
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<Change> {
        let old = self.files().insert(path.to_path_buf(), bytes.to_vec());
        Ok(if old.as_deref() == Some(bytes) { Change::Unchanged } else { Change::Written })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.files().remove(path).map(|_| ()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn lock(&self, _wait: Duration) -> io::Result<Lock> {
        Ok(Lock::none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_contract() {
        crate::store::contract::holds(&MemoryStore::new());
    }
}
