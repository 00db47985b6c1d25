//! A mirror for a web server that sends precompressed files (`gzip_static` in nginx): builds feeds from one folder into
//! another, with a `.gz` file next to each document.
//!
//! ```sh
//! cargo run --example mirror seeds public
//! ```
//!
//! It implements [`Store`], through which feedmill does all its input and output. A store that compresses, uploads or keeps
//! versions takes a few lines around an existing one. Prints the paths that changed.

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use feedmill::config::{FILE, RawConfig};
use feedmill::diag::Sink;
use feedmill::store::{Change, FsStore, Item, Lock, Prefix, Store};
use feedmill::types::Bytes;
use feedmill::{Options, build};
use flate2::{Compression, GzBuilder};

/// A folder in which each file has a compressed copy.
struct Compressed(FsStore);

fn compressed_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".gz");
    name.into()
}

impl Store for Compressed {
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<Change> {
        // The builder writes no time, so equal documents have equal copies.
        let mut compressed = GzBuilder::new().write(Vec::new(), Compression::best());
        compressed.write_all(bytes)?;
        self.0.replace(&compressed_path(path), &compressed.finish()?)?;
        self.0.replace(path, bytes)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        match self.0.remove(&compressed_path(path)) {
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
    let (seeds, public) = args.next().zip(args.next()).ok_or("usage: mirror SEEDS FEEDS")?;
    let mut messages = io::stderr();
    let mut sink = Sink::new(feedmill::diag::RENDERERS[0], &mut messages);
    let raw = match std::fs::read_to_string(FILE) {
        Ok(text) => RawConfig::read(&text, Path::new(FILE), &mut sink)?,
        Err(_) => RawConfig::default(),
    };
    let plan = raw.resolve(&mut sink)?;
    let report =
        build(&plan, &FsStore::new(seeds), &Compressed(FsStore::new(public)), Options::default(), &mut sink)?;
    for path in report.changed {
        println!("{}", path.display());
    }
    Ok(())
}
