//! What a media file says about itself: its tags, its length and its chapters. Only headers and tags are read, except of a
//! file of frames with a variable bit rate whose header does not say how many there are.

use std::io::{self, Cursor};
use std::panic::{AssertUnwindSafe, catch_unwind};

use lofty::TextEncoding;
use lofty::config::{ParseOptions, ParsingMode};
use lofty::file::{AudioFile as _, FileType, TaggedFileExt as _};
use lofty::id3::v2::{Frame, FrameId, Id3v2Tag};
use lofty::mpeg::MpegFile;
use lofty::picture::{Picture, PictureType};
use lofty::probe::Probe;
use lofty::tag::{ItemKey, Tag};
use serde::{Deserialize, Serialize};

use super::blocks::Blocks;
use super::tags::{Tags, is_internal, number, unique};
use super::{boxes, frames, id3, ogg_flac, wav, webm};
use crate::model::Chapter;
use crate::store::Content;
use crate::types::work;

/// Number of bytes of headers and tags that are read of a file: a cover takes a few megabytes at most.
const MAX_HEADERS: u64 = 40 << 20;
/// Number of bytes of frames that are passed on with a tag.
const SAMPLE: usize = 8 << 10;
/// Size of the largest image that is extracted.
const MAX_COVER: usize = 12 << 20;

/// Format of a media file, as its first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Container {
    Mpeg,
    Adts,
    Mp4,
    Ogg,
    Flac,
    Wav,
    WebM,
}

impl Container {
    /// Returns its name, and the extensions of its files in lower case.
    pub(crate) fn describe(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Mpeg => ("MP3", &["mp3"]),
            Self::Adts => ("AAC", &["aac"]),
            Self::Mp4 => ("MP4", &["m4a", "m4b", "mp4", "m4v"]),
            Self::Ogg => ("Ogg", &["ogg", "opus"]),
            Self::Flac => ("FLAC", &["flac"]),
            Self::Wav => ("WAV", &["wav"]),
            Self::WebM => ("WebM", &["webm"]),
        }
    }
}

/// What a media file says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MediaFile {
    /// Size in bytes.
    pub(crate) size: u64,
    /// Format; `None` if it was not read.
    pub(crate) container: Option<Container>,
    /// Length in milliseconds.
    pub(crate) milliseconds: Option<u64>,
    /// True if it has a video track.
    pub(crate) has_video: bool,
    /// Size that the file has according to its headers, if that is more than it has.
    pub(crate) declared_size: Option<u64>,
    pub(crate) tags: Tags,
    /// Hash and file name extension of the cover in its tags.
    pub(crate) cover: Option<(u128, String)>,
    pub(crate) chapters: Vec<Chapter>,
}

/// Result of reading a file.
pub(crate) struct Read {
    pub(crate) file: MediaFile,
    /// The cover in its tags.
    pub(crate) cover: Option<Vec<u8>>,
    /// Number of bytes that were read.
    pub(crate) bytes: u64,
}

/// Reads a file.
///
/// # Errors
/// The reason why it is not a media file, or cannot be read.
pub(crate) fn read(content: Box<dyn Content>) -> Result<Read, io::Error> {
    let mut blocks = Blocks::new(content, MAX_HEADERS)?;
    let size = blocks.size();
    if size == 0 {
        return Err(invalid("it is empty"));
    }
    if blocks.bytes_at(0, LFS_POINTER.len())?.starts_with(LFS_POINTER) {
        return Err(invalid("it is a pointer of Git LFS, not the file; run `git lfs pull`"));
    }
    // The parsers of tags are tested with broken files; this is for the one that nobody tried.
    let parsed = catch_unwind(AssertUnwindSafe(|| parse(&mut blocks)));
    // Parsers pass it on as a fault of the file, or ignore it.
    if let Some(error) = blocks.failure.take() {
        return Err(error);
    }
    let (container, (mut file, cover)) = parsed.unwrap_or_else(|_| Err(invalid("its headers are broken")))?;
    file.size = size;
    file.container = Some(container);
    file.declared_size = file.declared_size.filter(|declared| *declared > size);
    file.cover =
        cover.as_ref().map(|(bytes, extension)| (xxhash_rust::xxh3::xxh3_128(bytes), extension.clone()));
    Ok(Read { file, cover: cover.map(|(bytes, _)| bytes), bytes: blocks.read })
}

