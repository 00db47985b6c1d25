//! The entries of a build as bytes: each is written once and shared by all files that carry it. What does not fit into
//! memory goes to a temporary file without a name, which disappears with the build, however it ends.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::sync::{Arc, OnceLock};

use tempfile::{SpooledData, SpooledTempFile, spooled_tempfile, spooled_tempfile_in};

use crate::catalog::Hasher;
use crate::store::{Source, Store};
use crate::types::Bytes;

/// Number of bytes that are kept in memory; few in tests, so that they use the disk.
const IN_MEMORY: usize = if cfg!(test) { 64 << 10 } else { 2 << 20 };
/// Number of bytes that are written to the temporary file at once.
const BUFFER: usize = 256 << 10;

/// A spool to which pieces are added.
pub(super) struct Spool {
    file: BufWriter<SpooledTempFile>,
    size: u64,
}

/// Position of some bytes in a spool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Piece {
    start: u64,
    size: u64,
}

impl Spool {
    /// Creates a spool on the disk of the feeds, or in the system's folder for temporary files if that must not be written.
    pub(super) fn new(feeds: &dyn Store) -> Self {
        let file = match feeds.folder().filter(|_| !feeds.is_preview()) {
            Some(folder) => spooled_tempfile_in(IN_MEMORY, folder),
            None => spooled_tempfile(IN_MEMORY),
        };
        Self { file: BufWriter::with_capacity(BUFFER, file), size: 0 }
    }

    /// Adds a piece, and the separator before it.
    ///
    /// # Errors
    /// If the temporary file cannot be written.
    pub(super) fn add(&mut self, separator: &str, bytes: &[u8]) -> io::Result<Piece> {
        self.file.write_all(separator.as_bytes())?;
        self.file.write_all(bytes)?;
        let piece = Piece { start: self.size, size: (separator.len() + bytes.len()) as u64 };
        self.size += piece.size;
        Ok(piece)
    }

    /// Returns the spool for readers.
    ///
    /// # Errors
    /// As [`Spool::add`].
    pub(super) fn finish(self) -> io::Result<Arc<Spooled>> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(Arc::new(match file.into_inner() {
            SpooledData::InMemory(bytes) => Spooled::Memory(bytes.into_inner()),
            SpooledData::OnDisk(file) => Spooled::Disk(file),
        }))
    }
}

/// A spool from which files are made, by several threads at once.
pub(super) enum Spooled {
    Memory(Vec<u8>),
    Disk(File),
}

impl Spooled {
    /// Fills a buffer with the bytes from an offset on.
    fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        match self {
            Self::Memory(bytes) => {
                let end = || io::Error::from(io::ErrorKind::UnexpectedEof);
                let start = usize::try_from(offset).map_err(|_| end())?;
                let from = bytes.get(start..).and_then(|rest| rest.get(..buffer.len())).ok_or_else(end)?;
                buffer.copy_from_slice(from);
                Ok(())
            }
            #[cfg(unix)]
            Self::Disk(file) => std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset),
            #[cfg(not(unix))]
            Self::Disk(file) => {
                use std::io::{Seek, SeekFrom};
                // Every handle of a file has the same position.
                static POSITION: std::sync::Mutex<()> = std::sync::Mutex::new(());
                let _guard = POSITION.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let mut file = file;
                file.seek(SeekFrom::Start(offset))?;
                file.read_exact(buffer)
            }
        }
    }
}

/// Bytes of a file: pieces of a spool between bytes of its own.
pub(super) struct FileBytes {
    head: Vec<u8>,
    pieces: Vec<Piece>,
    tail: Vec<u8>,
    /// `None` if there are no pieces.
    spool: Option<Arc<Spooled>>,
    /// Hash of all bytes, once they were read.
    hash: OnceLock<u128>,
}

impl FileBytes {
    /// Joins pieces, each of which begins with a separator of the given length, which the first one loses.
    pub(super) fn new(
        head: Vec<u8>,
        pieces: impl Iterator<Item = Piece>,
        separator: usize,
        tail: Vec<u8>,
        spool: Arc<Spooled>,
    ) -> Self {
        let mut joined: Vec<Piece> = Vec::new();
        for mut piece in pieces {
            match joined.last_mut() {
                Some(last) if last.start + last.size == piece.start => last.size += piece.size,
                Some(_) => joined.push(piece),
                None => {
                    piece.start += separator as u64;
                    piece.size -= separator as u64;
                    joined.push(piece);
                }
            }
        }
        joined.shrink_to_fit();
        Self { head, pieces: joined, tail, spool: Some(spool), hash: OnceLock::new() }
    }

