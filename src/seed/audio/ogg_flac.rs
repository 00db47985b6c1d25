//! The tags of FLAC in Ogg (<https://xiph.org/flac/ogg_mapping.html>): the second packet of the stream has its comments.

use std::io;

use super::blocks::Blocks;
use crate::types::work;

/// Size of the largest packet of comments: covers are among them.
const MAX_PACKET: usize = 24 << 20;
/// Size of the longest comment that is kept: covers are longer.
const MAX_COMMENT: usize = 64 << 10;

/// Returns the comments of a stream: names in capital letters, and values.
///
/// # Errors
/// If the file cannot be read.
pub(super) fn comments(file: &mut Blocks) -> io::Result<Vec<(String, String)>> {
    let packet = second_packet(file)?;
    // The header of a block has its type, without the mark of the last one, and its length.
    let is_comments = packet.first().is_some_and(|kind| kind & 0x7f == 4);
    Ok(packet.get(4..).filter(|_| is_comments).and_then(pairs).unwrap_or_default())
}

/// Reads the comments of a block ([Vorbis](https://xiph.org/vorbis/doc/v-comment.html)).
fn pairs(block: &[u8]) -> Option<Vec<(String, String)>> {
    let mut rest = block;
    let number = |rest: &mut &[u8]| {
        let (bytes, after) = rest.split_first_chunk()?;
        *rest = after;
        usize::try_from(u32::from_le_bytes(*bytes)).ok()
    };
    let vendor = number(&mut rest)?;
    rest = rest.get(vendor..)?;
    number(&mut rest)?;
    let mut pairs = Vec::new();
    while let Some(length) = number(&mut rest) {
        work::step(1);
        // A block that is too short has those before its end.
        let Some((comment, after)) = rest.split_at_checked(length) else { break };
        rest = after;
        if length <= MAX_COMMENT
            && let Some((name, value)) = String::from_utf8_lossy(comment).split_once('=')
        {
            pairs.push((name.to_ascii_uppercase(), value.to_owned()));
        }
    }
    Some(pairs)
}

/// Returns the second packet of the first stream; empty if there is none.
fn second_packet(file: &mut Blocks) -> io::Result<Vec<u8>> {
    let (mut at, mut packets, mut packet, mut serial) = (0, 0, Vec::new(), None);
    while packet.len() <= MAX_PACKET {
        work::step(1);
        let page = file.bytes_at(at, 27 + 255)?;
        let Some(segments) =
            page.get(26).map(|count| usize::from(*count)).filter(|_| page.starts_with(b"OggS"))
        else {
            break;
        };
        let lengths: Vec<usize> =
            page[27..].iter().take(segments).map(|length| usize::from(*length)).collect();
        let start = at + (27 + segments) as u64;
        let size: usize = lengths.iter().sum();
        at = start + size as u64;
        if *serial.get_or_insert_with(|| page[14..18].to_vec()) != page[14..18] {
            continue;
        }
        let content = file.bytes_at(start, size)?;
        let mut rest = &content[..];
        for length in lengths {
            let (segment, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            rest = after;
            if packets == 1 {
                packet.extend(segment);
            }
            // A segment of 255 bytes is continued by the next.
            packets += usize::from(length < 255);
            if packets == 2 {
                return Ok(packet);
            }
        }
    }
    Ok(Vec::new())
}
