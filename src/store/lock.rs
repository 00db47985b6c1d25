//! Lock of a store, and that of a folder on disk: one build at a time.

use std::fmt::Debug;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Name of the lock file in the folder.
pub(super) const NAME: &str = ".feedmill.lock";
/// Interval at which a waiting build tries again.
pub(super) const PAUSE: Duration = Duration::from_millis(50);

/// Lock of a store, held by one build until it is dropped.
#[derive(Debug)]
pub struct Lock {
    /// Releases the lock when it is dropped; `None` if no other process can reach the store.
    _guard: Option<Box<dyn Debug + Send + Sync>>,
}

impl Lock {
    /// Returns the lock of a store that no other process can reach.
    pub(super) fn none() -> Self {
        Self { _guard: None }
    }

    /// Returns a lock that is released when a guard is dropped.
    pub(super) fn held_by(guard: impl Debug + Send + Sync + 'static) -> Self {
        Self { _guard: Some(Box::new(guard)) }
    }

    /// Locks a folder and creates it if needed. The system releases the lock if its holder dies. The second value is true if
    /// the last holder left its lock file behind, as a killed build does.
    pub(super) fn take(folder: &Path, wait: Duration) -> io::Result<(Self, bool)> {
        fs::create_dir_all(folder)?;
        let path = folder.join(NAME);
        let until = Instant::now() + wait;
        loop {
            let mut options = OpenOptions::new();
            options.read(true).write(true);
            // A link in its place would truncate another file.
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::custom_flags(
                &mut options,
                rustix::fs::OFlags::NOFOLLOW.bits().cast_signed(),
            );
            let (mut file, is_stale) = match options.create_new(true).open(&path) {
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                    match options.create_new(false).open(&path) {
                        // Removed in the meantime.
                        Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
                        file => (file?, true),
                    }
                }
                file => (file?, false),
            };
            match file.try_lock() {
                // The previous holder may have removed the file that was opened here.
                Ok(()) if is_same(&file, &path) => {
                    // The process id is for messages only, so a full disk is not an error here.
                    let _ = file
                        .set_len(0)
                        .and_then(|()| file.rewind())
                        .and_then(|()| writeln!(file, "{}", std::process::id()));
                    return Ok((Self::held_by(LockFile { _file: file, path }), is_stale));
                }
                Ok(()) => {}
                Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => {
                    let mut holder = String::new();
                    let _ = file.take(32).read_to_string(&mut holder);
                    let holder = match holder.trim() {
                        "" => "another build".to_owned(),
                        pid => format!("process {pid}"),
                    };
                    return Err(io::Error::new(
                        io::ErrorKind::WouldBlock,
                        format!("{holder} is building these feeds; nothing was changed"),
                    ));
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }
}

/// A lock file. The system locks it as long as it is open.
#[derive(Debug)]
struct LockFile {
    _file: File,
    path: PathBuf,
}

impl Drop for LockFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
        // Removes a folder that was created for a build without output; one with files in it stays.
        if let Some(folder) = self.path.parent() {
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(unix)]
fn is_same(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let of = |m: &fs::Metadata| (m.dev(), m.ino());
    matches!((file.metadata(), fs::metadata(path)), (Ok(ref a), Ok(ref b)) if of(a) == of(b))
}

/// Other systems do not let an open file be removed.
#[cfg(not(unix))]
fn is_same(_: &File, _: &Path) -> bool {
    true
}
