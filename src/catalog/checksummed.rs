//! A file with one value: its format, a checksum, the value. It is replaced as a whole and read only if the checksum
//! matches.

use std::fs;
use std::io::{self, BufWriter, Cursor, Seek, SeekFrom, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use xxhash_rust::xxh3::xxh3_64;

use super::hash::Hashing;
use crate::store::regular;

/// Serializes a value, with its format and checksum.
pub(super) fn encode<T: Serialize>(magic: &str, value: &T) -> io::Result<Vec<u8>> {
    Ok(write_to(Cursor::new(Vec::new()), magic, value)?.into_inner())
}

/// Creates a file with a value. It may be large, so its bytes are never in memory as a whole.
pub(super) fn create<T: Serialize>(path: &Path, magic: &str, value: &T) -> io::Result<()> {
    write_to(BufWriter::new(regular::create(path)?), magic, value).map(drop)
}

fn write_to<W: Write + Seek, T: Serialize>(mut out: W, magic: &str, value: &T) -> io::Result<W> {
    out.write_all(magic.as_bytes())?;
    // The checksum comes last.
    out.write_all(&[0; 8])?;
    let mut body = Hashing::new(out);
    if let Err(error) = postcard::to_io(value, &mut body) {
        return Err(body.error.unwrap_or_else(|| io::Error::other(error)));
    }
    let Hashing { inner: mut out, hasher, .. } = body;
    out.seek(SeekFrom::Start(magic.len() as u64))?;
    out.write_all(&hasher.finish_short().to_le_bytes())?;
    out.flush()?;
    Ok(out)
}

/// Deserializes a value; `None` if the format or the checksum does not match.
pub(super) fn decode<T: DeserializeOwned>(magic: &str, bytes: &[u8]) -> Option<T> {
    let (checksum, body) = bytes.strip_prefix(magic.as_bytes())?.split_first_chunk()?;
    (xxh3_64(body) == u64::from_le_bytes(*checksum)).then(|| postcard::from_bytes(body).ok()).flatten()
}

/// Reads a file; the default value if it is missing or damaged.
pub(super) fn read<T: DeserializeOwned + Default>(folder: &Path, name: &str, magic: &str) -> T {
    let bytes = regular::read(&folder.join(name)).unwrap_or_default();
    decode(magic, &bytes).unwrap_or_default()
}

/// Replaces a file.
pub(super) fn write<T: Serialize>(folder: &Path, name: &str, magic: &str, value: &T) -> io::Result<()> {
    let new = folder.join(format!("{name}.new"));
    let written = create(&new, magic, value).and_then(|()| fs::rename(&new, folder.join(name)));
    if written.is_err() {
        // On a full disk even half a file takes room.
        let _ = fs::remove_file(new);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_truncated_file_or_a_flipped_bit_is_detected() {
        let value: Vec<(u64, String)> =
            (0..40).map(|number| (number << 7, format!("value {number}"))).collect();
        let bytes = encode("magic 1\n", &value).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        create(&path, "magic 1\n", &value).unwrap();
        assert_eq!(fs::read(&path).unwrap(), bytes);
        let read = |bytes: &[u8]| decode::<Vec<(u64, String)>>("magic 1\n", bytes);
        assert_eq!(read(&bytes), Some(value));
        for length in 0..bytes.len() {
            assert_eq!(read(&bytes[..length]), None, "{length} bytes");
        }
        for bit in 0..bytes.len() * 8 {
            let mut wrong = bytes.clone();
            wrong[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(read(&wrong), None, "bit {bit}");
        }
        assert_eq!(decode::<Vec<(u64, String)>>("magic 2\n", &bytes), None);
    }
}
