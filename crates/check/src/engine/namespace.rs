//! Namespaces: whether they are declared, known, and have the prefix that readers expect.

use crate::document::xml::{Attribute, Element};
use crate::engine::log::Log;
use crate::engine::ns::{self, ATOM, XHTML};
use crate::engine::parent::Parent;
use crate::engine::vocabulary::{Family, Feed, Kind, Scope};
use crate::message::shown;
use crate::rule::{
    Context::{Entry, Item, Whole},
    Rule,
};
use crate::values::url;

pub(crate) static MISSING: Rule = Rule::error("xml/missing-namespace", "missing namespace")
    .why("Readers recognize Atom by its namespace. Without it the elements mean nothing to them.")
    .remedy("write xmlns=\"http://www.w3.org/2005/Atom\"")
    .spec("RFC 4287, 1.2", "https://www.rfc-editor.org/rfc/rfc4287#section-1.2")
    .example(
        Whole,
        r#"<feed>
<id>https://town.example/</id>
<title>Town</title>
<updated>2023-10-31T21:15:02Z</updated>
<link rel="self" href="https://town.example/atom.xml"/>
</feed>"#,
        atom!(),
    );

pub(crate) static INVALID: Rule = Rule::error("xml/invalid-namespace", "invalid namespace")
    .why("Namespaces are compared character by character. RSS elements have none.")
    .remedy("write the namespace exactly as in the specification")
    .spec("RFC 4287, 1.2", "https://www.rfc-editor.org/rfc/rfc4287#section-1.2")
    .example(
        Item,
        r#"<x:mood xmlns:x="https://town.example/two words">merry</x:mood>"#,
        "<category>merry</category>",
    );

