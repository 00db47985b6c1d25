//! WAV ([RIFF](https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html)) and its two forms for files of more
//! than 4 GB: RF64 ([EBU Tech 3306](https://tech.ebu.ch/docs/tech/tech3306.pdf)) and Wave64.

use std::io;

use super::blocks::Blocks;
use super::id3;
use super::tags::{Tags, number};
use crate::types::work;

/// Content of a file.
#[derive(Default)]
pub(super) struct Wav {
    pub(super) milliseconds: Option<u64>,
    /// Size that the file has according to its header.
    pub(super) declared_size: Option<u64>,
    /// Texts of the list INFO.
    pub(super) tags: Tags,
    /// True if it has a tag of ID3 that other parsers must not read.
    pub(super) has_harmful_tag: bool,
}

/// Maximum number of chunks.
const MAX_CHUNKS: usize = 1000;
/// Size of the largest list of texts.
const MAX_LIST: u64 = 256 << 10;
/// Formats whose bytes per second do not vary: PCM, floating point, A-law, µ-law, and any of these with more channels.
const CONSTANT: [u64; 5] = [1, 3, 6, 7, 0xfffe];

/// Reads a file, chunk by chunk.
pub(super) fn read(file: &mut Blocks) -> io::Result<Wav> {
    let size = file.size();
    let is_wave64 = file.bytes_at(0, 4)? == b"riff";
    let (mut position, mut found) = (if is_wave64 { 40 } else { 12 }, Wav::default());
    let (mut format, mut rate, mut samples, mut long, mut data) = (0, [0, 0], 0, None, None);
    for _ in 0..MAX_CHUNKS {
        work::step(1);
        let head = file.bytes_at(position, 24)?;
        let (Some(kind), Some(length)) = (head.get(..4), little(&head, 4, 4)) else { break };
        // The length of a chunk of Wave64 includes its header.
        let (body, length) = if is_wave64 {
            let Some(length) = little(&head, 16, 8) else { break };
            (position + 24, length.saturating_sub(24))
        } else {
            (position + 8, length)
        };
        match kind {
            b"ds64" => long = little(&file.bytes_at(body, 16)?, 8, 8),
            b"fmt " => {
                let bytes = file.bytes_at(body, 12)?;
                format = little(&bytes, 0, 2).unwrap_or_default();
                rate = [little(&bytes, 4, 4).unwrap_or_default(), little(&bytes, 8, 4).unwrap_or_default()];
            }
            b"fact" => samples = little(&file.bytes_at(body, 4)?, 0, 4).unwrap_or_default(),
            _ if kind.eq_ignore_ascii_case(b"id3 ") => {
                found.has_harmful_tag |=
                    !id3::is_harmless(&mut |at, length| file.bytes_at(at, length), body)?;
            }
            b"LIST" => found.tags = texts(&file.bytes_at(body, length.min(MAX_LIST) as usize)?),
            _ => {}
        }
        let length = match long {
            Some(long) if kind == b"data" && length == u64::from(u32::MAX) => long,
            _ => length,
        };
        if kind == b"data" && data.is_none() {
            data = Some((body, length));
        }
        let multiple = if is_wave64 { 8 } else { 2 };
        let Some(next) =
            length.checked_next_multiple_of(multiple).and_then(|length| body.checked_add(length))
        else {
            break;
        };
        position = next;
        if position >= size {
            break;
        }
    }
    if let Some((body, length)) = data {
        // A program that was stopped, or wrote to a pipe, leaves a size of 0 or the maximum.
        let is_open = length == 0 || !is_wave64 && long.is_none() && length >= u64::from(u32::MAX) - 64;
        let there = size.saturating_sub(body);
        let bytes = if is_open { there } else { length.min(there) };
        let [samples_per_second, bytes_per_second] = rate;
        let of_bytes = || bytes.saturating_mul(1000).checked_div(bytes_per_second);
        // Other formats say the number of samples, of which some may be missing.
        let is_counted = !CONSTANT.contains(&format) && samples > 0 && !is_open;
        let of_samples = || {
            let all = u128::from(samples) * 1000 * u128::from(bytes) / u128::from(length.max(1));
            u64::try_from(all.checked_div(u128::from(samples_per_second))?).ok()
        };
        let counted = if is_counted { of_samples() } else { None };
        found.milliseconds = counted.or_else(of_bytes).filter(|length| *length > 0);
        found.declared_size = if is_open { None } else { body.checked_add(length) };
    }
    Ok(found)
}

/// Reads the texts of a list INFO.
fn texts(list: &[u8]) -> Tags {
    let mut tags = Tags::default();
    let Some(mut rest) = list.strip_prefix(b"INFO") else { return tags };
    while let (Some(kind), Some(length)) = (rest.get(..4), little(rest, 4, 4)) {
        work::step(1);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let Some(value) = rest.get(8..).and_then(|rest| rest.get(..length)) else { break };
        // Every byte is a character of Latin-1; `repair` decodes other encodings.
        let text: String =
            value.iter().take_while(|byte| **byte != 0).map(|byte| char::from(*byte)).collect();
        let text = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        match kind {
            b"INAM" => tags.title = text,
            b"IART" => tags.artists.extend(text),
            b"IPRD" => tags.album = text,
            b"ICRD" => tags.date = text,
            b"ICMT" => tags.comment = text,
            b"IGNR" => tags.genre = text,
            b"ICOP" => tags.copyright = text,
            b"IPRT" | b"ITRK" => tags.track = text.and_then(|text| number(&text)),
            _ => {}
        }
        rest = rest.get(8 + length + length % 2..).unwrap_or_default();
    }
    tags
}

/// Returns the number in some bytes, the lowest first.
fn little(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    Some(bytes.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte)))
}
