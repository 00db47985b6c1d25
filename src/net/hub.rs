//! Notifies WebSub hubs about changed feeds (<https://www.w3.org/TR/websub/#publishing>).
//!
//! WebSub does not define how a publisher notifies its hub. In practice hubs accept a posted form with
//! `hub.mode=publish`, and the topic in `hub.url` ([PubSubHubbub 0.3,
//! 7.1](https://pubsubhubbub.github.io/PubSubHubbub/pubsubhubbub-core-0.3.html#rfc.section.7.1); Google's, Superfeedr) or
//! in `hub.topic` (Switchboard). This client sends both, and one topic per request, because not all hubs accept several.

use std::io::Read;
use std::thread::sleep;
use std::time::{Duration, Instant};

use chrono::DateTime;
use headers::{Authorization, HeaderMapExt};
use percent_encoding::percent_decode_str;
use ureq::http::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderValue, RETRY_AFTER};
use ureq::http::{HeaderMap, StatusCode};
use ureq::{Agent, Body, http};
use url::Url;

use crate::proxy::check_proxies;

use super::client::{AddressPolicy, REQUEST_TIMEOUT, agent, explain, without_secrets};

/// Maximum length of the reason shown from a response of a hub, in bytes.
const MAX_REASON: u64 = 200;

/// Time limits and number of attempts for notifying hubs.
#[derive(Clone, Copy, Debug)]
pub(super) struct RetryPolicy {
    /// Time limit for a request.
    pub(super) request: Duration,
    /// Pause before the first retry; twice as long before each further one.
    pub(super) pause: Duration,
    /// Number of attempts.
    pub(super) attempts: u32,
    /// Time limit for all notifications of a build: a cron job waits for them.
    pub(super) total: Duration,
}

const RETRY_POLICY: RetryPolicy = RetryPolicy {
    request: REQUEST_TIMEOUT,
    pause: Duration::from_millis(500),
    attempts: 4,
    total: Duration::from_secs(30),
};

/// Client that notifies hubs about the changes of one build.
#[derive(Debug)]
pub struct HubClient {
    agent: Agent,
    retry: RetryPolicy,
    until: Instant,
}

/// Result of notifying a hub.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notified {
    /// Topics that the hub accepted.
    pub topics: Vec<Url>,
    /// Reason why it did not accept the others, if there are any; lower case, no full stop.
    pub error: Option<String>,
}

enum PublishError {
    /// The hub would give the same response the next time.
    Refused(String),
    /// A retry may succeed, but not before this time has passed.
    Temporary(String, Option<Duration>),
}

impl HubClient {
    /// Creates a client whose time limit starts now. `contact` tells the owner of a hub whose requests these are.
    #[must_use]
    pub fn new(contact: Option<&Url>) -> Self {
        Self::with_policy(contact, RETRY_POLICY)
    }

    pub(super) fn with_policy(contact: Option<&Url>, retry: RetryPolicy) -> Self {
        Self { agent: agent(AddressPolicy::Any, contact), retry, until: Instant::now() + retry.total }
    }

    /// Notifies a hub about topics, one after the other. If the hub cannot be reached, the rest is skipped.
    #[must_use]
    pub fn notify(&self, hub: &Url, topics: &[Url]) -> Notified {
        let mut notified = Notified { error: check_proxies().err(), ..Notified::default() };
        if notified.error.is_some() {
            return notified;
        }
        for topic in topics {
            match self.publish_with_retries(hub, topic) {
                Ok(()) => notified.topics.push(topic.clone()),
                Err(PublishError::Refused(why)) => notified.error = notified.error.or(Some(why)),
                Err(PublishError::Temporary(why, _)) => {
                    notified.error = Some(why);
                    break;
                }
            }
        }
        notified
    }

    fn publish_with_retries(&self, hub: &Url, topic: &Url) -> Result<(), PublishError> {
        let mut pause = self.retry.pause;
        let mut attempts = 1;
        loop {
            let result = self.publish(hub, topic);
            let Err(PublishError::Temporary(_, after)) = &result else { return result };
            let wait = pause.max(after.unwrap_or_default());
            let left = self.until.saturating_duration_since(Instant::now());
            if attempts >= self.retry.attempts || wait >= left {
                return result;
            }
            sleep(wait);
            attempts += 1;
            pause *= 2;
        }
    }

    fn publish(&self, hub: &Url, topic: &Url) -> Result<(), PublishError> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(PublishError::Temporary("no time left to notify it".to_owned(), None));
        }
        let mut request = self.agent.post(without_secrets(hub).as_str());
        if let Some(credentials) = credentials(hub) {
            request = request.header(AUTHORIZATION, credentials);
        }
        let request = request.config().timeout_global(Some(left.min(self.retry.request))).build();
        let form = [("hub.mode", "publish"), ("hub.url", topic.as_str()), ("hub.topic", topic.as_str())];
        let mut response =
            request.send_form(form).map_err(|e| PublishError::Temporary(explain(hub, &e), None))?;
        // The body is read in any case, so that the connection can be used again.
        let reason = reason(&mut response);
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        let why = format!("it responded with {status}{reason}");
        match status {
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
                Err(PublishError::Temporary(why, retry_after(response.headers())))
            }
            _ if status.is_server_error() => {
                Err(PublishError::Temporary(why, retry_after(response.headers())))
            }
            _ => Err(PublishError::Refused(why)),
        }
    }
}

/// Returns the `Authorization` header for the user name and password of a URL
/// ([RFC 7617](https://www.rfc-editor.org/rfc/rfc7617)); `None` if it has none.
fn credentials(hub: &Url) -> Option<HeaderValue> {
    if hub.username().is_empty() && hub.password().is_none() {
        return None;
    }
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut headers = HeaderMap::new();
    headers.typed_insert(Authorization::basic(
        &decode(hub.username()),
        &decode(hub.password().unwrap_or_default()),
    ));
    headers.remove(AUTHORIZATION)
}

/// Returns the first line of a plain-text response, with a colon before it; empty if there is none.
fn reason(response: &mut http::Response<Body>) -> String {
    let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_text = media_type.is_some_and(|t| t.starts_with("text/plain"));
    let mut bytes = Vec::new();
    let read = response.body_mut().as_reader().take(MAX_REASON).read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    match text.lines().next().map(str::trim) {
        Some(line) if is_text && read.is_ok() && !line.is_empty() => format!(": {line}"),
        _ => String::new(),
    }
}

/// Returns how long a server wants no requests ([RFC 9110, 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#field.retry-after)).
/// A date is compared with the `Date` of the response.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let after = text(RETRY_AFTER)?;
    if let Ok(seconds) = after.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = |text| DateTime::parse_from_rfc2822(text).ok();
    (date(after)? - date(text(DATE)?)?).to_std().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        for (after, wait) in [
            ("0", Some(0)),
            ("120", Some(120)),
            (" 7 ", Some(7)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sun, 06 Nov 1994 08:49:27 GMT", None),
            ("-1", None),
            ("soon", None),
            ("99999999999999999999", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, after.parse().unwrap());
            headers.insert(DATE, "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap());
            assert_eq!(retry_after(&headers), wait.map(Duration::from_secs), "{after}");
        }
    }
}
