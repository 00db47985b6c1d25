//! Several builders at once: each claims one top folder of the seeds after the other, reads what is new or changed in it, builds
//! the feed of that section with its archive, and stores what it has done where the others find it. When all folders are
//! read, they share the months of the other archives in the same way. There is no coordinator: the builder that creates the
//! object that marks a part of the work has that part, and loses it when its lease expires, because it was killed.
//!
//! The build that follows decides what is published. It lists all seeds, and takes over what was made of exactly the files that
//! it lists.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rayon::prelude::*;

use crate::catalog::{CacheDir, Catalog, Chunk, FOLDER, Folders, INDEX_NAME, SharedDocs, chunks};
use crate::config::{Plan, PublishMedia};
use crate::error::{Error, Kind};
use crate::seed::below_content;
use crate::store::{Lock, Store};

use super::archive::OutputDoc;
use super::context::{Context, Options, Shared};
use super::discover::{Kept, Scan, ScanError, TopFolder, basis, changed_folders, discover_folder};
use super::months;
use super::order::section_of;
use super::progress::Progress;
use super::rebuild::rebuild_part;
use super::scan::{self, Scanned};
use super::shards::{self, Shards};

/// Time between attempts to claim a folder that another builder has.
const PAUSE: Duration = Duration::from_millis(if cfg!(test) { 10 } else { 1000 });
/// Number of claims in a row that a builder loses before it gives up: it may never be fast enough.
const MAX_LOST: usize = 3;
/// Number of seeds of small parts of the work that a builder claims at once, and number of these parts: most of the time that one
/// takes, the builder waits for a server.
const AT_ONCE: (usize, usize) = (1000, 64);
/// Number of times that the cache is opened while other builders replace it.
const ATTEMPTS: usize = 5;

/// A builder that shares the seeds with others.
struct Builder<'a> {
    context: Context<'a>,
    catalog: Catalog,
    /// All seeds that are read.
    scan: Scan,
    kept: Kept,
    basis: u128,
    /// Version of the index of the cache.
    index: Option<u128>,
    /// What other builders have done before the seeds were listed.
    shards: Shards,
    /// Number of claims that were lost in a row.
    lost: AtomicUsize,
}

/// What became of a part of the work.
#[derive(PartialEq, Eq)]
enum State {
    /// Another builder has it.
    Claimed,
    /// Another builder has done it.
    Done,
    /// This builder has done it.
    Built,
    /// All are done, and so is the build that follows.
    AllDone,
}

/// What one builder does at a time.
enum Work {
    /// A top folder: its seeds are read, and its section is built.
    Folder(TopFolder),
    /// Archive documents of one month.
    Month(Vec<OutputDoc>),
}

/// A part of the work that is not done yet.
struct Open {
    work: Work,
    /// Number of seeds.
    seeds: usize,
    /// Path of the shard that it becomes.
    path: PathBuf,
    /// Version of that shard when the seeds were listed.
    shard: Option<u128>,
}

/// What a builder found that had nothing to do.
pub(super) struct Unchanged {
    /// All seeds: they are as the last build saw them.
    scan: Scan,
    /// The cache that the last build stored, and the version of its index.
    cache: Option<CacheDir>,
    index: Option<u128>,
}

impl Unchanged {
    /// Returns what a build that has locked the feeds needs not find out again, if it has nothing to do either.
    pub(super) fn if_still_so(self, context: &mut Context<'_>) -> Option<Scanned> {
        let index = shards::find(context.feeds, &index_path()).ok()?;
        if index.is_none() || index != self.index {
            return None;
        }
        let own = std::mem::replace(&mut context.cache, self.cache);
        let scanned = scan::up_to_date(context, self.scan);
        if scanned.is_none() {
            context.cache = own;
        }
        scanned
    }
}

/// Builds what no other builder has claimed: top folders, then months of archives. Returns what it has built when all of that
/// is done. The second value is there if nothing had changed.
///
/// # Errors
/// If a store fails, or cannot be shared.
pub(super) fn build_sections(
    plan: &Plan,
    seeds: &dyn Store,
    feeds: &dyn Store,
    options: Options<'_>,
) -> Result<(Shared, Option<Unchanged>), Error> {
    if !plan.catalog {
        let message = "`catalog` is off, and builders share their work in the cache; set `catalog = true`";
        return Err(Error::new(Kind::Config, message));
    }
    let own_progress = Progress::default();
    let progress = options.progress.unwrap_or(&own_progress);
    let mut built = Shared::default();
    let context = Context::new(plan, seeds, feeds, options, progress)?;
    let (builder, changed) = Builder::new(context)?;
    if changed.is_empty() && builder.shards.is_empty() {
        let Builder { context, scan, index, .. } = builder;
        return Ok((built, Some(Unchanged { scan, cache: context.cache, index })));
    }
    if builder.catalog.load().is_err() {
        // Another builder has replaced the cache, so it has built all.
        return Ok((built, None));
    }
    let folders = changed.into_iter().map(|folder| (shards::path(&folder.name), Work::Folder(folder)));
    let folders = builder.open(folders);
    let is_over = builder.share(folders, &mut built.folders)?;
    if is_over || !plan.main_feed.archive || !builder.may_publish() {
        return Ok((built, None));
    }
    // With the heads that all builders have read.
    let (mut builder, changed) = Builder::new(builder.into_context())?;
    let read = chunks(builder.catalog.all_adopted()).map(|(_, chunk)| chunk.articles() as usize);
    if !changed.is_empty() || read.sum::<usize>() < months::MIN_ENTRIES || builder.catalog.load().is_err() {
        return Ok((built, None));
    }
    let Ok((selection, _)) = scan::select(&builder.context, &builder.catalog, &mut builder.scan) else {
        return Ok((built, None));
    };
    let months = months::to_share(&builder.context, &builder.catalog, &builder.scan, selection.docs);
    let months = months.into_iter().map(|(month, docs)| (shards::month_path(&month), Work::Month(docs)));
    let months = builder.open(months);
    builder.share(months, &mut built.months)?;
    Ok((built, None))
}

