//! The source of an article's URL: the seed, the configuration, the site's repository, or a guess.

use std::collections::BTreeMap;
use std::path::Path;

use url::Url;

use crate::seed::{self, Addresses, Origin, SEED_LIMIT, Seed};

use super::context::Context;

/// A permalink pattern that no site has: an article whose URL changes with it has its URL from a pattern.
const TEST_PATTERN: &str = "/feedmill-test-pattern/:title/";

/// Sources of an article's URL.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AddressSource {
    /// The seed states it.
    Seed,
    /// The seed states its path or a pattern for it; the site is configured.
    OwnPath,
    /// The configured permalink pattern.
    Permalink(String),
    /// The default permalink pattern of the generator that the seed was written for.
    GeneratorPattern,
    /// The rules of the site's repository.
    Repository {
        /// Name of the generator that builds it.
        generator: &'static str,
        /// What the rules made the URL from, such as "`permalink` in the front matter".
        derived: String,
    },
}

/// Returns the pattern that the address of a seed was made of, and the address, if neither the seed, the configuration nor a
/// repository says it.
pub(super) fn guessed(context: &Context<'_>, path: &Path) -> Option<(&'static str, String)> {
    let addresses = &context.plan.addresses;
    let is_markdown =
        path.extension().is_some_and(|ending| ["md", "markdown", "mkd"].iter().any(|known| ending == *known));
    if !is_markdown || addresses.repository.is_some() || addresses.permalink.is_some() {
        return None;
    }
    let bytes = context.seeds.read(path, SEED_LIMIT).ok()?;
    let (text, _) = seed::decode(&bytes);
    let root = context.seeds.show(Path::new(""));
    let origin = Origin::of(&root, path, addresses);
    let seed = seed::parse(&text, true, &origin).ok()?;
    let source = address_source(&text, &seed, &root, path, &origin);
    let is_guessed = source == AddressSource::GeneratorPattern;
    let pattern = if seed.head.link.ends_with(".html") { "date" } else { "/:sections/:slugorfilename/" };
    is_guessed.then(|| (pattern, seed.head.link.clone()))
}

/// Returns where the link of a seed is from: it is parsed again with other settings.
pub(super) fn address_source(
    text: &str,
    seed: &Seed<'_>,
    root: &str,
    path: &Path,
    origin: &Origin<'_>,
) -> AddressSource {
    let is_same = |addresses: &Addresses| {
        let again = seed::parse(text, true, &Origin::of(root, path, addresses));
        again.is_ok_and(|again| again.head.link == seed.head.link)
    };
    let given = origin.addresses;
    let elsewhere = Url::parse("https://feedmill.invalid/").ok();
    if is_same(&Addresses { site: elsewhere, sections: BTreeMap::new(), ..given.clone() }) {
        return AddressSource::Seed;
    }
    let repository = given.repository.as_ref();
    let placed = repository.and_then(|repository| repository.explain(path, given.permalink.as_deref()));
    if let Some((repository, placed)) = repository.zip(placed) {
        return AddressSource::Repository { generator: repository.generator, derived: placed.derived };
    }
    if is_same(&Addresses { permalink: Some(TEST_PATTERN.to_owned()), ..given.clone() }) {
        return AddressSource::OwnPath;
    }
    given.permalink.clone().map_or(AddressSource::GeneratorPattern, AddressSource::Permalink)
}
