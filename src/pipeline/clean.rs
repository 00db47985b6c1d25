//! Step 5: the body through the HTML room; a title where the seed has none.

use url::Url;

use crate::diag::{Finding, codes};
use crate::html::{self, CleanHtml, Media, Policy, RawHtml};

/// How long a summary is, in graphemes: what lists of readers show.
const SUMMARY: usize = 300;
/// How long a title is that is taken from the text, in graphemes.
const TITLE: usize = 80;

/// A body after cleaning, and what is told about it.
pub(super) struct Body {
    pub(super) title: String,
    pub(super) html: CleanHtml,
    pub(super) summary: String,
    pub(super) media: Vec<Media>,
    pub(super) findings: Vec<Finding>,
}

pub(super) fn clean(body: &str, link: &Url, policy: &Policy, title: &str) -> Body {
    let cleaned = html::clean(RawHtml(body), link, policy);
    let mut findings = cleaned.findings;
    let title = if title.is_empty() {
        let title = [cleaned.heading.as_str(), cleaned.text.as_str()]
            .into_iter()
            .map(|text| html::summary(text, TITLE))
            .find(|text| !text.is_empty())
            .unwrap_or_else(|| last_segment(link));
        findings.push(Finding::in_text(&codes::SEED_TITLE_EMPTY, 2, 0, format!("used `{title}` instead")));
        title
    } else {
        title.to_owned()
    };
    Body {
        title,
        html: cleaned.html,
        summary: html::summary(&cleaned.text, SUMMARY),
        media: cleaned.media,
        findings,
    }
}

/// The last part of a link's path as people read it, else its host.
fn last_segment(link: &Url) -> String {
    let last = link.path_segments().and_then(|mut s| s.rfind(|part| !part.is_empty())).unwrap_or_default();
    let decoded = percent_encoding::percent_decode_str(last).decode_utf8_lossy();
    let text = html::xml_text(&decoded).split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() { link.host_str().unwrap_or("untitled").to_owned() } else { text }
}
