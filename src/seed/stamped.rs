//! The dialect of today: `<!--milliseconds-->`, `[title](link)`, `------`, body.

use super::{Dialect, Fault, Head, Lines, Origin, stamp, title};
use crate::diag::{Finding, codes};

pub(super) struct Stamped;

impl Dialect for Stamped {
    fn name(&self) -> &'static str {
        "stamped"
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
            let message = "the stamp does not end in `-->` on its line";
            return Err(Finding::in_text(&codes::SEED_BAD_STAMP, number, column, message).into());
        };
        let time = stamp::read(text, number, column, findings)?;
        if !rest.trim().is_empty() {
            let column = (line.chars().count() - rest.trim_start().chars().count() + 1) as u32;
            let message = "something follows the stamp on its line";
            findings.push(Finding::in_text(&codes::SEED_STAMP_LINE, number, column, message));
        }
        let (title, link) = title::read(lines, findings)?;
        rule(lines, findings)?;
        Ok(Head::new(time, title, link))
    }
}

/// Takes the rule. Where it is missing the body begins at once; a line of other marks is taken for it.
pub(super) fn rule(lines: &mut Lines<'_>, findings: &mut Vec<Finding>) -> Result<(), Fault> {
    let line = lines.peek()?.map(str::trim);
    let all =
        |line: &str, marks: &[char]| line.chars().count() >= 3 && line.chars().all(|c| marks.contains(&c));
    if line.is_some_and(|l| all(l, &['-'])) {
        lines.next_line()?;
        return Ok(());
    }
    findings.push(Finding::in_text(
        &codes::SEED_NO_RULE,
        lines.number(),
        1,
        "here should be a line of dashes",
    ));
    if line.is_some_and(|l| all(l, &['=', '–', '—', '―', '_', '*', '－', '─'])) {
        lines.next_line()?;
    }
    Ok(())
}
