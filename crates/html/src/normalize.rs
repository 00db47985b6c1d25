//! The shape of the tree: unknown elements unwrapped, empty ones removed, and no nesting that a parser would undo.

use super::allowlist;
use super::dom::{self, Dom, NodeId, NodeRef};
use super::escape::{has_pair, is_forbidden, is_no_break_space, may_begin_forbidden, xml_text};
use super::removals::RemovalRule;

/// More characters that need escaping than any article has.
const MAX_SPECIALS: usize = 200_000;

/// Number of nodes in which a paragraph is searched for blocks.
const MAX_SEARCHED: usize = 5000;

/// Counts of characters that [`normalize`] removed from texts.
#[derive(Default)]
pub(crate) struct Removed {
    /// Characters that XML forbids.
    pub forbidden: usize,
    /// Characters beyond [`MAX_SPECIALS`].
    pub excess: usize,
    specials: usize,
}

/// Normalizes everything in `root`, children before parents.
pub(crate) fn normalize(dom: &mut Dom, root: NodeId) -> Removed {
    let mut removed = Removed::default();
    for id in dom.descendants(root).into_iter().rev() {
        let Some(node) = dom.get(id) else { continue };
        if node.text().is_some() {
            clean_text(dom, id, &mut removed);
        } else if node.is_foreign() {
            // `foreign` reduced it already.
        } else if node.element().is_some() {
            normalize_element(dom, id);
        } else {
            dom.detach(id);
        }
    }
    removed
}

/// Cleans only the texts in `root`.
pub(crate) fn clean_texts(dom: &mut Dom, root: NodeId) {
    let mut removed = Removed::default();
    dom.descendants(root).into_iter().rev().for_each(|id| clean_text(dom, id, &mut removed));
}

fn clean_text(dom: &mut Dom, id: NodeId, removed: &mut Removed) {
    let Some(text) = dom.get(id).and_then(NodeRef::text) else { return };
    let is_special = |c: char| matches!(c, '&' | '<' | '>' | '\u{A0}');
    // Most texts have nothing to count or to remove.
    let is_relevant = |byte: u8, next: u8| {
        (byte == b'&')
            | (byte == b'<')
            | (byte == b'>')
            | (byte == b'\r')
            | is_no_break_space(byte, next)
            | may_begin_forbidden(byte, next)
    };
    if !has_pair(text, is_relevant) {
        return;
    }
    removed.specials += text.matches(is_special).count();
    let mut excess = removed.specials.saturating_sub(MAX_SPECIALS);
    removed.specials -= excess;
    removed.excess += excess;
    if excess == 0 && !text.contains(|c| c == '\r' || is_forbidden(c)) {
        return;
    }
    removed.forbidden += text.chars().filter(|c| is_forbidden(*c)).count();
    let mut clean = xml_text(text).replace('\r', "\n");
    clean.retain(|c| {
        let is_excess = excess > 0 && is_special(c);
        excess -= usize::from(is_excess);
        !is_excess
    });
    dom.set_text(id, &clean);
}

/// Returns the name under which an element is published; `None` if only its content is.
fn published_name(name: &str) -> Option<&str> {
    Some(match name {
        "article" | "main" | "header" | "footer" | "nav" | "hgroup" | "center" | "address" | "search"
        | "section" => "div",
        "menu" | "dir" => "ul",
        "strike" => "s",
        "acronym" => "abbr",
        name if allowlist::is_allowed(name) => name,
        _ => return None,
    })
}

