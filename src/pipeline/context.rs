//! Inputs of every step of a build, its options, and its report.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::catalog::{self, CacheDir, Fetch};
use crate::config::Plan;
use crate::diag::{Finding, Place, Tally, codes};
use crate::error::Error;
use crate::model::Site;
use crate::store::{Store, Traffic, is_exhausted};
use crate::types::{Bytes, UnixMs};

use super::probe::{Probe, Prober};
use super::progress::Progress;
use super::templates::{self, UserTemplates};

/// Options of a build, in addition to the [`Plan`].
///
/// ```
/// use feedmill::Options;
///
/// let options = Options { prune: true, ..Options::default() };
/// assert!(!options.check);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Present time. Articles dated later are held back, stamped seeds with the tolerance [`Plan::future`].
    pub now: UnixMs,
    /// Start of the build by the clock that stamps files. A file written shortly before may be written again without a
    /// new stamp.
    pub started: SystemTime,
    /// Time to wait for another build to end.
    pub wait: Duration,
    /// True to share the work with other builders of the same feeds: see [`build`](super::build).
    pub shared: bool,
    /// True to remove feeds that are no longer generated.
    pub prune: bool,
    /// True to check every document, and to publish nothing if one has an error.
    pub check: bool,
    /// Client that asks media servers for type and length, if [`Plan::probe`] is set.
    pub probe: Option<&'a dyn Prober>,
    /// Counters that show the progress to another thread.
    pub progress: Option<&'a Progress>,
}

impl Default for Options<'_> {
    /// Uses the system clock, waits up to ten seconds for another build, and neither prunes nor checks.
    fn default() -> Self {
        let started = SystemTime::now();
        let ms = started.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        Self {
            now: UnixMs(i64::try_from(ms).unwrap_or(i64::MAX)),
            started,
            wait: Duration::from_secs(10),
            shared: false,
            prune: false,
            check: false,
            probe: None,
            progress: None,
        }
    }
}

/// What one of several builders has done for all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shared {
    /// Number of top folders of the seeds.
    pub folders: usize,
    /// Number of months of archives.
    pub months: usize,
}

/// Result of a build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Number of seeds found.
    pub seeds: usize,
    /// Number of seeds that could not be used, with a finding each.
    pub skipped: usize,
    /// Number of seeds that are held back until their time has come, with a finding each.
    pub held_back: usize,
    /// Number of seeds left out in favor of another seed of the same entry.
    pub merged: usize,
    /// Number of seeds for which no feed had room.
    pub beyond_limit: usize,
    /// Number of seeds that ask not to be listed.
    pub unlisted: usize,
    /// Number of seeds that have expired.
    pub expired: usize,
    /// Number of entries in the feeds, each counted once.
    pub entries: usize,
    /// Number of feeds.
    pub feeds: usize,
    /// Files that are new or have new bytes, sorted by path.
    pub changed: Vec<PathBuf>,
    /// Number of files that had the same bytes already.
    pub unchanged: usize,
    /// Path of every file that belongs to the build, changed or not.
    pub files: BTreeSet<PathBuf>,
    /// Number of files removed.
    pub removed: usize,
    /// What this builder has done for all, if it shares the seeds with others. Feeds of these sections and documents of these
    /// months count as unchanged, because they were published before.
    pub shared: Shared,
    /// Number of bytes read from seeds to order them.
    pub head_bytes: u64,
    /// Number of bytes read from seeds that are published.
    pub body_bytes: u64,
    /// Requests to object storage.
    pub traffic: Traffic,
    /// The feeds.
    pub site: Site,
    /// Documents of [`Report::site`] that subscribers read, each with the hash of its bytes.
    pub hashes: BTreeMap<PathBuf, u128>,
    /// Number of findings in the sink at the end of the build.
    pub tally: Tally,
}

impl Report {
    /// Sets the counts that a build has stored.
    pub(super) fn count(&mut self, counts: &catalog::Counts) {
        self.entries = counts.entries as usize;
        self.merged = counts.merged as usize;
        self.beyond_limit = counts.beyond_limit as usize;
        self.unlisted = counts.unlisted as usize;
        self.expired = counts.expired as usize;
    }
}

