//! Eleventy (<https://www.11ty.dev/docs/>): articles are what the site's own feed lists; else what is tagged `posts`; else
//! the dated pages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::glob::{Globs, Reach, Selection};
use super::template::{self, Scope};
use super::{Files, Found, Generator, Kind, Matter, Page, Placed, Refusal, Rules, Site, Table, Unzoned};
use super::{cname, data, date, is_page, names, pattern, script, site, split_ending};
use crate::diag::remove_credentials;
use crate::error::Error;
use crate::types::work;

pub(super) struct Eleventy;

const CONFIGURATION: &[&str] = &[
    ".eleventy.js",
    ".eleventy.cjs",
    ".eleventy.mjs",
    ".eleventy.ts",
    "eleventy.config.js",
    "eleventy.config.mjs",
    "eleventy.config.cjs",
    "eleventy.config.ts",
];
/// Names of data files that describe the site, by custom.
const ABOUT: &[&str] =
    &["metadata", "site", "meta", "siteconfig", "config", "settings", "global", "globals", "base"];
/// Collections that hold the articles, by custom.
const POSTS: &[&str] = &["posts", "post", "blog", "blogposts", "articles", "article", "writing"];
/// Endings of data files for a folder or a file.
const DATA: &[&str] =
    &[".11tydata.json", ".11tydata.js", ".11tydata.ts", ".11tydata.mjs", ".11tydata.cjs", ".json"];
/// Endings of data files in YAML, the longest first.
const YAML: &[&str] = &[".11tydata.yaml", ".11tydata.yml", ".yaml", ".yml"];
/// Number of modules of a configuration that are read.
const MAX_MODULES: usize = 100;
/// Number of pages that are looked at for one in a collection.
const MAX_LOOKED_AT: usize = 100;
/// Length of the longest address of a site in a template, in bytes.
const LONGEST_ADDRESS: usize = 500;
/// Length of the longest text of data, and of a function, that is read for an address, in bytes.
const MAX_PART: usize = 4_000;
/// Endings of templates.
const TEMPLATES: &[&str] = &[".njk", ".liquid", ".html", ".xml", ".hbs", ".webc", ".11ty.js", ".md", ".json"];

#[derive(Debug)]
struct EleventyRules {
    site: Site,
    /// Folder of the site's sources.
    input: Vec<String>,
    /// Folders below the root that hold no pages.
    apart: Vec<PathBuf>,
    articles: Articles,
    /// Patterns of paths that are left out.
    ignored: Globs,
    /// Data of a folder or file, by path without ending; that of a folder is named like it.
    data: BTreeMap<PathBuf, Arc<Table>>,
    /// Paths of these data files.
    data_files: BTreeMap<PathBuf, PathBuf>,
    /// Front matter of layouts, by path below the folder of layouts.
    layouts: BTreeMap<String, Arc<Table>>,
    global: Map<String, Value>,
    /// What the data of the whole site says about addresses.
    addresses: Arc<Table>,
    /// Functions that are filters of the site, by name.
    filters: BTreeMap<String, String>,
}

/// Which pages are articles.
#[derive(Debug)]
enum Articles {
    /// Those with one of these tags.
    Tagged(Vec<String>),
    /// Those whose paths match one of these patterns.
    Matching(Selection),
    /// All that have a date.
    Dated,
}

impl Generator for Eleventy {
    fn name(&self) -> &'static str {
        "Eleventy"
    }

    fn read(&self, files: &Files<'_>) -> Result<Option<Found>, Error> {
        let found = files.configuration(CONFIGURATION)?.map(|(name, text)| (name.to_owned(), text));
        let package = || {
            let text = files.text("package.json")?;
            text.contains("@11ty/eleventy").then_some(())?;
            // Its scripts may name the configuration.
            let named = text.split("--config").nth(1).map(|rest| rest.trim_start_matches(['=', ' ']));
            let named = named.and_then(|rest| rest.split([' ', '"', '\\']).next()).unwrap_or_default();
            let other = files.text(named).map(|text| (named.to_owned(), text));
            other.or_else(|| Some(("package.json".to_owned(), String::new())))
        };
        let Some((configuration, text)) = found.or_else(package) else { return Ok(None) };
        let config = script::without_comments(&text);
        let folder = Path::new(&configuration).parent().unwrap_or(Path::new("")).to_path_buf();
        Ok(Some(Found { is_certain: true, configuration, rules: Box::new(rules(&config, &folder, files)) }))
    }
}

