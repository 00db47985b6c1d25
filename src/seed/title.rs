//! The title line of a seed, `[text](link)`, and what a title is in every dialect.
//!
//! Entities are decoded once in every title. On a title line, everything else is text, as a crawler writes it. In front
//! matter and saved pages a title is HTML with formatting only: tags of [`FORMATTING`] that are opened and closed are removed,
//! and everything else is text, also what looks like another tag: `Styling the <dialog> element`. A title is not Markdown,
//! because real titles contain brackets and backslashes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Fault, Lines, SHOWN, link};
use crate::diag::{Finding, codes};
use crate::html::{decode_entities_once, xml_text};
use crate::types::excerpt;

/// Reads the title line. The text ends at the line's last `](`, the link at its last `)`.
pub(super) fn read(lines: &mut Lines<'_>, findings: &mut Vec<Finding>) -> Result<(String, String), Fault> {
    let number = lines.number();
    let no_title = |detail: &str| Finding::in_text(&codes::SEED_NO_TITLE, number, 1, detail);
    let Some(line) = lines.next_line()? else {
        return Err(no_title("the file ends before it").into());
    };
    let trimmed = line.trim();
    let Some((text, rest)) = trimmed.strip_prefix('[').and_then(split_last) else {
        return Err(no_title(&format!("`{}` is not [title](link)", excerpt(trimmed, SHOWN))).into());
    };
    let Some((target, _)) = rest.rsplit_once(')').filter(|(_, after)| after.trim().is_empty()) else {
        return Err(no_title("its link does not end in `)`").into());
    };
    let column = || {
        let indent = line.chars().count() - line.trim_start().chars().count();
        (indent + text.chars().count() + 4) as u32
    };
    let link = link::read(target, number, column, findings)?;
    Ok((plain(text, number, findings), link))
}

/// Splits a text at the last `](`.
fn split_last(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let mut end = bytes.len();
    while let Some(at) = memchr::memrchr(b'(', &bytes[..end]) {
        if let Some(before) = text[..at].strip_suffix(']') {
            return Some((before, &text[at + 1..]));
        }
        end = at;
    }
    None
}

/// Elements that format the text of a title, sorted.
const FORMATTING: &[&str] = &[
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd",
    "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt",
    "u", "var",
];

/// Returns the plain text of a title that is not on a title line.
pub(super) fn plain_text(text: &str) -> String {
    plain(&without_formatting(text), 0, &mut Vec::new())
}

/// Returns a name as it is written, with white space folded and without invisible characters.
pub(super) fn plain_name(text: &str) -> String {
    visible(&xml_text(text))
}

/// Returns a title without the tags of [`FORMATTING`] that are opened and closed in it; a line break becomes a space.
fn without_formatting(text: &str) -> Cow<'_, str> {
    if !text.contains('<') {
        return Cow::Borrowed(text);
    }
    // Tags: start and end, name, and whether it is removed.
    let mut tags: Vec<(usize, usize, String, bool)> = Vec::new();
    // Positions in `tags` of the open ones, by name.
    let mut open: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (start, _) in text.match_indices('<') {
        let inner = &text[start + 1..];
        let Some(length) = inner.find(['<', '>']).filter(|at| inner[*at..].starts_with('>')) else {
            continue;
        };
        let (inner, end) = (&inner[..length], start + length + 2);
        let (inner, is_end) = inner.strip_prefix('/').map_or((inner, false), |inner| (inner, true));
        let after = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
        let name = inner[..after].to_ascii_lowercase();
        let is_tag = inner[after..].is_empty() || inner[after..].starts_with([' ', '/']);
        if is_tag && matches!(name.as_str(), "br" | "wbr") {
            tags.push((start, end, name, true));
        } else if is_tag && FORMATTING.binary_search(&name.as_str()).is_ok() {
            let partner = if is_end { open.get_mut(&name).and_then(Vec::pop) } else { None };
            if let Some(partner) = partner {
                tags[partner].3 = true;
            }
            if !is_end {
                open.entry(name.clone()).or_default().push(tags.len());
            }
            tags.push((start, end, name, partner.is_some()));
        }
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (start, end, name, _) in tags.iter().filter(|tag| tag.3) {
        out.push_str(&text[from..*start]);
        if name == "br" {
            out.push(' ');
        }
        from = *end;
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}

/// Returns a title with entities decoded once, characters that XML does not allow removed and white space folded; empty if
/// nothing is visible.
fn plain(text: &str, line: u32, findings: &mut Vec<Finding>) -> String {
    // A million titles are read, and most need no change.
    if is_plain(text) { text.to_owned() } else { normalize_title(text, line, findings) }
}

/// Does the work of [`plain`] for any title.
fn normalize_title(text: &str, line: u32, findings: &mut Vec<Finding>) -> String {
    let decoded = decode_entities_once(text);
    let legal = xml_text(&decoded);
    if legal.len() != decoded.len() {
        findings.push(Finding::in_text(&codes::SEED_BAD_CHARACTER, line, 2, "in the title"));
    }
    visible(&legal)
}

/// Returns a text with white space folded and invisible characters removed; empty if nothing is visible.
pub(super) fn visible(legal: &str) -> String {
    // C1 controls and the two marks that override direction show nothing, and can reverse the text of a whole list.
    let shown: String = legal
        .chars()
        .filter(|c| !matches!(c, '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{202d}' | '\u{202e}'))
        .collect();
    let folded = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let invisible = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}' | ' ');
    if folded.chars().all(invisible) { String::new() } else { folded }
}

