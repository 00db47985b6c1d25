//! A seed: one article as a crawler leaves it. Its head (time, title, link) orders it; its body is HTML.
//!
//! How a seed is written is a [`Dialect`]: one file each, registered in [`DIALECTS`]. Bytes become text in `decode`,
//! links become valid URIs in `link`. No file is opened here.

mod decode;
mod jekyll;
mod legacy;
mod lines;
mod link;
mod stamp;
mod stamped;
mod title;

use crate::diag::{Meta, codes};
use crate::unit::{Bytes, UnixMs};

pub use decode::decode;
pub use lines::Lines;
pub use link::{escape as uri, key as link_key};

/// The longest head that is read. A megabyte without a line end is no seed.
pub const HEAD_LIMIT: Bytes = Bytes(64 << 10);
/// What is read of a file at first: enough for nearly every head.
pub const HEAD_FIRST: Bytes = Bytes(512);
/// The largest seed.
pub const SEED_LIMIT: Bytes = Bytes(64 << 20);

/// What orders a seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its time.
    pub time: UnixMs,
    /// Its title; plain text with entities decoded and white space folded, possibly empty.
    pub title: String,
    /// Its link: a valid absolute http or https URI ([RFC 3986](https://www.rfc-editor.org/rfc/rfc3986)), byte for
    /// byte as written where that was valid already.
    pub link: String,
}

/// Something to report of a seed, at a line and column (from 1) of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind of fault.
    pub meta: &'static Meta,
    /// Line from 1; 0 for the whole file.
    pub line: u32,
    /// Column from 1, in characters; 0 for the whole line.
    pub column: u32,
    /// What is wrong here.
    pub message: String,
}

impl Finding {
    pub(crate) fn new(meta: &'static Meta, line: u32, column: u32, message: impl Into<String>) -> Self {
        Self { meta, line, column, message: message.into() }
    }
}

/// A seed that was read, and what there is to say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed<'a> {
    /// The name of the dialect it is written in.
    pub dialect: &'static str,
    /// Its head.
    pub head: Head,
    /// Its body: raw HTML, possibly empty, possibly cut where only a prefix was read.
    pub body: &'a str,
    /// Warnings.
    pub findings: Vec<Finding>,
}

/// Why a text is no seed (yet).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The head goes on behind the end of the text: read more of the file.
    Incomplete,
    /// It is no seed, and this is why.
    Bad(Finding),
}

impl From<Finding> for Fault {
    fn from(finding: Finding) -> Self {
        Self::Bad(finding)
    }
}

/// A way of writing seeds.
pub trait Dialect: Sync {
    /// Its name in the documentation.
    fn name(&self) -> &'static str;

    /// Whether a text with this first line that is not blank looks like it.
    fn claims(&self, first_line: &str) -> bool;

    /// Reads the head. `lines` stands at that first line and is left at the beginning of the body.
    ///
    /// # Errors
    /// [`Fault::Incomplete`] where the text ends within the head though the file goes on; else what is wrong.
    fn read(&self, lines: &mut Lines<'_>, findings: &mut Vec<Finding>) -> Result<Head, Fault>;
}

/// Every dialect; the first that claims a text reads it.
pub static DIALECTS: &[&dyn Dialect] = &[&stamped::Stamped, &legacy::Legacy, &jekyll::Jekyll];

/// Reads a seed from its text. `whole` says that the file ends where the text does.
///
/// # Errors
/// [`Fault::Incomplete`] only where `whole` is false; otherwise what is wrong with it.
///
/// ```
/// use feedmill::seed::{Fault, parse};
///
/// let text = "<!--1717225200000-->\n[A title](https://news.example/1)\n------\n\n<p>Text</p>";
/// let seed = parse(text, true).map_err(|fault| format!("{fault:?}"))?;
/// assert_eq!((seed.head.title.as_str(), seed.body), ("A title", "<p>Text</p>"));
/// assert_eq!(parse(&text[..30], false), Err(Fault::Incomplete));
/// # Ok::<(), String>(())
/// ```
pub fn parse(text: &str, whole: bool) -> Result<Seed<'_>, Fault> {
    let mut lines = Lines::new(text, whole);
    let mut findings = Vec::new();
    lines.skip_blank();
    let Some(first) = lines.peek()? else {
        return Err(Finding::new(&codes::SEED_EMPTY, 0, 0, "there is no text in it").into());
    };
    let Some(dialect) = DIALECTS.iter().find(|d| d.claims(first)) else {
        let message = "line 1 is not a stamp such as <!--1698786902000-->";
        return Err(Finding::new(&codes::SEED_NO_STAMP, lines.number(), 1, message).into());
    };
    let head = dialect.read(&mut lines, &mut findings)?;
    lines.skip_blank();
    Ok(Seed { dialect: dialect.name(), head, body: lines.rest(), findings })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn head(text: &str) -> Head {
        parse(text, true).unwrap().head
    }

    fn code(text: &str) -> &'static str {
        match parse(text, true) {
            Err(Fault::Bad(finding)) => finding.meta.code,
            other => panic!("{other:?}"),
        }
    }

    fn warned(text: &str) -> Vec<&'static str> {
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
    fn grammar_entities_are_decoded_once_and_titles_are_no_markdown() {
        assert_eq!(head(&titled("AT&amp;T &amp;lt;b&gt; &#128512; &rsquo;")).title, "AT&T &lt;b> 😀 ’");
        assert_eq!(head(&titled("Q&A & more &c; &bogus;")).title, "Q&A & more &c; &bogus;");
        assert_eq!(head(&titled(r"A \[lock\] *a* `b`")).title, r"A \[lock\] *a* `b`");
        assert_eq!(head(&titled("  two \t  words\u{3000}here ")).title, "two words here");
    }

    #[test]
    fn input_no_or_unreadable_stamp_is_an_error() {
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
        assert_eq!(warned(&stamped("-86400000")), [""; 0]);
        assert_eq!(warned(&stamped("-1")), ["seed-stamp-unset"]);
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
            assert_eq!(warned(&stamped(stamp)), ["seed-stamp-unit"], "{stamp}");
        }
        for ms in ["100000000001", "1698786902000", "0001698786902000", "100000000000000"] {
            assert_eq!(warned(&stamped(ms)), [""; 0], "{ms}");
        }
    }

    #[test]
    fn input_empty_title_is_left_to_the_stage() {
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
        ] {
            assert_eq!(head(&linked(link)).link, uri, "{link}");
        }
        assert_eq!(head(&linked("https://u:p@a.example/x")).link, "https://a.example/x");
        assert_eq!(warned(&linked("https://u:p@a.example/x")), ["seed-link-credentials"]);
    }

    #[test]
    fn input_empty_body_is_kept() {
        let seed = "<!--1698786902000-->\n[t](https://a.example/x)\n------\n";
        assert_eq!(parse(seed, true).unwrap().body, "");
        assert_eq!(warned("<!--1698786902000-->\n[t](https://a.example/x)\n"), ["seed-no-rule"]);
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
    }

    #[test]
    fn characters_xml_forbids_are_left_out_of_titles_with_a_warning() {
        assert_eq!(head(&titled("a\0b\u{1}\u{fffe}c")).title, "abc");
        assert_eq!(warned(&titled("a\0b"))[1..], ["seed-bad-character"]);
    }

    proptest! {
        #[test]
        fn any_bytes_never_panic_and_a_prefix_agrees_or_asks_for_more(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let (text, _) = decode(&bytes);
            let _ = parse(&text, true);
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
