//! Object storage: S3, Google Cloud Storage, Azure, WebDAV, and whatever else the crate `object_store` reaches.
//!
//! A listing has the size and the ETag of each object, so only objects that changed are fetched. Every write is conditional:
//! if another build has changed an object in the meantime, nothing is overwritten. While the store is locked, nobody else
//! changes it, so its objects are listed once, and a question about one of them costs no request.

mod below;
mod environment;
#[cfg(test)]
pub(crate) mod faulty;
mod http;
mod lease;
#[cfg(feature = "serve")]
mod reader;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt;
use hyper::body::Bytes as Content;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::http::HttpBuilder;
use object_store::limit::LimitStore;
use object_store::list::{PaginatedListOptions, PaginatedListStore};
use object_store::path::Path as Key;
use object_store::{
    Attribute, Attributes, BackoffConfig, Error, GetOptions, GetRange, ListResult, ObjectMeta, ObjectStore,
    ObjectStoreExt, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, RetryConfig,
    UpdateVersion,
};
use percent_encoding::percent_decode_str;
use tokio::runtime::{Handle, Runtime};
use tokio::sync::{Semaphore, SemaphorePermit};
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use super::location::REQUESTS;
use super::lock::Guard;
use super::{
    Beginning, Change, Item, Kind, LEASE, Listed, Lock, Opened, Opener, Prefix, Releaser, Source, Stamp,
    Store, Traffic, at_once, duplicate, has_bytes, is_exhausted,
};
use crate::proxy::check_proxies;
use crate::types::{Bytes, file_type};

use below::{Below, first_fault};
use environment::{GOOGLE_CREDENTIALS, built, invalid, roots};
use http::{Connector, Markers, Meter, NotPaths, is_path};
use lease::{Lease, Seen};
#[cfg(feature = "serve")]
pub(crate) use reader::Fetched;

/// Number of bytes of an open object that are fetched at first, and at most at once if it is read from one end to the other.
const BLOCK: u64 = 256 << 10;
const MAX_BLOCK: u64 = 4 << 20;
/// Number of bytes of each part of a large object that is written.
const PART: u64 = 8 << 20;
/// Number of large chunks of folders whose heads are read at the same time. The requests for one are as many as there may be.
const CHUNKS: usize = 4;
/// Number of KiB of documents that are in memory at most because they are being written.
const WRITING: u32 = 16 << 10;
/// Time after which a request is not repeated any more: many times that of an attempt, so that a request without an answer is
/// repeated.
const RETRY_TIMEOUT: Duration = Duration::from_secs(120);
/// Number of times that a request is repeated.
const RETRIES: usize = 8;
/// Time that a build that is stopped waits for the answers to attempts to take a lock.
const SETTLE: Duration = Duration::from_secs(5);
/// Number of times that a write or removal without an answer is tried.
const WRITE_ATTEMPTS: usize = 4;
/// Codes of the answer that there is no such bucket or container.
const NO_BUCKET: &[&str] = &["NoSuchBucket", "ContainerNotFound"];
/// Codes of answers with 403 that are about the credentials or the account, and so the same for every object.
const BAD_CREDENTIALS: &[&str] = &[
    "AccountIsDisabled",
    "AccountProblem",
    "AllAccessDisabled",
    "AuthenticationFailed",
    "AuthorizationFailure",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSecurity",
    "InvalidToken",
    "KMS.DisabledException",
    "NotSignedUp",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
    "UnrecognizedClientException",
];
/// `Cache-Control` of documents: readers ask every hour or less often, so a copy of five minutes is new enough.
const CACHE_CONTROL: &str = "public, max-age=300";

/// [`Store`] in object storage.
///
/// ```
/// use feedmill::store::{BucketStore, Store};
///
/// let store = BucketStore::connect(&"https://ann:secret@dav.example/feeds".parse()?)?;
/// assert_eq!(store.show("rss.xml".as_ref()), "https://dav.example/feeds/rss.xml");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct BucketStore {
    objects: Objects,
    /// URL for messages, without secrets.
    shown: String,
    meter: Option<Arc<Meter>>,
    /// Largest number of requests at the same time.
    in_flight: usize,
    /// Time after which a lease expires that is not renewed.
    lease: Duration,
    /// Leases of other builds that this one has seen.
    seen_leases: Seen,
    /// Leases that this build has taken.
    leases: Arc<Leases>,
    /// While the store is locked, the lease and what was in the store.
    held: Arc<Mutex<Option<Held>>>,
    /// Permits to read the heads of some objects: those of a few chunks of a folder, so that most chunks are read or not.
    reading: Semaphore,
    /// Permits to have a KiB of a document in memory. Many are written at the same time.
    writing: Semaphore,
    /// True once the server is known to exclude builders from each other.
    is_exclusive: Mutex<bool>,
    /// True if a listing had no ETags. Then stamps have none either, because those of a listing are compared with others.
    lists_no_tags: AtomicBool,
    /// Runs the requests. Dropped last.
    _runtime: Threads,
}

/// Leases that a build has taken, and those that it is taking.
#[derive(Default)]
struct Leases {
    state: Mutex<LeasesState>,
    /// Notified when a lease was taken or not.
    changed: Condvar,
}

#[derive(Default)]
struct LeasesState {
    taken: Vec<Weak<Lease>>,
    /// Number of attempts to take one.
    attempts: usize,
    /// True if none is taken any more.
    is_over: bool,
}

impl Leases {
    fn state(&self) -> MutexGuard<'_, LeasesState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, take: impl FnOnce() -> io::Result<Arc<Lease>>) -> io::Result<Arc<Lease>> {
        let mut state = self.state();
        if state.is_over {
            return Err(io::Error::new(io::ErrorKind::Interrupted, "the build was stopped"));
        }
        state.attempts += 1;
        drop(state);
        let taken = take();
        let mut state = self.state();
        state.attempts -= 1;
        state.taken.retain(|lease| lease.strong_count() > 0);
        state.taken.extend(taken.as_ref().ok().map(Arc::downgrade));
        self.changed.notify_all();
        taken
    }

    /// Ends all leases, including those that are just being taken.
    fn end(&self) {
        let mut state = self.state();
        state.is_over = true;
        let is_busy = |state: &mut LeasesState| state.attempts > 0;
        let waited = self.changed.wait_timeout_while(state, SETTLE, is_busy);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let held: Vec<_> = state.taken.iter().filter_map(Weak::upgrade).collect();
        at_once(&held, |lease| lease.end());
    }
}

