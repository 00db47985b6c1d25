//! What the dialects with front matter have in common: which article it describes, when it is of, and where it is.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::permalink::{self, Facts};
use super::{Dialect, Fault, Head, Lines, Origin, Seed, date, link, markdown, stamp, tags, title};
use crate::diag::{Finding, Meta, codes};
use crate::html::xml_text;
use crate::types::{UnixMs, is_http};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Yaml,
    Toml,
    Json,
}

/// How front matter is written: each way is a dialect.
pub(super) struct Syntax {
    pub(super) kind: Kind,
    pub(super) opens: fn(&str) -> bool,
    pub(super) closes: fn(&str) -> bool,
    /// Whether the front matter is what lies between these two lines, not they as well.
    pub(super) inside: bool,
    /// Reads it; an error has its line, from 1.
    pub(super) parse: fn(&str) -> Parsed,
}

/// What front matter says, or its fault and the line of that.
pub(super) type Parsed = Result<Map<String, Value>, (u32, String)>;

/// Which generator a file is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    Jekyll,
    Hugo,
    Zola,
}

/// Keys that only Zola has. What is Hugo's as well says nothing.
const ZOLA: &[&str] = &["extra", "taxonomies", "path", "updated", "template", "in_search_index"];
/// The dates, each with the keys that Hugo documents for it, and those of others.
const PUBLISHED: &[&str] = &["publishdate", "pubdate", "published"];
const DATES: &[&str] = &["date", "publishdate", "pubdate", "published"];
const UPDATED: &[&str] = &["lastmod", "modified", "updated", "last_modified_at"];
const EXPIRES: &[&str] = &["expirydate", "unpublishdate"];

/// Takes the lines up to the one that closes front matter, and that one; what is given back begins with it. `opened` is
/// the number of the line that opened.
pub(super) fn close<'a>(
    lines: &mut Lines<'a>,
    opened: u32,
    closes: fn(&str) -> bool,
) -> Result<&'a str, Fault> {
    loop {
        let end = lines.rest();
        let Some(line) = lines.next_line()? else {
            let message = "the front matter does not end";
            return Err(Finding::in_text(&codes::SEED_BAD_MATTER, opened, 1, message).into());
        };
        if closes(line) {
            return Ok(end);
        }
    }
}

/// Front matter that was read.
pub(super) struct Matter<'a> {
    kind: Kind,
    /// By keys in lower case: Hugo does not tell them apart by case, and nobody else has two.
    values: BTreeMap<String, Value>,
    text: &'a str,
    /// The number of its first line.
    line: u32,
}

impl<'a> Matter<'a> {
    fn read(syntax: &Syntax, lines: &mut Lines<'a>) -> Result<Self, Fault> {
        let outside = (lines.number(), lines.rest());
        lines.next_line()?;
        let inside = (lines.number(), lines.rest());
        let end = close(lines, outside.0, syntax.closes)?;
        let ((line, start), end) = if syntax.inside { (inside, end) } else { (outside, lines.rest()) };
        let text = &start[..start.len() - end.len()];
        let read = (syntax.parse)(text).map_err(|(at, message)| {
            let message = message.lines().next().unwrap_or_default().to_owned();
            Finding::in_text(&codes::SEED_BAD_MATTER, line + at.max(1) - 1, 0, message)
        })?;
        let values = read.into_iter().map(|(key, value)| (key.to_lowercase(), value)).collect();
        Ok(Self { kind: syntax.kind, values, text, line })
    }

    fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(key).filter(|value| !value.is_null())
    }

    /// A text, or what reads as one.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        let text = match self.get(key)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        Some(text).filter(|text| !text.is_empty())
    }

    fn says(&self, key: &str, value: bool) -> bool {
        match self.get(key) {
            Some(Value::Bool(is)) => *is == value,
            Some(Value::String(text)) => text.eq_ignore_ascii_case(if value { "true" } else { "false" }),
            _ => false,
        }
    }

    /// A list of texts; a text is a list of its words, as Jekyll has it.
    fn list(&self, key: &str) -> Vec<String> {
        match self.get(key) {
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    }

    /// The line of a key; of the front matter where it can't be seen.
    fn line(&self, key: &str) -> u32 {
        let is_it = |line: &str| {
            let line = line.trim_start().trim_start_matches(['"', '\'']).to_lowercase();
            let rest = line.strip_prefix(key).map(|rest| rest.trim_start_matches(['"', '\'']).trim_start());
            rest.is_some_and(|rest| rest.starts_with([':', '=']))
        };
        self.text.lines().position(is_it).map_or(self.line, |at| self.line + at as u32)
    }

    fn finding(&self, meta: &'static Meta, key: &str, message: String) -> Finding {
        Finding::in_text(meta, self.line(key), 0, message)
    }

    /// The first of some dates that is there.
    fn date(&self, keys: &[&str]) -> Result<Option<UnixMs>, Finding> {
        for key in keys {
            let read = match self.get(key) {
                None | Some(Value::Bool(_)) => continue,
                Some(Value::String(text)) if text.trim().is_empty() => continue,
                Some(Value::String(text)) => date::read(text),
                Some(Value::Number(n)) => stamp::read(&n.to_string(), 1, 1, &mut Vec::new()).ok(),
                Some(_) => None,
            };
            let shown = || self.text(key).unwrap_or_default().chars().take(40).collect::<String>();
            let bad = || self.finding(&codes::SEED_BAD_DATE, key, format!("`{}` is no date", shown()));
            return read.map(Some).ok_or_else(bad);
        }
        Ok(None)
    }

    /// How it says that it is no article for readers.
    fn is_apart(&self) -> Option<&'static str> {
        let never = |table: &str, key: &str| {
            let value = self.get(table).and_then(|table| table.get(key));
            value.is_some_and(|value| value == "never" || value == false)
        };
        if self.says("draft", true) {
            return Some("it is a draft");
        }
        if self.says("published", false) {
            return Some("it says `published: false`");
        }
        if self.says("headless", true) {
            return Some("it is headless");
        }
        let tables = ["build", "_build"];
        if self.says("render", false) || tables.iter().any(|t| never(t, "render") || never(t, "list")) {
            return Some("it is not rendered, or in no list");
        }
        None
    }

    fn tool(&self, origin: &Origin<'_>, is_dated: bool) -> Tool {
        let has = |key: &&str| self.values.contains_key(*key);
        match self.kind {
            Kind::Json => Tool::Hugo,
            Kind::Toml if ZOLA.iter().any(has) => Tool::Zola,
            Kind::Toml => Tool::Hugo,
            Kind::Yaml if origin.above_posts().is_some() => Tool::Jekyll,
            Kind::Yaml if origin.below_content().is_some() => Tool::Hugo,
            Kind::Yaml if is_dated || has(&"permalink") => Tool::Jekyll,
            Kind::Yaml => Tool::Hugo,
        }
    }
}

impl Dialect for Syntax {
    fn name(&self) -> &'static str {
        match self.kind {
            Kind::Yaml => "yaml",
            Kind::Toml => "toml",
            Kind::Json => "json",
        }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["md", "markdown", "mkd", "html", "htm"]
    }

    fn claims(&self, first_line: &str) -> bool {
        (self.opens)(first_line)
    }

    fn read(&self, lines: &mut Lines<'_>, origin: &Origin<'_>, _: &mut Vec<Finding>) -> Result<Head, Fault> {
        let passed = |why: &str| Fault::Passed(Finding::in_text(&codes::SEED_PASSED_OVER, 0, 0, why));
        if let Some(why) = origin.is_apart() {
            return Err(passed(&why));
        }
        let matter = Matter::read(self, lines)?;
        if let Some(why) = matter.is_apart() {
            return Err(passed(why));
        }
        let (facts, title, dates) = facts(&matter, origin)?;
        let Some(time) = dates.published.or(facts.date) else {
            return Err(passed("it has front matter without a date, and none in its name"));
        };
        let link = address(&matter, &facts, origin)?;
        let head = Head::new(time, title, link);
        Ok(Head { updated: dates.updated.filter(|updated| *updated > time), until: dates.expires, ..head })
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
        let Ok(matter) = Matter::read(self, &mut lines) else { return Cow::Borrowed(seed.body) };
        let Ok((facts, ..)) = facts(&matter, origin) else { return Cow::Borrowed(seed.body) };
        let before = &text[..text.len() - seed.body.len()];
        let page = tags::Page {
            tool: facts.tool,
            head: &seed.head,
            origin,
            facts: &facts,
            text: &|key: &str| matter.text(key),
            line: before.matches('\n').count() as u32 + 1,
        };
        let html = tags::render(seed.body, &page, findings);
        let is_html = ["html", "htm"].iter().any(|ending| origin.ending().eq_ignore_ascii_case(ending));
        if is_html { html } else { Cow::Owned(markdown::html(&html, &page)) }
    }
}