/// Begins the file that stands for another (<https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md>).
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

fn invalid(why: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.into())
}

type Cover = Option<(Vec<u8>, String)>;

fn parse(file: &mut Blocks) -> Result<(Container, (MediaFile, Cover)), io::Error> {
    let start = frames::after_tags(file)?;
    let head = file.bytes_at(start, 16)?;
    Ok(match head[..] {
        [0x1a, 0x45, 0xdf, 0xa3, ..] => (Container::WebM, of_webm(file)?),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => (Container::Mp4, of_mp4(file)?),
        [b'O', b'g', b'g', b'S', ..] => (Container::Ogg, of_ogg(file)?),
        [b'f', b'L', b'a', b'C', ..] => (Container::Flac, of_lofty(file, Some(FileType::Flac))?),
        [b'R', b'I', b'F', b'F', ..] | [b'R', b'F', b'6', b'4', ..] | [b'r', b'i', b'f', b'f', 0x2e, ..] => {
            (Container::Wav, of_wav(file)?)
        }
        _ => of_frame_sequence(file, start, &head)?,
    })
}

fn of_frame_sequence(
    file: &mut Blocks,
    start: u64,
    head: &[u8],
) -> Result<(Container, (MediaFile, Cover)), io::Error> {
    let is_adts = |head: &[u8]| head.len() > 1 && head[0] == 0xff && head[1] & 0xf6 == 0xf0;
    let first = if is_adts(head) { Container::Adts } else { Container::Mpeg };
    let length = if is_adts(head) { frames::of_adts(file)? } else { frames::of_mpeg(file)? };
    let (container, length) = match length {
        Some(length) => (first, length),
        None => {
            let length = frames::of_adts(file)?;
            (Container::Adts, length.ok_or_else(|| invalid("it has no audio that can be recognized"))?)
        }
    };
    let mut media = MediaFile { milliseconds: Some(length.milliseconds), ..MediaFile::default() };
    media.declared_size = length.declared_size;
    let cover = of_id3(file, start, &mut media);
    Ok((container, (media, cover)))
}

/// Reads the tags of a file of frames: those before and behind the frames, without what is between.
fn of_id3(file: &mut Blocks, start: u64, media: &mut MediaFile) -> Cover {
    let last = id3v1(file).unwrap_or_default();
    let size = file.size();
    let raw = file.bytes_at(0, start.min(id3::MAX_TAG as u64) as usize).ok()?;
    let mut bytes = raw.clone();
    bytes.extend(FRAMES.iter().copied().cycle().take(FRAMES.len() * 2));
    // Lyrics and APE at the end.
    let end = size.saturating_sub(SAMPLE as u64).max(start);
    bytes.extend(file.bytes_at(end, SAMPLE).ok()?);
    let is_readable = id3::is_harmless(&mut |at, length| Ok(id3::part(&bytes, at, length)), 0).ok()?;
    let parsed = is_readable.then(|| MpegFile::read_from(&mut Cursor::new(bytes), options()));
    let Some(Ok(parsed)) = parsed else {
        media.tags = last;
        id3::complete(&mut media.tags, &raw);
        return None;
    };
    let tags = [parsed.id3v2().map(of_frames), parsed.ape().cloned().map(Tag::from)];
    if let Some(id3) = parsed.id3v2() {
        media.chapters = chapters(id3);
    }
    let tags: Vec<Tag> = tags.into_iter().flatten().collect();
    media.tags = if tags.is_empty() { last } else { Tags::of(&tags, parsed.id3v2().is_some_and(is_latin)) };
    id3::complete(&mut media.tags, &raw);
    cover(&tags)
}

