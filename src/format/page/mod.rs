//! Index page: the newest entries of the whole feed, then every feed with its addresses, in one file that works without
//! JavaScript.
//!
//! Without JavaScript, entries can be filtered by section, tag and author. With it, they can be searched, dates are those
//! of the visitor's time zone and language, and buttons copy addresses.
//!
//! A page is a template, `page.html` or `entry.html`, and the values in it, which are the types that are serialized here.
//! Users may replace the template, so the values are documented in `docs/reference/templates.md`, and none is renamed or removed.

mod direction;
mod entry;
mod podcast_apps;
mod qr;
mod river;
mod subscribe;
mod template;
mod theme;

use minijinja::Value;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;
use url::Url;

use self::direction::direction;
use self::river::{Filter, River, Row};
use self::subscribe::Subscription;
pub use self::template::{PageKind, Templates};
pub(super) use self::theme::style as theme_rules;
use super::{Document, Index, WrittenPage};
use crate::error::Error;
use crate::html::CleanHtml;
use crate::model::{Entry, Listing, Site};
use crate::types::UnixMs;

pub(super) struct Page;

/// Style of the pages of the server: that of the index page, and of cards.
#[cfg(feature = "serve")]
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
     script-src 'sha256-nSKdx7diIFh3f2OJFqXM2iaIsCmjc63yD6UWRmciZDc='; base-uri 'none'; form-action 'none'";

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
        document.contains(&template::mark())
    }
}

impl Index for Page {
    fn write(&self, site: &Site, templates: &Templates) -> Result<Option<WrittenPage>, Error> {
        let feed = site.feeds.iter().find(|feed| feed.folder.is_empty());
        Ok(Some(templates.write(PageKind::Page, &View { site, feed }.values())))
    }

    fn write_feed(&self, feed: &Listing, site: &Site, templates: &Templates) -> Option<WrittenPage> {
        Some(templates.write(PageKind::Page, &View { site, feed: Some(feed) }.values()))
    }

    fn write_entry(
        &self,
        entry: &Entry,
        content: &CleanHtml,
        site: &Site,
        templates: &Templates,
    ) -> Option<WrittenPage> {
        Some(templates.write(PageKind::Entry, &entry::values(entry, content, site)))
    }
}

/// Values of the template of the index page, and of the page of a feed.
#[derive(Serialize)]
struct PageValues<'a> {
    title: &'a str,
    site_title: &'a str,
    language: &'a str,
    direction: &'static str,
    home: Option<String>,
    icon: &'a str,
    image: Option<HeaderImage<'a>>,
    feed: Option<Subscription<'a>>,
    feeds: Vec<Subscription<'a>>,
    entries: Vec<Row<'a>>,
    filters: Vec<Filter<'a>>,
    alternates: Vec<Alternate<'a>>,
    opml: Option<&'a str>,
    theme: theme::Values<'a>,
    policy: String,
    style: Value,
    script: Value,
}

/// The image at the top of a page.
#[derive(Serialize)]
struct HeaderImage<'a> {
    src: &'a str,
    class: &'static str,
}

/// A document of a feed that browsers are to find.
#[derive(Serialize)]
struct Alternate<'a> {
    #[serde(rename = "type")]
    media_type: &'static str,
    title: &'a str,
    href: String,
}

/// A time in three forms.
#[derive(Serialize)]
struct Date {
    iso: String,
    day: String,
    exact: String,
}

impl From<UnixMs> for Date {
    fn from(time: UnixMs) -> Self {
        let exact = time.to_utc().format("%Y-%m-%d %H:%M UTC").to_string();
        Self { iso: time.to_rfc3339(), day: time.to_date(), exact }
    }
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

