//! `feedmill watch`: the mill, and again after each change. What changed goes to stdout, a path a line.

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
use crate::watch::{Watch, Watched, Woke};

use super::args::Build;
use super::progress::{Screen, is_wanted};
use super::{Done, Outcome, build, output, say, sink, stop};

/// How long it waits for a change before it looks for itself: a seed that was held back may have its time.
const AGAIN: Duration = Duration::from_secs(600);
/// The same after a run that failed: another may have held the lock, or the disk been full.
const RETRY: Duration = Duration::from_secs(30);

pub(super) fn run(args: &Build) -> Done {
    let mut watch = Watch::new();
    stop::ends(watch.waker()).map_err(|e| Error::io("listen for signals", "", e))?;
    let screen = Screen::new(std::io::stderr());
    let mut out = &screen;
    let mut sink = sink(&args.common, &mut out);
    follow(
        args,
        &mut watch,
        &mut sink,
        &mut |plan, sink| {
            let report =
                screen.during(&args.common, |progress| build::once(args, plan, Some(progress), sink))?;
            let heard = print(plan, &report);
            let news = !report.changed.is_empty() && is_wanted(&args.common);
            if args.common.verbose || news {
                say(&build::summary(&report));
            }
            match heard {
                Ok(()) => Ok(ControlFlow::Continue(())),
                // Nobody reads on: as any filter, it is done.
                Err(error) => output::failed(error).map(ControlFlow::Break),
            }
        },
        &mut || {},
    );
    sink.finish();
    let tally = sink.tally();
    let found = args.strict && tally.errors + tally.warnings > 0;
    Ok(if found { Outcome::Found } else { Outcome::Done })
}

/// A path a line, byte for byte.
fn print(plan: &Plan, report: &Report) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for path in &report.changed {
        out.write_all(plan.feeds.join(path).as_os_str().as_encoded_bytes())?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// One run, with what is to be done when it is over; it may say that no more is wanted.
pub(super) type Mill<'a> = dyn FnMut(&Plan, &mut Sink<'_>) -> Result<ControlFlow<()>, Error> + 'a;

/// Mills at once, then after each change of seeds or configuration and now and then, until the watch is stopped or a run
/// says so. A run that fails, or can't begin, is said and told to `failed`; the next may go well. A finding that the run
/// before had is not said again.
pub(super) fn follow(
    args: &Build,
    watch: &mut Watch,
    sink: &mut Sink<'_>,
    mill: &mut Mill<'_>,
    failed: &mut dyn FnMut(),
) {
    let file = args.config.clone().unwrap_or_else(|| PathBuf::from(FILE));
    let mut watched = Watched { files: vec![file], ..Watched::default() };
    let mut said = HashSet::new();
    let mut failure = String::new();
    let mut woke = Woke::Changed;
    loop {
        // What is to be read is watched before it is read: no change goes unseen.
        watch.aim(watched.clone());
        let mut findings = Sink::keeping();
        let done = build::plan(args, &mut findings).and_then(|plan| {
            watched.folders = vec![plan.seeds.clone()];
            watched.except = vec![plan.feeds.clone()];
            watched.except.extend(plan.cache_dir.clone());
            watch.aim(watched.clone());
            mill(&plan, &mut findings)
        });
        if done.is_err() {
            failed();
        }
        if let Some(trouble) = watch.trouble() {
            say(&format!("feedmill: {trouble}"));
        }
        let message = done.as_ref().err().map(Error::to_string).unwrap_or_default();
        let again = message == failure && woke == Woke::TimedOut;
        let mut known = std::mem::take(&mut said);
        if !message.is_empty() && !again {
            known.clear();
        }
        for finding in findings.kept() {
            let hash = hash(finding);
            said.insert(hash);
            if !known.contains(&hash) {
                sink.push(finding.clone());
            }
        }
        if !message.is_empty() && !again {
            say(&format!("feedmill: {message}"));
        }
        let pause = if message.is_empty() { AGAIN } else { RETRY };
        failure = message;
        if matches!(done, Ok(ControlFlow::Break(()))) {
            return;
        }
        woke = watch.wait(Some(pause));
        if woke == Woke::Stopped {
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
