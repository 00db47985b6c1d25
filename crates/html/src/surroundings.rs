//! Parts of a page that stand around its article, or between its paragraphs: lists of other articles, sign-up boxes, notes
//! about the author, tags, consent dialogs.
//!
//! A whole page has these, and reader modes remove only some. In the body of a feed they are left alone: there, who wrote
//! the article decided what belongs to it.

use feedmill_types::work;
use scraper::node::Element;

use super::dom::{self, Dom, NodeId, NodeRef};
use super::page_text;

/// Number of characters of the longest list of other articles, sign-up box or note about an author.
const MAX_TEXT: usize = 700;
/// Number of characters of the longest label.
const MAX_LABEL: usize = 40;
/// Number of characters of the longest paragraph that only leads to another article.
const MAX_LINE: usize = 240;

/// Words of class names and ids, each of a part around the article.
const WORDS: [&str; 9] = [
    "mostpopular",
    "mostread",
    "newsletter",
    "newsletters",
    "paywall",
    "recirc",
    "recirculation",
    "relatedarticles",
    "relatedposts",
];
/// Pairs of words of class names and ids. Both must be there.
const PAIRS: &[(&[&str], &[&str])] = &[
    (
        &["related", "recommended", "recommendations", "latest", "popular", "trending"],
        &[
            "article", "articles", "box", "content", "coverage", "inline", "items", "links", "list",
            "module", "news", "post", "posts", "reading", "stories", "story", "teaser", "teasers", "topics",
            "widget",
        ],
    ),
    (&["most"], &["commented", "popular", "read", "shared", "viewed"]),
    (&["more", "other"], &["articles", "news", "posts", "stories"]),
    (&["read", "see"], &["also", "more", "next"]),
    (&["author", "about"], &["bio", "biography", "box", "card", "profile"]),
    (&["cookie", "gdpr"], &["banner", "bar", "consent", "message", "notice"]),
    (&["article", "entry", "post", "story"], &["keywords", "tags", "topics"]),
    (
        &["email", "mail", "newsletter", "subscribe", "subscription"],
        &["box", "capture", "cta", "form", "promo", "signup"],
    ),
    (&["sign"], &["up"]),
];

/// Labels of lists of other articles, in lower case.
const LABELS: [&str; 62] = [
    "also read",
    "also see",
    "don't miss",
    "don’t miss",
    "editor's picks",
    "editors' picks",
    "editor’s picks",
    "latest news",
    "more from this section",
    "more news",
    "more on this",
    "more on this story",
    "more on this topic",
    "more stories",
    "more to read",
    "most popular",
    "most read",
    "popular now",
    "read also",
    "read more",
    "read next",
    "recommended",
    "recommended for you",
    "recommended reading",
    "related",
    "related articles",
    "related content",
    "related coverage",
    "related links",
    "related news",
    "related posts",
    "related reading",
    "related stories",
    "related story",
    "related topics",
    "top stories",
    "trending",
    "trending now",
    "what to read next",
    "you may also like",
    "you might also like",
    "auch interessant",
    "das könnte sie auch interessieren",
    "lesen sie auch",
    "mehr zum thema",
    "à lire aussi",
    "lire aussi",
    "sur le même sujet",
    "lea también",
    "noticias relacionadas",
    "te puede interesar",
    "leia também",
    "leia mais",
    "leggi anche",
    "lees ook",
    "czytaj także",
    "czytaj też",
    "читайте также",
    "相关阅读",
    "相关新闻",
    "関連記事",
    "관련기사",
];

/// Removes what stands around the article.
pub(super) fn remove(tree: &mut Dom, root: NodeId) {
    for id in tree.descendants(root) {
        let Some(node) = tree.get(id).filter(|_| tree.is_below(id, root)) else { continue };
        let Some(element) = node.element() else { continue };
        if is_surrounding(node, element) || is_lead_line(node) {
            tree.detach(id);
        } else if let Some(list) = list_behind_label(node) {
            let list = list.id();
            tree.detach(list);
            tree.detach(id);
        }
    }
}

