//! The first pass, over bytes: removes everything that a parser need not see, and limits the rest.
//!
//! Removes comments, declarations, scripts and other raw text, and trims oversized tags. Only plain tags and text remain,
//! so the parser cannot enter a tokenizer state that this file did not foresee.

use feedmill_types::work;

use super::escape::{decode_entities_once, escape_text, visible};
use super::foreign::{SVG_STYLE, SVG_TITLE, TEX_SOURCE};
use super::services;

/// Limits of one body, in bytes and in attributes per tag. Real articles stay far below.
pub(super) const MAX_BYTES: usize = 4 << 20;
const MAX_ATTRIBUTES: usize = 64;
const MAX_VALUE: usize = 16 << 10;
const MAX_TAG_NAME: usize = 128;
const MAX_ATTRIBUTE_NAME: usize = 256;
/// Number of bytes in which the end of an unusual construct (internal subset, PHP) must be.
const MAX_LOOK_AHEAD: usize = 8 << 10;

/// The result of [`scan`].
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Scanned {
    /// The remaining markup.
    pub html: String,
    /// Number of tags from which attributes were removed because they were too many or too long.
    pub trimmed_tags: usize,
    /// True if the end was cut off.
    pub cut: bool,
    /// Number of visible characters in text fields, which are removed with their content.
    pub in_fields: usize,
    /// Number of visible characters in elements for browsers without frames or plug-ins.
    pub in_fallbacks: usize,
}

/// Elements whose content is not markup and not worth publishing.
pub(super) const RAW: [&str; 8] =
    ["script", "style", "textarea", "title", "noembed", "noframes", "iframe", "xmp"];

/// Removes everything that is not content. Takes time linear in the length of `raw`.
pub(super) fn scan(raw: &str) -> Scanned {
    work::step(raw.len());
    let mut ends = Ends::new(raw);
    let mut out = Scanned { html: String::with_capacity(raw.len().min(MAX_BYTES)), ..Scanned::default() };
    let mut rest = raw;
    // Number of open drawings. In them, `title` and `style` are not those of the page.
    let mut drawings = 0_usize;
    while let Some(at) = rest.find('<') {
        if !out.push(&rest[..at]) {
            return out;
        }
        rest = &rest[at..];
        let bytes = rest.as_bytes();
        match bytes.get(1) {
            Some(b'!') => rest = ends.after_declaration(rest),
            Some(b'?') => rest = ends.after_instruction(rest),
            Some(c) if c.is_ascii_alphabetic() => {
                let tag = Tag::parse(rest, 1);
                let Some(end) = tag.end else { break };
                let raw = RAW.into_iter().find(|name| name.eq_ignore_ascii_case(tag.name));
                if !tag.name.eq_ignore_ascii_case("plaintext") && !out.push_tag(rest, &tag, raw) {
                    return out;
                }
                let is_drawing = tag.name.eq_ignore_ascii_case("svg") && !rest[..end].ends_with("/>");
                drawings += usize::from(is_drawing);
                rest = &rest[end..];
                if let Some(name) = raw {
                    rest = out.push_raw(name, &tag.kept, drawings > 0, rest);
                }
            }
            Some(b'/') if bytes.get(2).is_some_and(u8::is_ascii_alphabetic) => {
                let tag = Tag::parse(rest, 2);
                let Some(end) = tag.end else { break };
                drawings -= usize::from(drawings > 0 && tag.name.eq_ignore_ascii_case("svg"));
                if !["</", tag.name, ">"].into_iter().all(|part| out.push(part)) {
                    return out;
                }
                rest = &rest[end..];
            }
            Some(b'/') => rest = rest.find('>').map_or("", |end| &rest[end + 1..]),
            _ => {
                if !out.push("&lt;") {
                    return out;
                }
                rest = &rest[1..];
            }
        }
        if rest.is_empty() {
            return out;
        }
    }
    // Drop a tag that the end of the input cuts in two. Anything else is the text after the last tag.
    if !rest.starts_with('<') {
        out.push(rest);
    }
    out
}

