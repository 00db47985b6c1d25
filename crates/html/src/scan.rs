//! The first pass, over bytes: takes out what a parser need not see and bounds what it must.
//!
//! Comments, declarations, scripts and other raw text go here, and so do oversized tags. What is left is plain tags
//! and text, so nothing behind this file can be led into another tokenizer state than the one assumed here.

/// What one body may cost. Real articles stay far below each of these.
pub(super) const MAX_BYTES: usize = 4 << 20;
const MAX_ATTRIBUTES: usize = 64;
const MAX_VALUE: usize = 16 << 10;

/// What [`scan`] did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Scanned {
    /// The markup that is left.
    pub html: String,
    /// Tags that lost attributes for their number or size.
    pub trimmed_tags: usize,
    /// Whether the end was cut off.
    pub cut: bool,
}

/// Elements whose content is not markup, and which show nothing worth keeping.
pub(super) const RAW: [&str; 8] =
    ["script", "style", "textarea", "title", "noembed", "noframes", "iframe", "xmp"];

/// Takes out what is no content; linear in the length of `raw`.
pub(super) fn scan(raw: &str) -> Scanned {
    let mut out = Scanned { html: String::with_capacity(raw.len().min(MAX_BYTES)), ..Scanned::default() };
    let mut rest = raw;
    while let Some(at) = rest.find('<') {
        if !out.push(&rest[..at]) {
            return out;
        }
        rest = &rest[at..];
        let bytes = rest.as_bytes();
        match bytes.get(1) {
            Some(b'!') => rest = after_declaration(rest),
            Some(b'?') => rest = after_instruction(rest),
            Some(c) if c.is_ascii_alphabetic() => {
                let tag = Tag::read(rest, 1);
                let Some(end) = tag.end else { break };
                let name = tag.name.to_ascii_lowercase();
                if name != "plaintext" && !out.push_tag(rest, &tag) {
                    return out;
                }
                rest = &rest[end..];
                if RAW.contains(&name.as_str()) {
                    rest = out.push_raw(&name, rest);
                }
            }
            Some(b'/') if bytes.get(2).is_some_and(u8::is_ascii_alphabetic) => {
                let tag = Tag::read(rest, 2);
                let Some(end) = tag.end else { break };
                if !out.push(&format!("</{}>", tag.name)) {
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
    // A tag that the end of the input cuts in two is no tag; without one, this is the text after the last tag.
    if !rest.starts_with('<') {
        out.push(rest);
    }
    out
}

impl Scanned {
    /// Appends; `false` where the limit is reached.
    fn push(&mut self, text: &str) -> bool {
        let room = MAX_BYTES.saturating_sub(self.html.len());
        if text.len() <= room {
            self.html.push_str(text);
            return true;
        }
        self.html.push_str(&text[..floor(text, room)]);
        self.cut = true;
        false
    }

    fn push_tag(&mut self, rest: &str, tag: &Tag<'_>) -> bool {
        let name = tag.name.to_ascii_lowercase();
        match name.as_str() {
            "xmp" => return self.push("<pre>"),
            // The content goes with its tags, except for the address of a frame.
            _ if RAW.contains(&name.as_str()) && name != "iframe" => return true,
            _ => {}
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

    /// Appends a tag wholly or not at all: half a tag is none.
    fn push_whole(&mut self, tag: &str) -> bool {
        self.cut |= self.html.len() + tag.len() > MAX_BYTES;
        if !self.cut {
            self.html.push_str(tag);
        }
        !self.cut
    }

    /// Passes over the content of a raw text element and its end tag; gives what follows.
    fn push_raw<'a>(&mut self, name: &str, rest: &'a str) -> &'a str {
        let (content, after) = match find_end_tag(rest, name) {
            Some((start, end)) => (&rest[..start], &rest[end..]),
            None => (rest, ""),
        };
        match name {
            "iframe" => {
                self.push("</iframe>");
            }
            "xmp" => {
                self.push(&content.replace('&', "&amp;").replace('<', "&lt;"));
                self.push("</pre>");
            }
            _ => {}
        }
        after
    }
}

/// Where an end tag begins and ends.
pub(super) fn find_end_tag(text: &str, name: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(at) = text[from..].find("</").map(|at| from + at) {
        let after = at + 2 + name.len();
        let is_it =
            text.as_bytes().get(at + 2..after).is_some_and(|n| n.eq_ignore_ascii_case(name.as_bytes()))
                && text.as_bytes().get(after).is_none_or(|b| b" \t\n\r\x0C/>".contains(b));
        if is_it {
            let end = text[after..].find('>').map_or(text.len(), |end| after + end + 1);
            return Some((at, end));
        }
        from = at + 2;
    }
    None
}

/// What follows a comment, a doctype or a CDATA section. The text of a CDATA section stays: a page that holds one was
/// written for an XML reader, which shows it.
pub(super) fn after_declaration(rest: &str) -> &str {
    if let Some(comment) = rest.strip_prefix("<!--") {
        if let Some(short) = comment.strip_prefix('>').or_else(|| comment.strip_prefix("->")) {
            return short;
        }
        let end = comment.find("-->").map(|at| at + 3);
        let bang = comment[..end.unwrap_or(comment.len())].find("--!>").map(|at| at + 4);
        return bang.or(end).map_or("", |end| &comment[end..]);
    }
    if let Some(text) = rest.strip_prefix("<![CDATA[") {
        return text;
    }
    let Some(first) = rest.find('>') else { return "" };
    // An internal subset holds `>` of its own.
    let subset = rest[..first].contains('[').then(|| near(rest).find("]>")).flatten();
    &rest[subset.map_or(first + 1, |at| at + 2)..]
}

/// As much as an unclosed construct may cost to look through.
fn near(rest: &str) -> &str {
    &rest[..floor(rest, 8 << 10)]
}

/// The last character boundary up to `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// What follows `<?…>`: PHP ends at `?>`, anything else where HTML says, at `>`.
fn after_instruction(rest: &str) -> &str {
    let php =
        rest.as_bytes().get(..5).is_some_and(|p| p.eq_ignore_ascii_case(b"<?php")) || rest.starts_with("<?=");
    let end = if php { near(rest).find("?>").map(|at| at + 2) } else { None };
    end.or_else(|| rest.find('>').map(|at| at + 1)).map_or("", |end| &rest[end..])
}

/// A tag as the tokenizer will see it.
pub(super) struct Tag<'a> {
    pub(super) name: &'a str,
    /// Just past its `>`; none where the input ends before.
    pub(super) end: Option<usize>,
    /// The first attributes within the limits, as written.
    pub(super) kept: Vec<&'a str>,
    oversized: bool,
}

impl<'a> Tag<'a> {
    /// Reads `<name …>` or `</name …>`, by the rules of the HTML tokenizer for attributes.
    pub(super) fn read(text: &'a str, name_at: usize) -> Self {
        let bytes = text.as_bytes();
        let is_space = |b: u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b'\x0C');
        let run = |mut at: usize, stop: &dyn Fn(u8) -> bool| {
            while bytes.get(at).is_some_and(|b| !stop(*b)) {
                at += 1;
            }
            at
        };
        let mut at = run(name_at, &|b| is_space(b) || b == b'/' || b == b'>');
        let mut tag = Self { name: &text[name_at..at], end: None, kept: Vec::new(), oversized: false };
        let mut count = 0;
        tag.oversized = tag.name.len() > 128;
        loop {
            at = run(at, &|b| !is_space(b) && b != b'/');
            match bytes.get(at) {
                None => return tag,
                Some(b'>') => {
                    tag.end = Some(at + 1);
                    if tag.name.len() > 128 {
                        tag.name = "span";
                    }
                    return tag;
                }
                _ => {}
            }
            let start = at;
            // A name may begin with `=`.
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
            let fits = end - start <= MAX_VALUE && name_len <= 256 && count <= MAX_ATTRIBUTES;
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
    fn what_is_no_content_goes() {
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
            ("<xmp><b>&</xmp>b", "<pre>&lt;b>&amp;</pre>b"),
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
    fn the_end_of_an_endless_body_is_cut() {
        let scanned = scan(&"正文<b>".repeat(1 << 20));
        assert!(scanned.cut && scanned.html.len() <= MAX_BYTES && scanned.html.len() > MAX_BYTES - 8);
    }
}
