//! Step 3, for all feeds: every head in the catalog is offered to the feeds that may take it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::catalog::{
    About, Block, Catalog, Chunk, Counts, Folders, Head, PublishedLinks, Row, chunks, file_name, key_hash,
};
use crate::config::Plan;
use crate::diag::{Finding, Meta, Place, codes};
use crate::error::Error;
use crate::html::{self, RawHtml};
use crate::seed::below_content;
use crate::types::{UnixMs, name_text};

use super::archive::OutputDoc;
use super::context::Context;
use super::discover::ScanError;
use super::feed_builder::{FeedBuilder, FeedBuilders, Groups, Traits, feed_builders};
use super::load::load;
use super::own_ids::{WithId, copied};
use super::reuse;
use super::select::{Candidate, Details, Keys, Role, are_versions, is_expired, is_future};

/// Maximum number of merged seeds that are named, each in a finding of its own.
const MAX_NAMED: usize = 100;

/// Documents that were selected from all seeds, and the findings.
pub(super) struct Selection {
    pub(super) docs: Vec<OutputDoc>,
    /// Findings about sections, groups and merged seeds.
    pub(super) findings: Vec<Finding>,
    /// One finding for each seed that is held back.
    pub(super) held_back: Vec<Finding>,
    /// Number of seeds by what became of them.
    pub(super) counts: Counts,
    /// First time at which an entry gets too old for a feed, and the latest time at which a seed got too old.
    pub(super) ages: (UnixMs, UnixMs),
}

/// Inputs of the selection.
struct Selector<'a> {
    context: &'a Context<'a>,
    catalog: &'a Catalog,
    chunks: Vec<(&'a Path, &'a Chunk)>,
    published: &'a PublishedLinks,
    /// Seeds whose own id is that of another article, which has it.
    copied: HashMap<Position, Position>,
}

/// Position of a seed: that of its chunk, and its row.
type Position = (usize, usize);

/// Seeds of a chunk that no feed takes, and the number of the others.
#[derive(Default)]
struct Offered {
    future: Vec<(PathBuf, UnixMs)>,
    articles: u64,
    unlisted: u64,
    expired: u64,
}

/// A seed that is left out in favor of another one. `is_certain` is false if only the number in their names is equal.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Merged {
    path: PathBuf,
    by: PathBuf,
    is_certain: bool,
}

/// What became of the seeds of a chunk.
#[derive(Default)]
struct Account {
    entries: u64,
    beyond_limit: u64,
    /// Number of merged seeds: first those that may be different articles, then the others.
    merged: [u64; 2],
    /// The first of them.
    named: Vec<Merged>,
}

/// Why a seed is not offered to any feed.
enum Exclusion {
    Unlisted,
    Future,
    Expired,
}

/// Selects the newest entries of each feed from the seeds in the catalog. Forgets published links that no longer matter,
/// unless the scan is partial.
///
/// # Errors
/// If a block of the catalog is damaged, or the system is out of resources.
pub(super) fn order(
    context: &Context<'_>,
    catalog: &Catalog,
    folders: &Folders,
    published: &mut PublishedLinks,
    is_partial: bool,
) -> Result<Selection, ScanError> {
    let damaged = || ScanError::Catalog("its seeds file is damaged".to_owned());
    settle_links(context, catalog, folders, published, is_partial).ok_or_else(damaged)?;
    let chunks: Vec<(&Path, &Chunk)> = chunks(folders).collect();
    let mut selector = Selector { context, catalog, chunks, published, copied: HashMap::new() };
    selector.copied = selector.copied_ids().ok_or_else(damaged)?;
    let mut findings = selector.copy_findings().ok_or_else(damaged)?;
    let with_articles = selector.chunks.iter().filter(|(_, chunk)| chunk.articles() > 0);
    let sections = with_articles.filter_map(|(path, chunk)| section_of(context.plan, path, chunk));
    let groups = selector.groups().ok_or_else(damaged)?;
    let builders = feed_builders(context.plan, sections, groups, &mut findings);
    let offered = selector.offer(&builders).ok_or_else(damaged)?;
    selector.break_ties(&builders).map_err(ScanError::Fatal)?;
    let account = selector.account(&builders, offered.articles).ok_or_else(damaged)?;
    let counts = Counts {
        entries: account.entries,
        merged: account.merged.iter().sum(),
        beyond_limit: account.beyond_limit,
        unlisted: offered.unlisted,
        expired: offered.expired,
    };
    findings.extend(selector.merge_findings(account));
    let held_back = offered.future.into_iter().map(|(path, time)| {
        let detail = format!("{}; not published until then", time.to_rfc3339());
        Finding::new(&codes::SEED_FUTURE, Place::at(context.seeds.show(&path), 1, 0), detail)
    });
    let held_back = held_back.collect();
    let ages = builders
        .all()
        .map(FeedBuilder::ages)
        .fold((UnixMs::MAX, UnixMs(i64::MIN)), |all, one| (all.0.min(one.0), all.1.max(one.1)));
    Ok(Selection { docs: builders.finish(), findings, held_back, counts, ages })
}

