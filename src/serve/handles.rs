//! File handles: how many the system grants, and how they are shared out.
//!
//! Builds must always find free handles, so connections and the files being sent to them have limits of their own.

/// Number of handles that are reserved for everything else, such as builds, the log and the watcher; half of all handles
/// if there are few.
const RESERVED: usize = 64;
/// Maximum number of connections that are refused with a response at a time; further ones are closed.
const MAX_REFUSALS: usize = 64;

/// Number of handles that are shared out at most: systems may have no limit.
const MAX_HANDLES: usize = 1 << 30;

/// Numbers of handles for each purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HandleBudget {
    /// Connections.
    pub(super) connections: usize,
    /// Connections that are being refused.
    pub(super) refusals: usize,
    /// Files that are too large for memory and are read while they are sent.
    pub(super) files: usize,
}

impl HandleBudget {
    /// Raises the limit of open files as far as the system permits, and shares out what it grants.
    #[cfg(unix)]
    pub(super) fn claim(wanted_connections: usize) -> Self {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
        let granted = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        Self::of(usize::try_from(granted).unwrap_or(usize::MAX), wanted_connections)
    }

    /// Shares out handles; this system has no limit.
    #[cfg(not(unix))]
    pub(super) fn claim(wanted_connections: usize) -> Self {
        Self::of(MAX_HANDLES, wanted_connections)
    }

    fn of(granted: usize, wanted_connections: usize) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let granted = granted.min(MAX_HANDLES);
        let available = granted - RESERVED.saturating_add(2 * threads).min(granted / 2);
        let refusals = (available / 16).clamp(1, MAX_REFUSALS);
        // A quarter is left for files, or more if there are fewer connections.
        let connections = wanted_connections.min((available - available / 4).saturating_sub(refusals)).max(1);
        let files = available.saturating_sub(connections + refusals).max(1);
        Self { connections, refusals, files }
    }
}

/// Makes sure that there are handles for a runtime, which panics without those of its sockets.
///
/// # Errors
/// The system has none.
pub(crate) fn ensure_handles() -> std::io::Result<()> {
    #[cfg(unix)]
    drop([std::os::unix::net::UnixStream::pair()?, std::os::unix::net::UnixStream::pair()?]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_leaves_handles_for_builds() {
        for granted in [16, 60, 300, 1024, 65_536, 1 << 30, usize::MAX] {
            for wanted in [0, 1, 8, 16_384, usize::MAX] {
                let HandleBudget { connections, refusals, files } = HandleBudget::of(granted, wanted);
                assert!(connections >= 1 && refusals >= 1 && files >= 1);
                let used = connections + refusals + files;
                let free = granted - used;
                assert!(free >= RESERVED.min(granted / 2), "{granted} {wanted}: {free} of {granted} left");
                assert!(connections <= wanted.max(1));
            }
        }
        assert_eq!(
            HandleBudget::of(1 << 20, 16_384).connections,
            16_384,
            "as many as are wanted if there is room"
        );
    }
}
