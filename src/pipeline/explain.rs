//! A look at what a build would select: the entries of the feeds, and for one seed, what was read of it and why it is in a
//! feed or not. Steps 1 to 3 are those of a build; nothing is built, published or stored.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use url::Url;

use crate::catalog::{About, Catalog, chunks, file_name};
use crate::config::{Channel, Plan};
use crate::diag::{Finding, Severity, Sink, codes};
use crate::error::{Error, Kind};
use crate::format::Format;
use crate::generator::PACKAGES;
use crate::html::Removal;
use crate::seed::audio;
use crate::seed::{self, Fault, Head, Origin, SEED_LIMIT};
use crate::store::{Kind as StoreKind, Stamp, Store};
use crate::types::UnixMs;

use super::address_source::{AddressSource, address_source};
use super::archive::OutputDoc;
use super::assemble;
use super::context::{Context, Options, unreadable_seed};
use super::discover::{Scan, ScanError};
use super::feed_builder::{FeedBuilder, Groups, Traits, feed_builders};
use super::order::{Selection, section_of};
use super::progress::Progress;
use super::rebuild::load_article;
use super::scan::{Outcome, Scanned, scan, select};
use super::seed_files::{is_hidden, is_markdown, is_seed};
use super::select::{Candidate, Details, Pick, is_expired};

/// What a build of these seeds would select.
pub struct Overview<'a> {
    context: Context<'a>,
    catalog: Catalog,
    scan: Scan,
    selection: Selection,
    errors: Vec<Finding>,
}

/// An entry of the feeds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedEntry {
    /// Time by which the feeds order it.
    pub time: UnixMs,
    /// Time of its first publication.
    pub published: UnixMs,
    /// Title as in the feeds.
    pub title: String,
    /// Id in the first of the feeds.
    pub id: String,
    /// Link.
    pub link: String,
    /// Folders of its feeds; empty for the main feed.
    pub feeds: Vec<String>,
    /// Path of its seed, as shown to people.
    pub seed: String,
}

/// A feed that a build writes.
#[derive(Clone)]
#[non_exhaustive]
pub struct ListedFeed {
    /// Title.
    pub title: String,
    /// Folder in which it is published, if known.
    pub base: Option<Url>,
    /// Formats in which it is written.
    pub formats: Vec<&'static dyn Format>,
}

/// What is known about a seed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// Path, as shown to people.
    pub seed: String,
    /// Name of the dialect, unless the file cannot be read as a seed.
    pub dialect: Option<&'static str>,
    /// The head, unless the file cannot be read as a seed.
    pub head: Option<Head>,
    /// Where the link is from.
    pub address_source: Option<AddressSource>,
    /// Id of the entry, if the seed is in a feed.
    pub id: Option<String>,
    /// Reason for which it is in no feed at all.
    pub absence: Option<Absence>,
    /// Each feed that may have it, with its place there; empty if there is an [`Absence`].
    pub feeds: Vec<(String, Standing)>,
    /// Parts that cleaning removed from its body.
    pub removed: Vec<Removal>,
    /// Findings of reading and cleaning it.
    pub findings: Vec<Finding>,
}

/// Reasons for which a file is in no feed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Absence {
    /// Its name or folder excludes it: the reason.
    NotASeed(&'static str),
    /// It is intentionally not an article: the reason.
    NotAnArticle(String),
    /// It cannot be read as a seed; the findings say why.
    Unreadable,
    /// It is held back until this time.
    HeldBack(UnixMs),
    /// It expired at this time.
    Expired(UnixMs),
    /// It asks not to be listed in feeds.
    Unlisted,
}

/// Place of a seed in a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// It is an entry, at this position from 1.
    Entry {
        /// Position from 1, newest first.
        position: usize,
        /// Number of entries in the document.
        of: usize,
        /// Month of the archive document (`2024-06`) that has it; `None` for the feed itself.
        month: Option<String>,
    },
    /// It is an older version of an entry: the path of the seed that is used.
    Merged(String),
    /// The feed has this many entries, all of them newer.
    BeyondLimit(usize),
    /// The filter of the feed does not accept it.
    Filtered,
}

