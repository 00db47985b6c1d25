//! The path of an article, a file a step: discover → head → order, select → load → clean → enclose → assemble → format →
//! publish. [`build`] is the only function that knows them all.

mod archive;
mod assemble;
mod clean;
mod discover;
mod enclose;
#[cfg(test)]
mod faults;
mod glance;
mod head;
#[cfg(test)]
mod histories;
mod index;
mod load;
mod mill;
mod names;
mod order;
mod part;
mod probe;
mod progress;
mod publish;
mod select;
mod survey;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::catalog;
use crate::config::Plan;
use crate::diag::{Finding, Place, Sink, Tally, codes};
use crate::error::{Error, Kind};
use crate::model::Site;
use crate::store::Store;
use crate::types::{Bytes, UnixMs};

pub use archive::month_of;
pub use glance::{Glance, glance};
use probe::Probe;
pub use probe::Prober;
pub use progress::Progress;
use survey::{Found, Survey};

/// What a run is told beside the [`Plan`].
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// The present: seeds dated more than a day later are held back.
    pub now: UnixMs,
    /// When the run began, by the clock that stamps files: what was written shortly before may be written again without
    /// its stamp telling.
    pub started: SystemTime,
    /// How long to wait for another run to end.
    pub wait: Duration,
    /// Whether feeds that are no longer made are removed.
    pub prune: bool,
    /// Whether every document is checked, and nothing published where one has an error.
    pub check: bool,
    /// Who asks media servers of type and length, where they are to be asked; [`Plan::probe`] says that they are.
    pub probe: Option<&'a dyn Prober>,
    /// Where to tell how far it is.
    pub progress: Option<&'a Progress>,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Seeds found.
    pub seeds: usize,
    /// Seeds that could not be used, with a finding each.
    pub skipped: usize,
    /// Entries in the feeds, each counted once.
    pub entries: usize,
    /// Feeds made.
    pub feeds: usize,
    /// Files that are new or have new bytes, in the order of their paths.
    pub changed: Vec<PathBuf>,
    /// Files that had these bytes already.
    pub unchanged: usize,
    /// Files removed.
    pub removed: usize,
    /// Bytes read of seeds to order them.
    pub head_bytes: u64,
    /// Bytes read of seeds that are published.
    pub body_bytes: u64,
    /// The feeds.
    pub site: Site,
    /// What subscribers get: the documents of [`Report::site`], each with the hash of its bytes.
    pub hashes: BTreeMap<PathBuf, u128>,
    /// How much the sink had been told when it ended.
    pub tally: Tally,
}

/// What every step is told.
struct Run<'a> {
    plan: &'a Plan,
    seeds: &'a dyn Store,
    feeds: &'a dyn Store,
    options: Options<'a>,
    progress: &'a Progress,
    /// What is known of media, where servers are asked of them.
    probe: Option<Probe<'a>>,
    /// Where is kept what is remembered; `None` where nothing is.
    cache: Option<PathBuf>,
    /// The title of a whole feed that has none.
    name: String,
    /// The hash of all that feeds depend on beside their seeds.
    told: u128,
}

