//! MP4 ([ISO/IEC 14496-12](https://www.iso.org/standard/83102.html)): what tags do not say. The length of a video without
//! audio, the kinds of tracks, the chapters, and the size that the file should have.

use std::io;

use super::blocks::Blocks;
use crate::model::Chapter;
use crate::types::work;

/// Content of a file.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Boxes {
    pub(super) milliseconds: Option<u64>,
    pub(super) has_video: bool,
    pub(super) chapters: Vec<Chapter>,
    /// Size that the file has according to its boxes.
    pub(super) declared_size: u64,
}

/// Maximum number of boxes in another.
const MAX_BOXES: usize = 1000;
/// Maximum number of boxes of a file in fragments. Each is a second or more.
const MAX_FRAGMENTS: usize = 40_000;
/// Number of bytes that are read to find the fragments of a file.
const MAX_FRAGMENT_BYTES: u64 = 256 << 20;
/// Maximum number of chapters.
const MAX_CHAPTERS: usize = 1000;
/// Size of the largest list of chapters.
const MAX_LIST: u64 = 1 << 20;

/// Reads a file.
pub(super) fn read(file: &mut Blocks) -> io::Result<Boxes> {
    let mut found = Boxes::default();
    let (mut tracks, mut chapter_track) = (Vec::new(), None);
    let (mut first_fragment, mut defaults) = (None, Vec::new());
    let end = file.size();
    for (kind, start, stop) in children(file, 0, end)? {
        found.declared_size = found.declared_size.max(stop);
        if &kind == b"moof" {
            first_fragment = first_fragment.or(Some(start.saturating_sub(8)));
        }
        if &kind != b"moov" || stop > end {
            continue;
        }
        for (kind, start, stop) in parts(file, start, stop)? {
            match &kind {
                b"mvhd" => {
                    found.milliseconds = duration(file, start)?.map(|(length, scale)| length * 1000 / scale)
                }
                b"udta" => {
                    for (kind, start, stop) in parts(file, start, stop)? {
                        if &kind == b"chpl" && stop - start <= MAX_LIST {
                            found.chapters = nero(&file.bytes_at(start, (stop - start) as usize)?);
                        }
                    }
                }
                b"mvex" => {
                    for (_, start, _) in parts(file, start, stop)?.iter().filter(|(kind, ..)| kind == b"trex")
                    {
                        let bytes = file.bytes_at(*start, 16)?;
                        defaults.extend(be32(&bytes, 4).zip(be32(&bytes, 12)));
                    }
                }
                b"trak" => {
                    let track = track(file, start, stop)?;
                    found.has_video |= track.is_video;
                    chapter_track = chapter_track.or(track.chapters);
                    tracks.push(track);
                }
                _ => {}
            }
        }
    }
    if let Some(start) = first_fragment {
        let length = fragments(file, start, &tracks, &defaults)?;
        found.milliseconds = found.milliseconds.max(length);
    }
    // The pictures of chapters are a video track as well.
    if let Some(id) = chapter_track
        && let Some(track) = tracks.iter().find(|track| track.id == id)
        && found.chapters.is_empty()
    {
        found.chapters = text_track(file, track)?;
    }
    Ok(found)
}

/// Kind, start of the content and end of a box.
type Found = ([u8; 4], u64, u64);

/// Returns the boxes in another one. The last one ends where that does: if it went on, its content would be read again as that of
/// the next box.
fn parts(file: &mut Blocks, start: u64, end: u64) -> io::Result<Vec<Found>> {
    let mut found = children(file, start, end)?;
    found.iter_mut().for_each(|(_, start, stop)| *stop = (*stop).min(end).max(*start));
    Ok(found)
}

/// Returns the boxes in a part of a file.
fn children(file: &mut Blocks, start: u64, end: u64) -> io::Result<Vec<Found>> {
    let (mut found, mut position) = (Vec::new(), start);
    while found.len() < MAX_BOXES {
        let Some(child) = child_at(file, position, end)? else { break };
        position = child.2;
        found.push(child);
    }
    Ok(found)
}

/// Returns the box at a position.
fn child_at(file: &mut Blocks, position: u64, end: u64) -> io::Result<Option<Found>> {
    work::step(1);
    if position.saturating_add(8) > end {
        return Ok(None);
    }
    let head = file.bytes_at(position, 16)?;
    let Some((size, kind)) = head.first_chunk::<8>().map(|head| head.split_at(4)) else { return Ok(None) };
    let kind = [kind[0], kind[1], kind[2], kind[3]];
    let (size, header) = match be32(size, 0).unwrap_or_default() {
        0 => (end - position, 8),
        1 => {
            (head.get(8..16).map_or(0, |large| u64::from_be_bytes(large.try_into().unwrap_or_default())), 16)
        }
        size => (size, 8),
    };
    Ok((size >= header).then(|| (kind, position + header, position.saturating_add(size))))
}

fn be32(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?)))
}

