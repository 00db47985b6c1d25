//! What a server says about a feed and about the files that a feed links to. Nothing here uses the network: callers make
//! the requests and hand in the answers.
//!
//! | what | file |
//! | --- | --- |
//! | redirects, `Content-Type`, caching | `response` |
//! | enclosures and covers | `files` |

mod files;
mod response;

pub use files::{Attributes, FileAnswer, FileKind, LinkedFile, check_file, linked_files};
pub use response::{Redirect, Response, SecondAnswer, check_response};

use crate::rule::Rule;

pub(crate) use files::RULES as FILES;
pub(crate) use response::RULES as RESPONSES;

const fn http(rule: Rule, bad: &'static str, good: &'static str) -> Rule {
    rule.example(crate::rule::Context::Answer, bad, good)
}
