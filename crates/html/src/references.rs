//! Ids that links of the same article lead to, such as those of footnotes, and the alignment of cells.
//!
//! All other ids are removed: no reader needs them, and scripts of a page could take them for variables.

use std::collections::HashSet;

use url::Url;

use super::allowlist;
use super::dom::{self, Dom, Edge, NodeId, NodeRef};
use super::links::Base;

/// Keeps ids and alignment.
pub(super) fn keep(dom: &mut Dom, root: NodeId, base: &Base) {
    let has_id = |node: NodeRef<'_>| node.attr("id").is_some() || node.attr("name").is_some();
    let has_ids = dom.subtree(root).any(|node| !node.is_foreign() && has_id(node));
    if let Some(page) = has_ids.then(|| base.page()).flatten() {
        keep_ids(dom, root, &page);
    }
    align_cells(dom, root);
}

/// Keeps the ids that a visible link of the article leads to, each once. Links are absolute already; `page` is the address
/// of the article.
fn keep_ids(dom: &mut Dom, root: NodeId, page: &Url) {
    let targets = targets(dom, root, page);
    let mut kept = HashSet::new();
    for id in dom.descendants(root) {
        let Some(node) = dom.get(id).filter(|node| node.element().is_some() && !node.is_foreign()) else {
            continue;
        };
        let names = [node.attr("id"), node.attr("name").filter(|_| node.name() == "a")];
        if names.iter().all(Option::is_none) {
            continue;
        }
        let wanted = names.into_iter().flatten().map(str::trim);
        let target = wanted.into_iter().find(|name| targets.contains(*name) && !kept.contains(*name));
        let target = target.map(str::to_owned);
        dom.set_attr(id, "id", target.as_deref());
        if let Some(target) = target {
            place(dom, id, &target);
            kept.insert(target);
        }
    }
}

/// Moves the id of an empty anchor, which is not published, to the element around it.
fn place(dom: &mut Dom, id: NodeId, target: &str) {
    let Some(node) = dom.get(id) else { return };
    if node.name() != "a" || node.attr("href").is_some() {
        return;
    }
    let around = node.parent().filter(|parent| {
        matches!(
            parent.name(),
            "p" | "li" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dt" | "dd" | "td" | "sup"
        ) && parent.attr("id").is_none()
    });
    match around.map(NodeRef::id) {
        Some(parent) => {
            dom.set_attr(id, "id", None);
            dom.set_attr(parent, "id", Some(target));
        }
        // An anchor around text stays; an empty one without a paragraph is lost, and its links lead to the page.
        None => dom.rename(id, "span"),
    }
}

/// Returns the fragments of the page to which visible links lead.
fn targets(dom: &Dom, root: NodeId, page: &Url) -> HashSet<String> {
    let page = page.as_str().split('#').next().unwrap_or_default();
    let mut targets = HashSet::new();
    // The outermost open link, its target, and if there is something to see in it.
    let mut open: Option<(NodeId, &str, bool)> = None;
    for edge in dom.get(root).into_iter().flat_map(NodeRef::traverse) {
        match edge {
            Edge::Open(node) if node.name() == "a" && open.is_none() => {
                let fragment = node.attr("href").and_then(|href| href.strip_prefix(page)?.strip_prefix('#'));
                open = Some((node.id(), fragment.unwrap_or_default(), false));
            }
            Edge::Open(node) => {
                if let Some((_, _, is_visible)) = &mut open {
                    *is_visible |= is_visible_node(node);
                }
            }
            Edge::Close(node) => {
                if let Some((_, fragment, is_visible)) = open.filter(|(id, ..)| *id == node.id()) {
                    if is_visible && allowlist::is_id(fragment) {
                        targets.insert(fragment.to_owned());
                    }
                    open = None;
                }
            }
        }
    }
    targets
}

fn is_visible_node(node: NodeRef<'_>) -> bool {
    match node.text() {
        Some(text) => dom::shows_something(text),
        None => node.name() == "img",
    }
}

