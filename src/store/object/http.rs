//! Sends the requests of `object_store` with the HTTP client of the rest of feedmill, counts them, and limits how many are
//! repeated.

use std::error::Error as _;
use std::future::poll_fn;
use std::io::{self, Read};
use std::ops::Range;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use headers::{Date, HeaderMapExt};
use hyper::body::Body;
use memchr::memmem;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse,
    HttpService,
};
use object_store::path::PathPart;
use quick_xml::escape::unescape;
use ureq::http::header::{AUTHORIZATION, CONTENT_LENGTH, RANGE};
use ureq::http::request::Parts;
use ureq::http::{HeaderValue, Method, Request, Response, StatusCode, Uri};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Error, SendBody};

use crate::store::Traffic;
use crate::types::Bytes;

/// Time limit for looking up a name, and for connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Time limit for connecting to the machine's own server of credentials, which is near.
const CREDENTIALS_TIMEOUT: Duration = Duration::from_secs(2);
/// Largest range of an object that arrives within the time limit of a short part of a request, and largest body that is sent
/// within it: many are on their way at once.
const SHORT: (u64, usize) = (1 << 20, 64 << 10);
/// The beginning of the answer may take this number of times longer than other short parts, if the server has to store a large
/// body before, or to list all folders.
const SLOW_ANSWER: u32 = 4;
/// Number of bytes of each buffer of a connection. There are many connections, and most bodies are short.
const BUFFER: usize = 16 << 10;
/// Number of bytes that are reserved at most for a response because it says that it has them.
const MAX_RESERVED: u64 = 8 << 20;
/// Number of failed requests after which none is repeated any more, and number of requests for each further one.
const RETRY_BUDGET: (u64, u64) = (1000, 5);
/// Elements of listings of S3 and Google Cloud Storage, then of Azure, each with the element of its name.
const LISTED: &[(&str, &str)] =
    &[("Contents", "Key"), ("CommonPrefixes", "Prefix"), ("Blob", "Name"), ("BlobPrefix", "Name")];

/// Names in a listing that are not paths, such as `a//b`, and beginnings of such names. An extension of the response:
/// `object_store` would reject the whole page.
#[derive(Clone, Debug)]
pub(super) struct NotPaths(pub(super) Vec<String>);

/// Names in a listing of all objects below a folder that end with a slash, without it: some tools put an object in the place of a
/// folder. An extension of the response: `object_store` removes the slash.
#[derive(Clone, Debug)]
pub(super) struct Markers(pub(super) Vec<String>);

/// Connector of all clients of one store.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    agent: Agent,
    pub(super) meter: Arc<Meter>,
    /// Value of `Authorization` for servers to which the URL names a user.
    login: Option<HeaderValue>,
    /// Time limits for a part of a request that is short, and for a body that may be large.
    timeouts: [Duration; 2],
}

