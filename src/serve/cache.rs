//! Documents of the feeds folder, as they are now. A request costs one look at the stamp of the file; if that is
//! unchanged, the document is in memory.

use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use tokio::sync::Mutex;
use xxhash_rust::xxh3::xxh3_128;

use crate::catalog::Hasher;
use crate::seed::audio;
use crate::store::{Kind, Opened, Store};
use crate::types::Bytes as Size;

use super::coding::Coding;
use super::document::{Body, Document, is_media};
use super::metrics::Metrics;

/// Number of bytes that all documents in memory may take, with their compressed forms.
const CAPACITY: u64 = 64 << 20;
/// Size above which a file is not kept in memory but sent while it is read.
pub(super) const MAX_CACHED: Size = Size(8 << 20);
/// Size of the largest audio or video file that is tagged by its bytes; the tag of a larger one is made of its stamp.
const MAX_HASHED: Size = Size(256 << 20);
/// Number of locks for loading documents: about as many are loaded at a time.
const LOAD_LOCKS: usize = 16;
/// Number of attempts to read a file that changes while it is read.
const ATTEMPTS: usize = 8;

/// Documents of the feeds folder.
pub(super) struct DocumentCache {
    store: Box<dyn Store + Send>,
    documents: Bounded<Cached>,
    /// A document is loaded by one request; the others wait for it.
    loading: [Mutex<()>; LOAD_LOCKS],
    metrics: Arc<Metrics>,
}

/// A document in memory and its weight when it was inserted. The cache adds and subtracts this weight, so it must not
/// grow when the document is compressed later.
#[derive(Clone)]
struct Cached {
    document: Arc<Document>,
    weight: u64,
}

/// Something in memory that has a weight.
pub(super) trait Weighted {
    /// Number of bytes when it was inserted.
    fn weight(&self) -> u64;
}

impl Weighted for Cached {
    fn weight(&self) -> u64 {
        self.weight
    }
}

#[derive(Clone)]
pub(super) struct Weight;

impl<T: Weighted> Weighter<Box<str>, T> for Weight {
    fn weight(&self, _: &Box<str>, value: &T) -> u64 {
        value.weight()
    }
}

/// Values by path, of which those that were not used for long are dropped.
pub(super) type Bounded<T> = Cache<Box<str>, T, Weight>;

/// Creates an empty cache for as many bytes as all documents in memory may take.
pub(super) fn bounded<T: Clone + Weighted>() -> Bounded<T> {
    // One shard: of several, each would have its own capacity, and a large document might fit into none.
    let mut options = OptionsBuilder::new();
    options.shards(1).estimated_items_capacity(1000).weight_capacity(CAPACITY);
    match options.build() {
        Ok(options) => {
            Cache::with_options(options, Weight, DefaultHashBuilder::default(), DefaultLifecycle::default())
        }
        Err(_) => Cache::with_weighter(1000, CAPACITY, Weight),
    }
}

impl DocumentCache {
    pub(super) fn new(store: Box<dyn Store + Send>, metrics: Arc<Metrics>) -> Self {
        Self { store, documents: bounded(), loading: Default::default(), metrics }
    }

    /// Returns the document at a path if it is in memory and current.
    ///
    /// # Errors
    /// Those of the store; [`io::ErrorKind::NotFound`] if there is no such document.
    pub(super) fn cached(&self, path: &str) -> io::Result<Option<Arc<Document>>> {
        let stamp = self.store.stamp(Path::new(path))?;
        let cached = self.documents.get(path).map(|cached| cached.document);
        Ok(cached.filter(|document| document.is_current(stamp)))
    }

    /// Returns the document at a path, and reads it if it is new or changed.
    ///
    /// # Errors
    /// As [`DocumentCache::cached`]; [`io::ErrorKind::ResourceBusy`] if it changed each time it was read.
    pub(super) async fn load(self: &Arc<Self>, path: &str) -> io::Result<Arc<Document>> {
        let mut hasher = DefaultHasher::new();
        path.hash(&mut hasher);
        let lock = &self.loading[hasher.finish() as usize % LOAD_LOCKS];
        let _guard = lock.lock().await;
        let (cache, path) = (Arc::clone(self), path.to_owned());
        tokio::task::spawn_blocking(move || cache.read(&path)).await.map_err(io::Error::other)?
    }

