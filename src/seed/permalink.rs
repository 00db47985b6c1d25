//! Where an article is that does not say so: a path made of a pattern, as Jekyll, Hugo and Zola make it.

use chrono::{DateTime, Datelike, Timelike, Utc};
use url::Url;

use super::front::Tool;
use crate::types::{UnixMs, percent_encode_invalid};

/// What paths are made of.
pub(super) struct Facts {
    pub(super) tool: Tool,
    pub(super) date: Option<UnixMs>,
    pub(super) title: String,
    pub(super) slug: Option<String>,
    /// The name of the file, or of the folder that it has to itself, without its date.
    pub(super) name: String,
    pub(super) folders: Vec<String>,
    pub(super) categories: Vec<String>,
}

/// The styles that Jekyll has names for.
const STYLES: &[(&str, &str)] = &[
    ("date", "/:categories/:year/:month/:day/:title:output_ext"),
    ("none", "/:categories/:title:output_ext"),
    ("ordinal", "/:categories/:year/:y_day/:title:output_ext"),
    ("pretty", "/:categories/:year/:month/:day/:title/"),
    ("weekdate", "/:categories/:year/W:week/:short_day/:title:output_ext"),
];

type Token = (&'static str, fn(&Facts, DateTime<Utc>) -> String);

/// The parts of a pattern, by name.
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
    ("slug", |f, _| f.slug_or(|| f.word(if f.tool == Tool::Jekyll { &f.name } else { &f.title }))),
    ("slugified_categories", |f, _| f.categories(slugified)),
    ("slugorcontentbasename", |f, _| f.slug_or(|| f.part(&f.name))),
    ("slugorfilename", |f, _| f.slug_or(|| f.part(&f.name))),
    ("title", |f, _| match f.tool {
        Tool::Jekyll => pretty(f.slug.as_deref().unwrap_or(&f.name)),
        Tool::Hugo | Tool::Zola => f.word(&f.title),
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

impl Facts {
    fn categories(&self, each: fn(&str) -> String) -> String {
        let mut all: Vec<String> = Vec::new();
        for category in self.categories.iter().map(|c| each(c)) {
            if !category.is_empty() && !all.contains(&category) {
                all.push(category);
            }
        }
        all.join("/")
    }

    fn slug_or(&self, other: impl Fn() -> String) -> String {
        self.slug.as_deref().map_or_else(other, |slug| self.word(slug))
    }

    /// The name of a file or folder, as the generator spells it in a path.
    fn part(&self, name: &str) -> String {
        match self.tool {
            Tool::Jekyll => name.to_owned(),
            Tool::Hugo => named(name),
            Tool::Zola => slugified(name),
        }
    }

    /// Any other text.
    fn word(&self, text: &str) -> String {
        match self.tool {
            Tool::Hugo => sanitized(text),
            Tool::Jekyll | Tool::Zola => slugified(text),
        }
    }
}

/// The path of an article; an error is a token that is not known.
pub(super) fn path(pattern: Option<&str>, facts: &Facts) -> Result<String, String> {
    let path = match (pattern, facts.tool) {
        (Some(pattern), _) => expand(pattern, facts)?,
        (None, Tool::Jekyll) => expand(style("date"), facts)?,
        (None, Tool::Hugo | Tool::Zola) => expand("/:sections/:slugorcontentbasename/", facts)?,
    };
    let mut tidy = String::with_capacity(path.len() + 1);
    for c in std::iter::once('/').chain(path.chars()) {
        if c != '/' || !tidy.ends_with('/') {
            tidy.push(c);
        }
    }
    // What has no ending is a folder to Hugo and Zola, whatever its address is written like.
    let last = tidy.rsplit('/').next().unwrap_or_default();
    if facts.tool != Tool::Jekyll && !last.is_empty() && !last.contains('.') {
        tidy.push('/');
    }
    Ok(tidy)
}

fn expand(pattern: &str, facts: &Facts) -> Result<String, String> {
    let date = facts.date.and_then(|date| DateTime::from_timestamp_millis(date.0)).unwrap_or_default();
    let mut out = String::new();
    for part in parts(pattern) {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Token(name) => {
                let token = TOKENS.iter().find(|(known, _)| *known == name);
                out.push_str(&token.ok_or_else(|| format!(":{name}"))?.1(facts, date));
            }
        }
    }
    Ok(out)
}

/// A pattern of the configuration, which may be the name of a style.
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
        // A colon that nothing follows is one.
        let token = if name.is_empty() { Part::Text(":") } else { Part::Token(name) };
        [token, Part::Text(text)]
    });
    std::iter::once(Part::Text(first)).chain(rest)
}

