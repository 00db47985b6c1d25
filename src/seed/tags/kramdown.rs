//! [Attribute lists](https://kramdown.gettalong.org/syntax.html#inline-attribute-lists) of kramdown: `{: .class}`.

use std::borrow::Cow;

use super::renderer::MAX_TAG;
use crate::types::work;

/// Removes attribute lists, and lists that kramdown replaces with a table of contents.
pub(super) fn without_attributes(text: &str) -> String {
    let mut out: Vec<Cow<'_, str>> = Vec::new();
    let mut fence: Option<&str> = None;
    for line in text.split('\n') {
        work::step(line.len() + 1);
        let trimmed = line.trim();
        let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
        match (fence, mark) {
            (None, Some(_)) => fence = mark,
            (Some(open), Some(mark)) if open == mark => fence = None,
            _ => {}
        }
        // A definition of an abbreviation shows nothing; inside of `markdown="1"` there is Markdown.
        if fence.is_none() && line.starts_with("*[") && line.contains("]:") {
            continue;
        }
        if fence.is_none()
            && trimmed.starts_with('<')
            && trimmed.ends_with('>')
            && line.contains("markdown=\"1\"")
        {
            out.push(Cow::Owned(line.replace(" markdown=\"1\"", "")));
            out.push(Cow::Borrowed(""));
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
