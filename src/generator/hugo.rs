//! Hugo (<https://gohugo.io/documentation/>): articles are the dated regular pages of the content folder.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};
use url::Url;

use super::glob::{Globs, Reach};
use super::pattern::{self, Spelling, Values};
use super::{
    Files, Found, Generator, Kind, Matter, Moment, Page, Placed, Refusal, Rules, Site, Table, Unzoned, Zone,
};
use super::{cname, data, date, is_page, names, site, split_ending};
use crate::error::Error;

pub(super) struct Hugo;

const OWN: &[&str] = &["hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json"];
const SHARED: &[&str] = &["config.toml", "config.yaml", "config.yml", "config.json"];
/// Number of themes, each of which may have a template, and of folders of content.
const MAX_THEMES: usize = 20;
const MAX_MOUNTS: usize = 100;
/// Number of keys of front matter that may have the date.
const MAX_DATES: usize = 1_000;
/// Maximum size of a compiled regular expression, in bytes, and number of them.
#[cfg(feature = "folder")]
const MAX_COMPILED: usize = 1 << 20;
#[cfg(feature = "folder")]
const MAX_IGNORED: usize = 100;
/// Folders of configuration, each laid over the one before
/// (<https://gohugo.io/configuration/introduction/#configuration-directory>).
const FOLDERS: &[&str] = &["config/_default", "config/production"];
/// Front matter that Hugo reads dates from, if nothing else is configured
/// (<https://gohugo.io/configuration/front-matter/#dates>).
const DATES: &[&str] = &["date", "publishdate", "pubdate", "published", "lastmod", "modified"];
/// Tokens that are layouts of Go, with what they are in `strftime`.
const LAYOUTS: &[(&str, &str)] = &[
    ("2006", "%Y"),
    ("06", "%y"),
    ("01", "%m"),
    ("1", "%-m"),
    ("Jan", "%b"),
    ("January", "%B"),
    ("02", "%d"),
    ("2", "%-d"),
    ("Mon", "%a"),
    ("Monday", "%A"),
    ("15", "%H"),
    ("04", "%M"),
    ("05", "%S"),
];
const PUBLISHED: &[&str] = &["publishdate", "pubdate", "published"];

#[derive(Debug)]
struct HugoRules {
    site: Site,
    zone: Option<Zone>,
    contents: Vec<Content>,
    /// Contents by folder; of several, the first.
    by_folder: HashMap<Vec<String>, usize>,
    languages: BTreeMap<String, Language>,
    default_language: String,
    default_in_folder: bool,
    /// Patterns of addresses by top-level section; that of pages in none is under an empty name.
    permalinks: BTreeMap<String, String>,
    ugly: Ugly,
    spelling: Spelling,
    dates: Vec<String>,
    has_drafts: bool,
    cascade: Cascades,
    /// Cascades of section pages, by folder.
    cascades: BTreeMap<PathBuf, Cascades>,
    /// Folders that are one page with its resources.
    bundles: BTreeSet<PathBuf>,
    /// Folders with a page of their own, below the content folder.
    sections: BTreeSet<Vec<String>>,
    /// Pages by file name without ending, if only one has it.
    by_name: BTreeMap<String, Option<PathBuf>>,
    themes: Vec<String>,
    /// Expressions for paths of files that it does not read
    /// (<https://gohugo.io/configuration/all/#ignorefiles>).
    #[cfg(feature = "folder")]
    ignored: Vec<regex::Regex>,
    /// Settings of the user's own, which templates know as `site.Params`.
    params: Map<String, Value>,
}

/// A folder of content.
#[derive(Debug)]
struct Content {
    folder: Vec<String>,
    /// Folders of the content that it stands for (<https://gohugo.io/configuration/module/#mounts>).
    below: Vec<String>,
    /// Language that all of it is in.
    language: Option<String>,
}

#[derive(Debug)]
struct Language {
    title: Option<String>,
    base: Option<Url>,
    is_disabled: bool,
    permalinks: BTreeMap<String, String>,
}

/// Which pages are `name.html` rather than `name/`.
#[derive(Debug)]
enum Ugly {
    None,
    All,
    Sections(BTreeSet<String>),
}

impl Ugly {
    fn includes(&self, section: &str) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Sections(sections) => sections.contains(section),
        }
    }
}

/// Front matter for descendants (<https://gohugo.io/content-management/front-matter/#cascade>).
#[derive(Debug)]
struct Cascade {
    path: Option<String>,
    language: Option<String>,
    values: Map<String, Value>,
}

