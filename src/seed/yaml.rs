//! Front matter in YAML, between lines of `---`: Jekyll, Hugo, Zola, and most other tools for Markdown.

use super::front_syntax::{Format, Syntax};
use super::metadata;
use crate::generator::{Parsed, restore_numbers, yaml};

pub(super) static YAML: Syntax = Syntax {
    format: Format::Yaml,
    opens: |line| matches!(line.trim_end(), "---" | "---yaml"),
    closer: || Box::new(|line| matches!(line.trim_end(), "---" | "...")),
    is_delimited: true,
    parse,
};

/// Reads front matter. Numbers stay as they are written where the article has text.
fn parse(text: &str) -> Parsed {
    let mut table = yaml(text)?;
    restore_numbers(&mut table, text, metadata::is_known);
    Ok(table)
}

/// The same without the line before it, which Hexo does not need (<https://hexo.io/docs/front-matter>).
pub(super) static OPEN: Syntax = Syntax {
    format: Format::Yaml,
    opens: |_| false,
    closer: || {
        Box::new(|line| {
            let line = line.trim_end();
            line.len() >= 3 && line.bytes().all(|b| b == b'-')
        })
    },
    is_delimited: false,
    parse: |text| parse(text.trim_end().rsplit_once('\n').map_or("", |(matter, _)| matter)),
};

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn numbers_of_texts_are_as_they_are_written() {
        let read = parse(
            "title: 007\nauthor: 1e3\ntags: [1.10, 2024, .inf, -.inf, 123456789012345678901, {name: 1.50}, 0x1F]\nrating: 4.50\n",
        )
        .unwrap();
        let expected = serde_json::json!({
            "title": "007",
            "author": "1e3",
            "tags": ["1.10", 2024, ".inf", "-.inf", "123456789012345678901", {"name": "1.50"}, 31],
            "rating": 4.5,
        });
        assert_eq!(serde_json::Value::Object(read), expected);
    }

    #[test]
    fn alias_bombs_and_deep_nesting_are_refused() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..12 {
            bomb += &format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", "));
        }
        assert!(parse(&bomb).is_err());
        assert!(parse(&format!("a: {}", "[".repeat(60_000))).is_err());
        let tower: String = (0..2_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        assert!(parse(&tower).is_err());
    }

    #[test]
    fn ordinary_front_matter_is_read() {
        let read =
            parse("title: \"A: b\"\ndate: 2024-05-31\ntags: [a, b]\ndraft: false\ndraft: true\n").unwrap();
        assert_eq!(read["title"], "A: b");
        assert_eq!(read["date"], "2024-05-31");
        assert_eq!(read["draft"], true);
        assert_eq!(
            parse("tags: [x, y, on]\nlang: no\n").unwrap()["tags"],
            serde_json::json!(["x", "y", "on"])
        );
        assert_eq!(parse("").unwrap().len(), 0);
        assert_eq!(parse("a: 1\nb: [\n").unwrap_err().0, 2);
    }
}
