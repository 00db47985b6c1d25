//! The title line of a seed, `[text](link)`. It is not Markdown, because real titles contain brackets and backslashes.

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
    let Some((text, rest)) = trimmed.strip_prefix('[').and_then(|l| l.rsplit_once("](")) else {
        return Err(no_title(&format!("`{}` is not [title](link)", excerpt(trimmed, SHOWN))).into());
    };
    let Some((target, _)) = rest.rsplit_once(')').filter(|(_, after)| after.trim().is_empty()) else {
        return Err(no_title("its link does not end in `)`").into());
    };
    let column = (line.chars().count() - line.trim_start().chars().count() + text.chars().count() + 4) as u32;
    let link = link::read(target, number, column, findings)?;
    Ok((plain(text, number, findings), link))
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

/// True if [`normalize_title`] changes nothing: letters, digits, visible ASCII except `&`, and single spaces.
fn is_plain(text: &str) -> bool {
    let mut last = ' ';
    let fine = text.chars().all(|c| {
        let fine =
            if c == ' ' { last != ' ' } else { c.is_ascii_graphic() && c != '&' || c.is_alphanumeric() };
        last = c;
        fine
    });
    fine && last != ' '
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_fast_path_for_plain_titles_gives_the_same_result(
            title in prop_oneof!["[a-zé中.\\]]{1,4}( [a-z中]{1,4}){0,2}", "[a-z &;\\t\u{ad}\u{200b}\u{3000}]{0,5}", any::<String>()],
        ) {
            let (mut fast, mut slow) = (Vec::new(), Vec::new());
            prop_assert_eq!(plain(&title, 1, &mut fast), normalize_title(&title, 1, &mut slow));
            prop_assert_eq!(fast, slow);
        }
    }
}