/// True for an element that has the name of a part around the article, and the content of one.
fn is_surrounding(node: NodeRef<'_>, element: &Element) -> bool {
    if !matches!(node.name(), "div" | "section" | "aside" | "ul" | "ol" | "p" | "footer" | "header" | "form")
    {
        return false;
    }
    if element.attrs.is_empty() {
        return false;
    }
    let words = page_text::words(element);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let is_named = has(&WORDS) || PAIRS.iter().any(|(first, second)| has(first) && has(second));
    is_named
        && Content::of(node)
            .is_some_and(|content| content.is_mostly_links() || content.has_field || is_note(&words))
}

/// True for the words of a note that has no links: about the author, a newsletter, a consent dialog.
fn is_note(words: &[String]) -> bool {
    words.iter().any(|word| {
        matches!(
            word.as_str(),
            "bio" | "biography" | "newsletter" | "newsletters" | "paywall" | "cookie" | "gdpr" | "signup"
        )
    })
}

/// True for a paragraph with nothing but a label and links to other articles.
fn is_lead_line(node: NodeRef<'_>) -> bool {
    if !matches!(node.name(), "p" | "div" | "h2" | "h3" | "h4" | "h5" | "h6" | "aside") {
        return false;
    }
    let Some(first) = node.subtree().filter_map(NodeRef::text).find(|text| !dom::is_blank(text)) else {
        return false;
    };
    // The label, and then nothing but links.
    let is_labelled = label(first).is_some_and(|(_, rest)| rest.is_empty());
    is_labelled
        && node.is_text_within(MAX_LINE)
        && Content::of(node).is_some_and(|content| {
            content.links > 0 && content.characters == content.in_links + characters(first)
        })
}

