//! The command line: `args`, then one file per command. Data goes to stdout, messages to stderr.

mod args;
mod build;
mod check;
mod completions;
mod context;
mod init;
mod man;
mod output;
mod progress;
mod push;
mod rules;
mod schema;
mod serve;
mod stop;
mod watch;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use crate::error::{Error, Kind};
use args::{Args, Verb};
use context::{Outcome, print_message};

/// Runs the command and returns its exit code: 0 success, 1 problems found, 2 could not run.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    // Started here, because rayon panics at its first use if the system has no more threads.
    let workers = match args.verb {
        Some(Verb::Rules(_) | Verb::Schema | Verb::Completions(_) | Verb::Man(_)) => Ok(()),
        _ => rayon::ThreadPoolBuilder::new().build_global(),
    };
    if let Err(error) = workers {
        let error = Error::new(Kind::Io, "cannot start the worker threads").because(error);
        print_message(&format!("feedmill: {error}"));
        return ExitCode::from(2);
    }
    let result = match args.verb {
        Some(Verb::Build(build)) => build::run(&build),
        Some(Verb::Check(check)) => check::run(&check),
        Some(Verb::Serve(serve)) => serve::run(serve),
        Some(Verb::Init(init)) => init::run(&init),
        Some(Verb::Rules(rules)) => rules::run(&rules),
        Some(Verb::Schema) => schema::run(),
        Some(Verb::Watch(build)) => watch::run(&build),
        Some(Verb::Completions(completions)) => completions::run(&completions),
        Some(Verb::Man(man)) => man::run(&man),
        None => build::run(&args.build),
    };
    match result {
        Ok(Outcome::Success) => ExitCode::SUCCESS,
        Ok(Outcome::FindingsPresent) => ExitCode::from(1),
        Err(error) => {
            print_message(&format!("feedmill: {error}"));
            ExitCode::from(2)
        }
    }
}
