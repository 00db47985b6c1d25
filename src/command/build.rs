//! `feedmill [build]`: builds the feeds once, or with `--dry-run` shows what that would change.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use url::Url;

use crate::config::{Plan, Value};
use crate::diag::{Finding, Place, Sink, codes, count, printable};
use crate::error::{Error, Kind};
use crate::model::Answer;
use crate::net::Probe;
use crate::pipeline::{self, Options, Prober, Progress, Report, Shared};
use crate::store::{self, Access, Action, PlannedChange, PreviewStore, Store, Traffic};
use crate::types::Bytes;

use super::args::{Build, BuildOnce, Common, MessageFormat, Sources};
use super::context::{CommandResult, Outcome, address_policy, config_file, message_sink, now, print_message};
use super::diff;
use super::env::{self, origin};
use super::output::Output;
use super::progress::{Screen, is_wanted};
use super::push::push;
use super::stop::{Stop, release_on_signal};

pub(super) fn run(args: &BuildOnce) -> CommandResult {
    if args.dry_run { dry_run(&args.build, args.diff) } else { build_once(args) }
}

fn build_once(once: &BuildOnce) -> CommandResult {
    let args = &once.build;
    let screen = Screen::new(std::io::stderr());
    let mut out = &screen;
    let mut sink = message_sink(&args.common, &mut out);
    let mut stop = Stop::default();
    let result = screen.during(&args.common, |progress| {
        let plan = plan(args, &mut sink)?;
        let access = Access { lease: Duration::from_secs(once.lease), requests: once.requests };
        let feeds = open_with(&plan.feeds, access)?;
        if let Some(release) = feeds.releaser() {
            stop = release_on_signal(release)?;
        }
        let target = Target { feeds: &*feeds, shared: once.shared, access };
        let report = build_with_probe(args, &plan, target, Some(progress), &mut sink)?;
        push(&plan, &*feeds, &report, &mut sink);
        Ok(report)
    });
    stop.wait_if_requested();
    sink.finish();
    let report = result?;
    let tells_more = tells_more(&args.common);
    if tells_more || is_wanted(&args.common) {
        print_message(&summary(&report));
    }
    if tells_more && once.shared {
        let Shared { folders, months } = report.shared;
        let months = if months == 0 {
            String::new()
        } else {
            format!(" and {}", count(months, "month of archives", "months of archives"))
        };
        print_message(&format!("shared: built {} of seeds{months}", count(folders, "folder", "folders")));
    }
    if tells_more && report.traffic != Traffic::default() {
        print_message(&requests(report.traffic));
    }
    // Only findings about seeds and feeds count, not those about hubs.
    let has_findings = args.strict && report.tally.errors + report.tally.warnings > 0;
    Ok(if has_findings { Outcome::FindingsPresent } else { Outcome::Success })
}

/// True if `-v` adds lines to the messages: a program expects nothing but those.
fn tells_more(common: &Common) -> bool {
    let is_document =
        matches!(common.message_format, MessageFormat::Json | MessageFormat::Sarif | MessageFormat::Junit);
    common.verbose && !is_document
}