/// Returns a tag with one comment: the one without a description, else one that is not a value of iTunes, else what ffmpeg
/// writes.
fn of_frames(id3: &Id3v2Tag) -> Tag {
    let mut tag = Tag::from(id3.clone());
    let comments = || {
        id3.into_iter().filter_map(|frame| match frame {
            Frame::Comment(text) => Some((&*text.description, &*text.content)),
            _ => None,
        })
    };
    let longest = |is_wanted: &dyn Fn(&str) -> bool| {
        let wanted = comments().filter(|(description, text)| is_wanted(description) && !is_internal(text));
        wanted.map(|(_, text)| text).max_by_key(|text| (text.len(), *text))
    };
    let user = |name: &str| {
        id3.into_iter().find_map(|frame| match frame {
            Frame::UserText(text) if text.description.eq_ignore_ascii_case(name) => Some(&*text.content),
            _ => None,
        })
    };
    let is_of_itunes = |text: &str| text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("itun"));
    let comment = longest(&|description| description.trim().is_empty())
        .or_else(|| longest(&|description| !is_of_itunes(description)))
        .or_else(|| ["comment", "description"].into_iter().find_map(user))
        .map(str::to_owned);
    tag.remove_key(ItemKey::Comment);
    if let Some(comment) = comment {
        tag.insert_text(ItemKey::Comment, comment);
    }
    tag
}

/// Reads the tag at the end of a file ([ID3v1](https://id3.org/ID3v1)), whose encoding nobody knows.
fn id3v1(file: &mut Blocks) -> io::Result<Tags> {
    let start = file.size().saturating_sub(128);
    let bytes = file.bytes_at(start, 128)?;
    if bytes.len() < 128 || !bytes.starts_with(b"TAG") {
        return Ok(Tags::default());
    }
    let text = |from: usize, to: usize| {
        let text: String =
            bytes[from..to].iter().take_while(|byte| **byte != 0).map(|byte| char::from(*byte)).collect();
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    let mut tags = Tags {
        title: text(3, 33),
        artists: text(33, 63).into_iter().collect(),
        album: text(63, 93),
        date: text(93, 97),
        comment: text(97, 125),
        track: (bytes[125] == 0 && bytes[126] > 0).then(|| u32::from(bytes[126])),
        ..Tags::default()
    };
    tags.repair();
    Ok(tags)
}

/// A silent frame: MPEG 1, layer 3, 32 kbit/s, 44.1 kHz, mono. Parsers expect audio behind a tag.
const FRAMES: &[u8; 104] = &{
    let mut frame = [0; 104];
    frame[0] = 0xff;
    frame[1] = 0xfb;
    frame[2] = 0x10;
    frame[3] = 0xc4;
    frame
};

fn options() -> ParseOptions {
    ParseOptions::new().parsing_mode(ParsingMode::Relaxed).read_properties(false)
}

fn of_lofty(file: &mut Blocks, kind: Option<FileType>) -> Result<(MediaFile, Cover), io::Error> {
    // The tag in front of FLAC.
    if !id3::is_harmless(&mut |at, length| file.bytes_at(at, length), 0)? {
        return Err(invalid("the tag in front has too many frames, compressed ones or frames in frames"));
    }
    file.read_at(0, &mut [])?;
    let probe = match kind {
        Some(kind) => Probe::with_file_type(&mut *file, kind),
        None => Probe::new(&mut *file).guess_file_type()?,
    };
    let parsed = probe.options(options().read_properties(true)).read();
    let parsed = parsed.map_err(|error| match error.to_string() {
        text if text.is_empty() => invalid("its headers are broken"),
        text => invalid(text),
    })?;
    let milliseconds = u64::try_from(parsed.properties().duration().as_millis()).ok();
    let media = MediaFile {
        milliseconds: milliseconds.filter(|length| *length > 0),
        tags: Tags::of(parsed.tags(), false),
        ..MediaFile::default()
    };
    Ok((media, cover(parsed.tags())))
}

/// Number of bytes at the end of a file in which its last page begins: pages have at most 64 KiB.
const LAST_PAGE: u64 = 128 << 10;

fn of_ogg(file: &mut Blocks) -> Result<(MediaFile, Cover), io::Error> {
    let ogg = ogg(file)?;
    // Other parsers search for the last page in the whole file.
    let parsed = if ogg.is_known { of_tags(file) } else { of_lofty(file, None) };
    let (mut media, cover) = match parsed {
        Ok(found) => found,
        Err(_) if ogg.milliseconds.is_some() => Default::default(),
        Err(error) => return Err(error),
    };
    if ogg.is_flac {
        media.tags = named(&ogg_flac::comments(file)?);
    }
    media.milliseconds = ogg.milliseconds.or(media.milliseconds);
    media.declared_size = ogg.declared_size;
    Ok((media, cover))
}

/// Returns the length of Vorbis or Opus in Ogg ([RFC 3533](https://www.rfc-editor.org/rfc/rfc3533)): the position of the
/// last page that has one. A file that was cut has a page at its end that is not complete.
fn ogg(file: &mut Blocks) -> io::Result<Ogg> {
    let mut found = Ogg::default();
    let first = file.bytes_at(0, 128)?;
    let serial = first.get(14..18).unwrap_or_default().to_vec();
    let packet = first.get(27 + usize::from(*first.get(26).unwrap_or(&0))..).unwrap_or_default();
    let little = |at: usize, size: usize| -> Option<u64> {
        let bytes = packet.get(at..at + size)?;
        Some(bytes.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte)))
    };
    let (rate, skipped) = match packet {
        [1, b'v', b'o', b'r', b'b', b'i', b's', ..] => (little(12, 4), 0),
        [b'O', b'p', b'u', b's', b'H', b'e', b'a', b'd', ..] => {
            (Some(48_000), little(10, 2).unwrap_or_default())
        }
        // The block STREAMINFO has the rate in 20 bits.
        [0x7f, b'F', b'L', b'A', b'C', ..] => {
            found.is_flac = true;
            let bits = packet.get(27..30).unwrap_or_default();
            (Some(bits.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)) >> 4), 0)
        }
        _ => return Ok(found),
    };
    found.is_known = true;
    let start = file.size().saturating_sub(LAST_PAGE);
    let end = file.bytes_at(start, LAST_PAGE as usize)?;
    let pages = memchr::memmem::rfind_iter(&end, b"OggS").take(MAX_PAGES);
    let position = pages.into_iter().find_map(|at| {
        let page = end.get(at..at + 27).filter(|page| page[14..18] == serial)?;
        let segments = end.get(at + 27..at + 27 + usize::from(page[26]));
        let content = segments.map(|all| all.iter().map(|length| usize::from(*length)).sum::<usize>());
        let stop = content.map_or(usize::MAX, |content| at + 27 + usize::from(page[26]) + content);
        if stop > end.len() {
            found.declared_size = Some(start + stop.min(1 << 20) as u64);
            return None;
        }
        let position = i64::from_le_bytes(page.get(6..14)?.try_into().ok()?);
        (position > 0).then_some(position.cast_unsigned())
    });
    let position = match position {
        // The end of the file is not Ogg.
        None if found.declared_size.is_none() => last_position(file, &serial)?,
        found => found,
    };
    let samples = position.map(|position| position.saturating_sub(skipped));
    let rate = rate.filter(|rate| *rate > 0);
    found.milliseconds = samples.zip(rate).map(|(samples, rate)| samples.saturating_mul(1000) / rate);
    Ok(found)
}

