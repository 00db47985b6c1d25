//! Byte stream of a connection: counts bytes, tracks activity, and fails if the client takes too little of a response.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use super::metrics::Metrics;
use super::version::{Version, take_version};

/// Number of bytes per second that a client must take while the server waits for it.
const MIN_BYTES_PER_SECOND: u64 = 256;

/// Number of timeouts that a client which took bytes earlier may take nothing, in addition to the first one.
///
/// Systems show progress in steps: the receiving one announces free space only once a whole segment fits, which is 64 KiB on
/// the loopback interface. A reader of 1 kB/s then seems to take nothing for a minute, and 64 KiB at once.
const MAX_CREDIT: u64 = 4;

/// Activity of a connection. Several parts of the server look at it, but never at the same time.
#[derive(Default)]
pub(super) struct Activity {
    /// Number of requests so far.
    requests: AtomicUsize,
    /// True if bytes arrived since the last request: an incomplete head.
    is_receiving: AtomicBool,
    /// True if the next request is of another major version of HTTP.
    has_other_version: AtomicBool,
    /// True if the client has not yet taken all that was written.
    is_blocked: AtomicBool,
    /// Number of responses in the making.
    working: AtomicUsize,
}

impl Activity {
    /// Notes that a request is complete.
    pub(super) fn request_received(&self) {
        self.requests.store(self.requests().wrapping_add(1), Relaxed);
        self.is_receiving.store(false, Relaxed);
    }

    /// True if the request that has just been received is of another major version of HTTP.
    pub(super) fn take_other_version(&self) -> bool {
        let has_other_version = self.has_other_version.load(Relaxed);
        if has_other_version {
            self.has_other_version.store(false, Relaxed);
        }
        has_other_version
    }

    /// Number of requests so far.
    pub(super) fn requests(&self) -> usize {
        self.requests.load(Relaxed)
    }

    /// True if a response is in progress.
    pub(super) fn is_busy(&self) -> bool {
        self.working.load(Relaxed) > 0 || self.is_blocked.load(Relaxed)
    }

    /// True if a request is incomplete.
    pub(super) fn is_receiving(&self) -> bool {
        self.is_receiving.load(Relaxed)
    }
}

/// Marks a connection as busy for as long as it lives.
pub(super) struct Work(Arc<Activity>);

impl Work {
    pub(super) fn on(activity: &Arc<Activity>) -> Self {
        activity.working.fetch_add(1, Relaxed);
        Self(Arc::clone(activity))
    }
}

impl Clone for Work {
    fn clone(&self) -> Self {
        Self::on(&self.0)
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.0.working.fetch_sub(1, Relaxed);
    }
}

/// Stream whose writes fail if the other end is too slow.
pub(super) struct Stream<S> {
    /// Bytes that were read earlier and come first.
    before: Bytes,
    inner: S,
    timeout: Duration,
    /// Timer that runs while a write is blocked.
    window: Option<Pin<Box<Sleep>>>,
    /// Number of bytes taken that have not yet paid for a timeout.
    credit: u64,
    activity: Arc<Activity>,
    metrics: Arc<Metrics>,
}

impl<S> Stream<S> {
    pub(super) fn new(
        before: Bytes,
        inner: S,
        timeout: Duration,
        activity: Arc<Activity>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self { before, inner, timeout, window: None, credit: 0, activity, metrics }
    }

    pub(super) fn into_inner(self) -> S {
        self.inner
    }

