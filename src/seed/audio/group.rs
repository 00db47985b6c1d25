//! Which files of a folder belong to an episode: all that have the name of its audio or video file up to the first dot of
//! their endings.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::seed::extension;
use crate::types::work;

/// Extensions of audio and video files. Of several files of an episode, the first kind is the one that most players accept.
pub(crate) const MEDIA: &[&str] =
    &["mp3", "m4a", "m4b", "mp4", "m4v", "aac", "ogg", "opus", "flac", "wav", "webm"];
/// Extensions of images, those that stores accept first.
const IMAGES: &[&str] = &["jpg", "jpeg", "png", "webp", "gif"];
/// Other extensions of files that belong to an episode.
const OTHERS: &[&str] = &["vtt", "srt", "json", "md", "markdown", "html", "htm", "txt"];
/// Extensions of files that belong to an episode and are never articles.
const SIDECARS: &[&str] = &["vtt", "srt", "json"];
/// Names of the cover of a show, without extension.
const COVERS: &[&str] = &["cover", "folder", "artwork", "podcast", "show", "logo"];

/// Returns the position of the extension of a name in a list.
fn rank(name: &OsStr, list: &[&str]) -> Option<usize> {
    let extension = extension(name)?;
    list.iter().position(|known| extension.eq_ignore_ascii_case(known.as_bytes()))
}

/// Returns a name without its extension.
fn stem(name: &OsStr) -> &[u8] {
    let bytes = name.as_encoded_bytes();
    &bytes[..extension(name).map_or(bytes.len(), |extension| bytes.len() - extension.len() - 1)]
}

/// True if a file of this name is audio or video.
#[must_use]
pub(crate) fn is_media(name: &OsStr) -> bool {
    rank(name, MEDIA).is_some()
}

/// Returns how many players accept a media file of this name, the least number for most; `None` if it is none.
#[must_use]
pub(crate) fn media_rank(name: &OsStr) -> Option<usize> {
    rank(name, MEDIA)
}

/// True if a file of this name may belong to an episode.
#[must_use]
pub(crate) fn may_belong(name: &OsStr) -> bool {
    rank(name, IMAGES).is_some() || rank(name, OTHERS).is_some()
}

/// Returns how well an image stands for its folder, the best first; `None` if it does not.
fn cover_rank(name: &OsStr) -> Option<(bool, usize, usize)> {
    let kind = rank(name, IMAGES)?;
    let cover = COVERS.iter().position(|cover| stem(name).eq_ignore_ascii_case(cover.as_bytes()))?;
    Some((!is_accepted(name), cover, kind))
}

/// True if stores accept a cover of this name: they know JPEG and PNG.
#[must_use]
pub(crate) fn is_accepted(cover: &OsStr) -> bool {
    rank(cover, &IMAGES[..3]).is_some()
}

/// Returns the image among some names that stands for their folder.
#[must_use]
pub(crate) fn cover<'a>(names: impl Iterator<Item = &'a OsStr>) -> Option<&'a OsStr> {
    names.filter_map(|name| Some((cover_rank(name)?, name))).min().map(|(_, name)| name)
}

/// The files of a folder by episode.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    /// Files that belong to an episode, by the name of its main file. The main file is not among them, and an episode of
    /// one file is left out.
    episodes: HashMap<OsString, Vec<OsString>>,
    /// Main file of each file that belongs to an episode.
    owners: HashMap<OsString, OsString>,
    /// Image that stands for the folder.
    cover: Option<OsString>,
    /// Path of the image of a folder above, if the folder has none.
    inherited: Option<PathBuf>,
    /// Beginnings of the names of transcripts and chapters that belong to no episode.
    sidecars: HashSet<Vec<u8>>,
    /// True if there is an episode.
    has_episodes: bool,
}

