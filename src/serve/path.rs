//! Maps the path of a URL to a path in the store. Nothing else decides what may be served.

use std::borrow::Cow;
use std::path::{Component, Path};

use percent_encoding::percent_decode_str;

use crate::format::INDEX;
use crate::types::is_escape;

/// Returns the file for a URL path, relative to the feeds folder; `None` if no such file may be served. Escapes are decoded
/// once. Hidden names are never served, among them `.` and `..`.
pub(super) fn resolve(address: &str) -> Option<Cow<'_, str>> {
    let address = address.strip_prefix('/')?;
    if is_usual(address) {
        return Some(Cow::Borrowed(address));
    }
    let mut path = percent_decode_str(address).decode_utf8().ok()?;
    // An escaped slash would be part of a name, and no name contains one.
    let slashes = |text: &str| text.bytes().filter(|b| *b == b'/').count();
    if matches!(path, Cow::Owned(_)) && slashes(&path) != slashes(address) {
        return None;
    }
    if path.is_empty() || path.ends_with('/') {
        path.to_mut().push_str(index_page());
    }
    path.split('/').all(is_name).then_some(path)
}

/// True if each percent sign begins an escape ([RFC 3986, 2.1](https://www.rfc-editor.org/rfc/rfc3986#section-2.1)).
pub(super) fn has_valid_escapes(address: &str) -> bool {
    memchr::memchr_iter(b'%', address.as_bytes()).all(|at| is_escape(address.as_bytes(), at))
}

/// Name of the page that stands for a folder.
fn index_page() -> &'static str {
    INDEX.iter().find(|index| index.media_type() == "text/html").map_or("index.html", |page| page.file_name())
}

/// True if a path consists of plain file names without escapes, as in nearly all requests.
fn is_usual(path: &str) -> bool {
    let mut is_start = true;
    for byte in path.bytes() {
        let is_allowed = match byte {
            b'/' | b'.' => !is_start,
            byte => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
        };
        if !is_allowed {
            return false;
        }
        is_start = byte == b'/';
    }
    !is_start
}

/// True if the text is a plain file name on every system.
fn is_name(name: &str) -> bool {
    let mut components = Path::new(name).components();
    let is_one = matches!(components.next(), Some(Component::Normal(one)) if one == name);
    is_one && components.next().is_none() && !name.starts_with('.') && !name.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_in_the_feeds_folder_are_served() {
        for (address, path) in [
            ("/", "index.html"),
            ("/rss.xml", "rss.xml"),
            ("/town/", "town/index.html"),
            ("/%E4%B8%A4%20x/rss.xml", "两 x/rss.xml"),
            ("/a%2525", "a%25"),
            ("/a..b/..c", ""),
            ("/a../b", "a../b"),
            ("", ""),
            ("*", ""),
            ("//rss.xml", ""),
            ("/town//rss.xml", ""),
            ("/../secret", ""),
            ("/town/../rss.xml", ""),
            ("/town/./rss.xml", ""),
            ("/%2e%2e/secret", ""),
            ("/town%2f..%2fsecret", ""),
            ("/town%2Frss.xml", ""),
            ("/%252e%252e/secret", "%2e%2e/secret"),
            ("/..%5csecret", ""),
            ("/rss.xml%00.html", ""),
            ("/a%0ab", ""),
            ("/%ff", ""),
            ("/.feedmill/index", ""),
            ("/town/.feedmill-x.tmp", ""),
            ("/%2efeedmill/index", ""),
        ] {
            assert_eq!(resolve(address).as_deref().unwrap_or_default(), path, "{address}");
        }
    }
}
