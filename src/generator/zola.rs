//! Zola (<https://www.getzola.org/documentation/>): articles are the dated pages of the content folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::glob::{Globs, Reach};
use super::{Files, Found, Generator, Kind, Page, Placed, Refusal, Rules, Site, Unzoned};
use super::{cname, data, date, names, pattern, site, slug, split_ending};
use crate::error::Error;

pub(super) struct Zola;

const CONFIGURATION: &[&str] = &["zola.toml", "config.toml"];

#[derive(Debug)]
struct ZolaRules {
    site: Site,
    /// Codes of the languages that articles are translated to, with the title of the site if they have their own.
    languages: BTreeMap<String, Option<String>>,
    slugify: Slugify,
    /// True if the date stays in addresses made of file names.
    keeps_dates: bool,
    ignored: Globs,
    theme: Option<String>,
    /// Folders that are one page with its files.
    bundles: BTreeSet<PathBuf>,
}

/// How paths are spelled
/// (<https://www.getzola.org/documentation/getting-started/configuration/#slugification-strategies>).
#[derive(Clone, Copy, Debug)]
enum Slugify {
    On,
    Safe,
    Off,
}

impl Generator for Zola {
    fn name(&self) -> &'static str {
        "Zola"
    }

    fn read(&self, files: &Files<'_>) -> Result<Option<Found>, Error> {
        let read = data::first(files, CONFIGURATION);
        if read.is_err() && !files.has_folder("content") {
            return Ok(None);
        }
        let Some((configuration, config)) = read? else { return Ok(None) };
        let is_own = configuration == "zola.toml";
        if !is_own && !config.contains_key("base_url") {
            return Ok(None);
        }
        let is_certain = is_own || files.has_folder("content");
        Ok(Some(Found { is_certain, configuration, rules: Box::new(rules(&config, files)) }))
    }
}

fn rules(config: &Map<String, Value>, files: &Files<'_>) -> ZolaRules {
    let text = |path: &[&str]| data::text(config, path);
    let is =
        |key: &str| data::get(config, &["markdown", key]).is_some_and(|value| super::matter::is(value, true));
    let default = text(&["default_language"]).unwrap_or_else(|| "en".to_owned());
    let languages = config.get("languages").and_then(Value::as_object);
    let taxonomies = config.get("taxonomies").and_then(Value::as_array);
    let slugify = match text(&["slugify", "paths"]).as_deref() {
        Some("safe") => Slugify::Safe,
        Some("off") => Slugify::Off,
        _ => Slugify::On,
    };
    let keeps = data::get(config, &["slugify", "paths_keep_dates"]);
    let ignored = config.get("ignored_content").and_then(Value::as_array);
    let author =
        site::author(config.get("author")).or_else(|| site::author(data::get(config, &["extra", "author"])));
    ZolaRules {
        site: Site {
            url: text(&["base_url"]).and_then(|url| site::address(&url, "")).or_else(|| cname(files)),
            title: text(&["title"]),
            description: text(&["description"]),
            author,
            language: Some(default.clone()),
            copyright: text(&["extra", "copyright"]),
            excerpt_mark: Some("<!-- more -->".to_owned()),
            taxonomies: taxonomies
                .into_iter()
                .flatten()
                .filter_map(|taxonomy| taxonomy.get("name").and_then(super::matter::text))
                .collect(),
            has_smart_punctuation: is("smart_punctuation"),
            has_emoji: is("render_emoji"),
            has_definitions: is("definition_list"),
            has_hard_breaks: false,
            attributes: super::Attributes::None,
            leaves_out_html: false,
            math: super::Math::None,
            content: "content".to_owned(),
        },
        languages: languages
            .into_iter()
            .flatten()
            .filter(|(code, _)| **code != default)
            .map(|(code, language)| (code.clone(), language.get("title").and_then(super::matter::text)))
            .collect(),
        slugify,
        keeps_dates: keeps.is_some_and(|value| super::matter::is(value, true)),
        ignored: Globs::new(ignored.into_iter().flatten().filter_map(super::matter::text)),
        theme: text(&["theme"]),
        bundles: bundles(files),
    }
}

