//! From a request to a response. The only file that knows all the steps.

use std::future::{Future, poll_fn};
use std::io;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use hyper::body::Bytes;
use hyper::header::{
    ACCEPT_RANGES, ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap,
    HeaderName, HeaderValue, LAST_MODIFIED, LINK, RANGE, RETRY_AFTER,
};
use hyper::http::uri::Authority;
use hyper::{Method, Request, StatusCode};
use tokio::time::timeout;

use crate::store::is_exhausted;

use super::access_log::log_error;
use super::body::ResponseBody;
use super::cache_hints::CacheHints;
use super::coding::{Accepted, Coding};
use super::conditions::{Precondition, Validators, evaluate_preconditions, may_send_range};
use super::document::{Document, Representation};
use super::framing::refusal;
use super::host::{has_valid_host, is_host};
use super::live::{self, is_browser_navigation};
use super::not_found;
use super::path;
use super::range::{RequestedRange, parse_range};
use super::response::{Response, text_response};
use super::state::State;
use super::stream::Work;
use super::validator;

/// Time limit for the start of a response: a disk that does not answer must not hold a request forever.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);
/// Number of attempts to load a document that changes before it can be sent.
const ATTEMPTS: usize = 4;

/// Paths that report on the server itself.
const HEALTH: &str = "/healthz";
const METRICS: &str = "/metrics";

/// Returns the response to any request, after waiting for disk and compression if needed. Every request gets one, so that
/// the requests behind it on the connection get theirs.
pub(super) async fn respond<B: hyper::body::Body<Data = Bytes> + Unpin>(
    state: &State,
    request: Request<B>,
    work: &Work,
) -> Response {
    match timeout(RESPONSE_TIMEOUT, catch_panic(route(state, request, work))).await {
        Ok(Some(response)) => response,
        Ok(None) => {
            text_response(StatusCode::INTERNAL_SERVER_ERROR, "internal error: this is a bug in feedmill")
        }
        Err(_) => text_response(StatusCode::SERVICE_UNAVAILABLE, "the disk takes too long to answer"),
    }
}

/// Returns the output of a future; `None` if it panics, which the panic hook reports on stderr.
async fn catch_panic<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    // The future is not polled again after a panic.
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(polled) => polled.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}

async fn route<B: hyper::body::Body<Data = Bytes> + Unpin>(
    state: &State,
    request: Request<B>,
    work: &Work,
) -> Response {
    if let Some(validator) = state.validator.get().filter(|_| validator::has(request.uri().path())) {
        return validator.respond(request).await;
    }
    let request = &request;
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = text_response(StatusCode::METHOD_NOT_ALLOWED, "use GET or HEAD");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    if !request.body().is_end_stream() {
        return text_response(StatusCode::PAYLOAD_TOO_LARGE, "requests must not have a body");
    }
    match request.uri().path() {
        HEALTH => health(state).await,
        METRICS => metrics(state),
        live::PATH if live::is_local(request.headers()) && live::is_same_site(request.headers()) => {
            let stream = state.live.stream(work.clone());
            stream.unwrap_or_else(|| unavailable("too many event streams", 5))
        }
        url_path => {
            let headers = request.headers();
            let result = match path::resolve(url_path) {
                Some(path) => {
                    let request = DocumentRequest { method: request.method(), headers, path: &path };
                    document(state, &request, work).await
                }
                None => Err(io::ErrorKind::NotFound.into()),
            };
            match result {
                Ok(response) => response,
                Err(error) => error_response(state, headers, url_path, &error).await,
            }
        }
    }
}

/// Reports whether builds succeed; without builds, whether the bucket has ever answered.
async fn health(state: &State) -> Response {
    let reason = match state.documents.unreachable_reason(&state.hints).await {
        Some(reason) => reason,
        None => state.metrics.unhealthy_reason(),
    };
    match reason {
        None => text_response(StatusCode::OK, "ok"),
        Some(reason) => text_response(StatusCode::SERVICE_UNAVAILABLE, reason),
    }
}

fn metrics(state: &State) -> Response {
    let mut response = text_response(StatusCode::OK, "");
    let version = "text/plain; version=0.0.4; charset=utf-8";
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(version));
    *response.body_mut() = ResponseBody::from_bytes(state.metrics.page());
    response
}

