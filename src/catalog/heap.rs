//! The file of blocks: read anywhere, written at its end.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The size of what is before the first block: the file's name for itself.
pub(super) const HEADER: u64 = 16;
/// So much is gathered before it is written, in bytes; a small run without a catalog needs no file at all.
const PENDING: usize = 1 << 20;

pub(super) struct Heap(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    file: Option<Arc<File>>,
    /// The size of what is in the file, in bytes.
    end: u64,
    pending: Vec<u8>,
}

impl Heap {
    /// In a temporary file, where one is needed.
    pub(super) fn unnamed() -> Self {
        Self(Mutex::default())
    }

    /// A new one.
    pub(super) fn create(path: &Path, id: u128) -> io::Result<Self> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)?;
        file.write_all(&id.to_le_bytes())?;
        Ok(Self(Mutex::new(Inner { file: Some(Arc::new(file)), end: HEADER, pending: Vec::new() })))
    }

    /// One that is there. What is behind `end` was written by a run that died.
    pub(super) fn open(path: &Path, id: u128, end: u64) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let mut first = Vec::new();
        read_at(&file, 0, HEADER, &mut first)?;
        if first != id.to_le_bytes() || file.metadata()?.len() < end {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is another one"));
        }
        Ok(Self(Mutex::new(Inner { file: Some(Arc::new(file)), end, pending: Vec::new() })))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds bytes and says where they are.
    pub(super) fn append(&self, bytes: &[u8]) -> io::Result<u64> {
        let mut inner = self.lock();
        let at = inner.end + inner.pending.len() as u64;
        inner.pending.extend_from_slice(bytes);
        if inner.pending.len() >= PENDING {
            inner.flush()?;
        }
        Ok(at)
    }

    /// Writes what was gathered, and says how large the file is then.
    pub(super) fn flush(&self) -> io::Result<u64> {
        self.lock().flush()
    }

    pub(super) fn read(&self, offset: u64, length: u64, into: &mut Vec<u8>) -> io::Result<()> {
        let inner = self.lock();
        let file = match offset.checked_sub(inner.end) {
            Some(at) => {
                let at = usize::try_from(at).map_err(io::Error::other)?;
                let length = usize::try_from(length).map_err(io::Error::other)?;
                let end = at.checked_add(length).ok_or(io::ErrorKind::UnexpectedEof)?;
                let bytes = inner.pending.get(at..end).ok_or(io::ErrorKind::UnexpectedEof)?;
                into.clear();
                into.extend_from_slice(bytes);
                return Ok(());
            }
            None if offset.checked_add(length).is_none_or(|end| end > inner.end) => {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            None => inner.file.clone().ok_or(io::ErrorKind::UnexpectedEof)?,
        };
        // Elsewhere a read at a place moves the place of the next write, which no write relies on.
        #[cfg(unix)]
        drop(inner);
        read_at(&file, offset, length, into)
    }
}

impl Inner {
    fn flush(&mut self) -> io::Result<u64> {
        if self.pending.is_empty() {
            return Ok(self.end);
        }
        let file = match &self.file {
            Some(file) => file.clone(),
            None => self.file.insert(Arc::new(tempfile::tempfile()?)).clone(),
        };
        (&*file).seek(SeekFrom::Start(self.end))?;
        (&*file).write_all(&self.pending)?;
        self.end += self.pending.len() as u64;
        self.pending.clear();
        Ok(self.end)
    }
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
