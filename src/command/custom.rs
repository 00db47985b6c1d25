//! The part of `feedmill init` for sites that no known generator builds: it looks in their programs and configuration for the
//! address of the site, for how the addresses of articles are made, and for the folders that hold articles or none.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use serde_json::{Map, Value};
use url::Url;

use crate::config::{FILE, pattern_fault};
use crate::generator::{
    PACKAGES, Zone, date_of_name, exported_by_script, is_apart, site_address, texts_of_script,
};
use crate::store::{FsStore, Kind, Store};
use crate::types::{Bytes, public_url};

/// Endings of configuration and programs.
const ENDINGS: &[&str] =
    &["json", "toml", "yml", "yaml", "js", "mjs", "cjs", "ts", "mts", "tsx", "jsx", "py", "rb", "exs", "txt"];
/// Names of the address of a site, those that say it most clearly first.
const KEYS: &[&str] = &[
    "siteUrl",
    "siteURL",
    "site_url",
    "SITE_URL",
    "SITEURL",
    "baseURL",
    "baseUrl",
    "base_url",
    "BASE_URL",
    "homepage",
    "metadataBase",
    "Sitemap",
    "site",
    "url",
    "domain",
    "origin",
    "host",
    "link",
];
/// Hosts that such names often hold without being that of the site: of profiles, of programs, of generators.
const OTHERS: &[&str] = &[
    "bsky.app",
    "codeberg.org",
    "creativecommons.org",
    "discord.com",
    "discord.gg",
    "docusaurus.io",
    "facebook.com",
    "fosstodon.org",
    "gatsbyjs.com",
    "gatsbyjs.org",
    "getpelican.com",
    "github.com",
    "gitlab.com",
    "instagram.com",
    "json-schema.org",
    "linkedin.com",
    "mastodon.social",
    "mkdocs.org",
    "npmjs.com",
    "quartz.jzhao.xyz",
    "reddit.com",
    "schema.org",
    "stackoverflow.com",
    "t.me",
    "threads.net",
    "twitter.com",
    "vitepress.dev",
    "vuepress.vuejs.org",
    "x.com",
    "your-docusaurus-test-site.com",
    "youtube.com",
];
/// Names of folders whose articles are not published, by custom.
const UNPUBLISHED: &[&str] =
    &["draft", "drafts", "Drafts", "private", "Private", "templates", "Templates", "trash", "Trash"];
/// Configuration of Quartz.
const QUARTZ: &str = "quartz.config.ts";
/// Number of folders, and of files in each, that are looked at.
const MAX_LOOKED_AT: usize = 100;
/// Size of the largest of them.
const LIMIT: Bytes = Bytes(64 << 10);

/// What a repository says about its site.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Custom {
    /// Address of the site, and the file that has it.
    pub(super) url: Option<(Url, PathBuf)>,
    /// Pattern of the addresses of articles, and the file that makes them so.
    pub(super) pattern: Option<(String, PathBuf)>,
    /// Keys of the configuration with the values that the site's own has for them.
    pub(super) settings: Vec<(&'static str, String)>,
}

/// Number of [`KEYS`] that name the address of a site and nothing else.
const CLEAR: usize = 13;

/// Returns the address of a site that a known generator builds without knowing it, and the file that has it.
pub(super) fn site_url(folder: &Path) -> Option<(Url, PathBuf)> {
    let store = FsStore::new(folder);
    let texts = files(&store).into_iter().filter_map(|path| {
        let bytes = store.read(&path, LIMIT).ok()?;
        Some((path, String::from_utf8_lossy(&bytes).into_owned()))
    });
    let texts: Vec<(PathBuf, String)> = texts.collect();
    KEYS.iter()
        .take(CLEAR)
        .find_map(|key| texts.iter().find_map(|(path, text)| Some((address(text, key)?, path.clone()))))
}