impl Connector {
    /// Creates a connector that keeps a number of connections open. `timeouts` are those for a part of a request that is short,
    /// and for a body that may be large; `roots` sign the certificates of servers instead of the usual authorities.
    pub(super) fn new(
        connections: usize,
        timeouts: [Duration; 2],
        login: Option<HeaderValue>,
        roots: Option<RootCerts>,
    ) -> Self {
        let tls = TlsConfig::builder().root_certs(roots.unwrap_or(RootCerts::WebPki)).build();
        let part_timeout = timeouts[0];
        let connect_timeout = CONNECT_TIMEOUT.min(part_timeout);
        let config = Agent::config_builder()
            .tls_config(tls)
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
            .timeout_send_request(Some(part_timeout))
            .timeout_send_body(Some(part_timeout))
            .timeout_recv_response(Some(part_timeout))
            .timeout_recv_body(Some(part_timeout));
        Self { agent: config.build().into(), meter: Arc::default(), login, timeouts }
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
        let listing = is_list(&parts).then(|| parts.uri.clone());
        let no_credentials = no_credentials(&parts.uri);
        let is_propfind = parts.method.as_str() == "PROPFIND";
        let is_long = (is_long_read(&parts) || is_propfind, body.len() > SHORT.1 || is_propfind);
        if no_credentials.is_some() || is_long != (false, false) {
            let [short, long] = self.timeouts;
            let mut request = self.agent.configure_request(Request::from_parts(parts, ()));
            if no_credentials.is_some() {
                request = request.timeout_connect(Some(CREDENTIALS_TIMEOUT));
            }
            if is_long.0 {
                request = request.timeout_recv_body(Some(long));
            }
            if is_long.1 {
                let answer = Some(long.min(short * SLOW_ANSWER));
                request = request.timeout_send_body(Some(long)).timeout_recv_response(answer);
            }
            parts = request.build().into_parts().0;
        }
        let is_get = parts.method == Method::GET;
        let has_body = !body.is_empty() || matches!(parts.method, Method::PUT | Method::POST);
        let response = if has_body {
            self.agent.run(Request::from_parts(parts, body))
        } else {
            self.agent.run(Request::from_parts(parts, SendBody::none()))
        };
        let failed = |error: Error| match no_credentials {
            // Such an error is not repeated. Machines that are not in a cloud have no such server.
            Some(why) => HttpError::new(HttpErrorKind::Unknown, io::Error::other(why)),
            None => self.meter.failed(http_error(error)),
        };
        let (mut parts, mut body) = response.map_err(failed)?.into_parts();
        let size = body.content_length().unwrap_or_default().min(MAX_RESERVED);
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        let mut reader = body.with_config().limit(u64::MAX).reader();
        reader.read_to_end(&mut bytes).map_err(|error| failed(error.into()))?;
        let mut body = bytes;
        self.meter.response(&parts.headers, body.len());
        if is_get && !parts.headers.contains_key(CONTENT_LENGTH) {
            // `object_store` needs it, and a body in chunks has none.
            parts.headers.insert(CONTENT_LENGTH, body.len().into());
        }
        if parts.status.is_server_error() || parts.status == StatusCode::TOO_MANY_REQUESTS {
            // An error takes the place of a response that would be repeated.
            let answer = format!("{} {}", parts.status, reason(&body));
            self.meter.spend(&answer).map_err(|error| HttpError::new(HttpErrorKind::Unknown, error))?;
        }
        if let Some(uri) = listing.filter(|_| parts.status.is_success()) {
            if let Some(why) = wrong_page(uri.query().unwrap_or_default(), &body) {
                return Err(HttpError::new(HttpErrorKind::Unknown, io::Error::other(why)));
            }
            let not_paths = remove_not_paths(&mut body);
            parts.extensions.insert(not_paths);
            if !uri.query().unwrap_or_default().contains("delimiter=") {
                parts.extensions.insert(markers(&body));
            }
        }
        if parts.status.as_u16() >= 400 {
            body = no_credentials.map_or_else(|| reason(&body), str::to_owned).into_bytes();
        }
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
    // Azure adds lines with the number and the time of the request.
    let first_line = |name| element(&text, name)?.trim().lines().next();
    let parts: Vec<_> = ["Code", "Message"].into_iter().filter_map(first_line).collect();
    parts.join(": ")
}

/// Returns the text of the first element of a name that has text.
fn element<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let begin = format!("<{name}>");
    let rest = &text[memmem::find(text.as_bytes(), begin.as_bytes())? + begin.len()..];
    Some(rest.split_once('<')?.0).filter(|text| !text.is_empty())
}

/// True if a request is one for a page of a listing.
fn is_list(request: &Parts) -> bool {
    let query = request.uri.query().unwrap_or_default();
    query.contains("list-type=") || query.contains("comp=list")
}

/// True if the body of the answer may take long: that of a whole object or of a large range.
fn is_long_read(request: &Parts) -> bool {
    let range = request.headers.get(RANGE).and_then(|range| range.to_str().ok()?.strip_prefix("bytes="));
    let bounds = range.and_then(|range| range.split_once('-'));
    let length = bounds
        .and_then(|(first, last)| last.parse::<u64>().ok()?.checked_sub(first.parse().ok()?)?.checked_add(1));
    request.method == Method::GET && !is_list(request) && length.is_none_or(|length| length > SHORT.0)
}

