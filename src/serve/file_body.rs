//! Response body that is read from an open file while it is sent: the next piece once the client took the last one.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::store::Content;

use super::stream::Work;

/// Number of bytes per piece.
const PIECE: u64 = 64 << 10;

/// A file and the piece that was read from it.
type ReadResult = (Box<dyn Content>, Vec<u8>);

/// Rest of an open file that is being sent.
pub(super) struct FileBody {
    /// Offset of the first byte; `None` once reading has begun.
    start: Option<u64>,
    remaining: u64,
    content: Option<Box<dyn Content>>,
    _held: (OwnedSemaphorePermit, Work),
    reading: Option<JoinHandle<io::Result<ReadResult>>>,
}

impl FileBody {
    /// Creates the body for a range of a file. While it exists it holds a slot for an open file, and the connection counts as
    /// busy.
    pub(super) fn new(
        content: Box<dyn Content>,
        range: Range<u64>,
        held: (OwnedSemaphorePermit, Work),
    ) -> Self {
        Self {
            start: Some(range.start),
            remaining: range.end - range.start,
            content: Some(content),
            _held: held,
            reading: None,
        }
    }
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(mut content) = self.content.take() {
            if self.remaining == 0 {
                return Poll::Ready(None);
            }
            let (start, length) = (self.start.take(), self.remaining.min(PIECE));
            self.reading = Some(spawn_blocking(move || {
                if let Some(start) = start {
                    content.seek(SeekFrom::Start(start))?;
                }
                let mut piece = Vec::with_capacity(length as usize);
                content.by_ref().take(length).read_to_end(&mut piece)?;
                Ok((content, piece))
            }));
        }
        let Some(reading) = &mut self.reading else { return Poll::Ready(None) };
        let read = ready!(Pin::new(reading).poll(cx)).map_err(io::Error::other).flatten();
        self.reading = None;
        let (content, piece) = match read {
            Ok(read) => read,
            Err(error) => return Poll::Ready(Some(Err(error))),
        };
        // Someone truncated the file: the client must see that the rest is missing.
        if piece.is_empty() {
            return Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into())));
        }
        self.remaining -= piece.len() as u64;
        self.content = Some(content);
        Poll::Ready(Some(Ok(Frame::data(piece.into()))))
    }

    fn is_end_stream(&self) -> bool {
        self.remaining == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining)
    }
}