    /// Counts a write, and fails if the client is too slow: each timeout that passes while the server waits costs as many
    /// bytes as the client must take in that time.
    fn track_progress(
        &mut self,
        written: Poll<io::Result<usize>>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        let price = MIN_BYTES_PER_SECOND * self.timeout.as_secs();
        if let Poll::Ready(written) = written {
            let bytes = written?;
            self.credit = (self.credit + bytes as u64).min(MAX_CREDIT * price);
            self.metrics.sent(bytes);
            return Poll::Ready(Ok(bytes));
        }
        self.activity.is_blocked.store(true, Relaxed);
        let timeout = self.timeout;
        loop {
            let window = self.window.get_or_insert_with(|| Box::pin(sleep(timeout)));
            ready!(window.as_mut().poll(cx));
            match self.credit.checked_sub(price) {
                Some(rest) => self.credit = rest,
                None => return Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            }
            window.as_mut().reset(Instant::now() + timeout);
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Stream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let filled = buffer.filled().len();
        if self.before.is_empty() {
            ready!(Pin::new(&mut self.inner).poll_read(cx, buffer))?;
        } else {
            let length = self.before.len().min(buffer.remaining());
            buffer.put_slice(&self.before.split_to(length));
        }
        if buffer.filled().len() > filled && !self.activity.is_receiving() {
            self.activity.is_receiving.store(true, Relaxed);
            if take_version(&mut buffer.filled_mut()[filled..]) == Version::Major {
                self.activity.has_other_version.store(true, Relaxed);
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, bytes);
        self.track_progress(written, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, pieces);
        self.track_progress(written, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    /// Called when everything is written: the client has caught up.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.window.take().is_some() {
            self.activity.is_blocked.store(false, Relaxed);
        }
        self.credit = 0;
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    fn stream<S>(inner: S) -> Stream<S> {
        Stream::new(Bytes::new(), inner, Duration::from_secs(10), Arc::default(), Arc::default())
    }

    /// Returns how writing 8 KiB to a client that takes `taken` bytes each second ends, and after what time.
    async fn write(taken: usize) -> (io::Result<()>, Duration) {
        let (mut client, server) = tokio::io::duplex(1024);
        let mut stream = stream(server);
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
            stream.write_all(&[0; 8 << 10]).await?;
            stream.flush().await
        };
        tokio::select! {
            result = written => (result, start.elapsed()),
            () = reader => unreachable!(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_too_little_is_cut_off_and_a_slow_one_is_not() {
        let (result, took) = write(300).await;
        assert!(result.is_ok() && took > Duration::from_secs(20), "{result:?} {took:?}");
        for (taken, seconds) in [(0, 10), (1, 10), (200, 20)] {
            let (result, took) = write(taken).await;
            assert_eq!(result.unwrap_err().kind(), io::ErrorKind::TimedOut, "{taken}");
            assert_eq!(took.as_secs(), seconds, "{taken}");
        }
    }

    /// Returns how a response of 1 MiB ends, and after what time, for a client whose system reports progress in steps.
    async fn write_in_steps(bytes_per_second: u64, step: u64) -> (io::Result<()>, Duration) {
        let (mut client, server) = tokio::io::duplex(64 << 10);
        let (activity, metrics) = (Arc::default(), Arc::default());
        let mut stream = Stream::new(Bytes::new(), server, Duration::from_secs(30), activity, metrics);
        let start = Instant::now();
        let reader = async move {
            let mut buffer = vec![0; step as usize];
            if bytes_per_second == 0 {
                std::future::pending::<()>().await;
            }
            loop {
                sleep(Duration::from_secs_f64(step as f64 / bytes_per_second as f64)).await;
                let _ = client.read_exact(&mut buffer).await;
            }
        };
        let written = async {
            stream.write_all(&vec![0; 1 << 20]).await?;
            stream.flush().await
        };
        tokio::select! {
            result = written => (result, start.elapsed()),
            () = reader => unreachable!(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_reader_gets_the_whole_response_even_if_its_progress_shows_in_large_steps() {
        for bytes_per_second in [1_000, 10_000, 100_000] {
            for step in [1 << 10, 16 << 10, 64 << 10] {
                let (result, took) = write_in_steps(bytes_per_second, step).await;
                assert!(result.is_ok(), "{bytes_per_second} B/s in steps of {step}: {result:?} {took:?}");
            }
        }
        let (result, took) = write_in_steps(0, 1).await;
        assert_eq!((result.unwrap_err().kind(), took.as_secs()), (io::ErrorKind::TimedOut, 150));
        let (result, _) = write_in_steps(200, 1 << 10).await;
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_between_two_responses_does_not_count() {
        let (mut client, server) = tokio::io::duplex(1024);
        let mut stream = stream(server);
        let mut buffer = [0; 1100];
        for _ in 0..2 {
            let (written, read) = tokio::join!(stream.write_all(&[0; 1100]), client.read_exact(&mut buffer));
            written.and(read).unwrap();
            stream.flush().await.unwrap();
            sleep(Duration::from_secs(60)).await;
        }
    }

    #[tokio::test]
    async fn earlier_bytes_come_first_and_a_response_is_in_progress_until_all_of_it_is_taken() {
        let (mut client, server) = tokio::io::duplex(4);
        let mut stream = stream(server);
        let activity = Arc::clone(&stream.activity);
        stream.before = Bytes::from_static(b"GET");
        client.write_all(b" /").await.unwrap();
        let mut read = [0; 5];
        assert!(!activity.is_receiving());
        stream.read_exact(&mut read).await.unwrap();
        assert!(&read == b"GET /" && activity.is_receiving());
        activity.request_received();
        assert!(!activity.is_receiving() && !activity.is_busy());
        let work = Work::on(&activity);
        assert!(activity.is_busy());
        drop(work);
        let written = async {
            stream.write_all(&[0; 8]).await.unwrap();
            stream.flush().await.unwrap();
            assert!(!activity.is_busy());
        };
        let read = async {
            tokio::task::yield_now().await;
            assert!(activity.is_busy());
            client.read_exact(&mut [0; 8]).await.unwrap();
        };
        tokio::join!(written, read);
    }
}
