//! The walk over an XML document: which element may stand where is asked of the families' vocabularies; what it
//! holds, of the check in its row.

use super::document::{Attribute, Element, Node, XML};
use super::log::{Log, shown};
use super::registry::{self, FAMILIES};
use super::rule::Rule;
use super::rules::{element as structure, namespace, xml};
use feedmill_types::UnixMs;

/// A tight group of rules, and the elements of a namespace where it has one: one file, one row in the registry.
#[derive(Debug)]
pub(super) struct Family {
    /// The first part of the codes, and the usual prefix of the namespace.
    pub(super) name: &'static str,
    pub(super) rules: &'static [&'static Rule],
    /// Addresses of the namespace; the first is the right one.
    pub(super) namespaces: &'static [&'static str],
    pub(super) elements: &'static [&'static Def],
    /// What becomes of an element of the namespace that has no row where it stands.
    pub(super) stray: for<'s, 'd> fn(&Scope<'s, 'd>, &Element<'d>, &mut Log),
    /// What it looks at in elements of other families.
    pub(super) also: &'static [(&'static Def, Check)],
}

impl Family {
    /// Rules about values or about the whole document.
    pub(super) const fn of_rules(name: &'static str, rules: &'static [&'static Rule]) -> Self {
        Self { rules, ..Self::of_elements(name, &[], &[]) }
    }

    /// A vocabulary without rules of its own.
    pub(super) const fn of_elements(
        name: &'static str,
        namespaces: &'static [&'static str],
        elements: &'static [&'static Def],
    ) -> Self {
        Self { name, rules: &[], namespaces, elements, stray: undefined, also: &[] }
    }
}

/// An element of a vocabulary.
#[derive(Debug)]
pub(super) struct Def {
    pub(super) name: &'static str,
    /// The elements it may stand in.
    within: &'static [&'static Def],
    /// Whether it may stand there once only.
    once: bool,
    /// The attributes it may have; those of a namespace with its usual prefix.
    attributes: Option<&'static [&'static str]>,
    content: Content,
    check: Check,
}

/// What may stand in an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    /// Text and no elements.
    Text,
    /// Elements and no text.
    Elements,
    /// Whatever; it is not looked at.
    Anything,
    /// The check of the row looks at all of it.
    Own,
}

/// Looks at an element when all that stands in it has been looked at.
pub(super) type Check = for<'s, 'd> fn(&Scope<'s, 'd>, &mut Log);

