//! The tree of an article: reading, moving and changing nodes.
//!
//! No other file can reach the tree behind [`Dom`], and every way through it charges [`work::step`]. So each traversal
//! counts against the article's budget, and ends early once that is exceeded.

pub(crate) use ego_tree::NodeId;
use ego_tree::iter::Edge as TreeEdge;
use feedmill_types::work;
use html5ever::tendril::StrTendril;
use html5ever::{LocalName, QualName, ns};
use scraper::node::Element;
use scraper::{ElementRef, Html, Node, Selector};

use super::escape::visible;
use super::escape::{is_forbidden, is_zero_width};
use super::removals::{Account, Amount, RemovalRule};

/// A parsed article.
pub(crate) struct Dom {
    html: Html,
    /// Account of what is removed, once that is kept, and the rule of the current step.
    account: Option<(Account, RemovalRule)>,
}

/// A node of a [`Dom`].
#[derive(Clone, Copy)]
pub(crate) struct NodeRef<'a>(ego_tree::NodeRef<'a, Node>);

/// A step of [`NodeRef::traverse`]: into a node, or out of it.
pub(crate) enum Edge<'a> {
    Open(NodeRef<'a>),
    Close(NodeRef<'a>),
}

/// Wraps nodes, one step each, and ends when the budget is exceeded.
fn counted<'a>(
    nodes: impl Iterator<Item = ego_tree::NodeRef<'a, Node>>,
) -> impl Iterator<Item = NodeRef<'a>> {
    nodes.take_while(|_| work::step(1)).map(NodeRef)
}

impl<'a> NodeRef<'a> {
    pub(crate) fn id(self) -> NodeId {
        self.0.id()
    }

