//! What scripts, frames and plug-ins would have shown, replaced with a link to the page that shows it: see
//! [`services`](super::services).

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use feedmill_types::{starts_with_ignore_case, work};
use scraper::node::Element;
use url::Url;

use super::dom::{self, Dom, NodeId, NodeRef};
use super::links::Base;
use super::media;
use super::removals::RemovalRule;
use super::services::{self, SERVICES, Service};
use super::text;

/// Attributes in which scripts keep the URL of a player, on any element.
const PLAYER_ATTRS: [&str; 17] = [
    "data-src",
    "data-url",
    "data-embed",
    "data-embed-url",
    "data-embed-src",
    "data-iframe",
    "data-iframe-src",
    "data-lazy-src",
    "data-player-src",
    "data-player-url",
    "data-video",
    "data-video-src",
    "data-video-url",
    "data-oembed",
    "data-oembed-url",
    "data-src-url",
    "data-original",
];
/// Attributes with the title of what an element shows.
const TITLE_ATTRS: [&str; 7] =
    ["title", "data-title", "data-video-title", "videotitle", "playlabel", "aria-label", "data-label"];
/// Titles that players have if nobody gave them one, in lower case.
const GENERIC_TITLES: [&str; 26] = [
    "audio",
    "audio player",
    "embed",
    "embedded content",
    "embedded post",
    "embedded video",
    "external content",
    "google maps",
    "iframe",
    "load video",
    "map",
    "play",
    "play video",
    "player",
    "podcast player",
    "spotify embed",
    "video",
    "video player",
    "vimeo player",
    "vimeo video player",
    "vimeo-player",
    "watch",
    "watch video",
    "youtube",
    "youtube player",
    "youtube video player",
];
/// Words before the title of a play button.
const TITLE_PREFIXES: [&str; 6] =
    ["play: ", "play video: ", "watch: ", "play video ", "view this post on instagram ", "view on threads "];
/// Attributes with the URL of a poster.
const POSTER_ATTRS: [&str; 8] = [
    "poster",
    "data-poster",
    "data-thumb",
    "data-thumbnail",
    "data-thumbnail-src",
    "data-thumb-url",
    "data-preview",
    "data-poster-src",
];
/// Number of characters of the longest text of a façade. With more, it is content, and stays next to the link.
const MAX_FACADE_TEXT: usize = 200;
/// Number of nodes of a façade in which a poster is searched.
const MAX_SEARCHED: usize = 100;

/// Replaces players, frames and plug-ins with links to the pages they show, each page once.
pub(super) fn link_embeds(dom: &mut Dom, root: NodeId, base: &Base) {
    let mut seen: HashSet<Url> = HashSet::new();
    for id in dom.descendants(root) {
        let Some(node) = dom.get(id) else { continue };
        let Some(element) = node.element() else { continue };
        if node.name() == "blockquote" && node.has_class(&["wp-embedded-content"]) {
            // WordPress shows the same article as a quotation and in a frame.
            let links = node.subtree().filter(|n| n.name() == "a").filter_map(|n| n.attr("href"));
            seen.extend(links.filter_map(|href| base.resolve(href)));
        }
        let is_frame = matches!(&*element.name.local, "iframe" | "frame" | "amp-iframe" | "embed" | "object");
        let embed = match is_frame {
            true => frame(element, base),
            false => mark(node, element).or_else(|| lazy_player(element, base)),
        };
        let Some(embed) = embed.filter(|_| dom.is_below(id, root)) else {
            if is_frame {
                // The content is for readers without the plug-in.
                dom.unwrap(id);
            }
            continue;
        };
        let is_new = seen.insert(embed.page.clone());
        replace(dom, id, &embed, base, is_new);
    }
}