/// Returns the modules of the repository that the configuration in a folder loads, with what they load.
fn modules(config: &str, folder: &Path, files: &Files<'_>) -> Vec<String> {
    let mut all = vec![config.to_owned()];
    let mut from: Vec<(PathBuf, usize)> = vec![(folder.to_path_buf(), 0)];
    let mut seen = BTreeSet::new();
    while let Some((folder, index)) = from.pop() {
        for path in script::modules(&all[index]) {
            let Some(path) = super::repository::inside(&folder.join(path)) else { continue };
            let endings = ["", ".js", ".mjs", ".cjs", ".ts", ".json", "/index.js"];
            let named = endings.iter().map(|ending| {
                let mut path = path.clone().into_os_string();
                path.push(ending);
                PathBuf::from(path)
            });
            let is_module = |path: &PathBuf| {
                path.extension().is_some_and(|ending| {
                    ["js", "mjs", "cjs", "ts", "json"].iter().any(|known| ending == *known)
                })
            };
            let found = named.filter(is_module).find_map(|path| Some((files.text(&path)?, path)));
            let Some((text, path)) = found else { continue };
            if all.len() < MAX_MODULES && seen.insert(path.clone()) {
                // JSON is what a module would export.
                let is_json = path.extension().is_some_and(|ending| ending == "json");
                let text = if is_json {
                    format!("module.exports = {text}")
                } else {
                    script::without_comments(&text)
                };
                from.push((path.parent().map(Path::to_path_buf).unwrap_or_default(), all.len()));
                all.push(text);
            }
        }
    }
    all
}

fn rules(config: &str, at: &Path, files: &Files<'_>) -> EleventyRules {
    let modules = modules(config, at, files);
    let literal = |value: Value| match script::expression(&value) {
        Some(expression) => script::constant(&modules, expression),
        None => Some(value),
    };
    // Of several, that of the configuration itself: it names the folder of the sources.
    let dirs = script::named(config, "dir").filter_map(literal);
    let dirs: Vec<_> = dirs.filter_map(|value| value.as_object().cloned()).collect();
    let dir = dirs.iter().find(|dir| dir.contains_key("input")).or_else(|| dirs.first());
    let dir = dir.cloned().unwrap_or_default();
    let folder = |key: &str, setter: &str| {
        let called = script::calls(config, setter).map(script::value);
        let set = dir.get(key).cloned().into_iter().chain(called);
        set.filter_map(literal).find_map(|value| super::matter::text(&value))
    };
    let input = names(Path::new(&folder("input", "setInputDirectory").unwrap_or_default()));
    let input: Vec<String> = input.into_iter().filter(|name| name != ".").collect();
    let below = |name: String| input.iter().map(String::as_str).chain([name.as_str()]).collect::<PathBuf>();
    let includes =
        below(folder("includes", "setIncludesDirectory").unwrap_or_else(|| "_includes".to_owned()));
    let layouts = folder("layouts", "setLayoutsDirectory").map_or_else(|| includes.clone(), below);
    let about = below(folder("data", "setDataDirectory").unwrap_or_else(|| "_data".to_owned()));
    let output = PathBuf::from(folder("output", "setOutputDirectory").unwrap_or_else(|| "_site".to_owned()));
    let apart = vec![includes.clone(), layouts.clone(), about.clone(), output];
    // <https://www.11ty.dev/docs/ignores/>
    let has_gitignore = !script::calls(config, "setUseGitIgnore").any(|call| script::value(call) == false);
    let of_git = if has_gitignore { files.text(".gitignore") } else { None };
    let of_files = [of_git, files.text(".eleventyignore")].map(Option::unwrap_or_default);
    let of_calls =
        script::calls(config, "ignores.add").filter_map(|call| super::matter::text(&script::value(call)));
    let ignored = of_files
        .iter()
        .flat_map(|text| text.lines())
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty() && !line.starts_with(['#', '!']))
        .chain(of_calls);
    let ignored = Globs::new(ignored);
    let root: PathBuf = input.iter().collect();
    // Other endings need a parser, which the configuration adds (<https://www.11ty.dev/docs/data-custom/>).
    let has_yaml = modules.iter().any(|text| text.contains("addDataExtension"));
    let endings: Vec<&str> = DATA.iter().chain(YAML.iter().filter(|_| has_yaml)).copied().collect();
    let is_data = |name: &str| endings.iter().any(|ending| name.ends_with(ending));
    let (mut local, mut data_files) = (BTreeMap::new(), BTreeMap::new());
    for path in files.under(&root, is_data) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if apart.iter().any(|folder| path.starts_with(folder))
            || matches!(name.as_str(), "package.json" | "package-lock.json")
        {
            continue;
        }
        let Some(ending) = endings.iter().find(|ending| name.ends_with(**ending)) else { continue };
        let Some(table) = files.text(&path).and_then(|text| table(&name, &text)) else { continue };
        let mut stem = path.clone();
        ending.matches('.').for_each(|_| _ = stem.set_extension(""));
        data_files.insert(stem.clone(), path);
        local.insert(stem, Table::new(table));
    }
    let mut all = BTreeMap::new();
    for path in files.under(&layouts, |name| TEMPLATES.iter().any(|ending| name.ends_with(ending))) {
        if let Some(front) = files.beginning(&path).and_then(|text| data::front(&text))
            && let Ok(name) = path.strip_prefix(&layouts)
        {
            all.insert(name.to_string_lossy().replace('\\', "/"), Table::new(front));
        }
    }
    let mut global = Map::new();
    for call in script::calls(config, "addGlobalData").map(script::pair) {
        if let (Value::String(name), value) = call {
            global.insert(name, value);
        }
    }
    for (name, _) in files.names(&about) {
        let (stem, _) = split_ending(&name);
        if let Some(table) = files.text(about.join(&name)).and_then(|text| table(&name, &text)) {
            global.insert(stem.to_owned(), Value::Object(table));
        }
    }
    let filters = ["addFilter", "addNunjucksFilter", "addLiquidFilter"].iter().flat_map(|adder| {
        modules.iter().flat_map(move |module| script::calls(module, adder).map(script::pair)).filter_map(
            |call| {
                let (Value::String(name), function) = call else { return None };
                let function = script::expression(&function)?;
                Some((name, function[..function.floor_char_boundary(MAX_PART)].to_owned()))
            },
        )
    });
    let filters = filters.collect();
    let feeds = feeds(&root, &apart, files);
    let of_addresses = ["permalink", "eleventyComputed"].into_iter();
    let of_addresses = of_addresses.filter_map(|key| Some((key.to_owned(), global.get(key)?.clone())));
    EleventyRules {
        addresses: Table::new(of_addresses.collect()),
        site: facts(config, &global, &input, &modules, &feeds, &layouts, files),
        articles: articles(&modules, &root, &feeds, &local, files),
        ignored,
        input,
        apart,
        data: local,
        data_files,
        layouts: all,
        global,
        filters,
    }
}

