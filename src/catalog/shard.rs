//! Work of one of several builders, as the others find it: the chunks of a section that it read because they are not as the
//! last build saw them, and the documents that it built of them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{BuiltDoc, Catalog, Chunk, Folders, MAGIC, checksummed, serial};

/// A document that one of several builders has built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedDoc {
    /// Hash of the fingerprints of its seeds, in the order of its entries.
    pub seeds: u128,
    /// The document.
    pub doc: BuiltDoc,
}

/// Documents that several builders have built, by folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedDocs {
    /// Hash of every input except the seeds.
    pub inputs_hash: u128,
    /// Documents, by folder.
    #[serde(with = "serial::by_path")]
    pub docs: BTreeMap<PathBuf, SharedDoc>,
}

#[derive(Default, Serialize, Deserialize)]
struct Header {
    /// Hash of what the heads depend on in addition to their files.
    basis: u128,
    /// Chunks that the last build did not see; their blocks follow the header, in this order.
    #[serde(with = "serial::by_path")]
    folders: Folders,
    docs: SharedDocs,
}

/// Work of one of several builders.
pub struct Shard<'a> {
    header: Header,
    blocks: &'a [u8],
}

impl<'a> Shard<'a> {
    /// Deserializes it; `None` if it is damaged, from another version, or heads depend on something else by now.
    #[must_use]
    pub fn decode(bytes: &'a [u8], basis: u128) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk()?;
        let (header, blocks) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        let header: Header = checksummed::decode(MAGIC, header)?;
        (header.basis == basis).then_some(Self { header, blocks })
    }
}

impl Catalog {
    /// Serializes those of some chunks that are not as the last build saw them, with documents that were built of them.
    ///
    /// # Errors
    /// If a block cannot be read.
    pub fn shard(&self, folders: &Folders, basis: u128, docs: SharedDocs) -> io::Result<Vec<u8>> {
        let (mut changed, mut blocks) = (Folders::new(), Vec::new());
        let mut buffer = Vec::new();
        for (path, chunks) in folders {
            let old: HashMap<u64, &Chunk> = self.folder(path).iter().map(|old| (old.id, old)).collect();
            let is_new = |chunk: &&Chunk| old.get(&chunk.id) != Some(chunk);
            let mut new: Vec<Chunk> = chunks.iter().filter(is_new).cloned().collect();
            for chunk in &mut new {
                self.blocks.read(chunk.offset, chunk.length, &mut buffer)?;
                chunk.offset = blocks.len() as u64;
                blocks.extend_from_slice(&buffer);
            }
            if !new.is_empty() {
                changed.insert(path.clone(), new);
            }
        }
        let header = checksummed::encode(MAGIC, &Header { basis, folders: changed, docs })?;
        Ok([&(header.len() as u64).to_le_bytes(), header.as_slice(), &blocks].concat())
    }

    /// Adds the work of another builder: its heads need not be read again. Chunks that are known are left out.
    ///
    /// # Errors
    /// If the blocks cannot be written.
    pub fn adopt(&mut self, shard: Shard<'_>) -> io::Result<()> {
        let Header { folders, docs, .. } = shard.header;
        for (path, mut chunks) in folders {
            for chunk in &mut chunks {
                let at = usize::try_from(chunk.offset).map_err(io::Error::other)?;
                let length = usize::try_from(chunk.length).map_err(io::Error::other)?;
                let block = shard.blocks.get(at..).and_then(|rest| rest.get(..length));
                chunk.offset = self.blocks.append(block.ok_or(io::ErrorKind::UnexpectedEof)?)?;
            }
            let adopted = self.adopted.entry(path).or_default();
            let known: HashSet<u64> = adopted.iter().map(|chunk| chunk.id).collect();
            adopted.extend(chunks.into_iter().filter(|chunk| !known.contains(&chunk.id)));
        }
        if self.adopted_docs.inputs_hash == docs.inputs_hash {
            self.adopted_docs.docs.extend(docs.docs);
        } else if !docs.docs.is_empty() {
            self.adopted_docs = docs;
        }
        Ok(())
    }

    /// Returns the chunks of a folder that other builders have read.
    #[must_use]
    pub fn adopted(&self, path: &Path) -> &[Chunk] {
        self.adopted.get(path).map_or(&[], Vec::as_slice)
    }

    /// Returns all chunks that other builders have read.
    #[must_use]
    pub fn all_adopted(&self) -> &Folders {
        &self.adopted
    }

    /// Returns a document that another builder has built of the present inputs.
    #[must_use]
    pub fn adopted_doc(&self, folder: &Path, inputs_hash: u128) -> Option<&SharedDoc> {
        self.adopted_docs.docs.get(folder).filter(|_| self.adopted_docs.inputs_hash == inputs_hash)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Head, Row, Rows};
    use super::*;
    use crate::types::UnixMs;

    #[test]
    fn a_shard_passes_heads_on_unless_it_is_damaged_or_of_another_configuration() {
        let (expires, about) = Default::default();
        let head = Head {
            time: UnixMs(1),
            key: 2,
            link: "l",
            title: "",
            expires,
            exact: true,
            unlisted: false,
            about,
        };
        let mut rows = Rows::default();
        rows.push(Row { fingerprint: 7, head: Some(head), ignored: false, name: b"1.txt" }, 7, []);
        let catalog = Catalog::temporary();
        let chunk = catalog.write(0, &rows, None).unwrap();
        let folders = Folders::from([("town".into(), vec![chunk])]);
        let bytes = catalog.shard(&folders, 5, SharedDocs::default()).unwrap();
        let mut other = Catalog::temporary();
        other.write(0, &rows, None).unwrap();
        other.adopt(Shard::decode(&bytes, 5).unwrap()).unwrap();
        let [adopted] = other.adopted("town".as_ref()) else { panic!("one chunk") };
        let mut buffer = Vec::new();
        let block = other.read(adopted, &mut buffer).unwrap();
        assert_eq!(block.rows().map(|row| row.name).collect::<Vec<_>>(), [b"1.txt"]);
        assert!(Shard::decode(&bytes, 6).is_none());
        for length in 0..bytes.len() {
            let shard = Shard::decode(&bytes[..length], 5);
            assert!(shard.is_none_or(|shard| Catalog::temporary().adopt(shard).is_err()), "{length}");
        }
    }
}
