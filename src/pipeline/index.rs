//! What lies beside the feeds: a page, a subscription list, a style sheet. They are made of what is shown of each feed, so
//! they cost next to nothing and are made by every run.

use std::path::{Path, PathBuf};

use crate::catalog::Made;
use crate::diag::{Finding, Place, Sink, codes};
use crate::error::Error;
use crate::format::Index;
use crate::model::{Listing, Site};

use super::archive::Part;
use super::{Report, Run, publish};

/// The feeds that are there.
pub(super) fn site(run: &Run<'_>, made: &Made) -> Site {
    let whole = &run.plan.whole;
    let feeds: Vec<Listing> = made.parts.values().filter_map(|part| part.listing.clone()).collect();
    let title = whole.title.clone().unwrap_or_else(|| run.name.clone());
    let list = file(run, "text/x-opml").filter(|_| feeds.iter().any(|feed| feed.base.is_some()));
    Site { title, language: whole.language.clone(), subscription_list: list.map(str::to_owned), feeds }
}

/// Where the style sheet lies, seen from the documents of a part; `None` where there is none.
pub(super) fn stylesheet(run: &Run<'_>, part: &Part) -> Option<String> {
    Some("../".repeat(part.folder().components().count()) + file(run, "text/css")?)
}

/// The name of the file of a type, where one is configured.
fn file(run: &Run<'_>, media_type: &str) -> Option<&'static str> {
    run.plan.index.iter().find(|index| index.media_type() == media_type).map(|index| index.file_name())
}

/// A document beside the feeds, still to be put in place.
pub(super) struct Beside {
    pub(super) index: &'static dyn Index,
    pub(super) path: PathBuf,
    pub(super) bytes: Vec<u8>,
}

/// The documents that are configured.
pub(super) fn documents(run: &Run<'_>, site: &Site) -> Result<Vec<Beside>, Error> {
    let all = run.plan.index.iter().map(|index| {
        let path = PathBuf::from(index.file_name());
        Ok(index.write(site)?.map(|bytes| Beside { index: *index, path, bytes }))
    });
    all.filter_map(Result::transpose).collect()
}

/// Puts them in place, but where somebody else's file is; gives back their paths.
///
/// # Errors
/// Where the store refuses.
pub(super) fn publish(
    run: &Run<'_>,
    report: &mut Report,
    sink: &mut Sink<'_>,
) -> Result<Vec<PathBuf>, Error> {
    let mut paths = Vec::new();
    for Beside { index, path, bytes } in documents(run, &report.site)? {
        if let Some(message) = foreign(run, index, &path) {
            let place = Place::file(run.feeds.show(&path));
            sink.push(Finding::new(&codes::INDEX_FOREIGN, place, message));
            // Not ours, or nobody knows: nothing to be removed in either case.
            paths.push(path);
            continue;
        }
        if publish::put(run.feeds, &path, &bytes)? {
            report.changed.push(path.clone());
        } else {
            report.unchanged += 1;
        }
        paths.push(path);
    }
    Ok(paths)
}

/// Why something that lies there is left as it is; `None` where there is nothing, or we wrote it.
fn foreign(run: &Run<'_>, index: &dyn Index, path: &Path) -> Option<String> {
    match publish::is_ours(run.feeds, path, index) {
        Ok(true) => None,
        Ok(false) => Some("this file is not feedmill's; it was left as it is".to_owned()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
        Err(e) => Some(format!("it was left as it is, for whose it is can't be seen: {e}")),
    }
}
