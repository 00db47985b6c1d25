//! Chunks: runs of seeds of one folder, in the order of their names, which are stored and reread together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::types::UnixMs;

/// Mean number of seeds in a chunk: enough to make its row in the index cheap, few enough to hold in memory. Tests have
/// few seeds and still need several chunks.
const MEAN_SEEDS: u64 = if cfg!(test) { 2 } else { 1024 };

/// Returns the id of the chunk that starts with this name, if one does. The name alone decides, so a seed that is added
/// or removed changes its own chunk and hardly ever another. The id of the first chunk of a folder is 0.
#[must_use]
pub fn chunk_boundary(name: &[u8]) -> Option<u64> {
    let hash = xxhash_rust::xxh3::xxh3_64(name);
    hash.is_multiple_of(MEAN_SEEDS).then_some(hash)
}

/// Summary of a chunk, and the position of its block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// Id in its folder, whatever its seeds are ([`chunk_boundary`]).
    pub id: u64,
    /// Sum of the fingerprints of its seeds.
    pub fingerprint: u128,
    /// Number of seeds.
    pub seeds: u32,
    /// Number of them that are unusable.
    pub skipped: u32,
    /// Number of them that are intentionally not articles.
    pub ignored: u32,
    /// Number of them that are the article of their folder (`index.md`).
    pub index_pages: u32,
    /// Time at which the first of them expires; `i64::MAX` if none does.
    pub first_expiry: UnixMs,
    /// Latest time of the usable ones that may be a little ahead; `i64::MIN` if there are none.
    pub latest: UnixMs,
    /// Latest time of those that are held back until their exact time; `i64::MIN` if there are none.
    pub latest_exact: UnixMs,
    /// True if a seed has a stored [`About`](super::About).
    pub has_abouts: bool,
    /// True if a seed has an id of its own.
    pub has_ids: bool,
    /// True if a seed must be reread even if its fingerprint is unchanged.
    pub needs_reread: bool,
    /// True if there are findings about its seeds.
    pub has_findings: bool,
    pub(super) offset: u64,
    pub(super) length: u64,
    pub(super) checksum: u64,
}

impl Chunk {
    /// Returns the summary of no seeds.
    pub(super) fn empty() -> Self {
        Self {
            id: 0,
            fingerprint: 0,
            seeds: 0,
            skipped: 0,
            ignored: 0,
            index_pages: 0,
            first_expiry: UnixMs(i64::MAX),
            latest: UnixMs(i64::MIN),
            latest_exact: UnixMs(i64::MIN),
            has_abouts: false,
            has_ids: false,
            needs_reread: false,
            has_findings: false,
            offset: 0,
            length: 0,
            checksum: 0,
        }
    }

    /// Returns the number of usable seeds.
    #[must_use]
    pub fn articles(&self) -> u32 {
        self.seeds - self.skipped - self.ignored
    }
}

/// Folders of seeds, each in chunks in the order of the names.
pub type Folders = BTreeMap<PathBuf, Vec<Chunk>>;

/// Returns every chunk with its folder.
pub fn chunks(folders: &Folders) -> impl Iterator<Item = (&Path, &Chunk)> {
    folders.iter().flat_map(|(path, chunks)| chunks.iter().map(|chunk| (path.as_path(), chunk)))
}
