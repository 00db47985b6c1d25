//! Blocks that [kramdown](https://kramdown.gettalong.org/syntax.html) ends or nests otherwise than CommonMark: HTML and
//! lists.

use std::borrow::Cow;

use super::renderer::is_block;
use super::syntax::{Fence, MARK};
use crate::types::work;

/// Attributes of HTML with Markdown inside.
pub(super) const MARKS: &[&str] =
    &[" markdown=\"1\"", " markdown=\"block\"", " markdown=\"span\"", " markdown='1'", " markdown=1"];
/// Elements that begin a block in kramdown, in addition to those of CommonMark.
const MORE_BLOCKS: &[&str] =
    &["audio", "canvas", "math", "noscript", "object", "picture", "pre", "script", "style", "svg", "video"];
/// Name that stands for comments.
const COMMENT: &str = "!--";

/// What is read in a block of HTML.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    /// HTML, up to the closing tag.
    Html,
    /// Markdown.
    Markdown,
    /// HTML, and Markdown below a blank line, as in CommonMark.
    MarkdownAfterBlank,
}

/// Makes blocks of HTML end with their closing tags, after which kramdown reads Markdown. In CommonMark they go on to a blank
/// line, so one is added there, and blank lines in them get a mark.
pub(super) fn with_whole_blocks(text: &str, inside: Inside) -> Cow<'_, str> {
    if !(text.contains("</") || text.contains("<!--")) {
        return Cow::Borrowed(text);
    }
    let (mut out, mut fence) = (Vec::new(), Fence::default());
    let mut block = HtmlBlock { name: "", indent: "", depth: 0 };
    // Where blank lines of the block are in the output.
    let mut blank = Vec::new();
    for line in text.split_inclusive('\n') {
        work::step(line.len());
        let is_code = fence.holds(line);
        if block.depth == 0 {
            match HtmlBlock::begun_by(line).filter(|_| !is_code && !line.starts_with("    ")) {
                Some(begun) => block = begun,
                None => {
                    out.push(Cow::Borrowed(line));
                    continue;
                }
            }
            blank.clear();
        } else if inside == Inside::Html && line.trim().is_empty() {
            blank.push(out.len());
        }
        let end = if is_code { None } else { block.follow(line) };
        let is_end = block.depth == 0;
        if inside == Inside::Markdown || MARKS.iter().any(|mark| line.contains(mark)) {
            // Markdown is in it, and blocks in that are looked at by themselves.
            block.depth = 0;
        } else if is_end {
            for at in blank.drain(..) {
                out[at] = Cow::Owned(format!("{}{MARK}\n", block.indent));
            }
        }
        let (html, after) = line.split_at(end.unwrap_or(line.len()));
        out.push(Cow::Borrowed(html));
        if is_end
            && !is_code
            && block.name != COMMENT
            && (!after.is_empty() || line.trim_end().ends_with('>'))
        {
            out.push(Cow::Borrowed(if after.is_empty() { "\n" } else { "\n\n" }));
            out.push(Cow::Borrowed(after.trim_start_matches(' ')));
        }
    }
    Cow::Owned(out.concat())
}

/// A block of HTML.
struct HtmlBlock<'a> {
    /// Name of the element.
    name: &'a str,
    /// White space before it.
    indent: &'a str,
    /// Number of elements of the name that are open.
    depth: usize,
}

