//! Parses a document. One that is well-formed and has nothing unusual is read here, in half the time of the general parser,
//! and most are of this kind. For any other, the general parser in `xml` starts from scratch and reports the error.

use std::borrow::Cow;

use memchr::{memchr, memchr3, memmem};

use super::xml::{self, Document, Parser, forbidden, resolve};

/// Maximum number of bytes of a reference.
const MAX_REFERENCE: usize = 12;

/// Parses a document.
pub(crate) fn parse(text: &str) -> Document<'_> {
    plain(text).unwrap_or_else(|| xml::parse(text))
}

/// Parses a document; `None` if it has an error, a DOCTYPE, an unusual declaration or instruction.
fn plain(text: &str) -> Option<Document<'_>> {
    if forbidden(text).is_some() {
        return None;
    }
    let mut reader = Reader { text, bytes: text.as_bytes(), parser: Parser::new(text) };
    let mut at = reader.declaration()?;
    while let Some(first) = reader.bytes.get(at) {
        at = match (first, reader.bytes.get(at + 1)) {
            (b'<', Some(b'/')) => reader.end_tag(at)?,
            (b'<', Some(b'!')) => reader.marked(at)?,
            (b'<', Some(b'?')) => reader.instruction(at)?,
            (b'<', _) => reader.start_tag(at)?,
            _ => reader.characters(at)?,
        };
    }
    reader.parser.end_of_plain()
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    parser: Parser<'a>,
}

impl<'a> Reader<'a> {
    /// Reads the XML declaration. Returns the offset after it.
    fn declaration(&mut self) -> Option<usize> {
        let Some(rest) = self.text.strip_prefix("<?xml ") else { return Some(0) };
        let inner = &rest[..rest.find("?>")?];
        let version = ["version=\"1.0\"", "version='1.0'"].iter().find_map(|v| inner.strip_prefix(v))?;
        if !version.bytes().all(|b| b.is_ascii_alphanumeric() || b" -._=\"'".contains(&b)) {
            return None;
        }
        self.parser.set_version("1.0");
        Some("<?xml ".len() + inner.len() + "?>".len())
    }

    fn start_tag(&mut self, at: usize) -> Option<usize> {
        let mut from = at + 1;
        let close = loop {
            let found = from + memchr3(b'>', b'"', b'\'', &self.bytes[from..])?;
            match self.bytes[found] {
                b'>' => break found,
                quote => from = found + 1 + memchr(quote, &self.bytes[found + 1..])? + 1,
            }
        };
        let is_empty = close > at + 1 && self.bytes[close - 1] == b'/';
        let inner = &self.text[at + 1..close - usize::from(is_empty)];
        self.parser.flush();
        self.parser.start(inner, at).ok()?;
        if is_empty {
            self.parser.end(close);
        }
        Some(close + 1)
    }

    fn end_tag(&mut self, at: usize) -> Option<usize> {
        let name = self.parser.open_name()?.as_bytes();
        let close = at + 2 + name.len();
        if self.bytes.get(at + 2..close)? != name || *self.bytes.get(close)? != b'>' {
            return None;
        }
        self.parser.flush();
        self.parser.end(at);
        Some(close + 1)
    }

    /// Reads a CDATA section or a comment.
    fn marked(&mut self, at: usize) -> Option<usize> {
        let rest = &self.bytes[at..];
        if let Some(inner) = rest.strip_prefix(b"<![CDATA[") {
            let start = at + rest.len() - inner.len();
            let end = start + memmem::find(inner, b"]]>")?;
            self.parser.open_name()?;
            self.parser.add(Cow::Borrowed(&self.text[start..end]), at, end + 3).ok()?;
            return Some(end + 3);
        }
        let inner = rest
            .strip_prefix(b"<!--")
            .filter(|inner| !inner.starts_with(b">") && !inner.starts_with(b"-"))?;
        let length = memmem::find(inner, b"--").filter(|length| inner.get(length + 2) == Some(&b'>'))?;
        Some(at + "<!--".len() + length + "-->".len())
    }