/// Returns the folders with an `index.md`.
fn bundles(files: &Files<'_>) -> BTreeSet<PathBuf> {
    let pages = files.under("content", |name| name.starts_with("index.") && name.ends_with(".md"));
    pages.iter().filter_map(|path| path.parent().map(Path::to_path_buf)).collect()
}

impl ZolaRules {
    fn spelled(&self, name: &str) -> String {
        match self.slugify {
            Slugify::On => slug::zola(name),
            Slugify::Safe => {
                let name = name.trim_end_matches([' ', '.']);
                name.chars().filter(|c| !"<>:\"/\\|?*#\n\r\t".contains(*c)).collect()
            }
            Slugify::Off => name.to_owned(),
        }
    }

    /// Returns the folders of shortcodes.
    fn templates_folders(&self) -> Vec<PathBuf> {
        let themes = self.theme.iter().map(|theme| Path::new("themes").join(theme));
        let roots = std::iter::once(PathBuf::new()).chain(themes);
        roots.map(|root| root.join("templates/shortcodes")).collect()
    }

    /// Splits a language from the end of a name, such as `fr` from `a.fr`.
    fn split_language<'n>(&self, stem: &'n str) -> (&'n str, Option<String>) {
        match stem.rsplit_once('.') {
            Some((before, code)) if self.languages.contains_key(code) => (before, Some(code.to_owned())),
            _ => (stem, None),
        }
    }
}

/// Splits a date, which may have a time and a zone, from a name. The rest is empty if the name is nothing else.
fn split_date(name: &str) -> Option<(super::Moment, &str)> {
    let digits = |range: std::ops::Range<usize>| {
        name.get(range).is_some_and(|part| part.bytes().all(|b| b.is_ascii_digit() || b == b':'))
    };
    let mut end = 10;
    let is_day = digits(0..4) && digits(5..7) && digits(8..10);
    date::read(name.get(..end).filter(|_| is_day)?, Unzoned::Utc)?;
    if name.get(end..)?.starts_with('T') && digits(11..19) {
        let zone = name.get(19..)?;
        let fraction =
            zone.strip_prefix('.').map_or(0, |zone| 1 + zone.bytes().take_while(u8::is_ascii_digit).count());
        let length = if zone.get(fraction..)?.starts_with('Z') { 1 } else { 6 };
        end = 19 + fraction + length;
    }
    let moment = date::read(name.get(..end)?, Unzoned::Utc)?;
    let rest = name.get(end..)?;
    if rest.is_empty() {
        return Some((moment, ""));
    }
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    let slug = rest.strip_prefix(['-', '_']).unwrap_or_default();
    Some((moment, slug))
}

/// Returns the day that three parts of a path are, such as `2015/05/15`.
fn date_of_path(path: &str) -> Option<super::Moment> {
    let parts: Vec<&str> = path.split('/').collect();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let days = parts.windows(3).filter(|day| day[0].len() == 4 && day.iter().all(|part| is_number(part)));
    days.filter_map(|day| date::read(&day.join("-"), Unzoned::Utc)).next()
}

impl Rules for ZolaRules {
    fn site(&self) -> &Site {
        &self.site
    }

    fn kind(&self) -> Kind {
        Kind::Zola
    }

    fn inputs(&self) -> Vec<PathBuf> {
        self.templates_folders()
    }

    fn translations(&self) -> Vec<String> {
        self.languages.keys().cloned().collect()
    }

    fn language_title(&self, language: &str) -> Option<String> {
        let (_, title) = self.languages.iter().find(|(code, _)| code.eq_ignore_ascii_case(language))?;
        title.clone()
    }

    fn language_home(&self, language: &str) -> Option<String> {
        let code = self.languages.keys().find(|code| code.eq_ignore_ascii_case(language))?;
        Some(format!("/{code}/"))
    }

