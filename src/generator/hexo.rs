//! Hexo (<https://hexo.io/docs/>): posts are the files in `_posts` of the source folder, however deep.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike};
use serde_json::{Map, Value};
use url::Url;

use super::glob::{Globs, Reach};
use super::matter::{is, text as text_of};
use super::pattern::{self, MAX_PATH, Spelling, Values};
use super::{Files, Found, Generator, Kind, Matter, Page, Placed, Refusal, Rules, Site, Unzoned, Zone};
use super::{cname, data, date, names, site, slug, split_ending};
use crate::error::Error;
use crate::types::excerpt;

pub(super) struct Hexo;

const CONFIGURATION: &[&str] = &["_config.yml", "_config.yaml", "_config.json"];
/// Keys that no other generator has whose configuration has the same name.
const OWN: &[&str] = &[
    "source_dir",
    "public_dir",
    "skip_render",
    "new_post_name",
    "post_asset_folder",
    "render_drafts",
    "archive_dir",
    "i18n_dir",
];
/// Endings of posts (<https://hexo.io/docs/writing>).
const ENDINGS: &[&str] = &["md", "markdown", "mkd", "html", "htm"];
/// Hosts in the configuration of a new site.
const PLACEHOLDERS: &[&str] = &["example.com", "yoursite.com"];

#[derive(Debug)]
struct HexoRules {
    site: Site,
    zone: Zone,
    /// Folder of the sources.
    source: PathBuf,
    /// Pattern of the path of a post below `_posts`, and the ending of it (<https://hexo.io/docs/configuration#Writing>).
    file_name: String,
    ending: String,
    /// Patterns of files that it does not read, and those that it only copies, below the sources.
    left_out: Globs,
    /// Posts by their slugs, if these are only a part of their names.
    slugs: BTreeMap<String, PathBuf>,
    config: Map<String, Value>,
}

impl Generator for Hexo {
    fn name(&self) -> &'static str {
        "Hexo"
    }

    fn read(&self, files: &Files<'_>) -> Result<Option<Found>, Error> {
        let read = match data::first(files, CONFIGURATION) {
            // It may be that of another generator, which reports it.
            Err(_) if !files.has_folder("source/_posts") => return Ok(None),
            read => read?,
        };
        let has_own =
            read.as_ref().is_some_and(|(_, config)| OWN.iter().any(|key| config.contains_key(*key)));
        if !has_own && !files.has_folder("source/_posts") {
            return Ok(None);
        }
        let package = files.text("package.json").unwrap_or_default();
        if !has_own && !needs_hexo(&package) {
            return Ok(None);
        }
        let (configuration, config) = read.unwrap_or_default();
        let rules = Box::new(rules(config, files, &package));
        Ok(Some(Found { is_certain: true, configuration, rules }))
    }
}

/// True if `package.json` names Hexo as what builds the site.
fn needs_hexo(package: &str) -> bool {
    let Ok(package) = data::json(package) else { return false };
    [&["hexo"][..], &["dependencies", "hexo"], &["devDependencies", "hexo"]]
        .iter()
        .any(|path| data::get(&package, path).is_some())
}

/// Returns the pattern of the names of posts and their ending.
fn file_name(config: &Map<String, Value>) -> (String, String) {
    let pattern = data::text(config, &["new_post_name"]).filter(|pattern| pattern.len() <= MAX_PATH);
    let pattern = pattern.unwrap_or_else(|| ":title.md".to_owned());
    let (stem, ending) = split_ending(&pattern);
    (stem.to_owned(), ending.to_owned())
}

