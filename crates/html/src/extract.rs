//! The article of a whole page, without the page around it.
//!
//! A reader mode chooses the article: `dom_smoothie`, a port of Mozilla's Readability. It gets a tree of limited depth and
//! size, without what the configuration drops and without comments. A page that is too short for it, or too large, is
//! read by its markup: `article`, `main` and the like.

#[cfg(feature = "reader")]
use std::panic::{AssertUnwindSafe, catch_unwind};

#[cfg(feature = "reader")]
use dom_smoothie::{Config, Readability};
use feedmill_types::work;

use super::body::RawHtml;
use super::clean::Policy;
use super::dom::{Dom, Edge, NodeId, NodeRef};
use super::escape::{decode_entities_once, escape_attribute, escape_text};
#[cfg(feature = "reader")]
use super::{boilerplate, embeds, escape::visible, links::Base};
use super::{dom, page_metadata, parse, scan, text};

/// Number of characters from which a text is an article. Readability tries weaker rules below it.
#[cfg(feature = "reader")]
const ARTICLE_LENGTH: usize = 500;
/// How many times longer the text in JSON-LD must be than that of the page to replace it.
const MIN_DESCRIBED: usize = 3;
/// Number of elements beyond which a page is not scored.
#[cfg(feature = "reader")]
const MAX_SCORED: usize = 50_000;
/// Steps that scoring takes for each node. It does not count them itself.
#[cfg(feature = "reader")]
const STEPS_PER_NODE: usize = 50;

/// The article of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtractedArticle {
    /// Its markup, as untrusted as the page: [`clean`](crate::clean) makes it safe.
    pub html: String,
    /// True if the text is from JSON-LD, because the page itself has little.
    pub is_described: bool,
    /// Number of visible characters of the page if the article has none of them, otherwise 0.
    pub lost: usize,
}

/// Finds the article of a page. `title` is the title of the page.
///
/// Elements that the policy drops are removed before the article is chosen, and so are comments. Removes a heading that
/// only repeats the title, and images that the browser saved in a folder next to the page. A page that only a script
/// renders may have its text in JSON-LD.
///
/// ```
/// use feedmill_html::{Policy, RawHtml, extract_article};
///
/// let page = "<body><nav>Home</nav><main><p>The mill grinds.</p></main><footer>About</footer>";
/// let article = extract_article(RawHtml(page), "The mill", &Policy::default());
/// assert_eq!(article.html, "<html><main><p>The mill grinds.</p></main>");
/// ```
#[must_use]
pub fn extract_article(raw: RawHtml<'_>, title: &str, policy: &Policy) -> ExtractedArticle {
    let mut parsed = parse::parse(&scan::scan(raw.0).html);
    #[cfg(feature = "reader")]
    let base = Base::unknown(&parsed);
    let tree = &mut parsed.dom;
    let root = tree.root();
    for id in policy.dropped(tree) {
        tree.detach(id);
    }
    remove_comments(tree, root);
    for id in tree.descendants(root) {
        let is_saved_copy = |src: &str| !src.contains(':') && src.contains("_files/");
        if matches!(tree.name(id), "img" | "source") && tree.attr(id, "src").is_some_and(is_saved_copy) {
            tree.detach(id);
        }
    }
    let whole = characters(tree, root);
    let described = described_body(raw, title);
    let by_markup = |tree: &mut Dom| {
        let main = marked(tree, root, title);
        (tree.outer_html(main), characters(tree, main))
    };
    #[cfg(feature = "reader")]
    let (article, length) =
        score(tree, root, title, base.as_ref(), described.as_ref().map(|(_, length)| *length))
            .unwrap_or_else(|| by_markup(tree));
    #[cfg(not(feature = "reader"))]
    let (article, length) = by_markup(tree);
    let described = described.filter(|(_, described)| *described > MIN_DESCRIBED * length);
    let is_described = described.is_some();
    let (article, length) = described.unwrap_or((article, length));
    let attr = |name: &str, value: Option<&str>| {
        value.map_or(String::new(), |value| format!(" {name}=\"{}\"", escape_attribute(value)))
    };
    let base = parsed.base.filter(|(_, in_head)| *in_head).map(|(href, _)| href);
    let base = base.map_or(String::new(), |href| format!("<head><base{}></head>", attr("href", Some(&href))));
    let html = format!(
        "<html{}{}>{base}{article}",
        attr("lang", parsed.lang.as_deref()),
        attr("dir", parsed.dir.as_deref())
    );
    ExtractedArticle { html, is_described, lost: if length == 0 { whole } else { 0 } }
}

