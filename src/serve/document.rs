//! A document as it was when its stamp was taken: its bytes, their headers and their compressed forms.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use headers::{HeaderMapExt, LastModified};
use hyper::body::Bytes;
use hyper::header::{
    ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, VARY, X_CONTENT_TYPE_OPTIONS,
};

use crate::format::{FORMATS, INDEX};
use crate::store::Stamp;
use crate::types::file_type;

use super::coding::{CODINGS, Coding};
use super::live::Markup;

/// Size below which a document is not compressed: it fits into a packet or two anyway.
const MIN_COMPRESSIBLE: u64 = 512;
/// Granularity of the clock that stamps files. A file that was read sooner after it was written may have been written
/// again since, with the same stamp.
const CLOCK_GRANULARITY: Duration = Duration::from_millis(50);

/// Content Security Policy (<https://www.w3.org/TR/CSP3/>) of a feed in a browser: our own style and script, and images and
/// media from anywhere.
const FEED_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src http: https: data:; \
                           media-src http: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// A document as it was read.
pub(super) struct Document {
    stamp: Option<Stamp>,
    /// True if an equal stamp means equal bytes.
    is_stamp_reliable: bool,
    modified: Option<(SystemTime, HeaderValue)>,
    /// Shared with later versions of the document that have the same bytes.
    pub(super) body: Arc<Body>,
}

impl Document {
    /// Creates a document that was read at `now` from a file with a stamp.
    pub(super) fn new(body: Arc<Body>, stamp: Option<Stamp>, now: SystemTime) -> Self {
        let written = stamp.and_then(|stamp| time(stamp.changed));
        let since = written.map(|time| now.duration_since(time).unwrap_or_else(|e| e.duration()));
        let modified = stamp.and_then(|stamp| time(stamp.modified)).and_then(|time| {
            // The header has a resolution of one second.
            let time = UNIX_EPOCH + Duration::from_secs(time.duration_since(UNIX_EPOCH).ok()?.as_secs());
            // The header may be unable to express a time in the future.
            let mut headers = HeaderMap::new();
            headers.typed_insert(LastModified::from(if time <= now { time } else { return None }));
            headers.into_iter().next().map(|(_, value)| (time, value))
        });
        let is_stamp_reliable = since.is_some_and(|since| since > CLOCK_GRANULARITY);
        Self { stamp, is_stamp_reliable, modified, body }
    }

    /// True if a file with this stamp has the bytes of this document.
    pub(super) fn is_current(&self, stamp: Option<Stamp>) -> bool {
        self.is_stamp_reliable && self.has_stamp(stamp)
    }

    /// True if the document was read from a file with this stamp.
    pub(super) fn has_stamp(&self, stamp: Option<Stamp>) -> bool {
        stamp.is_some() && stamp == self.stamp
    }

    /// Returns the time of the last change and its header value; `None` within the same second. Another change in that
    /// second would have the same date, and readers that compare dates would miss it
    /// ([RFC 9110, 8.8.2.2](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.2.2)).
    pub(super) fn modified(&self, now: SystemTime) -> Option<(SystemTime, &HeaderValue)> {
        let (time, value) = self.modified.as_ref()?;
        (now.duration_since(*time).ok()? >= Duration::from_secs(1)).then_some((*time, value))
    }
}

/// Converts nanoseconds since 1970; `None` for earlier times.
fn time(ns: i128) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_nanos(u64::try_from(ns).ok()?))
}

/// Bytes of a document in all codings.
pub(super) struct Body {
    /// Hash of the uncompressed bytes.
    pub(super) hash: u128,
    identity: Representation,
    compressed: [OnceLock<Option<Representation>>; CODINGS.len()],
    is_compressible: bool,
    media_type: MediaType,
}

/// Bytes of a document in one coding, and their headers.
pub(super) struct Representation {
    /// `None` if the document is too large to keep in memory.
    pub(super) bytes: Option<Bytes>,
    pub(super) size: u64,
    pub(super) tag: HeaderValue,
    /// Constant headers of a response with the whole document.
    pub(super) headers: HeaderMap,
    /// Constant headers of a 304 response ([RFC 9110, 15.4.5](https://www.rfc-editor.org/rfc/rfc9110#section-15.4.5)).
    pub(super) not_modified_headers: HeaderMap,
}