/// Threads for requests. All requests are waited for, so nothing is lost when they stop.
struct Threads(Option<Runtime>);

impl Drop for Threads {
    /// Stops them without waiting, which is not permitted on the threads of a server.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// How long to try a request again.
#[derive(Clone, Copy, Debug)]
struct Patience {
    /// Number of requests at the same time.
    in_flight: usize,
    /// Number of times that a request is repeated.
    retries: usize,
    /// Time after which a request is not repeated any more.
    retry_timeout: Duration,
    /// Time limit for each part of a request that is short: connecting, the beginning of the answer, or a small body.
    part_timeout: Duration,
    /// Time limit for a body that may be large.
    large_timeout: Duration,
}

impl Patience {
    /// That of a build, which cannot go on without the answer.
    const BUILD: Self = Self {
        in_flight: REQUESTS,
        retries: RETRIES,
        retry_timeout: RETRY_TIMEOUT,
        part_timeout: Duration::from_secs(15),
        large_timeout: Duration::from_secs(600),
    };
}

/// State of a store that this build has locked.
struct Held {
    lease: Arc<Lease>,
    objects: Known,
}

/// The objects of a store that this build has locked.
enum Known {
    /// They are listed when the first one is asked about: something else may be worth doing meanwhile.
    NotYet,
    /// The server cannot list all objects at once.
    Never,
    /// Every object, by its path.
    All(BTreeMap<String, Version>),
}

/// A version of an object.
#[derive(Clone, Debug)]
struct Version {
    size: u64,
    e_tag: Option<String>,
    version: Option<String>,
}

impl Version {
    fn of(meta: &ObjectMeta) -> Self {
        Self { size: meta.size, e_tag: meta.e_tag.clone(), version: meta.version.clone() }
    }

    fn put(result: &PutResult, size: usize) -> Self {
        Self { size: size as u64, e_tag: result.e_tag.clone(), version: result.version.clone() }
    }

    fn mode(&self) -> PutMode {
        PutMode::Update(self.clone().into())
    }

    /// True if both are the same version. A listing has only a part of what the server says of a single object.
    fn is_same(&self, other: &Self) -> bool {
        let tags = [self, other].map(|version| version.e_tag.as_deref().map(bare));
        let versions = self.version.as_ref().zip(other.version.as_ref());
        self.size == other.size && tags[0] == tags[1] && versions.is_none_or(|(one, other)| one == other)
    }
}

/// True if both are the same version, or both are none.
fn is_same_version(one: Option<&Version>, other: Option<&Version>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.is_same(other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// Returns an ETag without quotes: some servers quote it in headers only.
fn bare(tag: &str) -> &str {
    tag.trim_start_matches("W/").trim_matches('"')
}

/// Returns the value of `If-Match` for an ETag; `None` for a weak one, which matches nothing. Without it, the
/// version of the answer is compared.
fn if_match(tag: &str) -> Option<String> {
    (!tag.starts_with("W/")).then(|| tag.to_owned())
}

impl From<Version> for UpdateVersion {
    fn from(Version { e_tag, version, .. }: Version) -> Self {
        Self { e_tag, version }
    }
}

/// Returns the stamp of an object. Servers send times with different precision, so only seconds count.
fn stamp(size: u64, seconds: i64, e_tag: Option<&str>) -> Stamp {
    let modified = i128::from(seconds) * 1_000_000_000;
    let e_tag = e_tag.map(bare).filter(|tag| !tag.is_empty());
    match e_tag {
        Some(tag) => {
            let inode = xxh3_64(tag.as_bytes());
            Stamp { size: Bytes(size), modified, changed: Stamp::VERSIONED, inode }
        }
        None => Stamp { size: Bytes(size), modified, changed: modified, inode: 0 },
    }
}

fn stamp_of(meta: &ObjectMeta) -> Stamp {
    stamp(meta.size, meta.last_modified.timestamp(), meta.e_tag.as_deref())
}

type Pages = dyn PaginatedListStore;

/// Returns a store that makes a number of requests at the same time at most.
fn limited(store: impl ObjectStore, in_flight: usize) -> Arc<dyn ObjectStore> {
    Arc::new(LimitStore::new(store, in_flight))
}

/// Returns the same for a store that can list objects page by page, and its pages.
fn paged(
    store: impl ObjectStore + PaginatedListStore + Clone,
    in_flight: usize,
) -> (Arc<dyn ObjectStore>, Option<Arc<Pages>>) {
    (limited(store.clone(), in_flight), Some(Arc::new(store)))
}

/// The objects below a prefix, and the threads that request them.
#[derive(Clone)]
struct Objects {
    all: Arc<dyn ObjectStore>,
    /// The same objects, if they can be listed page by page.
    pages: Option<Arc<Pages>>,
    /// Permits to begin a request for the head of an object. Many folders are read at the same time, and a request that only
    /// waits for others takes memory too.
    slots: Arc<Semaphore>,
    /// Begins the keys of all objects.
    prefix: String,
    /// True if a write in place of another version needs its generation, which listings do not have.
    has_generations: bool,
    handle: Handle,
}

impl fmt::Debug for BucketStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BucketStore").field("shown", &self.shown).finish_non_exhaustive()
    }
}

impl BucketStore {
    /// Creates a store for a URL: `s3://BUCKET/FOLDER`, `gs://BUCKET/FOLDER`, `az://CONTAINER/FOLDER`, or the URL of a
    /// WebDAV server. Endpoints and credentials are those in the variables of the environment that the tools of the
    /// providers read, such as `AWS_ACCESS_KEY_ID`. Nothing is requested.
    ///
    /// # Errors
    /// If the URL or the environment is invalid.
    pub fn connect(url: &Url) -> io::Result<Self> {
        Self::connect_with(url, Patience::BUILD)
    }

    /// Creates a store as [`BucketStore::connect`] does, which makes a number of requests at the same time at most.
    ///
    /// # Errors
    /// As [`BucketStore::connect`].
    pub fn connect_with_requests(url: &Url, requests: usize) -> io::Result<Self> {
        Self::connect_with(url, Patience { in_flight: requests.max(1), ..Patience::BUILD })
    }

