//! Styles of printing findings: one file each, registered here.

mod github;
mod human;
mod json;
mod sarif;

use std::io::{self, Write};

use super::{Finding, is_risky};

/// A style of output.
pub trait Renderer: Sync {
    /// The name after `--message-format`.
    fn name(&self) -> &'static str;

    /// Called once before the first finding.
    ///
    /// # Errors
    /// What `out` says.
    fn start(&self, out: &mut dyn Write) -> io::Result<()> {
        let _ = out;
        Ok(())
    }

    /// What stands between two findings.
    fn between(&self) -> &'static str {
        ""
    }

    /// Prints one finding.
    ///
    /// # Errors
    /// What `out` says.
    fn render(&self, diagnostic: &Finding, out: &mut dyn Write) -> io::Result<()>;

    /// Called once after the last finding.
    ///
    /// # Errors
    /// What `out` says.
    fn finish(&self, out: &mut dyn Write) -> io::Result<()> {
        let _ = out;
        Ok(())
    }
}

/// Every style. The first is the default; `human-color` is what `human` becomes on a terminal.
pub static RENDERERS: &[&dyn Renderer] = &[
    &human::Human { color: false },
    &human::Human { color: true },
    &github::Github,
    &json::Json,
    &sarif::Sarif,
];

/// Finds a style by name.
///
/// ```
/// assert!(feedmill_diag::renderer("sarif").is_some());
/// ```
#[must_use]
pub fn renderer(name: &str) -> Option<&'static dyn Renderer> {
    RENDERERS.iter().copied().find(|r| r.name() == name)
}

/// JSON that drives no terminal: what [`printable`](super::printable) escapes is escaped here as JSON has it, so that a
/// program reads the very text. It only ever stands in strings.
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
