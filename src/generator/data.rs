//! Configuration and data files, in any of the syntaxes that generators read.

use std::cell::Cell;
#[cfg(feature = "folder")]
use std::collections::BTreeMap;
use std::fmt;

#[cfg(feature = "folder")]
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
#[cfg(feature = "folder")]
use serde::de::{Deserialize, IgnoredAny};
use serde::de::{DeserializeSeed, Deserializer, Error as Fault, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
#[cfg(feature = "folder")]
use serde_saphyr::{DuplicateKeyPolicy, Spanned};

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

/// Replaces numbers with a fraction or an exponent, and those of more than 64 bits, by the text that was written: `1.10` is a
/// version, and `1e3` may be a tag. Only the values of some keys change.
#[cfg(feature = "folder")]
pub(crate) fn restore_numbers(table: &mut Map<String, Value>, text: &str, is_text: impl Fn(&str) -> bool) {
    if !table.iter().any(|(key, value)| has_fraction(value) && is_text(key)) {
        return;
    }
    let Ok(written) = yaml_of::<BTreeMap<String, Spanned<Node>>>(text) else { return };
    for (key, value) in written {
        if is_text(&key) && table.get(&key).is_some_and(has_fraction) {
            table.insert(key, as_written(value, text));
        }
    }
}

#[cfg(feature = "folder")]
fn has_fraction(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(all) => all.iter().any(has_fraction),
        Value::Object(table) => table.values().any(has_fraction),
        _ => false,
    }
}

#[cfg(feature = "folder")]
fn as_written(node: Spanned<Node>, text: &str) -> Value {
    match node.value {
        Node::Leaf(Value::Number(number)) if number.is_f64() => {
            let span = node.defined.span();
            let at = span.byte_offset().zip(span.byte_len());
            let own =
                at.and_then(|(at, length)| text.get(at as usize..(at + length) as usize)).map(str::trim);
            // Without the tabs at the beginning of its lines, a text has other offsets.
            let own = own.filter(|own| own.parse::<f64>().ok() == number.as_f64());
            own.map_or(Value::Number(number.clone()), Value::from)
        }
        Node::Leaf(value) => value,
        Node::List(all) => all.into_iter().map(|one| as_written(one, text)).collect(),
        Node::Table(all) => all.into_iter().map(|(key, one)| (key, as_written(one, text))).collect(),
    }
}

/// A value of YAML with the places of those in it.
#[cfg(feature = "folder")]
#[derive(Debug)]
enum Node {
    Leaf(Value),
    List(Vec<Spanned<Node>>),
    Table(BTreeMap<String, Spanned<Node>>),
}

