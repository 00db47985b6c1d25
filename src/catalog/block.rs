//! Some seeds of one folder, a column a property: what orders them lies together, and their texts in one heap.

use serde::{Deserialize, Serialize, Serializer};

use super::Piece;

/// How many seeds are in a piece on the average: enough to make its line in the index cheap, few enough to hold. Tests
/// have few seeds, and many pieces all the same.
const MEAN: u64 = if cfg!(test) { 2 } else { 1024 };

/// Where a piece begins that starts with this name, by that name alone, so that a seed which comes or goes changes its
/// own piece and hardly ever another. The first piece of a folder is 0.
#[must_use]
pub fn starts(name: &[u8]) -> Option<u64> {
    let hash = xxhash_rust::xxh3::xxh3_64(name);
    hash.is_multiple_of(MEAN).then_some(hash)
}

/// The row has a head.
const USABLE: u8 = 1;
/// Something is to be said of it.
const NOTED: u8 = 2;
/// It is no article, and is not to be one.
const PASSED: u8 = 4;

/// Whether a file is the article of its folder, as Hugo and Zola have it; another may lie there beside it, and does not
/// count.
pub(crate) fn is_index(name: &[u8]) -> bool {
    matches!(name, b"index.md" | b"index.markdown")
}

/// Something to say of a seed, as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The number of the seed in its block.
    pub row: u32,
    /// What kind of fault.
    pub code: String,
    /// Line from 1; 0 for the whole file.
    pub line: u32,
    /// Column from 1; 0 for the whole line.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// The text of the line.
    pub source: String,
}

/// A seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// The hash of its name and stamp; 0 where it is to be read again in any case.
    pub seal: u128,
    /// Its time in ms, and its link, title and the hash of what ties repeats; `None` where it can't be used.
    pub head: Option<Head<'a>>,
    /// Whether it has no head because it is no article.
    pub passed: bool,
    /// The name of its file.
    pub name: &'a [u8],
}

/// What orders a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head<'a> {
    /// In ms.
    pub time: i64,
    /// The hash of what ties repeats together.
    pub key: u64,
    /// Its link.
    pub link: &'a str,
    /// Its title; empty where no feed asks for titles.
    pub title: &'a str,
    /// When it expires, in ms, where it does.
    pub until: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct Columns<'a> {
    #[serde(serialize_with = "at_once")]
    times: &'a [u8],
    #[serde(serialize_with = "at_once")]
    keys: &'a [u8],
    #[serde(serialize_with = "at_once")]
    seals: &'a [u8],
    #[serde(serialize_with = "at_once")]
    states: &'a [u8],
    #[serde(serialize_with = "at_once")]
    ends: &'a [u8],
    #[serde(serialize_with = "at_once")]
    text: &'a [u8],
    untils: Vec<(u32, i64)>,
    notes: Vec<Note>,
}

/// Not byte by byte, which is what `serde` does of itself.
fn at_once<S: Serializer>(bytes: &&[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_bytes(bytes)
}

/// Rows that are being gathered, in the order of their names.
#[derive(Default)]
pub struct Rows {
    times: Vec<u8>,
    keys: Vec<u8>,
    seals: Vec<u8>,
    states: Vec<u8>,
    ends: Vec<u8>,
    text: Vec<u8>,
    untils: Vec<(u32, i64)>,
    notes: Vec<Note>,
    seal: u128,
    skipped: u32,
    passed: u32,
    indexes: u32,
    latest: Option<i64>,
    doubtful: bool,
}

impl Rows {
    /// Adds a seed. `seal` is that of its file, which counts for the folder even where the row's is 0.
    pub fn push(&mut self, row: Row<'_>, seal: u128, notes: impl IntoIterator<Item = Note>) {
        let number = self.states.len() as u32;
        let before = self.notes.len();
        self.notes.extend(notes.into_iter().map(|note| Note { row: number, ..note }));
        let noted = self.notes.len() > before;
        let (time, key, link, title) = row.head.map_or((0, 0, "", ""), |h| (h.time, h.key, h.link, h.title));
        self.times.extend(time.to_le_bytes());
        self.keys.extend(key.to_le_bytes());
        self.seals.extend(row.seal.to_le_bytes());
        let state = |is: bool, state: u8| if is { state } else { 0 };
        self.states.push(state(row.head.is_some(), USABLE) | state(noted, NOTED) | state(row.passed, PASSED));
        for part in [row.name, link.as_bytes(), title.as_bytes()] {
            self.text.extend(part);
            self.ends.extend((self.text.len() as u32).to_le_bytes());
        }
        self.seal = self.seal.wrapping_add(seal);
        self.doubtful |= row.seal == 0;
        match row.head {
            Some(head) => {
                self.latest = self.latest.max(Some(head.time));
                self.untils.extend(head.until.map(|until| (number, until)));
                self.indexes += u32::from(is_index(row.name));
            }
            None if row.passed => self.passed += 1,
            None => self.skipped += 1,
        }
    }

    /// As bytes.
    pub(super) fn encode(&self) -> Vec<u8> {
        let Self { times, keys, seals, states, ends, text, untils, notes, .. } = self;
        let (untils, notes) = (untils.clone(), notes.clone());
        let columns = Columns { times, keys, seals, states, ends, text, untils, notes };
        // Into memory, and every length is known: it has nothing to complain of.
        postcard::to_stdvec(&columns).unwrap_or_default()
    }

    /// What they say in sum.
    pub(super) fn piece(&self) -> Piece {
        Piece {
            start: 0,
            seal: self.seal,
            seeds: self.states.len() as u32,
            skipped: self.skipped,
            passed: self.passed,
            indexes: self.indexes,
            until: self.untils.iter().map(|(_, until)| *until).min().unwrap_or(i64::MAX),
            latest: self.latest.unwrap_or(i64::MIN),
            doubtful: self.doubtful,
            findings: !self.notes.is_empty(),
            offset: 0,
            length: 0,
            sum: 0,
        }
    }
}

/// Rows that were read.
pub struct Block<'a> {
    times: &'a [[u8; 8]],
    keys: &'a [[u8; 8]],
    seals: &'a [[u8; 16]],
    states: &'a [u8],
    ends: &'a [[u8; 12]],
    text: &'a [u8],
    untils: Vec<(u32, i64)>,
    /// What there is to say.
    pub notes: Vec<Note>,
}