/// Reads a data file, JSON or a module.
fn table(name: &str, text: &str) -> Option<Map<String, Value>> {
    if name.ends_with("js") || name.ends_with(".cjs") || name.ends_with(".ts") {
        return Some(script::exported(&script::without_comments(text)));
    }
    let table = data::by_name(name, text)?;
    // All are kept. A step for each byte makes the limit on steps one for their memory too.
    let memory: usize = table.values().map(data::memory).sum();
    work::step(memory).then_some(table)
}

/// Finds the facts of the site: in data files named for it, in the configuration, in the first `CNAME`.
fn facts(
    config: &str,
    global: &Map<String, Value>,
    input: &[String],
    modules: &[String],
    feeds: &[String],
    layouts: &Path,
    files: &Files<'_>,
) -> Site {
    let mut tables: Vec<&Map<String, Value>> = ABOUT
        .iter()
        .filter_map(|name| global.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?.1.as_object())
        .collect();
    // The metadata of the feed plugin, and what is written in the configuration itself.
    let plugin: Vec<_> = script::named(config, "metadata").chain(script::named(config, "site")).collect();
    tables.extend(plugin.iter().filter_map(Value::as_object));
    // That of a feed's template.
    let of_feeds: Vec<Value> =
        feeds.iter().filter_map(|text| data::front(text)?.get("metadata").cloned()).collect();
    tables.extend(of_feeds.iter().filter_map(Value::as_object));
    // A data file with the name of the site.
    let is_certain =
        |key: &String| ["siteurl", "site_url", "baseurl"].iter().any(|known| key.eq_ignore_ascii_case(known));
    tables.extend(global.values().filter_map(Value::as_object).filter(|table| table.keys().any(is_certain)));
    let text = |keys: &[&str]| {
        tables.iter().find_map(|table| {
            keys.iter().find_map(|wanted| {
                let (_, value) = table.iter().find(|(key, _)| key.eq_ignore_ascii_case(wanted))?;
                super::matter::text(value)
            })
        })
    };
    let base = script::named(config, "pathPrefix").next().as_ref().and_then(super::matter::text);
    let base = base.unwrap_or_default();
    let address = |table: &&Map<String, Value>| {
        table.iter().filter(|(key, _)| is_address(key)).find_map(|(_, value)| {
            let literal = super::matter::text(value).into_iter();
            let inside = script::expression(value).into_iter().flat_map(script::strings);
            literal.chain(inside).find_map(|text| site::address(&text, &base))
        })
    };
    let author = || tables.iter().find_map(|table| site::author(table.get("author")));
    Site {
        url: tables
            .iter()
            .find_map(address)
            .or_else(|| cname(files))
            .or_else(|| homepage(files))
            .or_else(|| of_templates(feeds, layouts, files)),
        title: text(&["title", "name", "siteTitle", "siteName", "sitename"]),
        description: text(&["description", "subtitle", "tagline", "siteDescription"]),
        author: author().or_else(|| text(&["authorName", "author_name"])),
        language: text(&["language", "lang", "locale"]).map(|tag| tag.replace('_', "-")),
        copyright: text(&["copyright"]),
        excerpt_mark: None,
        taxonomies: vec!["tags".to_owned()],
        has_smart_punctuation: false,
        has_emoji: modules.iter().any(|text| text.contains("markdown-it-emoji")),
        has_definitions: modules.iter().any(|text| text.contains("markdown-it-deflist")),
        has_hard_breaks: modules.iter().any(|text| text.contains("breaks: true")),
        attributes: match modules.iter().any(|text| text.contains("markdown-it-attrs")) {
            true => super::Attributes::All,
            false => super::Attributes::None,
        },
        leaves_out_html: false,
        math: if modules.iter().any(|text| is_math(text)) { super::Math::Dollars } else { super::Math::None },
        content: input.join("/"),
    }
}

