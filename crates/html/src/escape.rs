//! Characters: those that XML allows, entities decoded, markup escaped.

use std::borrow::Cow;
use std::cell::RefCell;

use feedmill_types::work;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::{RawKind, State};
use html5ever::tokenizer::{BufferQueue, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

/// True if XML 1.0 forbids a character, even as a reference.
pub(crate) const fn is_forbidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// True for characters that show nothing, although they are not white space.
pub(crate) const fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200D}' | '\u{FEFF}' | '\u{2060}')
}

/// Returns the number of characters that a reader sees.
pub(crate) fn visible(text: &str) -> usize {
    work::step(text.len());
    if text.is_ascii() {
        return text.bytes().filter(|b| *b > b' ').count();
    }
    text.chars().filter(|c| !c.is_whitespace() && !is_zero_width(*c) && !is_forbidden(*c)).count()
}

/// Number of bytes that are tested at once, at most 255. The compiler turns such a test into a few instructions.
pub(crate) const BLOCK: usize = 32;

/// True if a text has a character that XML 1.0 forbids.
pub(crate) fn has_forbidden(text: &str) -> bool {
    has_pair(text, may_begin_forbidden) && text.contains(is_forbidden)
}

/// True for the first two bytes of each character that XML 1.0 forbids, and of few others. The second byte of a control
/// character is any.
pub(crate) fn may_begin_forbidden(byte: u8, next: u8) -> bool {
    // U+FFFE and U+FFFF are EF BF BE and EF BF BF in UTF-8.
    (byte < 0x20) & (byte != b'\t') & (byte != b'\n') & (byte != b'\r') | (byte == 0xEF) & (next == 0xBF)
}

/// True for the first two bytes of a no-break space.
pub(crate) fn is_no_break_space(byte: u8, next: u8) -> bool {
    (byte == 0xC2) & (next == 0xA0)
}

/// True if a test holds for some byte and the next one, which is 0 for the last byte.
pub(crate) fn has_pair(text: &str, test: impl Fn(u8, u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    let Some(last) = bytes.last() else { return false };
    let mut rest = bytes;
    while let Some(block) = rest.first_chunk() {
        if has_pair_in_block(block, &test) {
            return true;
        }
        rest = &rest[BLOCK..];
    }
    let in_rest = || match bytes.last_chunk() {
        // Some bytes of it were tested before.
        Some(block) => has_pair_in_block(block, &test),
        None => rest.iter().zip(&rest[1..]).any(|(byte, next)| test(*byte, *next)),
    };
    test(*last, 0) || in_rest()
}

/// True if a test holds for some byte of a block and the next one.
#[inline]
fn has_pair_in_block(block: &[u8; BLOCK + 1], test: impl Fn(u8, u8) -> bool) -> bool {
    (0..BLOCK).fold(0, |any, at| any | u8::from(test(block[at], block[at + 1]))) > 0
}

/// Returns the length of a beginning of a text without pairs for which a test holds: a multiple of [`BLOCK`].
pub(crate) fn length_without_pair(text: &[u8], test: impl Fn(u8, u8) -> bool) -> usize {
    let mut rest = text;
    while let Some(block) = rest.first_chunk()
        && !has_pair_in_block(block, &test)
    {
        rest = &rest[BLOCK..];
    }
    text.len() - rest.len()
}

/// Removes the characters that [XML 1.0](https://www.w3.org/TR/xml/#charsets) forbids: most control characters, U+FFFE and
/// U+FFFF.
///
/// ```
/// assert_eq!(feedmill_html::xml_text("a\u{0}b\u{FFFE}c"), "abc");
/// ```
#[must_use]
pub fn xml_text(text: &str) -> Cow<'_, str> {
    if !has_forbidden(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|c| !is_forbidden(*c)).collect())
}

/// Returns text as a single line: without the characters that XML forbids, and with white space folded.
///
/// ```
/// assert_eq!(feedmill_html::xml_line(" one\u{0}\n\t two "), "one two");
/// ```
#[must_use]
pub fn xml_line(text: &str) -> String {
    let text = xml_text(text);
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// Decodes HTML character references exactly once, as a browser does in text: `AT&amp;T` becomes `AT&T`, `&#128512;`
/// becomes 😀. Unknown references (`&bogus;`), a bare `&`, and tags are left unchanged.
///
/// ```
/// assert_eq!(feedmill_html::decode_entities_once("AT&amp;T &lt;b&gt; &bogus; &amp;lt;"), "AT&T <b> &bogus; &lt;");
/// ```
#[must_use]
pub fn decode_entities_once(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    // RCDATA knows references and no tags, except an end tag that matches the last start tag. There is none here.
    let options = TokenizerOpts {
        discard_bom: false,
        initial_state: Some(State::RawData(RawKind::Rcdata)),
        ..TokenizerOpts::default()
    };
    let tokenizer = Tokenizer::new(TextSink::default(), options);
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(text));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    Cow::Owned(tokenizer.sink.0.into_inner())
}

