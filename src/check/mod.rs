//! What is wrong with a feed, where, and how to mend it.

mod document;
mod registry;
mod rules;
mod value;

use crate::diag::{Diagnostic, Place};

pub use registry::{RULES, Rule};

/// What a check is told beside the document.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// The name to show for it.
    pub file: &'a str,
}

/// Checks a document: everything that is wrong with it, in the order in which it is found.
#[must_use]
pub fn check(bytes: &[u8], options: Options<'_>) -> Vec<Diagnostic> {
    let (text, encoding_fault) = decode(bytes);
    let mut log = Log { found: Vec::new() };
    if text.trim_start().starts_with(['{', '[']) {
        rules::json::run(&text, &mut log);
        return place(log, &text, options);
    }
    let document = document::parse(&text);
    if encoding_fault {
        log.add(&registry::XML_ENCODING, 0, "the bytes are not in the declared encoding".to_owned());
    }
    rules::run(&document, &mut log);
    if let Some(flaw) = document.flaw {
        log.add(&registry::XML_NOT_WELL_FORMED, flaw.at, flaw.message);
    }
    place(log, &text, options)
}

/// Gives each finding its line and column.
fn place(log: Log, text: &str, options: Options<'_>) -> Vec<Diagnostic> {
    let starts: Vec<usize> = std::iter::once(0)
        .chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at + 1))
        .collect();
    let place = |at: usize| {
        let at = at.min(text.len());
        let line = starts.partition_point(|s| *s <= at).max(1);
        let start = starts[line - 1];
        let column = text.get(start..at).map_or(1, |before| before.chars().count() + 1);
        let end = starts.get(line).map_or(text.len(), |next| next - 1);
        let source: String = text.get(start..end).unwrap_or_default().chars().take(4096).collect();
        Place::at(options.file, line as u32, column as u32).showing(source)
    };
    log.found.into_iter().map(|(rule, at, message)| Diagnostic::new(&rule.meta, place(at), message)).collect()
}

/// What was found, in order.
struct Log {
    found: Vec<(&'static Rule, usize, String)>,
}

impl Log {
    fn add(&mut self, rule: &'static Rule, at: usize, message: String) {
        self.found.push((rule, at, message));
    }
}

/// The text of a document, by its byte order mark, its declaration, else UTF-8
/// (<https://www.w3.org/TR/xml/#sec-guessing>); and whether the bytes break that encoding.
fn decode(bytes: &[u8]) -> (String, bool) {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        let (text, broken) = encoding.decode_without_bom_handling(&bytes[mark..]);
        let other =
            declared(&text).is_some_and(|d| d.name() != encoding.name() && !d.name().starts_with("UTF-16"));
        return (text.into_owned(), broken || other);
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
    let encoding = declared(&head).unwrap_or(encoding_rs::UTF_8);
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    (text.into_owned(), broken)
}

/// The encoding that an XML declaration names.
fn declared(text: &str) -> Option<&'static encoding_rs::Encoding> {
    let (_, after) = text.strip_prefix("<?xml")?.split("?>").next()?.split_once("encoding")?;
    let name = after.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '=' | '"' | '\''));
    encoding_rs::Encoding::for_label(name.split(['"', '\'']).next()?.as_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_are_unique() {
        let mut codes: Vec<&str> = RULES.iter().map(|r| r.meta.code).collect();
        codes.sort_unstable();
        assert!(codes.windows(2).all(|w| w[0] != w[1]));
    }

    proptest! {
        #[test]
        fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = check(&bytes, Options::default());
        }

        #[test]
        fn any_markup_never_panics(parts in prop::collection::vec(prop::sample::select(vec![
            "<rss version='2.0'>", "<channel>", "<item>", "</item>", "</channel>", "<feed xmlns='http://www.w3.org/2005/Atom'>",
            "<entry>", "<title type='html'>", "&lt;a style='x:y'", "<link href='tag:,é'/>", "<guid>", "é", "<![CDATA[", "]]>", "<!--", "-->",
            "<!DOCTYPE x [", "<pubDate>Mon, 99 Xyz", "+é", "<id>urn:uuid:é", "<updated>2003-12-13T18:30:0é", "<?xml version='1.1'?>", "&#x", ";", "<a b='&amp;é'>", "{\"items\":[{\"id\":1}]",
        ]), 0..25)) {
            let _ = check(parts.concat().as_bytes(), Options::default());
        }
    }
}