fn rules(config: Map<String, Value>, files: &Files<'_>, package: &str) -> HexoRules {
    let text = |path: &[&str]| data::text(&config, path);
    let is_off = |paths: &[&[&str]]| {
        paths.iter().any(|path| data::get(&config, path).is_some_and(|value| is(value, false)))
    };
    let list = |key: &str| match config.get(key) {
        Some(Value::Array(all)) => all.iter().filter_map(text_of).collect(),
        value => value.and_then(text_of).into_iter().collect::<Vec<_>>(),
    };
    let is_tag = |tag: &String| matches!(tag.split('-').next().unwrap_or_default().len(), 2 | 3);
    let source: PathBuf =
        names(Path::new(&text(&["source_dir"]).unwrap_or_else(|| "source".to_owned()))).iter().collect();
    let posts = source.join("_posts");
    let (file_name, ending) = file_name(&config);
    let mut slugs = BTreeMap::new();
    if file_name != ":title" {
        for path in files.under(&posts, |name| ENDINGS.contains(&split_ending(name).1)) {
            let below = path.strip_prefix(&posts).unwrap_or(&path).to_string_lossy().into_owned();
            slugs.entry(Name::read(&file_name, split_ending(&below).0).slug).or_insert(path);
        }
    }
    HexoRules {
        site: Site {
            url: address(&config).or_else(|| cname(files)),
            title: text(&["title"]),
            description: text(&["description"]).or_else(|| text(&["subtitle"])),
            author: site::author(config.get("author")),
            language: list("language").into_iter().next().map(|tag| tag.replace('_', "-")).filter(is_tag),
            copyright: None,
            excerpt_mark: Some("<!-- more -->".to_owned()),
            taxonomies: vec!["tags".to_owned(), "categories".to_owned()],
            has_smart_punctuation: !is_off(&[
                &["marked", "smartypants"],
                &["markdown", "render", "typographer"],
            ]),
            has_emoji: ["markdown-it-emoji", "hexo-filter-emoji", "hexo-filter-github-emojis"]
                .iter()
                .any(|plugin| package.contains(plugin)),
            has_definitions: package.contains("markdown-it-deflist"),
            has_hard_breaks: !is_off(&[&["marked", "breaks"], &["markdown", "render", "breaks"]])
                && !package.contains("hexo-renderer-pandoc"),
            attributes: super::Attributes::None,
            leaves_out_html: false,
            math: if package.contains("mathjax") || package.contains("katex") {
                super::Math::Dollars
            } else {
                super::Math::None
            },
            content: posts.to_string_lossy().into_owned(),
        },
        zone: text(&["timezone"]).and_then(|name| name.parse().ok()).unwrap_or(Zone::UTC),
        source,
        file_name,
        ending,
        left_out: Globs::new(["skip_render", "exclude", "ignore"].iter().flat_map(|key| list(key))),
        slugs,
        config,
    }
}

/// Returns the address of the site: `url`, and `root` if only that has the folder of the site.
fn address(config: &Map<String, Value>) -> Option<Url> {
    let url = site::address(&data::text(config, &["url"])?, "")?;
    let host = url.host_str()?;
    if PLACEHOLDERS.contains(&host.trim_start_matches("www.")) {
        return None;
    }
    match data::text(config, &["root"]) {
        Some(root) if url.path() == "/" => site::address(url.as_str(), &root),
        _ => Some(url),
    }
}

/// A part of a pattern.
enum Part<'p> {
    Text(&'p str),
    Name(&'p str),
}

/// Splits a pattern. A name is a colon and a word, which does not end with `_`.
fn parts(pattern: &str) -> Vec<Part<'_>> {
    let (mut parts, mut rest, mut from) = (Vec::new(), pattern, 0);
    while let Some(found) = rest[from..].find(':') {
        let at = from + found;
        let word = &rest[at + 1..];
        let end = word.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(word.len());
        let name = word[..end].trim_end_matches('_');
        from = at + 1;
        if !name.is_empty() {
            parts.push(Part::Text(&rest[..at]));
            parts.push(Part::Name(name));
            rest = &word[name.len()..];
            from = 0;
        }
    }
    parts.push(Part::Text(rest));
    parts
}

/// What the name of a post says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Name {
    /// Its path below `_posts` without its ending, or the part of it that the pattern calls `:title`.
    slug: String,
    day: Option<NaiveDate>,
    /// Other parts of the pattern, which are as front matter.
    values: Vec<(String, String)>,
}

