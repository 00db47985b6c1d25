//! The part of `feedmill init` for sites that no known generator builds: it looks in their programs and configuration for the
//! address of the site, for how the addresses of articles are made, and for the folders that hold articles or none.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use url::Url;

use crate::config::{FILE, pattern_fault};
use crate::generator::{Zone, date_of_name, texts_of_script};
use crate::store::{FsStore, Kind, Store};
use crate::types::{Bytes, without_credentials};

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
    for (file, key) in [
        // <https://quartz.jzhao.xyz/configuration>
        (QUARTZ, "ignorePatterns"),
        // <https://vitepress.dev/reference/site-config#srcexclude>
        (".vitepress/config.ts", "srcExclude"),
        (".vitepress/config.mts", "srcExclude"),
        (".vitepress/config.js", "srcExclude"),
        (".vitepress/config.mjs", "srcExclude"),
    ] {
        let Ok(bytes) = store.read(Path::new(file), LIMIT) else { continue };
        for pattern in texts_of_script(&String::from_utf8_lossy(&bytes), key) {
            // Hidden files are no seeds anyway.
            let is_new = !pattern.starts_with('.') && !all.contains(&pattern);
            if is_new && pattern_fault(&pattern).is_none() {
                all.push(pattern);
            }
        }
    }
    all
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
    let mut found: Vec<String> = Vec::new();
    for path in files(&store) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let stem = name.split('.').next().unwrap_or_default();
        if !is_own(&path) || !["pelicanconf", "quartz", "gatsby-config", "docusaurus"].contains(&stem) {
            continue;
        }
        let Ok(bytes) = store.read(&path, LIMIT) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let inside: Vec<String> = match stem {
            "pelicanconf" => vec![content_of_pelican(&text)],
            "quartz" => vec!["content".to_owned()],
            "docusaurus" => vec!["blog".to_owned()],
            _ => {
                let paths = texts_of_script(&text, "path").into_iter();
                paths.filter_map(|path| Some(path.strip_prefix("${__dirname}/")?.to_owned())).collect()
            }
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
        found.url = Some((without_credentials(url), PathBuf::from("CNAME")));
    }
    // Quartz has a host there (<https://quartz.jzhao.xyz/configuration>).
    if let Ok(bytes) = store.read(Path::new(QUARTZ), LIMIT)
        && let Some(host) = texts_of_script(&String::from_utf8_lossy(&bytes), "baseUrl").first()
        && let Some(url) = address(&format!("baseUrl: https://{host}"), "baseUrl")
    {
        found.url = Some((url, PathBuf::from(QUARTZ)));
    }
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
        if let Some(pattern) = of_pelican(&path, &text).filter(|_| is_own(&path)) {
            found.pattern.get_or_insert((pattern, path.clone()));
        }
        for pattern in made(&text) {
            patterns.entry(pattern).or_insert((0, path.clone())).0 += 1;
        }
    }
    // Of several, the one that is made most often; at equal counts, the first.
    let most = patterns.iter().rev().max_by_key(|(_, (count, _))| *count);
    found.pattern = of_folder(&store, seeds, sample)
        .or(found.pattern)
        .or_else(|| most.map(|(pattern, (_, path))| (pattern.clone(), path.clone())));
    found
}

/// Returns the pattern of a generator that keeps the folders of articles in their addresses, and its configuration.
fn of_folder(store: &FsStore, seeds: &str, sample: &Path) -> Option<(String, PathBuf)> {
    let seeds = if seeds == "." { "" } else { seeds };
    let prefix = if seeds.is_empty() { String::new() } else { format!("/{seeds}") };
    let is_dated = date_of_name(&sample.file_stem()?.to_string_lossy()).is_some();
    // <https://docusaurus.io/docs/api/plugins/@docusaurus/plugin-content-blog>
    let docusaurus = ["docusaurus.config.js", "docusaurus.config.ts", "docusaurus.config.mjs"];
    if let Some(file) = docusaurus.iter().find(|file| store.read(Path::new(file), LIMIT).is_ok()) {
        let text = store.read(&Path::new(seeds).join(sample), LIMIT).unwrap_or_default();
        let has_slug = String::from_utf8_lossy(&text).lines().any(|line| line.starts_with("slug:"));
        let pattern = match (has_slug, is_dated) {
            (true, _) => "/:slug",
            (false, true) => "/:year/:month/:day/:title",
            (false, false) => "/:sections/:filename",
        };
        return Some((format!("{prefix}{pattern}"), PathBuf::from(file)));
    }
    // <https://vuepress.vuejs.org/guide/page.html#routing>, <https://vitepress.dev/guide/routing>
    let file = [".vuepress", ".vitepress"].iter().find(|folder| store.list(Path::new(folder)).is_ok())?;
    let pattern =
        if is_dated { "/:sections/:year-:month-:day-:title.html" } else { "/:sections/:filename.html" };
    Some((format!("{prefix}{pattern}"), PathBuf::from(file)))
}

/// Returns the programs and configuration files, those nearest to the root first.
fn files(store: &FsStore) -> Vec<PathBuf> {
    let (mut all, mut folders) = (Vec::new(), vec![PathBuf::new()]);
    let mut next = 0;
    while let Some(folder) = folders.get(next).cloned() {
        next += 1;
        let items = store.list(&folder).unwrap_or_default().into_iter();
        let mut items: Vec<_> = items
            .filter(|item| !item.name.as_encoded_bytes().starts_with(b".") && item.name != "node_modules")
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
        let mut url = without_credentials((!is_other && !is_code).then_some(url)?);
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
    fn the_folder_of_the_seeds_is_in_the_addresses_of_vuepress_and_docusaurus() {
        let folder = tempfile::tempdir().unwrap();
        let pattern =
            |sample: &str| look(folder.path(), "blog", Path::new(sample)).pattern.map(|(pattern, _)| pattern);
        assert_eq!(pattern("2024-05-31-a.md"), None);
        std::fs::create_dir(folder.path().join(".vuepress")).unwrap();
        assert_eq!(
            pattern("2024-05-31-a.md").as_deref(),
            Some("/blog/:sections/:year-:month-:day-:title.html")
        );
        assert_eq!(pattern("a.md").as_deref(), Some("/blog/:sections/:filename.html"));
        std::fs::write(folder.path().join("docusaurus.config.ts"), "").unwrap();
        std::fs::create_dir(folder.path().join("blog")).unwrap();
        std::fs::write(folder.path().join("blog/b.md"), "---\nslug: c\n---\n").unwrap();
        assert_eq!(pattern("2024-05-31-a.md").as_deref(), Some("/blog/:year/:month/:day/:title"));
        assert_eq!(pattern("b.md").as_deref(), Some("/blog/:slug"));
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
