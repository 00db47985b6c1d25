//! The article of a whole page, without the page around it.

use super::body::RawHtml;
use super::dom::{Dom, Edge, NodeId, NodeRef};
use super::escape::escape_attribute;
use super::{dom, parse, scan, text};

/// Returns the markup of a page's article: the `article` element with the most text, or `itemprop="articleBody"`, `main`,
/// `role="main"`. Without any of these, it is the page without `nav`, `header`, `footer` and `aside`.
///
/// Removes a heading that only repeats the title, and images that the browser saved in a folder next to the page.
#[must_use]
pub fn extract_article(raw: RawHtml<'_>, title: &str) -> String {
    let mut parsed = parse::parse(&scan::scan(raw.0).html);
    let tree = &mut parsed.dom;
    let root = tree.root();
    let main = find_article(tree, root).unwrap_or_else(|| {
        for id in tree.descendants(root) {
            if matches!(tree.name(id), "nav" | "header" | "footer" | "aside") {
                tree.detach(id);
            }
        }
        root
    });
    for id in tree.descendants(main) {
        let is_saved_copy = |src: &str| !src.contains(':') && src.contains("_files/");
        match tree.name(id) {
            "img" | "source" if tree.attr(id, "src").is_some_and(is_saved_copy) => tree.detach(id),
            "h1" if text::text(tree, id) == title => tree.detach(id),
            _ => {}
        }
    }
    let attr = |name: &str, value: Option<&str>| {
        value.map_or(String::new(), |value| format!(" {name}=\"{}\"", escape_attribute(value)))
    };
    let base = parsed.base.filter(|(_, in_head)| *in_head).map(|(href, _)| href);
    let base = base.map_or(String::new(), |href| format!("<head><base{}></head>", attr("href", Some(&href))));
    format!(
        "<html{}{}>{base}{}",
        attr("lang", parsed.lang.as_deref()),
        attr("dir", parsed.dir.as_deref()),
        parsed.dom.outer_html(main)
    )
}

/// Finds the element that is marked as the article; of several, the one with the most text.
fn find_article(tree: &Dom, root: NodeId) -> Option<NodeId> {
    let attr = |node: NodeRef<'_>, name: &str, value: &str| {
        node.element().is_some_and(|element| dom::attr(element, name) == Some(value))
    };
    let marks: [&dyn Fn(NodeRef<'_>) -> bool; 4] = [
        &|node| node.name() == "article",
        &|node| attr(node, "itemprop", "articleBody"),
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
            assert_eq!(extract_article(RawHtml(raw), "T").strip_prefix("<html>"), Some(wanted), "{raw}");
        }
        let whole =
            extract_article(RawHtml("<html lang=de><head><base href='/b/'></head><main>m</main>"), "");
        assert_eq!(whole, "<html lang=\"de\"><head><base href=\"/b/\"></head><main>m</main>");
    }
}
