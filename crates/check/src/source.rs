//! From bytes to text, and from offsets in it to lines and columns.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};

use super::log::Found;
use feedmill_diag::{Finding, Place};

/// A document as text.
pub(super) struct Source<'b> {
    pub(super) text: Cow<'b, str>,
    /// What is wrong with its encoding, and where.
    pub(super) fault: Option<(usize, String)>,
    /// The encoding it was read in; none where the one that is declared is not known.
    pub(super) encoding: Option<&'static str>,
    /// The name in the XML declaration, and where it stands.
    pub(super) declared: Option<(usize, String)>,
}

/// Reads bytes by their byte order mark, else by their XML declaration, else as UTF-8
/// (XML, appendix F, <https://www.w3.org/TR/xml/#sec-guessing>).
pub(super) fn decode(bytes: &[u8]) -> Source<'_> {
    if let Some(text) = utf_32(bytes) {
        return of_utf_32(text);
    }
    let marked = Encoding::for_bom(bytes);
    let (guess, skip) = match marked {
        Some((encoding, mark)) => (encoding, mark),
        None if bytes.starts_with(b"<\0?\0") => (encoding_rs::UTF_16LE, 0),
        None if bytes.starts_with(b"\0<\0?") => (encoding_rs::UTF_16BE, 0),
        None => (UTF_8, 0),
    };
    let bytes = &bytes[skip..];
    let (head, _) = guess.decode_without_bom_handling(&bytes[..bytes.len().min(512)]);
    let declared = declared(&head);
    let mut fault = None;
    let mut encoding = guess;
    let mut known = true;
    if let Some((at, name)) = &declared {
        match named(name) {
            None => {
                known = false;
                fault = Some((*at, format!("the encoding `{name}` is not known")));
            }
            // A mark or the width of the characters outweighs the name.
            Some(named) if marked.is_some() || guess != UTF_8 => {
                let wide = named == encoding_rs::UTF_16LE || named == encoding_rs::UTF_16BE;
                if named != guess && !(wide && guess != UTF_8) {
                    let what =
                        if marked.is_some() { "the byte order mark says" } else { "the bytes look like" };
                    fault = Some((*at, format!("`{name}` is declared, but {what} {}", guess.name())));
                }
            }
            Some(named) if named == encoding_rs::UTF_16LE || named == encoding_rs::UTF_16BE => {
                fault = Some((*at, format!("`{name}` is declared, but the bytes are not UTF-16")));
            }
            Some(named) => encoding = named,
        }
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
            Err(error) => (String::from_utf8_lossy(bytes), Some(error.valid_up_to())),
        }
    } else {
        let (text, broken) = encoding.decode_without_bom_handling(bytes);
        let at = broken.then(|| text.find('\u{fffd}').unwrap_or_default());
        (text, at)
    };
    if let Some(at) = broken {
        let name = if label.is_empty() { encoding.name() } else { &label };
        fault = fault.or_else(|| Some((at, format!("a byte here is not {name}"))));
    }
    Source { text, fault, encoding: known.then(|| encoding.name()), declared }
}

/// The characters of four bytes each, which `encoding_rs` leaves out as browsers do and XML does not.
fn utf_32(bytes: &[u8]) -> Option<String> {
    let (read, skip): (fn([u8; 4]) -> u32, usize) = match bytes.get(..4)? {
        [0, 0, 0xfe, 0xff] => (u32::from_be_bytes, 4),
        [0xff, 0xfe, 0, 0] => (u32::from_le_bytes, 4),
        [0, 0, 0, b'<'] => (u32::from_be_bytes, 0),
        [b'<', 0, 0, 0] => (u32::from_le_bytes, 0),
        _ => return None,
    };
    let (characters, _) = bytes[skip..].as_chunks();
    Some(characters.iter().map(|four| char::from_u32(read(*four)).unwrap_or('\u{fffd}')).collect())
}

fn of_utf_32(text: String) -> Source<'static> {
    let declared = declared(&text);
    let fault = match &declared {
        None => Some((0, "an encoding of four bytes a character has to be declared".to_owned())),
        Some((at, name)) => {
            let name = name.to_ascii_uppercase();
            let wide = name.starts_with("UTF-32") || name.ends_with("UCS-4") || name == "CSUCS4";
            (!wide).then(|| (*at, format!("`{name}` is declared, but the bytes look like UTF-32")))
        }
    };
    let lost = text.find('\u{fffd}').map(|at| (at, "this is not UTF-32".to_owned()));
    Source { text: text.into(), fault: fault.or(lost), encoding: Some("UTF-32"), declared }
}

/// The encoding of a name; Apple's are registered with an `x-`.
fn named(name: &str) -> Option<&'static Encoding> {
    Encoding::for_label(name.as_bytes()).or_else(|| Encoding::for_label(format!("x-{name}").as_bytes()))
}

/// The encoding that an XML declaration names, and where.
fn declared(head: &str) -> Option<(usize, String)> {
    let declaration = head.strip_prefix("<?xml")?.split("?>").next()?;
    let (before, after) = declaration.split_once("encoding")?;
    let name = after.trim_start_matches(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '"' | '\''));
    let at = "<?xml".len() + before.len() + "encoding".len() + after.len() - name.len();
    let end = name.find(['"', '\''])?;
    Some((at, name[..end].to_owned()))
}

/// The most bytes of a line that a finding shows.
const SHOWN: usize = 240;

/// Gives findings their lines and columns; they come in the order in which reading the document shows them.
pub(super) fn locate(mut found: Vec<Found>, text: &str, file: &str) -> Vec<Finding> {
    // Places are found in one pass over the text, so that a document in one line is counted once.
    found.sort_by_key(|f| f.at);
    let mut lines = Lines { text, line: 1, start: 0, column: 1, counted: 0 };
    let mut placed: Vec<(usize, Finding)> = found
        .into_iter()
        .map(|f| (f.shows, Finding::new(&f.rule.meta, lines.place(f.at, file), f.message)))
        .collect();
    placed.sort_by_key(|(shows, _)| *shows);
    placed.into_iter().map(|(_, diagnostic)| diagnostic).collect()
}

/// Counts lines and columns from the beginning on.
struct Lines<'t> {
    text: &'t str,
    line: u32,
    /// Where the line begins.
    start: usize,
    /// The column at `counted`.
    column: usize,
    counted: usize,
}

impl Lines<'_> {
    /// The place of an offset that is not before the last one.
    fn place(&mut self, at: usize, file: &str) -> Place {
        let text = self.text;
        let boundary = |mut at: usize| {
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let at = boundary(at.min(text.len()));
        while let Some(end) = memchr::memchr2(b'\n', b'\r', &text.as_bytes()[self.start..at]) {
            let end = self.start + end;
            let crlf = text.as_bytes()[end..].starts_with(b"\r\n");
            if crlf && end + 1 >= at {
                break;
            }
            self.start = end + if crlf { 2 } else { 1 };
            self.line += 1;
            (self.column, self.counted) = (1, self.start);
        }
        self.column += text[self.counted..at].chars().count();
        self.counted = at;
        let end = memchr::memchr2(b'\n', b'\r', &text.as_bytes()[at..]).map_or(text.len(), |n| at + n);
        let from = if at - self.start > SHOWN / 2 { boundary(at - SHOWN / 2) } else { self.start };
        let to = boundary(end.min(from + SHOWN));
        let mark = text[from..at].chars().count() as u32 + 1;
        Place::at(file, self.line, self.column as u32).showing_part(&text[from..to], mark)
    }
}
