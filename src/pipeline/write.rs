//! Step 8: entries are written in each format, once for all documents in which they look the same. A document keeps where
//! its entries are, and becomes files when all were written.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use url::Url;

use crate::catalog::{BuiltDoc, PublishedFile, PublishedMedia, SeedFindings};
use crate::diag::{Finding, Place as FindingPlace, codes};
use crate::error::Error;
use crate::format::{self, Frame, Part, Totals, Uses, WrittenPage, is_trailer};
use crate::model::{Entry, Feed, LATEST, Listing, Site, has_audio};
use crate::store::Source;
use crate::types::UnixMs;

use super::archive::OutputDoc;
use super::assemble::{self, Covered};
use super::clean::CleanArticle;
use super::context::Context;
use super::lookups;
use super::probe;
use super::publish::Publisher;
use super::reuse;
use super::select::Candidate;
use super::site_files::{browser_files, why_not_ours};
use super::spool::{FileBytes, Piece, Spool, Spooled};

/// A seed, and the picks that are made of it.
pub(super) struct SeedPicks<'a> {
    pub(super) seed: &'a Candidate,
    places: Vec<Place>,
}

/// Position of a pick: the number of its document, and its index there.
#[derive(Clone, Copy)]
struct Place {
    doc: usize,
    pick: usize,
}

/// An entry in every format of some documents that look the same.
pub(super) struct NewEntry {
    /// The entry; its content is in the parts.
    entry: Entry,
    /// Parts in the order of the formats.
    parts: Vec<Part>,
    /// Its page, and the place that owns it.
    page: Option<(Place, WrittenPage)>,
    places: Vec<Place>,
}

/// What documents keep of an entry.
struct KeptEntry {
    updated: UnixMs,
    has_audio: bool,
    uses: Uses,
    /// Pieces of the spool, in the order of the formats.
    pieces: Box<[Piece]>,
}

/// Media files of the seeds folder to which an article refers, and the time at which servers are asked again.
#[derive(Default)]
pub(super) struct ArticleMedia {
    /// Files of an episode.
    pub(super) episode: Vec<PublishedMedia>,
    /// Files to which the text links.
    pub(super) linked: Vec<PublishedMedia>,
    pub(super) retry_at: Option<UnixMs>,
}

/// Documents that are being written.
pub(super) struct Writer<'a> {
    context: &'a Context<'a>,
    docs: Vec<OpenDoc<'a>>,
    spool: Spool,
    /// The site, for pages of entries.
    site: Site,
}

/// A document that is being written.
struct OpenDoc<'a> {
    doc: &'a OutputDoc,
    /// The document without entries; `None` if it cannot have any.
    feed: Option<Feed>,
    /// Documents with equal numbers write equal picks in the same way.
    style: usize,
    /// Entries by their picks; `None` for what could not be loaded.
    entries: Vec<Option<Arc<KeptEntry>>>,
    /// The newest entries, if a page shows them.
    newest: BTreeMap<usize, Arc<Entry>>,
    /// Maximum number of entries in `newest`.
    max_newest: usize,
    trailers: BTreeMap<usize, Arc<Entry>>,
    covered: Covered<'a>,
    /// Pages of entries that this document owns.
    pages: BTreeMap<usize, Piece>,
    /// Findings about the template of these pages, each once.
    page_findings: Vec<Finding>,
    /// Media files of episodes, and those to which articles link.
    media: [BTreeMap<usize, Vec<PublishedMedia>>; 2],
    /// Files that articles look up, with their fingerprints.
    lookups: BTreeMap<PathBuf, u128>,
    retry_at: Option<UnixMs>,
}

