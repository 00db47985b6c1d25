//! Code that the dialects with front matter share: the generator of an article, its dates, and its URL.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::generator::Generator;
use super::permalink::{self, PathError, PermalinkInput};
use super::site::PageContext;
use super::{
    Dialect, Fault, HEAD_LIMIT, Head, Lines, Origin, SHOWN, Seed, date, link, markdown, not_an_article,
    stamp, tags, title,
};
use crate::diag::{Finding, Meta, codes};
use crate::html::xml_text;
use crate::types::{UnixMs, excerpt, is_http};

/// The format of front matter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Yaml,
    Toml,
    Json,
}

/// The syntax of front matter; each is a dialect.
pub(super) struct Syntax {
    pub(super) format: Format,
    /// True if a line opens front matter.
    pub(super) opens: fn(&str) -> bool,
    /// True if a line closes it.
    pub(super) closes: fn(&str) -> bool,
    /// True if the opening and the closing line are delimiters and not part of the front matter.
    pub(super) is_delimited: bool,
    /// Parses the front matter.
    pub(super) parse: fn(&str) -> Parsed,
}

/// Keys and values of front matter, or a syntax error with its line, from 1.
pub(super) type Parsed = Result<Map<String, Value>, (u32, String)>;

/// Keys that only Zola has. Zola's other keys are Hugo's as well.
const ZOLA: &[&str] = &["extra", "taxonomies", "path", "updated", "template", "in_search_index"];
/// Keys of dates: those that Hugo documents, then those of other generators.
const PUBLISHED: &[&str] = &["publishdate", "pubdate", "published"];
const DATES: &[&str] = &["date", "publishdate", "pubdate", "published"];
const UPDATED: &[&str] = &["lastmod", "modified", "updated", "last_modified_at"];
const EXPIRES: &[&str] = &["expirydate", "unpublishdate"];

/// Skips the lines through the one that closes front matter. Returns the rest of the text from that line on. `opened` is
/// the number of the opening line.
pub(super) fn skip_to_close<'a>(
    lines: &mut Lines<'a>,
    opened: u32,
    closes: fn(&str) -> bool,
) -> Result<&'a str, Fault> {
    loop {
        let end = lines.rest();
        let Some(line) = lines.next_line()? else {
            return Err(Finding::in_text(&codes::SEED_BAD_MATTER, opened, 1, "no closing line").into());
        };
        if closes(line) {
            return Ok(end);
        }
    }
}

/// Parsed front matter.
pub(super) struct FrontMatter<'a> {
    format: Format,
    /// Values by lower-case key: Hugo ignores the case of keys, and nobody else has two that differ only by case.
    values: BTreeMap<String, Value>,
    text: &'a str,
    /// Number of its first line, from 1.
    line: u32,
}

impl<'a> FrontMatter<'a> {
    fn read(syntax: &Syntax, lines: &mut Lines<'a>) -> Result<Self, Fault> {
        let outside = (lines.number(), lines.rest());
        lines.next_line()?;
        let inside = (lines.number(), lines.rest());
        let end = skip_to_close(lines, outside.0, syntax.closes)?;
        let ((line, start), end) = if syntax.is_delimited { (inside, end) } else { (outside, lines.rest()) };
        let text = &start[..start.len() - end.len()];
        // A page of HTML is read whole, so this may be megabytes.
        if text.len() as u64 > HEAD_LIMIT.0 {
            let detail = format!("it is longer than {HEAD_LIMIT}");
            return Err(Finding::in_text(&codes::SEED_BAD_MATTER, outside.0, 1, detail).into());
        }
        let read = (syntax.parse)(text).map_err(|(at, message)| {
            // Parsers append a line within the front matter; the finding has that of the file.
            let detail = message.lines().next().unwrap_or_default();
            let detail = detail.rsplit_once(" at line ").map_or(detail, |(detail, _)| detail);
            Finding::in_text(&codes::SEED_BAD_MATTER, line + at.max(1) - 1, 0, detail)
        })?;
        let values = read.into_iter().map(|(key, value)| (key.to_lowercase(), value)).collect();
        Ok(Self { format: syntax.format, values, text, line })
    }

    fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(key).filter(|value| !value.is_null())
    }

    /// Returns the value of a key as text: a string, or a number as it is written.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        let text = match self.get(key)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        Some(text).filter(|text| !text.is_empty())
    }

    /// True if the value of a key is this boolean, or its name.
    fn is_flag(&self, key: &str, value: bool) -> bool {
        match self.get(key) {
            Some(Value::Bool(is)) => *is == value,
            Some(Value::String(text)) => text.eq_ignore_ascii_case(if value { "true" } else { "false" }),
            _ => false,
        }
    }

    /// Returns a list of strings; a single string is a list of its words, as in Jekyll.
    fn list(&self, key: &str) -> Vec<String> {
        match self.get(key) {
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    }

    /// Returns the line of a key, or the first line of the front matter if the key is not at the start of a line.
    fn line(&self, key: &str) -> u32 {
        let has_key = |line: &str| {
            let line = line.trim_start().trim_start_matches(['"', '\'']).to_lowercase();
            let rest = line.strip_prefix(key).map(|rest| rest.trim_start_matches(['"', '\'']).trim_start());
            rest.is_some_and(|rest| rest.starts_with([':', '=']))
        };
        self.text.lines().position(has_key).map_or(self.line, |at| self.line + at as u32)
    }

    fn finding(&self, meta: &'static Meta, key: &str, detail: String) -> Finding {
        Finding::in_text(meta, self.line(key), 0, detail)
    }

    /// Returns the date of the first of some keys that has one.
    fn date(&self, keys: &[&str]) -> Result<Option<UnixMs>, Finding> {
        for key in keys {
            let read = match self.get(key) {
                None | Some(Value::Bool(_)) => continue,
                Some(Value::String(text)) if text.trim().is_empty() => continue,
                Some(Value::String(text)) => date::read(text),
                Some(Value::Number(n)) => stamp::read(&n.to_string(), 1, 1, &mut Vec::new()).ok(),
                Some(_) => None,
            };
            let bad = || {
                let detail = match self.text(key) {
                    Some(text) => format!("`{key}` is `{}`", excerpt(&text, SHOWN)),
                    None => format!("`{key}` is neither text nor a number"),
                };
                self.finding(&codes::SEED_BAD_DATE, key, detail)
            };
            return read.map(Some).ok_or_else(bad);
        }
        Ok(None)
    }

    /// Returns the setting that excludes the file from the articles.
    fn exclusion_reason(&self) -> Option<&'static str> {
        let is_off = |table: &str, key: &str| {
            let value = self.get(table).and_then(|table| table.get(key));
            value.is_some_and(|value| value == "never" || value == false)
        };
        if self.is_flag("draft", true) {
            return Some("its front matter has `draft: true`");
        }
        if self.is_flag("published", false) {
            return Some("its front matter has `published: false`");
        }
        if self.is_flag("headless", true) {
            return Some("its front matter has `headless: true`");
        }
        let tables = ["build", "_build"];
        if self.is_flag("render", false) || tables.iter().any(|t| is_off(t, "render") || is_off(t, "list")) {
            return Some("its front matter turns off `render` or `list`");
        }
        None
    }

    fn generator(&self, origin: &Origin<'_>, is_dated: bool) -> Generator {
        let has = |key: &&str| self.values.contains_key(*key);
        match self.format {
            Format::Json => Generator::Hugo,
            Format::Toml if ZOLA.iter().any(has) => Generator::Zola,
            Format::Toml => Generator::Hugo,
            Format::Yaml if origin.above_posts().is_some() => Generator::Jekyll,
            Format::Yaml if origin.below_content().is_some() => Generator::Hugo,
            Format::Yaml if is_dated || has(&"permalink") => Generator::Jekyll,
            Format::Yaml => Generator::Hugo,
        }
    }
}

