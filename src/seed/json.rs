//! Front matter in JSON: Hugo. An object whose braces stand alone on their lines, or which is one line.

use super::front::{Kind, Parsed, Syntax};

pub(super) static JSON: Syntax = Syntax {
    kind: Kind::Json,
    opens: |line| line.trim_end() == "{",
    closes: |line| line.trim_end() == "}",
    inside: false,
    parse,
};

fn parse(text: &str) -> Parsed {
    serde_json::from_str(text).map_err(|error| (error.line() as u32, error.to_string()))
}
