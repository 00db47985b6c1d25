//! Step 5: the body is cleaned, and an article without a title gets one.

use url::Url;

use crate::config::Plan;
use crate::diag::{Finding, codes};
use crate::html::{self, CleanHtml, RawHtml};
use crate::model::{Article, Enclosure};
use crate::types::UnixMs;

use super::media;

/// Maximum length of a summary in graphemes: what readers show in lists.
const MAX_SUMMARY: usize = 300;
/// Maximum length in graphemes of a title that is taken from the text.
const MAX_TITLE: usize = 80;

/// An article that is ready to become an entry.
pub(super) struct CleanArticle {
    pub(super) title: String,
    /// Time of the last change, if the article says so.
    pub(super) updated: Option<UnixMs>,
    pub(super) content: CleanHtml,
    pub(super) summary: String,
    pub(super) enclosures: Vec<Enclosure>,
}

/// Cleans an article. The findings have no line and no file.
pub(super) fn clean(article: &Article, plan: &Plan) -> (CleanArticle, Vec<Finding>) {
    let cleaned = html::clean(RawHtml(&article.html), &article.link, &plan.policy);
    let mut findings = cleaned.findings;
    let mut title = article.title.clone();
    if title.is_empty() {
        title = [cleaned.heading.as_str(), cleaned.text.as_str()]
            .into_iter()
            .map(|text| html::summary(text, MAX_TITLE))
            .find(|text| !text.is_empty())
            .unwrap_or_else(|| last_segment(&article.link));
        findings.push(Finding::in_text(&codes::SEED_TITLE_EMPTY, 2, 0, format!("used `{title}` instead")));
    }
    let article = CleanArticle {
        title,
        updated: article.updated,
        summary: html::summary(&cleaned.text, MAX_SUMMARY),
        enclosures: media::enclosures(cleaned.media),
        content: cleaned.html,
    };
    (article, findings)
}

/// Returns the last segment of a link's path as people read it, else its host.
fn last_segment(link: &Url) -> String {
    let last = link.path_segments().and_then(|mut s| s.rfind(|part| !part.is_empty())).unwrap_or_default();
    let decoded = percent_encoding::percent_decode_str(last).decode_utf8_lossy();
    let text = html::xml_text(&decoded).split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() { link.host_str().unwrap_or("untitled").to_owned() } else { text }
}
