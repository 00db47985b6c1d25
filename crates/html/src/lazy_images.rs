//! Images: resolves lazy ones, reduces `picture` to `img`, removes tracking pixels and placeholders.

use std::collections::HashSet;

use feedmill_types::starts_with_ignore_case;
use scraper::node::Element;
use url::Url;

use super::dom::{self, Dom, NodeId, NodeRef};
use super::links::Base;
use super::media;
use super::removals::RemovalRule;
use super::srcset::{self, Candidate};

/// Attributes in which scripts keep the URL of a lazy image, the common ones first.
const LAZY_SRC_ATTRS: [&str; 12] = [
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
/// Attributes in which scripts keep the `srcset` of a lazy image.
const LAZY_SRCSET_ATTRS: [&str; 4] = ["data-srcset", "data-lazy-srcset", "data-original-set", "data-src-set"];

/// Attributes in which scripts keep the URL of an image that they show in an empty element.
const DATA_IMAGE_ATTRS: [&str; 10] = [
    "data-src",
    "data-image",
    "data-image-src",
    "data-img",
    "data-img-src",
    "data-lazy-src",
    "data-original",
    "data-bg",
    "data-background",
    "data-background-image",
];
/// Elements of AMP that are those of HTML under another name.
const AMP: [(&str, &str); 4] =
    [("amp-anim", "img"), ("amp-audio", "audio"), ("amp-img", "img"), ("amp-video", "video")];
/// Length in bytes of the longest image in a `data:` URL that shows nothing of its own.
const MAX_PLACEHOLDER: usize = 1000;
/// Images of at most this width, in pixels, are icons.
const MAX_ICON: f32 = 64.0;
/// Length in characters of the longest text for which an emoji image stands.
const MAX_EMOJI: usize = 12;

/// Turns every image in `root` into one `img` with an absolute URL, or removes it. Returns the images that were lazy.
pub(super) fn resolve_lazy_images(dom: &mut Dom, root: NodeId, base: &Base) -> HashSet<NodeId> {
    let mut lazy = HashSet::new();
    for id in dom.descendants_named(root, "picture") {
        reduce_picture(dom, id, base);
    }
    for id in dom.descendants_named(root, "img") {
        let Some(element) = dom.element(id) else { continue };
        if dom::is_invisible(element) {
            dom.remove(id, RemovalRule::TrackingPixel);
            continue;
        }
        if let Some(emoji) = emoji(element).map(str::to_owned) {
            dom.begin(RemovalRule::Replaced);
            dom.replace_with_text(id, &emoji);
            dom.begin(RemovalRule::Placeholder);
            continue;
        }
        let was_lazy = has_data(element)
            && LAZY_SRC_ATTRS.iter().chain(&LAZY_SRCSET_ATTRS).any(|name| dom::attr(element, name).is_some());
        if resolve_image(dom, id, base) && was_lazy {
            lazy.insert(id);
        }
    }
    lazy
}

/// Gives the elements that stand for an image or a player the names that HTML has for them.
pub(super) fn name_images(dom: &mut Dom, root: NodeId, base: &Base) {
    for id in dom.descendants(root) {
        let Some(node) = dom.get(id) else { continue };
        if let Some((_, name)) = AMP.iter().find(|(amp, _)| *amp == node.name()) {
            if *name == "img" && node.attr("src").is_none() && node.attr("srcset").is_none() {
                dom.unwrap(id);
                continue;
            }
            dom.rename(id, name);
            if *name == "img" {
                dom.clear(id);
            }
        } else if matches!(node.name(), "div" | "span" | "figure" | "p" | "i" | "amp-bg") {
            let Some(element) = node.element().filter(|element| !element.attrs.is_empty()) else { continue };
            let names = if has_data(element) { &DATA_IMAGE_ATTRS[..] } else { &[] };
            let mut values = names.iter().filter_map(|name| dom::attr(element, name));
            let image = values.find_map(|raw| base.resolve(raw).filter(is_image_file));
            let alt =
                ["data-alt", "aria-label", "title", "alt"].iter().find_map(|name| dom::attr(element, name));
            let is_empty = |node: NodeRef<'_>| {
                node.subtree().skip(1).all(|n| n.text().map_or(n.name() != "img", dom::is_blank))
            };
            if let Some(image) = image.filter(|_| is_empty(node)) {
                let alt = alt.map(str::to_owned);
                dom.clear(id);
                let new = dom.new_element("img");
                dom.set_attr(new, "src", Some(image.as_str()));
                dom.set_attr(new, "alt", alt.as_deref());
                dom.append(id, new);
                if matches!(dom.name(id), "div" | "span" | "i") {
                    dom.unwrap(id);
                }
            }
        }
    }
}

fn is_image_file(url: &Url) -> bool {
    media::media_type(url).is_some_and(|known| known.top() == "image")
}

