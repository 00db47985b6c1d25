//! Index page: the newest entries of the whole feed, then every feed with its addresses, in one file that works without
//! JavaScript.
//!
//! Without JavaScript, entries can be filtered by section, tag and author. With it, they can be searched, dates are those
//! of the visitor's time zone and language, and buttons copy addresses.

mod direction;
mod podcast_apps;
mod qr;
mod river;
mod subscribe;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use self::direction::direction;
use self::river::River;
use super::{Document, GENERATOR, Index, end_with_newline};
use crate::error::Error;
use crate::model::{Listing, Site};
use crate::types::UnixMs;

pub(super) struct Page;

/// Style of the pages of the server: that of the index page, and of cards.
pub(crate) const STYLE: &str = concat!(include_str!("base.css"), include_str!("cards.css"));
/// Style that all pages share.
const BASE_STYLE: &str = include_str!("base.css");
const RIVER_STYLE: &str = include_str!("river.css");
const SCRIPT: &str = include_str!("script.js");
/// Content Security Policy (<https://www.w3.org/TR/CSP3/>): our own style and script, and images from anywhere.
///
/// The hash is that of `script.js`; with a wrong hash, no browser runs the script and a browser test fails.
///
/// Audio is allowed if there is any.
const POLICY: &str = "default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; \
     script-src 'sha256-3Yeg0U6rPyErEQYFP7rbdhksOeCWugOOpbIsg56/lMw='; base-uri 'none'; form-action 'none'";

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
    let river = main_feed.map(|feed| River::new(feed, site));
    let has_audio = main_feed.is_some_and(|feed| feed.latest.iter().any(|entry| entry.audio.is_some()));
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
                    @for format in subscribe::formats(feed) {
                        (line())
                        link rel="alternate" type=(format.media_type()) title=(feed.title)
                            href=(subscribe::address(feed, format));
                    }
                }
                @if let Some(list) = &site.subscription_list {
                    (line()) link rel="outline" type="text/x-opml" title=(site.title) href=(list);
                }
                (line()) style {
                    (PreEscaped(BASE_STYLE)) (PreEscaped(RIVER_STYLE))
                    @if let Some(river) = &river { (river.filter_style()) }
                }
            }
            (line())
            body {
                (line())
                (header(site, main_feed))
                (line())
                main { @if let Some(river) = &river { (river.markup()) } }
                (line())
                (subscribe::feeds(site, main_feed))
                (line())
                p #said .visually-hidden role="status" lang="en" {}
                footer { span lang="en" dir="ltr" { "Made by feedmill" } }
                (line())
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

fn header(site: &Site, main_feed: Option<&Listing>) -> Markup {
    let base = main_feed.and_then(|feed| feed.base.as_ref());
    let cover = main_feed.and_then(|feed| feed.cover.as_ref());
    let icon = main_feed.and_then(|feed| feed.icon.as_ref());
    html! {
        header {
            @if let Some(cover) = cover {
                img .cover src=(relative(cover, base)) alt="" referrerpolicy="no-referrer";
            } @else if let Some(icon) = icon {
                img src=(relative(icon, base)) alt="" referrerpolicy="no-referrer";
            }
            div {
                h1 { (site.title) }
                @if let Some(feed) = main_feed {
                    @if !feed.description.is_empty() { p .lede { (feed.description) } }
                    p .meta {
                        span dir="ltr" { a href=(feed.site) { (without_scheme(&feed.site)) } }
                        span .skip lang="en" { a href="#feeds" { "Subscribe" } }
                    }
                }
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

/// Returns the title of a feed without the title of the site at its end, which the page has at its top.
fn topic<'a>(feed: &'a Listing, site: &Site) -> &'a str {
    let short = feed.title.strip_suffix(site.title.as_str()).map(str::trim_end);
    let short = short.and_then(|title| title.strip_suffix(['–', '—', '-', '|', '·', ':'])).map(str::trim_end);
    short.filter(|title| !title.is_empty()).unwrap_or(&feed.title)
}

/// Returns a day, with the exact time for those who point at it.
fn time(time: UnixMs) -> Markup {
    let exact = time.to_utc().format("%Y-%m-%d %H:%M UTC");
    html! { time datetime=(time.to_rfc3339()) title=(exact) { (time.to_date()) } }
}

/// Returns the address without scheme and trailing slash, as people write it.
fn without_scheme(url: &url::Url) -> String {
    let text = url.as_str().trim_start_matches("https://").trim_start_matches("http://");
    text.trim_end_matches('/').to_owned()
}