/// Returns the patterns of what is not published, below a folder: names by custom, and what its configuration leaves out.
pub(super) fn excluded(folder: &Path) -> Vec<String> {
    let store = FsStore::new(folder);
    let mut all: Vec<String> = UNPUBLISHED.iter().map(|name| (*name).to_owned()).collect();
    // <https://quartz.jzhao.xyz/configuration>
    let quartz = store.read(Path::new(QUARTZ), LIMIT).unwrap_or_default();
    let mut found = texts_of_script(&String::from_utf8_lossy(&quartz), "ignorePatterns");
    // <https://vitepress.dev/reference/site-config#srcexclude>
    for press in presses(&store) {
        let below = |pattern: String| match press.sources.to_str() {
            Some(sources) if !sources.is_empty() && pattern.contains('/') && !pattern.starts_with("**") => {
                format!("{sources}/{pattern}")
            }
            _ => pattern,
        };
        found.extend(texts_of_script(&press.text, "srcExclude").into_iter().map(below));
    }
    for pattern in found {
        // Hidden files are no seeds anyway.
        let is_new = !pattern.starts_with('.') && !all.contains(&pattern);
        if is_new && pattern_fault(&pattern).is_none() {
            all.push(pattern);
        }
    }
    all
}

/// A folder that VitePress or VuePress makes a site of.
struct Press {
    /// Folder of the articles.
    sources: PathBuf,
    /// Configuration, or else its folder, and what it says.
    file: PathBuf,
    text: String,
    config: Map<String, Value>,
}

/// Finds the sites of VitePress (<https://vitepress.dev/reference/site-config>) and VuePress in a folder and those in it.
fn presses(store: &FsStore) -> Vec<Press> {
    let items = store.list(Path::new("")).unwrap_or_default().into_iter();
    let folders = items.filter(|item| item.kind == Kind::Folder && item.name != PACKAGES);
    let mut folders: Vec<PathBuf> = folders.map(|item| PathBuf::from(item.name)).collect();
    folders.sort_unstable();
    let folders = std::iter::once(PathBuf::new()).chain(folders).take(MAX_LOOKED_AT);
    let both = folders.flat_map(|folder| [".vitepress", ".vuepress"].map(|name| (folder.clone(), name)));
    let press = |(folder, name): (PathBuf, &str)| {
        let inner = folder.join(name);
        store.list(&inner).ok()?;
        let names = ["config", "config/index"].into_iter();
        let mut paths = names
            .flat_map(|name| ["ts", "mts", "js", "mjs"].map(|ending| inner.join(format!("{name}.{ending}"))));
        let found = paths.find_map(|path| Some((store.read(&path, LIMIT).ok()?, path)));
        let (bytes, file) = found.unwrap_or((Vec::new(), inner));
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let config = exported_by_script(&text);
        let inner = config.get("srcDir").and_then(Value::as_str).unwrap_or_default();
        let inner = Path::new(inner).components().filter(|part| matches!(part, Component::Normal(_)));
        let sources = folder.components().chain(inner).collect();
        Some(Press { sources, file, text, config })
    };
    both.filter_map(press).collect()
}

impl Press {
    /// Returns the address that its sitemap has.
    fn url(&self) -> Option<Url> {
        let host = self.config.get("sitemap")?.get("hostname")?.as_str()?;
        let url = address(&format!("hostname: {host}"), "hostname")?;
        let base = self.config.get("base").and_then(Value::as_str).unwrap_or_default();
        if url.path() == "/" { site_address(url.as_str(), base) } else { Some(url) }
    }
}

/// Returns the patterns of what is not published below a folder of seeds, of those for the folder around it.
pub(super) fn below(patterns: &[String], seeds: &str) -> Vec<String> {
    let below = |pattern: &String| {
        let is_anywhere = !pattern.trim_end_matches('/').contains('/') || pattern.starts_with("**");
        if is_anywhere || seeds == "." {
            return Some(pattern.clone());
        }
        Some(pattern.trim_start_matches("./").strip_prefix(seeds)?.strip_prefix('/')?.to_owned())
    };
    patterns.iter().filter_map(below).filter(|pattern| pattern_fault(pattern).is_none()).collect()
}

/// Returns the folders that the configuration of a site calls those of its articles.
pub(super) fn seeds(folder: &Path) -> Vec<String> {
    let store = FsStore::new(folder);
    let presses = presses(&store).into_iter();
    let below = presses.filter_map(|press| press.sources.to_str().map(str::to_owned));
    let mut found: Vec<String> = below.filter(|folder| !folder.is_empty()).collect();
    for path in files(&store) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let stem = name.split('.').next().unwrap_or_default();
        if !is_own(&path) || !["pelicanconf", "quartz", "gatsby-config"].contains(&stem) {
            continue;
        }
        let Ok(bytes) = store.read(&path, LIMIT) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let inside: Vec<String> = match stem {
            "pelicanconf" => vec![content_of_pelican(&text)],
            "quartz" => vec!["content".to_owned()],
            _ => sources_of_gatsby(&text),
        };
        let parent = path.parent().unwrap_or(Path::new(""));
        for inner in inside {
            let joined: PathBuf = parent.join(inner.trim_end_matches('/')).components().collect();
            let is_below = joined.components().all(|part| matches!(part, Component::Normal(_)));
            if let Some(text) = joined.to_str().filter(|text| !text.is_empty() && is_below)
                && !found.iter().any(|known| known == text)
            {
                found.push(text.to_owned());
            }
        }
    }
    found
}

