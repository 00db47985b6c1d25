//! Storage of seeds and feeds: one narrow trait, implemented for a folder on disk, for memory, for object storage, and for
//! tests by a store that fails on demand. [`open`] chooses the store of a place.
//!
//! A store knows nothing about seeds or feeds. Paths are relative to its root.

#[cfg(test)]
pub(crate) mod faulty;
mod fs;
mod location;
mod lock;
mod memory;
#[cfg(feature = "object-store")]
pub(crate) mod object;
mod preview;
pub(crate) mod regular;

use std::ffi::{OsStr, OsString};
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

pub use fs::FsStore;
pub(crate) use fs::retry_read;
#[cfg(all(feature = "object-store", feature = "serve"))]
pub use location::open_for_server;
pub use location::{Access, LEASE, REQUESTS, is_url, open, open_with, place, shown};
pub use lock::Lock;
pub use memory::MemoryStore;
#[cfg(feature = "object-store")]
pub use object::BucketStore;
#[cfg(all(feature = "object-store", feature = "serve"))]
pub(crate) use object::Fetched;
pub use preview::{Action, PlannedChange, PreviewStore};

use crate::types::{Bytes, UnixMs};

/// Returns the number of bytes of a source that are read, compared or written at once.
fn buffer_size(source: &dyn Source) -> usize {
    usize::try_from(source.size().0).unwrap_or(usize::MAX).clamp(1, 256 << 10)
}

/// Kind of a name in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link with an existing target. Links are not followed: they may loop, or leave the store.
    Link,
    /// A symbolic link without a target.
    BrokenLink,
    /// A FIFO, socket or device: opening one could block forever.
    Special,
    /// An object whose name is not a path, or all objects whose names begin like that, such as `/b` in the folder `a` for the
    /// object `a//b`. Nothing else can be done with it.
    NotAPath,
}

/// A name in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// File name: any bytes that the file system allows.
    pub name: OsString,
    /// Kind of the file.
    pub kind: Kind,
}

/// What is in a folder: names, with stamps of files.
pub type Listed = Vec<(Item, Option<Stamp>)>;

/// Metadata that changes with the bytes of a file. Equal stamps mean equal bytes, unless the file was written again within
/// the granularity of the storage's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Size of the file.
    pub size: Bytes,
    /// Last change of the bytes, in nanoseconds since 1970; users can set it.
    pub modified: i128,
    /// Last change of bytes or metadata, in nanoseconds since 1970; users cannot set it. [`Stamp::VERSIONED`] if
    /// [`Stamp::inode`] identifies the bytes.
    pub changed: i128,
    /// Number that identifies the file.
    pub inode: u64,
}

impl Stamp {
    /// [`Stamp::changed`] of a storage that has an identifier for each version of a file, such as an ETag: every change
    /// changes the stamp, however soon it follows.
    pub const VERSIONED: i128 = i128::MIN;

    /// True if every change of the bytes changes the stamp.
    #[must_use]
    pub fn is_versioned(&self) -> bool {
        self.changed == Self::VERSIONED
    }

    /// Returns the stamp as a build that has locked the storage sees it: such a build knows no times of files that have
    /// versions, and needs none.
    pub(crate) fn as_locked(self) -> Self {
        if self.is_versioned() { Self { modified: 0, ..self } } else { self }
    }

    /// Returns the time of the last change of the bytes; `None` if it is out of range.
    pub(crate) fn time(&self) -> Option<UnixMs> {
        i64::try_from(self.modified / 1_000_000).ok().map(UnixMs)
    }
}

/// Beginning of a file, as [`Store::heads`] passes it on.
#[derive(Clone, Copy, Debug)]
pub struct Beginning<'a> {
    /// At most as many bytes as requested.
    pub bytes: &'a [u8],
    /// Size of the whole file.
    pub size: Bytes,
    /// Stamp taken before the bytes were read, so that a later change is detected.
    pub stamp: Option<Stamp>,
}

/// Beginning of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix {
    /// At most as many bytes as requested.
    pub bytes: Vec<u8>,
    /// Size of the whole file.
    pub size: Bytes,
}

