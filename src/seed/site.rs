//! The site around an article: what its template tags and links may refer to.

use serde_json::Value;

use super::{Head, Origin, default_path};
use crate::generator::date;
use crate::generator::pattern::{self, Values};
use crate::generator::{Kind, Matter, Repository};

/// The article that a body belongs to.
pub(super) struct PageContext<'a> {
    pub(super) generator: Kind,
    pub(super) head: &'a Head,
    pub(super) origin: &'a Origin<'a>,
    pub(super) values: &'a Values,
    pub(super) matter: &'a Matter,
    /// Number of the body's first line, from 1.
    pub(super) line: u32,
}

impl PageContext<'_> {
    /// Returns the value of a front matter key, given in lower case, if it is text or a number.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        crate::generator::text_of(self.matter.get(key)?)
    }

    /// True if the article is written in HTML, or in a template of it, and not in Markdown.
    pub(super) fn is_html(&self) -> bool {
        ["html", "htm", "njk", "liquid"].iter().any(|html| self.origin.extension().eq_ignore_ascii_case(html))
    }

    /// True if Markdown is read by kramdown: in a site of Jekyll, unless its configuration names an engine of CommonMark. A date
    /// in its name does not make a file one.
    pub(super) fn is_kramdown(&self) -> bool {
        let repository = self.origin.addresses.repository.as_ref();
        let is_in_site = || {
            repository.is_some_and(|repository| repository.is_certain) || self.origin.above_posts().is_some()
        };
        let engine = || self.configured("site.markdown");
        let is_other = |engine: &Value| {
            let name = engine.as_str().unwrap_or_default().to_lowercase();
            name.starts_with("commonmark") || name == "gfm"
        };
        self.generator == Kind::Jekyll && is_in_site() && !engine().as_ref().is_some_and(is_other)
    }

    /// True if kramdown reads Markdown in blocks of HTML.
    pub(super) fn has_markdown_in_html(&self) -> bool {
        self.configured("site.kramdown.parse_block_html") == Some(Value::Bool(true))
    }

    /// Returns a text or number of the configuration.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        crate::generator::text_of(&self.configured(name)?)
    }

    /// Returns a value of the configuration that is no list or table.
    fn configured(&self, name: &str) -> Option<Value> {
        let is_one = |value: &&Value| !value.is_object() && !value.is_array();
        let repository = self.origin.addresses.repository.as_ref()?;
        repository.value(name, |value| Some(value).filter(is_one).cloned())
    }

    /// Returns the URL of another file of the site: what the repository says, else as far as its path determines it.
    pub(super) fn url_of(&self, path: &str) -> String {
        let (path, fragment) = path.split_once('#').unwrap_or((path, ""));
        let addresses = self.origin.addresses;
        if let (Some(repository), Some(site)) = (&addresses.repository, self.origin.site())
            && let Some(found) = repository.resolve(path, &self.origin.path(), addresses.permalink.as_deref())
        {
            let fragment = if fragment.is_empty() { String::new() } else { format!("#{fragment}") };
            return Repository::join(site, &found) + &fragment;
        }
        let mut folders = if path.starts_with('/') { Vec::new() } else { self.values.folders.clone() };
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => _ = folders.pop(),
                part => folders.push(part.to_owned()),
            }
        }
        let file = folders.pop().unwrap_or_default();
        let stem = [".md", ".markdown", ".mdx", ".html"].iter().find_map(|ending| file.strip_suffix(ending));
        let mut name = stem.unwrap_or(&file).to_owned();
        if self.generator == Kind::Jekyll {
            let at = folders.iter().rposition(|folder| folder == "_posts").unwrap_or(0);
            folders.truncate(at);
        } else if matches!(name.as_str(), "index" | "_index") {
            name = folders.pop().unwrap_or_default();
        }
        let (mut day, mut rest) = (None, name.as_str());
        if let Some((date, name)) = date::of_name(&name).filter(|_| self.generator != Kind::Hugo) {
            (day, rest) = (Some(date), name);
        }
        let values = Values {
            spelling: default_path::spelling(self.generator),
            date: day.unwrap_or_default().and_time(chrono::NaiveTime::MIN),
            title: rest.to_owned(),
            slug: None,
            name: rest.to_owned(),
            categories: folders.clone(),
            folders,
            collection: String::new(),
            sections: None,
        };
        let pattern = self.origin.addresses.permalink.as_deref().map(pattern::style);
        let path = default_path::path(None, pattern, &values).unwrap_or_default();
        let mut url = self.origin.site().map_or(path.clone(), |site| Repository::join(site, &path));
        if !fragment.is_empty() {
            url.push('#');
            url.push_str(fragment);
        }
        url
    }

    /// Returns the URL of the article whose source a link names, such as `other.md`.
    pub(super) fn url_of_source(&self, target: &str) -> Option<String> {
        let (path, fragment) = target.split_once('#').unwrap_or((target, ""));
        let is_source = [".md", ".markdown", ".mdx"].iter().any(|ending| path.ends_with(ending));
        if !is_source || path.contains(':') || path.starts_with("//") {
            return None;
        }
        let site = self.origin.site()?;
        let Some(repository) = &self.origin.addresses.repository else { return Some(self.url_of(target)) };
        let pattern = self.origin.addresses.permalink.as_deref();
        let url = Repository::join(site, &repository.resolve_source(path, &self.origin.path(), pattern)?);
        Some(if fragment.is_empty() { url } else { format!("{url}#{fragment}") })
    }

    /// Returns the path of the site on its host, without a slash at the end.
    pub(super) fn base_path(&self) -> String {
        self.origin.site().map_or(String::new(), |site| site.path().trim_end_matches('/').to_owned())
    }

    /// Returns the scheme and host of the site, such as `https://news.example`.
    pub(super) fn host(&self) -> String {
        self.origin.site().map_or(String::new(), |site| site.origin().ascii_serialization())
    }
}
