//! A folder on disk.

#[cfg(unix)]
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::regular::{not_regular, open_at_once};
#[cfg(unix)]
use super::{Beginning, Stamp};
use super::{Change, Item, Kind, Lock, OpenFile, Opened, Prefix, Source, Store, buffer_size, has_bytes};
use crate::types::{Bytes, work};

/// Number of times that reading is repeated.
const READ_RETRIES: usize = 2;
/// Number of folders that are faster looked at one by one.
#[cfg(any(target_os = "android", target_os = "linux"))]
const FEW_FOLDERS: usize = 3;
/// Prefix and suffix of the names of temporary files.
const TEMPORARY: (&str, &str) = (".feedmill-", ".tmp");

/// [`Store`] in a folder on disk.
///
/// ```
/// use feedmill::store::{FsStore, Store};
///
/// let folder = tempfile::tempdir()?;
/// let store = FsStore::new(folder.path());
/// store.replace("town/1.txt".as_ref(), b"text")?;
/// assert_eq!(std::fs::read(folder.path().join("town/1.txt"))?, b"text");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct FsStore {
    root: PathBuf,
}

impl FsStore {
    /// Creates a store for the folder at `root`, which need not exist yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Returns the path on disk. No folder on the way may be a link, which could lead out of the store. Links that are
    /// created during a build are no threat: with the right to create them comes the right to read the target.
    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if folder.is_some_and(|folder| self.has_link(folder)) {
            return Err(is_linked());
        }
        Ok(self.root.join(path))
    }

    /// True if a folder or one above it is a symbolic link.
    fn has_link(&self, folder: &Path) -> bool {
        // The system looks at all of a long path in one call, and at each of its folders only once.
        #[cfg(any(target_os = "android", target_os = "linux"))]
        if folder.components().nth(FEW_FOLDERS).is_some()
            && let Some(has_link) = unix::has_link(&self.root, folder)
        {
            return has_link;
        }
        let mut folders = folder.ancestors().filter(|folder| !folder.as_os_str().is_empty());
        folders.any(|folder| {
            work::step(1);
            self.root.join(folder).is_symlink()
        })
    }

    fn open_regular(&self, path: &Path) -> io::Result<(File, u64)> {
        // A FIFO or a link may have taken the place of the file since it was listed.
        let opened = open_at_once(OpenOptions::new().read(true), false, &self.resolve(path)?);
        let (file, meta) = opened.map_err(|error| match error.raw_os_error() {
            #[cfg(unix)]
            Some(code) if code == rustix::io::Errno::LOOP.raw_os_error() => is_linked(),
            _ => error,
        })?;
        if !meta.is_file() {
            return Err(not_regular());
        }
        Ok((file, meta.len()))
    }

    /// True if a file has the bytes of a source.
    fn has_bytes(&self, path: &Path, source: &dyn Source) -> io::Result<bool> {
        let (mut file, size) = self.open_regular(path)?;
        Ok(size == source.size().0 && has_bytes(&mut file, source)?)
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
        let target = self.resolve(folder)?;
        if !folder.as_os_str().is_empty() && target.is_symlink() {
            return Err(is_linked());
        }
        let mut items = retry_read(|| {
            // The standard library retries interrupted calls for files, but not for folders.
            let entries = loop {
                match fs::read_dir(&target) {
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                    entries => break entries?,
                }
            };
            let mut items = Vec::new();
            for entry in entries {
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
            Ok(items)
        })?;
        items.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(items)
    }

    fn prefix(&self, path: &Path, length: Bytes) -> io::Result<Prefix> {
        retry_read(|| {
            let (file, size) = self.open_regular(path)?;
            let mut bytes = Vec::with_capacity(length.0.min(size) as usize);
            file.take(length.0).read_to_end(&mut bytes)?;
            Ok(Prefix { bytes, size: Bytes(size) })
        })
    }

    fn read(&self, path: &Path, limit: Bytes) -> io::Result<Vec<u8>> {
        let too_large = || io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {limit}"));
        retry_read(|| {
            let (file, size) = self.open_regular(path)?;
            if size > limit.0 {
                return Err(too_large());
            }
            let mut bytes = Vec::with_capacity(size as usize);
            file.take(limit.0 + 1).read_to_end(&mut bytes)?;
            if bytes.len() as u64 > limit.0 { Err(too_large()) } else { Ok(bytes) }
        })
    }

    fn open(&self, path: &Path) -> io::Result<Opened> {
        let (file, _) = retry_read(|| self.open_regular(path))?;
        #[cfg(unix)]
        let stamp = Some(unix::stamp_of_open(&file)?);
        #[cfg(not(unix))]
        let stamp = None;
        Ok(Opened { content: Box::new(Retried(file)), stamp })
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<Change> {
        self.replace_from(path, &bytes)
    }

    fn replace_from(&self, path: &Path, source: &dyn Source) -> io::Result<Change> {
        let target = self.resolve(path)?;
        if self.has_bytes(path, source).unwrap_or(false) {
            return Ok(Change::Unchanged);
        }
        let folder = target.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY.0).suffix(TEMPORARY.1);
        // rw-rw-rw- minus the umask, as for any new file: web servers must be able to read it.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(folder)?;
        let mut out = BufWriter::with_capacity(buffer_size(source), &mut file);
        io::copy(&mut source.open(), &mut out)?;
        out.flush()?;
        drop(out);
        file.as_file().sync_all()?;
        if let Ok(old) = fs::symlink_metadata(&target)
            && old.is_file()
        {
            let _ = file.as_file().set_permissions(old.permissions());
        }
        file.persist(&target).map_err(|e| e.error)?;
        #[cfg(unix)]
        match File::open(folder)?.sync_all() {
            // Some file systems do not support this, and do not need it.
            Err(e) if !matches!(e.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Err(e),
            _ => Ok(Change::Written),
        }
        #[cfg(not(unix))]
        Ok(Change::Written)
    }

    fn import(&self, from: &dyn Store, source: &Path, target: &Path, is_link: bool) -> io::Result<Change> {
        let Some(root) = from.folder() else {
            return self.replace_from(target, &OpenFile::new(from.open(source)?)?);
        };
        let other = Self::new(root);
        let (path, source) = (source, other.resolve(source)?);
        let (published, target) = (target, self.resolve(target)?);
        let new = fs::symlink_metadata(&source)?;
        let modified = new.modified()?;
        let old = fs::symlink_metadata(&target).ok().filter(fs::Metadata::is_file);
        // A copy has the time of its source.
        let is_alike =
            |old: &&fs::Metadata| old.len() == new.len() && old.modified().is_ok_and(|time| time == modified);
        let old = old.as_ref().filter(is_alike);
        let is_current = |is_link| old.map_or(Some(false), |old| is_current(old, &new, is_link));
        if is_current(is_link) == Some(true) {
            return Ok(Change::Unchanged);
        }
        let (mut file, _) = other.open_regular(path)?;
        let folder = target.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY.0).suffix(TEMPORARY.1);
        if is_link && let Ok(linked) = builder.make_in(folder, |path| fs::hard_link(&source, path)) {
            linked.persist(&target).map_err(|e| e.error)?;
            return Ok(Change::Written);
        }
        match is_current(false) {
            Some(true) => return Ok(Change::Unchanged),
            None if self.has_bytes(published, &OpenFile::new(other.open(path)?)?).unwrap_or(false) => {
                // From now on, it is later than the change of the source.
                let _ = File::options().write(true).open(&target).and_then(|old| old.set_modified(modified));
                return Ok(Change::Unchanged);
            }
            _ => {}
        }
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut copy = builder.tempfile_in(folder)?;
        io::copy(&mut file, copy.as_file_mut())?;
        copy.as_file().set_modified(modified)?;
        copy.as_file().sync_all()?;
        copy.persist(&target).map_err(|e| e.error)?;
        Ok(Change::Written)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let target = self.resolve(path)?;
        fs::remove_file(&target)?;
        let folders = target.ancestors().skip(1).take_while(|f| *f != self.root);
        let _ = folders.map(fs::remove_dir).all(|removed| removed.is_ok());
        Ok(())
    }

    fn lock(&self, wait: Duration) -> io::Result<Lock> {
        let (lock, is_stale) = Lock::take(&self.root.join(super::lock::NAME), wait)?;
        if is_stale {
            remove_temporary_files(&self.root);
        }
        Ok(lock)
    }

    fn claim(&self, path: &Path) -> io::Result<Option<Lock>> {
        match Lock::take(&self.resolve(path)?, Duration::ZERO) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            taken => Ok(Some(taken?.0)),
        }
    }

    #[cfg(unix)]
    fn scan(
        &self,
        folder: &Path,
        stamps: bool,
        see: &mut dyn FnMut(&OsStr, Kind, Option<Stamp>),
    ) -> io::Result<()> {
        unix::scan(&self.root.join(folder), stamps, see)
    }

    #[cfg(unix)]
    fn heads(
        &self,
        folder: &Path,
        names: &[&OsStr],
        length: Bytes,
        see: &mut dyn FnMut(usize, io::Result<Beginning<'_>>),
    ) -> io::Result<()> {
        unix::heads(&self.root.join(folder), names, length, see)
    }

    #[cfg(unix)]
    fn stamp(&self, path: &Path) -> io::Result<Option<Stamp>> {
        // Each request to the server looks at a stamp: one allocation instead of the two of `join`.
        let mut full = PathBuf::with_capacity(self.root.as_os_str().len() + 1 + path.as_os_str().len());
        full.extend([&self.root, path]);
        unix::stamp_of(&full).map(Some)
    }

    fn folder(&self) -> Option<&Path> {
        Some(&self.root)
    }
}

