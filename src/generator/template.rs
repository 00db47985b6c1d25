//! Addresses that are templates: `/blog/{{ page.fileSlug }}/` in Liquid and Nunjucks, and the same with `${…}` in
//! JavaScript.

use std::cell::Cell;

use chrono::NaiveDateTime;

use super::slug;

/// What a template may ask.
pub(super) struct Scope<'a> {
    /// Returns the text of a name such as `page.fileSlug` or `title`.
    pub(super) get: &'a dyn Fn(&str) -> Option<String>,
    /// Returns the expression of a name that the function around the template defines.
    pub(super) local: &'a dyn Fn(&str) -> Option<String>,
    /// Returns the function that is a filter of the site.
    pub(super) filter: &'a dyn Fn(&str) -> Option<String>,
    /// Date of the page.
    pub(super) date: Option<NaiveDateTime>,
}

/// Evaluates the expressions of one template.
struct Evaluator<'a> {
    scope: &'a Scope<'a>,
    /// Number of expressions that were evaluated.
    evaluated: Cell<usize>,
}

/// Maximum number of names that are defined by each other.
const MAX_DEPTH: usize = 8;
/// Maximum length of an expression, in bytes: each operator in it is a level of recursion.
const MAX_EXPRESSION: usize = 1_000;
/// Maximum number of expressions that one template evaluates.
const MAX_VALUES: usize = 1_000;

/// Fills in a template.
///
/// # Errors
/// The expression or tag that is not understood, as it is written.
pub(super) fn fill(template: &str, scope: &Scope<'_>) -> Result<String, String> {
    Evaluator { scope, evaluated: Cell::new(0) }.fill(template)
}

/// Returns where the next expression begins, with its brackets.
fn next(text: &str) -> Option<(usize, &'static str, &'static str)> {
    let found = [("{{", "}}"), ("${", "}")]
        .into_iter()
        .filter_map(|(open, close)| Some((text.find(open)?, open, close)));
    found.min_by_key(|(at, ..)| *at)
}

