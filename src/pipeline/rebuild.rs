//! Steps 4 to 9 for everything that was selected: documents of the last build are kept if they would come out the same,
//! the others are built and published.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use url::Url;

use crate::catalog::{BuiltDoc, Catalog, LastBuild, PublishedMedia};
use crate::diag::{Finding, Place, Sink, codes};
use crate::error::{Error, Kind};
use crate::format;
use crate::model::Listing;

use super::address_source;
use super::archive::OutputDoc;
use super::assemble::assemble;
use super::clean::{CleanArticle, clean};
use super::context::{Context, Report};
use super::discover::Scan;
use super::entry_pages;
use super::load::load;
use super::media_files::{self, Linked};
use super::order::Selection;
use super::probe;
use super::publish::{PendingFile, Publisher};
use super::reuse;
use super::select::Candidate;
use super::site_files::{browser_files, site, site_files, why_not_ours};
use super::verify::verify;
use super::write::{publish, write};

/// A build in progress.
struct Rebuild<'a> {
    context: &'a Context<'a>,
    catalog: &'a Catalog,
    scan: &'a Scan,
    build: LastBuild,
    /// Findings about bodies that were reported.
    reported: HashSet<Finding>,
    /// Seeds that could not be loaded.
    failed: BTreeSet<PathBuf>,
    report: &'a mut Report,
}

/// Articles by the path of their seeds.
type Articles = HashMap<PathBuf, CleanArticle>;
/// Findings by the path of the seed.
type Findings = HashMap<PathBuf, Vec<Finding>>;

/// Builds and publishes what was selected. Returns the build, and true if
/// every seed could be loaded.
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
) -> Result<(LastBuild, bool), Error> {
    let build = LastBuild {
        inputs_hash: context.inputs_hash,
        held_back: !selection.held_back.is_empty(),
        findings: selection.findings,
        counts: selection.counts,
        first_too_old: selection.ages.0,
        last_too_old: selection.ages.1,
        ..LastBuild::default()
    };
    let (reported, failed) = Default::default();
    let build = LastBuild {
        findings: build
            .findings
            .into_iter()
            .chain(media_files::address_finding(context, &selection.docs))
            .collect(),
        ..build
    };
    let mut rebuild = Rebuild { context, catalog, scan, build, reported, failed, report };
    if let Some(pick) = selection.docs.first().and_then(|doc| doc.picks.first())
        && let Some((pattern, link)) = address_source::guessed(context, &pick.seed.path)
    {
        let detail = format!("`permalink = \"{pattern}\"`, such as {link}");
        sink.push(Finding::new(&codes::ADDRESS_GUESSED, Place::default(), detail));
    }
    rebuild.run(selection.docs, sink)?;
    let is_complete = rebuild.failed.is_empty();
    Ok((rebuild.build, is_complete))
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
    let mut months: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for doc in build.docs.values() {
        months.entry(&doc.month).or_default().extend(&doc.findings);
        report.unchanged += doc.files.len();
    }
    let mut reported = HashSet::new();
    // As a rebuild reports them: those of the feeds, then those of the archive.
    report_findings(months.remove("").unwrap_or_default(), &mut reported, sink);
    report_feed_findings(context, build, sink)?;
    months.into_values().for_each(|all| report_findings(all, &mut reported, sink));
    Ok(())
}

