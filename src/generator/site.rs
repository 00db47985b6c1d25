//! What a repository says about its site as a whole.

use url::Url;

use crate::diag::remove_credentials;
use crate::types::public_url;

/// How formulas are written in Markdown. Their TeX is kept as it is: Markdown in it would be wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Math {
    /// Not at all.
    #[default]
    None,
    /// As in kramdown: `$$…$$`, in a line or as a block.
    Kramdown,
    /// `$…$` and `$$…$$`.
    Dollars,
    /// `\\(…\\)`, `\\[…\\]` and `$$…$$`.
    Brackets,
}

/// Where lists of attributes are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Attributes {
    /// Nowhere: they are text.
    #[default]
    None,
    /// In a line below a block, as in Hugo.
    Blocks,
    /// Also at the end of a line, and after links, images, emphasis and code, as in `markdown-it-attrs`.
    All,
}

/// Facts of a site, from the configuration of its generator. What is not said is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// Address of the site, with the folder that it is served from; ends in `/`.
    pub url: Option<Url>,
    /// Title.
    pub title: Option<String>,
    /// Description in a sentence or two.
    pub description: Option<String>,
    /// Author as `Name <mail@host>`, `Name` or `mail@host`.
    pub author: Option<String>,
    /// Language tag.
    pub language: Option<String>,
    /// Copyright line.
    pub copyright: Option<String>,
    /// Text in a body before which its summary ends.
    pub excerpt_mark: Option<String>,
    /// Front matter keys whose values are tags.
    pub taxonomies: Vec<String>,
    /// True if quotes, dashes and ellipses in Markdown become typographic.
    pub has_smart_punctuation: bool,
    /// True if names of emoji such as `:tada:` become emoji.
    pub has_emoji: bool,
    /// True if Markdown has definition lists.
    pub has_definitions: bool,
    /// True if each line of a paragraph is a line on the page.
    pub has_hard_breaks: bool,
    /// Where Markdown may have lists of attributes such as `{.wide}`.
    pub attributes: Attributes,
    /// True if HTML in Markdown is left out, as Hugo does unless it is configured to keep it.
    pub leaves_out_html: bool,
    /// How formulas are written in Markdown.
    pub math: Math,
    /// Folder of the articles, below the root of the repository; empty for the root itself.
    pub content: String,
}

impl Site {
    /// Returns it without user names and passwords in URLs, because feeds publish its texts.
    pub(crate) fn without_credentials(mut self) -> Self {
        for text in [&mut self.title, &mut self.description, &mut self.author, &mut self.copyright] {
            *text = text.take().map(|text| remove_credentials(&text).into_owned());
        }
        self
    }
}

/// Returns the address of a site, without user name and password, from what its configuration says, and a folder to add.
pub(crate) fn address(text: &str, folder: &str) -> Option<Url> {
    let whole = |text: &str| {
        Url::parse(&format!("{}{text}", if text.starts_with("//") { "https:" } else { "" })).ok()
    };
    let mut url = whole(text.trim()).filter(|url| matches!(url.scheme(), "http" | "https"))?;
    // An address for development, not that of the site.
    if matches!(url.host_str()?, "localhost" | "127.0.0.1" | "0.0.0.0") {
        return None;
    }
    url.set_query(None);
    url.set_fragment(None);
    // Some write the whole address of the site in its place.
    let site = whole(folder).filter(Url::has_host);
    let folder = site.as_ref().map_or(folder, Url::path);
    let path = format!("{}/{}", url.path().trim_end_matches('/'), folder.trim_matches('/'));
    url.set_path(&format!("{}/", path.trim_end_matches('/')));
    Some(public_url(url))
}

/// Returns an author from a string, or from a table with `name` and `email`.
pub(crate) fn author(value: Option<&serde_json::Value>) -> Option<String> {
    use serde_json::Value;
    match value? {
        Value::Object(table) => {
            let get = |key: &str| table.get(key).and_then(super::matter::text);
            match (get("name"), get("email")) {
                (Some(name), Some(email)) => Some(format!("{name} <{email}>")),
                (name, email) => name.or(email),
            }
        }
        Value::Array(all) => author(all.first()),
        value => super::matter::text(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_a_site_may_be_written_as_its_whole_address() {
        for (folder, expected) in [
            ("", "https://a.example/"),
            ("/blog/", "https://a.example/blog/"),
            ("https://ann:secret@stage.example/blog", "https://a.example/blog/"),
            ("//ann:secret@stage.example/blog", "https://a.example/blog/"),
            ("https://stage.example", "https://a.example/"),
            ("/x/https://ann:secret@stage.example/", "https://a.example/x/https://stage.example/"),
        ] {
            assert_eq!(address("https://a.example", folder).unwrap().as_str(), expected, "{folder}");
        }
    }
}
