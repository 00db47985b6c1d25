//! A file of one value: what kind it is, a sum, the value. It is put in place whole, and believed only as it was written.

use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use xxhash_rust::xxh3::xxh3_64;

/// As bytes.
pub(super) fn encode<T: Serialize>(magic: &str, value: &T) -> io::Result<Vec<u8>> {
    let body = postcard::to_stdvec(value).map_err(io::Error::other)?;
    Ok([magic.as_bytes(), &xxh3_64(&body).to_le_bytes(), &body].concat())
}

/// From bytes; `None` where they are not what was written.
pub(super) fn decode<T: DeserializeOwned>(magic: &str, bytes: &[u8]) -> Option<T> {
    let (sum, body) = bytes.strip_prefix(magic.as_bytes())?.split_first_chunk()?;
    (xxh3_64(body) == u64::from_le_bytes(*sum)).then(|| postcard::from_bytes(body).ok()).flatten()
}

/// What a file holds; nothing where it is not there, or damaged.
pub(super) fn read<T: DeserializeOwned + Default>(folder: &Path, name: &str, magic: &str) -> T {
    let bytes = fs::read(folder.join(name)).unwrap_or_default();
    decode(magic, &bytes).unwrap_or_default()
}

/// Puts a file in place of the last one.
pub(super) fn write<T: Serialize>(folder: &Path, name: &str, magic: &str, value: &T) -> io::Result<()> {
    let new = folder.join(format!("{name}.new"));
    fs::write(&new, encode(magic, value)?)?;
    fs::rename(new, folder.join(name))
}
