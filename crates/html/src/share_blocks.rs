//! Removes share blocks with their labels. A paragraph that only links to a social network is not a share block.

use std::collections::{HashMap, HashSet};

use feedmill_types::work;
use url::Url;

use super::dom::{self, Dom, NodeId, NodeRef};

/// Labels of share blocks, in lower case and without punctuation.
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

/// Texts of share buttons: names of services and actions.
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

/// Parts of class names that only share widgets have. Not `share` alone, which also matches share prices.
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

/// Length in bytes of the longest text in a share button or label. With more, it is an article.
const MAX_WIDGET_TEXT: usize = 200;
/// Number of nodes in the largest share block.
const MAX_BLOCK_NODES: usize = 300;
/// Images of at most this width, in pixels, are icons.
const MAX_ICON: f32 = 64.0;
/// Number of blank siblings between a share block and the label before it.
const MAX_LOOK_BACK: usize = 100;

/// Removes share blocks in `root`, except those to keep.
pub(super) fn remove(dom: &mut Dom, root: NodeId, keep: &HashSet<NodeId>) {
    let mut links = Vec::new();
    let mut widgets = Vec::new();
    for node in dom.subtree(root) {
        let Some(element) = node.element() else { continue };
        if node.name() == "a" && dom::attr(element, "href").is_some_and(is_share_url) {
            links.push(node.id());
        }
        let is_widget = dom::attr(element, "class").is_some_and(|class| {
            work::step(class.len());
            let class = class.to_ascii_lowercase();
            CLASSES.iter().any(|hint| class.contains(hint))
        }) || element.name.local.starts_with("share-")
            || element.attrs.iter().any(|(key, _)| &*key.local == "data-root-share");
        if is_widget {
            widgets.push(node.id());
        }
    }
    links.sort_unstable();
    let mut widgets_remover = Remover::new(root, keep, &[]);
    for id in widgets {
        widgets_remover.remove_widget(dom, id);
    }
    let mut links_remover = Remover::new(root, keep, &links);
    for id in &links {
        links_remover.remove_link(dom, *id);
    }
}

/// The reason why an element is not a share block.
enum Obstacle {
    /// This node is something else than a share link.
    Node(NodeId),
    TooManyNodes,
}

/// Removes share blocks in document order.
///
/// An article may contain thousands of share links in one parent, so nothing is looked at again for each of them: the
/// answers for an element around a link, and for a sibling before it, are kept until something changes them.
struct Remover<'a> {
    root: NodeId,
    keep: &'a HashSet<NodeId>,
    /// All share links.
    links: HashSet<NodeId>,
    /// Elements that are not share blocks.
    obstacles: HashMap<NodeId, Obstacle>,
    /// Roles of siblings before share links. Whatever is in them was looked at before, so their roles are final.
    roles: HashMap<NodeId, Role>,
}

/// The role of a sibling before a share link.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Blank,
    Label,
    Content,
}

impl<'a> Remover<'a> {
    fn new(root: NodeId, keep: &'a HashSet<NodeId>, links: &[NodeId]) -> Self {
        let links = links.iter().copied().collect();
        Self { root, keep, links, obstacles: HashMap::new(), roles: HashMap::new() }
    }

    /// Removes an element that only a share widget can be, if it contains little text.
    fn remove_widget(&mut self, dom: &mut Dom, id: NodeId) {
        let Some(node) = dom.get(id).filter(|_| !self.keep.contains(&id)) else { return };
        let is_small = || node.text_up_to(MAX_WIDGET_TEXT).len() <= MAX_WIDGET_TEXT;
        if dom.is_below(id, self.root) && is_small() && !contains_media(node) {
            self.remove_with_label(dom, id);
        }
    }

    /// Removes a share link with the share block around it, if it is a button.
    fn remove_link(&mut self, dom: &mut Dom, id: NodeId) {
        if self.keep.contains(&id) || !dom.is_below(id, self.root) {
            return;
        }
        let mut block = None;
        for around in dom.get(id).into_iter().flat_map(NodeRef::ancestors) {
            let is_candidate = around.id() != self.root && !self.keep.contains(&around.id());
            if !is_candidate || !self.is_share_block(dom, around) {
                break;
            }
            block = Some(around.id());
        }
        // A link in a sentence belongs to the article. An icon, or a name after a label, is a button.
        match block {
            Some(block) => self.remove_with_label(dom, block),
            None if self.is_button(dom, id) => self.remove_with_label(dom, id),
            None => {}
        }
    }

