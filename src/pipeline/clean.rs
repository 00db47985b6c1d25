//! Step 5: the body is cleaned, what the article says about itself is made fit for feeds, and an article without a title gets
//! one unless it has none on purpose.

use std::path::PathBuf;

use url::Url;

use crate::config::Plan;
use crate::diag::{Finding, codes};
use crate::generator::Lookups;
use crate::html::{self, CleanHtml, Medium, RawHtml, Removal};
use crate::model::{Article, Enclosure, Image, Metadata};
use crate::types::UnixMs;

use super::{excerpt, losses, media, metadata};

/// Maximum length of a summary in graphemes: what readers show in lists.
const MAX_SUMMARY: usize = 300;
/// Maximum length in graphemes of a title that is taken from the text.
const MAX_TITLE: usize = 80;

/// An article that is ready to become an entry.
pub(super) struct CleanArticle {
    pub(super) title: String,
    /// Address of the article.
    pub(super) link: Option<Url>,
    /// Time of the last change, if the article says so.
    pub(super) updated: Option<UnixMs>,
    pub(super) content: CleanHtml,
    pub(super) summary: String,
    /// Lead image.
    pub(super) image: Option<Image>,
    /// Audio and video, then images if a feed publishes them as files.
    pub(super) enclosures: Vec<Enclosure>,
    /// What the article says about itself, fit for feeds. Its summary, image and media are in the fields above.
    pub(super) metadata: Metadata,
    /// Parts that cleaning removed.
    pub(super) removed: Vec<Removal>,
    /// Files of the seeds folder that it names, whether they exist or not.
    pub(super) files: Vec<PathBuf>,
    /// Files by whose stamps its entry differs, apart from those of its seed: see [`super::lookups`].
    pub(super) lookups: Lookups,
}

/// Cleans an article. The findings have no line and no file.
pub(super) fn clean(article: &Article, plan: &Plan) -> (CleanArticle, Vec<Finding>) {
    let split = excerpt::split(&article.html, &plan.excerpt_separator);
    let body = split.as_ref().map_or(article.html.as_str(), |split| &split.whole);
    let cleaned = html::clean(RawHtml(body), &article.link, &plan.policy);
    let mut findings = cleaned.findings;
    findings.extend(losses::findings(&cleaned.removed, &cleaned.text));
    let mut metadata = metadata::normalize(&article.metadata);
    let mut title = article.title.clone();
    if title.is_empty() && !metadata.untitled {
        title = [cleaned.heading.as_str(), cleaned.text.as_str()]
            .into_iter()
            .map(|text| html::summary(text, MAX_TITLE))
            .find(|text| !text.is_empty())
            .unwrap_or_else(|| last_segment(&article.link));
        findings.push(Finding::in_text(&codes::SEED_TITLE_EMPTY, 2, 0, format!("used `{title}` instead")));
    }
    let excerpt = || {
        let above = html::clean(RawHtml(&split.as_ref()?.above), &article.link, &plan.policy).text;
        Some(above.trim().replace('\n', " ")).filter(|text| !text.is_empty())
    };
    let summary = metadata.summary.take().or_else(excerpt);
    let image = media::lead_image(metadata.image.take(), &metadata.media, &cleaned.media);
    let mut enclosures =
        media::enclosures(std::mem::take(&mut metadata.media), image.as_ref(), cleaned.media);
    if !plan.publishes_images() {
        enclosures.retain(|file| file.medium != Medium::Image);
    }
    enclosures.shrink_to_fit();
    let summary =
        summary.unwrap_or_else(|| html::summary(without_title(&cleaned.prose, &title), MAX_SUMMARY));
    let article = CleanArticle {
        title,
        link: Some(article.link.clone()),
        updated: article.updated,
        summary,
        image,
        enclosures,
        content: cleaned.html,
        metadata,
        removed: cleaned.removed,
        files: Vec::new(),
        lookups: Lookups::new(),
    };
    (article, findings)
}

/// Returns text without the title in its first line, which many articles repeat as a heading.
fn without_title<'a>(text: &'a str, title: &str) -> &'a str {
    let is_title = |line: &str| !title.is_empty() && html::xml_line(line).eq_ignore_ascii_case(title);
    text.split_once('\n').filter(|(first, _)| is_title(first)).map_or(text, |(_, rest)| rest)
}

/// Returns the last segment of a link's path as people read it, else its host.
fn last_segment(link: &Url) -> String {
    let last = link.path_segments().and_then(|mut s| s.rfind(|part| !part.is_empty())).unwrap_or_default();
    let decoded = percent_encoding::percent_decode_str(last).decode_utf8_lossy();
    let text = html::xml_line(&decoded);
    if text.is_empty() { link.host_str().unwrap_or("untitled").to_owned() } else { text }
}