/// Sets the URL of an `img`. Removes the image and returns `false` if it has none.
fn resolve_image(dom: &mut Dom, id: NodeId, base: &Base) -> bool {
    let Some(element) = dom.element(id) else { return false };
    let get = |name: &str| dom::attr(element, name);
    let has_data = has_data(element);
    let (srcs, sets) =
        if has_data { (&LAZY_SRC_ATTRS[..], &LAZY_SRCSET_ATTRS[..]) } else { (&[][..], &[][..]) };
    let resolve =
        |raw: &str| base.resolve(raw).filter(|url| !is_placeholder(url.as_str()) && !raw.starts_with('#'));
    let set = sets.iter().find_map(|name| get(name)).or_else(|| get("srcset")).unwrap_or_default();
    let candidates = candidates(set, base);
    let lazy_src = srcs.iter().find_map(|name| get(name).and_then(resolve));
    let src = lazy_src.or_else(|| get("src").and_then(resolve));
    let src = src.or_else(|| srcset::best(&candidates).map(|c| c.url.clone()));
    let is_icon = src.as_ref().is_some_and(is_zoom_icon);
    let Some(src) = src.filter(|_| !is_icon) else {
        let is_lost = !is_icon && is_picture(element);
        dom.remove(id, if is_lost { RemovalRule::ImageAddress } else { RemovalRule::Placeholder });
        return false;
    };
    let set = srcset::format(&candidates, src.as_str());
    dom.set_attr(id, "src", Some(src.as_str()));
    dom.set_attr(id, "srcset", set.as_deref());
    for name in srcs.iter().chain(sets) {
        dom.set_attr(id, name, None);
    }
    true
}

/// True for an element that scripts may have data for.
fn has_data(element: &Element) -> bool {
    element.attrs.iter().any(|(key, _)| key.local.starts_with("data-"))
}

/// True for an image that shows something of its own, although no reader can load it: it has an address, or a text that
/// replaces it.
fn is_picture(element: &Element) -> bool {
    let get = |name: &str| dom::attr(element, name).map(str::trim).filter(|value| !value.is_empty());
    let srcs = LAZY_SRC_ATTRS.iter().chain(&["src"]).filter_map(|name| get(name));
    let mut written = srcs.filter(|src| !src.starts_with('#') && !src.starts_with("about:")).peekable();
    let has_address = written.peek().is_some() || get("srcset").is_some();
    let shows = |src: &str| match starts_with_ignore_case(src, "data:") {
        true => src.len() > MAX_PLACEHOLDER,
        false => {
            !is_placeholder(src)
                && !Url::parse(src).is_ok_and(|url| is_zoom_icon(&url) || url.scheme() == "javascript")
        }
    };
    !dom::is_small(element, MAX_ICON) && (written.any(shows) || (!has_address && get("alt").is_some()))
}

/// Parses a `srcset` and drops placeholders.
fn candidates(set: &str, base: &Base) -> Vec<Candidate> {
    let mut candidates = srcset::parse(set, base);
    candidates.retain(|candidate| !is_placeholder(candidate.url.as_str()));
    candidates
}

/// Replaces a `picture` with its `img`, which takes the URL of a `source` if it has none of its own.
fn reduce_picture(dom: &mut Dom, id: NodeId, base: &Base) {
    let inside = dom.descendants(id);
    let sets = inside.iter().filter(|s| dom.name(**s) == "source").filter_map(|s| {
        let lazy = LAZY_SRCSET_ATTRS.iter().find_map(|name| dom.attr(*s, name));
        lazy.or_else(|| dom.attr(*s, "srcset")).map(|set| {
            let is_common = dom.attr(*s, "type").is_none_or(|t| t.contains("jpeg") || t.contains("png"));
            (is_common, set.to_owned())
        })
    });
    let mut sets: Vec<_> = sets.filter(|(_, set)| !candidates(set, base).is_empty()).collect();
    // Every reader shows JPEG and PNG. The sort is stable, so the order of the page decides otherwise.
    sets.sort_by_key(|(is_common, _)| !is_common);
    let img = inside.iter().copied().find(|i| dom.name(*i) == "img").unwrap_or_else(|| {
        let img = dom.new_element("img");
        dom.append(id, img);
        img
    });
    if let Some((is_common, set)) = sets.into_iter().next()
        && dom.attr(img, "srcset").is_none()
        && (!has_own_url(dom, img, base) || (is_common && has_widths(&set)))
    {
        dom.set_attr(img, "srcset", Some(&set));
    }
    for source in inside.into_iter().filter(|s| dom.name(*s) == "source").collect::<Vec<_>>() {
        dom.detach(source);
    }
    dom.unwrap(id);
}

/// True if each candidate of a `srcset` names its width.
fn has_widths(set: &str) -> bool {
    set.split(", ").all(|candidate| candidate.trim_end().trim_end_matches(',').ends_with('w'))
}

fn has_own_url(dom: &Dom, img: NodeId, base: &Base) -> bool {
    let names = LAZY_SRC_ATTRS.iter().chain(&LAZY_SRCSET_ATTRS).chain(&["src"]);
    let mut urls = names.filter_map(|name| dom.attr(img, name)).filter_map(|raw| base.resolve(raw));
    urls.any(|url| !is_placeholder(url.as_str()))
}

/// True for images that are only shown until a script replaces them.
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

/// True for the magnifying glass that a page shows on an image.
fn is_zoom_icon(url: &Url) -> bool {
    let file = url.path().rsplit('/').next().unwrap_or_default();
    let stem = file.split(['.', '@']).next().unwrap_or_default();
    ["icon-zoom", "zoom-icon", "magnify", "magnifier"].iter().any(|name| stem.eq_ignore_ascii_case(name))
}

/// Returns the characters that an emoji image stands for.
fn emoji(element: &Element) -> Option<&str> {
    let class = dom::attr(element, "class")?;
    let is_emoji =
        class.split_ascii_whitespace().any(|c| matches!(c, "wp-smiley" | "emoji" | "emojione" | "twemoji"));
    let alt = dom::attr(element, "alt")?.trim();
    (is_emoji && !alt.is_empty() && alt.chars().count() <= MAX_EMOJI && !alt.is_ascii()).then_some(alt)
}
