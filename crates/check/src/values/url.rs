//! URIs in RSS, IRIs in Atom, tag URIs and URNs.

use std::borrow::Cow;

use feedmill_types::{is_escape, is_path_byte, starts_with_ignore_case};
use url::Url;

use crate::rule::{
    Context::{Entry, Item},
    Rule,
};
use crate::values::number::is_whole;

static CHARACTER: Rule = Rule::error("url/character", "invalid character in a URL")
    .why("Spaces, quotes, brackets and a `%` without two hexadecimal digits are invalid in a URL, and each reader repairs them in its own way.")
    .remedy("percent-encode it: %20 for a space")
    .spec("RFC 3986, 2", "https://www.rfc-editor.org/rfc/rfc3986#section-2")
    .example(Item, "<link>https://town.example/two words</link>", "<link>https://town.example/two%20words</link>");

static RELATIVE: Rule = Rule::error("url/relative", "relative URL where an absolute one is required")
    .why("RSS has no base for relative URLs, so readers cannot follow them.")
    .remedy("write the full URL, with its scheme")
    .spec("RFC 3986, 4.3", "https://www.rfc-editor.org/rfc/rfc3986#section-4.3")
    .example(Item, "<link>/2023/one</link>", "<link>https://town.example/2023/one</link>");

static NOT_ASCII: Rule = Rule::error("url/not-ascii", "non-ASCII character in a URI")
    .why("RSS requires URIs, which are ASCII. Each reader encodes other characters in its own way.")
    .remedy("percent-encode it; write the host in Punycode")
    .spec("RFC 3987, 3.1", "https://www.rfc-editor.org/rfc/rfc3987#section-3.1")
    .example(
        Item,
        "<link>https://town.example/größe</link>",
        "<link>https://town.example/gr%C3%B6%C3%9Fe</link>",
    );

static NO_HOST: Rule = Rule::error("url/no-host", "http URL without a host")
    .why("`http:` is followed by two slashes and a host; anything else leads nowhere.")
    .remedy("write http:// or https:// and the host")
    .spec("RFC 9110, 4.2", "https://www.rfc-editor.org/rfc/rfc9110#section-4.2")
    .example(Item, "<link>http:/one</link>", "<link>http://town.example/one</link>");

/// The same rule for a port.
static PORT: Rule = CHARACTER.with_remedy("write the port in digits, or omit it");

static NOT_HTTP: Rule = Rule::error("url/attribute", "attribute is not an http URL")
    .why("Readers and stores fetch this over http and https only.")
    .remedy("write http:// or https://, the host and the path")
    .spec(
        "RSS 2.0.11, enclosure",
        "https://www.rssboard.org/rss-specification#ltenclosuregtSubelementOfLtitemgt",
    )
    .example(
        Item,
        r#"<enclosure url="1.mp3" length="1000" type="audio/mpeg"/>"#,
        r#"<enclosure url="https://town.example/1.mp3" length="1000" type="audio/mpeg"/>"#,
    );

static TAG: Rule = Rule::error("url/tag", "invalid tag URI")
    .why("A tag URI names a host or mailbox and a day on which its author owned it; without them it is not unique.")
    .remedy("write tag:host,2023-10-31:name; the date may be a year or a month")
    .spec("RFC 4151, 2", "https://www.rfc-editor.org/rfc/rfc4151#section-2")
    .example(Entry, "<id>tag:town.example:1</id>", "<id>tag:town.example,2023:1</id>");

static URN: Rule = Rule::error("url/urn", "invalid URN")
    .why("A URN has a namespace of at least two letters or digits, and a name in it.")
    .remedy("write urn:namespace:name")
    .spec("RFC 8141, 2", "https://www.rfc-editor.org/rfc/rfc8141#section-2")
    .example(Entry, "<id>urn:1</id>", "<id>urn:isbn:9780141036144</id>");

static UUID: Rule = Rule::error("url/uuid", "invalid UUID")
    .why("An id that no UUID generator made may not be unique.")
    .remedy("write 8-4-4-4-12 hexadecimal digits")
    .spec("RFC 9562, 4", "https://www.rfc-editor.org/rfc/rfc9562#section-4")
    .example(Entry, "<id>urn:uuid:1225c695</id>", "<id>urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a</id>");

