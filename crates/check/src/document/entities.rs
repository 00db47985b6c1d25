//! Entities of a DOCTYPE ([XML 1.0, 4.2](https://www.w3.org/TR/xml/#sec-entity-decl)).
//!
//! A short document can hold a very long text in entities of entities. So only short ones without markup are expanded; of
//! any other only its syntax is checked, once.

use std::collections::HashMap;

use feedmill_types::work::step;

use super::names::{is_name, is_space, resolve};

/// Maximum length of the text that a reference is expanded to, in bytes.
const MAX_LENGTH: usize = 256;
/// Maximum length of all expanded texts of a document, in bytes.
const MAX_TOTAL: usize = 1 << 20;
/// Maximum number of entities inside each other.
const MAX_DEPTH: usize = 100;

/// Entities that a DOCTYPE defines. It is read once, because there may be many references.
#[derive(Debug, Default)]
pub(super) struct Entities {
    /// True if an external file may define others.
    is_open: bool,
    named: HashMap<String, Entity>,
    /// Length of the texts that references were expanded to.
    expanded: usize,
}

#[derive(Debug)]
struct Entity {
    /// Text with resolved character references; `None` if it is in an external file.
    value: Option<String>,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    Unknown,
    /// It is being checked, so a reference to it is in itself.
    Open,
    Checked(Content),
    Invalid(String),
}

/// Content of an entity that is well-formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Short text without markup.
    Text(String),
    /// A long text without markup.
    Long,
    /// Text with markup.
    Markup,
    /// The entity is not in the document.
    Outside,
}

impl Entities {
    /// Reads the entities of a DOCTYPE. The first declaration of a name counts.
    pub(super) fn of(doctype: &str) -> Self {
        step(doctype.len());
        let (outside, mut rest) = doctype.split_once('[').unwrap_or((doctype, ""));
        let is_open = outside.contains("PUBLIC") || outside.contains("SYSTEM");
        let mut entities = Self { is_open, ..Self::default() };
        while let Some(at) = rest.find(['<', '%', ']']) {
            rest = &rest[at..];
            let end = |from: usize, mark: &str| {
                rest[from..].find(mark).map_or(rest.len(), |end| from + end + mark.len())
            };
            let after = if rest.starts_with("<!--") {
                end(4, "-->")
            } else if rest.starts_with("<?") {
                end(2, "?>")
            } else if let Some(declaration) =
                rest.strip_prefix("<!ENTITY").filter(|d| d.starts_with(is_space))
            {
                entities.declare(declaration);
                after_declaration(rest)
            } else if rest.starts_with("<!") {
                after_declaration(rest)
            } else {
                // A reference to a parameter entity may stand for any declaration.
                entities.is_open |= rest.starts_with('%');
                1
            };
            rest = &rest[after..];
        }
        entities
    }

    fn declare(&mut self, declaration: &str) {
        let declaration = declaration.trim_start_matches(is_space);
        // A parameter entity.
        if declaration.starts_with('%') {
            return;
        }
        let Some((name, rest)) = declaration.split_once(is_space) else { return };
        let rest = rest.trim_start_matches(is_space);
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        let value = quote.and_then(|quote| rest[1..].split(quote).next());
        let value = value.map(with_characters);
        self.named.entry(name.to_owned()).or_insert(Entity { value, state: State::Unknown });
    }

    /// Returns the content of an entity, or what is wrong with it; `None` if it is not defined.
    pub(super) fn content(&mut self, name: &str) -> Option<Result<Content, String>> {
        let content = self.check(name, 0);
        match &content {
            Some(Ok(Content::Text(text))) => {
                self.expanded += text.len();
                if self.expanded > MAX_TOTAL { Some(Ok(Content::Long)) } else { content }
            }
            _ => content,
        }
    }

