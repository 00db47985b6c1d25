//! MDX (<https://mdxjs.com/docs/what-is-mdx/>): imports, exports, expressions and components are left out; Markdown and the
//! text inside components stay, and so does what a component's parameters name.

use std::collections::HashSet;

use super::named;
use super::renderer::{MAX_REPORTED, SHOWN, more_left_out};
use super::syntax::Args;
use crate::diag::{Finding, codes};
use crate::types::{excerpt, work};

/// Length of the longest component or expression, in bytes.
const MAX_TAG: usize = 4 << 10;

/// Returns a body without MDX; `line` is the number of its first line.
pub(super) fn without_components(body: &str, line: u32, findings: &mut Vec<Finding>) -> String {
    let mut out = String::with_capacity(body.len());
    let mut fence: Option<&str> = None;
    let mut is_program = false;
    let (mut left_out, mut names) = (Vec::new(), HashSet::new());
    let mut rest = body;
    let mut number = line;
    let mut plain = 0;
    while !rest.is_empty() {
        let end = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let text = &rest[..end];
        work::step(end);
        let trimmed = text.trim();
        let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
        match (fence, mark) {
            (None, Some(_)) => fence = mark,
            (Some(open), Some(mark)) if open == mark => {
                fence = None;
                out.push_str(text);
                (rest, number) = (&rest[end..], number + 1);
                continue;
            }
            _ => {}
        }
        // An import or export goes on to a blank line.
        is_program = fence.is_none()
            && (is_program && !trimmed.is_empty()
                || text.starts_with("import ")
                || text.starts_with("export "));
        if fence.is_some() || is_program {
            if !is_program {
                out.push_str(text);
            }
            (rest, number) = (&rest[end..], number + 1);
            continue;
        }
        // A component may go on over lines, so its length is taken from the rest of the body.
        let taken = line_without(rest, end, &mut plain, &mut out, &mut |name| {
            if !names.contains(name) {
                names.insert(name.to_owned());
                left_out.push((excerpt(name, SHOWN).into_owned(), number));
            }
        });
        number += rest[..taken].matches('\n').count() as u32;
        rest = &rest[taken..];
    }
    let unnamed = left_out.get(MAX_REPORTED).map(|(_, line)| (left_out.len() - MAX_REPORTED, *line));
    for (name, line) in left_out.into_iter().take(MAX_REPORTED) {
        findings.push(Finding::in_text(&codes::SEED_TAG, line, 0, format!("`{name}` was left out")));
    }
    if let Some((count, line)) = unnamed {
        findings.push(Finding::in_text(&codes::SEED_TAG, line, 0, more_left_out(count)));
    }
    out
}

/// Copies the line that a text begins with, `end` bytes long, without its components. Returns how much was taken, which is
/// more than the line if a component goes on. In the next `plain` bytes nothing is looked for: what began before them did not
/// end within the limit.
fn line_without(
    text: &str,
    end: usize,
    plain: &mut usize,
    out: &mut String,
    left_out: &mut dyn FnMut(&str),
) -> usize {
    let mut at = 0;
    let mut is_code = false;
    while at < end {
        let Some(c) = text[at..].chars().next() else { break };
        match c {
            _ if *plain > 0 => {}
            '`' => is_code = !is_code,
            '<' if !is_code => match component(&text[at..], out, left_out) {
                Component::Taken(length) => {
                    at += length;
                    continue;
                }
                Component::Endless => *plain = MAX_TAG,
                Component::None => {}
            },
            '{' if !is_code => {
                if let Some(length) = braces(&text[at..]) {
                    let inner = text[at + 1..at + length - 1].trim();
                    if !inner.starts_with("/*") {
                        match ['"', '\'', '`'].iter().find_map(|q| inner.strip_prefix(*q)?.strip_suffix(*q)) {
                            Some(literal) => out.push_str(literal),
                            None => left_out(&text[at..at + length]),
                        }
                    }
                    at += length;
                    continue;
                }
                *plain = MAX_TAG;
            }
            '\\' if text[at + 1..].starts_with(['{', '<']) => {
                at += 1;
                if text[at..].starts_with('<') {
                    out.push('\\');
                }
                out.push_str(&text[at..=at]);
                at += 1;
                continue;
            }
            _ => {}
        }
        out.push(c);
        at += c.len_utf8();
        *plain = plain.saturating_sub(c.len_utf8());
    }
    at
}

/// What begins with `<`.
enum Component {
    /// Not a component.
    None,
    /// The tag of a component, of this length.
    Taken(usize),
    /// A component that does not end within the limit.
    Endless,
}

