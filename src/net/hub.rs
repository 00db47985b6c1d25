//! Tells a WebSub hub that feeds changed (<https://www.w3.org/TR/websub/#publishing>).
//!
//! WebSub leaves open how a publisher tells its hub. What hubs take is a form that is posted to them:
//! `hub.mode=publish`, and the topic in `hub.url` ([PubSubHubbub 0.3,
//! 7.1](https://pubsubhubbub.github.io/PubSubHubbub/pubsubhubbub-core-0.3.html#rfc.section.7.1); Google's, Superfeedr) or
//! in `hub.topic` (Switchboard). Ours says both, and one topic a request, for not all take several.

use std::io::Read;
use std::thread::sleep;
use std::time::{Duration, Instant};

use chrono::DateTime;
use ureq::http::header::{CONTENT_TYPE, DATE, RETRY_AFTER};
use ureq::http::{HeaderMap, StatusCode};
use ureq::{Agent, Body, http};
use url::Url;

use super::{REQUEST, Reach, agent};

/// The longest reason of a hub's that is shown, in bytes.
const REASON: u64 = 200;

/// How long hubs are tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// How long a request may take.
    pub(super) request: Duration,
    /// How long is waited before it is tried again; twice as long each time.
    pub(super) pause: Duration,
    /// How often it is tried.
    pub(super) tries: u32,
    /// How long all of it may take: a crontab waits.
    pub(super) whole: Duration,
}

const PATIENCE: Patience = Patience {
    request: REQUEST,
    pause: Duration::from_millis(500),
    tries: 4,
    whole: Duration::from_secs(30),
};

/// Tells hubs, in the time of one run.
#[derive(Debug)]
pub struct Herald {
    agent: Agent,
    patience: Patience,
    until: Instant,
}

/// What came of telling a hub.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// The topics of which it knows.
    pub topics: Vec<Url>,
    /// Why it does not know of the others, where there are any; lower case, no full stop.
    pub why: Option<String>,
}

enum Trouble {
    /// It will say the same the next time.
    Refused(String),
    /// It may hear if it is told again, but not before so long.
    Passing(String, Option<Duration>),
}

impl Herald {
    /// Whose time begins now. `contact` is where a hub's owner reads who this is.
    #[must_use]
    pub fn new(contact: Option<&Url>) -> Self {
        Self::patient(contact, PATIENCE)
    }

    pub(super) fn patient(contact: Option<&Url>, patience: Patience) -> Self {
        Self { agent: agent(Reach::Any, contact), patience, until: Instant::now() + patience.whole }
    }

    /// Tells a hub of topics, one after the other. Where it can't be reached, it is not told of the rest.
    #[must_use]
    pub fn tell(&self, hub: &Url, topics: &[Url]) -> Heard {
        let mut heard = Heard::default();
        for topic in topics {
            match self.persist(hub, topic) {
                Ok(()) => heard.topics.push(topic.clone()),
                Err(Trouble::Refused(why)) => heard.why = heard.why.or(Some(why)),
                Err(Trouble::Passing(why, _)) => {
                    heard.why = Some(why);
                    break;
                }
            }
        }
        heard
    }

    fn persist(&self, hub: &Url, topic: &Url) -> Result<(), Trouble> {
        let mut pause = self.patience.pause;
        let mut tries = 1;
        loop {
            let result = self.once(hub, topic);
            let Err(Trouble::Passing(_, after)) = &result else { return result };
            let wait = pause.max(after.unwrap_or_default());
            let left = self.until.saturating_duration_since(Instant::now());
            if tries >= self.patience.tries || wait >= left {
                return result;
            }
            sleep(wait);
            tries += 1;
            pause *= 2;
        }
    }

    fn once(&self, hub: &Url, topic: &Url) -> Result<(), Trouble> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Trouble::Passing("there was no time left to tell it".to_owned(), None));
        }
        let request = self.agent.post(hub.as_str());
        let request = request.config().timeout_global(Some(left.min(self.patience.request))).build();
        let form = [("hub.mode", "publish"), ("hub.url", topic.as_str()), ("hub.topic", topic.as_str())];
        let mut response = request.send_form(form).map_err(|e| Trouble::Passing(e.to_string(), None))?;
        // Whatever it says is read, so that the connection can be used again.
        let reason = reason(&mut response);
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        let why = format!("it answered {status}{reason}");
        match status {
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
                Err(Trouble::Passing(why, retry_after(response.headers())))
            }
            _ if status.is_server_error() => Err(Trouble::Passing(why, retry_after(response.headers()))),
            _ => Err(Trouble::Refused(why)),
        }
    }
}

/// The first line of what a hub says where it is plain text.
fn reason(response: &mut http::Response<Body>) -> String {
    let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_text = media_type.is_some_and(|t| t.starts_with("text/plain"));
    let mut bytes = Vec::new();
    let read = response.body_mut().as_reader().take(REASON).read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    match text.lines().next().map(str::trim) {
        Some(line) if is_text && read.is_ok() && !line.is_empty() => format!(": {line}"),
        _ => String::new(),
    }
}

/// How long a server wants to be left alone ([RFC 9110, 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#field.retry-after)).
/// A date is seen from the server's own.
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