impl Def {
    const fn new(name: &'static str, within: &'static [&'static Self], content: Content) -> Self {
        Self { name, within, once: true, attributes: Some(&[]), content, check: |_, _| {} }
    }

    /// An element that holds text.
    pub(super) const fn text(name: &'static str, within: &'static [&'static Self], check: Check) -> Self {
        Self::new(name, within, Content::Text).check(check)
    }

    /// An element that holds elements.
    pub(super) const fn parent(name: &'static str, within: &'static [&'static Self]) -> Self {
        Self::new(name, within, Content::Elements)
    }

    /// An element of which only its place is known.
    pub(super) const fn anything(name: &'static str, within: &'static [&'static Self]) -> Self {
        Self::new(name, within, Content::Anything).any_attribute().many()
    }

    /// An element whose check looks at all that stands in it.
    pub(super) const fn own(name: &'static str, within: &'static [&'static Self], check: Check) -> Self {
        Self::new(name, within, Content::Own).check(check)
    }

    pub(super) const fn check(mut self, check: Check) -> Self {
        self.check = check;
        self
    }

    pub(super) const fn many(mut self) -> Self {
        self.once = false;
        self
    }

    pub(super) const fn attributes(mut self, names: &'static [&'static str]) -> Self {
        self.attributes = Some(names);
        self
    }

    pub(super) const fn any_attribute(mut self) -> Self {
        self.attributes = None;
        self
    }

    fn stands_in(&self, parent: &'static Self) -> bool {
        self.within.iter().any(|def| std::ptr::eq(*def, parent))
    }
}

/// What kind of feed a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Rss,
    Atom,
    Opml,
}

/// What is known of the whole document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Feed<'f> {
    pub(super) kind: Kind,
    /// The version of RSS.
    pub(super) version: &'f str,
    /// Where the document is published.
    pub(super) url: Option<&'f str>,
    pub(super) now: Option<UnixMs>,
    /// The encoding it was read in.
    pub(super) encoding: Option<&'f str>,
    /// The document as written.
    pub(super) text: &'f str,
}

/// An element where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope<'s, 'd> {
    pub(super) element: &'s Element<'d>,
    pub(super) def: &'static Def,
    pub(super) parent: Option<&'s Self>,
    pub(super) feed: &'s Feed<'s>,
}

impl<'s, 'd> Scope<'s, 'd> {
    /// This element and those it stands in, from the inside out.
    pub(super) fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |s| s.parent)
    }

    /// The nearest element of a kind that this one stands in.
    pub(super) fn outer(&self, def: &'static Def) -> Option<&Self> {
        self.chain().find(|s| std::ptr::eq(s.def, def))
    }

    /// Whether its parent is of one of these kinds.
    pub(super) fn stands_in(&self, defs: &[&'static Def]) -> bool {
        self.parent.is_some_and(|p| defs.iter().any(|d| std::ptr::eq(*d, p.def)))
    }

    /// The nearest attribute of XML, such as `lang` or `base`, from the inside out.
    pub(super) fn xml(&self, name: &str) -> impl Iterator<Item = &Attribute<'d>> {
        self.chain().filter_map(move |s| s.element.attribute_in(XML, name))
    }

    /// The siblings that stand before it.
    pub(super) fn before(&self) -> impl Iterator<Item = &'s Element<'d>> {
        let own = self.element.at;
        self.parent.into_iter().flat_map(|p| p.element.elements()).take_while(move |e| e.at < own)
    }

    /// Whether the document is RSS of version 2.
    pub(super) fn is_rss_2(&self) -> bool {
        self.feed.kind == Kind::Rss && self.feed.version.starts_with("2.")
    }

    /// Says of the text what a test of values says of it.
    pub(super) fn value(&self, log: &mut Log, test: impl Fn(&str) -> Option<&'static Rule>) {
        let text = self.element.text();
        self.verdict(log, test(text.trim()), &text);
    }

    pub(super) fn verdict(&self, log: &mut Log, verdict: Option<&'static Rule>, value: &str) {
        if let Some(rule) = verdict {
            log.text(rule, self.element, format!("`{}` is `{}`", self.element.name, shown(value)));
        }
    }

    /// Says of an attribute what a test of values says of it, and gives it where it is there.
    pub(super) fn attribute(
        &self,
        log: &mut Log,
        name: &str,
        test: impl Fn(&str) -> Option<&'static Rule>,
    ) -> Option<&'s Attribute<'d>> {
        let attribute = self.element.attribute(name)?;
        if let Some(rule) = test(&attribute.value) {
            log.attribute(rule, attribute, format!("`{name}` is `{}`", shown(&attribute.value)));
        }
        Some(attribute)
    }

    /// The same for an attribute that must be there.
    pub(super) fn required(
        &self,
        log: &mut Log,
        name: &str,
        test: impl Fn(&str) -> Option<&'static Rule>,
    ) -> Option<&'s Attribute<'d>> {
        let attribute = self.attribute(log, name, test);
        if attribute.is_none() {
            let message = format!("`{}` has no `{name}`", self.element.name);
            log.start(&structure::MISSING_ATTRIBUTE, self.element, message);
        }
        attribute
    }

    /// Says of each child that is not there that it is missing.
    pub(super) fn requires(&self, log: &mut Log, children: &[(&str, &'static Rule)]) {
        for (name, rule) in children {
            // What stands behind a flaw of the markup was not read.
            if self.element.closed && self.element.child(&self.element.ns, name).is_none() {
                log.end(rule, self.element, format!("`{}` has no `{name}`", self.element.name));
            }
        }
    }
}

/// Walks an element whose row is known.
pub(super) fn walk(scope: &Scope<'_, '_>, log: &mut Log) {
    xml::attributes(scope, log);
    attributes(scope, log);
    match scope.def.content {
        Content::Own => {}
        Content::Anything => {
            for child in scope.element.elements() {
                namespace::not_in_one(scope.feed, scope.element, child, log);
                pass(scope, child, log);
            }
        }
        Content::Text => {
            for child in scope.element.elements() {
                undefined(scope, child, log);
            }
        }
        Content::Elements => {
            let mut seen = Seen::default();
            let mut text_said = false;
            for node in &scope.element.nodes {
                match node {
                    Node::Element(child) => enter(scope, child, &mut seen, log),
                    Node::Text(text) if !text_said => {
                        if let Some(begin) = text.begin() {
                            structure::unexpected_text(scope, &text.value, begin, log);
                            text_said = true;
                        }
                    }
                    Node::Text(_) => {}
                }
            }
        }
    }
    (scope.def.check)(scope, log);
    if scope.def.content == Content::Elements {
        for (def, check) in FAMILIES.iter().flat_map(|f| f.also) {
            if std::ptr::eq(*def, scope.def) {
                check(scope, log);
            }
        }
    }
}

/// Which kinds of elements a parent holds so far.
#[derive(Default)]
struct Seen {
    defs: Vec<&'static Def>,
    /// How many stood there once too often.
    repeats: usize,
}

/// An element among those of its parent.
fn enter<'d>(scope: &Scope<'_, 'd>, child: &Element<'d>, seen: &mut Seen, log: &mut Log) {
    /// So many repeats are looked into: their checks may look at the whole parent.
    const MOST_REPEATS: usize = 100;
    let Some(family) = registry::family(&child.ns) else { return pass(scope, child, log) };
    let Some(def) = vocabulary(family).find(|d| d.name == child.local && d.stands_in(scope.def)) else {
        return (family.stray)(scope, child, log);
    };
    if !seen.defs.iter().any(|d| std::ptr::eq(*d, def)) {
        seen.defs.push(def);
    } else if def.once {
        structure::duplicate(scope, child, log);
        seen.repeats += 1;
        if seen.repeats > MOST_REPEATS {
            return pass(scope, child, log);
        }
    }
    namespace::declarations(scope.feed, child, log);
    walk(&Scope { element: child, def, parent: Some(scope), feed: scope.feed }, log);
}

