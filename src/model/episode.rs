//! What a podcast player shows of an episode in addition to its title, text and file.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::types::{MediaType, file_type};

/// Details of a podcast episode. RSS carries all of them if the feed is a podcast; Atom and JSON Feed have none.
///
/// ```
/// use feedmill::model::Episode;
///
/// let episode = Episode::default().season(2).number(7);
/// assert_eq!((episode.season, episode.number), (Some(2), Some(7)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Episode {
    /// Number of the season.
    ///
    /// RSS: `itunes:season` and `podcast:season`.
    pub season: Option<u32>,
    /// Number of the episode in its season.
    ///
    /// RSS: `itunes:episode` and `podcast:episode`.
    pub number: Option<u32>,
    /// Kind of the episode.
    ///
    /// RSS: `itunes:episodeType`; that of a trailer is also a `podcast:trailer` of the channel.
    pub kind: EpisodeKind,
    /// True if the episode is not suitable for children; `None` if it is as the show is.
    ///
    /// RSS: `item/itunes:explicit`.
    pub explicit: Option<bool>,
    /// Transcripts.
    ///
    /// RSS: `podcast:transcript`.
    pub transcripts: Vec<Transcript>,
    /// Address of a file of chapters in JSON (<https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/chapters/jsonChapters.md>).
    ///
    /// RSS: `podcast:chapters`.
    pub chapters_url: Option<Url>,
    /// Chapters, in the order of their starts.
    ///
    /// RSS: `psc:chapters` (<https://podlove.org/simple-chapters/>).
    pub chapters: Vec<Chapter>,
    /// People who take part.
    ///
    /// RSS: `podcast:person`.
    pub people: Vec<Credit>,
    /// Place that the episode is about.
    ///
    /// RSS: `podcast:location`.
    pub location: Option<String>,
    /// Parts that may be played as a preview.
    ///
    /// RSS: `podcast:soundbite`.
    pub soundbites: Vec<Soundbite>,
    /// License: an SPDX id or a name.
    ///
    /// RSS: `item/podcast:license`.
    pub license: Option<String>,
}

impl Episode {
    builder! {
        season(number: u32) = Some(number);
        number(number: u32) = Some(number);
        kind(kind: EpisodeKind) = kind;
        explicit(is_explicit: bool) = Some(is_explicit);
        transcripts(files: Vec<Transcript>) = files;
        chapters_url(file: Url) = Some(file);
        chapters(in_order: Vec<Chapter>) = in_order;
        people(people: Vec<Credit>) = people;
        location(name: impl Into<String>) = Some(name.into());
        soundbites(parts: Vec<Soundbite>) = parts;
        license(name: impl Into<String>) = Some(name.into());
    }
}

/// Kind of an episode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EpisodeKind {
    /// A complete episode.
    #[default]
    Full,
    /// A preview of the show, a season or an episode.
    Trailer,
    /// Additional content.
    Bonus,
}

impl EpisodeKind {
    /// Returns its name in Apple's vocabulary.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Trailer => "trailer",
            Self::Bonus => "bonus",
        }
    }

    /// Returns the kind of this name, ignoring case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Full, Self::Trailer, Self::Bonus]
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(name))
    }
}

/// A transcript of an episode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    /// Address of the file.
    pub url: Url,
    /// Media type: WebVTT, SubRip, JSON, HTML or plain text.
    pub media_type: MediaType,
    /// Language, if it is not that of the show.
    pub language: Option<String>,
}

impl Transcript {
    /// Returns the media type of a file that may be a transcript; `None` if it is no text.
    ///
    /// ```
    /// use feedmill::model::Transcript;
    ///
    /// assert_eq!(Transcript::type_of("1.vtt").unwrap().as_str(), "text/vtt");
    /// assert_eq!(Transcript::type_of("1.mp3"), None);
    /// ```
    #[must_use]
    pub fn type_of(name: &str) -> Option<MediaType> {
        let types = ["application/json", "application/x-subrip", "text/html", "text/plain", "text/vtt"];
        file_type(name).filter(|known| types.contains(known)).and_then(MediaType::parse)
    }
}

/// A chapter of an episode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chapter {
    /// Start in milliseconds.
    pub start: u64,
    /// Title, as plain text.
    pub title: String,
    /// Address of a page about it.
    pub url: Option<Url>,
    /// Address of an image.
    pub image: Option<Url>,
}

/// A person who takes part in an episode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// Name.
    pub name: String,
    /// Role, such as `guest`; a host if there is none.
    pub role: Option<String>,
    /// Address of a page about the person.
    pub uri: Option<Url>,
    /// Address of an image of the person.
    pub image: Option<Url>,
}

/// A part of an episode that may be played as a preview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Soundbite {
    /// Start in milliseconds.
    pub start: u64,
    /// Length in milliseconds.
    pub duration: u64,
    /// Title, as plain text; may be empty.
    pub title: String,
}
