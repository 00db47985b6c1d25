//! Why a document could not be read to its end.

/// Reason why a document is not well-formed or exceeds a limit.
#[derive(Debug)]
pub(crate) struct ParseError {
    /// Byte offset in the text of the document.
    pub(crate) at: usize,
    pub(crate) message: String,
    pub(crate) fault: Fault,
}

/// Kind of an error. Each has its own fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The document exceeds a limit.
    Limit,
    /// Invalid markup.
    Markup,
    /// A `&` that begins no reference.
    Ampersand,
    /// A `<` that begins no tag.
    LessThan,
    /// A reference to an entity that is not defined.
    Entity,
    /// A reference to an entity whose text is not well-formed.
    EntityText,
    /// A character that XML forbids, or a reference to one.
    Character,
    /// A prefix that is not declared.
    Prefix(String),
    /// An invalid XML declaration.
    Declaration,
    /// Something before the XML declaration.
    Start,
    /// An element that is not closed, or not in the right order.
    EndTag,
    /// No element at all.
    Empty,
}

impl ParseError {
    pub(crate) fn new(fault: Fault, at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), fault }
    }

    /// Returns an error of a document that exceeds a limit.
    pub(crate) fn limit(at: usize, message: String) -> Self {
        Self::new(Fault::Limit, at, message)
    }

    pub(crate) fn is_limit(&self) -> bool {
        self.fault == Fault::Limit
    }
}