/// The cascades of a page, prepared: of several that set a key, the first counts.
#[derive(Debug, Default)]
struct Cascades {
    /// Language and values of each.
    all: Vec<(Option<String>, Arc<Table>)>,
    /// Those for all paths.
    everywhere: Vec<usize>,
    /// The paths of the others, numbered like them.
    patterns: Globs,
}

impl Cascades {
    fn new(cascades: Vec<Cascade>) -> Self {
        let mut merged: Vec<Cascade> = Vec::new();
        for cascade in cascades {
            match merged.last_mut() {
                Some(last) if last.path == cascade.path && last.language == cascade.language => {
                    cascade.values.into_iter().for_each(|(key, value)| {
                        last.values.entry(key).or_insert(value);
                    });
                }
                _ => merged.push(cascade),
            }
        }
        let everywhere = (0..merged.len()).filter(|at| merged[*at].path.is_none()).collect();
        let paths = merged.iter().enumerate();
        let patterns = Globs::numbered(paths.filter_map(|(at, cascade)| Some((at, cascade.path.as_ref()?))));
        let all = merged.into_iter().map(|cascade| (cascade.language, Table::new(cascade.values))).collect();
        Self { all, everywhere, patterns }
    }

    /// Sets what they say about a page in a language. `names` is its logical path.
    fn complete(&self, names: &[String], language: &str, matter: &mut Matter) {
        let mut found = self.patterns.matching(names, Reach::Path);
        found.extend(&self.everywhere);
        found.sort_unstable();
        for (wanted, table) in found.iter().filter_map(|at| self.all.get(*at)) {
            if wanted.as_ref().is_none_or(|wanted| wanted == language) {
                matter.share(table);
            }
        }
    }
}

impl Generator for Hugo {
    fn name(&self) -> &'static str {
        "Hugo"
    }

    fn read(&self, files: &Files<'_>) -> Result<Option<Found>, Error> {
        let read = configuration(files);
        if read.is_err() && files.first(OWN).is_none() && !files.has_folder("content") {
            return Ok(None);
        }
        let Some((configuration, config)) = read? else { return Ok(None) };
        let is_own = OWN.contains(&configuration.as_str()) || configuration.starts_with("config/");
        // Zola's configuration has the same name; its key is `base_url`.
        let is_hugo = ["baseurl", "languagecode", "permalinks"].iter().any(|key| config.contains_key(*key));
        if !is_own && (!is_hugo || config.contains_key("base_url")) {
            return Ok(None);
        }
        let content = data::text(&config, &["contentdir"]).unwrap_or_else(|| "content".to_owned());
        let is_certain = is_own || files.has_folder(&content);
        Ok(Some(Found { is_certain, configuration, rules: Box::new(rules(&config, &content, files)) }))
    }
}

fn configuration(files: &Files<'_>) -> Result<Option<data::Configuration>, Error> {
    let root = match files.configuration(OWN)? {
        None => files.configuration(SHARED)?,
        own => own,
    };
    let mut first = root.as_ref().map(|(name, _)| (*name).to_owned());
    let mut config = Map::new();
    let mut add = |above: Map<String, Value>| {
        if let Value::Object(above) = data::lower(Value::Object(above)) {
            data::merge(&mut config, above);
        }
    };
    if let Some((name, text)) = root {
        add(data::configuration(name, &text)?);
    }
    for folder in FOLDERS {
        for (name, _) in files.names(folder) {
            let path = format!("{folder}/{name}");
            if !data::CONFIGURATIONS.contains(&split_ending(&name).1) {
                continue;
            }
            let Some(text) = files.text(&path) else { continue };
            let table = data::configuration(&path, &text)?;
            let key = split_ending(&name).0.to_lowercase();
            match key.as_str() {
                "hugo" | "config" => {
                    first.get_or_insert(path);
                    add(table);
                }
                // `menus.de` is a table of one language, `languages.de` all that it sets.
                _ => match key.split_once('.') {
                    Some((key, language)) => {
                        let table = match key {
                            "menu" | "menus" | "params" => {
                                Map::from_iter([(key.to_owned(), Value::Object(table))])
                            }
                            _ => table,
                        };
                        let table = Map::from_iter([(language.to_owned(), Value::Object(table))]);
                        add(Map::from_iter([("languages".to_owned(), Value::Object(table))]));
                    }
                    None => add(Map::from_iter([(key, Value::Object(table))])),
                },
            }
        }
    }
    Ok(first.map(|first| (first, config)))
}

