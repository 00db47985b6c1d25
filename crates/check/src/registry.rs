//! All vocabularies and all rules.

use std::sync::LazyLock;

use crate::engine::vocabulary::{Family, Index};
use crate::engine::{namespace, structure, xml};
use crate::online;
use crate::rule::Rule;
use crate::values::{date, email, html, language, media_type, number, url};
use crate::vocabularies::{
    atom, atom_link, atom_text, dublin_core, geo, history, itunes, json, media, modules, opml, podcast,
    publishing, rdf, rss, rss1, thread, xhtml,
};

/// All vocabularies, a row each.
pub(crate) static FAMILIES: &[&Family] = &[
    &atom::FAMILY,
    &dublin_core::FAMILY,
    &dublin_core::TERMS,
    &history::FAMILY,
    &geo::FAMILY,
    &geo::GEORSS,
    &geo::GML,
    &geo::GEOURL,
    &geo::ICBM,
    &itunes::FAMILY,
    &media::FAMILY,
    &modules::CONTENT,
    &modules::CREATIVE_COMMONS,
    &modules::CC,
    &modules::SYNDICATION,
    &modules::SLASH,
    &modules::COMMENT_API,
    &modules::BLOG_CHANNEL,
    &modules::TRACKBACK,
    &modules::ADMIN,
    &modules::EVENT,
    &modules::CHANGED,
    &modules::FEEDBURNER,
    &modules::OPEN_SEARCH,
    &modules::LIST,
    // RSS and OPML have the same namespace, and the first one decides about unknown elements.
    &rss::FAMILY,
    &opml::FAMILY,
    &podcast::FAMILY,
    &publishing::FAMILY,
    &rdf::FAMILY,
    &rss1::FAMILY,
    &thread::FAMILY,
    &xhtml::FAMILY,
];

/// The elements of [`FAMILIES`] by name.
pub(crate) static INDEX: LazyLock<Index> = LazyLock::new(|| Index::of(FAMILIES));

/// Rules that no single vocabulary has: about every element, about values, about texts and links, about JSON,
/// and about what servers say.
static RULES: &[&[&Rule]] = &[
    structure::RULES,
    namespace::RULES,
    xml::RULES,
    date::RULES,
    email::RULES,
    html::RULES,
    language::RULES,
    media_type::RULES,
    number::RULES,
    url::RULES,
    atom_link::RULES,
    atom_text::RULES,
    json::RULES,
    online::FILES,
    online::RESPONSES,
];

/// Returns all rules, sorted by code.
///
/// ```
/// let rules = feedmill_check::rules();
/// let rule = rules.iter().find(|rule| rule.meta.code == "date/weekday");
/// assert!(rule.is_some_and(|rule| rule.page().starts_with("## date/weekday")));
/// ```
#[must_use]
pub fn rules() -> Vec<&'static Rule> {
    let of_vocabularies = FAMILIES.iter().flat_map(|f| f.rules);
    let mut rules: Vec<&'static Rule> =
        of_vocabularies.chain(RULES.iter().copied().flatten()).copied().collect();
    rules.sort_by_key(|r| r.meta.code);
    rules
}