    fn check(&mut self, name: &str, depth: usize) -> Option<Result<Content, String>> {
        let Some(entity) = self.named.get_mut(name) else {
            return self.is_open.then_some(Ok(Content::Outside));
        };
        let value = match (&entity.state, &mut entity.value) {
            (State::Checked(content), _) => return Some(Ok(content.clone())),
            (State::Invalid(message), _) => return Some(Err(message.clone())),
            (State::Open, _) => return Some(Err(format!("entity `&{name};` refers to itself"))),
            (State::Unknown, None) => return Some(Ok(Content::Outside)),
            (State::Unknown, Some(value)) => std::mem::take(value),
        };
        if depth > MAX_DEPTH {
            return Some(Err(format!("more than {MAX_DEPTH} entities inside each other")));
        }
        entity.state = State::Open;
        let checked = self.read(name, &value, depth);
        if let Some(entity) = self.named.get_mut(name) {
            entity.state = match &checked {
                Ok(content) => State::Checked(content.clone()),
                Err(message) => State::Invalid(message.clone()),
            };
        }
        Some(checked)
    }

    /// Checks the text of an entity: its references are defined, and each element in it ends in it.
    fn read(&mut self, name: &str, value: &str, depth: usize) -> Result<Content, String> {
        step(value.len());
        let mut open: Vec<&str> = Vec::new();
        let mut text = String::new();
        let (mut is_long, mut has_markup) = (false, false);
        let mut rest = value;
        while let Some(at) = rest.find(['<', '&']) {
            text.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some(reference) = rest.strip_prefix('&') {
                let found =
                    reference.split_once(';').filter(|(inner, _)| is_name(inner) || inner.starts_with('#'));
                let Some((inner, after)) = found else {
                    return Err(format!("entity `&{name};` has a `&` that begins no reference"));
                };
                match resolve(inner) {
                    Some(c) => text.push(c),
                    None if inner.starts_with('#') => {
                        return Err(format!("entity `&{name};` refers to an invalid character `&{inner};`"));
                    }
                    None => match self.check(inner, depth + 1) {
                        None => {
                            return Err(format!(
                                "entity `&{name};` refers to `&{inner};`, which is not defined"
                            ));
                        }
                        Some(content) => match content? {
                            Content::Text(inner) => text.push_str(&inner),
                            Content::Long | Content::Outside => is_long = true,
                            Content::Markup => has_markup = true,
                        },
                    },
                }
                rest = after;
            } else {
                has_markup = true;
                let after = |mark: &str| rest.find(mark).map(|end| end + mark.len());
                let end = if rest.starts_with("<!--") {
                    after("-->")
                } else if rest.starts_with("<![CDATA[") {
                    after("]]>")
                } else if rest.starts_with("<?") {
                    after("?>")
                } else {
                    let end = tag_end(rest);
                    let tag = &rest[1..end.map_or(rest.len(), |end| end - 1)];
                    let is_closing = tag.starts_with('/');
                    let tag_name =
                        tag.trim_start_matches('/').split(|c: char| is_space(c) || c == '/').next();
                    let tag_name = tag_name.filter(|name| is_name(name));
                    match tag_name {
                        None => None,
                        Some(own) if is_closing => open.pop().filter(|last| *last == own).and(end),
                        Some(own) => {
                            if !tag.ends_with('/') {
                                open.push(own);
                            }
                            end
                        }
                    }
                };
                let Some(end) = end else {
                    return Err(format!("entity `&{name};` has markup that is not well-formed"));
                };
                rest = &rest[end..];
            }
            if text.len() > MAX_LENGTH {
                is_long = true;
                text.clear();
            }
        }
        if let Some(last) = open.last() {
            return Err(format!("entity `&{name};` begins `{last}` and does not end it"));
        }
        text.push_str(rest);
        is_long |= text.len() > MAX_LENGTH;
        Ok(if has_markup {
            Content::Markup
        } else if is_long {
            Content::Long
        } else {
            Content::Text(text)
        })
    }
}