/// An open file. It keeps the bytes that it had when it was opened, whatever is renamed into its place.
pub struct Opened {
    /// Bytes, readable from any offset.
    pub content: Box<dyn Content>,
    /// Stamp, if the storage has stamps.
    pub stamp: Option<Stamp>,
}

/// Opens a file later than it was named.
pub type Opener = Box<dyn FnOnce() -> io::Result<Opened> + Send>;

/// Releases the locks of a store.
pub type Releaser = Box<dyn FnOnce() + Send>;

/// Bytes that are readable from any offset.
pub trait Content: Read + Seek + Send {}

impl<T: Read + Seek + Send> Content for T {}

/// Bytes of a file to be written, which may be too many for memory.
pub trait Source: Sync {
    /// Returns the number of bytes.
    fn size(&self) -> Bytes;

    /// Returns a reader of all bytes. Each call starts at the first one.
    fn open(&self) -> Box<dyn Read + '_>;
}

impl Source for &[u8] {
    fn size(&self) -> Bytes {
        Bytes(self.len() as u64)
    }

    fn open(&self) -> Box<dyn Read + '_> {
        Box::new(*self)
    }
}

/// A file of another store, as a source that is read piece by piece.
struct OpenFile {
    content: Mutex<Box<dyn Content>>,
    size: Bytes,
}

impl OpenFile {
    fn new(mut opened: Opened) -> io::Result<Self> {
        let size = Bytes(opened.content.seek(SeekFrom::End(0))?);
        Ok(Self { content: Mutex::new(opened.content), size })
    }
}

impl Source for OpenFile {
    fn size(&self) -> Bytes {
        self.size
    }

    fn open(&self) -> Box<dyn Read + '_> {
        Box::new(OpenFileReader { file: self, at: 0 })
    }
}

struct OpenFileReader<'a> {
    file: &'a OpenFile,
    at: u64,
}

impl Read for OpenFileReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut content = self.file.content.lock().unwrap_or_else(PoisonError::into_inner);
        content.seek(SeekFrom::Start(self.at))?;
        let read = content.read(buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// Result of [`Store::replace`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The file is new or has other bytes.
    Written,
    /// The file had these bytes already and was left untouched.
    Unchanged,
}

/// Requests to object storage, and the bytes of their bodies. Repeated requests count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Number of requests that list objects.
    pub lists: u64,
    /// Number of requests for objects or their metadata.
    pub reads: u64,
    /// Number of requests that write an object.
    pub writes: u64,
    /// Number of other requests: those that remove objects, or get credentials.
    pub others: u64,
    /// Bytes received.
    pub received: Bytes,
    /// Bytes sent.
    pub sent: Bytes,
}

impl std::ops::Add for Traffic {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            lists: self.lists + other.lists,
            reads: self.reads + other.reads,
            writes: self.writes + other.writes,
            others: self.others + other.others,
            received: Bytes(self.received.0 + other.received.0),
            sent: Bytes(self.sent.0 + other.sent.0),
        }
    }
}

/// A tree of files.
pub trait Store: Sync {
    /// Returns a path for messages: the root as the user named it, then the path.
    fn show(&self, path: &Path) -> String;

    /// Returns the names in a folder, sorted by their bytes.
    ///
    /// # Errors
    /// Those of the storage; for a folder that does not exist [`io::ErrorKind::NotFound`].
    fn list(&self, folder: &Path) -> io::Result<Vec<Item>>;

    /// Returns the first `length` bytes of a regular file. Never blocks, whatever is in its place.
    ///
    /// # Errors
    /// Those of the storage; [`io::ErrorKind::InvalidInput`] for anything but a regular file.
    fn prefix(&self, path: &Path, length: Bytes) -> io::Result<Prefix>;

    /// Returns the bytes of a regular file.
    ///
    /// # Errors
    /// As [`Store::prefix`]; [`io::ErrorKind::FileTooLarge`] if it is larger than `limit`.
    fn read(&self, path: &Path, limit: Bytes) -> io::Result<Vec<u8>>;

    /// Opens a regular file that is too large to keep in memory.
    ///
    /// # Errors
    /// As [`Store::prefix`].
    fn open(&self, path: &Path) -> io::Result<Opened> {
        let stamp = self.stamp(path)?;
        let content = Box::new(Cursor::new(self.read(path, Bytes(u64::MAX - 1))?));
        Ok(Opened { content, stamp })
    }

