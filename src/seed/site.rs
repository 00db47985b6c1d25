//! The site around an article: what its template tags and links may refer to.

use super::generator::Generator;
use super::permalink::{self, PermalinkInput};
use super::{Head, Origin, date};

/// The article that a body belongs to.
pub(super) struct PageContext<'a> {
    pub(super) generator: Generator,
    pub(super) head: &'a Head,
    pub(super) origin: &'a Origin<'a>,
    pub(super) input: &'a PermalinkInput,
    /// Returns the value of a front matter key, given in lower case.
    pub(super) text: &'a dyn Fn(&str) -> Option<String>,
    /// Number of the body's first line, from 1.
    pub(super) line: u32,
}

impl PageContext<'_> {
    /// Returns the URL of another file of the site as far as its path determines it: the file is not read.
    pub(super) fn url_of(&self, path: &str) -> String {
        let (path, fragment) = path.split_once('#').unwrap_or((path, ""));
        let mut folders: Vec<String> =
            path.split('/').filter(|part| !matches!(*part, "" | ".")).map(str::to_owned).collect();
        if !path.starts_with('/') {
            folders = self.input.folders.iter().cloned().chain(folders).collect();
        }
        let file = folders.pop().unwrap_or_default();
        let stem = [".md", ".markdown", ".html"].iter().find_map(|ending| file.strip_suffix(ending));
        let mut name = stem.unwrap_or(&file).to_owned();
        if self.generator == Generator::Jekyll {
            let at = folders.iter().rposition(|folder| folder == "_posts").unwrap_or(0);
            folders.truncate(at);
        } else if matches!(name.as_str(), "index" | "_index") {
            name = folders.pop().unwrap_or_default();
        }
        let (mut day, mut rest) = (None, name.clone());
        if let Some((date, name)) = date::of_name(&name).filter(|_| self.generator != Generator::Hugo) {
            (day, rest) = (Some(date), name.to_owned());
        }
        let input = PermalinkInput {
            generator: self.generator,
            date: day,
            title: rest.clone(),
            slug: None,
            name: rest,
            categories: folders.clone(),
            folders,
        };
        let pattern = self.origin.addresses.permalink.as_deref().map(permalink::style);
        let path = permalink::path(pattern, &input).unwrap_or_default();
        let mut url = self.origin.site().map_or(path.clone(), |site| permalink::join(site, &path));
        if !fragment.is_empty() {
            url.push('#');
            url.push_str(fragment);
        }
        url
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
