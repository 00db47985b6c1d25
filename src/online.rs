//! Checks feeds on the network: fetches a document, checks it and how the server sends it, and finds the feeds of a web
//! page.

use std::thread::sleep;
use std::time::{Duration, Instant};

use url::Url;

use crate::check::{Likeness, Options, Response, check, check_response, feeds_of_page, likeness, text};
use crate::diag::Finding;
use crate::net::{FeedClient, FetchError, Fetched, without_secrets};

/// Pause between two requests.
const PAUSE: Duration = Duration::from_millis(100);
/// Rules that compare the self link with the URL of the feed.
const SELF_LOCATION: [&str; 2] = ["feed/self-location", "json/self-location"];

/// Limits on what is fetched for one URL.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Maximum number of feeds of a web page that are checked.
    pub feeds: usize,
    /// Time limit for all requests.
    pub time: Duration,
}

/// A document that was fetched and checked.
#[derive(Debug)]
pub struct Document {
    /// URL that was requested.
    pub url: String,
    /// URL at which the document is published: the requested one, after permanent redirects.
    pub published: String,
    /// The document, decompressed.
    pub bytes: Vec<u8>,
    /// Findings about the response, then about the document.
    pub findings: Vec<Finding>,
}

/// What was found at a URL.
#[derive(Debug)]
pub struct Found {
    /// URL of the web page that names the feeds; `None` if the URL is that of a feed.
    pub page: Option<String>,
    /// The document, or the feeds of the page; errors with the URL of the feed.
    pub documents: Vec<Result<Document, (String, FetchError)>>,
}

/// Fetches and checks the feed at a URL, or the feeds that the web page there names. The published URL is that of the
/// feed, unless the options have one. Findings have the URL as the name of the document.
///
/// # Errors
/// The URL cannot be fetched.
pub fn check_url(
    client: &FeedClient,
    url: &Url,
    options: Options<'_>,
    limits: Limits,
) -> Result<Found, FetchError> {
    let until = Instant::now() + limits.time;
    let fetched = client.fetch(url, until)?;
    let finish = |fetched| document(client, fetched, options, until);
    if likeness(&fetched.bytes) != Likeness::Page {
        return Ok(Found { page: None, documents: vec![Ok(finish(fetched))] });
    }
    let base = fetched.response.final_url().to_owned();
    let mut feeds = feeds_of_page(&text(&fetched.bytes), Some(&base));
    feeds.truncate(limits.feeds);
    if feeds.is_empty() {
        let Fetched { response, bytes } = fetched;
        let findings = check_response(&response, &bytes, &response.url);
        let document =
            Document { published: response.lasting_url().to_owned(), url: response.url, bytes, findings };
        return Ok(Found { page: None, documents: vec![Ok(document)] });
    }
    let mut documents = Vec::new();
    for feed in feeds {
        // The URLs were resolved on that of the page.
        let Ok(address) = Url::parse(&feed) else { continue };
        sleep(PAUSE);
        let shown = without_secrets(&address).into();
        documents.push(client.fetch(&address, until).map(finish).map_err(|error| (shown, error)));
    }
    Ok(Found { page: Some(base), documents })
}

fn document(client: &FeedClient, fetched: Fetched, options: Options<'_>, until: Instant) -> Document {
    let Fetched { mut response, bytes } = fetched;
    if response.has_validator() {
        sleep(PAUSE);
        client.ask_again(&mut response, until);
    }
    let file = &*response.url;
    let mut findings = check_response(&response, &bytes, file);
    let lasting = options.url.unwrap_or_else(|| response.lasting_url());
    let check_at = |url: &str| check(&bytes, Options { file, url: Some(url), ..options });
    let mut found = check_at(lasting);
    // Readers may remember the target of a temporary redirect too.
    if options.url.is_none() && found.iter().any(is_self_location) && names_target(&response, check_at) {
        found.retain(|finding| !is_self_location(finding));
    }
    findings.extend(found);
    Document { published: lasting.to_owned(), url: response.url.clone(), bytes, findings }
}

fn is_self_location(finding: &Finding) -> bool {
    SELF_LOCATION.contains(&finding.meta.code)
}

/// True if the self link of a document is the URL after all redirects.
fn names_target(response: &Response, check_at: impl Fn(&str) -> Vec<Finding>) -> bool {
    response.final_url() != response.lasting_url()
        && !check_at(response.final_url()).iter().any(is_self_location)
}