impl<'a> SeedPicks<'a> {
    /// Returns the seeds of documents, each once, in the order of the documents.
    pub(super) fn of(docs: &[&'a OutputDoc]) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        let mut numbers = HashMap::new();
        for (doc, picks) in docs.iter().map(|doc| &doc.picks).enumerate() {
            for (index, pick) in picks.iter().enumerate() {
                let place = Place { doc, pick: index };
                let number = *numbers.entry(Arc::as_ptr(&pick.seed)).or_insert(all.len());
                match all.get_mut(number) {
                    Some(known) => known.places.push(place),
                    None => all.push(Self { seed: &pick.seed, places: vec![place] }),
                }
            }
        }
        // There may be a million.
        all.iter_mut().for_each(|picks| picks.places.shrink_to_fit());
        all
    }

    /// Returns the numbers of its documents, each once.
    pub(super) fn docs(&self) -> impl Iterator<Item = usize> {
        self.places.chunk_by(|a, b| a.doc == b.doc).map(|same| same[0].doc)
    }
}

impl<'a> Writer<'a> {
    pub(super) fn new(context: &'a Context<'a>, docs: &[&'a OutputDoc]) -> Self {
        let mut open: Vec<OpenDoc<'a>> = Vec::new();
        // The first document of each style: there are few, and may be many documents.
        let mut first: Vec<usize> = Vec::new();
        for doc in docs {
            let mut new = OpenDoc::new(context, doc);
            new.style = match first.iter().find(|number| open[**number].writes_like(&new)) {
                Some(alike) => *alike,
                None => {
                    first.extend(new.feed.is_some().then_some(open.len()));
                    open.len()
                }
            };
            open.push(new);
        }
        Self { context, docs: open, spool: Spool::new(context.feeds), site: context.site() }
    }

    /// Writes the entries that are made of a seed. Threads share this.
    ///
    /// # Errors
    /// If a format cannot be written.
    pub(super) fn write(
        &self,
        picks: &SeedPicks<'_>,
        article: &CleanArticle,
    ) -> Result<Vec<NewEntry>, Error> {
        let mut all: Vec<NewEntry> = Vec::new();
        for place in &picks.places {
            let open = &self.docs[place.doc];
            let Some(feed) = &open.feed else { continue };
            let is_same = |new: &&mut NewEntry| {
                let other = new.places[0];
                let doc = &self.docs[other.doc];
                doc.style == open.style && is_same_pick(doc.doc, other.pick, open.doc, place.pick)
            };
            let new = match all.iter_mut().find(is_same) {
                Some(new) => new,
                None => {
                    let channel = &open.doc.channel;
                    let page = open.doc.page(place.pick).map(|page| page.path.to_string());
                    let pick = &open.doc.picks[place.pick];
                    let mut entry = Entry { page, ..assemble::entry(pick, article, channel) };
                    let parts = channel.formats.iter();
                    let parts = parts.map(|format| format.write_entry(&entry, feed, channel.layout));
                    let parts = parts.collect::<Result<_, Error>>()?;
                    entry.content = Default::default();
                    all.push(NewEntry { entry, parts, page: None, places: Vec::new() });
                    let last = all.len() - 1;
                    &mut all[last]
                }
            };
            if open.doc.page(place.pick).is_some_and(|page| page.is_own) {
                let page = format::page().and_then(|kind| {
                    let site = self.site_of(&new.entry);
                    kind.write_entry(&new.entry, &article.content, &site, &self.context.user.templates)
                });
                new.page = page.map(|page| (*place, page));
            }
            new.places.push(*place);
        }
        Ok(all)
    }

    /// Returns the site for the page of an entry, which has the language of its section if it declares none.
    fn site_of(&self, entry: &Entry) -> Site {
        let section = entry.sections.first().map(|name| self.context.plan.section(name));
        let language = section.and_then(|section| section.language);
        Site { language: language.or_else(|| self.site.language.clone()), ..self.site.clone() }
    }

    /// Notes what documents have to know of an article.
    pub(super) fn note(&mut self, picks: &SeedPicks<'_>, article: &CleanArticle, media: &ArticleMedia) {
        for place in &picks.places {
            let open = &mut self.docs[place.doc];
            open.covered.add(&open.doc.picks[place.pick], article);
            lookups::add(self.context, &mut open.lookups, &article.lookups);
            for (all, files) in open.media.iter_mut().zip([&media.episode, &media.linked]) {
                if !files.is_empty() {
                    all.insert(place.pick, files.clone());
                }
            }
            if probe::may_ask(open.doc) {
                let times = open.retry_at.into_iter().chain(media.retry_at);
                open.retry_at = times.min();
            }
        }
    }

    /// Adds entries to their documents.
    ///
    /// # Errors
    /// If the temporary file cannot be written.
    pub(super) fn add(&mut self, new: Vec<NewEntry>) -> Result<(), Error> {
        let failed = |e| Error::io("write a temporary file", self.context.feeds.show("".as_ref()), e);
        let mut pieces: Vec<Vec<Piece>> = new.iter().map(|new| Vec::with_capacity(new.parts.len())).collect();
        // Entries of one format are next to each other, so that a document reads many of them at once.
        let formats = new.iter().map(|new| new.parts.len()).max().unwrap_or_default();
        for number in 0..formats {
            for (new, pieces) in new.iter().zip(&mut pieces) {
                if let Some(part) = new.parts.get(number) {
                    let format = self.docs[new.places[0].doc].doc.channel.formats[number];
                    pieces.push(self.spool.add(format.separator(), &part.bytes).map_err(failed)?);
                }
            }
        }
        for (mut new, pieces) in new.into_iter().zip(pieces) {
            if let Some((place, page)) = new.page.take() {
                let piece = self.spool.add("", &page.bytes).map_err(failed)?;
                let open = &mut self.docs[place.doc];
                open.pages.insert(place.pick, piece);
                open.page_findings.extend(page.finding.filter(|one| !open.page_findings.contains(one)));
            }
            let kept = Arc::new(KeptEntry {
                updated: new.entry.updated,
                has_audio: has_audio(&new.entry),
                uses: new.parts.iter().fold(Uses::default(), |all, part| all | part.uses),
                pieces: pieces.into_boxed_slice(),
            });
            let entry = Arc::new(new.entry);
            for place in new.places {
                self.docs[place.doc].add(place.pick, &kept, &entry);
            }
        }
        Ok(())
    }

    /// Returns the documents with all their entries.
    ///
    /// # Errors
    /// As [`Writer::add`].
    pub(super) fn finish(self) -> Result<Vec<FinishedDoc<'a>>, Error> {
        let failed = |e| Error::io("write a temporary file", self.context.feeds.show("".as_ref()), e);
        let spool = self.spool.finish().map_err(failed)?;
        let docs = self.docs.into_iter();
        Ok(docs.map(|open| FinishedDoc { context: self.context, open, spool: spool.clone() }).collect())
    }
}

/// True if two picks of one seed become the same entry in documents of one style.
fn is_same_pick(doc: &OutputDoc, index: usize, other_doc: &OutputDoc, other_index: usize) -> bool {
    let (pick, other) = (&doc.picks[index], &other_doc.picks[other_index]);
    let page = doc.page(index).map(|page| &page.path);
    pick.published() == other.published()
        && pick.first_link() == other.first_link()
        && pick.key() == other.key()
        && pick.sections().eq(other.sections())
        && page == other_doc.page(other_index).map(|page| &page.path)
}

impl<'a> OpenDoc<'a> {
    fn new(context: &Context<'_>, doc: &'a OutputDoc) -> Self {
        let files = browser_files(context, doc);
        let covered = Covered::new(doc);
        let is_listed = !doc.is_archive() && (doc.feed.is_empty() || context.plan.feed_pages);
        Self {
            doc,
            feed: assemble::feed(doc, &context.name, context.plan, files),
            style: 0,
            entries: vec![None; doc.picks.len()],
            newest: BTreeMap::new(),
            // Some recordings may turn out to be covered.
            max_newest: if is_listed { LATEST + covered.recordings() } else { 0 },
            trailers: BTreeMap::new(),
            covered,
            pages: BTreeMap::new(),
            page_findings: Vec::new(),
            media: Default::default(),
            lookups: BTreeMap::new(),
            retry_at: None,
        }
    }

