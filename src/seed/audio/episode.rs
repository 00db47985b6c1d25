//! An episode: what a media file, the files next to it, and its name say together.

use std::ffi::OsStr;
use std::ops::Range;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use url::Url;

use super::COVERS_FOLDER;
use super::group::{MEDIA, Role, language, role};
use super::read::{Container, MediaFile};
use crate::diag::{Finding, codes};
use crate::generator::date;
use crate::html::{Medium, xml_text};
use crate::model::{Enclosure, Image, Person, Transcript};
use crate::seed::metadata::{Field, language_tag};
use crate::seed::notes::{self, Notes};
use crate::seed::{Fault, Head, Origin, link, loose_date, not_an_article, remove_credentials, title};
use crate::types::{Bytes, MediaType, UnixMs, is_http, name_text};

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
    /// Path of the image that stands for its folder, relative to the root.
    pub(crate) folder_cover: Option<String>,
    /// Name of the file that is published as its main file, if that is not the one it is named for, which is broken.
    pub(crate) substitute: Option<String>,
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

    /// Returns the name of the file that is published as its main file.
    #[must_use]
    pub(crate) fn name<'a>(&'a self, main: &'a OsStr) -> &'a OsStr {
        self.substitute.as_deref().map_or(main, OsStr::new)
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

    /// Returns the names of files that players request: other media, transcripts and images. The main file, the chapters and
    /// the cover of the folder are not among them.
    pub(crate) fn published<'a>(&'a self, main: &OsStr) -> impl Iterator<Item = &'a str> {
        let stem = stem(main);
        let notes = self.notes(main).map(str::to_owned);
        // Its chapters are published if they are those of the episode, and valid.
        let is_other = |role| matches!(role, Role::Notes(_) | Role::Media | Role::Chapters);
        let own = self.companions.iter().filter(move |name| {
            role(name, &stem).is_some_and(|role| !is_other(role)) || is_text(name, &stem, notes.as_deref())
        });
        let others = self.others.iter().map(|(name, _)| name);
        others.chain(own).map(String::as_str)
    }
}

/// True if a file that could be the text of an episode is a transcript, because another file is the text.
fn is_text(name: &str, stem: &str, notes: Option<&str>) -> bool {
    matches!(role(name, stem), Some(Role::Notes(rank)) if rank > 0 && notes.is_some_and(|notes| notes != name))
}

fn stem(name: &OsStr) -> String {
    name_text(std::path::Path::new(name).file_stem().unwrap_or_default()).into_owned()
}

/// What a text is that is next to recordings and belongs to none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stray {
    /// Notes of a recording that is missing: its front matter says something that only episodes have.
    Notes,
    /// An article without an address of its own, or such notes.
    Article,
    /// A text without front matter.
    Text,
    /// An article with an address or a recording of its own.
    Other,
}

