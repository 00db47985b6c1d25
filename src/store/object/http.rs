//! Sends the requests of `object_store` with the HTTP client of the rest of feedmill, counts them, and limits how many are
//! repeated.

use std::future::poll_fn;
use std::io::{self, Read};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use headers::{Date, HeaderMapExt};
use hyper::body::Body;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse,
    HttpService,
};
use ureq::http::header::{AUTHORIZATION, CONTENT_LENGTH};
use ureq::http::request::Parts;
use ureq::http::{HeaderValue, Method, Request, Response, StatusCode};
use ureq::{Agent, Error, SendBody};

use crate::store::Traffic;
use crate::types::Bytes;

/// Time limit for looking up a name, and for connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Number of bytes of each buffer of a connection. There are many connections, and most bodies are short.
const BUFFER: usize = 16 << 10;
/// Number of bytes that are reserved at most for a response because it says that it has them.
const MAX_RESERVED: u64 = 8 << 20;
/// Number of failed requests after which none is repeated any more, and number of requests for each further one.
const RETRY_BUDGET: (u64, u64) = (1000, 20);

/// Connector of all clients of one store.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    agent: Agent,
    pub(super) meter: Arc<Meter>,
    /// Value of `Authorization` for servers to which the URL names a user.
    login: Option<HeaderValue>,
}

impl Connector {
    /// Creates a connector that keeps a number of connections open, and waits for each part of a request for some time.
    pub(super) fn new(connections: usize, part_timeout: Duration, login: Option<HeaderValue>) -> Self {
        let connect_timeout = CONNECT_TIMEOUT.min(part_timeout);
        let config = Agent::config_builder()
            .user_agent(concat!("feedmill/", env!("CARGO_PKG_VERSION")))
            .http_status_as_error(false)
            // Credentials are for one server.
            .max_redirects(0)
            .max_redirects_will_error(false)
            // Those of WebDAV.
            .allow_non_standard_methods(true)
            .input_buffer_size(BUFFER)
            .output_buffer_size(BUFFER)
            .max_idle_connections(connections)
            .max_idle_connections_per_host(connections)
            .timeout_resolve(Some(connect_timeout))
            .timeout_connect(Some(connect_timeout))
            .timeout_send_body(Some(part_timeout))
            .timeout_recv_response(Some(part_timeout))
            .timeout_recv_body(Some(part_timeout));
        Self { agent: config.build().into(), meter: Arc::default(), login }
    }
}

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

impl HttpService for Connector {
    fn call<'a, 'b>(
        &'a self,
        request: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        let this = self.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = bytes_of(body).await?;
            let sent = tokio::task::spawn_blocking(move || this.send(parts, &body)).await;
            sent.map_err(|error| HttpError::new(HttpErrorKind::Unknown, error))?
        })
    }
}

impl Connector {
    fn send(&self, mut parts: Parts, body: &[u8]) -> Result<HttpResponse, HttpError> {
        if let Some(login) = &self.login {
            parts.headers.insert(AUTHORIZATION, login.clone());
        }
        // The client adds it.
        parts.headers.remove(CONTENT_LENGTH);
        self.meter.request(&parts, body.len());
        let has_body = !body.is_empty() || matches!(parts.method, Method::PUT | Method::POST);
        let response = if has_body {
            self.agent.run(Request::from_parts(parts, body))
        } else {
            self.agent.run(Request::from_parts(parts, SendBody::none()))
        };
        let failed = |error: Error| self.meter.failed(http_error(error));
        let (parts, mut body) = response.map_err(failed)?.into_parts();
        let size = body.content_length().unwrap_or_default().min(MAX_RESERVED);
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        let mut reader = body.with_config().limit(u64::MAX).reader();
        reader.read_to_end(&mut bytes).map_err(|error| failed(error.into()))?;
        let body = bytes;
        self.meter.response(&parts.headers, body.len());
        if parts.status.is_server_error() || parts.status == StatusCode::TOO_MANY_REQUESTS {
            // An error takes the place of a response that would be repeated.
            self.meter.spend().map_err(|error| HttpError::new(HttpErrorKind::Unknown, error))?;
        }
        let body = if parts.status.as_u16() < 400 { body } else { reason(&body).into_bytes() };
        Ok(Response::from_parts(parts, body.into()))
    }
}

/// Returns the bytes of a request; without a copy if they are in one piece, which they are.
async fn bytes_of(mut body: HttpRequestBody) -> Result<hyper::body::Bytes, HttpError> {
    let mut pieces = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        pieces.extend(frame?.into_data());
    }
    Ok(if pieces.len() == 1 { pieces.swap_remove(0) } else { pieces.concat().into() })
}

