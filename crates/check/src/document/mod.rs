//! Documents as located trees: from bytes to text, from text to a tree, and from offsets to lines and columns.
//!
//! | step | file |
//! | --- | --- |
//! | bytes to text | `source` |
//! | text to a tree | `xml` with `declaration`, `entities` and `names`; `json` |
//! | offsets to lines and columns | `lines` |

mod declaration;
mod entities;
pub(crate) mod json;
pub(crate) mod lines;
mod names;
pub(crate) mod parse_error;
pub(crate) mod source;
pub(crate) mod xml;
