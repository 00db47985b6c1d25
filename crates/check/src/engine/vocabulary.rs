//! The types of a vocabulary, and an element with its context.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use feedmill_types::UnixMs;

use super::log::Log;
use super::ns;
use super::parent::Parent;
use super::structure;
use crate::document::xml::{Attribute, Element, Node, XML};
use crate::message::shown;
use crate::rule::Rule;
use crate::values::suggest::xml_suggestion;
use feedmill_types::work::step;

/// A vocabulary: the elements of a namespace, and the rules about them.
#[derive(Debug)]
pub(crate) struct Family {
    /// First part of the codes, and the usual prefix of the namespace.
    pub(crate) name: &'static str,
    pub(crate) rules: &'static [&'static Rule],
    /// URIs of the namespace; the first one is correct.
    pub(crate) namespaces: &'static [&'static str],
    pub(crate) elements: &'static [&'static Def],
    /// Decides about an element of the namespace that has no row for its parent.
    pub(crate) on_unknown_child: for<'s, 'd> fn(&Scope<'s, 'd>, &Element<'d>) -> Unknown,
    /// Checks of elements of other vocabularies.
    pub(crate) extra_checks: &'static [(Parent, Check)],
}

/// The elements of all vocabularies by name, each with the first vocabulary of its namespace.
#[derive(Debug)]
pub(crate) struct Index(HashMap<&'static str, Vec<(&'static Family, &'static Def)>>);

impl Index {
    pub(crate) fn of(families: &[&'static Family]) -> Self {
        let mut index: HashMap<_, Vec<_>> = HashMap::new();
        for family in families {
            let same = families.iter().find(|first| first.namespaces == family.namespaces);
            for def in family.elements {
                index.entry(def.name).or_default().push((*same.unwrap_or(family), *def));
            }
        }
        Self(index)
    }

    /// Returns the elements of a name in a vocabulary, which is that of [`Feed::family_of`], and in those with the same
    /// namespace: RSS and OPML have none.
    pub(crate) fn elements(&self, family: &'static Family, name: &str) -> impl Iterator<Item = &'static Def> {
        let named = self.0.get(name).into_iter().flatten();
        named.filter(move |(first, _)| std::ptr::eq(*first, family)).map(|(_, def)| *def)
    }
}

/// What becomes of an element that its vocabulary does not know in its parent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unknown {
    /// It is an error.
    Undefined,
    /// It is known in other parents.
    Questionable,
    /// It breaks a rule of its vocabulary.
    Breaks(&'static Rule),
    /// It is allowed.
    Ignored,
}

impl Family {
    pub(crate) const fn new(
        name: &'static str,
        namespaces: &'static [&'static str],
        elements: &'static [&'static Def],
    ) -> Self {
        Self {
            name,
            rules: &[],
            namespaces,
            elements,
            on_unknown_child: |_, _| Unknown::Undefined,
            extra_checks: &[],
        }
    }

    /// True if an element of this name is known in any parent.
    pub(crate) fn has_element(&self, name: &str) -> bool {
        self.elements.iter().any(|def| def.name == name)
    }
}

/// Checks an element after all that is in it.
pub(crate) type Check = for<'s, 'd> fn(&Scope<'s, 'd>, &mut Log);

/// An element of a vocabulary.
#[derive(Debug)]
pub(crate) struct Def {
    pub(crate) name: &'static str,
    /// Name by which others refer to it as their parent.
    pub(crate) container: Option<Parent>,
    /// Elements that it may be in.
    parents: &'static [Parent],
    /// True if a parent has it at most once.
    pub(crate) is_single: bool,
    /// Names of the allowed attributes, those of a namespace with its usual prefix; `None` allows any.
    pub(crate) attributes: Option<&'static [&'static str]>,
    pub(crate) content: Content,
    pub(crate) check: Check,
}

/// Allowed content of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Text and no elements.
    Text,
    /// Elements and no text.
    Elements,
    /// Neither text nor elements.
    Empty,
    /// Anything except elements of its own vocabulary: the undefined content of Atom.
    Foreign,
    /// Anything. Elements in it are expected to have a namespace.
    Anything,
    /// Anything. Only its namespaces and characters are checked.
    Unchecked,
    /// The check of the element looks at its content.
    Own,
}

