//! XML itself: encodings, syntax, document types and characters.

use crate::document::parse_error::Fault;
use crate::document::source::Source;
use crate::document::xml::{Document, Element, XML};
use crate::engine::log::Log;
use crate::engine::namespace;
use crate::engine::vocabulary::{Family, Scope};
use crate::message::shown;
use crate::rule::{
    Context::{Item, Whole},
    Rule,
};
use crate::values::suggest::xml_suggestion;
use crate::values::{language, url};
use feedmill_types::work::step;

/// A whole feed behind what an example shows.
macro_rules! feed_behind {
    ($declaration:literal) => {
        concat!($declaration, "\n", rss!())
    };
}

pub(crate) static NOT_WELL_FORMED: Rule = Rule::error("xml/not-well-formed", "XML syntax error")
    .why("An XML parser must stop at the first error, so a reader shows nothing of the feed, or only what comes before it. Usually a `&` or `<` is not escaped, or there is an HTML entity such as `&nbsp;`: XML has only five entities.")
    .remedy("escape the text, or correct the markup at this place")
    .spec("XML 1.0, 2.1", "https://www.w3.org/TR/xml/#sec-well-formed")
    .example(Whole, r#"<?xml version="1.0"?>
<rss version="2.0"><channel><title>Cats & Dogs</title></channel></rss>"#, feed_behind!(r#"<?xml version="1.0"?>"#));

/// Returns the rule about an error, with its remedy.
fn rule_of(fault: &Fault) -> &'static Rule {
    match fault {
        Fault::Limit => &LIMIT,
        Fault::Markup => &NOT_WELL_FORMED,
        Fault::Ampersand => {
            const { &NOT_WELL_FORMED.with_remedy("write `&amp;` for each `&` that begins no reference") }
        }
        Fault::LessThan => {
            const { &NOT_WELL_FORMED.with_remedy("write `&lt;` for each `<` that begins no tag") }
        }
        Fault::Entity => {
            const {
                &NOT_WELL_FORMED.with_remedy("write the character itself, or its number: XML has only `&amp;`, `&lt;`, `&gt;`, `&quot;` and `&apos;`")
            }
        }
        Fault::EntityText => {
            const {
                &NOT_WELL_FORMED
                    .with_remedy("write the text itself in place of the entity, and remove the DOCTYPE")
            }
        }
        Fault::Character => {
            const { &NOT_WELL_FORMED.with_remedy("remove the character: no reference can stand for it either") }
        }
        Fault::Prefix(_) => {
            const { &NOT_WELL_FORMED.with_remedy("declare the prefix on the root element, or correct it") }
        }
        Fault::Declaration => {
            const {
                &NOT_WELL_FORMED.with_remedy(
                    "write `<?xml version=\"1.0\" encoding=\"UTF-8\"?>`, or remove the declaration",
                )
            }
        }
        Fault::Start => {
            const { &NOT_WELL_FORMED.with_remedy("begin the document with `<?xml`, or with the root element") }
        }
        Fault::EndTag => {
            const { &NOT_WELL_FORMED.with_remedy("end each element before the end of the one that it is in") }
        }
        Fault::Empty => {
            const {
                &NOT_WELL_FORMED
                    .with_remedy("check the program that writes the document: there is no feed in it")
            }
        }
    }
}

