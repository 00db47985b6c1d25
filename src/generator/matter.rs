//! Front matter as key and value, whichever syntax it was written in.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::date::{self, Moment, Unzoned};
use super::zone::Zone;
use crate::diag::remove_credentials;
use crate::types::{excerpt, is_http, work};

/// Maximum number of characters of a value that a message shows.
const MAX_SHOWN: usize = 40;

/// The keys that a file or its folder sets. Keys are in lower case: Hugo ignores case, and nobody has two that differ by it.
#[derive(Clone, Debug, Default)]
pub struct Matter {
    /// True if it was written in YAML, whose dates have no zone of the site's.
    pub is_yaml: bool,
    /// Time zone that the user configured for dates that name none; it replaces the generator's.
    pub timezone: Option<Zone>,
    values: BTreeMap<String, Value>,
    /// Values of keys that the file does not set; of several tables with a key, the first counts.
    shared: Vec<Arc<Table>>,
}

/// Values that many files share, such as those of their folder: no file has a copy, because there may be thousands of both.
#[derive(Debug, Default)]
pub struct Table {
    values: BTreeMap<String, Value>,
    /// Keys by their letters, without case, `_` and `-`.
    spellings: HashMap<String, Vec<String>>,
}

impl Table {
    /// Prepares values. Of keys that differ only by case, the first counts.
    #[must_use]
    pub fn new(pairs: Map<String, Value>) -> Arc<Self> {
        let mut table = Self::default();
        for (key, value) in pairs {
            table.values.entry(key.to_lowercase()).or_insert(value);
        }
        for key in table.values.keys() {
            table.spellings.entry(letters(key).collect()).or_default().push(key.clone());
        }
        Arc::new(table)
    }

    /// Returns the value of a key, given in lower case, even a null.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(key)
    }
}

/// Returns the characters of a key that count.
fn letters(key: &str) -> impl Iterator<Item = char> {
    key.chars().filter(|c| !matches!(c, '_' | '-')).map(|c| c.to_ascii_lowercase())
}

/// True if two spellings of a key are the same: case, `_` and `-` do not count.
pub(crate) fn same(one: &str, other: &str) -> bool {
    letters(one).eq(letters(other))
}

/// A key whose value is not a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadDate {
    /// The key.
    pub key: String,
    /// The value as text, shortened.
    pub value: String,
}

impl FromIterator<(String, Value)> for Matter {
    fn from_iter<T: IntoIterator<Item = (String, Value)>>(pairs: T) -> Self {
        Self {
            values: pairs.into_iter().map(|(key, value)| (key.to_lowercase(), value)).collect(),
            ..Self::default()
        }
    }
}

impl Matter {
    /// Returns the value of a key, given in lower case; `None` if it is missing or null.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.find(key).filter(|value| !value.is_null())
    }

    fn find(&self, key: &str) -> Option<&Value> {
        self.values.get(key).or_else(|| self.shared.iter().find_map(|table| table.get(key)))
    }

    /// Returns the keys with the same letters as a spelling, sorted, with their values: case, `_` and `-` do not count.
    pub fn spelled(&self, spelling: &str) -> impl Iterator<Item = (&str, &Value)> {
        let own = self.values.iter().filter(|(key, _)| same(key, spelling));
        let mut found: BTreeMap<&str, &Value> = own.map(|(key, value)| (key.as_str(), value)).collect();
        if !self.shared.is_empty() {
            let letters: String = letters(spelling).collect();
            for table in &self.shared {
                for key in table.spellings.get(&letters).into_iter().flatten() {
                    found.entry(key).or_insert(&table.values[key]);
                }
            }
        }
        found.into_iter()
    }

    /// True if the key is there, even with a null.
    pub fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// Sets all keys of a table unless the file or a table before sets them.
    pub fn share(&mut self, table: &Arc<Table>) {
        self.shared.push(Arc::clone(table));
    }

    /// Sets a key unless the file sets it.
    pub fn complete(&mut self, key: &str, value: &Value) {
        work::step(1);
        let key = key.to_lowercase();
        if !self.has(&key) {
            self.values.insert(key, value.clone());
        }
    }

    /// Sets a key.
    pub fn set(&mut self, key: &str, value: Value) {
        self.values.insert(key.to_lowercase(), value);
    }

    /// Removes user name and password from what paths are made of: from the slug and the title, whose letters would be left of
    /// them, and from the address of the article, if that is relative. Returns the key.
    pub fn remove_credentials(&mut self) -> Option<&'static str> {
        let mut found = None;
        for key in ["title", "slug", "permalink", "url", "path"] {
            let is_part = matches!(key, "title" | "slug");
            let text = self.get(key).and_then(Value::as_str).filter(|text| is_part || !is_http(text));
            if let Some(Cow::Owned(public)) = text.map(remove_credentials) {
                self.set(key, public.into());
                found = Some(key);
            }
        }
        found
    }

    /// Returns a string or number as text; `None` if it is empty.
    pub fn text(&self, key: &str) -> Option<String> {
        text(self.get(key)?)
    }

    /// True if the key is this boolean, or a string that reads as one.
    pub fn is(&self, key: &str, value: bool) -> bool {
        self.get(key).is_some_and(|found| is(found, value))
    }

    /// Returns a list of strings. A single string is a list of its words, as in Jekyll.
    pub fn words(&self, key: &str) -> Vec<String> {
        match self.get(key) {
            Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
            _ => self.list(key),
        }
    }

    /// Returns a list of strings. A single string is a list of one.
    pub fn list(&self, key: &str) -> Vec<String> {
        match self.get(key) {
            Some(Value::Array(all)) => all.iter().filter_map(text).collect(),
            Some(value) => text(value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// Returns how a date that names no zone is read: in the configured zone, else as the generator reads it.
    pub fn unzoned(&self, of_generator: Unzoned) -> Unzoned {
        self.timezone.map_or(of_generator, Unzoned::Site)
    }

    /// Returns the date of the first of some keys that is set.
    ///
    /// # Errors
    /// The key whose value is not a date.
    pub fn date(&self, keys: &[&str], unzoned: Unzoned) -> Result<Option<Moment>, BadDate> {
        let unzoned = self.unzoned(unzoned);
        for key in keys {
            // Material for MkDocs has `date: { created: …, updated: … }`.
            let value = self.get(key).map(|value| value.get("created").unwrap_or(value));
            let read = match value {
                None | Some(Value::Bool(_)) => continue,
                // The second is the zero of Go, which Hugo and its tools write for no date.
                Some(Value::String(text)) if text.trim().is_empty() || text.starts_with("0001-01-01") => {
                    continue;
                }
                Some(Value::String(text)) => date::read(text, unzoned),
                Some(Value::Number(number)) => {
                    number.as_i64().and_then(|number| date::of_number(number, unzoned))
                }
                Some(_) => None,
            };
            let bad = || {
                let value = excerpt(&self.text(key).unwrap_or_default(), MAX_SHOWN).into_owned();
                BadDate { key: (*key).to_owned(), value }
            };
            return read.map(Some).ok_or_else(bad);
        }
        Ok(None)
    }
}

/// Returns a string or number as text; `None` if it is empty.
pub(crate) fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

/// True if a value is this boolean, or a string that reads as one.
pub(crate) fn is(found: &Value, value: bool) -> bool {
    match found {
        Value::Bool(is) => *is == value,
        Value::String(text) => {
            let words = if value { ["true", "yes", "on"] } else { ["false", "no", "off"] };
            words.iter().any(|word| text.eq_ignore_ascii_case(word))
        }
        _ => false,
    }
}