/// Reads `ignoreFiles`. An expression that is too large or invalid, which stops Hugo, ignores nothing.
#[cfg(feature = "folder")]
fn ignored(config: &Map<String, Value>) -> Vec<regex::Regex> {
    let all = config.get("ignorefiles").and_then(Value::as_array).into_iter().flatten();
    let compiled =
        all.filter_map(|text| regex::RegexBuilder::new(text.as_str()?).size_limit(MAX_COMPILED).build().ok());
    compiled.take(MAX_IGNORED).collect()
}

fn rules(config: &Map<String, Value>, content: &str, files: &Files<'_>) -> HugoRules {
    let text = |key: &str| data::text(config, &[key]);
    let is = |key: &str| config.get(key).is_some_and(|value| super::matter::is(value, true));
    let all = config.get("languages").and_then(Value::as_object);
    let only = || all.filter(|all| all.len() == 1).and_then(|all| all.keys().next().cloned());
    let default_language = text("defaultcontentlanguage").map(|tag| tag.to_lowercase()).or_else(only);
    let default_language = default_language.unwrap_or_else(|| "en".to_owned());
    let of_default = |path: &[&str]| {
        let language = all.and_then(|all| all.get(&default_language)).and_then(Value::as_object);
        language.and_then(|language| data::get(language, path)).or_else(|| data::get(config, path))
    };
    let fact = |paths: &[&[&str]]| paths.iter().find_map(|path| super::matter::text(of_default(path)?));
    let author = |path: &[&str]| site::author(of_default(path));
    let mut contents = contents(config, content);
    let mut known = by_folder(&contents);
    let mut languages = BTreeMap::new();
    for (code, language) in all.into_iter().flatten() {
        let get = |key: &str| language.get(key).and_then(super::matter::text);
        if let Some(folder) = get("contentdir").map(|folder| names(Path::new(&folder))) {
            let at = *known.entry(folder.clone()).or_insert(contents.len());
            match contents.get_mut(at) {
                Some(content) => content.language = content.language.take().or(Some(code.clone())),
                None => contents.push(Content { folder, below: Vec::new(), language: Some(code.clone()) }),
            }
        }
        let base = get("baseurl").and_then(|url| site::address(&url, ""));
        let is_disabled = language.get("disabled").is_some_and(|value| super::matter::is(value, true));
        let permalinks = language.as_object().map(permalinks).unwrap_or_default();
        languages.insert(code.clone(), Language { title: get("title"), base, is_disabled, permalinks });
    }
    for code in config.get("disablelanguages").and_then(Value::as_array).into_iter().flatten() {
        if let Some(language) = code.as_str().and_then(|code| languages.get_mut(&code.to_lowercase())) {
            language.is_disabled = true;
        }
    }
    // If every language has a folder of its own, nothing is read from that of all.
    let has_own = |language: &Value| language.get("contentdir").is_some();
    if all.is_some_and(|all| !all.is_empty() && all.values().all(has_own)) {
        contents.retain(|content| content.language.is_some() || !content.below.is_empty());
    }
    // The folder of a language may be in that of another.
    contents.sort_by_key(|content| std::cmp::Reverse(content.folder.len()));
    let is_there = |content: &&Content| files.has_folder(content.folder.iter().collect::<PathBuf>());
    let shared = contents.iter().filter(is_there).map(|content| content.folder.clone());
    let shared = shared.reduce(|shared, folder| {
        shared.into_iter().zip(folder).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
    });
    let shared = shared.map_or_else(|| content.trim_matches('/').to_owned(), |folders| folders.join("/"));
    let taxonomies = config.get("taxonomies").and_then(Value::as_object);
    let taxonomies = taxonomies.map_or_else(
        || vec!["tags".to_owned(), "categories".to_owned()],
        |all| all.values().filter_map(super::matter::text).collect(),
    );
    let dates = match data::get(config, &["frontmatter", "date"]) {
        Some(Value::Array(all)) => {
            all.iter().filter_map(Value::as_str).map(str::to_lowercase).take(MAX_DATES).collect()
        }
        _ => vec![":default".to_owned()],
    };
    let typographer = data::get(config, &["markup", "goldmark", "extensions", "typographer"]);
    let goldmark = |keys: &[&str], wanted| {
        let value = data::get(config, &[&["markup", "goldmark"], keys].concat());
        value.is_some_and(|value| super::matter::is(value, wanted))
    };
    let cascade = Cascades::new(config.get("cascade").map(cascades).unwrap_or_default());
    let params = of_default(&["params"]).and_then(Value::as_object).cloned().unwrap_or_default();
    let mut rules = HugoRules {
        site: Site {
            url: fact(&[&["baseurl"]]).and_then(|url| site::address(&url, "")).or_else(|| cname(files)),
            title: fact(&[&["title"]]),
            description: fact(&[&["params", "description"], &["description"], &["params", "subtitle"]]),
            author: author(&["params", "author"]).or_else(|| author(&["author"])),
            language: fact(&[&["locale"], &["languagecode"]]).or_else(|| Some(default_language.clone())),
            copyright: fact(&[&["copyright"]]),
            excerpt_mark: Some("<!--more-->".to_owned()),
            taxonomies,
            has_smart_punctuation: !typographer.is_some_and(|value| {
                super::matter::is(value, false)
                    || value.get("disable").is_some_and(|is| super::matter::is(is, true))
            }),
            has_emoji: is("enableemoji"),
            has_definitions: !goldmark(&["extensions", "definitionlist"], false),
            has_hard_breaks: goldmark(&["renderer", "hardwraps"], true),
            attributes: match goldmark(&["parser", "attribute", "block"], true) {
                true => super::Attributes::Blocks,
                false => super::Attributes::None,
            },
            leaves_out_html: leaves_out_html(config),
            math: math(config),
            content: shared,
        },
        zone: text("timezone").and_then(|name| name.parse().ok()),
        by_folder: by_folder(&contents),
        contents,
        languages,
        default_language,
        default_in_folder: is("defaultcontentlanguageinsubdir"),
        permalinks: permalinks(config),
        ugly: ugly(config),
        spelling: Spelling::Hugo { lower: !is("disablepathtolower"), accents: !is("removepathaccents") },
        dates,
        has_drafts: is("builddrafts"),
        cascade,
        cascades: BTreeMap::new(),
        bundles: BTreeSet::new(),
        sections: BTreeSet::new(),
        by_name: BTreeMap::new(),
        themes: themes(config),
        #[cfg(feature = "folder")]
        ignored: ignored(config),
        params,
    };
    rules.look(files);
    rules
}