    fn connect_with(url: &Url, patience: Patience) -> io::Result<Self> {
        let place = Path::new(url.as_str());
        if url.query().is_some() || url.fragment().is_some() {
            return Err(invalid("the URL has parameters; remove all after `?` or `#`"));
        }
        let (scheme, host) = (url.scheme(), url.host_str().unwrap_or_default());
        if host.is_empty() {
            return Err(invalid("the URL names no bucket; write it after `://`"));
        }
        let is_web = matches!(scheme, "http" | "https");
        if !is_web && (!url.username().is_empty() || url.password().is_some()) {
            let variable = match scheme {
                "gs" => "GOOGLE_APPLICATION_CREDENTIALS",
                "az" => "AZURE_STORAGE_ACCOUNT_NAME",
                _ => "AWS_ACCESS_KEY_ID",
            };
            return Err(invalid(&format!(
                "the URL has a user name or password; set the variables of the provider instead, such as `{variable}`"
            )));
        }
        let in_flight = patience.in_flight;
        let timeouts = [patience.part_timeout, patience.large_timeout];
        check_proxies().map_err(|why| invalid(&why))?;
        let roots = roots(|name| std::env::var_os(name))?;
        let connector = Connector::new(in_flight, timeouts, login(url), roots);
        let meter = connector.meter.clone();
        let backoff = BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(10),
            base: 2.0,
        };
        let retry =
            RetryConfig { backoff, max_retries: patience.retries, retry_timeout: patience.retry_timeout };
        let (all, pages) = match scheme {
            "s3" => {
                let set = |builder: AmazonS3Builder, key, value| builder.with_config(key, value);
                let builder = AmazonS3Builder::new().with_http_connector(connector).with_retry(retry);
                let build = |builder: AmazonS3Builder| builder.with_bucket_name(host).build();
                paged(built(&builder, &["AWS_"], set, build)?, in_flight)
            }
            "gs" => {
                let set = |builder: GoogleCloudStorageBuilder, key, value| builder.with_config(key, value);
                let builder =
                    GoogleCloudStorageBuilder::new().with_http_connector(connector).with_retry(retry);
                // The messages of the parser repeat what it has read.
                let failed = |_| Error::Generic {
                    store: "",
                    source: format!("the credentials {GOOGLE_CREDENTIALS}").into(),
                };
                let build = |builder: GoogleCloudStorageBuilder| {
                    builder.with_bucket_name(host).build().map_err(failed)
                };
                paged(built(&builder, &["GOOGLE_"], set, build)?, in_flight)
            }
            "az" => {
                let set = |builder: MicrosoftAzureBuilder, key, value| builder.with_config(key, value);
                let prefixes = ["AZURE_", "AZURITE_", "IDENTITY_"];
                let builder = MicrosoftAzureBuilder::new().with_http_connector(connector).with_retry(retry);
                let build = |builder: MicrosoftAzureBuilder| builder.with_container_name(host).build();
                paged(built(&builder, &prefixes, set, build)?, in_flight)
            }
            _ => {
                let builder = HttpBuilder::new()
                    .with_url(super::shown(Path::new(&url[..url::Position::BeforePath])))
                    .with_http_connector(connector);
                let failed = |error| invalid(&cause(&error));
                (limited(builder.with_retry(retry).build().map_err(failed)?, in_flight), None)
            }
        };
        let prefix = Key::from_url_path(url.path()).map_err(|error| invalid(&error.to_string()))?;
        let mut store = Self::new(all, prefix.as_ref(), super::shown(place), Some(meter), in_flight)?;
        store.objects.pages = pages;
        store.objects.has_generations = scheme == "gs";
        Ok(store)
    }