    fn place(&self, page: &Page<'_>) -> Result<Placed, Refusal> {
        let refuse = |why: &str| Refusal::NotArticle(why.to_owned());
        let mut folders = names(page.path);
        if folders.first().is_none_or(|first| first != "content") {
            return Err(refuse("it is not in the content folder"));
        }
        folders.remove(0);
        if self.ignored.first(&folders, Reach::Path).is_some() {
            return Err(refuse("`ignored_content` matches it"));
        }
        let file = folders.pop().unwrap_or_default();
        let (stem, ending) = split_ending(&file);
        if ending != "md" {
            return Err(refuse("Zola makes pages of `.md` files only"));
        }
        let (stem, language) = self.split_language(stem);
        let mut name = match stem {
            "_index" => return Err(refuse("it is the page of a section")),
            "index" => folders.pop().ok_or_else(|| refuse("it is the home page"))?,
            stem => stem.to_owned(),
        };
        let matter = page.matter;
        if matter.is("draft", true) {
            return Err(refuse("it is a draft"));
        }
        if matter.is("render", false) {
            return Err(refuse("it says `render = false`"));
        }
        let mut published = matter.date(&["date"], Unzoned::Utc)?;
        if let Some((moment, rest)) = split_date(&name) {
            published = published.or(Some(moment));
            if !self.keeps_dates && !rest.is_empty() {
                name = rest.to_owned();
            }
        }
        // Sites without dates may have them in their addresses: `path = "2015/05/15/name"`.
        let published = published.or_else(|| date_of_path(&matter.text("path")?));
        if published.is_none() {
            return Err(refuse("it has no date, in front matter or in its name"));
        }
        let prefix = language.as_ref().map(|code| format!("/{code}")).unwrap_or_default();
        // A path is complete: no language is put before it.
        if let Some(path) = matter.text("path") {
            let address = pattern::single_slashes(&format!("/{}/", path.trim_matches('/')));
            let derived = "`path` in the front matter".to_owned();
            return Ok(Placed { address, derived, published, title: None, language });
        }
        let (path, derived) = if let Some(pattern) = page.pattern {
            let values = pattern::Values {
                spelling: pattern::Spelling::Zola,
                date: published.map_or(chrono::NaiveDateTime::MIN, |moment| moment.local),
                title: matter.text("title").unwrap_or_default(),
                slug: matter.text("slug"),
                name,
                folders,
                categories: Vec::new(),
                collection: String::new(),
                sections: None,
            };
            let bad = |detail| Refusal::BadPattern("permalink", detail);
            (pattern::fill(pattern::style(pattern), &values).map_err(bad)?, "`permalink` in feedmill.toml")
        } else {
            let slug = matter.text("slug");
            let last = self.spelled(slug.as_deref().unwrap_or(&name));
            // Folders keep their spelling.
            let folders = folders.into_iter().chain([last]);
            let derived = if slug.is_some() { "its folder and `slug`" } else { "its path" };
            (folders.map(|name| format!("/{name}")).collect(), derived)
        };
        let address = pattern::single_slashes(&format!("{prefix}{}/", path.trim_end_matches('/')));
        Ok(Placed { address, derived: derived.to_owned(), published, title: None, language })
    }

    fn page_address(&self, page: &Page<'_>) -> Option<String> {
        if let Some(path) = page.matter.text("path") {
            return Some(format!("/{}/", path.trim_matches('/')));
        }
        let mut names = names(page.path.strip_prefix("content").ok()?);
        let name = names.pop()?;
        let (stem, _) = self.split_language(split_ending(&name).0);
        if !matches!(stem, "index" | "_index") {
            names.push(page.matter.text("slug").unwrap_or_else(|| self.spelled(stem)));
        }
        Some(names.iter().map(|name| format!("/{name}")).collect::<String>() + "/")
    }

    fn section(&self, folder: &Path) -> Option<String> {
        let names = names(folder);
        let folders = names.strip_prefix(&["content".to_owned()])?;
        let is_page = folders.len() == 1 && self.bundles.contains(folder);
        folders.first().filter(|_| !is_page).cloned()
    }

    /// `@/` begins a path from the content folder
    /// (<https://www.getzola.org/documentation/content/linking/#internal-links>).
    fn targets(&self, link: &str, _: &Path) -> Vec<PathBuf> {
        vec![Path::new("content").join(link.trim_start_matches("@/").trim_start_matches('/'))]
    }

    fn templates(&self, tag: &str) -> Vec<PathBuf> {
        let endings = ["html", "md"];
        self.templates_folders()
            .iter()
            .flat_map(|root| endings.map(|ending| root.join(format!("{tag}.{ending}"))))
            .collect()
    }
}
