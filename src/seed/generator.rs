//! The site generators whose articles and template tags are understood.

/// The generator that a file was written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Generator {
    Jekyll,
    Hugo,
    Zola,
}
