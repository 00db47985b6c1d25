//! What a page has and a feed has not: advertisements, frames, forms, hidden mail addresses.

use std::collections::HashSet;

use ego_tree::NodeId;
use scraper::Node;
use scraper::node::Element;
use url::Url;

use super::dom::{self, Dom};
use super::links::{Base, HIDDEN_MAIL};

/// Class names of advertisement slots and lists of other articles, whole words.
const AD_CLASSES: [&str; 24] = [
    "adsbygoogle",
    "dotcom-ad",
    "advert",
    "advertisement",
    "ad-slot",
    "adslot",
    "ad-container",
    "ad-banner",
    "ad-unit",
    "ad-wrapper",
    "ad-block",
    "google-ad",
    "dfp-ad",
    "ads",
    "ad",
    "adbox",
    "banner-ad",
    "ad-placeholder",
    "gpt-ad",
    "taboola",
    "outbrain",
    "jp-relatedposts",
    "related-posts",
    "related-articles",
];

/// Text in these is a control, not content.
const CONTROLS: [&str; 9] =
    ["input", "select", "option", "optgroup", "datalist", "output", "button", "label", "selectedcontent"];

const SLIGHT: usize = 200;

/// Removes advertisement slots and small hidden elements.
pub(super) fn remove_clutter(dom: &mut Dom, root: NodeId, keep: &HashSet<NodeId>) {
    for id in dom::below(dom, root) {
        let Some(node) = dom.get(id).filter(|_| !keep.contains(&id)) else { continue };
        let Some(element) = node.value().as_element() else { continue };
        let is_clutter =
            is_ad(element) || (dom::is_hidden(element) && !matches!(&*element.name.local, "img"));
        if is_clutter && dom::text_up_to(node, SLIGHT).len() <= SLIGHT {
            dom::detach(dom, id);
        }
    }
}

fn is_ad(element: &Element) -> bool {
    let get = |name: &str| dom::attr(element, name);
    let starts = |name: &str, word: &str| get(name).is_some_and(|v| v.to_ascii_lowercase().starts_with(word));
    get("class").is_some_and(|class| {
        class.split_ascii_whitespace().any(|c| AD_CLASSES.iter().any(|ad| ad.eq_ignore_ascii_case(c)))
    }) || get("data-ad-slot").is_some()
        || get("data-ad-client").is_some()
        || starts("aria-label", "advertis")
        || starts("data-e2e", "advertis")
        || starts("id", "div-gpt-ad")
        || starts("id", "google_ads")
        || &*element.name.local == "amp-ad"
}

