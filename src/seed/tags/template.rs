//! Templates of the site's own shortcodes of Zola, as far as they are literal HTML with parameters: values, conditions on them,
//! and the text between two tags. Anything else makes a template too hard, and its tag is left to other rules.

use std::collections::HashMap;

use super::budget::Budget;
use super::syntax::{quoted, split};
use crate::html::escape_attribute;
use crate::types::work;

/// Stands for the text between the tags; the cleaning removes it from everything else.
pub(super) const INNER: char = '\u{1}';
/// How deep conditions may be nested.
pub(super) const MAX_DEPTH: usize = 16;

/// What a template is filled in with.
pub(super) struct Parameters<'a> {
    /// Returns the value of a parameter by its name.
    pub(super) named: &'a dyn Fn(&str) -> Option<String>,
    /// Returns the value of a parameter by its position, from 0.
    pub(super) at: &'a dyn Fn(usize) -> Option<String>,
    /// Returns a fact of the page or the site by its name in templates.
    pub(super) page: &'a dyn Fn(&str) -> Option<String>,
    /// True if the tag names its parameters, so that one that is not there is known to be missing.
    pub(super) is_named: bool,
    /// Limit on the values that all templates of an article look at.
    pub(super) budget: &'a Budget,
}

/// The HTML before and after the text between the tags.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) before: String,
    /// `None` if the template does not show what is between the tags.
    pub(super) after: Option<String>,
    /// True if the text between the tags is Markdown whatever stands around it.
    pub(super) is_markdown: bool,
}

/// Fills in a template; `None` if it needs more than its parameters.
pub(super) fn fill(template: &str, parameters: &Parameters<'_>) -> Option<Filled> {
    work::step(template.len());
    let mut filler =
        Filler { scanner: Scanner { rest: template }, parameters, depth: 0, variables: HashMap::new() };
    let (out, end) = filler.block(true)?;
    let mut filled = (end == BlockEnd::Text).then(|| finished(&out))??;
    filled.is_markdown = template.contains("| markdown");
    Some(filled)
}

/// Returns what a template shows, split at the text between the tags; `None` if that is shown twice.
pub(super) fn finished(out: &str) -> Option<Filled> {
    if out.matches(INNER).count() > 1 {
        return None;
    }
    // Lines that are indented or blank would be Markdown of their own.
    let lines: Vec<&str> = out.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let out = if out.contains("<pre") { out.to_owned() } else { lines.join("\n") };
    let (before, after) = match out.split_once(INNER) {
        Some((before, after)) => (before.to_owned(), Some(after.to_owned())),
        None => (out, None),
    };
    Some(Filled { before, after, is_markdown: false })
}

/// The rest of a template.
pub(super) struct Scanner<'a> {
    pub(super) rest: &'a str,
}

impl<'a> Scanner<'a> {
    /// Returns the next tag without its delimiters, and the text before it. `Some(None)` if there is none.
    #[expect(clippy::option_option, reason = "a tag without its end makes the template too hard")]
    pub(super) fn next(&mut self) -> Option<Option<(&'a str, &'a str)>> {
        let rest = self.rest;
        let mut braces = rest.match_indices('{').map(|(at, _)| at);
        let Some(at) = braces.find(|at| rest[at + 1..].starts_with(['{', '%', '#'])) else {
            return Some(None);
        };
        let open = &rest[at..at + 2];
        let close = match open {
            "{{" => "}}",
            "{%" => "%}",
            _ => "#}",
        };
        let text = &self.rest[..at];
        let inner = &self.rest[at + 2..];
        let (tag, rest) = inner.split_once(close)?;
        let is_trimmed = tag.starts_with('-');
        let tag_text = tag.trim_matches('-').trim();
        self.rest = if tag.ends_with('-') { rest.trim_start() } else { rest };
        let text = if is_trimmed { text.trim_end() } else { text };
        Some(Some((text, if open == "{#" { "#" } else { tag_text })))
    }
}

/// What ended a block.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BlockEnd<'a> {
    Text,
    /// With the condition of the next branch; empty if it has none.
    Else(&'a str),
    Closed,
}

/// Returns what the first branch shows whose condition is true; nothing if none is, or the whole is not `shown`.
///
/// `branch` reads the block below a condition, or below an `else` without one (`None`), which is always true. The condition
/// is evaluated only if no branch before it was shown. It returns true if the block is shown, its text and its end.
/// `next` reads the condition after an `else`.
pub(super) fn first_true<'a, C>(
    shown: bool,
    condition: C,
    next: impl Fn(&'a str) -> Option<C>,
    mut branch: impl FnMut(Option<C>, bool) -> Option<(bool, String, BlockEnd<'a>)>,
) -> Option<String> {
    let (mut out, mut condition, mut is_open) = (String::new(), Some(condition), shown);
    loop {
        let is_last = condition.is_none();
        let (is_shown, text, end) = branch(condition, is_open)?;
        if is_shown {
            out = text;
            is_open = false;
        }
        condition = match end {
            BlockEnd::Closed => return Some(out),
            BlockEnd::Else("") if !is_last => None,
            BlockEnd::Else(rest) if !is_last => Some(next(rest)?),
            _ => return None,
        };
    }
}

/// Returns the address of a file of the site: a path is that below the root.
pub(super) fn address_of_file(path: String) -> String {
    if crate::types::is_http(&path) { path } else { format!("/{}", path.trim_start_matches('/')) }
}

struct Filler<'a> {
    scanner: Scanner<'a>,
    parameters: &'a Parameters<'a>,
    variables: HashMap<&'a str, String>,
    depth: usize,
}

