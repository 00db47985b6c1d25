//! The documents of a feed: the subscription document, and one archive document for each month of older entries
//! ([RFC 5005, 4](https://www.rfc-editor.org/rfc/rfc5005#section-4)).
//!
//! The month is that of an entry's latest time, in UTC: each document is a contiguous part of the feed's order, and every
//! entry is in exactly one. The month in which the subscription document ends is open: entries that leave that document
//! are added to it. It has a folder of its own until all its entries have left, so that the URL of a month never shows a
//! part of it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use url::Url;

use crate::config::Channel;
use crate::model::History;
use crate::types::UnixMs;

use super::select::Pick;

/// Folder of the archive in that of its feed. Feeds are never that deep, so a section may have the same name.
pub(super) const FOLDER: &str = "archive";
/// Suffix of the folder of the open month.
const OPEN: &str = "-open";

/// One document to write, in every format.
pub(super) struct OutputDoc {
    /// Folder of its feed.
    pub(super) feed: String,
    pub(super) channel: Arc<Channel>,
    /// Month of the archive; empty for the subscription document.
    pub(super) month: String,
    is_open: bool,
    /// URL of the folder in which it is published.
    pub(super) base: Option<Url>,
    /// Newest first.
    pub(super) picks: Vec<Pick>,
    pub(super) history: History,
    /// Page of each pick; empty if entries have no pages.
    pub(super) pages: Vec<Option<EntryPage>>,
}

/// Page of an entry.
#[derive(Clone)]
pub(super) struct EntryPage {
    /// Path under the feeds folder.
    pub(super) path: Arc<str>,
    /// True if this document writes it. An entry in several documents has one page.
    pub(super) is_own: bool,
}

impl OutputDoc {
    /// True if it is an archive document.
    pub(super) fn is_archive(&self) -> bool {
        !self.month.is_empty()
    }

    /// Returns the paths of its seeds, in the order of its entries.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.picks.iter().map(|pick| &*pick.seed.path)
    }

    /// Returns the page of a pick, if it has one.
    pub(super) fn page(&self, pick: usize) -> Option<&EntryPage> {
        self.pages.get(pick)?.as_ref()
    }

    /// Returns the folder of its files.
    pub(super) fn folder(&self) -> PathBuf {
        let feed = Path::new(&self.feed);
        if self.month.is_empty() {
            feed.to_path_buf()
        } else {
            feed.join(FOLDER).join(name(&self.month, self.is_open))
        }
    }
}

/// Returns the number of entries that are selected for a feed: all of them if it has an archive.
pub(super) fn entry_capacity(channel: &Channel) -> usize {
    if channel.archive { usize::MAX } else { channel.limit }
}

/// Divides the selected entries of a feed into documents: the subscription document, then the archive, oldest first.
pub(super) fn output_docs(feed: &str, channel: Channel, mut picks: Vec<Pick>) -> Vec<OutputDoc> {
    let kept = channel.limit.min(picks.len());
    let open = picks[..kept].last().map(|last| month(last.seed.time)).unwrap_or_default();
    let channel = Arc::new(channel);
    let doc = |month, is_open, base, picks| OutputDoc {
        feed: feed.to_owned(),
        channel: channel.clone(),
        month,
        is_open,
        base,
        picks,
        history: History::default(),
        pages: Vec::new(),
    };
    let mut docs = Vec::new();
    while let Some(last) = picks.get(kept..).and_then(<[Pick]>::last) {
        let month = month(last.seed.time);
        let start = kept + picks[kept..].partition_point(|pick| self::month(pick.seed.time) != month);
        let of_month = picks.split_off(start);
        picks.shrink_to_fit();
        let is_open = month == open;
        let path = format!("{FOLDER}/{}/", name(&month, is_open));
        let base = channel.base.as_ref().and_then(|base| base.join(&path).ok());
        docs.extend(base.map(|base| doc(month, is_open, Some(base), of_month)));
    }
    docs.insert(0, doc(String::new(), false, channel.base.clone(), picks));
    docs[0].history.prev = docs.last().filter(|doc| doc.is_archive()).and_then(|doc| doc.base.clone());
    for index in 1..docs.len() {
        docs[index].history = history(&docs, index);
    }
    docs
}

/// Returns the neighbours of an archive document. A month links to the next one only if that is closed, so that it is
/// rewritten once; the oldest document, which has no other neighbour, links to whatever comes next.
fn history(docs: &[OutputDoc], index: usize) -> History {
    let current = docs[0].base.clone();
    let next = docs.get(index + 1);
    let prev = docs.get(index - 1).filter(|_| index > 1);
    let next = match prev {
        Some(_) => next.filter(|next| !next.is_open).and_then(|next| next.base.clone()),
        None => next.map_or(current.clone(), |next| next.base.clone()),
    };
    History { current, prev: prev.and_then(|doc| doc.base.clone()), next }
}

