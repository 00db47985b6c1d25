//! `feedmill check`: what is wrong with feeds. Findings are its data, so they go to stdout.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::check::{self, Options};
use crate::diag::Sink;
use crate::error::{Error, Kind};

use super::args::Check;
use super::{Done, Outcome, say, style};

/// The largest file that is checked, in bytes.
const LIMIT: u64 = 256 << 20;

pub(super) fn run(args: &Check) -> Done {
    let mut files = Vec::new();
    for path in &args.paths {
        if path.is_dir() { walk(path, &mut files)? } else { files.push(path.clone()) }
    }
    if files.is_empty() {
        return Err(Error::new(Kind::Empty, "there is no feed to check here"));
    }
    let deny = args.deny.iter().any(|d| d == "warnings");
    let mut stdout = std::io::stdout();
    let mut sink = Sink::new(style(&args.common), &mut stdout)
        .deny_warnings(deny)
        .allow(args.allow.iter().cloned())
        .least(super::least(&args.common));
    let mut failed = None;
    for file in &files {
        match read(file) {
            Ok(bytes) => {
                let name = file.to_string_lossy();
                check::check(&bytes, Options { file: &name, ..Options::default() }).into_iter().for_each(|d| sink.push(d));
            }
            Err(error) => failed = Some(error),
        }
    }
    sink.finish();
    let tally = sink.tally();
    drop(sink);
    if let Some(error) = failed {
        return Err(error);
    }
    let count = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
    if !args.common.quiet {
        say(&format!(
            "{}, {}, {}",
            count(files.len(), "file"),
            count(tally.errors, "error"),
            count(tally.warnings, "warning")
        ));
    }
    Ok(if tally.errors > 0 { Outcome::Found } else { Outcome::Done })
}

fn read(file: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().take(LIMIT + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|f| f.take(LIMIT + 1).read_to_end(&mut bytes))
    };
    read.map_err(|e| Error::io("read the feed", file, e))?;
    if bytes.len() as u64 > LIMIT {
        return Err(Error::new(Kind::Io, "the feed is larger than 256 MiB").at(file));
    }
    Ok(bytes)
}

/// Every feed in a folder, by its name, in the order of the names.
fn walk(folder: &Path, into: &mut Vec<PathBuf>) -> Result<(), Error> {
    let listed = std::fs::read_dir(folder).map_err(|e| Error::io("list the folder", folder, e))?;
    let mut paths: Vec<PathBuf> = listed.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    paths.sort();
    for path in paths.into_iter().filter(|p| !p.is_symlink()) {
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
        if path.is_dir() {
            walk(&path, into)?;
        } else if matches!(extension, "xml" | "rss" | "atom" | "json") {
            into.push(path);
        }
    }
    Ok(())
}
