//! Tags that nothing defines here, but whose parameters name what they show: an image, media, or a link.

use super::syntax::Args;
use crate::html::{Medium, escape_attribute};

/// Parameters that name a file or an address, best first.
const ADDRESSES: &[&str] =
    &["src", "url", "href", "link", "file", "image", "img", "path", "image_path", "video", "audio"];
/// Parameters that say in words what is shown.
const WORDS: &[&str] = &["alt", "caption", "title", "text", "label"];

/// Parameters that hold the text that is shown.
const TEXTS: &[&str] = &["text", "body", "content", "quote", "tex", "formula"];

/// Returns the HTML of what a tag names; `None` if it names nothing.
pub(super) fn html(name: &str, args: &Args<'_>) -> Option<String> {
    addressed(name, args).or_else(|| {
        let text = TEXTS.iter().find_map(|key| args.get(key)).filter(|text| !text.trim().is_empty())?;
        let is_math = ["tex", "math"].iter().any(|part| name.contains(part));
        let text = escape_attribute(text);
        Some(if is_math { format!("${text}$") } else { text })
    })
}

/// Returns the embedded page of a service that the name of a tag, or its `provider`, and its first argument stand for.
pub(super) fn embedded(name: &str, args: &Args<'_>) -> Option<String> {
    let name = args.get("provider").unwrap_or(name).to_ascii_lowercase();
    let id = args.get("id").or(args.at(0))?;
    let is_id = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let services =
        [("youtube", "https://www.youtube.com/embed/"), ("vimeo", "https://player.vimeo.com/video/")];
    let (_, service) = services.iter().find(|(known, _)| name.contains(known)).filter(|_| is_id)?;
    Some(format!("<iframe src=\"{service}{id}\"></iframe>"))
}

fn addressed(name: &str, args: &Args<'_>) -> Option<String> {
    let is_link = ["link", "button", "url"].iter().any(|part| name.contains(part));
    let is_address = |text: &str| {
        medium_of(text).is_some() || crate::types::is_http(text) || is_link && text.starts_with('/')
    };
    let unnamed = || {
        let first = args.at(0).filter(|first| is_address(first));
        // The text of a link may stand before its address.
        first.map(|first| (first, args.at(1))).or_else(|| Some((args.at(1).filter(|_| is_link)?, args.at(0))))
    };
    let named = ADDRESSES.iter().find_map(|key| Some((args.get(key)?, None)));
    let (address, other) = named.or_else(|| unnamed().filter(|(address, _)| is_address(address)))?;
    if address.trim().is_empty() || address.contains(['<', '>', '\n']) {
        return None;
    }
    // Without names, what stands next to the address says what it is, if it is more than a word.
    let other = other.filter(|text| is_link || text.contains(' '));
    let words = WORDS.iter().find_map(|key| args.get(key)).or(other).unwrap_or_default();
    let (url, text) = (escape_attribute(address), escape_attribute(words));
    let by_name = ["img", "image", "figure", "picture", "photo"].iter().any(|part| name.contains(part));
    let shown = match medium_of(address) {
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
pub(in crate::seed) fn medium_of(address: &str) -> Option<Medium> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let (_, ending) = path.rsplit_once('.')?;
    Some(match ending.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" | "png" | "gif" | "webp" | "avif" | "svg" => Medium::Image,
        "mp4" | "webm" | "ogv" | "mov" | "m4v" => Medium::Video,
        "mp3" | "m4a" | "ogg" | "oga" | "opus" | "wav" | "flac" => Medium::Audio,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_what_its_arguments_name() {
        for (name, args, shown) in [
            ("image", "\"a.png\" \"A red boat\"", "<img src=\"a.png\" alt=\"A red boat\">"),
            ("image", "\"a.png\" \"wide\"", "<img src=\"a.png\" alt=\"\">"),
            ("link", "\"Prices\" \"/prices/\"", "<a href=\"/prices/\">Prices</a>"),
            ("link", "\"/prices/\"", "<a href=\"/prices/\">/prices/</a>"),
            ("player", "file=\"a.mp3\"", "<audio controls src=\"a.mp3\"></audio>"),
            ("katex", "body=\"a<b\"", "$a&lt;b$"),
            ("note", "text='Mind the gap'", "Mind the gap"),
            ("youtube-lazy", "\"aBc-1\"", "<iframe src=\"https://www.youtube.com/embed/aBc-1\"></iframe>"),
            (
                "video",
                "id='aBc-1' provider='vimeo'",
                "<iframe src=\"https://player.vimeo.com/video/aBc-1\"></iframe>",
            ),
            ("embed/youtube.html", "id='a_c'", "<iframe src=\"https://www.youtube.com/embed/a_c\"></iframe>"),
            ("figure", "image_path=\"/u.jpg\" alt='U'", "<img src=\"/u.jpg\" alt=\"U\">"),
            ("counter", "\"/prices/\"", ""),
            ("link", "\"Prices\" \"today\"", ""),
            ("youtube", "\"a b\"", ""),
        ] {
            let args = Args::read(args);
            let html = embedded(name, &args).or_else(|| html(name, &args));
            assert_eq!(html.unwrap_or_default(), shown, "{name}");
        }
    }
}
