//! Furniture of known publishing systems and advertising networks, by the names that they document or always use.
//!
//! A name matches a whole class name or id, never a part of one. Each row of [`ROWS`] is tested by its own markup.

use std::collections::HashSet;
use std::sync::LazyLock;

use feedmill_types::{starts_with_ignore_case, work};
use scraper::node::Element;

use super::dom::{Dom, NodeId, NodeRef};
use super::removals::RemovalRule;

/// How an element is recognized.
#[derive(Clone, Copy)]
enum Mark {
    /// Class name or id, in lower case.
    Name(&'static str),
    /// Name of the element.
    Element(&'static str),
    /// Start of the value of an attribute.
    Attribute(&'static str, &'static str),
}
use Mark::{Attribute, Element as Tag, Name};

/// Part that a system adds to articles.
struct Row {
    mark: Mark,
    /// System that adds it, and a description.
    #[cfg_attr(not(test), expect(dead_code, reason = "it documents the row, and names it in the test"))]
    source: &'static str,
}

const fn row(mark: Mark, source: &'static str) -> Row {
    Row { mark, source }
}

/// Furniture that is removed with its content.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    row(Name("jp-relatedposts"), "WordPress Jetpack: related posts"),
    row(Name("jp-post-flair"), "WordPress Jetpack: buttons below a post"),
    row(Name("jetpack-likes-widget-wrapper"), "WordPress Jetpack: like button"),
    row(Name("sharedaddy"), "WordPress Jetpack: share buttons"),
    row(Name("wp-block-jetpack-subscriptions"), "WordPress Jetpack: sign-up form"),
    row(Name("jetpack_subscription_widget"), "WordPress Jetpack: sign-up form"),
    row(Name("wp-block-jetpack-sharing-buttons"), "WordPress Jetpack: share buttons"),
    row(Name("wp-block-jetpack-related-posts"), "WordPress Jetpack: related posts"),
    row(Name("wpcnt"), "WordPress.com: advertisement"),
    row(Name("yarpp-related"), "WordPress YARPP: related posts"),
    row(Name("crp_related"), "WordPress Contextual Related Posts"),
    row(Name("wp_rp_wrap"), "WordPress Related Posts"),
    row(Name("addtoany_content"), "WordPress AddToAny: share buttons"),
    row(Name("heateor_sss_sharing_container"), "WordPress Sassy Social Share"),
    row(Name("essb_links"), "WordPress Easy Social Share Buttons"),
    row(Name("swp_social_panel"), "WordPress Social Warfare: share buttons"),
    row(Name("ssba-wrap"), "WordPress Simple Share Buttons Adder"),
    row(Name("mashsb-container"), "WordPress Mashshare: share buttons"),
    row(Name("shariff"), "Shariff: share buttons"),
    row(Name("mc4wp-form"), "WordPress MC4WP: sign-up form"),
    row(Name("mc_embed_signup"), "Mailchimp: sign-up form"),
    row(Name("wpulike"), "WordPress WP ULike: like button"),
    row(Name("post-views"), "WordPress Post Views Counter"),
    row(Name("feedflare"), "FeedBurner: links below an entry"),
    row(Name("blogger-post-footer"), "Blogger: footer of a feed entry"),
    row(Name("post-share-buttons"), "Blogger: share buttons"),
    row(Name("kg-signup-card"), "Ghost: sign-up card"),
    row(Name("gh-post-upgrade-cta"), "Ghost: upgrade box"),
    row(Name("gh-subscribe-form"), "Ghost: sign-up form"),
    row(Name("subscription-widget-wrap"), "Substack: sign-up form"),
    row(Name("subscription-widget-wrap-editor"), "Substack: sign-up form"),
    row(Name("subscribe-widget"), "Substack: sign-up form"),
    row(Name("captioned-button-wrap"), "Substack: button with a caption"),
    row(Name("image-link-expand"), "Substack: button that enlarges an image"),
    row(Name("install-substack-app-embed"), "Substack: link to its app"),
    row(Attribute("data-component-name", "Subscribe"), "Substack: sign-up form"),
    row(Attribute("data-component-name", "ButtonCreateButton"), "Substack: button"),
    row(Attribute("data-component-name", "CaptionedButton"), "Substack: button with a caption"),
    row(Name("speechify-ignore"), "Medium: buttons above and below an article"),
    row(Name("js-postmetalockup"), "Medium: author and buttons"),
    row(Attribute("data-testid", "headerClapButton"), "Medium: clap button"),
    row(Attribute("data-testid", "headerSocialShareButton"), "Medium: share button"),
    row(Attribute("data-testid", "audioPlayButton"), "Medium: listen button"),
    row(Name("mw-editsection"), "Wikipedia: edit link"),
    row(Name("mw-jump-link"), "Wikipedia: link to a part of the page"),
    row(Name("navbox"), "Wikipedia: navigation box"),
    row(Name("vertical-navbox"), "Wikipedia: navigation box"),
    row(Name("navbox-styles"), "Wikipedia: navigation box"),
    row(Name("ambox"), "Wikipedia: notice about the article"),
    row(Name("sistersitebox"), "Wikipedia: links to sister projects"),
    row(Name("catlinks"), "Wikipedia: categories"),
    row(Name("printfooter"), "Wikipedia: footer for printing"),
    row(Name("mw-indicators"), "Wikipedia: status icons"),
    row(Name("portal-bar"), "Wikipedia: links to portals"),
    row(Tag("amp-ad"), "AMP: advertisement"),
    row(Tag("amp-sticky-ad"), "AMP: advertisement"),
    row(Tag("amp-auto-ads"), "AMP: advertisement"),
    row(Tag("amp-social-share"), "AMP: share button"),
    row(Tag("amp-consent"), "AMP: consent dialog"),
    row(Tag("amp-user-notification"), "AMP: notification"),
    row(Tag("amp-sidebar"), "AMP: menu"),
    row(Tag("amp-next-page"), "AMP: next article"),
    row(Tag("amp-pixel"), "AMP: tracking pixel"),
    row(Tag("amp-analytics"), "AMP: tracking"),
    row(Tag("next-route-announcer"), "Next.js: announcer for screen readers"),
    row(Name("__next-route-announcer__"), "Next.js: announcer for screen readers"),
    row(Name("__next-build-watcher"), "Next.js: build indicator"),
    row(Tag("nextjs-portal"), "Next.js: development overlay"),
    row(Name("adsbygoogle"), "Google AdSense: advertisement"),
    row(Attribute("data-ad-slot", ""), "Google AdSense: advertisement"),
    row(Attribute("data-ad-client", ""), "Google AdSense: advertisement"),
    row(Attribute("id", "div-gpt-ad"), "Google Publisher Tag: advertisement"),
    row(Attribute("id", "google_ads_"), "Google Publisher Tag: advertisement"),
    row(Name("taboola"), "Taboola: advertisement"),
    row(Name("trc_related_container"), "Taboola: advertisement"),
    row(Attribute("id", "taboola-"), "Taboola: advertisement"),
    row(Name("outbrain"), "Outbrain: advertisement"),
    row(Name("ob-smartfeed-wrapper"), "Outbrain: advertisement"),
    row(Name("revcontent"), "Revcontent: advertisement"),
    row(Name("zergnet"), "ZergNet: advertisement"),
    row(Name("disqus_thread"), "Disqus: comments"),
    row(Name("fb-comments"), "Facebook: comments"),
    row(Name("fb-like"), "Facebook: like button"),
    row(Name("fb-share-button"), "Facebook: share button"),
    row(Name("twitter-share-button"), "Twitter: share button"),
    row(Name("twitter-follow-button"), "Twitter: follow button"),
    row(Name("onetrust-consent-sdk"), "OneTrust: consent dialog"),
    row(Name("cybotcookiebotdialog"), "Cookiebot: consent dialog"),
    row(Name("cookie-law-info-bar"), "CookieYes: consent dialog"),
    row(Name("cmplz-cookiebanner"), "Complianz: consent dialog"),
    row(Name("cookie-notice"), "WordPress Cookie Notice: consent dialog"),
    row(Name("didomi-host"), "Didomi: consent dialog"),
    row(Name("qc-cmp2-container"), "Quantcast: consent dialog"),
];

/// Usual names of advertisement slots and lists of related articles. Not of one system, so only little text is removed.
const GENERAL: [&str; 21] = [
    "ad",
    "ad-banner",
    "ad-block",
    "ad-container",
    "ad-placeholder",
    "ad-slot",
    "ad-unit",
    "ad-wrapper",
    "adbox",
    "ads",
    "adslot",
    "advert",
    "advertisement",
    "banner-ad",
    "dfp-ad",
    "dotcom-ad",
    "google-ad",
    "gpt-ad",
    "related-articles",
    "related-posts",
    "sponsored-content",
];

/// Sentences that systems add below the entries of a feed: start and middle.
const FOOTERS: &[(&str, &str)] = &[
    ("The post ", " appeared first on "),
    ("The post ", " first appeared on "),
    ("Der Beitrag ", " erschien zuerst auf "),
    ("Der Artikel ", " erschien zuerst auf "),
    ("L’article ", " est apparu en premier sur "),
    ("L'article ", " est apparu en premier sur "),
    ("La entrada ", " se publicó primero en "),
    ("La entrada ", " aparece primero en "),
    ("L'articolo ", " proviene da "),
    ("L’articolo ", " proviene da "),
    ("L'articolo ", " sembra essere il primo su "),
    ("O post ", " apareceu primeiro em "),
    ("O conteúdo ", " aparece primeiro em "),
    ("Het bericht ", " verscheen eerst op "),
    ("Inlägget ", " dök först upp på "),
    ("Artykuł ", " pochodzi z serwisu "),
    ("Сообщение ", " появились сначала на "),
    ("投稿 ", " に最初に表示されました"),
    ("", " was originally published in "),
];

/// Number of characters of the longest advertisement or list with a usual name. With more, it is an article.
const MAX_GENERAL: usize = 200;
/// Number of characters of the longest part that a system adds.
const MAX_FURNITURE: usize = 4000;
/// Number of characters of the longest footer of a feed.
const MAX_FOOTER: usize = 300;
/// Length in bytes of the longest name in the tables.
const MAX_NAME: usize = 40;

/// Names of the table, sorted.
static NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let names = ROWS.iter().filter_map(|row| if let Name(name) = row.mark { Some(name) } else { None });
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    names
});
static TAGS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    ROWS.iter().filter_map(|row| if let Tag(name) = row.mark { Some(name) } else { None }).collect()
});
/// Names of attributes with the start of their values.
static ATTRIBUTES: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
    let attribute =
        |row: &Row| if let Attribute(name, start) = row.mark { Some((name, start)) } else { None };
    ROWS.iter().filter_map(attribute).collect()
});

