//! Checks RSS, Atom, JSON Feed and OPML documents: reports what is wrong with location, reason and fix.
//!
//! [`check`] takes the bytes of a document and returns its findings; [`rules`] lists what it looks for.
//!
//! | layer, from the bottom up | folder |
//! | --- | --- |
//! | located trees of documents | `document` |
//! | a rule: title, reason, fix, specification, bad and good example | `rule` |
//! | values: a date, a URL, HTML … | `values` |
//! | the walk over a document, and the types of a vocabulary | `engine` |
//! | RSS, Atom, JSON Feed, podcasts … | `vocabularies` |
//! | what a server says about a feed and its files | `online` |
//! | all of them | `registry` |
//!
//! A file imports only from lower layers or its own layer, and never in a cycle.

#[macro_use]
mod examples;
mod detect;
mod document;
mod engine;
mod message;
mod online;
mod profile;
mod registry;
mod rule;
#[cfg(test)]
mod tests;
mod values;
mod vocabularies;

use std::borrow::Cow;

use feedmill_diag::Finding;
use feedmill_types::UnixMs;

use document::xml::Element;
use document::{source, xml as tree};
use engine::log::Log;
use engine::ns::{ATOM, RDF};
use engine::vocabulary::{Def, Feed, Kind, Scope};
use engine::walk::walk;
use engine::{namespace, structure, xml};
use message::shown;
use vocabularies::{atom, itunes, json, opml, rss, rss1};

pub use detect::{Likeness, feeds_of_page, likeness};
pub use online::{
    Attributes, FileAnswer, FileKind, LinkedFile, Redirect, Response, SecondAnswer, check_file,
    check_response, linked_files,
};
pub use profile::{Profile, REQUIREMENTS, Requirement};
pub use registry::rules;
pub use rule::{Context, Example, Rule};

/// Facts about a document that are not in it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// Name of the document in findings.
    pub file: &'a str,
    /// URL at which it is published. If given, the self link must be the same.
    pub url: Option<&'a str>,
    /// Current time. If given, dates in the future are reported.
    pub now: Option<UnixMs>,
    /// True if it is to be a podcast: the requirements of podcasts apply even if nothing in it says that it is one.
    pub is_podcast: bool,
}

/// Checks a document. Returns its findings in the order of the document.
///
/// ```
/// use feedmill_check::{Options, check};
///
/// let found = check(b"<rss version=\"2.0\"/>", Options::default());
/// assert_eq!(found[0].meta.code, "feed/missing-element");
/// assert_eq!(found[0].message(), "missing required element: `channel` in `rss`");
/// ```
#[must_use]
pub fn check(bytes: &[u8], options: Options<'_>) -> Vec<Finding> {
    let source = source::decode(bytes);
    let mut log = Log::default();
    if options.is_podcast
        && let Some(format) =
            detect::format(&source.text, options.file).filter(|format| *format != detect::Format::Rss)
    {
        let at = source.text.len() - source.text.trim_start().len();
        itunes::not_rss(format.name(), at, &mut log);
    }
    if detect::is_json(&source.text, options.file) {
        json::document(&source, options.url, options.now, &mut log);
    } else if detect::is_web_page(&source.text) {
        let feeds = feeds_of_page(&source.text, options.url);
        let detail = match &feeds[..] {
            [] => "this is a web page, and it names no feed".to_owned(),
            [feed] => format!("this is a web page; its feed is `{feed}`"),
            feeds => format!("this is a web page; its feeds are `{}`", feeds.join("`, `")),
        };
        log.at(&structure::UNKNOWN_ROOT, source.text.len() - source.text.trim_start().len(), detail);
    } else {
        let document = tree::parse(&source.text);
        xml::encoding(&source, &mut log);
        xml::document(&document, registry::FAMILIES, &mut log);
        if let Some(root) = &document.root
            && let Some((kind, def)) = recognize(root, &mut log)
        {
            let feed = Feed {
                kind,
                version: root.value("version").unwrap_or("2.0"),
                url: options.url,
                now: options.now,
                is_podcast: options.is_podcast && kind == Kind::Rss,
                encoding: source.encoding,
                declared: source.declared.as_ref().map(|(at, name)| (*at, &**name)),
                text: &source.text,
                families: registry::FAMILIES,
                index: &registry::INDEX,
                known_families: Default::default(),
                has_families: Default::default(),
                first_children: Default::default(),
            };
            namespace::declarations(&feed, root, &mut log);
            walk(&Scope { element: root, def, parent: None, feed: &feed }, &mut log);
        }
    }
    log.locate(&source.text, options.file)
}

/// Returns the text of a document as [`check`] reads it: decoded by its byte order mark or declaration, without the mark.
///
/// ```
/// assert_eq!(feedmill_check::text(b"\xef\xbb\xbf<rss/>"), "<rss/>");
/// ```
#[must_use]
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    source::decode(bytes).text
}

/// True if a text is a language tag that feeds may have: its parts are registered.
///
/// ```
/// assert!(feedmill_check::is_valid_language("pt-BR") && !feedmill_check::is_valid_language("xx"));
/// ```
#[must_use]
pub fn is_valid_language(text: &str) -> bool {
    values::language::tag(text).is_none()
}

/// Recognizes the format of a document by its root element. `None` if nothing in it is checked.
fn recognize(root: &Element<'_>, log: &mut Log) -> Option<(Kind, &'static Def)> {
    match (&*root.ns, root.local) {
        ("", "rss") => Some((Kind::Rss, &rss::RSS)),
        ("", "opml") => Some((Kind::Opml, &opml::OPML)),
        (ns, "rss") => {
            let detail = format_args!("`rss` must be in no namespace, but is in `{}`", shown(ns));
            log.start(&namespace::INVALID, root, detail);
            Some((Kind::Rss, &rss::RSS))
        }
        ("http://purl.org/atom/ns#", "feed") => {
            log.start(&namespace::OBSOLETE, root, "");
            None
        }
        (ns, "feed" | "entry") => {
            if ns.is_empty() {
                log.start(&namespace::MISSING, root, format_args!("`{}`", root.name));
            } else if ns != ATOM {
                let detail = format_args!("`{}` is in `{}`, not in `{ATOM}`", root.name, shown(ns));
                log.start(&namespace::INVALID, root, detail);
            }
            Some((Kind::Atom, if root.local == "feed" { &atom::FEED } else { &atom::ENTRY }))
        }
        (RDF, "RDF") if rss1::is_feed(root) => Some((Kind::Rdf, &rss1::ROOT)),
        (RDF, "RDF") => {
            log.start(
                &structure::UNKNOWN_ROOT,
                root,
                format_args!("`{}` without RSS 1.0 or 0.90", root.name),
            );
            None
        }
        _ => {
            log.start(&structure::UNKNOWN_ROOT, root, format_args!("the root element is `{}`", root.name));
            None
        }
    }
}
