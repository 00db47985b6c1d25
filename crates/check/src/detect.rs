//! Recognizes feeds and web pages by their content, without checking them.

use std::borrow::Cow;

use feedmill_types::starts_with_ignore_case;
use feedmill_types::work::step;
use url::Url;

use crate::document::source;
use crate::values::html_scanner::{Event, scan};

/// Kind of a document, by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// A feed, or something that was meant to be one: its root element is that of a feed, or it has keys of a JSON Feed.
    Feed,
    /// A web page.
    Page,
    /// Anything else, such as a sitemap.
    Other,
}

/// Format of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// RSS 2.0 and 0.9x.
    Rss,
    /// RSS 1.0 and 0.90.
    Rdf,
    Atom,
    Json,
    Opml,
}

impl Format {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Rss => "RSS",
            Self::Rdf => "RSS 1.0",
            Self::Atom => "Atom",
            Self::Json => "JSON Feed",
            Self::Opml => "OPML",
        }
    }

    /// Returns the media types in which servers may send it, in lower case; the first is its own.
    pub(crate) const fn media_types(self) -> &'static [&'static str] {
        match self {
            Self::Rss => &["application/rss+xml", "application/xml", "text/xml", "application/x-rss+xml"],
            Self::Rdf => &["application/rdf+xml", "application/rss+xml", "application/xml", "text/xml"],
            Self::Atom => &["application/atom+xml", "application/xml", "text/xml"],
            Self::Json => &["application/feed+json", "application/json"],
            Self::Opml => {
                &["text/x-opml", "text/xml", "application/xml", "application/opml+xml", "text/opml"]
            }
        }
    }
}

/// Returns the format of a document by its root, or by its first character; `None` if it is no feed.
pub(crate) fn format(text: &str, file: &str) -> Option<Format> {
    if is_json(text, file) {
        return Some(Format::Json);
    }
    match root(text)?.rsplit(':').next().unwrap_or_default() {
        "rss" => Some(Format::Rss),
        "RDF" => Some(Format::Rdf),
        "feed" | "entry" => Some(Format::Atom),
        "opml" => Some(Format::Opml),
        _ => None,
    }
}

/// True if a document is meant to be JSON: it begins like JSON, after comments or the name of a function or not, or its
/// file has the suffix of JSON and it does not begin like XML.
pub(crate) fn is_json(text: &str, file: &str) -> bool {
    let text = text.trim_start();
    if text.starts_with('<') {
        return false;
    }
    let is_named = || {
        let name = file.strip_suffix(".gz").unwrap_or(file);
        name.rsplit_once('.').is_some_and(|(_, suffix)| suffix.eq_ignore_ascii_case("json"))
    };
    text.starts_with(['{', '[']) || after_call(after_comments(text)).starts_with(['{', '[']) || is_named()
}

/// Returns a text from after comments of JavaScript.
fn after_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        let end = match rest.get(..2) {
            Some("//") => rest.find('\n').map(|end| end + 1),
            Some("/*") => rest.find("*/").map(|end| end + 2),
            _ => return rest,
        };
        let Some(end) = end else { return "" };
        rest = rest[end..].trim_start();
    }
}

/// Returns a text from after the name of a function and its bracket.
fn after_call(text: &str) -> &str {
    let name = text.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '$' | '.'));
    let rest = name.filter(|end| *end > 0).and_then(|end| text[end..].trim_start().strip_prefix('('));
    rest.map_or(text, str::trim_start)
}

/// Number of bytes in which a document must show what it is.
const HEAD: usize = 64 << 10;

/// Recognizes a document by its first 64 KiB.
///
/// ```
/// use feedmill_check::{Likeness, likeness};
///
/// assert_eq!(likeness(b"<?xml version='1.0'?><rss version='2.0'>"), Likeness::Feed);
/// assert_eq!(likeness(b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'/>"), Likeness::Other);
/// assert_eq!(likeness(b"<!doctype html><title>Town</title>"), Likeness::Page);
/// ```
#[must_use]
pub fn likeness(bytes: &[u8]) -> Likeness {
    let source = source::decode(&bytes[..bytes.len().min(HEAD)]);
    let text = source.text.trim_start();
    step(text.len());
    if is_json(text, "") {
        let has = |key: &str| text.contains(key);
        let keys = [
            "\"feed_url\"",
            "\"home_page_url\"",
            "\"content_html\"",
            "\"content_text\"",
            "\"date_published\"",
        ];
        let is_feed = has("jsonfeed.org/version/") || has("\"items\"") && keys.iter().any(|key| has(key));
        return if is_feed { Likeness::Feed } else { Likeness::Other };
    }
    if is_web_page(text) {
        return Likeness::Page;
    }
    // A program may have written messages before the declaration.
    let declaration = text.find("<?xml").filter(|at| *at > 0 && *at < MESSAGES);
    let text = match (root(text), declaration) {
        (Some(name), _) if is_root_of_feed(name) => text,
        (_, Some(at)) => &text[at..],
        (Some(_), None) => text,
        (None, None) => return Likeness::Other,
    };
    let Some(name) = root(text) else { return Likeness::Other };
    let has = |namespace: &str| text.contains(namespace);
    let is_feed = match &*name.rsplit(':').next().unwrap_or_default().to_ascii_lowercase() {
        "rss" | "opml" => true,
        "feed" => !has("xmlns") || has("/Atom") || has("/atom"),
        "entry" => has("http://www.w3.org/2005/Atom"),
        "rdf" => has("purl.org/rss/1.0") || has("my.netscape.com/rdf/simple"),
        _ => false,
    };
    if is_feed { Likeness::Feed } else { Likeness::Other }
}