impl<'a> HtmlBlock<'a> {
    fn begun_by(line: &'a str) -> Option<Self> {
        let start = line.trim_start();
        let tag = start.strip_prefix('<')?;
        let indent = &line[..line.len() - start.len()];
        if tag.starts_with(COMMENT) {
            return Some(Self { name: COMMENT, indent, depth: 0 });
        }
        let tag = tag.strip_prefix('/').unwrap_or(tag);
        let name = &tag[..tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len())];
        let is_known = is_block(line) || MORE_BLOCKS.iter().any(|known| known.eq_ignore_ascii_case(name));
        is_known.then_some(Self { name, indent, depth: 0 })
    }

    /// Counts the tags of a line. Returns where text begins after the end of the block.
    fn follow(&mut self, line: &str) -> Option<usize> {
        if self.name == COMMENT {
            let has_end = line.rfind("-->") >= line.rfind("<!--") && line.contains("-->");
            self.depth = usize::from(!has_end);
            return None;
        }
        if self.name.eq_ignore_ascii_case("hr") {
            return None;
        }
        for (at, _) in line.match_indices('<') {
            let tag = &line[at + 1..];
            match tag.strip_prefix('/') {
                Some(tag) if self.is_name_of(tag) => {
                    let was_open = self.depth > 0;
                    self.depth = self.depth.saturating_sub(1);
                    if was_open
                        && self.depth == 0
                        && let Some(end) = tag.find(['>', '<'])
                    {
                        let after = at + 2 + end + 1;
                        let text = line[after..].trim_start();
                        if !text.is_empty() && !text.starts_with('<') {
                            return Some(after);
                        }
                    }
                }
                None if self.is_name_of(tag) => {
                    let end = tag.find(['>', '<']).unwrap_or(tag.len());
                    self.depth += usize::from(!tag[..end].ends_with('/'));
                }
                _ => {}
            }
        }
        None
    }

    fn is_name_of(&self, tag: &str) -> bool {
        let name = tag.get(..self.name.len()).filter(|name| name.eq_ignore_ascii_case(self.name));
        name.is_some() && !tag[self.name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric())
    }
}

/// Number of digits of an item ([CommonMark, 5.2](https://spec.commonmark.org/0.31.2/#list-items)).
const MAX_DIGITS: usize = 9;

/// Number of characters before the text of an item, at most: all lines of a list in it may be indented as far.
const MAX_WIDTH: usize = 64;

/// A list around the line.
struct List {
    is_numbered: bool,
    /// Number of characters before the text of its last item.
    width: usize,
    /// A list in that item which CommonMark would not find there: its indent, and the number of spaces that are missing.
    inner: Option<(usize, usize)>,
}

/// Indents a list in an item of the other kind as far as CommonMark wants it: in kramdown, any indent will do.
pub(super) fn with_nested_lists(text: &str) -> Cow<'_, str> {
    let (mut out, mut fence) = (Vec::new(), Fence::default());
    let (mut list, mut is_after_blank, mut is_changed): (Option<List>, _, _) = (None, false, false);
    for line in text.split('\n') {
        work::step(line.len() + 1);
        let is_code = fence.holds(line);
        let indent = line.len() - line.trim_start_matches(' ').len();
        let marker = marker(line).filter(|_| !is_code);
        let mut missing = 0;
        if line.trim().is_empty() {
            is_after_blank = true;
            out.push(Cow::Borrowed(line));
            continue;
        }
        match &mut list {
            Some(List { width, inner, .. }) if indent >= *width => {
                missing = inner.map_or(0, |(_, missing)| missing);
            }
            Some(List { is_numbered, width, inner }) => match marker {
                Some((is_same, next)) if is_same == *is_numbered && next <= MAX_WIDTH => {
                    (*width, *inner) = (next, None)
                }
                Some((is_same, _)) if is_same != *is_numbered && !is_after_blank => {
                    let known = inner.filter(|(least, _)| indent >= *least);
                    (_, missing) = *inner.insert(known.unwrap_or((indent, *width - indent)));
                }
                None if !is_after_blank && !is_code => {
                    missing = inner.filter(|(least, _)| indent > *least).map_or(0, |(_, missing)| missing);
                }
                _ => list = None,
            },
            None => {}
        }
        if let (None, Some((is_numbered, width))) = (&list, marker)
            && indent < 4
        {
            list = Some(List { is_numbered, width, inner: None });
        }
        is_after_blank = false;
        is_changed |= missing > 0;
        work::step(missing);
        out.push(if missing == 0 { line.into() } else { format!("{}{line}", " ".repeat(missing)).into() });
    }
    if is_changed { Cow::Owned(out.join("\n")) } else { Cow::Borrowed(text) }
}

