//! Docusaurus (<https://docusaurus.io/docs/blog>): articles are the files in the folders of its blogs.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::pattern::{self, Spelling, Values};
use super::{Files, Found, Generator, Kind, Page, Placed, Refusal, Rules, Site, Unzoned};
use super::{cname, data, date, is_page, names, script, site, split_ending};
use crate::error::Error;

pub(super) struct Docusaurus;

const CONFIGURATION: &[&str] = &[
    "docusaurus.config.js",
    "docusaurus.config.ts",
    "docusaurus.config.mjs",
    "docusaurus.config.cjs",
    "docusaurus.config.mts",
];
/// Name of the plugin whose instances are blogs.
const PLUGIN: &str = "plugin-content-blog";
/// Beginning of hosts in the configuration of a new site.
const PLACEHOLDER: &str = "your-docusaurus-";

#[derive(Debug)]
struct DocusaurusRules {
    site: Site,
    blogs: Vec<Blog>,
    /// Whether addresses end in a slash; `None` if they stay as they are.
    trailing_slash: Option<bool>,
}

/// A folder of articles (<https://docusaurus.io/docs/api/plugins/@docusaurus/plugin-content-blog>).
#[derive(Debug, PartialEq, Eq)]
struct Blog {
    folder: PathBuf,
    /// Path that the addresses of its articles begin with.
    route: String,
}

impl Generator for Docusaurus {
    fn name(&self) -> &'static str {
        "Docusaurus"
    }

    fn read(&self, files: &Files<'_>) -> Result<Option<Found>, Error> {
        let Some((configuration, text)) = files.configuration(CONFIGURATION)? else { return Ok(None) };
        let config = script::without_comments(&text);
        let mut blogs = blogs(&config);
        blogs.retain(|blog| files.has_folder(&blog.folder));
        if blogs.is_empty() {
            return Ok(None);
        }
        let rules = Box::new(rules(&config, blogs, files));
        Ok(Some(Found { is_certain: true, configuration: configuration.to_owned(), rules }))
    }
}

/// Returns the blogs: those of the preset and of the plugin, or else that of a preset without options.
fn blogs(config: &str) -> Vec<Blog> {
    let of_preset: Vec<Value> = script::named(config, "blog").collect();
    let is_off = of_preset.contains(&Value::Bool(false));
    let of_plugin = config.split(PLUGIN).skip(1).filter_map(|after| {
        let options = after.trim_start_matches(['"', '\'', '`']).trim_start().strip_prefix(',')?;
        Some(script::value(options.trim_start()))
    });
    let mut options: Vec<Map<String, Value>> =
        of_preset.into_iter().chain(of_plugin).filter_map(|value| value.as_object().cloned()).collect();
    options.retain(|options| !options.is_empty());
    if options.is_empty() && !is_off {
        options.push(Map::new());
    }
    let mut blogs: Vec<Blog> = Vec::new();
    for options in options {
        let text = |key: &str| options.get(key).and_then(Value::as_str).unwrap_or("blog");
        let folder: PathBuf = names(Path::new(text("path"))).iter().collect();
        if !blogs.iter().any(|blog| blog.folder == folder) {
            blogs.push(Blog { folder, route: text("routeBasePath").trim_matches('/').to_owned() });
        }
    }
    blogs
}

