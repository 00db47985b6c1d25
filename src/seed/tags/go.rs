//! The site's own shortcodes of Hugo, as far as they are made of their parameters: variables, conditions, and functions on
//! text ([templates of Go](https://pkg.go.dev/text/template), [functions of Hugo](https://gohugo.io/functions/)). What
//! needs the site, such as a loop over its pages, makes a template too hard.

use super::syntax::replaced;
use super::template::{
    BlockEnd, Filled, INNER, MAX_DEPTH, Parameters, Scanner, address_of_file, finished, first_true,
};
use crate::html::escape_attribute;
use crate::types::work;

/// Maximum number of variables.
const MAX_VARIABLES: usize = 100;
/// Maximum length of an expression, in bytes.
const MAX_EXPRESSION: usize = 2_000;
/// Stands between the items of a list.
const ITEM_END: char = '\u{2}';
/// Maximum length of what a template shows, in bytes.
const MAX_SHOWN: usize = 256 << 10;

/// Fills in a template; `None` if it needs more than its parameters.
pub(super) fn fill(template: &str, parameters: &Parameters<'_>) -> Option<Filled> {
    work::step(template.len());
    let mut filler = Filler {
        scanner: Scanner { rest: template },
        parameters,
        dot: Vec::new(),
        variables: Vec::new(),
        depth: 0,
        shown: 0,
    };
    let (out, end) = filler.block(true)?;
    let mut filled = (end == BlockEnd::Text).then(|| finished(&out))??;
    filled.is_markdown = ["arkdownify", "RenderString"].iter().any(|name| template.contains(name));
    Some(filled)
}

struct Filler<'a> {
    scanner: Scanner<'a>,
    parameters: &'a Parameters<'a>,
    /// Values of `.` in `with`, the innermost last, and whether they are HTML.
    dot: Vec<(String, bool)>,
    /// Names with their values, the innermost last, and whether they are HTML.
    variables: Vec<(&'a str, String, bool)>,
    depth: usize,
    /// Number of bytes that were shown.
    shown: usize,
}

impl<'a> Filler<'a> {
    /// Returns the output up to the end of the block. Nothing of a block that is not `shown` is evaluated.
    fn block(&mut self, shown: bool) -> Option<(String, BlockEnd<'a>)> {
        let mut out = String::new();
        let outer = self.variables.len();
        loop {
            let Some((text, tag)) = self.scanner.next()? else {
                out.push_str(self.scanner.rest);
                self.scanner.rest = "";
                return Some((out, BlockEnd::Text));
            };
            out.push_str(text);
            let (word, tail) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
            let tail = tail.trim();
            let end = match word {
                "end" => Some(BlockEnd::Closed),
                "else" => Some(BlockEnd::Else(tail)),
                _ => None,
            };
            if let Some(end) = end {
                self.variables.truncate(outer);
                return Some((out, end));
            }
            match word {
                "if" | "with" => out.push_str(&self.condition(word, tail, shown)?),
                "range" | "define" | "block" | "template" | "return" | "break" | "continue" if shown => {
                    return None;
                }
                "range" | "define" | "block" => _ = self.condition(word, tail, false)?,
                _ if !shown || tag.starts_with("/*") => {}
                _ => {
                    let value = self.action(tag)?;
                    self.shown += value.len();
                    (self.shown <= MAX_SHOWN).then_some(())?;
                    out.push_str(&value);
                }
            }
        }
    }

    /// Returns what a condition shows.
    fn condition(&mut self, word: &'a str, expression: &'a str, shown: bool) -> Option<String> {
        self.depth += 1;
        (self.depth <= MAX_DEPTH).then_some(())?;
        let next = |rest: &'a str| rest.split_once(char::is_whitespace);
        let out = first_true(shown, (word, expression), next, |condition, is_open| {
            let Some((word, expression)) = condition else {
                let (text, end) = self.block(is_open)?;
                return Some((is_open, text, end));
            };
            let outer = self.variables.len();
            let value = if is_open { self.assigned(expression)? } else { String::new() };
            let is_shown = is_open && is_true(&value);
            let is_with = word == "with";
            if is_with {
                self.dot.push((value, self.is_html(expression)));
            }
            let (text, end) = self.block(is_shown)?;
            if is_with {
                self.dot.pop();
            }
            self.variables.truncate(outer);
            Some((is_shown, text, end))
        })?;
        self.depth -= 1;
        Some(out)
    }

