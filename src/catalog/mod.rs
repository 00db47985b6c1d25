//! The catalog: what the last build saw and made. It is stored in the cache directory: stamp and head of each seed, inputs
//! and hashes of each document. Losing it costs time and nothing else.
//!
//! Two files. `seeds` holds the seeds of each folder in blocks ([`Block`]); a build only appends to it. `index` says where
//! the blocks of the last build are, and is replaced as a whole after the feeds are published. So whenever a build is
//! interrupted, the index refers to bytes that exist. Everything is verified by a checksum before it is used. Hub
//! notifications, media metadata, changed links and published media files are in a small file each ([`HubState`], [`MediaCache`],
//! [`PublishedLinks`], [`PublishedMediaList`]), which survive an update of feedmill.
//!
//! A build without a cache uses the same blocks in a temporary file. Feeds that are in object storage have their cache there:
//! a build works with a copy ([`CacheDir`]).

mod block;
mod block_file;
mod cache_dir;
mod checksummed;
mod chunk;
mod hash;
mod hub_state;
mod last_build;
mod location;
mod media_cache;
mod published_links;
mod published_media;
mod seed_findings;
mod serial;
mod shard;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::store::{Stamp, regular};

pub(crate) use block::is_index_page;
pub use block::{About, Block, Head, Row, Rows};
pub use block_file::Fetch;
use block_file::{Access, BlockFile};
pub use cache_dir::CacheDir;
pub use chunk::{Chunk, Folders, chunk_boundary, chunks};
pub use hash::{Hasher, finding_hash, fingerprint, hash, key_hash, path_hash, plan_hash};
pub use hub_state::HubState;
pub use last_build::{BuiltDoc, Counts, LastBuild, PublishedFile, PublishedMedia};
pub use location::{FOLDER, lost, obstacle};
pub use media_cache::{Known, MediaCache};
pub use published_links::PublishedLinks;
pub use published_media::PublishedMediaList;
pub use seed_findings::SeedFindings;
pub use serial::file_name;
pub use shard::{Shard, SharedDoc, SharedDocs};

/// Name of the index in the cache directory: the last file of a build.
pub const INDEX_NAME: &str = "index";
const SEEDS_NAME: &str = "seeds";
/// Names of the two while they are written. The lock allows one build at a time.
const NEW_INDEX_NAME: &str = "index.new";
const NEW_SEEDS_NAME: &str = "seeds.new";
const GITIGNORE_NAME: &str = ".gitignore";
const CACHEDIR_TAG_NAME: &str = "CACHEDIR.TAG";
/// First bytes of an index. They differ for another layout and for another build of feedmill.
const MAGIC: &str = concat!("feedmill catalog 5 ", env!("FEEDMILL_SOURCES"), "\n");
/// Nanoseconds before the start of a build within which a file may change again without a new stamp: two seconds are the
/// resolution of the coarsest file system, one is for clocks that differ.
const STAMP_RESOLUTION: i128 = 3_000_000_000;
/// Number of unused bytes above which the file of blocks is compacted, if they are also more than the used ones.
const COMPACT_ABOVE: u64 = 1 << 20;

#[derive(Default, Serialize, Deserialize)]
struct Index {
    /// Id of the file of blocks to which the index refers.
    blocks_id: u128,
    /// Size of that file.
    end: u64,
    /// Hash of what the stored heads depend on in addition to their files.
    basis: u128,
    #[serde(with = "serial::by_path")]
    folders: Folders,
    last_build: LastBuild,
}

/// The catalog of one build.
pub struct Catalog {
    /// Cache directory; `None` if nothing is kept.
    folder: Option<PathBuf>,
    index: Index,
    blocks: BlockFile,
    /// Start of the build in nanoseconds since the Unix epoch.
    started: i128,
    is_committed: bool,
    /// True if it is of another configuration: its heads only say which addresses seeds had.
    is_outdated: bool,
    /// Chunks that other builders have read since the last build, and documents that they have built.
    adopted: Folders,
    adopted_docs: SharedDocs,
}

impl Index {
    /// Returns the index for a build whose heads depend on something with a hash, and true if that is not what its own heads
    /// depend on. Then every seed has to be read again.
    fn based_on(mut self, basis: u128) -> (Self, bool) {
        let is_outdated = self.basis != basis;
        if is_outdated {
            self.basis = basis;
            self.last_build = LastBuild::default();
            self.folders.values_mut().flatten().for_each(|chunk| chunk.needs_reread = true);
        }
        (self, is_outdated)
    }
}

impl Catalog {
    /// Creates a catalog for a build that keeps nothing.
    #[must_use]
    pub fn temporary() -> Self {
        Self::new(None, Index::default(), BlockFile::temporary(), i128::MIN, false)
    }

    fn new(folder: Option<&Path>, index: Index, blocks: BlockFile, started: i128, is_outdated: bool) -> Self {
        let (is_committed, adopted, adopted_docs) = Default::default();
        let folder = folder.map(Path::to_path_buf);
        Self { folder, index, blocks, started, is_committed, is_outdated, adopted, adopted_docs }
    }