fn rules(config: &str, blogs: Vec<Blog>, files: &Files<'_>) -> DocusaurusRules {
    let exported = script::exported(config);
    let get = |key: &str| exported.get(key).cloned().or_else(|| script::named(config, key).next());
    let text = |key: &str| get(key).as_ref().and_then(super::matter::text);
    let url = site::address(&text("url").unwrap_or_default(), &text("baseUrl").unwrap_or_default());
    let is_own = |url: &url::Url| url.host_str().is_some_and(|host| !host.starts_with(PLACEHOLDER));
    let shared = blogs.iter().map(|blog| blog.folder.clone()).reduce(|shared, folder| {
        shared.components().zip(folder.components()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
    });
    DocusaurusRules {
        site: Site {
            url: url.filter(is_own).or_else(|| cname(files)),
            title: text("title"),
            description: text("tagline"),
            language: data::text(&exported, &["i18n", "defaultLocale"]),
            excerpt_mark: Some("<!-- truncate -->".to_owned()),
            taxonomies: vec!["tags".to_owned()],
            has_smart_punctuation: config.contains("smartypants"),
            has_emoji: true,
            has_hard_breaks: config.contains("remark-breaks"),
            math: if config.contains("remark-math") { super::Math::Dollars } else { super::Math::None },
            content: shared.unwrap_or_default().to_string_lossy().replace('\\', "/"),
            ..Site::default()
        },
        blogs,
        trailing_slash: get("trailingSlash").and_then(|value| value.as_bool()),
    }
}

/// Splits the date from the path of an article without its ending. It may be anywhere; the last one counts.
fn dated(path: &str) -> Option<(String, String)> {
    let is_mark = |c: char| matches!(c, '-' | '/');
    let at = |start: usize| {
        let (mut rest, mut date) = (path.get(start..)?, Vec::new());
        for (least, most) in [(4, 4), (1, 2), (1, 2)] {
            if !date.is_empty() {
                rest = rest.strip_prefix(is_mark)?;
            }
            let count = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
            date.push((count >= least).then(|| &rest[..count])?);
            rest = &rest[count..];
        }
        let name = rest.strip_prefix(is_mark).unwrap_or(rest);
        let name = name.strip_suffix("/index").unwrap_or(name);
        Some((date.join("/"), format!("{}{name}", &path[..start])))
    };
    (0..path.len().min(pattern::MAX_PATH)).rev().find_map(at)
}

impl DocusaurusRules {
    /// Returns the blog that a file is in, and its path in it.
    fn locate<'p>(&self, path: &'p Path) -> Option<(&Blog, &'p Path)> {
        let found = self.blogs.iter().filter_map(|blog| Some((blog, path.strip_prefix(&blog.folder).ok()?)));
        found.max_by_key(|(blog, _)| blog.folder.as_os_str().len())
    }
}

impl Rules for DocusaurusRules {
    fn site(&self) -> &Site {
        &self.site
    }

    fn kind(&self) -> Kind {
        Kind::Astro
    }

    fn place(&self, page: &Page<'_>) -> Result<Placed, Refusal> {
        let no = |why: String| Refusal::NotArticle(why);
        let (blog, below) = self.locate(page.path).ok_or_else(|| no("it is in no blog".to_owned()))?;
        let all = names(below);
        if let Some(name) = all.iter().find(|name| name.starts_with('_')) {
            return Err(no(format!("Docusaurus does not read `{name}`")));
        }
        if page.matter.is("draft", true) {
            return Err(no("it is a draft".to_owned()));
        }
        let path = all.join("/");
        let (stem, ending) = split_ending(&path);
        if !matches!(ending, "md" | "mdx") {
            return Err(no("it does not end in `.md` or `.mdx`".to_owned()));
        }
        let (day, name) = match dated(stem) {
            Some((date, name)) => (Some(date), name),
            None => (None, stem.strip_suffix("/index").unwrap_or(stem).to_owned()),
        };
        let unzoned = page.matter.unzoned(Unzoned::Utc);
        let of_name = || {
            let mut parts = day.as_deref()?.split('/').filter_map(|part| part.parse::<u32>().ok());
            let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
            date::midnight(chrono::NaiveDate::from_ymd_opt(year as i32, month, day)?, unzoned)
        };
        let Some(published) = page.matter.date(&["date"], unzoned)?.or_else(of_name) else {
            let why = "it has no date, in front matter or in its name; Docusaurus takes that of the file";
            return Err(no(why.to_owned()));
        };
        let placed = |address: String, derived: &str| Placed {
            address,
            derived: derived.to_owned(),
            published: Some(published),
            title: None,
            language: None,
        };
        let own = page.matter.text("slug");
        if let Some(pattern) = page.pattern {
            let folders = name.rsplit_once('/').map_or("", |(folders, _)| folders);
            let values = Values {
                spelling: Spelling::Zola,
                date: published.local,
                title: page.matter.text("title").unwrap_or_default(),
                slug: own,
                name: name.rsplit('/').next().unwrap_or(&name).to_owned(),
                folders: folders.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
                categories: Vec::new(),
                collection: String::new(),
                sections: None,
            };
            let filled = pattern::fill(pattern::style(pattern), &values);
            let address = filled.map_err(|detail| Refusal::BadPattern("permalink", detail))?;
            return Ok(placed(address, "`permalink` in feedmill.toml"));
        }
        let derived = if own.is_some() { "`slug`" } else { "its path" };
        let slug = own.unwrap_or_else(|| day.map_or(name.clone(), |date| format!("{date}/{name}")));
        let mut address = pattern::single_slashes(&format!("/{}/{slug}", blog.route));
        match self.trailing_slash {
            Some(true) if !address.ends_with('/') => address.push('/'),
            Some(false) if address.len() > 1 => address.truncate(address.trim_end_matches('/').len()),
            _ => {}
        }
        Ok(placed(address, derived))
    }