/// Number of bytes that messages of programs before a document may have.
const MESSAGES: usize = 8 << 10;

/// True if a root element is that of a feed, in whatever case.
fn is_root_of_feed(name: &str) -> bool {
    let local = name.rsplit(':').next().unwrap_or_default();
    ["rss", "opml", "feed", "entry", "rdf"].iter().any(|known| known.eq_ignore_ascii_case(local))
}

/// Returns the name of the root element, without reading the document.
fn root(text: &str) -> Option<&str> {
    let rest = after_prolog(text).strip_prefix('<')?;
    let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '/' | '>')).unwrap_or(rest.len());
    Some(&rest[..end])
}

/// Returns the text from its root element: after declarations, comments and white space.
fn after_prolog(text: &str) -> &str {
    let mut rest = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    while rest.starts_with("<?") || rest.starts_with("<!") {
        let end = if rest.starts_with("<?") {
            "?>"
        } else if rest.starts_with("<!--") {
            "-->"
        } else {
            // Whichever comes first; looking for one alone may read all of the rest.
            let found = rest.find(['[', '>']);
            step(found.unwrap_or(rest.len()));
            match found {
                Some(at) if rest[at..].starts_with('[') => "]>",
                _ => ">",
            }
        };
        let found = rest.find(end);
        step(found.unwrap_or(rest.len()));
        match found {
            Some(at) => rest = rest[at + end.len()..].trim_start(),
            None => return "",
        }
    }
    rest
}

/// True if a text is a web page: its root element is `html`, or its document type is and its root is not that of a feed.
pub(crate) fn is_web_page(text: &str) -> bool {
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    match root(text) {
        Some(root) if is_root_of_feed(root) => false,
        Some(root) if root.eq_ignore_ascii_case("html") => true,
        _ => ["<!doctype html", "<html"].iter().any(|with| starts_with_ignore_case(start, with)),
    }
}

/// Maximum number of feeds of a page.
const MAX_FEEDS: usize = 20;

/// Returns the URLs of the feeds that a web page names in its `link` elements, without duplicates. They are resolved on
/// the URL of the page, if there is one.
///
/// ```
/// let page = r#"<link rel="alternate" type="application/rss+xml" href="/feed.xml">"#;
/// assert_eq!(feedmill_check::feeds_of_page(page, Some("https://town.example/news/")), ["https://town.example/feed.xml"]);
/// ```
#[must_use]
pub fn feeds_of_page(text: &str, url: Option<&str>) -> Vec<String> {
    let mut feeds: Vec<String> = Vec::new();
    let mut base = url.and_then(|url| Url::parse(url).ok());
    let mut link = Link::default();
    let mut add = |link: &Link<'_>, base: &Option<Url>| {
        let Some(href) = link.feed() else { return };
        let href = match base.as_ref().and_then(|base| base.join(&href).ok()) {
            Some(url) => url.to_string(),
            None => href.into_owned(),
        };
        if feeds.len() < MAX_FEEDS && !feeds.contains(&href) {
            feeds.push(href);
        }
    };
    scan(text, &mut |event| match event {
        Event::Element(_, name, _) => {
            add(&link, &base);
            link = Link { is_base: name.eq_ignore_ascii_case("base"), ..Link::default() };
            link.is_link = name.eq_ignore_ascii_case("link");
        }
        Event::Attribute { name, value, .. } if link.is_base && name.eq_ignore_ascii_case("href") => {
            let value = feedmill_html::decode_entities_once(value);
            let joined = base.as_ref().map_or_else(|| Url::parse(&value).ok(), |base| base.join(&value).ok());
            base = joined.or(base.take());
        }
        Event::Attribute { name, value, .. } if link.is_link => {
            let slot = [("rel", &mut link.rel), ("type", &mut link.kind), ("href", &mut link.href)];
            if let Some((_, slot)) = slot.into_iter().find(|(own, _)| own.eq_ignore_ascii_case(name)) {
                *slot = value;
            }
        }
        _ => {}
    });
    add(&link, &base);
    feeds
}