    fn new(
        all: Arc<dyn ObjectStore>,
        prefix: &str,
        shown: String,
        meter: Option<Arc<Meter>>,
        in_flight: usize,
    ) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(2 * in_flight)
            .enable_time()
            .build()?;
        let (prefix, handle) = (prefix.to_owned(), runtime.handle().clone());
        let slots = Arc::new(Semaphore::new(in_flight));
        let objects = Objects { all, pages: None, prefix, has_generations: false, slots, handle };
        let (seen_leases, leases, held, is_exclusive, lists_no_tags) = Default::default();
        Ok(Self {
            objects,
            shown,
            meter,
            in_flight,
            lease: LEASE,
            seen_leases,
            leases,
            held,
            reading: Semaphore::new(CHUNKS * in_flight),
            writing: Semaphore::new(WRITING as usize),
            is_exclusive,
            lists_no_tags,
            _runtime: Threads(Some(runtime)),
        })
    }

    /// Waits until there may be another document of a size in memory, and the old one next to it.
    fn reserve(&self, size: u64) -> Option<SemaphorePermit<'_>> {
        let size = u32::try_from(2 * size.div_ceil(1024)).unwrap_or(WRITING).min(WRITING);
        self.objects.wait(self.writing.acquire_many(size)).ok()
    }

    /// Lets locks of this store expire after another time than [`LEASE`](super::LEASE), unless they are renewed.
    #[must_use]
    pub fn with_lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    /// Takes the lease at a path; waits for another holder for up to `wait`.
    fn take_lease(&self, path: &str, wait: Duration) -> io::Result<Arc<Lease>> {
        let clocks = || {
            let now = SystemTime::now();
            [self.meter.as_ref().map_or(now, |meter| meter.now()), now]
        };
        self.leases
            .take(|| Lease::take(self.objects.clone(), path, self.lease, wait, clocks, &self.seen_leases))
    }

    /// Remembers whether a page of a listing has objects without ETags.
    fn note_tags(&self, page: &ListResult) {
        if page.objects.iter().any(|meta| meta.e_tag.is_none()) {
            self.lists_no_tags.store(true, Ordering::Relaxed);
        }
    }

    /// Returns the stamp of an object as the listing of its folder has it. While the store is locked, no time is known.
    fn stamp_of(&self, meta: &ObjectMeta) -> Stamp {
        match meta.e_tag.as_deref() {
            Some(tag) if self.known(|_| ()).is_some() => stamp(meta.size, 0, Some(tag)),
            Some(_) if self.lists_no_tags.load(Ordering::Relaxed) => {
                stamp(meta.size, meta.last_modified.timestamp(), None)
            }
            _ => stamp_of(meta),
        }
    }

    fn held(&self) -> MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls a function with all objects, if they are known because the store is locked.
    fn known<T>(&self, then: impl FnOnce(&mut BTreeMap<String, Version>) -> T) -> Option<T> {
        let mut held = self.held();
        let objects = &mut held.as_mut()?.objects;
        if let Known::NotYet = objects {
            *objects = self.objects.wait(self.objects.list_all()).map_or(Known::Never, Known::All);
        }
        match objects {
            Known::All(objects) => Some(then(objects)),
            _ => None,
        }
    }

    /// Returns the present version of an object; `None` if there is none.
    fn version(&self, path: &Path) -> io::Result<Option<Version>> {
        let name = name(path)?;
        if let Some(known) = self.known(|objects| objects.get(&name).cloned())
            && known.as_ref().is_none_or(|version| version.e_tag.is_some())
        {
            return Ok(known);
        }
        // It is not known, or some servers list no ETags.
        self.objects.version(&name)
    }

    /// Checks that this build has not lost its lock, if it has one: nothing may be written any more then.
    fn verify_lock(&self) -> io::Result<()> {
        self.held().as_ref().map_or(Ok(()), |held| held.lease.verify())
    }

    /// True if a folder has objects, or is the root.
    fn is_folder(&self, name: &str) -> io::Result<bool> {
        let begin = if name.is_empty() { return Ok(true) } else { format!("{name}/") };
        if let Some(known) = self.known(|objects| {
            objects.range(begin.clone()..).next().is_some_and(|(name, _)| name.starts_with(&begin))
        }) {
            return Ok(known);
        }
        let prefix = self.objects.key(name)?;
        let mut listed = self.objects.all.list(Some(&prefix));
        self.objects.wait(listed.next()).transpose().map(|first| first.is_some()).map_err(into_io)
    }

    /// Returns the error of a request for an object that may be none, or be a folder.
    fn missing(&self, path: &Path, error: io::Error) -> io::Error {
        let is_folder = error.kind() == io::ErrorKind::NotFound
            && name(path).and_then(|name| self.is_folder(&name)).unwrap_or(false);
        if is_folder { io::ErrorKind::InvalidInput.into() } else { error }
    }

    /// Fetches a range of an object, and returns its bytes and metadata. Without a request if the object does not exist,
    /// and that is known.
    fn fetch(&self, path: &Path, length: Option<u64>) -> io::Result<(Vec<u8>, ObjectMeta)> {
        let name = name(path)?;
        let is_missing = self.known(|objects| !objects.contains_key(&name)).unwrap_or(false);
        let fetched = if is_missing {
            Err(io::ErrorKind::NotFound.into())
        } else {
            self.objects.wait(self.objects.fetch(&name, length))
        };
        fetched.map_err(|error| self.missing(path, error))
    }

    /// Writes an object in place of a known version.
    fn write(&self, path: &Path, bytes: Content) -> io::Result<Change> {
        let name = name(path)?;
        self.verify_lock()?;
        let key = self.objects.key(&name)?;
        let before = self.version(path)?;
        let has_same_bytes = || match self.objects.wait(self.objects.fetch(&name, None)) {
            Ok((old, meta)) => Ok((*old == *bytes, Some(Version::of(&meta)))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok((false, None)),
            // It is compressed.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                Ok((false, self.objects.version(&name)?))
            }
            Err(error) => Err(error),
        };
        if before.as_ref().is_some_and(|old| old.size == bytes.len() as u64) && has_same_bytes()?.0 {
            return Ok(Change::Unchanged);
        }
        let before = match before {
            Some(listed) if self.objects.has_generations && listed.version.is_none() => {
                let now = self.objects.version(&name)?.filter(|now| now.is_same(&listed));
                Some(now.ok_or_else(overtaken)?)
            }
            before => before,
        };
        let payload = PutPayload::from(bytes.clone());
        let mut attempt = 1;
        let written = loop {
            let options = |mode| PutOptions { mode, attributes: attributes(path), ..PutOptions::default() };
            let mode = before.as_ref().map_or(PutMode::Create, Version::mode);
            let mut put = self.objects.wait(self.objects.all.put_opts(&key, payload.clone(), options(mode)));
            if let Err(Error::NotImplemented { .. }) = put {
                // The server has no conditional writes.
                let mode = PutMode::Overwrite;
                put = self.objects.wait(self.objects.all.put_opts(&key, payload.clone(), options(mode)));
            }
            let error = match put {
                Ok(result) => break Version::put(&result, bytes.len()),
                Err(error) => error,
            };
            // An answer that was lost may have been that it was written.
            let (is_same, now) = has_same_bytes()?;
            match now {
                Some(now) if is_same => break now,
                now if !is_same_version(now.as_ref(), before.as_ref()) => return Err(overtaken()),
                _ if attempt < WRITE_ATTEMPTS && matches!(error, Error::Generic { .. }) => attempt += 1,
                _ => return Err(into_io(error)),
            }
        };
        self.known(|objects| objects.insert(name, written));
        Ok(Change::Written)
    }

    /// Writes a large object, of which only a part is in memory; `None` if the server has no uploads in parts. Such an upload
    /// has no conditions, so the object is asked about again before it is completed.
    fn write_in_parts(&self, path: &Path, source: &dyn Source) -> io::Result<Option<Change>> {
        let name = name(path)?;
        self.verify_lock()?;
        let key = self.objects.key(&name)?;
        let before = self.version(path)?;
        if before.as_ref().is_some_and(|old| old.size == source.size().0) {
            let is_same = match self.open(path) {
                // It is compressed.
                Err(error) if error.kind() == io::ErrorKind::InvalidData => false,
                opened => has_bytes(&mut opened?.content, source)?,
            };
            if is_same {
                return Ok(Some(Change::Unchanged));
            }
        }
        let options = PutMultipartOptions { attributes: attributes(path), ..Default::default() };
        let mut upload = match self.objects.wait(self.objects.all.put_multipart_opts(&key, options)) {
            Err(Error::NotImplemented { .. } | Error::NotSupported { .. }) => return Ok(None),
            upload => upload.map_err(into_io)?,
        };
        let mut send = || {
            let mut reader = source.open();
            loop {
                // A buffer that grows may take twice as much.
                let mut part = Vec::with_capacity(usize::try_from(PART).unwrap_or_default());
                reader.by_ref().take(PART).read_to_end(&mut part)?;
                if part.is_empty() {
                    break;
                }
                self.objects.wait(upload.put_part(part.into())).map_err(into_io)?;
            }
            self.verify_lock()?;
            if !is_same_version(self.objects.version(&name)?.as_ref(), before.as_ref()) {
                return Err(overtaken());
            }
            self.objects.wait(upload.complete()).map_err(into_io)
        };
        match send() {
            Ok(result) => {
                let size = usize::try_from(source.size().0).unwrap_or(usize::MAX);
                self.known(|objects| objects.insert(name, Version::put(&result, size)));
                Ok(Some(Change::Written))
            }
            Err(error) => {
                // Servers remove the parts of unfinished uploads after some time, if this fails.
                let _ = self.objects.wait(upload.abort());
                Err(error)
            }
        }
    }
}

