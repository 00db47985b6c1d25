//! Limits of the size of files (`ulimit -f`). A write beyond the limit must be an error, as on a full disk. By default the
//! system also sends SIGXFSZ, which ends a process without a message.

/// Makes a write beyond the limit an error only, if there is a limit.
#[cfg(unix)]
pub(super) fn make_errors_of_signals() {
    use rustix::process::{Resource, Signal, getrlimit};
    use tokio::signal::unix::{SignalKind, signal};

    if getrlimit(Resource::Fsize).current.is_none() {
        return;
    }
    // The handler stays when the runtime and its receiver are gone. Without memory or file handles for them, writes beyond
    // the limit keep ending the process.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
    if let Ok(runtime) = runtime {
        let _in_runtime = runtime.enter();
        drop(signal(SignalKind::from_raw(Signal::XFSZ.as_raw())));
    }
}

/// Other systems send no signal.
#[cfg(not(unix))]
pub(super) fn make_errors_of_signals() {}
