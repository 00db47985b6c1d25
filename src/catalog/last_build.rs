//! Result of the last build, as it is stored.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{SeedFindings, serial};
use crate::diag::Finding;
use crate::model::Listing;
use crate::types::{Bytes, UnixMs};

/// A file that was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedFile {
    /// Path under the feeds folder.
    #[serde(with = "serial::path")]
    pub path: PathBuf,
    /// Size of the file.
    pub size: Bytes,
    /// Hash of its bytes.
    pub hash: u128,
    /// Hash of its name and stamp; 0 if the file has to be read to know that it is unchanged.
    pub fingerprint: u128,
}

/// A media file of the seeds folder that is published because a document refers to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedMedia {
    /// Path under the feeds folder.
    #[serde(with = "serial::path")]
    pub to: PathBuf,
    /// Path of its source under the seeds folder.
    #[serde(with = "serial::path")]
    pub from: PathBuf,
    /// True if it is the cover in the tags of the source, instead of the source itself.
    pub is_cover: bool,
    /// Hash of the name and stamp of the source whose bytes were published; 0 if they have to be compared again.
    pub copied: u128,
}

/// A document in every format; written as a whole or not at all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuiltDoc {
    /// Month of the archive; empty for the document that subscribers read.
    pub month: String,
    /// Hash of everything it was made of, except the bodies of seeds and [`LastBuild::inputs_hash`]; 0 if one of its
    /// seeds could not be read.
    pub inputs_hash: u128,
    /// Files, one for each format; none if no seed is in the document.
    pub files: Vec<PublishedFile>,
    /// Findings about it.
    #[serde(with = "serial::findings")]
    pub findings: Vec<Finding>,
    /// Findings about its seeds.
    pub seed_findings: SeedFindings,
    /// Row in lists of feeds; `None` for an archive document, and if no seed is in it.
    pub listing: Option<Listing>,
    /// Media files of the seeds folder that are published because it refers to them.
    pub media: Vec<PublishedMedia>,
    /// Files that its articles look up, whether they are there or not: the hash of name and stamp by the path under the root of
    /// the repository, if the seeds are in one, else under the seeds folder. It is 1 if the file is missing, 0 if it may have
    /// changed unnoticed.
    #[serde(with = "serial::by_path")]
    pub lookups: BTreeMap<PathBuf, u128>,
    /// Time at which media servers are asked again; `None` if there is nothing to ask.
    pub retry_at: Option<UnixMs>,
}

/// Number of usable seeds by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Entries in the feeds, each counted once.
    pub entries: u64,
    /// Seeds left out in favor of another seed of the same entry.
    pub merged: u64,
    /// Seeds for which no feed had room.
    pub beyond_limit: u64,
    /// Seeds that ask not to be listed.
    pub unlisted: u64,
    /// Seeds that have expired.
    pub expired: u64,
}

/// Result of the last build.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastBuild {
    /// Hash of every input except the seeds.
    pub inputs_hash: u128,
    /// True if seeds dated in the future were held back.
    pub held_back: bool,
    /// Number of seeds by what became of them.
    pub counts: Counts,
    /// First time at which an entry gets too old for a feed; `i64::MAX` if none does.
    pub first_too_old: UnixMs,
    /// Latest time at which a seed got too old for a feed; `i64::MIN` if none did.
    pub last_too_old: UnixMs,
    /// Documents, by folder.
    #[serde(with = "serial::by_path")]
    pub docs: BTreeMap<PathBuf, BuiltDoc>,
    /// Files next to the feeds; none if one of them could not be written as configured.
    pub site_files: Vec<PublishedFile>,
    /// Findings about no document in particular.
    #[serde(with = "serial::findings")]
    pub findings: Vec<Finding>,
}
