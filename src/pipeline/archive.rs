//! The documents of a feed: the subscription document, and what that has no room for in an archive
//! ([RFC 5005, 4](https://www.rfc-editor.org/rfc/rfc5005#section-4)), a document a month.
//!
//! A month is that of an entry's latest time, in UTC: each document is a stretch of the feed's own order, and every entry
//! is in exactly one. The month in which the subscription document ends is open. What falls out of that document goes
//! there, and it lies in a folder of its own until all of it has fallen out: a month's own address never shows a part.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use url::Url;

use crate::config::Channel;
use crate::model::History;
use crate::types::UnixMs;

use super::select::Pick;

/// The folder of the archive, in that of its feed. No feed is that deep, so a section of this name is in nobody's way.
pub(super) const FOLDER: &str = "archive";
/// What the folder of the open month ends in.
const OPEN: &str = "-open";

/// One document, in every format.
pub(super) struct Part {
    /// The folder of its feed.
    pub(super) feed: String,
    pub(super) channel: Arc<Channel>,
    /// The month of the archive; empty for the subscription document.
    pub(super) month: String,
    is_open: bool,
    /// Where it is published.
    pub(super) base: Option<Url>,
    /// Newest first.
    pub(super) picks: Vec<Pick>,
    pub(super) history: History,
}

impl Part {
    /// The paths of its seeds, in their order.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.picks.iter().map(|pick| pick.seed.path.as_path())
    }

    /// The folder in which it lies.
    pub(super) fn folder(&self) -> PathBuf {
        let feed = Path::new(&self.feed);
        if self.month.is_empty() {
            feed.to_path_buf()
        } else {
            feed.join(FOLDER).join(name(&self.month, self.is_open))
        }
    }
}

/// How many entries are chosen for a channel: with an archive all of them have a place.
pub(super) fn room(channel: &Channel) -> usize {
    if channel.archive { usize::MAX } else { channel.limit }
}

/// The documents that carry what was picked for a feed: that of its subscribers, then its archive, oldest first.
pub(super) fn parts(feed: &str, channel: Channel, mut picks: Vec<Pick>) -> Vec<Part> {
    let older = picks.split_off(channel.limit.min(picks.len()));
    let open = picks.last().map(|last| month(last.seed.time)).unwrap_or_default();
    let channel = Arc::new(channel);
    let part = |month, is_open, base, picks| Part {
        feed: feed.to_owned(),
        channel: channel.clone(),
        month,
        is_open,
        base,
        picks,
        history: History::default(),
    };
    let mut parts: Vec<Part> = Vec::new();
    for pick in older {
        let month = month(pick.seed.time);
        if let Some(part) = parts.last_mut().filter(|part| part.month == month) {
            part.picks.push(pick);
            continue;
        }
        let is_open = month == open;
        let path = format!("{FOLDER}/{}/", name(&month, is_open));
        let Some(base) = channel.base.as_ref().and_then(|base| base.join(&path).ok()) else { break };
        parts.push(part(month, is_open, Some(base), vec![pick]));
    }
    picks.shrink_to_fit();
    parts.push(part(String::new(), false, channel.base.clone(), picks));
    parts.rotate_right(1);
    parts[1..].reverse();
    parts[0].history.prev =
        parts.last().filter(|part| !part.month.is_empty()).and_then(|part| part.base.clone());
    for index in 1..parts.len() {
        parts[index].history = history(&parts, index);
    }
    parts
}

/// The neighbours of a document of the archive. A month is linked to the next where that is whole, so that it is written
/// anew once when that is; the oldest document, which has no other neighbour, is linked to whatever comes next.
fn history(parts: &[Part], index: usize) -> History {
    let current = parts[0].base.clone();
    let next = parts.get(index + 1);
    let prev = parts.get(index - 1).filter(|_| index > 1);
    let next = match prev {
        Some(_) => next.filter(|next| !next.is_open).and_then(|next| next.base.clone()),
        None => next.map_or(current.clone(), |next| next.base.clone()),
    };
    History { current, prev: prev.and_then(|part| part.base.clone()), next }
}

fn month(time: UnixMs) -> String {
    time.to_utc().format("%Y-%m").to_string()
}

fn name(month: &str, is_open: bool) -> String {
    format!("{month}{}", if is_open { OPEN } else { "" })
}

/// Whether a folder of an archive has a name that we give.
pub(super) fn is_folder(name: &OsStr) -> bool {
    let name = name.to_str().unwrap_or_default();
    let month = name.strip_suffix(OPEN).unwrap_or(name).as_bytes();
    month.len() == 7
        && month.iter().enumerate().all(|(i, b)| if i == 4 { *b == b'-' } else { b.is_ascii_digit() })
}

/// The folder of the feed that a document of an archive belongs to, by its path under the feeds, and whether its month is
/// whole; `None` for any other document.
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

