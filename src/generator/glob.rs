//! Patterns of paths: `*` for part of a name, `**` for any folders.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use crate::types::work;

/// Maximum number of choices in braces and brackets that are tried for a path, in addition to [`CHOICES_OF_NAME`] for each name.
const MAX_CHOICES: usize = 1_000;
const CHOICES_OF_NAME: usize = 16;
/// Length of the longest pattern of a name.
const LONGEST: usize = 4_096;
/// Length in bytes of the text by which patterns are found.
const MARK: usize = 8;
/// Number of patterns without braces that one pattern with braces is indexed as.
const MAX_SPELLINGS: usize = 16;

/// Which part of a path must match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The path.
    Path,
    /// The path or a folder above it.
    Folders,
    /// Any name in the path.
    Name,
    /// The path, from any folder on unless the pattern begins with a slash.
    Anywhere,
}

/// Patterns that are prepared once, because a configuration may have thousands and each seed asks for those that match it: a
/// pattern is only tried if a piece of its text is in the path.
#[derive(Debug, Default)]
pub(crate) struct Globs {
    /// Each pattern once, with its numbers.
    patterns: Vec<(String, Vec<usize>)>,
    /// Patterns by a piece of text that a path must have to match: its length, and its bytes.
    by_mark: HashMap<(u8, u64), Vec<u32>>,
    /// True for the lengths of these pieces.
    lengths: [bool; MARK + 1],
    /// Patterns that no text is known of.
    others: Vec<u32>,
}

impl Globs {
    /// Prepares patterns. Their numbers are their positions.
    pub(crate) fn new<S: AsRef<str>>(patterns: impl IntoIterator<Item = S>) -> Self {
        Self::numbered(patterns.into_iter().enumerate())
    }

    /// Prepares patterns, each with its number.
    pub(crate) fn numbered<S: AsRef<str>>(patterns: impl IntoIterator<Item = (usize, S)>) -> Self {
        let mut globs = Self::default();
        let mut known: HashMap<String, u32> = HashMap::new();
        for (number, pattern) in patterns {
            let pattern = pattern.as_ref();
            if let Some(at) = known.get(pattern) {
                globs.patterns[*at as usize].1.push(number);
                continue;
            }
            let at = globs.patterns.len() as u32;
            known.insert(pattern.to_owned(), at);
            globs.patterns.push((pattern.to_owned(), vec![number]));
            globs.index(pattern, at);
        }
        globs
    }

