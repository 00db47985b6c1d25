//! Texts of Atom: plain, HTML or XHTML ([RFC 4287, 3.1](https://www.rfc-editor.org/rfc/rfc4287#section-3.1)), and
//! content ([4.1.3](https://www.rfc-editor.org/rfc/rfc4287#section-4.1.3)).

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::super::document::Node;
use super::super::log::{Log, shown};
use super::super::rule::{Rule, Within::Entry};
use super::super::walk::{self, Family, Kind, Scope};
use super::{XHTML, element, html, media_type, rss, url, xhtml};

static TYPE: Rule = Rule::error("atom/text-type", "No type of a text")
    .why("A title, summary or the like is text, html or xhtml; media types are for content only.")
    .help("write text, html or xhtml")
    .spec("RFC 4287, 3.1.1", "https://www.rfc-editor.org/rfc/rfc4287#section-3.1.1")
    .example(
        Entry,
        r#"<summary type="text/plain">Hello</summary>"#,
        r#"<summary type="text">Hello</summary>"#,
    );

static MISSING_DIV: Rule = Rule::error("atom/missing-div", "XHTML without its div")
    .why("The div carries the namespace and is not part of the text. Without it readers lose what stands outside the first element.")
    .help("put `<div xmlns=\"http://www.w3.org/1999/xhtml\">` around it")
    .spec("RFC 4287, 3.1.1.3", "https://www.rfc-editor.org/rfc/rfc4287#section-3.1.1.3")
    .example(Entry, r#"<summary type="xhtml">Hello</summary>"#, r#"<summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Hello</div></summary>"#);

static BASE64: Rule = Rule::error("atom/base64", "Content that should be Base64 and is not")
    .why("Content of a type that is neither text nor XML can stand in XML as Base64 only.")
    .help("encode it, or correct the type")
    .spec("RFC 4287, 4.1.3.3", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.3.3")
    .example(
        Entry,
        r#"<content type="application/pdf">Hello!</content>
<summary>Hello</summary>"#,
        r#"<content type="application/pdf">SGVsbG8h</content>
<summary>Hello</summary>"#,
    );

static FRAGMENT: Rule = Rule::warning("atom/html-fragment", "A part of a page where a whole page is meant")
    .why("The type text/html or application/xhtml+xml says that a whole document stands here; for a part of one there are the types html and xhtml.")
    .help("write type=\"html\" or type=\"xhtml\"")
    .spec("RFC 4287, 4.1.3.1", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.3.1")
    .example(Entry, r#"<content type="text/html">&lt;p>Hello&lt;/p></content>"#, r#"<content type="html">&lt;p>Hello&lt;/p></content>"#);

static MISSING_TYPE: Rule = Rule::warning("atom/missing-type", "Content elsewhere without its type")
    .why("A reader can't tell whether to show or to save what it would have to load first.")
    .help("add type")
    .spec("RFC 4287, 4.1.3.2", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.3.2")
    .example(
        Entry,
        r#"<content src="https://town.example/1.html"/>
<summary>Hello</summary>"#,
        r#"<content src="https://town.example/1.html" type="text/html"/>
<summary>Hello</summary>"#,
    );

pub(in super::super) static FAMILY: Family =
    Family::of_rules("text", &[&TYPE, &MISSING_DIV, &BASE64, &FRAGMENT, &MISSING_TYPE]);

/// A title, subtitle, summary or rights.
pub(in super::super) fn construct(scope: &Scope<'_, '_>, log: &mut Log) {
    look(scope, false, log);
}

/// The content of an entry.
pub(in super::super) fn content(scope: &Scope<'_, '_>, log: &mut Log) {
    look(scope, true, log);
}

fn is_xml(kind: &str) -> bool {
    kind.ends_with("+xml") || kind.ends_with("/xml")
}

/// Whether content of a type stands in the feed as it is; any other is in Base64
/// ([RFC 4287, 4.1.3.3](https://www.rfc-editor.org/rfc/rfc4287#section-4.1.3.3)).
pub(in super::super) fn is_readable(kind: &str) -> bool {
    !kind.contains('/') || is_xml(kind) || kind.starts_with("text/")
}

fn look(scope: &Scope<'_, '_>, is_content: bool, log: &mut Log) {
    let own = scope.element;
    let src = own.attribute("src").filter(|_| is_content);
    let kind = own.value("type").unwrap_or(if src.is_some() { "" } else { "text" });
    if scope.feed.kind == Kind::Rss && own.local != "summary" && src.is_none() {
        rss::in_place_of_description(scope, log);
    }
    scope.attribute(log, "type", |value| {
        if value.is_empty() {
            element::not_blank_attribute(value)
        } else if matches!(value, "text" | "html" | "xhtml") && src.is_none() {
            None
        } else if !is_content && value.contains('/') {
            Some(&TYPE)
        } else {
            // A composite type can't stand in a feed.
            let composite = value.starts_with("multipart/") || value.starts_with("message/");
            media_type::media_type(value).or(composite.then_some(&media_type::TYPE))
        }
    });
    if let Some(src) = src {
        scope.attribute(log, "src", url::reference);
        if own.attribute("type").is_none() {
            log.attribute(&MISSING_TYPE, src, "the type of this is not said");
        }
        if let Some(text) = own.texts().find(|t| !t.value.trim().is_empty()) {
            element::unexpected_text(scope, &text.value, own.text_at(), log);
        }
    }
    children(scope, kind, log);
    said(scope, kind, src.is_some(), log);
    if own.text().is_empty() && own.elements().next().is_none() && src.is_none() {
        element::not_blank(scope, log);
    }
}

/// The elements in a text.
fn children(scope: &Scope<'_, '_>, kind: &str, log: &mut Log) {
    let own = scope.element;
    let mut begun = false;
    let mut text_said = false;
    for node in &own.nodes {
        let child = match node {
            Node::Text(text) => {
                let blank = text.value.trim().is_empty();
                if kind == "xhtml" && !blank && !begun {
                    log.text(&MISSING_DIV, own, "text stands outside the `div`");
                } else if !text_said
                    && let Some(begin) = text.begin()
                    && own.elements().next().is_some_and(|e| e.at < begin)
                {
                    element::unexpected_text(scope, &text.value, begin, log);
                    text_said = true;
                }
                begun |= !blank;
                continue;
            }
            Node::Element(child) => child,
        };
        if kind == "xhtml" {
            let is_div = child.is(XHTML, "div");
            if !is_div && !begun {
                log.start(&MISSING_DIV, child, format!("`{}` is not the `div` of XHTML", child.name));
            }
            if &*child.ns != XHTML {
                html::not_xhtml(child, log);
            }
            if is_div { xhtml::div(scope, child, log) } else { walk::pass(scope, child, log) }
        } else if is_xml(kind) {
            if kind == "application/xhtml+xml" {
                if child.local != "html" {
                    log.start(&FRAGMENT, child, format!("`{}` is not a whole page", child.name));
                } else if &*child.ns != XHTML {
                    html::not_xhtml(child, log);
                }
            }
            walk::pass(scope, child, log);
        } else {
            element::undefined(scope, child, std::iter::empty(), log);
            if child.is(XHTML, "div") { xhtml::div(scope, child, log) } else { walk::pass(scope, child, log) }
        }
    }
}

/// The text of a text.
fn said(scope: &Scope<'_, '_>, kind: &str, elsewhere: bool, log: &mut Log) {
    let own = scope.element;
    if kind == "xhtml" {
        html::not_inline(own, log);
    } else if matches!(kind, "html" | "text/html") {
        html::declared(scope, log);
        if kind != "html" && !elsewhere && !own.text().contains("<html") {
            log.text(&FRAGMENT, own, format!("`{}` is not a whole page", shown(&own.text())));
        }
    } else if !is_readable(kind) {
        match decode(&own.deep_text()) {
            None => log.text(&BASE64, own, format!("content of the type `{}` is not in Base64", shown(kind))),
            Some(bytes) if kind.ends_with("/html") => {
                let html = String::from_utf8_lossy(&bytes);
                html::judge(&html, false, &mut |rule, _, message| log.text(rule, own, message));
            }
            Some(_) => {}
        }
    } else {
        html::undeclared(scope, log);
    }
}

/// [RFC 4648, 4](https://www.rfc-editor.org/rfc/rfc4648#section-4), in lines of any length.
fn decode(text: &str) -> Option<Vec<u8>> {
    let dense: String = text.split_ascii_whitespace().collect();
    BASE64_STANDARD.decode(dense).ok()
}
