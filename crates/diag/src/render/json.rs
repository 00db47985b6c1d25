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
        let object = serde_json::json!({
            "file": d.place.file,
            "line": d.place.line,
            "column": d.place.column,
            "severity": d.severity.name(),
            "code": d.meta.code,
            "message": d.message(),
            "help": d.meta.remedy,
            "url": d.meta.url,
        });
        writeln!(out, "{}", escaped(&object))
    }
}
