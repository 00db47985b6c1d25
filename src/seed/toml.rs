//! Front matter in TOML, between lines of `+++`: Hugo and Zola.

use super::front_syntax::{Format, Syntax};
use crate::generator::toml;

pub(super) static TOML: Syntax = Syntax {
    format: Format::Toml,
    opens: |line| line.trim_end() == "+++",
    closer: || Box::new(|line| line.trim_end() == "+++"),
    is_delimited: true,
    parse: toml,
};

#[cfg(test)]
mod tests {
    use crate::generator::toml as parse;

    #[test]
    fn dates_of_all_four_kinds_become_text_and_deep_nesting_is_refused() {
        let read =
            parse("a = 2024-05-31T08:30:00+02:00\nb = 2024-05-31 08:30:00\nc = 2024-05-31\n[extra]\nd = 1")
                .unwrap();
        assert_eq!(read["a"], "2024-05-31T08:30:00+02:00");
        assert_eq!(read["b"], "2024-05-31T08:30:00");
        assert_eq!(read["c"], "2024-05-31");
        assert_eq!(read["extra"]["d"], 1);
        assert!(parse(&format!("a = {}", "[".repeat(60_000))).is_err());
        assert_eq!(parse("a = 1\nb = ").unwrap_err().0, 2);
    }
}
