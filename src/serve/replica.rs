//! Documents of feeds in object storage, for a server that builds nothing: any number of replicas serve one bucket, and keep
//! nothing but documents in memory.
//!
//! A document in memory is asked about after [`FRESH`] with its ETag; if it is unchanged, the bucket sends no body. However
//! many clients want it, there is one request at a time. If the bucket does not answer, clients get the document as it was.
//! One that is too large for memory is fetched in pieces while it is sent.

use std::collections::HashMap;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::timeout;
use xxhash_rust::xxh3::xxh3_128;

use crate::model::ServedFeed;
use crate::pipeline::SERVED_FEEDS;
use crate::store::{BucketStore, Fetched, Store};

use super::access_log::log_error;
use super::cache::{Bounded, MAX_CACHED, Weighted, bounded, encode, has_video, may_be_audio};
use super::coding::Coding;
use super::document::{Body, Document, is_media};
use super::metrics::{Metrics, Outcome};
use super::ranges_body::RangesBody;
use super::stream::Work;

/// Time for which the last answer about a document holds.
const FRESH: Duration = Duration::from_secs(5);
/// Longest time that a client waits for the bucket if there is an older document for it, and if there is none.
const WAIT: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(10));
/// Maximum number of large documents that are sent at the same time: each takes a piece of memory.
pub(super) const MAX_DOWNLOADS: usize = 128;
/// Shortest time between two lines of the log about requests that failed.
const LOG_PAUSE: Duration = Duration::from_secs(60);

/// Documents of a bucket.
pub(super) struct Replica {
    store: Arc<BucketStore>,
    entries: Bounded<Entry>,
    /// Requests that are under way, by path.
    flights: Mutex<HashMap<Box<str>, Flight>>,
    metrics: Arc<Metrics>,
    /// Time for which the last answer about a document holds.
    fresh: Duration,
    has_answered: AtomicBool,
    /// Time of the last line of the log about a failure.
    logged: Mutex<Option<Instant>>,
    /// Hash of the list of feeds that was last returned.
    feeds: Mutex<Option<u128>>,
}

/// A request; its result is `Some` once it is complete.
type Flight = watch::Receiver<Option<Entry>>;

/// Last answer about a path.
#[derive(Clone)]
struct Entry {
    answer: Answer,
    checked: Instant,
    weight: u64,
}

#[derive(Clone)]
enum Answer {
    Document(Arc<Document>, Option<Arc<str>>),
    Missing,
    /// There was none.
    Failed,
}

impl Weighted for Entry {
    fn weight(&self) -> u64 {
        self.weight
    }
}

impl Entry {
    fn new(path: &str, answer: Answer) -> Self {
        let weight = match &answer {
            Answer::Document(document, _) => document.body.weight(),
            Answer::Missing | Answer::Failed => 256,
        };
        Self { answer, checked: Instant::now(), weight: weight + path.len() as u64 }
    }

    /// Returns the same answer, as of now.
    fn renewed(&self) -> Self {
        Self { checked: Instant::now(), ..self.clone() }
    }

    fn document(&self) -> Option<&Arc<Document>> {
        if let Answer::Document(document, _) = &self.answer { Some(document) } else { None }
    }

    fn result(&self) -> io::Result<Arc<Document>> {
        match &self.answer {
            Answer::Document(document, _) => Ok(Arc::clone(document)),
            Answer::Missing => Err(io::ErrorKind::NotFound.into()),
            Answer::Failed => Err(io::ErrorKind::HostUnreachable.into()),
        }
    }
}

impl Replica {
    pub(super) fn new(store: BucketStore, metrics: Arc<Metrics>) -> Self {
        metrics.count_requests_to_bucket();
        Self {
            store: Arc::new(store),
            entries: bounded(),
            flights: Mutex::default(),
            metrics,
            fresh: FRESH,
            has_answered: AtomicBool::new(false),
            logged: Mutex::default(),
            feeds: Mutex::default(),
        }
    }