    /// Returns what an action shows: nothing of `$name := …`.
    fn action(&mut self, tag: &'a str) -> Option<String> {
        let is_assigned = tag.starts_with('$') && (tag.contains(":=") || tag.contains(" = "));
        let value = self.assigned(tag)?;
        Some(match is_assigned {
            true => String::new(),
            false if value.contains(ITEM_END) => return None,
            false if self.is_html(tag) || value.contains(INNER) => value,
            false => escape_attribute(&value),
        })
    }

    /// True if the value of an expression is HTML; any other text is escaped where it is shown.
    fn is_html(&self, expression: &str) -> bool {
        let name = expression.trim();
        let known = match name {
            "." => self.dot.last().map(|(_, is_html)| *is_html),
            _ => {
                self.variables.iter().rev().find(|(known, ..)| *known == name).map(|(_, _, is_html)| *is_html)
            }
        };
        known.unwrap_or_else(|| {
            let makers =
                ["safe", "arkdownify", "RenderString", "tmlEscape", "HTMLEscape", ".Inner", "mojify", "URL"];
            makers.iter().any(|maker| name.contains(maker))
        })
    }

    /// Returns the value of `$name := …` or of an expression.
    fn assigned(&mut self, tag: &'a str) -> Option<String> {
        let parts = tag.split_once(":=").map(|parts| (parts, true));
        let parts = parts.or_else(|| Some((tag.split_once(" = ")?, false)));
        let Some(((name, expression), is_new)) = parts.filter(|_| tag.starts_with('$')) else {
            return self.value(tag);
        };
        let (name, value) = (name.trim(), self.value(expression)?);
        let is_html = self.is_html(expression);
        let known = self.variables.iter_mut().rev().find(|(known, ..)| *known == name);
        match known {
            Some(old) if !is_new => (old.1, old.2) = (value.clone(), is_html),
            _ => self.variables.push((name, value.clone(), is_html)),
        }
        (self.variables.len() <= MAX_VARIABLES).then_some(value)
    }

    fn value(&self, expression: &str) -> Option<String> {
        work::step(expression.len());
        (expression.len() <= MAX_EXPRESSION).then_some(())?;
        let mut words = Words { rest: expression.trim(), depth: 0 };
        let value = self.pipeline(&mut words)?;
        words.rest.is_empty().then_some(value)
    }

    /// Reads commands up to a closing bracket or the end; each gets the value of the one before as its last argument.
    fn pipeline(&self, words: &mut Words<'_>) -> Option<String> {
        let mut value: Option<Option<String>> = None;
        loop {
            let mut operands: Vec<(&str, Option<String>)> = Vec::new();
            while let Some((word, found)) = self.operand(words)? {
                let is_affordable =
                    found.as_ref().is_none_or(|value| self.parameters.budget.spend(value.len()));
                is_affordable.then_some(())?;
                operands.push((word, found));
            }
            if let Some(value) = value.take() {
                operands.push(("", value));
            }
            let (first, rest) = operands.split_first()?;
            let result = if rest.is_empty() && first.1.is_some() {
                first.1.clone()
            } else {
                self.called(first.0, rest)
            };
            match words.rest.strip_prefix('|') {
                Some(rest) => {
                    words.rest = rest.trim_start();
                    // A value that is not known may be replaced, by `default` for example.
                    value = Some(result);
                }
                None => return result,
            }
        }
    }

