//! A seed is one article in a file, as a crawler or a person wrote it. Its head (time, title, link) orders it; its body
//! is HTML, or becomes HTML here.
//!
//! A way of writing seeds is a [`Dialect`]: one file each, registered in [`DIALECTS`]. `decode` turns bytes into text,
//! `link` turns links into valid URIs. `front` holds what the dialects with front matter share: `tags` and
//! `markdown` make HTML. What the repository around a seed says, its addresses among it, comes from `generator`.

pub(crate) mod audio;
#[cfg(feature = "folder")]
mod containers;
mod decode;
mod default_path;
#[cfg(feature = "folder")]
mod emoji;
mod episode;
mod exclusions;
mod front;
mod front_syntax;
mod header;
mod jekyll;
mod json;
mod legacy;
mod lines;
mod link;
mod loose_date;
#[cfg(feature = "folder")]
mod markdown;
#[cfg(feature = "folder")]
mod marks;
mod markup;
mod metadata;
#[cfg(feature = "folder")]
mod notes;
mod origin;
mod page;
mod site;
mod stamp;
mod stamped;
mod tags;
mod title;
#[cfg(feature = "folder")]
mod toml;
#[cfg(feature = "folder")]
mod yaml;

use std::borrow::Cow;

use crate::diag::{Finding, codes};
use crate::model::Metadata;
use crate::types::{Bytes, UnixMs, excerpt};

pub use crate::generator::check_permalink;
pub(crate) use crate::generator::permalink_expression;
pub use decode::decode;
pub use exclusions::Exclusions;
#[doc(hidden)]
pub use lines::Lines;
pub use link::{ADDRESS_RULES, AddressRule, SameAddress};
pub use origin::{Addresses, Origin};
pub(crate) use origin::{below_content, extension};

/// Maximum length of a head. A file without an end of its head in the first 64 KiB is not a seed.
pub const HEAD_LIMIT: Bytes = Bytes(64 << 10);
/// Number of bytes that are read of a file at first: enough for nearly every head.
pub(crate) const HEAD_FIRST: Bytes = Bytes(512);
/// Maximum size of a seed.
pub const SEED_LIMIT: Bytes = Bytes(64 << 20);
/// Number of characters of a value that a finding shows.
const SHOWN: usize = 40;

/// The part of a seed that orders it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Time of publication.
    pub time: UnixMs,
    /// Title as plain text: formatting tags removed, entities decoded and white space folded; may be empty.
    pub title: String,
    /// Link: a valid absolute http or https URI ([RFC 3986](https://www.rfc-editor.org/rfc/rfc3986)), byte for byte as
    /// written if that was valid.
    pub link: String,
    /// Time of the last change, if later than `time`.
    pub updated: Option<UnixMs>,
    /// Time at which the article expires.
    pub until: Option<UnixMs>,
    /// Authors, tags and the other things that the seed says about itself.
    pub metadata: Metadata,
}

impl Head {
    fn new(time: UnixMs, title: String, link: String) -> Self {
        Self { time, title, link, updated: None, until: None, metadata: Metadata::default() }
    }
}

/// A parsed seed and the findings in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed<'a> {
    /// Name of the dialect it is written in.
    pub dialect: &'static str,
    /// The head.
    pub head: Head,
    /// The body as written: may be empty, or cut if only a prefix was read. [`body`] turns it into raw HTML.
    pub body: &'a str,
    /// Warnings.
    pub findings: Vec<Finding>,
}

/// The reason why a text is not a seed (yet).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The head continues after the end of the text: read more of the file.
    Incomplete,
    /// The seed is invalid.
    Bad(Finding),
    /// The file is intentionally not an article of the feeds: a draft, or a page of the site.
    NotAnArticle(Finding),
}

impl From<Finding> for Fault {
    fn from(finding: Finding) -> Self {
        Self::Bad(finding)
    }
}

/// A way of writing seeds.
pub trait Dialect: Sync {
    /// Name in the documentation.
    fn name(&self) -> &'static str;