    pub(crate) fn element(self) -> Option<&'a Element> {
        self.0.value().as_element()
    }

    /// The text of a text node.
    pub(crate) fn text(self) -> Option<&'a str> {
        self.0.value().as_text().map(|text| &**text)
    }

    /// The local name of an element, empty for any other node.
    pub(crate) fn name(self) -> &'a str {
        self.element().map_or("", |e| &*e.name.local)
    }

    /// True for an element of MathML.
    pub(crate) fn is_math(self) -> bool {
        self.element().is_some_and(|e| e.name.ns == ns!(mathml))
    }

    /// True for an element of SVG.
    pub(crate) fn is_svg(self) -> bool {
        self.element().is_some_and(|e| e.name.ns == ns!(svg))
    }

    /// True for an element of MathML or SVG.
    pub(crate) fn is_foreign(self) -> bool {
        self.element().is_some_and(|e| e.name.ns != ns!(html))
    }

    /// True if an element has one of some class names, compared without case.
    pub(crate) fn has_class(self, names: &[&str]) -> bool {
        let Some(class) = self.element().and_then(|element| attr(element, "class")) else { return false };
        work::step(class.len());
        class.split_ascii_whitespace().any(|word| names.iter().any(|name| name.eq_ignore_ascii_case(word)))
    }

    /// The value of an attribute.
    pub(crate) fn attr(self, name: &str) -> Option<&'a str> {
        attr(self.element()?, name)
    }

    pub(crate) fn parent(self) -> Option<Self> {
        self.0.parent().map(Self)
    }

    pub(crate) fn first_child(self) -> Option<Self> {
        self.0.first_child().map(Self)
    }

    pub(crate) fn next_sibling(self) -> Option<Self> {
        self.0.next_sibling().map(Self)
    }

    pub(crate) fn children(self) -> impl Iterator<Item = Self> + use<'a> {
        counted(self.0.children())
    }

    /// The siblings before this node, the nearest first.
    pub(crate) fn prev_siblings(self) -> impl Iterator<Item = Self> + use<'a> {
        counted(self.0.prev_siblings())
    }

    /// The siblings after this node, the nearest first.
    pub(crate) fn next_siblings(self) -> impl Iterator<Item = Self> + use<'a> {
        counted(self.0.next_siblings())
    }

    /// The nodes around this one, the innermost first.
    pub(crate) fn ancestors(self) -> impl Iterator<Item = Self> + use<'a> {
        counted(self.0.ancestors())
    }

    /// This node and all nodes in it, in document order.
    pub(crate) fn subtree(self) -> impl Iterator<Item = Self> + use<'a> {
        let (root, mut next) = (self.0, Some(self.0));
        let nodes = std::iter::from_fn(move || {
            let node = next?;
            next = node.first_child().or_else(|| {
                let mut at = node;
                while at != root {
                    if let Some(sibling) = at.next_sibling() {
                        return Some(sibling);
                    }
                    at = at.parent()?;
                }
                None
            });
            Some(node)
        });
        counted(nodes)
    }

    /// This node and the nodes in it, in document order, without those that a function skips and what is in them.
    pub(crate) fn subtree_without(self, is_skipped: impl Fn(Self) -> bool) -> impl Iterator<Item = Self> {
        let mut skipped = None;
        self.traverse().filter_map(move |edge| match edge {
            Edge::Open(node) if skipped.is_none() => {
                skipped = is_skipped(node).then_some(node.id());
                skipped.is_none().then_some(node)
            }
            Edge::Close(node) if skipped == Some(node.id()) => {
                skipped = None;
                None
            }
            Edge::Open(_) | Edge::Close(_) => None,
        })
    }

    /// Walks this node and all nodes in it, with the way in and the way out of each.
    pub(crate) fn traverse(self) -> impl Iterator<Item = Edge<'a>> + use<'a> {
        self.0.traverse().take_while(|_| work::step(1)).map(|edge| match edge {
            TreeEdge::Open(node) => Edge::Open(Self(node)),
            TreeEdge::Close(node) => Edge::Close(Self(node)),
        })
    }

    /// The text in this node with white space folded, cut once it has more than `limit` characters: enough to judge it.
    pub(crate) fn text_up_to(self, limit: usize) -> String {
        let mut text = String::new();
        let (mut room, mut was_space) = (limit + 1, false);
        for part in self.subtree().filter_map(Self::text) {
            work::step(part.len());
            for c in part.chars() {
                let is_space = c.is_whitespace();
                if is_space && was_space {
                    continue;
                }
                if room == 0 {
                    return text;
                }
                text.push(if is_space { ' ' } else { c });
                (room, was_space) = (room - 1, is_space);
            }
        }
        text
    }

    /// The text in this node with white space folded; `None` if it has more than `limit` characters.
    pub(crate) fn text_within(self, limit: usize) -> Option<String> {
        Some(self.text_up_to(limit)).filter(|text| text.chars().count() <= limit)
    }

    /// True if the text in this node has at most `limit` characters.
    pub(crate) fn is_text_within(self, limit: usize) -> bool {
        self.text_within(limit).is_some()
    }

    /// The element before this node, unless text stands between them. Looks at a limited number of nodes.
    pub(crate) fn element_before(self) -> Option<Self> {
        self.prev_siblings().take(MAX_BLANKS).find(|n| !n.is_gap()).filter(|n| n.element().is_some())
    }

    /// The element after this node, unless text stands between them. Looks at a limited number of nodes.
    pub(crate) fn element_after(self) -> Option<Self> {
        self.next_siblings().take(MAX_BLANKS).find(|n| !n.is_gap()).filter(|n| n.element().is_some())
    }

    /// True if nothing follows this node in its parent.
    pub(crate) fn is_last(self) -> bool {
        self.next_siblings().all(Self::is_gap)
    }

    /// True for a comment and for text that shows nothing.
    fn is_gap(self) -> bool {
        self.element().is_none() && self.text().is_none_or(is_blank)
    }

    /// The text, images and players in this node.
    pub(crate) fn amount(self) -> Amount {
        let mut amount = Amount::default();
        for node in self.subtree() {
            match (node.text(), node.name()) {
                (Some(text), _) => amount.characters += visible(text),
                (None, "img" | "amp-img") => amount.images += 1,
                (None, "audio" | "video" | "iframe" | "embed" | "object") => amount.media += 1,
                _ => {}
            }
        }
        amount
    }
}

