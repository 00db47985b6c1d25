//! Durations of files that are a sequence of frames: MP3
//! ([ISO/IEC 11172-3](https://www.iso.org/standard/22412.html), 2.4.1.3) and AAC with ADTS headers
//! ([ISO/IEC 14496-3](https://www.iso.org/standard/76383.html), 1.A.2.2).
//!
//! The header of a variable bit rate (Xing, Info or VBRI) says the number of frames. Without one, a file whose frames all
//! have the same bit rate is as long as its size says. Otherwise the frames are counted, from header to header.

use std::io;

use super::blocks::Blocks;
use crate::types::work;

/// Number of bytes in which the first frame has to begin after the tags.
const SEARCH: usize = 64 << 10;
/// Number of frames that are compared at each place of a file to see whether its bit rate varies.
const PROBED: u32 = 48;
/// Number of bytes of frames that are counted. The rest of a longer file is estimated.
const MAX_COUNTED: u64 = 128 << 20;

/// Length of a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Length {
    pub(super) milliseconds: u64,
    /// Size that the file has according to its header.
    pub(super) declared_size: Option<u64>,
}

/// A frame, as its header describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Frame {
    size: u64,
    samples: u32,
    rate: u32,
    /// Bits per second; 0 for ADTS, whose headers do not say it.
    bit_rate: u32,
    /// Bits of the header that are equal in all frames of a file.
    kind: u32,
    /// Number of bytes between the header and that of a variable bit rate.
    side: u64,
}

/// Kilobits per second: MPEG 1 layers 1, 2, 3, then MPEG 2 layer 1, then layers 2 and 3.
const BIT_RATES: [[u32; 15]; 5] = [
    [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];
const ADTS_RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

/// Reads the header of an MP3 frame.
fn mpeg(bytes: &[u8]) -> Option<Frame> {
    let head = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?);
    if head >> 21 != 0x7ff {
        return None;
    }
    let (version, layer) = ((head >> 19) & 3, (head >> 17) & 3);
    let (rate_index, sample_index) = ((head >> 12) & 15, (head >> 10) & 3);
    if version == 1 || layer == 0 || rate_index == 0 || rate_index == 15 || sample_index == 3 {
        return None;
    }
    let is_one = version == 3;
    let rate = [44_100, 48_000, 32_000][sample_index as usize] >> [2, 0, 1, 0][version as usize];
    let row = match (is_one, layer) {
        (true, layer) => 3 - layer as usize,
        (false, 3) => 3,
        (false, _) => 4,
    };
    let bit_rate = BIT_RATES[row][rate_index as usize] * 1000;
    let padding = u64::from((head >> 9) & 1);
    let samples = match (layer, is_one) {
        (3, _) => 384,
        (1, false) => 576,
        _ => 1152,
    };
    let bits = u64::from(samples / 8) * u64::from(bit_rate) / u64::from(rate);
    let size = if layer == 3 { bits / 4 * 4 + padding * 4 } else { bits + padding };
    let is_mono = (head >> 6) & 3 == 3;
    let side = match (is_one, is_mono) {
        (true, false) => 32,
        (true, true) | (false, false) => 17,
        (false, true) => 9,
    };
    (size > 4).then_some(Frame { size, samples, rate, bit_rate, kind: head & 0xfffe_0c00, side })
}

/// Reads the header of an ADTS frame.
fn adts(bytes: &[u8]) -> Option<Frame> {
    let bytes = bytes.get(..7)?;
    if bytes[0] != 0xff || bytes[1] & 0xf6 != 0xf0 {
        return None;
    }
    let rate = *ADTS_RATES.get(usize::from(bytes[2] >> 2 & 15))?;
    let size = (u64::from(bytes[3] & 3) << 11) | (u64::from(bytes[4]) << 3) | u64::from(bytes[5] >> 5);
    let samples = (u32::from(bytes[6] & 3) + 1) * 1024;
    let kind = u32::from_be_bytes([0, bytes[1], bytes[2] & 0xfd, bytes[3] & 0xc0]);
    (size >= 7).then_some(Frame { size, samples, rate, bit_rate: 0, kind, side: 0 })
}

