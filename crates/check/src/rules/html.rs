//! HTML in feeds: where it is meant, whether it is sound and harmless; where it is not meant, whether it is there.

use std::borrow::Cow;

use super::super::document::{Attribute, Element};
use super::super::log::{Log, shown};
use super::super::rule::{
    Rule,
    Within::{Entry, Item},
};
use super::super::walk::{Family, Scope};
use super::{XHTML, markup, style};

pub(in super::super) static BROKEN: Rule = Rule::warning("html/not-well-formed", "HTML that each reader repairs in its own way")
    .why("Browsers repair what is broken; readers clean it, each with another parser, and what was open swallows what follows.")
    .help("correct the markup at this place")
    .spec("HTML, 13.2.2", "https://html.spec.whatwg.org/multipage/parsing.html#parse-errors")
    .example(Item, "<description>&lt;p>One &lt;b>two&lt;/p></description>", "<description>&lt;p>One &lt;b>two&lt;/b>&lt;/p></description>");

pub(in super::super) static RISK: Rule = Rule::warning("html/risk", "An element that readers take out")
    .why("Scripts, frames, objects and styles can endanger the reader's user, so readers remove them, with or without what stands in them.")
    .help("remove it; write a link in place of a frame")
    .spec("RFC 4287, 8.1", "https://www.rfc-editor.org/rfc/rfc4287#section-8.1")
    .example(Item, "<description>&lt;p>One&lt;/p>&lt;script>alert(1)&lt;/script></description>", "<description>&lt;p>One&lt;/p></description>");

pub(in super::super) static RISK_ATTRIBUTE: Rule =
    Rule::warning("html/risk-attribute", "An attribute that readers take out")
        .why("Event handlers and addresses with javascript: are scripts, so readers remove them.")
        .help("remove it")
        .spec("RFC 4287, 8.1", "https://www.rfc-editor.org/rfc/rfc4287#section-8.1")
        .example(
            Item,
            r#"<description>&lt;p onclick="alert(1)">One&lt;/p></description>"#,
            "<description>&lt;p>One&lt;/p></description>",
        );