impl Dom {
    pub(crate) fn new(html: Html) -> Self {
        Self { html, account: None }
    }

    /// Starts a step: from now on, what is removed is counted under this rule.
    pub(crate) fn begin(&mut self, rule: RemovalRule) {
        let account = self.account.take().map(|(account, _)| account);
        self.account = Some((account.unwrap_or_default(), rule));
    }

    /// Ends the account of what was removed.
    pub(crate) fn end(&mut self) -> Account {
        self.account.take().map(|(account, _)| account).unwrap_or_default()
    }

    /// Takes a node out of the tree under a rule other than that of the current step.
    pub(crate) fn remove(&mut self, id: NodeId, rule: RemovalRule) {
        let step = self.account.as_mut().map(|(_, step)| std::mem::replace(step, rule));
        self.detach(id);
        if let (Some((_, current)), Some(step)) = (&mut self.account, step) {
            *current = step;
        }
    }

    /// Counts what is about to leave the tree with a node, or from it.
    fn count_removed(&mut self, id: NodeId, amount: Amount) {
        if amount.is_nothing() || !self.is_attached(id) {
            return;
        }
        let is_listing = self.account.as_ref().is_some_and(|(account, _)| account.is_listing());
        let place = if is_listing { self.place(id) } else { String::new() };
        if let Some((account, rule)) = &mut self.account {
            account.remove(*rule, amount, place);
        }
    }

    /// Counts visible characters that are added below a node.
    fn count_added(&mut self, parent: NodeId, characters: usize) {
        if characters > 0 && self.account.is_some() && self.is_attached(parent) {
            let account = self.account.as_mut().map(|(account, _)| account);
            account.into_iter().for_each(|account| account.added += characters);
        }
    }

    /// Returns the visible characters of a node that is not in the tree yet.
    fn orphan_characters(&self, id: NodeId) -> usize {
        let orphan = self.get(id).filter(|node| self.account.is_some() && node.parent().is_none());
        orphan.map_or(0, |node| node.amount().characters)
    }

    fn is_attached(&self, id: NodeId) -> bool {
        self.is_below(id, self.html.tree.root().id())
    }

    /// Returns a CSS selector of a node: its name, and the id or the classes of the nearest element that has any.
    fn place(&self, id: NodeId) -> String {
        let around = self.get(id).into_iter().flat_map(NodeRef::ancestors);
        let node = self.get(id).filter(|node| node.element().is_some());
        let elements = node.into_iter().chain(around).filter_map(|node| node.element()).take(MAX_PLACE);
        let mut own = "";
        for element in elements {
            let name = &*element.name.local;
            let id = attr(element, "id").filter(|id| is_identifier(id)).map(|id| format!("#{id}"));
            let classes = attr(element, "class").unwrap_or_default().split_ascii_whitespace();
            let classes: String =
                classes.filter(|c| is_identifier(c)).take(2).map(|class| format!(".{class}")).collect();
            let mark = id.unwrap_or(classes);
            match (own, mark.is_empty()) {
                ("", true) => own = name,
                ("", false) => return format!("{name}{mark}"),
                (own, false) => return format!("{name}{mark} {own}"),
                (_, true) => {}
            }
        }
        own.to_owned()
    }

    /// The element that the parser puts the body into.
    pub(crate) fn root(&self) -> NodeId {
        let root = self.html.tree.root();
        root.first_child().map_or(root.id(), |html| html.id())
    }

