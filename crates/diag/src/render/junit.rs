//! JUnit XML, for the test reports of CI systems: a test suite for each run of findings in one file, a test case for each
//! finding.

use std::io::{self, Write};

use super::Renderer;
use crate::{Finding, Meta, Severity, printable};

pub(super) struct Junit;

impl Renderer for Junit {
    fn name(&self) -> &'static str {
        "junit"
    }

    fn start(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"feedmill\">")
    }

    fn render(&self, d: &Finding, out: &mut dyn Write) -> io::Result<()> {
        let file = if d.place.file.is_empty() { "feedmill" } else { &d.place.file };
        let (file, code) = (escaped(file), escaped(d.meta.code));
        let message = escaped(&d.message());
        // Only errors fail a run, so only they are failures.
        let (failures, tag) = match d.severity {
            Severity::Error => (1, "failure"),
            Severity::Warning | Severity::Note => (0, "system-out"),
        };
        let text = [
            format!("{}:{}:{}: {}: {}", d.place.file, d.place.line, d.place.column, d.severity, d.message()),
            d.meta.remedy.to_owned(),
            d.meta.url.to_owned(),
        ];
        let text: Vec<String> =
            text.iter().filter(|line| !line.is_empty()).map(|line| escaped(line)).collect();
        let attributes = match d.severity {
            Severity::Error => format!(" message=\"{message}\" type=\"{}\"", d.severity),
            Severity::Warning | Severity::Note => String::new(),
        };
        writeln!(
            out,
            "  <testsuite name=\"{file}\" tests=\"1\" failures=\"{failures}\">\n    \
             <testcase name=\"{code}\" classname=\"{file}\" file=\"{file}\" line=\"{}\" column=\"{}\">\n      \
             <{tag}{attributes}>{}</{tag}>\n    </testcase>\n  </testsuite>",
            d.place.line,
            d.place.column,
            text.join("\n")
        )
    }

    fn finish(&self, seen: &[&'static Meta], out: &mut dyn Write) -> io::Result<()> {
        if seen.is_empty() {
            // Some systems reject a report without a test.
            writeln!(
                out,
                "  <testsuite name=\"feedmill\" tests=\"1\" failures=\"0\">\n    \
                 <testcase name=\"no findings\" classname=\"feedmill\"/>\n  </testsuite>"
            )?;
        }
        writeln!(out, "</testsuites>")
    }
}

/// Escapes text for XML; control characters are printed as escapes, because XML has none.
fn escaped(text: &str) -> String {
    let text = printable(text);
    let text: String = text.chars().filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}')).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