/// True for an element that stands for the content of a known service, and has next to no text of its own.
#[cfg(feature = "reader")]
pub(super) fn is_facade(node: NodeRef<'_>, base: &Base) -> bool {
    let Some(element) = node.element().filter(|_| node.name() != "blockquote") else { return false };
    let is_frame = matches!(node.name(), "iframe" | "frame" | "amp-iframe" | "embed" | "object");
    let embed = match is_frame {
        true => frame(element, base).filter(|embed| embed.service.is_some()),
        false => mark(node, element).or_else(|| lazy_player(element, base)),
    };
    embed.is_some()
        && node.is_text_within(MAX_FACADE_TEXT)
        && !node.subtree().take(MAX_SEARCHED).any(is_section)
}

/// The content of a service, or of any page in a frame.
struct Embed {
    page: Url,
    service: Option<&'static Service>,
}

/// Returns what a frame or plug-in shows; `None` if that is nothing to read.
fn frame(element: &Element, base: &Base) -> Option<Embed> {
    let get = |name: &str| dom::attr(element, name);
    let is_plugin = matches!(&*element.name.local, "embed" | "object");
    if dom::is_invisible(element) {
        return None;
    }
    let own = [get("src"), get("data"), get("data-configuration")].into_iter().flatten();
    let lazy = PLAYER_ATTRS.iter().filter_map(|name| get(name));
    let url = own.chain(lazy).find_map(|raw| base.resolve(raw)).filter(|url| !is_tracker(url))?;
    if let Some((service, page)) = services::page_of(&url) {
        return Some(Embed { page, service: Some(service) });
    }
    let is_shown =
        !is_plugin || media::media_type(&url).is_some() || url.path().to_ascii_lowercase().ends_with(".pdf");
    is_shown.then(|| Embed { page: embedding_page(&url), service: None })
}

/// Returns the page of an article that WordPress shows as a card.
fn embedding_page(url: &Url) -> Url {
    let mut page = url.clone();
    let is_card = url.fragment().is_some_and(|fragment| fragment.starts_with("?secret="));
    if is_card
        && let Some(path) = url.path().strip_suffix("embed/").or_else(|| url.path().strip_suffix("embed"))
    {
        page.set_path(path);
        page.set_fragment(None);
    }
    page
}

/// The name or class of an element, with the page for the id in its attribute.
type Mark = (&'static str, &'static str, &'static Service);

/// The marks of all services by attribute.
static MARKS: LazyLock<HashMap<&'static str, Vec<Mark>>> = LazyLock::new(|| {
    let mut marks: HashMap<_, Vec<Mark>> = HashMap::new();
    for service in SERVICES {
        for (element, attribute, page) in service.marks {
            marks.entry(*attribute).or_default().push((element, page, service));
        }
    }
    marks
});

/// Returns the content of a service that an element stands for.
fn mark(node: NodeRef<'_>, element: &Element) -> Option<Embed> {
    if node.is_foreign() || node.name() == "a" {
        return None;
    }
    element.attrs.iter().find_map(|(key, value)| {
        let marks = MARKS.get(&*key.local)?;
        let is_of = |name: &str| match name.strip_prefix('.') {
            _ if name.is_empty() => !matches!(node.name(), "img" | "body" | "article" | "main"),
            Some(class) => node.has_class(&[class]),
            None => node.name() == name,
        };
        let (_, page, service) = marks.iter().find(|(name, ..)| is_of(name))?;
        let page = services::page_of_mark(value, page, dom::attr(element, "data-user"))?;
        Some(Embed { page, service: Some(service) })
    })
}

