//! An audio or video file is an episode. Its tags, the files next to it that have its name, and its own name and time say
//! what other dialects read from text.

#[cfg(feature = "folder")]
mod blocks;
#[cfg(feature = "folder")]
mod boxes;
#[cfg(feature = "folder")]
mod chapters;
#[cfg(feature = "folder")]
mod episode;
#[cfg(feature = "folder")]
mod frames;
mod group;
#[cfg(feature = "folder")]
mod id3;
#[cfg(feature = "folder")]
mod ogg_flac;
#[cfg(feature = "folder")]
mod read;
#[cfg(feature = "folder")]
mod references;
#[cfg(feature = "folder")]
mod tags;
#[cfg(feature = "folder")]
mod wav;
#[cfg(feature = "folder")]
mod webm;

#[cfg(feature = "folder")]
pub(crate) use chapters::{InvalidChapters, read as read_chapters};
#[cfg(feature = "folder")]
pub(crate) use episode::{Recording, Stray, cover_name, episode, image, stray, text_of_notes, text_of_tags};
pub(crate) use group::{Groups, MEDIA, cover, is_accepted, is_media, may_belong, media_rank};
#[cfg(feature = "folder")]
pub(crate) use read::{MediaFile, read};
#[cfg(feature = "folder")]
pub(crate) use references::{relative, relink};

/// Name of the dialect.
pub(crate) const NAME: &str = "audio";
/// Folder below the feeds in which media files are published.
pub(crate) const MEDIA_FOLDER: &str = "media";
/// Folder below the feeds in which covers from tags are published.
pub(crate) const COVERS_FOLDER: &str = "covers";
