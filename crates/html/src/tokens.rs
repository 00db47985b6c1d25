//! Tokens of what the [scan](super::scan) leaves: text and plain tags, read as the tokenizer of `html5ever` reads them.
//!
//! That tokenizer has a state for each kind of markup and looks at attributes character by character, which takes most of the
//! time of parsing. Here tags are already known to be whole. Character references are decoded if they are usual ones; all
//! others, and markup with carriage returns, are left to `html5ever`.

use std::borrow::Cow;
use std::cell::RefCell;

use feedmill_types::work;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use html5ever::{Attribute, LocalName, QualName, ns};

use super::escape::decode_entities_once;
use super::scan;

/// Named references that are decoded here, sorted. They end in a semicolon, so they are the same in text and in attributes.
const NAMED: [(&str, char); 18] = [
    ("amp", '&'),
    ("copy", '©'),
    ("gt", '>'),
    ("hellip", '…'),
    ("laquo", '«'),
    ("ldquo", '“'),
    ("lsquo", '‘'),
    ("lt", '<'),
    ("mdash", '—'),
    ("middot", '·'),
    ("nbsp", '\u{A0}'),
    ("ndash", '–'),
    ("quot", '"'),
    ("raquo", '»'),
    ("rdquo", '”'),
    ("reg", '®'),
    ("rsquo", '’'),
    ("times", '×'),
];

/// Sends the tokens of markup to a sink, and returns it.
pub(super) fn send<Sink: TokenSink>(markup: &str, sink: Sink) -> Sink {
    if markup.contains(['\r', '\0']) {
        return send_any(markup, sink);
    }
    let all = StrTendril::from_slice(markup);
    let send = |token| _ = sink.process_token(token, 1);
    let mut rest = markup.strip_prefix('\u{FEFF}').unwrap_or(markup);
    while !rest.is_empty() {
        let (text, tag) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
        if !text.is_empty() {
            let start = markup.len() - rest.len();
            send(Token::CharacterTokens(match text.contains('&') {
                true => StrTendril::from_slice(&decode(text, false)),
                // Shares the bytes of the markup.
                false => part(&all, start, text),
            }));
        }
        let name_at = 1 + usize::from(tag.starts_with("</"));
        if !tag.as_bytes().get(name_at).is_some_and(u8::is_ascii_alphabetic) {
            // The scan leaves none.
            break;
        }
        let read = scan::Tag::parse(tag, name_at);
        let Some(end) = read.end else { break };
        send(Token::TagToken(token(&read, name_at == 2)));
        rest = &tag[end..];
    }
    send(Token::EOFToken);
    sink.end();
    sink
}

/// Returns a part of a text that starts at an offset.
fn part(all: &StrTendril, start: usize, text: &str) -> StrTendril {
    let shared = u32::try_from(start).ok().zip(u32::try_from(text.len()).ok());
    let shared = shared.and_then(|(start, length)| all.try_subtendril(start, length).ok());
    shared.unwrap_or_else(|| StrTendril::from_slice(text))
}

/// Does what [`send`] does with the tokenizer of `html5ever`.
fn send_any<Sink: TokenSink>(markup: &str, sink: Sink) -> Sink {
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(markup));
    // The tree builder asks for a pause at a script. Nothing runs here, so continue.
    while !input.is_empty() {
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    tokenizer.sink
}

/// Returns the token of a tag.
fn token(tag: &scan::Tag<'_>, is_end: bool) -> Tag {
    let mut attrs: Vec<Attribute> = Vec::with_capacity(tag.kept.len());
    let mut had_duplicate_attributes = false;
    for attribute in &tag.kept {
        let (name, value) = split(attribute);
        let local = local_name(name);
        if attrs.iter().any(|known| known.name.local == local) {
            had_duplicate_attributes = true;
            continue;
        }
        let value = StrTendril::from_slice(&decode(value, true));
        attrs.push(Attribute { name: QualName::new(None, ns!(), local), value });
    }
    let kind = if is_end { TagKind::EndTag } else { TagKind::StartTag };
    Tag {
        kind,
        name: local_name(tag.name),
        self_closing: tag.is_self_closing,
        attrs,
        had_duplicate_attributes,
    }
}