/// Returns the content of a service whose player a script would create from an attribute.
fn lazy_player(element: &Element, base: &Base) -> Option<Embed> {
    if matches!(
        &*element.name.local,
        "img" | "source" | "video" | "audio" | "picture" | "a" | "body" | "track"
    ) {
        return None;
    }
    let provider = dom::attr(element, "data-plyr-provider").or_else(|| dom::attr(element, "data-provider"));
    if let Some(provider) = provider
        && let Some(id) =
            dom::attr(element, "data-plyr-embed-id").or_else(|| dom::attr(element, "data-video-id"))
    {
        let service = SERVICES.iter().find(|service| {
            service.label.rsplit(' ').next().is_some_and(|name| name.eq_ignore_ascii_case(provider.trim()))
        })?;
        let (.., page) = service.marks.iter().find(|(.., page)| page.contains("{1}"))?;
        return services::page_of_mark(id, page, None).map(|page| Embed { page, service: Some(service) });
    }
    let mut values = element.attrs.iter().filter(|(key, _)| PLAYER_ATTRS.contains(&&*key.local));
    values.find_map(|(_, raw)| {
        let url = base.resolve(raw)?;
        let (service, page) = services::page_of(&url)?;
        Some(Embed { page, service: Some(service) })
    })
}

/// Replaces an element with a link to what it shows. What it says itself stays.
fn replace(dom: &mut Dom, id: NodeId, embed: &Embed, base: &Base, is_new: bool) {
    let Some(node) = dom.get(id) else { return };
    let is_quote = node.name() == "blockquote";
    let is_content = match is_quote {
        true => has_text_outside_links(node),
        false => !node.is_text_within(MAX_FACADE_TEXT) || node.subtree().take(MAX_SEARCHED).any(is_section),
    };
    if is_content {
        let is_linked = !is_new || links_to(node, &embed.page);
        if !is_linked {
            let link = new_link(dom, id, embed, None, embed.service.map_or("", |service| service.label));
            if is_quote {
                dom.append(id, link);
                dom.wrap(link, "p");
            } else if dom.insert_before(id, link) {
                dom.wrap(link, "p");
            }
        }
        return;
    }
    if !is_new {
        return dom.remove(id, RemovalRule::Replaced);
    }
    let title = title(dom, node, embed);
    let poster = poster(node, base);
    let link = new_link(dom, id, embed, poster, &title);
    if !dom.insert_before(id, link) {
        return;
    }
    dom.remove(id, RemovalRule::Replaced);
    let with_inline_content =
        ["p", "a", "li", "td", "th", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd"];
    if !dom.has_ancestor(link, &with_inline_content) {
        dom.wrap(link, "p");
    }
}

/// Creates a link with a poster and a title.
fn new_link(dom: &mut Dom, id: NodeId, embed: &Embed, poster: Option<Url>, title: &str) -> NodeId {
    let lang = dom.attr(id, "lang").map(str::to_owned);
    let link = dom.new_element("a");
    dom.set_attr(link, "href", Some(embed.page.as_str()));
    dom.set_attr(link, "lang", lang.as_deref());
    if let Some(poster) = poster {
        let image = dom.new_element("img");
        dom.set_attr(image, "src", Some(poster.as_str()));
        dom.set_attr(image, "alt", Some(""));
        dom.append(link, image);
        dom.append_text(link, " ");
    }
    dom.append_text(link, title);
    link
}

/// True for an element that a player does not contain.
fn is_section(node: NodeRef<'_>) -> bool {
    matches!(node.name(), "h1" | "h2" | "h3" | "table" | "pre" | "video" | "audio")
        && node.attr("src").is_none()
        && !node.text_up_to(MAX_FACADE_TEXT).trim().is_empty()
}

fn has_text_outside_links(node: NodeRef<'_>) -> bool {
    let mut outside = node.subtree_without(|n| n.name() == "a");
    outside.any(|n| n.text().is_some_and(|text| !dom::is_blank(text)))
}

/// True if a node contains a link to a page, whatever its parameters.
fn links_to(node: NodeRef<'_>, page: &Url) -> bool {
    let bare = |url: &str| url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').to_owned();
    let wanted = bare(page.as_str());
    node.subtree()
        .filter(|n| n.name() == "a")
        .any(|n| n.attr("href").is_some_and(|href| bare(href) == wanted))
}

/// Returns the title of what an element shows: its own, else that of the service, else the address.
fn title(dom: &Dom, node: NodeRef<'_>, embed: &Embed) -> String {
    let attributes = TITLE_ATTRS.iter().filter_map(|name| node.attr(name)).map(str::to_owned);
    let image = node.subtree().take(MAX_SEARCHED).find(|n| n.name() == "img");
    let alt = image.and_then(|image| image.attr("alt")).map(str::to_owned);
    let text = (node.name() != "object").then(|| text::text(dom, node.id()));
    let own =
        attributes.chain(alt).chain(text).map(|title| plain_title(&title)).find(|title| !title.is_empty());
    let url = &embed.page;
    let address =
        || format!("{}{}", url.host_str().unwrap_or_default().trim_start_matches("www."), url.path());
    own.or_else(|| embed.service.map(|service| service.label.to_owned())).unwrap_or_else(address)
}

/// Returns a title without the words of a play button; empty if it is that of any player.
fn plain_title(title: &str) -> String {
    let mut title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    for prefix in TITLE_PREFIXES {
        if starts_with_ignore_case(&title, prefix) {
            title.drain(..prefix.len());
        }
    }
    let is_generic = GENERIC_TITLES.contains(&title.to_ascii_lowercase().as_str());
    // A symbol is that of a play button.
    if is_generic || !title.contains(char::is_alphanumeric) { String::new() } else { title }
}

/// Returns the image that a player shows before it plays.
fn poster(node: NodeRef<'_>, base: &Base) -> Option<Url> {
    let own = POSTER_ATTRS.iter().find_map(|name| node.attr(name)).and_then(|raw| base.resolve(raw));
    let inside = || {
        node.subtree().take(MAX_SEARCHED).find_map(|n| match n.name() {
            "img" => n
                .element()
                .filter(|img| !dom::is_small(img, 64.0))
                .and_then(|img| dom::attr(img, "src"))
                .and_then(|src| base.resolve(src)),
            _ => n.element().and_then(background).and_then(|src| base.resolve(&src)),
        })
    };
    own.or_else(inside).filter(|url| !url.path().rsplit('/').next().is_some_and(|file| file.contains("play")))
}

/// Returns the URL of a background image.
fn background(element: &Element) -> Option<String> {
    let style = dom::attr(element, "style")?;
    work::step(style.len());
    let (_, after) = style.split_once("background")?;
    let (_, value) = after.split_once("url(")?;
    let (url, _) = value.split_once(')')?;
    Some(url.trim().trim_matches(['"', '\'']).to_owned())
}

/// True for frames with nothing to read: counters, advertisements, like and follow buttons.
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
    is_button || HOSTS.iter().any(|domain| services::is_host_of(host, domain))
}

