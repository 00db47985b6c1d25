//! Fetches feeds and web pages, to check them.

use std::fmt;
use std::io::Read;
use std::time::{Duration, Instant};

use flate2::read::MultiGzDecoder;
use headers::HeaderMapExt;
use ureq::http::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, LAST_MODIFIED,
};
use ureq::http::{HeaderMap, Response as Answer, StatusCode};
use ureq::{Agent, Body, Error};
use url::Url;

use super::client::{AddressPolicy, REQUEST_TIMEOUT, agent, explain, without_secrets};
use super::file_client::moved;
use super::guard::NotPublic;
use super::queue::MAX_REDIRECTS;
use crate::check::{Redirect, Response, SecondAnswer};
use crate::types::Bytes;

/// Types that a feed may have, and all others after them.
const ACCEPTED: &str = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, \
                        text/xml;q=0.9, */*;q=0.8";
/// Bytes with which gzip begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Client that fetches documents.
///
/// ```
/// use std::time::{Duration, Instant};
///
/// use feedmill::net::{AddressPolicy, FeedClient};
/// use feedmill::types::Bytes;
///
/// // A private address is never contacted.
/// let client = FeedClient::new(AddressPolicy::PublicOnly, None, Bytes(1 << 20));
/// let until = Instant::now() + Duration::from_secs(10);
/// let error = client.fetch(&"http://127.0.0.1:9/feed.xml".parse()?, until).unwrap_err();
/// assert!(error.is_not_public());
/// # Ok::<(), url::ParseError>(())
/// ```
#[derive(Debug)]
pub struct FeedClient {
    pub(super) agent: Agent,
    pub(super) max: Bytes,
}

/// A document and how it was sent.
#[derive(Debug)]
pub struct Fetched {
    /// Head of the response, and the redirects before it.
    pub response: Response,
    /// Document, decompressed.
    pub bytes: Vec<u8>,
}

/// Error of a document that could not be fetched: what is wrong, and how to fix it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchError {
    text: String,
    is_not_public: bool,
}

impl FetchError {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_not_public: false }
    }

    /// True if the server may not be contacted, because it has no public address.
    #[must_use]
    pub fn is_not_public(&self) -> bool {
        self.is_not_public
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for FetchError {}

impl FeedClient {
    /// Creates a client for the servers that a policy permits, and for documents up to a size, also after decompression.
    /// `contact` tells the owner of a server whose requests these are.
    #[must_use]
    pub fn new(policy: AddressPolicy, contact: Option<&Url>, max: Bytes) -> Self {
        Self { agent: agent(policy, contact), max }
    }

    /// Fetches a document, after at most five redirects. User, password and fragment of the URL are not sent.
    ///
    /// # Errors
    /// There is no document, it is too large, or there is no time left.
    pub fn fetch(&self, url: &Url, until: Instant) -> Result<Fetched, FetchError> {
        let mut url = without_secrets(url);
        let mut response = Response { url: url.to_string(), ..Response::default() };
        let mut answer = loop {
            let answer = self.get(&url, &[], until)?;
            let status = answer.status();
            if status.is_success() {
                break answer;
            }
            if !status.is_redirection() || status == StatusCode::NOT_MODIFIED {
                return Err(FetchError::new(refused(status)));
            }
            let Some(next) = moved(&url, answer.headers()) else {
                let why = "without the URL of another web server";
                return Err(FetchError::new(format!("`{url}` redirects {why}; correct its `Location`")));
            };
            if response.redirects.len() == MAX_REDIRECTS {
                return Err(FetchError::new(format!(
                    "more than {MAX_REDIRECTS} redirects, the last one to `{}`; let the first one lead to the feed",
                    without_secrets(&next)
                )));
            }
            url = without_secrets(&next);
            response.redirects.push(Redirect { status: status.as_u16(), to: url.to_string() });
        };
        let headers = answer.headers();
        response.content_type = text(headers, CONTENT_TYPE);
        response.etag = text(headers, ETAG);
        response.last_modified = text(headers, LAST_MODIFIED);
        let bytes = self.body(&url, &mut answer)?;
        Ok(Fetched { response, bytes })
    }

    /// Asks again for a document, if it changed. Stores the answer in its response; a server that does not answer is none.
    pub fn ask_again(&self, response: &mut Response, until: Instant) {
        let conditions = [(IF_NONE_MATCH, &response.etag), (IF_MODIFIED_SINCE, &response.last_modified)];
        let conditions: Vec<_> =
            conditions.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect();
        let Ok(url) = Url::parse(response.final_url()) else { return };
        if conditions.is_empty() {
            return;
        }
        if let Ok(answer) = self.get(&url, &conditions, until) {
            let (status, etag) = (answer.status().as_u16(), text(answer.headers(), ETAG));
            response.second = Some(SecondAnswer { status, etag });
        }
    }

    fn get(
        &self,
        url: &Url,
        conditions: &[(HeaderName, &str)],
        until: Instant,
    ) -> Result<Answer<Body>, FetchError> {
        let mut request =
            self.agent.get(url.as_str()).header(ACCEPT, ACCEPTED).header(ACCEPT_ENCODING, "gzip");
        for (name, value) in conditions {
            request = request.header(name, *value);
        }
        let left = until.saturating_duration_since(Instant::now());
        let timeout = REQUEST_TIMEOUT.min(left).max(Duration::from_millis(1));
        let request =
            request.config().timeout_recv_response(Some(timeout)).timeout_global(Some(left)).build();
        request.call().map_err(|error| self.failed(url, &error))
    }

    fn failed(&self, url: &Url, error: &Error) -> FetchError {
        let is_not_public = matches!(error, Error::Other(why) if why.is::<NotPublic>());
        FetchError { text: explain(url, error), is_not_public }
    }

    /// Reads and decompresses the body of a response.
    fn body(&self, url: &Url, answer: &mut Answer<Body>) -> Result<Vec<u8>, FetchError> {
        let coding = text(answer.headers(), CONTENT_ENCODING).unwrap_or_default().to_ascii_lowercase();
        if !matches!(&*coding, "" | "identity" | "gzip" | "x-gzip") {
            return Err(FetchError::new(format!(
                "the response is in the coding `{coding}`, which was not asked for; let the server heed `Accept-Encoding`"
            )));
        }
        let stated = answer.headers().typed_get::<headers::ContentLength>().map(|length| length.0);
        if stated.is_some_and(|length| length > self.max.0) {
            return Err(self.too_large());
        }
        let mut bytes = Vec::new();
        let read = answer.body_mut().as_reader().take(self.max.0 + 1).read_to_end(&mut bytes);
        if let Err(error) = read {
            let error = Error::from(error);
            let text = format!("the response ended early: {}", explain(url, &error));
            return Err(FetchError { text, is_not_public: false });
        }
        if bytes.len() as u64 > self.max.0 {
            return Err(self.too_large());
        }
        if bytes.starts_with(&GZIP) {
            let mut plain = Vec::new();
            if let Err(error) = MultiGzDecoder::new(&*bytes).take(self.max.0 + 1).read_to_end(&mut plain) {
                return Err(FetchError::new(format!(
                    "the response is damaged: gzip: {error}; check the compression of the server"
                )));
            }
            bytes = plain;
        } else if coding.ends_with("gzip") && !bytes.is_empty() {
            return Err(FetchError::new(
                "`Content-Encoding` is gzip, but the response is not compressed; correct the header",
            ));
        }
        if bytes.len() as u64 > self.max.0 { Err(self.too_large()) } else { Ok(bytes) }
    }

    fn too_large(&self) -> FetchError {
        FetchError::new(format!("the document is larger than {}; publish fewer entries", self.max))
    }
}

/// Returns the value of a header, if it is text.
fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// Returns the message for a status that is not success.
fn refused(status: StatusCode) -> String {
    let fix = match status.as_u16() {
        401 | 407 => "the feed needs a password, which feedmill does not send; check a copy of it as a file",
        403 => "the server refuses programs; permit the user agent `feedmill`, as readers need it too",
        404 => "correct the URL",
        410 => "the feed was removed for good; correct the URL",
        429 => "the server wants fewer requests; try again later",
        500..=599 => "the server failed; try again later, or read its log",
        _ => "check the URL and the server",
    };
    format!("the server answered with {status}; {fix}")
}
