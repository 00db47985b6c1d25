//! Live reload: documents that are open in a browser on this machine are loaded again after a build that changed
//! something.
//!
//! A published file is never changed for this. A document gets the script `live.js` while it is sent, and only if
//! somebody on this machine opens it in a browser window, without a proxy. The script waits for
//! [server-sent events](https://html.spec.whatwg.org/multipage/server-sent-events.html) from `/live`. Each event is the
//! version of the feeds; a page of another version is loaded again, also after the server was restarted.
//!
//! An event stream is a connection like any other. There are few of them, and a client that does not read them is
//! disconnected by [`Stream`](super::stream::Stream).

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hyper::body::Bytes;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, FORWARDED, HOST, HeaderMap, HeaderName,
    HeaderValue, VIA, X_CONTENT_TYPE_OPTIONS,
};
use memchr::memmem::find;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::sleep;

use super::body::ResponseBody;
use super::response::Response;
use super::stream::Work;

/// Path of the event stream.
pub(super) const PATH: &str = "/live";
/// Maximum number of event streams.
const MAX_STREAMS: usize = 64;
/// Interval at which a stream repeats the version: writing is the only way to notice that a client is gone.
const HEARTBEAT: Duration = Duration::from_secs(1);
const SCRIPT: &str = include_str!("live.js");
/// Hash of `live.js` for a policy; with a wrong hash, no browser runs the script and a browser test fails.
const SCRIPT_HASH: &str = "'sha256-ELThPfMJHQkQ2Oz+to/tYM1QuFSLmSIyTFgqrlKosOo='";
/// Headers that proxies add.
const PROXY_HEADERS: [HeaderName; 5] = [
    FORWARDED,
    VIA,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-real-ip"),
];
/// What the browser does with the response; `document` in a window.
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
/// Start of the element with which a page declares its policy, as feedmill writes it.
const POLICY_ELEMENT: &[u8] = b"<meta http-equiv=\"Content-Security-Policy\" content=\"";

/// Event streams, and the version that they send.
pub(super) struct Live {
    /// Time at which the server started, in milliseconds since 1970: another server has other versions.
    started: u128,
    /// Number of builds that changed something; `None` once the server shuts down.
    builds: watch::Sender<Option<u64>>,
    slots: Arc<Semaphore>,
}

/// Kind of document that can get the script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Markup {
    Html,
    Xml,
}

impl Live {
    /// Prepares for event streams on at most a quarter of the connections.
    pub(super) fn new(connections: usize) -> Self {
        Self {
            started: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis(),
            builds: watch::Sender::new(Some(0)),
            slots: Arc::new(Semaphore::new((connections / 4).min(MAX_STREAMS))),
        }
    }

    /// Announces a build that changed something. Waits for no client.
    pub(super) fn announce(&self) {
        self.builds.send_modify(|builds| *builds = builds.map(|number| number + 1));
    }

    /// Ends all event streams.
    pub(super) fn close(&self) {
        self.builds.send_replace(None);
    }

    /// Returns an event stream that sends the version now, and after each build that changes something; `None` if there
    /// are too many.
    pub(super) fn stream(&self, work: Work) -> Option<Response> {
        let slot = Arc::clone(&self.slots).try_acquire_owned().ok()?;
        let (mut builds, started) = (self.builds.subscribe(), self.started);
        let (sender, frames) = mpsc::channel(1);
        tokio::spawn(async move {
            let _held = (slot, work);
            // What comes before the version: how soon a browser connects again, or a sign of life.
            let mut before = "retry: 1000\n";
            loop {
                let Some(number) = *builds.borrow_and_update() else { return };
                let event = format!("{before}data: {}\n\n", version(started, number));
                if sender.send(event.into()).await.is_err() {
                    return;
                }
                before = tokio::select! {
                    _ = builds.changed() => "",
                    () = sleep(HEARTBEAT) => ": still here\n",
                    () = sender.closed() => return,
                };
            }
        });
        let mut response = Response::new(ResponseBody::Events(frames));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        Some(response)
    }

