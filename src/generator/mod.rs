//! What a repository says: which static site generator builds it, which of its files are articles, and where the generator
//! publishes them.
//!
//! Each [`Generator`] is a file and a row of [`GENERATORS`]. It recognises a repository by its configuration and reads that
//! once; the [`Rules`] that result answer for every file. Nothing is executed: configuration that is a program is read as
//! text. How the text of an article is written, and what becomes of its body, is decided in `seed`.

mod astro;
mod data;
pub(crate) mod date;
mod docusaurus;
mod eleventy;
mod files;
pub(crate) mod glob;
mod hexo;
mod hugo;
mod jekyll;
mod lookups;
mod matter;
pub(crate) mod pattern;
mod repository;
mod script;
mod site;
mod slug;
mod template;
mod zola;
mod zone;

use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::error::Error;
use crate::types::name_text;

pub(crate) use data::{Parsed, json, part, toml, yaml};
#[cfg(feature = "folder")]
pub(crate) use data::{repeated_key, restore_numbers, with_plain_lines};
pub(crate) use date::of_name as date_of_name;
pub use date::{Moment, Unzoned};
pub use files::Files;
pub(crate) use files::{PACKAGES, is_apart};
pub(crate) use jekyll::titleized;
pub use lookups::{Lookups, collect_lookups};
pub use matter::{BadDate, Matter, Table};
pub(crate) use matter::{same, text as text_of};
pub use pattern::check as check_permalink;
pub(crate) use pattern::expression as permalink_expression;
pub use repository::{Repository, find};
pub(crate) use script::{exported as exported_by_script, texts as texts_of_script};
pub(crate) use site::address as site_address;
pub use site::{Attributes, Math, Site};
pub(crate) use slug::{heading_id, jekyll as jekyll_slug, pelican as pelican_slug};
pub use zone::{UnknownZone, Zone};

/// A static site generator.
pub trait Generator: Sync {
    /// Name in messages.
    fn name(&self) -> &'static str;

    /// Returns the rules of a repository if this generator builds it.
    ///
    /// # Errors
    /// If its configuration is not valid.
    fn read(&self, files: &Files<'_>) -> Result<Option<Found>, Error>;
}

/// A repository that a generator recognised.
pub struct Found {
    /// True if its configuration belongs to no other generator.
    pub is_certain: bool,
    /// Path of the configuration; empty if there is none.
    pub configuration: String,
    /// What it says.
    pub rules: Box<dyn Rules>,
}

/// Every generator. Of several that recognise a repository, the first that is certain counts, else the first.
pub static GENERATORS: &[&dyn Generator] = &[
    &astro::Astro,
    &docusaurus::Docusaurus,
    &eleventy::Eleventy,
    &hugo::Hugo,
    &zola::Zola,
    &hexo::Hexo,
    &jekyll::Jekyll,
];

/// A file that may be an article.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// Path below the root of the repository.
    pub path: &'a Path,
    /// Its front matter, completed by [`Rules::complete`].
    pub matter: &'a Matter,
    /// Pattern of addresses that the user configured in place of the generator's.
    pub pattern: Option<&'a str>,
}

/// Where an article is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// A path that begins with `/` and continues the site's address, or an absolute address.
    pub address: String,
    /// What the address was derived from, such as "`permalink` in the front matter".
    pub derived: String,
    /// When it was published, if that is known.
    pub published: Option<Moment>,
    /// Title of an article whose front matter has none.
    pub title: Option<String>,
    /// Language, if it is not that of the site.
    pub language: Option<String>,
}

/// Why a file gets no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not an article, and this is why.
    NotArticle(String),
    /// A date that cannot be read.
    BadDate(BadDate),
    /// A pattern of addresses that cannot be filled in: the key of the front matter that may hold it, and what is wrong.
    BadPattern(&'static str, String),
}

impl From<BadDate> for Refusal {
    fn from(bad: BadDate) -> Self {
        Self::BadDate(bad)
    }
}

