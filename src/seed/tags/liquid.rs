//! [Liquid](https://shopify.github.io/liquid/) as far as an article can be rendered without its site: values, text filters,
//! `raw`, `comment`, and the tags of [Jekyll](https://jekyllrb.com/docs/liquid/tags/).

use std::borrow::Cow;
use std::collections::HashSet;
use std::rc::Rc;

use serde_json::Value;

use super::renderer::{Block, MAX_LOOKED_UP, TemplateRenderer};
use super::syntax::{Args, MAX_VALUE, Tag, inner, replaced, split, unquoted};
use super::{hexo, named};
use crate::generator::{Kind, Unzoned, date, is_page, jekyll_slug};
use crate::html::escape_attribute;
use crate::types::work;

/// Maximum number of files that are read for `include_relative`.
const MAX_INCLUDED: usize = 100;
/// Number of bytes that a pass of a loop counts as, in addition to its text.
const PASS: usize = 4 << 10;
/// Maximum number of items of a list that tags make.
const MAX_ITEMS: usize = 1_000;
/// Number of bytes that an item of a list or table takes, besides its text.
const NODE: usize = 32;

/// Renders the tag at the current position; returns `false` if there is none.
pub(super) fn render(renderer: &mut TemplateRenderer<'_>) -> bool {
    let is_tag = renderer.rest().starts_with("{%");
    let (open, close) = if is_tag { ("{%", "%}") } else { ("{{", "}}") };
    let Some(whole) = renderer.delimited(0, open, close) else { return false };
    let inner = inner(whole);
    renderer.skip(whole.len());
    if is_tag {
        let tag = Tag::new(inner);
        if !render_tag(renderer, &tag) {
            renderer.leave_out(tag.name, whole);
        }
    } else {
        let first = inner.split(|c: char| c.is_whitespace() || c == '|').next().unwrap_or_default();
        let shown = output(renderer, inner);
        // That its value is not known was reported where it is assigned.
        let is_reported = shown.is_none() && renderer.is_unknown(variable_of(first));
        if !is_reported && !shown.is_some_and(|value| renderer.insert(&value)) {
            renderer.leave_out(first, whole);
        }
    }
    true
}

/// Returns the variable that a name is a part of.
fn variable_of(name: &str) -> &str {
    &name[..name.find(['.', '[']).unwrap_or(name.len())]
}

/// Returns what `{{ … }}` shows; `None` if only the site knows it.
fn output(renderer: &TemplateRenderer<'_>, inner: &str) -> Option<String> {
    match evaluated(renderer, inner)? {
        Value::Null => Some(String::new()),
        value => text_of(&value),
    }
}

/// Returns the value of an expression with filters; `None` if only the site knows it.
fn evaluated(renderer: &TemplateRenderer<'_>, expression: &str) -> Option<Value> {
    if renderer.is_full() {
        return None;
    }
    let mut parts = split(expression, '|').into_iter().map(str::trim).peekable();
    let name = parts.next().unwrap_or_default();
    let has_default = parts.peek().is_some_and(|filter| filter.starts_with("default"));
    let mut result = match lookup(renderer, name) {
        Lookup::Found(value) => Value::String(value),
        Lookup::Missing => Value::Null,
        Lookup::Unknown if has_default && is_unset(name) => Value::Null,
        Lookup::Unknown if name.starts_with('[') => serde_json::from_str(&name.replace('\'', "\"")).ok()?,
        Lookup::List => {
            let first = parts.next_if(|filter| filter.starts_with("where:"));
            match first.map(|filter| arguments(filter).1) {
                // Of a large list, only what is wanted is copied.
                Some(args) => {
                    let (key, wanted) = (value(renderer, args.first()?)?, value(renderer, args.get(1)?)?);
                    let select =
                        |list: &Value| is_affordable(renderer, list).then(|| selected(list, &key, &wanted));
                    stored(renderer, name, &select)?
                }
                None => stored(renderer, name, &|value| whole(renderer, value))?,
            }
        }
        Lookup::Unknown => return None,
    };
    for filter in parts {
        let is_list = result.is_array() || result.is_object();
        work::step(result.as_str().map_or(0, str::len));
        if is_list && !is_affordable(renderer, &result) {
            return None;
        }
        let (name, args) = arguments(filter);
        result = of_list(renderer, result, name, &args)?;
        if result.as_str().is_some_and(|text| text.len() > MAX_VALUE) {
            return None;
        }
    }
    Some(result)
}

/// Splits a filter into its name and its arguments.
fn arguments(filter: &str) -> (&str, Vec<&str>) {
    let (name, args) = filter.split_once([':', '(']).unwrap_or((filter, ""));
    let args = args.trim().trim_end_matches(')');
    (name.trim(), split(args, ',').into_iter().map(str::trim).collect())
}