impl Name {
    /// Reads the path of a post below `_posts`, without its ending.
    fn read(pattern: &str, path: &str) -> Self {
        let Some(found) = matched(&parts(pattern), path) else {
            return Self { slug: slug::hexo(path), ..Self::default() };
        };
        let get = |names: [&str; 2]| {
            let found = found.iter().find(|(name, _)| names.contains(name));
            found.and_then(|(_, text)| text.parse::<u32>().ok())
        };
        let day = || {
            let year = i32::try_from(get(["year", ""])?).ok()?;
            NaiveDate::from_ymd_opt(year, get(["month", "i_month"])?, get(["day", "i_day"])?)
        };
        let title = found.iter().find(|(name, _)| *name == "title");
        let is_own = |name: &str| name != "title" && name != "hash" && digits(name).is_none();
        Self {
            slug: title.map_or_else(|| slug::hexo(path), |(_, text)| (*text).to_owned()),
            day: day(),
            values: found
                .iter()
                .filter(|(name, _)| is_own(name))
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
        }
    }
}

/// Returns the least and the greatest number of digits of a part of a name; `None` if it may be any text.
fn digits(name: &str) -> Option<(usize, usize)> {
    match name {
        "year" => Some((4, 4)),
        "month" | "day" => Some((2, 2)),
        "i_month" | "i_day" => Some((1, 2)),
        _ => None,
    }
}

/// Matches a path with a pattern. Of two parts that may be any text, the first is as short as the text between them allows.
fn matched<'t>(parts: &[Part<'t>], text: &'t str) -> Option<Vec<(&'t str, &'t str)>> {
    let mut rest = text;
    let mut found = Vec::new();
    let is_free = |part: &Part<'_>| matches!(part, Part::Name(name) if digits(name).is_none());
    let mut at = 0;
    while let Some(part) = parts.get(at) {
        at += 1;
        match part {
            Part::Text(text) => rest = rest.strip_prefix(text)?,
            Part::Name(name) if is_free(part) => {
                let after = &parts[at..];
                let (value, tail) = if after.iter().any(is_free) {
                    let Some(Part::Text(mark)) = after.first() else { return None };
                    let second = rest.chars().next()?.len_utf8();
                    let end = second + rest[second..].find(mark)?;
                    rest.split_at(end)
                } else {
                    let value = before(after, rest, &mut found)?;
                    (value, "")
                };
                (!value.is_empty()).then(|| found.push((name, value)))?;
                if !after.iter().any(is_free) {
                    return Some(found);
                }
                rest = tail;
            }
            Part::Name(name) => {
                let (least, most) = digits(name)?;
                let end = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
                (end >= least).then(|| found.push((name, &rest[..end])))?;
                rest = &rest[end..];
            }
        }
    }
    rest.is_empty().then_some(found)
}

/// Takes parts from the end of a text, and returns what is before them.
fn before<'t>(parts: &[Part<'t>], text: &'t str, found: &mut Vec<(&'t str, &'t str)>) -> Option<&'t str> {
    let mut rest = text;
    for part in parts.iter().rev() {
        match part {
            Part::Text(text) => rest = rest.strip_suffix(text)?,
            Part::Name(name) => {
                let (least, most) = digits(name)?;
                let count = rest.bytes().rev().take(most).take_while(u8::is_ascii_digit).count();
                let (before, value) = rest.split_at(rest.len() - count);
                (count >= least).then(|| found.push((name, value)))?;
                rest = before;
            }
        }
    }
    Some(rest)
}

