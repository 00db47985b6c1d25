//! Parses a JSON document into a located tree, within limits.

use jsonc_parser::ast::Value;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::parse_error::{Fault, ParseError};
use crate::message::shown;
use feedmill_types::work::step;

/// Maximum depth of nested arrays and objects.
const MAX_DEPTH: usize = 100;
/// Maximum number of values: in the tree they take more memory than in the file.
const MAX_VALUES: usize = 4_000_000;

/// Parses a document as [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259) defines it.
pub(crate) fn parse(text: &str) -> Result<Value<'_>, ParseError> {
    check_tokens(text)?;
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
        Ok(parsed) => parsed.value.ok_or_else(|| error(text.len(), "the document is empty")),
        Err(cause) => {
            // The parser writes sentences; a detail begins in lower case and has no full stop.
            let mut message = cause.kind().to_string();
            message.get_mut(..1).into_iter().for_each(str::make_ascii_lowercase);
            Err(error(cause.range().start, message.trim_end_matches('.')))
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

/// Refuses a document with too many or too deeply nested values, because the parser is recursive, and so is the code
/// after it. Also refuses the white space, characters, escapes, names and numbers that the parser accepts and
/// [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259#section-2) does not.
fn check_tokens(text: &str) -> Result<(), ParseError> {
    let bytes = text.as_bytes();
    let limit = ParseError::limit;
    let (mut depth, mut values, mut at) = (0_usize, 1_usize, 0);
    while let Some(byte) = bytes.get(at) {
        at = match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b':' => at + 1,
            b'[' | b'{' | b',' => {
                values += 1;
                if values > MAX_VALUES {
                    return Err(limit(at, format!("more than {MAX_VALUES} values")));
                }
                depth += usize::from(*byte != b',');
                if depth > MAX_DEPTH {
                    return Err(limit(at, format!("more than {MAX_DEPTH} levels")));
                }
                at + 1
            }
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                at + 1
            }
            b'"' => string_end(text, at + 1)?,
            _ => word_end(text, at)?,
        };
    }
    step(text.len());
    Ok(())
}

fn error(at: usize, message: impl Into<String>) -> ParseError {
    ParseError::new(Fault::Markup, at, message)
}

/// Returns the offset after a string whose content begins at an offset
/// ([RFC 8259, 7](https://www.rfc-editor.org/rfc/rfc8259#section-7)).
fn string_end(text: &str, from: usize) -> Result<usize, ParseError> {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        at += match byte {
            b'"' => return Ok(at + 1),
            b'\\' => match bytes.get(at + 1) {
                Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') | None => 2,
                Some(b'u')
                    if bytes.get(at + 2..at + 6).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) =>
                {
                    6
                }
                Some(_) => return Err(error(at, "invalid escape in a string")),
            },
            0..=0x1f => {
                let escape = match byte {
                    b'\n' => "\\n".to_owned(),
                    b'\r' => "\\r".to_owned(),
                    b'\t' => "\\t".to_owned(),
                    byte => format!("\\u{byte:04x}"),
                };
                let message = format!("control character U+{byte:04X} in a string; write `{escape}`");
                return Err(error(at, message));
            }
            _ => 1,
        };
    }
    // The parser reports a string that never ends.
    Ok(bytes.len())
}

/// Returns the offset after a literal name or number
/// ([RFC 8259, 3 and 6](https://www.rfc-editor.org/rfc/rfc8259#section-3)).
fn word_end(text: &str, at: usize) -> Result<usize, ParseError> {
    let rest = &text[at..];
    let length = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b)).count();
    let word = &rest[..length];
    if matches!(word, "true" | "false" | "null") || is_number(word) {
        return Ok(at + length);
    }
    let message = match rest.chars().next() {
        Some('/') if rest.starts_with("//") || rest.starts_with("/*") => {
            "comment, which JSON does not have; remove it".to_owned()
        }
        Some(_) if !word.is_empty() && rest[length..].trim_start().starts_with('(') => {
            format!("call of `{}` around the JSON; send the JSON alone", shown(word))
        }
        Some(c) if word.is_empty() && (c.is_whitespace() || feedmill_diag::is_risky(c)) => {
            format!("character U+{:04X} outside a string", u32::from(c))
        }
        Some(c) if word.is_empty() => format!("`{c}` outside a string"),
        _ => format!("invalid value `{}`", shown(word)),
    };
    Err(error(at, message))
}

fn is_number(word: &str) -> bool {
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    digits(whole) && (whole == "0" || !whole.starts_with('0')) && digits(fraction) && digits(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_rfc_8259_defines_is_json() {
        for good in [
            "[0, -1, 1.50, 2e10, 2.5E-3]",
            "[true, false, null]",
            " {\"\\u00e9\\n\": \"\u{a0}\u{7f}\"}\r\n\t",
            "[]",
        ] {
            assert!(parse(good).is_ok(), "{good}");
        }
        for (bad, at) in [
            ("[\"a\nb\"]", 3),
            ("[\"a\tb\"]", 3),
            ("[\"\0\"]", 2),
            ("[\"\\x41\"]", 2),
            ("[\"\\u12g4\"]", 2),
            ("[1,\u{a0}2]", 3),
            ("[1,\u{c}2]", 3),
            ("[1]\u{feff}", 3),
            ("[01]", 1),
            ("[1.]", 1),
            ("[.5]", 1),
            ("[+1]", 1),
            ("[0x1f]", 1),
            ("[1e]", 1),
            ("[True]", 1),
            ("[NaN]", 1),
            ("['a']", 1),
            ("[1] // no", 4),
            ("// no\n[1]", 0),
            ("show([1])", 0),
            ("", 0),
            ("{a: 1}", 1),
        ] {
            let cause = parse(bad).err();
            assert_eq!(cause.map(|c| c.at), Some(at), "{bad:?}");
        }
    }
}
