//! Environment variables of flags: an empty variable counts as unset, and messages name the variable.

use std::any::TypeId;
use std::borrow::Cow;
use std::error::Error as _;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, CommandFactory, FromArgMatches};

use super::args::Args;
use super::context::print_message;
use crate::diag::{printable, redact};
use crate::types::excerpt;

/// Number of characters of a value that a message shows.
const SHOWN: usize = 60;

/// Parses the command line and the variables.
pub(super) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Args, clap::Error> {
    let args: Vec<OsString> = args.into_iter().collect();
    let mut command = without_empty_variables(Args::command());
    match command.try_get_matches_from_mut(&args) {
        Ok(matches) => Args::from_arg_matches(&matches),
        Err(error) if error.kind() == ErrorKind::InvalidUtf8 => {
            Err(name_not_utf8(&command, &args).unwrap_or(error))
        }
        Err(error) => Err(name_variable(&error, &command, &args).unwrap_or(error)),
    }
}

/// Writes an error or the help, without the passwords of URLs: an argument may be a URL that another command takes.
pub(super) fn print(error: &clap::Error) {
    let text = error.render().to_string();
    match redact(&text) {
        // In color on a terminal.
        Cow::Borrowed(_) => _ = error.print(),
        Cow::Owned(redacted) => print_message(redacted.trim_end()),
    }
}

/// Returns the name that messages use for a value: that of the flag, or of its variable if the value is from there.
pub(super) fn origin(flag: &str) -> String {
    let variable = format!("FEEDMILL_{}", flag.trim_start_matches('-').replace('-', "_").to_uppercase());
    let args: Vec<OsString> = std::env::args_os().collect();
    let is_set = std::env::var_os(&variable).is_some_and(|value| !value.is_empty());
    if is_set && !is_given(flag, &args) { variable } else { flag.to_owned() }
}

fn without_empty_variables(command: Command) -> Command {
    let is_empty = |arg: &Arg| {
        arg.get_env().is_some_and(|name| std::env::var_os(name).is_some_and(|value| value.is_empty()))
    };
    let command = command.mut_args(|arg| if is_empty(&arg) { arg.env(Resettable::Reset) } else { arg });
    command.mut_subcommands(without_empty_variables)
}

/// True if a flag is on the command line, and not only its variable set.
pub(super) fn is_on_command_line(flag: &str) -> bool {
    is_given(flag, &std::env::args_os().collect::<Vec<_>>())
}

/// True if a flag is one of some arguments.
fn is_given(flag: &str, args: &[OsString]) -> bool {
    args.iter().filter_map(|arg| arg.to_str()).any(|arg| arg.split('=').next() == Some(flag))
}

/// Returns an error about the variable, if an invalid value is from one: clap names only the flag.
fn name_variable(error: &clap::Error, command: &Command, args: &[OsString]) -> Option<clap::Error> {
    let (Some(ContextValue::String(arg)), Some(ContextValue::String(value))) =
        (error.get(ContextKind::InvalidArg), error.get(ContextKind::InvalidValue))
    else {
        return None;
    };
    let flag = arg.split([' ', '=', '[']).next().unwrap_or_default();
    let arg = find(command, flag.strip_prefix("--")?)?;
    let variable = arg.get_env()?.to_str()?;
    if is_given(flag, args) || std::env::var_os(variable).is_none() {
        return None;
    }
    let fix = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(valid)) if !valid.is_empty() => format!("use one of {}", valid.join(", ")),
        _ if !arg.get_action().takes_values() => "use true or false".to_owned(),
        _ => match error.source() {
            Some(source) => source.to_string(),
            None => "the value is invalid".to_owned(),
        },
    };
    let shown = printable(&excerpt(value, SHOWN));
    let message = format!("invalid value `{shown}` of the environment variable {variable}: {fix}\n");
    Some(clap::Error::raw(ErrorKind::ValueValidation, message))
}

/// Returns an error about the variable, or the arguments, that are not UTF-8 although their values are text: clap names
/// neither. A path may be any bytes.
fn name_not_utf8(command: &Command, args: &[OsString]) -> Option<clap::Error> {
    let command = args.iter().skip(1).find_map(|arg| command.find_subcommand(arg)).unwrap_or(command);
    let is_path = |arg: &Arg| arg.get_value_parser().type_id() == TypeId::of::<PathBuf>();
    let variable = command.get_arguments().filter(|arg| !is_path(arg)).find_map(|arg| {
        let variable = arg.get_env()?;
        let is_used = arg.get_long().is_none_or(|long| !is_given(&format!("--{long}"), args));
        (is_used && std::env::var_os(variable)?.to_str().is_none()).then(|| variable.to_string_lossy())
    });
    let what = match variable {
        Some(variable) => format!("the value of the environment variable {variable} is"),
        None => {
            let invalid = args.iter().skip(1).filter(|arg| arg.to_str().is_none());
            let shown: Vec<_> = invalid
                .map(|arg| format!("`{}`", excerpt(&printable(&arg.to_string_lossy()), SHOWN)))
                .collect();
            (!shown.is_empty()).then(|| format!("{} is", shown.join(", ")))?
        }
    };
    let message = format!("{what} not UTF-8; write it in UTF-8\n");
    Some(clap::Error::raw(ErrorKind::InvalidUtf8, message))
}

fn find<'a>(command: &'a Command, long: &str) -> Option<&'a Arg> {
    let own = command.get_arguments().find(|arg| arg.get_long() == Some(long) && arg.get_env().is_some());
    own.or_else(|| command.get_subcommands().find_map(|sub| find(sub, long)))
}
