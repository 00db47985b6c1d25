//! The configuration as a [JSON Schema](https://json-schema.org/), with which editors complete and check it.
//!
//! Draft 7, because TOML editors support that. Only a build finds what no schema can express: an invalid CSS selector, two
//! feeds with one name, an archive without `base_url`.

use serde_json::{Map, Value, json};

use super::keys::{Key, KeyDefault, ListItems, TABLES, Table, TextFormat, ValueType};
use crate::format::{FORMATS, INDEX};
use crate::seed::permalink_expression;

/// Returns the schema of `feedmill.toml`, as printed by `feedmill schema`.
///
/// ```
/// let schema = feedmill::config::schema();
/// assert_eq!(schema["properties"]["limit"]["default"], 50);
/// ```
#[must_use]
pub fn schema() -> Value {
    let mut all = json!({});
    for table in TABLES {
        let name = table.header.trim_matches(['[', ']']);
        let described = object(table);
        match name {
            "" => all = described,
            "check.paths.GLOB" => {
                let paths = json!({
                    "type": "object",
                    "description": plain(table.doc),
                    "additionalProperties": described,
                });
                if let Some(check) = all.pointer_mut("/properties/check") {
                    add(check, "paths", paths);
                }
            }
            "section.NAME" => {
                let what = "Sections by name: the name of a folder below the seeds folder.";
                add(
                    &mut all,
                    "section",
                    json!({
                        "type": "object",
                        "description": what,
                        "additionalProperties": described,
                    }),
                );
            }
            "feed" => {
                add(
                    &mut all,
                    name,
                    json!({"type": "array", "description": plain(table.doc), "items": described}),
                );
            }
            _ => add(&mut all, name, described),
        }
    }
    // `[podcast]` is allowed in each table of a channel: it is defined once and referenced.
    let podcast = all["properties"]["podcast"].take();
    let reference = json!({"$ref": "#/definitions/podcast"});
    for path in [
        "/properties",
        "/properties/section/additionalProperties/properties",
        "/properties/feed/items/properties",
    ] {
        if let Some(Value::Object(properties)) = all.pointer_mut(path) {
            properties.insert("podcast".to_owned(), reference.clone());
        }
    }
    if let Value::Object(all) = &mut all {
        all.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
        all.insert("title".to_owned(), json!("feedmill.toml"));
        all.insert("definitions".to_owned(), json!({"podcast": podcast}));
    }
    all
}

fn add(schema: &mut Value, name: &str, described: Value) {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.insert(name.to_owned(), described);
    }
}

fn object(table: &Table) -> Value {
    let keys = table.keys.iter().copied().flatten();
    let properties: Map<String, Value> = keys.map(|key| (key.name.to_owned(), value(key))).collect();
    let is_named = properties.contains_key("name");
    let mut object = json!({
        "type": "object",
        "description": plain(table.doc),
        "additionalProperties": false,
        "properties": properties,
    });
    if is_named {
        object["required"] = json!(["name"]);
    }
    object
}

