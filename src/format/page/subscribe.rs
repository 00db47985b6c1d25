//! The ways to subscribe: the addresses of the whole feed, and a compact list of all feeds.

use maud::{Markup, html};

use super::direction::direction;
use super::{View, line, podcast_apps, qr, relative, time, topic};
use crate::format::{FORMATS, Format, RSS};
use crate::model::Listing;

/// One day in milliseconds.
const DAY: i64 = 86_400_000;

/// Returns the box to subscribe to the whole feed, and the list of feeds.
pub(super) fn feeds(view: &View<'_>) -> Markup {
    // The only section of a blog may have the same entries as the whole feed.
    let all = &view.site.feeds;
    let is_whole =
        |feed: &Listing| all.len() == 2 && view.feed.is_some_and(|main| main.entries == feed.entries);
    let topics = || {
        let shown = all.iter().filter(|_| view.is_main());
        shown.filter(|feed| !feed.folder.is_empty() && !is_whole(feed))
    };
    html! {
        aside #feeds aria-label="Subscribe" {
            @if let Some(feed) = view.feed { (main_box(feed, view)) }
            @if topics().next().is_some() {
                (line())
                div .feeds {
                    h2 lang="en" { "Feeds by topic" }
                    ul role="list" { @for feed in topics() { (row(feed, view)) } }
                }
            }
        }
    }
}

fn main_box(feed: &Listing, view: &View<'_>) -> Markup {
    let first = formats(feed).next();
    html! {
        h2 lang="en" { "Subscribe" }
        p .soft lang="en" { bdi { "A feed reader shows you what is new. Copy this address into yours." } }
        @if let Some(format) = first {
            @let shown = copied(view, feed, format);
            div .address lang="en" {
                input type="text" readonly value=(shown) aria-label={ "Address of " (feed.title) };
                button type="button" hidden data-copy=(shown) { "Copy" }
            }
        }
        (rhythm(feed))
        p .ways lang="en" {
            (links(view, feed, "Open in a reader", ""))
            @if let Some(list) = &view.site.subscription_list { a href=(list) download { "All feeds as OPML" } }
        }
        (apps(feed))
        @if let Some(code) = first.and_then(|format| qr::code(feed.self_link(format.file_name())?.as_str())) {
            details lang="en" {
                summary { "QR code for your phone" }
                (code)
            }
        }
    }
}

/// Returns one feed in a line or two: topic, frequency, last entry, addresses.
fn row(feed: &Listing, view: &View<'_>) -> Markup {
    let base = view.feed.and_then(|feed| feed.base.as_ref());
    let language = feed.language.as_deref().filter(|own| Some(*own) != view.language());
    html! {
        (line())
        li lang=[language] dir=[language.map(|own| direction(Some(own)))] {
            @if let Some(cover) = &feed.cover {
                img src=(relative(cover, base)) alt="" loading="lazy" referrerpolicy="no-referrer";
            }
            h3 {
                @if view.site.feed_pages {
                    a href=(view.address(feed, "index.html")) { (topic(feed, view.site)) }
                } @else {
                    (topic(feed, view.site))
                }
            }
            @if !feed.description.is_empty() { p .soft { (feed.description) } }
            (rhythm(feed))
            p .ways lang="en" {
                @if let Some(format) = formats(feed).next() {
                    button type="button" hidden data-copy=(copied(view, feed, format)) {
                        "Copy link" span .visually-hidden { ": " (feed.title) }
                    }
                }
                (links(view, feed, "Open", " in a reader"))
            }
            (apps(feed))
        }
    }
}

/// Returns how often a feed has a new entry, and the date of the last.
fn rhythm(feed: &Listing) -> Markup {
    html! {
        p .meta lang="en" {
            @if let Some(frequency) = feed.median_interval.and_then(frequency) { span { bdi { (frequency) } } }
            @if let Some(updated) = feed.updated { span { bdi { "last entry " (time(updated)) } } }
        }
    }
}

/// Returns the links that open a podcast in an app; nothing for other feeds.
fn apps(feed: &Listing) -> Markup {
    let rss = formats(feed).find(|format| format.name() == RSS.name()).filter(|_| feed.is_podcast);
    let links = rss.and_then(|rss| feed.self_link(rss.file_name())).map(|url| podcast_apps::links(&url));
    html! {
        @if let Some(links) = links.filter(|links| !links.is_empty()) {
            p .ways lang="en" {
                span .soft { "Listen in" }
                @for (app, link) in links {
                    a href=(link) { (app) span .visually-hidden { ": " (feed.title) } }
                }
            }
        }
    }
}

/// Returns the links to a feed. The first opens it in a reader; its text has a part that only screen readers read.
fn links(view: &View<'_>, feed: &Listing, open: &str, more: &str) -> Markup {
    let name = html! { span .visually-hidden { ": " (feed.title) } };
    html! {
        @if let Some(url) = formats(feed).next().and_then(|format| feed.self_link(format.file_name())) {
            a href={ "feed:" (url) } { (open) span .visually-hidden { (more) ": " (feed.title) } }
        }
        @for format in formats(feed) {
            a href=(view.address(feed, format.file_name())) type=(format.media_type()) {
                (format.label().trim_end_matches(" Feed")) (name)
            }
        }
    }
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
