//! URLs of articles that do not state their own: paths expanded from a pattern, as Jekyll, Hugo and Zola do it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Timelike, Utc};
use url::Url;

use super::generator::Generator;
use crate::diag::nearest;
use crate::types::{UnixMs, excerpt, percent_encode_invalid};

/// The values that the tokens of a pattern expand to.
pub(super) struct PermalinkInput {
    pub(super) generator: Generator,
    pub(super) date: Option<UnixMs>,
    pub(super) title: String,
    pub(super) slug: Option<String>,
    /// Name of the file, or of its folder if the file is `index`, without its date.
    pub(super) name: String,
    pub(super) folders: Vec<String>,
    pub(super) categories: Vec<String>,
}

/// Jekyll's named styles, sorted by name.
const STYLES: &[(&str, &str)] = &[
    ("date", "/:categories/:year/:month/:day/:title:output_ext"),
    ("none", "/:categories/:title:output_ext"),
    ("ordinal", "/:categories/:year/:y_day/:title:output_ext"),
    ("pretty", "/:categories/:year/:month/:day/:title/"),
    ("weekdate", "/:categories/:year/W:week/:short_day/:title:output_ext"),
];

/// Maximum length of an expanded path, in bytes.
const MAX_PATH: usize = 8 << 10;

type Token = (&'static str, fn(&PermalinkInput, DateTime<Utc>) -> String);

/// The tokens of a pattern, sorted by name.
const TOKENS: &[Token] = &[
    ("categories", |f, _| f.categories(str::to_lowercase)),
    ("contentbasename", |f, _| f.part(&f.name)),
    ("day", |_, d| format!("{:02}", d.day())),
    ("filename", |f, _| f.part(&f.name)),
    ("hour", |_, d| format!("{:02}", d.hour())),
    ("i_day", |_, d| d.day().to_string()),
    ("i_month", |_, d| d.month().to_string()),
    ("long_day", |_, d| d.format("%A").to_string()),
    ("long_month", |_, d| d.format("%B").to_string()),
    ("minute", |_, d| format!("{:02}", d.minute())),
    ("month", |_, d| format!("{:02}", d.month())),
    ("monthname", |f, d| f.word(&d.format("%B").to_string())),
    ("output_ext", |_, _| ".html".to_owned()),
    ("second", |_, d| format!("{:02}", d.second())),
    ("section", |f, _| f.folders.first().map(|folder| f.part(folder)).unwrap_or_default()),
    ("sections", |f, _| f.folders.iter().map(|folder| f.part(folder)).collect::<Vec<_>>().join("/")),
    ("short_day", |_, d| d.format("%a").to_string()),
    ("short_month", |_, d| d.format("%b").to_string()),
    ("short_year", |_, d| d.format("%y").to_string()),
    ("slug", |f, _| f.slug_or(|| f.word(if f.generator == Generator::Jekyll { &f.name } else { &f.title }))),
    ("slugified_categories", |f, _| f.categories(slugified)),
    ("slugorcontentbasename", |f, _| f.slug_or(|| f.part(&f.name))),
    ("slugorfilename", |f, _| f.slug_or(|| f.part(&f.name))),
    ("title", |f, _| match f.generator {
        Generator::Jekyll => pretty(f.slug.as_deref().unwrap_or(&f.name)),
        Generator::Hugo | Generator::Zola => f.word(&f.title),
    }),
    ("w_day", |_, d| d.weekday().number_from_monday().to_string()),
    ("w_year", |_, d| format!("{:04}", d.iso_week().year())),
    ("week", |_, d| format!("{:02}", d.iso_week().week())),
    ("weekday", |_, d| d.weekday().num_days_from_sunday().to_string()),
    ("weekdayname", |f, d| f.word(&d.format("%A").to_string())),
    ("y_day", |_, d| format!("{:03}", d.ordinal())),
    ("year", |_, d| format!("{:04}", d.year())),
    ("yearday", |_, d| d.ordinal().to_string()),
];

impl PermalinkInput {
    fn categories(&self, each: fn(&str) -> String) -> String {
        let mut seen = BTreeSet::new();
        let all = self.categories.iter().map(|category| each(category));
        all.filter(|c| !c.is_empty() && seen.insert(c.clone())).collect::<Vec<_>>().join("/")
    }

    fn slug_or(&self, other: impl Fn() -> String) -> String {
        self.slug.as_deref().map_or_else(other, |slug| self.word(slug))
    }

    /// Returns the name of a file or folder as the generator spells it in a path.
    fn part(&self, name: &str) -> String {
        match self.generator {
            Generator::Jekyll => name.to_owned(),
            Generator::Hugo => named(name),
            Generator::Zola => slugified(name),
        }
    }

    /// Returns any other text as the generator spells it in a path.
    fn word(&self, text: &str) -> String {
        match self.generator {
            Generator::Hugo => sanitized(text),
            Generator::Jekyll | Generator::Zola => slugified(text),
        }
    }
}

/// The reason why a pattern has no path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PathError {
    /// The pattern has a token that does not exist; its name begins with `:`.
    UnknownToken(String),
    /// The path is longer than [`MAX_PATH`].
    TooLong,
}

