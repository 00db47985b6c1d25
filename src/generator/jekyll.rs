//! Jekyll (<https://jekyllrb.com/docs/>): posts are dated files in `_posts`, other articles dated files of collections.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::glob::{Globs, Reach};
use super::pattern::{self, Spelling, Values};
use super::{
    Files, Found, Generator, Kind, Matter, Page, Placed, Refusal, Rules, Site, Table, Unzoned, Zone,
};
use super::{cname, data, date, names, site, split_ending};
use crate::error::Error;

pub(super) struct Jekyll;

const CONFIGURATION: &[&str] = &["_config.yml", "_config.yaml", "_config.toml"];

#[derive(Debug)]
struct JekyllRules {
    site: Site,
    unzoned: Unzoned,
    permalink: Option<String>,
    /// Collections whose documents become pages, by label, with the pattern of their addresses.
    collections: BTreeMap<String, Option<String>>,
    defaults: Defaults,
    /// Folder of the site's sources.
    source: Vec<String>,
    /// Folder that collections are in, below the sources.
    collections_folder: Vec<String>,
    /// Files and folders that it does not read, below the sources
    /// (<https://jekyllrb.com/docs/configuration/options/#global-configuration>).
    excluded: Excluded,
    has_drafts: bool,
    config: Map<String, Value>,
    /// Authors by the key that posts name them with (`_data/authors.yml`).
    authors: Map<String, Value>,
}

/// Front matter for files of some places and kinds
/// (<https://jekyllrb.com/docs/configuration/front-matter-defaults/>).
#[derive(Debug)]
struct FrontDefault {
    path: String,
    kind: Option<String>,
    values: Map<String, Value>,
}

/// The same, prepared: the narrowest scope counts, and of equal ones the last.
#[derive(Debug, Default)]
struct Defaults {
    /// Kind and values of each scope, those that count most first.
    all: Vec<(Option<String>, Arc<Table>)>,
    /// Scopes by their folder or file.
    by_path: HashMap<PathBuf, Vec<usize>>,
    /// Paths with `*`, numbered like the scopes.
    patterns: Globs,
}

impl Defaults {
    fn new(mut defaults: Vec<FrontDefault>) -> Self {
        // The last of equal ones comes first: a table sets what is not set yet.
        defaults.reverse();
        defaults.sort_by_key(|default| std::cmp::Reverse((default.path.len(), default.kind.is_some())));
        let mut scopes: Vec<FrontDefault> = Vec::new();
        // Different paths of the same length exclude each other unless they have a `*`.
        let mut same: HashMap<(String, Option<String>), usize> = HashMap::new();
        for default in defaults {
            let scope = (default.path.clone(), default.kind.clone());
            if default.path.contains('*') && same.get(&scope).is_none_or(|at| at + 1 < scopes.len()) {
                same.clear();
            }
            if let Some(known) = same.get(&scope).and_then(|at| scopes.get_mut(*at)) {
                default.values.into_iter().for_each(|(key, value)| {
                    known.values.entry(key).or_insert(value);
                });
                continue;
            }
            same.insert(scope, scopes.len());
            scopes.push(default);
        }
        let paths = scopes.iter().map(|scope| &scope.path).enumerate();
        let patterns = Globs::numbered(paths.filter(|(_, path)| path.contains('*')));
        let mut by_path: HashMap<PathBuf, Vec<usize>> = HashMap::new();
        for (at, scope) in scopes.iter().enumerate().filter(|(_, scope)| !scope.path.contains('*')) {
            by_path.entry(PathBuf::from(&scope.path)).or_default().push(at);
        }
        let all = scopes.into_iter().map(|scope| (scope.kind, Table::new(scope.values))).collect();
        Self { all, by_path, patterns }
    }

    /// Sets what the scopes say that a document is in. `names` is its path below the sources.
    fn complete(&self, names: &[String], kind: &str, matter: &mut Matter) {
        let path: PathBuf = names.iter().collect();
        let of_path = path.ancestors().filter_map(|folder| self.by_path.get(folder)).flatten().copied();
        let mut found = self.patterns.matching(names, Reach::Folders);
        found.extend(of_path);
        found.sort_unstable();
        for (wanted, table) in found.iter().filter_map(|at| self.all.get(*at)) {
            let is_wanted = |wanted: &String| wanted == kind || wanted == kind.trim_end_matches('s');
            if wanted.as_ref().is_none_or(is_wanted) {
                matter.share(table);
            }
        }
    }
}

