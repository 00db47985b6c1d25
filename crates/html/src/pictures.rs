//! Pictures: lazy ones made real, `picture` collapsed, tracking pixels and placeholders taken out.

use std::collections::HashSet;

use ego_tree::NodeId;
use scraper::node::Element;
use url::Url;

use super::dom::{self, Dom};
use super::links::Base;
use super::srcset::{self, Candidate};

/// Attributes in which scripts keep the real address, the common ones first.
const LATE: [&str; 12] = [
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-lazy",
    "data-actualsrc",
    "data-echo",
    "data-original-src",
    "data-img-src",
    "data-image-src",
    "data-hi-res-src",
    "data-orig-file",
    "data-url",
];
const LATE_SETS: [&str; 4] = ["data-srcset", "data-lazy-srcset", "data-original-set", "data-src-set"];

/// Makes every picture below `root` one `img` with an absolute address, or removes it.
pub(super) fn settle(dom: &mut Dom, root: NodeId, base: &Base) {
    let mut late = HashSet::new();
    for id in dom::named(dom, root, "picture") {
        collapse(dom, id, base);
    }
    for id in dom::named(dom, root, "img") {
        let Some(element) = dom::element(dom, id) else { continue };
        if is_pixel(element) {
            dom::detach(dom, id);
            continue;
        }
        if let Some(emoji) = emoji(element).map(str::to_owned) {
            dom::replace_with_text(dom, id, &emoji);
            continue;
        }
        let was_late = LATE.iter().chain(&LATE_SETS).any(|name| dom::attr(element, name).is_some());
        if settle_one(dom, id, base) && was_late {
            late.insert(id);
        }
    }
    for id in dom::named(dom, root, "noscript") {
        if dom::is_below(dom, id, root) {
            settle_noscript(dom, id, root, &late);
        }
    }
}

/// Gives an `img` its real address; detaches it and says `false` where there is none.
fn settle_one(dom: &mut Dom, id: NodeId, base: &Base) -> bool {
    let Some(element) = dom::element(dom, id) else { return false };
    let get = |name: &str| dom::attr(element, name);
    let picture =
        |raw: &str| base.resolve(raw).filter(|url| !is_placeholder(url.as_str()) && !raw.starts_with('#'));
    let set = LATE_SETS.iter().find_map(|name| get(name)).or_else(|| get("srcset")).unwrap_or_default();
    let candidates = candidates(set, base);
    let src =
        LATE.iter().find_map(|name| get(name).and_then(picture)).or_else(|| get("src").and_then(picture));
    let src = src.or_else(|| srcset::best(&candidates).map(|c| c.url.clone()));
    let Some(src) = src.filter(|src| !is_zoom_icon(src)) else {
        dom::detach(dom, id);
        return false;
    };
    let set = srcset::print(&candidates, src.as_str());
    dom::set_attr(dom, id, "src", Some(src.as_str()));
    dom::set_attr(dom, id, "srcset", set.as_deref());
    for name in LATE.iter().chain(&LATE_SETS) {
        dom::set_attr(dom, id, name, None);
    }
    true
}

/// What a `srcset` offers, without what stands in until a script replaces it.
fn candidates(set: &str, base: &Base) -> Vec<Candidate> {
    let mut candidates = srcset::parse(set, base);
    candidates.retain(|candidate| !is_placeholder(candidate.url.as_str()));
    candidates
}

/// Leaves of a `picture` its `img`, with an address from a `source` where it has none of its own.
fn collapse(dom: &mut Dom, id: NodeId, base: &Base) {
    let inside = dom::below(dom, id);
    let sets = inside.iter().filter(|s| dom::name(dom, **s) == "source").filter_map(|s| {
        let late = LATE_SETS.iter().find_map(|name| dom::attr_of(dom, *s, name));
        late.or_else(|| dom::attr_of(dom, *s, "srcset")).map(|set| {
            let is_common =
                dom::attr_of(dom, *s, "type").is_none_or(|t| t.contains("jpeg") || t.contains("png"));
            (is_common, set.to_owned())
        })
    });
    let mut sets: Vec<_> = sets.filter(|(_, set)| !candidates(set, base).is_empty()).collect();
    // Every reader shows JPEG and PNG; the sort is stable, so the page's order decides otherwise.
    sets.sort_by_key(|(is_common, _)| !is_common);
    let img = inside.iter().copied().find(|i| dom::name(dom, *i) == "img").unwrap_or_else(|| {
        let img = dom::make(dom, "img");
        if let Some(mut picture) = dom.get_mut(id) {
            picture.append_id(img);
        }
        img
    });
    if let Some((_, set)) = sets.into_iter().next()
        && dom::attr_of(dom, img, "srcset").is_none()
        && !has_own_address(dom, img, base)
    {
        dom::set_attr(dom, img, "srcset", Some(&set));
    }
    for source in inside.into_iter().filter(|s| dom::name(dom, *s) == "source").collect::<Vec<_>>() {
        dom::detach(dom, source);
    }
    dom::unwrap(dom, id);
}

