//! Parts of a page that do not belong in a feed: advertisements, hidden elements, forms, obfuscated email addresses.

use std::collections::HashSet;

use scraper::node::Element;

use super::dom::{self, Dom, NodeId};
use super::links::HIDDEN_EMAIL_PATH;

/// Class names of advertisement slots and lists of related articles, as whole words.
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

/// Elements whose text is a control and not content.
const CONTROLS: [&str; 9] =
    ["input", "select", "option", "optgroup", "datalist", "output", "button", "label", "selectedcontent"];

/// Length in bytes of the longest text in an advertisement, hidden element or form. With more, it is an article.
const MAX_WIDGET_TEXT: usize = 200;

/// Removes advertisement slots and small hidden elements.
pub(super) fn remove_ads_and_hidden(dom: &mut Dom, root: NodeId, keep: &HashSet<NodeId>) {
    for id in dom.descendants(root) {
        let Some(node) = dom.get(id).filter(|_| !keep.contains(&id)) else { continue };
        let Some(element) = node.element() else { continue };
        let is_clutter = is_ad(element) || (dom::is_hidden(element) && node.name() != "img");
        if is_clutter && node.text_up_to(MAX_WIDGET_TEXT).len() <= MAX_WIDGET_TEXT {
            dom.detach(id);
        }
    }
}

fn is_ad(element: &Element) -> bool {
    let get = |name: &str| dom::attr(element, name);
    let starts_with =
        |name: &str, word: &str| get(name).is_some_and(|v| v.to_ascii_lowercase().starts_with(word));
    get("class").is_some_and(|class| {
        class.split_ascii_whitespace().any(|c| AD_CLASSES.iter().any(|ad| ad.eq_ignore_ascii_case(c)))
    }) || get("data-ad-slot").is_some()
        || get("data-ad-client").is_some()
        || starts_with("aria-label", "advertis")
        || starts_with("data-e2e", "advertis")
        || starts_with("id", "div-gpt-ad")
        || starts_with("id", "google_ads")
        || &*element.name.local == "amp-ad"
}

/// Removes controls. Removes a form that contains little else, and turns one around an article into a `div`.
pub(super) fn remove_forms(dom: &mut Dom, root: NodeId) {
    for id in dom.descendants(root) {
        let name = dom.name(id);
        let Some(node) = dom.get(id) else { continue };
        if name == "form" || name == "fieldset" {
            let is_small = node.text_up_to(MAX_WIDGET_TEXT).len() <= MAX_WIDGET_TEXT;
            if is_small && node.subtree().any(|n| CONTROLS.contains(&n.name())) {
                dom.detach(id);
            } else {
                dom.rename(id, "div");
            }
        } else if CONTROLS.contains(&name) {
            // Images that open when clicked are wrapped in buttons.
            if matches!(name, "button" | "label") && node.subtree().any(|n| n.name() == "img") {
                dom.unwrap(id);
            } else {
                dom.detach(id);
            }
        }
    }
}

/// Decodes email addresses that Cloudflare obfuscated. Its key changes with every download, so the article would, too.
pub(super) fn reveal_emails(dom: &mut Dom, root: NodeId) {
    for id in dom.descendants(root) {
        let Some(element) = dom.element(id) else { continue };
        let href = dom::attr(element, "href").unwrap_or_default();
        let is_link = href.contains(HIDDEN_EMAIL_PATH);
        let encoded = dom::attr(element, "data-cfemail")
            .or_else(|| href.split_once('#').map(|(_, h)| h).filter(|_| is_link));
        let Some(email) = encoded.and_then(decode_email) else {
            if encoded.is_some() {
                dom.set_attr(id, "href", None);
            }
            continue;
        };
        let is_text = dom::attr(element, "data-cfemail").is_some();
        if dom.name(id) == "a" {
            dom.set_attr(id, "href", Some(&format!("mailto:{email}")));
        }
        if is_text {
            dom.clear(id);
            dom.append_text(id, email.split('?').next().unwrap_or_default());
        }
    }
}

fn decode_email(hex: &str) -> Option<String> {
    let digits: Vec<u8> = hex.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    let (key, rest) = bytes.split_first()?;
    let text = String::from_utf8(rest.iter().map(|b| b ^ key).collect()).ok()?;
    let (user, host) = text.split_once('@')?;
    let is_plain = text.chars().all(|c| c.is_ascii_graphic() && !"<>\"'".contains(c));
    (is_plain && !user.is_empty() && host.contains('.') && text.len() < 256).then_some(text)
}

/// Removes elements that are never content: scripts, styles, metadata, and also comments.
pub(super) fn remove_non_content(dom: &mut Dom, root: NodeId) {
    for id in dom.descendants(root) {
        let is_content = dom.get(id).is_some_and(|node| match node.element() {
            None => node.text().is_some(),
            Some(_) => !matches!(
                node.name(),
                "script"
                    | "style"
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
        });
        if !is_content {
            dom.detach(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn email_addresses_are_decoded() {
        let key = 0x5A_u8;
        let hidden: String = std::iter::once(key)
            .chain("me@example.org".bytes().map(|b| b ^ key))
            .map(|b| format!("{b:02x}"))
            .collect();
        assert_eq!(decode_email(&hidden).as_deref(), Some("me@example.org"));
        for bad in ["", "5", "zz", "770403", "正"] {
            assert_eq!(decode_email(bad), None, "{bad}");
        }
    }
}
