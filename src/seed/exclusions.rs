//! Files of the seeds folder that the configuration excludes.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::generator::glob::{Globs, Reach};
use crate::generator::names;

/// Patterns of files and folders below the seeds that hold no articles, prepared for many files.
#[derive(Clone, Default)]
pub struct Exclusions(Arc<Prepared>);

#[derive(Default)]
struct Prepared {
    patterns: Vec<String>,
    /// Those without a slash, which match a name at any depth.
    of_names: Globs,
    /// The others, which begin at the seeds folder.
    of_paths: Globs,
}

impl Exclusions {
    /// Prepares patterns.
    #[must_use]
    pub fn new(patterns: Vec<String>) -> Self {
        let (names, paths): (Vec<&str>, Vec<&str>) = patterns
            .iter()
            .map(|pattern| pattern.trim_start_matches("./").trim_end_matches('/'))
            .partition(|pattern| !pattern.contains('/'));
        let (of_names, of_paths) = (Globs::new(names), Globs::new(paths));
        Self(Arc::new(Prepared { patterns, of_names, of_paths }))
    }

    /// True if nothing is excluded.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.patterns.is_empty()
    }

    /// Returns the pattern that excludes a file, whose path begins at the seeds folder.
    pub(crate) fn find(&self, path: &Path) -> Option<&str> {
        let Prepared { of_names, of_paths, .. } = &*self.0;
        let names = names(path);
        of_names.first(&names, Reach::Name).or_else(|| of_paths.first(&names, Reach::Folders))
    }
}

// Cached heads depend on the patterns alone.
impl fmt::Debug for Exclusions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.patterns.fmt(f)
    }
}

impl PartialEq for Exclusions {
    fn eq(&self, other: &Self) -> bool {
        self.0.patterns == other.0.patterns
    }
}

impl Eq for Exclusions {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_matches_at_any_depth_and_a_path_from_the_seeds_folder_on() {
        let all = ["drafts", "*.tmp.md", "./notes/private/", "blog/2024-*"].map(str::to_owned);
        let exclusions = Exclusions::new(all.to_vec());
        for (path, pattern) in [
            ("drafts/a.md", Some("drafts")),
            ("blog/drafts/b/a.md", Some("drafts")),
            ("blog/a.tmp.md", Some("*.tmp.md")),
            ("notes/private/a.md", Some("notes/private")),
            ("blog/2024-01-02-a.md", Some("blog/2024-*")),
            ("old/notes/private/a.md", None),
            ("drafts.md", None),
            ("blog/a.md", None),
        ] {
            assert_eq!(exclusions.find(Path::new(path)), pattern, "{path}");
        }
        assert_eq!(Exclusions::default().find(Path::new("drafts/a.md")), None);
    }
}
