//! Response body that is fetched from object storage while it is sent: the next piece once the client took the last one.

use std::future::Future;
use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::sync::OwnedSemaphorePermit;

use crate::store::BucketStore;

use super::stream::Work;

/// Number of bytes that are fetched at once.
const PIECE: u64 = 512 << 10;

/// Rest of an object that is being sent.
pub(super) struct RangesBody {
    store: Arc<BucketStore>,
    path: String,
    e_tag: Option<Arc<str>>,
    rest: Range<u64>,
    request: Option<Pin<Box<dyn Future<Output = io::Result<Bytes>> + Send>>>,
    _held: (OwnedSemaphorePermit, Work),
}

impl RangesBody {
    /// Creates the body for a range of the version of an object. While it exists it holds the slot of a download, and the
    /// connection counts as busy.
    pub(super) fn new(
        store: Arc<BucketStore>,
        path: &str,
        e_tag: Option<Arc<str>>,
        range: Range<u64>,
        held: (OwnedSemaphorePermit, Work),
    ) -> Self {
        Self { store, path: path.to_owned(), e_tag, rest: range, request: None, _held: held }
    }
}

impl Body for RangesBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let this = &mut *self;
        let piece = this.rest.start..this.rest.end.min(this.rest.start + PIECE);
        let request = this.request.get_or_insert_with(|| {
            Box::pin(this.store.fetch_range(&this.path, this.e_tag.as_deref(), piece))
        });
        let fetched = ready!(request.as_mut().poll(cx));
        this.request = None;
        // If it failed, the client must see that the rest is missing.
        Poll::Ready(Some(fetched.map(|bytes| {
            this.rest.start += bytes.len() as u64;
            Frame::data(bytes)
        })))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.end - self.rest.start)
    }
}