fn has_own_address(dom: &Dom, img: NodeId, base: &Base) -> bool {
    let names = LATE.iter().chain(&LATE_SETS).chain(&["src"]);
    let mut found = names.filter_map(|name| dom::attr_of(dom, img, name)).filter_map(|raw| base.resolve(raw));
    found.any(|url| !is_placeholder(url.as_str()))
}

/// A `noscript` holds a copy of the lazy picture before it, or the only one; its words are for browsers.
fn settle_noscript(dom: &mut Dom, id: NodeId, root: NodeId, late: &HashSet<NodeId>) {
    let images: Vec<NodeId> = dom::named(dom, id, "img");
    let Some(node) = dom.get(id) else { return };
    if images.is_empty() {
        if dom::text_up_to(node, 300).len() > 300 {
            dom::unwrap(dom, id);
        } else {
            dom::detach(dom, id);
        }
        return;
    }
    let copies_one_before = node
        .prev_siblings()
        .find(|n| n.value().is_element())
        .is_some_and(|n| n.descendants().any(|d| late.contains(&d.id())));
    if copies_one_before {
        dom::detach(dom, id);
        return;
    }
    let sources = |ids: &mut dyn Iterator<Item = NodeId>| -> HashSet<String> {
        ids.filter_map(|i| dom::attr_of(dom, i, "src").map(str::to_owned)).collect()
    };
    // A copy stands near its picture; looking only so far keeps this linear.
    let near = node.ancestors().take_while(|a| a.id() != root).take(2).last().unwrap_or(node);
    let outside = sources(
        &mut near
            .descendants()
            .take(400)
            .filter(|n| dom::node_name(*n) == "img" && !images.contains(&n.id()))
            .map(|n| n.id()),
    );
    let siblings =
        sources(&mut node.prev_siblings().take(4).filter(|n| dom::node_name(*n) == "img").map(|n| n.id()));
    for image in images {
        let src = dom::attr_of(dom, image, "src").unwrap_or_default();
        if !outside.contains(src)
            && !siblings.contains(src)
            && let Some(mut node) = dom.get_mut(id)
        {
            node.insert_id_before(image);
        }
    }
    dom::detach(dom, id);
}

/// A picture nobody is meant to see.
fn is_pixel(element: &Element) -> bool {
    let tiny = |side| dom::pixels(element, side).is_some_and(|px| px <= 2.0);
    tiny("width") || tiny("height") || dom::is_hidden(element)
}

/// What stands in `src` until a script replaces it.
fn is_placeholder(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let file = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let stem = file.rsplit_once('.').map_or(&*file, |(stem, _)| stem);
    matches!(
        stem,
        "blank"
            | "spacer"
            | "pixel"
            | "placeholder"
            | "transparent"
            | "grey"
            | "gray"
            | "lazy"
            | "loading"
            | "lazyload"
            | "1x1"
            | "clear"
            | "dot"
            | "empty"
            | "trans"
            | "lazy-placeholder"
            | "placeholder-image"
    )
}

/// The magnifying glass on a picture: furniture of the page.
fn is_zoom_icon(url: &Url) -> bool {
    let file = url.path().rsplit('/').next().unwrap_or_default();
    ["icon-zoom", "zoom-icon", "magnify"].iter().any(|start| file.starts_with(start))
}

/// The character that an emoji picture stands for.
fn emoji(element: &Element) -> Option<&str> {
    let class = dom::attr(element, "class")?;
    let is_emoji =
        class.split_ascii_whitespace().any(|c| matches!(c, "wp-smiley" | "emoji" | "emojione" | "twemoji"));
    let alt = dom::attr(element, "alt")?.trim();
    (is_emoji && !alt.is_empty() && alt.chars().count() <= 12 && !alt.is_ascii()).then_some(alt)
}
