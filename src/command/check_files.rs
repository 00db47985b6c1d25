//! The files that `feedmill check` checks: those that were named, and the feeds in folders that were named.

use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use memchr::memmem;

use url::Url;

use crate::check::{Likeness, likeness};
use crate::config::{CheckConfig, PathPatterns};
use crate::error::{Error, Kind};
use crate::generator::PACKAGES;
use crate::store::{self, FsStore, Item, Store, is_exhausted, retry_read, shown};
use crate::types::{Bytes, starts_with_ignore_case};

use super::context::bounded;

/// Maximum size of a file, and of what a compressed one holds.
const MAX_SIZE: Bytes = Bytes(256 << 20);
/// Suffixes of files in folders that may be feeds, in lower case.
const SUFFIXES: [&str; 6] = ["atom", "json", "opml", "rdf", "rss", "xml"];
/// Names that are given to feeds: such a file is checked, even if it does not look like a feed.
const FEED_NAMES: [&str; 5] = ["atom", "feed", "feeds", "jsonfeed", "rss"];
/// Folders of tools, which hold no feeds.
const TOOL_FOLDERS: [&str; 4] = [".git", ".hg", ".svn", PACKAGES];
/// Number of bytes in which the first entry of a feed begins.
const MAX_HEADER: usize = 8 << 10;
/// Bytes with which gzip begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// What to do about feeds in object storage.
pub(super) const NO_BUCKETS: &str = "`check` does not read object storage; run `feedmill build --check`, or name the URL at \
                                     which the feed is published, or a copy on disk";

/// A file to check.
pub(super) struct File {
    pub(super) path: PathBuf,
    /// URL from which it is fetched, if the path is one.
    pub(super) url: Option<Url>,
    /// True if it was found in a folder, so that it is skipped if it is not a feed.
    pub(super) is_found: bool,
}

/// Patterns of files and folders that are not checked.
pub(super) struct Exclude {
    /// Those of the configuration.
    config: PathPatterns,
    /// Those of the command line, relative to the current folder.
    arguments: PathPatterns,
}

impl Exclude {
    pub(super) fn new(config: &CheckConfig, arguments: &[String]) -> Self {
        let config = PathPatterns::new(&config.exclude, &config.folder);
        Self { config, arguments: PathPatterns::new(arguments, Path::new("")) }
    }

    fn matches(&self, path: &Path) -> bool {
        self.config.matches(path) || self.arguments.matches(path)
    }
}

/// Returns the files that arguments name. Those in folders are sorted by name.
///
/// # Errors
/// A folder cannot be listed, or a URL is invalid.
pub(super) fn files(paths: &[PathBuf], exclude: &Exclude) -> Result<Vec<File>, Error> {
    let mut files = Vec::new();
    for path in paths {
        let url = url(path)?;
        let is_folder = || match retry_read(|| std::fs::metadata(path)) {
            Ok(found) => Ok(found.is_dir()),
            Err(error) if is_exhausted(&error) => Err(Error::io("read the feed", path, error)),
            // Reading it says why it is not there.
            Err(_) => Ok(false),
        };
        if url.is_none() && is_folder()? {
            walk(path, exclude, &mut files)?;
        } else {
            files.push(File { path: path.clone(), url, is_found: false });
        }
    }
    Ok(files)
}

/// Returns the URL that an argument is; `None` if it is a path.
fn url(path: &Path) -> Result<Option<Url>, Error> {
    let Some(text) = path.to_str() else { return Ok(None) };
    // Links of the scheme `feed` hold or replace that of the web.
    let rest = text.strip_prefix("feed:").map(|rest| match rest.strip_prefix("//") {
        Some(host) => format!("https://{host}"),
        None => rest.to_owned(),
    });
    let text = rest.as_deref().unwrap_or(text);
    let is_web = ["http:", "https:"].iter().any(|scheme| starts_with_ignore_case(text, scheme));
    let Some((scheme, _)) = text.split_once(if is_web { ":" } else { "://" }) else { return Ok(None) };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    if !is_scheme {
        return Ok(None);
    }
    let failed = |message: String| Error::new(Kind::Config, message).at(path);
    let url = Url::parse(text).map_err(|error| failed(format!("invalid URL: {error}; correct it")))?;
    match url.scheme() {
        "http" | "https" => Ok(Some(url)),
        "s3" | "gs" | "az" => Err(Error::new(Kind::Config, NO_BUCKETS).at(shown(path))),
        scheme => Err(failed(format!("cannot fetch a URL of the scheme `{scheme}`; use http or https"))),
    }
}

/// Endings of file names that are no top-level domains.
const ENDINGS: [&str; 9] = ["csv", "gz", "htm", "html", "md", "toml", "txt", "yaml", "yml"];

