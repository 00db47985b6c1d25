//! SARIF 2.1.0 (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/>): one document, for code scanning.

use std::io::{self, Write};

use super::{Renderer, escaped};
use crate::{Finding, Severity};

pub(super) struct Sarif;

impl Renderer for Sarif {
    fn name(&self) -> &'static str {
        "sarif"
    }

    fn start(&self, out: &mut dyn Write) -> io::Result<()> {
        let schema = "https://json.schemastore.org/sarif-2.1.0.json";
        write!(
            out,
            "{{\"$schema\":\"{schema}\",\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{{\"name\":\"feedmill\"}}}},\
             \"columnKind\":\"unicodeCodePoints\",\"results\":["
        )
    }

    fn between(&self) -> &'static str {
        ","
    }

    fn render(&self, d: &Finding, out: &mut dyn Write) -> io::Result<()> {
        let level = match d.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let mut location = serde_json::json!({ "artifactLocation": { "uri": d.place.file } });
        if d.place.line > 0 {
            location["region"] =
                serde_json::json!({ "startLine": d.place.line, "startColumn": d.place.column.max(1) });
        }
        let result = serde_json::json!({
            "ruleId": d.meta.code,
            "level": level,
            "message": { "text": format!("{} ({})", d.message(), d.meta.remedy) },
            "locations": [{ "physicalLocation": location }],
        });
        write!(out, "{}", escaped(&result))
    }

    fn finish(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "]}}]}}")
    }
}