impl<'a> Overview<'a> {
    /// Scans the seeds and selects the entries of each feed. `feeds` is a [`crate::store::PreviewStore`]: the catalog of its
    /// last build makes this faster, and is not changed.
    ///
    /// # Errors
    /// If the seeds folder cannot be listed, the system is out of resources, or `feeds` would be changed.
    pub fn new(
        plan: &'a Plan,
        seeds: &'a dyn Store,
        feeds: &'a dyn Store,
        options: Options<'a>,
        progress: &'a Progress,
    ) -> Result<Self, Error> {
        if !feeds.is_preview() {
            return Err(Error::new(Kind::Config, "an overview needs a preview of the feeds folder"));
        }
        let context = Context::new(plan, seeds, feeds, options, progress)?;
        let mut scanned = scan(&context, &mut Sink::collecting())?;
        let mut sink = Sink::collecting().min_severity(Severity::Error);
        scanned.report_findings(&context, &mut sink);
        let errors = sink.collected().to_vec();
        let Scanned { catalog, mut scan, outcome, .. } = scanned;
        let selection = match outcome {
            Outcome::Rebuild(selection) => Some(selection),
            Outcome::UpToDate(_) => match select(&context, &catalog, &mut scan) {
                Ok((selection, _)) => Some(selection),
                Err(ScanError::Fatal(error)) => return Err(error),
                Err(ScanError::Catalog(_)) => None,
            },
        };
        let damaged = || Error::new(Kind::Io, "the cache is damaged; the next build replaces it");
        Ok(Self { selection: selection.ok_or_else(damaged)?, context, catalog, scan, errors })
    }

    /// Returns the errors in seeds, and those in the configuration because of which articles are left out.
    #[must_use]
    pub fn errors(&self) -> &[Finding] {
        &self.errors
    }

    /// Returns the feeds, the main feed first.
    #[must_use]
    pub fn feeds(&self) -> Vec<ListedFeed> {
        let docs = self.selection.docs.iter().filter(|doc| !doc.is_archive());
        let feed = |doc: &OutputDoc| ListedFeed {
            title: assemble::title(doc, &self.context.name),
            base: doc.base.clone(),
            formats: doc.channel.formats.clone(),
        };
        docs.map(feed).collect()
    }

    /// Returns the entries of all feeds, each once, newest first, at most `limit`. Reads the seeds of these.
    ///
    /// # Errors
    /// If the system is out of file handles or memory.
    pub fn entries(&self, limit: usize) -> Result<Vec<ListedEntry>, Error> {
        let mut all: BTreeMap<&Path, (&Pick, &Channel, Vec<String>)> = BTreeMap::new();
        for doc in &self.selection.docs {
            for pick in &doc.picks {
                let entry = all.entry(&pick.seed.path).or_insert((pick, &doc.channel, Vec::new()));
                entry.2.push(doc.feed.clone());
            }
        }
        let mut all: Vec<_> = all.into_values().collect();
        all.sort_by(|(a, ..), (b, ..)| a.rank().cmp(&b.rank()));
        all.truncate(limit);
        let entries = all.into_par_iter().map(|(pick, channel, feeds)| {
            let Some(article) = load_article(&self.context, &pick.seed)?.article else { return Ok(None) };
            let entry = assemble::entry(pick, &article, channel);
            Ok(Some(ListedEntry {
                time: pick.seed.time,
                published: entry.published,
                title: entry.title,
                id: entry.id,
                link: entry.link,
                feeds,
                seed: self.context.seeds.show(&pick.seed.path),
            }))
        });
        entries.filter_map(Result::transpose).collect()
    }

    /// Returns the paths of the seeds that have this URL, latest first.
    #[must_use]
    pub fn seeds_at(&self, url: &str) -> Vec<PathBuf> {
        let wanted = self.context.plan.same_address.key(url);
        let (mut found, mut buffer) = (Vec::new(), Vec::new());
        for (folder, chunk) in chunks(&self.scan.folders) {
            let Some(block) = self.catalog.read(chunk, &mut buffer) else { continue };
            for (number, time, _) in block.heads() {
                let Some(row) = block.row(number) else { continue };
                if row.head.is_some_and(|head| self.context.plan.same_address.key(head.link) == wanted) {
                    found.push((Reverse(time), folder.join(file_name(row.name))));
                }
            }
        }
        found.sort();
        found.into_iter().map(|(_, path)| path).collect()
    }

