//! Files that an article looks up: those of its repository to which it links or that it includes, and the audio, video and other
//! files that it names. Whether each of them is there, and its stamp, is an input of every document with the article.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::catalog;
use crate::generator::{Lookups, is_apart};
use crate::seed::audio;
use crate::store::{Kind, Stamp, Store};

use super::context::Context;
use super::seed_files::{feeds_below, is_seed};

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
    let name = path.file_name().unwrap_or_default();
    stamp.map_or(MISSING, |stamp| catalog::fingerprint(name, stamp).max(MISSING))
}

/// Stamps of files, by their names.
type Names = HashMap<OsString, Stamp>;

/// Compares files with those that articles have looked up.
pub(super) struct Comparison<'a> {
    context: &'a Context<'a>,
    /// The feeds folder, if it is below the seeds folder.
    feeds: OnceLock<Option<PathBuf>>,
    /// Folders of a server. Listing one takes fewer requests than asking for each file.
    listed: Mutex<HashMap<PathBuf, Names>>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(context: &'a Context<'a>) -> Self {
        Self { context, feeds: OnceLock::new(), listed: Mutex::default() }
    }

    /// Returns the folder of a file below the seeds folder, if a scan sees the stamp of the file: nobody has to ask for it if the
    /// scan finds that folder unchanged.
    pub(super) fn scanned_folder<'p>(&self, path: &'p Path) -> Option<&'p Path> {
        let Context { plan, seeds, feeds, .. } = self.context;
        let repository = plan.addresses.repository.as_deref();
        let path =
            path.strip_prefix(repository.map_or(Path::new(""), |repository| &repository.seeds)).ok()?;
        let name = path.file_name()?;
        let feeds = self.feeds.get_or_init(|| feeds_below(*seeds, *feeds));
        let is_scanned = is_seed(name)
            && (repository.is_none() || !audio::is_media(name))
            && !path.iter().any(is_apart)
            && !feeds.as_ref().is_some_and(|feeds| path.starts_with(feeds));
        path.parent().filter(|_| is_scanned)
    }

    /// True if a file is as it was.
    pub(super) fn is_same(&self, path: &Path, before: u128) -> bool {
        fingerprint(path, self.stamp(path).as_ref()) == before
    }

    fn stamp(&self, path: &Path) -> Option<Stamp> {
        let seeds = self.context.seeds;
        if let Some(repository) = &self.context.plan.addresses.repository {
            return repository.stamp(path);
        }
        let name = path.file_name()?;
        if seeds.in_flight().is_none() || is_text(name) {
            return seeds.stamp(path).ok().flatten();
        }
        let folder = path.parent()?.to_path_buf();
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        let names = listed.entry(folder).or_insert_with_key(|folder| names(seeds, folder));
        names.get(name).copied()
    }
}

/// True for the name of an article. There may be a million in a folder, and hardly any is looked up.
fn is_text(name: &OsStr) -> bool {
    is_seed(name) && !audio::is_media(name)
}

/// Returns the files in a folder, except articles.
fn names(seeds: &dyn Store, folder: &Path) -> Names {
    let mut names = Names::new();
    // What cannot be listed differs from what was there.
    let _ = seeds.scan(folder, true, &mut |name, kind, stamp| {
        if let Some(stamp) = stamp.filter(|_| kind == Kind::File && !is_text(name)) {
            names.insert(name.to_owned(), stamp);
        }
    });
    names
}
