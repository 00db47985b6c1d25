//! Hidden elements: removed, unless something on the page opens them.
//!
//! An article hides the answers of a list of questions, the panels of tabs, and the rest of a long text. A button, a link or
//! a heading opens these. Nothing opens boilerplate.

use std::collections::HashSet;

use feedmill_types::{starts_with_ignore_case, work};
use scraper::node::Element;

use super::dom::{self, Dom, Edge, NodeId, NodeRef};
use super::escape::visible;
use super::removals::RemovalRule;

/// Number of nodes before a hidden element in which a button is searched.
const MAX_SEARCHED: usize = 50;

/// Number of nodes in which the marks of an article are searched.
const MAX_ARTICLE: usize = 400;
/// Number of paragraphs that make an article.
const MIN_PARAGRAPHS: usize = 3;

/// How many times more text a hidden article must have than the rest of the page.
const MIN_SHARE: usize = 3;

/// Removes hidden elements that nothing opens. Keeps one that holds the article itself: a script shows it.
pub(super) fn remove(dom: &mut Dom, root: NodeId, keep: &HashSet<NodeId>) {
    if !dom.subtree(root).any(is_hidden) {
        return;
    }
    let (hidden, shown) = measure(dom, root);
    let openers = Openers::read(dom, root);
    for (id, characters) in hidden {
        let Some(node) = dom.get(id) else { continue };
        let is_body = shown == 0 || (characters > MIN_SHARE * shown && is_article(node));
        if !is_body && !keep.contains(&id) && !openers.open(node) {
            dom.remove(id, RemovalRule::Hidden);
        }
    }
}

/// True for a hidden element. A hidden image is no more than a tracking pixel.
fn is_hidden(node: NodeRef<'_>) -> bool {
    node.name() != "img" && node.element().is_some_and(dom::is_hidden)
}

/// Returns the hidden elements in document order, each with its visible characters, and those of everything else.
fn measure(dom: &Dom, root: NodeId) -> (Vec<(NodeId, usize)>, usize) {
    let mut hidden: Vec<(NodeId, usize)> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let (mut all, mut inside) = (0, 0);
    for edge in dom.get(root).into_iter().flat_map(NodeRef::traverse) {
        match edge {
            Edge::Open(node) => {
                let characters = node.text().map_or(0, visible);
                all += characters;
                inside += if open.is_empty() { 0 } else { characters };
                if is_hidden(node) {
                    open.push(hidden.len());
                    hidden.push((node.id(), all));
                }
            }
            Edge::Close(node) => {
                if let Some(&last) = open.last()
                    && hidden[last].0 == node.id()
                {
                    open.pop();
                    hidden[last].1 = all - hidden[last].1;
                }
            }
        }
    }
    (hidden, all - inside)
}

/// True for an element that is marked as an article, or has several paragraphs.
fn is_article(node: NodeRef<'_>) -> bool {
    let mut paragraphs = 0;
    node.subtree().take(MAX_ARTICLE).any(|n| {
        paragraphs += usize::from(n.name() == "p");
        let attr = |name: &str| n.element().and_then(|element| dom::attr(element, name));
        paragraphs >= MIN_PARAGRAPHS
            || matches!(n.name(), "article" | "main" | "h1")
            || attr("itemprop") == Some("articleBody")
            // WeChat.
            || attr("id") == Some("js_content")
    })
}

/// Whatever opens hidden elements.
struct Openers {
    /// Ids of the elements that buttons and links open.
    targets: HashSet<String>,
    /// Ids of buttons and tabs, which the elements that they open may name.
    buttons: HashSet<String>,
}

impl Openers {
    fn read(dom: &Dom, root: NodeId) -> Self {
        let mut openers = Self { targets: HashSet::new(), buttons: HashSet::new() };
        for node in dom.subtree(root) {
            let Some(element) = node.element() else { continue };
            for (key, value) in &element.attrs {
                let ids = match &*key.local {
                    "aria-controls" | "popovertarget" | "commandfor" => &**value,
                    "href" | "data-target" | "data-bs-target" | "data-toggle-target" => {
                        value.trim().strip_prefix('#').unwrap_or_default()
                    }
                    _ => continue,
                };
                openers.targets.extend(ids.split_ascii_whitespace().map(str::to_owned));
            }
            if is_button(element) {
                openers.buttons.extend(dom::attr(element, "id").map(str::to_owned));
            }
        }
        openers
    }

    /// True if something opens a hidden element.
    fn open(&self, node: NodeRef<'_>) -> bool {
        let Some(element) = node.element() else { return false };
        let attr = |name: &str| dom::attr(element, name);
        let is_found = attr("hidden").is_some_and(|value| value.trim().eq_ignore_ascii_case("until-found"));
        let mut labels = attr("aria-labelledby").unwrap_or_default().split_ascii_whitespace();
        let parent = node.parent();
        is_found
            || attr("role") == Some("tabpanel")
            || attr("id").is_some_and(|id| self.targets.contains(id))
            || labels.any(|id| self.buttons.contains(id))
            || has_accordion_name(element)
            || parent.is_some_and(|n| n.name() == "details" || n.element().is_some_and(has_accordion_name))
            || node.element_before().is_some_and(opens_next)
            || node.element_after().and_then(NodeRef::element).is_some_and(is_button_below)
    }
}