/// Returns the items of a list whose part is a text, or has it (<https://jekyllrb.com/docs/liquid/filters/>).
fn selected(list: &Value, key: &str, wanted: &str) -> Value {
    let key = format!(".{key}");
    let is_wanted = |value: &Value| match value {
        Value::String(text) => text == wanted,
        other => text_of(other).unwrap_or_default() == wanted,
    };
    let fits = |item: &&Value| match part(item, &key) {
        Value::Array(all) => all.iter().any(is_wanted),
        found => is_wanted(found),
    };
    match list {
        Value::Array(all) => all.iter().filter(fits).cloned().collect(),
        Value::Object(table) => table.values().filter(fits).cloned().collect(),
        _ => Vec::<Value>::new().into(),
    }
}

/// Applies a filter to a list, or one that makes a list or a number of something; any other is applied to a text.
fn of_list(renderer: &TemplateRenderer<'_>, value: Value, name: &str, args: &[&str]) -> Option<Value> {
    let argument = |number: usize| self::value(renderer, args.get(number).copied().unwrap_or_default());
    // Of a table, its values.
    let all = |value: Value| match value {
        Value::Array(all) => Some(all),
        Value::Object(table) => Some(table.into_iter().map(|(_, value)| value).collect()),
        Value::Null => Some(Vec::new()),
        _ => None,
    };
    let of_item = |item: &Value, key: &str| part(item, &format!(".{key}")).clone();
    Some(match name {
        "first" | "last" if !value.is_object() => part(&value, &format!(".{name}")).clone(),
        "size" => match &value {
            Value::Array(all) => all.len(),
            Value::Object(table) => table.len(),
            other => text_of(other).map_or(0, |text| text.chars().count()),
        }
        .into(),
        "where" => selected(&value, &argument(0)?, &argument(1)?),
        "map" => {
            let key = argument(0)?;
            all(value)?.iter().map(|item| of_item(item, &key)).collect()
        }
        "sort" | "sort_natural" => {
            let key = args.first().filter(|key| !key.is_empty()).map(|_| argument(0));
            let key = match key {
                None => None,
                Some(key) => Some(key?),
            };
            let is_natural = name == "sort_natural";
            let by = |item: &Value| {
                let value = key.as_ref().map_or_else(|| item.clone(), |key| of_item(item, key));
                let text = text_of(&value).unwrap_or_default();
                (value.as_f64(), if is_natural { text.to_lowercase() } else { text })
            };
            let mut all: Vec<_> = all(value)?.into_iter().map(|item| (by(&item), item)).collect();
            if all.iter().all(|((number, _), _)| number.is_some()) {
                all.sort_by(|((one, _), _), ((other, _), _)| {
                    one.unwrap_or_default().total_cmp(&other.unwrap_or_default())
                });
            } else {
                all.sort_by(|((_, one), _), ((_, other), _)| one.cmp(other));
            }
            all.into_iter().map(|(_, item)| item).collect()
        }
        "reverse" => all(value)?.into_iter().rev().collect(),
        "compact" => all(value)?.into_iter().filter(|item| !item.is_null()).collect(),
        "uniq" => {
            let mut seen = HashSet::new();
            all(value)?.into_iter().filter(|item| seen.insert(item.to_string())).collect()
        }
        "join" => {
            let mark =
                if args.first().is_some_and(|mark| !mark.is_empty()) { argument(0)? } else { " ".to_owned() };
            let all: Vec<String> = all(value)?.iter().map(|item| text_of(item).unwrap_or_default()).collect();
            // A long mark between many items.
            renderer.budget.spend(mark.len() * all.len()).then(|| all.join(&mark))?.into()
        }
        "split" => {
            let (text, mark) = (text_of(&value).unwrap_or_default(), argument(0)?);
            let mut parts: Vec<&str> = match mark.as_str() {
                " " => text.split_whitespace().take(MAX_ITEMS + 1).collect(),
                "" => text
                    .char_indices()
                    .take(MAX_ITEMS + 1)
                    .map(|(at, c)| &text[at..at + c.len_utf8()])
                    .collect(),
                mark => text.split(mark).take(MAX_ITEMS + 1).collect(),
            };
            while parts.pop_if(|part| part.is_empty()).is_some() {}
            (parts.len() <= MAX_ITEMS).then(|| parts.into())?
        }
        "plus" | "minus" | "times" => {
            let number = |text: &str| text.trim().parse::<serde_json::Number>().ok();
            let (one, other) = (number(&text_of(&value).unwrap_or_default()), number(&argument(0)?));
            let (one, other) = (one.unwrap_or(0.into()), other.unwrap_or(0.into()));
            match (one.as_i64(), other.as_i64()) {
                (Some(one), Some(other)) => match name {
                    "plus" => one.checked_add(other)?,
                    "minus" => one.checked_sub(other)?,
                    _ => one.checked_mul(other)?,
                }
                .into(),
                _ => {
                    let (one, other) = (one.as_f64()?, other.as_f64()?);
                    match name {
                        "plus" => one + other,
                        "minus" => one - other,
                        _ => one * other,
                    }
                    .into()
                }
            }
        }
        "default" if value.is_array() || value.is_object() => value,
        _ => {
            let text = if value.is_null() { String::new() } else { text_of(&value)? };
            Value::String(filtered(renderer, text, name, args)?)
        }
    })
}

