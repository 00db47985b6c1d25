//! The `Host` header ([RFC 9112, 3.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2)).

use std::net::Ipv6Addr;

use hyper::header::{HOST, HeaderMap};
use hyper::{Request, Version};

use crate::types::{is_escape, is_path_byte};

/// True if a request has the `Host` header that it must have: exactly one valid one, or none before HTTP/1.1.
pub(super) fn has_valid_host<B>(request: &Request<B>) -> bool {
    is_valid(request.version(), request.headers())
}

fn is_valid(version: Version, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => version < Version::HTTP_11,
        (Some(host), None) => is_usual(host.as_bytes()) || host.to_str().is_ok_and(is_host),
        (Some(_), Some(_)) => false,
    }
}

/// True for a name or an IPv4 address and an optional port, as in nearly all requests.
fn is_usual(text: &[u8]) -> bool {
    let is_in_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    match text.iter().position(|byte| !is_in_name(byte)) {
        None => true,
        Some(end) => text[end] == b':' && text[end + 1..].iter().all(u8::is_ascii_digit),
    }
}

/// True for a host and an optional port ([RFC 3986, 3.2.2](https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2)). The host
/// may be empty: that of a client whose URL has none is.
pub(super) fn is_host(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let Some((address, port)) = rest.split_once(']') else { return false };
            if address.parse::<Ipv6Addr>().is_err() {
                return false;
            }
            ("", port)
        }
        None => text.split_at(text.bytes().position(|b| b == b':').unwrap_or(text.len())),
    };
    let is_port = |port: &str| port.bytes().all(|b| b.is_ascii_digit());
    is_registered_name(host.as_bytes()) && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

fn is_registered_name(name: &[u8]) -> bool {
    name.iter().enumerate().all(|(at, byte)| match byte {
        b'%' => is_escape(name, at),
        b':' | b'/' | b'?' | b'@' => false,
        byte => is_path_byte(*byte),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_valid_host_is_required_from_http_1_1_on() {
        for (hosts, is_expected) in [
            (&["a.example"][..], true),
            (&["a.example:8080"], true),
            (&["a.example:"], true),
            (&["127.0.0.1:80"], true),
            (&["[::1]"], true),
            (&["[::1]:80"], true),
            (&["xn--bcher-kva.example"], true),
            (&["b%C3%BCcher.example"], true),
            (&[""], true),
            (&[], false),
            (&["a.example", "a.example"], false),
            (&["a.example", "b.example"], false),
            (&["a.example, b.example"], false),
            (&["a b"], false),
            (&["a.example/"], false),
            (&["http://a.example"], false),
            (&["user@a.example"], false),
            (&["a.example:80:80"], false),
            (&["a.example:x"], false),
            (&["a%2.example"], false),
            (&["[::1"], false),
            (&["[::1]x"], false),
            (&["::1"], false),
            (&["a\u{e9}.example"], false),
        ] {
            let mut headers = HeaderMap::new();
            for host in hosts {
                headers.append(HOST, host.parse().unwrap());
            }
            assert_eq!(is_valid(Version::HTTP_11, &headers), is_expected, "{hosts:?}");
        }
        assert!(is_valid(Version::HTTP_10, &HeaderMap::new()));
    }
}
