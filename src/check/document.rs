//! A document as a located tree: every element and every run of text knows where it begins.
//!
//! Entities are never expanded, but for the five of XML and character references. Depth, attributes and size have
//! limits. A tree is there even where the document is not well-formed: as far as it could be read.

use std::borrow::Cow;
use std::rc::Rc;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// How deep elements may nest.
const DEPTH: usize = 200;
/// How many attributes an element may have.
const ATTRIBUTES: usize = 256;

/// The namespace that the prefix `xml` always has.
pub(crate) const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// An attribute; namespace declarations are none.
#[derive(Debug)]
pub(crate) struct Attribute<'a> {
    pub(crate) ns: Rc<str>,
    pub(crate) name: &'a str,
    pub(crate) local: &'a str,
    pub(crate) value: Cow<'a, str>,
}

/// An element.
#[derive(Debug)]
pub(crate) struct Element<'a> {
    pub(crate) ns: Rc<str>,
    pub(crate) name: &'a str,
    pub(crate) local: &'a str,
    pub(crate) attributes: Vec<Attribute<'a>>,
    /// Namespaces declared here: prefix, address.
    pub(crate) declared: Vec<(&'a str, Rc<str>)>,
    pub(crate) nodes: Vec<Node<'a>>,
    /// Byte offset of its start tag.
    pub(crate) at: usize,
    /// Byte offset of its end tag; of the end of its one tag where it is empty.
    pub(crate) end: usize,
    /// Whether its end tag was read.
    pub(crate) closed: bool,
}

/// What an element holds.
#[derive(Debug)]
pub(crate) enum Node<'a> {
    Element(Element<'a>),
    /// Text, and where it begins.
    Text(Cow<'a, str>, usize),
}

impl<'a> Element<'a> {
    pub(crate) fn elements(&self) -> impl Iterator<Item = &Element<'a>> {
        self.nodes.iter().filter_map(|n| match n {
            Node::Element(e) => Some(e),
            Node::Text(..) => None,
        })
    }

    /// An attribute without namespace.
    pub(crate) fn attr(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|a| a.ns.is_empty() && a.local == name).map(|a| &*a.value)
    }

    /// The text right in it.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        let mut texts = self.nodes.iter().filter_map(|n| match n {
            Node::Text(t, _) => Some(t),
            Node::Element(_) => None,
        });
        let Some(first) = texts.next() else { return Cow::Borrowed("") };
        match texts.next() {
            None => Cow::Borrowed(first),
            Some(second) => {
                Cow::Owned([&**first, &**second].into_iter().chain(texts.map(|t| &**t)).collect())
            }
        }
    }
}

/// Why a document is not well-formed, and where.
#[derive(Debug)]
pub(crate) struct Flaw {
    pub(crate) at: usize,
    pub(crate) message: String,
}

/// A document, as far as it could be read.
#[derive(Debug, Default)]
pub(crate) struct Document<'a> {
    pub(crate) root: Option<Element<'a>>,
    pub(crate) flaw: Option<Flaw>,
    /// The text between `<!DOCTYPE` and `>`, with its offset.
    pub(crate) doctype: Option<(usize, String)>,
    /// The version of the XML declaration.
    pub(crate) version: Option<String>,
}

/// Reads a document.
pub(crate) fn parse(text: &str) -> Document<'_> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut parser = Parser { text, scopes: Vec::new(), open: Vec::new(), document: Document::default() };
    loop {
        let at = reader.buffer_position() as usize;
        let step = match reader.read_event() {
            Ok(Event::Eof) => break,
            Ok(event) => {
                let after = reader.buffer_position() as usize;
                parser.event(event, at, after)
            }
            Err(error) => {
                let at = (reader.error_position() as usize).max(at);
                Err(Flaw { at, message: error.to_string() })
            }
        };
        if let Err(flaw) = step {
            parser.document.flaw = Some(flaw);
            break;
        }
    }
    parser.finish()
}

struct Parser<'a> {
    text: &'a str,
    /// Declared prefixes; the depth at which each was.
    scopes: Vec<(usize, &'a str, Rc<str>)>,
    open: Vec<Element<'a>>,
    document: Document<'a>,
}