    pub(crate) fn get(&self, id: NodeId) -> Option<NodeRef<'_>> {
        self.html.tree.get(id).map(NodeRef)
    }

    pub(crate) fn element(&self, id: NodeId) -> Option<&Element> {
        self.get(id)?.element()
    }

    /// The local name of an element, empty for any other node.
    pub(crate) fn name(&self, id: NodeId) -> &str {
        self.get(id).map_or("", NodeRef::name)
    }

    pub(crate) fn attr(&self, id: NodeId, name: &str) -> Option<&str> {
        attr(self.element(id)?, name)
    }

    /// A node and all nodes in it, in document order.
    pub(crate) fn subtree(&self, id: NodeId) -> impl Iterator<Item = NodeRef<'_>> {
        self.get(id).into_iter().flat_map(NodeRef::subtree)
    }

    /// The ids of all nodes in a node, in document order.
    pub(crate) fn descendants(&self, id: NodeId) -> Vec<NodeId> {
        // An article rarely has fewer nodes.
        let mut ids = Vec::with_capacity(64);
        if let Some(node) = self.get(id) {
            node.subtree().skip(1).for_each(|inner| ids.push(inner.id()));
        }
        ids
    }

    /// The ids of all elements of one name in a node, in document order.
    pub(crate) fn descendants_named(&self, id: NodeId, name: &str) -> Vec<NodeId> {
        self.subtree(id).skip(1).filter(|n| n.name() == name).map(NodeRef::id).collect()
    }

    /// The elements that a selector matches, in document order.
    pub(crate) fn select(&self, selector: &Selector) -> Vec<NodeId> {
        self.html.select(selector).map(|e| e.id()).collect()
    }

    /// True if a node is still in the tree below another.
    pub(crate) fn is_below(&self, id: NodeId, ancestor: NodeId) -> bool {
        self.get(id).is_some_and(|n| n.ancestors().any(|a| a.id() == ancestor))
    }

    pub(crate) fn has_ancestor(&self, id: NodeId, names: &[&str]) -> bool {
        self.get(id).is_some_and(|n| n.ancestors().any(|a| names.contains(&a.name())))
    }

    /// The markup of an element, as a browser would print it.
    pub(crate) fn outer_html(&self, id: NodeId) -> String {
        self.html.tree.get(id).and_then(ElementRef::wrap).map_or(String::new(), |element| element.html())
    }

    /// Sets an attribute, or removes it.
    pub(crate) fn set_attr(&mut self, id: NodeId, name: &str, value: Option<&str>) {
        self.edit(id, |element| {
            let at = element.attrs.iter().position(|(key, _)| &*key.local == name);
            match (at, value) {
                (Some(at), Some(value)) => element.attrs[at].1 = StrTendril::from_slice(value),
                (Some(at), None) => {
                    element.attrs.remove(at);
                }
                (None, Some(value)) => {
                    let key = QualName::new(None, ns!(), LocalName::from(name));
                    let at = element.attrs.partition_point(|(other, _)| *other < key);
                    element.attrs.insert(at, (key, StrTendril::from_slice(value)));
                }
                (None, None) => {}
            }
        });
    }

    pub(crate) fn rename(&mut self, id: NodeId, to: &str) {
        self.edit(id, |element| element.name = QualName::new(None, ns!(html), LocalName::from(to)));
    }

    /// Gives an element of MathML another name of MathML.
    pub(crate) fn rename_math(&mut self, id: NodeId, to: &str) {
        self.edit(id, |element| element.name = QualName::new(None, ns!(mathml), LocalName::from(to)));
    }

    /// Replaces the text of a text node.
    pub(crate) fn set_text(&mut self, id: NodeId, to: &str) {
        let before = self.get(id).filter(|_| self.account.is_some()).and_then(NodeRef::text).map(visible);
        if let Some(Node::Text(text)) = self.html.tree.get_mut(id).as_mut().map(|n| n.value()) {
            text.text = to.into();
        }
        let (before, after) = (before.unwrap_or_default(), before.map_or(0, |_| visible(to)));
        let characters = before.saturating_sub(after);
        self.count_removed(id, Amount { characters, ..Amount::default() });
        self.count_added(id, after.saturating_sub(before));
    }

    /// Takes a node out of the tree, with all nodes in it.
    pub(crate) fn detach(&mut self, id: NodeId) {
        if let Some(node) = self.get(id).filter(|_| self.account.is_some()) {
            self.count_removed(id, node.amount());
        }
        if let Some(mut node) = self.html.tree.get_mut(id) {
            node.detach();
        }
    }

    /// Replaces a node with its children.
    pub(crate) fn unwrap(&mut self, id: NodeId) {
        while let Some(child) = self.get(id).and_then(NodeRef::first_child).map(NodeRef::id) {
            if !work::step(1) || !self.insert_before(id, child) {
                return;
            }
        }
        self.detach(id);
    }

    /// Replaces a node with text.
    pub(crate) fn replace_with_text(&mut self, id: NodeId, text: &str) {
        self.clear(id);
        self.append_text(id, text);
        self.unwrap(id);
    }

    pub(crate) fn append_text(&mut self, id: NodeId, text: &str) {
        self.count_added(id, visible(text));
        if let Some(mut node) = self.html.tree.get_mut(id) {
            node.append(Node::Text(scraper::node::Text { text: StrTendril::from_slice(text) }));
        }
    }

    /// Detaches the children of a node.
    pub(crate) fn clear(&mut self, id: NodeId) {
        while let Some(child) = self.get(id).and_then(NodeRef::first_child).map(NodeRef::id) {
            if !work::step(1) {
                return;
            }
            self.detach(child);
        }
    }

    /// Creates an element that is not in the tree yet.
    pub(crate) fn new_element(&mut self, name: &str) -> NodeId {
        let name = QualName::new(None, ns!(html), LocalName::from(name));
        self.html.tree.orphan(Node::Element(Element::new(name, Vec::new()))).id()
    }

    /// Creates an element of MathML that is not in the tree yet.
    pub(crate) fn new_math(&mut self, name: &str) -> NodeId {
        let name = QualName::new(None, ns!(mathml), LocalName::from(name));
        self.html.tree.orphan(Node::Element(Element::new(name, Vec::new()))).id()
    }

    /// Moves a node to the end of a parent.
    pub(crate) fn append(&mut self, parent: NodeId, child: NodeId) {
        self.count_added(parent, self.orphan_characters(child));
        if let Some(mut parent) = self.html.tree.get_mut(parent).filter(|parent| parent.id() != child) {
            parent.append_id(child);
        }
    }

    /// Moves all children of a node to the end of another.
    pub(crate) fn move_children(&mut self, from: NodeId, to: NodeId) {
        if let Some(mut to) = self.html.tree.get_mut(to).filter(|to| to.id() != from) {
            to.reparent_from_id_append(from);
        }
    }

    /// Moves a node in front of another. Returns `false` if that one has no parent, or is the node itself.
    pub(crate) fn insert_before(&mut self, id: NodeId, new: NodeId) -> bool {
        let has_parent = id != new && self.get(id).is_some_and(|node| node.parent().is_some());
        self.count_added(id, if has_parent { self.orphan_characters(new) } else { 0 });
        if has_parent && let Some(mut node) = self.html.tree.get_mut(id) {
            node.insert_id_before(new);
        }
        has_parent
    }

    /// Puts a new element around a node.
    pub(crate) fn wrap(&mut self, id: NodeId, name: &str) {
        let outer = self.new_element(name);
        if self.insert_before(id, outer) {
            self.append(outer, id);
        }
    }

    fn edit(&mut self, id: NodeId, change: impl FnOnce(&mut Element)) {
        if let Some(Node::Element(element)) = self.html.tree.get_mut(id).as_mut().map(|n| n.value()) {
            change(element);
        }
    }
}

