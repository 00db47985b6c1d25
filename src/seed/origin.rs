//! Where a seed lies. A site's generator makes addresses of it, and takes some places for those of drafts and parts.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use url::Url;

/// What the configuration says of the addresses of articles that do not say them themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// The site.
    pub site: Option<Url>,
    /// Those of sections that have another.
    pub sections: BTreeMap<String, Url>,
    /// How an address is made; where nothing is said, as the site's generator does it.
    pub permalink: Option<String>,
}

/// Where a seed lies, and what is known of addresses there.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The folder of all seeds, as it is shown to people.
    pub root: &'a str,
    /// The folder under it; empty for the folder itself.
    pub folder: &'a Path,
    /// The name of the file.
    pub name: &'a OsStr,
    /// What the configuration says.
    pub addresses: &'a Addresses,
}

impl<'a> Origin<'a> {
    /// Of the seed at a path under the root.
    #[must_use]
    pub fn of(root: &'a str, path: &'a Path, addresses: &'a Addresses) -> Self {
        let folder = path.parent().unwrap_or(Path::new(""));
        Self { root, folder, name: path.file_name().unwrap_or_default(), addresses }
    }

    /// Its path under the root.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.join(self.name)
    }

    /// The end of its name, behind the last dot.
    #[must_use]
    pub fn ending(&self) -> &'a OsStr {
        Path::new(self.name).extension().unwrap_or_default()
    }

    /// Its name before that.
    pub(super) fn stem(&self) -> String {
        Path::new(self.name).file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The site that it belongs to.
    pub(super) fn site(&self) -> Option<&'a Url> {
        let of_section = self.folders().first().and_then(|name| self.addresses.sections.get(name));
        of_section.or(self.addresses.site.as_ref())
    }

    /// The folders that it lies in, from the root down.
    pub(super) fn folders(&self) -> Vec<String> {
        names(self.folder)
    }

    /// The folders above `_posts`, where it is under one of that name.
    pub(super) fn above_posts(&self) -> Option<Vec<String>> {
        let mut folders = self.folders();
        if let Some(at) = folders.iter().rposition(|name| name == "_posts") {
            folders.truncate(at);
            return Some(folders);
        }
        (self.root_names().last()? == "_posts").then(Vec::new)
    }

    /// The folders between `content` and it, where it is under one of that name. The root may be a folder of it.
    pub(super) fn below_content(&self) -> Option<Vec<String>> {
        let folders = self.folders();
        if folders.first().is_some_and(|name| name == "content") {
            return Some(folders.into_iter().skip(1).collect());
        }
        let root = self.root_names();
        let at = root.iter().rposition(|name| name == "content").filter(|at| at + 2 >= root.len())?;
        Some(root.into_iter().skip(at + 1).chain(folders).collect())
    }

    /// How it shows that it is no article: a draft, or a part that the generator makes pages with.
    pub(super) fn is_apart(&self) -> Option<String> {
        if self.name.as_encoded_bytes().starts_with(b"_") {
            return Some("its name begins with `_`".to_owned());
        }
        let root = self.root_names().pop().filter(|name| name == "_drafts");
        let folders = self.folders().into_iter().chain(root);
        let mut apart = folders.filter(|name| name.starts_with('_') && name != "_posts");
        apart.next().map(|name| format!("it lies in `{name}`"))
    }

    fn root_names(&self) -> Vec<String> {
        names(Path::new(self.root))
    }
}

fn names(folder: &Path) -> Vec<String> {
    let normal = |component: Component<'_>| match component {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    };
    folder.components().filter_map(normal).collect()
}
