//! Output styles of findings: one file each, registered here.

mod github;
mod human;
mod json;
mod junit;
mod sarif;

use std::io::{self, Write};

pub use json::to_json;

use super::{Finding, Meta, is_risky};

/// An output style.
pub trait Renderer: Sync {
    /// Name of the style, as in `--message-format`.
    fn name(&self) -> &'static str;

    /// Prints the beginning; called once before the first finding.
    ///
    /// # Errors
    /// Any error of `out`.
    fn start(&self, out: &mut dyn Write) -> io::Result<()> {
        let _ = out;
        Ok(())
    }

    /// Separator between two findings.
    fn between(&self) -> &'static str {
        ""
    }

    /// Prints one finding.
    ///
    /// # Errors
    /// Any error of `out`.
    fn render(&self, finding: &Finding, out: &mut dyn Write) -> io::Result<()>;

    /// True if the style groups findings by file, so that it prints each file with [`Self::render_file`].
    fn groups_by_file(&self) -> bool {
        false
    }

    /// Prints the findings of a file, of which there may be none.
    ///
    /// # Errors
    /// Any error of `out`.
    fn render_file(&self, file: &str, findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
        let _ = file;
        findings.iter().try_for_each(|finding| self.render(finding, out))
    }

    /// Prints the end; called once after the last finding, with the kinds of all that were printed, sorted by code.
    ///
    /// # Errors
    /// Any error of `out`.
    fn finish(&self, seen: &[&'static Meta], out: &mut dyn Write) -> io::Result<()> {
        let _ = (seen, out);
        Ok(())
    }
}

/// Every style. The first is the default; `human-color` replaces `human` on a terminal.
pub static RENDERERS: &[&dyn Renderer] = &[
    &human::Human { color: false },
    &human::Human { color: true },
    &github::Github,
    &json::Json,
    &junit::Junit,
    &sarif::Sarif,
];

/// Returns the style with a name.
///
/// ```
/// assert!(feedmill_diag::renderer("sarif").is_some());
/// ```
#[must_use]
pub fn renderer(name: &str) -> Option<&'static dyn Renderer> {
    RENDERERS.iter().copied().find(|r| r.name() == name)
}

/// Formats JSON that is safe to print: the characters that [`printable`](super::printable) escapes become JSON escapes, so
/// that a program reads the original text. They occur in strings only.
fn escaped(value: &serde_json::Value) -> String {
    let mut out = String::new();
    for c in value.to_string().chars() {
        if is_risky(c) {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    out
}
