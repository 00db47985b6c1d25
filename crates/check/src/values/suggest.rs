//! The value that was probably meant, for values with one likely correction.

use feedmill_diag::nearest;
use feedmill_types::work::step;
use url::Url;

use crate::values::{date_repair, email, language, media_type, url as address};

/// Maximum length of a value that is corrected.
const MAX_LENGTH: usize = 500;

/// English names of languages, and their tags.
const LANGUAGES: &[(&str, &str)] = &[
    ("arabic", "ar"),
    ("chinese", "zh"),
    ("czech", "cs"),
    ("danish", "da"),
    ("deutsch", "de"),
    ("dutch", "nl"),
    ("english", "en"),
    ("español", "es"),
    ("finnish", "fi"),
    ("français", "fr"),
    ("french", "fr"),
    ("german", "de"),
    ("greek", "el"),
    ("hebrew", "he"),
    ("hindi", "hi"),
    ("italian", "it"),
    ("japanese", "ja"),
    ("korean", "ko"),
    ("norwegian", "no"),
    ("polish", "pl"),
    ("portuguese", "pt"),
    ("russian", "ru"),
    ("spanish", "es"),
    ("swedish", "sv"),
    ("turkish", "tr"),
    ("ukrainian", "uk"),
];

/// Media types by extension.
const TYPES: &[(&str, &str)] = &[
    ("aac", "audio/aac"),
    ("epub", "application/epub+zip"),
    ("flac", "audio/flac"),
    ("gif", "image/gif"),
    ("html", "text/html"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("m4a", "audio/x-m4a"),
    ("m4v", "video/x-m4v"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("ogg", "audio/ogg"),
    ("opus", "audio/ogg"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("text", "text/plain"),
    ("wav", "audio/wav"),
    ("webm", "video/webm"),
    ("webp", "image/webp"),
    ("xhtml", "application/xhtml+xml"),
    ("xml", "application/xml"),
];

/// Words that a rule allows.
fn words(code: &str) -> &'static [&'static str] {
    match code {
        "itunes/type" => &["episodic", "serial"],
        "itunes/episode-type" => &["full", "trailer", "bonus"],
        "rss/day" => &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        "sy/update-period" => &["hourly", "daily", "weekly", "monthly", "yearly"],
        "media/medium" => &["image", "audio", "video", "document", "executable"],
        "media/expression" => &["sample", "full", "nonstop"],
        "atom/text-type" => &["text", "html", "xhtml"],
        "rss/version" => &["2.0"],
        "podcast/transcript-rel" => &["captions"],
        _ => &[],
    }
}

/// Returns the end of a message about a value that breaks a rule: `; write …`, or an empty string.
pub(crate) fn suggestion(code: &str, value: &str) -> String {
    let value = value.trim();
    let form = match code {
        "date/rfc822" | "date/rfc822-problematic" | "date/weekday" => Some(date_repair::Form::Rfc822),
        "date/rfc3339" | "podcast/live-time" => Some(date_repair::Form::Rfc3339),
        "date/w3cdtf" => Some(date_repair::Form::W3cdtf),
        _ => None,
    };
    if value.is_empty() || value.len() > MAX_LENGTH {
        return String::new();
    }
    step(value.len());
    if let Some(form) = form {
        let reason = date_repair::explain(value, form);
        return if reason.is_empty() { reason } else { format!(": {reason}") };
    }
    if code.starts_with("url/") && value.contains('\n') {
        // It is shown as a space.
        let fixed = corrected(code, value).map(|fixed| format!("; write `{fixed}`")).unwrap_or_default();
        return format!(" with a line break in it{fixed}");
    }
    if code == "url/attribute" {
        return why_not_http(value);
    }
    match corrected(code, value) {
        Some(corrected) if corrected != value => format!("; write `{corrected}`"),
        _ => String::new(),
    }
}

/// Does the same for a value in XML: what is to be written is escaped.
pub(crate) fn xml_suggestion(code: &str, value: &str) -> String {
    let plain = suggestion(code, value);
    match plain.split_once("; write `") {
        Some((reason, fixed)) => format!("{reason}; write `{}", escaped(fixed)),
        None => plain,
    }
}

/// Returns a text as it is written in XML.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// Returns why a value is not an http URL that can be fetched, and its correction.
fn why_not_http(value: &str) -> String {
    if let Some(rule) = address::uri(value) {
        let fix =
            corrected(rule.meta.code, value).filter(|fixed| fixed != value && address::http(fixed).is_none());
        let fix = fix.map(|fixed| format!("; write `{fixed}`")).unwrap_or_default();
        return format!(": {}{fix}", rule.meta.title);
    }
    match Url::parse(value) {
        Err(cause) => format!(": {cause}"),
        Ok(url) if !matches!(url.scheme(), "http" | "https") => format!(": its scheme is `{}`", url.scheme()),
        Ok(url) => format!(": its host `{}` is not on the internet", url.host_str().unwrap_or_default()),
    }
}

/// Returns the corrected value, if there is one likely correction.
fn corrected(code: &str, value: &str) -> Option<String> {
    let lower = value.to_ascii_lowercase();
    match code {
        "url/character" | "url/not-ascii" => {
            // A line break inside a URL comes from a program that wrapped the line.
            let lines: String = value.lines().map(str::trim).collect();
            let url = Url::parse(&lines).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
            // The parser leaves some characters that a URL may not have.
            let text = url
                .to_string()
                .replace('[', "%5B")
                .replace(']', "%5D")
                .replace('|', "%7C")
                .replace('^', "%5E");
            address::uri(&text).is_none().then_some(text)
        }
        "url/relative" => {
            let host = value.strip_prefix("//").unwrap_or(value).split(['/', '?', '#']).next()?;
            let is_host = host.starts_with("www.") || value.starts_with("//") && host.contains('.');
            let text = format!("https://{}", value.trim_start_matches('/'));
            (is_host && address::uri(&text).is_none()).then_some(text)
        }
        "url/no-host" => {
            let (scheme, rest) = value.split_once(':')?;
            let rest = rest.trim_start_matches('/');
            let text = format!("{}://{rest}", scheme.to_ascii_lowercase());
            let is_host = rest.split('/').next().is_some_and(|host| host.contains('.'));
            (is_host && address::uri(&text).is_none()).then_some(text)
        }
        "url/scheme" => {
            let scheme = address::scheme(value)?;
            let lower = scheme.to_ascii_lowercase();
            let rest = &value[scheme.len()..];
            let near = nearest(&lower, ["https", "http", "mailto"])?;
            // Any scheme of four or five letters is near to one of these: only what follows shows that it is misspelled.
            let is_web = near != "mailto" && rest.strip_prefix("://").is_some_and(has_host);
            let is_mail = near == "mailto" && email::address(&rest[1..]).is_none();
            (is_web || is_mail).then(|| format!("{near}{rest}"))
        }
        "url/not-canonical" | "url/lowercase-escape" => Some(address::canonical(value).into_owned()),
        "lang/tag" => {
            let named = LANGUAGES.iter().find(|(name, _)| *name == lower).map(|(_, tag)| (*tag).to_owned());
            named.or_else(|| Some(value.replace(['_', ' '], "-")).filter(|tag| language::tag(tag).is_none()))
        }
        "bool/true-false" | "bool/attribute" => match &*lower {
            "true" | "yes" | "1" | "y" | "on" | "explicit" => Some("true".to_owned()),
            "false" | "no" | "0" | "n" | "off" | "clean" => Some("false".to_owned()),
            _ => None,
        },
        "bool/yes-no" | "podcast/locked" => match &*lower {
            "true" | "yes" | "1" => Some("yes".to_owned()),
            "false" | "no" | "0" => Some("no".to_owned()),
            _ => None,
        },
        // What Atom has in place of media types.
        "mime/type" if value != lower && matches!(&*lower, "text" | "html" | "xhtml") => Some(lower),
        "mime/type" | "mime/attribute" => {
            let name = lower.trim_start_matches('.');
            let known =
                TYPES.iter().find(|(extension, _)| *extension == name).map(|(_, known)| (*known).to_owned());
            known.or_else(|| {
                let text = lower.trim_end_matches([';', ' ']).replace(' ', "");
                media_type::is_media_type(&text).then_some(text)
            })
        }
        "number/positive" | "number/not-negative" | "number/integer" | "number/attribute" => {
            let digits: String = value.chars().filter(|c| !matches!(c, ',' | '\'' | '_' | ' ')).collect();
            let whole = digits.strip_suffix(".0").or_else(|| digits.strip_suffix(".00")).unwrap_or(&digits);
            (!whole.is_empty() && whole.len() < 20 && whole.bytes().all(|b| b.is_ascii_digit()))
                .then(|| whole.trim_start_matches('0').to_owned())
                .filter(|number| !number.is_empty())
        }
        "email/format" => {
            let of_angles =
                value.split_once('<').and_then(|(name, rest)| Some((name, rest.split_once('>')?)));
            let of_brackets =
                || value.split_once('(').and_then(|(name, rest)| Some((name, rest.split_once(')')?)));
            let (name, (mailbox, after)) = of_angles.or_else(of_brackets)?;
            let (name, mailbox) = (name.trim().trim_matches('"'), mailbox.trim());
            let is_clear = after.trim().is_empty() && !name.is_empty() && !name.contains(['(', ')']);
            (is_clear && email::address(mailbox).is_none()).then(|| format!("{mailbox} ({name})"))
        }
        "podcast/srt-type" => Some("application/x-subrip".to_owned()),
        "rss/midnight" => Some("0".to_owned()),
        _ => {
            let known = words(code);
            let word = known.iter().find(|word| word.eq_ignore_ascii_case(value)).copied();
            word.or_else(|| nearest(value, known.iter().copied())).map(str::to_owned)
        }
    }
}

/// True if a text begins with a host that has a dot.
fn has_host(text: &str) -> bool {
    text.split(['/', '?', '#']).next().is_some_and(|host| host.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        assert!(LANGUAGES.windows(2).all(|w| w[0].0 < w[1].0) && TYPES.windows(2).all(|w| w[0].0 < w[1].0));
    }

    #[test]
    fn a_value_with_one_likely_correction_is_corrected() {
        for (code, value, expected) in [
            ("url/character", "https://town.example/two words", "; write `https://town.example/two%20words`"),
            (
                "url/not-ascii",
                "https://städtchen.example/größe",
                "; write `https://xn--stdtchen-1za.example/gr%C3%B6%C3%9Fe`",
            ),
            ("url/relative", "www.town.example/1", "; write `https://www.town.example/1`"),
            ("url/relative", "/1", ""),
            ("url/scheme", "ttps://town.example/1", "; write `https://town.example/1`"),
            ("url/scheme", "htpps://town.example/1", "; write `https://town.example/1`"),
            ("url/scheme", "mailt:ann@town.example", "; write `mailto:ann@town.example`"),
            ("url/scheme", "hstp:abc", ""),
            ("url/scheme", "blip:xyz", ""),
            ("url/not-canonical", "HTTP://Town.example", "; write `http://town.example/`"),
            ("lang/tag", "English", "; write `en`"),
            ("lang/tag", "pt_BR", "; write `pt-BR`"),
            ("lang/tag", "xx_YY", ""),
            ("bool/true-false", "clean", "; write `false`"),
            ("mime/attribute", "mp3", "; write `audio/mpeg`"),
            ("mime/type", "text/html;", "; write `text/html`"),
            ("mime/type", "XHTML", "; write `xhtml`"),
            ("number/attribute", "1,234", "; write `1234`"),
            ("number/positive", "0", ""),
            ("email/format", "Ann Lee (ann@town.example)", "; write `ann@town.example (Ann Lee)`"),
            ("email/format", "Ann (Lee)", ""),
            (
                "url/character",
                "https://town.example/\n   one",
                " with a line break in it; write `https://town.example/one`",
            ),
            (
                "url/attribute",
                "https://town.example/a b.mp3",
                ": invalid character in a URL; write `https://town.example/a%20b.mp3`",
            ),
            ("url/attribute", "/1.mp3", ": relative URL where an absolute one is required"),
            (
                "url/attribute",
                "www.town.example/1.mp3",
                ": relative URL where an absolute one is required; write `https://www.town.example/1.mp3`",
            ),
            ("url/attribute", "ftp://town.example/1.mp3", ": its scheme is `ftp`"),
            ("url/attribute", "https://localhost/1.mp3", ": its host `localhost` is not on the internet"),
            ("email/format", "Ann <ann@town.example>", "; write `ann@town.example (Ann)`"),
            ("itunes/episode-type", "Full", "; write `full`"),
            ("sy/update-period", "dayly", "; write `daily`"),
            ("sy/update-period", "whenever possible", ""),
            ("date/rfc3339", "2023-10-31", ": no time; write `2023-10-31T00:00:00Z` if it is in UTC"),
        ] {
            assert_eq!(suggestion(code, value), expected, "{code} {value}");
        }
    }
}
