//! Front matter in JSON, as in Hugo: an object at the beginning of the file. Eleventy has it between lines of `---json` and
//! `---`.

use super::front_syntax::{Format, Syntax};
use crate::generator::json as parse;
use crate::types::work;

pub(super) static JSON: Syntax = Syntax {
    format: Format::Json,
    opens,
    closer: || {
        let mut object = Object::default();
        Box::new(move |line| object.ends_in(line))
    },
    is_delimited: false,
    parse,
};

/// JSON between two lines (<https://www.11ty.dev/docs/data-frontmatter/>).
pub(super) static DELIMITED_JSON: Syntax = Syntax {
    format: Format::Json,
    opens: |line| line.trim_end() == "---json",
    closer: || Box::new(|line| line.trim_end() == "---"),
    is_delimited: true,
    parse,
};

/// True if a line begins an object with members. Template tags begin with two braces or with a percent sign.
fn opens(line: &str) -> bool {
    let inner = line.trim().strip_prefix('{').map(str::trim_start);
    inner.is_some_and(|inner| inner.is_empty() || inner.starts_with('"'))
}

/// An object that is read line by line. No string of JSON continues on the next line.
#[derive(Default)]
struct Object {
    /// Number of objects that are open.
    depth: usize,
}

impl Object {
    /// True if the object ends in a line.
    fn ends_in(&mut self, line: &str) -> bool {
        work::step(line.len());
        let (mut is_text, mut is_escaped) = (false, false);
        for byte in line.bytes() {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = is_text,
                b'"' => is_text = !is_text,
                b'{' if !is_text => self.depth += 1,
                b'}' if !is_text => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return true;
                    }
                }
                _ => {}
            }
        }
        false
    }
}