    /// File name extensions, without the dot.
    fn extensions(&self) -> &'static [&'static str] {
        &["txt"]
    }

    /// True if a text whose first non-blank line is this one is written in the dialect.
    fn claims(&self, first_line: &str) -> bool;

    /// True if its dates are stamps of a crawler's clock, which may be a little ahead.
    fn is_stamped(&self) -> bool {
        false
    }

    /// True if the head may be anywhere in the file, so that the whole file is read if its beginning is not enough.
    fn may_need_whole_file(&self) -> bool {
        false
    }

    /// Reads the head. `lines` starts at that first line and ends at the beginning of the body.
    ///
    /// # Errors
    /// [`Fault::Incomplete`] if the text ends within the head although the file continues; otherwise the problem.
    fn read(
        &self,
        lines: &mut Lines<'_>,
        origin: &Origin<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<Head, Fault>;

    /// Returns the body as raw HTML. `text` is the whole seed and ends with the body.
    fn body<'a>(
        &self,
        text: &'a str,
        seed: &Seed<'a>,
        origin: &Origin<'_>,
        findings: &mut Vec<Finding>,
    ) -> Cow<'a, str> {
        let _ = (text, origin, findings);
        Cow::Borrowed(seed.body)
    }

    /// Returns what the seed says about itself, in its head and in its body.
    fn metadata(&self, seed: &Seed<'_>) -> Metadata {
        seed.head.metadata.clone()
    }
}

/// Every dialect. Of those with the extension of a file, the first that claims its text reads it.
pub static DIALECTS: &[&dyn Dialect] = &[
    &stamped::Stamped,
    &legacy::Legacy,
    &jekyll::Jekyll,
    #[cfg(feature = "folder")]
    &yaml::YAML,
    #[cfg(feature = "folder")]
    &toml::TOML,
    &json::JSON,
    &json::DELIMITED_JSON,
    &header::HEADER,
    &front::BARE,
    &page::Page,
];

/// Returns the dialects whose files have an extension.
fn with_extension(extension: &[u8]) -> impl Iterator<Item = &'static &'static dyn Dialect> {
    let is_extension = move |known: &&str| extension.eq_ignore_ascii_case(known.as_bytes());
    DIALECTS.iter().filter(move |d| d.extensions().iter().any(is_extension))
}

/// True if a file with this extension (without the dot) may be a seed.
#[must_use]
pub fn has_seed_extension(extension: &[u8]) -> bool {
    let is_media = || audio::MEDIA.iter().any(|known| extension.eq_ignore_ascii_case(known.as_bytes()));
    with_extension(extension).next().is_some() || (cfg!(feature = "folder") && is_media())
}

/// True for the extension of Markdown (without the dot).
#[must_use]
pub fn is_markdown(extension: &[u8]) -> bool {
    let is = |known: &str| extension.eq_ignore_ascii_case(known.as_bytes());
    ["md", "markdown", "mkd", "mdx"].into_iter().any(is)
}

/// True if the head of a file may be anywhere in it.
#[must_use]
pub fn may_need_whole_file(origin: &Origin<'_>) -> bool {
    with_extension(origin.extension().as_encoded_bytes()).any(|d| d.may_need_whole_file())
}

/// True if the dates of a dialect are stamps of a crawler's clock, which may be a little ahead.
#[must_use]
pub fn is_stamped(dialect: &str) -> bool {
    DIALECTS.iter().any(|d| d.name() == dialect && d.is_stamped())
}

/// Returns what a seed says about itself: in its head, and by explicit markup in its body.
#[must_use]
pub fn metadata(seed: &Seed<'_>) -> Metadata {
    let mut metadata = match DIALECTS.iter().find(|d| d.name() == seed.dialect) {
        Some(dialect) => dialect.metadata(seed),
        None => seed.head.metadata.clone(),
    };
    // What is in the body is removed without a finding, as in its links.
    let _ = metadata.remove_credentials();
    metadata
}

/// Returns the body of a seed as raw HTML. `text` is the text that the seed was parsed from.
pub fn body<'a>(
    text: &'a str,
    seed: &Seed<'a>,
    origin: &Origin<'_>,
    findings: &mut Vec<Finding>,
) -> Cow<'a, str> {
    match DIALECTS.iter().find(|d| d.name() == seed.dialect) {
        Some(dialect) => dialect.body(text, seed, origin, findings),
        None => Cow::Borrowed(seed.body),
    }
}

/// Text files that sites and repositories have for programs. One of them may still begin like an article.
const FOR_PROGRAMS: [&str; 7] =
    ["ads.txt", "app-ads.txt", "humans.txt", "llms.txt", "requirements.txt", "robots.txt", "security.txt"];