fn month(time: UnixMs) -> String {
    time.to_utc().format("%Y-%m").to_string()
}

fn name(month: &str, is_open: bool) -> String {
    format!("{month}{}", if is_open { OPEN } else { "" })
}

/// True if a folder has a name that feedmill gives to archive documents.
pub(super) fn is_folder(name: &OsStr) -> bool {
    let name = name.to_str().unwrap_or_default();
    let month = name.strip_suffix(OPEN).unwrap_or(name).as_bytes();
    month.len() == 7
        && month.iter().enumerate().all(|(i, b)| if i == 4 { *b == b'-' } else { b.is_ascii_digit() })
}

/// Returns the folder of the feed to which an archive document belongs, by its path under the feeds folder, and true if
/// its month is closed; `None` for any other path.
///
/// ```
/// use feedmill::pipeline::month_of;
///
/// assert_eq!(month_of("town/archive/2023-10/rss.xml"), Some(("town", true)));
/// assert_eq!(month_of("archive/2023-11-open/rss.xml"), Some(("", false)));
/// assert_eq!(month_of("town/rss.xml"), None);
/// ```
#[must_use]
pub fn month_of(path: &str) -> Option<(&str, bool)> {
    let (folder, _) = path.rsplit_once('/')?;
    let (archive, month) = folder.rsplit_once('/')?;
    let feed = if archive == FOLDER { "" } else { archive.strip_suffix(FOLDER)?.strip_suffix('/')? };
    is_folder(OsStr::new(month)).then(|| (feed, !month.ends_with(OPEN)))
}