/// Returns the length of an MP3 file.
pub(super) fn of_mpeg(file: &mut Blocks) -> io::Result<Option<Length>> {
    let (start, end) = (after_tags(file)?, before_tags(file)?);
    let Some((start, first)) = first_frame(file, start, end, mpeg)? else { return Ok(None) };
    if let Some(length) = declared(file, start, end, &first)? {
        return Ok(Some(length));
    }
    let middle = start + (end - start) / 2;
    let places = [start, middle, start + (end - start) / 4 * 3];
    let mut is_constant = true;
    for place in places {
        let Some((place, _)) = first_frame(file, place, end, mpeg)? else { continue };
        let rates = walk(file, place, end, &first, mpeg, PROBED)?;
        is_constant &= rates.is_constant && rates.bit_rate == first.bit_rate;
    }
    let milliseconds = if is_constant {
        (end - start) * 8000 / u64::from(first.bit_rate)
    } else {
        counted(file, start, end, &first, mpeg)?
    };
    Ok(Some(Length { milliseconds, declared_size: None }))
}

/// Returns the length of an AAC file.
pub(super) fn of_adts(file: &mut Blocks) -> io::Result<Option<Length>> {
    let (start, end) = (after_tags(file)?, before_tags(file)?);
    let Some((start, first)) = first_frame(file, start, end, adts)? else { return Ok(None) };
    let milliseconds = counted(file, start, end, &first, adts)?;
    Ok(Some(Length { milliseconds, declared_size: None }))
}

/// Returns the length that the header of a variable bit rate says.
fn declared(file: &mut Blocks, start: u64, end: u64, first: &Frame) -> io::Result<Option<Length>> {
    let number = |bytes: &[u8], at: usize| -> Option<u64> {
        Some(u64::from(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?)))
    };
    let xing = file.bytes_at(start + 4 + first.side, 160)?;
    let vbri = file.bytes_at(start + 36, 26)?;
    let (frames, size) = if xing.starts_with(b"Xing") || xing.starts_with(b"Info") {
        let flags = number(&xing, 4).unwrap_or_default();
        let size = number(&xing, 12).filter(|_| flags & 3 == 3);
        (number(&xing, 8).filter(|_| flags & 1 == 1), size)
    } else if vbri.starts_with(b"VBRI") {
        (number(&vbri, 14), number(&vbri, 10))
    } else {
        return Ok(None);
    };
    let Some(frames) = frames.filter(|frames| *frames > 0) else { return Ok(None) };
    let milliseconds = frames * u64::from(first.samples) * 1000 / u64::from(first.rate);
    // A stream that was cut while it was written may have a header that says less than there is, and so do files that were
    // joined.
    let declared_size = size.filter(|size| *size > 0).map(|size| start + size);
    let is_short = match declared_size {
        Some(size) if size < end - (end - start) / 2 => true,
        Some(size) if size + (SEARCH as u64) < end => first_frame(file, size, end, mpeg)?.is_some(),
        _ => false,
    };
    Ok((!is_short).then_some(Length { milliseconds, declared_size }))
}

/// Returns the first frame from a position: one that is followed by another of its kind, or ends the file.
fn first_frame(
    file: &mut Blocks,
    from: u64,
    end: u64,
    parse: fn(&[u8]) -> Option<Frame>,
) -> io::Result<Option<(u64, Frame)>> {
    let bytes =
        file.bytes_at(from, SEARCH.min(usize::try_from(end.saturating_sub(from)).unwrap_or(SEARCH)))?;
    for at in 0..bytes.len() {
        work::step(1);
        let Some(frame) = parse(&bytes[at..]) else { continue };
        let position = from + at as u64;
        let next = file.bytes_at(position + frame.size, 7)?;
        let is_last = position + frame.size >= end && bytes.len() < SEARCH;
        if is_last || parse(&next).is_some_and(|next| next.kind == frame.kind) {
            return Ok(Some((position, frame)));
        }
    }
    Ok(None)
}