/// True if an imported file, which has the size and the time of its source, is what is to be published: the source itself if
/// that is linked, else a copy made after the last change of the source. `None` if the source has changed since then: perhaps
/// its bytes, because programs can set the time.
#[cfg(unix)]
fn is_current(imported: &fs::Metadata, source: &fs::Metadata, is_link: bool) -> Option<bool> {
    use std::os::unix::fs::MetadataExt;
    let is_same_file = (imported.dev(), imported.ino()) == (source.dev(), source.ino());
    if is_link || is_same_file {
        return Some(is_link == is_same_file);
    }
    let changed = |file: &fs::Metadata| (file.ctime(), file.ctime_nsec());
    (changed(source) < changed(imported)).then_some(true)
}

/// Elsewhere, nothing else is known of a file.
#[cfg(not(unix))]
fn is_current(_: &fs::Metadata, _: &fs::Metadata, _: bool) -> Option<bool> {
    Some(true)
}

/// Removes the temporary files of a build that was killed. The lock must be held: no other build uses them then.
fn remove_temporary_files(root: &Path) {
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            // Links are not followed.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !name.starts_with('.') => folders.push(entry.path()),
                Ok(kind)
                    if kind.is_file() && name.starts_with(TEMPORARY.0) && name.ends_with(TEMPORARY.1) =>
                {
                    let _ = fs::remove_file(entry.path());
                }
                _ => {}
            }
        }
    }
}

