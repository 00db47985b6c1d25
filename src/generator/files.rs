//! The files of a repository, as far as its facts depend on them.

use std::cell::RefCell;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use xxhash_rust::xxh3::Xxh3;

use crate::error::Error;
use crate::store::{Item, Kind, Store};
use crate::types::Bytes;

/// Folder of packages of JavaScript, many of which have a `README.md`. No generator makes pages of them.
pub(crate) const PACKAGES: &str = "node_modules";

/// True for what is no part of a site: hidden files and folders, and the packages that its programs are made of.
pub(crate) fn is_apart(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".") || name == PACKAGES
}

/// Size of the largest configuration or data file that is read.
const LIMIT: Bytes = Bytes(1 << 20);
/// Number of bytes that hold the front matter of nearly every file.
const BEGINNING: Bytes = Bytes(16 << 10);
/// Number of folders that are looked through at most.
const FOLDERS: usize = 20_000;

/// Reads files and remembers what it read, so that equal fingerprints mean equal facts.
pub struct Files<'a> {
    store: &'a dyn Store,
    read: RefCell<Xxh3>,
    failure: FirstFailure,
}

/// The first error because of which something may be missing that is there.
#[derive(Debug, Default)]
pub(super) struct FirstFailure(Mutex<Option<Error>>);

impl FirstFailure {
    /// Returns what was read, unless nothing is there.
    pub(super) fn there<T>(&self, store: &dyn Store, path: &Path, read: io::Result<T>) -> Option<T> {
        read.inspect_err(|error| self.note(store, path, error)).ok()
    }

    fn note(&self, store: &dyn Store, path: &Path, error: &io::Error) {
        if !is_absent(error) {
            let error = io::Error::new(error.kind(), error.to_string());
            let error = Error::io("read a file of the site", store.show(path), error);
            self.get().get_or_insert(error);
        }
    }

    /// True if there was one that was not returned.
    pub(super) fn is_there(&self) -> bool {
        self.get().is_some()
    }

    /// Returns it, unless it was returned before.
    pub(super) fn take(&self) -> Option<Error> {
        self.get().take()
    }

    fn get(&self) -> MutexGuard<'_, Option<Error>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> Files<'a> {
    /// Reads through a store whose root is that of the repository.
    #[must_use]
    pub fn new(store: &'a dyn Store) -> Self {
        Self { store, read: RefCell::default(), failure: FirstFailure::default() }
    }

    /// Returns the text of a file; `None` if there is none.
    pub fn text(&self, path: impl AsRef<Path>) -> Option<String> {
        let path = path.as_ref();
        self.there(path, self.store.read(path, LIMIT)).map(|bytes| self.keep(path, &bytes))
    }

    /// Returns the beginning of a file.
    pub fn beginning(&self, path: impl AsRef<Path>) -> Option<String> {
        let path = path.as_ref();
        self.there(path, self.store.prefix(path, BEGINNING)).map(|read| self.keep(path, &read.bytes))
    }

    /// Returns the first of some configurations that is there, with its name.
    ///
    /// # Errors
    /// If it cannot be read, for whatever reason: without it, articles would have other addresses.
    pub fn configuration<'n>(&self, names: &[&'n str]) -> Result<Option<(&'n str, String)>, Error> {
        for name in names {
            let path = Path::new(name);
            match self.store.read(path, LIMIT) {
                Ok(bytes) => return Ok(Some((name, self.keep(path, &bytes)))),
                Err(error) if is_absent(&error) && !(is_refused(&error) && self.is_listed(path)) => {}
                Err(error) => {
                    self.failure.note(self.store, path, &error);
                    return Err(Error::io(
                        "read the configuration of the site",
                        self.store.show(path),
                        error,
                    ));
                }
            }
        }
        Ok(None)
    }

    /// True if a file is there: of a folder without permission, every name is refused.
    fn is_listed(&self, path: &Path) -> bool {
        let items = self.store.list(path.parent().unwrap_or(Path::new("")));
        items.is_ok_and(|items| items.iter().any(|item| Some(&*item.name) == path.file_name()))
    }

    /// Returns what was read, unless nothing is there.
    fn there<T>(&self, path: &Path, read: io::Result<T>) -> Option<T> {
        self.failure.there(self.store, path, read)
    }

    /// Returns the first error because of which something may be missing, unless it was returned before.
    pub fn failure(&self) -> Option<Error> {
        self.failure.take()
    }

    fn keep(&self, path: &Path, bytes: &[u8]) -> String {
        let mut read = self.read.borrow_mut();
        read.update(path.as_os_str().as_encoded_bytes());
        read.update(&(bytes.len() as u64).to_le_bytes());
        read.update(bytes);
        String::from_utf8_lossy(bytes).trim_start_matches('\u{feff}').to_owned()
    }

    /// Returns the first of some files that is there, with its name.
    pub fn first<'n>(&self, names: &[&'n str]) -> Option<(&'n str, String)> {
        names.iter().find_map(|name| Some((*name, self.text(name)?)))
    }

    /// True if this is a folder.
    pub fn has_folder(&self, path: impl AsRef<Path>) -> bool {
        self.there(path.as_ref(), self.store.list(path.as_ref())).is_some()
    }

    /// Returns the names of the visible files and folders in a folder that are UTF-8; empty if it cannot be listed.
    pub fn names(&self, folder: impl AsRef<Path>) -> Vec<(String, Kind)> {
        let name = |item: Item| Some((item.name.into_string().ok()?, item.kind));
        self.visible(folder.as_ref()).into_iter().filter_map(name).collect()
    }

    /// Returns the visible files and folders in a folder; none if it cannot be listed.
    fn visible(&self, folder: &Path) -> Vec<Item> {
        let mut items = self.there(folder, self.store.list(folder)).unwrap_or_default();
        items.retain(|item| !is_apart(&item.name));
        items
    }

    /// Returns the path of every file under a folder whose name `takes` accepts, folders before what is in them.
    pub fn under(&self, folder: impl AsRef<Path>, takes: impl Fn(&str) -> bool) -> Vec<PathBuf> {
        let (mut found, mut folders, mut seen) = (Vec::new(), vec![folder.as_ref().to_path_buf()], 0);
        while let Some(folder) = folders.pop() {
            seen += 1;
            if seen > FOLDERS {
                break;
            }
            let mut inner = Vec::new();
            for item in self.visible(&folder) {
                match item.kind {
                    Kind::File if takes(&item.name.to_string_lossy()) => found.push(folder.join(item.name)),
                    Kind::Folder => inner.push(folder.join(item.name)),
                    _ => {}
                }
            }
            folders.extend(inner.into_iter().rev());
        }
        let mut read = self.read.borrow_mut();
        found.iter().for_each(|path| read.update(path.as_os_str().as_encoded_bytes()));
        drop(read);
        found
    }

    /// Returns the hash of everything that was read and found.
    pub fn fingerprint(&self) -> u128 {
        self.read.borrow().digest128()
    }
}

/// True if an error means that there is no such file, or none that its reader wants. Any other says nothing about it: the system
/// may be out of file handles or memory, or the disk may have failed.
fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidFilename, InvalidInput, IsADirectory, NotADirectory, NotFound, Unsupported};
    let kinds = [NotFound, NotADirectory, IsADirectory, InvalidInput, InvalidFilename, Unsupported];
    kinds.contains(&error.kind()) || is_refused(error)
}

/// True if a file is there and is not read because of what it is.
fn is_refused(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::FileTooLarge)
}
