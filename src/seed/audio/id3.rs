//! Texts of ID3v2 tags ([2.2](https://id3.org/id3v2-00), [2.3](https://id3.org/id3v2.3.0), [2.4](https://id3.org/id3v2.4.0-structure))
//! that other parsers reject: UTF-16 without a byte order mark, and broken extended headers.

use std::borrow::Cow;
use std::io;

use super::tags::{Tags, number, unique};
use crate::types::work;

/// Maximum number of frames.
const MAX_FRAMES: usize = 1000;
/// Maximum number of frames of tags that other parsers read.
const MAX_PARSED: usize = 2000;
/// Lengths of the longest text that they read of frames whose names are theirs, of the others, and of the longest genre: they
/// compare the values of one text with each other.
const MAX_OWN_TEXT: usize = 1 << 20;
const MAX_GENRE: usize = 4 << 10;
/// Length of the longest tag that is read.
pub(super) const MAX_TAG: usize = 24 << 20;
/// Length of the ids in front of the frames of a table of contents.
const MAX_BEFORE_FRAMES: usize = 64 << 10;
/// Length of the longest text.
const MAX_TEXT: usize = 64 << 10;

/// Adds the texts of the first tag in some bytes that are missing, and a more precise date.
pub(super) fn complete(tags: &mut Tags, bytes: &[u8]) {
    let texts = texts(bytes);
    if let Some(date) = date(&texts)
        && tags.date.as_ref().is_none_or(|known| known.len() < date.len())
    {
        tags.date = Some(date);
    }
    if tags.title.is_some() {
        return;
    }
    let has_artists = !tags.artists.is_empty();
    for (id, text) in texts {
        if matches!(&id[..], b"TPE1" | b"TP1") && !has_artists {
            tags.artists = unique(text.split('\0').map(|artist| artist.trim().to_owned()).collect());
            continue;
        }
        let text = text.split('\0').next().unwrap_or_default().to_owned();
        let place = match &id[..] {
            b"TIT2" | b"TT2" => &mut tags.title,
            b"TALB" | b"TAL" => &mut tags.album,
            b"TPE2" | b"TP2" => &mut tags.album_artist,
            b"TDRL" | b"TDRC" | b"TYER" | b"TYE" => &mut tags.date,
            b"TRCK" | b"TRK" => {
                tags.track = tags.track.or_else(|| number(&text));
                continue;
            }
            b"TPOS" | b"TPA" => {
                tags.disc = tags.disc.or_else(|| number(&text));
                continue;
            }
            _ => continue,
        };
        place.get_or_insert(text);
    }
    tags.repair();
}

/// Returns the date that texts say: that of 2.4, which may have a zone, or year, day and time of earlier versions.
fn date(texts: &[(Vec<u8>, String)]) -> Option<String> {
    let get = |ids: [&[u8]; 2]| {
        let found = texts.iter().find(|(id, _)| ids.contains(&id.as_slice()));
        found.and_then(|(_, text)| text.split('\0').next()).map(str::trim)
    };
    let is_precise = |text: &&str| text.len() > 4;
    if let Some(date) = get([b"TDRL", b"TDRL"]).filter(is_precise).or_else(|| get([b"TDRC", b"TRD"])) {
        return Some(date.to_owned());
    }
    let digits = |text: Option<&'_ str>| {
        let text = text.filter(|text| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()))?;
        Some((text[..2].to_owned(), text[2..].to_owned()))
    };
    let year = get([b"TYER", b"TYE"]).filter(|year| year.len() == 4)?;
    let (day, month) = digits(get([b"TDAT", b"TDA"]))?;
    let time = digits(get([b"TIME", b"TIM"])).map(|(hour, minute)| format!("T{hour}:{minute}"));
    Some(format!("{year}-{month}-{day}{}", time.unwrap_or_default()))
}