/// Whether a pattern can be followed.
///
/// # Errors
/// Why not.
pub fn check(pattern: &str) -> Result<(), String> {
    if !style(pattern).starts_with('/') {
        let styles: Vec<_> = STYLES.iter().map(|(name, _)| *name).collect();
        return Err(format!(
            "`permalink` begins with `/`, or is one of {}, not `{pattern}`",
            styles.join(", ")
        ));
    }
    for part in parts(style(pattern)) {
        if let Part::Token(name) = part
            && !TOKENS.iter().any(|(known, _)| *known == name)
        {
            let near = TOKENS.iter().min_by_key(|(known, _)| strsim::damerau_levenshtein(known, name));
            let near = near.map_or("", |(known, _)| *known);
            return Err(format!("`permalink` has no part `:{name}`; did you mean `:{near}`?"));
        }
    }
    Ok(())
}

/// What [`check`] lets pass, as a regular expression without looks ahead.
///
/// ```
/// assert!(feedmill::seed::permalink_expression().contains("pretty"));
/// ```
#[must_use]
pub fn expression() -> String {
    let styles: Vec<_> = STYLES.iter().map(|(name, _)| *name).collect();
    let tokens: Vec<_> = TOKENS.iter().map(|(name, _)| *name).collect();
    format!("^({}|/[^:]*(:({})?([^a-z_:][^:]*)?)*)?$", styles.join("|"), tokens.join("|"))
}

/// The address of a path on a site, which may itself be in a folder of its host.
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

/// Jekyll's title of a post that has none.
pub(super) fn titleized(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        first + &letters.as_str().to_lowercase()
    };
    let words: Vec<_> = name.split('-').filter(|part| !part.is_empty()).map(word).collect();
    words.join(" ")
}

/// Jekyll's slug, and but for letters that are not ASCII Zola's: small letters and digits, `-` for all else.
fn slugified(text: &str) -> String {
    hyphened(&text.to_lowercase(), char::is_alphanumeric)
}

/// Jekyll's slug in addresses: as written, without what an address would have to escape.
fn pretty(text: &str) -> String {
    hyphened(text, |c| c.is_alphanumeric() || "._~!$&'()+,;=@".contains(c))
}

fn hyphened(text: &str, fits: impl Fn(char) -> bool) -> String {
    let parts = text.split(|c| !fits(c)).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-")
}

/// Hugo's spelling of a file in an address: white space is `-`, and what is no letter, digit or plain mark goes.
fn named(text: &str) -> String {
    let spelled =
        text.to_lowercase().chars().map(|c| if c.is_whitespace() { '-' } else { c }).collect::<String>();
    spelled.chars().filter(|c| is_allowed(*c)).collect()
}

/// Hugo's spelling of a slug: as of a file, but with one `-` for all white space.
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

/// Whether it belongs to the letter before it.
fn is_mark(c: char) -> bool {
    unicode_width::UnicodeWidthChar::width(c) == Some(0) && !c.is_control() && c > '\u{2ff}'
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of 2024-03-04T05:06:07Z, a Monday, the 64th day of the year, in its tenth week.
    fn facts(tool: Tool) -> Facts {
        Facts {
            tool,
            date: Some(UnixMs(1_709_528_767_000)),
            title: "A Title & More".to_owned(),
            slug: None,
            name: "The Name.x".to_owned(),
            folders: vec!["Big Section".to_owned(), "b".to_owned()],
            categories: vec!["Big Section".to_owned(), "c d".to_owned(), "C D".to_owned()],
        }
    }

    #[test]
    fn every_part_is_what_jekyll_and_hugo_document() {
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
            assert_eq!(path(Some(pattern), &facts(Tool::Jekyll)).as_deref(), Ok(jekyll), "{pattern}");
            assert_eq!(path(Some(pattern), &facts(Tool::Hugo)).as_deref(), Ok(hugo), "{pattern}");
        }
        assert_eq!(path(None, &facts(Tool::Zola)).as_deref(), Ok("/big-section/b/the-name-x/"));
        let named = Facts { slug: Some("My Slug & É.x".to_owned()), ..facts(Tool::Hugo) };
        assert_eq!(path(None, &named).as_deref(), Ok("/big-section/b/my-slug-é.x/"));
        assert_eq!(path(Some("/:nothing"), &named), Err(":nothing".to_owned()));
    }

    #[test]
    fn files_are_spelled_as_hugo_spells_them() {
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
    fn parts_and_styles_are_sorted_and_checked() {
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
}
