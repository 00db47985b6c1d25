//! Files that an article looks up: those of its repository to which it links or that it includes, and the audio, video and other
//! files that it names. Whether each of them is there, and its stamp, is an input of every document with the article.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::catalog;
use crate::generator::{Lookups, is_apart};
use crate::seed::audio;
use crate::store::Stamp;

use super::context::Context;
use super::discover::{feeds_below, is_seed};
use super::reuse;

/// Fingerprint of a file that is missing, or whose storage has no stamps.
const MISSING: u128 = 1;
/// Fingerprint of a file that may have changed unnoticed.
const UNSETTLED: u128 = 0;

/// Returns the path of a file of the seeds folder among [`Lookups`].
pub(super) fn path(context: &Context<'_>, seed: &Path) -> PathBuf {
    let repository = context.plan.addresses.repository.as_ref();
    repository.map_or_else(|| seed.to_path_buf(), |repository| repository.path(seed))
}

/// Adds the fingerprints of what an article looks up to those of its document.
pub(super) fn add(context: &Context<'_>, fingerprints: &mut BTreeMap<PathBuf, u128>, lookups: &Lookups) {
    for (path, stamp) in lookups {
        let is_settled = stamp.is_none_or(|stamp| catalog::is_settled(&stamp, context.options.started));
        let new = if is_settled { fingerprint(path, stamp.as_ref()) } else { UNSETTLED };
        match fingerprints.entry(path.clone()) {
            Entry::Vacant(entry) => _ = entry.insert(new),
            // It has changed between two articles.
            Entry::Occupied(mut entry) if *entry.get() != new => _ = entry.insert(UNSETTLED),
            Entry::Occupied(_) => {}
        }
    }
}

fn fingerprint(path: &Path, stamp: Option<&Stamp>) -> u128 {
    reuse::fingerprint(path.file_name().unwrap_or_default(), stamp).max(MISSING)
}

/// True if a file is as it was.
pub(super) fn is_same(context: &Context<'_>, path: &Path, before: u128) -> bool {
    let stamp = match &context.plan.addresses.repository {
        Some(repository) => repository.stamp(path),
        None => context.seeds.stamp(path).ok().flatten(),
    };
    fingerprint(path, stamp.as_ref()) == before
}

/// Returns a function that is true for files whose stamps a scan of all seeds sees: if it finds every folder unchanged, nobody has
/// to ask for them.
pub(super) fn is_scanned<'a>(context: &'a Context<'_>) -> impl Fn(&Path) -> bool + Sync + 'a {
    let repository = context.plan.addresses.repository.as_deref();
    let feeds = LazyLock::new(|| feeds_below(context.seeds, context.feeds));
    move |path| {
        let seeds = repository.map_or(Path::new(""), |repository| &repository.seeds);
        let Some((seed, name)) = path.strip_prefix(seeds).ok().zip(path.file_name()) else { return false };
        is_seed(name)
            && (repository.is_none() || !audio::is_media(name))
            && !seed.iter().any(is_apart)
            && !feeds.as_ref().is_some_and(|feeds| seed.starts_with(feeds))
    }
}
