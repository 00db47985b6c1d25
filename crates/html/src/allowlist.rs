//! The elements and attributes that may be published.

use std::borrow::Cow;

use feedmill_types::{is_http, is_plain_http, work};
use scraper::node::Element;
use url::Url;

use super::dom;
use super::escape::xml_text;

/// Every element that may be published, with its own attributes in the order in which they are serialized.
pub(crate) const ELEMENTS: [(&str, &[&str]); 69] = [
    ("a", &["href", "class"]),
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
    ("code", &["class"]),
    ("col", &["align", "span"]),
    ("colgroup", &["align", "span"]),
    ("dd", &[]),
    ("del", &["cite", "datetime"]),
    ("details", &["open"]),
    ("dfn", &[]),
    ("div", &["class"]),
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
    ("li", &["value", "class"]),
    ("mark", &[]),
    ("ol", &["start", "reversed", "type", "class"]),
    ("p", &[]),
    ("pre", &["class"]),
    ("q", &["cite"]),
    ("rp", &[]),
    ("rt", &[]),
    ("ruby", &[]),
    ("s", &[]),
    ("samp", &[]),
    ("section", &["class"]),
    ("small", &[]),
    ("source", &["src", "type"]),
    ("span", &[]),
    ("strong", &[]),
    ("sub", &[]),
    ("summary", &[]),
    ("sup", &["class"]),
    ("table", &[]),
    ("tbody", &["align"]),
    ("td", &["align", "colspan", "rowspan"]),
    ("tfoot", &["align"]),
    ("th", &["align", "colspan", "rowspan", "scope"]),
    ("thead", &["align"]),
    ("time", &["datetime"]),
    ("tr", &["align"]),
    ("track", &["src", "kind", "srclang", "label"]),
    ("tt", &[]),
    ("u", &[]),
    ("ul", &[]),
    ("var", &[]),
    ("video", &["src", "poster", "controls", "width", "height"]),
    ("wbr", &[]),
];

/// Attributes that every element may have.
pub(crate) const GLOBAL_ATTRIBUTES: [&str; 4] = ["dir", "id", "lang", "title"];

/// Elements of MathML that may be published. None of them may contain HTML: see [`foreign`](super::foreign).
pub(crate) const MATH: [(&str, &[&str]); 27] = [
    ("math", &["alttext", "display"]),
    ("menclose", &["notation"]),
    ("merror", &[]),
    ("mfrac", &["linethickness"]),
    ("mi", &["mathvariant"]),
    ("mmultiscripts", &[]),
    ("mn", &["mathvariant"]),
    (
        "mo",
        &[
            "accent",
            "fence",
            "form",
            "largeop",
            "lspace",
            "mathvariant",
            "maxsize",
            "minsize",
            "movablelimits",
            "rspace",
            "separator",
            "stretchy",
            "symmetric",
        ],
    ),
    ("mover", &["accent"]),
    ("mpadded", &["depth", "height", "lspace", "voffset", "width"]),
    ("mphantom", &[]),
    ("mprescripts", &[]),
    ("mroot", &[]),
    ("mrow", &["displaystyle", "scriptlevel"]),
    ("ms", &["mathvariant"]),
    ("mspace", &["depth", "height", "width"]),
    ("msqrt", &[]),
    ("msub", &[]),
    ("msubsup", &[]),
    ("msup", &[]),
    (
        "mtable",
        &[
            "columnalign",
            "columnlines",
            "columnspacing",
            "displaystyle",
            "frame",
            "rowalign",
            "rowlines",
            "rowspacing",
        ],
    ),
    ("mtd", &["columnalign", "columnspan", "rowalign", "rowspan"]),
    ("mtext", &["mathvariant"]),
    ("mtr", &["columnalign", "rowalign"]),
    ("munder", &["accentunder"]),
    ("munderover", &["accent", "accentunder"]),
    ("none", &[]),
];

/// Properties of shapes that may be published as attributes.
pub(crate) const SVG_PRESENTATION: [&str; 15] = [
    "dominant-baseline",
    "fill",
    "fill-opacity",
    "fill-rule",
    "font-size",
    "font-style",
    "font-weight",
    "opacity",
    "stroke",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-opacity",
    "stroke-width",
    "text-anchor",
];

/// Elements of SVG that may be published, with their own attributes in addition to [`SVG_PRESENTATION`] and `transform`.
/// None of them may contain HTML, and none refers to anything.
pub(crate) const SVG: [(&str, &[&str]); 11] = [
    ("circle", &["cx", "cy", "r"]),
    ("ellipse", &["cx", "cy", "rx", "ry"]),
    ("g", &[]),
    ("line", &["x1", "x2", "y1", "y2"]),
    ("path", &["d"]),
    ("polygon", &["points"]),
    ("polyline", &["points"]),
    ("rect", &["height", "rx", "ry", "width", "x", "y"]),
    ("svg", &["aria-label", "height", "preserveAspectRatio", "role", "viewBox", "width"]),
    ("text", &["dx", "dy", "x", "y"]),
    ("tspan", &["dx", "dy", "x", "y"]),
];

/// Schemes of links, in the order of the [registry](https://www.iana.org/assignments/uri-schemes/uri-schemes.xhtml): those
/// that `ammonia` allows by default, and `gemini`, `gopher`, `matrix`. None of them runs anything or reads a file.
pub(crate) const LINK_SCHEMES: [&str; 27] = [
    "bitcoin",
    "ftp",
    "ftps",
    "gemini",
    "geo",
    "gopher",
    "http",
    "https",
    "im",
    "irc",
    "ircs",
    "magnet",
    "mailto",
    "matrix",
    "mms",
    "mx",
    "news",
    "nntp",
    "openpgp4fpr",
    "sip",
    "sms",
    "smsto",
    "ssh",
    "tel",
    "webcal",
    "wtai",
    "xmpp",
];