    /// Opens the catalog in a cache directory. If it is unusable, returns an empty one and the reason. `basis` is the hash
    /// of what heads depend on in addition to their files, `started` the start of the build. `fetch` creates the file of
    /// blocks; it is called once that is needed.
    #[must_use]
    pub fn open(
        folder: &Path,
        basis: u128,
        started: SystemTime,
        fetch: Option<Fetch>,
    ) -> (Self, Option<String>) {
        let (index, lost) = match regular::read(&folder.join(INDEX_NAME)) {
            Ok(bytes) => match checksummed::decode::<Index>(MAGIC, &bytes) {
                Some(index) => (index, None),
                None => (Index::default(), Some("it is damaged, or from another version".to_owned())),
            },
            Err(e) if e.kind() == io::ErrorKind::NotFound => (Index::default(), None),
            Err(e) => (Index::default(), Some(e.to_string())),
        };
        if lost.is_some() || index.end == 0 {
            return Self::recreate(folder, basis, started, lost);
        }
        let (index, is_outdated) = index.based_on(basis);
        let path = folder.join(SEEDS_NAME);
        match BlockFile::open(path, index.blocks_id, index.end, Access::Append, fetch) {
            Ok(blocks) => (Self::new(Some(folder), index, blocks, since_epoch(started), is_outdated), None),
            Err(e) => {
                Self::recreate(folder, basis, started, Some(format!("cannot read its seeds file: {e}")))
            }
        }
    }

    /// Opens the catalog in a cache directory without ever changing it; returns a temporary one if it is unusable.
    #[must_use]
    pub fn open_read_only(folder: &Path, basis: u128, started: SystemTime, fetch: Option<Fetch>) -> Self {
        let bytes = regular::read(&folder.join(INDEX_NAME)).unwrap_or_default();
        let index = checksummed::decode::<Index>(MAGIC, &bytes);
        let Some(index) = index.filter(|index| index.end > 0) else { return Self::temporary() };
        let (index, is_outdated) = index.based_on(basis);
        let path = folder.join(SEEDS_NAME);
        match BlockFile::open(path, index.blocks_id, index.end, Access::Read, fetch) {
            Ok(blocks) => Self::new(None, index, blocks, since_epoch(started), is_outdated),
            Err(_) => Self::temporary(),
        }
    }

    /// Creates an empty catalog in place of the one in a cache directory. If that fails, returns a temporary one and the
    /// reason; else `lost` comes back.
    #[must_use]
    pub fn recreate(
        folder: &Path,
        basis: u128,
        started: SystemTime,
        lost: Option<String>,
    ) -> (Self, Option<String>) {
        let started = since_epoch(started);
        let id = xxh3_128(format!("{started} {}", std::process::id()).as_bytes());
        match prepare(folder).and_then(|()| BlockFile::create(&folder.join(SEEDS_NAME), id)) {
            Ok(blocks) => {
                let index = Index { blocks_id: id, basis, ..Index::default() };
                (Self::new(Some(folder), index, blocks, started, false), lost)
            }
            Err(e) => (Self::temporary(), Some(format!("cannot write it: {e}"))),
        }
    }

    /// Fetches the file of blocks now, if it is not there yet.
    ///
    /// # Errors
    /// If it cannot be fetched, or belongs to another index: another builder has replaced both.
    pub fn load(&self) -> io::Result<()> {
        self.blocks.load()
    }

    /// True if the next build can use the catalog.
    #[must_use]
    pub fn is_persistent(&self) -> bool {
        self.folder.is_some()
    }

    /// Returns the chunks of a folder as the last build saw it; none if it saw no seeds there.
    #[must_use]
    pub fn folder(&self, path: &Path) -> &[Chunk] {
        self.index.folders.get(path).map_or(&[], Vec::as_slice)
    }

    /// Returns all folders as the last build saw them.
    #[must_use]
    pub fn folders(&self) -> &Folders {
        &self.index.folders
    }

    /// Returns what the last build made.
    #[must_use]
    pub fn last_build(&self) -> &LastBuild {
        &self.index.last_build
    }

    /// True if a file with this stamp may still change without a new stamp, because it was written just before the build
    /// started.
    #[must_use]
    pub fn may_change_unnoticed(&self, stamp: &Stamp) -> bool {
        may_change_unnoticed(stamp, self.started)
    }