impl Selector<'_> {
    /// Returns why a seed is not offered to any feed.
    fn exclusion(&self, block: &Block<'_>, number: usize, time: UnixMs) -> Option<Exclusion> {
        let (plan, now) = (self.context.plan, self.context.options.now);
        let tolerance = if block.is_exact(number) { 0 } else { plan.future };
        if block.is_unlisted(number) {
            Some(Exclusion::Unlisted)
        } else if is_future(time, now, tolerance) {
            Some(Exclusion::Future)
        } else if is_expired(block.expires(number), now) {
            Some(Exclusion::Expired)
        } else {
            None
        }
    }

    /// Returns the seeds that have the id of another article, each with that one.
    fn copied_ids(&self) -> Option<HashMap<Position, Position>> {
        // Of most seeds, the hash rules out that another has the same id.
        let mut hashes = self.with_ids(|_| true, |hash, _, _, _| hash)?;
        hashes.par_sort_unstable();
        let mut repeated: Vec<u64> =
            hashes.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
        repeated.dedup();
        if repeated.is_empty() {
            return Some(HashMap::new());
        }
        let is_repeated = |hash| repeated.binary_search(&hash).is_ok();
        let found = self.with_ids(is_repeated, |id, time, head, place| {
            let (link, title) = (head.link.into(), key_hash(head.title));
            WithId { id, time, link, title, place }
        })?;
        Some(copied(found, self.context.plan.same_address).into_iter().collect())
    }

    /// Returns what `get` makes of each seed with an id of its own, of which `is_wanted` accepts the hash.
    fn with_ids<T: Send>(
        &self,
        is_wanted: impl Fn(u64) -> bool + Sync,
        get: impl Fn(u64, UnixMs, &Head<'_>, Position) -> T + Sync,
    ) -> Option<Vec<T>> {
        let chunks = self.chunks.par_iter().enumerate().filter(|(_, (_, chunk))| chunk.has_ids);
        let found = chunks.map_init(Vec::new, |buffer, (at, (_, chunk))| {
            let block = self.catalog.read(chunk, buffer)?;
            let mut found = Vec::new();
            for (number, time, hash) in block.heads().filter(|(.., hash)| is_wanted(*hash)) {
                let head = block.row(number)?.head?;
                if About::has_id(head.about) {
                    found.push(get(hash, time, &head, (at, number)));
                }
            }
            Some(found)
        });
        Some(found.collect::<Option<Vec<_>>>()?.into_iter().flatten().collect())
    }

    /// Returns the findings about copied ids.
    fn copy_findings(&self) -> Option<Vec<Finding>> {
        let mut buffer = Vec::new();
        let mut show = |(at, number): Position| {
            let (folder, chunk) = self.chunks.get(at)?;
            let block = self.catalog.read(chunk, &mut buffer)?;
            Some(self.context.seeds.show(&folder.join(file_name(block.row(number)?.name))))
        };
        let mut copied: Vec<(&Position, &Position)> = self.copied.iter().collect();
        copied.sort_unstable();
        let mut findings = Vec::new();
        for (copy, first) in copied.iter().take(MAX_NAMED) {
            let detail = format!("`{}` has it too; its own is its link", show(**first)?);
            findings.push(Finding::new(&codes::SEED_SAME_ID, Place::file(show(**copy)?), detail));
        }
        if copied.len() > MAX_NAMED {
            let detail = format!("{} more", copied.len() - MAX_NAMED);
            findings.push(Finding::new(&codes::SEED_SAME_ID, Place::default(), detail));
        }
        Some(findings)
    }

    /// Returns the tags, authors and languages of all seeds, as far as there are feeds of them.
    fn groups(&self) -> Option<Groups> {
        let plan = self.context.plan;
        if plan.feeds_by.is_empty() {
            return Some(Groups::default());
        }
        let with_abouts = self.chunks.par_iter().filter(|(_, chunk)| chunk.has_abouts);
        let groups = with_abouts.map_init(Vec::new, |buffer, (_, chunk)| {
            let block = self.catalog.read(chunk, buffer)?;
            let mut groups = Groups::default();
            for (number, time, _) in block.heads() {
                if self.exclusion(&block, number, time).is_none() {
                    let about = About::decode(block.row(number)?.head?.about);
                    groups.add(plan, &about);
                }
            }
            Some(groups)
        });
        groups
            .try_reduce(Groups::default, |a, b| Some(a.merge(b)))
            .map(|all| all.merge(Groups::of_plan(plan)))
    }

    /// Offers every seed to the feeds.
    fn offer(&self, builders: &FeedBuilders<'_>) -> Option<Offered> {
        let offered: Option<Vec<Offered>> = self
            .chunks
            .par_iter()
            .enumerate()
            .map_init(Vec::new, |buffer, (at, (path, chunk))| {
                self.offer_chunk(at, path, chunk, builders, buffer)
            })
            .collect();
        let mut all = Offered::default();
        for mut one in offered? {
            all.future.append(&mut one.future);
            all.articles += one.articles;
            all.unlisted += one.unlisted;
            all.expired += one.expired;
        }
        all.future.sort();
        Some(all)
    }

    fn offer_chunk(
        &self,
        at: usize,
        path: &Path,
        chunk: &Chunk,
        builders: &FeedBuilders<'_>,
        buffer: &mut Vec<u8>,
    ) -> Option<Offered> {
        let section: Option<Arc<str>> = section_of(self.context.plan, path, chunk).map(Arc::from);
        let of_folder = Arc::new(Details { section: section.clone(), ..Details::default() });
        let plain: Vec<_> =
            builders.plain.iter().filter(|feed| feed.accepts_section(section.as_deref())).collect();
        let mut offered = Offered::default();
        let block = self.catalog.read(chunk, buffer)?;
        let now = self.context.options.now;
        for (number, time, _) in block.heads() {
            match self.exclusion(&block, number, time) {
                Some(Exclusion::Unlisted) => offered.unlisted += 1,
                Some(Exclusion::Expired) => offered.expired += 1,
                Some(Exclusion::Future) => {
                    offered.future.push((path.join(file_name(block.row(number)?.name)), time));
                }
                None => {
                    offered.articles += 1;
                    if !builders.has_groups() && plain.iter().all(|feed| feed.is_too_old(time)) {
                        continue;
                    }
                    let row = block.row(number)?;
                    let head = row.head?;
                    let about = About::decode(head.about);
                    let traits = Traits::new(self.context.plan, head.title, head.link, &about);
                    let (mut seed, mut keys) = (None, Keys::default());
                    let feeds = plain.iter().copied().chain(builders.groups_of(&traits));
                    for feed in feeds.filter(|feed| !feed.is_too_old(time)) {
                        if feed.accepts(&traits) && feed.is_young(time, now) {
                            let seed = seed.get_or_insert_with(|| {
                                Arc::new(self.candidate(
                                    path,
                                    (&row, &head),
                                    &about,
                                    &of_folder,
                                    (at, number),
                                ))
                            });
                            feed.offer(seed, &mut keys);
                        }
                    }
                }
            }
        }
        Some(offered)
    }

    /// Returns the article of a row as a candidate.
    fn candidate(
        &self,
        folder: &Path,
        (row, head): (&Row<'_>, &Head<'_>),
        about: &About<'_>,
        of_folder: &Arc<Details>,
        position: Position,
    ) -> Candidate {
        let mut path = PathBuf::with_capacity(folder.as_os_str().len() + 1 + row.name.len());
        path.push(folder);
        path.push(file_name(row.name));
        let published_link = self.published.get(&path).map(Box::from);
        let own_id = about.id.as_deref().filter(|_| !self.copied.contains_key(&position)).map(Box::from);
        let recording = about.recording.as_deref().map(Box::from);
        let own = Details { section: of_folder.section.clone(), published_link, own_id, recording };
        let details = if own == **of_folder { of_folder.clone() } else { Arc::new(own) };
        let version = reuse::version(row.fingerprint);
        Candidate { version, ..Candidate::new(head.time, head.link, path, details) }
    }

    /// Selects among the versions of an entry with the same time. Only their bodies show which has text, so these are read.
    fn break_ties(&self, builders: &FeedBuilders<'_>) -> Result<(), Error> {
        let mut tied: HashMap<Box<Path>, Arc<Candidate>> = HashMap::new();
        for seed in builders.all().flat_map(FeedBuilder::ties) {
            tied.insert(seed.path.clone(), seed);
        }
        let lengths = tied.into_par_iter().map(|(path, seed)| {
            let loaded = load(self.context.seeds, &seed, self.context.plan)?;
            let length = loaded.article.map_or(0, |article| {
                html::clean(RawHtml(&article.html), &article.link, &self.context.plan.policy).text.len()
            });
            Ok((path, length))
        });
        let lengths: HashMap<Box<Path>, usize> = lengths.collect::<Result<_, Error>>()?;
        if !lengths.is_empty() {
            let length = |seed: &Candidate| lengths.get(&seed.path).copied().unwrap_or_default();
            builders.all().for_each(|feed| feed.break_ties(length));
        }
        Ok(())
    }

    /// Finds the first publication of each entry among all seeds, and what became of each seed.
    fn account(&self, builders: &FeedBuilders<'_>, articles: u64) -> Option<Account> {
        if !builders.all().any(FeedBuilder::needs_second_pass) {
            return Some(Account { entries: articles, ..Account::default() });
        }
        // One lookup rules out most seeds. Sorted, because a set needs more than twice the memory.
        let mut by_link = Vec::new();
        builders.all().filter(|feed| !feed.is_by_file()).for_each(|feed| feed.add_hashes(&mut by_link));
        by_link.sort_unstable();
        by_link.dedup();
        let by_file = builders.all().any(FeedBuilder::is_by_file);
        let chunks = self.chunks.par_iter().enumerate();
        let accounts = chunks.map_init(Vec::new, |buffer, (at, (path, chunk))| {
            let section: Option<Arc<str>> = section_of(self.context.plan, path, chunk).map(Arc::from);
            let of_folder = Arc::new(Details { section: section.clone(), ..Details::default() });
            let plain: Vec<_> =
                builders.plain.iter().filter(|feed| feed.accepts_section(section.as_deref())).collect();
            let block = self.catalog.read(chunk, buffer)?;
            let mut account = Account::default();
            for (number, time, hash) in block.heads() {
                if self.exclusion(&block, number, time).is_some() {
                    continue;
                }
                // The catalog has the hash of its id.
                let is_copied = self.copied.contains_key(&(at, number));
                if !(by_file || is_copied || by_link.binary_search(&hash).is_ok()) {
                    account.beyond_limit += 1;
                    continue;
                }
                let row = block.row(number)?;
                let head = row.head?;
                let about = About::decode(head.about);
                let traits = Traits::new(self.context.plan, head.title, head.link, &about);
                let seed = self.candidate(path, (&row, &head), &about, &of_folder, (at, number));
                let feeds = plain.iter().copied().chain(builders.groups_of(&traits));
                let feeds = feeds.filter(|feed| feed.accepts(&traits));
                let mut keys = Keys::default();
                account.add(&seed, feeds.map(|feed| feed.note(&seed, &mut keys)), self.context);
            }
            account.limit(2 * MAX_NAMED);
            Some(account)
        });
        accounts.try_reduce(Account::default, |mut a, mut b| {
            a.entries += b.entries;
            a.beyond_limit += b.beyond_limit;
            a.merged = [a.merged[0] + b.merged[0], a.merged[1] + b.merged[1]];
            a.named.append(&mut b.named);
            a.limit(2 * MAX_NAMED);
            Some(a)
        })
    }

    /// Returns the findings about merged seeds.
    fn merge_findings(&self, mut account: Account) -> Vec<Finding> {
        account.limit(0);
        let meta = |is_certain: bool| -> &'static Meta {
            if is_certain { &codes::SEED_MERGED } else { &codes::SEED_SAME_ID }
        };
        let show = |path: &Path| self.context.seeds.show(path);
        let mut findings = Vec::new();
        for is_certain in [false, true] {
            let named = || account.named.iter().filter(|merged| merged.is_certain == is_certain);
            findings.extend(named().map(|merged| {
                let detail = format!("left out in favor of `{}`", show(&merged.by));
                Finding::new(meta(is_certain), Place::file(show(&merged.path)), detail)
            }));
            let more = account.merged[usize::from(is_certain)] - named().count() as u64;
            if more > 0 {
                findings.push(Finding::new(meta(is_certain), Place::default(), format!("{more} more")));
            }
        }
        findings
    }
}