/// Opens the catalog, and returns the version of its index. The cache may be replaced at the same time, and then its files do
/// not match.
fn open_catalog(context: &Context<'_>, basis: u128) -> Result<(Catalog, Option<u128>), Error> {
    let mut attempt = 1;
    loop {
        let index = shards::find(context.feeds, &index_path())?;
        context.fetch_cache()?;
        let cache = context.cache.as_deref();
        let catalog = match cache {
            Some(folder) => {
                let rest = context.rest_of_cache();
                Catalog::open_read_only(folder, basis, context.options.started, rest)
            }
            None => Catalog::temporary(),
        };
        let is_lost =
            catalog.folders().is_empty() && cache.is_some_and(|folder| folder.join(INDEX_NAME).exists());
        if !is_lost || attempt == ATTEMPTS {
            return Ok((catalog, index));
        }
        attempt += 1;
        std::thread::sleep(PAUSE);
    }
}

fn index_path() -> PathBuf {
    Path::new(FOLDER).join(INDEX_NAME)
}

fn fatal(error: ScanError) -> Error {
    match error {
        ScanError::Fatal(error) => error,
        ScanError::Catalog(why) => Error::new(Kind::Io, format!("cannot use a temporary file: {why}")),
    }
}

impl<'a> Builder<'a> {
    /// Scans the seeds with the cache and what other builders have done. Also returns the top folders that nobody has read.
    fn new(context: Context<'a>) -> Result<(Self, Vec<TopFolder>), Error> {
        let (kept, basis) = (Kept::of(context.plan), basis(context.plan));
        let (mut index, mut shards) = (None, Shards::new());
        let catalog = OnceLock::new();
        let open = || {
            let mut catalog;
            (catalog, index) = open_catalog(&context, basis)?;
            // Listed before they are read: one that another builder stores from now on has another version.
            shards = shards::list(context.feeds)?;
            shards::adopt(&context, &mut catalog, basis, &shards)?;
            Ok(catalog)
        };
        let (changed, scan) = changed_folders(&context, &catalog, kept, open).map_err(fatal)?;
        let catalog = catalog.into_inner().unwrap_or_else(Catalog::temporary);
        Ok((Self { context, catalog, scan, kept, basis, index, shards, lost: AtomicUsize::new(0) }, changed))
    }

