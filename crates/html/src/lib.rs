//! From [`RawHtml`] to [`CleanHtml`]: the only door between an article as it was crawled and a feed.
//!
//! The way through, a file a step:
//!
//! | step | file |
//! | --- | --- |
//! | take out comments and scripts, trim giant tags, cut an endless body | `scan` |
//! | build a tree of bounded depth and size | `parse` |
//! | remove share blocks, advertisements, forms; frames become links | `share`, `widgets` |
//! | make lazy pictures real, once | `pictures`, `srcset` |
//! | make addresses absolute | `links` |
//! | open and collapse elements | `tidy` |
//! | print what the policy allows, and have `ammonia` look at it | `policy` |
//! | gather media and text | `media`, `text` |
//!
//! The printer writes exactly what `html5ever` would, so when the last gate gives back the very bytes it was given,
//! they are a fixed point of parsing and printing: no reader's parser can see anything else in them. When it does
//! not, its output goes the whole way again.

mod chars;
mod dom;
mod language;
mod links;
mod media;
mod page;
mod parse;
mod pictures;
mod policy;
mod scan;
mod share;
mod srcset;
#[cfg(test)]
mod tests;
mod text;
mod tidy;
mod widgets;

use std::collections::HashSet;
use std::sync::Arc;

use ego_tree::NodeId;
use url::Url;

pub use chars::{decode_entities_once, xml_text};
pub use dom::is_block;
pub use language::language;
use links::Base;
pub use page::{Page, article, page};
use parse::Parsed;
pub use text::summary;

use feedmill_diag::{Finding, codes};
use feedmill_types::{Bytes, MediaType};

/// HTML as a seed holds it: trusted in nothing.
#[derive(Clone, Copy, Debug)]
pub struct RawHtml<'a>(pub &'a str);

/// HTML that is safe to publish: made by [`clean`] and by nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CleanHtml(Arc<str>);

impl CleanHtml {
    /// The markup.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing is left to read or see.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What the operator adds to the cleaning policy (`[clean]` in the configuration): CSS selectors.
///
/// ```
/// use feedmill_html::{Policy, RawHtml, clean};
///
/// let base = "https://news.example/1".parse()?;
/// let policy = Policy::new(&[".comments".to_owned()], &[])?;
/// let raw = RawHtml("<p>Text</p><div class=comments>Two</div>");
/// assert_eq!(clean(raw, &base, &policy).text, "Text");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Policy {
    drop: Vec<scraper::Selector>,
    keep: Vec<scraper::Selector>,
}

impl Policy {
    /// A policy with selectors of elements to drop and of elements to keep though they look like clutter.
    ///
    /// # Errors
    /// The first selector that is no CSS selector, with the parser's words.
    pub fn new(drop: &[String], keep: &[String]) -> Result<Self, String> {
        let read = |list: &[String]| {
            list.iter()
                .map(|s| scraper::Selector::parse(s).map_err(|e| format!("`{s}` is no CSS selector: {e}")))
                .collect::<Result<Vec<_>, _>>()
        };
        Ok(Self { drop: read(drop)?, keep: read(keep)? })
    }
}

/// What kind of thing a [`Media`] shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Medium {
    /// Sound.
    Audio,
    /// Moving pictures.
    Video,
    /// A still picture.
    Image,
}

/// A media file that the article shows, in the order of the article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// Where it is; always absolute, http or https.
    pub url: Url,
    /// What it is.
    pub medium: Medium,
    /// Its type where that can be known without asking the server.
    pub media_type: Option<MediaType>,
    /// Its length where the page says it.
    pub length: Option<Bytes>,
}

/// An article's body after cleaning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// The body to publish.
    pub html: CleanHtml,
    /// Its text without markup, white space folded, a line feed between blocks.
    pub text: String,
    /// The text of its first heading, empty where it has none.
    pub heading: String,
    /// What it shows, in document order, each address once.
    pub media: Vec<Media>,
    /// What was removed because of a limit or of XML (deep nesting, control characters); without file and line.
    pub findings: Vec<Finding>,
}

/// Cleans an article's body; every address in it is resolved against `base`, the article's link.
///
/// Never fails and never panics, whatever the input; takes time linear in its length.
///
/// ```
/// use feedmill_html::{Policy, RawHtml, clean};
///
/// let base = "https://news.example/2024/ferry".parse()?;
/// let raw = RawHtml("<p onclick=\"go()\">By <a href=\"crane\">crane</a>.<script>track()</script>");
/// let cleaned = clean(raw, &base, &Policy::default());
/// assert_eq!(cleaned.html.as_str(), "<p>By <a href=\"https://news.example/2024/crane\">crane</a>.</p>");
/// assert_eq!(cleaned.text, "By crane.");
/// # Ok::<(), url::ParseError>(())
/// ```
#[must_use]
pub fn clean(raw: RawHtml<'_>, base: &Url, policy: &Policy) -> Cleaned {
    let text = xml_text(raw.0);
    let removed = raw.0.len() - text.len();
    let mut first = pass(&text, base, policy, removed > 0);
    drop(text);
    let mut printed = std::mem::take(&mut first.html.0);
    for _ in 0..MAX_PASSES {
        let passed = policy::pass_gate(&printed);
        if passed == *printed {
            first.html = CleanHtml(printed);
            return first;
        }
        // Selectors have spoken; a second time they could hit what moved into the place of what they hit.
        let again = pass(&passed, base, &Policy::default(), false);
        printed = again.html.0;
        (first.text, first.heading) = (again.text, again.heading);
    }
    // No real page comes here; text alone is always a fixed point.
    first.findings.push(markup("it changes each time it is parsed; feedmill kept only its text".to_owned()));
    first.html = CleanHtml(policy::pass_gate(&first.text.replace('&', "&amp;").replace('<', "&lt;")).into());
    first
}