    /// Returns the values for the template.
    fn values(&self) -> PageValues<'_> {
        let View { site, feed } = *self;
        let (entries, filters) = feed.map(|feed| River::new(feed, self).values()).unwrap_or_default();
        let has_audio = feed.is_some_and(|feed| feed.latest.iter().any(|entry| entry.audio.is_some()));
        let media = if has_audio { "; media-src http: https:" } else { "" };
        let alternates = self.feeds().flat_map(|feed| {
            subscribe::formats(feed).map(|format| Alternate {
                media_type: format.media_type(),
                title: &feed.title,
                href: self.address(feed, format.file_name()),
            })
        });
        PageValues {
            title: self.title(),
            site_title: &site.title,
            language: self.language().unwrap_or("en"),
            direction: direction(self.language()),
            home: (!self.is_main()).then(|| self.up() + "index.html"),
            // An empty icon keeps browsers from requesting /favicon.ico.
            icon: feed.and_then(|feed| feed.icon.as_ref()).map_or("data:,", Url::as_str),
            image: self.image(),
            feed: feed.map(|feed| Subscription::of_page(feed, self)),
            feeds: subscribe::topics(self),
            entries,
            filters,
            alternates: alternates.collect(),
            opml: site.subscription_list.as_deref(),
            theme: theme::Values::from(&site.theme),
            policy: format!("{POLICY}{media}"),
            style: safe(format!("{BASE_STYLE}{RIVER_STYLE}{}", theme::style(&site.theme))),
            script: safe(SCRIPT.to_owned()),
        }
    }

    /// Returns the image at the top: the logo, else the cover, else the icon.
    fn image(&self) -> Option<HeaderImage<'_>> {
        let feed = self.feed;
        let images = [
            ("logo", self.site.theme.logo.as_ref()),
            ("cover", feed.and_then(|feed| feed.cover.as_ref())),
            ("", feed.and_then(|feed| feed.icon.as_ref())),
        ];
        let base = feed.and_then(|feed| feed.base.as_ref());
        images.into_iter().find_map(|(class, url)| Some(HeaderImage { src: relative(url?, base), class }))
    }
}

/// Marks HTML, CSS or a script as not to be escaped.
fn safe(text: String) -> Value {
    Value::from_safe_string(text)
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

/// Returns the address of a file relative to the page if it is below the folder of the page, so that it works before the
/// feeds are published.
fn relative<'a>(url: &'a Url, base: Option<&Url>) -> &'a str {
    let below = base.and_then(|base| url.as_str().strip_prefix(base.as_str()));
    // A colon in the first segment would start a scheme.
    below
        .filter(|path| !path.is_empty() && !path.split('/').next().unwrap_or_default().contains(':'))
        .unwrap_or(url.as_str())
}

/// Returns the title of a feed without the title of the site at its end, which the page has at its top.
fn topic<'a>(feed: &'a Listing, site: &Site) -> &'a str {
    let short = feed.title.strip_suffix(site.title.as_str()).map(str::trim_end);
    let short = short.and_then(|title| title.strip_suffix(['–', '—', '-', '|', '·', ':'])).map(str::trim_end);
    short.filter(|title| !title.is_empty()).unwrap_or(&feed.title)
}

/// Returns the address without scheme and trailing slash, as people write it.
fn without_scheme(url: &Url) -> String {
    let text = url.as_str().trim_start_matches("https://").trim_start_matches("http://");
    text.trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use minijinja::value::Serde;

    use super::*;
    use crate::model::{Feed, Latest, Theme};

    /// Returns the values of a page and of an entry page on which nothing is missing.
    pub(super) fn all_values() -> [Value; 2] {
        let url = |path: &str| Url::parse(&format!("https://e.example/{path}")).unwrap();
        let mut feed = Feed::new("News", url(""));
        feed.base = Some(url("feeds/"));
        let mut main = Listing::new(&feed, "", vec!["rss".to_owned()]);
        main.icon = Some(url("icon.png"));
        main.cover = main.icon.clone();
        main.updated = Some(UnixMs(0));
        main.is_podcast = true;
        let latest = serde_json::json!({
            "title": "A", "link": "https://e.example/a", "page": "entry/a.html", "published": 0, "summary": "S",
            "authors": ["Bo"], "sections": ["town"], "tags": ["rain"], "language": "ar",
            "image": "https://e.example/a.jpg", "image_size": [4, 3], "audio": "https://e.example/a.mp3",
        });
        let mut other: Latest = serde_json::from_value(latest.clone()).unwrap();
        (other.sections, other.tags, other.authors) = Default::default();
        main.latest = vec![serde_json::from_value(latest).unwrap(), other];
        let town = Listing { folder: "town".to_owned(), title: "Town – News".to_owned(), ..main.clone() };
        let mut theme = Theme::default();
        (theme.accent, theme.width, theme.font) = (Some([1, 2, 3]), Some(70), vec!["serif".to_owned()]);
        theme.logo = Some(url("logo.svg"));
        let list = Some("feeds.opml".to_owned());
        let feeds = vec![main.clone(), town.clone(), Listing { folder: "more".to_owned(), ..town }];
        let site = Site {
            title: "News".to_owned(),
            subscription_list: list,
            feed_pages: true,
            theme,
            feeds,
            ..Site::default()
        };
        let view = View { site: &site, feed: Some(&main) };
        let page = view.values();
        let mut entry = Entry::new("https://e.example/a", "A", UnixMs(0));
        entry.categories = vec!["rain".to_owned()];
        let content = entry.content.clone();
        [Value::from(Serde(&page)), Value::from(Serde(&entry::values(&entry, &content, &site)))]
    }
}
