//! Last step of the XML formats: completes what the `rss` or `atom_syndication` crate wrote.
//!
//! Neither crate writes everything that a feed needs. All repairs are made here, in one pass over the finished frame or
//! entry:
//!
//! | crate | what it writes | what the document gets |
//! | --- | --- | --- |
//! | both | no processing instructions | `<?xml-stylesheet …?>` below the XML declaration |
//! | both | no line feed at the end | one line feed, as in any text file |
//! | `atom_syndication` | UTC as `+00:00` | `Z`, as in JSON Feed and in messages |
//! | `atom_syndication` | no attributes of an entry | `xml:lang`, if an entry has a language of its own |
//! | `atom_syndication` | extensions behind the entries | `<fh:archive/>` in the head, behind the generator |
//! | both | no elements of XHTML | a `div` in the head, behind the generator, if the feed has a [script](Feed::script) |
//! | both | no XML as it was given | the elements of [`Extra`](crate::model::Extra), behind the generator and at the end of each entry |
//! | both | `&lt;` and `&amp;` in titles and other plain text | `&#x3C;` and `&#x26;` before a letter, as the [RSS Profile](https://www.rssboard.org/rss-profile#data-types-characterdata) advises: the text is no HTML, whatever it looks like |
//! | both | an end tag for an empty extension, and a line feed before it | one empty tag, such as `<fh:archive/>`, which RFC 5005 requires to be empty |
//!
//! A repair looks for a tag. Text can't be mistaken for one: the crates escape `<`, and CDATA sections are skipped.

use memchr::memmem::find;
use memchr::{memchr, memchr_iter, memrchr};
use quick_xml::escape::escape;

use super::image::own_language;
use super::{ATOM, Format, Frame, Layout, RSS};
use crate::model::{Entry, Feed};
use crate::types::begins_markup;

/// Crate that wrote a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writer {
    Rss,
    AtomSyndication,
}

impl Writer {
    /// Returns what the crate writes behind the entries.
    fn tail(self, layout: Layout) -> &'static str {
        match (self, layout) {
            (Self::Rss, Layout::Indented) => "\n  </channel>\n</rss>",
            (Self::Rss, Layout::Compact) => "</channel></rss>",
            (Self::AtomSyndication, Layout::Indented) => "\n</feed>",
            (Self::AtomSyndication, Layout::Compact) => "</feed>",
        }
    }
}

/// Completes a document of `feed` without entries, and cuts it where they belong.
pub(super) fn finish_frame(written: &[u8], writer: Writer, feed: &Feed, layout: Layout) -> Frame {
    let mut head = finish(written, writer, feed, layout);
    let tail = head.split_off(head.len() - writer.tail(layout).len() - "\n".len());
    Frame { head, tail }
}

/// Completes a document of `feed` without its entries.
fn finish(written: &[u8], writer: Writer, feed: &Feed, layout: Layout) -> Vec<u8> {
    let is_atom = writer == Writer::AtomSyndication;
    let extra = if is_atom { feed.extra.atom_elements() } else { feed.extra.rss_elements() };
    let needs_mark = is_atom && feed.history.is_archive();
    let introduction =
        feed.script.as_deref().map(|script| introduction(script, writer, feed)).unwrap_or_default();
    let head = [if needs_mark { "<fh:archive/>" } else { "" }, &introduction, extra];
    let mut out = repair(written, writer, feed, layout, Some(head), None);
    out.push(b'\n');
    out
}

/// Cuts an entry out of a document without other entries, which would have `empty` bytes without it too, and completes it
/// for a document of `feed`.
pub(super) fn finish_entry(
    written: &[u8],
    empty: usize,
    writer: Writer,
    entry: &Entry,
    feed: &Feed,
    layout: Layout,
) -> Vec<u8> {
    let tail = writer.tail(layout).len();
    repair(&written[empty - tail..written.len() - tail], writer, feed, layout, None, Some(entry))
}