/// Returns what is wrong with a page of a listing, such as one of a proxy: it would be taken for the last one, or be followed by
/// itself.
fn wrong_page(query: &str, page: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(page).unwrap_or_default();
    let is_s3 = query.contains("list-type=");
    let [given, next] =
        if is_s3 { ["continuation-token", "NextContinuationToken"] } else { ["marker", "NextMarker"] };
    let next = element(text, next).and_then(|token| unescape(token).ok());
    if is_s3 && memmem::find(page, b"<ListBucketResult").is_none() {
        return Some("the answer is not a listing");
    }
    if is_s3 && next.is_none() && element(text, "IsTruncated").is_some_and(|is| is.trim() == "true") {
        return Some("the listing ends early");
    }
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let is_repeated = pairs.any(|(name, token)| name == given && next.as_ref() == Some(&token));
    is_repeated.then_some("the listing repeats a page")
}

/// Removes the objects and folders from a page of a listing whose names are not paths; returns these names.
fn remove_not_paths(page: &mut Vec<u8>) -> NotPaths {
    let mut found: Vec<(Range<usize>, String)> = Vec::new();
    if !may_have_not_paths(page) {
        return NotPaths(Vec::new());
    }
    let text = std::str::from_utf8(page).unwrap_or_default();
    for (kind, name) in LISTED {
        let (begin, end) = (format!("<{kind}>"), format!("</{kind}>"));
        for (start, _) in text.match_indices(&begin) {
            let Some(length) = text[start..].find(&end) else { break };
            let range = start..start + length + end.len();
            let name = element(&text[range.clone()], name).and_then(|name| unescape(name).ok());
            if let Some(name) = name.filter(|name| !is_path(name)) {
                found.push((range, name.into_owned()));
            }
        }
    }
    found.sort_unstable_by_key(|(range, _)| range.start);
    found.iter().rev().for_each(|(range, _)| _ = page.drain(range.clone()));
    NotPaths(found.into_iter().map(|(_, name)| name).collect())
}

/// Returns the names in a page that end with a slash.
fn markers(page: &[u8]) -> Markers {
    let mut names = Vec::new();
    let is_there = |end: &[u8]| memmem::find(page, end).is_some();
    let text = match is_there(b"/</Key>") || is_there(b"/</Name>") {
        true => std::str::from_utf8(page).unwrap_or_default(),
        false => "",
    };
    for name in ["Key", "Name"] {
        let (begin, end) = (format!("<{name}>"), format!("/</{name}>"));
        for (at, _) in text.match_indices(&end) {
            let begin = text[..at].rfind(&begin).map(|start| start + begin.len());
            let name = begin.and_then(|start| unescape(&text[start..at]).ok());
            names.extend(name.map(|name| name.into_owned()));
        }
    }
    Markers(names)
}

/// True if a page has something that a name that is not a path has. Reading the names of all pages would take as long as a
/// build without changes.
fn may_have_not_paths(page: &[u8]) -> bool {
    let begin =
        LISTED.iter().filter_map(|(kind, _)| memmem::find(page, format!("<{kind}>").as_bytes())).min();
    let Some(begin) = begin else { return false };
    let page = &page[begin..];
    let is_control = |at: usize, byte: u8| match byte {
        // Between elements.
        b'\n' | b'\r' => at > 0 && !matches!(page[at - 1], b'>' | b'\n' | b'\r' | b' '),
        byte => byte.is_ascii_control(),
    };
    let is_reference_of_control = |at: usize| {
        let text = String::from_utf8_lossy(&page[at..page.len().min(at + 8)]);
        let number = text.trim_start_matches("&#").split(';').next().unwrap_or_default();
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => number.parse(),
        };
        code.is_err() || code.is_ok_and(|code| code < 32 || code == 127)
    };
    let signs = Signs::of(page);
    signs.has_part
        || signs.has_control && page.iter().enumerate().any(|(at, byte)| is_control(at, *byte))
        || memmem::find_iter(page, b"&#").any(is_reference_of_control)
}

