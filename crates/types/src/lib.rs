//! Small types shared by all of feedmill's crates: instants, sizes, media types, and strict URLs (RFC 3986).
//!
//! This crate is the lowest layer: formats, seeds and the HTML cleaner use the same types without depending on each
//! other. Nothing here reads the clock.

mod credentials;
mod file_type;
pub mod podcast;
pub mod work;

pub use credentials::{public_url, redact, remove_credentials, without_credentials};
pub use file_type::{file_type, type_of_extension};

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt::{self, Write as _};

use chrono::format::{Fixed, Item, Numeric, Pad};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

/// An instant: milliseconds since 1970-01-01T00:00:00Z, which may be negative.
///
/// ```
/// use feedmill_types::UnixMs;
///
/// let time = UnixMs(1_717_225_200_000);
/// assert_eq!(time.to_rfc3339(), "2024-06-01T07:00:00Z");
/// assert_eq!(time.to_rfc822(), "Sat, 01 Jun 2024 07:00:00 GMT");
/// ```
///
/// Serialized as a bare number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnixMs(pub i64);

impl UnixMs {
    /// The first instant a feed can hold, 0000-01-01T00:00:00Z: both date formats have four-digit years.
    pub const MIN: Self = Self(-62_167_219_200_000);
    /// The last instant a feed can hold, 9999-12-31T23:59:59.999Z.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// Returns the instant as a calendar date in UTC, clamped to [`Self::MIN`]..=[`Self::MAX`].
    ///
    /// ```
    /// use feedmill_types::UnixMs;
    ///
    /// assert_eq!(UnixMs(i64::MAX).to_utc().to_string(), "9999-12-31 23:59:59.999 UTC");
    /// ```
    #[must_use]
    pub fn to_utc(self) -> DateTime<Utc> {
        let ms = self.0.clamp(Self::MIN.0, Self::MAX.0);
        DateTime::from_timestamp_millis(ms).unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// Formats as [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339) in UTC; milliseconds only if they are not zero.
    ///
    /// ```
    /// use feedmill_types::UnixMs;
    ///
    /// assert_eq!(UnixMs(1).to_rfc3339(), "1970-01-01T00:00:00.001Z");
    /// ```
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        let utc = self.to_utc();
        let form =
            if utc.timestamp_subsec_millis() == 0 { SecondsFormat::Secs } else { SecondsFormat::Millis };
        utc.to_rfc3339_opts(form, true)
    }

    /// Formats the day in UTC as ISO 8601 (`2024-06-01`).
    ///
    /// ```
    /// assert_eq!(feedmill_types::UnixMs(0).to_date(), "1970-01-01");
    /// ```
    #[must_use]
    pub fn to_date(self) -> String {
        self.to_utc().format("%Y-%m-%d").to_string()
    }

    /// Formats as [RFC 822](https://www.rfc-editor.org/rfc/rfc822) in the form that RSS 2.0 requires: English names,
    /// four-digit year, GMT. Milliseconds are truncated.
    ///
    /// ```
    /// assert_eq!(feedmill_types::UnixMs(0).to_rfc822(), "Thu, 01 Jan 1970 00:00:00 GMT");
    /// ```
    #[must_use]
    pub fn to_rfc822(self) -> String {
        let mut text = String::with_capacity("Thu, 01 Jan 1970 00:00:00 GMT".len());
        // Writing to a string cannot fail.
        let _ = write!(text, "{}", self.to_utc().format_with_items(RFC_822.iter()));
        text
    }
}

/// Form of a date of RSS. A pattern would be parsed for each date.
const RFC_822: [Item<'static>; 14] = [
    Item::Fixed(Fixed::ShortWeekdayName),
    Item::Literal(", "),
    Item::Numeric(Numeric::Day, Pad::Zero),
    Item::Literal(" "),
    Item::Fixed(Fixed::ShortMonthName),
    Item::Literal(" "),
    Item::Numeric(Numeric::Year, Pad::Zero),
    Item::Literal(" "),
    Item::Numeric(Numeric::Hour, Pad::Zero),
    Item::Literal(":"),
    Item::Numeric(Numeric::Minute, Pad::Zero),
    Item::Literal(":"),
    Item::Numeric(Numeric::Second, Pad::Zero),
    Item::Literal(" GMT"),
];

/// A size in bytes.
///
/// ```
/// assert_eq!(feedmill_types::Bytes(2048).to_string(), "2.0 KiB");
/// ```
///
/// Serialized as a bare number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bytes(pub u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
        match UNITS.iter().find(|(_, size)| self.0 >= *size) {
            Some((name, size)) => write!(f, "{:.1} {name}", self.0 as f64 / *size as f64),
            None => write!(f, "{} B", self.0),
        }
    }
}

