//! Asks media servers for the type and length of their files: with `HEAD`, and if that is not enough with a `GET` of one
//! byte ([RFC 9110, 14](https://www.rfc-editor.org/rfc/rfc9110#section-14)). Few requests are sent to
//! one server at a time, with a pause between them.

use std::time::{Duration, Instant};

use headers::{ContentRange, HeaderMapExt};
use ureq::http::header::CONTENT_TYPE;
use ureq::http::{HeaderMap, Response, StatusCode};
use ureq::{Body, Error};
use url::Url;

use super::client::{AddressPolicy, REQUEST_TIMEOUT, without_secrets};
use super::file_client::{FileClient, moved, whole_length};
use super::guard::NotPublic;
use super::queue::{Limits, Outcome, Reported, ask_all};
use crate::model::Answer;
use crate::types::{Bytes, MediaType};

/// Media types of audio and video whose top-level type is not `audio` or `video`.
const MEDIA: [&str; 4] =
    ["application/dash+xml", "application/ogg", "application/vnd.apple.mpegurl", "application/x-mpegurl"];
/// Media types of servers that do not know the type.
const OPAQUE: [&str; 4] =
    ["application/download", "application/force-download", "application/octet-stream", "binary/octet-stream"];

const LIMITS: Limits = Limits {
    threads: 8,
    per_host: 2,
    pause: Duration::from_millis(100),
    request: REQUEST_TIMEOUT,
    total: Duration::from_secs(60),
};

/// Client that asks media servers for the type and length of files.
///
/// ```
/// use feedmill::model::Answer;
/// use feedmill::net::{AddressPolicy, Probe};
///
/// // A private address is never contacted.
/// let probe = Probe::new(AddressPolicy::PublicOnly, None);
/// let answers = probe.ask(&["http://127.0.0.1:9/talk.mp3".parse()?]);
/// assert_eq!(answers, [Answer::None]);
/// # Ok::<(), url::ParseError>(())
/// ```
#[derive(Debug)]
pub struct Probe(FileClient);

impl Reported for Answer {
    fn not_asked() -> Self {
        Self::NotAsked
    }

    fn too_many_redirects() -> Self {
        Self::None
    }

    fn is_unavailable(&self) -> bool {
        *self == Self::Unavailable
    }
}

/// Result of a single request.
enum Reply {
    Moved(Url),
    /// The file exists; its type and length, if known.
    Exists(Option<MediaType>, Option<Bytes>),
    /// The server does not answer this kind of request.
    Refused,
    /// No audio, image or video is there.
    None,
    Unavailable,
}

impl Probe {
    /// Creates a client for the servers that a policy permits. `contact` tells the owner of a server whose requests these are.
    #[must_use]
    pub fn new(policy: AddressPolicy, contact: Option<&Url>) -> Self {
        Self::with_limits(policy, contact, LIMITS)
    }

    pub(super) fn with_limits(policy: AddressPolicy, contact: Option<&Url>, limits: Limits) -> Self {
        Self(FileClient::new(policy, contact, limits))
    }

    /// Asks for each file. The answers are in the order of the addresses.
    #[must_use]
    pub fn ask(&self, urls: &[Url]) -> Vec<Answer> {
        ask_all(urls, self.0.limits, |visit, until| self.visit(&visit.url, until))
    }

    fn visit(&self, url: &Url, until: Instant) -> Outcome<Answer> {
        let stated = match self.request(url, false, until) {
            Reply::Moved(url) => return Outcome::Moved(url),
            Reply::None => return Outcome::Answer(Answer::None),
            Reply::Unavailable => return Outcome::Answer(Answer::Unavailable),
            Reply::Refused => None,
            Reply::Exists(media_type, length) => {
                if length.is_some() {
                    return Outcome::Answer(Answer::Media { media_type, length });
                }
                media_type
            }
        };
        Outcome::Answer(match self.request(url, true, until) {
            Reply::Moved(url) => return Outcome::Moved(url),
            Reply::Exists(media_type, length) => Answer::Media { media_type: stated.or(media_type), length },
            _ if stated.is_some() => Answer::Media { media_type: stated, length: None },
            Reply::None | Reply::Refused => Answer::None,
            Reply::Unavailable => Answer::Unavailable,
        })
    }

    fn request(&self, url: &Url, ranged: bool, until: Instant) -> Reply {
        let url = without_secrets(url);
        match self.0.request(&url, ranged.then_some("bytes=0-0"), until) {
            Ok(response) => read(&url, &response),
            Err(Error::Other(why)) if why.is::<NotPublic>() => Reply::None,
            Err(_) => Reply::Unavailable,
        }
    }
}

fn read(url: &Url, response: &Response<Body>) -> Reply {
    let headers = response.headers();
    match response.status() {
        status if status.is_redirection() => moved(url, headers).map_or(Reply::None, Reply::Moved),
        StatusCode::PARTIAL_CONTENT => {
            let range = headers.typed_get::<ContentRange>();
            exists(headers, range.and_then(|range| range.bytes_len()))
        }
        StatusCode::OK => exists(headers, whole_length(headers)),
        StatusCode::NOT_FOUND | StatusCode::GONE => Reply::None,
        StatusCode::NOT_IMPLEMENTED => Reply::Refused,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Reply::Unavailable,
        status if status.is_server_error() => Reply::Unavailable,
        _ => Reply::Refused,
    }
}

/// Returns the reply for a file that exists. An HTML page in place of the file says nothing about it, not even its
/// length.
fn exists(headers: &HeaderMap, length: Option<u64>) -> Reply {
    let stated = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).and_then(MediaType::parse);
    let is_media =
        |t: &MediaType| matches!(t.top(), "audio" | "image" | "video") || MEDIA.contains(&t.as_str());
    let media_type = match stated {
        None => None,
        Some(stated) if OPAQUE.contains(&stated.as_str()) => None,
        Some(stated) if is_media(&stated) => Some(stated),
        Some(_) => return Reply::None,
    };
    Reply::Exists(media_type, length.filter(|length| *length > 0).map(Bytes))
}
