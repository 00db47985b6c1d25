//! The names of a folder's seeds in little memory, and the chunks into which they are divided.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::ops::Range;
use std::path::PathBuf;

use crate::catalog::{chunk_boundary, file_name};
use crate::seed::audio::{self, Groups};

/// Names and fingerprints of the seeds of a folder, packed: there may be a million.
#[derive(Default)]
pub(super) struct Names {
    /// For each seed its fingerprint, the length of its name, and its name.
    packed: Vec<u8>,
    /// Position of each seed.
    positions: Vec<usize>,
}

/// Number of bytes before a name in [`Names::packed`].
const PREFIX: usize = 18;

impl Names {
    pub(super) fn push(&mut self, name: &OsStr, fingerprint: u128) {
        let name = name.as_encoded_bytes();
        self.positions.push(self.packed.len());
        self.packed.extend(fingerprint.to_le_bytes());
        // No file system has longer names.
        self.packed.extend(u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes());
        self.packed.extend(name);
    }

    /// Removes all names and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.packed.clear();
        self.positions.clear();
    }

    fn at(packed: &[u8], position: usize) -> (u128, &[u8]) {
        let mut fingerprint = [0; 16];
        fingerprint.copy_from_slice(&packed[position..position + 16]);
        (u128::from_le_bytes(fingerprint), Self::name_at(packed, position))
    }

    fn name_at(packed: &[u8], position: usize) -> &[u8] {
        let length = usize::from(u16::from_le_bytes([packed[position + 16], packed[position + 17]]));
        &packed[position + PREFIX..position + PREFIX + length]
    }

    /// Returns fingerprints and names of a range.
    pub(super) fn get(&self, range: Range<usize>) -> impl Iterator<Item = (u128, &[u8])> {
        self.positions[range].iter().map(|position| Self::at(&self.packed, *position))
    }

    pub(super) fn sort(&mut self) {
        let Self { packed, positions } = self;
        positions.sort_unstable_by(|one, other| {
            let (one, other) = (Self::name_at(packed, *one), Self::name_at(packed, *other));
            // Most names differ in their first bytes.
            match (one.first_chunk(), other.first_chunk()) {
                (Some(start), Some(other)) if start != other => {
                    u64::from_be_bytes(*start).cmp(&u64::from_be_bytes(*other))
                }
                _ => one.cmp(other),
            }
        });
    }

    /// Returns the image that stands for the folder.
    pub(super) fn cover(&self) -> Option<OsString> {
        let names: Vec<OsString> =
            self.get(0..self.positions.len()).map(|(_, name)| file_name(name)).collect();
        audio::cover(names.iter().map(OsString::as_os_str)).map(OsStr::to_owned)
    }

    /// Leaves one name for each episode, with the fingerprints of all its files, and returns which files those are. `above` is
    /// the image of a folder above, with its fingerprint.
    pub(super) fn group(&mut self, others: &Self, above: Option<(PathBuf, u128)>) -> Groups {
        let all: Vec<(OsString, u128)> = [&*self, others]
            .into_iter()
            .flat_map(|names| names.get(0..names.positions.len()))
            .map(|(fingerprint, name)| (file_name(name), fingerprint))
            .collect();
        let (above, of_above) = above.map_or((None, 0), |(path, fingerprint)| (Some(path), fingerprint));
        let groups = Groups::of(all.iter().map(|(name, _)| name.as_os_str())).inheriting(above);
        let fingerprints: HashMap<&OsStr, u128> =
            all.iter().map(|(name, fingerprint)| (name.as_os_str(), *fingerprint)).collect();
        let seeds = self.positions.len();
        self.clear();
        for (name, fingerprint) in all.iter().take(seeds).filter(|(name, _)| !groups.is_owned(name)) {
            let files = groups.files(name).filter_map(|file| fingerprints.get(file));
            let of_above = if groups.inherited().is_some() && audio::is_media(name) { of_above } else { 0 };
            let own = fingerprint.wrapping_add(groups.neighborhood(name)).wrapping_add(of_above);
            self.push(name, files.fold(own, |sum, one| sum.wrapping_add(*one)));
        }
        groups
    }

    /// Returns the sum of the fingerprints, and the number of names.
    pub(super) fn sum(&self) -> (u128, u32) {
        let all = self.get(0..self.positions.len());
        let sum = all.fold(0, |sum, (fingerprint, _)| u128::wrapping_add(sum, fingerprint));
        (sum, u32::try_from(self.positions.len()).unwrap_or(u32::MAX))
    }

    /// Returns id and range of each chunk. The names have to be sorted.
    pub(super) fn chunks(&self) -> Vec<(u64, Range<usize>)> {
        let mut chunks = Vec::new();
        let (mut id, mut from) = (0, 0);
        for (number, (_, name)) in self.get(0..self.positions.len()).enumerate().skip(1) {
            if let Some(next) = chunk_boundary(name) {
                chunks.push((std::mem::replace(&mut id, next), from..number));
                from = number;
            }
        }
        if from < self.positions.len() {
            chunks.push((id, from..self.positions.len()));
        }
        chunks
    }
}
