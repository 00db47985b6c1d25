//! Text for people: `file:line:column: severity[code]: message`, the line with a mark below the column, the fix and the
//! specification; with colours if the terminal supports them.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::Renderer;
use crate::{Finding, Severity, printable};

/// Maximum number of characters of a source line that are shown.
const SHOWN: usize = 100;

pub(super) struct Human {
    pub(super) color: bool,
}

impl Renderer for Human {
    fn name(&self) -> &'static str {
        if self.color { "human-color" } else { "human" }
    }

    fn render(&self, d: &Finding, out: &mut dyn Write) -> io::Result<()> {
        let [bold, dim, reset, tone] = match (self.color, d.severity) {
            (false, _) => [""; 4],
            (true, Severity::Error) => ["\x1b[1m", "\x1b[2m", "\x1b[0m", "\x1b[1;31m"],
            (true, Severity::Warning) => ["\x1b[1m", "\x1b[2m", "\x1b[0m", "\x1b[1;33m"],
            (true, Severity::Note) => ["\x1b[1m", "\x1b[2m", "\x1b[0m", "\x1b[1;36m"],
        };
        if !d.place.file.is_empty() {
            write!(out, "{bold}{}", printable(&d.place.file))?;
            if d.place.line > 0 {
                write!(out, ":{}", d.place.line)?;
                if d.place.column > 0 {
                    write!(out, ":{}", d.place.column)?;
                }
            }
            write!(out, "{reset}: ")?;
        }
        writeln!(out, "{tone}{}[{}]{reset}: {}", d.severity, d.meta.code, printable(&d.message()))?;
        if !d.place.source.is_empty() {
            let number = d.place.line.to_string();
            let (shown, mark) = window(&d.place.source, d.place.mark);
            writeln!(out, " {dim}{number} |{reset} {shown}")?;
            if d.place.column > 0 {
                writeln!(
                    out,
                    " {:width$} {dim}|{reset} {:mark$}{tone}^{reset}",
                    "",
                    "",
                    width = number.len()
                )?;
            }
        }
        if !d.meta.remedy.is_empty() {
            writeln!(out, "  {dim}help:{reset} {}", d.meta.remedy)?;
        }
        if !d.meta.url.is_empty() {
            writeln!(out, "  {dim}rule:{reset} {}", d.meta.url)?;
        }
        Ok(())
    }
}

/// Returns the part of a line around a column (from 1), and the number of terminal cells before that column in it.
fn window(line: &str, column: u32) -> (String, usize) {
    let column = (column.max(1) - 1) as usize;
    let skip = if column > SHOWN * 2 / 3 { column - SHOWN / 3 } else { 0 };
    let cut: String = line.chars().skip(skip).take(SHOWN).collect();
    let before = printable(&cut.chars().take(column - skip).collect::<String>());
    let lead = if skip > 0 { "…" } else { "" };
    let tail = if line.chars().nth(skip + SHOWN).is_some() { "…" } else { "" };
    (format!("{lead}{}{tail}", printable(&cut)), lead.width() + before.width())
}
