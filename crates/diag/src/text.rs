//! Text in messages: escaped for terminals, without passwords, with plurals and suggestions.

use std::borrow::Cow;

/// Makes untrusted text safe to print: control characters, line ends and marks that change the direction of writing become
/// escapes, so that a title cannot control a terminal and a file name cannot forge a line.
///
/// ```
/// assert_eq!(feedmill_diag::printable("red\u{1b}[31m\n"), "red\\u{1b}[31m\\n");
/// ```
#[must_use]
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (at, c) in text.char_indices().filter(|(_, c)| is_risky(*c)) {
        out.push_str(&text[done..at]);
        out.extend(c.escape_default());
        done = at + c.len_utf8();
    }
    out.push_str(&text[done..]);
    out
}

/// True if a character may affect a terminal or the rest of a line instead of being shown.
#[must_use]
pub fn is_risky(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}'
        )
}

/// Returns a number with its noun: "1 seed", "2 seeds".
///
/// ```
/// use feedmill_diag::count;
///
/// assert_eq!(count(1, "entry", "entries"), "1 entry");
/// assert_eq!(count(0, "entry", "entries"), "0 entries");
/// ```
#[must_use]
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Returns the candidate that a misspelled name probably means, ignoring case; `None` if none is similar.
///
/// ```
/// use feedmill_diag::nearest;
///
/// assert_eq!(nearest("Titel", ["link", "title"]), Some("title"));
/// assert_eq!(nearest("zzz", ["link", "title"]), None);
/// ```
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let length = name.chars().count();
    let is_similar = |distance: usize, candidate: &str| distance <= 1 + candidate.len() / 4;
    let near = candidates.into_iter().filter_map(|candidate| {
        // The distance is at least the difference of the lengths; a long name would take long to compare.
        if !is_similar(length.abs_diff(candidate.chars().count()), candidate) {
            return None;
        }
        let distance = strsim::damerau_levenshtein(&candidate.to_lowercase(), &name);
        is_similar(distance, candidate).then_some((distance, candidate))
    });
    near.min().map(|(_, candidate)| candidate)
}

/// Length in bytes of a path that every system refuses to open.
const LONGEST_PATH: usize = 4096;

/// Shortens a path for messages if it is too long to exist.
#[must_use]
pub fn short_path(path: &str) -> Cow<'_, str> {
    if path.len() < LONGEST_PATH {
        return Cow::Borrowed(path);
    }
    Cow::Owned(path.chars().take(80).chain(['…']).collect())
}

/// Replaces the user name and password of each URL in a text by `***`, even if a mistake in them ends the URL early.
///
/// ```
/// use feedmill_diag::redact;
///
/// assert_eq!(redact("hub = 'https://ann:key@hub.example/'"), "hub = 'https://***@hub.example/'");
/// assert_eq!(redact("https://ann:my key@hub.example/"), "https://***@hub.example/");
/// assert_eq!(redact("https://hub.example/@ann"), "https://hub.example/@ann");
/// ```
#[must_use]
pub fn redact(text: &str) -> Cow<'_, str> {
    let redacted = replace_credentials(text, "***@", true);
    if matches!(redacted, Cow::Owned(_)) || !text.contains("\\u") && !text.contains("\\U") {
        return redacted;
    }
    // A line of TOML or JSON may have escapes in the place of characters.
    match replace_credentials(&unescaped(text), "***@", true) {
        Cow::Owned(redacted) => Cow::Owned(redacted),
        Cow::Borrowed(_) => Cow::Borrowed(text),
    }
}

/// Returns a text with the characters for which there are escapes such as `\u0040`.
fn unescaped(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        let length = match escape.as_bytes().get(1) {
            Some(b'u') => 6,
            Some(b'U') => 10,
            _ => 0,
        };
        let code = escape.get(2..length).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        out.push_str(before);
        let end = match code.and_then(char::from_u32) {
            Some(c) => {
                out.push(c);
                length
            }
            None => {
                out.push('\\');
                1
            }
        };
        rest = &escape[end..];
    }
    out + rest
}

