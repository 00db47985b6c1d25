//! The documents under the feeds, each as it is now. A request costs a look at the stamp; where that is what it was, the
//! document is in memory.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use tokio::sync::Mutex;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use crate::store::{Kind, Opened, Store};
use crate::types::Bytes as Size;

use super::coding::Coding;
use super::document::{Body, Document};
use super::metrics::Metrics;

/// How many bytes all documents in memory take together, with what they are compressed.
const ROOM: u64 = 64 << 20;
/// A file of more bytes is not held in memory, but sent as it is read.
const LARGE: Size = Size(8 << 20);
/// How many documents are looked for at a time, if a little more.
const SHELVES: usize = 16;
/// How often a file is read that changes while it is read.
const ATTEMPTS: usize = 8;

/// What lies under the feeds.
pub(super) struct Library {
    store: Box<dyn Store + Send>,
    documents: Cache<Box<str>, Held, Weight>,
    /// One document is read by one request only; the others wait for it.
    reading: [Mutex<()>; SHELVES],
    metrics: Arc<Metrics>,
}

/// A document in memory, and how many bytes it took when it came there: the cache adds and subtracts what it is told, so
/// that must not grow with what is compressed later.
#[derive(Clone)]
struct Held {
    document: Arc<Document>,
    weight: u64,
}

#[derive(Clone)]
struct Weight;

impl Weighter<Box<str>, Held> for Weight {
    fn weight(&self, _: &Box<str>, held: &Held) -> u64 {
        held.weight
    }
}

impl Library {
    pub(super) fn new(store: Box<dyn Store + Send>, metrics: Arc<Metrics>) -> Self {
        // In one piece: of several, each would have its own room, and a large document might fit into none.
        let mut options = OptionsBuilder::new();
        options.shards(1).estimated_items_capacity(1000).weight_capacity(ROOM);
        let documents = match options.build() {
            Ok(options) => Cache::with_options(
                options,
                Weight,
                DefaultHashBuilder::default(),
                DefaultLifecycle::default(),
            ),
            Err(_) => Cache::with_weighter(1000, ROOM, Weight),
        };
        Self { store, documents, reading: Default::default(), metrics }
    }

    /// The document of a path, if it is in memory and still so.
    ///
    /// # Errors
    /// What the store says; one that is not there is [`io::ErrorKind::NotFound`].
    pub(super) fn at_hand(&self, path: &str) -> io::Result<Option<Arc<Document>>> {
        let stamp = self.store.stamp(Path::new(path))?;
        Ok(self.documents.get(path).map(|held| held.document).filter(|document| document.is(stamp)))
    }

    /// The document of a path, which is read where it is new.
    ///
    /// # Errors
    /// As [`Library::at_hand`]; [`io::ErrorKind::ResourceBusy`] where it never stayed the same while it was read.
    pub(super) async fn find(self: &Arc<Self>, path: &str) -> io::Result<Arc<Document>> {
        let mut hasher = DefaultHasher::new();
        path.hash(&mut hasher);
        let shelf = &self.reading[hasher.finish() as usize % SHELVES];
        let _turn = shelf.lock().await;
        let (library, path) = (Arc::clone(self), path.to_owned());
        tokio::task::spawn_blocking(move || library.read(&path)).await.map_err(io::Error::other)?
    }

    fn read(&self, path: &str) -> io::Result<Arc<Document>> {
        self.is_inside(Path::new(path))?;
        for _ in 0..ATTEMPTS {
            if let Some(document) = self.at_hand(path)? {
                return Ok(document);
            }
            let stamp = self.store.stamp(Path::new(path))?;
            let known = self.documents.peek(path).map(|held| Arc::clone(&held.document.body));
            let again = |sum: u128| known.filter(|body| body.sum == sum);
            let (body, now) = match self.store.read(Path::new(path), LARGE) {
                Ok(bytes) => {
                    let (sum, size) = (xxh3_128(&bytes), bytes.len() as u64);
                    let now = SystemTime::now();
                    let anew = || Arc::new(Body::new(path, Some(bytes.into()), size, sum));
                    (again(sum).unwrap_or_else(anew), now)
                }
                Err(e) if e.kind() == io::ErrorKind::FileTooLarge => {
                    let opened = self.store.open(Path::new(path))?;
                    if opened.stamp != stamp {
                        continue;
                    }
                    let (sum, size) = sum(opened)?;
                    let anew = || Arc::new(Body::new(path, None, size, sum));
                    (again(sum).unwrap_or_else(anew), SystemTime::now())
                }
                Err(e) => return Err(e),
            };
            if self.store.stamp(Path::new(path))? == stamp {
                self.metrics.read();
                let document = Arc::new(Document::new(body, stamp, now));
                self.hold(path, &document);
                return Ok(document);
            }
        }
        Err(io::ErrorKind::ResourceBusy.into())
    }

    /// Puts a document in a coding, once whoever asks. It is finished even where the client that wanted it is gone.
    ///
    /// # Errors
    /// Where the runtime ends.
    pub(super) async fn encode(
        self: &Arc<Self>,
        path: &str,
        document: &Arc<Document>,
        coding: Coding,
    ) -> io::Result<()> {
        let (library, path, document) = (Arc::clone(self), path.to_owned(), Arc::clone(document));
        let encode = move || {
            if document.body.encode(coding) {
                library.metrics.compressed();
                // It takes more room now.
                if library
                    .documents
                    .peek(path.as_str())
                    .is_some_and(|held| Arc::ptr_eq(&held.document, &document))
                {
                    library.hold(&path, &document);
                }
            }
        };
        tokio::task::spawn_blocking(encode).await.map_err(io::Error::other)
    }

    fn hold(&self, path: &str, document: &Arc<Document>) {
        let weight = document.body.weight() + path.len() as u64;
        self.documents.insert(path.into(), Held { document: Arc::clone(document), weight });
    }

    /// The file of a large document; `None` where it is another by now.
    ///
    /// # Errors
    /// As [`Library::at_hand`].
    pub(super) async fn open(
        self: &Arc<Self>,
        path: &str,
        document: &Document,
    ) -> io::Result<Option<Opened>> {
        let (library, path) = (Arc::clone(self), path.to_owned());
        let open = move || library.store.open(Path::new(&path));
        let opened = tokio::task::spawn_blocking(open).await.map_err(io::Error::other)??;
        Ok(Some(opened).filter(|opened| document.was(opened.stamp)))
    }

    /// Whether all folders above are folders, and not links that lead elsewhere.
    fn is_inside(&self, path: &Path) -> io::Result<()> {
        let folders = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
        for folder in folders {
            let mut found = false;
            let above = folder.parent().unwrap_or(Path::new(""));
            self.store.scan(above, false, &mut |name, kind, _| {
                found |= kind == Kind::Folder && Some(name) == folder.file_name();
            })?;
            if !found {
                return Err(io::ErrorKind::NotFound.into());
            }
        }
        Ok(())
    }
}

/// The sum of a file that is too large to be held, and its size.
fn sum(mut opened: Opened) -> io::Result<(u128, u64)> {
    let (mut hasher, mut size) = (Xxh3::new(), 0);
    let mut buffer = vec![0; 64 << 10];
    loop {
        match opened.content.read(&mut buffer)? {
            0 => return Ok((hasher.digest128(), size)),
            read => {
                hasher.update(&buffer[..read]);
                size += read as u64;
            }
        }
    }
}
