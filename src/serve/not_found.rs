//! The response for a URL without a document: a page for people, a line for programs.

use hyper::StatusCode;
use hyper::header::{
    ACCEPT, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderValue, VARY, X_CONTENT_TYPE_OPTIONS,
};
use maud::{PreEscaped, html};
use percent_encoding::percent_decode_str;

use crate::diag::printable;
use crate::format::{self, FORMATS};

use super::body::ResponseBody;
use super::html_page::html_page;
use super::live::{Markup, is_browser_navigation, is_local, permit_in_headers};
use super::response::{Response, text_response};
use super::state::State;

const STYLE: &str = include_str!("not_found.css");
/// Content Security Policy (<https://www.w3.org/TR/CSP3/>): our own style, and an empty icon.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";
/// Maximum number of characters of the path that are shown.
const MAX_PATH: usize = 200;
/// Maximum number of folders in a path that relative links lead out of.
const MAX_DEPTH: usize = 16;

/// Returns the response with status 404.
pub(super) async fn response(state: &State, headers: &HeaderMap, url_path: &str) -> Response {
    let mut response = text_response(StatusCode::NOT_FOUND, "no such document");
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept"));
    if !prefers_html(headers) {
        return response;
    }
    let mut existing = Vec::new();
    for name in
        format::page().map(|page| page.file_name()).into_iter().chain(FORMATS.iter().map(|f| f.file_name()))
    {
        if state.documents.exists(name, &state.hints).await {
            existing.push(name);
        }
    }
    let mut bytes = page(&existing, url_path).into_bytes();
    let all = response.headers_mut();
    all.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    all.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    all.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The next build may create the document.
    if is_browser_navigation(headers) && is_local(headers) {
        bytes = state.live.with_script(&bytes, Markup::Html).into();
        permit_in_headers(all);
    }
    *response.body_mut() = ResponseBody::from_bytes(bytes);
    response
}

/// True if a client names HTML among the types that it accepts
/// ([RFC 9110, 12.5.1](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1)). Readers and tools name none, or any.
fn prefers_html(headers: &HeaderMap) -> bool {
    let ranges = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|accept| accept.to_str().ok())
        .flat_map(|all| all.split(','));
    ranges.into_iter().any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_html = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("text/html"));
        let is_refused = |part: &str| {
            let weight = part.split_once('=').filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
            weight.is_some_and(|(_, weight)| weight.trim().parse::<f32>().is_ok_and(|weight| weight <= 0.0))
        };
        is_html && !parts.any(is_refused)
    })
}

/// Returns the page, with links to those documents that exist.
fn page(existing: &[&str], url_path: &str) -> String {
    // Relative links also work if a proxy publishes the server below another path.
    let depth = url_path.matches('/').count().saturating_sub(1);
    let root = match depth {
        0 => "./".to_owned(),
        1..=MAX_DEPTH => "../".repeat(depth),
        _ => "/".to_owned(),
    };
    let shown: String = percent_decode_str(url_path).decode_utf8_lossy().chars().take(MAX_PATH).collect();
    let exists = |name: &str| existing.contains(&name);
    let has_index = format::page().is_some_and(|page| exists(page.file_name()));
    let feeds = FORMATS.iter().filter(|format| exists(format.file_name()));
    let feeds: Vec<_> = feeds.map(|format| (format.label(), format.file_name())).collect();
    let style = html! { style { (PreEscaped(STYLE)) } };
    let body = html! {
        main {
            h1 { "Page not found" }
            p { "There is nothing at " code dir="ltr" { (printable(&shown)) } "." }
            @if has_index || !feeds.is_empty() {
                p .soft { "It may have moved, or the address has a typo." }
                ul {
                    @if has_index { li { a href=(root) { "All feeds" } } }
                    @for (label, name) in &feeds { li { a href={ (root) (name) } { (label) } } }
                }
            } @else {
                p .soft { "No feeds have been built yet." }
            }
        }
    };
    html_page("Page not found", "noindex", &style, &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_client_that_names_html_gets_a_page() {
        for (accept, is_expected) in [
            (&["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"][..], true),
            (&["application/xml", "TEXT/HTML ; q=0.1"], true),
            (&["*/*"], false),
            (&["application/rss+xml, text/*"], false),
            (&["text/html;q=0, */*"], false),
            (&["text/html; q=0.000"], false),
            (&["text/htmlx"], false),
            (&[], false),
        ] {
            let headers = accept.iter().map(|value| (ACCEPT, HeaderValue::from_static(value))).collect();
            assert_eq!(prefers_html(&headers), is_expected, "{accept:?}");
        }
    }
}
