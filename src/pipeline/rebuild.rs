//! Steps 4 to 9 for everything that was selected: documents of the last build are kept if they would come out the same,
//! the others are built and published.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::catalog::{BuiltDoc, Catalog, LastBuild, SeedFindings, SharedDoc, SharedDocs, finding_hash};
use crate::diag::{Finding, Place, Sink, codes};
use crate::error::{Error, Kind};
use crate::html::xml_text;
use crate::store::Lock;
use crate::types::is_placeholder;

use super::address_source;
use super::archive::OutputDoc;
use super::clean::{CleanArticle, clean};
use super::context::{Context, Report, guarded};
use super::discover::Scan;
use super::entry_pages;
use super::load::load;
use super::lookups;
use super::media_files::{self, Linked};
use super::order::Selection;
use super::probe;
use super::publish::{PendingFile, Published, Publisher};
use super::reuse;
use super::select::Candidate;
use super::site_files::{site, site_files};
use super::verify::verify;
use super::write::{ArticleMedia, FinishedDoc, NewEntry, SeedPicks, Writer};

/// Number of seeds for each thread that are in memory at once, and the smallest number of threads that counts: enough to
/// keep all threads busy.
const WINDOW: (usize, usize) = (4, 16);

/// A build in progress.
struct Rebuild<'a> {
    context: &'a Context<'a>,
    catalog: &'a Catalog,
    scan: &'a Scan,
    /// Compares the files that articles have looked up.
    comparison: lookups::Comparison<'a>,
    build: LastBuild,
    /// Hashes of the findings about documents and bodies that were reported.
    reported: HashSet<u64>,
    /// Seeds that could not be loaded.
    failed: BTreeSet<PathBuf>,
    /// Hashes of the files that were published.
    hashes: HashMap<PathBuf, (u128, u128)>,
    report: &'a mut Report,
}

/// Articles by the path of their seeds.
type Articles = HashMap<PathBuf, CleanArticle>;
/// Findings by the path of the seed.
type Findings = HashMap<PathBuf, Vec<Finding>>;

/// Builds and publishes what was selected. Returns the build, the paths of its media files, and true if every seed could be
/// loaded.
///
/// # Errors
/// As [`super::build`].
pub(super) fn rebuild(
    context: &Context<'_>,
    catalog: &Catalog,
    scan: &Scan,
    selection: Selection,
    report: &mut Report,
    sink: &mut Sink<'_>,
) -> Result<(LastBuild, BTreeSet<PathBuf>, bool), Error> {
    let first = selection.docs.first().and_then(|doc| doc.picks.first());
    let guessed = first.and_then(|pick| address_source::guessed(context, &pick.seed.path));
    let guessed = guessed.map(|(pattern, link)| {
        let detail = format!("`permalink = \"{pattern}\"`, such as {link}");
        Finding::new(&codes::ADDRESS_GUESSED, Place::default(), detail)
    });
    let address = media_files::address_finding(context, &selection.docs);
    let build = LastBuild {
        inputs_hash: context.inputs_hash,
        held_back: !selection.held_back.is_empty(),
        findings: selection.findings.into_iter().chain(address).chain(guessed).collect(),
        counts: selection.counts,
        first_too_old: selection.ages.0,
        last_too_old: selection.ages.1,
        ..LastBuild::default()
    };
    let (reported, failed, hashes) = Default::default();
    let comparison = lookups::Comparison::new(context);
    let mut rebuild = Rebuild { context, catalog, scan, comparison, build, reported, failed, hashes, report };
    let media = rebuild.run(selection.docs, sink)?;
    let is_complete = rebuild.failed.is_empty();
    Ok((rebuild.build, media, is_complete))
}

