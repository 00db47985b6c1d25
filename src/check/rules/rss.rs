//! RSS 0.9x and 2.0 (<https://www.rssboard.org/rss-specification>).

use std::collections::HashSet;

use super::super::Log;
use super::super::document::Element;
use super::super::registry as r;
use super::super::value::{self, Address};
use super::extension::{self, Parent};
use super::{Once, attributes, common, html, leaf, missing, no_text, required, say, undefined};

pub(super) fn rss(root: &Element<'_>, log: &mut Log) {
    attributes(root, &["version"], log);
    match required(root, "version", log) {
        Some("2.0" | "0.90" | "0.91" | "0.92" | "0.93" | "0.94") | None => {}
        Some(other) => log.add(&r::RSS_VERSION, root.at, format!("there is no RSS `{other}`")),
    }
    no_text(root, log);
    let mut once = Once::new();
    for child in root.elements() {
        common(child, log);
        if child.local == "channel" && child.ns.is_empty() {
            once.first(child, log);
            channel(child, log);
        } else if child.ns.is_empty() {
            undefined(child, log);
        }
    }
    if !once.has("", "channel") {
        missing(&r::ELEMENT_MISSING, root, "channel", log);
    }
}

fn channel(channel: &Element<'_>, log: &mut Log) {
    attributes(channel, &[], log);
    let mut once = Once::new();
    let mut guids = HashSet::new();
    for child in channel.elements() {
        common(child, log);
        if !child.ns.is_empty() {
            extension::element(child, Parent::Channel, &mut once, log);
            continue;
        }
        if child.local == "item" {
            item(child, &mut guids, log);
            continue;
        }
        if child.local == "category" {
            attributes(child, &["domain"], log);
            plain(child, log);
            continue;
        }
        let known = matches!(
            child.local,
            "title"
                | "link"
                | "description"
                | "language"
                | "copyright"
                | "managingEditor"
                | "webMaster"
                | "pubDate"
                | "lastBuildDate"
                | "generator"
                | "docs"
                | "cloud"
                | "ttl"
                | "image"
                | "rating"
                | "textInput"
                | "skipHours"
                | "skipDays"
        );
        if !known {
            undefined(child, log);
            continue;
        }
        if matches!(child.local, "skipHours" | "skipDays") {
            once.first_at(child, channel.end, log);
        } else {
            once.first(child, log);
        }
        if child.local != "cloud" {
            attributes(child, &[], log);
        }
        let text = child.text();
        match child.local {
            "description" => {
                plain(child, log);
            }
            "title" | "copyright" | "generator" | "rating" => plain(child, log),
            "link" | "docs" => link(child, log),
            "language" => say(value::language(&text), child, &text, log),
            "managingEditor" | "webMaster" => say(value::contact(&text), child, &text, log),
            "pubDate" | "lastBuildDate" => say(value::rfc822(&text), child, &text, log),
            "ttl" => say(value::positive(&text), child, &text, log),
            "cloud" => cloud(child, log),
            "image" => image(child, log),
            "textInput" => {
                log.add(&r::RSS_TEXT_INPUT, child.at, "readers ignore textInput".to_owned());
                text_input(child, log);
            }
            "skipHours" => skip_hours(child, log),
            "skipDays" => skip_days(child, log),
            _ => {}
        }
    }
    no_text(channel, log);
    for (name, rule) in
        [("title", &r::RSS_NO_TITLE), ("link", &r::RSS_NO_LINK), ("description", &r::RSS_NO_DESCRIPTION)]
    {
        if !once.has("", name) {
            missing(rule, channel, name, log);
        }
    }
    let has_self = channel
        .elements()
        .any(|e| &*e.ns == super::ATOM && e.local == "link" && e.attr("rel") == Some("self"));
    if !has_self {
        missing(&r::RSS_SELF, channel, "atom:link rel=\"self\"", log);
    }
}

/// Plain text; blank is worth a word.
fn plain(element: &Element<'_>, log: &mut Log) {
    leaf(element, log);
    html::plain(&element.text(), element, log);
    if element.text().trim().is_empty() && element.elements().next().is_none() {
        log.add(&r::TEXT_BLANK, element.end, format!("`{}` is empty", element.name));
    }
}

fn link(element: &Element<'_>, log: &mut Log) {
    leaf(element, log);
    let text = element.text();
    say(value::address(text.trim(), Address::Full, false), element, &text, log);
}

