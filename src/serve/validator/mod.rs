//! The validator page: visitors enter the URL of a feed or paste a feed, and see findings next to the lines of its source.
//! Programs get JSON.
//!
//! | request | response |
//! | --- | --- |
//! | `GET /validator` | the form |
//! | `GET /validator?url=URL` | findings for the feed at a URL, or for the feeds of a web page |
//! | `POST /validator` | findings for the feed in the field `feed` of a form, or in the body of any other type |
//! | `GET /validator?rule=CODE` | the explanation of a rule |
//! | `GET /validator.css` | the style |
//!
//! With `format=json` the findings are JSON, and with `profile=NAME` their severities are those of a profile. The page works without scripts, and its policy permits none. It is for
//! anyone: a bounded number of documents of bounded size is checked at a time, each in a thread of its own, so that slow
//! servers hold up no feed.

mod page;

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hyper::body::{Body, Bytes};
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue,
    REFERRER_POLICY, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Request, StatusCode};
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::timeout;
use url::{Url, form_urlencoded};

use crate::check::{Options, Profile, check, rules};
use crate::diag::{Finding, Severity, printable, to_json};
use crate::types::{Bytes as Size, UnixMs, without_credentials};

use super::body::ResponseBody;
use super::response::{Response, text_response};

/// Path of the page.
const PAGE: &str = "/validator";
/// Path of its style.
const STYLE: &str = "/validator.css";
/// Maximum size of a feed that the page checks.
pub const MAX_DOCUMENT: Size = Size(2 << 20);
/// Maximum size of the body of a request, in bytes: a form may need three characters for a byte.
const MAX_BODY: usize = 3 * MAX_DOCUMENT.0 as usize + 1024;
/// Time limit for the body of a request.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum number of documents that are received, fetched or checked at a time.
const MAX_CHECKS: usize = 4;
/// Content Security Policy (<https://www.w3.org/TR/CSP3/>): our own style, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";
/// Name of a feed that was pasted.
const PASTED: &str = "feed";

