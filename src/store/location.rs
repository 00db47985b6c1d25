//! Places of seeds and feeds as users write them, folders or URLs, and the store of each.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;

#[cfg(feature = "object-store")]
use super::BucketStore;
use super::{FsStore, Store};
use crate::types::without_credentials;

/// Time after which a lock in object storage expires unless its holder renews it.
pub const LEASE: Duration = Duration::from_secs(60);
/// Usual number of requests to object storage at the same time. Tests make hundreds of builds, and starting threads takes long.
pub const REQUESTS: usize = if cfg!(test) { 4 } else { 64 };

/// Schemes of object storage, each with an example.
const SCHEMES: &[(&str, &str)] = &[
    ("s3", "s3://bucket/folder"),
    ("gs", "gs://bucket/folder"),
    ("az", "az://container/folder"),
    ("http", "http://host/folder"),
    ("https", "https://host/folder"),
];

/// True if a place is a URL instead of a folder on disk.
///
/// ```
/// use feedmill::store::is_url;
///
/// assert!(is_url("s3://bucket/feeds".as_ref()));
/// assert!(!is_url("public/feeds".as_ref()));
/// ```
#[must_use]
pub fn is_url(place: &Path) -> bool {
    scheme(place).is_some()
}

/// Returns the scheme of a URL in lower case; `None` for a folder on disk.
fn scheme(place: &Path) -> Option<String> {
    let (scheme, _) = place.to_str()?.split_once("://")?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    is_scheme.then(|| scheme.to_ascii_lowercase())
}

/// Returns a place as the user named it; the folder of a `file://` URL.
///
/// ```
/// use std::path::Path;
///
/// use feedmill::store::place;
///
/// # #[cfg(unix)]
/// assert_eq!(place("file:///srv/feeds".as_ref()), Path::new("/srv/feeds"));
/// assert_eq!(place("s3://bucket/feeds".as_ref()), Path::new("s3://bucket/feeds"));
/// ```
#[must_use]
pub fn place(text: &Path) -> PathBuf {
    let file = scheme(text).filter(|scheme| scheme == "file");
    let url = file.and_then(|_| Url::parse(text.to_str()?).ok());
    url.and_then(|url| url.to_file_path().ok()).unwrap_or_else(|| text.to_path_buf())
}

/// Returns a place for messages: a URL without user name, password and parameters.
///
/// ```
/// use feedmill::store::shown;
///
/// assert_eq!(shown("https://ann:secret@host.example/feeds".as_ref()), "https://host.example/feeds");
/// ```
#[must_use]
pub fn shown(place: &Path) -> String {
    let text = place.to_string_lossy();
    let Some(url) = scheme(place).and_then(|_| Url::parse(&text).ok()) else {
        // Not a URL, so its parts are not known.
        return if is_url(place) { "the URL".to_owned() } else { text.into_owned() };
    };
    let mut url = without_credentials(url);
    url.set_query(None);
    url.set_fragment(None);
    url.as_str().trim_end_matches('/').to_owned()
}

/// Opens the store of a place: a folder on disk, or a URL of object storage.
///
/// # Errors
/// If the URL is invalid or of another scheme, or this build of feedmill lacks the feature `object-store`.
///
/// ```
/// use feedmill::store::open;
///
/// assert_eq!(open("public/feeds".as_ref())?.show("rss.xml".as_ref()), "public/feeds/rss.xml");
/// assert!(open("ftp://host.example/feeds".as_ref()).is_err());
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn open(place: &Path) -> io::Result<Box<dyn Store>> {
    open_with(place, Access::default())
}

/// How a build uses object storage.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    /// Time after which its locks expire unless they are renewed.
    pub lease: Duration,
    /// Largest number of requests at the same time.
    pub requests: usize,
}

impl Default for Access {
    fn default() -> Self {
        Self { lease: LEASE, requests: REQUESTS }
    }
}

/// Opens the store of a place as [`open`] does, with settings for object storage.
///
/// # Errors
/// As [`open`].
pub fn open_with(place: &Path, access: Access) -> io::Result<Box<dyn Store>> {
    let url = url_of(place)?;
    #[cfg(feature = "object-store")]
    if let Some(url) = url {
        return Ok(Box::new(
            BucketStore::connect_with_requests(&url, access.requests)?.with_lease(access.lease),
        ));
    }
    #[cfg(not(feature = "object-store"))]
    let _ = (access, url);
    Ok(Box::new(FsStore::new(place)))
}

/// Opens object storage for a server, which waits for no request as long as a build does.
///
/// # Errors
/// As [`open`]; [`io::ErrorKind::InvalidInput`] for a folder on disk.
#[cfg(all(feature = "object-store", feature = "serve"))]
pub fn open_for_server(place: &Path) -> io::Result<BucketStore> {
    let url = url_of(place)?.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not a URL"))?;
    BucketStore::connect_for_server(&url)
}

/// Returns the URL of a place in object storage; `None` for a folder on disk.
fn url_of(place: &Path) -> io::Result<Option<Url>> {
    let invalid = |why: String| io::Error::new(io::ErrorKind::InvalidInput, why);
    let Some(scheme) = scheme(place) else {
        // Other programs write the bucket behind the colon.
        let is_meant =
            |scheme: &str| place.to_str().is_some_and(|text| text.starts_with(&format!("{scheme}:")));
        let meant = SCHEMES.iter().find(|(scheme, _)| is_meant(scheme));
        return meant.map_or(Ok(None), |(_, example)| {
            Err(invalid(format!("no folder and no URL; write `{example}`")))
        });
    };
    if scheme == "file" {
        return Err(invalid(
            "not a folder of this machine; write `file:///` and an absolute path".to_owned(),
        ));
    }
    if !SCHEMES.iter().any(|(known, _)| *known == scheme) {
        let examples: Vec<_> = SCHEMES.iter().map(|(_, example)| format!("`{example}`")).collect();
        return Err(invalid(format!("unknown scheme `{scheme}`; use a folder, or {}", examples.join(", "))));
    }
    #[cfg(feature = "object-store")]
    {
        let url = place.to_str().and_then(|text| Url::parse(text).ok());
        url.map(Some).ok_or_else(|| invalid("invalid URL".to_owned()))
    }
    #[cfg(not(feature = "object-store"))]
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "this feedmill was compiled without object storage; use the binary of a release, or compile it with \
         `--features object-store`",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_told_from_folders() {
        for url in ["s3://b", "S3://b/x", "https://h/p", "file:///x", "ftp://h"] {
            assert!(is_url(url.as_ref()), "{url}");
        }
        for folder in ["", "a", "/a/b", "C:/a", "a://", "://a", "1s://a", "a b://c", "./s3:/x"] {
            assert_eq!(is_url(folder.as_ref()), folder == "a://", "{folder}");
        }
        let why = |text: &str| open(text.as_ref()).err().unwrap().to_string();
        assert!(why("ftp://ann:secret@host/x").starts_with("unknown scheme `ftp`; use a folder, or `s3://"));
        assert!(why("file://server/share").starts_with("not a folder of this machine"));
        assert!(why("s3:bucket/x").ends_with("write `s3://bucket/folder`"));
        #[cfg(not(feature = "object-store"))]
        assert!(why("s3://bucket").contains("--features object-store"));
        assert_eq!(shown("s3://key:secret@bucket/a%20b/?token=1#x".as_ref()), "s3://bucket/a%20b");
        assert_eq!(shown("plain/folder".as_ref()), "plain/folder");
    }
}