    /// Folders in a blog only keep the files of an article together.
    fn section(&self, folder: &Path) -> Option<String> {
        let (blog, _) = self.locate(folder).filter(|_| self.blogs.len() > 1)?;
        Some(blog.folder.file_name()?.to_string_lossy().into_owned())
    }

    fn targets(&self, link: &str, from: &Path) -> Vec<PathBuf> {
        if !is_page(link) {
            return Vec::new();
        }
        let beside = from.parent().unwrap_or(Path::new("")).join(link.trim_start_matches("@site/"));
        let of_blogs = self.blogs.iter().map(|blog| blog.folder.join(link.trim_start_matches('/')));
        match link.strip_prefix("@site/") {
            Some(link) => vec![PathBuf::from(link)],
            None => std::iter::once(beside).chain(of_blogs).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Repository;
    use super::*;
    use crate::store::{MemoryStore, Store};

    /// Returns where an article is published, or why it is not.
    fn placed(config: &str, path: &str, matter: &str) -> String {
        let text = format!("---\ntitle: T\n{matter}---\nText\n");
        let files = MemoryStore::new();
        files.replace("docusaurus.config.js".as_ref(), config.as_bytes()).unwrap();
        files.replace(path.as_ref(), text.as_bytes()).unwrap();
        let repository = Repository::read(Box::new(files), PathBuf::new()).unwrap().unwrap();
        match repository.place(Path::new(path), &mut data::matter(&text).unwrap(), None) {
            Ok(placed) => placed.address,
            Err(Refusal::NotArticle(why)) => why,
            Err(other) => format!("{other:?}"),
        }
    }

    #[test]
    fn articles_are_where_docusaurus_publishes_them() {
        let plain = "module.exports = { url: 'https://a.example', presets: [['classic', {blog: {}}]] };";
        for (path, matter, address) in [
            ("blog/2024-05-03-Some-Title.md", "", "/blog/2024/05/03/Some-Title"),
            ("blog/2024-05-04-folder-post/index.md", "", "/blog/2024/05/04/folder-post"),
            ("blog/sub/2024-05-05-e.mdx", "", "/blog/2024/05/05/sub/e"),
            ("blog/2024/5/06-e/index.md", "", "/blog/2024/5/06/e"),
            ("blog/plain-name.md", "date: 2024-05-01\n", "/blog/plain-name"),
            ("blog/a/plain/index.md", "date: 2024-05-01\n", "/blog/a/plain"),
            ("blog/2024-05-03-x.md", "slug: C++_Y/\n", "/blog/C++_Y/"),
            ("blog/2024-05-03-x.md", "slug: /abs/Here\n", "/blog/abs/Here"),
            ("blog/é-2024-05-03-x.md", "", "/blog/2024/05/03/é-x"),
            ("blog/_2024-05-03-x.md", "", "Docusaurus does not read `_2024-05-03-x.md`"),
            ("blog/2024-05-03-x.md", "draft: true\n", "it is a draft"),
        ] {
            assert_eq!(placed(plain, path, matter), address, "{path} {matter}");
        }
        assert!(placed(plain, "blog/x.md", "").contains("no date"));
    }

    #[test]
    fn routes_and_slashes_are_those_of_the_configuration() {
        let preset = |more: &str, blog: &str| {
            format!(
                "export default {{ url: 'https://a.example', {more} presets: [['classic', {{{blog}}}]] }};"
            )
        };
        let plugin = "plugins: [['@docusaurus/plugin-content-blog', {path: './news', routeBasePath: 'n'}]],";
        for (config, path, address) in [
            (preset("", "blog: {routeBasePath: '/'}"), "blog/2024-05-03-x.md", "/2024/05/03/x"),
            (preset("", "docs: {}"), "blog/2024-05-03-x.md", "/blog/2024/05/03/x"),
            (preset("trailingSlash: true,", "blog: {}"), "blog/2024-05-03-x.md", "/blog/2024/05/03/x/"),
            (preset(plugin, "blog: false"), "news/2024-05-03-x.md", "/n/2024/05/03/x"),
        ] {
            assert_eq!(placed(&config, path, ""), address, "{config}");
        }
        let slashes = preset("trailingSlash: false,", "blog: {}");
        assert_eq!(placed(&slashes, "blog/2024-05-03-x.md", "slug: a/\n"), "/blog/a");
        assert_eq!(blogs(&preset("", "blog: false")), []);
    }
}
