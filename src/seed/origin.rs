//! The place of a seed in its folder. Generators make URLs from it, and reserve some folders for drafts and templates.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use url::Url;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, percent_encode};

use super::Exclusions;
use crate::generator::{Repository, Unzoned, Zone, names};
use crate::html::Policy;
use crate::types::{UnixMs, name_text};

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
    /// Files and folders below the seeds that hold no articles.
    pub exclude: Exclusions,
}

/// Host of media files whose address is not known; it cannot exist ([RFC 2606](https://www.rfc-editor.org/rfc/rfc2606)).
const UNKNOWN: &str = "https://podcast.invalid/media/";

impl Addresses {
    /// Returns the address of a media file of the seeds folder.
    pub(crate) fn media_url(&self, path: &Path) -> Url {
        let unknown = || Url::parse(UNKNOWN).unwrap_or_else(|_| unreachable!("it is a URL"));
        let mut url = self.media.clone().unwrap_or_else(unknown);
        append(&mut url, path);
        crate::types::to_rfc3986(url.clone()).unwrap_or(url)
    }

    /// Returns the path of the media file with an address, if it is below the media folder.
    pub(crate) fn media_path(&self, url: &Url) -> Option<PathBuf> {
        let rest = url.as_str().strip_prefix(self.media.as_ref()?.as_str())?;
        let bytes: Vec<u8> = percent_decode_str(rest).collect();
        let has_bad = bytes.is_empty() || bytes.iter().any(|byte| matches!(byte, 0 | b'\\'));
        let path = path_of_bytes(bytes)?;
        let is_inside = path.components().all(|part| matches!(part, Component::Normal(_)));
        (is_inside && !has_bad).then_some(path)
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
        name_text(Path::new(self.name).file_stem().unwrap_or_default()).into_owned()
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

/// Bytes of a name that the `url` crate would leave out of a path, or read as something else.
const NOT_IN_NAMES: &AsciiSet = &CONTROLS.add(b'%').add(b'/').add(b'\\').add(b'?').add(b'#');

/// Appends the path of a file to that of a URL: each byte of a name, whether it is UTF-8 or not.
pub(super) fn append(url: &mut Url, path: &Path) {
    if url.cannot_be_a_base() {
        return;
    }
    let mut all = url.path().trim_end_matches('/').to_owned();
    for part in path.components() {
        if let Component::Normal(name) = part {
            all.push('/');
            // UTF-8 is encoded as well.
            all.extend(percent_encode(name.as_encoded_bytes(), NOT_IN_NAMES));
        }
    }
    url.set_path(&all);
}

/// Returns the path with these bytes; `None` if the system allows no such path.
fn path_of_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
    #[cfg(unix)]
    return Some(std::os::unix::ffi::OsStringExt::from_vec(bytes))
        .map(|name: std::ffi::OsString| name.into());
    #[cfg(not(unix))]
    return String::from_utf8(bytes).ok().map(PathBuf::from);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn the_address_of_a_media_file_has_every_byte_of_its_path() {
        use std::os::unix::ffi::OsStrExt;
        let media = Url::parse("https://a.example/media/").ok();
        let addresses = Addresses { media, ..Addresses::default() };
        for (path, encoded) in [
            (&b"a/b.mp3"[..], "a/b.mp3"),
            (b"caf\xe9.mp3", "caf%E9.mp3"),
            ("café.mp3".as_bytes(), "caf%C3%A9.mp3"),
            (b"a\tb\n.mp3", "a%09b%0A.mp3"),
            (b"%2e%2e/100%.mp3", "%252e%252e/100%25.mp3"),
            (b"a b?c#d|e.mp3", "a%20b%3Fc%23d%7Ce.mp3"),
        ] {
            let path = Path::new(OsStr::from_bytes(path));
            let url = addresses.media_url(path);
            assert_eq!(url.as_str(), format!("https://a.example/media/{encoded}"));
            assert_eq!(addresses.media_path(&url).as_deref(), Some(path));
        }
    }

    #[test]
    fn the_extension_of_a_name_is_that_of_its_path() {
        for name in ["a.txt", ".txt", "a", "a.", ".a.txt", "a.b.C", "..a", "é.md"] {
            let expected = Path::new(name).extension().map(OsStr::as_encoded_bytes);
            assert_eq!(extension(OsStr::new(name)), expected, "{name}");
        }
    }
}