pub(crate) fn attr<'a>(element: &'a Element, name: &str) -> Option<&'a str> {
    element.attrs.iter().find(|(key, _)| &*key.local == name).map(|(_, value)| &**value)
}

/// Number of blank siblings that may stand between two elements.
const MAX_BLANKS: usize = 100;
/// Number of elements around a node that may give its place.
const MAX_PLACE: usize = 6;

/// Length in pixels of the longest side of a dot, as tracking pixels are.
const MAX_DOT: f32 = 2.0;

/// True for a name that a CSS selector can have without escapes.
fn is_identifier(name: &str) -> bool {
    name.len() <= 40
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// True if text shows nothing: white space, `&nbsp;` and invisible characters.
pub(crate) fn is_blank(text: &str) -> bool {
    let visible = text.find(|c: char| !is_blank_char(c));
    work::step(visible.unwrap_or(text.len()));
    visible.is_none()
}

/// True if text still shows something after the characters that XML forbids are removed.
pub(crate) fn shows_something(text: &str) -> bool {
    work::step(text.len());
    text.chars().any(|c| !is_forbidden(c) && !is_blank_char(c))
}

fn is_blank_char(c: char) -> bool {
    c.is_whitespace() || is_zero_width(c)
}

/// Elements that a parser opens again after a block that closed them. Inside an element of the same name they have no effect.
pub(crate) const FORMATS: [&str; 10] = ["a", "b", "code", "em", "i", "s", "small", "strong", "tt", "u"];

/// True for the name of a heading.
pub(crate) fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// True if an element of this name starts on a new line, so that it cannot be part of a sentence.
#[must_use]
pub fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "center"
            | "dd"
            | "details"
            | "dialog"
            | "dir"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hgroup"
            | "hr"
            | "li"
            | "listing"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "search"
            | "section"
            | "summary"
            | "table"
            | "ul"
    )
}

