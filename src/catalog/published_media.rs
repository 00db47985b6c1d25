//! Media files that were published in the feeds folder and not removed since then. Nothing in such a file says that feedmill
//! has put it there, so the list survives an update of feedmill and a change of the configuration.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{checksummed, serial};
use crate::store::regular;

/// Name of the file in the cache directory.
pub(super) const NAME: &str = "published";
const MAGIC: &str = "feedmill published 1\n";

/// Paths of published media files under the feeds folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedMediaList(#[serde(with = "serial::paths")] pub BTreeSet<PathBuf>);

impl PublishedMediaList {
    /// Reads what the last build saved in a cache directory; `None` if it saved nothing, or that cannot be read.
    #[must_use]
    pub fn open(folder: &Path) -> Option<Self> {
        checksummed::decode(MAGIC, &regular::read(&folder.join(NAME)).ok()?)
    }

    /// Saves the list in place of the last one.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, folder: &Path) -> io::Result<()> {
        checksummed::write(folder, NAME, MAGIC, self)
    }
}