static SCHEME: Rule = Rule::warning("url/scheme", "unregistered URI scheme")
    .why("Readers do not know what to do with it; often it is a misspelling such as `ttps:`.")
    .remedy("correct the scheme")
    .spec("IANA, URI schemes", "https://www.iana.org/assignments/uri-schemes/uri-schemes.xhtml")
    .example(Item, "<link>ttps://town.example/1</link>", "<link>https://town.example/1</link>");

static NOT_CANONICAL: Rule = Rule::warning("url/not-canonical", "id is not a normalized URI")
    .why("Ids are compared character by character. If a program normalizes this URI, it becomes another id, and the entry appears twice.")
    .remedy("write scheme and host in lower case, no default port, no `.` or `..` segments, and hexadecimal digits in upper case")
    .spec("RFC 3986, 6.2.2", "https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2")
    .example(Entry, "<id>HTTP://town.example/%7eann</id>", "<id>http://town.example/~ann</id>");

static LOWERCASE_ESCAPE: Rule = Rule::note("url/lowercase-escape", "id with an escape in lower case")
    .why("Ids are compared character by character. A program that normalizes URIs writes the digits of an escape in upper case. Keep an id that is published: a new one would make the entry appear twice.")
    .remedy("write new ids with upper-case digits; keep those that are published")
    .spec("RFC 3986, 6.2.2.1", "https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2.1")
    .example(Entry, "<id>https://town.example/caf%c3%a9</id>", "<id>https://town.example/caf%C3%A9</id>");

pub(crate) static SAME_DOCUMENT: Rule = Rule::warning(
    "url/same-document",
    "ambiguous reference to the document itself",
)
.why("With xml:base, one reading of an empty reference means the feed, and another one means the base.")
.remedy("write the full URL")
.spec("RFC 3986, 4.4", "https://www.rfc-editor.org/rfc/rfc3986#section-4.4")
.example(
    Entry,
    r#"<link rel="related" xml:base="https://other.example/" href=""/>"#,
    r#"<link rel="related" href="https://other.example/"/>"#,
);

pub(crate) static RULES: &[&Rule] = &[
    &CHARACTER,
    &RELATIVE,
    &NOT_ASCII,
    &NO_HOST,
    &NOT_HTTP,
    &TAG,
    &URN,
    &UUID,
    &SCHEME,
    &NOT_CANONICAL,
    &LOWERCASE_ESCAPE,
    &SAME_DOCUMENT,
];

