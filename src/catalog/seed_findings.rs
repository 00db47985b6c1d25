//! Findings about the seeds of a document: one about each of a million articles fits in memory.

use std::io;
#[cfg(feature = "folder")]
use std::io::Read;

#[cfg(feature = "folder")]
use flate2::{
    Compression,
    bufread::{ZlibDecoder, ZlibEncoder},
};
use serde::{Deserialize, Serialize};

use super::serial::{StoredFinding, as_bytes};
use crate::diag::Finding;

/// Number of bytes that are compressed at once.
#[cfg(feature = "folder")]
const BLOCK: usize = 32 << 10;

/// A list of findings that can only grow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeedFindings {
    /// Compressed blocks, one after the other.
    #[serde(serialize_with = "as_bytes")]
    packed: Vec<u8>,
    /// Findings that follow them.
    #[serde(serialize_with = "as_bytes")]
    rest: Vec<u8>,
}

impl SeedFindings {
    /// Adds findings.
    ///
    /// # Errors
    /// If they cannot be serialized.
    pub fn add(&mut self, findings: &[Finding]) -> io::Result<()> {
        for finding in findings {
            let rest = std::mem::take(&mut self.rest);
            self.rest = postcard::to_extend(&StoredFinding::from(finding), rest).map_err(io::Error::other)?;
            #[cfg(feature = "folder")]
            if self.rest.len() >= BLOCK {
                ZlibEncoder::new(&*self.rest, Compression::fast()).read_to_end(&mut self.packed)?;
                self.rest.clear();
            }
        }
        Ok(())
    }

    /// Gives back memory that is not used.
    pub fn shrink(&mut self) {
        self.packed.shrink_to_fit();
        self.rest.shrink_to_fit();
    }

    /// Returns all findings, except those with an unknown code.
    pub fn iter(&self) -> impl Iterator<Item = Finding> {
        let rest = std::iter::once_with(|| restored(&self.rest));
        #[cfg(feature = "folder")]
        let rest = unpacked(&self.packed).map(|block| restored(&block)).chain(rest);
        rest.flatten()
    }
}

/// Returns blocks as they were before they were compressed. What was stored was verified by its checksum.
#[cfg(feature = "folder")]
fn unpacked(mut packed: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    std::iter::from_fn(move || {
        let mut block = Vec::new();
        let size =
            if packed.is_empty() { 0 } else { ZlibDecoder::new(&mut packed).read_to_end(&mut block).ok()? };
        (size > 0).then_some(block)
    })
}

fn restored(mut bytes: &[u8]) -> Vec<Finding> {
    let mut findings = Vec::new();
    while !bytes.is_empty()
        && let Ok((stored, rest)) = postcard::take_from_bytes::<StoredFinding<'_>>(bytes)
    {
        findings.extend(stored.restore());
        bytes = rest;
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Place, codes};

    #[test]
    fn findings_are_the_same_in_less_memory() {
        let finding = |number: u32| {
            let place = Place::at(format!("town/{number}.txt"), number % 3, 1).showing("text");
            Finding::new(&codes::SEED_CLUTTER, place, format!("{} share links", number % 7))
        };
        for count in [0, 1, 100, 5000] {
            let all: Vec<Finding> = (0..count).map(finding).collect();
            let mut stored = SeedFindings::default();
            all.chunks(7).for_each(|some| stored.add(some).unwrap());
            let bytes = postcard::to_stdvec(&stored).unwrap();
            if cfg!(feature = "folder") && count == 5000 {
                assert!(bytes.len() < 16 * 5000, "{} bytes", bytes.len());
            }
            let stored: SeedFindings = postcard::from_bytes(&bytes).unwrap();
            assert_eq!(stored.iter().collect::<Vec<_>>(), all);
        }
    }
}