impl<'a> Filler<'a> {
    /// Returns the output up to the end of the block. Nothing of a block that is not `shown` is evaluated.
    fn block(&mut self, shown: bool) -> Option<(String, BlockEnd<'a>)> {
        let mut out = String::new();
        loop {
            let Some((text, tag)) = self.scanner.next()? else {
                out.push_str(self.scanner.rest);
                self.scanner.rest = "";
                return Some((out, BlockEnd::Text));
            };
            out.push_str(text);
            let (word, tail) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
            match word {
                "endif" => return Some((out, BlockEnd::Closed)),
                "else" => return Some((out, BlockEnd::Else(""))),
                "elif" => return Some((out, BlockEnd::Else(tail.trim()))),
                "if" => out.push_str(&self.condition(tail.trim(), shown)?),
                "set" => {
                    let (name, expression) = tail.split_once('=')?;
                    if shown {
                        let value = self.value(expression.trim())?;
                        self.variables.insert(name.trim(), value);
                    }
                }
                "for" | "block" | "macro" | "import" | "include" => return None,
                _ if tag.starts_with('#') => {}
                _ if shown => out.push_str(&self.value(tag)?),
                _ => {}
            }
        }
    }

    /// Returns what a condition shows.
    fn condition(&mut self, expression: &'a str, shown: bool) -> Option<String> {
        self.depth += 1;
        (self.depth <= MAX_DEPTH).then_some(())?;
        let out = first_true(shown, expression, Some, |condition, is_open| {
            let is_shown = match condition {
                Some(expression) if is_open => !self.test(expression, 0)?.is_empty(),
                _ => is_open,
            };
            let (text, end) = self.block(is_shown)?;
            Some((is_shown, text, end))
        })?;
        self.depth -= 1;
        Some(out)
    }

    /// Returns a value that is empty if a condition is false.
    fn test(&self, expression: &str, depth: usize) -> Option<String> {
        (depth <= MAX_DEPTH).then_some(())?;
        let expression = expression.trim();
        let bare = expression.strip_prefix('(').and_then(|inner| inner.strip_suffix(')'));
        let expression = bare.filter(|inner| !inner.contains(['(', ')'])).unwrap_or(expression).trim();
        let truth = |is: bool| Some(if is { "true".to_owned() } else { String::new() });
        for (mark, ends) in [(" or ", true), (" and ", false)] {
            if let Some((first, rest)) = expression.split_once(mark) {
                let first = !self.test(first, depth + 1)?.is_empty();
                return if first == ends { truth(ends) } else { self.test(rest, depth + 1) };
            }
        }
        if let Some(negated) = expression.strip_prefix("not ") {
            return truth(self.test(negated, depth + 1)?.is_empty());
        }
        if let Some(name) = expression.strip_suffix(" is defined") {
            return truth(!self.operand_or_nothing(name.trim())?.is_empty());
        }
        if let Some(name) =
            expression.strip_suffix(" is not defined").or(expression.strip_suffix(" is undefined"))
        {
            return truth(self.operand_or_nothing(name.trim())?.is_empty());
        }
        for (mark, wanted) in [("==", true), ("!=", false)] {
            if let Some((first, second)) = expression.split_once(mark) {
                let (first, second) =
                    (self.operand_or_nothing(first.trim())?, self.operand_or_nothing(second.trim())?);
                return truth((first == second) == wanted);
            }
        }
        let value = if expression.contains('|') {
            self.value(expression)?
        } else {
            self.operand_or_nothing(expression)?
        };
        Some(if matches!(value.as_str(), "false" | "nil") { String::new() } else { value })
    }

    /// Returns an operand, or nothing for a name that is not defined, if that is no fault.
    fn operand_or_nothing(&self, text: &str) -> Option<String> {
        let is_name = text.starts_with(|c: char| c.is_alphabetic())
            && text.chars().all(|c| c.is_alphanumeric() || c == '_')
            && text != "nth";
        self.operand(text).or_else(|| is_name.then(String::new))
    }

