//! One document as it was when its stamp was taken: its bytes, how they are described, and what they are compressed.

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

use super::coding::{CODINGS, Coding};

/// What is smaller than this many bytes fits into a packet or two as it is.
const WORTH_CODING: u64 = 512;
/// The grain of the clock that stamps files: what was read sooner after it was written may have been written again since,
/// and have the stamp it had.
const GRAIN: Duration = Duration::from_millis(50);

/// A document as it was read.
pub(super) struct Document {
    stamp: Option<Stamp>,
    /// Whether an equal stamp means equal bytes.
    is_settled: bool,
    modified: Option<(SystemTime, HeaderValue)>,
    /// The same for as long as the bytes are.
    pub(super) body: Arc<Body>,
}

impl Document {
    pub(super) fn new(body: Arc<Body>, stamp: Option<Stamp>, now: SystemTime) -> Self {
        let written = stamp.and_then(|stamp| time(stamp.changed));
        let since = written.map(|time| now.duration_since(time).unwrap_or_else(|e| e.duration()));
        let modified = stamp.and_then(|stamp| time(stamp.modified)).and_then(|time| {
            // To the second, as the header tells it.
            let time = UNIX_EPOCH + Duration::from_secs(time.duration_since(UNIX_EPOCH).ok()?.as_secs());
            // A time that is ahead may be one that no header can tell.
            let mut headers = HeaderMap::new();
            headers.typed_insert(LastModified::from(if time <= now { time } else { return None }));
            headers.into_iter().next().map(|(_, value)| (time, value))
        });
        Self { stamp, is_settled: since.is_some_and(|since| since > GRAIN), modified, body }
    }

    /// Whether a file with this stamp has these bytes.
    pub(super) fn is(&self, stamp: Option<Stamp>) -> bool {
        self.is_settled && self.was(stamp)
    }

    /// Whether it was read of a file with this stamp.
    pub(super) fn was(&self, stamp: Option<Stamp>) -> bool {
        stamp.is_some() && stamp == self.stamp
    }

    /// When it was last written. Within that second the date is not told: another change in it would have the same one, and
    /// a reader that goes by dates would miss it ([RFC 9110, 8.8.2.2](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.2.2)).
    pub(super) fn modified(&self, now: SystemTime) -> Option<(SystemTime, &HeaderValue)> {
        let (time, value) = self.modified.as_ref()?;
        (now.duration_since(*time).ok()? >= Duration::from_secs(1)).then_some((*time, value))
    }
}

/// From ns since 1970; `None` for what was before.
fn time(ns: i128) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_nanos(u64::try_from(ns).ok()?))
}

/// The bytes of a document.
pub(super) struct Body {
    /// The sum of the bytes.
    pub(super) sum: u128,
    identity: Form,
    coded: [OnceLock<Option<Form>>; CODINGS.len()],
    is_coded: bool,
    media_type: MediaType,
}

/// The bytes in one coding: what RFC 9110 calls a representation.
pub(super) struct Form {
    /// `None` where they are too many to be held.
    pub(super) bytes: Option<Bytes>,
    pub(super) size: u64,
    pub(super) tag: HeaderValue,
    /// The headers of a whole answer that never change.
    pub(super) headers: HeaderMap,
    /// Those of an answer that the client has it already ([RFC 9110, 15.4.5](https://www.rfc-editor.org/rfc/rfc9110#section-15.4.5)).
    pub(super) brief: HeaderMap,
}

impl Body {
    /// Of a file, whose bytes are `None` where they are too many to be held.
    pub(super) fn new(path: &str, bytes: Option<Bytes>, size: u64, sum: u128) -> Self {
        let media_type = media_type(path);
        let is_coded = media_type.is_text && bytes.is_some() && size >= WORTH_CODING;
        let identity = form(Coding::Identity, bytes, size, sum, &media_type, is_coded);
        Self { sum, identity, coded: Default::default(), is_coded, media_type }
    }

