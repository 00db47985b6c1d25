//! The cache directory of a build. That of feeds in object storage is a temporary copy of the objects in `.feedmill`, so that
//! a build on a new machine without a disk continues where the last one stopped.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;

use super::hash::Hashing;
use super::{Fetch, Hasher, SEEDS_NAME, hub_state, location, published_media};
use crate::config::Plan;
use crate::store::{Opened, Source, Store, at_once, regular};
use crate::types::Bytes;

/// Files of the cache, in the order in which they are stored: the index last, because it refers to the seeds.
const FILES: &[&str] = &[SEEDS_NAME, "links", "media", "hubs", published_media::NAME, "index"];

/// Cache directory of a build.
#[derive(Debug)]
pub struct CacheDir {
    path: PathBuf,
    copy: Option<Copy>,
}

/// A copy of the cache of a store.
#[derive(Debug)]
struct Copy {
    _folder: TempDir,
    stored: Arc<Stored>,
}

/// Hashes of the files that were fetched, as the store has them.
type Stored = Mutex<BTreeMap<&'static str, u128>>;

impl CacheDir {
    /// Opens the cache directory of feeds; `None` if there is to be none. A copy is empty until [`CacheDir::fetch`].
    ///
    /// # Errors
    /// If there can be no temporary folder for a copy.
    pub fn open(plan: &Plan, feeds: &dyn Store) -> io::Result<Option<Self>> {
        if !plan.catalog {
            return Ok(None);
        }
        if let Some(path) = location::on_disk(plan, feeds) {
            return Ok(Some(Self { path, copy: None }));
        }
        if feeds.folder().is_some() || !feeds.keeps_cache() {
            return Ok(None);
        }
        let folder = tempfile::tempdir()?;
        let path = folder.path().to_path_buf();
        Ok(Some(Self { path, copy: Some(Copy { _folder: folder, stored: Arc::default() }) }))
    }

    /// Fetches the files of a copy from the store, except what [`CacheDir::later`] fetches; does nothing for a directory on
    /// disk.
    ///
    /// # Errors
    /// If the store or the folder for temporary files fails.
    pub fn fetch(&self, feeds: &dyn Store) -> io::Result<()> {
        if self.copy.is_none() {
            return Ok(());
        }
        let listed = match feeds.list(Path::new(location::FOLDER)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            listed => listed?,
        };
        // They may have been fetched before.
        for name in FILES {
            let _ = fs::remove_file(self.path.join(name));
        }
        let is_listed = |name: &&str| listed.iter().any(|item| item.name == **name);
        let mut there: Vec<_> = FILES.iter().copied().filter(is_listed).collect();
        there.retain(|name| *name != SEEDS_NAME || self.later(feeds).is_none());
        self.fetch_files(feeds, &there)
    }

    /// Returns a function that fetches the file of blocks of a copy, which is by far the largest, and which an unchanged build
    /// does not need; `None` if the file is there, or the store fetches nothing later.
    pub fn later(&self, feeds: &dyn Store) -> Option<Fetch> {
        let (path, stored) = (self.path.join(SEEDS_NAME), self.copy.as_ref()?.stored.clone());
        let open = feeds.opener(&Path::new(location::FOLDER).join(SEEDS_NAME)).filter(|_| !path.exists())?;
        Some(Box::new(move || {
            let hash = save(open()?, &path)?;
            lock(&stored).insert(SEEDS_NAME, hash);
            Ok(())
        }))
    }

    /// Fetches the file of a copy that says what hubs know.
    ///
    /// # Errors
    /// As [`CacheDir::fetch`].
    pub fn fetch_hubs(&self, feeds: &dyn Store) -> io::Result<()> {
        self.fetch_files(feeds, &[hub_state::NAME])
    }

    fn fetch_files(&self, feeds: &dyn Store, names: &[&'static str]) -> io::Result<()> {
        let Some(copy) = &self.copy else { return Ok(()) };
        let fetched = at_once(names, |name| {
            let path = self.path.join(name);
            match feeds.open(&Path::new(location::FOLDER).join(name)) {
                Ok(opened) => Ok(Some((*name, save(opened, &path)?))),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            }
        });
        let fetched: io::Result<Vec<_>> = fetched.into_iter().collect();
        *lock(&copy.stored) = fetched?.into_iter().flatten().collect();
        Ok(())
    }

    /// Stores what changed in a copy; does nothing for a directory on disk.
    ///
    /// # Errors
    /// If the store fails. The next build then reads more than it needs to.
    pub fn save(&self, feeds: &dyn Store) -> io::Result<()> {
        let Some(copy) = &self.copy else { return Ok(()) };
        for name in FILES {
            let path = self.path.join(name);
            if !path.exists() {
                continue;
            }
            let hash = hash(&path)?;
            if lock(&copy.stored).get(name) != Some(&hash) {
                let file = OnDisk { size: Bytes(fs::metadata(&path)?.len()), path };
                feeds.replace_from(&Path::new(location::FOLDER).join(name), &file)?;
            }
        }
        Ok(())
    }

    /// Returns the directory for messages.
    #[must_use]
    pub fn show(&self, feeds: &dyn Store) -> String {
        match self.copy {
            Some(_) => feeds.show(Path::new(location::FOLDER)),
            None => self.path.to_string_lossy().into_owned(),
        }
    }
}

fn lock(stored: &Stored) -> MutexGuard<'_, BTreeMap<&'static str, u128>> {
    stored.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Deref for CacheDir {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.path
    }
}

/// Copies an open file to a path, and returns its hash.
fn save(mut opened: Opened, path: &Path) -> io::Result<u128> {
    let mut copy = Hashing::new(regular::create(path)?);
    io::copy(&mut opened.content, &mut copy)?;
    Ok(copy.hasher.finish())
}

/// Returns the hash of a file.
fn hash(path: &Path) -> io::Result<u128> {
    let mut hasher = Hasher::default();
    io::copy(&mut regular::open(path)?, &mut hasher)?;
    Ok(hasher.finish())
}

/// Bytes of a file on disk.
struct OnDisk {
    path: PathBuf,
    size: Bytes,
}

impl Source for OnDisk {
    fn size(&self) -> Bytes {
        self.size
    }

    fn open(&self) -> Box<dyn Read + '_> {
        match regular::open(&self.path) {
            Ok(file) => Box::new(file),
            Err(error) => Box::new(Failed(Some(error))),
        }
    }
}

/// Reader of a file that cannot be opened.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
