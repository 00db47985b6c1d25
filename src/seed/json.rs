//! Front matter in JSON, as in Hugo: an object whose outer braces are alone on their lines, or one on a single line.

use super::front::{Format, Syntax};
use crate::generator::Parsed;

pub(super) static JSON: Syntax = Syntax {
    format: Format::Json,
    opens: |line| line.trim_end() == "{" || is_object(line),
    is_whole: is_object,
    closes: |line| line.trim_end() == "}",
    is_delimited: false,
    parse,
};

/// True if a line is an object with members. Template tags begin with two braces or with a percent sign.
fn is_object(line: &str) -> bool {
    let inner = line.trim().strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    inner.is_some_and(|inner| inner.trim_start().starts_with('"'))
}

fn parse(text: &str) -> Parsed {
    serde_json::from_str(text).map_err(|error| (error.line() as u32, error.to_string()))
}