    /// True if both documents write equal picks in the same way.
    fn writes_like(&self, other: &Self) -> bool {
        let (channel, with) = (&self.doc.channel, &other.doc.channel);
        let (Some(feed), Some(and)) = (&self.feed, &other.feed) else { return false };
        let formats = |doc: &'a OutputDoc| doc.channel.formats.iter().map(|format| format.name());
        channel.ids == with.ids
            && channel.publishes_images() == with.publishes_images()
            && channel.summary_only == with.summary_only
            && channel.append == with.append
            && channel.entry_extra == with.entry_extra
            && channel.layout == with.layout
            && formats(self.doc).eq(formats(other.doc))
            && feed.language == and.language
            && feed.author == and.author
            && feed.podcast == and.podcast
    }

    fn add(&mut self, pick: usize, kept: &Arc<KeptEntry>, entry: &Arc<Entry>) {
        self.entries[pick] = Some(kept.clone());
        if is_trailer(entry) {
            self.trailers.insert(pick, entry.clone());
        }
        let is_full = self.newest.len() >= self.max_newest;
        if self.max_newest > 0 && (!is_full || self.newest.keys().next_back() > Some(&pick)) {
            self.newest.insert(pick, entry.clone());
            if is_full {
                self.newest.pop_last();
            }
        }
    }
}

/// A document whose entries were written.
pub(super) struct FinishedDoc<'a> {
    context: &'a Context<'a>,
    open: OpenDoc<'a>,
    spool: Arc<Spooled>,
}

