//! Step 9: files are published, each as a whole, and files that are no longer generated are reported or removed.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

use rayon::prelude::*;
use url::Url;

use crate::config::Grouping;
use crate::diag::{Finding, Place, Sink, codes};
use crate::error::Error;
use crate::format::{self, Document, FORMATS, INDEX};
use crate::store::{Change, Kind, Lock, Source, Stamp, Store, is_exhausted};
use crate::types::Bytes;

use super::archive;
use super::context::{Context, Report};
use super::entry_pages;
use super::reuse;
use super::spool::FileBytes;

/// Size of the largest file that is read to see whether feedmill generated it.
const MAX_INSPECTED: Bytes = Bytes(256 << 20);
/// Maximum number of threads that publish files in addition to those that do everything else: while one waits for the disk,
/// another one writes.
const MAX_HELPERS: usize = 2;

/// A file that waits to be published.
pub(super) struct PendingFile {
    pub(super) bytes: FileBytes,
    /// URL at which it will be.
    pub(super) url: Option<Url>,
}

/// Files that wait, by path under the feeds folder.
pub(super) type PendingFiles = BTreeMap<PathBuf, PendingFile>;

/// The way of every file to the feeds folder: together with others, after they were verified. Threads share it.
pub(super) struct Publisher<'a> {
    store: &'a dyn Store,
    /// Lock without which nothing is published, if it is not that of the store.
    lock: Option<&'a Lock>,
    pending: Mutex<PendingFiles>,
}

/// A file that was published.
pub(super) struct Published {
    pub(super) path: PathBuf,
    pub(super) hash: u128,
    /// Hash of its name and stamp; 0 if it may change without a new stamp.
    pub(super) fingerprint: u128,
    /// True if it is new or has new bytes.
    pub(super) is_changed: bool,
}

impl<'a> Publisher<'a> {
    pub(super) fn new(store: &'a dyn Store) -> Self {
        Self { store, lock: None, pending: Mutex::default() }
    }

    /// Creates a publisher that stops if a lock is lost.
    pub(super) fn under(store: &'a dyn Store, lock: &'a Lock) -> Self {
        Self { lock: Some(lock), ..Self::new(store) }
    }