#[cfg(test)]
mod tests {
    use super::super::{Policy, RawHtml, clean};

    fn html(raw: &str) -> String {
        let page = "https://news.example/a".parse().unwrap();
        clean(RawHtml(raw), &page, &Policy::default()).html.as_str().to_owned()
    }

    fn check(cases: &[(&str, &str)]) {
        for (raw, wanted) in cases {
            assert_eq!(html(raw), *wanted, "{raw}");
        }
    }

    #[test]
    fn light_players_and_facades_become_one_titled_link() {
        let video = r#"<p><a href="https://www.youtube.com/watch?v=a-1">Video on YouTube</a></p>"#;
        for raw in [
            "<div class=rll-youtube-player data-src='https://www.youtube.com/embed/a-1' data-id=a-1></div><noscript><iframe src='https://www.youtube.com/embed/a-1?feature=oembed'></iframe></noscript>",
            "<lite-youtube videoid=a-1></lite-youtube>",
            "<lite-youtube videoid=a-1 playlabel='Play'><button type=button class=lty-playbtn></button></lite-youtube>",
            "<div class=embed data-src=//www.youtube-nocookie.com/embed/a-1></div>",
            "<div class='js-player' data-plyr-provider=youtube data-plyr-embed-id=a-1></div>",
            "<amp-youtube data-videoid=a-1 width=480 height=270></amp-youtube>",
            "<iframe title='YouTube video player' data-lazy-src='https://www.youtube.com/embed/a-1'></iframe><noscript><iframe src='https://www.youtube.com/embed/a-1'></iframe></noscript>",
            "<noscript><iframe src='https://www.youtube.com/embed/a-1'></iframe></noscript>",
        ] {
            assert_eq!(html(raw), video, "{raw}");
        }
        check(&[
            (
                "<lite-vimeo videoid=77 videotitle='The weir in spring'></lite-vimeo>",
                r#"<p><a href="https://vimeo.com/77">The weir in spring</a></p>"#,
            ),
            (
                "<div class=dailymotion data-id=x9><img src=/poster.jpg alt='At the lock'><span>▶</span></div>",
                r#"<p><a href="https://www.dailymotion.com/video/x9"><img src="https://news.example/poster.jpg" alt=""> At the lock</a></p>"#,
            ),
            (
                "<lite-youtube videoid=b style=\"background-image: url('https://i.ytimg.com/vi/b/hq.jpg')\"><a class=lyt-visually-hidden>Play: Ice drift</a></lite-youtube>",
                r#"<p><a href="https://www.youtube.com/watch?v=b"><img src="https://i.ytimg.com/vi/b/hq.jpg" alt=""> Ice drift</a></p>"#,
            ),
        ]);
        let article =
            format!("<section data-youtube-id=q><h2>Weir</h2><p>{}</p></section>", "word ".repeat(90));
        assert!(html(&article).contains("watch?v=q") && html(&article).contains("<h2>Weir</h2>"));
    }

