//! Articles, entries and feeds as plain typed data.
//!
//! An [`Article`] is what an author wrote; an [`Entry`] is what a [`Feed`] publishes of it. Nothing here reads a file, a
//! clock or a format: [`mod@crate::format`] writes a [`Feed`] as RSS, Atom or JSON Feed. The documentation of each field
//! names the elements it becomes.

/// Writes builder methods, one per line: `name(argument: type) = value of the field`.
macro_rules! builder {
    ($($field:ident($argument:ident: $given:ty) = $value:expr;)*) => {$(
        #[doc = concat!("Sets `", stringify!($field), "`.")]
        #[must_use]
        pub fn $field(mut self, $argument: $given) -> Self {
            self.$field = $value;
            self
        }
    )*};
}

mod answer;
mod article;
mod entry;
mod episode;
mod extra;
mod feed;
mod metadata;
pub mod podcast;
mod site;

use url::Url;

pub use answer::Answer;
pub use article::Article;
pub use entry::{Enclosure, Entry, Person};
pub use episode::{Chapter, Credit, Episode, EpisodeKind, Soundbite, Transcript};
pub use extra::Extra;
pub(crate) use extra::change_strings;
pub(crate) use extra::{placeholder, placeholders};
pub use feed::{Feed, History};
pub use metadata::{Image, Metadata};
pub use podcast::Podcast;
pub(crate) use site::{LATEST, has_audio, shown_title};
pub use site::{Latest, Listing, ServedFeed, Site, Theme, served_feeds};

/// Returns `about:blank`, the address of a default value until the real one is set.
fn blank() -> Url {
    Url::parse("about:blank").unwrap_or_else(|_| unreachable!("`about:blank` is a URL"))
}
