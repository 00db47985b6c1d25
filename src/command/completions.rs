//! `feedmill completions SHELL`: prints a completion script, generated from the same flags as `--help`.

use clap::CommandFactory;

use super::args::{Args, Completions};
use super::context::{CommandResult, Outcome};
use super::output::print;

pub(super) fn run(args: &Completions) -> CommandResult {
    let mut script = Vec::new();
    let mut command = Args::command();
    let name = command.get_name().to_owned();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    print(&script)?;
    Ok(Outcome::Success)
}
