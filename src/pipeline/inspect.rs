//! An inspection of seeds before anything is configured: how many there are and what they have in common. No feed is built.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use url::Url;

use crate::catalog::is_index_page;
use crate::error::Error;
use crate::generator::is_apart;
use crate::html::{self, RawHtml};
use crate::seed::Addresses;
#[cfg(feature = "folder")]
use crate::seed::audio::Recording;
use crate::seed::audio::{self, Groups};
use crate::store::{Kind, Store};
use crate::types::{Bytes, UnixMs};

use super::head::{Folder, read_heads};
use super::order::section;
use super::seed_files::{is_markdown, is_seed};
use super::seed_results::HeadResult;

/// Maximum number of names to look at: enough for any seeds folder, and an end for anyone who is in the wrong folder.
const MAX_NAMES: usize = 2_000_000;
/// Site of articles that do not say their URL, as long as none is configured.
const PLACEHOLDER_SITE: &str = "https://feedmill.invalid/";
/// Default folder of feeds.
const FEEDS: &str = "feeds";
/// Number of heads that a thread reads together.
const BATCH: usize = 256;
/// Number of seeds of a folder whose language is detected.
const MAX_SAMPLE: usize = 50;
/// Number of bytes of each that are read for that.
const SAMPLE_SIZE: Bytes = Bytes(8 << 10);

/// Result of an inspection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// Number of usable seeds.
    pub seeds: usize,
    /// Number of articles that ask not to be in feeds; they are not in the other numbers.
    pub unlisted: usize,
    /// Number of files that look like seeds and are unusable.
    pub skipped: usize,
    /// Number of Markdown files that are not articles.
    pub other_markdown: usize,
    /// Number of files that each pattern of [`Addresses::exclude`] leaves out.
    pub excluded: BTreeMap<String, usize>,
    /// Number of seeds in each section.
    pub sections: BTreeMap<OsString, usize>,
    /// Number of seeds in each dialect.
    pub dialects: BTreeMap<&'static str, usize>,
    /// Number of seeds that link to each site (scheme, host and port).
    pub sites: BTreeMap<String, usize>,
    /// Number of sampled seeds in each language; the key is empty for those that do not say one.
    pub languages: BTreeMap<String, usize>,
    /// First article of each section, if a generator builds the site; the section is empty for those in none.
    pub samples: BTreeMap<String, PathBuf>,
    /// Article without an address of its own that stands for all, if no generator builds the site; the first.
    pub guessed: Option<PathBuf>,
    /// What the tags of audio and video files say, with the number of files that say it.
    pub show: Show,
    /// Earliest and latest time.
    pub span: Option<(UnixMs, UnixMs)>,
}

/// What the tags of audio and video files have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Show {
    /// Albums.
    pub albums: BTreeMap<String, usize>,
    /// Artists of the albums, else of the files.
    pub artists: BTreeMap<String, usize>,
    /// Genres.
    pub genres: BTreeMap<String, usize>,
    /// Languages.
    pub languages: BTreeMap<String, usize>,
}

impl Show {
    #[cfg(feature = "folder")]
    fn add(&mut self, recording: &Recording) {
        let tags = &recording.main.tags;
        let artist = tags.author();
        let language = recording.language();
        for (counts, text) in [
            (&mut self.albums, tags.album.as_deref()),
            (&mut self.artists, artist.as_deref()),
            (&mut self.genres, tags.genre.as_deref()),
            (&mut self.languages, language),
        ] {
            if let Some(text) = text
                .map(|text| html::xml_line(&crate::diag::remove_credentials(text)))
                .filter(|text| !text.is_empty())
            {
                *counts.entry(text).or_default() += 1;
            }
        }
    }
}

/// Inspects all seeds under the root.
///
/// # Errors
/// If the root cannot be listed, or the system is out of file handles or memory.
///
/// ```
/// use feedmill::pipeline::inspect;
/// use feedmill::store::{MemoryStore, Store};
///
/// let seeds = MemoryStore::new();
/// seeds.replace("town/1.txt".as_ref(), b"<!--1698786902000-->\n[A title](https://news.example/1)\n------\n")?;
/// let seen = inspect(&seeds)?;
/// assert_eq!((seen.seeds, seen.sites.get("https://news.example")), (1, Some(&1)));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn inspect(store: &dyn Store) -> io::Result<Inspection> {
    inspect_at(store, &Addresses::default())
}