    fn instruction(&self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let end = rest.strip_prefix("<?xml-stylesheet ")?.find("?>")?;
        Some(at + "<?xml-stylesheet ".len() + end + "?>".len())
    }

    /// Reads characters and references up to the next tag.
    fn characters(&mut self, at: usize) -> Option<usize> {
        let end = memchr(b'<', &self.bytes[at..]).map_or(self.bytes.len(), |length| at + length);
        let raw = &self.text[at..end];
        let may_end_section = memchr(b']', raw.as_bytes()).is_some();
        if may_end_section && raw.contains("]]>") {
            return None;
        }
        let text = match memchr(b'&', raw.as_bytes()) {
            None => Cow::Borrowed(raw),
            Some(first) => Cow::Owned(with_references(raw, first)?),
        };
        self.parser.add(text, at, end).ok()?;
        Some(end)
    }
}

/// Resolves the references of a text, the first of which is at an offset.
fn with_references(raw: &str, first: usize) -> Option<String> {
    let mut text = String::with_capacity(raw.len());
    let (before, mut rest) = raw.split_at(first);
    text.push_str(before);
    while let Some(reference) = rest.strip_prefix('&') {
        let length = reference.bytes().take(MAX_REFERENCE).position(|byte| byte == b';')?;
        text.push(resolve(&reference[..length])?);
        let after = &reference[length + 1..];
        let plain = memchr(b'&', after.as_bytes()).unwrap_or(after.len());
        text.push_str(&after[..plain]);
        rest = &after[plain..];
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Asserts that a document that is read here is the same as that of the general parser.
    fn assert_same(text: &str) -> bool {
        let plain = plain(text);
        if let Some(plain) = &plain {
            assert_eq!(format!("{plain:?}"), format!("{:?}", xml::parse(text)), "{text}");
        }
        plain.is_some()
    }

    #[test]
    fn plain_documents_are_read_here() {
        for text in [
            "<a/>",
            "<?xml version='1.0' encoding=\"utf-8\"?>\n<?xml-stylesheet href='a.css'?><a b='1' c=\"'>'\">x</a>\n",
            "<a>1 &lt; 2 &amp;&amp; &#x41;&#66;<![CDATA[<b>]]>!<!-- c --> d<b/>]]</a>",
            "<x:a xmlns:x='u' xmlns='d' x:b=' &quot;\n'><b xmlns=''><x:c/></b><b xml:lang='en'>ü</b></x:a>",
            "<a><![CDATA[]]></a>",
        ] {
            assert!(assert_same(text), "{text}");
        }
        for text in [
            "",
            "a",
            "<a>",
            "<a></b>",
            "<a>&nbsp;</a>",
            "<a>]]></a>",
            "<a/><b/>",
            "<!DOCTYPE a><a/>",
            "<a b></a>",
            "<a>\u{1}</a>",
        ] {
            assert!(plain(text).is_none(), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]
        #[test]
        fn any_document_is_the_same(parts in prop::collection::vec(prop::sample::select(PARTS), 0..24), is_wrapped: bool) {
            let text = parts.concat();
            assert_same(&if is_wrapped { format!("<a>{text}</a>") } else { text });
        }
    }

    const PARTS: &[&str] = &[
        "<a>",
        "</a>",
        "<b c='d'>",
        "</b>",
        "<b>x</b>",
        "<br/>",
        "<a",
        ">",
        "/>",
        "</",
        " ",
        "\n",
        "'",
        "\"",
        "=",
        "text",
        "ü",
        "]]>",
        "]",
        "&amp;",
        "&#60;",
        "&#x3e;",
        "&",
        ";",
        "&nope;",
        "<![CDATA[",
        "<![CDATA[<x>]]>",
        "<!--",
        "-->",
        "<!-- y -->",
        "-",
        "<?xml version='1.0'?>",
        "<?xml-stylesheet a?>",
        "<?p?>",
        "<!DOCTYPE a>",
        "<p:c xmlns:p='u' p:d='1' d='2'>",
        "</p:c>",
        "<p:d/>",
        " xmlns='n'",
        "\u{feff}",
        "\0",
    ];
}