/// Returns the offset after a tag, whose attributes may have `>` in them.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'>') => return Some(at + 1),
            (None, _) => {}
        }
    }
    None
}

/// Returns the offset after a declaration.
fn after_declaration(text: &str) -> usize {
    tag_end(text).unwrap_or(text.len())
}

/// Resolves the character references in the value of an entity, as its declaration does.
fn with_characters(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find("&#") {
        out.push_str(&rest[..at]);
        let end = rest[at..].find(';').map_or(rest.len(), |end| at + end);
        match resolve(&rest[at + 1..end]) {
            Some(c) => {
                out.push(c);
                rest = rest.get(end + 1..).unwrap_or_default();
            }
            None => {
                out.push_str("&#");
                rest = &rest[at + 2..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(subset: &str, name: &str) -> Option<Result<Content, String>> {
        Entities::of(&format!("x [{subset}]")).content(name)
    }

    #[test]
    fn the_text_of_an_entity_is_well_formed() {
        let text = |text: &str| Some(Ok(Content::Text(text.to_owned())));
        assert_eq!(content("<!ENTITY a 'b'>", "a"), text("b"));
        assert_eq!(
            content("<!ENTITY\n a\t\"x &b; y\"><!-- <!ENTITY c 'no'> --><!ENTITY b '1 &lt; 2'>", "a"),
            text("x 1 < 2 y")
        );
        assert_eq!(content("<!ENTITY a '1'><!ENTITY a '2'>", "a"), text("1"));
        assert_eq!(content("<!ENTITY a '&#38;#60;'>", "a"), text("<"));
        assert_eq!(
            content("<!ENTITY a '<b c=\">\">x</b><d/><!-- & --><![CDATA[<]]>'>", "a"),
            Some(Ok(Content::Markup))
        );
        assert_eq!(content("<!ENTITY a SYSTEM 'a.txt'>", "a"), Some(Ok(Content::Outside)));
        assert_eq!(content("%other;", "a"), Some(Ok(Content::Outside)));
        assert_eq!(content("<!ENTITY % a 'b'><!-- <!ENTITY a ''> --><?a <!ENTITY a '' ?>", "a"), None);
        for bad in [
            "<!ENTITY a '&b;'><!ENTITY b '&a;'>",
            "<!ENTITY a '&a;'>",
            "<!ENTITY a '&zzz;'>",
            "<!ENTITY a '<b>'>",
            "<!ENTITY a '</b>'>",
            "<!ENTITY a '<b><c></b></c>'>",
            "<!ENTITY a '<b'>",
            "<!ENTITY a '1 &#60; 2'>",
            "<!ENTITY a '&#38; x'>",
            "<!ENTITY a 'AT&T'>",
            "<!ENTITY a '&#0;'>",
            "<!ENTITY a '&b;'><!ENTITY b '<c>'>",
        ] {
            assert!(matches!(content(bad, "a"), Some(Err(_))), "{bad}");
        }
    }

    #[test]
    fn expansion_is_limited() {
        let lol = |own: u32, inner: u32| format!("<!ENTITY e{own} '{}'>", format!("&e{inner};").repeat(10));
        let bomb: String = (1..40).map(|i| lol(i, i - 1)).collect();
        assert_eq!(content(&format!("<!ENTITY e0 'lol'>{bomb}"), "e39"), Some(Ok(Content::Long)));
        let chain: String = (1..100_000).map(|i| format!("<!ENTITY e{i} '&e{};'>", i - 1)).collect();
        assert!(matches!(content(&format!("<!ENTITY e0 ''>{chain}"), "e99999"), Some(Err(_))));
        let mut entities = Entities::of(&format!("x [<!ENTITY a '{}'>]", "x".repeat(256)));
        let texts =
            (0..10_000).filter(|_| matches!(entities.content("a"), Some(Ok(Content::Text(_))))).count();
        assert_eq!(texts, 4096);
    }
}
