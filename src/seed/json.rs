//! Front matter in JSON: Hugo. An object whose braces stand alone on their lines, or which is one line.

use std::borrow::Cow;

use super::front::{self, Kind, Parsed};
use super::{Dialect, Fault, Finding, Head, Lines, Origin, Seed};

pub(super) struct Json;

const SYNTAX: front::Syntax = front::Syntax {
    kind: Kind::Json,
    opens: |line| line.trim_end() == "{",
    closes: |line| line.trim_end() == "}",
    inside: false,
    parse,
};

impl Dialect for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn endings(&self) -> &'static [&'static str] {
        front::ENDINGS
    }

    fn claims(&self, first_line: &str) -> bool {
        (SYNTAX.opens)(first_line)
    }

    fn read(&self, lines: &mut Lines<'_>, origin: &Origin<'_>, _: &mut Vec<Finding>) -> Result<Head, Fault> {
        front::read(&SYNTAX, lines, origin)
    }

    fn body<'a>(
        &self,
        text: &'a str,
        seed: &Seed<'a>,
        origin: &Origin<'_>,
        findings: &mut Vec<Finding>,
    ) -> Cow<'a, str> {
        front::body(&SYNTAX, text, seed, origin, findings)
    }
}

fn parse(text: &str) -> Parsed {
    serde_json::from_str(text).map_err(|error| (error.line() as u32, error.to_string()))
}
