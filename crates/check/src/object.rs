//! A JSON document as a located tree.

use std::borrow::Cow;

use jsonc_parser::ast::{ObjectPropName, Value as Ast};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::document::Flaw;

/// How deep arrays and objects may nest.
const DEPTH: usize = 100;
/// How many values a document may have: in the tree they take more memory than in the file.
const VALUES: usize = 4_000_000;

/// A value, and the byte offset at which it begins.
#[derive(Debug)]
pub(super) struct Value<'a> {
    pub(super) at: usize,
    pub(super) data: Data<'a>,
}

#[derive(Debug)]
pub(super) enum Data<'a> {
    Null,
    Bool,
    Number(&'a str),
    Text(Cow<'a, str>),
    Array(Vec<Value<'a>>),
    Object(Vec<Member<'a>>),
}

/// A member of an object.
#[derive(Debug)]
pub(super) struct Member<'a> {
    pub(super) key: Cow<'a, str>,
    /// Where the key begins.
    pub(super) at: usize,
    pub(super) value: Value<'a>,
}

impl Value<'_> {
    /// What kind of value it is, as a message names it.
    pub(super) fn kind(&self) -> &'static str {
        match self.data {
            Data::Null => "null",
            Data::Bool => "a boolean",
            Data::Number(_) => "a number",
            Data::Text(_) => "a string",
            Data::Array(_) => "an array",
            Data::Object(_) => "an object",
        }
    }
}

/// Reads a document as [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259) has it.
pub(super) fn parse(text: &str) -> Result<Value<'_>, Flaw> {
    if let Some((at, message)) = too_much(text) {
        return Err(Flaw { at, message, limit: true });
    }
    let strict = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_extended_string_escapes: false,
        allow_non_finite_numbers: false,
    };
    match parse_to_ast(text, &CollectOptions::default(), &strict) {
        Ok(parsed) => match parsed.value {
            Some(value) => Ok(located(value)),
            None => Err(Flaw { at: text.len(), message: "there is no value in it".to_owned(), limit: false }),
        },
        Err(error) => Err(Flaw { at: error.range().start, message: error.kind().to_string(), limit: false }),
    }
}

fn located(value: Ast<'_>) -> Value<'_> {
    let at = value.start();
    let data = match value {
        Ast::NullKeyword(_) => Data::Null,
        Ast::BooleanLit(_) => Data::Bool,
        Ast::NumberLit(number) => Data::Number(number.value),
        Ast::StringLit(text) => Data::Text(text.value),
        Ast::Array(array) => Data::Array(array.elements.into_iter().map(located).collect()),
        Ast::Object(object) => Data::Object(
            object
                .properties
                .into_iter()
                .map(|member| {
                    let at = member.start();
                    let key = match member.name {
                        ObjectPropName::String(name) => name.value,
                        ObjectPropName::Word(word) => Cow::Borrowed(word.value),
                    };
                    Member { key, at, value: located(member.value) }
                })
                .collect(),
        ),
    };
    Value { at, data }
}

/// Where brackets nest too deep, for the parser calls itself, and so would everything after it; or where there is one
/// value too many.
fn too_much(text: &str) -> Option<(usize, String)> {
    let (mut depth, mut values) = (0_usize, 1_usize);
    let mut in_string = false;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' | b',' if !in_string => {
                values += 1;
                if values > VALUES {
                    return Some((at, format!("more than {VALUES} values")));
                }
                depth += usize::from(byte != b',');
                if depth > DEPTH {
                    return Some((at, format!("values nest deeper than {DEPTH}")));
                }
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}
