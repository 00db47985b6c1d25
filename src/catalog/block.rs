//! The stored rows of a chunk, one column for each property: what orders seeds is contiguous, and all texts are in one
//! column.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::chunk::Chunk;
use super::serial::{as_bytes, numbered_findings};
use crate::diag::Finding;
use crate::model::Metadata;
use crate::types::UnixMs;

/// State of a row with a head.
const USABLE: u8 = 1;
/// State of a row with findings.
const HAS_FINDINGS: u8 = 2;
/// State of a row that is intentionally not an article.
const IGNORED: u8 = 4;
/// State of a row whose article is held back until its exact time.
const EXACT: u8 = 8;
/// State of a row whose article asks not to be listed.
const UNLISTED: u8 = 16;

/// True if a file is the article of its folder, as in Hugo and Zola; other files may be next to it and do not count.
pub(crate) fn is_index_page(name: &[u8]) -> bool {
    matches!(name, b"index.md" | b"index.markdown")
}

/// A seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// Hash of its name and stamp; 0 if it must be reread in any case.
    pub fingerprint: u128,
    /// Head; `None` if the seed is unusable.
    pub head: Option<Head<'a>>,
    /// True if it has no head because it is intentionally not an article.
    pub ignored: bool,
    /// File name.
    pub name: &'a [u8],
}

/// The part of a seed that orders it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head<'a> {
    /// Time of the article.
    pub time: UnixMs,
    /// Hash of the key that its duplicates share.
    pub key: u64,
    /// Link.
    pub link: &'a str,
    /// Title; empty if no feed filters by title.
    pub title: &'a str,
    /// Time at which it expires.
    pub expires: Option<UnixMs>,
    /// True if it is held back until its exact time; false if its time is the stamp of a crawler.
    pub exact: bool,
    /// True if it asks not to be listed in feeds.
    pub unlisted: bool,
    /// Encoded [`About`]; empty if no feed needs it, or the article states none of it.
    pub about: &'a [u8],
}

/// What an article says about itself, as far as feeds select, merge or divide their articles by it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About<'a> {
    /// Its own id.
    #[serde(borrow)]
    pub id: Option<Cow<'a, str>>,
    /// Tags and categories.
    #[serde(borrow)]
    pub tags: Vec<Cow<'a, str>>,
    /// Names of the authors.
    #[serde(borrow)]
    pub authors: Vec<Cow<'a, str>>,
    /// Language tag.
    #[serde(borrow)]
    pub language: Option<Cow<'a, str>>,
    /// What was read of an audio or video file and those next to it.
    #[serde(borrow)]
    pub recording: Option<Cow<'a, [u8]>>,
}

impl<'a> About<'a> {
    /// Returns all that metadata says of it.
    #[must_use]
    pub fn of(metadata: &'a Metadata) -> Self {
        Self {
            id: metadata.id.as_ref().map(Into::into),
            tags: metadata.tags.iter().map(Into::into).collect(),
            authors: metadata.authors.iter().map(|author| (&author.name).into()).collect(),
            language: metadata.language.as_ref().map(Into::into),
            recording: None,
        }
    }

    /// Serializes it; no bytes if it says nothing.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        if *self == Self::default() {
            return Vec::new();
        }
        // Serializing to memory fails only if a length is unknown, and all are known.
        postcard::to_stdvec(self).unwrap_or_default()
    }

    /// True if what was serialized has an id, its first field.
    #[must_use]
    pub fn has_id(bytes: &[u8]) -> bool {
        bytes.first() == Some(&1)
    }

    /// Deserializes it; what cannot be read says nothing.
    #[must_use]
    pub fn decode(bytes: &'a [u8]) -> Self {
        if bytes.is_empty() { Self::default() } else { postcard::from_bytes(bytes).unwrap_or_default() }
    }
}

/// Positions in the text column at which the texts of a row end. They are stored in this order, and each text starts
/// where the one before ends.
struct TextEnds {
    name: u32,
    link: u32,
    title: u32,
}

impl TextEnds {
    const LEN: usize = 12;

    fn to_bytes(&self) -> [u8; Self::LEN] {
        let [a, b, c] = [self.name, self.link, self.title].map(u32::to_le_bytes);
        let mut bytes = [0; Self::LEN];
        bytes[..4].copy_from_slice(&a);
        bytes[4..8].copy_from_slice(&b);
        bytes[8..].copy_from_slice(&c);
        bytes
    }

    fn from_bytes(bytes: &[u8; Self::LEN]) -> Self {
        let number = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        Self { name: number(0), link: number(4), title: number(8) }
    }
}

/// The columns: a fixed number of bytes for each row, except for the texts.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[serde(bound(serialize = "B: AsRef<[u8]>", deserialize = "B: Deserialize<'de>"))]
struct Columns<B> {
    #[serde(serialize_with = "as_bytes")]
    times: B,
    #[serde(serialize_with = "as_bytes")]
    keys: B,
    #[serde(serialize_with = "as_bytes")]
    fingerprints: B,
    #[serde(serialize_with = "as_bytes")]
    states: B,
    #[serde(serialize_with = "as_bytes")]
    text_ends: B,
    #[serde(serialize_with = "as_bytes")]
    texts: B,
}