impl<'a> Parser<'a> {
    fn event(&mut self, event: Event<'a>, at: usize, after: usize) -> Result<(), Flaw> {
        let flaw = |message: String| Flaw { at, message };
        match event {
            Event::Start(tag) => self.start(&tag, at)?,
            Event::Empty(tag) => {
                self.start(&tag, at)?;
                self.end(after.saturating_sub(1));
            }
            Event::End(_) => self.end(at),
            Event::Text(text) => {
                let raw: Cow<'a, str> = text.into_inner();
                if let Some(inner) = raw.find("]]>") {
                    return Err(Flaw { at: at + inner, message: "`]]>` stands in text".to_owned() });
                }
                self.add(raw, at)?;
            }
            Event::CData(data) => {
                let inner = data.into_inner();
                let text = inner.into_owned();
                if self.open.is_empty() {
                    return Err(flaw("text outside the root element".to_owned()));
                }
                self.add(Cow::Owned(text), at)?;
            }
            Event::GeneralRef(reference) => {
                if self.open.is_empty() {
                    return Err(flaw("text outside the root element".to_owned()));
                }
                let name = reference.to_string();
                match resolve(&name) {
                    Some(text) => self.add(Cow::Owned(text), at)?,
                    None if self.skips_entities(&name) => {}
                    None => return Err(flaw(format!("undefined entity `&{name};`"))),
                }
            }
            Event::DocType(doctype) => {
                if self.document.root.is_some() || !self.open.is_empty() {
                    return Err(flaw("a document type after the root element has begun".to_owned()));
                }
                self.document.doctype = Some((at, doctype.to_string()));
            }
            Event::Decl(declaration) => {
                if at > 0 && !self.text[..at].chars().all(|c| c == '\u{feff}') {
                    return Err(flaw("the XML declaration is not at the start".to_owned()));
                }
                self.document.version = declaration.version().ok().map(|v| v.into_owned());
            }
            Event::PI(instruction) => {
                if instruction.target().eq_ignore_ascii_case("xml") {
                    return Err(flaw("the XML declaration is not at the start".to_owned()));
                }
            }
            Event::Comment(comment) => {
                if comment.contains("--") {
                    return Err(flaw("`--` stands in a comment".to_owned()));
                }
            }
            Event::Eof => {}
        }
        Ok(())
    }

    /// An entity that a document type outside may define is skipped, as a parser does that reads none.
    fn skips_entities(&self, name: &str) -> bool {
        let Some((_, doctype)) = &self.document.doctype else { return false };
        let outside = doctype.split('[').next().unwrap_or_default();
        doctype.contains(&format!("<!ENTITY {name} "))
            || outside.contains("PUBLIC")
            || outside.contains("SYSTEM")
    }

    fn add(&mut self, text: Cow<'a, str>, at: usize) -> Result<(), Flaw> {
        if let Some(bad) = text.find(|c| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')) {
            return Err(Flaw { at: at + bad, message: "a character that XML forbids".to_owned() });
        }
        match self.open.last_mut() {
            Some(parent) => {
                parent.nodes.push(Node::Text(text, at));
                Ok(())
            }
            None if text.chars().all(|c| c.is_ascii_whitespace() || c == '\u{feff}') => Ok(()),
            None => Err(Flaw { at, message: "text outside the root element".to_owned() }),
        }
    }

    fn start(&mut self, tag: &BytesStart<'a>, at: usize) -> Result<(), Flaw> {
        let flaw = |message: String| Flaw { at, message };
        if self.document.root.is_some() {
            return Err(flaw("a second root element".to_owned()));
        }
        if self.open.len() >= DEPTH {
            return Err(flaw(format!("elements nest deeper than {DEPTH}")));
        }
        let depth = self.open.len() + 1;
        // The tag's bytes lie in the text: names can be borrowed from it.
        let length = tag.len();
        let inner: &'a str = self.text.get(at + 1..at + 1 + length).unwrap_or_default();
        let name_end = inner.find(|c: char| c.is_ascii_whitespace() || c == '/').unwrap_or(inner.len());
        let name = &inner[..name_end];
        if !is_name(name) {
            return Err(flaw(format!("`{name}` is no name of an element")));
        }
        let mut raw: Vec<(&'a str, Cow<'a, str>)> = Vec::new();
        let mut rest = inner[name_end..].trim_start();
        let mut spaced = rest.len() < inner.len() - name_end;
        while !rest.is_empty() {
            if raw.len() >= ATTRIBUTES {
                return Err(flaw(format!("more than {ATTRIBUTES} attributes")));
            }
            let (key, after) =
                rest.split_once('=').ok_or_else(|| flaw("an attribute without a value".to_owned()))?;
            let key = key.trim_end();
            if !is_name(key) || !spaced {
                return Err(flaw(format!("`{key}` is no name of an attribute")));
            }
            let after = after.trim_start();
            let quote = after.chars().next().filter(|q| matches!(q, '"' | '\''));
            let Some((value, after)) = quote.and_then(|q| after[1..].split_once(q)) else {
                return Err(flaw(format!("the value of `{key}` is not in quotes")));
            };
            if raw.iter().any(|(k, _)| *k == key) {
                return Err(flaw(format!("the attribute `{key}` is there twice")));
            }
            raw.push((key, self.value(value, at)?));
            rest = after.trim_start();
            spaced = rest.len() < after.len();
        }
        let mut declared = Vec::new();
        for (key, value) in &raw {
            let prefix = match key.strip_prefix("xmlns") {
                Some("") => "",
                Some(p) if p.starts_with(':') => &p[1..],
                _ => continue,
            };
            if value.is_empty() && !prefix.is_empty() {
                return Err(flaw(format!("the prefix `{prefix}` is bound to nothing")));
            }
            let uri: Rc<str> = (&**value).into();
            self.scopes.push((depth, prefix, uri.clone()));
            declared.push((prefix, uri));
        }
        let (ns, local) =
            self.resolve_name(name, true).ok_or_else(|| flaw(format!("unbound prefix in `{name}`")))?;
        let mut attributes: Vec<Attribute<'a>> = Vec::new();
        for (key, value) in raw {
            if key == "xmlns" || key.starts_with("xmlns:") {
                continue;
            }
            let (ns, local) =
                self.resolve_name(key, false).ok_or_else(|| flaw(format!("unbound prefix in `{key}`")))?;
            if attributes.iter().any(|a| a.local == local && a.ns == ns) {
                return Err(flaw(format!("the attribute `{local}` is there twice")));
            }
            attributes.push(Attribute { ns, name: key, local, value });
        }
        self.open.push(Element {
            ns,
            name,
            local,
            attributes,
            declared,
            nodes: Vec::new(),
            at,
            end: at,
            closed: false,
        });
        Ok(())
    }

