//! Step 4: a seed that some feed carries is read as a whole and becomes an article.

use std::path::Path;

use url::Url;

use crate::config::Plan;
use crate::diag::{Finding, codes};
use crate::error::Error;
use crate::generator::collect_lookups;
#[cfg(feature = "folder")]
use crate::seed::audio::Recording;
use crate::seed::{self, Head, Origin, SEED_LIMIT};
use crate::store::Store;

use super::context::{guarded, refusal, refused, size, unreadable_seed};
use super::seed_results::{Loaded, article};
use super::select::Candidate;

/// Loads a seed.
///
/// # Errors
/// If the system is out of file handles or memory, or a server refuses to read a seed whose head it has let builds read.
pub(super) fn load(store: &dyn Store, chosen: &Candidate, plan: &Plan) -> Result<Loaded, Error> {
    let crashed = |finding| Ok(Loaded { findings: vec![finding], ..Loaded::default() });
    let (loaded, lookups) = collect_lookups(|| guarded(|| load_unguarded(store, chosen, plan), crashed));
    let loaded = Loaded { lookups, ..loaded? };
    if let Some(finding) = refusal(&loaded.findings) {
        return Err(refused(
            store.show(&chosen.path.with_file_name(match &*finding.place.file {
                "" => chosen.path.file_name().unwrap_or_default(),
                other => other.as_ref(),
            })),
            &finding.detail,
        ));
    }
    // What it links or includes could not be read: it is not the seed's fault, and an article with less would be remembered.
    match plan.addresses.repository.as_ref().and_then(|repository| repository.failure()) {
        Some(error) => Err(error),
        None => Ok(loaded),
    }
}

fn load_unguarded(store: &dyn Store, chosen: &Candidate, plan: &Plan) -> Result<Loaded, Error> {
    #[cfg(feature = "folder")]
    if let Some(recording) = chosen.recording().and_then(Recording::decode) {
        return super::audio::load(store, chosen, &recording, plan);
    }
    let fail = |finding: Finding, bytes| Ok(Loaded { findings: vec![finding], bytes, ..Loaded::default() });
    let bytes = match store.read(&chosen.path, SEED_LIMIT) {
        Ok(bytes) => bytes,
        Err(error) => return fail(unreadable_seed(store, &chosen.path, error)?, 0),
    };
    let read = size(&bytes).0;
    let (text, encoding) = seed::decode(&bytes);
    let root = store.show(Path::new(""));
    let origin = Origin::of(&root, &chosen.path, &plan.addresses);
    // If the page states no date, `chosen` has that of the file.
    let origin = origin.dropping(&plan.policy).saved_at(Some(chosen.time));
    let seed = seed::parse(&text, true, &origin).ok();
    let seed = seed.filter(|seed| *seed.head.link == *chosen.link && seed.head.time == chosen.time);
    let Some((seed, link)) = seed.and_then(|seed| Url::parse(&seed.head.link).ok().map(|link| (seed, link)))
    else {
        return fail(Finding::in_text(&codes::SEED_CHANGED, 0, 0, ""), read);
    };
    let mut findings: Vec<Finding> = encoding.into_iter().collect();
    let html = seed::body(&text, &seed, &origin, &mut findings).into_owned();
    let metadata = seed::metadata(&seed);
    let article = article(link, Head { metadata, ..seed.head }, html);
    let article = Some(article);
    Ok(Loaded { article, text: text.into_owned(), findings, bytes: read, ..Loaded::default() })
}