    /// Returns a document with the script, and with permission for it in the policy that the document declares.
    pub(super) fn with_script(&self, document: &[u8], markup: Markup) -> Bytes {
        let number = self.builds.borrow().unwrap_or_default();
        let namespace = if markup == Markup::Xml { " xmlns=\"http://www.w3.org/1999/xhtml\"" } else { "" };
        let version = version(self.started, number);
        let script = format!("<script{namespace} data-version=\"{version}\">{SCRIPT}</script>");
        let at = match markup {
            Markup::Html => find(document, b"</head>").unwrap_or(document.len()),
            Markup::Xml => end_of_root_tag(document),
        };
        let (before, after) = document.split_at(at);
        let mut out = Vec::with_capacity(document.len() + script.len() + 256);
        permit_in_page(before, &mut out);
        out.extend_from_slice(script.as_bytes());
        out.extend_from_slice(after);
        out.into()
    }
}

fn version(started: u128, number: u64) -> String {
    format!("{started}-{number}")
}

/// True if a request comes from this machine, without a proxy that says so.
pub(super) fn is_local(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST).and_then(|host| host.to_str().ok()) else { return false };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let is_loopback = match name.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => name == "localhost" || name.ends_with(".localhost"),
    };
    is_loopback && !PROXY_HEADERS.iter().any(|header| headers.contains_key(header))
}

/// True if someone opens the document in a browser window
/// (<https://www.w3.org/TR/fetch-metadata/#sec-fetch-dest-header>). Readers that pretend to be browsers in `Accept` do not
/// send this header.
pub(super) fn is_browser_navigation(headers: &HeaderMap) -> bool {
    headers.get(SEC_FETCH_DEST).is_some_and(|destination| destination == "document")
}

/// True if the page that makes a request may have the event stream: no other site may open one.
pub(super) fn is_same_site(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin" || site == "none")
}

/// Adds permission for the script to the policy in the headers of a response, if there is one.
pub(super) fn permit_in_headers(headers: &mut HeaderMap) {
    let Some(policy) = headers.get(CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok()) else {
        return;
    };
    if let Ok(policy) = HeaderValue::try_from(permit(policy)) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
}

/// Copies the head of a page, with permission for the script in its policies.
fn permit_in_page(mut head: &[u8], out: &mut Vec<u8>) {
    while let Some(at) = find(head, POLICY_ELEMENT) {
        let (before, rest) = head.split_at(at + POLICY_ELEMENT.len());
        out.extend_from_slice(before);
        let end = find(rest, b"\"").unwrap_or(0);
        let (policy, rest) = rest.split_at(end);
        match std::str::from_utf8(policy) {
            Ok(policy) => out.extend_from_slice(permit(policy).as_bytes()),
            Err(_) => out.extend_from_slice(policy),
        }
        head = rest;
    }
    out.extend_from_slice(head);
}

/// Returns a policy that permits what `policy` does, this script, and its event stream. Permission for all inline scripts
/// stays as it is: a hash would revoke it.
fn permit(policy: &str) -> String {
    let directives: Vec<(&str, &str)> = policy
        .split(';')
        .map(|directive| directive.trim().split_once(' ').unwrap_or((directive.trim(), "")))
        .filter(|(name, _)| !name.is_empty())
        .collect();
    let sources = |name: &str| directives.iter().find(|(one, _)| *one == name).map(|(_, sources)| *sources);
    let mut out: Vec<String> = Vec::new();
    for (name, source) in [("script-src", SCRIPT_HASH), ("connect-src", "'self'")] {
        // Without either directive, everything is permitted.
        let Some(old) = sources(name).or_else(|| sources("default-src")) else { continue };
        if old.split(' ').any(|known| known == source || known == "'unsafe-inline'" && name == "script-src") {
            continue;
        }
        let old = old.split(' ').filter(|known| !known.is_empty() && *known != "'none'");
        out.push(format!("{name} {}", old.chain([source]).collect::<Vec<_>>().join(" ")));
    }
    let is_replaced = |name: &str| out.iter().any(|new| new.split(' ').next() == Some(name));
    let kept = directives.iter().filter(|(name, _)| !is_replaced(name));
    let kept: Vec<String> =
        kept.map(|(name, sources)| format!("{name} {sources}").trim_end().to_owned()).collect();
    kept.into_iter().chain(out).collect::<Vec<_>>().join("; ")
}