impl Evaluator<'_> {
    fn fill(&self, template: &str) -> Result<String, String> {
        if let Some(start) = template.find("{%") {
            let tag = &template[start..];
            return Err(tag.find("%}").map_or(tag, |end| &tag[..end + 2]).to_owned());
        }
        let (mut out, mut rest) = (String::new(), template);
        while let Some((at, open, close)) = next(rest) {
            out.push_str(&rest[..at]);
            let inner = &rest[at + open.len()..];
            let Some((expression, after)) = inner.split_once(close) else { break };
            let expression = expression.trim_matches('-').trim().replace("?.", ".");
            let written =
                || format!("{open}{inner}{close}", inner = &inner[..inner.len() - after.len() - close.len()]);
            out.push_str(&self.value(&expression, 0).ok_or_else(written)?);
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    /// Returns the value of an expression, to which a number of names of the function lead.
    fn value(&self, expression: &str, depth: usize) -> Option<String> {
        self.evaluated.set(self.evaluated.get() + 1);
        (expression.len() <= MAX_EXPRESSION && self.evaluated.get() <= MAX_VALUES).then_some(())?;
        // `a or b`, `a || b`: the first that has a value.
        for mark in [" or ", " || ", " ?? "] {
            if let Some((first, second)) = expression.split_once(mark) {
                return self
                    .value(first.trim(), depth)
                    .filter(|text| !text.is_empty())
                    .or_else(|| self.value(second.trim(), depth));
            }
        }
        let mut parts = expression.split('|').map(str::trim);
        let first = parts.next()?;
        let is_date = |name: &str| name == "date" || name.ends_with(".date");
        let bare = first.trim_start_matches("data.").trim_start_matches("this.");
        if let Some(text) = self.of_date(bare) {
            return Some(text);
        }
        if let Some((name, argument)) = call(bare) {
            return filtered(name, self.value(argument, depth)?, "");
        }
        // Data has no names of the function around it.
        let is_own = bare == first;
        let mut text = if is_date(bare) { String::new() } else { self.name(bare, is_own, depth)? };
        let mut was_date = is_date(bare);
        for part in parts {
            let (name, arguments) = call(part).or_else(|| part.split_once(':')).unwrap_or((part, ""));
            let argument = literal(arguments.split(',').next().unwrap_or_default()).unwrap_or_default();
            text =
                if was_date { self.dated(name, argument)? } else { filtered(name.trim(), text, argument)? };
            was_date = false;
        }
        if was_date { Some(self.scope.date?.format("%Y-%m-%d").to_string()) } else { Some(text) }
    }

    /// Returns what a method of a date in JavaScript shows, such as `date.toFormat("yyyy")` of Luxon or `getUTCFullYear()`.
    fn of_date(&self, expression: &str) -> Option<String> {
        let date = self.scope.date?;
        let method = |name: &str| expression.split_once(name).map(|(_, rest)| rest);
        for name in [".toFormat(", ".format("] {
            if let Some(rest) = method(name) {
                return formatted(date, literal(rest.trim_end().strip_suffix(')')?)?);
            }
        }
        let is_padded = expression.contains("padStart(2");
        for (names, padded, bare) in [
            (["getFullYear()", "getUTCFullYear()"], "%Y", "%Y"),
            (["getMonth()", "getUTCMonth()"], "%m", "%-m"),
            (["getDate()", "getUTCDate()"], "%d", "%-d"),
        ] {
            if names.iter().any(|name| expression.contains(name)) {
                return super::date::format(date, if is_padded { padded } else { bare });
            }
        }
        let rest = method(".toISOString()")?;
        ["slice(0, 10)", "slice(0,10)", "substring(0, 10)", "split(\"T\")[0]", "split('T')[0]"]
            .iter()
            .any(|cut| rest.contains(cut))
            .then(|| date.format("%Y-%m-%d").to_string())
    }

    /// Returns what a filter makes of the date. Without a format, it is one that the site defines, or one of those by custom.
    fn dated(&self, filter: &str, format: &str) -> Option<String> {
        let date = self.scope.date?;
        if !format.is_empty() {
            return formatted(date, format);
        }
        if let Some(function) = (self.scope.filter)(filter.trim()) {
            let is_format = |text: &String| text.contains(['y', 'Y', 'M', 'L', 'D', 'd', '%']);
            let formats = super::script::strings(&function).into_iter().filter(is_format).rev();
            let found = formats.into_iter().find_map(|format| formatted(date, &format));
            return found.or_else(|| self.of_date(&function));
        }
        let name = filter.to_lowercase();
        if name.contains("year") {
            return super::date::format(date, "%Y");
        }
        let is_day = name.contains("iso") || name.contains("html") || name.trim() == "date";
        if is_day { super::date::format(date, "%Y-%m-%d") } else { None }
    }

    fn name(&self, name: &str, is_own: bool, depth: usize) -> Option<String> {
        if let Some(text) = literal(name) {
            return Some(text.to_owned());
        }
        if let Some(text) = (self.scope.get)(name) {
            return Some(text);
        }
        let is_name = is_own && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        let expression = (self.scope.local)(name).filter(|_| is_name && depth < MAX_DEPTH)?;
        self.value(&expression.replace("?.", "."), depth + 1)
    }
}

/// Splits `name(argument)`.
fn call(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.split_once('(')?;
    Some((name.trim(), rest.trim_end().strip_suffix(')')?.trim()))
}

/// Returns a string without its quotes.
fn literal(text: &str) -> Option<&str> {
    let text = text.trim();
    ['"', '\''].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote))
}

fn filtered(name: &str, text: String, argument: &str) -> Option<String> {
    Some(match name {
        "slugify" => slug::slugify(&text),
        "slug" => slug::filter(&text),
        "upper" | "upcase" | "toUpperCase" => text.to_uppercase(),
        "lower" | "downcase" | "toLowerCase" => text.to_lowercase(),
        "url" | "safe" | "string" | "trim" | "strip" => text.trim().to_owned(),
        "append" => text + argument,
        "prepend" => argument.to_owned() + &text,
        "remove" => text.replace(argument, ""),
        "default" if text.is_empty() => argument.to_owned(),
        "default" => text,
        _ => return None,
    })
}

