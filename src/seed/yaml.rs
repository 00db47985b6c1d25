//! Front matter in YAML, between lines of `---`: Jekyll, Hugo, Zola, and most other tools for Markdown.

use serde_json::{Map, Value};

use super::front::{Format, Parsed, Syntax};

pub(super) static YAML: Syntax = Syntax {
    format: Format::Yaml,
    opens: |line| line.trim_end() == "---",
    closes: |line| matches!(line.trim_end(), "---" | "..."),
    is_delimited: true,
    parse,
};

/// The parser counts nodes and repeated aliases, so a few lines cannot become gigabytes.
fn parse(text: &str) -> Parsed {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 64,
            max_nodes: 20_000,
            max_events: 60_000,
            max_anchors: 200,
            max_aliases: 200,
            max_total_scalar_bytes: 1 << 20,
        },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 20_000, max_replay_stack_depth: 16 },
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::LastWins,
        with_snippet: false,
    };
    let read: Result<Option<Map<String, Value>>, _> = serde_saphyr::from_str_with_options(text, options);
    read.map(Option::unwrap_or_default).map_err(|error| {
        let line = error.location().map_or(0, |at| at.line() as u32);
        (line, error.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(parse("").unwrap().len(), 0);
        assert_eq!(parse("a: 1\nb: [\n").unwrap_err().0, 2);
    }
}