impl Dialect for Syntax {
    fn name(&self) -> &'static str {
        match self.format {
            Format::Yaml => "yaml",
            Format::Toml => "toml",
            Format::Json => "json",
        }
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["md", "markdown", "mkd", "html", "htm"]
    }

    fn claims(&self, first_line: &str) -> bool {
        (self.opens)(first_line)
    }

    fn read(
        &self,
        lines: &mut Lines<'_>,
        origin: &Origin<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<Head, Fault> {
        if let Some(why) = origin.exclusion_reason() {
            return Err(not_an_article(why));
        }
        let matter = FrontMatter::read(self, lines)?;
        if let Some(why) = matter.exclusion_reason() {
            return Err(not_an_article(why));
        }
        let Details { input, title, published, updated, expires } = details(&matter, origin)?;
        let Some(time) = published.or(input.date) else {
            return Err(not_an_article("neither its front matter nor its file name has a date"));
        };
        let link = url(&matter, &input, origin, findings)?;
        let head = Head::new(time, title, link);
        Ok(Head { updated: updated.filter(|updated| *updated > time), until: expires, ..head })
    }

    fn body<'a>(
        &self,
        text: &'a str,
        seed: &Seed<'a>,
        origin: &Origin<'_>,
        findings: &mut Vec<Finding>,
    ) -> Cow<'a, str> {
        let mut lines = Lines::new(text, true);
        lines.skip_blank();
        let Ok(matter) = FrontMatter::read(self, &mut lines) else { return Cow::Borrowed(seed.body) };
        let Ok(Details { input, .. }) = details(&matter, origin) else { return Cow::Borrowed(seed.body) };
        let before = &text[..text.len() - seed.body.len()];
        let page = PageContext {
            generator: input.generator,
            head: &seed.head,
            origin,
            input: &input,
            text: &|key: &str| matter.text(key),
            line: before.matches('\n').count() as u32 + 1,
        };
        let html = tags::render(seed.body, &page, findings);
        let is_html = ["html", "htm"].iter().any(|html| origin.extension().eq_ignore_ascii_case(html));
        if is_html { html } else { Cow::Owned(markdown::html(&html, &page)) }
    }
}

/// The values that front matter and file name give together.
struct Details {
    input: PermalinkInput,
    title: String,
    published: Option<UnixMs>,
    updated: Option<UnixMs>,
    expires: Option<UnixMs>,
}

fn details(matter: &FrontMatter<'_>, origin: &Origin<'_>) -> Result<Details, Finding> {
    let mut stem = origin.stem();
    let dated = date::of_name(&stem);
    let generator = matter.generator(origin, dated.is_some());
    let mut folders = match generator {
        Generator::Jekyll => origin.above_posts().unwrap_or_else(|| origin.folders()),
        Generator::Hugo | Generator::Zola => origin.below_content().unwrap_or_else(|| origin.folders()),
    };
    if generator != Generator::Jekyll && stem == "index" {
        stem = folders.pop().unwrap_or_default();
    }
    let mut date = matter.date(DATES)?;
    let mut name = stem.clone();
    if let Some((day, rest)) = date::of_name(&stem) {
        // Hugo uses the date in the name, and then removes it from the name, only if the front matter has no date.
        if generator != Generator::Hugo || date.is_none() {
            name = rest.to_owned();
        }
        date = date.or(Some(day));
    }
    let mut title = title::visible(&xml_text(&matter.text("title").unwrap_or_default()));
    if title.is_empty() && generator == Generator::Jekyll {
        title = permalink::titleized(&name);
    }
    let mut categories = if generator == Generator::Jekyll { folders.clone() } else { Vec::new() };
    categories.extend(matter.text("category").filter(|_| generator == Generator::Jekyll));
    categories.extend(matter.list("categories"));
    let slug = matter.text("slug");
    Ok(Details {
        published: matter.date(PUBLISHED)?,
        updated: matter.date(UPDATED)?,
        expires: matter.date(EXPIRES)?,
        input: PermalinkInput { generator, date, title: title.clone(), slug, name, folders, categories },
        title,
    })
}

/// Returns the URL of an article: its own, or one made from the configured pattern, or from that of its generator.
fn url(
    matter: &FrontMatter<'_>,
    input: &PermalinkInput,
    origin: &Origin<'_>,
    findings: &mut Vec<Finding>,
) -> Result<String, Finding> {
    let key = match input.generator {
        Generator::Jekyll => "permalink",
        Generator::Hugo => "url",
        Generator::Zola => "path",
    };
    let own = matter.text(key);
    let line = || matter.line(key);
    if let Some(own) = own.as_deref().filter(|own| is_http(own)) {
        return link::read(own, line(), 0, findings);
    }
    let pattern = own.as_deref().or(origin.addresses.permalink.as_deref().map(permalink::style));
    let path = permalink::path(pattern, input).map_err(|error| {
        let detail = match error {
            PathError::UnknownToken(token) => {
                format!("`{}` is not a permalink token; docs/seeds.md lists them", excerpt(&token, SHOWN))
            }
            PathError::TooLong => "the path made from its pattern is too long".to_owned(),
        };
        Finding::in_text(&codes::SEED_BAD_LINK, line(), 0, detail)
    })?;
    let Some(site) = origin.site() else {
        return Err(Finding::in_text(&codes::NO_SITE_URL, 0, 0, "this article does not state its own URL"));
    };
    link::read(&permalink::join(site, &path), line(), 0, findings)
}
