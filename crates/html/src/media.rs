//! The media files that an article shows, in document order, each URL once.

use std::collections::HashSet;

use feedmill_types::{Bytes, MediaType, type_of_extension, work};
use scraper::node::Element;
use url::Url;

use super::body::{Media, Medium};
use super::dom::{self, Dom, NodeId, NodeRef};
use super::escape::xml_line;
use super::srcset;

/// Images of at most this width or height, in pixels, are icons.
const MAX_ICON: f32 = 48.0;

/// Width in pixels up to which a larger image is more useful: about 1600.
const USEFUL_WIDTH: f32 = 1760.0;
/// Width in pixels below which an image is a thumbnail, if it links to a larger file.
const SMALL_WIDTH: f32 = 600.0;

/// Media types that feeds state otherwise than servers, by extension; `None` for files that are no media of an article.
const OWN: [(&str, Option<&str>); 4] = [
    ("ico", Some("image/vnd.microsoft.icon")),
    ("m4b", None),
    ("m4v", Some("video/mp4")),
    ("opus", Some("audio/ogg")),
];

fn by_extension(extension: &str) -> Option<MediaType> {
    let own = OWN.iter().find(|(known, _)| known.eq_ignore_ascii_case(extension));
    let known = own.map_or_else(|| type_of_extension(extension), |(_, own)| *own)?;
    let is_playlist = known == "application/vnd.apple.mpegurl";
    MediaType::parse(known).filter(|known| matches!(known.top(), "audio" | "image" | "video") || is_playlist)
}

/// Returns the media type for the extension of a path.
fn by_path(path: &str) -> Option<MediaType> {
    let file = path.split(['?', '#']).next()?.rsplit('/').next()?;
    by_extension(file.rsplit_once('.')?.1)
}

/// Returns the media type that a URL suggests by its path, or by a URL inside it, as image proxies have.
///
/// ```
/// let url = "https://a.example/1.mp3?x=1".parse()?;
/// assert_eq!(feedmill_html::media_type(&url).as_ref().map(|known| known.as_str()), Some("audio/mpeg"));
/// # Ok::<(), url::ParseError>(())
/// ```
#[must_use]
pub fn media_type(url: &Url) -> Option<MediaType> {
    by_path(url.path()).or_else(|| {
        url.query_pairs().find_map(|(key, value)| match &*key {
            "format" | "fm" | "wx_fmt" | "ext" => by_extension(&value),
            _ if value.is_empty() => by_path(&key),
            _ => by_path(&value),
        })
    })
}

