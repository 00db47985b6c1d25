//! Parses TOML into keys and values with their places; unknown keys and values of the wrong type are problems.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::faults::Faults;
use super::keys::{
    CHANNEL, CHECK, CLEAN, EXTRA, FEED, Key, LEVELS, ListItems, NAMES, PODCAST, THEME, TOP, ValueType,
};
use super::{Keys, Origin, RawConfig, SHOWN, SetValue, Source, Value};
use crate::diag::{Meta, Sink, codes, nearest};
use crate::error::Error;
#[cfg(doc)]
use crate::error::Kind;
use crate::types::excerpt;

impl RawConfig {
    /// Parses the bytes of a file. Every problem goes to `sink`.
    ///
    /// # Errors
    /// [`Kind::Config`] if there was a problem, such as bytes that are not UTF-8.
    ///
    /// ```
    /// use feedmill::config::RawConfig;
    /// use feedmill::diag::Sink;
    ///
    /// let mut sink = Sink::collecting();
    /// assert!(RawConfig::from_bytes(b"\n# caf\xe9", "feedmill.toml".as_ref(), &mut sink).is_err());
    /// let found = &sink.collected()[0];
    /// assert_eq!((found.place.line, found.place.column), (2, 6));
    /// ```
    pub fn from_bytes(bytes: &[u8], file: &Path, sink: &mut Sink<'_>) -> Result<Self, Error> {
        let error = match std::str::from_utf8(bytes) {
            Ok(text) => return Self::read(text.strip_prefix('\u{feff}').unwrap_or(text), file, sink),
            Err(error) => error,
        };
        let valid = std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
        let problem = match bytes {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "it is encoded in UTF-16".to_owned(),
            _ => match bytes.get(error.valid_up_to()) {
                Some(byte) => format!("byte 0x{byte:02X} is not UTF-8"),
                None => "it is not UTF-8".to_owned(),
            },
        };
        let mut faults = Faults::new(sink);
        let place = || Source::new(valid, file).place(valid.len());
        faults.push(&codes::CONFIG_SYNTAX, place, format!("{problem}; save the file as UTF-8"));
        faults.finish(file)?;
        Ok(Self::default())
    }

    /// Parses the text of a file. Every problem goes to `sink`.
    ///
    /// # Errors
    /// [`Kind::Config`] if there was a problem.
    ///
    /// ```
    /// use feedmill::config::RawConfig;
    /// use feedmill::diag::Sink;
    ///
    /// let mut sink = Sink::collecting();
    /// assert!(RawConfig::read("titel = 'News'", "feedmill.toml".as_ref(), &mut sink).is_err());
    /// assert_eq!(sink.collected()[0].detail, "`titel`; did you mean `title`?");
    /// ```
    pub fn read(text: &str, file: &Path, sink: &mut Sink<'_>) -> Result<Self, Error> {
        let folder = file.parent().unwrap_or(Path::new("")).to_path_buf();
        let mut raw = Self { folder, source: Source::new(text, file), ..Self::default() };
        let source = raw.source.clone();
        let mut reader = Reader { source: &source, faults: Faults::new(sink) };
        match DeTable::parse(text) {
            Ok(table) => reader.top(table.get_ref(), &mut raw),
            Err(error) => {
                let at = error.span().map_or(0, |s| s.start);
                reader.fault(&codes::CONFIG_SYNTAX, at, error.message().replace('\n', "; "));
            }
        }
        reader.faults.finish(file)?;
        Ok(raw)
    }
}

struct Reader<'a, 'b, 'c> {
    source: &'a Source,
    faults: Faults<'b, 'c>,
}