/// Builds and publishes documents while a lock is held: months of archives first, then feeds. Returns them, except those of
/// the last build that are kept, and reports nothing: the build that takes them over does.
///
/// # Errors
/// If a store fails, or the lock is lost.
pub(super) fn rebuild_part(
    context: &Context<'_>,
    catalog: &Catalog,
    scan: &Scan,
    months: &[OutputDoc],
    feeds: &[OutputDoc],
    lock: &Lock,
) -> Result<SharedDocs, Error> {
    let (mut report, mut sink) = (Report::default(), Sink::collecting());
    let build = LastBuild { inputs_hash: context.inputs_hash, ..LastBuild::default() };
    let (reported, failed, hashes) = Default::default();
    let comparison = lookups::Comparison::new(context);
    let mut rebuild =
        Rebuild { context, catalog, scan, comparison, build, reported, failed, hashes, report: &mut report };
    for docs in [months, feeds] {
        let publisher = Publisher::under(context.feeds, lock);
        rebuild.build_docs(docs, &publisher, &mut sink)?;
        rebuild.publish(publisher)?;
    }
    rebuild.set_hashes();
    let mut shared = SharedDocs { inputs_hash: context.inputs_hash, ..SharedDocs::default() };
    for doc in months.iter().chain(feeds) {
        let folder = doc.folder();
        let built = rebuild.build.docs.remove(&folder);
        let is_new = |built: &BuiltDoc| catalog.last_build().docs.get(&folder) != Some(built);
        if let (Some(doc), Some(seeds)) = (built.filter(is_new), reuse::versions(doc)) {
            shared.docs.insert(folder, SharedDoc { seeds, doc });
        }
    }
    Ok(shared)
}

/// Reports the findings of the last build again, if all of it is still valid.
///
/// # Errors
/// As [`super::build`].
pub(super) fn replay_findings(
    context: &Context<'_>,
    build: &LastBuild,
    report: &mut Report,
    sink: &mut Sink<'_>,
) -> Result<(), Error> {
    build.findings.iter().for_each(|finding| sink.push(finding.clone()));
    let mut months: BTreeMap<&str, Vec<&BuiltDoc>> = BTreeMap::new();
    for doc in build.docs.values() {
        months.entry(&doc.month).or_default().push(doc);
        report.unchanged += doc.files.len();
    }
    let mut reported = HashSet::new();
    // As a rebuild reports them: those of the feeds, then those of the archive.
    let feeds = months.remove("").into_iter().flatten();
    report_findings(feeds.flat_map(findings_of), &mut reported, sink);
    report_feed_findings(context, build, sink)?;
    for docs in months.into_values() {
        report_findings(docs.into_iter().flat_map(findings_of), &mut reported, sink);
    }
    Ok(())
}

