//! Front matter in TOML, between lines of `+++`: Hugo and Zola.

use serde_json::Value;

use super::front::{Format, Parsed, Syntax};

pub(super) static TOML: Syntax = Syntax {
    format: Format::Toml,
    opens: |line| line.trim_end() == "+++",
    closes: |line| line.trim_end() == "+++",
    is_delimited: true,
    parse,
};

fn parse(text: &str) -> Parsed {
    let table: ::toml::Table = text.parse().map_err(|error: ::toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = text.get(..at).unwrap_or_default().matches('\n').count() as u32 + 1;
        (line, error.message().replace('\n', "; "))
    })?;
    Ok(table.into_iter().map(|(key, value)| (key, json(value))).collect())
}

/// Converts a value to JSON; a date becomes its text.
fn json(value: ::toml::Value) -> Value {
    match value {
        ::toml::Value::String(text) => Value::String(text),
        ::toml::Value::Integer(number) => number.into(),
        ::toml::Value::Float(number) => number.into(),
        ::toml::Value::Boolean(is) => is.into(),
        ::toml::Value::Datetime(date) => Value::String(date.to_string()),
        ::toml::Value::Array(all) => all.into_iter().map(json).collect(),
        ::toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, json(value))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_all_four_kinds_become_text_and_deep_nesting_is_refused() {
        let read =
            parse("a = 2024-05-31T08:30:00+02:00\nb = 2024-05-31 08:30:00\nc = 2024-05-31\n[extra]\nd = 1")
                .unwrap();
        assert_eq!(read["a"], "2024-05-31T08:30:00+02:00");
        assert_eq!(read["b"], "2024-05-31T08:30:00");
        assert_eq!(read["c"], "2024-05-31");
        assert_eq!(read["extra"]["d"], 1);
        assert!(parse(&format!("a = {}", "[".repeat(60_000))).is_err());
        assert_eq!(parse("a = 1\nb = ").unwrap_err().0, 2);
    }
}