fn local_name(name: &str) -> LocalName {
    if name.bytes().any(|b| b.is_ascii_uppercase()) {
        LocalName::from(name.to_ascii_lowercase())
    } else {
        LocalName::from(name)
    }
}

/// Splits an attribute into its name and its value without quotes.
fn split(attribute: &str) -> (&str, &str) {
    let is_space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\x0C');
    // A name may start with `=`.
    let first = attribute.chars().next().map_or(0, char::len_utf8);
    let name = attribute[first..].find(|c| is_space(c) || c == '=').map_or(attribute.len(), |at| first + at);
    let (name, rest) = attribute.split_at(name);
    let value = rest.trim_start_matches(is_space).strip_prefix('=').unwrap_or_default();
    let value = value.trim_start_matches(is_space);
    let quoted = ['"', '\''].iter().find_map(|mark| value.strip_prefix(*mark)?.strip_suffix(*mark));
    (name, quoted.unwrap_or(value))
}

/// Decodes the character references in text, or in the value of an attribute.
fn decode(text: &str, in_attribute: bool) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    work::step(text.len());
    match decode_usual(text, in_attribute) {
        Some(decoded) => Cow::Owned(decoded),
        None if in_attribute => Cow::Owned(decode_attribute(text)),
        None => decode_entities_once(text),
    }
}

/// Decodes character references if all of them are usual ones.
fn decode_usual(text: &str, in_attribute: bool) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        out.push_str(before);
        let length = after.bytes().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(after.len());
        let (name, end) = after.split_at(length);
        let next = end.as_bytes().first();
        rest = match (name, next) {
            ("", Some(b'#')) => {
                let (number, after) = end[1..].split_once(';')?;
                out.push(numbered(number)?);
                after
            }
            // Not a reference.
            ("", _) => {
                out.push('&');
                after
            }
            (name, Some(b';')) => {
                let at = NAMED.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
                out.push(NAMED[at].1);
                &end[1..]
            }
            // A parameter of a URL is not a reference, whatever its name.
            (name, Some(b'=')) if in_attribute => {
                out.push('&');
                out.push_str(name);
                end
            }
            _ => return None,
        };
    }
    out.push_str(rest);
    Some(out)
}

/// Returns the character of a numeric reference, unless HTML has a rule of its own for it
/// ([13.2.5.80](https://html.spec.whatwg.org/multipage/parsing.html#numeric-character-reference-end-state)).
fn numbered(text: &str) -> Option<char> {
    let (digits, radix) = text.strip_prefix(['x', 'X']).map_or((text, 10), |digits| (digits, 16));
    // `from_str_radix` accepts a sign.
    let is_number =
        !digits.is_empty() && digits.len() <= 7 && digits.bytes().all(|b| b.is_ascii_alphanumeric());
    let number = u32::from_str_radix(digits, radix).ok().filter(|_| is_number)?;
    let is_usual =
        matches!(number, 0x20..0x7F | 0xA0..0xFDD0 | 0xFDF0..0x11_0000) && number & 0xFFFE != 0xFFFE;
    char::from_u32(number).filter(|_| is_usual)
}

/// Decodes the value of an attribute with the tokenizer of `html5ever`.
fn decode_attribute(value: &str) -> String {
    let tokenizer = Tokenizer::new(FirstValue::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice("<a b=\""));
    input.push_back(StrTendril::from_slice(&value.replace('"', "&quot;")));
    input.push_back(StrTendril::from_slice("\">"));
    let _ = tokenizer.feed(&input);
    tokenizer.sink.0.into_inner()
}

/// Keeps the value of the first attribute of the last tag.
#[derive(Default)]
struct FirstValue(RefCell<String>);

