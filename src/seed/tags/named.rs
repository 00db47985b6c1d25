//! Tags that nothing defines here, but whose parameters name what they show: an image, media, or a link.

use super::syntax::Args;
use crate::html::{Medium, escape_attribute};

/// Parameters that name a file or an address, best first.
const ADDRESSES: &[&str] = &["src", "url", "href", "link", "file", "image", "img", "path", "video", "audio"];
/// Parameters that say in words what is shown.
const WORDS: &[&str] = &["alt", "caption", "title", "text", "label"];

/// Returns the HTML of what a tag names; `None` if it names nothing.
pub(super) fn html(name: &str, args: &Args<'_>) -> Option<String> {
    let address = ADDRESSES
        .iter()
        .find_map(|key| args.get(key))
        .or_else(|| args.at(0).filter(|first| medium(first).is_some() || crate::types::is_http(first)))?;
    if address.trim().is_empty() || address.contains(['<', '>', '\n']) {
        return None;
    }
    let words = WORDS.iter().find_map(|key| args.get(key)).unwrap_or_default();
    let (url, text) = (escape_attribute(address), escape_attribute(words));
    let by_name = ["img", "image", "figure", "picture", "photo"].iter().any(|part| name.contains(part));
    let shown = match medium(address) {
        Some(Medium::Audio) => format!("<audio controls src=\"{url}\"></audio>"),
        Some(Medium::Video) => format!("<video controls src=\"{url}\"></video>"),
        Some(Medium::Image) => format!("<img src=\"{url}\" alt=\"{text}\">"),
        _ if by_name => format!("<img src=\"{url}\" alt=\"{text}\">"),
        _ => return Some(format!("<a href=\"{url}\">{}</a>", if words.is_empty() { &url } else { &text })),
    };
    let caption =
        args.get("caption").map(|caption| format!("<figcaption>{}</figcaption>", escape_attribute(caption)));
    Some(match caption {
        Some(caption) => format!("<figure>{shown}{caption}</figure>"),
        None => shown,
    })
}

/// Returns the medium that the ending of an address stands for.
fn medium(address: &str) -> Option<Medium> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let (_, ending) = path.rsplit_once('.')?;
    Some(match ending.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" | "png" | "gif" | "webp" | "avif" | "svg" => Medium::Image,
        "mp4" | "webm" | "ogv" | "mov" | "m4v" => Medium::Video,
        "mp3" | "m4a" | "ogg" | "oga" | "opus" | "wav" | "flac" => Medium::Audio,
        _ => return None,
    })
}