impl<'a> Block<'a> {
    pub(super) fn decode(bytes: &'a [u8]) -> Option<Self> {
        let c: Columns<'a> = postcard::from_bytes(bytes).ok()?;
        let block = Self {
            times: c.times.as_chunks().0,
            keys: c.keys.as_chunks().0,
            seals: c.seals.as_chunks().0,
            states: c.states,
            ends: c.ends.as_chunks().0,
            text: c.text,
            untils: c.untils,
            notes: c.notes,
        };
        let rows = block.states.len();
        let whole = [block.times.len(), block.keys.len(), block.seals.len(), block.ends.len()];
        (whole == [rows; 4]).then_some(block)
    }

    /// Time in ms and hash of the key of each seed that can be used, with its number.
    pub fn heads(&self) -> impl Iterator<Item = (usize, i64, u64)> + '_ {
        let both = self.times.iter().zip(self.keys).enumerate();
        both.filter(|(row, _)| self.states[*row] & USABLE != 0)
            .map(|(row, (time, key))| (row, i64::from_le_bytes(*time), u64::from_le_bytes(*key)))
    }

    /// When a seed expires, where it does.
    #[must_use]
    pub fn until(&self, row: usize) -> Option<i64> {
        let at = self.untils.binary_search_by_key(&row, |(row, _)| *row as usize).ok()?;
        self.untils.get(at).map(|(_, until)| *until)
    }

    /// The seals of rows that need not be read again, with their numbers.
    pub fn trusted(&self) -> impl Iterator<Item = (u128, usize)> + '_ {
        let all = self.seals.iter().enumerate().map(|(row, seal)| (u128::from_le_bytes(*seal), row));
        all.filter(|(seal, row)| *seal != 0 && self.states[*row] & NOTED == 0)
    }

    /// A row; `None` where there is none, or its text is not what was written.
    #[must_use]
    pub fn row(&self, row: usize) -> Option<Row<'a>> {
        let number = |at: usize| -> Option<usize> {
            let end = self.ends.get(at / 3)?.as_chunks::<4>().0.get(at % 3)?;
            usize::try_from(u32::from_le_bytes(*end)).ok()
        };
        let start = if row == 0 { 0 } else { number(3 * row - 1)? };
        let (name, link, title) = (number(3 * row)?, number(3 * row + 1)?, number(3 * row + 2)?);
        let state = self.states.get(row)?;
        let head = if state & USABLE != 0 {
            Some(Head {
                time: i64::from_le_bytes(*self.times.get(row)?),
                key: u64::from_le_bytes(*self.keys.get(row)?),
                link: std::str::from_utf8(self.text.get(name..link)?).ok()?,
                title: std::str::from_utf8(self.text.get(link..title)?).ok()?,
                until: self.until(row),
            })
        } else {
            None
        };
        let seal = u128::from_le_bytes(*self.seals.get(row)?);
        Some(Row { seal, head, passed: state & PASSED != 0, name: self.text.get(start..name)? })
    }
}