/// Removes the user name and password of each URL in a text.
///
/// ```
/// use feedmill_diag::remove_credentials;
///
/// assert_eq!(remove_credentials("see https://ann:key@hub.example/"), "see https://hub.example/");
/// ```
#[must_use]
pub fn remove_credentials(text: &str) -> Cow<'_, str> {
    replace_credentials(text, "", false)
}

/// What stands for the `@` after a password, if somebody wrote it as in another place of a URL or of a page.
const SIGNS: [&str; 4] = ["@", "%40", "&#64;", "\u{ff20}"];

/// Replaces the user name and password of each URL, and the `@` after them. `is_wide` is true to replace what is only meant as
/// a password too: it has a slash, a space or an escape in it.
fn replace_credentials<'a>(text: &'a str, with: &str, is_wide: bool) -> Cow<'a, str> {
    if !text.contains("://") || !SIGNS.iter().any(|sign| text.contains(sign)) {
        return Cow::Borrowed(text);
    }
    let (mut out, mut rest, mut is_changed) = (String::with_capacity(text.len()), text, false);
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '\\' | '?' | '#' | '"' | '<' | '>' | '`');
        let end = after.find(ends).unwrap_or(after.len());
        let found = after[..end].rfind('@').map(|at| at + 1);
        rest = match found.or_else(|| if is_wide { end_of_meant(after, end) } else { None }) {
            Some(at) => {
                out.push_str(with);
                is_changed = true;
                &after[at..]
            }
            None => after,
        };
    }
    out.push_str(rest);
    if is_changed { Cow::Owned(out) } else { Cow::Borrowed(text) }
}

/// Returns where a password that was only meant as one ends. `end` is where the host does: a name and a colon before it that no
/// port follows are a user name and the beginning of a password.
fn end_of_meant(after: &str, end: usize) -> Option<usize> {
    let (name, port) = after[..end].split_once(':')?;
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_host = name.starts_with('[') || is_port;
    let line = &after[..after.find(['\n', '"', '<', '>', '`']).unwrap_or(after.len())];
    let ends = SIGNS.iter().filter_map(|sign| Some(line.find(sign)? + sign.len()));
    ends.min().filter(|_| !is_host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_replaced_in_every_url_of_a_text() {
        for (text, redacted) in [
            ("https://u@a.example/x@y", "https://***@a.example/x@y"),
            ("ftp://u:p@q@a.example", "ftp://***@a.example"),
            ("a://b@c d://e f://g@h://i@j", "a://***@c d://e f://***@h://***@j"),
            ("<a href=\"https://a.example\">ann@a.example", "<a href=\"https://a.example\">ann@a.example"),
            ("ann@a.example", "ann@a.example"),
            (r"https://u:\u00e9key@a.example", "https://***@a.example"),
            ("https://u:k/ey?#@a.example/x", "https://***@a.example/x"),
            (r"https://u:key\u0040a.example/\n", r"https://***@a.example/\n"),
            (r"https\u003A\U0000002f/u:key@a.example", "https://***@a.example"),
            (r"\u00 \ud800 \u0040 https://a.example", r"\u00 \ud800 \u0040 https://a.example"),
            ("https://u:key%40a.example/x", "https://***@a.example/x"),
            ("https://a.example:80/x and ann@a.example", "https://a.example:80/x and ann@a.example"),
            ("https://[::1]/x and ann@a.example", "https://[::1]/x and ann@a.example"),
        ] {
            assert_eq!(redact(text), redacted);
        }
    }

    /// Found by the fuzzer: a column inside a password was beyond the end of the redacted line.
    #[test]
    fn a_mark_stays_inside_a_redacted_line() {
        let line = "see https://ann:secret@a.example";
        for column in 1..=line.len() as u32 + 1 {
            let place = crate::Place::at("a.xml", 1, column).showing(line);
            assert_eq!(place.source, "see https://***@a.example");
            assert!(
                place.mark >= 1 && place.mark as usize <= place.source.len() + 1,
                "{column}: {}",
                place.mark
            );
        }
    }

    #[test]
    fn a_suggestion_is_similar_and_long_names_have_none() {
        assert_eq!(nearest("yaer", ["day", "year"]), Some("year"));
        assert_eq!(nearest("year", []), None);
        assert_eq!(nearest(&"year".repeat(100_000), ["year"]), None);
    }
}
