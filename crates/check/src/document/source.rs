//! Decodes the bytes of a document.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};

/// A document as text.
pub(crate) struct Source<'b> {
    pub(crate) text: Cow<'b, str>,
    /// Offset of an encoding error, and what it is.
    pub(crate) error: Option<(usize, String)>,
    /// Encoding in which it was read; `None` if the declared one is unknown.
    pub(crate) encoding: Option<&'static str>,
    /// Offset and name of the encoding in the XML declaration.
    pub(crate) declared: Option<(usize, String)>,
    /// True if the document begins with a byte order mark.
    pub(crate) has_mark: bool,
}

/// Decodes bytes by their byte order mark, else by their XML declaration, else as UTF-8
/// (XML, appendix F, <https://www.w3.org/TR/xml/#sec-guessing>).
pub(crate) fn decode(bytes: &[u8]) -> Source<'_> {
    if let Some(text) = utf_32(bytes) {
        return of_utf_32(text);
    }
    let marked = Encoding::for_bom(bytes);
    let (guess, skip) = match marked {
        Some((encoding, mark)) => (encoding, mark),
        // Such a document begins with two ASCII characters.
        None if matches!(bytes, [b'<' | b'{' | b'[', 0, 1..=0xff, 0, ..]) => (encoding_rs::UTF_16LE, 0),
        None if matches!(bytes, [0, b'<' | b'{' | b'[', 0, 1..=0xff, ..]) => (encoding_rs::UTF_16BE, 0),
        None => (UTF_8, 0),
    };
    let bytes = &bytes[skip..];
    let (head, _) = guess.decode_without_bom_handling(&bytes[..bytes.len().min(512)]);
    let declared = declared(&head);
    let mut error = None;
    let mut encoding = guess;
    let mut known = true;
    if let Some((at, name)) = &declared {
        match named(name) {
            None => {
                known = false;
                error = Some((*at, format!("unknown encoding `{name}`")));
            }
            // A mark or the width of the characters overrides the name.
            Some(named) if marked.is_some() || guess != UTF_8 => {
                let wide = named == encoding_rs::UTF_16LE || named == encoding_rs::UTF_16BE;
                if named != guess && !(wide && guess != UTF_8) {
                    let what = if marked.is_some() {
                        "the byte order mark is that of"
                    } else {
                        "the bytes look like"
                    };
                    error = Some((*at, format!("`{name}` is declared, but {what} {}", guess.name())));
                }
            }
            Some(named) if named == encoding_rs::UTF_16LE || named == encoding_rs::UTF_16BE => {
                error = Some((*at, format!("`{name}` is declared, but the bytes are not UTF-16")));
            }
            Some(named) => encoding = named,
        }
    }
    // A document of UTF-16 must begin with a mark (XML 1.0, 4.3.3).
    if let Some((at, name)) = declared.as_ref().filter(|(_, name)| name.eq_ignore_ascii_case("utf-16"))
        && error.is_none()
        && marked.is_none()
    {
        error = Some((*at, format!("`{name}` without a byte order mark")));
    }
    let label = declared.as_ref().map(|(_, name)| name.to_ascii_lowercase()).unwrap_or_default();
    let (text, broken) = if encoding == encoding_rs::WINDOWS_1252 && !label.contains("1252") {
        // On the web these names mean Windows-1252; in XML they mean what they say.
        let ascii = matches!(&*label, "us-ascii" | "ascii");
        let broken = ascii.then(|| bytes.iter().position(|b| !b.is_ascii())).flatten();
        (encoding_rs::mem::decode_latin1(bytes), broken)
    } else if encoding == UTF_8 {
        match std::str::from_utf8(bytes) {
            Ok(text) => (Cow::Borrowed(text), None),
            Err(cause) => (String::from_utf8_lossy(bytes), Some(cause.valid_up_to())),
        }
    } else {
        let (text, broken) = encoding.decode_without_bom_handling(bytes);
        let at = broken.then(|| text.find('\u{fffd}').unwrap_or_default());
        (text, at)
    };
    if let Some(at) = broken {
        let name = if label.is_empty() { encoding.name() } else { &label };
        error = error.or_else(|| Some((at, format!("this byte is not {name}"))));
    }
    Source { text, error, encoding: known.then(|| encoding.name()), declared, has_mark: marked.is_some() }
}

/// Decodes UTF-32, which XML allows and `encoding_rs`, like browsers, does not support.
fn utf_32(bytes: &[u8]) -> Option<String> {
    let (read, skip): (fn([u8; 4]) -> u32, usize) = match bytes.get(..4)? {
        [0, 0, 0xfe, 0xff] => (u32::from_be_bytes, 4),
        [0xff, 0xfe, 0, 0] => (u32::from_le_bytes, 4),
        [0, 0, 0, b'<' | b'{' | b'['] => (u32::from_be_bytes, 0),
        [b'<' | b'{' | b'[', 0, 0, 0] => (u32::from_le_bytes, 0),
        _ => return None,
    };
    let (characters, _) = bytes[skip..].as_chunks();
    Some(characters.iter().map(|four| char::from_u32(read(*four)).unwrap_or('\u{fffd}')).collect())
}

fn of_utf_32(text: String) -> Source<'static> {
    let declared = declared(&text);
    let error = match &declared {
        None => Some((0, "UTF-32 must be declared".to_owned())),
        Some((at, name)) => {
            let name = name.to_ascii_uppercase();
            let wide = name.starts_with("UTF-32") || name.ends_with("UCS-4") || name == "CSUCS4";
            (!wide).then(|| (*at, format!("`{name}` is declared, but the bytes look like UTF-32")))
        }
    };
    let lost = text.find('\u{fffd}').map(|at| (at, "this is not UTF-32".to_owned()));
    Source { text: text.into(), error: error.or(lost), encoding: Some("UTF-32"), declared, has_mark: false }
}

/// Returns the encoding of a name. Apple's are registered with an `x-`.
fn named(name: &str) -> Option<&'static Encoding> {
    Encoding::for_label(name.as_bytes()).or_else(|| Encoding::for_label(format!("x-{name}").as_bytes()))
}

/// Returns the offset and name of the encoding in an XML declaration.
fn declared(head: &str) -> Option<(usize, String)> {
    let declaration = head.trim_start().strip_prefix("<?xml")?.split("?>").next()?;
    let (before, after) = declaration.split_once("encoding")?;
    let value = after.trim_start().strip_prefix('=')?.trim_start();
    // Without quotes, the declaration is not well-formed and names nothing.
    let name = value.strip_prefix(['"', '\''])?;
    let blank = head.len() - head.trim_start().len();
    let at = blank + "<?xml".len() + before.len() + "encoding".len() + after.len() - name.len();
    let end = name.find(['"', '\'']).filter(|end| *end > 0)?;
    Some((at, name[..end].trim_end().to_owned()))
}
