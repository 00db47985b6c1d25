//! Front matter as key and value, whichever syntax it was written in.

use std::collections::BTreeMap;

use serde_json::Value;

use super::date::{self, Moment, Unzoned};
use super::zone::Zone;
use crate::types::excerpt;

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
            is_yaml: false,
            timezone: None,
            values: pairs.into_iter().map(|(key, value)| (key.to_lowercase(), value)).collect(),
        }
    }
}

impl Matter {
    /// Returns the value of a key, given in lower case; `None` if it is missing or null.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(key).filter(|value| !value.is_null())
    }

    /// Returns all keys, sorted, with their values.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// True if the key is there, even with a null.
    pub fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    /// Sets a key unless the file sets it.
    pub fn complete(&mut self, key: &str, value: &Value) {
        self.values.entry(key.to_lowercase()).or_insert_with(|| value.clone());
    }

    /// Sets a key.
    pub fn set(&mut self, key: &str, value: Value) {
        self.values.insert(key.to_lowercase(), value);
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