impl Objects {
    fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.handle.block_on(future)
    }

    /// Returns the key of a path under the root.
    fn key(&self, name: &str) -> io::Result<Key> {
        let joined = match (self.prefix.as_str(), name) {
            ("", name) => name.to_owned(),
            (prefix, "") => prefix.to_owned(),
            (prefix, name) => format!("{prefix}/{name}"),
        };
        Key::parse(joined).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error.to_string()))
    }

    /// Returns the path of a key under the root; `None` for the root itself.
    fn name<'k>(&self, key: &'k Key) -> Option<&'k str> {
        let rest = key.as_ref().strip_prefix(self.prefix.as_str())?;
        let rest = if self.prefix.is_empty() { rest } else { rest.strip_prefix('/')? };
        Some(rest).filter(|rest| !rest.is_empty())
    }

    /// Removes an object; tries again if there was no answer, and that is allowed.
    fn delete(&self, key: &Key, is_allowed: impl Fn() -> bool) -> object_store::Result<()> {
        let mut attempt = 1;
        loop {
            match self.wait(self.all.delete(key)) {
                Err(Error::Generic { .. }) if attempt < WRITE_ATTEMPTS && is_allowed() => attempt += 1,
                deleted => return deleted,
            }
        }
    }

    /// Returns the versions of all objects.
    async fn list_all(&self) -> io::Result<BTreeMap<String, Version>> {
        let prefix = self.key("")?;
        let mut stream = self.all.list((!prefix.as_ref().is_empty()).then_some(&prefix));
        let mut objects = BTreeMap::new();
        while let Some(meta) = stream.next().await {
            let meta = meta.map_err(into_io)?;
            if let Some(name) = self.name(&meta.location) {
                objects.insert(name.to_owned(), Version::of(&meta));
            }
        }
        Ok(objects)
    }

    fn head(&self, name: &str) -> io::Result<ObjectMeta> {
        let key = self.key(name)?;
        self.wait(self.all.head(&key)).map_err(into_io)
    }

    /// Returns the version of an object; `None` if there is none.
    fn version(&self, name: &str) -> io::Result<Option<Version>> {
        match self.head(name) {
            Ok(meta) => Ok(Some(Version::of(&meta))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Fetches the first bytes of an object, or all.
    async fn fetch(&self, name: &str, length: Option<u64>) -> io::Result<(Vec<u8>, ObjectMeta)> {
        let key = self.key(name)?;
        let fetched = self.get(&key, length.map(|length| length.max(1)), GetOptions::default());
        let (bytes, meta) = fetched.await.map_err(into_io)?;
        let mut bytes = Vec::from(bytes);
        bytes.truncate(length.and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX));
        Ok((bytes, meta))
    }

    /// Returns the bytes of an object, of which the first ones are known.
    fn content(self, name: &str, bytes: Vec<u8>, meta: ObjectMeta) -> io::Result<Box<dyn super::Content>> {
        if bytes.len() as u64 == meta.size {
            return Ok(Box::new(Cursor::new(bytes)));
        }
        let key = self.key(name)?;
        Ok(Box::new(Ranges { objects: self, key, meta, at: 0, start: 0, bytes }))
    }

    /// Requests the first bytes of an object, or all.
    async fn get(
        &self,
        key: &Key,
        length: Option<u64>,
        options: GetOptions,
    ) -> object_store::Result<(Content, ObjectMeta)> {
        let range = length.map(|length| GetRange::Bounded(0..length));
        match self.all.get_opts(key, GetOptions { range, ..options.clone() }).await {
            Ok(result) => {
                if let Some(encoding) = encoding(&result.attributes) {
                    return Err(Error::NotSupported { source: Compressed(encoding.to_owned()).into() });
                }
                let meta = result.meta.clone();
                Ok((result.bytes().await?, meta))
            }
            // An empty object has no range.
            Err(error @ Error::Generic { .. }) if length.is_some() => {
                match self.all.get_opts(key, GetOptions { head: true, ..options }).await {
                    Ok(head) if head.meta.size == 0 => Ok((Content::new(), head.meta)),
                    Err(unchanged @ Error::NotModified { .. }) => Err(unchanged),
                    _ => Err(error),
                }
            }
            Err(error) => Err(error),
        }
    }
}

/// Returns the error that another build has changed an object.
fn overtaken() -> io::Error {
    let why = "another build has changed it in the meantime; build again";
    io::Error::new(io::ErrorKind::ResourceBusy, why)
}

/// Returns the error that an answer has fewer bytes than the object, or the range of it.
fn cut_short() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the server sent too few bytes")
}

/// Returns a path under the root as text. Keys are UTF-8, so no object has another path.
fn name(path: &Path) -> io::Result<String> {
    let parts = path.components().map(|part| match part {
        Component::Normal(part) => part.to_str().ok_or_else(|| io::ErrorKind::NotFound.into()),
        _ => Err(io::Error::from(io::ErrorKind::InvalidInput)),
    });
    Ok(parts.collect::<io::Result<Vec<_>>>()?.join("/"))
}

