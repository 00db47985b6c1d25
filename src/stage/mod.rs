//! The path of an article, a file a step: discover → head → order, select → load → clean → enclose → assemble → format →
//! publish. [`build`] is the only function that knows them all.

mod archive;
mod assemble;
mod clean;
mod discover;
mod enclose;
mod head;
#[cfg(test)]
mod histories;
mod load;
mod order;
mod part;
mod progress;
mod publish;
mod select;
mod survey;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rayon::prelude::*;
use url::Url;

use crate::catalog::{self, Catalog, Made, Said};
use crate::check::{self, check};
use crate::config::Plan;
use crate::diag::{Diagnostic, Place, Severity, Sink, codes};
use crate::error::{Error, Kind};
use crate::seed::Finding;
use crate::store::Store;
use crate::unit::{Bytes, UnixMs};

use archive::Part;
use load::Article;
pub use progress::Progress;
use select::Pick;
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
    /// Where to tell how far it is.
    pub progress: Option<&'a Progress>,
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Seeds found.
    pub seeds: usize,
    /// Seeds that could not be used, with a finding each.
    pub skipped: usize,
    /// Entries in the feeds, each counted once.
    pub entries: usize,
    /// Feeds made.
    pub feeds: usize,
    /// Files that are new or have new bytes.
    pub written: usize,
    /// Files that had these bytes already.
    pub unchanged: usize,
    /// Files removed.
    pub removed: usize,
    /// Bytes read of seeds to order them.
    pub head_bytes: u64,
    /// Bytes read of seeds that are published.
    pub body_bytes: u64,
}

/// What every step is told.
struct Run<'a> {
    plan: &'a Plan,
    seeds: &'a dyn Store,
    feeds: &'a dyn Store,
    options: Options<'a>,
    progress: &'a Progress,
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
    let run = Run { plan, seeds, feeds, options, progress: options.progress.unwrap_or(&own), name, told };
    let mut survey = survey::survey(&run, sink)?;
    let mut report = survey.report();
    survey.say(&run, sink);
    let Survey { catalog, census, found } = survey;
    let made = match found {
        Found::AsItWas(made) => {
            repeat(&made, sink);
            finish(&run, &made, sink)?;
            report.unchanged = made.parts.values().map(|part| part.documents.len()).sum();
            made
        }
        Found::Anew(order) => {
            let parts: Vec<Part> =
                order.feeds.into_iter().flat_map(|f| archive::parts(&f.name, f.channel, f.picks)).collect();
            let made = Made { plan: told, held: order.held, said: order.said, ..Made::default() };
            let read = &census.read;
            let mut mill = Mill {
                run: &run,
                catalog: &catalog,
                read,
                made,
                said: HashSet::new(),
                failed: BTreeSet::new(),
                report,
            };
            mill.mill(parts, sink)?;
            report = mill.report;
            mill.made
        }
    };
    let all = made.parts.values().flat_map(|part| &part.documents).map(|d| d.path.clone()).collect();
    publish::tidy(feeds, &all, options.prune, sink, &mut report)?;
    report.entries = made.entries as usize;
    report.feeds = made.parts.values().filter(|p| p.month.is_empty() && !p.documents.is_empty()).count();
    if let Err(error) = catalog.commit(census.folders, made) {
        survey::note_lost(&run, &error.to_string(), sink);
    }
    Ok(report)
}

/// Documents to publish.
#[derive(Default)]
struct Documents {
    bytes: BTreeMap<PathBuf, Vec<u8>>,
    /// Where they are published.
    addresses: HashMap<PathBuf, Url>,
}

/// Steps 4 to 9: it makes what the last run did not leave as it is to be.
struct Mill<'a> {
    run: &'a Run<'a>,
    catalog: &'a Catalog,
    /// [`discover::Census::read`].
    read: &'a [u64],
    made: Made,
    /// What was said of bodies.
    said: HashSet<Said>,
    /// Seeds that could not be loaded.
    failed: BTreeSet<PathBuf>,
    report: Report,
}