/// Returns whether a line begins a numbered item of a list, and the number of characters before its text.
fn marker(line: &str) -> Option<(bool, usize)> {
    let start = line.trim_start_matches(' ');
    let digits = start.len() - start.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = match digits {
        0 => start.strip_prefix(['-', '*', '+'])?,
        1..=MAX_DIGITS => start[digits..].strip_prefix('.')?,
        _ => return None,
    };
    let text = rest.trim_start_matches([' ', '\t']);
    // A line of such characters is a rule.
    let is_rule = digits == 0 && text.bytes().all(|b| b"-* \t".contains(&b));
    let spaces = rest.len() - text.len();
    let spaces = if spaces > 4 { 1 } else { spaces };
    (spaces > 0 && !is_rule).then(|| (digits > 0, line.len() - rest.len() + spaces))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shows marks as `~`.
    fn whole(text: &str) -> String {
        with_whole_blocks(text, Inside::Html).replace(MARK, "~")
    }

    #[test]
    fn html_ends_with_its_closing_tag() {
        for (text, ended) in [
            ("<div>a</div>\n*b*", "<div>a</div>\n\n*b*"),
            ("<div>\n<div>\n</div>\n*a*\n</div>\n*b*", "<div>\n<div>\n</div>\n*a*\n</div>\n\n*b*"),
            ("<p>\na\n\n*b*</p> c\n*d*", "<p>\na\n~\n*b*</p>\n\nc\n*d*"),
            ("```\n<p></p>\n```\n    <p></p>\n*a*", "```\n<p></p>\n```\n    <p></p>\n*a*"),
            ("<hr>\n*b*\n</i>", "<hr>\n\n*b*\n</i>"),
            ("<p><path></p>\n</div>\n*a*", "<p><path></p>\n\n</div>\n\n*a*"),
            (
                "  <DIV>\n\n    <p>\n\n```\nx\n\n```\n  </Div>\n",
                "  <DIV>\n  ~\n    <p>\n  ~\n```\nx\n  ~\n```\n  </Div>\n\n",
            ),
            (
                "<pre>\n\n    a | b\n</pre>\n<!-- c\n\nd -->\n",
                "<pre>\n~\n    a | b\n</pre>\n\n<!-- c\n~\nd -->\n",
            ),
            ("<div/>\n<div />\n\n*a*</b>\n", "<div/>\n\n<div />\n\n\n*a*</b>\n"),
            // Without an end, a block is that of CommonMark.
            ("<div>\n\n*a*\n\n<!-- b\n\nc\n", "<div>\n\n*a*\n\n<!-- b\n\nc\n"),
            // Markdown in it is rendered, HTML in that is not.
            (
                "<div markdown=\"1\">\n\n<p>\n\na</p>\n\n*b*\n</div>\n",
                "<div markdown=\"1\">\n\n<p>\n~\na</p>\n\n\n*b*\n</div>\n\n",
            ),
        ] {
            assert_eq!(whole(text), ended);
        }
        for (inside, ended) in [
            (Inside::Markdown, "<div>\n<p>a</p>\n\n*b*\n\n</div>\n\n"),
            (Inside::MarkdownAfterBlank, "<div>\n<p>a</p>\n*b*\n\n</div>\n\n"),
        ] {
            assert_eq!(with_whole_blocks("<div>\n<p>a</p>\n*b*\n\n</div>\n", inside), ended);
        }
    }

    #[test]
    fn a_list_in_an_item_of_the_other_kind_needs_no_indent() {
        for (text, nested) in [
            ("1. a\n  - b\n    - c\n2. d", "1. a\n   - b\n     - c\n2. d"),
            ("1. a\n- b\n- c\n2. d", "1. a\n   - b\n   - c\n2. d"),
            ("- a\n1. b\n- c\n* d", "- a\n  1. b\n- c\n* d"),
            ("1. a\n\n- b\n2. c", "1. a\n\n- b\n  2. c"),
            ("1. a\n   - b\n2. c\n\n- d", "1. a\n   - b\n2. c\n\n- d"),
            ("1. a\n```\n- b\n```\n* * *\n", "1. a\n```\n- b\n```\n* * *\n"),
            ("- a\n1) b\n12. c", "- a\n1) b\n  12. c"),
        ] {
            assert_eq!(with_nested_lists(text), nested);
        }
        let deep: String = (0..1000).map(|n| format!("{}1. a\n", " ".repeat(n))).collect();
        let text = deep + &"- b\n".repeat(1000);
        assert!(with_nested_lists(&text).len() < 2 * text.len(), "a list in items that are ever deeper");
    }
}
