//! What the mill remembers between runs, in a hidden folder beside the feeds or in one of the user's: of each seed the
//! stamp of its file and its head, of each feed what it was made of. Losing it costs time and nothing else.
//!
//! Two files. `seeds` holds the seeds of each folder in blocks ([`block`]), and is only ever added to; `index` says where
//! the blocks of the last run are, and is put in place whole, when the feeds are. So whenever a run dies, the index that
//! is there speaks of bytes that are there. Everything is checked by a sum before it is believed. What others were told
//! and asked lies beside, in a small file each ([`Told`], [`Answers`]), which no other build of the mill takes away.
//!
//! A run without a catalog uses the same blocks, in a temporary file that has no name.

mod answers;
pub mod block;
mod heap;
mod sealed;
mod told;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::config::Plan;
use crate::diag::{Finding, Place, codes};
use crate::model::Listing;
use crate::store::Stamp;

pub use answers::{Answers, Known};
pub use block::{Block, Note, Row};
use heap::Heap;
pub use told::Told;

/// The folder beside the feeds, where none is configured.
pub const FOLDER: &str = ".feedmill";
const INDEX: &str = "index";
const SEEDS: &str = "seeds";
/// The two while they are written: one run at a time does.
const INDEX_NEW: &str = "index.new";
const SEEDS_NEW: &str = "seeds.new";
const GIT: &str = ".gitignore";
const TAG: &str = "CACHEDIR.TAG";
/// How an index begins: another layout, or another build of the mill, is another beginning.
const MAGIC: &str = concat!("feedmill catalog 2 ", env!("FEEDMILL_SOURCES"), "\n");
/// A file that changed less than this before the run began may change again without its stamp telling, in ns: two
/// seconds are the grain of the coarsest file system, one is for clocks that are not quite one.
const GRAIN: i128 = 3_000_000_000;
/// Blocks that are no longer used are cleared away where they are more than the others, and more than this, in bytes.
const WASTE: u64 = 1 << 20;

/// Seeds of a folder whose names follow each other: where their block is, and what it says in sum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// What it is known by in its folder, whatever its seeds are ([`block::starts`]).
    pub start: u64,
    /// The seals of its seeds, added up.
    pub seal: u128,
    /// How many seeds are in it.
    pub seeds: u32,
    /// How many of them can't be used.
    pub skipped: u32,
    /// How many of them are no articles.
    pub passed: u32,
    /// How many of them are the article of their folder.
    pub indexes: u32,
    /// When the first of them expires, in ms.
    pub until: i64,
    /// The latest time of those that can, in ms.
    pub latest: i64,
    /// Whether any seed of it must be read again, whatever its stamp says.
    pub doubtful: bool,
    /// Whether there are findings in it.
    pub findings: bool,
    offset: u64,
    length: u64,
    sum: u64,
}

/// The folders of seeds, each in pieces, in the order of the names.
pub type Folders = BTreeMap<PathBuf, Vec<Piece>>;

/// A finding as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Said {
    code: String,
    file: String,
    line: u32,
    column: u32,
    source: String,
    mark: u32,
    message: String,
}

/// A document that was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its path under the feeds.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// The hash of its bytes.
    pub hash: u128,
    /// The hash of its name and stamp; 0 where it must be read to know whether it is what it was.
    pub seal: u128,
}

/// A document in every format, made whole or not at all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The month of the archive; empty for what subscribers get.
    pub month: String,
    /// The hash of all that it was made of, but for bodies and [`Made::plan`]; 0 where a seed of it could not be read.
    pub picks: u128,
    /// Its documents; none where no seed is in it.
    pub documents: Vec<Document>,
    /// What there was to say of it and its seeds.
    pub said: Vec<Said>,
    /// What is shown of it beside others; `None` in an archive, and where no seed is in it.
    pub listing: Option<Listing>,
    /// When media servers are to be asked again of what they did not tell, in ms since 1970; `None` where all is known
    /// that will be.
    pub again: Option<i64>,
}