pub(in super::super) static STYLE: Rule = Rule::warning("html/style", "A style that readers take out")
    .why("With positions, huge margins or pictures in its style an entry can cover the reader itself, or tell a server who reads it; readers let simple properties and values through.")
    .help("leave the looks to the reader")
    .spec("RFC 4287, 8.1", "https://www.rfc-editor.org/rfc/rfc4287#section-8.1")
    .example(Item, r#"<description>&lt;p style="position: fixed">One&lt;/p></description>"#, r#"<description>&lt;p style="color: red">One&lt;/p></description>"#);

static RELATIVE: Rule = Rule::warning("html/relative", "A relative address in a text of RSS")
    .why("RSS does not say what addresses in a text are relative to: one reader takes the item's link, another the feed's address, a third none.")
    .help("write the address in full")
    .spec("RSS Profile, description", "https://www.rssboard.org/rss-profile#element-channel-item-description")
    .example(Item, r#"<description>&lt;img src="/1.png" alt=""></description>"#, r#"<description>&lt;img src="https://town.example/1.png" alt=""></description>"#);

static IN_TEXT: Rule = Rule::warning("html/in-text", "HTML where plain text is meant")
    .why("Readers show it as it stands, with its tags, or take it for HTML and lose what looks like a tag.")
    .help("write the text without markup")
    .spec("RSS Profile, Character Data", "https://www.rssboard.org/rss-profile#data-types-characterdata")
    .example(Item, "<title>&lt;b>One&lt;/b></title>", "<title>One</title>");

static CHARACTER_DATA: Rule = Rule::warning("html/character-data", "Plain text that looks like HTML")
    .why("Some readers decode a title twice. What begins like a tag or a reference survives both ways if its `<` and `&` are written as hexadecimal references.")
    .help("write `&#x3C;` for `<` and `&#x26;` for `&`")
    .spec("RSS Profile, Character Data", "https://www.rssboard.org/rss-profile#data-types-characterdata")
    .example(Item, "<title>a &lt;b</title>", "<title>a &#x3C;b</title>");

static UNDECLARED: Rule = Rule::warning("html/undeclared", "HTML in a text whose type is text")
    .why("The type says that this is plain text, so readers show the tags.")
    .help("write type=\"html\", or the text without markup")
    .spec("RFC 4287, 3.1.1.1", "https://www.rfc-editor.org/rfc/rfc4287#section-3.1.1.1")
    .example(
        Entry,
        "<summary>&lt;b>One&lt;/b></summary>",
        r#"<summary type="html">&lt;b>One&lt;/b></summary>"#,
    );

static NOT_INLINE: Rule = Rule::warning("html/not-inline", "Escaped HTML in XHTML")
    .why("XHTML stands in the feed as elements. What is escaped is text, and readers show its tags.")
    .help("write the elements unescaped, or type=\"html\"")
    .spec("RFC 4287, 3.1.1.3", "https://www.rfc-editor.org/rfc/rfc4287#section-3.1.1.3")
    .example(
        Entry,
        r#"<summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">&lt;b>One&lt;/b></div></summary>"#,
        r#"<summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><b>One</b></div></summary>"#,
    );

pub(in super::super) static FAMILY: Family = Family::of_rules(
    "html",
    &[
        &BROKEN,
        &RISK,
        &RISK_ATTRIBUTE,
        &STYLE,
        &RELATIVE,
        &IN_TEXT,
        &CHARACTER_DATA,
        &UNDECLARED,
        &NOT_INLINE,
    ],
);

/// What speaks for HTML in a text that should have none.
enum Sign<'t> {
    /// An end tag of HTML, or a reference that only HTML has.
    Markup(&'t str),
    /// The beginning of what could be either.
    Likeness(&'t str),
}

/// The first end tag of HTML, else the first reference of HTML, else the first thing like a tag.
fn sign(text: &str) -> Option<Sign<'_>> {
    memchr::memchr2(b'<', b'&', text.as_bytes())?;
    for (at, _) in text.match_indices("</") {
        let name = word(&text[at + 2..]);
        if text[at + 2 + name.len()..].starts_with('>') && markup::is_html(name) {
            return Some(Sign::Markup(&text[at..at + name.len() + 3]));
        }
    }
    let mut references = text.match_indices('&').map(|(at, _)| {
        let rest = &text[at + 1..];
        let number = rest.len() - rest.strip_prefix('#').unwrap_or(rest).len();
        (at, number == 1, word(&rest[number..]))
    });
    if let Some((at, number, name)) = references.find(|(_, number, name)| {
        !name.is_empty() && (*number || !name.bytes().all(|b| b.is_ascii_alphabetic()) || is_entity(name))
    }) {
        return Some(Sign::Markup(&text[at..at + 1 + usize::from(number) + name.len()]));
    }
    let start = text
        .match_indices('<')
        .find(|(at, _)| text[at + 1..].starts_with(|c: char| c == '/' || c.is_ascii_alphabetic()))?;
    let rest = &text[start.0..];
    let name = word(&rest[1..]);
    // A tag needs no end tag to be one where it has attributes or can have none.
    let inner = rest.split('>').next().unwrap_or_default();
    let sure = inner.contains("=\"") || ["br", "hr", "img"].iter().any(|v| v.eq_ignore_ascii_case(name));
    let whole = inner.len() < rest.len() && sure && markup::is_html(name);
    let shown = rest.get(..1 + name.len()).unwrap_or(rest);
    Some(if whole { Sign::Markup(shown) } else { Sign::Likeness(shown) })
}

fn word(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())]
}

/// Whether HTML has a reference of this name.
fn is_entity(name: &str) -> bool {
    matches!(name, "amp" | "lt" | "gt" | "quot" | "nbsp" | "apos") || {
        let reference = format!("&{name};");
        feedmill_html::decode_entities_once(&reference) != reference
    }
}

/// Whether the author of an element wrote hexadecimal references, as the RSS Profile advises for text that looks like
/// HTML and is none.
fn is_careful(scope: &Scope<'_, '_>) -> bool {
    scope.feed.text.get(scope.element.at..scope.element.end).is_some_and(|raw| raw.contains("&#x"))
}

/// What speaks for HTML in the text of an element whose author was not careful; an end tag always does.
fn sign_in<'t>(scope: &Scope<'_, '_>, text: &'t str) -> Option<Sign<'t>> {
    sign(text).filter(|s| matches!(s, Sign::Markup(found) if found.starts_with("</")) || !is_careful(scope))
}

/// Plain text, in which HTML has no place.
pub(in super::super) fn plain(scope: &Scope<'_, '_>, log: &mut Log) {
    let text = scope.element.text();
    match sign_in(scope, &text) {
        Some(Sign::Markup(found)) => {
            let message = format!("`{}` holds `{}`", scope.element.name, shown(found));
            log.text(&IN_TEXT, scope.element, message);
        }
        Some(Sign::Likeness(found)) if scope.is_rss_2() => {
            let message = format!("`{}` holds `{}`", scope.element.name, shown(found));
            log.text(&CHARACTER_DATA, scope.element, message);
        }
        _ => {}
    }
}

/// The same for an attribute.
pub(in super::super) fn plain_attribute(attribute: &Attribute<'_>, log: &mut Log) {
    if let Some(Sign::Markup(found)) = sign(&attribute.value) {
        log.attribute(&IN_TEXT, attribute, format!("`{}` holds `{}`", attribute.name, shown(found)));
    }
}

