//! Objects as a server reads them: no thread of the server waits for a request, and one is not repeated for long, because the
//! server has an older document meanwhile.

use std::future::Future;
use std::ops::Range;

use super::{
    BucketStore, Content, Duration, Error, GetOptions, GetRange, Patience, Stamp, Url, bare, cut_short,
    if_match, into_io, io, overtaken, stamp_of,
};
use crate::types::Bytes;

/// Patience of a server.
const SERVER: Patience = Patience {
    in_flight: 32,
    retries: 2,
    retry_timeout: Duration::from_secs(5),
    part_timeout: Duration::from_secs(10),
    large_timeout: Duration::from_secs(10),
};

/// An object that was fetched.
#[derive(Clone, Debug)]
pub(crate) struct Fetched {
    /// Its bytes; `None` if it has more than were asked for.
    pub(crate) bytes: Option<Content>,
    pub(crate) stamp: Stamp,
    /// Identifies the version, as the server sent it.
    pub(crate) e_tag: Option<String>,
}

impl BucketStore {
    /// Creates a store for a server, as [`BucketStore::connect`] does for a build.
    ///
    /// # Errors
    /// As [`BucketStore::connect`].
    pub fn connect_for_server(url: &Url) -> io::Result<Self> {
        Self::connect_with(url, SERVER)
    }

    /// Fetches an object unless it is the version with an ETag; `None` if it is. Of one with more than `limit` bytes, only the
    /// metadata; `is_large` says that this is likely, so that no bytes are requested in vain.
    ///
    /// # Errors
    /// Those of the requests; [`io::ErrorKind::NotFound`] if there is no such object.
    pub(crate) fn fetch_unless(
        &self,
        name: &str,
        e_tag: Option<&str>,
        limit: Bytes,
        is_large: bool,
    ) -> impl Future<Output = io::Result<Option<Fetched>>> + Send + use<> {
        let (objects, name, e_tag) = (self.objects.clone(), name.to_owned(), e_tag.map(str::to_owned));
        let fetch = async move {
            let key = objects.key(&name)?;
            let unless = GetOptions { if_none_match: e_tag, ..GetOptions::default() };
            let found = |error| match error {
                Error::NotModified { .. } => Ok(None),
                error => Err(into_io(error)),
            };
            if is_large {
                let head = objects.all.get_opts(&key, GetOptions { head: true, ..unless.clone() }).await;
                match head {
                    Ok(head) if head.meta.size > limit.0 => {
                        let (stamp, e_tag) = (stamp_of(&head.meta), head.meta.e_tag);
                        return Ok(Some(Fetched { bytes: None, stamp, e_tag }));
                    }
                    Ok(_) => {}
                    Err(error) => return found(error),
                }
            }
            let (bytes, meta) = match objects.get(&key, Some(limit.0 + 1), unless).await {
                Ok(fetched) => fetched,
                Err(error) => return found(error),
            };
            if (bytes.len() as u64) < meta.size.min(limit.0 + 1) {
                return Err(cut_short());
            }
            let bytes = Some(bytes).filter(|_| meta.size <= limit.0);
            Ok(Some(Fetched { bytes, stamp: stamp_of(&meta), e_tag: meta.e_tag }))
        };
        let fetched = self.objects.handle.spawn(fetch);
        async move { fetched.await.map_err(io::Error::other)? }
    }

    /// Fetches some bytes of the version of an object with an ETag.
    ///
    /// # Errors
    /// Those of the request; [`io::ErrorKind::ResourceBusy`] if the object was replaced.
    pub(crate) fn fetch_range(
        &self,
        name: &str,
        e_tag: Option<&str>,
        range: Range<u64>,
    ) -> impl Future<Output = io::Result<Content>> + Send + use<> {
        let (objects, name, e_tag) = (self.objects.clone(), name.to_owned(), e_tag.map(str::to_owned));
        let fetch = async move {
            let key = objects.key(&name)?;
            let length = range.end - range.start;
            let range = Some(GetRange::Bounded(range));
            let if_match = e_tag.as_deref().and_then(if_match);
            let options = GetOptions { range, if_match, ..GetOptions::default() };
            let result = objects.all.get_opts(&key, options).await.map_err(into_io)?;
            if e_tag.is_some() && result.meta.e_tag.as_deref().map(bare) != e_tag.as_deref().map(bare) {
                return Err(overtaken());
            }
            let bytes = result.bytes().await.map_err(into_io)?;
            if bytes.len() as u64 != length {
                return Err(cut_short());
            }
            Ok(bytes)
        };
        let fetched = self.objects.handle.spawn(fetch);
        async move { fetched.await.map_err(io::Error::other)? }
    }
}
