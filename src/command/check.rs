//! `feedmill check`: validates feeds. Findings are the data of this command, so they go to stdout.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rayon::prelude::*;
use url::Url;

use crate::check::{self, FileAnswer, FileKind, LinkedFile, Options, Profile};
use crate::config::{CheckConfig, LevelsByPath, RawConfig, pattern_fault};
use crate::diag::{
    Finding, Level, Levels, Meta, Place, Severity, Sink, Tally, codes, count, printable, redact,
};
use crate::error::{Error, Kind};
use crate::net::{AddressPolicy, FeedClient, FetchError, FileVerifier, without_secrets};
use crate::online::{self, Document, Limits};
use crate::store::{is_url, shown};
use crate::types::{Bytes, UnixMs};

use super::args::{Check, MessageFormat};
use super::check_files::{self, Exclude, File};
use super::context::{
    CommandResult, Outcome, address_policy, config_file, message_renderer, message_sink, min_severity, now,
    print_error, print_message,
};
use super::output::Output;

/// Number of files that are checked before their findings are printed.
const BATCH: usize = 256;
/// Maximum size of a feed that is fetched.
const MAX_FETCHED: Bytes = Bytes(64 << 20);
/// Maximum number of linked files that are verified.
const MAX_VERIFIED: usize = 200;
/// Limits on what is fetched for a URL.
const LIMITS: Limits = Limits { feeds: 20, time: Duration::from_secs(60) };

pub(super) fn run(args: &Check) -> CommandResult {
    let config = config(args)?;
    let levels = levels(args)?;
    for pattern in &args.exclude {
        if let Some(fault) = pattern_fault(pattern) {
            let message = format!("--exclude `{}` has {fault}; correct the pattern", printable(pattern));
            return Err(Error::new(Kind::Config, message));
        }
    }
    let from_stdin = args.paths.is_empty() && args.stdin_filename.is_some();
    let paths = match &args.paths[..] {
        [] if from_stdin => vec![PathBuf::from("-")],
        [] if !config.feeds.exists() => {
            let stdin = if io::stdin().is_terminal() { "" } else { ", or `-` for standard input" };
            let message = format!(
                "no feed to check: there is no folder `{}`; name a feed or a folder{stdin}, or run `feedmill` first",
                shown(&config.feeds),
            );
            return Err(Error::new(Kind::Empty, message));
        }
        [] => vec![config.feeds.clone()],
        paths => paths.to_vec(),
    };
    let exclude = Exclude::new(&config.check, &args.exclude);
    let files = check_files::files(&paths, &exclude)?;
    if files.is_empty() {
        return Err(Error::new(Kind::Empty, "no feed to check"));
    }
    if args.url.is_some() && files.len() > 1 {
        return Err(Error::new(Kind::Config, "--url is the URL of one feed; check one feed at a time"));
    }
    let is_counted = matches!(args.common.message_format, MessageFormat::Human | MessageFormat::Json);
    if args.statistics && !is_counted {
        let message = "--statistics is printed as text or as JSON; use --message-format human or json";
        return Err(Error::new(Kind::Config, message));
    }
    let is_online = args.online || files.iter().any(|file| file.url.is_some());
    let run = Run {
        args,
        levels,
        profile: Profile::ALL.into_iter().find(|profile| Some(profile.name()) == args.profile.as_deref()),
        // The URLs of the configured feeds are known.
        base: config.base.filter(|_| args.paths.is_empty() && !from_stdin),
        config: config.check.by_path(),
        feeds: config.feeds,
        now: now()?,
        policy: address_policy(args.private && is_online)?,
    };
    run.check(&files)
}

/// What the checks of all files have in common.
struct Run<'a> {
    args: &'a Check,
    config: LevelsByPath<'a>,
    /// Levels of the command line.
    levels: Levels,
    profile: Option<Profile>,
    /// Folder of the configured feeds, and the URL at which it is published.
    feeds: PathBuf,
    base: Option<Url>,
    now: UnixMs,
    policy: AddressPolicy,
}