impl Scanned {
    /// Appends text. Returns `false` once the limit is reached.
    fn push(&mut self, text: &str) -> bool {
        let room = MAX_BYTES.saturating_sub(self.html.len());
        if text.len() <= room {
            self.html.push_str(text);
            return true;
        }
        self.html.push_str(&text[..text.floor_char_boundary(room)]);
        self.cut = true;
        false
    }

    /// Appends a start tag. `raw` is its name if it is one of [`RAW`].
    fn push_tag(&mut self, rest: &str, tag: &Tag<'_>, raw: Option<&str>) -> bool {
        match raw {
            Some("xmp") => return self.push("<pre>"),
            // A frame is kept for its URL.
            None | Some("iframe") => {}
            // Removed together with its content.
            Some(_) => return true,
        }
        let end = tag.end.unwrap_or(rest.len());
        if !tag.oversized {
            return self.push_whole(&rest[..end]);
        }
        self.trimmed_tags += 1;
        let mut text = format!("<{}", tag.name);
        for attribute in &tag.kept {
            text.push(' ');
            text.push_str(attribute);
        }
        // Unquoted values may end in a slash.
        text.push_str(" >");
        self.push_whole(&text)
    }

    /// Appends a tag, completely or not at all.
    fn push_whole(&mut self, tag: &str) -> bool {
        self.cut |= self.html.len() + tag.len() > MAX_BYTES;
        if !self.cut {
            self.html.push_str(tag);
        }
        !self.cut
    }

    /// Skips the content of a raw text element and its end tag, and keeps what a reader would see of it: a formula in TeX,
    /// the title of a drawing, a frame that a script of a known service would create. Returns the rest.
    fn push_raw<'a>(&mut self, name: &str, attributes: &[&str], in_drawing: bool, rest: &'a str) -> &'a str {
        let (content, after) = match find_end_tag(rest, name) {
            Some((start, end)) => (&rest[..start], &rest[end..]),
            None => (rest, ""),
        };
        match name {
            "iframe" => {
                self.push("</iframe>");
            }
            "xmp" => {
                self.push(&escape_text(content));
                self.push("</pre>");
            }
            "textarea" => self.in_fields += visible(&decode_entities_once(content)),
            "noembed" | "noframes" => self.in_fallbacks += visible(&decode_entities_once(content)),
            "script" => self.push_script(attributes, content),
            "title" if in_drawing => self.push_element(SVG_TITLE, content),
            "style" if in_drawing => self.push_element(SVG_STYLE, ""),
            _ => {}
        }
        after
    }

    /// Appends an element around text.
    fn push_element(&mut self, name: &str, text: &str) {
        self.push_whole(&format!("<{name}>{}</{name}>", escape_text(text)));
    }

    fn push_script(&mut self, attributes: &[&str], content: &str) {
        let value = |name: &str| attributes.iter().find_map(|attribute| attribute_value(attribute, name));
        if value("type").is_some_and(|kind| kind.to_ascii_lowercase().starts_with("math/tex")) {
            return self.push_element(TEX_SOURCE, &decode_entities_once(content));
        }
        let frame = attributes.iter().any(|attribute| {
            let source = attribute_value(attribute, "src")
                .or_else(|| attribute_value(attribute, "data-configuration"));
            source.is_some_and(services::is_embedding_script)
        });
        if frame {
            self.push_whole(&format!("<iframe {}></iframe>", attributes.join(" ")));
        }
    }
}

/// Returns the value of an attribute as written, if it has this name.
fn attribute_value<'a>(attribute: &'a str, name: &str) -> Option<&'a str> {
    let (key, value) = attribute.split_once('=')?;
    let value = key.trim().eq_ignore_ascii_case(name).then_some(value.trim())?;
    Some(value.trim_matches(['"', '\'']))
}

/// Finds an end tag. Returns the positions of its start and its end.
pub(super) fn find_end_tag(text: &str, name: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(at) = text[from..].find("</").map(|at| from + at) {
        work::step(at - from);
        let after = at + 2 + name.len();
        let matches =
            text.as_bytes().get(at + 2..after).is_some_and(|n| n.eq_ignore_ascii_case(name.as_bytes()))
                && text.as_bytes().get(after).is_none_or(|b| b" \t\n\r\x0C/>".contains(b));
        if matches {
            let end = text[after..].find('>').map_or(text.len(), |end| after + end + 1);
            return Some((at, end));
        }
        from = at + 2;
    }
    None
}