/// Makes all repairs. `head` is written once, behind the first generator, and `entry` is the one that the text is about.
fn repair(
    written: &[u8],
    writer: Writer,
    feed: &Feed,
    layout: Layout,
    mut head: Option<[&str; 3]>,
    entry: Option<&Entry>,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(written.len() + 128);
    // Everything before this offset has been copied or replaced.
    let mut done = 0;
    // Start tag that was seen last.
    let mut start: &[u8] = b"";
    for at in memchr_iter(b'<', written) {
        // In a part that was copied or replaced as a whole, such as a CDATA section.
        if at < done {
            continue;
        }
        let rest = &written[at..];
        // From `<` through `>`.
        let tag = &rest[..memchr(b'>', rest).map_or(rest.len(), |end| end + 1)];
        let through = |end: &[u8]| find(rest, end).map_or(written.len(), |start| at + start + end.len());
        match (writer, tag) {
            (_, [b'<', b'!', ..]) if tag.starts_with(b"<![CDATA[") => {
                let end = through(b"]]>");
                out.extend_from_slice(&written[done..end]);
                done = end;
            }
            (_, [b'<', b'?', ..]) if tag.starts_with(b"<?xml ") => {
                let end = through(b"?>");
                out.extend_from_slice(&written[done..end]);
                done = end;
                if let Some(sheet) = &feed.stylesheet {
                    let line = if written.get(end) == Some(&b'\n') { "\n" } else { "" };
                    let sheet = escape(sheet.as_str());
                    let instruction = format!("{line}<?xml-stylesheet type=\"text/css\" href=\"{sheet}\"?>");
                    out.extend_from_slice(instruction.as_bytes());
                }
            }
            (Writer::AtomSyndication, b"</updated>" | b"</published>") => {
                let date = &written[done..at];
                match date.strip_suffix(b"+00:00") {
                    Some(local) => {
                        out.extend_from_slice(local);
                        out.push(b'Z');
                    }
                    None => out.extend_from_slice(date),
                }
                done = at;
            }
            (Writer::AtomSyndication, b"<entry>") => {
                let language = entry.and_then(|entry| own_language(entry, feed));
                if let Some(language) = language {
                    out.extend_from_slice(&written[done..at]);
                    let tag = format!("<entry xml:lang=\"{}\">", escape(language));
                    out.extend_from_slice(tag.as_bytes());
                    done = at + "<entry>".len();
                }
            }
            (_, b"</item>" | b"</entry>") => {
                let extra = entry.map_or("", |entry| match writer {
                    Writer::AtomSyndication => entry.extra.atom_elements(),
                    Writer::Rss => entry.extra.rss_elements(),
                });
                if !extra.is_empty() {
                    let before = written[done..at].trim_ascii_end();
                    out.extend_from_slice(before);
                    let indent = match (layout, writer) {
                        (Layout::Compact, _) => ["", ""],
                        (Layout::Indented, Writer::AtomSyndication) => ["\n    ", "\n  "],
                        (Layout::Indented, Writer::Rss) => ["\n      ", "\n    "],
                    };
                    for part in [indent[0], extra, indent[1]] {
                        out.extend_from_slice(part.as_bytes());
                    }
                    done = at;
                }
            }
            (_, b"</generator>") => {
                if let Some(parts) = head.take() {
                    let end = at + tag.len();
                    out.extend_from_slice(&written[done..end]);
                    let indent = match (layout, writer) {
                        (Layout::Compact, _) => "",
                        (Layout::Indented, Writer::AtomSyndication) => "\n  ",
                        (Layout::Indented, Writer::Rss) => "\n    ",
                    };
                    for part in parts.into_iter().filter(|part| !part.is_empty()) {
                        out.extend_from_slice(indent.as_bytes());
                        out.extend_from_slice(part.as_bytes());
                    }
                    done = end;
                }
            }
            (_, [b'<', b'/', ..]) => {
                if let Some(open) = is_empty_extension(start, &written[..at], tag) {
                    out.extend_from_slice(&written[done..open]);
                    out.extend_from_slice(b"/>");
                    done = at + tag.len();
                } else if !start.is_empty() && is_plain_text(tag) {
                    write_plain_text(&written[done..at], &mut out);
                    done = at;
                }
            }
            _ => {
                start = tag;
                continue;
            }
        }
        start = b"";
    }
    out.extend_from_slice(&written[done..]);
    out
}

