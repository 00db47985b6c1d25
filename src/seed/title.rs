//! The title line of a seed, `[text](link)`: not Markdown, for real titles hold brackets and backslashes.

use super::{Fault, Lines, link};
use crate::diag::{Finding, codes};
use crate::html::{decode_entities_once, xml_text};

/// Takes the title line. The text ends at the line's last `](`, the link at its last `)`.
pub(super) fn read(lines: &mut Lines<'_>, findings: &mut Vec<Finding>) -> Result<(String, String), Fault> {
    let number = lines.number();
    let no_title = |message: &str| Finding::in_text(&codes::SEED_NO_TITLE, number, 1, message);
    let Some(line) = lines.next_line()? else {
        return Err(no_title("the seed ends before its title line").into());
    };
    let trimmed = line.trim();
    let Some((text, rest)) = trimmed.strip_prefix('[').and_then(|l| l.rsplit_once("](")) else {
        return Err(no_title("this line is not of the form [title](link)").into());
    };
    let Some((target, _)) = rest.rsplit_once(')').filter(|(_, after)| after.trim().is_empty()) else {
        return Err(no_title("the link does not end in `)`").into());
    };
    let column = (line.chars().count() - line.trim_start().chars().count() + text.chars().count() + 4) as u32;
    let link = link::read(target, number, column, findings)?;
    Ok((plain(text, number, findings), link))
}

/// Entities decoded once, characters that XML can't carry left out, white space folded; empty where nothing is visible.
fn plain(text: &str, line: u32, findings: &mut Vec<Finding>) -> String {
    // Most titles are as they are to be, and a million of them are read.
    if is_plain(text) { text.to_owned() } else { closely(text, line, findings) }
}

/// [`plain`], whatever the title is made of.
fn closely(text: &str, line: u32, findings: &mut Vec<Finding>) -> String {
    let decoded = decode_entities_once(text);
    let legal = xml_text(&decoded);
    if legal.len() != decoded.len() {
        let message = "the title holds characters that XML forbids; they were left out";
        findings.push(Finding::in_text(&codes::SEED_BAD_CHARACTER, line, 2, message));
    }
    visible(&legal)
}

/// White space folded, without what shows nothing; empty where nothing is visible.
pub(super) fn visible(legal: &str) -> String {
    // C1 controls and the two marks that override direction show nothing and can turn a whole list around.
    let shown: String = legal
        .chars()
        .filter(|c| !matches!(c, '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{202d}' | '\u{202e}'))
        .collect();
    let folded = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let invisible = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}' | ' ');
    if folded.chars().all(invisible) { String::new() } else { folded }
}

/// Whether nothing in it needs a closer look: letters, digits, visible ASCII but for entities, and single spaces.
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
        fn a_plain_title_is_what_the_long_way_makes_of_it(
            title in prop_oneof!["[a-zé中.\\]]{1,4}( [a-z中]{1,4}){0,2}", "[a-z &;\\t\u{ad}\u{200b}\u{3000}]{0,5}", any::<String>()],
        ) {
            let (mut quick, mut long) = (Vec::new(), Vec::new());
            prop_assert_eq!(plain(&title, 1, &mut quick), closely(&title, 1, &mut long));
            prop_assert_eq!(quick, long);
        }
    }
}