/// Result of a file.
enum Checked {
    Feed {
        /// Name in its findings.
        name: String,
        findings: Vec<Finding>,
        /// Files to verify, and the levels of their findings.
        linked: Vec<LinkedFile>,
        levels: Levels,
    },
    /// It is not a feed.
    Skipped(Finding),
}

/// Files that feeds link to, each of which is asked for once.
struct Verification {
    verifier: FileVerifier,
    known: HashMap<(FileKind, Url), FileAnswer>,
    /// Files that were not asked for.
    omitted: HashSet<Url>,
}

impl Verification {
    fn new(policy: AddressPolicy) -> Self {
        Self { verifier: FileVerifier::new(policy, None), known: HashMap::new(), omitted: HashSet::new() }
    }

    /// Asks for the files of a feed that were not asked for yet, and returns what is wrong with all of them.
    fn verify(&mut self, files: &[LinkedFile]) -> Vec<Finding> {
        let mut new = Vec::new();
        let mut seen = HashSet::new();
        for file in files {
            let key = (file.kind, file.url.clone());
            if self.known.contains_key(&key) || !seen.insert(key.clone()) {
                continue;
            }
            if self.known.len() + new.len() < MAX_VERIFIED {
                new.push(key);
            } else {
                self.omitted.insert(file.url.clone());
            }
        }
        let answers = self.verifier.verify(&new);
        for (key, answer) in new.into_iter().zip(answers) {
            if answer == FileAnswer::NotAsked {
                self.omitted.insert(key.1.clone());
            }
            self.known.insert(key, answer);
        }
        let answer = |file: &LinkedFile| self.known.get(&(file.kind, file.url.clone()));
        files.iter().filter_map(|file| Some(check::check_file(file, answer(file)?))).flatten().collect()
    }
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
        let mut verification = args.online.then(|| Verification::new(self.policy));
        // A URL is a group of its own: requests are made one after the other.
        let groups = files.chunk_by(|one, next| one.url.is_none() && next.url.is_none());
        // Formats for programs list the files that could not be read too.
        let lists_unreadable =
            !matches!(args.common.message_format, MessageFormat::Human | MessageFormat::Json);
        for batch in groups.flat_map(|group| group.chunks(BATCH)) {
            let found: Vec<Result<Checked, Error>> = match batch {
                [File { url: Some(url), .. }] => self.url(url),
                files => files.par_iter().map(|file| self.file(file)).collect(),
            };
            for found in found {
                let (name, found) = match found {
                    Ok(Checked::Feed { name, mut findings, linked, levels }) => {
                        checked += 1;
                        if let Some(verification) = verification.as_mut().filter(|_| !linked.is_empty()) {
                            findings.extend(self.judge(verification.verify(&linked), &levels));
                            findings.sort_by_key(|finding| (finding.place.line, finding.place.column));
                        }
                        (name, findings)
                    }
                    Ok(Checked::Skipped(note)) => {
                        skipped += 1;
                        sink.push(note);
                        continue;
                    }
                    Err(error) => {
                        if lists_unreadable && !args.statistics {
                            sink.push(unreadable(&error));
                        }
                        failed.push(error);
                        continue;
                    }
                };
                if args.statistics {
                    for finding in &found {
                        let key = (std::cmp::Reverse(finding.severity), finding.meta.code);
                        statistics.entry(key).or_insert((finding.meta, 0_usize)).1 += 1;
                    }
                }
                sink.push_file(&name, found);
            }
        }
        if let Some(omitted) = verification.map(|verification| verification.omitted.len()).filter(|n| *n > 0)
        {
            let files = count(omitted, "file", "files");
            sink.push(Finding::new(&codes::CHECK_NOT_VERIFIED, Place::default(), files));
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
            print_error(&error);
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
        let name = redact(&name);
        let levels = self.levels_for(path);
        let bytes = check_files::read(&file.path)?;
        if file.is_found && !check_files::is_feed(path, &bytes) {
            let note = Finding::new(&codes::CHECK_NOT_A_FEED, Place::file(name), "");
            return Ok(Checked::Skipped(note));
        }
        if file.is_found && check_files::is_template(&bytes) {
            let detail = "a generator makes it from this template";
            return Ok(Checked::Skipped(Finding::new(&codes::CHECK_NOT_A_FEED, Place::file(name), detail)));
        }
        let published = self.published(path);
        let url = self.args.url.as_deref().or(published.as_deref());
        let options = self.options();
        // A folder with a podcast also has its other formats, and feeds of other kinds.
        let is_podcast = options.is_podcast && !file.is_found;
        let options = Options { file: &name, url, is_podcast, ..options };
        let findings = self.judge(check::check(&bytes, options), &levels);
        let linked = if self.args.online { check::linked_files(&bytes, options) } else { Vec::new() };
        Ok(Checked::Feed { name: name.into_owned(), findings, linked, levels })
    }