/// Registered schemes of letters only (<https://www.iana.org/assignments/uri-schemes/uri-schemes.xhtml>): permanent,
/// provisional and historical ones, in order.
#[rustfmt::skip]
const SCHEMES: &[&str] = &[
    "aaa", "aaas", "about", "acap", "acct", "acr", "adiumxtra", "afp", "afs", "aim", "appdata", "apt", "ar", "ark",
    "attachment", "aw", "barion", "beshare", "bitcoin", "bitcoincash", "blob", "bolo", "cabal", "callto", "cap",
    "cast", "casts", "chrome", "cid", "coap", "coaps", "content", "crid", "cvs", "dat", "data", "dav", "dict", "did",
    "dis", "dns", "dntp", "dpp", "drop", "dtmi", "dtn", "dvb", "dweb", "eid", "embedded", "ens", "ethereum",
    "example", "facetime", "fax", "feed", "feedready", "fido", "file", "filesystem", "finger", "fish", "fm", "ftp",
    "geo", "gg", "git", "gitoid", "gizmoproject", "go", "gopher", "graph", "grd", "gtalk", "ham", "hcp", "http",
    "https", "hxxp", "hxxps", "hydrazone", "hyper", "iax", "icap", "icon", "im", "imap", "info", "iotdisco", "ipfs",
    "ipn", "ipns", "ipp", "ipps", "irc", "ircs", "iris", "isostore", "itms", "jabber", "jar", "jms", "keyparc",
    "lastfm", "lbry", "ldap", "ldaps", "lorawan", "lpa", "lvlt", "magnet", "mailserver", "mailto", "maps", "market",
    "matrix", "message", "mid", "mms", "modem", "mongodb", "moz", "msnim", "msrp", "msrps", "mss", "mt", "mtgate",
    "mtqp", "mumble", "mupdate", "mvn", "mvrp", "mvrps", "news", "nfc", "nfs", "ni", "nih", "nntp", "notes", "num",
    "oid", "onenote", "opaquelocktoken", "openid", "otpauth", "pack", "palm", "paparazzi", "payto", "platform", "pop",
    "pres", "prospero", "proxy", "psyc", "pttp", "qb", "query", "quic", "redis", "rediss", "reload", "res", "resource",
    "rmi", "rsync", "rtmfp", "rtmp", "rtmps", "rtsp", "rtsps", "rtspu", "sarif", "scitt", "secondlife", "secret",
    "service", "session", "sftp", "sgn", "shc", "shelter", "shttp", "sieve", "simpleledger", "simplex", "sip", "sips",
    "skype", "smb", "smp", "sms", "smtp", "snews", "snmp", "soldat", "spotify", "ssb", "ssh", "starknet", "steam",
    "stun", "stuns", "submit", "svn", "swh", "swidpath", "tag", "taler", "teamspeak", "teapot", "tel", "teliaeid",
    "telnet", "tftp", "things", "thismessage", "tip", "tool", "turn", "turns", "tv", "tvarium", "udp", "unreal", "upt",
    "urn", "ut", "utp", "uuid", "vemmi", "ventrilo", "videotex", "vnc", "vscode", "vsls", "wais", "wasm", "wcr", "web",
    "webcal", "wifi", "wpid", "ws", "wss", "wtai", "wyciwyg", "xcon", "xfire", "xftp", "xmpp", "xrcp", "xri", "ymsgr",
];

/// Allowed forms of a URL.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Absolute and ASCII, as in RSS.
    Uri,
    /// Absolute, as ids of Atom.
    Iri,
    /// Absolute or relative, as references of Atom.
    Reference,
}

/// True for a URL without encryption.
pub(crate) fn is_plain_http(text: &str) -> bool {
    starts_with_ignore_case(text, "http://")
}

/// Checks an absolute URI ([RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-4.3)).
pub(crate) fn uri(text: &str) -> Option<&'static Rule> {
    address(text, Form::Uri)
}

/// Checks an absolute IRI ([RFC 3987](https://www.rfc-editor.org/rfc/rfc3987)).
pub(crate) fn iri(text: &str) -> Option<&'static Rule> {
    address(text, Form::Iri)
}

/// Checks an IRI reference, which may be relative or empty.
pub(crate) fn reference(text: &str) -> Option<&'static Rule> {
    address(text, Form::Reference)
}

/// Returns what follows the scheme of an http URL that breaks no rule, in the form that most have; `None` for any other.
fn usual(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    (rest.bytes().all(is_path_byte) && authority_fault(rest).is_none()).then_some(rest)
}

/// Returns the rule that the authority of an http URL breaks, which begins at the start of a text: it has a host, and its port is
/// a number or empty ([RFC 3986, 3.2](https://www.rfc-editor.org/rfc/rfc3986#section-3.2)).
fn authority_fault(text: &str) -> Option<&'static Rule> {
    let authority = &text[..text.find(['/', '?', '#']).unwrap_or(text.len())];
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    // The colons of an address of IPv6 are in brackets.
    let name_end = host.rfind(']').map_or(0, |end| end + 1);
    let (name, port) = match host[name_end..].split_once(':') {
        Some((rest, port)) => (&host[..name_end + rest.len()], port),
        None => (host, ""),
    };
    if name.is_empty() {
        Some(&NO_HOST)
    } else {
        (!port.bytes().all(|b| b.is_ascii_digit())).then_some(&PORT)
    }
}

/// True if the host of a usual URL is a name with a dot: letters, digits and hyphens.
fn has_usual_host(rest: &str) -> bool {
    let host = &rest[..rest.find(['/', '?']).unwrap_or(rest.len())];
    let is_label = |label: &str| {
        label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && label.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
            && !label.starts_with("xn--")
    };
    host.contains('.') && host.split('.').all(is_label)
}

