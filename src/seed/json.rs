//! Front matter in JSON, as in Hugo: an object whose outer braces are alone on their lines.

use super::front::{Format, Syntax};
use crate::generator::Parsed;

pub(super) static JSON: Syntax = Syntax {
    format: Format::Json,
    opens: |line| line.trim_end() == "{",
    closes: |line| line.trim_end() == "}",
    is_delimited: false,
    parse,
};

fn parse(text: &str) -> Parsed {
    serde_json::from_str(text).map_err(|error| (error.line() as u32, error.to_string()))
}
