//! Filters of titles and links: a text that they contain, a regular expression that they match.

#[cfg(feature = "folder")]
use regex::{Error, Regex, RegexBuilder};

/// Maximum size of a compiled regular expression, in bytes.
#[cfg(feature = "folder")]
const MAX_COMPILED: usize = 1 << 20;

/// Without a configuration file, nothing has a regular expression.
#[cfg(not(feature = "folder"))]
#[derive(Clone, Debug)]
enum Regex {}

#[cfg(not(feature = "folder"))]
impl Regex {
    fn is_match(&self, _: &str) -> bool {
        match *self {}
    }
}

/// A filter of titles or links: what it accepts contains a text, and matches a regular expression.
#[derive(Clone, Debug)]
pub struct TextFilter {
    contains: String,
    ignores_case: bool,
    matches: Option<Regex>,
}

impl TextFilter {
    /// Creates a filter for a text; an empty one accepts everything.
    pub(super) fn new(contains: &str, ignores_case: bool) -> Self {
        let contains = if ignores_case { contains.to_lowercase() } else { contains.to_owned() };
        Self { contains, ignores_case, matches: None }
    }

    /// Sets a regular expression that must match somewhere.
    ///
    /// # Errors
    /// Returns why it is not one, in one line.
    #[cfg(feature = "folder")]
    pub(super) fn matching(mut self, expression: &str) -> Result<Self, String> {
        let mut builder = RegexBuilder::new(expression);
        let regex = builder.case_insensitive(self.ignores_case).size_limit(MAX_COMPILED).build();
        self.matches = Some(regex.map_err(|error| problem(&error))?);
        Ok(self)
    }

    /// True if it accepts everything.
    #[must_use]
    pub fn accepts_all(&self) -> bool {
        self.contains.is_empty() && self.matches.is_none()
    }

    /// True if it accepts a text.
    #[must_use]
    pub fn accepts(&self, text: &str) -> bool {
        let contains = match (self.contains.as_str(), self.ignores_case) {
            ("", _) => true,
            (part, true) => text.to_lowercase().contains(part),
            (part, false) => text.contains(part),
        };
        contains && self.matches.as_ref().is_none_or(|regex| regex.is_match(text))
    }
}

/// Returns what is wrong with a regular expression. The crate shows the expression again, with marks below it.
#[cfg(feature = "folder")]
fn problem(error: &Error) -> String {
    match error {
        Error::CompiledTooBig(_) => "it is too large; use fewer repetitions".to_owned(),
        error => {
            let text = error.to_string();
            let last = text.lines().rev().find_map(|line| line.strip_prefix("error: "));
            last.unwrap_or("it cannot be parsed").to_owned()
        }
    }
}

#[cfg(all(test, feature = "folder"))]
mod tests {
    use super::*;

    #[test]
    fn titles_ignore_case_and_links_do_not() {
        for (contains, expression, ignores_case, text, is) in [
            ("", "", true, "any", true),
            ("Brücke", "", true, "DIE BRÜCKE", true),
            ("/news/", "", false, "https://a.example/News/1", false),
            ("", "^brü", true, "Brücke", true),
            ("", "^brü", true, "Die Brücke", false),
            ("", "(?-i)^brü", true, "Brücke", false),
            ("", r"/20(23|24)/\d+$", false, "https://a.example/2024/17", true),
            ("", r"/20(23|24)/\d+$", false, "https://a.example/2022/17", false),
            ("a", "b", false, "ab", true),
            ("a", "b", false, "a", false),
        ] {
            let filter = TextFilter::new(contains, ignores_case);
            let filter = if expression.is_empty() { filter } else { filter.matching(expression).unwrap() };
            assert_eq!(filter.accepts(text), is, "{contains} {expression} {text}");
            assert_eq!(filter.accepts_all(), contains.is_empty() && expression.is_empty());
        }
    }

    #[test]
    fn a_problem_is_one_line() {
        for (expression, problem) in [
            ("(", "unclosed group"),
            ("a{9}{9999}{9999}", "it is too large; use fewer repetitions"),
            (r"(a)\1", "backreferences are not supported"),
            ("(?=a)", "look-around, including look-ahead and look-behind, is not supported"),
        ] {
            assert_eq!(TextFilter::new("", true).matching(expression).unwrap_err(), problem);
        }
    }
}