impl Groups {
    /// Groups the names of a folder.
    #[must_use]
    pub(crate) fn of<'a>(names: impl Iterator<Item = &'a OsStr> + Clone) -> Self {
        let mut main: HashMap<&[u8], (usize, &OsStr)> = HashMap::new();
        for name in names.clone() {
            let Some(rank) = rank(name, MEDIA) else { continue };
            let known = main.entry(stem(name)).or_insert((rank, name));
            *known = (*known).min((rank, name));
        }
        let mut groups = Self { has_episodes: !main.is_empty(), ..Self::default() };
        if main.is_empty() {
            return groups;
        }
        let mut covers: Vec<((bool, usize, usize), &OsStr)> = Vec::new();
        for name in names {
            let bytes = name.as_encoded_bytes();
            // A name may have several endings: `ep1.chapters.json`, `ep1.en.vtt`.
            let ends = bytes.iter().enumerate().rev().filter(|(_, byte)| **byte == b'.').take(4);
            work::step(bytes.len());
            let owner = ends.filter_map(|(at, _)| main.get(&bytes[..at])).next();
            match owner {
                Some((_, owner)) if *owner != name => {
                    groups.owners.insert(name.to_owned(), (*owner).to_owned());
                    groups.episodes.entry((*owner).to_owned()).or_default().push(name.to_owned());
                }
                Some(_) => {}
                None => {
                    covers.extend(cover_rank(name).map(|rank| (rank, name)));
                    if rank(name, SIDECARS).is_some() {
                        let ends = bytes.iter().enumerate().rev().filter(|(_, byte)| **byte == b'.').take(4);
                        groups.sidecars.extend(ends.map(|(at, _)| bytes[..at].to_vec()));
                    }
                }
            }
        }
        groups.cover = covers.iter().min().map(|(_, name)| (*name).to_owned());
        groups.episodes.values_mut().for_each(|files| files.sort_unstable());
        groups
    }

    /// True if there is no episode.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        !self.has_episodes
    }

    /// True if a file is not a seed of its own, because it belongs to another.
    #[must_use]
    pub(crate) fn is_owned(&self, name: &OsStr) -> bool {
        self.owners.contains_key(name)
    }

    /// Sets the image of a folder above. It counts if the folder has none.
    #[must_use]
    pub(crate) fn inheriting(mut self, cover: Option<PathBuf>) -> Self {
        self.inherited = cover.filter(|_| self.cover.is_none() && self.has_episodes);
        self
    }

    /// Returns the path of the image of a folder above that stands for this folder.
    #[must_use]
    pub(crate) fn inherited(&self) -> Option<&Path> {
        self.inherited.as_deref()
    }

    /// True if a transcript or chapters without an episode have the name of a text.
    #[must_use]
    pub(crate) fn has_sidecar(&self, text: &OsStr) -> bool {
        self.sidecars.contains(stem(text))
    }

    /// Returns a number that changes with what other files of the folder decide about one that is no episode and belongs to
    /// none; 0 in a folder without episodes.
    #[must_use]
    pub(crate) fn neighborhood(&self, name: &OsStr) -> u128 {
        let is_text = self.has_episodes && !is_media(name);
        if is_text { 1 + u128::from(self.has_sidecar(name)) } else { 0 }
    }

    /// Returns the main file of the episode that a file belongs to.
    #[must_use]
    pub(crate) fn owner(&self, name: &OsStr) -> Option<&OsStr> {
        self.owners.get(name).map(OsString::as_os_str)
    }

    /// Returns the files on which an episode depends besides its main file: its own, and the cover of the folder.
    pub(crate) fn files(&self, main: &OsStr) -> impl Iterator<Item = &OsStr> {
        let is_main = self.has_episodes && is_media(main) && !self.is_owned(main);
        let own = self.episodes.get(main).into_iter().flatten();
        own.chain(self.cover.iter().filter(move |_| is_main)).map(OsString::as_os_str)
    }

    /// Returns the image that stands for the folder.
    #[must_use]
    pub(crate) fn cover(&self) -> Option<&OsStr> {
        self.cover.as_deref()
    }
}

