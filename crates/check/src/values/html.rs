//! HTML: whether it is well-formed and safe, and whether a text that should be plain has markup in it.

use std::borrow::Cow;
use std::fmt::Display;

use feedmill_html::srcset_candidates;

use crate::message::shown;
use crate::rule::{
    Context::{Entry, Item},
    Rule,
};
use crate::values::{html_scanner, style, url};
use feedmill_types::work::step;

pub(crate) static BROKEN: Rule = Rule::warning("html/not-well-formed", "malformed HTML")
    .why("Browsers and readers repair malformed HTML, each in its own way, and an unclosed element swallows what follows.")
    .remedy("correct the markup at this place")
    .spec("HTML, 13.2.2", "https://html.spec.whatwg.org/multipage/parsing.html#parse-errors")
    .example(Item, "<description>&lt;p>One &lt;b>two&lt;/p></description>", "<description>&lt;p>One &lt;b>two&lt;/b>&lt;/p></description>");

pub(crate) static RISK: Rule = Rule::warning("html/risk", "element that readers remove")
    .why("Scripts, frames, plug-ins and style sheets can harm the user, so readers remove them, with or without their content.")
    .remedy("remove it; replace a frame with a link")
    .spec("RFC 4287, 8.1", "https://www.rfc-editor.org/rfc/rfc4287#section-8.1")
    .example(Item, "<description>&lt;p>One&lt;/p>&lt;script>alert(1)&lt;/script></description>", "<description>&lt;p>One&lt;/p></description>");

pub(crate) static RISK_ATTRIBUTE: Rule =
    Rule::warning("html/risk-attribute", "attribute that readers remove")
        .why("Event handlers and javascript: URLs are scripts, so readers remove them.")
        .remedy("remove it")
        .spec("RFC 4287, 8.1", "https://www.rfc-editor.org/rfc/rfc4287#section-8.1")
        .example(
            Item,
            r#"<description>&lt;p onclick="alert(1)">One&lt;/p></description>"#,
            "<description>&lt;p>One&lt;/p></description>",
        );