/// Parses a seed. `whole` is true if the file ends where the text ends.
///
/// # Errors
/// [`Fault::Incomplete`] only if `whole` is false; otherwise the problem.
///
/// ```
/// use feedmill::seed::{Addresses, Fault, Origin, parse};
///
/// let addresses = Addresses::default();
/// let origin = Origin::of("seeds", "town/1.txt".as_ref(), &addresses);
/// let text = "<!--1717225200000-->\n[A title](https://news.example/1)\n------\n\n<p>Text</p>";
/// let seed = parse(text, true, &origin).map_err(|fault| format!("{fault:?}"))?;
/// assert_eq!((seed.head.title.as_str(), seed.body), ("A title", "<p>Text</p>"));
/// assert_eq!(parse(&text[..30], false, &origin), Err(Fault::Incomplete));
/// # Ok::<(), String>(())
/// ```
pub fn parse<'a>(text: &'a str, whole: bool, origin: &Origin<'_>) -> Result<Seed<'a>, Fault> {
    let mut lines = Lines::new(text, whole);
    let mut findings = Vec::new();
    let extension = origin.extension();
    lines.skip_blank();
    let first = lines.peek()?;
    let mut dialect =
        first.and_then(|first| with_extension(extension.as_encoded_bytes()).find(|d| d.claims(first)));
    if dialect.is_none() && is_markdown(extension.as_encoded_bytes()) && origin.addresses.repository.is_some()
    {
        dialect = DIALECTS.iter().find(|d| d.name() == front::BARE.name());
    }
    let Some(dialect) = dialect else {
        // Among the files of a site, a text file is rarely a seed: it may be `robots.txt`.
        if origin.addresses.repository.is_some() {
            return Err(unlike_an_article());
        }
        if FOR_PROGRAMS.iter().any(|name| origin.name.eq_ignore_ascii_case(name)) {
            return Err(not_an_article("its name is that of a file for programs"));
        }
        return Err(unclaimed(first, origin, lines.number()));
    };
    let mut head = dialect.read(&mut lines, origin, &mut findings)?;
    let text_of_head = &text[..text.len() - lines.rest().len()];
    findings.extend(remove_credentials(&mut head, text_of_head, &findings));
    lines.skip_blank();
    Ok(Seed { dialect: dialect.name(), head, body: lines.rest(), findings })
}

/// Removes user names and passwords from the addresses in a head, and returns the finding about them. `text` is what was
/// read, `known` what was found in it.
fn remove_credentials(head: &mut Head, text: &str, known: &[Finding]) -> Option<Finding> {
    let mut field = head.metadata.remove_credentials();
    if let Cow::Owned(title) = crate::diag::remove_credentials(&head.title) {
        (head.title, field) = (title, Some("title"));
    }
    let field = field?;
    let is_new = |line: u32| known.iter().all(|finding| finding.place.line != line);
    let has_some = |line: &str| matches!(crate::diag::remove_credentials(line), Cow::Owned(_));
    let mut lines = (1..).zip(text.split('\n')).filter(|(_, line)| has_some(line)).map(|(line, _)| line);
    let line = lines.find(|line| is_new(*line)).unwrap_or_default();
    let detail = match line {
        0 => format!("in the metadata of the article: `{field}`"),
        _ => "in the metadata of the article".to_owned(),
    };
    Some(Finding::in_text(&codes::SEED_LINK_CREDENTIALS, line, 0, detail))
}

/// Returns the fault of a text that no dialect claims.
fn unclaimed(first: Option<&str>, origin: &Origin<'_>, line: u32) -> Fault {
    // A text file can only be a seed; most other files of a site are not articles.
    if !origin.extension().eq_ignore_ascii_case("txt") {
        return unlike_an_article();
    }
    // A crawler's damaged seed still begins with a comment or a link.
    let is_plain = first.is_none_or(|first| !first.starts_with(['<', '[', '-']));
    if origin.beside_markdown && is_plain {
        return not_an_article("it does not begin like one, and is next to Markdown");
    }
    Fault::Bad(match first {
        None => Finding::in_text(&codes::SEED_EMPTY, 0, 0, ""),
        Some(first) => {
            let detail = format!("line {line} is `{}`", excerpt(first, SHOWN));
            Finding::in_text(&codes::SEED_NO_STAMP, line, 1, detail)
        }
    })
}

