//! Answer of a media server about one of its files.

use crate::types::{Bytes, MediaType};

/// Answer of a media server about one of its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The file exists.
    Media {
        /// Media type, if the server sends one that an audio, video or image file can have.
        media_type: Option<MediaType>,
        /// Length in bytes; never 0.
        length: Option<Bytes>,
    },
    /// The file does not exist, or feedmill may not request it.
    None,
    /// The server could not be reached, or failed.
    Unavailable,
    /// The server was not asked because the time was up.
    NotAsked,
}
