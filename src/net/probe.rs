//! Asks media servers of what type and length their files are: by `HEAD`, and where that tells too little by a `GET` of
//! one byte ([RFC 9110, 14](https://www.rfc-editor.org/rfc/rfc9110#section-14)). Politely: few requests at a time to one
//! server, with a pause between them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use headers::{ContentLength, ContentRange, HeaderMapExt};
use ureq::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, LOCATION, RANGE};
use ureq::http::{HeaderMap, Response, StatusCode};
use ureq::{Agent, Body, Error};
use url::Url;

use super::guard::NotPublic;
use super::{REQUEST, Reach, agent};
use crate::model::Answer;
use crate::types::{Bytes, MediaType};

/// How often a redirection is followed.
const HOPS: usize = 5;
/// Types of media that do not say so before the slash.
const MEDIA: [&str; 4] =
    ["application/dash+xml", "application/ogg", "application/vnd.apple.mpegurl", "application/x-mpegurl"];
/// Types by which a server says that it does not know.
const OPAQUE: [&str; 4] =
    ["application/download", "application/force-download", "application/octet-stream", "binary/octet-stream"];

/// How much is asked at once, and for how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Servers are visited by so many threads.
    pub(super) threads: usize,
    /// Each server by no more than so many.
    pub(super) per_host: usize,
    /// How far apart the visits to one server begin.
    pub(super) pause: Duration,
    /// How long a request may take.
    pub(super) request: Duration,
    /// How long all of it may take.
    pub(super) whole: Duration,
}

const LIMITS: Limits = Limits {
    threads: 8,
    per_host: 2,
    pause: Duration::from_millis(100),
    request: REQUEST,
    whole: Duration::from_secs(60),
};

/// Asks media servers.
///
/// ```
/// use feedmill::model::Answer;
/// use feedmill::net::{Probe, Reach};
///
/// // A private address is not asked, whatever is there.
/// let probe = Probe::new(Reach::Public, None);
/// let answers = probe.ask(&["http://127.0.0.1:9/talk.mp3".parse()?]);
/// assert_eq!(answers, [Answer::None]);
/// # Ok::<(), url::ParseError>(())
/// ```
#[derive(Debug)]
pub struct Probe {
    agent: Agent,
    limits: Limits,
}

/// A server to visit for a file.
struct Visit {
    number: usize,
    url: Url,
    hops: usize,
}

/// What a visit led to.
enum Outcome {
    Answer(Answer),
    Moved(Url),
}

/// What a single request led to.
enum Reply {
    Moved(Url),
    /// There is something; what is known of it.
    There(Option<MediaType>, Option<Bytes>),
    /// It is not answered to, in this way at least.
    Refused,
    /// There is no medium.
    None,
    Lost,
}

impl Probe {
    /// Of servers within reach. `contact` is where a server's owner reads who this is.
    #[must_use]
    pub fn new(reach: Reach, contact: Option<&Url>) -> Self {
        Self::limited(reach, contact, LIMITS)
    }

    pub(super) fn limited(reach: Reach, contact: Option<&Url>, limits: Limits) -> Self {
        Self { agent: agent(reach, contact), limits }
    }

    /// Asks of each file. The answers are in the order of the addresses.
    #[must_use]
    pub fn ask(&self, urls: &[Url]) -> Vec<Answer> {
        let desk = Desk::new(urls, self.limits);
        thread::scope(|scope| {
            for _ in 0..self.limits.threads.min(urls.len()) {
                scope.spawn(|| {
                    while let Some(visit) = desk.next() {
                        let outcome = self.visit(&visit.url, desk.until);
                        desk.done(visit, outcome);
                    }
                });
            }
        });
        desk.state.into_inner().unwrap_or_else(PoisonError::into_inner).answers
    }

    fn visit(&self, url: &Url, until: Instant) -> Outcome {
        let told = match self.request(url, false, until) {
            Reply::Moved(url) => return Outcome::Moved(url),
            Reply::None => return Outcome::Answer(Answer::None),
            Reply::Lost => return Outcome::Answer(Answer::Lost),
            Reply::Refused => None,
            Reply::There(media_type, length) => {
                if length.is_some() {
                    return Outcome::Answer(Answer::Media { media_type, length });
                }
                media_type
            }
        };
        Outcome::Answer(match self.request(url, true, until) {
            Reply::Moved(url) => return Outcome::Moved(url),
            Reply::There(media_type, length) => Answer::Media { media_type: told.or(media_type), length },
            _ if told.is_some() => Answer::Media { media_type: told, length: None },
            Reply::None | Reply::Refused => Answer::None,
            Reply::Lost => Answer::Lost,
        })
    }

    fn request(&self, url: &Url, ranged: bool, until: Instant) -> Reply {
        let url = without_secrets(url);
        let request = if ranged {
            self.agent.get(url.as_str()).header(RANGE, "bytes=0-0")
        } else {
            self.agent.head(url.as_str())
        };
        let left = until.saturating_duration_since(Instant::now());
        let request = request.header(ACCEPT_ENCODING, "identity");
        let request = request.config().timeout_global(Some(left.min(self.limits.request))).build();
        match request.call() {
            Ok(response) => read(&url, &response),
            Err(Error::Other(why)) if why.is::<NotPublic>() => Reply::None,
            Err(_) => Reply::Lost,
        }
    }
}

