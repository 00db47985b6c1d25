//! Removes share blocks with their labels. A paragraph that only links to a social network is not a share block.

use std::collections::{HashMap, HashSet};

use feedmill_types::{starts_with_ignore_case, work};
use scraper::node::Element;
use url::Url;

use super::dom::{self, Dom, NodeId, NodeRef};
use super::services;

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

/// Class names of share widgets, whole: those of known programs. The words of others must all be in [`CLASS_WORDS`].
const CLASSES: [&str; 6] = ["a2a_kit", "addthis", "addtoany", "bdsharebuttonbox", "sharedaddy", "sharethis"];
/// Usual class names of share widgets in one word, or without a word for sharing.
const USUAL_CLASSES: [&str; 5] = ["sharebar", "sharebutton", "sharebuttons", "social-buttons", "socialshare"];
/// Starts of class names of known programs.
const CLASS_STARTS: [&str; 5] = ["a2a_", "addthis_", "addtoany_", "sd-sharing", "sharethis-"];
/// Words of the class names of share widgets. Not `market`: `market-share-list` is a list of shares.
const CLASS_WORDS: [&str; 50] = [
    "area",
    "article",
    "bar",
    "block",
    "bottom",
    "box",
    "btn",
    "btns",
    "button",
    "buttons",
    "container",
    "content",
    "desktop",
    "entry",
    "fixed",
    "floating",
    "footer",
    "group",
    "header",
    "icon",
    "icons",
    "inline",
    "item",
    "items",
    "links",
    "list",
    "media",
    "menu",
    "mobile",
    "nav",
    "network",
    "networks",
    "page",
    "post",
    "row",
    "section",
    "share",
    "sharing",
    "side",
    "social",
    "sticky",
    "story",
    "this",
    "toolbar",
    "tools",
    "top",
    "vertical",
    "widget",
    "wrap",
    "wrapper",
];

/// Words of labels that share a page, besides the names of services: verbs, and what connects them.
const LABEL_WORDS: [&str; 86] = [
    "a",
    "article",
    "artikel",
    "auf",
    "bei",
    "by",
    "cet",
    "chia",
    "click",
    "clipboard",
    "comparte",
    "compartilhar",
    "compartilhe",
    "compartir",
    "condividi",
    "copied",
    "copy",
    "deel",
    "del",
    "dela",
    "delen",
    "diesen",
    "dit",
    "e",
    "em",
    "email",
    "en",
    "friend",
    "friends",
    "here",
    "in",
    "it",
    "link",
    "mail",
    "med",
    "message",
    "mit",
    "na",
    "new",
    "no",
    "on",
    "op",
    "opens",
    "our",
    "page",
    "par",
    "partager",
    "partagez",
    "partilhar",
    "paylaş",
    "per",
    "pin",
    "post",
    "print",
    "publicar",
    "seite",
    "send",
    "sending",
    "sent",
    "share",
    "shares",
    "sharing",
    "story",
    "su",
    "sur",
    "teilen",
    "the",
    "this",
    "through",
    "to",
    "trên",
    "tweet",
    "tweeten",
    "twittern",
    "udostępnij",
    "using",
    "via",
    "window",
    "with",
    "your",
    "в",
    "на",
    "отправить",
    "поделиться",
    "поділитися",
    "твитнуть",
];

/// Number of characters of the longest text of a share button or label. With more, it is an article.
const MAX_WIDGET_TEXT: usize = 200;
/// Number of characters of the longest label of one button.
const MAX_LABEL: usize = 60;
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
        if node.name() == "a" && is_share_button(node, element) {
            links.push(node.id());
        }
        if let Some(widget) = Widget::of(element) {
            widgets.push((node.id(), widget));
        }
    }
    links.sort_unstable();
    let mut widgets_remover = Remover::new(root, keep, &links);
    for (id, widget) in widgets {
        widgets_remover.remove_widget(dom, id, widget);
    }
    let mut links_remover = Remover::new(root, keep, &links);
    for id in &links {
        links_remover.remove_link(dom, *id);
    }
}

/// How an element is recognized as a share widget.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Widget {
    /// It has the name that a known program gives it.
    Known,
    /// It has a usual name, so its content must be that of a widget.
    Usual,
}

impl Widget {
    fn of(element: &Element) -> Option<Self> {
        if element.name.local.starts_with("share-")
            || element.attrs.iter().any(|(key, _)| &*key.local == "data-root-share")
        {
            return Some(Self::Known);
        }
        let class = dom::attr(element, "class")?;
        work::step(class.len());
        let mut is_usual = false;
        for name in class.split_ascii_whitespace() {
            let starts = |start: &&str| starts_with_ignore_case(name, start);
            if CLASSES.iter().any(|known| known.eq_ignore_ascii_case(name)) || CLASS_STARTS.iter().any(starts)
            {
                return Some(Self::Known);
            }
            is_usual |= is_usual_name(name);
        }
        is_usual.then_some(Self::Usual)
    }
}

