//! Addresses in the text of an episode: those of files next to it become the addresses at which the files are published.

use std::borrow::Cow;

use crate::html::{decode_entities_once, escape_attribute};
use crate::types::work;

/// Attributes with the address of a file.
const ATTRIBUTES: &[&str] = &["src", "href", "poster"];

/// Returns HTML with other addresses. `new` gets the name of the attribute and its value without entities, and returns the
/// new value; `None` leaves it as it is. Takes time linear in the length of the text.
pub(crate) fn relink(raw: &str, mut new: impl FnMut(&str, &str) -> Option<String>) -> String {
    work::step(raw.len());
    let bytes = raw.as_bytes();
    let mut out = String::with_capacity(raw.len());
    // `copied` is the end of what is in `out`.
    let (mut at, mut copied) = (0, 0);
    while let Some(open) = memchr::memchr(b'<', &bytes[at..]).map(|found| at + found) {
        at = open + 1;
        if raw[at..].starts_with("!--") {
            at = raw[at..].find("-->").map_or(bytes.len(), |end| at + end);
            continue;
        }
        if !bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        while bytes.get(at).is_some_and(|byte| !is_space(*byte) && *byte != b'>') {
            at += 1;
        }
        while let Some((name, value)) = attribute(raw, &mut at) {
            if !ATTRIBUTES.iter().any(|known| name.eq_ignore_ascii_case(known)) {
                continue;
            }
            let written = raw[value.clone()].trim_matches(['"', '\'']);
            let plain = decode_entities_once(written);
            if let Some(fresh) = new(name, plain.trim()) {
                out.push_str(&raw[copied..value.start]);
                out.push('"');
                out.push_str(&escape_attribute(&fresh));
                out.push('"');
                copied = value.end;
            }
        }
    }
    out.push_str(&raw[copied..]);
    out
}

fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace()
}

/// Returns the name of the next attribute of a tag and where its value is, with its quotes; `None` at the end of the tag.
/// Attributes without a value are passed over.
fn attribute<'a>(raw: &'a str, at: &mut usize) -> Option<(&'a str, std::ops::Range<usize>)> {
    let bytes = raw.as_bytes();
    loop {
        while bytes.get(*at).is_some_and(|byte| is_space(*byte) || *byte == b'/') {
            *at += 1;
        }
        if matches!(bytes.get(*at), None | Some(b'>')) {
            return None;
        }
        let start = *at;
        *at += 1;
        while bytes.get(*at).is_some_and(|byte| !is_space(*byte) && !matches!(byte, b'=' | b'>' | b'/')) {
            *at += 1;
        }
        // Every stop is before an ASCII character or at the end.
        let name = raw.get(start..*at)?;
        let mut value = *at;
        while bytes.get(value).is_some_and(|byte| is_space(*byte)) {
            value += 1;
        }
        if bytes.get(value) != Some(&b'=') {
            continue;
        }
        value += 1;
        while bytes.get(value).is_some_and(|byte| is_space(*byte)) {
            value += 1;
        }
        *at = match bytes.get(value) {
            Some(quote @ (b'"' | b'\'')) => {
                let close = memchr::memchr(*quote, &bytes[value + 1..])?;
                value + 1 + close + 1
            }
            _ => {
                let rest = &bytes[value..];
                value + rest.iter().take_while(|byte| !is_space(**byte) && **byte != b'>').count()
            }
        };
        return Some((name, value..*at));
    }
}

/// Returns the path of a file that a relative address names, and the rest of the address: its query and fragment; `None` if
/// it cannot be a file.
pub(crate) fn relative(address: &str) -> Option<(Cow<'_, str>, &str)> {
    let end = address.find(['?', '#']).unwrap_or(address.len());
    let (path, rest) = address.split_at(end);
    let is_other = path.is_empty()
        || path.starts_with(['/', '\\'])
        || path.split('/').next().is_some_and(|first| first.contains(':'));
    if is_other || path.ends_with('/') {
        return None;
    }
    let decoded = percent_encoding::percent_decode_str(path).decode_utf8().ok()?;
    (!decoded.contains(['\0', '\\'])).then_some((decoded, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_tags_are_replaced_and_everything_else_stays() {
        let changed =
            |raw: &str| relink(raw, |name, value| (value != "x").then(|| format!("{}:{value}&", &name[..1])));
        for (raw, expected) in [
            ("<img src=a.png alt='b'>", "<img src=\"s:a.png&amp;\" alt='b'>"),
            ("<A\nHREF = 'a &amp; b'>t</a>", "<A\nHREF = \"H:a &amp; b&amp;\">t</a>"),
            (
                "<video controls poster=\"p\" src='v'/>",
                "<video controls poster=\"p:p&amp;\" src=\"s:v&amp;\"/>",
            ),
            ("<!-- <img src=a> --> src=\"b\" <a href=x>", "<!-- <img src=a> --> src=\"b\" <a href=x>"),
            (
                "<img data-src=a>1 < 2 <p title=\">\" lang=de>",
                "<img data-src=a>1 < 2 <p title=\">\" lang=de>",
            ),
            ("<img src=\"a", "<img src=\"a"),
            ("é<img src=é>é", "é<img src=\"s:é&amp;\">é"),
        ] {
            assert_eq!(changed(raw), expected);
        }
    }

    #[test]
    fn a_relative_address_is_the_path_of_a_file() {
        assert_eq!(relative("a%20b.png?x#y"), Some(("a b.png".into(), "?x#y")));
        assert_eq!(relative("../img/a.png"), Some(("../img/a.png".into(), "")));
        for other in ["", "#a", "?a", "/a.png", "//h/a", "https://h/a", "mailto:a", "a/", "a%00", "%ff"] {
            assert_eq!(relative(other), None, "{other}");
        }
    }

    #[test]
    fn relinking_takes_linear_time() {
        for part in ["<a href='x'>", "<a ", "<", "<a b=", "<a href=\"", "<!--", "=\"'"] {
            let cost = |number: usize| work::count(|| relink(&part.repeat(number), |_, _| None)).1.max(1);
            assert!(cost(8000) <= 3 * cost(4000), "{part}");
        }
    }
}
