//! Marks below the excerpt of an article: everything above the mark is its summary.

use std::ops::Range;

use memchr::memmem;

use crate::types::work;

/// Body of an article without its mark.
pub(super) struct Split {
    /// HTML above the mark.
    pub(super) above: String,
    /// All HTML except the mark.
    pub(super) whole: String,
}

/// Splits a body at its mark: the configured one, or, if that is empty, `<!--more-->` and `{/* more */}` in a paragraph of
/// its own. `None` if it has none.
pub(super) fn split(html: &str, separator: &str) -> Option<Split> {
    work::step(html.len());
    let mark = if separator.is_empty() { usual(html) } else { configured(html, separator) }?;
    let (above, below) = (&html[..mark.start], &html[mark.end..]);
    Some(Split { above: above.to_owned(), whole: format!("{above}{below}") })
}

/// Returns the place of a mark, with the paragraph around it if that has nothing else.
fn configured(html: &str, separator: &str) -> Option<Range<usize>> {
    let escaped = crate::html::escape_text(separator);
    let find = |mark: &str| memmem::find(html.as_bytes(), mark.as_bytes()).map(|at| at..at + mark.len());
    let mark = find(separator).or_else(|| find(&escaped))?;
    Some(paragraph(html, &mark).unwrap_or(mark))
}

/// Returns the place of the first usual mark.
fn usual(html: &str) -> Option<Range<usize>> {
    let comments = memmem::find_iter(html.as_bytes(), b"<!--").find_map(|at| {
        let text = &html[at + 4..];
        let end = memmem::find(&text.as_bytes()[..text.len().min(MAX_COMMENT)], b"-->")?;
        let word = text[..end].trim().get(..4)?;
        let rest = text[..end].trim()[4..].chars().next();
        let is_mark = word.eq_ignore_ascii_case("more") && rest.is_none_or(char::is_whitespace);
        is_mark.then_some(at..at + 4 + end + 3)
    });
    let braces = memmem::find_iter(html.as_bytes(), b"{/*").find_map(|at| {
        let text = &html[at + 3..];
        let end = memmem::find(&text.as_bytes()[..text.len().min(MAX_COMMENT)], b"*/}")?;
        let is_mark = text[..end].trim().eq_ignore_ascii_case("more");
        // In running text or code it is text.
        is_mark.then(|| paragraph(html, &(at..at + 3 + end + 3))).flatten()
    });
    [comments, braces].into_iter().flatten().min_by_key(|mark| mark.start)
}

/// Maximum length of a comment that is a mark: WordPress lets it hold the text of a link.
const MAX_COMMENT: usize = 200;

/// Returns the place of the paragraph that has nothing but a mark.
fn paragraph(html: &str, mark: &Range<usize>) -> Option<Range<usize>> {
    let (before, after) = (html[..mark.start].trim_end(), html[mark.end..].trim_start());
    let start = before.strip_suffix("<p>")?.len();
    let end = html.len() - after.strip_prefix("</p>")?.len();
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_split_a_body() {
        for (html, separator, above, whole) in [
            ("<p>a</p><!--more--><p>b</p>", "", "<p>a</p>", "<p>a</p><p>b</p>"),
            ("<p>a</p><!-- More --><p>b</p>", "", "<p>a</p>", "<p>a</p><p>b</p>"),
            ("<p>a</p><!--more Read on--><p>b</p>", "", "<p>a</p>", "<p>a</p><p>b</p>"),
            ("a<p>{/* more */}</p>b", "", "a", "ab"),
            ("a<p> {/*more*/}\n</p>b<!--more-->c", "", "a", "ab<!--more-->c"),
            ("a<!--fold-->b<!--more-->", "<!--fold-->", "a", "ab<!--more-->"),
            ("<p>a</p>\n<p>&lt;cut&gt;</p><p>b</p>", "<cut>", "<p>a</p>\n", "<p>a</p>\n<p>b</p>"),
            ("é<!--é--><!--more-->ü", "", "é<!--é-->", "é<!--é-->ü"),
        ] {
            let split = split(html, separator).unwrap();
            assert_eq!((split.above.as_str(), split.whole.as_str()), (above, whole), "{html}");
        }
        for html in [
            "",
            "<!--",
            "<!--more",
            "<!--moreover-->",
            "<!--mor-->",
            "<code>{/* more */}</code>",
            "<!--éé-->",
        ] {
            assert!(split(html, "").is_none(), "{html}");
        }
        assert!(split("<!--more-->", "<!--fold-->").is_none());
    }
}