impl Body {
    /// Creates the body of a file; `bytes` is `None` if the file is too large to keep in memory. `has_video` is false for audio
    /// in a file whose suffix is that of a video.
    pub(super) fn new(path: &str, has_video: bool, bytes: Option<Bytes>, size: u64, hash: u128) -> Self {
        let media_type = media_type(path, has_video);
        let is_compressible = media_type.is_text && bytes.is_some() && size >= MIN_COMPRESSIBLE;
        let identity = represent(Coding::Identity, bytes, size, hash, &media_type, is_compressible);
        Self { hash, identity, compressed: Default::default(), is_compressible, media_type }
    }

    /// Sets the headers for someone who opens the document in a browser, if they are others: browsers save feeds to a file,
    /// but show XML with its style sheet and script. Nothing else in a feed may act.
    pub(super) fn set_browser_headers(&self, headers: &mut HeaderMap) {
        if self.media_type.is_feed {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"));
            headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(FEED_POLICY));
        }
    }

    /// Returns the markup of a page or feed; `None` for any other document.
    pub(super) fn markup(&self) -> Option<Markup> {
        if self.media_type.is_feed {
            return Some(Markup::Xml);
        }
        self.media_type.value.as_bytes().starts_with(b"text/html").then_some(Markup::Html)
    }

    /// True if the document is available in a coding, as far as is known.
    pub(super) fn is_offered(&self, coding: Coding) -> bool {
        match self.slot(coding) {
            None => true,
            Some(slot) => self.is_compressible && slot.get().is_none_or(Option::is_some),
        }
    }

    /// Returns the document in a coding; `None` if it has not been compressed yet. If compression makes it no smaller, this
    /// is the uncompressed document.
    pub(super) fn representation(&self, coding: Coding) -> Option<&Representation> {
        match self.slot(coding) {
            Some(slot) if self.is_compressible => {
                slot.get().map(|compressed| compressed.as_ref().unwrap_or(&self.identity))
            }
            _ => Some(&self.identity),
        }
    }

    /// Compresses the document unless that was done before; returns true if it was not.
    pub(super) fn encode(&self, coding: Coding) -> bool {
        let (Some(slot), Some(bytes)) = (self.slot(coding), &self.identity.bytes) else { return false };
        let mut done = false;
        slot.get_or_init(|| {
            done = true;
            let compressed = coding.encode(bytes).ok().filter(|compressed| compressed.len() < bytes.len())?;
            let size = compressed.len() as u64;
            Some(represent(coding, Some(compressed.into()), size, self.hash, &self.media_type, true))
        });
        done
    }

    /// Number of bytes of memory that the body takes.
    pub(super) fn weight(&self) -> u64 {
        let length = |r: &Representation| r.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64);
        let compressed = self.compressed.iter().filter_map(|slot| slot.get()?.as_ref());
        length(&self.identity) + compressed.map(length).sum::<u64>() + 4096
    }

    fn slot(&self, coding: Coding) -> Option<&OnceLock<Option<Representation>>> {
        CODINGS.iter().position(|c| *c == coding).map(|index| &self.compressed[index])
    }
}

fn represent(
    coding: Coding,
    bytes: Option<Bytes>,
    size: u64,
    hash: u128,
    media_type: &MediaType,
    is_compressible: bool,
) -> Representation {
    // Each coding is a representation of its own and needs a tag of its own.
    let (tag, encoding) = match coding {
        Coding::Identity => (format!("\"{hash:032x}\""), None),
        coding => (format!("\"{hash:032x}-{}\"", coding.name()), Some(coding.name())),
    };
    let tag = HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\""));
    let mut not_modified_headers = HeaderMap::with_capacity(8);
    not_modified_headers.insert(ETAG, tag.clone());
    let vary = match (is_compressible, media_type.is_feed) {
        (true, true) => "accept-encoding, sec-fetch-dest",
        (true, false) => "accept-encoding",
        (false, true) => "sec-fetch-dest",
        (false, false) => "",
    };
    if !vary.is_empty() {
        not_modified_headers.insert(VARY, HeaderValue::from_static(vary));
    }
    // Feeds are public, also for readers that run in a web page.
    not_modified_headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let mut headers = HeaderMap::with_capacity(16);
    headers.extend(not_modified_headers.clone());
    headers.insert(CONTENT_TYPE, media_type.value.clone());
    headers.insert(CONTENT_LENGTH, HeaderValue::from(size));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(name) = encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    // A page declares itself what it may load, but cannot declare who may frame it.
    if media_type.value.as_bytes().starts_with(b"text/html") {
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("frame-ancestors 'self'"));
    }
    Representation { bytes, size, tag, headers, not_modified_headers }
}

