//! Elements of which only the rules about every element are checked.

use super::log::Log;
use super::vocabulary::Feed;
use super::{namespace, xml};
use crate::document::xml::Element;

/// Checks the namespaces and the characters of an element and of all in it.
pub(crate) fn walk_unchecked(feed: &Feed<'_>, element: &Element<'_>, log: &mut Log) {
    namespace::declarations(feed, element, log);
    xml::characters(element, log);
    for child in element.elements() {
        namespace::required(feed, element, child, log);
        walk_unchecked(feed, child, log);
    }
}
