//! `feedmill check`: validates feeds. Findings are the data of this command, so they go to stdout.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::check::{self, Options};
use crate::config::{CheckConfig, RawConfig};
use crate::diag::{Finding, Sink, Tally, count};
use crate::error::{Error, Kind};
use crate::types::Bytes;

use super::args::Check;
use super::context::{
    CommandResult, Outcome, config_file, message_renderer, message_sink, min_severity, now, print_message,
};
use super::output::Output;

/// Maximum size of a file.
const MAX_SIZE: Bytes = Bytes(256 << 20);
/// Number of files that are checked before their findings are printed.
const BATCH: usize = 256;

pub(super) fn run(args: &Check) -> CommandResult {
    let config = check_config(args)?;
    let rules = check::rules();
    if let Some(code) = args.allow.iter().find(|a| !rules.iter().any(|r| r.meta.code == **a)) {
        return Err(super::rules::unknown(code, rules.iter().map(|rule| rule.meta.code)));
    }
    let mut files = Vec::new();
    for path in &args.paths {
        if path.is_dir() { collect_feeds(path, &mut files)? } else { files.push(path.clone()) }
    }
    if files.is_empty() {
        return Err(Error::new(Kind::Empty, "no feed to check"));
    }
    if args.url.is_some() && files.len() > 1 {
        return Err(Error::new(Kind::Config, "--url is the URL of one feed; check one feed at a time"));
    }
    let now = now()?;
    let deny = config.deny_warnings || args.deny.iter().any(|d| d == "warnings");
    let mut stdout = Output::new();
    let mut sink = Sink::new(message_renderer(&args.common, std::io::stdout().is_terminal()), &mut stdout)
        .deny_warnings(deny)
        .allow(config.allow.into_iter().chain(args.allow.iter().cloned()))
        .min_severity(min_severity(&args.common));
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
    let written = stdout.end();
    if !args.common.quiet {
        print_message(&format!(
            "{}, {}, {}",
            count(files.len() - failed.len(), "file", "files"),
            count(tally.errors, "error", "errors"),
            count(tally.warnings, "warning", "warnings")
        ));
    }
    let last = failed.pop();
    for error in failed {
        print_message(&format!("feedmill: {error}"));
    }
    match last {
        Some(error) => Err(error),
        None => written.map(|()| if tally.errors > 0 { Outcome::FindingsPresent } else { Outcome::Success }),
    }
}

/// Returns `[check]` of the configuration, or its defaults.
fn check_config(args: &Check) -> Result<CheckConfig, Error> {
    let mut stderr = std::io::stderr();
    let mut sink = message_sink(&args.common, &mut stderr);
    let result = config_file(args.config.as_deref(), &mut sink)
        .and_then(|raw| raw.unwrap_or_else(RawConfig::default).check(&mut sink));
    // Formats that are one document, such as SARIF, print it for the feeds on stdout. A second one is printed only if it
    // is not empty.
    if sink.tally() != Tally::default() {
        sink.finish();
    }
    result
}

fn read(file: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().take(MAX_SIZE.0 + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|f| f.take(MAX_SIZE.0 + 1).read_to_end(&mut bytes))
    };
    read.map_err(|e| Error::io("read the feed", file, e))?;
    if bytes.len() as u64 > MAX_SIZE.0 {
        return Err(Error::new(Kind::Io, format!("the feed is larger than {MAX_SIZE}")).at(file));
    }
    Ok(bytes)
}

/// Collects every feed in a folder, recognized by its extension and sorted by name.
fn collect_feeds(folder: &Path, into: &mut Vec<PathBuf>) -> Result<(), Error> {
    let listed = std::fs::read_dir(folder).map_err(|e| Error::io("list the folder", folder, e))?;
    let mut paths: Vec<PathBuf> = listed.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    paths.sort();
    for path in paths.into_iter().filter(|p| !p.is_symlink()) {
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
        if path.is_dir() {
            collect_feeds(&path, into)?;
        } else if path.is_file() && matches!(extension, "xml" | "rss" | "atom" | "json" | "opml") {
            into.push(path);
        }
    }
    Ok(())
}
