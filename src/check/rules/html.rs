//! HTML inside feeds: what readers strip, what endangers them, and markup where plain text is meant.

use super::super::Log;
use super::super::document::Element;
use super::super::registry as r;
use super::XHTML;

/// Elements that readers show.
const SAFE: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "area",
    "article",
    "aside",
    "audio",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "datalist",
    "dd",
    "del",
    "details",
    "dfn",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hgroup",
    "hr",
    "html",
    "i",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "legend",
    "li",
    "main",
    "map",
    "mark",
    "menu",
    "meter",
    "nav",
    "ol",
    "optgroup",
    "option",
    "output",
    "p",
    "picture",
    "pre",
    "progress",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "select",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "track",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
    "svg",
    "math",
];
/// Elements that readers take out, for what they can do.
const RISKY: &[&str] = &[
    "applet",
    "base",
    "basefont",
    "bgsound",
    "comment",
    "embed",
    "frame",
    "frameset",
    "iframe",
    "isindex",
    "keygen",
    "link",
    "listing",
    "marquee",
    "meta",
    "noembed",
    "noframes",
    "noscript",
    "nobr",
    "blink",
    "object",
    "param",
    "plaintext",
    "script",
    "style",
    "template",
    "title",
    "xml",
    "xmp",
    "layer",
    "ilayer",
    "multicol",
    "spacer",
];
const PROPERTIES: &[&str] = &[
    "azimuth",
    "background",
    "background-color",
    "border",
    "border-bottom",
    "border-bottom-color",
    "border-bottom-style",
    "border-bottom-width",
    "border-collapse",
    "border-color",
    "border-left",
    "border-left-color",
    "border-left-style",
    "border-left-width",
    "border-right",
    "border-right-color",
    "border-right-style",
    "border-right-width",
    "border-spacing",
    "border-style",
    "border-top",
    "border-top-color",
    "border-top-style",
    "border-top-width",
    "border-width",
    "clear",
    "color",
    "cursor",
    "direction",
    "display",
    "elevation",
    "float",
    "font",
    "font-family",
    "font-size",
    "font-style",
    "font-variant",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "margin",
    "margin-bottom",
    "margin-left",
    "margin-right",
    "margin-top",
    "overflow",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "pause",
    "pause-after",
    "pause-before",
    "pitch",
    "pitch-range",
    "richness",
    "speak",
    "speak-header",
    "speak-numeral",
    "speak-punctuation",
    "speech-rate",
    "stress",
    "text-align",
    "text-decoration",
    "text-indent",
    "unicode-bidi",
    "vertical-align",
    "voice-family",
    "volume",
    "white-space",
    "width",
];
const KEYWORDS: &[&str] = &[
    "aqua",
    "auto",
    "black",
    "block",
    "blue",
    "bold",
    "both",
    "bottom",
    "brown",
    "center",
    "collapse",
    "dashed",
    "dotted",
    "fuchsia",
    "gray",
    "green",
    "!important",
    "italic",
    "left",
    "lime",
    "maroon",
    "medium",
    "none",
    "navy",
    "normal",
    "nowrap",
    "olive",
    "pointer",
    "purple",
    "red",
    "right",
    "solid",
    "silver",
    "teal",
    "top",
    "transparent",
    "underline",
    "white",
    "yellow",
];

/// A tag found in text: its name and its attributes.
struct Tag<'a> {
    name: &'a str,
    attributes: Vec<(&'a str, &'a str)>,
}

/// The start tags in a text.
fn tags(text: &str) -> Vec<Tag<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix("!--") {
            rest = after.split_once("-->").map_or("", |(_, r)| r);
            continue;
        }
        let name_end =
            rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, ':' | '-')).unwrap_or(rest.len());
        let name = &rest[..name_end];
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        rest = &rest[name_end..];
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            if rest.is_empty() || rest.starts_with(['>', '<']) {
                break;
            }
            let key_end = rest
                .find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/' | '<'))
                .unwrap_or(rest.len());
            let key = &rest[..key_end];
            rest = rest[key_end..].trim_start();
            let mut value = "";
            if let Some(after) = rest.strip_prefix('=') {
                let after = after.trim_start();
                let quote = after.chars().next().filter(|q| matches!(q, '"' | '\''));
                (value, rest) = match quote {
                    Some(q) => after[1..].split_once(q).unwrap_or((&after[1..], "")),
                    None => after
                        .split_at(after.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(after.len())),
                };
            } else if key.is_empty() {
                rest = rest.get(1..).unwrap_or_default();
            }
            attributes.push((key, value));
        }
        found.push(Tag { name, attributes });
    }
    found
}

fn is_known(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    SAFE.contains(&&*lower) || RISKY.contains(&&*lower)
}

/// Whether a text looks like markup: it holds a tag of HTML, or a reference that only HTML has.
fn has_markup(text: &str) -> bool {
    let closes = text.split("</").skip(1).any(|t| {
        let name = t.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        is_known(name)
    });
    if closes || tags(text).iter().any(|t| is_known(t.name)) && text.contains('>') {
        return true;
    }
    text.split('&').skip(1).any(|part| {
        part.split_once(';').is_some_and(|(name, _)| {
            let number = name.strip_prefix('#').map(|n| n.strip_prefix(['x', 'X']).unwrap_or(n));
            number.map_or_else(
                || {
                    name.len() > 1
                        && name.bytes().all(|b| b.is_ascii_alphanumeric())
                        && crate::html::decode_entities_once(&format!("&{name};")).len() != name.len() + 2
                },
                |n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_hexdigit()),
            )
        })
    })
}

