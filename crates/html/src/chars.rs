//! Characters: what XML can carry, and entities decoded once.

use std::borrow::Cow;
use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::{RawKind, State};
use html5ever::tokenizer::{BufferQueue, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

/// Whether XML 1.0 has no place for a character, not even as a reference.
pub(super) const fn is_forbidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// Whether a byte begins, in UTF-8, a character that may be forbidden: a cheap first look.
const fn is_suspect(b: u8) -> bool {
    (b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r')) || b == 0xEF
}

/// The text without the characters that
/// [XML 1.0](https://www.w3.org/TR/xml/#charsets) forbids: most controls, U+FFFE and U+FFFF.
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

/// Decodes HTML character references exactly once, as a browser does in text: `AT&amp;T` is `AT&T`, `&#128512;` is 😀,
/// while `&bogus;` and a bare `&` stay as they are. Tags are text here.
///
/// ```
/// assert_eq!(feedmill_html::decode_entities_once("AT&amp;T &lt;b&gt; &bogus; &amp;lt;"), "AT&T <b> &bogus; &lt;");
/// ```
#[must_use]
pub fn decode_entities_once(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    // In RCDATA only references mean anything, and with no start tag before it no end tag can end it.
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
    fn characters_xml_forbids_are_removed() {
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