/// What every site leaves out.
const EXCLUDED: &[&str] = &[
    ".sass-cache",
    ".jekyll-cache",
    "gemfiles",
    "Gemfile",
    "Gemfile.lock",
    "node_modules",
    "vendor/bundle/",
    "vendor/cache/",
    "vendor/gems/",
    "vendor/ruby/",
];

/// What a site leaves out.
#[derive(Debug, Default)]
struct Excluded {
    /// Beginnings of paths, sorted, with how each is written. None begins with another.
    beginnings: Vec<(String, String)>,
    /// The same as patterns, in which `*` stands for folders too.
    patterns: Globs,
}

impl Excluded {
    fn new(all: &[String]) -> Self {
        let beginning = |pattern: &String| (pattern.trim_start_matches('/').to_owned(), pattern.clone());
        let mut beginnings: Vec<(String, String)> = all.iter().map(beginning).collect();
        beginnings.sort();
        beginnings.dedup_by(|next, kept| next.0.starts_with(&kept.0));
        Self { beginnings, patterns: Globs::new(all) }
    }

    /// Returns what excludes a path.
    fn find(&self, names: &[String]) -> Option<&str> {
        let path = names.join("/");
        let before = self.beginnings.partition_point(|(beginning, _)| *beginning <= path);
        let last = before.checked_sub(1).and_then(|at| self.beginnings.get(at));
        let found = last.filter(|(beginning, _)| path.starts_with(beginning.as_str()));
        found.map(|(_, written)| written.as_str()).or_else(|| self.patterns.first(names, Reach::Anywhere))
    }
}

impl Generator for Jekyll {
    fn name(&self) -> &'static str {
        "Jekyll"
    }

    fn read(&self, files: &Files<'_>) -> Result<Option<Found>, Error> {
        let read = data::first(files, CONFIGURATION)?;
        // The configuration of a theme of Hexo has the same name.
        let is_theme = || files.has_folder("layout") && !files.has_folder("_layouts");
        if (read.is_none() || is_theme()) && !files.has_folder("_posts") {
            return Ok(None);
        }
        let (configuration, config) = read.unwrap_or_default();
        let is_certain = !configuration.is_empty();
        Ok(Some(Found { is_certain, configuration, rules: Box::new(rules(&config, files)) }))
    }
}

fn rules(config: &Map<String, Value>, files: &Files<'_>) -> JekyllRules {
    let text = |key: &str| data::text(config, &[key]);
    let base = text("baseurl").unwrap_or_default();
    let zone = text("timezone").and_then(|name| name.parse().ok()).unwrap_or(Zone::UTC);
    let url = text("url").and_then(|url| site::address(&url, &base));
    let path = |key: &str| names(Path::new(&text(key).unwrap_or_default()));
    let source = path("source");
    let first = |keys: &[&str]| keys.iter().find_map(|key| text(key));
    JekyllRules {
        site: Site {
            url: url.or_else(|| cname(files)),
            title: first(&["title", "name"]),
            description: first(&["description", "tagline", "subtitle"]),
            author: site::author(config.get("author")),
            language: first(&["lang", "locale", "language"]).map(|tag| tag.replace('_', "-")),
            copyright: text("copyright"),
            excerpt_mark: Some(text("excerpt_separator").unwrap_or_else(|| "\n\n".to_owned())),
            taxonomies: vec!["tags".to_owned(), "categories".to_owned()],
            has_smart_punctuation: !smart_quotes_are_off(config),
            has_emoji: ["plugins", "gems"]
                .iter()
                .any(|key| config.get(*key).is_some_and(|all| all.to_string().contains("\"jemoji\""))),
            has_definitions: true,
            has_hard_breaks: data::get(config, &["kramdown", "hard_wrap"])
                .is_some_and(|value| super::matter::is(value, true)),
            attributes: super::Attributes::None,
            leaves_out_html: false,
            math: super::Math::Kramdown,
            content: source.join("/"),
        },
        unzoned: Unzoned::Jekyll(zone),
        permalink: text("permalink"),
        collections: collections(config),
        defaults: defaults(config),
        source,
        collections_folder: path("collections_dir"),
        excluded: excluded(config),
        has_drafts: config.get("show_drafts").is_some_and(|value| super::matter::is(value, true)),
        authors: authors(config, files),
        config: config.clone(),
    }
}