    /// Explains the file at a path relative to the seeds folder.
    ///
    /// # Errors
    /// If the system is out of file handles or memory.
    pub fn explain(&self, path: &Path) -> Result<Explanation, Error> {
        let shown = self.context.seeds.show(path);
        let mut explanation = Explanation {
            seed: shown.clone(),
            dialect: None,
            head: None,
            address_source: None,
            id: None,
            absence: None,
            feeds: Vec::new(),
            removed: Vec::new(),
            findings: Vec::new(),
        };
        if let Some(why) = not_a_seed(path) {
            explanation.absence = Some(Absence::NotASeed(why));
            return Ok(explanation);
        }
        let names = self.names_beside(path);
        if self.episode(path, &names, &mut explanation)? {
            return Ok(explanation);
        }
        let bytes = match self.context.seeds.read(path, SEED_LIMIT) {
            Ok(bytes) => bytes,
            Err(error) => {
                let finding = unreadable_seed(self.context.seeds, path, error)?;
                explanation.findings.push(finding.in_file(shown));
                explanation.absence = Some(Absence::Unreadable);
                return Ok(explanation);
            }
        };
        let (text, encoding) = seed::decode(&bytes);
        let root = self.context.seeds.show(Path::new(""));
        let origin = Origin::of(&root, path, &self.context.plan.addresses)
            .beside_markdown(names.iter().any(|name| is_markdown(name)));
        let placed = |finding: Finding| finding.showing_line_of(&text).in_file(shown.as_str());
        match seed::parse(&text, true, &origin) {
            Ok(seed) => {
                explanation.findings.extend(seed.findings.iter().cloned().map(placed));
                explanation.address_source = Some(address_source(&text, &seed, &root, path, &origin));
                explanation.dialect = Some(seed.dialect);
                self.place(&seed.head, path, None, &mut explanation)?;
                explanation.head = Some(Head { metadata: seed::metadata(&seed), ..seed.head });
            }
            Err(Fault::NotAnArticle(finding)) => {
                explanation.absence = Some(Absence::NotAnArticle(finding.detail));
            }
            Err(Fault::Bad(finding)) => {
                explanation.findings.extend(encoding.into_iter().chain([finding]).map(placed));
                explanation.absence = Some(Absence::Unreadable);
            }
            Err(Fault::Incomplete) => explanation.absence = Some(Absence::Unreadable),
        }
        Ok(explanation)
    }

    /// Returns the names in the folder of a seed that may say something about it: none in the repository of a site.
    fn names_beside(&self, path: &Path) -> Vec<OsString> {
        let mut names = Vec::new();
        let mut see = |name: &OsStr, kind: StoreKind, _: Option<Stamp>| {
            if kind == StoreKind::File && (is_seed(name) || audio::may_belong(name)) {
                names.push(name.to_owned());
            }
        };
        let folder = path.parent().unwrap_or(Path::new(""));
        let is_site = self.context.plan.addresses.repository.is_some();
        if is_site || self.context.seeds.scan(folder, false, &mut see).is_err() {
            names.clear();
        }
        names
    }