    /// Returns a function that opens a regular file later, as [`Store::open`] does; `None` if that would gain nothing.
    fn opener(&self, path: &Path) -> Option<Opener> {
        let _ = path;
        None
    }

    /// Replaces a file atomically and creates its folder; leaves it untouched if its bytes are equal.
    ///
    /// # Errors
    /// Those of the storage; the old file is then unchanged.
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<Change>;

    /// Replaces a file as [`Store::replace`] does, without reading all bytes into memory if the storage can do that. Every
    /// feed is written by this method.
    ///
    /// # Errors
    /// As [`Store::replace`], and those of `source`.
    fn replace_from(&self, path: &Path, source: &dyn Source) -> io::Result<Change> {
        let mut bytes = Vec::with_capacity(usize::try_from(source.size().0).unwrap_or_default());
        source.open().read_to_end(&mut bytes)?;
        self.replace(path, &bytes)
    }

    /// Makes a file equal to one of another store, without reading all of it into memory; with a hard link if
    /// `is_link` is true and that is possible.
    ///
    /// # Errors
    /// Those of the storages; the old file is then unchanged.
    fn import(&self, from: &dyn Store, source: &Path, target: &Path, is_link: bool) -> io::Result<Change> {
        let _ = is_link;
        self.replace_from(target, &OpenFile::new(from.open(source)?)?)
    }

    /// Removes a file, and the folders above it that become empty.
    ///
    /// # Errors
    /// Those of the storage.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Locks the store against other builds until the lock is dropped; waits for another holder for up to `wait`.
    ///
    /// # Errors
    /// Those of the storage; [`io::ErrorKind::WouldBlock`], naming the holder, if it still has the lock after that time.
    fn lock(&self, wait: Duration) -> io::Result<Lock>;

    /// Returns a function that releases the locks and claims that are held when it is called, before the process ends; `None` if
    /// the system releases them.
    fn releaser(&self) -> Option<Releaser> {
        None
    }

    /// Claims a part of the work until the lock is dropped, so that no other builder does it: `path` is the file that marks
    /// it. `None` if another builder has it.
    ///
    /// # Errors
    /// Those of the storage; [`io::ErrorKind::Unsupported`] if builders cannot share it.
    fn claim(&self, path: &Path) -> io::Result<Option<Lock>> {
        let _ = path;
        Err(io::Error::new(io::ErrorKind::Unsupported, "several builders cannot share this kind of store"))
    }

    /// Scans a folder as [`Store::scan`] does. Passes on what is in the folders below it too, if the storage shows that at once:
    /// `below` is called with the path of such a folder and what is in it, with stamps. Other folders have to be scanned.
    ///
    /// # Errors
    /// As [`Store::list`].
    fn scan_with_below(
        &self,
        folder: &Path,
        stamps: bool,
        see: &mut dyn FnMut(&OsStr, Kind, Option<Stamp>),
        below: &mut dyn FnMut(PathBuf, Listed),
    ) -> io::Result<()> {
        let _ = below;
        self.scan(folder, stamps, see)
    }

    /// Calls `see` with every name in a folder, in any order. Regular files come with their stamps if `stamps` is true and
    /// the storage has stamps.
    ///
    /// # Errors
    /// As [`Store::list`].
    fn scan(
        &self,
        folder: &Path,
        stamps: bool,
        see: &mut dyn FnMut(&OsStr, Kind, Option<Stamp>),
    ) -> io::Result<()> {
        let _ = stamps;
        self.list(folder)?.iter().for_each(|item| see(&item.name, item.kind, None));
        Ok(())
    }