/// A media type such as `image/jpeg`: lower case, without parameters
/// ([RFC 6838](https://www.rfc-editor.org/rfc/rfc6838#section-4.2)).
///
/// ```
/// use feedmill_types::MediaType;
///
/// let jpeg = MediaType::parse("Image/JPEG; q=0.8");
/// assert_eq!(jpeg.as_ref().map(MediaType::as_str), Some("image/jpeg"));
/// assert_eq!(jpeg.as_ref().map(MediaType::top), Some("image"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaType(String);

impl MediaType {
    /// Parses `type/subtype` and drops parameters. Returns `None` if the text is not a media type.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let (kind, subtype) = essence.split_once('/')?;
        let is_name = |s: &str| {
            !s.is_empty()
                && s.len() <= 127
                && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
                && s.as_bytes()[0].is_ascii_alphanumeric()
        };
        (is_name(kind) && is_name(subtype)).then_some(Self(essence))
    }

    /// Returns the whole type, `image/jpeg`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the top-level type, the part before the slash: `image`.
    #[must_use]
    pub fn top(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// True if a text has the form of a language tag ([RFC 5646](https://www.rfc-editor.org/rfc/rfc5646#section-2.1)); its parts
/// need not be registered.
///
/// ```
/// use feedmill_types::is_well_formed_language;
///
/// assert!(is_well_formed_language("zh-Hans") && !is_well_formed_language("english language"));
/// ```
#[must_use]
pub fn is_well_formed_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let starts = (2..=8).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_alphabetic())
        || matches!(first, "x" | "i") && text.len() > 2;
    starts && parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// True if a text starts with another one, compared without the case of ASCII letters.
///
/// ```
/// use feedmill_types::starts_with_ignore_case;
///
/// assert!(starts_with_ignore_case("JavaScript:go()", "javascript:"));
/// assert!(!starts_with_ignore_case("data", "data:") && !starts_with_ignore_case("é", "e"));
/// ```
#[must_use]
pub fn starts_with_ignore_case(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start))
}

/// True if the text after `<` or `&` makes it the beginning of a tag, a comment or a reference in HTML.
#[must_use]
pub fn begins_markup(sign: u8, after: &[u8]) -> bool {
    let others: &[u8] = if sign == b'<' { b"/!?" } else { b"#" };
    after.first().is_some_and(|next| next.is_ascii_alphanumeric() || others.contains(next))
}

/// True if the host of a URL cannot exist ([RFC 2606](https://www.rfc-editor.org/rfc/rfc2606)).
#[must_use]
pub fn is_placeholder(url: &Url) -> bool {
    url.host_str().is_some_and(|host| host.ends_with(".invalid"))
}

/// True if a URL starts with `http://` or `https://`, in upper or lower case.
#[must_use]
pub fn is_http(url: &str) -> bool {
    starts_with_ignore_case(url, "https://") || starts_with_ignore_case(url, "http://")
}

/// True if a byte is allowed everywhere after the host of a URI
/// ([RFC 3986, 3.3](https://www.rfc-editor.org/rfc/rfc3986#section-3.3)).
#[must_use]
pub fn is_path_byte(byte: u8) -> bool {
    PATH_BYTES[usize::from(byte)]
}

/// The bytes of [`is_path_byte`] as a table: every link is tested.
static PATH_BYTES: [bool; 256] = {
    let others = b"-._~:/?@!$&'()*+,;=";
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let mut at = 0;
    while at < others.len() {
        table[others[at] as usize] = true;
        at += 1;
    }
    table
};

/// True if a byte is allowed in scheme, user and host of a URI.
fn is_authority_byte(byte: u8) -> bool {
    is_path_byte(byte) || matches!(byte, b'[' | b']' | b'%')
}