/// Fetches and checks a URL at a time. An error says what is wrong and how to fix it.
pub type CheckUrl = Box<dyn Fn(&Url, Options<'_>) -> Result<CheckedUrl, String> + Send + Sync>;

/// Documents that were checked for a URL.
#[derive(Debug, Default)]
pub struct CheckedUrl {
    /// URL of the web page that names the feeds; `None` if the URL is that of a feed.
    pub page: Option<String>,
    /// The documents; errors with the URL of the feed.
    pub documents: Vec<Result<CheckedDocument, (String, String)>>,
}

/// A document that was checked.
#[derive(Debug)]
pub struct CheckedDocument {
    /// URL of the document.
    pub url: String,
    /// Bytes of the document.
    pub bytes: Vec<u8>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

/// The validator page.
pub(super) struct Validator {
    check_url: Arc<CheckUrl>,
    slots: Arc<Semaphore>,
}

/// What a visitor asks for.
#[derive(Debug, Default)]
struct Form {
    url: String,
    rule: String,
    /// Name of a profile; empty for none.
    profile: String,
    is_json: bool,
    /// The feed that was pasted or sent.
    feed: Option<Vec<u8>>,
}

/// Result of a request.
enum Verdict {
    /// Nothing was asked.
    None,
    Checked(CheckedUrl),
    Failed(StatusCode, String),
}

impl Verdict {
    /// Gives each finding the severity that it has in a profile.
    fn in_profile(mut self, profile: Option<Profile>) -> Self {
        if let (Self::Checked(checked), Some(profile)) = (&mut self, profile) {
            for document in checked.documents.iter_mut().flatten() {
                let findings = std::mem::take(&mut document.findings).into_iter();
                document.findings = findings.filter_map(|finding| profile.apply(finding)).collect();
            }
        }
        self
    }
}

/// True if a path is one of the validator.
pub(super) fn has(path: &str) -> bool {
    matches!(path, PAGE | STYLE)
}

impl Validator {
    pub(super) fn new(check_url: CheckUrl) -> Self {
        Self { check_url: Arc::new(check_url), slots: Arc::new(Semaphore::new(MAX_CHECKS)) }
    }

    pub(super) async fn respond<B: Body<Data = Bytes> + Unpin>(&self, mut request: Request<B>) -> Response {
        let is_style = request.uri().path() == STYLE;
        let is_post = request.method() == Method::POST;
        if !matches!(*request.method(), Method::GET | Method::HEAD) && (is_style || !is_post) {
            let allowed = if is_style { "GET, HEAD" } else { "GET, HEAD, POST" };
            let mut response = text_response(StatusCode::METHOD_NOT_ALLOWED, "use GET or POST");
            response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
            return response;
        }
        if !is_post && !request.body().is_end_stream() {
            return text_response(StatusCode::PAYLOAD_TOO_LARGE, "send a feed with POST");
        }
        if is_style {
            return response(StatusCode::OK, "text/css; charset=utf-8", page::style());
        }
        let mut form = Form::default();
        form.read(request.uri().query().unwrap_or_default().as_bytes());
        let asks = is_post || request.method() == Method::GET && !form.url.trim().is_empty();
        // Held until the check is done, even if nobody waits for it any more.
        let slot = if asks { Arc::clone(&self.slots).try_acquire_owned().ok() } else { None };
        let (verdict, is_received) = match slot {
            None if asks => {
                let busy = "too many checks at a time; try again in a moment".to_owned();
                (Verdict::Failed(StatusCode::SERVICE_UNAVAILABLE, busy), !is_post)
            }
            None => (Verdict::None, true),
            Some(slot) if is_post => match timeout(BODY_TIMEOUT, form.receive(&mut request)).await {
                Ok(Ok(())) => (self.check(&form, slot).await, true),
                Ok(Err((status, why))) => (Verdict::Failed(status, why.to_owned()), false),
                Err(_) => {
                    let why = "the feed did not arrive in time".to_owned();
                    (Verdict::Failed(StatusCode::REQUEST_TIMEOUT, why), false)
                }
            },
            Some(slot) => (self.check(&form, slot).await, true),
        };
        let mut response = form.answer(&verdict);
        if !is_received {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    /// Checks the feed of a form, or the one at its URL.
    async fn check(&self, form: &Form, slot: OwnedSemaphorePermit) -> Verdict {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let now = UnixMs(i64::try_from(now).unwrap_or(i64::MAX));
        let profile = Profile::ALL.into_iter().find(|profile| profile.name() == form.profile);
        if profile.is_none() && !form.profile.is_empty() {
            let known = Profile::ALL.map(Profile::name).join(", ");
            let why = format!("there is no profile `{}`; use {known}", printable(&form.profile));
            return Verdict::Failed(StatusCode::BAD_REQUEST, why);
        }
        let is_podcast = profile.is_some_and(Profile::is_of_podcasts);
        let options = Options { now: Some(now), is_podcast, ..Options::default() };
        let (send, receive) = oneshot::channel();
        let work: Box<dyn FnOnce() -> Verdict + Send> = if let Some(feed) = form.feed.clone() {
            Box::new(move || {
                let findings = check(&feed, Options { file: PASTED, ..options });
                let document = CheckedDocument { url: String::new(), bytes: feed, findings };
                Verdict::Checked(CheckedUrl { page: None, documents: vec![Ok(document)] })
            })
        } else {
            let url = match web_url(&form.url) {
                Ok(url) => url,
                Err(why) => return Verdict::Failed(StatusCode::BAD_REQUEST, why),
            };
            let check_url = Arc::clone(&self.check_url);
            Box::new(move || match check_url(&url, options) {
                Ok(checked) => Verdict::Checked(checked),
                Err(why) => Verdict::Failed(StatusCode::UNPROCESSABLE_ENTITY, format!("{url}: {why}")),
            })
        };
        let started = std::thread::Builder::new().name("validator".to_owned()).spawn(move || {
            let _ = send.send(work().in_profile(profile));
            drop(slot);
        });
        match (started, receive.await) {
            (Ok(_), Ok(verdict)) => verdict,
            (Ok(_), Err(_)) => Verdict::Failed(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal error: this is a bug in feedmill".to_owned(),
            ),
            (Err(_), _) => Verdict::Failed(
                StatusCode::SERVICE_UNAVAILABLE,
                "the server is out of threads; try again in a moment".to_owned(),
            ),
        }
    }
}

impl Form {
    /// Reads the fields of a form.
    fn read(&mut self, text: &[u8]) {
        for (name, value) in form_urlencoded::parse(text) {
            match &*name {
                "url" => self.url = value.into_owned(),
                "rule" => self.rule = value.into_owned(),
                "profile" => self.profile = value.into_owned(),
                "format" => self.is_json = value == "json",
                // A browser sends UTF-8, whatever the feed declares.
                "feed" => self.feed = Some(as_declared(&value)),
                _ => {}
            }
        }
    }

    /// Receives the body of a request: a form, or a feed.
    async fn receive<B: Body<Data = Bytes> + Unpin>(
        &mut self,
        request: &mut Request<B>,
    ) -> Result<(), (StatusCode, &'static str)> {
        const TOO_LARGE: (StatusCode, &str) =
            (StatusCode::PAYLOAD_TOO_LARGE, "the feed is larger than 2 MiB; check it on your computer");
        let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        let is_form = media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded");
        if media_type.eq_ignore_ascii_case("multipart/form-data") {
            let why = "send the feed as the body, or in a form of application/x-www-form-urlencoded";
            return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
        }
        let body = request.body_mut();
        if body.size_hint().lower() > MAX_BODY as u64 {
            return Err(TOO_LARGE);
        }
        let mut bytes = Vec::new();
        while let Some(frame) = poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await {
            let Ok(frame) = frame else { return Err((StatusCode::BAD_REQUEST, "the body is incomplete")) };
            if let Ok(data) = frame.into_data() {
                if bytes.len() + data.len() > MAX_BODY {
                    return Err(TOO_LARGE);
                }
                bytes.extend_from_slice(&data);
            }
        }
        if is_form {
            self.read(&bytes);
        } else {
            self.feed = Some(bytes);
        }
        match &self.feed {
            Some(feed) if feed.len() as u64 > MAX_DOCUMENT.0 => Err(TOO_LARGE),
            Some(feed) if feed.iter().all(u8::is_ascii_whitespace) => {
                Err((StatusCode::BAD_REQUEST, "there is no feed to check; paste one"))
            }
            None if self.url.trim().is_empty() => {
                Err((StatusCode::BAD_REQUEST, "there is no feed to check; send it as the field `feed`"))
            }
            _ => Ok(()),
        }
    }

    fn answer(&self, verdict: &Verdict) -> Response {
        let status = match verdict {
            Verdict::Failed(status, _) => *status,
            _ => StatusCode::OK,
        };
        let rule = rules().into_iter().find(|rule| rule.meta.code == self.rule);
        let mut response = if self.is_json {
            response(status, "application/json", format!("{}\n", self.json(verdict)))
        } else if let (Some(rule), Verdict::None) = (rule, verdict) {
            html(status, page::rule(rule))
        } else if !self.rule.is_empty() && matches!(verdict, Verdict::None) {
            html(
                StatusCode::NOT_FOUND,
                page::page(self, &Verdict::Failed(status, "there is no such rule".to_owned())),
            )
        } else {
            html(status, page::page(self, verdict))
        };
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }

    /// Returns the verdict for programs. Its keys are stable.
    fn json(&self, verdict: &Verdict) -> Value {
        let checked = match verdict {
            Verdict::None => {
                return json!({ "error": "there is no feed to check; send `url`, or a feed with POST" });
            }
            Verdict::Failed(_, why) => return json!({ "error": why }),
            Verdict::Checked(checked) => checked,
        };
        let number = |document: &CheckedDocument, severity| {
            document.findings.iter().filter(|finding| finding.severity == severity).count()
        };
        let document = |document: &Result<CheckedDocument, (String, String)>| match document {
            Ok(document) => json!({
                "url": Some(&document.url).filter(|url| !url.is_empty()),
                "errors": number(document, Severity::Error),
                "warnings": number(document, Severity::Warning),
                "findings": document.findings.iter().map(to_json).collect::<Vec<_>>(),
            }),
            Err((url, why)) => json!({ "url": url, "error": why }),
        };
        let is_valid = |document: &Result<CheckedDocument, _>| {
            document.as_ref().is_ok_and(|document| number(document, Severity::Error) == 0)
        };
        json!({
            "valid": checked.documents.iter().all(is_valid),
            "page": checked.page,
            "documents": checked.documents.iter().map(document).collect::<Vec<_>>(),
        })
    }
}

/// Returns the URL that a visitor entered: `https` if it has no scheme. User name and password are not sent, so they are
/// not shown either.
fn web_url(text: &str) -> Result<Url, String> {
    let text = text.trim();
    let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    match Url::parse(&whole) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(without_credentials(url)),
        Ok(url) => Err(format!("cannot fetch a URL of the scheme `{}`; use http or https", url.scheme())),
        Err(error) => Err(format!("invalid URL: {error}; correct it")),
    }
}

/// Returns the bytes of a pasted feed: in the encoding that it declares, as it was in its file.
fn as_declared(text: &str) -> Vec<u8> {
    let declaration = text.trim_start().strip_prefix("<?xml").and_then(|rest| rest.split("?>").next());
    let label = declaration.and_then(|text| text.split_once("encoding")).map(|(_, rest)| rest);
    let label = label.and_then(|rest| rest.split(['"', '\'']).nth(1)).unwrap_or("utf-8");
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap_or(encoding_rs::UTF_8);
    if encoding.output_encoding() == encoding && encoding != encoding_rs::UTF_8 {
        let (bytes, _, is_lossy) = encoding.encode(text);
        if !is_lossy {
            return bytes.into_owned();
        }
    }
    let wide: Option<fn(u16) -> [u8; 2]> = match encoding.name() {
        "UTF-16LE" => Some(u16::to_le_bytes),
        "UTF-16BE" => Some(u16::to_be_bytes),
        _ => None,
    };
    if let Some(to_bytes) = wide {
        return "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(to_bytes).collect();
    }
    text.as_bytes().to_vec()
}

fn html(status: StatusCode, page: String) -> Response {
    response(status, "text/html; charset=utf-8", page)
}

/// Returns a response with the headers that all responses of the validator have.
fn response(status: StatusCode, media_type: &'static str, body: String) -> Response {
    let mut response = Response::new(ResponseBody::from_bytes(body));
    *response.status_mut() = status;
    let headers: [(HeaderName, &'static str); 5] = [
        (CONTENT_TYPE, media_type),
        (CACHE_CONTROL, if media_type.starts_with("text/css") { "public, max-age=3600" } else { "no-store" }),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::task::{Context, Poll};

    use hyper::body::Frame;

    use super::*;
    use crate::check::Options;

    /// A body that never ends.
    struct Slow;

    impl Body for Slow {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Pending
        }
    }

    /// A body of some bytes.
    struct Whole(Option<&'static str>);

    impl Body for Whole {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Ready(self.0.take().map(|text| Ok(Frame::data(Bytes::from_static(text.as_bytes())))))
        }

        fn is_end_stream(&self) -> bool {
            self.0.is_none()
        }
    }

    /// A validator that finds the same feed everywhere.
    fn validator() -> Validator {
        Validator::new(Box::new(|url, _| {
            if url.path() == "/panic" {
                panic!("on purpose");
            }
            let bytes = b"<rss version='2.0'/>".to_vec();
            let findings = check(&bytes, Options { file: url.as_str(), ..Options::default() });
            let document = CheckedDocument { url: url.to_string(), bytes, findings };
            let failed = Err(("https://a.example/<b>".to_owned(), "the server <i>failed</i>".to_owned()));
            Ok(CheckedUrl {
                page: Some("https://a.example/".to_owned()),
                documents: vec![Ok(document), failed],
            })
        }))
    }

    async fn text(response: Response) -> String {
        let mut body = response.into_body();
        let mut bytes = Vec::new();
        while let Some(Ok(frame)) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
            bytes.extend_from_slice(&frame.into_data().unwrap_or_default());
        }
        String::from_utf8(bytes).unwrap()
    }

    fn get(target: &str) -> Request<Whole> {
        Request::get(target).body(Whole(None)).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_feed_that_does_not_arrive_gives_its_place_back() {
        let validator = validator();
        for _ in 0..=MAX_CHECKS {
            let response = validator.respond(Request::post(PAGE).body(Slow).unwrap()).await;
            assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
            assert_eq!(response.headers()[CONNECTION], "close");
        }
        assert_eq!(validator.slots.available_permits(), MAX_CHECKS);
    }

    #[tokio::test]
    async fn the_feeds_of_a_url_are_shown_as_a_page_and_as_json() {
        let validator = validator();
        let target = format!("{PAGE}?url=a.example%2Frss.xml");
        let page = text(validator.respond(get(&target)).await).await;
        assert!(page.contains("value=\"1\"") && page.contains("1 error"), "{page}");
        assert!(page.contains("https://a.example/&lt;b&gt;") && !page.contains("<i>"), "{page}");
        let json: Value =
            serde_json::from_str(&text(validator.respond(get(&format!("{target}&format=json"))).await).await)
                .unwrap();
        assert_eq!(json["valid"], false);
        assert_eq!(json["documents"][0]["url"], "https://a.example/rss.xml");
        assert_eq!(json["documents"][0]["findings"][0]["code"], "feed/missing-element");
        assert_eq!(json["documents"][1]["error"], "the server <i>failed</i>");
        let sent = Request::post(format!("{PAGE}?format=json")).body(Whole(Some("<rss/>"))).unwrap();
        assert_eq!(validator.respond(sent).await.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn a_panic_is_an_internal_error_and_gives_its_place_back() {
        let validator = validator();
        for _ in 0..=MAX_CHECKS {
            let response = validator.respond(get(&format!("{PAGE}?url=https://a.example/panic"))).await;
            assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        }
    }
}