/// Applies a [filter](https://shopify.github.io/liquid/filters/abs/) to a text.
fn filtered(renderer: &TemplateRenderer<'_>, text: String, name: &str, args: &[&str]) -> Option<String> {
    let page = renderer.page;
    let argument = |number: usize| value(renderer, args.get(number).copied().unwrap_or_default());
    Some(match name {
        "relative_url" | "absolute_url" | "absoluteUrl" if crate::types::is_http(&text) => text,
        "relative_url" => format!("{}/{}", page.base_path(), text.trim_start_matches('/')),
        "absolute_url" | "absoluteUrl" => {
            format!("{}{}/{}", page.host(), page.base_path(), text.trim_start_matches('/'))
        }
        "prepend" => argument(0)? + &text,
        "append" => text + &argument(0)?,
        "escape" | "escape_once" | "xml_escape" => escape_attribute(&text),
        "strip" | "lstrip" | "rstrip" | "trim" => text.trim().to_owned(),
        "upcase" | "upper" => text.to_uppercase(),
        "downcase" | "lower" => text.to_lowercase(),
        "capitalize" => {
            let mut letters = text.chars();
            letters
                .next()
                .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
                .unwrap_or_default()
        }
        "replace" => replaced(&text, &argument(0)?, &argument(1)?)?,
        "replace_first" => text.replacen(&argument(0)?, &argument(1)?, 1),
        "remove" => text.replace(&argument(0)?, ""),
        "slugify" if args.iter().all(|mode| mode.is_empty()) => jekyll_slug(&text),
        "strip_newlines" => text.replace('\n', ""),
        "default" if text.is_empty() => argument(0)?,
        "date" => date::format(date::read(&text, Unzoned::Utc)?.local, &argument(0)?)?,
        #[cfg(feature = "folder")]
        "markdownify" if page.is_kramdown() => {
            super::super::markdown::html(&super::kramdown::as_commonmark(&text, page), page)
        }
        #[cfg(feature = "folder")]
        "markdownify" => super::super::markdown::plain(&text),
        // These change nothing that a reader would see.
        "default" | "url" | "safe" | "smartify" | "strip_html" => text,
        _ => return None,
    })
}

/// Returns a value as text; `None` if only the site knows it.
fn value(renderer: &TemplateRenderer<'_>, name: &str) -> Option<String> {
    match lookup(renderer, name) {
        Lookup::Found(value) => Some(value),
        Lookup::Missing => Some(String::new()),
        Lookup::List | Lookup::Unknown => None,
    }
}

/// What a name stands for.
enum Lookup {
    Found(String),
    /// A list or table.
    List,
    /// Nothing: it is `nil`.
    Missing,
    /// Only the site knows.
    Unknown,
}

fn lookup(renderer: &TemplateRenderer<'_>, name: &str) -> Lookup {
    let name = &*named(renderer, name);
    let quoted = ['"', '\''].iter().find_map(|mark| name.strip_prefix(*mark)?.strip_suffix(*mark));
    if let Some(text) = quoted {
        return Lookup::Found(text.to_owned());
    }
    if let Some(text) = renderer.variables.get(name) {
        return found_value(renderer, text.as_str());
    }
    if let Some(list) = name.strip_suffix(".size")
        && let Some(Value::Number(length)) =
            stored(renderer, list, &|value| value.as_array().map(|all| all.len().into()))
    {
        return Lookup::Found(length.to_string());
    }
    let of = |value: &Value| match text_of(value) {
        Some(text) => found_value(renderer, text),
        None if value.is_null() => Lookup::Missing,
        None => Lookup::List,
    };
    if let Some(value) = of_table(renderer, name) {
        return of(value);
    }
    let page = renderer.page;
    let found = match name {
        "nil" | "null" | "empty" | "blank" | "false" => return Lookup::Missing,
        "true" => Some("true".to_owned()),
        "site.url" => Some(page.host()),
        "site.baseurl" => Some(page.base_path()),
        "page.title" => Some(page.head.title.clone()),
        "page.date" => Some(page.values.date.format("%Y-%m-%d %H:%M:%S").to_string()),
        "page.url" => {
            // Without the generator's configuration, the folder of the site may be a part of it or not.
            let repository = page.origin.addresses.repository.as_ref();
            let is_known = repository.is_some_and(|repository| !repository.configuration.is_empty());
            let base = if is_known { page.base_path() } else { String::new() };
            let link = &page.head.link;
            let path = link.strip_prefix(&page.host()).unwrap_or(link);
            Some(path.strip_prefix(&base).unwrap_or(path).to_owned())
        }
        _ if name.starts_with(|c: char| c.is_ascii_digit()) => Some(name.to_owned()),
        _ => None,
    };
    if let Some(text) = found {
        return found_value(renderer, text);
    }
    // That it is a list is all that matters of one.
    let of_its_kind = |value: &Value| match value {
        Value::Array(_) | Value::Object(_) => Some(Value::Array(Vec::new())),
        other => whole(renderer, other),
    };
    match of_page(renderer, name, &of_its_kind).or_else(|| of_site(renderer, name, &of_its_kind)) {
        Some(value) => of(&value),
        // What a parameter of an include is not is `nil`.
        None if name.starts_with("include.") && renderer.depth > 0 => Lookup::Missing,
        None => Lookup::Unknown,
    }
}

