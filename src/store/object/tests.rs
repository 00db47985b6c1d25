use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::atomic::AtomicUsize;

use super::super::lock::NAME;
use super::faulty::{Fault, Faulty, bucket, store_of};
use super::*;

#[test]
fn keeps_the_contract_below_a_prefix_or_not_and_locked_or_not() {
    for prefix in ["", "a/b c"] {
        crate::store::contract::holds(&bucket(prefix).1);
    }
    let (all, store) = bucket("feeds");
    all.log();
    let lock = store.lock(Duration::ZERO).unwrap();
    let path = Path::new("b/one.txt");
    assert_eq!(store.replace(path, b"hello").unwrap(), Change::Written);
    assert_eq!(store.replace(path, b"hello").unwrap(), Change::Unchanged);
    assert_eq!(store.replace(path, b"hello, again").unwrap(), Change::Written);
    let stamp = store.stamp(path).unwrap().unwrap();
    assert_eq!(store.open(path).unwrap().stamp, Some(stamp));
    let names = |folder: &str| store.list(Path::new(folder)).map(|all| all.len()).map_err(|e| e.kind());
    assert_eq!((names(""), names("b"), names("c")), (Ok(2), Ok(1), Err(io::ErrorKind::NotFound)));
    assert_eq!(store.read(Path::new("c"), Bytes(9)).unwrap_err().kind(), io::ErrorKind::NotFound);
    assert_eq!(store.read(Path::new("b"), Bytes(9)).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    store.remove(path).unwrap();
    assert_eq!(store.remove(path).unwrap_err().kind(), io::ErrorKind::NotFound);
    drop(lock);
    let methods: Vec<_> = all.log().into_iter().map(|(method, _)| method).collect();
    assert_eq!(methods.join(" "), "PUT LIST PUT GET PUT GET DELETE DELETE");
    assert!(store.list(Path::new("")).unwrap().is_empty());
}

/// Some servers list no ETags, such as s3s-fs.
#[test]
fn a_server_may_list_no_etags() {
    let (all, store) = bucket("feeds");
    all.lists_no_tags.store(true, Ordering::Relaxed);
    crate::store::contract::holds(&store);
    let path = Path::new("rss.xml");
    store.replace(path, b"old").unwrap();
    for bytes in [b"new", b"New"] {
        let lock = store.lock(Duration::ZERO).unwrap();
        let before = store.stamp(path).unwrap();
        assert_eq!(store.open(path).unwrap().stamp, before);
        assert_eq!(store.replace(path, bytes).unwrap(), Change::Written);
        assert_ne!(store.stamp(path).unwrap(), before, "the size is the same");
        drop(lock);
    }
}

/// Returns the store of a server such as Google Cloud Storage.
fn server_with_generations(prefix: &str) -> BucketStore {
    let all = bucket(prefix).0;
    all.has_generations.store(true, Ordering::Relaxed);
    store_of(&all, prefix)
}

/// Azure lists ETags without quotes. Google Cloud Storage replaces nothing without its generation, and lists none.
#[test]
fn a_listing_may_say_less_than_the_server_wants_to_know() {
    let store = server_with_generations("feeds");
    crate::store::contract::holds(&store);
    let path = Path::new("rss.xml");
    store.replace(path, b"old").unwrap();
    let lock = store.lock(Duration::ZERO).unwrap();
    for (bytes, expected) in [
        ("old", Change::Unchanged),
        ("new", Change::Written),
        ("newer", Change::Written),
        ("newer", Change::Unchanged),
    ] {
        assert_eq!(store.replace(path, bytes.as_bytes()).unwrap(), expected, "{bytes}");
    }
    drop(lock);
    store.remove(path).unwrap();
}

#[test]
fn a_large_object_is_read_in_parts_and_not_after_it_was_replaced() {
    for has_weak_tags in [false, true] {
        let (all, store) = bucket("");
        all.has_weak_tags.store(has_weak_tags, Ordering::Relaxed);
        is_read_in_parts(&all, &store);
    }
}

fn is_read_in_parts(all: &Faulty, store: &BucketStore) {
    let bytes: Vec<u8> = (0..BLOCK * 3 + 7).map(|n| n as u8).collect();
    store.replace(Path::new("a.mp3"), &bytes).unwrap();
    all.log();
    let mut opened = store.open(Path::new("a.mp3")).unwrap();
    let (mut last, mut whole) = ([0; 5], Vec::new());
    opened.content.seek(SeekFrom::End(-5)).unwrap();
    opened.content.read_exact(&mut last).unwrap();
    assert_eq!((last.as_slice(), all.log().len()), (&bytes[bytes.len() - 5..], 2));
    opened.content.seek(SeekFrom::Start(0)).unwrap();
    opened.content.read_to_end(&mut whole).unwrap();
    assert!(whole == bytes);
    let other: Vec<u8> = bytes.iter().rev().copied().collect();
    store.objects.wait(all.inner.put(&Key::from("a.mp3"), other.into())).unwrap();
    opened.content.seek(SeekFrom::Start(0)).unwrap();
    assert!(opened.content.read_to_end(&mut Vec::new()).is_err());
}

#[test]
fn a_large_file_is_written_in_parts_and_not_over_that_of_another_build() {
    /// Zeros, which are not in memory.
    struct Zeros(u64);
    impl Source for Zeros {
        fn size(&self) -> Bytes {
            Bytes(self.0)
        }
        fn open(&self) -> Box<dyn Read + '_> {
            Box::new(io::repeat(0).take(self.0))
        }
    }
    let (all, store) = bucket("feeds");
    let path = Path::new(".feedmill/seeds");
    let other = server_with_generations("feeds");
    other.replace_from(path, &Zeros(PART + 1)).unwrap();
    let lock = other.lock(Duration::ZERO).unwrap();
    assert_eq!(other.replace_from(path, &Zeros(PART + 2)).unwrap(), Change::Written, "it was listed");
    drop(lock);
    for (size, expected) in
        [(PART + 1, Change::Written), (PART + 1, Change::Unchanged), (3 * PART, Change::Written)]
    {
        assert_eq!(store.replace_from(path, &Zeros(size)).unwrap(), expected);
        assert_eq!(store.stamp(path).unwrap().unwrap().size, Bytes(size));
    }
    let lock = store.lock(Duration::ZERO).unwrap();
    assert!(store.stamp(path).is_ok(), "from now on, the objects are known");
    store.objects.wait(all.inner.put(&Key::from("feeds/.feedmill/seeds"), "theirs".into())).unwrap();
    let error = store.replace_from(path, &Zeros(4 * PART)).unwrap_err();
    assert!(error.to_string().starts_with("another build has changed it"), "{error}");
    drop(lock);
    assert_eq!(store.read(path, Bytes(99)).unwrap(), b"theirs");
}

