//! What was done since the last complete build, next to the cache: one file for each top folder of the seeds that one of several
//! builders has built, and files with heads that a build had read before it was killed or failed.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use rayon::prelude::*;

use crate::catalog::{self, Catalog, Chunk, FOLDER, Folders, Shard, SharedDocs};
use crate::error::Error;
use crate::store::{Stamp, Store, at_once};
use crate::types::Bytes;

use super::context::{Context, feeds_error};

/// Name of the folder in that of the cache.
const NAME: &str = "shared";
/// Extensions of the files with the work of a builder, and of the locks.
const SHARD: &str = "shard";
const LOCK: &str = "lock";
/// Begins the names of months: in that of a folder, two hexadecimal digits follow this sign.
const MONTH: &str = "~month-";
/// Begins the names of files with heads that a build has read. They are adopted after those of top folders, which have all heads.
const HEADS: &str = "~reads-";
/// Number of heads after which they are stored.
const STORED_HEADS: usize = if cfg!(test) { 8 } else { 4096 };
/// Number of files that are in memory at once.
const AT_ONCE: usize = 16;
/// Length in bytes above which the name of a folder is cut off: a file system allows 255.
const MAX_NAME: usize = 120;

/// Shards by path, each with its version.
pub(super) type Shards = BTreeMap<PathBuf, u128>;

/// Returns the path of the shard of a top folder.
pub(super) fn path(folder: &OsStr) -> PathBuf {
    Path::new(FOLDER).join(NAME).join(format!("{}.{SHARD}", file_stem(folder)))
}

/// Returns the path of the shard of a month of archives. No folder has the same.
pub(super) fn month_path(month: &str) -> PathBuf {
    Path::new(FOLDER).join(NAME).join(format!("{MONTH}{month}.{SHARD}"))
}

/// Returns the path of the lock of what becomes a shard.
pub(super) fn lock_path(shard: &Path) -> PathBuf {
    shard.with_extension(LOCK)
}

/// Returns a name that is the same on every system, and different for each folder.
fn file_stem(folder: &OsStr) -> String {
    let mut name = String::new();
    for byte in folder.as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => name.push(char::from(*byte)),
            // Some file systems ignore case.
            _ => name.push_str(&format!("~{byte:02x}")),
        }
    }
    if name.len() > MAX_NAME {
        name.truncate(MAX_NAME);
        return format!("{name}~~{:032x}", catalog::hash(folder.as_encoded_bytes()));
    }
    if name.is_empty() { "~".to_owned() } else { name }
}

/// Returns the shards of all builders.
///
/// # Errors
/// If the store fails.
pub(super) fn list(feeds: &dyn Store) -> Result<Shards, Error> {
    let folder = Path::new(FOLDER).join(NAME);
    let mut shards = Shards::new();
    let listed = feeds.scan(&folder, true, &mut |name, _, stamp| {
        let path = folder.join(name);
        if path.extension() == Some(SHARD.as_ref()) {
            shards.insert(path, version(name, stamp));
        }
    });
    match listed {
        // There is no folder if there are none.
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(feeds_error("list the work of other builders", feeds, &folder, error))
        }
        _ => Ok(shards),
    }
}

/// Returns the version of the shard at a path; `None` if there is none.
///
/// # Errors
/// If the store fails.
pub(super) fn find(feeds: &dyn Store, path: &Path) -> Result<Option<u128>, Error> {
    match feeds.stamp(path) {
        Ok(stamp) => Ok(Some(version(path.file_name().unwrap_or_default(), stamp))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(feeds_error("read the work of another builder", feeds, path, error)),
    }
}

fn version(name: &OsStr, stamp: Option<Stamp>) -> u128 {
    stamp.map_or(0, |stamp| catalog::fingerprint(name, &stamp.as_locked()))
}

/// Heads that a build has read from a server. They are stored from time to time: if the build is killed, the next one need not read
/// them again.
pub(super) struct Heads<'a> {
    feeds: &'a dyn Store,
    /// Hash of what heads depend on in addition to their files.
    basis: u128,
    unsaved: Mutex<Unsaved>,
}

