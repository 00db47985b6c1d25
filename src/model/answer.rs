//! What a media server says of one of its files.

use crate::types::{Bytes, MediaType};

/// What a media server says of one of its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// There is a medium, and this is known of it.
    Media {
        /// Its type, where the server names one that a medium has.
        media_type: Option<MediaType>,
        /// Its length; never 0.
        length: Option<Bytes>,
    },
    /// There is no medium, or none that we may ask for.
    None,
    /// The server was not reached, or had trouble.
    Lost,
    /// It was not asked: there was no time.
    Unasked,
}