/// Returns the position of the last page of a stream, going from page to page from the start of the file.
fn last_position(file: &mut Blocks, serial: &[u8]) -> io::Result<Option<u64>> {
    file.allow(MAX_PAGE_BYTES);
    let (mut at, mut last) = (0_u64, None);
    loop {
        work::step(1);
        let page = match file.bytes_at(at, 27 + 255) {
            Ok(page) if page.starts_with(b"OggS") && page.len() > 27 => page,
            Err(error) if error.kind() == io::ErrorKind::QuotaExceeded => return Ok(None),
            Err(error) => return Err(error),
            _ => return Ok(last),
        };
        let position = page.get(6..14).and_then(|bytes| bytes.try_into().ok()).map_or(0, i64::from_le_bytes);
        if page.get(14..18) == Some(serial) && position > 0 {
            last = Some(position.cast_unsigned());
        }
        let segments = usize::from(page[26]);
        let content: u64 = page[27..].iter().take(segments).map(|length| u64::from(*length)).sum();
        at += (27 + segments) as u64 + content;
    }
}

/// Number of bytes that are read to find the last page.
const MAX_PAGE_BYTES: u64 = 128 << 20;

/// Result of reading a file in Ogg.
#[derive(Default)]
struct Ogg {
    /// True if it is Vorbis, Opus or FLAC.
    is_known: bool,
    is_flac: bool,
    milliseconds: Option<u64>,
    declared_size: Option<u64>,
}