/// Values of a page that Jekyll makes, and front matter does not have to set.
const MADE: &[&str] = &[
    "collection",
    "content",
    "dir",
    "excerpt",
    "ext",
    "id",
    "name",
    "next",
    "path",
    "previous",
    "relative_path",
    "slug",
];

/// True if a name is that of front matter, so that it is `nil` unless the article sets it.
fn is_unset(name: &str) -> bool {
    let key = name.strip_prefix("page.").and_then(|keys| keys.split('.').next());
    key.is_some_and(|key| !MADE.contains(&key))
}

/// Returns a value of the front matter, or a part of it such as `page.image.src`.
fn of_page(
    renderer: &TemplateRenderer<'_>,
    name: &str,
    take: &dyn Fn(&Value) -> Option<Value>,
) -> Option<Value> {
    let page = renderer.page;
    // Nunjucks has front matter and data at the top.
    let is_nunjucks = matches!(page.generator, Kind::Eleventy | Kind::Hexo);
    let name = name.strip_prefix("page.").or_else(|| is_nunjucks.then_some(name))?;
    let (key, rest) = name.split_at(name.find(['.', '[']).unwrap_or(name.len()));
    take(part(page.matter.get(&key.to_lowercase())?, rest))
}

/// Returns what `take` makes of the value that the repository has by this name.
fn of_site(
    renderer: &TemplateRenderer<'_>,
    name: &str,
    take: &dyn Fn(&Value) -> Option<Value>,
) -> Option<Value> {
    let repository = renderer.page.origin.addresses.repository.as_ref()?;
    // A key in brackets may be that of a file, and only one with a dot cannot be.
    let (mut keys, mut rest) = (String::new(), name);
    while let Some((before, after)) = rest.split_once('[')
        && let Some((key, tail)) = after.split_once(']')
        && !key.contains('.')
    {
        keys.push_str(before);
        keys.push('.');
        keys.push_str(unquoted(key));
        rest = tail;
    }
    let (before, rest) = rest.split_at(rest.find('[').unwrap_or(rest.len()));
    keys.push_str(before);
    repository.value(&keys, |value| take(part(value, rest)))
}

/// Returns a value, unless tags looked at too many already.
fn whole(renderer: &TemplateRenderer<'_>, value: &Value) -> Option<Value> {
    is_affordable(renderer, value).then(|| value.clone())
}

/// True if a value may be looked at. Once tags looked at too many, a large one is not even measured.
fn is_affordable(renderer: &TemplateRenderer<'_>, value: &Value) -> bool {
    renderer.budget.spend(0) && renderer.budget.spend(size(value))
}

/// Returns about how many bytes a list or table takes.
fn size(value: &Value) -> usize {
    match value {
        Value::Array(all) => all.iter().map(|item| NODE + size(item)).sum(),
        Value::Object(table) => table.iter().map(|(key, item)| NODE + key.len() + size(item)).sum(),
        Value::String(text) => text.len(),
        _ => 0,
    }
}

/// Returns a scalar as text.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is) => Some(is.to_string()),
        _ => None,
    }
}

/// Value that nothing has.
static NOTHING: Value = Value::Null;

/// Returns the part of a list or table that a name such as `item.url` or `pair[0]` stands for; `None` if no tag set it.
fn of_table<'v>(renderer: &'v TemplateRenderer<'_>, name: &str) -> Option<&'v Value> {
    let (name, rest) = name.split_at(variable_of(name).len());
    Some(part(renderer.tables.get(name)?, rest))
}

/// Returns the part of a value that keys such as `.url[0]` or `["3.0"]` stand for.
fn part<'v>(value: &'v Value, keys: &str) -> &'v Value {
    let (mut value, mut rest) = (value, keys);
    while !rest.is_empty() {
        let (key, after) = match rest.strip_prefix('[') {
            Some(inner) => inner.split_once(']').unwrap_or((inner, "")),
            None => {
                let inner = rest.strip_prefix('.').unwrap_or(rest);
                inner.split_at(inner.find(['.', '[']).unwrap_or(inner.len()))
            }
        };
        value = crate::generator::part(value, unquoted(key)).unwrap_or(&NOTHING);
        // A name that neither a dot nor a bracket begins has no part.
        rest = if after.len() < rest.len() { after } else { "" };
    }
    value
}

