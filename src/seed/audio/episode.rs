//! An episode: what a media file, the files next to it, and its name say together.

use std::ffi::OsStr;
use std::ops::Range;

use chrono::{DateTime, Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use url::Url;

use super::group::{Role, language, role};
use super::read::MediaFile;
use super::{COVERS_FOLDER, chapters};
use crate::diag::{Finding, codes};
use crate::generator::date;
use crate::html::{Medium, xml_text};
use crate::model::{Enclosure, Image, Person, Transcript};
use crate::seed::metadata::{Field, language_tag};
use crate::seed::notes::{self, Notes};
use crate::seed::{Fault, Head, Origin, link, not_an_article, title};
use crate::types::{Bytes, MediaType, UnixMs, is_http};

/// A recording, as the catalog keeps it: what was read from its files, so that they need not be read again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Recording {
    /// Time of the last change of its main file.
    pub(crate) saved: UnixMs,
    /// Main file.
    pub(crate) main: MediaFile,
    /// Other files of the same recording, by name.
    pub(crate) others: Vec<(String, MediaFile)>,
    /// Names of the other files that belong to it.
    pub(crate) companions: Vec<String>,
    /// Name of the image that stands for its folder.
    pub(crate) folder_cover: Option<String>,
}

impl Recording {
    /// Encodes it for the catalog.
    #[must_use]
    pub(crate) fn encode(&self) -> Vec<u8> {
        // Serializing to memory fails only if a length is unknown, and all are known.
        postcard::to_stdvec(self).unwrap_or_default()
    }

    /// Decodes it; `None` if the bytes are not one.
    #[must_use]
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }

    /// Returns the language in its tags.
    #[must_use]
    pub(crate) fn language(&self) -> Option<&str> {
        self.main.tags.language.as_deref().and_then(two_letters).filter(|tag| language_tag(tag).is_some())
    }

    /// Returns the name of the file with its text.
    #[must_use]
    pub(crate) fn notes(&self, main: &OsStr) -> Option<&str> {
        let stem = stem(main);
        let ranked = self.companions.iter().filter_map(|name| match role(name, &stem)? {
            Role::Notes(rank) => Some((rank, name)),
            _ => None,
        });
        ranked.min().map(|(_, name)| name.as_str())
    }

    /// Returns the name of the file with its chapters.
    #[must_use]
    pub(crate) fn chapters(&self, main: &OsStr) -> Option<&str> {
        let stem = stem(main);
        self.companions.iter().find(|name| role(name, &stem) == Some(Role::Chapters)).map(String::as_str)
    }

    /// Returns the names of files that players request: other media, transcripts, chapters and images. The main file is not
    /// among them.
    pub(crate) fn published<'a>(&'a self, main: &OsStr) -> impl Iterator<Item = &'a str> {
        let stem = stem(main);
        let notes = self.notes(main).map(str::to_owned);
        let own = self.companions.iter().filter(move |name| {
            role(name, &stem).is_some_and(|role| !matches!(role, Role::Notes(_) | Role::Media))
                || is_text(name, &stem, notes.as_deref())
        });
        let others = self.others.iter().map(|(name, _)| name);
        others.chain(own).chain(&self.folder_cover).map(String::as_str)
    }
}

/// True if a file that could be the text of an episode is a transcript, because another file is the text.
fn is_text(name: &str, stem: &str, notes: Option<&str>) -> bool {
    matches!(role(name, stem), Some(Role::Notes(rank)) if rank > 0 && notes.is_some_and(|notes| notes != name))
}

