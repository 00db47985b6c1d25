//! The command line: arguments, then one verb a file. Data goes to stdout, messages to stderr.

mod args;
mod build;
mod check;
mod completions;
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
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser;

use crate::config::{FILE, RawConfig};
use crate::diag::{Renderer, Severity, Sink, renderer};
use crate::error::{Error, Kind};
use crate::types::UnixMs;
use args::{Args, Common, MessageFormat, Verb};

/// How a run ended, as the exit code says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Done.
    Done,
    /// Found what it was asked to find.
    Found,
}

/// Runs the command and says how to exit: 0 done, 1 found what was asked for, 2 could not do it.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    // Here, for where the system has no more threads to give rayon would panic at its first use.
    let workers = match args.verb {
        Some(Verb::Rules(_) | Verb::Schema | Verb::Completions(_) | Verb::Man(_)) => Ok(()),
        _ => rayon::ThreadPoolBuilder::new().build_global(),
    };
    if let Err(error) = workers {
        say(&format!("feedmill: {}", Error::new(Kind::Io, "cannot start its threads").because(error)));
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
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Err(error) => {
            say(&format!("feedmill: {error}"));
            ExitCode::from(2)
        }
    }
}

/// A number of things, in words.
fn count(number: usize, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

/// A line to stderr; where that is closed nobody wants to know.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// The style of messages: colours where a terminal shows them and nobody minds.
fn style(common: &Common, terminal: bool) -> &'static dyn Renderer {
    let name = match common.message_format {
        MessageFormat::Human => {
            let plain = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty()) || is_dumb();
            if terminal && !plain { "human-color" } else { "human" }
        }
        MessageFormat::Json => "json",
        MessageFormat::Github => "github",
        MessageFormat::Sarif => "sarif",
    };
    renderer(name).unwrap_or(crate::diag::RENDERERS[0])
}

/// Whether the terminal can't take a line back.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|v| v == "dumb")
}

/// The sink for messages.
fn sink<'a>(common: &Common, out: &'a mut (dyn Write + Send)) -> Sink<'a> {
    Sink::new(style(common, std::io::stderr().is_terminal()), out).least(least(common))
}

/// The least severity that is shown.
fn least(common: &Common) -> Severity {
    match (common.quiet, common.verbose) {
        (true, _) => Severity::Error,
        (_, true) => Severity::Note,
        _ => Severity::Warning,
    }
}

/// The configuration that is named, else the one that lies here, where there is one.
fn config_file(named: Option<&Path>, sink: &mut Sink<'_>) -> Result<Option<RawConfig>, Error> {
    let Some(file) = named.or_else(|| Some(Path::new(FILE)).filter(|f| f.exists())) else { return Ok(None) };
    let text = std::fs::read_to_string(file).map_err(|e| Error::io("read the configuration", file, e))?;
    RawConfig::read(&text, file, sink).map(Some)
}

/// The present, or what `SOURCE_DATE_EPOCH` says it is (<https://reproducible-builds.org/specs/source-date-epoch/>).
fn now() -> Result<UnixMs, Error> {
    if let Some(epoch) = std::env::var_os("SOURCE_DATE_EPOCH").filter(|v| !v.is_empty()) {
        let seconds = epoch.to_str().and_then(|e| e.parse::<i64>().ok()).and_then(|s| s.checked_mul(1000));
        return seconds.map(UnixMs).ok_or_else(|| {
            Error::new(Kind::Config, "SOURCE_DATE_EPOCH is not a number of seconds since 1970")
        });
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(UnixMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
}

type Done = Result<Outcome, Error>;