impl Def {
    const fn new(name: &'static str, parents: &'static [Parent], content: Content) -> Self {
        let attributes: Option<&'static [&'static str]> = Some(&[]);
        Self { name, container: None, parents, is_single: true, attributes, content, check: |_, _| {} }
    }

    /// An element that holds text.
    pub(crate) const fn text(name: &'static str, parents: &'static [Parent], check: Check) -> Self {
        Self::new(name, parents, Content::Text).check(check)
    }

    /// An element that holds elements.
    pub(crate) const fn elements(name: &'static str, parents: &'static [Parent]) -> Self {
        Self::new(name, parents, Content::Elements)
    }

    /// An element that holds elements, by a name that they refer to.
    pub(crate) const fn container(own: Parent, name: &'static str, parents: &'static [Parent]) -> Self {
        Self::elements(name, parents).named(own)
    }

    /// An element that holds nothing: all is in its attributes.
    pub(crate) const fn empty(name: &'static str, parents: &'static [Parent], check: Check) -> Self {
        Self::new(name, parents, Content::Empty).check(check)
    }

    /// An element that may hold anything except elements of its own vocabulary.
    pub(crate) const fn foreign(name: &'static str, parents: &'static [Parent], check: Check) -> Self {
        Self::new(name, parents, Content::Foreign).check(check)
    }

    /// An element of which only the place is checked.
    pub(crate) const fn anything(name: &'static str, parents: &'static [Parent]) -> Self {
        Self::new(name, parents, Content::Anything).any_attribute().many()
    }

    /// An element whose check says all about it, except what holds for every element.
    pub(crate) const fn unchecked(name: &'static str, parents: &'static [Parent], check: Check) -> Self {
        Self::new(name, parents, Content::Unchecked).check(check)
    }

    /// An element whose check looks at its content.
    pub(crate) const fn own(name: &'static str, parents: &'static [Parent], check: Check) -> Self {
        Self::new(name, parents, Content::Own).check(check)
    }

    pub(crate) const fn check(mut self, check: Check) -> Self {
        self.check = check;
        self
    }

    pub(crate) const fn many(mut self) -> Self {
        self.is_single = false;
        self
    }

    pub(crate) const fn attributes(mut self, names: &'static [&'static str]) -> Self {
        self.attributes = Some(names);
        self
    }

    pub(crate) const fn any_attribute(mut self) -> Self {
        self.attributes = None;
        self
    }

    /// Sets the name by which others refer to it as their parent.
    pub(crate) const fn named(mut self, own: Parent) -> Self {
        self.container = Some(own);
        self
    }

    pub(crate) fn is_allowed_in(&self, parent: &Self) -> bool {
        parent.container.is_some_and(|parent| self.parents.contains(&parent))
    }
}

/// Format of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Rss,
    /// RSS 1.0 or 0.90.
    Rdf,
    Atom,
    Opml,
}

/// Index among its nodes of the first child of an element: by the offset of the element, the namespace of the child, `None`
/// for that of the element, and its name.
type FirstChildren = HashMap<(usize, Option<&'static str>, &'static str), Option<usize>>;

/// Facts about the whole document.
#[derive(Debug)]
pub(crate) struct Feed<'f> {
    pub(crate) kind: Kind,
    /// Version of RSS.
    pub(crate) version: &'f str,
    /// URL at which the document is published.
    pub(crate) url: Option<&'f str>,
    pub(crate) now: Option<UnixMs>,
    /// True if it is to be a podcast, whatever is in it.
    pub(crate) is_podcast: bool,
    /// Encoding in which the document was read.
    pub(crate) encoding: Option<&'f str>,
    /// Offset and name of the encoding in the XML declaration.
    pub(crate) declared: Option<(usize, &'f str)>,
    /// The document as written.
    pub(crate) text: &'f str,
    /// All vocabularies.
    pub(crate) families: &'static [&'static Family],
    /// Their elements.
    pub(crate) index: &'static Index,
    /// Vocabularies of namespaces that were looked up, by the address of the text: the document, which has it, outlives
    /// this.
    pub(crate) known_families: RefCell<Vec<(*const u8, Option<&'static Family>)>>,
    /// Answer of [`Feed::has_family`] for each vocabulary.
    pub(crate) has_families: OnceCell<Vec<bool>>,
    /// Answers of [`Scope::first_child`], by the offset of the parent and the name of the child.
    pub(crate) first_children: RefCell<FirstChildren>,
}