impl HexoRules {
    /// Returns what the path of a post says; else why it is not one.
    fn post(&self, path: &Path) -> Result<Name, String> {
        let below = path.strip_prefix(&self.source).map_err(|_| "it is not in the source folder")?;
        let mut folders = names(below);
        let excluding = self.left_out.first(&folders, Reach::Path);
        if folders.len() < 2 || folders[0] != "_posts" {
            return Err(match folders.first().map(String::as_str) {
                Some("_drafts") => "it is a draft: it is in `_drafts`",
                _ => "it is a page of the site: it is not in `_posts`",
            }
            .to_owned());
        }
        folders.remove(0);
        if let Some(name) =
            folders.iter().find(|name| name.starts_with(['_', '.']) || name.ends_with(['~', '%']))
        {
            return Err(format!("Hexo does not read `{name}`"));
        }
        if let Some(pattern) = excluding {
            return Err(format!("the configuration excludes `{pattern}`"));
        }
        let below = folders.join("/");
        let (stem, ending) = split_ending(&below);
        if self.has_asset_folders() && ending != self.ending {
            return Err(format!(
                "with `post_asset_folder`, only files that end in `.{}` are posts",
                self.ending
            ));
        }
        Ok(Name::read(&self.file_name, stem))
    }

    /// Returns the folder of files that `include_code` shows.
    fn code(&self) -> PathBuf {
        self.source.join(data::text(&self.config, &["code_dir"]).as_deref().unwrap_or("downloads/code"))
    }

    fn has_asset_folders(&self) -> bool {
        self.config.get("post_asset_folder").is_some_and(|value| is(value, true))
    }

    /// Returns the slug of the innermost category, with those of the categories around it.
    fn category(&self, matter: &Matter) -> String {
        let map = self.config.get("category_map");
        let lower = matches!(data::text(&self.config, &["filename_case"]).as_deref(), Some("1"));
        let spell = |value: &Value| {
            let name = text_of(value).unwrap_or_default();
            let name = map.and_then(|map| map.get(&name)).and_then(text_of).unwrap_or(name);
            let name = slug::hexo(&name);
            if lower { name.to_lowercase() } else { name }
        };
        let chain = |all: &[Value]| all.iter().map(spell).collect::<Vec<_>>().join("/");
        let found = match matter.get("categories").or_else(|| matter.get("category")) {
            Some(Value::Array(all)) => match all.last() {
                Some(Value::Array(last)) => chain(last),
                // One of several that are not in each other.
                Some(last) if all.iter().any(Value::is_array) => spell(last),
                _ => chain(all),
            },
            Some(value) => spell(value),
            None => String::new(),
        };
        let default = || data::text(&self.config, &["default_category"]);
        if found.is_empty() { default().unwrap_or_else(|| "uncategorized".to_owned()) } else { found }
    }

    /// Fills in the pattern of the configuration (<https://hexo.io/docs/permalinks#Variables>).
    fn fill(
        &self,
        pattern: &str,
        name: &Name,
        date: NaiveDateTime,
        matter: &Matter,
    ) -> Result<String, String> {
        let mut out = String::from("/");
        let too_long = || "the path made from its pattern is too long".to_owned();
        // It would be read again for each article.
        if pattern.len() > MAX_PATH {
            return Err(too_long());
        }
        for part in parts(&pattern::without_user(pattern)) {
            let key = match part {
                Part::Text(text) => {
                    out.push_str(text);
                    continue;
                }
                Part::Name(key) => key,
            };
            let other = || {
                let default = || text_of(data::get(&self.config, &["permalink_defaults", key])?);
                matter.text(&key.to_lowercase()).or_else(default)
            };
            out.push_str(&match key {
                "title" => name.slug.clone(),
                "name" => last(&name.slug).to_owned(),
                "post_title" => slug::hexo(&matter.text("title").unwrap_or_default()).to_lowercase(),
                "category" => self.category(matter),
                "year" => format!("{:04}", date.year()),
                "month" => format!("{:02}", date.month()),
                "i_month" => date.month().to_string(),
                "day" => format!("{:02}", date.day()),
                "i_day" => date.day().to_string(),
                "hour" => format!("{:02}", date.hour()),
                "minute" => format!("{:02}", date.minute()),
                "second" => format!("{:02}", date.second()),
                "hash" => return Err("feedmill does not compute `:hash`; set `permalink`".to_owned()),
                _ => other().ok_or_else(|| {
                    let key = excerpt(key, 40);
                    format!("neither Hexo nor the front matter has a value for `:{key}`")
                })?,
            });
            if out.len() > MAX_PATH {
                return Err(too_long());
            }
        }
        Ok(pattern::single_slashes(&out))
    }