    /// Fetches and checks a feed, or the feeds of a web page.
    fn url(&self, url: &Url) -> Vec<Result<Checked, Error>> {
        let failed = |url: &str, error: &FetchError| {
            let hint =
                if error.is_not_public() { "; use --private to check feeds in your own network" } else { "" };
            Err(Error::new(Kind::Io, format!("{error}{hint}")).at(url))
        };
        let client = FeedClient::new(self.policy, None, MAX_FETCHED);
        let options = Options { url: self.args.url.as_deref(), ..self.options() };
        let found = match online::check_url(&client, url, options, LIMITS) {
            Ok(found) => found,
            Err(error) => return vec![failed(without_secrets(url).as_str(), &error)],
        };
        if let Some(page) = &found.page
            && !self.args.common.quiet
        {
            let feeds = count(found.documents.len(), "feed", "feeds");
            print_message(&format!("{}: this is a web page; checking its {feeds}", printable(page)));
        }
        let checked = |document: Document| {
            let Document { url, published, bytes, findings } = document;
            let levels = self.levels_for(Path::new(&url));
            let options = Options { file: &url, url: Some(&published), ..Options::default() };
            let linked = if self.args.online { check::linked_files(&bytes, options) } else { Vec::new() };
            Checked::Feed { findings: self.judge(findings, &levels), linked, levels, name: url }
        };
        let documents = found.documents.into_iter();
        documents.map(|document| document.map(checked).or_else(|(url, error)| failed(&url, &error))).collect()
    }

    /// Returns what is known about every document.
    fn options(&self) -> Options<'static> {
        let is_podcast = self.profile.is_some_and(Profile::is_of_podcasts);
        Options { now: Some(self.now), is_podcast, ..Options::default() }
    }

    /// Returns the levels for a file: those of the configuration, then those of the command line.
    fn levels_for(&self, path: &Path) -> Levels {
        let mut levels = self.config.levels_for(path);
        levels.extend(&self.levels);
        levels
    }

    /// Applies the profile and levels to findings.
    fn judge(&self, found: Vec<Finding>, levels: &Levels) -> Vec<Finding> {
        let in_profile = |finding| match self.profile {
            Some(profile) => profile.apply(finding),
            None => Some(finding),
        };
        found.into_iter().filter_map(in_profile).filter_map(|finding| levels.apply(finding)).collect()
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

/// Returns a finding about a file that could not be read.
fn unreadable(error: &Error) -> Finding {
    let path = error.path().unwrap_or(Path::new("")).to_string_lossy();
    let message = error.to_string();
    let detail = message.strip_prefix(&format!("{}: ", printable(&path))).unwrap_or(&message);
    Finding::new(&codes::CHECK_UNREADABLE, Place::file(path), detail)
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
            if is_url(&plan.feeds) {
                return Err(Error::new(Kind::Config, check_files::NO_BUCKETS).at(shown(&plan.feeds)));
            }
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