    /// Returns the value of an expression, with its filters.
    fn value(&self, expression: &str) -> Option<String> {
        let mut parts = split(expression, '|').into_iter().map(str::trim);
        let first = parts.next()?;
        let joined = split(first, '~').into_iter().map(|part| self.operand(part.trim()));
        let mut value = joined.collect::<Option<String>>().or_else(|| {
            // A name that is not defined has a default.
            let has_default =
                expression.split('|').nth(1).is_some_and(|filter| filter.trim().starts_with("default"));
            if has_default { self.operand_or_nothing(first) } else { None }
        })?;
        for filter in parts {
            let (name, argument) = filter.split_once(['(', ':']).unwrap_or((filter, ""));
            let argument = argument.trim_end_matches(')').trim().trim_start_matches("value=");
            value = match name.trim() {
                "safe" | "markdown" | "trim" => value,
                "escape" if !value.contains(INNER) => escape_attribute(&value),
                "upper" if !value.contains(INNER) => value.to_uppercase(),
                "lower" if !value.contains(INNER) => value.to_lowercase(),
                "capitalize" if !value.contains(INNER) => {
                    let mut letters = value.chars();
                    letters.next().into_iter().flat_map(char::to_uppercase).collect::<String>()
                        + letters.as_str()
                }
                "default" if value.is_empty() => self.operand(argument)?,
                "default" => value,
                _ => return None,
            };
        }
        Some(value)
    }

    fn operand(&self, text: &str) -> Option<String> {
        self.operand_of_any_length(text).filter(|value| self.parameters.budget.spend(value.len()))
    }

    fn operand_of_any_length(&self, text: &str) -> Option<String> {
        if let Some(literal) = quoted(text.trim()) {
            return Some(literal.to_owned());
        }
        if text == "body" {
            return Some(INNER.to_string());
        }
        if text.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty() || matches!(text, "true" | "false") {
            return Some(text.to_owned());
        }
        if let Some(value) = self.variables.get(text) {
            return Some(value.clone());
        }
        // A file of the site, by its path (<https://www.getzola.org/documentation/templates/overview/#get-url>).
        if let Some(arguments) = text.strip_prefix("get_url(").and_then(|rest| rest.strip_suffix(')')) {
            let arguments = split(arguments, ',');
            let path = arguments.iter().find_map(|argument| argument.trim().strip_prefix("path="))?;
            let path = self.operand(path.trim())?;
            let is_plain = !path.starts_with("@/") && !path.contains(INNER);
            return is_plain.then(|| address_of_file(path));
        }
        (self.parameters.named)(text).or_else(|| (self.parameters.page)(text))
    }
}

#[cfg(test)]
mod tests {
    use super::super::syntax::MAX_VALUE;
    use super::*;

    fn filled(template: &str) -> Option<(String, Option<String>)> {
        let named = |name: &str| match name {
            "src" => Some("a.jpg".to_owned()),
            "alt" => Some("A".to_owned()),
            _ => None,
        };
        let page = |name: &str| (name == "page.title").then(|| "The Hill".to_owned());
        let parameters = Parameters {
            named: &named,
            at: &|_| None,
            page: &page,
            is_named: true,
            budget: &Budget::of(MAX_VALUE),
        };
        fill(template, &parameters).map(|filled| (filled.before, filled.after))
    }

    #[test]
    fn literal_html_with_parameters_is_filled_in() {
        for (template, html) in [
            ("<img src=\"{{ src }}\">{% if alt %}{{ alt }}{% else %}!{% endif %}", "<img src=\"a.jpg\">A"),
            ("{% if none %}a{% elif src == \"a.jpg\" %}b{% else %}c{% endif %}", "b"),
            ("{% set url = \"/img/\" ~ src %}<img src=\"{{ url | safe }}\">", "<img src=\"/img/a.jpg\">"),
            ("{{ none | default(value=\"x\") }} {{ alt | default(value=\"y\") | lower }}", "x a"),
            ("{% if none is defined %}a{% elif alt is defined and not none %}b{% endif %}", "b"),
            (
                "{% if src != \"b\" or none %}<a href=\"{{ get_url(path=src) }}\">{{ page.title }}</a>{% endif %}",
                "<a href=\"/a.jpg\">The Hill</a>",
            ),
            ("{{ nothing }}", ""),
            ("{{ resize_image(path=src) }}", ""),
        ] {
            let expected = (!html.is_empty()).then(|| (html.to_owned(), None));
            assert_eq!(filled(template), expected, "{template}");
        }
    }

    #[test]
    fn the_text_between_tags_has_its_place() {
        let halves = Some(("<aside>".to_owned(), Some("</aside>".to_owned())));
        for template in
            ["<aside>{{ body | markdown | safe }}</aside>", "  <aside>{{ body | safe }}</aside>\n\n"]
        {
            assert_eq!(filled(template), halves, "{template}");
        }
    }

    #[test]
    fn what_needs_the_site_is_too_hard() {
        for template in [
            "{% for a in b %}x{% endfor %}",
            "{% if src %}",
            "{% if src %}{% else %}{% else %}{% endif %}",
            "{% if nth == 1 %}a{% endif %}",
            "{{ src | reverse }}",
            "{{ body }}{{ body }}",
            "{{ body | upper }}",
            "{{ src",
        ] {
            assert_eq!(filled(template), None, "{template}");
        }
        assert_eq!(filled(&"{% if src %}".repeat(10_000)), None);
    }
}