/// Turns frames and plug-ins into links to what they showed.
pub(super) fn link_frames(dom: &mut Dom, root: NodeId, base: &Base) {
    for id in dom::below(dom, root) {
        let name = dom::name(dom, id);
        let attribute = match name {
            "iframe" | "frame" | "amp-iframe" | "embed" => "src",
            "object" => "data",
            "amp-youtube" => "data-videoid",
            _ => continue,
        };
        let Some(element) = dom::element(dom, id) else { continue };
        let get = |name: &str| dom::attr(element, name);
        let is_plugin = matches!(name, "embed" | "object");
        let late = ["data-src", "data-lazy-src", "data-original"].iter().find_map(|n| get(n));
        let raw = get(attribute).filter(|src| base.resolve(src).is_some()).or(late).unwrap_or_default();
        let shown = if name == "amp-youtube" {
            Url::parse(&format!("https://www.youtube.com/embed/{raw}")).ok()
        } else {
            base.resolve(raw)
        };
        let tiny = |side| dom::pixels(element, side).is_some_and(|px| px <= 2.0);
        let is_unseen = tiny("width") || tiny("height") || dom::is_hidden(element);
        let shown = shown.filter(|url| !is_unseen && !is_tracker(url)).map(|url| page_of(&url));
        let shown = shown.filter(|(url, known)| *known || !is_plugin || is_media_file(url));
        let Some((url, _)) = shown else {
            // What stands inside is for readers without the plug-in.
            dom::unwrap(dom, id);
            continue;
        };
        let text = match get("title").map(str::trim) {
            Some(title) if !title.is_empty() && title != "player" && title != "YouTube video player" => {
                title.to_owned()
            }
            _ => format!("{}{}", url.host_str().unwrap_or_default().trim_start_matches("www."), url.path()),
        };
        for attribute in element_names(dom, id) {
            dom::set_attr(dom, id, &attribute, None);
        }
        dom::clear(dom, id);
        dom::rename(dom, id, "a");
        dom::set_attr(dom, id, "href", Some(url.as_str()));
        dom::append_text(dom, id, &text);
        let in_line =
            ["p", "a", "li", "td", "th", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd"];
        if !dom::has_ancestor(dom, id, &in_line) {
            dom::wrap(dom, id, "p");
        }
    }
}

fn element_names(dom: &Dom, id: NodeId) -> Vec<String> {
    dom::element(dom, id)
        .map_or_else(Vec::new, |e| e.attrs.iter().map(|(k, _)| k.local.to_string()).collect())
}

/// The page that a player's address belongs to, and whether the player is a known one.
fn page_of(url: &Url) -> (Url, bool) {
    let host = url.host_str().unwrap_or_default().trim_start_matches("www.").trim_start_matches("m.");
    let mut parts = url.path_segments().into_iter().flatten();
    let (first, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let parameter =
        |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let is_id =
        |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    let page = match (host, first) {
        ("youtube.com" | "youtube-nocookie.com", "embed") if second == "videoseries" => {
            parameter("list").map(|list| format!("https://www.youtube.com/playlist?list={list}"))
        }
        ("youtube.com" | "youtube-nocookie.com", "embed" | "v" | "shorts") if is_id(second) => {
            Some(format!("https://www.youtube.com/watch?v={second}"))
        }
        ("player.vimeo.com", "video") if is_id(second) => Some(format!("https://vimeo.com/{second}")),
        ("dailymotion.com" | "geo.dailymotion.com", "embed") => url
            .path_segments()
            .and_then(|mut p| p.next_back())
            .map(|id| format!("https://www.dailymotion.com/video/{id}")),
        ("platform.twitter.com", "embed") => {
            parameter("id").map(|id| format!("https://twitter.com/i/status/{id}"))
        }
        ("facebook.com", "plugins") => parameter("href"),
        ("w.soundcloud.com", "player") => parameter("url"),
        ("open.spotify.com", "embed") => {
            Some(format!("https://open.spotify.com{}", &url.path()["/embed".len()..]))
        }
        _ => None,
    };
    match page
        .and_then(|page| Url::parse(&page).ok())
        .filter(|page| matches!(page.scheme(), "http" | "https"))
    {
        Some(page) => (page, true),
        None => (url.clone(), false),
    }
}

fn is_media_file(url: &Url) -> bool {
    super::media::type_of(url).is_some() || url.path().to_ascii_lowercase().ends_with(".pdf")
}

/// Frames that show nothing to a reader: counters, advertisements, buttons to like and follow.
fn is_tracker(url: &Url) -> bool {
    const HOSTS: [&str; 8] = [
        "googletagmanager.com",
        "doubleclick.net",
        "googlesyndication.com",
        "google-analytics.com",
        "amazon-adsystem.com",
        "scorecardresearch.com",
        "disqus.com",
        "recaptcha.net",
    ];
    let host = url.host_str().unwrap_or_default();
    let is_button = host.ends_with("facebook.com")
        && ["like", "share", "follow", "page", "comment"]
            .iter()
            .any(|w| url.path().starts_with(&format!("/plugins/{w}")));
    is_button
        || HOSTS.iter().any(|h| host.strip_suffix(h).is_some_and(|sub| sub.is_empty() || sub.ends_with('.')))
}

/// Takes controls out; a form that is no more than its controls goes wholly, one around an article is opened.
pub(super) fn remove_forms(dom: &mut Dom, root: NodeId) {
    for id in dom::below(dom, root) {
        let name = dom::name(dom, id);
        let Some(node) = dom.get(id) else { continue };
        if name == "form" || name == "fieldset" {
            let is_slight = dom::text_up_to(node, SLIGHT).len() <= SLIGHT;
            if is_slight && node.descendants().any(|n| CONTROLS.contains(&dom::node_name(n))) {
                dom::detach(dom, id);
            } else {
                dom::rename(dom, id, "div");
            }
        } else if CONTROLS.contains(&name) {
            // Pictures that open when clicked are wrapped in buttons.
            if matches!(name, "button" | "label") && node.descendants().any(|n| dom::node_name(n) == "img") {
                dom::unwrap(dom, id);
            } else {
                dom::detach(dom, id);
            }
        }
    }
}

/// Decodes mail addresses that a proxy hid from harvesters; the key changes with every download, the address does not.
pub(super) fn reveal_mail(dom: &mut Dom, root: NodeId) {
    for id in dom::below(dom, root) {
        let Some(element) = dom::element(dom, id) else { continue };
        let href = dom::attr(element, "href").unwrap_or_default();
        let is_link = href.contains(HIDDEN_MAIL);
        let hidden = dom::attr(element, "data-cfemail")
            .or_else(|| href.split_once('#').map(|(_, h)| h).filter(|_| is_link));
        let Some(address) = hidden.and_then(decode_mail) else {
            if hidden.is_some() {
                dom::set_attr(dom, id, "href", None);
            }
            continue;
        };
        let is_data = dom::attr(element, "data-cfemail").is_some();
        if &*element.name.local == "a" {
            dom::set_attr(dom, id, "href", Some(&format!("mailto:{address}")));
        }
        if is_data {
            dom::clear(dom, id);
            dom::append_text(dom, id, address.split('?').next().unwrap_or_default());
        }
    }
}

fn decode_mail(hex: &str) -> Option<String> {
    let digits: Vec<u8> = hex.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    let (key, rest) = bytes.split_first()?;
    let text = String::from_utf8(rest.iter().map(|b| b ^ key).collect()).ok()?;
    let (user, host) = text.split_once('@')?;
    let is_plain = text.chars().all(|c| c.is_ascii_graphic() && !"<>\"'".contains(c));
    (is_plain && !user.is_empty() && host.contains('.') && text.len() < 256).then_some(text)
}

/// Removes what is no content whatever stands in it.
pub(super) fn remove_machinery(dom: &mut Dom, root: NodeId) {
    for id in dom::below(dom, root) {
        let goes = dom.get(id).is_some_and(|n| match n.value() {
            Node::Element(e) => matches!(
                &*e.name.local,
                "script"
                    | "style"
                    | "svg"
                    | "math"
                    | "template"
                    | "canvas"
                    | "textarea"
                    | "title"
                    | "meta"
                    | "link"
                    | "base"
                    | "dialog"
                    | "map"
                    | "area"
                    | "param"
                    | "applet"
                    | "head"
                    | "noframes"
                    | "noembed"
                    | "bgsound"
                    | "keygen"
                    | "progress"
                    | "meter"
            ),
            Node::Text(_) => false,
            _ => true,
        });
        if goes {
            dom::detach(dom, id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn players_lead_to_their_pages() {
        for (frame, page) in [
            (
                "https://www.youtube.com/embed/HRGB0xn1Zz4?feature=oembed",
                "https://www.youtube.com/watch?v=HRGB0xn1Zz4",
            ),
            ("https://www.youtube-nocookie.com/embed/a_b-c", "https://www.youtube.com/watch?v=a_b-c"),
            ("https://player.vimeo.com/video/123?h=1", "https://vimeo.com/123"),
            ("https://www.dailymotion.com/embed/video/x1", "https://www.dailymotion.com/video/x1"),
            ("https://platform.twitter.com/embed/Tweet.html?id=12", "https://twitter.com/i/status/12"),
            ("https://open.spotify.com/embed/track/1", "https://open.spotify.com/track/1"),
            ("https://other.example/x?y", "https://other.example/x?y"),
        ] {
            let url = Url::parse(frame).unwrap();
            assert_eq!(page_of(&url).0.as_str(), page);
        }
    }

    #[test]
    fn mail_addresses_are_decoded() {
        let key = 0x5A_u8;
        let hidden: String = std::iter::once(key)
            .chain("me@example.org".bytes().map(|b| b ^ key))
            .map(|b| format!("{b:02x}"))
            .collect();
        assert_eq!(decode_mail(&hidden).as_deref(), Some("me@example.org"));
        for bad in ["", "5", "zz", "770403", "正"] {
            assert_eq!(decode_mail(bad), None, "{bad}");
        }
    }
}
