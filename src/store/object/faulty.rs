//! Objects in memory, with a log of requests, of which some fail on demand.

use std::sync::atomic::AtomicUsize;

use futures_util::stream::BoxStream;
use object_store::list::PaginatedListResult;
use object_store::memory::InMemory;
use object_store::{CopyOptions, GetResult, ListResult, MultipartUpload, PutMultipartOptions};

use super::*;

/// What a [`Faulty`] server does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It answers with an error and does nothing.
    Refused,
    /// It answers that this is forbidden.
    Forbidden,
    /// It does what was requested, and the answer is lost.
    AnswerLost,
    /// It sends half of the bytes.
    Half,
}

/// Requests of several builders in their order: number of the builder, method, key.
pub(crate) type CommonLog = Arc<Mutex<Vec<(usize, &'static str, String)>>>;

/// Objects in memory, with a log of requests, of which some fail.
#[derive(Debug, Default)]
pub(crate) struct Faulty {
    pub(crate) inner: Arc<InMemory>,
    /// Number of the builder, and the log of all builders: requests for seeds, and locks that were taken.
    common: Option<(usize, CommonLog)>,
    /// Number of the first request that fails, from 1; 0 for none.
    first: AtomicUsize,
    /// True if all later ones fail too.
    for_good: AtomicBool,
    fault: Mutex<Option<Fault>>,
    /// True if listings have no ETags.
    pub(crate) lists_no_tags: AtomicBool,
    /// True if all ETags are weak, and so match nothing.
    pub(crate) has_weak_tags: AtomicBool,
    /// True if listings have ETags without quotes and no versions, and nothing is replaced without its version.
    pub(crate) has_generations: AtomicBool,
    /// Beginnings of the keys of objects that may not be read.
    pub(crate) forbidden: Mutex<Vec<String>>,
    /// Number of claims that are answered together, and number of those that arrived so far.
    pub(crate) claims: [AtomicUsize; 2],
    /// True if conditions of writes are ignored.
    pub(crate) ignores_conditions: AtomicBool,
    /// Number of objects in a page of a listing; 0 if there are no pages.
    pub(crate) page_size: AtomicUsize,
    /// Keys of objects that stand for folders, with a slash at the end. They are in pages only.
    pub(crate) markers: Mutex<Vec<String>>,
    /// Keys that are not paths, which are in every listing.
    pub(crate) not_paths: Mutex<Vec<String>>,
    log: Mutex<Vec<(&'static str, String)>>,
}

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faulty")
    }
}

fn refused() -> Error {
    Error::Generic { store: "test", source: "the server is down".into() }
}

fn forbidden(key: &str) -> Error {
    Error::PermissionDenied { path: key.to_owned(), source: "403 Forbidden".into() }
}

impl Faulty {
    /// Returns the objects as one of several builders sees them.
    pub(crate) fn of_builder(inner: Arc<InMemory>, builder: usize, log: CommonLog) -> Arc<Self> {
        Arc::new(Self { inner, common: Some((builder, log)), ..Self::default() })
    }

    /// Logs a request, and returns its fault.
    fn next(&self, method: &'static str, key: &str) -> Option<Fault> {
        let mut log = self.log.lock().unwrap();
        log.push((method, key.to_owned()));
        let (number, first) = (log.len(), self.first.load(Ordering::Relaxed));
        let is_hit =
            first > 0 && (number == first || number > first && self.for_good.load(Ordering::Relaxed));
        (*self.fault.lock().unwrap()).filter(|_| is_hit)
    }

    fn log_for_all(&self, method: &'static str, key: &Key) {
        if let Some((builder, log)) = &self.common {
            log.lock().unwrap().push((*builder, method, key.to_string()));
        }
    }

    /// Lets requests fail from now on.
    pub(crate) fn fail(&self, first: usize, for_good: bool, fault: Option<Fault>) {
        self.log.lock().unwrap().clear();
        self.first.store(first, Ordering::Relaxed);
        self.for_good.store(for_good, Ordering::Relaxed);
        *self.fault.lock().unwrap() = fault;
    }

    /// Adds a version to what is known of an object, if the server has versions.
    fn add_generation(&self, e_tag: Option<&String>, version: &mut Option<String>) {
        if self.has_generations.load(Ordering::Relaxed) {
            *version = e_tag.map(|tag| format!("generation of {tag}"));
        }
    }

    /// Returns the log.
    pub(crate) fn log(&self) -> Vec<(&'static str, String)> {
        std::mem::take(&mut *self.log.lock().unwrap())
    }
}

fn without_quotes(meta: &ObjectMeta) -> Option<String> {
    meta.e_tag.as_deref().map(|tag| bare(tag).to_owned())
}