#[cfg(feature = "folder")]
impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Node;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a value")
            }

            fn visit_unit<E>(self) -> Result<Node, E> {
                Ok(Node::Leaf(Value::Null))
            }

            fn visit_bool<E>(self, is: bool) -> Result<Node, E> {
                Ok(Node::Leaf(is.into()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
                Ok(Node::Leaf(number.into()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
                Ok(Node::Leaf(number.into()))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
                Ok(Node::Leaf(number.into()))
            }

            fn visit_str<E>(self, text: &str) -> Result<Node, E> {
                Ok(Node::Leaf(text.into()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, all: A) -> Result<Node, A::Error> {
                Deserialize::deserialize(SeqAccessDeserializer::new(all)).map(Node::List)
            }

            fn visit_map<A: MapAccess<'de>>(self, all: A) -> Result<Node, A::Error> {
                Deserialize::deserialize(MapAccessDeserializer::new(all)).map(Node::Table)
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

/// Returns a key that begins two lines of a table, and the number of the second one, from 1.
#[cfg(feature = "folder")]
pub(crate) fn repeated_key(text: &str) -> Option<(&str, u32)> {
    let mut seen = std::collections::HashSet::new();
    let (key, line) = text.lines().zip(1..).find_map(|(line, number)| {
        let key = line[..line.find(':')?].trim_end();
        let is_key = !key.is_empty() && !line.starts_with([' ', '\t', '#', '-']);
        (is_key && !seen.insert(key)).then_some((key, number))
    })?;
    // What looks like a key may be in a text of several lines.
    let read: Result<IgnoredAny, _> =
        serde_saphyr::from_str_with_options(text, options(DuplicateKeyPolicy::Error));
    read.is_err().then_some((key, line))
}

/// Returns YAML in which the value of a line such as `title: Part one: the end` is quoted, and the keys and numbers of these
/// lines, from 1; `None` if there is no such line.
#[cfg(feature = "folder")]
pub(crate) fn with_plain_lines(text: &str) -> Option<(String, Vec<(&str, u32)>)> {
    const INDICATORS: &[char] = &['"', '\'', '[', '{', '&', '*', '!', '|', '>', '%', '@', '`'];
    let (mut out, mut found) = (String::with_capacity(text.len() + 16), Vec::new());
    for (line, number) in text.lines().zip(1..) {
        let pair = line.split_once(": ").filter(|(key, _)| {
            !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        });
        match pair.map(|(key, value)| (key, value.trim())) {
            Some((key, value)) if value.contains(": ") && !value.starts_with(INDICATORS) => {
                out.push_str(&format!("{key}: {}\n", Value::from(value)));
                found.push((key, number));
            }
            _ => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    (!found.is_empty()).then_some((out, found))
}

/// Returns how YAML is read. The parser counts nodes and what aliases repeat: a few lines cannot become gigabytes.
#[cfg(feature = "folder")]
fn options(duplicate_keys: DuplicateKeyPolicy) -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 64,
            max_nodes: 20_000,
            max_events: 60_000,
            max_anchors: 200,
            max_aliases: 200,
            max_total_scalar_bytes: 1 << 20,
        },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 20_000, max_replay_stack_depth: 16 },
        duplicate_keys: duplicate_keys,
        // `y` and `no` are words: a tag, a language.
        strict_booleans: true,
        // `007` and `.inf` are words too.
        leading_zero_numbers_as_strings: true,
        non_finite_float_policy: serde_saphyr::NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    }
}

/// Reads YAML.
#[cfg(feature = "folder")]
fn yaml_of<T: serde::de::DeserializeOwned + Default>(text: &str) -> Result<T, (u32, String)> {
    let options = options(DuplicateKeyPolicy::LastWins);
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
    // Its parser takes several times the memory of the result.
    if memory_of_toml(text) > MAX_MEMORY {
        return Err((0, TOO_LARGE.to_owned()));
    }
    let table: ::toml::Table = text.parse().map_err(|error: ::toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = text.get(..at).unwrap_or_default().matches('\n').count() as u32 + 1;
        (line, error.message().replace('\n', "; "))
    })?;
    Ok(table.into_iter().map(|(key, value)| (key, json_of(value))).collect())
}

/// Returns about how much memory TOML takes, from the signs that begin its tables and values.
#[cfg(feature = "folder")]
fn memory_of_toml(text: &str) -> usize {
    let of_line = |line: &str| {
        let line = line.trim_start();
        let inline = line.matches('{').count();
        // Each part of a dotted key is a table.
        let keys = if inline > 0 { line } else { line.split('=').next().unwrap_or_default() };
        let tables = inline + usize::from(line.starts_with('[')) + keys.matches('.').count();
        let values = line.matches(['=', ',']).count();
        tables * (OF_VALUE + OF_NODE) + values * (OF_VALUE + 2 * OF_ALLOCATION + OF_NODE / ENTRIES)
    };
    text.lines().map(of_line).sum()
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
        "json" => json_value(text).ok(),
        "csv" => rows(text, ','),
        "tsv" => rows(text, '\t'),
        _ => by_name(name, text).map(Value::Object),
    }
}

/// Memory that what a file holds may take: hundreds of times the size of the file if its values are short.
const MAX_MEMORY: usize = 32 << 20;
const TOO_LARGE: &str = "it has too many values";
/// Memory of a value in a list, of an allocation, and of a node of a table, which has this many entries.
const OF_VALUE: usize = 32;
const OF_ALLOCATION: usize = 16;
const OF_NODE: usize = 640;
const ENTRIES: usize = 11;

/// Returns the memory of the nodes of a table with this many entries, without what is in them.
fn of_entries(count: usize) -> usize {
    count.div_ceil(ENTRIES) * OF_NODE
}

/// Returns about how much memory a value takes.
pub(super) fn memory(value: &Value) -> usize {
    let of_parts = match value {
        Value::String(text) => OF_ALLOCATION + text.len(),
        Value::Array(all) => OF_ALLOCATION + all.iter().map(memory).sum::<usize>(),
        Value::Object(table) => of_entries(table.len()) + table.iter().map(entry_memory).sum::<usize>(),
        _ => 0,
    };
    OF_VALUE + of_parts
}

fn entry_memory((key, value): (&String, &Value)) -> usize {
    OF_ALLOCATION + key.len() + memory(value)
}

/// The memory that is left for what a file holds.
struct Memory(Cell<usize>);

impl Memory {
    fn new() -> Self {
        Self(Cell::new(MAX_MEMORY))
    }

    /// Takes some of it; `None` if there is not enough.
    fn take(&self, bytes: usize) -> Option<()> {
        self.0.set(self.0.get().checked_sub(bytes)?);
        Some(())
    }
}

/// Reads a value until the memory for it is used up.
#[derive(Clone, Copy)]
struct Bounded<'m>(&'m Memory);

impl Bounded<'_> {
    fn take<E: Fault>(self, bytes: usize) -> Result<(), E> {
        self.0.take(bytes).ok_or_else(|| E::custom(TOO_LARGE))
    }

    fn leaf<E: Fault>(self, value: impl Into<Value>) -> Result<Value, E> {
        let value = value.into();
        self.take(memory(&value))?;
        Ok(value)
    }
}

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value")
    }

    fn visit_unit<E: Fault>(self) -> Result<Value, E> {
        self.leaf(Value::Null)
    }

    fn visit_bool<E: Fault>(self, is: bool) -> Result<Value, E> {
        self.leaf(is)
    }

    fn visit_i64<E: Fault>(self, number: i64) -> Result<Value, E> {
        self.leaf(number)
    }

    fn visit_u64<E: Fault>(self, number: u64) -> Result<Value, E> {
        self.leaf(number)
    }

    fn visit_f64<E: Fault>(self, number: f64) -> Result<Value, E> {
        self.leaf(number)
    }

    fn visit_str<E: Fault>(self, text: &str) -> Result<Value, E> {
        self.leaf(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        self.take(OF_VALUE + OF_ALLOCATION)?;
        let mut all = Vec::new();
        while let Some(value) = seq.next_element_seed(self)? {
            all.push(value);
        }
        Ok(all.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Value, A::Error> {
        self.take(OF_VALUE)?;
        let mut table = Map::new();
        while let Some(key) = pairs.next_key::<String>()? {
            let of_node = if table.len().is_multiple_of(ENTRIES) { OF_NODE } else { 0 };
            self.take(of_node + OF_ALLOCATION + key.len())?;
            table.insert(key, pairs.next_value_seed(self)?);
        }
        Ok(table.into())
    }
}

/// Maximum length of the name of a column, in bytes.
const MAX_COLUMN: usize = 100;

/// Reads rows of fields ([RFC 4180](https://www.rfc-editor.org/rfc/rfc4180)) as tables, whose keys are the fields of the first;
/// `None` if they take too much memory.
fn rows(text: &str, mark: char) -> Option<Value> {
    let memory_left = Memory::new();
    let (mut names, mut tables) = (None, Vec::new());
    let mut finish = |row: Vec<String>| {
        if row.iter().all(String::is_empty) {
            return Some(());
        }
        let Some(names) = &names else {
            // Each row has all of them.
            let short = |mut name: String| {
                name.truncate(name.floor_char_boundary(MAX_COLUMN));
                name
            };
            names = Some(row.into_iter().map(short).collect::<Vec<_>>());
            return Some(());
        };
        let table = names.iter().cloned().zip(row.into_iter().map(Value::String));
        let table = Value::Object(table.collect());
        memory_left.take(memory(&table))?;
        tables.push(table);
        Some(())
    };
    let (mut row, mut field) = (Vec::new(), String::new());
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
                finish(std::mem::take(&mut row))?;
            }
            c => field.push(c),
        }
    }
    row.push(field);
    finish(row)?;
    Some(tables.into())
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

