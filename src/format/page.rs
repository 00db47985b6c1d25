//! Index page: every feed with its newest entries and its addresses, in one file that works without JavaScript.
//!
//! With JavaScript, a button copies an address.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::{Document, FORMATS, Format, GENERATOR, Index, end_with_newline};
use crate::error::Error;
use crate::model::{Latest, Listing, Site};

pub(super) struct Page;

/// Style of the page, which the pages of the server share.
pub(crate) const STYLE: &str = include_str!("page.css");
/// Style of covers and players.
const PLAYER_STYLE: &str = include_str!("player.css");
const SCRIPT: &str = include_str!("page.js");
/// Content Security Policy (<https://www.w3.org/TR/CSP3/>): our own style and script, and images from anywhere.
///
/// The hash is that of `page.js`; with a wrong hash, no browser runs the script and a browser test fails.
///
/// Audio is allowed if there is any.
const POLICY: &str = "default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; \
     script-src 'sha256-HtL8dxSUFqjOkh/iQJ/3VwwxUyhNv1gSnnqfuj03nhI='; base-uri 'none'; form-action 'none'";
/// Characters that are percent-encoded in a folder name in a relative URL. A colon would start a scheme.
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b':')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'\\')
    .add(b'`')
    .add(b'{')
    .add(b'}');
/// Languages that are written from right to left (<https://www.iana.org/assignments/language-subtag-registry>).
const RIGHT_TO_LEFT: &[&str] = &[
    "ar", "arc", "ckb", "dv", "fa", "he", "iw", "ji", "ks", "lrc", "mzn", "nqo", "pnb", "ps", "sd", "syr",
    "ug", "ur", "yi",
];
/// Script subtags of right-to-left scripts, in lower case.
const RIGHT_TO_LEFT_SCRIPTS: &[&str] =
    &["adlm", "arab", "aran", "hebr", "mand", "nkoo", "rohg", "syrc", "thaa"];

impl Document for Page {
    fn name(&self) -> &'static str {
        "page"
    }

    fn file_name(&self) -> &'static str {
        "index.html"
    }

    fn media_type(&self) -> &'static str {
        "text/html"
    }

    fn is_ours(&self, document: &str) -> bool {
        document.contains(&format!("<meta name=\"generator\" content=\"{GENERATOR}\">"))
    }
}

impl Index for Page {
    fn write(&self, site: &Site) -> Result<Option<Vec<u8>>, Error> {
        Ok(Some(end_with_newline(page(site).into_string().into_bytes())))
    }
}

