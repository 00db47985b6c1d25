//! What WebSub hubs were told: of each topic, the hash of the document that it was when its hub heard of it.
//!
//! A topic whose document has another hash is news. So whatever happens to a run, be it killed or its hub out of reach,
//! the next one sees what is still to be told; at worst a hub hears something twice.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use url::Url;

use super::sealed;

const NAME: &str = "told";
const MAGIC: &str = "feedmill told 1\n";

/// What hubs were told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told(BTreeMap<String, u128>);

impl Told {
    /// As the last run left it in a folder; nothing where that can't be read.
    #[must_use]
    pub fn open(folder: &Path) -> Self {
        Self(sealed::read(folder, NAME, MAGIC))
    }

    /// Whether a topic's hub knows of a document with this hash.
    #[must_use]
    pub fn knows(&self, topic: &Url, hash: u128) -> bool {
        self.0.get(topic.as_str()) == Some(&hash)
    }

    /// A topic's hub knows of a document with this hash now.
    pub fn hear(&mut self, topic: &Url, hash: u128) {
        self.0.insert(topic.to_string(), hash);
    }

    /// Forgets all topics but some.
    pub fn retain(&mut self, is_topic: impl Fn(&str) -> bool) {
        self.0.retain(|topic, _| is_topic(topic));
    }

    /// Puts it in place of what the last run left.
    ///
    /// # Errors
    /// Where it can't be written; hubs are told again then.
    pub fn keep(&self, folder: &Path) -> io::Result<()> {
        sealed::write(folder, NAME, MAGIC, &self.0)
    }
}
