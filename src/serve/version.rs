//! The version of HTTP that the first line of a request names.

/// Version that the first line of a request names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// One that hyper reads, or none.
    Usual,
    /// A later minor version of HTTP/1, which is answered as HTTP/1.1
    /// ([RFC 9110, 2.5](https://www.rfc-editor.org/rfc/rfc9110#section-2.5)).
    Minor,
    /// Another major version.
    Major,
}

/// Returns the version that the first line of a request names, and makes it HTTP/1.1: hyper reads no other, and says only that
/// the request is bad.
pub(super) fn take_version(bytes: &mut [u8]) -> Version {
    let Some(end) = memchr::memchr(b'\n', bytes) else { return Version::Usual };
    let line = bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end]);
    let Some(at) = line.len().checked_sub(b" HTTP/1.1".len()) else { return Version::Usual };
    let version = match &line[at..] {
        [b' ', b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'0' | b'1'] => Version::Usual,
        [b' ', b'H', b'T', b'T', b'P', b'/', b'1', b'.', minor] if minor.is_ascii_digit() => Version::Minor,
        [b' ', b'H', b'T', b'T', b'P', b'/', major, b'.', minor]
            if major.is_ascii_digit() && minor.is_ascii_digit() =>
        {
            Version::Major
        }
        _ => Version::Usual,
    };
    if version != Version::Usual {
        (bytes[at + 6], bytes[at + 8]) = (b'1', b'1');
    }
    version
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_minor_versions_are_read_as_the_latest_and_major_ones_are_known() {
        for (line, version, read) in [
            ("GET / HTTP/1.1\r\nHost: a\r\n", Version::Usual, "GET / HTTP/1.1\r\nHost: a\r\n"),
            ("GET / HTTP/1.0\r\n", Version::Usual, "GET / HTTP/1.0\r\n"),
            ("GET / HTTP/1.2\r\nHost: a\r\n", Version::Minor, "GET / HTTP/1.1\r\nHost: a\r\n"),
            ("GET / HTTP/1.9\n", Version::Minor, "GET / HTTP/1.1\n"),
            ("PRI * HTTP/2.0\r\n\r\n", Version::Major, "PRI * HTTP/1.1\r\n\r\n"),
            ("GET / HTTP/0.9\r\n", Version::Major, "GET / HTTP/1.1\r\n"),
            ("GET / HTTP/1.10\r\n", Version::Usual, "GET / HTTP/1.10\r\n"),
            ("GET /HTTP/1.2\r\n", Version::Usual, "GET /HTTP/1.2\r\n"),
            ("GET /\r\n", Version::Usual, "GET /\r\n"),
            ("\r\n", Version::Usual, "\r\n"),
            ("GET / HTTP/1.2", Version::Usual, "GET / HTTP/1.2"),
        ] {
            let mut bytes = line.as_bytes().to_vec();
            assert_eq!(take_version(&mut bytes), version, "{line:?}");
            assert_eq!(bytes, read.as_bytes(), "{line:?}");
        }
    }
}
