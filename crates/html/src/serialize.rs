//! Serializes the tree, and verifies the result with `ammonia`, unless it is simple enough to need no parser. All use the
//! tables of [`allowlist`](super::allowlist).

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use feedmill_types::work;

use super::allowlist::{self, ELEMENTS, GLOBAL_ATTRIBUTES, LINK_SCHEMES, MATH, SVG, SVG_PRESENTATION};
use super::dom::{self, Dom, Edge, NodeId};
use super::escape::push_escaped;
use super::fixed_point::is_fixed_point;

/// Writes the content of a node as `html5ever` would, with allowed attributes only. `ammonia` then prints the same bytes,
/// unless it removes something. `length` is about that of the result.
pub(crate) fn serialize(dom: &Dom, root: NodeId, length: usize) -> String {
    let mut out = String::with_capacity(length);
    for edge in dom.get(root).into_iter().flat_map(|n| n.traverse()) {
        match edge {
            Edge::Open(node) if node.id() != root => {
                if let Some(text) = node.text() {
                    work::step(text.len());
                    push_escaped(text, false, &mut out);
                } else if let Some(element) = node.element().filter(|_| node.is_foreign()) {
                    push_foreign_tag(element, node.is_math(), &mut out);
                } else if let Some(element) = node.element() {
                    push_start_tag(element, &mut out);
                }
            }
            Edge::Close(node) if node.id() != root => {
                if let Some(element) = node.element().filter(|e| !allowlist::is_void(&e.name.local)) {
                    out.push_str("</");
                    out.push_str(&element.name.local);
                    out.push('>');
                }
            }
            _ => {}
        }
    }
    out
}

fn push_start_tag(element: &scraper::node::Element, out: &mut String) {
    let name = &*element.name.local;
    out.push('<');
    out.push_str(name);
    for key in allowlist::attributes_of(name).unwrap_or_default().iter().chain(&GLOBAL_ATTRIBUTES) {
        let Some(value) = dom::attr(element, key).and_then(|raw| allowlist::value(name, key, raw)) else {
            continue;
        };
        push_attribute(key, &value, out);
    }
    out.push('>');
}

fn push_foreign_tag(element: &scraper::node::Element, is_math: bool, out: &mut String) {
    out.push('<');
    out.push_str(&element.name.local);
    for (key, value) in allowlist::foreign_attributes(element, is_math) {
        push_attribute(key, &value, out);
    }
    out.push('>');
}

fn push_attribute(key: &str, value: &str, out: &mut String) {
    work::step(value.len());
    out.push(' ');
    out.push_str(key);
    out.push_str("=\"");
    push_escaped(value, true, out);
    out.push('"');
}

static AMMONIA: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    let all = || ELEMENTS.iter().chain(&MATH).chain(&SVG);
    let mut attributes: HashMap<&str, HashSet<&str>> =
        all().map(|(name, own)| (*name, own.iter().copied().collect())).collect();
    for (name, _) in &SVG {
        attributes.entry(*name).or_default().extend(SVG_PRESENTATION.iter().chain(&["transform"]));
    }
    builder
        .tags(all().map(|(name, _)| *name).collect())
        .tag_attributes(attributes)
        .generic_attributes(GLOBAL_ATTRIBUTES.into())
        .clean_content_tags(["script", "style"].into())
        .url_schemes(LINK_SCHEMES.into())
        .url_relative(UrlRelative::Deny)
        .link_rel(None)
        .strip_comments(true)
        .attribute_filter(allowlist::verified_value);
    builder
});

/// Sanitizes serialized markup. Returns markup of [`serialize`] unchanged, unless a parser reads it differently.
pub(crate) fn verify(markup: &str) -> Cow<'_, str> {
    work::step(markup.len());
    if is_fixed_point(markup) { Cow::Borrowed(markup) } else { Cow::Owned(sanitize(markup)) }
}

/// Sanitizes serialized markup with `ammonia`.
pub(crate) fn sanitize(markup: &str) -> String {
    AMMONIA.clean(&split_long_texts(markup)).to_string()
}

/// The longest text that is serialized in one piece, in bytes. `html5ever` 0.40 searches for the next `<` of a text again
/// after each `&` and `°`, so one long text would take quadratic time.
const MAX_TEXT: usize = 4 << 10;

/// Inserts comments into long texts. `ammonia` drops the comments and keeps the texts between them separate.
fn split_long_texts(markup: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let (mut rest, mut done) = (markup, 0);
    // The serializer leaves no `<` in a text, and neither `<` nor `>` in an attribute.
    while !rest.is_empty() {
        let (text, tag) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
        if text.len() > MAX_TEXT {
            out.push_str(&markup[done..markup.len() - rest.len()]);
            done = markup.len() - tag.len();
            split_text(text, &mut out);
        }
        rest = tag.find('>').map_or("", |end| &tag[end + 1..]);
    }
    if done == 0 {
        return Cow::Borrowed(markup);
    }
    out.push_str(&markup[done..]);
    Cow::Owned(out)
}

fn split_text(mut text: &str, out: &mut String) {
    while text.len() > MAX_TEXT {
        let end = text.floor_char_boundary(MAX_TEXT);
        // Not within an entity, which has at most six bytes.
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
    fn long_texts_are_split_and_come_back_unchanged() {
        for text in ["°", "&amp;", "a&nbsp;", "中&gt;", "plain "] {
            for times in [1000, 1365, 4096, 100_003] {
                let text = text.repeat(times);
                let markup = format!("{text}<p title=\"{text}\">{text}</p>{text}");
                let split = split_long_texts(&markup);
                assert_eq!(split.replace("<!---->", ""), markup);
                let mut texts = split.split("<p title").flat_map(|part| part.split("<!---->").skip(1));
                assert!(texts.all(|text| text.split(['<', '>']).next().is_some_and(|t| t.len() <= MAX_TEXT)));
                assert_eq!(split == markup, text.len() <= MAX_TEXT, "{times}");
                assert_eq!(sanitize(&markup), markup);
            }
        }
    }
}
