//! The names of a folder in little memory, and the pieces that they are cut into.

use std::ffi::OsStr;
use std::ops::Range;

use crate::catalog::block::starts;

/// The names of the seeds in a folder and their seals, close together: there may be a million.
#[derive(Default)]
pub(super) struct Names {
    /// Of each seed its seal, the length of its name, and its name.
    text: Vec<u8>,
    /// Where each begins.
    places: Vec<usize>,
}

/// What of [`Names::text`] is before a name.
const BEFORE: usize = 18;

impl Names {
    pub(super) fn push(&mut self, name: &OsStr, seal: u128) {
        let name = name.as_encoded_bytes();
        self.places.push(self.text.len());
        self.text.extend(seal.to_le_bytes());
        // No file system has longer ones.
        self.text.extend(u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes());
        self.text.extend(name);
    }

    /// Forgets them and keeps their memory.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.places.clear();
    }

    fn at(text: &[u8], place: usize) -> (u128, &[u8]) {
        let mut seal = [0; 16];
        seal.copy_from_slice(&text[place..place + 16]);
        let length = usize::from(u16::from_le_bytes([text[place + 16], text[place + 17]]));
        (u128::from_le_bytes(seal), &text[place + BEFORE..place + BEFORE + length])
    }

    /// Seals and names of some, in their order.
    pub(super) fn get(&self, range: Range<usize>) -> impl Iterator<Item = (u128, &[u8])> {
        self.places[range].iter().map(|place| Self::at(&self.text, *place))
    }

    pub(super) fn sort(&mut self) {
        let Self { text, places } = self;
        places.sort_unstable_by_key(|place| Self::at(text, *place).1);
    }

    /// Where pieces begin and end in the order of the names, each with what it is known by.
    pub(super) fn pieces(&self) -> Vec<(u64, Range<usize>)> {
        let mut pieces = Vec::new();
        let (mut start, mut from) = (0, 0);
        for (number, (_, name)) in self.get(0..self.places.len()).enumerate().skip(1) {
            if let Some(next) = starts(name) {
                pieces.push((std::mem::replace(&mut start, next), from..number));
                from = number;
            }
        }
        if from < self.places.len() {
            pieces.push((start, from..self.places.len()));
        }
        pieces
    }
}
