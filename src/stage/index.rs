//! What lies beside the feeds: a page, a subscription list, a style sheet. They are made of what is shown of each feed, so
//! they cost next to nothing and are made by every run.

use std::path::{Path, PathBuf};

use crate::catalog::Made;
use crate::diag::{Diagnostic, Place, Sink, codes};
use crate::error::Error;
use crate::format::Index;
use crate::model::{Listing, Site};

use super::{Report, Run, publish};

/// The feeds that are there.
pub(super) fn site(run: &Run<'_>, made: &Made) -> Site {
    let whole = &run.plan.whole;
    let feeds: Vec<Listing> = made.parts.values().filter_map(|part| part.listing.clone()).collect();
    let title = whole.title.clone().unwrap_or_else(|| run.name.clone());
    let list = run.plan.index.iter().find(|index| index.media_type() == "text/x-opml");
    let list = list.filter(|_| feeds.iter().any(|feed| feed.base.is_some()));
    Site {
        title,
        language: whole.language.clone(),
        base: whole.base.clone(),
        subscription_list: list.map(|list| list.file_name().to_owned()),
        feeds,
    }
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
        if is_foreign(run, index, &path) {
            let message = "this file is not feedmill's; it was left as it is";
            let place = Place::file(run.feeds.show(&path));
            sink.push(Diagnostic::new(&codes::INDEX_FOREIGN, place, message));
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

/// Whether something lies there that we did not write.
fn is_foreign(run: &Run<'_>, index: &dyn Index, path: &Path) -> bool {
    match run.feeds.read(path, publish::LOOKED_AT) {
        Ok(bytes) => !String::from_utf8(bytes).is_ok_and(|text| index.is_ours(&text)),
        Err(e) => e.kind() != std::io::ErrorKind::NotFound,
    }
}
