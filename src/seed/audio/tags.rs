//! The tags of a media file, whatever its format is.

use lofty::tag::{ItemKey, Tag};
use serde::{Deserialize, Serialize};

/// Length in bytes to which texts are cut: those of tags are stored with the seed.
const MAX_TEXT: usize = 64 << 10;

/// The tags of a media file. Texts are as written, except for their encoding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tags {
    pub(crate) title: Option<String>,
    /// Artists of the recording, in order.
    pub(crate) artists: Vec<String>,
    pub(crate) album: Option<String>,
    /// Artists of the album, separated by commas.
    pub(crate) album_artist: Option<String>,
    pub(crate) date: Option<String>,
    /// Description or comment.
    pub(crate) comment: Option<String>,
    pub(crate) lyrics: Option<String>,
    pub(crate) track: Option<u32>,
    pub(crate) disc: Option<u32>,
    /// Number of discs of the album.
    pub(crate) discs: Option<u32>,
    pub(crate) genre: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) copyright: Option<String>,
    /// Address of a page about the episode.
    pub(crate) page: Option<String>,
    /// Permanent id of the episode.
    pub(crate) id: Option<String>,
}

/// Maximum number of artists.
const MAX_ARTISTS: usize = 100;

/// Returns the number at the beginning of a text: `3` of `3/12`.
pub(super) fn number(text: &str) -> Option<u32> {
    let digits = text.trim().split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok().filter(|number| *number > 0)
}

/// Returns artists, each once.
pub(super) fn unique(mut artists: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    artists.retain(|artist| !artist.is_empty() && seen.insert(artist.clone()));
    artists.truncate(MAX_ARTISTS);
    artists
}

impl Tags {
    /// Returns who made the show: the artists of the album, else of the recording.
    pub(crate) fn author(&self) -> Option<String> {
        let joined = || Some(self.artists.join(", ")).filter(|artists| !artists.is_empty());
        self.album_artist.clone().or_else(joined)
    }

    /// Returns what some tags say, those that count most first. `is_legacy` is true if their encoding is in doubt.
    pub(super) fn of(tags: &[Tag], is_legacy: bool) -> Self {
        let get = |keys: &[ItemKey]| {
            let one = |key: &ItemKey| {
                tags.iter().find_map(|tag| {
                    let text = tag.get_strings(*key).chain(tag.get_locators(*key));
                    // Of several comments, the longest is the description; others are values of programs.
                    text.map(|text| text.trim_matches(['\0', ' ', '\u{feff}']))
                        .filter(|text| !is_internal(text))
                        .max_by_key(|text| (text.len(), *text))
                })
            };
            keys.iter().find_map(one).map(|text| text[..text.floor_char_boundary(MAX_TEXT)].to_owned())
        };
        let number = |key| number(&get(&[key])?);
        // There is a value for each artist.
        let artists = |keys: &[ItemKey]| {
            let of = |key: &ItemKey| {
                let first = tags.iter().find(|tag| tag.get_strings(*key).next().is_some())?;
                let all = first.get_strings(*key).map(|text| text.trim_matches(['\0', ' ', '\u{feff}']));
                let all = all.map(|text| text[..text.floor_char_boundary(MAX_TEXT)].to_owned());
                Some(unique(all.collect())).filter(|artists| !artists.is_empty())
            };
            keys.iter().find_map(of).unwrap_or_default()
        };
        let mut found = Self {
            title: get(&[ItemKey::TrackTitle]),
            artists: artists(&[ItemKey::TrackArtist, ItemKey::TrackArtists]),
            album: get(&[ItemKey::ShowName, ItemKey::AlbumTitle]),
            album_artist: Some(artists(&[ItemKey::AlbumArtist, ItemKey::AlbumArtists]).join(", "))
                .filter(|artists| !artists.is_empty()),
            date: get(&[ItemKey::ReleaseDate]).filter(|date| date.len() > 4).or_else(|| {
                get(&[
                    ItemKey::RecordingDate,
                    ItemKey::ReleaseDate,
                    ItemKey::OriginalReleaseDate,
                    ItemKey::Year,
                ])
            }),
            comment: get(&[ItemKey::PodcastDescription, ItemKey::Description, ItemKey::Comment]),
            lyrics: get(&[ItemKey::UnsyncLyrics, ItemKey::Lyrics]),
            track: number(ItemKey::TrackNumber),
            disc: number(ItemKey::DiscNumber),
            discs: number(ItemKey::DiscTotal),
            genre: get(&[ItemKey::PodcastSeriesCategory, ItemKey::Genre]),
            language: get(&[ItemKey::Language]),
            copyright: get(&[ItemKey::CopyrightMessage]),
            page: get(&[ItemKey::AudioFileUrl, ItemKey::PodcastUrl]),
            id: get(&[ItemKey::PodcastGlobalUniqueId]),
        };
        if is_legacy {
            found.repair();
        }
        found
    }

    /// Decodes texts again that were read as Latin-1 although they are in another encoding.
    pub(super) fn repair(&mut self) {
        let single = [
            &mut self.title,
            &mut self.album,
            &mut self.album_artist,
            &mut self.comment,
            &mut self.lyrics,
            &mut self.genre,
            &mut self.copyright,
        ];
        let mut texts: Vec<&mut String> = single.into_iter().flatten().chain(&mut self.artists).collect();
        // Every character of Latin-1 is a byte.
        let bytes =
            |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect::<Option<Vec<u8>>>();
        let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
        let mut has_any = false;
        for text in texts.iter().filter(|text| !text.is_ascii()) {
            let Some(bytes) = bytes(text.as_str()).filter(|bytes| std::str::from_utf8(bytes).is_err()) else {
                continue;
            };
            detector.feed(&bytes, false);
            detector.feed(b"\n", false);
            has_any = true;
        }
        detector.feed(b"", true);
        let guessed = has_any.then(|| detector.guess(None, chardetng::Utf8Detection::Deny));
        for text in texts.iter_mut().filter(|text| !text.is_ascii()) {
            let Some(bytes) = bytes(text.as_str()) else { continue };
            if let Ok(utf8) = std::str::from_utf8(&bytes) {
                **text = utf8.to_owned();
            } else if let Some(encoding) = guessed {
                **text = encoding.decode_without_bom_handling(&bytes).0.into_owned();
            }
        }
    }
}

/// True for values that programs store in comments: ` 00000A1B 0000…` of iTunes, and encoder settings.
pub(super) fn is_internal(text: &str) -> bool {
    let words = || text.split_whitespace();
    text.is_empty()
        || words().count() >= 6
            && words().all(|word| matches!(word.len(), 8 | 16) && word.bytes().all(|b| b.is_ascii_hexdigit()))
}