/// Class names of footnotes, by which readers show them next to the text.
pub(crate) const FOOTNOTE_CLASSES: [&str; 9] = [
    "footnote",
    "footnotes",
    "footnote-ref",
    "footnote-backref",
    "footnote-back",
    "footnote-definition",
    "footnote-reference",
    "footnoteref",
    "reversefootnote",
];

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
        "align" => ["left", "center", "right", "justify"]
            .into_iter()
            .find(|side| raw.trim().eq_ignore_ascii_case(side))
            .map(Cow::Borrowed),
        "id" => is_id(raw).then_some(Cow::Borrowed(raw)),
        "class" => class(element, raw),
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

/// Returns the value with which an allowed attribute of a finished document is kept; `None` if it is not.
pub(crate) fn verified_value<'a>(element: &str, attribute: &str, value: &'a str) -> Option<Cow<'a, str>> {
    let is_link = |value| {
        is_plain_http(value) || Url::parse(value).is_ok_and(|url| LINK_SCHEMES.contains(&url.scheme()))
    };
    let is_valid = match attribute {
        "href" => is_link(value),
        "src" => is_http(value) && is_link(value),
        "cite" | "poster" => is_http(value),
        "srcset" => value.split(", ").all(is_http),
        "id" => is_id(value),
        "class" => return class(element, value),
        _ => true,
    };
    is_valid.then_some(Cow::Borrowed(value))
}

/// True for an id that may be published: one that no script takes for the name of a variable, because it has a digit, `-`,
/// `:` or `.`.
pub(crate) fn is_id(id: &str) -> bool {
    let is_char = |b: u8| b.is_ascii_alphanumeric() || b"-_:.".contains(&b);
    (2..=100).contains(&id.len())
        && id.bytes().all(is_char)
        && id.bytes().any(|b| b.is_ascii_digit() || b"-:.".contains(&b))
}

/// The class names that may be published: the language of code, and the marks of footnotes.
fn class<'a>(element: &str, raw: &'a str) -> Option<Cow<'a, str>> {
    let is_kept = |word: &&str| match element {
        "code" | "pre" => language_of(word).is_some(),
        _ => FOOTNOTE_CLASSES.iter().any(|known| known.eq_ignore_ascii_case(word)),
    };
    let mut words = raw.split_ascii_whitespace().filter(is_kept);
    let first = words.next()?;
    let rest: String = words.map(|word| format!(" {word}")).collect();
    Some(if rest.is_empty() { Cow::Borrowed(first) } else { Cow::Owned(format!("{first}{rest}")) })
}

/// The language that a class name of code gives: `rust` of `language-rust`.
pub(crate) fn language_of(class: &str) -> Option<&str> {
    let name = class.strip_prefix("language-")?;
    let is_char = |b: u8| b.is_ascii_alphanumeric() || b"-_+#.".contains(&b);
    (!name.is_empty() && name.len() <= 32 && name.bytes().all(is_char)).then_some(name)
}

/// The attributes with which an element of MathML or SVG is published, with their values.
pub(crate) fn foreign_attributes<'a>(
    element: &'a Element,
    is_math: bool,
) -> impl Iterator<Item = (&'static str, Cow<'a, str>)> {
    let name = &*element.name.local;
    let table: &[(&str, &[&'static str])] = if is_math { &MATH } else { &SVG };
    let own = table.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, own)| *own);
    let shared: &[&'static str] = if is_math { &[] } else { &SVG_PRESENTATION };
    let transform: &[&'static str] = if is_math { &[] } else { &["transform"] };
    own.iter().chain(shared).chain(transform).filter_map(move |key| {
        let raw = dom::attr(element, key)?;
        work::step(raw.len());
        let value = match *key {
            "alttext" | "aria-label" => clean_text(raw),
            _ => is_plain(raw).then_some(Cow::Borrowed(raw))?,
        };
        Some((*key, value))
    })
}

/// True for a value that is only numbers, names, units and colors. It cannot hold a URL, because it has no colon.
pub(crate) fn is_plain(value: &str) -> bool {
    let is_char = |b: u8| b.is_ascii_alphanumeric() || b" \n\t.,+-%#()".contains(&b);
    !value.is_empty() && value.bytes().all(is_char) && !value.to_ascii_lowercase().contains("url")
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
    use feedmill_types::to_rfc3986;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn plain_addresses_are_urls_and_print_as_they_parse(
            text in prop_oneof![
                "https?://[a-z0-9.:@-]{0,8}([/?#\\\\][!-~ é\t]{0,12})?",
                "https?://([a-z0-9]{1,3}[.-]){0,2}(xn--)?[a-z]{1,2}[0-9x]{0,2}\\.?(/(\\.|%2e|%2E|/|a|%4|\\?|#|'|=){0,8})?",
            ],
        ) {
            let url = Url::parse(&text);
            if is_plain_http(&text) {
                prop_assert!(url.as_ref().is_ok_and(|url| matches!(url.scheme(), "http" | "https")));
            }
            if let Some(valid) = url.ok().and_then(to_rfc3986) {
                prop_assert_eq!(Url::parse(valid.as_str()), Ok(valid.clone()));
                prop_assert_eq!(to_rfc3986(valid.clone()), Some(valid));
            }
        }
    }

    #[test]
    fn elements_are_sorted() {
        assert!(ELEMENTS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(MATH.is_sorted_by(|a, b| a.0 < b.0) && SVG.is_sorted_by(|a, b| a.0 < b.0));
        assert!(LINK_SCHEMES.is_sorted());
    }
}