fn normalize_element(dom: &mut Dom, id: NodeId) {
    let name = dom.name(id).to_owned();
    let Some(mut to) = published_name(&name) else { return dom.unwrap(id) };
    if matches!(to, "source" | "track") {
        // A browser plays only the sources that are children of a player. Others would remain when one is unwrapped.
        let player = dom.get(id).and_then(NodeRef::parent).map_or("", NodeRef::name);
        let is_valid = dom.attr(id, "src").is_some() && matches!(player, "audio" | "video");
        return if is_valid { dom.clear(id) } else { dom.detach(id) };
    }
    if allowlist::is_void(to) {
        return;
    }
    let Some(node) = dom.get(id) else { return };
    // A parser closes `p` before a block, and a heading before a heading.
    let contains =
        |test: &dyn Fn(&str) -> bool| node.subtree().skip(1).take(MAX_SEARCHED).any(|d| test(d.name()));
    let is_heading = |n: &str| n.len() == 2 && n.starts_with('h') && n != "hr";
    if (to == "p" && contains(&dom::is_block)) || (is_heading(to) && contains(&is_heading)) {
        to = "div";
    }
    // The elements around this one are not renamed yet.
    let is_same = |name: &str| name == to || (to == "s" && name == "strike");
    let is_nested_format = dom::FORMATS.contains(&to) && node.ancestors().any(|a| is_same(a.name()));
    if is_nested_format || (to == "a" && dom.attr(id, "href").is_none()) {
        return dom.unwrap(id);
    }
    if to != name {
        dom.rename(id, to);
    }
    let to = to.to_owned();
    if to == "pre" {
        trim_first_line_feed(dom, id);
    }
    collapse(dom, id, &to);
}

/// Removes line feeds right after `<pre>`, because a parser drops one.
fn trim_first_line_feed(dom: &mut Dom, id: NodeId) {
    let Some(first) = dom.get(id).and_then(NodeRef::first_child) else { return };
    let Some(text) = first.text() else { return };
    let trimmed = text.trim_start_matches('\n').to_owned();
    if trimmed.len() < text.len() {
        let first = first.id();
        dom.set_text(first, &trimmed);
    }
}

/// Removes an element that shows nothing, and unwraps one that adds nothing.
fn collapse(dom: &mut Dom, id: NodeId, name: &str) {
    let Some(node) = dom.get(id) else { return };
    let is_blank = |n: NodeRef<'_>| n.text().is_some_and(dom::is_blank);
    let is_br = |n: NodeRef<'_>| n.name() == "br";
    match name {
        "td" | "th" | "col" | "colgroup" => {}
        "audio" | "video" => {
            if dom.attr(id, "src").is_some() || node.children().any(|c| c.name() == "source") {
                dom.set_attr(id, "controls", Some(""));
            } else {
                // Only its own: a player inside keeps its sources.
                let own = node.children().filter(|c| matches!(c.name(), "source" | "track"));
                for part in own.map(NodeRef::id).collect::<Vec<_>>() {
                    dom.detach(part);
                }
                dom.begin(RemovalRule::PlayerAddress);
                dom.unwrap(id);
                dom.begin(RemovalRule::Structure);
            }
        }
        "table" => {
            let is_visible = |d: NodeRef<'_>| match d.text() {
                Some(text) => !dom::is_blank(text),
                None => matches!(d.name(), "img" | "audio" | "video" | "svg"),
            };
            if !node.subtree().any(is_visible) {
                dom.detach(id);
            }
        }
        _ if dom::is_block(name) || matches!(name, "tr" | "tbody" | "thead" | "tfoot" | "caption") => {
            if node.children().all(|c| is_blank(c) || (name != "pre" && is_br(c))) {
                dom.detach(id);
            } else if name == "div" && is_wrapper(node) {
                dom.unwrap(id);
            }
        }
        _ => {
            let adds_nothing = name == "span" && dom.element(id).is_some_and(|e| !allowlist::has_meaning(e));
            // Keep the content: it may be white space between words.
            if adds_nothing || node.children().all(|c| is_blank(c) || is_br(c)) {
                dom.unwrap(id);
            }
        }
    }
}

/// True if a `div` contains only blocks, and no attribute of its own matters.
fn is_wrapper(node: NodeRef<'_>) -> bool {
    node.element().is_some_and(|e| !allowlist::has_meaning(e))
        && node.children().all(|c| match c.text() {
            Some(text) => dom::is_blank(text),
            None => dom::is_block(c.name()),
        })
}
