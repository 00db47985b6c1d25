//! Elements and keys of the operator's own.

use quick_xml::Reader;
use quick_xml::escape::{escape, unescape};
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value};

use crate::diag::remove_credentials;

/// Returns the names that stand in braces for what an entry has, in texts of the operator, with their values.
pub(crate) fn placeholders<'v>(title: &'v str, link: &'v str) -> [(&'static str, &'v str); 2] {
    [("link", link), ("title", title)]
}

/// Returns the value for the name that follows a brace, and the text after the brace behind it.
pub(crate) fn placeholder<'v, 't>(text: &'t str, values: &[(&str, &'v str)]) -> Option<(&'v str, &'t str)> {
    values.iter().find_map(|(name, value)| Some((*value, text.strip_prefix(name)?.strip_prefix('}')?)))
}

/// Prefixes that XML declares. Those of feedmill's own elements do not count: it declares them only if it uses them.
const RESERVED: [&str; 2] = ["xml", "xmlns"];

/// Elements and keys that the head of a feed or an entry carries in addition to those of feedmill: XML for RSS and Atom,
/// members of an object for JSON Feed.
///
/// ```
/// use feedmill::model::Extra;
///
/// let xml = r#"<geo:lat xmlns:geo="http://www.w3.org/2003/01/geo/wgs84_pos#">53.6</geo:lat>"#;
/// let extra = Extra::default().rss(xml)?.atom(xml)?.json(r#"{"_place": {"lat": 53.6}}"#)?;
/// assert!(Extra::default().rss("<geo:lat>53.6</geo:lat>").is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extra {
    rss: String,
    atom: String,
    json: Map<String, Value>,
}

impl Extra {
    /// Sets elements for RSS.
    ///
    /// # Errors
    /// Describes why the text is not well-formed XML whose prefixes are declared in it.
    pub fn rss(mut self, xml: &str) -> Result<Self, String> {
        self.rss = elements(xml)?;
        Ok(self)
    }

    /// Sets elements for Atom, which requires that each has a prefix.
    ///
    /// # Errors
    /// As [`Extra::rss`].
    pub fn atom(mut self, xml: &str) -> Result<Self, String> {
        self.atom = elements(xml)?;
        Ok(self)
    }

    /// Sets members of a JSON Feed: an object. JSON Feed requires that names of extensions begin with `_`.
    ///
    /// # Errors
    /// Describes why the text is not such an object.
    pub fn json(mut self, object: &str) -> Result<Self, String> {
        self.json = match serde_json::from_str(object) {
            _ if object.trim().is_empty() => Map::new(),
            Ok(Value::Object(members)) => members,
            Ok(_) => return Err("it is not an object".to_owned()),
            Err(error) => return Err(error.to_string()),
        };
        match self.json.keys().find(|key| !key.starts_with('_') || *key == "_feedmill") {
            Some(key) => Err(format!("`{key}` must begin with `_`, and `_feedmill` is taken")),
            None => Ok(self),
        }
    }

    /// Returns a copy in which each of some names in braces, such as `{link}`, is replaced by its value as text.
    #[must_use]
    pub(crate) fn filled(&self, values: &[(&str, &str)]) -> Self {
        let escaped: Vec<_> = values.iter().map(|(name, value)| (*name, escape(*value))).collect();
        let escaped: Vec<_> = escaped.iter().map(|(name, value)| (*name, &**value)).collect();
        let mut json = self.json.clone();
        json.values_mut().for_each(|value| change_strings(value, &|text| fill(text, values)));
        Self { rss: fill(&self.rss, &escaped), atom: fill(&self.atom, &escaped), json }
    }

    /// Returns a copy without user names and passwords in URLs, because feeds publish it.
    #[must_use]
    pub(crate) fn without_credentials(&self) -> Self {
        let mut json = self.json.clone();
        json.values_mut()
            .for_each(|value| change_strings(value, &|text| remove_credentials(text).into_owned()));
        let [rss, atom] = [&self.rss, &self.atom].map(|xml| remove_credentials(xml).into_owned());
        Self { rss, atom, json }
    }

    /// Returns the elements for RSS.
    #[must_use]
    pub fn rss_elements(&self) -> &str {
        &self.rss
    }

    /// Returns the elements for Atom.
    #[must_use]
    pub fn atom_elements(&self) -> &str {
        &self.atom
    }

    /// Returns the members for JSON Feed.
    #[must_use]
    pub fn json_members(&self) -> &Map<String, Value> {
        &self.json
    }
}

/// Replaces names in braces.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let after = &after[1..];
        let (text, next) = placeholder(after, values).unwrap_or(("{", after));
        out.push_str(text);
        rest = next;
    }
    out + rest
}

/// Changes every string of a value.
pub(crate) fn change_strings(value: &mut Value, change: &impl Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| change_strings(item, change)),
        Value::Object(members) => members.values_mut().for_each(|member| change_strings(member, change)),
        _ => {}
    }
}