/// True for an element that a click does something with.
fn is_button(element: &Element) -> bool {
    matches!(&*element.name.local, "button" | "summary")
        || dom::attr(element, "role").is_some_and(|role| matches!(role.trim(), "button" | "tab"))
        || dom::attr(element, "aria-expanded").is_some()
}

/// True for a button, or a link without a target, below a text that continues behind it.
fn is_button_below(element: &Element) -> bool {
    let leads_nowhere = |href: &str| {
        let href = href.trim();
        href.is_empty() || href == "#" || starts_with_ignore_case(href, "javascript:")
    };
    is_button(element)
        || (&*element.name.local == "a" && dom::attr(element, "href").is_none_or(leads_nowhere))
}

/// True for a heading, a term or a button: a click on it opens the element behind it.
fn opens_next(before: NodeRef<'_>) -> bool {
    matches!(before.name(), "h2" | "h3" | "h4" | "h5" | "h6" | "dt")
        || before.element().is_some_and(has_accordion_name)
        || before.subtree().take(MAX_SEARCHED).filter_map(NodeRef::element).any(is_button)
}

/// True for the parts of an accordion, by the words of their class names.
fn has_accordion_name(element: &Element) -> bool {
    let class = dom::attr(element, "class").unwrap_or_default();
    work::step(class.len());
    class.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| {
        ["accordion", "collapsible", "expander", "spoiler", "toggle", "faq"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(word))
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Policy, RawHtml, clean, parse};
    use super::*;

    fn text(raw: &str) -> String {
        let link = "https://a.example/1".parse().unwrap();
        clean(RawHtml(raw), &link, &Policy::default()).text
    }

    #[test]
    fn hidden_text_is_measured_once() {
        let parsed = parse::parse("ab <p hidden id=a>c d<b style='display:none' id=b>e</b></p>f");
        let (hidden, shown) = measure(&parsed.dom, parsed.dom.root());
        let counts: Vec<_> = hidden.iter().map(|(_, count)| *count).collect();
        assert_eq!((counts, shown), (vec![3, 1], 3));
    }

    #[test]
    fn hidden_text_that_something_opens_is_kept() {
        let shown =
            "<p>The mill has stood at the river since 1714, and it still grinds grain for the valley.</p>";
        for opened in [
            "<h2>Who owns it?</h2><div hidden>Answer.</div>",
            "<h4>Since when?</h4> <p style='display: none'>Answer.</p>",
            "<dl><dt>Owner</dt><dd hidden>Answer.</dd></dl>",
            "<button aria-controls=a1>Who?</button><p>It is asked often.</p><div id=a1 hidden>Answer.</div>",
            "<a href='#n1'>1</a><p>More.</p><aside hidden id=n1>Answer.</aside>",
            "<a data-bs-toggle=collapse data-bs-target='#c'>Who?</a><p>x</p><div id=c style='display:none'>Answer.</div>",
            "<ul><li role=tab id=t1>Who?</li></ul><div aria-labelledby=t1 hidden>Answer.</div>",
            "<div role=tabpanel hidden>Answer.</div>",
            "<div><span><button>Who?</button></span></div><div hidden>Answer.</div>",
            "<div class='accordion-title'>Who?</div><div style='visibility:hidden'>Answer.</div>",
            "<details><summary>Who?</summary><p>x</p><div hidden>Answer.</div></details>",
            "<div hidden=until-found>Answer.</div>",
            "<p>First part</p><div style=display:none>Answer.</div><button>Read on</button>",
            "<p>First part</p><div style=display:none>Answer.</div><a href=#>Read on</a>",
        ] {
            assert!(text(&format!("{shown}{opened}")).contains("Answer."), "{opened}");
        }
    }

    #[test]
    fn hidden_text_that_nothing_opens_is_removed_whatever_its_length() {
        let shown = format!("<p>{}</p>", "The mill grinds grain for the valley. ".repeat(40));
        let boilerplate = "All rights reserved by the mill. ".repeat(12);
        for hidden in [
            format!("<div hidden>{boilerplate}</div>"),
            format!("<p>x</p><div style='color: red; DISPLAY : None'>{boilerplate}</div><p>y</p>"),
            format!("<section id=s style='visibility:hidden'><h3>Legal</h3><p>{boilerplate}</p></section>"),
            "<div hidden>本站保留所有权利。未经许可不得转载。</div>".to_owned(),
            "<p class=toggles hidden>rights reserved</p>".to_owned(),
        ] {
            let text = text(&format!("{shown}{hidden}"));
            assert!(!text.contains("reserved") && !text.contains("权利"), "{hidden}");
        }
    }

    #[test]
    fn a_hidden_article_is_an_article() {
        for article in [
            "<div style='visibility:hidden' id=js_content>The mill grinds grain.</div>",
            "<article hidden>The mill grinds grain.</article>",
            "<div style='display:none'><p>The mill</p><p>grinds</p><p>grain.</p></div>",
        ] {
            assert!(text(&format!("{article}<p>Menu</p>")).contains("grain."), "{article}");
        }
        assert_eq!(text("<div hidden>The mill grinds grain.</div>"), "The mill grinds grain.");
        let shown = "<p>The mill stands at the river and grinds grain.</p>".repeat(3);
        let hidden = "<p>An older version says that it stood.</p>".repeat(5);
        assert!(!text(&format!("{shown}<div style='visibility:hidden'>{hidden}</div>")).contains("older"));
    }
}
