//! `feedmill check`: what is wrong with feeds. Findings are its data, so they go to stdout.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::check::{self, Options};
use crate::config::{CheckConfig, RawConfig};
use crate::diag::{Finding, Sink, Tally};
use crate::error::{Error, Kind};
use crate::types::Bytes;

use super::args::Check;
use super::output::Output;
use super::{Done, Outcome, config_file, now, say, sink, style};

/// The largest file that is checked.
const LIMIT: Bytes = Bytes(256 << 20);
/// How many files are checked before their findings are printed.
const BATCH: usize = 256;

pub(super) fn run(args: &Check) -> Done {
    let config = configured(args)?;
    let known = check::rules();
    if let Some(code) = args.allow.iter().find(|a| !known.iter().any(|r| r.meta.code == **a)) {
        return Err(super::rules::unknown(code));
    }
    let mut files = Vec::new();
    for path in &args.paths {
        if path.is_dir() { walk(path, &mut files)? } else { files.push(path.clone()) }
    }
    if files.is_empty() {
        return Err(Error::new(Kind::Empty, "there is no feed to check here"));
    }
    if args.url.is_some() && files.len() > 1 {
        return Err(Error::new(Kind::Config, "--url says where one feed is; check one at a time"));
    }
    let now = now()?;
    let deny = config.deny_warnings || args.deny.iter().any(|d| d == "warnings");
    let mut stdout = Output::new();
    let mut sink = Sink::new(style(&args.common, std::io::stdout().is_terminal()), &mut stdout)
        .deny_warnings(deny)
        .allow(config.allow.into_iter().chain(args.allow.iter().cloned()))
        .least(super::least(&args.common));
    let mut failed = Vec::new();
    for batch in files.chunks(BATCH) {
        let found: Vec<Result<Vec<Finding>, Error>> = batch
            .par_iter()
            .map(|file| {
                let bytes = read(file)?;
                let name = if file == Path::new("-") { "<stdin>".into() } else { file.to_string_lossy() };
                Ok(check::check(&bytes, Options { file: &name, url: args.url.as_deref(), now: Some(now) }))
            })
            .collect();
        for found in found {
            match found {
                Ok(found) => found.into_iter().for_each(|d| sink.push(d)),
                Err(error) => failed.push(error),
            }
        }
    }
    sink.finish();
    let tally = sink.tally();
    drop(sink);
    let told = stdout.end();
    if !args.common.quiet {
        let count = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
        say(&format!(
            "{}, {}, {}",
            count(files.len() - failed.len(), "file"),
            count(tally.errors, "error"),
            count(tally.warnings, "warning")
        ));
    }
    let last = failed.pop();
    for error in failed {
        say(&format!("feedmill: {error}"));
    }
    match last {
        Some(error) => Err(error),
        None => told.map(|()| if tally.errors > 0 { Outcome::Found } else { Outcome::Done }),
    }
}

/// `[check]` of the configuration, where there is one.
fn configured(args: &Check) -> Result<CheckConfig, Error> {
    let mut stderr = std::io::stderr();
    let mut sink = sink(&args.common, &mut stderr);
    let result = config_file(args.config.as_deref(), &mut sink)
        .and_then(|raw| raw.unwrap_or_else(RawConfig::default).check(&mut sink));
    // A style that is one document is that of the feeds, on stdout; a second one has to have something to say.
    if sink.tally() != Tally::default() {
        sink.finish();
    }
    result
}

fn read(file: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().take(LIMIT.0 + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|f| f.take(LIMIT.0 + 1).read_to_end(&mut bytes))
    };
    read.map_err(|e| Error::io("read the feed", file, e))?;
    if bytes.len() as u64 > LIMIT.0 {
        return Err(Error::new(Kind::Io, format!("the feed is larger than {LIMIT}")).at(file));
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
        } else if path.is_file() && matches!(extension, "xml" | "rss" | "atom" | "json" | "opml") {
            into.push(path);
        }
    }
    Ok(())
}
