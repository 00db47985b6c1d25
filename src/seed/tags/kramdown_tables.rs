//! [Tables of kramdown](https://kramdown.gettalong.org/syntax.html#tables) as those that CommonMark is extended by: these need
//! a header, as many cells in each row, and no `|` in code.

use std::borrow::Cow;

use super::renderer::is_block;
use super::syntax::Fence;
use crate::types::work;

/// Number of backticks before the longest code that may hold a `|`.
const MAX_TICKS: usize = 16;
/// Number of cells in a row; what is after them stays in the last one.
const MAX_CELLS: usize = 256;

/// Rewrites tables: blocks of lines that each have a `|`, without another line before and after them.
pub(super) fn with_tables(text: &str) -> Cow<'_, str> {
    if !text.contains('|') {
        return Cow::Borrowed(text);
    }
    let (mut out, mut fence) = (String::with_capacity(text.len() + text.len() / 4), Fence::default());
    let lines: Vec<&str> = text.split('\n').collect();
    let (mut at, mut is_start) = (0, true);
    while let Some(line) = lines.get(at) {
        work::step(line.len() + 1);
        let is_code = fence.holds(line);
        let rows = match !is_code && is_start && begins_table(line) {
            true => lines[at..].iter().take_while(|line| !is_boundary(line) && line.contains('|')).count(),
            false => 0,
        };
        let is_alone = lines.get(at + rows).is_none_or(|after| is_boundary(after));
        if rows > 0
            && is_alone
            && let Some(table) = Table::read(&lines[at..at + rows])
        {
            table.write(&mut out);
            is_start = false;
            at += rows;
            continue;
        }
        // The lines were looked at: those after the first begin no table.
        is_start = !is_code && is_boundary(line);
        out.push_str(line);
        at += 1;
        if at < lines.len() {
            out.push('\n');
        }
    }
    Cow::Owned(out)
}

/// True for a line that blocks end with: a blank one, or a list of attributes.
fn is_boundary(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with("{:") && line.ends_with('}')
}

/// True if a line can begin a table, and nothing else.
fn begins_table(line: &str) -> bool {
    let start = line.trim_start_matches(' ');
    let is_other = start.starts_with(['>', '#', ':', '\t'])
        || ["[^", "*[", "{:", "$$", "<!--"].iter().any(|mark| start.starts_with(mark))
        || ["- ", "* ", "+ "].iter().any(|mark| start.starts_with(mark))
        || start.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(". ")
        || start.starts_with('[') && start.contains("]:")
        || start.starts_with('<') && (is_block(start) || start.starts_with("</"));
    line.contains('|') && line.len() - start.len() < 4 && !is_other
}

/// A table as it was written.
struct Table<'a> {
    indent: &'a str,
    /// Cells of the header, if it has one.
    header: Option<Vec<String>>,
    rows: Vec<Vec<String>>,
    /// Line of hyphens and colons below each column of the header.
    alignment: Vec<&'static str>,
}

impl<'a> Table<'a> {
    /// Reads the lines of a table; `None` if they are text.
    fn read(lines: &[&'a str]) -> Option<Self> {
        let first = lines.first()?;
        let indent = &first[..first.len() - first.trim_start().len()];
        let mut table = Self { indent, header: None, rows: Vec::new(), alignment: Vec::new() };
        for line in lines {
            work::step(line.len());
            if let Some(alignment) = alignment(line) {
                // The first line of this kind is below the header, others are between rows.
                if !table.rows.is_empty() && table.alignment.is_empty() {
                    table.alignment = alignment;
                    if table.header.is_none() && table.rows.len() == 1 {
                        table.header = table.rows.pop();
                    }
                }
            } else if !is_rule(line, '=') {
                table.rows.push(cells(line)?);
            }
        }
        (!table.rows.is_empty()).then_some(table)
    }

    fn write(&self, out: &mut String) {
        let columns = self.header.iter().chain(&self.rows).map(Vec::len).max().unwrap_or_default();
        let mut push = |cells: &mut dyn Iterator<Item = &str>| {
            out.push_str(self.indent);
            for cell in cells.take(columns) {
                out.extend(["| ", cell, " "]);
            }
            out.push_str("|\n");
        };
        // Rows may be shorter.
        let header = self.header.as_deref().unwrap_or_default();
        push(&mut header.iter().map(String::as_str).chain(std::iter::repeat_n("", columns - header.len())));
        push(&mut self.alignment.iter().copied().chain(std::iter::repeat("---")));
        for row in &self.rows {
            push(&mut row.iter().map(String::as_str));
        }
    }
}

/// True for a line of one character, and those between columns.
fn is_rule(line: &str, mark: char) -> bool {
    line.contains(mark) && line.chars().all(|c| c == mark || "+|: \t\r".contains(c))
}

/// Reads a line of hyphens and colons.
fn alignment(line: &str) -> Option<Vec<&'static str>> {
    let columns = is_rule(line, '-').then(|| line.trim().trim_matches(['|', '+']))?;
    let column = |column: &str| match (column.trim().starts_with(':'), column.trim().ends_with(':')) {
        (true, true) => ":-:",
        (true, false) => ":--",
        (false, true) => "--:",
        (false, false) => "---",
    };
    Some(columns.split(['|', '+']).take(MAX_CELLS).map(column).collect())
}