/// Inputs of every step.
pub(super) struct Context<'a> {
    pub(super) plan: &'a Plan,
    pub(super) seeds: &'a dyn Store,
    pub(super) feeds: &'a dyn Store,
    pub(super) options: Options<'a>,
    pub(super) progress: &'a Progress,
    /// Media metadata, if servers are asked for it.
    pub(super) probe: Option<Probe<'a>>,
    /// Cache directory; `None` if nothing is kept.
    pub(super) cache: Option<CacheDir>,
    /// Templates of the user for pages.
    pub(super) user: UserTemplates,
    /// Title of a main feed without one.
    pub(super) name: String,
    /// Hash of every input except the seeds: configuration, templates, paths of the stores, title.
    pub(super) inputs_hash: u128,
}

impl<'a> Context<'a> {
    /// Collects the inputs.
    ///
    /// # Errors
    /// If there can be no temporary folder for a copy of the cache. It is fetched later.
    pub(super) fn new(
        plan: &'a Plan,
        seeds: &'a dyn Store,
        feeds: &'a dyn Store,
        options: Options<'a>,
        progress: &'a Progress,
    ) -> Result<Self, Error> {
        let root = Path::new("");
        let name = folder_title(&seeds.show(root));
        let user = templates::read(plan);
        let (seeds_root, feeds_root) = (seeds.show(root), feeds.show(root));
        let mut more = vec![seeds_root.as_str(), &feeds_root, &name];
        more.extend(user.texts.iter().map(String::as_str));
        let inputs_hash = catalog::plan_hash(plan, &more);
        let cache = CacheDir::open(plan, feeds)
            .map_err(|e| Error::io("create a temporary folder for the cache", feeds.show(root), e))?;
        let probe = options
            .probe
            .filter(|_| plan.probe)
            .map(|prober| Probe::new(prober, cache.as_deref().map(Path::to_path_buf), !feeds.is_preview()));
        Ok(Self { plan, seeds, feeds, options, progress, probe, cache, user, name, inputs_hash })
    }

    /// Fetches the cache, if it is in the store of the feeds.
    ///
    /// # Errors
    /// If it cannot be copied.
    pub(super) fn fetch_cache(&self) -> Result<(), Error> {
        let fetch = |cache: &CacheDir| cache.fetch(self.feeds);
        let fetched = self.cache.as_ref().map_or(Ok(()), fetch);
        fetched.map_err(|e| feeds_error("read the cache", self.feeds, catalog::FOLDER.as_ref(), e))
    }

    /// True if heads that a build has read are stored before it ends, because reading them again takes a request each.
    pub(super) fn stores_heads(&self) -> bool {
        let has_cache = self.cache.is_some() && self.plan.cache_dir.is_none();
        self.seeds.in_flight().is_some() && has_cache && !self.feeds.is_preview()
    }

    /// Returns the function that fetches the rest of the cache, if there is more.
    pub(super) fn rest_of_cache(&self) -> Option<Fetch> {
        self.cache.as_ref()?.later(self.feeds)
    }

    /// Returns the finding that the cache cannot be used or written.
    pub(super) fn lost(&self, why: &str) -> Finding {
        let shown = self.cache.as_ref().map(|cache| cache.show(self.feeds));
        catalog::lost(shown.as_deref().map(Path::new), why)
    }

    /// Returns the finding that no cache was opened. If that is due to the configuration, it is the same in every build, so
    /// it is a warning.
    pub(super) fn not_opened(&self, why: &str) -> Finding {
        let error = self.plan.cache_dir.as_ref().and_then(|_| catalog::obstacle(self.cache.as_deref()?));
        match error {
            Some(error) => {
                let detail = format!("`cache_dir`: {error}");
                Finding::new(&codes::CACHE_UNUSABLE, self.plan.place("cache_dir"), detail)
            }
            None => self.lost(why),
        }
    }

    /// Returns the site without its feeds.
    pub(super) fn site(&self) -> Site {
        let main = &self.plan.main_feed;
        Site {
            title: main.title.clone().unwrap_or_else(|| self.name.clone()),
            language: main.language.clone(),
            feed_pages: self.plan.feed_pages,
            theme: self.plan.theme.clone(),
            ..Site::default()
        }
    }
}