    /// True if the bucket has ever answered.
    pub(super) fn has_answered(&self) -> bool {
        self.has_answered.load(Relaxed)
    }

    /// True if the last answer about a path still holds.
    fn is_fresh(&self, entry: &Entry) -> bool {
        entry.checked.elapsed() < self.fresh
    }

    /// Returns the document at a path if it is in memory, and the bucket was asked about it just now.
    ///
    /// # Errors
    /// As [`Replica::load`].
    pub(super) fn cached(&self, path: &str) -> io::Result<Option<Arc<Document>>> {
        let entry = self.entries.get(path).filter(|entry| self.is_fresh(entry));
        entry.map(|entry| entry.result()).transpose()
    }

    /// Returns the document at a path: as it is, or as it was if the bucket does not answer.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] if there is none, [`io::ErrorKind::HostUnreachable`] if the bucket does not answer.
    pub(super) async fn load(self: &Arc<Self>, path: &str) -> io::Result<Arc<Document>> {
        let (known, mut flight) = match self.flight(path) {
            Ok(entry) => return entry.result(),
            Err(flight) => flight,
        };
        let wait = if known.is_some() { WAIT.0 } else { WAIT.1 };
        if let Ok(Ok(landed)) = timeout(wait, flight.wait_for(Option::is_some)).await
            && let Some(entry) = &*landed
        {
            return entry.result();
        }
        self.log(path, "the storage takes too long to answer");
        // Until it does, nobody else waits.
        let entry = known.map_or_else(|| Entry::new(path, Answer::Failed), |known| known.renewed());
        let result = entry.result();
        self.entries.insert(path.into(), entry);
        result
    }

    fn flights(&self) -> MutexGuard<'_, HashMap<Box<str>, Flight>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the last answer about a path; if it is too old, the document that it was, and the request for a new one.
    fn flight(self: &Arc<Self>, path: &str) -> Result<Entry, (Option<Entry>, Flight)> {
        let mut flights = self.flights();
        // Requests are removed after their entries are inserted, so this is the last answer, or there is a request.
        let last = self.entries.get(path);
        let known = match last {
            Some(entry) if self.is_fresh(&entry) => return Ok(entry),
            last => last.filter(|entry| entry.document().is_some()),
        };
        if let Some(flight) = flights.get(path) {
            return Err((known, flight.clone()));
        }
        let (landing, flight) = watch::channel(None);
        flights.insert(path.into(), flight.clone());
        let (path, replica, last) = (path.to_owned(), Arc::clone(self), known.clone());
        // It is completed even if all clients that wait for it leave.
        tokio::spawn(async move {
            let path = OnWay { replica, path };
            let entry = path.replica.fetch(&path.path, last).await;
            path.replica.entries.insert(path.path.as_str().into(), entry.clone());
            drop(path);
            landing.send_replace(Some(entry));
        });
        Err((known, flight))
    }

    /// Asks the bucket about a path.
    async fn fetch(&self, path: &str, known: Option<Entry>) -> Entry {
        let (document, e_tag) = match known.as_ref().map(|entry| &entry.answer) {
            Some(Answer::Document(document, e_tag)) => (Some(document), e_tag.as_deref()),
            _ => (None, None),
        };
        let fetched = self.store.fetch_unless(path, e_tag, MAX_CACHED, is_media(path)).await;
        let (outcome, answer) = match (fetched, document) {
            (Ok(Some(fetched)), _) => {
                let e_tag = fetched.e_tag.as_deref().map(Arc::from);
                let document = self.document(path, fetched, document.map(|document| &document.body)).await;
                (Outcome::Changed, Some(Answer::Document(document, e_tag)))
            }
            (Ok(None), Some(_)) => (Outcome::Unchanged, None),
            (Err(error), _) if is_missing(&error) => (Outcome::Missing, Some(Answer::Missing)),
            (Err(error), _) => {
                self.log(path, &error.to_string());
                (Outcome::Failed, document.is_none().then_some(Answer::Failed))
            }
            // Not what was asked.
            (Ok(None), None) => (Outcome::Failed, Some(Answer::Failed)),
        };
        self.metrics.asked_bucket(outcome);
        if !matches!(outcome, Outcome::Failed) {
            self.has_answered.store(true, Relaxed);
        }
        match (answer, known) {
            (Some(answer), _) => Entry::new(path, answer),
            (None, Some(known)) => known.renewed(),
            (None, None) => Entry::new(path, Answer::Failed),
        }
    }

