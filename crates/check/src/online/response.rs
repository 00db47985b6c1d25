//! The response to a request for a feed.

use encoding_rs::Encoding;
use feedmill_diag::{Finding, Place};

use super::http;
use crate::detect::{self, Format};
use crate::document::source;
use crate::message::{one_line, shown};
use crate::rule::Rule;

/// Response without a finding.
const FINE: &str = "GET /feed.xml
HTTP/1.1 200 OK
Content-Type: application/rss+xml
ETag: \"1\"";

static PERMANENT_REDIRECT: Rule = http(
    Rule::warning("http/permanent-redirect", "feed that has moved permanently")
        .why("Each reader has to follow the redirect at each request, and loses the feed when the old URL ends.")
        .remedy("publish the new URL: in the self link, on the site and in directories; keep the redirect")
        .spec("RFC 9110, 15.4.2", "https://www.rfc-editor.org/rfc/rfc9110#section-15.4.2"),
    "GET /feed.xml
HTTP/1.1 301 Moved Permanently
Location: https://town.example/rss.xml

GET /rss.xml
HTTP/1.1 200 OK
Content-Type: application/rss+xml
ETag: \"1\"",
    "GET /rss.xml
HTTP/1.1 200 OK
Content-Type: application/rss+xml
ETag: \"1\"",
);

static TEMPORARY_REDIRECT: Rule = http(
    Rule::note("http/temporary-redirect", "temporary redirect")
        .why("Readers keep the old URL, as they should, and make two requests each time.")
        .remedy("nothing if it is temporary; if the feed has moved for good, redirect with 301 or 308")
        .spec("RFC 9110, 15.4.3", "https://www.rfc-editor.org/rfc/rfc9110#section-15.4.3"),
    "GET /feed.xml
HTTP/1.1 302 Found
Location: https://town.example/rss.xml

GET /rss.xml
HTTP/1.1 200 OK
Content-Type: application/rss+xml
ETag: \"1\"",
    FINE,
);

static MISSING_TYPE: Rule = http(
    Rule::warning("http/missing-content-type", "response without `Content-Type`")
        .why("Browsers and readers have to guess whether the document is a feed.")
        .remedy("configure the server to send the type of the format")
        .spec("RFC 9110, 8.3", "https://www.rfc-editor.org/rfc/rfc9110#section-8.3"),
    "GET /feed.xml
HTTP/1.1 200 OK
ETag: \"1\"",
    FINE,
);

static TYPE: Rule = http(
    Rule::warning("http/content-type", "`Content-Type` of another format")
        .why("Readers that trust the header show the feed as text or as a web page, or refuse it.")
        .remedy("configure the server to send the type of the format")
        .spec("RFC 9110, 8.3", "https://www.rfc-editor.org/rfc/rfc9110#section-8.3"),
    "GET /feed.xml
HTTP/1.1 200 OK
Content-Type: text/html
ETag: \"1\"",
    FINE,
);

static CHARSET: Rule = http(
    Rule::warning("http/charset", "`charset` that differs from the encoding of the document")
        .why("The header takes precedence over the XML declaration, so readers that obey it show wrong characters.")
        .remedy("send the encoding of the document as `charset`, or no `charset`")
        .spec("RFC 7303, 3", "https://www.rfc-editor.org/rfc/rfc7303#section-3"),
    "GET /feed.xml
HTTP/1.1 200 OK
Content-Type: application/rss+xml; charset=iso-8859-1
ETag: \"1\"",
    "GET /feed.xml
HTTP/1.1 200 OK
Content-Type: application/rss+xml; charset=utf-8
ETag: \"1\"",
);

static NO_VALIDATOR: Rule = http(
    Rule::warning("http/no-validator", "response without `ETag` and `Last-Modified`")
        .why(
            "Without them each reader downloads the whole feed at each request, even if nothing has changed.",
        )
        .remedy("configure the server to send `ETag` or `Last-Modified`")
        .spec("RFC 9110, 8.8", "https://www.rfc-editor.org/rfc/rfc9110#section-8.8"),
    "GET /feed.xml
HTTP/1.1 200 OK
Content-Type: application/rss+xml",
    "GET /feed.xml
HTTP/1.1 200 OK
Content-Type: application/rss+xml
Last-Modified: Tue, 31 Oct 2023 21:15:02 GMT",
);

