//! SARIF 2.1.0 (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/>): one document, for code scanning.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::{Renderer, escaped};
use crate::{Finding, Meta, Severity};

pub(super) struct Sarif;

impl Renderer for Sarif {
    fn name(&self) -> &'static str {
        "sarif"
    }

    fn start(&self, out: &mut dyn Write) -> io::Result<()> {
        let schema = "https://json.schemastore.org/sarif-2.1.0.json";
        write!(
            out,
            "{{\"$schema\":\"{schema}\",\"version\":\"2.1.0\",\"runs\":[{{\"columnKind\":\"unicodeCodePoints\",\"results\":["
        )
    }

    fn between(&self) -> &'static str {
        ","
    }

    fn render(&self, d: &Finding, out: &mut dyn Write) -> io::Result<()> {
        let mut location = serde_json::json!({ "artifactLocation": { "uri": uri(&d.place.file) } });
        if d.place.line > 0 {
            location["region"] =
                serde_json::json!({ "startLine": d.place.line, "startColumn": d.place.column.max(1) });
        }
        let result = serde_json::json!({
            "ruleId": d.meta.code,
            "level": level(d.severity),
            "message": { "text": format!("{} ({})", d.message(), d.meta.remedy) },
            "locations": [{ "physicalLocation": location }],
        });
        write!(out, "{}", escaped(&result))
    }

    fn finish(&self, seen: &[&'static Meta], out: &mut dyn Write) -> io::Result<()> {
        let rules: Vec<serde_json::Value> = seen.iter().map(|meta| rule(meta)).collect();
        let driver = serde_json::json!({
            "name": "feedmill",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": rules,
        });
        writeln!(out, "],\"tool\":{{\"driver\":{}}}}}]}}", escaped(&driver))
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// Describes a rule, as code scanning shows it next to its results.
fn rule(meta: &Meta) -> serde_json::Value {
    let link = if meta.url.is_empty() { String::new() } else { format!(" See {}.", meta.url) };
    let mut rule = serde_json::json!({
        "id": meta.code,
        "shortDescription": { "text": meta.title },
        "fullDescription": { "text": if meta.why.is_empty() { meta.title } else { meta.why } },
        "help": { "text": format!("To fix it: {}.{link}", meta.remedy) },
        "defaultConfiguration": { "level": level(meta.severity) },
    });
    if !meta.url.is_empty() {
        rule["helpUri"] = meta.url.into();
    }
    rule
}

/// Writes a path as a URI reference (RFC 3986): relative paths stay relative.
fn uri(path: &str) -> String {
    if path.starts_with("http://") || path.starts_with("https://") {
        return path.to_owned();
    }
    let path = path.replace('\\', "/");
    let path = path.strip_prefix("./").unwrap_or(&path);
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        for (path, expected) in [
            ("feeds/rss.xml", "feeds/rss.xml"),
            ("./a b/ü.xml", "a%20b/%C3%BC.xml"),
            ("/tmp/100%.xml", "file:///tmp/100%25.xml"),
            ("a:b/c?d#e.xml", "a%3Ab/c%3Fd%23e.xml"),
            ("a\\b.xml", "a/b.xml"),
            ("https://town.example/rss.xml", "https://town.example/rss.xml"),
        ] {
            assert_eq!(uri(path), expected);
        }
    }
}