    /// What it is called for somebody who opens it in a browser, where that is not its type: as a feed it would be saved to
    /// a file, as XML it is shown with its style sheet.
    pub(super) fn shown_as(&self) -> Option<HeaderValue> {
        self.media_type.is_feed.then(|| HeaderValue::from_static("text/xml; charset=utf-8"))
    }

    /// Whether it can be had in a coding, as far as is known.
    pub(super) fn is_offered(&self, coding: Coding) -> bool {
        match self.slot(coding) {
            None => true,
            Some(slot) => self.is_coded && slot.get().is_none_or(Option::is_some),
        }
    }

    /// The bytes in a coding; `None` where nobody wanted them so yet. Where a coding makes them no smaller, it is the bytes
    /// as they are.
    pub(super) fn form(&self, coding: Coding) -> Option<&Form> {
        match self.slot(coding) {
            Some(slot) if self.is_coded => slot.get().map(|form| form.as_ref().unwrap_or(&self.identity)),
            _ => Some(&self.identity),
        }
    }

    /// Puts the bytes in a coding, unless that was done; says whether it had to.
    pub(super) fn encode(&self, coding: Coding) -> bool {
        let (Some(slot), Some(bytes)) = (self.slot(coding), &self.identity.bytes) else { return false };
        let mut done = false;
        slot.get_or_init(|| {
            done = true;
            let coded = coding.encode(bytes).ok().filter(|coded| coded.len() < bytes.len())?;
            let size = coded.len() as u64;
            Some(form(coding, Some(coded.into()), size, self.sum, &self.media_type, true))
        });
        done
    }

    /// How many bytes of memory it takes.
    pub(super) fn weight(&self) -> u64 {
        let held = |form: &Form| form.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64);
        let coded = self.coded.iter().filter_map(|slot| slot.get()?.as_ref());
        held(&self.identity) + coded.map(held).sum::<u64>() + 4096
    }

    fn slot(&self, coding: Coding) -> Option<&OnceLock<Option<Form>>> {
        CODINGS.iter().position(|c| *c == coding).map(|index| &self.coded[index])
    }
}

fn form(
    coding: Coding,
    bytes: Option<Bytes>,
    size: u64,
    sum: u128,
    media_type: &MediaType,
    is_coded: bool,
) -> Form {
    // Each coding is a representation of its own, and so is its tag.
    let (tag, encoding) = match coding {
        Coding::Identity => (format!("\"{sum:032x}\""), None),
        coding => (format!("\"{sum:032x}-{}\"", coding.name()), Some(coding.name())),
    };
    let tag = HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\""));
    let mut brief = HeaderMap::with_capacity(8);
    brief.insert(ETAG, tag.clone());
    let vary = match (is_coded, media_type.is_feed) {
        (true, true) => "accept-encoding, sec-fetch-dest",
        (true, false) => "accept-encoding",
        (false, true) => "sec-fetch-dest",
        (false, false) => "",
    };
    if !vary.is_empty() {
        brief.insert(VARY, HeaderValue::from_static(vary));
    }
    // Feeds are for everyone, and for readers that run in a page too.
    brief.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let mut headers = HeaderMap::with_capacity(16);
    headers.extend(brief.clone());
    headers.insert(CONTENT_TYPE, media_type.value.clone());
    headers.insert(CONTENT_LENGTH, HeaderValue::from(size));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(name) = encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    // What a page may load it says itself; who may frame it, it can't.
    if media_type.value.as_bytes().starts_with(b"text/html") {
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("frame-ancestors 'self'"));
    }
    Form { bytes, size, tag, headers, brief }
}

/// What a file is.
struct MediaType {
    /// As `Content-Type` tells it.
    value: HeaderValue,
    is_text: bool,
    /// Whether it is a feed in XML.
    is_feed: bool,
}