/// Returns the folders that Gatsby reads, from its configuration.
fn sources_of_gatsby(text: &str) -> Vec<String> {
    let paths = texts_of_script(text, "path").into_iter();
    let below = |path: String| Some(path.strip_prefix("${__dirname}/")?.trim_end_matches('/').to_owned());
    paths.filter_map(below).collect()
}

/// True if no folder of a path has a name such as `_old`.
fn is_own(path: &Path) -> bool {
    path.components().all(|part| !part.as_os_str().as_encoded_bytes().starts_with(b"_"))
}

/// Returns Pelican's folder of articles, from `PATH` and the only one of `ARTICLE_PATHS`
/// (<https://docs.getpelican.com/en/latest/settings.html>).
fn content_of_pelican(text: &str) -> String {
    let lines = || text.lines().filter(|line| !line.trim_start().starts_with('#'));
    // A value ends with its line; no comma says so.
    let of = |key: &str| lines().flat_map(|line| texts_of_script(line, key)).collect::<Vec<_>>();
    let path = of("PATH").pop().unwrap_or_else(|| "content".to_owned());
    let inner = [of("ARTICLE_PATHS"), of("ARTICLE_DIR")].concat();
    match &inner[..] {
        [only] => format!("{}/{}", path.trim_end_matches('/'), only.trim_matches('/')),
        _ => path,
    }
}

/// Looks through the files of a folder and of those in it. `seeds` is the folder of the articles, `sample` one of them in it.
pub(super) fn look(folder: &Path, seeds: &str, sample: &Path) -> Custom {
    let store = FsStore::new(folder);
    let mut found = Custom::default();
    if let Ok(bytes) = store.read(Path::new("CNAME"), LIMIT)
        && let Ok(url) = Url::parse(&format!("https://{}/", String::from_utf8_lossy(&bytes).trim()))
    {
        found.url = Some((public_url(url), PathBuf::from("CNAME")));
    }
    // Quartz has a host there (<https://quartz.jzhao.xyz/configuration>).
    if let Ok(bytes) = store.read(Path::new(QUARTZ), LIMIT)
        && let Some(host) = texts_of_script(&String::from_utf8_lossy(&bytes), "baseUrl").first()
        && let Some(url) = address(&format!("baseUrl: https://{host}"), "baseUrl")
    {
        found.url = Some((url, PathBuf::from(QUARTZ)));
    }
    let seeds = if seeds == "." { Path::new("") } else { Path::new(seeds) };
    let presses = presses(&store).into_iter().filter(|press| seeds.starts_with(&press.sources));
    let press = presses.max_by_key(|press| press.sources.as_os_str().len());
    if let Some(press) = &press {
        found.url = found.url.or_else(|| Some((press.url()?, press.file.clone())));
        let title =
            press.config.get("title").and_then(Value::as_str).filter(|title| !title.trim().is_empty());
        found.settings.extend(title.map(|title| ("title", title.to_owned())));
    }
    let (mut sources, mut file_path) = (Vec::new(), None);
    let is_stated = found.url.is_some();
    let mut best = usize::MAX;
    let mut patterns: BTreeMap<String, (usize, PathBuf)> = BTreeMap::new();
    for path in files(&store) {
        let Ok(bytes) = store.read(&path, LIMIT) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        for (rank, key) in KEYS.iter().enumerate().take(best) {
            if let Some(url) = address(&text, key) {
                if !is_stated {
                    found.url = Some((url, path.clone()));
                }
                best = rank;
                break;
            }
        }
        found.settings.extend(settings(&path, &text));
        if path.file_stem().is_some_and(|name| name == "gatsby-config") {
            let parent = path.parent().unwrap_or(Path::new(""));
            sources.extend(sources_of_gatsby(&text).into_iter().map(|inner| parent.join(inner)));
        }
        if let Some(before) = before_file_path(&text) {
            file_path.get_or_insert((before, path.clone()));
        }
        let stated = of_pelican(&path, &text).or_else(|| of_middleman(&path, &text));
        if let Some(pattern) = stated.filter(|_| is_own(&path)) {
            found.pattern.get_or_insert((pattern, path.clone()));
        }
        for pattern in made(&text) {
            patterns.entry(pattern).or_insert((0, path.clone())).0 += 1;
        }
    }
    // Of several, the one that is made most often; at equal counts, the first.
    let most = patterns.iter().rev().max_by_key(|(_, (count, _))| *count);
    let of_press = press.map(|press| {
        let is_clean = press.config.get("cleanUrls") == Some(&Value::Bool(true));
        (of_file(&press.sources, seeds, sample, if is_clean { "" } else { ".html" }), press.file)
    });
    let of_gatsby = file_path.filter(|_| !sources.is_empty()).map(|(before, file)| {
        let around = sources.iter().filter(|source| seeds.starts_with(source));
        let around = around.max_by_key(|source| source.as_os_str().len());
        (before + &of_file(around.map_or(seeds, PathBuf::as_path), seeds, sample, "/"), file)
    });
    found.pattern = of_press
        .or(found.pattern)
        .or(of_gatsby)
        .or_else(|| most.map(|(pattern, (_, path))| (pattern.clone(), path.clone())));
    found
}

