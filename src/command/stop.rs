//! Until told to stop: what SIGINT (Ctrl-C) and SIGTERM mean to verbs that run for long.

use std::time::Duration;

use crate::watch::Waker;

/// How long the end waits for a run of the mill, which may wait for a hub. One that is cut short leaves no half-written
/// feed.
pub(super) const GRACE: Duration = Duration::from_secs(10);

/// Waits for SIGINT or SIGTERM, within a runtime. Where the system has no such thing it waits for ever.
pub(super) async fn told() {
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

/// Ends the waiting when told to stop, and the process where the run does not end in [`GRACE`]. Who asks a second time
/// waits for nothing.
///
/// # Errors
/// Where there is no thread to be had.
pub(super) fn ends(waker: Waker) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(told());
        waker.stop();
        let again = runtime.block_on(async { tokio::time::timeout(GRACE, told()).await.is_ok() });
        std::process::exit(if again { 2 } else { 0 });
    })?;
    Ok(())
}
