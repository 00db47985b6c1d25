//! Frames and plug-ins, replaced with links.

use url::Url;

use super::dom::{self, Dom, NodeId};
use super::links::Base;
use super::media;

/// Replaces frames and plug-ins with links to the pages they show.
pub(super) fn link_embeds(dom: &mut Dom, root: NodeId, base: &Base) {
    for id in dom.descendants(root) {
        let name = dom.name(id);
        let attribute = match name {
            "iframe" | "frame" | "amp-iframe" | "embed" => "src",
            "object" => "data",
            "amp-youtube" => "data-videoid",
            _ => continue,
        };
        let Some(element) = dom.element(id) else { continue };
        let get = |name: &str| dom::attr(element, name);
        let is_plugin = matches!(name, "embed" | "object");
        let lazy = ["data-src", "data-lazy-src", "data-original"].iter().find_map(|n| get(n));
        let raw = get(attribute).filter(|src| base.resolve(src).is_some()).or(lazy).unwrap_or_default();
        let shown = if name == "amp-youtube" {
            Url::parse(&format!("https://www.youtube.com/embed/{raw}")).ok()
        } else {
            base.resolve(raw)
        };
        let shown =
            shown.filter(|url| !dom::is_invisible(element) && !is_tracker(url)).map(|url| player_page(&url));
        let shown = shown.filter(|(url, known)| *known || !is_plugin || is_media_file(url));
        let Some((url, _)) = shown else {
            // The content is for readers without the plug-in.
            dom.unwrap(id);
            continue;
        };
        let text = match get("title").map(str::trim) {
            Some(title) if !title.is_empty() && title != "player" && title != "YouTube video player" => {
                title.to_owned()
            }
            _ => format!("{}{}", url.host_str().unwrap_or_default().trim_start_matches("www."), url.path()),
        };
        dom.clear_attributes(id);
        dom.clear(id);
        dom.rename(id, "a");
        dom.set_attr(id, "href", Some(url.as_str()));
        dom.append_text(id, &text);
        let with_inline_content =
            ["p", "a", "li", "td", "th", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd"];
        if !dom.has_ancestor(id, &with_inline_content) {
            dom.wrap(id, "p");
        }
    }
}

/// Returns the page that a player's URL belongs to, and `true` if the player is known.
fn player_page(url: &Url) -> (Url, bool) {
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
    media::media_type(url).is_some() || url.path().to_ascii_lowercase().ends_with(".pdf")
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
    is_button
        || HOSTS.iter().any(|h| host.strip_suffix(h).is_some_and(|sub| sub.is_empty() || sub.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn players_link_to_their_pages() {
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
            assert_eq!(player_page(&url).0.as_str(), page);
        }
    }
}
