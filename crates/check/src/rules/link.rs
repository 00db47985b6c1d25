//! Links of Atom ([RFC 4287, 4.2.7](https://www.rfc-editor.org/rfc/rfc4287#section-4.2.7)).

use std::collections::HashSet;

use url::Url;

use super::super::document::Element;
use super::super::log::{Log, shown};
use super::super::rule::{
    Rule,
    Within::{Entry, Feed},
};
use super::super::walk::{self, Family, Scope};
use super::{
    ATOM, atom, date, element, history, html, language, media_type, number, rss, thread, url as address,
};

static MISSING_HREF: Rule = Rule::error("atom/missing-href", "A link without an address")
    .why("A link is nothing without the address it leads to.")
    .help("add href")
    .spec("RFC 4287, 4.2.7.1", "https://www.rfc-editor.org/rfc/rfc4287#section-4.2.7.1")
    .example(Entry, r#"<link rel="related"/>"#, r#"<link rel="related" href="https://town.example/2"/>"#);

static NOT_EMPTY: Rule = Rule::warning("atom/link-not-empty", "A link with something in it")
    .why("A link of Atom is all in its attributes; readers pass over what stands between its tags.")
    .help("put the address into href and the text into title")
    .spec("RFC 4287, 4.2.7", "https://www.rfc-editor.org/rfc/rfc4287#section-4.2.7")
    .example(
        Entry,
        r#"<link rel="related" href="https://town.example/2">Two</link>"#,
        r#"<link rel="related" href="https://town.example/2" title="Two"/>"#,
    );

static RELATION: Rule = Rule::warning("atom/link-relation", "A relation that is not registered")
    .why("Readers choose by the relation what to do with a link; what they do not know they pass over.")
    .help("write a registered name, or a URI of your own")
    .spec("IANA, link relations", "https://www.iana.org/assignments/link-relations/link-relations.xhtml")
    .example(
        Entry,
        r#"<link rel="more" href="https://town.example/2"/>"#,
        r#"<link rel="related" href="https://town.example/2"/>"#,
    );

static DUPLICATE: Rule = Rule::error("atom/duplicate-link", "Two alternate links of one type and language")
    .why("A reader that opens the entry would have to guess which is meant.")
    .help("keep one of them, or say how they differ by type or hreflang")
    .spec("RFC 4287, 4.1.1", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.1")
    .example(
        Entry,
        r#"<link href="https://town.example/1"/>
<link href="https://town.example/one"/>"#,
        r#"<link href="https://town.example/1"/>
<link hreflang="de" href="https://town.example/eins"/>"#,
    );

static RELATIVE_SELF: Rule = Rule::warning("atom/relative-self", "A self link that is relative to nothing")
    .why("The link is for those who do not know where the feed is from.")
    .help("write the address in full")
    .spec("RFC 4287, 4.2.7.2", "https://www.rfc-editor.org/rfc/rfc4287#section-4.2.7.2")
    .example(
        Feed,
        r#"<link rel="self" href="atom.xml"/>"#,
        r#"<link rel="self" href="https://town.example/atom.xml"/>"#,
    );

static SELF_TYPE: Rule = Rule::warning("atom/self-type", "A self link that is no feed by its type")
    .why("The self link leads to the feed itself, not to the page of the site: that is the alternate link.")
    .help("write application/atom+xml or application/rss+xml, or rel=\"alternate\"")
    .spec("RFC 4287, 4.2.7.2", "https://www.rfc-editor.org/rfc/rfc4287#section-4.2.7.2")
    .example(
        Feed,
        r#"<link rel="self" type="text/html" href="https://town.example/atom.xml"/>"#,
        r#"<link rel="self" type="application/atom+xml" href="https://town.example/atom.xml"/>"#,
    );

static SELF_LOCATION: Rule = Rule::warning("feed/self-location", "A self link that leads elsewhere")
    .why("Who subscribes by the self link gets another document than this one. Looked at where `--url` says where the feed is.")
    .help("write the address at which the feed is published")
    .spec("RFC 4287, 4.2.7.2", "https://www.rfc-editor.org/rfc/rfc4287#section-4.2.7.2")
    .example(Feed, r#"<link rel="self" href="https://town.example/old.xml"/>"#, r#"<link rel="self" href="https://town.example/feed.xml"/>"#);

pub(in super::super) static FAMILY: Family = Family::of_rules(
    "link",
    &[&MISSING_HREF, &NOT_EMPTY, &RELATION, &DUPLICATE, &RELATIVE_SELF, &SELF_TYPE, &SELF_LOCATION],
);

pub(in super::super) const ATTRIBUTES: &[&str] = &[
    "href",
    "rel",
    "type",
    "hreflang",
    "title",
    "length",
    "rdf:type",
    "rdf:resource",
    "thr:count",
    "thr:when",
    "thr:updated",
];

/// Registered relations (<https://www.iana.org/assignments/link-relations/link-relations.xhtml>), and `payment`'s like
/// that feeds have had from before the registry.
#[rustfmt::skip]
const RELATIONS: &[&str] = &[
    "about", "acl", "alternate", "amphtml", "appendix", "apple-touch-icon", "archives", "author", "blocked-by",
    "bookmark", "canonical", "chapter", "cite-as", "collection", "contents", "convertedfrom", "copyright",
    "create-form", "current", "deprecation", "describedby", "describes", "disclosure", "dns-prefetch", "duplicate",
    "edit", "edit-form", "edit-media", "enclosure", "external", "first", "glossary", "help", "hosts", "hub", "icon",
    "index", "item", "last", "latest-version", "license", "linkset", "lrdd", "manifest", "me", "memento", "micropub",
    "monitor", "monitor-group", "next", "next-archive", "nofollow", "noopener", "noreferrer", "original", "payment",
    "pingback", "preconnect", "predecessor-version", "prefetch", "preload", "prev", "prev-archive", "preview",
    "previous", "privacy-policy", "profile", "publication", "related", "replies", "restconf", "ruleinput", "search",
    "section", "self", "service", "service-desc", "service-doc", "service-meta", "sip-trunking-capability",
    "sponsored", "start", "status", "stylesheet", "subsection", "successor-version", "sunset", "tag",
    "terms-of-service", "timegate", "timemap", "token_endpoint", "type", "ugc", "up", "version-history", "via",
    "webmention", "working-copy", "working-copy-of",
];

/// The relation of a link without the address of the registry; `alternate` where it has none.
fn relation<'e>(link: &'e Element<'_>) -> &'e str {
    let rel = link.value("rel").unwrap_or("alternate");
    rel.strip_prefix("http://www.iana.org/assignments/relation/").unwrap_or(rel)
}

/// The links right in an element: relation and link.
pub(in super::super) fn relations<'e, 'd>(
    parent: &'e Element<'d>,
) -> impl Iterator<Item = (&'e str, &'e Element<'d>)> {
    let ns = &parent.ns;
    parent
        .elements()
        .filter(move |e| e.local == "link" && (&*e.ns == ATOM || e.ns == *ns && !ns.is_empty()))
        .map(|e| (relation(e), e))
}

/// One alternate link for each type and language.
pub(in super::super) fn one_alternate_a_kind(scope: &Scope<'_, '_>, log: &mut Log) {
    let mut seen = HashSet::new();
    for (_, link) in relations(scope.element).filter(|(rel, _)| *rel == "alternate") {
        let kind = (link.value("type").unwrap_or_default(), link.value("hreflang").unwrap_or_default());
        if !seen.insert(kind) {
            log.start(&DUPLICATE, link, "an alternate link of this type and language is there already");
        }
    }
}

pub(in super::super) fn link(scope: &Scope<'_, '_>, log: &mut Log) {
    let link = scope.element;
    let rel = relation(link);
    scope.attribute(log, "rel", |value| {
        let known = RELATIONS.contains(&rel) || address::iri(value).is_none();
        if value.trim().is_empty() {
            element::not_blank_attribute(value)
        } else {
            (!known).then_some(&RELATION)
        }
    });
    scope.attribute(log, "type", |value| {
        let essence = value.split(';').next().unwrap_or_default().trim();
        let is_feed = matches!(
            essence,
            "application/atom+xml"
                | "application/rss+xml"
                | "application/rdf+xml"
                | "application/xml"
                | "text/xml"
        );
        media_type::media_type(value).or((rel == "self" && !is_feed).then_some(&SELF_TYPE))
    });
    if let Some(title) = scope.attribute(log, "title", element::not_blank_attribute) {
        html::plain_attribute(title, log);
    }
    scope.attribute(log, "length", number::not_negative);
    scope.attribute(log, "hreflang", language::tag);
    match scope.attribute(log, "href", address::reference) {
        None => log.end(&MISSING_HREF, link, "the link has no `href`"),
        Some(href) => {
            if let Some(message) = ambiguous(scope, &href.value) {
                log.attribute(&address::SAME_DOCUMENT, href, message);
            }
            if rel == "self" && scope.stands_in(&[&atom::FEED, &rss::CHANNEL]) {
                of_self(scope, href, log);
            }
        }
    }
    thread::link(scope, rel, log);
    history::link(scope, rel, log);
    if link.texts().any(|t| !t.value.trim().is_empty()) {
        log.start(&NOT_EMPTY, link, "readers pass over what stands in a link");
    }
    link.elements().for_each(|child| walk::pass(scope, child, log));
    if let Some(updated) = link.attribute_in(thread::NS, "updated")
        && let Some(rule) = date::rfc3339_value(&updated.value)
    {
        log.attribute(rule, updated, format!("`thr:updated` is `{}`", shown(&updated.value)));
    }
}

/// The base of an element: what xml:base says, from the outside in, on the address of the document.
fn base(scope: &Scope<'_, '_>) -> Option<Url> {
    let declared: Vec<_> = scope.xml("base").map(|a| a.value.to_string()).collect();
    let document = scope.feed.url.and_then(|u| Url::parse(u).ok());
    declared.iter().rev().fold(document, |base, next| match base {
        Some(base) => base.join(next).ok(),
        None => Url::parse(next).ok(),
    })
}

/// A reference that means the document by one reading and the base by another.
fn ambiguous(scope: &Scope<'_, '_>, href: &str) -> Option<String> {
    scope.xml("base").next()?;
    let base = base(scope)?;
    let resolved = base.join(href).ok()?;
    let plain = |url: &Url| url[..url::Position::AfterQuery].to_owned();
    let is_document =
        scope.feed.url.is_some_and(|url| Url::parse(url).is_ok_and(|u| plain(&u) == plain(&base)));
    let same = plain(&resolved) == plain(&base) && !is_document;
    same.then(|| format!("`{}` means this feed, or `{}`", shown(href), shown(base.as_str())))
}

fn of_self(scope: &Scope<'_, '_>, href: &super::super::document::Attribute<'_>, log: &mut Log) {
    let has_host = |text: &str| text.split_once("//").is_some_and(|(_, rest)| !rest.is_empty());
    if !has_host(&href.value) && !scope.xml("base").any(|b| has_host(&b.value)) {
        log.attribute(&RELATIVE_SELF, href, format!("`{}` is relative to nothing", shown(&href.value)));
    } else if let Some(published) = scope.feed.url.and_then(|u| Url::parse(u).ok()) {
        let own = base(scope).and_then(|base| base.join(&href.value).ok());
        if own.as_ref() != Some(&published) {
            let message = format!("the feed is at `{}`", shown(published.as_str()));
            log.attribute(&SELF_LOCATION, href, message);
        }
    }
}