/// Returns a hint if a path that does not exist looks like a URL without scheme: a host, with or without a path in it.
fn missing_scheme(path: &Path) -> Option<String> {
    let text = path.to_str()?;
    let (host, rest) = text.split_once('/').unwrap_or((text, ""));
    let name = host.split(':').next().unwrap_or_default();
    let domain = name.rsplit_once('.').map(|(_, domain)| domain.to_ascii_lowercase())?;
    let is_domain = domain.len() > 1
        && domain.bytes().all(|b| b.is_ascii_alphabetic())
        && ![&SUFFIXES[..], &ENDINGS[..]].concat().contains(&&*domain);
    let is_host = (is_domain || !rest.is_empty())
        && !host.starts_with('.')
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:".contains(&b));
    (is_host && !Path::new(host).exists()).then(|| format!("; did you mean https://{text}?"))
}

fn walk(folder: &Path, exclude: &Exclude, into: &mut Vec<File>) -> Result<(), Error> {
    let listed = FsStore::new(folder).list(Path::new(""));
    for Item { name, kind } in listed.map_err(|e| Error::io("list the folder", folder, e))? {
        let path = folder.join(&name);
        if exclude.matches(&path) {
            continue;
        }
        match kind {
            store::Kind::Folder if !TOOL_FOLDERS.iter().any(|tool| name == **tool) => {
                walk(&path, exclude, into)?;
            }
            store::Kind::File if SUFFIXES.contains(&&*suffix(&path)) => {
                into.push(File { path, url: None, is_found: true });
            }
            _ => {}
        }
    }
    Ok(())
}

/// Returns the path without `.gz`.
fn unpacked(path: &Path) -> PathBuf {
    let is_packed = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"));
    if is_packed { path.with_extension("") } else { path.to_owned() }
}

/// Returns the suffix of a file in lower case, without that of its compression.
fn suffix(path: &Path) -> String {
    let path = unpacked(path);
    path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_ascii_lowercase()
}

/// True if a file in a folder is to be checked: it is a feed, or it has the name of one, or it is empty, as a feed is that was
/// not written.
pub(super) fn is_feed(path: &Path, bytes: &[u8]) -> bool {
    let suffix = suffix(path);
    let stem =
        unpacked(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_ascii_lowercase();
    matches!(&*suffix, "atom" | "opml" | "rss")
        || suffix != "rdf" && FEED_NAMES.contains(&&*stem)
        || suffix == "xml" && bytes.trim_ascii().is_empty()
        || likeness(bytes) == Likeness::Feed
}

/// True if a site generator makes a feed from a file: it begins with front matter or a tag, or has a tag before the first entry.
pub(super) fn is_template(bytes: &[u8]) -> bool {
    let text = &bytes[..bytes.len().min(MAX_HEADER)];
    let text = text.trim_ascii_start();
    let begin = |mark: &[u8]| memmem::find(text, mark);
    let header = &text[..begin(b"<item").into_iter().chain(begin(b"<entry")).min().unwrap_or(text.len())];
    let is_xml = header.starts_with(b"<");
    [&b"---"[..], b"{{", b"{%", b"{#"].iter().any(|mark| header.starts_with(mark))
        || is_xml && [b"{{", b"{%"].iter().any(|mark| memmem::find(header, *mark).is_some())
}

/// Reads a file, or standard input if it is named `-`. What gzip compressed is decompressed.
///
/// # Errors
/// The file cannot be read, is too large, or is damaged.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let failed = |cause: std::io::Error| {
        let hint = Some(&cause).filter(|e| e.kind() == std::io::ErrorKind::NotFound);
        match hint.and_then(|_| missing_scheme(path)) {
            Some(hint) => Error::new(Kind::Io, format!("no such file{hint}")).at(path),
            None => Error::io("read the feed", path, cause),
        }
    };
    let bytes = if path == Path::new("-") {
        bounded(std::io::stdin().lock(), 0, MAX_SIZE)
    } else {
        retry_read(|| {
            let file = std::fs::File::open(path)?;
            let size = file.metadata()?.len();
            bounded(file, size, MAX_SIZE)
        })
    };
    let mut bytes = bytes.map_err(failed)?;
    if bytes.starts_with(&GZIP) {
        bytes = bounded(MultiGzDecoder::new(&*bytes), 0, MAX_SIZE).map_err(failed)?;
    }
    if bytes.len() as u64 > MAX_SIZE.0 {
        return Err(Error::new(Kind::Io, format!("the feed is larger than {MAX_SIZE}")).at(path));
    }
    Ok(bytes)
}