/// Returns the number of visible characters in a node.
fn characters(tree: &Dom, id: NodeId) -> usize {
    tree.get(id).map_or(0, |node| node.amount().characters)
}

/// Returns the text of the article in JSON-LD as markup, and its number of visible characters.
fn described_body(raw: RawHtml<'_>, title: &str) -> Option<(String, usize)> {
    work::step(raw.0.len());
    if !raw.0.contains("articleBody") {
        return None;
    }
    let body = page_metadata::article_body(raw, title)?;
    let body = if body.contains('<') { body } else { decode_entities_once(&body).into_owned() };
    let is_markup = ["</p>", "<br", "</div>", "</h2>"].iter().any(|tag| body.contains(tag));
    let markup = match is_markup {
        true => body,
        false => {
            let lines = body.lines().map(str::trim).filter(|line| !line.is_empty());
            lines.map(|line| format!("<p>{}</p>", escape_text(line))).collect()
        }
    };
    let parsed = parse::parse(&scan::scan(&markup).html);
    let length = characters(&parsed.dom, parsed.dom.root());
    Some((markup, length))
}

/// Finds the article by scoring the page's content. Returns its markup and its number of visible characters; `None` if it is
/// too short to be sure of. `expected` is the number that JSON-LD has.
#[cfg(feature = "reader")]
fn score(
    tree: &mut Dom,
    root: NodeId,
    title: &str,
    base: Option<&Base>,
    expected: Option<usize>,
) -> Option<(String, usize)> {
    let nodes = tree.subtree(root).count();
    if nodes > MAX_SCORED || !work::step(nodes * STEPS_PER_NODE) {
        return None;
    }
    boilerplate::remove(tree, root);
    let facades = hide_facades(tree, root, base);
    let whole = read(&tree.outer_html(root), title);
    // The markup of the page knows better where the article ends, if the reader mode found something else.
    let marked = marked_body(tree, root).filter(|(_, length)| {
        whole.as_ref().is_none_or(|(_, found)| found * 4 > length * 5 || found * 4 < length * 3)
    });
    let mut article = marked.and_then(|(id, _)| read(&tree.outer_html(id), title)).or(whole);
    let found = article.as_ref().map_or(0, |(_, length)| *length);
    // JSON-LD has more of the text than was found.
    if let Some(expected) = expected.filter(|expected| found * 5 < expected * 3)
        && let Some(other) = find_article(tree, root).and_then(|id| read(&tree.outer_html(id), title))
        && other.1.abs_diff(expected) < found.abs_diff(expected)
    {
        article = Some(other);
    }
    for (id, mark) in &facades {
        tree.insert_before(*mark, *id);
        tree.detach(*mark);
    }
    let facades = facades.iter().map(|(id, _)| tree.outer_html(*id)).collect();
    article.map(|(article, length)| (show_facades(&article, facades), length))
}

/// Returns the only element that the page marks as the body of the article, and its number of characters; `None` if it is
/// short.
#[cfg(feature = "reader")]
fn marked_body(tree: &Dom, root: NodeId) -> Option<(NodeId, usize)> {
    let is_body = |node: &NodeRef<'_>| node.attr("itemprop") == Some("articleBody");
    let mut bodies = tree.subtree(root).filter(is_body);
    let body = bodies.next().filter(|_| bodies.next().is_none())?;
    let length = characters(tree, body.id());
    (length >= ARTICLE_LENGTH).then(|| (body.id(), length))
}

