//! Feed paging and archiving ([RFC 5005](https://www.rfc-editor.org/rfc/rfc5005)).

use super::super::log::Log;
use super::super::rule::{
    Rule,
    Within::{Entry, Feed},
};
use super::super::walk::{Def, Family, Scope};
use super::{atom, link, rss};

static COMPLETE_LINK: Rule = Rule::error("fh/complete-link", "A complete feed with links to more")
    .why("A complete feed holds all there is, so a reader drops what is not in it; links to other pages contradict that.")
    .help("remove the link, or fh:complete")
    .spec("RFC 5005, 2", "https://www.rfc-editor.org/rfc/rfc5005#section-2")
    .example(Feed, r#"<fh:complete/>
<link rel="next" href="https://town.example/atom.xml?page=2"/>"#, "<fh:complete/>");

static COMPLETE_CURRENT: Rule =
    Rule::error("fh/complete-current", "A complete feed whose current feed is another")
        .why("A complete feed holds all there is, so it is the current one itself.")
        .help("remove the link, or fh:complete")
        .spec("RFC 5005, 2", "https://www.rfc-editor.org/rfc/rfc5005#section-2")
        .example(
            Feed,
            r#"<fh:complete/>
<link rel="current" href="https://town.example/other.xml"/>"#,
            r#"<fh:complete/>
<link rel="current" href="https://town.example/feed.xml"/>"#,
        );

static PAST_END: Rule = Rule::error("fh/past-end", "A link past the end")
    .why("The first page has no page before it, the last none behind it; a reader that follows such a link goes in circles.")
    .help("remove the link")
    .spec("RFC 5005, 3", "https://www.rfc-editor.org/rfc/rfc5005#section-3")
    .example(Feed, r#"<link rel="last" href="https://town.example/feed.xml"/>
<link rel="next" href="https://town.example/atom.xml?page=2"/>"#, r#"<link rel="last" href="https://town.example/feed.xml"/>"#);

static MISSING_CURRENT: Rule =
    Rule::warning("fh/missing-current", "An archive that does not say which feed it is of")
        .why("Who finds an archive document can subscribe only if it leads to the feed that is current.")
        .help("add a link with rel=\"current\"")
        .spec("RFC 5005, 4", "https://www.rfc-editor.org/rfc/rfc5005#section-4")
        .example(
            Feed,
            r#"<fh:archive/>
<link rel="prev-archive" href="https://town.example/2023/09.xml"/>"#,
            r#"<fh:archive/>
<link rel="prev-archive" href="https://town.example/2023/09.xml"/>
<link rel="current" href="https://town.example/atom.xml"/>"#,
        );

static ARCHIVE_INCOMPLETE: Rule =
    Rule::warning("fh/archive-incomplete", "An archive without links to others")
        .why("Archive documents are a chain; this one has no neighbour.")
        .help("add links with rel=\"prev-archive\" or \"next-archive\"")
        .spec("RFC 5005, 4", "https://www.rfc-editor.org/rfc/rfc5005#section-4")
        .example(
            Feed,
            r#"<fh:archive/>
<link rel="current" href="https://town.example/atom.xml"/>"#,
            r#"<fh:archive/>
<link rel="current" href="https://town.example/atom.xml"/>
<link rel="next-archive" href="https://town.example/2023/11.xml"/>"#,
        );

static IN_ENTRY: Rule = Rule::warning("fh/link-in-entry", "A link between pages of a feed, in an entry")
    .why("These relations are between documents of a feed; in an entry no reader follows them.")
    .help("move the link to the feed")
    .spec("RFC 5005, 3", "https://www.rfc-editor.org/rfc/rfc5005#section-3")
    .example(
        Entry,
        r#"<link rel="next" href="https://town.example/2"/>"#,
        r#"<link rel="related" href="https://town.example/2"/>"#,
    );

const CHANNELS: &[&Def] = &[&rss::CHANNEL, &atom::FEED, &atom::SOURCE];

/// The relations of RFC 5005.
const RELATIONS: &[&str] = &["current", "first", "last", "next", "next-archive", "prev-archive", "previous"];

pub(in super::super) static FAMILY: Family = Family {
    rules: &[&COMPLETE_LINK, &COMPLETE_CURRENT, &PAST_END, &MISSING_CURRENT, &ARCHIVE_INCOMPLETE, &IN_ENTRY],
    also: &[(&atom::FEED, ends), (&rss::CHANNEL, ends)],
    ..Family::of_elements(
        "fh",
        &["http://purl.org/syndication/history/1.0"],
        &[
            &Def::parent("complete", CHANNELS).check(complete),
            &Def::parent("archive", CHANNELS).check(archive),
        ],
    )
};

/// The links of the feed that an element of this family stands in: relation and address.
fn links<'s>(scope: &Scope<'s, '_>) -> Vec<(&'s str, &'s str)> {
    let parent = scope.parent.map(|p| p.element);
    parent
        .into_iter()
        .flat_map(link::relations)
        .map(|(rel, l)| (rel, l.value("href").unwrap_or_default()))
        .collect()
}

/// Whether an address is that of the document itself.
fn is_self(scope: &Scope<'_, '_>, links: &[(&str, &str)], href: &str) -> bool {
    scope.feed.url == Some(href) || links.iter().any(|(rel, own)| *rel == "self" && *own == href)
}

fn complete(scope: &Scope<'_, '_>, log: &mut Log) {
    let links = links(scope);
    let at = scope.parent.map_or(scope.element.at, |feed| atom::known_at(feed.element));
    for (rel, href) in links.iter().filter(|(rel, _)| RELATIONS.contains(rel)) {
        if *rel != "current" {
            log.at(&COMPLETE_LINK, at, format!("the feed is complete and has a link `{rel}`"));
        } else if !is_self(scope, &links, href) {
            log.at(&COMPLETE_CURRENT, at, "the feed is complete, and `current` is another");
        }
    }
}

fn archive(scope: &Scope<'_, '_>, log: &mut Log) {
    let links = links(scope);
    let has = |rels: &[&str]| links.iter().any(|(rel, _)| rels.contains(rel));
    let is_complete = scope.parent.is_some_and(|p| p.element.child(&scope.element.ns, "complete").is_some());
    if !is_complete && !has(&["prev-archive", "next-archive"]) {
        log.start(&ARCHIVE_INCOMPLETE, scope.element, "no other archive document is named");
    }
    if !is_complete && !has(&["current"]) {
        log.start(&MISSING_CURRENT, scope.element, "the current feed is not named");
    }
}

/// The first page has no previous one, the last no next one.
fn ends(scope: &Scope<'_, '_>, log: &mut Log) {
    let links: Vec<_> = link::relations(scope.element).collect();
    let of = |name: &'static str| links.iter().filter(move |(rel, _)| *rel == name).map(|(_, l)| *l);
    let plain: Vec<_> = links.iter().map(|(rel, l)| (*rel, l.value("href").unwrap_or_default())).collect();
    for (end, beyond) in [("first", "previous"), ("last", "next")] {
        let at_end = of(end).any(|l| l.value("href").is_some_and(|href| is_self(scope, &plain, href)));
        if let Some(link) = of(beyond).next().filter(|_| at_end) {
            log.start(&PAST_END, link, format!("this is the {end} page, and it has a link `{beyond}`"));
        }
    }
}

/// A link of RFC 5005 that stands in an entry.
pub(super) fn link(scope: &Scope<'_, '_>, rel: &str, log: &mut Log) {
    if RELATIONS.contains(&rel) && scope.stands_in(&[&atom::ENTRY]) {
        log.start(&IN_ENTRY, scope.element, format!("`{rel}` is a relation of feeds"));
    }
}
