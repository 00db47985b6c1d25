//! The Markdown of Jekyll, [kramdown](https://kramdown.gettalong.org/syntax.html), as CommonMark: attribute lists such as
//! `{: .class}`, addresses, and blocks.

use std::borrow::Cow;

use super::super::site::PageContext;
use super::kramdown_blocks::{Inside, MARKS, with_nested_lists, with_whole_blocks};
use super::kramdown_tables::with_tables;
use super::renderer::MAX_TAG;
use super::syntax::Fence;
use crate::types::work;

/// Returns a body of Jekyll as CommonMark. Blocks that CommonMark has as well stay as they are unless the site's own Markdown is
/// kramdown.
pub(super) fn as_commonmark(text: &str, page: &PageContext<'_>) -> String {
    let text = &*with_escaped_addresses(text);
    if !page.is_kramdown() {
        return without_attributes(&with_whole_blocks(text, Inside::MarkdownAfterBlank));
    }
    let inside = if page.has_markdown_in_html() { Inside::Markdown } else { Inside::Html };
    let text = &*with_whole_blocks(text, inside);
    without_attributes(&with_nested_lists(&with_tables(text)))
}

/// Escapes spaces in the addresses of links and images, which kramdown allows and CommonMark does not.
fn with_escaped_addresses(text: &str) -> Cow<'_, str> {
    if !text.contains("](") {
        return Cow::Borrowed(text);
    }
    let mut fence = Fence::default();
    let lines = text.split('\n').map(|line| {
        work::step(line.len() + 1);
        let is_text =
            !fence.holds(line) && !line.starts_with("    ") && line.contains("](") && line.len() <= MAX_TAG;
        if is_text { Cow::Owned(escaped_addresses(line)) } else { Cow::Borrowed(line) }
    });
    let lines: Vec<Cow<'_, str>> = lines.collect();
    Cow::Owned(lines.join("\n"))
}