    /// Removes what `pretty_urls` does (<https://hexo.io/docs/configuration#URL>).
    fn pretty(&self, path: String) -> String {
        let is_off =
            |key: &str| data::get(&self.config, &["pretty_urls", key]).is_some_and(|value| is(value, false));
        let folder = path.strip_suffix("index.html");
        match folder {
            Some(folder) if is_off("trailing_index") => folder.to_owned(),
            None if is_off("trailing_html") => path.strip_suffix(".html").map(str::to_owned).unwrap_or(path),
            _ => path,
        }
    }
}

/// Returns the name at the end of a path.
fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

impl Rules for HexoRules {
    fn site(&self) -> &Site {
        &self.site
    }

    fn kind(&self) -> Kind {
        Kind::Hexo
    }

    fn unzoned(&self, _: &Matter) -> Unzoned {
        Unzoned::Site(self.zone)
    }

    fn complete(&self, path: &Path, matter: &mut Matter) {
        if let Ok(name) = self.post(path) {
            name.values.into_iter().for_each(|(key, value)| matter.set(&key, Value::String(value)));
        }
    }

    fn place(&self, page: &Page<'_>) -> Result<Placed, Refusal> {
        let matter = page.matter;
        let name = self.post(page.path).map_err(Refusal::NotArticle)?;
        if matter.is("published", false) {
            return Err(Refusal::NotArticle("it says `published: false`".to_owned()));
        }
        // A plugin encrypts the page.
        if matter.text("password").is_some() {
            return Err(Refusal::NotArticle("it has a `password`".to_owned()));
        }
        let unzoned = matter.unzoned(Unzoned::Site(self.zone));
        let day = name.day.and_then(|day| date::midnight(day, unzoned));
        let Some(published) = matter.date(&["date"], unzoned)?.or(day) else {
            return Err(Refusal::NotArticle("it has no date, in front matter or in its name".to_owned()));
        };
        // Addresses have the date that the site's calendar shows, whatever the zone of the date.
        let zone = matter.timezone.unwrap_or(self.zone);
        let instant = DateTime::from_timestamp_millis(published.instant.0);
        let local = instant.and_then(|instant| zone.local(instant)).unwrap_or(published.local);
        let bad = |detail| Refusal::BadPattern("permalink", detail);
        let (path, derived) = match (matter.text("permalink"), page.pattern) {
            (Some(own), _) if crate::types::is_http(&own) => (own, "`permalink` in the front matter"),
            (Some(own), _) => {
                (pattern::single_slashes(&format!("/{own}")), "`permalink` in the front matter")
            }
            (None, Some(pattern)) => {
                let mut folders: Vec<String> = name.slug.split('/').map(str::to_owned).collect();
                let values = Values {
                    spelling: Spelling::Jekyll,
                    date: local,
                    title: matter.text("title").unwrap_or_default(),
                    slug: None,
                    name: folders.pop().unwrap_or_default(),
                    folders,
                    categories: matter.list("categories"),
                    collection: "posts".to_owned(),
                    sections: None,
                };
                let path = pattern::fill(pattern::style(pattern), &values).map_err(bad)?;
                (path, "`permalink` in feedmill.toml")
            }
            (None, None) => {
                let own = data::text(&self.config, &["permalink"]);
                let derived =
                    if own.is_some() { "`permalink` in the configuration" } else { "Hexo's default" };
                let pattern = own.unwrap_or_else(|| ":year/:month/:day/:title/".to_owned());
                (self.fill(&pattern, &name, local, matter).map_err(bad)?, derived)
            }
        };
        let address = self.pretty(path);
        Ok(Placed {
            address,
            derived: derived.to_owned(),
            published: Some(published),
            title: None,
            language: None,
        })
    }

