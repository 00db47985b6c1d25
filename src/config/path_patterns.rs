//! Patterns of files that the configuration and flags of `check` name.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use crate::generator::glob::{Globs, Reach};
use crate::generator::names;

/// Patterns of files and folders, prepared for many paths.
#[derive(Debug, Default)]
pub struct PathPatterns {
    /// Patterns that match any part of a path.
    of_names: Globs,
    /// The others, by the folder that they begin in.
    by_folder: BTreeMap<PathBuf, Globs>,
}

impl PathPatterns {
    /// Prepares patterns. [`matches_path`] says what they mean.
    #[must_use]
    pub fn new<S: AsRef<str>>(patterns: impl IntoIterator<Item = S>, folder: &Path) -> Self {
        let folder = normalized(folder);
        let mut of_names = Vec::new();
        let mut by_folder: BTreeMap<PathBuf, Vec<(usize, String)>> = BTreeMap::new();
        for (number, pattern) in patterns.into_iter().enumerate() {
            let pattern = pattern.as_ref();
            let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
            if !pattern.trim_end_matches('/').contains('/') {
                of_names.push((number, pattern.to_owned()));
                continue;
            }
            let mut base = if Path::new(pattern).is_absolute() { PathBuf::new() } else { folder.clone() };
            let mut names = Vec::new();
            for name in pattern.split('/').filter(|name| !matches!(*name, "" | ".")) {
                if name == ".." && names.pop().is_none() {
                    base.pop();
                } else if name != ".." {
                    names.push(name);
                }
            }
            by_folder.entry(base).or_default().push((number, names.join("/")));
        }
        let by_folder = by_folder.into_iter().map(|(base, patterns)| (base, Globs::numbered(patterns)));
        Self { of_names: Globs::numbered(of_names), by_folder: by_folder.collect() }
    }

    /// True if a pattern matches a path or a folder above it.
    #[must_use]
    pub fn matches(&self, path: &Path) -> bool {
        self.matching(path).next().is_some()
    }

    /// Returns the numbers of the patterns that match a path or a folder above it, ascending.
    pub fn matching(&self, path: &Path) -> impl Iterator<Item = usize> {
        let mut found: Vec<usize> = self.of_names.matching(&names(path), Reach::Name);
        if !self.by_folder.is_empty() {
            let path = normalized(path);
            for (base, globs) in &self.by_folder {
                // An absolute pattern has no folder.
                let rest =
                    if base.as_os_str().is_empty() { Ok(path.as_path()) } else { path.strip_prefix(base) };
                found.extend(rest.into_iter().flat_map(|rest| globs.matching(&names(rest), Reach::Folders)));
            }
        }
        found.sort_unstable();
        found.into_iter()
    }
}

/// True if a pattern matches a path or a folder above it, however both are written. A pattern without `/` matches any part
/// of the path. Any other is relative to `folder`, which is the current one if it is empty.
///
/// ```
/// use std::path::Path;
///
/// use feedmill::config::matches_path;
///
/// let matches = |pattern: &str, path: &str| matches_path(pattern, Path::new(""), Path::new(path));
/// assert!(matches("*.json", "public/a.json") && matches("public/old", "./public/old/rss.xml"));
/// assert!(matches("../town/*.xml", "../town/rss.xml") && matches("public/old", "public/new/../old/rss.xml"));
/// assert!(!matches("public/*.json", "public/a/b.json"));
/// ```
#[must_use]
pub fn matches_path(pattern: &str, folder: &Path, path: &Path) -> bool {
    PathPatterns::new([pattern], folder).matches(path)
}

/// Returns a path from the root, without `.` and `..`. Links are not followed.
fn normalized(path: &Path) -> PathBuf {
    // An empty path is the current folder.
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut normal = PathBuf::new();
    for part in absolute.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => _ = normal.pop(),
            part => normal.push(part),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::work;

    #[test]
    fn a_file_takes_as_long_whatever_the_number_of_patterns() {
        for unit in ["old-{n}/*.xml", "*.{n}", "../{n}/**/a.xml", "/old/{n}"] {
            let steps = |count: usize| {
                let patterns = (0..count).map(|n| unit.replace("{n}", &(100 + n).to_string()));
                let patterns = PathPatterns::new(patterns, Path::new("site"));
                work::count(|| patterns.matches(Path::new("site/new/rss.xml"))).1
            };
            assert!(steps(4_000) <= 2 * steps(500), "{unit}: {} {}", steps(500), steps(4_000));
        }
    }
}
