//! Verifies the files that a feed links to: that they exist, their type and length, whether the server sends parts of
//! them, and the size of covers. One request at a time is sent to a server, with a pause between two of them.

use std::io::Read;
use std::thread::sleep;
use std::time::{Duration, Instant};

use headers::{AcceptRanges, ContentRange, HeaderMapExt};
use ureq::Body;
use ureq::http::header::CONTENT_TYPE;
use ureq::http::{HeaderMap, Response, StatusCode};
use url::Url;

use super::client::{AddressPolicy, REQUEST_TIMEOUT, explain, without_secrets};
use super::dimensions::dimensions;
use super::file_client::{FileClient, moved, whole_length};
use super::queue::{Limits, Outcome, Reported, ask_all};
use crate::check::{Attributes, FileAnswer, FileKind};

/// Maximum number of bytes of an image that are read to find its dimensions.
const MAX_IMAGE_HEAD: usize = 256 << 10;
/// Number of bytes of an image that are read at a time.
const PIECE: u64 = 16 << 10;

const LIMITS: Limits = Limits {
    threads: 4,
    per_host: 1,
    pause: Duration::from_millis(200),
    request: REQUEST_TIMEOUT,
    total: Duration::from_secs(120),
};

/// Client that verifies files.
///
/// ```
/// use feedmill::check::{FileAnswer, FileKind};
/// use feedmill::net::{AddressPolicy, FileVerifier};
///
/// // A private address is never contacted.
/// let verifier = FileVerifier::new(AddressPolicy::PublicOnly, None);
/// let answers = verifier.verify(&[(FileKind::Enclosure, "http://127.0.0.1:9/talk.mp3".parse()?)]);
/// assert!(matches!(&answers[..], [FileAnswer::Unavailable(_)]));
/// # Ok::<(), url::ParseError>(())
/// ```
#[derive(Debug)]
pub struct FileVerifier(FileClient);

impl Reported for FileAnswer {
    fn not_asked() -> Self {
        Self::NotAsked
    }

    fn too_many_redirects() -> Self {
        Self::Unavailable("too many redirects".to_owned())
    }

    fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl FileVerifier {
    /// Creates a client for the servers that a policy permits. `contact` tells the owner of a server whose requests these are.
    #[must_use]
    pub fn new(policy: AddressPolicy, contact: Option<&Url>) -> Self {
        Self::with_limits(policy, contact, LIMITS)
    }

    pub(super) fn with_limits(policy: AddressPolicy, contact: Option<&Url>, limits: Limits) -> Self {
        Self(FileClient::new(policy, contact, limits))
    }

    /// Asks for each file. The answers are in the order of the files.
    #[must_use]
    pub fn verify(&self, files: &[(FileKind, Url)]) -> Vec<FileAnswer> {
        let urls: Vec<Url> = files.iter().map(|(_, url)| url.clone()).collect();
        ask_all(&urls, self.0.limits, |visit, until| match files[visit.number].0 {
            FileKind::Enclosure | FileKind::Image => self.enclosure(&visit.url, until),
            FileKind::Cover => self.cover(&visit.url, until),
        })
    }

    /// Asks for a file with `HEAD`. If that is not enough, or the server refuses it, a `GET` of one byte decides.
    fn enclosure(&self, url: &Url, until: Instant) -> Outcome<FileAnswer> {
        let head = self.request(url, None, until);
        let mut stated = Attributes::default();
        if let Ok(response) = &head {
            let headers = response.headers();
            match response.status() {
                status if status.is_redirection() => return redirect(url, headers),
                StatusCode::OK => {
                    stated = attributes(headers);
                    stated.length = whole_length(headers);
                    if stated.takes_ranges == Some(true) && stated.length.is_some() {
                        return Outcome::Answer(FileAnswer::Found(stated));
                    }
                }
                _ => {}
            }
        }
        sleep(self.0.limits.pause.min(until.saturating_duration_since(Instant::now())));
        let response = match self.request(url, Some("bytes=0-0"), until) {
            Ok(response) => response,
            Err(why) => return Outcome::Answer(FileAnswer::Unavailable(why)),
        };
        let headers = response.headers();
        let mut found = attributes(headers);
        match response.status() {
            status if status.is_redirection() => return redirect(url, headers),
            StatusCode::PARTIAL_CONTENT => {
                found.takes_ranges = Some(true);
                found.length = headers.typed_get::<ContentRange>().and_then(|range| range.bytes_len());
            }
            StatusCode::OK => {
                found.takes_ranges = Some(false);
                found.length = whole_length(headers);
            }
            status => return Outcome::Answer(absent(status)),
        }
        found.media_type = stated.media_type.or(found.media_type);
        found.length = found.length.or(stated.length);
        Outcome::Answer(FileAnswer::Found(found))
    }

    /// Reads as much of an image as is needed to know its dimensions.
    fn cover(&self, url: &Url, until: Instant) -> Outcome<FileAnswer> {
        let range = format!("bytes=0-{}", MAX_IMAGE_HEAD - 1);
        let mut response = match self.request(url, Some(&range), until) {
            Ok(response) => response,
            Err(why) => return Outcome::Answer(FileAnswer::Unavailable(why)),
        };
        let mut found = attributes(response.headers());
        match response.status() {
            status if status.is_redirection() => return redirect(url, response.headers()),
            StatusCode::OK | StatusCode::PARTIAL_CONTENT => {}
            status => return Outcome::Answer(absent(status)),
        }
        let mut bytes = Vec::new();
        let mut body = response.body_mut().as_reader();
        while found.dimensions.is_none() && bytes.len() < MAX_IMAGE_HEAD {
            match body.by_ref().take(PIECE).read_to_end(&mut bytes) {
                Ok(read) if read > 0 => found.dimensions = dimensions(&bytes),
                _ => break,
            }
        }
        Outcome::Answer(FileAnswer::Found(found))
    }

    /// Sends a request; the error is the message for it.
    fn request(&self, url: &Url, range: Option<&str>, until: Instant) -> Result<Response<Body>, String> {
        let url = without_secrets(url);
        self.0.request(&url, range, until).map_err(|error| explain(&url, &error))
    }
}

fn redirect(url: &Url, headers: &HeaderMap) -> Outcome<FileAnswer> {
    let lost = || Outcome::Answer(FileAnswer::Unavailable("it redirects to no URL of the web".to_owned()));
    moved(url, headers).map_or_else(lost, Outcome::Moved)
}

/// Returns the type, and whether the server says that it sends parts.
fn attributes(headers: &HeaderMap) -> Attributes {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.and_then(|text| text.split(';').next()).map(|text| text.trim().to_owned());
    let takes_ranges = headers.typed_get::<AcceptRanges>().filter(|ranges| *ranges == AcceptRanges::bytes());
    Attributes { media_type, takes_ranges: takes_ranges.map(|_| true), ..Attributes::default() }
}

/// Returns the answer for a status other than success. Only two of them say that there is no file.
fn absent(status: StatusCode) -> FileAnswer {
    match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => FileAnswer::Missing(status.to_string()),
        status => FileAnswer::Unavailable(format!("the server answered with {status}")),
    }
}