/// Returns the fault of a file that does not begin like an article.
fn unlike_an_article() -> Fault {
    not_an_article("it does not begin like one")
}

/// Returns the finding about a file that the configuration excludes.
pub(crate) fn excluded(pattern: &str) -> Finding {
    Finding::in_text(&codes::SEED_PASSED_OVER, 0, 0, format!("`exclude` in feedmill.toml has `{pattern}`"))
}

fn not_an_article(why: impl Into<String>) -> Fault {
    Fault::NotAnArticle(Finding::in_text(&codes::SEED_PASSED_OVER, 0, 0, why))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::generator::Repository;
    use crate::store::{MemoryStore, Store};

    /// Returns the body of an article of a site, of which these are other files, and the tags left out.
    pub(super) fn body_in_site(files: &[(&str, &str)], path: &str, text: &str) -> (String, Vec<String>) {
        let store = MemoryStore::new();
        for (name, text) in files {
            store.replace(name.as_ref(), text.as_bytes()).unwrap();
        }
        let repository = Repository::read(Box::new(store), Default::default()).unwrap();
        let addresses = Addresses { repository: repository.map(Arc::new), ..Addresses::default() };
        let origin = Origin::of("", path.as_ref(), &addresses);
        let seed = super::parse(text, true, &origin).unwrap();
        let mut findings = Vec::new();
        let body = body(text, &seed, &origin, &mut findings).into_owned();
        (body, findings.into_iter().map(|finding| finding.detail).collect())
    }

    #[test]
    fn hidden_takes_a_post_out_of_feeds_except_in_a_jekyll_site() {
        let is_unlisted = |files: &[(&str, &str)], key: &str| {
            let store = MemoryStore::new();
            for (name, text) in files {
                store.replace(name.as_ref(), text.as_bytes()).unwrap();
            }
            let repository = Repository::read(Box::new(store), Default::default()).unwrap().map(Arc::new);
            let site = url::Url::parse("https://a.example/").ok();
            let addresses = Addresses { repository, site, ..Addresses::default() };
            let origin = Origin::of("", "_posts/2024-05-31-a.md".as_ref(), &addresses);
            super::parse(&format!("---\n{key}: true\n---\nx"), true, &origin).unwrap().head.metadata.unlisted
        };
        assert!(!is_unlisted(&[("_config.yml", "title: a\n")], "hidden"));
        assert!(is_unlisted(&[("_config.yml", "title: a\n")], "exclude_from_feed"));
        assert!(is_unlisted(&[], "hidden"));
    }

    fn parse(text: &str, whole: bool) -> Result<Seed<'_>, Fault> {
        super::parse(text, whole, &Origin::of("seeds", "1.txt".as_ref(), &Addresses::default()))
    }

    fn head(text: &str) -> Head {
        parse(text, true).unwrap().head
    }

    fn code(text: &str) -> &'static str {
        match parse(text, true) {
            Err(Fault::Bad(finding)) => finding.meta.code,
            other => panic!("{other:?}"),
        }
    }

    fn warnings(text: &str) -> Vec<&'static str> {
        parse(text, true).unwrap().findings.iter().map(|f| f.meta.code).collect()
    }

    fn titled(title: &str) -> String {
        format!("<!--1-->\n[{title}](https://a.example/x)\n------\n\nbody")
    }

    fn linked(link: &str) -> String {
        format!("<!--1698786902000-->\n[t]({link})\n------\n\nbody")
    }

    fn stamped(stamp: &str) -> String {
        format!("<!--{stamp}-->\n[t](https://a.example/x)\n------\n\nbody")
    }

    #[test]
    fn grammar_stamp_title_rule_body() {
        for end in ["\n", "\r\n", "\r"] {
            let text = format!(
                "<!-- 1698786902000 -->{end}[A title](https://a.example/x){end}---{end}{end}{end}<p>b</p>{end}"
            );
            let seed = parse(&text, true).unwrap();
            assert_eq!(seed.head.time, UnixMs(1_698_786_902_000));
            assert_eq!(seed.head.title, "A title");
            assert_eq!(seed.head.link, "https://a.example/x");
            assert_eq!(seed.body.trim_end(), "<p>b</p>");
            assert_eq!(seed.findings, []);
        }
    }

    #[test]
    fn grammar_title_ends_at_the_last_bracket_paren_and_link_at_the_last_paren() {
        assert_eq!(
            head(&titled("See [this](http://x.example/) now")).title,
            "See [this](http://x.example/) now"
        );
        assert_eq!(head(&titled("Old ] town [ hall [EP2]")).title, "Old ] town [ hall [EP2]");
        assert_eq!(
            head(&linked("https://a.example/wiki/Bridge_(music)")).link,
            "https://a.example/wiki/Bridge_(music)"
        );
        assert_eq!(head(&linked("https://a.example/a)b")).link, "https://a.example/a)b");
    }

    #[test]
    fn grammar_entities_are_decoded_once_and_titles_are_not_markdown() {
        assert_eq!(head(&titled("AT&amp;T &amp;lt;b&gt; &#128512; &rsquo;")).title, "AT&T &lt;b> 😀 ’");
        assert_eq!(head(&titled("Q&A & more &c; &bogus;")).title, "Q&A & more &c; &bogus;");
        assert_eq!(head(&titled(r"A \[lock\] *a* `b`")).title, r"A \[lock\] *a* `b`");
        assert_eq!(head(&titled("  two \t  words\u{3000}here ")).title, "two words here");
    }

    #[test]
    fn input_missing_or_invalid_stamp_is_an_error() {
        assert_eq!(code(""), "seed-empty");
        assert_eq!(code(" \n\n "), "seed-empty");
        assert_eq!(code("hello\nworld"), "seed-no-stamp");
        for bad in ["", "x", "1.5", "1e3", "0x10", "１６９８", "16 98", "2023-10-31", "99999999999999999999"]
        {
            assert_eq!(code(&stamped(bad)), "seed-bad-stamp", "{bad}");
        }
        assert_eq!(code("<!--1698786902000\n[t](https://a.example/)\n---\n\nb"), "seed-bad-stamp");
    }

    #[test]
    fn input_stamp_before_1970_is_kept() {
        assert_eq!(head(&stamped("-86400000")).time, UnixMs(-86_400_000));
        assert_eq!(warnings(&stamped("-86400000")), [""; 0]);
        assert_eq!(warnings(&stamped("-1")), ["seed-stamp-unset"]);
        assert_eq!(head(&stamped("-62167219200000")).time, UnixMs::MIN);
    }

    #[test]
    fn input_stamp_outside_four_digit_years_is_an_error() {
        for bad in ["253402300800000", "9223372036854775807", "-9223372036854775808", "-62167219200001"] {
            assert_eq!(code(&stamped(bad)), "seed-stamp-range", "{bad}");
        }
    }

    #[test]
    fn input_stamp_in_seconds_or_microseconds_is_read_in_that_unit() {
        for (stamp, ms) in [
            ("1698786902", 1_698_786_902_000),
            ("0", 0),
            ("100000000000", 100_000_000_000_000),
            ("1698786902000000", 1_698_786_902_000),
            ("100000000000001", 100_000_000_000),
        ] {
            assert_eq!(head(&stamped(stamp)).time, UnixMs(ms), "{stamp}");
            assert_eq!(warnings(&stamped(stamp)), ["seed-stamp-unit"], "{stamp}");
        }
        for ms in ["100000000001", "1698786902000", "0001698786902000", "100000000000000"] {
            assert_eq!(warnings(&stamped(ms)), [""; 0], "{ms}");
        }
    }

    #[test]
    fn input_empty_title_stays_empty_until_the_pipeline_fills_it() {
        for empty in ["", "   ", "\u{200b}\u{feff}"] {
            assert_eq!(head(&titled(empty)).title, "", "{empty:?}");
        }
    }

    #[test]
    fn input_link_missing_relative_or_not_http_is_an_error() {
        assert_eq!(code("<!--1698786902000-->\n"), "seed-no-title");
        assert_eq!(code("<!--1698786902000-->\nhello\n---\n\nx"), "seed-no-title");
        assert_eq!(code(&linked("")), "seed-no-link");
        for bad in [
            "/a",
            "a.example/x",
            "//a.example/x",
            "javascript:alert(1)",
            "JaVa\tScRiPt:x",
            "data:text/html,x",
            "file:///etc/passwd",
            "ftp://a.example/",
            "ttps://a.example/",
            "https:///x",
            "https://",
            "https://a b/",
            "https://a.example:99999/",
            "http:a.example",
            "http",
            "https://a\"b.example/",
            "https://a{b}.example/x",
        ] {
            assert_eq!(code(&linked(bad)), "seed-bad-link", "{bad}");
        }
    }

    #[test]
    fn input_link_with_spaces_cjk_idn_becomes_a_valid_uri_and_a_valid_one_is_kept() {
        for (link, uri) in [
            ("https://a.example/a b c", "https://a.example/a%20b%20c"),
            ("https://a.example/中?词=值#节", "https://a.example/%E4%B8%AD?%E8%AF%8D=%E5%80%BC#%E8%8A%82"),
            ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
            ("https://a.example/100%", "https://a.example/100%25"),
            ("https://a.example/%zz|^", "https://a.example/%25zz%7C%5E"),
            (" https://a.example/x ", "https://a.example/x"),
            ("https://a.example//b/../%e4?a=1&b=%252F", "https://a.example//b/../%e4?a=1&b=%252F"),
            ("HTTPS://A.Example:443/X", "HTTPS://A.Example:443/X"),
            ("https://[::1]:80/[x]", "https://[::1]:80/%5Bx%5D"),
            (r"https://a.example\b|c", "https://a.example/b%7Cc"),
            ("https://a.example\u{1}", "https://a.example/"),
        ] {
            assert_eq!(head(&linked(link)).link, uri, "{link}");
        }
        assert_eq!(head(&linked("https://u:p@a.example/x")).link, "https://a.example/x");
        assert_eq!(head(&linked("https://%C3%A9:p@a.example/x|")).link, "https://a.example/x%7C");
        assert_eq!(warnings(&linked("https://u:p@a.example/x")), ["seed-link-credentials"]);
    }

    #[test]
    fn input_a_user_name_and_password_in_front_matter_is_removed_with_a_finding() {
        let text = "---\ntitle: t\ndate: 2024-01-02\npermalink: https://ann:key@a.example/x\n---\nb";
        let seed =
            super::parse(text, true, &Origin::of("seeds", "1.md".as_ref(), &Addresses::default())).unwrap();
        assert_eq!(seed.head.link, "https://a.example/x");
        let finding = seed.findings[0].clone().showing_line_of(text);
        assert_eq!((finding.meta.code, finding.place.line), ("seed-link-credentials", 4));
        assert!(!format!("{finding:?}").contains("key"), "{finding:?}");
    }

    #[test]
    fn input_front_matter_longer_than_the_head_limit_is_an_error_in_a_page_too() {
        let text = format!("---\ntitle: t\ndate: 2024-01-02\na: {}\n---\nb", "x".repeat(70_000));
        let addresses = Addresses::default();
        let origin = Origin::of("seeds", "1.html".as_ref(), &addresses);
        let parsed = super::parse(&text, true, &origin);
        assert!(matches!(parsed, Err(Fault::Bad(finding)) if finding.detail == "it is longer than 64.0 KiB"));
    }

    #[test]
    fn input_empty_body_is_kept() {
        let seed = "<!--1698786902000-->\n[t](https://a.example/x)\n------\n";
        assert_eq!(parse(seed, true).unwrap().body, "");
        assert_eq!(warnings("<!--1698786902000-->\n[t](https://a.example/x)\n"), ["seed-no-rule"]);
        assert_eq!(
            parse("<!--1698786902000-->\n[t](https://a.example/x)\n======\nb", true).unwrap().body,
            "b"
        );
    }

    #[test]
    fn dialect_legacy_has_its_date_after_the_rule() {
        let seed = "[t](https://a.example/x)\n------\n\n日期：Wed, 01 Jul 2020 03:36:56 +0000\n\n<p>b</p>";
        assert_eq!(head(seed).time, UnixMs(1_593_574_616_000));
        assert_eq!(parse(seed, true).unwrap().body, "<p>b</p>");
        assert_eq!(code("[t](https://a.example/x)\n------\n\n日期：yesterday\n\nb"), "seed-bad-stamp");
        assert_eq!(code("[t](https://a.example/x)\n------\n\n<p>b</p>"), "seed-no-stamp");
    }

    #[test]
    fn dialect_jekyll_has_front_matter_before_a_complete_seed() {
        let seed =
            "---\nlayout: post\ntitle: x\n---\n\n<!--1698786902000-->\n[t](https://a.example/x)\n---\n\nb";
        assert_eq!(head(seed).title, "t");
        assert_eq!(parse(seed, true).unwrap().body, "b");
        let place = |text: &str| match parse(text, true) {
            Err(Fault::Bad(finding)) => (finding.meta.code, finding.place.line),
            other => panic!("{other:?}"),
        };
        assert_eq!(place("---\nlayout: post\n---\n"), ("seed-no-stamp", 4));
        assert_eq!(place("---\nlayout: post\n\n---\nx"), ("seed-no-stamp", 5));
        assert_eq!(place("\n---\nlayout: post\n"), ("seed-bad-matter", 2));
    }

    #[test]
    fn characters_xml_forbids_are_left_out_of_titles_with_a_warning() {
        assert_eq!(head(&titled("a\0b\u{1}\u{fffe}c")).title, "abc");
        assert_eq!(warnings(&titled("a\0b"))[1..], ["seed-bad-character"]);
    }

    /// Lines that the dialects look for, and lines that may confuse them.
    const PIECES: [&str; 31] = [
        "---",
        "+++",
        "{",
        "}",
        "...",
        "title: x",
        "date: 2024-01-02",
        "title = \"x\"",
        "date = 2024-01-02 10:00:00",
        "\"date\": \"2024-01-02\"",
        "\"a\": 1,",
        "draft: true",
        "permalink: /:year/:title",
        "url: https://a.example/x",
        "slug = 'ä/b'",
        "a: [",
        "*a",
        "&a [*a]",
        "<!doctype html>",
        "<!-- saved from url=(1)https://a.example/y -->",
        "<meta name=date content=2024-01-02><title>t",
        "<article><h1>x</h1>",
        "{{< ref \"a.md\" >}}{{< highlight",
        "{{% x /%}}",
        "{% raw %}{{ page.title | x: \"",
        "{% endraw %}{% highlight a %}",
        "{{ youtube(id=\"1\") }}{% end %}",
        "* a{: .b}\n{:toc}",
        "Title: x\nDate: 2024-01-02",
        "\u{0}\u{feff}ä",
        "<!--1698786902000-->\n[t](https://a.example/)",
    ];

    proptest! {
        #[test]
        fn every_dialect_reads_any_text_and_a_prefix_gives_the_same_head_or_asks_for_more(
            pieces in prop::collection::vec(prop_oneof![4 => prop::sample::select(&PIECES[..]).prop_map(str::to_owned), 1 => "\\PC{0,9}"], 0..9),
            end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
            path in prop::sample::select(vec![
                "a.md", "a.html", "a.txt", "2024-1-2-b.md", "_posts/2024-01-02-b.htm", "content/c/index.md", "d/index.mkd", "_e.md",
            ]),
            cut in 0usize..300,
        ) {
            let addresses = Addresses { site: url::Url::parse("https://s.example/b/").ok(), ..Addresses::default() };
            let origin = Origin::of("seeds", path.as_ref(), &addresses);
            let text = pieces.join(end);
            let whole = super::parse(&text, true, &origin);
            if let Ok(seed) = &whole {
                prop_assert!(url::Url::parse(&seed.head.link).is_ok(), "{}", seed.head.link);
                let _ = body(&text, seed, &origin, &mut Vec::new());
            }
            let prefix = &text[..text.floor_char_boundary(cut)];
            match super::parse(prefix, false, &origin) {
                Err(Fault::Incomplete) => {}
                part => prop_assert_eq!(part.map(|seed| seed.head), whole.map(|seed| seed.head)),
            }
        }

        #[test]
        fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let (text, _) = decode(&bytes);
            for path in ["a.txt", "a.md", "a.html"] {
                let _ = super::parse(&text, true, &Origin::of("seeds", path.as_ref(), &Addresses::default()));
            }
        }

        #[test]
        fn a_prefix_gives_the_same_head_or_asks_for_more(
            title in "[a-z\\[\\]() ]{0,20}", end in prop::sample::select(vec!["\n", "\r\n", "\r"]), cut in 0usize..100,
        ) {
            let text = format!("<!--1698786902000-->{end}[{title}](https://a.example/x){end}------{end}{end}<p>body</p>");
            let prefix = &text[..cut.min(text.len())];
            match parse(prefix, false) {
                Ok(seed) => prop_assert_eq!(seed.head, parse(&text, true).unwrap().head),
                Err(fault) => prop_assert_eq!(fault, Fault::Incomplete),
            }
        }
    }
}