/// Repeats a read that fails with an error that may pass: disks and network file systems recover from many.
pub(crate) fn retry_read<T>(read: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    retry(may_pass, read)
}

fn retry<T, E>(may_pass: impl Fn(&E) -> bool, mut read: impl FnMut() -> Result<T, E>) -> Result<T, E> {
    for _ in 0..READ_RETRIES {
        match read() {
            Err(error) if may_pass(&error) => {}
            result => return result,
        }
    }
    read()
}

/// A file whose reads are repeated like those of [`retry_read`].
struct Retried(File);

impl Read for Retried {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        retry_read(|| self.0.read(buffer))
    }
}

impl Seek for Retried {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

/// True for errors of disks and of network file systems that may be gone the next time; after `ESTALE`, a file of NFS can be
/// opened again.
fn may_pass(error: &io::Error) -> bool {
    #[cfg(unix)]
    return rustix::io::Errno::from_io_error(error).is_some_and(unix::may_pass);
    #[cfg(not(unix))]
    return false;
}

/// Operations on many files of one folder. Names are looked up relative to the open folder, which saves the kernel the path
/// to it.
#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::fs::File;
    use std::io;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;

    use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat, fstat, openat, statat};
    use rustix::io::{Errno, read, retry_on_intr};

    use super::super::regular::not_regular;
    use super::super::{Beginning, Kind, Stamp};
    use crate::types::Bytes;

    /// True if a folder below another one, or one between them, is a symbolic link; `None` if the system cannot say it in one
    /// call: Linux before 5.6, and containers that refuse calls which they do not know.
    #[cfg(any(target_os = "android", target_os = "linux"))]
    pub(super) fn has_link(root: &Path, folder: &Path) -> Option<bool> {
        use rustix::fs::{ResolveFlags, open, openat2};
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = retry_on_intr(|| open(root, flags, Mode::empty())).ok()?;
        match retry_on_intr(|| openat2(&root, folder, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS)) {
            Err(Errno::LOOP) => Some(true),
            // What is missing is no link; opening it fails later.
            Ok(_) | Err(Errno::NOENT | Errno::NOTDIR) => Some(false),
            Err(_) => None,
        }
    }

    /// See [`super::may_pass`].
    pub(super) fn may_pass(errno: Errno) -> bool {
        matches!(
            errno,
            Errno::IO
                | Errno::STALE
                | Errno::AGAIN
                | Errno::INTR
                | Errno::TIMEDOUT
                | Errno::HOSTDOWN
                | Errno::REMOTEIO
        )
    }

    fn retry<T>(mut call: impl FnMut() -> Result<T, Errno>) -> Result<T, Errno> {
        super::retry(|errno| may_pass(*errno), || retry_on_intr(&mut call))
    }

    pub(super) fn scan(
        folder: &Path,
        stamps: bool,
        see: &mut dyn FnMut(&OsStr, Kind, Option<Stamp>),
    ) -> io::Result<()> {
        let folder = open_folder(folder)?;
        let mut entries = retry(|| rustix::fs::Dir::read_from(&folder))?;
        // After an error, what was seen is passed over.
        let (mut seen, mut passed, mut failures) = (0, 0, 0);
        while let Some(entry) = entries.read() {
            let entry = match entry {
                Err(errno) if may_pass(errno) && failures < super::READ_RETRIES => {
                    entries.rewind();
                    (passed, failures) = (0, failures + 1);
                    continue;
                }
                entry => entry?,
            };
            passed += 1;
            if passed <= seen {
                continue;
            }
            seen = passed;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            let mut stat = None;
            let mut read_stat = || match retry(|| statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW)) {
                // Removed after it was listed.
                Err(Errno::NOENT) => Ok(false),
                found => found.map(|found| stat = Some(found)).map(|()| true),
            };
            let mut kind = entry.file_type();
            if kind == FileType::Unknown || stamps && kind == FileType::RegularFile {
                if !read_stat()? {
                    continue;
                }
                kind = stat.as_ref().map_or(kind, |s| FileType::from_raw_mode(s.st_mode));
            }
            let kind = match kind {
                FileType::RegularFile => Kind::File,
                FileType::Directory => Kind::Folder,
                FileType::Symlink if statat(&folder, name, AtFlags::empty()).is_ok() => Kind::Link,
                FileType::Symlink => Kind::BrokenLink,
                _ => Kind::Special,
            };
            let stamp = stat.as_ref().filter(|_| kind == Kind::File && stamps).map(stamp);
            see(OsStr::from_bytes(name.to_bytes()), kind, stamp);
        }
        Ok(())
    }

    pub(super) fn heads(
        folder: &Path,
        names: &[&OsStr],
        length: Bytes,
        see: &mut dyn FnMut(usize, io::Result<Beginning<'_>>),
    ) -> io::Result<()> {
        let folder = open_folder(folder)?;
        let mut buffer = vec![0; usize::try_from(length.0).map_err(io::Error::other)?];
        for (number, name) in names.iter().enumerate() {
            let head = super::retry_read(|| Ok(read_head(&folder, name, &mut buffer)?));
            let head = head.and_then(|head| head.ok_or_else(not_regular));
            see(
                number,
                head.map(|(filled, stamp)| Beginning {
                    bytes: &buffer[..filled],
                    size: stamp.size,
                    stamp: Some(stamp),
                }),
            );
        }
        Ok(())
    }

    /// Opens a folder. Anything else is an error at once: opening a FIFO would wait for its other end.
    fn open_folder(folder: &Path) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        Ok(File::from(retry(|| rustix::fs::open(folder, flags, Mode::empty()))?))
    }

    /// Reads the beginning of a file into a buffer, and returns its length and the stamp of the file; `None` for anything but a
    /// regular file.
    fn read_head(folder: &File, name: &OsStr, buffer: &mut [u8]) -> Result<Option<(usize, Stamp)>, Errno> {
        let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = retry_on_intr(|| openat(folder, name, flags, Mode::empty()))?;
        let stat = fstat(&file)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Ok(None);
        }
        let stamp = stamp(&stat);
        let mut filled = 0;
        // The size is known, so no further read is needed to find the end.
        while filled < buffer.len() && (filled as u64) < stamp.size.0 {
            match retry_on_intr(|| read(&file, &mut buffer[filled..]))? {
                0 => break,
                more => filled += more,
            }
        }
        Ok(Some((filled, stamp)))
    }

    pub(super) fn stamp_of(path: &Path) -> io::Result<Stamp> {
        let stat = retry(|| statat(CWD, path, AtFlags::SYMLINK_NOFOLLOW))?;
        let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        is_file.then(|| stamp(&stat)).ok_or_else(not_regular)
    }

    pub(super) fn stamp_of_open(file: &File) -> io::Result<Stamp> {
        Ok(stamp(&retry(|| fstat(file))?))
    }

    #[allow(clippy::unnecessary_cast, clippy::cast_sign_loss, reason = "the fields differ between systems")]
    fn stamp(stat: &Stat) -> Stamp {
        let ns = |seconds: i64, ns: i64| i128::from(seconds) * 1_000_000_000 + i128::from(ns);
        Stamp {
            size: Bytes(stat.st_size as u64),
            modified: ns(stat.st_mtime as i64, stat.st_mtime_nsec as i64),
            changed: ns(stat.st_ctime as i64, stat.st_ctime_nsec as i64),
            inode: stat.st_ino as u64,
        }
    }
}

