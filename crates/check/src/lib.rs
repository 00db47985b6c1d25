//! What is wrong with a feed: where, why, and how to mend it.
//!
//! | step | file |
//! | --- | --- |
//! | from bytes to text, and back to lines and columns | `source` |
//! | from text to a located tree | `document` for XML, `object` for JSON |
//! | along the tree, asking each family what it knows | `walk` |
//! | what a rule is, and all of them | `rule`, `registry`, `rules/` |
//!
//! A family of rules is one file in `rules/` and one row in `registry`.

mod document;
mod log;
mod object;
mod registry;
mod rule;
mod rules;
mod source;
#[cfg(test)]
mod tests;
mod walk;

use feedmill_diag::Finding;
use feedmill_types::UnixMs;

use log::{Log, shown};
use rules::{ATOM, atom, element, json, namespace, opml, rdf, rss, xml};
use walk::{Feed, Kind, Scope, walk};

pub use registry::rules;
pub use rule::{Example, Rule, Within};

/// What a check is told beside the document.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// The name to show for the document.
    pub file: &'a str,
    /// Where it is published; its self link should say the same.
    pub url: Option<&'a str>,
    /// The present; dates far behind it are said. Without it any date is right.
    pub now: Option<UnixMs>,
}

/// Checks a document: everything that is wrong with it, in the order of the document.
///
/// ```
/// use feedmill_check::{Options, check};
///
/// let found = check(b"<rss version=\"2.0\"/>", Options::default());
/// assert_eq!(found[0].meta.code, "feed/missing-element");
/// assert_eq!(found[0].detail, "`rss` has no `channel`");
/// ```
#[must_use]
pub fn check(bytes: &[u8], options: Options<'_>) -> Vec<Finding> {
    let source = source::decode(bytes);
    let mut log = Log::default();
    if source.text.trim_start().starts_with(['{', '[']) {
        json::document(&source.text, options.url, options.now, &mut log);
    } else {
        let document = document::parse(&source.text);
        xml::encoding(&source, &mut log);
        xml::document(&document, &mut log);
        if let Some(root) = &document.root {
            let feed = Feed {
                kind: Kind::Rss,
                version: root.value("version").unwrap_or("2.0"),
                url: options.url,
                now: options.now,
                encoding: source.encoding,
                text: &source.text,
            };
            self::root(root, feed, &mut log);
        }
    }
    source::locate(log.finish(), &source.text, options.file)
}

/// Finds out what kind of feed it is.
fn root(root: &document::Element<'_>, mut feed: Feed<'_>, log: &mut Log) {
    let def = match (&*root.ns, root.local) {
        ("", "rss") => &rss::RSS,
        ("", "opml") => {
            feed.kind = Kind::Opml;
            &opml::OPML
        }
        (ns, "rss") => {
            log.start(
                &namespace::INVALID,
                root,
                format!("`rss` is in no namespace, and not in `{}`", shown(ns)),
            );
            &rss::RSS
        }
        ("http://purl.org/atom/ns#", "feed") => {
            log.start(&namespace::OBSOLETE, root, "this is Atom 0.3");
            return;
        }
        (ns, "feed" | "entry") => {
            feed.kind = Kind::Atom;
            if ns.is_empty() {
                log.start(&namespace::MISSING, root, format!("`{}` is in no namespace", root.name));
            } else if ns != ATOM {
                let message = format!("`{}` is in `{}`, not in `{ATOM}`", root.name, shown(ns));
                log.start(&namespace::INVALID, root, message);
            }
            if root.local == "feed" { &atom::FEED } else { &atom::ENTRY }
        }
        (rdf::NS, "RDF") => {
            log.start(&element::RSS_1, root, "this is RSS 1.0 or 1.1");
            return;
        }
        _ => {
            log.start(&element::UNKNOWN_ROOT, root, format!("`{}` is the root of no feed", root.name));
            return;
        }
    };
    namespace::declarations(&feed, root, log);
    walk(&Scope { element: root, def, parent: None, feed: &feed }, log);
}
