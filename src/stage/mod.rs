//! The path of an article, a file a step: discover → head → select → load → clean → enclose → assemble → format →
//! publish. [`build`] is the only function that knows them all.

mod archive;
mod assemble;
mod clean;
mod discover;
mod enclose;
mod head;
mod load;
mod publish;
mod select;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rayon::prelude::*;
use url::Url;

use crate::check::{self, check};
use crate::config::{Channel, Ids, Plan, is_feed_name};
use crate::diag::{Diagnostic, Meta, Place, Severity, Sink, codes};
use crate::error::{Error, Kind};
use crate::model::Feed;
use crate::seed::Finding;
use crate::store::Store;
use crate::unit::{Bytes, UnixMs};

use archive::Archive;
use discover::Found;
use load::Article;
use select::{Newest, Pick, Spill};

/// How far ahead of the clock a seed may be dated, in ms: a day, for clocks and time zones that are off.
const FUTURE: i64 = 24 * 60 * 60 * 1000;
/// How many heads are read before they are put in order: enough to keep every core busy, and little memory.
const BATCH: usize = 2048;

/// What a run is told beside the [`Plan`].
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The present: seeds dated more than a day later are held back.
    pub now: UnixMs,
    /// How long to wait for another run to end.
    pub wait: Duration,
    /// Whether feeds that are no longer made are removed.
    pub prune: bool,
    /// Whether every document is checked, and nothing published where one has an error.
    pub check: bool,
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

/// One feed in the making.
struct Line {
    /// Its folder under the feeds; empty for the whole.
    name: String,
    channel: Channel,
    newest: Newest,
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
    options: Options,
    sink: &mut Sink<'_>,
) -> Result<Report, Error> {
    let _lock = feeds.lock(options.wait).map_err(|e| match e.kind() {
        std::io::ErrorKind::WouldBlock => {
            Error::new(Kind::Locked, e.to_string()).at(feeds.show(Path::new("")))
        }
        _ => Error::io("lock the feeds folder", feeds.show(Path::new("")), e),
    })?;
    let mut report = Report::default();
    let (lines, mut spill) = order(plan, seeds, options.now, sink, &mut report)?;
    let mut picks: Vec<(String, Channel, Vec<Pick>)> = Vec::new();
    let mut archives: Vec<Archive> = Vec::new();
    let stayed: Vec<_> = lines.iter().enumerate().map(|(i, line)| (i as u32, &line.newest)).collect();
    let spilled =
        spill.read(&stayed).map_err(|e| Error::new(Kind::Io, "cannot use a temporary file").because(e))?;
    for (number, line) in lines.into_iter().enumerate() {
        let mut chosen = line.newest.finish(number as u32, &spilled);
        archives.push(Archive::take(&line.name, &line.channel, &mut chosen));
        picks.push((line.name, line.channel, chosen));
    }
    drop(spilled);
    let mut loader = Loader { plan, seeds, said: BTreeSet::new(), failed: BTreeSet::new() };
    let articles = loader.articles(picks.iter().flat_map(|(_, _, picks)| picks), sink, &mut report);
    if articles.is_empty() {
        return Err(Error::new(
            Kind::Empty,
            "there is no readable seed here; existing feeds were left as they are",
        )
        .at(seeds.show(Path::new(""))));
    }
    let chosen = picks.iter().flat_map(|(_, _, picks)| picks).chain(archives.iter().flat_map(Archive::picks));
    let mut paths: Vec<&Path> = chosen.map(|pick| pick.seed.path.as_path()).collect();
    paths.sort_unstable();
    paths.dedup();
    let entries = paths.len();
    let mut documents = Documents::default();
    let name = title_of(&seeds.show(Path::new("")));
    for ((folder, channel, picks), archive) in picks.iter().zip(&archives) {
        let Some(mut feed) = assemble::feed(folder, channel, &name, picks, &articles) else {
            let message = format!("no seed is in the feed `{folder}`; it was not written");
            sink.push(Diagnostic::new(&codes::FEED_EMPTY, Place::default(), message));
            continue;
        };
        report.feeds += 1;
        feed.history.prev = archive.newest();
        documents.add(Path::new(folder), channel, &feed)?;
    }
    drop(articles);
    if plan.whole.base.is_none() {
        let message = "without `base_url` the feeds carry no self link";
        sink.push(Diagnostic::new(&codes::NO_BASE_URL, Place::default(), message));
    }
    // One month at a time, so that no more than one is in memory.
    let mut month = |month: &str, sink: &mut Sink<'_>, report: &mut Report| -> Result<Documents, Error> {
        let articles = loader.articles(archives.iter().flat_map(|a| a.picks_of(month)), sink, report);
        let mut documents = Documents::default();
        for archive in &archives {
            archive.write(month, &name, &articles, &mut documents)?;
        }
        Ok(documents)
    };
    let months = archive::months(&archives);
    if options.check {
        let mut sound = checked(plan, feeds, &documents, options.now, sink);
        for name in &months {
            let documents = month(name, sink, &mut report)?;
            sound = sound.and(checked(plan, feeds, &documents, options.now, sink));
        }
        sound?;
    }
    // The oldest first and the feeds last: who walks back never comes to what is not there yet.
    let mut made = BTreeSet::new();
    for name in &months {
        let documents = month(name, sink, &mut report)?;
        publish::publish(feeds, &documents.bytes, &mut report)?;
        made.extend(documents.bytes.into_keys());
    }
    publish::publish(feeds, &documents.bytes, &mut report)?;
    made.extend(documents.bytes.into_keys());
    publish::tidy(feeds, &made, options.prune, sink, &mut report)?;
    report.entries = entries - loader.failed.len();
    Ok(report)
}

