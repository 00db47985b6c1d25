//! Shutdown of long-running commands on SIGINT (Ctrl-C) and SIGTERM.

use std::time::Duration;

use crate::watch::Waker;

/// Time that shutdown waits for a build, which may wait for a hub. A build that is cut short leaves no half-written feed.
pub(super) const GRACE: Duration = Duration::from_secs(10);

/// Completes on SIGINT or SIGTERM; must be called within a runtime. On systems without signals it never completes.
pub(super) async fn shutdown_signal() {
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
        () = interrupted => {}
        () = terminated => {}
    }
}

/// On the first signal, wakes the watcher so that the command ends after the current build; exits at a second signal, or
/// if the build takes longer than [`GRACE`].
///
/// # Errors
/// The system cannot provide a thread.
pub(super) fn install_handler(waker: Waker) -> std::io::Result<()> {
    crate::serve::ensure_handles()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(shutdown_signal());
        waker.stop();
        let again = runtime.block_on(async { tokio::time::timeout(GRACE, shutdown_signal()).await.is_ok() });
        std::process::exit(if again { 2 } else { 0 });
    })?;
    Ok(())
}