static IGNORED_CONDITION: Rule = http(
    Rule::warning("http/ignored-condition", "conditional request that is not answered with 304")
        .why("Readers ask whether the feed has changed, and get all of it although it has not.")
        .remedy("let the server compare `If-None-Match` with its `ETag`, and `If-Modified-Since` with its `Last-Modified`")
        .spec("RFC 9110, 13.1.2", "https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2"),
    "GET /feed.xml
HTTP/1.1 200 OK
Content-Type: application/rss+xml
ETag: \"1\"

GET /feed.xml
If-None-Match: \"1\"
HTTP/1.1 200 OK
Content-Type: application/rss+xml
ETag: \"1\"",
    "GET /feed.xml
HTTP/1.1 200 OK
Content-Type: application/rss+xml
ETag: \"1\"

GET /feed.xml
If-None-Match: \"1\"
HTTP/1.1 304 Not Modified
ETag: \"1\"",
);

static NO_FEED: Rule = http(
    Rule::error("http/no-feed", "web page that names no feed")
        .why("Readers and directories find the feed of a site by the links in the head of its pages.")
        .remedy("give the URL of the feed, and add a link with rel=\"alternate\" and the type and URL of the feed to the page")
        .spec("RSS Autodiscovery", "https://www.rssboard.org/rss-autodiscovery"),
    "<!doctype html>
<title>Town</title>",
    "<!doctype html>
<title>Town</title>
<link rel=\"alternate\" type=\"application/rss+xml\" href=\"https://town.example/rss.xml\">",
);

pub(crate) static RULES: &[&Rule] = &[
    &PERMANENT_REDIRECT,
    &TEMPORARY_REDIRECT,
    &MISSING_TYPE,
    &TYPE,
    &CHARSET,
    &NO_VALIDATOR,
    &IGNORED_CONDITION,
    &NO_FEED,
];

/// A redirect that was followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// Status code, such as 301.
    pub status: u16,
    /// Complete URL to which it leads.
    pub to: String,
}

impl Redirect {
    /// True if clients are to use the new URL from now on
    /// ([RFC 9110, 15.4](https://www.rfc-editor.org/rfc/rfc9110#section-15.4)).
    #[must_use]
    pub const fn is_permanent(&self) -> bool {
        matches!(self.status, 301 | 308)
    }
}

/// Answer to a second request, with `If-None-Match` and `If-Modified-Since`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecondAnswer {
    /// Status code; 304 if the server compares.
    pub status: u16,
    /// Value of `ETag`.
    pub etag: Option<String>,
}

/// A successful response to a request for a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// Complete URL that was requested.
    pub url: String,
    /// Redirects on the way, in order.
    pub redirects: Vec<Redirect>,
    /// Value of `Content-Type`.
    pub content_type: Option<String>,
    /// Value of `ETag`.
    pub etag: Option<String>,
    /// Value of `Last-Modified`.
    pub last_modified: Option<String>,
    /// Answer to a conditional request for the same feed; `None` if there was none.
    pub second: Option<SecondAnswer>,
}

impl Response {
    /// Returns the URL that a reader remembers: the requested one, after permanent redirects.
    #[must_use]
    pub fn lasting_url(&self) -> &str {
        let permanent = self.redirects.iter().take_while(|redirect| redirect.is_permanent());
        permanent.last().map_or(&self.url, |redirect| &redirect.to)
    }

    /// Returns the URL that the document came from, after all redirects.
    #[must_use]
    pub fn final_url(&self) -> &str {
        self.redirects.last().map_or(&self.url, |redirect| &redirect.to)
    }

    /// True if a client can ask whether the document has changed.
    #[must_use]
    pub const fn has_validator(&self) -> bool {
        self.etag.is_some() || self.last_modified.is_some()
    }
}

