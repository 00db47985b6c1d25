//! Steps 1 and 2: every seed under the root, and the head of each that is new or changed. Folders are scanned on all
//! cores. Links are not followed, so the scan cannot loop. Only the names of a folder are held in memory.
//!
//! A folder whose names and stamps add up to what the catalog says is unchanged, and so is a chunk of one.

use std::cell::LazyCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use rayon::prelude::*;
use url::Url;

use crate::catalog::{self, About, Catalog, Chunk, Folders, Head, Row, Rows, file_name, key_hash, path_hash};
use crate::config::{Grouping, Plan, PublishMedia};
use crate::diag::{Finding, Meta, Place, codes};
use crate::error::Error;
use crate::format;
use crate::generator::is_apart;
use crate::seed::audio::{self, COVERS_FOLDER, Groups, MEDIA_FOLDER};
use crate::seed::{self, Addresses, SameAddress};
use crate::store::{Kind, Listed, Stamp, Store, is_exhausted};
use crate::types::{UnixMs, is_placeholder};

use super::context::{Context, refusal, refused};
use super::entry_pages;
use super::head::{self, read_heads};
use super::names::Names;
use super::progress::Progress;
use super::publish::is_ours;
use super::reuse;
use super::seed_files::{feeds_below, is_hidden, is_markdown, is_seed};
use super::seed_results::HeadResult;
use super::select::id_key;
use super::shards::Heads;

/// Number of names of a folder that are buffered until it is known whether the folder changed. A larger folder is scanned
/// again if it did: a million names would be buffered for nothing if it did not. Tests have few seeds.
const MAX_BUFFERED_NAMES: u32 = if cfg!(test) { 3 } else { 1 << 16 };

/// Configurations of site generators, which are read on disk only.
const SITES: &[&str] = &[
    "_config.yml",
    "astro.config.mjs",
    "astro.config.ts",
    "eleventy.config.js",
    "hugo.toml",
    "hugo.yaml",
    "zola.toml",
];
/// What to do if there is no seeds folder.
const NO_SEEDS: &str = "put your articles there, or name their folder with --seeds; in the repository of a site, `feedmill init` finds it";

/// Contents of the seeds folder.
#[derive(Default)]
pub(super) struct Scan {
    /// Every folder with seeds.
    pub(super) folders: Folders,
    /// Hashes of the paths of seeds that were reread, sorted; empty if there is no last build to compare with.
    pub(super) reread: Vec<u64>,
    /// Seeds that have another link than in the last build, with that link.
    pub(super) moved: Vec<(PathBuf, String)>,
    /// Findings about files and folders that are not seeds.
    pub(super) findings: Vec<Finding>,
    /// Number of bytes read.
    pub(super) bytes: u64,
    /// True if the storage failed to show a folder or a seed, so that a missing one may still exist.
    pub(super) is_partial: bool,
    /// Path of the image that stands for the root.
    cover: Option<PathBuf>,
}

/// Properties of seeds that the catalog stores, because some feed selects its seeds by them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    titles: bool,
    tags: bool,
    authors: bool,
    languages: bool,
}

impl Kept {
    /// Returns the properties that a plan needs.
    pub(super) fn of(plan: &Plan) -> Self {
        let by = |grouping| plan.feeds_by.contains(&grouping);
        let filters = &plan.filtered;
        Self {
            titles: filters.iter().any(|f| !f.titles.accepts_all()),
            tags: by(Grouping::Tag) || filters.iter().any(|f| !f.tags.is_empty()),
            authors: by(Grouping::Author) || filters.iter().any(|f| !f.authors.is_empty()),
            languages: by(Grouping::Language) || filters.iter().any(|f| !f.languages.is_empty()),
        }
    }

    /// Returns what an article says about itself, encoded.
    fn about(self, head: &seed::Head, recording: &[u8]) -> Vec<u8> {
        let mut about = About::of(&head.metadata);
        about.recording = Some(recording).filter(|bytes| !bytes.is_empty()).map(Into::into);
        about.tags.truncate(if self.tags { usize::MAX } else { 0 });
        about.authors.truncate(if self.authors { usize::MAX } else { 0 });
        about.language = about.language.filter(|_| self.languages);
        about.encode()
    }
}

