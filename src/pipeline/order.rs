//! Step 3, for all feeds: every head in the catalog is offered to the feeds that may take it.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::catalog::{Catalog, Chunk, Folders, chunks, file_name};
use crate::config::Plan;
use crate::diag::{Finding, Place, codes};
use crate::store::Store;
use crate::types::UnixMs;

use super::archive::OutputDoc;
use super::feed_builder::{self, FeedBuilder, feed_builders};
use super::select::{Candidate, is_expired, is_future};

/// Documents that were selected from all seeds, and the findings.
pub(super) struct Selection {
    pub(super) docs: Vec<OutputDoc>,
    /// Findings about sections.
    pub(super) section_findings: Vec<Finding>,
    /// One finding for each seed that is held back.
    pub(super) held_back: Vec<Finding>,
}

/// Selects the newest entries of each feed from the seeds in the catalog; `None` if a block of the catalog is damaged.
pub(super) fn order(
    plan: &Plan,
    seeds: &dyn Store,
    catalog: &Catalog,
    folders: &Folders,
    now: UnixMs,
) -> Option<Selection> {
    let mut section_findings = Vec::new();
    let with_articles = chunks(folders).filter(|(_, chunk)| chunk.articles() > 0);
    let sections = with_articles.filter_map(|(path, chunk)| section_of(plan, path, chunk));
    let builders = feed_builders(plan, sections, &mut section_findings);
    let chunks: Vec<(&Path, &Chunk)> = chunks(folders).collect();
    let future: Option<Vec<Vec<(PathBuf, UnixMs)>>> = chunks
        .par_iter()
        .map_init(Vec::new, |buffer, (path, chunk)| {
            offer_seeds(plan, catalog, path, chunk, &builders, now, buffer)
        })
        .collect();
    let mut future: Vec<_> = future?.into_iter().flatten().collect();
    find_first_publications(plan, catalog, &chunks, &builders, now)?;
    future.sort();
    let held_back = future.into_iter().map(|(path, time)| {
        let detail = format!("{}; held back until then", time.to_rfc3339());
        Finding::new(&codes::SEED_FUTURE, Place::at(seeds.show(&path), 1, 0), detail)
    });
    Some(Selection { docs: feed_builder::finish(builders), section_findings, held_back: held_back.collect() })
}

/// Offers the seeds of a chunk to the feeds, and returns those that are held back.
fn offer_seeds(
    plan: &Plan,
    catalog: &Catalog,
    path: &Path,
    chunk: &Chunk,
    builders: &[FeedBuilder<'_>],
    now: UnixMs,
    buffer: &mut Vec<u8>,
) -> Option<Vec<(PathBuf, UnixMs)>> {
    let section: Option<Arc<str>> = section_of(plan, path, chunk).map(Arc::from);
    let builders: Vec<_> = builders.iter().filter(|feed| feed.accepts_section(section.as_deref())).collect();
    let mut future = Vec::new();
    let block = catalog.read(chunk, buffer)?;
    for (number, time, _) in block.heads() {
        if is_future(time, now) {
            future.push((path.join(file_name(block.row(number)?.name)), time));
            continue;
        }
        if is_expired(block.expires(number), now) {
            continue;
        }
        let mut seed = None;
        for builder in builders.iter().filter(|builder| !builder.is_too_old(time)) {
            let row = block.row(number)?;
            let head = row.head?;
            if !builder.accepts(head.title, head.link) {
                continue;
            }
            builder.offer(seed.get_or_insert_with(|| {
                let (link, path) = (head.link.into(), path.join(file_name(row.name)));
                Arc::new(Candidate { time, link, path, section: section.clone() })
            }));
        }
    }
    Some(future)
}

/// Finds the first publication of each entry among the seeds that were rejected.
fn find_first_publications(
    plan: &Plan,
    catalog: &Catalog,
    chunks: &[(&Path, &Chunk)],
    builders: &[FeedBuilder<'_>],
    now: UnixMs,
) -> Option<()> {
    let full: Vec<(&FeedBuilder<'_>, HashSet<u64>)> =
        builders.iter().filter_map(|builder| Some((builder, builder.hashes_if_full()?))).collect();
    if full.is_empty() {
        return Some(());
    }
    // One lookup rules out most seeds.
    let by_link: HashSet<u64> =
        full.iter().filter(|(feed, _)| !feed.is_by_file()).flat_map(|(_, hashes)| hashes).copied().collect();
    let by_file = full.iter().any(|(feed, _)| feed.is_by_file());
    let chunks = chunks.par_iter().map_init(Vec::new, |buffer, (path, chunk)| {
        let section: Option<Arc<str>> = section_of(plan, path, chunk).map(Arc::from);
        let block = catalog.read(chunk, buffer)?;
        for (number, time, hash) in block.heads() {
            if !(by_file || by_link.contains(&hash))
                || is_future(time, now)
                || is_expired(block.expires(number), now)
            {
                continue;
            }
            let row = block.row(number)?;
            let head = row.head?;
            let (link, path) = (head.link.into(), path.join(file_name(row.name)));
            let seed = Candidate { time, link, path, section: section.clone() };
            for (builder, hashes) in &full {
                let may_be = builder.is_by_file() || hashes.contains(&hash);
                if may_be
                    && builder.accepts_section(section.as_deref())
                    && builder.accepts(head.title, head.link)
                {
                    builder.note_earlier_publication(&seed);
                }
            }
        }
        Some(())
    });
    chunks.collect()
}

pub(super) fn section_of(plan: &Plan, folder: &Path, chunk: &Chunk) -> Option<String> {
    if let Some(repository) = &plan.addresses.repository {
        return repository.section(folder);
    }
    section(folder, chunk.articles(), chunk.index_pages).map(|name| name.to_string_lossy().into_owned())
}

/// Returns the section of a folder with this number of articles: the first folder of its path. `_posts` is none, and
/// neither is a folder whose only article is its index page.
pub(super) fn section(folder: &Path, articles: u32, index_pages: u32) -> Option<&OsStr> {
    let mut components = folder.components();
    let first = components.next()?.as_os_str();
    let is_bundle = components.next().is_none() && index_pages > 0 && index_pages == articles;
    (first != "_posts" && !is_bundle).then_some(first)
}