    #[test]
    fn scripts_of_services_become_links() {
        check(&[
            (
                "<p>See:</p><script src=\"https://gist.github.com/bo/9f.js\"></script>",
                r#"<p>See:</p><p><a href="https://gist.github.com/bo/9f">Gist on GitHub</a></p>"#,
            ),
            (
                "<script id='asciicast-14' src='https://asciinema.org/a/14.js' async></script>",
                r#"<p><a href="https://asciinema.org/a/14">Terminal recording on asciinema</a></p>"#,
            ),
            (
                "<div id=buzzsprout-player-5></div><script src='https://www.buzzsprout.com/1/5-locks.js?container_id=buzzsprout-player-5'></script>",
                r#"<p><a href="https://www.buzzsprout.com/1/5-locks">Podcast on Buzzsprout</a></p>"#,
            ),
            (
                "<script src='https://platform.twitter.com/widgets.js'></script><script>gist.github.com/x</script>x",
                "x",
            ),
        ]);
    }

    #[test]
    fn posts_keep_their_text_or_become_a_titled_link() {
        check(&[
            (
                "<blockquote class=twitter-tweet><p>Ice!</p>&mdash; Bo (@bo) <a href='https://twitter.com/bo/status/5?ref=x'>May 3</a></blockquote><script async src='https://platform.twitter.com/widgets.js'></script>",
                "<blockquote><p>Ice!</p>— Bo (@bo) <a href=\"https://twitter.com/bo/status/5?ref=x\">May 3</a></blockquote>",
            ),
            (
                "<amp-twitter data-tweetid=5></amp-twitter>",
                r#"<p><a href="https://twitter.com/i/status/5">Post on X</a></p>"#,
            ),
            (
                "<blockquote class=instagram-media data-instgrm-permalink='https://www.instagram.com/p/Xy/?utm_source=ig_embed'><div><a href='https://www.instagram.com/p/Xy/'><div>View this post on Instagram</div></a><p><a href='https://www.instagram.com/p/Xy/'>A post shared by Bo Ray (@bo)</a></p></div></blockquote>",
                r#"<p><a href="https://www.instagram.com/p/Xy/">A post shared by Bo Ray (@bo)</a></p>"#,
            ),
            (
                "<iframe src='https://social.example/@bo/11/embed' class=mastodon-embed></iframe>",
                r#"<p><a href="https://social.example/@bo/11">Post on Mastodon</a></p>"#,
            ),
            (
                "<blockquote class=bluesky-embed data-bluesky-uri='at://did:plc:q/app.bsky.feed.post/3k'><p>Frost today</p>— Bo</blockquote>",
                r#"<blockquote><p>Frost today</p>— Bo<p><a href="https://bsky.app/profile/did:plc:q/post/3k">Post on Bluesky</a></p></blockquote>"#,
            ),
            (
                "<blockquote class=tiktok-embed cite='https://www.tiktok.com/@bo/video/8' data-video-id=8><section></section></blockquote>",
                r#"<p><a href="https://www.tiktok.com/@bo/video/8">Video on TikTok</a></p>"#,
            ),
            (
                "<p class=codepen data-slug-hash=zW data-user=bo></p>",
                r#"<p><a href="https://codepen.io/bo/pen/zW">Pen on CodePen</a></p>"#,
            ),
            (
                "<iframe src='https://www.openstreetmap.org/export/embed.html?bbox=1,2,3,4&amp;marker=47.5,9.5'></iframe>",
                r#"<p><a href="https://www.openstreetmap.org/?mlat=47.5&amp;mlon=9.5">Map on OpenStreetMap</a></p>"#,
            ),
        ]);
    }

