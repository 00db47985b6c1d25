//! The XML declaration ([XML 1.0, 2.8](https://www.w3.org/TR/xml/#NT-XMLDecl)).

use super::names::is_space;

/// Returns what is wrong with the inside of an XML declaration: what is between `<?xml` and `?>`.
pub(crate) fn fault(inside: &str) -> Option<String> {
    let mut rest = inside;
    let mut next = 0;
    const NAMES: [&str; 3] = ["version", "encoding", "standalone"];
    loop {
        let trimmed = rest.trim_start_matches(is_space);
        if trimmed.is_empty() {
            break;
        }
        let length = trimmed.find(|c: char| !c.is_ascii_alphanumeric() && !"-_.:".contains(c));
        let name = &trimmed[..length.unwrap_or(trimmed.len())];
        if name.is_empty() {
            return Some("it has other characters than names and values".to_owned());
        }
        if trimmed.len() == rest.len() {
            return Some(format!("no space before `{name}`"));
        }
        let Some(index) = NAMES.iter().position(|known| *known == name) else {
            return Some(format!("it has no `{name}`"));
        };
        if index < next {
            let is_second = index + 1 == next;
            let detail = format!("`{name}` after `{}`", NAMES[next - 1]);
            return Some(if is_second { format!("two `{name}`") } else { detail });
        }
        if next == 0 && index > 0 {
            return Some(match inside.contains("version") {
                true => format!("`{name}` before `version`"),
                false => "no `version`".to_owned(),
            });
        }
        next = index + 1;
        let after = trimmed[name.len()..].trim_start_matches(is_space);
        let Some(after) = after.strip_prefix('=') else { return Some(format!("no value of `{name}`")) };
        let after = after.trim_start_matches(is_space);
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
        let Some((value, behind)) = quote.and_then(|quote| after[1..].split_once(quote)) else {
            return Some(format!("value of `{name}` without quotes"));
        };
        if !is_value(name, value) {
            return Some(match value {
                "" => format!("`{name}` is empty"),
                _ => format!("`{name}` is `{value}`"),
            });
        }
        rest = behind;
    }
    (next == 0).then(|| "no `version`".to_owned())
}

/// True if a value is allowed. Other versions than 1.0 break a rule of their own.
fn is_value(name: &str, value: &str) -> bool {
    let is_of =
        |others: &str| value.bytes().all(|b| b.is_ascii_alphanumeric() || others.as_bytes().contains(&b));
    match name {
        "version" => !value.is_empty() && is_of("_.:-"),
        "encoding" => value.starts_with(|c: char| c.is_ascii_alphabetic()) && is_of("._-"),
        _ => matches!(value, "yes" | "no"),
    }
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn declarations_have_quoted_values_in_order() {
        for good in [
            " version=\"1.0\"",
            " version='1.0' encoding='utf-8'",
            "\n version = \"1.1\" standalone=\"yes\" ",
            " version=\"1.0\" encoding=\"x-mac_roman.2\" standalone='no'",
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
        for (bad, expected) in [
            ("", "no `version`"),
            (" encoding=\"utf-8\"", "no `version`"),
            (" version=1.0", "value of `version` without quotes"),
            (" version=\"1.0\" encoding=utf-8", "value of `encoding` without quotes"),
            (" encoding=\"utf-8\" version=\"1.0\"", "`encoding` before `version`"),
            (" version=\"1.0\" standalone=\"no\" encoding=\"utf-8\"", "`encoding` after `standalone`"),
            (" version=\"1.0\" version=\"1.0\"", "two `version`"),
            (" version=\"1.0\"encoding=\"utf-8\"", "no space before `encoding`"),
            (" version=\"1.0\" lang=\"en\"", "it has no `lang`"),
            (" version=\"\"", "`version` is empty"),
            (" version=\"1.0\" encoding=\"\"", "`encoding` is empty"),
            (" version=\"1.0\" encoding=\"8859-1\"", "`encoding` is `8859-1`"),
            (" version=\"1.0\" encoding=\"UTF-8 \"", "`encoding` is `UTF-8 `"),
            (" version=\"1.0\" standalone=\"maybe\"", "`standalone` is `maybe`"),
            (" version=\"1.0\" encoding", "no value of `encoding`"),
            (" version=\"1.0\",", "it has other characters than names and values"),
        ] {
            assert_eq!(fault(bad).as_deref(), Some(expected), "{bad}");
        }
    }
}
