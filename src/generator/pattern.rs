//! Patterns of addresses, such as `/:year/:month/:title/`: Jekyll's placeholders
//! (<https://jekyllrb.com/docs/permalinks/#placeholders>) and Hugo's
//! (<https://gohugo.io/configuration/permalinks/#tokens>), which share a syntax and most names.

use crate::diag::{nearest, remove_credentials};
use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDateTime, Timelike};

use super::slug;
use crate::types::excerpt;

/// Length of the longest path, in bytes.
pub(super) const MAX_PATH: usize = 8 << 10;

/// Who reads a pattern: what some placeholders stand for, and how names are spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// As Jekyll.
    Jekyll,
    /// As Hugo, with or without changing case.
    Hugo {
        /// True if names are changed to lower case.
        lower: bool,
        /// True if letters keep their accents.
        accents: bool,
    },
    /// As Zola.
    Zola,
}

/// The values of the placeholders.
#[derive(Clone, Debug)]
pub(crate) struct Values {
    /// Who reads the pattern.
    pub spelling: Spelling,
    /// Date and time as the site's clock shows them.
    pub date: NaiveDateTime,
    /// Title as the article has it.
    pub title: String,
    /// Slug that the article sets.
    pub slug: Option<String>,
    /// Name of the file, or of the folder that it has to itself, without date and ending.
    pub name: String,
    /// Folders above it, from the content folder down.
    pub folders: Vec<String>,
    /// Those of the folders that are sections, if not all are.
    pub sections: Option<Vec<String>>,
    /// Categories in order.
    pub categories: Vec<String>,
    /// Jekyll's collection.
    pub collection: String,
}

/// The names that Jekyll has for patterns.
pub(crate) const STYLES: &[(&str, &str)] = &[
    ("date", "/:categories/:year/:month/:day/:title:output_ext"),
    ("none", "/:categories/:title:output_ext"),
    ("ordinal", "/:categories/:year/:y_day/:title:output_ext"),
    ("pretty", "/:categories/:year/:month/:day/:title/"),
    ("weekdate", "/:categories/:year/W:week/:short_day/:title:output_ext"),
];