/// Returns the pattern of addresses that are paths below a folder of sources as they are, with another ending.
fn of_file(sources: &Path, seeds: &Path, sample: &Path, ending: &str) -> String {
    let below = seeds.strip_prefix(sources).unwrap_or(Path::new(""));
    let prefix: String = below.iter().map(|name| format!("/{}", name.to_string_lossy())).collect();
    let stem = sample.file_stem().unwrap_or_default().to_string_lossy();
    // A path without the date would not be that of the file.
    let path = match date_of_name(&stem) {
        Some(_) => ":sections/:year-:month-:day-:filename",
        None => ":path",
    };
    format!("{prefix}/{path}{ending}")
}

/// Returns what the address of an article begins with before the path that Gatsby's `createFilePath` makes
/// (<https://www.gatsbyjs.com/plugins/gatsby-source-filesystem/#createfilepath>).
fn before_file_path(text: &str) -> Option<String> {
    let (before, _) = text.split_once("createFilePath({").or_else(|| text.split_once("createFilePath("))?;
    let before = before.strip_suffix("${").and_then(|before| before.rsplit('`').next()).unwrap_or_default();
    Some(format!("/{}", before.trim_matches('/')).trim_end_matches('/').to_owned())
        .filter(|before| before.chars().all(|c| c.is_alphanumeric() || "/-_".contains(c)))
}

/// Returns the programs and configuration files, those nearest to the root first.
fn files(store: &FsStore) -> Vec<PathBuf> {
    let (mut all, mut folders) = (Vec::new(), vec![PathBuf::new()]);
    let mut next = 0;
    while let Some(folder) = folders.get(next).cloned() {
        next += 1;
        let items = store.list(&folder).unwrap_or_default().into_iter();
        let mut items: Vec<_> = items
            .filter(|item| !is_apart(&item.name))
            .filter(|item| item.name != FILE)
            // What feedmill wrote says nothing about the site.
            .filter(|item| {
                item.kind != Kind::Folder || store.list(&folder.join(&item.name).join(".feedmill")).is_err()
            })
            .collect();
        items.sort_by(|a, b| a.name.cmp(&b.name));
        let mut left = MAX_LOOKED_AT;
        for item in items {
            let path = folder.join(&item.name);
            let is_text = path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known));
            match item.kind {
                Kind::Folder if path.components().count() <= 2 && folders.len() < MAX_LOOKED_AT => {
                    folders.push(path)
                }
                Kind::File if is_text && left > 0 && !item.name.to_string_lossy().contains("lock") => {
                    left -= 1;
                    all.push(path);
                }
                _ => {}
            }
        }
    }
    all
}