/// Finds the ends of declarations and processing instructions.
pub(super) struct Ends<'a> {
    comment: Next<'a>,
    subset: Next<'a>,
    php: Next<'a>,
}

impl<'a> Ends<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let next = |needle| Next { text, needle, at: None };
        Self { comment: next("-->"), subset: next("]>"), php: next("?>") }
    }

    /// Returns the text after a comment, a doctype, or the start of a CDATA section. The text of a CDATA section is kept,
    /// because a page with one was written for XML parsers, which show it.
    pub(super) fn after_declaration(&mut self, rest: &'a str) -> &'a str {
        if let Some(comment) = rest.strip_prefix("<!--") {
            if let Some(short) = comment.strip_prefix('>').or_else(|| comment.strip_prefix("->")) {
                return short;
            }
            let end = self.comment.find(comment);
            let bang = comment[..end.unwrap_or(comment.len())].find("--!>").map(|at| at + 4);
            return bang.or(end).map_or("", |end| &comment[end..]);
        }
        if let Some(text) = rest.strip_prefix("<![CDATA[") {
            return text;
        }
        let Some(first) = rest.find('>') else { return "" };
        // An internal subset contains `>`.
        let subset = rest[..first].contains('[').then(|| self.subset.near(rest)).flatten();
        &rest[subset.unwrap_or(first + 1)..]
    }

    /// Returns the text after `<?…>`. PHP ends at `?>`, anything else at `>`, as HTML requires.
    fn after_instruction(&mut self, rest: &'a str) -> &'a str {
        let is_php = rest.as_bytes().get(..5).is_some_and(|p| p.eq_ignore_ascii_case(b"<?php"))
            || rest.starts_with("<?=");
        let end = if is_php { self.php.near(rest) } else { None };
        end.or_else(|| rest.find('>').map(|at| at + 1)).map_or("", |end| &rest[end..])
    }
}

/// Searches a text for a string from ever later positions. Remembers the last find, so that all searches together read
/// the text once.
struct Next<'a> {
    text: &'a str,
    needle: &'static str,
    /// Position of the last find, the length of the text if there was none.
    at: Option<usize>,
}

impl Next<'_> {
    /// Returns the end of the needle in `rest`, a tail of the text, if it is within [`MAX_LOOK_AHEAD`].
    fn near(&mut self, rest: &str) -> Option<usize> {
        self.find(rest).filter(|end| *end <= MAX_LOOK_AHEAD)
    }

    /// Returns the end of the needle in `rest`, a tail of the text.
    fn find(&mut self, rest: &str) -> Option<usize> {
        let start = self.text.len() - rest.len();
        let at = self.at.filter(|at| *at >= start).unwrap_or_else(|| {
            let at = rest.find(self.needle).map_or(self.text.len(), |at| start + at);
            work::step(at - start);
            at
        });
        self.at = Some(at);
        (at < self.text.len()).then(|| at + self.needle.len() - start)
    }
}

/// A tag as the tokenizer will see it.
pub(super) struct Tag<'a> {
    pub(super) name: &'a str,
    /// Position after its `>`; `None` if the input ends before.
    pub(super) end: Option<usize>,
    /// The first attributes within the limits, as written.
    pub(super) kept: Vec<&'a str>,
    /// True if it ends in `/>`, and the slash is not part of a value.
    pub(super) is_self_closing: bool,
    oversized: bool,
}