/// Checks how a server sends a feed. [`check`](crate::check()) checks the feed itself. The findings are about the whole
/// document, whose name is `file`.
///
/// ```
/// use feedmill_check::{Response, check_response};
///
/// let response = Response { url: "https://town.example/rss.xml".into(), etag: Some("\"1\"".into()), ..Response::default() };
/// let found = check_response(&response, b"<rss version='2.0'/>", "rss.xml");
/// assert_eq!(found[0].meta.code, "http/missing-content-type");
/// ```
#[must_use]
pub fn check_response(response: &Response, bytes: &[u8], file: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut report = |rule: &'static Rule, detail: String| {
        found.push(Finding::new(&rule.meta, Place::file(file), one_line(detail)));
    };
    let source = source::decode(bytes);
    if detect::is_web_page(&source.text) {
        if detect::feeds_of_page(&source.text, Some(response.final_url())).is_empty() {
            report(&NO_FEED, format!("`{}`", response.final_url()));
        }
        return found;
    }
    if response.lasting_url() != response.url {
        let status = response.redirects[0].status;
        report(&PERMANENT_REDIRECT, format!("to `{}`, with {status}", response.lasting_url()));
    }
    if let Some(redirect) = response.redirects.iter().find(|redirect| !redirect.is_permanent()) {
        report(&TEMPORARY_REDIRECT, format!("to `{}`, with {}", redirect.to, redirect.status));
    }
    if let Some(format) = detect::format(&source.text, "") {
        match &response.content_type {
            None => report(&MISSING_TYPE, format!("send `{}`", format.media_types()[0])),
            Some(stated) => {
                let essence = stated.split(';').next().unwrap_or_default().trim();
                let types = format.media_types();
                if !types.iter().any(|known| known.eq_ignore_ascii_case(essence)) {
                    report(&TYPE, format!("`{}` for {}; send `{}`", shown(essence), format.name(), types[0]));
                }
                if let Some(detail) = other_charset(stated, format, &source) {
                    report(&CHARSET, detail);
                }
            }
        }
    }
    match &response.second {
        _ if !response.has_validator() => report(&NO_VALIDATOR, String::new()),
        Some(SecondAnswer { status: 200, etag }) => {
            let why = if response.etag.is_some() && etag.is_some() && *etag != response.etag {
                "; its `ETag` was another one, although the first request was a moment ago"
            } else {
                ""
            };
            report(&IGNORED_CONDITION, format!("the server answered with 200 and the whole feed{why}"));
        }
        // Of 429 and errors of the server nothing can be concluded.
        Some(SecondAnswer { status: status @ 400..=499, .. }) if *status != 429 => {
            report(&IGNORED_CONDITION, format!("the server answered with {status}"));
        }
        _ => {}
    }
    found
}

/// Returns what is wrong with the `charset` of a type, if it has one. A byte order mark takes precedence over it, and it
/// over the declaration ([RFC 7303, 3](https://www.rfc-editor.org/rfc/rfc7303#section-3)).
fn other_charset(stated: &str, format: Format, source: &source::Source<'_>) -> Option<String> {
    let parameters = stated.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut charsets = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    let label = charsets.next()?.1.trim().trim_matches(['"', '\'']);
    let own = source.encoding?;
    let Some(named) = Encoding::for_label(label.as_bytes()) else {
        let is_utf_32 = label.to_ascii_uppercase().starts_with(own) && own == "UTF-32";
        return (!is_utf_32).then(|| format!("unknown encoding `{}`", shown(label)));
    };
    // `utf-16` means either byte order.
    let is_wide = label.eq_ignore_ascii_case("utf-16") && own.starts_with("UTF-16");
    if named.name() == own || is_wide {
        return None;
    }
    let document = match (&source.declared, source.has_mark) {
        (_, true) => format!("the document has the byte order mark of {own}"),
        (Some((_, declared)), false) => format!("the document declares `{}`", shown(declared)),
        (None, false) if matches!(format, Format::Json) => format!("JSON is {own}"),
        (None, false) => format!("the document declares none, which means {own}"),
    };
    Some(format!("the header says `{}`, {document}", shown(label)))
}
