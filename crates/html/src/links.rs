//! URLs: made absolute, or removed if a reader should not follow them.

use feedmill_types::{public_url, to_rfc3986, work};
use url::Url;

use super::allowlist::LINK_SCHEMES;
use super::dom::{Dom, NodeId};
use super::parse::Parsed;

/// The path to which Cloudflare links instead of an email address. Without its script it is a dead end.
pub(super) const HIDDEN_EMAIL_PATH: &str = "/cdn-cgi/l/email-protection";

/// Length in bytes of the longest `<base>` that is trusted. With a longer one, each link could become as long.
const MAX_BASE: usize = 2048;

/// The URLs against which others are resolved.
pub(super) struct Base {
    /// The article's link, for `#fragment`.
    page: Url,
    /// The URL in `<base>` if it is trusted, otherwise also the article's link.
    base: Url,
}

impl Base {
    /// Trusts `<base>` if the author of the page must have written it: in the head of a whole document, or if it stays on
    /// the article's host. A reader's comment could contain another one, to redirect every relative link.
    pub(super) fn new(page: &Url, parsed: &Parsed) -> Self {
        let base = parsed.base.as_ref().and_then(|(href, in_head)| {
            let url = page.join(href.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
            let is_short = url.as_str().len() <= MAX_BASE.max(page.as_str().len());
            (is_short && (*in_head || url.host_str() == page.host_str())).then_some(url)
        });
        Self { page: page.clone(), base: base.unwrap_or_else(|| page.clone()) }
    }

    /// Returns the base of a page whose address is not known yet. Only absolute URLs are resolved as they will be.
    #[cfg(feature = "reader")]
    pub(super) fn unknown(parsed: &Parsed) -> Option<Self> {
        Url::parse("https://page.invalid/").ok().map(|page| Self::new(&page, parsed))
    }

    /// Returns the address of the article.
    pub(super) fn page(&self) -> Option<Url> {
        self.link(self.page.as_str())
    }

    /// Returns the absolute URL of a resource: `http` or `https`, without user and password.
    pub(super) fn resolve(&self, raw: &str) -> Option<Url> {
        let is_fragment = raw.trim_start().starts_with('#');
        self.link(raw).filter(|url| !is_fragment && matches!(url.scheme(), "http" | "https"))
    }

    /// Returns the absolute URL of a link: also of other schemes that are safe to follow, such as `mailto` and `magnet`.
    pub(super) fn link(&self, raw: &str) -> Option<Url> {
        let raw = raw.trim_matches(|c: char| c.is_whitespace() || c.is_control());
        if raw.is_empty() {
            return None;
        }
        let base = if raw.starts_with('#') { &self.page } else { &self.base };
        let mut url = base.join(raw).ok()?;
        // A long base makes each URL long.
        work::step(url.as_str().len());
        match url.scheme() {
            "http" | "https" if url.path().contains(HIDDEN_EMAIL_PATH) => return None,
            "http" | "https" => url = public_url(url),
            // `mailto:?subject=` and `sms:?body=` have no recipient.
            "mailto" | "tel" | "sms" | "smsto" if url.path().is_empty() => return None,
            // Only `magnet:` says everything in its query.
            scheme if scheme != "magnet" && !url.has_host() && url.path().is_empty() => return None,
            scheme if LINK_SCHEMES.contains(&scheme) => {
                let _ = url.set_password(None);
            }
            // A letter was lost when copying. Real pages contain these.
            "ttps" | "ttp" | "htps" | "htttps" => {
                let (_, rest) = raw.split_once("://")?;
                return Url::parse(&format!("https://{rest}")).ok().and_then(|url| self.link(url.as_str()));
            }
            _ => return None,
        }
        to_rfc3986(url)
    }
}

/// Makes the URLs of links, quotations and players absolute, and removes invalid ones.
pub(super) fn resolve_all(dom: &mut Dom, root: NodeId, base: &Base) {
    for id in dom.descendants(root) {
        let attributes: &[&str] = match dom.name(id) {
            "a" => &["href"],
            "audio" | "source" | "track" => &["src"],
            "video" => &["src", "poster"],
            "blockquote" | "q" | "del" | "ins" => &["cite"],
            _ => continue,
        };
        for attribute in attributes {
            let Some(raw) = dom.attr(id, attribute) else {
                resolve_lazy_source(dom, id, attribute, base);
                continue;
            };
            let url = if *attribute == "href" { base.link(raw) } else { base.resolve(raw) };
            dom.set_attr(id, attribute, url.as_ref().map(Url::as_str));
            if url.is_none() {
                resolve_lazy_source(dom, id, attribute, base);
            }
        }
    }
}

/// Takes the URL of a lazily loaded player from `data-src` or `data-poster`.
fn resolve_lazy_source(dom: &mut Dom, id: NodeId, attribute: &str, base: &Base) {
    if matches!(attribute, "src" | "poster") {
        let lazy = dom.attr(id, &format!("data-{attribute}")).and_then(|raw| base.resolve(raw));
        if let Some(url) = lazy {
            dom.set_attr(id, attribute, Some(url.as_str()));
        }
    }
}
