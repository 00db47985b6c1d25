//! `feedmill watch`: builds now and after each change. The paths of changed files go to stdout, one per line.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::{FILE, Plan};
use crate::diag::{Finding, Sink};
use crate::error::Error;
use crate::pipeline::Report;
use crate::watch::{WakeReason, Watch, WatchTargets};

use super::args::Build;
use super::context::{CommandResult, Outcome, message_sink, print_error, print_message};
use super::progress::{Screen, is_wanted};
use super::{build, output, stop};

/// Longest time between two builds: a seed that was held back may have become due.
const REBUILD_AFTER: Duration = Duration::from_secs(600);
/// Longest time between a failed build and the next: the lock may be free again, or the disk have space.
const RETRY_AFTER: Duration = Duration::from_secs(30);

pub(super) fn run(args: &Build) -> CommandResult {
    // What is at fault in the configuration may be corrected while it watches; a URL in the place of a folder is meant.
    if let Ok(plan) = build::plan(args, &mut Sink::collecting()) {
        build::require_folders(&plan, "watch")?;
    }
    let mut watch = Watch::new();
    stop::install_handler(watch.waker())?;
    let screen = Screen::new(std::io::stderr());
    let mut out = &screen;
    let mut sink = message_sink(&args.common, &mut out);
    build_on_changes(
        args,
        &mut watch,
        &mut sink,
        &mut |plan, _, sink| {
            let report = screen
                .during(&args.common, |progress| build::build_and_notify(args, plan, Some(progress), sink))?;
            let printed = print_changed(plan, &report);
            let is_summary_wanted = !report.changed.is_empty() && is_wanted(&args.common);
            if args.common.verbose || is_summary_wanted {
                print_message(&build::summary(&report));
            }
            match printed {
                Ok(()) => Ok(ControlFlow::Continue(())),
                // Nobody reads the output any more: end, as any filter does.
                Err(error) => output::unless_closed(error).map(ControlFlow::Break),
            }
        },
        &mut || {},
    );
    sink.finish();
    let tally = sink.tally();
    let has_findings = args.strict && tally.errors + tally.warnings > 0;
    Ok(if has_findings { Outcome::FindingsPresent } else { Outcome::Success })
}

/// Prints the paths of changed files, byte for byte.
fn print_changed(plan: &Plan, report: &Report) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for path in &report.changed {
        out.write_all(plan.feeds.join(path).as_os_str().as_encoded_bytes())?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// One build and what follows it, with the reason why it is made; it may request that no further one is made.
pub(super) type BuildStep<'a> =
    dyn FnMut(&Plan, WakeReason, &mut Sink<'_>) -> Result<ControlFlow<()>, Error> + 'a;

/// Builds now, after each change of seeds or configuration, and at least every ten minutes, until the watcher is stopped
/// or `step` breaks. A build that fails, or cannot begin, is reported and passed to `failed`; the next one may succeed. A
/// finding that the previous build had is not reported again.
pub(super) fn build_on_changes(
    args: &Build,
    watch: &mut Watch,
    sink: &mut Sink<'_>,
    step: &mut BuildStep<'_>,
    failed: &mut dyn FnMut(),
) {
    let file = args.config.clone().unwrap_or_else(|| PathBuf::from(FILE));
    let mut targets = WatchTargets { files: vec![file.clone()], ..WatchTargets::default() };
    let mut reported = HashSet::new();
    let mut last_error = String::new();
    let mut reason = WakeReason::Changed;
    loop {
        // Everything is watched before it is read, so that no change is missed.
        watch.set_targets(targets.clone());
        let mut findings = Sink::collecting();
        let done = build::plan(args, &mut findings).and_then(|plan| {
            build::require_folders(&plan, "watch")?;
            targets.files = vec![file.clone()];
            targets.files.extend(plan.page_template.iter().chain(&plan.entry_template).cloned());
            targets.folders = vec![plan.seeds.clone()];
            targets.exclude = vec![plan.feeds.clone()];
            targets.exclude.extend(plan.cache_dir.clone());
            watch.set_targets(targets.clone());
            step(&plan, reason, &mut findings)
        });
        if done.is_err() {
            failed();
        }
        if let Some(error) = watch.take_error() {
            print_error(&error);
        }
        let error = done.as_ref().err().map(Error::to_string).unwrap_or_default();
        let is_repeated = error == last_error && reason == WakeReason::TimedOut;
        let mut known = std::mem::take(&mut reported);
        if !error.is_empty() && !is_repeated {
            known.clear();
        }
        for finding in findings.collected() {
            let hash = hash(finding);
            reported.insert(hash);
            if !known.contains(&hash) {
                sink.push(finding.clone());
            }
        }
        if !error.is_empty() && !is_repeated {
            print_error(&error);
        }
        let timeout = if error.is_empty() { REBUILD_AFTER } else { RETRY_AFTER };
        last_error = error;
        if matches!(done, Ok(ControlFlow::Break(()))) {
            return;
        }
        reason = watch.wait(Some(timeout));
        if reason == WakeReason::Stopped {
            return;
        }
    }
}

fn hash(finding: &Finding) -> u64 {
    let mut hasher = DefaultHasher::new();
    let place = &finding.place;
    (finding.meta.code, &place.file, place.line, place.column, &finding.detail).hash(&mut hasher);
    hasher.finish()
}