/// Collects the media of an article. Skips icons, emoji and other decoration.
pub(super) fn collect(dom: &Dom, root: NodeId) -> Vec<Media> {
    let mut found = Found::default();
    for node in dom.subtree(root) {
        let Some(element) = node.element() else { continue };
        match node.name() {
            "img" if !is_decoration(element) => found.image(node, element),
            "audio" => found.player(Medium::Audio, node, element),
            "video" => {
                found.player(Medium::Video, node, element);
                if let Some(poster) = dom::attr(element, "poster").and_then(|p| Url::parse(p).ok()) {
                    let media_type = media_type(&poster).filter(|t| t.top() == "image");
                    found.push(Media { media_type, ..Media::new(poster, Medium::Image) });
                }
            }
            "a" => {
                // The extension of a path is that of the URL; few URLs have one that matters.
                let href = dom::attr(element, "href").filter(|href| by_path(href).is_some());
                let top = href.and_then(|h| Url::parse(h).ok()).and_then(|url| by_path(url.path()));
                match top.as_ref().map(MediaType::top) {
                    Some("audio") => found.add(Medium::Audio, href, element),
                    Some("video") => found.add(Medium::Video, href, element),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    found.media
}

#[derive(Default)]
struct Found {
    media: Vec<Media>,
    seen: HashSet<Url>,
}

impl Found {
    fn push(&mut self, media: Media) {
        if matches!(media.url.scheme(), "http" | "https") && self.seen.insert(media.url.clone()) {
            self.media.push(media);
        }
    }

    fn add(&mut self, medium: Medium, url: Option<&str>, element: &Element) {
        if let Some(media) = file(medium, url, element) {
            self.push(media);
        }
    }
}

/// Returns the audio or video file that an element names.
fn file(medium: Medium, url: Option<&str>, element: &Element) -> Option<Media> {
    let url = url.and_then(|a| Url::parse(a).ok())?;
    let top = match medium {
        Medium::Audio => "audio",
        Medium::Video => "video",
        Medium::Image => "image",
    };
    let declared = dom::attr(element, "type").filter(|_| medium != Medium::Image).and_then(MediaType::parse);
    let media_type = declared.or_else(|| media_type(&url)).and_then(|known| match (medium, known.as_str()) {
        // These containers hold audio or video; the element decides.
        (Medium::Audio, "video/mp4" | "video/webm" | "video/ogg") => {
            MediaType::parse(&known.as_str().replace("video", "audio"))
        }
        (Medium::Video, "audio/ogg") => MediaType::parse("video/ogg"),
        (Medium::Image, _) => (known.top() == top).then_some(known),
        _ => (known.top() == top || known.top() == "application").then_some(known),
    });
    let length = ["length", "data-length", "data-filesize"]
        .iter()
        .find_map(|name| dom::attr(element, name)?.parse().ok());
    Some(Media { media_type, length: length.map(Bytes), ..Media::new(url, medium) })
}

/// Number of sources of a player that are published.
const MAX_SOURCES: usize = 8;

/// Returns the rank of a file among those of a recording: the kinds that most players accept come first.
fn rank(media: &Media) -> usize {
    let known = media.media_type.as_ref().map(MediaType::as_str);
    match known {
        Some("audio/mpeg" | "audio/mp3") => 0,
        Some("audio/mp4" | "audio/x-m4a" | "audio/m4a") => 1,
        Some("video/mp4" | "video/x-m4v") => 2,
        _ => 3,
    }
}

impl Found {
    /// Adds an image in the size that is most useful outside of the page.
    fn image(&mut self, node: NodeRef<'_>, element: &Element) {
        let Some(src) = dom::attr(element, "src").and_then(|src| Url::parse(src).ok()) else { return };
        let shown = ["width", "height"].map(|side| dom::pixels(element, side).filter(|px| *px >= 1.0));
        let (url, width) = useful_size(node, element, src, shown[0]);
        let size = shown[0]
            .zip(shown[1])
            .zip(width)
            .map(|((width, height), own)| (own.round() as u32, (own * height / width).round() as u32));
        let media_type = media_type(&url).filter(|known| known.top() == "image");
        self.push(Media {
            media_type,
            alt: xml_line(dom::attr(element, "alt").unwrap_or_default()),
            size,
            ..Media::new(url, Medium::Image)
        });
    }

    /// Adds the `src` of a player, or else its sources, which are one recording in several formats: the one that most
    /// players accept, then the others as its alternatives.
    fn player(&mut self, medium: Medium, node: NodeRef<'_>, element: &Element) {
        if dom::attr(element, "src").is_some() {
            return self.add(medium, dom::attr(element, "src"), element);
        }
        let sources = node.subtree().filter(|d| d.name() == "source").filter_map(NodeRef::element);
        let files = sources.filter_map(|source| file(medium, dom::attr(source, "src"), source));
        let mut files: Vec<Media> = files.take(MAX_SOURCES).collect();
        files.sort_by_key(rank);
        let is_new = files.first().is_some_and(|first| !self.seen.contains(&first.url));
        for (number, file) in files.into_iter().enumerate().filter(|(number, _)| is_new || *number == 0) {
            self.push(Media { is_alternative: number > 0, ..file });
        }
    }
}

/// Returns the URL of an image and its width in pixels: the largest candidate up to [`USEFUL_WIDTH`], if it is larger than
/// the image that the page shows, or the file that a small image links to. `shown` is the width on the page.
fn useful_size(node: NodeRef<'_>, element: &Element, src: Url, shown: Option<f32>) -> (Url, Option<f32>) {
    let set = dom::attr(element, "srcset").unwrap_or_default();
    let candidates = srcset::parse_with(set, |raw| Url::parse(raw).ok());
    let width = |url: &Url| candidates.iter().find(|c| c.url == *url).and_then(|c| c.width(shown));
    let own = width(&src).or_else(|| width_in_name(&src));
    let known = candidates.iter().filter_map(|c| Some((c, c.width(shown)?)));
    let (fitting, larger): (Vec<_>, Vec<_>) = known.partition(|(_, px)| *px <= USEFUL_WIDTH);
    let best = fitting.into_iter().reduce(|a, b| if b.1 > a.1 { b } else { a });
    let best = best.or_else(|| larger.into_iter().reduce(|a, b| if b.1 < a.1 { b } else { a }));
    if let Some((candidate, px)) = best {
        let current = own.or(shown).unwrap_or(SMALL_WIDTH);
        if px > current || current > USEFUL_WIDTH && candidate.url != src {
            return (candidate.url.clone(), Some(px));
        }
    }
    let current = own.or(shown);
    let link =
        node.ancestors().take(2).find(|a| a.name() == "a").and_then(|a| Url::parse(a.attr("href")?).ok());
    let full = link.filter(|url| by_path(url.path()).is_some_and(|known| known.top() == "image"));
    match full {
        Some(full) if current.is_none_or(|px| px < SMALL_WIDTH) => (full, None),
        _ => (src, own.or(shown)),
    }
}

/// Returns the width in pixels that WordPress writes into file names: 300 of `lock-300x168.jpg`.
fn width_in_name(url: &Url) -> Option<f32> {
    let (stem, _) = url.path().rsplit_once('.')?;
    let (width, height) = stem.rsplit('-').next()?.split_once('x')?;
    let number = |text: &str| text.parse::<u16>().ok().map(f32::from);
    number(height).and(number(width))
}

/// True if an image decorates the page and shows nothing of its own.
fn is_decoration(element: &Element) -> bool {
    let has_hint = |text: &str| {
        work::step(text.len());
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        words.into_iter().any(|w| {
            [
                "icon", "icons", "emoji", "emojis", "smiley", "smileys", "smilies", "avatar", "gravatar",
                "spacer", "emoticon",
            ]
            .iter()
            .any(|hint| hint.eq_ignore_ascii_case(w))
        })
    };
    let in_file = dom::attr(element, "src").is_some_and(|src| {
        let path = src.split(['?', '#']).next().unwrap_or_default();
        has_hint(path.splitn(4, '/').nth(3).unwrap_or_default())
    });
    let is_text_sized = dom::style(element, "height").is_some_and(|h| h == "1em");
    dom::is_small(element, MAX_ICON)
        || is_text_sized
        || in_file
        || dom::attr(element, "class").is_some_and(has_hint)
}

#[cfg(test)]
mod tests {
    use super::super::{Policy, RawHtml, clean};
    use super::*;

    #[test]
    fn an_image_is_taken_in_its_most_useful_size() {
        for (raw, name, size) in [
            ("<img src=/a-300x168.jpg width=500 srcset='/a-300x168.jpg 300w, /a.jpg 1200w'>", "a.jpg", None),
            (
                "<img src=/b-300x168.jpg width=300 height=150 srcset='/b-300x168.jpg 300w, /b-768.jpg 768w, /b-1600.jpg 1600w, /b-4000.jpg 4000w' alt=' A  weir '>",
                "b-1600.jpg",
                Some((1600, 800)),
            ),
            (
                "<img src=/c.jpg width=700 height=350 srcset='/c.jpg 1x, /c2.jpg 2x, /c5.jpg 5x'>",
                "c2.jpg",
                Some((1400, 700)),
            ),
            ("<img src=/d.jpg srcset='/d-2000.jpg 2000w, /d-5000.jpg 5000w'>", "d-2000.jpg", None),
            ("<img src=/e-4000.jpg srcset='/e-800.jpg 800w, /e-4000.jpg 4000w'>", "e-800.jpg", None),
            ("<a href=/full/f.png><img src=/thumb/f.png width=320 height=200></a>", "full/f.png", None),
            ("<a href=/page><img src=/g.png width=320 height=200></a>", "g.png", Some((320, 200))),
            ("<img src=/h.jpg width=900 height=600 srcset='/h-400.jpg 400w'>", "h.jpg", Some((900, 600))),
            (
                "<picture><source srcset='/i-400.jpg 400w, /i-1500.jpg 1500w'><img src=/i-100x80.jpg></picture>",
                "i-1500.jpg",
                None,
            ),
            ("<img src=/j.jpg width=100% height=400>", "j.jpg", None),
        ] {
            let page = "https://news.example/a".parse().unwrap();
            let found = clean(RawHtml(raw), &page, &Policy::default()).media;
            assert_eq!(found[0].url.as_str(), format!("https://news.example/{name}"), "{raw}");
            assert_eq!(found[0].size, size, "{raw}");
            assert_eq!(found.len(), 1, "{raw}");
        }
        let page = "https://news.example/a".parse().unwrap();
        let found = clean(RawHtml("<img src=/a.jpg alt=' A  weir '>"), &page, &Policy::default()).media;
        assert_eq!(found[0].alt, "A weir");
    }

    #[test]
    fn types_come_from_the_path_or_from_a_url_inside_that_of_a_proxy() {
        for (url, media_type) in [
            ("https://a.example/p/AP%20%281%29.JPG", Some("image/jpeg")),
            ("https://images.example.net/?url=media.hostile.example/a.jpg.webp", Some("image/webp")),
            ("https://images.example.net/?media.hostile.example/a.png", Some("image/png")),
            ("https://p.example/w:1280/https://b.example/x.jpeg", Some("image/jpeg")),
            ("https://p.example/r.php?src=https%3A%2F%2Fb.example%2Fx.gif%3Fa%3D1", Some("image/gif")),
            ("https://mmbiz.example/abc/640?wx_fmt=png", Some("image/png")),
            ("https://a.example/media/display/5d60/w:1280/x", None),
            ("https://a.example/", None),
        ] {
            let found = super::media_type(&Url::parse(url).unwrap());
            assert_eq!(found.as_ref().map(MediaType::as_str), media_type, "{url}");
        }
    }
}