/// Reads the tags of a file without its length.
fn of_tags(file: &mut Blocks) -> Result<(MediaFile, Cover), io::Error> {
    file.read_at(0, &mut [])?;
    let parsed = Probe::new(&mut *file).guess_file_type()?.options(options()).read();
    let parsed = parsed.map_err(|error| invalid(error.to_string()))?;
    let media = MediaFile { tags: Tags::of(parsed.tags(), false), ..MediaFile::default() };
    Ok((media, cover(parsed.tags())))
}

/// Maximum number of places that look like a page.
const MAX_PAGES: usize = 1000;

fn of_wav(file: &mut Blocks) -> Result<(MediaFile, Cover), io::Error> {
    let wav = wav::read(file)?;
    let parsed = if wav.has_harmful_tag { None } else { of_lofty(file, Some(FileType::Wav)).ok() };
    let (mut media, cover) = parsed.unwrap_or_default();
    media.milliseconds = wav.milliseconds.or(media.milliseconds);
    media.declared_size = wav.declared_size;
    if media.tags == Tags::default() {
        media.tags = wav.tags;
    }
    if media.milliseconds.is_none() {
        return Err(invalid("it has no audio that can be recognized"));
    }
    media.tags.repair();
    Ok((media, cover))
}

fn of_mp4(file: &mut Blocks) -> Result<(MediaFile, Cover), io::Error> {
    let boxes = boxes::read(file)?;
    let is_truncated = boxes.declared_size > file.size();
    let (mut media, cover) = match of_lofty(file, Some(FileType::Mp4)) {
        Ok(found) => found,
        // A video without audio has neither properties nor tags there.
        Err(_) if boxes.milliseconds.is_some() => {
            file.read_at(0, &mut [])?;
            let parsed = Probe::with_file_type(&mut *file, FileType::Mp4).options(options()).read();
            let parsed = parsed.ok();
            let tags = parsed.as_ref().map(|parsed| parsed.tags()).unwrap_or_default();
            (MediaFile { tags: Tags::of(tags, false), ..MediaFile::default() }, cover(tags))
        }
        Err(_) if is_truncated => {
            return Err(invalid("it ends before its index: the recording or the download is incomplete"));
        }
        Err(error) => return Err(error),
    };
    media.milliseconds = media.milliseconds.or(boxes.milliseconds);
    media.has_video = boxes.has_video;
    media.chapters = boxes.chapters;
    media.declared_size = is_truncated.then_some(boxes.declared_size);
    if media.milliseconds.is_none() {
        return Err(invalid("it has no audio and no video"));
    }
    Ok((media, cover))
}

/// Returns what tags with names of Matroska or Vorbis say. The names are in capital letters.
fn named(tags: &[(String, String)]) -> Tags {
    let get = |names: &[&str]| {
        let one = |name: &&str| tags.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        names.iter().find_map(one).filter(|value| !value.trim().is_empty())
    };
    let number = |names: &[&str]| get(names).and_then(|text| number(&text));
    let artists = tags.iter().filter(|(name, _)| ["ARTIST", "LEAD_PERFORMER"].contains(&name.as_str()));
    Tags {
        title: get(&["TITLE"]),
        artists: unique(artists.map(|(_, artist)| artist.trim().to_owned()).collect()),
        album: get(&["ALBUM"]),
        album_artist: get(&["ALBUM_ARTIST", "ALBUMARTIST"]),
        date: get(&["DATE_RELEASED", "DATE", "DATE_RECORDED"]),
        comment: get(&["DESCRIPTION", "SYNOPSIS", "COMMENT"]),
        lyrics: get(&["LYRICS"]),
        track: number(&["TRACK", "PART_NUMBER", "TRACKNUMBER"]),
        disc: number(&["DISC", "DISCNUMBER"]),
        discs: number(&["DISCTOTAL", "TOTALDISCS"]),
        genre: get(&["GENRE"]),
        language: get(&["LANGUAGE"]),
        copyright: get(&["COPYRIGHT"]),
        page: get(&["URL"]),
        id: None,
    }
}

