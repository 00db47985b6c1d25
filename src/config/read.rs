//! From TOML to what was written, key by key; what can't be read has its line.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{CHANNEL, CHECK, CLEAN, FEED, Key, NAMES, PODCAST, TOP, Takes};
use super::{Given, Keys, RawConfig, Value, faulty};
use crate::diag::{Finding, Meta, Place, Sink, codes};
use crate::error::Error;
#[cfg(doc)]
use crate::error::Kind;

impl RawConfig {
    /// Reads a file's text. Everything wrong with it goes to `sink`.
    ///
    /// # Errors
    /// [`Kind::Config`] where anything was wrong.
    ///
    /// ```
    /// use feedmill::config::RawConfig;
    /// use feedmill::diag::Sink;
    ///
    /// let mut sink = Sink::keeping();
    /// assert!(RawConfig::read("titel = 'News'", "feedmill.toml".as_ref(), &mut sink).is_err());
    /// assert_eq!(sink.kept()[0].detail, "unknown key `titel`; did you mean `title`?");
    /// ```
    pub fn read(text: &str, file: &Path, sink: &mut Sink<'_>) -> Result<Self, Error> {
        let folder = file.parent().unwrap_or(Path::new("")).to_path_buf();
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
        let (file_name, starts) = (file.to_string_lossy().into_owned(), starts.collect());
        let mut reader = Reader { text, starts, file: file_name, sink, faults: 0 };
        let mut raw = Self { folder, ..Self::default() };
        match DeTable::parse(text) {
            Ok(table) => reader.top(table.get_ref(), &mut raw),
            Err(error) => {
                let at = error.span().map_or(0, |s| s.start);
                reader.fault(&codes::CONFIG_SYNTAX, at, error.message().replace('\n', "; "));
            }
        }
        reader.faults.eq(&0).then_some(raw).ok_or_else(|| faulty(file))
    }
}

struct Reader<'a, 'b, 'c> {
    text: &'a str,
    /// Where each line begins.
    starts: Vec<usize>,
    file: String,
    sink: &'b mut Sink<'c>,
    faults: usize,
}

impl Reader<'_, '_, '_> {
    fn place(&self, at: usize) -> Place {
        let at = self.text.floor_char_boundary(at);
        let line = self.starts.partition_point(|start| *start <= at);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let column = self.text[start..at].chars().count();
        let shown = self.text[start..].lines().next().unwrap_or_default();
        Place::at(self.file.as_str(), line as u32, column as u32 + 1).showing(shown)
    }

    fn fault(&mut self, meta: &'static Meta, at: usize, message: String) {
        let place = self.place(at);
        self.faults += 1;
        self.sink.push(Finding::new(meta, place, message));
    }

    fn unknown<'k>(&mut self, key: &str, at: usize, within: &str, known: impl Iterator<Item = &'k str>) {
        let near = known
            .map(|k| (strsim::damerau_levenshtein(k, &key.to_lowercase()), k))
            .min()
            .filter(|(distance, k)| *distance <= 1 + k.len() / 4);
        let hint = near.map(|(_, k)| format!("; did you mean `{k}`?")).unwrap_or_default();
        self.fault(&codes::CONFIG_UNKNOWN_KEY, at, format!("unknown key `{key}`{within}{hint}"));
    }

    fn top(&mut self, table: &DeTable<'_>, raw: &mut RawConfig) {
        let known = || CHANNEL.iter().chain(TOP);
        let mut later = Vec::new();
        for (key, value) in table {
            let name: &str = key.get_ref();
            if NAMES.contains(&name) {
                later.push((name, value));
            } else {
                let names = known().map(|k| k.name).chain(NAMES.iter().copied());
                self.key(key, value, "", known(), names, &mut raw.top);
            }
        }
        for (name, value) in later {
            let at = value.span().start;
            match (name, value.get_ref()) {
                ("check", DeValue::Table(t)) => raw.check = self.keys(t, " in [check]", CHECK),
                ("clean", DeValue::Table(t)) => raw.clean = self.keys(t, " in [clean]", CLEAN),
                ("podcast", _) => self.podcast(value, &mut raw.top),
                ("section", DeValue::Table(t)) => {
                    for (key, value) in t {
                        let Some(inner) = value.get_ref().as_table() else {
                            self.fault(
                                &codes::CONFIG_BAD_VALUE,
                                key.span().start,
                                "write [section.NAME]".to_owned(),
                            );
                            continue;
                        };
                        let keys = self.channel(inner, " in a section", &[]);
                        raw.sections.insert(key.get_ref().to_string(), keys);
                    }
                }
                ("feed", DeValue::Array(list)) => {
                    for item in list.iter() {
                        match item.get_ref().as_table() {
                            Some(t) => {
                                let mut keys = self.channel(t, " in [[feed]]", FEED);
                                if keys.is_empty() {
                                    let place = self.place(item.span().start);
                                    keys.insert(
                                        "name",
                                        Given { value: Value::Text(String::new()), place, in_file: true },
                                    );
                                }
                                raw.feeds.push(keys);
                            }
                            None => {
                                let at = item.span().start;
                                self.fault(&codes::CONFIG_BAD_VALUE, at, "write [[feed]]".to_owned());
                            }
                        }
                    }
                }
                _ => {
                    let brackets =
                        if name == "feed" { "[[feed]]" } else { "[section.NAME], [check] or [clean]" };
                    self.fault(
                        &codes::CONFIG_BAD_VALUE,
                        at,
                        format!("`{name}` is a table: write {brackets}"),
                    );
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

    /// The keys of a section or of a feed of its own, which has some more.
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

    /// `[podcast]` among the keys of a channel; that it is there at all makes a podcast of it.
    fn podcast(&mut self, value: &Spanned<DeValue<'_>>, keys: &mut Keys) {
        let at = value.span().start;
        let Some(table) = value.get_ref().as_table() else {
            let message = "`podcast` is a table: write [podcast] or [section.NAME.podcast]";
            return self.fault(&codes::CONFIG_BAD_VALUE, at, message.to_owned());
        };
        keys.insert("podcast", Given { value: Value::Switch(true), place: self.place(at), in_file: true });
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
        let read = match (known.takes, value.get_ref()) {
            (Takes::Text(_), DeValue::String(s)) => Some(Value::Text(s.to_string())),
            (Takes::Switch, DeValue::Boolean(b)) => Some(Value::Switch(*b)),
            (Takes::Number, DeValue::Integer(i)) => {
                i64::from_str_radix(&i.as_str().replace('_', ""), i.radix()).ok().map(Value::Number)
            }
            (Takes::List(_), DeValue::Array(list)) => list
                .iter()
                .map(|v| v.get_ref().as_str().map(str::to_owned))
                .collect::<Option<Vec<_>>>()
                .map(Value::List),
            _ => None,
        };
        let wanted = match known.takes {
            Takes::Text(_) => "a string in quotes",
            Takes::Number => "a whole number",
            Takes::Switch => "true or false",
            Takes::List(_) => "a list of strings",
        };
        match read {
            Some(value) => {
                keys.insert(known.kept, Given { value, place: self.place(key.span().start), in_file: true });
            }
            None => {
                self.fault(&codes::CONFIG_BAD_VALUE, value.span().start, format!("`{name}` takes {wanted}"))
            }
        }
    }
}