type Placeholder = (&'static str, fn(&Values, &NaiveDateTime) -> String);

const PLACEHOLDERS: &[Placeholder] = &[
    ("categories", |v, _| v.categories(str::to_lowercase)),
    ("collection", |v, _| v.collection.clone()),
    ("contentbasename", |v, _| v.file(&v.name)),
    ("day", |_, d| format!("{:02}", d.day())),
    ("filename", |v, _| v.file(&v.name)),
    ("hour", |_, d| format!("{:02}", d.hour())),
    ("i_day", |_, d| d.day().to_string()),
    ("i_month", |_, d| d.month().to_string()),
    ("long_day", |_, d| d.format("%A").to_string()),
    ("long_month", |_, d| d.format("%B").to_string()),
    ("minute", |_, d| format!("{:02}", d.minute())),
    ("month", |_, d| format!("{:02}", d.month())),
    ("monthname", |v, d| v.word(&d.format("%B").to_string())),
    ("name", |v, _| slug::jekyll(&v.name)),
    ("output_ext", |_, _| ".html".to_owned()),
    ("path", |v, _| v.path()),
    ("second", |_, d| format!("{:02}", d.second())),
    ("section", |v, _| v.folders.first().map(|folder| v.file(folder)).unwrap_or_default()),
    ("sections", |v, _| v.some_sections("")),
    ("sectionslug", |v, _| v.folders.first().map(|folder| v.word(folder)).unwrap_or_default()),
    ("sectionslugs", |v, _| v.sections().iter().map(|folder| v.word(folder)).collect::<Vec<_>>().join("/")),
    ("short_day", |_, d| d.format("%a").to_string()),
    ("short_month", |_, d| d.format("%b").to_string()),
    ("short_year", |_, d| d.format("%y").to_string()),
    ("slug", |v, _| match &v.slug {
        Some(slug) => v.slug(slug),
        None if v.spelling == Spelling::Jekyll || v.title.is_empty() => v.word(&v.name),
        None => v.title(),
    }),
    ("slugified_categories", |v, _| v.categories(slug::jekyll)),
    ("slugorcontentbasename", |v, _| v.slug_or(|| v.file(&v.name))),
    ("slugorfilename", |v, _| v.slug_or(|| v.file(&v.name))),
    ("title", |v, _| match v.spelling {
        Spelling::Jekyll => slug::pretty(v.slug.as_deref().unwrap_or(&v.name)),
        _ => v.title(),
    }),
    ("w_day", |_, d| d.weekday().number_from_monday().to_string()),
    ("w_year", |_, d| format!("{:04}", d.iso_week().year())),
    ("week", |_, d| format!("{:02}", d.iso_week().week())),
    ("weekday", |_, d| d.weekday().num_days_from_sunday().to_string()),
    ("weekdayname", |v, d| v.word(&d.format("%A").to_string())),
    ("y_day", |_, d| format!("{:03}", d.ordinal())),
    ("year", |_, d| format!("{:04}", d.year())),
    ("yearday", |_, d| d.ordinal().to_string()),
];

impl Values {
    fn categories(&self, each: fn(&str) -> String) -> String {
        let mut all: Vec<String> = Vec::new();
        for category in self.categories.iter().map(|category| each(category)) {
            if !category.is_empty() && !all.contains(&category) {
                all.push(category);
            }
        }
        all.join("/")
    }

    fn path(&self) -> String {
        let folders = self.folders.iter().map(String::as_str);
        folders.chain([self.name.as_str()]).collect::<Vec<_>>().join("/")
    }

    fn slug_or(&self, other: impl Fn() -> String) -> String {
        self.slug.as_deref().map_or_else(other, |slug| self.slug(slug))
    }

    /// Spells a slug: Hugo removes hyphens around it first.
    fn slug(&self, slug: &str) -> String {
        match self.spelling {
            Spelling::Hugo { .. } => self.token(slug.trim().trim_matches('-')),
            _ => self.word(slug),
        }
    }

    /// Spells a title: in Hugo a slash in it begins no folder.
    fn title(&self) -> String {
        match self.spelling {
            Spelling::Hugo { .. } => self.token(&self.title.replace(['/', '\\'], "-")),
            _ => self.word(&self.title),
        }
    }

    fn token(&self, text: &str) -> String {
        match self.spelling {
            Spelling::Hugo { lower, accents } => slug::hugo_token(&cased(text, lower, accents)),
            _ => self.word(text),
        }
    }

    /// Spells the name of a file or folder.
    fn file(&self, name: &str) -> String {
        match self.spelling {
            Spelling::Jekyll => name.to_owned(),
            Spelling::Hugo { lower, accents } => slug::hugo_name(&cased(name, lower, accents)),
            Spelling::Zola => slug::zola(name),
        }
    }

    /// Spells any other text.
    fn word(&self, text: &str) -> String {
        match self.spelling {
            Spelling::Hugo { lower, accents } => slug::hugo_title(&cased(text, lower, accents)),
            Spelling::Jekyll => slug::jekyll(text),
            Spelling::Zola => slug::zola(text),
        }
    }

    fn sections(&self) -> &[String] {
        self.sections.as_deref().unwrap_or(&self.folders)
    }

    /// Joins some of the sections: `1:` from the second on, `last` the last, and so on, as in a slice of Go.
    fn some_sections(&self, range: &str) -> String {
        let sections = self.sections();
        let count = sections.len();
        let at = |text: &str, otherwise: usize| match text {
            "" => otherwise,
            "last" => count.saturating_sub(1),
            number => number.parse().unwrap_or(otherwise).min(count),
        };
        let (start, end) = match range.split_once(':') {
            Some((start, end)) => (at(start, 0), at(end, count)),
            None if range.is_empty() => (0, count),
            None => (at(range, 0), (at(range, 0) + 1).min(count)),
        };
        let folders = sections.get(start..end.max(start)).unwrap_or_default();
        folders.iter().map(|folder| self.file(folder)).collect::<Vec<_>>().join("/")
    }
}

fn cased(text: &str, lower: bool, accents: bool) -> String {
    let text = if lower { text.to_lowercase() } else { text.to_owned() };
    if accents { text } else { slug::without_accents(&text) }
}

/// Returns the pattern that a style stands for; any other text is a pattern itself.
pub(crate) fn style(pattern: &str) -> &str {
    STYLES.iter().find(|(name, _)| *name == pattern).map_or(pattern, |(_, pattern)| pattern)
}

/// Fills in a pattern, with one slash for several.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn fill(pattern: &str, values: &Values) -> Result<String, String> {
    let too_long = || "the path made from its pattern is too long".to_owned();
    // It would be read again for each article.
    if pattern.len() > MAX_PATH {
        return Err(too_long());
    }
    let pattern = &*without_user(pattern);
    let mut out = String::from("/");
    // A pattern may repeat a placeholder thousands of times.
    let mut known: BTreeMap<&str, String> = BTreeMap::new();
    for part in parts(pattern) {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Name("sections", range) => out.push_str(&values.some_sections(range)),
            Part::Name(name, _) => match known.get(name) {
                Some(value) => out.push_str(value),
                None => {
                    let row = PLACEHOLDERS.iter().find(|(known, _)| *known == name);
                    let row = row.ok_or_else(|| {
                        format!("`:{}` is not a permalink token; docs/seeds.md lists them", excerpt(name, 40))
                    })?;
                    let value = row.1(values, &values.date);
                    out.push_str(&value);
                    known.insert(name, value);
                }
            },
        }
        if out.len() > MAX_PATH {
            return Err(too_long());
        }
    }
    Ok(single_slashes(&out))
}