impl Rebuild<'_> {
    /// Builds and publishes documents: an archive from the oldest on, and the feeds last, so that a reader who follows
    /// their links never finds one missing. One month at a time, so that the articles of one month at most are in memory.
    fn run(&mut self, mut docs: Vec<OutputDoc>, sink: &mut Sink<'_>) -> Result<(), Error> {
        let context = self.context;
        if context.plan.entry_pages {
            entry_pages::assign(&mut docs);
        }
        let entries = docs.iter().flat_map(OutputDoc::paths).collect::<BTreeSet<_>>().len();
        context.progress.set_entries(entries as u64);
        self.build.findings.iter().for_each(|finding| sink.push(finding.clone()));
        let mut months: BTreeMap<String, Vec<OutputDoc>> = BTreeMap::new();
        for doc in docs {
            months.entry(doc.month.clone()).or_default().push(doc);
        }
        let feeds = months.remove("").unwrap_or_default();
        let mut publisher = if context.options.check || !months.is_empty() {
            Publisher::collecting(context.feeds)
        } else {
            Publisher::immediate(context.feeds)
        };
        self.build_docs(&feeds, &publisher, sink)?;
        drop(feeds);
        report_feed_findings(context, &self.build, sink)?;
        if context.options.check {
            let feeds = verify(context, publisher.pending(), sink);
            let mut all = feeds.and(self.verify_site_files(sink));
            for docs in months.values() {
                let mut trial = Publisher::collecting(context.feeds);
                self.build_docs(docs, &trial, sink)?;
                all = all.and(verify(context, trial.pending(), sink));
            }
            all?;
        }
        for docs in months.values() {
            let publisher = Publisher::immediate(context.feeds);
            self.build_docs(docs, &publisher, sink)?;
            self.report.changed.extend(publisher.finish()?);
        }
        self.report.changed.extend(publisher.finish()?);
        let files: usize = self.build.docs.values().map(|doc| doc.files.len()).sum();
        self.report.unchanged = files - self.report.changed.len();
        self.report.skipped += self.failed.len();
        let counts = &mut self.build.counts;
        counts.entries = counts.entries.saturating_sub(self.failed.len() as u64);
        Ok(())
    }

    /// Checks the files next to the feeds.
    fn verify_site_files(&self, sink: &mut Sink<'_>) -> Result<(), Error> {
        let all = site_files(self.context, &site(self.context, &self.build))?.into_iter();
        let checked = all.filter(|file| file.index.is_checked());
        let files = checked.map(|file| (file.path, PendingFile { bytes: file.bytes, url: None }));
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
        let keep =
            |doc| if scan.is_relinked { None } else { reuse::document(context, catalog, &scan.reread, doc) };
        let kept: Vec<_> = docs.par_iter().map(keep).collect();
        let stale: Vec<&OutputDoc> =
            docs.iter().zip(&kept).filter(|(_, kept)| kept.is_none()).map(|(doc, _)| doc).collect();
        let (mut articles, findings) = self.load_articles(docs, &stale)?;
        let linked = media_files::complete(context, &mut articles);
        if let Some(probe) = &context.probe {
            probe.complete(&mut articles, docs.iter().all(probe::may_ask), context.options.now, sink);
        }
        let built: Result<Vec<BuiltDoc>, Error> = stale
            .par_iter()
            .map(|doc| build_doc(context, doc, &articles, &findings, &linked, publisher))
            .collect();
        let old = kept.iter().flatten().flat_map(|doc| &doc.findings);
        let new = built.iter().flatten().flat_map(|doc| &doc.findings);
        report_findings(
            old.chain(findings.values().flatten()).chain(new).collect(),
            &mut self.reported,
            sink,
        );
        let mut built = built?.into_iter();
        for (doc, kept) in docs.iter().zip(kept) {
            let Some(done) = kept.or_else(|| built.next()) else { continue };
            self.build.docs.insert(doc.folder(), done);
        }
        Ok(())
    }

    /// Loads and cleans each seed of the stale documents once. Returns the findings about each. `all` are the documents
    /// of which the stale ones are a part.
    fn load_articles(
        &mut self,
        all: &[OutputDoc],
        stale: &[&OutputDoc],
    ) -> Result<(Articles, Findings), Error> {
        let context = self.context;
        let wanted: BTreeMap<&Path, &Candidate> =
            stale.iter().flat_map(|doc| doc.paths().zip(doc.picks.iter().map(|pick| &*pick.seed))).collect();
        let kept: HashSet<&Path> =
            all.iter().flat_map(OutputDoc::paths).filter(|path| !wanted.contains_key(path)).collect();
        context.progress.add_cleaned(kept.len() as u64);
        let loaded: Result<Vec<_>, Error> = wanted
            .into_par_iter()
            .map(|(path, seed)| {
                let loaded = load_article(context, seed)?;
                context.progress.add_cleaned(1);
                Ok((path.to_path_buf(), loaded))
            })
            .collect();
        let (mut articles, mut findings) = (Articles::new(), Findings::new());
        for (path, loaded) in loaded? {
            self.report.body_bytes += loaded.bytes;
            if !loaded.findings.is_empty() {
                findings.insert(path.clone(), loaded.findings);
            }
            match loaded.article {
                Some(article) => _ = articles.insert(path, article),
                None => _ = self.failed.insert(path),
            }
        }
        Ok((articles, findings))
    }
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
    let article = loaded.article.map(|article| {
        let (article, more) = clean(&article, context.plan);
        findings.extend(more);
        article
    });
    let mut seen = BTreeSet::new();
    findings.retain(|finding| seen.insert((finding.meta.code, finding.place.line)));
    let file = if findings.is_empty() { String::new() } else { context.seeds.show(&seed.path) };
    let findings = findings
        .into_iter()
        .map(|finding| finding.showing_line_of(&loaded.text).in_file(file.as_str()))
        .collect();
    Ok(LoadedArticle { article, findings, bytes: loaded.bytes })
}