/// Returns the hash of what heads depend on in addition to their files.
pub(super) fn basis(plan: &Plan) -> u128 {
    let kept = Kept::of(plan);
    catalog::hash(format!("{kept:?} {:?} {:?}", plan.same_address, plan.addresses).as_bytes())
}

/// Reason for which the seeds could not be scanned.
pub(super) enum ScanError {
    /// Stops the build.
    Fatal(Error),
    /// The catalog failed; the build continues without it.
    Catalog(String),
}

/// What the extension of a file says. It is looked up once, because most files of a folder have the same, and there may be a
/// million.
#[derive(Default)]
struct Extension {
    text: Vec<u8>,
    is_seed: bool,
    is_media: bool,
    is_markdown: bool,
}

impl Extension {
    /// Returns what is true of a file that is not hidden.
    fn of(&mut self, name: &OsStr) -> &Self {
        let text = seed::extension(name).unwrap_or_default();
        if text != self.text {
            text.clone_into(&mut self.text);
            (self.is_seed, self.is_media) = (is_seed(name), audio::is_media(name));
            self.is_markdown = is_markdown(name);
        }
        self
    }
}

/// Scans every folder under the root.
///
/// `open` returns the catalog, which is then in `catalog`. Folders are listed meanwhile if the seeds are on a server.
///
/// # Errors
/// If the root cannot be listed, the system is out of resources, or the catalog cannot be opened or written.
pub(super) fn discover(
    context: &Context<'_>,
    catalog: &OnceLock<Catalog>,
    kept: Kept,
    open: impl FnOnce() -> Result<Catalog, Error> + Send,
) -> Result<Scan, ScanError> {
    Scanner::new(context, Awaited::Opening(catalog), kept, Part::All).scan_while_opening(catalog, open)
}

/// A top folder of the seeds, or the seeds that are in no folder: what one of several builders does at a time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TopFolder {
    /// Name of the folder; empty for the seeds that are in none.
    pub(super) name: OsString,
    /// Path of the image that stands for it.
    cover: Option<PathBuf>,
    /// Number of seeds in its folders that have changed.
    pub(super) seeds: usize,
}

/// Returns the top folders that have seeds which neither the last build nor another builder has read, and all other folders.
/// Reads no seed.
///
/// # Errors
/// As [`discover`].
pub(super) fn changed_folders(
    context: &Context<'_>,
    catalog: &OnceLock<Catalog>,
    kept: Kept,
    open: impl FnOnce() -> Result<Catalog, Error> + Send,
) -> Result<(Vec<TopFolder>, Scan), ScanError> {
    let changed = Mutex::default();
    let mut scanner = Scanner::new(context, Awaited::Opening(catalog), kept, Part::All);
    scanner.changed = Some(&changed);
    let scan = scanner.scan_while_opening(catalog, open)?;
    let changed: BTreeMap<OsString, usize> = changed.into_inner().unwrap_or_else(PoisonError::into_inner);
    let folder = |(name, seeds)| TopFolder { name, cover: scan.cover.clone(), seeds };
    Ok((changed.into_iter().map(folder).collect(), scan))
}

/// Scans a top folder.
///
/// # Errors
/// As [`discover`].
pub(super) fn discover_folder(
    context: &Context<'_>,
    catalog: &Catalog,
    kept: Kept,
    folder: &TopFolder,
) -> Result<Scan, ScanError> {
    let is_root = folder.name.is_empty();
    let part = if is_root { Part::Root } else { Part::Below(PathBuf::from(&folder.name)) };
    let scanner = Scanner::new(context, Awaited::Open(catalog), kept, part);
    scanner.visit_all(folder.cover.clone().filter(|_| !is_root));
    scanner.finish()
}

/// Part of the seeds that is scanned.
#[derive(PartialEq, Eq)]
enum Part {
    All,
    /// The seeds that are in no folder.
    Root,
    /// A folder and those below it.
    Below(PathBuf),
}