/// Returns a name in whose brackets there are values and not names: `a[b]` is `a["c"]` if `b` is `c`.
fn named<'n>(renderer: &TemplateRenderer<'_>, name: &'n str) -> Cow<'n, str> {
    if !name.contains('[') || name.starts_with(['"', '\'', '[']) {
        return Cow::Borrowed(name);
    }
    let (mut out, mut rest) = (String::new(), name);
    while let Some((before, after)) = rest.split_once('[')
        && let Some((key, tail)) = after.split_once(']')
    {
        let is_name = key.starts_with(char::is_alphabetic) && !key.contains('[');
        let found = if is_name { value(renderer, key) } else { None };
        match found.filter(|text| !text.contains(['"', ']'])) {
            Some(text) => out.push_str(&format!("{before}[\"{text}\"]")),
            None => out.push_str(&format!("{before}[{key}]")),
        }
        rest = tail;
    }
    Cow::Owned(out + rest)
}

/// Returns what `take` makes of the list or table that a name stands for.
fn stored(
    renderer: &TemplateRenderer<'_>,
    name: &str,
    take: &dyn Fn(&Value) -> Option<Value>,
) -> Option<Value> {
    let name = &*named(renderer, name);
    match of_table(renderer, name) {
        Some(value) => take(value),
        None => of_page(renderer, name, take).or_else(|| of_site(renderer, name, take)),
    }
}

/// Returns the items of a list, with their names and values those of a table; `None` if only the site knows them.
fn items(renderer: &TemplateRenderer<'_>, source: &str) -> Option<Vec<Value>> {
    let range = source.strip_prefix('(').and_then(|range| range.strip_suffix(')')?.split_once(".."));
    if let Some((first, last)) = range {
        let number = |text: &str| value(renderer, text.trim())?.trim().parse::<i64>().ok();
        let (first, last) = (number(first)?, number(last)?);
        let is_short = last.checked_sub(first)? < MAX_ITEMS as i64;
        return is_short.then(|| (first..=last).map(Value::from).collect());
    }
    Some(match stored(renderer, source, &|value| whole(renderer, value))? {
        Value::Array(all) => all,
        Value::Object(table) => {
            table.into_iter().map(|(key, value)| Value::Array(vec![key.into(), value])).collect()
        }
        Value::Null => Vec::new(),
        _ => return None,
    })
}

/// Renders a loop over a list that is known; returns `false` if it is left out.
fn repeat<'a>(renderer: &mut TemplateRenderer<'a>, args: &'a str) -> bool {
    let Some((variable, rest)) = args.split_once(" in ").filter(|_| !renderer.has_open_loop) else {
        return false;
    };
    let rest = rest.trim();
    let (source, options) = rest.split_at(match rest.strip_prefix('(') {
        Some(range) => range.find(')').map_or(rest.len(), |end| end + 2),
        None => rest.find(char::is_whitespace).unwrap_or(rest.len()),
    });
    let Some(mut all) = items(renderer, source) else { return false };
    let options = options.replace(": ", ":");
    for option in options.split_whitespace() {
        let number = |text: &str| value(renderer, text).and_then(|text| text.parse::<usize>().ok());
        match option.split_once(':') {
            Some(("limit", text)) => all.truncate(number(text).unwrap_or(usize::MAX)),
            Some(("offset", text)) => _ = all.drain(..number(text).unwrap_or(0).min(all.len())),
            None if option == "reversed" => all.reverse(),
            _ => return false,
        }
    }
    let Some((body, otherwise)) = until_end_of_loop(renderer) else { return false };
    let (variable, count) = (variable.trim(), all.len());
    renderer.begin_scope();
    let shown = if all.is_empty() { vec![otherwise] } else { vec![body; count] };
    let mut is_rendered = true;
    for (at, text) in shown.into_iter().enumerate() {
        // Each pass costs as much as the text in the loop is long.
        if !renderer.budget.spend(text.len() + PASS) {
            is_rendered = false;
            break;
        }
        if let Some(item) = all.get_mut(at) {
            renderer.tables.insert(variable.to_owned(), Rc::new(item.take()));
        }
        for (name, value) in [
            ("index", (at + 1).to_string()),
            ("index0", at.to_string()),
            ("first", (at == 0).to_string()),
            ("last", (at + 1 == count).to_string()),
            ("length", count.to_string()),
        ] {
            renderer.variables.insert(format!("forloop.{name}"), value.clone());
            renderer.variables.insert(format!("loop.{name}"), value);
        }
        let shown = renderer.inner(text, [], render);
        is_rendered = shown.is_some_and(|shown| renderer.insert(&shown));
        if !is_rendered {
            break;
        }
    }
    renderer.end_scope();
    is_rendered
}

/// Returns the start and the end of the next tag after a position in the rest of the text, and the tag.
fn next_tag<'a>(renderer: &mut TemplateRenderer<'a>, mut from: usize) -> Option<(usize, usize, Tag<'a>)> {
    let rest = renderer.rest();
    while let Some(found) = rest[from..].find("{%") {
        work::step(found + 2);
        let at = from + found;
        if let Some(whole) = renderer.delimited(at, "{%", "%}") {
            return Some((at, at + whole.len(), Tag::new(inner(whole))));
        }
        from = at + 2;
    }
    None
}