    /// Reads an operand: its text, and its value if it has one by itself. `Some(None)` at the end of a command.
    #[expect(clippy::option_option, reason = "the end of a command is no fault")]
    fn operand<'w>(&self, words: &mut Words<'w>) -> Option<Option<(&'w str, Option<String>)>> {
        words.rest = words.rest.trim_start();
        let rest = words.rest;
        match rest.chars().next() {
            None | Some('|' | ')') => return Some(None),
            Some('(') => {
                words.depth += 1;
                (words.depth <= MAX_DEPTH).then_some(())?;
                words.rest = &rest[1..];
                let value = self.pipeline(words);
                // What is unknown inside is read up to its bracket all the same.
                words.rest = words.rest.trim_start().strip_prefix(')')?;
                words.depth -= 1;
                let end = words.rest.find([' ', '\t', '\n', '|', ')']).unwrap_or(words.rest.len());
                let (field, rest) = words.rest.split_at(end);
                words.rest = rest;
                return Some(Some(("(", value.and_then(|value| of_field(value, field)))));
            }
            Some(quote @ ('"' | '`')) => {
                let inner = &rest[1..];
                let mut is_escaped = false;
                let end = inner.find(|c: char| {
                    let is_end = c == quote && !is_escaped;
                    is_escaped = c == '\\' && quote == '"' && !is_escaped;
                    is_end
                })?;
                words.rest = &inner[end + 1..];
                let text = &inner[..end];
                let text = if quote == '"' {
                    text.replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\")
                } else {
                    text.to_owned()
                };
                return Some(Some(("\"", Some(text))));
            }
            _ => {}
        }
        let end = rest.find([' ', '\t', '\n', '|', ')', '(']).unwrap_or(rest.len());
        (end > 0).then_some(())?;
        let (word, after) = rest.split_at(end);
        words.rest = after;
        Some(Some((word, self.named(word))))
    }

    /// Returns the value of a word that stands for itself.
    fn named(&self, word: &str) -> Option<String> {
        if word.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            return Some(word.to_owned());
        }
        match word {
            "." => return self.dot.last().map(|(value, _)| value.clone()),
            "true" => return Some(word.to_owned()),
            "false" | "nil" => return Some(String::new()),
            _ => {}
        }
        let bare = word.strip_prefix("$.").or_else(|| word.strip_prefix('.'));
        if let Some(name) = bare {
            // The value of `with` is a text.
            if !self.dot.is_empty() && word.starts_with('.') {
                return of_field(self.dot.last()?.0.clone(), word);
            }
            return match name {
                "Inner" | "InnerDeindent" => Some(INNER.to_string()),
                "IsNamedParams" => Some(if self.parameters.is_named { "true" } else { "" }.to_owned()),
                _ => match name.strip_prefix("Params.") {
                    Some(key) => Some((self.parameters.named)(key).unwrap_or_default()),
                    None => (self.parameters.page)(name),
                },
            };
        }
        if let Some(name) = word.strip_prefix('$') {
            let end = name.find('.').map_or(word.len(), |at| at + 1);
            let (name, field) = word.split_at(end);
            let (_, value, _) = self.variables.iter().rev().find(|(known, ..)| *known == name)?;
            return of_field(value.clone(), field);
        }
        if let Some(name) = word.strip_prefix("site.") {
            return (self.parameters.page)(&format!("Site.{name}"));
        }
        None
    }

    /// Returns the parameter that a position or a name stands for.
    fn parameter(&self, key: &str) -> String {
        match key.parse() {
            Ok(position) => (self.parameters.at)(position),
            Err(_) => (self.parameters.named)(key),
        }
        .unwrap_or_default()
    }

    /// Returns the URL of a path below the site's, as `relURL` and `absURL` do: one that begins with `/` is below the host
    /// (<https://gohugo.io/functions/urls/absurl/>).
    fn of_site(&self, path: String) -> String {
        let is_below = !path.is_empty()
            && !path.starts_with(['/', '#', '?'])
            && !path.contains(':')
            && !path.contains([INNER, ITEM_END]);
        let site = (self.parameters.page)("Site.BaseURL").filter(|_| is_below);
        site.unwrap_or_default() + &path
    }

    /// Returns the result of a function or a method.
    fn called(&self, name: &str, operands: &[(&str, Option<String>)]) -> Option<String> {
        let argument = |number: usize| operands.get(number)?.1.clone();
        let last = || operands.last()?.1.clone();
        // What is done to the text between the tags is not known.
        let text = |number: usize| argument(number).filter(|text| !text.contains(INNER));
        let truth = |is: bool| Some(if is { "true".to_owned() } else { String::new() });
        let is_params = |number: usize| {
            operands.get(number).is_some_and(|(word, _)| matches!(*word, ".Params" | "$.Params"))
        };
        let function = name.trim_start_matches('$').trim_start_matches('.');
        match function {
            "Get" if name != "Get" => return Some(self.parameter(&argument(0)?)),
            "index" if is_params(0) => return Some(self.parameter(&argument(1)?)),
            "index" => {
                let (list, number) = (text(0)?, text(1)?.parse().ok()?);
                return list.split(ITEM_END).nth(number).map(str::to_owned);
            }
            "isset" if is_params(0) => return truth(!self.parameter(&argument(1)?).is_empty()),
            "Page.RenderString" | "RenderString" => return last(),
            "Page.Resources.GetMatch" | "Page.Resources.Get" | "Resources.GetMatch" | "Resources.Get" => {
                return text(0);
            }
            "resources.Get" | "resources.GetMatch" | "resources.GetRemote" => {
                return text(0).map(address_of_file);
            }
            _ if name.starts_with(['.', '$']) => {
                // A method of an image, such as `$image.Resize "600x"`, gives an image.
                let (value, method) = name.rsplit_once('.')?;
                let is_image = ["Resize", "Fit", "Fill", "Filter", "Process", "Crop"].contains(&method);
                return is_image.then(|| self.named(if value.is_empty() { "." } else { value }))?;
            }
            _ => {}
        }
        let count = operands.len();
        Some(match function {
            "default" | "compare.Default" => {
                last().filter(|value| !value.is_empty()).or_else(|| argument(0))?
            }
            "or" => operands
                .iter()
                .find_map(|(_, value)| value.clone().filter(|value| is_true(value)))
                .or_else(last)?,
            "and" => operands
                .iter()
                .find_map(|(_, value)| value.clone().filter(|value| !is_true(value)))
                .or_else(last)?,
            "not" => return truth(!is_true(&argument(0)?)),
            "cond" | "compare.Conditional" => argument(if is_true(&argument(0)?) { 1 } else { 2 })?,
            "eq" => {
                return truth(
                    (1..count).any(|number| argument(number) == argument(0) && argument(0).is_some()),
                );
            }
            "ne" => return truth(argument(0)? != argument(1)?),
            "lt" | "le" | "gt" | "ge" => {
                let number = |at: usize| text(at)?.trim().parse::<f64>().ok();
                let (one, other) = (number(0)?, number(1)?);
                let is = match function {
                    "lt" => one < other,
                    "le" => one <= other,
                    "gt" => one > other,
                    _ => one >= other,
                };
                return truth(is);
            }
            "safeHTML"
            | "safeURL"
            | "safeCSS"
            | "safeJS"
            | "safeHTMLAttr"
            | "markdownify"
            | "transform.Markdownify"
            | "string"
            | "int"
            | "emojify"
            | "chomp"
            | "strings.Chomp"
            | "htmlUnescape"
            | "transform.Emojify"
            | "strings.TrimSpace" => last()?,
            "relURL" | "absURL" | "relLangURL" | "absLangURL" | "urls.RelURL" | "urls.AbsURL" => {
                self.of_site(last()?)
            }
            "trim" | "strings.Trim" => {
                let value = argument(0)?;
                let cut = argument(1)?;
                if value.contains(INNER) { value } else { value.trim_matches(|c| cut.contains(c)).to_owned() }
            }
            "htmlEscape" | "transform.HTMLEscape" => escape_attribute(&text(0)?),
            "plainify" | "transform.Plainify" => last()?,
            "lower" | "strings.ToLower" => text(0)?.to_lowercase(),
            "upper" | "strings.ToUpper" => text(0)?.to_uppercase(),
            "urlize" | "anchorize" | "urls.Anchorize" | "urls.URLize" => {
                text(0)?.trim().to_lowercase().replace(' ', "-")
            }
            "replace" | "strings.Replace" if !text(1)?.is_empty() => {
                replaced(&text(0)?, &text(1)?, &text(2)?)?
            }
            "strings.TrimPrefix" => {
                text(1)?.strip_prefix(&text(0)?).map(str::to_owned).or_else(|| text(1))?
            }
            "strings.TrimSuffix" => {
                text(1)?.strip_suffix(&text(0)?).map(str::to_owned).or_else(|| text(1))?
            }
            "hasPrefix" | "strings.HasPrefix" => return truth(text(0)?.starts_with(&text(1)?)),
            "hasSuffix" | "strings.HasSuffix" => return truth(text(0)?.ends_with(&text(1)?)),
            "in" | "strings.Contains" => return truth(text(0)?.contains(&text(1)?)),
            "len" => text(0)?.chars().count().to_string(),
            "print" => operands.iter().map(|(_, value)| value.clone()).collect::<Option<String>>()?,
            "printf" | "fmt.Printf" => {
                let format = text(0)?;
                let mut parts = format.split('%');
                let mut out = parts.next()?.to_owned();
                for (number, part) in parts.enumerate() {
                    let value = argument(number + 1)?;
                    let after = part.strip_prefix(['s', 'd', 'v', 'q'])?;
                    if part.starts_with('q') {
                        out += &format!("\"{value}\"")
                    } else {
                        out += &value
                    }
                    out += after;
                }
                out
            }
            "split" | "strings.Split" if !text(1)?.is_empty() => {
                replaced(&text(0)?, &text(1)?, ITEM_END.encode_utf8(&mut [0; 4]))?
            }
            "urls.Parse" => text(0)?,
            "path.Base" => text(0)?.rsplit('/').next()?.to_owned(),
            "warnf" => String::new(),
            _ => return None,
        })
    }
}

