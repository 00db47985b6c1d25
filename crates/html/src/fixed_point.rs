//! Recognizes markup that an HTML parser reads as it is written, so that it need not be parsed again.
//!
//! Most articles are paragraphs, headings, lists, links and images. If they are nested so that no rule of the parser closes,
//! reopens or moves an element
//! ([HTML, 13.2.6](https://html.spec.whatwg.org/multipage/parsing.html#tree-construction)), and have allowed attributes
//! only, sanitizing them changes nothing. Everything else, such as tables, players, MathML and SVG, is left to the parser.

use super::allowlist::{self, GLOBAL_ATTRIBUTES};
use super::dom::FORMATS;
use super::escape::{decode_entities_once, has_forbidden, has_pair, is_no_break_space};

/// Rules of the parser for an element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Closes an open `p`.
    Block,
    /// A block with `li`.
    List,
    /// A block with `dt` and `dd`.
    Terms,
    /// A block that closes a heading around it.
    Heading,
    /// `li`, which closes an open `li`.
    Item,
    /// `dt` or `dd`, which close each other.
    Term,
    Paragraph,
    /// One of [`FORMATS`], by its position.
    Format(usize),
    /// Text without rules of its own.
    Phrase,
    /// Text without content and end tag.
    Void,
    /// `hr`.
    Rule,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "p" => Self::Paragraph,
            "br" | "img" | "wbr" => Self::Void,
            "hr" => Self::Rule,
            "li" => Self::Item,
            "ol" | "ul" => Self::List,
            "dl" => Self::Terms,
            "dd" | "dt" => Self::Term,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Self::Heading,
            "aside" | "blockquote" | "details" | "div" | "figcaption" | "figure" | "pre" | "section"
            | "summary" => Self::Block,
            "abbr" | "bdi" | "bdo" | "cite" | "del" | "dfn" | "ins" | "kbd" | "mark" | "q" | "samp"
            | "span" | "sub" | "sup" | "time" | "var" => Self::Phrase,
            _ => return FORMATS.iter().position(|format| *format == name).map(Self::Format),
        })
    }
}

/// True if sanitizing the markup is known to change nothing; false if it may change something.
pub(crate) fn is_fixed_point(markup: &str) -> bool {
    // A parser drops a byte order mark and carriage returns.
    !markup.starts_with('\u{FEFF}') && !markup.contains('\r') && !has_forbidden(markup) && is_nested(markup)
}

/// True if all tags are allowed, and nested so that the parser needs no repairs.
fn is_nested(markup: &str) -> bool {
    let mut open: Vec<(&str, Kind)> = Vec::new();
    let mut is_open = [false; FORMATS.len()];
    let mut is_in_paragraph = false;
    let mut rest = markup;
    loop {
        let (text, tag) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
        if !is_escaped(text, false) {
            return false;
        }
        if tag.is_empty() {
            return open.is_empty();
        }
        // The printer leaves no `>` in an attribute.
        let Some((tag, after)) = tag[1..].split_once('>') else { return false };
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            match open.pop() {
                Some((last, kind)) if last == name => match kind {
                    Kind::Format(at) => is_open[at] = false,
                    Kind::Paragraph => is_in_paragraph = false,
                    _ => {}
                },
                _ => return false,
            }
            continue;
        }
        let (name, attributes) = tag.split_at(tag.find(' ').unwrap_or(tag.len()));
        let Some(kind) = Kind::of(name) else { return false };
        let parent = open.last().map(|(_, kind)| *kind);
        let is_allowed = match kind {
            Kind::Phrase | Kind::Void => true,
            Kind::Format(at) => !std::mem::replace(&mut is_open[at], true),
            _ if is_in_paragraph => false,
            Kind::Heading => parent != Some(Kind::Heading),
            Kind::Item => parent == Some(Kind::List),
            Kind::Term => parent == Some(Kind::Terms),
            // A parser drops a line feed there.
            Kind::Block => name != "pre" || !rest.starts_with('\n'),
            Kind::List | Kind::Terms | Kind::Paragraph | Kind::Rule => true,
        };
        if !is_allowed || !has_allowed_attributes(name, attributes) {
            return false;
        }
        is_in_paragraph |= kind == Kind::Paragraph;
        if !matches!(kind, Kind::Void | Kind::Rule) {
            open.push((name, kind));
        }
    }
}

/// True if the attributes of a start tag are printed as [`serialize`](super::serialize) prints them.
fn has_allowed_attributes(element: &str, mut text: &str) -> bool {
    // In the order in which they are printed, so that none is there twice.
    let mut allowed = allowlist::attributes_of(element).unwrap_or_default().iter().chain(&GLOBAL_ATTRIBUTES);
    while !text.is_empty() {
        let attribute = text.strip_prefix(' ').and_then(|text| text.split_once("=\""));
        let Some((key, (value, rest))) = attribute.and_then(|(key, text)| Some((key, text.split_once('"')?)))
        else {
            return false;
        };
        text = rest;
        if !allowed.any(|name| *name == key) || !is_escaped(value, true) {
            return false;
        }
        let value = decode_entities_once(value);
        if allowlist::verified_value(element, key, &value).as_deref() != Some(&value) {
            return false;
        }
    }
    true
}

