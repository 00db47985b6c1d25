//! Steps 4 to 9 for what was picked: what the last run did not leave as it is to be is made and put in place.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use url::Url;

use crate::catalog::{self, Catalog, Made, Said};
use crate::check::{self, check};
use crate::diag::{Finding, Place, Severity, Sink, codes};
use crate::error::{Error, Kind};

use super::archive::{self, Part};
use super::load::{self, Article};
use super::order::Order;
use super::select::Pick;
use super::{Report, Run, index, part, probe, publish};

/// Documents to publish.
#[derive(Default)]
pub(super) struct Documents {
    pub(super) bytes: BTreeMap<PathBuf, Vec<u8>>,
    /// Where they are published.
    pub(super) addresses: HashMap<PathBuf, Url>,
}

/// What is gathered on the way.
struct Mill<'a> {
    run: &'a Run<'a>,
    catalog: &'a Catalog,
    /// The hashes of the paths of seeds that were read again, sorted.
    read: &'a [u64],
    made: Made,
    /// What was said of bodies.
    said: HashSet<Said>,
    /// Seeds that could not be loaded.
    failed: BTreeSet<PathBuf>,
    report: &'a mut Report,
}

/// Makes what was picked; `read` is [`super::discover::Census::read`]. Whether every seed could be loaded comes beside.
///
/// # Errors
/// As [`super::build`].
pub(super) fn mill(
    run: &Run<'_>,
    catalog: &Catalog,
    read: &[u64],
    order: Order,
    report: &mut Report,
    sink: &mut Sink<'_>,
) -> Result<(Made, bool), Error> {
    let parts = order.feeds.into_iter().flat_map(|f| archive::parts(&f.name, f.channel, f.picks)).collect();
    let made = Made { plan: run.told, held: order.held, said: order.said, ..Made::default() };
    let (said, failed) = (HashSet::new(), BTreeSet::new());
    let mut mill = Mill { run, catalog, read, made, said, failed, report };
    mill.mill(parts, sink)?;
    let is_whole = mill.failed.is_empty();
    Ok((mill.made, is_whole))
}

/// Says once more what was said when all was made that is as it was.
///
/// # Errors
/// As [`super::build`].
pub(super) fn repeat(
    run: &Run<'_>,
    made: &Made,
    report: &mut Report,
    sink: &mut Sink<'_>,
) -> Result<(), Error> {
    made.said.iter().filter_map(Said::finding).for_each(|d| sink.push(d));
    let mut months: BTreeMap<&str, Vec<&Said>> = BTreeMap::new();
    for part in made.parts.values() {
        months.entry(&part.month).or_default().extend(&part.said);
        report.unchanged += part.documents.len();
    }
    let mut said = HashSet::new();
    months.into_values().for_each(|all| say(all, &mut said, sink));
    finish(run, made, sink)
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
            let mut sound = checked(run, &documents, sink).and(self.checked_index(sink));
            for parts in months.values() {
                sound = sound.and(checked(run, &self.make(parts, false, sink)?, sink));
            }
            sound?;
        }
        for parts in months.values() {
            self.make(parts, true, sink)?;
        }
        self.report.changed.extend(publish::all(run.feeds, &documents.bytes)?);
        let all: usize = self.made.parts.values().map(|part| part.documents.len()).sum();
        self.report.unchanged = all - self.report.changed.len();
        self.report.skipped += self.failed.len();
        self.made.entries = (entries - self.failed.len()) as u64;
        Ok(())
    }

    /// Refuses what would lie beside the feeds where our own check finds it faulty.
    fn checked_index(&self, sink: &mut Sink<'_>) -> Result<(), Error> {
        let all = index::documents(self.run, &index::site(self.run, &self.made))?;
        let known = all.into_iter().filter(|beside| beside.index.is_checked());
        let bytes = known.map(|beside| (beside.path, beside.bytes)).collect();
        checked(self.run, &Documents { bytes, ..Documents::default() }, sink)
    }

    /// Makes those parts that would not come out as they are, and says what there is to say of the seeds of all; gives
    /// back the documents that are to be published, where they are not `at_once`.
    fn make(&mut self, parts: &[Part], at_once: bool, sink: &mut Sink<'_>) -> Result<Documents, Error> {
        let kept: Vec<_> = parts.par_iter().map(|part| self.kept(part)).collect();
        let anew: Vec<&Part> = parts.iter().zip(&kept).filter(|(_, k)| k.is_none()).map(|(p, _)| p).collect();
        let (mut articles, findings) = self.articles(parts, &anew);
        probe::complete(self.run, &mut articles, parts.iter().all(probe::may_ask), sink);
        let made: Vec<Result<part::Written, Error>> =
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
                    self.report.changed.extend(made.changed);
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
                let loaded = load::load(*seeds, &pick.seed, plan);
                progress.cleaned(1);
                (path, loaded)
            })
            .collect();
        let (mut articles, mut said) = (HashMap::new(), HashMap::new());
        for (path, loaded) in loaded {
            self.report.body_bytes += loaded.bytes;
            let mut once = BTreeSet::new();
            let findings = loaded.findings.into_iter().filter(|f| once.insert((f.meta.code, f.place.line)));
            let all: Vec<Said> =
                findings.map(|finding| Said::new(&finding.in_file(seeds.show(path)))).collect();
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
        sink.push(Finding::new(&codes::FEED_EMPTY, Place::default(), message));
    }
    if run.plan.whole.base.is_none() {
        let message = "without `base_url` the feeds carry no self link";
        sink.push(Finding::new(&codes::NO_BASE_URL, Place::default(), message));
    }
    Ok(())
}

/// Refuses documents that our own check finds faulty.
fn checked(run: &Run<'_>, documents: &Documents, sink: &mut Sink<'_>) -> Result<(), Error> {
    let (store, rules, now) = (run.feeds, &run.plan.check, run.options.now);
    let found: Vec<Vec<Finding>> = documents
        .bytes
        .par_iter()
        .map(|(path, bytes)| {
            let file = store.show(path);
            let url = documents.addresses.get(path).map(Url::as_str);
            check(bytes, check::Options { file: &file, url, now: Some(now) })
        })
        .collect();
    let mut faulty = None;
    let allowed = |d: &Finding| rules.allow.iter().any(|code| code == d.meta.code);
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