/// Escapes text for HTML: `&`, `<`, `>`, and no-break spaces, as browsers serialize them.
///
/// ```
/// assert_eq!(feedmill_html::escape_text("1 < 2 & \"3\""), "1 &lt; 2 &amp; \"3\"");
/// ```
#[must_use]
pub fn escape_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_escaped(text, false, &mut out);
    out
}

/// Escapes text for a double-quoted attribute of HTML: also `"`. The result is safe as text, too.
///
/// ```
/// assert_eq!(feedmill_html::escape_attribute("1 < 2 & \"3\""), "1 &lt; 2 &amp; &quot;3&quot;");
/// ```
#[must_use]
pub fn escape_attribute(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_escaped(text, true, &mut out);
    out
}

/// Appends text, escaped byte for byte as `html5ever` serializes it.
pub(crate) fn push_escaped(text: &str, in_attribute: bool, out: &mut String) {
    // The first byte of U+A0 is C2, which starts other characters, too.
    let is_special = |b: u8| (b == b'&') | (b == b'<') | (b == b'>') | (b == b'"') | (b == 0xC2);
    let has_special = |block: &[u8; BLOCK]| block.iter().fold(0, |any, b| any | u8::from(is_special(*b))) > 0;
    let (mut done, mut start) = (0, 0);
    for block in text.as_bytes().chunks(BLOCK) {
        if block.try_into().map_or(true, has_special) {
            for (at, b) in (start..).zip(block) {
                let (entity, length) = match b {
                    b'&' => ("&amp;", 1),
                    b'<' => ("&lt;", 1),
                    b'>' => ("&gt;", 1),
                    b'"' if in_attribute => ("&quot;", 1),
                    0xC2 if text[at..].starts_with('\u{A0}') => ("&nbsp;", 2),
                    _ => continue,
                };
                out.push_str(&text[done..at]);
                out.push_str(entity);
                done = at + length;
            }
        }
        start += block.len();
    }
    out.push_str(&text[done..]);
}

#[derive(Default)]
struct TextSink(RefCell<String>);

impl TokenSink for TextSink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::CharacterTokens(text) => self.0.borrow_mut().push_str(&text),
            Token::NullCharacterToken => self.0.borrow_mut().push('\u{FFFD}'),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_xml_forbids_are_removed() {
        let all: String =
            (0..=0x1F).filter_map(char::from_u32).chain(['\u{FFFE}', '\u{FFFF}', 'x']).collect();
        assert_eq!(xml_text(&all), "\t\n\rx");
        assert!(matches!(xml_text("正文 \u{FFFD} \u{7F} ﷺ"), Cow::Borrowed(_)));
    }

    #[test]
    fn markup_is_escaped_wherever_it_stands() {
        for length in 0..=2 * BLOCK {
            let (plain, text) = ("°".repeat(length), "&<>\"\u{A0}正");
            let (mut in_text, mut in_attribute) = (String::new(), String::new());
            push_escaped(&format!("{plain}{text}{plain}{text}"), false, &mut in_text);
            push_escaped(&format!("{plain}{text}{plain}{text}"), true, &mut in_attribute);
            let escaped = format!("{plain}&amp;&lt;&gt;\"&nbsp;正");
            assert_eq!(in_text, escaped.repeat(2));
            assert_eq!(in_attribute, escaped.replace('"', "&quot;").repeat(2));
            for forbidden in ['\0', '\u{1F}', '\u{FFFE}', '\u{FFFF}'] {
                assert!(has_forbidden(&format!("{plain}{forbidden}{plain}")), "{length}");
            }
            assert!(!has_forbidden(&format!("{plain}{text}\t\r\n，￥\u{FFFD}")), "{length}");
            let spaced = format!("{plain}\u{A0}{plain}");
            assert!(has_pair(&spaced, is_no_break_space) && !has_pair(&plain, is_no_break_space));
            let before = length_without_pair(spaced.as_bytes(), is_no_break_space);
            assert!(before <= plain.len() && before + 2 * BLOCK >= plain.len(), "{length}");
        }
    }

    #[test]
    fn entities_are_decoded_exactly_once() {
        for (raw, text) in [
            ("AT&amp;T", "AT&T"),
            ("&lt;b&gt;", "<b>"),
            ("&amp;lt;", "&lt;"),
            ("&#128512;&#x1F600;", "😀😀"),
            ("&rsquo;&#8217;", "’’"),
            ("Q&A & more &c; &bogus;", "Q&A & more &c; &bogus;"),
            ("<script>&quot;</script></title>", "<script>\"</script></title>"),
            ("a &", "a &"),
            ("&", "&"),
            ("&#", "&#"),
            ("&#xD800;", "\u{FFFD}"),
            ("\u{FEFF}&lt;", "\u{FEFF}<"),
        ] {
            assert_eq!(decode_entities_once(raw), text, "{raw}");
        }
        assert!(matches!(decode_entities_once("plain"), Cow::Borrowed(_)));
    }
}