/// Some sites have a folder for each day.
#[test]
fn a_folder_is_listed_with_those_below_it_and_nothing_else_is_found() {
    type Found = BTreeMap<(PathBuf, String, bool), Option<Stamp>>;
    let find = |store: &BucketStore, is_deep: bool| {
        let (mut found, mut folders) = (Found::new(), vec![PathBuf::new()]);
        let mut known: BTreeMap<PathBuf, Listed> = BTreeMap::new();
        while let Some(folder) = folders.pop() {
            let mut see = |name: &OsStr, kind, stamp| {
                if kind == Kind::Folder {
                    folders.push(folder.join(name));
                }
                let key = (folder.clone(), name.to_str().unwrap().to_owned(), kind == Kind::Folder);
                assert!(found.insert(key, stamp).is_none(), "{folder:?} {name:?} comes twice");
            };
            match known.remove(&folder) {
                Some(items) => items.iter().for_each(|(item, stamp)| see(&item.name, item.kind, *stamp)),
                None if is_deep => {
                    let mut below = |path, items| assert!(known.insert(path, items).is_none());
                    store.scan_with_below(&folder, true, &mut see, &mut below).unwrap();
                }
                None => store.scan(&folder, true, &mut see).unwrap(),
            }
        }
        // An empty folder is nothing.
        let parents: Vec<_> = found.keys().map(|(folder, ..)| folder.clone()).collect();
        found.retain(|(folder, name, is_folder), _| !is_folder || parents.contains(&folder.join(name)));
        found
    };
    let days = |count: usize| (0..count).map(|day| format!("town/{}/{}/{day}.txt", day % 3, day % 10));
    let files = |count: usize| (0..count).map(|number| format!("town/{number:03}.txt"));
    let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    for (page_size, keys, markers, requests) in [
        (1000, days(18).collect(), named(&["town/", "town/0/", "town/empty/"]), 2),
        // The root, the folder once in vain, and what is in it: three folders of ten files.
        (12, days(30).collect(), vec![], 6),
        (5, files(30).collect(), named(&["town/", "town/030/"]), 8),
        (5, files(30).chain((0..8).map(|day| format!("town/x/{}/{day}.txt", day % 3))).collect(), vec![], 9),
        // Too many files below it to keep them.
        (5, files(8).chain((0..30).map(|number| format!("town/x/{number}.txt"))).collect(), vec![], 15),
        (
            7,
            named(&["a.txt", "town/1.txt", "town/x", "town/x/1.txt", "town/x/y/z/1.txt", "town 2/1.txt"]),
            named(&["town/x/y/"]),
            3,
        ),
    ] {
        let (all, _) = bucket("");
        all.page_size.store(page_size, Ordering::Relaxed);
        *all.markers.lock().unwrap() = markers.iter().map(|name| format!("seeds/{name}")).collect();
        let store = store_of(&all, "seeds");
        keys.iter().for_each(|key| _ = store.replace(Path::new(key), b"text").unwrap());
        let expected = find(&store, false);
        all.log();
        assert_eq!(find(&store, true), expected, "{page_size} {keys:?}");
        assert_eq!(all.log().len(), requests, "{page_size} {keys:?}");
    }
    let name = |name| first_fault(name, is_path).to_owned();
    assert_eq!(
        [name("a//b"), name("a/b/../c"), name("//"), name("a/\u{1}b")],
        ["a//", "a/b/../", "/", "a/\u{1}b"]
    );
}