fn themes(config: &Map<String, Value>) -> Vec<String> {
    match config.get("theme") {
        Some(Value::Array(all)) => all.iter().filter_map(super::matter::text).take(MAX_THEMES).collect(),
        Some(value) => super::matter::text(value).into_iter().collect(),
        None => Vec::new(),
    }
}

/// Returns how formulas are written, if the extension for them is on
/// (<https://gohugo.io/content-management/mathematics/>), or a theme's parameter.
fn math(config: &Map<String, Value>) -> super::Math {
    let extension = ["markup", "goldmark", "extensions", "passthrough"];
    if let Some(extension) = data::get(config, &extension).filter(|extension| extension["enable"] == true) {
        let inline = extension.get("delimiters").and_then(|delimiters| delimiters.get("inline"));
        let has_dollar = inline.is_some_and(|all| all.to_string().contains("[\"$\",\"$\"]"));
        return if has_dollar { super::Math::Dollars } else { super::Math::Brackets };
    }
    super::Math::None
}

/// True if the site has no HTML that is written in Markdown
/// (<https://gohugo.io/configuration/markup/#rendererunsafe>).
fn leaves_out_html(config: &Map<String, Value>) -> bool {
    let is_goldmark =
        data::text(config, &["markup", "defaultmarkdownhandler"]).is_none_or(|name| name == "goldmark");
    let renderer = data::get(config, &["markup", "goldmark", "renderer", "unsafe"]);
    is_goldmark && !renderer.is_some_and(|value| super::matter::is(value, true))
}

fn permalinks(config: &Map<String, Value>) -> BTreeMap<String, String> {
    let all = config.get("permalinks").and_then(Value::as_object);
    let page = data::get(config, &["permalinks", "page"]).and_then(Value::as_object);
    let pairs = all.into_iter().flatten().chain(page.into_iter().flatten());
    let pair = |(section, pattern): (&String, &Value)| {
        Some((section.trim_matches('/').to_owned(), super::matter::text(pattern)?))
    };
    pairs.filter_map(pair).collect()
}

