//! Hashes by which the catalog recognizes files, seeds and inputs. None of them is cryptographic.

use std::ffi::OsStr;
use std::hash::Hash as _;
use std::io::{self, Write};
use std::path::Path;

use xxhash_rust::xxh3::{Xxh3Default, xxh3_64, xxh3_128};

use crate::config::Plan;
use crate::diag::Finding;
use crate::store::Stamp;

/// Returns the fingerprint of a file: the hash of its name and stamp. Never 0.
#[must_use]
pub fn fingerprint(name: &OsStr, stamp: &Stamp) -> u128 {
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

/// Returns the hash of a seed's path.
#[must_use]
pub fn path_hash(path: &Path) -> u64 {
    xxh3_64(path.as_os_str().as_encoded_bytes())
}

/// Returns the hash of the key that duplicates of an entry share.
#[must_use]
pub fn key_hash(key: &str) -> u64 {
    xxh3_64(key.as_bytes())
}

/// Returns the hash by which equal findings are recognized.
#[must_use]
pub fn finding_hash(finding: &Finding) -> u64 {
    let mut hasher = Xxh3Default::default();
    finding.hash(&mut hasher);
    hasher.digest()
}

/// Returns the hash of some bytes.
#[must_use]
pub fn hash(bytes: &[u8]) -> u128 {
    xxh3_128(bytes)
}

/// Hashes bytes that come one after the other.
#[derive(Default)]
pub struct Hasher(Xxh3Default);

impl Hasher {
    /// Adds bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Returns a shorter hash of all bytes.
    pub(super) fn finish_short(&self) -> u64 {
        self.0.digest()
    }

    /// Returns what [`hash`] returns for all bytes.
    #[must_use]
    pub fn finish(&self) -> u128 {
        self.0.digest128()
    }
}

/// Lets [`io::copy`] hash what a reader has.
impl Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.add(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writer that passes bytes on and hashes them.
pub(super) struct Hashing<W> {
    pub(super) inner: W,
    pub(super) hasher: Hasher,
    /// Why the last write failed, for a caller that gets to know only that it did.
    pub(super) error: Option<io::Error>,
}

impl<W: Write> Hashing<W> {
    pub(super) fn new(inner: W) -> Self {
        Self { inner, hasher: Hasher::default(), error: None }
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let again = |e: &io::Error| e.raw_os_error().map_or(e.kind().into(), io::Error::from_raw_os_error);
        let written = self.inner.write(bytes).inspect_err(|e| self.error = Some(again(e)))?;
        self.hasher.add(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Returns the hash of every input of a build except the seeds and the time: the configuration and `more`.
#[must_use]
pub fn plan_hash(plan: &Plan, more: &[&str]) -> u128 {
    xxh3_128(format!("{} {more:?}", plan.fingerprint_source).as_bytes())
}