impl Mill<'_> {
    /// Makes parts and puts them in place: of an archive the oldest first, and the feeds last, so that who walks back
    /// never comes to what is not there yet. One month at a time, so that the articles of no more than one are in memory.
    fn mill(&mut self, parts: Vec<Part>, sink: &mut Sink<'_>) -> Result<(), Error> {
        let run = self.run;
        let mut paths: Vec<&Path> = parts.iter().flat_map(Part::paths).collect();
        paths.sort_unstable();
        paths.dedup();
        let entries = paths.len();
        run.progress.entries(entries as u64);
        self.made.said.iter().filter_map(Said::finding).for_each(|d| sink.push(d));
        let mut months: BTreeMap<String, Vec<Part>> = BTreeMap::new();
        for part in parts {
            months.entry(part.month.clone()).or_default().push(part);
        }
        let feeds = months.remove("").unwrap_or_default();
        let documents = self.make(&feeds, !run.options.check && months.is_empty(), sink)?;
        drop(feeds);
        finish(run, &self.made, sink)?;
        if run.options.check {
            let mut sound = checked(run, &documents, sink);
            for parts in months.values() {
                sound = sound.and(checked(run, &self.make(parts, false, sink)?, sink));
            }
            sound?;
        }
        for parts in months.values() {
            self.make(parts, true, sink)?;
        }
        self.report.written += publish::all(run.feeds, &documents.bytes)?;
        let all: usize = self.made.parts.values().map(|part| part.documents.len()).sum();
        self.report.unchanged = all - self.report.written;
        self.report.skipped += self.failed.len();
        self.made.entries = (entries - self.failed.len()) as u64;
        Ok(())
    }

    /// Makes those parts that would not come out as they are, and says what there is to say of the seeds of all; gives
    /// back the documents that are to be published, where they are not `at_once`.
    fn make(&mut self, parts: &[Part], at_once: bool, sink: &mut Sink<'_>) -> Result<Documents, Error> {
        let kept: Vec<_> = parts.par_iter().map(|part| self.kept(part)).collect();
        let anew: Vec<&Part> = parts.iter().zip(&kept).filter(|(_, k)| k.is_none()).map(|(p, _)| p).collect();
        let (articles, findings) = self.articles(parts, &anew);
        let made: Vec<Result<part::Made, Error>> =
            anew.par_iter().map(|part| part::make(self.run, part, &articles, &findings, at_once)).collect();
        let old = kept.iter().flatten().flat_map(|part| &part.said);
        say(old.chain(findings.values().flatten()).collect(), &mut self.said, sink);
        let mut made = made.into_iter();
        let mut documents = Documents::default();
        for (part, kept) in parts.iter().zip(kept) {
            let made = match kept {
                Some(kept) => kept,
                None => {
                    let Some(made) = made.next().transpose()? else { continue };
                    self.report.written += made.written;
                    documents.bytes.extend(made.documents.bytes);
                    documents.addresses.extend(made.documents.addresses);
                    made.part
                }
            };
            self.made.parts.insert(part.folder(), made);
        }
        Ok(documents)
    }

    /// A part as the last run left it, where it would come out the same: it is made of the same, none of its seeds was
    /// touched, and its documents are still there.
    fn kept(&self, part: &Part) -> Option<catalog::Part> {
        let last = self.catalog.made();
        let old = last.parts.get(&part.folder())?;
        let is_touched =
            |path| !self.read.is_empty() && self.read.binary_search(&catalog::path_hash(path)).is_ok();
        let same = last.plan == self.run.told
            && !self.run.options.check
            && old.picks == part::picks_hash(part)
            && !part.paths().any(is_touched);
        same.then(|| part::kept(self.run, self.catalog, old)).flatten()
    }

    /// Loads and cleans every seed that was picked for parts, once; what there is to say of each comes beside. `all` is
    /// what this is a part of.
    fn articles(
        &mut self,
        all: &[Part],
        parts: &[&Part],
    ) -> (HashMap<PathBuf, Article>, HashMap<PathBuf, Vec<Said>>) {
        let Run { plan, seeds, progress, .. } = self.run;
        let wanted: BTreeMap<&Path, &Pick> =
            parts.iter().flat_map(|part| part.paths().zip(&part.picks)).collect();
        let kept: HashSet<&Path> =
            all.iter().flat_map(Part::paths).filter(|path| !wanted.contains_key(path)).collect();
        progress.cleaned(kept.len() as u64);
        let loaded: Vec<_> = wanted
            .into_par_iter()
            .map(|(path, pick)| {
                let loaded = load::load(*seeds, &pick.seed, &plan.policy);
                progress.cleaned(1);
                (path, loaded)
            })
            .collect();
        let (mut articles, mut said) = (HashMap::new(), HashMap::new());
        for (path, loaded) in loaded {
            self.report.body_bytes += loaded.bytes;
            let mut once = BTreeSet::new();
            let findings = loaded.findings.iter().filter(|(f, _)| once.insert((f.meta.code, f.line)));
            let all: Vec<Said> = findings
                .map(|(finding, source)| Said::new(&diagnostic(seeds.show(path), finding, source)))
                .collect();
            if !all.is_empty() {
                said.insert(path.to_path_buf(), all);
            }
            match loaded.article {
                Some(article) => _ = articles.insert(path.to_path_buf(), article),
                None => _ = self.failed.insert(path.to_path_buf()),
            }
        }
        (articles, said)
    }
}