/// Returns a path or pattern without the user names and passwords of URLs in it. It may begin like an address without scheme.
pub(super) fn without_user(path: &str) -> Cow<'_, str> {
    let rest = path.trim_start_matches('/');
    if path.len() - rest.len() < 2 || !rest.contains('@') {
        return remove_credentials(path);
    }
    Cow::Owned(remove_credentials(&format!("//{rest}")).into_owned())
}

/// Replaces runs of slashes by one.
pub(crate) fn single_slashes(path: &str) -> String {
    let path = &*without_user(path);
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if c != '/' || !out.ends_with('/') {
            out.push(c);
        }
    }
    out
}

enum Part<'a> {
    Text(&'a str),
    /// A placeholder and the text in brackets after it.
    Name(&'a str, &'a str),
}

fn parts(pattern: &str) -> Vec<Part<'_>> {
    let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
    let (mut parts, mut rest) = (Vec::new(), pattern);
    while let Some(at) = rest.find(':') {
        parts.push(Part::Text(&rest[..at]));
        let after = &rest[at + 1..];
        let (name, tail) = after.split_at(after.find(|c| !is_name(c)).unwrap_or(after.len()));
        rest = tail;
        if name.is_empty() {
            // A colon that nothing follows is one.
            parts.push(Part::Text(":"));
        } else if let Some((range, tail)) = tail.strip_prefix('[').and_then(|tail| tail.split_once(']')) {
            parts.push(Part::Name(name, range));
            rest = tail;
        } else {
            parts.push(Part::Name(name, ""));
        }
    }
    parts.push(Part::Text(rest));
    parts
}

/// Checks that a pattern is a style or a path with known placeholders.
///
/// # Errors
/// What is wrong with it.
pub fn check(pattern: &str) -> Result<(), String> {
    let pattern = &*without_user(pattern);
    if !style(pattern).starts_with('/') {
        let styles: Vec<_> = STYLES.iter().map(|(name, _)| *name).collect();
        return Err(format!(
            "`permalink` begins with `/`, or is one of {}, not `{pattern}`",
            styles.join(", ")
        ));
    }
    for part in parts(style(pattern)) {
        if let Part::Name(name, _) = part
            && !PLACEHOLDERS.iter().any(|(known, _)| *known == name)
        {
            let near = nearest(name, PLACEHOLDERS.iter().map(|(known, _)| *known));
            let hint = near.map(|near| format!("; did you mean `:{near}`?")).unwrap_or_default();
            return Err(format!("`permalink` has no part `:{name}`{hint}"));
        }
    }
    Ok(())
}

