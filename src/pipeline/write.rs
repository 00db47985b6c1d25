//! Step 8: a feed is written in each of its formats.

use rayon::prelude::*;

use crate::catalog::{self, PublishedFile};
use crate::error::Error;
use crate::model::Feed;

use super::archive::OutputDoc;
use super::context::size;
use super::publish::Publisher;

/// Writes a document in every format of its feed, and hands each to the publisher.
///
/// # Errors
/// If a format cannot be written, or the store fails.
pub(super) fn write(
    doc: &OutputDoc,
    feed: &Feed,
    publisher: &Publisher<'_>,
) -> Result<Vec<PublishedFile>, Error> {
    let formats = doc.channel.formats.par_iter().map(|format| {
        let path = doc.folder().join(format.file_name());
        let bytes = format.write(feed, doc.channel.layout)?;
        let file = PublishedFile {
            path: path.clone(),
            size: size(&bytes),
            hash: catalog::hash(&bytes),
            fingerprint: 0,
        };
        publisher.publish(path, bytes, feed.self_link(format.file_name()))?;
        Ok(file)
    });
    formats.collect()
}