/// Documents to publish.
#[derive(Default)]
struct Documents {
    bytes: BTreeMap<PathBuf, Vec<u8>>,
    /// Where they are published.
    addresses: HashMap<PathBuf, Url>,
}

impl Documents {
    /// Writes a feed in each format of its channel, into a folder.
    fn add(&mut self, folder: &Path, channel: &Channel, feed: &Feed) -> Result<(), Error> {
        for format in &channel.formats {
            let path = folder.join(format.file_name());
            self.addresses.extend(feed.self_link(format.file_name()).map(|url| (path.clone(), url)));
            self.bytes.insert(path, format.write(feed, channel.layout)?);
        }
        Ok(())
    }
}

/// Refuses documents that our own check finds faulty.
fn checked(
    plan: &Plan,
    store: &dyn Store,
    documents: &Documents,
    now: UnixMs,
    sink: &mut Sink<'_>,
) -> Result<(), Error> {
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
    let allowed = |d: &Diagnostic| plan.check.allow.iter().any(|code| code == d.meta.code);
    for (path, found) in documents.bytes.keys().zip(found) {
        for mut finding in found.into_iter().filter(|d| !allowed(d)) {
            if plan.check.deny_warnings && finding.severity == Severity::Warning {
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

/// Reads every head and keeps the newest of each feed.
fn order(
    plan: &Plan,
    seeds: &dyn Store,
    now: UnixMs,
    sink: &mut Sink<'_>,
    report: &mut Report,
) -> Result<(Vec<Line>, Spill), Error> {
    let line = |name: &str, channel: Channel| Line {
        newest: Newest::new(archive::room(&channel)),
        name: name.to_owned(),
        channel,
    };
    let mut lines = vec![line("", plan.whole.clone())];
    lines.extend(plan.filtered.iter().map(|f| line(&f.name, f.channel.clone())));
    let mut sections: HashMap<Arc<str>, Option<usize>> = HashMap::new();
    let mut spill = Spill::new();
    let mut walk = discover::Walk::new(seeds)?;
    loop {
        let batch: Vec<Found> = walk.by_ref().take(BATCH).collect();
        walk.findings().for_each(|d| {
            report.skipped += 1;
            sink.push(d);
        });
        if batch.is_empty() {
            break;
        }
        report.seeds += batch.len();
        let heads: Vec<_> = batch.par_iter().map(|found| head::read(seeds, &found.path)).collect();
        for (found, read) in batch.into_iter().zip(heads) {
            report.head_bytes += read.bytes;
            let shown = || seeds.show(&found.path);
            for (finding, source) in read.findings {
                sink.push(diagnostic(shown(), &finding, &source));
            }
            let Some(head) = read.head else {
                report.skipped += 1;
                continue;
            };
            if head.time.0.saturating_sub(now.0) > FUTURE {
                let message = format!("it is dated {}; it is held back until then", head.time.to_rfc3339());
                sink.push(Diagnostic::new(&codes::SEED_FUTURE, Place::at(shown(), 1, 0), message));
                report.skipped += 1;
                continue;
            }
            let own = found.section.as_ref().and_then(|section| {
                *sections.entry(section.clone()).or_insert_with(|| {
                    add_section(plan, section, &mut lines, sink).then(|| {
                        lines.push(line(section, plan.section(section)));
                        lines.len() - 1
                    })
                })
            });
            let title = head.title.to_lowercase();
            let seed = Arc::new(select::Candidate {
                time: head.time,
                link: head.link.into(),
                path: found.path,
                section: found.section,
            });
            let section = seed.section.as_deref();
            let filtered = plan.filtered.iter().enumerate().filter(|(_, f)| {
                (f.sections.is_empty() || section.is_some_and(|s| f.sections.iter().any(|n| n == s)))
                    && title.contains(&f.title_contains)
                    && seed.link.contains(&f.link_contains)
            });
            let into: Vec<usize> =
                std::iter::once(0).chain(filtered.map(|(i, _)| i + 1)).chain(own).collect();
            for number in into {
                let line = &mut lines[number];
                line.newest.insert(&seed, line.channel.ids == Ids::File, number as u32, &mut spill);
            }
        }
    }
    for name in plan.sections.keys().filter(|name| !sections.contains_key(name.as_str())) {
        let near = sections.keys().filter(|s| strsim::damerau_levenshtein(s, name) <= 2).min();
        if let Some(near) = near {
            let message = format!("no seed is in the configured section `{name}`; did you mean `{near}`?");
            sink.push(Diagnostic::new(&codes::CONFIG_UNKNOWN_SECTION, Place::default(), message));
        }
    }
    Ok((lines, spill))
}

/// Whether a section gets feeds of its own; says why not.
fn add_section(plan: &Plan, section: &str, lines: &mut [Line], sink: &mut Sink<'_>) -> bool {
    let mut warn = |meta: &'static Meta, message: String| {
        sink.push(Diagnostic::new(meta, Place::default(), message));
    };
    if !is_feed_name(section) || plan.filtered.iter().any(|f| f.name == section) {
        warn(&codes::SECTION_NAME, format!("`{section}` can't be a folder beside the other feeds"));
        return false;
    }
    let lower = section.to_lowercase();
    if let Some(other) = lines.iter().find(|l| l.name.to_lowercase() == lower) {
        warn(&codes::SECTION_CASE, format!("`{section}` and `{}` differ by case only", other.name));
    }
    true
}

/// Loads seeds; says what it found only once, however often one is loaded.
struct Loader<'a> {
    plan: &'a Plan,
    seeds: &'a dyn Store,
    said: BTreeSet<(PathBuf, &'static str, u32)>,
    failed: BTreeSet<PathBuf>,
}

impl Loader<'_> {
    /// Loads and cleans every seed that was picked, once.
    fn articles<'p>(
        &mut self,
        picks: impl Iterator<Item = &'p Pick>,
        sink: &mut Sink<'_>,
        report: &mut Report,
    ) -> HashMap<PathBuf, Article> {
        let wanted: BTreeMap<&Path, &Pick> = picks.map(|pick| (pick.seed.path.as_path(), pick)).collect();
        let loaded: Vec<_> = wanted
            .into_par_iter()
            .map(|(path, pick)| (path, load::load(self.seeds, &pick.seed, &self.plan.policy)))
            .collect();
        let mut articles = HashMap::new();
        for (path, loaded) in loaded {
            report.body_bytes += loaded.bytes;
            for (finding, source) in &loaded.findings {
                if self.said.insert((path.to_path_buf(), finding.meta.code, finding.line)) {
                    sink.push(diagnostic(self.seeds.show(path), finding, source));
                }
            }
            match loaded.article {
                Some(article) => {
                    articles.insert(path.to_path_buf(), article);
                }
                None => {
                    report.skipped += usize::from(self.failed.insert(path.to_path_buf()));
                }
            }
        }
        articles
    }
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