impl Rebuild<'_> {
    /// Builds and publishes documents: an archive from the oldest on, then media files, and the feeds last, so that a reader who
    /// follows their links never finds one missing. One month is published while the next one is built, so that
    /// there are temporary files for two months at most. Returns the paths of media files.
    fn run(&mut self, mut docs: Vec<OutputDoc>, sink: &mut Sink<'_>) -> Result<BTreeSet<PathBuf>, Error> {
        let context = self.context;
        if context.plan.entry_pages {
            entry_pages::assign(&mut docs);
        }
        context.progress.set_entries(count_seeds(&docs));
        self.build.findings.iter().for_each(|finding| sink.push(finding.clone()));
        let mut months: BTreeMap<String, Vec<OutputDoc>> = BTreeMap::new();
        for doc in docs {
            months.entry(doc.month.clone()).or_default().push(doc);
        }
        let feeds = months.remove("").unwrap_or_default();
        let mut publisher = Publisher::new(context.feeds);
        self.build_docs(&feeds, &publisher, sink)?;
        drop(feeds);
        report_feed_findings(context, &self.build, sink)?;
        if context.options.check {
            let feeds = verify(context, publisher.pending(), sink);
            let mut all = feeds.and(self.verify_site_files(sink));
            for docs in months.values() {
                let mut trial = Publisher::new(context.feeds);
                self.build_docs(docs, &trial, sink)?;
                all = all.and(verify(context, trial.pending(), sink));
            }
            all?;
        }
        let mut ready = Publisher::new(context.feeds);
        for docs in months.into_values() {
            let next = Publisher::new(context.feeds);
            let (published, built) = ready.finish_during(|| self.build_docs(&docs, &next, sink));
            self.note(published?);
            built?;
            ready = next;
        }
        self.publish(ready)?;
        let before = self.report.changed.len();
        let media = media_files::publish(context, self.catalog, &mut self.build, self.report, sink)?;
        let changed_media = self.report.changed.len() - before;
        self.publish(publisher)?;
        self.set_hashes();
        let files: usize = self.build.docs.values().map(|doc| doc.files.len()).sum();
        self.report.unchanged = files + changed_media - self.report.changed.len();
        self.report.skipped += self.failed.len();
        let counts = &mut self.build.counts;
        counts.entries = counts.entries.saturating_sub(self.failed.len() as u64);
        Ok(media)
    }

    /// Completes the files that were published.
    fn set_hashes(&mut self) {
        for file in self.build.docs.values_mut().flat_map(|doc| &mut doc.files) {
            if let Some((hash, fingerprint)) = self.hashes.remove(&file.path) {
                (file.hash, file.fingerprint) = (hash, fingerprint);
            }
        }
    }

    /// Publishes files.
    fn publish(&mut self, publisher: Publisher<'_>) -> Result<(), Error> {
        self.note(publisher.finish()?);
        Ok(())
    }

    /// Notes files that were published.
    fn note(&mut self, published: Vec<Published>) {
        for file in published {
            self.report.changed.extend(file.is_changed.then(|| file.path.clone()));
            self.hashes.insert(file.path, (file.hash, file.fingerprint));
        }
    }

    /// Checks the files next to the feeds.
    fn verify_site_files(&self, sink: &mut Sink<'_>) -> Result<(), Error> {
        let checked = site_files(self.context, &site(self.context, &self.build), |index| index.is_checked())?;
        let files = checked
            .into_iter()
            .map(|file| (file.path, PendingFile { bytes: file.page.bytes.into(), url: None }));
        verify(self.context, &files.collect(), sink)
    }

    /// Builds the documents that cannot be kept, and reports the findings about the seeds of all.
    fn build_docs(
        &mut self,
        docs: &[OutputDoc],
        publisher: &Publisher<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<(), Error> {
        let (context, catalog, scan) = (self.context, self.catalog, self.scan);
        let comparison = &self.comparison;
        let is_unchanged = |folder: &Path| scan.folders.get(folder) == catalog.folders().get(folder);
        let is_same = |path: &Path, before: u128| {
            comparison.scanned_folder(path).is_some_and(is_unchanged) || comparison.is_same(path, before)
        };
        let keep = |doc| reuse::document(context, catalog, &scan.reread, doc, is_same);
        let kept: Vec<_> = docs.par_iter().map(keep).collect();
        let stale: Vec<&OutputDoc> =
            docs.iter().zip(&kept).filter(|(_, kept)| kept.is_none()).map(|(doc, _)| doc).collect();
        let all = SeedPicks::of(&stale);
        context.progress.add_cleaned(count_seeds(docs) - all.len() as u64);
        let (mut findings, mut failed) = (vec![SeedFindings::default(); stale.len()], BTreeSet::new());
        let mut writer = Writer::new(context, &stale);
        let windows: Vec<&[SeedPicks<'_>]> = all.chunks(window_size()).collect();
        let mut next = ask_for_media(context, docs, &windows, sink)?;
        for (number, window) in windows.iter().enumerate() {
            let loaded = next.take().map_or_else(|| load_window(context, window), Ok)?;
            self.report.body_bytes += loaded.bytes;
            for picks in *window {
                let Some(own) = loaded.findings.get(&*picks.seed.path) else { continue };
                let failed = |e| Error::io("store findings about", context.seeds.show(&picks.seed.path), e);
                picks.docs().try_for_each(|doc| findings[doc].add(own)).map_err(failed)?;
            }
            failed.extend(loaded.failed);
            let entries = write_window(context, &mut writer, window, loaded.articles, loaded.linked)?;
            let following = || windows.get(number + 1).map(|window| load_window(context, window)).transpose();
            let (added, loaded) = rayon::join(|| writer.add(entries), following);
            added?;
            next = loaded?;
        }
        let finished = writer.finish()?;
        let publish = |doc: FinishedDoc<'_>| doc.publish(&failed, publisher);
        let built: Result<Vec<BuiltDoc>, Error> = finished.into_par_iter().map(publish).collect();
        self.failed.extend(failed);
        let old = kept.iter().flatten().flat_map(findings_of);
        let about_seeds = findings.iter().flat_map(SeedFindings::iter);
        let new = built.iter().flatten().flat_map(|doc| doc.findings.iter().cloned());
        let is_built_once = docs.iter().all(OutputDoc::is_archive) && !context.options.check;
        let before = is_built_once.then(|| self.reported.clone());
        report_findings(old.chain(about_seeds).chain(new), &mut self.reported, sink);
        if let Some(before) = before {
            // There may be a million about seeds, and they do not come again: each seed is in one month.
            self.reported = before;
            let docs = kept.iter().flatten().chain(built.iter().flatten());
            self.reported.extend(docs.flat_map(|doc| &doc.findings).map(finding_hash));
        }
        let complete = |(doc, mut seed_findings): (BuiltDoc, SeedFindings)| {
            seed_findings.shrink();
            BuiltDoc { seed_findings, ..doc }
        };
        let mut built = built?.into_iter().zip(findings).map(complete);
        for (doc, kept) in docs.iter().zip(kept) {
            let Some(done) = kept.or_else(|| built.next()) else { continue };
            self.build.docs.insert(doc.folder(), done);
        }
        Ok(())
    }
}

/// Returns the number of different seeds of documents, which share them.
fn count_seeds(docs: &[OutputDoc]) -> u64 {
    let picks = docs.iter().flat_map(|doc| &doc.picks);
    let mut seeds: Vec<*const Candidate> = picks.map(|pick| Arc::as_ptr(&pick.seed)).collect();
    seeds.sort_unstable();
    seeds.dedup();
    seeds.len() as u64
}

/// Seeds that were loaded together.
struct LoadedWindow {
    articles: Articles,
    linked: Linked,
    findings: Findings,
    failed: Vec<PathBuf>,
    /// Number of bytes read.
    bytes: u64,
}

/// Divides seeds among the threads one by one: each takes a while, and all threads wait for the last.
fn one_by_one<'a, 'b>(window: &'a [SeedPicks<'b>]) -> impl IndexedParallelIterator<Item = &'a SeedPicks<'b>> {
    window.par_iter().with_max_len(1)
}