    /// Explains a file that is an episode or belongs to one; false for other files. `names` are those in its folder.
    fn episode(&self, path: &Path, names: &[OsString], explanation: &mut Explanation) -> Result<bool, Error> {
        let (store, addresses) = (self.context.seeds, &self.context.plan.addresses);
        let folder = path.parent().unwrap_or(Path::new(""));
        let name = path.file_name().unwrap_or_default();
        let groups = audio::Groups::of(names.iter().map(OsString::as_os_str));
        if let Some(owner) = groups.owner(name) {
            let owner = store.show(&folder.join(owner));
            explanation.absence = Some(Absence::NotAnArticle(format!("it belongs to the episode {owner}")));
            return Ok(true);
        }
        if !audio::is_media(name) {
            return Ok(false);
        }
        let result = super::audio::read_head(store, addresses, folder, name, &groups)?;
        explanation.dialect = result.dialect;
        let findings = result.findings.into_iter().map(|finding| {
            let own = Some(&finding.place.file).filter(|file| !file.is_empty());
            let file = own.map_or_else(|| path.to_path_buf(), |file| folder.join(file));
            finding.in_file(store.show(&file))
        });
        explanation.findings.extend(findings);
        let Some(head) = result.head else {
            explanation.absence = Some(Absence::Unreadable);
            return Ok(true);
        };
        self.place(&head, path, Some(result.recording.into()), explanation)?;
        explanation.head = Some(head);
        Ok(true)
    }

    /// Adds what the feeds make of a seed.
    fn place(
        &self,
        head: &Head,
        path: &Path,
        recording: Option<Box<[u8]>>,
        explanation: &mut Explanation,
    ) -> Result<(), Error> {
        let (context, docs) = (&self.context, &self.selection.docs);
        let section = self.section(path);
        let section = section.as_deref().map(Into::into);
        let own_id = head.metadata.id.as_deref().map(Box::from);
        let details = Arc::new(Details { section, own_id, recording, ..Details::default() });
        let seed = Candidate::new(head.time, &head.link, path.to_path_buf(), details);
        let loaded = load_article(context, &seed)?;
        // The removals say more than the note about them.
        let findings =
            loaded.findings.into_iter().filter(|finding| finding.meta.code != codes::SEED_CLUTTER.code);
        explanation.findings.extend(findings);
        explanation.removed =
            loaded.article.as_ref().map(|article| article.removed.clone()).unwrap_or_default();
        let own = docs.iter().flat_map(|doc| doc.picks.iter().map(move |pick| (doc, pick)));
        let own = own.into_iter().find(|(_, pick)| *pick.seed.path == *path);
        if let Some(((doc, pick), article)) = own.zip(loaded.article) {
            explanation.id = Some(assemble::entry(pick, &article, &doc.channel).id);
        }
        let is_held_back =
            self.selection.held_back.iter().any(|finding| finding.place.file == explanation.seed);
        explanation.absence = match head.until {
            _ if is_held_back => Some(Absence::HeldBack(head.time)),
            Some(time) if is_expired(Some(time), context.options.now) => Some(Absence::Expired(time)),
            _ if own.is_none() && head.metadata.unlisted => Some(Absence::Unlisted),
            _ => None,
        };
        if explanation.absence.is_some() {
            return Ok(());
        }
        let with_articles = chunks(&self.scan.folders).filter(|(_, chunk)| chunk.articles() > 0);
        let sections = with_articles.filter_map(|(path, chunk)| section_of(context.plan, path, chunk));
        let about = About::of(&head.metadata);
        let mut groups = Groups::of_plan(context.plan);
        groups.add(context.plan, &about);
        let traits = Traits::new(context.plan, &head.title, &head.link, &about);
        let builders = feed_builders(context.plan, sections, groups, &mut Vec::new());
        for builder in builders.plain.iter().chain(builders.groups_of(&traits)) {
            let is_section = builder.accepts_section(seed.details.section.as_deref());
            let is_young = builder.is_young(head.time, context.options.now);
            if is_section && is_young && builder.accepts(&traits) {
                explanation.feeds.push((builder.name().to_owned(), self.standing(builder, &seed)));
            } else if builder.is_configured() {
                explanation.feeds.push((builder.name().to_owned(), Standing::Filtered));
            }
        }
        Ok(())
    }