/// Removes furniture, advertisement slots and the footers of feeds.
pub(super) fn remove(dom: &mut Dom, root: NodeId, keep: &HashSet<NodeId>) {
    let mut last_paragraph = None;
    for id in dom.descendants(root) {
        let Some(node) = dom.get(id).filter(|_| !keep.contains(&id)) else { continue };
        let Some(element) = node.element() else { continue };
        if node.name() == "p" {
            last_paragraph = Some(id);
        }
        let (rule, limit) = match Found::of(element) {
            Some(Found::General) => (RemovalRule::Advertisement, MAX_GENERAL),
            Some(Found::OfSystem) => (RemovalRule::Furniture, MAX_FURNITURE),
            None => continue,
        };
        if node.is_text_within(limit) {
            dom.remove(id, rule);
        }
    }
    let footer = last_paragraph.and_then(|id| dom.get(id)).filter(|node| is_footer(*node));
    if let Some(id) = footer.map(NodeRef::id).filter(|id| dom.is_below(*id, root)) {
        dom.remove(id, RemovalRule::Furniture);
    }
}

/// How an element was recognized.
enum Found {
    /// By a usual name, or a label.
    General,
    /// By a row of [`ROWS`].
    OfSystem,
}

impl Found {
    fn of(element: &Element) -> Option<Self> {
        let tag = &*element.name.local;
        let mut is_of_system = tag.contains('-') && TAGS.contains(tag);
        for (key, value) in &element.attrs {
            let key = &*key.local;
            let names = value.split_ascii_whitespace();
            match key {
                "class" => {
                    for name in names {
                        if GENERAL.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                            return Some(Self::General);
                        }
                        is_of_system = is_of_system || is_known(name);
                    }
                }
                "id" => is_of_system = is_of_system || { names }.any(is_known),
                "aria-label" | "data-e2e" if is_label(value) => return Some(Self::General),
                _ => {}
            }
            is_of_system |= (key == "id" || key.starts_with("data-")) && {
                let mut known = ATTRIBUTES.iter();
                known.any(|(name, start)| *name == key && starts_with_ignore_case(value, start))
            };
        }
        is_of_system.then_some(Self::OfSystem)
    }
}

