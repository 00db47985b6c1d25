//! The server: what lies under the feeds, over HTTP/1.1 ([RFC 9110](https://www.rfc-editor.org/rfc/rfc9110),
//! [9112](https://www.rfc-editor.org/rfc/rfc9112)).
//!
//! A request goes through `path` (is this a name we may look at?), `library` (the document as it is now, from memory
//! where its stamp is what it was), `coding`, `conditions` and `range` (what of it is wanted), and `answer`, which knows
//! them all. What the mill knows of a feed and its file does not say (how often it changes, its hub) is in `facts`.
//! `connections` and `stream` keep slow and greedy clients from the others. Who mills, and when, is not known here: the mill tells by
//! [`News`].

mod answer;
mod coding;
mod conditions;
mod connections;
mod document;
mod facts;
mod large;
mod library;
mod limit;
mod log;
mod metrics;
mod outgoing;
mod path;
mod range;
mod stream;

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::error::{Error, Kind};
use crate::pipeline::Report;
use crate::store::Store;
use facts::Facts;
use library::Library;
use metrics::Metrics;

pub use log::Style as LogStyle;

/// How the server is run.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Where it listens; port 0 is any that is free.
    pub listen: SocketAddr,
    /// How each request is written to stdout, where it is.
    pub log: Option<LogStyle>,
    /// How long a client may take to ask, and to take some of what it is sent.
    pub patience: Duration,
    /// How many connections there may be; more are refused.
    pub connections: usize,
}

/// A server that listens, and does not answer yet.
///
/// ```
/// use std::io::{Read, Write};
/// use std::net::TcpStream;
/// use std::time::Duration;
///
/// use feedmill::serve::{Server, Settings};
/// use feedmill::store::{MemoryStore, Store};
///
/// let feeds = MemoryStore::new();
/// feeds.replace("rss.xml".as_ref(), b"<rss/>")?;
/// let settings = Settings {
///     listen: "127.0.0.1:0".parse()?,
///     log: None,
///     patience: Duration::from_secs(10),
///     connections: 16,
/// };
/// let server = Server::bind(settings, feeds)?;
/// let address = server.address();
/// std::thread::spawn(move || server.run(std::future::pending));
/// let mut client = TcpStream::connect(address)?;
/// client.write_all(b"GET /rss.xml HTTP/1.1\r\nHost: news.example\r\nConnection: close\r\n\r\n")?;
/// let mut answer = String::new();
/// client.read_to_string(&mut answer)?;
/// assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("<rss/>"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    settings: Settings,
    shared: Arc<Shared>,
}

/// What all requests see.
struct Shared {
    library: Arc<Library>,
    facts: RwLock<Arc<Facts>>,
    metrics: Arc<Metrics>,
    log: Option<log::Log>,
}

impl Shared {
    /// What the last mill that went well told.
    fn facts(&self) -> Arc<Facts> {
        Arc::clone(&self.facts.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// How the mill tells the server what it did.
#[derive(Clone)]
pub struct News(Arc<Shared>);

impl News {
    /// A run went well.
    pub fn milled(&self, report: &Report, took: Duration) {
        let facts = Arc::new(Facts::of(&report.site));
        *self.0.facts.write().unwrap_or_else(PoisonError::into_inner) = facts;
        self.0.metrics.milled(report, took);
    }

    /// A run failed; what it was to replace is still served.
    pub fn failed(&self) {
        self.0.metrics.mill_failed();
    }
}

impl Server {
    /// Listens, so that a port that is taken shows before anything else is done.
    ///
    /// # Errors
    /// [`Kind::Io`] where the address can't be had.
    pub fn bind(settings: Settings, feeds: impl Store + Send + 'static) -> Result<Self, Error> {
        let failed = |e: std::io::Error| {
            Error::new(Kind::Io, format!("cannot listen on {}", settings.listen)).because(e)
        };
        let listener = TcpListener::bind(settings.listen).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let metrics = Arc::new(Metrics::default());
        let log = log::start(settings.log, &metrics).map_err(failed)?;
        tracing::info!(%address, "listening");
        let shared = Shared {
            library: Arc::new(Library::new(Box::new(feeds), Arc::clone(&metrics))),
            facts: RwLock::default(),
            metrics,
            log,
        };
        let settings = Settings { connections: limit::connections(settings.connections), ..settings };
        Ok(Self { listener, address, settings, shared: Arc::new(shared) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the mill is to tell its news by.
    #[must_use]
    pub fn news(&self) -> News {
        News(Arc::clone(&self.shared))
    }

    /// Answers until `told` is ready, then lets requests end that have begun, for ten seconds at most or until `told`, asked
    /// again, is ready once more.
    ///
    /// # Errors
    /// [`Kind::Io`] where the system has no threads or timers to give.
    pub fn run<F: Future<Output = ()>>(self, told: impl Fn() -> F) -> Result<(), Error> {
        let failed = |e: std::io::Error| Error::new(Kind::Io, "cannot start the server").because(e);
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            // They read files and compress: more of them than cores would only wait for each other.
            .max_blocking_threads(threads.max(4))
            .enable_all()
            .build()
            .map_err(failed)?;
        let result = runtime.block_on(connections::serve(self.listener, self.settings, self.shared, told));
        runtime.shutdown_background();
        result.map_err(failed)
    }
}