/// What the last run made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// The hash of what it was told.
    pub plan: u128,
    /// Whether seeds were held back until their time comes.
    pub held: bool,
    /// How many entries it published, each counted once.
    pub entries: u64,
    /// What it made, by folders.
    pub parts: BTreeMap<PathBuf, Part>,
    /// What there was to say beside.
    pub said: Vec<Said>,
}

#[derive(Default, Serialize, Deserialize)]
struct Index {
    /// The name of the file of blocks that this speaks of: the one whose beginning is this.
    heap: u128,
    /// Its size in bytes when this was written.
    end: u64,
    /// The hash of what heads depend on beside their files, and of what is kept of them.
    basis: u128,
    folders: Folders,
    made: Made,
}

/// The catalog of one run.
pub struct Catalog {
    /// Where it is kept, where it is.
    folder: Option<PathBuf>,
    index: Index,
    heap: Heap,
    /// When the run began, in ns since 1970.
    start: i128,
    committed: bool,
}

impl Catalog {
    /// For a run that remembers nothing.
    #[must_use]
    pub fn none() -> Self {
        Self {
            folder: None,
            index: Index::default(),
            heap: Heap::unnamed(),
            start: i128::MIN,
            committed: false,
        }
    }

    /// The catalog in a folder; where it can't be used an empty one, and why. `basis` is the hash of what heads depend on
    /// beside their files, `started` is when the run began.
    #[must_use]
    pub fn open(folder: &Path, basis: u128, started: SystemTime) -> (Self, Option<String>) {
        let (index, lost) = match fs::read(folder.join(INDEX)) {
            Ok(bytes) => match sealed::decode::<Index>(MAGIC, &bytes) {
                Some(index) => (index, None),
                None => (Index::default(), Some("it is damaged, or of another version".to_owned())),
            },
            Err(e) if e.kind() == io::ErrorKind::NotFound => (Index::default(), None),
            Err(e) => (Index::default(), Some(e.to_string())),
        };
        if lost.is_none() && index.end > 0 && index.basis == basis {
            match Heap::open(&folder.join(SEEDS), index.heap, index.end) {
                Ok(heap) => {
                    let start = ns(started);
                    let folder = Some(folder.to_path_buf());
                    return (Self { folder, index, heap, start, committed: false }, None);
                }
                Err(e) => {
                    return Self::fresh(
                        folder,
                        basis,
                        started,
                        Some(format!("its file of seeds can't be used: {e}")),
                    );
                }
            }
        }
        Self::fresh(folder, basis, started, lost)
    }

    /// An empty catalog in place of what is there.
    #[must_use]
    pub fn fresh(
        folder: &Path,
        basis: u128,
        started: SystemTime,
        lost: Option<String>,
    ) -> (Self, Option<String>) {
        let start = ns(started);
        let made = fs::create_dir_all(folder).and_then(|()| {
            // No versioning and no backup wants it.
            fs::write(folder.join(GIT), "*\n")?;
            fs::write(
                folder.join(TAG),
                "Signature: 8a477f597d28d172789f06886806bc55\n# What feedmill remembers; see bford.info/cachedir\n",
            )?;
            for name in [INDEX, SEEDS_NEW] {
                match fs::remove_file(folder.join(name)) {
                    Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                    _ => {}
                }
            }
            let id = xxh3_128(format!("{start} {}", std::process::id()).as_bytes());
            Heap::create(&folder.join(SEEDS), id).map(|heap| (heap, id))
        });
        match made {
            Ok((heap, id)) => {
                let index = Index { heap: id, basis, ..Index::default() };
                let folder = Some(folder.to_path_buf());
                (Self { folder, index, heap, start, committed: false }, lost)
            }
            Err(e) => (Self::none(), Some(format!("it can't be written: {e}"))),
        }
    }

