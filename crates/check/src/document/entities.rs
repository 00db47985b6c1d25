//! Entities of a DOCTYPE ([XML 1.0, 4.2](https://www.w3.org/TR/xml/#sec-entity-decl)).
//!
//! A short document can hold a very long text in entities of entities. So only short ones without markup are expanded; of
//! any other only its syntax is checked, once.

use std::collections::HashMap;

use feedmill_types::work::step;

use super::names::{is_comment, is_name, is_space, resolve};
use crate::message::shown;

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
    /// What is wrong with the syntax of the DOCTYPE.
    fault: Option<String>,
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
    /// Reads the entities of a DOCTYPE, which is given as written. The first declaration of a name counts.
    pub(super) fn of(doctype: &str) -> Self {
        step(doctype.len());
        let mut entities = Self::default();
        if let Err(fault) = entities.doctype(doctype) {
            // Others may be defined after the fault.
            entities.is_open = true;
            entities.fault = Some(fault);
        }
        entities
    }

    /// Returns what is wrong with the syntax of the DOCTYPE.
    pub(super) fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    fn doctype(&mut self, text: &str) -> Result<(), String> {
        let mut rest = text.strip_suffix('>').unwrap_or(text);
        if !take(&mut rest, "<!DOCTYPE") {
            return Err("its name is not in capitals".to_owned());
        }
        required_space(&mut rest, "DOCTYPE")?;
        name(&mut rest)?;
        if take_space(&mut rest) && rest.starts_with(['S', 'P']) {
            external_id(&mut rest)?;
            self.is_open = true;
            take_space(&mut rest);
        }
        if take(&mut rest, "[") {
            self.subset(&mut rest)?;
            take_space(&mut rest);
        }
        if rest.is_empty() { Ok(()) } else { Err(unexpected(rest)) }
    }

    /// Reads the declarations up to the end of the internal subset.
    fn subset(&mut self, rest: &mut &str) -> Result<(), String> {
        loop {
            take_space(rest);
            if take(rest, "]") {
                return Ok(());
            } else if take(rest, "%") {
                // A reference to a parameter entity may stand for any declaration.
                self.is_open = true;
                name(rest)?;
                if !take(rest, ";") {
                    return Err(unexpected(rest));
                }
            } else if take(rest, "<!--") {
                if !is_comment(until(rest, "-->")?) {
                    return Err("`--` in a comment".to_owned());
                }
            } else if take(rest, "<?") {
                until(rest, "?>")?;
            } else if take(rest, "<!ENTITY") {
                self.declare(rest)?;
            } else if let Some(other) =
                ["ELEMENT", "ATTLIST", "NOTATION"].iter().find(|own| take(rest, &format!("<!{own}")))
            {
                required_space(rest, other)?;
                *rest = &rest[tag_end(rest).ok_or_else(|| unexpected(rest))?..];
            } else {
                return Err(unexpected(rest));
            }
        }
    }

    /// Reads the declaration of an entity after its first word.
    fn declare(&mut self, rest: &mut &str) -> Result<(), String> {
        required_space(rest, "ENTITY")?;
        let is_parameter = take(rest, "%");
        if is_parameter {
            required_space(rest, "%")?;
        }
        let own = name(rest)?;
        if own.contains(':') {
            return Err(format!("colon in the name of the entity `{}`", shown(own)));
        }
        required_space(rest, own)?;
        let mut state = State::Unknown;
        let value = if rest.starts_with(['"', '\'']) {
            let value = literal(rest)?;
            has_references(own, value)?;
            Some(with_characters(value))
        } else {
            external_id(rest)?;
            if take_space(rest) && !is_parameter && take(rest, "NDATA") {
                required_space(rest, "NDATA")?;
                name(rest)?;
                state = State::Invalid(format!("entity `&{own};` is not text, but has a notation"));
            }
            None
        };
        take_space(rest);
        if !take(rest, ">") {
            return Err(unexpected(rest));
        }
        if !is_parameter {
            self.named.entry(own.to_owned()).or_insert(Entity { value, state });
        }
        Ok(())
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

/// Skips a mark, if the text begins with it.
fn take(rest: &mut &str, mark: &str) -> bool {
    let after = rest.strip_prefix(mark);
    *rest = after.unwrap_or(rest);
    after.is_some()
}

/// Skips white space, and returns true if there is some.
fn take_space(rest: &mut &str) -> bool {
    let before = rest.len();
    *rest = rest.trim_start_matches(is_space);
    rest.len() < before
}

fn required_space(rest: &mut &str, word: &str) -> Result<(), String> {
    if take_space(rest) { Ok(()) } else { Err(format!("no space after `{}`", shown(word))) }
}

fn unexpected(rest: &str) -> String {
    match rest.split(is_space).next() {
        None | Some("") => "it ends too early".to_owned(),
        Some(word) => format!("unexpected `{}`", shown(word)),
    }
}

/// Returns the text before a mark, and skips both.
fn until<'t>(rest: &mut &'t str, mark: &str) -> Result<&'t str, String> {
    let (before, after) = rest.split_once(mark).ok_or_else(|| format!("no `{mark}`"))?;
    *rest = after;
    Ok(before)
}

/// Returns the name at the begin of a text, and skips it.
fn name<'t>(rest: &mut &'t str) -> Result<&'t str, String> {
    let ends = |c: char| is_space(c) || matches!(c, '<' | '>' | '[' | ']' | '"' | '\'' | '&' | '%' | ';');
    let (name, after) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
    if !is_name(name) {
        return Err(unexpected(rest));
    }
    *rest = after;
    Ok(name)
}

