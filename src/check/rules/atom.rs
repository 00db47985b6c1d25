//! Atom 1.0 ([RFC 4287](https://www.rfc-editor.org/rfc/rfc4287)).

use std::collections::{HashMap, HashSet};

use super::super::Log;
use super::super::document::Element;
use super::super::registry as r;
use super::super::value::{self, Address};
use super::extension::{self, Parent};
use super::{ATOM, Once, XHTML, attributes, common, html, missing, no_text, required, say, undefined};

/// Alternate links so far: type and language of each, and whether two were alike.
#[derive(Default)]
pub(super) struct Links {
    seen: HashSet<(String, String)>,
    twice: bool,
}

impl Links {
    fn judge(&self, at: usize, log: &mut Log) {
        if self.twice {
            let message = "two alternate links have one type and language".to_owned();
            log.add(&r::ATOM_LINK_TWICE, at, message);
        }
    }
}

/// Ids of the entries so far, with how often each.
#[derive(Default)]
pub(super) struct Seen(HashMap<String, usize>);

/// Whether an element is the feed's own: of Atom, or of the wrong namespace that its parent has too.
fn is_atom(parent: &Element<'_>, element: &Element<'_>) -> bool {
    &*element.ns == ATOM || element.ns == parent.ns
}

pub(super) fn feed(feed: &Element<'_>, log: &mut Log) {
    attributes(feed, &[], log);
    let mut once = Once::new();
    let mut links = Links::default();
    let mut seen = Seen::default();
    let mut entries = 0;
    let mut said = false;
    let has_author = feed.elements().any(|e| is_atom(feed, e) && e.local == "author");
    let has_self =
        feed.elements().any(|e| is_atom(feed, e) && e.local == "link" && e.attr("rel") == Some("self"));
    for child in feed.elements() {
        common(child, log);
        if is_atom(feed, child) && child.local == "entry" {
            if !std::mem::replace(&mut said, true) {
                metadata(feed, &once, has_self, log);
                links.judge(child.at, log);
                history(feed, child.at, log);
            }
            entries += 1;
            entry(child, log, &mut seen, has_author);
            continue;
        }
        if said && is_atom(feed, child) && child.local != "link" {
            log.add(&r::ATOM_MISPLACED, feed.at, format!("`{}` stands after an entry", child.name));
        }
        shared(feed, child, Parent::Feed, &mut once, &mut links, log);
    }
    no_text(feed, log);
    if !said && feed.closed {
        metadata(feed, &once, has_self, log);
        links.judge(feed.end, log);
        history(feed, feed.end, log);
    }
    let all_same = entries > 2 && seen.0.len() == 1 && seen.0.values().all(|n| *n == entries);
    if all_same && feed.closed {
        log.add(&r::ATOM_DUPLICATE_IDS, feed.end, "all entries have one id".to_owned());
    }
}

/// Paged and complete feeds ([RFC 5005](https://www.rfc-editor.org/rfc/rfc5005)), judged as far as they stand before
/// the first entry.
fn history(feed: &Element<'_>, at: usize, log: &mut Log) {
    const HISTORY: &str = "http://purl.org/syndication/history/1.0";
    let link = |rel: &str| {
        let mut links = feed.elements().filter(|e| is_atom(feed, e) && e.local == "link");
        links.find(|e| e.attr("rel") == Some(rel)).and_then(|e| e.attr("href"))
    };
    if feed.elements().any(|e| &*e.ns == HISTORY && e.local == "complete") {
        for rel in ["first", "last", "previous", "next", "prev-archive", "next-archive"] {
            if link(rel).is_some() {
                log.add(&r::FH_REL, at, format!("a complete feed has no link `{rel}`"));
            }
        }
        if link("current").is_some() && link("current") != link("self") {
            log.add(&r::FH_CURRENT, at, "the current feed of a complete one is itself".to_owned());
        }
    }
    for (end, beyond) in [("last", "next"), ("first", "previous")] {
        if link("self").is_some() && link("self") == link(end) && link(beyond).is_some() {
            log.add(&r::FH_PAST_END, at, format!("the {end} page names a {beyond} one"));
        }
    }
}