    /// Returns the place of a seed in a feed that accepts it.
    fn standing(&self, feed: &FeedBuilder<'_>, seed: &Candidate) -> Standing {
        let key = feed.key(seed);
        for doc in self.selection.docs.iter().filter(|doc| doc.feed == feed.name()) {
            // The key of a seed that moved is that of its old address, and that of one with a copied id is of another.
            let own = doc.picks.iter().position(|pick| pick.seed.path == seed.path);
            let of_key = || doc.picks.iter().position(|pick| pick.key() == key.text(seed));
            let Some(index) = own.or_else(of_key) else { continue };
            let used = &doc.picks[index].seed.path;
            if *used != seed.path {
                return Standing::Merged(self.context.seeds.show(used));
            }
            let month = Some(doc.month.clone()).filter(|month| !month.is_empty());
            return Standing::Entry { position: index + 1, of: doc.picks.len(), month };
        }
        Standing::BeyondLimit(feed.limit())
    }

    /// Returns the section of the seed at a path.
    fn section(&self, path: &Path) -> Option<String> {
        let (folder, name) = (path.parent()?, path.file_name()?);
        let mut buffer = Vec::new();
        let chunks = self.scan.folders.get(folder)?;
        let chunk = chunks.iter().find(|chunk| {
            let Some(block) = self.catalog.read(chunk, &mut buffer) else { return false };
            block.heads().any(|(row, ..)| block.row(row).is_some_and(|row| file_name(row.name) == name))
        });
        section_of(self.context.plan, folder, chunk?)
    }
}

/// Returns why a build does not look at a file; `None` if it does.
fn not_a_seed(path: &Path) -> Option<&'static str> {
    let name = path.file_name()?;
    if is_hidden(name) {
        return Some("its name begins with a dot");
    }
    if path.components().any(|part| is_hidden(part.as_os_str())) {
        return Some("a folder above it is hidden: its name begins with a dot");
    }
    if path.parent()?.components().any(|part| part.as_os_str() == PACKAGES) {
        return Some("it is in `node_modules`, which holds no articles");
    }
    (!is_seed(name)).then_some("its extension is not that of a seed")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{RawConfig, Value};
    use crate::store::{MemoryStore, PreviewStore};

    #[test]
    fn an_overview_never_works_on_a_store_that_it_could_change() {
        let (seeds, feeds) = (MemoryStore::new(), MemoryStore::new());
        let plan = RawConfig::default().resolve(&mut Sink::collecting()).unwrap();
        let progress = Progress::default();
        let error = Overview::new(&plan, &seeds, &feeds, Options::default(), &progress).err().unwrap();
        assert_eq!(error.kind(), Kind::Config);
    }

    #[test]
    fn the_source_of_each_address_is_known() {
        let (seeds, feeds) = (MemoryStore::new(), PreviewStore::new(Box::new(MemoryStore::new())));
        let post = |extra: &str| format!("---\ntitle: t\ndate: 2020-01-01\n{extra}---\nx");
        for (path, text) in [
            ("1.txt", "<!--1698786902000-->\n[t](https://s.example/1)\n---\n\nx".to_owned()),
            ("own.md", post("permalink: https://s.example/own\n")),
            ("path.md", post("permalink: /a/path/\n")),
            ("plain.md", post("")),
        ] {
            seeds.replace(path.as_ref(), text.as_bytes()).unwrap();
        }
        for (permalink, pattern) in [
            (None, AddressSource::GeneratorPattern),
            (Some("/:year/:title/"), AddressSource::Permalink("/:year/:title/".to_owned())),
        ] {
            let mut raw = RawConfig::default();
            raw.set("site_url", Value::Text("https://s.example/".to_owned()), "test");
            if let Some(permalink) = permalink {
                raw.set("permalink", Value::Text(permalink.to_owned()), "test");
            }
            let plan = raw.resolve(&mut Sink::collecting()).unwrap();
            let progress = Progress::default();
            let overview = Overview::new(&plan, &seeds, &feeds, Options::default(), &progress).unwrap();
            for (path, source) in [
                ("1.txt", AddressSource::Seed),
                ("own.md", AddressSource::Seed),
                ("path.md", AddressSource::OwnPath),
                ("plain.md", pattern),
            ] {
                let explained = overview.explain(path.as_ref()).unwrap();
                assert_eq!(explained.address_source, Some(source), "{path}");
                assert_eq!(overview.seeds_at(&explained.head.unwrap().link), [PathBuf::from(path)]);
            }
        }
    }
}
