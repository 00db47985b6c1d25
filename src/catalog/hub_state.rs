//! Which versions of which feeds WebSub hubs know: for each topic, the hash of the document at the last notification.
//!
//! A topic whose document has another hash has to be announced. So whatever interrupts a build (a kill, an unreachable
//! hub), the next one knows what is still pending; at worst a hub is notified twice.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use url::Url;

use super::checksummed;

/// Name of the file in the cache directory.
pub(super) const NAME: &str = "hubs";
const MAGIC: &str = "feedmill hubs 1\n";

/// Hash of each topic's document when its hub was last notified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HubState(BTreeMap<String, u128>);

impl HubState {
    /// Reads the state that the last build saved in a cache directory; empty if it cannot be read.
    #[must_use]
    pub fn open(folder: &Path) -> Self {
        Self(checksummed::read(folder, NAME, MAGIC))
    }

    /// True if the hub of a topic was notified of the document with this hash.
    #[must_use]
    pub fn is_notified(&self, topic: &Url, hash: u128) -> bool {
        self.0.get(topic.as_str()) == Some(&hash)
    }

    /// Records that the hub of a topic was notified of the document with this hash.
    pub fn mark_notified(&mut self, topic: &Url, hash: u128) {
        self.0.insert(topic.to_string(), hash);
    }

    /// Forgets every topic that does not meet a condition.
    pub fn retain(&mut self, is_topic: impl Fn(&str) -> bool) {
        self.0.retain(|topic, _| is_topic(topic));
    }

    /// Saves the state in place of the last one.
    ///
    /// # Errors
    /// If the file cannot be written; hubs are then notified again.
    pub fn save(&self, folder: &Path) -> io::Result<()> {
        checksummed::write(folder, NAME, MAGIC, &self.0)
    }
}
