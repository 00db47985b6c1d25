//! The path of an article, one file per step: discover → order → reuse | (load → clean → assemble → write) → publish.
//! [`build`] is the only function that knows all steps; a step knows what it is given (`context`) and the steps before
//! it.
//!
//! | step | file |
//! | --- | --- |
//! | find seeds, read their heads | `discover`, `head`, `names` |
//! | select the newest entries of each feed | `order`, `feed_builder`, `select`, `archive` |
//! | is the last build still valid? | `reuse`, `lookups` |
//! | several builders share the seeds | `sections`, `months`, `shards` |
//! | the above with or without a cache | `scan` |
//! | a selected seed becomes an entry | `load`, `clean`, `losses`, `excerpt`, `metadata`, `media`, `probe` |
//! | entries become files | `assemble`, `write`, `spool`, `verify`, `rebuild`, `site_files`, `templates` |
//! | files are published | `publish` |
//!
//! [`feeds`] is the way of articles that are not files. [`inspect`] looks at seeds before anything is configured, and
//! [`Overview`] at what a build would select.

mod address_source;
mod archive;
mod articles;
mod assemble;
#[cfg(feature = "folder")]
mod audio;
#[cfg(test)]
#[cfg(feature = "object-store")]
mod buckets;
#[cfg(test)]
#[cfg(feature = "object-store")]
mod builders;
mod clean;
mod context;
mod discover;
mod entry_pages;
mod excerpt;
#[cfg(feature = "folder")]
mod explain;
#[cfg(test)]
mod faults;
mod feed_builder;
mod head;
#[cfg(test)]
mod histories;
#[cfg(test)]
#[cfg(unix)]
mod incremental;
mod inspect;
mod load;
mod lookups;
mod losses;
mod media;
#[cfg(feature = "folder")]
mod media_files;
/// Without folders there are no media files.
#[cfg(not(feature = "folder"))]
mod media_files {
    use std::collections::{BTreeSet, HashMap};
    use std::path::PathBuf;

    use super::archive::OutputDoc;
    use super::clean::CleanArticle;
    use super::context::{Context, Report};
    use super::select::Candidate;
    use crate::catalog::{Catalog, LastBuild, PublishedMedia};
    use crate::diag::{Finding, Sink};
    use crate::error::Error;

    pub(super) type Linked = HashMap<PathBuf, Vec<PublishedMedia>>;

    pub(super) fn of_episode(_: &Context<'_>, _: &Candidate, _: &mut CleanArticle) -> Vec<PublishedMedia> {
        Vec::new()
    }

    pub(super) fn complete(_: &Context<'_>, _: &mut HashMap<PathBuf, CleanArticle>) -> Linked {
        Linked::new()
    }

    pub(super) fn address_finding(_: &Context<'_>, _: &[OutputDoc]) -> Option<Finding> {
        None
    }

    pub(super) fn publish(
        _: &Context<'_>,
        _: &Catalog,
        _: &mut LastBuild,
        _: &mut Report,
        _: &mut Sink<'_>,
    ) -> Result<BTreeSet<PathBuf>, Error> {
        Ok(BTreeSet::new())
    }
}
mod metadata;
#[cfg(feature = "folder")]
mod months;
mod names;
mod order;
mod own_ids;
mod probe;
mod progress;
mod publish;
mod rebuild;
mod reuse;
mod scan;
#[cfg(feature = "folder")]
mod sections;
mod seed_files;
mod seed_results;
mod select;
mod shards;
mod site_files;
mod spool;
#[cfg(feature = "folder")]
mod templates;
/// Without folders there are no pages.
#[cfg(not(feature = "folder"))]
mod templates {
    use crate::config::Plan;
    use crate::diag::Finding;
    use crate::format::Templates;

    #[derive(Default)]
    pub(super) struct UserTemplates {
        pub(super) templates: Templates,
        pub(super) findings: Vec<Finding>,
        pub(super) texts: Vec<String>,
    }

    pub(super) fn read(_: &Plan) -> UserTemplates {
        UserTemplates::default()
    }
}
#[cfg(test)]
mod tests;
mod verify;
mod write;

use std::collections::BTreeSet;
use std::io::ErrorKind;
#[cfg(feature = "folder")]
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use crate::config::Plan;
use crate::diag::Sink;
use crate::error::{Error, Kind};
use crate::store::Store;