/// What a file is to its episode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Another file of the same recording.
    Media,
    /// Its text. Of several, the one with the lowest number.
    Notes(usize),
    Transcript,
    Chapters,
    /// Image. Of several, the one with the lowest number.
    Image(usize),
}

/// Returns what a file is to the episode whose main file has this stem.
pub(super) fn role(name: &str, stem: &str) -> Option<Role> {
    let name = OsStr::new(name);
    if is_media(name) {
        return Some(Role::Media);
    }
    if let Some(rank) = rank(name, IMAGES) {
        return Some(Role::Image(rank));
    }
    let middle = name.to_str()?.strip_prefix(stem)?.trim_matches('.').to_ascii_lowercase();
    let (middle, extension) = middle.rsplit_once('.').unwrap_or(("", &middle));
    Some(match extension {
        "json" if middle.contains("chapter") => Role::Chapters,
        "vtt" | "srt" | "json" => Role::Transcript,
        _ if middle.contains("transcript") => Role::Transcript,
        "md" | "markdown" => Role::Notes(0),
        "html" | "htm" => Role::Notes(1),
        "txt" => Role::Notes(2),
        _ => return None,
    })
}

/// Returns the language in the name of a transcript: `de` of `ep1.de.vtt`.
pub(super) fn language<'a>(name: &'a str, stem: &str) -> Option<&'a str> {
    let middle = name.strip_prefix(stem)?.trim_matches('.');
    let parts = middle.split('.').filter(|part| matches!(part.len(), 2 | 5));
    parts.into_iter().find(|part| {
        let (language, region) = part.split_once(['-', '_']).unwrap_or((part, "XX"));
        language.len() == 2 && language.bytes().chain(region.bytes()).all(|b| b.is_ascii_alphabetic())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_belong_to_the_episode_whose_name_they_begin_with() {
        let names = [
            "ep1.mp3",
            "ep1.ogg",
            "ep1.md",
            "ep1.en.vtt",
            "ep1.chapters.json",
            "ep1.jpg",
            "ep10.m4a",
            "ep10.srt",
            "ep1.5.flac",
            "ep1.5.txt",
            "cover.png",
            "folder.jpg",
            "about.md",
            "x.jpg",
        ];
        let groups = Groups::of(names.iter().map(OsStr::new));
        let files = |main: &str| {
            groups.files(OsStr::new(main)).map(|name| name.to_str().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(
            files("ep1.mp3"),
            ["ep1.chapters.json", "ep1.en.vtt", "ep1.jpg", "ep1.md", "ep1.ogg", "cover.png"]
        );
        assert_eq!(files("ep10.m4a"), ["ep10.srt", "cover.png"]);
        assert_eq!(files("ep1.5.flac"), ["ep1.5.txt", "cover.png"]);
        assert_eq!(files("ep1.ogg"), [""; 0]);
        assert!(groups.is_owned(OsStr::new("ep1.ogg")) && !groups.is_owned(OsStr::new("about.md")));
        assert!(Groups::of(names[2..6].iter().map(OsStr::new)).is_empty());
    }

    #[test]
    fn the_ending_of_a_file_says_what_it_is() {
        for (name, expected) in [
            ("a.b.md", Role::Notes(0)),
            ("a.b.html", Role::Notes(1)),
            ("a.b.transcript.html", Role::Transcript),
            ("a.b.json", Role::Transcript),
            ("a.b.chapters.json", Role::Chapters),
            ("a.b.de-AT.srt", Role::Transcript),
            ("a.b.PNG", Role::Image(2)),
            ("a.b.opus", Role::Media),
        ] {
            assert_eq!(role(name, "a.b"), Some(expected), "{name}");
        }
        assert_eq!(language("a.b.de-AT.srt", "a.b"), Some("de-AT"));
        assert_eq!((language("a.b.en.vtt", "a.b"), language("a.b.vtt", "a.b")), (Some("en"), None));
    }
}
