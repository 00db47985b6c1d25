//! [`Error`]: what stops a build. A bad seed is not an error but a [`crate::diag::Finding`]; a bad output folder is one.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::diag::{printable, short_path};

/// Error that stopped a build. Opaque: inspect it with [`Error::kind`], print it with `Display`.
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
    help: Option<&'static str>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Kinds of [`Error`] that callers may want to distinguish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The configuration or the command line is invalid.
    Config,
    /// The system returned an error.
    Io,
    /// Another build holds the lock.
    Locked,
    /// There was nothing to publish; existing feeds are unchanged.
    Empty,
    /// `check` found an error in a new feed, which was not published.
    Invalid,
    /// feedmill itself failed; existing feeds are unchanged, or complete new ones.
    Internal,
}

impl Error {
    /// Creates an error with a message for people: lower case, no full stop.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), path: None, help: None, source: None }
    }

    /// Creates an I/O error: what was being done, the path, and the error of the system.
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

    /// Adds the file or folder that the error concerns.
    #[must_use]
    pub fn at(mut self, path: impl AsRef<Path>) -> Self {
        self.path = Some(path.as_ref().to_path_buf());
        self
    }

    /// Adds what to do about it, for a line of its own.
    #[must_use]
    pub fn with_help(mut self, help: &'static str) -> Self {
        self.help = Some(help);
        self
    }

    /// Adds the error that caused this one.
    #[must_use]
    pub fn because(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// True if another build was faster: an attempt from scratch may succeed.
    #[cfg(feature = "folder")]
    pub(crate) fn is_busy(&self) -> bool {
        let cause = self.source.as_ref().and_then(|source| source.downcast_ref::<std::io::Error>());
        cause.is_some_and(|cause| cause.kind() == std::io::ErrorKind::ResourceBusy)
    }

    /// Returns what to do about it, if that does not follow from the message.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        self.help
    }

    /// Returns the file or folder that the error concerns.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}: ", printable(&short_path(&path.to_string_lossy())))?;
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