/// A text that is not said to be HTML.
pub(in super::super) fn undeclared(scope: &Scope<'_, '_>, log: &mut Log) {
    let text = scope.element.text();
    if let Some(Sign::Markup(found)) = sign_in(scope, &text) {
        let message = format!("`{}` holds `{}`, and its type is text", scope.element.name, shown(found));
        log.text(&UNDECLARED, scope.element, message);
    }
}

/// XHTML whose text is HTML once more.
pub(in super::super) fn not_inline(element: &Element<'_>, log: &mut Log) {
    // Code that is shown has elements around it.
    let flat = element.elements().all(|div| div.is(XHTML, "div") && div.elements().next().is_none());
    let text = element.deep_text();
    if flat && let Some(Sign::Markup(found)) = sign(&text) {
        log.text(&NOT_INLINE, element, format!("`{}` holds the text `{}`", element.name, shown(found)));
    }
}

pub(in super::super) fn not_xhtml(element: &Element<'_>, log: &mut Log) {
    log.start(&BROKEN, element, format!("`{}` is not in the namespace of XHTML", element.name));
}

/// HTML of RSS, which has no base.
pub(in super::super) fn fragment(scope: &Scope<'_, '_>, log: &mut Log) {
    look(scope, true, log);
}

/// HTML of Atom.
pub(in super::super) fn declared(scope: &Scope<'_, '_>, log: &mut Log) {
    look(scope, false, log);
}

fn look(scope: &Scope<'_, '_>, relative: bool, log: &mut Log) {
    let element = scope.element;
    let text = element.text();
    let whole = matches!(text, Cow::Borrowed(_)).then(|| element.texts().next()).flatten();
    judge(&text, relative, &mut |rule, offset, message| {
        log.at(rule, whole.map_or_else(|| element.text_at(), |t| t.locate(offset)), message);
    });
}

/// Looks at HTML: what it says of it is the rule, the byte offset and the message.
pub(in super::super) fn judge(text: &str, relative: bool, say: &mut dyn FnMut(&'static Rule, usize, String)) {
    markup::scan(text, &mut |event| match event {
        markup::Event::Broken(at, message) => say(&BROKEN, at, message),
        markup::Event::Element(at, name, kind) => match kind {
            None if name.contains('-') => say(&RISK, at, format!("readers do not know `{}`", shown(name))),
            None => say(&BROKEN, at, format!("`{}` is no element of HTML", shown(name))),
            Some(kind) if kind.risky => say(&RISK, at, format!("readers take `{name}` out")),
            Some(_) => {}
        },
        markup::Event::Instruction(at) => say(&RISK, at, "readers take `<?import` out".to_owned()),
        markup::Event::Attribute { element, name, value, at } => {
            if let Some((rule, message)) = attribute(name, value) {
                say(rule, at, message);
            } else if relative && is_address(element, name) && is_relative(value) {
                say(&RELATIVE, at, format!("`{}` is relative to nothing", shown(value)));
            }
        }
    });
}

/// What is wrong with an attribute, wherever it stands.
pub(in super::super) fn attribute(name: &str, value: &str) -> Option<(&'static Rule, String)> {
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    let handler = name.get(..2).is_some_and(|on| on.eq_ignore_ascii_case("on"));
    if handler || is("srcdoc") || is("formaction") {
        return Some((&RISK_ATTRIBUTE, format!("readers take `{}` out", shown(name))));
    }
    if is("style") {
        return style::unsafe_part(value)
            .map(|part| (&STYLE, format!("readers take the style `{}` out", shown(&part))));
    }
    if ["href", "src", "action", "xlink:href", "poster", "data"].iter().any(|k| is(k)) && is_script(value) {
        return Some((&RISK_ATTRIBUTE, format!("readers take `{}` out", shown(value))));
    }
    None
}

/// Whether an address is a script; browsers pass over white space and controls in its scheme.
fn is_script(address: &str) -> bool {
    let mut said = address.chars().filter(|c| !c.is_whitespace() && !c.is_control());
    let mut begins =
        |scheme: &str| scheme.chars().all(|s| said.next().is_some_and(|c| c.eq_ignore_ascii_case(&s)));
    match address.trim_start_matches(|c: char| c.is_whitespace() || c.is_control()).as_bytes().first() {
        Some(b'j' | b'J') => begins("javascript:"),
        Some(b'v' | b'V') => begins("vbscript:"),
        _ => false,
    }
}

fn is_address(element: &str, name: &str) -> bool {
    name.eq_ignore_ascii_case("href") && !element.eq_ignore_ascii_case("base")
        || name.eq_ignore_ascii_case("src")
        || name.eq_ignore_ascii_case("poster")
}

fn is_relative(value: &str) -> bool {
    let value = value.trim();
    !value.is_empty() && !value.starts_with('#') && super::url::scheme(value).is_none()
}
