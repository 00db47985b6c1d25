//! Files of feedmill's own and of its user on disk. Opening one never waits, as opening a FIFO does until its other end is open.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// Opens whatever is at a path, and returns it with its metadata. If `follows_links` is false, a symbolic link there is an error.
pub(super) fn open_at_once(
    options: &OpenOptions,
    follows_links: bool,
    path: &Path,
) -> io::Result<(File, Metadata)> {
    #[cfg(unix)]
    let options = {
        use rustix::fs::OFlags;
        let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        flags.set(OFlags::NOFOLLOW, !follows_links);
        let mut options = options.clone();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits().cast_signed());
        options
    };
    #[cfg(not(unix))]
    let _ = follows_links;
    let file = options.open(path).map_err(|error| match error.raw_os_error() {
        // What a FIFO without a reader and a socket say.
        #[cfg(unix)]
        Some(code) if code == rustix::io::Errno::NXIO.raw_os_error() => not_regular(),
        _ => error,
    })?;
    let meta = file.metadata()?;
    Ok((file, meta))
}

/// Opens a regular file.
///
/// # Errors
/// If it is anything else, such as a folder or a FIFO.
pub(crate) fn open_with(options: &OpenOptions, path: &Path) -> io::Result<File> {
    let (file, meta) = open_at_once(options, true, path)?;
    match meta.file_type() {
        kind if kind.is_file() => Ok(file),
        kind if kind.is_dir() => Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder")),
        _ => Err(not_regular()),
    }
}

/// Opens a regular file to read it.
///
/// # Errors
/// As [`open_with`].
pub(crate) fn open(path: &Path) -> io::Result<File> {
    open_with(OpenOptions::new().read(true), path)
}

/// Returns the bytes of a regular file.
///
/// # Errors
/// As [`open_with`], and if it cannot be read.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = open(path)?;
    let mut bytes = Vec::with_capacity(file.metadata().map_or(0, |meta| meta.len()) as usize);
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Creates an empty file in place of a regular one, if that is there.
///
/// # Errors
/// As [`open_with`].
pub(crate) fn create(path: &Path) -> io::Result<File> {
    open_with(OpenOptions::new().write(true).create(true).truncate(true), path)
}

/// Returns the error of what is not a regular file.
pub(super) fn not_regular() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn what_is_not_a_file_is_an_error_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let fifo = dir.path().join("fifo");
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        for path in [fifo.as_path(), dir.path(), Path::new("/dev/null")] {
            let shown = path.display();
            assert!(open(path).is_err() && read(path).is_err() && create(path).is_err(), "{shown}");
        }
        let file = dir.path().join("file");
        io::Write::write_all(&mut create(&file).unwrap(), b"text").unwrap();
        assert_eq!(read(&file).unwrap(), b"text");
        assert_eq!(read(&dir.path().join("missing")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
