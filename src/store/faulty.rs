//! Store that fails on demand: in one operation, or in all from one on.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use super::lock::Guard;
use super::{Beginning, Change, Item, Kind, Lock, Opened, Prefix, Stamp, Store};
use crate::types::Bytes;

/// Failure of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The system returns this error number.
    Refused(i32),
    /// Half of the bytes are missing, as if the file were still being written. Operations that read no bytes succeed.
    Half,
}

/// Which operations fail.
#[derive(Clone, Copy, Debug)]
pub(crate) struct When {
    /// Number of the first operation that fails, from 1.
    pub(crate) first: usize,
    /// True if all later ones fail too.
    pub(crate) for_good: bool,
    pub(crate) fault: Fault,
}

/// Store that counts operations and lets some fail.
pub(crate) struct FaultyStore<S> {
    inner: S,
    when: Option<When>,
    /// True if every claim is lost before the work is done.
    pub(crate) loses_claims: bool,
    seen: Mutex<Seen>,
}

/// Claim that another build holds by now.
#[derive(Debug)]
struct Lost;

impl Guard for Lost {
    fn verify(&self) -> io::Result<()> {
        Err(io::ErrorKind::ResourceBusy.into())
    }
}

#[derive(Default)]
struct Seen {
    count: usize,
    hits: Vec<(&'static str, PathBuf)>,
}

impl<S> FaultyStore<S> {
    pub(crate) fn new(inner: S, when: Option<When>) -> Self {
        Self { inner, when, loses_claims: false, seen: Mutex::default() }
    }

    pub(crate) fn into_inner(self) -> S {
        self.inner
    }

    /// Number of operations so far.
    pub(crate) fn count(&self) -> usize {
        self.seen.lock().unwrap().count
    }

    /// Operations that failed.
    pub(crate) fn hits(&self) -> Vec<(&'static str, PathBuf)> {
        self.seen.lock().unwrap().hits.clone()
    }

    /// Counts an operation; returns true if half of its bytes must be lost.
    fn next(&self, name: &'static str, path: &Path) -> io::Result<bool> {
        let mut seen = self.seen.lock().unwrap();
        seen.count += 1;
        let count = seen.count;
        let is_hit = |when: &When| count == when.first || when.for_good && count > when.first;
        let Some(when) = self.when.filter(is_hit) else { return Ok(false) };
        let reads = matches!(name, "prefix" | "read" | "head");
        if when.fault == Fault::Half && !reads {
            return Ok(false);
        }
        seen.hits.push((name, path.to_path_buf()));
        match when.fault {
            Fault::Refused(number) => Err(io::Error::from_raw_os_error(number)),
            Fault::Half => Ok(true),
        }
    }
}

impl<S: Store> Store for FaultyStore<S> {
    fn show(&self, path: &Path) -> String {
        self.inner.show(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Item>> {
        self.next("list", folder)?;
        self.inner.list(folder)
    }

    fn prefix(&self, path: &Path, length: Bytes) -> io::Result<Prefix> {
        let half = self.next("prefix", path)?;
        let mut prefix = self.inner.prefix(path, length)?;
        if half {
            prefix.bytes.truncate(prefix.bytes.len() / 2);
            prefix.size = Bytes(prefix.bytes.len() as u64);
        }
        Ok(prefix)
    }

    fn read(&self, path: &Path, limit: Bytes) -> io::Result<Vec<u8>> {
        let half = self.next("read", path)?;
        let mut bytes = self.inner.read(path, limit)?;
        bytes.truncate(if half { bytes.len() / 2 } else { bytes.len() });
        Ok(bytes)
    }

    fn open(&self, path: &Path) -> io::Result<Opened> {
        self.next("open", path)?;
        self.inner.open(path)
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<Change> {
        self.next("replace", path)?;
        self.inner.replace(path, bytes)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.next("remove", path)?;
        self.inner.remove(path)
    }

    fn lock(&self, wait: Duration) -> io::Result<Lock> {
        self.next("lock", Path::new(""))?;
        self.inner.lock(wait)
    }

    fn claim(&self, path: &Path) -> io::Result<Option<Lock>> {
        self.next("claim", path)?;
        if self.loses_claims {
            return Ok(Some(Lock::held_by(Lost)));
        }
        self.inner.claim(path)
    }

    /// Fails after half of the names.
    fn scan(
        &self,
        folder: &Path,
        stamps: bool,
        see: &mut dyn FnMut(&OsStr, Kind, Option<Stamp>),
    ) -> io::Result<()> {
        let failed = self.next("scan", folder).err();
        let mut all = Vec::new();
        self.inner.scan(folder, stamps, &mut |name, kind, stamp| all.push((name.to_owned(), kind, stamp)))?;
        let shown = if failed.is_some() { all.len() / 2 } else { all.len() };
        all[..shown].iter().for_each(|(name, kind, stamp)| see(name, *kind, *stamp));
        failed.map_or(Ok(()), Err)
    }

    /// Counts opening the folder, and then each file.
    fn heads(
        &self,
        folder: &Path,
        names: &[&OsStr],
        length: Bytes,
        see: &mut dyn FnMut(usize, io::Result<Beginning<'_>>),
    ) -> io::Result<()> {
        self.next("heads", folder)?;
        self.inner.heads(folder, names, length, &mut |number, head| {
            let next = self.next("head", &folder.join(names[number]));
            see(
                number,
                next.and_then(|half| {
                    let mut head = head?;
                    if half {
                        head.bytes = &head.bytes[..head.bytes.len() / 2];
                        head.size = Bytes(head.bytes.len() as u64);
                        // The file is still being written, so its stamp will change.
                        head.stamp = head.stamp.map(|stamp| Stamp { size: head.size, ..stamp });
                    }
                    Ok(head)
                }),
            );
        })
    }

    fn stamp(&self, path: &Path) -> io::Result<Option<Stamp>> {
        self.next("stamp", path)?;
        self.inner.stamp(path)
    }

    fn folder(&self) -> Option<&Path> {
        self.inner.folder()
    }

    fn keeps_cache(&self) -> bool {
        self.inner.keeps_cache()
    }
}
