//! The shape of what is left: unknown elements opened, empty ones collapsed, nesting that a parser would undo undone.

use ego_tree::{NodeId, NodeRef};
use scraper::Node;

use super::chars::is_forbidden;
use super::dom::{self, Dom};
use super::policy;

/// More characters that need escaping than any article has. `ammonia` takes quadratic time over those of one text.
const MAX_SPECIALS: usize = 200_000;

/// What [`tidy`] took out of the text.
#[derive(Default)]
pub(super) struct Removed {
    /// Characters that XML cannot carry.
    pub forbidden: usize,
    /// Characters beyond [`MAX_SPECIALS`].
    pub excess: usize,
    specials: usize,
}

/// Tidies everything below `root`, children before parents.
pub(super) fn tidy(dom: &mut Dom, root: NodeId) -> Removed {
    let mut removed = Removed::default();
    for id in dom::below(dom, root).into_iter().rev() {
        let Some(node) = dom.get(id) else { continue };
        match node.value() {
            Node::Text(_) => tidy_text(dom, id, &mut removed),
            Node::Element(_) => tidy_element(dom, id),
            _ => dom::detach(dom, id),
        }
    }
    removed
}

fn tidy_text(dom: &mut Dom, id: NodeId, removed: &mut Removed) {
    let Some(Node::Text(text)) = dom.get(id).map(|n| n.value()) else { return };
    let is_special = |c: char| matches!(c, '&' | '<' | '>' | '\u{A0}');
    removed.specials += text.chars().filter(|c| is_special(*c)).count();
    let mut excess = removed.specials.saturating_sub(MAX_SPECIALS);
    removed.specials -= excess;
    removed.excess += excess;
    if excess == 0 && !text.contains(|c| c == '\r' || is_forbidden(c)) {
        return;
    }
    removed.forbidden += text.chars().filter(|c| is_forbidden(*c)).count();
    let mut clean = super::xml_text(text).replace('\r', "\n");
    clean.retain(|c| {
        let goes = excess > 0 && is_special(c);
        excess -= usize::from(goes);
        !goes
    });
    if let Some(Node::Text(text)) = dom.get_mut(id).as_mut().map(|n| n.value()) {
        text.text = clean.as_str().into();
    }
}

/// The name an element is published under; none where only its content is.
fn published(name: &str) -> Option<&str> {
    Some(match name {
        "article" | "main" | "header" | "footer" | "nav" | "hgroup" | "center" | "address" | "search"
        | "section" => "div",
        "menu" | "dir" => "ul",
        "listing" => "pre",
        "strike" => "s",
        "acronym" => "abbr",
        name if policy::is_allowed(name) => name,
        _ => return None,
    })
}

fn tidy_element(dom: &mut Dom, id: NodeId) {
    let name = dom::name(dom, id).to_owned();
    let Some(mut to) = published(&name) else { return dom::unwrap(dom, id) };
    if matches!(to, "source" | "track") {
        // A browser plays the sources right under a player; others would be left behind when it is unwrapped.
        let player = dom.get(id).and_then(|n| n.parent()).map_or("", dom::node_name);
        let is_good = dom::attr_of(dom, id, "src").is_some() && matches!(player, "audio" | "video");
        return if is_good { dom::clear(dom, id) } else { dom::detach(dom, id) };
    }
    if policy::is_void(to) {
        return;
    }
    let Some(node) = dom.get(id) else { return };
    // A parser closes `p` before a block, and a heading before a heading.
    let holds =
        |test: &dyn Fn(&str) -> bool| node.descendants().skip(1).take(5000).any(|d| test(dom::node_name(d)));
    let is_heading = |n: &str| n.len() == 2 && n.starts_with('h') && n != "hr";
    if (to == "p" && holds(&dom::is_block)) || (is_heading(to) && holds(&is_heading)) {
        to = "div";
    }
    // What is around it has its name of before.
    let is_like = |name: &str| name == to || (to == "s" && name == "strike");
    let is_nested_format = is_format(to) && node.ancestors().any(|a| is_like(dom::node_name(a)));
    if is_nested_format || (to == "a" && dom::attr_of(dom, id, "href").is_none()) {
        return dom::unwrap(dom, id);
    }
    if to != name {
        dom::rename(dom, id, to);
    }
    let to = to.to_owned();
    if to == "pre" {
        trim_first_line(dom, id);
    }
    collapse(dom, id, &to);
}

/// Elements that a parser opens again after a block; one inside its like says nothing.
fn is_format(name: &str) -> bool {
    matches!(name, "a" | "b" | "code" | "em" | "i" | "s" | "small" | "strong" | "tt" | "u")
}

/// A parser drops a line feed right after `<pre>`.
fn trim_first_line(dom: &mut Dom, id: NodeId) {
    let Some(first) = dom.get(id).and_then(|n| n.first_child()) else { return };
    let Node::Text(text) = first.value() else { return };
    let trimmed = text.trim_start_matches('\n').to_owned();
    if trimmed.len() < text.len() {
        let first = first.id();
        if let Some(Node::Text(text)) = dom.get_mut(first).as_mut().map(|n| n.value()) {
            text.text = trimmed.as_str().into();
        }
    }
}

/// Removes an element that shows nothing, opens one that adds nothing.
fn collapse(dom: &mut Dom, id: NodeId, name: &str) {
    let Some(node) = dom.get(id) else { return };
    let blank = |n: NodeRef<'_, Node>| n.value().as_text().is_some_and(|t| dom::is_blank(t));
    let is_br = |n: NodeRef<'_, Node>| dom::node_name(n) == "br";
    match name {
        "td" | "th" => {}
        "audio" | "video" => {
            let plays = dom::attr_of(dom, id, "src").is_some()
                || node.children().any(|c| dom::node_name(c) == "source");
            if plays {
                dom::set_attr(dom, id, "controls", Some(""));
            } else {
                // Its own only: a player inside keeps what it plays.
                let own = node.children().filter(|c| matches!(dom::node_name(*c), "source" | "track"));
                for part in own.map(|c| c.id()).collect::<Vec<_>>() {
                    dom::detach(dom, part);
                }
                dom::unwrap(dom, id);
            }
        }
        "table" => {
            let shows = node.descendants().any(|d| match d.value() {
                Node::Text(text) => !dom::is_blank(text),
                Node::Element(e) => matches!(&*e.name.local, "img" | "audio" | "video"),
                _ => false,
            });
            if !shows {
                dom::detach(dom, id);
            }
        }
        "col" | "colgroup" => {}
        _ if dom::is_block(name) || matches!(name, "tr" | "tbody" | "thead" | "tfoot" | "caption") => {
            if node.children().all(|c| blank(c) || (name != "pre" && is_br(c))) {
                dom::detach(dom, id);
            } else if name == "div" && is_wrapper(node) {
                dom::unwrap(dom, id);
            }
        }
        _ => {
            let adds_nothing =
                name == "span" && dom::element(dom, id).is_some_and(|e| !policy::has_meaning(e));
            // White space between words must survive the element around it.
            if adds_nothing || node.children().all(|c| blank(c) || is_br(c)) {
                dom::unwrap(dom, id);
            }
        }
    }
}

/// Whether a `div` only holds blocks, and says nothing itself.
fn is_wrapper(node: NodeRef<'_, Node>) -> bool {
    node.value().as_element().is_some_and(|e| !policy::has_meaning(e))
        && node.children().all(|c| match c.value() {
            Node::Text(text) => dom::is_blank(text),
            _ => dom::is_block(dom::node_name(c)),
        })
}