    /// True if an element contains only share links, their label, and names of services.
    fn is_share_block(&mut self, dom: &Dom, node: NodeRef<'_>) -> bool {
        let is_known = self.obstacles.get(&node.id()).is_some_and(|obstacle| match obstacle {
            Obstacle::Node(other) => *other == node.id() || dom.is_below(*other, node.id()),
            Obstacle::TooManyNodes => true,
        });
        if is_known {
            return false;
        }
        match self.obstacle(node) {
            Some(obstacle) => {
                self.obstacles.insert(node.id(), obstacle);
                false
            }
            None => true,
        }
    }

    fn obstacle(&self, block: NodeRef<'_>) -> Option<Obstacle> {
        let mut stack = vec![block];
        let mut seen = 0;
        while let Some(node) = stack.pop() {
            seen += 1;
            if seen > MAX_BLOCK_NODES || !work::step(1) {
                return Some(Obstacle::TooManyNodes);
            }
            if node.id() != block.id() {
                stack.extend(node.next_sibling());
            }
            if node.text().is_some_and(|text| !is_label(text)) {
                return Some(Obstacle::Node(node.id()));
            }
            let Some(element) = node.element().filter(|_| !self.links.contains(&node.id())) else { continue };
            let is_other_link = node.name() == "a"
                && dom::attr(element, "href").is_some_and(|h| !h.starts_with('#') && !h.is_empty())
                && !dom::is_blank(&node.text_up_to(MAX_WIDGET_TEXT));
            if is_other_link || is_media(node) {
                return Some(Obstacle::Node(node.id()));
            }
            stack.extend(node.first_child());
        }
        None
    }

    /// True if a share link outside of a share block is a button and not part of a sentence.
    fn is_button(&mut self, dom: &Dom, id: NodeId) -> bool {
        let Some(node) = dom.get(id) else { return false };
        let text = node.text_up_to(MAX_WIDGET_TEXT);
        let is_top = node.parent().is_some_and(|p| p.id() == self.root);
        dom::is_blank(&text) || (is_top && is_label(&text)) || self.label_before(node).is_some()
    }

    /// Removes a block, and the label before it.
    fn remove_with_label(&mut self, dom: &mut Dom, id: NodeId) {
        if let Some(label) = dom.get(id).and_then(|node| self.label_before(node)) {
            dom.detach(label);
        }
        dom.detach(id);
    }

    fn label_before(&mut self, node: NodeRef<'_>) -> Option<NodeId> {
        let mut before = node.prev_siblings().take(MAX_LOOK_BACK);
        before.find_map(|sibling| match self.role(sibling) {
            Role::Blank => None,
            role => Some((role == Role::Label).then_some(sibling.id())),
        })?
    }

    fn role(&mut self, node: NodeRef<'_>) -> Role {
        if let Some(role) = self.roles.get(&node.id()) {
            return *role;
        }
        let is_blank = match (node.text(), node.element()) {
            (Some(text), _) => dom::is_blank(text),
            (None, Some(_)) => node.name() == "br",
            (None, None) => true,
        };
        let role = match is_blank {
            true => Role::Blank,
            false if !self.keep.contains(&node.id()) && is_share_label(node) => Role::Label,
            false => Role::Content,
        };
        self.roles.insert(node.id(), role);
        role
    }
}

fn is_share_label(node: NodeRef<'_>) -> bool {
    let text = node.text_up_to(MAX_WIDGET_TEXT);
    !dom::is_blank(&text) && LABELS.contains(&&*bare(&text)) && !contains_media(node)
}

fn is_media(node: NodeRef<'_>) -> bool {
    match node.name() {
        "img" => node.element().and_then(|img| dom::pixels(img, "width")).is_none_or(|w| w > MAX_ICON),
        "video" | "audio" | "iframe" | "table" | "pre" => true,
        _ => false,
    }
}

fn contains_media(node: NodeRef<'_>) -> bool {
    node.subtree().any(is_media)
}

/// Returns text in lower case, without punctuation around it.
fn bare(text: &str) -> String {
    work::step(text.len());
    let trimmed = text.trim_matches(|c: char| !c.is_alphanumeric());
    trimmed.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_label(text: &str) -> bool {
    if text.len() > MAX_WIDGET_TEXT {
        return false;
    }
    let bare = bare(text);
    bare.is_empty()
        || LABELS.contains(&&*bare)
        || NAMES.contains(&&*bare)
        || bare.bytes().all(|b| b.is_ascii_digit())
}

/// True if a URL opens a form that shares a page. URLs that show something shared do not count.
fn is_share_url(href: &str) -> bool {
    work::step(href.len());
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
    fn share_forms_and_pages_are_distinguished() {
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
            assert!(is_share_url(yes), "{yes}");
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
            assert!(!is_share_url(no), "{no}");
        }
    }
}
