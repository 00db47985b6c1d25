//! A connection that is given up when its client takes too little of what it is sent.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use super::metrics::Metrics;

/// How many bytes a second a client has to take where it is behind.
const LEAST: u64 = 256;

/// A stream whose writes fail where the other end is too slow.
pub(super) struct Patient<S> {
    stream: S,
    patience: Duration,
    /// Runs where the other end takes less than there is.
    window: Option<Pin<Box<Sleep>>>,
    /// What was taken since it began.
    taken: u64,
    metrics: Arc<Metrics>,
}

impl<S> Patient<S> {
    pub(super) fn new(stream: S, patience: Duration, metrics: Arc<Metrics>) -> Self {
        Self { stream, patience, window: None, taken: 0, metrics }
    }

    fn judge(&mut self, written: Poll<io::Result<usize>>, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(written) = written {
            let bytes = written?;
            self.taken += bytes as u64;
            self.metrics.sent(bytes);
            return Poll::Ready(Ok(bytes));
        }
        loop {
            let (patience, taken) = (self.patience, &mut self.taken);
            let window = self.window.get_or_insert_with(|| {
                *taken = 0;
                Box::pin(sleep(patience))
            });
            ready!(window.as_mut().poll(cx));
            if *taken < LEAST * patience.as_secs() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            *taken = 0;
            window.as_mut().reset(Instant::now() + patience);
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.judge(written, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, pieces);
        self.judge(written, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Comes when all is written: the client is behind no more.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.window = None;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// How long writing 8 KiB takes to a client that takes some bytes each second, and how it ends.
    async fn write(taken: usize) -> (io::Result<()>, Duration) {
        let (mut client, server) = tokio::io::duplex(1024);
        let mut patient = Patient::new(server, Duration::from_secs(10), Arc::default());
        let start = Instant::now();
        let reader = async move {
            let mut buffer = vec![0; taken];
            loop {
                sleep(Duration::from_secs(1)).await;
                if client.read_exact(&mut buffer).await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        let written = async {
            patient.write_all(&[0; 8 << 10]).await?;
            patient.flush().await
        };
        tokio::select! {
            result = written => (result, start.elapsed()),
            () = reader => unreachable!(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_too_little_is_given_up_and_a_slow_one_is_not() {
        let (result, took) = write(300).await;
        assert!(result.is_ok() && took > Duration::from_secs(20), "{result:?} {took:?}");
        for taken in [0, 1, 200] {
            let (result, took) = write(taken).await;
            assert_eq!(result.unwrap_err().kind(), io::ErrorKind::TimedOut, "{taken}");
            assert_eq!(took.as_secs(), 10, "{taken}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_between_two_answers_does_not_count() {
        let (mut client, server) = tokio::io::duplex(1024);
        let mut patient = Patient::new(server, Duration::from_secs(10), Arc::default());
        let mut buffer = [0; 1100];
        for _ in 0..2 {
            let (written, read) = tokio::join!(patient.write_all(&[0; 1100]), client.read_exact(&mut buffer));
            written.and(read).unwrap();
            patient.flush().await.unwrap();
            sleep(Duration::from_secs(60)).await;
        }
    }
}
