//! A mirror for a web server that sends compressed files as they lie (`gzip_static` of nginx): mills a folder into
//! another, and keeps a `.gz` beside each document.
//!
//! ```sh
//! cargo run --example mirror seeds public
//! ```
//!
//! It is a storage of one's own: [`Store`] is all that the mill knows of a disk, so one that does more (compresses,
//! uploads, keeps versions) is a few lines around one that is there. Prints what changed.

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use feedmill::config::{FILE, RawConfig};
use feedmill::diag::Sink;
use feedmill::pipeline::{Options, build};
use feedmill::store::{Change, FsStore, Item, Lock, Prefix, Store};
use feedmill::types::{Bytes, UnixMs};
use flate2::{Compression, GzBuilder};

/// A folder in which each file has its compressed twin.
struct Packed(FsStore);

fn twin(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".gz");
    name.into()
}

impl Store for Packed {
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<Change> {
        // The builder writes no time, so equal documents have equal twins.
        let mut packed = GzBuilder::new().write(Vec::new(), Compression::best());
        packed.write_all(bytes)?;
        self.0.replace(&twin(path), &packed.finish()?)?;
        self.0.replace(path, bytes)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        match self.0.remove(&twin(path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => self.0.remove(path),
        }
    }

    fn show(&self, path: &Path) -> String {
        self.0.show(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Item>> {
        self.0.list(folder)
    }

    fn prefix(&self, path: &Path, length: Bytes) -> io::Result<Prefix> {
        self.0.prefix(path, length)
    }

    fn read(&self, path: &Path, limit: Bytes) -> io::Result<Vec<u8>> {
        self.0.read(path, limit)
    }

    fn lock(&self, wait: Duration) -> io::Result<Lock> {
        self.0.lock(wait)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (seeds, public) = args.next().zip(args.next()).ok_or("from which folder to which?")?;
    let mut messages = io::stderr();
    let mut sink = Sink::new(feedmill::diag::RENDERERS[0], &mut messages);
    let raw = match std::fs::read_to_string(FILE) {
        Ok(text) => RawConfig::read(&text, Path::new(FILE), &mut sink)?,
        Err(_) => RawConfig::default(),
    };
    let plan = raw.resolve(&mut sink)?;
    let started = SystemTime::now();
    let now = started.duration_since(SystemTime::UNIX_EPOCH)?.as_millis();
    let options = Options {
        now: UnixMs(i64::try_from(now)?),
        started,
        wait: Duration::from_secs(10),
        prune: false,
        check: false,
        probe: None,
        progress: None,
    };
    let report = build(&plan, &FsStore::new(seeds), &Packed(FsStore::new(public)), options, &mut sink)?;
    for path in report.changed {
        println!("{}", path.display());
    }
    Ok(())
}
