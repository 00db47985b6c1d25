//! Where seeds lie and feeds go: one narrow trait, so that a disk, memory or a faulty disk can stand behind it.
//!
//! A store knows nothing of seeds or feeds. Paths are relative to its root.

#[cfg(test)]
pub(crate) mod faulty;
mod fs;
mod lock;
mod memory;

use std::ffi::{OsStr, OsString};
use std::io::{self, Cursor, Read, Seek};
use std::path::Path;
use std::time::Duration;

pub use fs::FsStore;
pub use lock::Lock;
pub use memory::MemoryStore;

use crate::types::Bytes;

/// What lies under a name in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link that leads somewhere. Links are not followed: they may loop, or leave the store.
    Link,
    /// A symbolic link that leads nowhere.
    BrokenLink,
    /// A FIFO, socket or device: opening it could wait for ever.
    Special,
}

/// A name in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its name, any bytes the file system allows.
    pub name: OsString,
    /// What it is.
    pub kind: Kind,
}

/// By what a storage tells that a file may have changed. Equal stamps mean equal bytes, unless the file was written
/// within the grain of the storage's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The size of the file.
    pub size: Bytes,
    /// When its bytes were last written, in ns since 1970; anybody can set it.
    pub modified: i128,
    /// When anything of it last changed, in ns since 1970; nobody can set it.
    pub changed: i128,
    /// Which file it is.
    pub inode: u64,
}

/// What [`Store::heads`] shows of a file.
#[derive(Clone, Copy, Debug)]
pub struct Beginning<'a> {
    /// At most as many bytes as were asked for.
    pub bytes: &'a [u8],
    /// The size of the whole file.
    pub size: Bytes,
    /// Taken before the bytes were read, so that a later change shows.
    pub stamp: Option<Stamp>,
}

/// The beginning of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix {
    /// At most as many bytes as were asked for.
    pub bytes: Vec<u8>,
    /// The size of the whole file.
    pub size: Bytes,
}

/// A file that is open: it shows what was there when it was opened, whatever is renamed into its place.
pub struct Opened {
    /// Its bytes, from any place.
    pub content: Box<dyn Content>,
    /// Its stamp, where the storage keeps any.
    pub stamp: Option<Stamp>,
}

/// What can be read from any place.
pub trait Content: Read + Seek + Send {}

impl<T: Read + Seek + Send> Content for T {}

/// Whether [`Store::replace`] had anything to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The file is new or has new bytes.
    Written,
    /// The file had these bytes already and was not touched.
    Unchanged,
}

/// True if an operation failed because the process or the system is out of file handles or memory. That says nothing about
/// the file, and another attempt may succeed.
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
        return [Errno::MFILE, Errno::NFILE, Errno::NOMEM].contains(&errno);
    }
    error.kind() == io::ErrorKind::OutOfMemory
}

/// A tree of files.
pub trait Store: Sync {
    /// How a path is shown to people: as the user named the root, then the path.
    fn show(&self, path: &Path) -> String;

    /// The names in a folder, sorted by their bytes.
    ///
    /// # Errors
    /// What the storage says; a folder that is not there is [`io::ErrorKind::NotFound`].
    fn list(&self, folder: &Path) -> io::Result<Vec<Item>>;

    /// The first `length` bytes of a regular file. Never waits, whatever lies there.
    ///
    /// # Errors
    /// What the storage says; [`io::ErrorKind::InvalidInput`] where it is no regular file.
    fn prefix(&self, path: &Path, length: Bytes) -> io::Result<Prefix>;

    /// A whole regular file.
    ///
    /// # Errors
    /// As [`Store::prefix`]; [`io::ErrorKind::FileTooLarge`] above `limit`.
    fn read(&self, path: &Path, limit: Bytes) -> io::Result<Vec<u8>>;

    /// Opens a regular file, for one that is too large to be held.
    ///
    /// # Errors
    /// As [`Store::prefix`].
    fn open(&self, path: &Path) -> io::Result<Opened> {
        let stamp = self.stamp(path)?;
        let content = Box::new(Cursor::new(self.read(path, Bytes(u64::MAX - 1))?));
        Ok(Opened { content, stamp })
    }

    /// Puts a file in place whole or not at all, making its folder; leaves it untouched where its bytes are equal.
    ///
    /// # Errors
    /// What the storage says; the old file is then as it was.
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<Change>;

    /// Removes a file, and the folders above it that are empty then.
    ///
    /// # Errors
    /// What the storage says.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Keeps other runs out until the lock is dropped; waits up to `wait` for one that is in.
    ///
    /// # Errors
    /// What the storage says; [`io::ErrorKind::WouldBlock`], naming the holder, where the wait was in vain.
    fn lock(&self, wait: Duration) -> io::Result<Lock>;

    /// Shows every name of a folder, in any order; regular files with their stamps where those are asked for and the
    /// storage keeps any.
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

    /// Shows the beginning of some files of a folder, one after the other. `see` gets the number of the name.
    ///
    /// # Errors
    /// As [`Store::list`]; what is wrong with a single file is told to `see`.
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
                    .map_err(again),
            );
        }
        Ok(())
    }

    /// By what to see later that a regular file is what it was; `None` where the storage keeps no such thing.
    ///
    /// # Errors
    /// As [`Store::prefix`].
    fn stamp(&self, path: &Path) -> io::Result<Option<Stamp>> {
        let _ = path;
        Ok(None)
    }

    /// Where on disk it is, for those who keep something of their own there.
    fn folder(&self) -> Option<&Path> {
        None
    }
}

/// The same error once more.
fn again(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

/// The contract of [`Store`], written once and run against every kind.
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
        let mut opened = store.open(path).unwrap();
        assert_eq!(opened.stamp, store.stamp(path).unwrap());
        store.replace(path, b"something else").unwrap();
        let mut rest = String::new();
        opened.content.seek(io::SeekFrom::Start(7)).unwrap();
        opened.content.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "again", "an open file stays what it was");
        assert_eq!(store.open(Path::new("b")).err().unwrap().kind(), io::ErrorKind::InvalidInput);
        store.remove(path).unwrap();
        assert_eq!(store.remove(path).unwrap_err().kind(), io::ErrorKind::NotFound);
        let left: Vec<_> = store.list(Path::new("")).unwrap().into_iter().map(|i| i.name).collect();
        assert_eq!(left, ["a.txt"], "an emptied folder goes with its last file");
        store.replace(Path::new("c/d/two.txt"), b"").unwrap();
        store.replace(Path::new("c/one.txt"), b"").unwrap();
        store.remove(Path::new("c/d/two.txt")).unwrap();
        assert_eq!(store.list(Path::new("c")).unwrap().len(), 1);
        store.remove(Path::new("c/one.txt")).unwrap();
        assert_eq!(store.list(Path::new("")).unwrap().len(), 1, "and so do those above it");
    }
}