    fn read(&self, path: &str) -> io::Result<Arc<Document>> {
        self.require_real_folders(Path::new(path))?;
        for _ in 0..ATTEMPTS {
            if let Some(document) = self.cached(path)? {
                return Ok(document);
            }
            let stamp = self.store.stamp(Path::new(path))?;
            let known = self.documents.peek(path).map(|cached| Arc::clone(&cached.document.body));
            let unchanged = |hash: u128| known.filter(|body| body.hash == hash);
            let (body, now) = match self.store.read(Path::new(path), MAX_CACHED) {
                Ok(bytes) => {
                    let (hash, size) = (xxh3_128(&bytes), bytes.len() as u64);
                    let now = SystemTime::now();
                    let has_video = has_video(&*self.store, path);
                    let new = || Arc::new(Body::new(path, has_video, Some(bytes.into()), size, hash));
                    (unchanged(hash).unwrap_or_else(new), now)
                }
                Err(e) if e.kind() == io::ErrorKind::FileTooLarge => {
                    let opened = self.store.open(Path::new(path))?;
                    if opened.stamp != stamp {
                        continue;
                    }
                    // Players ask for a part of an episode; to read all of a long one first would take seconds.
                    let (hash, size) = match stamp {
                        Some(stamp) if is_media(path) && stamp.size > MAX_HASHED => {
                            (xxh3_128(format!("{stamp:?}").as_bytes()), stamp.size.0)
                        }
                        _ => hash(opened)?,
                    };
                    let has_video = has_video(&*self.store, path);
                    let new = || Arc::new(Body::new(path, has_video, None, size, hash));
                    (unchanged(hash).unwrap_or_else(new), SystemTime::now())
                }
                Err(e) => return Err(e),
            };
            if self.store.stamp(Path::new(path))? == stamp {
                self.metrics.file_read();
                let document = Arc::new(Document::new(body, stamp, now));
                self.insert(path, &document);
                return Ok(document);
            }
        }
        Err(io::ErrorKind::ResourceBusy.into())
    }

    /// Compresses a document, once for all requests.
    ///
    /// # Errors
    /// The runtime is shutting down.
    pub(super) async fn encode(
        self: &Arc<Self>,
        path: &str,
        document: &Arc<Document>,
        coding: Coding,
    ) -> io::Result<()> {
        let (cache, path) = (Arc::clone(self), path.to_owned());
        encode(document, coding, &self.metrics, move |document| {
            let cached = cache.documents.peek(path.as_str());
            if cached.is_some_and(|cached| Arc::ptr_eq(&cached.document, document)) {
                cache.insert(&path, document);
            }
        })
        .await
    }

    fn insert(&self, path: &str, document: &Arc<Document>) {
        let weight = document.body.weight() + path.len() as u64;
        self.documents.insert(path.into(), Cached { document: Arc::clone(document), weight });
    }

    /// Opens the file of a large document; `None` if the file has changed.
    ///
    /// # Errors
    /// As [`DocumentCache::cached`].
    pub(super) async fn open(
        self: &Arc<Self>,
        path: &str,
        document: &Document,
    ) -> io::Result<Option<Opened>> {
        let (cache, path) = (Arc::clone(self), path.to_owned());
        let open = move || cache.store.open(Path::new(&path));
        let opened = tokio::task::spawn_blocking(open).await.map_err(io::Error::other)??;
        Ok(Some(opened).filter(|opened| document.has_stamp(opened.stamp)))
    }

    /// Checks that all folders above a path are folders, and not links that lead elsewhere.
    fn require_real_folders(&self, path: &Path) -> io::Result<()> {
        let folders = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
        for folder in folders {
            let mut found = false;
            let parent = folder.parent().unwrap_or(Path::new(""));
            self.store.scan(parent, false, &mut |name, kind, _| {
                found |= kind == Kind::Folder && Some(name) == folder.file_name();
            })?;
            if !found {
                return Err(io::ErrorKind::NotFound.into());
            }
        }
        Ok(())
    }
}

/// Compresses a document, and calls `reinsert` if that was not done before: its weight has grown. The work is finished even if
/// the client that wanted it is gone.
///
/// # Errors
/// The runtime is shutting down.
pub(super) async fn encode(
    document: &Arc<Document>,
    coding: Coding,
    metrics: &Arc<Metrics>,
    reinsert: impl FnOnce(&Arc<Document>) + Send + 'static,
) -> io::Result<()> {
    let (document, metrics) = (Arc::clone(document), Arc::clone(metrics));
    let encode = move || {
        if document.body.encode(coding) {
            metrics.compressed();
            reinsert(&document);
        }
    };
    tokio::task::spawn_blocking(encode).await.map_err(io::Error::other)
}

/// True if the suffix of a file is that of videos, and of audio too.
pub(super) fn may_be_audio(path: &str) -> bool {
    [".webm", ".mp4"].iter().any(|end| path.to_ascii_lowercase().ends_with(end))
}

/// False if a file whose suffix may be that of a video has only audio, as its feed says.
pub(super) fn has_video(store: &dyn Store, path: &str) -> bool {
    let read = || audio::read(store.open(Path::new(path)).ok()?.content).ok();
    !may_be_audio(path) || read().is_none_or(|read| read.file.has_video)
}

/// Returns the hash and the size of a file that is too large to keep in memory.
fn hash(mut opened: Opened) -> io::Result<(u128, u64)> {
    let mut hasher = Hasher::default();
    let size = io::copy(&mut opened.content, &mut hasher)?;
    Ok((hasher.finish(), size))
}
