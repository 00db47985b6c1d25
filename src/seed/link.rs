//! The link of a seed: a valid URI is kept byte for byte, other web addresses are made valid, the rest is refused. Every link is
//! made here, so no password passes.

use url::Url;

use crate::diag::{Finding, codes};
use crate::types::{excerpt, is_path_byte, is_plain_http, percent_encode_invalid, public_url, to_rfc3986};

/// Number of characters of a link that a finding shows.
const SHOWN: usize = 80;

/// Reads the link at `line` and `column`, which only findings need.
pub(super) fn read(
    text: &str,
    line: u32,
    column: impl Fn() -> u32,
    findings: &mut Vec<Finding>,
) -> Result<String, Finding> {
    let text = text.trim();
    if is_plain(text) {
        return Ok(text.to_owned());
    }
    if text.is_empty() {
        return Err(Finding::in_text(&codes::SEED_NO_LINK, line, column(), ""));
    }
    let bad = |why: &str| {
        Finding::in_text(&codes::SEED_BAD_LINK, line, column(), format!("`{}` {why}", excerpt(text, SHOWN)))
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
    let public = public_url(url.clone());
    let has_credentials = public != url;
    // The common case.
    if !has_credentials && text.bytes().all(is_path_byte) {
        return Ok(text.to_owned());
    }
    let url = to_rfc3986(public).ok_or_else(|| bad("has an invalid host"))?;
    if has_credentials {
        let detail = format!("used `{}` instead", excerpt(url.as_str(), SHOWN));
        findings.push(Finding::in_text(&codes::SEED_LINK_CREDENTIALS, line, column(), detail));
        return Ok(url.into());
    }
    // A text in which RFC 3986 allows every character is a URI already.
    Ok(if percent_encode_invalid(text).len() == text.len() { text.to_owned() } else { url.into() })
}

/// True if a link is valid without a look at its parts: the `url` crate accepts the host, and the rest has no escapes. Most
/// links are of this kind, and a million are read. One with an `@` after its host may have the password of another URL.
fn is_plain(link: &str) -> bool {
    is_plain_http(link) && link.bytes().all(|byte| is_path_byte(byte) && byte != b'@')
}

/// Rule by which two addresses are equal (`same_address` in the configuration).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressRule {
    /// Name in the configuration.
    pub name: &'static str,
    /// Description: differences that the rule ignores.
    pub doc: &'static str,
    /// True if the rule holds unless the configuration says otherwise: it never merges what could be two pages.
    pub is_default: bool,
}

const fn rule(name: &'static str, is_default: bool, doc: &'static str) -> AddressRule {
    AddressRule { name, doc, is_default }
}

/// Every rule. Its position is its bit in [`SameAddress`].
pub static ADDRESS_RULES: &[AddressRule] = &[
    rule("scheme", true, "`http` or `https`, and the default port"),
    rule("case", true, "upper or lower case in the host and in percent escapes"),
    rule("tracking", true, "parameters that only track visitors, such as `utm_source` and `fbclid`"),
    rule("fragment", true, "an empty fragment, `#comments`, `#respond`, and text fragments (`#:~:text=`)"),
    rule("www", false, "`www.` before the host"),
    rule("slash", false, "a slash at the end of the path"),
    rule("index", false, "a file `index.html`, `index.htm` or `index.php` at the end of the path"),
    rule("anchor", false, "any fragment, except those that begin with `!` or `/`, which are routes"),
];
const SCHEME: u8 = 1;
const CASE: u8 = 1 << 1;
const TRACKING: u8 = 1 << 2;
const FRAGMENT: u8 = 1 << 3;
const WWW: u8 = 1 << 4;
const SLASH: u8 = 1 << 5;
const INDEX: u8 = 1 << 6;
const ANCHOR: u8 = 1 << 7;

