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
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

use super::coding::Accepted;
use super::conditions::{Validators, Verdict, judge, may_send_part};
use super::document::{Document, Form};
use super::facts::Facts;
use super::large::Large;
use super::range::{Asked, asked};
use super::{Shared, path};

/// How long an answer may take to begin: a disk that does not answer holds no request for ever.
const LATEST: Duration = Duration::from_secs(30);
/// How often a large file is opened that is replaced between its look-up and its opening.
const ATTEMPTS: usize = 4;

/// Everything that is answered.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/healthz", get(health))
        .route("/metrics", get(metrics))
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
    answer(&shared, &path, &parts).await.unwrap_or_else(|error| fault(&error))
}

async fn answer(shared: &Shared, path: &str, parts: &Parts) -> io::Result<Response> {
    let (library, headers) = (&shared.library, &parts.headers);
    // A part is one of the bytes as they are: nobody can tell how long the coded ones will be.
    let range = headers.get(RANGE).filter(|_| parts.method == Method::GET);
    let accepted = if range.is_some() { Accepted::IDENTITY } else { Accepted::of(headers) };
    for _ in 0..ATTEMPTS {
        let document = match library.at_hand(path)? {
            Some(document) => document,
            None => library.find(path).await?,
        };
        let form = loop {
            let coding = accepted.best(|coding| document.body.is_offered(coding));
            match document.body.form(coding) {
                Some(form) => break form,
                None => library.encode(path, &document, coding).await?,
            }
        };
        let facts = shared.facts();
        let dated = Dated { document: &document, form, facts: &facts, path, now: SystemTime::now() };
        let validators = dated.validators();
        match judge(headers, &validators) {
            Verdict::Failed => return Ok(said(StatusCode::PRECONDITION_FAILED, "it is another by now")),
            Verdict::NotModified => return Ok(dated.response(StatusCode::NOT_MODIFIED, &form.brief)),
            Verdict::Proceed => {}
        }
        let asked = range
            .filter(|_| may_send_part(headers, &validators))
            .and_then(|range| range.to_str().ok())
            .map_or(Asked::Whole, |range| asked(range, form.size));
        let shown = dated.document.body.shown_as().filter(|_| is_looked_at(headers));
        let mut response = match &asked {
            Asked::Whole => dated.response(StatusCode::OK, &form.headers),
            Asked::Part(part) => {
                let mut response = dated.response(StatusCode::PARTIAL_CONTENT, &form.headers);
                let place = format!("bytes {}-{}/{}", part.start, part.end - 1, form.size);
                put(response.headers_mut(), CONTENT_RANGE, place);
                response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(part.end - part.start));
                response
            }
            Asked::Beyond => {
                let mut response = said(StatusCode::RANGE_NOT_SATISFIABLE, "it is shorter than that");
                put(response.headers_mut(), CONTENT_RANGE, format!("bytes */{}", form.size));
                return Ok(response);
            }
        };
        if let Some(shown) = shown {
            response.headers_mut().insert(CONTENT_TYPE, shown);
        }
        if parts.method == Method::HEAD {
            return Ok(response);
        }
        let part = if let Asked::Part(part) = asked { part } else { 0..form.size };
        if let Some(body) = body(shared, path, &document, form, part).await? {
            *response.body_mut() = body;
            return Ok(response);
        }
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

/// Whether somebody opens it in a window of a browser (<https://www.w3.org/TR/fetch-metadata/#sec-fetch-dest-header>). Readers
/// that pretend to be browsers in `Accept` do not say this.
fn is_looked_at(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-dest").is_some_and(|what| what == "document")
}

/// The bytes of a part; `None` where the file is another by now.
async fn body(
    shared: &Shared,
    path: &str,
    document: &Arc<Document>,
    form: &Form,
    part: Range<u64>,
) -> io::Result<Option<Body>> {
    if let Some(bytes) = &form.bytes {
        return Ok(Some(Body::from(bytes.slice(part.start as usize..part.end as usize))));
    }
    let (library, document, path) = (Arc::clone(&shared.library), Arc::clone(document), path.to_owned());
    let open = move || -> io::Result<_> {
        let opened = library.open(&path, &document)?;
        opened.map(|opened| Large::new(opened.content, part.start, part.end - part.start)).transpose()
    };
    let large = tokio::task::spawn_blocking(open).await.map_err(io::Error::other)??;
    Ok(large.map(Body::new))
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
