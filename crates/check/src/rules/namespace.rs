//! Namespaces: declared, known, and with the prefix that readers expect.

use super::super::document::{Attribute, Element};
use super::super::log::{Log, shown};
use super::super::registry::{FAMILIES, same_namespace};
use super::super::rule::{
    Rule,
    Within::{Entry, Item, Whole},
};
use super::super::walk::{Family, Feed, Kind, Scope};
use super::{ATOM, XHTML, media, rss, url};

pub(in super::super) static MISSING: Rule =
    Rule::error("xml/missing-namespace", "An element without the namespace it belongs to")
        .why("Atom is known by its namespace. Without it a reader sees elements that mean nothing.")
        .help("write xmlns=\"http://www.w3.org/2005/Atom\"")
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

pub(in super::super) static INVALID: Rule =
    Rule::error("xml/invalid-namespace", "A namespace that is none, or not the one of the format")
        .why("Namespaces are compared letter by letter. RSS elements are in none at all.")
        .help("write the namespace exactly as the specification does")
        .spec("RFC 4287, 1.2", "https://www.rfc-editor.org/rfc/rfc4287#section-1.2")
        .example(
            Item,
            r#"<x:mood xmlns:x="https://town.example/two words">merry</x:mood>"#,
            "<category>merry</category>",
        );