fn cloud(element: &Element<'_>, log: &mut Log) {
    attributes(element, &["domain", "port", "path", "registerProcedure", "protocol"], log);
    for name in ["domain", "path", "registerProcedure", "protocol"] {
        required(element, name, log);
    }
    if let Some(port) = required(element, "port", log)
        && value::positive(port).is_some()
    {
        log.add(&r::INTEGER_ATTRIBUTE, element.end, format!("the port is `{port}`"));
    }
}

fn image(element: &Element<'_>, log: &mut Log) {
    let mut once = Once::new();
    for child in element.elements() {
        common(child, log);
        if !child.ns.is_empty() {
            extension::element(child, Parent::Other, &mut Once::new(), log);
            continue;
        }
        let text = child.text();
        let text = text.trim();
        let within =
            |max: u32| text.parse::<u32>().is_ok_and(|n| (1..=max).contains(&n)) && !text.starts_with('+');
        match child.local {
            "title" | "description" => plain(child, log),
            "url" | "link" => link(child, log),
            "width" if !within(144) => {
                log.add(&r::RSS_IMAGE_WIDTH, child.end, format!("the width is `{text}`"))
            }
            "height" if !within(400) => {
                log.add(&r::RSS_IMAGE_HEIGHT, child.end, format!("the height is `{text}`"))
            }
            "width" | "height" => {}
            _ => {
                undefined(child, log);
                continue;
            }
        }
        once.first(child, log);
    }
    no_text(element, log);
    for (name, rule) in [("title", &r::RSS_NO_TITLE), ("link", &r::RSS_NO_LINK), ("url", &r::ELEMENT_MISSING)]
    {
        if !once.has("", name) {
            missing(rule, element, name, log);
        }
    }
}

fn text_input(element: &Element<'_>, log: &mut Log) {
    let mut once = Once::new();
    for child in element.elements() {
        if !child.ns.is_empty() {
            extension::element(child, Parent::Other, &mut Once::new(), log);
            continue;
        }
        match child.local {
            "title" | "description" => plain(child, log),
            "link" => link(child, log),
            "name" => {
                let text = child.text();
                let ok = text.starts_with(|c: char| c.is_ascii_alphabetic())
                    && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_:.".contains(c));
                if !ok {
                    log.add(&r::RSS_INPUT_NAME, child.end, format!("the name is `{text}`"));
                }
            }
            _ => {
                undefined(child, log);
                continue;
            }
        }
        once.first(child, log);
    }
    no_text(element, log);
    let rules = [
        ("title", &r::RSS_NO_TITLE),
        ("link", &r::RSS_NO_LINK),
        ("description", &r::RSS_NO_DESCRIPTION),
        ("name", &r::ELEMENT_MISSING),
    ];
    for (name, rule) in rules {
        if !once.has("", name) {
            missing(rule, element, name, log);
        }
    }
}

fn skip_hours(element: &Element<'_>, log: &mut Log) {
    let mut seen = HashSet::new();
    let mut any = false;
    for child in element.elements() {
        if child.local != "hour" || !child.ns.is_empty() {
            undefined(child, log);
            continue;
        }
        any = true;
        let text = child.text();
        match text.trim().parse::<u32>() {
            Ok(hour @ 0..=24) => {
                if !seen.insert(hour % 24) {
                    log.add(&r::VALUE_DUPLICATE, child.end, format!("the hour {hour} is there twice"));
                }
            }
            _ => log.add(&r::RSS_HOUR, child.end, format!("`{}` is no hour", text.trim())),
        }
    }
    no_text(element, log);
    if !any {
        missing(&r::ELEMENT_MISSING, element, "hour", log);
    }
}

fn skip_days(element: &Element<'_>, log: &mut Log) {
    const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let mut seen = HashSet::new();
    let mut count = 0;
    for child in element.elements() {
        if child.local != "day" || !child.ns.is_empty() {
            undefined(child, log);
            continue;
        }
        count += 1;
        let text = child.text().trim().to_owned();
        if !DAYS.contains(&&*text) {
            log.add(&r::RSS_DAY, child.end, format!("`{text}` is no day of the week"));
        } else if !seen.insert(text.clone()) {
            log.add(&r::VALUE_DUPLICATE, child.end, format!("{text} is there twice"));
        }
    }
    no_text(element, log);
    if count == 0 {
        missing(&r::ELEMENT_MISSING, element, "day", log);
    }
    if count > 7 {
        log.add(&r::RSS_DAYS, element.end, format!("{count} days are skipped"));
    }
}

