//! Steps 1 and 2: every seed under the root, and the head of each that is not known yet. Folders are walked on all
//! cores; links are not followed, so no loop can catch the walk. One folder a core is held.
//!
//! A folder whose names and stamps add up to what the catalog says is done with: nothing of it is read.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::catalog::block::{Head, Note, Row, Rows};
use crate::catalog::{Catalog, Folder, key_hash, path_hash, seal};
use crate::diag::{Diagnostic, Meta, Place, codes};
use crate::error::Error;
use crate::seed::{Finding, link_key};
use crate::store::{Kind, Stamp, Store};

use super::survey::Trouble;
use super::{Progress, head};

/// How many heads are read in one piece: enough to keep every core busy on a single folder.
const PIECE: usize = 256;

/// What is there.
#[derive(Default)]
pub(super) struct Census {
    /// Every folder that has seeds.
    pub(super) folders: BTreeMap<PathBuf, Folder>,
    /// The hashes of the paths of seeds that were read again, sorted; empty where there is nothing to compare with.
    pub(super) read: Vec<u64>,
    /// What is wrong with what is no seed.
    pub(super) findings: Vec<Diagnostic>,
    /// How many bytes were read.
    pub(super) bytes: u64,
}

/// The walk, as all cores see it.
struct Walk<'a> {
    store: &'a dyn Store,
    catalog: &'a Catalog,
    /// Whether titles are kept.
    titles: bool,
    /// Whether it matters which seeds were read again.
    compare: bool,
    progress: &'a Progress,
    census: Mutex<Census>,
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
    progress: &Progress,
) -> Result<Census, Trouble> {
    let compare = !catalog.made().parts.is_empty();
    let census = Mutex::default();
    let walk = Walk { store, catalog, titles, compare, progress, census, fault: Mutex::default() };
    rayon::scope(|scope| walk.visit(PathBuf::new(), scope));
    if let Some(fault) = walk.fault.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(fault);
    }
    let mut census = walk.census.into_inner().unwrap_or_else(PoisonError::into_inner);
    census.findings.sort_by(|a, b| a.place.file.cmp(&b.place.file));
    census.read.sort_unstable();
    Ok(census)
}

/// A seed in a folder.
struct Entry {
    name: OsString,
    stamp: Option<Stamp>,
}