/// Returns the home page in `package.json`, which templates know as `pkg.homepage`.
fn homepage(files: &Files<'_>) -> Option<url::Url> {
    let package: Value = serde_json::from_str(&files.text("package.json")?).ok()?;
    let url = site::address(package.get("homepage")?.as_str()?, "")?;
    // Of many packages it is that of the source code.
    let is_code = matches!(url.host_str(), Some("github.com" | "gitlab.com" | "codeberg.org"));
    (!is_code).then_some(url)
}

/// Returns the address that feeds and layouts put before that of a page, as in `https://example.org{{ page.url }}`.
fn of_templates(feeds: &[String], layouts: &Path, files: &Files<'_>) -> Option<url::Url> {
    let paths = files.under(layouts, |name| TEMPLATES.iter().any(|ending| name.ends_with(ending)));
    let texts = feeds.iter().cloned().chain(paths.iter().filter_map(|path| files.text(path)));
    let before = |text: &str| {
        text.match_indices("{{").find_map(|(at, mark)| {
            let name = text[at + mark.len()..].trim_start();
            ["page.url", "post.url", "item.url"].iter().any(|known| name.starts_with(known)).then_some(())?;
            let before = &text[text.floor_char_boundary(at.saturating_sub(LONGEST_ADDRESS))..at];
            let start =
                before.rfind(|c: char| c.is_whitespace() || "\"'>(".contains(c)).map_or(0, |at| at + 1);
            site::address(before.get(start..)?, "").filter(|url| url.path() == "/")
        })
    };
    texts.take(MAX_LOOKED_AT).find_map(|text| before(&text))
}

/// True if a program renders formulas.
fn is_math(text: &str) -> bool {
    ["markdown-it-katex", "markdown-it-texmath", "markdown-it-mathjax", "remark-math", "markdown-it-math"]
        .iter()
        .any(|plugin| text.contains(plugin))
}

fn is_address(key: &str) -> bool {
    ["url", "base", "baseurl", "siteurl", "site_url", "domain", "origin", "siteroot"]
        .iter()
        .any(|known| key.eq_ignore_ascii_case(known))
}

