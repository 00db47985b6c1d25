//! The tags of a media file, whatever its format is.

use lofty::tag::{ItemKey, Tag};
use serde::{Deserialize, Serialize};

/// Length in bytes to which texts are cut: those of tags are stored with the seed.
const MAX_TEXT: usize = 64 << 10;

/// The tags of a media file. Texts are as written, except for their encoding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tags {
    pub(crate) title: Option<String>,
    pub(crate) artist: Option<String>,
    pub(crate) album: Option<String>,
    pub(crate) album_artist: Option<String>,
    pub(crate) date: Option<String>,
    /// Description or comment.
    pub(crate) comment: Option<String>,
    pub(crate) lyrics: Option<String>,
    pub(crate) track: Option<u32>,
    pub(crate) disc: Option<u32>,
    pub(crate) genre: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) copyright: Option<String>,
    /// Address of a page about the episode.
    pub(crate) page: Option<String>,
    /// Permanent id of the episode.
    pub(crate) id: Option<String>,
}

/// Returns the number at the beginning of a text: `3` of `3/12`.
pub(super) fn number(text: &str) -> Option<u32> {
    let digits = text.trim().split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok().filter(|number| *number > 0)
}

impl Tags {
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
        let mut found = Self {
            title: get(&[ItemKey::TrackTitle]),
            artist: get(&[ItemKey::TrackArtist, ItemKey::TrackArtists]),
            album: get(&[ItemKey::ShowName, ItemKey::AlbumTitle]),
            album_artist: get(&[ItemKey::AlbumArtist, ItemKey::AlbumArtists]),
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
        let mut texts = [
            &mut self.title,
            &mut self.artist,
            &mut self.album,
            &mut self.album_artist,
            &mut self.comment,
            &mut self.lyrics,
            &mut self.genre,
            &mut self.copyright,
        ];
        // Every character of Latin-1 is a byte.
        let bytes =
            |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect::<Option<Vec<u8>>>();
        let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
        let mut has_any = false;
        for text in texts.iter().filter_map(|text| text.as_deref()).filter(|text| !text.is_ascii()) {
            let Some(bytes) = bytes(text).filter(|bytes| std::str::from_utf8(bytes).is_err()) else {
                continue;
            };
            detector.feed(&bytes, false);
            detector.feed(b"\n", false);
            has_any = true;
        }
        detector.feed(b"", true);
        let guessed = has_any.then(|| detector.guess(None, chardetng::Utf8Detection::Deny));
        for text in texts.iter_mut().filter_map(|text| text.as_mut()).filter(|text| !text.is_ascii()) {
            let Some(bytes) = bytes(text) else { continue };
            if let Ok(utf8) = std::str::from_utf8(&bytes) {
                *text = utf8.to_owned();
            } else if let Some(encoding) = guessed {
                *text = encoding.decode_without_bom_handling(&bytes).0.into_owned();
            }
        }
    }
}

/// True for values that programs store in comments: ` 00000A1B 0000…` of iTunes, and encoder settings.
fn is_internal(text: &str) -> bool {
    let words = || text.split_whitespace();
    text.is_empty()
        || words().count() >= 6
            && words().all(|word| word.len() == 8 && word.bytes().all(|b| b.is_ascii_hexdigit()))
}
