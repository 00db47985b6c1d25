//! Response body: bytes in memory, a file or an object that is read piece by piece, or a stream of events.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::sync::mpsc::Receiver;

use super::file_body::FileBody;
#[cfg(feature = "object-store")]
use super::ranges_body::RangesBody;

/// Body of a response.
pub(super) enum ResponseBody {
    Bytes(Bytes),
    File(FileBody),
    #[cfg(feature = "object-store")]
    Ranges(RangesBody),
    /// Ends when the sender is dropped.
    Events(Receiver<Bytes>),
}

impl Default for ResponseBody {
    fn default() -> Self {
        Self::Bytes(Bytes::new())
    }
}

impl ResponseBody {
    pub(super) fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.get_mut() {
            Self::Bytes(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Bytes(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::File(file) => Pin::new(file).poll_frame(cx),
            #[cfg(feature = "object-store")]
            Self::Ranges(ranges) => Pin::new(ranges).poll_frame(cx),
            Self::Events(events) => events.poll_recv(cx).map(|event| Some(Ok(Frame::data(event?)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::File(file) => file.is_end_stream(),
            #[cfg(feature = "object-store")]
            Self::Ranges(ranges) => ranges.is_end_stream(),
            Self::Events(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Bytes(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::File(file) => file.size_hint(),
            #[cfg(feature = "object-store")]
            Self::Ranges(ranges) => ranges.size_hint(),
            Self::Events(_) => SizeHint::default(),
        }
    }
}
