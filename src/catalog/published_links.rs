//! Links under which seeds were published before their links changed: the ids of their entries are made of them. It holds
//! only such seeds, and survives an update of feedmill.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{checksummed, serial};
use crate::store::regular;

const NAME: &str = "links";
const MAGIC: &str = "feedmill links 1\n";

/// The first link of each seed whose link has changed since it was published.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedLinks(#[serde(with = "serial::by_path")] BTreeMap<PathBuf, String>);

impl PublishedLinks {
    /// Reads what the last build saved in a cache directory; empty if it saved nothing, `None` if that cannot be read.
    #[must_use]
    pub fn open(folder: &Path) -> Option<Self> {
        match regular::read(&folder.join(NAME)) {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                Some(Self::default())
            }
            bytes => checksummed::decode(MAGIC, &bytes.ok()?),
        }
    }

    /// True if no link has changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns each seed with its first link.
    pub fn iter(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.0.iter().map(|(path, link)| (path.as_path(), link.as_str()))
    }

    /// Returns the first link of a seed.
    #[must_use]
    pub fn get(&self, path: &Path) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Records the link that a seed had before; an earlier one stays.
    pub fn record(&mut self, path: PathBuf, link: String) {
        self.0.entry(path).or_insert(link);
    }

    /// Forgets every seed that does not meet a condition.
    pub fn retain(&mut self, is_kept: impl Fn(&Path) -> bool) {
        self.0.retain(|path, _| is_kept(path));
    }

    /// Saves the links in place of the last ones.
    ///
    /// # Errors
    /// If the file cannot be written; the ids of these seeds change then.
    pub fn save(&self, folder: &Path) -> io::Result<()> {
        checksummed::write(folder, NAME, MAGIC, self)
    }
}
