//! Addresses: every one absolute, and none that a reader should not follow.

use ego_tree::NodeId;
use url::Url;

use feedmill_types::strict;

use super::dom::{self, Dom};
use super::parse::Parsed;

/// Where Cloudflare leads who follows a mail address that it hides: nobody gets on from there without its script.
pub(super) const HIDDEN_MAIL: &str = "/cdn-cgi/l/email-protection";

/// What addresses are resolved against.
pub(super) struct Base {
    /// The article's link: where `#fragment` leads.
    page: Url,
    /// The same, unless a `<base>` that may be honoured says otherwise.
    base: Url,
}

impl Base {
    /// Honours `<base>` where the page itself must have written it: in the head of a whole document, or when it stays
    /// on the article's host. One in the middle of a body could be a comment's way to move every relative link.
    pub(super) fn new(page: &Url, parsed: &Parsed) -> Self {
        let base = parsed.base.as_ref().and_then(|(href, in_head)| {
            let url = page.join(href.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
            (*in_head || url.host_str() == page.host_str()).then_some(url)
        });
        Self { page: page.clone(), base: base.unwrap_or_else(|| page.clone()) }
    }

    /// The absolute address of something to load: http or https, without user and password.
    pub(super) fn resolve(&self, raw: &str) -> Option<Url> {
        let is_here = raw.trim_start().starts_with('#');
        self.link(raw).filter(|url| !is_here && matches!(url.scheme(), "http" | "https"))
    }

    /// The absolute address of something to follow: also `mailto:` and `tel:`.
    pub(super) fn link(&self, raw: &str) -> Option<Url> {
        let raw = raw.trim_matches(|c: char| c.is_whitespace() || c.is_control());
        if raw.is_empty() {
            return None;
        }
        let base = if raw.starts_with('#') { &self.page } else { &self.base };
        let mut url = base.join(raw).ok()?;
        match url.scheme() {
            "http" | "https" if url.path().contains(HIDDEN_MAIL) => return None,
            "http" | "https" => {
                let _ = url.set_username("");
                let _ = url.set_password(None);
            }
            // `mailto:?subject=` has nobody to write to.
            "mailto" | "tel" if !url.path().is_empty() => {}
            // A letter lost in copying; seen in real pages.
            "ttps" | "ttp" | "htps" | "htttps" => {
                let (_, rest) = raw.split_once("://")?;
                return Url::parse(&format!("https://{rest}")).ok().and_then(|url| self.link(url.as_str()));
            }
            _ => return None,
        }
        strict(url)
    }
}

/// Makes the addresses of links, quotations and players absolute, and removes those that cannot be.
pub(super) fn resolve_all(dom: &mut Dom, root: NodeId, base: &Base) {
    for id in dom::below(dom, root) {
        let attributes: &[&str] = match dom::name(dom, id) {
            "a" => &["href"],
            "audio" | "source" | "track" => &["src"],
            "video" => &["src", "poster"],
            "blockquote" | "q" | "del" | "ins" => &["cite"],
            _ => continue,
        };
        for attribute in attributes {
            let Some(raw) = dom::attr_of(dom, id, attribute) else {
                lazy_source(dom, id, attribute, base);
                continue;
            };
            let url = if *attribute == "href" { base.link(raw) } else { base.resolve(raw) };
            dom::set_attr(dom, id, attribute, url.as_ref().map(Url::as_str));
            if url.is_none() {
                lazy_source(dom, id, attribute, base);
            }
        }
    }
}

/// Players are loaded late too.
fn lazy_source(dom: &mut Dom, id: NodeId, attribute: &str, base: &Base) {
    if matches!(attribute, "src" | "poster") {
        let late = dom::attr_of(dom, id, &format!("data-{attribute}")).and_then(|raw| base.resolve(raw));
        if let Some(url) = late {
            dom::set_attr(dom, id, attribute, Some(url.as_str()));
        }
    }
}