/// Checks an http URL. Its host is an IP address or has a dot.
pub(crate) fn http(text: &str) -> Option<&'static Rule> {
    if usual(text).is_some_and(has_usual_host) {
        return None;
    }
    let parsed = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let reachable = parsed.as_ref().and_then(Url::host).is_some_and(|host| match host {
        url::Host::Domain(name) => name.trim_end_matches('.').contains('.'),
        _ => true,
    });
    (!reachable || uri(text).is_some()).then_some(&NOT_HTTP)
}

/// Checks an id: a normalized absolute IRI.
pub(crate) fn id(text: &str) -> Option<&'static Rule> {
    iri(text).or_else(|| {
        let canonical = canonical(text);
        if canonical == text {
            None
        } else if canonical.eq_ignore_ascii_case(text) && has_lowercase_escapes(text, &canonical) {
            Some(&LOWERCASE_ESCAPE)
        } else {
            Some(&NOT_CANONICAL)
        }
    })
}

/// True if two texts of the same letters differ only in the case of the digits of escapes.
fn has_lowercase_escapes(text: &str, canonical: &str) -> bool {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| {
        let is_escape = |back: usize| at.checked_sub(back).is_some_and(|start| bytes[start] == b'%');
        is_escape(1) || is_escape(2)
    };
    bytes.iter().zip(canonical.as_bytes()).enumerate().all(|(at, (a, b))| a == b || is_digit(at))
}

/// Returns the scheme of a URL, as written.
pub(crate) fn scheme(text: &str) -> Option<&str> {
    let scheme = &text[..memchr::memchr(b':', text.as_bytes())?];
    let ok = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    ok.then_some(scheme)
}

fn address(text: &str, form: Form) -> Option<&'static Rule> {
    if usual(text).is_some() {
        return None;
    }
    let scheme = scheme(text);
    let lower = scheme.map(str::to_ascii_lowercase);
    let rest = scheme.map_or(text, |s| &text[s.len() + 1..]);
    match lower.as_deref() {
        Some("tag") => return (!is_tag(rest)).then_some(&TAG),
        Some("urn") => {
            return match rest.get(..5).filter(|ns| ns.eq_ignore_ascii_case("uuid:")) {
                Some(_) => (!is_uuid(&rest[5..])).then_some(&UUID),
                None => (!is_urn(rest)).then_some(&URN),
            };
        }
        _ => {}
    }
    if let Some(rule) = characters(text) {
        return Some(rule);
    }
    if form != Form::Reference && (scheme.is_none() || rest.is_empty()) {
        return Some(&RELATIVE);
    }
    if form == Form::Uri && !text.is_ascii() {
        return Some(&NOT_ASCII);
    }
    let scheme = lower.as_deref()?;
    if matches!(scheme, "http" | "https" | "ftp") {
        return rest.strip_prefix("//").map_or(Some(&NO_HOST), authority_fault);
    }
    (scheme.bytes().all(|b| b.is_ascii_alphabetic()) && SCHEMES.binary_search(&scheme).is_err())
        .then_some(&SCHEME)
}

/// Checks the characters of a URL ([RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#appendix-A)). Square brackets are
/// allowed only around the IP address of a host.
fn characters(text: &str) -> Option<&'static Rule> {
    let bytes = text.as_bytes();
    let authority = text.find("//").map_or(0..0, |start| {
        start..text[start + 2..].find(['/', '?', '#']).map_or(text.len(), |end| start + 2 + end)
    });
    if !has_closed_brackets(text.get(authority.clone()).unwrap_or_default()) {
        return Some(&CHARACTER);
    }
    let ok = |at: usize, b: u8| match b {
        b'%' => is_escape(bytes, at),
        b'[' | b']' => authority.contains(&at),
        b => !b.is_ascii() || b == b'#' || is_path_byte(b),
    };
    let twice = text.bytes().filter(|b| *b == b'#').count() > 1;
    (twice || !bytes.iter().enumerate().all(|(at, b)| ok(at, *b))).then_some(&CHARACTER)
}

