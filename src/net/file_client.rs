//! Requests for files of a server, and what their headers say.

use std::time::Instant;

use headers::{ContentLength, HeaderMapExt};
use ureq::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, LOCATION, RANGE};
use ureq::http::{HeaderMap, Response};
use ureq::{Agent, Body, Error};
use url::Url;

use super::client::{AddressPolicy, agent};
use super::queue::Limits;

/// Client that asks for files within limits.
#[derive(Debug)]
pub(super) struct FileClient {
    agent: Agent,
    pub(super) limits: Limits,
}

impl FileClient {
    pub(super) fn new(policy: AddressPolicy, contact: Option<&Url>, limits: Limits) -> Self {
        Self { agent: agent(policy, contact), limits }
    }

    /// Sends `GET` for a range of bytes, or `HEAD`. Redirects are not followed.
    pub(super) fn request(
        &self,
        url: &Url,
        range: Option<&str>,
        until: Instant,
    ) -> Result<Response<Body>, Error> {
        let request = match range {
            Some(range) => self.agent.get(url.as_str()).header(RANGE, range),
            None => self.agent.head(url.as_str()),
        };
        let left = until.saturating_duration_since(Instant::now());
        let request = request.header(ACCEPT_ENCODING, "identity");
        request.config().timeout_global(Some(left.min(self.limits.request))).build().call()
    }
}

/// Returns the URL to which a redirect leads; `None` if it is not one of the web.
pub(super) fn moved(url: &Url, headers: &HeaderMap) -> Option<Url> {
    let to = url.join(headers.get(LOCATION)?.to_str().ok()?).ok()?;
    (matches!(to.scheme(), "http" | "https") && to.has_host()).then_some(to)
}

/// Returns the length of the file if it is sent uncompressed.
pub(super) fn whole_length(headers: &HeaderMap) -> Option<u64> {
    let encoding = headers.get(CONTENT_ENCODING).map(|value| value.as_bytes());
    let is_plain = encoding.is_none_or(|name| name.eq_ignore_ascii_case(b"identity"));
    headers.typed_get::<ContentLength>().filter(|_| is_plain).map(|length| length.0)
}