fn of_webm(file: &mut Blocks) -> Result<(MediaFile, Cover), io::Error> {
    let found = webm::read(file)?.ok_or_else(|| invalid("its headers are broken"))?;
    let tags = named(&found.tags);
    let media = MediaFile {
        milliseconds: found.milliseconds,
        has_video: found.has_video,
        declared_size: found.declared_size,
        chapters: found.chapters,
        tags,
        ..MediaFile::default()
    };
    Ok((media, None))
}

/// True if a text of a tag that is not ASCII is marked as Latin-1, which old programs write whatever the encoding is.
fn is_latin(tag: &Id3v2Tag) -> bool {
    tag.into_iter().any(|frame| match frame {
        Frame::Text(text) => text.encoding == TextEncoding::Latin1 && !text.value.is_ascii(),
        Frame::Comment(text) => text.encoding == TextEncoding::Latin1 && !text.content.is_ascii(),
        _ => false,
    })
}

fn chapters(tag: &Id3v2Tag) -> Vec<Chapter> {
    let mut chapters: Vec<Chapter> = tag
        .into_iter()
        .filter_map(|frame| {
            let Frame::Chapter(chapter) = frame else { return None };
            let title = chapter.title().unwrap_or_default();
            let url = match chapter.children.get(&FrameId::Valid("WXXX".into())) {
                Some(Frame::UserUrl(link)) => link.content.parse().ok(),
                _ => None,
            };
            Some(Chapter { start: chapter.times.start.into(), title: title.to_owned(), url, image: None })
        })
        .collect();
    chapters.sort_by_key(|chapter| chapter.start);
    chapters
}