/// Beginnings of the names of query parameters that only track visitors: Google Analytics, HubSpot, Matomo.
const TRACKING_PREFIXES: &[&str] = &["__hs", "_hs", "mtm_", "utm_"];
/// Names of query parameters that only track visitors, sorted. Not in the list: names such as `ref`, `source` and `from`,
/// which select the contents of some pages.
const TRACKING_PARAMETERS: &[&str] = &[
    "_ga",
    "_gl",
    "_openstat",
    "dclid",
    "fbclid",
    "gad_source",
    "gbraid",
    "gclid",
    "gclsrc",
    "hsctatracking",
    "igsh",
    "igshid",
    "li_fat_id",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "ml_subscriber",
    "ml_subscriber_hash",
    "msclkid",
    "oly_anon_id",
    "oly_enc_id",
    "piwik_campaign",
    "piwik_keyword",
    "piwik_kwd",
    "pk_campaign",
    "pk_cid",
    "pk_content",
    "pk_keyword",
    "pk_kwd",
    "pk_medium",
    "pk_source",
    "srsltid",
    "ttclid",
    "twclid",
    "vero_conv",
    "vero_id",
    "wbraid",
    "wickedid",
    "yclid",
    "ysclid",
];

/// Set of [`ADDRESS_RULES`]: decides which addresses are equal, so that their seeds are versions of one entry.
///
/// ```
/// use feedmill::seed::SameAddress;
///
/// let same = SameAddress::default();
/// assert_eq!(same.key("http://News.example/a?utm_source=x"), same.key("https://news.example/a#comments"));
/// assert_ne!(same.key("https://news.example/a"), same.key("https://news.example/a/"));
/// let same = SameAddress::of(["slash"]);
/// assert_eq!(same.key("https://news.example/a"), same.key("https://news.example/a/"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SameAddress(u8);

impl Default for SameAddress {
    fn default() -> Self {
        Self::of(ADDRESS_RULES.iter().filter(|rule| rule.is_default).map(|rule| rule.name))
    }
}

impl SameAddress {
    /// Returns the rules with these names.
    #[must_use]
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let bit =
            |name: &str| ADDRESS_RULES.iter().position(|rule| rule.name == name).map_or(0, |at| 1 << at);
        Self(names.into_iter().map(bit).fold(0, |all, one| all | one))
    }

    fn has(self, rule: u8) -> bool {
        self.0 & rule != 0
    }

    /// Returns a key that is equal for equal addresses. Seeds with equal keys are versions of one entry.
    #[must_use]
    pub fn key(self, link: &str) -> String {
        let (scheme, rest) = link.split_once("://").unwrap_or(("", link));
        let (host, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let (tail, fragment) = split(tail, '#');
        let (path, query) = split(tail, '?');
        let mut key = String::with_capacity(link.len());
        if !self.has(SCHEME) {
            key.push_str(scheme);
            key.make_ascii_lowercase();
            key.push_str("://");
        }
        let default = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
        let host = host.strip_suffix(default).unwrap_or(host);
        let host_at = key.len();
        key.push_str(host);
        if self.has(CASE) {
            key[host_at..].make_ascii_lowercase();
        }
        if self.has(WWW) && key[host_at..].starts_with("www.") {
            key.drain(host_at..host_at + "www.".len());
        }
        key.push_str(self.path(path));
        if let Some(query) = query {
            self.push_query(query, &mut key);
        }
        if let Some(fragment) = fragment.filter(|fragment| !self.ignores_fragment(fragment)) {
            key.push('#');
            key.push_str(fragment);
        }
        if self.has(CASE) && key.contains('%') { upper_escapes(&key) } else { key }
    }

    fn path(self, path: &str) -> &str {
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        let is_index = self.has(INDEX) && matches!(file, "index.html" | "index.htm" | "index.php");
        let path = if is_index { &path[..=folder.len()] } else { path };
        let path = path.strip_suffix('/').filter(|_| self.has(SLASH)).unwrap_or(path);
        if path.is_empty() { "/" } else { path }
    }

    fn push_query(self, query: &str, key: &mut String) {
        let is_kept = |parameter: &&str| !self.has(TRACKING) || !is_tracking(parameter);
        let mut kept = query.split('&').filter(is_kept).peekable();
        if kept.peek().is_none() {
            return;
        }
        let mut separator = '?';
        for parameter in kept {
            key.push(separator);
            key.push_str(parameter);
            separator = '&';
        }
    }

    fn ignores_fragment(self, fragment: &str) -> bool {
        let is_route = fragment.starts_with(['!', '/']);
        let is_known = matches!(fragment, "" | "comments" | "respond") || fragment.starts_with(":~:");
        self.has(FRAGMENT) && is_known || self.has(ANCHOR) && !is_route
    }
}

/// Splits a text at the first separator.
fn split(text: &str, separator: char) -> (&str, Option<&str>) {
    text.split_once(separator).map_or((text, None), |(before, after)| (before, Some(after)))
}

