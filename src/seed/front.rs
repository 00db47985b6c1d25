//! Code that the dialects with front matter share: the generator of an article, its dates, and its URL.

use chrono::NaiveDateTime;
use serde_json::Value;
use std::borrow::Cow;

use super::front_syntax::{Format, Syntax};
use super::metadata::Field;
use super::site::PageContext;
use super::{
    Dialect, Fault, HEAD_LIMIT, Head, Lines, Origin, SHOWN, Seed, default_path, episode, header, link,
    metadata, not_an_article, tags, title, unlike_an_article,
};
use crate::diag::{Finding, Meta, codes};
use crate::generator::pattern::{self, Values};
use crate::generator::{
    BadDate, Kind, Matter, Moment, Parsed, Refusal, Repository, Unzoned, date, pelican_slug, titleized,
};
#[cfg(feature = "folder")]
use crate::generator::{repeated_key, with_plain_lines};
use crate::model::Metadata;
use crate::types::{UnixMs, excerpt, is_http};

/// Keys that only Zola has. Zola's other keys are Hugo's as well.
const ZOLA: &[&str] = &["extra", "taxonomies", "path", "updated", "template", "in_search_index"];
/// Skips the lines through the one that closes front matter. Returns the rest of the text from that line on. `opened` is
/// the number of the opening line.
pub(super) fn skip_to_close<'a>(
    lines: &mut Lines<'a>,
    opened: u32,
    mut closes: impl FnMut(&str) -> bool,
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
    pub(super) values: Matter,
    text: &'a str,
    /// Number of its first line, from 1.
    line: u32,
    /// What not every parser accepts.
    doubts: Vec<Finding>,
}

/// Parses the text of front matter that begins on a line. Returns what not every parser accepts as well.
fn parse(syntax: &Syntax, text: &str, line: u32) -> (Parsed, Vec<Finding>) {
    let read = (syntax.parse)(text);
    #[cfg(feature = "folder")]
    if syntax.format == Format::Yaml {
        let doubt =
            |at: u32, detail: String| Finding::in_text(&codes::SEED_LOOSE_MATTER, line + at - 1, 0, detail);
        if read.is_ok() {
            let twice = |(key, at): (&str, u32)| {
                doubt(at, format!("`{}` is there twice; the last one counts", excerpt(key, SHOWN)))
            };
            return (read, repeated_key(text).map(twice).into_iter().collect());
        }
        // Pelican, and other programs that read lines and not YAML, take the rest of a line for the value.
        if let Some((quoted, plain)) = with_plain_lines(text)
            && let Ok(values) = (syntax.parse)(&quoted)
        {
            let detail = |key: &str| {
                format!("`{}` has a colon in its value; read the line as plain text", excerpt(key, SHOWN))
            };
            return (Ok(values), plain.into_iter().map(|(key, at)| doubt(at, detail(key))).collect());
        }
    }
    // Without the feature `folder`, no dialect reads a file.
    let _ = line;
    (read, Vec::new())
}

impl<'a> FrontMatter<'a> {
    pub(super) fn read(syntax: &Syntax, lines: &mut Lines<'a>) -> Result<Self, Fault> {
        if syntax.format == Format::Bare {
            return Ok(Self {
                format: Format::Bare,
                values: Matter::default(),
                text: "",
                line: lines.number(),
                doubts: Vec::new(),
            });
        }
        let outside = (lines.number(), lines.rest());
        let opening = lines.next_line()?.unwrap_or_default();
        let inside = (lines.number(), lines.rest());
        let mut closes = (syntax.closer)();
        let is_whole = !syntax.is_delimited && closes(opening);
        let end = match syntax.format {
            Format::Header => {
                header::skip(lines)?;
                inside.1
            }
            _ if is_whole => inside.1,
            _ => skip_to_close(lines, outside.0, closes)?,
        };
        let ((line, start), end) = if syntax.is_delimited { (inside, end) } else { (outside, lines.rest()) };
        let text = &start[..start.len() - end.len()];
        // A page of HTML is read whole, so this may be megabytes.
        if text.len() as u64 > HEAD_LIMIT.0 {
            let detail = format!("it is longer than {HEAD_LIMIT}");
            return Err(Finding::in_text(&codes::SEED_BAD_MATTER, outside.0, 1, detail).into());
        }
        let (read, doubts) = parse(syntax, text, line);
        let read = read.map_err(|(at, message)| {
            // Parsers append a line within the front matter; the finding has that of the file.
            let detail = message.lines().next().unwrap_or_default();
            let detail = detail.rsplit_once(" at line ").map_or(detail, |(detail, _)| detail);
            Finding::in_text(&codes::SEED_BAD_MATTER, line + at.max(1) - 1, 0, detail)
        })?;
        let mut values: Matter = read.into_iter().collect();
        values.is_yaml = syntax.format == Format::Yaml;
        Ok(Self { format: syntax.format, values, text, line, doubts })
    }

    fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(key)
    }

    /// Returns the value of a key as text: a string, or a number as it is written.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.values.text(key)
    }

    /// True if the value of a key is this boolean, or its name.
    fn is_flag(&self, key: &str, value: bool) -> bool {
        self.values.is(key, value)
    }

    /// Returns the line of a key, or the first line of the front matter if the key is not at the start of a line.
    fn line(&self, key: &str) -> u32 {
        self.own_line(key).unwrap_or(self.line)
    }

    /// Returns the line of a key at the start of a line.
    fn own_line(&self, key: &str) -> Option<u32> {
        let has_key = |line: &str| {
            let line = line.trim_start().trim_start_matches(['"', '\'']).to_lowercase();
            let rest = line.strip_prefix(key).map(|rest| rest.trim_start_matches(['"', '\'']).trim_start());
            rest.is_some_and(|rest| rest.starts_with([':', '=']))
        };
        self.text.lines().position(has_key).map(|at| self.line + at as u32)
    }

    fn bad_date(&self, bad: &BadDate) -> Finding {
        let detail = if bad.value.is_empty() {
            format!("`{}` is neither text nor a number", bad.key)
        } else {
            format!("`{}` is `{}`", bad.key, excerpt(&bad.value, SHOWN))
        };
        self.finding(&codes::SEED_BAD_DATE, &bad.key, detail)
    }

    /// Removes user name and password from the address of the article, and returns the finding about them.
    fn remove_credentials(&mut self) -> Option<Finding> {
        let key = self.values.remove_credentials()?;
        Some(self.finding(&codes::SEED_LINK_CREDENTIALS, key, format!("left them out of `{key}`")))
    }

    fn finding(&self, meta: &'static Meta, key: &str, detail: String) -> Finding {
        Finding::in_text(meta, self.line(key), 0, detail)
    }

    /// Returns the date of the first key of a field that has one.
    pub(super) fn date(&self, field: Field, unzoned: Unzoned) -> Result<Option<Moment>, Finding> {
        self.values.date(&metadata::keys(&self.values, field), unzoned).map_err(|bad| self.bad_date(&bad))
    }

    /// Returns the title as plain text; empty if there is none.
    pub(super) fn title(&self) -> String {
        // `title: true` is the word.
        let word = self.get("title").and_then(Value::as_bool).map(|word| word.to_string());
        title::plain_text(&self.text("title").or(word).unwrap_or_default())
    }

    /// Returns what it says about the article at `link`.
    pub(super) fn metadata(
        &self,
        kind: Kind,
        link: &str,
        origin: &Origin<'_>,
        findings: &mut Vec<Finding>,
    ) -> Metadata {
        let is_index = matches!(origin.stem().split('.').next(), Some("index"));
        let context = metadata::Context { kind, link, site: origin.site(), is_index };
        let mut metadata = metadata::read(&self.values, &context);
        episode::complete(&self.values, &context, &mut metadata);
        let repository = origin.addresses.repository.as_ref();
        let is_jekyll_site = repository.is_some_and(|repository| repository.rules().kind() == Kind::Jekyll);
        if let Some(why) = metadata::unlisted(&self.values, is_jekyll_site) {
            metadata.unlisted = true;
            findings.push(Finding::in_text(&codes::SEED_UNLISTED, 0, 0, why));
        }
        metadata
    }

    /// Returns the setting that excludes the file from the articles.
    pub(super) fn exclusion_reason(&self) -> Option<&'static str> {
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
        if self.text("status").is_some_and(|status| status.eq_ignore_ascii_case("draft")) {
            return Some("its front matter has `status: draft`");
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

    /// Returns the slug of an article that sets none, if its title and not its name makes it.
    fn default_slug(&self, title: &str) -> Option<String> {
        (self.format == Format::Header).then(|| pelican_slug(title)).filter(|slug| !slug.is_empty())
    }

    fn generator(&self, origin: &Origin<'_>, is_dated: bool) -> Kind {
        let has = |key: &&str| self.values.has(key);
        match self.format {
            Format::Json | Format::Header | Format::Bare => Kind::Hugo,
            Format::Toml if ZOLA.iter().any(has) => Kind::Zola,
            Format::Toml => Kind::Hugo,
            Format::Yaml if origin.above_posts().is_some() => Kind::Jekyll,
            Format::Yaml if origin.below_content().is_some() => Kind::Hugo,
            Format::Yaml if is_dated || has(&"permalink") => Kind::Jekyll,
            Format::Yaml => Kind::Hugo,
        }
    }
}

