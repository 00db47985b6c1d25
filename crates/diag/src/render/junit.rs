//! JUnit XML, for the test reports of CI systems: a test suite for each file, a test case for each finding in it.

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

    fn groups_by_file(&self) -> bool {
        true
    }

    fn render(&self, d: &Finding, out: &mut dyn Write) -> io::Result<()> {
        self.render_file(&d.place.file, std::slice::from_ref(d), out)
    }

    fn render_file(&self, file: &str, findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
        let file = escaped(if file.is_empty() { "feedmill" } else { file });
        // Only errors fail a run, so only they are failures.
        let failures = findings.iter().filter(|d| d.severity == Severity::Error).count();
        let tests = findings.len().max(1);
        writeln!(out, "  <testsuite name=\"{file}\" tests=\"{tests}\" failures=\"{failures}\">")?;
        if findings.is_empty() {
            // Some systems reject a suite without a test.
            writeln!(out, "    <testcase name=\"no findings\" classname=\"{file}\"/>")?;
        }
        for finding in findings {
            case(&file, finding, out)?;
        }
        writeln!(out, "  </testsuite>")
    }

    fn finish(&self, _: &[&'static Meta], out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "</testsuites>")
    }
}

/// Prints a finding of a file, whose name is escaped.
fn case(file: &str, d: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let (code, message) = (escaped(d.meta.code), escaped(&d.message()));
    let tag = match d.severity {
        Severity::Error => "failure",
        Severity::Warning | Severity::Note => "system-out",
    };
    let text = [
        format!("{}:{}:{}: {}: {}", d.place.file, d.place.line, d.place.column, d.severity, d.message()),
        d.meta.remedy.to_owned(),
        d.meta.url.to_owned(),
    ];
    let text: Vec<String> = text.iter().filter(|line| !line.is_empty()).map(|line| escaped(line)).collect();
    let attributes = match d.severity {
        Severity::Error => format!(" message=\"{message}\" type=\"{}\"", d.severity),
        Severity::Warning | Severity::Note => String::new(),
    };
    writeln!(
        out,
        "    <testcase name=\"{code}\" classname=\"{file}\" file=\"{file}\" line=\"{}\" column=\"{}\">\n      \
         <{tag}{attributes}>{}</{tag}>\n    </testcase>",
        d.place.line,
        d.place.column,
        text.join("\n")
    )
}

/// Escapes text for XML; control characters are printed as escapes, because XML has none.
fn escaped(text: &str) -> String {
    let text = printable(text);
    let text: String = text.chars().filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}')).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