/// Returns the response if it needs no waiting, which is nearly always.
pub(super) fn respond_at_once<B: hyper::body::Body>(state: &State, request: &Request<B>) -> Option<Response> {
    if !has_valid_host(request) {
        let line = "the Host header is missing, repeated or invalid";
        return Some(text_response(StatusCode::BAD_REQUEST, line));
    }
    if let Some(response) = refusal(request) {
        return Some(response);
    }
    // RFC 9112, 3.2; RFC 9110, 4.2.4; RFC 3986, 2.1.
    let is_host = |authority: &Authority| is_host(authority.as_str());
    let has_invalid_part = request.uri().authority().is_some_and(|authority| !is_host(authority))
        || !path::has_valid_escapes(request.uri().path());
    let is_of_server = match *request.method() {
        Method::OPTIONS => request.uri().path() == "*",
        Method::CONNECT => request.uri().path().is_empty(),
        _ => false,
    };
    if has_invalid_part || !(request.uri().path().starts_with('/') || is_of_server) {
        return Some(text_response(StatusCode::BAD_REQUEST, "the target of the request is no path or URL"));
    }
    // RFC 9110, 7.4. A proxy may pass on the `https` of its client.
    if request.uri().scheme_str().is_some_and(|scheme| !["http", "https"].contains(&scheme)) {
        return Some(text_response(StatusCode::MISDIRECTED_REQUEST, "only http and https are served here"));
    }
    let url_path = request.uri().path();
    let is_plain = matches!(*request.method(), Method::GET | Method::HEAD) && request.body().is_end_stream();
    let is_validator = state.validator.get().is_some() && validator::has(url_path);
    if !is_plain || is_validator || [HEALTH, METRICS, live::PATH].contains(&url_path) {
        return None;
    }
    let path = path::resolve(url_path)?;
    let document = state.documents.cached(&path).ok()??;
    let request = DocumentRequest { method: request.method(), headers: request.headers(), path: &path };
    if let Step::Send(response) = next_step(state, &request, &document) { Some(response) } else { None }
}

/// Request for a document.
struct DocumentRequest<'a> {
    method: &'a Method,
    headers: &'a HeaderMap,
    path: &'a str,
}

/// Next step towards a response.
enum Step {
    /// The response is complete.
    Send(Response),
    /// The document must be compressed first.
    Encode(Coding),
    /// The response is complete except for a range of bytes to read from the file.
    Open(Range<u64>, Response),
}