/// True if the host of an authority is in brackets and is an address of IPv6, or has no brackets
/// ([RFC 3986, 3.2.2](https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2)).
fn has_closed_brackets(authority: &str) -> bool {
    let Some((before, rest)) = authority.split_once('[') else { return !authority.contains(']') };
    let Some((address, port)) = rest.split_once(']') else { return false };
    let is_later_version = address.starts_with(['v', 'V']) && address.contains('.');
    let is_port =
        port.is_empty() || port.strip_prefix(':').is_some_and(|p| p.bytes().all(|b| b.is_ascii_digit()));
    let is_before = before.trim_start_matches('/');
    (is_before.is_empty() || is_before.ends_with('@'))
        && is_port
        && (is_later_version || address.parse::<std::net::Ipv6Addr>().is_ok())
}

/// True if the text after `tag:` is valid.
fn is_tag(text: &str) -> bool {
    let Some((authority, rest)) = text.split_once(',') else { return false };
    let Some((date, specific)) = rest.split_once(':') else { return false };
    let label = |l: &str| {
        !l.is_empty()
            && l.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(u, h)| (Some(u), h));
    let mailbox = user
        .is_none_or(|u| !u.is_empty() && u.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)));
    let parts: Vec<&str> = date.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|p| p.len()).collect();
    let dated = parts.iter().all(|p| is_whole(p))
        && matches!(lengths[..], [4] | [4, 2] | [4, 2, 2])
        && parts.get(1).is_none_or(|m| matches!(m.parse(), Ok(1..=12)))
        && parts.get(2).is_none_or(|d| matches!(d.parse(), Ok(1..=31)));
    let characters =
        |s: &str| s.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:@!$&'()*+,;=/?%".contains(&b));
    let (specific, fragment) = specific.split_once('#').unwrap_or((specific, ""));
    host.split('.').all(label) && mailbox && dated && characters(specific) && characters(fragment)
}

/// True if the text after `urn:` is valid.
fn is_urn(text: &str) -> bool {
    let Some((namespace, specific)) = text.split_once(':') else { return false };
    (2..=32).contains(&namespace.len())
        && !namespace.starts_with('-')
        && !namespace.ends_with('-')
        && namespace.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !namespace.eq_ignore_ascii_case("urn")
        && !specific.is_empty()
        && characters(specific).is_none()
        && specific.is_ascii()
}

/// True if the text after `urn:uuid:` is valid.
pub(crate) fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

/// Normalizes an absolute URL
/// ([RFC 3986, 6.2.2 and 6.2.3](https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2)).
pub(crate) fn canonical(text: &str) -> Cow<'_, str> {
    let Some(scheme) = scheme(text) else { return Cow::Borrowed(text) };
    let lower = scheme.to_ascii_lowercase();
    let rest = &text[scheme.len() + 1..];
    let (rest, fragment) = rest.split_once('#').map_or((rest, None), |(r, f)| (r, Some(f)));
    let (rest, query) = rest.split_once('?').map_or((rest, None), |(r, q)| (r, Some(q)));
    let mut out = format!("{lower}:");
    let path = match rest.strip_prefix("//") {
        Some(rest) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            out.push_str("//");
            out.push_str(&canonical_authority(authority, &lower));
            if path.is_empty() { Cow::Borrowed("/") } else { without_dots(path) }
        }
        None if rest.starts_with('/') => without_dots(rest),
        None => Cow::Borrowed(rest),
    };
    out.push_str(&canonical_escapes(&path));
    for (mark, part) in [('?', query), ('#', fragment)] {
        if let Some(part) = part {
            out.push(mark);
            out.push_str(&canonical_escapes(part));
        }
    }
    Cow::Owned(out)
}

fn canonical_authority(authority: &str, scheme: &str) -> String {
    let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(u, h)| (Some(u), h));
    let mut host = host.to_ascii_lowercase();
    if let Some((name, port)) = host.rsplit_once(':')
        && (port.is_empty() || is_whole(port))
    {
        let default = match scheme {
            "ftp" => "21",
            "http" | "ws" => "80",
            "https" | "wss" => "443",
            _ => "",
        };
        if port.is_empty() || port == default {
            host.truncate(name.len());
        }
    }
    if host.ends_with('.') && host[..host.len() - 1].contains('.') {
        host.pop();
    }
    match user {
        None | Some("" | ":") => host,
        Some(user) => format!("{user}@{host}"),
    }
}

