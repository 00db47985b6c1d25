//! Text without markup: the whole, the first heading, and beginnings for summaries.

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use scraper::Node;
use unicode_segmentation::UnicodeSegmentation;

use super::dom::{self, Dom};

/// The text below a node: white space folded, a line feed between blocks. Left out is what is only shown where
/// something else can't be: the inside of players, and pronunciations.
pub(super) fn text(dom: &Dom, root: NodeId) -> String {
    let mut out = Folded::default();
    let mut hidden: Option<NodeId> = None;
    for edge in dom.get(root).into_iter().flat_map(|n| n.traverse()) {
        match edge {
            Edge::Open(node) => match node.value() {
                _ if hidden.is_some() => {}
                Node::Text(text) => out.push(text),
                Node::Element(e) => match &*e.name.local {
                    "audio" | "video" | "rt" | "rp" => hidden = Some(node.id()),
                    "br" => out.gap = Gap::Line,
                    "td" | "th" => out.gap = out.gap.max(Gap::Word),
                    name if dom::is_block(name) || matches!(name, "tr" | "caption") => out.gap = Gap::Line,
                    _ => {}
                },
                _ => {}
            },
            Edge::Close(node) => {
                if hidden == Some(node.id()) {
                    hidden = None;
                }
                if dom::is_block(dom::node_name(node)) || matches!(dom::node_name(node), "tr" | "caption") {
                    out.gap = Gap::Line;
                }
            }
        }
    }
    out.text
}

/// The text of the first heading that has any.
pub(super) fn heading(dom: &Dom, root: NodeId) -> String {
    let mut nodes = dom.get(root).into_iter().flat_map(|n| n.descendants());
    let first = nodes.find(|n| matches!(dom::node_name(*n), "h1" | "h2" | "h3" | "h4" | "h5" | "h6"));
    first.map(|n| text(dom, n.id()).replace('\n', " ")).unwrap_or_default()
}

#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    #[default]
    None,
    Word,
    Line,
}

/// Text in which white space is owed until something follows it.
#[derive(Default)]
struct Folded {
    text: String,
    gap: Gap,
}

impl Folded {
    fn push(&mut self, part: &str) {
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

/// The beginning of a text for a summary: whole sentences up to `graphemes`, else whole words, else whole graphemes,
/// with an ellipsis where anything was cut. Line feeds become spaces.
///
/// ```
/// assert_eq!(feedmill_html::summary("It rained. The river rose.", 20), "It rained. …");
/// ```
#[must_use]
pub fn summary(text: &str, graphemes: usize) -> String {
    let text = text.trim();
    let mut bounds = text.grapheme_indices(true).map(|(at, _)| at);
    // Room for the ellipsis and the space before it.
    let Some(end) = bounds.by_ref().nth(graphemes) else { return text.replace('\n', " ") };
    let ends: Vec<usize> = text[..end].grapheme_indices(true).map(|(at, _)| at).collect();
    let room = |spare: usize| ends.len().checked_sub(spare).and_then(|at| ends.get(at)).copied().unwrap_or(0);
    let least = ends.get(ends.len() / 3).copied().unwrap_or(0);
    if let Some(sentence) = last_sentence(text, room(2)).filter(|at| *at >= least) {
        let gap = if text[..sentence].ends_with(|c: char| c.is_ascii()) { " " } else { "" };
        return format!("{}{gap}…", text[..sentence].trim_end()).replace('\n', " ");
    }
    let limit = room(1);
    // A little beyond the limit, to see whether a word ends there or goes on.
    let beyond = bounds.nth(8).unwrap_or(text.len());
    let word =
        text[..beyond].split_word_bound_indices().map(|(at, _)| at).take_while(|at| *at <= limit).last();
    let cut = word.filter(|at| *at >= least.min(limit) && *at > 0).unwrap_or(limit);
    let kept = text[..cut].trim_end_matches(|c: char| {
        c.is_whitespace() || matches!(c, ',' | '，' | '、' | ';' | '；' | ':' | '：')
    });
    format!("{kept}…").replace('\n', " ")
}

/// Just past the last sentence that ends at `limit` or before.
fn last_sentence(text: &str, limit: usize) -> Option<usize> {
    let mut found = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if at >= limit {
            break;
        }
        let is_wide = matches!(c, '。' | '！' | '？' | '｡' | '।' | '॥');
        if !is_wide && !matches!(c, '.' | '!' | '?' | '؟' | '…' | '۔' | '\n') {
            continue;
        }
        let mut end = at + c.len_utf8();
        while let Some((_, close)) = chars.next_if(|(_, c)| {
            matches!(
                c,
                '”' | '’'
                    | '"'
                    | '\''
                    | '」'
                    | '』'
                    | ')'
                    | '）'
                    | '»'
                    | '】'
                    | '.'
                    | '!'
                    | '?'
                    | '！'
                    | '？'
            )
        }) {
            end += close.len_utf8();
        }
        let ends_here = is_wide || c == '\n' || chars.peek().is_none_or(|(_, c)| c.is_whitespace());
        if ends_here && end <= limit {
            found = Some(end);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_end_with_a_sentence_a_word_or_a_grapheme() {
        for (text, graphemes, cut) in [
            ("Short.", 10, "Short."),
            ("a\nb", 10, "a b"),
            ("First one. Second one goes on and on.", 20, "First one. …"),
            ("“First one.” Second one goes on and on.", 20, "“First one.”…"),
            ("It costs 3.14 euros for now and ever", 20, "It costs 3.14 euros…"),
            ("今天天气很好。明天会下雨吗？后天我们去山里走一走看一看。", 18, "今天天气很好。明天会下雨吗？…"),
            ("正文正文正文正文正文正文", 6, "正文正文正…"),
            ("xxxxxxxxxxxxxxxxxxxxxxxx", 6, "xxxxx…"),
            ("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 3, "👩‍👩‍👧‍👦👩‍👩‍👧‍👦…"),
            ("ذهب الولد إلى المدرسة؟ ثم عاد إلى البيت في المساء", 30, "ذهب الولد إلى المدرسة؟…"),
            ("", 3, ""),
            ("abc", 0, "…"),
        ] {
            assert_eq!(summary(text, graphemes), cut);
            assert!(cut.graphemes(true).count() <= graphemes.max(1));
        }
    }
}