/// Returns the element that a browser shows at the top of a feed: what a feed is, links, and the script.
///
/// Feeds may have XHTML in one place only, a `div` in the channel or feed: the W3C validator checks nothing in it, and readers
/// ignore it. It has no element whose name is one of a feed, because some readers do not look at namespaces.
fn introduction(script: &str, writer: Writer, feed: &Feed) -> String {
    let format: &dyn Format = match writer {
        Writer::Rss => RSS,
        Writer::AtomSyndication => ATOM,
    };
    let own = feed.self_link(format.file_name());
    let open = own.map(|url| format!("<a href=\"feed:{}\">Open in a reader</a> ", escape(url.as_str())));
    let is_web = matches!(feed.site.scheme(), "http" | "https");
    let visit = is_web.then(|| format!("<a href=\"{}\">Visit the website</a>", escape(feed.site.as_str())));
    format!(
        "<div xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\" dir=\"ltr\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/><h2>What is this?</h2>\
         <p>A web feed. To subscribe, copy the address of this page into a feed reader, and new entries appear there by \
         themselves: no account, no e-mail address, no algorithm.</p>\
         <p class=\"ways\">{}{}</p><script src=\"{}\"></script></div>",
        open.unwrap_or_default(),
        visit.unwrap_or_default(),
        escape(script),
    )
}

/// True for the end tag of an element of plain text that people read.
fn is_plain_text(end: &[u8]) -> bool {
    const NAMES: [&[u8]; 15] = [
        b"author",
        b"category",
        b"copyright",
        b"creator",
        b"description",
        b"keywords",
        b"location",
        b"managingEditor",
        b"name",
        b"person",
        b"rights",
        b"subtitle",
        b"summary",
        b"title",
        b"txt",
    ];
    let name = end.strip_prefix(b"</").and_then(|end| end.strip_suffix(b">")).unwrap_or_default();
    NAMES.contains(&&name[memchr(b':', name).map_or(0, |colon| colon + 1)..])
}

/// Copies what is before the end tag of a plain text, its start tag and the text among it, with the references for `<` and
/// `&` as numbers where HTML would have a tag or a reference.
fn write_plain_text(written: &[u8], out: &mut Vec<u8>) {
    let text = memrchr(b'>', written).map_or(written.len(), |end| end + 1);
    let mut done = 0;
    for at in memchr_iter(b'&', &written[text..]).map(|at| text + at) {
        for (reference, sign, number) in [(&b"&lt;"[..], b'<', b"&#x3C;"), (b"&amp;", b'&', b"&#x26;")] {
            let after = written[at..].strip_prefix(reference);
            if after.is_some_and(|after| begins_markup(sign, after)) {
                out.extend_from_slice(&written[done..at]);
                out.extend_from_slice(number);
                done = at + reference.len();
            }
        }
    }
    out.extend_from_slice(&written[done..]);
}