/// Markdown without front matter, in a repository that says the rest: Eleventy's data files, or a date in the name.
pub(super) static BARE: Syntax = Syntax {
    format: Format::Bare,
    opens: |_| false,
    closer: || Box::new(|_| true),
    is_delimited: false,
    parse: |_| Ok(serde_json::Map::new()),
};

impl Syntax {
    /// Returns the syntax that the generator of the repository reads in place of this.
    fn in_repository(&self, origin: &Origin<'_>) -> &Self {
        #[cfg(feature = "folder")]
        if self.format == Format::Header
            && let Some(repository) = &origin.addresses.repository
            && repository.rules().kind() == Kind::Hexo
        {
            return &super::yaml::OPEN;
        }
        // Without the feature `folder`, no dialect reads a file.
        let _ = origin;
        self
    }
}

impl Dialect for Syntax {
    fn name(&self) -> &'static str {
        match self.format {
            Format::Yaml => "yaml",
            Format::Toml => "toml",
            Format::Json => "json",
            Format::Header => "header",
            Format::Bare => "bare",
        }
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["md", "markdown", "mkd", "mdx", "html", "htm", "njk", "liquid"]
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
        let kind = origin.addresses.repository.as_ref().map(|repository| repository.rules().kind());
        let is_template =
            ["njk", "liquid"].iter().any(|ending| origin.extension().eq_ignore_ascii_case(ending));
        if is_template && kind != Some(Kind::Eleventy) {
            return Err(not_an_article("it is a template, and only Eleventy makes pages of those"));
        }
        if let Some(repository) = &origin.addresses.repository {
            let syntax = self.in_repository(origin);
            let needs_matter = matches!(repository.rules().kind(), Kind::Jekyll | Kind::Zola | Kind::Hexo);
            if syntax.format == Format::Header || syntax.format == Format::Bare && needs_matter {
                return Err(unlike_an_article());
            }
            let mut matter = FrontMatter::read(syntax, lines)?;
            findings.append(&mut matter.doubts);
            return placed(&mut matter, repository, origin, findings);
        }
        if let Some(why) = origin.exclusion_reason() {
            return Err(not_an_article(why));
        }
        if self.format == Format::Header && origin.folders().first().is_some_and(|folder| folder == "pages") {
            return Err(not_an_article("it is in `pages`, where Pelican has the pages of the site"));
        }
        let mut matter = FrontMatter::read(self, lines)?;
        if let Some(why) = matter.exclusion_reason() {
            return Err(not_an_article(why));
        }
        findings.append(&mut matter.doubts);
        findings.extend(matter.remove_credentials());
        // Else it may be text that begins with a word and a colon.
        if self.format == Format::Header && !matter.values.has("title") {
            return Err(unlike_an_article());
        }
        let details = details(&matter, origin)?;
        let Some(time) = details.published.or(details.date) else {
            return Err(not_an_article("neither its front matter nor its file name has a date"));
        };
        let link = url(&matter, &details, origin, findings)?;
        let metadata = matter.metadata(details.generator, &link, origin, findings);
        let head = Head::new(time, details.title, link);
        Ok(Head {
            updated: details.updated.filter(|updated| *updated > time),
            until: details.expires,
            metadata,
            ..head
        })
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
        let Ok(mut matter) = FrontMatter::read(self.in_repository(origin), &mut lines) else {
            return Cow::Borrowed(seed.body);
        };
        if let Some(repository) = &origin.addresses.repository {
            repository.rules().complete(&repository.path(&origin.path()), &mut matter.values);
        }
        let Ok(Details { generator, values, .. }) = details(&matter, origin) else {
            return Cow::Borrowed(seed.body);
        };
        let before = &text[..text.len() - seed.body.len()];
        let page = PageContext {
            generator: origin.addresses.repository.as_ref().map_or(generator, |r| r.rules().kind()),
            head: &seed.head,
            origin,
            values: &values,
            matter: &matter.values,
            line: before.matches('\n').count() as u32 + 1,
        };
        let html = tags::render(seed.body, &page, findings);
        let is_html = page.is_html();
        #[cfg(feature = "folder")]
        if !is_html {
            return Cow::Owned(super::markdown::html(&html, &page));
        }
        // Without the feature `folder`, no dialect reads a file.
        let _ = is_html;
        html
    }
}