pub(crate) static STYLE: Rule = Rule::warning("html/style", "CSS that readers remove")
    .why("Positions, huge margins and images can cover the reader's own interface or track the user, so readers allow only simple properties and values.")
    .remedy("remove it and leave the style to the reader")
    .spec("RFC 4287, 8.1", "https://www.rfc-editor.org/rfc/rfc4287#section-8.1")
    .example(Item, r#"<description>&lt;p style="position: fixed">One&lt;/p></description>"#, r#"<description>&lt;p style="color: red">One&lt;/p></description>"#);

static RELATIVE: Rule = Rule::warning("html/relative", "relative URL in the HTML of a feed")
    .why("RSS does not define a base for URLs: one reader takes the item's link, another the URL of the feed, a third one none.")
    .remedy("write the full URL")
    .spec("RSS Profile, description", "https://www.rssboard.org/rss-profile#element-channel-item-description")
    .example(Item, r#"<description>&lt;img src="/1.png" alt=""></description>"#, r#"<description>&lt;img src="https://town.example/1.png" alt=""></description>"#);

pub(crate) static IN_TEXT: Rule = Rule::warning("html/in-text", "HTML in plain text")
    .why("Readers show the tags, or parse them and lose what only looks like a tag.")
    .remedy("write the text without markup, or `&#x3C;` and `&#x26;` for each `<` and `&` if it is no markup")
    .spec("RSS Profile, Character Data", "https://www.rssboard.org/rss-profile#data-types-characterdata")
    .example(Item, "<title>&lt;b>One&lt;/b></title>", "<title>One</title>");

pub(crate) static CHARACTER_DATA: Rule = Rule::warning(
    "html/character-data",
    "plain text that looks like HTML",
)
.why("Some readers decode a title twice. Hexadecimal references for `<` and `&` are safe in either case.")
.remedy("write `&#x3C;` for `<` and `&#x26;` for `&`")
.spec("RSS Profile, Character Data", "https://www.rssboard.org/rss-profile#data-types-characterdata")
.example(Item, "<title>a &lt;b</title>", "<title>a &#x3C;b</title>");

pub(crate) static UNDECLARED: Rule = Rule::warning("html/undeclared", "HTML in a text of type text")
    .why("The type declares plain text, so readers show the tags.")
    .remedy("write type=\"html\", or the text without markup, or `&#x3C;` and `&#x26;` for each `<` and `&` if it is no markup")
    .spec("RFC 4287, 3.1.1.1", "https://www.rfc-editor.org/rfc/rfc4287#section-3.1.1.1")
    .example(
        Entry,
        "<summary>&lt;b>One&lt;/b></summary>",
        r#"<summary type="html">&lt;b>One&lt;/b></summary>"#,
    );

pub(crate) static NOT_INLINE: Rule = Rule::warning("html/not-inline", "escaped HTML in XHTML")
    .why("XHTML is written as elements. Escaped tags are text, and readers show them.")
    .remedy("write the elements unescaped, or type=\"html\"")
    .spec("RFC 4287, 3.1.1.3", "https://www.rfc-editor.org/rfc/rfc4287#section-3.1.1.3")
    .example(
        Entry,
        r#"<summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">&lt;b>One&lt;/b></div></summary>"#,
        r#"<summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><b>One</b></div></summary>"#,
    );

pub(crate) static RULES: &[&Rule] = &[
    &BROKEN,
    &RISK,
    &RISK_ATTRIBUTE,
    &STYLE,
    &RELATIVE,
    &IN_TEXT,
    &CHARACTER_DATA,
    &UNDECLARED,
    &NOT_INLINE,
];

/// Evidence of HTML in a text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Evidence<'t> {
    /// An end tag of HTML, a whole tag, or a reference that only HTML has.
    Markup(&'t str),
    /// The beginning of something that may be a tag.
    Likeness(&'t str),
}

/// Returns the first end tag of HTML, else the first reference of HTML, else the first thing like a tag.
pub(crate) fn evidence(text: &str) -> Option<Evidence<'_>> {
    step(text.len());
    memchr::memchr2(b'<', b'&', text.as_bytes())?;
    for (at, _) in text.match_indices("</") {
        let name = word(&text[at + 2..]);
        if text[at + 2 + name.len()..].starts_with('>') && html_scanner::is_html(name) {
            return Some(Evidence::Markup(&text[at..at + name.len() + 3]));
        }
    }
    let mut references = text.match_indices('&').map(|(at, _)| {
        let rest = &text[at + 1..];
        let number = rest.strip_prefix('#').unwrap_or(rest);
        let name = &number[..number.bytes().take_while(u8::is_ascii_alphanumeric).count()];
        (at, number.len() < rest.len(), name)
    });
    if let Some((at, number, name)) =
        references.find(|(_, number, name)| if *number { is_code(name) } else { is_entity(name) })
    {
        return Some(Evidence::Markup(&text[at..at + 1 + usize::from(number) + name.len()]));
    }
    let start = text
        .match_indices('<')
        .find(|(at, _)| text[at + 1..].starts_with(|c: char| c == '/' || c.is_ascii_alphabetic()))?;
    let rest = &text[start.0..];
    let name = word(&rest[1..]);
    // A tag with attributes or of a void element is one without an end tag.
    let inner = rest.split('>').next().unwrap_or_default();
    let is_tag = inner.contains("=\"") || ["br", "hr", "img"].iter().any(|v| v.eq_ignore_ascii_case(name));
    let is_whole = inner.len() < rest.len() && is_tag && html_scanner::is_html(name);
    let shown = rest.get(..1 + name.len()).unwrap_or(rest);
    Some(if is_whole { Evidence::Markup(shown) } else { Evidence::Likeness(shown) })
}

fn word(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())]
}

/// True if a text is the number of a character reference: digits, or `x` and hexadecimal digits.
fn is_code(text: &str) -> bool {
    match text.strip_prefix(['x', 'X']) {
        Some(hex) => hex.starts_with(|c: char| c.is_ascii_hexdigit()),
        None => text.starts_with(|c: char| c.is_ascii_digit()),
    }
}