/// A catalog that may still be on its way from a server.
#[derive(Clone, Copy)]
enum Awaited<'a> {
    Open(&'a Catalog),
    Opening(&'a OnceLock<Catalog>),
}

impl<'a> Awaited<'a> {
    /// Returns the catalog, and waits for it if needed.
    fn wait(self) -> &'a Catalog {
        match self {
            Self::Open(catalog) => catalog,
            Self::Opening(catalog) => catalog.wait(),
        }
    }

    /// Returns the catalog if it is there.
    fn get(self) -> Option<&'a Catalog> {
        match self {
            Self::Open(catalog) => Some(catalog),
            Self::Opening(catalog) => catalog.get(),
        }
    }
}

/// Ends the wait of all threads, even if opening the catalog panics.
struct EndOfWait<'a>(&'a OnceLock<Catalog>);

impl Drop for EndOfWait<'_> {
    fn drop(&mut self) {
        self.0.get_or_init(Catalog::temporary);
    }
}

/// A scan in progress, shared by all threads.
struct Scanner<'a> {
    part: Part,
    /// Collects the top folders that have changed, with the number of their seeds, instead of reading them.
    changed: Option<&'a Mutex<BTreeMap<OsString, usize>>>,
    store: &'a dyn Store,
    catalog: Awaited<'a>,
    kept: Kept,
    addresses: &'a Addresses,
    same_address: SameAddress,
    /// The feeds folder, if it is below the seeds folder: copies of media files are not seeds. Empty if both are one: then
    /// the pages in it are not, nor the folders that media files are published to.
    feeds: Option<PathBuf>,
    publishes_media: bool,
    progress: &'a Progress,
    scan: Mutex<Scan>,
    /// What is in folders that were listed together with one above.
    below: Mutex<HashMap<PathBuf, Listed>>,
    /// Empty buffers: allocating one for each folder takes longer than filling it.
    spare: Mutex<Vec<Names>>,
    /// Heads that were read, if they are stored before the scan ends.
    heads: Option<Heads<'a>>,
    /// First error; it ends the scan.
    error: Mutex<Option<ScanError>>,
}

/// The names in a folder.
struct Listing {
    folders: Vec<PathBuf>,
    /// Names that look like seeds and are not regular files, with the reason.
    not_a_seed: Vec<(OsString, &'static str)>,
    /// Names of objects that are not paths.
    not_paths: Vec<OsString>,
    /// Configuration of a site generator that is not read.
    site: Option<OsString>,
    /// Number of seeds, and the sum of their fingerprints.
    seeds: u32,
    fingerprint: u128,
    /// Those of the seeds. If the folder is as the last build saw it, some may be missing.
    names: Names,
    /// Its episodes.
    groups: Groups,
    has_markdown: bool,
    /// Path of the image that stands for it.
    cover: Option<PathBuf>,
}

/// A chunk after the scan.
struct ScannedChunk {
    chunk: Chunk,
    /// Hashes of the paths of seeds that were reread.
    reread: Vec<u64>,
    /// Seeds that have another link than in the last build, with that link.
    moved: Vec<(PathBuf, String)>,
    /// Number of bytes read.
    bytes: u64,
    is_partial: bool,
    /// Number of seeds that a server refuses to read.
    refused: u32,
    /// Error of one of them.
    refusal: Option<Error>,
}

impl<'a> Scanner<'a> {
    fn new(context: &'a Context<'_>, catalog: Awaited<'a>, kept: Kept, part: Part) -> Self {
        let (scan, below, spare, error) = Default::default();
        Self {
            part,
            changed: None,
            store: context.seeds,
            catalog,
            kept,
            addresses: &context.plan.addresses,
            same_address: context.plan.same_address,
            feeds: feeds_below(context.seeds, context.feeds),
            publishes_media: context.plan.publish_media != PublishMedia::No,
            progress: context.progress,
            scan,
            below,
            spare,
            heads: Heads::of(context, basis(context.plan)),
            error,
        }
    }

