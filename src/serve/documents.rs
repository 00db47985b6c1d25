//! Documents of the feeds, wherever they are: in a folder ([`DocumentCache`]), or in object storage
//! ([`Replica`](super::replica::Replica)).

use std::io;
use std::ops::Range;
use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;

use super::body::ResponseBody;
use super::cache::DocumentCache;
#[cfg(feature = "object-store")]
use super::cache_hints::CacheHints;
use super::cache_hints::CurrentHints;
use super::coding::Coding;
use super::document::Document;
use super::file_body::FileBody;
#[cfg(feature = "object-store")]
use super::replica::Replica;
use super::stream::Work;

/// Documents of the feeds.
pub(super) enum Documents {
    /// Those of a store that answers at once, such as a folder on disk.
    Folder(Arc<DocumentCache>),
    /// Those of object storage.
    #[cfg(feature = "object-store")]
    Bucket(Arc<Replica>),
}

impl Documents {
    /// Returns the document at a path if it is in memory and current. Never waits for a server.
    ///
    /// # Errors
    /// Those of the store; [`io::ErrorKind::NotFound`] if there is no such document.
    pub(super) fn cached(&self, path: &str) -> io::Result<Option<Arc<Document>>> {
        match self {
            Self::Folder(cache) => cache.cached(path),
            #[cfg(feature = "object-store")]
            Self::Bucket(replica) => replica.cached(path),
        }
    }

    /// Returns the document at a path, and reads it if it is new or changed; replaces the hints if others are known now.
    ///
    /// # Errors
    /// As [`Documents::cached`]; [`io::ErrorKind::ResourceBusy`] if it changed each time it was read;
    /// [`io::ErrorKind::HostUnreachable`] if the storage does not answer and never did for this document.
    pub(super) async fn load(&self, path: &str, hints: &CurrentHints) -> io::Result<Arc<Document>> {
        let _ = hints;
        match self {
            Self::Folder(cache) => cache.load(path).await,
            #[cfg(feature = "object-store")]
            Self::Bucket(replica) => {
                let (document, feeds) = tokio::join!(replica.load(path), replica.new_feeds());
                if let Some(feeds) = feeds {
                    hints.set(CacheHints::of(&feeds));
                }
                document
            }
        }
    }

    /// True if there is a document at a path.
    pub(super) async fn exists(&self, path: &str, hints: &CurrentHints) -> bool {
        let _ = hints;
        match self {
            Self::Folder(cache) => cache.cached(path).is_ok(),
            #[cfg(feature = "object-store")]
            Self::Bucket(_) => self.load(path, hints).await.is_ok(),
        }
    }

    /// Compresses a document, once for all requests.
    ///
    /// # Errors
    /// The runtime is shutting down.
    pub(super) async fn encode(
        &self,
        path: &str,
        document: &Arc<Document>,
        coding: Coding,
    ) -> io::Result<()> {
        match self {
            Self::Folder(cache) => cache.encode(path, document, coding).await,
            #[cfg(feature = "object-store")]
            Self::Bucket(replica) => replica.encode(path, document, coding).await,
        }
    }

    /// Returns a body with a range of a document that is too large for memory; `None` if the document has changed. While the
    /// body exists it holds the slot of a download, and the connection counts as busy.
    ///
    /// # Errors
    /// As [`Documents::cached`].
    pub(super) async fn open(
        &self,
        path: &str,
        document: &Arc<Document>,
        range: Range<u64>,
        held: (OwnedSemaphorePermit, Work),
    ) -> io::Result<Option<ResponseBody>> {
        match self {
            Self::Folder(cache) => {
                let opened = cache.open(path, document).await?;
                Ok(opened.map(|opened| ResponseBody::File(FileBody::new(opened.content, range, held))))
            }
            #[cfg(feature = "object-store")]
            Self::Bucket(replica) => Ok(replica.open(path, document, range, held).map(ResponseBody::Ranges)),
        }
    }

    /// Returns why nothing can be served yet, `Some(None)` if something can; `None` if that depends on builds.
    pub(super) async fn unreachable_reason(&self, hints: &CurrentHints) -> Option<Option<&'static str>> {
        let _ = hints;
        match self {
            Self::Folder(_) => None,
            #[cfg(feature = "object-store")]
            Self::Bucket(replica) => {
                if let Some(feeds) = replica.new_feeds().await {
                    hints.set(CacheHints::of(&feeds));
                }
                Some((!replica.has_answered()).then_some("the storage of the feeds has not answered yet"))
            }
        }
    }
}