/// What names that are not paths have.
#[derive(Clone, Copy, Default)]
struct Signs {
    /// A slash or dot after a slash, or at the beginning of a text.
    has_part: bool,
    has_control: bool,
}

impl Signs {
    /// Looks at all bytes, without a branch.
    fn of(bytes: &[u8]) -> Self {
        bytes.iter().zip(bytes.get(1..).unwrap_or_default()).fold(Self::default(), |signs, (one, next)| {
            Self {
                has_part: signs.has_part | (matches!(one, b'/' | b'>') & matches!(next, b'/' | b'.')),
                has_control: signs.has_control | next.is_ascii_control(),
            }
        })
    }
}

/// True if `object_store` accepts the name of an object or a folder, and changes nothing but a slash at its end.
pub(super) fn is_path(name: &str) -> bool {
    let mut parts = name.strip_suffix('/').unwrap_or(name).split('/');
    parts.all(|part| !part.is_empty() && PathPart::parse(part).is_ok())
}

/// Returns what is wrong if a request fails that is one for credentials of the machine or container; `None` for any other
/// request.
fn no_credentials(uri: &Uri) -> Option<&'static str> {
    let (host, path) = (uri.host().unwrap_or_default(), uri.path());
    if path.starts_with("/metadata/identity/") {
        return Some("there are no credentials; set `AZURE_STORAGE_ACCOUNT_KEY`");
    }
    if path.starts_with("/computeMetadata/") {
        return Some("there are no credentials; set `GOOGLE_APPLICATION_CREDENTIALS`");
    }
    let is_metadata = path.starts_with("/latest/api/token") || path.starts_with("/latest/meta-data/iam/");
    let is_container = ["169.254.170.2", "169.254.170.23"].contains(&host);
    (is_metadata || is_container).then_some(
        "there are no credentials; set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, because profiles are not read",
    )
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
        let counter = match parts.method.as_str() {
            "GET" if is_list(parts) => &self.lists,
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
        let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        self.spend(&why).err().map_or(error, |spent| HttpError::new(HttpErrorKind::Unknown, spent))
    }

    /// Counts a request that failed, and why it did.
    ///
    /// # Errors
    /// Too many have failed.
    fn spend(&self, why: &str) -> io::Result<()> {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed);
        let traffic = self.traffic();
        let requests = traffic.lists + traffic.reads + traffic.writes + traffic.others;
        if failures < RETRY_BUDGET.0 + requests / RETRY_BUDGET.1 {
            return Ok(());
        }
        let (count, why) = (failures + 1, why.trim_end_matches(['.', ' ']));
        let message = format!(
            "{count} requests have failed, so no more are repeated; the last answer was: {why}; build again later"
        );
        Err(io::Error::other(message))
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
    fn a_page_that_would_end_or_repeat_a_listing_is_an_error() {
        let s3 = |inner: &str| {
            format!("<?xml version=\"1.0\"?><ListBucketResult xmlns=\"x\">{inner}</ListBucketResult>")
        };
        let more = "<IsTruncated>true</IsTruncated><NextContinuationToken>a+b&amp;</NextContinuationToken>";
        let azure = "<EnumerationResults><Blobs/><NextMarker>m</NextMarker></EnumerationResults>";
        for (query, page, is_wrong) in [
            ("list-type=2", s3(""), false),
            ("list-type=2", s3(more), false),
            ("list-type=2&continuation-token=a", s3(more), false),
            ("list-type=2&continuation-token=a%2Bb%26", s3(more), true),
            ("list-type=2", s3("<IsTruncated>true</IsTruncated>"), true),
            ("list-type=2", "<html>Log in</html>".to_owned(), true),
            ("list-type=2", "<Error><Code>SlowDown</Code></Error>".to_owned(), true),
            ("comp=list&marker=l", azure.to_owned(), false),
            ("comp=list&marker=m", azure.to_owned(), true),
        ] {
            assert_eq!(wrong_page(query, page.as_bytes()).is_some(), is_wrong, "{query} {page}");
        }
    }

    #[test]
    fn names_that_are_not_paths_are_removed_from_listings() {
        let contents = |key: &str| format!("<Contents><Key>{key}</Key><Size>1</Size></Contents>");
        let prefix = |key: &str| format!("<CommonPrefixes><Prefix>{key}</Prefix></CommonPrefixes>");
        let begin = "<ListBucketResult><Prefix></Prefix><Delimiter>/</Delimiter>";
        let kept = [contents("a/x &amp; y.txt"), contents("a/"), prefix("a/b c/")];
        let bad = ["a//b", "a/../b", "/b", "a/&#9;b", "a&amp;b//"].map(contents);
        let (bad_prefix, end) = (prefix("a//"), "</ListBucketResult>");
        let inner = [&bad[0], &kept[0], &bad_prefix, &bad[1], &kept[1], &bad[2], &kept[2], &bad[3], &bad[4]];
        let mut page = [begin, &inner.map(String::as_str).concat(), end].concat().into_bytes();
        let names = remove_not_paths(&mut page).0;
        assert_eq!(names, ["a//b", "a//", "a/../b", "/b", "a/\tb", "a&b//"]);
        assert_eq!(String::from_utf8(page).unwrap(), [begin, &kept.concat(), end].concat());
        assert_eq!(markers(kept.concat().as_bytes()).0, ["a"]);
        assert_eq!(markers(b"<Blob><Name>x &amp; y/</Name></Blob><Blob><Name>/z</Name></Blob>").0, ["x & y"]);
        let azure = "<Blobs><Blob><Name>a/./b</Name></Blob><BlobPrefix><Name>/</Name></BlobPrefix></Blobs>";
        let mut page = azure.as_bytes().to_vec();
        assert_eq!(remove_not_paths(&mut page).0, ["a/./b", "/"]);
        assert_eq!(page, b"<Blobs></Blobs>");
        for bad in ["a//b", "a/../b", "a/.", ".", "/b", "a/&#9;b", "a&#xD;b", "a\tb", "a\nb", "a\u{7f}"]
            .map(contents)
        {
            assert_eq!(remove_not_paths(&mut bad.clone().into_bytes()).0.len(), 1, "{bad}");
        }
        let good = format!("{begin}\n  {}<ETag>&#34;e&#34;</ETag>\n{end}", kept.concat());
        assert!(!may_have_not_paths(good.as_bytes()));
    }

    #[test]
    fn only_whole_objects_and_large_ranges_may_take_long() {
        for (uri, range, expected) in [
            ("/a.mp3", "", true),
            ("/a.mp3", "bytes=0-262143", false),
            ("/a.mp3", "bytes=5-1048580", false),
            ("/a.mp3", "bytes=5-1048581", true),
            ("/a.mp3", "bytes=5-", true),
            ("/a.mp3", "bytes=0-18446744073709551615", true),
            ("/news?list-type=2", "", false),
        ] {
            let mut request = Request::get(uri).body(()).unwrap().into_parts().0;
            if !range.is_empty() {
                request.headers.insert(RANGE, HeaderValue::from_static(range));
            }
            assert_eq!(is_long_read(&request), expected, "{uri} {range}");
        }
    }

    #[test]
    fn requests_are_not_repeated_for_ever() {
        let meter = Meter::default();
        let slow = "503 Service Unavailable SlowDown: Please reduce your request rate.";
        // A server that refuses a tenth of very many requests is asked on.
        let get = Request::get("/").body(()).unwrap().into_parts().0;
        for number in 0..100_000 {
            meter.request(&get, 0);
            if number % 10 == 0 {
                meter.spend(slow).unwrap();
            }
        }
        let last = (0..).find_map(|_| meter.spend(slow).err()).unwrap().to_string();
        let expected = "21001 requests have failed, so no more are repeated; the last answer was: 503 Service \
                        Unavailable SlowDown: Please reduce your request rate; build again later";
        assert_eq!(last, expected);
    }
}
