//! Page of one entry: its full text as in the feeds. It has no script, and loads images and media only.

use minijinja::Value;
use serde::Serialize;
use url::Url;

use super::direction::direction;
use super::{BASE_STYLE, Date, safe, theme};
use crate::html::{CleanHtml, Medium};
use crate::model::{Entry, Site, shown_title};
use crate::types::work;

const STYLE: &str = include_str!("entry.css");
/// Content Security Policy (<https://www.w3.org/TR/CSP3/>): no script, no frame, no form.
const POLICY: &str = "default-src 'none'; img-src http: https: data:; media-src http: https:; \
     style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Values of the template of an entry page.
#[derive(Serialize)]
pub(super) struct EntryValues<'a> {
    title: String,
    site_title: &'a str,
    language: &'a str,
    direction: &'static str,
    home: &'static str,
    link: Option<&'a str>,
    host: Option<String>,
    published: Date,
    updated: Date,
    authors: Vec<&'a str>,
    summary: &'a str,
    image: Option<&'a str>,
    tags: Vec<&'a str>,
    audio: Option<&'a str>,
    content: Value,
    theme: theme::Values<'a>,
    policy: &'static str,
    style: Value,
}

/// Returns the values of the page of an entry, which is in a folder of its own below that of the feeds of `site`.
pub(super) fn values<'a>(entry: &'a Entry, content: &CleanHtml, site: &'a Site) -> EntryValues<'a> {
    let language = entry.language.as_deref().or(site.language.as_deref());
    let link = Url::parse(&entry.link).ok().filter(|link| matches!(link.scheme(), "http" | "https"));
    let tags = entry.categories.iter().filter(|name| !entry.sections.contains(name));
    EntryValues {
        title: shown_title(entry),
        site_title: &site.title,
        language: language.unwrap_or("en"),
        direction: direction(language),
        home: "../index.html",
        link: link.as_ref().map(|_| entry.link.as_str()),
        host: link.as_ref().and_then(Url::host_str).map(str::to_owned),
        published: entry.published.into(),
        updated: entry.updated.into(),
        authors: entry.authors.iter().map(|author| author.name.as_str()).collect(),
        summary: &entry.summary,
        image: entry.lead_image().map(Url::as_str),
        tags: tags.map(String::as_str).collect(),
        audio: missing_audio(entry, content).map(Url::as_str),
        content: safe(accessible(content.as_str())),
        theme: theme::Values::from(&site.theme),
        policy: POLICY,
        style: safe(format!("{BASE_STYLE}{STYLE}{}", theme::style(&site.theme))),
    }
}

/// Adds what the text of a page needs and that of a feed does not: an empty `alt` for images without one, and a way to
/// scroll wide code and tables with the keyboard. `html` is clean: each attribute has quotes.
fn accessible(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + 64);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        let mut is_quoted = false;
        let end = tag.find(|c| {
            is_quoted ^= c == '"';
            c == '>' && !is_quoted
        });
        let (tag, after) = tag.split_at(end.unwrap_or(tag.len()));
        work::step(before.len() + tag.len());
        out.push_str(before);
        out.push_str(tag);
        let name = tag.trim_start_matches('<').split([' ', '/']).next().unwrap_or_default();
        match name {
            "img" if !has_attribute(tag, "alt") => out.push_str(" alt=\"\""),
            "pre" | "table" if !has_attribute(tag, "tabindex") => out.push_str(" tabindex=\"0\""),
            _ => {}
        }
        rest = after;
    }
    out + rest
}

/// Returns true if a tag has an attribute.
fn has_attribute(tag: &str, name: &str) -> bool {
    // Values are at odd positions.
    tag.split('"')
        .step_by(2)
        .any(|names| names.split_whitespace().any(|part| part.trim_end_matches('=') == name))
}

/// Returns the address of the audio of an entry, unless its text has a player for it.
fn missing_audio<'a>(entry: &'a Entry, content: &CleanHtml) -> Option<&'a Url> {
    let url = entry.enclosures.iter().find(|file| file.medium == Medium::Audio).map(|file| &file.url);
    url.filter(|url| !content.as_str().contains(&crate::html::escape_attribute(url.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_get_an_alternative_and_code_a_tab_stop() {
        for (html, accessible_html) in [
            ("a <b>b</b> &lt;img>", "a <b>b</b> &lt;img>"),
            ("<img src=\"a>b\">x", "<img src=\"a>b\" alt=\"\">x"),
            ("<img title=\" alt=\">", "<img title=\" alt=\" alt=\"\">"),
            ("<img alt=\"\" src=\"a\">", "<img alt=\"\" src=\"a\">"),
            ("<img src=\"a\" alt=\"A\">", "<img src=\"a\" alt=\"A\">"),
            ("<pre>a</pre>", "<pre tabindex=\"0\">a</pre>"),
            ("<table><tr><td>1", "<table tabindex=\"0\"><tr><td>1"),
        ] {
            assert_eq!(accessible(html), accessible_html);
        }
    }
}
