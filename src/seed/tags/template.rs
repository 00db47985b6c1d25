//! Templates of the site's own shortcodes and includes, as far as they are literal HTML with parameters: values,
//! conditions on them, and the text between two tags. Anything else makes a template too hard, and its tag is left to
//! other rules.

use crate::html::escape_attribute;

/// Stands for the text between the tags; the cleaning removes it from everything else.
const INNER: char = '\u{1}';
/// How deep conditions may be nested.
const MAX_DEPTH: usize = 16;

/// What a template is filled in with.
pub(super) struct Parameters<'a> {
    /// Returns the value of a parameter by its name.
    pub(super) named: &'a dyn Fn(&str) -> Option<String>,
    /// Returns the value of a parameter by its position, from 0.
    pub(super) at: &'a dyn Fn(usize) -> Option<String>,
}

/// The HTML before and after the text between the tags.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) before: String,
    /// `None` if the template does not show what is between the tags.
    pub(super) after: Option<String>,
}

/// Fills in a template; `None` if it needs more than its parameters.
pub(super) fn fill(template: &str, parameters: &Parameters<'_>) -> Option<Filled> {
    let mut filler = Filler { rest: template, parameters, dot: Vec::new(), depth: 0 };
    let (out, end) = filler.block(true)?;
    if end != BlockEnd::Text || out.matches(INNER).count() > 1 {
        return None;
    }
    // Lines that are indented or blank would be Markdown of their own.
    let lines: Vec<&str> = out.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let out = if out.contains("<pre") { out } else { lines.join("\n") };
    let (before, after) = match out.split_once(INNER) {
        Some((before, after)) => (before.to_owned(), Some(after.to_owned())),
        None => (out, None),
    };
    Some(Filled { before, after })
}

/// What ended a block.
#[derive(Debug, PartialEq, Eq)]
enum BlockEnd {
    Text,
    Else,
    Closed,
}

struct Filler<'a> {
    rest: &'a str,
    parameters: &'a Parameters<'a>,
    /// Values of `.` in Hugo, the innermost last.
    dot: Vec<String>,
    depth: usize,
}

impl<'a> Filler<'a> {
    /// Returns the output up to the end of the block. Nothing of a block that is not `shown` is evaluated.
    fn block(&mut self, shown: bool) -> Option<(String, BlockEnd)> {
        let mut out = String::new();
        loop {
            let Some((text, tag)) = self.next()? else {
                out.push_str(self.rest);
                self.rest = "";
                return Some((out, BlockEnd::Text));
            };
            out.push_str(text);
            let (word, tail) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
            match word {
                "end" | "endif" => return Some((out, BlockEnd::Closed)),
                "else" if tail.trim().is_empty() => return Some((out, BlockEnd::Else)),
                "if" | "with" | "unless" => out.push_str(&self.condition(word, tail.trim(), shown)?),
                "else" | "elsif" | "elif" | "for" | "range" | "define" | "block" | "macro" | "set"
                | "assign" => return None,
                _ if tag.starts_with("/*") || tag.starts_with('#') => {}
                _ if shown => out.push_str(&self.value(tag)?),
                _ => {}
            }
        }
    }

    /// Returns what a condition shows.
    fn condition(&mut self, word: &str, expression: &str, shown: bool) -> Option<String> {
        self.depth += 1;
        (self.depth <= MAX_DEPTH).then_some(())?;
        let value = if shown { self.test(expression)? } else { String::new() };
        let is_true = value.is_empty() == (word == "unless");
        let is_with = word == "with";
        if is_with {
            self.dot.push(value);
        }
        let (mut out, mut end) = self.block(shown && is_true)?;
        if is_with {
            self.dot.pop();
        }
        if !is_true {
            out.clear();
        }
        if end == BlockEnd::Else {
            let (other, last) = self.block(shown && !is_true)?;
            if !is_true {
                out = other;
            }
            end = last;
        }
        self.depth -= 1;
        (end == BlockEnd::Closed).then_some(out)
    }

    /// Returns a value that is empty if a condition is false.
    fn test(&self, expression: &str) -> Option<String> {
        let expression = expression.trim_start_matches('(').trim_end_matches(')').trim();
        if let Some((first, second)) = expression.split_once("==") {
            let is = self.value(first)? == self.value(second)?;
            return Some(if is { "true".to_owned() } else { String::new() });
        }
        if let Some(negated) = expression.strip_prefix("not ") {
            return Some(if self.test(negated)?.is_empty() { "true".to_owned() } else { String::new() });
        }
        let value = self.value(expression)?;
        Some(if value == "false" { String::new() } else { value })
    }

