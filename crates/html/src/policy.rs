//! What may be published: elements, attributes, schemes. The printer writes these and no others, and `ammonia` checks
//! the result against the same tables.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use ego_tree::iter::Edge;
use ego_tree::{NodeId, NodeRef};
use scraper::Node;

use super::dom::{self, Dom};
use feedmill_types::is_web;

/// Every element that may be published, with its own attributes in the order they are printed.
const ELEMENTS: [(&str, &[&str]); 69] = [
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

/// Attributes that any element may have.
const GLOBAL: [&str; 3] = ["dir", "lang", "title"];

pub(super) fn is_allowed(name: &str) -> bool {
    attributes_of(name).is_some()
}

fn attributes_of(name: &str) -> Option<&'static [&'static str]> {
    ELEMENTS.binary_search_by(|(known, _)| (*known).cmp(name)).ok().map(|at| ELEMENTS[at].1)
}

pub(super) fn is_void(name: &str) -> bool {
    matches!(name, "br" | "col" | "hr" | "img" | "source" | "track" | "wbr")
}

/// The value of an attribute as it is published, if it is.
fn value<'a>(element: &str, attribute: &str, raw: &'a str) -> Option<Cow<'a, str>> {
    let number = |ok: bool| ok.then(|| Cow::Borrowed(raw.trim()));
    let is_word = |s: &str| {
        !s.is_empty()
            && s.len() <= 64
            && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./+:".contains(&b))
    };
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
        // A tooltip that repeats the address is noise.
        "title" if element == "a" && raw.contains("://") => None,
        "title" | "alt" | "label" | "sizes" => Some(clean_text(raw)),
        _ => Some(Cow::Borrowed(raw)),
    }
}

fn clean_text(raw: &str) -> Cow<'_, str> {
    match super::xml_text(raw) {
        Cow::Borrowed(text) if !text.contains('\r') => Cow::Borrowed(text),
        text => Cow::Owned(text.replace('\r', "\n")),
    }
}

/// Whether an element says something by an attribute alone, so that it is more than its content.
pub(super) fn has_meaning(element: &scraper::node::Element) -> bool {
    let name = &*element.name.local;
    GLOBAL.iter().any(|key| dom::attr(element, key).is_some_and(|raw| value(name, key, raw).is_some()))
}

/// Writes the tree as `html5ever` would: what `ammonia` prints is then the same, byte for byte, unless it objects.
pub(super) fn print(dom: &Dom, root: NodeId) -> String {
    let mut out = String::new();
    let edges = dom.get(root).into_iter().flat_map(|n: NodeRef<'_, Node>| n.traverse());
    for edge in edges {
        match edge {
            Edge::Open(node) if node.id() == root => {}
            Edge::Open(node) => match node.value() {
                Node::Text(text) => escape(text, false, &mut out),
                Node::Element(element) => {
                    let name = &*element.name.local;
                    out.push('<');
                    out.push_str(name);
                    for key in attributes_of(name).unwrap_or_default().iter().chain(&GLOBAL) {
                        let Some(value) = dom::attr(element, key).and_then(|raw| value(name, key, raw))
                        else {
                            continue;
                        };
                        out.push(' ');
                        out.push_str(key);
                        out.push_str("=\"");
                        escape(&value, true, &mut out);
                        out.push('"');
                    }
                    out.push('>');
                }
                _ => {}
            },
            Edge::Close(node) if node.id() != root => {
                if let Some(element) = node.value().as_element().filter(|e| !is_void(&e.name.local)) {
                    out.push_str("</");
                    out.push_str(&element.name.local);
                    out.push('>');
                }
            }
            Edge::Close(_) => {}
        }
    }
    out
}

fn escape(text: &str, in_attribute: bool, out: &mut String) {
    let mut done = 0;
    for (at, c) in text.char_indices() {
        let entity = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '\u{A0}' => "&nbsp;",
            '"' if in_attribute => "&quot;",
            _ => continue,
        };
        out.push_str(&text[done..at]);
        out.push_str(entity);
        done = at + c.len_utf8();
    }
    out.push_str(&text[done..]);
}

/// The last gate.
static GATE: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(ELEMENTS.iter().map(|(name, _)| *name).collect())
        .tag_attributes(
            ELEMENTS
                .iter()
                .map(|(name, own)| (*name, own.iter().copied().collect()))
                .collect::<HashMap<_, HashSet<_>>>(),
        )
        .generic_attributes(GLOBAL.into())
        .clean_content_tags(["script", "style"].into())
        .url_schemes(["http", "https", "mailto", "tel"].into())
        .url_relative(UrlRelative::Deny)
        .link_rel(None)
        .strip_comments(true)
        .attribute_filter(|_, attribute, value| match attribute {
            "srcset" => value.split(", ").all(is_web).then_some(Cow::Borrowed(value)),
            "cite" | "poster" => is_web(value).then_some(Cow::Borrowed(value)),
            _ => Some(Cow::Borrowed(value)),
        });
    builder
});

/// Sanitizes printed markup; what the printer wrote comes back unchanged.
pub(super) fn pass_gate(markup: &str) -> String {
    GATE.clean(&broken_up(markup)).to_string()
}

/// The longest text that is printed as one, in bytes. `html5ever` 0.40 looks for the next `<` of a text anew after each
/// `&` and `°`, so a long one would take time with the square of its length.
const MAX_TEXT: usize = 4 << 10;

/// Printed markup with comments in long texts. The gate drops them, and leaves what was between them as texts of their own.
fn broken_up(markup: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let (mut rest, mut done) = (markup, 0);
    // The printer leaves no `<` in a text, and neither `<` nor `>` in an attribute.
    while !rest.is_empty() {
        let (text, tag) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
        if text.len() > MAX_TEXT {
            out.push_str(&markup[done..markup.len() - rest.len()]);
            done = markup.len() - tag.len();
            break_text(text, &mut out);
        }
        rest = tag.find('>').map_or("", |end| &tag[end + 1..]);
    }
    if done == 0 {
        return Cow::Borrowed(markup);
    }
    out.push_str(&markup[done..]);
    Cow::Owned(out)
}

fn break_text(mut text: &str, out: &mut String) {
    while text.len() > MAX_TEXT {
        let end = text.floor_char_boundary(MAX_TEXT);
        // Not within an entity, which has six bytes at most.
        let before = text.floor_char_boundary(end - 6);
        let last = text[before..end].rfind('&').map_or(end, |at| before + at);
        let (piece, more) = text.split_at(last);
        out.push_str(piece);
        out.push_str("<!---->");
        text = more;
    }
    out.push_str(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_long_text_is_printed_as_one_and_none_is_changed() {
        for text in ["°", "&amp;", "a&nbsp;", "中&gt;", "plain "] {
            for times in [1000, 1365, 4096, 100_003] {
                let text = text.repeat(times);
                let markup = format!("{text}<p title=\"{text}\">{text}</p>{text}");
                let broken = broken_up(&markup);
                assert_eq!(broken.replace("<!---->", ""), markup);
                let mut texts = broken.split("<p title").flat_map(|part| part.split("<!---->").skip(1));
                assert!(texts.all(|text| text.split(['<', '>']).next().is_some_and(|t| t.len() <= MAX_TEXT)));
                assert_eq!(broken == markup, text.len() <= MAX_TEXT, "{times}");
                assert_eq!(pass_gate(&markup), markup);
            }
        }
    }

    #[test]
    fn elements_are_sorted() {
        assert!(ELEMENTS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
