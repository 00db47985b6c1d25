//! The templates of the user for pages: read once per build, and part of what every page depends on.

use std::io::{self, Read};
use std::path::Path;

use crate::config::Plan;
use crate::diag::{Finding, codes};
use crate::format::{PageKind, Templates};
use crate::store::regular;
use crate::types::excerpt;

/// Maximum size of a template in bytes.
const MAX_SIZE: u64 = 128 << 10;
/// Number of characters of a path that a finding shows.
const SHOWN: usize = 80;

/// The templates that a build uses.
#[derive(Default)]
pub(super) struct UserTemplates {
    /// Those that can be used.
    pub(super) templates: Templates,
    /// Findings about the others.
    pub(super) findings: Vec<Finding>,
    /// Text of all of them, also of those that cannot be used.
    pub(super) texts: Vec<String>,
}

/// Reads the configured templates.
pub(super) fn read(plan: &Plan) -> UserTemplates {
    let mut all = UserTemplates::default();
    let configured = [
        (PageKind::Page, "template", &plan.page_template),
        (PageKind::Entry, "entry_template", &plan.entry_template),
    ];
    for (kind, key, path) in configured {
        let Some(path) = path else { continue };
        let file = path.display().to_string();
        let added = match read_text(path) {
            Ok(text) => {
                all.texts.push(text.clone());
                all.templates.add(kind, file, text)
            }
            Err(error) => {
                all.texts.push(String::new());
                let detail = format!("`{key}` in [theme] names `{}`: {error}", excerpt(&file, SHOWN));
                Err(Finding::new(&codes::TEMPLATE_BROKEN, plan.place(key), detail))
            }
        };
        all.findings.extend(added.err());
    }
    all
}

/// Reads a template.
fn read_text(path: &Path) -> io::Result<String> {
    let problem = |text: &str| io::Error::new(io::ErrorKind::InvalidData, text);
    let mut bytes = Vec::new();
    regular::open(path)?.take(MAX_SIZE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_SIZE {
        return Err(problem("it is larger than 128 KiB"));
    }
    String::from_utf8(bytes).map_err(|_| problem("it is not UTF-8"))
}