/// Sets `align` on the cells that a `style` or a class of a common editor aligns.
fn align_cells(dom: &mut Dom, root: NodeId) {
    const CLASSES: [(&str, &str); 9] = [
        ("has-text-align-center", "center"),
        ("has-text-align-left", "left"),
        ("has-text-align-right", "right"),
        ("text-center", "center"),
        ("text-left", "left"),
        ("text-right", "right"),
        ("text-end", "right"),
        ("align-center", "center"),
        ("align-right", "right"),
    ];
    for id in dom.descendants(root) {
        let Some(node) = dom.get(id) else { continue };
        if !matches!(node.name(), "td" | "th" | "tr" | "col" | "colgroup" | "thead" | "tbody" | "tfoot") {
            continue;
        }
        let Some(element) = node.element() else { continue };
        let style = dom::style(element, "text-align").map(|v| v.trim_end_matches("!important").trim());
        let class = || CLASSES.iter().find(|(name, _)| node.has_class(&[name])).map(|(_, side)| *side);
        if let Some(side) = style.or_else(class).map(str::to_owned) {
            dom.set_attr(id, "align", Some(&side));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Policy, RawHtml, clean};

    fn html(raw: &str) -> String {
        let page = "https://news.example/a".parse().unwrap();
        clean(RawHtml(raw), &page, &Policy::default()).html.as_str().to_owned()
    }

    #[test]
    fn ids_that_links_lead_to_are_kept_once() {
        for (raw, wanted) in [
            (
                "<p>A<sup id=fnref:1><a href=#fn:1 class='x footnote-ref' role=doc-noteref>1</a></sup></p><div class=footnotes><ol><li id=fn:1><p>B <a href=#fnref:1>↩</a></p></li><li id=fn:2>C</li></ol></div>",
                "<p>A<sup id=\"fnref:1\"><a href=\"https://news.example/a#fn:1\" class=\"footnote-ref\">1</a></sup></p><ol><li id=\"fn:1\"><p>B <a href=\"https://news.example/a#fnref:1\">↩</a></p></li><li>C</li></ol>",
            ),
            (
                "<p>A<a name=_ftnref1 href='https://news.example/a#_ftn1'>[1]</a></p><p><a name=_ftn1></a>B</p>",
                "<p>A<a href=\"https://news.example/a#_ftn1\">[1]</a></p><p id=\"_ftn1\">B</p>",
            ),
            (
                "<a href=#the-lock>L</a><h2 id=the-lock>Lock</h2><h2 id=the-lock>Again</h2><p id=other-one>x</p>",
                "<a href=\"https://news.example/a#the-lock\">L</a><h2 id=\"the-lock\">Lock</h2><h2>Again</h2><p>x</p>",
            ),
            // A script could take these for variables; and nothing leads to the last one.
            (
                "<a href=#cookie>c</a><p id=cookie>x</p>",
                "<a href=\"https://news.example/a#cookie\">c</a><p>x</p>",
            ),
            (
                "<a href=#n-1></a><p id=n-1>x</p><a href=/b#n-2>b</a><p id=n-2>y</p>",
                "<p>x</p><a href=\"https://news.example/b#n-2\">b</a><p>y</p>",
            ),
        ] {
            assert_eq!(html(raw), wanted, "{raw}");
            assert_eq!(html(wanted), wanted);
        }
    }

    #[test]
    fn cells_keep_their_alignment() {
        let table = |cell: &str| format!("<table><tbody><tr>{cell}</tr></tbody></table>");
        for (raw, wanted) in [
            ("<td style='color:red; text-align: right'>1</td>", "<td align=\"right\">1</td>"),
            ("<th align=CENTER>1</th>", "<th align=\"center\">1</th>"),
            ("<td class=has-text-align-center>1</td>", "<td align=\"center\">1</td>"),
            ("<td style='text-align:right!important'>1</td>", "<td align=\"right\">1</td>"),
            ("<td align=char style='text-align:url(x)'>1</td>", "<td>1</td>"),
        ] {
            assert_eq!(html(&table(raw)), table(wanted), "{raw}");
        }
    }

    #[test]
    fn links_of_safe_schemes_are_kept() {
        for (raw, url) in [
            ("magnet:?xt=urn:btih:1", "magnet:?xt=urn:btih:1"),
            ("xmpp:ann@a.example", "xmpp:ann@a.example"),
            ("gemini://a.example/b", "gemini://a.example/b"),
            ("sms:+4912", "sms:+4912"),
            ("geo:47.1,9.2", "geo:47.1,9.2"),
            ("irc://irc.example/feeds", "irc://irc.example/feeds"),
            ("ftp://u:pw@f.example/x", "ftp://u@f.example/x"),
            ("webcal://a.example/c.ics", "webcal://a.example/c.ics"),
        ] {
            assert_eq!(html(&format!("<a href='{raw}'>x</a>")), format!("<a href=\"{url}\">x</a>"));
        }
        for raw in
            ["xmpp:", "file:///etc/passwd", "intent:x", "view-source:http://a.example", "gemini:", "feed:x"]
        {
            assert_eq!(html(&format!("<a href='{raw}'>x</a>")), "x", "{raw}");
        }
        assert_eq!(
            html("<p>a<img src='ftp://a.example/x.png'></p><video src='magnet:?xt=1'></video>"),
            "<p>a</p>"
        );
    }
}