/// Returns the folders of content: those that are mounted, else the usual one.
fn contents(config: &Map<String, Value>, content: &str) -> Vec<Content> {
    let mounts = data::get(config, &["module", "mounts"]).and_then(Value::as_array);
    let mounted = mounts.into_iter().flatten().filter_map(|mount| {
        let get = |key: &str| mount.get(key).and_then(super::matter::text);
        let target = names(Path::new(&get("target")?));
        let below = target.strip_prefix(&["content".to_owned()])?.to_vec();
        let source = get("source")?;
        // A module elsewhere is not in the repository.
        let is_inside =
            !source.starts_with('/') && !source.contains("..") && !source.starts_with("node_modules");
        is_inside.then(|| Content {
            folder: names(Path::new(&source)),
            below,
            language: get("lang").map(|code| code.to_lowercase()),
        })
    });
    let mounted: Vec<Content> = mounted.take(MAX_MOUNTS).collect();
    if mounted.is_empty() {
        vec![Content { folder: names(Path::new(content)), below: Vec::new(), language: None }]
    } else {
        mounted
    }
}

fn by_folder(contents: &[Content]) -> HashMap<Vec<String>, usize> {
    (0..contents.len()).rev().map(|at| (contents[at].folder.clone(), at)).collect()
}

/// Replaces tokens that are a layout of Go, such as `:06` and `:January`.
fn with_layouts(pattern: &str, date: chrono::NaiveDateTime) -> String {
    let (mut out, mut rest) = (String::new(), pattern);
    while let Some(at) = rest.find(':') {
        out.push_str(&rest[..at]);
        let token = &rest[at + 1..];
        let end = token.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(token.len());
        let found = LAYOUTS.iter().find(|(layout, _)| *layout == &token[..end]);
        match found.and_then(|(_, format)| date::format(date, format)) {
            Some(text) => out.push_str(&text),
            None => out.push_str(&rest[at..at + 1 + end]),
        }
        rest = &token[end..];
    }
    out + rest
}

/// Splits a date from the beginning of a name, with the rest as a slug; that is empty if there is nothing else
/// (<https://gohugo.io/configuration/front-matter/#dates>).
fn date_of(name: &str) -> Option<(chrono::NaiveDate, &str)> {
    let day = name.get(..10).filter(|day| day.bytes().all(|b| b.is_ascii_digit() || b == b'-'))?;
    let day = chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
    Some((day, name[10..].trim_matches([' ', '-', '_'])))
}

fn ugly(config: &Map<String, Value>) -> Ugly {
    match config.get("uglyurls") {
        Some(Value::Bool(true)) => Ugly::All,
        Some(Value::Object(all)) => {
            let sections = all.iter().filter(|(_, is)| super::matter::is(is, true));
            Ugly::Sections(sections.map(|(section, _)| section.clone()).collect())
        }
        _ => Ugly::None,
    }
}

/// Reads a cascade: a table, or a list of tables with a target each.
fn cascades(value: &Value) -> Vec<Cascade> {
    let all = match value {
        Value::Array(all) => all.iter().collect(),
        value => vec![value],
    };
    all.into_iter()
        .filter_map(|value| {
            let mut values = value.as_object()?.clone();
            let target = values.remove("target").or_else(|| values.remove("_target")).unwrap_or_default();
            let get = |key: &str| target.get(key).and_then(super::matter::text);
            // Sections and lists are not articles.
            get("kind")
                .is_none_or(|kind| matches!(kind.as_str(), "page" | "{page}" | "*" | "**"))
                .then_some(())?;
            if let Some(Value::Object(params)) = values.remove("params") {
                data::merge(&mut values, params);
            }
            Some(Cascade { path: get("path"), language: get("lang"), values })
        })
        .collect()
}

/// Where a page is, by its path alone.
struct Location {
    /// Folders below the content folder.
    folders: Vec<String>,
    name: String,
    language: String,
}

impl HugoRules {
    /// Finds bundles, the cascades of sections, and which names are unique.
    fn look(&mut self, files: &Files<'_>) {
        let mut all: BTreeMap<PathBuf, Vec<Cascade>> = BTreeMap::new();
        for content in &self.contents {
            let root: PathBuf = content.folder.iter().collect();
            for path in files.under(&root, is_page) {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let (stem, _) = split_ending(&name);
                let (stem, _) = self.split_language(stem);
                let folder = path.parent().unwrap_or(Path::new(""));
                match stem {
                    "index" => _ = self.bundles.insert(folder.to_path_buf()),
                    "_index" => {
                        if let Ok(inner) = folder.strip_prefix(&root) {
                            self.sections.insert([content.below.clone(), names(inner)].concat());
                        }
                        let matter = files.beginning(&path).and_then(|text| data::front(&text));
                        let matter = matter.map(|matter| data::lower(Value::Object(matter)));
                        if let Some(cascade) = matter.as_ref().and_then(|matter| matter.get("cascade")) {
                            all.entry(folder.to_path_buf()).or_default().extend(cascades(cascade));
                        }
                    }
                    _ => {}
                }
                let key = match stem {
                    "index" | "_index" => {
                        folder.file_name().unwrap_or_default().to_string_lossy().to_lowercase()
                    }
                    stem => stem.to_lowercase(),
                };
                self.by_name.entry(key).and_modify(|path| *path = None).or_insert(Some(path));
            }
        }
        self.cascades = all.into_iter().map(|(folder, all)| (folder, Cascades::new(all))).collect();
    }