    /// Whether anything is kept.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.folder.is_some()
    }

    /// The folder of seeds at a path as the last run saw it; nothing where it saw none.
    #[must_use]
    pub fn folder(&self, path: &Path) -> &[Piece] {
        self.index.folders.get(path).map_or(&[], Vec::as_slice)
    }

    /// All folders as the last run saw them.
    #[must_use]
    pub fn folders(&self) -> &Folders {
        &self.index.folders
    }

    /// What the last run made.
    #[must_use]
    pub fn made(&self) -> &Made {
        &self.index.made
    }

    /// Whether a file with this stamp may yet change without its stamp telling.
    #[must_use]
    pub fn is_fresh(&self, stamp: &Stamp) -> bool {
        stamp.modified.max(stamp.changed) >= self.start.saturating_sub(GRAIN)
    }

    /// The block of a piece; `None` where it is not what was written.
    #[must_use]
    pub fn read<'b>(&self, piece: &Piece, buffer: &'b mut Vec<u8>) -> Option<Block<'b>> {
        self.heap.read(piece.offset, piece.length, buffer).ok()?;
        (xxh3_64(buffer) == piece.sum).then(|| Block::decode(buffer)).flatten()
    }

    /// Keeps the rows of a piece, where they are not what `old` says already.
    ///
    /// # Errors
    /// Where they can't be written.
    pub fn write(&self, start: u64, rows: &block::Rows, old: Option<&Piece>) -> io::Result<Piece> {
        let bytes = rows.encode();
        let mut piece = Piece { start, length: bytes.len() as u64, sum: xxh3_64(&bytes), ..rows.piece() };
        match old.filter(|old| (old.length, old.sum) == (piece.length, piece.sum)) {
            Some(old) => piece.offset = old.offset,
            None => piece.offset = self.heap.append(&bytes)?,
        }
        Ok(piece)
    }

    /// Puts the index of this run in place of the last one's.
    ///
    /// # Errors
    /// Where it can't be written; the next run begins anew then.
    pub fn commit(mut self, folders: Folders, made: Made) -> io::Result<()> {
        let Some(path) = self.folder.clone() else { return Ok(()) };
        if self.index.folders == folders && self.index.made == made {
            self.committed = true;
            return Ok(());
        }
        self.index.folders = folders;
        self.index.made = made;
        let is_first = self.index.end == 0;
        let written = self.put(&path);
        if written.is_err() {
            // The old index and what it speaks of are there still; where there is none, nothing stays.
            let _ = [INDEX_NEW, SEEDS_NEW].map(|name| fs::remove_file(path.join(name)));
            self.index.end = if is_first { 0 } else { self.index.end };
        }
        self.committed = written.is_ok();
        written
    }

    /// Writes the index, and the blocks anew where too many are waste.
    fn put(&mut self, path: &Path) -> io::Result<()> {
        let used: u64 = pieces(&self.index.folders).map(|(_, piece)| piece.length).sum();
        let end = self.heap.flush()?;
        self.index.end = end;
        let compact = end > WASTE + 2 * used;
        if compact {
            self.compact(path)?;
        }
        fs::write(path.join(INDEX_NEW), sealed::encode(MAGIC, &self.index)?)?;
        // Between these two the old index names another file of blocks, and is not believed.
        if compact {
            fs::rename(path.join(SEEDS_NEW), path.join(SEEDS))?;
        }
        fs::rename(path.join(INDEX_NEW), path.join(INDEX))
    }

    /// Writes the blocks that are used to a file of their own.
    fn compact(&mut self, path: &Path) -> io::Result<()> {
        let id = xxh3_128(format!("{} {}", self.start, self.index.heap).as_bytes());
        let mut out = io::BufWriter::new(File::create(path.join(SEEDS_NEW))?);
        out.write_all(&id.to_le_bytes())?;
        let mut end = heap::HEADER;
        let mut buffer = Vec::new();
        for piece in self.index.folders.values_mut().flatten() {
            self.heap.read(piece.offset, piece.length, &mut buffer)?;
            out.write_all(&buffer)?;
            piece.offset = end;
            end += piece.length;
        }
        out.flush()?;
        self.index.heap = id;
        self.index.end = end;
        Ok(())
    }
}

