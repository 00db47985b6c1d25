//! The configuration as a [JSON Schema](https://json-schema.org/), by which editors complete and underline.
//!
//! Draft 7, for that is what editors of TOML know. What no schema can say (whether a selector is CSS, whether two feeds
//! have one name, whether an archive has an address) only the mill says.

use serde_json::{Map, Value, json};

use super::keys::{Form, Key, Otherwise, TABLES, Table, Takes, Words};
use crate::format::{FORMATS, INDEX};
use crate::seed::permalink_expression;

/// The schema of `feedmill.toml`; `feedmill schema` prints it.
///
/// ```
/// let schema = feedmill::config::schema();
/// assert_eq!(schema["properties"]["limit"]["default"], 50);
/// ```
#[must_use]
pub fn schema() -> Value {
    let mut all = json!({});
    for table in TABLES {
        let name = table.head.trim_matches(['[', ']']);
        let described = object(table);
        match name {
            "" => all = described,
            "section.NAME" => {
                let what = "Sections by their names, which are those of folders under the seeds.";
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
                    json!({"type": "array", "description": plain(table.what), "items": described}),
                );
            }
            _ => add(&mut all, name, described),
        }
    }
    // `[podcast]` stands in each table of a channel; said once, and referred to.
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
        "description": plain(table.what),
        "additionalProperties": false,
        "properties": properties,
    });
    if is_named {
        object["required"] = json!(["name"]);
    }
    object
}

fn value(key: &Key) -> Value {
    let mut value = match key.takes {
        Takes::Switch => json!({"type": "boolean"}),
        Takes::Number => json!({"type": "integer", "minimum": 0}),
        Takes::List(Words::Any) => json!({"type": "array", "items": {"type": "string"}}),
        Takes::List(Words::OneOf(words)) => json!({"type": "array", "items": {"enum": words()}}),
        Takes::List(Words::Spelled(words)) => json!({"type": "array", "items": {"anyOf": [
            {"enum": words()},
            {"type": "string", "pattern": any_spelling(&words())},
        ]}}),
        Takes::Text(Form::Any) => json!({"type": "string"}),
        Takes::Text(Form::OneOf(words)) => json!({"enum": words}),
        Takes::Text(Form::Address) => {
            json!({"type": "string", "pattern": r"^\s*([hH][tT][tT][pP][sS]?://[^/?#\s][^\s]*)?\s*$"})
        }
        Takes::Text(Form::Language) => {
            json!({"type": "string", "pattern": "^(([A-Za-z]{2,8}|[xi]-[A-Za-z0-9]{1,8})(-[A-Za-z0-9]{1,8})*)?$"})
        }
        Takes::Text(Form::Mailbox) => {
            json!({"type": "string", "pattern": r"^[^<]*<\s*[^<>\s]+\s*>\s*$|^\s*[^<>\s]+@[^<>\s]+\s*$"})
        }
        Takes::Text(Form::Uuid) => json!({"type": "string", "format": "uuid",
            "pattern": "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$"}),
        Takes::Text(Form::Permalink) => json!({"type": "string", "pattern": permalink_expression()}),
        Takes::Text(Form::Folder) => {
            let files = FORMATS.iter().map(|f| f.file_name()).chain(INDEX.iter().map(|i| i.file_name()));
            json!({"type": "string", "pattern": r"^[^./\\\x00-\x1f\x7f-\x9f][^/\\\x00-\x1f\x7f-\x9f]*$",
                "not": {"enum": files.collect::<Vec<_>>()}})
        }
    };
    if key.name == "formats" {
        value["minItems"] = json!(1);
    }
    let mut what = plain(key.what);
    match key.otherwise {
        Otherwise::Value(text) => value["default"] = from_toml(text),
        Otherwise::Words(words) => what = format!("{what} Default: {}.", plain(words)),
    }
    value["description"] = json!(what);
    value["examples"] = json!([from_toml(key.example)]);
    value
}

/// The same words in any case of letters, and with any spaces around `>`.
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

/// Editors show descriptions as they are: a link of Markdown is its text.
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