pub use address_source::AddressSource;
pub use archive::month_of;
pub use articles::{BuiltFeed, feeds};
use context::Context;
pub use context::{Options, Report, Shared};
#[cfg(feature = "folder")]
pub use explain::{Absence, Explanation, ListedEntry, ListedFeed, Overview, Standing};
#[cfg(feature = "folder")]
pub use inspect::{Inspection, inspect, inspect_at};
pub use probe::Prober;
pub use progress::Progress;
use scan::{Outcome, Scanned};
#[cfg(feature = "folder")]
use sections::Unchanged;
pub use site_files::SERVED_FEEDS;

/// Number of bytes of the stack of each thread: one that waits for others may do parts of their work meanwhile.
#[cfg(feature = "folder")]
const STACK: usize = 8 << 20;
/// Number of threads of a build from object storage at most: idle ones look for work at each other. Other requests are made
/// without threads of their own.
#[cfg(feature = "folder")]
const MAX_THREADS: usize = 128;
/// Number of attempts to build while other builders change feeds.
#[cfg(feature = "folder")]
const SHARED_ATTEMPTS: usize = 5;

/// Builds the feeds of one store from the seeds of another.
///
/// With [`Options::shared`], any number of builders may do this at the same time. They claim the top folders of the seeds one
/// by one, and one of them builds what remains; the others wait for it.
///
/// # Errors
/// [`Kind::Locked`] if another build is running, [`Kind::Empty`] if there is no readable seed, [`Kind::Invalid`] if
/// [`Options::check`] is set and a feed has an error, [`Kind::Internal`] for a fault of feedmill, [`Kind::Io`] if a store fails
/// or the system is out of file handles or memory. Nothing is published then, except that an I/O error may occur when some files
/// are already in place.
///
/// ```
/// use feedmill::config::RawConfig;
/// use feedmill::diag::Sink;
/// use feedmill::store::{MemoryStore, Store};
/// use feedmill::types::Bytes;
/// use feedmill::{Options, build};
///
/// let (seeds, feeds) = (MemoryStore::new(), MemoryStore::new());
/// seeds.replace("town/1.txt".as_ref(), b"<!--1698786902000-->\n[A title](https://news.example/1)\n------\n")?;
/// let mut sink = Sink::collecting();
/// let plan = RawConfig::default().resolve(&mut sink)?;
/// let report = build(&plan, &seeds, &feeds, Options::default(), &mut sink)?;
/// assert_eq!((report.seeds, report.entries, report.feeds), (1, 1, 2));
/// let atom = feeds.read("town/atom.xml".as_ref(), Bytes(1 << 20))?;
/// assert!(String::from_utf8(atom)?.contains("<title>A title</title>"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[cfg(feature = "folder")]
pub fn build(
    plan: &Plan,
    seeds: &dyn Store,
    feeds: &dyn Store,
    options: Options<'_>,
    sink: &mut Sink<'_>,
) -> Result<Report, Error> {
    let mut build = || {
        if !options.shared {
            return build_here(plan, seeds, feeds, options, None, sink);
        }
        let (shared, mut unchanged) = sections::build_sections(plan, seeds, feeds, options)?;
        // Another builder may be about to finish. If it dies, its lock expires.
        let options = Options { wait: Duration::MAX, ..options };
        let mut attempt = 1;
        loop {
            match build_here(plan, seeds, feeds, options, unchanged.take(), sink) {
                // A builder that found more seeds in the meantime has published the feed of a section.
                Err(error) if error.is_busy() && attempt < SHARED_ATTEMPTS => attempt += 1,
                built => return built.map(|report| Report { shared, ..report }),
            }
        }
    };
    // A server goes on, and so does a program that uses the library.
    let mut run = || {
        catch_unwind(AssertUnwindSafe(&mut build)).unwrap_or_else(|_| {
            let message = "feedmill failed, which is a fault of its own; report it with the lines above";
            Err(Error::new(Kind::Internal, message))
        })
    };
    let requests = seeds.in_flight().max(feeds.in_flight());
    let threads = requests.map(|requests| requests.min(MAX_THREADS));
    let Some(threads) = threads.filter(|threads| *threads > rayon::current_num_threads()) else {
        return run();
    };
    // Most of them wait for a server.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build();
    let pool = pool.map_err(|e| Error::new(Kind::Io, "cannot start threads").because(e))?;
    pool.install(run)
}

