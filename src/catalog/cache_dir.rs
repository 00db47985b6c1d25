//! The cache directory of a build. That of feeds in object storage is a temporary copy of the objects in `.feedmill`, so that
//! a build on a new machine without a disk continues where the last one stopped.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::Deref;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tempfile::TempDir;

use super::{Hasher, location};
use crate::config::Plan;
use crate::store::{Source, Store};
use crate::types::Bytes;

/// Files of the cache, in the order in which they are stored: the index last, because it refers to the seeds.
const FILES: &[&str] = &["seeds", "links", "media", "hubs", "index"];

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
    /// Hashes of the files as the store has them.
    stored: BTreeMap<&'static str, u128>,
}

impl CacheDir {
    /// Opens the cache directory of feeds; `None` if there is to be none.
    ///
    /// # Errors
    /// If it has to be copied from the store, and the store or the folder for temporary files fails.
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
        // All at once, because each waits for a server.
        let copied = FILES.par_iter().map(|name| {
            let path = folder.path().join(name);
            match feeds.open(&Path::new(location::FOLDER).join(name)) {
                Ok(mut opened) => {
                    io::copy(&mut opened.content, &mut File::create(&path)?)?;
                    Ok(Some((*name, hash(&path)?)))
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            }
        });
        let copied: io::Result<Vec<_>> = copied.collect();
        let stored = copied?.into_iter().flatten().collect();
        let path = folder.path().to_path_buf();
        Ok(Some(Self { path, copy: Some(Copy { _folder: folder, stored }) }))
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
            if copy.stored.get(name) != Some(&hash) {
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

impl Deref for CacheDir {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.path
    }
}

/// Returns the hash of a file.
fn hash(path: &Path) -> io::Result<u128> {
    let mut hasher = Hasher::default();
    io::copy(&mut File::open(path)?, &mut hasher)?;
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
        match File::open(&self.path) {
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