/// Finds which pages the site's feed lists.
fn articles(
    modules: &[String],
    root: &Path,
    feeds: &[String],
    local: &BTreeMap<PathBuf, Arc<Table>>,
    files: &Files<'_>,
) -> Articles {
    let listed = || {
        let calls = modules.iter().flat_map(|text| script::calls(text, "addPlugin"));
        let plugin = calls.filter(|call| call.trim_start().starts_with("feedPlugin"));
        let of_plugin = plugin
            .flat_map(|call| script::named(call, "collection"))
            .find_map(|value| value.get("name").and_then(super::matter::text));
        of_plugin.or_else(|| feeds.iter().find_map(|text| listed_by(text)))
    };
    let tags = |value: Option<&Value>| value.map(list).unwrap_or_default();
    let tags_of_data = || local.values().flat_map(|table| tags(table.get("tags")));
    let is_posts = |tag: &String| POSTS.iter().any(|known| tag.eq_ignore_ascii_case(known));
    let of_data = || tags_of_data().find(is_posts);
    let defined: Vec<(String, Definition)> = modules.iter().flat_map(|text| defined(text, modules)).collect();
    let of_config = || defined.iter().map(|(name, _)| name.clone()).find(is_posts);
    let Some(name) = listed().or_else(of_data).or_else(of_config) else { return Articles::Dated };
    match defined.into_iter().find(|(known, _)| *known == name) {
        Some((_, Definition::Patterns(patterns))) => return Articles::Matching(Selection::new(&patterns)),
        Some((_, Definition::Kind(tags))) => return Articles::Tagged(tags),
        Some((_, Definition::Unknown)) => {}
        None if name == "all" => return Articles::Dated,
        None => {
            let has_tag = |path: &PathBuf| {
                let front = files.beginning(path).and_then(|text| data::front(&text));
                front.is_some_and(|front| tags(front.get("tags")).contains(&name))
            };
            let is_tag = tags_of_data().any(|tag| tag == name)
                || files.under(root, is_page).iter().take(MAX_LOOKED_AT).any(has_tag);
            if is_tag {
                return Articles::Tagged(vec![name]);
            }
        }
    }
    // A program picks them: by custom, from a folder of the same name.
    let folder = [name.as_str(), &format!("_{name}")].map(|name| root.join(name));
    match folder.iter().find(|folder| files.has_folder(folder)) {
        Some(folder) => {
            let pattern = format!("{}/**", folder.to_string_lossy().replace('\\', "/"));
            Articles::Matching(Selection::new(&[pattern]))
        }
        None => Articles::Dated,
    }
}

/// Returns the templates of feeds; the one with the plainest name, which is that of the whole site, comes first.
fn feeds(root: &Path, apart: &[PathBuf], files: &Files<'_>) -> Vec<String> {
    let is_feed = |name: &str| {
        let stem = name.to_lowercase();
        let is_one = ["feed", "rss", "atom", "index.xml"].iter().any(|start| stem.starts_with(start));
        is_one && TEMPLATES.iter().any(|ending| name.ends_with(ending))
    };
    let mut paths = files.under(root, is_feed);
    paths.sort_by_key(|path| (path.file_name().map_or(0, |name| name.len()), path.components().count()));
    let paths = paths.iter().filter(|path| !apart.iter().any(|folder| path.starts_with(folder)));
    paths.filter_map(|path| files.text(path)).collect()
}

/// Returns the collection that a feed's template goes through.
fn listed_by(text: &str) -> Option<String> {
    let named = text.match_indices("collections").filter_map(|(at, mark)| {
        let after = &text[at + mark.len()..];
        let after = after
            .strip_prefix('.')
            .or_else(|| after.strip_prefix("[\""))
            .or_else(|| after.strip_prefix("['"))?;
        let name: String = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        Some(name).filter(|name| !name.is_empty())
    });
    let all: Vec<String> = named.collect();
    all.iter().find(|name| *name != "all").or_else(|| all.first()).cloned()
}

/// How the configuration defines a collection.
enum Definition {
    Patterns(Vec<String>),
    Kind(Vec<String>),
    Unknown,
}

/// Returns the collections that the configuration defines.
fn defined(config: &str, modules: &[String]) -> Vec<(String, Definition)> {
    let literal = |value: Value| match script::expression(&value) {
        Some(expression) => script::constant(modules, expression).unwrap_or_default(),
        None => value,
    };
    let calls = script::calls(config, "addCollection");
    calls
        .filter_map(|call| {
            let name = super::matter::text(&script::value(call))?;
            let body = call.split("addCollection").next().unwrap_or_default();
            // What filters the collection may be a function of its own.
            let helpers = script::called(config, body);
            let texts = |function: &str| {
                let bodies = std::iter::once(body).chain(helpers.iter().copied());
                let called = bodies.flat_map(|body| script::calls(body, function));
                called.flat_map(|arguments| list(&literal(script::value(arguments)))).collect::<Vec<_>>()
            };
            let (patterns, tags) = (texts("getFilteredByGlob"), texts("getFilteredByTag"));
            let definition = match (patterns.is_empty(), tags.is_empty()) {
                (false, _) => Definition::Patterns(patterns),
                (_, false) => Definition::Kind(tags),
                _ => Definition::Unknown,
            };
            Some((name, definition))
        })
        .collect()
}

