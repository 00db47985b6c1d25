//! Connections: how many are accepted, how long they may wait, and how they end.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::time::Duration;

use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulConnection;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{self, Instant, sleep, timeout_at};

use super::access_log::LoggedRequest;
use super::body::ResponseBody;
use super::framing::other_version;
use super::handles::HandleBudget;
use super::respond::{respond, respond_at_once};
use super::state::State;
use super::stream::{Activity, Stream, Work};

/// Maximum size of a request head, in bytes: more is 431.
const MAX_HEAD: usize = 16 << 10;
/// Maximum number of headers of a request: more is 431.
const MAX_HEADERS: usize = 64;
/// Time after a response until a connection becomes idle: few are used again that soon, and the buffers of many waiting
/// connections take much memory.
const IDLE_AFTER: Duration = Duration::from_millis(100);
/// Interval between checks of a connection with a request or response in progress.
const TICK: Duration = Duration::from_secs(1);
/// Number of bytes of a response that may wait in the system before they are sent.
const MAX_UNSENT: u32 = 128 << 10;
/// Time that shutdown waits for requests in progress.
const GRACE: Duration = Duration::from_secs(10);
/// Pause before the next `accept` if the system has no more file handles.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(100);
/// Time limit for a refused client to read its response.
const REFUSE_TIMEOUT: Duration = Duration::from_secs(1);
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n\
    Content-Type: text/plain\r\nContent-Length: 21\r\n\r\ntoo many connections\n";

/// Answers requests until shutdown, then finishes those in progress.
pub(super) async fn serve<F: Future<Output = ()>>(
    listener: StdListener,
    budget: HandleBudget,
    timeout: Duration,
    state: Arc<State>,
    shutdown: impl Fn() -> F,
) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let slots = Arc::new(Semaphore::new(budget.connections));
    let refusing = Arc::new(Semaphore::new(budget.refusals));
    let (ending, end) = watch::channel(());
    let mut stop = std::pin::pin!(shutdown());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                if !is_client_error(&error) {
                    sleep(EXHAUSTED_PAUSE).await;
                }
                continue;
            }
        };
        let Ok(slot) = Arc::clone(&slots).try_acquire_owned() else {
            state.metrics.refused();
            if let Ok(slot) = Arc::clone(&refusing).try_acquire_owned() {
                tokio::spawn(async move {
                    let _ = time::timeout(REFUSE_TIMEOUT, refuse(stream)).await;
                    drop(slot);
                });
            }
            continue;
        };
        let _ = stream.set_nodelay(true);
        limit_unsent_bytes(&stream);
        let client = Client { peer, timeout, state: Arc::clone(&state), activity: Arc::default() };
        let end = end.clone();
        tokio::spawn(async move {
            client.state.metrics.opened();
            client.run(stream, end).await;
            client.state.metrics.closed();
            drop(slot);
        });
    }
    drop((listener, end));
    state.live.close();
    let _ = ending.send(());
    tokio::select! {
        () = ending.closed() => {}
        () = sleep(GRACE) => {}
        () = shutdown() => {}
    }
    if let Some(log) = &state.log {
        log.flush();
    }
    Ok(())
}

/// A client with its connection.
struct Client {
    peer: SocketAddr,
    timeout: Duration,
    state: Arc<State>,
    activity: Arc<Activity>,
}

/// State of a connection after some requests.
enum Turn {
    /// It ended, or must end.
    Closed,
    /// Nothing is in progress in either direction, since this time.
    Idle(Instant),
}

impl Client {
    /// Runs a connection until it ends. While it is idle it has no buffers: those of HTTP take 16 KiB, and thousands of
    /// readers keep connections open that they do not use.
    async fn run(&self, mut stream: TcpStream, mut end: watch::Receiver<()>) {
        let (mut before, mut since) = (Bytes::new(), Instant::now());
        loop {
            if before.is_empty() {
                tokio::select! {
                    readable = timeout_at(since + self.timeout, stream.readable()) => {
                        if !matches!(readable, Ok(Ok(()))) {
                            return;
                        }
                    }
                    _ = end.changed() => return,
                }
            }
            let (activity, metrics) = (Arc::clone(&self.activity), Arc::clone(&self.state.metrics));
            let io = TokioIo::new(Stream::new(before, stream, self.timeout, activity, metrics));
            let service = service_fn(|request| self.answer(request));
            let mut connection = Box::new(builder().serve_connection(io, service));
            match self.drive(connection.as_mut(), &mut end).await {
                Turn::Closed => return,
                Turn::Idle(when) => since = when,
            }
            let parts = connection.into_parts();
            (before, stream) = (parts.read_buf, parts.io.into_inner().into_inner());
        }
    }