impl Feed<'_> {
    /// Returns the vocabulary of the namespace of an element of the document.
    pub(crate) fn family_of(&self, element: &Element<'_>) -> Option<&'static Family> {
        /// Maximum number of namespaces that are remembered.
        const MAX_KNOWN: usize = 8;
        let address = Rc::as_ptr(&element.ns).cast::<u8>();
        let mut known = self.known_families.borrow_mut();
        if let Some((_, family)) = known.iter().find(|(other, _)| *other == address) {
            return *family;
        }
        let family = self.family(&element.ns);
        if known.len() < MAX_KNOWN {
            known.push((address, family));
        }
        family
    }

    /// True if a namespace of a vocabulary is anywhere in the document. All of it is searched, once.
    pub(crate) fn has_family(&self, family: &Family) -> bool {
        let has_families = self.has_families.get_or_init(|| {
            let is_there = |ns: &&str| {
                step(self.text.len());
                self.text.contains(ns)
            };
            self.families.iter().map(|f| f.namespaces.iter().any(is_there)).collect()
        });
        self.families.iter().zip(has_families).any(|(f, is_there)| std::ptr::eq(*f, family) && *is_there)
    }

    /// Returns the vocabulary of a namespace. Case, punctuation at the end and `https` do not matter: readers are as lenient.
    fn family(&self, ns: &str) -> Option<&'static Family> {
        let exact = self.families.iter().find(|f| f.namespaces.contains(&ns));
        let near = || self.families.iter().find(|f| f.namespaces.iter().any(|known| ns::is_near(known, ns)));
        exact.or_else(|| if ns.is_empty() { None } else { near() }).copied()
    }
}

/// An element with its context.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'s, 'd> {
    pub(crate) element: &'s Element<'d>,
    pub(crate) def: &'static Def,
    pub(crate) parent: Option<&'s Self>,
    pub(crate) feed: &'s Feed<'s>,
}