#[derive(Default)]
struct Unsaved {
    chunks: Folders,
    /// Number of heads that were read for them.
    heads: usize,
    /// Number of files so far.
    files: usize,
}

impl<'a> Heads<'a> {
    /// Returns an empty collection; `None` if reading heads again costs little, or there is no place for them.
    pub(super) fn of(context: &'a Context<'_>, basis: u128) -> Option<Self> {
        context.stores_heads().then(|| Self { feeds: context.feeds, basis, unsaved: Mutex::default() })
    }

    /// Adds a chunk for which some heads were read, and stores all if they are enough.
    pub(super) fn add(&self, catalog: &Catalog, folder: &Path, chunk: &Chunk, heads: usize) {
        let mut unsaved = self.unsaved.lock().unwrap_or_else(PoisonError::into_inner);
        unsaved.chunks.entry(folder.to_path_buf()).or_default().push(chunk.clone());
        unsaved.heads += heads;
        if unsaved.heads < STORED_HEADS {
            return;
        }
        (unsaved.heads, unsaved.files) = (0, unsaved.files + 1);
        let (chunks, number) = (std::mem::take(&mut unsaved.chunks), unsaved.files);
        drop(unsaved);
        let name = format!("{HEADS}{:08x}-{number}.{SHARD}", own_number());
        // Nothing is lost but time if this fails.
        if let Ok(shard) = catalog.shard(&chunks, self.basis, SharedDocs::default()) {
            let _ = self.feeds.replace(&Path::new(FOLDER).join(NAME).join(name), &shard);
        }
    }
}

/// Returns a number that differs for each builder and each time.
pub(super) fn own_number() -> u32 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    catalog::hash(format!("{} {}", now.as_nanos(), std::process::id()).as_bytes()) as u32
}

/// Adds shards to a catalog. `basis` is the hash of what its heads depend on in addition to their files.
///
/// # Errors
/// If the system is out of resources. What cannot be read is done again.
pub(super) fn adopt(
    context: &Context<'_>,
    catalog: &mut Catalog,
    basis: u128,
    shards: &Shards,
) -> Result<(), Error> {
    let paths: Vec<&PathBuf> = shards.keys().collect();
    for paths in paths.chunks(AT_ONCE) {
        let read = at_once(paths, |path| read(context.feeds, path));
        for (path, bytes) in paths.iter().zip(read) {
            let adopted = bytes.and_then(|bytes| match Shard::decode(&bytes, basis) {
                Some(shard) => catalog.adopt(shard),
                None => Ok(()),
            });
            if let Err(error) = adopted.or_else(unless_exhausted) {
                return Err(Error::io("read the work of another builder", context.feeds.show(path), error));
            }
        }
    }
    Ok(())
}

fn read(feeds: &dyn Store, path: &Path) -> io::Result<Vec<u8>> {
    feeds.read(path, Bytes(u64::MAX - 1))
}

fn unless_exhausted(error: io::Error) -> io::Result<()> {
    if crate::store::is_exhausted(&error) { Err(error) } else { Ok(()) }
}

/// Removes the work of all builders, because it is in the catalog. What cannot be removed is ignored by the next build.
pub(super) fn remove_all(feeds: &dyn Store) {
    let shards = list(feeds).unwrap_or_default();
    shards.par_iter().for_each(|(path, _)| _ = feeds.remove(path));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_has_a_file_of_its_own() {
        let long = "ä".repeat(120);
        let names = ["", "town", "Town", "~", "a.lock", "stadt ü", "..", long.as_str(), &long[..238]];
        let stems: std::collections::BTreeSet<_> =
            names.iter().map(|name| file_stem(OsStr::new(name))).collect();
        assert_eq!(stems.len(), names.len());
        assert!(stems.iter().all(|stem| stem.len() < 200 && !stem.contains(['.', '/', ' '])), "{stems:?}");
        assert_eq!(path(OsStr::new("town")), Path::new(".feedmill/shared/town.shard"));
        assert_eq!(lock_path(&path(OsStr::new(""))), Path::new(".feedmill/shared/~.lock"));
        assert_ne!(month_path("2023-10"), path(OsStr::new("~month-2023-10")));
    }
}