/// Returns the address that a text gives to a name.
fn address(text: &str, key: &str) -> Option<Url> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.match_indices(key).filter(|(at, _)| !text[..*at].ends_with(is_part)).find_map(|(at, _)| {
        let after = &text[at + key.len()..];
        let after = after.strip_prefix(['"', '\'']).unwrap_or(after).trim_start();
        let value = after.strip_prefix([':', '='])?.trim_start();
        let value = value.strip_prefix("new URL(").unwrap_or(value).trim_start_matches(['"', '\'', '`']);
        let end = value.find(|c: char| c.is_whitespace() || "\"'`,;)<>".contains(c)).unwrap_or(value.len());
        let url = Url::parse(&value[..end]).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let host = url.host_str()?;
        let is_in =
            |other: &&str| host.strip_suffix(other).is_some_and(|sub| sub.is_empty() || sub == "www.");
        let is_other = OTHERS.iter().any(is_in)
            || !host.contains('.')
            || host.starts_with("127.")
            || host == "0.0.0.0"
            || host.ends_with(".invalid")
            || host.starts_with("api.")
            || url.path().starts_with("/api/")
            || host.ends_with("example.com");
        let is_code = value[..end].contains("${");
        let mut url = public_url((!is_other && !is_code).then_some(url)?);
        // The address of a sitemap is in the site.
        if key == "Sitemap" || url.path().ends_with(".xml") || url.path().ends_with(".json") {
            url.set_path("/");
        }
        url.set_query(None);
        url.set_fragment(None);
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Some(url)
    })
}

/// Returns what the configuration of a site says in plain text: Pelican
/// (<https://docs.getpelican.com/en/latest/settings.html>), Docusaurus, MkDocs, Gatsby.
fn settings(path: &Path, text: &str) -> Vec<(&'static str, String)> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    // The least indented of several is that of the site.
    let set = |text: &str, key: &str, mark: char| {
        let values = text.lines().filter_map(|line| {
            let rest = line.trim_start();
            let value = literal(rest.strip_prefix(key)?.trim_start().strip_prefix(mark)?)?;
            Some((line.len() - rest.len(), value))
        });
        values.min_by_key(|(indent, _)| *indent).map(|(_, value)| value)
    };
    let of_python = |key: &'static str, setting: &str| Some((key, set(text, setting, '=')?));
    let title = |value: Option<String>| value.map(|value| ("title", value)).into_iter().collect();
    match name.split('.').next().unwrap_or_default() {
        "pelicanconf" => [
            of_python("title", "SITENAME"),
            of_python("author", "AUTHOR"),
            of_python("timezone", "TIMEZONE").filter(|(_, name)| name.parse::<Zone>().is_ok()),
        ]
        .into_iter()
        .flatten()
        .collect(),
        "docusaurus" => title(set(text, "title", ':')),
        "mkdocs" => title(set(text, "site_name", ':').or_else(|| {
            let value = text.lines().find_map(|line| line.strip_prefix("site_name:"))?;
            let value = value.split(" #").next().unwrap_or_default().trim();
            (!value.is_empty() && !value.contains(['"', '\''])).then(|| value.to_owned())
        })),
        "gatsby-config" => {
            title(text.split_once("siteMetadata").and_then(|(_, rest)| set(rest, "title", ':')))
        }
        _ => Vec::new(),
    }
}

/// Returns the text that a value begins with in quotes, in Python, JavaScript or YAML.
fn literal(value: &str) -> Option<String> {
    let value = value.trim_start().trim_start_matches(['u', 'U']);
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let text = value[1..].split(quote).next()?;
    // An escaped quote, or a program.
    let is_plain = !text.contains(['\\', '\n']) && !text.contains("${") && !text.trim().is_empty();
    is_plain.then(|| text.trim().to_owned())
}

/// Returns the pattern of Pelican's `ARTICLE_URL` (<https://docs.getpelican.com/en/latest/settings.html#url-settings>).
fn of_pelican(path: &Path, text: &str) -> Option<String> {
    if path.file_name().is_none_or(|name| name != "pelicanconf.py") {
        return None;
    }
    let mut set =
        text.lines().filter_map(|line| line.strip_prefix("ARTICLE_URL")?.trim_start().strip_prefix('='));
    let value = set.next_back().map_or("{slug}.html", |value| value.trim().trim_start_matches(['u', 'r']));
    let value = value.trim_matches(['"', '\'']).trim_end_matches("index.html");
    let mut pattern = format!("/{}", value.trim_start_matches('/'));
    for (field, part) in [
        ("{slug}", ":slug"),
        ("{category}", ":sections"),
        ("{date:%Y}", ":year"),
        ("{date:%m}", ":month"),
        ("{date:%d}", ":day"),
        ("{date:%b}", ":short_month"),
        ("{date:%B}", ":long_month"),
        ("{date:%y}", ":short_year"),
    ] {
        pattern = pattern.replace(field, part);
    }
    (!pattern.contains(['{', '}'])).then_some(pattern)
}

