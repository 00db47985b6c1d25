//! Front matter without a mark: lines of `Key: value` at the beginning of the file, up to a blank line. Pelican and
//! MultiMarkdown write it so (<https://docs.getpelican.com/en/latest/content.html#file-metadata>).

use serde_json::Value;

use super::front_syntax::{Format, Syntax};
use super::{Fault, Lines};
use crate::generator::Parsed;
use crate::types::work;

/// Keys that such a file may begin with. With any other, the first line is text.
const FIRST: &[&str] = &[
    "title",
    "date",
    "modified",
    "slug",
    "author",
    "authors",
    "category",
    "tags",
    "keywords",
    "summary",
    "description",
    "status",
    "lang",
    "template",
];

pub(super) static HEADER: Syntax = Syntax {
    format: Format::Header,
    opens: |line| {
        pair(line).is_some_and(|(key, _)| FIRST.iter().any(|known| key.eq_ignore_ascii_case(known)))
    },
    closer: || Box::new(|line| line.trim().is_empty()),
    is_delimited: false,
    parse,
};

/// Moves past the header. A line that is neither a pair nor the continuation of one ends it, as in Python-Markdown.
pub(super) fn skip(lines: &mut Lines<'_>) -> Result<(), Fault> {
    while let Some(line) = lines.peek()? {
        let is_blank = line.trim().is_empty();
        if !is_blank && pair(line).is_none() && !is_continuation(line) {
            break;
        }
        lines.next_line()?;
        if is_blank {
            break;
        }
    }
    Ok(())
}

fn is_continuation(line: &str) -> bool {
    line.starts_with("    ") || line.starts_with('\t')
}

/// Splits a line at its colon.
fn pair(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let indent = key.len() - key.trim_start_matches(' ').len();
    let key = &key[indent..];
    let is_key =
        !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    (indent < 4 && is_key).then_some((key, value.trim()))
}

fn parse(text: &str) -> Parsed {
    let mut values = serde_json::Map::new();
    let mut last: Option<String> = None;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        work::step(line.len());
        match (pair(line), &last) {
            (Some((key, value)), _) if !is_continuation(line) => {
                values.insert(key.to_owned(), Value::String(value.to_owned()));
                last = Some(key.to_owned());
            }
            (_, Some(key)) => {
                if let Some(Value::String(value)) = values.get_mut(key) {
                    value.push(' ');
                    value.push_str(line.trim());
                }
            }
            _ => {}
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::super::{Addresses, Fault, Head, Origin, body, parse};

    fn read(path: &str, text: &str) -> Result<(Head, String), Fault> {
        let site = url::Url::parse("https://a.example/").ok();
        let addresses = Addresses { site, ..Addresses::default() };
        let origin = Origin::of("content", path.as_ref(), &addresses);
        let seed = parse(text, true, &origin)?;
        let html = body(text, &seed, &origin, &mut Vec::new()).into_owned();
        Ok((seed.head, html))
    }

    #[test]
    fn a_header_of_pelican_is_front_matter() {
        let text = "Title: Moss, & other \"small\" things\nDate: 2019-02-03 10:20\nModified: 2019-02-05\nTAGS: moss, stone\n\
                    Authors: Ann Lee, Bo Ek\nSummary: Small\n    and green\nLang: sv\n\nIt *grows*.\n";
        let (head, html) = read("walks/moss.md", text).unwrap();
        assert_eq!(head.title, "Moss, & other \"small\" things");
        assert_eq!(head.link, "https://a.example/moss-other-small-things.html");
        assert_eq!(head.time.to_rfc3339(), "2019-02-03T10:20:00Z");
        assert_eq!(head.updated.map(|time| time.to_date()), Some("2019-02-05".to_owned()));
        assert_eq!(head.metadata.tags, ["moss", "stone"]);
        assert_eq!(head.metadata.authors.len(), 2);
        assert_eq!(head.metadata.summary.as_deref(), Some("Small and green"));
        assert_eq!(head.metadata.language.as_deref(), Some("sv"));
        assert_eq!(html, "<p>It <em>grows</em>.</p>\n");
    }

    #[test]
    fn its_slug_and_url_are_the_address_and_its_status_hides_it() {
        let link = |lines: &str| {
            read("a.markdown", &format!("title: T\ndate: 2019-02-03\n{lines}\n\nx"))
                .map(|(head, _)| head.link)
        };
        assert_eq!(link("slug: old-moss").unwrap(), "https://a.example/old-moss.html");
        assert_eq!(
            link("url: notes/moss/\nsave_as: notes/moss/index.html").unwrap(),
            "https://a.example/notes/moss/"
        );
        assert!(matches!(link("status: draft"), Err(Fault::NotAnArticle(_))));
        assert!(read("a.md", "Title: T\nDate: 2019-02-03\nStatus: hidden\n\nx").unwrap().0.metadata.unlisted);
        assert_eq!(read("2019-02-03-b.md", "Title: T\nSlug: b\n\nx").unwrap().0.time.to_date(), "2019-02-03");
    }

    #[test]
    fn text_that_begins_like_a_header_is_none() {
        for text in [
            "Note: bring a coat\n\nx",
            "Title: only\n\nx",
            "Date: Tuesday\n\nWe walked.",
            "Title\n=====\n",
            "title of: x",
            "Title: T",
            "Title: T\n# Heading\n",
        ] {
            assert!(matches!(read("a.md", text), Err(Fault::NotAnArticle(_))), "{text}");
        }
        // A line that is no pair begins the text.
        let (_, html) = read("a.md", "Title: T\nDate: 2019-02-03\nWe walked.\n").unwrap();
        assert_eq!(html, "<p>We walked.</p>\n");
    }
}
