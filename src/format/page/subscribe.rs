//! The ways to subscribe: the addresses of the whole feed, and a compact list of all feeds.

use minijinja::Value;
use serde::Serialize;

use super::direction::direction;
use super::{Date, View, podcast_apps, qr, relative, safe, topic, without_scheme};
use crate::format::{FORMATS, Format, RSS};
use crate::model::Listing;

/// One day in milliseconds.
const DAY: i64 = 86_400_000;

/// A feed to subscribe to, as the template sees it.
#[derive(Serialize)]
pub(super) struct Subscription<'a> {
    title: &'a str,
    topic: &'a str,
    description: &'a str,
    language: Option<&'a str>,
    direction: &'static str,
    website: &'a str,
    website_name: String,
    page: Option<String>,
    cover: Option<&'a str>,
    frequency: Option<&'static str>,
    updated: Option<Date>,
    address: Option<String>,
    reader: Option<String>,
    formats: Vec<FormatLink>,
    apps: Vec<AppLink>,
    qr_code: Option<Value>,
}

/// A document of a feed.
#[derive(Serialize)]
struct FormatLink {
    name: &'static str,
    #[serde(rename = "type")]
    media_type: &'static str,
    href: String,
}

/// A link that opens a podcast in an app.
#[derive(Serialize)]
struct AppLink {
    name: &'static str,
    href: String,
}

/// Returns the feeds that the page lists below its own.
pub(super) fn topics<'a>(view: &View<'a>) -> Vec<Subscription<'a>> {
    // The only section of a blog may have the same entries as the whole feed.
    let all = &view.site.feeds;
    let is_whole =
        |feed: &Listing| all.len() == 2 && view.feed.is_some_and(|main| main.entries == feed.entries);
    let shown = all.iter().filter(|feed| view.is_main() && !feed.folder.is_empty() && !is_whole(feed));
    shown.map(|feed| Subscription::new(feed, view)).collect()
}

impl<'a> Subscription<'a> {
    /// Returns the feed of a page, with a QR code.
    pub(super) fn of_page(feed: &'a Listing, view: &View<'a>) -> Self {
        let code =
            formats(feed).next().and_then(|format| qr::code(feed.self_link(format.file_name())?.as_str()));
        Self { qr_code: code.map(safe), ..Self::new(feed, view) }
    }

    fn new(feed: &'a Listing, view: &View<'a>) -> Self {
        let base = view.feed.and_then(|feed| feed.base.as_ref());
        let first = formats(feed).next();
        let reader = first.and_then(|format| feed.self_link(format.file_name()));
        Self {
            title: &feed.title,
            topic: topic(feed, view.site),
            description: &feed.description,
            language: feed.language.as_deref().filter(|own| Some(*own) != view.language()),
            direction: direction(feed.language.as_deref().or(view.language())),
            website: feed.site.as_str(),
            website_name: without_scheme(&feed.site),
            page: view.site.feed_pages.then(|| view.address(feed, "index.html")),
            cover: feed.cover.as_ref().map(|cover| relative(cover, base)),
            frequency: feed.median_interval.and_then(frequency),
            updated: feed.updated.map(Date::from),
            address: first.map(|format| copied(view, feed, format)),
            reader: reader.map(|url| format!("feed:{url}")),
            formats: formats(feed).map(|format| link(view, feed, format)).collect(),
            apps: apps(feed),
            qr_code: None,
        }
    }
}

fn link(view: &View<'_>, feed: &Listing, format: &dyn Format) -> FormatLink {
    FormatLink {
        name: format.label().trim_end_matches(" Feed"),
        media_type: format.media_type(),
        href: view.address(feed, format.file_name()),
    }
}

/// Returns the links that open a podcast in an app; none for other feeds.
fn apps(feed: &Listing) -> Vec<AppLink> {
    let rss = formats(feed).find(|format| format.name() == RSS.name()).filter(|_| feed.is_podcast);
    let links = rss.and_then(|rss| feed.self_link(rss.file_name())).map(|url| podcast_apps::links(&url));
    links.unwrap_or_default().into_iter().map(|(name, href)| AppLink { name, href }).collect()
}

/// Returns the formats that a feed is written in, in the order of [`FORMATS`], so that all feeds of the page look alike.
pub(super) fn formats(feed: &Listing) -> impl Iterator<Item = &'static dyn Format> {
    FORMATS.iter().copied().filter(|format| feed.formats.iter().any(|name| name == format.name()))
}

/// Returns the public address of a document of a feed, else the one relative to the page.
fn copied(view: &View<'_>, feed: &Listing, format: &dyn Format) -> String {
    feed.self_link(format.file_name()).map_or_else(|| view.address(feed, format.file_name()), String::from)
}

/// Returns the time between two entries in words; `None` if it is 0.
fn frequency(interval: i64) -> Option<&'static str> {
    let words = [
        (DAY * 2 / 5, "several times a day"),
        (DAY * 3 / 2, "about daily"),
        (DAY * 5, "several times a week"),
        (DAY * 10, "about weekly"),
        (DAY * 20, "every two weeks"),
        (DAY * 45, "about monthly"),
        (DAY * 250, "a few times a year"),
        (DAY * 500, "about yearly"),
    ];
    let found = words.iter().find(|(limit, _)| interval < *limit).map_or("rarely", |(_, words)| words);
    (interval > 0).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies_are_in_words() {
        for (days, words) in [
            (1, "about daily"),
            (3, "several times a week"),
            (7, "about weekly"),
            (14, "every two weeks"),
            (30, "about monthly"),
            (90, "a few times a year"),
            (365, "about yearly"),
            (999, "rarely"),
        ] {
            assert_eq!(frequency(days * DAY), Some(words));
        }
        assert_eq!((frequency(0), frequency(DAY / 24)), (None, Some("several times a day")));
    }
}