/// Returns the front cover, else the first image.
fn cover(tags: &[Tag]) -> Cover {
    let pictures = || tags.iter().flat_map(Tag::pictures);
    let front = pictures().find(|picture| picture.pic_type() == PictureType::CoverFront);
    let picture: &Picture = front.or_else(|| pictures().next())?;
    let bytes = picture.data();
    let extension = match bytes {
        [0xff, 0xd8, 0xff, ..] => "jpg",
        [0x89, b'P', b'N', b'G', ..] => "png",
        [b'G', b'I', b'F', ..] => "gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "webp",
        _ => return None,
    };
    (bytes.len() <= MAX_COVER).then(|| (bytes.to_vec(), extension.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns an ID3v2.4 tag of these frames, and some audio.
    fn id3(frames: &[u8]) -> Vec<u8> {
        let size = [21, 14, 7, 0].map(|shift| (frames.len() >> shift) as u8 & 0x7f);
        [b"ID3\x04\0\0", &size[..], frames, &FRAMES.repeat(40)].concat()
    }

    fn harmless(bytes: &[u8]) -> bool {
        id3::is_harmless(&mut |at, length| Ok(id3::part(bytes, at, length)), 0).unwrap()
    }

    /// Returns a page of Ogg with a packet of at most 254 bytes, or the beginning of a longer one.
    fn page(packet: &[u8]) -> Vec<u8> {
        let lengths = packet.chunks(255).map(|part| part.len() as u8);
        let segments: Vec<u8> = lengths.collect();
        let mut page = b"OggS\0\0\0\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\0\0\0\0".to_vec();
        page.push(segments.len() as u8);
        [page, segments, packet.to_vec()].concat()
    }

    /// Returns a stream of FLAC in Ogg whose comments are these bytes, in pages of full segments.
    fn flac(comments: &[u8]) -> Vec<u8> {
        let mut all =
            page(b"\x7fFLAC\x01\0\0\x01fLaC\0\0\0\x22\x10\0\x10\0\0\0\0\0\0\0\x0a\xc4\x40\xf0\0\0\0\0");
        let mut packet = b"\x04\0\0\0\0\0\0\0\xff\xff\xff\0".to_vec();
        packet.extend(comments);
        packet.resize(packet.len().next_multiple_of(255), 0);
        packet.chunks(255 * 200).for_each(|part| all.extend(page(part)));
        all.extend(page(b"end"));
        all
    }

    fn mp4_box(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        [&(content.len() as u32 + 8).to_be_bytes()[..], kind, content].concat()
    }

    #[test]
    fn tags_of_flac_in_ogg_are_read() {
        let file = flac(b"\x09\0\0\0title=Hi!\x0a\0\0\0ARTIST=Ann\x09\0\0\0DATE=2024\xff\xff\xff\xff");
        let read = read(Box::new(Cursor::new(file))).unwrap();
        let tags = read.file.tags;
        assert_eq!((tags.title.as_deref(), tags.artists), (Some("Hi!"), vec!["Ann".to_owned()]));
        assert_eq!(tags.date.as_deref(), Some("2024"));
    }

    /// Builds a file from a number of parts.
    type Shape = fn(usize) -> Vec<u8>;

    #[test]
    fn tags_with_many_frames_are_read_without_the_parser_that_compares_all_of_them() {
        for (count, is_many) in [(1000, false), (3000, true)] {
            let frames: Vec<u8> =
                (0..count).flat_map(|n| format!("PRIV\0\0\0\x07\0\0o{n:04}\0x").into_bytes()).collect();
            let bytes = id3(&[&b"TIT2\0\0\0\x03\0\0\x03Hi"[..], &frames].concat());
            assert_eq!(harmless(&bytes), !is_many);
            assert_eq!(read(Box::new(Cursor::new(bytes))).unwrap().file.tags.title.as_deref(), Some("Hi"));
        }
    }

    fn frame(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let size = [21, 14, 7, 0].map(|shift| (content.len() >> shift) as u8 & 0x7f);
        [&name[..], &size, b"\0\0", content].concat()
    }

    /// Other parsers overflow the stack, fill the memory or take quadratic time.
    #[test]
    fn harmful_tags_are_read_without_other_parsers() {
        let chapter = |inside: &[u8]| frame(b"CHAP", &[&b"c\0"[..], &[0; 16], inside].concat());
        let contents = |inside: &[u8]| frame(b"CTOC", &[&b"t\0\x03\x02a\0b\0"[..], inside].concat());
        let title = frame(b"TIT2", b"\x03Hi");
        let nested = (0..2000).fold(Vec::new(), |inside, _| chapter(&inside));
        let mut compressed = frame(b"COMM", &[1; 200]);
        compressed[9] = 0x08;
        let many: Vec<u8> =
            (0..3000).flat_map(|n| frame(b"TXXX", format!("\x03{n}\0x").as_bytes())).collect();
        for (frames, is_harmless) in [
            (chapter(&title), true),
            (contents(&title), true),
            (chapter(&chapter(&[])), false),
            (contents(&chapter(&[])), false),
            (nested, false),
            (compressed, false),
            (chapter(&many), false),
            (contents(&many), false),
            (frame(b"TCON", &b"(1)".repeat(2000)), false),
            (frame(b"TPE1", &vec![b'x'; 65 << 10]), false),
            (frame(b"TXXX", &vec![b'x'; 65 << 10]), true),
            (frame(b"TXXX", &vec![b'x'; 2 << 20]), false),
            (frame(b"APIC", &vec![b'x'; 2 << 20]), true),
        ] {
            let bytes = id3(&[&title[..], &frames].concat());
            let name = String::from_utf8_lossy(&frames[..4]).into_owned();
            assert_eq!(harmless(&bytes), is_harmless, "{name}");
            assert_eq!(read(Box::new(Cursor::new(bytes))).unwrap().file.tags.title.as_deref(), Some("Hi"));
        }
    }

    /// A file that fails from some read on.
    struct Failing(Cursor<Vec<u8>>, usize);

    impl io::Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.1 = self.1.checked_sub(1).ok_or(io::ErrorKind::OutOfMemory)?;
            self.0.read(buffer)
        }
    }

    impl io::Seek for Failing {
        fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }

    #[test]
    fn an_error_of_the_system_is_never_a_fault_of_the_file() {
        let flac = [
            &b"fLaC\x84\0\0\x22\x10\0\x10\0\0\0\0\0\0\0\x0a\xc4\x40\xf0\0\0\x10\0"[..],
            &[0; 16],
            &[0xff; 40_000],
        ];
        let mpeg = id3(&frame(b"TIT2", b"\x03Hi"));
        let ogg = [page(b"\x01vorbis\0\0\0\0\x02\x44\xac\0\0"), page(b"x").repeat(3000)].concat();
        let mp4 = [mp4_box(b"ftyp", b"M4A \0\0\0\0"), mp4_box(b"mdat", &[0; 40_000]), mp4_box(b"moov", b"")];
        for file in [flac.concat(), mpeg, ogg, mp4.concat()] {
            for reads in 0.. {
                let failing = Box::new(Failing(Cursor::new(file.clone()), reads));
                match read(failing) {
                    Err(error) if error.kind() == io::ErrorKind::OutOfMemory => assert!(reads < 1000),
                    _ if reads > 0 => break,
                    _ => panic!("the first read fails"),
                }
            }
            assert!(
                !matches!(read(Box::new(Cursor::new(file))), Err(error) if error.kind() == io::ErrorKind::OutOfMemory)
            );
        }
    }

    #[test]
    fn twice_the_file_takes_twice_the_work() {
        let shapes: [(&str, Shape); 12] = [
            ("texts of ID3", |n| id3(&b"TIT2\0\0\0\x03\0\0\x03Hi".repeat(n))),
            ("comments of ID3", |n| id3(&b"COMM\0\0\0\x07\0\0\x03eng\0Hi".repeat(n))),
            ("chapters of ID3", |n| {
                id3(&b"CHAP\0\0\0\x12\0\0c\0\0\0\0\0\0\0\0\x09\xff\xff\xff\xff\xff\xff\xff\xff".repeat(n))
            }),
            ("frames", |n| {
                let mut other = [0; 417];
                other[..4].copy_from_slice(b"\xff\xfb\x90\xc4");
                [&FRAMES[..], &other].concat().repeat(n)
            }),
            ("frames of ADTS", |n| b"\xff\xf1\x50\x80\x01\x7f\xfc\0\0\0\0".repeat(n)),
            ("pages without a position", |n| {
                let first = page(b"\x01vorbis\0\0\0\0\x02\x44\xac\0\0");
                [first, page(b"x").repeat(n), vec![b'x'; 200_000]].concat()
            }),
            ("comments of FLAC in Ogg", |n| flac(&b"\x08\0\0\0TITLE=Hi".repeat(n))),
            ("boxes", |n| [mp4_box(b"ftyp", b"M4A \0\0\0\0"), mp4_box(b"free", b"").repeat(n)].concat()),
            ("boxes that end behind those around them", |n| {
                let track = mp4_box(b"trak", &b"\0\0\0\x10mdia\x7f\xff\xff\xffmdia".repeat(n));
                [mp4_box(b"ftyp", b"M4A \0\0\0\0"), mp4_box(b"moov", &track)].concat()
            }),
            ("fragments", |n| {
                let fragment = [mp4_box(b"moof", &mp4_box(b"traf", b"")), mp4_box(b"mdat", b"x")].concat();
                [mp4_box(b"ftyp", b"M4A \0\0\0\0"), mp4_box(b"moov", b""), fragment.repeat(n)].concat()
            }),
            ("chunks", |n| [&b"RIFF\xff\xff\xff\x7fWAVE"[..], &b"junk\x02\0\0\0ab".repeat(n)].concat()),
            ("texts of a list", |n| {
                let texts = b"INAM\x02\0\0\0ab".repeat(n);
                let size = (texts.len() as u32 + 4).to_le_bytes();
                [&b"RIFF\xff\xff\xff\x7fWAVELIST"[..], &size, b"INFO", &texts].concat()
            }),
        ];
        for (name, shape) in shapes {
            let cost = |number: usize| {
                let file = shape(number);
                let size = file.len() as u64;
                let (result, steps) = work::count(|| read(Box::new(Cursor::new(file))));
                // Blocks are read again if a parser goes back and forth.
                assert!(
                    result.map_or(0, |read| read.bytes) <= 4 * size + (1 << 20),
                    "{name}: reads too much"
                );
                steps.max(1)
            };
            let (once, twice) = (cost(2000), cost(4000));
            assert!(twice as f64 / once as f64 <= 2.3, "{name}: {once} and {twice} steps");
        }
    }
}