/// Returns a value as a list of texts.
fn list(value: &Value) -> Vec<String> {
    match value {
        Value::Array(all) => all.iter().filter_map(super::matter::text).collect(),
        value => super::matter::text(value).into_iter().collect(),
    }
}

/// Sets what is not set yet; tags are added to those that are.
fn add(table: &Arc<Table>, matter: &mut Matter) {
    if let Some(value) = table.get("tags").filter(|_| matter.has("tags")) {
        let all: Vec<String> = list(value).into_iter().chain(matter.list("tags")).collect();
        matter.set("tags", all.into());
    }
    matter.share(table);
}

/// Strips the date at the beginning of a name, as `fileSlug` does.
fn without_date(name: &str) -> &str {
    let is_date = |text: &str| {
        text.len() == 11
            && text
                .bytes()
                .enumerate()
                .all(|(at, b)| if matches!(at, 4 | 7 | 10) { b == b'-' } else { b.is_ascii_digit() })
    };
    let rest = name.get(..11).filter(|start| is_date(start)).and_then(|_| name.get(11..));
    rest.filter(|rest| !rest.is_empty()).unwrap_or(name)
}

/// Returns the first date in a path.
fn date_of(names: &[String]) -> Option<chrono::NaiveDate> {
    let dates = names.iter().flat_map(|name| {
        (0..name.len())
            .filter_map(|at| chrono::NaiveDate::parse_from_str(name.get(at..at + 10)?, "%Y-%m-%d").ok())
    });
    dates.into_iter().next()
}

impl EleventyRules {
    /// Returns the folders below the input folder, and the name of the file.
    fn locate(&self, path: &Path) -> Result<(Vec<String>, String), String> {
        let all = names(path);
        let mut folders =
            all.strip_prefix(self.input.as_slice()).ok_or("it is not in the input folder")?.to_vec();
        let name = folders.pop().unwrap_or_default();
        if let Some(apart) = self.apart.iter().find(|folder| path.starts_with(folder)) {
            return Err(format!("`{}` holds no pages", apart.display()));
        }
        if let Some(pattern) = self.ignored.first(&all, Reach::Folders) {
            return Err(format!("Eleventy ignores `{pattern}`"));
        }
        Ok((folders, name))
    }

    /// Names the data file that sets `permalink` for a file, for a message; empty if none does.
    fn place_of_permalink(&self, path: &Path) -> String {
        let own = std::iter::once(path.with_extension(""));
        let of_folders = path.ancestors().skip(1).filter_map(|folder| Some(folder.join(folder.file_name()?)));
        let has_it = |table: &Arc<Table>| {
            let computed = table.get("eleventyComputed").and_then(|computed| computed.get("permalink"));
            table.get("permalink").is_some() || computed.is_some()
        };
        let mut stems = own.chain(of_folders).filter(|stem| self.data.get(stem).is_some_and(has_it));
        let name = stems.next().and_then(|stem| self.data_files.get(&stem));
        name.map_or(String::new(), |path| format!(" in {}", path.display()))
    }

    fn is_article(&self, page: &Page<'_>) -> Result<(), String> {
        match &self.articles {
            Articles::Tagged(wanted) => {
                let tags: BTreeSet<String> = page.matter.list("tags").into_iter().collect();
                let is = wanted.iter().any(|tag| tags.contains(tag));
                is.then_some(())
                    .ok_or_else(|| format!("it is not in the collection `{}`", wanted.join("`, `")))
            }
            Articles::Matching(patterns) => {
                let is = patterns.matches(page.path);
                is.then_some(()).ok_or_else(|| "it is not in the collection of posts".to_owned())
            }
            // A page of lists has a date as often as not.
            Articles::Dated if matches!(split_ending(&page.path.to_string_lossy()).1, "njk" | "liquid") => {
                Err("it is a template that is in no collection".to_owned())
            }
            Articles::Dated => Ok(()),
        }
    }

