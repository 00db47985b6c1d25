//! Texts of Atom: plain, HTML or XHTML ([RFC 4287, 3.1](https://www.rfc-editor.org/rfc/rfc4287#section-3.1)), and
//! content ([4.1.3](https://www.rfc-editor.org/rfc/rfc4287#section-4.1.3)).

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::{html, rss, xhtml};
use crate::document::xml::{Element, Node};
use crate::engine::log::Log;
use crate::engine::ns::XHTML;
use crate::engine::structure;
use crate::engine::subtree::walk_unchecked;
use crate::engine::vocabulary::{Kind, Scope};
use crate::message::shown;
use crate::rule::{Context::Entry, Rule};
use crate::values::html::inspect;
use crate::values::{media_type, url};

static TYPE: Rule = Rule::error("atom/text-type", "invalid type of a text")
    .why("A title, summary or similar text has type text, html or xhtml; media types are only for content.")
    .remedy("write text, html or xhtml")
    .spec("RFC 4287, 3.1.1", "https://www.rfc-editor.org/rfc/rfc4287#section-3.1.1")
    .example(
        Entry,
        r#"<summary type="text/plain">Hello</summary>"#,
        r#"<summary type="text">Hello</summary>"#,
    );

static MISSING_DIV: Rule = Rule::error("atom/missing-div", "XHTML without its `div`")
    .why("The `div` carries the namespace and is not part of the text. Without it readers lose everything outside the first element.")
    .remedy("wrap it in `<div xmlns=\"http://www.w3.org/1999/xhtml\">`")
    .spec("RFC 4287, 3.1.1.3", "https://www.rfc-editor.org/rfc/rfc4287#section-3.1.1.3")
    .example(Entry, r#"<summary type="xhtml">Hello</summary>"#, r#"<summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Hello</div></summary>"#);

static BASE64: Rule = Rule::error("atom/base64", "content is not valid Base64")
    .why("Content of a type that is neither text nor XML must be encoded in Base64.")
    .remedy("encode it, or correct the type")
    .spec("RFC 4287, 4.1.3.3", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.3.3")
    .example(
        Entry,
        r#"<content type="application/pdf">Hello!</content>
<summary>Hello</summary>"#,
        r#"<content type="application/pdf">SGVsbG8h</content>
<summary>Hello</summary>"#,
    );

static FRAGMENT: Rule = Rule::warning("atom/html-fragment", "part of a page where the type requires a whole page")
    .why("The types text/html and application/xhtml+xml are for whole documents; the types html and xhtml are for parts of one.")
    .remedy("write type=\"html\" or type=\"xhtml\"")
    .spec("RFC 4287, 4.1.3.1", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.3.1")
    .example(Entry, r#"<content type="text/html">&lt;p>Hello&lt;/p></content>"#, r#"<content type="html">&lt;p>Hello&lt;/p></content>"#);

static MISSING_TYPE: Rule = Rule::warning("atom/missing-type", "remote content without a type")
    .why("A reader cannot know whether to show or to download the file before it has loaded it.")
    .remedy("add `type`")
    .spec("RFC 4287, 4.1.3.2", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.3.2")
    .example(
        Entry,
        r#"<content src="https://town.example/1.html"/>
<summary>Hello</summary>"#,
        r#"<content src="https://town.example/1.html" type="text/html"/>
<summary>Hello</summary>"#,
    );

pub(crate) static RULES: &[&Rule] = &[&TYPE, &MISSING_DIV, &BASE64, &FRAGMENT, &MISSING_TYPE];

/// Checks a title, subtitle, summary or rights.
pub(super) fn construct(scope: &Scope<'_, '_>, log: &mut Log) {
    check(scope, false, log);
}

/// Checks the content of an entry.
pub(super) fn content(scope: &Scope<'_, '_>, log: &mut Log) {
    check(scope, true, log);
}

fn is_xml(kind: &str) -> bool {
    kind.ends_with("+xml") || kind.ends_with("/xml")
}

/// True if content of a type is written as it is. Any other is in Base64
/// ([RFC 4287, 4.1.3.3](https://www.rfc-editor.org/rfc/rfc4287#section-4.1.3.3)).
pub(super) fn is_readable(kind: &str) -> bool {
    !kind.contains('/') || is_xml(kind) || kind.starts_with("text/")
}

fn check(scope: &Scope<'_, '_>, is_content: bool, log: &mut Log) {
    let own = scope.element;
    let src = own.attribute("src").filter(|_| is_content);
    let kind = own.value("type").unwrap_or(if src.is_some() { "" } else { "text" });
    // Media types are compared without case and parameters (RFC 4287, 4.1.3.3).
    let kind = match kind.split_once(';') {
        Some((essence, _)) => &essence.trim_end().to_ascii_lowercase(),
        None if kind.contains('/') => &kind.to_ascii_lowercase(),
        None => kind,
    };
    if scope.feed.kind == Kind::Rss && own.local != "summary" && src.is_none() {
        rss::in_place_of_description(scope, log);
    }
    scope.attribute(log, "type", |value| {
        if value.is_empty() {
            structure::not_blank_attribute(value)
        } else if matches!(value, "text" | "html" | "xhtml") && src.is_none() {
            None
        } else if !is_content && value.contains('/') {
            Some(&TYPE)
        } else {
            // A composite type is not allowed in a feed.
            let composite = value.starts_with("multipart/") || value.starts_with("message/");
            media_type::media_type(value).or(composite.then_some(&media_type::TYPE))
        }
    });
    if let Some(src) = src {
        scope.attribute(log, "src", url::reference);
        if own.attribute("type").is_none() {
            log.attribute(&MISSING_TYPE, src, format_args!("`{}`", shown(&src.value)));
        }
        if let Some(text) = own.texts().find(|t| !t.value.trim().is_empty()) {
            structure::unexpected_text(own, &text.value, own.text_at(), log);
        }
    }
    if src.is_some() {
        for child in own.elements() {
            structure::undefined(own, child, std::iter::empty(), log);
            walk_unchecked(scope.feed, child, log);
        }
    } else {
        children(scope, kind, log);
    }
    if own.is_complete {
        text(scope, kind, src.is_some(), log);
    }
    if src.is_none() && kind == "xhtml" {
        blank_div(own, log);
    } else if src.is_none() {
        structure::not_blank(own, log);
    }
}

/// Reports XHTML without its `div`, or with one that holds nothing.
fn blank_div(own: &Element<'_>, log: &mut Log) {
    let mut elements = own.elements();
    match (elements.next(), elements.next()) {
        _ if !own.text().trim().is_empty() || !own.is_complete => {}
        (None, _) => log.start(&MISSING_DIV, own, format_args!("in `{}`", own.name)),
        (Some(div), None) if div.is(XHTML, "div") => structure::not_blank(div, log),
        _ => {}
    }
}

/// Checks the elements in a text.
fn children(scope: &Scope<'_, '_>, kind: &str, log: &mut Log) {
    let own = scope.element;
    let mut has_begun = false;
    let mut is_text_reported = false;
    let mut has_div = false;
    for node in &own.nodes {
        let child = match node {
            Node::Text(text) => {
                let is_blank = text.value.trim().is_empty();
                if kind == "xhtml" && !is_blank && !has_begun {
                    log.text(&MISSING_DIV, own, format_args!("in `{}`", own.name));
                } else if !is_text_reported
                    && let Some(begin) = text.begin()
                    && own.elements().next().is_some_and(|e| e.at < begin)
                {
                    structure::unexpected_text(own, &text.value, begin, log);
                    is_text_reported = true;
                }
                has_begun |= !is_blank;
                continue;
            }
            Node::Element(child) => child,
        };
        if kind == "xhtml" {
            let is_div = child.is(XHTML, "div");
            if has_div && is_div {
                structure::duplicate(own, child, log);
            }
            has_div |= is_div;
            if !is_div && !has_begun {
                log.start(&MISSING_DIV, child, format_args!("`{}` in `{}`", child.name, own.name));
            }
            if &*child.ns != XHTML {
                html::not_xhtml(child, log);
            }
            if is_div { xhtml::div(scope, child, log) } else { walk_unchecked(scope.feed, child, log) }
        } else if is_xml(kind) {
            if kind == "application/xhtml+xml" {
                if child.local != "html" {
                    log.start(&FRAGMENT, child, format_args!("`{}`", child.name));
                } else if &*child.ns != XHTML {
                    html::not_xhtml(child, log);
                }
            }
            xhtml::document(scope, child, log);
        } else {
            structure::unescaped(own, child, log);
            if child.is(XHTML, "div") {
                xhtml::div(scope, child, log);
            } else {
                walk_unchecked(scope.feed, child, log);
            }
        }
    }
}

/// Checks the text of a text.
fn text(scope: &Scope<'_, '_>, kind: &str, is_elsewhere: bool, log: &mut Log) {
    let own = scope.element;
    if kind == "xhtml" {
        html::not_inline(own, log);
    } else if matches!(kind, "html" | "text/html") {
        html::with_base(scope, log);
        if kind != "html" && !is_elsewhere && !own.text().contains("<html") {
            log.text(&FRAGMENT, own, format_args!("`{}`", shown(&own.text())));
        }
    } else if !is_readable(kind) {
        match decode(&own.deep_text()) {
            None => log.text(&BASE64, own, format_args!("`{}` of type `{}`", own.name, shown(kind))),
            Some(bytes) if kind.ends_with("/html") => {
                let at = own.text_at();
                let html = String::from_utf8_lossy(&bytes);
                inspect(&html, false, &mut |rule, _, detail| log.at(rule, at, detail));
            }
            Some(_) => {}
        }
    } else {
        html::undeclared(scope, log);
    }
}

/// Decodes Base64 ([RFC 4648, 4](https://www.rfc-editor.org/rfc/rfc4648#section-4)) in lines of any length.
fn decode(text: &str) -> Option<Vec<u8>> {
    let dense: String = text.split_ascii_whitespace().collect();
    BASE64_STANDARD.decode(dense).ok()
}
