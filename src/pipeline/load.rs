//! Step 4: a seed that some feed carries is read whole, and cleaned.

use std::path::Path;

use url::Url;

use crate::config::Plan;
use crate::diag::{Finding, codes};
use crate::html::CleanHtml;
use crate::model::Enclosure;
use crate::seed::{self, Origin, SEED_LIMIT};
use crate::store::Store;
use crate::types::UnixMs;

use super::select::Candidate;
use super::{clean, enclose, size, unreadable};

/// An article, ready to become an entry.
pub(super) struct Article {
    pub(super) title: String,
    /// When it was last written to, where it says so.
    pub(super) updated: Option<UnixMs>,
    pub(super) content: CleanHtml,
    pub(super) summary: String,
    pub(super) enclosures: Vec<Enclosure>,
}

/// What came of loading one.
pub(super) struct Loaded {
    /// The article, unless the seed changed under our hands.
    pub(super) article: Option<Article>,
    /// Findings, each with its line but without its file.
    pub(super) findings: Vec<Finding>,
    /// How many bytes were read.
    pub(super) bytes: u64,
}

pub(super) fn load(store: &dyn Store, chosen: &Candidate, plan: &Plan) -> Loaded {
    let fail = |finding: Finding, bytes| Loaded { article: None, findings: vec![finding], bytes };
    let changed = || Finding::in_text(&codes::SEED_CHANGED, 0, 0, "");
    let bytes = match store.read(&chosen.path, SEED_LIMIT) {
        Ok(bytes) => bytes,
        Err(error) => return fail(unreadable(&error), 0),
    };
    let read = size(&bytes);
    let (text, encoding) = seed::decode(&bytes);
    let root = store.show(Path::new(""));
    let origin = Origin::of(&root, &chosen.path, &plan.addresses);
    let seed = match seed::parse(&text, true, &origin) {
        Ok(seed) => seed,
        Err(_) => return fail(changed(), read),
    };
    if *seed.head.link != *chosen.link || seed.head.time != chosen.time {
        return fail(changed(), read);
    }
    let Ok(base) = Url::parse(&seed.head.link) else { return fail(changed(), read) };
    let mut told = Vec::new();
    let body = seed::body(&text, &seed, &origin, &mut told);
    let cleaned = clean::clean(&body, &base, &plan.policy, &seed.head.title);
    let said = encoding.into_iter().chain(told).chain(cleaned.findings);
    let findings = said.map(|finding| finding.showing_line_of(&text)).collect();
    let article = Article {
        title: cleaned.title,
        updated: seed.head.updated,
        summary: cleaned.summary,
        enclosures: enclose::enclosures(cleaned.media),
        content: cleaned.html,
    };
    Loaded { article: Some(article), findings, bytes: read }
}
