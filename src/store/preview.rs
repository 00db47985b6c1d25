//! A store that records what would be written instead of writing it: for `build --dry-run`, and for commands that only
//! look.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::{Beginning, Change, Item, Kind, Lock, Opened, Prefix, Source, Stamp, Store, Traffic, has_bytes};
use crate::types::Bytes;

/// [`Store`] that reads another one and never changes it. It always shows the files as they are, not as they would be.
///
/// ```
/// use feedmill::store::{Action, MemoryStore, PreviewStore, Store};
/// use feedmill::types::Bytes;
///
/// let store = PreviewStore::new(Box::new(MemoryStore::new()));
/// store.replace("rss.xml".as_ref(), b"text")?;
/// assert!(store.read("rss.xml".as_ref(), Bytes(100)).is_err());
/// assert_eq!(store.changes()["rss.xml".as_ref() as &std::path::Path].action, Action::Create);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct PreviewStore {
    inner: Box<dyn Store>,
    keeps_bytes: bool,
    changes: Mutex<BTreeMap<PathBuf, PlannedChange>>,
}

/// What a [`PreviewStore`] was asked to do with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedChange {
    /// The kind of change.
    pub action: Action,
    /// Bytes before the change, if they are kept; empty for a new file.
    pub old: Vec<u8>,
    /// Bytes after the change, if they are kept; empty for a file that would be removed.
    pub new: Vec<u8>,
}

/// Kinds of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The file would be new.
    Create,
    /// The file would have other bytes.
    Update,
    /// The file has these bytes already.
    Keep,
    /// The file would be removed.
    Remove,
}

impl PreviewStore {
    /// Creates a preview of a store.
    #[must_use]
    pub fn new(inner: Box<dyn Store>) -> Self {
        Self { inner, keeps_bytes: false, changes: Mutex::default() }
    }

    /// Keeps the bytes of each change too.
    #[must_use]
    pub fn keeping_bytes(self, keeps_bytes: bool) -> Self {
        Self { keeps_bytes, ..self }
    }

    /// Returns what would have been done, by path.
    #[must_use]
    pub fn changes(self) -> BTreeMap<PathBuf, PlannedChange> {
        self.changes.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, path: &Path, action: Action, old: Vec<u8>, new: &[u8]) {
        let kept = self.keeps_bytes && action != Action::Keep;
        let (old, new) = if kept { (old, new.to_vec()) } else { (Vec::new(), Vec::new()) };
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        changes.insert(path.to_path_buf(), PlannedChange { action, old, new });
    }
}

impl Store for PreviewStore {
    fn show(&self, path: &Path) -> String {
        self.inner.show(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Item>> {
        self.inner.list(folder)
    }

    fn prefix(&self, path: &Path, length: Bytes) -> io::Result<Prefix> {
        self.inner.prefix(path, length)
    }

    fn read(&self, path: &Path, limit: Bytes) -> io::Result<Vec<u8>> {
        self.inner.read(path, limit)
    }

    fn open(&self, path: &Path) -> io::Result<Opened> {
        self.inner.open(path)
    }

    fn replace_from(&self, path: &Path, source: &dyn Source) -> io::Result<Change> {
        if self.keeps_bytes {
            let mut bytes = Vec::new();
            source.open().read_to_end(&mut bytes)?;
            return self.replace(path, &bytes);
        }
        let action = match self.inner.open(path) {
            Ok(mut old) => {
                if has_bytes(&mut old.content, source)? {
                    Action::Keep
                } else {
                    Action::Update
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Action::Create,
            Err(error) => return Err(error),
        };
        self.record(path, action, Vec::new(), b"");
        Ok(if action == Action::Keep { Change::Unchanged } else { Change::Written })
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<Change> {
        let (action, old) = match self.inner.read(path, Bytes(u64::MAX - 1)) {
            Ok(old) if old == bytes => (Action::Keep, old),
            Ok(old) => (Action::Update, old),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (Action::Create, Vec::new()),
            Err(error) => return Err(error),
        };
        self.record(path, action, old, bytes);
        Ok(if action == Action::Keep { Change::Unchanged } else { Change::Written })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let old = self.inner.read(path, Bytes(u64::MAX - 1))?;
        self.record(path, Action::Remove, old, b"");
        Ok(())
    }

    /// Needs no lock, because nothing is written.
    fn lock(&self, _wait: Duration) -> io::Result<Lock> {
        Ok(Lock::none())
    }

    fn scan(
        &self,
        folder: &Path,
        stamps: bool,
        see: &mut dyn FnMut(&OsStr, Kind, Option<Stamp>),
    ) -> io::Result<()> {
        self.inner.scan(folder, stamps, see)
    }

    fn heads(
        &self,
        folder: &Path,
        names: &[&OsStr],
        length: Bytes,
        see: &mut dyn FnMut(usize, io::Result<Beginning<'_>>),
    ) -> io::Result<()> {
        self.inner.heads(folder, names, length, see)
    }

    fn stamp(&self, path: &Path) -> io::Result<Option<Stamp>> {
        self.inner.stamp(path)
    }

    fn folder(&self) -> Option<&Path> {
        self.inner.folder()
    }

    fn keeps_cache(&self) -> bool {
        self.inner.keeps_cache()
    }

    fn in_flight(&self) -> Option<usize> {
        self.inner.in_flight()
    }

    fn traffic(&self) -> Traffic {
        self.inner.traffic()
    }

    fn is_preview(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::MemoryStore;
    use super::*;

    #[test]
    fn every_change_is_recorded_and_none_is_made() {
        let inner = MemoryStore::new();
        for name in ["same", "other", "old"] {
            inner.replace(name.as_ref(), b"1").unwrap();
        }
        let store = PreviewStore::new(Box::new(inner)).keeping_bytes(true);
        let replace = |name: &str, bytes| store.replace(name.as_ref(), bytes).unwrap();
        assert_eq!(replace("same", b"1"), Change::Unchanged);
        assert_eq!(replace("other", b"2"), Change::Written);
        assert_eq!(replace("new", b"3"), Change::Written);
        store.remove("old".as_ref()).unwrap();
        assert_eq!(store.remove("missing".as_ref()).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert_eq!(store.read("other".as_ref(), Bytes(9)).unwrap(), b"1");
        let names: Vec<_> = store.list("".as_ref()).unwrap().into_iter().map(|item| item.name).collect();
        assert_eq!(names, ["old", "other", "same"]);
        let changes: Vec<_> = store.changes().into_iter().collect();
        let change = |path: &str, action, old: &[u8], new: &[u8]| {
            (PathBuf::from(path), PlannedChange { action, old: old.to_vec(), new: new.to_vec() })
        };
        assert_eq!(
            changes,
            [
                change("new", Action::Create, b"", b"3"),
                change("old", Action::Remove, b"1", b""),
                change("other", Action::Update, b"1", b"2"),
                change("same", Action::Keep, b"", b""),
            ]
        );
    }
}
