//! Parses an XML document into a located tree: every element, attribute and text has its offset.
//!
//! Entities are expanded only if they are short and without markup. Depth, attributes and the number of nodes are limited. If the document is not well-formed, the tree has everything before the error.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::declaration;
use super::entities::{Content, Entities};
use super::names::{begins_name, is_comment, is_name, is_qualified, resolve};
use super::parse_error::{Fault, ParseError};
use crate::message::shown;
use feedmill_types::work::step;

/// Maximum depth of nested elements.
const MAX_DEPTH: usize = 200;
/// Maximum number of attributes of an element.
const MAX_ATTRIBUTES: usize = 256;
/// Maximum number of elements and texts: in the tree they take more memory than in the file. A feed of 100,000
/// entries has more than half of it.
const MAX_NODES: usize = 4_000_000;

/// Namespace of the prefix `xml`.
pub(crate) const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// An attribute that is not a namespace declaration.
#[derive(Debug)]
pub(crate) struct Attribute<'a> {
    pub(crate) ns: Rc<str>,
    /// As written, with its prefix.
    pub(crate) name: &'a str,
    pub(crate) local: &'a str,
    pub(crate) value: Cow<'a, str>,
    /// False if an entity in its value was not expanded.
    pub(crate) is_complete: bool,
    /// Byte offset of its value.
    pub(crate) at: usize,
}

/// A namespace declaration.
#[derive(Debug)]
pub(crate) struct Declaration<'a> {
    /// Empty for the default namespace.
    pub(crate) prefix: &'a str,
    pub(crate) uri: Rc<str>,
    /// Byte offset of its value.
    pub(crate) at: usize,
}

/// An element.
#[derive(Debug)]
pub(crate) struct Element<'a> {
    pub(crate) ns: Rc<str>,
    /// As written, with its prefix.
    pub(crate) name: &'a str,
    pub(crate) local: &'a str,
    pub(crate) attributes: Vec<Attribute<'a>>,
    pub(crate) declared: Vec<Declaration<'a>>,
    pub(crate) nodes: Vec<Node<'a>>,
    /// Byte offset of its start tag.
    pub(crate) at: usize,
    /// Byte offset of its end tag; of the last byte of its tag if it has only one.
    pub(crate) end: usize,
    /// True if all that is directly in it was read: not if the document ends before its end tag, nor if an entity in it was not
    /// expanded.
    pub(crate) is_complete: bool,
    /// True if an entity in it was not expanded.
    has_unread: bool,
}

/// A part of the content of an element.
#[derive(Debug)]
pub(crate) enum Node<'a> {
    Element(Element<'a>),
    Text(Text<'a>),
}

/// A text: characters, references and CDATA sections up to the next tag.
#[derive(Debug)]
pub(crate) struct Text<'a> {
    pub(crate) value: Cow<'a, str>,
    /// The text as written.
    raw: &'a str,
    /// Byte offset at which it begins.
    at: usize,
    /// True if an entity was expanded in it. Then its bytes cannot be located.
    is_expanded: bool,
}

impl<'a> Text<'a> {
    /// Offset of the first character that is not white space; `None` if the text is blank.
    pub(crate) fn begin(&self) -> Option<usize> {
        let inner = self.value.find(|c: char| !c.is_whitespace())?;
        step(inner);
        Some(self.locate(inner))
    }

    /// Offset in the document of a byte of the value. For more than one byte use a [`Locator`].
    pub(crate) fn locate(&self, offset: usize) -> usize {
        self.locator().locate(offset)
    }

    pub(crate) fn locator(&self) -> Locator<'_, 'a> {
        Locator { text: self, segment: None, value: 0 }
    }
}

/// A part of a raw text: characters, a reference, a CDATA section or a comment.
#[derive(Clone, Copy, Debug)]
struct Segment {
    /// Offset of its characters in the raw text.
    at: usize,
    /// Number of bytes it adds to the value.
    length: usize,
    /// True if the bytes of the value are those of the raw text.
    is_literal: bool,
    /// Offset of the next segment.
    end: usize,
}

