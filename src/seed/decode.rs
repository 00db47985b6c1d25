//! Decodes bytes to text: by the byte order mark, else as UTF-8, else in a guessed encoding.

use std::borrow::Cow;

use chardetng::EncodingDetector;
use encoding_rs::{Encoding, UTF_8};

use crate::diag::{Finding, codes};

/// Number of bytes from which an encoding is guessed.
const SAMPLE: usize = 64 << 10;

/// The detail of a text in which invalid bytes were replaced.
const REPLACED: &str = "replaced invalid bytes with U+FFFD";

/// Decodes a seed or the beginning of one, with a finding if it is not UTF-8. A character that the end of the bytes cuts
/// in half becomes U+FFFD.
///
/// ```
/// let (text, finding) = feedmill::seed::decode(b"\xff\xfeh\0i\0");
/// assert_eq!(text, "hi");
/// assert_eq!(finding.map(|f| f.meta.code), Some("seed-encoding"));
/// ```
#[must_use]
pub fn decode(bytes: &[u8]) -> (Cow<'_, str>, Option<Finding>) {
    let finding = |detail: String| Some(Finding::in_text(&codes::SEED_ENCODING, 0, 0, detail));
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, replaced) = encoding.decode_without_bom_handling(&bytes[mark..]);
        let note = if encoding != UTF_8 {
            finding(format!("read it as {}", encoding.name()))
        } else if replaced {
            finding(REPLACED.to_owned())
        } else {
            None
        };
        return (text, note);
    }
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return (Cow::Borrowed(text), None),
        Err(error) => error,
    };
    let line = bytes[..error.valid_up_to()].iter().filter(|b| **b == b'\n').count() as u32 + 1;
    let place = |detail: String| Some(Finding::in_text(&codes::SEED_ENCODING, line, 0, detail));
    let lossy = String::from_utf8_lossy(bytes);
    let wrong = lossy.matches(char::REPLACEMENT_CHARACTER).count();
    let right = lossy.chars().filter(|c| !c.is_ascii() && *c != char::REPLACEMENT_CHARACTER).count();
    // UTF-8 with a few invalid bytes is damaged, not in another encoding: a guess would garble the valid characters.
    if right >= wrong || wrong <= 1 && right == 0 && error.error_len().is_none() {
        return (lossy, place(REPLACED.to_owned()));
    }
    let mut detector = EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(SAMPLE)], bytes.len() <= SAMPLE);
    let encoding = detector.guess(None, chardetng::Utf8Detection::Deny);
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    (text, place(format!("read it as {}", encoding.name())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_decides() {
        assert_eq!(decode(b"\xef\xbb\xbfa"), (Cow::Borrowed("a"), None));
        let (text, finding) = decode(b"\xff\xfea\0b\0");
        assert_eq!((&*text, finding.is_some()), ("ab", true));
        assert_eq!(decode(b"\xfe\xff\0a\0b").0, "ab");
    }

    #[test]
    fn other_encodings_are_detected_with_a_warning() {
        let chinese = "<!--1-->\n[港口议会今天早晨公布了新的桥梁预算计划](https://a.example/)\n------\n\n居民表示，今年冬天花园和图书馆将继续开放。";
        let (gb, _, _) = encoding_rs::GB18030.encode(chinese);
        let (text, finding) = decode(&gb);
        assert_eq!(text, chinese);
        assert!(finding.unwrap().detail.contains("GB"));
        let (text, finding) = decode(b"caf\xe9 au lait");
        assert_eq!(text, "café au lait");
        assert_eq!(finding.unwrap().place.line, 1);
    }

    #[test]
    fn damaged_utf8_stays_utf8() {
        let (text, finding) = decode("é è ü \u{4e2d}".as_bytes().split_last().unwrap().1);
        assert_eq!(text, "é è ü \u{fffd}");
        assert!(finding.is_some());
        assert_eq!(decode(b"\xc3\xa9\n\xff").1.unwrap().place.line, 2);
    }
}
