//! What a page shows of its metadata in its text: bylines, dates, headings.

use feedmill_types::work;
use scraper::node::Element;

use super::body::RawHtml;
use super::dom::{self, Dom, Edge, NodeId, NodeRef};
use super::markup::{self, EntryMarkup};
use super::{parse, scan, text};

/// Number of characters of the longest byline.
const MAX_BYLINE: usize = 100;
/// Number of characters of the longest text that is searched for a date.
const MAX_DATE_TEXT: usize = 120;
/// Number of texts that are searched for a date.
const MAX_DATES: usize = 400;
/// Number of nodes in which the URL of a home page is searched.
const MAX_NODES: usize = 50;
/// Number of characters from which a text between two tags is prose, not a label.
const MIN_PROSE: usize = 40;

/// The metadata in the text of a page.
#[derive(Default)]
pub(super) struct PageText {
    pub byline: Option<String>,
    /// Texts and targets of the links in the byline.
    pub byline_links: Vec<(String, String)>,
    /// What microformats and microdata name.
    pub markup: EntryMarkup,
    /// Texts that may hold the date of publication: first those that are marked as dates, then all short texts.
    pub dates: Vec<String>,
    /// Texts of the headings of the first two levels.
    pub headings: Vec<String>,
    /// Text of the only `h1`.
    pub only_h1: Option<String>,
    /// Number of characters in texts that are long enough to be prose, outside of links.
    pub prose: usize,
}

/// Reads the text of a page. Takes time linear in its length.
pub(super) fn read(raw: RawHtml<'_>) -> PageText {
    let parsed = parse::parse(&scan::scan(raw.0).html);
    let tree = &parsed.dom;
    let mut found = PageText::default();
    let (mut marked, mut short) = (Vec::new(), Vec::new());
    let mut h1s = Vec::new();
    let mut skipped: Option<NodeId> = None;
    let mut links = 0_usize;
    for edge in tree.get(tree.root()).into_iter().flat_map(NodeRef::traverse) {
        let node = match edge {
            Edge::Close(node) => {
                links -= usize::from(node.name() == "a" && links > 0);
                if skipped == Some(node.id()) {
                    skipped = None;
                }
                continue;
            }
            Edge::Open(node) => node,
        };
        links += usize::from(node.name() == "a");
        if skipped.is_some() {
            continue;
        }
        if let Some(text) = node.text() {
            let text = text.trim();
            work::step(text.len());
            if links == 0 && text.chars().take(MIN_PROSE).count() == MIN_PROSE {
                found.prose += text.chars().count();
            }
            if short.len() < MAX_DATES
                && text.chars().nth(MAX_DATE_TEXT).is_none()
                && text.contains(|c: char| c.is_ascii_digit())
            {
                short.push(text.to_owned());
            }
            continue;
        }
        let Some(element) = node.element() else { continue };
        if found.byline.is_none() && is_byline(element) {
            found.byline = byline(tree, node);
            if found.byline.is_some() {
                found.byline_links = links_in(tree, node);
            }
        }
        if is_skipped(element) {
            skipped = Some(node.id());
            continue;
        }
        if marked.len() < MAX_DATES && is_date(element) {
            marked
                .extend(dom::attr(element, "datetime").or(dom::attr(element, "content")).map(str::to_owned));
            marked.push(node.text_up_to(MAX_DATE_TEXT));
        }
        if matches!(node.name(), "h1" | "h2") && found.headings.len() < MAX_DATES {
            let heading = text::text(tree, node.id()).replace('\n', " ");
            if node.name() == "h1" {
                h1s.push(heading.clone());
            }
            found.headings.push(heading);
        }
    }
    marked.extend(short);
    found.dates = marked;
    // The footer of an article has its tags.
    let is_elsewhere = |node: NodeRef<'_>| {
        let is_footer = node.name() == "footer" && node.ancestors().any(is_article);
        !is_footer && node.element().is_some_and(is_skipped)
    };
    found.markup = tree.get(tree.root()).map(|root| markup::entry_in(root, is_elsewhere)).unwrap_or_default();
    found.only_h1 = h1s.pop().filter(|_| h1s.is_empty());
    found
}

/// True for the element around an article.
fn is_article(node: NodeRef<'_>) -> bool {
    matches!(node.name(), "article" | "main") || node.has_class(&["h-entry", "hentry"])
}