/// Reads the segment that begins at an offset of a raw text.
fn segment(raw: &str, from: usize) -> Segment {
    let rest = raw.get(from..).unwrap_or_default();
    let segment = if let Some(inner) = rest.strip_prefix("<![CDATA[") {
        let length = inner.find("]]>").unwrap_or(inner.len());
        let at = from + rest.len() - inner.len();
        Segment { at, length, is_literal: true, end: (at + length + "]]>".len()).min(raw.len()) }
    } else if rest.starts_with('<') {
        // A comment or an instruction.
        let close = if rest.starts_with("<!--") { "-->" } else { "?>" };
        let end = rest.find(close).map_or(raw.len(), |inner| from + inner + close.len());
        Segment { at: from, length: 0, is_literal: false, end }
    } else if let Some(reference) = rest.strip_prefix('&') {
        let length = reference.find(';').unwrap_or(reference.len());
        let bytes = resolve(&reference[..length]).map_or(0, char::len_utf8);
        Segment { at: from, length: bytes, is_literal: false, end: (from + length + 2).min(raw.len()) }
    } else {
        let length = rest.find(['<', '&']).unwrap_or(rest.len());
        Segment { at: from, length, is_literal: true, end: from + length }
    };
    step(segment.end - from);
    segment
}

/// Converts offsets in the value of a text to offsets in the document. Ascending offsets cost one pass over the text.
#[derive(Debug)]
pub(crate) struct Locator<'t, 'a> {
    text: &'t Text<'a>,
    /// The segment that was read last.
    segment: Option<Segment>,
    /// Offset in the value at which the segment begins.
    value: usize,
}

impl Locator<'_, '_> {
    /// Offset in the document of a byte of the value.
    pub(crate) fn locate(&mut self, offset: usize) -> usize {
        let raw = self.text.raw;
        if self.text.is_expanded {
            return self.text.at;
        }
        if offset < self.value {
            (self.segment, self.value) = (None, 0);
        }
        let mut last = self.segment.take().unwrap_or_else(|| segment(raw, 0));
        while offset >= self.value + last.length && last.end < raw.len() {
            self.value += last.length;
            last = segment(raw, last.end);
        }
        self.segment = Some(last);
        let inner = offset - self.value;
        let at = match last {
            Segment { length, end, .. } if inner >= length => end,
            Segment { at, is_literal: true, .. } => at + inner,
            Segment { at, .. } => at,
        };
        self.text.at + at
    }
}

/// Number of nodes that a loop has seen, charged as steps when it ends: charging each takes longer than most loops.
struct Steps(usize);

impl Steps {
    fn add(&mut self) {
        self.0 += 1;
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        step(self.0);
    }
}

impl<'a> Element<'a> {
    pub(crate) fn elements(&self) -> impl DoubleEndedIterator<Item = &Element<'a>> {
        let mut seen = Steps(0);
        self.nodes.iter().inspect(move |_| seen.add()).filter_map(|n| match n {
            Node::Element(e) => Some(e),
            Node::Text(_) => None,
        })
    }

    pub(crate) fn texts(&self) -> impl Iterator<Item = &Text<'a>> {
        let mut seen = Steps(0);
        self.nodes.iter().inspect(move |_| seen.add()).filter_map(|n| match n {
            Node::Text(t) => Some(t),
            Node::Element(_) => None,
        })
    }

    /// Returns the first child with a name.
    pub(crate) fn child(&self, ns: &str, local: &str) -> Option<&Element<'a>> {
        self.elements().find(|e| e.is(ns, local))
    }

    /// Returns the index among its nodes of the first child that a test finds.
    pub(crate) fn position(&self, is_it: impl Fn(&Element<'a>) -> bool) -> Option<usize> {
        step(self.nodes.len());
        self.nodes.iter().position(|node| matches!(node, Node::Element(child) if is_it(child)))
    }

    /// True if it has this name.
    pub(crate) fn is(&self, ns: &str, local: &str) -> bool {
        self.local == local && &*self.ns == ns
    }

    /// Returns an attribute without namespace.
    pub(crate) fn attribute(&self, name: &str) -> Option<&Attribute<'a>> {
        self.attribute_in("", name)
    }

    pub(crate) fn attribute_in(&self, ns: &str, name: &str) -> Option<&Attribute<'a>> {
        self.attributes.iter().find(|a| a.local == name && &*a.ns == ns)
    }

    /// Returns the value of an attribute without namespace.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.attribute(name).map(|a| &*a.value)
    }

    /// Returns its text, without that of its children.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        let mut texts = self.texts();
        let Some(first) = texts.next() else { return Cow::Borrowed("") };
        match texts.next() {
            None => Cow::Borrowed(&first.value),
            Some(second) => {
                let parts = [&*first.value, &*second.value].into_iter().chain(texts.map(|t| &*t.value));
                Cow::Owned(parts.inspect(|part| _ = step(part.len())).collect())
            }
        }
    }

    /// True if it certainly has neither text nor children.
    pub(crate) fn is_blank(&self) -> bool {
        self.is_complete && self.text().trim().is_empty() && self.elements().next().is_none()
    }

    /// Returns all text in it.
    pub(crate) fn deep_text(&self) -> String {
        let mut out = String::new();
        self.push_deep_text(&mut out);
        out
    }

    fn push_deep_text(&self, out: &mut String) {
        step(self.nodes.len());
        for node in &self.nodes {
            match node {
                Node::Text(text) => out.push_str(&text.value),
                Node::Element(child) => child.push_deep_text(out),
            }
        }
    }

    /// Offset of the first character of its text that is not white space; of its start tag if there is none.
    pub(crate) fn text_at(&self) -> usize {
        self.texts().find_map(Text::begin).unwrap_or(self.at)
    }
}