impl Reader<'_, '_, '_> {
    fn fault(&mut self, meta: &'static Meta, at: usize, detail: String) {
        self.faults.push(meta, || self.source.place(at), detail);
    }

    fn bad_value(&mut self, at: usize, detail: String) {
        self.fault(&codes::CONFIG_BAD_VALUE, at, detail);
    }

    fn unknown<'k>(&mut self, key: &str, at: usize, within: &str, known: impl Iterator<Item = &'k str>) {
        let hint = nearest(key, known).map(|k| format!("; did you mean `{k}`?")).unwrap_or_default();
        let detail = format!("`{}`{within}{hint}", excerpt(key, SHOWN));
        self.fault(&codes::CONFIG_UNKNOWN_KEY, at, detail);
    }

    fn top(&mut self, table: &DeTable<'_>, raw: &mut RawConfig) {
        let known = || CHANNEL.iter().chain(TOP);
        let mut tables = Vec::new();
        for (key, value) in table {
            let name: &str = key.get_ref();
            if NAMES.contains(&name) {
                tables.push((name, value));
            } else {
                let names = known().map(|k| k.name).chain(NAMES.iter().copied());
                self.key(key, value, "", known(), names, &mut raw.top);
            }
        }
        for (name, value) in tables {
            let at = value.span().start;
            match (name, value.get_ref()) {
                ("check", DeValue::Table(t)) => self.check(t, raw),
                ("clean", DeValue::Table(t)) => raw.clean = self.keys(t, " in [clean]", CLEAN),
                ("extra", DeValue::Table(t)) => raw.extra = self.keys(t, " in [extra]", EXTRA),
                ("theme", DeValue::Table(t)) => raw.theme = self.keys(t, " in [theme]", THEME),
                ("podcast", _) => self.podcast(value, &mut raw.top),
                ("section", DeValue::Table(t)) => {
                    for (key, value) in t {
                        let Some(inner) = value.get_ref().as_table() else {
                            let name = excerpt(key.get_ref(), SHOWN);
                            let detail = format!("`section.{name}` must be a table; write [section.NAME]");
                            self.bad_value(key.span().start, detail);
                            continue;
                        };
                        let keys = self.channel(inner, " in a section", &[]);
                        raw.sections.insert(key.get_ref().to_string(), keys);
                    }
                }
                ("feed", DeValue::Array(list)) => {
                    for item in list.iter() {
                        let at = item.span().start;
                        match item.get_ref().as_table() {
                            Some(t) => {
                                let mut keys = self.channel(t, " in [[feed]]", FEED);
                                if keys.is_empty() {
                                    keys.insert("name", set_at(Value::Text(String::new()), at));
                                }
                                raw.feeds.push(keys);
                            }
                            None => self
                                .bad_value(at, "`feed` must be a list of tables; write [[feed]]".to_owned()),
                        }
                    }
                }
                _ => {
                    let header = match name {
                        "feed" => "[[feed]]".to_owned(),
                        "section" => "[section.NAME]".to_owned(),
                        _ => format!("[{name}]"),
                    };
                    let list = if name == "feed" { "list of tables" } else { "table" };
                    self.bad_value(at, format!("`{name}` must be a {list}; write {header}"));
                }
            }
        }
    }

    /// Reads `[check]` and the tables of paths in it.
    fn check(&mut self, table: &DeTable<'_>, raw: &mut RawConfig) {
        for (key, value) in table {
            if key.get_ref() != "paths" {
                let names = CHECK.iter().map(|k| k.name).chain(["paths"]);
                self.key(key, value, " in [check]", CHECK.iter(), names, &mut raw.check);
                continue;
            }
            let Some(paths) = value.get_ref().as_table() else {
                let detail = "`check.paths` must be a table; write [check.paths.\"GLOB\"]";
                self.bad_value(key.span().start, detail.to_owned());
                continue;
            };
            for (pattern, value) in paths {
                if let Some(fault) = super::pattern_fault(pattern.get_ref()) {
                    let shown = excerpt(pattern.get_ref(), SHOWN);
                    let detail = format!("`{shown}` in [check.paths] has {fault}; correct the pattern");
                    self.bad_value(pattern.span().start, detail);
                }
                match value.get_ref().as_table() {
                    Some(table) => {
                        let keys = self.keys(table, " in [check.paths]", LEVELS);
                        raw.check_paths.push((pattern.get_ref().to_string(), keys));
                    }
                    None => {
                        let shown = excerpt(pattern.get_ref(), SHOWN);
                        let detail =
                            format!("`check.paths.{shown}` must be a table; write [check.paths.\"GLOB\"]");
                        self.bad_value(pattern.span().start, detail);
                    }
                }
            }
        }
    }

    fn keys(&mut self, table: &DeTable<'_>, within: &str, all: &'static [Key]) -> Keys {
        let mut keys = Keys::new();
        for (key, value) in table {
            self.key(key, value, within, all.iter(), all.iter().map(|k| k.name), &mut keys);
        }
        keys
    }

    /// Reads the keys of a section, or of an additional feed, which has `more`.
    fn channel(&mut self, table: &DeTable<'_>, within: &str, more: &'static [Key]) -> Keys {
        let mut keys = Keys::new();
        for (key, value) in table {
            if key.get_ref() == "podcast" {
                self.podcast(value, &mut keys);
                continue;
            }
            let known = || CHANNEL.iter().chain(more);
            let names = known().map(|k| k.name).chain(["podcast"]);
            self.key(key, value, within, known(), names, &mut keys);
        }
        keys
    }

    /// Reads `[podcast]` into the keys of its channel. An empty table also makes the channel a podcast.
    fn podcast(&mut self, value: &Spanned<DeValue<'_>>, keys: &mut Keys) {
        let at = value.span().start;
        let Some(table) = value.get_ref().as_table() else {
            let detail = "`podcast` must be a table; write [podcast] or [section.NAME.podcast]";
            return self.bad_value(at, detail.to_owned());
        };
        keys.insert("podcast", set_at(Value::Bool(true), at));
        for (key, value) in table {
            let names = PODCAST.iter().map(|k| k.name);
            self.key(key, value, " in [podcast]", PODCAST.iter(), names, keys);
        }
    }

    fn key<'k>(
        &mut self,
        key: &Spanned<toml::de::DeString<'_>>,
        value: &Spanned<DeValue<'_>>,
        within: &str,
        mut known: impl Iterator<Item = &'static Key>,
        names: impl Iterator<Item = &'k str>,
        keys: &mut Keys,
    ) {
        let name: &str = key.get_ref();
        let Some(known) = known.find(|k| k.name == name) else {
            return self.unknown(name, key.span().start, within, names);
        };
        match read_value(known.value_type, value.get_ref()) {
            Ok(value) => {
                keys.insert(known.stored_as, set_at(value, key.span().start));
            }
            Err(problem) => self.bad_value(value.span().start, format!("`{name}` {problem}")),
        }
    }
}

