//! Walks an XML document: looks up each element in its vocabulary, and runs the checks of its row.

use super::log::Log;
use super::parent::Parent;
use super::subtree::walk_unchecked;
use super::vocabulary::{Content, Def, Family, Feed, Kind, Scope, Unknown};
use super::{namespace, structure, xml};
use crate::document::xml::{Element, Node, XML};
use crate::values::html_scanner::is_html;
use feedmill_diag::nearest;
use feedmill_types::work::step;

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
                if child.ns.is_empty() && is_html(child.local) {
                    structure::unescaped(element, child, log);
                    walk_unchecked(scope.feed, child, log);
                } else {
                    undefined(scope, child, log);
                }
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
    // The text of an element that is not complete is only a part of its value.
    if element.is_complete || scope.def.content != Content::Text {
        (scope.def.check)(scope, log);
    }
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
            let hint = if log.is_full(rule) { String::new() } else { hint(scope, child, Some(family)) };
            log.start(rule, child, format_args!("`{}` in `{}`{hint}", child.name, scope.element.name));
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
        structure::undefined_with(scope.element, child, || hint(scope, child, feed.family_of(child)), log);
    }
    walk_unchecked(feed, child, log);
}

/// Returns where an element belongs, or which one was probably meant: `; did you mean …?`, or an empty string.
fn hint(scope: &Scope<'_, '_>, child: &Element<'_>, family: Option<&'static Family>) -> String {
    let feed = scope.feed;
    let known = || family.into_iter().flat_map(|f| elements(feed, f));
    let allowed = || known().filter(|def| def.is_allowed_in(scope.def)).map(|def| def.name);
    let prefix = &child.name[..child.name.len() - child.local.len()];
    // A name in another case is that of the element, even if the same name is known elsewhere.
    if let Some(name) = allowed().find(|name| name.eq_ignore_ascii_case(child.local)) {
        return format!("; did you mean `{prefix}{name}`?");
    }
    let is_core = child.ns.is_empty() || child.ns == scope.element.ns && scope.feed.kind == Kind::Atom;
    let other = is_core.then(|| other_name(scope, child.local)).flatten();
    if let Some(name) = other.filter(|name| name.contains(':') || allowed().any(|known| known == *name)) {
        return format!("; did you mean `{name}`?");
    }
    if family.is_some_and(|family| family.name == "dc") && child.local == "author" {
        return format!("; did you mean `{prefix}creator`?");
    }
    let mut parents: Vec<String> = Vec::new();
    for def in known().filter(|def| def.name == child.local) {
        let is_there = |f: &Family| family.is_some_and(|own| own.name == f.name) || feed.has_family(f);
        let all = feed
            .families
            .iter()
            .filter(|f| is_of_format(f.name, feed.kind) && (!is_prefixed(f.name) || is_there(f)));
        for (name, parent) in all.flat_map(|f| f.elements.iter().map(move |def| (f, def))) {
            if def.is_allowed_in(parent) {
                let name = if is_prefixed(name.name) {
                    format!("`{}:{}`", name.name, parent.name)
                } else {
                    format!("`{}`", parent.name)
                };
                if !parents.contains(&name) {
                    parents.push(name);
                }
            }
        }
    }
    match &parents[..] {
        [] if known().all(|def| def.name != child.local) => {}
        [] => return String::new(),
        [one] => return format!("; it belongs in {one}"),
        [one, two] => return format!("; it belongs in {one} or {two}"),
        // Some are allowed nearly anywhere.
        _ => return String::new(),
    }
    step(child.name.len());
    let near = nearest(child.local, allowed()).filter(|name| structure::is_misspelled(child.local, name));
    near.map(|name| format!("; did you mean `{prefix}{name}`?")).unwrap_or_default()
}

/// True if the elements of a vocabulary have a prefix.
fn is_prefixed(family: &str) -> bool {
    !matches!(family, "rss" | "atom" | "rss1" | "opml")
}

/// True if a document of a format can have elements of a vocabulary.
fn is_of_format(family: &str, kind: Kind) -> bool {
    match family {
        "rss" => kind == Kind::Rss,
        "atom" => kind == Kind::Atom,
        "rss1" => kind == Kind::Rdf,
        "opml" => kind == Kind::Opml,
        _ => true,
    }
}

/// Returns the name in this format of what another format or vocabulary calls `name`.
fn other_name(scope: &Scope<'_, '_>, name: &str) -> Option<&'static str> {
    let is_in = |parent: Parent| scope.def.container == Some(parent);
    let lower = name.to_ascii_lowercase();
    Some(match (scope.feed.kind, &*lower) {
        (Kind::Rss, "updated" | "modified" | "lastmod" | "date") if is_in(Parent::Channel) => "lastBuildDate",
        (Kind::Rss, "published" | "updated" | "date" | "created" | "modified" | "issued" | "lastmod") => {
            "pubDate"
        }
        (Kind::Rss, "summary" | "subtitle" | "excerpt" | "abstract" | "body" | "text" | "tagline") => {
            "description"
        }
        (Kind::Rss, "content") => "content:encoded",
        (Kind::Rss, "creator" | "authors") => "dc:creator",
        (Kind::Rss, "contributor") => "dc:contributor",
        (Kind::Rss, "encoded") => "content:encoded",
        (Kind::Rss, "thumbnail") => "media:thumbnail",
        (Kind::Rss, "duration") => "itunes:duration",
        (Kind::Rss, "explicit") => "itunes:explicit",
        (Kind::Rss, "id" | "uuid" | "identifier") => "guid",
        (Kind::Rss, "url" | "uri" | "href" | "permalink") => "link",
        (Kind::Rss, "name" | "headline") => "title",
        (Kind::Rss, "logo" | "icon") => "image",
        (Kind::Rss, "rights" | "license") => "copyright",
        (Kind::Rss, "tag" | "tags" | "keywords" | "keyword" | "subject" | "categories") => "category",
        (Kind::Rss, "entry" | "post" | "article") => "item",
        (Kind::Rss, "lang") => "language",
        (Kind::Atom, "pubdate" | "issued" | "created") => "published",
        (Kind::Atom, "lastbuilddate" | "modified" | "date") => "updated",
        (Kind::Atom, "description" | "tagline") if is_in(Parent::Feed) => "subtitle",
        (Kind::Atom, "description" | "excerpt") => "summary",
        (Kind::Atom, "encoded" | "body" | "text") => "content",
        (Kind::Atom, "guid") => "id",
        (Kind::Atom, "item") => "entry",
        (Kind::Atom, "creator" | "managingeditor") => "author",
        (Kind::Atom, "copyright" | "license") => "rights",
        (Kind::Atom, "image") => "logo",
        (Kind::Atom, "tag" | "tags" | "keywords") => "category",
        _ => return None,
    })
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