/// Returns the error of a store of feeds; says which permissions it needs if one is missing.
pub(super) fn feeds_error(doing: &str, feeds: &dyn Store, path: &Path, error: std::io::Error) -> Error {
    let help = (error.kind() == std::io::ErrorKind::PermissionDenied && feeds.in_flight().is_some()).then_some(
        "let builds list, read, write and remove the objects of the feeds; for S3: `s3:ListBucket`, `s3:GetObject`, \
         `s3:PutObject`, `s3:DeleteObject`",
    );
    let error = Error::io(doing, feeds.show(path), error);
    match help {
        Some(help) => error.with_help(help),
        None => error,
    }
}

/// Returns the title of a main feed that has none: the name of the seeds folder.
fn folder_title(root: &str) -> String {
    let path = Path::new(root);
    let absolute = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let name = absolute.file_name().unwrap_or(absolute.as_os_str()).to_string_lossy().into_owned();
    let name = crate::html::xml_text(&name).trim().to_owned();
    if name.is_empty() { "feed".to_owned() } else { name }
}

/// Returns the finding about a seed that cannot be read, without its file.
///
/// # Errors
/// If the system is out of file handles or memory: that is not the seed's fault, and stops the build.
pub(super) fn unreadable_seed(
    store: &dyn Store,
    path: &Path,
    error: std::io::Error,
) -> Result<Finding, Error> {
    use std::io::ErrorKind;
    let is_of_seed = [
        ErrorKind::FileTooLarge,
        ErrorKind::InvalidData,
        ErrorKind::InvalidInput,
        ErrorKind::NotFound,
        ErrorKind::PermissionDenied,
    ];
    // Any other answer of a server says nothing about the seed.
    let is_of_server = store.in_flight().is_some() && !is_of_seed.contains(&error.kind());
    if is_exhausted(&error) || is_of_server {
        return Err(Error::io("read the seed", store.show(path), error));
    }
    let (meta, detail) = match error.kind() {
        _ if is_refused(store, &error) => (&codes::SEED_FORBIDDEN, error.to_string()),
        ErrorKind::FileTooLarge => (&codes::SEED_TOO_LARGE, String::new()),
        ErrorKind::InvalidInput => (&codes::SEED_SPECIAL, String::new()),
        ErrorKind::NotFound => (&codes::SEED_CHANGED, "the file no longer exists".to_owned()),
        _ => (&codes::SEED_UNREADABLE, error.to_string()),
    };
    Ok(Finding::new(meta, Place::default(), detail))
}

/// True if a server refuses to read a file.
fn is_refused(store: &dyn Store, error: &std::io::Error) -> bool {
    store.in_flight().is_some() && error.kind() == std::io::ErrorKind::PermissionDenied
}

/// Returns the error that a server refuses to read a seed that it has let builds read before: what is published says more about
/// it than this build can. Permissions usually change for many seeds at once.
pub(super) fn refused(shown: String, why: &str) -> Error {
    let error = std::io::Error::new(std::io::ErrorKind::PermissionDenied, why);
    Error::io("read the seed", shown, error)
        .with_help("let builds read the articles again, for S3 with `s3:GetObject`, or remove those that are not to be published")
}

/// Returns the finding that a server refuses to read a seed, if it is one of some.
pub(super) fn refusal(findings: &[Finding]) -> Option<&Finding> {
    findings.iter().find(|finding| finding.meta.code == codes::SEED_FORBIDDEN.code)
}

/// Calls a function that handles one seed. If it panics, which is a fault of feedmill, the other seeds do not pay for it:
/// `crashed` makes the result of the finding about the seed, which has no file.
pub(super) fn guarded<T>(call: impl FnOnce() -> T, crashed: impl FnOnce(Finding) -> T) -> T {
    let finding = || Finding::new(&codes::SEED_CRASH, Place::default(), String::new());
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| crashed(finding()))
}

/// Returns the size of some bytes.
pub(super) fn size(bytes: &[u8]) -> Bytes {
    Bytes(bytes.len() as u64)
}