    /// Calls `see` with the beginnings of some files of a folder, one after the other, and the index of each name.
    ///
    /// # Errors
    /// As [`Store::list`]; errors of a single file are passed to `see`.
    fn heads(
        &self,
        folder: &Path,
        names: &[&OsStr],
        length: Bytes,
        see: &mut dyn FnMut(usize, io::Result<Beginning<'_>>),
    ) -> io::Result<()> {
        for (number, name) in names.iter().enumerate() {
            let read = self.prefix(&folder.join(name), length);
            see(
                number,
                read.as_ref()
                    .map(|p| Beginning { bytes: &p.bytes, size: p.size, stamp: None })
                    .map_err(duplicate),
            );
        }
        Ok(())
    }

    /// Returns the stamp of a regular file, by which a later change is detected; `None` if the storage has no stamps.
    ///
    /// # Errors
    /// As [`Store::prefix`].
    fn stamp(&self, path: &Path) -> io::Result<Option<Stamp>> {
        let _ = path;
        Ok(None)
    }

    /// Returns the folder on disk, for callers that store other files there; `None` if there is none.
    fn folder(&self) -> Option<&Path> {
        None
    }

    /// True if the cache of the builds belongs in the store: it has no folder on disk, and other machines use it.
    fn keeps_cache(&self) -> bool {
        false
    }

    /// Returns the number of requests that are best made at the same time, because each waits for a server; `None` if more
    /// requests than processor cores gain nothing.
    fn in_flight(&self) -> Option<usize> {
        None
    }

    /// Returns the requests so far; none for a store that makes no requests.
    fn traffic(&self) -> Traffic {
        Traffic::default()
    }

    /// True if nothing is written, so that callers must not write other files either: see [`PreviewStore`].
    fn is_preview(&self) -> bool {
        false
    }
}

/// True if an error means that the process or the system is out of file handles or memory (`EMFILE`, `ENFILE`, `ENOMEM` or
/// `ENOBUFS`), that the disk or the server of a network file system is gone (such as `ENODEV`, `ENOTCONN` or `ETIMEDOUT`), or
/// that the server of the storage fails ([`io::ErrorKind::HostUnreachable`]). Such an error says nothing about the file that was
/// to be read.
///
/// ```
/// use std::io;
///
/// assert!(feedmill::store::is_exhausted(&io::ErrorKind::OutOfMemory.into()));
/// assert!(!feedmill::store::is_exhausted(&io::ErrorKind::NotFound.into()));
/// ```
#[must_use]
pub fn is_exhausted(error: &io::Error) -> bool {
    #[cfg(unix)]
    if let Some(errno) = rustix::io::Errno::from_io_error(error) {
        use rustix::io::Errno;
        let is_full = matches!(errno, Errno::MFILE | Errno::NFILE | Errno::NOMEM | Errno::NOBUFS);
        let is_gone = matches!(
            errno,
            Errno::NODEV | Errno::NOTCONN | Errno::TIMEDOUT | Errno::HOSTDOWN | Errno::REMOTEIO
        );
        return is_full || is_gone;
    }
    matches!(error.kind(), io::ErrorKind::OutOfMemory | io::ErrorKind::HostUnreachable)
}

/// Calls a function with some items at the same time, because each call waits for a server; returns the results in the order
/// of the items. The threads are new ones: those of a pool may wait for the result.
pub(crate) fn at_once<T: Sync, R: Send>(items: &[T], call: impl Fn(&T) -> R + Sync) -> Vec<R> {
    std::thread::scope(|scope| {
        let call = &call;
        let spawn = |item| std::thread::Builder::new().spawn_scoped(scope, move || call(item));
        let threads: Vec<_> = items.iter().map(|item| (item, spawn(item))).collect();
        let join = |(item, thread): (_, io::Result<std::thread::ScopedJoinHandle<'_, R>>)| match thread {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            // There are too many threads.
            Err(_) => call(item),
        };
        threads.into_iter().map(join).collect()
    })
}

/// True if a reader has the bytes of a source. Compares piece by piece, because there may be many.
fn has_bytes(file: &mut dyn Read, source: &dyn Source) -> io::Result<bool> {
    let mut wanted = source.open();
    let mut left = source.size().0;
    let size = buffer_size(source);
    let (mut ours, mut theirs) = (vec![0; size], vec![0; size]);
    while left > 0 {
        let next = usize::try_from(left).unwrap_or(usize::MAX).min(size);
        wanted.read_exact(&mut ours[..next])?;
        match file.read_exact(&mut theirs[..next]) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            read => read?,
        }
        if ours[..next] != theirs[..next] {
            return Ok(false);
        }
        left -= next as u64;
    }
    Ok(file.read(&mut theirs)? == 0)
}

/// Returns a copy of an error.
fn duplicate(error: &io::Error) -> io::Error {
    let with_message = || io::Error::new(error.kind(), error.to_string());
    error.raw_os_error().map_or_else(with_message, io::Error::from_raw_os_error)
}

