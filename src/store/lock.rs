//! Locks of a store: that of a whole build, and those of parts that several builders share. On disk they are locked files.

use std::fmt::Debug;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Name of the lock file in the folder.
pub(super) const NAME: &str = ".feedmill.lock";
/// Interval at which a waiting build tries again.
pub(super) const PAUSE: Duration = Duration::from_millis(50);

/// Number of times that a folder is created again which another build removes.
const ATTEMPTS: usize = 5;

/// Lock of a store or of a part of the work, held by one build until it is dropped.
#[derive(Debug)]
pub struct Lock {
    /// Releases the lock when it is dropped; `None` if no other process can reach the store.
    guard: Option<Box<dyn Guard>>,
}

/// State of a lock that is held; it is released when this is dropped.
pub(super) trait Guard: Debug + Send + Sync {
    /// Checks that the lock is still held.
    ///
    /// # Errors
    /// If another build may hold it by now.
    fn verify(&self) -> io::Result<()> {
        Ok(())
    }
}

impl Lock {
    /// Returns the lock of a store that no other process can reach.
    pub(super) fn none() -> Self {
        Self { guard: None }
    }

    /// Returns a lock that is released when a guard is dropped.
    pub(super) fn held_by(guard: impl Guard + 'static) -> Self {
        Self { guard: Some(Box::new(guard)) }
    }

    /// Checks that the lock is still held: one in object storage expires if it is not renewed in time, and nothing may be
    /// written any more then.
    ///
    /// # Errors
    /// If another build may hold it by now.
    pub fn verify(&self) -> io::Result<()> {
        self.guard.as_ref().map_or(Ok(()), |guard| guard.verify())
    }

    /// Locks a file, and creates it and its folder if needed. The system releases the lock if its holder dies. The second
    /// value is true if the last holder left the file behind, as a killed build does.
    pub(super) fn take(path: &Path, wait: Duration) -> io::Result<(Self, bool)> {
        let path = path.to_path_buf();
        let start = Instant::now();
        let mut attempts = ATTEMPTS;
        loop {
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
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
                // Another holder has removed the empty folder.
                Err(e) if e.kind() == io::ErrorKind::NotFound && attempts > 0 => {
                    attempts -= 1;
                    continue;
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
                Err(TryLockError::WouldBlock) if start.elapsed() < wait => std::thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => {
                    let mut holder = String::new();
                    let _ = file.take(32).read_to_string(&mut holder);
                    return Err(held_by_other(&match holder.trim() {
                        "" => "another build".to_owned(),
                        pid => format!("process {pid}"),
                    }));
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }
}

/// Returns the error that another build holds the lock.
pub(super) fn held_by_other(holder: &str) -> io::Error {
    let message = format!("{holder} is building these feeds; nothing was changed");
    io::Error::new(io::ErrorKind::WouldBlock, message)
}

/// A lock file. The system locks it as long as it is open.
#[derive(Debug)]
struct LockFile {
    _file: File,
    path: PathBuf,
}

impl Guard for LockFile {}

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
