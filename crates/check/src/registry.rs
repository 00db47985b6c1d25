//! Every family of rules, a row each.

use super::rule::Rule;
use super::rules as families;
use super::walk::Family;

/// Every family, by name where nothing speaks against it.
pub(super) static FAMILIES: &[&Family] = &[
    &families::atom::FAMILY,
    &families::link::FAMILY,
    &families::text::FAMILY,
    &families::date::FAMILY,
    &families::dublin::FAMILY,
    &families::dublin::TERMS,
    &families::element::FAMILY,
    &families::email::FAMILY,
    &families::history::FAMILY,
    &families::geo::FAMILY,
    &families::geo::GEORSS,
    &families::geo::GML,
    &families::geo::GEOURL,
    &families::geo::ICBM,
    &families::html::FAMILY,
    &families::itunes::FAMILY,
    &families::json::FAMILY,
    &families::language::FAMILY,
    &families::media::FAMILY,
    &families::media_type::FAMILY,
    &families::module::CONTENT,
    &families::module::CREATIVE_COMMONS,
    &families::module::CC,
    &families::module::SYNDICATION,
    &families::module::SLASH,
    &families::module::COMMENT_API,
    &families::module::BLOG_CHANNEL,
    &families::module::TRACKBACK,
    &families::module::ADMIN,
    &families::module::EVENT,
    &families::module::CHANGED,
    &families::module::FEEDBURNER,
    &families::module::OPEN_SEARCH,
    &families::module::LIST,
    &families::namespace::FAMILY,
    &families::number::FAMILY,
    &families::opml::FAMILY,
    &families::podcast::FAMILY,
    &families::publishing::FAMILY,
    &families::rdf::FAMILY,
    &families::rss::FAMILY,
    &families::thread::FAMILY,
    &families::url::FAMILY,
    &families::xhtml::FAMILY,
    &families::xml::FAMILY,
];

/// Every rule, by code.
///
/// ```
/// let rules = feedmill_check::rules();
/// let rule = rules.iter().find(|rule| rule.meta.code == "date/weekday");
/// assert!(rule.is_some_and(|rule| rule.page().starts_with("## date/weekday")));
/// ```
#[must_use]
pub fn rules() -> Vec<&'static Rule> {
    let mut rules: Vec<&'static Rule> = FAMILIES.iter().flat_map(|f| f.rules).copied().collect();
    rules.sort_by_key(|r| r.meta.code);
    rules
}

/// The family of a namespace, however it is cased and whatever mark it ends with: readers are as lenient.
pub(super) fn family(ns: &str) -> Option<&'static Family> {
    let exact = FAMILIES.iter().find(|f| f.namespaces.contains(&ns));
    let near = || FAMILIES.iter().find(|f| f.namespaces.iter().any(|known| same_namespace(known, ns)));
    exact.or_else(|| if ns.is_empty() { None } else { near() }).copied()
}

/// Whether two addresses differ by case and by marks at their end only.
pub(super) fn same_namespace(a: &str, b: &str) -> bool {
    // Most differ in length already, and this is asked for every element of an unknown namespace.
    if a.len().abs_diff(b.len()) > 2 {
        return false;
    }
    let core = |ns: &str| ns.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_').len();
    a.get(..core(a)).zip(b.get(..core(b))).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b)) && !a.is_empty()
}