/// Returns the pattern of Middleman's blog (<https://middlemanapp.com/basics/blogging/>).
fn of_middleman(path: &Path, text: &str) -> Option<String> {
    let lines = || text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    if path.file_name().is_none_or(|name| name != "config.rb")
        || !lines().any(|line| line.starts_with("activate :blog"))
    {
        return None;
    }
    let set =
        |key: &str| lines().find_map(|line| literal(line.split_once(key)?.1.trim_start().strip_prefix('=')?));
    let prefix = set(".prefix").unwrap_or_default();
    let permalink = set(".permalink").unwrap_or_else(|| "{year}/{month}/{day}/{title}.html".to_owned());
    let mut pattern = format!("/{}/{}", prefix.trim_matches('/'), permalink.trim_start_matches('/'));
    for (field, part) in [
        ("{title}", ":title"),
        ("{slug}", ":title"),
        ("{year}", ":year"),
        ("{month}", ":month"),
        ("{day}", ":day"),
    ] {
        pattern = pattern.replace(field, part);
    }
    if lines().any(|line| line.starts_with("activate :directory_indexes")) {
        let folder = pattern.strip_suffix(".html").map(|folder| format!("{folder}/"));
        pattern = folder.unwrap_or(pattern);
    }
    let pattern = pattern.replace("//", "/");
    (!pattern.contains(['{', '}'])).then_some(pattern)
}

