//! The elements and attributes that may be published.

use std::borrow::Cow;

use feedmill_types::work;
use scraper::node::Element;

use super::dom;
use super::escape::xml_text;

/// Every element that may be published, with its own attributes in the order in which they are serialized.
pub(crate) const ELEMENTS: [(&str, &[&str]); 69] = [
    ("a", &["href"]),
    ("abbr", &[]),
    ("aside", &[]),
    ("audio", &["src", "controls"]),
    ("b", &[]),
    ("bdi", &[]),
    ("bdo", &[]),
    ("blockquote", &["cite"]),
    ("br", &[]),
    ("caption", &[]),
    ("cite", &[]),
    ("code", &[]),
    ("col", &["span"]),
    ("colgroup", &["span"]),
    ("dd", &[]),
    ("del", &["cite", "datetime"]),
    ("details", &["open"]),
    ("dfn", &[]),
    ("div", &[]),
    ("dl", &[]),
    ("dt", &[]),
    ("em", &[]),
    ("figcaption", &[]),
    ("figure", &[]),
    ("h1", &[]),
    ("h2", &[]),
    ("h3", &[]),
    ("h4", &[]),
    ("h5", &[]),
    ("h6", &[]),
    ("hr", &[]),
    ("i", &[]),
    ("img", &["src", "srcset", "sizes", "alt", "width", "height"]),
    ("ins", &["cite", "datetime"]),
    ("kbd", &[]),
    ("li", &["value"]),
    ("mark", &[]),
    ("ol", &["start", "reversed", "type"]),
    ("p", &[]),
    ("pre", &[]),
    ("q", &["cite"]),
    ("rp", &[]),
    ("rt", &[]),
    ("ruby", &[]),
    ("s", &[]),
    ("samp", &[]),
    ("section", &[]),
    ("small", &[]),
    ("source", &["src", "type"]),
    ("span", &[]),
    ("strong", &[]),
    ("sub", &[]),
    ("summary", &[]),
    ("sup", &[]),
    ("table", &[]),
    ("tbody", &[]),
    ("td", &["colspan", "rowspan"]),
    ("tfoot", &[]),
    ("th", &["colspan", "rowspan", "scope"]),
    ("thead", &[]),
    ("time", &["datetime"]),
    ("tr", &[]),
    ("track", &["src", "kind", "srclang", "label"]),
    ("tt", &[]),
    ("u", &[]),
    ("ul", &[]),
    ("var", &[]),
    ("video", &["src", "poster", "controls", "width", "height"]),
    ("wbr", &[]),
];

/// Attributes that every element may have.
pub(crate) const GLOBAL_ATTRIBUTES: [&str; 3] = ["dir", "lang", "title"];

pub(crate) fn is_allowed(name: &str) -> bool {
    attributes_of(name).is_some()
}

pub(crate) fn attributes_of(name: &str) -> Option<&'static [&'static str]> {
    ELEMENTS.binary_search_by(|(known, _)| (*known).cmp(name)).ok().map(|at| ELEMENTS[at].1)
}

pub(crate) fn is_void(name: &str) -> bool {
    matches!(name, "br" | "col" | "hr" | "img" | "source" | "track" | "wbr")
}

/// The value under which an attribute is published; `None` if it is not.
pub(crate) fn value<'a>(element: &str, attribute: &str, raw: &'a str) -> Option<Cow<'a, str>> {
    let number = |ok: bool| ok.then(|| Cow::Borrowed(raw.trim()));
    let is_word = |s: &str| {
        !s.is_empty()
            && s.len() <= 64
            && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./+:".contains(&b))
    };
    work::step(raw.len());
    match attribute {
        "dir" => {
            ["ltr", "rtl", "auto"].into_iter().find(|d| raw.trim().eq_ignore_ascii_case(d)).map(Cow::Borrowed)
        }
        "lang" | "srclang" | "kind" | "scope" | "type" | "datetime" => {
            is_word(raw.trim()).then(|| Cow::Borrowed(raw.trim()))
        }
        "width" | "height" => {
            let digits = raw.trim().strip_suffix("px").unwrap_or(raw.trim());
            let bare = digits.strip_suffix('%').unwrap_or(digits);
            let ok = !bare.is_empty() && bare.len() <= 5 && bare.bytes().all(|b| b.is_ascii_digit());
            ok.then_some(Cow::Borrowed(digits))
        }
        "colspan" | "rowspan" | "span" | "start" | "value" => {
            number(raw.trim().len() <= 5 && raw.trim().parse::<i32>().is_ok())
        }
        "controls" | "open" | "reversed" => Some(Cow::Borrowed("")),
        "title" | "label" if dom::is_blank(raw) => None,
        // A tooltip that only repeats the URL.
        "title" if element == "a" && raw.contains("://") => None,
        "title" | "alt" | "label" | "sizes" => Some(clean_text(raw)),
        _ => Some(Cow::Borrowed(raw)),
    }
}

fn clean_text(raw: &str) -> Cow<'_, str> {
    match xml_text(raw) {
        Cow::Borrowed(text) if !text.contains('\r') => Cow::Borrowed(text),
        text => Cow::Owned(text.replace('\r', "\n")),
    }
}

/// True if an attribute of an element matters in itself, so that the element may not be unwrapped.
pub(crate) fn has_meaning(element: &Element) -> bool {
    let name = &*element.name.local;
    GLOBAL_ATTRIBUTES
        .iter()
        .any(|key| dom::attr(element, key).is_some_and(|raw| value(name, key, raw).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_sorted() {
        assert!(ELEMENTS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
