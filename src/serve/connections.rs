//! Connections: how many there may be, how long they may wait, and how they end.

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
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::answer::{at_once, in_time};
use super::log::Asked;
use super::outgoing::Outgoing;
use super::stream::{Activity, Stream, Work};
use super::{Settings, Shared};

/// How many bytes the head of a request may have: more is 431.
const HEAD: usize = 16 << 10;
/// How many headers it may have: more is 431.
const HEADERS: usize = 64;
/// How long after an answer a connection rests: few are asked again so soon, and many that wait with their buffers are much
/// memory.
const REST: Duration = Duration::from_millis(100);
/// How often is looked after a connection that has something on its way.
const TICK: Duration = Duration::from_secs(1);
/// How long the end waits for requests that have begun.
const GRACE: Duration = Duration::from_secs(10);
/// How long to wait where the system has no more files to give.
const EXHAUSTED: Duration = Duration::from_millis(100);
/// How many that are refused are told so at a time; the others find the door shut.
const REFUSED: usize = 64;
/// How long one that is refused has to read it.
const FAREWELL: Duration = Duration::from_secs(1);
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n\
    Content-Type: text/plain\r\nContent-Length: 30\r\n\r\nthere are too many connections";

/// Answers until told to stop, then ends what has begun.
pub(super) async fn serve<F: Future<Output = ()>>(
    listener: StdListener,
    settings: Settings,
    shared: Arc<Shared>,
    told: impl Fn() -> F,
) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let (places, refused) =
        (Arc::new(Semaphore::new(settings.connections)), Arc::new(Semaphore::new(REFUSED)));
    let (ending, end) = watch::channel(());
    let mut stop = std::pin::pin!(told());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                if !is_of_one(&error) {
                    sleep(EXHAUSTED).await;
                }
                continue;
            }
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            shared.metrics.refused();
            if let Ok(place) = Arc::clone(&refused).try_acquire_owned() {
                tokio::spawn(async move {
                    let _ = timeout(FAREWELL, refuse(stream)).await;
                    drop(place);
                });
            }
            continue;
        };
        let _ = stream.set_nodelay(true);
        let client = Client {
            peer,
            patience: settings.patience,
            shared: Arc::clone(&shared),
            activity: Arc::default(),
        };
        let end = end.clone();
        tokio::spawn(async move {
            client.shared.metrics.opened();
            client.attend(stream, end).await;
            client.shared.metrics.closed();
            drop(place);
        });
    }
    drop((listener, end));
    let _ = ending.send(());
    tokio::select! {
        () = ending.closed() => {}
        () = sleep(GRACE) => {}
        () = told() => {}
    }
    if let Some(log) = &shared.log {
        log.finish();
    }
    Ok(())
}

/// Who is at the other end of a connection.
struct Client {
    peer: SocketAddr,
    patience: Duration,
    shared: Arc<Shared>,
    activity: Arc<Activity>,
}

/// What became of a connection.
enum Turn {
    /// It ended, or is to.
    Over,
    /// Nothing is on its way in either direction, since then.
    Rests(Instant),
}

impl Client {
    /// Attends to a connection until it ends. While it rests it is a socket and no more: the buffers that HTTP needs are
    /// 16 KiB, and thousands of readers keep a connection open that they don't use.
    async fn attend(&self, mut stream: TcpStream, mut end: watch::Receiver<()>) {
        let (mut before, mut since) = (Bytes::new(), Instant::now());
        loop {
            if before.is_empty() {
                tokio::select! {
                    readable = timeout_at(since + self.patience, stream.readable()) => {
                        if !matches!(readable, Ok(Ok(()))) {
                            return;
                        }
                    }
                    _ = end.changed() => return,
                }
            }
            let (activity, metrics) = (Arc::clone(&self.activity), Arc::clone(&self.shared.metrics));
            let io = TokioIo::new(Stream::new(before, stream, self.patience, activity, metrics));
            let service = service_fn(|request| self.respond(request));
            let mut connection = Box::new(builder().serve_connection(io, service));
            match self.talk(connection.as_mut(), &mut end).await {
                Turn::Over => return,
                Turn::Rests(when) => since = when,
            }
            let parts = connection.into_parts();
            (before, stream) = (parts.read_buf, parts.io.into_inner().into_inner());
        }
    }

    /// Drives a connection until it is over or rests. A timer now and then is cheaper than one for each request.
    async fn talk<C>(&self, connection: &mut C, end: &mut watch::Receiver<()>) -> Turn
    where
        C: GracefulConnection + Unpin,
    {
        let (mut asked, mut since, mut is_ending) = (self.activity.asked(), Instant::now(), false);
        let mut pause = REST;
        loop {
            tokio::select! {
                biased;
                // A client that goes in the middle, or was given up, is its own affair.
                _ = &mut *connection => return Turn::Over,
                _ = end.changed(), if !is_ending => {
                    is_ending = true;
                    std::pin::Pin::new(&mut *connection).graceful_shutdown();
                    continue;
                }
                () = sleep(pause) => {}
            }
            let now = self.activity.asked();
            let has_asked = now != std::mem::replace(&mut asked, now);
            pause = if has_asked { REST } else { TICK };
            if has_asked || self.activity.is_busy() {
                since = Instant::now();
            } else if since.elapsed() >= self.patience {
                return Turn::Over;
            } else if !self.activity.has_begun() && !is_ending {
                return Turn::Rests(since);
            }
        }
    }

    async fn respond(&self, request: Request<Incoming>) -> Result<Response<Outgoing>, Infallible> {
        self.activity.ask();
        let logged = self.shared.log.as_ref().map(|log| {
            let asked = Asked::of(self.peer, request.method(), request.uri(), request.headers());
            (log, asked, Instant::now())
        });
        let response = match at_once(&self.shared, &request) {
            Some(response) => response,
            None => in_time(&self.shared, &request, &Work::on(&self.activity)).await,
        };
        self.shared.metrics.answered(response.status());
        if let Some((log, asked, start)) = logged {
            log.answered(&asked, &response, start.elapsed());
        }
        Ok(response)
    }
}

fn builder() -> http1::Builder {
    let mut builder = http1::Builder::new();
    // Its timers are ours: see `talk`.
    builder.header_read_timeout(None);
    // Without `pipeline_flush`: hyper 1.12 then never sends a 431, for the head is still in its buffer.
    builder.max_buf_size(HEAD).max_headers(HEADERS);
    // `printf … | nc` says that it is done before it is answered.
    builder.half_close(true);
    builder
}

/// Whether an error of `accept` is about one connection, which was gone before we had it.
fn is_of_one(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Says that there is no room. What the client has sent is read, or the system would take back what it was told.
async fn refuse(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(FULL).await?;
    stream.shutdown().await?;
    let mut buffer = [0; 1024];
    while stream.read(&mut buffer).await? > 0 {}
    Ok(())
}