/// Returns the offset behind the start tag of the root element of an XML document that feedmill wrote; its end if there
/// is none.
fn end_of_root_tag(document: &[u8]) -> usize {
    let mut at = 0;
    while let Some(start) = find(&document[at..], b"<").map(|start| at + start) {
        let end = find(&document[start..], b">").map_or(document.len(), |end| start + end + 1);
        if !matches!(document.get(start + 1), Some(b'?' | b'!')) {
            return end;
        }
        at = end;
    }
    document.len()
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::Pin;

    use hyper::body::Body;

    use super::*;

    fn headers(all: &[(&'static str, &'static str)]) -> HeaderMap {
        all.iter()
            .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn only_requests_without_a_proxy_to_this_machine_are_local() {
        for host in
            ["localhost", "localhost:8080", "news.localhost:80", "127.0.0.1:1", "127.9.9.9", "[::1]:8080"]
        {
            let host = HeaderValue::from_static(host);
            let mut all = HeaderMap::from_iter([(HOST, host)]);
            assert!(is_local(&all), "{all:?}");
            all.insert("x-forwarded-for", HeaderValue::from_static("192.0.2.1"));
            assert!(!is_local(&all), "{all:?}");
        }
        for host in
            ["news.example", "localhost.example", "10.0.0.1:8080", "[::2]", "127.0.0.1.example", "", "::1"]
        {
            assert!(!is_local(&headers(&[("host", host)])), "{host}");
        }
        assert!(!is_local(&HeaderMap::new()));
    }

    /// <https://www.w3.org/TR/CSP3/#framework-policy>
    #[test]
    fn a_policy_permits_one_script_and_one_stream_more() {
        let hash = SCRIPT_HASH;
        for (policy, expected) in [
            ("", String::new()),
            ("img-src https:", "img-src https:".to_owned()),
            ("default-src 'none'", format!("default-src 'none'; script-src {hash}; connect-src 'self'")),
            (
                "script-src 'sha256-x=' 'self'; default-src 'none' ;; base-uri 'none';",
                format!(
                    "default-src 'none'; base-uri 'none'; script-src 'sha256-x=' 'self' {hash}; connect-src 'self'"
                ),
            ),
            (
                "script-src 'unsafe-inline'; connect-src 'self'",
                "script-src 'unsafe-inline'; connect-src 'self'".to_owned(),
            ),
            ("script-src 'none'", format!("script-src {hash}")),
        ] {
            assert_eq!(permit(policy), expected, "{policy}");
        }
    }

    #[test]
    fn the_script_is_in_the_head_of_a_page_and_at_the_start_of_a_feed() {
        let live = Live::new(16);
        let with = |document: &str, markup| {
            let bytes = live.with_script(document.as_bytes(), markup);
            String::from_utf8(bytes.to_vec())
                .unwrap()
                .replace(SCRIPT, "…")
                .replace(&live.started.to_string(), "T")
        };
        let policy =
            |policy: &str| format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">");
        let page = format!("<head>{}</head></head>x", policy("script-src 'none'"));
        let expected = policy(&format!("script-src {SCRIPT_HASH}"));
        assert_eq!(
            with(&page, Markup::Html),
            format!("<head>{expected}<script data-version=\"T-0\">…</script></head></head>x")
        );
        live.announce();
        let script = "<script xmlns=\"http://www.w3.org/1999/xhtml\" data-version=\"T-1\">…</script>";
        let feed = "<?xml version=\"1.0\"?>\n<?xml-stylesheet href=\"feed.css\"?><rss version=\"2.0\"><channel/></rss>";
        assert_eq!(with(feed, Markup::Xml), feed.replace("<channel/>", &format!("{script}<channel/>")));
        for broken in ["", "<", "<?", "<!-- -->", "x"] {
            assert_eq!(with(broken, Markup::Xml), format!("{broken}{script}"));
        }
        // It is XML in a feed, and ends at the first end tag in a page.
        assert!(!SCRIPT.contains(['<', '&']));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_sends_the_version_after_each_build_until_shutdown() {
        let live = Live::new(8);
        let work = || Work::on(&Arc::default());
        let mut stream = live.stream(work()).unwrap();
        let other = live.stream(work()).unwrap();
        assert!(live.stream(work()).is_none(), "a quarter of the connections is two");
        drop(other);
        let mut seen = String::new();
        for build in 0..3 {
            while !seen.ends_with(&format!("data: {}-{build}\n\n", live.started)) {
                seen.push_str(&next(&mut stream).await.unwrap());
            }
            live.announce();
        }
        live.close();
        while next(&mut stream).await.is_some() {}
        assert!(live.stream(work()).is_some(), "streams that ended make room");
    }

    /// Returns the next frame of a body as text.
    async fn next(response: &mut Response) -> Option<String> {
        let frame = poll_fn(|cx| Pin::new(response.body_mut()).poll_frame(cx)).await?;
        Some(String::from_utf8(frame.unwrap().into_data().unwrap().to_vec()).unwrap())
    }
}