/// By the name of the file. Of our own documents the encoding is known; in JSON it is never told
/// ([RFC 8259, 11](https://www.rfc-editor.org/rfc/rfc8259#section-11)).
fn media_type(path: &str) -> MediaType {
    let name = path.rsplit('/').next().unwrap_or(path);
    let format = FORMATS.iter().find(|format| format.file_name() == name).map(|format| format.media_type());
    let index = INDEX.iter().find(|index| index.file_name() == name).map(|index| index.media_type());
    let own = format.or(index);
    let essence = own.or_else(|| known_type(name)).unwrap_or("application/octet-stream");
    let is_json = essence.ends_with("json");
    let is_xml = essence.ends_with("xml");
    let is_text = is_json || is_xml || essence.starts_with("text/") || essence == "application/javascript";
    let value =
        if own.is_some() && !is_json { format!("{essence}; charset=utf-8") } else { essence.to_owned() };
    let value = HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    MediaType { value, is_text, is_feed: format.is_some() && is_xml }
}

/// Returns the media type of a file that feedmill did not write, by its suffix.
fn known_type(name: &str) -> Option<&'static str> {
    let (_, suffix) = name.rsplit_once('.')?;
    let row = TYPES.iter().find(|(known, _)| known.eq_ignore_ascii_case(suffix))?;
    Some(row.1)
}

/// Media types of files that people put next to feeds, by suffix.
const TYPES: &[(&str, &str)] = &[
    ("aac", "audio/aac"),
    ("atom", "application/atom+xml"),
    ("avif", "image/avif"),
    ("css", "text/css"),
    ("flac", "audio/flac"),
    ("gif", "image/gif"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("ico", "image/x-icon"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript"),
    ("json", "application/json"),
    ("m4a", "audio/m4a"),
    ("m4b", "audio/mp4"),
    ("m4v", "video/x-m4v"),
    ("md", "text/markdown"),
    ("mjs", "text/javascript"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("oga", "audio/ogg"),
    ("ogg", "audio/ogg"),
    ("ogv", "video/ogg"),
    ("opml", "text/x-opml"),
    ("opus", "audio/ogg"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("rss", "application/rss+xml"),
    ("srt", "application/x-subrip"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain"),
    ("vtt", "text/vtt"),
    ("wasm", "application/wasm"),
    ("wav", "audio/wav"),
    ("webm", "video/webm"),
    ("webmanifest", "application/manifest+json"),
    ("webp", "image/webp"),
    ("woff2", "font/woff2"),
    ("xhtml", "application/xhtml+xml"),
    ("xml", "text/xml"),
    ("xsl", "text/xml"),
    ("zip", "application/zip"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Bytes as Size;

    const SECOND: i128 = 1_000_000_000;

    fn document(modified: i128, changed: i128, now: i128) -> Document {
        let stamp = Stamp { size: Size(0), modified, changed, inode: 1 };
        let body = Arc::new(Body::new("rss.xml", Some(Bytes::new()), 0, 0));
        Document::new(body, Some(stamp), time(now).unwrap())
    }

    #[test]
    fn a_date_is_told_once_its_second_is_over_and_never_one_ahead_or_before_1970() {
        let told = |modified: i128, now: i128| {
            let document = document(modified, 0, now);
            document.modified(time(now).unwrap()).map(|(_, value)| value.to_str().unwrap().to_owned())
        };
        let expected = Some("Thu, 01 Jan 1970 00:00:10 GMT".to_owned());
        assert_eq!(told(10 * SECOND + 999_999_999, 11 * SECOND), expected);
        assert_eq!(told(10 * SECOND + 5, 11 * SECOND - 1), None);
        assert_eq!(told(20 * SECOND, 11 * SECOND), None);
        assert_eq!(told(-SECOND, 11 * SECOND), None);
        assert_eq!(told(i128::MAX, 11 * SECOND), None);
    }

    #[test]
    fn an_equal_stamp_is_trusted_only_where_the_clock_had_moved_on_when_it_was_read() {
        let same = |document: &Document| document.is(document.stamp);
        assert!(same(&document(0, SECOND, 2 * SECOND)));
        assert!(!same(&document(0, SECOND, SECOND + 1_000_000)));
        assert!(!document(0, SECOND, 2 * SECOND).is(None));
    }

    #[test]
    fn types_are_those_of_the_formats_and_the_encoding_is_told_of_our_own_text() {
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
            assert_eq!(media_type(path).value, expected, "{path}");
        }
    }
}