impl TokenSink for FirstValue {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        if let Token::TagToken(tag) = token {
            *self.0.borrow_mut() = tag.attrs.first().map(|first| first.value.to_string()).unwrap_or_default();
        }
        TokenSinkResult::Continue
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::scan::scan;
    use super::*;

    /// Collects tokens, texts in one piece, without parse errors.
    #[derive(Default)]
    struct Tokens(RefCell<Vec<Token>>);

    impl TokenSink for Tokens {
        type Handle = ();

        fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
            let mut all = self.0.borrow_mut();
            match (all.last_mut(), token) {
                (_, Token::ParseError(_)) => {}
                (Some(Token::CharacterTokens(text)), Token::CharacterTokens(more)) => {
                    text.push_tendril(&more)
                }
                (_, token) => all.push(token),
            }
            TokenSinkResult::Continue
        }
    }

    fn assert_equal(raw: &str) {
        let markup = scan(raw).html;
        let [mut own, mut theirs] = [send(&markup, Tokens::default()), send_any(&markup, Tokens::default())]
            .map(|sink| sink.0.into_inner());
        // The standard ignores them on end tags.
        for token in own.iter_mut().chain(&mut theirs) {
            if let Token::TagToken(tag) = token
                && tag.kind == TagKind::EndTag
            {
                (tag.attrs, tag.self_closing, tag.had_duplicate_attributes) = (Vec::new(), false, false);
            }
        }
        assert_eq!(own, theirs, "{raw:?}");
    }

    #[test]
    fn tokens_are_those_of_html5ever() {
        assert!(NAMED.is_sorted());
        for (name, c) in NAMED {
            assert_eq!(decode_entities_once(&format!("&{name};")), c.to_string());
        }
        for raw in [
            "\u{FEFF}a\u{FEFF}<p>b",
            "<a href=x/>a</a><br/><br / ><img src='a'/><img alt/><img alt=/><svg/>",
            "<A HREF='a' href=b Title=\"c\" =x y = z é=1 É=2>a</A>",
            "<a href='?a=1&b=2&copy=3&copy;=4&amp;c&lt&not&notit;&#65;&#x41;&#x80;&#0;&#xD800;&#xFFFF;&#1;&#10;&'>",
            "AT&T &amp;amp; &ampx &notit; &hellip;&hellip &#8217;&#8217x &#; &# &#x; &#xg; &#+1; & &<b>&",
            "<a b=\"it's &not\" c='say \"&not\"&notin;' d=\"a&not\n\" e=&not f>",
            "<pre>\n\na</pre><p title=\"a\r\nb\">c\rd",
            "<a b='>'c=\">\"d><p/x/y=z/>a</p/>b<x-y:z _=1>",
            "a<table>b&nbsp;<tr> c<td>d</table>",
        ] {
            assert_equal(raw);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4096) })]

        #[test]
        fn tokens_of_any_markup_are_those_of_html5ever(
            parts in prop::collection::vec(prop_oneof![
                "<[/a-zA-Z][a-z/]{0,3}([ \t\n/]{0,2}[a-cA-C=é'\"&]{1,3}[ \n]?(=[ \n]?[\"']?[a-c&;=/<> ]{0,4}[\"']?)?){0,3}[ /]{0,2}>",
                "&(amp|lt|not|notin|copy|hellip|nbsp|x|#|#x|#X)?[0-9a-fA-F]{0,5}[;= &]?",
                "[a-z<>&\"'/= \n\r\u{0}\u{FEFF}é正]{0,6}",
            ], 0..12)
        ) {
            assert_equal(&parts.concat());
        }

        #[test]
        fn values_of_attributes_are_those_of_html5ever(
            value in "([a-c=;&\"' ]|&(amp|lt|not|notin|copy|hellip|quot)[;=a \"]?|&#(x|X)?[0-9a-fA-F]{1,6};?){0,6}",
        ) {
            assert_equal(&format!("<p title=\"{}\" id='{}'>", value.replace('"', ""), value.replace('\'', "")));
        }
    }
}