/// Returns the text without white space around it if it consists of well-formed elements whose prefixes it declares.
fn elements(xml: &str) -> Result<String, String> {
    let xml = xml.trim();
    if crate::html::xml_text(xml) != xml {
        return Err("it has a character that XML forbids".to_owned());
    }
    let mut reader = Reader::from_str(xml);
    // Prefixes that each open element declares.
    let mut open: Vec<Vec<String>> = Vec::new();
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(tag) => {
                let declared = declared(&tag)?;
                check_prefixes(&tag, &open, &declared)?;
                open.push(declared);
            }
            Event::Empty(tag) => check_prefixes(&tag, &open, &declared(&tag)?)?,
            Event::End(_) => _ = open.pop(),
            Event::Text(text) if open.is_empty() && !text.bytes().all(|b| b.is_ascii_whitespace()) => {
                return Err("it has text outside of an element".to_owned());
            }
            Event::GeneralRef(_) | Event::CData(_) if open.is_empty() => {
                return Err("it has text outside of an element".to_owned());
            }
            Event::GeneralRef(entity) => unescaped(&format!("&{};", &*entity))?,
            Event::Decl(_) | Event::DocType(_) | Event::PI(_) => {
                return Err("it has a declaration or an instruction; write elements only".to_owned());
            }
            Event::Eof if open.is_empty() => return Ok(xml.to_owned()),
            Event::Eof => return Err("an element is not closed".to_owned()),
            _ => {}
        }
    }
}

/// Returns the prefixes that a tag declares.
fn declared(tag: &BytesStart<'_>) -> Result<Vec<String>, String> {
    let mut prefixes = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        unescaped(&attribute.value)?;
        if let Some(prefix) = attribute.key.as_ref().strip_prefix("xmlns:") {
            prefixes.push(prefix.to_owned());
        }
    }
    Ok(prefixes)
}

/// Fails if text has an entity that XML does not define, or a `<`.
fn unescaped(text: &str) -> Result<(), String> {
    if text.contains('<') {
        return Err("an attribute contains `<`; write `&lt;`".to_owned());
    }
    unescape(text).map(|_| ()).map_err(|error| error.to_string())
}

/// Fails if a name in a tag has a prefix that neither the tag nor an element around it declares.
fn check_prefixes(tag: &BytesStart<'_>, open: &[Vec<String>], own: &[String]) -> Result<(), String> {
    let names = tag.attributes().filter_map(Result::ok).map(|attribute| attribute.key.as_ref().to_owned());
    for name in names.chain([tag.name().as_ref().to_owned()]) {
        let Some((prefix, _)) = name.split_once(':') else { continue };
        let is_declared = open.iter().flatten().chain(own).any(|known| known == prefix);
        if !is_declared && !RESERVED.contains(&prefix) {
            return Err(format!("the prefix of `{name}` is not declared; add xmlns:{prefix}=\"…\""));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_must_be_well_formed_and_declare_their_prefixes() {
        for (xml, problem) in [
            ("<webMaster>a@b.example (A)</webMaster>", ""),
            ("<a:b xmlns:a='urn:a' a:c=''><a:d/>&amp;</a:b>\n<e/>", ""),
            ("", ""),
            ("<a>", "not closed"),
            ("<a></b>", "b"),
            ("text", "text outside"),
            ("<a/>&amp;", "text outside"),
            ("<![CDATA[a]]>", "text outside"),
            ("<a:b/>", "prefix of `a:b`"),
            ("<a b:c=''/>", "prefix of `b:c`"),
            ("<a xmlns:b='urn:b'/><b:c/>", "prefix of `b:c`"),
            ("<?xml version='1.0'?><a/>", "declaration"),
            ("<!DOCTYPE a><a/>", "declaration"),
            ("<a>\u{1}</a>", "forbids"),
            ("<a>&nbsp;</a>", "nbsp"),
            ("<a b='&nbsp;'/>", "nbsp"),
            ("<a b='<'/>", "`<`"),
        ] {
            match elements(xml) {
                Ok(text) => assert!(problem.is_empty() && text == xml, "{xml}"),
                Err(error) => assert!(!problem.is_empty() && error.contains(problem), "{xml}: {error}"),
            }
        }
    }

    #[test]
    fn placeholders_become_text() {
        let values = [("title", "A & \"B\" {link}"), ("link", "https://a.example/?a&b")];
        let xml = "<c a='{title}'>{link}#c {x} {</c>";
        let extra =
            Extra::default().rss(xml).unwrap().json(r#"{"_a": ["{title}", {"b": "{link}"}, 1]}"#).unwrap();
        let filled = extra.filled(&values);
        let expected = "<c a='A &amp; &quot;B&quot; {link}'>https://a.example/?a&amp;b#c {x} {</c>";
        assert_eq!(filled.rss_elements(), expected);
        assert!(elements(filled.rss_elements()).is_ok());
        let json = serde_json::json!({"_a": ["A & \"B\" {link}", {"b": "https://a.example/?a&b"}, 1]});
        assert_eq!(serde_json::to_value(filled.json_members()).unwrap(), json);
    }

    #[test]
    fn members_are_extensions_of_json_feed() {
        assert_eq!(Extra::default().json("{\"_a\": 1}").unwrap().json_members().len(), 1);
        for text in ["[]", "{", "{\"a\": 1}", "{\"_feedmill\": {}}"] {
            assert!(Extra::default().json(text).is_err(), "{text}");
        }
    }
}