/// A document up to its end or to the first error.
#[derive(Debug, Default)]
pub(crate) struct Document<'a> {
    pub(crate) root: Option<Element<'a>>,
    pub(crate) error: Option<ParseError>,
    /// Offset and text of the DOCTYPE.
    pub(crate) doctype: Option<(usize, String)>,
    /// Version in the XML declaration.
    pub(crate) version: Option<String>,
    /// Offset and name of the first reference to an entity of the DOCTYPE.
    pub(crate) entity: Option<(usize, String)>,
}

/// Parses a document.
pub(crate) fn parse(text: &str) -> Document<'_> {
    // The tokenizer would skip it, and count offsets from there.
    if text.starts_with('\u{feff}') {
        let error = error(0, "second byte order mark");
        return Document { error: Some(error), ..Document::default() };
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut parser = Parser::new(text);
    // Searched once, because text comes in small parts between references.
    let forbidden = forbidden(text).unwrap_or(text.len());
    loop {
        let at = reader.buffer_position() as usize;
        let step = match reader.read_event() {
            Ok(Event::Eof) => break,
            Ok(event) => {
                let after = reader.buffer_position() as usize;
                if after > forbidden {
                    Err(parser.forbidden(forbidden))
                } else {
                    parser.event(event, at, after)
                }
            }
            Err(cause) => {
                let at = (reader.error_position() as usize).max(at);
                Err(parser.explain(&cause, at))
            }
        };
        if let Err(error) = step {
            parser.document.error.get_or_insert(error);
            break;
        }
    }
    parser.finish()
}

fn error(at: usize, message: impl Into<String>) -> ParseError {
    ParseError::new(Fault::Markup, at, message)
}

/// Returns an error about a `&` that begins no reference.
fn ampersand(at: usize) -> ParseError {
    ParseError::new(Fault::Ampersand, at, "`&` that begins no reference; write `&amp;`")
}

/// Returns an error about a reference that means nothing.
fn unresolved(name: &str, at: usize) -> ParseError {
    if let Some(number) = name.strip_prefix('#') {
        let digits = number.strip_prefix('x').unwrap_or(number);
        let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let what = if is_number { "reference to a character that XML forbids" } else { "invalid reference" };
        return ParseError::new(
            Fault::Character,
            at,
            format!("{what}: `&{}`; remove it", shown(&format!("{name};"))),
        );
    }
    if !is_name(name) {
        return ampersand(at);
    }
    let reference = format!("&{name};");
    let decoded = feedmill_html::decode_entities_once(&reference);
    let fix = if decoded == reference {
        format!("write `&amp;{}` if it is text", shown(&format!("{name};")))
    } else {
        let numbers: String = decoded.chars().map(|c| format!("&#{};", u32::from(c))).collect();
        format!("write `{numbers}`")
    };
    ParseError::new(Fault::Entity, at, format!("undefined entity `{}`; {fix}", shown(&reference)))
}

