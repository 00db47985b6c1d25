//! XML itself: encodings, markup, characters.

use super::super::document::{Document, Element, XML};
use super::super::log::{Log, shown};
use super::super::rule::{Rule, Within::Whole};
use super::super::source::Source;
use super::super::walk::{Family, Scope};
use super::{language, url};

/// A whole feed behind what an example shows.
macro_rules! feed_behind {
    ($declaration:literal) => {
        concat!($declaration, "\n", rss!())
    };
}

pub(in super::super) static NOT_WELL_FORMED: Rule = Rule::error("xml/not-well-formed", "The document is not well-formed XML")
    .why("An XML parser must stop at the first fault, so a reader shows nothing of the feed, or only what stands before it. Most often a `&` or `<` was not escaped, or HTML entities such as `&nbsp;` were used: XML has only five.")
    .help("escape the text, or correct the markup at this place")
    .spec("XML 1.0, 2.1", "https://www.w3.org/TR/xml/#sec-well-formed")
    .example(Whole, r#"<?xml version="1.0"?>
<rss version="2.0"><channel><title>Cats & Dogs</title></channel></rss>"#, feed_behind!(r#"<?xml version="1.0"?>"#));

static LIMIT: Rule = Rule::error("xml/limit", "The document goes beyond what readers take")
    .why("Readers limit how deep elements nest and how many attributes they have, so that a hostile document can't exhaust them. No feed needs as much.")
    .help("look at the program that made this")
    .spec("XML 1.0, 1.2", "https://www.w3.org/TR/xml/#dt-error")
    .example(Whole, concat!(r#"<feed xmlns="http://www.w3.org/2005/Atom">
<entry>
<content type="image/svg+xml"><svg xmlns="http://www.w3.org/2000/svg">"#, "<g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g>", "<g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g>", "<g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g>"), feed_behind!(""));

static ENCODING: Rule = Rule::error("xml/encoding", "The bytes are not in the encoding that is declared")
    .why("A parser that meets a byte which the declared encoding does not have must stop there. Often a file was written as Latin-1 and declared, or taken by default, as UTF-8.")
    .help("write UTF-8 and declare it, or declare nothing")
    .spec("XML 1.0, 4.3.3", "https://www.w3.org/TR/xml/#charencoding")
    .example(Whole, feed_behind!(r#"<?xml version="1.0" encoding="no-such-encoding"?>"#), feed_behind!(r#"<?xml version="1.0" encoding="utf-8"?>"#));

static OBSCURE_ENCODING: Rule = Rule::warning("xml/obscure-encoding", "An encoding that few readers know")
    .why("An XML parser must know UTF-8 and UTF-16 and need know nothing else.")
    .help("write UTF-8")
    .spec("XML 1.0, 4.3.3", "https://www.w3.org/TR/xml/#charencoding")
    .example(
        Whole,
        feed_behind!(r#"<?xml version="1.0" encoding="x-mac-cyrillic"?>"#),
        feed_behind!(r#"<?xml version="1.0" encoding="utf-8"?>"#),
    );

static NONSTANDARD_ENCODING: Rule =
    Rule::note("xml/nonstandard-encoding", "An encoding that readers need not know")
        .why("Common as it is, an XML parser must know UTF-8 and UTF-16 only.")
        .help("write UTF-8")
        .spec("XML 1.0, 4.3.3", "https://www.w3.org/TR/xml/#charencoding")
        .example(
            Whole,
            feed_behind!(r#"<?xml version="1.0" encoding="iso-8859-1"?>"#),
            feed_behind!(r#"<?xml version="1.0" encoding="utf-8"?>"#),
        );

static VERSION: Rule = Rule::error("xml/version", "The version of XML is not 1.0")
    .why("XML 1.1 was never taken up: most parsers refuse it.")
    .help("write version=\"1.0\"")
    .spec("XML 1.0, 2.8", "https://www.w3.org/TR/xml/#sec-prolog-dtd")
    .example(Whole, feed_behind!(r#"<?xml version="1.1"?>"#), feed_behind!(r#"<?xml version="1.0"?>"#));

static DOCTYPE: Rule = Rule::error("xml/doctype", "A document type that is no longer served")
    .why("Netscape's server of the RSS 0.91 document type has been gone since 2007. A parser that fetches it fails.")
    .help("remove the DOCTYPE")
    .spec("RSS 0.91", "https://www.rssboard.org/rss-0-9-1-netscape")
    .example(Whole, r#"<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">
<rss version="0.91">
<channel>
<title>Town</title>
<link>https://town.example/</link>
<description>News</description>
<language>en</language>
</channel>
</rss>"#, feed_behind!(""));

static DOCTYPE_VERSION: Rule = Rule::error("xml/doctype-version", "A document type of another version")
    .why("The only document type there ever was for RSS is that of version 0.91.")
    .help("remove the DOCTYPE")
    .spec("RSS 0.91", "https://www.rssboard.org/rss-0-9-1-netscape")
    .example(Whole, feed_behind!(r#"<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://www.rssboard.org/rss-0.91.dtd">"#), feed_behind!(""));

static SYSTEM_ENTITY: Rule = Rule::note("xml/system-entity", "The document refers to another file")
    .why("Readers do not fetch document types and entities: those would be a hole into the network behind them.")
    .help("remove the DOCTYPE")
    .spec("XML 1.0, 4.2.2", "https://www.w3.org/TR/xml/#sec-external-ent")
    .example(Whole, feed_behind!(r#"<!DOCTYPE rss SYSTEM "rss.dtd">"#), feed_behind!(""));

static BAD_CHARACTERS: Rule = Rule::warning("xml/bad-characters", "Characters that somebody decoded wrongly")
    .why("Control characters from U+0080 to U+009F are quotation marks and dashes of Windows-1252 that were taken for Latin-1; `Ã©` is UTF-8 that was encoded twice; U+FFFD stands for bytes that were lost already.")
    .help("decode the source in its own encoding")
    .spec("XML 1.0, 2.2", "https://www.w3.org/TR/xml/#charsets")
    .example(super::super::rule::Within::Item, "<title>The town\u{92}s clock</title>", "<title>The town’s clock</title>");

pub(in super::super) static FAMILY: Family = Family::of_rules(
    "xml",
    &[
        &NOT_WELL_FORMED,
        &LIMIT,
        &ENCODING,
        &OBSCURE_ENCODING,
        &NONSTANDARD_ENCODING,
        &VERSION,
        &DOCTYPE,
        &DOCTYPE_VERSION,
        &SYSTEM_ENTITY,
        &BAD_CHARACTERS,
    ],
);

/// Encodings besides UTF-8 and UTF-16 that are common in feeds.
#[rustfmt::skip]
const COMMON: &[&str] = &[
    "us-ascii", "iso-8859-1", "euc-jp", "iso-8859-2", "iso-8859-15", "iso-8859-7", "koi8-r", "shift_jis",
    "windows-1250", "windows-1251", "windows-1252", "windows-1254", "windows-1255", "windows-1256", "gb18030",
];

/// What the bytes and the declaration say of the encoding.
pub(in super::super) fn encoding(source: &Source<'_>, log: &mut Log) {
    if let Some((at, message)) = &source.fault {
        log.at(&ENCODING, *at, message.clone());
    }
    let Some((at, name)) = &source.declared else { return };
    let lower = name.to_ascii_lowercase();
    if source.encoding.is_none() || matches!(&*lower, "utf-8" | "utf8" | "utf-16") {
        return;
    }
    let rule = if COMMON.contains(&&*lower) { &NONSTANDARD_ENCODING } else { &OBSCURE_ENCODING };
    log.at(rule, *at, format!("the encoding is `{name}`"));
}

/// What stands before the root element, and where the markup breaks.
pub(in super::super) fn document(document: &Document<'_>, log: &mut Log) {
    if let Some(version) = document.version.as_deref().filter(|v| *v != "1.0") {
        log.at(&VERSION, 0, format!("the version is `{version}`"));
    }
    if let Some((at, doctype)) = &document.doctype {
        let rss_091 = doctype.contains("-//Netscape Communications//DTD RSS 0.91//EN");
        let gone = doctype.contains("http://my.netscape.com/publish/formats/rss-0.91.dtd");
        let kept = doctype.contains("http://www.rssboard.org/rss-0.91.dtd");
        if rss_091 && (gone || kept) {
            if gone {
                log.at(&DOCTYPE, *at, "this document type can't be fetched any more");
            }
            let root = document.root.as_ref();
            if let Some(root) = root.filter(|r| r.value("version").is_some_and(|v| v != "0.91")) {
                log.start(&DOCTYPE_VERSION, root, "the document type is that of RSS 0.91");
            }
        } else if [" SYSTEM ", " PUBLIC "].iter().any(|id| doctype.contains(id)) {
            log.at(&SYSTEM_ENTITY, *at, "a reader will not fetch this");
        }
    }
    if let Some(flaw) = &document.flaw {
        log.at(if flaw.limit { &LIMIT } else { &NOT_WELL_FORMED }, flaw.at, flaw.message.clone());
    }
}

/// The attributes that every element may have, and the characters in it.
pub(in super::super) fn attributes(scope: &Scope<'_, '_>, log: &mut Log) {
    for attribute in scope.element.attributes.iter().filter(|a| &*a.ns == XML) {
        let verdict = match attribute.local {
            "base" => url::reference(&attribute.value),
            "lang" if !attribute.value.is_empty() => language::tag(&attribute.value),
            _ => None,
        };
        if let Some(rule) = verdict {
            let message = format!("`{}` is `{}`", attribute.name, shown(&attribute.value));
            log.attribute(rule, attribute, message);
        }
    }
    characters(scope.element, log);
}

/// Characters in the text and the attributes of an element that hardly anybody meant.
pub(in super::super) fn characters(element: &Element<'_>, log: &mut Log) {
    for text in element.texts() {
        if let Some(inner) = badly_decoded(&text.value) {
            log.at(&BAD_CHARACTERS, text.locate(inner), format!("`{}` was decoded wrongly", element.name));
            return;
        }
    }
    for attribute in &element.attributes {
        if badly_decoded(&attribute.value).is_some() {
            log.attribute(&BAD_CHARACTERS, attribute, format!("`{}` was decoded wrongly", attribute.name));
            return;
        }
    }
}

/// Where text was decoded in the wrong encoding: controls of Latin-1, U+FFFD, or UTF-8 that was encoded twice.
fn badly_decoded(text: &str) -> Option<usize> {
    if text.is_ascii() {
        return None;
    }
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(found) = memchr::memchr3(0xc2, 0xc3, 0xef, &bytes[from..]) {
        let at = from + found;
        match bytes[at..] {
            [0xc2, 0x80..=0x9f, ..] | [0xef, 0xbf, 0xbd, ..] => return Some(at),
            [0xc3, 0x82 | 0x83, 0xc2, 0x80..=0xbf, ..] if is_encoded_twice(text) => return Some(at),
            _ => from = at + 1,
        }
    }
    None
}

/// Whether the characters of a text, taken as bytes, are UTF-8.
fn is_encoded_twice(text: &str) -> bool {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(c).ok()).collect();
    bytes.is_some_and(|b| std::str::from_utf8(&b).is_ok())
}
