//! User names and passwords in URLs: replaced in messages, removed from what is published.

use std::borrow::Cow;

use url::Url;

/// Replaces the user name and password of each URL in a text by `***`, even if a mistake in them ends the URL early.
///
/// ```
/// use feedmill_types::redact;
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
/// use feedmill_types::remove_credentials;
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
    /// After the scheme of a URL that is percent-encoded, as in the query of another one.
    Encoded(usize),
}

/// Replaces the user name and password of each URL, and the `@` after them. `is_wide` is true to replace what is probably meant
/// as a password too, although it may be a host and text that follows it.
fn replace_credentials<'a>(text: &'a str, with: &str, is_wide: bool) -> Cow<'a, str> {
    // In one pass, because few texts have any of these bytes: every link of every article gets here.
    let may_begin_sign = |byte: u8| matches!(byte, b'@' | b'%' | b'&' | 0xef);
    if !text.bytes().any(may_begin_sign) || !SIGNS.iter().any(|sign| text.contains(sign)) {
        return Cow::Borrowed(text);
    }
    let mut ahead = Ahead::new(text);
    let (mut out, mut done, mut from) = (String::new(), 0, 0);
    while let Some(start) = next_start(text, from) {
        let (at, end) = match start {
            Start::Scheme(at) => (at, ahead.end_of_credentials(at, is_wide)),
            Start::Slashes(at) => (at, ahead.end_of_user(at).filter(|end| *end > at + 1)),
            Start::Encoded(at) => (at, end_of_encoded(text, at)),
        };
        from = at;
        if let Some(end) = end {
            out.push_str(&text[done..at]);
            out.push_str(with);
            (done, from) = (end, end);
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
        b'%' if is_one_of(bytes, at, &[b"%3a"]) && has_special_scheme(&text[..at]) => {
            let mut start = at + 3;
            while let Some(length) = slash(bytes, start) {
                start += length;
            }
            // With a slash for each start, what follows is looked at once.
            (start > at + 3).then_some(Start::Encoded(start))
        }
        _ => None,
    })
}

/// True if one of some escapes, in lower case, is at a position.
fn is_one_of(bytes: &[u8], at: usize, escapes: &[&[u8]]) -> bool {
    let found = bytes.get(at..at + 3);
    found.is_some_and(|found| escapes.iter().any(|escape| found.eq_ignore_ascii_case(escape)))
}

/// Returns the length of a slash at a position, which may be percent-encoded.
fn slash(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'/' | b'\\' => Some(1),
        b'%' if is_one_of(bytes, at, &[b"%2f", b"%5c"]) => Some(3),
        _ => None,
    }
}

/// Returns where a user name and password end in a percent-encoded URL.
fn end_of_encoded(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut end = None;
    for (offset, c) in text[at..].char_indices() {
        let here = at + offset;
        let is_escaped_end = c == '%' && is_one_of(bytes, here, &[b"%2f", b"%5c", b"%3f", b"%23"]);
        if ends_host(c) || c == '&' || is_escaped_end {
            break;
        }
        match c {
            '@' => end = Some(here + 1),
            '%' if is_one_of(bytes, here, &[b"%40"]) => end = Some(here + 3),
            _ => {}
        }
    }
    end
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

/// What follows the places where user names may begin. These places must ascend: what was found for one is kept for the next, so
/// that each character of a text is looked at a few times only.
struct Ahead<'t> {
    text: &'t str,
    /// Up to a character that ends a host, and the same if tabs are removed.
    word: Word,
    word_with_tabs: Word,
    colon: usize,
    end_of_line: usize,
    /// Where a word ends, and what is in quotes after it.
    quoted: (usize, usize),
    /// The next of each of [`SIGNS`].
    signs: [usize; SIGNS.len()],
}

/// A part of a text. All are positions in the text.
#[derive(Default)]
struct Word {
    end: usize,
    /// Behind its last `@`, 0 without one.
    behind_sign: usize,
    /// Behind its last character that is no punctuation, 0 without one.
    behind_plain: usize,
}

impl Word {
    fn find(&mut self, text: &str, at: usize, ends: impl Fn(char) -> bool) {
        if self.end < at {
            self.end = text[at..].find(ends).map_or(text.len(), |length| at + length);
            let word = &text[at..self.end];
            self.behind_sign = word.rfind('@').map_or(0, |sign| at + sign + 1);
            let plain = word.trim_end_matches(|c: char| c.is_ascii_punctuation());
            self.behind_plain = if plain.is_empty() { 0 } else { at + plain.len() };
        }
    }
}

/// Sets a position to the next one at or after `at` that `find` finds in the rest of a text, or to the end, if it is before `at`.
fn move_on(next: &mut usize, text: &str, at: usize, find: impl FnOnce(&str) -> Option<usize>) -> usize {
    if *next < at {
        *next = find(&text[at..]).map_or(text.len(), |length| at + length);
    }
    *next
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '<' | '>' | '`')
}

impl<'t> Ahead<'t> {
    fn new(text: &'t str) -> Self {
        let (word, word_with_tabs) = Default::default();
        Self { text, word, word_with_tabs, colon: 0, end_of_line: 0, quoted: (0, 0), signs: [0; SIGNS.len()] }
    }

    /// Returns where a user name and password that begin at a position end.
    fn end_of_user(&mut self, at: usize) -> Option<usize> {
        self.word.find(self.text, at, ends_host);
        Some(self.word.behind_sign).filter(|end| *end > at)
    }

