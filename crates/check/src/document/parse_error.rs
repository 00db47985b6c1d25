//! Why a document could not be read to its end.

/// Reason why a document is not well-formed or exceeds a limit.
#[derive(Debug)]
pub(crate) struct ParseError {
    /// Byte offset in the text of the document.
    pub(crate) at: usize,
    pub(crate) message: String,
    /// True if the document exceeds a limit.
    pub(crate) is_limit: bool,
}
