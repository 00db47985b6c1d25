//! The main dialect: `<!--milliseconds-->`, `[title](link)`, `------`, body.

use super::{Dialect, Fault, Head, Lines, Origin, SHOWN, Seed, markup, stamp, title};
use crate::diag::{Finding, codes};
use crate::model::Metadata;
use crate::types::excerpt;

pub(super) struct Stamped;

impl Dialect for Stamped {
    fn name(&self) -> &'static str {
        "stamped"
    }

    fn is_stamped(&self) -> bool {
        true
    }

    fn claims(&self, first_line: &str) -> bool {
        first_line.trim_start().starts_with("<!--")
    }

    fn read(
        &self,
        lines: &mut Lines<'_>,
        _: &Origin<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<Head, Fault> {
        let number = lines.number();
        let line = lines.next_line()?.unwrap_or_default();
        let inner = line.trim_start().strip_prefix("<!--").unwrap_or_default();
        let column = (line.chars().count() - inner.chars().count() + 1) as u32;
        let Some((text, rest)) = inner.split_once("-->") else {
            let detail = format!("`{}` has no `-->` on its line", excerpt(line, SHOWN));
            return Err(Finding::in_text(&codes::SEED_BAD_STAMP, number, column, detail).into());
        };
        let time = stamp::read(text, number, column, findings)?;
        if !rest.trim().is_empty() {
            let column = (line.chars().count() - rest.trim_start().chars().count() + 1) as u32;
            let detail = format!("`{}`", excerpt(rest, SHOWN));
            findings.push(Finding::in_text(&codes::SEED_STAMP_LINE, number, column, detail));
        }
        let (title, link) = title::read(lines, findings)?;
        rule(lines, findings)?;
        Ok(Head::new(time, title, link))
    }

    fn metadata(&self, seed: &Seed<'_>) -> Metadata {
        markup::metadata(seed)
    }
}

/// Skips the rule between head and body. A line of other marks counts as one, with a finding; without a rule the body
/// begins at once.
pub(super) fn rule(lines: &mut Lines<'_>, findings: &mut Vec<Finding>) -> Result<(), Fault> {
    let line = lines.peek()?.map(str::trim);
    let all =
        |line: &str, marks: &[char]| line.chars().count() >= 3 && line.chars().all(|c| marks.contains(&c));
    if line.is_some_and(|l| all(l, &['-'])) {
        lines.next_line()?;
        return Ok(());
    }
    findings.push(Finding::in_text(&codes::SEED_NO_RULE, lines.number(), 1, ""));
    if line.is_some_and(|l| all(l, &['=', '–', '—', '―', '_', '*', '－', '─'])) {
        lines.next_line()?;
    }
    Ok(())
}
