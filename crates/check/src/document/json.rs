//! Parses a JSON document into a located tree, within limits.

use jsonc_parser::ast::Value;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::parse_error::ParseError;

/// Maximum depth of nested arrays and objects.
const MAX_DEPTH: usize = 100;
/// Maximum number of values: in the tree they take more memory than in the file.
const MAX_VALUES: usize = 4_000_000;

/// Parses a document as [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259) defines it.
pub(crate) fn parse(text: &str) -> Result<Value<'_>, ParseError> {
    check_limits(text)?;
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
    let error = |at, message| ParseError { at, message, is_limit: false };
    match parse_to_ast(text, &CollectOptions::default(), &strict) {
        Ok(parsed) => parsed.value.ok_or_else(|| error(text.len(), "no value".to_owned())),
        Err(cause) => {
            // The parser writes sentences; a detail begins in lower case and has no full stop.
            let mut message = cause.kind().to_string();
            message.get_mut(..1).into_iter().for_each(str::make_ascii_lowercase);
            Err(error(cause.range().start, message.trim_end_matches('.').to_owned()))
        }
    }
}

/// Returns the kind of a value, as a message names it.
pub(crate) fn kind(value: &Value<'_>) -> &'static str {
    match value {
        Value::NullKeyword(_) => "null",
        Value::BooleanLit(_) => "a boolean",
        Value::NumberLit(_) => "a number",
        Value::StringLit(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// Refuses a document with too many or too deeply nested values. The parser is recursive, and so is the code after it.
fn check_limits(text: &str) -> Result<(), ParseError> {
    let (mut depth, mut values) = (0_usize, 1_usize);
    let mut in_string = false;
    let mut escaped = false;
    let error = |at, message| Err(ParseError { at, message, is_limit: true });
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' | b',' if !in_string => {
                values += 1;
                if values > MAX_VALUES {
                    return error(at, format!("more than {MAX_VALUES} values"));
                }
                depth += usize::from(byte != b',');
                if depth > MAX_DEPTH {
                    return error(at, format!("more than {MAX_DEPTH} levels"));
                }
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}