/// What the feed says of itself must stand before its first entry.
fn metadata(feed: &Element<'_>, once: &Once<'_>, has_self: bool, log: &mut Log) {
    for name in ["title", "id", "updated"] {
        if !once.has(&feed.ns, name) {
            log.add(&r::ELEMENT_MISSING, feed.at, format!("`{}` lacks `{name}`", feed.name));
        }
    }
    if !has_self {
        log.add(&r::ATOM_SELF, feed.at, "no link says where the feed is".to_owned());
    }
}

pub(super) fn entry(entry: &Element<'_>, log: &mut Log, seen: &mut Seen, has_author: bool) {
    attributes(entry, &[], log);
    let mut once = Once::new();
    let mut links = Links::default();
    for child in entry.elements() {
        common(child, log);
        if is_atom(entry, child) {
            match child.local {
                "content" => {
                    once.first(child, log);
                    content(child, log);
                    continue;
                }
                "source" => {
                    once.first(child, log);
                    source(child, log);
                    continue;
                }
                "published" => {
                    once.first(child, log);
                    date(child, log);
                    continue;
                }
                "summary" => {
                    once.first(child, log);
                    text_construct(child, log);
                    continue;
                }
                "subtitle" | "generator" | "icon" | "logo" => {
                    undefined(child, log);
                    continue;
                }
                "id" => {
                    let id = child.text().trim().to_owned();
                    let count = seen.0.entry(id).or_default();
                    *count += 1;
                }
                _ => {}
            }
        }
        shared(entry, child, Parent::Entry, &mut once, &mut links, log);
    }
    no_text(entry, log);
    if entry.closed {
        links.judge(entry.end, log);
    }
    for name in ["title", "id", "updated"] {
        if !once.has(&entry.ns, name) {
            missing(&r::ELEMENT_MISSING, entry, name, log);
        }
    }
    let content = entry.elements().find(|e| is_atom(entry, e) && e.local == "content");
    let alternate = entry
        .elements()
        .any(|e| is_atom(entry, e) && e.local == "link" && matches!(e.attr("rel"), None | Some("alternate")));
    if content.is_none() && !alternate {
        missing(&r::ATOM_NO_CONTENT, entry, "content or an alternate link", log);
    }
    let has_summary = entry.elements().any(|e| is_atom(entry, e) && e.local == "summary");
    if content.is_some_and(|c| c.attr("src").is_some()) && !has_summary {
        missing(&r::ATOM_NO_SUMMARY, entry, "summary", log);
    }
    let own_author = entry.elements().any(|e| {
        is_atom(entry, e)
            && (e.local == "author"
                || e.local == "source" && e.elements().any(|s| is_atom(e, s) && s.local == "author"))
    });
    if !has_author && !own_author {
        missing(&r::ELEMENT_MISSING, entry, "author", log);
    }
}

fn source(source: &Element<'_>, log: &mut Log) {
    attributes(source, &[], log);
    let mut once = Once::new();
    let mut links = Links::default();
    for child in source.elements() {
        common(child, log);
        if is_atom(source, child) && child.local == "entry" {
            undefined(child, log);
            continue;
        }
        shared(source, child, Parent::Source, &mut once, &mut links, log);
    }
    no_text(source, log);
    if source.closed {
        links.judge(source.end, log);
    }
}

/// What feeds, entries and sources have in common.
fn shared<'e>(
    within: &Element<'_>,
    child: &'e Element<'_>,
    parent: Parent,
    once: &mut Once<'e>,
    links: &mut Links,
    log: &mut Log,
) {
    if !is_atom(within, child) {
        extension::element(child, parent, once, log);
        return;
    }
    match child.local {
        "author" | "contributor" => return person(child, log),
        "category" => return category(child, log),
        "link" => return link(child, links, log),
        "title" | "rights" | "subtitle" => text_construct(child, log),
        "updated" => date(child, log),
        "id" => iri(child, Address::Full, log),
        "icon" | "logo" => iri(child, Address::Any, log),
        "generator" => {
            attributes(child, &["uri", "version"], log);
            if let Some((uri, rule)) =
                child.attr("uri").and_then(|u| value::address(u, Address::Any, true).map(|rule| (u, rule)))
            {
                log.add(rule, child.at, format!("the address is `{uri}`"));
            }
            if let Some(inner) = child.elements().next() {
                log.add(
                    &r::ELEMENT_UNDEFINED,
                    child.at,
                    format!("`{}` has no place in generator", inner.name),
                );
            }
        }
        _ => return undefined(child, log),
    }
    once.first(child, log);
}

