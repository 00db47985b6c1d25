//! WebM ([RFC 9559](https://www.rfc-editor.org/rfc/rfc9559)): length, kind of its tracks, tags and chapters, as far as they
//! are outside of the clusters.

use std::io;

use super::blocks::Blocks;
use crate::model::Chapter;
use crate::types::work;

/// Content of a file.
#[derive(Debug, Default, PartialEq)]
pub(super) struct WebM {
    pub(super) milliseconds: Option<u64>,
    pub(super) has_video: bool,
    /// Names in upper case, and values.
    pub(super) tags: Vec<(String, String)>,
    pub(super) chapters: Vec<Chapter>,
    /// Size that the file has according to its header.
    pub(super) declared_size: Option<u64>,
}

const HEADER: u64 = 0x1a45_dfa3;
const SEGMENT: u64 = 0x1853_8067;
const SEEK_HEAD: u64 = 0x114d_9b74;
const INFO: u64 = 0x1549_a966;
const TRACKS: u64 = 0x1654_ae6b;
const TAGS: u64 = 0x1254_c367;
const CHAPTERS: u64 = 0x1043_a770;
const CLUSTER: u64 = 0x1f43_b675;
/// Size of the largest element that is read.
const MAX_ELEMENT: u64 = 4 << 20;
/// Maximum number of elements of a segment that are visited.
const MAX_ELEMENTS: usize = 64;
/// Maximum number of tags and of chapters.
const MAX_ITEMS: usize = 1000;

/// Reads a file; `None` if it is not WebM.
pub(super) fn read(file: &mut Blocks) -> io::Result<Option<WebM>> {
    let Some((HEADER, size, body)) = element_at(file, 0)? else { return Ok(None) };
    let Some(segment) = size.and_then(|size| body.checked_add(size)) else { return Ok(None) };
    let Some((SEGMENT, size, start)) = element_at(file, segment)? else { return Ok(None) };
    let mut webm = WebM { declared_size: size.and_then(|size| start.checked_add(size)), ..WebM::default() };
    let (mut position, mut wanted, mut seen) = (start, Vec::new(), Vec::new());
    for _ in 0..MAX_ELEMENTS {
        let Some((id, Some(size), body)) = element_at(file, position)? else { break };
        if id == CLUSTER {
            break;
        }
        seen.push(id);
        webm.visit(file, id, body, size, start, &mut wanted)?;
        let Some(next) = body.checked_add(size) else { break };
        position = next;
    }
    for (id, position) in std::mem::take(&mut wanted) {
        if !seen.contains(&id)
            && let Some((found, Some(size), body)) = element_at(file, position)?
            && found == id
        {
            seen.push(id);
            webm.visit(file, id, body, size, start, &mut Vec::new())?;
        }
    }
    webm.chapters.sort_by_key(|chapter| chapter.start);
    Ok(Some(webm))
}

impl WebM {
    fn visit(
        &mut self,
        file: &mut Blocks,
        id: u64,
        body: u64,
        size: u64,
        segment: u64,
        wanted: &mut Vec<(u64, u64)>,
    ) -> io::Result<()> {
        if ![SEEK_HEAD, INFO, TRACKS, TAGS, CHAPTERS].contains(&id) || size > MAX_ELEMENT {
            return Ok(());
        }
        let bytes = file.bytes_at(body, size as usize)?;
        match id {
            SEEK_HEAD => {
                wanted.extend(children(&bytes).filter(|(id, _)| *id == 0x4dbb).filter_map(|(_, seek)| {
                    let id = child(seek, 0x53ab).map(number)?;
                    Some((id, segment.checked_add(child(seek, 0x53ac).map(number)?)?))
                }))
            }
            INFO => {
                let scale = child(&bytes, 0x2a_d7b1).map_or(1_000_000, number);
                let duration = child(&bytes, 0x4489).and_then(float);
                self.milliseconds = duration.map(|units| (units * scale as f64 / 1e6).round() as u64);
                self.tags.extend(child(&bytes, 0x7ba9).map(|title| ("TITLE".to_owned(), text(title))));
            }
            TRACKS => {
                let mut tracks = children(&bytes).filter(|(id, _)| *id == 0xae);
                self.has_video = tracks.any(|(_, track)| child(track, 0x83).is_some_and(|kind| kind == [1]));
            }
            TAGS => {
                for (_, tag) in children(&bytes).filter(|(id, _)| *id == 0x7373) {
                    for (_, simple) in children(tag).filter(|(id, _)| *id == 0x67c8).take(MAX_ITEMS) {
                        if let (Some(name), Some(value)) = (child(simple, 0x45a3), child(simple, 0x4487)) {
                            self.tags.push((text(name).to_uppercase(), text(value)));
                        }
                    }
                }
            }
            _ => {
                let editions = children(&bytes).filter(|(id, _)| *id == 0x45b9);
                let atoms = editions.flat_map(|(_, edition)| children(edition)).filter(|(id, _)| *id == 0xb6);
                self.chapters.extend(atoms.take(MAX_ITEMS).filter_map(|(_, atom)| {
                    let start = number(child(atom, 0x91)?) / 1_000_000;
                    let title = child(atom, 0x80).and_then(|display| child(display, 0x85)).map(text);
                    Some(Chapter { start, title: title.unwrap_or_default(), url: None, image: None })
                }));
            }
        }
        Ok(())
    }
}

/// Returns id, size and position of the content of the element at a position. The size is `None` if it is unknown.
fn element_at(file: &mut Blocks, position: u64) -> io::Result<Option<(u64, Option<u64>, u64)>> {
    work::step(1);
    let bytes = file.bytes_at(position, 12)?;
    let Some((id, rest)) = vint(&bytes, true) else { return Ok(None) };
    let Some((size, length)) = vint(&bytes[rest..], false) else { return Ok(None) };
    let unknown = (1_u64 << (7 * length)) - 1;
    Ok(Some((id, (size != unknown).then_some(size), position + (rest + length) as u64)))
}

/// Returns the elements in the content of another.
fn children(mut bytes: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    std::iter::from_fn(move || {
        work::step(1);
        let (id, rest) = vint(bytes, true)?;
        let (size, length) = vint(&bytes[rest..], false)?;
        let start = rest + length;
        let end = start.checked_add(usize::try_from(size).ok()?)?;
        let content = bytes.get(start..end)?;
        bytes = &bytes[end..];
        Some((id, content))
    })
}

fn child(bytes: &[u8], wanted: u64) -> Option<&[u8]> {
    children(bytes).find(|(id, _)| *id == wanted).map(|(_, content)| content)
}

/// Returns a number of variable length ([RFC 8794, 4](https://www.rfc-editor.org/rfc/rfc8794#section-4)), and its length. The
/// marker bit is a part of an id.
fn vint(bytes: &[u8], is_id: bool) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let length = first.leading_zeros() as usize + 1;
    if length > if is_id { 4 } else { 8 } {
        return None;
    }
    let marker = if is_id { 0 } else { 0x80_u8 >> (length - 1) };
    let rest = bytes.get(1..length)?;
    Some((rest.iter().fold(u64::from(first ^ marker), |all, byte| all << 8 | u64::from(*byte)), length))
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).fold(0, |all, byte| all << 8 | u64::from(*byte))
}

fn float(bytes: &[u8]) -> Option<f64> {
    let value = match bytes.len() {
        4 => f64::from(f32::from_be_bytes(bytes.try_into().ok()?)),
        8 => f64::from_be_bytes(bytes.try_into().ok()?),
        _ => return None,
    };
    (value.is_finite() && value >= 0.0).then_some(value)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches('\0').to_owned()
}
