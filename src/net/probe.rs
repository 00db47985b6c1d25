//! Asks media servers for the type and length of their files: with `HEAD`, and if that is not enough with a `GET` of one
//! byte ([RFC 9110, 14](https://www.rfc-editor.org/rfc/rfc9110#section-14)). Few requests are sent to
//! one server at a time, with a pause between them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use headers::{ContentLength, ContentRange, HeaderMapExt};
use ureq::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, LOCATION, RANGE};
use ureq::http::{HeaderMap, Response, StatusCode};
use ureq::{Agent, Body, Error};
use url::Url;

use super::client::{AddressPolicy, REQUEST_TIMEOUT, agent, without_secrets};
use super::guard::NotPublic;
use crate::model::Answer;
use crate::types::{Bytes, MediaType};

/// Maximum number of redirections that are followed.
const MAX_REDIRECTS: usize = 5;
/// Media types of audio and video whose top-level type is not `audio` or `video`.
const MEDIA: [&str; 4] =
    ["application/dash+xml", "application/ogg", "application/vnd.apple.mpegurl", "application/x-mpegurl"];
/// Media types of servers that do not know the type.
const OPAQUE: [&str; 4] =
    ["application/download", "application/force-download", "application/octet-stream", "binary/octet-stream"];

/// Limits on requests to media servers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Number of threads.
    pub(super) threads: usize,
    /// Maximum number of requests to one server at a time.
    pub(super) per_host: usize,
    /// Time between the starts of two requests to one server.
    pub(super) pause: Duration,
    /// Time limit for a request.
    pub(super) request: Duration,
    /// Time limit for all requests of a build.
    pub(super) total: Duration,
}

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
pub struct Probe {
    agent: Agent,
    limits: Limits,
}

/// A request for a file that is still to be made.
struct Visit {
    number: usize,
    url: Url,
    hops: usize,
}

/// Result of asking for a file at one address.
enum Outcome {
    Answer(Answer),
    Moved(Url),
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
        Self { agent: agent(policy, contact), limits }
    }

    /// Asks for each file. The answers are in the order of the addresses.
    #[must_use]
    pub fn ask(&self, urls: &[Url]) -> Vec<Answer> {
        let queue = Queue::new(urls, self.limits);
        thread::scope(|scope| {
            for _ in 0..self.limits.threads.min(urls.len()) {
                scope.spawn(|| {
                    while let Some(visit) = queue.next() {
                        let outcome = self.visit(&visit.url, queue.until);
                        queue.done(visit, outcome);
                    }
                });
            }
        });
        queue.state.into_inner().unwrap_or_else(PoisonError::into_inner).answers
    }

    fn visit(&self, url: &Url, until: Instant) -> Outcome {
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

fn moved(url: &Url, headers: &HeaderMap) -> Option<Url> {
    let to = url.join(headers.get(LOCATION)?.to_str().ok()?).ok()?;
    (matches!(to.scheme(), "http" | "https") && to.has_host()).then_some(to)
}

/// Returns the length of the file if it is sent uncompressed.
fn whole_length(headers: &HeaderMap) -> Option<u64> {
    let encoding = headers.get(CONTENT_ENCODING).map(|value| value.as_bytes());
    let is_plain = encoding.is_none_or(|name| name.eq_ignore_ascii_case(b"identity"));
    headers.typed_get::<ContentLength>().filter(|_| is_plain).map(|length| length.0)
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

/// Queue that decides which request is made next.
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    limits: Limits,
    until: Instant,
}

struct State {
    waiting: VecDeque<Visit>,
    /// Number of requests in progress.
    in_progress: usize,
    hosts: HashMap<String, Host>,
    answers: Vec<Answer>,
}

struct Host {
    /// Number of requests to it that are in progress.
    visits: usize,
    /// Earliest start of the next request.
    next: Instant,
}

impl Queue {
    fn new(urls: &[Url], limits: Limits) -> Self {
        let visits = urls.iter().enumerate().map(|(number, url)| Visit { number, url: url.clone(), hops: 0 });
        let state = State {
            waiting: visits.collect(),
            in_progress: 0,
            hosts: HashMap::new(),
            answers: vec![Answer::NotAsked; urls.len()],
        };
        let until = Instant::now() + limits.total;
        Self { state: Mutex::new(state), changed: Condvar::new(), limits, until }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the next request that its server may get; `None` if there is none, or no time left.
    fn next(&self) -> Option<Visit> {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            let left = self.until.saturating_duration_since(now);
            if left.is_zero() || state.waiting.is_empty() && state.in_progress == 0 {
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
                state.in_progress += 1;
                return Some(visit);
            }
            let wait = left.min(self.limits.pause);
            state = self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn done(&self, visit: Visit, outcome: Outcome) {
        let mut state = self.lock();
        state.in_progress -= 1;
        if let Some(host) = state.hosts.get_mut(&host_of(&visit.url)) {
            host.visits -= 1;
        }
        match outcome {
            Outcome::Moved(url) if visit.hops < MAX_REDIRECTS => {
                state.waiting.push_front(Visit { url, hops: visit.hops + 1, ..visit });
            }
            Outcome::Moved(_) => state.answers[visit.number] = Answer::None,
            // Cut short by the time limit, not by the server.
            Outcome::Answer(Answer::Unavailable) if Instant::now() >= self.until => {}
            Outcome::Answer(answer) => state.answers[visit.number] = answer,
        }
        drop(state);
        self.changed.notify_all();
    }
}

/// Returns the host and port of a URL, which identify a server.
fn host_of(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default())
}
