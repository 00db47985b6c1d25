//! The rules, a file a family. Missing elements are said at the end tag of their parent, all else where it begins.

mod atom;
mod extension;
mod html;
pub(super) mod json;
mod media;
mod rss;

use std::collections::HashSet;

use super::Log;
use super::document::{Document, Element, Node, XML};
use super::registry::{self as r, Rule};
use super::value::{self, Address};

pub(super) const ATOM: &str = "http://www.w3.org/2005/Atom";
const XHTML: &str = "http://www.w3.org/1999/xhtml";

/// Runs every rule over a document.
pub(super) fn run(document: &Document<'_>, log: &mut Log) {
    if document.version.as_deref().is_some_and(|v| v != "1.0") {
        log.add(&r::XML_VERSION, 0, "the XML version is not 1.0".to_owned());
    }
    if let Some((at, doctype)) = &document.doctype
        && doctype.to_ascii_lowercase().contains("my.netscape.com")
    {
        log.add(&r::XML_DOCTYPE, *at, "the document type of RSS 0.91 is no longer served".to_owned());
        let version = document.root.as_ref().and_then(|e| e.attr("version"));
        if version.is_some_and(|v| v != "0.91") {
            log.add(&r::XML_DOCTYPE_VERSION, *at, "the document type is that of RSS 0.91".to_owned());
        }
    }
    let Some(root) = &document.root else { return };
    common(root, log);
    match (&*root.ns, root.local) {
        ("", "rss") => rss::rss(root, log),
        (_, "rss") => {
            log.add(&r::NS_INVALID, root.at, format!("`rss` is in no namespace, not in `{}`", root.ns));
        }
        (ATOM, "feed") => atom::feed(root, log),
        (ATOM, "entry") => {
            atom::entry(root, log, &mut atom::Seen::default(), true);
        }
        ("", "feed") => {
            log.add(&r::NS_MISSING, root.at, "`feed` has no namespace".to_owned());
            atom::feed(root, log);
        }
        ("http://purl.org/atom/ns#", "feed") => {
            log.add(&r::NS_OBSOLETE, root.at, "this is Atom 0.3".to_owned());
        }
        (ns, "feed") => {
            log.add(&r::NS_INVALID, root.at, format!("`feed` is in `{ns}`, not in `{ATOM}`"));
            atom::feed(root, log);
        }
        ("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "RDF") | ("", "opml") => {}
        _ => log.add(&r::FEED_UNKNOWN, root.at, format!("`{}` is the root of no feed", root.name)),
    }
}

/// What holds for every element: namespaces and the attributes of XML.
fn common(element: &Element<'_>, log: &mut Log) {
    for (prefix, uri) in &element.declared {
        let lower = uri.to_ascii_lowercase();
        if lower.starts_with("tag:")
            && let Some(rule) = value::address(uri, Address::Full, true)
        {
            log.add(rule, element.at, format!("the namespace of `{prefix}` is `{uri}`"));
        }
        if lower.starts_with("http://search.yahoo.com/mrss") && &**uri != media::NS {
            log.add(&r::MEDIA_NAMESPACE, element.at, format!("`{uri}` is not `{}`", media::NS));
        }
    }
    for a in element.attributes.iter().filter(|a| &*a.ns == XML) {
        let verdict = match a.local {
            "base" => value::address(&a.value, Address::Any, true),
            "lang" if !a.value.is_empty() => value::language(&a.value),
            _ => None,
        };
        if let Some(rule) = verdict {
            log.add(rule, element.at, format!("`{}` is `{}`", a.name, a.value));
        }
    }
}

/// Says which of the attributes without namespace an element does not have.
fn attributes(element: &Element<'_>, known: &[&str], log: &mut Log) {
    for a in element.attributes.iter().filter(|a| a.ns.is_empty() && !known.contains(&a.local)) {
        log.add(
            &r::ATTRIBUTE_UNEXPECTED,
            element.at,
            format!("`{}` has no attribute `{}`", element.name, a.local),
        );
    }
}

/// An attribute that must be there.
fn required<'e>(element: &'e Element<'_>, name: &str, log: &mut Log) -> Option<&'e str> {
    let value = element.attr(name);
    if value.is_none() {
        log.add(&r::ATTRIBUTE_MISSING, element.at, format!("`{}` lacks `{name}`", element.name));
    }
    value
}

fn say(verdict: Option<&'static Rule>, element: &Element<'_>, value: &str, log: &mut Log) {
    if let Some(rule) = verdict {
        let shown: String = value.chars().take(80).collect();
        log.add(rule, element.end, format!("`{}` is `{shown}`", element.name));
    }
}

/// Text that stands between elements where only those may be.
fn no_text(element: &Element<'_>, log: &mut Log) {
    for node in &element.nodes {
        let Node::Text(text, at) = node else { continue };
        if let Some(inner) = text.find(|c: char| !c.is_whitespace()) {
            let shown: String = text.trim().chars().take(40).collect();
            let at = at + inner;
            log.add(&r::TEXT_UNEXPECTED, at, format!("`{}` holds the text `{shown}`", element.name));
            return;
        }
    }
}

/// Says of an element that it may be there once only.
struct Once<'e>(HashSet<(&'e str, &'e str)>);

impl<'e> Once<'e> {
    fn new() -> Self {
        Self(HashSet::new())
    }

    /// Notes an element; false where it was there before.
    fn first(&mut self, element: &'e Element<'_>, log: &mut Log) -> bool {
        self.first_at(element, element.at, log)
    }

    /// The same, said at another place.
    fn first_at(&mut self, element: &'e Element<'_>, at: usize, log: &mut Log) -> bool {
        let first = self.0.insert((&element.ns, element.local));
        if !first {
            log.add(&r::ELEMENT_DUPLICATE, at, format!("`{}` is there twice", element.name));
        }
        first
    }

    fn has(&self, ns: &str, local: &str) -> bool {
        self.0.contains(&(ns, local))
    }
}

/// A leaf: its children have no place in it.
fn leaf(element: &Element<'_>, log: &mut Log) {
    for child in element.elements() {
        undefined(child, log);
    }
}

fn undefined(element: &Element<'_>, log: &mut Log) {
    log.add(&r::ELEMENT_UNDEFINED, element.at, format!("`{}` has no place here", element.name));
}

/// Whether the end of an element was read: what is missing in it is missing.
fn missing(rule: &'static Rule, element: &Element<'_>, what: &str, log: &mut Log) {
    if element.closed {
        log.add(rule, element.end, format!("`{}` lacks `{what}`", element.name));
    }
}

/// All text in an element, at any depth.
fn deep_text(element: &Element<'_>) -> String {
    let mut out = String::new();
    for node in &element.nodes {
        match node {
            Node::Text(text, _) => out.push_str(text),
            Node::Element(child) => out.push_str(&deep_text(child)),
        }
    }
    out
}