/// Attributes of a `link` or `base` element of a page.
#[derive(Default)]
struct Link<'t> {
    is_link: bool,
    is_base: bool,
    rel: &'t str,
    kind: &'t str,
    href: &'t str,
}

impl<'t> Link<'t> {
    /// Returns the URL, if it is that of a feed.
    fn feed(&self) -> Option<Cow<'t, str>> {
        const TYPES: [&str; 4] =
            ["application/rss+xml", "application/atom+xml", "application/feed+json", "application/json"];
        let kind = self.kind.split(';').next().unwrap_or_default().trim();
        let is_alternate = self.rel.split_ascii_whitespace().any(|rel| rel.eq_ignore_ascii_case("alternate"));
        let is_feed = TYPES.iter().any(|t| t.eq_ignore_ascii_case(kind)) && !self.href.trim().is_empty();
        // WordPress links its API in the same way.
        let is_api = kind.eq_ignore_ascii_case("application/json") && self.href.contains("wp-json");
        (self.is_link && is_alternate && is_feed && !is_api)
            .then(|| feedmill_html::decode_entities_once(self.href.trim()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_recognized() {
        for (text, expected) in [
            ("\u{feff}<?xml version='1.0'?>\n<!-- a --><?xml-stylesheet href='a'?><rss>", Likeness::Feed),
            ("<!DOCTYPE rss [<!ENTITY a '>'>]><rss>", Likeness::Feed),
            ("<feed xmlns='http://www.w3.org/2005/Atom'/>", Likeness::Feed),
            ("<feed xmlns='urn:grain-store'/>", Likeness::Other),
            ("<a:entry xmlns:a='http://www.w3.org/2005/Atom'>", Likeness::Feed),
            (
                "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>",
                Likeness::Feed,
            ),
            (
                "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:foaf='http://xmlns.com/foaf/0.1/'>",
                Likeness::Other,
            ),
            ("{\"version\": \"https://jsonfeed.org/version/2\"}", Likeness::Feed),
            ("{\"items\": [{\"content_html\": \"x\"}]}", Likeness::Feed),
            ("{\"name\": \"town\", \"version\": \"1.0.0\"}", Likeness::Other),
            ("<sitemapindex/>", Likeness::Other),
            ("<RSS version='2.0'>", Likeness::Feed),
            ("\nWarning: x in /a.php on line 1\n<?xml version='1.0'?><rss version='2.0'>", Likeness::Feed),
            (
                "<br />\n<b>Notice</b>: x<br />\n<?xml version='1.0'?>\n<feed xmlns='http://www.w3.org/2005/Atom'>",
                Likeness::Feed,
            ),
            ("x\n<?xml version='1.0'?><urlset/>", Likeness::Other),
            ("// feed\n/* a */ {\"version\": \"https://jsonfeed.org/version/1.1\"}", Likeness::Feed),
            ("show({\"version\": \"https://jsonfeed.org/version/1.1\"})", Likeness::Feed),
            ("// a script\nlet a = {items: 1};", Likeness::Other),
            (
                "<?xml version='1.0'?><!DOCTYPE html PUBLIC 'x'><html xmlns='http://www.w3.org/1999/xhtml'>",
                Likeness::Page,
            ),
            ("  <HTML lang=en>", Likeness::Page),
            ("<!DOCTYPE html><title>Town</title>", Likeness::Page),
            ("<!DOCTYPE html>\n<rss version='2.0'>", Likeness::Feed),
            ("", Likeness::Other),
            ("<?xml", Likeness::Other),
        ] {
            assert_eq!(likeness(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn json_is_recognized() {
        for (text, file, is) in [
            (" [1]", "", true),
            ("// a\n{}", "", true),
            ("/* a */ a.b( {})", "", true),
            ("", "feed.json", true),
            ("hello", "a.JSON.gz", true),
            ("<rss/>", "feed.json", false),
            ("hello {", "feed.xml", false),
        ] {
            assert_eq!(is_json(text, file), is, "{text}");
        }
    }

    #[test]
    fn feeds_of_a_page_are_found() {
        let page = "<!doctype html><base href='/blog/'><link rel='stylesheet' href='a.css'>\
                    <link rel='Alternate home' type='application/atom+xml; charset=utf-8' href='a.xml?b=1&amp;c=2'>\
                    <LINK HREF='//other.example/f.json' TYPE=application/feed+json REL=alternate>\
                    <link rel=alternate type=application/json href=/wp-json/wp/v2/posts/1>\
                    <link rel=alternate hreflang=de href=/de/><script>'<link rel=alternate type=application/rss+xml href=x>'</script>";
        assert_eq!(
            feeds_of_page(page, Some("https://town.example/")),
            ["https://town.example/blog/a.xml?b=1&c=2", "https://other.example/f.json"]
        );
        assert_eq!(
            feeds_of_page("<link rel=alternate type='application/rss+xml' href='/r.xml'>", None),
            ["/r.xml"]
        );
    }
}