    /// True if there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    fn index(&mut self, pattern: &str, at: u32) {
        let marks: Option<Vec<_>> = spellings(pattern).iter().map(|one| self.rarest_mark(one)).collect();
        let Some(mut marks) = marks else {
            self.others.push(at);
            return;
        };
        marks.sort_unstable();
        marks.dedup();
        for mark in marks {
            self.lengths[usize::from(mark.0)] = true;
            self.by_mark.entry(mark).or_default().push(at);
        }
    }

    /// Returns the piece of text in a pattern that the fewest others are found by.
    fn rarest_mark(&self, pattern: &str) -> Option<(u8, u64)> {
        let marks = texts(pattern).flat_map(|text| {
            let length = text.len().min(MARK);
            text.as_bytes().windows(length).map(mark)
        });
        marks.min_by_key(|mark| {
            let others = self.by_mark.get(mark).map_or(0, Vec::len);
            (others, MARK - usize::from(mark.0))
        })
    }

    /// Returns the patterns that may match a path, in the order of the list.
    fn candidates(&self, names: &[String]) -> Vec<u32> {
        let mut found = self.others.clone();
        if !self.by_mark.is_empty() {
            let path = names.join("/");
            work::step(path.len());
            for (length, _) in self.lengths.iter().enumerate().filter(|(_, is_used)| **is_used) {
                let mut marks: Vec<_> = path.as_bytes().windows(length).map(mark).collect();
                marks.sort_unstable();
                marks.dedup();
                found.extend(marks.iter().filter_map(|mark| self.by_mark.get(mark)).flatten());
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Returns the first pattern that matches a path, as it is written.
    pub(crate) fn first(&self, names: &[String], reach: Reach) -> Option<&str> {
        let candidates = self.candidates(names);
        let patterns = candidates.iter().map(|at| self.patterns[*at as usize].0.as_str());
        patterns.into_iter().find(|pattern| reaches(pattern, names, reach))
    }

    /// Returns the numbers of all patterns that match a path, ascending.
    pub(crate) fn matching(&self, names: &[String], reach: Reach) -> Vec<usize> {
        let candidates = self.candidates(names);
        let patterns = candidates.iter().map(|at| &self.patterns[*at as usize]);
        let found = patterns.filter(|(pattern, _)| reaches(pattern, names, reach));
        let mut numbers: Vec<usize> = found.flat_map(|(_, numbers)| numbers).copied().collect();
        numbers.sort_unstable();
        numbers
    }
}

/// Patterns, of which those that begin with `!` leave paths out.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    wanted: Globs,
    left_out: Globs,
}

impl Selection {
    /// Prepares patterns.
    pub(crate) fn new(patterns: &[String]) -> Self {
        let (not, wanted): (Vec<&str>, Vec<&str>) =
            patterns.iter().map(String::as_str).partition(|pattern| pattern.starts_with('!'));
        Self { wanted: Globs::new(wanted), left_out: Globs::new(not.iter().map(|pattern| &pattern[1..])) }
    }

    /// True if a path matches one of the patterns, and none of those that leave it out. Without patterns, all paths match.
    pub(crate) fn matches(&self, path: &Path) -> bool {
        let names = super::names(path);
        (self.wanted.is_empty() || self.wanted.first(&names, Reach::Path).is_some())
            && self.left_out.first(&names, Reach::Path).is_none()
    }
}

/// Returns at most [`MARK`] bytes as a number, with their length.
fn mark(bytes: &[u8]) -> (u8, u64) {
    (bytes.len() as u8, bytes.iter().fold(0, |mark, byte| mark << 8 | u64::from(*byte)))
}

/// Returns the patterns without braces that a pattern stands for; if these are many, some still have braces.
fn spellings(pattern: &str) -> Vec<Cow<'_, str>> {
    let mut all = vec![Cow::Borrowed(pattern)];
    for at in 0.. {
        let Some(one) = all.get(at) else { break };
        if let Some((before, rest)) = one.split_once('{')
            && let Some((choices, after)) = rest.split_once('}')
            && !choices.contains('/')
            && all.len() + choices.matches(',').count() <= MAX_SPELLINGS
        {
            let spelled = |choice: &str| Cow::Owned(format!("{before}{}{after}", choice.trim()));
            let spelled: Vec<_> = choices.split(',').map(spelled).collect();
            all.extend(spelled);
            all[at] = Cow::Borrowed("");
        }
    }
    all.retain(|one| !one.is_empty() || pattern.is_empty());
    all
}

/// Returns texts that a path must have in it to match a pattern: those outside of brackets and braces.
fn texts(pattern: &str) -> impl Iterator<Item = &str> {
    fn sure(name: &str) -> [&str; 2] {
        let Some(open) = name.find(['{', '[']) else { return [name, ""] };
        let close = name.rfind(['}', ']']).filter(|close| *close > open);
        [&name[..open], close.map_or("", |close| &name[close + 1..])]
    }
    let names = trimmed(pattern).split('/').filter(|name| *name != "**");
    names.flat_map(sure).flat_map(|text| text.split('*')).filter(|text| !text.is_empty())
}

fn trimmed(pattern: &str) -> &str {
    pattern.trim_start_matches("./").trim_matches('/')
}

/// True if a path, or what `reach` says of it, matches a pattern.
fn reaches(pattern: &str, names: &[String], reach: Reach) -> bool {
    let is_floating = match reach {
        Reach::Path | Reach::Folders => false,
        Reach::Name => true,
        Reach::Anywhere => !pattern.starts_with('/') && !pattern.starts_with("./"),
    };
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let row: Vec<bool> = (0..=names.len()).map(|at| at == 0 || is_floating).collect();
    let row = rows(pattern, &names, row);
    match reach {
        Reach::Folders | Reach::Name => row.contains(&true),
        Reach::Path | Reach::Anywhere => row.last().copied().unwrap_or_default(),
    }
}