/// Inspects all seeds under the root of a store whose articles are published at these addresses.
///
/// # Errors
/// As [`inspect`].
pub fn inspect_at(store: &dyn Store, addresses: &Addresses) -> io::Result<Inspection> {
    let mut inspection = Inspection::default();
    let site = addresses.site.clone().or_else(|| Url::parse(PLACEHOLDER_SITE).ok());
    let addresses = Addresses { site, ..addresses.clone() };
    let mut folders = vec![PathBuf::new()];
    let mut left = MAX_NAMES;
    while let Some(folder) = folders.pop() {
        let mut names = Vec::new();
        let scanned = store.scan(&folder, false, &mut |name, kind, _| {
            left = left.saturating_sub(1);
            match kind {
                Kind::File if is_seed(name) || audio::may_belong(name) => names.push(name.to_owned()),
                Kind::Folder if folder.as_os_str().is_empty() && name == FEEDS && has_cache(store) => {}
                Kind::Folder if !is_apart(name) => folders.push(folder.join(name)),
                _ => {}
            }
        });
        // A build reports a folder that cannot be listed.
        if folder.as_os_str().is_empty() {
            scanned?;
        }
        names.sort_unstable();
        let groups = if addresses.repository.is_none() {
            Groups::of(names.iter().map(OsString::as_os_str))
        } else {
            Groups::default()
        };
        let is_media = |name: &OsStr| audio::is_media(name) && groups.is_empty();
        names.retain(|name| is_seed(name) && !groups.is_owned(name) && !is_media(name));
        names.retain(|name| {
            let pattern = addresses.exclude.find(&folder.join(name)).map(str::to_owned);
            let is_kept = pattern.is_none();
            pattern.into_iter().for_each(|pattern| *inspection.excluded.entry(pattern).or_default() += 1);
            is_kept
        });
        let has_markdown = names.iter().any(|name| is_markdown(name));
        let folder = Folder { path: &folder, groups: &groups, has_markdown };
        inspection.add_folder(store, &addresses, folder, &names)?;
        if left == 0 {
            break;
        }
    }
    Ok(inspection)
}

/// True if the default feeds folder is below the root and was written by a build.
fn has_cache(store: &dyn Store) -> bool {
    store.list(&Path::new(FEEDS).join(".feedmill")).is_ok()
}

impl Inspection {
    fn add_folder(
        &mut self,
        store: &dyn Store,
        addresses: &Addresses,
        folder: Folder<'_>,
        names: &[OsString],
    ) -> io::Result<()> {
        let names: Vec<&OsStr> = names.iter().map(OsString::as_os_str).collect();
        let heads = names.par_chunks(BATCH).map(|names| {
            let mut heads = Vec::with_capacity(names.len());
            read_heads(store, addresses, folder, names, &mut |_, head| heads.push(head))?;
            Ok(heads)
        });
        let heads = heads.collect::<Result<Vec<_>, Error>>().map_err(io::Error::other)?;
        let folder = folder.path;
        let (mut articles, mut index_pages) = (0, 0);
        for (name, head) in names.iter().zip(heads.into_iter().flatten()) {
            let is_article = self.add_head(&head);
            self.other_markdown += usize::from(head.ignored && is_markdown(name));
            if let Some(repository) = addresses.repository.as_ref().filter(|_| is_article) {
                let section = repository.section(folder);
                self.samples.entry(section.clone().unwrap_or_default()).or_insert_with(|| folder.join(name));
                if let Some(section) = section {
                    *self.sections.entry(section.into()).or_default() += 1;
                }
            }
            let is_guessed = !audio::is_media(name)
                && head.head.as_ref().is_some_and(|head| head.link.starts_with(PLACEHOLDER_SITE));
            if is_article && is_guessed && addresses.repository.is_none() && self.guessed.is_none() {
                self.guessed = Some(folder.join(name));
            }
            articles += u32::from(is_article);
            index_pages += u32::from(is_article && is_index_page(name.as_encoded_bytes()));
        }
        let is_plain = addresses.repository.is_none() && articles > 0;
        if let Some(section) = section(folder, articles, index_pages).filter(|_| is_plain) {
            *self.sections.entry(section.to_owned()).or_default() += articles as usize;
        }
        for name in names.iter().filter(|name| !audio::is_media(name)).take(MAX_SAMPLE) {
            let Ok(prefix) = store.prefix(&folder.join(name), SAMPLE_SIZE) else { continue };
            let text = String::from_utf8_lossy(&prefix.bytes);
            *self.languages.entry(html::language(RawHtml(&text)).unwrap_or_default()).or_default() += 1;
        }
        Ok(())
    }

    /// Adds a head; true if it is that of an article for feeds.
    fn add_head(&mut self, result: &HeadResult) -> bool {
        if result.ignored {
            return false;
        }
        let (Some(head), Some(dialect)) = (&result.head, result.dialect) else {
            self.skipped += 1;
            return false;
        };
        if head.metadata.unlisted {
            self.unlisted += 1;
            return false;
        }
        self.seeds += 1;
        #[cfg(feature = "folder")]
        if let Some(recording) = Recording::decode(&result.recording) {
            self.show.add(&recording);
        }
        *self.dialects.entry(dialect).or_default() += 1;
        if let Ok(link) = Url::parse(&head.link)
            && !head.link.starts_with(PLACEHOLDER_SITE)
            && dialect != audio::NAME
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
    fn inspect_counts_what_seeds_have_in_common() {
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
        store.replace("b/notes.txt".as_ref(), b"No stamp").unwrap();
        let seen = inspect(&store).unwrap();
        assert_eq!((seen.seeds, seen.skipped), (5, 1));
        assert_eq!(seen.sections, BTreeMap::from([("a".into(), 2)]));
        assert_eq!(seen.dialects, BTreeMap::from([("stamped", 4), ("yaml", 1)]));
        let sites = [("https://a.example".to_owned(), 2), ("https://b.example:8080".to_owned(), 2)];
        assert_eq!(seen.sites, BTreeMap::from(sites));
        assert_eq!(seen.languages, BTreeMap::from([(String::new(), 5), ("de".to_owned(), 1)]));
        assert_eq!(seen.span, Some((UnixMs(1_000_000_000_000), UnixMs(2_000_000_000_000))));
    }
}
