//! Configuration and data files, in any of the syntaxes that generators read.

use serde_json::{Map, Value};

use super::{Files, Matter};
use crate::error::{Error, Kind};

/// The keys of a file, or its fault with the line, from 1.
pub(crate) type Parsed = Result<Map<String, Value>, (u32, String)>;

/// Without the feature, front matter and configuration in YAML are errors.
#[cfg(not(feature = "folder"))]
pub(crate) fn yaml(_: &str) -> Parsed {
    Err((0, "YAML needs the feature `folder`".to_owned()))
}

/// Without the feature, front matter and configuration in TOML are errors.
#[cfg(not(feature = "folder"))]
pub(crate) fn toml(_: &str) -> Parsed {
    Err((0, "TOML needs the feature `folder`".to_owned()))
}

/// Reads YAML that is a table.
#[cfg(feature = "folder")]
pub(crate) fn yaml(text: &str) -> Parsed {
    yaml_of(text)
}

/// Reads YAML. The parser counts nodes and what aliases repeat: a few lines cannot become gigabytes.
#[cfg(feature = "folder")]
fn yaml_of<T: serde::de::DeserializeOwned + Default>(text: &str) -> Result<T, (u32, String)> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 64,
            max_nodes: 20_000,
            max_events: 60_000,
            max_anchors: 200,
            max_aliases: 200,
            max_total_scalar_bytes: 1 << 20,
        },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 20_000, max_replay_stack_depth: 16 },
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::LastWins,
        // `y` and `no` are words: a tag, a language.
        strict_booleans: true,
        with_snippet: false,
    };
    let read: Result<Option<T>, serde_saphyr::Error> =
        serde_saphyr::from_str_with_options(text, options.clone());
    // The parsers of Jekyll and Hugo accept tabs before the items of a list in brackets.
    let read = match read {
        Err(_) if text.contains("\n\t") => {
            let spaced = serde_saphyr::from_str_with_options(&without_tabs(text), options);
            spaced.or(read)
        }
        read => read,
    };
    read.map(Option::unwrap_or_default).map_err(|error| {
        let line = error.location().map_or(0, |at| at.line() as u32);
        (line, error.to_string())
    })
}

/// Replaces the tabs at the beginning of each line.
#[cfg(feature = "folder")]
fn without_tabs(text: &str) -> String {
    let line = |line: &str| {
        let rest = line.trim_start_matches([' ', '\t']);
        line[..line.len() - rest.len()].replace('\t', "  ") + rest
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Reads TOML.
#[cfg(feature = "folder")]
pub(crate) fn toml(text: &str) -> Parsed {
    let table: ::toml::Table = text.parse().map_err(|error: ::toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = text.get(..at).unwrap_or_default().matches('\n').count() as u32 + 1;
        (line, error.message().replace('\n', "; "))
    })?;
    Ok(table.into_iter().map(|(key, value)| (key, json_of(value))).collect())
}

#[cfg(feature = "folder")]
/// Returns a value of TOML as the other syntaxes have it; a date is its text.
fn json_of(value: ::toml::Value) -> Value {
    match value {
        ::toml::Value::String(text) => Value::String(text),
        ::toml::Value::Integer(number) => number.into(),
        ::toml::Value::Float(number) => number.into(),
        ::toml::Value::Boolean(is) => is.into(),
        ::toml::Value::Datetime(date) => Value::String(date.to_string()),
        ::toml::Value::Array(all) => all.into_iter().map(json_of).collect(),
        ::toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, json_of(value))).collect(),
    }
}

/// Endings of configurations, best first.
pub(super) const CONFIGURATIONS: [&str; 4] = ["yml", "yaml", "json", "toml"];
/// Endings of files of data, best first.
pub(super) const ENDINGS: [&str; 6] = ["yml", "yaml", "json", "toml", "csv", "tsv"];

/// Reads a file of data by the ending of its name, whatever it holds; `None` if it is not valid.
pub(super) fn value(name: &str, text: &str) -> Option<Value> {
    match super::split_ending(name).1 {
        #[cfg(feature = "folder")]
        "yml" | "yaml" => yaml_of(text).ok(),
        "json" => serde_json::from_str(text).ok(),
        "csv" => Some(rows(text, ',')),
        "tsv" => Some(rows(text, '\t')),
        _ => by_name(name, text).map(Value::Object),
    }
}

/// Maximum length of the name of a column, in bytes.
const MAX_COLUMN: usize = 100;

/// Reads rows of fields ([RFC 4180](https://www.rfc-editor.org/rfc/rfc4180)) as tables, whose keys are the fields of the first.
fn rows(text: &str, mark: char) -> Value {
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut is_quoted, mut chars) = (false, text.chars().peekable());
    while let Some(c) = chars.next() {
        match c {
            '"' if is_quoted && chars.next_if_eq(&'"').is_some() => field.push('"'),
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => field.push(c),
            _ if c == mark => row.push(std::mem::take(&mut field)),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            c => field.push(c),
        }
    }
    row.push(field);
    rows.push(row);
    let mut rows = rows.into_iter().filter(|row| row.iter().any(|field| !field.is_empty()));
    let mut names = rows.next().unwrap_or_default();
    // Each row has all of them.
    names.iter_mut().for_each(|name| name.truncate(name.floor_char_boundary(MAX_COLUMN)));
    let table = |row: Vec<String>| -> Value {
        names.iter().cloned().zip(row.into_iter().map(Value::String)).collect::<Map<_, _>>().into()
    };
    rows.map(table).collect()
}

/// Returns the part of a table or list that a key or a number stands for.
pub(crate) fn part<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    match (value, key) {
        (Value::Object(table), key) => table.get(key),
        (Value::Array(all), "first") => all.first(),
        (Value::Array(all), "last") => all.last(),
        (Value::Array(all), key) => key.parse().ok().and_then(|at: usize| all.get(at)),
        _ => None,
    }
}