/// Splits a row at each `|` that is not in code, and escapes those in code; `None` if there is none.
fn cells(line: &str) -> Option<Vec<String>> {
    let (mut cells, mut cell, mut rest) = (Vec::new(), String::new(), line.trim());
    let has_first = rest.starts_with('|');
    let mut has_no_end = [false; MAX_TICKS + 1];
    while let Some(at) = rest.find(['|', '`', '\\', '<']) {
        cell.push_str(&rest[..at]);
        rest = &rest[at..];
        let ticks = rest.len() - rest.trim_start_matches('`').len();
        // Without an end, there is none for the next of its kind either.
        let code = match ticks {
            0 if rest.starts_with("<code") && !has_no_end[0] => {
                let end = rest.find("</code>");
                has_no_end[0] = end.is_none();
                end.map(|end| end + "</code>".len())
            }
            1..=MAX_TICKS if !has_no_end[ticks] => {
                let end = end_of_code(rest, ticks);
                has_no_end[ticks] = end.is_none();
                end
            }
            _ => None,
        };
        let (taken, is_code) = match code {
            Some(end) => (end, true),
            None if rest.starts_with("\\|") => (2, false),
            None => (ticks.max(1), false),
        };
        let (token, after) = rest.split_at(taken);
        work::step(taken);
        rest = after;
        match token {
            "|" if cells.len() < MAX_CELLS => cells.push(std::mem::take(&mut cell)),
            "|" => cell.push_str("\\|"),
            code if is_code => cell.push_str(&code.replace("\\|", "|").replace('|', "\\|")),
            other => cell.push_str(other),
        }
    }
    cell.push_str(rest);
    let is_text = cells.is_empty();
    cells.push(cell);
    if has_first {
        cells.remove(0);
    }
    if cells.len() > 1 && cells.last().is_some_and(|last| last.trim().is_empty()) {
        cells.pop();
    }
    let trimmed = cells.into_iter().map(|cell| cell.trim().to_owned());
    (!is_text).then(|| trimmed.collect())
}

/// Returns where code ends that begins with a number of backticks: after as many.
fn end_of_code(text: &str, ticks: usize) -> Option<usize> {
    let mut at = ticks;
    loop {
        let found = text[at..].find('`')?;
        work::step(found + 1);
        let run = &text[at + found..];
        let count = run.len() - run.trim_start_matches('`').len();
        at += found + count;
        if count == ticks {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_needs_no_header_and_no_equal_rows() {
        for (text, table) in [
            ("| a | b |\n| c | d |\n", "|  |  |\n| --- | --- |\n| a | b |\n| c | d |\n"),
            ("x\n\na | b", "x\n\n|  |  |\n| --- | --- |\n| a | b |\n"),
            (
                "| a | b |\n|:--|:-:|\n| c | d | e |\n|---|---|\n| f |\n|===\n\nx",
                "| a | b |  |\n| :-- | :-: | --- |\n| c | d | e |\n| f |\n\nx",
            ),
            (
                "a | b\n--|--\n`c|d` `` ` | `` | <code>e|f</code> \\| g\n{: .h}\n",
                "| a | b |\n| --- | --- |\n| `c\\|d` `` ` \\| `` | <code>e\\|f</code> \\| g |\n{: .h}\n",
            ),
            ("  | a | |\n", "  |  |  |\n  | --- | --- |\n  | a |  |\n"),
        ] {
            assert_eq!(with_tables(text), table);
        }
        for text in [
            "x\n| a | b |\n| c | d |\n",
            "| a | b |\n| c | d |\nx\n",
            "`a | b` c\n\na \\| b\n\n",
            "```\n\na | b\n\n```\n\n    a | b\n\n> a | b\n\n- a | b\n\n# a | b\n\n[^1]: a | b\n\n[b]: c|d",
            "| a |\n|---|",
        ] {
            assert_eq!(with_tables(text), text);
        }
    }
}
