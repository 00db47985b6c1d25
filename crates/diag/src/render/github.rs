//! GitHub Actions annotations: `::error file=…,line=…,col=…,title=…::message`
//! (<https://docs.github.com/actions/reference/workflow-commands-for-github-actions>).

use std::io::{self, Write};

use super::Renderer;
use crate::{Finding, Severity, printable};

pub(super) struct Github;

impl Renderer for Github {
    fn name(&self) -> &'static str {
        "github"
    }

    fn render(&self, d: &Finding, out: &mut dyn Write) -> io::Result<()> {
        let command = match d.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        write!(out, "::{command} ")?;
        if !d.place.file.is_empty() {
            write!(out, "file={},", property(&printable(&d.place.file)))?;
            if d.place.line > 0 {
                write!(out, "line={},", d.place.line)?;
            }
            if d.place.column > 0 {
                write!(out, "col={},", d.place.column)?;
            }
        }
        let link = if d.meta.url.is_empty() { String::new() } else { format!("; {}", d.meta.url) };
        let message = format!("{} ({}{link})", printable(&d.message()), d.meta.remedy);
        writeln!(out, "title={}::{}", property(d.meta.code), message.replace('%', "%25"))
    }
}

/// Escapes the value of a property: `%`, `:` and `,` are percent-encoded.
fn property(text: &str) -> String {
    text.replace('%', "%25").replace(':', "%3A").replace(',', "%2C")
}