/// Formats a date: `%Y` as in Liquid, `yyyy` as in Luxon and date-fns, `YYYY` as in Moment and Day.js. `None` if a part of the
/// format is unknown.
fn formatted(date: NaiveDateTime, format: &str) -> Option<String> {
    if format.contains('%') {
        return super::date::format(date, format);
    }
    let (mut out, mut rest) = (String::new(), format);
    while let Some(first) = rest.chars().next() {
        let quote = match first {
            '\'' => Some('\''),
            '[' => Some(']'),
            _ => None,
        };
        if let Some(quote) = quote {
            let (text, after) = rest[1..].split_once(quote)?;
            out.push_str(text);
            rest = after;
            continue;
        }
        let length = rest.find(|c| c != first).unwrap_or(rest.len());
        let (token, after) = rest.split_at(length);
        rest = after;
        if !first.is_ascii_alphabetic() {
            out.push_str(token);
            continue;
        }
        let specifier = match token {
            "YYYY" | "yyyy" | "y" => "%Y",
            "YY" | "yy" => "%y",
            "MMMM" | "LLLL" => "%B",
            "MMM" | "LLL" => "%b",
            "MM" | "LL" => "%m",
            "M" | "L" => "%-m",
            "DD" | "dd" => "%d",
            "D" | "d" => "%-d",
            "HH" => "%H",
            "mm" => "%M",
            "ss" => "%S",
            _ => return None,
        };
        out.push_str(&super::date::format(date, specifier)?);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_filled_in_as_liquid_nunjucks_and_javascript_write_them() {
        let date = chrono::NaiveDate::from_ymd_opt(2024, 3, 4).and_then(|day| day.and_hms_opt(0, 0, 0));
        let get = |name: &str| match name {
            "page.fileSlug" => Some("my-post".into()),
            "title" => Some("It's a Title!".into()),
            _ => None,
        };
        let local = |name: &str| match name {
            "slug" => Some("data.slug || data.page?.fileSlug".to_owned()),
            "circle" => Some("circle".to_owned()),
            _ => None,
        };
        let filter = |name: &str| {
            (name == "permalinkDate")
                .then(|| "d => DateTime.fromJSDate(d, { zone: 'utc' }).toFormat('yyyy/MM')".to_owned())
        };
        let scope = Scope { get: &get, local: &local, filter: &filter, date };
        for (template, path) in [
            ("/blog/{{ page.fileSlug }}/", "/blog/my-post/"),
            ("/{{ title | slugify }}/index.html", "/its-a-title/index.html"),
            ("/{{ page.date | date: '%Y/%m/%d' }}/{{page.fileSlug}}/", "/2024/03/04/my-post/"),
            ("/{{ date | date(\"yyyy/LL\") }}/", "/2024/03/"),
            ("/${date.toFormat('yyyy/LL')}/${data.page.date.getUTCDate()}/", "/2024/03/4/"),
            (
                "/${String(d.getMonth() + 1).padStart(2, '0')}/${d.toISOString().slice(0, 10)}/",
                "/03/2024-03-04/",
            ),
            ("/{{ page.date | permalinkDate }}/", "/2024/03/"),
            ("/{{ page.date | date('yyyy/LLL/d') }}/{{ page.date | year }}", "/2024/Mar/4/2024"),
            ("/{{ page.date | date('[on] YYYY/MMMM/D') }}/", "/on 2024/March/4/"),
            ("/${data.page.fileSlug}/", "/my-post/"),
            ("/${slug}/", "/my-post/"),
            ("/${this.slugify(data.title)}/", "/its-a-title/"),
            ("/{{ slug or page.fileSlug }}/", "/my-post/"),
            ("/{{ title | lower | append: '.html' }}", "/it's a title!.html"),
        ] {
            assert_eq!(fill(template, &scope).as_deref(), Ok(path), "{template}");
        }
        for bad in [
            "{{ circle }}",
            "{{ nothing }}",
            "{{ date | madeUp }}",
            "{{ date | date('eeee') }}",
            "{% if draft %}",
        ] {
            assert_eq!(fill(&format!("/{bad}/"), &scope), Err(bad.to_owned()));
        }
    }

    #[test]
    fn an_expression_that_never_ends_is_not_understood() {
        let local = |name: &str| (name == "a").then(|| ["a"; 9].join(" || "));
        let get = |_: &str| None;
        let long =
            [" or ".to_owned() + &["''"; 10_000].join(" or "), "b(".repeat(10_000) + &")".repeat(10_000)];
        for expression in long.iter().map(String::as_str).chain(["a"]) {
            let filter = |_: &str| None;
            let scope = Scope { get: &get, local: &local, filter: &filter, date: None };
            let evaluator = Evaluator { scope: &scope, evaluated: Cell::new(0) };
            assert!(evaluator.fill(&format!("/{{{{ {expression} }}}}/")).is_err());
            assert!(evaluator.evaluated.get() < 20_000);
        }
    }
}