/// Media type of a file.
struct MediaType {
    /// Value of `Content-Type`.
    value: HeaderValue,
    is_text: bool,
    /// True for feeds in XML.
    is_feed: bool,
}

/// Returns the media type for a file name. Documents that feedmill wrote are known to be UTF-8; JSON has no `charset`
/// parameter ([RFC 8259, 11](https://www.rfc-editor.org/rfc/rfc8259#section-11)).
fn media_type(path: &str, has_video: bool) -> MediaType {
    let name = path.rsplit('/').next().unwrap_or(path);
    let format = FORMATS.iter().find(|format| format.file_name() == name).map(|format| format.media_type());
    let index = INDEX.iter().find(|index| index.file_name() == name).map(|index| index.media_type());
    let own = format.or(index);
    let essence = own.or_else(|| file_type(name)).unwrap_or("application/octet-stream");
    let is_json = essence.ends_with("json");
    let is_xml = essence.ends_with("xml");
    let is_text = is_json || is_xml || essence.starts_with("text/") || essence == "application/javascript";
    let value =
        if own.is_some() && !is_json { format!("{essence}; charset=utf-8") } else { essence.to_owned() };
    let value = if has_video { value } else { value.replacen("video/", "audio/", 1) };
    let value = HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    MediaType { value, is_text, is_feed: format.is_some() && is_xml }
}

/// True if a file is audio or video.
pub(super) fn is_media(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    file_type(name).is_some_and(|known| known.starts_with("audio/") || known.starts_with("video/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Bytes as Size;

    const SECOND: i128 = 1_000_000_000;

    fn document(modified: i128, changed: i128, now: i128) -> Document {
        let stamp = Stamp { size: Size(0), modified, changed, inode: 1 };
        let body = Arc::new(Body::new("rss.xml", true, Some(Bytes::new()), 0, 0));
        Document::new(body, Some(stamp), time(now).unwrap())
    }

    #[test]
    fn last_modified_is_sent_once_its_second_is_over_and_never_for_the_future_or_before_1970() {
        let last_modified = |modified: i128, now: i128| {
            let document = document(modified, 0, now);
            document.modified(time(now).unwrap()).map(|(_, value)| value.to_str().unwrap().to_owned())
        };
        let expected = Some("Thu, 01 Jan 1970 00:00:10 GMT".to_owned());
        assert_eq!(last_modified(10 * SECOND + 999_999_999, 11 * SECOND), expected);
        assert_eq!(last_modified(10 * SECOND + 5, 11 * SECOND - 1), None);
        assert_eq!(last_modified(20 * SECOND, 11 * SECOND), None);
        assert_eq!(last_modified(-SECOND, 11 * SECOND), None);
        assert_eq!(last_modified(i128::MAX, 11 * SECOND), None);
    }

    #[test]
    fn an_equal_stamp_is_trusted_only_if_the_clock_had_moved_on_before_the_file_was_read() {
        let is_current = |document: &Document| document.is_current(document.stamp);
        assert!(is_current(&document(0, SECOND, 2 * SECOND)));
        assert!(!is_current(&document(0, SECOND, SECOND + 1_000_000)));
        assert!(!document(0, SECOND, 2 * SECOND).is_current(None));
    }

    #[test]
    fn formats_have_their_own_media_types_and_generated_text_states_its_encoding() {
        for (path, expected) in [
            ("rss.xml", "application/rss+xml; charset=utf-8"),
            ("town/atom.xml", "application/atom+xml; charset=utf-8"),
            ("town/archive/2023-10/feed.json", "application/feed+json"),
            ("index.html", "text/html; charset=utf-8"),
            ("feeds.opml", "text/x-opml; charset=utf-8"),
            ("feed.css", "text/css; charset=utf-8"),
            ("other.xml", "text/xml"),
            ("a.png", "image/png"),
            ("noname", "application/octet-stream"),
        ] {
            assert_eq!(media_type(path, true).value, expected, "{path}");
        }
    }
}