    /// Returns the document of an object. Its tag is the hash of the bytes, so it is that of any other server of the same
    /// feeds; that of a document too large for memory is made of its ETag, which other replicas see too.
    async fn document(&self, path: &str, fetched: Fetched, known: Option<&Arc<Body>>) -> Arc<Document> {
        self.metrics.file_read();
        let Fetched { bytes, stamp, e_tag } = fetched;
        let hash = match &bytes {
            Some(bytes) => xxh3_128(bytes),
            None => xxh3_128(format!("{} {e_tag:?} {}", stamp.size, stamp.modified).as_bytes()),
        };
        let body = match known.filter(|known| known.hash == hash) {
            Some(known) => Arc::clone(known),
            None => {
                // It reads the file, and waits for that.
                let has_video =
                    !may_be_audio(path) || tokio::task::block_in_place(|| has_video(&*self.store, path));
                Arc::new(Body::new(path, has_video, bytes, stamp.size.0, hash))
            }
        };
        Arc::new(Document::new(body, Some(stamp), SystemTime::now()))
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
        let (replica, path) = (Arc::clone(self), path.to_owned());
        encode(document, coding, &self.metrics, move |document| {
            if let Some(entry) = replica.entries.peek(path.as_str())
                && entry.document().is_some_and(|known| Arc::ptr_eq(known, document))
            {
                let weight = Entry::new(&path, entry.answer.clone()).weight;
                replica.entries.insert(path.as_str().into(), Entry { weight, ..entry });
            }
        })
        .await
    }

    /// Returns a body that fetches a range of a large document; `None` if the document is another one now.
    pub(super) fn open(
        &self,
        path: &str,
        document: &Arc<Document>,
        range: Range<u64>,
        held: (OwnedSemaphorePermit, Work),
    ) -> Option<RangesBody> {
        let entry = self.entries.get(path)?;
        let Answer::Document(known, e_tag) = entry.answer else { return None };
        let store = Arc::clone(&self.store);
        Arc::ptr_eq(&known.body, &document.body).then(|| RangesBody::new(store, path, e_tag, range, held))
    }

    /// Returns the feeds as the last build described them, if that is new.
    pub(super) async fn new_feeds(self: &Arc<Self>) -> Option<Vec<ServedFeed>> {
        let document = self.load(SERVED_FEEDS).await.ok()?;
        let last = self.feeds.lock().unwrap_or_else(PoisonError::into_inner).replace(document.body.hash);
        if last == Some(document.body.hash) {
            return None;
        }
        let bytes = document.body.representation(Coding::Identity)?.bytes.as_ref()?;
        serde_json::from_slice(bytes).ok()
    }

    /// Logs a failure, unless there are many.
    fn log(&self, path: &str, why: &str) {
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.is_none_or(|logged| logged.elapsed() >= LOG_PAUSE) {
            *logged = Some(Instant::now());
            log_error(&format!(
                "{}: {why}; documents that were read before are served as they were",
                self.store.show(Path::new(path))
            ));
        }
    }
}

/// True if an error means that there is no document at a path, and not that the bucket failed.
fn is_missing(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, NotFound};
    matches!(error.kind(), NotFound | InvalidInput | InvalidData)
}

/// Path of a request that is under way. The next one may begin when it is dropped, also if this one panics.
struct OnWay {
    replica: Arc<Replica>,
    path: String,
}