/// Moves past the end of a loop; returns the text in it, and that for an empty list. `None` if it has no end.
fn until_end_of_loop<'a>(renderer: &mut TemplateRenderer<'a>) -> Option<(&'a str, &'a str)> {
    let rest = renderer.rest();
    let (mut from, mut loops, mut conditions, mut otherwise) = (0, 0_usize, 0_usize, None);
    while let Some((at, end, tag)) = next_tag(renderer, from) {
        from = end;
        match tag.name {
            "for" => loops += 1,
            "endfor" if loops == 0 => {
                renderer.skip(from);
                let (end, other) = otherwise.unwrap_or((at, at));
                return Some((&rest[..end], &rest[other..at]));
            }
            "endfor" => loops -= 1,
            "if" | "unless" | "case" => conditions += 1,
            "endif" | "endunless" | "endcase" => conditions = conditions.saturating_sub(1),
            "else" if loops == 0 && conditions == 0 => otherwise = Some((at, from)),
            _ => {}
        }
    }
    renderer.has_open_loop = true;
    renderer.go_back();
    None
}

/// Returns a value, unless tags looked at too many already.
fn found_value(renderer: &TemplateRenderer<'_>, value: impl AsRef<str> + Into<String>) -> Lookup {
    if renderer.budget.spend(value.as_ref().len()) { Lookup::Found(value.into()) } else { Lookup::Unknown }
}

/// Returns the result of a condition; `None` if only the site knows it.
fn test(renderer: &TemplateRenderer<'_>, condition: &str) -> Option<bool> {
    for (mark, ends) in [(" or ", true), (" and ", false)] {
        if let Some((first, rest)) = condition.split_once(mark) {
            let first = test(renderer, first)?;
            return if first == ends { Some(ends) } else { test(renderer, rest) };
        }
    }
    let operand = |text: &str| match lookup(renderer, text.trim()) {
        Lookup::Found(value) => Some(Some(value)),
        Lookup::Missing => Some(None),
        // Front matter that is not set.
        Lookup::Unknown if text.trim().starts_with("page.") => Some(None),
        // It is something, and no text equals it.
        Lookup::List => Some(Some("\0".to_owned())),
        Lookup::Unknown => None,
    };
    for mark in ["==", "!=", ">=", "<=", ">", "<", " contains "] {
        let Some((one, other)) = condition.split_once(mark) else { continue };
        if mark == " contains " && matches!(lookup(renderer, one.trim()), Lookup::List) {
            let (all, other) = (items(renderer, one.trim())?, operand(other)?);
            return Some(other.is_some() && all.iter().any(|item| text_of(item) == other));
        }
        let (one, other) = (operand(one)?, operand(other)?);
        let (one, other) = (one.unwrap_or_default(), other.unwrap_or_default());
        let number = |text: &str| text.trim().parse::<f64>().ok();
        let order = number(&one).zip(number(&other)).and_then(|(one, other)| one.partial_cmp(&other));
        return Some(match mark {
            "==" => one == other,
            "!=" => one != other,
            ">=" => order.is_some_and(std::cmp::Ordering::is_ge),
            "<=" => order.is_some_and(std::cmp::Ordering::is_le),
            ">" => order.is_some_and(std::cmp::Ordering::is_gt),
            "<" => order.is_some_and(std::cmp::Ordering::is_lt),
            _ => !other.is_empty() && one.contains(&other),
        });
    }
    let value = operand(condition.trim_start_matches("not "))?;
    let is = value.is_some_and(|value| value != "false");
    Some(is != condition.starts_with("not "))
}

/// Renders a tag of a condition or of a value; `None` if it is another tag.
fn control<'a>(renderer: &mut TemplateRenderer<'a>, tag: &Tag<'a>) -> Option<bool> {
    match tag.name {
        "if" | "unless" => {
            let is = test(renderer, tag.args).map(|is| is != (tag.name == "unless"));
            Some(branch(renderer, is))
        }
        "for" => Some(repeat(renderer, tag.args)),
        "case" => {
            let Some(wanted) = value(renderer, tag.args) else {
                renderer.blocks.push(Block::Unknown);
                return Some(false);
            };
            while let Some(next) = skip_branch(renderer) {
                let is_it = |text: &str| value(renderer, text.trim()).is_some_and(|text| text == wanted);
                let is = match next.name {
                    "when" => {
                        split(next.args, ',').into_iter().flat_map(|part| part.split(" or ")).any(is_it)
                    }
                    "else" => true,
                    _ => return Some(true),
                };
                if is {
                    renderer.blocks.push(Block::Shown);
                    break;
                }
            }
            Some(true)
        }
        "else" | "elsif" | "elseif" | "elif" | "when" => {
            if let Some(Block::Shown) = renderer.blocks.last() {
                renderer.blocks.pop();
                while skip_branch(renderer).is_some_and(|next| !next.name.starts_with("end")) {}
            }
            Some(true)
        }
        "endif" | "endunless" | "endcase" => {
            if matches!(renderer.blocks.last(), Some(Block::Shown | Block::Unknown)) {
                renderer.blocks.pop();
            }
            Some(true)
        }
        "assign" | "set" => {
            let (name, expression) = tag.args.split_once('=')?;
            let (name, expression) = (name.trim(), expression.trim());
            let is_assigned = match evaluated(renderer, expression) {
                Some(value) => match text_of(&value) {
                    Some(text) => renderer.assign(name, text),
                    None => {
                        renderer.variables.remove(name);
                        renderer.tables.insert(name.to_owned(), Rc::new(value));
                        true
                    }
                },
                None => false,
            };
            renderer.note_unknown(name, !is_assigned);
            Some(is_assigned)
        }
        "capture" => {
            renderer.begin_capture(tag.args.trim_matches(['"', '\'']));
            Some(true)
        }
        "endcapture" => {
            if let Some(Block::Capture(..)) = renderer.blocks.last()
                && let Some(Block::Capture(name, from, blank)) = renderer.blocks.pop()
            {
                renderer.end_capture(name, from, blank);
            }
            Some(true)
        }
        _ => None,
    }
}