    /// Scans the part while the catalog is opened, if the seeds are on a server: both take their time.
    fn scan_while_opening(
        self,
        catalog: &OnceLock<Catalog>,
        open: impl FnOnce() -> Result<Catalog, Error> + Send,
    ) -> Result<Scan, ScanError> {
        let open = Mutex::new(Some(open));
        let open = || {
            let Some(open) = lock(&open).take() else { return };
            let _end = EndOfWait(catalog);
            match open() {
                Ok(opened) => _ = catalog.set(opened),
                // Whatever else fails, this is what is reported.
                Err(error) => *lock(&self.error) = Some(ScanError::Fatal(error)),
            }
        };
        std::thread::scope(|threads| {
            // No thread of the pool: all of them may wait for it.
            let spawn = || std::thread::Builder::new().spawn_scoped(threads, open).is_ok();
            if self.store.in_flight().is_none() || !spawn() {
                open();
            }
            self.visit_all(None);
        });
        self.finish()
    }

    /// Visits every folder of the part. `above` is the image that stands for a folder above.
    fn visit_all(&self, above: Option<PathBuf>) {
        let start = match &self.part {
            Part::Below(folder) => folder.clone(),
            Part::All | Part::Root => PathBuf::new(),
        };
        rayon::scope(|scope| self.visit(start, above, scope));
    }

    /// Returns the result, sorted.
    fn finish(self) -> Result<Scan, ScanError> {
        if let Some(error) = self.error.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        let mut scan = self.scan.into_inner().unwrap_or_else(PoisonError::into_inner);
        scan.findings.sort_by(|a, b| a.place.file.cmp(&b.place.file));
        // Several folders may have the cover of the one above.
        scan.findings.dedup();
        scan.reread.sort_unstable();
        Ok(scan)
    }

    /// Scans a folder and those below it. `above` is the image that stands for a folder above.
    fn visit<'s>(&'s self, folder: PathBuf, above: Option<PathBuf>, scope: &rayon::Scope<'s>) {
        if lock(&self.error).is_some() {
            return;
        }
        let mut listing = match self.list(&folder, above.as_deref()) {
            Ok(listing) => listing,
            Err(error) => return self.unlisted(&folder, error),
        };
        let cover = listing.cover.or(above);
        if let Some(cover) = cover.as_deref().filter(|_| !listing.groups.is_empty())
            && !audio::is_accepted(cover.as_os_str())
        {
            let finding = self.finding(&codes::AUDIO_COVER, cover, String::new());
            lock(&self.scan).findings.push(finding);
        }
        if folder.as_os_str().is_empty() {
            lock(&self.scan).cover.clone_from(&cover);
        }
        for folder in listing.folders {
            let cover = cover.clone();
            scope.spawn(move |scope| self.visit(folder, cover, scope));
        }
        let old = self.catalog.wait().folder(&folder);
        if lock(&self.error).is_some() {
            return;
        }
        let is_unchanged = reuse::is_folder_unchanged(old, listing.fingerprint, listing.seeds);
        if let Some(changed) = self.changed.filter(|_| !is_unchanged)
            && !self.is_adopted(&folder, &mut listing.names)
        {
            let top = folder.components().next().map(|top| top.as_os_str().to_owned());
            *lock(changed).entry(top.unwrap_or_default()).or_default() += listing.seeds as usize;
            return;
        }
        let chunks = if is_unchanged {
            Ok(old.iter().map(|chunk| self.unchanged(chunk)).collect())
        } else {
            let (groups, has_markdown) = (&listing.groups, listing.has_markdown);
            let folder = head::Folder { path: &folder, groups, has_markdown };
            self.read_folder(folder, &mut listing.names, old)
        };
        if listing.seeds <= MAX_BUFFERED_NAMES {
            listing.names.clear();
            lock(&self.spare).push(listing.names);
        }
        let mut chunks: Vec<ScannedChunk> = match chunks {
            Ok(chunks) => chunks,
            Err(error) => return self.fail(error),
        };
        // As if the folder could not be listed.
        if chunks.iter().map(|scanned| scanned.refused).sum::<u32>() == listing.seeds
            && let Some(error) = chunks.iter_mut().find_map(|scanned| scanned.refusal.take())
        {
            return self.fail(ScanError::Fatal(error));
        }
        let mut scan = lock(&self.scan);
        for (name, why) in listing.not_a_seed {
            scan.findings.push(self.finding(&codes::SEED_SPECIAL, &folder.join(name), why.to_owned()));
        }
        for name in listing.not_paths {
            let place = Place::file(format!("{}/{}", self.store.show(&folder), name.to_string_lossy()));
            scan.findings.push(Finding::new(&codes::SEED_NOT_A_PATH, place, String::new()));
        }
        if let Some(name) = listing.site {
            scan.findings.push(self.finding(&codes::SITE_NOT_READ, &folder.join(name), String::new()));
        }
        if chunks.is_empty() {
            return;
        }
        for chunk in &chunks {
            scan.reread.extend(&chunk.reread);
            scan.moved.extend_from_slice(&chunk.moved);
            scan.bytes += chunk.bytes;
            scan.is_partial |= chunk.is_partial;
        }
        scan.folders.insert(folder, chunks.into_iter().map(|scanned| scanned.chunk).collect());
    }