/// True if a query parameter only tracks visitors.
fn is_tracking(parameter: &str) -> bool {
    let name = split(parameter, '=').0.to_ascii_lowercase();
    TRACKING_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || TRACKING_PARAMETERS.binary_search(&name.as_str()).is_ok()
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
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn plain_links_are_valid_urls(rest in prop_oneof!["[a-zA-Z0-9.-]{1,12}(/[a-z.?=%:#@]{0,6})?", "[a-z0-9:@.%/\\\\ é-]{0,12}", any::<String>()]) {
            let link = format!("https://{rest}");
            let url = Url::parse(&link);
            let valid = url.is_ok_and(|url| url.username().is_empty() && url.password().is_none()) && link.bytes().all(is_path_byte);
            prop_assert!(valid || !is_plain(&link), "{}", link);
        }
    }

    #[test]
    fn most_links_are_plain() {
        for rest in ["news.example", "www.news-1.example/a/b-c_2.html?id=3", "localhost/"] {
            assert!(is_plain(&format!("https://{rest}")), "{rest}");
        }
    }

    fn key(link: &str) -> String {
        SameAddress::default().key(link)
    }

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

    /// The nine addresses of the class: one page, spelled as people share it.
    #[test]
    fn rules_decide_which_addresses_are_equal() {
        let all = SameAddress::of(ADDRESS_RULES.iter().map(|rule| rule.name));
        let none = SameAddress::of([]);
        let plain = "https://news.example/a";
        for (link, needed) in [
            ("http://news.example/a", "scheme"),
            ("https://news.example:443/a", ""),
            ("https://NEWS.example/a", "case"),
            ("https://news.example/a?utm_source=x&UTM_medium=y", "tracking"),
            ("https://news.example/a?fbclid=x", "tracking"),
            ("https://news.example/a?mc_cid=x&gclid=1", "tracking"),
            ("https://news.example/a#", "fragment"),
            ("https://news.example/a#comments", "fragment"),
            ("https://news.example/a#:~:text=rain", "fragment"),
            ("https://www.news.example/a", "www"),
            ("https://news.example/a/", "slash"),
            ("https://news.example/a#part-2", "anchor"),
        ] {
            let is_default = ADDRESS_RULES.iter().any(|rule| rule.name == needed && rule.is_default);
            assert_eq!(key(link) == key(plain), is_default || needed.is_empty(), "{link}");
            assert_eq!(all.key(link), all.key(plain), "{link}");
            assert_eq!(none.key(link) == none.key(plain), needed.is_empty(), "{link}");
            let one = SameAddress::of([needed]);
            assert_eq!(one.key(link), one.key(plain), "{link}");
        }
        for file in ["index.html", "index.htm", "index.php"] {
            let one = SameAddress::of(["index"]);
            assert_eq!(one.key(&format!("{plain}/{file}")), one.key(&format!("{plain}/")), "{file}");
            assert_eq!(all.key(&format!("{plain}/{file}")), all.key(plain), "{file}");
            assert_ne!(key(&format!("{plain}/{file}")), key(plain), "{file}");
        }
        assert_eq!(all.key("https://news.example/index.html?id=1"), all.key("https://news.example?id=1"));
    }

    #[test]
    fn addresses_that_may_be_two_pages_are_different() {
        for (one, other) in [
            ("https://news.example/?p=1", "https://news.example/?p=2"),
            ("https://news.example/?ref=1", "https://news.example/"),
            ("https://news.example/?a=1&b=2", "https://news.example/?b=2&a=1"),
            ("https://news.example/#!/a", "https://news.example/"),
            ("https://news.example/#/a", "https://news.example/#/b"),
            ("https://news.example/a?utm=1", "https://news.example/a"),
        ] {
            let all = SameAddress::of(ADDRESS_RULES.iter().map(|rule| rule.name));
            for rules in [SameAddress::default(), all] {
                assert_ne!(rules.key(one), rules.key(other), "{one} {other}");
            }
        }
        let kept = key("https://news.example/a?utm_source=x&id=1&fbclid=y");
        assert_eq!(kept, key("https://news.example/a?id=1"));
        assert!(TRACKING_PARAMETERS.is_sorted() && TRACKING_PREFIXES.is_sorted());
    }
}