/// Returns the offset of the `>` of a start tag, the last tag before `before` ends, if it has a prefix, `end` is its end tag,
/// and there is only white space between them.
fn is_empty_extension(start: &[u8], before: &[u8], end: &[u8]) -> Option<usize> {
    let name_of = |tag: &[u8]| tag.iter().take_while(|b| !b.is_ascii_whitespace() && **b != b'>').count();
    let (start, end) = (start.strip_prefix(b"<")?.strip_suffix(b">")?, end.strip_prefix(b"</")?);
    let name = &start[..name_of(start)];
    let is_same = name.contains(&b':') && !start.ends_with(b"/") && name == &end[..name_of(end)];
    let open = before.trim_ascii_end().len().checked_sub(1)?;
    (is_same && before[..open].ends_with(start)).then_some(open)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::History;

    fn feed() -> Feed {
        Feed::default()
    }

    fn archive() -> Feed {
        feed().history(History::default().current("https://a.example/".parse().unwrap()))
    }

    fn finished(written: &str, writer: Writer, feed: &Feed, layout: Layout) -> String {
        String::from_utf8(finish(written.as_bytes(), writer, feed, layout)).unwrap()
    }

    /// A browser shows a feed with the style sheet that the document names (<https://www.w3.org/TR/xml-stylesheet/>).
    #[test]
    fn the_style_sheet_follows_the_xml_declaration() {
        let feed = feed().stylesheet("../a&b.css");
        let instruction = "<?xml-stylesheet type=\"text/css\" href=\"../a&amp;b.css\"?>";
        for writer in [Writer::Rss, Writer::AtomSyndication] {
            let compact = finished("<?xml version=\"1.0\"?><r/>", writer, &feed, Layout::Compact);
            assert_eq!(compact, format!("<?xml version=\"1.0\"?>{instruction}<r/>\n"));
            let indented = finished("<?xml version=\"1.0\"?>\n<r/>", writer, &feed, Layout::Indented);
            assert_eq!(indented, format!("<?xml version=\"1.0\"?>\n{instruction}\n<r/>\n"));
        }
    }

    #[test]
    fn the_introduction_follows_the_first_generator_only() {
        let feed = Feed::new("x", "https://a.example/?a&b".parse().unwrap())
            .base("https://a.example/'f'/".parse().unwrap())
            .script("../a&b.js");
        for (writer, name) in [(Writer::Rss, "rss.xml"), (Writer::AtomSyndication, "atom.xml")] {
            let out = finished(
                "<generator/><generator>x</generator><y><generator>z</generator></y>",
                writer,
                &feed,
                Layout::Compact,
            );
            assert_eq!(out.matches("<div xmlns=").count(), 1, "{out}");
            let links = format!(
                "<a href=\"feed:https://a.example/&apos;f&apos;/{name}\">Open in a reader</a> \
                 <a href=\"https://a.example/?a&amp;b\">Visit the website</a></p><script src=\"../a&amp;b.js\"></script></div><y>"
            );
            assert!(out.contains(&links), "{out}");
        }
        let out = finished(
            "<generator>x</generator>",
            Writer::Rss,
            &Feed::default().stylesheet("a.css"),
            Layout::Compact,
        );
        assert_eq!(out, "<generator>x</generator>\n", "a style sheet of one's own needs no script");
    }

    /// Both spellings are valid; one project should have one.
    #[test]
    fn dates_of_atom_end_in_z() {
        let written = "<updated>2024-06-01T07:00:00+00:00</updated><published>2024-06-01T07:00:00.5+00:00</published>\
             <updated>2024-06-01T07:00:00+02:00</updated><title>+00:00</title>";
        let expected = "<updated>2024-06-01T07:00:00Z</updated><published>2024-06-01T07:00:00.5Z</published>\
             <updated>2024-06-01T07:00:00+02:00</updated><title>+00:00</title>\n";
        assert_eq!(finished(written, Writer::AtomSyndication, &feed(), Layout::Compact), expected);
    }

    /// [RFC 5005, section 4](https://www.rfc-editor.org/rfc/rfc5005#section-4) has `fh:archive` in the head of the feed.
    #[test]
    fn the_archive_mark_of_atom_follows_the_generator() {
        let written = "<generator>x</generator><entry><generator>y</generator></entry>";
        let expected = "<generator>x</generator><fh:archive/><entry><generator>y</generator></entry>\n";
        assert_eq!(finished(written, Writer::AtomSyndication, &archive(), Layout::Compact), expected);
        let indented = finished(written, Writer::AtomSyndication, &archive(), Layout::Indented);
        assert_eq!(indented, expected.replacen("<fh:archive/>", "\n  <fh:archive/>", 1));
        let other = finished(written, Writer::AtomSyndication, &feed(), Layout::Compact);
        assert_eq!(other, format!("{written}\n"));
    }

    /// [RFC 5005, section 4](https://www.rfc-editor.org/rfc/rfc5005#section-4) requires `fh:archive` to be empty.
    #[test]
    fn the_archive_mark_of_rss_is_empty() {
        let written = "<a/><fh:archive>\n  </fh:archive><b/>";
        assert_eq!(finished(written, Writer::Rss, &archive(), Layout::Indented), "<a/><fh:archive/><b/>\n");
    }

    #[test]
    fn an_empty_extension_is_one_tag() {
        for (written, expected) in [
            ("<a:b c=\"d\">\n  </a:b>", "<a:b c=\"d\"/>"),
            ("<a:b></a:b><a:b>x</a:b>", "<a:b/><a:b>x</a:b>"),
            ("<a:b><a:b>\n</a:b>\n</a:b>", "<a:b><a:b/>\n</a:b>"),
            ("<a:b c=\"d\"/>\n</a:b>", "<a:b c=\"d\"/>\n</a:b>"),
            ("<title></title>", "<title></title>"),
            ("<a:b></a:c>", "<a:b></a:c>"),
        ] {
            for writer in [Writer::Rss, Writer::AtomSyndication] {
                let out = finished(written, writer, &feed(), Layout::Indented);
                assert_eq!(out, format!("{expected}\n"));
            }
        }
    }

    /// Readers get the same text, because both references are the same character.
    #[test]
    fn plain_text_has_numbers_for_what_looks_like_html() {
        let cases = [
            ("<title>a &lt;b&gt; &amp;amp; c</title>", "<title>a &#x3C;b&gt; &#x26;amp; c</title>"),
            ("<title>One &quot;two&quot;</title>", "<title>One &quot;two&quot;</title>"),
            ("<dc:creator>A &amp; B &lt; C</dc:creator>", "<dc:creator>A &amp; B &lt; C</dc:creator>"),
            ("<dc:creator>A&amp;B &amp;#38;</dc:creator>", "<dc:creator>A&#x26;B &#x26;#38;</dc:creator>"),
            (
                "<a><summary type=\"&amp;\">&lt;/b</summary></a>",
                "<a><summary type=\"&amp;\">&#x3C;/b</summary></a>",
            ),
            ("<link>https://a.example/?b&amp;c</link>", "<link>https://a.example/?b&amp;c</link>"),
            ("<content>&lt;p&gt;</content>", "<content>&lt;p&gt;</content>"),
            ("<description><![CDATA[&lt;]]></description>", "<description><![CDATA[&lt;]]></description>"),
        ];
        for (written, expected) in cases {
            for writer in [Writer::Rss, Writer::AtomSyndication] {
                assert_eq!(finished(written, writer, &feed(), Layout::Compact), format!("{expected}\n"));
            }
        }
    }

    /// An attribute in the HTML of an article may hold any tag.
    #[test]
    fn cdata_sections_stay_as_they_are() {
        let written = "<d><![CDATA[<p title=\"+00:00</updated><fh:archive></fh:archive>\">]]></d>";
        for writer in [Writer::Rss, Writer::AtomSyndication] {
            assert_eq!(finished(written, writer, &archive(), Layout::Compact), format!("{written}\n"));
        }
    }

    #[test]
    fn a_document_that_ends_early_is_copied() {
        for written in ["", "<", "<?xml ", "<![CDATA[", "a<b"] {
            let out = finished(written, Writer::Rss, &archive(), Layout::Compact);
            assert_eq!(out, format!("{written}\n"));
        }
    }
}