/// Builds into a preview of the feeds folder, and prints what it recorded.
fn dry_run(args: &Build, diff: bool) -> CommandResult {
    let mut stderr = std::io::stderr();
    let mut sink = message_sink(&args.common, &mut stderr);
    let result = plan(args, &mut sink).and_then(|plan| {
        let feeds = PreviewStore::new(open(&plan.feeds)?).keeping_bytes(diff);
        // The answers of media servers are taken from the cache. No server is asked.
        let probe = plan.probe.then_some(&Offline as &dyn Prober);
        let target = Target { feeds: &feeds, shared: false, access: Access::default() };
        let report = build_into(args, &plan, target, probe, None, &mut sink)?;
        Ok((Path::new(&store::shown(&plan.feeds)).to_path_buf(), feeds.changes(), report))
    });
    sink.finish();
    let (root, changes, report) = result?;
    let mut out = Output::new();
    let mut all = changes;
    for path in report.files {
        let kept = PlannedChange { action: Action::Keep, old: Vec::new(), new: Vec::new() };
        all.entry(path).or_insert(kept);
    }
    for (path, change) in &all {
        let path = printable(&root.join(path).to_string_lossy());
        let _ = match change.action {
            Action::Create => writeln!(out, "write {path} (new)"),
            Action::Update => writeln!(out, "write {path} (changed)"),
            Action::Remove => writeln!(out, "remove {path}"),
            Action::Keep if args.common.verbose => writeln!(out, "unchanged {path}"),
            Action::Keep => continue,
        };
        if diff {
            let _ = write_diff(&mut out, &path, change);
        }
    }
    out.end()?;
    if tells_more(&args.common) || is_wanted(&args.common) {
        let number = |action| all.values().filter(|change| change.action == action).count();
        let written = number(Action::Create) + number(Action::Update);
        let (kept, removed) = (number(Action::Keep), number(Action::Remove));
        print_message(&format!(
            "dry run: {} would be written, {kept} unchanged, {removed} removed",
            count(written, "file", "files")
        ));
    }
    let has_findings = args.strict && report.tally.errors + report.tally.warnings > 0;
    Ok(if has_findings { Outcome::FindingsPresent } else { Outcome::Success })
}

/// Writes a change as a unified diff, which `patch` can apply.
fn write_diff(out: &mut dyn Write, path: &str, change: &PlannedChange) -> std::io::Result<()> {
    let [old, new] = [&change.old, &change.new].map(|bytes| String::from_utf8_lossy(bytes));
    let from = if change.action == Action::Create { "/dev/null" } else { path };
    let to = if change.action == Action::Remove { "/dev/null" } else { path };
    let hunks = diff::unified(&old, &new);
    if hunks.is_empty() {
        return Ok(());
    }
    let diff = format!("--- {from}\n+++ {to}\n{hunks}");
    if !std::io::stdout().is_terminal() {
        return out.write_all(diff.as_bytes());
    }
    diff.lines().try_for_each(|line| writeln!(out, "{}", printable(line)))
}

/// Asks no media server.
#[derive(Debug)]
struct Offline;

impl Prober for Offline {
    fn ask(&self, urls: &[Url]) -> Vec<Answer> {
        vec![Answer::NotAsked; urls.len()]
    }
}

/// Returns the flags of a build with the variables of the environment, for a command that has a few of them.
///
/// # Errors
/// If a variable has an invalid value.
pub(super) fn flags(sources: &Sources) -> Result<Build, Error> {
    let args = env::parse(["feedmill".into()]).map_err(|error| {
        let message = error.to_string();
        Error::new(Kind::Config, message.trim().trim_start_matches("error: "))
    })?;
    let mut build = args.build.build;
    for (own, given) in [(&mut build.seeds, &sources.seeds), (&mut build.config, &sources.config)] {
        *own = given.clone().or_else(|| own.take());
    }
    build.site_url = sources.site_url.clone().or(build.site_url);
    Ok(build)
}

/// Returns the settings for a command that builds nothing, and prints their findings.
pub(super) fn plan_without_build(sources: &Sources) -> Result<(Plan, Build), Error> {
    let args = flags(sources)?;
    let mut stderr = std::io::stderr();
    let mut sink = message_sink(&args.common, &mut stderr);
    let plan = plan(&args, &mut sink);
    if sink.tally() != crate::diag::Tally::default() {
        sink.finish();
    }
    drop(sink);
    Ok((plan?, args))
}