/// True for a class name such as `share-buttons`, `article-share` and `post_share_bar`: it has a word for sharing and another
/// one, and no other words. The part behind `__` or `--` names a part or a variant.
fn is_usual_name(name: &str) -> bool {
    let block = name.split("__").next().unwrap_or_default().split("--").next().unwrap_or_default();
    let mut words = block.split(['-', '_']);
    let is_share = |word: &str| word.eq_ignore_ascii_case("share") || word.eq_ignore_ascii_case("sharing");
    let is_known = |word: &str| CLASS_WORDS.iter().any(|known| known.eq_ignore_ascii_case(word));
    let is_usual = || block.contains(['-', '_']) && words.clone().any(is_share);
    (is_usual() && words.all(is_known)) || USUAL_CLASSES.iter().any(|known| known.eq_ignore_ascii_case(block))
}

/// True for a link that opens a form which shares the page, and has nothing but a label or an icon.
fn is_share_button(link: NodeRef<'_>, element: &Element) -> bool {
    let Some(href) = dom::attr(element, "href") else { return false };
    let text = link.text_up_to(MAX_LABEL);
    (dom::is_blank(&text) || is_label(&text))
        && is_share_url(href)
        && link.subtree().all(|node| !is_media_in_link(node))
}

/// True for an image in a share link that is more than an icon.
fn is_media_in_link(node: NodeRef<'_>) -> bool {
    let Some(img) = node.element().filter(|_| node.name() == "img") else { return is_media(node) };
    let known = ["width", "height"].iter().find_map(|side| dom::pixels(img, side));
    let is_photo = || {
        let src = dom::attr(img, "src").unwrap_or_default().split(['?', '#']).next().unwrap_or_default();
        let ending = src.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        let alt = dom::attr(img, "alt").unwrap_or_default();
        !is_label(alt) || (bare(alt).is_empty() && matches!(&*ending, "jpg" | "jpeg" | "webp" | "avif"))
    };
    known.map_or_else(is_photo, |pixels| pixels > MAX_ICON)
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

    /// Removes a share widget, if it contains little text; one with a usual name only if it has the content of one.
    fn remove_widget(&mut self, dom: &mut Dom, id: NodeId, widget: Widget) {
        let Some(node) = dom.get(id).filter(|_| !self.keep.contains(&id)) else { return };
        let is_widget = match widget {
            Widget::Known => node.is_text_within(MAX_WIDGET_TEXT) && !contains_media(node),
            Widget::Usual => self.is_share_block(dom, node),
        };
        if is_widget && dom.is_below(id, self.root) {
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
            let leads = |href: &str| {
                !href.is_empty() && !href.starts_with('#') && !starts_with_ignore_case(href, "javascript:")
            };
            let is_other_link = node.name() == "a"
                && dom::attr(element, "href").is_some_and(|href| leads(href.trim()))
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
    node.text_within(MAX_WIDGET_TEXT)
        .is_some_and(|text| !dom::is_blank(&text) && LABELS.contains(&&*bare(&text)))
        && !contains_media(node)
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

/// True for the label of a share button: a usual one, the name of a service, a count, or a phrase of such words.
fn is_label(text: &str) -> bool {
    let text = text.trim();
    if text.len() > 4 * MAX_LABEL || text.chars().count() > MAX_LABEL {
        return false;
    }
    let bare = bare(text);
    bare.is_empty()
        || LABELS.contains(&&*bare)
        || NAMES.contains(&&*bare)
        || is_number(&bare)
        || is_phrase(&bare)
}

/// True for a count, such as `1.2k`.
fn is_number(text: &str) -> bool {
    let digits = text.strip_suffix(['k', 'm']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','))
}

/// True for a phrase such as `share on facebook`: words of labels, and the name of a service or of an action.
fn is_phrase(text: &str) -> bool {
    let mut is_named = false;
    let is_known =
        text.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| !word.is_empty()).all(|word| {
            let is_name = NAMES.contains(&word) || LABELS.contains(&word);
            is_named |= is_name;
            is_name || LABEL_WORDS.contains(&word) || is_number(word)
        });
    is_known && is_named
}

/// Hosts and paths of pages that share another page. The host also matches with a name before it; an empty one matches any.
const ENDPOINTS: [(&str, &str); 58] = [
    ("", "/share"),
    ("addthis.com", ""),
    ("addtoany.com", ""),
    ("b.hatena.ne.jp", "/add"),
    ("b.hatena.ne.jp", "/append"),
    ("band.us", "/plugin/share"),
    ("bsky.app", "/intent/compose"),
    ("bufferapp.com", "/add"),
    ("buffer.com", "/add"),
    ("connect.ok.ru", "/offer"),
    ("connect.ok.ru", "/dk"),
    ("digg.com", "/submit"),
    ("facebook.com", "/share"),
    ("facebook.com", "/share.php"),
    ("facebook.com", "/sharer"),
    ("facebook.com", "/sharer.php"),
    ("facebook.com", "/sharer/sharer.php"),
    ("facebook.com", "/dialog/share"),
    ("facebook.com", "/dialog/feed"),
    ("facebook.com", "/dialog/send"),
    ("getpocket.com", "/save"),
    ("getpocket.com", "/edit"),
    ("instapaper.com", "/edit"),
    ("instapaper.com", "/hello2"),
    ("line.me", "/lineit/share"),
    ("line.me", "/msg/text"),
    ("line.me", "/r/msg/text"),
    ("line.me", "/social-plugin/share"),
    ("linkedin.com", "/cws/share"),
    ("linkedin.com", "/sharearticle"),
    ("linkedin.com", "/sharing/share-offsite"),
    ("mix.com", "/add"),
    ("news.ycombinator.com", "/submitlink"),
    ("ok.ru", "/offer"),
    ("pinterest.com", "/pin/create/button"),
    ("pinterest.com", "/pin/create/link"),
    ("pinterest.com", "/pin/create"),
    ("pinterest.com", "/pin/create/bookmarklet"),
    ("plus.google.com", "/share"),
    ("qq.com", "/shareqq/index.html"),
    ("qq.com", "/widget/shareqq/index.html"),
    ("qzone.qq.com", "/cgi-bin/qzshare/cgi_qzshare_onekey"),
    ("reddit.com", "/submit"),
    ("share.flipboard.com", "/bookmarklet/popout"),
    ("skype.com", "/share"),
    ("t.sina.com.cn", "/share/share.php"),
    ("t.me", "/share/url"),
    ("telegram.me", "/share/url"),
    ("threads.net", "/intent/post"),
    ("threads.com", "/intent/post"),
    ("tumblr.com", "/share/link"),
    ("tumblr.com", "/widgets/share/tool"),
    ("twitter.com", "/intent/tweet"),
    ("twitter.com", "/intent/post"),
    ("vk.com", "/share.php"),
    ("weibo.com", "/share/share.php"),
    ("x.com", "/intent/post"),
    ("x.com", "/intent/tweet"),
];
/// Parameters with which those pages get what they share.
const PARAMETERS: [&str; 17] = [
    "u",
    "url",
    "href",
    "link",
    "linkurl",
    "text",
    "body",
    "status",
    "title",
    "mini",
    "app_id",
    "quote",
    "media",
    "canonicalurl",
    "st.shareurl",
    "shareurl",
    "bu",
];

/// True if a URL opens a form that shares a page. URLs that show something shared do not count, and neither do those with
/// the person who gets the message: they are contacts.
fn is_share_url(href: &str) -> bool {
    work::step(href.len());
    let href = href.trim().to_ascii_lowercase();
    if let Some((scheme, rest)) = href.split_once(':') {
        let is_to_anybody = !["phone=", "number=", "to="].iter().any(|part| rest.contains(part));
        match scheme {
            "whatsapp" | "viber" | "tg" | "line" => {
                let action =
                    ["//send", "//forward", "//msg", "msg/text"].iter().any(|part| rest.starts_with(part));
                return action && is_to_anybody;
            }
            "fb-messenger" | "weixin" => return true,
            "mailto" | "sms" => return rest.starts_with(['?', '&']) && is_to_anybody,
            _ => {}
        }
    }
    let Ok(url) = Url::parse(&href).or_else(|_| Url::parse(&format!("https:{href}"))) else { return false };
    let host = url.host_str().unwrap_or_default();
    let path = url.path().trim_end_matches('/');
    let has_parameter = |names: &[&str]| url.query_pairs().any(|(key, _)| names.contains(&&*key));
    let is_at = |known: &str| services::is_host_of(host, known);
    if is_at("wa.me") || (is_at("whatsapp.com") && path == "/send") {
        return (path.is_empty() || path == "/send")
            && has_parameter(&["text"])
            && !has_parameter(&["phone"]);
    }
    let has_subject = || has_parameter(&PARAMETERS);
    // Pinterest has a host in many countries.
    let is_pinterest = host.split('.').any(|name| name == "pinterest");
    ENDPOINTS.iter().any(|(known, end)| match (*known, *end) {
        ("", end) => path == end && has_subject(),
        (known, "") => is_at(known),
        (known, end) => {
            (is_at(known) || (is_pinterest && known == "pinterest.com")) && path == end && has_subject()
        }
    })
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
            "https://www.reddit.com/submit?url=x&title=y",
            "https://de.pinterest.com/pin/create/button/?url=x",
            "https://www.pinterest.co.uk/pin/create/button/?url=x",
            "https://bsky.app/intent/compose?text=x",
            "https://mastodon.example/share?text=x",
            "sms:?&body=x",
        ] {
            assert!(is_share_url(yes), "{yes}");
        }
        for no in [
            "https://x.com/someone/status/1",
            "https://www.facebook.com/someone/posts/1",
            "https://wa.me/4112345",
            "https://wa.me/4112345?text=Hello",
            "https://api.whatsapp.com/send?phone=4112345&text=Hello",
            "whatsapp://send?phone=4112345&text=x",
            "tg://resolve?domain=mill",
            "viber://chat?number=1",
            "mailto:?to=desk@example.org",
            "https://example.org/submit?url=x",
            "https://notfacebook.com/sharer.php?u=x",
            "mailto:desk@example.org",
            "https://example.org/share",
            "/share",
            "",
        ] {
            assert!(!is_share_url(no), "{no}");
        }
    }

    fn html(raw: &str) -> String {
        let link = "https://a.example/1".parse().unwrap();
        super::super::clean(super::super::RawHtml(raw), &link, &super::super::Policy::default())
            .html
            .as_str()
            .to_owned()
    }

    #[test]
    fn contacts_quotations_and_images_that_link_to_a_share_form_stay() {
        for raw in [
            "<p><a href=\"https://wa.me/41443210987?text=Hello\">Report a leak: +41 44 321 09 87</a></p>",
            "<p><a href=\"https://api.whatsapp.com/send?phone=41443210987&amp;text=Hi\">WhatsApp</a></p>",
            "<p><a href=\"mailto:mill@a.example?subject=Visit\">Email</a></p>",
            "<blockquote><a href=\"https://x.com/intent/post?text=x\">“No wheel turns without water, and no miller sleeps.”</a></blockquote>",
            "<p><a href=\"https://twitter.com/intent/tweet?text=x&amp;url=y\">The valley owes its bread to one wheel.</a></p>",
            "<p><a href=\"https://www.facebook.com/sharer.php?u=x\">Tell the council what you think of the weir</a></p>",
            "<p><a href=\"https://www.pinterest.com/pin/create/button/?url=x\"><img src=\"https://a.example/wheel.jpg\"></a></p>",
            "<p><a href=\"https://t.me/share/url?url=x\"><img src=\"https://a.example/wheel.png\" width=\"640\"></a></p>",
        ] {
            assert_eq!(html(raw), raw);
        }
        for raw in [
            "<p><a href='https://www.facebook.com/sharer.php?u=x'>Share on Facebook</a></p>",
            "<p><a href='https://twitter.com/intent/tweet?text=x'>Click to share on Twitter (Opens in new window)</a></p>",
            "<ul><li><a href='https://wa.me/?text=x'>WhatsApp</a></li><li><a href='https://x.com/intent/post?url=x'><img src=/x.svg></a></li></ul>",
            "<p><a href='https://www.linkedin.com/sharing/share-offsite/?url=x'><img src=/i.jpg alt=LinkedIn></a></p>",
            "<div>Teilen: <a href='https://t.me/share/url?url=x'>Telegram</a> <a href='javascript:print()'>Print</a></div>",
        ] {
            assert_eq!(html(&format!("<p>Text</p>{raw}")), "<p>Text</p>", "{raw}");
        }
    }

    #[test]
    fn class_names_of_share_widgets_match_whole_words() {
        for name in
            ["share-buttons", "post_share_bar", "article-share", "social-share__list", "Share-Buttons--big"]
        {
            assert!(is_usual_name(name), "{name}");
            let raw = format!("<div class='{name}'><span>Share</span><button>Facebook</button></div>");
            assert_eq!(html(&format!("<p>Text</p>{raw}")), "<p>Text</p>", "{raw}");
            let raw = format!("<div class='{name}'><p>A third of the water belongs to the mill.</p></div>");
            assert!(html(&raw).contains("third"), "{raw}");
        }
        for name in [
            "market-share-list",
            "share",
            "crop-share-bar",
            "car-share-block",
            "water-sharing-links",
            "share-price",
        ] {
            assert!(!is_usual_name(name), "{name}");
            let raw = format!("<ul class='{name}'><li>Mill 23 %</li><li>Town 12</li></ul>");
            assert!(html(&raw).contains("Mill 23 %"), "{raw}");
        }
        for name in [
            "addtoany_share_save_container",
            "sharethis-inline-share-buttons",
            "sharedaddy sd-sharing-enabled",
        ] {
            assert_eq!(
                html(&format!("<p>Text</p><div class='{name}'>Like it</div>")),
                "<p>Text</p>",
                "{name}"
            );
        }
    }
}