/// Returns the value of `Authorization` for user name and password of a URL.
fn login(url: &Url) -> Option<ureq::http::HeaderValue> {
    let decode = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
    let (name, password) = (decode(url.username()), decode(url.password().unwrap_or_default()));
    if name.is_empty() && password.is_empty() {
        return None;
    }
    let encoded = STANDARD.encode([name.as_slice(), b":", &password].concat());
    let mut value = ureq::http::HeaderValue::try_from(format!("Basic {encoded}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The error that an object is compressed, in some encoding.
#[derive(Debug)]
struct Compressed(String);

impl std::error::Error for Compressed {}

impl fmt::Display for Compressed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it is stored with `Content-Encoding: {}`; upload it as it is", self.0)
    }
}

/// Returns how the bytes of an object are compressed; `None` if they are not.
fn encoding(attributes: &Attributes) -> Option<&str> {
    let encoding = attributes.get(&Attribute::ContentEncoding)?.as_ref();
    // Some servers keep that of a request that wrote the object in chunks.
    let is_plain = |part: &str| ["", "aws-chunked", "identity"].contains(&part.trim());
    (!encoding.split(',').all(is_plain)).then_some(encoding)
}

/// Returns type and lifetime of a document, which servers and caches pass on.
fn attributes(path: &Path) -> Attributes {
    let mut attributes = Attributes::new();
    let is_ours = path.iter().next().is_some_and(|first| !first.as_encoded_bytes().starts_with(b"."));
    if let Some(content_type) = content_type(path).filter(|_| is_ours) {
        attributes.insert(Attribute::ContentType, content_type.into());
        attributes.insert(Attribute::CacheControl, CACHE_CONTROL.into());
    }
    attributes
}

/// Returns the value of `Content-Type` for a file.
fn content_type(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let own = match name {
        "rss.xml" => Some("application/rss+xml; charset=utf-8"),
        "atom.xml" => Some("application/atom+xml; charset=utf-8"),
        "feed.json" => Some("application/feed+json"),
        _ => None,
    };
    if let Some(own) = own {
        return Some(own.to_owned());
    }
    let known = file_type(name)?;
    // XML declares its encoding itself.
    let is_text = known.starts_with("text/") && known != "text/xml";
    Some(if is_text { format!("{known}; charset=utf-8") } else { known.to_owned() })
}

/// Returns the last cause of an error: what the server or the system reports, without URLs that repeat the place.
fn cause(error: &Error) -> String {
    let mut last: &dyn std::error::Error = error;
    while let Some(source) = last.source() {
        last = source;
    }
    let text = last.to_string();
    let text = text.trim_end_matches([':', ' ']);
    text.strip_prefix("Server returned non-2xx status code: ").unwrap_or(text).to_owned()
}

/// Returns the error of a listing. No server has folders, so none is missing.
fn unlisted(error: Error) -> io::Error {
    let error = into_io(error);
    if error.kind() == io::ErrorKind::NotFound { io::Error::other(error) } else { error }
}

fn into_io(error: Error) -> io::Error {
    use io::ErrorKind;
    let kind = match &error {
        // Nothing is wrong with the object that was asked for.
        Error::NotFound { .. } if NO_BUCKET.iter().any(|code| cause(&error).contains(code)) => {
            ErrorKind::Other
        }
        Error::NotFound { .. } => ErrorKind::NotFound,
        Error::AlreadyExists { .. } => ErrorKind::AlreadyExists,
        Error::Precondition { .. } => ErrorKind::ResourceBusy,
        // Nor is it if the credentials expired, or are not those of anybody.
        Error::PermissionDenied { .. } if BAD_CREDENTIALS.iter().any(|code| cause(&error).contains(code)) => {
            ErrorKind::HostUnreachable
        }
        Error::PermissionDenied { .. } => ErrorKind::PermissionDenied,
        Error::NotSupported { source } if source.is::<Compressed>() => ErrorKind::InvalidData,
        Error::NotSupported { .. } | Error::NotImplemented { .. } => ErrorKind::Unsupported,
        Error::InvalidPath { .. } => ErrorKind::InvalidData,
        // All retries were in vain, or there is no answer. The next object would be no different.
        Error::Unauthenticated { .. } | Error::Generic { .. } => ErrorKind::HostUnreachable,
        _ => ErrorKind::Other,
    };
    io::Error::new(kind, cause(&error))
}

impl Store for BucketStore {
    fn show(&self, path: &Path) -> String {
        match path.as_os_str().is_empty() {
            true => self.shown.clone(),
            false => format!("{}/{}", self.shown, path.to_string_lossy()),
        }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Item>> {
        let mut items = Vec::new();
        self.scan(folder, false, &mut |name, kind, _| items.push(Item { name: name.to_owned(), kind }))?;
        items.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(items)
    }

    fn prefix(&self, path: &Path, length: Bytes) -> io::Result<Prefix> {
        let (bytes, meta) = self.fetch(path, Some(length.0))?;
        Ok(Prefix { bytes, size: Bytes(meta.size) })
    }

    fn read(&self, path: &Path, limit: Bytes) -> io::Result<Vec<u8>> {
        // A request without a range is shorter, and no object has more bytes.
        let length = (limit.0 < u64::from(u32::MAX)).then(|| limit.0 + 1);
        let (bytes, meta) = self.fetch(path, length)?;
        if meta.size.max(bytes.len() as u64) > limit.0 {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {limit}")));
        }
        if bytes.len() as u64 != meta.size {
            return Err(cut_short());
        }
        Ok(bytes)
    }

    fn open(&self, path: &Path) -> io::Result<Opened> {
        let (bytes, meta) = self.fetch(path, Some(BLOCK))?;
        let stamp = Some(self.stamp_of(&meta));
        let content = self.objects.clone().content(&name(path)?, bytes, meta)?;
        Ok(Opened { content, stamp })
    }

    fn opener(&self, path: &Path) -> Option<Opener> {
        let (objects, name) = (self.objects.clone(), name(path).ok()?);
        Some(Box::new(move || {
            let (bytes, meta) = objects.wait(objects.fetch(&name, Some(BLOCK)))?;
            let stamp = Some(stamp_of(&meta));
            Ok(Opened { content: objects.content(&name, bytes, meta)?, stamp })
        }))
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<Change> {
        let _reserved = self.reserve(bytes.len() as u64);
        self.write(path, Content::copy_from_slice(bytes))
    }

    fn replace_from(&self, path: &Path, source: &dyn Source) -> io::Result<Change> {
        let _reserved = self.reserve(source.size().0);
        if source.size().0 > PART
            && let Some(change) = self.write_in_parts(path, source)?
        {
            return Ok(change);
        }
        let mut bytes = Vec::with_capacity(usize::try_from(source.size().0).unwrap_or_default());
        source.open().read_to_end(&mut bytes)?;
        self.write(path, bytes.into())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let name = name(path)?;
        self.verify_lock()?;
        // Removing an object that does not exist is no error for servers.
        self.version(path)?.ok_or(io::ErrorKind::NotFound)?;
        let key = self.objects.key(&name)?;
        self.objects.delete(&key, || self.verify_lock().is_ok()).map_err(into_io)?;
        self.known(|objects| objects.remove(&name));
        Ok(())
    }

    fn lock(&self, wait: Duration) -> io::Result<Lock> {
        let lease = self.take_lease(super::lock::NAME, wait)?;
        *self.held() = Some(Held { lease: lease.clone(), objects: Known::NotYet });
        Ok(Lock::held_by(HeldLock { held: self.held.clone(), lease }))
    }

    fn releaser(&self) -> Option<Releaser> {
        let leases = Arc::clone(&self.leases);
        Some(Box::new(move || leases.end()))
    }

    fn claim(&self, path: &Path) -> io::Result<Option<Lock>> {
        match self.take_lease(&name(path)?, Duration::ZERO) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            taken => {
                let claim = Claim(taken?);
                let mut is_exclusive = self.is_exclusive.lock().unwrap_or_else(PoisonError::into_inner);
                if !*is_exclusive {
                    claim.0.verify_exclusive()?;
                    *is_exclusive = true;
                }
                Ok(Some(Lock::held_by(claim)))
            }
        }
    }

    fn scan(
        &self,
        folder: &Path,
        stamps: bool,
        see: &mut dyn FnMut(&OsStr, Kind, Option<Stamp>),
    ) -> io::Result<()> {
        let name = name(folder)?;
        if let Some(children) = self.known(|objects| children(objects, &name)) {
            if children.is_empty() && !name.is_empty() {
                return Err(io::ErrorKind::NotFound.into());
            }
            for (name, version) in children {
                let kind = if version.is_some() { Kind::File } else { Kind::Folder };
                let version = version.filter(|version| stamps && version.e_tag.is_some());
                let stamp = version.map(|version| stamp(version.size, 0, version.e_tag.as_deref()));
                see(OsStr::new(&name), kind, stamp);
            }
            return Ok(());
        }
        let prefix = self.objects.key(&name)?;
        let child = |key: &Key| {
            let rest = self.objects.name(key)?;
            let rest =
                if name.is_empty() { rest } else { rest.strip_prefix(name.as_str())?.strip_prefix('/')? };
            (!rest.contains('/')).then(|| rest.to_owned())
        };
        let mut is_empty = true;
        let begin = if prefix.as_ref().is_empty() { String::new() } else { format!("{prefix}/") };
        let mut see_page = |listed: &ListResult| {
            is_empty &= listed.objects.is_empty() && listed.common_prefixes.is_empty();
            self.note_tags(listed);
            for name in not_paths(listed, &begin) {
                is_empty = false;
                see(OsStr::new(name), Kind::NotAPath, None);
            }
            for key in &listed.common_prefixes {
                child(key).iter().for_each(|name| see(OsStr::new(name), Kind::Folder, None));
            }
            for meta in &listed.objects {
                // Tools create an object in the place of an empty folder.
                let stamp = stamps.then(|| stamp_of(meta));
                child(&meta.location).iter().for_each(|name| see(OsStr::new(name), Kind::File, stamp));
            }
        };
        if let Some(pages) = &self.objects.pages {
            // A folder may have a million objects: only one page of a thousand is in memory.
            let prefix = (!begin.is_empty()).then_some(begin.as_str());
            let mut page_token = None;
            loop {
                let delimiter = Some("/".into());
                let options = PaginatedListOptions { delimiter, page_token, ..Default::default() };
                let listed = self.objects.wait(pages.list_paginated(prefix, options));
                let listed = listed.map_err(unlisted)?;
                see_page(&listed.result);
                page_token = listed.page_token;
                if page_token.is_none() {
                    break;
                }
            }
        } else {
            let prefix = (!begin.is_empty()).then_some(&prefix);
            see_page(&self.objects.wait(self.objects.all.list_with_delimiter(prefix)).map_err(unlisted)?);
        }
        if is_empty && !name.is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(())
    }

    /// Lists all objects below the folder, unless there is more than a page of them and some are in folders: then folders are
    /// listed one by one, and at the same time.
    fn scan_with_below(
        &self,
        folder: &Path,
        stamps: bool,
        see: &mut dyn FnMut(&OsStr, Kind, Option<Stamp>),
        below: &mut dyn FnMut(PathBuf, Listed),
    ) -> io::Result<()> {
        let name = name(folder)?;
        let pages = self.objects.pages.as_ref().filter(|_| !name.is_empty() && self.held().is_none());
        let Some(pages) = pages else { return self.scan(folder, stamps, see) };
        let prefix = format!("{}/", self.objects.key(&name)?);
        let path = |key: &'_ Key| key.as_ref().strip_prefix(&prefix).map(str::to_owned);
        let (mut found, mut page_token, mut is_first) = (Below::default(), None, true);
        loop {
            let options = PaginatedListOptions { page_token, ..Default::default() };
            let listed = self.objects.wait(pages.list_paginated(Some(&prefix), options)).map_err(unlisted);
            let listed = match listed {
                // Some permit to list one folder only.
                Err(error) if is_first && error.kind() == io::ErrorKind::PermissionDenied => {
                    return self.scan(folder, stamps, see);
                }
                listed => listed?,
            };
            let page = &listed.result;
            let objects = &page.objects;
            page_token = listed.page_token;
            let is_below = |meta: &ObjectMeta| path(&meta.location).is_some_and(|path| path.contains('/'));
            if is_first && (objects.is_empty() || page_token.is_some() && objects.iter().any(is_below)) {
                return self.scan(folder, stamps, see);
            }
            is_first = false;
            self.note_tags(page);
            for name in not_paths(page, &prefix) {
                see(OsStr::new(first_fault(name, is_path)), Kind::NotAPath, None);
            }
            let mut markers = page.extensions.get::<Markers>().map_or_else(Vec::new, |names| names.0.clone());
            for meta in objects {
                let is_marker = |name: &String| meta.size == 0 && *name == meta.location.as_ref();
                if let Some(number) = markers.iter().position(is_marker) {
                    markers.swap_remove(number);
                    continue;
                }
                let Some(path) = path(&meta.location) else { continue };
                if !found.add(&path, stamp_of(meta)) {
                    see(OsStr::new(&path), Kind::File, stamps.then(|| stamp_of(meta)));
                }
            }
            if page_token.is_none() {
                break;
            }
        }
        found.children.iter().for_each(|name| see(OsStr::new(name), Kind::Folder, None));
        for (path, items) in found.folders {
            below(folder.join(path), items);
        }
        Ok(())
    }

    /// Requests many at once.
    fn heads(
        &self,
        folder: &Path,
        names: &[&OsStr],
        length: Bytes,
        see: &mut dyn FnMut(usize, io::Result<Beginning<'_>>),
    ) -> io::Result<()> {
        let at_once = u32::try_from(names.len().min(self.in_flight)).unwrap_or(u32::MAX);
        let _reading = self.objects.wait(self.reading.acquire_many(at_once)).ok();
        let requests = futures_util::stream::iter(names.iter().map(|file| async move {
            let slot = Arc::clone(&self.objects.slots).acquire_owned().await;
            let (objects, path) = (self.objects.clone(), name(&folder.join(file)));
            let request = async move {
                let _slot = slot;
                objects.fetch(&path?, Some(length.0)).await
            };
            // It goes on while the one before is read.
            self.objects.handle.spawn(request).await
        }));
        let mut requests = requests.buffered(self.in_flight);
        for (number, file) in names.iter().enumerate() {
            let Some(fetched) = self.objects.wait(requests.next()) else { break };
            let fetched = fetched.map_err(io::Error::other).and_then(|fetched| fetched);
            let fetched = fetched.map_err(|error| self.missing(&folder.join(file), error));
            let is_over = fetched.as_ref().is_err_and(is_exhausted);
            see(
                number,
                fetched.as_ref().map_err(duplicate).map(|(bytes, meta)| Beginning {
                    bytes,
                    size: Bytes(meta.size),
                    stamp: Some(self.stamp_of(meta)),
                }),
            );
            if is_over {
                break;
            }
        }
        Ok(())
    }

    fn stamp(&self, path: &Path) -> io::Result<Option<Stamp>> {
        let name = name(path)?;
        if let Some(known) = self.known(|objects| objects.get(&name).cloned()) {
            let known = known.ok_or(io::ErrorKind::NotFound)?;
            if known.e_tag.is_some() {
                return Ok(Some(stamp(known.size, 0, known.e_tag.as_deref())));
            }
        }
        Ok(Some(self.stamp_of(&self.objects.head(&name)?)))
    }

    fn keeps_cache(&self) -> bool {
        true
    }

    fn in_flight(&self) -> Option<usize> {
        Some(self.in_flight)
    }

    fn traffic(&self) -> Traffic {
        self.meter.as_ref().map(|meter| meter.traffic()).unwrap_or_default()
    }
}

#[cfg(test)]
impl BucketStore {
    /// Writes an object with a value of `Content-Encoding`.
    pub(crate) fn put_encoded(&self, name: &str, bytes: Vec<u8>, encoding: &'static str) {
        let attributes = Attributes::from_iter([(Attribute::ContentEncoding, encoding)]);
        let options = PutOptions { attributes, ..PutOptions::default() };
        let key = self.objects.key(name).unwrap();
        self.objects.wait(self.objects.all.put_opts(&key, bytes.into(), options)).unwrap();
    }

    /// Returns type and lifetime of an object.
    pub(crate) fn attributes_of(&self, name: &str) -> (String, String) {
        let key = self.objects.key(name).unwrap();
        let attributes = self.objects.wait(self.objects.all.get(&key)).unwrap().attributes;
        let get = |name| attributes.get(&name).map_or("", |value| value.as_ref()).to_owned();
        (get(Attribute::ContentType), get(Attribute::CacheControl))
    }
}

/// Returns the names in a page of a listing that are not paths, from a folder on.
fn not_paths<'l>(page: &'l ListResult, folder: &'l str) -> impl Iterator<Item = &'l str> {
    let names = page.extensions.get::<NotPaths>().into_iter().flat_map(|names| &names.0);
    names.filter_map(move |name| name.strip_prefix(folder))
}

/// Returns the names in a folder, sorted, with the versions of those that are objects.
fn children(objects: &BTreeMap<String, Version>, folder: &str) -> Vec<(String, Option<Version>)> {
    let begin = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let mut children: Vec<(String, Option<Version>)> = Vec::new();
    for (name, version) in objects.range(begin.clone()..).take_while(|(name, _)| name.starts_with(&begin)) {
        match name[begin.len()..].split_once('/') {
            None => children.push((name[begin.len()..].to_owned(), Some(version.clone()))),
            Some((child, _)) => {
                if children.last().is_none_or(|(last, version)| last != child || version.is_some()) {
                    children.push((child.to_owned(), None));
                }
            }
        }
    }
    children
}

/// Ends the lease when the build ends.
struct HeldLock {
    held: Arc<Mutex<Option<Held>>>,
    lease: Arc<Lease>,
}

impl fmt::Debug for HeldLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HeldLock")
    }
}

impl Guard for HeldLock {
    fn verify(&self) -> io::Result<()> {
        self.lease.verify()
    }
}

/// Ends the lease of a part of the work when that is done.
struct Claim(Arc<Lease>);

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Claim")
    }
}