/// Returns what `exclude` names, or Jekyll by itself, and `include` does not. Only `exclude:` without a value takes away what
/// Jekyll excludes (<https://jekyllrb.com/docs/configuration/options/#global-configuration>).
fn excluded(config: &Map<String, Value>) -> Excluded {
    let list = |key: &str| config.get(key).and_then(Value::as_array).into_iter().flatten();
    let included: BTreeSet<String> = list("include").filter_map(super::matter::text).collect();
    let has_default = config.get("exclude").is_none_or(|value| !value.is_null());
    let default = EXCLUDED.iter().filter(|_| has_default).map(|pattern| (*pattern).to_owned());
    let all = list("exclude").filter_map(super::matter::text).chain(default);
    let all: Vec<String> = all.filter(|pattern| !included.contains(pattern)).collect();
    Excluded::new(&all)
}

/// True if the site keeps quotes as they are written.
fn smart_quotes_are_off(config: &Map<String, Value>) -> bool {
    data::text(config, &["kramdown", "smart_quotes"]).is_some_and(|quotes| quotes.contains("apos"))
}

/// Reads the authors that themes look up by key.
fn authors(config: &Map<String, Value>, files: &Files<'_>) -> Map<String, Value> {
    let folder = names(Path::new(&data::text(config, &["source"]).unwrap_or_default())).join("/");
    let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let data = data::text(config, &["data_dir"]).unwrap_or_else(|| "_data".to_owned());
    let names = ["yml", "yaml", "json"].map(|ending| format!("{folder}{data}/authors.{ending}"));
    let found = files.first(&names.each_ref().map(String::as_str));
    let found = found.and_then(|(name, text)| data::by_name(name, &text));
    found.or_else(|| config.get("authors")?.as_object().cloned()).unwrap_or_default()
}

fn collections(config: &Map<String, Value>) -> BTreeMap<String, Option<String>> {
    let Some(Value::Object(all)) = config.get("collections") else { return BTreeMap::new() };
    let is_output = |label: &str, value: &Value| {
        label == "posts" || value.get("output").is_some_and(|output| super::matter::is(output, true))
    };
    all.iter()
        .filter(|(label, value)| is_output(label, value))
        .map(|(label, value)| (label.clone(), value.get("permalink").and_then(super::matter::text)))
        .collect()
}

fn defaults(config: &Map<String, Value>) -> Defaults {
    let Some(Value::Array(all)) = config.get("defaults") else { return Defaults::default() };
    let defaults = all.iter().filter_map(|one| {
        let scope = one.get("scope")?;
        let text = |key: &str| scope.get(key).and_then(super::matter::text);
        let path = text("path").unwrap_or_default().trim_matches('/').to_owned();
        let values = one.get("values")?.as_object()?.clone();
        Some(FrontDefault { path, kind: text("type"), values })
    });
    Defaults::new(defaults.collect())
}

/// What a path says about a document.
struct Document {
    /// Label of the collection.
    collection: String,
    /// Folders above the collection's: categories of a post.
    above: Vec<String>,
    /// Folders between the collection's and the file.
    below: Vec<String>,
    name: String,
}

impl JekyllRules {
    /// Returns the path below the sources.
    fn inner(&self, path: &Path) -> Option<Vec<String>> {
        let names = names(path);
        names.strip_prefix(self.source.as_slice()).map(<[String]>::to_vec)
    }

    fn document(&self, path: &Path) -> Result<Document, String> {
        let mut folders = self.inner(path).ok_or("it is not in the source folder")?;
        if let Some(pattern) = self.excluded.find(&folders) {
            return Err(format!("Jekyll excludes `{pattern}`"));
        }
        let name = folders.pop().unwrap_or_default();
        folders = folders
            .strip_prefix(self.collections_folder.as_slice())
            .ok_or_else(|| format!("it is not in `collections_dir`, {}", self.collections_folder.join("/")))?
            .to_vec();
        let special = |folder: &String| folder == "_posts" || folder == "_drafts" && self.has_drafts;
        if let Some(at) = folders.iter().rposition(special) {
            let below = folders.split_off(at + 1);
            folders.pop();
            if let Some(folder) = folders.iter().find(|folder| folder.starts_with(['_', '.', '#', '~'])) {
                return Err(format!("Jekyll does not read the folder `{folder}`"));
            }
            return Ok(Document { collection: "posts".to_owned(), above: folders, below, name });
        }
        if folders.iter().any(|folder| folder == "_drafts") {
            return Err("it is a draft: it is in `_drafts`".to_owned());
        }
        let label =
            folders.first().and_then(|folder| folder.strip_prefix('_')).unwrap_or_default().to_owned();
        if label.is_empty() {
            return Err("it is a page of the site: it is not in `_posts` or a collection".to_owned());
        }
        if !self.collections.contains_key(&label) {
            return Err(format!("it is in `_{label}`, which is not a collection with `output: true`"));
        }
        Ok(Document { collection: label, above: Vec::new(), below: folders.split_off(1), name })
    }

