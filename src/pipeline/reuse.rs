//! Does the last build still hold? Every answer to that question: for a folder of seeds, a chunk of it, one document, and
//! the whole build.

use std::cell::LazyCell;
use std::ffi::OsStr;
use std::path::Path;

use rayon::prelude::*;

use crate::catalog::{self, BuiltDoc, Catalog, Chunk, Folders, Hasher, LastBuild, PublishedFile, chunks};
use crate::store::Stamp;

use super::archive::OutputDoc;
use super::context::{Context, size};
use super::lookups;
use super::probe;
use super::select::is_future;

/// Returns the fingerprint of a file; 0 if its storage has no stamps.
pub(super) fn fingerprint(name: &OsStr, stamp: Option<&Stamp>) -> u128 {
    stamp.map_or(0, |stamp| catalog::fingerprint(name, stamp))
}

/// True if a file has a stamp, and every later change of the file changes the stamp.
pub(super) fn is_settled(catalog: &Catalog, stamp: Option<&Stamp>) -> bool {
    stamp.is_some_and(|stamp| !catalog.may_change_unnoticed(stamp))
}

/// True if a folder is unchanged in case its fingerprints are.
pub(super) fn may_folder_be_unchanged(old: &[Chunk]) -> bool {
    !old.is_empty() && !old.iter().any(|chunk| chunk.needs_reread)
}

/// True if a folder with this number of seeds and this sum of fingerprints is as the last build saw it.
pub(super) fn is_folder_unchanged(old: &[Chunk], fingerprint: u128, seeds: u32) -> bool {
    let all = old.iter().fold((0, 0), |(sum, count), chunk| {
        (u128::wrapping_add(sum, chunk.fingerprint), count + chunk.seeds)
    });
    may_folder_be_unchanged(old) && all == (fingerprint, seeds)
}

/// True if a chunk with this number of seeds and this sum of fingerprints is as the last build saw it.
pub(super) fn is_chunk_unchanged(old: &Chunk, fingerprint: u128, seeds: usize) -> bool {
    !old.needs_reread && (old.fingerprint, old.seeds as usize) == (fingerprint, seeds)
}

/// Returns the last build if every feed exists and would come out the same. `reread` are the hashes of the paths of seeds
/// that this build has read.
pub(super) fn whole_build(
    context: &Context<'_>,
    catalog: &Catalog,
    folders: &Folders,
    reread: &[u64],
) -> Option<LastBuild> {
    let (last, now) = (catalog.last_build(), context.options.now);
    let is_same = !context.options.check
        && last.inputs_hash == context.inputs_hash
        && !last.docs.is_empty()
        && !last.held_back
        && reread.is_empty()
        && folders == catalog.folders()
        && last.last_too_old <= now
        && now < last.first_too_old
        && !chunks(folders).any(|(_, chunk)| {
            is_future(chunk.latest, now, context.plan.future)
                || is_future(chunk.latest_exact, now, 0)
                || chunk.first_expiry <= now
        });
    if !is_same {
        return None;
    }
    let comparison = lookups::Comparison::new(context);
    let is_same = |path: &Path, before: u128| {
        comparison.scanned_folder(path).is_some() || comparison.is_same(path, before)
    };
    let docs = last
        .docs
        .par_iter()
        .map(|(path, old)| Some((path.clone(), published(context, catalog, old, is_same)?)));
    Some(LastBuild { docs: docs.collect::<Option<_>>()?, ..last.clone() })
}

/// Returns a document of the last build, or one that another builder has built since then, if it would come out the same: its
/// inputs are the same, its seeds have not changed, and its files still exist. `is_same` says whether a file that articles have
/// looked up has the same fingerprint.
pub(super) fn document(
    context: &Context<'_>,
    catalog: &Catalog,
    reread: &[u64],
    doc: &OutputDoc,
    is_same: impl Fn(&Path, u128) -> bool,
) -> Option<BuiltDoc> {
    let mut same = same_documents(context, catalog, reread, doc).into_iter().flatten();
    same.find_map(|old| published(context, catalog, old, &is_same))
}

/// True if a document would come out as it did before, according to the catalog: its files are not asked about.
pub(super) fn is_built(context: &Context<'_>, catalog: &Catalog, reread: &[u64], doc: &OutputDoc) -> bool {
    same_documents(context, catalog, reread, doc).iter().any(Option::is_some)
}