/// Contract of [`Store`], written once and run against every implementation.
#[cfg(test)]
pub(crate) mod contract {
    use super::*;

    pub(crate) fn holds(store: &dyn Store) {
        let path = Path::new("b/one.txt");
        assert_eq!(store.list(Path::new("b")).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert_eq!(store.replace(path, b"hello").unwrap(), Change::Written);
        assert_eq!(store.replace(path, b"hello").unwrap(), Change::Unchanged);
        assert_eq!(store.replace(path, b"hello, again").unwrap(), Change::Written);
        assert_eq!(store.replace(Path::new("a.txt"), b"").unwrap(), Change::Written);
        let names: Vec<_> =
            store.list(Path::new("")).unwrap().into_iter().map(|i| (i.name, i.kind)).collect();
        assert_eq!(names, [("a.txt".into(), Kind::File), ("b".into(), Kind::Folder)]);
        let prefix = store.prefix(path, Bytes(5)).unwrap();
        assert_eq!((prefix.bytes.as_slice(), prefix.size), (&b"hello"[..], Bytes(12)));
        assert_eq!(store.prefix(path, Bytes(100)).unwrap().bytes, b"hello, again");
        let mut seen = Vec::new();
        store
            .scan(Path::new("b"), true, &mut |name, kind, stamp| seen.push((name.to_owned(), kind, stamp)))
            .unwrap();
        assert_eq!((seen[0].0.as_os_str(), seen[0].1, seen.len()), (OsStr::new("one.txt"), Kind::File, 1));
        assert!(seen[0].2.is_none_or(|stamp| stamp.size == Bytes(12)));
        let names = ["one.txt", "none"].map(OsStr::new);
        let mut heads = Vec::new();
        store
            .heads(Path::new("b"), &names, Bytes(5), &mut |number, head| {
                heads.push((number, head.map(|h| (h.bytes.to_vec(), h.size, h.stamp)).map_err(|e| e.kind())));
            })
            .unwrap();
        assert_eq!(heads[0], (0, Ok((b"hello".to_vec(), Bytes(12), seen[0].2))));
        assert_eq!(heads[1], (1, Err(io::ErrorKind::NotFound)));
        assert_eq!(store.read(path, Bytes(12)).unwrap(), b"hello, again");
        assert_eq!(store.read(path, Bytes(11)).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(store.read(Path::new("nowhere"), Bytes(1)).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert_eq!(store.read(Path::new("b"), Bytes(1)).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        let source = &b"hello, again".as_slice();
        assert_eq!(store.replace_from(path, source).unwrap(), Change::Unchanged);
        assert_eq!(store.replace_from(Path::new("b/two.txt"), source).unwrap(), Change::Written);
        assert_eq!(store.read(Path::new("b/two.txt"), Bytes(12)).unwrap(), b"hello, again");
        store.remove(Path::new("b/two.txt")).unwrap();
        let mut opened = store.open(path).unwrap();
        assert_eq!(opened.stamp, store.stamp(path).unwrap());
        store.replace(path, b"something else").unwrap();
        let mut rest = String::new();
        opened.content.seek(io::SeekFrom::Start(7)).unwrap();
        opened.content.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "again", "an open file keeps its bytes");
        assert_eq!(store.open(Path::new("b")).err().unwrap().kind(), io::ErrorKind::InvalidInput);
        store.remove(path).unwrap();
        assert_eq!(store.remove(path).unwrap_err().kind(), io::ErrorKind::NotFound);
        let left: Vec<_> = store.list(Path::new("")).unwrap().into_iter().map(|i| i.name).collect();
        assert_eq!(left, ["a.txt"], "an empty folder is removed with its last file");
        store.replace(Path::new("c/d/two.txt"), b"").unwrap();
        store.replace(Path::new("c/one.txt"), b"").unwrap();
        store.remove(Path::new("c/d/two.txt")).unwrap();
        assert_eq!(store.list(Path::new("c")).unwrap().len(), 1);
        store.remove(Path::new("c/one.txt")).unwrap();
        assert_eq!(store.list(Path::new("")).unwrap().len(), 1, "and so are those above it");
    }
}