    /// Lists a folder. Only a large one is compared with what the last build saw.
    fn list(&self, folder: &Path, above: Option<&Path>) -> io::Result<Listing> {
        let mut names = lock(&self.spare).pop().unwrap_or_default();
        let (mut folders, mut not_a_seed, mut not_paths) = (Vec::new(), Vec::new(), Vec::new());
        let (mut fingerprint, mut seeds, mut has_markdown) = (0_u128, 0_u32, false);
        // Files that count if there is audio or video.
        let (mut others, mut has_media) = (Names::default(), false);
        let is_episodes = self.addresses.repository.is_none();
        let may_be_site = folder.as_os_str().is_empty()
            && self.store.in_flight().is_some()
            && self.addresses.permalink.is_none();
        let mut site = None;
        let mut last = Extension::default();
        let old = LazyCell::new(|| self.catalog.wait().folder(folder));
        let may_be_unchanged = LazyCell::new(|| reuse::may_folder_be_unchanged(*old));
        // A stamp is for comparing, and costs a call for each file on disk, where the catalog is there at once.
        let is_known =
            |catalog: &Catalog| !catalog.folder(folder).is_empty() || !catalog.adopted(folder).is_empty();
        let with_stamps = self.catalog.get().is_none_or(is_known);
        let mut see = |name: &OsStr, kind: Kind, stamp: Option<Stamp>| {
            if kind == Kind::NotAPath {
                return not_paths.push(name.to_owned());
            }
            if is_hidden(name) {
                return;
            }
            let Extension { is_seed, is_media, is_markdown, .. } = *last.of(name);
            let is_media = is_media && kind == Kind::File;
            match kind {
                Kind::Folder if self.is_of_feeds(folder, name) => {}
                Kind::Folder if self.part == Part::Root || is_apart(name) => {}
                Kind::Folder => folders.push(folder.join(name)),
                Kind::File if is_episodes && !is_seed && audio::may_belong(name) => {
                    others.push(name, reuse::fingerprint(name, stamp.as_ref()));
                }
                Kind::File if may_be_site && SITES.iter().any(|known| name == *known) => {
                    site = Some(name.to_owned());
                }
                _ if !is_seed => {}
                Kind::File if !is_episodes && is_media => {}
                Kind::File if self.is_own_page(folder, name) => {}
                Kind::File => {
                    has_media |= is_media;
                    has_markdown |= is_markdown;
                    let own = reuse::fingerprint(name, stamp.as_ref());
                    fingerprint = fingerprint.wrapping_add(own);
                    seeds += 1;
                    if seeds <= MAX_BUFFERED_NAMES || !*may_be_unchanged {
                        names.push(name, own);
                    }
                }
                Kind::BrokenLink => not_a_seed.push((name.to_owned(), "the link is broken")),
                Kind::Special => not_a_seed.push((name.to_owned(), "")),
                Kind::Link | Kind::NotAPath => {}
            }
        };
        let listed = lock(&self.below).remove(folder);
        match listed {
            Some(items) => items.iter().for_each(|(item, stamp)| see(&item.name, item.kind, *stamp)),
            None => {
                let mut below = |path, items| _ = lock(&self.below).insert(path, items);
                self.store.scan_with_below(folder, with_stamps, &mut see, &mut below)?;
            }
        }
        let is_cut = seeds > MAX_BUFFERED_NAMES && *may_be_unchanged;
        if is_cut && (has_media || !reuse::is_folder_unchanged(*old, fingerprint, seeds)) {
            names.clear();
            self.store.scan(folder, true, &mut |name, kind, stamp| {
                if kind != Kind::File || is_hidden(name) {
                    return;
                }
                let Extension { is_seed, is_media, .. } = *last.of(name);
                if is_seed && (is_episodes || !is_media) && !self.is_own_page(folder, name) {
                    names.push(name, reuse::fingerprint(name, stamp.as_ref()));
                }
            })?;
        }
        let mut groups = Groups::default();
        if has_media {
            let above = above.map(|path| {
                let stamp = self.store.stamp(path).unwrap_or_default();
                let name = path.file_name().unwrap_or_default();
                (path.to_path_buf(), reuse::fingerprint(name, stamp.as_ref()))
            });
            groups = names.group(&others, above);
            (fingerprint, seeds) = names.sum();
        }
        let cover = match has_media {
            true => groups.cover().map(OsStr::to_owned),
            // Only the folders below it need that of a folder without episodes.
            false if folders.is_empty() => None,
            false => others.cover(),
        };
        let cover = cover.map(|name| folder.join(name));
        Ok(Listing {
            folders,
            not_a_seed,
            not_paths,
            site,
            seeds,
            fingerprint,
            names,
            groups,
            has_markdown,
            cover,
        })
    }