/// Removes `.` and `..` from a path ([RFC 3986, 5.2.4](https://www.rfc-editor.org/rfc/rfc3986#section-5.2.4)).
fn without_dots(path: &str) -> Cow<'_, str> {
    if !path.split('/').any(|s| matches!(s, "." | "..")) {
        return Cow::Borrowed(path);
    }
    let mut kept: Vec<&str> = Vec::new();
    let count = path.split('/').count();
    for (index, segment) in path.split('/').enumerate() {
        match segment {
            "." | ".." => {
                if segment == ".." && kept.len() > 1 {
                    kept.pop();
                }
                if index + 1 == count {
                    kept.push("");
                }
            }
            segment => kept.push(segment),
        }
    }
    Cow::Owned(kept.join("/"))
}

/// Converts escapes to upper case, and decodes those that are not needed.
fn canonical_escapes(part: &str) -> Cow<'_, str> {
    if !part.contains('%') {
        return Cow::Borrowed(part);
    }
    let mut out = String::with_capacity(part.len());
    let mut rest = part;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code {
            Some(b) if b.is_ascii_alphanumeric() || b"-._~".contains(&b) => out.push(char::from(b)),
            Some(b) => out.push_str(&format!("%{b:02X}")),
            None => {
                out.push('%');
                rest = &rest[at + 1..];
                continue;
            }
        }
        rest = &rest[at + 3..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(verdict: Option<&'static Rule>) -> &'static str {
        verdict.map_or("", |r| r.meta.code)
    }

    #[test]
    fn addresses() {
        for (text, expected) in [
            ("https://town.example/?x=%20", ""),
            ("mailto:ann@town.example", ""),
            ("http://[::1]/", ""),
            ("/a", "url/relative"),
            ("", "url/relative"),
            ("https:", "url/relative"),
            ("https://town.example/a b", "url/character"),
            ("https://town.example/%zz", "url/character"),
            ("https://town.example/[1]", "url/character"),
            ("https:///a", "url/no-host"),
            ("http:a", "url/no-host"),
            ("https://", "url/no-host"),
            ("https://?q", "url/no-host"),
            ("https://#", "url/no-host"),
            ("https://:80/", "url/no-host"),
            ("https://@/", "url/no-host"),
            ("https://a:b@/", "url/no-host"),
            ("https://town.example:port/", "url/character"),
            ("https://town.example:80:80/", "url/character"),
            ("https://a:b@town.example:8080?q#f", ""),
            ("https://town.example:/", ""),
            ("https://[::1]:8080/", ""),
            ("https://town.example/ü", "url/not-ascii"),
            ("ttps://town.example/", "url/scheme"),
            ("tag:town.example,2023-10:x", ""),
            ("tag:town.example,2023-13:x", "url/tag"),
            ("urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a", ""),
            ("URN:UUID:1225", "url/uuid"),
            ("urn:x:1", "url/urn"),
        ] {
            assert_eq!(code(uri(text)), expected, "{text}");
        }
        assert_eq!(code(iri("https://town.example/ü")), "");
        assert_eq!(code(reference("")), "");
        assert_eq!(code(http("https://town.example:8080/a")), "");
        assert!(
            ["ftp://town.example/", "http://town/", "/a", "http://town.example/a b"]
                .iter()
                .all(|u| http(u).is_some())
        );
    }

    #[test]
    fn normal_forms() {
        for (text, normal) in [
            ("HTTP://Town.Example:80", "http://town.example/"),
            ("https://town.example/a/../b/./c", "https://town.example/b/c"),
            ("https://town.example/a/..", "https://town.example/"),
            ("https://town.example/%7eann/%c3%a9?%41#%2f", "https://town.example/~ann/%C3%A9?A#%2F"),
            ("https://ann:@town.example:/", "https://ann:@town.example/"),
            ("URN:isbn:1", "urn:isbn:1"),
            ("https://town.example./", "https://town.example/"),
        ] {
            assert_eq!(canonical(text), normal);
            assert_eq!(canonical(normal), normal);
        }
    }
}
