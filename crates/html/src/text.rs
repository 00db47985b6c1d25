//! The text of an article without markup, and its first heading.

use feedmill_types::work;

use super::dom::{self, Dom, Edge, NodeId, NodeRef};
use super::foreign;

/// Returns the text in a node: white space folded, a line feed between blocks. Skips the fallback content of players,
/// and pronunciations (`rt`).
pub(crate) fn text(dom: &Dom, root: NodeId) -> String {
    text_where(dom, root, usize::MAX, |_| true)
}

/// Returns the text in a node without that of elements of one name.
pub(crate) fn text_without(dom: &Dom, root: NodeId, name: &str) -> String {
    text_where(dom, root, usize::MAX, |node| node.name() != name)
}

/// Returns the text in a node, as far as a function wants the elements in it. Ends after `limit` bytes.
pub(crate) fn text_where(
    dom: &Dom,
    root: NodeId,
    limit: usize,
    is_wanted: impl Fn(NodeRef<'_>) -> bool,
) -> String {
    let mut out = Folded::default();
    let mut hidden: Option<NodeId> = None;
    for edge in dom.get(root).into_iter().flat_map(|n| n.traverse()) {
        if out.text.len() > limit {
            break;
        }
        match edge {
            Edge::Open(_) if hidden.is_some() => {}
            Edge::Open(node) => match node.text() {
                Some(text) => out.push(text),
                None => match node.name() {
                    "math" if node.is_math() => {
                        out.push(&foreign::math_text(node));
                        hidden = Some(node.id());
                    }
                    "audio" | "video" | "rt" | "rp" | "svg" => hidden = Some(node.id()),
                    _ if !is_wanted(node) => {
                        hidden = Some(node.id());
                        out.gap = out.gap.max(if dom::is_block(node.name()) { Gap::Line } else { Gap::Word });
                    }
                    "br" => out.gap = Gap::Line,
                    "td" | "th" => out.gap = out.gap.max(Gap::Word),
                    name if dom::is_block(name) || matches!(name, "tr" | "caption") => out.gap = Gap::Line,
                    _ => {}
                },
            },
            Edge::Close(node) => {
                if hidden == Some(node.id()) {
                    hidden = None;
                }
                if dom::is_block(node.name()) || matches!(node.name(), "tr" | "caption") {
                    out.gap = Gap::Line;
                }
            }
        }
    }
    out.text
}

/// Returns the text of the first heading on one line; empty if there is no heading.
pub(crate) fn heading(dom: &Dom, root: NodeId) -> String {
    let first = dom.subtree(root).find(|n| dom::is_heading(n.name()));
    first.map(|n| text(dom, n.id()).replace('\n', " ")).unwrap_or_default()
}

#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    #[default]
    None,
    Word,
    Line,
}

/// Text to which white space is added only once something follows it.
#[derive(Default)]
struct Folded {
    text: String,
    gap: Gap,
}

impl Folded {
    fn push(&mut self, part: &str) {
        work::step(part.len());
        for c in part.chars() {
            if c.is_whitespace() {
                self.gap = self.gap.max(Gap::Word);
                continue;
            }
            match self.gap {
                _ if self.text.is_empty() => {}
                Gap::None => {}
                Gap::Word => self.text.push(' '),
                Gap::Line => self.text.push('\n'),
            }
            self.gap = Gap::None;
            self.text.push(c);
        }
    }
}