impl Drop for OnWay {
    fn drop(&mut self) {
        self.replica.flights().remove(self.path.as_str());
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::store::object::faulty::{Fault, Faulty, bucket};

    /// Returns objects in memory, and their replica. `fresh` is the time for which an answer holds.
    fn replica(fresh: Duration) -> (Arc<Faulty>, Arc<Replica>) {
        let (all, store) = bucket("feeds");
        tokio::task::block_in_place(|| store.replace(Path::new("rss.xml"), b"<rss/>").unwrap());
        all.log();
        let replica = Replica { fresh, ..Replica::new(store, Arc::default()) };
        (all, Arc::new(replica))
    }

    async fn text(replica: &Arc<Replica>, path: &str) -> Result<String, io::ErrorKind> {
        let document = replica.load(path).await.map_err(|error| error.kind())?;
        let bytes = document.body.representation(Coding::Identity).unwrap().bytes.clone().unwrap();
        Ok(String::from_utf8(bytes.to_vec()).unwrap())
    }

    fn outcomes(replica: &Replica) -> String {
        let page = replica.metrics.page();
        let all = page.lines().filter_map(|line| line.strip_prefix("feedmill_bucket_requests_total"));
        all.fold(String::new(), |mut all, line| {
            let _ = write!(all, "{} ", line.rsplit(' ').next().unwrap());
            all
        })
    }

    fn put(replica: &Replica, bytes: &'static [u8]) {
        tokio::task::block_in_place(|| replica.store.replace(Path::new("rss.xml"), bytes).unwrap());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn many_clients_make_one_request_and_an_unchanged_document_is_not_sent_again() {
        let (all, replica) = replica(Duration::from_millis(50));
        for round in 0..2 {
            let clients = (0..100).map(|_| {
                let replica = Arc::clone(&replica);
                tokio::spawn(async move { text(&replica, "rss.xml").await })
            });
            for client in clients.collect::<Vec<_>>() {
                assert_eq!(client.await.unwrap().as_deref(), Ok("<rss/>"));
            }
            assert_eq!(all.log(), [("GET", "feeds/rss.xml".to_owned())], "{round}");
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        assert_eq!(outcomes(&replica), "1 1 0 0 ");
        let (first, tag) = (replica.load("rss.xml").await.unwrap(), |d: &Document| d.body.hash);
        put(&replica, b"<rss>2</rss>");
        tokio::time::sleep(Duration::from_millis(60)).await;
        let second = replica.load("rss.xml").await.unwrap();
        assert!(tag(&first) != tag(&second) && tag(&second) == xxh3_128(b"<rss>2</rss>"));
        // What is missing is asked about as rarely.
        all.log();
        for _ in 0..3 {
            assert_eq!(text(&replica, "none.xml").await, Err(io::ErrorKind::NotFound));
        }
        assert_eq!(all.log().len(), 1);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn if_the_bucket_fails_documents_are_served_as_they_were_and_others_are_unavailable() {
        let (all, replica) = replica(Duration::ZERO);
        assert!(!replica.has_answered());
        text(&replica, "rss.xml").await.unwrap();
        assert!(replica.has_answered());
        put(&replica, b"<rss>2</rss>");
        all.fail(1, true, Some(Fault::Refused));
        assert_eq!(text(&replica, "rss.xml").await.as_deref(), Ok("<rss/>"));
        assert_eq!(text(&replica, "atom.xml").await, Err(io::ErrorKind::HostUnreachable));
        // Half a document is none.
        all.fail(1, true, Some(Fault::Half));
        assert_eq!(text(&replica, "rss.xml").await.as_deref(), Ok("<rss/>"));
        all.fail(0, false, None);
        assert_eq!(text(&replica, "rss.xml").await.as_deref(), Ok("<rss>2</rss>"));
        tokio::task::block_in_place(|| replica.store.remove(Path::new("rss.xml")).unwrap());
        assert_eq!(text(&replica, "rss.xml").await, Err(io::ErrorKind::NotFound));
    }
}