pub(crate) static OBSOLETE: Rule = Rule::error("atom/obsolete-namespace", "obsolete Atom 0.3")
    .why("Atom 0.3 was a draft. Many readers no longer support it.")
    .remedy("write Atom 1.0, whose namespace is http://www.w3.org/2005/Atom")
    .spec("RFC 4287, 1.2", "https://www.rfc-editor.org/rfc/rfc4287#section-1.2")
    .example(Whole, r#"<feed version="0.3" xmlns="http://purl.org/atom/ns#"/>"#, atom!());

static UNKNOWN: Rule = Rule::warning("xml/undefined-namespace", "unknown namespace")
    .why("Readers ignore elements of unknown namespaces, and `check` has no rules for them.")
    .remedy("see whether a well-known extension has the same elements")
    .spec("RFC 4287, 6.3", "https://www.rfc-editor.org/rfc/rfc4287#section-6.3")
    .example(
        Item,
        r#"<x:mood xmlns:x="https://town.example/ns">merry</x:mood>"#,
        "<category>merry</category>",
    );

static UNSUPPORTED: Rule = Rule::note("xml/unsupported-namespace", "known namespace that is not checked")
    .why("Its elements are for certain programs; consult their documentation.")
    .remedy("nothing to fix")
    .spec("RFC 4287, 6.3", "https://www.rfc-editor.org/rfc/rfc4287#section-6.3")
    .example(Item, r#"<s:about xmlns:s="http://schema.org/">Town</s:about>"#, "<category>Town</category>");

static AVOID_PREFIX: Rule = Rule::warning("xml/namespace-prefix", "prefix for Atom or XHTML in an Atom feed")
    .why("The specification allows a prefix, but some readers look only for the names without one.")
    .remedy("make it the default namespace of these elements")
    .spec("Namespaces in XML, 6.2", "https://www.w3.org/TR/xml-names/#defaulting")
    .example(Entry, r#"<content type="xhtml"><xhtml:div xmlns:xhtml="http://www.w3.org/1999/xhtml">Hello</xhtml:div></content>"#, r#"<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Hello</div></content>"#);

static NONSTANDARD_PREFIX: Rule = Rule::note("xml/nonstandard-prefix", "unusual namespace prefix")
    .why("Any prefix is correct, but some readers look for the usual one.")
    .remedy("use the usual prefix")
    .spec("Namespaces in XML, 3", "https://www.w3.org/TR/xml-names/#ns-decl")
    .example(
        Item,
        r#"<dublin:creator xmlns:dublin="http://purl.org/dc/elements/1.1/">Ann</dublin:creator>"#,
        r#"<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">Ann</dc:creator>"#,
    );

static RESERVED_PREFIX: Rule =
    Rule::warning("xml/reserved-prefix", "well-known prefix for another namespace")
        .why("Readers that look only at prefixes mistake these elements for others.")
        .remedy("choose another prefix, or correct the namespace")
        .spec("Namespaces in XML, 3", "https://www.w3.org/TR/xml-names/#ns-decl")
        .example(
            Item,
            r#"<slash:modified xmlns:slash="http://purl.org/dc/terms/">2023-10-31</slash:modified>"#,
            r#"<dcterms:modified xmlns:dcterms="http://purl.org/dc/terms/">2023-10-31</dcterms:modified>"#,
        );

static UNDETERMINABLE: Rule =
    Rule::warning("xml/undeterminable-vocabulary", "element without a namespace in an Atom feed")
        .why("Its meaning is unknown: every extension of Atom has its own namespace.")
        .remedy("declare its namespace, or remove it")
        .spec("RFC 4287, 6.1", "https://www.rfc-editor.org/rfc/rfc4287#section-6.1")
        .example(Entry, r#"<mood xmlns="">merry</mood>"#, r#"<category term="merry"/>"#);

static NOT_IN_ONE: Rule = Rule::note(
    "rss/not-in-a-namespace",
    "element without a namespace in an extension",
)
.why("An extension may define elements without a namespace, and some do. Often it means them to have its own namespace, and then readers ignore these.")
.remedy("consult the documentation of the extension; nothing to fix if it writes the element in this way")
.spec("RSS 2.0.11, Extending RSS", "https://www.rssboard.org/rss-specification#extendingRss")
.example(
    Item,
    r#"<dcterms:spatial xmlns:dcterms="http://purl.org/dc/terms/"><place>Town</place></dcterms:spatial>"#,
    r#"<dcterms:spatial xmlns:dcterms="http://purl.org/dc/terms/">Town</dcterms:spatial>"#,
);

static EXTENSION_ATTRIBUTE: Rule = Rule::warning("rss/extension-attribute", "extension attribute on an RSS element")
    .why("It is disputed whether RSS allows extension attributes: the specification mentions elements and attributes, older readings only elements.")
    .remedy("write an element of the extension instead")
    .spec("RSS 2.0.11, Extending RSS", "https://www.rssboard.org/rss-specification#extendingRss")
    .example(Item, r#"<category xmlns:rv="http://www.rawvoice.com/rawvoiceRssModule/" rv:rank="1">Town</category>"#, "<category>Town</category>");

static ITUNES: Rule = Rule::warning("itunes/namespace", "misspelled namespace of Apple Podcasts")
    .why("Namespaces are compared character by character. Apple Podcasts ignores all elements of another one, although many players do not.")
    .remedy("write the namespace exactly as Apple does")
    .spec("Apple Podcasts, RSS feed requirements", "https://help.apple.com/itc/podcasts_connect/#/itcb54353390")
    .example(
        Whole,
        channel!("version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" xmlns:itunes=\"https://www.itunes.com/dtds/podcast-1.0.dtd\"", self_link!()),
        channel!("version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\"", self_link!()),
    );

static MEDIA: Rule = Rule::error("media/namespace", "Media RSS namespace without its final slash")
    .why("Namespaces are compared character by character.")
    .remedy("write xmlns:media=\"http://search.yahoo.com/mrss/\"")
    .spec("Media RSS, Namespace", "https://www.rssboard.org/media-rss#namespace-declaration")
    .example(Whole, channel!("version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" xmlns:media=\"http://search.yahoo.com/mrss\"", self_link!()), channel!("version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" xmlns:media=\"http://search.yahoo.com/mrss/\"", self_link!()));

pub(crate) static RULES: &[&Rule] = &[
    &MISSING,
    &INVALID,
    &OBSOLETE,
    &UNKNOWN,
    &UNSUPPORTED,
    &AVOID_PREFIX,
    &NONSTANDARD_PREFIX,
    &RESERVED_PREFIX,
    &UNDETERMINABLE,
    &NOT_IN_ONE,
    &EXTENSION_ATTRIBUTE,
    &ITUNES,
    &MEDIA,
];

/// Namespaces that are known by name only: prefix, address.
const OTHERS: &[(&str, &str)] = &[
    ("access", "http://www.bloglines.com/about/specs/fac-1.0"),
    ("ag", "http://purl.org/rss/1.0/modules/aggregation/"),
    ("annotate", "http://purl.org/rss/1.0/modules/annotate/"),
    ("audio", "http://media.tangent.org/rss/1.0/"),
    ("company", "http://purl.org/rss/1.0/modules/company"),
    ("conversationsNetwork", "http://conversationsnetwork.org/rssNamespace-1.0/"),
    ("email", "http://purl.org/rss/1.0/modules/email/"),
    ("foaf", "http://xmlns.com/foaf/0.1/"),
    ("g", "http://base.google.com/ns/1.0"),
    ("image", "http://purl.org/rss/1.0/modules/image/"),
    ("indexing", "urn:atom-extension:indexing"),
    ("kml20", "http://earth.google.com/kml/2.0"),
    ("kml21", "http://earth.google.com/kml/2.1"),
    ("kml22", "http://www.opengis.net/kml/2.2"),
    ("l", "http://purl.org/rss/1.0/modules/link/"),
    ("mathml", "http://www.w3.org/1998/Math/MathML"),
    ("openid", "http://openid.net/xmlns/1.0"),
    ("opml", "http://www.opml.org/spec2"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("ref", "http://purl.org/rss/1.0/modules/reference/"),
    ("reqv", "http://purl.org/rss/1.0/modules/richequiv/"),
    ("rss091", "http://purl.org/rss/1.0/modules/rss091#"),
    ("rss11", "http://purl.org/net/rss1.1#"),
    ("search", "http://purl.org/rss/1.0/modules/search/"),
    ("soap", "http://schemas.xmlsoap.org/soap/envelope/"),
    ("ss", "http://purl.org/rss/1.0/modules/servicestatus/"),
    ("str", "http://hacks.benhammersley.com/rss/streaming/"),
    ("sub", "http://purl.org/rss/1.0/modules/subscription/"),
    ("svg", "http://www.w3.org/2000/svg"),
    ("sx", "http://feedsync.org/2007/feedsync"),
    ("taxo", "http://purl.org/rss/1.0/modules/taxonomy/"),
    ("wiki", "http://purl.org/rss/1.0/modules/wiki/"),
    ("xlink", ns::XLINK),
    ("xrd", "xri://$xrd*($v*2.0)"),
    ("xrds", "xri://$xrds"),
];

/// Namespaces of today that nothing here looks at.
#[rustfmt::skip]
const UNSUPPORTED_NAMESPACES: &[&str] = &[
    "http://schemas.google.com/g/2005",
    "http://www.rawvoice.com/rawvoiceRssModule/",
    "https://blubrry.com/developer/rawvoice-rss/",
    "https://schema.org/",
    "http://schema.org/",
    "http://www.google.com/schemas/play-podcasts/1.0",
    "http://www.google.com/schemas/play-podcasts/1.0/play-podcasts.xsd",
    "http://www.spotify.com/ns/rss",
    "http://podlove.org/simple-chapters",
    "http://www.youtube.com/xml/schemas/2015",
    "https://schema.acast.com/1.0/",
    "https://omny.fm/rss-extensions",
    "https://anchor.fm/xmlns",
    "http://arxiv.org/schemas/atom",
    "https://joinmastodon.org/ns",
    "http://webfeeds.org/rss/1.0",
    "urn:flickr:user",
    "http://purl.org/pingback/",
    "http://purl.org/rss/1.0/modules/textinput/",
    "http://source.scripting.com/",
    "http://purl.org/atompub/tombstones/1.0",
    "http://prismstandard.org/namespaces/basic/1.2/",
    "http://prismstandard.org/namespaces/basic/2.0/",
    "http://prismstandard.org/namespaces/basic/2.1/",
    "http://prismstandard.org/namespaces/basic/3.0/",
    "http://prismstandard.org/namespaces/1.2/basic/",
    "http://www.w3.org/2001/XMLSchema-instance",
    "http://rssnamespace.org/feedburner/ext/1.0",
    "http://wordpress.org/export/1.0/",
    "http://wordpress.org/export/1.1/",
    "http://wordpress.org/export/1.2/",
    "http://wordpress.org/export/1.2/excerpt/",
    "com-wordpress:feed-additions:1",
    "http://www.smartnews.be/snf",
    "http://activitystrea.ms/spec/1.0/",
    "http://portablecontacts.net/spec/1.0",
    "http://fireside.fm/modules/rss/fireside",
    "https://art19.com/xmlns/rss-extensions/1.0",
    "https://www.spreaker.com/ns/rss",
    "http://mastodon.social/schema/1.0",
    "http://www.discourse.org/",
    "http://rss.jwpcdn.com/",
    "http://schemas.ingestion.microsoft.com/common/",
    "http://www.microsoft.com/schemas/rss/core/2005",
    "http://news.yandex.ru",
    "http://turbo.yandex.ru",
    "http://schemas.google.com/blogger/2008",
    "https://trends.google.com/trending/rss",
    "https://trends.google.com/trends/trendingsearches/daily",
    "http://gdata.youtube.com/schemas/2007",
    "http://www.itunesu.com/feed",
    "https://www.npr.org/rss/",
    "https://api.npr.org/nprml",
    "https://access.acast.com/schema/1.0/",
];

/// Returns the usual prefix of a namespace, and its correct URI.
pub(crate) fn known(feed: &Feed<'_>, ns: &str) -> Option<(&'static str, &'static str)> {
    if ns.is_empty() {
        return None;
    }
    let families = feed.families.iter().flat_map(|f| f.namespaces.iter().map(|uri| (f.name, *uri)));
    families.chain(OTHERS.iter().copied()).find(|(_, uri)| *uri == ns || ns::is_same(uri, ns))
}

/// Returns the declaration of a well-known prefix.
pub(crate) fn declaration_of(prefix: &str, families: &[&Family]) -> Option<String> {
    if prefix.is_empty() {
        return None;
    }
    let family = families.iter().find(|f| f.name == prefix && !f.namespaces.is_empty());
    let uri = family.map(|f| f.namespaces[0]).filter(|uri| !uri.is_empty());
    let uri = uri.or_else(|| OTHERS.iter().find(|(known, _)| *known == prefix).map(|(_, uri)| *uri))?;
    Some(format!("`xmlns:{prefix}=\"{uri}\"`"))
}

/// Checks the namespaces that an element declares.
pub(crate) fn declarations(feed: &Feed<'_>, element: &Element<'_>, log: &mut Log) {
    // A declaration of `xml` that is read is right.
    for declaration in element.declared.iter().filter(|declaration| declaration.prefix != "xml") {
        let (prefix, uri, at) = (declaration.prefix, &*declaration.uri, declaration.at);
        let exact = known(feed, uri).filter(|(_, correct)| *correct == uri);
        let is_reserved = !prefix.is_empty()
            && (feed
                .families
                .iter()
                .any(|f| f.name == prefix && f.namespaces.first().is_some_and(|n| !n.is_empty()))
                || OTHERS.iter().any(|(p, _)| *p == prefix));
        let is_avoidable = matches!(uri, ATOM | XHTML) && feed.kind == Kind::Atom && !prefix.is_empty();
        if uri.split_whitespace().count() > 1 {
            log.at(&INVALID, at, format_args!("white space in `{}`", shown(uri)));
        } else if exact.is_none() && ns::is_near(uri, ns::ITUNES) {
            let name = if prefix.is_empty() { "itunes" } else { prefix };
            log.at(&ITUNES, at, format_args!("`{}`; write `xmlns:{name}=\"{}\"`", shown(uri), ns::ITUNES));
        } else if ns::is_same(uri, ns::MEDIA) && uri != ns::MEDIA {
            log.at(&MEDIA, at, format_args!("`{}`", shown(uri)));
        } else if is_avoidable {
            log.at(&AVOID_PREFIX, at, format_args!("`{prefix}:`"));
        } else if let Some((usual, _)) = exact {
            if is_reserved && usual != prefix {
                log.at(&RESERVED_PREFIX, at, format_args!("`{prefix}` for `{uri}`"));
            } else if !prefix.is_empty() && usual != prefix {
                log.at(&NONSTANDARD_PREFIX, at, format_args!("`{prefix}` (usually `{usual}`)"));
            }
        } else if is_reserved {
            let fix = declaration_of(prefix, feed.families).filter(|declared| is_misspelled(uri, declared));
            let fix = fix.map(|declaration| format!("; write {declaration}")).unwrap_or_default();
            log.at(&RESERVED_PREFIX, at, format_args!("`{prefix}` for `{}`{fix}", shown(uri)));
        } else if let Some(rule) = url::reference(uri) {
            log.at(rule, at, format_args!("the namespace is `{}`", shown(uri)));
        } else if UNSUPPORTED_NAMESPACES.iter().any(|known| ns::is_same(known, uri)) {
            log.at(&UNSUPPORTED, at, format_args!("`{}`", shown(uri)));
        } else if !uri.is_empty() {
            log.at(&UNKNOWN, at, format_args!("`{}`", shown(uri)));
        }
    }
}

/// True if a namespace was probably meant to be the one in the declaration of its prefix.
fn is_misspelled(uri: &str, declaration: &str) -> bool {
    let right = declaration.split('"').nth(1).unwrap_or_default();
    let same = |a: &mut dyn Iterator<Item = u8>, b: &mut dyn Iterator<Item = u8>| {
        a.zip(b).take_while(|(a, b)| a == b).count()
    };
    let before = same(&mut uri.bytes(), &mut right.bytes());
    let after = same(&mut uri.bytes().rev(), &mut right.bytes().rev());
    let longer = uri.len().max(right.len());
    ns::is_near(uri, right) || before + after + 3 >= longer && longer > 10
}

/// Reports an element without namespace in an Atom feed.
pub(crate) fn undeterminable(element: &Element<'_>, log: &mut Log) {
    log.start(&UNDETERMINABLE, element, format_args!("`{}`", element.name));
}

/// Reports a child without namespace in an element of an extension of RSS.
pub(crate) fn required(feed: &Feed<'_>, parent: &Element<'_>, child: &Element<'_>, log: &mut Log) {
    if feed.kind == Kind::Rss && child.ns.is_empty() && !parent.ns.is_empty() {
        log.start(&NOT_IN_ONE, child, format_args!("`{}` in `{}`", child.name, parent.name));
    }
}

/// Reports an attribute of an unknown namespace, unless the feed follows the reading of the RSS Board, which allows it.
pub(crate) fn extension_attribute(scope: &Scope<'_, '_>, attribute: &Attribute<'_>, log: &mut Log) {
    let follows_board = || {
        let docs = scope.ancestor(Parent::Channel).and_then(|channel| channel.first_child("docs"));
        docs.is_some_and(|d| d.text().trim() == "http://www.rssboard.org/rss-specification")
    };
    if scope.feed.kind == Kind::Rss
        && scope.element.ns.is_empty()
        && !log.is_full(&EXTENSION_ATTRIBUTE)
        && !follows_board()
    {
        let detail = format_args!("`{}` on `{}`", attribute.name, scope.element.name);
        log.attribute(&EXTENSION_ATTRIBUTE, attribute, detail);
    }
}