/// Loads and cleans some seeds.
fn load_window(context: &Context<'_>, window: &[SeedPicks<'_>]) -> Result<LoadedWindow, Error> {
    let loaded: Result<Vec<_>, Error> =
        one_by_one(window).map(|picks| Ok((&picks.seed.path, load_article(context, picks.seed)?))).collect();
    let (mut articles, mut findings) = (Articles::new(), Findings::new());
    let (mut failed, mut bytes) = (Vec::new(), 0);
    for (path, loaded) in loaded? {
        bytes += loaded.bytes;
        if !loaded.findings.is_empty() {
            findings.insert(path.to_path_buf(), loaded.findings);
        }
        match loaded.article {
            Some(article) => _ = articles.insert(path.to_path_buf(), article),
            None => failed.push(path.to_path_buf()),
        }
    }
    let linked = media_files::complete(context, &mut articles);
    Ok(LoadedWindow { articles, linked, findings, failed, bytes })
}

/// Asks media servers, if configured, for all that the articles lack: once, because there is a limit for the time. Returns
/// the articles if there is one window.
fn ask_for_media(
    context: &Context<'_>,
    docs: &[OutputDoc],
    windows: &[&[SeedPicks<'_>]],
    sink: &mut Sink<'_>,
) -> Result<Option<LoadedWindow>, Error> {
    let Some(probe) = context.probe.as_ref().filter(|_| docs.iter().all(probe::may_ask)) else {
        return Ok(None);
    };
    let (mut due, mut last) = (BTreeSet::new(), None);
    for window in windows {
        let loaded = load_window(context, window)?;
        due.extend(probe.due(&loaded.articles, context.options.now));
        last = Some(loaded);
    }
    probe.ask(due, context.options.now, sink);
    Ok(last.filter(|_| windows.len() == 1))
}

/// Returns the number of seeds that are in memory at once, and again while the next ones are loaded.
fn window_size() -> usize {
    let (seeds, threads) = WINDOW;
    seeds * rayon::current_num_threads().max(threads)
}

/// Writes the entries of some seeds.
fn write_window(
    context: &Context<'_>,
    writer: &mut Writer<'_>,
    window: &[SeedPicks<'_>],
    mut articles: Articles,
    mut linked: Linked,
) -> Result<Vec<NewEntry>, Error> {
    if let Some(probe) = &context.probe {
        probe.complete(&mut articles);
    }
    let written = one_by_one(window).map(|picks| {
        let article = articles.get(&*picks.seed.path);
        let written = article.map(|article| writer.write(picks, article)).transpose();
        context.progress.add_cleaned(1);
        written
    });
    let written = written.collect::<Result<Vec<_>, Error>>()?;
    for picks in window {
        let Some(article) = articles.get_mut(&*picks.seed.path) else { continue };
        let is_episode = picks.seed.recording().is_some();
        let episode = is_episode.then(|| media_files::of_episode(context, picks.seed, article));
        let media = ArticleMedia {
            episode: episode.unwrap_or_default(),
            linked: linked.remove(&*picks.seed.path).unwrap_or_default(),
            retry_at: context.probe.as_ref().and_then(|probe| probe.retry_at(article)),
        };
        writer.note(picks, article, &media);
    }
    Ok(written.into_iter().flatten().flatten().collect())
}

/// An article, unless its seed could not be loaded.
pub(super) struct LoadedArticle {
    pub(super) article: Option<CleanArticle>,
    pub(super) findings: Vec<Finding>,
    /// Number of bytes read.
    bytes: u64,
}

/// Loads and cleans a seed. Of several findings of a kind in a line, the first is kept.
pub(super) fn load_article(context: &Context<'_>, seed: &Candidate) -> Result<LoadedArticle, Error> {
    let loaded = load(context.seeds, seed, context.plan)?;
    let mut findings = loaded.findings;
    let article = loaded.article.and_then(|article| {
        let cleaned = || {
            let (article, findings) = clean(&article, context.plan);
            (Some(article), findings)
        };
        let (article, more) = guarded(cleaned, |finding| (None, vec![finding]));
        let source = loaded.source.unwrap_or_default();
        findings.extend(more.into_iter().map(|finding| finding.in_file(source.as_str())));
        Some(CleanArticle { files: loaded.files, lookups: loaded.lookups, ..article? })
    });
    let mut seen = BTreeSet::new();
    findings.retain(|f| seen.insert((f.meta.code, f.place.file.clone(), f.place.line)));
    let file = if findings.is_empty() { String::new() } else { context.seeds.show(&seed.path) };
    let is_bad = |finding: &&Finding| finding.meta.code == codes::SEED_BAD_CHARACTER.code;
    let titled = findings.iter().filter(is_bad).map(|finding| finding.place.line).max().unwrap_or_default();
    let place = |finding: Finding| match &*finding.place.file {
        "" => located(finding, titled, &loaded.text).showing_line_of(&loaded.text).in_file(file.as_str()),
        other => {
            let other = context.seeds.show(&seed.path.with_file_name(other));
            finding.in_file(other)
        }
    };
    let findings = findings.into_iter().map(place).collect();
    Ok(LoadedArticle { article, findings, bytes: loaded.bytes })
}

/// Adds the line of the first character that XML does not allow, below line `above`, to the finding about it: cleaning knows no
/// lines. A character that is written as a reference has none.
fn located(mut finding: Finding, above: u32, text: &str) -> Finding {
    if finding.meta.code == codes::SEED_BAD_CHARACTER.code && finding.place.line == 0 {
        let is_bad = |(_, line): &(u32, &str)| xml_text(line).len() != line.len();
        let found = (1..).zip(text.split('\n')).skip(above as usize).find(is_bad);
        finding.place.line = found.map_or(0, |(number, _)| number);
    }
    finding
}

/// Returns the findings about the seeds of a document, and about itself.
fn findings_of(doc: &BuiltDoc) -> impl Iterator<Item = Finding> {
    doc.seed_findings.iter().chain(doc.findings.iter().cloned())
}

/// Reports findings about documents and bodies, each once, sorted by file. There may be a million that nobody wants to see;
/// they are not kept.
fn report_findings(all: impl Iterator<Item = Finding>, reported: &mut HashSet<u64>, sink: &mut Sink<'_>) {
    let mut shown = Vec::new();
    for finding in all.filter(|finding| reported.insert(finding_hash(finding))) {
        if sink.shows(&finding) {
            shown.push(finding);
        } else {
            sink.push(finding);
        }
    }
    shown.sort_by(|a, b| a.place.file.cmp(&b.place.file));
    shown.into_iter().for_each(|finding| sink.push(finding));
}

/// Reports the findings about the feeds themselves.
///
/// # Errors
/// If no feed has an entry.
fn report_feed_findings(context: &Context<'_>, build: &LastBuild, sink: &mut Sink<'_>) -> Result<(), Error> {
    let feeds = || build.docs.iter().filter(|(_, doc)| doc.month.is_empty());
    if feeds().all(|(_, doc)| doc.files.is_empty()) {
        let message = "no readable seeds; existing feeds were left unchanged";
        return Err(Error::new(Kind::Empty, message).at(context.seeds.show(Path::new(""))));
    }
    for (name, _) in feeds().filter(|(_, doc)| doc.files.is_empty()) {
        let detail = format!("`{}`", name.display());
        sink.push(Finding::new(&codes::FEED_EMPTY, Place::default(), detail));
    }
    if context.plan.main_feed.base.is_none() {
        let detail = "the feeds have no self link";
        sink.push(Finding::new(&codes::NO_BASE_URL, Place::default(), detail));
    }
    if let Some(base) = context.plan.main_feed.base.as_ref().filter(|base| is_placeholder(base)) {
        let detail = format!("{base} is a placeholder");
        sink.push(Finding::new(&codes::NO_BASE_URL, Place::default(), detail));
    }
    let mut mails: BTreeSet<&str> = BTreeSet::new();
    for channel in std::iter::once(&context.plan.main_feed).chain(context.plan.sections.values()) {
        let owner = channel.podcast.as_ref().and_then(|podcast| podcast.owner.as_ref());
        let people = channel.author.iter().chain(owner);
        mails.extend(people.filter_map(|person| person.email.as_deref()));
    }
    for mail in mails.into_iter().filter(|mail| mail.ends_with(".invalid")) {
        sink.push(Finding::new(&codes::EMAIL_PLACEHOLDER, Place::default(), format!("`{mail}`")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_character_has_a_line() {
        let finding = || Finding::in_text(&codes::SEED_BAD_CHARACTER, 0, 0, "");
        for (above, text, line) in [(0, "a\nb\u{b}\nc\u{b}", 2), (2, "a\nb\u{b}\nc\u{b}", 3), (0, "&#8;", 0)]
        {
            assert_eq!(located(finding(), above, text).place.line, line);
        }
        let other = Finding::in_text(&codes::SEED_MARKUP, 0, 0, "");
        assert_eq!(located(other, 0, "\u{b}").place.line, 0);
    }
}