impl Drop for Catalog {
    /// A run that came to nothing leaves no catalog where there was none.
    fn drop(&mut self) {
        if let Some(folder) = self.folder.take().filter(|_| !self.committed && self.index.end == 0) {
            for name in [INDEX, SEEDS, INDEX_NEW, SEEDS_NEW, GIT, TAG] {
                let _ = fs::remove_file(folder.join(name));
            }
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Where the catalog of a folder of feeds is kept; `None` where none is. A folder of the user's may serve several feeds.
#[must_use]
pub fn folder(plan: &Plan, feeds: Option<&Path>) -> Option<PathBuf> {
    let feeds = feeds.filter(|_| plan.catalog)?;
    Some(match &plan.cache_dir {
        Some(cache) => {
            let feeds = std::path::absolute(feeds).unwrap_or_else(|_| feeds.to_path_buf());
            cache.join(format!("{:016x}", path_hash(&feeds)))
        }
        // A folder of feeds may have come with a repository: what is written through a link of theirs is not ours to write.
        None => Some(feeds.join(FOLDER)).filter(|folder| !has_links(folder))?,
    })
}

/// Whether a folder, or anything right in it, is a symbolic link.
fn has_links(folder: &Path) -> bool {
    let mut inner = fs::read_dir(folder).into_iter().flatten().flatten();
    folder.is_symlink() || inner.any(|entry| entry.file_type().is_ok_and(|kind| kind.is_symlink()))
}

/// Every piece, with its folder.
pub fn pieces(folders: &Folders) -> impl Iterator<Item = (&Path, &Piece)> {
    folders.iter().flat_map(|(path, pieces)| pieces.iter().map(|piece| (path.as_path(), piece)))
}

/// In ns since 1970.
fn ns(time: SystemTime) -> i128 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i128::try_from(since.as_nanos()).unwrap_or(i128::MAX)
}

/// The hash of a file's name and stamp. Never 0.
#[must_use]
pub fn seal(name: &OsStr, stamp: &Stamp) -> u128 {
    let mut bytes = [0; 320];
    let fixed = [stamp.size.0.into(), stamp.modified, stamp.changed, stamp.inode.into()];
    for (into, number) in bytes.as_chunks_mut::<16>().0.iter_mut().zip(fixed) {
        *into = number.to_le_bytes();
    }
    let name = name.as_encoded_bytes();
    let hash = match bytes.get_mut(64..64 + name.len()) {
        Some(into) => {
            into.copy_from_slice(name);
            xxh3_128(&bytes[..64 + name.len()])
        }
        None => xxh3_128(&[&bytes[..64], name].concat()),
    };
    hash.max(1)
}

/// The hash of a seed's path.
#[must_use]
pub fn path_hash(path: &Path) -> u64 {
    xxh3_64(path.as_os_str().as_encoded_bytes())
}

/// The hash of what ties seeds together.
#[must_use]
pub fn key_hash(key: &str) -> u64 {
    xxh3_64(key.as_bytes())
}

/// The hash of some bytes.
#[must_use]
pub fn hash(bytes: &[u8]) -> u128 {
    xxh3_128(bytes)
}

/// The hash of all that a run is told, but for the time. `more` is what else its feeds depend on.
#[must_use]
pub fn plan_hash(plan: &Plan, more: &[&str]) -> u128 {
    xxh3_128(format!("{} {more:?}", plan.written).as_bytes())
}

/// A file name from its bytes.
#[must_use]
pub fn name(bytes: &[u8]) -> OsString {
    #[cfg(unix)]
    return std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec());
    #[cfg(not(unix))]
    return String::from_utf8_lossy(bytes).into_owned().into();
}

impl Said {
    /// Of a finding.
    #[must_use]
    pub fn new(d: &Finding) -> Self {
        let Place { file, line, column, source, mark } = d.place.clone();
        Self { code: d.meta.code.to_owned(), file, line, column, source, mark, message: d.detail.clone() }
    }

    /// The file that it is about.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The finding; `None` where it has a code that this build does not know.
    #[must_use]
    pub fn finding(&self) -> Option<Finding> {
        let meta = codes::find(&self.code)?;
        let place = Place::at(self.file.as_str(), self.line, self.column)
            .showing_part(self.source.as_str(), self.mark);
        Some(Finding::new(meta, place, self.message.as_str()))
    }
}
