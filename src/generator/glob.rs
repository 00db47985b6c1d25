//! Patterns of paths: `*` for part of a name, `**` for any folders.

use std::path::Path;

/// Maximum number of choices in braces and brackets that are tried for a path.
const MAX_CHOICES: usize = 1_000;
/// Length of the longest pattern of a name.
const LONGEST: usize = 4_096;

/// True if a path matches a pattern. Both use `/`; one at the beginning does not count.
pub(crate) fn matches(pattern: &str, path: &Path) -> bool {
    let pattern: Vec<&str> = pattern.trim_start_matches("./").trim_matches('/').split('/').collect();
    let names = super::names(path);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut left = MAX_CHOICES;
    // Row by row, so that no pattern takes longer than its length times that of the path.
    let mut row: Vec<bool> = (0..=names.len()).map(|at| at == 0).collect();
    for part in pattern {
        let mut next = vec![false; row.len()];
        for at in 0..row.len() {
            next[at] = if part == "**" {
                row[at] || at > 0 && next[at - 1]
            } else {
                at > 0 && row[at - 1] && name_matches(part, names[at - 1], &mut left)
            };
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// Returns what is wrong with a pattern: `a[` has a bracket that is not closed.
pub(crate) fn fault(pattern: &str) -> Option<&'static str> {
    let mut rest = pattern;
    while let Some(at) = rest.find(['[', ']', '{', '}']) {
        let (open, after) = (&rest[at..=at], &rest[at + 1..]);
        let close = match open {
            "[" => ']',
            "{" => '}',
            "]" => return Some("a `]` without a `[`"),
            _ => return Some("a `}` without a `{`"),
        };
        match after.split_once(close) {
            Some((inside, _)) if inside.contains('/') => return Some("a `/` in brackets"),
            Some((_, behind)) => rest = behind,
            None if close == ']' => return Some("a `[` without a `]`"),
            None => return Some("a `{` without a `}`"),
        }
    }
    if pattern.trim().is_empty() {
        return Some("no characters");
    }
    let is_glued = |part: &str| part.contains("**") && part != "**";
    pattern.split('/').any(is_glued).then_some("`**` next to other characters")
}

/// True if a path matches one of some patterns, and none of those that begin with `!`.
pub(crate) fn matches_any(patterns: &[String], path: &Path) -> bool {
    let (not, wanted): (Vec<&str>, Vec<&str>) =
        patterns.iter().map(String::as_str).partition(|p| p.starts_with('!'));
    (wanted.is_empty() || wanted.iter().any(|pattern| matches(pattern, path)))
        && !not.iter().any(|pattern| matches(&pattern[1..], path))
}

/// True if a name matches a pattern with `*`, `?` and `{a,b}`. `left` is the number of choices that are still tried: each of them
/// multiplies the others.
fn name_matches(pattern: &str, name: &str, left: &mut usize) -> bool {
    *left = left.saturating_sub(1);
    if *left == 0 || pattern.len() > LONGEST {
        return false;
    }
    if let Some((before, rest)) = pattern.split_once('{')
        && let Some((choices, after)) = rest.split_once('}')
    {
        return choices
            .split(',')
            .any(|choice| name_matches(&format!("{before}{}{after}", choice.trim()), name, left));
    }
    // Sets such as `[^_]` stand for one character that is not in them, if they begin with `^` or `!`.
    if let Some((before, rest)) = pattern.split_once('[')
        && let Some((set, after)) = rest.split_once(']')
        && before.is_empty()
    {
        let Some(first) = name.chars().next() else { return false };
        let (is_not, set) = set.strip_prefix(['^', '!']).map_or((false, set), |set| (true, set));
        return set.contains(first) != is_not && name_matches(after, &name[first.len_utf8()..], left);
    }
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut last = None;
    for piece in pieces {
        if let Some(previous) = last.replace(piece) {
            let previous: &str = previous;
            let Some(at) = rest.find(previous) else { return false };
            rest = &rest[at + previous.len()..];
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_that_multiply_each_other_are_not_all_tried() {
        assert!(matches("{a,b}{a,b}{a,b}x", Path::new("abax")));
        for pattern in ["{a,b}".repeat(40) + "x", "{a}".repeat(20_000), "[a]".repeat(20_000)] {
            assert!(!matches(&pattern, Path::new("b")), "{}", pattern.len());
        }
    }

    #[test]
    fn stars_stand_for_parts_of_names_and_for_folders() {
        for (pattern, path, is) in [
            ("posts/*.md", "posts/a.md", true),
            ("posts/*.md", "posts/b/a.md", false),
            ("posts/**/*.md", "posts/a.md", true),
            ("posts/**/*.md", "posts/b/c/a.md", true),
            ("**/*.{md,mdx}", "b/a.mdx", true),
            ("**/[^_]*.md", "b/_a.md", false),
            ("**/[^_]*.md", "b/a.md", true),
            ("/posts/**", "posts", true),
            ("/posts/**", "post/a", false),
            ("./src/*/x*y*.md", "src/a/xzyz.md", true),
        ] {
            assert_eq!(matches(pattern, Path::new(path)), is, "{pattern} {path}");
        }
    }

    #[test]
    fn brackets_are_closed() {
        for bad in ["a[", "a]", "a{b", "b}", "a/[^b/c]", "a**", "", " "] {
            assert!(fault(bad).is_some(), "{bad}");
        }
        for good in ["a[bc]", "**/*.{md,mdx}", "[^_]*", "a", "../**/a"] {
            assert_eq!(fault(good), None, "{good}");
        }
    }
}
