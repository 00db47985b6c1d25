//! Front matter in YAML, between lines of `---`: Jekyll, Hugo, Zola, and most other tools for Markdown.

use super::front_syntax::{Format, Syntax};
use crate::generator::yaml;

pub(super) static YAML: Syntax = Syntax {
    format: Format::Yaml,
    opens: |line| matches!(line.trim_end(), "---" | "---yaml"),
    closer: || Box::new(|line| matches!(line.trim_end(), "---" | "...")),
    is_delimited: true,
    parse: yaml,
};

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
    parse: |text| yaml(text.trim_end().rsplit_once('\n').map_or("", |(matter, _)| matter)),
};

#[cfg(test)]
mod tests {
    use crate::generator::yaml as parse;

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