/// True if [`normalize_title`] changes nothing: visible characters except `&` and `<`, and single spaces.
fn is_plain(text: &str) -> bool {
    let mut last = ' ';
    let fine = text.chars().all(|c| {
        let fine = match c {
            ' ' => last != ' ',
            '&' | '<' => false,
            // Blocks without white space, invisible characters and what XML forbids.
            '!'..='~'
            | '\u{a1}'..='\u{ac}'
            | '\u{ae}'..='\u{167f}'
            | '\u{2010}'..='\u{2027}'
            | '\u{2070}'..='\u{2fff}'
            | '\u{3001}'..='\u{d7ff}'
            | '\u{e000}'..='\u{fefe}'
            | '\u{ff00}'..='\u{fffd}'
            | '\u{10000}'.. => true,
            _ => false,
        };
        last = c;
        fine
    });
    fine && last != ' '
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_title_is_html_with_formatting_only() {
        for (title, plain) in [
            ("CO<sub>2</sub> &amp; <i>E. coli</i>", "CO2 & E. coli"),
            ("H<sub>2</sub>O, <em class=\"x\">really</em>", "H2O, really"),
            ("<B>Bold</B> &lt;i&gt;and&lt;/i&gt; plain", "Bold <i>and</i> plain"),
            ("One<br>two<br/>three", "One two three"),
            ("Donau<wbr>dampf", "Donaudampf"),
            ("Styling the <dialog> element", "Styling the <dialog> element"),
            ("What <b> means", "What <b> means"),
            ("</i>a<i>", "</i>a<i>"),
            ("<i>a <i>b</i>", "<i>a b"),
            ("a < b > c, I <3 you", "a < b > c, I <3 you"),
            ("Vec<T> and <T>x</T>", "Vec<T> and <T>x</T>"),
            ("AT&amp;amp;T", "AT&amp;T"),
        ] {
            assert_eq!(plain_text(title), plain, "{title}");
        }
        assert!(FORMATTING.is_sorted());
        assert!(plain_text(&"<i>".repeat(20_000)).len() == 60_000);
    }

    proptest! {
        #[test]
        fn the_fast_path_for_plain_titles_gives_the_same_result(
            title in prop_oneof!["[a-zé中，😀\u{fffd}\u{e000}.\\]]{1,4}( [a-z中]{1,4}){0,2}", "[\u{fe00}-\u{ffff}\u{e0000}-\u{10ffff}]{1,2}", "[a-z &;<>/bi\\t\u{ad}\u{200b}\u{3000}]{0,5}", "[!-\u{3100}]", any::<String>()],
        ) {
            let (mut fast, mut slow) = (Vec::new(), Vec::new());
            prop_assert_eq!(plain(&title, 1, &mut fast), normalize_title(&title, 1, &mut slow));
            prop_assert_eq!(fast, slow);
        }
    }
}
