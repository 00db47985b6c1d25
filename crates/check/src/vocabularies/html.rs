//! HTML and plain text in the elements of a feed.

use std::borrow::Cow;

use feedmill_types::begins_markup;

use crate::document::xml::{Attribute, Element};
use crate::engine::log::Log;
use crate::engine::ns::XHTML;
use crate::engine::vocabulary::Scope;
use crate::message::shown;
use crate::values::html::{
    BROKEN, CHARACTER_DATA, Evidence, IN_TEXT, NOT_INLINE, UNDECLARED, evidence, inspect,
};

/// How sure the author of an element was that its text is no HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Care {
    /// There is nothing to tell.
    None,
    /// Some characters are hexadecimal references, which the RSS Profile advises for text that only looks like HTML.
    Some,
    /// Each `<` and each `&` is one where HTML would have a tag or a reference.
    All,
}

fn care(scope: &Scope<'_, '_>) -> Care {
    let raw = scope.feed.text.get(scope.element.at..scope.element.end).unwrap_or_default();
    if !raw.contains("&#x") {
        return Care::None;
    }
    let is_markup = |(at, _): (usize, &str)| {
        let rest = &raw[at + 1..];
        match (rest.strip_prefix("lt;"), rest.strip_prefix("amp;")) {
            (Some(after), _) => begins_markup(b'<', after.as_bytes()),
            (_, Some(after)) => begins_markup(b'&', after.as_bytes()),
            _ => !["#x", "gt;", "quot;", "apos;"].iter().any(|known| rest.starts_with(known)),
        }
    };
    let is_careless = raw.contains("<![CDATA[") || raw.match_indices('&').any(is_markup);
    if is_careless { Care::Some } else { Care::All }
}

/// Returns the evidence of HTML in the text of an element. If its author took some care, only an end tag counts, and
/// nothing if everything is a reference.
fn evidence_in<'t>(scope: &Scope<'_, '_>, text: &'t str) -> Option<Evidence<'t>> {
    let is_end_tag = |e: &Evidence<'_>| matches!(e, Evidence::Markup(found) if found.starts_with("</"));
    evidence(text).filter(|e| match care(scope) {
        Care::None => true,
        Care::Some => is_end_tag(e),
        Care::All => false,
    })
}

/// Reports HTML in a plain text.
pub(super) fn plain(scope: &Scope<'_, '_>, log: &mut Log) {
    let text = scope.element.text();
    let (rule, found) = match evidence_in(scope, &text) {
        Some(Evidence::Markup(found)) => (&IN_TEXT, found),
        Some(Evidence::Likeness(found)) if scope.is_rss_2() => (&CHARACTER_DATA, found),
        _ => return,
    };
    let detail = format_args!("`{}` in `{}`", shown(found), scope.element.name);
    log.at(rule, place_in(scope.element, &text, found), detail);
}

/// Reports HTML in a plain attribute.
pub(super) fn plain_attribute(attribute: &Attribute<'_>, log: &mut Log) {
    if let Some(Evidence::Markup(found)) = evidence(&attribute.value) {
        log.attribute(&IN_TEXT, attribute, format_args!("`{}` in `{}`", shown(found), attribute.name));
    }
}

/// Reports HTML in a text that is not declared as HTML.
pub(super) fn undeclared(scope: &Scope<'_, '_>, log: &mut Log) {
    let text = scope.element.text();
    if let Some(Evidence::Markup(found)) = evidence_in(scope, &text) {
        let detail = format_args!("`{}` in `{}`", shown(found), scope.element.name);
        log.at(&UNDECLARED, place_in(scope.element, &text, found), detail);
    }
}

/// Returns the offset in the document of a part of the text of an element. A text in several parts is located as a whole.
fn place_in(element: &Element<'_>, text: &str, part: &str) -> usize {
    let offset = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize).filter(|at| *at < text.len());
    let mut parts = element.texts();
    match (offset, parts.next(), parts.next()) {
        (Some(offset), Some(text), None) => text.locate(offset),
        _ => element.text_at(),
    }
}

/// Reports escaped HTML in XHTML.
pub(super) fn not_inline(element: &Element<'_>, log: &mut Log) {
    // Code that is shown has elements around it.
    let is_flat = element.elements().all(|div| div.is(XHTML, "div") && div.elements().next().is_none());
    let text = element.deep_text();
    if is_flat && let Some(Evidence::Markup(found)) = evidence(&text) {
        log.text(&NOT_INLINE, element, format_args!("`{}` in `{}`", shown(found), element.name));
    }
}

/// Reports an element that should be XHTML.
pub(super) fn not_xhtml(element: &Element<'_>, log: &mut Log) {
    log.start(&BROKEN, element, format_args!("`{}` is not in the namespace of XHTML", element.name));
}

/// Checks the HTML in an element of RSS, where URLs have no base.
pub(super) fn without_base(scope: &Scope<'_, '_>, log: &mut Log) {
    check(scope, true, log);
}

/// Checks the HTML in an element of Atom.
pub(super) fn with_base(scope: &Scope<'_, '_>, log: &mut Log) {
    check(scope, false, log);
}

fn check(scope: &Scope<'_, '_>, relative: bool, log: &mut Log) {
    let element = scope.element;
    let text = element.text();
    // A text in several parts is located as a whole.
    let mut locator = match text {
        Cow::Borrowed(_) => element.texts().next().map(|text| text.locator()),
        Cow::Owned(_) => None,
    };
    let mut begin = None;
    inspect(&text, relative, &mut |rule, offset, detail| {
        let at = match &mut locator {
            Some(locator) => locator.locate(offset),
            None => *begin.get_or_insert_with(|| element.text_at()),
        };
        log.at(rule, at, detail);
    });
}
