//! Walks an XML document: looks up each element in its vocabulary, and runs the checks of its row.

use super::log::Log;
use super::subtree::walk_unchecked;
use super::vocabulary::{Content, Def, Family, Feed, Kind, Scope, Unknown};
use super::{namespace, structure, xml};
use crate::document::xml::{Element, Node, XML};

/// Walks an element of a known kind.
pub(crate) fn walk(scope: &Scope<'_, '_>, log: &mut Log) {
    xml::attributes(scope, log);
    attributes(scope, log);
    let element = scope.element;
    match scope.def.content {
        Content::Own => {}
        Content::Unchecked => {
            for child in element.elements() {
                walk_unchecked(scope.feed, child, log);
            }
        }
        Content::Foreign => {
            for child in element.elements() {
                if child.ns == element.ns {
                    undefined(scope, child, log);
                } else {
                    walk_unchecked(scope.feed, child, log);
                }
            }
        }
        Content::Anything => {
            for child in element.elements() {
                namespace::required(scope.feed, element, child, log);
                walk_unchecked(scope.feed, child, log);
            }
        }
        Content::Text => {
            for child in element.elements() {
                undefined(scope, child, log);
            }
        }
        Content::Empty => {
            for child in element.elements() {
                undefined(scope, child, log);
            }
            unexpected_text(element, log);
        }
        Content::Elements => {
            let mut seen = Seen::default();
            for child in element.elements() {
                enter(scope, child, &mut seen, log);
            }
            unexpected_text(element, log);
        }
    }
    (scope.def.check)(scope, log);
    if let Some(own) = scope.def.container {
        let checks = scope.feed.families.iter().flat_map(|f| f.extra_checks);
        checks.filter(|(parent, _)| *parent == own).for_each(|(_, check)| check(scope, log));
    }
}

/// Reports the first text in an element that holds none.
fn unexpected_text(element: &Element<'_>, log: &mut Log) {
    let text = element.nodes.iter().find_map(|node| match node {
        Node::Text(text) => text.begin().map(|at| (text, at)),
        Node::Element(_) => None,
    });
    if let Some((text, at)) = text {
        structure::unexpected_text(element, &text.value, at, log);
    }
}

/// Kinds of elements that a parent has so far.
#[derive(Default)]
struct Seen {
    defs: Vec<&'static Def>,
    /// Number of elements that are allowed once and are there again.
    repeats: usize,
}

/// Looks up a child in its vocabulary.
fn enter<'d>(scope: &Scope<'_, 'd>, child: &Element<'d>, seen: &mut Seen, log: &mut Log) {
    /// Maximum number of repeated elements that are checked: their checks may look at the whole parent.
    const MAX_REPEATS: usize = 100;
    let feed = scope.feed;
    if child.ns.is_empty() && feed.kind == Kind::Rdf {
        log.start(&namespace::MISSING, child, format_args!("`{}` in `{}`", child.name, scope.element.name));
        return walk_unchecked(feed, child, log);
    }
    let Some(family) = feed.family_of(child) else { return walk_unchecked(feed, child, log) };
    let mut named = feed.index.elements(family, child.local);
    let Some(def) = named.find(|def| def.is_allowed_in(scope.def)) else {
        return unknown(scope, child, family, log);
    };
    if !seen.defs.iter().any(|d| std::ptr::eq(*d, def)) {
        seen.defs.push(def);
    } else if def.is_single {
        structure::duplicate(scope.element, child, log);
        seen.repeats += 1;
        if seen.repeats > MAX_REPEATS {
            return walk_unchecked(feed, child, log);
        }
    }
    namespace::declarations(feed, child, log);
    walk(&Scope { element: child, def, parent: Some(scope), feed }, log);
}

/// Returns the elements of a vocabulary and of those with the same namespace: RSS and OPML have none.
fn elements(feed: &Feed<'_>, family: &'static Family) -> impl Iterator<Item = &'static Def> {
    let same = feed.families.iter().filter(move |f| f.namespaces == family.namespaces);
    same.flat_map(|f| f.elements).copied()
}

/// Handles a child that its vocabulary does not have in this parent.
fn unknown<'d>(scope: &Scope<'_, 'd>, child: &Element<'d>, family: &'static Family, log: &mut Log) {
    match (family.on_unknown_child)(scope, child) {
        Unknown::Undefined => return undefined(scope, child, log),
        Unknown::Questionable => structure::questionable(scope.element, child, log),
        Unknown::Breaks(rule) => {
            log.start(rule, child, format_args!("`{}` in `{}`", child.name, scope.element.name));
        }
        Unknown::Ignored => {}
    }
    walk_unchecked(scope.feed, child, log);
}

/// Reports an element that is not allowed here, and checks what holds for every element in it.
fn undefined<'d>(scope: &Scope<'_, 'd>, child: &Element<'d>, log: &mut Log) {
    let feed = scope.feed;
    let is_extended = !scope.element.ns.is_empty() && scope.def.content == Content::Elements;
    if child.ns.is_empty() && feed.kind == Kind::Rss && is_extended {
        // Only the extension knows.
        namespace::required(feed, scope.element, child, log);
    } else if child.ns.is_empty() && feed.kind == Kind::Atom {
        // If the feed itself has no namespace, that is reported already.
        if scope.chain().any(|s| !s.element.ns.is_empty()) {
            namespace::undeterminable(child, log);
        }
    } else {
        let family = feed.family_of(child).into_iter();
        let known = family.flat_map(|f| elements(feed, f)).filter(|d| d.is_allowed_in(scope.def));
        structure::undefined(scope.element, child, known.map(|d| d.name), log);
    }
    walk_unchecked(feed, child, log);
}

/// Reports attributes that the element does not have.
fn attributes(scope: &Scope<'_, '_>, log: &mut Log) {
    let Some(known) = scope.def.attributes else { return };
    for attribute in &scope.element.attributes {
        let ns = &*attribute.ns;
        let is_known = if ns.is_empty() {
            known.contains(&attribute.local)
        } else if ns == XML {
            true
        } else if let Some((prefix, _)) = namespace::known(scope.feed, ns) {
            known.iter().any(|name| name.split_once(':') == Some((prefix, attribute.local)))
        } else {
            namespace::extension_attribute(scope, attribute, log);
            true
        };
        if !is_known {
            structure::unexpected_attribute(scope.element, attribute, known, log);
        }
    }
}