    /// Returns the pattern of addresses of a collection, and where it is from.
    fn pattern(&self, document: &Document) -> (String, &'static str) {
        let is_post = document.collection == "posts";
        if let Some(own) = self.collections.get(&document.collection).cloned().flatten() {
            return (own, "`permalink` of the collection");
        }
        match (self.permalink.as_deref(), is_post) {
            (Some(site), true) => (pattern::style(site).to_owned(), "`permalink` in the configuration"),
            (None, true) => (pattern::style("date").to_owned(), "Jekyll's default"),
            // Collections have of the site's pattern only how it ends.
            (Some(site), false) if site == "pretty" || site.ends_with('/') => {
                ("/:collection/:path/".to_owned(), "Jekyll's default for collections")
            }
            (_, false) => ("/:collection/:path:output_ext".to_owned(), "Jekyll's default for collections"),
        }
    }

    fn complete_defaults(&self, path: &Path, matter: &mut Matter) {
        if self.defaults.all.is_empty() {
            return;
        }
        let Some(inner) = self.inner(path) else { return };
        let kind = self.document(path).map_or_else(|_| "pages".to_owned(), |document| document.collection);
        self.defaults.complete(&inner, &kind, matter);
    }
}

impl Rules for JekyllRules {
    fn site(&self) -> &Site {
        &self.site
    }

    fn kind(&self) -> Kind {
        Kind::Jekyll
    }

    fn unzoned(&self, _: &Matter) -> Unzoned {
        self.unzoned
    }

    fn covers(&self, folder: &Path) -> bool {
        let folders = names(folder);
        let is_root = self.source.starts_with(&folders);
        is_root || folders.starts_with(&self.source) && folders.iter().any(|name| name.starts_with('_'))
    }

    fn inputs(&self) -> Vec<PathBuf> {
        let source: PathBuf = self.source.iter().collect();
        vec![source.join("_includes"), source.join("_data")]
    }

    fn value(&self, name: &str) -> Option<&Value> {
        let keys: Vec<&str> = name.strip_prefix("site.")?.split('.').collect();
        data::get(&self.config, &keys)
    }