/// A builder writes dozens of documents at the same time.
#[test]
fn few_documents_that_are_written_are_in_memory_at_once() {
    #[derive(Default)]
    struct Large(AtomicUsize);
    struct Opened<'a>(io::Take<io::Repeat>, &'a Large);
    impl Source for Large {
        fn size(&self) -> Bytes {
            Bytes(5 << 20)
        }
        fn open(&self) -> Box<dyn Read + '_> {
            let others = self.0.fetch_add(1, Ordering::Relaxed);
            assert!(others < 1, "two may be in memory if both are read and compared with old ones");
            Box::new(Opened(io::repeat(b'x').take(self.size().0), self))
        }
    }
    impl Read for Opened<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            std::thread::yield_now();
            self.0.read(buffer)
        }
    }
    impl Drop for Opened<'_> {
        fn drop(&mut self) {
            self.1.0.fetch_sub(1, Ordering::Relaxed);
        }
    }
    let (_, store) = bucket("feeds");
    let source = Large::default();
    let written = at_once(&[1, 2, 3, 4, 5], |number| {
        store.replace_from(Path::new(&format!("{number}/rss.xml")), &source).unwrap()
    });
    assert_eq!(written, [Change::Written; 5]);
}

#[test]
fn a_part_of_the_work_is_not_claimed_if_the_server_lets_everybody_claim_it() {
    let (all, store) = bucket("feeds");
    let path = Path::new("town.lock");
    drop(store.claim(path).unwrap().unwrap());
    let requests = || all.log().into_iter().filter(|(method, _)| *method == "PUT").count();
    assert_eq!(requests(), 2);
    drop(store.claim(path).unwrap().unwrap());
    assert_eq!(requests(), 1, "it is found out once");
    all.ignores_conditions.store(true, Ordering::Relaxed);
    let error = store_of(&all, "feeds").claim(path).unwrap_err();
    assert!(error.to_string().ends_with("build without `--shared`"), "{error}");
    assert!(store.list(Path::new("")).unwrap().is_empty());
    assert!(store.lock(Duration::ZERO).is_ok());
}

#[test]
fn keys_that_no_file_has_are_listed_as_far_as_possible() {
    let (all, store) = bucket("seeds");
    for key in ["seeds", "seeds/town", "seeds/town/1.txt", "seedsnot/2.txt", "seeds/\u{e4} b.txt"] {
        store.objects.wait(all.inner.put(&Key::parse(key).unwrap(), "text".into())).unwrap();
    }
    let shown = |folder: &str| {
        let items = store.list(Path::new(folder)).unwrap();
        items
            .iter()
            .map(|item| format!("{} {:?}", item.name.to_string_lossy(), item.kind))
            .collect::<Vec<_>>()
    };
    assert_eq!(shown(""), ["town Folder", "town File", "\u{e4} b.txt File"]);
    assert_eq!(shown("town"), ["1.txt File"]);
    for path in ["../seeds", "/seeds", "a/../b"] {
        assert_eq!(
            store.read(Path::new(path), Bytes(9)).unwrap_err().kind(),
            io::ErrorKind::InvalidInput,
            "{path}"
        );
    }
}