    /// True if a folder is that of the feeds or of published media files.
    fn is_of_feeds(&self, folder: &Path, name: &OsStr) -> bool {
        let Some(feeds) = &self.feeds else { return false };
        let is_of_media = || [MEDIA_FOLDER, COVERS_FOLDER].iter().any(|media| name == *media);
        folder.join(name) == *feeds || self.publishes_media && folder == feeds && is_of_media()
    }

    /// True if a file is a page that feedmill generated, because seeds and feeds are in one folder.
    fn is_own_page(&self, folder: &Path, name: &OsStr) -> bool {
        if self.feeds.as_ref().is_none_or(|feeds| !feeds.as_os_str().is_empty()) {
            return false;
        }
        let (path, Some(page)) = (folder.join(name), format::page()) else { return false };
        let is_named = name == page.file_name() || entry_pages::has_name(&path);
        is_named && is_ours(self.store, &path, page).unwrap_or_default()
    }

    /// Handles a folder that cannot be listed. A server that refuses to list one says nothing about the articles in it.
    fn unlisted(&self, folder: &Path, error: io::Error) {
        let is_missing = error.kind() == io::ErrorKind::NotFound;
        let (is_root, is_server) = (folder.as_os_str().is_empty(), self.store.in_flight().is_some());
        if is_root || is_exhausted(&error) || is_server {
            let path = self.store.show(folder);
            let error = Error::io("list the seeds folder", path, error);
            let error = match is_missing {
                true if is_root => error.with_help(NO_SEEDS),
                // It was in the listing of the folder around it.
                true => error.with_help("build again: nothing is in the folder any more"),
                false => error,
            };
            return self.fail(ScanError::Fatal(error));
        }
        let found = self.finding(&codes::SEED_UNREADABLE, folder, format!("cannot list it: {error}"));
        let mut scan = lock(&self.scan);
        scan.findings.push(found);
        scan.is_partial = true;
    }

    /// Returns a chunk that is unchanged.
    fn unchanged(&self, old: &Chunk) -> ScannedChunk {
        self.progress.add_seen(u64::from(old.seeds));
        let (reread, moved, refused, refusal) = Default::default();
        ScannedChunk { chunk: old.clone(), reread, moved, bytes: 0, is_partial: false, refused, refusal }
    }

    /// True if others have read all seeds of a folder that the last build did not see as they are.
    fn is_adopted(&self, folder: &Path, names: &mut Names) -> bool {
        let catalog = self.catalog.wait();
        names.sort();
        let by_id = |chunks: &'a [Chunk]| -> HashMap<u64, &'a Chunk> {
            chunks.iter().map(|chunk| (chunk.id, chunk)).collect()
        };
        let known = [by_id(catalog.folder(folder)), by_id(catalog.adopted(folder))];
        names.chunks().into_iter().all(|(id, range)| {
            let sum = names.get(range.clone()).fold(0, |sum, (one, _)| u128::wrapping_add(sum, one));
            let is_same = |chunk: &&Chunk| reuse::is_chunk_unchanged(chunk, sum, range.len());
            known.iter().any(|chunks| chunks.get(&id).is_some_and(is_same))
        })
    }