/// The value of a property in the `style` attribute, trimmed.
pub(crate) fn style<'a>(element: &'a Element, property: &str) -> Option<&'a str> {
    let style = attr(element, "style")?;
    work::step(style.len());
    style.split(';').find_map(|declaration| {
        let (key, value) = declaration.split_once(':')?;
        key.trim().eq_ignore_ascii_case(property).then_some(value.trim())
    })
}

/// True if the page itself hides an element.
pub(crate) fn is_hidden(element: &Element) -> bool {
    attr(element, "hidden").is_some()
        || style(element, "display").is_some_and(|v| v.to_ascii_lowercase().starts_with("none"))
        || style(element, "visibility").is_some_and(|v| v.to_ascii_lowercase().starts_with("hidden"))
}

/// A width or height in pixels, from the attribute or the `style`. None for that of a dot: an element that is shown
/// nevertheless is stretched.
pub(crate) fn pixels(element: &Element, side: &str) -> Option<f32> {
    let pixels = attr(element, side).and_then(length).or_else(|| style(element, side).and_then(length));
    pixels.filter(|pixels| *pixels > MAX_DOT)
}

/// A length in pixels: a number without a unit, or with `px`.
fn length(text: &str) -> Option<f32> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let unit = text[digits..].trim();
    (unit.is_empty() || unit.starts_with("px")).then(|| text[..digits].parse().ok()).flatten()
}

/// True if a side of an element is known to be at most this long, in pixels.
pub(crate) fn is_small(element: &Element, limit: f32) -> bool {
    ["width", "height"].iter().any(|side| pixels(element, side).is_some_and(|px| px <= limit))
}

/// True if an element is too small to be seen, as tracking pixels are, or hidden.
///
/// The `style` counts before the attributes. Pages give an image a width of 0 and stretch it with `min-width`, or let
/// `width` and `height` state its proportions.
pub(crate) fn is_invisible(element: &Element) -> bool {
    let tiny = |text: &str| length(text).is_some_and(|px| px <= MAX_DOT);
    if attr(element, "style").is_none() {
        let mut sides = ["width", "height"].iter().filter_map(|side| attr(element, side));
        return sides.any(tiny) || attr(element, "hidden").is_some();
    }
    let is_tiny = |side: &str, other: &str| {
        let has_share = |property: &str| style(element, property).is_some_and(is_share);
        let is_least =
            |side: &str| style(element, &format!("min-{side}")).and_then(length).is_some_and(|px| px > 2.0);
        if is_least(side) || ["width", "height"].iter().any(|side| has_share(&format!("min-{side}"))) {
            return false;
        }
        match style(element, side).filter(|value| !value.is_empty() && !value.starts_with("auto")) {
            Some(styled) => tiny(styled),
            None => attr(element, side).is_some_and(tiny) && !has_share(other),
        }
    };
    is_tiny("width", "height") || is_tiny("height", "width") || is_hidden(element)
}

/// True for a share of the page, such as `100%`.
fn is_share(length: &str) -> bool {
    length.ends_with('%') && !length.starts_with('0')
}