/// Returns the list of links behind a label.
fn list_behind_label(node: NodeRef<'_>) -> Option<NodeRef<'_>> {
    if !(dom::is_heading(node.name()) || matches!(node.name(), "p" | "div" | "strong" | "span")) {
        return None;
    }
    let text = node.text_within(MAX_LABEL)?;
    label(&text).filter(|(_, rest)| rest.is_empty())?;
    let list = node.element_after()?;
    let content = Content::of(list)?;
    (matches!(list.name(), "ul" | "ol" | "div") && content.links > 0 && content.is_mostly_links())
        .then_some(list)
}

/// Returns the label at the start of a text, and the text behind it and its colon.
fn label(text: &str) -> Option<(&'static str, &str)> {
    let text = text.trim();
    let mut found = None;
    for known in LABELS {
        let mut rest = text.chars();
        if known.chars().all(|c| rest.next().is_some_and(|other| other.to_lowercase().eq([c]))) {
            let rest = rest.as_str().trim_start_matches([':', '：', ' ', '\u{A0}', '|', '»', '>', '→']);
            found = if rest.is_empty() { return Some((known, rest)) } else { Some((known, rest)) };
        }
    }
    found
}

/// Content of an element that may stand around the article.
struct Content {
    characters: usize,
    in_links: usize,
    links: usize,
    has_field: bool,
}

impl Content {
    /// Measures an element; `None` if it has what only an article has, or too much text.
    fn of(node: NodeRef<'_>) -> Option<Self> {
        if !node.is_text_within(MAX_TEXT) {
            return None;
        }
        let mut content = Self { characters: 0, in_links: 0, links: 0, has_field: false };
        let mut link: Option<NodeId> = None;
        for edge in node.traverse() {
            match edge {
                dom::Edge::Open(node) => {
                    if let Some(text) = node.text() {
                        let length = characters(text);
                        content.characters += length;
                        content.in_links += if link.is_some() { length } else { 0 };
                    }
                    match node.name() {
                        "h1" | "main" | "pre" | "table" | "blockquote" | "video" | "audio" | "iframe" => {
                            return None;
                        }
                        "input" | "form" | "button" | "select" => content.has_field = true,
                        "a" if link.is_none() => {
                            link = Some(node.id());
                            content.links += 1;
                        }
                        _ => {}
                    }
                    if node.attr("itemprop").is_some_and(|name| matches!(name, "articleBody" | "headline")) {
                        return None;
                    }
                }
                dom::Edge::Close(node) => link = link.filter(|id| *id != node.id()),
            }
        }
        Some(content)
    }

    fn is_mostly_links(&self) -> bool {
        self.in_links * 10 >= self.characters * 6
    }
}

/// Number of characters of a text that show something.
fn characters(text: &str) -> usize {
    work::step(text.len());
    text.chars().filter(|c| !c.is_whitespace()).count()
}

#[cfg(test)]
mod tests {
    use super::super::{Policy, RawHtml, extract_article};

    fn paragraph(prefix: &str) -> String {
        let words: Vec<_> =
            (0..70).map(|n| format!("{prefix}{n}{}", if n % 9 == 8 { "," } else { "" })).collect();
        format!("<p>{}.</p>", words.join(" "))
    }

    fn article(between: &str) -> String {
        let page = format!(
            "<body><nav><a href=/>Home</a></nav><article><h1>Ice</h1><div class=article-body>{}{between}{}{}</div></article>",
            paragraph("river"),
            paragraph("weir"),
            paragraph("lock")
        );
        let html = extract_article(RawHtml(&page), "Ice", &Policy::default()).html;
        assert!(["river0", "weir69", "lock69"].iter().all(|word| html.contains(word)), "{html}");
        html
    }

    #[test]
    fn what_stands_between_the_paragraphs_of_an_article_is_removed() {
        let links = "<li><a href=/1>Zebra thaw on the upper canal</a></li><li><a href=/2>Zebra lock opens again</a></li>";
        for part in [
            format!("<div class='c-related-articles'><h3>Zebra</h3><ul>{links}</ul></div>"),
            format!("<aside class=relatedStories><ul>{links}</ul></aside>"),
            format!("<h3>Related stories</h3><ul>{links}</ul>"),
            format!("<p><strong>Read more:</strong></p><ul>{links}</ul>"),
            format!("<div><strong>Mehr zum Thema</strong><ul>{links}</ul></div>"),
            format!("<section id=most-read><ol>{links}</ol></section>"),
            "<p><b>READ MORE:</b> <a href=/1>Zebra thaw on the upper canal</a></p>".to_owned(),
            "<p><em>Lesen Sie auch: </em><a href=/1>Zebra thaw on the canal</a></p>".to_owned(),
            "<div class='newsletter-signup'><p>Zebra news by mail, every morning.</p><form><input type=email><button>Go</button></form></div>".to_owned(),
            "<div class=author-bio><p>Zebra Lee writes about rivers and lives in Thun.</p></div>".to_owned(),
            "<ul class=post-tags><li><a href=/t/z>zebra</a></li><li><a href=/t/i>ice</a></li></ul>".to_owned(),
            "<div class=cookie-notice>This site uses zebra cookies. <a href=/c>More</a></div>".to_owned(),
        ] {
            let html = article(&part);
            assert!(!html.to_lowercase().contains("zebra"), "{part}\n{html}");
            assert!(!html.to_lowercase().contains("mehr zum") && !html.to_lowercase().contains("read more"), "{part}");
        }
    }

    #[test]
    fn what_belongs_to_the_article_is_kept() {
        let text = "zebra crossing the ice on a winter morning, which the keeper of the weir saw first";
        for part in [
            format!("<div class=related-content><p>{text}, and no link says so.</p></div>"),
            format!("<h3>Related</h3><p>The {text}.</p>"),
            format!("<p>Read more books: <a href=/b>zebra</a>, said the {text}.</p>"),
            format!("<p>Related: the {text}, <a href=/1>it seems</a>.</p>"),
            format!(
                "<div class=more-articles><h2>Part two</h2>{}{}</div>",
                paragraph("zebra"),
                paragraph("more")
            ),
            format!("<ul><li><a href=/1>{text}</a></li><li>{text}</li></ul>"),
        ] {
            assert!(article(&part).contains("zebra"), "{part}");
        }
    }
}