static LIMIT: Rule = Rule::error("xml/limit", "XML document exceeds limits")
    .why("Readers limit the number and depth of elements and the number of attributes, so that a hostile document cannot exhaust them. No feed needs that many.")
    .remedy("check the program that generated the document")
    .spec("XML 1.0, 1.2", "https://www.w3.org/TR/xml/#dt-error")
    .example(Whole, concat!(r#"<feed xmlns="http://www.w3.org/2005/Atom">
<entry>
<content type="image/svg+xml"><svg xmlns="http://www.w3.org/2000/svg">"#, "<g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g>", "<g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g>", "<g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g>"), feed_behind!(""));

static ENCODING: Rule = Rule::error("xml/encoding", "invalid encoding")
    .why("A parser must stop at a byte that is invalid in the declared encoding. Often a file was written in Latin-1 and declared as UTF-8, which is also the default.")
    .remedy("write UTF-8 and declare it, or declare nothing")
    .spec("XML 1.0, 4.3.3", "https://www.w3.org/TR/xml/#charencoding")
    .example(Whole, feed_behind!(r#"<?xml version="1.0" encoding="no-such-encoding"?>"#), feed_behind!(r#"<?xml version="1.0" encoding="utf-8"?>"#));

static OBSCURE_ENCODING: Rule = Rule::warning("xml/obscure-encoding", "encoding that few readers support")
    .why("An XML parser must support only UTF-8 and UTF-16.")
    .remedy("write UTF-8")
    .spec("XML 1.0, 4.3.3", "https://www.w3.org/TR/xml/#charencoding")
    .example(
        Whole,
        feed_behind!(r#"<?xml version="1.0" encoding="x-mac-cyrillic"?>"#),
        feed_behind!(r#"<?xml version="1.0" encoding="utf-8"?>"#),
    );

static NONSTANDARD_ENCODING: Rule =
    Rule::note("xml/nonstandard-encoding", "encoding that readers may not support")
        .why("It is common, but an XML parser must support only UTF-8 and UTF-16.")
        .remedy("write UTF-8")
        .spec("XML 1.0, 4.3.3", "https://www.w3.org/TR/xml/#charencoding")
        .example(
            Whole,
            feed_behind!(r#"<?xml version="1.0" encoding="iso-8859-1"?>"#),
            feed_behind!(r#"<?xml version="1.0" encoding="utf-8"?>"#),
        );

static VERSION: Rule = Rule::error("xml/version", "XML version is not 1.0")
    .why("XML 1.1 was never adopted: most parsers refuse it.")
    .remedy("write version=\"1.0\"")
    .spec("XML 1.0, 2.8", "https://www.w3.org/TR/xml/#sec-prolog-dtd")
    .example(Whole, feed_behind!(r#"<?xml version="1.1"?>"#), feed_behind!(r#"<?xml version="1.0"?>"#));

static DOCTYPE: Rule = Rule::error("xml/doctype", "DOCTYPE that is no longer available")
    .why("Netscape's server for the RSS 0.91 DTD has been offline since 2007. A parser that fetches it fails.")
    .remedy("remove the DOCTYPE")
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

static DOCTYPE_VERSION: Rule = Rule::error("xml/doctype-version", "DOCTYPE of RSS 0.91 in another version")
    .why("Only version 0.91 of RSS has a DTD.")
    .remedy("remove the DOCTYPE")
    .spec("RSS 0.91", "https://www.rssboard.org/rss-0-9-1-netscape")
    .example(Whole, feed_behind!(r#"<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://www.rssboard.org/rss-0.91.dtd">"#), feed_behind!(""));

static SYSTEM_ENTITY: Rule = Rule::note("xml/system-entity", "reference to an external DTD")
    .why("Readers do not fetch DTDs and entities, because that would give documents access to the network.")
    .remedy("remove the DOCTYPE")
    .spec("XML 1.0, 4.2.2", "https://www.w3.org/TR/xml/#sec-external-ent")
    .example(Whole, feed_behind!(r#"<!DOCTYPE rss SYSTEM "rss.dtd">"#), feed_behind!(""));

static ENTITY: Rule = Rule::note("xml/entity", "reference to an entity of the DOCTYPE")
    .why("Many readers do not expand entities, because a short document can hold a very long text in them. `check` looks at short ones without markup only; it skips the values that others are part of.")
    .remedy("write the text itself in place of the entity, and remove the DOCTYPE")
    .spec("XML 1.0, 4.1", "https://www.w3.org/TR/xml/#sec-references")
    .example(
        Whole,
        concat!("<!DOCTYPE rss [<!ENTITY town \"Town\">]>\n", channel!("version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"", "<copyright>&town;</copyright>\n", self_link!())),
        concat!("<!DOCTYPE rss [<!ENTITY town \"Town\">]>\n", channel!("version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"", "<copyright>Town</copyright>\n", self_link!())),
    );

static BAD_CHARACTERS: Rule = Rule::warning("xml/bad-characters", "garbled characters")
    .why("Control characters from U+0080 to U+009F are Windows-1252 punctuation read as Latin-1; `Ã©` is UTF-8 that was encoded twice; U+FFFD replaces bytes that are lost already.")
    .remedy("read the source in the encoding that it was saved in")
    .spec("XML 1.0, 2.2", "https://www.w3.org/TR/xml/#charsets")
    .example(Item, "<title>The town\u{92}s clock</title>", "<title>The town’s clock</title>");

pub(crate) static RULES: &[&Rule] = &[
    &NOT_WELL_FORMED,
    &LIMIT,
    &ENCODING,
    &OBSCURE_ENCODING,
    &NONSTANDARD_ENCODING,
    &VERSION,
    &DOCTYPE,
    &DOCTYPE_VERSION,
    &SYSTEM_ENTITY,
    &ENTITY,
    &BAD_CHARACTERS,
];

/// Encodings other than UTF-8 and UTF-16 that are common in feeds.
#[rustfmt::skip]
const COMMON: &[&str] = &[
    "us-ascii", "iso-8859-1", "euc-jp", "iso-8859-2", "iso-8859-15", "iso-8859-7", "koi8-r", "shift_jis",
    "windows-1250", "windows-1251", "windows-1252", "windows-1254", "windows-1255", "windows-1256", "gb18030",
];

/// Checks the declared encoding against the bytes.
pub(crate) fn encoding(source: &Source<'_>, log: &mut Log) {
    if let Some((at, message)) = &source.error {
        log.at(&ENCODING, *at, message);
    }
    let Some((at, name)) = &source.declared else { return };
    let lower = name.to_ascii_lowercase();
    if source.encoding.is_none() || matches!(&*lower, "utf-8" | "utf8" | "utf-16") {
        return;
    }
    let rule = if COMMON.contains(&&*lower) { &NONSTANDARD_ENCODING } else { &OBSCURE_ENCODING };
    log.at(rule, *at, format_args!("`{name}`"));
}

/// Checks what is before the root element, and reports the syntax error that ended the reading.
pub(crate) fn document(document: &Document<'_>, families: &[&Family], log: &mut Log) {
    if let Some(version) = document.version.as_deref().filter(|v| *v != "1.0") {
        log.at(&VERSION, 0, format_args!("`{version}`"));
    }
    if let Some((at, doctype)) = &document.doctype {
        let is_rss_091 = doctype.contains("-//Netscape Communications//DTD RSS 0.91//EN");
        let is_gone = doctype.contains("http://my.netscape.com/publish/formats/rss-0.91.dtd");
        let is_kept = doctype.contains("http://www.rssboard.org/rss-0.91.dtd");
        if is_rss_091 && (is_gone || is_kept) {
            if is_gone {
                log.at(&DOCTYPE, *at, "");
            }
            let root = document.root.as_ref();
            if let Some((root, version)) = root.and_then(|r| Some((r, r.value("version")?)))
                && version != "0.91"
            {
                log.start(&DOCTYPE_VERSION, root, format_args!("`version` is `{}`", shown(version)));
            }
        } else if [" SYSTEM ", " PUBLIC "].iter().any(|id| doctype.contains(id)) {
            log.at(&SYSTEM_ENTITY, *at, "");
        }
    }
    if let Some((at, name)) = &document.entity {
        log.at(&ENTITY, *at, format_args!("`&{};`", shown(name)));
    }
    if let Some(error) = &document.error {
        let fix = match &error.fault {
            Fault::Prefix(prefix) => namespace::declaration_of(prefix, families),
            _ => None,
        };
        let fix =
            fix.map(|declaration| format!("; add {declaration} to the root element")).unwrap_or_default();
        log.at(rule_of(&error.fault), error.at, format_args!("{}{fix}", error.message));
    }
}

/// Checks the attributes that every element may have, and the characters in it.
pub(crate) fn attributes(scope: &Scope<'_, '_>, log: &mut Log) {
    for attribute in scope.element.attributes.iter().filter(|a| &*a.ns == XML && a.is_complete) {
        let verdict = match attribute.local {
            "base" => url::reference(&attribute.value),
            "lang" if !attribute.value.is_empty() => language::tag(&attribute.value),
            _ => None,
        };
        if let Some(rule) = verdict {
            let fix = if log.is_full(rule) {
                String::new()
            } else {
                xml_suggestion(rule.meta.code, &attribute.value)
            };
            let detail = format_args!("`{}` is `{}`{fix}", attribute.name, shown(&attribute.value));
            log.attribute(rule, attribute, detail);
        }
    }
    characters(scope.element, log);
}

/// Reports wrongly decoded characters in the text and the attributes of an element.
pub(crate) fn characters(element: &Element<'_>, log: &mut Log) {
    for text in element.texts() {
        if let Some(inner) = badly_decoded(&text.value) {
            log.at(&BAD_CHARACTERS, text.locate(inner), format_args!("in `{}`", element.name));
            return;
        }
    }
    for attribute in &element.attributes {
        if badly_decoded(&attribute.value).is_some() {
            log.attribute(&BAD_CHARACTERS, attribute, format_args!("in `{}`", attribute.name));
            return;
        }
    }
}

/// Offset of a sign that text was decoded in the wrong encoding: controls of Latin-1, U+FFFD, or UTF-8 that was
/// encoded twice.
fn badly_decoded(text: &str) -> Option<usize> {
    if text.is_ascii() {
        return None;
    }
    let bytes = text.as_bytes();
    let mut from = 0;
    let mut is_twice = None;
    while let Some(found) = memchr::memchr3(0xc2, 0xc3, 0xef, &bytes[from..]) {
        let at = from + found;
        match bytes[at..] {
            [0xc2, 0x80..=0x9f, ..] | [0xef, 0xbf, 0xbd, ..] => return Some(at),
            [0xc3, 0x82 | 0x83, 0xc2, 0x80..=0xbf, ..]
                if *is_twice.get_or_insert_with(|| is_encoded_twice(text)) =>
            {
                return Some(at);
            }
            _ => from = at + 1,
        }
    }
    None
}

/// True if the characters of a text, taken as bytes, are UTF-8.
fn is_encoded_twice(text: &str) -> bool {
    step(text.len());
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(c).ok()).collect();
    bytes.is_some_and(|b| std::str::from_utf8(&b).is_ok())
}