    /// Takes a file. `url` is where it will be.
    pub(super) fn add(&self, path: PathBuf, bytes: FileBytes, url: Option<Url>) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.insert(path, PendingFile { bytes, url });
    }

    /// Returns the files.
    pub(super) fn pending(&mut self) -> &mut PendingFiles {
        self.pending.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// Publishes the files, several at a time, because each waits for the disk.
    ///
    /// # Errors
    /// If the store fails.
    pub(super) fn finish(mut self) -> Result<Vec<Published>, Error> {
        self.finish_during(|| ()).0
    }

    /// Publishes the files, the largest first, while something else is done.
    ///
    /// # Errors
    /// If the store fails.
    pub(super) fn finish_during<T>(
        &mut self,
        work: impl FnOnce() -> T,
    ) -> (Result<Vec<Published>, Error>, T) {
        let mut queue: Vec<_> = std::mem::take(self.pending()).into_iter().collect();
        queue.sort_by_key(|(_, file)| file.bytes.size());
        let threads = rayon::current_num_threads();
        // The threads of a bucket wait for it already.
        let is_on_disk = self.store.folder().is_some();
        let helpers = if is_on_disk { MAX_HELPERS.min(queue.len()).min(threads - 1) } else { 0 };
        let queue = Mutex::new(queue);
        let (published, done) = thread::scope(|scope| {
            let publish = || self.publish_from(&queue);
            // Without a thread, the others have more to do.
            let helpers: Vec<_> = (0..helpers)
                .filter_map(|_| thread::Builder::new().spawn_scoped(scope, publish).ok())
                .collect();
            let done = work();
            let mut published: Vec<Result<_, Error>> =
                (0..threads).into_par_iter().map(|_| publish()).collect();
            published.extend(
                helpers.into_iter().map(|one| one.join().unwrap_or_else(|panic| resume_unwind(panic))),
            );
            (published, done)
        });
        let published = published.into_iter().collect::<Result<Vec<_>, _>>().map(|all| {
            let mut all: Vec<Published> = all.into_iter().flatten().collect();
            all.sort_unstable_by(|a, b| a.path.cmp(&b.path));
            all
        });
        (published, done)
    }

    /// Publishes files of a queue from its end on, until it is empty or a file cannot be published.
    fn publish_from(&self, queue: &Mutex<Vec<(PathBuf, PendingFile)>>) -> Result<Vec<Published>, Error> {
        let take = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let published = std::iter::from_fn(take).map(|(path, file)| self.publish(path, &file.bytes));
        let published: Result<_, Error> = published.collect();
        if published.is_err() {
            queue.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        published
    }

    fn publish(&self, path: PathBuf, bytes: &FileBytes) -> Result<Published, Error> {
        let held = self.lock.map_or(Ok(()), Lock::verify);
        held.map_err(|e| Error::io("write the feed", self.store.show(&path), e))?;
        let is_changed = put(self.store, &path, bytes)?;
        let hash = bytes.hash();
        let hash = hash.map_err(|e| Error::io("read a temporary file", self.store.show(&path), e))?;
        // On disk, a file that was just written may be written again without a new stamp.
        let stamp = if self.store.folder().is_some() { None } else { self.store.stamp(&path).ok().flatten() };
        let stamp = stamp.filter(Stamp::is_versioned).map(Stamp::as_locked);
        let fingerprint = reuse::fingerprint(path.file_name().unwrap_or_default(), stamp.as_ref());
        Ok(Published { path, hash, fingerprint, is_changed })
    }
}

/// Writes a file; true if it is new or has new bytes.
///
/// # Errors
/// If the store fails.
fn put(store: &dyn Store, path: &Path, bytes: &dyn Source) -> Result<bool, Error> {
    let change = store.replace_from(path, bytes);
    change
        .map(|change| change == Change::Written)
        .map_err(|e| Error::io("write the feed", store.show(path), e))
}

/// Reports files that are no longer generated, or removes them; `media` are those of them that are no feeds. The files of an
/// open month are removed in any case once those of the closed month exist.
///
/// # Errors
/// If the store fails to remove one, or the system is out of resources.
pub(super) fn remove_orphans(
    store: &dyn Store,
    generated: &BTreeSet<PathBuf>,
    media: &BTreeSet<PathBuf>,
    prune: bool,
    sink: &mut Sink<'_>,
    report: &mut Report,
) -> Result<(), Error> {
    for path in orphans(store, generated)?.into_iter().chain(media.iter().cloned()) {
        if prune || archive::closed_month_path(&path).is_some_and(|closed| generated.contains(&closed)) {
            store.remove(&path).map_err(|e| Error::io("remove the feed", store.show(&path), e))?;
            report.removed += 1;
        } else {
            sink.push(Finding::new(&codes::FEED_ORPHAN, Place::file(store.show(&path)), ""));
        }
    }
    Ok(())
}

/// Removes the pages of entries that left the feeds: pages are bounded as feeds are. Without `pages`, they are reported once,
/// or removed with `prune`. Nothing is removed after a build that could not read every seed.
///
/// # Errors
/// If the store fails to remove one, or the system is out of resources.
pub(super) fn remove_old_pages(
    context: &Context<'_>,
    generated: &BTreeSet<PathBuf>,
    is_partial: bool,
    sink: &mut Sink<'_>,
    report: &mut Report,
) -> Result<(), Error> {
    let (store, is_removed) = (context.feeds, context.plan.entry_pages || context.options.prune);
    let Some(kind) = format::page() else { return Ok(()) };
    let old = entry_pages::existing(store)?;
    for path in old.into_iter().filter(|path| !is_partial && !generated.contains(path)) {
        match is_ours(store, &path, kind) {
            Ok(true) if is_removed => {
                store.remove(&path).map_err(|e| Error::io("remove the page", store.show(&path), e))?;
                report.removed += 1;
            }
            Ok(true) => {
                let detail = "`pages` is off; the same goes for the others in its folder";
                sink.push(Finding::new(&codes::FEED_ORPHAN, Place::file(store.show(&path)), detail));
                break;
            }
            Err(error) if is_exhausted(&error) => {
                return Err(Error::io("read the file", store.show(&path), error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Returns files that feedmill generated and this build did not: feeds in the root, one folder below, or in the folder of a
/// tag, author or language, archive documents, and files next to the feeds.
fn orphans(store: &dyn Store, generated: &BTreeSet<PathBuf>) -> Result<Vec<PathBuf>, Error> {
    let mut folders = vec![PathBuf::new()];
    folders.extend(subfolders(store, Path::new(""))?);
    for by in Grouping::ALL {
        folders.extend(subfolders(store, Path::new(by.name()))?);
    }
    let mut paths: Vec<(PathBuf, &dyn Document)> = Vec::new();
    for folder in folders {
        if let Some(page) = format::page().filter(|_| !folder.as_os_str().is_empty()) {
            paths.push((folder.join(page.file_name()), page as _));
        }
        let mut months = subfolders(store, &folder.join(archive::FOLDER))?;
        months.retain(|month| month.file_name().is_some_and(archive::is_folder));
        for folder in std::iter::once(folder).chain(months) {
            paths.extend(FORMATS.iter().map(|format| (folder.join(format.file_name()), *format as _)));
        }
    }
    paths.extend(INDEX.iter().map(|index| (PathBuf::from(index.file_name()), *index as _)));
    paths.retain(|(path, _)| !generated.contains(path));
    let mut orphans = Vec::new();
    for (path, kind) in paths {
        match is_ours(store, &path, kind) {
            Ok(true) => orphans.push(path),
            Err(error) if is_exhausted(&error) => {
                return Err(Error::io("read the file", store.show(&path), error));
            }
            _ => {}
        }
    }
    Ok(orphans)
}

/// Returns the folders in a folder; none if it cannot be listed.
fn subfolders(store: &dyn Store, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let items = match store.list(folder) {
        Err(error) if is_exhausted(&error) => {
            return Err(Error::io("list the folder", store.show(folder), error));
        }
        items => items.unwrap_or_default(),
    };
    let folders = items.into_iter().filter(|item| item.kind == Kind::Folder);
    Ok(folders.map(|item| folder.join(item.name)).collect())
}

/// True if the file at a path is a document of a kind, and says that feedmill generated it.
///
/// # Errors
/// The error of the store.
pub(super) fn is_ours(store: &dyn Store, path: &Path, kind: &dyn Document) -> io::Result<bool> {
    let bytes = store.read(path, MAX_INSPECTED)?;
    Ok(String::from_utf8(bytes).is_ok_and(|text| kind.is_ours(&text)))
}
