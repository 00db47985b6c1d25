//! The place of a seed in its folder. Generators make URLs from it, and reserve some folders for drafts and templates.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use url::Url;

use crate::generator::{Repository, Unzoned, Zone, glob};
use crate::html::Policy;
use crate::types::UnixMs;

/// The configuration for the URLs of articles that do not state their own, and for their dates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// URL of the site.
    pub site: Option<Url>,
    /// URLs of sections that have another site.
    pub sections: BTreeMap<String, Url>,
    /// Pattern of URLs; `None` for the default of the site's generator.
    pub permalink: Option<String>,
    /// Time zone of dates that name none; `None` for that of the repository, else UTC.
    pub timezone: Option<Zone>,
    /// Languages of the repository other than the site's, in lower case, if each gets a feed; else articles in them are left
    /// out.
    pub translations: Vec<String>,
    /// URL of the folder in which the media files of the seeds folder are published; ends with `/`.
    pub media: Option<Url>,
    /// URL of the feeds folder; ends with `/`.
    pub feeds: Option<Url>,
    /// The repository that the seeds are in, if a site generator builds it.
    pub repository: Option<Arc<Repository>>,
    /// Patterns of files and folders below the seeds that hold no articles.
    pub exclude: Vec<String>,
}

/// Host of media files whose address is not known; it cannot exist ([RFC 2606](https://www.rfc-editor.org/rfc/rfc2606)).
const UNKNOWN: &str = "https://podcast.invalid/media/";
/// Beginning of addresses that `init` and an empty configuration make up, and under which nothing was published.
pub(crate) const UNKNOWN_MEDIA: &str = "https://podcast.invalid/";

impl Addresses {
    /// Returns the pattern that excludes a file below the seeds. A name matches at any depth; a path begins at the seeds folder.
    pub(crate) fn exclusion(&self, path: &Path) -> Option<&str> {
        let matches = |pattern: &&String| {
            let is_name = !pattern.trim_end_matches('/').contains('/');
            path.ancestors().any(|part| match part.file_name() {
                Some(name) if is_name => glob::matches(pattern, Path::new(name)),
                Some(_) => glob::matches(pattern, part),
                None => false,
            })
        };
        self.exclude.iter().find(matches).map(String::as_str)
    }

    /// Returns the address of a media file of the seeds folder.
    pub(crate) fn media_url(&self, path: &Path) -> Url {
        let unknown = || Url::parse(UNKNOWN).unwrap_or_else(|_| unreachable!("it is a URL"));
        let mut url = self.media.clone().unwrap_or_else(unknown);
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(names(path));
        }
        crate::types::to_rfc3986(url.clone()).unwrap_or(url)
    }

    /// Returns the path of the media file with an address, if it is below the media folder.
    pub(crate) fn media_path(&self, url: &Url) -> Option<PathBuf> {
        let rest = url.as_str().strip_prefix(self.media.as_ref()?.as_str())?;
        let rest = percent_encoding::percent_decode_str(rest).decode_utf8().ok()?;
        let path = Path::new(&*rest);
        let is_inside = path.components().all(|part| matches!(part, Component::Normal(_)));
        (is_inside && !rest.is_empty() && !rest.contains(['\0', '\\'])).then(|| path.to_path_buf())
    }

    /// Returns how a date without a time zone is read.
    pub(super) fn unzoned(&self) -> Unzoned {
        self.timezone.map_or(Unzoned::Utc, Unzoned::Site)
    }
}

/// The place of a seed and the configuration for its URL.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The folder of all seeds, as shown to people.
    pub root: &'a str,
    /// The seed's folder relative to `root`; empty for `root` itself.
    pub folder: &'a Path,
    /// Name of the file.
    pub name: &'a OsStr,
    /// The configuration of its URL.
    pub addresses: &'a Addresses,
    /// What the configuration drops from a page before its article is chosen.
    pub policy: Option<&'a Policy>,
    /// Time of the file's last change, if known: the weakest date of a saved page.
    pub saved: Option<UnixMs>,
    /// True if its folder has Markdown. A text file there need not be a seed.
    pub beside_markdown: bool,
}

impl<'a> Origin<'a> {
    /// Creates the origin of the seed at a path relative to the root.
    #[must_use]
    pub fn of(root: &'a str, path: &'a Path, addresses: &'a Addresses) -> Self {
        let folder = path.parent().unwrap_or(Path::new(""));
        Self {
            root,
            folder,
            name: path.file_name().unwrap_or_default(),
            addresses,
            policy: None,
            saved: None,
            beside_markdown: false,
        }
    }