impl Account {
    /// Adds a seed, by what the feeds that accept it made of it. The main feed is the first and decides.
    fn add(
        &mut self,
        seed: &Candidate,
        mut roles: impl Iterator<Item = Option<Role>>,
        context: &Context<'_>,
    ) {
        let main = roles.next().flatten();
        // Every feed has to see the seed.
        let others: Vec<_> = roles.flatten().collect();
        let is_published = |role: &&Role| matches!(role, Role::Published);
        match main.as_ref().or(others.iter().find(is_published)).or(others.first()) {
            Some(Role::Published) => self.entries += 1,
            Some(Role::Replaced(by, key)) => {
                let is_certain =
                    are_versions(key.text(seed), context.plan.same_address, &seed.link, &by.link);
                self.merged[usize::from(is_certain)] += 1;
                self.named.push(Merged {
                    path: seed.path.to_path_buf(),
                    by: by.path.to_path_buf(),
                    is_certain,
                });
            }
            None => self.beyond_limit += 1,
        }
    }

    /// Sorts the names if there are more than `least`, and keeps as many as are reported: a million duplicates need no more
    /// memory.
    fn limit(&mut self, least: usize) {
        if self.named.len() > least {
            self.named.sort_unstable();
            let mut kinds = [0; 2];
            self.named.retain(|merged| {
                let count = &mut kinds[usize::from(merged.is_certain)];
                *count += 1;
                *count <= MAX_NAMED
            });
        }
    }
}

