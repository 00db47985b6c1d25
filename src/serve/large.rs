//! A body that is read as it is sent: a piece at a time, the next when the client took the last.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::store::Content;

use super::stream::Work;

/// How many bytes a piece has.
const LENGTH: u64 = 64 << 10;

/// A file, and a piece that was read of it.
type Piece = (Box<dyn Content>, Vec<u8>);

/// What is left to send of an open file.
pub(super) struct Large {
    /// Where to begin, until it has.
    from: Option<u64>,
    left: u64,
    content: Option<Box<dyn Content>>,
    _work: Work,
    reading: Option<JoinHandle<io::Result<Piece>>>,
}

impl Large {
    /// A part of a file, which its connection works on for as long.
    pub(super) fn new(content: Box<dyn Content>, part: Range<u64>, work: Work) -> Self {
        Self {
            from: Some(part.start),
            left: part.end - part.start,
            content: Some(content),
            _work: work,
            reading: None,
        }
    }
}

impl Body for Large {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(mut content) = self.content.take() {
            if self.left == 0 {
                return Poll::Ready(None);
            }
            let (from, length) = (self.from.take(), self.left.min(LENGTH));
            self.reading = Some(spawn_blocking(move || {
                if let Some(from) = from {
                    content.seek(SeekFrom::Start(from))?;
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
        // Somebody cut the file short: the client is to see that the rest is missing.
        if piece.is_empty() {
            return Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into())));
        }
        self.left -= piece.len() as u64;
        self.content = Some(content);
        Poll::Ready(Some(Ok(Frame::data(piece.into()))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