impl<'a> Walk<'a> {
    fn visit<'s>(&'s self, folder: PathBuf, scope: &rayon::Scope<'s>) {
        if self.fault.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            return;
        }
        let old = self.catalog.folder(&folder);
        let (mut entries, mut inner, mut odd) = (Vec::new(), Vec::new(), Vec::new());
        let (sum, count) = (Cell::new(0_u128), Cell::new(0_u32));
        // As long as all is as it was, names are not kept: they are asked for again where it is not.
        let mut quiet = old.is_some_and(|old| !old.doubtful);
        let mut scan = |quiet: bool, again: bool| {
            self.store.scan(&folder, old.is_some(), &mut |name, kind, stamp| {
                // Hidden files are the crawler's, the editor's and the versioning's own.
                if name.as_encoded_bytes().starts_with(b".") {
                    return;
                }
                let is_seed = Path::new(name).extension().is_some_and(|e| e.eq_ignore_ascii_case("txt"));
                match kind {
                    Kind::File if is_seed && quiet => {
                        let seal = stamp.as_ref().map_or(0, |stamp| seal(name, stamp));
                        sum.set(sum.get().wrapping_add(seal));
                        count.set(count.get() + 1);
                    }
                    Kind::File if is_seed => entries.push(Entry { name: name.to_owned(), stamp }),
                    Kind::Folder if !again => inner.push(folder.join(name)),
                    Kind::BrokenLink if is_seed && !again => {
                        odd.push((name.to_owned(), "it is a link to nothing"))
                    }
                    Kind::Special if is_seed && !again => {
                        odd.push((name.to_owned(), "it is no regular file"))
                    }
                    _ => {}
                }
            })
        };
        let mut scanned = scan(quiet, false);
        if quiet && scanned.is_ok() {
            quiet = old.is_some_and(|old| (old.seal, old.seeds) == (sum.get(), count.get()));
            if !quiet {
                scanned = scan(false, true);
            }
        }
        if let Err(error) = scanned {
            if folder.as_os_str().is_empty() {
                let root = self.store.show(&folder);
                return self.fail(Trouble::Run(Error::io("list the folder of the seeds", root, error)));
            }
            let found = self.odd(&codes::SEED_UNREADABLE, &folder, format!("cannot list it: {error}"));
            self.census().findings.push(found);
            return;
        }
        for folder in inner {
            scope.spawn(move |scope| self.visit(folder, scope));
        }
        let odd: Vec<_> = odd
            .into_iter()
            .map(|(name, message)| self.odd(&codes::SEED_SPECIAL, &folder.join(name), message.to_owned()))
            .collect();
        let done = match old.filter(|_| quiet) {
            Some(old) => {
                self.progress.seen(u64::from(old.seeds));
                Ok((old.clone(), Vec::new(), 0))
            }
            None => self.read(&folder, entries, old),
        };
        let (done, read, bytes) = match done {
            Ok(done) => done,
            Err(error) => return self.fail(Trouble::Catalog(error.to_string())),
        };
        let mut census = self.census();
        census.findings.extend(odd);
        census.read.extend(read);
        census.bytes += bytes;
        if done.seeds > 0 {
            census.folders.insert(folder, done);
        }
    }

    /// The rows of a folder: from the catalog where the seal is known, else from the seed.
    fn read(
        &self,
        folder: &Path,
        mut entries: Vec<Entry>,
        old: Option<&Folder>,
    ) -> std::io::Result<(Folder, Vec<u64>, u64)> {
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        let mut buffer = Vec::new();
        let block = old.and_then(|old| self.catalog.read(old, &mut buffer));
        let known: HashMap<u128, usize> = block.iter().flat_map(|block| block.trusted()).collect();
        let found = |entry: &Entry| -> Option<Row<'_>> {
            let seal = seal(&entry.name, entry.stamp.as_ref()?);
            block.as_ref()?.row(*known.get(&seal)?)
        };
        let rows: Vec<Option<Row<'_>>> = entries.iter().map(found).collect();
        let unknown: Vec<&OsStr> = entries
            .iter()
            .zip(&rows)
            .filter(|(_, row)| row.is_none())
            .map(|(e, _)| e.name.as_os_str())
            .collect();
        self.progress.seen((entries.len() - unknown.len()) as u64);
        let pieces: Vec<Vec<head::Read>> = unknown
            .par_chunks(PIECE)
            .map(|names| {
                let heads = head::read_all(self.store, folder, names);
                self.progress.seen(names.len() as u64);
                heads
            })
            .collect();
        let mut heads = pieces.into_iter().flatten();
        let (mut out, mut bytes) = (Rows::default(), 0);
        for (entry, row) in entries.iter().zip(rows) {
            if let Some(row) = row {
                out.push(row, row.seal, []);
                continue;
            }
            let Some(head) = heads.next() else { break };
            bytes += head.bytes;
            let sealed = head.stamp.as_ref().map_or(0, |stamp| seal(&entry.name, stamp));
            let settled = head.stamp.is_some_and(|stamp| !self.catalog.is_fresh(&stamp)) && !head.failed;
            let head_row = head.head.as_ref().map(|h| Head {
                time: h.time.0,
                key: key_hash(&link_key(&h.link)),
                link: &h.link,
                title: if self.titles { &h.title } else { "" },
            });
            let row = Row {
                seal: if settled { sealed } else { 0 },
                head: head_row,
                name: entry.name.as_encoded_bytes(),
            };
            out.push(row, sealed, head.findings.into_iter().map(|(finding, source)| note(finding, source)));
        }
        let read = if self.compare {
            unknown.iter().map(|name| path_hash(&folder.join(name))).collect()
        } else {
            Vec::new()
        };
        Ok((self.catalog.write(&out, old)?, read, bytes))
    }

    fn odd(&self, meta: &'static Meta, path: &Path, message: String) -> Diagnostic {
        Diagnostic::new(meta, Place::file(self.store.show(path)), message)
    }

    fn census(&self) -> std::sync::MutexGuard<'_, Census> {
        self.census.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fail(&self, error: Trouble) {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }
}

fn note(finding: Finding, source: String) -> Note {
    let Finding { meta, line, column, message } = finding;
    Note { row: 0, code: meta.code.to_owned(), line, column, message, source }
}