/// Forgets the published links of seeds that no longer exist or have that link again, and those that belong to another
/// seed by now: two entries never have one id. `None` if a block of the catalog is damaged.
fn settle_links(
    context: &Context<'_>,
    catalog: &Catalog,
    folders: &Folders,
    published: &mut PublishedLinks,
    is_partial: bool,
) -> Option<()> {
    if published.is_empty() {
        return Some(());
    }
    let hash = |link: &str| key_hash(&context.plan.same_address.key(link));
    let mut owners: HashMap<u64, &Path> = HashMap::new();
    for (path, link) in published.iter() {
        owners.entry(hash(link)).or_insert(path);
    }
    let parents: HashSet<&Path> = published.iter().filter_map(|(path, _)| path.parent()).collect();
    let (mut live, mut taken) = (BTreeSet::new(), HashSet::new());
    let mut buffer = Vec::new();
    for (folder, chunk) in chunks(folders) {
        let block = catalog.read(chunk, &mut buffer)?;
        for (number, _, key) in block.heads().filter(|(_, _, key)| owners.contains_key(key)) {
            let path = folder.join(file_name(block.row(number)?.name));
            if owners.get(&key) != Some(&path.as_path()) {
                taken.insert(key);
            }
        }
        for row in block.rows().filter(|_| parents.contains(folder)) {
            let path = folder.join(file_name(row.name));
            let is_changed = |first: &str| row.head.is_none_or(|head| head.link != first);
            if published.get(&path).is_some_and(is_changed) {
                live.insert(path);
            }
        }
    }
    let is_kept = |path: &Path, link: &str| {
        let key = hash(link);
        (is_partial || live.contains(path)) && !taken.contains(&key) && owners.get(&key) == Some(&path)
    };
    let kept: HashSet<PathBuf> = published
        .iter()
        .filter(|(path, link)| is_kept(path, link))
        .map(|(path, _)| path.to_path_buf())
        .collect();
    published.retain(|path| kept.contains(path));
    Some(())
}

pub(super) fn section_of(plan: &Plan, folder: &Path, chunk: &Chunk) -> Option<String> {
    if let Some(repository) = &plan.addresses.repository {
        return repository.section(folder);
    }
    section(folder, chunk.articles(), chunk.index_pages).map(|name| name_text(name).into_owned())
}

/// Returns the section of a folder with this number of articles: the first folder of its path, or the first below Hugo's and
/// Zola's `content`. `_posts` is none, and neither is a folder whose only article is its index page.
pub(super) fn section(folder: &Path, articles: u32, index_pages: u32) -> Option<&OsStr> {
    let mut components = below_content(folder).components();
    let first = components.next()?.as_os_str();
    let is_bundle = components.next().is_none() && index_pages > 0 && index_pages == articles;
    (first != "_posts" && !is_bundle).then_some(first)
}