/// Returns the units per second of `mvhd` and `mdhd`.
fn scale(bytes: &[u8]) -> Option<u64> {
    be32(bytes, if bytes.first() == Some(&1) { 20 } else { 12 })
}

/// Returns length and units per second of `mvhd` and `mdhd`.
fn duration(file: &mut Blocks, start: u64) -> io::Result<Option<(u64, u64)>> {
    let bytes = file.bytes_at(start, 32)?;
    let is_long = bytes.first() == Some(&1);
    let scale = scale(&bytes);
    let length = if is_long {
        bytes.get(24..32).and_then(|length| Some(u64::from_be_bytes(length.try_into().ok()?)))
    } else {
        be32(&bytes, 16).filter(|length| *length != u64::from(u32::MAX))
    };
    // Nothing lasts a million years.
    let is_sane = |(length, scale): &(u64, u64)| *scale > 0 && *length < u64::MAX / 1000 && *length > 0;
    Ok(length.zip(scale).filter(is_sane))
}

/// Returns the length of a file in fragments, whose index was written before there was anything to index: the time at which
/// the last fragment ends. `defaults` has the duration of the samples of each track, if its fragments do not say it.
fn fragments(
    file: &mut Blocks,
    start: u64,
    tracks: &[Track],
    defaults: &[(u64, u64)],
) -> io::Result<Option<u64>> {
    file.allow(MAX_FRAGMENT_BYTES);
    let (mut position, size) = (start, file.size());
    let mut ends = vec![0_u64; tracks.len()];
    for _ in 0..MAX_FRAGMENTS {
        work::step(1);
        let Some((kind, content, stop)) = child_at(file, position, size)? else { break };
        position = stop;
        if &kind != b"moof" || stop > size {
            continue;
        }
        for (_, start, stop) in parts(file, content, stop)?.into_iter().filter(|(kind, ..)| kind == b"traf") {
            let (mut track, mut each, mut end) = (None, None, None);
            for (kind, start, stop) in parts(file, start, stop)? {
                match &kind {
                    b"tfhd" => {
                        let bytes = file.bytes_at(start, 24)?;
                        let id = be32(&bytes, 4).unwrap_or_default();
                        let flags = be32(&bytes, 0).unwrap_or_default();
                        let before = if flags & 1 == 0 { 8 } else { 16 } + if flags & 2 == 0 { 0 } else { 4 };
                        let own = if flags & 8 == 0 { None } else { be32(&bytes, before) };
                        track = tracks.iter().position(|track| track.id == id);
                        each = own
                            .or(defaults.iter().find(|(known, _)| *known == id).map(|(_, length)| *length));
                    }
                    b"tfdt" => {
                        let bytes = file.bytes_at(start, 12)?;
                        let is_long = bytes.first() == Some(&1);
                        let long =
                            bytes.get(4..12).and_then(|time| time.try_into().ok()).map(u64::from_be_bytes);
                        end = if is_long { long } else { be32(&bytes, 4) };
                    }
                    b"trun" => {
                        let before = end.or(track.and_then(|track| ends.get(track).copied()));
                        let length =
                            samples(&file.bytes_at(start, (stop - start).min(MAX_LIST) as usize)?, each);
                        end = Some(before.unwrap_or_default().saturating_add(length));
                    }
                    _ => {}
                }
            }
            if let Some((known, end)) = track.and_then(|track| ends.get_mut(track)).zip(end) {
                *known = (*known).max(end);
            }
        }
    }
    let lengths = tracks.iter().zip(ends).filter(|(track, end)| track.scale > 0 && *end > 0);
    Ok(lengths.map(|(track, end)| end.saturating_mul(1000) / track.scale).max())
}

/// Returns the duration of the samples that a box `trun` lists.
fn samples(run: &[u8], each: Option<u64>) -> u64 {
    let flags = be32(run, 0).unwrap_or_default();
    let count = be32(run, 4).unwrap_or_default();
    if flags & 0x100 == 0 {
        return count.saturating_mul(each.unwrap_or_default());
    }
    let fields = |mask: u64| usize::try_from((flags & mask).count_ones()).unwrap_or_default() * 4;
    let (first, step) = (8 + fields(0x5), fields(0xf00));
    let all = run.get(first..).unwrap_or_default().chunks_exact(step);
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    all.take(count).filter_map(|sample| be32(sample, 0)).inspect(|_| _ = work::step(1)).sum()
}

/// A track.
#[derive(Default)]
struct Track {
    id: u64,
    is_video: bool,
    /// Number of the track with its chapters.
    chapters: Option<u64>,
    scale: u64,
    /// Content of the boxes `stts`, `stsz`, `stsc` and `stco` or `co64`, as positions.
    tables: [Option<(u64, u64)>; 4],
    has_long_offsets: bool,
}

