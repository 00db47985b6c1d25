//! Checking takes linear time: twice the document costs at most 2.3 times the steps. Steps are counted, not timed, so
//! the test gives the same answer on every machine.

use super::*;

/// Generates a document of a size.
type Generator<'s> = Box<dyn Fn(usize) -> String + 's>;

/// Returns the number of steps that a document takes.
fn steps(document: &str) -> u64 {
    feedmill_types::work::count(|| found(document, Some("https://town.example/feed.xml"))).1.max(1)
}

/// Returns the growth of the steps from `size` to twice that size.
fn growth(size: usize, shape: &dyn Fn(usize) -> String) -> f64 {
    let (once, twice) = (steps(&shape(size)), steps(&shape(2 * size)));
    twice as f64 / once as f64
}

/// Asserts that each shape grows at most 2.3 times per doubling.
fn assert_linear<'s>(size: usize, shapes: impl IntoIterator<Item = (String, Generator<'s>)>) {
    let mut slow = Vec::new();
    let mut count = 0;
    for (name, shape) in shapes {
        let growth = growth(size, &*shape);
        count += 1;
        if growth > 2.3 {
            slow.push(format!("{name}: {growth:.2}"));
        }
    }
    assert!(count > 0 && slow.is_empty(), "of {count} shapes:\n{}", slow.join("\n"));
}

/// Returns a document with `count` copies of an example next to each other.
fn repeated(context: Context, example: &str, count: usize) -> String {
    let separator = if matches!(context, Context::Json | Context::JsonItem) { ", " } else { "\n" };
    document(context, &vec![example; count].join(separator))
}

/// Returns a document with `count` copies of the item or entry around an example.
fn in_items(context: Context, example: &str, count: usize) -> String {
    let one = document(context, example);
    let (open, close) = match context {
        Context::Item => ("<item>", "</item>"),
        Context::Entry => ("<entry>", "</entry>"),
        _ => return one.repeat(count),
    };
    let (head, rest) = one.split_once(open).unwrap_or_default();
    let (item, tail) = rest.rsplit_once(close).unwrap_or_default();
    format!("{head}{}{tail}", format!("{open}{item}{close}\n").repeat(count))
}

