//! Step 8: a feed is written in each of its formats.

use std::path::PathBuf;

use rayon::prelude::*;
use url::Url;

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
        publish(publisher, path, bytes, feed.self_link(format.file_name()))
    });
    formats.collect()
}

/// Hands a file of a document to the publisher, and returns what the catalog keeps of it. `url` is where it will be.
///
/// # Errors
/// If the store fails.
pub(super) fn publish(
    publisher: &Publisher<'_>,
    path: PathBuf,
    bytes: Vec<u8>,
    url: Option<Url>,
) -> Result<PublishedFile, Error> {
    let (size, hash) = (size(&bytes), catalog::hash(&bytes));
    publisher.publish(path.clone(), bytes, url)?;
    Ok(PublishedFile { path, size, hash, fingerprint: 0 })
}