impl Guard for Claim {
    fn verify(&self) -> io::Result<()> {
        self.0.verify()
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Drop for HeldLock {
    fn drop(&mut self) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.lease.end();
    }
}

/// An open object that is fetched piece by piece. It is an error if it is replaced in the meantime.
struct Ranges {
    objects: Objects,
    key: Key,
    meta: ObjectMeta,
    /// Position of the reader.
    at: u64,
    /// Position of the bytes that were fetched.
    start: u64,
    bytes: Vec<u8>,
}

impl Read for Ranges {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.meta.size {
            return Ok(0);
        }
        let is_fetched = self.at >= self.start && self.at - self.start < self.bytes.len() as u64;
        if !is_fetched {
            let fetched = self.bytes.len() as u64;
            let is_next = self.at == self.start + fetched;
            let length = if is_next { (8 * fetched).clamp(BLOCK, MAX_BLOCK) } else { BLOCK };
            let range = Some(GetRange::Bounded(self.at..(self.at + length).min(self.meta.size)));
            let if_match = self.meta.e_tag.as_deref().and_then(if_match);
            let options = GetOptions { range, if_match, ..GetOptions::default() };
            self.bytes = Vec::new();
            let fetched = self.objects.wait(async {
                let result = self.objects.all.get_opts(&self.key, options).await?;
                Ok((Version::of(&result.meta), result.bytes().await?))
            });
            let (version, bytes) = fetched.map_err(into_io)?;
            if !version.is_same(&Version::of(&self.meta)) {
                return Err(overtaken());
            }
            self.bytes = bytes.into();
            self.start = self.at;
        }
        let from = usize::try_from(self.at - self.start).map_err(io::Error::other)?;
        let rest = self.bytes.get(from..).unwrap_or_default();
        let read = rest.len().min(buffer.len());
        buffer[..read].copy_from_slice(&rest[..read]);
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Ranges {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.meta.size.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests;
