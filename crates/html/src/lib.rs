//! HTML of articles: cleaned for publishing ([`clean`]), and read for its metadata ([`page_metadata`], [`language`]).
//!
//! [`clean`] turns [`RawHtml`] into [`CleanHtml`], which nothing else can create. Its steps, one file each:
//!
//! | step | file |
//! | --- | --- |
//! | remove comments and scripts, trim oversized tags, cut oversized bodies | `scan` |
//! | build a tree of bounded depth and size | `tokens`, `parse` |
//! | reduce MathML and SVG to what readers show | `foreign` |
//! | remove share blocks, furniture and what the page hides | `share_blocks`, `furniture`, `hidden` |
//! | remove line numbers and anchor symbols | `code_blocks` |
//! | resolve lazy images | `lazy_images`, `srcset` |
//! | replace frames, players and posts with links; use `noscript` | `embeds`, `services`, `noscript` |
//! | remove the controls of forms | `controls` |
//! | make URLs absolute | `links` |
//! | keep ids that links lead to, and the alignment of cells | `references` |
//! | unwrap unknown elements, remove empty ones | `normalize` |
//! | serialize what the allowlist permits, and verify it with `ammonia` | `allowlist`, `serialize` |
//! | collect media, text and the text for a summary | `media`, `text`, `prose` |
//!
//! Each step counts what it takes out of the tree (`removals`), so nothing is lost silently.
//!
//! The serializer writes exactly what `html5ever` would. So if the verification returns its input byte for byte, that is
//! a fixed point of parsing and serializing, and no reader's parser sees anything else in it. Otherwise the result of
//! the verification goes through all steps again.

mod allowlist;
mod body;
#[cfg(feature = "reader")]
mod boilerplate;
mod clean;
mod clutter;
mod code_blocks;
mod controls;
mod dom;
mod embeds;
mod escape;
mod extract;
mod fixed_point;
mod foreign;
mod furniture;
mod hidden;
mod json_ld;
mod language;
mod lazy_images;
mod links;
mod markup;
mod media;
mod normalize;
mod noscript;
mod page_metadata;
mod page_text;
mod parse;
mod prose;
mod references;
mod removals;
mod scan;
mod serialize;
mod services;
mod share_blocks;
mod srcset;
mod summary;
#[cfg(test)]
mod tests;
mod text;
mod tokens;

pub use body::{CleanHtml, Cleaned, Media, Medium, RawHtml};
pub use clean::{Policy, clean};
pub use dom::is_block;
pub use escape::{decode_entities_once, escape_attribute, escape_text, xml_line, xml_text};
pub use extract::{ExtractedArticle, extract_article};
pub use json_ld::PageAuthor;
pub use language::language;
pub use markup::{EntryMarkup, entry_markup};
pub use media::media_type;
pub use page_metadata::{PageMetadata, page_metadata};
pub use removals::{Removal, RemovalKind, RemovalRule};
pub use srcset::srcset_candidates;
pub use summary::summary;