fn page(site: &Site) -> Markup {
    let language = site.language.as_deref();
    let main_feed = site.feeds.iter().find(|feed| feed.folder.is_empty());
    let base = main_feed.and_then(|feed| feed.base.as_ref());
    let has_audio = site.feeds.iter().flat_map(|feed| &feed.latest).any(|entry| entry.audio.is_some());
    let icon = main_feed.and_then(|feed| feed.icon.as_ref());
    html! {
        (DOCTYPE)
        html lang=(language.unwrap_or("en")) dir=(direction(language)) {
            (line())
            head {
                (line()) meta charset="utf-8";
                (line()) meta name="viewport" content="width=device-width, initial-scale=1";
                (line()) meta http-equiv="Content-Security-Policy" content={ (POLICY) @if has_audio { "; media-src http: https:" } };
                (line()) meta name="generator" content=(GENERATOR);
                (line()) title { (site.title) }
                @if let Some(about) = main_feed.map(|feed| &feed.description).filter(|text| !text.is_empty()) {
                    (line()) meta name="description" content=(about);
                }
                // An empty icon keeps browsers from requesting /favicon.ico.
                (line()) link rel="icon" href=(icon.map_or("data:,", url::Url::as_str));
                @for feed in &site.feeds {
                    @for format in listed_formats(feed) {
                        (line())
                        link rel="alternate" type=(format.media_type()) title=(feed.title) href=(address(feed, format));
                    }
                }
                @if let Some(list) = &site.subscription_list {
                    (line()) link rel="outline" type="text/x-opml" title=(site.title) href=(list);
                }
                (line()) style { (PreEscaped(STYLE)) @if has_audio { (PreEscaped(PLAYER_STYLE)) } }
            }
            (line())
            body {
                (line())
                header {
                    h1 { (site.title) }
                    @if let Some(feed) = main_feed {
                        @if !feed.description.is_empty() { p { (feed.description) } }
                        p { a href=(feed.site) { (without_scheme(&feed.site)) } }
                    }
                    @if let Some(list) = &site.subscription_list {
                        p { span lang="en" dir="ltr" {
                            a href=(list) download { "All feeds as OPML" } " to import into a reader"
                        } }
                    }
                }
                @if site.feeds.len() > 1 {
                    (line())
                    nav aria-label="Feeds" { ul {
                        @for (number, feed) in site.feeds.iter().enumerate() {
                            li { a href={ "#feed-" (number) } { (title(feed)) } }
                        }
                    } }
                }
                (line())
                main { @for (number, feed) in site.feeds.iter().enumerate() { (section(feed, number, base)) } }
                (line())
                p #said .visually-hidden role="status" lang="en" {}
                footer { span lang="en" dir="ltr" {
                    "Made by feedmill. A feed is read with a feed reader: copy its address there."
                } }
                (line())
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

fn section(feed: &Listing, number: usize, base: Option<&url::Url>) -> Markup {
    let language = feed.language.as_deref();
    let first = listed_formats(feed).next();
    html! {
        (line())
        section #{ "feed-" (number) } aria-labelledby={ "title-" (number) } lang=[language] dir=(direction(language)) {
            @if let Some(cover) = &feed.cover {
                img .cover src=(relative(cover, base)) alt="" referrerpolicy="no-referrer";
            }
            h2 #{ "title-" (number) } { (title(feed)) }
            @if !feed.folder.is_empty() && !feed.description.is_empty() { p .soft { (feed.description) } }
            @if let Some(format) = first {
                @let absolute = feed.self_link(format.file_name());
                @let displayed = absolute.map_or_else(|| address(feed, format), String::from);
                div .address lang="en" {
                    input #{ "address-" (number) } type="text" readonly value=(displayed)
                        aria-label={ "Address of " (feed.title) };
                    button type="button" hidden data-for={ "address-" (number) } { "Copy link" }
                }
            }
            ul .ways lang="en" {
                @if let Some(url) = first.and_then(|format| feed.self_link(format.file_name())) {
                    li { a href={ "feed:" (url) } { "Open in a reader" span .visually-hidden { ": " (feed.title) } } }
                }
                @for format in listed_formats(feed) {
                    li {
                        a href=(address(feed, format)) type=(format.media_type()) {
                            (format.label()) span .visually-hidden { ": " (feed.title) }
                        }
                    }
                }
            }
            ol .entries role="list" { @for entry in &feed.latest { (latest(entry, base)) } }
        }
    }
}

fn latest(entry: &Latest, base: Option<&url::Url>) -> Markup {
    let published = entry.published;
    html! {
        (line())
        li {
            div {
                a href=(entry.link) { (entry.title) }
                time datetime=(published.to_rfc3339()) { (published.to_date()) }
                @if let Some(audio) = &entry.audio {
                    audio controls preload="none" src=(relative(audio, base)) aria-label=(entry.title) {}
                }
            }
            @if let Some(image) = &entry.image {
                img src=(if entry.audio.is_some() { relative(image, base) } else { image.as_str() }) alt="" loading="lazy" referrerpolicy="no-referrer";
            }
        }
    }
}

/// Returns the address of a file relative to the page if it is below the folder of the page, so that it works before the
/// feeds are published.
fn relative<'a>(url: &'a url::Url, base: Option<&url::Url>) -> &'a str {
    let below = base.and_then(|base| url.as_str().strip_prefix(base.as_str()));
    // A colon in the first segment would start a scheme.
    below
        .filter(|path| !path.is_empty() && !path.split('/').next().unwrap_or_default().contains(':'))
        .unwrap_or(url.as_str())
}

/// Starts a new line, which keeps diffs short.
fn line() -> PreEscaped<&'static str> {
    PreEscaped("\n")
}

/// Returns the heading of a feed. The title of the main feed would repeat the title of the page.
fn title(feed: &Listing) -> Markup {
    html! { @if feed.folder.is_empty() { span lang="en" { "Everything" } } @else { (feed.title) } }
}

/// Returns the formats that a feed is written in, in the order of [`FORMATS`], so that all feeds of the page look alike.
fn listed_formats(feed: &Listing) -> impl Iterator<Item = &'static dyn Format> {
    FORMATS.iter().copied().filter(|format| feed.formats.iter().any(|name| name == format.name()))
}

/// Returns the address of a document of a feed, relative to the page.
fn address(feed: &Listing, format: &dyn Format) -> String {
    if feed.folder.is_empty() {
        return format.file_name().to_owned();
    }
    format!("{}/{}", utf8_percent_encode(&feed.folder, SEGMENT), format.file_name())
}

/// Returns the address without scheme and trailing slash, as people write it.
fn without_scheme(url: &url::Url) -> String {
    let text = url.as_str().trim_start_matches("https://").trim_start_matches("http://");
    text.trim_end_matches('/').to_owned()
}

/// Returns the value of the attribute `dir`: the direction of the script, if the tag names one, else of the language.
fn direction(language: Option<&str>) -> &'static str {
    let language = language.unwrap_or_default().to_ascii_lowercase();
    let mut parts = language.split('-');
    let first = parts.next().unwrap_or_default();
    let script = parts.find(|part| part.len() == 4);
    let is_right = match script {
        Some(script) => RIGHT_TO_LEFT_SCRIPTS.contains(&script),
        None => RIGHT_TO_LEFT.contains(&first),
    };
    if is_right { "rtl" } else { "ltr" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_decides_the_direction_before_the_language() {
        for (language, expected) in [
            ("ar", "rtl"),
            ("he-IL", "rtl"),
            ("fa-AF", "rtl"),
            ("pa-Arab-PK", "rtl"),
            ("az-Arab", "rtl"),
            ("UR", "rtl"),
            ("en", "ltr"),
            ("ar-Latn", "ltr"),
            ("zh-Hans", "ltr"),
            ("", "ltr"),
            ("x-ar", "ltr"),
        ] {
            assert_eq!(direction(Some(language)), expected, "{language}");
        }
    }
}
