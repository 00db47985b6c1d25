//! File handles: how many the system grants, and how many of them connections may use.

/// Number of handles that are reserved for everything else: seeds and feeds being read, the log, the watcher.
#[cfg(unix)]
const RESERVED: u64 = 64;

/// Raises the limit of open files as far as the system permits, and returns how many of the wanted connections fit.
#[cfg(unix)]
pub(super) fn connections(wanted: usize) -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX).saturating_sub(RESERVED);
    wanted.min(usize::try_from(files).unwrap_or(usize::MAX)).max(1)
}

/// Returns all the wanted connections: this system has no such limit.
#[cfg(not(unix))]
pub(super) fn connections(wanted: usize) -> usize {
    wanted
}
