//! The part of `feedmill init` for sites that no known generator builds: it looks in their programs and configuration for the
//! address of the site, and for how the addresses of articles are made.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use url::Url;

use crate::generator::Zone;
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
/// Hosts that such names often hold without being that of the site.
const OTHERS: &[&str] =
    &["github.com", "gitlab.com", "twitter.com", "x.com", "schema.org", "json-schema.org", "npmjs.com"];
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

/// Looks through the files of a folder and of those in it.
pub(super) fn look(folder: &Path) -> Custom {
    let store = FsStore::new(folder);
    let mut found = Custom::default();
    if let Ok(bytes) = store.read(Path::new("CNAME"), LIMIT)
        && let Ok(url) = Url::parse(&format!("https://{}/", String::from_utf8_lossy(&bytes).trim()))
    {
        found.url = Some((without_credentials(url), PathBuf::from("CNAME")));
    }
    let mut best = usize::MAX;
    let mut patterns: BTreeMap<String, (usize, PathBuf)> = BTreeMap::new();
    for path in files(&store) {
        let Ok(bytes) = store.read(&path, LIMIT) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        for (rank, key) in KEYS.iter().enumerate().take(best) {
            if let Some(url) = address(&text, key) {
                if found.url.as_ref().is_none_or(|(_, path)| path != Path::new("CNAME")) {
                    found.url = Some((url, path.clone()));
                }
                best = rank;
                break;
            }
        }
        found.settings.extend(settings(&path, &text));
        if let Some(pattern) = of_pelican(&path, &text) {
            found.pattern = Some((pattern, path.clone()));
        }
        for pattern in made(&text) {
            patterns.entry(pattern).or_insert((0, path.clone())).0 += 1;
        }
    }
    // Of several, the one that is made most often; at equal counts, the first.
    let most = patterns.iter().rev().max_by_key(|(_, (count, _))| *count);
    found.pattern =
        found.pattern.or_else(|| most.map(|(pattern, (_, path))| (pattern.clone(), path.clone())));
    found
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
        let is_other = OTHERS.contains(&host.trim_start_matches("www."))
            || !host.contains('.')
            || host.starts_with("127.")
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
    if path != Path::new("pelicanconf.py") {
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

    #[test]
    fn the_address_and_the_pattern_of_a_site_are_found_in_its_programs() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
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
        let found = look(folder.path());
        assert_eq!(
            found.url.map(|(url, path)| (url.to_string(), path)),
            Some(("https://quay.example/".to_owned(), "app/feed.ts".into()))
        );
        assert_eq!(found.pattern.map(|(pattern, _)| pattern), Some("/notes/:slugorfilename/".to_owned()));
        write("CNAME", "pier.example\n");
        assert_eq!(
            look(folder.path()).url.map(|(url, _)| url.to_string()),
            Some("https://pier.example/".to_owned())
        );
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