    fn address(
        &self,
        page: &Page<'_>,
        folders: &[String],
        stem: &str,
        date: Option<chrono::NaiveDateTime>,
    ) -> Result<(String, &'static str), Refusal> {
        let matter = page.matter;
        let computed = matter.get("eleventycomputed").and_then(|table| table.get("permalink"));
        // A function that only passes on the permalink of the page names no address.
        let has_address = |value: &&Value| {
            script::expression(value)
                .is_none_or(|text| script::strings(text).iter().any(|text| text.contains('/')))
        };
        let permalink = computed.filter(has_address).or_else(|| matter.get("permalink").filter(has_address));
        let permalink = match permalink.and_then(|value| value.as_object()?.get("build")) {
            Some(build) => Some(build),
            None => permalink,
        };
        // What the user configured replaces what would have to be evaluated, but not an address that is stated.
        let is_stated = |value: &Value| match value {
            Value::String(text) => !text.contains("{{") && !text.contains("{%"),
            value => value.is_boolean(),
        };
        let permalink = permalink.filter(|value| page.pattern.is_none() || is_stated(value));
        let mut derived = "`permalink`";
        let template = match permalink {
            Some(Value::Bool(false)) => {
                return Err(Refusal::NotArticle("it says `permalink: false`".to_owned()));
            }
            Some(value) => match script::expression(value) {
                // Of a function, the last address in it: those before are for special cases.
                Some(function) => {
                    let mut paths = script::strings(function).into_iter().filter(|text| text.contains('/'));
                    let bad = || {
                        let shown = crate::types::excerpt(function, 60);
                        Refusal::BadPattern(
                            "permalink",
                            format!("cannot evaluate `{shown}`{}", self.place_of_permalink(page.path)),
                        )
                    };
                    Some(paths.next_back().ok_or_else(bad)?)
                }
                None => super::matter::text(value),
            },
            None => page.pattern.map(|pattern| {
                derived = "`permalink` in feedmill.toml";
                pattern.to_owned()
            }),
        };
        let Some(template) = template else {
            let mut all = folders.to_vec();
            if stem != "index" && folders.last().is_none_or(|folder| folder != stem) {
                all.push(stem.to_owned());
            }
            let path: String = all.iter().map(|name| format!("/{name}")).collect();
            return Ok((format!("{path}/"), "its path"));
        };
        let slug = match (without_date(stem), folders.last()) {
            ("index", Some(folder)) => without_date(folder),
            ("index", None) => "",
            (stem, _) => stem,
        };
        let path_stem: String =
            folders.iter().map(String::as_str).chain([without_date(stem)]).map(|n| format!("/{n}")).collect();
        let text = |value: &Value| {
            let is_short = value.as_str().is_none_or(|text| text.len() <= MAX_PART);
            let text = is_short.then(|| super::matter::text(value))??;
            // A filter would leave the letters of a password.
            Some(remove_credentials(&text).into_owned())
        };
        let get = |name: &str| match name {
            "page.fileSlug" => Some(slug.to_owned()),
            "page.filePathStem" => Some(path_stem.clone()),
            "page.inputPath" => Some(format!("./{}", page.path.display())),
            "page.lang" | "lang" => text(matter.get("lang")?),
            name => {
                let mut keys = name.split('.');
                let first = keys.next().unwrap_or_default();
                let value = matter.get(&first.to_lowercase()).or_else(|| self.global.get(first))?;
                text(keys.try_fold(value, |value, key| value.get(key))?)
            }
        };
        let bad = |detail| Refusal::BadPattern("permalink", detail);
        let filled = if derived == "`permalink`" {
            // A function may name what it puts in the address.
            let function = permalink.and_then(script::expression).unwrap_or_default();
            let filter = |name: &str| self.filters.get(name).cloned();
            let local = |name: &str| script::named(function, name).find_map(|value| script::source(&value));
            template::fill(&template, &Scope { get: &get, local: &local, filter: &filter, date }).map_err(
                |part| bad(format!("cannot evaluate `{part}`{}", self.place_of_permalink(page.path))),
            )?
        } else {
            let values = pattern::Values {
                spelling: pattern::Spelling::Zola,
                date: date.unwrap_or(chrono::NaiveDateTime::MIN),
                title: matter.text("title").unwrap_or_default(),
                slug: matter.text("slug"),
                name: slug.to_owned(),
                folders: folders.to_vec(),
                categories: Vec::new(),
                collection: String::new(),
                sections: None,
            };
            pattern::fill(pattern::style(&template), &values).map_err(bad)?
        };
        let path = pattern::single_slashes(&format!("/{filled}"));
        let path = ["/index.html", "/index"]
            .iter()
            .find_map(|end| path.strip_suffix(end))
            .map_or(path.clone(), |folder| format!("{folder}/"));
        Ok((path, derived))
    }
}