/// Returns what a text is that is next to recordings and belongs to none of them, from its beginning.
pub(crate) fn stray(text: &str) -> Stray {
    let Ok(notes) = notes::read(text) else { return Stray::Other };
    let shows_media = || MEDIA.iter().any(|extension| text.contains(&format!(".{extension}")));
    match notes.standing() {
        None => Stray::Text,
        Some(standing) if standing.has_address || standing.has_media => Stray::Other,
        Some(standing) if standing.is_episode => Stray::Notes,
        // It is an article about a recording.
        Some(_) if shows_media() => Stray::Other,
        Some(_) => Stray::Article,
    }
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
    let own_name = recording.name(origin.name);
    let address = origin.media_url(own_name);
    let notes = text.map(notes::read).transpose()?;
    if let Some(why) = notes.as_ref().and_then(Notes::exclusion_reason) {
        return Err(not_an_article(why));
    }
    let own_link =
        notes.as_ref().and_then(Notes::link).or_else(|| tags.page.clone().filter(|page| is_http(page)));
    let mut of_notes = Vec::new();
    let link = link::read(own_link.as_deref().unwrap_or(address.as_str()), 0, || 0, &mut of_notes)?;
    let (time, source) = time(recording, notes.as_ref(), origin)?;
    if source == DateSource::File {
        let detail = "used the time of the file's last change";
        findings.push(Finding::in_text(&codes::AUDIO_DATE, 0, 0, detail));
    }
    if let Some(declared) = file.declared_size {
        let detail = format!("it has {} of {} bytes", file.size, declared);
        findings.push(Finding::in_text(&codes::AUDIO_TRUNCATED, 0, 0, detail));
    }
    let shown_name = name_text(own_name);
    let extension = shown_name.rsplit('.').next().unwrap_or_default();
    if let Some((format, extensions)) = file.container.map(Container::describe)
        && !extensions.iter().any(|known| extension.eq_ignore_ascii_case(known))
    {
        let detail = format!("it is {format}, whose files end in .{}", extensions.join(", ."));
        findings.push(Finding::in_text(&codes::AUDIO_FORMAT, 0, 0, detail));
    }
    let named = of_name(&stem);
    let mut head = Head::new(time, String::new(), link);
    head.title = [
        notes.as_ref().map(Notes::title),
        tags.title.as_deref().map(|text| title::visible(&xml_text(text))),
        notes.as_ref().and_then(|read| read.heading(recording.notes(origin.name).unwrap_or_default())),
    ]
    .into_iter()
    .flatten()
    .find(|title| !title.is_empty())
    .unwrap_or_else(|| named.title.clone());
    let mut metadata = match &notes {
        // Relative addresses are those of files next to the media file.
        Some(notes) => notes.metadata(address.as_str(), origin, &mut of_notes),
        None => Default::default(),
    };
    if let Some(notes) = &notes {
        let unzoned = origin.addresses.unzoned();
        head.updated = notes.date(Field::Updated, unzoned)?.filter(|updated| *updated > time);
        head.until = notes.date(Field::Expires, unzoned)?;
    }
    if metadata.authors.is_empty() {
        let of_album = tags.album_artist.iter().filter(|_| tags.artists.is_empty());
        let names = tags.artists.iter().chain(of_album).map(|artist| title::visible(&xml_text(artist)));
        metadata.authors = names.map(Person::new).collect();
    }
    metadata.language =
        metadata.language.or_else(|| language_tag(tags.language.as_deref().and_then(two_letters)?));
    metadata.id = metadata.id.or_else(|| tags.id.clone().filter(|id| Url::parse(id).is_ok()));
    metadata.image = metadata.image.or_else(|| image(recording, origin));
    let episode = metadata.episode.get_or_insert_default();
    episode.season = episode
        .season
        .or(named.season)
        .or(tags.disc.filter(|_| tags.track.is_some() && is_season(tags.disc)));
    episode.number = episode.number.or(named.number);
    let files = std::iter::once((shown_name.clone().into_owned(), file))
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
        if let Some(media_type) = Transcript::type_of(name).filter(|_| is_transcript) {
            let language = language(name, &stem).and_then(language_tag);
            transcripts.push(Transcript { url: origin.media_url(OsStr::new(name)), media_type, language });
        }
    }
    if episode.transcripts.is_empty() {
        episode.transcripts = transcripts;
    }
    // Front matter takes precedence over the file, and the file over the tags.
    if episode.chapters.is_empty() && episode.chapters_url.is_none() {
        let of_file = recording.chapters(origin.name);
        episode.chapters_url = of_file.map(|name| origin.media_url(OsStr::new(name)));
        episode.chapters.clone_from(&file.chapters);
    }
    head.metadata = metadata;
    of_notes.extend(remove_credentials(&mut head, text.unwrap_or_default(), &of_notes));
    let notes_name = notes_name.unwrap_or_default();
    findings.extend(of_notes.into_iter().map(|finding| finding.in_file(notes_name)));
    Ok(head)
}

/// Returns the notes of an episode as raw HTML; `None` if they have no text. The findings are about the notes.
pub(crate) fn text_of_notes(
    recording: &Recording,
    text: &str,
    head: &Head,
    origin: &Origin<'_>,
    findings: &mut Vec<Finding>,
) -> Option<String> {
    let name = recording.notes(origin.name)?;
    let body = notes::html(text, OsStr::new(name), head, origin, findings);
    Some(body).filter(|body| !body.trim().is_empty())
}