fn iri(element: &Element<'_>, kind: Address, log: &mut Log) {
    attributes(element, &[], log);
    let text = element.text();
    if text.trim() != &*text {
        log.add(
            &r::WHITESPACE,
            element.at,
            format!("white space stands around the value of `{}`", element.name),
        );
    }
    say(value::address(text.trim(), kind, true), element, &text, log);
}

fn date(element: &Element<'_>, log: &mut Log) {
    attributes(element, &[], log);
    let text = element.text();
    if text.trim() != &*text && value::rfc3339(text.trim()).is_none() {
        log.add(
            &r::WHITESPACE,
            element.at,
            format!("white space stands around the value of `{}`", element.name),
        );
        return;
    }
    say(value::rfc3339(&text), element, &text, log);
}

fn person(person: &Element<'_>, log: &mut Log) {
    attributes(person, &[], log);
    let mut once = Once::new();
    for child in person.elements() {
        common(child, log);
        if !is_atom(person, child) {
            extension::element(child, Parent::Other, &mut Once::new(), log);
            continue;
        }
        let text = child.text();
        match child.local {
            "name" => html::plain(&text, child, log),
            "uri" => say(value::address(text.trim(), Address::Any, true), child, &text, log),
            "email" if !value::mailbox(&text) && !value::mailbox(&format!("{text}.example")) => {
                log.add(&r::EMAIL_SPEC, child.end, format!("`{text}` is no e-mail address"));
            }
            "email" => {}
            _ => {
                undefined(child, log);
                continue;
            }
        }
        once.first(child, log);
    }
    no_text(person, log);
    if !once.has(&person.ns, "name") {
        missing(&r::ELEMENT_MISSING, person, "name", log);
    }
}

fn category(element: &Element<'_>, log: &mut Log) {
    attributes(element, &["term", "scheme", "label"], log);
    if required(element, "term", log).is_some_and(|t| t.trim().is_empty()) {
        log.add(&r::TEXT_BLANK, element.end, "`term` is empty".to_owned());
    }
    html::plain(element.attr("label").unwrap_or_default(), element, log);
    if let Some(scheme) = element.attr("scheme") {
        say(value::address(scheme, Address::Full, true), element, scheme, log);
    }
}

fn link(element: &Element<'_>, links: &mut Links, log: &mut Log) {
    attributes(element, &["href", "rel", "type", "hreflang", "title", "length"], log);
    let (media_type, language) = (element.attr("type"), element.attr("hreflang"));
    if let Some(t) = media_type.filter(|t| !value::is_mime(t)) {
        log.add(&r::MIME, element.end, format!("the type is `{t}`"));
    }
    if let Some(l) = language {
        say(value::language(l), element, l, log);
    }
    if let Some(length) = element.attr("length") {
        say(value::integer(length), element, length, log);
    }
    thread(element, log);
    match element.attr("href") {
        Some(href) => say(value::address(href, Address::Any, true), element, href, log),
        None => log.add(&r::ATOM_NO_HREF, element.end, "the link has no `href`".to_owned()),
    }
    if matches!(element.attr("rel"), None | Some("alternate")) {
        let key = (media_type.unwrap_or_default().to_owned(), language.unwrap_or_default().to_owned());
        links.twice |= !links.seen.insert(key);
    }
}

