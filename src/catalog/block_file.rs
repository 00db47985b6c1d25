//! The file of blocks: read at any position, written at its end.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::store::regular;

/// Position of the first block. Before it is the id of the file.
pub(super) const HEADER: u64 = 16;
/// Number of bytes that are buffered before they are written. A small build without a cache never writes a file.
const MAX_BUFFERED: usize = 1 << 20;

/// Creates a file of blocks on disk, because it is in a store without folders.
pub type Fetch = Box<dyn FnOnce() -> io::Result<()> + Send>;

/// A file of blocks, shared by all threads.
pub(super) struct BlockFile(Mutex<Inner>);

/// What may be done with a file that exists.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Blocks are appended to it.
    Append,
    /// It never changes: what is appended goes to a temporary file.
    Read,
}

/// A file that is fetched when its first block is read or the next one is written. Most builds do neither.
struct Later {
    path: PathBuf,
    id: u128,
    access: Access,
    fetch: Option<Fetch>,
}

#[derive(Default)]
struct Inner {
    file: Option<Arc<File>>,
    /// A file that is only read, and the number of its bytes. Positions after them are in `file`.
    base: Option<(Arc<File>, u64)>,
    /// The same file, if it is not open yet.
    later: Option<Later>,
    /// Number of bytes in the file.
    end: u64,
    buffer: Vec<u8>,
}

impl BlockFile {
    /// Creates a temporary file, once one is needed.
    pub(super) fn temporary() -> Self {
        Self(Mutex::default())
    }

    /// Creates a file, replacing any other.
    pub(super) fn create(path: &Path, id: u128) -> io::Result<Self> {
        let mut file =
            regular::open_with(OpenOptions::new().read(true).write(true).create(true).truncate(true), path)?;
        file.write_all(&id.to_le_bytes())?;
        Ok(Self(Mutex::new(Inner { file: Some(Arc::new(file)), end: HEADER, ..Inner::default() })))
    }

    /// Opens a file, once it is needed if it has to be fetched. Bytes after `end` were written by a build that was
    /// interrupted.
    pub(super) fn open(
        path: PathBuf,
        id: u128,
        end: u64,
        access: Access,
        fetch: Option<Fetch>,
    ) -> io::Result<Self> {
        let is_there = fetch.is_none();
        let later = Some(Later { path, id, access, fetch });
        let mut inner = Inner { end, later, ..Inner::default() };
        if is_there {
            inner.load()?;
        }
        Ok(Self(Mutex::new(inner)))
    }

    /// Fetches the file now, if it is not there yet.
    pub(super) fn load(&self) -> io::Result<()> {
        self.lock().load()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends bytes and returns their position.
    pub(super) fn append(&self, bytes: &[u8]) -> io::Result<u64> {
        let mut inner = self.lock();
        let at = inner.end + inner.buffer.len() as u64;
        inner.buffer.extend_from_slice(bytes);
        if inner.buffer.len() >= MAX_BUFFERED {
            inner.flush()?;
        }
        Ok(at)
    }

    /// Writes the buffer and returns the size of the file.
    pub(super) fn flush(&self) -> io::Result<u64> {
        self.lock().flush()
    }

    /// Reads bytes at a position into a buffer, which it clears first.
    pub(super) fn read(&self, offset: u64, length: u64, into: &mut Vec<u8>) -> io::Result<()> {
        let mut inner = self.lock();
        if offset < inner.end {
            inner.load()?;
        }
        let file = match offset.checked_sub(inner.end) {
            Some(at) => {
                let at = usize::try_from(at).map_err(io::Error::other)?;
                let length = usize::try_from(length).map_err(io::Error::other)?;
                let end = at.checked_add(length).ok_or(io::ErrorKind::UnexpectedEof)?;
                let bytes = inner.buffer.get(at..end).ok_or(io::ErrorKind::UnexpectedEof)?;
                into.clear();
                into.extend_from_slice(bytes);
                return Ok(());
            }
            None if offset.checked_add(length).is_none_or(|end| end > inner.end) => {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            None => {
                let base = inner.base.as_ref().filter(|(_, end)| offset < *end);
                let file = base.map(|(file, _)| file).or(inner.file.as_ref());
                file.cloned().ok_or(io::ErrorKind::UnexpectedEof)?
            }
        };
        // On other systems a positioned read moves the cursor, which no write relies on.
        #[cfg(unix)]
        drop(inner);
        read_at(&file, offset, length, into)
    }
}

impl Inner {
    /// Opens the file if it is not open yet. If that fails, so does every later attempt.
    fn load(&mut self) -> io::Result<()> {
        let Some(later) = &mut self.later else { return Ok(()) };
        if let Some(fetch) = later.fetch.take() {
            fetch()?;
        }
        let is_appended = later.access == Access::Append;
        let file = regular::open_with(OpenOptions::new().read(true).write(is_appended), &later.path)?;
        verify(&file, later.id, self.end)?;
        let file = Arc::new(file);
        match later.access {
            Access::Append => self.file = Some(file),
            Access::Read => self.base = Some((file, self.end)),
        }
        self.later = None;
        Ok(())
    }

    fn flush(&mut self) -> io::Result<u64> {
        if self.buffer.is_empty() {
            return Ok(self.end);
        }
        self.load()?;
        let file = match &self.file {
            Some(file) => file.clone(),
            None => self.file.insert(Arc::new(tempfile::tempfile()?)).clone(),
        };
        (&*file).seek(SeekFrom::Start(self.end))?;
        (&*file).write_all(&self.buffer)?;
        self.end += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(self.end)
    }
}

/// Checks that a file has this id and at least this many bytes.
fn verify(file: &File, id: u128, end: u64) -> io::Result<()> {
    let mut first = Vec::new();
    read_at(file, 0, HEADER, &mut first)?;
    if first != id.to_le_bytes() || file.metadata()?.len() < end {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the file belongs to another index"));
    }
    Ok(())
}

fn read_at(file: &File, offset: u64, length: u64, into: &mut Vec<u8>) -> io::Result<()> {
    into.clear();
    into.resize(usize::try_from(length).map_err(io::Error::other)?, 0);
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_exact_at(file, into, offset);
    #[cfg(not(unix))]
    {
        use std::io::Read;
        let mut file = file;
        file.seek(SeekFrom::Start(offset))?;
        file.read_exact(into)
    }
}
