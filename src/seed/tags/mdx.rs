//! MDX (<https://mdxjs.com/docs/what-is-mdx/>): imports, exports, expressions and components are left out; Markdown and the
//! text inside components stay, and so does what a component's parameters name.

use std::collections::HashSet;

use super::named;
use super::renderer::{MAX_REPORTED, SHOWN, is_block, more_left_out};
use super::syntax::{Args, Fence};
use crate::diag::{Finding, codes};
use crate::html::escape_attribute;
use crate::types::{excerpt, work};

/// Length of the longest component or expression, in bytes.
const MAX_TAG: usize = 4 << 10;

/// Returns a body without MDX; `line` is the number of its first line. Formulas stay as they are if the site has them.
pub(super) fn without_components(
    body: &str,
    line: u32,
    has_formulas: bool,
    findings: &mut Vec<Finding>,
) -> String {
    let mut out = String::with_capacity(body.len());
    let mut fence = Fence::default();
    let mut is_program = false;
    let (mut left_out, mut names) = (Vec::new(), HashSet::new());
    let mut rest = body;
    let mut number = line;
    let mut plain = Plain { all: 0, formulas: [if has_formulas { 0 } else { usize::MAX }; 2] };
    // Indentation of the lines in an element; the first one decides.
    let (mut indent, mut is_first) = (0, false);
    while !rest.is_empty() {
        let end = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let trimmed = rest[..end].trim();
        work::step(end);
        let own = rest[..end].bytes().take_while(|b| *b == b' ').count();
        if is_first && !trimmed.is_empty() {
            (indent, is_first) = (own, false);
        }
        rest = &rest[own.min(indent)..];
        let end = end - own.min(indent);
        let text = &rest[..end];
        let is_code = fence.holds(text);
        // An import or export goes on to a blank line.
        is_program = !is_code
            && (is_program && !trimmed.is_empty()
                || text.starts_with("import ")
                || text.starts_with("export "));
        if is_code || is_program {
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
        is_first |= own <= indent && trimmed.starts_with('<') && rest[..taken].trim_end().ends_with('>');
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

/// Numbers of bytes in which nothing is looked for, because what began before them did not end within the limit.
struct Plain {
    /// No component, expression or formula.
    all: usize,
    /// No formula between single or double dollars.
    formulas: [usize; 2],
}

impl Plain {
    fn pass(&mut self, length: usize) {
        self.all = self.all.saturating_sub(length);
        let limited = self.formulas.iter_mut().filter(|left| **left != usize::MAX);
        limited.for_each(|left| *left = left.saturating_sub(length));
    }
}

/// Copies the line that a text begins with, `end` bytes long, without its components. Returns how much was taken, which is
/// more than the line if a component or formula goes on.
fn line_without(
    text: &str,
    end: usize,
    plain: &mut Plain,
    out: &mut String,
    left_out: &mut dyn FnMut(&str),
) -> usize {
    let mut at = 0;
    let (mut is_code, mut is_start) = (false, true);
    while at < end {
        let Some(c) = text[at..].chars().next() else { break };
        match c {
            _ if plain.all > 0 => {}
            '`' => is_code = !is_code,
            '$' if !is_code => {
                let length = formula(&text[at..], is_start, &mut plain.formulas);
                out.push_str(&text[at..at + length]);
                at += length;
                plain.pass(length);
                is_start = false;
                continue;
            }
            '<' if !is_code => match component(&text[at..], is_start.then(|| &text[..at]), out, left_out) {
                Component::Taken(length) => {
                    at += length;
                    plain.pass(length);
                    is_start = false;
                    continue;
                }
                Component::Endless => plain.all = MAX_TAG,
                Component::None => {}
            },
            '{' if !is_code => {
                if let Some(length) = braces(&text[at..]) {
                    let inner = text[at + 1..at + length - 1].trim();
                    if !inner.starts_with("/*") {
                        match literal(inner) {
                            Some(literal) => out.push_str(literal),
                            None => left_out(&text[at..at + length]),
                        }
                    }
                    at += length;
                    plain.pass(length);
                    continue;
                }
                plain.all = MAX_TAG;
            }
            '\\' if text[at + 1..].starts_with(['{', '<', '$']) => {
                at += 1;
                if !text[at..].starts_with('{') {
                    out.push('\\');
                }
                out.push_str(&text[at..=at]);
                at += 1;
                plain.pass(2);
                continue;
            }
            _ => {}
        }
        out.push(c);
        at += c.len_utf8();
        is_start &= c.is_whitespace();
        plain.pass(c.len_utf8());
    }
    at
}

/// Returns the length of the formula that a text begins with, or else of its dollars. A formula ends with as many dollars as it
/// begins with, in its paragraph; one between double dollars that begins its line may hold paragraphs
/// (<https://github.com/micromark/micromark-extension-math#syntax>).
fn formula(text: &str, is_block: bool, plain: &mut [usize; 2]) -> usize {
    let dollars = |text: &str| text.bytes().take_while(|b| *b == b'$').count();
    let open = dollars(text);
    let Some(plain) = plain.get_mut(open - 1).filter(|plain| **plain == 0) else { return open };
    let is_flow = is_block && open == 2;
    let limit = text.floor_char_boundary(MAX_TAG);
    let mut at = open;
    while let Some(rest) = text.get(at..limit) {
        let next = rest.find('$').unwrap_or(rest.len());
        work::step(next + 1);
        let blank = if is_flow { None } else { blank_line(&rest[..next]) };
        let close = dollars(&rest[blank.unwrap_or(next)..]);
        at += blank.unwrap_or(next) + close;
        if close == open {
            return at;
        }
        if close == 0 {
            break;
        }
    }
    *plain = at;
    open
}

/// Returns the position of the first blank line in a text.
fn blank_line(text: &str) -> Option<usize> {
    let mut ends = text.match_indices('\n').map(|(at, _)| at + 1);
    ends.find(|at| text[*at..].trim_start_matches([' ', '\t', '\r']).starts_with('\n'))
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
/// a dot. Attributes whose values are expressions are left out, also those of elements of HTML. `before` is what stands before
/// the tag in its line if that is blank.
fn component(
    text: &str,
    before: Option<&str>,
    out: &mut String,
    left_out: &mut dyn FnMut(&str),
) -> Component {
    let Some(inner) = text.strip_prefix('<') else { return Component::None };
    let (is_end, inner) = inner.strip_prefix('/').map_or((false, inner), |inner| (true, inner));
    let length = inner.find(|c: char| !c.is_alphanumeric() && c != '.' && c != '_').unwrap_or(inner.len());
    let name = &inner[..length];
    let is_fragment = name.is_empty() && inner.starts_with('>');
    let is_component =
        name.starts_with(char::is_uppercase) || name.contains('.') && name.starts_with(char::is_alphabetic);
    let is_element = !is_component
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && inner[length..].starts_with(|c: char| c.is_whitespace() || matches!(c, '/' | '>'));
    if !is_component && !is_fragment && !is_element {
        return Component::None;
    }
    let mut at = text.len() - inner.len() + length;
    let limit = text.floor_char_boundary(at + MAX_TAG);
    let (mut quote, mut attributes, mut lost) = (None, String::new(), None);
    while at < limit {
        let Some(c) = text[at..].chars().next() else { break };
        work::step(1);
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '{') => {
                let Some(length) = braces(&text[at..]) else { break };
                let expression = &text[at..at + length];
                at += length;
                if !attributes.ends_with('=') {
                    lost = Some(expression.to_owned()).filter(|text| text.starts_with("{...")).or(lost);
                } else if let Some(value) = literal(expression[1..length - 1].trim()) {
                    attributes.push_str(&format!("\"{}\"", escape_attribute(value)));
                } else {
                    let start = attributes.rfind(char::is_whitespace).map_or(0, |at| at + 1);
                    let name = attributes.split_off(start);
                    let is_address = matches!(name.as_str(), "src=" | "href=");
                    lost = is_address.then(|| name + expression).or(lost);
                }
                continue;
            }
            (None, '>') => {
                at += 1;
                let args = Args::read(attributes.trim_end_matches('/').trim());
                let is_picture = matches!(name, "img" | "source") && !is_end;
                let has_source = ["src", "srcset", "srcSet"].iter().any(|key| args.get(key).is_some());
                if lost.is_some() && is_picture && !has_source {
                    left_out(&format!("<{name}>"));
                    return Component::Taken(at);
                }
                let html = named::html(&name.to_lowercase(), &args).filter(|_| is_component && !is_end);
                match (html, lost) {
                    (None, _) if is_component && attributes.ends_with('/') => left_out(&format!("<{name}>")),
                    (html, lost) => {
                        html.iter().for_each(|html| out.push_str(html));
                        lost.iter().for_each(|lost| left_out(lost));
                    }
                }
                if is_element {
                    let tag = format!("{}{attributes}>", &text[..text.len() - inner.len() + length]);
                    element(&tag.replace('\n', " "), before, &text[at..], out);
                }
                return Component::Taken(at);
            }
            (None, '<') if is_element => return Component::None,
            _ => {}
        }
        attributes.push(c);
        at += c.len_utf8();
    }
    Component::Endless
}

/// Appends a tag of HTML: if it begins a block and is alone in its line, between blank lines, because what is in elements is
/// Markdown too.
fn element(tag: &str, before: Option<&str>, after: &str, out: &mut String) {
    let is_alone = |after: &str| after.lines().next().is_none_or(|after| after.trim().is_empty());
    match before.filter(|_| is_block(tag) && is_alone(after)) {
        Some(before) => out.push_str(&format!("\n{before}{tag}\n")),
        None => out.push_str(tag),
    }
}

/// Returns the text that an expression is.
fn literal(expression: &str) -> Option<&str> {
    ['"', '\'', '`'].iter().find_map(|quote| {
        let text = expression.strip_prefix(*quote)?.strip_suffix(*quote)?;
        (!text.contains(*quote) && !text.contains("${")).then_some(text)
    })
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
        let out = without_components(body, 1, true, &mut findings);
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
    fn attributes_that_are_expressions_are_left_out() {
        for (body, shown, reported) in [
            ("See <a href={url}>the docs</a>.", "See <a >the docs</a>.", "`href={url}` was left out"),
            ("<a href={'/x/'} target={t}>x</a>", "<a href=\"/x/\" >x</a>", ""),
            ("<img src={hero.src} alt=\"Raw\" />", "", "`<img>` was left out"),
            ("<img {...hero} />", "", "`<img>` was left out"),
            ("<img src=\"/a.png\" width={800} />", "<img src=\"/a.png\"  />", ""),
            ("<video>\n<source src={v} />\n</video>", "<video>\n\n</video>", "`<source>` was left out"),
            ("<Image src={hero} alt=\"Hero\"/>", "", "`<Image>` was left out"),
            ("<Player src={a.b}>Text</Player>", "Text", "`src={a.b}` was left out"),
        ] {
            let (out, findings) = rendered(body);
            let findings: Vec<_> = findings.iter().map(|(_, detail)| detail.as_str()).collect();
            assert_eq!((out.as_str(), findings.join("")), (shown, reported.to_owned()), "{body}");
        }
    }

    #[test]
    fn what_is_in_an_element_is_markdown_without_its_indentation() {
        for (body, shown) in [
            ("<div>\n  **Bold**\n</div>", "\n<div>\n\n**Bold**\n\n</div>\n"),
            (
                "<div\n  class=\"a\"\n>\n    <p>\n        Text\n    </p>\n</div>\n- a\n    - b\n",
                "\n<div   class=\"a\" >\n\n\n<p>\n\nText\n\n</p>\n\n\n</div>\n\n- a\n    - b\n",
            ),
            ("<Note>\n    Text\n\n    - a\n      - b\n</Note>\n", "\nText\n\n- a\n  - b\n\n"),
            ("- a\n\n  <div>\n  b\n  </div>\n", "- a\n\n  \n  <div>\n\n  b\n  \n  </div>\n\n"),
            ("<p>One *line*</p>\n", "<p>One *line*</p>\n"),
        ] {
            assert_eq!(rendered(body).0, shown, "{body}");
        }
    }

    #[test]
    fn formulas_stay_as_they_are_if_the_site_has_them() {
        for text in [
            "A $\\mathbf{Y}$ and $a{b}<C/>$.",
            "$$\\frac{a}{b_{1}}$$",
            "$$\n\\begin{cases}\n  a \\\\\n\n  <B/> {c}\n\\end{cases}\n$$\n",
            "costs \\$5",
        ] {
            let (out, findings) = rendered(text);
            assert_eq!((out.as_str(), findings.len()), (text, 0));
        }
        for (text, shown) in [
            ("`$` {a} `$`", "`$`  `$`"),
            ("$5 {a}\n\nand $6", "$5 \n\nand $6"),
            ("\\$5 {a} $$ {b}", "\\$5  $$ "),
            ("$5 {a} $$b{c}$$ {d}", "$5  $$b{c}$$ "),
        ] {
            assert_eq!(rendered(text).0, shown);
        }
        assert_eq!(without_components("$a{b}$", 1, false, &mut Vec::new()), "$a$");
    }

    #[test]
    fn text_that_only_looks_like_mdx_stays() {
        for text in ["a < b", "1 <2", "{ open", "<A open", "a <b", "<https://a.example/>"] {
            assert_eq!(rendered(text).0, text);
        }
    }

    #[test]
    fn twice_the_text_takes_twice_the_steps() {
        for shape in [
            "<A",
            "{",
            "<A {",
            "<A/>",
            "`",
            "import a\n",
            "<A x='",
            "```\n",
            "{a}",
            "<a",
            "<a ",
            "<p>",
            "<a x={",
            "<a x={b}",
            "<a x={b}>",
            "<p>\n ",
            " ",
            "<i x='",
            "$a",
            "$a$$ ",
            "$$$ {a}\n",
        ] {
            let steps = |times: usize| work::count(|| rendered(&shape.repeat(times))).1;
            let (one, two) = (steps(4_000), steps(8_000));
            assert!(two as f64 <= 2.3 * one as f64 + 300.0, "{shape:?}: {one} {two}");
        }
    }
}
