//! Share blocks, with their label. A paragraph that merely links to a social network is no share block.

use std::collections::HashSet;

use ego_tree::{NodeId, NodeRef};
use scraper::Node;
use url::Url;

use super::dom::{self, Dom};

/// Words above share buttons, in lower case and without punctuation.
const LABELS: [&str; 56] = [
    "share",
    "share this",
    "share this article",
    "share this story",
    "share this post",
    "share this page",
    "share on",
    "share via",
    "share with",
    "share it",
    "share with friends",
    "share to",
    "share on social media",
    "sharing",
    "分享",
    "分享到",
    "分享至",
    "分享本文",
    "分享文章",
    "分享给朋友",
    "转发",
    "轉發",
    "转发到",
    "シェア",
    "シェアする",
    "共有",
    "この記事をシェア",
    "공유",
    "공유하기",
    "기사 공유",
    "partager",
    "partager cet article",
    "partagez",
    "partager sur",
    "teilen",
    "artikel teilen",
    "diesen artikel teilen",
    "compartir",
    "compartir en",
    "comparte",
    "compartilhar",
    "compartilhe",
    "partilhar",
    "condividi",
    "condividi su",
    "delen",
    "deel dit artikel",
    "поделиться",
    "поделитесь",
    "поділитися",
    "شارك",
    "مشاركة",
    "المشاركة",
    "paylaş",
    "udostępnij",
    "chia sẻ",
];

/// Names of services and what else stands on share buttons.
const NAMES: [&str; 42] = [
    "facebook",
    "twitter",
    "x",
    "whatsapp",
    "telegram",
    "email",
    "e-mail",
    "mail",
    "print",
    "copy link",
    "copy",
    "line",
    "微信",
    "微博",
    "新浪微博",
    "朋友圈",
    "qq空间",
    "qq",
    "linkedin",
    "reddit",
    "pinterest",
    "tumblr",
    "weibo",
    "wechat",
    "vk",
    "viber",
    "messenger",
    "skype",
    "pocket",
    "flipboard",
    "bluesky",
    "mastodon",
    "threads",
    "xing",
    "tweet",
    "post",
    "more",
    "link",
    "sms",
    "复制链接",
    "打印",
    "tweeter",
];

/// Parts of class names that only share widgets have. `share` alone would hit the price of a share.
const CLASSES: [&str; 30] = [
    "addtoany",
    "addthis",
    "sharethis",
    "sharedaddy",
    "sd-sharing",
    "a2a_kit",
    "social-share",
    "socialshare",
    "social_share",
    "share-button",
    "share-btn",
    "sharebutton",
    "share_button",
    "share-bar",
    "sharebar",
    "share-tools",
    "share-links",
    "share-icons",
    "share-widget",
    "share-block",
    "share-list",
    "share-menu",
    "sharing-buttons",
    "article-share",
    "post-share",
    "entry-share",
    "share-this",
    "share-article",
    "bdsharebuttonbox",
    "social-buttons",
];

/// More text than this is no label but an article.
const SLIGHT: usize = 200;

/// Removes share blocks below `root`, except what is kept.
pub(super) fn remove(dom: &mut Dom, root: NodeId, keep: &HashSet<NodeId>) {
    let mut links = HashSet::new();
    let mut widgets = Vec::new();
    for node in dom.get(root).into_iter().flat_map(|n| n.descendants()) {
        let Some(element) = node.value().as_element() else { continue };
        if &*element.name.local == "a" && dom::attr(element, "href").is_some_and(is_share_address) {
            links.insert(node.id());
        }
        let is_widget = dom::attr(element, "class").is_some_and(|class| {
            let class = class.to_ascii_lowercase();
            CLASSES.iter().any(|hint| class.contains(hint))
        }) || element.name.local.starts_with("share-")
            || element.attrs.iter().any(|(key, _)| &*key.local == "data-root-share");
        if is_widget {
            widgets.push(node.id());
        }
    }
    for id in widgets {
        let Some(node) = dom.get(id).filter(|_| !keep.contains(&id)) else { continue };
        if dom::is_below(dom, id, root)
            && !has_pictures(node)
            && dom::text_up_to(node, SLIGHT).len() <= SLIGHT
        {
            remove_with_label(dom, id, keep);
        }
    }
    let mut in_order: Vec<NodeId> = links.iter().copied().collect();
    in_order.sort_unstable();
    for id in in_order {
        if keep.contains(&id) || !dom::is_below(dom, id, root) {
            continue;
        }
        let block = dom.get(id).and_then(|node| {
            let up = node.ancestors().take_while(|a| a.id() != root && !keep.contains(&a.id()));
            up.take_while(|a| is_share_only(*a, &links)).last()
        });
        match block.map(|b| b.id()) {
            Some(block) => remove_with_label(dom, block, keep),
            // In a sentence it is the author's own and stays; an icon, or a name after a label, is a button.
            None if is_button(dom, id, root, keep) => remove_with_label(dom, id, keep),
            None => {}
        }
    }
}

/// Whether an element holds share links, their label, the names of services and nothing else.
fn is_share_only(node: NodeRef<'_, Node>, links: &HashSet<NodeId>) -> bool {
    let mut stack = vec![node];
    let mut seen = 0;
    while let Some(node) = stack.pop() {
        seen += 1;
        if seen > 300 {
            return false;
        }
        match node.value() {
            Node::Text(text) if !is_label(text) => return false,
            Node::Element(element) => {
                let is_other_link = &*element.name.local == "a"
                    && !links.contains(&node.id())
                    && dom::attr(element, "href").is_some_and(|h| !h.starts_with('#') && !h.is_empty())
                    && !dom::is_blank(&dom::text_up_to(node, SLIGHT));
                if is_other_link || is_picture(node) {
                    return false;
                }
                if !links.contains(&node.id()) {
                    stack.extend(node.children());
                }
            }
            _ => {}
        }
    }
    true
}

