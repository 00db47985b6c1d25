//! Range requests ([RFC 9110, 14](https://www.rfc-editor.org/rfc/rfc9110#section-14)).

use std::ops::Range;

/// Part of a document that a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RequestedRange {
    /// The whole document.
    Whole,
    /// These bytes, which exist.
    Part(Range<u64>),
    /// Bytes past the end: 416.
    NotSatisfiable,
}

/// Parses a `Range` header. It is ignored if it is invalid, in another unit or has several ranges, which RFC 9110, 14.2
/// allows: nobody needs several ranges of a feed, and they are a known way to overload a server.
pub(super) fn parse_range(value: &str, size: u64) -> RequestedRange {
    single_range(value, size).unwrap_or(RequestedRange::Whole)
}

fn single_range(value: &str, size: u64) -> Option<RequestedRange> {
    let (unit, set) = value.split_once('=')?;
    let (first, last) = set.trim().split_once('-')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    if first.is_empty() {
        let length = number(last)?.min(size);
        return Some(if length == 0 {
            RequestedRange::NotSatisfiable
        } else {
            RequestedRange::Part(size - length..size)
        });
    }
    let first = number(first)?;
    let end = if last.is_empty() { size } else { number(last)?.saturating_add(1) };
    if end <= first && !last.is_empty() {
        return None;
    }
    Some(if first >= size {
        RequestedRange::NotSatisfiable
    } else {
        RequestedRange::Part(first..end.min(size))
    })
}

/// Parses digits and nothing else; a number that does not fit becomes the largest one.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_range_that_exists_is_used_and_any_other_is_ignored() {
        use RequestedRange::{NotSatisfiable, Part, Whole};
        for (value, size, expected) in [
            ("bytes=0-0", 10, Part(0..1)),
            ("bytes=2-5", 10, Part(2..6)),
            ("Bytes= 2-5", 10, Part(2..6)),
            ("bytes=2-", 10, Part(2..10)),
            ("bytes=2-99999999999999999999", 10, Part(2..10)),
            ("bytes=-3", 10, Part(7..10)),
            ("bytes=-30", 10, Part(0..10)),
            ("bytes=10-", 10, NotSatisfiable),
            ("bytes=99999999999999999999-", 10, NotSatisfiable),
            ("bytes=-0", 10, NotSatisfiable),
            ("bytes=0-", 0, NotSatisfiable),
            ("bytes=-1", 0, NotSatisfiable),
            ("bytes=5-2", 10, Whole),
            ("bytes=0-1,4-5", 10, Whole),
            ("bytes=-", 10, Whole),
            ("bytes=+1-2", 10, Whole),
            ("bytes=1", 10, Whole),
            ("lines=0-1", 10, Whole),
            ("", 10, Whole),
        ] {
            assert_eq!(parse_range(value, size), expected, "{value} of {size}");
        }
    }
}
