//! Code that the commands share: exit codes, the sink for messages, the configuration file and the current time.

use std::fmt::Display;
use std::fs::File;
use std::io::{IsTerminal, Read, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::config::{FILE, RawConfig};
use crate::diag::{Renderer, Severity, Sink, redact, renderer};
use crate::error::{Error, Kind};
use crate::net::AddressPolicy;
use crate::proxy::check_proxies;
use crate::store::regular;
use crate::types::{Bytes, UnixMs};

use super::args::{Common, MessageFormat};

/// Maximum size of the configuration.
const MAX_CONFIG: Bytes = Bytes(16 << 20);

/// Result of a run without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Exit code 0.
    Success,
    /// Problems that the user asked for were found: exit code 1.
    FindingsPresent,
}

/// Result of a command.
pub(super) type CommandResult = Result<Outcome, Error>;

/// Writes a line to stderr, without the passwords of URLs in it; a closed stderr is not an error.
pub(super) fn print_message(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", redact(line));
}

/// Writes an error to stderr.
pub(super) fn print_error(error: impl Display) {
    print_message(&format!("feedmill: {error}"));
}

/// Returns which servers may be contacted: those with private addresses only if the user permits it, and through a proxy then.
///
/// # Errors
/// If that proxy cannot be used.
pub(super) fn address_policy(permits_private: bool) -> Result<AddressPolicy, Error> {
    if !permits_private {
        return Ok(AddressPolicy::PublicOnly);
    }
    check_proxies().map_err(|why| Error::new(Kind::Config, why))?;
    Ok(AddressPolicy::Any)
}

/// Returns the renderer for messages: in color on a terminal, unless the user objects.
pub(super) fn message_renderer(common: &Common, is_terminal: bool) -> &'static dyn Renderer {
    let name = match common.message_format {
        MessageFormat::Human => {
            let plain = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty()) || is_dumb_terminal();
            if is_terminal && !plain { "human-color" } else { "human" }
        }
        MessageFormat::Json => "json",
        MessageFormat::Github => "github",
        MessageFormat::Sarif => "sarif",
        MessageFormat::Junit => "junit",
    };
    renderer(name).unwrap_or(crate::diag::RENDERERS[0])
}

/// True if the terminal cannot erase a line.
pub(super) fn is_dumb_terminal() -> bool {
    std::env::var_os("TERM").is_some_and(|v| v == "dumb")
}

/// Returns the sink for messages.
pub(super) fn message_sink<'a>(common: &Common, out: &'a mut (dyn Write + Send)) -> Sink<'a> {
    Sink::new(message_renderer(common, std::io::stderr().is_terminal()), out)
        .min_severity(min_severity(common))
}

/// Returns the lowest severity that is shown.
pub(super) fn min_severity(common: &Common) -> Severity {
    match (common.quiet, common.verbose) {
        (true, _) => Severity::Error,
        (_, true) => Severity::Note,
        _ => Severity::Warning,
    }
}

/// Reads the named configuration, or the one in the working directory; `None` if there is none.
pub(super) fn config_file(named: Option<&Path>, sink: &mut Sink<'_>) -> Result<Option<RawConfig>, Error> {
    // A link that leads nowhere is an error, and not a missing configuration.
    let is_there = |file: &&Path| file.symlink_metadata().is_ok();
    let Some(file) = named.or_else(|| Some(Path::new(FILE)).filter(is_there)) else { return Ok(None) };
    // A shell passes the output of a command as a pipe in `/dev/fd`, whose other end is open.
    let opened = if file.starts_with("/dev") { File::open(file) } else { regular::open(file) };
    let read = opened.and_then(|from| bounded(from, 0, MAX_CONFIG));
    let bytes = read.map_err(|e| Error::io("read the configuration", file, e))?;
    if bytes.len() as u64 > MAX_CONFIG.0 {
        return Err(
            Error::new(Kind::Config, format!("the configuration is larger than {MAX_CONFIG}")).at(file)
        );
    }
    RawConfig::from_bytes(&bytes, file, sink).map(Some)
}

/// Reads at most one byte more than a maximum size. `size` is the expected number of bytes, 0 if it is unknown.
pub(super) fn bounded(from: impl Read, size: u64, max: Bytes) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(max.0) + 1).unwrap_or_default());
    from.take(max.0 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Returns the current time, or that of `SOURCE_DATE_EPOCH` (<https://reproducible-builds.org/specs/source-date-epoch/>).
pub(super) fn now() -> Result<UnixMs, Error> {
    if let Some(epoch) = std::env::var_os("SOURCE_DATE_EPOCH").filter(|v| !v.is_empty()) {
        let seconds = epoch.to_str().and_then(|e| e.parse::<i64>().ok()).and_then(|s| s.checked_mul(1000));
        return seconds.map(UnixMs).ok_or_else(|| {
            Error::new(Kind::Config, "SOURCE_DATE_EPOCH is not a number of seconds since 1970")
        });
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(UnixMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
}