impl<'a> Tag<'a> {
    /// Parses `<name …>` or `</name …>`, by the rules of the HTML tokenizer for attributes.
    pub(super) fn parse(text: &'a str, name_at: usize) -> Self {
        let bytes = text.as_bytes();
        let is_space = |b: u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b'\x0C');
        let run = |mut at: usize, stop: &dyn Fn(u8) -> bool| {
            while bytes.get(at).is_some_and(|b| !stop(*b)) {
                at += 1;
            }
            at
        };
        let mut at = run(name_at, &|b| is_space(b) || b == b'/' || b == b'>');
        let name = &text[name_at..at];
        let mut tag = Self { name, end: None, kept: Vec::new(), is_self_closing: false, oversized: false };
        let mut count = 0;
        tag.oversized = tag.name.len() > MAX_TAG_NAME;
        loop {
            let before = at;
            at = run(at, &|b| !is_space(b) && b != b'/');
            match bytes.get(at) {
                None => return tag,
                Some(b'>') => {
                    tag.is_self_closing = at > before && bytes[at - 1] == b'/';
                    work::step(at);
                    tag.end = Some(at + 1);
                    if tag.name.len() > MAX_TAG_NAME {
                        tag.name = "span";
                    }
                    return tag;
                }
                _ => {}
            }
            let start = at;
            // A name may start with `=`.
            at = run(at + 1, &|b| is_space(b) || b == b'/' || b == b'>' || b == b'=');
            let mut end = at;
            let name_len = at - start;
            let value = run(at, &|b| !is_space(b));
            if bytes.get(value) == Some(&b'=') {
                at = run(value + 1, &|b| !is_space(b));
                at = match bytes.get(at) {
                    Some(q @ (b'"' | b'\'')) => {
                        let close = run(at + 1, &|b| b == *q);
                        if close >= bytes.len() {
                            return tag;
                        }
                        close + 1
                    }
                    _ => run(at, &|b| is_space(b) || b == b'>'),
                };
                end = at;
            }
            count += 1;
            let fits = end - start <= MAX_VALUE && name_len <= MAX_ATTRIBUTE_NAME && count <= MAX_ATTRIBUTES;
            tag.oversized |= !fits;
            if fits {
                tag.kept.push(&text[start..end]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(raw: &str) -> String {
        scan(raw).html
    }

    #[test]
    fn only_content_remains() {
        for (raw, left) in [
            ("a<!-- <b> -->b", "ab"),
            ("a<!-->b", "ab"),
            ("a<!--->b", "ab"),
            ("a<!-- x --!>b", "ab"),
            ("a<!-- never closed <b>x</b>", "a"),
            ("a<script>x<b></script >b", "ab"),
            ("a<SCRIPT src=x>if (a</scripty) {}</Script>b", "ab"),
            ("a<style>x", "a"),
            ("a<textarea><p>x</textarea><title>t</title>b", "ab"),
            ("a<iframe src=x><a href=y></iframe>b", "a<iframe src=x></iframe>b"),
            ("<xmp><b>&</xmp>b", "<pre>&lt;b&gt;&amp;</pre>b"),
            ("a<plaintext>b<i>", "ab<i>"),
            ("a<?php f('>') ?>b<?xml version='1.0'?>c", "abc"),
            ("<!DOCTYPE x [<!ENTITY a \"x\">]>a<!doctype html>b", "ab"),
            ("<![CDATA[ a ]]> b", " a ]]> b"),
            ("a < b <3 </> </ x>c", "a &lt; b &lt;3  c"),
            ("a<a href=\"x", "a"),
            ("<p title='>'>a</p x=\"y\">", "<p title='>'>a</p>"),
            ("<a b='<script>'>c", "<a b='<script>'>c"),
        ] {
            assert_eq!(html(raw), left, "{raw}");
        }
    }

    #[test]
    fn oversized_tags_are_trimmed() {
        let many: String = (0..10_000).map(|i| format!(" a{i}=\"{i}\"")).collect();
        let scanned = scan(&format!("<p lang=en{many}>x"));
        assert_eq!(scanned.trimmed_tags, 1);
        assert!(scanned.html.starts_with("<p lang=en a0=\"0\"") && scanned.html.ends_with(" >x"));
        assert!(scanned.html.len() < 1000);
        let long = format!("<p title=\"{}\" dir=ltr>x", "y".repeat(1 << 20));
        assert_eq!(scan(&long).html, "<p dir=ltr >x");
        assert_eq!(html(&format!("<{}>x", "y".repeat(1 << 20))), "<span >x");
    }

    #[test]
    fn an_oversized_body_is_cut() {
        let scanned = scan(&"正文<b>".repeat(1 << 20));
        assert!(scanned.cut && scanned.html.len() <= MAX_BYTES && scanned.html.len() > MAX_BYTES - 8);
    }
}
