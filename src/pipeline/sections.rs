//! Several builders at once: each claims one top folder of the seeds after the other, reads what is new or changed in it, builds
//! the feed of that section with its archive, and stores what it has done where the others find it. There is no coordinator:
//! the builder that creates the object that marks a folder has the folder, and loses it when its lease expires, because it
//! was killed.
//!
//! The build that follows decides what is published. It lists all seeds, and takes over what was made of exactly the files that
//! it lists.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::catalog::{self, CacheDir, Catalog, Chunk, FOLDER, INDEX_NAME, SharedDocs, chunks};
use crate::config::{Plan, PublishMedia};
use crate::error::{Error, Kind};
use crate::seed::below_content;
use crate::store::{Lock, Store};

use super::context::{Context, Options};
use super::discover::{Kept, Scan, ScanError, TopFolder, changed_folders, discover_folder};
use super::order::section_of;
use super::progress::Progress;
use super::rebuild::rebuild_part;
use super::scan::{self, Scanned};
use super::shards::{self, Shards};

/// Time between attempts to claim a folder that another builder has.
const PAUSE: Duration = Duration::from_millis(if cfg!(test) { 10 } else { 1000 });
/// Number of times that the cache is opened while other builders replace it.
const ATTEMPTS: usize = 5;

/// A builder that shares the seeds with others.
struct Builder<'a> {
    context: Context<'a>,
    catalog: Catalog,
    kept: Kept,
    basis: u128,
    /// Version of the index of the cache.
    index: Option<u128>,
}

/// What became of a top folder.
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

/// A top folder that is not done yet.
struct Open {
    folder: TopFolder,
    /// Version of its shard before the folder was listed.
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

/// Builds top folders that no other builder has claimed, and returns their number when all are done. The second value is
/// there if nothing had changed.
///
/// # Errors
/// If a store fails, or cannot be shared.
pub(super) fn build_sections(
    plan: &Plan,
    seeds: &dyn Store,
    feeds: &dyn Store,
    options: Options<'_>,
) -> Result<(usize, Option<Unchanged>), Error> {
    if !plan.catalog {
        let message = "`catalog` is off, and builders share their work in the cache; set `catalog = true`";
        return Err(Error::new(Kind::Config, message));
    }
    let own_progress = Progress::default();
    let progress = options.progress.unwrap_or(&own_progress);
    let context = Context::new(plan, seeds, feeds, options, progress)?;
    let (kept, basis) = (Kept::of(plan), scan::basis(plan));
    let (mut index, mut known) = (None, Shards::new());
    let catalog = OnceLock::new();
    let open = || {
        let mut catalog;
        (catalog, index) = open_catalog(&context, basis)?;
        // Listed before they are read: one that another builder stores from now on has another version.
        known = shards::list(feeds);
        shards::adopt(&context, &mut catalog, basis, &known)?;
        Ok(catalog)
    };
    let (changed, scan) = changed_folders(&context, &catalog, kept, open).map_err(fatal)?;
    if changed.is_empty() && known.is_empty() {
        return Ok((0, Some(Unchanged { scan, cache: context.cache, index })));
    }
    let catalog = catalog.into_inner().unwrap_or_else(Catalog::temporary);
    if catalog.load().is_err() {
        // Another builder has replaced the cache, so it has built all.
        return Ok((0, None));
    }
    let mut builder = Builder { context, catalog, kept, basis, index };
    let mut open: Vec<Open> = changed
        .into_iter()
        .map(|folder| Open { shard: known.get(&shards::path(&folder.name)).copied(), folder })
        .collect();
    // Builders start at different places, so that they rarely meet.
    let start = own_number() as usize % open.len().max(1);
    open.rotate_left(start);
    let mut built = 0;
    while !open.is_empty() {
        let before = open.len();
        let mut left = Vec::new();
        for folder in open {
            match builder.build(&folder)? {
                State::Claimed => left.push(folder),
                State::Done => {}
                State::Built => built += 1,
                State::AllDone => return Ok((built, None)),
            }
        }
        open = left;
        if open.len() == before {
            std::thread::sleep(PAUSE);
        }
    }
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

/// Returns a number that differs for each builder.
fn own_number() -> u32 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    catalog::hash(format!("{} {}", now.as_nanos(), std::process::id()).as_bytes()) as u32
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

impl Builder<'_> {
    /// Returns the state of a folder if another builder has done it since it was listed.
    fn done_by_others(&self, open: &Open) -> Result<Option<State>, Error> {
        let shard = shards::find(self.context.feeds, &shards::path(&open.folder.name))?;
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

    /// Builds a folder unless another builder has it, or has done it.
    fn build(&mut self, open: &Open) -> Result<State, Error> {
        if let Some(state) = self.done_by_others(open)? {
            return Ok(state);
        }
        let path = shards::lock_path(&open.folder.name);
        let claimed = self.context.feeds.claim(&path);
        let claimed = claimed.map_err(|e| Error::io("claim a folder of seeds", self.show(&path), e))?;
        let Some(lock) = claimed else { return Ok(State::Claimed) };
        // Its last holder may have finished in the meantime.
        if let Some(state) = self.done_by_others(open)? {
            return Ok(state);
        }
        self.build_claimed(&open.folder, &lock)
    }

    /// Builds and publishes the documents of the section with the name of a folder, if other folders do not matter to them.
    fn build_docs(&self, folder: &TopFolder, scan: &mut Scan, lock: &Lock) -> Option<SharedDocs> {
        let (context, name) = (&self.context, folder.name.to_str()?);
        let (plan, options) = (context.plan, context.options);
        let is_section = |(path, chunk): (&Path, &Chunk)| {
            chunk.articles() == 0 || section_of(plan, path, chunk).as_deref() == Some(name)
        };
        // A folder `content` has the sections of a site, a page belongs to one of several documents, and media files are
        // published by the build that follows.
        let is_alone = !name.is_empty()
            && !plan.entry_pages
            && plan.publish_media == PublishMedia::No
            && plan.addresses.repository.is_none()
            && plan.filtered.iter().all(|feed| feed.name != name)
            && chunks(&scan.folders).all(is_section)
            && chunks(self.catalog.folders()).all(|(path, _)| below_content(path) == path);
        if !is_alone || options.check || context.probe.is_some() {
            return None;
        }
        let (selection, _) = scan::select(context, &self.catalog, scan).ok()?;
        let docs = selection.docs.into_iter().filter(|doc| doc.feed == name).collect();
        rebuild_part(context, &self.catalog, scan, docs, lock).ok()
    }

    fn build_claimed(&mut self, folder: &TopFolder, lock: &Lock) -> Result<State, Error> {
        let mut scan = discover_folder(&self.context, &self.catalog, self.kept, folder).map_err(fatal)?;
        let path = shards::path(&folder.name);
        // The build that follows builds what is missing, and reports why.
        let docs = self.build_docs(folder, &mut scan, lock).unwrap_or_default();
        let shard = self.catalog.shard(&scan.folders, self.basis, docs);
        let shard = shard.map_err(|e| Error::io("read a temporary file", self.show(&path), e))?;
        // Another builder has the folder if the lease was lost.
        if lock.verify().is_err() {
            return Ok(State::Claimed);
        }
        match self.context.feeds.replace(&path, &shard) {
            Ok(_) => Ok(State::Built),
            Err(error) if error.kind() == ErrorKind::ResourceBusy => Ok(State::Claimed),
            Err(error) => Err(Error::io("store the work of this builder", self.show(&path), error)),
        }
    }
}