/// Returns the path that a document of an open month has once the month is closed; `None` for any other path.
pub(super) fn closed_month_path(path: &Path) -> Option<PathBuf> {
    let folder = path.parent()?;
    let month = folder.file_name()?.to_str()?.strip_suffix(OPEN)?;
    Some(folder.with_file_name(month).join(path.file_name()?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::super::select::{Candidate, Key, KeySource};
    use super::*;
    use crate::config::{RawConfig, Value};
    use crate::diag::Sink;

    const DAY: i64 = 86_400_000;

    /// Returns the archive of entries of these days since 2023-10-01, newest first, and the length of the feed.
    fn archive(limit: i64, days: &[i64]) -> (usize, Vec<OutputDoc>) {
        let mut sink = Sink::collecting();
        let mut raw = RawConfig::default();
        raw.set("base_url", Value::Text("https://f.example/".to_owned()), "test");
        raw.set("limit", Value::Number(limit), "test");
        raw.set("archive", Value::Bool(true), "test");
        let channel = raw.resolve(&mut sink).unwrap().main_feed;
        let picks: Vec<Pick> = days
            .iter()
            .map(|day| {
                let link = format!("https://e.example/{day}");
                let time = UnixMs(1_696_118_400_000 + day * DAY);
                let seed = Arc::new(Candidate::new(time, &link, link.clone().into(), Arc::default()));
                Pick::new(&seed, &Key::of(&seed, KeySource::File))
            })
            .collect();
        let mut docs = output_docs("", channel, picks);
        let feed = docs.remove(0);
        assert_eq!(feed.history.prev, docs.last().and_then(|doc| doc.base.clone()));
        (feed.picks.len(), docs)
    }

    fn path(doc: &OutputDoc) -> &str {
        doc.base.as_ref().map_or("", Url::path)
    }

    fn shape(docs: &[OutputDoc]) -> Vec<(&str, usize)> {
        docs.iter()
            .map(|p| (path(p).trim_matches('/').trim_start_matches("archive/"), p.picks.len()))
            .collect()
    }

    #[test]
    fn policy_archive_the_month_in_which_the_subscription_document_ends_is_open() {
        let (kept, all) = archive(3, &[70, 65, 40, 35, 20, 10, 0, -1, -2]);
        assert_eq!(kept, 3);
        assert_eq!(shape(&all), [("2023-09", 2), ("2023-10", 3), ("2023-11-open", 1)]);
        let (_, all) = archive(4, &[70, 65, 40, 35, 20, 10, 0, -1, -2]);
        assert_eq!(shape(&all), [("2023-09", 2), ("2023-10", 3)], "all of November is in the feed");
        assert_eq!(shape(&archive(9, &[2, 1]).1), []);
        assert_eq!(shape(&archive(0, &[70, 1]).1), [], "a feed without a limit needs no archive");
    }

    proptest! {
        #[test]
        fn policy_archive_each_entry_is_in_one_document_and_news_change_no_closed_month(
            days in prop::collection::btree_set(-90i64..300, 0..50), limit in 1i64..20, later in 1i64..60,
        ) {
            let days: Vec<i64> = days.into_iter().rev().collect();
            let (kept, before) = archive(limit, &days);
            let walked = before.iter().rev().flat_map(|doc| &doc.picks).map(|p| p.seed.link.to_string());
            let expected = days.iter().skip(kept).map(|day| format!("https://e.example/{day}"));
            prop_assert_eq!(walked.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
            let next = days.first().unwrap_or(&0) + later;
            let (_, after) = archive(limit, &[&[next], days.as_slice()].concat());
            for doc in before.iter().filter(|doc| !doc.is_open) {
                let same = after.iter().find(|other| other.base == doc.base).unwrap();
                prop_assert!(doc.paths().eq(same.paths()));
            }
        }

        /// RFC 5005, 4.2: such a reader follows `prev-archive` until it reaches a known URL.
        #[test]
        fn policy_archive_a_reader_that_never_fetches_a_url_twice_misses_only_the_open_month(
            days in prop::collection::btree_set(-90i64..300, 1..150), limit in 1i64..20,
            polls in prop::collection::btree_set(1usize..150, 1..9),
        ) {
            let days: Vec<i64> = days.into_iter().collect();
            let (mut known, mut read) = (BTreeSet::new(), BTreeSet::new());
            for there in polls.into_iter().map(|poll| poll.min(days.len())) {
                let newest: Vec<i64> = days[..there].iter().rev().copied().collect();
                let (kept, all) = archive(limit, &newest);
                known.extend(newest.iter().take(kept).map(|day| PathBuf::from(format!("https://e.example/{day}"))));
                for doc in all.iter().rev().take_while(|doc| read.insert(doc.base.clone())) {
                    known.extend(doc.paths().map(PathBuf::from));
                }
                let closed = all.iter().filter(|doc| !doc.is_open).flat_map(|doc| &doc.picks);
                prop_assert!(closed.into_iter().all(|pick| known.contains(&*pick.seed.path)));
            }
        }
    }

    #[test]
    fn policy_archive_every_document_has_a_neighbour_and_the_chain_ends() {
        let links = |limit: i64, days: &[i64]| -> Vec<String> {
            let (_, all) = archive(limit, days);
            all.iter()
                .map(|doc| {
                    let links = doc.history.links("rss.xml").skip(1);
                    links
                        .map(|(rel, url)| format!("{} {}", &rel[..4], url.path()))
                        .collect::<Vec<_>>()
                        .join(", ")
                })
                .collect()
        };
        assert_eq!(
            links(1, &[70, 65, 40, 10]),
            [
                "next /archive/2023-11/rss.xml",
                "prev /archive/2023-10/rss.xml",
                "prev /archive/2023-11/rss.xml"
            ]
        );
        assert_eq!(links(1, &[40, 10]), ["next /rss.xml"]);
        assert_eq!(links(1, &[40, 39]), ["next /rss.xml"]);
        assert_eq!(
            links(1, &[40, 39, 10]),
            ["next /archive/2023-11-open/rss.xml", "prev /archive/2023-10/rss.xml"]
        );
    }

    #[test]
    fn archive_folders_are_recognized_by_name() {
        for (name, known) in [
            ("2023-10", true),
            ("2023-10-open", true),
            ("0000-01", true),
            ("2023", false),
            ("2023_10", false),
            ("2023-10-shut", false),
            ("archive", false),
        ] {
            assert_eq!(is_folder(OsStr::new(name)), known, "{name}");
        }
        assert_eq!(month_of("archive/2023-10/rss.xml"), Some(("", true)));
        assert_eq!(month_of("a/archive/2023-10-open/rss.xml"), Some(("a", false)));
        assert_eq!(month_of("a/archive/b/2023-10/rss.xml"), None);
        assert_eq!(month_of("anarchive/2023-10/rss.xml"), None);
        assert_eq!(month_of("archive/2023/rss.xml"), None);
        let path = |text: &str| closed_month_path(Path::new(text));
        assert_eq!(path("a/archive/2023-10-open/rss.xml"), Some("a/archive/2023-10/rss.xml".into()));
        assert_eq!(path("a/archive/2023-10/rss.xml"), None);
    }
}
