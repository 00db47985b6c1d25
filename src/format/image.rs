//! The image of an entry in RSS and Atom: elements of Media RSS (<https://www.rssboard.org/media-rss>).

use std::borrow::Cow;

use crate::model::Entry;

pub(super) const MEDIA_NS: &str = "http://search.yahoo.com/mrss/";

/// An element of Media RSS, which both crates write with types of their own.
pub(super) struct Element<'a> {
    pub(super) name: &'static str,
    pub(super) attributes: Vec<(&'static str, Cow<'a, str>)>,
    /// Text of a child `media:description`.
    pub(super) description: Option<&'a str>,
}

/// Returns the elements for the image of an entry: `media:thumbnail`, and `media:content` with the text that replaces the
/// image, because a thumbnail has none.
pub(super) fn elements(entry: &Entry) -> Vec<Element<'_>> {
    let Some(image) = &entry.image else { return Vec::new() };
    let mut attributes = Vec::with_capacity(4);
    attributes.push(("url", Cow::Borrowed(image.url.as_str())));
    let sides = [("width", image.width), ("height", image.height)];
    let sides = sides.into_iter().filter_map(|(name, side)| Some((name, side.filter(|px| *px > 0)?)));
    attributes.extend(sides.map(|(name, pixels)| (name, Cow::Owned(pixels.to_string()))));
    let mut elements = Vec::with_capacity(2);
    if let Some(alt) = image.alt.as_deref().filter(|alt| !alt.is_empty()) {
        let mut attributes = attributes.clone();
        attributes.push(("medium", Cow::Borrowed("image")));
        elements.push(Element { name: "content", attributes, description: Some(alt) });
    }
    elements.push(Element { name: "thumbnail", attributes, description: None });
    elements
}

/// Returns the language of an entry if it differs from that of its feed.
pub(super) fn own_language<'a>(entry: &'a Entry, feed: &crate::model::Feed) -> Option<&'a str> {
    let language = entry.language.as_deref()?;
    let is_same = feed.language.as_deref().is_some_and(|other| other.eq_ignore_ascii_case(language));
    (!is_same).then_some(language)
}