/// Where a document of an open month lies once the month is whole; `None` for any other path.
pub(super) fn whole(path: &Path) -> Option<PathBuf> {
    let folder = path.parent()?;
    let month = folder.file_name()?.to_str()?.strip_suffix(OPEN)?;
    Some(folder.with_file_name(month).join(path.file_name()?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::super::select::Candidate;
    use super::*;
    use crate::config::{RawConfig, Value};
    use crate::diag::Sink;

    const DAY: i64 = 86_400_000;

    /// The archive of entries of these days since 2023-10-01, the newest first, and how many the feed keeps.
    fn archive(limit: i64, days: &[i64]) -> (usize, Vec<Part>) {
        let mut sink = Sink::keeping();
        let mut raw = RawConfig::default();
        raw.set("base_url", Value::Text("https://f.example/".to_owned()), "test");
        raw.set("limit", Value::Number(limit), "test");
        raw.set("archive", Value::Switch(true), "test");
        let channel = raw.resolve(&mut sink).unwrap().whole;
        let picks: Vec<Pick> = days
            .iter()
            .map(|day| {
                let link = format!("https://e.example/{day}");
                let time = UnixMs(1_696_118_400_000 + day * DAY);
                let seed =
                    Candidate { time, link: link.clone().into(), path: link.clone().into(), section: None };
                Pick {
                    seed: Arc::new(seed),
                    published: time,
                    first_link: link.clone().into(),
                    key: link.into(),
                }
            })
            .collect();
        let mut parts = parts("", channel, picks);
        let feed = parts.remove(0);
        assert_eq!(feed.history.prev, parts.last().and_then(|part| part.base.clone()));
        (feed.picks.len(), parts)
    }

    fn path(part: &Part) -> &str {
        part.base.as_ref().map_or("", Url::path)
    }

    fn shape(parts: &[Part]) -> Vec<(&str, usize)> {
        parts
            .iter()
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
        fn policy_archive_each_entry_is_in_one_document_and_news_change_no_whole_month(
            days in prop::collection::btree_set(-90i64..300, 0..50), limit in 1i64..20, later in 1i64..60,
        ) {
            let days: Vec<i64> = days.into_iter().rev().collect();
            let (kept, before) = archive(limit, &days);
            let walked = before.iter().rev().flat_map(|part| &part.picks).map(|p| p.seed.link.to_string());
            let expected = days.iter().skip(kept).map(|day| format!("https://e.example/{day}"));
            prop_assert_eq!(walked.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
            let next = days.first().unwrap_or(&0) + later;
            let (_, after) = archive(limit, &[&[next], days.as_slice()].concat());
            for part in before.iter().filter(|part| !part.is_open) {
                let same = after.iter().find(|other| other.base == part.base).unwrap();
                let paths = |part: &Part| part.picks.iter().map(|p| p.seed.path.clone()).collect::<Vec<_>>();
                prop_assert_eq!(paths(part), paths(same));
            }
        }

        /// RFC 5005, 4.2: such a reader follows `prev-archive` until it comes to an address that it knows.
        #[test]
        fn policy_archive_a_reader_that_never_reads_an_address_twice_misses_nothing_but_the_open_month(
            days in prop::collection::btree_set(-90i64..300, 1..150), limit in 1i64..20,
            polls in prop::collection::btree_set(1usize..150, 1..9),
        ) {
            let days: Vec<i64> = days.into_iter().collect();
            let (mut known, mut read) = (BTreeSet::new(), BTreeSet::new());
            for there in polls.into_iter().map(|poll| poll.min(days.len())) {
                let newest: Vec<i64> = days[..there].iter().rev().copied().collect();
                let (kept, all) = archive(limit, &newest);
                known.extend(newest.iter().take(kept).map(|day| PathBuf::from(format!("https://e.example/{day}"))));
                for part in all.iter().rev().take_while(|part| read.insert(part.base.clone())) {
                    known.extend(part.picks.iter().map(|pick| pick.seed.path.clone()));
                }
                let whole = all.iter().filter(|part| !part.is_open).flat_map(|part| &part.picks);
                prop_assert!(whole.into_iter().all(|pick| known.contains(&pick.seed.path)));
            }
        }
    }

    #[test]
    fn policy_archive_every_document_has_a_neighbour_and_the_chain_ends() {
        let links = |limit: i64, days: &[i64]| -> Vec<String> {
            let (_, all) = archive(limit, days);
            all.iter()
                .map(|part| {
                    let links = part.history.links("rss.xml").skip(1);
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
    fn folders_of_archives_are_known_by_their_names() {
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
        let path = |text: &str| whole(Path::new(text));
        assert_eq!(path("a/archive/2023-10-open/rss.xml"), Some("a/archive/2023-10/rss.xml".into()));
        assert_eq!(path("a/archive/2023-10/rss.xml"), None);
    }
}