struct Dates {
    published: Option<UnixMs>,
    updated: Option<UnixMs>,
    expires: Option<UnixMs>,
}

/// What addresses are made of, the title to show, and the other dates.
fn facts(matter: &Matter<'_>, origin: &Origin<'_>) -> Result<(Facts, String, Dates), Finding> {
    let mut stem = origin.stem();
    let dated = date::of_name(&stem);
    let tool = matter.tool(origin, dated.is_some());
    let mut folders = match tool {
        Tool::Jekyll => origin.above_posts().unwrap_or_else(|| origin.folders()),
        Tool::Hugo | Tool::Zola => origin.below_content().unwrap_or_else(|| origin.folders()),
    };
    if tool != Tool::Jekyll && stem == "index" {
        stem = folders.pop().unwrap_or_default();
    }
    let mut date = matter.date(DATES)?;
    let mut name = stem.clone();
    if let Some((day, rest)) = date::of_name(&stem) {
        // Hugo takes a date from the name, and then out of it, only where the front matter has none.
        if tool != Tool::Hugo || date.is_none() {
            name = rest.to_owned();
        }
        date = date.or(Some(day));
    }
    let mut title = title::visible(&xml_text(&matter.text("title").unwrap_or_default()));
    if title.is_empty() && tool == Tool::Jekyll {
        title = permalink::titleized(&name);
    }
    let mut categories = if tool == Tool::Jekyll { folders.clone() } else { Vec::new() };
    categories.extend(matter.text("category").filter(|_| tool == Tool::Jekyll));
    categories.extend(matter.list("categories"));
    let dates = Dates {
        published: matter.date(PUBLISHED)?,
        updated: matter.date(UPDATED)?,
        expires: matter.date(EXPIRES)?,
    };
    let facts =
        Facts { tool, date, title: title.clone(), slug: matter.text("slug"), name, folders, categories };
    Ok((facts, title, dates))
}

/// Where the article is: as it says, as the configuration says, or as its generator has it.
fn address(matter: &Matter<'_>, facts: &Facts, origin: &Origin<'_>) -> Result<String, Finding> {
    let key = match facts.tool {
        Tool::Jekyll => "permalink",
        Tool::Hugo => "url",
        Tool::Zola => "path",
    };
    let own = matter.text(key);
    let line = || matter.line(key);
    if let Some(own) = own.as_deref().filter(|own| is_http(own)) {
        return link::read(own, line(), 0, &mut Vec::new());
    }
    let pattern = own.as_deref().or(origin.addresses.permalink.as_deref().map(permalink::style));
    let path = permalink::path(pattern, facts).map_err(|token| {
        let message = format!("`{token}` is no part of an address; docs/seeds.md lists them");
        Finding::in_text(&codes::SEED_BAD_LINK, line(), 0, message)
    })?;
    let Some(site) = origin.site() else {
        let message = "it has no address of its own, and `site_url` is not set";
        return Err(Finding::in_text(&codes::NO_SITE_URL, 0, 0, message));
    };
    link::read(&permalink::join(site, &path), line(), 0, &mut Vec::new())
}