impl FinishedDoc<'_> {
    /// Hands the files of the document to the publisher. `failed` are the seeds that could not be loaded. The result has no
    /// findings about seeds.
    ///
    /// # Errors
    /// If a format cannot be written, or the system is out of resources.
    pub(super) fn publish(
        self,
        failed: &BTreeSet<PathBuf>,
        publisher: &Publisher<'_>,
    ) -> Result<BuiltDoc, Error> {
        let Self { context, open, spool } = self;
        let doc = open.doc;
        let mut is_complete = !doc.paths().any(|path| failed.contains(path));
        let has_articles = doc.paths().any(|path| !failed.contains(path));
        // An archive document may be empty: its neighbors link to it, and through it to everything older.
        let feed = open.feed.filter(|_| has_articles || doc.is_archive());
        let mut findings = open.page_findings;
        let (mut files, mut listing) = (Vec::new(), None);
        if let Some(mut feed) = feed {
            let is_kept = |pick: usize| !open.covered.has(&doc.picks[pick]);
            let entries = open.entries.iter().enumerate().filter(|(pick, _)| is_kept(*pick));
            let entries: Vec<&KeptEntry> = entries.filter_map(|(_, entry)| entry.as_deref()).collect();
            let mut totals = Totals::default();
            entries.iter().for_each(|entry| totals.add(entry.updated, entry.uses));
            let trailers = open.trailers.iter().filter(|(pick, _)| is_kept(**pick));
            totals.trailers.extend(trailers.map(|(_, entry)| &**entry));
            for (number, format) in doc.channel.formats.iter().enumerate() {
                let Frame { head, tail } = format.write_frame(&feed, &totals, doc.channel.layout)?;
                let pieces = entries.iter().map(|entry| entry.pieces[number]);
                let bytes = FileBytes::new(head, pieces, format.separator().len(), tail, spool.clone());
                let path = doc.folder().join(format.file_name());
                files.push(publish(publisher, path, bytes, feed.self_link(format.file_name())));
            }
            for (pick, piece) in open.pages.iter().filter(|(pick, _)| is_kept(**pick)) {
                let Some(page) = doc.page(*pick) else { continue };
                let bytes = FileBytes::new(Vec::new(), std::iter::once(*piece), 0, Vec::new(), spool.clone());
                files.push(publish(publisher, PathBuf::from(&*page.path), bytes, None));
            }
            if !doc.is_archive() {
                let newest = open.newest.iter().filter(|(pick, _)| is_kept(**pick)).take(LATEST);
                feed.entries = newest.map(|(_, entry)| Entry::clone(entry)).collect();
                let times = entries.iter().map(|entry| entry.updated).collect();
                let formats = doc.channel.formats.iter().map(|format| format.name().to_owned()).collect();
                let has_audio = entries.iter().any(|entry| entry.has_audio);
                let row = Listing::of_newest(&feed, &doc.feed, formats, times, has_audio);
                match feed_page(context, doc, &feed, &row)? {
                    Some(Ok((path, page))) => {
                        findings.extend(page.finding);
                        files.push(publish(publisher, path, page.bytes.into(), None));
                    }
                    Some(Err(finding)) => {
                        findings.push(finding);
                        // The file may have gone the next time.
                        is_complete = false;
                    }
                    None => {}
                }
                listing = Some(row);
            }
        }
        let media = open.media.into_iter().flat_map(BTreeMap::into_values).flatten().collect();
        let inputs_hash = if is_complete { reuse::inputs_hash(doc) } else { 0 };
        let (month, retry_at) = (doc.month.clone(), open.retry_at);
        let seed_findings = SeedFindings::default();
        Ok(BuiltDoc {
            month,
            inputs_hash,
            files,
            findings,
            seed_findings,
            listing,
            media,
            lookups: open.lookups,
            retry_at,
        })
    }
}

/// A page with its path.
type PageFile = (PathBuf, WrittenPage);

/// Returns the page of a feed with its path, or why it is not written; `None` if the feed has none.
fn feed_page(
    context: &Context<'_>,
    doc: &OutputDoc,
    feed: &Feed,
    listing: &Listing,
) -> Result<Option<Result<PageFile, Finding>>, Error> {
    let is_wanted = context.plan.feed_pages && !doc.feed.is_empty();
    let Some(page) = format::page().filter(|_| is_wanted) else { return Ok(None) };
    let listing = listing.clone().with_latest(feed);
    let Some(written) = page.write_feed(&listing, &context.site(), &context.user.templates) else {
        return Ok(None);
    };
    let path = doc.folder().join(page.file_name());
    Ok(Some(match why_not_ours(context, page, &path)? {
        None => Ok((path, written)),
        Some(why) => {
            let place = FindingPlace::file(context.feeds.show(&path));
            Err(Finding::new(&codes::INDEX_FOREIGN, place, why))
        }
    }))
}

/// Hands a file of a document to the publisher, and returns what the catalog keeps of it once its hash is known. `url` is
/// where it will be.
fn publish(publisher: &Publisher<'_>, path: PathBuf, bytes: FileBytes, url: Option<Url>) -> PublishedFile {
    let file = PublishedFile { path: path.clone(), size: bytes.size(), hash: 0, fingerprint: 0 };
    publisher.add(path, bytes, url);
    file
}