/// Returns the quoted text at the begin of a text, and skips it.
fn literal<'t>(rest: &mut &'t str) -> Result<&'t str, String> {
    for quote in ["\"", "'"] {
        if take(rest, quote) {
            return until(rest, quote);
        }
    }
    Err(unexpected(rest))
}

/// Skips the identifier of an external file ([XML 1.0, 4.2.2](https://www.w3.org/TR/xml/#NT-ExternalID)).
fn external_id(rest: &mut &str) -> Result<(), String> {
    if take(rest, "PUBLIC") {
        required_space(rest, "PUBLIC")?;
        let id = literal(rest)?;
        let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b" \r\n-'()+,./:=?;!*#@$_%".contains(&b);
        if !id.bytes().all(is_allowed) {
            return Err(format!("invalid public identifier `{}`", shown(id)));
        }
        if !take_space(rest) || !rest.starts_with(['"', '\'']) {
            return Err("no URL after the public identifier".to_owned());
        }
    } else if take(rest, "SYSTEM") {
        required_space(rest, "SYSTEM")?;
    } else {
        return Err(unexpected(rest));
    }
    literal(rest).map(|_| ())
}

/// Checks that each `&` in the value of an entity begins a reference. A reference to a parameter entity is allowed only in
/// external files ([XML 1.0, 2.8](https://www.w3.org/TR/xml/#wfc-PEinInternalSubset)).
fn has_references(own: &str, value: &str) -> Result<(), String> {
    if value.contains('%') {
        return Err(format!("`%` in the entity `{}`; write `&#37;`", shown(own)));
    }
    let is_reference =
        |rest: &str| rest.split_once(';').is_some_and(|(name, _)| is_name(name) || resolve(name).is_some());
    if value.match_indices('&').all(|(at, _)| is_reference(&value[at + 1..])) {
        return Ok(());
    }
    Err(format!("`&` that begins no reference in the entity `{}`; write `&#38;amp;`", shown(own)))
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
        Entities::of(&format!("<!DOCTYPE x [{subset}]>")).content(name)
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
            content("<!ENTITY a '<b c=\">\">x</b><d/><!-- a --><![CDATA[<]]>'>", "a"),
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
            "<!ENTITY a '&b;'><!ENTITY b '<c>'>",
            "<!ENTITY a SYSTEM 'b' NDATA c>",
        ] {
            assert!(matches!(content(bad, "a"), Some(Err(_))), "{bad}");
        }
    }

    #[test]
    fn the_syntax_of_a_document_type_is_checked() {
        let fault = |inside: &str| Entities::of(&format!("<!DOCTYPE {inside}>")).fault().map(str::to_owned);
        for good in [
            "rss",
            "rdf:RDF [ ] ",
            "rss SYSTEM 'a>b.dtd'",
            "rss PUBLIC \"-//x//EN\"\n'a.dtd' [<!-- ]> --><?a ]> ?>]",
            "rss [%a;<!ENTITY % a SYSTEM 'b'><!ENTITY c PUBLIC 'd' 'e' NDATA f ><!ELEMENT a (b|c)*> ]",
            "rss [<!ATTLIST a b CDATA '>'><!NOTATION c SYSTEM 'd'><!ENTITY a \"1 < &b; &#37;\">]",
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
        for (bad, expected) in [
            ("", "it ends too early"),
            ("1", "unexpected `1`"),
            ("rss FOO \"x\"", "unexpected `FOO`"),
            ("rss PUBLIC \"-//x\"", "no URL after the public identifier"),
            ("rss PUBLIC \"{}\" \"x\"", "invalid public identifier `{}`"),
            ("rss SYSTEM x", "unexpected `x`"),
            ("rss [<!FOO a>]", "unexpected `<!FOO`"),
            ("rss [text]", "unexpected `text]`"),
            ("rss [<!-- a -- b -->]", "`--` in a comment"),
            ("rss [<!ENTITY a>]", "no space after `a`"),
            ("rss [<!ENTITY a \"100%\">]", "`%` in the entity `a`; write `&#37;`"),
            ("rss [<!ENTITY a 'AT&T'>]", "`&` that begins no reference in the entity `a`; write `&#38;amp;`"),
            ("rss [<!ENTITY a '&#0;'>]", "`&` that begins no reference in the entity `a`; write `&#38;amp;`"),
            ("rss [<!ENTITY a:b ''>]", "colon in the name of the entity `a:b`"),
            ("rss [<!ENTITY % a SYSTEM 'b' NDATA c>]", "unexpected `NDATA`"),
            ("rss [<!ENTITY a 'b' c>]", "unexpected `c>]`"),
        ] {
            assert_eq!(fault(bad).as_deref(), Some(expected), "{bad}");
        }
    }

    #[test]
    fn expansion_is_limited() {
        let lol = |own: u32, inner: u32| format!("<!ENTITY e{own} '{}'>", format!("&e{inner};").repeat(10));
        let bomb: String = (1..40).map(|i| lol(i, i - 1)).collect();
        assert_eq!(content(&format!("<!ENTITY e0 'lol'>{bomb}"), "e39"), Some(Ok(Content::Long)));
        let chain: String = (1..100_000).map(|i| format!("<!ENTITY e{i} '&e{};'>", i - 1)).collect();
        assert!(matches!(content(&format!("<!ENTITY e0 ''>{chain}"), "e99999"), Some(Err(_))));
        let mut entities = Entities::of(&format!("<!DOCTYPE x [<!ENTITY a '{}'>]>", "x".repeat(256)));
        let texts =
            (0..10_000).filter(|_| matches!(entities.content("a"), Some(Ok(Content::Text(_))))).count();
        assert_eq!(texts, 4096);
    }
}
