//! Direction of writing, and commas.

/// Languages that are written from right to left (<https://www.iana.org/assignments/language-subtag-registry>).
const RIGHT_TO_LEFT: &[&str] = &[
    "ar", "arc", "ckb", "dv", "fa", "he", "iw", "ji", "ks", "lrc", "mzn", "nqo", "pnb", "ps", "sd", "syr",
    "ug", "ur", "yi",
];
/// Script subtags of right-to-left scripts, in lower case.
const RIGHT_TO_LEFT_SCRIPTS: &[&str] =
    &["adlm", "arab", "aran", "hebr", "mand", "nkoo", "rohg", "syrc", "thaa"];

/// Returns the value of the attribute `dir`: the direction of the script, if the tag names one, else of the language.
pub(super) fn direction(language: Option<&str>) -> &'static str {
    let language = language.unwrap_or_default().to_ascii_lowercase();
    let mut parts = language.split('-');
    let first = parts.next().unwrap_or_default();
    let script = parts.find(|part| part.len() == 4);
    let is_right = match script {
        Some(script) => RIGHT_TO_LEFT_SCRIPTS.contains(&script),
        None => RIGHT_TO_LEFT.contains(&first),
    };
    if is_right { "rtl" } else { "ltr" }
}

/// Returns the comma of a language, and the space after it.
pub(super) fn comma(language: &str) -> &'static str {
    match language.split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "ar" | "fa" | "ur" => "، ",
        "ja" | "zh" => "、",
        _ => ", ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_decides_the_direction_before_the_language() {
        for (language, expected) in [
            ("ar", "rtl"),
            ("he-IL", "rtl"),
            ("fa-AF", "rtl"),
            ("pa-Arab-PK", "rtl"),
            ("az-Arab", "rtl"),
            ("UR", "rtl"),
            ("en", "ltr"),
            ("ar-Latn", "ltr"),
            ("zh-Hans", "ltr"),
            ("", "ltr"),
            ("x-ar", "ltr"),
        ] {
            assert_eq!(direction(Some(language)), expected, "{language}");
        }
    }
}
