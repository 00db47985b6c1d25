//! Shutdown on SIGINT (Ctrl-C) and SIGTERM: of long-running commands, and of builds that hold locks in object storage.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::error::{Error, Kind};
use crate::store::Releaser;
use crate::watch::Waker;

/// Exit codes of a process that SIGINT or SIGTERM ends, as shells show them.
const CODES: [i32; 2] = [130, 143];

/// Time that shutdown waits for a build, which may wait for a hub. A build that is cut short leaves no half-written feed.
pub(super) const GRACE: Duration = Duration::from_secs(10);

/// Completes on SIGINT or SIGTERM; must be called within a runtime. On systems without signals it never completes.
pub(super) async fn shutdown_signal() {
    let _ = next_signal().await;
}

/// Waits as [`shutdown_signal`] does, and returns the exit code of a process that the signal ends.
async fn next_signal() -> i32 {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => CODES[0],
        () = terminated => CODES[1],
    }
}

/// Calls a function on a thread of its own at the first signal, with the exit code of a process that the signal ends. It ends
/// the process with the code that it returns.
///
/// # Errors
/// The system cannot provide a thread, or what it needs.
fn on_signal(then: impl FnOnce(&Runtime, i32) -> i32 + Send + 'static) -> Result<(), Error> {
    let start = || {
        crate::serve::ensure_handles()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            let code = runtime.block_on(next_signal());
            std::process::exit(then(&runtime, code));
        })
    };
    start().map(drop).map_err(|e| Error::new(Kind::Io, "cannot listen for signals").because(e))
}

/// On the first signal, wakes the watcher so that the command ends after the current build; exits at a second signal, or
/// if the build takes longer than [`GRACE`].
///
/// # Errors
/// The system cannot provide a thread.
pub(super) fn install_handler(waker: Waker) -> Result<(), Error> {
    on_signal(move |runtime, _| {
        waker.stop();
        let again = runtime.block_on(async { tokio::time::timeout(GRACE, shutdown_signal()).await.is_ok() });
        if again { 2 } else { 0 }
    })
}

/// A build that ends on a signal.
#[derive(Debug, Default)]
pub(super) struct Stop {
    is_requested: Arc<AtomicBool>,
}

impl Stop {
    /// Waits for the end of the process if a signal has come: the build fails because its lock is gone, which is no error.
    pub(super) fn wait_if_requested(&self) {
        while self.is_requested.load(Ordering::SeqCst) {
            std::thread::park();
        }
    }
}

/// On a signal, releases the locks of a store, which the system does not do, and ends the process as the signal would. Ends it
/// at once at a second signal, or if that takes longer than [`GRACE`]: the locks expire then.
///
/// # Errors
/// The system cannot provide a thread.
pub(super) fn release_on_signal(release: Releaser) -> Result<Stop, Error> {
    let stop = Stop::default();
    let is_requested = stop.is_requested.clone();
    on_signal(move |runtime, code| {
        is_requested.store(true, Ordering::SeqCst);
        runtime.block_on(async {
            let released = tokio::task::spawn_blocking(release);
            tokio::select! {
                _ = released => {}
                () = shutdown_signal() => {}
                () = tokio::time::sleep(GRACE) => {}
            }
        });
        code
    })?;
    Ok(stop)
}