/// Leaves out the tag of a component that a text begins with, or shows what it names. Components begin with a capital or have
/// a dot.
fn component(text: &str, out: &mut String, left_out: &mut dyn FnMut(&str)) -> Component {
    let Some(inner) = text.strip_prefix('<') else { return Component::None };
    let (is_end, inner) = inner.strip_prefix('/').map_or((false, inner), |inner| (true, inner));
    let length = inner.find(|c: char| !c.is_alphanumeric() && c != '.' && c != '_').unwrap_or(inner.len());
    let name = &inner[..length];
    let is_fragment = name.is_empty() && inner.starts_with('>');
    let is_component =
        name.starts_with(char::is_uppercase) || name.contains('.') && name.starts_with(char::is_alphabetic);
    if !is_component && !is_fragment {
        return Component::None;
    }
    let mut at = text.len() - inner.len() + length;
    let limit = text.floor_char_boundary(at + MAX_TAG);
    let mut quote = None;
    while at < limit {
        let Some(c) = text[at..].chars().next() else { break };
        work::step(1);
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '{') => {
                let Some(length) = braces(&text[at..]) else { break };
                at += length;
                continue;
            }
            (None, '>') => {
                let attributes = &text[text.len() - inner.len() + length..at];
                if !is_end && !is_fragment {
                    let args = Args::read(attributes.trim_end_matches('/').trim());
                    match named::html(&name.to_lowercase(), &args) {
                        Some(html) => out.push_str(&html),
                        None if attributes.ends_with('/') => left_out(&format!("<{name}>")),
                        None => {}
                    }
                }
                return Component::Taken(at + 1);
            }
            _ => {}
        }
        at += c.len_utf8();
    }
    Component::Endless
}

/// Returns the length of an expression in braces; `None` if it does not end.
fn braces(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in text[..text.floor_char_boundary(MAX_TAG)].char_indices() {
        work::step(1);
        match c {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(body: &str) -> (String, Vec<(u32, String)>) {
        let mut findings = Vec::new();
        let out = without_components(body, 1, &mut findings);
        (out, findings.into_iter().map(|f| (f.place.line, f.detail)).collect())
    }

    #[test]
    fn markdown_and_text_stay_and_components_are_reported() {
        let body = "import A from 'a';\nimport {\n  B\n} from 'b';\n\nOne <A x={1} /> two.\n\n<Note kind=\"tip\">\nInside *it*.\n</Note>\n\
                    \n{/* a comment */}\n\nTwo is {1 + 1}, {'text'}.\n\n```js\nimport x from 'y';\nf({a: <A/>})\n```\n\n`<A/> {x}` \\{y} <b>HTML</b>\n";
        let (out, findings) = rendered(body);
        assert_eq!(
            out,
            "\nOne  two.\n\n\nInside *it*.\n\n\n\n\nTwo is , text.\n\n```js\nimport x from 'y';\nf({a: <A/>})\n```\n\n`<A/> {x}` {y} <b>HTML</b>\n"
        );
        assert_eq!(
            findings,
            [(6, "`<A>` was left out".to_owned()), (14, "`{1 + 1}` was left out".to_owned())]
        );
    }

    #[test]
    fn twenty_components_are_named_and_the_others_counted() {
        let many: String = (0..30).map(|n| format!("<A{n}/> <A{n}/>\n{{a{n}}} ")).collect();
        let (_, findings) = rendered(&many);
        assert_eq!((findings.len(), &findings[19]), (21, &(11, "`{a9}` was left out".to_owned())));
        assert_eq!(findings[20], (11, "40 more tags were left out, the first in this line".to_owned()));
    }

    #[test]
    fn what_a_component_names_is_shown() {
        assert_eq!(rendered("<Image src=\"/a.jpg\" alt=\"A\" />").0, "<img src=\"/a.jpg\" alt=\"A\">");
        assert_eq!(
            rendered("<Card\n  href=\"/x/\"\n  title=\"X\"\n/>\nText").0,
            "<a href=\"/x/\">X</a>\nText"
        );
    }

    #[test]
    fn text_that_only_looks_like_mdx_stays() {
        for text in ["a < b", "1 <2", "{ open", "<A open", "<https://a.example/>"] {
            assert_eq!(rendered(text).0, text);
        }
    }

    #[test]
    fn twice_the_text_takes_twice_the_steps() {
        for shape in ["<A", "{", "<A {", "<A/>", "`", "import a\n", "<A x='", "```\n", "{a}"] {
            let steps = |times: usize| work::count(|| rendered(&shape.repeat(times))).1;
            let (one, two) = (steps(4_000), steps(8_000));
            assert!(two as f64 <= 2.3 * one as f64 + 300.0, "{shape:?}: {one} {two}");
        }
    }
}
