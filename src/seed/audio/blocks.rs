//! A reader for headers: it reads whole blocks, remembers the last few, and gives up after a limit.

use std::io::{self, Read, Seek, SeekFrom};

use crate::store::Content;

/// Size of a block. Parsers of tags read a few bytes at a time and seek between them.
const BLOCK: usize = 8 << 10;
/// Number of blocks that are remembered: parsers go back and forth between the start of a file and its end.
const KEPT: usize = 4;

/// Bytes of a file that are read block by block, up to a limit.
pub(super) struct Blocks {
    content: Box<dyn Content>,
    size: u64,
    position: u64,
    /// Position in the underlying file.
    at: u64,
    blocks: Vec<(u64, Vec<u8>)>,
    /// Number of bytes that may still be read.
    left: u64,
    /// Number of bytes that were read.
    pub(super) read: u64,
    /// The first error of the system.
    pub(super) failure: Option<io::Error>,
}

impl Blocks {
    /// Creates a reader that fails with [`io::ErrorKind::QuotaExceeded`] after `limit` bytes.
    pub(super) fn new(mut content: Box<dyn Content>, limit: u64) -> io::Result<Self> {
        let size = content.seek(SeekFrom::End(0))?;
        Ok(Self {
            content,
            size,
            position: 0,
            at: size,
            blocks: Vec::new(),
            left: limit,
            read: 0,
            failure: None,
        })
    }

    /// Returns the size of the file.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Sets the number of bytes that may still be read.
    pub(super) fn allow(&mut self, limit: u64) {
        self.left = limit;
    }

    /// Fills a buffer from a position; false if the file ends before.
    pub(super) fn read_at(&mut self, position: u64, buffer: &mut [u8]) -> io::Result<bool> {
        self.position = position;
        match self.read_exact(buffer) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Returns some bytes from a position, fewer at the end of the file.
    pub(super) fn bytes_at(&mut self, position: u64, length: usize) -> io::Result<Vec<u8>> {
        let rest = usize::try_from(self.size.saturating_sub(position)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; length.min(rest)];
        self.read_at(position, &mut bytes)?;
        Ok(bytes)
    }

    /// Returns the number of the block of a position in [`Blocks::blocks`], after reading it if necessary.
    fn block(&mut self, start: u64) -> io::Result<usize> {
        if let Some(found) = self.blocks.iter().position(|(known, _)| *known == start) {
            let block = self.blocks.remove(found);
            self.blocks.push(block);
            return Ok(self.blocks.len() - 1);
        }
        let length = (self.size - start).min(BLOCK as u64);
        self.left = self.left.checked_sub(length).ok_or(io::ErrorKind::QuotaExceeded)?;
        let mut bytes = if self.blocks.len() >= KEPT { self.blocks.remove(0).1 } else { Vec::new() };
        bytes.clear();
        // With its size known, a block is one read.
        bytes.reserve_exact(length as usize);
        if let Err(error) = self.fill(start, length, &mut bytes) {
            // An error cannot be copied.
            let again =
                error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error);
            self.failure.get_or_insert(error);
            return Err(again);
        }
        self.at = start + bytes.len() as u64;
        self.read += bytes.len() as u64;
        self.blocks.push((start, bytes));
        Ok(self.blocks.len() - 1)
    }

    /// Reads a block of the underlying file.
    fn fill(&mut self, start: u64, length: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
        if self.at != start {
            self.content.seek(SeekFrom::Start(start))?;
        }
        (&mut self.content).take(length).read_to_end(bytes)?;
        Ok(())
    }
}

impl Read for Blocks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.size || buffer.is_empty() {
            return Ok(0);
        }
        let start = self.position - self.position % BLOCK as u64;
        let number = self.block(start)?;
        let inside = (self.position - start) as usize;
        // The file may have become shorter.
        let bytes = self.blocks[number].1.get(inside..).unwrap_or_default();
        let length = bytes.len().min(buffer.len());
        buffer[..length].copy_from_slice(&bytes[..length]);
        self.position += length as u64;
        Ok(length)
    }
}

impl Seek for Blocks {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.size.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}