/// Returns the response for a document of the feeds folder.
async fn document(state: &State, request: &DocumentRequest<'_>, work: &Work) -> io::Result<Response> {
    let (documents, path) = (&state.documents, request.path);
    for _ in 0..ATTEMPTS {
        let document = match documents.cached(path)? {
            Some(document) => document,
            None => documents.load(path, &state.hints).await?,
        };
        loop {
            match next_step(state, request, &document) {
                Step::Send(response) => return Ok(response),
                Step::Encode(coding) => documents.encode(path, &document, coding).await?,
                Step::Open(range, mut response) => {
                    // Slow clients must not use up the file handles that builds need.
                    let Ok(slot) = Arc::clone(&state.file_slots).try_acquire_owned() else {
                        return Ok(unavailable("too many downloads of large files", 5));
                    };
                    let held = (slot, work.clone());
                    let Some(body) = documents.open(path, &document, range, held).await? else { break };
                    *response.body_mut() = body;
                    return Ok(response);
                }
            }
        }
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

/// Goes as far towards a response as is possible without waiting.
fn next_step(state: &State, request: &DocumentRequest<'_>, document: &Document) -> Step {
    let DocumentRequest { method, headers, path } = request;
    if let Some(response) = live_response(state, request, document) {
        return Step::Send(response);
    }
    // Ranges are ranges of the uncompressed bytes: clients cannot know how long the compressed ones are.
    let range = headers.get(RANGE).filter(|_| *method == Method::GET);
    let accepted = if range.is_some() { Accepted::IDENTITY } else { Accepted::of(headers) };
    let coding = accepted.best(|coding| document.body.is_offered(coding));
    let Some(representation) = document.body.representation(coding) else { return Step::Encode(coding) };
    let hints = state.hints.get();
    let context =
        Context { representation, modified: document.modified(SystemTime::now()), hints: &hints, path };
    let validators = context.validators();
    match evaluate_preconditions(headers, &validators) {
        Precondition::Failed => {
            return Step::Send(text_response(StatusCode::PRECONDITION_FAILED, "the document has changed"));
        }
        Precondition::NotModified => {
            let headers = &representation.not_modified_headers;
            return Step::Send(context.response(StatusCode::NOT_MODIFIED, headers));
        }
        Precondition::Proceed => {}
    }
    let size = representation.size;
    let requested = range
        .filter(|_| may_send_range(headers, &validators))
        .and_then(|range| range.to_str().ok())
        .map_or(RequestedRange::Whole, |range| parse_range(range, size));
    let (mut response, range) = match requested {
        RequestedRange::Whole => (context.response(StatusCode::OK, &representation.headers), 0..size),
        RequestedRange::Part(range) => {
            let mut response = context.response(StatusCode::PARTIAL_CONTENT, &representation.headers);
            let place = format!("bytes {}-{}/{size}", range.start, range.end - 1);
            insert(response.headers_mut(), CONTENT_RANGE, place);
            response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
            (response, range)
        }
        RequestedRange::NotSatisfiable => {
            let line = "the document is shorter than the requested range";
            let mut response = text_response(StatusCode::RANGE_NOT_SATISFIABLE, line);
            insert(response.headers_mut(), CONTENT_RANGE, format!("bytes */{size}"));
            return Step::Send(response);
        }
    };
    if is_browser_navigation(headers) {
        document.body.set_browser_headers(response.headers_mut());
    }
    if *method == Method::GET {
        let Some(bytes) = &representation.bytes else { return Step::Open(range, response) };
        *response.body_mut() =
            ResponseBody::from_bytes(bytes.slice(range.start as usize..range.end as usize));
    }
    Step::Send(response)
}

/// Returns a document with the script of [`live`], if somebody on this machine opens it in a browser window. It is made
/// for this request, so it has no tag and must not be stored.
fn live_response(state: &State, request: &DocumentRequest<'_>, document: &Document) -> Option<Response> {
    let DocumentRequest { method, headers, path } = request;
    let markup = document.body.markup()?;
    if *method != Method::GET || !is_browser_navigation(headers) || !live::is_local(headers) {
        return None;
    }
    let representation = document.body.representation(Coding::Identity)?;
    let bytes = state.live.with_script(representation.bytes.as_ref()?, markup);
    let hints = state.hints.get();
    let context = Context { representation, modified: None, hints: &hints, path };
    let mut response = context.response(StatusCode::OK, &representation.headers);
    let headers = response.headers_mut();
    for name in [ETAG, ACCEPT_RANGES] {
        headers.remove(name);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    document.body.set_browser_headers(headers);
    live::permit_in_headers(headers);
    *response.body_mut() = ResponseBody::from_bytes(bytes);
    Some(response)
}

/// Everything that the headers of a response depend on.
struct Context<'a> {
    representation: &'a Representation,
    /// Time of the last change and its header value, if they can be stated.
    modified: Option<(SystemTime, &'a HeaderValue)>,
    hints: &'a CacheHints,
    path: &'a str,
}

impl Context<'_> {
    fn validators(&self) -> Validators<'_> {
        Validators { tag: &self.representation.tag, modified: self.modified }
    }

    fn response(&self, status: StatusCode, headers: &HeaderMap) -> Response {
        let mut response = Response::new(ResponseBody::default());
        *response.status_mut() = status;
        let all = response.headers_mut();
        all.clone_from(headers);
        let hints = self.hints.hints(self.path);
        all.insert(CACHE_CONTROL, hints.cache_control.clone());
        if let Some(link) = &hints.link {
            all.insert(LINK, link.clone());
        }
        if let Some((_, modified)) = self.modified {
            all.insert(LAST_MODIFIED, modified.clone());
        }
        response
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

/// Returns a 503 response that asks the client to try again after some seconds.
fn unavailable(line: &str, retry_after: u64) -> Response {
    let mut response = text_response(StatusCode::SERVICE_UNAVAILABLE, line);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(retry_after));
    response
}

/// Returns the response for an error of the store. Anything that is not a regular file is reported as missing; clients
/// need not know more.
async fn error_response(state: &State, headers: &HeaderMap, url_path: &str, error: &io::Error) -> Response {
    use io::ErrorKind::{
        HostUnreachable, InvalidFilename, InvalidInput, NotADirectory, NotFound, PermissionDenied,
        ResourceBusy,
    };
    match error.kind() {
        NotFound | InvalidInput | InvalidFilename | NotADirectory | PermissionDenied => {
            not_found::response(state, headers, url_path).await
        }
        HostUnreachable => unavailable("the storage of the feeds does not answer; try again", 5),
        ResourceBusy => unavailable("the document changes while it is read; try again", 1),
        _ if is_exhausted(error) => {
            unavailable("the server is out of file handles or memory, or its disk does not answer", 5)
        }
        _ => {
            log_error(&format!("cannot read a document: {error}"));
            text_response(StatusCode::INTERNAL_SERVER_ERROR, "the document cannot be read")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_after_a_wait_is_caught() {
        let waits = |fails: bool| async move {
            tokio::task::yield_now().await;
            assert!(!fails, "on purpose");
            1
        };
        assert_eq!((catch_panic(waits(false)).await, catch_panic(waits(true)).await), (Some(1), None));
    }
}