fn item(item: &Element<'_>, guids: &mut HashSet<String>, log: &mut Log) {
    attributes(item, &[], log);
    let mut once = Once::new();
    for child in item.elements() {
        common(child, log);
        if !child.ns.is_empty() {
            extension::element(child, Parent::Item, &mut once, log);
            continue;
        }
        let text = child.text();
        match child.local {
            "category" => {
                attributes(child, &["domain"], log);
                plain(child, log);
                continue;
            }
            "enclosure" => {
                enclosure(child, log);
                continue;
            }
            "title" => {
                attributes(child, &[], log);
                plain(child, log);
            }
            "description" => {
                attributes(child, &[], log);
                leaf(child, log);
                html::html(&text, child, true, log);
                if text.trim().is_empty() && child.elements().next().is_none() {
                    log.add(&r::TEXT_BLANK, child.end, "`description` is empty".to_owned());
                }
            }
            "link" | "comments" => link(child, log),
            "author" => {
                say(value::contact(&text), child, &text, log);
                html::plain(&text, child, log);
            }
            "pubDate" => say(value::rfc822(&text), child, &text, log),
            "guid" => guid(child, guids, log),
            "source" => {
                attributes(child, &["url"], log);
                if let Some(url) = required(child, "url", log) {
                    say(value::address(url, Address::Full, false), child, url, log);
                }
                plain(child, log);
            }
            _ => {
                undefined(child, log);
                continue;
            }
        }
        once.first(child, log);
    }
    no_text(item, log);
    if !once.has("", "title") && !once.has("", "description") {
        missing(&r::RSS_ITEM_EMPTY, item, "title or description", log);
    }
    if !once.has("", "guid") {
        missing(&r::RSS_GUID_MISSING, item, "guid", log);
    }
}

fn enclosure(element: &Element<'_>, log: &mut Log) {
    attributes(element, &["url", "length", "type"], log);
    match required(element, "length", log) {
        Some(length) if length.starts_with('-') && value::integer(&length[1..]).is_none() => {
            log.add(&r::LENGTH_UNKNOWN, element.end, format!("the length is `{length}`"));
        }
        Some(length) if value::integer(length).is_some() => {
            log.add(&r::INTEGER_ATTRIBUTE, element.end, format!("the length is `{length}`"));
        }
        _ => {}
    }
    if let Some(media_type) = required(element, "type", log)
        && !value::is_mime(media_type)
    {
        log.add(&r::MIME_ATTRIBUTE, element.end, format!("the type is `{media_type}`"));
    }
    if let Some(url) = required(element, "url", log) {
        let lower = url.to_ascii_lowercase();
        if !lower.starts_with("http://") && !lower.starts_with("https://")
            || value::address(url, Address::Full, false).is_some()
        {
            log.add(&r::URL_ATTRIBUTE, element.end, format!("the url is `{url}`"));
        }
    }
    leaf(element, log);
}

fn guid(element: &Element<'_>, guids: &mut HashSet<String>, log: &mut Log) {
    attributes(element, &["isPermaLink"], log);
    let text = element.text().trim().to_owned();
    let permalink = element.attr("isPermaLink");
    if let Some(other) = permalink.filter(|p| !matches!(*p, "true" | "false")) {
        log.add(&r::BOOLEAN_ATTRIBUTE, element.end, format!("isPermaLink is `{other}`"));
    }
    if !guids.insert(text.clone()) {
        log.add(&r::VALUE_DUPLICATE, element.end, format!("the guid `{text}` is there twice"));
    }
    if matches!(permalink, Some("false")) {
        return;
    }
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("http:") || lower.starts_with("https:") {
        if value::address(&text, Address::Full, false).is_some() {
            log.add(&r::RSS_GUID_PERMALINK, element.end, format!("`{text}` is no address"));
        }
    } else if text.contains(':') && value::address(&text, Address::Full, true).is_none() {
        log.add(&r::RSS_PERMALINK, element.end, format!("`{text}` is nothing to open"));
    } else {
        log.add(&r::RSS_GUID_PERMALINK, element.end, format!("`{text}` is no address"));
    }
}
