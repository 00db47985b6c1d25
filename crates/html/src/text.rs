//! The text of an article without markup, and its first heading.

use feedmill_types::work;

use super::dom::{self, Dom, Edge, NodeId, NodeRef};
use super::escape::{BLOCK, length_without_pair};
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
        let mut rest = part;
        loop {
            let words = rest.trim_start();
            if words.len() < rest.len() {
                self.gap = self.gap.max(Gap::Word);
            }
            if words.is_empty() {
                return;
            }
            match self.gap {
                _ if self.text.is_empty() => self.text.reserve(256),
                Gap::None => {}
                Gap::Word => self.text.push(' '),
                Gap::Line => self.text.push('\n'),
            }
            self.gap = Gap::None;
            let (run, after) = words.split_at(folded_run(words));
            self.text.push_str(run);
            rest = after;
        }
    }
}

/// Returns the length of the text before white space that has to be folded: anything but one space between two words.
fn folded_run(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut block) = (0, 0);
    loop {
        if at >= block {
            at += length_without_pair(&bytes[at..], may_be_folded);
            block = at + BLOCK;
        }
        let Some(b) = bytes.get(at) else { break };
        at += match b {
            b' ' if bytes.get(at + 1).is_some_and(u8::is_ascii_graphic) => 1,
            b'\t'..=b'\r' | b' ' => return at,
            // The first bytes of white space outside of ASCII.
            0xC2 | 0xE1..=0xE3 => match text[at..].chars().next() {
                Some(c) if !c.is_whitespace() => c.len_utf8(),
                _ => return at,
            },
            // Further bytes of a character are skipped one by one.
            _ => 1,
        };
    }
    at
}

/// True for the first two bytes of white space, and of few other characters, except for one space between two words.
fn may_be_folded(byte: u8, next: u8) -> bool {
    let is_graphic = (next > b' ') & (next < 0x7F);
    // U+85 and U+A0, U+1680, U+2000 to U+205F, U+3000.
    let is_wide = (byte == 0xC2) & ((next == 0x85) | (next == 0xA0))
        | (byte == 0xE1) & (next == 0x9A)
        | (byte == 0xE2) & ((next == 0x80) | (next == 0x81))
        | (byte == 0xE3) & (next == 0x80);
    matches!(byte, b'\t'..=b'\r') | (byte == b' ') & !is_graphic | is_wide
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn white_space_is_folded() {
        for (parts, folded) in [
            (vec![" a b  c\t", "d"], "a b c d"),
            (vec!["a ", " b"], "a b"),
            (vec!["\u{3000}正文 \u{3000}正\u{2003}文。", "é\u{A0}à\u{85}"], "正文 正 文。é à"),
            (vec!["а б ", "\u{2028}", "ü 𠮷 x"], "а б ü 𠮷 x"),
            (vec!["", " ", "\n"], ""),
        ] {
            let mut out = Folded::default();
            parts.iter().for_each(|part| out.push(part));
            assert_eq!(out.text, folded);
        }
    }

    proptest! {
        #[test]
        fn white_space_of_any_kind_is_folded_wherever_it_stands(
            runs in prop::collection::vec(("[a-zé正。“°\u{1680}\u{180e}\u{2003}\u{2027}\u{2028}\u{205f}\u{3000}\u{a0}\t\n ]{0,3}", 0..70_usize), 0..4),
        ) {
            let text: String = runs.into_iter().map(|(text, plain)| text + &"one two ".repeat(9)[..plain]).collect();
            let mut out = Folded::default();
            out.push(&text);
            prop_assert_eq!(out.text, text.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
}