/// Merges the configuration file, environment variables and flags.
pub(super) fn plan(args: &Build, sink: &mut Sink<'_>) -> Result<Plan, Error> {
    let mut raw = config_file(args.config.as_deref(), sink)?.unwrap_or_default();
    let folder = |path: &Option<std::path::PathBuf>| path.as_ref().map(|p| p.to_string_lossy().into_owned());
    let texts = [
        ("seeds", "--seeds", folder(&args.seeds)),
        ("feeds", "--feeds", folder(&args.feeds)),
        ("cache_dir", "--cache-dir", folder(&args.cache_dir)),
        ("base_url", "--base-url", args.base_url.clone()),
        ("site_url", "--site-url", args.site_url.clone()),
        ("permalink", "--permalink", args.permalink.clone()),
        ("title", "--title", args.title.clone()),
        ("description", "--description", args.description.clone()),
        ("language", "--language", args.language.clone()),
        ("author", "--author", args.author.clone()),
        ("copyright", "--copyright", args.copyright.clone()),
        ("icon", "--icon", args.icon.clone()),
        ("hub", "--hub", args.hub.clone()),
        ("ids", "--ids", args.ids.clone()),
    ];
    for (key, flag, value) in texts {
        if let Some(value) = value {
            raw.set(key, Value::Text(value), &origin(flag));
        }
    }
    if let Some(limit) = args.limit {
        raw.set("limit", Value::Number(limit), &origin("--limit"));
    }
    if let Some(formats) = &args.formats {
        raw.set("formats", Value::List(formats.clone()), &origin("--formats"));
    }
    for (key, flag, value) in [("indent", "--indent", args.indent), ("archive", "--archive", args.archive)] {
        if let Some(on) = value {
            raw.set(key, Value::Bool(on), &origin(flag));
        }
    }
    let switches = [
        ("catalog", "--no-catalog", args.no_catalog, false),
        ("probe", "--probe", args.probe, true),
        ("push", "--no-push", args.no_push, false),
    ];
    for (key, flag, _, on) in switches.into_iter().filter(|(.., is_given, _)| *is_given) {
        raw.set(key, Value::Bool(on), &origin(flag));
    }
    let mut plan = raw.resolve(sink)?;
    // Folder names need not be UTF-8. Those of flags bypass the strings of the configuration.
    plan.seeds = args.seeds.as_deref().map_or(plan.seeds, store::place);
    plan.feeds = args.feeds.as_deref().map_or(plan.feeds, store::place);
    plan.cache_dir = args.cache_dir.clone().or(plan.cache_dir);
    if let Some(folder) = plan.cache_dir.as_deref().filter(|folder| store::is_url(folder)) {
        let message = "`cache_dir` is a URL, and the cache must be in a folder on disk; remove the key to keep it with the feeds";
        return Err(Error::new(Kind::Config, message).at(store::shown(folder)));
    }
    if let Some(repository) = crate::generator::find(&plan.seeds)? {
        if !repository.is_complete {
            let place = Place::file(repository.configuration.clone());
            sink.push(Finding::new(&codes::CONFIG_TOO_COMPLEX, place, repository.generator));
        }
        plan.adopt(repository);
    }
    Ok(plan)
}

/// Opens the store of seeds or feeds.
///
/// # Errors
/// If its URL is invalid.
pub(super) fn open(place: &Path) -> Result<Box<dyn Store>, Error> {
    open_with(place, Access::default())
}

fn open_with(place: &Path, access: Access) -> Result<Box<dyn Store>, Error> {
    opened(place, store::open_with(place, access))
}

/// Returns the store of a place, or the error that it cannot be opened.
///
/// # Errors
/// As [`open`].
pub(super) fn opened<T>(place: &Path, store: io::Result<T>) -> Result<T, Error> {
    store.map_err(|error| Error::new(Kind::Config, error.to_string()).at(store::shown(place)))
}

/// Checks that seeds and feeds are on disk, for a command that needs that.
///
/// # Errors
/// If one of them is a URL.
pub(super) fn require_folders(plan: &Plan, command: &str) -> Result<(), Error> {
    for (key, place) in [("seeds", &plan.seeds), ("feeds", &plan.feeds)] {
        if store::is_url(place) {
            let message =
                format!("`{command}` needs folders on disk, and `{key}` is a URL; use `feedmill build`");
            return Err(Error::new(Kind::Config, message).at(store::shown(place)));
        }
    }
    Ok(())
}

