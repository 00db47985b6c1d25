//! Media types.

use crate::rule::{
    Context::{Entry, Item},
    Rule,
};

pub(crate) static TYPE: Rule = Rule::error("mime/type", "invalid media type")
    .why("Readers decide by the type whether to show, play or download the file.")
    .remedy("write type/subtype, such as text/html")
    .spec("RFC 6838, 4.2", "https://www.rfc-editor.org/rfc/rfc6838#section-4.2")
    .example(
        Entry,
        r#"<link rel="related" type="html" href="https://town.example/2"/>"#,
        r#"<link rel="related" type="text/html" href="https://town.example/2"/>"#,
    );

static ATTRIBUTE: Rule = Rule::error("mime/attribute", "invalid media type of an enclosure")
    .why("Podcast players check the type before they download the file.")
    .remedy("write type/subtype, such as audio/mpeg")
    .spec(
        "RSS 2.0.11, enclosure",
        "https://www.rssboard.org/rss-specification#ltenclosuregtSubelementOfLtitemgt",
    )
    .example(
        Item,
        r#"<enclosure url="https://town.example/1.mp3" length="1000" type="mp3"/>"#,
        r#"<enclosure url="https://town.example/1.mp3" length="1000" type="audio/mpeg"/>"#,
    );

pub(crate) static RULES: &[&Rule] = &[&TYPE, &ATTRIBUTE];

/// Checks the type of a link or of content.
pub(crate) fn media_type(text: &str) -> Option<&'static Rule> {
    (!is_media_type(text)).then_some(&TYPE)
}

/// Checks the type of an enclosure.
pub(crate) fn enclosure(text: &str) -> Option<&'static Rule> {
    (!is_media_type(text)).then_some(&ATTRIBUTE)
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&b))
}

/// True if the text is `type/subtype` with or without parameters `; name=value`.
pub(crate) fn is_media_type(text: &str) -> bool {
    let (essence, mut rest) = text.split_at(text.find(';').unwrap_or(text.len()));
    if !essence.trim_end().split_once('/').is_some_and(|(a, b)| is_token(a) && is_token(b)) {
        return false;
    }
    while let Some(parameter) = rest.strip_prefix(';') {
        let Some((name, value)) = parameter.trim_start().split_once('=') else { return false };
        let length = match value.strip_prefix('"') {
            Some(quoted) => match quoted.find('"') {
                Some(end) => end + 2,
                None => return false,
            },
            None => value.find(';').unwrap_or(value.len()),
        };
        let (value, after) = value.split_at(length);
        if !is_token(name) || !value.starts_with('"') && !is_token(value.trim_end()) {
            return false;
        }
        rest = after.trim_start();
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::is_media_type;

    #[test]
    fn types() {
        let good = [
            "text/html",
            "text/html; charset=utf-8",
            "application/atom+xml;type=\"entry\";a=b",
            "image/svg+xml",
        ];
        let bad = [
            "",
            "text",
            "text/",
            "/html",
            "text/html/x",
            "text html/x",
            "text/html;",
            "text/html; charset",
            "*",
        ];
        assert!(good.iter().all(|t| is_media_type(t)));
        assert!(bad.iter().all(|t| !is_media_type(t)));
    }
}
