//! Small tools for the tree: names, attributes, moving nodes.

use ego_tree::{NodeId, NodeRef, Tree};
use html5ever::tendril::StrTendril;
use html5ever::{LocalName, QualName, ns};
use scraper::Node;
use scraper::node::Element;

pub(super) type Dom = Tree<Node>;

pub(super) fn element(dom: &Dom, id: NodeId) -> Option<&Element> {
    dom.get(id)?.value().as_element()
}

/// The local name of an element, empty for any other node.
pub(super) fn name(dom: &Dom, id: NodeId) -> &str {
    dom.get(id).map_or("", node_name)
}

pub(super) fn node_name<'a>(node: NodeRef<'a, Node>) -> &'a str {
    node.value().as_element().map_or("", |e| &*e.name.local)
}

pub(super) fn attr<'a>(element: &'a Element, name: &str) -> Option<&'a str> {
    element.attrs.iter().find(|(key, _)| &*key.local == name).map(|(_, value)| &**value)
}

pub(super) fn attr_of<'a>(dom: &'a Dom, id: NodeId, name: &str) -> Option<&'a str> {
    attr(element(dom, id)?, name)
}

/// Sets an attribute, or removes it.
pub(super) fn set_attr(dom: &mut Dom, id: NodeId, name: &str, value: Option<&str>) {
    let Some(mut node) = dom.get_mut(id) else { return };
    let Node::Element(element) = node.value() else { return };
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
}

pub(super) fn rename(dom: &mut Dom, id: NodeId, to: &str) {
    if let Some(Node::Element(element)) = dom.get_mut(id).as_mut().map(|n| n.value()) {
        element.name = QualName::new(None, ns!(html), LocalName::from(to));
    }
}

pub(super) fn detach(dom: &mut Dom, id: NodeId) {
    if let Some(mut node) = dom.get_mut(id) {
        node.detach();
    }
}

/// Puts the children of a node in its place.
pub(super) fn unwrap(dom: &mut Dom, id: NodeId) {
    while let Some(child) = dom.get(id).and_then(|n| n.first_child()).map(|c| c.id()) {
        match dom.get_mut(id) {
            Some(mut node) => match node.parent().is_some() {
                true => {
                    node.insert_id_before(child);
                }
                false => return,
            },
            None => return,
        }
    }
    detach(dom, id);
}

/// Replaces a node with text.
pub(super) fn replace_with_text(dom: &mut Dom, id: NodeId, text: &str) {
    clear(dom, id);
    append_text(dom, id, text);
    unwrap(dom, id);
}

pub(super) fn append_text(dom: &mut Dom, id: NodeId, text: &str) {
    if let Some(mut node) = dom.get_mut(id) {
        node.append(Node::Text(scraper::node::Text { text: StrTendril::from_slice(text) }));
    }
}

pub(super) fn clear(dom: &mut Dom, id: NodeId) {
    while let Some(child) = dom.get(id).and_then(|n| n.first_child()).map(|c| c.id()) {
        detach(dom, child);
    }
}

/// A new element that is nowhere yet.
pub(super) fn make(dom: &mut Dom, name: &str) -> NodeId {
    let name = QualName::new(None, ns!(html), LocalName::from(name));
    dom.orphan(Node::Element(Element::new(name, Vec::new()))).id()
}

/// Puts a new element around a node.
pub(super) fn wrap(dom: &mut Dom, id: NodeId, name: &str) {
    let outer = make(dom, name);
    if let Some(mut node) = dom.get_mut(id) {
        if node.parent().is_none() {
            return;
        }
        node.insert_id_before(outer);
    }
    if let Some(mut outer) = dom.get_mut(outer) {
        outer.append_id(id);
    }
}

/// All nodes below one, in document order.
pub(super) fn below(dom: &Dom, id: NodeId) -> Vec<NodeId> {
    dom.get(id).map_or_else(Vec::new, |n| n.descendants().skip(1).map(|d| d.id()).collect())
}

/// All elements of one name below a node, in document order.
pub(super) fn named(dom: &Dom, id: NodeId, name: &str) -> Vec<NodeId> {
    let nodes = dom.get(id).into_iter().flat_map(|n| n.descendants().skip(1));
    nodes.filter(|n| node_name(*n) == name).map(|n| n.id()).collect()
}

/// Whether a node still hangs below another.
pub(super) fn is_below(dom: &Dom, id: NodeId, root: NodeId) -> bool {
    dom.get(id).is_some_and(|n| n.ancestors().any(|a| a.id() == root))
}

pub(super) fn has_ancestor(dom: &Dom, id: NodeId, names: &[&str]) -> bool {
    dom.get(id).is_some_and(|n| n.ancestors().any(|a| names.contains(&node_name(a))))
}

/// White space that shows nothing; `&nbsp;` and invisible marks included.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200D}' | '\u{FEFF}' | '\u{2060}'))
}

/// The text below a node, cut off once it is longer than `limit` bytes: enough to judge it.
pub(super) fn text_up_to(node: NodeRef<'_, Node>, limit: usize) -> String {
    let mut text = String::new();
    for part in node.descendants().filter_map(|n| n.value().as_text()) {
        text.push_str(part);
        if text.len() > limit {
            break;
        }
    }
    text
}

/// Elements that start a line of their own.
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

/// A property of an inline style, trimmed.
pub(super) fn style<'a>(element: &'a Element, property: &str) -> Option<&'a str> {
    attr(element, "style")?.split(';').find_map(|pair| {
        let (key, value) = pair.split_once(':')?;
        key.trim().eq_ignore_ascii_case(property).then_some(value.trim())
    })
}

/// Whether the page itself hides an element.
pub(super) fn is_hidden(element: &Element) -> bool {
    attr(element, "hidden").is_some()
        || style(element, "display").is_some_and(|v| v.to_ascii_lowercase().starts_with("none"))
        || style(element, "visibility").is_some_and(|v| v.to_ascii_lowercase().starts_with("hidden"))
}

/// A width or height in pixels, from the attribute or the style.
pub(super) fn pixels(element: &Element, side: &str) -> Option<f32> {
    let read = |text: &str| {
        let text = text.trim();
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let unit = text[digits..].trim();
        (unit.is_empty() || unit.starts_with("px")).then(|| text[..digits].parse().ok()).flatten()
    };
    attr(element, side).and_then(read).or_else(|| style(element, side).and_then(read))
}