    fn data<'n>(&self, name: &'n str) -> Option<(PathBuf, &'n str)> {
        let source: PathBuf = self.source.iter().collect();
        Some((source.join("_data"), name.strip_prefix("site.data.")?))
    }

    fn complete(&self, path: &Path, matter: &mut Matter) {
        self.complete_defaults(path, matter);
        for key in ["author", "authors"] {
            let person =
                |value: &Value| self.authors.get(value.as_str()?).filter(|found| found.is_object()).cloned();
            match matter.get(key).cloned() {
                Some(Value::Array(all)) => {
                    // Their tables may be large, and nobody is an author twice.
                    let mut seen = BTreeSet::new();
                    let all = all.into_iter().filter(|value| seen.insert(value.to_string()));
                    let all = all.map(|value| person(&value).unwrap_or(value));
                    matter.set(key, Value::Array(all.collect()));
                }
                Some(value) => {
                    if let Some(found) = person(&value) {
                        matter.set(key, found);
                    }
                }
                None => {}
            }
        }
    }

    fn place(&self, page: &Page<'_>) -> Result<Placed, Refusal> {
        let document = self.document(page.path).map_err(Refusal::NotArticle)?;
        let matter = page.matter;
        if matter.is("published", false) {
            return Err(Refusal::NotArticle("it says `published: false`".to_owned()));
        }
        if matter.is("draft", true) {
            return Err(Refusal::NotArticle("it is a draft".to_owned()));
        }
        let (stem, _) = split_ending(&document.name);
        let (day, name) = match date::of_name(stem) {
            Some((day, name)) => (date::midnight(day, matter.unzoned(self.unzoned)), name),
            None => (None, stem),
        };
        let published = matter.date(&["date"], self.unzoned)?.or(day);
        let is_post = document.collection == "posts";
        if is_post && day.is_none() && !self.has_drafts {
            let why = "the name of a post begins with its date: `2024-05-31-name.md`";
            return Err(Refusal::NotArticle(why.to_owned()));
        }
        if published.is_none() {
            return Err(Refusal::NotArticle("it has no date, in front matter or in its name".to_owned()));
        }
        let mut categories = document.above.clone();
        categories.extend(matter.list("category"));
        categories.extend(matter.words("categories"));
        let values = Values {
            spelling: Spelling::Jekyll,
            date: published.map_or(chrono::NaiveDateTime::MIN, |moment| moment.local),
            title: matter.text("title").unwrap_or_default(),
            slug: matter.text("slug").or_else(|| day.map(|_| name.to_owned())),
            // Only posts lose the date of their names.
            name: if is_post { name } else { stem }.to_owned(),
            folders: document.below.clone(),
            categories,
            collection: document.collection.clone(),
            sections: None,
        };
        let (pattern, derived) = match (matter.text("permalink"), page.pattern) {
            // Only the configuration may have the name of a style.
            (Some(own), _) => (own, "`permalink` in the front matter"),
            (None, Some(pattern)) => (pattern::style(pattern).to_owned(), "`permalink` in feedmill.toml"),
            (None, None) => self.pattern(&document),
        };
        if crate::types::is_http(&pattern) {
            return Ok(Placed {
                address: pattern,
                derived: derived.to_owned(),
                published,
                title: None,
                language: None,
            });
        }
        let bad = |detail| Refusal::BadPattern("permalink", detail);
        let address = pattern::fill(&pattern, &values).map_err(bad)?;
        let title = Some(titleized(name));
        Ok(Placed { address, derived: derived.to_owned(), published, title, language: None })
    }

    fn page_address(&self, page: &Page<'_>) -> Option<String> {
        if let Some(own) = page.matter.text("permalink") {
            return Some(own);
        }
        let path = self.inner(page.path)?.join("/");
        let (stem, ending) = split_ending(&path);
        // Pages have of the site's pattern only how it ends.
        let end = match self.permalink.as_deref() {
            None | Some("date" | "ordinal" | "none") => ".html",
            Some(pattern) if pattern == "pretty" || pattern.ends_with('/') => "/",
            Some(pattern) if pattern.ends_with(":output_ext") => ".html",
            Some(_) => "",
        };
        match (stem.strip_suffix("index"), ending) {
            (Some(folder), _) => Some(format!("/{folder}")),
            // Without front matter it is copied.
            (None, "html") if !page.matter.is_yaml => Some(format!("/{path}")),
            (None, "md" | "markdown" | "mkd" | "html") => Some(format!("/{stem}{end}")),
            (None, _) => Some(format!("/{path}")),
        }
    }

    fn section(&self, folder: &Path) -> Option<String> {
        let mut folders = self.inner(folder)?;
        if let Some(rest) = folders.strip_prefix(self.collections_folder.as_slice()) {
            folders = rest.to_vec();
        }
        let first = folders.first()?;
        match first.strip_prefix('_') {
            Some("posts" | "drafts") => None,
            Some(label) => Some(label.to_owned()),
            None => Some(first.clone()),
        }
    }

    /// `post_url` names a post without its ending, and its folder if that is not the root; `link` names a path
    /// (<https://jekyllrb.com/docs/liquid/tags/#links>).
    fn targets(&self, link: &str, _: &Path) -> Vec<PathBuf> {
        let source: PathBuf = self.source.iter().collect();
        let link = link.trim().trim_start_matches('/');
        if super::is_page(link) {
            return vec![source.join(link)];
        }
        let link = link.strip_prefix("_posts/").unwrap_or(link);
        let (folder, name) = link.rsplit_once('/').unwrap_or(("", link));
        let posts = [source.join(folder).join("_posts"), source.join("_posts").join(folder)];
        let endings = ["md", "markdown", "html", "mkd"];
        posts.iter().flat_map(|posts| endings.map(|ending| posts.join(format!("{name}.{ending}")))).collect()
    }

    fn templates(&self, tag: &str) -> Vec<PathBuf> {
        let source: PathBuf = self.source.iter().collect();
        vec![source.join("_includes").join(tag)]
    }
}

/// Returns the title of a post that has none: the words of its name, each with a capital.
pub(crate) fn titleized(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        first + &letters.as_str().to_lowercase()
    };
    name.split('-').filter(|part| !part.is_empty()).map(word).collect::<Vec<_>>().join(" ")
}
