//! Steps 1 and 2: every seed under the root, and the head of each that is not known yet. Folders are walked on all
//! cores; links are not followed, so no loop can catch the walk. Of a folder no more is held than its names.
//!
//! A folder whose names and stamps add up to what the catalog says is done with, and so is a piece of one.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::catalog::block::{Head, Note, Row, Rows};
use crate::catalog::{self, Catalog, Folders, Piece, key_hash, path_hash, seal};
use crate::diag::{Finding, Meta, Place, codes};
use crate::error::Error;
use crate::seed::{self, Addresses, link_key};
use crate::store::{Kind, Stamp, Store};

use super::names::Names;
use super::survey::Trouble;
use super::{Progress, head};

/// How many names of a folder are held before it is known whether anything changed in it. Those of a larger one are asked
/// for again where it did: a million would be held for nothing where it did not. Tests have few seeds.
const HELD: u32 = if cfg!(test) { 3 } else { 1 << 16 };

/// What is there.
#[derive(Default)]
pub(super) struct Census {
    /// Every folder that has seeds.
    pub(super) folders: Folders,
    /// The hashes of the paths of seeds that were read again, sorted; empty where there is nothing to compare with.
    pub(super) read: Vec<u64>,
    /// What is wrong with what is no seed.
    pub(super) findings: Vec<Finding>,
    /// How many bytes were read.
    pub(super) bytes: u64,
    /// Whether the storage kept back a folder or a seed, so that what is not there may be there all the same.
    pub(super) is_partial: bool,
}

/// Hidden files are the crawler's, the editor's and the versioning's own.
pub(super) fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// Whether a file of this name may be a seed.
pub(super) fn is_seed(name: &OsStr) -> bool {
    !is_hidden(name) && Path::new(name).extension().is_some_and(seed::takes)
}

/// The walk, as all cores see it.
struct Walk<'a> {
    store: &'a dyn Store,
    catalog: &'a Catalog,
    /// Whether titles are kept.
    titles: bool,
    addresses: &'a Addresses,
    /// Whether it matters which seeds were read again.
    compare: bool,
    progress: &'a Progress,
    census: Mutex<Census>,
    /// Empty ones with room: to get memory from the system anew for each folder takes longer than to fill it.
    spare: Mutex<Vec<Names>>,
    fault: Mutex<Option<Trouble>>,
}

/// Sees every seed under the root.
///
/// # Errors
/// Where the root can't be listed, or what was seen can't be kept.
pub(super) fn walk(
    store: &dyn Store,
    catalog: &Catalog,
    titles: bool,
    addresses: &Addresses,
    progress: &Progress,
) -> Result<Census, Trouble> {
    let compare = !catalog.made().parts.is_empty();
    let (census, spare, fault) = Default::default();
    let walk = Walk { store, catalog, titles, addresses, compare, progress, census, spare, fault };
    rayon::scope(|scope| walk.visit(PathBuf::new(), scope));
    if let Some(fault) = walk.fault.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(fault);
    }
    let mut census = walk.census.into_inner().unwrap_or_else(PoisonError::into_inner);
    census.findings.sort_by(|a, b| a.place.file.cmp(&b.place.file));
    census.read.sort_unstable();
    Ok(census)
}

/// A piece that was looked at: with the hashes of the paths of seeds that were read, and how many bytes that took.
type Looked = (Piece, Vec<u64>, u64);