/// The rest of an expression.
struct Words<'w> {
    rest: &'w str,
    depth: usize,
}

fn is_true(value: &str) -> bool {
    !matches!(value, "" | "false" | "0")
}

/// Returns a field of a value: a part of an address, or the address of an image, whose size is not known.
fn of_field(value: String, field: &str) -> Option<String> {
    match field {
        "" | ".RelPermalink" | ".Permalink" | ".String" => Some(value),
        ".Width" | ".Height" => Some(String::new()),
        ".Host" | ".Hostname" | ".Path" | ".Scheme" => {
            let url = url::Url::parse(&value).ok()?;
            Some(match field {
                ".Path" => url.path().to_owned(),
                ".Scheme" => url.scheme().to_owned(),
                _ => url.host_str()?.to_owned(),
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::budget::Budget;
    use super::super::syntax::MAX_VALUE;
    use super::*;

    fn filled(template: &str) -> Option<(String, Option<String>)> {
        let named = |name: &str| match name {
            "src" => Some("a.jpg".to_owned()),
            "alt" => Some("A <b>".to_owned()),
            _ => None,
        };
        let page = |name: &str| (name == "Page.Title").then(|| "The Quay".to_owned());
        let at = |at| (at == 0).then(|| "first".to_owned());
        let parameters = Parameters {
            named: &named,
            at: &at,
            page: &page,
            is_named: true,
            budget: &Budget::of(MAX_VALUE),
        };
        fill(template, &parameters).map(|filled| (filled.before, filled.after))
    }

    #[test]
    fn variables_conditions_and_functions_on_text_are_evaluated() {
        for (template, html) in [
            (
                "{{ $u := .Get \"src\" }}{{ if not $u }}{{ errorf \"no\" }}{{ end }}<img src=\"{{ $u }}\">",
                "<img src=\"a.jpg\">",
            ),
            (
                "{{ .Get \"none\" | default \"x\" }} {{ default \"y\" (.Get 9) }} {{ .Get 0 | default \"z\" }}",
                "x y first",
            ),
            (
                "{{ .Get \"alt\" }} {{ .Get \"alt\" | safeHTML }} {{ $a := .Get \"alt\" | markdownify }}{{ $a }}",
                "A &lt;b&gt; A <b> A <b>",
            ),
            ("{{ if eq (.Get 0) \"second\" }}2{{ else if eq (.Get 0) \"first\" }}1{{ else }}0{{ end }}", "1"),
            (
                "{{ if and (.Get \"src\") (not (.Get \"none\")) }}both{{ end }}{{ if or .IsNamedParams false }}!{{ end }}",
                "both!",
            ),
            ("{{ with .Get \"none\" }}{{ . }}{{ else with .Get \"src\" }}{{ . | upper }}{{ end }}", "A.JPG"),
            (
                "{{ $i := .Page.Resources.GetMatch (.Get \"src\") }}{{ with $i }}{{ $s := .Resize \"600x\" }}<img src=\"{{ $s.RelPermalink }}\" width=\"{{ $s.Width }}\">{{ end }}",
                "<img src=\"a.jpg\" width=\"\">",
            ),
            (
                "{{ printf \"%s-%s\" (.Get 0) $.Page.Title }}{{ $x := \"a\" }}{{ if true }}{{ $x = \"b\" }}{{ $x := \"c\" }}{{ end }} {{ $x }}",
                "first-The Quay b",
            ),
            (
                "{{ cond (gt (len (.Get 0)) 3) \"long\" \"short\" }}{{ if false }}{{ range .Site.Pages }}{{ if . }}{{ end }}{{ end }}{{ end }}",
                "long",
            ),
            (
                "{{ index .Params 0 }}{{ if isset .Params \"none\" }}!{{ end }} {{ .Get \"src\" | replaceRE \"a\" \"b\" | default \"c\" }}",
                "first c",
            ),
            ("{{- /* a comment */ -}} {{ strings.TrimSuffix \".jpg\" (.Get \"src\") }}", "a"),
        ] {
            assert_eq!(filled(template), Some((html.to_owned(), None)), "{template}");
        }
        let halves = Some(("<aside class=\"note\">".to_owned(), Some("</aside>".to_owned())));
        for inner in [
            ".Inner | markdownify",
            ".Page.RenderString .Inner",
            "trim .Inner \"\\n\" | .Page.RenderString",
            "$inner",
        ] {
            let template = format!(
                "{{{{ $inner := .Inner }}}}<aside class=\"{{{{ .Get \"kind\" | default \"note\" }}}}\">{{{{ {inner} }}}}</aside>"
            );
            assert_eq!(filled(&template), halves, "{inner}");
        }
    }

    #[test]
    fn what_needs_the_site_is_too_hard() {
        for template in [
            "{{ range .Site.Pages }}x{{ end }}",
            "{{ partial \"x\" . }}",
            "{{ $x := partial \"x\" . }}",
            "{{ errorf \"no\" }}",
            "{{ .Inner }}{{ .Inner }}",
            "{{ .Inner | upper }}",
            "{{ if .Get 0 }}",
            "{{ if .Get 0 }}{{ else }}{{ else }}{{ end }}",
            "{{ end }}",
            "{{ .Get (}}",
            "{{ $unknown }}",
            "{{ \"open }}",
            "{{ .Get",
        ] {
            assert_eq!(filled(template), None, "{template}");
        }
        assert_eq!(filled(&format!("{{{{ {} }}}}", "(".repeat(1_000))), None);
        assert_eq!(filled(&"{{ if .Get 0 }}".repeat(10_000)), None);
    }
}
