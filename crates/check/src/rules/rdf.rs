//! RDF in feeds that are none.

use super::super::walk::{Def, Family};
use super::{atom, element, rss};

pub(in super::super) const NS: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

pub(in super::super) static FAMILY: Family = Family {
    stray: element::questionable,
    ..Family::of_elements(
        "rdf",
        &[NS],
        &[
            &Def::anything("RDF", EVERYWHERE),
            &Def::anything("type", EVERYWHERE),
            &Def::anything("Description", EVERYWHERE),
        ],
    )
};

/// Where extensions may stand that may stand anywhere.
pub(super) const EVERYWHERE: &[&Def] = &[
    &rss::CHANNEL,
    &rss::ITEM,
    &rss::IMAGE,
    &rss::TEXT_INPUT_DEF,
    &atom::FEED,
    &atom::ENTRY,
    &atom::SOURCE,
    &super::media::CONTENT,
    &super::opml::HEAD,
    &super::opml::BODY,
    &super::opml::OUTLINE,
];
