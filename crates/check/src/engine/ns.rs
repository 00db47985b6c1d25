//! Namespaces that more than one file names.

use feedmill_types::starts_with_ignore_case;

pub(crate) const ATOM: &str = "http://www.w3.org/2005/Atom";
pub(crate) const DC: &str = "http://purl.org/dc/elements/1.1/";
/// Apple Podcasts.
pub(crate) const ITUNES: &str = "http://www.itunes.com/dtds/podcast-1.0.dtd";
pub(crate) const MATHML: &str = "http://www.w3.org/1998/Math/MathML";
pub(crate) const MEDIA: &str = "http://search.yahoo.com/mrss/";
pub(crate) const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
/// RSS 0.90.
pub(crate) const RSS_090: &str = "http://my.netscape.com/rdf/simple/0.9/";
/// RSS 1.0.
pub(crate) const RSS_1: &str = "http://purl.org/rss/1.0/";
pub(crate) const SVG: &str = "http://www.w3.org/2000/svg";
pub(crate) const XHTML: &str = "http://www.w3.org/1999/xhtml";
pub(crate) const XLINK: &str = "http://www.w3.org/1999/xlink";

/// True if two namespaces differ only by case and by punctuation at the end.
pub(crate) fn is_same(a: &str, b: &str) -> bool {
    // Most differ in length, and every element of an unknown namespace asks.
    if a.len().abs_diff(b.len()) > 2 {
        return false;
    }
    let core = |ns: &str| ns.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_').len();
    a.get(..core(a)).zip(b.get(..core(b))).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b)) && !a.is_empty()
}

/// True if two namespaces differ only by case, punctuation at the end, `https` for `http`, and `www`.
pub(crate) fn is_near(a: &str, b: &str) -> bool {
    if a.len().abs_diff(b.len()) > 8 {
        return false;
    }
    core(a).eq_ignore_ascii_case(core(b)) && !core(a).is_empty()
}

/// Returns a namespace without what [`is_near`] ignores.
fn core(ns: &str) -> &str {
    let mut core = ns.trim();
    for prefix in ["http://", "https://", "www."] {
        if starts_with_ignore_case(core, prefix) {
            core = &core[prefix.len()..];
        }
    }
    core.trim_end_matches(|c: char| !c.is_alphanumeric())
}