/// Returns what [`check`] accepts, as a regular expression without look-ahead.
pub(crate) fn expression() -> String {
    let styles: Vec<_> = STYLES.iter().map(|(name, _)| *name).collect();
    let names: Vec<_> = PLACEHOLDERS.iter().map(|(name, _)| *name).collect();
    format!("^({}|/[^:]*(:({})?([^a-z_:][^:]*)?)*)?$", styles.join("|"), names.join("|"))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn a_path_that_begins_like_a_host_has_no_password() {
        for path in ["//us:SECRET@h/x", "///us:SECRET@h/x", "//SECRET@h/x"] {
            assert_eq!(single_slashes(path), "/h/x");
            assert_eq!(fill(path, &values(Spelling::Jekyll)).as_deref(), Ok("/h/x"));
        }
        assert_eq!(single_slashes("/@ann//x@y"), "/@ann/x@y");
        // What follows a colon is no placeholder that a message names.
        for of_url in ["/:year/https://us:secret@h/x", "/:year/https://us:SECRET@h/x"] {
            assert_eq!(fill(of_url, &values(Spelling::Jekyll)).as_deref(), Ok("/2024/https:/h/x"));
            assert_eq!(check(of_url), Ok(()));
        }
        let long = ":title".repeat(2_000);
        assert!(fill(&long, &values(Spelling::Jekyll)).is_err_and(|why| why.contains("too long")));
    }

    /// Of 2024-03-04T05:06:07, a Monday, the 64th day of the year, in its tenth week.
    fn values(spelling: Spelling) -> Values {
        Values {
            spelling,
            date: NaiveDate::from_ymd_opt(2024, 3, 4).unwrap().and_hms_opt(5, 6, 7).unwrap(),
            title: "A Title & More".to_owned(),
            slug: None,
            name: "The Name.x".to_owned(),
            folders: vec!["Big Section".to_owned(), "b".to_owned()],
            categories: vec!["Big Section".to_owned(), "c d".to_owned(), "C D".to_owned()],
            collection: "notes".to_owned(),
            sections: None,
        }
    }

    #[test]
    fn every_placeholder_is_what_jekyll_and_hugo_document() {
        for (pattern, jekyll, hugo) in [
            ("/:year/:month/:day", "/2024/03/04", "/2024/03/04"),
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
            ("/:sections[1:]/:sections[last]/", "/b/b/", "/b/b/"),
            ("/:sections[0]/:sections[:1]/", "/Big Section/Big Section/", "/big-section/big-section/"),
            ("/:categories/", "/big section/c d/", "/big section/c d/"),
            ("/:slugified_categories/x:output_ext", "/big-section/c-d/x.html", "/big-section/c-d/x.html"),
            ("/:collection/:path/", "/notes/Big Section/b/The Name.x/", "/notes/Big Section/b/The Name.x/"),
            ("a//b:", "/a/b:", "/a/b:"),
        ] {
            assert_eq!(fill(pattern, &values(Spelling::Jekyll)).as_deref(), Ok(jekyll), "{pattern}");
            assert_eq!(
                fill(pattern, &values(Spelling::Hugo { lower: true, accents: true })).as_deref(),
                Ok(hugo),
                "{pattern}"
            );
        }
        assert!(fill("/:nothing", &values(Spelling::Jekyll)).unwrap_err().contains("`:nothing`"));
        assert!(fill(&":title".repeat(9_000), &values(Spelling::Jekyll)).unwrap_err().contains("too long"));
    }

    #[test]
    fn placeholders_and_styles_are_sorted_and_checked() {
        assert!(PLACEHOLDERS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(STYLES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(STYLES.iter().all(|(name, pattern)| check(name).is_ok() && check(pattern).is_ok()));
        assert!(check("/:yaer/").unwrap_err().contains("`:year`"));
        assert!(check("prety").is_err());
    }
}