/// Returns the path of an article.
pub(super) fn path(pattern: Option<&str>, input: &PermalinkInput) -> Result<String, PathError> {
    let path = match (pattern, input.generator) {
        (Some(pattern), _) => expand(pattern, input)?,
        (None, Generator::Jekyll) => expand(style("date"), input)?,
        (None, Generator::Hugo | Generator::Zola) => expand("/:sections/:slugorcontentbasename/", input)?,
    };
    let mut tidy = String::with_capacity(path.len() + 1);
    for c in std::iter::once('/').chain(path.chars()) {
        if c != '/' || !tidy.ends_with('/') {
            tidy.push(c);
        }
    }
    // A path without an extension is a folder to Hugo and Zola, with or without a slash at its end.
    let last = tidy.rsplit('/').next().unwrap_or_default();
    if input.generator != Generator::Jekyll && !last.is_empty() && !last.contains('.') {
        tidy.push('/');
    }
    Ok(tidy)
}

fn expand(pattern: &str, input: &PermalinkInput) -> Result<String, PathError> {
    let date = input.date.and_then(|date| DateTime::from_timestamp_millis(date.0)).unwrap_or_default();
    let mut out = String::new();
    // A pattern may repeat a token thousands of times.
    let mut values: BTreeMap<&str, String> = BTreeMap::new();
    for part in parts(pattern) {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Token(name) => match values.get(name) {
                Some(value) => out.push_str(value),
                None => {
                    let token = TOKENS.iter().find(|(known, _)| *known == name);
                    let token = token.ok_or_else(|| PathError::UnknownToken(format!(":{name}")))?;
                    let value = token.1(input, date);
                    out.push_str(&value);
                    values.insert(name, value);
                }
            },
        }
        if out.len() > MAX_PATH {
            return Err(PathError::TooLong);
        }
    }
    Ok(out)
}

/// Returns the pattern of a style, or the pattern itself if it is not the name of one.
pub(super) fn style(pattern: &str) -> &str {
    STYLES.iter().find(|(name, _)| *name == pattern).map_or(pattern, |(_, pattern)| pattern)
}

enum Part<'a> {
    Text(&'a str),
    Token(&'a str),
}

fn parts(pattern: &str) -> impl Iterator<Item = Part<'_>> {
    let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
    let mut pieces = pattern.split(':');
    let first = pieces.next().unwrap_or_default();
    let rest = pieces.flat_map(move |piece| {
        let end = piece.find(|c| !is_name(c)).unwrap_or(piece.len());
        let (name, text) = piece.split_at(end);
        // A colon without a name after it is a colon.
        let token = if name.is_empty() { Part::Text(":") } else { Part::Token(name) };
        [token, Part::Text(text)]
    });
    std::iter::once(Part::Text(first)).chain(rest)
}

/// Checks a pattern of the configuration.
///
/// # Errors
/// The problem with it, and the fix: lower case, no full stop.
pub fn check(pattern: &str) -> Result<(), String> {
    if !style(pattern).starts_with('/') {
        let styles: Vec<_> = STYLES.iter().map(|(name, _)| format!("`{name}`")).collect();
        let shown = excerpt(pattern, super::SHOWN);
        return Err(format!("`{shown}`; begin it with `/`, or use one of {}", styles.join(", ")));
    }
    for part in parts(style(pattern)) {
        if let Part::Token(name) = part
            && !TOKENS.iter().any(|(known, _)| *known == name)
        {
            let near = nearest(name, TOKENS.iter().map(|(known, _)| *known));
            let fix = near.map_or_else(
                || "docs/seeds.md lists all tokens".to_owned(),
                |near| format!("did you mean `:{near}`?"),
            );
            return Err(format!("unknown token `:{}`; {fix}", excerpt(name, super::SHOWN)));
        }
    }
    Ok(())
}