pub(in super::super) static OBSOLETE: Rule = Rule::error("atom/obsolete-namespace", "A draft of Atom")
    .why("Atom 0.3 was a draft. Many readers have dropped it.")
    .help("write Atom 1.0, whose namespace is http://www.w3.org/2005/Atom")
    .spec("RFC 4287, 1.2", "https://www.rfc-editor.org/rfc/rfc4287#section-1.2")
    .example(Whole, r#"<feed version="0.3" xmlns="http://purl.org/atom/ns#"/>"#, atom!());

static UNKNOWN: Rule = Rule::warning("xml/undefined-namespace", "A namespace that readers do not know")
    .why("Readers pass over what they do not know, and nothing here can look whether it is right.")
    .help("see whether a well-known extension says the same")
    .spec("RFC 4287, 6.3", "https://www.rfc-editor.org/rfc/rfc4287#section-6.3")
    .example(
        Item,
        r#"<x:mood xmlns:x="https://town.example/ns">merry</x:mood>"#,
        "<category>merry</category>",
    );

static UNSUPPORTED: Rule =
    Rule::note("xml/unsupported-namespace", "A namespace that is known and not looked at")
        .why("What it holds is for certain programs; whether it is right has to be looked up with them.")
        .help("nothing needs mending")
        .spec("RFC 4287, 6.3", "https://www.rfc-editor.org/rfc/rfc4287#section-6.3")
        .example(
            Item,
            r#"<s:about xmlns:s="http://schema.org/">Town</s:about>"#,
            "<category>Town</category>",
        );

static AVOID_PREFIX: Rule = Rule::warning("xml/namespace-prefix", "Atom or XHTML with a prefix in an Atom feed")
    .why("A prefix is right by the specifications, but some readers look for the names without one.")
    .help("make it the default namespace of these elements")
    .spec("Namespaces in XML, 6.2", "https://www.w3.org/TR/xml-names/#defaulting")
    .example(Entry, r#"<content type="xhtml"><xhtml:div xmlns:xhtml="http://www.w3.org/1999/xhtml">Hello</xhtml:div></content>"#, r#"<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Hello</div></content>"#);

static NONSTANDARD_PREFIX: Rule = Rule::note("xml/nonstandard-prefix", "An unusual prefix")
    .why("Any prefix is right, but some readers look for the usual one.")
    .help("use the usual prefix")
    .spec("Namespaces in XML, 3", "https://www.w3.org/TR/xml-names/#ns-decl")
    .example(
        Item,
        r#"<dublin:creator xmlns:dublin="http://purl.org/dc/elements/1.1/">Ann</dublin:creator>"#,
        r#"<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">Ann</dc:creator>"#,
    );

static RESERVED_PREFIX: Rule =
    Rule::warning("xml/reserved-prefix", "A well-known prefix for another namespace")
        .why("Readers that look at prefixes only take these elements for others.")
        .help("choose another prefix, or correct the namespace")
        .spec("Namespaces in XML, 3", "https://www.w3.org/TR/xml-names/#ns-decl")
        .example(
            Item,
            r#"<slash:modified xmlns:slash="http://purl.org/dc/terms/">2023-10-31</slash:modified>"#,
            r#"<dcterms:modified xmlns:dcterms="http://purl.org/dc/terms/">2023-10-31</dcterms:modified>"#,
        );

static UNDETERMINABLE: Rule =
    Rule::warning("xml/undeterminable-vocabulary", "An element without namespace in an Atom feed")
        .why("Nobody can know what it means: an extension of Atom has a namespace of its own.")
        .help("declare its namespace, or remove it")
        .spec("RFC 4287, 6.1", "https://www.rfc-editor.org/rfc/rfc4287#section-6.1")
        .example(Entry, r#"<mood xmlns="">merry</mood>"#, r#"<category term="merry"/>"#);

static NOT_IN_ONE: Rule = Rule::error(
    "rss/not-in-a-namespace",
    "An element without namespace in an extension",
)
.why(
    "An RSS feed may hold elements that the specification does not describe only if they are in a namespace.",
)
.help("give it the prefix of its extension")
.spec("RSS 2.0.11, Extending RSS", "https://www.rssboard.org/rss-specification#extendingRss")
.example(
    Item,
    r#"<dcterms:spatial xmlns:dcterms="http://purl.org/dc/terms/"><place>Town</place></dcterms:spatial>"#,
    r#"<dcterms:spatial xmlns:dcterms="http://purl.org/dc/terms/">Town</dcterms:spatial>"#,
);

static EXTENSION_ATTRIBUTE: Rule = Rule::warning("rss/extension-attribute", "An attribute of an extension on an element of RSS")
    .why("Whether RSS may be extended by attributes is disputed: the specification speaks of elements and attributes, older readings of elements only.")
    .help("write an element of the extension instead")
    .spec("RSS 2.0.11, Extending RSS", "https://www.rssboard.org/rss-specification#extendingRss")
    .example(Item, r#"<category xmlns:rv="http://www.rawvoice.com/rawvoiceRssModule/" rv:rank="1">Town</category>"#, "<category>Town</category>");

pub(in super::super) static FAMILY: Family = Family::of_rules(
    "namespace",
    &[
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
    ],
);

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
    ("rss090", "http://my.netscape.com/rdf/simple/0.9/"),
    ("rss091", "http://purl.org/rss/1.0/modules/rss091#"),
    ("rss1", "http://purl.org/rss/1.0/"),
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
    ("xlink", "http://www.w3.org/1999/xlink"),
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
    "http://www.georss.org/georss/11",
    "urn:flickr:user",
    "http://purl.org/pingback/",
    "http://purl.org/rss/1.0/modules/textinput/",
];

/// The usual prefix of a namespace, and its address as it should be written.
pub(in super::super) fn known(ns: &str) -> Option<(&'static str, &'static str)> {
    if ns.is_empty() {
        return None;
    }
    let families = FAMILIES.iter().flat_map(|f| f.namespaces.iter().map(|uri| (f.name, *uri)));
    families.chain(OTHERS.iter().copied()).find(|(_, uri)| *uri == ns || same_namespace(uri, ns))
}

/// The namespaces that an element declares.
pub(in super::super) fn declarations(feed: &Feed<'_>, element: &Element<'_>, log: &mut Log) {
    for declaration in &element.declared {
        let (prefix, uri, at) = (declaration.prefix, &*declaration.uri, declaration.at);
        let exact = known(uri).filter(|(_, right)| *right == uri);
        let reserved = !prefix.is_empty()
            && (FAMILIES
                .iter()
                .any(|f| f.name == prefix && f.namespaces.first().is_some_and(|n| !n.is_empty()))
                || OTHERS.iter().any(|(p, _)| *p == prefix));
        let hidden = matches!(uri, ATOM | XHTML) && feed.kind == Kind::Atom && !prefix.is_empty();
        if uri.split_whitespace().count() > 1 {
            log.at(&INVALID, at, format!("`{}` holds white space", shown(uri)));
        } else if same_namespace(uri, media::NS) && uri != media::NS {
            log.at(&media::NAMESPACE, at, format!("`{uri}` is not `{}`", media::NS));
        } else if hidden {
            log.at(&AVOID_PREFIX, at, format!("some readers do not know `{prefix}:`"));
        } else if let Some((usual, _)) = exact {
            if reserved && usual != prefix {
                log.at(&RESERVED_PREFIX, at, format!("`{prefix}` is the prefix of another namespace"));
            } else if !prefix.is_empty() && usual != prefix {
                log.at(&NONSTANDARD_PREFIX, at, format!("the usual prefix is `{usual}`"));
            }
        } else if reserved {
            log.at(&RESERVED_PREFIX, at, format!("`{prefix}` is the prefix of another namespace"));
        } else if let Some(rule) = url::reference(uri) {
            log.at(rule, at, format!("the namespace is `{}`", shown(uri)));
        } else if UNSUPPORTED_NAMESPACES.iter().any(|known| same_namespace(known, uri)) {
            log.at(&UNSUPPORTED, at, format!("what is in `{}` is not looked at", shown(uri)));
        } else if !uri.is_empty() {
            log.at(&UNKNOWN, at, format!("few readers know `{}`", shown(uri)));
        }
    }
}

pub(in super::super) fn undeterminable(element: &Element<'_>, log: &mut Log) {
    log.start(&UNDETERMINABLE, element, format!("`{}` is in no namespace", element.name));
}

/// A child without namespace in an element of an extension.
pub(in super::super) fn not_in_one(
    feed: &Feed<'_>,
    parent: &Element<'_>,
    child: &Element<'_>,
    log: &mut Log,
) {
    if feed.kind == Kind::Rss && child.ns.is_empty() && !parent.ns.is_empty() {
        log.start(&NOT_IN_ONE, child, format!("`{}` is in no namespace", child.name));
    }
}

/// An attribute of a namespace that is not known; a feed that follows the RSS Board's reading may have it.
pub(in super::super) fn extension_attribute(scope: &Scope<'_, '_>, attribute: &Attribute<'_>, log: &mut Log) {
    let follows_board = || {
        let docs = scope.outer(&rss::CHANNEL).and_then(|c| c.element.child("", "docs"));
        docs.is_some_and(|d| d.text().trim() == "http://www.rssboard.org/rss-specification")
    };
    if scope.feed.kind == Kind::Rss
        && scope.element.ns.is_empty()
        && !log.is_full(&EXTENSION_ATTRIBUTE)
        && !follows_board()
    {
        let message = format!("`{}` is extended by `{}`", scope.element.name, attribute.name);
        log.attribute(&EXTENSION_ATTRIBUTE, attribute, message);
    }
}