/// Percent-encodes the characters that the `url` crate leaves in a URL although RFC 3986 forbids them: a stray `%`, `|`, `[`
/// in a query.
#[must_use]
pub fn percent_encode_invalid(text: &str) -> String {
    let scheme = text.find(':').map_or(0, |at| at + 1);
    let host = text[scheme..].strip_prefix("//");
    let head = host
        .map_or(scheme, |rest| text.len() - rest.len() + rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (head, tail) = text.split_at(head);
    let mut out = String::with_capacity(text.len());
    out.push_str(head);
    if !head.bytes().all(is_authority_byte) {
        // Not a URI, and only the caller knows the intended one: make the result differ from the input.
        out.push('%');
    }
    for (byte, is_allowed) in bytes_of_tail(tail) {
        if is_allowed {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// True if a text is a URL of `http` or `https` that the `url` crate prints as it is written, whatever its path: the name
/// of the host is in lower case, no number and not internationalized, and there is neither user nor port.
#[must_use]
pub fn is_plain_http(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return false;
    };
    let host = &rest[..rest.find('/').unwrap_or(rest.len())];
    let top = host.rsplit_once('.').map_or(host, |(_, top)| top);
    host.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
        && top.starts_with(|c: char| c.is_ascii_lowercase())
        && !host.contains("--")
}

/// Returns the bytes after the host of a URI, each with whether it is allowed there.
fn bytes_of_tail(tail: &str) -> impl Iterator<Item = (u8, bool)> {
    let bytes = tail.as_bytes();
    let mut has_fragment = false;
    bytes.iter().enumerate().map(move |(at, byte)| {
        let is_allowed = match byte {
            b'%' => is_escape(bytes, at),
            b'#' => !std::mem::replace(&mut has_fragment, true),
            byte => is_path_byte(*byte),
        };
        (*byte, is_allowed)
    })
}

/// True if the `%` at a position of a URI and the two bytes after it stand for a byte
/// ([RFC 3986, 2.1](https://www.rfc-editor.org/rfc/rfc3986#section-2.1)).
#[must_use]
pub fn is_escape(uri: &[u8], at: usize) -> bool {
    uri.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

/// Returns a URL that is valid by RFC 3986, which is stricter than the `url` crate. Returns `None` if the host contains a
/// forbidden character, because a host cannot be escaped, or if the result does not parse back to itself.
#[must_use]
pub fn to_rfc3986(url: Url) -> Option<Url> {
    let host = url.host_str().unwrap_or_default();
    if !host.bytes().all(is_authority_byte) {
        return None;
    }
    let is_valid = bytes_of_tail(url.as_str()).all(|(_, is_allowed)| is_allowed);
    // The `url` crate prints the path of such a URL as it parsed it.
    if is_valid && is_plain_http(url.as_str()) {
        return Some(url);
    }
    let url = if is_valid { url } else { Url::parse(&percent_encode_invalid(url.as_str())).ok()? };
    // The `url` crate may print a URL that parses to a different one, or not at all.
    Url::parse(url.as_str()).ok().filter(|again| *again == url)
}

/// Returns the name or path of a file as text. Bytes that are not UTF-8 are percent-encoded, so that different names have
/// different texts.
///
/// ```
/// assert_eq!(feedmill_types::name_text("é%.md".as_ref()), "é%.md");
/// # #[cfg(unix)]
/// assert_eq!(feedmill_types::name_text(std::os::unix::ffi::OsStrExt::from_bytes(b"caf\xe9.md")), "caf%E9.md");
/// ```
#[must_use]
pub fn name_text(name: &OsStr) -> Cow<'_, str> {
    if let Some(text) = name.to_str() {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|byte| format!("%{byte:02X}")));
    }
    Cow::Owned(out)
}

/// Shortens text quoted in a message: white space folded, at most `max_chars` characters, then `…` if any were removed. Of a URL
/// that is cut, the user name and password are replaced first, see [`redact`]: without its end, they would not be recognized.
///
/// ```
/// assert_eq!(feedmill_types::excerpt("one\n two", 40), "one two");
/// assert_eq!(feedmill_types::excerpt("one two three", 7), "one two…");
/// ```
#[must_use]
pub fn excerpt(text: &str, max_chars: usize) -> Cow<'_, str> {
    let text = text.trim();
    let end = text.char_indices().nth(max_chars).map_or(text.len(), |(at, _)| at);
    let kept = &text[..end];
    let is_folded = !kept.contains(|c: char| c.is_whitespace() && c != ' ') && !kept.contains("  ");
    if is_folded && end == text.len() {
        return Cow::Borrowed(text);
    }
    if end < text.len()
        && let Cow::Owned(redacted) = redact(text)
    {
        return Cow::Owned(excerpt(&redacted, max_chars).into_owned());
    }
    let mut folded = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    if end < text.len() {
        folded.push('…');
    }
    Cow::Owned(folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_utc_and_have_milliseconds_only_if_not_zero() {
        assert_eq!(UnixMs(1_698_786_902_000).to_rfc3339(), "2023-10-31T21:15:02Z");
        assert_eq!(UnixMs(1_704_067_201_999).to_rfc3339(), "2024-01-01T00:00:01.999Z");
        assert_eq!(UnixMs(1_704_067_201_999).to_rfc822(), "Mon, 01 Jan 2024 00:00:01 GMT");
        assert_eq!(UnixMs(-86_400_000).to_rfc822(), "Wed, 31 Dec 1969 00:00:00 GMT");
        assert_eq!(UnixMs(i64::MAX).to_rfc3339(), "9999-12-31T23:59:59.999Z");
        assert_eq!(UnixMs(i64::MIN).to_rfc3339(), "0000-01-01T00:00:00Z");
    }

    #[test]
    fn media_types_are_lower_case_and_without_parameters() {
        assert_eq!(MediaType::parse("Image/JPEG; q=1").map(|m| m.to_string()).as_deref(), Some("image/jpeg"));
        for bad in ["", "image", "image/", "/jpeg", "a b/c", "image/jpeg/x"] {
            assert_eq!(MediaType::parse(bad), None, "{bad}");
        }
    }
}
