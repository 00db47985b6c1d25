//! `feedmill check`: validates feeds. Findings are the data of this command, so they go to stdout.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use url::Url;

use crate::check::{self, Options, Profile};
use crate::config::{CheckConfig, RawConfig};
use crate::diag::{Finding, Level, Levels, Meta, Place, Severity, Sink, Tally, codes, count};
use crate::error::{Error, Kind};
use crate::types::UnixMs;

use super::args::{Check, MessageFormat};
use super::check_files::{self, File};
use super::context::{
    CommandResult, Outcome, config_file, message_renderer, message_sink, min_severity, now, print_message,
};
use super::output::Output;

/// Number of files that are checked before their findings are printed.
const BATCH: usize = 256;

pub(super) fn run(args: &Check) -> CommandResult {
    let mut config = config(args)?;
    let levels = levels(args)?;
    config.check.exclude.extend(args.exclude.iter().cloned());
    let from_stdin = args.paths.is_empty() && args.stdin_filename.is_some();
    let paths = match &args.paths[..] {
        [] if from_stdin => vec![PathBuf::from("-")],
        [] => vec![config.feeds.clone()],
        paths => paths.to_vec(),
    };
    let files = check_files::files(&paths, &config.check.exclude)?;
    if files.is_empty() {
        return Err(Error::new(Kind::Empty, "no feed to check"));
    }
    if args.url.is_some() && files.len() > 1 {
        return Err(Error::new(Kind::Config, "--url is the URL of one feed; check one feed at a time"));
    }
    let run = Run {
        args,
        levels,
        profile: Profile::ALL.into_iter().find(|profile| Some(profile.name()) == args.profile.as_deref()),
        // The URLs of the configured feeds are known.
        base: config.base.filter(|_| args.paths.is_empty() && !from_stdin),
        config: config.check,
        feeds: config.feeds,
        now: now()?,
    };
    run.check(&files)
}

/// What the checks of all files have in common.
struct Run<'a> {
    args: &'a Check,
    config: CheckConfig,
    /// Levels of the command line.
    levels: Levels,
    profile: Option<Profile>,
    /// Folder of the configured feeds, and the URL at which it is published.
    feeds: PathBuf,
    base: Option<Url>,
    now: UnixMs,
}

/// Result of a file.
enum Checked {
    Findings(Vec<Finding>),
    /// It is not a feed.
    Skipped(Finding),
}