    fn page_address(&self, page: &Page<'_>) -> Option<String> {
        let path = page.path.strip_prefix(&self.source).ok()?;
        let path = names(path).join("/");
        // Not that of a post without an address.
        if path.starts_with('_') {
            return None;
        }
        let (stem, ending) = split_ending(&path);
        let path = match page.matter.text("permalink") {
            Some(own) => own,
            None if ENDINGS.contains(&ending) => format!("{stem}.html"),
            None => path,
        };
        let path = pattern::single_slashes(&format!("/{path}"));
        Some(path.strip_suffix("/index.html").map(|folder| format!("{folder}/")).unwrap_or(self.pretty(path)))
    }

    /// Posts are in categories, and their folders only keep the files in order.
    fn section(&self, _: &Path) -> Option<String> {
        None
    }

    /// `post_link` names a post by its slug (<https://hexo.io/docs/tag-plugins#Include-Posts>).
    fn targets(&self, link: &str, _: &Path) -> Vec<PathBuf> {
        let link = link.trim().trim_start_matches('/');
        let posts = self.source.join("_posts");
        match self.slugs.get(link) {
            Some(path) => vec![path.clone()],
            None => ENDINGS.iter().map(|ending| posts.join(format!("{link}.{ending}"))).collect(),
        }
    }

    fn inputs(&self) -> Vec<PathBuf> {
        vec![self.code()]
    }

    fn templates(&self, tag: &str) -> Vec<PathBuf> {
        vec![self.code().join(tag)]
    }

    /// A post knows `config`, and its own front matter without a name before it.
    fn value(&self, name: &str) -> Option<&Value> {
        let keys: Vec<&str> = name.strip_prefix("config.")?.split('.').collect();
        data::get(&self.config, &keys)
    }
}

#[cfg(test)]
#[cfg(feature = "folder")]
mod tests {
    use super::super::Repository;
    use super::*;
    use crate::store::{MemoryStore, Store};

    fn site(files: &[(&str, &str)]) -> Option<Repository> {
        let store = MemoryStore::new();
        for (path, text) in files {
            store.replace(Path::new(path), text.as_bytes()).unwrap();
        }
        Repository::read(Box::new(store), PathBuf::new()).unwrap()
    }

    /// Returns the address of a post, or why it has none.
    fn address_of(config: &str, path: &str, matter: &str) -> Result<String, String> {
        let config = format!("source_dir: source\n{config}");
        let repository = site(&[("_config.yml", &config)]).unwrap();
        let mut matter = data::matter(&format!("---\n{matter}\n---\n")).unwrap();
        let path = format!("source/_posts/{path}");
        repository.place(Path::new(&path), &mut matter, None).map(|placed| placed.address).map_err(
            |refusal| match refusal {
                Refusal::NotArticle(why) | Refusal::BadPattern(_, why) => why,
                Refusal::BadDate(bad) => bad.value,
            },
        )
    }