/// Reads a file by the ending of its name; `None` if it is not valid.
pub(super) fn by_name(name: &str, text: &str) -> Option<Map<String, Value>> {
    parsed(name, text).ok()
}

fn parsed(name: &str, text: &str) -> Parsed {
    match super::split_ending(name).1 {
        "yml" | "yaml" => yaml(text),
        "toml" => toml(text),
        "json" => json(text),
        _ => Err((0, "unknown kind of file".to_owned())),
    }
}

/// Reads JSON.
pub(crate) fn json(text: &str) -> Parsed {
    serde_json::from_str(text).map_err(|error| (error.line() as u32, error.to_string()))
}

/// Reads a configuration.
///
/// # Errors
/// If it is not valid: without what it says, articles would have other addresses and ids.
pub(super) fn configuration(name: &str, text: &str) -> Result<Map<String, Value>, Error> {
    parsed(name, text).map_err(|(line, problem)| {
        let place = if line == 0 { name.to_owned() } else { format!("{name}:{line}") };
        let error =
            Error::new(Kind::Config, format!("invalid configuration of the site: {problem}")).at(place);
        error.with_help("correct it; existing feeds were left unchanged, because ids and links depend on it")
    })
}

/// A configuration: its path and its keys.
pub(super) type Configuration = (String, Map<String, Value>);

/// Reads the first of some configurations that is there.
///
/// # Errors
/// If it is not valid.
pub(super) fn first(files: &Files<'_>, names: &[&str]) -> Result<Option<Configuration>, Error> {
    let Some((name, text)) = files.configuration(names)? else { return Ok(None) };
    Ok(Some((name.to_owned(), configuration(name, &text)?)))
}

/// Reads the front matter at the beginning of a text; `None` if there is none.
pub(super) fn front(text: &str) -> Option<Map<String, Value>> {
    let (first, rest) = text.trim_start().split_once('\n')?;
    let (mark, read): (&str, fn(&str) -> Parsed) = match first.trim_end() {
        "---" | "---yaml" => ("---", yaml),
        "---json" => ("---", json),
        "---toml" => ("---", toml),
        "+++" => ("+++", toml),
        _ => return None,
    };
    let mut end = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == mark {
            return read(&rest[..end]).ok();
        }
        end += line.len();
    }
    None
}

/// Reads the front matter at the beginning of a text as keys and values.
pub(super) fn matter(text: &str) -> Option<Matter> {
    let mut matter: Matter = front(text)?.into_iter().collect();
    matter.is_yaml =
        text.trim_start().lines().next().is_some_and(|first| matches!(first.trim_end(), "---" | "---yaml"));
    Some(matter)
}

/// Returns a value with all keys in lower case, for generators that ignore case.
pub(super) fn lower(value: Value) -> Value {
    match value {
        Value::Object(table) => {
            table.into_iter().map(|(key, value)| (key.to_lowercase(), lower(value))).collect()
        }
        Value::Array(all) => all.into_iter().map(lower).collect(),
        value => value,
    }
}

/// Lays one table over another: what both have is merged if it is a table, and replaced if not.
pub(super) fn merge(below: &mut Map<String, Value>, above: Map<String, Value>) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (Some(Value::Object(below)), Value::Object(above)) => merge(below, above),
            (_, value) => _ = below.insert(key, value),
        }
    }
}

/// Returns the text at a path of keys.
pub(super) fn text(table: &Map<String, Value>, path: &[&str]) -> Option<String> {
    super::matter::text(get(table, path)?)
}

/// Returns the value at a path of keys.
pub(super) fn get<'a>(table: &'a Map<String, Value>, path: &[&str]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(table.get(*first)?, |value, key| value.get(*key))
}

#[cfg(all(test, feature = "folder"))]
mod tests {
    use super::*;

    #[test]
    fn tabs_before_items_in_brackets_are_read_as_spaces() {
        let read = yaml("title: a\tb\ntags: [\n\t\"x\",\n\t'y'\n]\n").unwrap();
        assert_eq!(
            read,
            serde_json::json!({ "title": "a\tb", "tags": ["x", "y"] }).as_object().unwrap().clone()
        );
        assert!(yaml("a: 1\nb: [\n\t\"x\n").is_err());
    }

    #[test]
    fn files_of_data_hold_tables_lists_and_rows() {
        let table = serde_json::json!([{ "a": "1", "b": "x, \"y\"" }, { "a": "2", "b": "" }]);
        for (name, text) in [
            ("a.yml", "- {a: '1', b: 'x, \"y\"'}\n- {a: '2', b: ''}\n"),
            ("a.json", "[{\"a\": \"1\", \"b\": \"x, \\\"y\\\"\"}, {\"a\": \"2\", \"b\": \"\"}]"),
            ("a.csv", "a,b\r\n1,\"x, \"\"y\"\"\"\r\n\n2,\n"),
            ("a.tsv", "a\tb\n1\t\"x, \"\"y\"\"\"\n2\t"),
        ] {
            assert_eq!(value(name, text), Some(table.clone()), "{name}");
        }
        assert_eq!(value("a.json", "[1"), None);
        assert_eq!(value("a.csv", ""), Some(serde_json::json!([])));
    }

    #[test]
    fn front_matter_may_name_its_syntax() {
        for text in [
            "---json\n{ \"a\": 1 }\n---\n",
            "---toml\na = 1\n---\n",
            "---yaml\na: 1\n---\n",
            "+++\na = 1\n+++\n",
        ] {
            assert_eq!(front(text).unwrap()["a"], 1, "{text}");
        }
    }
}