fn is_linked() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "it is a symbolic link, or below one")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn reading_is_repeated_after_errors_that_may_pass_and_those_of_the_system_are_none_of_the_file() {
        let fail = |errno: rustix::io::Errno, failures: usize| {
            let mut attempts = 0;
            let result = retry_read(|| {
                attempts += 1;
                if attempts <= failures { Err(io::Error::from(errno)) } else { Ok(()) }
            });
            (result.is_ok(), attempts)
        };
        use rustix::io::Errno;
        assert_eq!(fail(Errno::IO, 0), (true, 1));
        assert_eq!(fail(Errno::IO, READ_RETRIES), (true, READ_RETRIES + 1));
        assert_eq!(fail(Errno::IO, usize::MAX), (false, READ_RETRIES + 1));
        assert_eq!(fail(Errno::INTR, 1), (true, 2));
        assert_eq!(fail(Errno::TIMEDOUT, 1), (true, 2));
        assert_eq!(fail(Errno::MFILE, usize::MAX), (false, 1));
        for (errno, is_expected) in [
            (Errno::MFILE, true),
            (Errno::NFILE, true),
            (Errno::NOMEM, true),
            (Errno::NODEV, true),
            (Errno::NOTCONN, true),
            (Errno::TIMEDOUT, true),
            (Errno::IO, false),
            (Errno::ACCESS, false),
            (Errno::NOSPC, false),
        ] {
            assert_eq!(crate::store::is_exhausted(&errno.into()), is_expected, "{errno}");
        }
    }

    #[test]
    fn policy_publishing_one_build_at_a_time_and_the_second_learns_who_holds_the_lock() {
        let dir = tempfile::tempdir().unwrap();
        let store = FsStore::new(dir.path().join("feeds"));
        let held = store.lock(Duration::ZERO).unwrap();
        let error = store.lock(Duration::ZERO).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
        drop(held);
        assert!(!dir.path().join("feeds").exists(), "an empty folder is removed with its lock");
        drop(store.lock(Duration::ZERO).unwrap());
    }

    #[test]
    fn the_next_lock_removes_temporary_files_of_a_killed_build_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let store = FsStore::new(dir.path());
        let all = [
            ".feedmill-a.tmp",
            "a/archive/2023-10/.feedmill-b.tmp",
            ".feedmill-c",
            "d.tmp",
            ".git/.feedmill-e.tmp",
        ];
        for name in all {
            fs::create_dir_all(dir.path().join(name).parent().unwrap()).unwrap();
            fs::write(dir.path().join(name), "").unwrap();
        }
        let left = || all.map(|name| dir.path().join(name).exists());
        drop(store.lock(Duration::ZERO).unwrap());
        assert_eq!(left(), [true; 5], "the last build was not killed");
        fs::write(dir.path().join(".feedmill.lock"), "1\n").unwrap();
        drop(store.lock(Duration::ZERO).unwrap());
        assert_eq!(left(), [false, false, true, true, true]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_anywhere_in_a_long_path_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let store = FsStore::new(dir.path());
        for depth in 1..8 {
            let folders: PathBuf = (0..depth).map(|n| format!("{depth}-{n}")).collect();
            store.replace(&folders.join("a.txt"), b"a").unwrap();
            assert_eq!(store.read(&folders.join("a.txt"), Bytes(9)).unwrap(), b"a");
            for linked in folders.ancestors().filter(|folder| !folder.as_os_str().is_empty()) {
                let (at, aside) = (dir.path().join(linked), dir.path().join("aside"));
                fs::rename(&at, &aside).unwrap();
                std::os::unix::fs::symlink(&aside, &at).unwrap();
                let error = store.read(&folders.join("a.txt"), Bytes(9)).unwrap_err();
                assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{}: {error}", linked.display());
                assert!(store.replace(&folders.join("b.txt"), b"b").is_err(), "{}", linked.display());
                fs::remove_file(&at).unwrap();
                fs::rename(&aside, &at).unwrap();
            }
            let missing = store.read(&folders.join("missing/b/c"), Bytes(9)).unwrap_err();
            assert_eq!(missing.kind(), io::ErrorKind::NotFound);
            let below = store.read(&folders.join("a.txt/b/c"), Bytes(9)).unwrap_err();
            assert_eq!(below.kind(), io::ErrorKind::NotADirectory);
        }
    }

    /// A folder 800 levels deep once took a second for each of its files.
    #[cfg(any(target_os = "android", target_os = "linux"))]
    #[test]
    fn the_depth_of_a_folder_costs_no_further_calls() {
        let dir = tempfile::tempdir().unwrap();
        let store = FsStore::new(dir.path());
        let deep: PathBuf = (0..500).map(|_| "d").collect();
        fs::create_dir_all(dir.path().join(&deep)).unwrap();
        let (has_link, steps) = work::count(|| store.has_link(&deep));
        let is_known = unix::has_link(dir.path(), &deep).is_some();
        assert_eq!((has_link, steps), (false, if is_known { 0 } else { 500 }));
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