impl<'a> Walk<'a> {
    fn visit<'s>(&'s self, folder: PathBuf, scope: &rayon::Scope<'s>) {
        if self.fault.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            return;
        }
        let old = self.catalog.folder(&folder);
        let mut names = self.spare().pop().unwrap_or_default();
        let (mut inner, mut odd) = (Vec::new(), Vec::new());
        let (mut sum, mut count) = (0_u128, 0_u32);
        let mut quiet = !old.is_empty() && !old.iter().any(|piece| piece.doubtful);
        let mut held = true;
        let sealed = |name: &OsStr, stamp: Option<Stamp>| stamp.map_or(0, |stamp| seal(name, &stamp));
        let mut scanned = self.store.scan(&folder, !old.is_empty(), &mut |name, kind, stamp| {
            if is_hidden(name) {
                return;
            }
            let is_seed = is_seed(name);
            match kind {
                Kind::File if is_seed => {
                    let seal = sealed(name, stamp);
                    sum = sum.wrapping_add(seal);
                    count += 1;
                    held = !quiet || count <= HELD;
                    if held {
                        names.push(name, seal);
                    }
                }
                Kind::Folder => inner.push(folder.join(name)),
                Kind::BrokenLink if is_seed => odd.push((name.to_owned(), "it is a link to nothing")),
                Kind::Special if is_seed => odd.push((name.to_owned(), "it is no regular file")),
                _ => {}
            }
        });
        if quiet && scanned.is_ok() {
            let all = old.iter().fold((0, 0), |(sum, count), piece| {
                (u128::wrapping_add(sum, piece.seal), count + piece.seeds)
            });
            quiet = all == (sum, count);
            if !quiet && !held {
                names.clear();
                scanned = self.store.scan(&folder, true, &mut |name, kind, stamp| {
                    if kind == Kind::File && is_seed(name) {
                        names.push(name, sealed(name, stamp));
                    }
                });
            }
        }
        if let Err(error) = scanned {
            if folder.as_os_str().is_empty() {
                let root = self.store.show(&folder);
                return self.fail(Trouble::Run(Error::io("list the folder of the seeds", root, error)));
            }
            let found = self.odd(&codes::SEED_UNREADABLE, &folder, format!("cannot list it: {error}"));
            let mut census = self.census();
            census.findings.push(found);
            census.is_partial = true;
            return;
        }
        for folder in inner {
            scope.spawn(move |scope| self.visit(folder, scope));
        }
        let odd: Vec<_> = odd
            .into_iter()
            .map(|(name, message)| self.odd(&codes::SEED_SPECIAL, &folder.join(name), message.to_owned()))
            .collect();
        let looked = if quiet {
            old.iter().map(|piece| Ok(self.keep(piece))).collect()
        } else {
            self.read(&folder, &mut names, old)
        };
        if count <= HELD {
            names.clear();
            self.spare().push(names);
        }
        let mut census = self.census();
        census.findings.extend(odd);
        let mut pieces = Vec::with_capacity(looked.len());
        for looked in looked {
            match looked {
                Ok((piece, read, bytes)) => {
                    census.read.extend(read);
                    census.bytes += bytes;
                    pieces.push(piece);
                }
                Err(error) => return self.fail(Trouble::Catalog(error.to_string())),
            }
        }
        if !pieces.is_empty() {
            census.folders.insert(folder, pieces);
        }
    }

    /// A piece that is what it was.
    fn keep(&self, old: &Piece) -> Looked {
        self.progress.seen(u64::from(old.seeds));
        (old.clone(), Vec::new(), 0)
    }

    /// The pieces of a folder.
    fn read(&self, folder: &Path, names: &mut Names, old: &[Piece]) -> Vec<std::io::Result<Looked>> {
        names.sort();
        let old: HashMap<u64, &Piece> = old.iter().map(|piece| (piece.start, piece)).collect();
        let pieces = names.pieces().into_par_iter();
        pieces
            .map(|(start, range)| self.piece(folder, names, start, range, old.get(&start).copied()))
            .collect()
    }

    /// The rows of a piece: from the catalog where the seal is known, else from the seed.
    fn piece(
        &self,
        folder: &Path,
        names: &Names,
        start: u64,
        range: Range<usize>,
        old: Option<&Piece>,
    ) -> std::io::Result<Looked> {
        let sum = names.get(range.clone()).fold(0, |sum, (seal, _)| u128::wrapping_add(sum, seal));
        let is_same = |old: &&Piece| !old.doubtful && (old.seal, old.seeds as usize) == (sum, range.len());
        if let Some(old) = old.filter(is_same) {
            return Ok(self.keep(old));
        }
        let mut buffer = Vec::new();
        let block = old.and_then(|old| self.catalog.read(old, &mut buffer));
        let known: HashMap<u128, usize> = block.iter().flat_map(|block| block.trusted()).collect();
        let row = |seal: u128| -> Option<Row<'_>> { block.as_ref()?.row(*known.get(&seal)?) };
        let rows: Vec<Option<Row<'_>>> = names.get(range.clone()).map(|(seal, _)| row(seal)).collect();
        let unknown = names.get(range.clone()).zip(&rows).filter(|(_, row)| row.is_none());
        let unknown: Vec<OsString> = unknown.map(|((_, name), _)| catalog::name(name)).collect();
        let names_unknown: Vec<_> = unknown.iter().map(|n| &**n).collect();
        let heads = head::read_all(self.store, self.addresses, folder, &names_unknown);
        self.progress.seen(rows.len() as u64);
        let mut heads = unknown.iter().zip(heads);
        let (mut out, mut bytes) = (Rows::default(), 0);
        for ((_, name), row) in names.get(range).zip(rows) {
            if let Some(row) = row {
                out.push(row, row.seal, []);
                continue;
            }
            let Some((file, head)) = heads.next() else { break };
            bytes += head.bytes;
            if head.failed {
                self.census().is_partial = true;
            }
            let sealed = head.stamp.as_ref().map_or(0, |stamp| seal(file, stamp));
            let settled = head.stamp.is_some_and(|stamp| !self.catalog.is_fresh(&stamp)) && !head.failed;
            let head_row = head.head.as_ref().map(|h| Head {
                time: h.time.0,
                key: key_hash(&link_key(&h.link)),
                link: &h.link,
                title: if self.titles { &h.title } else { "" },
                until: h.until.map(|until| until.0),
            });
            let row =
                Row { seal: if settled { sealed } else { 0 }, head: head_row, passed: head.passed, name };
            out.push(row, sealed, head.findings.into_iter().map(note));
        }
        let read = if self.compare {
            unknown.iter().map(|name| path_hash(&folder.join(name))).collect()
        } else {
            Vec::new()
        };
        Ok((self.catalog.write(start, &out, old)?, read, bytes))
    }

    fn odd(&self, meta: &'static Meta, path: &Path, message: String) -> Finding {
        Finding::new(meta, Place::file(self.store.show(path)), message)
    }

    fn census(&self) -> std::sync::MutexGuard<'_, Census> {
        self.census.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spare(&self) -> std::sync::MutexGuard<'_, Vec<Names>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fail(&self, error: Trouble) {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }
}

fn note(finding: Finding) -> Note {
    let Finding { meta, place, detail: message, .. } = finding;
    let Place { line, column, source, .. } = place;
    Note { row: 0, code: meta.code.to_owned(), line, column, message, source }
}