    fn next_colon(&mut self, at: usize) -> usize {
        move_on(&mut self.colon, self.text, at, |rest| rest.find(':'))
    }

    /// Returns the same after a scheme, even if characters that parsers remove or encode are in the password.
    fn end_of_credentials(&mut self, at: usize, is_wide: bool) -> Option<usize> {
        if let Some(end) = self.end_of_user(at) {
            return Some(end);
        }
        // Parsers remove tabs.
        self.word_with_tabs.find(self.text, at, |c| c != '\t' && ends_host(c));
        let end = self.word_with_tabs.behind_sign;
        if end > at && self.next_colon(at) < end { Some(end) } else { self.end_of_meant(at, is_wide) }
    }

    /// Returns where a password ends that has a character in it which ends a host: a name and a colon that no port follows are a
    /// user name and the beginning of a password.
    fn end_of_meant(&mut self, at: usize, is_wide: bool) -> Option<usize> {
        let (colon, text) = (self.next_colon(at), self.text);
        let end = self.word.end;
        if colon >= end {
            return None;
        }
        let end_of_number = if is_wide { end } else { self.word.behind_plain.max(colon + 1) };
        let number = &text[colon + 1..end_of_number];
        let is_port = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        // A host, a colon and text.
        let is_prose = !is_wide && (colon == at || number.is_empty());
        if text[at..].starts_with('[') || is_port || is_prose {
            return None;
        }
        let end_of_line = match text[end..].strip_prefix(is_quote) {
            // It may also end an attribute, so only what directly follows counts.
            Some(inner) if self.quoted.0 < end => {
                let length = inner.find(|c| is_quote(c) || ends_host(c)).unwrap_or(inner.len());
                self.quoted = (end, end + 1 + length);
                self.quoted.1
            }
            Some(_) => self.quoted.1,
            None => move_on(&mut self.end_of_line, text, at, |rest| rest.find(|c| c == '\n' || is_quote(c))),
        };
        let ends = SIGNS
            .iter()
            .zip(&mut self.signs)
            .map(|(sign, next)| move_on(next, text, at, |rest| rest.find(sign)) + sign.len());
        ends.filter(|end| *end <= end_of_line).min()
    }
}

/// Returns a URL without user name and password.
///
/// ```
/// let url = "https://ann:key@hub.example/".parse().map(feedmill_types::without_credentials);
/// assert_eq!(url.as_ref().map(url::Url::as_str), Ok("https://hub.example/"));
/// ```
#[must_use]
pub fn without_credentials(mut url: Url) -> Url {
    // Both fail only for URLs that cannot have them.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    url
}

/// Returns a URL that may be published: without user name and password, and without those of the URLs in its path and query.
///
/// ```
/// let url = "https://ann:key@a.example/?to=https://ann:key@b.example/".parse().map(feedmill_types::public_url);
/// assert_eq!(url.as_ref().map(url::Url::as_str), Ok("https://a.example/?to=https://b.example/"));
/// ```
#[must_use]
pub fn public_url(url: Url) -> Url {
    let url = without_credentials(url);
    match remove_credentials(url.as_str()) {
        Cow::Borrowed(_) => url,
        Cow::Owned(public) => Url::parse(&public).unwrap_or_else(|_| root(url)),
    }
}

/// Returns a URL without all that follows its host.
fn root(mut url: Url) -> Url {
    url.set_path("");
    url.set_query(None);
    url.set_fragment(None);
    url
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

    /// A scheme after each other: what follows must not be searched for each of them.
    #[test]
    fn texts_of_many_schemes_take_linear_time() {
        for unit in [
            "http:",
            "http:a:",
            "http://a:b",
            "http:a\t",
            "http:a:1!!",
            "//",
            "x://",
            "http:\"a:",
            "http%3A",
            "http%3a%2f",
            "http%3A/a",
        ] {
            for (before, after) in [("@ ", ""), ("", " @"), ("", "!!!@"), ("@", "\n")] {
                let text = format!("{before}{}{after}", unit.repeat(200_000));
                assert!(redact(&text).len() > 1 && !remove_credentials(&text).is_empty());
            }
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
            "https://a.example/p?x=https://us:SECRET@h/",
            "https://a.example/https:/us:SECRET@h/",
            "https://a.example/p?x=https%3A%2F%2Fus%3ASECRET%40h%2F&y=1",
            "https://a.example/p?x=https%3a/us:SECRET@h",
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
            "https://a.example/p?x=https%3A%2F%2Fb.example%2F%40ann&mail=ann%40b.example",
        ] {
            assert_eq!(remove_credentials(text), text);
        }
    }

    #[test]
    fn a_public_url_has_no_credentials_before_or_after_its_host() {
        for (url, public) in [
            ("https://u:SECRET@a.example:8080/@ann?q=x@y#z@", "https://a.example:8080/@ann?q=x@y#z@"),
            ("https://a.example/p?x=https://u:SECRET@h/a.png", "https://a.example/p?x=https://h/a.png"),
            (
                "https://a.example/https://u:SECRET@h/#//u:SECRET@h",
                "https://a.example/https://h/#//u:SECRET@h",
            ),
            ("https://[::1]:80/http:u:SECRET@h", "https://[::1]:80/http:h"),
        ] {
            assert_eq!(public_url(Url::parse(url).unwrap()).as_str(), public, "{url}");
        }
    }
}