fn stem(name: &OsStr) -> String {
    std::path::Path::new(name).file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Where a date is from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DateSource {
    Notes,
    Tag,
    Name,
    File,
}

/// Returns the head of an episode. `text` is that of its notes, or at least their beginning.
///
/// # Errors
/// The reason why it is not an article, or the problem in its notes.
pub(crate) fn episode(
    recording: &Recording,
    text: Option<&str>,
    origin: &Origin<'_>,
    findings: &mut Vec<Finding>,
) -> Result<Head, Fault> {
    if let Some(why) = origin.exclusion_reason() {
        return Err(not_an_article(why));
    }
    let stem = origin.stem();
    let file = &recording.main;
    let tags = &file.tags;
    let address = origin.media_url(origin.name);
    let notes = text.map(notes::read).transpose()?;
    if let Some(why) = notes.as_ref().and_then(Notes::exclusion_reason) {
        return Err(not_an_article(why));
    }
    let own_link =
        notes.as_ref().and_then(Notes::link).or_else(|| tags.page.clone().filter(|page| is_http(page)));
    let link = link::read(own_link.as_deref().unwrap_or(address.as_str()), 0, 0, findings)?;
    let (time, source) = time(recording, notes.as_ref(), origin)?;
    if source == DateSource::File {
        let detail = "used the time of the file's last change";
        findings.push(Finding::in_text(&codes::AUDIO_DATE, 0, 0, detail));
    }
    if let Some(declared) = file.declared_size {
        let detail = format!("it has {} of {} bytes", file.size, declared);
        findings.push(Finding::in_text(&codes::AUDIO_TRUNCATED, 0, 0, detail));
    }
    let mut head = Head::new(time, String::new(), link);
    head.title = [
        notes.as_ref().map(Notes::title),
        tags.title.as_deref().map(|text| title::visible(&xml_text(text))),
        notes.as_ref().and_then(Notes::heading),
    ]
    .into_iter()
    .flatten()
    .find(|title| !title.is_empty())
    .unwrap_or_else(|| title_of_name(&stem));
    let mut metadata = match &notes {
        // Relative addresses are those of files next to the media file.
        Some(notes) => notes.metadata(address.as_str(), origin, findings),
        None => Default::default(),
    };
    if let Some(notes) = &notes {
        let unzoned = origin.addresses.unzoned();
        head.updated = notes.date(Field::Updated, unzoned)?.filter(|updated| *updated > time);
        head.until = notes.date(Field::Expires, unzoned)?;
    }
    if metadata.authors.is_empty()
        && let Some(artist) = tags.artist.as_deref().or(tags.album_artist.as_deref())
    {
        metadata.authors = vec![Person::new(title::visible(&xml_text(artist)))];
    }
    metadata.language =
        metadata.language.or_else(|| language_tag(tags.language.as_deref().and_then(two_letters)?));
    metadata.id = metadata.id.or_else(|| tags.id.clone().filter(|id| Url::parse(id).is_ok()));
    metadata.image = metadata.image.or_else(|| image(recording, origin));
    let episode = metadata.episode.get_or_insert_default();
    episode.season = episode.season.or(tags.disc.filter(|_| tags.track.is_some() && is_season(tags.disc)));
    let files = std::iter::once((origin.name.to_string_lossy().into_owned(), file))
        .chain(recording.others.iter().map(|(name, file)| (name.clone(), file)));
    let duration = metadata.media.first().and_then(|own| own.duration).or(episode_duration(notes.as_ref()));
    let mut media = Vec::new();
    for (number, (name, file)) in files.enumerate() {
        let url = if number == 0 { address.clone() } else { origin.media_url(OsStr::new(&name)) };
        let mut enclosure = enclosure(url, &name, file);
        if number == 0 {
            enclosure.duration = duration.or(enclosure.duration);
        }
        enclosure.is_alternative = number > 0;
        media.push(enclosure);
    }
    // A file that the notes name comes after it: it is another version, or a supplement.
    media.extend(std::mem::take(&mut metadata.media).into_iter().filter(|own| own.url != address));
    metadata.media = media;
    let mut transcripts = Vec::new();
    let notes_name = recording.notes(origin.name);
    for name in &recording.companions {
        let is_transcript = role(name, &stem) == Some(Role::Transcript) || is_text(name, &stem, notes_name);
        if let Some(media_type) = transcript_type(name).filter(|_| is_transcript) {
            let language = language(name, &stem).and_then(language_tag);
            transcripts.push(Transcript { url: origin.media_url(OsStr::new(name)), media_type, language });
        }
    }
    if episode.transcripts.is_empty() {
        episode.transcripts = transcripts;
    }
    if episode.chapters_url.is_none()
        && let Some(name) = recording.chapters(origin.name)
    {
        episode.chapters_url = Some(origin.media_url(OsStr::new(name)));
    }
    episode.chapters.clone_from(&file.chapters);
    head.metadata = metadata;
    Ok(head)
}

/// Returns the body of an episode as raw HTML: its notes, else the text in its tags. Adds the chapters of a file to the head.
pub(crate) fn body(
    recording: &Recording,
    text: Option<&str>,
    chapters_file: Option<&str>,
    head: &mut Head,
    origin: &Origin<'_>,
    findings: &mut Vec<Finding>,
) -> String {
    if let Some(text) = chapters_file {
        match chapters::read(text) {
            Ok(read) => head.metadata.episode.get_or_insert_default().chapters = read,
            Err(why) => findings.push(Finding::in_text(&codes::AUDIO_CHAPTERS, 0, 0, why)),
        }
    }
    if let (Some(text), Some(name)) = (text, recording.notes(origin.name)) {
        let body = notes::html(text, OsStr::new(name), head, origin, findings);
        if !body.trim().is_empty() {
            return body;
        }
    }
    let tags = &recording.main.tags;
    let text = tags.comment.as_deref().or(tags.lyrics.as_deref()).unwrap_or_default();
    notes::paragraphs(text)
}

/// Returns the time of an episode: that of its notes, its tags, its name or its file.
fn time(
    recording: &Recording,
    notes: Option<&Notes<'_>>,
    origin: &Origin<'_>,
) -> Result<(UnixMs, DateSource), Fault> {
    let unzoned = origin.addresses.unzoned();
    if let Some(time) = notes.map(|notes| notes.date(Field::Published, unzoned)).transpose()?.flatten() {
        return Ok((time, DateSource::Notes));
    }
    let tags = &recording.main.tags;
    let of_name = date_in(&origin.stem()).map(|(_, day)| day);
    // The tracks of an album have one date; they are in order within that day.
    let order =
        i64::from(tags.disc.unwrap_or(0).min(40)) * 2000 + i64::from(tags.track.unwrap_or(0).min(1999));
    let of_day = |day: NaiveDate| {
        let midnight = date::midnight(day, unzoned)?.instant;
        Some(UnixMs(midnight.0 + order * 1000))
    };
    let written = tags.date.as_deref().map(str::trim).unwrap_or_default();
    let year = written.parse::<i32>().ok().filter(|year| (1900..2200).contains(year));
    if let Some(year) = year {
        // A year alone is no date. The name and the file may know the day.
        if let Some(day) = of_name.filter(|day| day.year() == year)
            && let Some(time) = of_day(day)
        {
            return Ok((time, DateSource::Name));
        }
        let saved = DateTime::from_timestamp_millis(recording.saved.0).map(|saved| saved.year());
        if saved != Some(year)
            && let Some(time) = NaiveDate::from_ymd_opt(year, 1, 1).and_then(of_day)
        {
            return Ok((time, DateSource::Tag));
        }
    } else if let Some(day) = full_day(written) {
        let time =
            if written.len() > 10 { date::read(written, unzoned).map(|moment| moment.instant) } else { None };
        if let Some(time) = time.or_else(|| of_day(day)) {
            return Ok((time, DateSource::Tag));
        }
    }
    if let Some(time) = of_name.and_then(of_day) {
        return Ok((time, DateSource::Name));
    }
    Ok((recording.saved, DateSource::File))
}

/// Returns the day of `2024-05-31T…`, `2024-05-31`, `20240531` or `2024-05`, the first day of that month.
fn full_day(text: &str) -> Option<NaiveDate> {
    let digits: Vec<&str> = text.split(['-', 'T', ' ', '/', '.']).take(3).collect();
    let number = |at: usize| digits.get(at)?.parse::<u32>().ok();
    let (year, month, day) = match digits.first()?.len() {
        4 => (number(0)?, number(1)?, if digits.len() > 2 { number(2)? } else { 1 }),
        8 => return NaiveDate::parse_from_str(digits[0], "%Y%m%d").ok(),
        _ => return None,
    };
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
        .filter(|day| (1900..2200).contains(&day.year()))
}

/// Returns the first date in a file name, and where it is: `2024-05-31`, `2024_05_31`, `2024.05.31` or `20240531`.
fn date_in(name: &str) -> Option<(Range<usize>, NaiveDate)> {
    let bytes = name.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    (0..bytes.len()).filter(|at| is_digit(*at) && (*at == 0 || !is_digit(at - 1))).find_map(|at| {
        let length = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let day = match length {
            8 => NaiveDate::parse_from_str(name.get(at..at + 8)?, "%Y%m%d").ok()?,
            4 => {
                let text = name.get(at..at + 10)?;
                let mark = text.get(4..5).filter(|mark| ["-", "_", "."].contains(mark))?;
                let is_end = !is_digit(at + 10);
                NaiveDate::parse_from_str(text, &format!("%Y{mark}%m{mark}%d")).ok().filter(|_| is_end)?
            }
            _ => return None,
        };
        let end = at + if length == 8 { 8 } else { 10 };
        (1990..2200).contains(&day.year()).then_some((at..end, day))
    })
}

/// Returns a file name without the date at its start or end.
fn without_date(stem: &str) -> &str {
    let Some((date, _)) = date_in(stem) else { return stem };
    let is_mark =
        |c: char| !c.is_alphanumeric() && !matches!(c, '#' | '(' | '[' | '"' | '“' | '«' | '¿' | '¡');
    let (before, after) = (&stem[..date.start], &stem[date.end..]);
    if before.is_empty() {
        after.trim_start_matches(is_mark)
    } else if after.is_empty() {
        before.trim_end_matches([' ', '-', '_', '.', '–', '—', ',', ':'])
    } else {
        stem
    }
}

/// Returns the file name as a title: without a date in front or at its end, and with spaces between words.
fn title_of_name(stem: &str) -> String {
    let without = date::of_name(stem).map_or_else(|| without_date(stem), |(_, rest)| rest);
    let is_spaced = without.contains(' ');
    let text = without.replace('_', " ");
    let text = if is_spaced { text } else { text.replace('-', " ") };
    let text = crate::html::xml_line(&text);
    if text.contains(char::is_alphabetic) { text } else { stem.to_owned() }
}

/// True if the number of a disc may be that of a season: nearly every file has disc 1.
fn is_season(disc: Option<u32>) -> bool {
    disc.is_some_and(|disc| disc > 1)
}

fn episode_duration(notes: Option<&Notes<'_>>) -> Option<u64> {
    notes.and_then(Notes::duration)
}

fn enclosure(url: Url, name: &str, file: &MediaFile) -> Enclosure {
    let kind = extension_type(name, file.has_video);
    let is_video = kind.as_ref().is_some_and(|kind| kind.top() == "video");
    let mut enclosure = Enclosure::new(url, if is_video { Medium::Video } else { Medium::Audio });
    enclosure.media_type = kind;
    enclosure.length = Some(Bytes(file.size));
    enclosure.duration = file.milliseconds;
    enclosure
}

/// Returns the media type of a media file.
fn extension_type(name: &str, has_video: bool) -> Option<MediaType> {
    let extension = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    MediaType::parse(match (extension.as_str(), has_video) {
        ("mp3", _) => "audio/mpeg",
        ("m4a" | "m4b", _) => "audio/mp4",
        ("mp4", false) => "audio/mp4",
        ("mp4", true) => "video/mp4",
        ("m4v", _) => "video/x-m4v",
        ("aac", _) => "audio/aac",
        ("ogg", _) => "audio/ogg",
        ("opus", _) => "audio/opus",
        ("flac", _) => "audio/flac",
        ("wav", _) => "audio/wav",
        ("webm", false) => "audio/webm",
        _ => "video/webm",
    })
}

fn transcript_type(name: &str) -> Option<MediaType> {
    let extension = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    MediaType::parse(match extension.as_str() {
        "vtt" => "text/vtt",
        "srt" => "application/x-subrip",
        "json" => "application/json",
        "html" | "htm" => "text/html",
        "txt" => "text/plain",
        _ => return None,
    })
}

/// Returns the image of an episode: the file with its name, else the cover in its tags.
fn image(recording: &Recording, origin: &Origin<'_>) -> Option<Image> {
    let stem = origin.stem();
    let ranked = recording.companions.iter().filter_map(|name| match role(name, &stem)? {
        Role::Image(rank) => Some((rank, name)),
        _ => None,
    });
    if let Some((_, name)) = ranked.min() {
        return Some(Image::new(origin.media_url(OsStr::new(name))));
    }
    let (hash, extension) = recording.main.cover.as_ref()?;
    let feeds = origin.addresses.feeds.as_ref()?;
    feeds.join(&format!("{COVERS_FOLDER}/{}", cover_name(*hash, extension))).ok().map(Image::new)
}

/// Returns the name of the file of a cover.
#[must_use]
pub(crate) fn cover_name(hash: u128, extension: &str) -> String {
    format!("{:016x}.{extension}", (hash >> 64) as u64 ^ hash as u64)
}

/// Returns the two letters of a language for the three of ISO 639-2, which tags have; other tags are unchanged.
fn two_letters(tag: &str) -> Option<&str> {
    const CODES: &[(&str, &str)] = &[
        ("ara", "ar"),
        ("ces", "cs"),
        ("cze", "cs"),
        ("chi", "zh"),
        ("zho", "zh"),
        ("dan", "da"),
        ("deu", "de"),
        ("ger", "de"),
        ("dut", "nl"),
        ("nld", "nl"),
        ("ell", "el"),
        ("gre", "el"),
        ("eng", "en"),
        ("fin", "fi"),
        ("fra", "fr"),
        ("fre", "fr"),
        ("heb", "he"),
        ("hin", "hi"),
        ("hun", "hu"),
        ("ita", "it"),
        ("jpn", "ja"),
        ("kor", "ko"),
        ("nor", "no"),
        ("pol", "pl"),
        ("por", "pt"),
        ("ron", "ro"),
        ("rum", "ro"),
        ("rus", "ru"),
        ("spa", "es"),
        ("swe", "sv"),
        ("tur", "tr"),
        ("ukr", "uk"),
    ];
    let lower = tag.to_ascii_lowercase();
    // Programs write these instead of a language.
    if ["xxx", "und", "zxx", "mul"].contains(&lower.as_str()) {
        return None;
    }
    Some(CODES.iter().find(|(three, _)| *three == lower).map_or(tag, |(_, two)| two))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_found_in_a_file_name() {
        let day = |name: &str| date_in(name).map(|(_, day)| day.to_string());
        for name in ["2024-05-31-talk", "talk_20240531", "talk 2024.05.31 b", "2024_05_31"] {
            assert_eq!(day(name).as_deref(), Some("2024-05-31"), "{name}");
        }
        for name in ["ep 2024", "talk-20241331", "123456789", "1024-05-31", "2024-05-311"] {
            assert_eq!(day(name), None, "{name}");
        }
    }

    #[test]
    fn a_file_name_becomes_a_title() {
        for (stem, expected) in [
            ("2024-05-31-the-lock", "the lock"),
            ("The_lock - part 2", "The lock - part 2"),
            ("ep1", "ep1"),
            ("2024-05-31", "2024-05-31"),
            ("2024-05-31 日本語", "日本語"),
            ("20240601_special #1", "special #1"),
            ("2024.06.01 – “Quotes”", "“Quotes”"),
            ("2024-06-01_#4 (live)", "#4 (live)"),
            ("The bridge (2024-06-01)", "The bridge (2024-06-01)"),
            ("the-bridge-20240601", "the bridge"),
            ("2023 in review", "2023 in review"),
            ("News of 2024-06-01 in brief", "News of 2024-06-01 in brief"),
        ] {
            assert_eq!(title_of_name(stem), expected);
        }
    }
}
