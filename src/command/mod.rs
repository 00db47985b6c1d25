//! The command line: `args`, then one file per command. Data goes to stdout, messages to stderr.

mod args;
mod build;
mod check;
mod check_files;
mod completions;
mod context;
mod custom;
mod diff;
mod env;
mod explain;
mod file_size;
mod init;
mod list;
mod man;
mod new;
mod output;
mod progress;
mod push;
mod rules;
mod schema;
mod serve;
mod site;
mod snippet;
mod stop;
mod template;
mod watch;

use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::process::ExitCode;

use crate::error::{Error, Kind};
use args::Verb;
use context::{Outcome, print_error, print_message};

/// Number of worker threads per core that `RAYON_NUM_THREADS` can set at most: starting thousands takes minutes.
const MAX_THREADS_PER_CORE: usize = 4;

/// Returns the number of worker threads: one per core, or `RAYON_NUM_THREADS` within bounds.
fn worker_threads() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    bound_threads(std::env::var("RAYON_NUM_THREADS").ok().as_deref(), cores)
}

fn bound_threads(requested: Option<&str>, cores: usize) -> usize {
    let requested = requested.and_then(|text| text.parse().ok()).filter(|number| *number > 0);
    requested.map_or(cores, |number: usize| number.min(cores * MAX_THREADS_PER_CORE))
}

fn start_workers() -> Result<(), Error> {
    check_stack_size(std::env::var("RUST_MIN_STACK").ok().as_deref())?;
    let workers = rayon::ThreadPoolBuilder::new().num_threads(worker_threads()).build_global();
    workers.map_err(|error| Error::new(Kind::Io, "cannot start the worker threads").because(error))
}

/// Sizes of the stack of a thread that `RUST_MIN_STACK` can set, in bytes: from that of Rust on.
const STACK_SIZES: RangeInclusive<usize> = 2 << 20..=1 << 30;

/// Checks the size of the stack of a thread, if one is set: a small one overflows, a large one does not fit in the memory.
fn check_stack_size(requested: Option<&str>) -> Result<(), Error> {
    // Rust passes over one that is no number.
    match requested.and_then(|text| text.parse::<usize>().ok()) {
        Some(size) if !STACK_SIZES.contains(&size) => {
            let (least, most) = (STACK_SIZES.start(), STACK_SIZES.end());
            let what = format!("`RUST_MIN_STACK` is {size}; set {least} to {most} bytes, or remove it");
            Err(Error::new(Kind::Config, what))
        }
        _ => Ok(()),
    }
}

/// Runs the command and returns its exit code: 0 success, 1 problems found, 2 could not run.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match env::parse(args) {
        Ok(args) => args,
        Err(error) => {
            env::print(&error);
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    file_size::make_errors_of_signals();
    // Started here, because rayon panics at its first use if the system has no more threads.
    let started = match args.verb {
        Some(
            Verb::Rules(_)
            | Verb::Schema
            | Verb::Template(_)
            | Verb::Completions(_)
            | Verb::Man(_)
            | Verb::New(_),
        ) => Ok(()),
        _ => start_workers(),
    };
    let result = started.and_then(|()| match args.verb {
        Some(Verb::Build(build)) => build::run(&build),
        Some(Verb::Check(check)) => check::run(&check),
        Some(Verb::Serve(serve)) => serve::run(serve),
        Some(Verb::Init(init)) => init::run(&init),
        Some(Verb::New(new)) => new::run(&new),
        Some(Verb::List(list)) => list::run(&list),
        Some(Verb::Snippet(snippet)) => snippet::run(&snippet),
        Some(Verb::Explain(explain)) => explain::run(&explain),
        Some(Verb::Rules(rules)) => rules::run(&rules),
        Some(Verb::Schema) => schema::run(),
        Some(Verb::Template(template)) => template::run(&template),
        Some(Verb::Watch(build)) => watch::run(&build),
        Some(Verb::Completions(completions)) => completions::run(&completions),
        Some(Verb::Man(man)) => man::run(&man),
        None => build::run(&args.build),
    });
    match result {
        Ok(Outcome::Success) => ExitCode::SUCCESS,
        Ok(Outcome::FindingsPresent) => ExitCode::from(1),
        Err(error) => {
            print_error(&error);
            if let Some(help) = error.help() {
                print_message(&format!("  help: {help}"));
            }
            ExitCode::from(2)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_threads_is_bounded() {
        for (requested, threads) in [
            (None, 2),
            (Some("1"), 1),
            (Some("8"), 8),
            (Some("20000"), 8),
            (Some("0"), 2),
            (Some("many"), 2),
            (Some(""), 2),
        ] {
            assert_eq!(bound_threads(requested, 2), threads, "{requested:?}");
        }
    }

    #[test]
    fn the_stack_of_a_thread_is_as_large_as_that_of_rust_and_fits_in_the_memory() {
        for (requested, is_valid) in [
            (None, true),
            (Some(""), true),
            (Some("many"), true),
            (Some("2097152"), true),
            (Some("8388608"), true),
            (Some("0"), false),
            (Some("16384"), false),
            (Some("18446744073709551615"), false),
        ] {
            assert_eq!(check_stack_size(requested).is_ok(), is_valid, "{requested:?}");
        }
    }
}