/// Builds once, and notifies hubs about changes.
pub(super) fn build_and_notify(
    args: &Build,
    plan: &Plan,
    progress: Option<&Progress>,
    sink: &mut Sink<'_>,
) -> Result<Report, Error> {
    let feeds = open(&plan.feeds)?;
    let report = build(args, plan, &*feeds, progress, sink)?;
    push(plan, &*feeds, &report, sink);
    Ok(report)
}

/// Builds once, without notifying hubs.
pub(super) fn build(
    args: &Build,
    plan: &Plan,
    feeds: &dyn Store,
    progress: Option<&Progress>,
    sink: &mut Sink<'_>,
) -> Result<Report, Error> {
    build_with_probe(args, plan, Target { feeds, shared: false, access: Access::default() }, progress, sink)
}

/// Target of a build.
#[derive(Clone, Copy)]
struct Target<'a> {
    feeds: &'a dyn Store,
    /// True if other builders have the same target.
    shared: bool,
    /// How object storage is used.
    access: Access,
}

/// Builds with a client for media servers.
fn build_with_probe(
    args: &Build,
    plan: &Plan,
    target: Target<'_>,
    progress: Option<&Progress>,
    sink: &mut Sink<'_>,
) -> Result<Report, Error> {
    let policy = address_policy(plan.probe && plan.probe_private)?;
    let probe = plan.probe.then(|| Probe::new(policy, plan.main_feed.base.as_ref()));
    let probe = probe.as_ref().map(|probe| probe as &dyn Prober);
    build_into(args, plan, target, probe, progress, sink)
}

fn build_into(
    args: &Build,
    plan: &Plan,
    target: Target<'_>,
    probe: Option<&dyn Prober>,
    progress: Option<&Progress>,
    sink: &mut Sink<'_>,
) -> Result<Report, Error> {
    let options = Options {
        now: now()?,
        started: SystemTime::now(),
        wait: Duration::from_secs(args.wait),
        shared: target.shared,
        prune: args.prune,
        check: args.check,
        probe,
        progress,
    };
    pipeline::build(plan, &*open_with(&plan.seeds, target.access)?, target.feeds, options, sink)
}

impl Prober for Probe {
    fn ask(&self, urls: &[Url]) -> Vec<Answer> {
        Probe::ask(self, urls)
    }
}

/// Returns the numbers of files that a build wrote, left unchanged and removed.
pub(super) fn changes(report: &Report) -> String {
    let Report { changed, unchanged, removed, .. } = report;
    let written = changed.len();
    match (written, removed) {
        (0, 0) => "nothing changed".to_owned(),
        (_, 0) => format!("{written} written, {unchanged} unchanged"),
        _ => format!("{written} written, {unchanged} unchanged, {removed} removed"),
    }
}

/// Returns the requests to object storage in one line.
fn requests(traffic: Traffic) -> String {
    let Traffic { lists, reads, writes, others, received, sent } = traffic;
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    format!(
        "object storage: {}, {}, {}, {}; received {received}, sent {sent}",
        count(number(lists), "listing", "listings"),
        count(number(reads), "read", "reads"),
        count(number(writes), "write", "writes"),
        count(number(others), "other request", "other requests"),
    )
}

/// Summarizes a build in one line.
pub(super) fn summary(report: &Report) -> String {
    let Report { seeds, entries, feeds, head_bytes, body_bytes, .. } = report;
    let changes = changes(report);
    let (head, body) = (Bytes(*head_bytes), Bytes(*body_bytes));
    // The parts add up to the number of seeds.
    let parts = [
        (report.merged, "merged"),
        (report.beyond_limit, "beyond the limit"),
        (report.held_back, "held back"),
        (report.unlisted, "unlisted"),
        (report.expired, "expired"),
        (report.skipped, "skipped"),
    ];
    let mut account = count(*entries, "entry", "entries");
    for (number, what) in parts.into_iter().filter(|(number, _)| *number > 0) {
        account.push_str(&format!(", {number} {what}"));
    }
    format!(
        "{}: {account}; {}: {changes}; read {head} of heads, {body} of published seeds",
        count(*seeds, "seed", "seeds"),
        count(*feeds, "feed", "feeds"),
    )
}