/// Scores a page, and returns the markup of the article and its number of visible characters.
#[cfg(feature = "reader")]
fn read(body: &str, title: &str) -> Option<(String, usize)> {
    let page = format!("<html><head><title>{}</title></head><body>{body}", escape_text(title));
    let config = Config {
        keep_classes: true,
        disable_json_ld: true,
        char_threshold: ARTICLE_LENGTH,
        ..Config::default()
    };
    // Nothing is known to make it panic, but the page is untrusted and the scoring is not ours.
    let article = catch_unwind(AssertUnwindSafe(|| {
        let mut reader = Readability::new(page, None, Some(config)).ok()?;
        reader.parse().ok()
    }));
    let article = article.ok().flatten()?;
    let length = visible(&article.text_content);
    (article.length >= ARTICLE_LENGTH).then(|| (article.content.to_string(), length))
}

/// Marks around the number of an embed. No text has these, because they are no characters.
#[cfg(feature = "reader")]
const MARKS: [char; 2] = ['\u{FDD0}', '\u{FDD1}'];

/// Replaces embeds of known services with marks, because the reader mode removes what has no text. Returns the embeds and
/// their marks.
#[cfg(feature = "reader")]
fn hide_facades(tree: &mut Dom, root: NodeId, base: Option<&Base>) -> Vec<(NodeId, NodeId)> {
    let Some(base) = base else { return Vec::new() };
    let mut found: Vec<(NodeId, NodeId)> = Vec::new();
    for id in tree.descendants(root) {
        let is_facade = tree.get(id).is_some_and(|node| embeds::is_facade(node, base));
        if is_facade && tree.is_below(id, root) {
            let mark = tree.new_element("span");
            tree.append_text(mark, &format!("{}{}{}", MARKS[0], found.len(), MARKS[1]));
            if tree.insert_before(id, mark) {
                tree.detach(id);
                found.push((id, mark));
            }
        }
    }
    found
}

/// Replaces each mark with its embed, once.
#[cfg(feature = "reader")]
fn show_facades(article: &str, mut facades: Vec<String>) -> String {
    let mut parts = article.split(MARKS[0]);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let marked =
            part.split_once(MARKS[1]).and_then(|(number, rest)| Some((number.parse::<usize>().ok()?, rest)));
        let facade = marked.and_then(|(number, _)| facades.get_mut(number)).map(std::mem::take);
        out.push_str(&facade.unwrap_or_default());
        out.push_str(marked.map_or(part, |(_, rest)| rest));
    }
    out
}

/// Finds the article by its markup: `itemprop="articleBody"`, `article`, `main`, `role="main"`; of several elements, the
/// one with the most text. Without any of these, it is the page without `nav`, `header`, `footer` and `aside`.
fn marked(tree: &mut Dom, root: NodeId, title: &str) -> NodeId {
    let main = find_article(tree, root).unwrap_or_else(|| {
        for id in tree.descendants(root) {
            if matches!(tree.name(id), "nav" | "header" | "footer" | "aside") {
                tree.detach(id);
            }
        }
        root
    });
    for id in tree.descendants_named(main, "h1") {
        if text::text(tree, id) == title {
            tree.detach(id);
        }
    }
    main
}

/// Names of elements that hold the comments of readers, as whole ids or classes.
const COMMENTS: [&str; 26] = [
    "kommentare",
    "kommentarer",
    "commentaires",
    "comentarios",
    "commenti",
    "reacties",
    "komentarze",
    "comments-wrapper",
    "comments-list-wrapper",
    "coral_thread",
    "comments",
    "comment-list",
    "commentlist",
    "comments-area",
    "comments-list",
    "comment-section",
    "comments-section",
    "comments-container",
    "comment-respond",
    "disqus_thread",
    "fb-comments",
    "livefyre",
    "post-comments",
    "article-comments",
    "reader-comments",
    "user-comments",
];