    /// Returns the chunks of a folder that changed.
    fn read_folder(
        &self,
        folder: head::Folder<'_>,
        names: &mut Names,
        old: &[Chunk],
    ) -> Result<Vec<ScannedChunk>, ScanError> {
        names.sort();
        let old: HashMap<u64, &Chunk> = old.iter().map(|chunk| (chunk.id, chunk)).collect();
        let chunks = names.chunks().into_par_iter();
        chunks.map(|(id, range)| self.read_chunk(folder, names, id, range, old.get(&id).copied())).collect()
    }

    /// Stores the rows of a chunk: from the catalog if the fingerprint is known, else from the seed.
    fn read_chunk(
        &self,
        folder: head::Folder<'_>,
        names: &Names,
        id: u64,
        range: Range<usize>,
        old: Option<&Chunk>,
    ) -> Result<ScannedChunk, ScanError> {
        let all = || names.get(range.clone());
        let sum = all().fold(0, |sum, (fingerprint, _)| u128::wrapping_add(sum, fingerprint));
        if let Some(old) = old.filter(|old| reuse::is_chunk_unchanged(old, sum, range.len())) {
            return Ok(self.unchanged(old));
        }
        let head::Folder { path, groups, .. } = folder;
        let catalog = self.catalog.wait();
        let mut buffer = Vec::new();
        let block = old.and_then(|old| catalog.read(old, &mut buffer));
        let known = block.iter().filter(|_| !catalog.is_outdated());
        let trusted: HashMap<u128, usize> = known.flat_map(|block| block.trusted()).collect();
        let row = |fingerprint: u128| block.as_ref()?.row(*trusted.get(&fingerprint)?);
        // What other builders have read since then.
        let mut adopted_buffer = Vec::new();
        let adopted = catalog.adopted(path).iter().find(|chunk| chunk.id == id);
        let adopted = adopted.and_then(|chunk| catalog.read(chunk, &mut adopted_buffer));
        let settled: HashMap<u128, usize> = adopted.iter().flat_map(|block| block.settled()).collect();
        let adopted = |fingerprint: u128| {
            let (block, number) = (adopted.as_ref()?, *settled.get(&fingerprint)?);
            Some((block.row(number)?, block.findings_of(number).cloned()))
        };
        let changed: Vec<_> = all().filter(|(fingerprint, _)| row(*fingerprint).is_none()).collect();
        let unknown = changed.iter().filter(|(fingerprint, _)| adopted(*fingerprint).is_none());
        let unknown: Vec<OsString> = unknown.map(|(_, name)| file_name(name)).collect();
        let unknown_names: Vec<_> = unknown.iter().map(OsString::as_os_str).collect();
        // Usually few: many chunks are in memory at once.
        let changed_names: HashSet<&[u8]> = changed.iter().map(|(_, name)| *name).collect();
        let rows = block.iter().filter(|_| !changed.is_empty()).flat_map(|block| block.rows());
        let before: HashMap<&[u8], Row<'_>> =
            rows.filter(|row| changed_names.contains(row.name)).map(|row| (row.name, row)).collect();
        let link_before = |name: &[u8], time: UnixMs, link: &str| {
            let before = before.get(name)?.head?;
            let is_moved = before.time == time && before.link != link;
            // What is below a placeholder was never the address of an article.
            let is_known = |link| !Url::parse(link).is_ok_and(|url| is_placeholder(&url));
            (is_moved && is_known(before.link)).then(|| (path.join(file_name(name)), before.link.to_owned()))
        };
        let (mut out, mut moved, mut bytes, mut is_partial) = (Rows::default(), Vec::new(), 0, false);
        let (mut is_known, mut number_refused, mut refusal_of) = (false, 0, None);
        let copy = |out: &mut Rows, moved: &mut Vec<_>, fingerprint: u128, name: &[u8]| {
            if let Some(row) = row(fingerprint) {
                out.push(row, row.fingerprint, []);
                return true;
            }
            let Some((row, findings)) = adopted(fingerprint) else { return false };
            moved.extend(row.head.and_then(|head| link_before(name, head.time, head.link)));
            out.push(row, row.fingerprint, findings);
            true
        };
        // The known rows stand between those that are read, in the order of the names.
        let mut files = all();
        let mut see = |number: usize, head: HeadResult| {
            for (fingerprint, name) in files.by_ref() {
                if copy(&mut out, &mut moved, fingerprint, name) {
                    continue;
                }
                bytes += head.bytes;
                is_partial |= head.failed;
                if let Some(finding) = refusal(&head.findings) {
                    number_refused += 1;
                    let was_read = before.get(name).is_some_and(|row| row.head.is_some());
                    if refusal_of.is_none() || was_read && !is_known {
                        let file = match &*finding.place.file {
                            "" => unknown[number].as_os_str(),
                            other => other.as_ref(),
                        };
                        refusal_of = Some(refused(self.store.show(&path.join(file)), &finding.detail));
                    }
                    is_known |= was_read;
                }
                moved.extend(head.head.as_ref().and_then(|now| link_before(name, now.time, &now.link)));
                let neighborhood = groups.neighborhood(&unknown[number]);
                return self.push(&mut out, name, &unknown[number], head, neighborhood);
            }
        };
        read_heads(self.store, self.addresses, folder, &unknown_names, &mut see).map_err(ScanError::Fatal)?;
        if let Some(error) = refusal_of.take_if(|_| is_known) {
            return Err(ScanError::Fatal(error));
        }
        for (fingerprint, name) in files {
            copy(&mut out, &mut moved, fingerprint, name);
        }
        self.progress.add_seen(range.len() as u64);
        // There may be nothing to compare them with.
        let reread = if catalog.last_build().docs.is_empty() {
            Vec::new()
        } else {
            changed.iter().map(|(_, name)| path_hash(&path.join(file_name(name)))).collect()
        };
        let chunk = catalog.write(id, &out, old).map_err(|e| ScanError::Catalog(e.to_string()))?;
        if let Some(heads) = self.heads.as_ref().filter(|_| !unknown.is_empty()) {
            heads.add(catalog, path, &chunk, unknown.len());
        }
        let (refused, refusal) = (number_refused, refusal_of);
        Ok(ScannedChunk { chunk, reread, moved, bytes, is_partial, refused, refusal })
    }

