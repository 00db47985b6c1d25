//! Queue of requests for files on many servers: few requests to one server at a time, with a pause between them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use url::Url;

/// Maximum number of redirects that are followed.
pub(super) const MAX_REDIRECTS: usize = 5;

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
    /// Time limit for all requests.
    pub(super) total: Duration,
}

/// What is reported about a file.
pub(super) trait Reported: Clone + Send {
    /// Returns the answer for a file without time left.
    fn not_asked() -> Self;
    /// Returns the answer for a file that redirects too often.
    fn too_many_redirects() -> Self;
    /// True if the server gave no answer.
    fn is_unavailable(&self) -> bool;
}

/// A request for a file that is still to be made.
pub(super) struct Visit {
    /// Index of the file.
    pub(super) number: usize,
    pub(super) url: Url,
    hops: usize,
}

/// Result of asking for a file at one address.
pub(super) enum Outcome<A> {
    Answer(A),
    Moved(Url),
}

/// Asks for each file with `visit`, which gets the deadline. The answers are in the order of the URLs.
pub(super) fn ask_all<A: Reported>(
    urls: &[Url],
    limits: Limits,
    visit: impl Fn(&Visit, Instant) -> Outcome<A> + Sync,
) -> Vec<A> {
    let queue = Queue::new(urls, limits);
    thread::scope(|scope| {
        for _ in 0..limits.threads.min(urls.len()) {
            scope.spawn(|| {
                while let Some(next) = queue.next() {
                    let outcome = visit(&next, queue.until);
                    queue.done(next, outcome);
                }
            });
        }
    });
    queue.state.into_inner().unwrap_or_else(PoisonError::into_inner).answers
}

/// Queue that decides which request is made next.
struct Queue<A> {
    state: Mutex<State<A>>,
    changed: Condvar,
    limits: Limits,
    until: Instant,
}

struct State<A> {
    waiting: VecDeque<Visit>,
    /// Number of requests in progress.
    in_progress: usize,
    hosts: HashMap<String, Host>,
    answers: Vec<A>,
}

struct Host {
    /// Number of requests to it that are in progress.
    visits: usize,
    /// Earliest start of the next request.
    next: Instant,
}

impl<A: Reported> Queue<A> {
    fn new(urls: &[Url], limits: Limits) -> Self {
        let visits = urls.iter().enumerate().map(|(number, url)| Visit { number, url: url.clone(), hops: 0 });
        let state = State {
            waiting: visits.collect(),
            in_progress: 0,
            hosts: HashMap::new(),
            answers: vec![A::not_asked(); urls.len()],
        };
        let until = Instant::now() + limits.total;
        Self { state: Mutex::new(state), changed: Condvar::new(), limits, until }
    }

    fn lock(&self) -> MutexGuard<'_, State<A>> {
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

    fn done(&self, visit: Visit, outcome: Outcome<A>) {
        let mut state = self.lock();
        state.in_progress -= 1;
        if let Some(host) = state.hosts.get_mut(&host_of(&visit.url)) {
            host.visits -= 1;
        }
        match outcome {
            Outcome::Moved(url) if visit.hops < MAX_REDIRECTS => {
                state.waiting.push_front(Visit { url, hops: visit.hops + 1, ..visit });
            }
            Outcome::Moved(_) => state.answers[visit.number] = A::too_many_redirects(),
            // Cut short by the time limit, not by the server.
            Outcome::Answer(answer) if answer.is_unavailable() && Instant::now() >= self.until => {}
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
