//! How many files the system lets the server open.

/// How many it needs beside its connections: seeds and feeds that are read, the log, the watch.
#[cfg(unix)]
const OTHERS: u64 = 64;

/// Asks the system for as many open files as it gives, and says how many of the wanted connections fit.
#[cfg(unix)]
pub(super) fn connections(wanted: usize) -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX).saturating_sub(OTHERS);
    wanted.min(usize::try_from(files).unwrap_or(usize::MAX)).max(1)
}

/// Where the system has no such limit.
#[cfg(not(unix))]
pub(super) fn connections(wanted: usize) -> usize {
    wanted
}