/// What nobody else is to know is not sent, and neither is what no server gets.
fn without_secrets(url: &Url) -> Url {
    let mut url = url.clone();
    // Both refuse an address without a host, which this is not.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    url
}

fn read(url: &Url, response: &Response<Body>) -> Reply {
    let headers = response.headers();
    match response.status() {
        status if status.is_redirection() => moved(url, headers).map_or(Reply::None, Reply::Moved),
        StatusCode::PARTIAL_CONTENT => {
            let range = headers.typed_get::<ContentRange>();
            there(headers, range.and_then(|range| range.bytes_len()))
        }
        StatusCode::OK => there(headers, whole_length(headers)),
        StatusCode::NOT_FOUND | StatusCode::GONE => Reply::None,
        StatusCode::NOT_IMPLEMENTED => Reply::Refused,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Reply::Lost,
        status if status.is_server_error() => Reply::Lost,
        _ => Reply::Refused,
    }
}

fn moved(url: &Url, headers: &HeaderMap) -> Option<Url> {
    let to = url.join(headers.get(LOCATION)?.to_str().ok()?).ok()?;
    (matches!(to.scheme(), "http" | "https") && to.has_host()).then_some(to)
}

/// The length of what would be sent as it is.
fn whole_length(headers: &HeaderMap) -> Option<u64> {
    let encoding = headers.get(CONTENT_ENCODING).map(|value| value.as_bytes());
    let is_plain = encoding.is_none_or(|name| name.eq_ignore_ascii_case(b"identity"));
    headers.typed_get::<ContentLength>().filter(|_| is_plain).map(|length| length.0)
}

/// A page in place of a file says nothing of the file, not even its length.
fn there(headers: &HeaderMap, length: Option<u64>) -> Reply {
    let told = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).and_then(MediaType::parse);
    let is_media =
        |t: &MediaType| matches!(t.top(), "audio" | "image" | "video") || MEDIA.contains(&t.as_str());
    let media_type = match told {
        None => None,
        Some(told) if OPAQUE.contains(&told.as_str()) => None,
        Some(told) if is_media(&told) => Some(told),
        Some(_) => return Reply::None,
    };
    Reply::There(media_type, length.filter(|length| *length > 0).map(Bytes))
}

/// Says who is visited next.
struct Desk {
    state: Mutex<State>,
    changed: Condvar,
    limits: Limits,
    until: Instant,
}

struct State {
    waiting: VecDeque<Visit>,
    /// How many visits are under way.
    under_way: usize,
    hosts: HashMap<String, Host>,
    answers: Vec<Answer>,
}

struct Host {
    /// How many visits to it are under way.
    visits: usize,
    /// When the next may begin.
    next: Instant,
}

impl Desk {
    fn new(urls: &[Url], limits: Limits) -> Self {
        let visits = urls.iter().enumerate().map(|(number, url)| Visit { number, url: url.clone(), hops: 0 });
        let state = State {
            waiting: visits.collect(),
            under_way: 0,
            hosts: HashMap::new(),
            answers: vec![Answer::Unasked; urls.len()],
        };
        let until = Instant::now() + limits.whole;
        Self { state: Mutex::new(state), changed: Condvar::new(), limits, until }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next visit, when its server has room for it; `None` where there is none, or no time.
    fn next(&self) -> Option<Visit> {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            let left = self.until.saturating_duration_since(now);
            if left.is_zero() || state.waiting.is_empty() && state.under_way == 0 {
                return None;
            }
            let State { waiting, hosts, .. } = &*state;
            let has_room = |visit: &Visit| {
                let host = hosts.get(&host_of(&visit.url));
                host.is_none_or(|host| host.visits < self.limits.per_host && host.next <= now)
            };
            let free = waiting.iter().position(has_room);
            if let Some(visit) = free.and_then(|at| state.waiting.remove(at)) {
                let host = state.hosts.entry(host_of(&visit.url)).or_insert(Host { visits: 0, next: now });
                host.visits += 1;
                host.next = now + self.limits.pause;
                state.under_way += 1;
                return Some(visit);
            }
            let wait = left.min(self.limits.pause);
            state = self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn done(&self, visit: Visit, outcome: Outcome) {
        let mut state = self.lock();
        state.under_way -= 1;
        if let Some(host) = state.hosts.get_mut(&host_of(&visit.url)) {
            host.visits -= 1;
        }
        match outcome {
            Outcome::Moved(url) if visit.hops < HOPS => {
                state.waiting.push_front(Visit { url, hops: visit.hops + 1, ..visit });
            }
            Outcome::Moved(_) => state.answers[visit.number] = Answer::None,
            // Cut short by the end of the time: it was not the server.
            Outcome::Answer(Answer::Lost) if Instant::now() >= self.until => {}
            Outcome::Answer(answer) => state.answers[visit.number] = answer,
        }
        drop(state);
        self.changed.notify_all();
    }
}

/// A server, as far as politeness is concerned.
fn host_of(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default())
}
