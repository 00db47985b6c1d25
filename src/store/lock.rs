//! The lock of a folder on disk: one run at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Its name in the folder.
const NAME: &str = ".feedmill.lock";
/// How often a waiting run looks again.
const PAUSE: Duration = Duration::from_millis(50);

/// Holds a store for one run; dropping it lets the next one in.
#[derive(Debug)]
pub struct Lock(Option<(File, PathBuf)>);

impl Lock {
    /// For stores that nobody else can reach.
    pub(super) fn none() -> Self {
        Self(None)
    }

    /// Takes the lock of a folder, making it. The file system frees it when the holder dies; whether the last one did is
    /// told beside.
    pub(super) fn take(folder: &Path, wait: Duration) -> io::Result<(Self, bool)> {
        fs::create_dir_all(folder)?;
        let path = folder.join(NAME);
        let until = Instant::now() + wait;
        loop {
            let mut options = OpenOptions::new();
            options.read(true).write(true);
            // A link in its place would have another file emptied.
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::custom_flags(
                &mut options,
                rustix::fs::OFlags::NOFOLLOW.bits().cast_signed(),
            );
            let (mut file, is_left) = match options.create_new(true).open(&path) {
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                    match options.create_new(false).open(&path) {
                        // It went in the meantime.
                        Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
                        file => (file?, true),
                    }
                }
                file => (file?, false),
            };
            match file.try_lock() {
                // The holder before us may have removed the file that we opened.
                Ok(()) if is_same(&file, &path) => {
                    // Who holds it is told to people only; a full disk that has room for no name is no fault yet.
                    let _ = file
                        .set_len(0)
                        .and_then(|()| file.rewind())
                        .and_then(|()| writeln!(file, "{}", std::process::id()));
                    return Ok((Self(Some((file, path))), is_left));
                }
                Ok(()) => {}
                Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => {
                    let mut holder = String::new();
                    let _ = file.take(32).read_to_string(&mut holder);
                    let holder = match holder.trim() {
                        "" => "another run".to_owned(),
                        pid => format!("process {pid}"),
                    };
                    return Err(io::Error::new(
                        io::ErrorKind::WouldBlock,
                        format!("{holder} is milling here; nothing was touched"),
                    ));
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some((_file, path)) = &self.0 {
            let _ = fs::remove_file(path);
            // A folder made for a run that had nothing to publish goes again; one with files in it stays.
            if let Some(folder) = path.parent() {
                let _ = fs::remove_dir(folder);
            }
        }
    }
}

#[cfg(unix)]
fn is_same(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let of = |m: &fs::Metadata| (m.dev(), m.ino());
    matches!((file.metadata(), fs::metadata(path)), (Ok(ref a), Ok(ref b)) if of(a) == of(b))
}

/// Elsewhere an open file can't be removed.
#[cfg(not(unix))]
fn is_same(_: &File, _: &Path) -> bool {
    true
}