impl Columns<Vec<u8>> {
    fn as_slices(&self) -> Columns<&[u8]> {
        Columns {
            times: &self.times,
            keys: &self.keys,
            fingerprints: &self.fingerprints,
            states: &self.states,
            text_ends: &self.text_ends,
            texts: &self.texts,
        }
    }
}

impl<'a> Columns<&'a [u8]> {
    fn times(&self) -> &'a [[u8; 8]] {
        self.times.as_chunks().0
    }

    fn keys(&self) -> &'a [[u8; 8]] {
        self.keys.as_chunks().0
    }

    fn fingerprints(&self) -> &'a [[u8; 16]] {
        self.fingerprints.as_chunks().0
    }

    fn text_ends(&self) -> &'a [[u8; TextEnds::LEN]] {
        self.text_ends.as_chunks().0
    }

    /// True if every column has as many rows as the states.
    fn is_consistent(&self) -> bool {
        let rows = self.states.len();
        [self.times().len(), self.keys().len(), self.fingerprints().len(), self.text_ends().len()]
            == [rows; 4]
    }

    fn text(&self, from: u32, to: u32) -> Option<&'a [u8]> {
        self.texts.get(from as usize..to as usize)
    }
}

/// Rows that are being collected, in the order of their names.
pub struct Rows {
    columns: Columns<Vec<u8>>,
    expiries: Vec<(u32, UnixMs)>,
    abouts: Vec<(u32, Vec<u8>)>,
    findings: Vec<(u32, Finding)>,
    summary: Chunk,
}

impl Default for Rows {
    fn default() -> Self {
        let (columns, expiries, abouts, findings) = Default::default();
        Self { columns, expiries, abouts, findings, summary: Chunk::empty() }
    }
}

impl Rows {
    /// Adds a seed with its findings. `fingerprint` is that of its file, which counts for the folder even if the row's
    /// is 0.
    pub fn push(&mut self, row: Row<'_>, fingerprint: u128, findings: impl IntoIterator<Item = Finding>) {
        let Self { columns, summary, .. } = self;
        let number = summary.seeds;
        let before = self.findings.len();
        self.findings.extend(findings.into_iter().map(|finding| (number, finding)));
        let has_findings = self.findings.len() > before;
        let state = |is: bool, state: u8| if is { state } else { 0 };
        let (time, key, link, title) =
            row.head.map_or((UnixMs(0), 0, "", ""), |h| (h.time, h.key, h.link, h.title));
        columns.times.extend(time.0.to_le_bytes());
        columns.keys.extend(key.to_le_bytes());
        columns.fingerprints.extend(row.fingerprint.to_le_bytes());
        columns.states.push(
            state(row.head.is_some(), USABLE)
                | state(has_findings, HAS_FINDINGS)
                | state(row.ignored, IGNORED)
                | state(row.head.is_some_and(|head| head.exact), EXACT)
                | state(row.head.is_some_and(|head| head.unlisted), UNLISTED),
        );
        let mut add = |text: &[u8]| {
            columns.texts.extend(text);
            columns.texts.len() as u32
        };
        let ends = TextEnds { name: add(row.name), link: add(link.as_bytes()), title: add(title.as_bytes()) };
        columns.text_ends.extend(ends.to_bytes());
        summary.seeds += 1;
        summary.fingerprint = summary.fingerprint.wrapping_add(fingerprint);
        summary.needs_reread |= row.fingerprint == 0;
        summary.has_findings |= has_findings;
        match row.head {
            Some(head) => {
                let latest = if head.exact { &mut summary.latest_exact } else { &mut summary.latest };
                *latest = if head.unlisted { *latest } else { head.time.max(*latest) };
                summary.index_pages += u32::from(is_index_page(row.name));
                if !head.about.is_empty() {
                    self.abouts.push((number, head.about.to_vec()));
                    summary.has_abouts = true;
                    summary.has_ids |= About::has_id(head.about);
                }
                if let Some(expires) = head.expires {
                    self.expiries.push((number, expires));
                    summary.first_expiry = summary.first_expiry.min(expires);
                }
            }
            None if row.ignored => summary.ignored += 1,
            None => summary.skipped += 1,
        }
    }

    /// Serializes the rows.
    pub(super) fn encode(&self) -> Vec<u8> {
        let (expiries, findings) = (self.expiries.clone(), self.findings.clone());
        let abouts = self.abouts.iter().map(|(row, about)| (*row, about.as_slice())).collect();
        let block = Block { columns: self.columns.as_slices(), expiries, abouts, findings };
        // Serializing to memory fails only if a length is unknown, and all are known.
        postcard::to_stdvec(&block).unwrap_or_default()
    }