/// Builds on the threads of the present pool. `unchanged` is what the same builder has found just before.
#[cfg(feature = "folder")]
fn build_here(
    plan: &Plan,
    seeds: &dyn Store,
    feeds: &dyn Store,
    options: Options<'_>,
    unchanged: Option<Unchanged>,
    sink: &mut Sink<'_>,
) -> Result<Report, Error> {
    let root = Path::new("");
    let _lock = feeds.lock(options.wait).map_err(|e| match e.kind() {
        ErrorKind::WouldBlock => Error::new(Kind::Locked, e.to_string()).at(feeds.show(root)),
        _ => Error::io("lock the feeds folder", feeds.show(root), e),
    })?;
    if let Some(repository) = &plan.addresses.repository {
        repository.forget();
    }
    let own_progress = Progress::default();
    let progress = options.progress.unwrap_or(&own_progress);
    let mut context = Context::new(plan, seeds, feeds, options, progress)?;
    context.user.findings.iter().for_each(|finding| sink.push(finding.clone()));
    let mut scanned = match unchanged.and_then(|unchanged| unchanged.if_still_so(&mut context)) {
        Some(scanned) => scanned,
        None => scan::scan(&context, sink)?,
    };
    let mut report = scanned.report();
    scanned.report_findings(&context, sink);
    let Scanned { catalog, scan, outcome, published } = scanned;
    let is_up_to_date = matches!(outcome, Outcome::UpToDate(_));
    let (mut build, mut media, is_complete) = match outcome {
        Outcome::UpToDate(mut last) => {
            rebuild::replay_findings(&context, &last, &mut report, sink)?;
            let media = media_files::publish(&context, &catalog, &mut last, &mut report, sink)?;
            (last, media, true)
        }
        Outcome::Rebuild(selection) => {
            rebuild::rebuild(&context, &catalog, &scan, selection, &mut report, sink)?
        }
    };
    report.site = site_files::site(&context, &build);
    let mut generated: BTreeSet<_> =
        build.docs.values().flat_map(|doc| &doc.files).map(|file| file.path.clone()).collect();
    let kept =
        if is_up_to_date { site_files::keep(&context, &catalog, &mut build, &mut report) } else { None };
    let paths = match kept {
        Some(paths) => paths,
        None => site_files::publish_site_files(&context, &mut build, &mut report, sink)?,
    };
    generated.extend(paths);
    let listed = media_files::listed(&context, &catalog);
    let orphans = media_files::orphans(&context, &listed, &media);
    generated.extend(media.iter().cloned());
    // A seed or folder that could not be read may be all that a feed has.
    let prune = options.prune && is_complete && !scan.is_partial;
    let is_partial = !is_complete || scan.is_partial;
    publish::remove_orphans(feeds, &generated, &orphans, prune, sink, &mut report)?;
    publish::remove_old_pages(&context, &generated, is_partial, sink, &mut report)?;
    media.extend(orphans.into_iter().filter(|_| !prune));
    if let Err(error) = media_files::save_list(&context, media) {
        sink.push(context.lost(&error.to_string()));
    }
    report.files = generated;
    report.changed.sort_unstable();
    report.count(&build.counts);
    report.feeds = report.site.feeds.len();
    let subscribed = build.docs.values().filter(|doc| doc.month.is_empty());
    report.hashes =
        subscribed.flat_map(|doc| &doc.files).map(|file| (file.path.clone(), file.hash)).collect();
    if let Err(error) = site_files::publish_served_feeds(feeds, &report.site, is_up_to_date) {
        sink.push(context.lost(&error.to_string()));
    }
    // Before the catalog: the next build finds a changed link only if the catalog has the old one.
    if let (Some(published), Some(cache)) = (published, context.cache.as_deref())
        && !feeds.is_preview()
        && let Err(error) = published.save(cache)
    {
        sink.push(context.lost(&error.to_string()));
    }
    if let Err(error) = catalog.commit(scan.folders, build) {
        sink.push(context.lost(&error.to_string()));
    }
    if let Some(cache) = context.cache.as_ref().filter(|_| !feeds.is_preview()) {
        match cache.save(feeds) {
            Ok(()) if options.shared || context.stores_heads() => shards::remove_all(feeds),
            Ok(()) => {}
            Err(error) => sink.push(context.lost(&error.to_string())),
        }
    }
    report.traffic = seeds.traffic() + feeds.traffic();
    report.tally = sink.tally();
    Ok(report)
}
