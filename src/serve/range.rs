//! A part of a document ([RFC 9110, 14](https://www.rfc-editor.org/rfc/rfc9110#section-14)).

use std::ops::Range;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// All of it.
    Whole,
    /// These bytes, which are there.
    Part(Range<u64>),
    /// Bytes that are not there: 416.
    Beyond,
}

/// Reads a `Range`. One that can't be read, is in another unit or has several parts is as none, which RFC 9110, 14.2
/// allows: nobody needs several parts of a feed, and they are a known way to make a server work.
pub(super) fn asked(value: &str, size: u64) -> Asked {
    part(value, size).unwrap_or(Asked::Whole)
}

fn part(value: &str, size: u64) -> Option<Asked> {
    let (unit, set) = value.split_once('=')?;
    let (first, last) = set.trim().split_once('-')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    if first.is_empty() {
        let length = number(last)?.min(size);
        return Some(if length == 0 { Asked::Beyond } else { Asked::Part(size - length..size) });
    }
    let first = number(first)?;
    let end = if last.is_empty() { size } else { number(last)?.saturating_add(1) };
    if end <= first && !last.is_empty() {
        return None;
    }
    Some(if first >= size { Asked::Beyond } else { Asked::Part(first..end.min(size)) })
}

/// Digits and nothing else; more than fit are as many as there can be.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_part_is_given_where_it_is_there_and_whatever_else_is_asked_gets_all() {
        use Asked::{Beyond, Part, Whole};
        for (value, size, expected) in [
            ("bytes=0-0", 10, Part(0..1)),
            ("bytes=2-5", 10, Part(2..6)),
            ("Bytes= 2-5", 10, Part(2..6)),
            ("bytes=2-", 10, Part(2..10)),
            ("bytes=2-99999999999999999999", 10, Part(2..10)),
            ("bytes=-3", 10, Part(7..10)),
            ("bytes=-30", 10, Part(0..10)),
            ("bytes=10-", 10, Beyond),
            ("bytes=99999999999999999999-", 10, Beyond),
            ("bytes=-0", 10, Beyond),
            ("bytes=0-", 0, Beyond),
            ("bytes=-1", 0, Beyond),
            ("bytes=5-2", 10, Whole),
            ("bytes=0-1,4-5", 10, Whole),
            ("bytes=-", 10, Whole),
            ("bytes=+1-2", 10, Whole),
            ("bytes=1", 10, Whole),
            ("lines=0-1", 10, Whole),
            ("", 10, Whole),
        ] {
            assert_eq!(asked(value, size), expected, "{value} of {size}");
        }
    }
}
