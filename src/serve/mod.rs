//! HTTP/1.1 server for the feeds folder ([RFC 9110](https://www.rfc-editor.org/rfc/rfc9110),
//! [9112](https://www.rfc-editor.org/rfc/rfc9112)).
//!
//! A request passes through `path` (is this a name that may be served?), `documents` (the current one, from memory if
//! its stamp is unchanged: `cache`; or if it was just now, in object storage: `replica`), `coding`, `conditions` and `range` (which bytes of it), and `respond`, the only file that
//! knows all the steps. `cache_hints` holds what the build knows about a feed and its file does not say: how often it
//! changes, and its hub. `live` reloads documents that are open in a browser, and `not_found` is the page for a wrong
//! URL. `validator` is a page that checks feeds, if it is enabled. `connections` and `stream` protect everyone else from
//! slow and greedy clients. The server does not build: the command reports each build through [`MillEvents`].

mod access_log;
mod body;
mod cache;
mod cache_hints;
mod coding;
mod conditions;
mod connections;
mod document;
mod documents;
mod file_body;
mod framing;
mod handles;
mod host;
mod html_page;
mod live;
mod metrics;
mod not_found;
mod path;
mod range;
#[cfg(feature = "object-store")]
mod ranges_body;
#[cfg(feature = "object-store")]
mod replica;
mod respond;
mod response;
mod settings;
mod state;
mod stream;
mod validator;
mod version;

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, OnceLock};

use tokio::sync::Semaphore;

use crate::error::{Error, Kind};
use crate::store::Store;
use access_log::AccessLog;
use cache::DocumentCache;
use cache_hints::CurrentHints;
use documents::Documents;
use handles::HandleBudget;
pub(crate) use handles::ensure_handles;
use live::Live;
use metrics::Metrics;
use state::State;
use validator::Validator;

pub use access_log::LogStyle;
pub use settings::Settings;
pub use state::MillEvents;
pub use validator::{CheckUrl, CheckedDocument, CheckedUrl, MAX_DOCUMENT};

/// A server that is bound to its address but does not answer yet.
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
///     client_timeout: Duration::from_secs(10),
///     max_connections: 16,
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
    budget: HandleBudget,
    state: Arc<State>,
}

impl Server {
    /// Binds the address, so that a port in use is reported before anything else is done.
    ///
    /// # Errors
    /// [`Kind::Io`] if the address is not available.
    pub fn bind(settings: Settings, feeds: impl Store + Send + 'static) -> Result<Self, Error> {
        let documents = |metrics| Documents::Folder(Arc::new(DocumentCache::new(Box::new(feeds), metrics)));
        Self::bind_to(settings, usize::MAX, documents)
    }

    /// Binds the address for a server of feeds in object storage, which nothing builds here: each replica asks the bucket
    /// about a document at most every five seconds, and serves what it knows if the bucket does not answer.
    ///
    /// # Errors
    /// As [`Server::bind`].
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use feedmill::serve::{Server, Settings};
    /// use feedmill::store::BucketStore;
    ///
    /// let feeds = BucketStore::connect_for_server(&"https://dav.example/feeds".parse()?)?;
    /// let client_timeout = Duration::from_secs(10);
    /// let settings = Settings { listen: "127.0.0.1:0".parse()?, log: None, client_timeout, max_connections: 16 };
    /// assert_ne!(Server::bind_bucket(settings, feeds)?.address().port(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "object-store")]
    pub fn bind_bucket(settings: Settings, feeds: crate::store::BucketStore) -> Result<Self, Error> {
        let documents = |metrics| Documents::Bucket(Arc::new(replica::Replica::new(feeds, metrics)));
        Self::bind_to(settings, replica::MAX_DOWNLOADS, documents)
    }

    fn bind_to(
        settings: Settings,
        max_downloads: usize,
        documents: impl FnOnce(Arc<Metrics>) -> Documents,
    ) -> Result<Self, Error> {
        let failed = |e: std::io::Error| {
            Error::new(Kind::Io, format!("cannot listen on {}", settings.listen)).because(e)
        };
        let listener = TcpListener::bind(settings.listen).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let metrics = Arc::new(Metrics::default());
        let log = settings.log.map(|style| AccessLog::start(style, &metrics)).transpose().map_err(failed)?;
        if let Some(log) = &log {
            log.listening(address);
        }
        let budget = HandleBudget::claim(settings.max_connections);
        let state = State {
            documents: documents(Arc::clone(&metrics)),
            hints: CurrentHints::default(),
            metrics,
            live: Live::new(budget.connections),
            log,
            file_slots: Arc::new(Semaphore::new(budget.files.min(max_downloads).min(Semaphore::MAX_PERMITS))),
            validator: OnceLock::new(),
        };
        Ok(Self { listener, address, settings, budget, state: Arc::new(state) })
    }

    /// Address that the server listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the handle through which builds are reported to the server.
    #[must_use]
    pub fn events(&self) -> MillEvents {
        MillEvents::new(&self.state)
    }

    /// Enables the validator page, `/validator`. `check_url` fetches and checks a URL: it decides which addresses may be
    /// requested.
    #[must_use]
    pub fn with_validator(self, check_url: CheckUrl) -> Self {
        self.state.validator.get_or_init(|| Validator::new(check_url));
        self
    }

    /// Answers requests until `shutdown` completes. Requests in progress may then finish, for at most ten seconds or
    /// until a second future from `shutdown` completes.
    ///
    /// # Errors
    /// [`Kind::Io`] if the system cannot provide threads or timers.
    pub fn run<F: Future<Output = ()>>(self, shutdown: impl Fn() -> F) -> Result<(), Error> {
        let failed = |e: std::io::Error| Error::new(Kind::Io, "cannot start the server").because(e);
        ensure_handles().map_err(failed)?;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            // They read files and compress: more threads than cores would only wait for each other.
            .max_blocking_threads(threads.max(4))
            .enable_all()
            .build()
            .map_err(failed)?;
        let Self { listener, settings, budget, state, .. } = self;
        let timeout = settings.client_timeout;
        let result = runtime.block_on(connections::serve(listener, budget, timeout, state, shutdown));
        runtime.shutdown_background();
        result.map_err(failed)
    }
}