#[test]
fn another_build_is_noticed_and_a_lost_answer_is_not_taken_for_one() {
    let path = Path::new("rss.xml");
    for (locked, first) in [(false, "old"), (true, "old"), (true, "")] {
        let (all, store) = bucket("");
        if !first.is_empty() {
            store.replace(path, first.as_bytes()).unwrap();
        }
        let lock = locked.then(|| store.lock(Duration::ZERO).unwrap());
        assert_eq!(store.stamp(path).is_ok(), !first.is_empty(), "if locked, the objects are known now");
        all.fail(if locked { 1 } else { 2 }, false, Some(Fault::AnswerLost));
        assert_eq!(store.replace(path, b"mine").unwrap(), Change::Written, "{locked} {first}");
        all.fail(if locked { 1 } else { 2 }, false, Some(Fault::Refused));
        assert_eq!(store.replace(path, b"mine, too").unwrap(), Change::Written, "{locked} {first}");
        all.fail(0, false, None);
        if let Some(lock) = lock {
            store.objects.wait(all.inner.put(&Key::from("rss.xml"), "theirs".into())).unwrap();
            let error = store.replace(path, b"mine again").unwrap_err();
            assert!(error.to_string().starts_with("another build has changed it"), "{error}");
            assert_eq!(store.read(path, Bytes(99)).unwrap(), b"theirs");
            drop(lock);
        }
    }
}

#[test]
fn a_url_must_be_complete_and_its_secrets_are_never_shown() {
    let why = |url: &str| BucketStore::connect(&Url::parse(url).unwrap()).unwrap_err().to_string();
    assert!(why("s3://bucket/x?key=secret").contains("remove all after"));
    assert!(why("s3:///x").contains("names no bucket"));
    assert!(why("s3://key:secret@bucket").starts_with("the URL has a user name or password; set"));
    assert!(why("az://key:secret@bucket").ends_with("`AZURE_STORAGE_ACCOUNT_NAME`"));
    let store = BucketStore::connect(&Url::parse("https://ann:secret@dav.example/a%20b/").unwrap()).unwrap();
    assert_eq!(
        (store.objects.prefix.as_str(), store.show(Path::new(""))),
        ("a b", "https://dav.example/a%20b".to_owned())
    );
    assert!(!format!("{store:?}").contains("secret"));
}

#[test]
fn one_build_at_a_time_holds_the_lease_and_that_of_a_dead_one_expires() {
    let (all, store) = bucket("feeds");
    let other =
        BucketStore::new(all.clone(), "feeds", "s3://bucket/feeds".to_owned(), None, REQUESTS).unwrap();
    let lock = store.lock(Duration::ZERO).unwrap();
    let error = other.lock(Duration::ZERO).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    assert!(error.to_string().contains("is building these feeds; nothing was changed"), "{error}");
    drop(lock);
    drop(other.lock(Duration::ZERO).unwrap());
    // An answer that is lost is not taken for that of another builder, and a request that is lost is repeated.
    for fault in [Fault::AnswerLost, Fault::Refused] {
        all.fail(1, false, Some(fault));
        let lock = store.lock(Duration::ZERO).unwrap();
        all.fail(1, false, Some(fault));
        drop(lock);
        all.fail(0, false, None);
        drop(other.lock(Duration::ZERO).unwrap());
    }
    // Nor is one of a renewal.
    let lock = store.lock(Duration::ZERO).unwrap();
    all.fail(1, false, Some(Fault::AnswerLost));
    (0..3).for_each(|_| store.held().as_ref().unwrap().lease.renew_now());
    all.fail(0, false, None);
    assert_eq!(store.replace(Path::new("rss.xml"), b"in time").unwrap(), Change::Written);
    drop(lock);
    // Its time is up by the clocks of server and machine. If one of them is wrong, it is not.
    let lock = store.lock(Duration::ZERO).unwrap();
    let take = |seconds: [u64; 2]| {
        let clocks = || seconds.map(|seconds| SystemTime::now() + Duration::from_secs(seconds));
        Lease::take(other.objects.clone(), NAME, LEASE, Duration::ZERO, clocks, &other.seen_leases)
    };
    assert!(take([7000, 50]).is_err() && take([50, 7000]).is_err());
    let lease = take([70, 70]).unwrap();
    assert!(take([50, 50]).is_err());
    // The first builder finds out when it renews, and removes nothing of the second.
    store.held().as_ref().unwrap().lease.renew_now();
    let error = store.replace(Path::new("rss.xml"), b"late").unwrap_err();
    assert!(error.to_string().starts_with("this build has lost its lock"), "{error}");
    drop(lock);
    assert!(store.read(Path::new(NAME), Bytes(999)).is_ok());
    lease.end();
    assert!(store.read(Path::new(NAME), Bytes(999)).is_err());
}

