//! The engine: walks a document and looks up each element in the vocabularies.
//!
//! | file | content |
//! | --- | --- |
//! | `parent`, `ns` | names by which vocabularies refer to each other's elements and namespaces |
//! | `vocabulary` | the types of a vocabulary, and an element with its context |
//! | `structure`, `namespace`, `xml` | rules about every element, whatever its vocabulary |
//! | `subtree` | elements of which only these rules are checked |
//! | `walk` | the walk |
//! | `log` | collects findings by offset, and locates them at the end |

pub(crate) mod log;
pub(crate) mod namespace;
pub(crate) mod ns;
pub(crate) mod parent;
pub(crate) mod structure;
pub(crate) mod subtree;
pub(crate) mod vocabulary;
pub(crate) mod walk;
pub(crate) mod xml;