/// The attributes of [RFC 4685](https://www.rfc-editor.org/rfc/rfc4685#section-4).
fn thread(element: &Element<'_>, log: &mut Log) {
    for a in element.attributes.iter().filter(|a| &*a.ns == "http://purl.org/syndication/thread/1.0") {
        let verdict = match a.local {
            "count" => value::integer(&a.value),
            "updated" => value::rfc3339(&a.value),
            "when" => Some(&r::THR_WHEN),
            _ => None,
        };
        say(verdict, element, &a.value, log);
    }
}

pub(super) fn text_construct(element: &Element<'_>, log: &mut Log) {
    attributes(element, &["type"], log);
    match element.attr("type") {
        None | Some("text" | "html") => {
            inline(element, log);
            if element.elements().next().is_none() && element.text().trim().is_empty() {
                log.add(&r::TEXT_BLANK, element.end, format!("`{}` is empty", element.name));
            }
        }
        Some("xhtml") => xhtml(element, log),
        Some(other) if value::is_mime(other) => {
            log.add(
                &r::MIME_TEXT,
                element.at,
                format!("a text has the type text, html or xhtml, not `{other}`"),
            );
        }
        Some(other) => log.add(&r::MIME, element.at, format!("the type is `{other}`")),
    }
}

/// Text and escaped HTML hold no elements.
fn inline(element: &Element<'_>, log: &mut Log) {
    if let Some(inner) = element.elements().next() {
        log.add(&r::ELEMENT_UNDEFINED, element.at, format!("`{}` has to be escaped here", inner.name));
        no_text(element, log);
        return;
    }
    let text = element.text();
    match element.attr("type") {
        Some("html" | "text/html") => html::html(&text, element, false, log),
        _ => html::undeclared(&text, element, log),
    }
}

fn xhtml(element: &Element<'_>, log: &mut Log) {
    let mut divs = element.elements();
    let first = divs.next();
    let ok = first.is_some_and(|d| &*d.ns == XHTML && d.local == "div") && divs.next().is_none();
    no_text(element, log);
    if !ok {
        missing(&r::ATOM_NO_DIV, element, "div", log);
    }
    let text = super::deep_text(element);
    if html::looks_escaped(&text) {
        log.add(&r::HTML_INLINE, element.end, format!("`{}` holds escaped markup", element.name));
    }
    for child in element.elements() {
        markup(child, log);
        html::xhtml(child, log);
    }
}

/// Elements within a text: none may be without a namespace or of the feed's.
fn markup(element: &Element<'_>, log: &mut Log) {
    common(element, log);
    if &*element.ns == "http://www.w3.org/2007/app" {
        undefined(element, log);
    }
    if element.ns.is_empty() || &*element.ns == ATOM {
        log.add(&r::NS_MISSING, element.at, format!("`{}` is not in the XHTML namespace", element.name));
    }
    for child in element.elements() {
        markup(child, log);
    }
}

fn content(element: &Element<'_>, log: &mut Log) {
    attributes(element, &["type", "src"], log);
    let media_type = element.attr("type");
    if let Some(src) = element.attr("src") {
        say(value::address(src, Address::Any, true), element, src, log);
        if let Some(t) = media_type.filter(|t| !value::is_mime(t)) {
            log.add(&r::MIME, element.at, format!("content elsewhere has a media type, not `{t}`"));
        }
        if element.elements().next().is_some() {
            log.add(&r::ELEMENT_UNDEFINED, element.at, "content elsewhere is empty here".to_owned());
        } else {
            no_text(element, log);
        }
        return;
    }
    match media_type {
        None | Some("text" | "html") => inline(element, log),
        Some("xhtml") => xhtml(element, log),
        Some(t) if !value::is_mime(t) => log.add(&r::MIME, element.at, format!("the type is `{t}`")),
        Some(t) => {
            let t = t.to_ascii_lowercase();
            let essence = t.split(';').next().unwrap_or_default();
            if essence.ends_with("+xml") || essence.ends_with("/xml") {
                no_text(element, log);
            } else if essence.starts_with("text/") {
                inline(element, log);
            } else if !value::is_base64(&super::deep_text(element)) {
                log.add(&r::ATOM_BASE64, element.end, format!("content of type `{essence}` is Base64"));
            }
        }
    }
}