fn track(file: &mut Blocks, start: u64, stop: u64) -> io::Result<Track> {
    let mut track = Track::default();
    let mut open = vec![(start, stop)];
    while let Some((start, stop)) = open.pop() {
        for (kind, start, stop) in parts(file, start, stop)? {
            match &kind {
                b"mdia" | b"minf" | b"stbl" | b"tref" => open.push((start, stop)),
                b"tkhd" => {
                    let bytes = file.bytes_at(start, 24)?;
                    track.id =
                        be32(&bytes, if bytes.first() == Some(&1) { 20 } else { 12 }).unwrap_or_default();
                }
                b"mdhd" => track.scale = scale(&file.bytes_at(start, 32)?).unwrap_or_default(),
                b"hdlr" => track.is_video = file.bytes_at(start + 8, 4)? == b"vide",
                b"chap" => track.chapters = be32(&file.bytes_at(start, 4)?, 0),
                b"stts" => track.tables[0] = Some((start, stop)),
                b"stsz" => track.tables[1] = Some((start, stop)),
                b"stsc" => track.tables[2] = Some((start, stop)),
                b"stco" => track.tables[3] = Some((start, stop)),
                b"co64" => {
                    track.tables[3] = Some((start, stop));
                    track.has_long_offsets = true;
                }
                _ => {}
            }
        }
    }
    Ok(track)
}

/// Returns the chapters of a text track, as QuickTime has them.
fn text_track(file: &mut Blocks, track: &Track) -> io::Result<Vec<Chapter>> {
    let [Some(times), Some(sizes), Some(runs), Some(offsets)] = track.tables else { return Ok(Vec::new()) };
    let mut table = |(start, stop): (u64, u64)| file.bytes_at(start, (stop - start).min(MAX_LIST) as usize);
    let (times, sizes, runs, offsets) = (table(times)?, table(sizes)?, table(runs)?, table(offsets)?);
    if track.scale == 0 {
        return Ok(Vec::new());
    }
    let count = be32(&sizes, 8).unwrap_or_default().min(MAX_CHAPTERS as u64) as usize;
    let same = be32(&sizes, 4).unwrap_or_default();
    let mut durations = (0..).map_while(|at| Some((be32(&times, 8 + at * 8)?, be32(&times, 12 + at * 8)?)));
    let mut current = durations.next();
    // Samples of a chunk follow each other.
    let (mut chunk, mut left, mut position, mut start) = (0_usize, 0_u64, 0_u64, 0_u64);
    let mut chapters = Vec::new();
    for number in 0..count {
        work::step(1);
        if left == 0 {
            let offset = if track.has_long_offsets {
                offsets
                    .get(8 + chunk * 8..16 + chunk * 8)
                    .and_then(|bytes| Some(u64::from_be_bytes(bytes.try_into().ok()?)))
            } else {
                be32(&offsets, 8 + chunk * 4)
            };
            let Some(offset) = offset else { break };
            position = offset;
            chunk += 1;
            let all = (0..).map_while(|at| Some((be32(&runs, 8 + at * 12)?, be32(&runs, 12 + at * 12)?)));
            left = all
                .take(MAX_CHAPTERS)
                .take_while(|(first, _)| *first <= chunk as u64)
                .last()
                .map_or(1, |(_, samples)| samples.max(1));
        }
        let size = if same > 0 { same } else { be32(&sizes, 12 + number * 4).unwrap_or_default() };
        let bytes = file.bytes_at(position, size.min(4096) as usize)?;
        let length =
            bytes.get(..2).map_or(0, |length| usize::from(u16::from_be_bytes([length[0], length[1]])));
        let title = decoded(bytes.get(2..2 + length).unwrap_or_default());
        chapters.push(Chapter {
            start: start.saturating_mul(1000) / track.scale,
            title,
            url: None,
            image: None,
        });
        position = position.saturating_add(size);
        left -= 1;
        if let Some((samples, duration)) = &mut current {
            start = start.saturating_add(*duration);
            *samples = samples.saturating_sub(1);
            if *samples == 0 {
                current = durations.next();
            }
        }
    }
    Ok(chapters)
}

/// Returns the chapters of Nero's `chpl`, which many programs write.
fn nero(bytes: &[u8]) -> Vec<Chapter> {
    // Version 1 has four more bytes before the number of chapters.
    let mut rest = bytes.get(if bytes.first() == Some(&1) { 9 } else { 5 }..).unwrap_or_default();
    let mut chapters = Vec::new();
    while let Some((start, after)) = rest.split_first_chunk::<8>()
        && let Some((length, after)) = after.split_first()
        && let Some(title) = after.get(..usize::from(*length))
        && chapters.len() < MAX_CHAPTERS
    {
        work::step(1);
        // In units of 100 nanoseconds.
        let start = u64::from_be_bytes(*start) / 10_000;
        chapters.push(Chapter { start, title: decoded(title), url: None, image: None });
        rest = &after[title.len()..];
    }
    chapters
}

/// Decodes UTF-8, or UTF-16 with a byte order mark.
fn decoded(bytes: &[u8]) -> String {
    let wide = |from: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].as_chunks::<2>().0.iter().map(|unit| from(*unit)).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}