#[test]
fn what_is_held_is_released_before_the_process_ends() {
    let (all, store) = bucket("feeds");
    let other = store_of(&all, "feeds");
    let release = store.releaser().unwrap();
    let lock = store.lock(Duration::ZERO).unwrap();
    let claim = store.claim(Path::new("a.lock")).unwrap().unwrap();
    drop(store.claim(Path::new("b.lock")).unwrap());
    release();
    assert!(store.replace(Path::new("rss.xml"), b"late").is_err() && claim.verify().is_err());
    let theirs = (other.lock(Duration::ZERO).unwrap(), other.claim(Path::new("a.lock")).unwrap().unwrap());
    drop((lock, claim));
    theirs.0.verify().unwrap();
    assert!(other.read(Path::new(NAME), Bytes(999)).is_ok());
}

/// A clock that is wrong neither makes a builder wait for a dead one without end, nor takes the lease of one that renews it.
#[test]
fn a_lease_that_nobody_renews_expires_whatever_the_clocks_say() {
    let (all, store) = bucket("feeds");
    let put = |written: SystemTime| {
        let nanos = written.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos();
        let text = format!("process 1 of elsewhere\n{nanos}\n100\n");
        store.objects.wait(all.inner.put(&Key::from("feeds/a.lock"), text.into())).unwrap();
    };
    let claim = || store.claim(Path::new("a.lock")).unwrap();
    let next_hour = SystemTime::now() + Duration::from_secs(3600);
    for number in 0..4 {
        put(next_hour + Duration::from_secs(number));
        assert!(claim().is_none(), "it was renewed");
        std::thread::sleep(Duration::from_millis(60));
    }
    std::thread::sleep(Duration::from_millis(100));
    let claimed = claim().expect("it was not renewed for longer than it lasts");
    claimed.verify().unwrap();
}

#[test]
fn a_lock_that_takes_longer_than_it_lasts_is_an_error() {
    let store = bucket("feeds").1.with_lease(Duration::ZERO);
    let why = store.claim(Path::new("a.lock")).unwrap_err().to_string();
    assert_eq!(why, "the server took longer than the lock lasts, 0 s; set a longer `--lease`");
}

/// Answers each request with the next of some texts, and all others with the last one. An empty one is no answer, and the
/// connection stays open. Returns the URL of the server.
fn server(answers: &'static [&'static str]) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/feeds", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for number in 0.. {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let head = BufReader::new(&stream).lines().map_while(Result::ok);
            head.take_while(|line| !line.is_empty()).for_each(drop);
            let answer = answers.get(number).or(answers.last()).copied().unwrap_or_default();
            match answer {
                "" => open.push(stream),
                answer => drop(stream.write_all(answer.as_bytes())),
            }
        }
    });
    Url::parse(&url).unwrap()
}

const ANSWER: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\nETag: \"1\"\r\nContent-Length: 5\r\n\r\nhello";

#[test]
fn a_request_without_an_answer_is_repeated() {
    let Patience { retry_timeout, part_timeout, .. } = Patience::BUILD;
    assert!(retry_timeout >= 8 * part_timeout);
    let patience = Patience { part_timeout: Duration::from_millis(300), ..Patience::BUILD };
    let store = BucketStore::connect_with(&server(&["", ANSWER]), patience).unwrap();
    assert_eq!(store.read(Path::new("rss.xml"), Bytes(u64::MAX - 1)).unwrap(), b"hello");
}

#[test]
fn a_body_in_chunks_is_read() {
    const CHUNKED: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\nETag: \"1\"\r\nTransfer-Encoding: chunked\r\n\r\n\
                  2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n";
    let store = BucketStore::connect(&server(&[CHUNKED])).unwrap();
    assert_eq!(store.read(Path::new("rss.xml"), Bytes(u64::MAX - 1)).unwrap(), b"hello");
}

#[test]
fn credentials_that_expire_are_no_fault_of_the_object_that_was_asked_for() {
    let denied =
        |answer: &str| Error::PermissionDenied { path: "1.txt".to_owned(), source: answer.to_owned().into() };
    let expired = Error::Unauthenticated { path: "1.txt".to_owned(), source: "401".into() };
    let kinds = [
        denied("403 Forbidden: <Code>AccessDenied</Code>"),
        denied("403 Forbidden: <Code>ExpiredToken</Code>"),
        denied("403 Server failed to authenticate: AuthenticationFailed"),
        expired,
    ]
    .map(|error| into_io(error).kind());
    let stop = io::ErrorKind::HostUnreachable;
    assert_eq!(kinds, [io::ErrorKind::PermissionDenied, stop, stop, stop]);
}