/// True if everything in a text without `<` is escaped as [`push_escaped`](super::escape::push_escaped) does.
fn is_escaped(text: &str, in_attribute: bool) -> bool {
    let is_entity = |after: &str| {
        ["amp;", "lt;", "gt;", "nbsp;"].iter().any(|name| after.starts_with(name))
            || (in_attribute && after.starts_with("quot;"))
    };
    let is_unescaped = |byte: u8, next: u8| (byte == b'>') | is_no_break_space(byte, next);
    !has_pair(text, is_unescaped) && text.split('&').skip(1).all(is_entity)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::allowlist::{ELEMENTS, LINK_SCHEMES};
    use super::super::serialize::sanitize;
    use super::*;

    #[test]
    fn articles_as_they_usually_are_need_no_parser() {
        for markup in [
            "",
            "Text &amp; more&nbsp;&lt;b&gt; \"quoted\"",
            "<p>One <b>two <i>three</i></b><br><a href=\"https://a.example/?a=1&amp;b=2\">four</a></p>\n<hr>",
            "<h2 id=\"part-1\">Part</h2><ul><li>One<ul><li><p>Two</p></li></ul></li></ul>",
            "<figure><img src=\"https://a.example/1.jpg\" alt=\"&quot;A&quot;\" width=\"3\"><figcaption>By</figcaption></figure>",
            "<dl><dt>A</dt><dd>B</dd></dl><pre><code class=\"language-rust\">fn</code></pre>",
            "<a href=\"mailto:a@b.example\"><div><p lang=\"de\" title=\"T\">Block</p></div></a>",
        ] {
            assert!(is_fixed_point(markup), "{markup}");
            assert_eq!(sanitize(markup), markup);
        }
    }

    #[test]
    fn what_a_parser_or_the_policy_would_change_is_left_to_the_parser() {
        for markup in [
            "<p>One<p>Two</p></p>",
            "<p>One<div>Two</div></p>",
            "<p><b>One</p></b>",
            "<b>One<p><b>Two</b></p></b>",
            "<a href=\"https://a.example/\">One<i><a href=\"https://a.example/\">Two</a></i></a>",
            "<h2>One<h3>Two</h3></h2>",
            "<ul><li>One<li>Two</li></li></ul>",
            "<ul><div><li>One</li></div></ul>",
            "<dl><dt>One<dd>Two</dd></dt></dl>",
            "<p>One",
            "One</p>",
            "<br></br>",
            "<pre>\nOne</pre>",
            "\u{FEFF}One",
            "a\rb",
            "a > b",
            "a & b",
            "a&copy;",
            "a\u{A0}b",
            "<p onclick=\"x\">One</p>",
            "<p title=\"a\" title=\"b\">One</p>",
            "<p title=\"a\" lang=\"de\">One</p>",
            "<p title=a>One</p>",
            "<p title=\"a>b\">One</p>",
            "<p id=\"name\">One</p>",
            "<p CLASS=\"x\">One</p>",
            "<P>One</P>",
            "<p >One</p>",
            "<p/>",
            "<code class=\"x\">One</code>",
            "<a href=\"javascript:x\">One</a>",
            "<a href=\"java&#115;cript:x\">One</a>",
            "<a href=\"/one\">One</a>",
            "<img src=\"data:image/png;base64,\">",
            "<script>x</script>",
            "<!--x-->",
            "<svg></svg>",
            "<table><p>x</p></table>",
        ] {
            assert!(!is_fixed_point(markup), "{markup}");
        }
    }

    /// Returns elements of all kinds in any nesting, with texts and attributes as they are printed, most of them valid.
    fn tree() -> impl Strategy<Value = String> {
        let names: Vec<&str> = ELEMENTS.iter().map(|(name, _)| *name).collect();
        let text = prop::sample::select(vec![
            "a", " ", "\n", "&amp;", "&nbsp;", "&lt;", "&gt;", "\"", "正", "°", "amp;", "\u{FEFF}",
        ]);
        let scheme = prop::sample::select([&LINK_SCHEMES[..], &["javascript", "data", "file", ""]].concat());
        let value = prop_oneof![
            (scheme, "[a-z/:.@&;%\\[\\] -]{0,12}")
                .prop_map(|(scheme, rest)| format!("{scheme}:{}", rest.replace('&', "&amp;"))),
            "[a-z0-9 .:-]{0,6}",
            prop::sample::select(vec![
                "footnote",
                "language-c",
                "ltr",
                "&quot;",
                "https://a.example/, https://b.example/"
            ])
            .prop_map(str::to_owned),
        ];
        let attribute = (any::<prop::sample::Index>(), value);
        let attributes = prop::collection::vec(attribute, 0..2);
        let leaf = prop::collection::vec(text, 0..3).prop_map(|texts| texts.concat());
        leaf.prop_recursive(6, 48, 4, move |inner| {
            let name = prop::sample::select(names.clone());
            (name, attributes.clone(), prop::collection::vec(inner, 0..4)).prop_map(
                |(name, list, children)| {
                    let own = allowlist::attributes_of(name).unwrap_or_default();
                    let keys: Vec<_> = own.iter().chain(&GLOBAL_ATTRIBUTES).collect();
                    let list = list.iter().map(|(at, value)| format!(" {}=\"{value}\"", at.get(&keys)));
                    let start = format!("<{name}{}>", list.collect::<String>());
                    let children = children.concat();
                    if allowlist::is_void(name) {
                        format!("{start}{children}")
                    } else {
                        format!("{start}{children}</{name}>")
                    }
                },
            )
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4096) })]

        #[test]
        fn what_needs_no_parser_is_what_the_sanitizer_returns_unchanged(parts in prop::collection::vec(tree(), 1..4)) {
            let markup = parts.concat();
            if is_fixed_point(&markup) {
                prop_assert_eq!(sanitize(&markup), markup);
            }
        }
    }
}
