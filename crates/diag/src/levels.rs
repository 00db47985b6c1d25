//! Levels of findings that a user chose: which codes are suppressed, warnings or errors.

use super::{Finding, Severity};

/// What becomes of the findings of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// They are suppressed.
    Allow,
    /// They are warnings.
    Warn,
    /// They are errors.
    Deny,
}

/// Levels by code. A pattern may have `*` for any characters, as in `itunes/*`. The most specific pattern counts; of equally
/// specific ones the last.
///
/// ```
/// use feedmill_diag::{Finding, Level, Levels, Place, Severity, codes};
///
/// let mut levels = Levels::default();
/// levels.set("seed-*", Level::Allow);
/// levels.set("seed-empty", Level::Deny);
/// let finding = |meta| Finding::new(meta, Place::default(), "");
/// assert!(levels.apply(finding(&codes::SEED_NO_LINK)).is_none());
/// let denied = levels.apply(finding(&codes::SEED_EMPTY));
/// assert_eq!(denied.map(|found| found.severity), Some(Severity::Error));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    patterns: Vec<(String, Level)>,
    denies_warnings: bool,
}

impl Levels {
    /// Sets the level of the codes that a pattern matches.
    pub fn set(&mut self, pattern: impl Into<String>, level: Level) {
        self.patterns.push((pattern.into(), level));
    }

    /// Sets the level that a user gives to a pattern: the word `warnings` denies all warnings of codes without a level.
    /// Returns false, and changes nothing, if the pattern matches none of the codes that there are.
    pub fn set_known<'a>(
        &mut self,
        pattern: &str,
        level: Level,
        mut codes: impl Iterator<Item = &'a str>,
    ) -> bool {
        if level == Level::Deny && pattern == "warnings" {
            self.denies_warnings = true;
            return true;
        }
        let is_known = codes.any(|code| matches_code(pattern, code));
        if is_known {
            self.set(pattern, level);
        }
        is_known
    }

    /// Adds other levels, which count more than equally specific ones that are there.
    pub fn extend(&mut self, others: &Self) {
        self.patterns.extend_from_slice(&others.patterns);
        self.denies_warnings |= others.denies_warnings;
    }

    /// Returns the level of a code, if it has one.
    #[must_use]
    pub fn of(&self, code: &str) -> Option<Level> {
        let specificity = |pattern: &str| match pattern.contains('*') {
            true => pattern.len(),
            false => usize::MAX,
        };
        let matching = self.patterns.iter().filter(|(pattern, _)| matches_code(pattern, code));
        // Of equal keys, the last is the maximum.
        matching.max_by_key(|(pattern, _)| specificity(pattern)).map(|(_, level)| *level)
    }

    /// Gives a finding its level; `None` if it is suppressed.
    #[must_use]
    pub fn apply(&self, mut finding: Finding) -> Option<Finding> {
        match self.of(finding.meta.code) {
            Some(Level::Allow) => return None,
            Some(Level::Warn) => finding.severity = Severity::Warning,
            Some(Level::Deny) => finding.severity = Severity::Error,
            None if self.denies_warnings && finding.severity == Severity::Warning => {
                finding.severity = Severity::Error;
            }
            None => {}
        }
        Some(finding)
    }
}

/// True if a code is a pattern, or matches it: `*` stands for any characters.
///
/// ```
/// use feedmill_diag::matches_code;
///
/// assert!(matches_code("itunes/*", "itunes/category") && matches_code("*/limit", "xml/limit"));
/// assert!(!matches_code("itunes/*", "media/rating") && !matches_code("itunes/", "itunes/category"));
/// ```
#[must_use]
pub fn matches_code(pattern: &str, code: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = code.strip_prefix(first) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}