/// True for the label of an advertisement.
fn is_label(value: &str) -> bool {
    let words = ["ad", "ads", "advert", "advertisement", "advertisements", "advertising", "sponsored"];
    words.iter().any(|word| value.trim().eq_ignore_ascii_case(word))
}

/// True for a name of the table, in any case.
fn is_known(name: &str) -> bool {
    work::step(name.len());
    let mut lower = [0; MAX_NAME];
    let Some(lower) = lower.get_mut(..name.len()) else { return false };
    lower.copy_from_slice(name.as_bytes());
    lower.make_ascii_lowercase();
    NAMES.binary_search_by(|known| known.as_bytes().cmp(lower)).is_ok()
}

/// True for the last paragraph of an entry if it only says where the entry was published.
fn is_footer(node: NodeRef<'_>) -> bool {
    let has_links = || node.subtree().filter(|n| n.name() == "a").nth(1).is_some();
    node.is_last() && has_links() && node.text_within(MAX_FOOTER).is_some_and(|text| is_footer_text(&text))
}

/// True for a text that says where an entry was published.
pub(super) fn is_footer_text(text: &str) -> bool {
    let text = text.trim_start();
    let is_medium = || text.contains(" on Medium, where people are continuing the conversation");
    FOOTERS.iter().any(|(start, middle)| {
        text.starts_with(start) && text.contains(middle.trim_end()) && (!start.is_empty() || is_medium())
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Policy, RawHtml, clean};
    use super::*;

    fn html(raw: &str) -> String {
        let link = "https://a.example/1".parse().unwrap();
        clean(RawHtml(raw), &link, &Policy::default()).html.as_str().to_owned()
    }

    #[test]
    fn furniture_of_each_row_is_removed_and_longer_names_are_not() {
        assert!(GENERAL.is_sorted());
        let (before, after) = ("<p>Before the sluice.</p>", "<p>After the sluice.</p>");
        let around = |part: &str| html(&format!("{before}{part}{after}"));
        for row in ROWS {
            let (part, other) = match row.mark {
                Name(name) => {
                    assert!(name.len() <= MAX_NAME && name.to_ascii_lowercase() == name, "{name}");
                    let part =
                        |name: &str| format!("<div class='x {name}'><p>Water level: <b>12</b></p></div>");
                    assert_eq!(
                        around(&format!("<div id={name}>Water level</div>")),
                        format!("{before}{after}")
                    );
                    (part(name), part(&format!("mill-{name}-water")))
                }
                Tag(name) => {
                    let part = |name: &str| format!("<{name} type=x><p>Water level: <b>12</b></p></{name}>");
                    (part(name), part("mill-water"))
                }
                Attribute(name, start) => {
                    let part =
                        |value: &str| format!("<div {name}='{value}x1'><p>Water level: <b>12</b></p></div>");
                    (
                        part(start),
                        if start.is_empty() { "<p>Water level</p>".to_owned() } else { part("mill") },
                    )
                }
            };
            assert_eq!(around(&part), format!("{before}{after}"), "{}", row.source);
            assert!(around(&other).contains("Water level"), "{}: {other}", row.source);
            // A whole article in such an element is an article.
            let article = part.replace("Water level", &"The water rose by the hour. ".repeat(200));
            assert!(html(&article).contains("The water rose"), "{}", row.source);
        }
    }

    #[test]
    fn the_footers_of_feeds_are_removed_and_sentences_like_them_are_not() {
        let text = "<p>The sluice is open.</p>";
        for (start, middle) in FOOTERS {
            let (middle, end) = match start.is_empty() {
                true => (*middle, " on Medium, where people are continuing the conversation by responding."),
                false => (*middle, "."),
            };
            let footer =
                format!("<p>{start}<a href=/1>A sluice</a>{middle}<a href=/>Valley Post</a>{end}</p>");
            assert_eq!(html(&format!("{text}{footer}")), text, "{footer}");
            assert!(html(&format!("{footer}{text}")).contains("A sluice"), "{footer}");
        }
        let kept = "<p>The post that I wrote appeared first on paper.</p>";
        assert_eq!(html(&format!("{text}{kept}")), format!("{text}{kept}"));
        let medium = "<p>The book was originally published in <a href=\"https://a.example/\">Berne</a>.</p>";
        assert_eq!(html(&format!("{text}{medium}")), format!("{text}{medium}"));
    }

    #[test]
    fn advertisements_are_recognized_by_whole_names() {
        for part in [
            "<div class=ad>Buy</div>",
            "<aside class='box ADS'>Buy</aside>",
            "<div aria-label=Advertisement>Buy</div>",
        ] {
            assert_eq!(html(&format!("<p>Text</p>{part}")), "<p>Text</p>", "{part}");
        }
        for part in [
            "<div class=road-ad-history>Kept</div>",
            "<section aria-label='Advertising in 1950'>Kept</section>",
            "<div class=adslots>Kept</div>",
            "<div id=google-ads-history>Kept</div>",
        ] {
            assert!(html(part).contains("Kept"), "{part}");
        }
    }
}