/// Returns the text in the tags of an episode as raw HTML.
pub(crate) fn text_of_tags(recording: &Recording) -> String {
    let tags = &recording.main.tags;
    notes::paragraphs(tags.comment.as_deref().or(tags.lyrics.as_deref()).unwrap_or_default())
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
    let of_name = date_in(&origin.stem());
    // The tracks of an album have one date; seconds keep them in order.
    let disc = i64::from(tags.disc.unwrap_or(1).clamp(1, 100)) - 1;
    let order = disc * 100 + i64::from(tags.track.unwrap_or(0).min(1999));
    let of_day = |day: NaiveDate| {
        let midnight = date::midnight(day, unzoned)?.instant;
        Some(UnixMs(midnight.0 + order * 1000))
    };
    let of_file_name = |found: &DateInName| match found.time {
        Some(time) => date::read(&found.day.and_time(time).format("%Y-%m-%d %H:%M:%S").to_string(), unzoned)
            .map(|moment| moment.instant),
        None => of_day(found.day),
    };
    let written = tags.date.as_deref().map(str::trim).unwrap_or_default();
    let year = written.parse::<i32>().ok().filter(|year| (1900..2200).contains(year));
    if let Some(year) = year {
        // A year alone is no date. The name and the file may know the day.
        if let Some(found) = of_name.as_ref().filter(|found| found.day.year() == year)
            && let Some(time) = of_file_name(found)
        {
            return Ok((time, DateSource::Name));
        }
        let saved = DateTime::from_timestamp_millis(recording.saved.0).map(|saved| saved.year());
        if saved != Some(year)
            && let Some(time) = NaiveDate::from_ymd_opt(year, 1, 1).and_then(of_day)
        {
            return Ok((time, DateSource::Tag));
        }
    } else if let Some(day) = full_day(written).or_else(|| spelled_day(written)) {
        let has_time = written.len() > 10 && written.contains(':');
        let time = if has_time { date::read(written, unzoned).map(|moment| moment.instant) } else { None };
        if let Some(time) = time.or_else(|| of_day(day)) {
            return Ok((time, DateSource::Tag));
        }
    }
    if let Some(time) = of_name.as_ref().and_then(of_file_name) {
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

/// Returns the day of a date as people write it, such as `31 May 2024` and `31.05.2024`.
fn spelled_day(text: &str) -> Option<NaiveDate> {
    let found = loose_date::find(text)?;
    Some(DateTime::from_timestamp_millis(found.0)?.date_naive())
}

/// A date in a file name.
#[derive(Debug, PartialEq)]
struct DateInName {
    /// Its bytes, with those of the time.
    range: Range<usize>,
    day: NaiveDate,
    time: Option<NaiveTime>,
}

/// Returns the first date in a file name: `2024-05-31`, `2024_05_31`, `2024.05.31` or `20240531`, and the time after it.
fn date_in(name: &str) -> Option<DateInName> {
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
        let time = time_after(&name[end..]);
        let range = at..end + time.map_or(0, |(length, _)| length);
        let is_likely = (1990..2200).contains(&day.year());
        is_likely.then_some(DateInName { range, day, time: time.map(|(_, time)| time) })
    })
}

/// Returns the time with which the rest of a file name begins, and its length with the mark in front: `T18-30`, `_08-00-00`,
/// ` 08.00`, `T1830`. After other marks than `T`, four digits are a time only if nothing follows.
fn time_after(rest: &str) -> Option<(usize, NaiveTime)> {
    let mark = rest.chars().next().filter(|c| matches!(c, 'T' | 't' | '_' | ' ' | '-'))?;
    let text = &rest[1..];
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number = |at: usize| text.get(at..at + 2)?.parse::<u32>().ok();
    let is_digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let (parts, length) = match digits {
        4 => ([number(0)?, number(2)?, 0], 4),
        6 => ([number(0)?, number(2)?, number(4)?], 6),
        2 => {
            let joint = text.chars().nth(2).filter(|c| matches!(c, '-' | '_' | '.' | ':' | 'h'))?;
            if !is_digit(3) || !is_digit(4) || is_digit(5) {
                return None;
            }
            let seconds = text[5..].starts_with(joint) && is_digit(6) && is_digit(7) && !is_digit(8);
            ([number(0)?, number(3)?, if seconds { number(6)? } else { 0 }], if seconds { 8 } else { 5 })
        }
        _ => return None,
    };
    let is_certain = matches!(mark, 'T' | 't') || length == text.len() || digits == 2 && mark != '-';
    let [hour, minute, second] = parts;
    NaiveTime::from_hms_opt(hour, minute, second).filter(|_| is_certain).map(|time| (1 + length, time))
}

/// Returns a file name without the date at its start or end.
fn without_date(stem: &str) -> &str {
    let Some(DateInName { range, .. }) = date_in(stem) else { return stem };
    let (before, after) = (&stem[..range.start], &stem[range.end..]);
    if before.is_empty() {
        after.trim_start_matches(is_mark)
    } else if after.is_empty() {
        before.trim_end_matches(END_MARKS)
    } else {
        stem
    }
}

/// Marks after words that do not belong to them.
const END_MARKS: [char; 8] = [' ', '-', '_', '.', '–', '—', ',', ':'];

/// True for characters in front of a title that do not belong to it.
fn is_mark(c: char) -> bool {
    !c.is_alphanumeric() && !matches!(c, '#' | '(' | '[' | '"' | '“' | '«' | '¿' | '¡')
}

/// What the name of a file says.
#[derive(Debug, Default, PartialEq)]
struct OfName {
    season: Option<u32>,
    number: Option<u32>,
    title: String,
}

