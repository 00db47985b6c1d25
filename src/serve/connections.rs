//! Connections: how many there may be, how long they may wait, and how they end.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tower::Service;

use super::answer::router;
use super::log::Asked;
use super::patience::Patient;
use super::{Settings, Shared};

/// How many bytes the head of a request may have: more is 431.
const HEAD: usize = 16 << 10;
/// How many headers it may have: more is 431.
const HEADERS: usize = 64;
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
    let graceful = GracefulShutdown::new();
    let router = router(Arc::clone(&shared));
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
        let (router, shared) = (router.clone(), Arc::clone(&shared));
        let watcher = graceful.watcher();
        tokio::spawn(async move {
            shared.metrics.opened();
            let service = service_fn(|request| respond(router.clone(), &shared, peer, request));
            let stream = Patient::new(stream, settings.patience, Arc::clone(&shared.metrics));
            let connection = builder(settings.patience).serve_connection(TokioIo::new(stream), service);
            // A client that goes in the middle, or was given up, is its own affair.
            let _ = watcher.watch(connection).await;
            shared.metrics.closed();
            drop(place);
        });
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = sleep(GRACE) => {}
        () = told() => {}
    }
    if let Some(log) = &shared.log {
        log.finish();
    }
    Ok(())
}

fn builder(patience: Duration) -> http1::Builder {
    let mut builder = http1::Builder::new();
    // From the first byte that could come to the end of the head: it bounds an idle connection, too.
    builder.timer(TokioTimer::new()).header_read_timeout(patience);
    // Without `pipeline_flush`: hyper 1.12 then never sends a 431, for the head is still in its buffer.
    builder.max_buf_size(HEAD).max_headers(HEADERS);
    // `printf … | nc` says that it is done before it is answered.
    builder.half_close(true);
    builder
}

async fn respond(
    mut router: Router,
    shared: &Shared,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let logged = shared.log.as_ref().map(|log| {
        (log, Asked::of(peer, request.method(), request.uri(), request.headers()), Instant::now())
    });
    let response = router.call(request).await?;
    shared.metrics.answered(response.status());
    if let Some((log, asked, start)) = logged {
        log.answered(&asked, &response, start.elapsed());
    }
    Ok(response)
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