/// An attribute whose prefix is not resolved yet.
struct RawAttribute<'a> {
    name: &'a str,
    value: Cow<'a, str>,
    is_complete: bool,
    /// Byte offset of its value.
    at: usize,
}

struct Parser<'a> {
    text: &'a str,
    /// Namespaces of each prefix, the innermost last.
    prefixes: HashMap<&'a str, Vec<Rc<str>>>,
    /// Namespaces of the prefixes that were looked up since the last declaration: most tags have one of a few.
    recent: Vec<(&'a str, Rc<str>)>,
    /// Attributes of the tag that is read, with the names as written.
    attributes: Vec<RawAttribute<'a>>,
    open: Vec<Element<'a>>,
    /// Number of nodes in the tree.
    nodes: usize,
    /// The text since the last tag: its value, and the offsets of its begin and end.
    pending: Option<(Cow<'a, str>, usize, usize)>,
    /// Entities that the DOCTYPE may define, if there is one.
    entities: Option<Entities>,
    /// True if an entity was expanded in the text since the last tag.
    is_expanded: bool,
    none: Rc<str>,
    document: Document<'a>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            prefixes: HashMap::new(),
            recent: Vec::new(),
            attributes: Vec::new(),
            open: Vec::new(),
            nodes: 0,
            pending: None,
            entities: None,
            is_expanded: false,
            none: "".into(),
            document: Document::default(),
        }
    }

    fn event(&mut self, event: Event<'a>, at: usize, after: usize) -> Result<(), ParseError> {
        match event {
            Event::Start(tag) => {
                self.flush();
                self.start(&tag, at)?;
            }
            Event::Empty(tag) => {
                self.flush();
                self.start(&tag, at)?;
                self.end(after.saturating_sub(1));
            }
            Event::End(_) => {
                self.flush();
                self.end(at);
            }
            Event::Text(_) => {
                let raw = self.text.get(at..after).unwrap_or_default();
                let bracket = memchr::memchr(b']', raw.as_bytes());
                if let Some(inner) = bracket.and_then(|first| Some(first + raw[first..].find("]]>")?)) {
                    return Err(error(at + inner, "`]]>` in text"));
                }
                self.add(Cow::Borrowed(raw), at, after)?;
            }
            Event::CData(_) => {
                let inner = self.text.get(at + "<![CDATA[".len()..after - "]]>".len()).unwrap_or_default();
                if self.open.is_empty() {
                    return Err(error(at, "text outside the root element"));
                }
                self.add(Cow::Borrowed(inner), at, after)?;
            }
            Event::GeneralRef(_) => {
                if self.open.is_empty() {
                    return Err(error(at, "text outside the root element"));
                }
                let name = self.text.get(at + 1..after - 1).unwrap_or_default();
                match resolve(name) {
                    Some(c) => self.push(c.encode_utf8(&mut [0; 4]), at, after),
                    None => {
                        match (self.entity(name, at)?, self.open.last_mut()) {
                            (Content::Text(text), _) => self.push(&text, at, after),
                            (_, Some(parent)) => parent.has_unread = true,
                            (_, None) => {}
                        }
                        self.is_expanded = true;
                    }
                }
            }
            Event::DocType(doctype) => {
                if self.document.root.is_some() || !self.open.is_empty() {
                    return Err(error(at, "DOCTYPE after the start of the root element"));
                }
                if self.document.doctype.is_some() {
                    return Err(error(at, "second DOCTYPE; remove it"));
                }
                let entities = Entities::of(self.text.get(at..after).unwrap_or_default());
                if let Some(fault) = entities.fault() {
                    // It says nothing about the rest.
                    let message = format!("invalid DOCTYPE: {fault}");
                    self.document.error.get_or_insert(error(at, message));
                }
                self.entities = Some(entities);
                self.document.doctype = Some((at, doctype.to_string()));
            }
            Event::Decl(declaration) => {
                if at > 0 {
                    let before = self.text.get(..at).unwrap_or_default();
                    if self.document.root.is_some() || !self.open.is_empty() {
                        return Err(error(at, "XML declaration inside the document"));
                    }
                    let what = if before.trim().is_empty() {
                        "white space before the XML declaration; remove it".to_owned()
                    } else {
                        format!("`{}` before the XML declaration; remove it", shown(before.trim()))
                    };
                    // A blank line or a message before it is a common mistake, and says nothing about the rest.
                    self.document.error.get_or_insert(ParseError::new(Fault::Start, at, what));
                    return Ok(());
                }
                let inside = self.text.get("<?xml".len()..after - "?>".len()).unwrap_or_default();
                if let Some(fault) = declaration::fault(inside) {
                    // It says nothing about the rest either.
                    let message = format!("invalid XML declaration: {fault}");
                    self.document.error = Some(ParseError::new(Fault::Declaration, at, message));
                }
                self.document.version = declaration.version().ok().map(std::borrow::Cow::into_owned);
            }
            Event::PI(instruction) => {
                let target = instruction.target();
                if target.eq_ignore_ascii_case("xml") {
                    return Err(error(at, "XML declaration inside the document"));
                }
                if is_name(target) && target.contains(':') {
                    let message = format!("colon in the name of the instruction `{}`", shown(target));
                    self.document.error.get_or_insert(error(at, message));
                } else if !is_name(target) {
                    let is_declaration = instruction.trim_start().starts_with("xml");
                    let (fault, message) = if is_declaration {
                        (Fault::Declaration, "invalid XML declaration: white space between `<?` and `xml`")
                    } else {
                        (Fault::Markup, "`<?` without a name")
                    };
                    self.document.error.get_or_insert(ParseError::new(fault, at, message));
                }
            }
            Event::Comment(comment) => {
                if !is_comment(&comment) {
                    return Err(error(at, "`--` in a comment"));
                }
            }
            Event::Eof => {}
        }
        Ok(())
    }

    /// Returns the content of an entity of the DOCTYPE.
    fn entity(&mut self, name: &str, at: usize) -> Result<Content, ParseError> {
        match self.entities.as_mut().and_then(|entities| entities.content(name)) {
            None => Err(unresolved(name, at)),
            Some(Err(message)) => Err(ParseError::new(Fault::EntityText, at, message)),
            Some(Ok(content)) => {
                self.document.entity.get_or_insert_with(|| (at, name.to_owned()));
                Ok(content)
            }
        }
    }

    /// Returns an error about a character that XML forbids.
    fn forbidden(&self, at: usize) -> ParseError {
        let c = self.text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or_default();
        let message = format!("character U+{:04X}, which XML forbids; remove it", u32::from(c));
        ParseError::new(Fault::Character, at, message)
    }

    /// Returns what an error of the tokenizer means.
    fn explain(&self, cause: &quick_xml::Error, at: usize) -> ParseError {
        use quick_xml::errors::IllFormedError::{
            MismatchedEndTag, MissingEndTag, UnclosedReference, UnmatchedEndTag,
        };
        let fault = match cause {
            quick_xml::Error::IllFormed(UnclosedReference) => return ampersand(at),
            quick_xml::Error::IllFormed(MismatchedEndTag { .. } | MissingEndTag(_) | UnmatchedEndTag(_)) => {
                Fault::EndTag
            }
            _ => Fault::Markup,
        };
        let message = cause.to_string();
        let known = ["syntax error: ", "ill-formed document: "];
        let message = known.iter().find_map(|p| message.strip_prefix(p)).unwrap_or(&message);
        ParseError::new(fault, at, message)
    }

    fn add(&mut self, text: Cow<'a, str>, at: usize, after: usize) -> Result<(), ParseError> {
        if self.open.is_empty() {
            if text.chars().all(|c| c.is_ascii_whitespace() || c == '\u{feff}') {
                return Ok(());
            }
            let outside = error(at, "text outside the root element");
            // A message before the declaration is a common mistake. The declaration reports it.
            let is_before = self.document.root.is_none()
                && self.text.get(after..).is_some_and(|t| t.starts_with("<?xml"));
            return if is_before { Ok(()) } else { Err(outside) };
        }
        match &mut self.pending {
            None => self.pending = Some((text, at, after)),
            Some((value, _, end)) => {
                value.to_mut().push_str(&text);
                *end = after;
            }
        }
        Ok(())
    }

    fn push(&mut self, text: &str, at: usize, after: usize) {
        let (value, _, end) = self.pending.get_or_insert((Cow::Owned(String::new()), at, after));
        value.to_mut().push_str(text);
        *end = after;
    }

    /// Adds the text since the last tag to the open element.
    fn flush(&mut self) {
        if let (Some((value, at, end)), Some(parent)) = (self.pending.take(), self.open.last_mut()) {
            if parent.nodes.is_empty() {
                // Most elements with text have nothing else, but a line break comes before the first of several elements.
                parent.nodes.reserve_exact(if value.starts_with(['\n', '\r']) { 8 } else { 1 });
            }
            let raw = self.text.get(at..end).unwrap_or_default();
            let is_expanded = std::mem::take(&mut self.is_expanded);
            parent.nodes.push(Node::Text(Text { value, raw, at, is_expanded }));
        }
    }

    fn start(&mut self, tag: &BytesStart<'a>, at: usize) -> Result<(), ParseError> {
        // The bytes of the tag are part of the text, so names can be borrowed from it.
        let inner: &'a str = self.text.get(at + 1..at + 1 + tag.len()).unwrap_or_default();
        if self.document.root.is_some() {
            return Err(error(at, "second root element"));
        }
        if self.open.len() >= MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} levels of elements");
            return Err(ParseError::limit(at, message));
        }
        // The element, and the text before it.
        self.nodes += 2;
        if self.nodes > MAX_NODES {
            let message = format!("more than {MAX_NODES} elements and runs of text");
            return Err(ParseError::limit(at, message));
        }
        let offset = |rest: &str| at + 1 + inner.len() - rest.len();
        let ends_name = |byte: u8| byte.is_ascii_whitespace() || byte == b'/';
        let name_end = inner.bytes().position(ends_name).unwrap_or(inner.len());
        let name = &inner[..name_end];
        if !is_name(name) {
            return Err(less_than(name, at));
        }
        let mut raw = std::mem::take(&mut self.attributes);
        raw.clear();
        let mut rest = inner[name_end..].trim_start();
        let mut spaced = rest.len() < inner.len() - name_end;
        while !rest.is_empty() {
            if raw.len() >= MAX_ATTRIBUTES {
                let message = format!("more than {MAX_ATTRIBUTES} attributes");
                return Err(ParseError::limit(at, message));
            }
            let Some((key, after)) = split_once(rest, b'=') else {
                return Err(unclosed(name, rest, at)
                    .unwrap_or_else(|| error(offset(rest), "attribute without a value")));
            };
            let key = key.trim_end();
            if !is_name(key) || !spaced {
                let invalid = || error(offset(rest), format!("invalid attribute name `{}`", shown(key)));
                return Err(unclosed(name, key, at).unwrap_or_else(invalid));
            }
            let after = after.trim_start();
            let quote = after.bytes().next().filter(|q| matches!(q, b'"' | b'\''));
            let Some((value, behind)) = quote.and_then(|q| split_once(&after[1..], q)) else {
                return Err(error(offset(after), format!("value of `{key}` without quotes")));
            };
            if raw.iter().any(|other| other.name == key) {
                return Err(error(offset(rest), format!("duplicate attribute `{key}`")));
            }
            let value_at = offset(after) + 1;
            let (value, is_complete) = self.attribute_value(value, value_at)?;
            raw.push(RawAttribute { name: key, value, is_complete, at: value_at });
            rest = behind.trim_start();
            spaced = rest.len() < behind.len();
        }
        let mut declared = Vec::new();
        for RawAttribute { name, value, at, .. } in raw.iter().filter(|a| a.name.starts_with("xmlns")) {
            let prefix = match name.strip_prefix("xmlns") {
                Some("") => "",
                Some(p) if p.starts_with(':') => &p[1..],
                _ => continue,
            };
            if value.is_empty() && !prefix.is_empty() {
                return Err(error(*at, format!("prefix `{prefix}` with an empty namespace")));
            }
            if let Some(message) = reserved(prefix, value) {
                return Err(error(*at, message));
            }
            let uri: Rc<str> = (&**value).into();
            self.prefixes.entry(prefix).or_default().push(uri.clone());
            self.recent.clear();
            declared.push(Declaration { prefix, uri, at: *at });
        }
        let (ns, local) = self.resolve_name(name, true).ok_or_else(|| undeclared(name, at))?;
        let mut attributes: Vec<Attribute<'a>> = Vec::with_capacity(raw.len() - declared.len());
        for RawAttribute { name, value, is_complete, at } in raw.drain(..) {
            if name == "xmlns" || name.starts_with("xmlns:") {
                continue;
            }
            let (ns, local) = self.resolve_name(name, false).ok_or_else(|| undeclared(name, at))?;
            if attributes.iter().any(|a| a.local == local && a.ns == ns) {
                return Err(error(at, format!("duplicate attribute `{local}`")));
            }
            attributes.push(Attribute { ns, name, local, value, is_complete, at });
        }
        self.attributes = raw;
        let nodes = Vec::new();
        self.open.push(Element {
            ns,
            name,
            local,
            attributes,
            declared,
            nodes,
            at,
            end: at,
            is_complete: false,
            has_unread: false,
        });
        Ok(())
    }

    /// Returns the value of an attribute with resolved references, and spaces for other white space; and whether all its
    /// entities were expanded.
    fn attribute_value(&mut self, raw: &'a str, at: usize) -> Result<(Cow<'a, str>, bool), ParseError> {
        // All bytes at once.
        let is_special = |byte: u8| (byte == b'<') | (byte == b'&') | (byte < b' ');
        if !raw.bytes().fold(false, |any, byte| any | is_special(byte)) {
            return Ok((Cow::Borrowed(raw), true));
        }
        if let Some(inner) = raw.find('<') {
            let message = "`<` in the value of an attribute; write `&lt;`";
            return Err(ParseError::new(Fault::LessThan, at + inner, message));
        }
        let spaced = |c: char| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c };
        let mut out = String::with_capacity(raw.len());
        let mut is_complete = true;
        let mut rest = raw;
        while let Some(start) = rest.find('&') {
            out.extend(rest[..start].chars().map(spaced));
            let here = at + raw.len() - rest.len() + start;
            let (name, after) = rest[start + 1..].split_once(';').ok_or_else(|| ampersand(here))?;
            match resolve(name) {
                Some(c) => out.push(c),
                None => match self.entity(name, here)? {
                    Content::Text(text) => out.extend(text.chars().map(spaced)),
                    Content::Markup => {
                        let message = format!("entity `&{name};` has markup, which an attribute cannot have");
                        return Err(ParseError::new(Fault::EntityText, here, message));
                    }
                    Content::Long | Content::Outside => {
                        out.push_str(&rest[start..rest.len() - after.len()]);
                        is_complete = false;
                    }
                },
            }
            rest = after;
        }
        out.extend(rest.chars().map(spaced));
        Ok((Cow::Owned(out), is_complete))
    }

    /// Returns the namespace and the local part of a name; `None` if its prefix is undeclared.
    fn resolve_name(&mut self, name: &'a str, is_element: bool) -> Option<(Rc<str>, &'a str)> {
        /// Maximum number of prefixes that are compared.
        const MAX_RECENT: usize = 8;
        let (prefix, local) = match split_once(name, b':') {
            Some((prefix, local)) if is_qualified(prefix, local) => (prefix, local),
            Some(_) => return None,
            None => ("", name),
        };
        if prefix == "xml" {
            return Some((XML.into(), local));
        }
        if prefix.is_empty() && !is_element {
            return Some((self.none.clone(), local));
        }
        // Byte by byte, because calling a function for a few takes longer.
        if let Some((_, ns)) = self.recent.iter().find(|(known, _)| known.bytes().eq(prefix.bytes())) {
            return Some((ns.clone(), local));
        }
        let bound = self.prefixes.get(prefix).and_then(|bound| bound.last()).cloned();
        let ns = bound.or_else(|| prefix.is_empty().then(|| self.none.clone()))?;
        if self.recent.len() < MAX_RECENT {
            self.recent.push((prefix, ns.clone()));
        }
        Some((ns, local))
    }

    /// Closes the open element.
    fn end(&mut self, at: usize) {
        if let Some(mut element) = self.open.pop() {
            if !element.declared.is_empty() {
                self.recent.clear();
            }
            for declaration in &element.declared {
                self.prefixes.get_mut(declaration.prefix).and_then(Vec::pop);
            }
            element.is_complete = !element.has_unread;
            element.end = at;
            self.attach(element);
        }
    }

    fn attach(&mut self, element: Element<'a>) {
        match self.open.last_mut() {
            Some(parent) => parent.nodes.push(Node::Element(element)),
            None => self.document.root = Some(element),
        }
    }

    fn finish(mut self) -> Document<'a> {
        self.flush();
        let end = self.text.len();
        if self.document.error.is_none() {
            if let Some(open) = self.open.last() {
                let message = format!("`{}` is never closed", open.name);
                self.document.error = Some(ParseError::new(Fault::EndTag, end, message));
            } else if self.document.root.is_none() {
                let is_blank = self.text.trim().is_empty();
                let message = if is_blank { "the document is empty" } else { "no root element" };
                self.document.error = Some(ParseError::new(Fault::Empty, end, message));
            }
        }
        while let Some(element) = self.open.pop() {
            self.attach(element);
        }
        self.document
    }
}