impl Rules for EleventyRules {
    fn site(&self) -> &Site {
        &self.site
    }

    fn kind(&self) -> Kind {
        Kind::Eleventy
    }

    fn inputs(&self) -> Vec<PathBuf> {
        vec![self.apart[0].clone()]
    }

    fn value(&self, name: &str) -> Option<&Value> {
        let mut keys = name.split('.');
        let value = self.global.get(keys.next()?)?;
        keys.try_fold(value, |value, key| value.get(key))
    }

    /// Data comes from the file, its data file, the folders from its own up, its layouts, and the whole site
    /// (<https://www.11ty.dev/docs/data-cascade/>). Kind of all of them add up.
    fn complete(&self, path: &Path, matter: &mut Matter) {
        if let Some(own) = self.data.get(&path.with_extension("")) {
            add(own, matter);
        }
        for folder in path.ancestors().skip(1) {
            if let Some(name) = folder.file_name()
                && let Some(table) = self.data.get(&folder.join(name))
            {
                add(table, matter);
            }
        }
        let mut layout = matter.text("layout");
        for _ in 0..8 {
            let Some(name) = layout.take() else { break };
            let found = std::iter::once("")
                .chain(TEMPLATES.iter().copied())
                .find_map(|ending| self.layouts.get(&format!("{name}{ending}")));
            let Some(table) = found else { break };
            layout = table.get("layout").and_then(super::matter::text);
            add(table, matter);
        }
        matter.share(&self.addresses);
    }

    fn place(&self, page: &Page<'_>) -> Result<Placed, Refusal> {
        let (folders, name) = self.locate(page.path).map_err(Refusal::NotArticle)?;
        let matter = page.matter;
        if matter.is("eleventyexcludefromcollections", true) {
            return Err(Refusal::NotArticle("it says `eleventyExcludeFromCollections`".to_owned()));
        }
        if matter.is("draft", true) {
            return Err(Refusal::NotArticle("it is a draft".to_owned()));
        }
        self.is_article(page).map_err(Refusal::NotArticle)?;
        let (stem, _) = split_ending(&name);
        let words = ["last modified", "created", "git last modified", "git created"];
        let is_word = matter.text("date").is_some_and(|text| words.contains(&text.to_lowercase().as_str()));
        let own = if is_word { None } else { matter.date(&["date"], Unzoned::Utc)? };
        let mut all = folders.clone();
        all.push(stem.to_owned());
        let published = own.or_else(|| date::midnight(date_of(&all)?, page.matter.unzoned(Unzoned::Utc)));
        if published.is_none() {
            let why = "it has no date, in front matter or in its name; Eleventy takes that of the file";
            return Err(Refusal::NotArticle(why.to_owned()));
        }
        let (address, derived) = self.address(page, &folders, stem, published.map(|moment| moment.local))?;
        Ok(Placed { address, derived: derived.to_owned(), published, title: None, language: None })
    }

    fn section(&self, folder: &Path) -> Option<String> {
        let names = names(folder);
        let folders = names.strip_prefix(self.input.as_slice())?;
        // The folder of all content says nothing about what is in it.
        let folders = folders.strip_prefix(&["content".to_owned()]).unwrap_or(folders);
        folders.first().filter(|name| *name != "_posts").cloned()
    }

    /// Links to input files become links to their pages, if the site says so
    /// (<https://www.11ty.dev/docs/plugins/inputpath-to-url/>).
    fn targets(&self, link: &str, from: &Path) -> Vec<PathBuf> {
        if !is_page(link) {
            return Vec::new();
        }
        let input: PathBuf = self.input.iter().collect();
        match link.strip_prefix('/') {
            Some(link) => vec![input.join(link), PathBuf::from(link)],
            None => vec![from.parent().unwrap_or(Path::new("")).join(link), input.join(link)],
        }
    }

    fn templates(&self, tag: &str) -> Vec<PathBuf> {
        vec![self.apart[0].join(tag)]
    }
}