    /// The value of an attribute, references resolved, white space made spaces.
    fn value(&self, raw: &'a str, at: usize) -> Result<Cow<'a, str>, Flaw> {
        let flaw = |message: String| Flaw { at, message };
        if raw.contains('<') {
            return Err(flaw("`<` stands in the value of an attribute".to_owned()));
        }
        if !raw.contains(['&', '\n', '\r', '\t']) {
            return Ok(Cow::Borrowed(raw));
        }
        let mut out = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(start) = rest.find('&') {
            out.extend(rest[..start].chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c }));
            let (name, after) = rest[start + 1..]
                .split_once(';')
                .ok_or_else(|| flaw("a `&` that begins no reference".to_owned()))?;
            match resolve(name) {
                Some(text) => out.push_str(&text),
                None if self.skips_entities(name) => {}
                None => return Err(flaw(format!("undefined entity `&{name};`"))),
            }
            rest = after;
        }
        out.extend(rest.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c }));
        Ok(Cow::Owned(out))
    }

    fn resolve_name(&self, name: &'a str, is_element: bool) -> Option<(Rc<str>, &'a str)> {
        let (prefix, local) = match name.split_once(':') {
            Some((prefix, local)) if !prefix.is_empty() && !local.is_empty() && !local.contains(':') => {
                (prefix, local)
            }
            Some(_) => return None,
            None => ("", name),
        };
        if prefix == "xml" {
            return Some((XML.into(), local));
        }
        if prefix.is_empty() && !is_element {
            return Some(("".into(), local));
        }
        let bound = self.scopes.iter().rev().find(|(_, p, _)| *p == prefix).map(|(_, _, uri)| uri.clone());
        bound.or_else(|| prefix.is_empty().then(|| "".into())).map(|ns| (ns, local))
    }

    fn end(&mut self, at: usize) {
        let depth = self.open.len();
        while self.scopes.last().is_some_and(|(d, _, _)| *d >= depth) {
            self.scopes.pop();
        }
        if let Some(mut element) = self.open.pop() {
            element.closed = true;
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
        let end = self.text.len();
        if self.document.flaw.is_none() {
            if let Some(open) = self.open.last() {
                let message = format!("`{}` is never closed", open.name);
                self.document.flaw = Some(Flaw { at: end, message });
            } else if self.document.root.is_none() {
                self.document.flaw = Some(Flaw { at: end, message: "there is no element in it".to_owned() });
            }
        }
        while let Some(element) = self.open.pop() {
            self.attach(element);
        }
        self.document
    }
}

/// What a reference stands for, where XML itself says it.
fn resolve(name: &str) -> Option<String> {
    let one = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            let forbidden = matches!(code, 0..=8 | 11 | 12 | 14..=31 | 0xfffe | 0xffff);
            char::from_u32(code).filter(|_| !forbidden)?
        }
    };
    Some(one.to_string())
}

fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | ':'))
        && chars.all(|c| {
            c.is_alphanumeric() || matches!(c, '_' | ':' | '-' | '.' | '\u{b7}' | '\u{300}'..='\u{36f}')
        })
}