    /// Sets what the configuration drops from a page before its article is chosen.
    #[must_use]
    pub fn dropping(self, policy: &'a Policy) -> Self {
        Self { policy: Some(policy), ..self }
    }

    /// Sets the time of the file's last change.
    #[must_use]
    pub fn saved_at(self, time: Option<UnixMs>) -> Self {
        Self { saved: time, ..self }
    }

    /// Sets whether the folder has Markdown.
    #[must_use]
    pub fn beside_markdown(self, has_markdown: bool) -> Self {
        Self { beside_markdown: has_markdown, ..self }
    }

    /// Returns the path relative to the root.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.join(self.name)
    }

    /// Returns the file name extension, without the dot.
    #[must_use]
    pub fn extension(&self) -> &'a OsStr {
        Path::new(self.name).extension().unwrap_or_default()
    }

    /// Returns the file name without its extension.
    pub(super) fn stem(&self) -> String {
        Path::new(self.name).file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Returns the site that the seed belongs to.
    pub(super) fn site(&self) -> Option<&'a Url> {
        let of_section =
            names(below_content(self.folder)).first().and_then(|name| self.addresses.sections.get(name));
        let of_repository = || self.addresses.repository.as_ref()?.site().url.as_ref();
        of_section.or(self.addresses.site.as_ref()).or_else(of_repository)
    }

    /// Returns the address of a media file in the folder of the seed: below the configured one, else below a host that cannot
    /// exist.
    #[cfg(feature = "folder")]
    pub(super) fn media_url(&self, name: &OsStr) -> Url {
        self.addresses.media_url(&self.folder.join(name))
    }

    /// Returns the folders from the root down to the seed.
    pub(super) fn folders(&self) -> Vec<String> {
        names(self.folder)
    }

    /// Returns the folders above `_posts` if the seed is below a folder of that name.
    pub(super) fn above_posts(&self) -> Option<Vec<String>> {
        let mut folders = self.folders();
        if let Some(at) = folders.iter().rposition(|name| name == "_posts") {
            folders.truncate(at);
            return Some(folders);
        }
        (self.root_names().last()? == "_posts").then(Vec::new)
    }

    /// Returns the folders below `content` if the seed is below a folder of that name. The root may be one of them.
    pub(super) fn below_content(&self) -> Option<Vec<String>> {
        let folders = self.folders();
        let below = below_content(self.folder);
        if below != self.folder {
            return Some(names(below));
        }
        let root = self.root_names();
        let at = root.iter().rposition(|name| name == "content").filter(|at| at + 2 >= root.len())?;
        Some(root.into_iter().skip(at + 1).chain(folders).collect())
    }

    /// Returns why the place excludes a file from the articles: it is a draft or a template.
    pub(super) fn exclusion_reason(&self) -> Option<String> {
        if self.name.as_encoded_bytes().starts_with(b"_") {
            return Some("its file name begins with `_`".to_owned());
        }
        let root = self.root_names().pop().filter(|name| name == "_drafts");
        let folders = self.folders().into_iter().chain(root);
        let mut excluded = folders.filter(|name| name.starts_with('_') && name != "_posts");
        excluded.next().map(|name| format!("it is in the folder `{name}`"))
    }

    fn root_names(&self) -> Vec<String> {
        names(Path::new(self.root))
    }
}

/// Returns a folder without `content`, in which Hugo and Zola keep all sections, or `src/content`, in which Astro does.
pub(crate) fn below_content(folder: &Path) -> &Path {
    ["content", "src/content"].iter().find_map(|content| folder.strip_prefix(content).ok()).unwrap_or(folder)
}

/// Returns the extension of a file name, without the dot, as [`Path::extension`] does for paths, which takes much longer.
pub(crate) fn extension(name: &OsStr) -> Option<&[u8]> {
    let name = name.as_encoded_bytes();
    let dot = memchr::memrchr(b'.', name).filter(|at| *at > 0)?;
    Some(&name[dot + 1..])
}

fn names(folder: &Path) -> Vec<String> {
    let normal = |component: Component<'_>| match component {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    };
    folder.components().filter_map(normal).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_of_a_name_is_that_of_its_path() {
        for name in ["a.txt", ".txt", "a", "a.", ".a.txt", "a.b.C", "..a", "é.md"] {
            let expected = Path::new(name).extension().map(OsStr::as_encoded_bytes);
            assert_eq!(extension(OsStr::new(name)), expected, "{name}");
        }
    }
}