impl<'s, 'd> Scope<'s, 'd> {
    /// Returns this element and its ancestors, from the inside out.
    pub(crate) fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |s| s.parent).inspect(|_| _ = step(1))
    }

    /// Returns the nearest of this element and its ancestors that is `parent`.
    pub(crate) fn ancestor(&self, parent: Parent) -> Option<&Self> {
        self.chain().find(|s| s.def.container == Some(parent))
    }

    /// True if its parent is one of these.
    pub(crate) fn is_in(&self, parents: &[Parent]) -> bool {
        self.parent.and_then(|p| p.def.container).is_some_and(|parent| parents.contains(&parent))
    }

    /// Returns the attributes `xml:NAME` of this element and its ancestors, from the inside out.
    pub(crate) fn xml(&self, name: &str) -> impl Iterator<Item = &Attribute<'d>> {
        self.chain().filter_map(move |s| s.element.attribute_in(XML, name))
    }

    /// Returns the siblings before it.
    pub(crate) fn before(&self) -> impl Iterator<Item = &'s Element<'d>> {
        let own = self.element.at;
        self.parent.into_iter().flat_map(|p| p.element.elements()).take_while(move |e| e.at < own)
    }

    /// Returns its first child with a name in its namespace. The answer is remembered, because each item of a feed may
    /// ask the feed.
    pub(crate) fn first_child(&self, name: &'static str) -> Option<&'s Element<'d>> {
        self.remembered(None, name)
    }

    /// Returns its first child with a name in a namespace, whose case and punctuation at the end do not matter. The answer
    /// is remembered.
    pub(crate) fn first_child_in(&self, ns: &'static str, name: &'static str) -> Option<&'s Element<'d>> {
        self.remembered(Some(ns), name)
    }

    fn remembered(&self, ns: Option<&'static str>, name: &'static str) -> Option<&'s Element<'d>> {
        let element = self.element;
        let is_in = |child: &Element<'_>| match ns {
            Some(ns) => ns::is_same(&child.ns, ns),
            None => child.ns == element.ns,
        };
        let mut known = self.feed.first_children.borrow_mut();
        let index = known
            .entry((element.at, ns, name))
            .or_insert_with(|| element.position(|child| child.local == name && is_in(child)));
        match element.nodes.get((*index)?)? {
            Node::Element(child) => Some(child),
            Node::Text(_) => None,
        }
    }

    /// True if the document is RSS 2.
    pub(crate) fn is_rss_2(&self) -> bool {
        self.feed.kind == Kind::Rss && self.feed.version.starts_with("2.")
    }

    /// Reports the rule that the text breaks, if it breaks one.
    pub(crate) fn value(&self, log: &mut Log, test: impl Fn(&str) -> Option<&'static Rule>) {
        let text = self.element.text();
        self.verdict(log, test(text.trim()), &text);
    }

    /// Reports the rule that the text breaks, with a value as the detail.
    pub(crate) fn verdict(&self, log: &mut Log, verdict: Option<&'static Rule>, value: &str) {
        let name = self.element.name;
        match verdict {
            None => {}
            Some(rule) if value.trim().is_empty() => {
                log.text(rule, self.element, format_args!("`{name}` is empty"));
            }
            Some(rule) => {
                let fix = fix(rule, value, log);
                log.text(rule, self.element, format_args!("`{name}` is `{}`{fix}", shown(value)));
            }
        }
    }

    /// Reports the rule that an attribute breaks, if it breaks one; returns the attribute if there is one whose whole value is
    /// known.
    pub(crate) fn attribute(
        &self,
        log: &mut Log,
        name: &str,
        test: impl Fn(&str) -> Option<&'static Rule>,
    ) -> Option<&'s Attribute<'d>> {
        let attribute = self.element.attribute(name).filter(|a| a.is_complete)?;
        match test(&attribute.value) {
            None => {}
            Some(rule) if std::ptr::eq(rule, &structure::BLANK_ATTRIBUTE) => {
                log.attribute(rule, attribute, format_args!("`{name}` on `{}`", self.element.name));
            }
            Some(rule) if attribute.value.trim().is_empty() => {
                log.attribute(rule, attribute, format_args!("`{name}` of `{}` is empty", self.element.name));
            }
            Some(rule) => {
                let trimmed = attribute.value.trim();
                let fix = if trimmed.len() < attribute.value.len() && test(trimmed).is_none() {
                    " with white space around it; remove the white space".to_owned()
                } else {
                    fix(rule, &attribute.value, log)
                };
                let detail = format_args!("`{name}` is `{}`{fix}", shown(&attribute.value));
                log.attribute(rule, attribute, detail);
            }
        }
        Some(attribute)
    }

    /// Does the same for an attribute that is required.
    pub(crate) fn required(
        &self,
        log: &mut Log,
        name: &str,
        test: impl Fn(&str) -> Option<&'static Rule>,
    ) -> Option<&'s Attribute<'d>> {
        let attribute = self.attribute(log, name, test);
        if self.element.attribute(name).is_none() {
            let detail = format_args!("`{name}` on `{}`", self.element.name);
            structure::missing_attribute(self.element, detail, log);
        }
        attribute
    }

    /// Reports each of these children that is missing.
    pub(crate) fn requires(&self, log: &mut Log, children: &[&str]) {
        for name in children.iter().filter(|name| self.lacks(name)) {
            let detail = format_args!("`{name}` in `{}`", self.element.name);
            structure::missing(self.element, detail, log);
        }
    }

    /// Reports a rule if the child that it is about is missing.
    pub(crate) fn requires_by(&self, log: &mut Log, rule: &'static Rule, name: &str) {
        if self.lacks(name) {
            log.end(rule, self.element, format_args!("required in `{}`", self.element.name));
        }
    }

    /// True if it has no child of this name, and none can be in what was not read.
    pub(crate) fn lacks(&self, name: &str) -> bool {
        self.element.is_complete && self.element.child(&self.element.ns, name).is_none()
    }
}

/// Returns the correction of a value, unless the rule is only counted from now on.
fn fix(rule: &'static Rule, value: &str, log: &Log) -> String {
    if log.is_full(rule) { String::new() } else { xml_suggestion(rule.meta.code, value) }
}
