//! Index page: the newest entries of the whole feed, then every feed with its addresses, in one file that works without
//! JavaScript.
//!
//! Without JavaScript, entries can be filtered by section, tag and author. With it, they can be searched, dates are those
//! of the visitor's time zone and language, and buttons copy addresses.

mod direction;
mod entry;
mod podcast_apps;
mod qr;
mod river;
mod subscribe;
mod theme;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use url::Url;

use self::direction::direction;
use self::river::River;
use super::{Document, GENERATOR, Index, end_with_newline};
use crate::error::Error;
use crate::html::CleanHtml;
use crate::model::{Entry, Listing, Site};
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
        let feed = site.feeds.iter().find(|feed| feed.folder.is_empty());
        Ok(Some(bytes(page(&View { site, feed }))))
    }

    fn write_feed(&self, feed: &Listing, site: &Site) -> Option<Vec<u8>> {
        Some(bytes(page(&View { site, feed: Some(feed) })))
    }

    fn write_entry(&self, entry: &Entry, content: &CleanHtml, site: &Site) -> Option<Vec<u8>> {
        Some(bytes(entry::page(entry, content, site)))
    }
}

fn bytes(page: Markup) -> Vec<u8> {
    end_with_newline(page.into_string().into_bytes())
}

/// A page with the entries of one feed.
struct View<'a> {
    site: &'a Site,
    /// The feed; `None` if it has no entries.
    feed: Option<&'a Listing>,
}

impl<'a> View<'a> {
    /// Returns true if it is the page of all feeds.
    fn is_main(&self) -> bool {
        self.feed.is_none_or(|feed| feed.folder.is_empty())
    }

    /// Returns the path to the folder of all feeds, relative to the page.
    fn up(&self) -> String {
        self.feed.map_or_else(String::new, |feed| up(&feed.folder))
    }

    fn title(&self) -> &'a str {
        self.feed.filter(|_| !self.is_main()).map_or(&self.site.title, |feed| topic(feed, self.site))
    }

    fn language(&self) -> Option<&'a str> {
        let own = self.feed.filter(|_| !self.is_main()).and_then(|feed| feed.language.as_deref());
        own.or(self.site.language.as_deref())
    }

    /// Returns the feeds that the page offers: all of them, or the one that it is about.
    fn feeds(&self) -> impl Iterator<Item = &'a Listing> {
        let own = self.feed.filter(|_| !self.is_main());
        self.site.feeds.iter().filter(move |_| own.is_none()).chain(own)
    }

    /// Returns the address of a document of a feed, relative to the page.
    fn address(&self, feed: &Listing, file_name: &str) -> String {
        if self.feed.is_some_and(|own| own.folder == feed.folder) {
            return file_name.to_owned();
        }
        let separator = if feed.folder.is_empty() { "" } else { "/" };
        self.up() + &encode(&feed.folder) + separator + file_name
    }
}

/// Returns the path from a folder to the folder of all feeds.
fn up(folder: &str) -> String {
    "../".repeat(folder.split('/').filter(|part| !part.is_empty()).count())
}

/// Percent-encodes a path for a relative URL.
fn encode(path: &str) -> String {
    let parts = path.split('/').map(|part| utf8_percent_encode(part, SEGMENT).to_string());
    parts.collect::<Vec<_>>().join("/")
}

fn page(view: &View<'_>) -> Markup {
    let View { site, feed } = *view;
    let language = view.language();
    let river = feed.map(|feed| River::new(feed, view));
    let has_audio = feed.is_some_and(|feed| feed.latest.iter().any(|entry| entry.audio.is_some()));
    let media = if has_audio { "; media-src http: https:" } else { "" };
    let icon = feed.and_then(|feed| feed.icon.as_ref());
    html! {
        (DOCTYPE)
        html lang=(language.unwrap_or("en")) dir=(direction(language)) {
            (line())
            head {
                (head(&format!("{POLICY}{media}"), icon))
                (line()) title { (view.title()) @if !view.is_main() { " – " (site.title) } }
                @if let Some(about) = feed.map(|feed| &feed.description).filter(|text| !text.is_empty()) {
                    (line()) meta name="description" content=(about);
                }
                @for feed in view.feeds() {
                    @for format in subscribe::formats(feed) {
                        (line())
                        link rel="alternate" type=(format.media_type()) title=(feed.title)
                            href=(view.address(feed, format.file_name()));
                    }
                }
                @if let Some(list) = &site.subscription_list {
                    (line()) link rel="outline" type="text/x-opml" title=(site.title) href=(list);
                }
                (line()) style {
                    (PreEscaped(BASE_STYLE)) (PreEscaped(RIVER_STYLE)) (theme::style(&site.theme))
                    @if let Some(river) = &river { (river.filter_style()) }
                }
            }
            (line())
            body {
                (line())
                (header(view))
                (line())
                main { @if let Some(river) = &river { (river.markup()) } }
                (line())
                (subscribe::feeds(view))
                (line())
                p #said .visually-hidden role="status" lang="en" {}
                footer { span lang="en" dir="ltr" { "Made by feedmill" } }
                (line())
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// Returns the first elements of the head of any page.
fn head(policy: &str, icon: Option<&Url>) -> Markup {
    html! {
        (line()) meta charset="utf-8";
        (line()) meta name="viewport" content="width=device-width, initial-scale=1";
        (line()) meta http-equiv="Content-Security-Policy" content=(policy);
        (line()) meta name="generator" content=(GENERATOR);
        // An empty icon keeps browsers from requesting /favicon.ico.
        (line()) link rel="icon" href=(icon.map_or("data:,", Url::as_str));
    }
}

fn header(view: &View<'_>) -> Markup {
    let feed = view.feed;
    let base = feed.and_then(|feed| feed.base.as_ref());
    let cover = feed.and_then(|feed| feed.cover.as_ref());
    let icon = feed.and_then(|feed| feed.icon.as_ref());
    html! {
        header {
            @if let Some(logo) = &view.site.theme.logo {
                img .logo src=(relative(logo, base)) alt="" referrerpolicy="no-referrer";
            } @else if let Some(cover) = cover {
                img .cover src=(relative(cover, base)) alt="" referrerpolicy="no-referrer";
            } @else if let Some(icon) = icon {
                img src=(relative(icon, base)) alt="" referrerpolicy="no-referrer";
            }
            div {
                @if !view.is_main() { p .meta { a href={ (view.up()) "index.html" } { (view.site.title) } } }
                h1 { (view.title()) }
                @if let Some(feed) = feed {
                    @if !feed.description.is_empty() { p .lede { (feed.description) } }
                    p .meta {
                        span { bdi dir="ltr" { a href=(feed.site) { (without_scheme(&feed.site)) } } }
                        span .skip lang="en" { a href="#feeds" { "Subscribe" } }
                    }
                }
            }
        }
    }
}

/// Returns the address of a file relative to the page if it is below the folder of the page, so that it works before the
/// feeds are published.
fn relative<'a>(url: &'a Url, base: Option<&Url>) -> &'a str {
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
fn without_scheme(url: &Url) -> String {
    let text = url.as_str().trim_start_matches("https://").trim_start_matches("http://");
    text.trim_end_matches('/').to_owned()
}
