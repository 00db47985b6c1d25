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
        let distance = strsim::osa_distance(&candidate.to_lowercase(), &name);
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
const SIGNS: [&str; 5] = ["@", "%40", "&#64;", "&#x40;", "\u{ff20}"];
/// Schemes after which URL parsers accept any number of slashes before the host.
const SPECIAL: [&str; 5] = ["https", "http", "wss", "ws", "ftp"];

/// Where a user name may begin.
enum Start {
    /// After a scheme.
    Scheme(usize),
    /// After two slashes without a scheme.
    Slashes(usize),
}

/// Replaces the user name and password of each URL, and the `@` after them. `is_wide` is true to replace what is probably meant
/// as a password too, although it may be a host and text that follows it.
fn replace_credentials<'a>(text: &'a str, with: &str, is_wide: bool) -> Cow<'a, str> {
    if !SIGNS.iter().any(|sign| text.contains(sign)) {
        return Cow::Borrowed(text);
    }
    let (mut out, mut done, mut from) = (String::new(), 0, 0);
    while let Some(start) = next_start(text, from) {
        let (at, end) = match start {
            Start::Scheme(at) => (at, end_of_credentials(&text[at..], is_wide)),
            Start::Slashes(at) => (at, end_of_user(&text[at..]).filter(|end| *end > 1)),
        };
        from = at;
        if let Some(end) = end {
            out.push_str(&text[done..at]);
            out.push_str(with);
            (done, from) = (at + end, at + end);
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

/// Returns the next place where a user name may begin.
fn next_start(text: &str, from: usize) -> Option<Start> {
    let bytes = text.as_bytes();
    (from..bytes.len()).find_map(|at| match bytes[at] {
        b':' => {
            let is_whole = text[at..].starts_with("://");
            let is_special = has_special_scheme(&text[..at]);
            // Parsers remove tabs.
            let skipped = |byte: &&u8| matches!(**byte, b'/' | b'\\' | b'\t');
            let slashes = bytes[at + 1..].iter().take_while(skipped).count();
            match (is_special, is_whole) {
                (true, _) => Some(Start::Scheme(at + 1 + slashes)),
                (false, true) => Some(Start::Scheme(at + 3)),
                (false, false) => None,
            }
        }
        b'/' if bytes.get(at + 1) == Some(&b'/') => {
            let before = at.checked_sub(1).map(|at| bytes[at]);
            let is_first =
                before.is_none_or(|byte| byte.is_ascii_whitespace() || b"\"'`(<[{=,;".contains(&byte));
            is_first.then_some(Start::Slashes(at + 2))
        }
        _ => None,
    })
}

/// True if a text ends with the name of a scheme that [`SPECIAL`] lists.
fn has_special_scheme(text: &str) -> bool {
    SPECIAL.iter().any(|scheme| {
        let Some(at) = text.len().checked_sub(scheme.len()) else { return false };
        let is_scheme = text.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(scheme));
        is_scheme && !text[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

/// True for a character that ends a host.
fn ends_host(c: char) -> bool {
    c.is_whitespace() || matches!(c, '/' | '\\' | '?' | '#' | '"' | '<' | '>' | '`')
}

/// Returns where the user name and password at the beginning of a text end.
fn end_of_user(after: &str) -> Option<usize> {
    let end = after.find(ends_host).unwrap_or(after.len());
    after[..end].rfind('@').map(|at| at + 1)
}

/// Returns the same after a scheme, even if characters that parsers remove or encode are in the password.
fn end_of_credentials(after: &str, is_wide: bool) -> Option<usize> {
    end_of_user(after)
        .or_else(|| {
            // Parsers remove tabs.
            let end = after.find(|c| c != '\t' && ends_host(c)).unwrap_or(after.len());
            let user = &after[..end.min(after[..end].rfind('@')? + 1)];
            user.contains(':').then_some(user.len())
        })
        .or_else(|| end_of_meant(after, is_wide))
}

/// Returns where a password ends that has a character in it which ends a host: a name and a colon that no port follows are a
/// user name and the beginning of a password.
fn end_of_meant(after: &str, is_wide: bool) -> Option<usize> {
    let end = after.find(ends_host).unwrap_or(after.len());
    let (name, port) = after[..end].split_once(':')?;
    let number = if is_wide { port } else { port.trim_end_matches(|c: char| c.is_ascii_punctuation()) };
    let is_port = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    // A host, a colon and text.
    let is_prose = !is_wide && (name.is_empty() || number.is_empty());
    if name.starts_with('[') || is_port || is_prose {
        return None;
    }
    let is_quote = |c: char| matches!(c, '"' | '<' | '>' | '`');
    let first = |text: &str| SIGNS.iter().filter_map(|sign| Some(text.find(sign)? + sign.len())).min();
    let rest = &after[end..];
    let line = match rest.strip_prefix(is_quote) {
        // It may also end an attribute, so only what directly follows counts.
        Some(inner) => &after[..end + 1 + inner.find(|c| is_quote(c) || ends_host(c)).unwrap_or(inner.len())],
        None => &after[..after.find(|c| c == '\n' || is_quote(c)).unwrap_or(after.len())],
    };
    first(line)
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

    #[test]
    fn credentials_are_removed_however_a_parser_finds_them_and_prose_stays() {
        for secret in [
            "https:/us:SECRET@h/x",
            "HTTPS:us:SECRET@h",
            "https:///us:SECRET@h",
            r"https:\\us:SECRET@h",
            r"https:\/\/us:SECRET@h",
            "//us:SECRET@h/x",
            "see (//SECRET@h/x)",
            "ws:us:SECRET@h",
            "https://us:SEC\tRET@h",
            "https://us:SEC RET@h",
            "https://us:SEC\u{a0}RET@h",
            "https://us:SEC\u{1}RET@h",
            "https://us:SEC\"RET@h",
            "https://us\t:SECRET@h",
            "https:\t//us:SECRET@h",
            "https:/\t/us:SECRET@h",
            "https: //us:SECRET@h",
            "https://us:SEC/RET@h",
            "https://us:SECRET&#x40;h",
        ] {
            let public = remove_credentials(secret);
            assert!(
                !public.contains("SEC") && !public.contains("RET") && public.contains('h'),
                "{secret}: {public}"
            );
            let shown = redact(secret);
            assert!(
                !shown.contains("SEC") && !shown.contains("RET") && shown.contains("***@"),
                "{secret}: {shown}"
            );
        }
        for text in [
            "https://a.example: mail ann@b.example",
            "https://a.example:8080, or ann@b.example",
            "http: ann@b.example",
            "https://a.example and ann@b.example",
            "https://a.example\tann@b.example",
            "// ann@b.example",
            "https://a.example/x//ann@b.example",
            "//a.example/@ann",
            "at 10:30 ann@b.example",
            "file:///home/ann@work",
            "nohttps:ann@b.example",
        ] {
            assert_eq!(remove_credentials(text), text);
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
