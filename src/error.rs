//! [`Error`]: what stops a run. A bad seed is no error but a [`crate::diag::Finding`]; a bad output folder is one.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::diag::printable;

/// Why a run could not be done. Opaque: ask it with [`Error::kind`], print it with `Display`.
///
/// ```
/// use feedmill::error::{Error, Kind};
///
/// let error = Error::new(Kind::Empty, "there is no readable seed").at("seeds");
/// assert_eq!(error.kind(), Kind::Empty);
/// assert_eq!(error.to_string(), "seeds: there is no readable seed");
/// ```
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    path: Option<PathBuf>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The kinds of [`Error`] a caller may want to tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The configuration or the command line can't be followed.
    Config,
    /// The file system refused.
    Io,
    /// Another run holds the lock.
    Locked,
    /// There was nothing to publish, so existing feeds were left as they are.
    Empty,
    /// A feed came out that our own `check` finds faulty; it was not published.
    Invalid,
}

impl Error {
    /// An error of a kind with a message for people: lower case, no full stop.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), path: None, source: None }
    }

    /// An I/O error: what was being done, to which path, and what the system said.
    ///
    /// ```
    /// use feedmill::error::{Error, Kind};
    ///
    /// let denied = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
    /// let error = Error::io("write the feed", "feeds/rss.xml", denied);
    /// assert_eq!(error.kind(), Kind::Io);
    /// assert_eq!(error.to_string(), "feeds/rss.xml: cannot write the feed: permission denied");
    /// ```
    pub fn io(doing: &str, path: impl AsRef<Path>, source: std::io::Error) -> Self {
        Self::new(Kind::Io, format!("cannot {doing}")).at(path).because(source)
    }

    /// Names the file or folder it is about.
    #[must_use]
    pub fn at(mut self, path: impl AsRef<Path>) -> Self {
        self.path = Some(path.as_ref().to_path_buf());
        self
    }

    /// Keeps the error that caused this one.
    #[must_use]
    pub fn because(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The file or folder it is about.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}: ", printable(&path.to_string_lossy()))?;
        }
        f.write_str(&printable(&self.message))?;
        match &self.source {
            Some(source) => write!(f, ": {}", printable(&source.to_string())),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|s| s.as_ref() as &(dyn std::error::Error + 'static))
    }
}
