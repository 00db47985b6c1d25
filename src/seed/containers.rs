//! Boxes around parts of a text, which CommonMark does not have: `:::warning` of Docusaurus, VitePress, `markdown-it-container`
//! and `remark-directive`, and `!!! warning` of Python-Markdown (MkDocs, Pelican). What is in them is published, with the title
//! that the author gave.

use std::borrow::Cow;

use super::tags::Fence;
use crate::types::work;

/// Stands before the text in a box of Python-Markdown.
const INDENT: &str = "    ";
/// Lines in whose place a table of contents is put.
const CONTENTS: &[&str] = &["[[toc]]", "[[_toc_]]", "[toc]"];

/// Puts the text of boxes in their place, and removes the marks of a table of contents.
pub(super) fn opened(text: &str) -> Cow<'_, str> {
    if ![":::", "!!! ", "??? ", "???+ ", "[["].iter().any(|mark| text.contains(mark)) {
        return Cow::Borrowed(text);
    }
    let (mut out, mut fence, mut depth) = (String::with_capacity(text.len()), Fence::default(), 0);
    for line in text.split_inclusive('\n') {
        work::step(line.len());
        let (line, levels) = without_indent(line, depth);
        if !line.trim().is_empty() {
            depth = levels;
        }
        let rest = line.trim_start_matches([' ', '\t', '>']);
        let mark = rest.trim_end();
        if fence.holds(line) {
            out.push_str(line);
        } else if let Some(title) = colons(mark) {
            push_title(&mut out, &line[..line.len() - rest.len()], title);
        } else if let Some(title) = exclamation(mark) {
            depth += 1;
            push_title(&mut out, &line[..line.len() - rest.len()], title);
        } else if CONTENTS.iter().any(|known| mark.eq_ignore_ascii_case(known)) {
            out.push('\n');
        } else {
            out.push_str(line);
        }
    }
    Cow::Owned(out)
}

/// Removes the indentation of up to so many boxes; returns their number too.
fn without_indent(line: &str, depth: usize) -> (&str, usize) {
    let (mut rest, mut levels) = (line, 0);
    while levels < depth {
        let Some(inner) = rest.strip_prefix(INDENT).or_else(|| rest.strip_prefix('\t')) else {
            break;
        };
        (rest, levels) = (inner, levels + 1);
    }
    (rest, levels)
}

/// Returns the title in the line that begins or ends a box between colons, empty if there is none: `:::tip[Title]`,
/// `::: details Title`, `:::`. `None` for any other line.
fn colons(line: &str) -> Option<&str> {
    let name = line.strip_prefix(":::")?.trim_start_matches(':').trim_start();
    let is_in_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let title = name.trim_start_matches(is_in_name);
    if title.len() == name.len() && !title.is_empty() && !title.starts_with(['{', '[']) {
        return None;
    }
    // Attributes follow.
    let title = title.split_once('{').map_or(title, |(before, _)| before).trim();
    Some(title.strip_prefix('[').and_then(|label| label.split_once(']')).map_or(title, |(label, _)| label))
}

/// Returns the title in the line that begins a box of Python-Markdown: `!!! note "Title"`, or `??? note` for one that readers
/// open.
fn exclamation(line: &str) -> Option<&str> {
    let rest = ["!!! ", "???+ ", "??? "].iter().find_map(|mark| line.strip_prefix(mark))?.trim_start();
    let (names, title) =
        rest.split_once('"').map_or((rest, ""), |(names, title)| (names, title.trim_end_matches('"')));
    let is_name = |name: &str| name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    (!names.trim().is_empty() && names.split_whitespace().all(is_name)).then_some(title)
}

/// Ends the paragraph before, and adds a title in one of its own.
fn push_title(out: &mut String, indent: &str, title: &str) {
    out.push_str(indent.trim_end());
    out.push('\n');
    if !title.is_empty() {
        out.push_str(&format!("{indent}**{title}**\n{}\n", indent.trim_end()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_leave_their_text_and_the_title_that_the_author_gave() {
        for (text, wanted) in [
            ("a\n:::warning\nb\n:::\nc\n", "a\n\nb\n\nc\n"),
            ("::: details Click *me*\nb\n:::\n", "\n**Click *me***\n\nb\n\n"),
            (":::tip[Title]{.x}\nb\n:::", "\n**Title**\n\nb\n\n"),
            ("::::note\n:::lead\nb\n:::\n::::\n", "\n\nb\n\n\n"),
            ("> :::note Quoted\n> b\n> :::\n", ">\n> **Quoted**\n>\n> b\n>\n"),
            ("- a\n  :::note\n  b\n  :::\n", "- a\n\n  b\n\n"),
            ("!!! note \"A title\"\n    b\n\n    c\nd\n", "\n**A title**\n\nb\n\nc\nd\n"),
            ("??? tip inline\n\n    !!! note\n        b\n    c\n", "\n\n\nb\nc\n"),
            ("a\n\n[[TOC]]\n\nb [[x]]\n", "a\n\n\n\nb [[x]]\n"),
            // Code, emphasis, a list of definitions, and what is no box.
            ("```\n:::tip\n[[toc]]\n```\n", "```\n:::tip\n[[toc]]\n```\n"),
            ("!!! \"what\"\n???\n!!!\n::: ::: [[\n", "!!! \"what\"\n???\n!!!\n::: ::: [[\n"),
            ("a :::b\n", "a :::b\n"),
        ] {
            assert_eq!(opened(text), wanted, "{text}");
        }
    }
}
