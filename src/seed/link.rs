//! The link of a seed: a valid URI is kept byte for byte, other web addresses are made valid, the rest is refused.

use url::Url;

use crate::diag::{Finding, codes};
use crate::types::{excerpt, is_path_byte, percent_encode_invalid, to_rfc3986};

/// Number of characters of a link that a finding shows.
const SHOWN: usize = 80;

/// Reads the link at `line` and `column`.
pub(super) fn read(
    text: &str,
    line: u32,
    column: u32,
    findings: &mut Vec<Finding>,
) -> Result<String, Finding> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Finding::in_text(&codes::SEED_NO_LINK, line, column, ""));
    }
    let bad = |why: &str| {
        Finding::in_text(&codes::SEED_BAD_LINK, line, column, format!("`{}` {why}", excerpt(text, SHOWN)))
    };
    let (scheme, rest) = text.split_once(':').unwrap_or_default();
    if !(scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")) {
        return Err(bad("does not begin with http:// or https://"));
    }
    let authority = rest.strip_prefix("//").unwrap_or_default();
    if authority.is_empty() || authority.starts_with(['/', '\\', '?', '#']) {
        return Err(bad("has no host"));
    }
    let url = Url::parse(text).map_err(|e| bad(&format!("is not a URL: {e}")))?;
    let has_user = !url.username().is_empty() || url.password().is_some();
    // The common case.
    if !has_user && text.bytes().all(is_path_byte) {
        return Ok(text.to_owned());
    }
    let mut url = to_rfc3986(url).ok_or_else(|| bad("has an invalid host"))?;
    if has_user {
        if url.set_username("").is_err() || url.set_password(None).is_err() {
            return Err(bad("has a user name"));
        }
        let detail = format!("used `{}` instead", excerpt(url.as_str(), SHOWN));
        findings.push(Finding::in_text(&codes::SEED_LINK_CREDENTIALS, line, column, detail));
        return Ok(url.into());
    }
    // A text in which RFC 3986 allows every character is a URI already.
    Ok(if percent_encode_invalid(text).len() == text.len() { text.to_owned() } else { url.into() })
}

/// Returns a key that is equal for the spellings of one URL: without scheme and default port, with the host in lower case
/// and escapes in upper case. Seeds with equal keys are duplicates of one entry.
///
/// ```
/// use feedmill::seed::link_key;
///
/// assert_eq!(link_key("http://News.example:80/a%c3%a9"), link_key("https://news.example/a%C3%A9"));
/// ```
#[must_use]
pub fn key(link: &str) -> String {
    let (scheme, rest) = link.split_once("://").unwrap_or(("", link));
    let (host, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = host.to_ascii_lowercase();
    let default = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    let mut key = host.strip_suffix(default).unwrap_or(&host).to_owned();
    if tail.is_empty() || tail.starts_with(['?', '#']) {
        key.push('/');
    }
    key.push_str(tail);
    upper_escapes(&key)
}

fn upper_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split('%');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        out.push('%');
        let cut = part.char_indices().nth(2).map_or(part.len(), |(at, _)| at);
        out.push_str(&part[..cut].to_ascii_uppercase());
        out.push_str(&part[cut..]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicates_ignore_scheme_host_case_and_escape_case() {
        let one = key("https://a.example/%e4?q=%2f");
        for same in
            ["http://a.example/%E4?q=%2F", "HTTPS://A.EXAMPLE/%e4?q=%2f", "https://a.example:443/%e4?q=%2f"]
        {
            assert_eq!(key(same), one, "{same}");
        }
        for other in ["https://a.example/%e4", "https://a.example/%e4?q=%2F/", "https://a.example/%E4?Q=%2f"]
        {
            assert_ne!(key(other), one, "{other}");
        }
        assert_eq!(key("https://a.example"), key("https://a.example/"));
        assert_ne!(key("https://a.example/A"), key("https://a.example/a"));
    }
}