/// Assembles, writes and publishes one document.
fn build_doc(
    context: &Context<'_>,
    doc: &OutputDoc,
    articles: &Articles,
    findings: &Findings,
    linked: &Linked,
    publisher: &Publisher<'_>,
) -> Result<BuiltDoc, Error> {
    let feed = assemble(doc, articles, &context.name, &context.plan.addresses, browser_files(context, doc));
    let mut files = match &feed {
        Some(feed) => write(doc, feed, publisher)?,
        None => Vec::new(),
    };
    let formats = || doc.channel.formats.iter().map(|format| format.name().to_owned()).collect();
    let listed = feed.as_ref().filter(|_| !doc.is_archive());
    let listing = listed.map(|feed| Listing::new(feed, &doc.feed, formats()));
    let mut findings: Vec<Finding> =
        doc.paths().filter_map(|path| findings.get(path)).flatten().cloned().collect();
    let mut is_complete = doc.paths().all(|path| articles.contains_key(path));
    if let Some(feed) = &feed {
        for (path, bytes) in entry_pages::write(context, doc, feed, |pick| articles.get(&pick.seed.path)) {
            files.push(publish(publisher, path, bytes, None)?);
        }
    }
    if let (Some(feed), Some(listing), Some(page)) = (listed, &listing, format::page())
        && context.plan.feed_pages
        && !doc.feed.is_empty()
        && let Some(bytes) = page.write_feed(&listing.clone().with_latest(feed), &context.site())
    {
        let path = doc.folder().join(page.file_name());
        if let Some(why) = why_not_ours(context, page, &path)? {
            findings.push(Finding::new(&codes::INDEX_FOREIGN, Place::file(context.feeds.show(&path)), why));
            // The file may have gone the next time.
            is_complete = false;
        } else {
            files.push(publish(publisher, path, bytes, None)?);
        }
    }
    Ok(BuiltDoc {
        month: doc.month.clone(),
        inputs_hash: if is_complete { reuse::inputs_hash(doc) } else { 0 },
        files,
        findings,
        listing,
        media: media_of(context, doc, articles, linked),
        retry_at: context.probe.as_ref().and_then(|probe| probe.doc_retry_at(doc, articles)),
    })
}

/// Returns the media files of the seeds folder that a document refers to.
fn media_of(
    context: &Context<'_>,
    doc: &OutputDoc,
    articles: &Articles,
    linked: &Linked,
) -> Vec<PublishedMedia> {
    let episodes = doc.picks.iter().filter(|pick| pick.seed.recording.is_some());
    let files = episodes.filter_map(|pick| {
        Some(media_files::of_episode(context.plan, &pick.seed, articles.get(&pick.seed.path)?))
    });
    let linked = doc.paths().filter_map(|path| linked.get(path)).flatten().cloned();
    files.flatten().chain(linked).collect()
}

/// Reports findings about bodies, each once, sorted by file.
fn report_findings(mut all: Vec<&Finding>, reported: &mut HashSet<Finding>, sink: &mut Sink<'_>) {
    all.sort_by(|a, b| a.place.file.cmp(&b.place.file));
    for finding in all {
        if reported.insert(finding.clone()) {
            sink.push(finding.clone());
        }
    }
}

/// True if the host of a URL cannot exist ([RFC 2606](https://www.rfc-editor.org/rfc/rfc2606)).
fn is_placeholder(url: &Url) -> bool {
    url.host_str().is_some_and(|host| host.ends_with(".invalid"))
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
    Ok(())
}