/// Removes the comments of readers. Never removes the title or the body of the article with them.
fn remove_comments(tree: &mut Dom, root: NodeId) {
    for id in tree.descendants(root) {
        let Some(node) = tree.get(id) else { continue };
        let Some(element) = node.element() else { continue };
        let is_named = |name: &&str| COMMENTS.iter().any(|known| known.eq_ignore_ascii_case(name));
        let words = |name: &str| dom::attr(element, name).unwrap_or_default().split_ascii_whitespace();
        let is_comments = node.name() != "body"
            && (words("id").chain(words("class")).any(|name| is_named(&name))
                || words("itemtype").any(|kind| kind.ends_with("schema.org/Comment"))
                || words("itemprop").any(|name| name == "comment")
                || words("id").any(is_comment_id)
                || (matches!(node.name(), "article" | "li") && words("class").any(|name| name == "comment")));
        let holds_article = |node: NodeRef<'_>| {
            matches!(node.name(), "h1" | "main")
                || node.element().is_some_and(|e| dom::attr(e, "itemprop") == Some("articleBody"))
        };
        if is_comments && !node.subtree().any(holds_article) {
            tree.detach(id);
        }
    }
}

/// True for the id of one comment, such as `comment-12`.
fn is_comment_id(id: &str) -> bool {
    let number = id.strip_prefix("comment-").or_else(|| id.strip_prefix("li-comment-"));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// Finds the element that is marked as the article; of several, the one with the most text.
fn find_article(tree: &Dom, root: NodeId) -> Option<NodeId> {
    let attr = |node: NodeRef<'_>, name: &str, value: &str| {
        node.element().is_some_and(|element| dom::attr(element, name) == Some(value))
    };
    let marks: [&dyn Fn(NodeRef<'_>) -> bool; 4] = [
        &|node| attr(node, "itemprop", "articleBody"),
        &|node| node.name() == "article",
        &|node| node.name() == "main",
        &|node| attr(node, "role", "main"),
    ];
    marks.iter().find_map(|is_marked| longest(tree, root, is_marked))
}

/// Finds the matching element with the most text. Of several with as much, returns the first, which is the outermost.
fn longest(tree: &Dom, root: NodeId, matches: &dyn Fn(NodeRef<'_>) -> bool) -> Option<NodeId> {
    // Text before the start of each open match, and the order of the matches.
    let mut open: Vec<(usize, usize)> = Vec::new();
    let (mut text, mut found) = (0, 0);
    let mut best: Option<(usize, usize, NodeId)> = None;
    for edge in tree.get(root).into_iter().flat_map(NodeRef::traverse) {
        match edge {
            Edge::Open(node) => {
                text += node.text().map_or(0, str::len);
                if node.id() != root && matches(node) {
                    open.push((text, found));
                    found += 1;
                }
            }
            Edge::Close(node) if node.id() != root && matches(node) => {
                let Some((before, order)) = open.pop() else { continue };
                let length = text - before;
                if best.is_none_or(|(most, first, _)| length > most || (length == most && order < first)) {
                    best = Some((length, order, node.id()));
                }
            }
            Edge::Close(_) => {}
        }
    }
    best.map(|(.., id)| id)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn the_article_is_found_by_its_markup() {
        for (raw, wanted) in [
            (
                "<article>a</article><article>the <b>longer</b></article><main>m</main>",
                "<article>the <b>longer</b></article>",
            ),
            ("<p>x</p><div itemprop=articleBody>b</div>", "<div itemprop=\"articleBody\">b</div>"),
            ("<nav>n</nav><main><h1>T</h1>m</main>", "<main>m</main>"),
            ("<div role=main>m</div><footer>f</footer>", "<div role=\"main\">m</div>"),
            ("<body><header>h</header><p>p</p><aside>a</aside>", "<html><p>p</p></html>"),
            ("<article><img src='x_files/1.png'><img src='/x_files/'>a</article>", "<article>a</article>"),
        ] {
            assert_eq!(
                extract_article(RawHtml(raw), "T", &Policy::default()).html.strip_prefix("<html>"),
                Some(wanted),
                "{raw}"
            );
        }
        let whole = extract_article(
            RawHtml("<html lang=de><head><base href='/b/'></head><main>m</main>"),
            "",
            &Policy::default(),
        );
        assert_eq!(whole.html, "<html lang=\"de\"><head><base href=\"/b/\"></head><main>m</main>");
    }

    /// Returns a paragraph of about `count` words, each with a prefix.
    fn prose(prefix: &str, count: usize) -> String {
        let words: Vec<_> =
            (0..count).map(|n| format!("{prefix}{n}{}", if n % 9 == 8 { "," } else { "" })).collect();
        format!("<p>{}.</p>", words.join(" "))
    }

    fn extracted(page: &str, policy: &Policy) -> String {
        extract_article(RawHtml(page), "Frost on the river", policy).html
    }

    #[test]
    fn the_text_is_chosen_and_not_what_is_around_it() {
        let long: String = (0..6).map(|n| prose(&format!("river{n}x"), 60)).collect();
        let teasers: String = (0..4)
            .map(|n| format!("<article><h2>Teaser {n}</h2>{}</article>", prose("teaser", 10)))
            .collect();
        let body = format!("<div itemprop=articleBody>{long}</div>");
        let comments: String =
            (0..9).map(|_| format!("<article class=comment>{}</article>", prose("reply", 50))).collect();
        for page in [
            format!("<body>{teasers}<div role=main>{long}</div>"),
            format!("<body><main><h1>Frost on the river</h1>{long}</main><aside>{teasers}</aside>"),
            format!("<body><div class=grid>{teasers}</div><div class=story>{long}</div>"),
            format!("<article><h1>Frost on the river</h1>{body}<div id=comments>{comments}</div></article>"),
            format!(
                "<article><ul><li><a href=/>Home</a></ul>{body}<section><h3>Replies</h3>{comments}</section></article>"
            ),
            format!("<main><div>{body}</div><ol class=comment-list>{comments}</ol></main>"),
        ] {
            let article = extracted(&page, &Policy::default());
            assert!(article.contains("river0x0") && article.contains("river5x59"), "{page}");
            for other in ["teaser", "Teaser", "reply", "Home", "<h1>"] {
                assert!(!article.contains(other), "{other}: {page}");
            }
        }
    }

    #[test]
    fn a_marked_body_decides_where_the_article_ends() {
        let (text, other) = (prose("river", 120), prose("talk", 120));
        for page in [
            format!(
                "<article><h1>T</h1><div itemprop=articleBody>{text}</div><section><h3>Replies</h3>{other}</section></article>"
            ),
            format!(
                "<div><div>{other}</div><div itemprop='articleBody'>{text}</div><div>{other}</div></div>"
            ),
            format!(
                "<div itemprop=articleBody><p>{}</p></div><div class=story>{other}{other}</div>",
                text.replace(", ", ",</p><p>")
            ),
        ] {
            let article = extracted(&page, &Policy::default());
            assert!(
                article.contains("river0") && article.contains("river119") && !article.contains("talk"),
                "{page}"
            );
        }
    }

    #[test]
    fn embeds_of_known_services_stay() {
        for embed in [
            "<script src='https://gist.github.com/bo/9f.js'></script>",
            "<div class=embed><script src='https://gist.github.com/bo/9f.js'></script></div>",
            "<figure><iframe src='https://codepen.io/bo/embed/zW'></iframe></figure>",
            "<div><lite-youtube videoid=a-1></lite-youtube></div>",
            "<p><iframe src='https://www.youtube.com/embed/a-1'></iframe></p>",
        ] {
            let (first, last) = (prose("river", 90), prose("weir", 90));
            let page = format!("<article>{first}{embed}{last}</article>");
            let article = extracted(&page, &Policy::default());
            let link = "https://a.example/1".parse().unwrap();
            let html = crate::clean(RawHtml(&article), &link, &Policy::default()).html;
            let before =
                html.as_str().find("<a href=").map(|at| (html.as_str().find("river89") < Some(at), at));
            assert!(
                before.is_some_and(|(is_behind, at)| is_behind && html.as_str().find("weir0") > Some(at)),
                "{embed}: {article}"
            );
            assert_eq!(html.as_str().matches("<a href=").count(), 1, "{embed}");
        }
        // Marks that the page has itself say nothing.
        let page = format!("<article>{}<p>\u{FDD0}0\u{FDD1}\u{FDD0}7</p></article>", prose("river", 200));
        assert!(extracted(&page, &Policy::default()).contains("river199"));
    }

    #[test]
    fn what_is_dropped_and_comments_are_never_the_article() {
        let (text, reply) = (prose("river", 90), prose("reply", 400));
        let policy = Policy::new(&["#talk".to_owned()], &[]).unwrap();
        for page in [
            format!("<article>{text}</article><div id=talk><article>{reply}{reply}</article></div>"),
            format!("<article>{text}</article><article id=talk>{reply}</article>"),
            format!("<div>{text}</div><div id=talk>{reply}</div>"),
            format!("<article>{text}</article><div id=comments><article>{reply}{reply}</article></div>"),
            format!("<div>{text}</div><article itemprop=comment>{reply}</article>"),
            format!("<div>{text}</div><section class='box Comments-Section'>{reply}</section>"),
            format!("<div>{text}</div><ul><li class=comment>{reply}<li class=comment>{reply}</ul>"),
            format!("<div>{text}</div><div><article id=comment-7>{reply}{reply}</article></div>"),
            format!(
                "<article>{text}</article><aside id=Kommentare><article>{reply}{reply}</article></aside>"
            ),
        ] {
            let article = extracted(&page, &policy);
            assert!(article.contains("river89") && !article.contains("reply"), "{page}: {article}");
        }
    }

    #[test]
    fn an_article_in_an_element_named_for_comments_is_kept() {
        let text = prose("river", 120);
        let page = format!("<body><div class=comments><main><h1>A title</h1>{text}</main></div>");
        assert!(extracted(&page, &Policy::default()).contains("river119"));
    }

    #[test]
    fn the_text_in_json_ld_is_used_if_the_page_has_none() {
        let json = |body: &str| {
            format!(
                "<script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\"headline\":\"Frost on the river\",\
                 \"articleBody\":\"{body}\"}}</script>"
            )
        };
        let of = |page: &str| extract_article(RawHtml(page), "Frost on the river", &Policy::default());
        let long = "The ice is a foot thick. ".repeat(40);
        for (body, html) in [
            (
                "The ice holds.\\n\\nNobody skates &amp; sings.",
                "<p>The ice holds.</p><p>Nobody skates &amp; sings.</p>",
            ),
            ("<p>The <b>ice</b></p>", "<p>The <b>ice</b></p>"),
            ("&lt;p&gt;The ice&lt;/p&gt;", "<p>The ice</p>"),
            ("Colder than < 5 degrees", "<p>Colder than &lt; 5 degrees</p>"),
        ] {
            let found = of(&format!("<head>{}</head><body><div id=root></div>", json(body)));
            assert_eq!((&*found.html, found.is_described, found.lost), (&*format!("<html>{html}"), true, 0));
        }
        let page = format!("<head>{}</head><body><nav>Home</nav><div id=__next>Loading</div>", json(&long));
        assert!(of(&page).is_described);
        // The page counts if it has the text itself.
        let page = format!("<head>{}</head><body><main><p>{long}</p></main>", json(&long));
        assert!(!of(&page).is_described);
    }

    #[test]
    fn a_page_whose_article_has_no_text_reports_what_it_has() {
        let of = |page: &str| extract_article(RawHtml(page), "T", &Policy::default()).lost;
        assert_eq!(of("<nav>Home</nav><main><img src=/a.jpg></main><footer>About</footer>"), 9);
        assert_eq!(of("<body><header>Valley</header><div id=app></div>"), 6);
        assert_eq!((of("<div id=app></div>"), of("<main>x</main><nav>y</nav>")), (0, 0));
    }
}
