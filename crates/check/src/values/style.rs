//! Declarations in a `style` attribute that the sanitizers of readers allow.

/// Allowed properties: they set no position, image or behaviour.
#[rustfmt::skip]
const PROPERTIES: &[&str] = &[
    "azimuth", "background", "background-color", "border", "border-bottom", "border-bottom-color",
    "border-bottom-style", "border-bottom-width", "border-collapse", "border-color", "border-left",
    "border-left-color", "border-left-style", "border-left-width", "border-right", "border-right-color",
    "border-right-style", "border-right-width", "border-spacing", "border-style", "border-top", "border-top-color",
    "border-top-style", "border-top-width", "border-width", "clear", "color", "cursor", "direction", "display",
    "elevation", "float", "font", "font-family", "font-size", "font-style", "font-variant", "font-weight", "height",
    "letter-spacing", "line-height", "list-style-type", "margin", "margin-bottom", "margin-left", "margin-right",
    "margin-top", "overflow", "padding", "padding-bottom", "padding-left", "padding-right", "padding-top", "pause",
    "pause-after", "pause-before", "pitch", "pitch-range", "richness", "speak", "speak-header", "speak-numeral",
    "speak-punctuation", "speech-rate", "stress", "text-align", "text-decoration", "text-indent", "unicode-bidi",
    "vertical-align", "voice-family", "volume", "white-space", "width",
];

/// Allowed words in a background, border, margin or padding.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "!important", "aqua", "auto", "black", "block", "blue", "bold", "both", "bottom", "brown", "center", "collapse",
    "dashed", "dotted", "fuchsia", "gray", "green", "italic", "left", "lime", "maroon", "medium", "navy", "none",
    "normal", "nowrap", "olive", "pointer", "purple", "red", "right", "silver", "solid", "teal", "top",
    "transparent", "underline", "white", "yellow",
];

/// Returns the first part of a style that is not allowed: a property or a word; all of it if its meaning is not certain. The
/// `others` are further allowed properties.
pub(crate) fn unsafe_part(style: &str, others: &[&str]) -> Option<String> {
    if !is_plain(style) {
        return Some(style.to_owned());
    }
    let lower = style.to_lowercase();
    let mut declarations = Vec::new();
    for declaration in lower.split(';') {
        match declaration.split_once(':') {
            Some((property, value)) if !value.contains(':') && is_property(property.trim()) => {
                declarations.push((property.trim(), value));
            }
            None if declaration.trim().is_empty() => {}
            _ => return Some(style.to_owned()),
        }
    }
    declarations.into_iter().find_map(|(property, value)| {
        if !PROPERTIES.contains(&property) && !others.contains(&property) {
            return Some(property.to_owned());
        }
        let boxes = ["background", "border", "margin", "padding"];
        if !boxes.contains(&property.split('-').next().unwrap_or_default()) {
            return None;
        }
        value.split_whitespace().find(|w| !WORDS.contains(w) && !is_measure(w)).map(str::to_owned)
    })
}

fn is_property(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}

/// True if a style has only words, numbers, hyphens between letters, words in quotes and numbers in parentheses. The
/// meaning of anything else (escapes, functions, comments, URLs, negative numbers) is not certain.
fn is_plain(style: &str) -> bool {
    let characters: Vec<char> = style.chars().collect();
    let is_word = |c: &char| c.is_alphanumeric() || *c == '_';
    let mut at = 0;
    while let Some(c) = characters.get(at) {
        let rest = &characters[at + 1..];
        let until = |close: char| rest.iter().position(|c| *c == close);
        at += match c {
            ':' | ',' | ';' | '#' | '%' | '.' | '!' => 1,
            c if c.is_whitespace() || c.is_ascii_alphanumeric() => 1,
            '-' if at > 0 && is_word(&characters[at - 1]) && rest.first().is_some_and(is_word) => 1,
            c if is_word(c) && rest.first() == Some(&'-') && rest.get(1).is_some_and(is_word) => 1,
            quote @ ('"' | '\'') => match until(*quote) {
                Some(end) if end > 0 && rest[..end].iter().all(|c| is_word(c) || c.is_whitespace()) => {
                    end + 2
                }
                _ => return false,
            },
            '(' => match until(')') {
                Some(end)
                    if end > 0
                        && rest[..end]
                            .iter()
                            .all(|c| c.is_ascii_digit() || c.is_whitespace() || *c == ',') =>
                {
                    end + 2
                }
                _ => return false,
            },
            _ => return false,
        };
    }
    true
}

/// True if a word is a color, or a length of at most three digits: a longer one could move content out of its place.
fn is_measure(word: &str) -> bool {
    if let Some(hex) = word.strip_prefix('#') {
        return !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit());
    }
    if let Some(rgb) = word.strip_prefix("rgb(") {
        let parts: Vec<&str> = rgb.strip_suffix(')').unwrap_or(rgb).split(',').collect();
        let number = |p: &&str| p.trim_end_matches('%').bytes().all(|b| b.is_ascii_digit());
        return (2..=3).contains(&parts.len()) && !parts[0].is_empty() && parts.iter().all(number);
    }
    let digits = word.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(word.len());
    let (number, unit) = word.split_at(digits);
    let (whole, fraction) = number.split_once('.').map_or((number, None), |(w, f)| (w, Some(f)));
    let short = match fraction {
        None => (1..=3).contains(&whole.len()),
        Some(fraction) => whole.len() <= 1 && (1..=2).contains(&fraction.len()),
    };
    short && matches!(unit, "cm" | "em" | "ex" | "in" | "mm" | "pc" | "pt" | "px" | "%" | "," | ")" | "")
}

#[cfg(test)]
mod tests {
    use super::unsafe_part;

    #[test]
    fn parts_that_readers_remove() {
        for good in [
            "",
            ";",
            "color: red",
            "margin: 0 auto",
            "border: 1px solid rgb(0, 0, 0)",
            "font-family: 'Some Font', serif",
            "padding: 0.5em 2% !important; width: 100%",
            "COLOR: Red",
            "background: #fff",
            "border-left: .5em dotted",
        ] {
            assert_eq!(unsafe_part(good, &[]), None, "{good}");
        }
        for (bad, part) in [
            ("position: fixed", "position"),
            ("color: red; behavior: x", "behavior"),
            ("margin: 99999em", "99999em"),
            ("margin: -5px", "margin: -5px"),
            ("background: url(https://town.example/1.png)", "background: url(https://town.example/1.png)"),
            ("color: expression(alert(1))", "color: expression(alert(1))"),
            ("color: re\\64", "color: re\\64"),
            ("color", "color"),
            ("a: b: c", "a: b: c"),
            ("background: papayawhip", "papayawhip"),
        ] {
            assert_eq!(unsafe_part(bad, &[]).as_deref(), Some(part));
        }
    }
}