    /// Returns the summary of the rows.
    pub(super) fn summary(&self) -> Chunk {
        self.summary.clone()
    }
}

/// Rows as they are stored.
#[derive(Serialize, Deserialize)]
pub struct Block<'a> {
    #[serde(borrow)]
    columns: Columns<&'a [u8]>,
    expiries: Vec<(u32, UnixMs)>,
    #[serde(borrow)]
    abouts: Vec<(u32, &'a [u8])>,
    /// Findings, each with the number of its row. The place has no file: [`Row::name`] says it.
    #[serde(with = "numbered_findings")]
    pub findings: Vec<(u32, Finding)>,
}

impl<'a> Block<'a> {
    /// Deserializes a block; `None` if the bytes are not one.
    pub(super) fn decode(bytes: &'a [u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok().filter(|block: &Self| block.columns.is_consistent())
    }

    /// Returns every row, with or without a head.
    pub fn rows(&self) -> impl Iterator<Item = Row<'a>> + '_ {
        (0..self.columns.states.len()).map_while(|row| self.row(row))
    }

    /// Returns row number, time and hash of the key of each usable seed.
    pub fn heads(&self) -> impl Iterator<Item = (usize, UnixMs, u64)> + '_ {
        let all = self.columns.times().iter().zip(self.columns.keys()).enumerate();
        all.filter(|(row, _)| self.columns.states[*row] & USABLE != 0)
            .map(|(row, (time, key))| (row, UnixMs(i64::from_le_bytes(*time)), u64::from_le_bytes(*key)))
    }

    fn has_state(&self, row: usize, state: u8) -> bool {
        self.columns.states.get(row).is_some_and(|all| all & state != 0)
    }

    /// True if a seed is held back until its exact time.
    #[must_use]
    pub fn is_exact(&self, row: usize) -> bool {
        self.has_state(row, EXACT)
    }

    /// True if a seed asks not to be listed in feeds.
    #[must_use]
    pub fn is_unlisted(&self, row: usize) -> bool {
        self.has_state(row, UNLISTED)
    }

    /// Returns what a seed says about itself; empty if it says nothing.
    fn about(&self, row: usize) -> &'a [u8] {
        let at = self.abouts.binary_search_by_key(&row, |(row, _)| *row as usize);
        at.ok().and_then(|at| self.abouts.get(at)).map_or(&[], |(_, about)| *about)
    }

    /// Returns the time at which a seed expires.
    #[must_use]
    pub fn expires(&self, row: usize) -> Option<UnixMs> {
        let at = self.expiries.binary_search_by_key(&row, |(row, _)| *row as usize).ok()?;
        self.expiries.get(at).map(|(_, time)| *time)
    }

    /// Returns fingerprint and number of each row that need not be reread.
    pub fn trusted(&self) -> impl Iterator<Item = (u128, usize)> + '_ {
        self.settled().filter(|(_, row)| self.columns.states[*row] & HAS_FINDINGS == 0)
    }

    /// Returns fingerprint and number of each row that need not be reread if its findings are kept.
    pub fn settled(&self) -> impl Iterator<Item = (u128, usize)> + '_ {
        let all = self.columns.fingerprints().iter().map(|bytes| u128::from_le_bytes(*bytes)).zip(0..);
        all.filter(|(fingerprint, _)| *fingerprint != 0)
    }

    /// Returns the findings about a row, without their file.
    pub fn findings_of(&self, row: usize) -> impl Iterator<Item = &Finding> {
        let from = self.findings.partition_point(|(other, _)| (*other as usize) < row);
        self.findings[from..].iter().take_while(move |(other, _)| *other as usize == row).map(|(_, one)| one)
    }

    /// Returns a row; `None` if there is none, or its text is damaged.
    #[must_use]
    pub fn row(&self, row: usize) -> Option<Row<'a>> {
        let columns = &self.columns;
        let ends = |row: usize| columns.text_ends().get(row).map(TextEnds::from_bytes);
        let start = match row.checked_sub(1) {
            Some(before) => ends(before)?.title,
            None => 0,
        };
        let ends = ends(row)?;
        let state = columns.states.get(row)?;
        let head = if state & USABLE != 0 {
            Some(Head {
                time: UnixMs(i64::from_le_bytes(*columns.times().get(row)?)),
                key: u64::from_le_bytes(*columns.keys().get(row)?),
                link: std::str::from_utf8(columns.text(ends.name, ends.link)?).ok()?,
                title: std::str::from_utf8(columns.text(ends.link, ends.title)?).ok()?,
                expires: self.expires(row),
                exact: state & EXACT != 0,
                unlisted: state & UNLISTED != 0,
                about: self.about(row),
            })
        } else {
            None
        };
        let fingerprint = u128::from_le_bytes(*columns.fingerprints().get(row)?);
        let name = columns.text(start, ends.name)?;
        Some(Row { fingerprint, head, ignored: state & IGNORED != 0, name })
    }
}
