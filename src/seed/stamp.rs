//! The stamp of a seed: a decimal number of milliseconds, or of another unit where it can't be milliseconds.

use crate::diag::{Finding, codes};
use crate::types::UnixMs;

/// Up to here a number that is not negative is taken for seconds: as milliseconds it would be before March 1973.
const SECONDS_TO: i64 = 100_000_000_000;
/// Above this it is taken for microseconds: as milliseconds it would be after the year 5138.
const MICROS_ABOVE: i64 = 100_000_000_000_000;
/// Microseconds of 1990-01-01. Below this, a number that is too large for milliseconds is no microseconds either, for
/// there was no web to crawl.
const MICROS_FROM: i64 = 631_152_000_000_000;

/// Reads the text between `<!--` and `-->`. `line` and `column` say where it stands.
pub(super) fn read(
    text: &str,
    line: u32,
    column: u32,
    findings: &mut Vec<Finding>,
) -> Result<UnixMs, Finding> {
    let text = text.trim();
    let bad = |message: String| Finding::in_text(&codes::SEED_BAD_STAMP, line, column, message);
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(bad(format!("`{}` is not a whole number", excerpt(text))));
    }
    let number: i64 = text.parse().map_err(|_| bad(format!("{} does not fit in 64 bits", excerpt(text))))?;
    let (ms, unit) = match number {
        0..=SECONDS_TO => (number.saturating_mul(1000), "seconds"),
        n if n > MICROS_ABOVE && (n <= UnixMs::MAX.0 || n >= MICROS_FROM) => (n / 1000, "microseconds"),
        n => (n, ""),
    };
    if !(UnixMs::MIN.0..=UnixMs::MAX.0).contains(&ms) {
        let message = format!("{number} is outside the years 0 to 9999");
        return Err(Finding::in_text(&codes::SEED_STAMP_RANGE, line, column, message));
    }
    if !unit.is_empty() {
        let message = format!("{number} was read as {unit}: {}", UnixMs(ms).to_rfc3339());
        findings.push(Finding::in_text(&codes::SEED_STAMP_UNIT, line, column, message));
    }
    if number == -1 {
        findings.push(Finding::in_text(&codes::SEED_STAMP_UNSET, line, column, "the stamp is -1"));
    }
    Ok(UnixMs(ms))
}

fn excerpt(text: &str) -> String {
    let cut: String = text.chars().take(40).collect();
    if cut.len() < text.len() { format!("{cut}…") } else { cut }
}
