//! Text in messages: escaped for terminals, with plurals and suggestions.

use std::borrow::Cow;

/// Makes untrusted text safe to print: control characters, line ends and marks that change the direction of writing become
/// escapes, so that a title cannot control a terminal and a file name cannot forge a line.
///
/// ```
/// assert_eq!(feedmill_diag::printable("red\u{1b}[31m\n"), "red\\u{1b}[31m\\n");
/// ```
#[must_use]
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (at, c) in text.char_indices().filter(|(_, c)| is_risky(*c)) {
        out.push_str(&text[done..at]);
        out.extend(c.escape_default());
        done = at + c.len_utf8();
    }
    out.push_str(&text[done..]);
    out
}

/// True if a character may affect a terminal or the rest of a line instead of being shown.
#[must_use]
pub fn is_risky(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}'
        )
}

/// Returns a number with its noun: "1 seed", "2 seeds".
///
/// ```
/// use feedmill_diag::count;
///
/// assert_eq!(count(1, "entry", "entries"), "1 entry");
/// assert_eq!(count(0, "entry", "entries"), "0 entries");
/// ```
#[must_use]
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Returns the candidate that a misspelled name probably means, ignoring case; `None` if none is similar.
///
/// ```
/// use feedmill_diag::nearest;
///
/// assert_eq!(nearest("Titel", ["link", "title"]), Some("title"));
/// assert_eq!(nearest("zzz", ["link", "title"]), None);
/// ```
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let length = name.chars().count();
    let is_similar = |distance: usize, candidate: &str| distance <= 1 + candidate.len() / 4;
    let near = candidates.into_iter().filter_map(|candidate| {
        // The distance is at least the difference of the lengths; a long name would take long to compare.
        if !is_similar(length.abs_diff(candidate.chars().count()), candidate) {
            return None;
        }
        let distance = strsim::osa_distance(&candidate.to_lowercase(), &name);
        is_similar(distance, candidate).then_some((distance, candidate))
    });
    near.min().map(|(_, candidate)| candidate)
}

/// Length in bytes of a path that every system refuses to open.
const LONGEST_PATH: usize = 4096;

/// Shortens a path for messages if it is too long to exist.
#[must_use]
pub fn short_path(path: &str) -> Cow<'_, str> {
    if path.len() < LONGEST_PATH {
        return Cow::Borrowed(path);
    }
    Cow::Owned(path.chars().take(80).chain(['…']).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Found by the fuzzer: a column inside a password was beyond the end of the redacted line.
    #[test]
    fn a_mark_stays_inside_a_redacted_line() {
        let line = "see https://ann:secret@a.example";
        for column in 1..=line.len() as u32 + 1 {
            let place = crate::Place::at("a.xml", 1, column).showing(line);
            assert_eq!(place.source, "see https://***@a.example");
            assert!(
                place.mark >= 1 && place.mark as usize <= place.source.len() + 1,
                "{column}: {}",
                place.mark
            );
        }
    }

    #[test]
    fn a_suggestion_is_similar_and_long_names_have_none() {
        assert_eq!(nearest("yaer", ["day", "year"]), Some("year"));
        assert_eq!(nearest("year", []), None);
        assert_eq!(nearest(&"year".repeat(100_000), ["year"]), None);
    }
}