/// Calls a method of the store inside, unless the request is refused.
macro_rules! pass {
    ($self:ident, $method:literal, $key:expr, $call:expr) => {
        match $self.next($method, $key.as_ref()) {
            Some(Fault::Refused) => Err(refused()),
            Some(Fault::Forbidden) => Err(forbidden($key.as_ref())),
            Some(Fault::AnswerLost) => $call.await.and_then(|_| Err(refused())),
            _ => $call.await,
        }
    };
}

#[async_trait::async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(
        &self,
        key: &Key,
        payload: PutPayload,
        options: PutOptions,
    ) -> object_store::Result<PutResult> {
        let mut options = options;
        if let PutMode::Update(version) = &mut options.mode
            && self.has_generations.load(Ordering::Relaxed)
        {
            version.version.take().ok_or_else(refused)?;
        }
        let [together, arrived] = &self.claims;
        if key.as_ref().contains("/shared/") && key.as_ref().ends_with(".lock") {
            arrived.fetch_add(1, Ordering::Relaxed);
            // Then the test fails.
            let begun = std::time::Instant::now();
            while arrived.load(Ordering::Relaxed) < together.load(Ordering::Relaxed) {
                if begun.elapsed() > Duration::from_secs(20) {
                    return Err(refused());
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        if self.ignores_conditions.load(Ordering::Relaxed) {
            options.mode = PutMode::Overwrite;
        }
        let mut put = pass!(self, "PUT", key, self.inner.put_opts(key, payload, options))?;
        self.log_for_all("PUT", key);
        self.add_generation(put.e_tag.as_ref(), &mut put.version);
        Ok(put)
    }

    async fn put_multipart_opts(
        &self,
        key: &Key,
        options: PutMultipartOptions,
    ) -> object_store::Result<Box<dyn MultipartUpload>> {
        self.log.lock().unwrap().push(("PUT", key.to_string()));
        self.inner.put_multipart_opts(key, options).await
    }

    async fn get_opts(&self, key: &Key, options: GetOptions) -> object_store::Result<GetResult> {
        let method = if options.head { "HEAD" } else { "GET" };
        let fault = self.next(method, key.as_ref());
        if self.forbidden.lock().unwrap().iter().any(|begin| key.as_ref().starts_with(begin)) {
            return Err(forbidden(key.as_ref()));
        }
        if fault.is_none() {
            self.log_for_all(method, key);
        }
        if options.if_match.as_deref().is_some_and(|tag| tag.starts_with("W/")) {
            return Err(Error::Precondition { path: key.to_string(), source: "412".into() });
        }
        match fault {
            Some(Fault::Refused | Fault::AnswerLost) => return Err(refused()),
            Some(Fault::Forbidden) => return Err(forbidden(key.as_ref())),
            Some(Fault::Half) if !options.head => {}
            _ => {
                let mut result = self.inner.get_opts(key, options).await?;
                self.add_generation(result.meta.e_tag.as_ref(), &mut result.meta.version);
                if self.has_weak_tags.load(Ordering::Relaxed) {
                    result.meta.e_tag = result.meta.e_tag.map(|tag| format!("W/{tag}"));
                }
                return Ok(result);
            }
        }
        let mut result = self.inner.get_opts(key, options).await?;
        let bytes = self.inner.get_range(key, result.range.clone()).await?;
        let half = bytes.slice(..bytes.len() / 2);
        result.payload = object_store::GetResultPayload::Stream(
            futures_util::stream::iter([Ok(half), Err(refused())]).boxed(),
        );
        Ok(result)
    }

    fn delete_stream(
        &self,
        keys: BoxStream<'static, object_store::Result<Key>>,
    ) -> BoxStream<'static, object_store::Result<Key>> {
        match self.next("DELETE", "") {
            Some(Fault::Refused | Fault::Forbidden) => futures_util::stream::iter([Err(refused())]).boxed(),
            Some(Fault::AnswerLost) => {
                self.inner.delete_stream(keys).map(|done| done.and_then(|_| Err(refused()))).boxed()
            }
            _ => self.inner.delete_stream(keys),
        }
    }

    fn list(&self, prefix: Option<&Key>) -> BoxStream<'static, object_store::Result<ObjectMeta>> {
        let shown = prefix.map_or("", |prefix| prefix.as_ref());
        match self.next("LIST", shown) {
            Some(Fault::Forbidden) => futures_util::stream::iter([Err(forbidden(shown))]).boxed(),
            Some(Fault::Refused | Fault::AnswerLost) => futures_util::stream::iter([Err(refused())]).boxed(),
            _ if self.lists_no_tags.load(Ordering::Relaxed) => {
                self.inner.list(prefix).map(|meta| Ok(ObjectMeta { e_tag: None, ..meta? })).boxed()
            }
            _ if self.has_generations.load(Ordering::Relaxed) => {
                let listed = self.inner.list(prefix);
                listed
                    .map(|meta| meta.map(|meta| ObjectMeta { e_tag: without_quotes(&meta), ..meta }))
                    .boxed()
            }
            _ => self.inner.list(prefix),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Key>) -> object_store::Result<ListResult> {
        let shown = prefix.map_or("", |prefix| prefix.as_ref());
        let mut listed = pass!(self, "LIST", shown, self.inner.list_with_delimiter(prefix))?;
        if self.lists_no_tags.load(Ordering::Relaxed) {
            listed.objects.iter_mut().for_each(|meta| meta.e_tag = None);
        }
        if self.has_generations.load(Ordering::Relaxed) {
            listed.objects.iter_mut().for_each(|meta| meta.e_tag = without_quotes(meta));
        }
        listed.extensions.insert(NotPaths(self.not_paths.lock().unwrap().clone()));
        Ok(listed)
    }

    async fn copy_opts(&self, from: &Key, to: &Key, options: CopyOptions) -> object_store::Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

/// A server that lists objects in pages.
struct InPages(Arc<Faulty>);

#[async_trait::async_trait]
impl PaginatedListStore for InPages {
    async fn list_paginated(
        &self,
        prefix: Option<&str>,
        options: PaginatedListOptions,
    ) -> object_store::Result<PaginatedListResult> {
        let (all, prefix) = (&self.0, prefix.unwrap_or_default());
        if all.next("LIST", prefix).is_some() {
            return Err(refused());
        }
        let listed: Vec<_> = all.inner.list(None).collect().await;
        let mut objects = BTreeMap::new();
        for meta in listed {
            let meta = meta?;
            objects.insert(meta.location.to_string(), meta);
        }
        let empty = ObjectMeta {
            location: Key::default(),
            last_modified: Default::default(),
            size: 0,
            e_tag: None,
            version: None,
        };
        for name in all.markers.lock().unwrap().iter() {
            let location = Key::parse(name).unwrap();
            objects
                .insert(name.clone(), ObjectMeta { location, e_tag: Some("0".to_owned()), ..empty.clone() });
        }
        // Folders count as one name.
        let mut names: BTreeMap<String, Option<ObjectMeta>> = BTreeMap::new();
        for (key, meta) in objects.into_iter().filter(|(key, _)| key.starts_with(prefix)) {
            match key[prefix.len()..].find('/').filter(|_| options.delimiter.is_some()) {
                Some(at) => _ = names.insert(key[..=prefix.len() + at].to_owned(), None),
                None => _ = names.insert(key, Some(meta)),
            }
        }
        let size = all.page_size.load(Ordering::Relaxed);
        let start = options.page_token.map_or(0, |token| token.parse().unwrap());
        let page_token = (start + size < names.len()).then(|| (start + size).to_string());
        let mut result =
            ListResult { common_prefixes: Vec::new(), objects: Vec::new(), extensions: Default::default() };
        let mut markers = Vec::new();
        for (name, meta) in names.into_iter().skip(start).take(size) {
            match meta {
                Some(meta) => result.objects.push(meta),
                None => result.common_prefixes.push(Key::parse(&name).unwrap()),
            }
            markers.extend(name.strip_suffix('/').map(str::to_owned));
        }
        if options.delimiter.is_none() {
            result.extensions.insert(Markers(markers));
        }
        Ok(PaginatedListResult { result, page_token })
    }
}

/// Returns objects in memory, and the store of those below a prefix.
pub(crate) fn bucket(prefix: &str) -> (Arc<Faulty>, BucketStore) {
    bucket_of(InMemory::new(), prefix)
}

/// Returns the store of objects below a prefix.
pub(crate) fn bucket_of(inner: InMemory, prefix: &str) -> (Arc<Faulty>, BucketStore) {
    let all = Arc::new(Faulty { inner: Arc::new(inner), ..Faulty::default() });
    (all.clone(), store_of(&all, prefix))
}

/// Returns the store of objects below a prefix.
pub(crate) fn store_of(all: &Arc<Faulty>, prefix: &str) -> BucketStore {
    let shown = format!("s3://bucket/{prefix}");
    let shown = shown.trim_end_matches('/').to_owned();
    let mut store = BucketStore::new(all.clone(), prefix, shown, None, REQUESTS).unwrap();
    if all.page_size.load(Ordering::Relaxed) > 0 {
        store.objects.pages = Some(Arc::new(InPages(all.clone())));
    }
    store.objects.has_generations = all.has_generations.load(Ordering::Relaxed);
    store
}