/// How often output that parses differently is cleaned again.
const MAX_PASSES: usize = 6;

/// One way through; the result is not yet through the gate.
fn pass(raw: &str, page: &Url, policy: &Policy, mut has_controls: bool) -> Cleaned {
    let scanned = scan::scan(raw);
    let mut parsed = parse::parse(&scanned.html);
    let base = Base::new(page, &parsed);
    let mut findings = beyond_limits(&scanned, &parsed);
    let root = body(&mut parsed);
    let (drop, keep) = selected(&parsed, policy);
    let dom = &mut parsed.html.tree;
    drop.into_iter().for_each(|id| dom::detach(dom, id));
    widgets::remove_machinery(dom, root);
    widgets::reveal_mail(dom, root);
    share::remove(dom, root, &keep);
    widgets::remove_clutter(dom, root, &keep);
    pictures::settle(dom, root, &base);
    widgets::link_frames(dom, root, &base);
    widgets::remove_forms(dom, root);
    links::resolve_all(dom, root, &base);
    let removed = tidy::tidy(dom, root);
    has_controls |= removed.forbidden > 0;
    if removed.excess > 0 {
        findings.push(markup(format!("removed {} characters of markup", removed.excess)));
    }
    if has_controls {
        findings.push(Finding::in_text(&codes::SEED_BAD_CHARACTER, 0, 0, ""));
    }
    let text = text::text(dom, root);
    let shows = dom
        .get(root)
        .is_some_and(|n| n.descendants().any(|d| matches!(dom::node_name(d), "img" | "audio" | "video")));
    let html = if text.is_empty() && !shows { String::new() } else { policy::print(dom, root) };
    Cleaned {
        html: CleanHtml(html.trim_matches(|c: char| c.is_ascii_whitespace()).into()),
        heading: text::heading(dom, root),
        media: media::collect(dom, root),
        text,
        findings,
    }
}

/// Returns a finding about markup beyond a limit.
fn markup(detail: String) -> Finding {
    Finding::in_text(&codes::SEED_MARKUP, 0, 0, detail)
}

/// Returns a finding for each limit that the scanner or the parser enforced.
fn beyond_limits(scanned: &scan::Scanned, parsed: &Parsed) -> Vec<Finding> {
    let mut findings = Vec::new();
    if scanned.cut {
        findings.push(markup(format!("cut the body at {}", Bytes(scan::MAX_BYTES as u64))));
    }
    if scanned.trimmed_tags > 0 {
        findings.push(markup(format!(
            "removed attributes that are too many or too long from {} tags",
            scanned.trimmed_tags
        )));
    }
    if parsed.too_deep > 0 {
        findings.push(markup(format!(
            "removed {} tags nested deeper than {}",
            parsed.too_deep,
            parse::MAX_DEPTH
        )));
    }
    if parsed.too_many > 0 {
        findings.push(markup(format!("removed {} tags beyond the limit for one article", parsed.too_many)));
    }
    findings
}

/// The element that holds the content; the language and direction of the page it came from are put on a `div`.
fn body(parsed: &mut Parsed) -> NodeId {
    let (lang, dir) = (parsed.lang.take(), parsed.dir.take());
    let dom = &mut parsed.html.tree;
    let root = dom.root().first_child().map_or(dom.root().id(), |html| html.id());
    if lang.is_some() || dir.is_some() {
        let outer = dom::make(dom, "div");
        dom::set_attr(dom, outer, "lang", lang.as_deref());
        dom::set_attr(dom, outer, "dir", dir.as_deref());
        if let Some(mut node) = dom.get_mut(outer) {
            node.reparent_from_id_append(root);
        }
        if let Some(mut node) = dom.get_mut(root) {
            node.append_id(outer);
        }
    }
    root
}

/// The elements to drop, and those that no heuristic may touch: what a selector keeps, all in it and all around it.
fn selected(parsed: &Parsed, policy: &Policy) -> (Vec<NodeId>, HashSet<NodeId>) {
    let drop = policy.drop.iter().flat_map(|s| parsed.html.select(s)).map(|e| e.id());
    let kept = policy.keep.iter().flat_map(|s| parsed.html.select(s));
    let around = kept.flat_map(|e| e.ancestors().chain(e.descendants()).map(|n| n.id()).collect::<Vec<_>>());
    (drop.collect(), around.collect())
}
