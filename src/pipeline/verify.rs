//! Before step 9, if asked for: the documents pass feedmill's own check, or nothing is published.

use std::path::Path;

use rayon::prelude::*;
use url::Url;

use crate::check::{self, check};
use crate::diag::{Finding, Severity, Sink};
use crate::error::{Error, Kind};

use super::context::Context;
use super::publish::PendingFiles;

/// Checks files before they are published, and reports the findings.
///
/// # Errors
/// [`Kind::Invalid`] if a file has an error; [`Kind::Io`] if a temporary file cannot be read.
pub(super) fn verify(context: &Context<'_>, files: &PendingFiles, sink: &mut Sink<'_>) -> Result<(), Error> {
    let (store, rules, now) = (context.feeds, &context.plan.check, context.options.now);
    // Pages are not feeds.
    let files: Vec<_> =
        files.iter().filter(|(path, _)| path.extension().is_none_or(|e| e != "html")).collect();
    let found: Result<Vec<Vec<Finding>>, Error> = files
        .par_iter()
        .map(|(path, file)| {
            let (name, url) = (store.show(path), file.url.as_ref().map(Url::as_str));
            let bytes = file.bytes.to_vec().map_err(|e| Error::io("check the feed", &name, e))?;
            Ok(check(&bytes, check::Options { file: &name, url, now: Some(now), is_podcast: false }))
        })
        .collect();
    let (mut invalid, rules) = (None, rules.by_path());
    for ((path, _), found) in files.iter().zip(found?) {
        let levels = rules.levels_for(Path::new(&store.show(path)));
        for finding in found.into_iter().filter_map(|finding| levels.apply(finding)) {
            if finding.severity == Severity::Error {
                invalid.get_or_insert(path);
            }
            sink.push(finding);
        }
    }
    match invalid {
        None => Ok(()),
        Some(path) => {
            let message = "this feed would be invalid; nothing was published";
            Err(Error::new(Kind::Invalid, message).at(store.show(path)))
        }
    }
}