/// Returns the names and values of the frames with text. Of several values, all, with zeros between them.
fn texts(bytes: &[u8]) -> Vec<(Vec<u8>, String)> {
    let Some((head, rest)) = bytes.split_first_chunk::<10>() else { return Vec::new() };
    let [b'I', b'D', b'3', version @ 2..=4, _, flags, sizes @ ..] = *head else { return Vec::new() };
    let body = rest.get(..safe(&sizes).min(rest.len())).unwrap_or_default();
    // Before 2.4, the whole tag is unsynchronized, or nothing.
    let body = if flags & 0x80 != 0 && version < 4 { synchronized(body) } else { Cow::Borrowed(body) };
    let mut rest = &*body;
    if flags & 0x40 != 0 && version > 2 {
        let size = rest.first_chunk().map_or(0, |size| extended_header(version, size));
        rest = rest.get(size..).unwrap_or_default();
    }
    let (name, header) = frame_header(version);
    let mut found = Vec::new();
    while let (Some(id), Some(head)) = (rest.get(..name), rest.get(name..header))
        && id.iter().all(u8::is_ascii_alphanumeric)
        && found.len() < MAX_FRAMES
    {
        work::step(1);
        let Some(size) = frame_size(version, head) else { break };
        let Some(content) = rest.get(header..).and_then(|rest| rest.get(..size)) else { break };
        // A compressed or encrypted frame has other bytes in front.
        let is_plain = match (version, head.get(5)) {
            (3, Some(flags)) => flags & 0xe0 == 0,
            (4, Some(flags)) => flags & 0x4f == 0,
            _ => true,
        };
        if id.first() == Some(&b'T') && is_plain {
            let is_unsynchronized = version == 4 && head.get(5).is_some_and(|flags| flags & 2 != 0);
            let content = if is_unsynchronized { synchronized(content) } else { Cow::Borrowed(content) };
            let text = decoded(&content).trim_matches(|c: char| c == '\0' || c.is_whitespace()).to_owned();
            if !text.is_empty() && text.len() <= MAX_TEXT {
                found.push((id.to_vec(), text));
            }
        }
        rest = rest.get(header + size..).unwrap_or_default();
    }
    found
}

/// True if the tags at a position are harmless to other parsers, which compare each frame with all others, unpack compressed ones
/// whatever their size, read a genre again for each part of it, and call themselves for a frame in a frame.
/// `read` returns some bytes from a position, fewer at the end.
pub(super) fn is_harmless(read: &mut ReadAt<'_>, mut at: u64) -> io::Result<bool> {
    let mut count = 0;
    while let [b'I', b'D', b'3', version @ 2..=4, _, flags, ref sizes @ ..] = read(at, 10)?[..]
        && let Ok(sizes) = sizes.try_into()
    {
        let size = safe(sizes);
        // Where the frames begin is then a matter of opinion.
        if flags & 0x40 != 0 {
            return Ok(false);
        }
        let mut walk = Walk { version, count };
        let is_harmless = if flags & 0x80 != 0 && version < 4 {
            let body = read(at + 10, size.min(MAX_TAG))?;
            let body = synchronized(&body);
            let length = body.len() as u64;
            walk.is_harmless(&mut |at, length| Ok(part(&body, at, length)), 0, length, false)?
        } else {
            walk.is_harmless(read, at + 10, at + 10 + size as u64, false)?
        };
        if !is_harmless || size > MAX_TAG {
            return Ok(false);
        }
        count = walk.count;
        at += 10 + size as u64;
    }
    Ok(true)
}

/// Returns some bytes from a position, fewer at the end.
pub(super) fn part(bytes: &[u8], at: u64, length: usize) -> Vec<u8> {
    let rest = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
    rest[..length.min(rest.len())].to_vec()
}

/// Reads some bytes from a position.
pub(super) type ReadAt<'a> = dyn FnMut(u64, usize) -> io::Result<Vec<u8>> + 'a;

/// A walk over the frames of a tag.
struct Walk {
    version: u8,
    /// Number of frames so far, with those in other frames.
    count: usize,
}

