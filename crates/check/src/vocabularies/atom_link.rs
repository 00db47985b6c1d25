//! Links of Atom ([RFC 4287, 4.2.7](https://www.rfc-editor.org/rfc/rfc4287#section-4.2.7)).

use std::collections::HashSet;

use url::Url;

use super::html;
use crate::document::xml::{Attribute, Element};
use crate::engine::log::Log;
use crate::engine::ns::ATOM;
use crate::engine::parent::Parent;
use crate::engine::structure;
use crate::engine::vocabulary::{Def, Scope};
use crate::message::shown;
use crate::rule::{
    Context::{Entry, Feed},
    Rule,
};
use crate::values::{language, media_type, number, url as address};
use feedmill_types::work::step;

static MISSING_HREF: Rule = Rule::error("atom/missing-href", "link without `href`")
    .why("A link without a URL leads nowhere.")
    .remedy("add `href`")
    .spec("RFC 4287, 4.2.7.1", "https://www.rfc-editor.org/rfc/rfc4287#section-4.2.7.1")
    .example(Entry, r#"<link rel="related"/>"#, r#"<link rel="related" href="https://town.example/2"/>"#);

static NOT_EMPTY: Rule = Rule::warning("atom/link-not-empty", "content in a link")
    .why("All data of an Atom link is in its attributes; readers ignore what is between its tags.")
    .remedy("move the URL to `href` and the text to `title`")
    .spec("RFC 4287, 4.2.7", "https://www.rfc-editor.org/rfc/rfc4287#section-4.2.7")
    .example(
        Entry,
        r#"<link rel="related" href="https://town.example/2">Two</link>"#,
        r#"<link rel="related" href="https://town.example/2" title="Two"/>"#,
    );

static RELATION: Rule = Rule::warning("atom/link-relation", "unregistered link relation")
    .why("Readers decide by the relation how to use a link and ignore relations they do not know.")
    .remedy("use a registered name, or a URI of your own")
    .spec("IANA, link relations", "https://www.iana.org/assignments/link-relations/link-relations.xhtml")
    .example(
        Entry,
        r#"<link rel="more" href="https://town.example/2"/>"#,
        r#"<link rel="related" href="https://town.example/2"/>"#,
    );

static DUPLICATE: Rule =
    Rule::error("atom/duplicate-link", "two alternate links of the same type and language")
        .why("A reader that opens the entry has to guess which one is meant.")
        .remedy("keep one of them, or give them different types or languages (`hreflang`)")
        .spec("RFC 4287, 4.1.1", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.1")
        .example(
            Entry,
            r#"<link href="https://town.example/1"/>
<link href="https://town.example/one"/>"#,
            r#"<link href="https://town.example/1"/>
<link hreflang="de" href="https://town.example/eins"/>"#,
        );

static RELATIVE_SELF: Rule = Rule::warning("atom/relative-self", "relative self link without a base")
    .why("The self link is for readers that do not know where the feed came from.")
    .remedy("write the full URL")
    .spec("RFC 4287, 4.2.7.2", "https://www.rfc-editor.org/rfc/rfc4287#section-4.2.7.2")
    .example(
        Feed,
        r#"<link rel="self" href="atom.xml"/>"#,
        r#"<link rel="self" href="https://town.example/atom.xml"/>"#,
    );

static SELF_TYPE: Rule = Rule::warning("atom/self-type", "self link of a type that is not a feed")
    .why("The self link leads to the feed itself; the link to the site is the alternate link.")
    .remedy("write application/atom+xml or application/rss+xml, or rel=\"alternate\"")
    .spec("RFC 4287, 4.2.7.2", "https://www.rfc-editor.org/rfc/rfc4287#section-4.2.7.2")
    .example(
        Feed,
        r#"<link rel="self" type="text/html" href="https://town.example/atom.xml"/>"#,
        r#"<link rel="self" type="application/atom+xml" href="https://town.example/atom.xml"/>"#,
    );

static SELF_LOCATION: Rule = Rule::warning("feed/self-location", "self link differs from the URL of the feed")
    .why("Users who subscribe by the self link get another document. Checked only if `--url` gives the URL of the feed.")
    .remedy("write the URL at which the feed is published")
    .spec("RFC 4287, 4.2.7.2", "https://www.rfc-editor.org/rfc/rfc4287#section-4.2.7.2")
    .example(Feed, r#"<link rel="self" href="https://town.example/old.xml"/>"#, r#"<link rel="self" href="https://town.example/feed.xml"/>"#);

pub(crate) static RULES: &[&Rule] =
    &[&MISSING_HREF, &NOT_EMPTY, &RELATION, &DUPLICATE, &RELATIVE_SELF, &SELF_TYPE, &SELF_LOCATION];

/// `atom:link`
pub(super) static LINK: Def = Def::unchecked(
    "link",
    &[Parent::Feed, Parent::Entry, Parent::Source, Parent::Channel, Parent::Item],
    link,
)
.attributes(ATTRIBUTES)
.many()
.named(Parent::Link);

const ATTRIBUTES: &[&str] = &[
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

/// Registered relations (<https://www.iana.org/assignments/link-relations/link-relations.xhtml>), and
/// older ones that feeds use.
#[rustfmt::skip]
const RELATIONS: &[&str] = &[
    "P3Pv1", "about", "acl", "alternate", "amphtml", "api-catalog", "appendix", "apple-touch-icon",
    "apple-touch-startup-image", "archives", "author", "blocked-by", "bookmark", "c2pa-manifest", "canonical",
    "chapter", "cite-as", "collection", "compression-dictionary", "contents", "convertedfrom", "copyright",
    "create-form", "current", "deprecation", "describedby", "describes", "disclosure", "dns-prefetch", "duplicate",
    "edit", "edit-form", "edit-media", "enclosure", "external", "first", "geofeed", "glossary", "help", "hosts",
    "hub", "ice-server", "icon", "index", "intervalAfter", "intervalBefore", "intervalContains", "intervalDisjoint",
    "intervalDuring", "intervalEquals", "intervalFinishedBy", "intervalFinishes", "intervalIn", "intervalMeets",
    "intervalMetBy", "intervalOverlappedBy", "intervalOverlaps", "intervalStartedBy", "intervalStarts", "item",
    "last", "latest-version", "license", "linkset", "lrdd", "manifest", "mask-icon", "me", "media-feed", "memento",
    "micropub", "modulepreload", "monitor", "monitor-group", "next", "next-archive", "nofollow", "noopener",
    "noreferrer", "opener", "openid2.local_id", "openid2.provider", "original", "payment", "pingback", "preconnect",
    "predecessor-version", "prefetch", "preload", "prerender", "prev", "prev-archive", "preview", "previous",
    "privacy-policy", "profile", "publication", "related", "replies", "restconf", "ruleinput", "search", "section",
    "self", "service", "service-desc", "service-doc", "service-meta", "sip-trunking-capability", "sponsored", "start",
    "status", "stylesheet", "subsection", "successor-version", "sunset", "tag", "terms-of-service", "timegate",
    "timemap", "token_endpoint", "type", "ugc", "up", "version-history", "via", "webmention", "working-copy",
    "working-copy-of",
];

/// Returns the relation of a link, without the URI of the registry; `alternate` if it has none.
pub(super) fn relation<'e>(link: &'e Element<'_>) -> &'e str {
    let rel = link.value("rel").unwrap_or("alternate");
    rel.strip_prefix("http://www.iana.org/assignments/relation/").unwrap_or(rel)
}

/// Returns the links among the children of an element, with their relations.
pub(super) fn relations<'e, 'd>(parent: &'e Element<'d>) -> impl Iterator<Item = (&'e str, &'e Element<'d>)> {
    let ns = &parent.ns;
    parent
        .elements()
        .filter(move |e| e.local == "link" && (&*e.ns == ATOM || e.ns == *ns && !ns.is_empty()))
        .map(|e| (relation(e), e))
}

/// Returns the offset at which all metadata of a feed is known: that of its first entry, else of its end.
pub(super) fn head_end(feed: &Element<'_>) -> usize {
    feed.child(&feed.ns, "entry").map_or(feed.end, |e| e.at)
}

/// Reports a second alternate link of the same type and language.
pub(super) fn one_alternate_a_kind(scope: &Scope<'_, '_>, log: &mut Log) {
    let mut seen = HashSet::new();
    for (_, link) in relations(scope.element).filter(|(rel, _)| *rel == "alternate") {
        let kind = (link.value("type").unwrap_or_default(), link.value("hreflang").unwrap_or_default());
        if !seen.insert(kind) {
            log.start(&DUPLICATE, link, format_args!("`{}`", shown(link.value("href").unwrap_or_default())));
        }
    }
}

fn link(scope: &Scope<'_, '_>, log: &mut Log) {
    let link = scope.element;
    let rel = relation(link);
    scope.attribute(log, "rel", |value| {
        // In the URI of the registry only registered names are defined.
        let is_own = value.len() == rel.len() && address::iri(value).is_none();
        let known = RELATIONS.contains(&rel) || is_own;
        if value.trim().is_empty() {
            structure::not_blank_attribute(value)
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
    if let Some(title) = scope.attribute(log, "title", structure::not_blank_attribute) {
        html::plain_attribute(title, log);
    }
    scope.attribute(log, "length", number::not_negative);
    scope.attribute(log, "hreflang", language::tag);
    match scope.attribute(log, "href", address::reference) {
        None if link.attribute("href").is_some() => {}
        None => log.end(&MISSING_HREF, link, format_args!("rel=\"{}\"", shown(rel))),
        Some(href) => {
            if let Some(base) = other_meaning(scope, &href.value) {
                let detail = format_args!(
                    "`href=\"{}\"` refers to this feed or to `{}`",
                    shown(&href.value),
                    shown(base.as_str())
                );
                log.attribute(&address::SAME_DOCUMENT, href, detail);
            }
            if rel == "self" && scope.is_in(&[Parent::Feed, Parent::Channel]) {
                self_link(scope, href, log);
            }
        }
    }
    if link.texts().any(|t| !t.value.trim().is_empty()) {
        log.start(&NOT_EMPTY, link, "");
    }
}

/// Maximum length of an `xml:base` that is resolved: each link in the feed resolves it again.
const MAX_BASE: usize = 2048;

/// Returns the base URL of an element: each `xml:base` from the outside in, resolved on the URL of the document.
fn base(scope: &Scope<'_, '_>) -> Option<Url> {
    let declared: Vec<&str> = scope.xml("base").map(|a| &*a.value).collect();
    if declared.iter().any(|base| base.len() > MAX_BASE) {
        return None;
    }
    step(declared.iter().map(|base| base.len()).sum());
    let document = scope.feed.url.and_then(|u| Url::parse(u).ok());
    declared.iter().rev().fold(document, |base, next| match base {
        Some(base) => base.join(next).ok(),
        None => Url::parse(next).ok(),
    })
}

/// Returns the base if a reference means the document by one reading and the base by another.
fn other_meaning(scope: &Scope<'_, '_>, href: &str) -> Option<Url> {
    scope.xml("base").next()?;
    let base = base(scope)?;
    let resolved = base.join(href).ok()?;
    let plain = |url: &Url| url[..url::Position::AfterQuery].to_owned();
    let is_document =
        scope.feed.url.is_some_and(|url| Url::parse(url).is_ok_and(|u| plain(&u) == plain(&base)));
    let same = plain(&resolved) == plain(&base) && !is_document;
    same.then_some(base)
}

fn self_link(scope: &Scope<'_, '_>, href: &Attribute<'_>, log: &mut Log) {
    let has_host = |url: &str| {
        let start = &url[..url.floor_char_boundary(MAX_BASE)];
        start.split_once("//").is_some_and(|(_, rest)| !rest.is_empty())
    };
    if !has_host(&href.value) && !scope.xml("base").any(|b| has_host(&b.value)) {
        log.attribute(&RELATIVE_SELF, href, format_args!("`{}`", shown(&href.value)));
    } else if let Some(published) = scope.feed.url.and_then(|u| Url::parse(u).ok()) {
        let own = base(scope).and_then(|base| base.join(&href.value).ok());
        if own.as_ref() != Some(&published) {
            let detail = format_args!("`{}` is not `{}`", shown(&href.value), shown(published.as_str()));
            log.attribute(&SELF_LOCATION, href, detail);
        }
    }
}