/// Returns a document as another builder has built it since the last build, and as that build did, if it would come out the
/// same.
fn same_documents<'a>(
    context: &Context<'_>,
    catalog: &'a Catalog,
    reread: &[u64],
    doc: &OutputDoc,
) -> [Option<&'a BuiltDoc>; 2] {
    // In a first build there is nothing to compare it with.
    let (folder, hash) = (doc.folder(), LazyCell::new(|| inputs_hash(doc)));
    let may_be_kept = |old: &&BuiltDoc| !context.options.check && old.inputs_hash == *hash;
    let shared = catalog.adopted_doc(&folder, context.inputs_hash);
    let shared = shared.filter(|shared| may_be_kept(&&shared.doc) && versions(doc) == Some(shared.seeds));
    let last = catalog.last_build();
    let is_reread = |path| !reread.is_empty() && reread.binary_search(&catalog::path_hash(path)).is_ok();
    let old = last.docs.get(&folder).filter(|_| last.inputs_hash == context.inputs_hash);
    let old = old.filter(may_be_kept).filter(|_| !doc.paths().any(is_reread));
    [shared.map(|shared| &shared.doc), old]
}

/// Returns a document of the last build with the present fingerprints of its files; `None` if a file was lost or changed,
/// a seed could not be read, a file that its articles looked up is not the same, or media servers have to be asked again.
fn published(
    context: &Context<'_>,
    catalog: &Catalog,
    old: &BuiltDoc,
    is_same: impl Fn(&Path, u128) -> bool,
) -> Option<BuiltDoc> {
    if old.inputs_hash == 0 || old.retry_at.is_some_and(|time| probe::is_due(time, context.options.now)) {
        return None;
    }
    if !old.lookups.iter().all(|(path, before)| is_same(path, *before)) {
        return None;
    }
    Some(BuiltDoc { files: unchanged(context, catalog, &old.files)?, ..old.clone() })
}

/// Returns files of the last build with their present fingerprints; `None` if one was lost or changed.
pub(super) fn unchanged(
    context: &Context<'_>,
    catalog: &Catalog,
    files: &[PublishedFile],
) -> Option<Vec<PublishedFile>> {
    let files = files.par_iter().map(|file| {
        let name = file.path.file_name()?;
        let stamp = context.feeds.stamp(&file.path).ok()?;
        let fingerprint = fingerprint(name, stamp.as_ref());
        if fingerprint == 0 || fingerprint != file.fingerprint {
            let bytes = context.feeds.read(&file.path, file.size).ok()?;
            if size(&bytes) != file.size || catalog::hash(&bytes) != file.hash {
                return None;
            }
        }
        let is_settled = is_settled(catalog, stamp.as_ref());
        Some(PublishedFile { fingerprint: if is_settled { fingerprint } else { 0 }, ..file.clone() })
    });
    files.collect()
}

/// Returns the version of a seed by the fingerprint of its file; 0 if that has none.
pub(super) fn version(fingerprint: u128) -> u64 {
    // Half of it is enough: it is compared with that of the same file only.
    if fingerprint == 0 { 0 } else { (fingerprint as u64).max(1) }
}

/// Returns the hash of the versions of all seeds of a document; `None` if one is unknown.
pub(super) fn versions(doc: &OutputDoc) -> Option<u128> {
    let mut hasher = Hasher::default();
    for pick in &doc.picks {
        hasher.add(&Some(pick.seed.version).filter(|version| *version != 0)?.to_le_bytes());
    }
    Some(hasher.finish())
}

/// Returns the hash of everything a document is made of, except the bodies of its seeds and [`Context::inputs_hash`].
/// Never 0.
pub(super) fn inputs_hash(doc: &OutputDoc) -> u128 {
    let mut hasher = Hasher::default();
    let mut add = |text: &[u8]| {
        hasher.add(&(text.len() as u64).to_le_bytes());
        hasher.add(text);
    };
    let history = &doc.history;
    for url in [&doc.base, &history.current, &history.prev, &history.next] {
        add(url.as_ref().map_or("", url::Url::as_str).as_bytes());
    }
    for pick in &doc.picks {
        let seed = &pick.seed;
        add(seed.path.as_os_str().as_encoded_bytes());
        add(&(pick.sections().count() as u64).to_le_bytes());
        pick.sections().for_each(|section| add(section.as_bytes()));
        add(seed.link.as_bytes());
        add(pick.first_link().as_bytes());
        add(pick.key().as_bytes());
        add(&seed.time.0.to_le_bytes());
        add(&pick.published().0.to_le_bytes());
    }
    for page in doc.pages.iter() {
        let page = page.as_ref();
        add(page.map_or("", |page| &page.path).as_bytes());
        add(&[u8::from(page.is_some_and(|page| page.is_own))]);
    }
    hasher.finish().max(1)
}