/// Returns an error about a `<` that begins no tag, but what is or would be its name.
fn less_than(name: &str, at: usize) -> ParseError {
    if name.starts_with(begins_name) {
        return error(at, format!("invalid element name `{}`", shown(name)));
    }
    ParseError::new(Fault::LessThan, at, "`<` that begins no tag; write `&lt;`")
}

/// Returns an error about a tag that is not closed before the next one begins, if that is so in a part of it.
fn unclosed(name: &str, part: &str, at: usize) -> Option<ParseError> {
    let message =
        || format!("`<{}` is not closed before the next `<`; write `&lt;` if it is text", shown(name));
    part.contains('<').then(|| ParseError::new(Fault::LessThan, at, message()))
}

/// Returns what is wrong with the declaration of a prefix that is reserved, or of a namespace that is
/// ([Namespaces in XML, 3](https://www.w3.org/TR/xml-names/#xmlReserved)).
fn reserved(prefix: &str, uri: &str) -> Option<String> {
    const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
    match (prefix, uri) {
        ("xml", XML) => None,
        ("xml" | "xmlns", _) => Some(format!("the prefix `{prefix}` is reserved; remove the declaration")),
        (_, XML | XMLNS) => Some(format!("the namespace `{uri}` is reserved; remove the declaration")),
        _ => None,
    }
}