fn is_picture(node: NodeRef<'_, Node>) -> bool {
    let Some(element) = node.value().as_element() else { return false };
    match &*element.name.local {
        "img" => dom::pixels(element, "width").is_none_or(|w| w > 64.0),
        "video" | "audio" | "iframe" | "table" | "pre" => true,
        _ => false,
    }
}

fn has_pictures(node: NodeRef<'_, Node>) -> bool {
    node.descendants().any(is_picture)
}

/// Whether a share link that stands alone is a button rather than a part of a sentence.
fn is_button(dom: &Dom, id: NodeId, root: NodeId, keep: &HashSet<NodeId>) -> bool {
    let Some(node) = dom.get(id) else { return false };
    let text = dom::text_up_to(node, SLIGHT);
    let is_top = node.parent().is_some_and(|p| p.id() == root);
    dom::is_blank(&text) || (is_top && is_label(&text)) || label_before(dom, id, keep).is_some()
}

/// Removes a block, and the label before it.
fn remove_with_label(dom: &mut Dom, id: NodeId, keep: &HashSet<NodeId>) {
    if let Some(label) = label_before(dom, id, keep) {
        dom::detach(dom, label);
    }
    dom::detach(dom, id);
}

fn label_before(dom: &Dom, id: NodeId, keep: &HashSet<NodeId>) -> Option<NodeId> {
    let mut before = dom.get(id)?.prev_siblings().skip_while(|n| match n.value() {
        Node::Text(text) => dom::is_blank(text),
        Node::Element(e) => &*e.name.local == "br",
        _ => true,
    });
    let label = before.next().filter(|n| !keep.contains(&n.id()) && !has_pictures(*n))?;
    let text = dom::text_up_to(label, SLIGHT);
    (!dom::is_blank(&text) && LABELS.contains(&&*bare(&text))).then(|| label.id())
}

/// Lower case, without punctuation around.
fn bare(text: &str) -> String {
    let trimmed = text.trim_matches(|c: char| !c.is_alphanumeric());
    trimmed.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_label(text: &str) -> bool {
    if text.len() > SLIGHT {
        return false;
    }
    let bare = bare(text);
    bare.is_empty()
        || LABELS.contains(&&*bare)
        || NAMES.contains(&&*bare)
        || bare.bytes().all(|b| b.is_ascii_digit())
}

/// Whether an address opens a form that shares a page, as against one that shows something shared.
fn is_share_address(href: &str) -> bool {
    let href = href.trim().to_ascii_lowercase();
    let has = |prefixes: &[&str]| prefixes.iter().any(|p| href.starts_with(p));
    if has(&["whatsapp:", "fb-messenger:", "viber:", "tg:", "weixin:", "line:", "mailto:?"]) {
        return true;
    }
    let Ok(url) = Url::parse(&href).or_else(|_| Url::parse(&format!("https:{href}"))) else { return false };
    let host = url.host_str().unwrap_or_default();
    let path = url.path().trim_end_matches('/');
    let has_parameter = |names: &[&str]| url.query_pairs().any(|(key, _)| names.contains(&&*key));
    if host.ends_with("addtoany.com") || host.ends_with("addthis.com") {
        return true;
    }
    if host == "wa.me" || (host.contains("whatsapp") && path.ends_with("/send")) {
        return has_parameter(&["text"]);
    }
    const ENDS: [&str; 28] = [
        "/share",
        "/share.php",
        "/sharer",
        "/sharer.php",
        "/sharer/sharer.php",
        "/intent/tweet",
        "/intent/post",
        "/intent/compose",
        "/dialog/share",
        "/dialog/feed",
        "/dialog/send",
        "/sharearticle",
        "/share-offsite",
        "/pin/create/button",
        "/pin/create/link",
        "/pin/create",
        "/share/url",
        "/lineit/share",
        "/msg/text",
        "/share/share.php",
        "/submit",
        "/sharelink",
        "/shareqq/index.html",
        "/share_popup",
        "/cgi_qzshare_onekey",
        "/spi/shares/new",
        "/offer",
        "/share/link",
    ];
    let names = [
        "u", "url", "href", "link", "linkurl", "text", "body", "status", "title", "mini", "app_id", "quote",
        "media",
    ];
    (path.contains("/add_to/") || ENDS.iter().any(|end| path.ends_with(end))) && has_parameter(&names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn share_forms_are_told_from_pages() {
        for yes in [
            "https://www.facebook.com/sharer/sharer.php?u=x",
            "https://www.facebook.com/dialog/share?app_id=1&href=x",
            "https://twitter.com/intent/tweet?text=x",
            "//x.com/intent/post?url=x",
            "whatsapp://send?text=x",
            "https://api.whatsapp.com/send?text=x",
            "https://wa.me/?text=x",
            "https://t.me/share/url?url=x",
            "https://www.linkedin.com/shareArticle?mini=true&url=x",
            "mailto:?subject=x&body=y",
        ] {
            assert!(is_share_address(yes), "{yes}");
        }
        for no in [
            "https://x.com/someone/status/1",
            "https://www.facebook.com/someone/posts/1",
            "https://wa.me/4112345",
            "mailto:desk@example.org",
            "https://example.org/share",
            "/share",
            "",
        ] {
            assert!(!is_share_address(no), "{no}");
        }
    }
}