impl Run<'_> {
    fn check(&self, files: &[File]) -> CommandResult {
        let args = self.args;
        let mut stdout = Output::new();
        let renderer = message_renderer(&args.common, std::io::stdout().is_terminal());
        let mut statistics = BTreeMap::new();
        // With --statistics nothing else is printed.
        let mut sink = if args.statistics {
            Sink::collecting()
        } else {
            Sink::new(renderer, &mut stdout).min_severity(min_severity(&args.common))
        };
        let (mut failed, mut checked, mut skipped) = (Vec::new(), 0, 0);
        for batch in files.chunks(BATCH) {
            let found: Vec<Result<Checked, Error>> = batch.par_iter().map(|file| self.file(file)).collect();
            for found in found {
                let found = match found {
                    Ok(Checked::Findings(found)) => {
                        checked += 1;
                        found
                    }
                    Ok(Checked::Skipped(note)) => {
                        skipped += 1;
                        vec![note]
                    }
                    Err(error) => {
                        failed.push(error);
                        continue;
                    }
                };
                for finding in found {
                    if args.statistics {
                        let key = (std::cmp::Reverse(finding.severity), finding.meta.code);
                        statistics.entry(key).or_insert((finding.meta, 0_usize)).1 += 1;
                    }
                    sink.push(finding);
                }
            }
        }
        if checked == 0 && failed.is_empty() {
            return Err(Error::new(Kind::Empty, "no feed to check: none of the files is one"));
        }
        if !args.statistics {
            sink.finish();
        }
        let tally = sink.tally();
        drop(sink);
        if args.statistics {
            let rows =
                statistics.into_iter().map(|((severity, _), (meta, number))| (severity.0, meta, number));
            print_statistics(rows.collect(), args, &mut stdout);
        }
        let written = stdout.end();
        if !args.common.quiet {
            let skipped = match skipped {
                0 => String::new(),
                skipped => format!("; {} skipped", count(skipped, "other file", "other files")),
            };
            print_message(&format!(
                "{}, {}, {}{skipped}",
                count(checked, "file", "files"),
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
            None => {
                written.map(|()| if tally.errors > 0 { Outcome::FindingsPresent } else { Outcome::Success })
            }
        }
    }

    /// Checks a file.
    fn file(&self, file: &File) -> Result<Checked, Error> {
        let path = if file.path == Path::new("-") {
            self.args.stdin_filename.as_deref().unwrap_or(Path::new("<stdin>"))
        } else {
            &file.path
        };
        let name = path.to_string_lossy();
        let mut levels = self.config.levels_for(path);
        levels.extend(&self.levels);
        let bytes = check_files::read(&file.path)?;
        if file.is_found && !check_files::is_feed(path, &bytes) {
            let note = Finding::new(&codes::CHECK_NOT_A_FEED, Place::file(name), "");
            return Ok(Checked::Skipped(note));
        }
        let published = self.published(path);
        let url = self.args.url.as_deref().or(published.as_deref());
        let found = check::check(&bytes, Options { file: &name, url, now: Some(self.now) });
        let in_profile = |finding| match self.profile {
            Some(profile) => profile.apply(finding),
            None => Some(finding),
        };
        let found = found.into_iter().filter_map(in_profile).filter_map(|finding| levels.apply(finding));
        Ok(Checked::Findings(found.collect()))
    }

    /// Returns the URL of a configured feed.
    fn published(&self, path: &Path) -> Option<String> {
        let inner = path.strip_prefix(&self.feeds).ok()?;
        let parts = inner.iter().map(|part| part.to_str());
        let mut url = self.base.clone()?;
        url.path_segments_mut().ok()?.pop_if_empty().extend(parts.collect::<Option<Vec<_>>>()?);
        Some(url.into())
    }
}

/// Prints the number of findings of each rule, the most frequent first.
fn print_statistics(mut rows: Vec<(Severity, &'static Meta, usize)>, args: &Check, out: &mut Output) {
    rows.retain(|(severity, ..)| *severity >= min_severity(&args.common));
    rows.sort_by_key(|(severity, meta, number)| {
        (std::cmp::Reverse(*number), std::cmp::Reverse(*severity), meta.code)
    });
    for (severity, meta, number) in rows {
        // A write error is reported at the end.
        let _ = match args.common.message_format {
            MessageFormat::Json => {
                let row =
                    serde_json::json!({"code": meta.code, "severity": severity.name(), "count": number});
                writeln!(out, "{row}")
            }
            _ => writeln!(out, "{number:>7} {:8} {:34} {}", severity.name(), meta.code, meta.title),
        };
    }
}

/// Settings of the configuration.
struct Config {
    check: CheckConfig,
    feeds: PathBuf,
    base: Option<Url>,
}

/// Returns `[check]` of the configuration, or its defaults; the configured feeds too, if no others are named.
fn config(args: &Check) -> Result<Config, Error> {
    let mut stderr = std::io::stderr();
    let mut sink = message_sink(&args.common, &mut stderr);
    let result = config_file(args.config.as_deref(), &mut sink).and_then(|raw| {
        let raw = raw.unwrap_or_else(RawConfig::default);
        if args.paths.is_empty() && args.stdin_filename.is_none() {
            let plan = raw.resolve(&mut sink)?;
            return Ok(Config { check: plan.check, feeds: plan.feeds, base: plan.main_feed.base });
        }
        Ok(Config { check: raw.check(&mut sink)?, feeds: PathBuf::new(), base: None })
    });
    // Formats that are one document, such as SARIF, print it for the feeds on stdout. A second one is printed only if it
    // is not empty.
    if sink.tally() != Tally::default() {
        sink.finish();
    }
    result
}

/// Returns the levels of the command line.
fn levels(args: &Check) -> Result<Levels, Error> {
    let rules = check::rules();
    let mut levels = Levels::default();
    for (patterns, level) in
        [(&args.allow, Level::Allow), (&args.warn, Level::Warn), (&args.deny, Level::Deny)]
    {
        for pattern in patterns {
            let codes = rules.iter().map(|rule| rule.meta.code);
            if !levels.set_known(pattern, level, codes.clone()) {
                return Err(super::rules::unknown(pattern, codes));
            }
        }
    }
    Ok(levels)
}