/// What the frames of a part of a file have in common.
struct Walk {
    frames: u64,
    is_constant: bool,
    bit_rate: u32,
    /// Position of the first byte behind the last frame.
    end: u64,
}

/// Goes from header to header, through at most `limit` frames.
fn walk(
    file: &mut Blocks,
    start: u64,
    end: u64,
    first: &Frame,
    parse: fn(&[u8]) -> Option<Frame>,
    limit: u32,
) -> io::Result<Walk> {
    let mut walk = Walk { frames: 0, is_constant: true, bit_rate: 0, end: start };
    let mut header = [0; 7];
    while walk.frames < u64::from(limit) && walk.end + 7 <= end && file.read_at(walk.end, &mut header)? {
        work::step(1);
        let Some(frame) = parse(&header).filter(|frame| frame.kind == first.kind) else { break };
        if walk.frames == 0 {
            walk.bit_rate = frame.bit_rate;
        }
        walk.is_constant &= frame.bit_rate == walk.bit_rate;
        walk.frames += 1;
        walk.end += frame.size;
    }
    Ok(walk)
}

/// Returns the milliseconds of all frames. Bytes between frames are skipped, up to a limit.
fn counted(
    file: &mut Blocks,
    start: u64,
    end: u64,
    first: &Frame,
    parse: fn(&[u8]) -> Option<Frame>,
) -> io::Result<u64> {
    file.allow(2 * MAX_COUNTED);
    let (mut frames, mut position) = (0_u64, start);
    while position < end && position - start < MAX_COUNTED {
        let part = walk(file, position, end, first, parse, u32::MAX)?;
        frames += part.frames;
        position = part.end;
        if position + 7 > end {
            position = end;
            break;
        }
        match first_frame(file, position, end, parse)? {
            Some((next, _)) if next > position => position = next,
            _ => break,
        }
    }
    let samples = frames * u64::from(first.samples);
    let milliseconds = samples * 1000 / u64::from(first.rate);
    let seen = (position - start).max(1);
    let is_estimated = seen >= MAX_COUNTED;
    Ok(if is_estimated {
        u64::try_from(u128::from(milliseconds) * u128::from(end - start) / u128::from(seen))
            .unwrap_or(u64::MAX)
    } else {
        milliseconds
    })
}

/// Returns the position behind the tags at the beginning of a file ([ID3v2.4](https://id3.org/id3v2.4.0-structure), 3.1).
pub(super) fn after_tags(file: &mut Blocks) -> io::Result<u64> {
    let mut position = 0;
    // Some programs add a tag and leave the old one.
    for _ in 0..4 {
        let head = file.bytes_at(position, 10)?;
        let [b'I', b'D', b'3', _, _, flags, a, b, c, d] = head[..] else { break };
        if [a, b, c, d].iter().any(|byte| *byte > 127) {
            break;
        }
        let size = [a, b, c, d].iter().fold(0, |size, byte| size << 7 | u64::from(*byte));
        let footer = if flags & 0x10 == 0 { 0 } else { 10 };
        position += 10 + size + footer;
    }
    Ok(position.min(file.size()))
}

/// Returns the position at which the tags at the end of a file begin: ID3v1, below it APE.
fn before_tags(file: &mut Blocks) -> io::Result<u64> {
    let mut end = file.size();
    if end >= 128 && file.bytes_at(end - 128, 3)? == b"TAG" {
        end -= 128;
    }
    if end >= 32 {
        let footer = file.bytes_at(end - 32, 24)?;
        if let (Some(b"APETAGEX"), Some(&[a, b, c, d]), Some(flags)) =
            (footer.get(..8), footer.get(12..16), footer.get(23))
        {
            let header = if flags & 0x80 == 0 { 0 } else { 32 };
            end = end.saturating_sub(u64::from(u32::from_le_bytes([a, b, c, d])) + header);
        }
    }
    Ok(end)
}