#[test]
fn every_rule_takes_linear_time() {
    let rules = rules();
    let mut shapes: Vec<(String, Generator<'static>)> = Vec::new();
    for rule in rules {
        let Example { context, bad, .. } = rule.example;
        let code = rule.meta.code;
        if context != Context::Whole {
            shapes.push((code.to_owned(), Box::new(move |n| repeated(context, bad, n))));
        }
        if matches!(context, Context::Item | Context::Entry) {
            shapes.push((format!("{code} in items"), Box::new(move |n| in_items(context, bad, n / 2))));
        }
    }
    assert!(shapes.len() > 200, "{}", shapes.len());
    // More than the number of repeated elements that are checked.
    assert_linear(120, shapes);
}

fn rss(inner: &str) -> String {
    format!("<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel>{inner}</channel></rss>")
}

fn description(inner: &str) -> String {
    rss(&format!("<item><description>{inner}</description></item>"))
}

fn atom(inner: &str) -> String {
    format!("<feed xmlns='http://www.w3.org/2005/Atom'>{inner}</feed>")
}

/// A shape: its name, and a function from a size to a document.
type Shape = (&'static str, fn(usize) -> String);

/// Shapes that took quadratic time, or might.
const SHAPES: &[Shape] = &[
    ("images in CDATA", |n| description(&format!("<![CDATA[{}]]>", "<img src=\"x\">".repeat(n)))),
    ("images in many CDATA sections", |n| description(&"<![CDATA[<img src=\"x\">]]>".repeat(n))),
    ("escaped images", |n| description(&"&lt;img src=\"x\"&gt;".repeat(n))),
    ("escaped MathML", |n| description(&"&lt;mn&gt;1&lt;/mn&gt;".repeat(n))),
    ("styles", |n| description(&format!("<![CDATA[{}]]>", "<a style=\"position:fixed\">".repeat(n)))),
    ("scripts between comments", |n| description(&"&lt;script&gt;<!-- x -->&lt;/script&gt;".repeat(n))),
    ("unknown elements, a line each", |n| description(&"\n&lt;oops&gt;".repeat(n))),
    ("unclosed elements", |n| description(&"&lt;b&gt;".repeat(n))),
    ("links in links", |n| description(&"&lt;a href='x'&gt;".repeat(n))),
    ("unknown references", |n| description(&"&amp;bogus; ".repeat(n))),
    ("attributes of one tag", |n| description(&format!("&lt;p{}&gt;", " onclick='x'".repeat(n)))),
    ("HTML after blanks", |n| description(&format!("{}&lt;oops&gt;<b/>{0}&lt;oops&gt;", " &#32;".repeat(n)))),
    ("HTML between elements", |n| description(&"&lt;oops&gt;<b/>".repeat(n))),
    ("HTML after elements", |n| description(&format!("{}{}", "<b/>".repeat(n), "&lt;oops&gt;".repeat(n)))),
    ("Base64 HTML", |n| {
        let html = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, "<oops>".repeat(n));
        atom(&format!("<entry><content type='x/html'>{}{html}</content></entry>", " \n".repeat(n)))
    }),
    ("document types", |n| format!("{}<rss/>", "<!DOCTYPE rss>".repeat(n))),
    ("elements declared before the root", |n| format!("{}<rss/>", "<!ELEMENT a ANY>".repeat(n))),
    ("HTML that is not escaped", |n| description(&"<p>x</p>".repeat(n))),
    ("undefined elements", |n| rss(&"<oops/>".repeat(n))),
    ("undefined elements, a line each", |n| rss(&"<oops/>\n".repeat(n))),
    ("elements of a channel in items", |n| rss(&"<item><language>en</language></item>".repeat(n))),
    ("media contents without a URL", |n| {
        let contents = "<m:content xmlns:m='http://search.yahoo.com/mrss/'/>".repeat(n);
        rss(&format!("<item>{contents}</item>"))
    }),
    ("undefined elements with a long parent", |n| {
        let name = "a".repeat(10 * n);
        format!("<rss version='2.0'><{name}>{}</{name}></rss>", "<a:b/>".repeat(n))
    }),
    ("unexpected attributes", |n| rss(&"<item ispermalink='x'/>".repeat(n))),
    ("unexpected attribute with a long name", |n| rss(&format!("<item {}='x'/>", "a".repeat(n)))),
    ("text between elements", |n| rss(&"<item/> text".repeat(n))),
    ("blanks between elements", |n| rss(&"<item/>\n   ".repeat(n))),
    ("comment counts before the build date", |n| {
        let slash = "xmlns:slash='http://purl.org/rss/1.0/modules/slash/'";
        let items = format!("<item><slash:comments {slash}>1</slash:comments></item>").repeat(n);
        rss(&format!("{items}<lastBuildDate>Tue, 31 Oct 2023 21:15:02 GMT</lastBuildDate>"))
    }),
    ("extension attributes before the docs", |n| {
        let items = "<item xmlns:x='https://x.example/' x:y='1'/>".repeat(n);
        rss(&format!("{items}<docs>http://www.rssboard.org/rss-specification</docs>"))
    }),
    (
        "images of a channel without title",
        |n| rss(&"<image><title>x</title><link>y</link></image>".repeat(n)),
    ),
    ("entries around the author", |n| {
        let entries = "<entry><title>x</title></entry>".repeat(n);
        atom(&format!("{entries}<author><name>Ann</name></author>{entries}"))
    }),
    ("full texts without a summary", |n| {
        let content = "xmlns:content='http://purl.org/rss/1.0/modules/content/'";
        let one = format!("<content:encoded {content}>x</content:encoded>");
        rss(&format!("<item>{}<description/></item>", one.repeat(n)))
    }),
    ("current links of a complete feed", |n| {
        let complete = "<c:complete xmlns:c='http://purl.org/syndication/history/1.0'/>";
        let links = "<link rel='self' href='a'/><link rel='current' href='b'/>".repeat(n);
        atom(&format!("{complete}{links}"))
    }),
    ("first and previous links", |n| {
        let links = "<link rel='self' href='a'/><link rel='first' href='b'/><link rel='previous' href='c'/>";
        atom(&links.repeat(n))
    }),
    ("links with a long base", |n| {
        let links = "<link rel='related' href='x'/>".repeat(n);
        format!(
            "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://x.example/{}'>{links}</feed>",
            "a".repeat(30 * n)
        )
    }),
    ("alternate links", |n| atom(&"<link href='https://x.example/'/>".repeat(n))),
    ("same ids and dates", |n| atom(&"<entry><id>x:1</id><updated>x</updated></entry>".repeat(n))),
    ("same guids", |n| rss(&"<item><guid>x</guid></item>".repeat(n))),
    ("days", |n| {
        let days = format!("{}{}", "<day>x</day>".repeat(n), "<day>Monday</day>".repeat(n));
        rss(&format!("<skipDays>{days}</skipDays>"))
    }),
    ("hours", |n| rss(&format!("<skipHours>{}</skipHours>", "<hour>1</hour>".repeat(n)))),
    ("bytes that look as if encoded twice", |n| {
        rss(&format!("<title>{}€</title>", "Ã\u{82}\u{80}".repeat(n)))
    }),
    ("text in many parts", |n| rss(&format!("<title>{}</title>", "a<b/>".repeat(n)))),
    ("XHTML of a long name", |n| {
        let name = "a".repeat(10 * n);
        let inner = format!("<{name}>{}</{name}>", "<p onclick='x'/><oops/>".repeat(n));
        let div = format!("<div xmlns='http://www.w3.org/1999/xhtml'>{inner}</div>");
        atom(&format!("<entry><content type='xhtml'>{div}</content></entry>"))
    }),
    ("drawings", |n| {
        let svg = "<svg xmlns='http://www.w3.org/2000/svg'><script x='y'/></svg>".repeat(n);
        atom(&format!(
            "<entry><content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>{svg}</div></content></entry>"
        ))
    }),
    ("text before the div", |n| {
        let text = "x<p xmlns='http://www.w3.org/1999/xhtml'/>".repeat(n);
        atom(&format!("<entry><content type='xhtml'>{text}</content></entry>"))
    }),
    ("namespaces", |n| rss(&"<x:y xmlns:x='https://x.example/ns'/>".repeat(n))),
    ("a long namespace", |n| {
        let items = "<x:y x:z=''/>".repeat(n);
        let uri = "a".repeat(10 * n);
        format!("<rss version='2.0' xmlns:x='https://x.example/{uri}'><channel>{items}</channel></rss>")
    }),
    ("outlines", |n| {
        format!("<opml version='2.0'><body>{}</body></opml>", "<outline type='rss'/>".repeat(n))
    }),
    ("nested outlines", |n| {
        let nested = format!("{}{}", "<outline>".repeat(100), "</outline>".repeat(100));
        format!("<opml version='2.0'><body>{}</body></opml>", nested.repeat(n / 100))
    }),
    ("items of JSON", |n| format!("{{\"items\": [{}{{}}]}}", "{\"id\": 1, \"oops\": 2},".repeat(n))),
    ("keys of JSON", |n| format!("{{{}\"a\": 1}}", "\"oops\": 1,".repeat(n))),
    ("HTML in JSON", |n| {
        format!("{{\"items\": [{{\"content_html\": \"{}\"}}]}}", "<img src='x'><oops>".repeat(n))
    }),
    ("escaped HTML in JSON", |n| {
        format!("{{\"items\": [{{\"content_html\": \"{}\"}}]}}", "\\u003cimg src='x'>\\n<oops>".repeat(n))
    }),
];

#[test]
fn shapes_of_documents_take_linear_time() {
    assert_linear(
        400,
        SHAPES.iter().map(|(name, shape)| {
            let shape: Generator<'static> = Box::new(shape);
            ((*name).to_owned(), shape)
        }),
    );
}
