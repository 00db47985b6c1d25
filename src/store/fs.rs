//! A folder on disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Change, Item, Kind, Lock, Prefix, Store};
use crate::unit::Bytes;

/// A folder on disk as a [`Store`].
#[derive(Clone, Debug)]
pub struct FsStore {
    root: PathBuf,
}

impl FsStore {
    /// The folder at `root`, which need not exist yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn open(&self, path: &Path) -> io::Result<(File, u64)> {
        let mut options = OpenOptions::new();
        options.read(true);
        // Without waiting: between the listing and now, a FIFO or a link may have taken the file's place.
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            let flags =
                rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NOCTTY;
            options.custom_flags(flags.bits().cast_signed());
        }
        let file = options.open(self.root.join(path))?;
        let meta = file.metadata()?;
        if !meta.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        Ok((file, meta.len()))
    }
}

impl Store for FsStore {
    fn show(&self, path: &Path) -> String {
        if path.as_os_str().is_empty() {
            return self.root.to_string_lossy().into_owned();
        }
        self.root.join(path).to_string_lossy().into_owned()
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Item>> {
        let mut items = Vec::new();
        let folder = if folder.as_os_str().is_empty() { self.root.clone() } else { self.root.join(folder) };
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let kind = match entry.file_type()? {
                t if t.is_file() => Kind::File,
                t if t.is_dir() => Kind::Folder,
                t if t.is_symlink() && fs::metadata(entry.path()).is_ok() => Kind::Link,
                t if t.is_symlink() => Kind::BrokenLink,
                _ => Kind::Special,
            };
            items.push(Item { name: entry.file_name(), kind });
        }
        items.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(items)
    }

    fn prefix(&self, path: &Path, length: Bytes) -> io::Result<Prefix> {
        let (file, size) = self.open(path)?;
        let mut bytes = Vec::with_capacity(length.0.min(size) as usize);
        file.take(length.0).read_to_end(&mut bytes)?;
        Ok(Prefix { bytes, size: Bytes(size) })
    }

    fn read(&self, path: &Path, limit: Bytes) -> io::Result<Vec<u8>> {
        let (file, size) = self.open(path)?;
        let too_large = || io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {limit}"));
        if size > limit.0 {
            return Err(too_large());
        }
        let mut bytes = Vec::with_capacity(size as usize);
        file.take(limit.0 + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit.0 { Err(too_large()) } else { Ok(bytes) }
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<Change> {
        let target = self.root.join(path);
        if self.open(path).is_ok_and(|(_, size)| size == bytes.len() as u64)
            && self.read(path, Bytes(bytes.len() as u64)).is_ok_and(|old| old == bytes)
        {
            return Ok(Change::Unchanged);
        }
        let folder = target.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".feedmill-").suffix(".tmp");
        // What the umask leaves of rw-rw-rw-, as any program that creates a file: web servers must be able to read it.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        if let Ok(old) = fs::metadata(&target) {
            let _ = file.as_file().set_permissions(old.permissions());
        }
        file.persist(&target).map_err(|e| e.error)?;
        #[cfg(unix)]
        File::open(folder)?.sync_all()?;
        Ok(Change::Written)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let target = self.root.join(path);
        fs::remove_file(&target)?;
        let folders = target.ancestors().skip(1).take_while(|f| *f != self.root);
        let _ = folders.map(fs::remove_dir).all(|removed| removed.is_ok());
        Ok(())
    }

    fn lock(&self, wait: Duration) -> io::Result<Lock> {
        Lock::take(&self.root, wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_publishing_one_run_at_a_time_and_the_second_learns_who_holds_it() {
        let dir = tempfile::tempdir().unwrap();
        let store = FsStore::new(dir.path().join("feeds"));
        let held = store.lock(Duration::ZERO).unwrap();
        let error = store.lock(Duration::ZERO).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
        drop(held);
        assert!(!dir.path().join("feeds").exists(), "an empty folder goes with its lock");
        drop(store.lock(Duration::ZERO).unwrap());
    }

    #[test]
    fn keeps_the_contract() {
        let dir = tempfile::tempdir().unwrap();
        crate::store::contract::holds(&FsStore::new(dir.path()));
    }

    #[cfg(unix)]
    #[test]
    fn published_files_follow_the_umask_and_keep_a_mode_once_set() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let store = FsStore::new(dir.path());
        let mode = || fs::metadata(dir.path().join("f")).unwrap().permissions().mode() & 0o777;
        let plain = {
            fs::write(dir.path().join("plain"), b"").unwrap();
            fs::metadata(dir.path().join("plain")).unwrap().permissions().mode() & 0o777
        };
        store.replace(Path::new("f"), b"1").unwrap();
        assert_eq!(mode(), plain);
        fs::set_permissions(dir.path().join("f"), fs::Permissions::from_mode(0o640)).unwrap();
        store.replace(Path::new("f"), b"2").unwrap();
        assert_eq!(mode(), 0o640);
    }

    #[test]
    fn an_equal_file_keeps_its_mtime_and_no_temporary_file_is_left() {
        let dir = tempfile::tempdir().unwrap();
        let store = FsStore::new(dir.path());
        store.replace(Path::new("f"), b"1").unwrap();
        let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        File::options().write(true).open(dir.path().join("f")).unwrap().set_modified(old).unwrap();
        store.replace(Path::new("f"), b"1").unwrap();
        assert_eq!(fs::metadata(dir.path().join("f")).unwrap().modified().unwrap(), old);
        store.replace(Path::new("f"), b"2").unwrap();
        assert_eq!(store.list(Path::new("")).unwrap().len(), 1);
    }
}
