//! Unified diffs, as `diff -u` prints them and `patch` applies them.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, Hunk, InternedInput, Token};

/// Number of unchanged lines before and after a change.
const CONTEXT: u32 = 3;

/// Returns the hunks of a unified diff of two texts by lines; empty if they are equal.
pub(super) fn unified(old: &str, new: &str) -> String {
    let input = InternedInput::new(old, new);
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_lines(&input);
    let changes: Vec<Hunk> = diff.hunks().collect();
    let mut out = String::new();
    // Changes whose context meets are one hunk.
    for group in changes.chunk_by(|one, next| next.before.start - one.before.end <= 2 * CONTEXT) {
        write_hunk(&mut out, group, &input);
    }
    out
}

fn write_hunk(out: &mut String, changes: &[Hunk], input: &InternedInput<&str>) {
    let [Some(first), Some(last)] = [changes.first(), changes.last()] else { return };
    let old_lines = u32::try_from(input.before.len()).unwrap_or(u32::MAX);
    let before = first.before.start.min(CONTEXT);
    let after = (old_lines - last.before.end).min(CONTEXT);
    let header = |range: Range<u32>| {
        // If there are no lines, the number is that of the line before.
        let first = if range.is_empty() { range.start } else { range.start + 1 };
        format!("{first},{}", range.len())
    };
    let old = header(first.before.start - before..last.before.end + after);
    let new = header(first.after.start - before..last.after.end + after);
    out.push_str(&format!("@@ -{old} +{new} @@\n"));
    let mut write = |mark: char, tokens: &[Token], range: Range<u32>| {
        for &token in &tokens[range.start as usize..range.end as usize] {
            let line = input.interner[token];
            out.push(mark);
            out.push_str(line);
            if !line.ends_with('\n') {
                out.push_str("\n\\ No newline at end of file\n");
            }
        }
    };
    let mut next = first.before.start - before;
    for change in changes {
        write(' ', &input.before, next..change.before.start);
        write('-', &input.before, change.before.clone());
        write('+', &input.after, change.after.clone());
        next = change.before.end;
    }
    write(' ', &input.before, next..next + after);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::unified;

    #[test]
    fn a_diff_is_as_diff_u_prints_it() {
        for (old, new, expected) in [
            ("", "", ""),
            ("a\n", "a\n", ""),
            ("", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n"),
            ("a\nb", "", "@@ -1,2 +0,0 @@\n-a\n-b\n\\ No newline at end of file\n"),
            ("1\n2\n3\n4\n5\n", "1\n2\n3\n4\nfive\n", "@@ -2,4 +2,4 @@\n 2\n 3\n 4\n-5\n+five\n"),
        ] {
            assert_eq!(unified(old, new), expected, "{old:?} {new:?}");
        }
    }

    /// Applies a diff, as `patch` does.
    fn patched(old: &str, diff: &str) -> String {
        let old: Vec<&str> = old.split_inclusive('\n').collect();
        let (mut new, mut next) = (String::new(), 0);
        for line in diff.split_inclusive('\n') {
            if let Some(header) = line.strip_prefix("@@ -") {
                let (start, rest) = header.split_once(',').expect("a header has counts");
                let start: usize = start.parse().expect("a number");
                let start = if rest.starts_with("0 ") { start } else { start - 1 };
                new.extend(old[next..start].iter().copied());
                next = start;
            } else if line.starts_with('\\') {
                new.pop();
            } else {
                let (mark, text) = line.split_at(1);
                if mark != "+" {
                    assert_eq!(old[next].trim_end(), text.trim_end());
                    next += 1;
                }
                if mark != "-" {
                    new.push_str(text);
                }
            }
        }
        new.extend(old[next..].iter().copied());
        new
    }

    proptest! {
        #[test]
        fn a_diff_leads_from_the_old_to_the_new_text(old in "([a-c]\n){0,20}", new in "([a-c]\n){0,20}") {
            prop_assert_eq!(patched(&old, &unified(&old, &new)), new);
        }
    }
}