/// True if HTML has a reference of this name. As in the HTML standard, a name has only letters and digits of ASCII.
fn is_entity(name: &str) -> bool {
    const LONGEST: usize = "CounterClockwiseContourIntegral".len();
    matches!(name, "amp" | "lt" | "gt" | "quot" | "nbsp" | "apos")
        || (1..=LONGEST).contains(&name.len()) && {
            let reference = format!("&{name};");
            feedmill_html::decode_entities_once(&reference) != reference
        }
}

/// Inspects HTML. Reports each violation as the rule, the byte offset and the detail; `relative` reports relative URLs.
pub(crate) fn inspect(
    text: &str,
    relative: bool,
    report: &mut dyn FnMut(&'static Rule, usize, &dyn Display),
) {
    html_scanner::scan(text, &mut |event| match event {
        html_scanner::Event::Error(at, message) => report(&BROKEN, at, &message),
        html_scanner::Event::Element(at, name, kind) => match kind {
            None if name.contains('-') => report(&RISK, at, &format_args!("`{}`", shown(name))),
            None => report(&BROKEN, at, &format_args!("unknown element `{}`", shown(name))),
            Some(kind) if kind.is_risky => report(&RISK, at, &format_args!("`{name}`")),
            Some(_) => {}
        },
        html_scanner::Event::Import(at) => report(&RISK, at, &"`<?import`"),
        html_scanner::Event::Attribute { element, name, value, at } => {
            if let Some((rule, part)) = attribute(name, value) {
                report(rule, at, &format_args!("`{}`", shown(&part)));
            } else if relative && is_url_attribute(element, name) && is_relative(value) {
                report(&RELATIVE, at, &format_args!("`{}`", shown(value)));
            } else if relative
                && name.eq_ignore_ascii_case("srcset")
                && let Some((url, _)) = srcset_candidates(value).find(|(url, _)| is_relative(url))
            {
                report(&RELATIVE, at, &format_args!("`{}`", shown(url)));
            }
        }
    });
}

/// Returns the rule that an attribute breaks, and the part of the attribute that readers remove.
pub(crate) fn attribute<'v>(name: &'v str, value: &'v str) -> Option<(&'static Rule, Cow<'v, str>)> {
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    let is_handler = name.get(..2).is_some_and(|on| on.eq_ignore_ascii_case("on"));
    if is_handler || is("srcdoc") || is("formaction") {
        return Some((&RISK_ATTRIBUTE, name.into()));
    }
    if is("style") {
        return style::unsafe_part(value, &[]).map(|part| (&STYLE, part.into()));
    }
    if ["href", "src", "action", "xlink:href", "poster", "data"].iter().any(|k| is(k)) && is_script(value) {
        return Some((&RISK_ATTRIBUTE, value.into()));
    }
    None
}

/// True if a URL is a script. Browsers skip white space and control characters in its scheme.
fn is_script(url: &str) -> bool {
    let mut characters = url.chars().filter(|c| !c.is_whitespace() && !c.is_control());
    let mut begins =
        |scheme: &str| scheme.chars().all(|s| characters.next().is_some_and(|c| c.eq_ignore_ascii_case(&s)));
    match url.trim_start_matches(|c: char| c.is_whitespace() || c.is_control()).as_bytes().first() {
        Some(b'j' | b'J') => begins("javascript:"),
        Some(b'v' | b'V') => begins("vbscript:"),
        _ => false,
    }
}

fn is_url_attribute(element: &str, name: &str) -> bool {
    name.eq_ignore_ascii_case("href") && !element.eq_ignore_ascii_case("base")
        || name.eq_ignore_ascii_case("src")
        || name.eq_ignore_ascii_case("poster")
}

fn is_relative(value: &str) -> bool {
    let value = value.trim();
    !value.is_empty() && !value.starts_with('#') && url::scheme(value).is_none()
}