    /// Drives a connection until it is closed or idle. One timer per second is cheaper than one per request.
    async fn drive<C>(&self, connection: &mut C, end: &mut watch::Receiver<()>) -> Turn
    where
        C: GracefulConnection + Unpin,
    {
        let (mut requests, mut since, mut is_ending) = (self.activity.requests(), Instant::now(), false);
        let mut pause = IDLE_AFTER;
        loop {
            tokio::select! {
                biased;
                // A client that left in the middle, or was cut off, is not an error of the server.
                _ = &mut *connection => return Turn::Closed,
                _ = end.changed(), if !is_ending => {
                    is_ending = true;
                    std::pin::Pin::new(&mut *connection).graceful_shutdown();
                    continue;
                }
                () = sleep(pause) => {}
            }
            let now = self.activity.requests();
            let has_new_request = now != std::mem::replace(&mut requests, now);
            pause = if has_new_request { IDLE_AFTER } else { TICK };
            if has_new_request || self.activity.is_busy() {
                since = Instant::now();
            } else if since.elapsed() >= self.timeout {
                return Turn::Closed;
            } else if !self.activity.is_receiving() && !is_ending {
                return Turn::Idle(since);
            }
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response<ResponseBody>, Infallible> {
        self.activity.request_received();
        let logged = self.state.log.as_ref().map(|log| {
            let logged = LoggedRequest::new(self.peer, request.method(), request.uri(), request.headers());
            (log, logged, Instant::now())
        });
        let at_once = match self.activity.take_other_version() {
            true => Some(other_version()),
            false => respond_at_once(&self.state, &request),
        };
        let response = match at_once {
            Some(response) => response,
            // Boxed: few requests have to wait, and all of them would move its state.
            None => Box::pin(respond(&self.state, request, &Work::on(&self.activity))).await,
        };
        self.state.metrics.answered(response.status());
        if let Some((log, logged, start)) = logged {
            log.answered(&logged, &response, start.elapsed());
        }
        Ok(response)
    }
}

/// Limits the bytes that the system accepts from us but has not sent. Without this limit it accepts megabytes and reports
/// progress only when a third of them are gone, which takes a slow client longer than it may be silent. A system without
/// this option, or an error, leaves the default.
fn limit_unsent_bytes(stream: &TcpStream) {
    #[cfg(any(target_os = "android", target_os = "linux", target_vendor = "apple"))]
    let _ = socket2::SockRef::from(stream).set_tcp_notsent_lowat(MAX_UNSENT);
    #[cfg(not(any(target_os = "android", target_os = "linux", target_vendor = "apple")))]
    let _ = (stream, MAX_UNSENT);
}

fn builder() -> http1::Builder {
    let mut builder = http1::Builder::new();
    // `Client::drive` has timers of its own.
    builder.header_read_timeout(None);
    // Not `pipeline_flush`: with it hyper 1.12 never sends a 431, because the head is still in its buffer.
    builder.max_buf_size(MAX_HEAD).max_headers(MAX_HEADERS);
    // `printf … | nc` closes its sending side before it gets the response.
    builder.half_close(true);
    builder
}

/// True if an error of `accept` concerns one connection only, which was gone before it was accepted.
fn is_client_error(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Refuses a connection because there are too many. What the client sent is read: otherwise the system would reset the
/// connection and the client might never see the response.
async fn refuse(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(FULL).await?;
    stream.shutdown().await?;
    let mut buffer = [0; 1024];
    while stream.read(&mut buffer).await? > 0 {}
    Ok(())
}
