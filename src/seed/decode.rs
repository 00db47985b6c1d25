//! From bytes to text: a byte order mark decides, else UTF-8, else a guess.

use std::borrow::Cow;

use chardetng::EncodingDetector;
use encoding_rs::{Encoding, UTF_8};

use crate::diag::{Finding, codes};

/// How much of the bytes is looked at to guess an encoding.
const LOOKED_AT: usize = 64 << 10;

/// Decodes a seed or the beginning of one, and says where it was no UTF-8. A character cut in half by the end of a
/// prefix counts as one wrong byte only: the caller asks for text, not for a verdict, when it reads a prefix.
///
/// ```
/// let (text, finding) = feedmill::seed::decode(b"\xff\xfeh\0i\0");
/// assert_eq!(text, "hi");
/// assert_eq!(finding.map(|f| f.meta.code), Some("seed-encoding"));
/// ```
#[must_use]
pub fn decode(bytes: &[u8]) -> (Cow<'_, str>, Option<Finding>) {
    let finding = |message: String| Some(Finding::in_text(&codes::SEED_ENCODING, 0, 0, message));
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, replaced) = encoding.decode_without_bom_handling(&bytes[mark..]);
        let note = if encoding != UTF_8 {
            finding(format!("it is {}; it was decoded", encoding.name()))
        } else if replaced {
            finding("it holds bytes that are not UTF-8; U+FFFD stands for them".to_owned())
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
    let place = |message: String| Some(Finding::in_text(&codes::SEED_ENCODING, line, 0, message));
    let lossy = String::from_utf8_lossy(bytes);
    let wrong = lossy.matches(char::REPLACEMENT_CHARACTER).count();
    let right = lossy.chars().filter(|c| !c.is_ascii() && *c != char::REPLACEMENT_CHARACTER).count();
    // A text that is UTF-8 but for a few bytes is a damaged one, not one in another encoding: a guess would turn all
    // that is right in it into something else.
    if right >= wrong || wrong <= 1 && right == 0 && error.error_len().is_none() {
        return (lossy, place("it holds bytes that are not UTF-8; U+FFFD stands for them".to_owned()));
    }
    let mut detector = EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(LOOKED_AT)], bytes.len() <= LOOKED_AT);
    let encoding = detector.guess(None, chardetng::Utf8Detection::Deny);
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    (text, place(format!("it is not UTF-8; it was read as {}", encoding.name())))
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