/// Returns a regular expression that matches what [`check`] accepts, without lookahead.
pub(crate) fn expression() -> String {
    let styles: Vec<_> = STYLES.iter().map(|(name, _)| *name).collect();
    let tokens: Vec<_> = TOKENS.iter().map(|(name, _)| *name).collect();
    format!("^({}|/[^:]*(:({})?([^a-z_:][^:]*)?)*)?$", styles.join("|"), tokens.join("|"))
}

/// Returns the URL of a path on a site, which may itself be in a folder of its host.
pub(super) fn join(site: &Url, path: &str) -> String {
    let folder = site.path().trim_end_matches('/');
    let encoded: String = path
        .chars()
        .map(|c| match c {
            '?' => "%3F".to_owned(),
            '#' => "%23".to_owned(),
            c => c.to_string(),
        })
        .collect();
    percent_encode_invalid(&format!("{}{folder}{encoded}", site.origin().ascii_serialization()))
}

/// Returns the title that Jekyll gives to a post without one.
pub(super) fn titleized(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        first + &letters.as_str().to_lowercase()
    };
    let words: Vec<_> = name.split('-').filter(|part| !part.is_empty()).map(word).collect();
    words.join(" ")
}

/// Returns Jekyll's slug: lower-case letters and digits, and `-` for everything else. Zola's is the same for ASCII.
fn slugified(text: &str) -> String {
    hyphened(&text.to_lowercase(), char::is_alphanumeric)
}

/// Returns Jekyll's slug in URLs: as written, without characters that a URL would have to escape.
fn pretty(text: &str) -> String {
    hyphened(text, |c| c.is_alphanumeric() || "._~!$&'()+,;=@".contains(c))
}

fn hyphened(text: &str, fits: impl Fn(char) -> bool) -> String {
    let parts = text.split(|c| !fits(c)).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-")
}

/// Returns Hugo's spelling of a file name in a URL: `-` for white space, and only letters, digits and a few marks.
fn named(text: &str) -> String {
    let spelled =
        text.to_lowercase().chars().map(|c| if c.is_whitespace() { '-' } else { c }).collect::<String>();
    spelled.chars().filter(|c| is_allowed(*c)).collect()
}

/// Returns Hugo's spelling of a slug: as for a file name, with one `-` for a run of white space.
fn sanitized(text: &str) -> String {
    let mut out = String::new();
    let mut space = false;
    for c in text.to_lowercase().chars() {
        if is_allowed(c) {
            if std::mem::take(&mut space) && c != '-' {
                out.push('-');
            }
            out.push(c);
        } else {
            space |= c.is_whitespace() && !out.is_empty() && !out.ends_with('-');
        }
    }
    out
}

fn is_allowed(c: char) -> bool {
    c.is_alphanumeric() || "./\\_+~-@".contains(c) || is_mark(c)
}

