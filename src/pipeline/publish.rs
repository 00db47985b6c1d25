//! Step 9: documents are put in place, each whole, and what is no longer made is named.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::diag::{Finding, Place, Sink, codes};
use crate::error::Error;
use crate::format::{Document, FORMATS, INDEX};
use crate::store::{Change, Kind, Store};
use crate::types::Bytes;

use super::{Report, archive};

/// The largest file that is looked at to see whether it is a feed of ours.
const LOOKED_AT: Bytes = Bytes(256 << 20);

/// Puts a document in place; tells whether it is new or has new bytes.
pub(super) fn put(store: &dyn Store, path: &Path, bytes: &[u8]) -> Result<bool, Error> {
    let change = store.replace(path, bytes);
    change
        .map(|change| change == Change::Written)
        .map_err(|e| Error::io("write the feed", store.show(path), e))
}

/// Puts documents in place, together, for each waits for the disk; tells which are new or have new bytes.
pub(super) fn all(store: &dyn Store, documents: &BTreeMap<PathBuf, Vec<u8>>) -> Result<Vec<PathBuf>, Error> {
    let put = documents.par_iter().map(|(path, bytes)| Ok(put(store, path, bytes)?.then(|| path.clone())));
    let changed: Vec<_> = put.collect::<Result<_, Error>>()?;
    Ok(changed.into_iter().flatten().collect())
}

/// Names what this run did not make, or removes it. What an open month held lies at the month's own address once that is
/// whole: there is nothing to ask then.
pub(super) fn tidy(
    store: &dyn Store,
    made: &BTreeSet<PathBuf>,
    prune: bool,
    sink: &mut Sink<'_>,
    report: &mut Report,
) -> Result<(), Error> {
    for path in orphans(store, made) {
        if prune || archive::whole(&path).is_some_and(|whole| made.contains(&whole)) {
            store.remove(&path).map_err(|e| Error::io("remove the feed", store.show(&path), e))?;
            report.removed += 1;
        } else {
            let place = Place::file(store.show(&path));
            sink.push(Finding::new(&codes::FEED_ORPHAN, place, "it is no longer made; it was left as it is"));
        }
    }
    Ok(())
}

/// Feeds of ours, in the root or one folder below, documents of their archives, and what lies beside the feeds, that this
/// run did not make.
fn orphans(store: &dyn Store, made: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
    let within = |folder: &Path| -> Vec<PathBuf> {
        let items = store.list(folder).unwrap_or_default().into_iter();
        items.filter(|i| i.kind == Kind::Folder).map(|i| folder.join(i.name)).collect()
    };
    let folders = std::iter::once(PathBuf::new()).chain(within(Path::new(""))).flat_map(|folder| {
        let mut months = within(&folder.join(archive::FOLDER));
        months.retain(|month| month.file_name().is_some_and(archive::is_folder));
        std::iter::once(folder).chain(months)
    });
    let places = folders.flat_map(|folder| FORMATS.iter().map(move |f| (folder.join(f.file_name()), *f)));
    let places = places.map(|(path, format)| (path, format as &dyn Document));
    let beside = INDEX.iter().map(|index| (PathBuf::from(index.file_name()), *index as &dyn Document));
    places
        .chain(beside)
        .filter(|(path, _)| !made.contains(path))
        .filter(|(path, kind)| is_ours(store, path, *kind).is_ok_and(|is_ours| is_ours))
        .map(|(path, _)| path)
        .collect()
}

/// Whether what lies at a path is a document of a kind that says that we wrote it.
///
/// # Errors
/// What the store says.
pub(super) fn is_ours(store: &dyn Store, path: &Path, kind: &dyn Document) -> std::io::Result<bool> {
    let bytes = store.read(path, LOOKED_AT)?;
    Ok(String::from_utf8(bytes).is_ok_and(|text| kind.is_ours(&text)))
}