/// Begins the branch of a condition if it is true, else the next that is. Returns `false` if only the site knows which.
fn branch(renderer: &mut TemplateRenderer<'_>, is: Option<bool>) -> bool {
    let mut is = is;
    while is == Some(false) {
        is = match skip_branch(renderer) {
            Some(next) if next.name == "else" => Some(true),
            Some(next) if !next.name.starts_with("end") => test(renderer, next.args),
            _ => return true,
        };
    }
    renderer.blocks.push(if is.is_some() { Block::Shown } else { Block::Unknown });
    is.is_some()
}

/// Moves past the rest of a branch and the tag after it, which it returns.
fn skip_branch<'a>(renderer: &mut TemplateRenderer<'a>) -> Option<Tag<'a>> {
    let (mut depth, mut from) = (0_usize, 0);
    while let Some((_, end, tag)) = next_tag(renderer, from) {
        from = end;
        match tag.name {
            "if" | "unless" | "case" => depth += 1,
            "endif" | "endunless" | "endcase" if depth > 0 => depth -= 1,
            "else" | "elsif" | "elseif" | "elif" | "when" | "endif" | "endunless" | "endcase"
                if depth == 0 =>
            {
                renderer.skip(from);
                return Some(tag);
            }
            _ => {}
        }
    }
    renderer.skip_to_end();
    None
}

/// Renders `{% … %}`; returns `false` if it is left out.
fn render_tag<'a>(renderer: &mut TemplateRenderer<'a>, tag: &Tag<'a>) -> bool {
    if let Some(is_rendered) = control(renderer, tag) {
        return is_rendered;
    }
    if renderer.page.generator == Kind::Hexo
        && let Some(is_rendered) = hexo::render_tag(renderer, tag)
    {
        return is_rendered;
    }
    match tag.name {
        "raw" => {
            let inner = renderer.until_tag("endraw");
            renderer.copy(inner);
            true
        }
        "comment" => {
            renderer.until_tag("endcomment");
            true
        }
        "highlight" => {
            let inner = renderer.until_tag("endhighlight");
            let inner = inner.replace("{% raw %}", "").replace("{% endraw %}", "");
            renderer.code(tag.args.split_whitespace().next().unwrap_or_default(), &inner);
            true
        }
        "post_url" | "link" if renderer.is_full() => false,
        "post_url" => insert_path(renderer, &renderer.page.url_of(&format!("/_posts/{}", tag.args))),
        "link" if !tag.args.contains('{') => {
            let path = format!("/{}", tag.args.trim_start_matches('/'));
            let page = renderer.page;
            // Files other than pages keep their path.
            let has_page = page.origin.addresses.repository.is_some() && is_page(&path);
            let url = if path.contains("/_posts/") || has_page {
                page.url_of(&path)
            } else {
                let path = path.strip_suffix(".md").map_or(path.clone(), |path| format!("{path}.html"));
                format!("{}{}{path}", page.host(), page.base_path())
            };
            insert_path(renderer, &url)
        }
        "include_relative" if renderer.page.generator == Kind::Jekyll => include_relative(renderer, tag.args),
        "include" | "include_cached" | "render" => include(renderer, tag.args),
        "gist" => {
            let id = tag.args.split_whitespace().next().unwrap_or_default();
            renderer.link(&format!("https://gist.github.com/{id}"))
        }
        // Reported where it began.
        name if name.starts_with("end") => true,
        name => named_tag(renderer, name, tag.args),
    }
}

/// Appends the address of a page of the site as Jekyll does: its path, because posts may write the site's address before the tag.
/// The folder of the site is not repeated if they write that too, as is right for Jekyll 3.
fn insert_path(renderer: &mut TemplateRenderer<'_>, url: &str) -> bool {
    let page = renderer.page;
    let (host, base) = (page.host(), page.base_path());
    let path =
        url.strip_prefix(&host).filter(|path| path.starts_with('/') && page.head.link.starts_with(&host));
    let path = path.unwrap_or(url);
    let rest = path.strip_prefix(&base).filter(|_| renderer.ends_with(&base));
    renderer.insert(rest.unwrap_or(path))
}

