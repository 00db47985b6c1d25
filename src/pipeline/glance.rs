//! A look at seeds before anything is configured: how many there are and what they have in common. Nothing is milled.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use url::Url;

use crate::catalog::block::is_index;
use crate::html::{self, RawHtml};
use crate::seed::Addresses;
use crate::store::{Kind, Store};
use crate::types::{Bytes, UnixMs};

use super::head::{self, Read};
use super::{discover, order};

/// How many names are looked at: enough for any folder of seeds, and an end for who stands in the wrong one.
const NAMES: usize = 2_000_000;
/// The site of articles that do not say where they are: nothing says it yet.
const NOWHERE: &str = "https://feedmill.invalid/";
/// How many heads are read at once.
const BATCH: usize = 256;
/// How many seeds of a folder are asked for their language.
const SAMPLE: usize = 50;
/// How much of each.
const BEGINNING: Bytes = Bytes(8 << 10);

/// What was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glance {
    /// How many seeds can be read.
    pub seeds: usize,
    /// How many files look like seeds and can't be read as one.
    pub skipped: usize,
    /// How many seeds are in each section.
    pub sections: BTreeMap<OsString, usize>,
    /// How many are written in each dialect.
    pub dialects: BTreeMap<&'static str, usize>,
    /// How many link to each site (scheme, host and port).
    pub sites: BTreeMap<String, usize>,
    /// How many of those that were asked say that they are in each language; empty where they say nothing.
    pub languages: BTreeMap<String, usize>,
    /// The earliest and the latest time.
    pub span: Option<(UnixMs, UnixMs)>,
}

/// Looks at all seeds under the root.
///
/// # Errors
/// Where the root can't be listed.
///
/// ```
/// use feedmill::pipeline::glance;
/// use feedmill::store::{MemoryStore, Store};
///
/// let seeds = MemoryStore::new();
/// seeds.replace("town/1.txt".as_ref(), b"<!--1698786902000-->\n[A title](https://news.example/1)\n------\n")?;
/// let seen = glance(&seeds)?;
/// assert_eq!((seen.seeds, seen.sites.get("https://news.example")), (1, Some(&1)));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn glance(store: &dyn Store) -> io::Result<Glance> {
    let mut glance = Glance::default();
    let addresses = Addresses { site: Url::parse(NOWHERE).ok(), ..Addresses::default() };
    let mut folders = vec![PathBuf::new()];
    let mut left = NAMES;
    while let Some(folder) = folders.pop() {
        let mut names = Vec::new();
        let scanned = store.scan(&folder, false, &mut |name, kind, _| {
            left = left.saturating_sub(1);
            match kind {
                Kind::File if discover::is_seed(name) => names.push(name.to_owned()),
                Kind::Folder if !discover::is_hidden(name) => folders.push(folder.join(name)),
                _ => {}
            }
        });
        // A folder below that can't be read is named when it is milled.
        if folder.as_os_str().is_empty() {
            scanned?;
        }
        names.sort_unstable();
        glance.folder(store, &addresses, &folder, &names);
        if left == 0 {
            break;
        }
    }
    Ok(glance)
}

impl Glance {
    fn folder(&mut self, store: &dyn Store, addresses: &Addresses, folder: &Path, names: &[OsString]) {
        let names: Vec<&OsStr> = names.iter().map(OsString::as_os_str).collect();
        let heads =
            names.par_chunks(BATCH).flat_map_iter(|names| head::read_all(store, addresses, folder, names));
        let (mut articles, mut indexes) = (0, 0);
        for (name, read) in names.iter().zip(heads.collect::<Vec<_>>()) {
            let is_article = self.head(&read);
            articles += u32::from(is_article);
            indexes += u32::from(is_article && is_index(name.as_encoded_bytes()));
        }
        if let Some(section) = order::section(folder, articles, indexes).filter(|_| articles > 0) {
            *self.sections.entry(section.to_owned()).or_default() += articles as usize;
        }
        for name in names.iter().take(SAMPLE) {
            let Ok(prefix) = store.prefix(&folder.join(name), BEGINNING) else { continue };
            let text = String::from_utf8_lossy(&prefix.bytes);
            *self.languages.entry(html::language(RawHtml(&text)).unwrap_or_default()).or_default() += 1;
        }
    }

    /// Whether it is one of an article.
    fn head(&mut self, read: &Read) -> bool {
        if read.passed {
            return false;
        }
        let (Some(head), Some(dialect)) = (&read.head, read.dialect) else {
            self.skipped += 1;
            return false;
        };
        self.seeds += 1;
        *self.dialects.entry(dialect).or_default() += 1;
        if let Ok(link) = Url::parse(&head.link)
            && !head.link.starts_with(NOWHERE)
        {
            *self.sites.entry(link.origin().ascii_serialization()).or_default() += 1;
        }
        let (first, last) = self.span.unwrap_or((head.time, head.time));
        self.span = Some((first.min(head.time), last.max(head.time)));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;

    #[test]
    fn it_counts_what_seeds_have_in_common() {
        let store = MemoryStore::new();
        let seed = |path: &str, ms: i64, host: &str, body: &str| {
            let text = format!("<!--{ms}-->\n[t](https://{host}/x)\n---\n\n{body}");
            store.replace(path.as_ref(), text.as_bytes()).unwrap();
        };
        seed("a/1.txt", 2_000_000_000_000, "a.example", "<html lang=de><p>x</p>");
        seed("a/deep/2.TXT", 1_000_000_000_000, "a.example", "<p>x</p>");
        seed("3.txt", 1_500_000_000_000, "b.example:8080", "<p>x</p>");
        seed(".hidden/4.txt", 1, "c.example", "");
        seed("_posts/4.txt", 1_500_000_000_000, "b.example:8080", "<p>x</p>");
        let page = "---\ntitle: t\ndate: 2020-01-01\n---\nx";
        store.replace("trip/index.md".as_ref(), page.as_bytes()).unwrap();
        store.replace("b/robots.txt".as_ref(), b"User-agent: *").unwrap();
        let seen = glance(&store).unwrap();
        assert_eq!((seen.seeds, seen.skipped), (5, 1));
        assert_eq!(seen.sections, BTreeMap::from([("a".into(), 2)]));
        assert_eq!(seen.dialects, BTreeMap::from([("stamped", 4), ("yaml", 1)]));
        let sites = [("https://a.example".to_owned(), 2), ("https://b.example:8080".to_owned(), 2)];
        assert_eq!(seen.sites, BTreeMap::from(sites));
        assert_eq!(seen.languages, BTreeMap::from([(String::new(), 5), ("de".to_owned(), 1)]));
        assert_eq!(seen.span, Some((UnixMs(1_000_000_000_000), UnixMs(2_000_000_000_000))));
    }
}