/// Returns an error about a name whose prefix is not declared, or that is not a prefix and a name.
fn undeclared(name: &str, at: usize) -> ParseError {
    if name.split_once(':').is_some_and(|(prefix, local)| !is_qualified(prefix, local)) {
        return error(at, format!("invalid name `{}`", shown(name)));
    }
    let prefix = name.split(':').next().unwrap_or_default();
    let message = format!("undeclared prefix of `{}`", shown(name));
    ParseError::new(Fault::Prefix(prefix.to_owned()), at, message)
}

/// Offset of the first character that XML 1.0 forbids (<https://www.w3.org/TR/xml/#charsets>).
fn forbidden(text: &str) -> Option<usize> {
    // U+FFFE and U+FFFF are EF BF BE and EF BF BF in UTF-8. The first pass takes many bytes at once.
    let bytes = text.as_bytes();
    let suspect = |b: &u8| (*b < 32) & (*b != b'\t') & (*b != b'\n') & (*b != b'\r') | (*b == 0xef);
    if !bytes.chunks(128).any(|chunk| chunk.iter().fold(false, |any, b| any | suspect(b))) {
        return None;
    }
    bytes.iter().enumerate().position(|(at, b)| match b {
        0..=8 | 11 | 12 | 14..=31 => true,
        0xef => matches!(bytes.get(at + 1..at + 3), Some([0xbf, 0xbe | 0xbf])),
        _ => false,
    })
}

/// Splits a text at the first of these bytes, which is ASCII.
fn split_once(text: &str, at: u8) -> Option<(&str, &str)> {
    let found = memchr::memchr(at, text.as_bytes())?;
    Some((&text[..found], &text[found + 1..]))
}
