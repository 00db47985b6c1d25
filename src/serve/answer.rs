//! From a request to an answer. The only file that knows all the steps.

use std::future::{Future, poll_fn};
use std::io;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use hyper::body::Body;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    LAST_MODIFIED, LINK, RANGE, RETRY_AFTER,
};
use hyper::{Method, Request, StatusCode};
use tokio::time::timeout;

use super::coding::{Accepted, Coding};
use super::conditions::{Validators, Verdict, judge, may_send_part};
use super::document::{Document, Form};
use super::facts::Facts;
use super::large::Large;
use super::outgoing::Outgoing;
use super::range::{Asked, asked};
use super::stream::Work;
use super::{Shared, path};

/// How long an answer may take to begin: a disk that does not answer holds no request for ever.
const LATEST: Duration = Duration::from_secs(30);
/// How often a document is read that is another each time it is to be sent.
const ATTEMPTS: usize = 4;

/// What is said of the server itself.
const HEALTH: &str = "/healthz";
const METRICS: &str = "/metrics";

type Response = hyper::Response<Outgoing>;

/// The answer where something has to be waited for. Each request gets one, and whoever waits behind it on the connection too.
pub(super) async fn in_time<B: Body>(shared: &Shared, request: &Request<B>, work: &Work) -> Response {
    match timeout(LATEST, caught(respond(shared, request, work))).await {
        Ok(Some(response)) => response,
        Ok(None) => said(StatusCode::INTERNAL_SERVER_ERROR, "this is a fault of feedmill"),
        Err(_) => said(StatusCode::SERVICE_UNAVAILABLE, "it takes too long"),
    }
}

/// What comes of it, unless it panics; that has been said on stderr.
async fn caught<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    // Nothing is asked of it again.
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(polled) => polled.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}

async fn respond<B: Body>(shared: &Shared, request: &Request<B>, work: &Work) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = said(StatusCode::METHOD_NOT_ALLOWED, "feeds are read with GET or HEAD");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    if !request.body().is_end_stream() {
        return said(StatusCode::PAYLOAD_TOO_LARGE, "there is nothing to send here");
    }
    match request.uri().path() {
        HEALTH => health(shared),
        METRICS => metrics(shared),
        address => {
            let Some(path) = path::resolve(address) else { return fault(&io::ErrorKind::NotFound.into()) };
            let wanted = Wanted { method: request.method(), headers: request.headers(), path: &path };
            document(shared, &wanted, work).await.unwrap_or_else(|error| fault(&error))
        }
    }
}

/// Whether it does what it is for.
fn health(shared: &Shared) -> Response {
    match shared.metrics.trouble() {
        None => said(StatusCode::OK, "ok"),
        Some(trouble) => said(StatusCode::SERVICE_UNAVAILABLE, trouble),
    }
}

fn metrics(shared: &Shared) -> Response {
    let mut response = said(StatusCode::OK, "");
    let version = "text/plain; version=0.0.4; charset=utf-8";
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(version));
    *response.body_mut() = Outgoing::of(shared.metrics.page());
    response
}

/// The answer where nothing has to be waited for: nearly always.
pub(super) fn at_once<B: Body>(shared: &Shared, request: &Request<B>) -> Option<Response> {
    let address = request.uri().path();
    let is_plain = matches!(*request.method(), Method::GET | Method::HEAD) && request.body().is_end_stream();
    if !is_plain || [HEALTH, METRICS].contains(&address) {
        return None;
    }
    let path = path::resolve(address)?;
    let document = shared.library.at_hand(&path).ok()??;
    let wanted = Wanted { method: request.method(), headers: request.headers(), path: &path };
    if let Next::Answer(response) = next(shared, &wanted, &document) { Some(response) } else { None }
}

/// A document that is asked for.
struct Wanted<'a> {
    method: &'a Method,
    headers: &'a HeaderMap,
    path: &'a str,
}

/// What is to be done for an answer.
enum Next {
    /// Nothing more.
    Answer(Response),
    /// The document is to be put in a coding.
    Encode(Coding),
    /// Bytes are to be read of its file, for an answer that lacks nothing else.
    Open(Range<u64>, Response),
}