/// Returns the words of an element's class names and id, in lower case: `postByline__x-y` has `post`, `byline`, `x`, `y`.
pub(super) fn words(element: &Element) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    let names = ["class", "id"].map(|name| dom::attr(element, name).unwrap_or_default()).join(" ");
    work::step(names.len());
    for c in names.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        was_lower = c.is_lowercase();
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// True for a part of a page that is not about its article.
fn is_skipped(element: &Element) -> bool {
    let name = &*element.name.local;
    if matches!(name, "body" | "html" | "article" | "main") {
        return false;
    }
    let words = words(element);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    matches!(name, "nav" | "footer" | "aside" | "noscript" | "form")
        || dom::is_hidden(element)
        || dom::attr(element, "aria-hidden") == Some("true")
        || (has(&[
            "comment",
            "comments",
            "commentlist",
            "disqus",
            "footer",
            "related",
            "sidebar",
            "menu",
            "breadcrumbs",
            "replies",
            "sponsor",
            "recommended",
        ]) && !has(&["article", "body", "column", "content", "main", "byline", "author", "story"]))
}

fn is_byline(element: &Element) -> bool {
    let attr = |name: &str| dom::attr(element, name).unwrap_or_default();
    if matches!(&*element.name.local, "body" | "html" | "main" | "article") {
        return false;
    }
    attr("rel").split_ascii_whitespace().any(|rel| rel == "author")
        || attr("itemprop").contains("author")
        || words(element).iter().any(|word| {
            matches!(word.as_str(), "byline" | "bylines" | "author" | "authors" | "dateline" | "writtenby")
        })
}

/// Returns the texts and targets of the links in a byline.
fn links_in(tree: &Dom, byline: NodeRef<'_>) -> Vec<(String, String)> {
    let links = byline.subtree().take(MAX_NODES).filter(|n| matches!(n.name(), "a" | "link"));
    let link = |n: NodeRef<'_>| {
        let href = n.attr("href").map(str::trim).filter(|href| !href.is_empty())?;
        Some((text::text(tree, n.id()).replace('\n', " "), href.to_owned()))
    };
    links.filter_map(link).collect()
}

/// Returns the name in a byline, if it is short enough to be one.
fn byline(tree: &Dom, node: NodeRef<'_>) -> Option<String> {
    let limit = MAX_BYLINE * 16;
    let is_name = |n: &NodeRef<'_>| {
        n.element().and_then(|e| dom::attr(e, "itemprop")).is_some_and(|value| value.contains("name"))
    };
    if !node.is_text_within(limit) {
        return None;
    }
    let whole = text::text(tree, node.id()).replace('\n', " ");
    let length = whole.chars().count();
    if length == 0 || length >= MAX_BYLINE {
        return None;
    }
    let name = node.subtree().find(is_name).map(|n| text::text(tree, n.id()).replace('\n', " "));
    name.filter(|name| !name.is_empty()).or_else(|| linked_name(tree, node, &whole)).or(Some(whole))
}

/// Returns the name in the only link to an author, if the byline begins with it. What follows is the job of the author:
/// text behind a comma or an `and` is a part of the byline.
fn linked_name(tree: &Dom, byline: NodeRef<'_>, whole: &str) -> Option<String> {
    let is_author = |n: &NodeRef<'_>| {
        let Some(element) = n.element().filter(|_| n.name() == "a") else { return false };
        let href = dom::attr(element, "href").unwrap_or_default();
        is_byline(element) || ["/author/", "/authors/"].iter().any(|part| href.contains(part))
    };
    let mut links = byline.subtree().filter(is_author);
    let link = links.next().filter(|_| links.next().is_none())?;
    let name = text::text(tree, link.id()).replace('\n', " ");
    let job = whole.strip_prefix(name.as_str()).filter(|_| !name.is_empty())?;
    // A space, and then a new phrase.
    job.strip_prefix(' ').is_some_and(|job| job.starts_with(char::is_uppercase)).then_some(name)
}

fn is_date(element: &Element) -> bool {
    let itemprop = dom::attr(element, "itemprop").unwrap_or_default();
    &*element.name.local == "time"
        || itemprop.starts_with("date")
        || words(element).iter().any(|word| {
            matches!(
                word.as_str(),
                "date"
                    | "dates"
                    | "published"
                    | "pubdate"
                    | "postdate"
                    | "timestamp"
                    | "dateline"
                    | "datetime"
                    | "posted"
            )
        })
}