/// Says once more what was said of feeds that are as they were.
fn repeat(made: &Made, sink: &mut Sink<'_>) {
    made.said.iter().filter_map(Said::finding).for_each(|d| sink.push(d));
    let mut months: BTreeMap<&str, Vec<&Said>> = BTreeMap::new();
    for part in made.parts.values() {
        months.entry(&part.month).or_default().extend(&part.said);
    }
    let mut said = HashSet::new();
    months.into_values().for_each(|all| say(all, &mut said, sink));
}

/// Says what there is to say of bodies, each thing once, by files.
fn say(mut all: Vec<&Said>, said: &mut HashSet<Said>, sink: &mut Sink<'_>) {
    all.sort_by(|a, b| a.file().cmp(b.file()));
    all.retain(|finding| said.insert((*finding).clone()));
    all.into_iter().filter_map(Said::finding).for_each(|d| sink.push(d));
}

/// Says what there is to say of the feeds themselves, when they are made.
///
/// # Errors
/// Where no feed has an entry.
fn finish(run: &Run<'_>, made: &Made, sink: &mut Sink<'_>) -> Result<(), Error> {
    let root = Path::new("");
    let feeds = || made.parts.iter().filter(|(_, part)| part.month.is_empty());
    if feeds().all(|(_, part)| part.documents.is_empty()) {
        let message = "there is no readable seed here; existing feeds were left as they are";
        return Err(Error::new(Kind::Empty, message).at(run.seeds.show(root)));
    }
    for (name, _) in feeds().filter(|(_, part)| part.documents.is_empty()) {
        let message = format!("no seed is in the feed `{}`; it was not written", name.display());
        sink.push(Diagnostic::new(&codes::FEED_EMPTY, Place::default(), message));
    }
    if run.plan.whole.base.is_none() {
        let message = "without `base_url` the feeds carry no self link";
        sink.push(Diagnostic::new(&codes::NO_BASE_URL, Place::default(), message));
    }
    Ok(())
}

/// Refuses documents that our own check finds faulty.
fn checked(run: &Run<'_>, documents: &Documents, sink: &mut Sink<'_>) -> Result<(), Error> {
    let (store, rules, now) = (run.feeds, &run.plan.check, run.options.now);
    let found: Vec<Vec<Diagnostic>> = documents
        .bytes
        .par_iter()
        .map(|(path, bytes)| {
            let file = store.show(path);
            let url = documents.addresses.get(path).map(Url::as_str);
            check(bytes, check::Options { file: &file, url, now: Some(now) })
        })
        .collect();
    let mut faulty = None;
    let allowed = |d: &Diagnostic| rules.allow.iter().any(|code| code == d.meta.code);
    for (path, found) in documents.bytes.keys().zip(found) {
        for mut finding in found.into_iter().filter(|d| !allowed(d)) {
            if rules.deny_warnings && finding.severity == Severity::Warning {
                finding.severity = Severity::Error;
            }
            if finding.severity == Severity::Error {
                faulty.get_or_insert(path);
            }
            sink.push(finding);
        }
    }
    faulty.map_or(Ok(()), |path| {
        Err(Error::new(Kind::Invalid, "this feed would be faulty; nothing was published")
            .at(store.show(path)))
    })
}

/// The folder's name, which is the title of a feed that has none.
fn title_of(root: &str) -> String {
    let path = Path::new(root);
    let absolute = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let name = absolute.file_name().unwrap_or(absolute.as_os_str()).to_string_lossy().into_owned();
    let name = crate::html::xml_text(&name).trim().to_owned();
    if name.is_empty() { "feed".to_owned() } else { name }
}

fn diagnostic(file: String, finding: &Finding, source: &str) -> Diagnostic {
    let place = Place::at(file, finding.line, finding.column).showing(source);
    Diagnostic::new(finding.meta, place, finding.message.clone())
}

/// The text of a line (from 1), for people to see.
fn source_line(text: &str, line: u32) -> String {
    let Some(index) = (line as usize).checked_sub(1) else { return String::new() };
    text.split('\n').nth(index).unwrap_or_default().trim_end_matches('\r').chars().take(4096).collect()
}

/// A fault of the file itself, as a finding.
fn unreadable(error: &std::io::Error) -> Finding {
    let (meta, message) = match error.kind() {
        std::io::ErrorKind::FileTooLarge => {
            (&codes::SEED_TOO_LARGE, format!("it is larger than {}", crate::seed::SEED_LIMIT))
        }
        std::io::ErrorKind::InvalidInput => (&codes::SEED_SPECIAL, "it is no regular file".to_owned()),
        std::io::ErrorKind::NotFound => {
            (&codes::SEED_CHANGED, "it vanished while the seeds were read".to_owned())
        }
        _ => (&codes::SEED_UNREADABLE, format!("cannot read it: {error}")),
    };
    Finding { meta, line: 0, column: 0, message }
}

/// The size of what was read.
fn size(bytes: &[u8]) -> u64 {
    Bytes(bytes.len() as u64).0
}
