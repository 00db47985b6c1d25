//! From a request to an answer. The only file that knows all the steps.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderMap, HeaderValue, LAST_MODIFIED,
    LINK, RANGE, RETRY_AFTER,
};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

use super::coding::{Accepted, Coding};
use super::conditions::{Validators, Verdict, judge, may_send_part};
use super::document::{Document, Form};
use super::facts::Facts;
use super::large::Large;
use super::range::{Asked, asked};
use super::stream::Work;
use super::{Shared, path};

/// How long an answer may take to begin: a disk that does not answer holds no request for ever.
const LATEST: Duration = Duration::from_secs(30);
/// How often a document is read that is another each time it is to be sent.
const ATTEMPTS: usize = 4;

/// Addresses that are no documents.
const OWN: [&str; 2] = ["/healthz", "/metrics"];

/// Everything that is answered.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route(OWN[0], get(health))
        .route(OWN[1], get(metrics))
        .fallback(document)
        .with_state(shared)
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LATEST))
        .layer(CatchPanicLayer::custom(|_| {
            said(StatusCode::INTERNAL_SERVER_ERROR, "this is a fault of feedmill")
        }))
}

/// Whether it does what it is for.
async fn health(State(shared): State<Arc<Shared>>) -> Response {
    match shared.metrics.trouble() {
        None => said(StatusCode::OK, "ok"),
        Some(trouble) => said(StatusCode::SERVICE_UNAVAILABLE, trouble),
    }
}

async fn metrics(State(shared): State<Arc<Shared>>) -> Response {
    let mut response = said(StatusCode::OK, "");
    let version = "text/plain; version=0.0.4; charset=utf-8";
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(version));
    *response.body_mut() = Body::from(shared.metrics.page());
    response
}

/// What lies under the feeds.
async fn document(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        let mut response = said(StatusCode::METHOD_NOT_ALLOWED, "feeds are read with GET or HEAD");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    if !body.is_end_stream() {
        return said(StatusCode::PAYLOAD_TOO_LARGE, "there is nothing to send here");
    }
    let Some(path) = path::resolve(parts.uri.path()) else { return fault(&io::ErrorKind::NotFound.into()) };
    let asked = Wanted { method: &parts.method, headers: &parts.headers, path: &path };
    let work = parts.extensions.get::<Work>();
    answer(&shared, &asked, work).await.unwrap_or_else(|error| fault(&error))
}

/// The answer where nothing has to be waited for: nearly always. It saves such a request the way through the router.
pub(super) fn at_once<B: HttpBody>(shared: &Shared, request: &axum::http::Request<B>) -> Option<Response> {
    let address = request.uri().path();
    let is_plain = matches!(*request.method(), Method::GET | Method::HEAD) && request.body().is_end_stream();
    if !is_plain || OWN.contains(&address) {
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

async fn answer(shared: &Shared, wanted: &Wanted<'_>, work: Option<&Work>) -> io::Result<Response> {
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
                    *response.body_mut() = Body::new(Large::new(opened.content, part, work.cloned()));
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
        *response.body_mut() = Body::from(bytes.slice(part.start as usize..part.end as usize));
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
        let mut response = Response::new(Body::empty());
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

fn put(headers: &mut HeaderMap, name: axum::http::HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

/// An answer in a line of text, which is nobody's to keep.
fn said(status: StatusCode, line: &str) -> Response {
    let mut response = Response::new(Body::from(format!("{line}\n")));
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
