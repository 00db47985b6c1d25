//! Astro (<https://docs.astro.build/en/guides/content-collections/>): articles are the dated entries of the collections that
//! the site's feed or its routes show, and dated Markdown pages.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::glob::Selection;
use super::{Files, Found, Generator, Kind, Page, Placed, Refusal, Rules, Site, Unzoned};
use super::{cname, data, date, is_page, names, pattern, script, site, slug, split_ending};
use crate::error::Error;

pub(super) struct Astro;

const CONFIGURATION: &[&str] =
    &["astro.config.mjs", "astro.config.ts", "astro.config.js", "astro.config.mts", "astro.config.cjs"];
const COLLECTIONS: &[&str] = &[
    "src/content.config.ts",
    "src/content.config.mjs",
    "src/content.config.js",
    "src/content/config.ts",
    "src/content/config.mjs",
    "src/content/config.js",
];
/// Folders whose programs may hold the facts of the site.
const ABOUT: &[&str] = &["", "src", "src/config", "src/data", "src/utils", "src/lib"];
/// Front matter with the date of publication, by custom.
const DATES: &[&str] = &[
    "pubdate",
    "pubdatetime",
    "publishdate",
    "published",
    "publishedat",
    "publisheddate",
    "datepublished",
    "publicationdate",
    "date",
    "createdat",
];
/// Number of functions that may be between a page and the entries of its collection.
const MAX_CALLS: usize = 2;
/// Parameters of routes that are not articles: pages of lists, tags.
const LISTS: &[&str] =
    &["page", "tag", "tags", "category", "categories", "author", "authors", "topic", "series"];

#[derive(Debug)]
struct AstroRules {
    site: Site,
    collections: Vec<Collection>,
    /// Collections by folder; of several, the first.
    by_folder: HashMap<PathBuf, usize>,
    ending: Ending,
}

/// A collection whose entries are articles.
#[derive(Debug)]
struct Collection {
    folder: PathBuf,
    /// Patterns of paths in it; those with `!` leave files out. Empty for all files.
    patterns: Selection,
    /// Address of an entry, with `{id}` and other parameters; `None` if no route shows it.
    route: Option<String>,
    derived: String,
    /// Front matter that parameters of the route are filled in with, by parameter.
    parameters: BTreeMap<String, String>,
    /// Front matter with the date that the site's feed shows or its schema has; empty if that is one of [`DATES`].
    dates: Vec<String>,
}

/// How addresses end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Slash,
    Nothing,
    Html,
}

impl Generator for Astro {
    fn name(&self) -> &'static str {
        "Astro"
    }

    fn read(&self, files: &Files<'_>) -> Result<Option<Found>, Error> {
        let Some((configuration, text)) = files.configuration(CONFIGURATION)? else { return Ok(None) };
        let config = script::without_comments(&text);
        let rules = Box::new(rules(&config, files));
        Ok(Some(Found { is_certain: true, configuration: configuration.to_owned(), rules }))
    }
}

fn rules(config: &str, files: &Files<'_>) -> AstroRules {
    let exported = script::exported(config);
    let about = about(files);
    let text = |path: &[&str]| resolved(data::get(&exported, path)?, &about, config);
    let base = text(&["base"]).filter(|base| !base.contains("://")).unwrap_or_default();
    let ending = match (text(&["trailingSlash"]).as_deref(), text(&["build", "format"]).as_deref()) {
        (_, Some("file")) => Ending::Html,
        (Some("never"), _) => Ending::Nothing,
        _ => Ending::Slash,
    };
    let address = |text: Option<String>| site::address(&text?, &base);
    let by_custom =
        ["site", "siteUrl", "SITE_URL", "website", "url", "URL", "baseUrl", "domain", "origin", "href"];
    let url = address(text(&["site"]))
        .or_else(|| script::named(config, "site").find_map(|value| address(resolved(&value, &about, config))))
        .or_else(|| by_custom.iter().find_map(|key| address(known(&about, &[key]))))
        .or_else(|| cname(files));
    let content =
        script::without_comments(&files.first(COLLECTIONS).map(|(_, text)| text).unwrap_or_default());
    let collections = collections(&content, &about, files);
    AstroRules {
        site: Site {
            url,
            title: known(&about, &["SITE_TITLE", "siteTitle", "title", "TITLE", "NAME", "name"]),
            description: known(
                &about,
                &["SITE_DESCRIPTION", "siteDescription", "description", "desc", "DESCRIPTION"],
            ),
            author: known(&about, &["author", "AUTHOR", "authorName"]),
            language: text(&["i18n", "defaultLocale"])
                .or_else(|| known(&about, &["lang", "locale", "LANG", "language"])),
            copyright: None,
            excerpt_mark: None,
            taxonomies: vec!["tags".to_owned(), "categories".to_owned()],
            has_smart_punctuation: true,
            has_emoji: config.contains("remark-emoji"),
            has_definitions: config.contains("remark-definition-list"),
            has_hard_breaks: config.contains("remark-breaks"),
            attributes: super::Attributes::None,
            leaves_out_html: false,
            math: if config.contains("remark-math") { super::Math::Dollars } else { super::Math::None },
            content: common(&collections, files),
        },
        by_folder: (0..collections.len()).rev().map(|at| (collections[at].folder.clone(), at)).collect(),
        collections,
        ending,
    }
}

