//! `feedmill completions SHELL`: a script that completes what `--help` shows, for it is made of the same flags.

use clap::CommandFactory;

use super::args::{Args, Completions};
use super::output::print;
use super::{Done, Outcome};

pub(super) fn run(args: &Completions) -> Done {
    let mut script = Vec::new();
    let mut command = Args::command();
    let name = command.get_name().to_owned();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    print(&script)?;
    Ok(Outcome::Done)
}