    #[test]
    fn the_address_of_a_post_is_made_of_its_pattern() {
        const DATE: &str = "date: 2024-03-04 05:06:07";
        let deep = "categories: [Big Town, Ore & Oak]\ndate: 2024-03-04";
        for (config, path, matter, address) in [
            ("", "a/b.md", DATE, "/2024/03/04/a/b/"),
            ("permalink: article/:title.html", "b c.md", DATE, "/article/b c.html"),
            ("permalink: :i_month/:i_day/:hour:minute:second/:name", "a/b.md", DATE, "/3/4/050607/b"),
            ("permalink: :post_title/", "b.md", "title: C++ is Née!\ndate: 2024-03-04", "/c-is-nee/"),
            ("permalink: :category/:title/", "b.md", deep, "/Big-Town/Ore-Oak/b/"),
            ("permalink: :category/:title/", "b.md", DATE, "/uncategorized/b/"),
            (
                "permalink: :category/\nfilename_case: 1\ncategory_map: {Big Town: Town}",
                "b.md",
                "categories: [[x, y], Big Town]\ndate: 2024-03-04",
                "/town/",
            ),
            ("permalink: p/:abbrlink.html", "b.md", "abbrlink: 4a17\ndate: 2024-03-04", "/p/4a17.html"),
            ("permalink: :lang/:title/\npermalink_defaults: {lang: en}", "b.md", DATE, "/en/b/"),
            ("permalink: :year_:title/", "b.md", DATE, "/2024_b/"),
            ("", "b.md", "permalink: own//place\ndate: 2024-03-04", "/own/place"),
            // What the name of the file says.
            ("new_post_name: :year-:month-:day-:title.md", "2024-03-04-a-b.md", "a: 1", "/2024/03/04/a-b/"),
            (
                "new_post_name: :year-:month-:day-:title.md",
                "2024-03-04-a.md",
                "date: 2023-01-02",
                "/2023/01/02/a/",
            ),
            (
                "new_post_name: :year/:title-:i_month-:i_day.md",
                "2024/a-b-3-14.md",
                "a: 1",
                "/2024/03/14/a-b/",
            ),
            (
                "new_post_name: :lang/:title.md\npermalink: :lang/:title/",
                "fr/b/c.md",
                "lang: de\ndate: 2024-03-04",
                "/fr/b/c/",
            ),
            ("new_post_name: :year-:title.md", "Odd Name!.md", DATE, "/2024/03/04/Odd-Name/"),
            // The calendar is that of the site.
            ("timezone: Asia/Taipei", "b.md", "date: 2024-03-03T20:00:00Z", "/2024/03/04/b/"),
            ("timezone: Asia/Taipei", "b.md", "date: 2024-03-04 01:00:00", "/2024/03/04/b/"),
            // What `pretty_urls` removes.
            ("permalink: :title.html\npretty_urls: {trailing_html: false}", "b.md", DATE, "/b"),
            (
                "permalink: :title/index.html\npretty_urls: {trailing_index: false, trailing_html: false}",
                "b.md",
                DATE,
                "/b/",
            ),
        ] {
            assert_eq!(
                address_of(config, path, matter).as_deref(),
                Ok(address),
                "{config}: {path}: {matter}"
            );
        }
        for (config, path, matter, why) in [
            ("permalink: :abbrlink/", "b.md", DATE, "has a value for `:abbrlink`"),
            ("permalink: :hash/", "b.md", DATE, "`:hash`"),
            ("", "b.md", "a: 1", "no date"),
            ("", "_b.md", DATE, "does not read `_b.md`"),
            ("", "b.md", "published: false", "`published: false`"),
            ("", "b.md", "password: x\ndate: 2024-03-04", "`password`"),
            ("skip_render: _posts/demo/**", "demo/b.html", DATE, "excludes"),
            ("post_asset_folder: true", "b/c.html", DATE, "only files that end in `.md`"),
        ] {
            let refused = address_of(config, path, matter).unwrap_err();
            assert!(refused.contains(why), "{config}: {path}: {refused}");
        }
        let many = ":title".repeat(9_000);
        assert!(address_of(&format!("permalink: {many}"), "long.md", DATE).unwrap_err().contains("too long"));
    }

    #[test]
    fn a_site_of_hexo_is_known_by_its_keys_or_its_package() {
        let post = ("source/_posts/a.md", "");
        let package = ("package.json", "{\"dependencies\": {\"hexo\": \"^7.0.0\"}}");
        let plain = ("_config.yml", "title: A\nurl: https://a.example\nroot: /b/\n");
        let name = |files: &[(&str, &str)]| site(files).map(|found| found.generator);
        assert_eq!(name(&[("_config.yml", "new_post_name: :title.md\n")]), Some("Hexo"));
        assert_eq!(name(&[plain, post, package]), Some("Hexo"));
        assert_eq!(name(&[post, package]), Some("Hexo"));
        assert_eq!(name(&[plain, post]), Some("Jekyll"));
        // A theme has a configuration of the same name.
        assert_eq!(name(&[("_config.yml", "menu: {}\n"), ("layout/post.ejs", "")]), None);
        let found = site(&[plain, post, package]).unwrap();
        assert_eq!(found.site().url.as_ref().map(Url::as_str), Some("https://a.example/b/"));
        let new = site(&[("_config.yml", "url: http://example.com\nsource_dir: src\n")]).unwrap();
        assert_eq!((new.site().url.clone(), new.site().content.as_str()), (None, "src/_posts"));
    }
}