/// Returns the head of an article of a repository, whose rules say whether it is one and where it is published.
fn placed(
    matter: &mut FrontMatter<'_>,
    repository: &Repository,
    origin: &Origin<'_>,
    findings: &mut Vec<Finding>,
) -> Result<Head, Fault> {
    findings.extend(matter.remove_credentials());
    let pattern = origin.addresses.permalink.as_deref();
    let placed =
        repository.place(&origin.path(), &mut matter.values, pattern).map_err(|refusal| match refusal {
            Refusal::NotArticle(why) => not_an_article(why),
            Refusal::BadDate(bad) => matter.bad_date(&bad).into(),
            Refusal::BadPattern(key, detail) => match matter.own_line(key) {
                Some(line) => Finding::in_text(&codes::SEED_BAD_LINK, line, 0, detail).into(),
                // One pattern for many articles.
                None => Finding::in_text(&codes::SEED_ADDRESS_UNKNOWN, 0, 0, detail).into(),
            },
        })?;
    let Some(published) = placed.published else {
        return Err(not_an_article("neither its front matter nor its file name has a date"));
    };
    if let Some(language) = &placed.language
        && !origin.addresses.translations.contains(&language.to_lowercase())
    {
        return Err(not_an_article(format!(
            "it is in another language than the site: {language}; `feeds_by = [\"language\"]` makes a feed of it"
        )));
    }
    let unzoned = repository.rules().unzoned(&matter.values);
    let instant = |field| Ok::<_, Finding>(matter.date(field, unzoned)?.map(|moment| moment.instant));
    let (updated, expires) = (instant(Field::Updated)?, instant(Field::Expires)?);
    let own = matter.title();
    let is_missing = own.is_empty() && !metadata::is_untitled(&matter.values);
    let title = if is_missing { placed.title.unwrap_or_default() } else { own };
    let url = match origin.site() {
        _ if is_http(&placed.address) => placed.address,
        Some(site) => Repository::join(site, &placed.address),
        None => {
            return Err(Finding::in_text(
                &codes::NO_SITE_URL,
                0,
                0,
                "this article does not state its own URL",
            )
            .into());
        }
    };
    let link = link::read(&url, 0, || 0, findings)?;
    let time = published.instant;
    let updated = updated.filter(|updated| *updated > time);
    let mut metadata = matter.metadata(repository.rules().kind(), &link, origin, findings);
    // That of the file: the feed of its language is found by it.
    metadata.language = placed.language.or(metadata.language);
    Ok(Head { updated, until: expires, metadata, ..Head::new(time, title, link) })
}

/// The values that front matter and file name give together, if no configuration says which generator they are for.
struct Details {
    generator: Kind,
    date: Option<UnixMs>,
    values: Values,
    title: String,
    published: Option<UnixMs>,
    updated: Option<UnixMs>,
    expires: Option<UnixMs>,
}