    /// Returns all bytes.
    ///
    /// # Errors
    /// If the spool cannot be read.
    pub(super) fn to_vec(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.size().0).unwrap_or_default());
        self.open().read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Returns the hash of all bytes, and reads them only if no reader came to their end.
    ///
    /// # Errors
    /// If the spool cannot be read.
    pub(super) fn hash(&self) -> io::Result<u128> {
        if self.hash.get().is_none() {
            io::copy(&mut self.open(), &mut io::sink())?;
        }
        Ok(self.hash.get().copied().unwrap_or_default())
    }

    fn piece(&self, number: usize) -> Option<Piece> {
        let own = |bytes: &Vec<u8>| Piece { start: 0, size: bytes.len() as u64 };
        match number {
            0 => Some(own(&self.head)),
            number if number <= self.pieces.len() => Some(self.pieces[number - 1]),
            number => (number == self.pieces.len() + 1).then(|| own(&self.tail)),
        }
    }
}

impl From<Vec<u8>> for FileBytes {
    fn from(head: Vec<u8>) -> Self {
        Self { head, pieces: Vec::new(), tail: Vec::new(), spool: None, hash: OnceLock::new() }
    }
}

impl Source for FileBytes {
    fn size(&self) -> Bytes {
        let pieces: u64 = self.pieces.iter().map(|piece| piece.size).sum();
        Bytes(pieces + (self.head.len() + self.tail.len()) as u64)
    }

    fn open(&self) -> Box<dyn Read + '_> {
        Box::new(Reader { file: self, number: 0, done: 0, left: self.size().0, hasher: Hasher::default() })
    }
}

/// Reader of a file that hashes what it reads.
struct Reader<'a> {
    file: &'a FileBytes,
    /// Number of the next piece: 0 for the head.
    number: usize,
    /// Number of bytes of it that were read.
    done: u64,
    /// Number of bytes of the file that were not read.
    left: u64,
    hasher: Hasher,
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len()
            && let Some(piece) = self.file.piece(self.number)
        {
            let rest = usize::try_from(piece.size - self.done).unwrap_or(usize::MAX);
            let end = filled + rest.min(buffer.len() - filled);
            let into = &mut buffer[filled..end];
            match (&self.file.spool, self.number) {
                (_, 0) => into.copy_from_slice(&self.file.head[self.done as usize..][..into.len()]),
                (Some(spool), number) if number <= self.file.pieces.len() => {
                    spool.read(piece.start + self.done, into)?;
                }
                _ => into.copy_from_slice(&self.file.tail[self.done as usize..][..into.len()]),
            }
            filled += into.len();
            self.done += into.len() as u64;
            if self.done == piece.size {
                (self.number, self.done) = (self.number + 1, 0);
            }
        }
        self.hasher.add(&buffer[..filled]);
        self.left -= filled as u64;
        if self.left == 0 {
            // Every reader finds the same hash.
            let _ = self.file.hash.set(self.hasher.finish());
        }
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;
    use crate::store::MemoryStore;

    /// Reads with buffers of a size that no piece has.
    fn read(bytes: &FileBytes, size: usize) -> Vec<u8> {
        let (mut reader, mut all, mut buffer) = (bytes.open(), Vec::new(), vec![0; size]);
        loop {
            match reader.read(&mut buffer).unwrap() {
                0 => return all,
                read => all.extend_from_slice(&buffer[..read]),
            }
        }
    }

    #[test]
    fn files_share_the_pieces_of_a_spool_in_memory_and_on_disk() {
        for count in [0, 1, 2, 40] {
            let mut spool = Spool::new(&MemoryStore::new());
            let texts: Vec<Vec<u8>> = (0..count).map(|n| vec![b'a' + n as u8; 3000 + n]).collect();
            let pieces: Vec<Piece> = texts.iter().map(|text| spool.add(",", text).unwrap()).collect();
            let spool = spool.finish().unwrap();
            assert_eq!(matches!(&*spool, Spooled::Disk(_)), count == 40);
            for step in [1, 3] {
                let own = pieces.iter().step_by(step).copied();
                let file = FileBytes::new(b"[".to_vec(), own, 1, b"]\n".to_vec(), spool.clone());
                let texts: Vec<&[u8]> = texts.iter().step_by(step).map(Vec::as_slice).collect();
                let expected = [b"[", texts.join(&b","[..]).as_slice(), b"]\n"].concat();
                assert_eq!(file.pieces.len(), if step == 1 { count.min(1) } else { texts.len() });
                assert_eq!(file.size(), Bytes(expected.len() as u64));
                assert!(file.hash.get().is_none() && file.to_vec().unwrap() == expected);
                assert_eq!(file.hash().unwrap(), catalog::hash(&expected));
                assert!(read(&file, 701) == expected);
            }
        }
        let file = FileBytes::from(b"text".to_vec());
        assert_eq!((file.hash().unwrap(), read(&file, 3)), (catalog::hash(b"text"), b"text".to_vec()));
        assert_eq!(FileBytes::from(Vec::new()).hash().unwrap(), catalog::hash(b""));
    }
}