/// Reads the name of a file: its title is without a date in front or at its end and without the numbers of season and
/// episode, and with spaces between words.
fn of_name(stem: &str) -> OfName {
    let without = without_date(stem);
    let (numbers, without) = match numbers_in(without) {
        Some((range, season, number)) => {
            let (before, after) = (&without[..range.start], &without[range.end..]);
            let after = after.trim_start_matches(is_mark);
            (
                Some((season, number)),
                if after.is_empty() { before.trim_end_matches(END_MARKS) } else { after },
            )
        }
        None => (None, without),
    };
    let is_spaced = without.contains(' ');
    let text = without.replace('_', " ");
    let text = if is_spaced { text } else { text.replace('-', " ") };
    let text = crate::html::xml_line(&text);
    let title = if text.contains(char::is_alphabetic) { text } else { stem.to_owned() };
    OfName { season: numbers.map(|(season, _)| season), number: numbers.map(|(_, number)| number), title }
}

/// Returns the numbers of season and episode in a file name, and where they are: `S01E02` between other words, or `1x02` at
/// the start.
fn numbers_in(name: &str) -> Option<(Range<usize>, u32, u32)> {
    let bytes = name.as_bytes();
    let digits =
        |at: usize| bytes.get(at..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
    let number = |at: usize, length: usize| name.get(at..at + length)?.parse().ok().filter(|n: &u32| *n > 0);
    let is_word = |at: usize| name[..at].chars().next_back().is_some_and(char::is_alphanumeric);
    let ends = |at: usize| !name[at..].chars().next().is_some_and(char::is_alphanumeric);
    let spelled =
        bytes.iter().enumerate().filter(|(_, byte)| matches!(byte, b'S' | b's')).find_map(|(at, _)| {
            let season = digits(at + 1);
            let mut then = at + 1 + season;
            if matches!(bytes.get(then), Some(b' ' | b'-' | b'_' | b'.')) {
                then += 1;
            }
            let episode = digits(then + 1);
            let is_it = matches!(bytes.get(then), Some(b'E' | b'e'))
                && (1..=4).contains(&season)
                && (1..=5).contains(&episode)
                && !is_word(at)
                && ends(then + 1 + episode);
            let found =
                is_it.then(|| (at..then + 1 + episode, number(at + 1, season), number(then + 1, episode)));
            found.and_then(|(range, season, episode)| Some((range, season?, episode?)))
        });
    let crossed = || {
        let season = digits(0);
        let episode = digits(season + 1);
        let end = season + 1 + episode;
        let is_it =
            (1..=2).contains(&season) && episode == 2 && bytes.get(season) == Some(&b'x') && ends(end);
        is_it.then(|| Some((0..end, number(0, season)?, number(season + 1, episode)?))).flatten()
    };
    spelled.or_else(crossed)
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

/// Returns the image of an episode: the file with its name, else the cover in its tags.
pub(crate) fn image(recording: &Recording, origin: &Origin<'_>) -> Option<Image> {
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
        let day = |name: &str| date_in(name).map(|found| found.day.to_string());
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
            assert_eq!(of_name(stem).title, expected);
        }
    }

    #[test]
    fn a_time_after_the_date_in_a_file_name_is_read() {
        let found = |name: &str| {
            let found = date_in(name)?;
            Some((found.time?.format("%H:%M:%S").to_string(), of_name(name).title))
        };
        let is = |time: &str, title: &str| Some((time.to_owned(), title.to_owned()));
        assert_eq!(found("2024-05-10_08-00 news"), is("08:00:00", "news"));
        assert_eq!(found("2024-05-10T18-30 evening"), is("18:30:00", "evening"));
        assert_eq!(found("20240510T183015-late"), is("18:30:15", "late"));
        assert_eq!(found("2024-05-10-18-30"), is("18:30:00", "2024-05-10-18-30"));
        assert_eq!(found("talk 2024-05-10 18.30.59"), is("18:30:59", "talk"));
        for other in
            ["2024-05-10-10-20-tips", "20240510_2001 odyssey", "2024-05-10 25-00", "2024-05-10 12 angry men"]
        {
            assert_eq!(found(other), None, "{other}");
        }
    }

    #[test]
    fn season_and_episode_in_a_file_name_are_not_a_part_of_the_title() {
        let read = |name: &str| {
            let OfName { season, number, title } = of_name(name);
            (season, number, title)
        };
        let is = |season, number, title: &str| (Some(season), Some(number), title.to_owned());
        assert_eq!(read("S01E02 - The Title"), is(1, 2, "The Title"));
        assert_eq!(read("my_show_s2.e13_the_end"), is(2, 13, "the end"));
        assert_eq!(read("Show - S3 E4"), is(3, 4, "Show"));
        assert_eq!(read("1x02 Bridge"), is(1, 2, "Bridge"));
        assert_eq!(read("2024-05-10 S1E9"), is(1, 9, "2024-05-10 S1E9"));
        for other in ["4x100 relay", "UPS1E2", "S1E2a", "SE", "16x9", "s0e1"] {
            assert_eq!(read(other), (None, None, of_name(other).title), "{other}");
        }
    }
}