fn details(matter: &FrontMatter<'_>, origin: &Origin<'_>) -> Result<Details, Finding> {
    let mut stem = origin.stem();
    // Middleman names the format of the page before that of the seed: `a.html.md`.
    if origin.addresses.repository.is_none()
        && let Some(bare) = stem.strip_suffix(".html")
    {
        stem = bare.to_owned();
    }
    let dated = date::of_name(&stem);
    let generator = matter.generator(origin, dated.is_some());
    let mut folders = match generator {
        Kind::Jekyll => origin.above_posts().unwrap_or_else(|| origin.folders()),
        _ => origin.below_content().unwrap_or_else(|| origin.folders()),
    };
    if generator != Kind::Jekyll && stem == "index" {
        stem = folders.pop().unwrap_or_default();
    }
    let repository = origin.addresses.repository.as_ref();
    let unzoned = repository
        .map_or(origin.addresses.unzoned(), |repository| repository.rules().unzoned(&matter.values));
    // The rules of a repository know more dates than these: `git Created` in Eleventy, for example.
    let known = |date: Result<Option<Moment>, Finding>| {
        if repository.is_some() { Ok(date.ok().flatten()) } else { date }
    };
    let date_key = known(matter.values.date(&["date"], unzoned).map_err(|bad| matter.bad_date(&bad)))?;
    let published = known(matter.date(Field::Published, unzoned))?;
    let mut date = date_key.or(published);
    let mut name = stem.clone();
    if let Some((day, rest)) = date::of_name(&stem) {
        // Hugo uses the date in the name, and then removes it from the name, only if the front matter has no date.
        if generator != Kind::Hugo || date.is_none() {
            name = rest.to_owned();
        }
        date = date.or_else(|| date::midnight(day, unzoned));
    }
    let mut title = matter.title();
    if title.is_empty() && !metadata::is_untitled(&matter.values) && generator == Kind::Jekyll {
        title = titleized(&name);
    }
    let mut categories = if generator == Kind::Jekyll { folders.clone() } else { Vec::new() };
    categories.extend(matter.text("category").filter(|_| generator == Kind::Jekyll));
    categories.extend(matter.values.words("categories"));
    let instant = |field| Ok::<_, Finding>(known(matter.date(field, unzoned))?.map(|moment| moment.instant));
    Ok(Details {
        generator,
        date: date.map(|moment| moment.instant),
        published: published.map(|moment| moment.instant),
        updated: instant(Field::Updated)?,
        expires: instant(Field::Expires)?,
        values: Values {
            spelling: default_path::spelling(generator),
            date: date.map_or(NaiveDateTime::default(), |moment| moment.local),
            title: title.clone(),
            slug: matter.text("slug").or_else(|| matter.default_slug(&title)),
            name,
            folders,
            categories,
            collection: String::new(),
            sections: None,
        },
        title,
    })
}

/// Returns the URL of an article: its own, or one made from the configured pattern, or from that of its generator.
fn url(
    matter: &FrontMatter<'_>,
    details: &Details,
    origin: &Origin<'_>,
    findings: &mut Vec<Finding>,
) -> Result<String, Finding> {
    let key = match details.generator {
        Kind::Jekyll => "permalink",
        Kind::Hugo => "url",
        _ => "path",
    };
    let own = matter.text(key);
    let line = || matter.line(key);
    if let Some(own) = own.as_deref().filter(|own| is_http(own)) {
        return link::read(own, line(), || 0, findings);
    }
    let of_format = (matter.format == Format::Header).then_some("/:slug.html");
    let configured = origin.addresses.permalink.as_deref().map(pattern::style);
    let path = default_path::path(own.as_deref(), configured.or(of_format), &details.values)
        .map_err(|detail| Finding::in_text(&codes::SEED_BAD_LINK, line(), 0, detail))?;
    let Some(site) = origin.site() else {
        return Err(Finding::in_text(&codes::NO_SITE_URL, 0, 0, "this article does not state its own URL"));
    };
    link::read(&Repository::join(site, &path), line(), || 0, findings)
}
