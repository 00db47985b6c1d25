//! Characters: those that XML allows, entities decoded, markup escaped.

use std::borrow::Cow;
use std::cell::RefCell;

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

/// True if a byte may start a forbidden character in UTF-8: a cheap first test.
const fn is_suspect(b: u8) -> bool {
    (b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r')) || b == 0xEF
}

/// Removes the characters that [XML 1.0](https://www.w3.org/TR/xml/#charsets) forbids: most control characters, U+FFFE and
/// U+FFFF.
///
/// ```
/// assert_eq!(feedmill_html::xml_text("a\u{0}b\u{FFFE}c"), "abc");
/// ```
#[must_use]
pub fn xml_text(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(is_suspect) || !text.contains(is_forbidden) {
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
    xml_text(text).split_whitespace().collect::<Vec<_>>().join(" ")
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
    let mut done = 0;
    for (at, c) in text.char_indices() {
        let entity = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '\u{A0}' => "&nbsp;",
            '"' if in_attribute => "&quot;",
            _ => continue,
        };
        out.push_str(&text[done..at]);
        out.push_str(entity);
        done = at + c.len_utf8();
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