/// Mills the seeds of one store into the feeds of another.
///
/// # Errors
/// [`Kind::Locked`] where another run is at it, [`Kind::Empty`] where there is no readable seed, [`Kind::Io`] where
/// the stores refuse. Nothing is published then, except that an I/O error may come when some files are in place.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use feedmill::config::RawConfig;
/// use feedmill::diag::Sink;
/// use feedmill::pipeline::{Options, build};
/// use feedmill::store::{MemoryStore, Store};
/// use feedmill::types::{Bytes, UnixMs};
///
/// let (seeds, feeds) = (MemoryStore::new(), MemoryStore::new());
/// seeds.replace("town/1.txt".as_ref(), b"<!--1698786902000-->\n[A title](https://news.example/1)\n------\n")?;
/// let mut sink = Sink::keeping();
/// let plan = RawConfig::default().resolve(&mut sink)?;
/// let options = Options {
///     now: UnixMs(1_700_000_000_000),
///     started: SystemTime::now(),
///     wait: Duration::ZERO,
///     prune: false,
///     check: true,
///     probe: None,
///     progress: None,
/// };
/// let report = build(&plan, &seeds, &feeds, options, &mut sink)?;
/// assert_eq!((report.seeds, report.entries, report.feeds), (1, 1, 2));
/// let atom = feeds.read("town/atom.xml".as_ref(), Bytes(1 << 20))?;
/// assert!(String::from_utf8(atom)?.contains("<title>A title</title>"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn build(
    plan: &Plan,
    seeds: &dyn Store,
    feeds: &dyn Store,
    options: Options<'_>,
    sink: &mut Sink<'_>,
) -> Result<Report, Error> {
    let root = Path::new("");
    let _lock = feeds.lock(options.wait).map_err(|e| match e.kind() {
        std::io::ErrorKind::WouldBlock => Error::new(Kind::Locked, e.to_string()).at(feeds.show(root)),
        _ => Error::io("lock the feeds folder", feeds.show(root), e),
    })?;
    let own = Progress::default();
    let name = title_of(&seeds.show(root));
    let told = catalog::plan_hash(plan, &[&seeds.show(root), &feeds.show(root), &name]);
    let cache = catalog::folder(plan, feeds.folder());
    let probe = options.probe.filter(|_| plan.probe).map(|prober| Probe::new(prober, cache.clone()));
    let progress = options.progress.unwrap_or(&own);
    let run = Run { plan, seeds, feeds, options, progress, probe, cache, name, told };
    let mut survey = survey::survey(&run, sink)?;
    let mut report = survey.report();
    survey.say(&run, sink);
    let Survey { catalog, census, found } = survey;
    let (made, is_whole) = match found {
        Found::AsItWas(made) => {
            mill::repeat(&run, &made, &mut report, sink)?;
            (made, true)
        }
        Found::Anew(order) => mill::mill(&run, &catalog, &census.read, order, &mut report, sink)?,
    };
    let mut all: BTreeSet<_> =
        made.parts.values().flat_map(|part| &part.documents).map(|d| d.path.clone()).collect();
    report.site = index::site(&run, &made);
    all.extend(index::publish(&run, &mut report, sink)?);
    // What could not be read may be all there is of a feed.
    let prune = options.prune && is_whole && !census.is_partial;
    publish::tidy(feeds, &all, prune, sink, &mut report)?;
    report.changed.sort_unstable();
    report.entries = made.entries as usize;
    let feeds = made.parts.values().filter(|part| part.month.is_empty());
    report.hashes = feeds.flat_map(|part| &part.documents).map(|d| (d.path.clone(), d.hash)).collect();
    report.feeds = report.site.feeds.len();
    if let Err(error) = catalog.commit(census.folders, made) {
        survey::note_lost(&run, &error.to_string(), sink);
    }
    report.tally = sink.tally();
    Ok(report)
}

/// The folder's name, which is the title of a feed that has none.
fn title_of(root: &str) -> String {
    let path = Path::new(root);
    let absolute = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let name = absolute.file_name().unwrap_or(absolute.as_os_str()).to_string_lossy().into_owned();
    let name = crate::html::xml_text(&name).trim().to_owned();
    if name.is_empty() { "feed".to_owned() } else { name }
}

/// A fault of the file itself, as a finding.
fn unreadable(error: &std::io::Error) -> Finding {
    let (meta, detail) = match error.kind() {
        std::io::ErrorKind::FileTooLarge => {
            (&codes::SEED_TOO_LARGE, format!("it is larger than {}", crate::seed::SEED_LIMIT))
        }
        std::io::ErrorKind::InvalidInput => (&codes::SEED_SPECIAL, "it is no regular file".to_owned()),
        std::io::ErrorKind::NotFound => {
            (&codes::SEED_CHANGED, "it vanished while the seeds were read".to_owned())
        }
        _ => (&codes::SEED_UNREADABLE, format!("cannot read it: {error}")),
    };
    Finding::new(meta, Place::default(), detail)
}

/// The size of what was read.
fn size(bytes: &[u8]) -> u64 {
    Bytes(bytes.len() as u64).0
}