    /// Closes the files of the catalog.
    fn into_context(self) -> Context<'a> {
        self.context
    }

    /// Returns parts of the work that are not done yet.
    fn open(&self, parts: impl Iterator<Item = (PathBuf, Work)>) -> Vec<Open> {
        let open = |(path, work): (PathBuf, Work)| {
            let seeds = match &work {
                Work::Folder(folder) => folder.seeds,
                Work::Month(docs) => docs.iter().map(|doc| doc.picks.len()).sum(),
            };
            Open { work, seeds, shard: self.shards.get(&path).copied(), path }
        };
        parts.map(open).collect()
    }

    /// Builds what no other builder claims, until all of it is done. Returns true if the build that follows is done too.
    fn share(&self, mut open: Vec<Open>, built: &mut usize) -> Result<bool, Error> {
        // Builders start at different places, so that they rarely meet.
        let start = shards::own_number() as usize % open.len().max(1);
        open.rotate_left(start);
        while !open.is_empty() {
            let before = open.len();
            let mut states = Vec::with_capacity(before);
            for parts in self.divided(&open) {
                let done = parts.par_iter().with_max_len(1).map(|part| self.build(part));
                let done = done.collect::<Result<Vec<_>, Error>>()?;
                *built += done.iter().filter(|state| **state == State::Built).count();
                if done.contains(&State::AllDone) {
                    return Ok(true);
                }
                states.extend(done);
            }
            let mut states = states.into_iter();
            open.retain(|_| states.next() == Some(State::Claimed));
            if open.len() == before {
                std::thread::sleep(PAUSE);
            }
        }
        Ok(false)
    }

    /// Divides parts of the work into those that are claimed at once.
    fn divided<'o>(&self, mut open: &'o [Open]) -> Vec<&'o [Open]> {
        let (max_seeds, max_parts) = AT_ONCE;
        let max_parts = self.context.feeds.in_flight().map_or(1, |_| max_parts);
        let mut divided = Vec::new();
        while !open.is_empty() {
            let mut seeds = 0;
            let fits = |part: &&Open| {
                seeds += part.seeds;
                seeds <= max_seeds
            };
            let (parts, rest) = open.split_at(open.iter().take(max_parts).take_while(fits).count().max(1));
            divided.push(parts);
            open = rest;
        }
        divided
    }

    /// Returns the state of a part if another builder has done it since the seeds were listed.
    fn done_by_others(&self, open: &Open) -> Result<Option<State>, Error> {
        let shard = shards::find(self.context.feeds, &open.path)?;
        if shard.is_some() && shard != open.shard {
            return Ok(Some(State::Done));
        }
        // Shards are removed after the index was written.
        let is_over = shards::find(self.context.feeds, &index_path())? != self.index;
        Ok(is_over.then_some(State::AllDone))
    }

    fn show(&self, path: &Path) -> String {
        self.context.feeds.show(path)
    }

    /// Builds a part unless another builder has it, or has done it.
    fn build(&self, open: &Open) -> Result<State, Error> {
        if let Some(state) = self.done_by_others(open)? {
            return Ok(state);
        }
        let path = shards::lock_path(&open.path);
        let claimed = self.context.feeds.claim(&path);
        let claimed = claimed.map_err(|e| Error::io("claim a part of the seeds", self.show(&path), e))?;
        let Some(lock) = claimed else { return Ok(State::Claimed) };
        // Its last holder may have finished in the meantime.
        if let Some(state) = self.done_by_others(open)? {
            return Ok(state);
        }
        self.build_claimed(open, &lock)
    }

    /// True if documents may be published before the build that follows: a page belongs to one of several documents, media files
    /// are published by that build, and it is that build which asks servers.
    fn may_publish(&self) -> bool {
        let (plan, options) = (self.context.plan, self.context.options);
        !plan.entry_pages
            && plan.publish_media == PublishMedia::No
            && plan.addresses.repository.is_none()
            && !options.check
            && self.context.probe.is_none()
    }

    /// Builds and publishes the documents of the section with the name of a folder, if other folders do not matter to them.
    fn build_section(&self, folder: &TopFolder, scan: &mut Scan, lock: &Lock) -> Option<SharedDocs> {
        let (context, name) = (&self.context, folder.name.to_str()?);
        let is_section = |(path, chunk): (&Path, &Chunk)| {
            chunk.articles() == 0 || section_of(context.plan, path, chunk).as_deref() == Some(name)
        };
        // A folder `content` has the sections of a site.
        let is_alone = !name.is_empty()
            && context.plan.filtered.iter().all(|feed| feed.name != name)
            && chunks(&scan.folders).all(is_section)
            && chunks(self.catalog.folders()).all(|(path, _)| below_content(path) == path);
        if !is_alone || !self.may_publish() {
            return None;
        }
        let (selection, _) = scan::select(context, &self.catalog, scan).ok()?;
        let docs = selection.docs.into_iter().filter(|doc| doc.feed == name);
        let (months, feeds): (Vec<_>, Vec<_>) = docs.partition(OutputDoc::is_archive);
        rebuild_part(context, &self.catalog, scan, &months, &feeds, lock).ok()
    }

    fn build_claimed(&self, open: &Open, lock: &Lock) -> Result<State, Error> {
        // The build that follows builds what is missing, and reports why.
        let (folders, docs) = match &open.work {
            Work::Folder(folder) => {
                let scan = discover_folder(&self.context, &self.catalog, self.kept, folder);
                let mut scan = scan.map_err(fatal)?;
                let docs = self.build_section(folder, &mut scan, lock);
                (scan.folders, docs)
            }
            Work::Month(docs) => {
                (Folders::new(), rebuild_part(&self.context, &self.catalog, &self.scan, docs, &[], lock).ok())
            }
        };
        let shard = self.catalog.shard(&folders, self.basis, docs.unwrap_or_default());
        let shard = shard.map_err(|e| Error::io("read a temporary file", self.show(&open.path), e))?;
        // Another builder has the part if the lease was lost.
        if let Err(error) = lock.verify() {
            if self.lost.fetch_add(1, Ordering::Relaxed) + 1 >= MAX_LOST {
                return Err(Error::io("keep the claim of a part of the seeds", self.show(&open.path), error));
            }
            return Ok(State::Claimed);
        }
        self.lost.store(0, Ordering::Relaxed);
        match self.context.feeds.replace(&open.path, &shard) {
            Ok(_) => Ok(State::Built),
            Err(error) if error.kind() == ErrorKind::ResourceBusy => Ok(State::Claimed),
            Err(error) => Err(Error::io("store the work of this builder", self.show(&open.path), error)),
        }
    }
}