/// Whether text that is markup already holds markup once more.
pub(super) fn looks_escaped(text: &str) -> bool {
    tags(text).iter().any(|t| is_known(t.name)) && text.contains('>')
}

/// Plain text must not hold markup.
pub(super) fn plain(text: &str, element: &Element<'_>, log: &mut Log) {
    if has_markup(text) {
        log.add(&r::HTML_IN_TEXT, element.end, format!("`{}` holds markup", element.name));
    }
}

/// Text of Atom that does not say that it is HTML.
pub(super) fn undeclared(text: &str, element: &Element<'_>, log: &mut Log) {
    if has_markup(text) {
        log.add(
            &r::HTML_UNDECLARED,
            element.end,
            format!("`{}` holds markup, but its type is text", element.name),
        );
    }
}

/// HTML as a text.
pub(super) fn html(text: &str, element: &Element<'_>, relative: bool, log: &mut Log) {
    let at = element.end;
    for tag in tags(text) {
        judge(&tag.name.to_ascii_lowercase(), tag.attributes.into_iter(), at, relative, log);
    }
    if text.rfind('<').is_some_and(|open| {
        text[open..].chars().nth(1).is_some_and(|c| c.is_ascii_alphabetic()) && !text[open..].contains('>')
    }) {
        log.add(&r::HTML_BROKEN, at, format!("`{}` ends within a tag", element.name));
    }
}

fn judge<'t>(
    name: &str,
    attributes: impl Iterator<Item = (&'t str, &'t str)>,
    at: usize,
    relative: bool,
    log: &mut Log,
) {
    if RISKY.contains(&name) {
        log.add(&r::HTML_RISK, at, format!("readers remove `{name}`"));
    } else if !SAFE.contains(&name) {
        log.add(&r::HTML_BROKEN, at, format!("`{name}` is no element of HTML"));
    }
    for (key, value) in attributes {
        let key = key.to_ascii_lowercase();
        if key.starts_with("on") {
            log.add(&r::HTML_RISK_ATTRIBUTE, at, format!("readers remove `{key}`"));
        } else if key == "style" {
            if let Some(bad) = bad_style(value) {
                log.add(&r::HTML_STYLE, at, format!("readers may remove the style for `{bad}`"));
            }
        } else if matches!(&*key, "href" | "src") {
            let scheme = value
                .split(':')
                .next()
                .filter(|_| value.contains(':'))
                .unwrap_or_default()
                .trim()
                .to_ascii_lowercase();
            if matches!(&*scheme, "javascript" | "vbscript") {
                log.add(&r::HTML_RISK_ATTRIBUTE, at, format!("readers remove `{scheme}:`"));
            }
            if relative && !value.contains(':') && !value.starts_with('#') && !value.is_empty() {
                log.add(&r::HTML_RELATIVE, at, format!("`{value}` is relative to nothing"));
            }
        }
    }
}

/// The first part of a style that readers do not let through.
fn bad_style(style: &str) -> Option<&str> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c.is_whitespace() || ":,;#%.!-'\"()_".contains(c);
    if !style.chars().all(allowed) {
        return Some(style);
    }
    for part in style.split(';').filter(|p| !p.trim().is_empty()) {
        let Some((property, value)) = part.split_once(':') else { return Some(part) };
        if value.contains(':') {
            return Some(part);
        }
        let property = property.trim().to_ascii_lowercase();
        if !PROPERTIES.contains(&&*property)
            || value.to_ascii_lowercase().contains("url")
            || value.to_ascii_lowercase().contains("expression")
        {
            return Some(part);
        }
        if ["background", "border", "margin", "padding"]
            .contains(&property.split('-').next().unwrap_or_default())
        {
            for word in value.split_whitespace() {
                let lower = word.to_ascii_lowercase();
                if !KEYWORDS.contains(&&*lower) && !is_css_value(&lower) {
                    return Some(part);
                }
            }
        }
    }
    None
}

fn is_css_value(word: &str) -> bool {
    if let Some(hex) = word.strip_prefix('#') {
        return !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit());
    }
    if let Some(rgb) = word.strip_prefix("rgb(") {
        return rgb.trim_end_matches(')').bytes().all(|b| b.is_ascii_digit() || matches!(b, b'%' | b','));
    }
    let number = word.trim_start_matches('-');
    let digits = number.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let unit = number[digits..].trim_end_matches(',');
    digits <= 5
        && matches!(unit, "" | "cm" | "em" | "ex" | "in" | "mm" | "pc" | "pt" | "px" | "%")
        && (digits > 0 || !unit.is_empty())
}

/// XHTML as elements.
pub(super) fn xhtml(element: &Element<'_>, log: &mut Log) {
    const DRAWING: [&str; 2] = ["http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"];
    if &*element.ns == XHTML {
        let attributes = element.attributes.iter().filter(|a| a.ns.is_empty()).map(|a| (a.local, &*a.value));
        judge(element.local, attributes, element.at, false, log);
    } else if !DRAWING.contains(&&*element.ns) && !element.ns.is_empty() && &*element.ns != super::ATOM {
        log.add(&r::NS_UNKNOWN, element.at, format!("few readers know `{}`", element.ns));
    }
    for child in element.elements() {
        xhtml(child, log);
    }
}
