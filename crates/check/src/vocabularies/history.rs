//! Feed paging and archiving ([RFC 5005](https://www.rfc-editor.org/rfc/rfc5005)).

use crate::engine::log::Log;
use crate::message::shown;
use std::collections::HashSet;

use super::atom_link;
use crate::document::xml::Element;
use crate::engine::parent::Parent;
use crate::engine::vocabulary::{Def, Family, Scope};
use crate::rule::{
    Context::{Entry, Feed},
    Rule,
};

static COMPLETE_LINK: Rule = Rule::error("fh/complete-link", "complete feed with links to more pages")
    .why("A complete feed has all entries, so a reader drops entries that are not in it. Links to other pages contradict that.")
    .remedy("remove the link, or fh:complete")
    .spec("RFC 5005, 2", "https://www.rfc-editor.org/rfc/rfc5005#section-2")
    .example(Feed, r#"<fh:complete/>
<link rel="next" href="https://town.example/atom.xml?page=2"/>"#, "<fh:complete/>");

static COMPLETE_CURRENT: Rule = Rule::error("fh/complete-current", "complete feed with another current feed")
    .why("A complete feed has all entries, so it is itself the current feed.")
    .remedy("remove the link, or fh:complete")
    .spec("RFC 5005, 2", "https://www.rfc-editor.org/rfc/rfc5005#section-2")
    .example(
        Feed,
        r#"<fh:complete/>
<link rel="current" href="https://town.example/other.xml"/>"#,
        r#"<fh:complete/>
<link rel="current" href="https://town.example/feed.xml"/>"#,
    );

static PAST_END: Rule = Rule::error("fh/past-end", "paging link beyond the end")
    .why("The first page has no previous page, the last page no next one. A reader that follows such a link may loop.")
    .remedy("remove the link")
    .spec("RFC 5005, 3", "https://www.rfc-editor.org/rfc/rfc5005#section-3")
    .example(Feed, r#"<link rel="last" href="https://town.example/feed.xml"/>
<link rel="next" href="https://town.example/atom.xml?page=2"/>"#, r#"<link rel="last" href="https://town.example/feed.xml"/>"#);

static MISSING_CURRENT: Rule =
    Rule::warning("fh/missing-current", "archive document without a link to its feed")
        .why("Users who find an archive document can subscribe only if it links to the current feed.")
        .remedy("add a link with rel=\"current\"")
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
    Rule::warning("fh/archive-incomplete", "archive document without links to other archives")
        .why("Archive documents form a chain; this one is not linked to any other.")
        .remedy("add links with rel=\"prev-archive\" or \"next-archive\"")
        .spec("RFC 5005, 4", "https://www.rfc-editor.org/rfc/rfc5005#section-4")
        .example(
            Feed,
            r#"<fh:archive/>
<link rel="current" href="https://town.example/atom.xml"/>"#,
            r#"<fh:archive/>
<link rel="current" href="https://town.example/atom.xml"/>
<link rel="next-archive" href="https://town.example/2023/11.xml"/>"#,
        );

static IN_ENTRY: Rule = Rule::warning("fh/link-in-entry", "paging link in an entry")
    .why("These relations are between documents of a feed; readers ignore them in an entry.")
    .remedy("move the link to the feed")
    .spec("RFC 5005, 3", "https://www.rfc-editor.org/rfc/rfc5005#section-3")
    .example(
        Entry,
        r#"<link rel="next" href="https://town.example/2"/>"#,
        r#"<link rel="related" href="https://town.example/2"/>"#,
    );

const CHANNELS: &[Parent] = &[Parent::Channel, Parent::Feed, Parent::Source];

/// The relations of RFC 5005.
const RELATIONS: &[&str] = &["current", "first", "last", "next", "next-archive", "prev-archive", "previous"];

pub(crate) static FAMILY: Family = Family {
    rules: &[&COMPLETE_LINK, &COMPLETE_CURRENT, &PAST_END, &MISSING_CURRENT, &ARCHIVE_INCOMPLETE, &IN_ENTRY],
    extra_checks: &[(Parent::Feed, ends), (Parent::Channel, ends), (Parent::Link, link)],
    ..Family::new(
        "fh",
        &["http://purl.org/syndication/history/1.0"],
        &[
            &Def::elements("complete", CHANNELS).check(complete),
            &Def::elements("archive", CHANNELS).check(archive),
        ],
    )
};

/// The links of a feed.
struct Links<'e, 'd> {
    /// Relation and link.
    all: Vec<(&'e str, &'e Element<'d>)>,
    /// URLs of the document itself.
    own: HashSet<&'e str>,
}

impl<'e, 'd> Links<'e, 'd> {
    fn of(feed: &'e Element<'d>, url: Option<&'e str>) -> Self {
        let all: Vec<_> = atom_link::relations(feed).collect();
        let own = all.iter().filter(|(rel, _)| *rel == "self").map(|(_, l)| href(l)).chain(url).collect();
        Self { all, own }
    }

    /// Returns the links of a relation.
    fn with(&self, rel: &str) -> impl Iterator<Item = &'e Element<'d>> {
        self.all.iter().filter(move |(own, _)| *own == rel).map(|(_, link)| *link)
    }

    fn has(&self, rel: &str) -> bool {
        self.with(rel).next().is_some()
    }
}

fn href<'e>(link: &'e Element<'_>) -> &'e str {
    link.value("href").unwrap_or_default()
}

/// Checks `fh:complete` against the links of its feed.
fn complete(scope: &Scope<'_, '_>, log: &mut Log) {
    let Some(feed) = scope.parent.map(|p| p.element) else { return };
    let links = Links::of(feed, scope.feed.url);
    let at = atom_link::head_end(feed);
    for (rel, link) in links.all.iter().filter(|(rel, _)| RELATIONS.contains(rel)) {
        if *rel != "current" {
            log.at(&COMPLETE_LINK, at, format_args!("rel=\"{rel}\""));
        } else if !links.own.contains(href(link)) {
            log.at(&COMPLETE_CURRENT, at, format_args!("`{}`", shown(href(link))));
        }
    }
}

/// Checks `fh:archive` against the links of its feed.
fn archive(scope: &Scope<'_, '_>, log: &mut Log) {
    let Some(feed) = scope.parent.map(|p| p.element) else { return };
    if feed.child(&scope.element.ns, "complete").is_some() {
        return;
    }
    let links = Links::of(feed, scope.feed.url);
    if !links.has("prev-archive") && !links.has("next-archive") {
        log.start(&ARCHIVE_INCOMPLETE, scope.element, "");
    }
    if !links.has("current") {
        log.start(&MISSING_CURRENT, scope.element, "");
    }
}

/// Reports a link from the first page to a previous one, and from the last page to a next one.
fn ends(scope: &Scope<'_, '_>, log: &mut Log) {
    let links = Links::of(scope.element, scope.feed.url);
    for (end, beyond) in [("first", "previous"), ("last", "next")] {
        let is_end = links.with(end).any(|l| l.value("href").is_some_and(|href| links.own.contains(href)));
        if let Some(link) = links.with(beyond).next().filter(|_| is_end) {
            log.start(&PAST_END, link, format_args!("rel=\"{beyond}\" on the {end} page"));
        }
    }
}

/// Reports a relation between pages of a feed on the link of an entry.
fn link(scope: &Scope<'_, '_>, log: &mut Log) {
    let rel = atom_link::relation(scope.element);
    if RELATIONS.contains(&rel) && scope.is_in(&[Parent::Entry]) {
        log.start(&IN_ENTRY, scope.element, format_args!("rel=\"{rel}\""));
    }
}