fn escaped_addresses(line: &str) -> String {
    let (mut out, mut rest, mut is_code) = (String::with_capacity(line.len()), line, false);
    while let Some(at) = rest.find("](") {
        is_code ^= !rest[..at].matches('`').count().is_multiple_of(2);
        let (before, after) = rest.split_at(at + 2);
        out.push_str(before);
        rest = after;
        let mut depth = 1_usize;
        let end = rest.find(|c: char| {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        let Some(end) = end.filter(|_| !is_code) else { continue };
        let inner = &rest[..end];
        let title = inner.find([' ', '\t']).and_then(|_| inner.find(" \"").or_else(|| inner.find(" '")));
        let (address, title) = inner.split_at(title.unwrap_or(inner.len()));
        let is_plain = !address.starts_with('<') && !address.contains(['"', '{', '[']);
        if is_plain && address.trim().contains(' ') {
            out.push_str(&address.trim().replace(' ', "%20"));
            out.push_str(title);
            rest = &rest[end..];
        }
    }
    out + rest
}

/// Removes comments, which may be a part of a line or go over lines. One without an end is none.
fn without_comments(text: &str) -> Cow<'_, str> {
    const OPEN: &str = "{::comment}";
    const ENDS: [&str; 2] = ["{:/comment}", "{:/}"];
    if !text.contains(OPEN) {
        return Cow::Borrowed(text);
    }
    let (mut out, mut rest, mut fence) = (String::with_capacity(text.len()), text, Fence::default());
    while !rest.is_empty() {
        let mut line = &rest[..rest.find('\n').map_or(rest.len(), |at| at + 1)];
        work::step(line.len());
        let (is_fenced, mut is_code) = (fence.holds(line), false);
        while let Some(at) = line.find(OPEN).filter(|_| !is_fenced) {
            is_code ^= !line[..at].matches('`').count().is_multiple_of(2);
            let mut ends = rest[at..].match_indices("{:/").filter_map(|(mark, _)| {
                let end = ENDS.iter().find(|end| rest[at + mark..].starts_with(**end))?;
                Some(at + mark + end.len())
            });
            let after = at + OPEN.len();
            // Code shows it.
            let (shown, end) = if is_code { (after, Some(after)) } else { (at, ends.next()) };
            let Some(end) = end else { return Cow::Owned(out + rest) };
            work::step(end);
            out.push_str(&rest[..shown]);
            rest = &rest[end..];
            line = line.get(end..).unwrap_or_default();
            // A line with nothing else is none.
            if (out.is_empty() || out.ends_with('\n')) && rest.starts_with('\n') {
                (rest, line) = (&rest[1..], "");
            }
        }
        out.push_str(line);
        rest = &rest[line.len()..];
    }
    Cow::Owned(out)
}

/// Removes attribute lists, and lists that kramdown replaces with a table of contents.
pub(super) fn without_attributes(text: &str) -> String {
    let mut out: Vec<Cow<'_, str>> = Vec::new();
    let mut fence = Fence::default();
    let text = &*without_comments(text);
    for line in text.split('\n') {
        work::step(line.len() + 1);
        if fence.holds(line) {
            out.push(Cow::Borrowed(line));
            continue;
        }
        let trimmed = line.trim();
        // A definition of an abbreviation shows nothing, nor does an extension that is alone in its line.
        let is_extension = trimmed.starts_with("{::") && trimmed.find('}') == Some(trimmed.len() - 1);
        if is_extension || line.starts_with("*[") && line.contains("]:") {
            continue;
        }
        if trimmed.starts_with('<')
            && trimmed.ends_with('>')
            && let Some(mark) = MARKS.iter().find(|mark| line.contains(**mark))
        {
            // Markdown between two tags of one line is that of a line.
            let line = line.replacen(mark, "", 1);
            let is_one_line = trimmed.contains("</");
            out.push(Cow::Owned(if is_one_line { line.replacen('>', ">\n\n", 1) } else { line }));
            out.push(Cow::Borrowed(""));
            continue;
        }
        // Two backslashes at its end break a line.
        if let Some(before) = line.strip_suffix("\\\\") {
            out.push(Cow::Owned(format!("{}\\", without_spans(before))));
            continue;
        }
        if !line.contains("{:") || line.starts_with("    ") || line.len() > MAX_TAG {
            out.push(Cow::Borrowed(line));
        } else if trimmed.starts_with("{:") && trimmed.find('}') == Some(trimmed.len() - 1) {
            if trimmed.trim_matches(['{', '}', ':']).split_whitespace().any(|word| word == "toc") {
                out.pop();
            }
        } else {
            out.push(Cow::Owned(without_spans(line)));
        }
    }
    out.join("\n")
}

fn without_spans(line: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(line.len()), line);
    while let Some(at) = rest.find("{:") {
        work::step(at);
        // Code shows it.
        let is_code = !rest[..at].matches('`').count().is_multiple_of(2);
        if is_code {
            out.push_str(&rest[..at + 2]);
            rest = &rest[at + 2..];
            continue;
        }
        let Some(end) = rest[at..].find('}') else { break };
        out.push_str(&rest[..at]);
        rest = &rest[at + end + 1..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_in_addresses_are_escaped_and_titles_and_code_are_not() {
        for (line, escaped) in [
            ("[![a](/i/b c.png)](/i/b c.png) d", "[![a](/i/b%20c.png)](/i/b%20c.png) d"),
            (
                "![a](/b c.png \"A title\") [d](e (f g).pdf)",
                "![a](/b%20c.png \"A title\") [d](e%20(f%20g).pdf)",
            ),
            ("[a](b 'A title')", "[a](b 'A title')"),
            ("[a](<b c>) `[a](b c)` f(x)[0](y z", "[a](<b c>) `[a](b c)` f(x)[0](y z"),
            ("    [a](b c)", "    [a](b c)"),
        ] {
            assert_eq!(with_escaped_addresses(line), escaped);
        }
    }

    #[test]
    fn comments_and_attributes_are_removed_and_what_is_around_them_stays() {
        for (text, shown) in [
            ("a\n{::comment}todo{:/comment}\nb", "a\nb"),
            ("a {::comment}todo{:/} b\n\nc", "a  b\n\nc"),
            ("a\n{::comment}\nb\n\n{:/nomarkdown}\n{:/comment}\nc", "a\nc"),
            ("a\n\n{::comment}\nb", "a\n\nb"),
            ("{::nomarkdown}<b>raw</b>{:/}", "<b>raw</b>"),
            (
                "{::nomarkdown}\n<b>raw</b>\n{:/nomarkdown}\n{::options toc_levels=\"1\" /}\nb",
                "<b>raw</b>\nb",
            ),
            ("`{::comment}` is\n```\n{::comment}\n```\nb{:/}", "`{::comment}` is\n```\n{::comment}\n```\nb"),
            ("{: .a} b {: .c}", " b "),
        ] {
            assert_eq!(without_attributes(text), shown);
        }
    }
}