/// The elements of a family's namespace; RSS and OPML have one together.
fn vocabulary(family: &'static Family) -> impl Iterator<Item = &'static Def> {
    let same = FAMILIES.iter().filter(move |f| f.namespaces == family.namespaces);
    same.flat_map(|f| f.elements).copied()
}

/// An element that has no place here, and what stands in it.
pub(super) fn undefined<'d>(scope: &Scope<'_, 'd>, child: &Element<'d>, log: &mut Log) {
    if child.ns.is_empty() && scope.feed.kind == Kind::Atom {
        // Where the feed itself has no namespace, that was said.
        if scope.chain().any(|s| !s.element.ns.is_empty()) {
            namespace::undeterminable(child, log);
        }
    } else {
        let family = registry::family(&child.ns).into_iter();
        let names = family.flat_map(vocabulary).filter(|d| d.stands_in(scope.def)).map(|d| d.name);
        structure::undefined(scope, child, names, log);
    }
    pass(scope, child, log);
}

/// What a family does not look at still has namespaces.
pub(super) fn pass<'d>(scope: &Scope<'_, 'd>, element: &Element<'d>, log: &mut Log) {
    namespace::declarations(scope.feed, element, log);
    xml::characters(element, log);
    for child in element.elements() {
        namespace::not_in_one(scope.feed, element, child, log);
        pass(scope, child, log);
    }
}

/// Which attributes the element may have.
fn attributes(scope: &Scope<'_, '_>, log: &mut Log) {
    let Some(known) = scope.def.attributes else { return };
    for attribute in &scope.element.attributes {
        let ns = &*attribute.ns;
        let expected = if ns.is_empty() {
            known.contains(&attribute.local)
        } else if ns == XML {
            true
        } else if let Some((prefix, _)) = namespace::known(ns) {
            known.iter().any(|name| name.split_once(':') == Some((prefix, attribute.local)))
        } else {
            namespace::extension_attribute(scope, attribute, log);
            true
        };
        if !expected {
            structure::unexpected_attribute(scope, attribute, known, log);
        }
    }
}