/// The generator that a file was written for: how its template tags are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Liquid, with attribute lists of kramdown.
    Jekyll,
    /// Shortcodes.
    Hugo,
    /// Shortcodes.
    Zola,
    /// Liquid or Nunjucks.
    Eleventy,
    /// Tag plugins in Nunjucks.
    Hexo,
    /// Imports and components of MDX, also those of Docusaurus.
    Astro,
}

/// The rules of one repository.
pub trait Rules: Send + Sync + fmt::Debug {
    /// Returns what the configuration says about the site.
    fn site(&self) -> &Site;

    /// Returns the generator.
    fn kind(&self) -> Kind;

    /// Returns how a date without a time zone is read in this front matter.
    fn unzoned(&self, matter: &Matter) -> Unzoned {
        let _ = matter;
        Unzoned::Utc
    }

    /// True if the generator reads articles in or below a folder below the root.
    fn covers(&self, folder: &Path) -> bool {
        let content = Path::new(&self.site().content);
        folder.starts_with(content) || content.starts_with(folder)
    }

    /// Returns the languages that articles are translated to, sorted.
    fn translations(&self) -> Vec<String> {
        Vec::new()
    }

    /// Returns the title of the site in one of these languages, if it has its own.
    fn language_title(&self, language: &str) -> Option<String> {
        let _ = language;
        None
    }

    /// Returns the address of the home page in one of these languages.
    fn language_home(&self, language: &str) -> Option<String> {
        let _ = language;
        None
    }

    /// Sets the front matter that the repository gives to files at this path and that the file itself does not set.
    fn complete(&self, path: &Path, matter: &mut Matter) {
        let _ = (path, matter);
    }

    /// Decides whether a file is an article, and where it is published.
    ///
    /// # Errors
    /// Why it is not published.
    fn place(&self, page: &Page<'_>) -> Result<Placed, Refusal>;

    /// Returns the address of a file that is not an article but has a page; `None` if it has none.
    fn page_address(&self, page: &Page<'_>) -> Option<String> {
        let _ = page;
        None
    }

    /// Returns the section of the articles in a folder below the root; `None` if they are in none.
    fn section(&self, folder: &Path) -> Option<String>;

    /// Returns the files that an internal link may mean, best first: what `post_url`, `ref` or `@/` names.
    fn targets(&self, link: &str, from: &Path) -> Vec<PathBuf> {
        let _ = (link, from);
        Vec::new()
    }

    /// Returns the folders of the templates and data that bodies may be made of.
    fn inputs(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Returns a value of the configuration that templates know by this name, such as `site.title`.
    fn value(&self, name: &str) -> Option<&Value> {
        let _ = name;
        None
    }

    /// Returns the folder of the data that templates know by this name, and the rest of the name: the file and keys in it.
    fn data<'n>(&self, name: &'n str) -> Option<(PathBuf, &'n str)> {
        let _ = name;
        None
    }

    /// Returns the files that a template tag may be defined in, best first.
    fn templates(&self, tag: &str) -> Vec<PathBuf> {
        let _ = tag;
        Vec::new()
    }
}

/// Returns the folders and the name of a path as text.
pub(crate) fn names(path: &Path) -> Vec<String> {
    path.components()
        .filter_map(|part| match part {
            std::path::Component::Normal(name) => Some(name_text(name).into_owned()),
            _ => None,
        })
        .collect()
}

/// Splits the ending from a file name.
fn split_ending(name: &str) -> (&str, &str) {
    name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).unwrap_or((name, ""))
}

/// True if a file name ends like one that a generator makes a page of.
pub(crate) fn is_page(name: &str) -> bool {
    let (_, ending) = split_ending(name);
    ["md", "markdown", "mkd", "mdx", "html", "htm", "njk", "liquid"]
        .iter()
        .any(|known| ending.eq_ignore_ascii_case(known))
}

/// Reads the address of a site from a `CNAME` file, which holds its host
/// (<https://docs.github.com/en/pages/configuring-a-custom-domain-for-your-github-pages-site>).
fn cname(files: &Files<'_>) -> Option<url::Url> {
    let (_, text) =
        files.first(&["CNAME", "static/CNAME", "public/CNAME", "src/CNAME", "docs/CNAME", "source/CNAME"])?;
    let host = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    site::address(&format!("https://{host}"), "")
}
