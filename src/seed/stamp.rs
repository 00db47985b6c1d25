//! The stamp of a seed: a decimal number of milliseconds, or of seconds or microseconds if it cannot be milliseconds.

use super::SHOWN;
use crate::diag::{Finding, codes};
use crate::types::{UnixMs, excerpt};

/// Greatest number that is read as seconds: as milliseconds it would be before March 1973.
const SECONDS_TO: i64 = 100_000_000_000;
/// A greater number is read as microseconds: as milliseconds it would be after the year 5138.
const MICROS_ABOVE: i64 = 100_000_000_000_000;
/// Microseconds of 1990-01-01. A smaller number that is too large for milliseconds is not microseconds either, because
/// there was no web to crawl.
const MICROS_FROM: i64 = 631_152_000_000_000;

/// Reads the text between `<!--` and `-->`, which is at `line` and `column`.
pub(super) fn read(
    text: &str,
    line: u32,
    column: u32,
    findings: &mut Vec<Finding>,
) -> Result<UnixMs, Finding> {
    let text = text.trim();
    let bad = |detail: String| Finding::in_text(&codes::SEED_BAD_STAMP, line, column, detail);
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(bad(format!("`{}` is not a whole number", excerpt(text, SHOWN))));
    }
    let number: i64 =
        text.parse().map_err(|_| bad(format!("`{}` does not fit in 64 bits", excerpt(text, SHOWN))))?;
    let (ms, unit) = match number {
        0..=SECONDS_TO => (number.saturating_mul(1000), "seconds"),
        n if n > MICROS_ABOVE && (n <= UnixMs::MAX.0 || n >= MICROS_FROM) => (n / 1000, "microseconds"),
        n => (n, ""),
    };
    if !(UnixMs::MIN.0..=UnixMs::MAX.0).contains(&ms) {
        return Err(Finding::in_text(&codes::SEED_STAMP_RANGE, line, column, format!("`{number}`")));
    }
    if !unit.is_empty() {
        let detail = format!("read `{number}` as {unit}, {}", UnixMs(ms).to_rfc3339());
        findings.push(Finding::in_text(&codes::SEED_STAMP_UNIT, line, column, detail));
    }
    if number == -1 {
        findings.push(Finding::in_text(&codes::SEED_STAMP_UNSET, line, column, ""));
    }
    Ok(UnixMs(ms))
}