/// Reads JSON that is a table.
pub(crate) fn json(text: &str) -> Parsed {
    match json_value(text)? {
        Value::Object(table) => Ok(table),
        _ => Err((1, "it is not an object".to_owned())),
    }
}

fn json_value(text: &str) -> Result<Value, (u32, String)> {
    let fault = |error: serde_json::Error| (error.line() as u32, error.to_string());
    let memory = Memory::new();
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Bounded(&memory).deserialize(&mut reader).map_err(fault)?;
    reader.end().map_err(fault)?;
    Ok(value)
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

    /// The memory is bounded, and not the size: rows of short values take hundreds of times their size.
    #[test]
    fn what_a_file_of_data_holds_has_a_bounded_size_in_memory() {
        let rows = |count: usize| {
            let json = vec![r#"{"a":1,"b":"2"}"#; count].join(",");
            [
                ("a.csv", format!("a,b\n{}", "1,2\n".repeat(count))),
                ("a.tsv", format!("a\tb\n{}", "1\t2\n".repeat(count))),
                ("a.json", format!("[{json}]")),
                ("a.json", format!("{{\"all\":[{json}]}}")),
                ("a.toml", "[[all]]\na = 1\n".repeat(count)),
                ("a.toml", format!("all = [{}]\n", "{a=1},".repeat(count))),
            ]
        };
        for (name, text) in rows(20_000) {
            let found = value(name, &text).unwrap();
            let all = found.get("all").unwrap_or(&found);
            assert_eq!(all.as_array().map(Vec::len), Some(20_000), "{name}");
            assert!(memory(&found) < MAX_MEMORY);
        }
        for (name, text) in rows(60_000) {
            assert!(text.len() < 1 << 20, "{name}");
            assert_eq!(value(name, &text), None, "{name}");
        }
        let dotted: String = (0..30_000).map(|n| format!("a{n}.b.c = 1\n")).collect();
        assert!(value("a.toml", "a0.b.c = 1\n").is_some() && value("a.toml", &dotted).is_none());
        for (unit, is_read) in [("[]", true), ("{}", true), ("{\"a\":{}}", false), ("[[[[[]]]]]", false)] {
            let text = vec![unit; 200_000].join(",");
            assert_eq!(value("a.json", &format!("[{text}]")).is_some(), is_read, "{unit}");
        }
    }

    #[test]
    fn json_is_read_as_its_parser_reads_it() {
        for text in [
            r#"{"a": [1, -2, 1.5, 1e300, 18446744073709551615, true, null, "\u0041"], "b": {"c": {}}, "a": []}"#,
            "[[]]",
            "\"x\"",
            "{\"a\": 1",
            "[1] 2",
            "",
        ] {
            assert_eq!(json_value(text).ok(), serde_json::from_str(text).ok(), "{text}");
        }
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