    #[test]
    fn a_wordpress_card_links_the_article_once() {
        let quote = r#"<blockquote><p><a href="https://news.example/other/">Other</a></p></blockquote>"#;
        for hidden in ["", " style='position:absolute;visibility:hidden'"] {
            let raw = format!(
                "<blockquote class=wp-embedded-content data-secret=S><p><a href=/other/>Other</a></p></blockquote><iframe class=wp-embedded-content{hidden} sandbox src='/other/embed/#?secret=S' data-secret=S title='Other – News'></iframe>"
            );
            assert_eq!(html(&raw), quote, "{raw}");
        }
        assert_eq!(
            html(
                "<blockquote class=wp-embedded-content data-secret=S style='display:none'><a href=/other/>Other</a></blockquote><iframe class=wp-embedded-content src='/other/embed/#?secret=S' data-secret=S title='Other – News'></iframe>"
            ),
            r#"<blockquote><a href="https://news.example/other/">Other</a></blockquote>"#
        );
    }

    #[test]
    fn amp_and_noscript_content_is_shown_once() {
        check(&[
            (
                "<amp-img src=/lead.jpg width=1600 height=900 layout=responsive alt=Lock><noscript><img src=/lead.jpg></noscript></amp-img>",
                r#"<img src="https://news.example/lead.jpg" alt="Lock" width="1600" height="900">"#,
            ),
            (
                "<amp-video poster=/p.jpg src=/v.mp4></amp-video>",
                r#"<video src="https://news.example/v.mp4" poster="https://news.example/p.jpg" controls=""></video>"#,
            ),
            (
                "<figure><div class=lazy data-src=/b.png data-alt=Map></div></figure>",
                r#"<figure><img src="https://news.example/b.png" alt="Map"></figure>"#,
            ),
            (
                "<noscript><a href='https://poll.example/1'>Take the poll</a></noscript>",
                r#"<a href="https://poll.example/1">Take the poll</a>"#,
            ),
            ("<p>Rain fell.</p><noscript><p>Rain fell.</p></noscript>", "<p>Rain fell.</p>"),
            ("<noscript>Please enable JavaScript to see <a href=/c>comments</a>.</noscript>x", "x"),
            (
                "<noscript><iframe src='https://www.googletagmanager.com/ns.html?id=1'></iframe></noscript>x",
                "x",
            ),
        ]);
    }
}
