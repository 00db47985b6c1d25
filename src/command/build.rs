//! `feedmill [build]`: builds the feeds once.

use std::time::{Duration, SystemTime};

use url::Url;

use crate::config::{Plan, Value};
use crate::diag::{Sink, count};
use crate::error::Error;
use crate::model::Answer;
use crate::net::{AddressPolicy, Probe};
use crate::pipeline::{self, Options, Prober, Progress, Report};
use crate::store::FsStore;
use crate::types::Bytes;

use super::args::Build;
use super::context::{CommandResult, Outcome, config_file, message_sink, now, print_message};
use super::env::origin;
use super::progress::{Screen, is_wanted};
use super::push::push;

pub(super) fn run(args: &Build) -> CommandResult {
    let screen = Screen::new(std::io::stderr());
    let mut out = &screen;
    let mut sink = message_sink(&args.common, &mut out);
    let result = screen.during(&args.common, |progress| {
        plan(args, &mut sink).and_then(|plan| build_and_notify(args, &plan, Some(progress), &mut sink))
    });
    sink.finish();
    let report = result?;
    if args.common.verbose || is_wanted(&args.common) {
        print_message(&summary(&report));
    }
    // Only findings about seeds and feeds count, not those about hubs.
    let has_findings = args.strict && report.tally.errors + report.tally.warnings > 0;
    Ok(if has_findings { Outcome::FindingsPresent } else { Outcome::Success })
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
    plan.seeds = args.seeds.clone().unwrap_or(plan.seeds);
    plan.feeds = args.feeds.clone().unwrap_or(plan.feeds);
    plan.cache_dir = args.cache_dir.clone().or(plan.cache_dir);
    Ok(plan)
}

/// Builds once, and notifies hubs about changes.
pub(super) fn build_and_notify(
    args: &Build,
    plan: &Plan,
    progress: Option<&Progress>,
    sink: &mut Sink<'_>,
) -> Result<Report, Error> {
    let report = build(args, plan, progress, sink)?;
    push(plan, &report, sink);
    Ok(report)
}

/// Builds once, without notifying hubs.
pub(super) fn build(
    args: &Build,
    plan: &Plan,
    progress: Option<&Progress>,
    sink: &mut Sink<'_>,
) -> Result<Report, Error> {
    let policy = if plan.probe_private { AddressPolicy::Any } else { AddressPolicy::PublicOnly };
    let probe = plan.probe.then(|| Probe::new(policy, plan.main_feed.base.as_ref()));
    let options = Options {
        now: now()?,
        started: SystemTime::now(),
        wait: Duration::from_secs(args.wait),
        prune: args.prune,
        check: args.check,
        probe: probe.as_ref().map(|probe| probe as &dyn Prober),
        progress,
    };
    pipeline::build(plan, &FsStore::new(&plan.seeds), &FsStore::new(&plan.feeds), options, sink)
}

impl Prober for Probe {
    fn ask(&self, urls: &[Url]) -> Vec<Answer> {
        Probe::ask(self, urls)
    }
}

/// Summarizes a build in one line.
pub(super) fn summary(report: &Report) -> String {
    let Report { seeds, entries, feeds, changed, unchanged, removed, head_bytes, body_bytes, .. } = report;
    let written = changed.len();
    let changes = match (written, removed) {
        (0, 0) => "nothing changed".to_owned(),
        (_, 0) => format!("{written} written, {unchanged} unchanged"),
        _ => format!("{written} written, {unchanged} unchanged, {removed} removed"),
    };
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