/// Renders a tag of a plugin or a program as what its arguments name; returns `false` if they name nothing, or if the tag
/// is the value of an attribute.
fn named_tag(renderer: &mut TemplateRenderer<'_>, name: &str, args: &str) -> bool {
    if renderer.is_in_markup() {
        return false;
    }
    let parts = split(args, ',').into_iter().flat_map(|part| Args::read(part.trim()).0);
    let args = Args(parts.collect());
    let html = named::embedded(name, &args).or_else(|| named::html(name, &args));
    html.is_some_and(|html| renderer.block(&html))
}

/// Renders a file next to the article as a part of its source
/// (<https://jekyllrb.com/docs/includes/#including-files-relative-to-another-file>).
fn include_relative(renderer: &mut TemplateRenderer<'_>, args: &str) -> bool {
    let (file, args) = args.split_once(char::is_whitespace).unwrap_or((args, ""));
    let origin = renderer.page.origin;
    let folder = origin.path().parent().map(std::path::Path::to_path_buf).unwrap_or_default();
    let Some(repository) = origin.addresses.repository.as_ref().filter(|_| !file.contains("..")) else {
        return false;
    };
    // Reading a file costs more than a tag.
    if !renderer.budget.spend(MAX_LOOKED_UP / MAX_INCLUDED) {
        return false;
    }
    let Some(text) = repository.look_up(&folder.join(file)) else { return false };
    let Some(parameters) = parameters(renderer, args) else { return false };
    let shown = renderer.inner(&text, in_include(&parameters), render);
    shown.is_some_and(|shown| renderer.insert(&shown))
}

/// Renders an include: the site's own template, else what its parameters name.
fn include(renderer: &mut TemplateRenderer<'_>, args: &str) -> bool {
    let (file, args) = args.split_once(char::is_whitespace).unwrap_or((args, ""));
    let file = file.trim_matches(['"', '\'']).trim_end_matches(',');
    let Some(mut parameters) = parameters(renderer, args) else { return false };
    if !file.contains("..")
        && let Some(text) = renderer.template(file)
    {
        // Each include may have others.
        if !renderer.budget.spend(PASS) {
            return false;
        }
        if let Some(shown) = renderer.inner(&without_spaces(&text), in_include(&parameters), render) {
            // Lines that are indented or blank would be Markdown of their own.
            let lines: Vec<&str> = shown.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            return renderer.block(&if shown.contains("<pre") { shown } else { lines.join("\n") });
        }
    }
    // A parameter of Minimal Mistakes, which is below the folder of the site.
    let images = parameters.iter_mut().filter(|(name, path)| *name == "image_path" && path.starts_with('/'));
    images.for_each(|(_, path)| path.insert_str(0, &renderer.page.base_path()));
    let args = Args(parameters.iter().map(|(name, value)| (*name, value.as_str())).collect());
    let html = named::embedded(file, &args).or_else(|| named::html(file, &args));
    html.is_some_and(|html| renderer.block(&html))
}

/// Returns the parameters of an include: a text in quotes, or the value of a name. `None` if only the site knows one of them.
fn parameters<'p>(renderer: &TemplateRenderer<'_>, args: &'p str) -> Option<Vec<(&'p str, String)>> {
    let mut found = Vec::new();
    for (name, given) in Args::with_quotes(args).0 {
        match lookup(renderer, given) {
            _ if name.is_empty() => found.push((name, unquoted(given).to_owned())),
            Lookup::Found(value) => found.push((name, value)),
            Lookup::List => return None,
            Lookup::Unknown if given.contains('.') && !is_unset(given) => return None,
            // It is `nil`.
            Lookup::Missing | Lookup::Unknown => {}
        }
    }
    Some(found)
}

/// Returns parameters by their names in an include.
fn in_include(parameters: &[(&str, String)]) -> Vec<(String, String)> {
    let named = parameters.iter().filter(|(name, _)| !name.is_empty());
    named.map(|(name, value)| (format!("include.{name}"), value.clone())).collect()
}

/// Removes the white space at the tags of a template that have a dash there
/// (<https://shopify.github.io/liquid/basics/whitespace/>).
fn without_spaces(template: &str) -> String {
    work::step(template.len());
    let mut out = template.to_owned();
    for mark in ["{%-", "{{-", "-%}", "-}}"] {
        if out.contains(mark) {
            let mut parts: Vec<&str> = out.split(mark).collect();
            let last = parts.len() - 1;
            match mark.starts_with('{') {
                true => parts[..last].iter_mut().for_each(|part| *part = part.trim_end()),
                false => parts[1..].iter_mut().for_each(|part| *part = part.trim_start()),
            }
            out = parts.join(mark);
        }
    }
    out
}