/// True if a character combines with the one before it.
fn is_mark(c: char) -> bool {
    unicode_width::UnicodeWidthChar::width(c) == Some(0) && !c.is_control() && c > '\u{2ff}'
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An article of 2024-03-04T05:06:07Z: a Monday, the 64th day of the year, in its tenth week.
    fn input(generator: Generator) -> PermalinkInput {
        PermalinkInput {
            generator,
            date: Some(UnixMs(1_709_528_767_000)),
            title: "A Title & More".to_owned(),
            slug: None,
            name: "The Name.x".to_owned(),
            folders: vec!["Big Section".to_owned(), "b".to_owned()],
            categories: vec!["Big Section".to_owned(), "c d".to_owned(), "C D".to_owned()],
        }
    }

    #[test]
    fn every_token_expands_as_jekyll_and_hugo_document_it() {
        for (pattern, jekyll, hugo) in [
            ("/:year/:month/:day", "/2024/03/04", "/2024/03/04/"),
            ("/:hour-:minute-:second.x", "/05-06-07.x", "/05-06-07.x"),
            ("/:short_year/:i_month/:i_day/", "/24/3/4/", "/24/3/4/"),
            ("/:short_month/:long_month/:monthname/", "/Mar/March/march/", "/Mar/March/march/"),
            ("/:short_day/:long_day/:weekday/", "/Mon/Monday/1/", "/Mon/Monday/1/"),
            ("/:w_year/W:week/:w_day/", "/2024/W10/1/", "/2024/W10/1/"),
            ("/:y_day/:yearday/", "/064/64/", "/064/64/"),
            ("/:title/", "/The-Name.x/", "/a-title-more/"),
            ("/:slug/", "/the-name-x/", "/a-title-more/"),
            ("/:filename/:slugorfilename/", "/The Name.x/The Name.x/", "/the-name.x/the-name.x/"),
            ("/:section/:sections/", "/Big Section/Big Section/b/", "/big-section/big-section/b/"),
            ("/:categories/", "/big section/c d/", "/big section/c d/"),
            ("/:slugified_categories/x:output_ext", "/big-section/c-d/x.html", "/big-section/c-d/x.html"),
            ("a//b:", "/a/b:", "/a/b:/"),
        ] {
            assert_eq!(path(Some(pattern), &input(Generator::Jekyll)).as_deref(), Ok(jekyll), "{pattern}");
            assert_eq!(path(Some(pattern), &input(Generator::Hugo)).as_deref(), Ok(hugo), "{pattern}");
        }
        assert_eq!(path(None, &input(Generator::Zola)).as_deref(), Ok("/big-section/b/the-name-x/"));
        let named = PermalinkInput { slug: Some("My Slug & É.x".to_owned()), ..input(Generator::Hugo) };
        assert_eq!(path(None, &named).as_deref(), Ok("/big-section/b/my-slug-é.x/"));
        assert_eq!(path(Some("/:nothing"), &named), Err(PathError::UnknownToken(":nothing".to_owned())));
    }

    #[test]
    fn file_names_are_spelled_as_in_hugo() {
        for (name, spelled) in [
            ("a  b", "a--b"),
            ("a - b", "a---b"),
            ("A_b.c", "a_b.c"),
            ("100% sure", "100-sure"),
            ("what's up?", "whats-up"),
            ("a+b,c;d", "a+bcd"),
            ("x@y!z", "x@yz"),
            ("e=f~g", "ef~g"),
            ("中 文", "中-文"),
        ] {
            assert_eq!(named(name), spelled);
        }
    }

    #[test]
    fn tokens_and_styles_are_sorted_and_checked() {
        assert!(TOKENS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(STYLES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(STYLES.iter().all(|(name, pattern)| check(name).is_ok() && check(pattern).is_ok()));
        assert!(check("/:yaer/").unwrap_err().contains("`:year`"));
        assert!(check("prety").is_err());
    }

    #[test]
    fn a_site_may_be_in_a_folder_of_its_host() {
        let site = |text: &str| Url::parse(text).unwrap();
        assert_eq!(
            join(&site("https://a.example/blog/"), "/x y/ä?#"),
            "https://a.example/blog/x%20y/%C3%A4%3F%23"
        );
        assert_eq!(join(&site("https://a.example"), "/100%/"), "https://a.example/100%25/");
    }

    #[test]
    fn a_long_pattern_with_long_values_is_refused_before_it_is_expanded() {
        let long = PermalinkInput { title: "a b ".repeat(8 << 10), ..input(Generator::Hugo) };
        assert_eq!(path(Some(&"/:title".repeat(5_000)), &long), Err(PathError::TooLong));
        let many = (0..20_000).map(|n| n.to_string()).collect();
        let many = PermalinkInput { categories: many, ..input(Generator::Jekyll) };
        assert_eq!(path(Some("/:categories"), &many), Err(PathError::TooLong));
        let same = PermalinkInput { categories: vec!["a".to_owned(); 20_000], ..input(Generator::Jekyll) };
        assert_eq!(path(Some(&"/:categories".repeat(2_000)), &same).map(|path| path.len()), Ok(4_000));
    }
}