/// What lies under the feeds.
async fn document(shared: &Shared, wanted: &Wanted<'_>, work: &Work) -> io::Result<Response> {
    let (library, path) = (&shared.library, wanted.path);
    for _ in 0..ATTEMPTS {
        let document = match library.at_hand(path)? {
            Some(document) => document,
            None => library.find(path).await?,
        };
        loop {
            match next(shared, wanted, &document) {
                Next::Answer(response) => return Ok(response),
                Next::Encode(coding) => library.encode(path, &document, coding).await?,
                Next::Open(part, mut response) => {
                    let Some(opened) = library.open(path, &document).await? else { break };
                    *response.body_mut() = Outgoing::Large(Large::new(opened.content, part, work.clone()));
                    return Ok(response);
                }
            }
        }
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

/// As far as it goes without waiting.
fn next(shared: &Shared, wanted: &Wanted<'_>, document: &Document) -> Next {
    let Wanted { method, headers, path } = wanted;
    // A part is one of the bytes as they are: nobody can tell how long the coded ones will be.
    let range = headers.get(RANGE).filter(|_| *method == Method::GET);
    let accepted = if range.is_some() { Accepted::IDENTITY } else { Accepted::of(headers) };
    let coding = accepted.best(|coding| document.body.is_offered(coding));
    let Some(form) = document.body.form(coding) else { return Next::Encode(coding) };
    let facts = shared.facts();
    let dated = Dated { document, form, facts: &facts, path, now: SystemTime::now() };
    let validators = dated.validators();
    match judge(headers, &validators) {
        Verdict::Failed => {
            return Next::Answer(said(StatusCode::PRECONDITION_FAILED, "it is another by now"));
        }
        Verdict::NotModified => {
            return Next::Answer(dated.response(StatusCode::NOT_MODIFIED, &form.brief));
        }
        Verdict::Proceed => {}
    }
    let asked = range
        .filter(|_| may_send_part(headers, &validators))
        .and_then(|range| range.to_str().ok())
        .map_or(Asked::Whole, |range| asked(range, form.size));
    let (mut response, part) = match asked {
        Asked::Whole => (dated.response(StatusCode::OK, &form.headers), 0..form.size),
        Asked::Part(part) => {
            let mut response = dated.response(StatusCode::PARTIAL_CONTENT, &form.headers);
            let place = format!("bytes {}-{}/{}", part.start, part.end - 1, form.size);
            put(response.headers_mut(), CONTENT_RANGE, place);
            response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(part.end - part.start));
            (response, part)
        }
        Asked::Beyond => {
            let mut response = said(StatusCode::RANGE_NOT_SATISFIABLE, "it is shorter than that");
            put(response.headers_mut(), CONTENT_RANGE, format!("bytes */{}", form.size));
            return Next::Answer(response);
        }
    };
    if let Some(shown) = document.body.shown_as().filter(|_| is_looked_at(headers)) {
        response.headers_mut().insert(CONTENT_TYPE, shown);
    }
    if *method == Method::GET {
        let Some(bytes) = &form.bytes else { return Next::Open(part, response) };
        *response.body_mut() = Outgoing::of(bytes.slice(part.start as usize..part.end as usize));
    }
    Next::Answer(response)
}

/// Whether somebody opens it in a window of a browser (<https://www.w3.org/TR/fetch-metadata/#sec-fetch-dest-header>). Readers
/// that pretend to be browsers in `Accept` do not say this.
fn is_looked_at(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-dest").is_some_and(|what| what == "document")
}

/// A document at the time of an answer.
struct Dated<'a> {
    document: &'a Document,
    form: &'a Form,
    facts: &'a Facts,
    path: &'a str,
    now: SystemTime,
}

impl Dated<'_> {
    fn validators(&self) -> Validators<'_> {
        Validators { tag: &self.form.tag, modified: self.document.modified(self.now) }
    }

    fn response(&self, status: StatusCode, headers: &HeaderMap) -> Response {
        let mut response = Response::new(Outgoing::default());
        *response.status_mut() = status;
        let all = response.headers_mut();
        all.clone_from(headers);
        let hints = self.facts.hints(self.path);
        all.insert(CACHE_CONTROL, hints.keeps.clone());
        if let Some(link) = &hints.link {
            all.insert(LINK, link.clone());
        }
        if let Some((_, modified)) = self.document.modified(self.now) {
            all.insert(LAST_MODIFIED, modified.clone());
        }
        response
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

/// An answer in a line of text, which is nobody's to keep.
fn said(status: StatusCode, line: &str) -> Response {
    let mut response = Response::new(Outgoing::of(format!("{line}\n")));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What the store refused. What is no regular file is not there, and who asks need not know more.
fn fault(error: &io::Error) -> Response {
    use io::ErrorKind::{
        InvalidFilename, InvalidInput, NotADirectory, NotFound, PermissionDenied, ResourceBusy,
    };
    match error.kind() {
        NotFound | InvalidInput | InvalidFilename | NotADirectory | PermissionDenied => {
            said(StatusCode::NOT_FOUND, "there is no such document")
        }
        ResourceBusy => {
            let mut response = said(StatusCode::SERVICE_UNAVAILABLE, "it changes while it is read");
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
            response
        }
        _ => {
            tracing::error!("cannot read a document: {error}");
            said(StatusCode::INTERNAL_SERVER_ERROR, "it cannot be read")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_after_a_wait_is_no_answer_and_goes_no_further() {
        let waits = |fails: bool| async move {
            tokio::task::yield_now().await;
            assert!(!fails, "on purpose");
            1
        };
        assert_eq!((caught(waits(false)).await, caught(waits(true)).await), (Some(1), None));
    }
}