fn value(key: &Key) -> Value {
    let mut value = match key.value_type {
        ValueType::Bool => json!({"type": "boolean"}),
        ValueType::Number => json!({"type": "integer", "minimum": 0}),
        ValueType::NumberBetween(least, most) => {
            json!({"type": "integer", "minimum": least, "maximum": most})
        }
        ValueType::List(ListItems::Any) => json!({"type": "array", "items": {"type": "string"}}),
        ValueType::List(ListItems::OneOf(items)) => json!({"type": "array", "items": {"enum": items()}}),
        ValueType::List(ListItems::OneOfOr(items, word)) => json!({"anyOf": [
            {"const": word},
            {"type": "array", "items": {"enum": items()}},
        ]}),
        ValueType::List(ListItems::Patterns(items)) => json!({"type": "array", "items": {"anyOf": [
            {"enum": items()},
            {"type": "string", "pattern": r"^[a-z0-9/*-]*\*[a-z0-9/*-]*$"},
        ]}}),
        ValueType::List(ListItems::IgnoringCase(items)) => json!({"type": "array", "items": {"anyOf": [
            {"enum": items()},
            {"type": "string", "pattern": any_spelling(&items())},
        ]}}),
        ValueType::List(ListItems::Hours) => {
            json!({"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 23}})
        }
        // What a regular expression is differs between languages.
        ValueType::Text(TextFormat::Any | TextFormat::Regex) => json!({"type": "string"}),
        ValueType::Text(TextFormat::OneOf(words)) => json!({"enum": words}),
        ValueType::Text(TextFormat::Color) => {
            json!({"type": "string", "pattern": "^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$"})
        }
        ValueType::Text(TextFormat::Path) => json!({"type": "string", "minLength": 1}),
        ValueType::Text(TextFormat::Url) => {
            json!({"type": "string", "pattern": r"^\s*([hH][tT][tT][pP][sS]?://[^/?#\s][^\s]*)?\s*$"})
        }
        ValueType::Text(TextFormat::FolderUrl) => {
            json!({"type": "string", "pattern": r"^\s*([hH][tT][tT][pP][sS]?://[^/?#\s][^?#\s]*)?\s*$"})
        }
        ValueType::Text(TextFormat::Language) => {
            json!({"type": "string", "pattern": "^(([A-Za-z]{2,8}|[xi]-[A-Za-z0-9]{1,8})(-[A-Za-z0-9]{1,8})*)?$"})
        }
        ValueType::Text(TextFormat::Mailbox) => {
            json!({"type": "string", "pattern": r"^[^<]*<\s*[^<>\s]+\s*>\s*$|^\s*[^<>\s]+@[^<>\s]+\s*$"})
        }
        ValueType::Text(TextFormat::Duration) => {
            json!({"type": "string", "pattern": r"^\s*(0|[0-9]{1,6}\s*[smhdw])\s*$"})
        }
        ValueType::Text(TextFormat::Uuid) => json!({"type": "string", "format": "uuid",
            "pattern": "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$"}),
        ValueType::Text(TextFormat::Xml) => {
            json!({"type": "string", "pattern": r"^\s*(<[\s\S]*>)?\s*$"})
        }
        ValueType::Text(TextFormat::JsonObject) => {
            json!({"type": "string", "pattern": r"^\s*(\{[\s\S]*\})?\s*$"})
        }
        ValueType::Text(TextFormat::Permalink) => {
            json!({"type": "string", "pattern": permalink_expression()})
        }
        ValueType::Text(TextFormat::TimeZone) => {
            json!({"type": "string", "pattern": r"^\s*([A-Za-z][A-Za-z0-9_+/-]*)?\s*$"})
        }
        ValueType::Text(TextFormat::FolderName) => {
            let files = FORMATS.iter().map(|f| f.file_name()).chain(INDEX.iter().map(|i| i.file_name()));
            json!({"type": "string", "pattern": r"^[^./\\\x00-\x1f\x7f-\x9f][^/\\\x00-\x1f\x7f-\x9f]*$",
                "not": {"enum": files.collect::<Vec<_>>()}})
        }
    };
    if key.name == "formats" {
        value["minItems"] = json!(1);
    }
    let mut description = plain(key.doc);
    match key.default {
        KeyDefault::Value(text) => value["default"] = from_toml(text),
        KeyDefault::Described(text) => description = format!("{description} Default: {}.", plain(text)),
    }
    value["description"] = json!(description);
    value["examples"] = json!([from_toml(key.example)]);
    value
}

/// Returns a pattern that matches these strings ignoring case, with any spaces around `>`.
fn any_spelling(words: &[String]) -> String {
    let word = |word: &String| -> String {
        word.replace(" > ", ">")
            .chars()
            .map(|c| match c {
                '>' => r"\s*>\s*".to_owned(),
                'a'..='z' | 'A'..='Z' => format!("[{}{}]", c.to_ascii_lowercase(), c.to_ascii_uppercase()),
                _ => c.to_string(),
            })
            .collect()
    };
    format!(r"^\s*({})\s*$", words.iter().map(word).collect::<Vec<_>>().join("|"))
}

/// Replaces Markdown links with their text, because editors show descriptions as they are.
fn plain(markdown: &str) -> String {
    let mut text = String::new();
    let mut rest = markdown;
    while let Some((before, after)) = rest.split_once('[') {
        let link = after.split_once("](").and_then(|(name, after)| Some((name, after.split_once(')')?.1)));
        text.push_str(before);
        match link.filter(|(name, _)| !name.contains(['[', ']'])) {
            Some((name, after)) => {
                text.push_str(name);
                rest = after;
            }
            None => {
                text.push('[');
                rest = after;
            }
        }
    }
    text + rest
}

fn from_toml(text: &str) -> Value {
    let table = format!("value = {text}").parse::<toml::Table>().unwrap_or_default();
    table.get("value").map_or(Value::Null, |value| json!(value))
}