fn http_error(error: Error) -> HttpError {
    use io::ErrorKind;
    let kind = match &error {
        Error::Timeout(_) => HttpErrorKind::Timeout,
        Error::HostNotFound | Error::ConnectionFailed => HttpErrorKind::Connect,
        Error::Io(error) if error.kind() == ErrorKind::ConnectionRefused => HttpErrorKind::Connect,
        // Certificates.
        Error::Io(error) if error.kind() == ErrorKind::InvalidData => HttpErrorKind::Unknown,
        Error::Io(_) | Error::Protocol(_) => HttpErrorKind::Interrupted,
        _ => HttpErrorKind::Unknown,
    };
    HttpError::new(kind, error)
}

/// Returns code and message of an error document. The rest may repeat credentials of the request.
fn reason(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let element = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        let (value, _) = rest.split_once('<')?;
        // Azure adds lines with the number and the time of the request.
        value.trim().lines().next()
    };
    let parts: Vec<_> = ["Code", "Message"].into_iter().filter_map(element).collect();
    parts.join(": ")
}

/// Counts requests, and knows the time of the server.
#[derive(Debug, Default)]
pub(super) struct Meter {
    lists: AtomicU64,
    reads: AtomicU64,
    writes: AtomicU64,
    others: AtomicU64,
    received: AtomicU64,
    sent: AtomicU64,
    failures: AtomicU64,
    /// `Date` of the last response, and the time at which it came.
    date: Mutex<Option<(SystemTime, Instant)>>,
}

impl Meter {
    fn request(&self, parts: &Parts, size: usize) {
        let query = parts.uri.query().unwrap_or_default();
        let is_list = query.contains("list-type=") || query.contains("comp=list");
        let counter = match parts.method.as_str() {
            "GET" if is_list => &self.lists,
            "PROPFIND" => &self.lists,
            "GET" | "HEAD" => &self.reads,
            "PUT" => &self.writes,
            _ => &self.others,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        self.sent.fetch_add(size as u64, Ordering::Relaxed);
    }

    fn response(&self, headers: &ureq::http::HeaderMap, size: usize) {
        self.received.fetch_add(size as u64, Ordering::Relaxed);
        if let Some(date) = headers.typed_get::<Date>() {
            *self.date.lock().unwrap_or_else(PoisonError::into_inner) = Some((date.into(), Instant::now()));
        }
    }

    /// Counts a request that failed; an error that is repeated becomes one that is not if too many have failed.
    fn failed(&self, error: HttpError) -> HttpError {
        self.spend().err().map_or(error, |spent| HttpError::new(HttpErrorKind::Unknown, spent))
    }

    fn spend(&self) -> io::Result<()> {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed);
        let traffic = self.traffic();
        let requests = traffic.lists + traffic.reads + traffic.writes + traffic.others;
        if failures < RETRY_BUDGET.0 + requests / RETRY_BUDGET.1 {
            return Ok(());
        }
        Err(io::Error::other(format!("{failures} requests have failed, so no more are repeated")))
    }

    pub(super) fn traffic(&self) -> Traffic {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Traffic {
            lists: of(&self.lists),
            reads: of(&self.reads),
            writes: of(&self.writes),
            others: of(&self.others),
            received: Bytes(of(&self.received)),
            sent: Bytes(of(&self.sent)),
        }
    }

    /// Returns the time by the clock of the server, as far as it is known.
    pub(super) fn now(&self) -> SystemTime {
        let date = *self.date.lock().unwrap_or_else(PoisonError::into_inner);
        date.map_or_else(SystemTime::now, |(date, seen)| date + seen.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_documents_are_reduced_to_what_is_no_secret() {
        let body =
            b"<?xml version=\"1.0\"?><Error><Code>SignatureDoesNotMatch</Code><Message>Wrong key.</Message>\
                     <CanonicalRequest>x-amz-security-token:SECRET</CanonicalRequest></Error>";
        assert_eq!(reason(body), "SignatureDoesNotMatch: Wrong key.");
        let body = b"<Error><Code>NotFound</Code><Message>It is gone.\nRequestId:1\nTime:2</Message></Error>";
        assert_eq!(reason(body), "NotFound: It is gone.");
        assert_eq!(reason(b"<html>SECRET"), "");
    }

    #[test]
    fn requests_are_not_repeated_for_ever() {
        let meter = Meter::default();
        for _ in 0..RETRY_BUDGET.0 {
            meter.spend().unwrap();
        }
        assert!(meter.spend().unwrap_err().to_string().contains("no more are repeated"));
    }
}