/// Returns the folder that all articles are in.
fn common(collections: &[Collection], files: &Files<'_>) -> String {
    let is_article = |name: &str| matches!(split_ending(name).1, "md" | "mdx");
    let pages = (!files.under("src/pages", is_article).is_empty()).then(|| PathBuf::from("src/pages"));
    // With its folder, a single collection is a section.
    let folders = collections.iter().filter_map(|collection| Some(collection.folder.parent()?.to_path_buf()));
    let shared = folders.chain(pages).reduce(|shared, folder| {
        shared.components().zip(folder.components()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
    });
    shared.unwrap_or_else(|| PathBuf::from("src")).to_string_lossy().replace('\\', "/")
}

/// Returns the programs that may hold the facts of the site, by name.
fn about(files: &Files<'_>) -> Vec<String> {
    let is_about = |name: &str| {
        let (stem, ending) = split_ending(name);
        let known = ["config", "const", "site", "data", "info", "meta", "settings"];
        matches!(ending, "ts" | "js" | "mjs" | "json")
            && known.iter().any(|word| stem.to_lowercase().contains(word))
            && !name.starts_with("astro.config")
            && ![
                "content.config",
                "tailwind",
                "tsconfig",
                "eslint",
                "prettier",
                "vite",
                "svelte",
                "package",
                "postcss",
            ]
            .iter()
            .any(|tool| name.contains(tool))
    };
    let mut texts = Vec::new();
    for folder in ABOUT {
        for (name, _) in files.names(folder) {
            let is_index = name.starts_with("index.") && *folder == "src/config";
            if is_about(&name) || is_index {
                texts.extend(
                    files.text(Path::new(folder).join(name)).map(|text| script::without_comments(&text)),
                );
            }
        }
    }
    texts
}

/// Returns the first text with one of these names.
fn known(about: &[String], keys: &[&str]) -> Option<String> {
    let text = |value: Value| script::interpolated(&super::matter::text(&value)?, about);
    keys.iter().find_map(|key| about.iter().flat_map(|text| script::named(text, key)).find_map(text))
}

/// Returns the text that a value stands for: itself, a constant by its name, or the only address in an expression.
fn resolved(value: &Value, about: &[String], config: &str) -> Option<String> {
    if let Some(text) = super::matter::text(value) {
        if !text.contains("${") {
            return Some(text);
        }
        let programs: Vec<String> = about.iter().cloned().chain([config.to_owned()]).collect();
        return script::interpolated(&text, &programs);
    }
    let expression = script::expression(value)?;
    let name = expression.rsplit('.').next().unwrap_or_default().trim();
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let texts = about.iter().map(String::as_str).chain([config]);
    let named = texts.filter(|_| is_name).flat_map(|text| script::named(text, name));
    let strings = script::strings(expression).into_iter().filter(|text| crate::types::is_http(text));
    named.filter_map(|value| super::matter::text(&value)).chain(strings).next()
}

/// Finds the collections whose entries are articles: those that the site's feed lists, else all that have a route.
fn collections(content: &str, about: &[String], files: &Files<'_>) -> Vec<Collection> {
    let pages = files.under("src/pages", |name| name.ends_with(".astro") || is_endpoint(name));
    let read = |path: &PathBuf| Some((path.clone(), script::without_comments(&files.text(path)?)));
    let texts: Vec<(PathBuf, String)> = pages.iter().filter_map(read).collect();
    let is_feed = |path: &Path| path.file_name().is_some_and(|name| is_endpoint(&name.to_string_lossy()));
    let (feeds, routes): (Vec<_>, Vec<_>) = texts.into_iter().partition(|(path, _)| is_feed(path));
    let folders = folders(content, about, files);
    let helpers = helpers(files);
    let lists = |text: &str, name: &str| reaches(&helpers, text, name, MAX_CALLS);
    let route_of = |name: &str| {
        let alone = folders.len() == 1;
        let shown =
            routes.iter().filter(|(_, text)| lists(text, name) || alone && !text.contains("getCollection("));
        // A page of an entry renders it; a list of entries does not.
        let (full, rest): (Vec<_>, Vec<_>) =
            shown.partition(|(_, text)| text.contains("render(") || text.contains("Content"));
        full.into_iter().chain(rest).find_map(|(path, _)| Some((route(path)?, path)))
    };
    let linked = |name: &str| {
        let of_feed = feeds.iter().filter(|(_, text)| lists(text, name) || folders.len() == 1);
        of_feed.filter_map(|(path, text)| Some((link(text)?, path))).next()
    };
    // The feed nearest to the root is that of the whole site.
    let mut main: Vec<&(PathBuf, String)> = feeds.iter().collect();
    main.sort_by_key(|(path, _)| path.components().count());
    let main = main.into_iter().find(|(_, text)| folders.iter().any(|(name, ..)| lists(text, name)));
    let is_listed = |name: &str| main.is_some_and(|(_, text)| lists(text, name));
    let is_any_listed = folders.iter().any(|(name, ..)| is_listed(name));
    let of_schema = schema_dates(content);
    let collection = |(name, folder, patterns): &(String, PathBuf, Vec<String>)| {
        if is_any_listed && !is_listed(name) {
            return None;
        }
        let (route, derived) = match (route_of(name), linked(name)) {
            (Some((route, path)), _) | (None, Some((route, path))) => {
                (Some(route), format!("the route `{}`", path.display()))
            }
            (None, None) => (None, String::new()),
        };
        let of_feed = feeds.iter().filter(|(_, text)| lists(text, name) || folders.len() == 1);
        let asked = of_feed
            .flat_map(|(_, text)| script::named(text, "pubDate"))
            .filter_map(|value| entry_key(&value));
        let dates: Vec<String> = asked.chain(of_schema.iter().cloned()).collect();
        let of_route = routes.iter().filter(|(path, _)| derived.contains(&*path.to_string_lossy()));
        let mut parameters: BTreeMap<String, String> =
            of_route.flat_map(|(_, text)| route_parameters(text)).collect();
        // A feed says which key its links are made of.
        let linked = linked(name).filter(|(link, _)| link.contains("{data.")).map(|(link, _)| link);
        let route = match (&route, linked) {
            (None, Some(link)) => Some(link),
            (Some(route), Some(link)) if route.matches('{').count() == 1 && parameters.is_empty() => {
                let key =
                    link.split("{data.").nth(1).and_then(|rest| rest.split('}').next()).unwrap_or_default();
                parameters.insert("id".to_owned(), key.to_lowercase());
                Some(route.clone())
            }
            (route, _) => route.clone(),
        };
        Some(Collection {
            folder: folder.clone(),
            patterns: Selection::new(patterns),
            route,
            derived,
            parameters,
            dates,
        })
    };
    let mut all: Vec<Collection> = folders.iter().filter_map(collection).collect();
    if folders.is_empty() {
        all.extend(routes.iter().filter_map(|(path, text)| of_glob(path, text)));
    }
    // The folder of one collection may be in that of another.
    all.sort_by_key(|collection| std::cmp::Reverse(collection.folder.components().count()));
    all
}

/// Returns the collection of a route that lists files itself, with `import.meta.glob` or `Astro.glob`
/// (<https://docs.astro.build/en/guides/imports/#importmetaglob>).
fn of_glob(path: &Path, text: &str) -> Option<Collection> {
    let calls = script::calls(text, "glob").chain(script::calls(text, "globEager"));
    let (folder, pattern) =
        calls.filter_map(|call| super::matter::text(&script::value(call))).find_map(|given| {
            let names: Vec<&str> = given.split('/').collect();
            let at = names.iter().position(|name| name.contains('*'))?;
            let folder = match given.strip_prefix('/') {
                Some(_) => PathBuf::from(names[1..at].join("/")),
                None => super::repository::inside(&path.parent()?.join(names[..at].join("/")))?,
            };
            (!folder.starts_with("src/pages")).then(|| (folder, names[at..].join("/")))
        })?;
    Some(Collection {
        folder,
        patterns: Selection::new(&[pattern]),
        route: Some(route(path)?),
        derived: format!("the route `{}`", path.display()),
        parameters: route_parameters(text).into_iter().collect(),
        dates: Vec::new(),
    })
}

/// Returns the key of the front matter that an expression such as `post.data.added` or `new Date(post.data.added)` shows.
fn entry_key(value: &Value) -> Option<String> {
    let expression = script::expression(value)?;
    let (before, rest) = [".data.", ".frontmatter."].iter().find_map(|mark| expression.split_once(mark))?;
    // Of `post.data.a || post.id`, the second counts for entries without the key; of `post.id || …`, never.
    (!before.contains("||") && !before.contains("??")).then_some(())?;
    let key: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    Some(key.to_lowercase()).filter(|key| !key.is_empty())
}

/// Returns the keys with a date in the schemas of collections, in order, without those of changes.
fn schema_dates(content: &str) -> Vec<String> {
    let is_date = |line: &str| line.contains("date()") || line.contains("coerce.date");
    let lines = content.lines().filter(|line| is_date(line)).filter_map(|line| line.split_once(':'));
    let keys = lines.map(|(key, _)| key.trim().trim_matches(['"', '\'']).to_lowercase());
    let is_change =
        |key: &String| ["updat", "modif", "mod", "edit", "expir"].iter().any(|part| key.contains(part));
    keys.filter(|key| key.chars().all(char::is_alphanumeric) && !is_change(key)).collect()
}

/// Returns the parameters that a route fills in with front matter, such as `params: { slug: post.data.slug }`.
fn route_parameters(text: &str) -> Vec<(String, String)> {
    let tables = script::named(text, "params").filter_map(|value| value.as_object().cloned());
    // `params: { slug }` has what a constant before it holds.
    let key = |value: &Value| {
        let constant = script::expression(value).filter(|name| name.chars().all(char::is_alphanumeric));
        entry_key(value).or_else(|| script::named(text, constant?).find_map(|value| entry_key(&value)))
    };
    let pairs = tables.flatten().filter_map(|(name, value)| Some((name.to_lowercase(), key(&value)?)));
    pairs.collect()
}

/// True for a program that makes a feed.
fn is_endpoint(name: &str) -> bool {
    let (stem, ending) = split_ending(name);
    matches!(ending, "js" | "ts") && stem.ends_with(".xml") && !stem.contains("sitemap")
}

/// Returns the programs outside of pages that ask for entries of collections.
fn helpers(files: &Files<'_>) -> Vec<String> {
    let is_program =
        |name: &str| matches!(split_ending(name).1, "ts" | "js" | "mjs") && !name.ends_with(".d.ts");
    let paths = files.under("src", is_program);
    let paths = paths.iter().filter(|path| !path.starts_with("src/pages"));
    paths
        .filter_map(|path| files.text(path))
        .filter(|text| text.contains("getCollection("))
        .map(|text| script::without_comments(&text))
        .collect()
}

/// True if a program or a function that it calls asks for the entries of a collection.
fn reaches(helpers: &[String], text: &str, name: &str, depth: usize) -> bool {
    asks(text, name)
        || depth > 0
            && helpers.iter().any(|helper| {
                let functions = script::called(helper, text);
                functions.iter().any(|function| reaches(helpers, function, name, depth - 1))
            })
}

/// True if a program asks for the entries of a collection.
fn asks(text: &str, name: &str) -> bool {
    script::calls(text, "getCollection")
        .any(|call| super::matter::text(&script::value(call)).is_some_and(|asked| asked == name))
}

/// Returns the name, folder and patterns of every collection.
fn folders(content: &str, about: &[String], files: &Files<'_>) -> Vec<(String, PathBuf, Vec<String>)> {
    let exported = script::named(content, "collections").find_map(|value| value.as_object().cloned());
    let mut all = Vec::new();
    let mut seen = BTreeMap::new();
    for (at, mark) in content.match_indices("defineCollection(") {
        let before = content[..at].trim_end().trim_end_matches(['=', ':']).trim_end();
        let constant: String = before
            .rsplit(|c: char| !c.is_alphanumeric() && !"_$".contains(c))
            .next()
            .unwrap_or_default()
            .to_owned();
        let body = content[at + mark.len()..].split("defineCollection(").next().unwrap_or_default();
        let text = |key: &str| script::named(body, key).next();
        let folder = text("base").and_then(|value| resolved(&value, about, content));
        let patterns: Vec<String> = match text("pattern") {
            Some(Value::Array(all)) => all.iter().filter_map(super::matter::text).collect(),
            value => value.as_ref().and_then(super::matter::text).into_iter().collect(),
        };
        seen.insert(constant, (folder, patterns));
    }
    // `collections = { blog, 'notes': other }` names them; a constant has the name of its own otherwise.
    let named = exported.unwrap_or_default();
    let names: Vec<(String, String)> = if named.is_empty() {
        seen.keys().map(|constant| (constant.clone(), constant.clone())).collect()
    } else {
        let constant = |value: &Value| script::expression(value).unwrap_or_default().to_owned();
        named.iter().map(|(name, value)| (name.clone(), constant(value))).collect()
    };
    for (name, constant) in names {
        let (folder, patterns) = seen.get(&constant).or_else(|| seen.get(&name)).cloned().unwrap_or_default();
        let default = format!("src/content/{name}");
        let folder = folder.unwrap_or(default);
        let folder: PathBuf = self::names(Path::new(&folder)).iter().collect();
        all.push((name, folder, patterns));
    }
    if all.is_empty() {
        let found =
            files.names("src/content").into_iter().filter(|(_, kind)| *kind == crate::store::Kind::Folder);
        all.extend(found.map(|(name, _)| (name.clone(), Path::new("src/content").join(name), Vec::new())));
    }
    all
}

/// Returns the address that a route makes, with `{id}` for its last parameter; `None` if it lists entries.
fn route(path: &Path) -> Option<String> {
    let below = path.strip_prefix("src/pages").ok()?;
    let mut names = names(below);
    let last = names.pop()?;
    let (stem, _) = split_ending(&last);
    if stem != "index" {
        names.push(stem.to_owned());
    }
    let parameter = |name: &str| {
        let inner = name.strip_prefix('[')?.strip_suffix(']')?;
        Some(inner.trim_start_matches("...").to_lowercase())
    };
    let at = names.iter().rposition(|name| parameter(name).is_some())?;
    // What follows the entry is a page about it, such as its picture.
    (at + 1 == names.len()).then_some(())?;
    if parameter(&names[at]).is_some_and(|name| LISTS.contains(&name.as_str())) {
        return None;
    }
    let part = |(number, name): (usize, &String)| match parameter(name) {
        Some(_) if number == at => "/{id}".to_owned(),
        // A rest parameter may be empty, as for the language of the site.
        Some(name) if names[number].starts_with("[...") => format!("/{{...{name}}}"),
        Some(name) => format!("/{{{name}}}"),
        None => format!("/{name}"),
    };
    Some(names.iter().enumerate().map(part).collect())
}

/// Returns the address that a feed gives its entries, if all that it fills in is the id.
fn link(text: &str) -> Option<String> {
    // The address may be in a call, such as `url(`/blog/${post.id}/`)`.
    let strings = |value: Value| match script::expression(&value) {
        Some(expression) => script::strings(expression),
        None => super::matter::text(&value).into_iter().collect(),
    };
    let links = script::named(text, "link").flat_map(strings);
    links
        .filter_map(|link| {
            let (before, rest) = link.split_once("${")?;
            let (expression, after) = rest.split_once('}')?;
            let expression = expression.trim();
            let is_id = [".slug", ".id"].iter().any(|end| expression.ends_with(end));
            let key = expression.split_once(".data.").map(|(_, key)| key.to_lowercase());
            let name = match key {
                Some(key) if key.chars().all(|c| c.is_alphanumeric() || c == '_') => format!("data.{key}"),
                Some(_) => return None,
                None => "id".to_owned(),
            };
            let is_all = (is_id || name != "id") && !after.contains("${") && !before.contains("://");
            is_all.then(|| format!("{before}{{{name}}}{}", after.trim_end_matches('/')))
        })
        .next()
}

impl AstroRules {
    fn collection(&self, path: &Path) -> Option<(&Collection, PathBuf)> {
        let at = path.ancestors().find_map(|folder| self.by_folder.get(folder))?;
        let collection = self.collections.get(*at)?;
        Some((collection, path.strip_prefix(&collection.folder).ok()?.to_path_buf()))
    }

    fn ended(&self, path: &str) -> String {
        let path = pattern::single_slashes(&format!("/{path}"));
        let path = path.trim_end_matches('/');
        match self.ending {
            Ending::Slash => format!("{path}/"),
            Ending::Nothing => path.to_owned(),
            Ending::Html => format!("{path}.html"),
        }
    }

    /// Returns the address of an entry, and what it is derived from.
    fn address(&self, page: &Page<'_>, date: chrono::NaiveDateTime) -> Result<(String, String), Refusal> {
        let refuse = |why: &str| Refusal::NotArticle(why.to_owned());
        let Some((collection, inner)) = self.collection(page.path) else {
            let path = page
                .path
                .strip_prefix("src/pages")
                .map_err(|_| refuse("it is in no collection that the site lists"))?;
            let path = path.with_extension("").to_string_lossy().into_owned();
            let path = path.strip_suffix("/index").unwrap_or(&path);
            return Ok((self.ended(path), "its path in `src/pages`".to_owned()));
        };
        let named = names(&inner);
        let is_apart = named.iter().any(|name| name.starts_with('_'));
        if is_apart || !collection.patterns.matches(&inner) {
            return Err(refuse("its collection leaves it out"));
        }
        let id = page.matter.text("slug").unwrap_or_else(|| id(&named));
        if let Some(pattern) = page.pattern {
            let (folder, name) = id.rsplit_once('/').unwrap_or(("", &id));
            let values = pattern::Values {
                spelling: pattern::Spelling::Hugo { lower: true, accents: true },
                date,
                title: page.matter.text("title").unwrap_or_default(),
                slug: None,
                name: name.to_owned(),
                folders: names(Path::new(folder)),
                categories: Vec::new(),
                collection: String::new(),
                sections: None,
            };
            let bad = |detail| Refusal::BadPattern("permalink", detail);
            let path = pattern::fill(pattern::style(pattern), &values).map_err(bad)?;
            return Ok((path, "`permalink` in feedmill.toml".to_owned()));
        }
        let Some(route) = &collection.route else {
            return Err(Refusal::BadPattern(
                "permalink",
                "no route in `src/pages` shows its collection".to_owned(),
            ));
        };
        let mut path = route.clone();
        // Other rest parameters have a value.
        let is_rest = |name: &str| path.contains(&format!("{{...{name}}}"));
        if !["lang", "locale"].into_iter().any(is_rest) {
            path = path.replace("{...", "{");
        }
        for (name, key) in &collection.parameters {
            let Some(value) = page.matter.text(key) else { continue };
            // The parameter of the entry itself has a name of its own in the route's file.
            let own = format!("{{{name}}}");
            if path.contains(&format!("{{...{name}}}")) {
                continue;
            }
            let own = if path.contains(&own) { own } else { "{id}".to_owned() };
            path = path.replace(&own, value.trim_matches('/'));
        }
        // What is inserted is not looked at again.
        let (mut filled, mut rest) = (String::new(), path.as_str());
        while let Some((before, data)) = rest.split_once("{data.")
            && let Some((key, after)) = data.split_once('}')
            && let Some(value) = page.matter.text(key)
        {
            filled += before;
            filled += value.trim_matches('/');
            rest = after;
        }
        path = filled + rest;
        // A route with a folder for the year has the date of the file name in its folders.
        let is_by_date = ["{year}", "{month}", "{day}"].iter().any(|part| path.contains(part));
        let bare = date::of_name(&id).map_or(id.as_str(), |(_, rest)| rest);
        let mut path = path.replace("{id}", if is_by_date { bare } else { &id }.trim_matches('/'));
        for (name, format) in [("{year}", "%Y"), ("{month}", "%m"), ("{day}", "%d")] {
            path = path.replace(name, &date.format(format).to_string());
        }
        let main = self.site.language.clone().unwrap_or_default();
        let language = page.matter.text("lang").unwrap_or_else(|| main.clone());
        for name in ["lang", "locale"] {
            path = path.replace(&format!("{{{name}}}"), &language);
            path = path.replace(&format!("{{...{name}}}"), if language == main { "" } else { &language });
        }
        match path.split_once('{') {
            Some((_, rest)) => {
                let parameter = rest.split('}').next().unwrap_or_default();
                Err(Refusal::BadPattern("permalink", format!("cannot evaluate `[{parameter}]` of the route")))
            }
            None => Ok((self.ended(&path), collection.derived.clone())),
        }
    }
}

/// Returns the id of an entry: its path without ending, each name as a slug, without `index` at the end.
fn id(names: &[String]) -> String {
    let count = names.len();
    let part = |(number, name): (usize, &String)| {
        slug::github(if number + 1 == count { split_ending(name).0 } else { name })
    };
    let id = names.iter().enumerate().map(part).collect::<Vec<_>>().join("/");
    id.strip_suffix("/index").map_or(id.clone(), str::to_owned)
}

impl Rules for AstroRules {
    fn site(&self) -> &Site {
        &self.site
    }

    fn kind(&self) -> Kind {
        Kind::Astro
    }

    fn place(&self, page: &Page<'_>) -> Result<Placed, Refusal> {
        if page.matter.is("draft", true) {
            return Err(Refusal::NotArticle("it is a draft".to_owned()));
        }
        if self.collection(page.path).is_none() && !page.path.starts_with("src/pages") {
            return Err(Refusal::NotArticle("it is in no collection that the site lists".to_owned()));
        }
        let own = self.collection(page.path).map_or(&[][..], |(collection, _)| &collection.dates);
        let keys: Vec<&str> = own.iter().map(String::as_str).chain(DATES.iter().copied()).collect();
        let named = || {
            let name = page.path.file_stem()?.to_string_lossy().into_owned();
            date::midnight(date::of_name(&name)?.0, page.matter.unzoned(Unzoned::Utc))
        };
        let Some(published) = page.matter.date(&keys, Unzoned::Utc)?.or_else(named) else {
            return Err(Refusal::NotArticle("its front matter has no date".to_owned()));
        };
        let (address, derived) = self.address(page, published.local)?;
        Ok(Placed { address, derived, published: Some(published), title: None, language: None })
    }

    fn section(&self, folder: &Path) -> Option<String> {
        if let Some((collection, _)) = self.collection(folder) {
            return collection.folder.file_name().map(|name| name.to_string_lossy().into_owned());
        }
        names(folder.strip_prefix("src/pages").ok()?).first().cloned()
    }

    fn targets(&self, link: &str, from: &Path) -> Vec<PathBuf> {
        if is_page(link) && !link.starts_with('/') {
            vec![from.parent().unwrap_or(Path::new("")).join(link)]
        } else {
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_filled_in_with_a_key_of_the_front_matter_before_the_id() {
        for (text, expected) in [
            ("({ params: { slug: post.data.path }, props })", Some("path")),
            ("({ params: { slug: post.data.path ?? post.id } })", Some("path")),
            (
                "const slug = post.data.short || post.id\nreturn { params: { lang: of(lang), slug }, props }",
                Some("short"),
            ),
            ("const slug = post.id || post.data.short\nreturn { params: { slug } }", None),
            ("({ params: { slug: post.id } })", None),
        ] {
            let expected: Vec<_> =
                expected.map(|key| ("slug".to_owned(), key.to_owned())).into_iter().collect();
            assert_eq!(route_parameters(text), expected, "{text}");
        }
    }
}