    /// Returns the value of an expression, with its filters.
    fn value(&self, expression: &str) -> Option<String> {
        let mut parts = expression.split('|').map(str::trim);
        let first = parts.next()?;
        let mut value = self.operand(first)?;
        for filter in parts {
            let (name, argument) = filter.split_once([' ', '(', ':']).unwrap_or((filter, ""));
            let argument = argument.trim_end_matches(')').trim().trim_start_matches("value=");
            value = match name.trim() {
                "safeHTML" | "safeURL" | "safe" | "markdownify" | "markdown" | "relURL" | "absURL"
                | "relative_url" | "absolute_url" | "strip" | "trim" | "safeHTMLAttr" | "safeCSS" => value,
                "escape" | "htmlEscape" | "plainify" if !value.contains(INNER) => escape_attribute(&value),
                "default" if value.is_empty() => quoted(argument)?,
                "default" => value,
                _ => return None,
            };
        }
        Some(value)
    }

    fn operand(&self, text: &str) -> Option<String> {
        if let Some(literal) = quoted(text) {
            return Some(literal);
        }
        let text = text.trim_start_matches('$');
        if matches!(text, ".Inner" | "body" | "include.content") {
            return Some(INNER.to_string());
        }
        if text == "." {
            return self.dot.last().cloned();
        }
        if let Some(argument) = text.strip_prefix(".Get ").or_else(|| text.strip_prefix(".Params.")) {
            let argument = argument.trim();
            if let Ok(position) = argument.parse() {
                return Some((self.parameters.at)(position).unwrap_or_default());
            }
            let name = quoted(argument).unwrap_or_else(|| argument.to_owned());
            return Some((self.parameters.named)(&name).unwrap_or_default());
        }
        let name = text.strip_prefix("include.").unwrap_or(text);
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-".contains(c));
        // A word of Hugo is a function, not a parameter.
        let is_known = text.starts_with("include.") || (self.parameters.named)(name).is_some();
        (is_name && is_known).then(|| (self.parameters.named)(name).unwrap_or_default())
    }

    /// Returns the next tag without its delimiters, and the text before it. `Some(None)` if there is none.
    #[expect(clippy::option_option, reason = "a tag without its end makes the template too hard")]
    fn next(&mut self) -> Option<Option<(&'a str, &'a str)>> {
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

/// Returns a text in quotes without them.
fn quoted(text: &str) -> Option<String> {
    let text = text.trim();
    ['"', '\'', '`'].iter().find_map(|mark| Some(text.strip_prefix(*mark)?.strip_suffix(*mark)?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str) -> Option<(String, Option<String>)> {
        let named = |name: &str| match name {
            "src" => Some("a.jpg".to_owned()),
            "alt" => Some("A".to_owned()),
            _ => None,
        };
        let parameters = Parameters { named: &named, at: &|at| (at == 0).then(|| "first".to_owned()) };
        fill(template, &parameters).map(|filled| (filled.before, filled.after))
    }

    #[test]
    fn literal_html_with_parameters_is_filled_in() {
        for (template, html) in [
            ("<img src=\"{{ .Get \"src\" }}\">", "<img src=\"a.jpg\">"),
            ("<img src=\"{{ .Get 0 | safeURL }}\">", "<img src=\"first\">"),
            ("<img{{ with .Get \"alt\" }} alt=\"{{ . }}\"{{ end }}>", "<img alt=\"A\">"),
            ("<b>{{ with .Get \"none\" }}{{ . }}{{ else }}no{{ end }}</b>", "<b>no</b>"),
            ("{{/* a comment */}}<i>{{ .Get \"none\" | default \"x\" }}</i>", "<i>x</i>"),
            (
                "<img src=\"{{ include.src | relative_url }}\">{% if include.none %}!{% endif %}",
                "<img src=\"a.jpg\">",
            ),
            ("<img src=\"{{ src }}\">{% if alt %}{{ alt }}{% else %}!{% endif %}", "<img src=\"a.jpg\">A"),
            ("{{ if eq .Type \"x\" }}a{{ end }}", ""),
        ] {
            let expected = (!html.is_empty()).then(|| (html.to_owned(), None));
            assert_eq!(filled(template), expected, "{template}");
        }
    }

    #[test]
    fn the_text_between_tags_has_its_place() {
        let halves = Some(("<aside>".to_owned(), Some("</aside>".to_owned())));
        for template in
            ["<aside>{{ .Inner | markdownify }}</aside>", "  <aside>{{ body | safe }}</aside>\n\n"]
        {
            assert_eq!(filled(template), halves, "{template}");
        }
    }

    #[test]
    fn what_needs_the_site_is_too_hard() {
        for template in [
            "{{ range .Site.Pages }}x{{ end }}",
            "{{ .Page.Title }}",
            "{{ $x := .Get 0 }}",
            "{% for a in b %}x{% endfor %}",
            "{{ if .Get 0 }}",
            "{{ .Get",
            "{{ end }}",
            "{{ partial \"x\" . }}",
        ] {
            assert_eq!(filled(template), None, "{template}");
        }
        assert_eq!(filled(&"{{ if .Get 0 }}".repeat(10_000)), None);
    }
}
