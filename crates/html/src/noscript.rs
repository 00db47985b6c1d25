//! `noscript`: a copy of what a script shows, or all there is to see.

use std::collections::{HashMap, HashSet};

use super::dom::{self, Dom, NodeId, NodeRef};
use super::removals::RemovalRule;
use super::text;

/// Number of siblings before a `noscript` that may separate it from its image.
const MAX_LOOK_BACK: usize = 100;
/// Number of nodes around a `noscript` in which copies of its images are searched.
const MAX_SEARCHED: usize = 400;
/// Number of characters of the longest text of a `noscript` that may be for browsers. With more, it is content.
const MAX_BROWSER_HINT: usize = 300;
/// Words that ask the reader to change the browser, in lower case.
const HINTS: [&str; 12] = [
    "javascript",
    "java script",
    "script",
    "browser",
    "enable",
    "navegador",
    "navigateur",
    "aktivier",
    "ブラウザ",
    "浏览器",
    "瀏覽器",
    "браузер",
];

/// Replaces each `noscript` with what it shows that is nowhere else. `lazy` are the images that scripts would have loaded.
pub(super) fn resolve(dom: &mut Dom, root: NodeId, lazy: HashSet<NodeId>) {
    let all = dom.descendants_named(root, "noscript");
    if all.is_empty() {
        return;
    }
    let mut noscripts = Noscripts { root, lazy, has_lazy_image: HashMap::new(), lines: None, links: None };
    for id in all {
        if dom.is_below(id, root) {
            noscripts.resolve(dom, id);
        }
    }
}

struct Noscripts {
    root: NodeId,
    /// Images that were lazy.
    lazy: HashSet<NodeId>,
    /// Elements before a `noscript`: `true` if they contain a lazy image. One may be before thousands.
    has_lazy_image: HashMap<NodeId, bool>,
    /// Lines of text outside of all `noscript`, once needed.
    lines: Option<HashSet<String>>,
    /// URLs of links outside of all `noscript`, once needed.
    links: Option<HashSet<String>>,
}

impl Noscripts {
    fn resolve(&mut self, dom: &mut Dom, id: NodeId) {
        let images = dom.descendants_named(id, "img");
        let Some(node) = dom.get(id) else { return };
        if images.is_empty() {
            if self.is_content(dom, node) {
                dom.unwrap(id);
            } else {
                dom.remove(id, RemovalRule::Fallback);
            }
            return;
        }
        let before = node.prev_siblings().take(MAX_LOOK_BACK).find(|n| n.element().is_some());
        if !before.is_some_and(|element| self.contains_lazy_image(element)) {
            for image in images_without_copies(node, images, self.root) {
                dom.insert_before(id, image);
            }
        }
        for copy in dom.descendants_named(id, "img") {
            dom.remove(copy, RemovalRule::Replaced);
        }
        dom.remove(id, RemovalRule::Fallback);
    }

    /// True if there is something to read or play that is nowhere else, and that does not ask for scripts.
    fn is_content(&mut self, dom: &Dom, node: NodeRef<'_>) -> bool {
        let Some(text) = node.text_within(MAX_BROWSER_HINT) else {
            return !self.is_shown_elsewhere(dom, node);
        };
        let lower = text.to_lowercase();
        if HINTS.iter().any(|hint| lower.contains(hint)) {
            return false;
        }
        node.subtree().any(|n| matches!(n.name(), "video" | "audio"))
            || (!dom::is_blank(&text) && !self.is_shown_elsewhere(dom, node))
    }

    fn is_shown_elsewhere(&mut self, dom: &Dom, node: NodeRef<'_>) -> bool {
        let root = self.root;
        let links = self.links.get_or_insert_with(|| {
            let links = dom.subtree(root).filter(|n| n.name() == "a" && !is_in_noscript(*n));
            links.filter_map(|n| n.attr("href")).map(str::to_owned).collect()
        });
        let mut own = node.subtree().filter(|n| n.name() == "a").filter_map(|n| n.attr("href")).peekable();
        if own.peek().is_some() && own.any(|href| !links.contains(href)) {
            return false;
        }
        let lines = self.lines.get_or_insert_with(|| {
            text::text_without(dom, root, "noscript").lines().map(str::to_owned).collect()
        });
        text::text(dom, node.id()).lines().all(|line| lines.contains(line))
    }

    fn contains_lazy_image(&mut self, element: NodeRef<'_>) -> bool {
        let (lazy, known) = (&self.lazy, &mut self.has_lazy_image);
        *known.entry(element.id()).or_insert_with(|| element.subtree().any(|n| lazy.contains(&n.id())))
    }
}

fn is_in_noscript(node: NodeRef<'_>) -> bool {
    node.ancestors().any(|a| a.name() == "noscript")
}

/// Returns the images of a `noscript` that are not also shown near it.
fn images_without_copies(noscript: NodeRef<'_>, images: Vec<NodeId>, root: NodeId) -> Vec<NodeId> {
    fn src(node: NodeRef<'_>) -> Option<&str> {
        node.element().filter(|_| node.name() == "img").and_then(|img| dom::attr(img, "src"))
    }
    let own: HashSet<NodeId> = images.into_iter().collect();
    let near = noscript.ancestors().take_while(|a| a.id() != root).take(2).last().unwrap_or(noscript);
    let around = near.subtree().take(MAX_SEARCHED).filter(|n| !own.contains(&n.id()));
    let shown: HashSet<&str> = around.chain(noscript.prev_siblings().take(4)).filter_map(src).collect();
    let images = noscript.subtree().filter(|n| own.contains(&n.id()));
    images.filter(|n| !shown.contains(src(*n).unwrap_or_default())).map(NodeRef::id).collect()
}