impl Walk {
    /// True if the frames between two positions are harmless. `is_inside` is true if they are in a frame.
    fn is_harmless(
        &mut self,
        read: &mut ReadAt<'_>,
        mut at: u64,
        end: u64,
        is_inside: bool,
    ) -> io::Result<bool> {
        let (name, header) = frame_header(self.version);
        while at < end {
            work::step(1);
            let head = read(at, header)?;
            if head.len() < header || head[0] == 0 {
                break;
            }
            let Some(size) = frame_size(self.version, &head[name..]) else { break };
            let flags = head.get(9).copied().unwrap_or_default();
            let is_compressed = flags & if self.version == 3 { 0x80 } else { 0x08 } != 0;
            // Parsers disagree about the sizes that such bytes are.
            let is_odd = self.version == 4 && head[4..8].iter().any(|byte| *byte > 127);
            let most = match &head[..name.min(3)] {
                b"TCO" => MAX_GENRE,
                b"TXX" => MAX_OWN_TEXT,
                [b'T', ..] => MAX_TEXT,
                _ => usize::MAX,
            };
            self.count += 1;
            if self.count > MAX_PARSED || is_compressed || is_odd || size > most {
                return Ok(false);
            }
            let content = at + header as u64;
            if matches!(&head[..name], b"CHAP" | b"CTOC") {
                let start = read(content, size.min(MAX_BEFORE_FRAMES))?;
                let before = before_frames(&start, head[1] == b'H');
                let Some(before) = before.filter(|_| !is_inside && flags == 0) else { return Ok(false) };
                let (first, end) = (content + before as u64, content + size as u64);
                if !self.is_harmless(read, first, end, true)? {
                    return Ok(false);
                }
            }
            at = content + size as u64;
        }
        Ok(true)
    }
}

/// Returns the length of what is in front of the frames of a chapter, or of a table of contents
/// ([ID3v2 Chapter Frame Addendum](https://id3.org/id3v2-chapters-1.0)); `None` if it is too long.
fn before_frames(bytes: &[u8], is_chapter: bool) -> Option<usize> {
    let skip = |at: usize| Some(at + memchr::memchr(0, bytes.get(at..)?)? + 1);
    let id = skip(0)?;
    if is_chapter {
        return Some(id + 16);
    }
    (0..*bytes.get(id + 1)?).try_fold(id + 2, |at, _| skip(at))
}

/// Returns the lengths of the name of a frame and of its header.
fn frame_header(version: u8) -> (usize, usize) {
    if version == 2 { (3, 6) } else { (4, 10) }
}

/// Returns the length of the content of a frame, whose header without the name is given.
fn frame_size(version: u8, head: &[u8]) -> Option<usize> {
    match (version, head) {
        (2, [a, b, c]) => Some(u32::from_be_bytes([0, *a, *b, *c]) as usize),
        (3, [a, b, c, d, ..]) => Some(u32::from_be_bytes([*a, *b, *c, *d]) as usize),
        (4, [a, b, c, d, ..]) => Some(safe(&[*a, *b, *c, *d])),
        _ => None,
    }
}

/// Returns the length of an extended header, which begins with its size. That of 2.3 does not include itself.
fn extended_header(version: u8, size: &[u8; 4]) -> usize {
    if version == 4 { safe(size) } else { u32::from_be_bytes(*size) as usize + 4 }
}

/// Returns a number of four bytes with seven bits each.
fn safe(bytes: &[u8; 4]) -> usize {
    bytes.iter().fold(0, |all, byte| all << 7 | usize::from(byte & 127))
}

/// Removes the zeros that were inserted after bytes of ones.
fn synchronized(bytes: &[u8]) -> Cow<'_, [u8]> {
    work::step(bytes.len());
    let mut last = 0;
    let mut is_inserted = |byte: u8| std::mem::replace(&mut last, byte) == 0xff && byte == 0;
    Cow::Owned(bytes.iter().copied().filter(|byte| !is_inserted(*byte)).collect())
}

/// Reads a unit of UTF-16.
type Unit = fn([u8; 2]) -> u16;

/// Decodes a text whose first byte names its encoding.
fn decoded(bytes: &[u8]) -> String {
    let Some((encoding, bytes)) = bytes.split_first() else { return String::new() };
    match encoding {
        1 | 2 => {
            let (little, big): (Unit, Unit) = (u16::from_le_bytes, u16::from_be_bytes);
            // Without a mark, the zeros of ASCII say the order.
            let is_zero = |at: usize| bytes.iter().skip(at).step_by(2).filter(|byte| **byte == 0).count();
            let (read, bytes) = match bytes {
                [0xff, 0xfe, rest @ ..] => (little, rest),
                [0xfe, 0xff, rest @ ..] => (big, rest),
                _ if *encoding == 2 || is_zero(0) > is_zero(1) => (big, bytes),
                _ => (little, bytes),
            };
            let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|unit| read(*unit)).collect();
            String::from_utf16_lossy(&units)
        }
        3 => String::from_utf8_lossy(bytes).into_owned(),
        _ => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}
