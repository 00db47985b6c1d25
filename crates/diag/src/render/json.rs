//! One JSON object per line, for other programs. The keys are stable.

use std::io::{self, Write};

use super::{Renderer, escaped};
use crate::Finding;

pub(super) struct Json;

impl Renderer for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn render(&self, d: &Finding, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", escaped(&to_json(d)))
    }
}

/// Returns a finding as an object, as `--message-format json` prints it.
///
/// ```
/// use feedmill_diag::{Finding, Place, codes, to_json};
///
/// let finding = Finding::new(&codes::SEED_NO_LINK, Place::at("seeds/1.txt", 2, 1), "");
/// assert_eq!(to_json(&finding)["code"], "seed-no-link");
/// ```
#[must_use]
pub fn to_json(finding: &Finding) -> serde_json::Value {
    serde_json::json!({
        "file": finding.place.file,
        "line": finding.place.line,
        "column": finding.place.column,
        "severity": finding.severity.name(),
        "code": finding.meta.code,
        "message": finding.message(),
        "help": finding.meta.remedy,
        "url": finding.meta.url,
    })
}