    /// Adds the row of a seed that was read.
    fn push(&self, rows: &mut Rows, name: &[u8], file: &OsStr, result: HeadResult, neighborhood: u128) {
        let own = reuse::fingerprint(file, result.stamp.as_ref());
        let mut fingerprint = own.wrapping_add(neighborhood);
        let catalog = self.catalog.wait();
        let mut is_settled = reuse::is_settled(catalog, result.stamp.as_ref()) && !result.failed;
        for (companion, stamp) in &result.companions {
            fingerprint = fingerprint.wrapping_add(reuse::fingerprint(companion, stamp.as_ref()));
            is_settled &= reuse::is_settled(catalog, stamp.as_ref());
        }
        let about =
            result.head.as_ref().map(|head| self.kept.about(head, &result.recording)).unwrap_or_default();
        let head = result.head.as_ref().map(|head| Head {
            time: head.time,
            key: key_hash(&match &head.metadata.id {
                Some(id) => id_key(id),
                None => self.same_address.key(&head.link),
            }),
            link: &head.link,
            // With an id of its own, it tells versions from articles with a copied id.
            title: if self.kept.titles || head.metadata.id.is_some() { &head.title } else { "" },
            expires: head.until,
            exact: !result.dialect.is_some_and(seed::is_stamped),
            unlisted: head.metadata.unlisted,
            about: &about,
        });
        let ignored = result.ignored;
        let row = Row { fingerprint: if is_settled { fingerprint } else { 0 }, head, ignored, name };
        rows.push(row, fingerprint, result.findings);
    }

    fn finding(&self, meta: &'static Meta, path: &Path, detail: String) -> Finding {
        Finding::new(meta, Place::file(self.store.show(path)), detail)
    }

    fn fail(&self, error: ScanError) {
        lock(&self.error).get_or_insert(error);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
