//! Wording that messages have in common: plurals, and the name that a misspelled one was probably meant to be.

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

/// Returns the candidate that a misspelled word was probably meant to be; `None` if none is close enough.
///
/// Case does not count. A candidate is close enough if it differs by one edit, and one more per four bytes of its length.
/// Equally close candidates are decided by their order in the alphabet.
///
/// ```
/// use feedmill_diag::nearest;
///
/// assert_eq!(nearest("Titel", ["title", "limit"]), Some("title"));
/// assert_eq!(nearest("colour", ["title", "limit"]), None);
/// ```
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&candidate.to_lowercase(), &word), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min()
        .map(|(_, candidate)| candidate)
}
