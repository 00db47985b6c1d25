//! The parts of which a document is made: one for each entry, and a frame around them.

use crate::model::Entry;
use crate::types::UnixMs;

/// An entry in a format.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// UTF-8 text, with the white space before it that the layout requires.
    pub bytes: Vec<u8>,
    /// What the frame of a document with this part has to declare.
    pub uses: Uses,
}

/// What is before and after the entries of a document: UTF-8 text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Text before the first entry.
    pub head: Vec<u8>,
    /// Text after the last entry.
    pub tail: Vec<u8>,
}

/// What parts use that the frame of their document has to declare, such as the prefix of a namespace. A format of your own
/// uses [`Uses::default`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uses(u8);

impl Uses {
    /// RSS: `atom:updated`.
    pub(super) const ATOM: Self = Self(1);
    /// RSS: `content:encoded`.
    pub(super) const CONTENT: Self = Self(2);
    /// RSS: elements of Dublin Core.
    pub(super) const DUBLIN_CORE: Self = Self(4);
    /// RSS: Apple's elements for episodes.
    pub(super) const ITUNES: Self = Self(8);
    /// RSS: Media RSS.
    pub(super) const MEDIA: Self = Self(16);
    /// RSS: chapters.
    pub(super) const CHAPTERS: Self = Self(32);
    /// RSS: an entry with the file of an episode, which makes the feed a podcast.
    pub(super) const EPISODE: Self = Self(64);
    /// RSS: what the `rss` crate declares by itself.
    pub(super) const BY_CRATE: Self = Self(Self::CONTENT.0 | Self::DUBLIN_CORE.0 | Self::ITUNES.0);
    /// Atom: Media RSS.
    pub(super) const MEDIA_IN_ATOM: Self = Self(128);

    /// Returns this if `condition` is true, else nothing.
    pub(super) fn when(self, condition: bool) -> Self {
        if condition { self } else { Self::default() }
    }

    /// True if all of `other` is used.
    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl std::ops::BitOr for Uses {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What a frame has to know of the entries of its document.
#[derive(Clone, Debug, Default)]
pub struct Totals<'a> {
    /// Number of entries.
    pub entries: usize,
    /// Time of the latest change of any entry; `None` if there are no entries.
    pub updated: Option<UnixMs>,
    /// What the parts use.
    pub uses: Uses,
    /// Entries that are trailers of a podcast, in the order of the document.
    pub trailers: Vec<&'a Entry>,
}

impl Totals<'_> {
    /// Adds an entry that was changed at `updated` and whose part uses `uses`.
    pub fn add(&mut self, updated: UnixMs, uses: Uses) {
        self.entries += 1;
        self.updated = self.updated.max(Some(updated));
        self.uses = self.uses | uses;
    }
}