    /// True if its heads may differ from those that the present configuration makes of the same seeds.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        self.is_outdated
    }

    /// Reads the block of a chunk; `None` if it is damaged.
    #[must_use]
    pub fn read<'b>(&self, chunk: &Chunk, buffer: &'b mut Vec<u8>) -> Option<Block<'b>> {
        self.blocks.read(chunk.offset, chunk.length, buffer).ok()?;
        (xxh3_64(buffer) == chunk.checksum).then(|| Block::decode(buffer)).flatten()
    }

    /// Stores the rows of a chunk, unless they equal those of `old`.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn write(&self, id: u64, rows: &Rows, old: Option<&Chunk>) -> io::Result<Chunk> {
        let bytes = rows.encode();
        let mut chunk = Chunk { id, length: bytes.len() as u64, checksum: xxh3_64(&bytes), ..rows.summary() };
        match old.filter(|old| (old.length, old.checksum) == (chunk.length, chunk.checksum)) {
            Some(old) => chunk.offset = old.offset,
            None => chunk.offset = self.blocks.append(&bytes)?,
        }
        Ok(chunk)
    }

    /// Replaces the index of the last build with that of this one.
    ///
    /// # Errors
    /// If it cannot be written; the next build then starts from scratch.
    pub fn commit(mut self, folders: Folders, build: LastBuild) -> io::Result<()> {
        let Some(path) = self.folder.clone() else { return Ok(()) };
        if self.index.folders == folders && self.index.last_build == build {
            self.is_committed = true;
            return Ok(());
        }
        self.index.folders = folders;
        self.index.last_build = build;
        let is_first = self.index.end == 0;
        let written = self.write_index(&path);
        if written.is_err() {
            // The old index and its blocks still exist. If there was none, leave nothing.
            let _ = [NEW_INDEX_NAME, NEW_SEEDS_NAME].map(|name| fs::remove_file(path.join(name)));
            self.index.end = if is_first { 0 } else { self.index.end };
        }
        self.is_committed = written.is_ok();
        written
    }

    /// Writes the index, and compacts the blocks if too many are unused.
    fn write_index(&mut self, path: &Path) -> io::Result<()> {
        let used: u64 = chunks(&self.index.folders).map(|(_, chunk)| chunk.length).sum();
        let end = self.blocks.flush()?;
        self.index.end = end;
        let compact = end > COMPACT_ABOVE + 2 * used;
        if compact {
            self.compact(path)?;
        }
        checksummed::create(&path.join(NEW_INDEX_NAME), MAGIC, &self.index)?;
        // Between these two renames the old index has the id of another file, so it is not used.
        if compact {
            fs::rename(path.join(NEW_SEEDS_NAME), path.join(SEEDS_NAME))?;
        }
        fs::rename(path.join(NEW_INDEX_NAME), path.join(INDEX_NAME))
    }

    /// Copies the used blocks to a new file.
    fn compact(&mut self, path: &Path) -> io::Result<()> {
        let id = xxh3_128(format!("{} {}", self.started, self.index.blocks_id).as_bytes());
        let mut out = io::BufWriter::new(regular::create(&path.join(NEW_SEEDS_NAME))?);
        out.write_all(&id.to_le_bytes())?;
        let mut end = block_file::HEADER;
        let mut buffer = Vec::new();
        for chunk in self.index.folders.values_mut().flatten() {
            self.blocks.read(chunk.offset, chunk.length, &mut buffer)?;
            out.write_all(&buffer)?;
            chunk.offset = end;
            end += chunk.length;
        }
        out.flush()?;
        self.index.blocks_id = id;
        self.index.end = end;
        Ok(())
    }
}

impl Drop for Catalog {
    /// If the build failed, deletes a catalog that it created.
    fn drop(&mut self) {
        if let Some(folder) = self.folder.take().filter(|_| !self.is_committed && self.index.end == 0) {
            for name in
                [INDEX_NAME, SEEDS_NAME, NEW_INDEX_NAME, NEW_SEEDS_NAME, GITIGNORE_NAME, CACHEDIR_TAG_NAME]
            {
                let _ = fs::remove_file(folder.join(name));
            }
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Creates a cache directory without an index. It is marked so that version control and backups skip it.
fn prepare(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join(GITIGNORE_NAME), "*\n")?;
    fs::write(
        folder.join(CACHEDIR_TAG_NAME),
        "Signature: 8a477f597d28d172789f06886806bc55\n# Cache directory of feedmill; see bford.info/cachedir\n",
    )?;
    for name in [INDEX_NAME, NEW_SEEDS_NAME] {
        match fs::remove_file(folder.join(name)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
    }
    Ok(())
}

/// True if a file with this stamp may still change without a new stamp, because it was written just before a build that started
/// at a time in nanoseconds since the Unix epoch.
fn may_change_unnoticed(stamp: &Stamp, started: i128) -> bool {
    !stamp.is_versioned() && stamp.modified.max(stamp.changed) >= started.saturating_sub(STAMP_RESOLUTION)
}

/// True if every change of a file with this stamp changes the stamp, if a build that started at this time has read the file.
#[must_use]
pub fn is_settled(stamp: &Stamp, started: SystemTime) -> bool {
    !may_change_unnoticed(stamp, since_epoch(started))
}

/// Returns nanoseconds since the Unix epoch.
fn since_epoch(time: SystemTime) -> i128 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i128::try_from(since.as_nanos()).unwrap_or(i128::MAX)
}