    /// Splits a language from the end of a name, such as `fr` from `a.fr`.
    fn split_language<'n>(&self, stem: &'n str) -> (&'n str, Option<String>) {
        let Some((before, code)) = stem.rsplit_once('.') else { return (stem, None) };
        let code = code.to_lowercase();
        if self.languages.contains_key(&code) { (before, Some(code)) } else { (stem, None) }
    }

    fn locate(&self, path: &Path) -> Result<Location, String> {
        let names = names(path);
        let (content, inner) = self.content_of(&names).ok_or("it is not in the content folder")?;
        let (mut folders, of_folder) = ([content.below.as_slice(), inner].concat(), content.language.clone());
        #[cfg(feature = "folder")]
        if self.ignored.iter().any(|ignored| ignored.is_match(&format!("/{}", names.join("/")))) {
            return Err("`ignoreFiles` matches it".to_owned());
        }
        let file = folders.pop().unwrap_or_default();
        let (stem, _) = split_ending(&file);
        let (stem, of_name) = self.split_language(stem);
        if stem == "_index" {
            return Err("it is the page of a section".to_owned());
        }
        let parent = path.parent().unwrap_or(Path::new(""));
        // A bundle in another one is a part of it.
        let bundle = parent.ancestors().filter(|folder| self.bundles.contains(*folder)).last();
        if bundle.is_some_and(|bundle| bundle != parent || stem != "index") {
            return Err("it is a resource of the page whose folder it is in".to_owned());
        }
        let mut name = stem.to_owned();
        if stem == "index" {
            name = folders.pop().ok_or("it is the home page")?;
        }
        let language = of_name.or(of_folder).unwrap_or_else(|| self.default_language.clone());
        if self.languages.get(&language).is_some_and(|language| language.is_disabled) {
            return Err(format!("its language, {language}, is disabled"));
        }
        Ok(Location { folders, name, language })
    }

    /// Returns the folders of the content that a folder of the repository stands for.
    fn below(&self, names: &[String]) -> Option<Vec<String>> {
        let (content, inner) = self.content_of(names)?;
        Some([&content.below, inner].concat())
    }

    /// Returns the innermost folder of content that a path is in, and the rest of the path.
    fn content_of<'n>(&self, names: &'n [String]) -> Option<(&Content, &'n [String])> {
        let at = (0..=names.len()).rev().find_map(|end| self.by_folder.get(&names[..end]))?;
        let content = self.contents.get(*at)?;
        Some((content, names.strip_prefix(content.folder.as_slice())?))
    }

    /// Returns the folders of templates.
    fn layouts(&self) -> Vec<PathBuf> {
        let themes = self.themes.iter().map(|theme| Path::new("themes").join(theme).join("layouts"));
        std::iter::once(PathBuf::from("layouts")).chain(themes).collect()
    }

    fn check(&self, matter: &Matter) -> Result<(), String> {
        if matter.is("draft", true) && !self.has_drafts {
            return Err("it is a draft".to_owned());
        }
        if matter.is("headless", true) {
            return Err("it is headless".to_owned());
        }
        let tables = ["build", "_build"].into_iter().filter_map(|key| matter.get(key));
        for table in tables {
            let is = |key: &str, values: &[&str]| {
                table
                    .get(key)
                    .is_some_and(|value| *value == false || values.iter().any(|known| value == known))
            };
            if is("render", &["never", "link"]) || is("list", &["never", "local"]) {
                return Err("its `build` options keep it out of lists".to_owned());
            }
        }
        Ok(())
    }

    /// Returns the date of a page, and the rest of its name if the date is from there.
    fn date<'n>(&self, matter: &Matter, name: &'n str) -> Result<(Option<Moment>, Option<&'n str>), Refusal> {
        let unzoned = self.unzoned(matter);
        for key in &self.dates {
            let found = match key.as_str() {
                ":default" => matter.date(DATES, unzoned)?,
                ":filename" => {
                    if let Some((day, rest)) = date_of(name) {
                        return Ok((
                            date::midnight(day, matter.unzoned(unzoned)),
                            Some(rest).filter(|rest| !rest.is_empty()),
                        ));
                    }
                    None
                }
                // Times of files and commits are not those of articles.
                key if key.starts_with(':') => None,
                key => matter.date(&[key], unzoned)?,
            };
            if found.is_some() {
                return Ok((found, None));
            }
        }
        Ok((None, None))
    }

    fn address(&self, page: &Page<'_>, values: &Values, language: &str) -> Result<(String, String), Refusal> {
        let is_default = language == self.default_language && !self.default_in_folder;
        let own = self.languages.get(language);
        let host = own.and_then(|language| language.base.as_ref());
        let prefix = if is_default || host.is_some() { String::new() } else { format!("/{language}") };
        let at = |path: &str| match host {
            Some(base) => format!("{}{path}", base.as_str().trim_end_matches('/')),
            None => path.to_owned(),
        };
        if let Some(own) = page.matter.text("url") {
            let derived = "`url` in the front matter".to_owned();
            if crate::types::is_http(&own) {
                return Ok((own, derived));
            }
            let filled = pattern::fill(&with_layouts(&own, values.date), values)
                .unwrap_or_else(|_| pattern::single_slashes(&format!("/{own}")));
            let path = if own.starts_with('/') { as_folder(&filled) } else { prefix + &as_folder(&filled) };
            return Ok((at(&path), derived));
        }
        let section = values.folders.first().map(|folder| folder.to_lowercase()).unwrap_or_default();
        let of_language = own.map(|language| &language.permalinks).filter(|patterns| !patterns.is_empty());
        let configured = of_language.unwrap_or(&self.permalinks).get(&section).map(|pattern| {
            let place = format!("`permalinks` for the section `{section}`");
            (with_layouts(pattern, values.date), place)
        });
        let pattern = page
            .pattern
            .map(|pattern| (pattern::style(pattern).to_owned(), "`permalink` in feedmill.toml".to_owned()));
        if let Some((pattern, derived)) = pattern.or(configured) {
            let bad = |detail| Refusal::BadPattern("permalinks", detail);
            let path = pattern::fill(&pattern, values).map_err(bad)?;
            // A name with dots is not an ending.
            let path = match path.strip_suffix('/').unwrap_or(&path) {
                page if path.ends_with(".html") => page.to_owned(),
                page if !page.is_empty() && self.ugly.includes(&section) => format!("{page}.html"),
                page => format!("{page}/"),
            };
            return Ok((at(&(prefix + &path)), derived));
        }
        let bad = |detail| Refusal::BadPattern("slug", detail);
        // Without a pattern, every folder is in the address, whether it is a section or not.
        let values = &Values { sections: None, ..values.clone() };
        let path = pattern::fill("/:sections/:slugorcontentbasename", values).map_err(bad)?;
        let path = if self.ugly.includes(&section) { format!("{path}.html") } else { format!("{path}/") };
        let derived = if values.slug.is_some() { "its folder and `slug`" } else { "its path" };
        Ok((at(&(prefix + &path)), derived.to_owned()))
    }
}

