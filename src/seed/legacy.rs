//! The older dialect: no stamp; a line `日期：<RFC 2822 date>` follows the rule.

use chrono::DateTime;

use super::{Dialect, Fault, Head, Lines, Origin, SHOWN, Seed, markup, stamped, title};
use crate::diag::{Finding, codes};
use crate::model::Metadata;
use crate::types::{UnixMs, excerpt};

pub(super) struct Legacy;

impl Dialect for Legacy {
    fn name(&self) -> &'static str {
        "legacy"
    }

    fn is_stamped(&self) -> bool {
        true
    }

    fn claims(&self, first_line: &str) -> bool {
        first_line.trim_start().starts_with('[')
    }

    fn read(
        &self,
        lines: &mut Lines<'_>,
        _: &Origin<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<Head, Fault> {
        let (title, link) = title::read(lines, findings)?;
        stamped::rule(lines, findings)?;
        lines.skip_blank();
        let number = lines.number();
        let line = lines.next_line()?.unwrap_or_default().trim();
        let Some(date) = line.strip_prefix("日期").and_then(|l| l.strip_prefix(['：', ':'])) else {
            let detail = "neither on line 1 nor as a line `日期：` after the rule";
            return Err(Finding::in_text(&codes::SEED_NO_STAMP, 1, 1, detail).into());
        };
        match DateTime::parse_from_rfc2822(date.trim()) {
            Ok(time) => Ok(Head::new(UnixMs(time.timestamp_millis()), title, link)),
            Err(why) => {
                let detail = format!("`{}` is not an RFC 2822 date: {why}", excerpt(date, SHOWN));
                Err(Finding::in_text(&codes::SEED_BAD_STAMP, number, 4, detail).into())
            }
        }
    }

    fn metadata(&self, seed: &Seed<'_>) -> Metadata {
        markup::metadata(seed)
    }
}
