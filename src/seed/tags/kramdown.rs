//! [Attribute lists](https://kramdown.gettalong.org/syntax.html#inline-attribute-lists) of kramdown: `{: .class}`.

use std::borrow::Cow;

use super::renderer::MAX_TAG;
use crate::types::work;

/// Attributes of HTML with Markdown inside.
const MARKS: &[&str] =
    &[" markdown=\"1\"", " markdown=\"block\"", " markdown=\"span\"", " markdown='1'", " markdown=1"];

/// Escapes spaces in the addresses of links and images, which kramdown allows and CommonMark does not.
pub(super) fn with_escaped_addresses(text: &str) -> Cow<'_, str> {
    if !text.contains("](") {
        return Cow::Borrowed(text);
    }
    let mut fence: Option<&str> = None;
    let lines = text.split('\n').map(|line| {
        work::step(line.len() + 1);
        let trimmed = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
        match (fence, mark) {
            (None, Some(_)) => fence = mark,
            (Some(open), Some(mark)) if open == mark => fence = None,
            _ => {}
        }
        let is_text =
            fence.is_none() && !line.starts_with("    ") && line.contains("](") && line.len() <= MAX_TAG;
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

/// Removes attribute lists, and lists that kramdown replaces with a table of contents.
pub(super) fn without_attributes(text: &str) -> String {
    let mut out: Vec<Cow<'_, str>> = Vec::new();
    let mut fence: Option<&str> = None;
    let mut is_comment = false;
    for line in text.split('\n') {
        work::step(line.len() + 1);
        let trimmed = line.trim();
        let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
        match (fence, mark) {
            (None, Some(_)) => fence = mark,
            (Some(open), Some(mark)) if open == mark => fence = None,
            _ => {}
        }
        // A definition of an abbreviation shows nothing, nor does what an extension marks as a comment.
        if fence.is_none() && line.starts_with("*[") && line.contains("]:") {
            continue;
        }
        if fence.is_none() && (is_comment || trimmed.starts_with("{::") && trimmed.ends_with('}')) {
            is_comment = trimmed.starts_with("{::comment}")
                || is_comment && trimmed != "{:/comment}" && trimmed != "{:/}";
            continue;
        }
        if fence.is_none()
            && trimmed.starts_with('<')
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
        if fence.is_none()
            && let Some(before) = line.strip_suffix("\\\\")
        {
            out.push(Cow::Owned(format!("{}\\", without_spans(before))));
            continue;
        }
        if fence.is_some() || !line.contains("{:") || line.starts_with("    ") || line.len() > MAX_TAG {
            out.push(Cow::Borrowed(line));
        } else if trimmed.starts_with("{:") && trimmed.ends_with('}') {
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
}