/// Ends an address with a slash unless it names a file.
fn as_folder(path: &str) -> String {
    let last = path.rsplit('/').next().unwrap_or_default();
    if last.is_empty() || last.contains('.') { path.to_owned() } else { format!("{path}/") }
}

impl Rules for HugoRules {
    fn site(&self) -> &Site {
        &self.site
    }

    fn value(&self, name: &str) -> Option<&Value> {
        let keys: Vec<String> =
            name.strip_prefix("Site.Params.")?.split('.').map(str::to_lowercase).collect();
        data::get(&self.params, &keys.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn kind(&self) -> Kind {
        Kind::Hugo
    }

    fn unzoned(&self, matter: &Matter) -> Unzoned {
        // Hugo's parser of YAML makes UTC of what names no zone, before `timeZone` is asked.
        self.zone.filter(|_| !matter.is_yaml).map_or(Unzoned::Utc, Unzoned::Site)
    }

    fn complete(&self, path: &Path, matter: &mut Matter) {
        if let Some(Value::Object(params)) = matter.get("params").cloned() {
            params.iter().for_each(|(key, value)| matter.complete(key, value));
        }
        let Ok(Location { folders, name, language }) = self.locate(path) else { return };
        let logical: Vec<String> = folders.into_iter().chain([name]).collect();
        let sections = path.ancestors().filter_map(|folder| self.cascades.get(folder));
        sections.chain([&self.cascade]).for_each(|all| all.complete(&logical, &language, matter));
    }

    fn inputs(&self) -> Vec<PathBuf> {
        let roots = self.layouts();
        roots.iter().flat_map(|root| ["_shortcodes", "shortcodes"].map(|folder| root.join(folder))).collect()
    }

    fn translations(&self) -> Vec<String> {
        let others = self
            .languages
            .iter()
            .filter(|(code, language)| **code != self.default_language && !language.is_disabled);
        others.map(|(code, _)| code.clone()).collect()
    }

    fn language_title(&self, language: &str) -> Option<String> {
        self.languages.get(&language.to_lowercase())?.title.clone()
    }

    fn language_home(&self, language: &str) -> Option<String> {
        let code = language.to_lowercase();
        match &self.languages.get(&code)?.base {
            Some(base) => Some(base.to_string()),
            None if code == self.default_language && !self.default_in_folder => None,
            None => Some(format!("/{code}/")),
        }
    }

    fn covers(&self, folder: &Path) -> bool {
        let folder = names(folder);
        self.contents
            .iter()
            .any(|content| folder.starts_with(&content.folder) || content.folder.starts_with(&folder))
    }

    fn place(&self, page: &Page<'_>) -> Result<Placed, Refusal> {
        let Location { folders, name, language } = self.locate(page.path).map_err(Refusal::NotArticle)?;
        self.check(page.matter).map_err(Refusal::NotArticle)?;
        let (date, rest) = self.date(page.matter, &name)?;
        let published = page.matter.date(PUBLISHED, self.unzoned(page.matter))?.or(date);
        if published.is_none() {
            return Err(Refusal::NotArticle("its front matter has no date".to_owned()));
        }
        let is_section = |count: &usize| *count == 1 || self.sections.contains(&folders[..*count]);
        let sections = (1..=folders.len()).rev().find(is_section).unwrap_or_default();
        let values = Values {
            spelling: self.spelling,
            date: date.or(published).map_or(chrono::NaiveDateTime::MIN, |moment| moment.local),
            title: page.matter.text("title").unwrap_or_default(),
            slug: page.matter.text("slug").or_else(|| rest.map(str::to_owned)),
            name,
            categories: page.matter.list("categories"),
            sections: Some(folders[..sections].to_vec()),
            folders,
            collection: String::new(),
        };
        let (address, derived) = self.address(page, &values, &language)?;
        let language = Some(language).filter(|language| *language != self.default_language);
        Ok(Placed { address, derived, published, title: None, language })
    }

    fn page_address(&self, page: &Page<'_>) -> Option<String> {
        if let Ok(Location { folders, name, .. }) = self.locate(page.path) {
            let folders = folders.iter().chain([&name]).map(|name| format!("/{}", name.to_lowercase()));
            return Some(folders.collect::<String>() + "/");
        }
        let names = names(page.path.parent()?);
        let folders = self.below(&names)?;
        Some(folders.iter().map(|name| format!("/{}", name.to_lowercase())).collect::<String>() + "/")
    }

    fn section(&self, folder: &Path) -> Option<String> {
        let names = names(folder);
        let folders = self.below(&names)?;
        let is_page = folders.len() == 1 && self.bundles.contains(folder);
        folders.into_iter().next().filter(|_| !is_page)
    }

    /// A path from the content folder or the page's own, with or without ending, or a name that only one page has
    /// (<https://gohugo.io/shortcodes/ref/>).
    fn targets(&self, link: &str, from: &Path) -> Vec<PathBuf> {
        let contents = self.contents.iter().map(|content| content.folder.iter().collect::<PathBuf>());
        let own = from.parent().map(Path::to_path_buf).filter(|_| !link.starts_with('/'));
        let link = link.trim_matches('/');
        let (stem, _) = if is_page(link) { split_ending(link) } else { (link, "") };
        let mut targets = Vec::new();
        for folder in own.into_iter().chain(contents) {
            for ending in ["", ".md", "/index.md", ".html", "/index.html", ".markdown", "/index.markdown"] {
                let name = if ending.is_empty() { link.to_owned() } else { format!("{stem}{ending}") };
                targets.push(folder.join(name));
            }
        }
        let name = stem.rsplit('/').next().unwrap_or_default().to_lowercase();
        targets.extend(self.by_name.get(&name).into_iter().flatten().cloned());
        targets
    }

    fn templates(&self, tag: &str) -> Vec<PathBuf> {
        let folders = ["_shortcodes", "shortcodes"];
        self.layouts()
            .iter()
            .flat_map(|root| folders.map(|folder| root.join(folder).join(format!("{tag}.html"))))
            .collect()
    }
}