fn set_at(value: Value, offset: usize) -> SetValue {
    SetValue { value, origin: Origin::File(offset) }
}

/// Converts a value to the type of its key; an error continues a sentence that begins with the name of the key.
fn read_value(value_type: ValueType, value: &DeValue<'_>) -> Result<Value, String> {
    let must_be = |wanted: &str| Err(format!("must be {wanted}, not {}", type_name(value)));
    match (value_type, value) {
        (ValueType::Text(_), DeValue::String(text)) => Ok(Value::Text(text.to_string())),
        (ValueType::Text(_), _) => must_be("a string in quotes"),
        (ValueType::Bool, DeValue::Boolean(on)) => Ok(Value::Bool(*on)),
        (ValueType::Bool, _) => must_be("true or false"),
        (ValueType::Number | ValueType::NumberBetween(..), DeValue::Integer(number)) => {
            let digits = number.as_str().replace('_', "");
            let parsed = i64::from_str_radix(&digits, number.radix()).map(Value::Number);
            parsed.map_err(|_| format!("is too large: the maximum is {}", i64::MAX))
        }
        (ValueType::Number | ValueType::NumberBetween(..), _) => must_be("a whole number"),
        (ValueType::List(ListItems::Hours), DeValue::Array(list)) => {
            let hours = list.iter().map(|item| match item.get_ref() {
                DeValue::Integer(number) if number.radix() == 10 => {
                    let hour = number.as_str().parse::<u8>().ok().filter(|hour| *hour < 24);
                    hour.map(|hour| hour.to_string())
                }
                _ => None,
            });
            let hours = hours.collect::<Option<_>>().map(Value::List);
            hours.ok_or_else(|| "must be a list of whole numbers from 0 to 23".to_owned())
        }
        (ValueType::List(ListItems::Hours), _) => must_be("a list of whole numbers from 0 to 23"),
        (ValueType::List(ListItems::OneOfOr(..)), DeValue::String(text)) => {
            Ok(Value::List(vec![text.to_string()]))
        }
        (ValueType::List(_), DeValue::Array(list)) => {
            let texts = list.iter().enumerate().map(|(index, item)| {
                let item = item.get_ref();
                item.as_str().map(str::to_owned).ok_or_else(|| {
                    format!("must be a list of strings, but item {} is {}", index + 1, type_name(item))
                })
            });
            texts.collect::<Result<_, _>>().map(Value::List)
        }
        (ValueType::List(_), _) => must_be("a list of strings"),
    }
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
