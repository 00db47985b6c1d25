//! Months of archives that several builders share, after all seeds are read. A month is built for all feeds at once, so each of
//! its seeds is read once.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::catalog::Catalog;

use super::archive::{self, OutputDoc};
use super::context::Context;
use super::discover::Scan;
use super::reuse;

/// Number of entries below which it takes longer to share months than to build them. Tests have few seeds.
pub(super) const MIN_ENTRIES: usize = if cfg!(test) { 8 } else { 1000 };

/// Returns the archive documents that are not built yet, by month, if they are worth sharing.
///
/// A reader never finds a link to a document that does not exist. Several builders publish months in any order, so one that
/// exists already is left to the build that follows unless its neighbors exist too; nothing links to a new one before that
/// build has published the feed.
pub(super) fn to_share(
    context: &Context<'_>,
    catalog: &Catalog,
    scan: &Scan,
    docs: Vec<OutputDoc>,
) -> BTreeMap<String, Vec<OutputDoc>> {
    let is_stale =
        |doc: &OutputDoc| doc.is_archive() && !reuse::is_built(context, catalog, &scan.reread, doc);
    let stale: Vec<bool> = docs.par_iter().map(is_stale).collect();
    let stale_docs = || docs.iter().zip(&stale).filter(|(_, is_stale)| **is_stale).map(|(doc, _)| doc);
    if stale_docs().map(|doc| doc.picks.len()).sum::<usize>() < MIN_ENTRIES {
        return BTreeMap::new();
    }
    let feeds: BTreeSet<&str> = stale_docs().map(|doc| doc.feed.as_str()).collect();
    let published: HashSet<PathBuf> =
        feeds.into_par_iter().flat_map_iter(|feed| published(context, feed)).collect();
    let is_published = |doc: &OutputDoc| !doc.is_archive() || published.contains(&doc.folder());
    let mut may_share = Vec::with_capacity(docs.len());
    for of_feed in docs.chunk_by(|one, other| one.feed == other.feed) {
        let published: Vec<bool> = of_feed.iter().map(is_published).collect();
        // The first document is the feed itself.
        let with_neighbors =
            |number: usize| &published[number.saturating_sub(1)..of_feed.len().min(number + 2)];
        may_share.extend((0..of_feed.len()).map(|number| {
            !published[number] || with_neighbors(number).iter().all(|is_published| *is_published)
        }));
    }
    let is_shared = |number: usize| stale[number] && may_share[number];
    let mut months: BTreeMap<String, Vec<OutputDoc>> = BTreeMap::new();
    for (_, doc) in docs.into_iter().enumerate().filter(|(number, _)| is_shared(*number)) {
        months.entry(doc.month.clone()).or_default().push(doc);
    }
    months
}

/// Returns the folders of a feed's archive documents that are published.
fn published(context: &Context<'_>, feed: &str) -> Vec<PathBuf> {
    let folder = Path::new(feed).join(archive::FOLDER);
    // There is no folder if there are none.
    let months = context.feeds.list(&folder).unwrap_or_default();
    months.into_iter().map(|month| folder.join(month.name)).collect()
}
