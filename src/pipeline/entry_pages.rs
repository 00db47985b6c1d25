//! The page of each entry: its path, and the document that writes it. An entry may be in several documents; the first of
//! them, in which it is newest, writes its page.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use percent_encoding::percent_decode_str;

use crate::catalog;
use crate::config::Ids;
use crate::error::Error;
use crate::store::{Kind, Store};

use super::archive::{EntryPage, OutputDoc};
use super::select::Pick;

/// Folder of the pages in the feeds folder.
const FOLDER: &str = "entry";
/// Maximum length in characters of the readable part of a name.
const MAX_SLUG: usize = 60;
/// Number of hexadecimal digits of the hash in a name.
const DIGITS: usize = 16;

/// Gives each entry its page. Documents that subscribers read come before archive documents.
pub(super) fn assign(docs: &mut [OutputDoc]) {
    let mut owners: HashMap<Arc<str>, &Pick> = HashMap::new();
    let (archive, feeds): (Vec<_>, Vec<_>) = docs.iter_mut().partition(|doc| doc.is_archive());
    for OutputDoc { channel, picks, pages, .. } in feeds.into_iter().chain(archive) {
        let all = picks.iter().map(|pick| {
            let path: Arc<str> = path(pick, channel.ids).into();
            let owner = owners.get(&path);
            let is_own = owner.is_none();
            // Two entries of one address cannot share a page.
            if owner.is_some_and(|owner| owner.key() != pick.key()) {
                return None;
            }
            if is_own {
                owners.insert(path.clone(), pick);
            }
            Some(EntryPage { path, is_own })
        });
        *pages = all.collect();
    }
}

/// Returns the path of the page of an entry. It stays the same as long as the id of the entry does.
fn path(pick: &Pick, ids: Ids) -> String {
    let basis: &str = if ids == Ids::File { pick.key() } else { pick.first_link() };
    let hash = format!("{:032x}", catalog::hash(basis.as_bytes()));
    let slug = slug(pick.first_link());
    let dash = if slug.is_empty() { "" } else { "-" };
    format!("{FOLDER}/{slug}{dash}{}.html", &hash[..DIGITS])
}

/// Returns the last part of a link that has letters, in lower case and without what file systems or URLs reserve.
fn slug(link: &str) -> String {
    let path = link.split(['?', '#']).next().unwrap_or_default();
    let path =
        path.split_once("://").map_or(path, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    let last = path.rsplit('/').find(|part| !part.is_empty()).unwrap_or_default();
    let name = percent_decode_str(last).decode_utf8_lossy();
    let name = [".html", ".htm", ".php"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    let letters: String = name
        .chars()
        .take(MAX_SLUG)
        .map(|c| if c.is_alphanumeric() { c } else { '-' })
        .flat_map(char::to_lowercase)
        .collect();
    letters.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// Returns the paths of files in the folder of pages that have names of pages.
///
/// # Errors
/// If the system is out of resources.
pub(super) fn existing(store: &dyn Store) -> Result<Vec<PathBuf>, Error> {
    let folder = Path::new(FOLDER);
    let items = match store.list(folder) {
        Err(error) if crate::store::is_exhausted(&error) => {
            return Err(Error::io("list the folder", store.show(folder), error));
        }
        items => items.unwrap_or_default(),
    };
    let paths = items.into_iter().filter(|item| item.kind == Kind::File).map(|item| folder.join(item.name));
    Ok(paths.filter(|path| has_name(path)).collect())
}

/// True if a path in the feeds folder is that of a page.
pub(super) fn has_name(path: &Path) -> bool {
    let name =
        path.strip_prefix(FOLDER).ok().and_then(Path::to_str).and_then(|name| name.strip_suffix(".html"));
    let hash = name.map(|name| name.rsplit('-').next().unwrap_or(name));
    hash.is_some_and(|hash| hash.len() == DIGITS && hash.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_pages_are_readable_and_safe() {
        for (link, name) in [
            ("https://e.example/2024/New-Bridge/", "new-bridge"),
            ("https://e.example/a.html?x=1#y", "a"),
            ("https://e.example/%E6%A1%A5%20x", "桥-x"),
            ("https://e.example/..%2f..%2fetc", "etc"),
            ("https://e.example/", ""),
            ("https://e.example", ""),
            ("https://e.example/%ff%00", ""),
        ] {
            assert_eq!(slug(link), name, "{link}");
        }
        assert_eq!(slug(&format!("https://e.example/{}", "ä".repeat(300))).chars().count(), MAX_SLUG);
    }
}