/// Returns the patterns that a program makes addresses of: what is around `${post.slug}` in a string.
fn made(text: &str) -> Vec<String> {
    let places = text.match_indices("slug}").filter_map(|(at, mark)| {
        let start = text[..at].rfind("${")?;
        let is_short = at - start < 40 && !text[start..at].contains(['`', '\n', '(']);
        is_short.then_some(())?;
        let before = &text[..start];
        // Before it there may be the address of the site, as text or as a variable.
        let from = before.rfind(['`', '}', '\n', '"', '\'']).map_or(0, |at| at + 1);
        let prefix = match before[from..].split_once("://") {
            Some((_, rest)) => rest.find('/').map(|at| &rest[at..])?,
            None => &before[from..],
        };
        let after = &text[at + mark.len()..];
        let suffix = &after[..after.find(['`', '$', '"', '\'', '\n', ' ', '<', '?', '#'])?];
        let is_path = |text: &str| text.chars().all(|c| c.is_alphanumeric() || "/-_".contains(c));
        let is_page = is_path(prefix) && matches!(suffix, "" | "/" | ".html" | "/index.html");
        // A folder on the disk is not an address.
        let is_file = ["public", "content", "src", "posts", "dist"]
            .iter()
            .any(|folder| prefix.trim_matches('/') == *folder)
            && !prefix.starts_with('/');
        let suffix = if suffix == "/index.html" { "/" } else { suffix };
        (is_page && !is_file).then(|| format!("/{}:slugorfilename{suffix}", prefix.trim_start_matches('/')))
    });
    places.take(MAX_LOOKED_AT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, text: &str) {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn the_address_and_the_pattern_of_a_site_are_found_in_its_programs() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| write(folder.path(), name, text);
        write(
            "package.json",
            "{ \"homepage\": \"https://github.com/ann/blog#readme\", \"url\": \"http://localhost:3000\" }",
        );
        write(
            "app/feed.ts",
            "const site_url = 'https://quay.example';\nlink: `${site_url}/notes/${post.slug}/`,\n",
        );
        write("app/page.tsx", "<Link href={`/notes/${post.slug}/`}>");
        write("lib/read.ts", "readFile(`content/${slug}/index.md`)");
        let look = || look(folder.path(), ".", Path::new("a.md"));
        let found = look();
        assert_eq!(
            found.url.map(|(url, path)| (url.to_string(), path)),
            Some(("https://quay.example/".to_owned(), "app/feed.ts".into()))
        );
        assert_eq!(found.pattern.map(|(pattern, _)| pattern), Some("/notes/:slugorfilename/".to_owned()));
        write("CNAME", "pier.example\n");
        assert_eq!(look().url.map(|(url, _)| url.to_string()), Some("https://pier.example/".to_owned()));
    }

    #[test]
    fn the_folders_of_articles_and_of_what_is_not_published_are_found_in_configuration() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| write(folder.path(), name, text);
        write(
            "quartz.config.ts",
            "c = { baseUrl: \"notes.quay.example\", ignorePatterns: [\"inbox\", \".obsidian\"] }",
        );
        write(
            ".vitepress/config.ts",
            "srcExclude: isProd ? ['**/x/**/*.md', // don't\n 'posts/old/*.md'] : ['README.md'],",
        );
        write(
            "site/pelicanconf.py",
            "#PATH = 'no'\nOUTPUT_PATH = 'out'\nPATH= ('pages/')\nARTICLE_DIR = ('posts/')\n",
        );
        write("_old/pelicanconf.py", "");
        write("gatsby-config.js", "options: {\n path: `${__dirname}/content/blog`,\n name: `blog` }");
        assert_eq!(seeds(folder.path()), ["content/blog", "content", "site/pages/posts"]);
        let all = excluded(folder.path());
        assert_eq!(all[UNPUBLISHED.len()..], ["inbox", "**/x/**/*.md", "posts/old/*.md", "README.md"]);
        assert_eq!(
            below(&all, "posts")[UNPUBLISHED.len()..],
            ["inbox", "**/x/**/*.md", "old/*.md", "README.md"]
        );
        let url = look(folder.path(), ".", Path::new("a.md")).url.map(|(url, _)| url.to_string());
        assert_eq!(url.as_deref(), Some("https://notes.quay.example/"));
    }

    #[test]
    fn pages_of_vitepress_and_vuepress_have_the_path_of_their_file() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| write(folder.path(), name, text);
        let found = |seeds: &str, sample: &str| look(folder.path(), seeds, Path::new(sample));
        let pattern = |seeds: &str, sample: &str| found(seeds, sample).pattern.unwrap_or_default().0;
        assert_eq!(pattern("docs", "2024-05-31-a.md"), "");
        write("blog/.vuepress/config.js", "");
        assert_eq!(pattern("blog/posts", "a.md"), "/posts/:path.html");
        assert_eq!(pattern("blog", "2024-05-31-a.md"), "/:sections/:year-:month-:day-:filename.html");
        write(
            "docs/.vitepress/config.mts",
            "export default { title: \"VP\", base: \"/n/\", sitemap: { hostname: \"https://quay.example\" },\n\
             srcExclude: ['old/*.md'] }",
        );
        let docs = found("docs", "Hello_World.md");
        assert_eq!(docs.pattern.unwrap().0, "/:path.html");
        assert_eq!(docs.url.unwrap().0.as_str(), "https://quay.example/n/");
        assert_eq!(docs.settings, [("title", "VP".to_owned())]);
        assert_eq!(seeds(folder.path()), ["blog", "docs"]);
        assert_eq!(below(&excluded(folder.path()), "docs").last().unwrap(), "old/*.md");
        write(
            "docs/.vitepress/config.mts",
            "export default {base:'https://usr:SECRET@h.example/n',sitemap:{hostname:'https://quay.example'}}",
        );
        assert_eq!(found("docs", "a.md").url.unwrap().0.as_str(), "https://quay.example/n/");
        write(
            "docs/.vitepress/config.mts",
            "export default defineConfig({ srcDir: './src', cleanUrls: true })",
        );
        assert_eq!(pattern("docs/src/posts", "a.md"), "/posts/:path");
    }

    #[test]
    fn pages_of_gatsby_are_below_the_folder_that_it_reads() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| write(folder.path(), name, text);
        let pattern = |seeds: &str| look(folder.path(), seeds, Path::new("a/index.md")).pattern.unwrap().0;
        write("gatsby-config.js", "options: {\n path: `${__dirname}/content/blog`,\n name: `blog` }");
        write("gatsby-node.js", "const value = createFilePath({ node, getNode })");
        assert_eq!(pattern("content/blog"), "/:path/");
        assert_eq!(pattern("content/blog/b"), "/b/:path/");
        write("gatsby-node.js", "value: `/blog${createFilePath({ node, getNode })}`");
        assert_eq!(pattern("content/blog"), "/blog/:path/");
    }

    #[test]
    fn the_configuration_of_middleman_has_the_pattern() {
        let pattern = |text: &str| of_middleman(Path::new("config.rb"), text);
        let blog = "activate :blog do |blog|\n  # blog.prefix = 'no'\n  blog.prefix = \"blog\"\n";
        assert_eq!(pattern(blog).as_deref(), Some("/blog/:year/:month/:day/:title.html"));
        let more = "blog.permalink = 'p/{slug}.html'\nend\nactivate :directory_indexes\n";
        assert_eq!(pattern(&format!("{blog}{more}")).as_deref(), Some("/blog/p/:title/"));
        assert_eq!(pattern("activate :syntax"), None);
        assert_eq!(pattern(&format!("{blog}blog.permalink = '{{lang}}/{{title}}'")), None);
    }

    #[test]
    fn the_settings_of_pelican_have_the_pattern() {
        let pattern = |text: &str| of_pelican(Path::new("pelicanconf.py"), text);
        assert_eq!(pattern("SITENAME = 'Quay'").as_deref(), Some("/:slug.html"));
        let url = "ARTICLE_URL = u'blog/{date:%Y}/{date:%m}/{slug}/'\nARTICLE_SAVE_AS = 'x'";
        assert_eq!(pattern(url).as_deref(), Some("/blog/:year/:month/:slug/"));
        assert_eq!(pattern("ARTICLE_URL = '{author}/{slug}'"), None);
        assert_eq!(of_pelican(Path::new("conf.py"), url), None);
    }

    #[test]
    fn the_configuration_of_a_site_has_its_title() {
        for (file, text, found) in [
            (
                "pelicanconf.py",
                "AUTHOR = u'Ann Lee'\nSITENAME = \"Ann's Quay\"\nTIMEZONE = 'Asia/Shanghai'\nAUTHOR_FEED_RSS = None",
                vec![("title", "Ann's Quay"), ("author", "Ann Lee"), ("timezone", "Asia/Shanghai")],
            ),
            ("pelicanconf.py", "SITENAME = environ['NAME']\nTIMEZONE = 'Shanghai'\nAUTHOR = ''", vec![]),
            (
                "website/docusaurus.config.ts",
                "f({\n    title: dirent.name,\n    title: 'Docs',\n});\nexport default {\n  title: \"Quay\",",
                vec![("title", "Quay")],
            ),
            ("mkdocs.yml", "site_name: The Quay # by the sea\nsite_url: x", vec![("title", "The Quay")]),
            ("mkdocs.yml", "site_name: \"The Quay\"", vec![("title", "The Quay")]),
            (
                "gatsby-config.js",
                "title: 'No',\nsiteMetadata: {\n    title: `The Quay`,\n}",
                vec![("title", "The Quay")],
            ),
            ("theme.js", "title: 'No'", vec![]),
        ] {
            let found: Vec<_> = found.into_iter().map(|(key, value)| (key, value.to_owned())).collect();
            assert_eq!(settings(Path::new(file), text), found, "{text}");
        }
    }

    #[test]
    fn only_clear_names_are_the_address_of_a_site_that_a_known_generator_builds() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("a.js", "const url = 'https://comments.example/'; const host = 'https://cdn.example/'");
        assert_eq!(site_url(folder.path()), None);
        write("b.yaml", "site: https://quay.example");
        assert_eq!(site_url(folder.path()).unwrap().0.as_str(), "https://quay.example/");
        assert_eq!(KEYS[CLEAR - 1], "site");
    }

    #[test]
    fn what_is_no_address_of_a_site_is_not_taken_for_it() {
        for text in [
            "myurl: 'https://a.example'",
            "url: 'ftp://a.example'",
            "url = process.env.URL",
            "url: `https://${host}/`",
            "url: 'https://example.com/'",
            "siteUrl",
            "url: 'https://api.host.example/v1/'",
            "link: https://www.linkedin.com/in/ann/",
            "SITEURL = 'http://0.0.0.0:8000'",
            "\"home_page_url\": \"https://page.invalid/\", \"url\": \"https://page.invalid/x\"",
        ] {
            assert!(KEYS.iter().all(|key| address(text, key).is_none()), "{text}");
        }
        assert_eq!(
            address("Sitemap: https://a.example/sitemap.xml", "Sitemap").unwrap().as_str(),
            "https://a.example/"
        );
        assert_eq!(made("`${slug}.md` `/${x}` `${a.slug}.png`"), Vec::<String>::new());
    }
}
