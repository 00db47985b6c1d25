//! Vocabularies, a file each: the rows of its elements, their checks, and its rules. Missing elements are reported at
//! the end tag of their parent, everything else where it is.
//!
//! `checks` and `html` hold the checks that vocabularies share.

pub(crate) mod atom;
pub(crate) mod atom_link;
pub(crate) mod atom_text;
mod checks;
pub(crate) mod dublin_core;
pub(crate) mod geo;
pub(crate) mod history;
mod html;
pub(crate) mod itunes;
pub(crate) mod json;
pub(crate) mod media;
pub(crate) mod modules;
pub(crate) mod opml;
pub(crate) mod podcast;
pub(crate) mod publishing;
pub(crate) mod rdf;
pub(crate) mod rss;
pub(crate) mod rss1;
pub(crate) mod thread;
pub(crate) mod xhtml;