/// Returns for each number of names whether the path of these matches a pattern. `row` says the same for what is before the
/// pattern.
fn rows(pattern: &str, names: &[&str], mut row: Vec<bool>) -> Vec<bool> {
    let mut left = MAX_CHOICES + CHOICES_OF_NAME * names.len();
    // Row by row, so that no pattern takes longer than its length times that of the path.
    for part in trimmed(pattern).split('/') {
        work::step(row.len());
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
    row
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

/// True if a name matches a pattern with `*`, `?` and `{a,b}`. `left` is the number of choices that are still tried: each of them
/// multiplies the others.
fn name_matches(pattern: &str, name: &str, left: &mut usize) -> bool {
    if *left == 0 || pattern.len() > LONGEST {
        return false;
    }
    if let Some((before, rest)) = pattern.split_once('{')
        && let Some((choices, after)) = rest.split_once('}')
    {
        return choices.split(',').any(|choice| {
            *left = left.saturating_sub(1);
            name_matches(&format!("{before}{}{after}", choice.trim()), name, left)
        });
    }
    // Sets such as `[^_]` stand for one character that is not in them, if they begin with `^` or `!`.
    if let Some((before, rest)) = pattern.split_once('[')
        && let Some((set, after)) = rest.split_once(']')
        && before.is_empty()
    {
        let Some(first) = name.chars().next() else { return false };
        let (is_not, set) = set.strip_prefix(['^', '!']).map_or((false, set), |set| (true, set));
        *left = left.saturating_sub(1);
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

    fn matches(pattern: &str, path: &Path) -> bool {
        reaches(pattern, &crate::generator::names(path), Reach::Path)
    }

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
    fn a_list_finds_what_each_of_its_patterns_matches() {
        let patterns = [
            "posts/*.md",
            "**/*.{md,mdx}",
            "{a,b}/{c, d}*e",
            "[^_]*/x",
            "a[b]",
            "x{y",
            "{a]b}c",
            "**",
            "*",
            "./src/*/x*y*.md",
            "/posts/**",
            "posts/*.md",
            "{a,b}{a,b}{a,b}{a,b}{a,b}/q",
            "{,x}",
            "",
        ];
        let paths = [
            "posts/a.md",
            "b/c/a.mdx",
            "b/dxe",
            "ab/x",
            "_b/x",
            "a[b]",
            "x{y",
            "a]bc",
            "posts",
            "aabba/q",
            "x",
            "",
        ];
        let globs = Globs::new(patterns);
        for path in paths {
            let names = crate::generator::names(Path::new(path));
            let expected: Vec<usize> = (0..)
                .zip(patterns)
                .filter(|(_, one)| matches(one, Path::new(path)))
                .map(|(at, _)| at)
                .collect();
            assert_eq!(globs.matching(&names, Reach::Path), expected, "{path}");
            let first = expected.first().map(|at| patterns[*at]);
            assert_eq!(globs.first(&names, Reach::Path), first, "{path}");
        }
        let names = ["a", "b", "c"].map(str::to_owned);
        let globs = Globs::new(["b", "a/b", "/c", "b/c"]);
        assert_eq!(globs.matching(&names, Reach::Folders), [1]);
        assert_eq!(globs.matching(&names, Reach::Anywhere), [3]);
    }

    #[test]
    fn a_seed_takes_as_long_whatever_the_number_of_patterns() {
        let names = ["posts", "2024", "drafts-17", "a-rather-long-name.md"].map(str::to_owned);
        for unit in ["**/drafts-{n}/*.md", "*-{n}.md", "{tmp,old}-{n}/**", "posts/{n}/x*"] {
            let steps = |count: usize| {
                let globs = Globs::new((0..count).map(|n| unit.replace("{n}", &(n + 100).to_string())));
                work::count(|| globs.matching(&names, Reach::Path)).1
            };
            assert!(steps(8_000) <= 2 * steps(1_000), "{unit}: {} {}", steps(1_000), steps(8_000));
        }
        let deep: Vec<String> = (0..1_500).map(|n| n.to_string()).collect();
        assert!(Globs::new(["**/*{98,99}"]).first(&deep, Reach::Path).is_some());
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
