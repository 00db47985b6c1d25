//! Why a date is invalid, and the date that was probably meant.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use feedmill_types::work::step;

use crate::values::date;
use crate::values::number::is_whole;

/// Format that a date should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// RFC 822, as in RSS.
    Rfc822,
    /// RFC 3339, as in Atom.
    Rfc3339,
    /// W3CDTF, as in Dublin Core.
    W3cdtf,
}

/// Maximum length of a text in which a date is looked for.
const MAX_LENGTH: usize = 100;

/// Explains what is wrong with an invalid date, and adds the corrected date if it is clear: `no time zone; write …`.
/// Returns an empty string if nothing is known.
pub(crate) fn explain(text: &str, form: Form) -> String {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_LENGTH {
        return String::new();
    }
    step(text.len());
    let is_iso = form != Form::Rfc822;
    let point = Some(text).filter(|_| is_iso).and_then(with_point);
    let century = Some(text).filter(|t| is_iso && has_short_year(t)).map(with_long_year);
    let extended = date::extended(text);
    let plain = [&point, &century, &extended].into_iter().find_map(Option::as_deref).unwrap_or(text);
    let meant = Meant::read(plain);
    let is_basic = is_iso && extended.is_some() && text.bytes().take(8).all(|b| b.is_ascii_digit());
    let reason = if point.is_some() {
        "a point separates the fraction of a second".to_owned()
    } else if century.is_some() {
        "the year needs four digits".to_owned()
    } else if is_basic {
        "date and time need hyphens and colons".to_owned()
    } else {
        reason(text, form, &meant)
    };
    let Some(fixed) = meant.written(form) else { return reason };
    if fixed == text {
        return reason;
    }
    let fix = match meant.zone {
        Zone::None if fixed.contains(':') => format!("write `{fixed}` if it is in UTC"),
        _ => format!("write `{fixed}`"),
    };
    if reason.is_empty() { fix } else { format!("{reason}; {fix}") }
}

/// Returns a date with a point for the comma before the fraction of a second.
fn with_point(text: &str) -> Option<String> {
    let (before, after) = text.split_once(',')?;
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    (before.contains(':') && is_digit(before.chars().next_back()) && is_digit(after.chars().next()))
        .then(|| format!("{before}.{after}"))
}

/// True if a date begins with a year of two digits: `23-10-31`.
fn has_short_year(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let is_two = |part: Option<&str>| part.is_some_and(|p| p.len() == 2 && is_whole(p));
    let last = |part: Option<&str>| {
        part.is_some_and(|p| is_two(p.get(..2)) && !p[2..].starts_with(|c: char| c.is_ascii_digit()))
    };
    is_two(parts.next()) && is_two(parts.next()) && last(parts.next())
}

fn with_long_year(text: &str) -> String {
    let year = text.get(..2).and_then(|year| year.parse().ok()).unwrap_or_default();
    format!("{}{}", date::with_century(year), &text[2..])
}

/// Time zone of a date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Zone {
    #[default]
    None,
    /// Minutes east of UTC.
    Offset(i32),
    /// A name without a meaning of its own.
    Unknown(String),
}

/// Parts of a date, as far as they can be recognized.
#[derive(Debug, Default)]
struct Meant {
    year: Option<i32>,
    /// From 1.
    month: Option<u32>,
    day: Option<u32>,
    /// Days from Monday.
    weekday: Option<u32>,
    time: Option<NaiveTime>,
    zone: Zone,
    /// True if it is written as in RFC 3339, with the year first.
    is_iso: bool,
    /// First word that is not a part of a date.
    stray: Option<String>,
    /// True if the time is after noon on a clock of twelve hours.
    is_afternoon: Option<bool>,
    /// Day of the week in another language, such as `mar` for Tuesday.
    foreign_day: Option<String>,
}

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
/// Zones with one meaning, and their minutes from UTC.
const ZONES: [(&str, i32); 18] = [
    ("AEDT", 660),
    ("AEST", 600),
    ("AKST", -540),
    ("CDT", -300),
    ("CEST", 120),
    ("CET", 60),
    ("CST", -360),
    ("EDT", -240),
    ("EEST", 180),
    ("EET", 120),
    ("EST", -300),
    ("GMT", 0),
    ("JST", 540),
    ("MDT", -360),
    ("MST", -420),
    ("PDT", -420),
    ("PST", -480),
    ("UT", 0),
];

/// Returns the index of the name that a word is or abbreviates with at least three letters.
fn named(word: &str, names: &[&str]) -> Option<u32> {
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    let is_it =
        |name: &&str| word.len() >= 3 && name.starts_with(&word) || word == "sept" && *name == "september";
    names.iter().position(is_it).map(|index| index as u32)
}

impl Meant {
    fn read(text: &str) -> Self {
        let mut meant = Self::default();
        let is_digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        let is_joint = |at: usize| text.as_bytes().get(at).is_some_and(|b| matches!(b, b'-' | b'/' | b'.'));
        meant.is_iso = (0..4).all(is_digit) && is_joint(4) && is_digit(5);
        if meant.is_iso {
            let end = text
                .find(|c: char| !c.is_ascii_digit() && !matches!(c, '-' | '/' | '.'))
                .unwrap_or(text.len());
            let parts: Vec<&str> = text[..end].split(['-', '/', '.']).collect();
            meant.year = parts.first().and_then(|p| p.parse().ok());
            meant.month = parts.get(1).and_then(|p| p.parse().ok());
            meant.day = parts.get(2).and_then(|p| p.parse().ok());
            let rest = text[end..].trim_start_matches(['T', 't', ' ', '_']);
            meant.words(rest);
        } else {
            let (first, rest) = text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()));
            let name = first.trim_end_matches([',', '.']);
            let has_month =
                rest.split(|c: char| !c.is_alphabetic()).any(|word| named(word, &MONTHS).is_some());
            let is_day = has_month
                && !name.is_empty()
                && name.chars().all(char::is_alphabetic)
                && named(name, &DAYS).is_none()
                && (first.ends_with(',') || named(name, &MONTHS).is_some());
            meant.foreign_day = is_day.then(|| name.to_owned());
            meant.words(if is_day { rest } else { text });
        }
        if let (Some(time), Some(is_afternoon)) = (meant.time, meant.is_afternoon) {
            let hour = time.hour() % 12 + if is_afternoon { 12 } else { 0 };
            meant.time = time.with_hour(hour);
        }
        meant
    }

    fn words(&mut self, text: &str) {
        let is_break = |c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')');
        for word in text.split(is_break).filter(|word| !word.is_empty()) {
            if !self.word(word) && self.stray.is_none() {
                self.stray = Some(word.to_owned());
            }
        }
    }

    /// Takes a word. Returns false if it is not a part of a date.
    fn word(&mut self, word: &str) -> bool {
        if word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit()) {
            return self.clock(word);
        }
        if self.year.is_none() && word.matches('-').count() == 2 && !word.starts_with('-') {
            return word.split('-').all(|part| self.word(part));
        }
        let lower = word.to_ascii_lowercase();
        if matches!(&*lower, "am" | "pm" | "a.m." | "p.m.") {
            self.is_afternoon = Some(lower.starts_with('p'));
            return true;
        }
        if let Some(weekday) = named(word, &DAYS).filter(|_| self.weekday.is_none()) {
            self.weekday = Some(weekday);
            return true;
        }
        if let Some(month) = named(word, &MONTHS).filter(|_| self.month.is_none()) {
            self.month = Some(month + 1);
            return true;
        }
        let ordinal =
            ["st", "nd", "rd", "th"].iter().find_map(|end| lower.strip_suffix(end)).unwrap_or(&lower);
        if is_whole(ordinal) && ordinal.len() <= 2 && self.day.is_none() {
            self.day = ordinal.parse().ok();
            return true;
        }
        if is_whole(word) && matches!(word.len(), 2 | 4) && self.year.is_none() {
            let year =
                word.parse().ok().map(|year| if word.len() == 2 { date::with_century(year) } else { year });
            self.year = year.and_then(|year| i32::try_from(year).ok());
            return true;
        }
        self.time.is_some() && self.zone == Zone::None && self.zone(word)
    }

    /// Takes a time with or without a zone: `21:15:02.5+01:00`.
    fn clock(&mut self, word: &str) -> bool {
        let end = word.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.')).unwrap_or(word.len());
        let (time, rest) = word.split_at(end);
        let fields: Vec<Option<u32>> =
            time.split(':').map(|field| field.split('.').next().and_then(|f| f.parse().ok())).collect();
        self.time = match fields[..] {
            [Some(hour), Some(minute)] => date::clock(hour, minute, 0),
            [Some(hour), Some(minute), Some(second)] => date::clock(hour, minute, second),
            _ => None,
        };
        let lower = rest.to_ascii_lowercase();
        if matches!(&*lower, "am" | "pm") {
            self.is_afternoon = Some(lower == "pm");
            return true;
        }
        rest.is_empty() || self.zone(rest)
    }

    fn zone(&mut self, word: &str) -> bool {
        let upper = word.to_ascii_uppercase();
        // `GMT+0100` and `UTC+01:00` are offsets.
        let rest =
            upper.strip_prefix("GMT").or_else(|| upper.strip_prefix("UTC")).filter(|rest| !rest.is_empty());
        let rest = rest.unwrap_or(&upper);
        self.zone = if matches!(rest, "Z" | "UTC") {
            Zone::Offset(0)
        } else if let Some((_, minutes)) = ZONES.iter().find(|(name, _)| *name == rest) {
            Zone::Offset(*minutes)
        } else if let Some(minutes) = offset(rest) {
            Zone::Offset(minutes)
        } else {
            Zone::Unknown(word.to_owned())
        };
        true
    }

    fn date(&self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(self.year?, self.month?, self.day?)
    }

    /// Returns the date in its correct form. A date without a zone is taken as UTC.
    fn written(&self, form: Form) -> Option<String> {
        let date = self.date()?;
        if form == Form::W3cdtf && self.time.is_none() {
            return Some(date.format("%Y-%m-%d").to_string());
        }
        let offset = match self.zone {
            Zone::None => 0,
            Zone::Offset(minutes) => minutes,
            Zone::Unknown(_) => return None,
        };
        let time = match (self.time, form) {
            (Some(time), _) => time,
            // A time that cannot be read is not midnight.
            (None, _) if self.stray.is_some() || self.zone != Zone::None => return None,
            (None, _) => NaiveTime::MIN,
        };
        let moment = NaiveDateTime::new(date, time);
        let (sign, hours, minutes) =
            (if offset < 0 { '-' } else { '+' }, offset.abs() / 60, offset.abs() % 60);
        Some(match form {
            Form::Rfc822 => {
                let (day, month) = (date.weekday().num_days_from_monday(), date.month0());
                let zone =
                    if offset == 0 { "GMT".to_owned() } else { format!("{sign}{hours:02}{minutes:02}") };
                let (day, month) = (date::DAYS.get(day as usize)?, date::MONTHS.get(month as usize)?);
                format!(
                    "{day}, {:02} {month} {} {} {zone}",
                    date.day(),
                    date.format("%Y"),
                    time.format("%H:%M:%S")
                )
            }
            Form::Rfc3339 | Form::W3cdtf => {
                let zone =
                    if offset == 0 { "Z".to_owned() } else { format!("{sign}{hours:02}:{minutes:02}") };
                format!("{}{zone}", moment.format("%Y-%m-%dT%H:%M:%S"))
            }
        })
    }
}

/// Parses an offset such as `+0100`, `-05:00` or `+1`, in minutes.
fn offset(text: &str) -> Option<i32> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some(parts) => parts,
        None if rest.len() == 4 && rest.is_ascii() => rest.split_at(2),
        None => (rest, "0"),
    };
    let number = |text: &str| if is_whole(text) && text.len() <= 2 { text.parse::<i32>().ok() } else { None };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours < 24 && minutes < 60).then(|| sign * (hours * 60 + minutes))
}

/// Returns what is wrong with a date, or an empty string.
fn reason(text: &str, form: Form, meant: &Meant) -> String {
    let has_date = meant.year.is_some() && meant.month.is_some() && meant.day.is_some();
    if has_date && meant.date().is_none() {
        let is_month = meant.month.is_some_and(|month| (1..=12).contains(&month));
        return format!("there is no such {}", if is_month { "day" } else { "month" });
    }
    if text.contains(':') && meant.time.is_none() {
        return "there is no such time".to_owned();
    }
    if let Some(day) = &meant.foreign_day {
        return format!("`{day}` is not an English day of the week");
    }
    let Some(date) = meant.date() else {
        return if meant.month.is_none() && meant.stray.is_some() {
            format!("`{}` is not a part of a date", meant.stray.as_deref().unwrap_or_default())
        } else {
            String::new()
        };
    };
    let weekday = date.weekday().num_days_from_monday();
    let day_name = DAYS.get(weekday as usize).copied().unwrap_or_default();
    let long = |names: &[&str], shorts: &[&str]| {
        let mut words = text.split(|c: char| !c.is_ascii_alphabetic());
        words
            .find(|w| named(w, names).is_some() && !shorts.iter().any(|s| s.eq_ignore_ascii_case(w)))
            .map(str::to_owned)
    };
    match form {
        Form::Rfc822 => {
            if meant.is_iso {
                return "the order is day, month, year".to_owned();
            }
            if meant.weekday.is_some_and(|own| own != weekday) {
                return format!(
                    "{} was a {}{}",
                    date.format("%Y-%m-%d"),
                    day_name[..1].to_uppercase(),
                    &day_name[1..]
                );
            }
            if let Some(name) = long(&DAYS, &date::DAYS).or_else(|| long(&MONTHS, &date::MONTHS)) {
                return format!("`{name}` must be shortened to three letters");
            }
            if meant.time.is_none() {
                return "no time".to_owned();
            }
            if let Some(reason) = order_822(text).or_else(|| clock_822(text, meant)) {
                return reason;
            }
        }
        Form::Rfc3339 | Form::W3cdtf => {
            if !meant.is_iso {
                return "the order is year, month, day".to_owned();
            }
            if meant.time.is_none() {
                return if form == Form::Rfc3339 { "no time".to_owned() } else { String::new() };
            }
            let end = text.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(text.len());
            if text[end..].starts_with(['/', '.']) {
                return "hyphens separate year, month and day".to_owned();
            }
            if !text[end..].starts_with('T') {
                return "a capital T must separate date and time".to_owned();
            }
            if end != 10 {
                return "month and day need two digits".to_owned();
            }
            if text.contains(char::is_whitespace) {
                return "there is no space in such a date".to_owned();
            }
            let clock = text[end + 1..].split(['Z', 'z', '+', '-']).next().unwrap_or_default();
            if clock.split(['.', ',']).next().unwrap_or_default().split(':').any(|field| field.len() != 2) {
                return "hours, minutes and seconds need two digits".to_owned();
            }
        }
    }
    let last = text.split(|c: char| c.is_whitespace()).next_back().unwrap_or_default();
    match &meant.zone {
        Zone::None => "no time zone".to_owned(),
        Zone::Unknown(name) => format!("`{name}` is not a time zone"),
        Zone::Offset(_) => match form {
            Form::Rfc822 if last.eq_ignore_ascii_case("UTC") => "RFC 822 has no zone `UTC`".to_owned(),
            Form::Rfc822 if last.contains(':') && last.starts_with(['+', '-']) => {
                format!("`{last}` has a colon")
            }
            Form::Rfc822
                if last.len() > 1 && last.bytes().all(|b| b.is_ascii_alphabetic()) && !is_zone_822(last) =>
            {
                format!("RFC 822 has no zone `{last}`")
            }
            Form::Rfc822 if last.starts_with(|c: char| c.is_ascii_alphabetic()) && last.len() > 3 => {
                format!("RFC 822 has no zone `{last}`")
            }
            Form::Rfc822 => String::new(),
            Form::Rfc3339 | Form::W3cdtf => {
                let sign = text.rfind(['+', '-']).filter(|at| *at > 10);
                if sign.is_some_and(|at| !text[at..].contains(':')) {
                    "an offset has a colon".to_owned()
                } else if sign.is_some_and(|at| text.len() - at != "+01:00".len()) {
                    "hours and minutes of an offset need two digits".to_owned()
                } else if form == Form::Rfc3339 && text.get(16..17) != Some(":") {
                    "no seconds".to_owned()
                } else {
                    String::new()
                }
            }
        },
    }
}

fn is_zone_822(word: &str) -> bool {
    ["UT", "GMT", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"]
        .iter()
        .any(|zone| zone.eq_ignore_ascii_case(word))
}

/// Returns what is wrong with the order of the parts of a date, and with the characters between them.
fn order_822(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let first = words.first()?;
    let is_joined = |word: &&&str| {
        let mut parts = word.split('-');
        parts.next().is_some_and(is_whole)
            && parts.next().is_some_and(|p| named(p, &MONTHS).is_some())
            && parts.next().is_some_and(is_whole)
    };
    if words.iter().find(is_joined).is_some() {
        return Some("spaces separate day, month and year, not hyphens".to_owned());
    }
    let position = |is: &dyn Fn(&str) -> bool| words.iter().position(|word| is(word.trim_end_matches(',')));
    let month = position(&|word| named(word, &MONTHS).is_some());
    let day = position(&|word| {
        is_whole(word.trim_end_matches(|c: char| c.is_ascii_alphabetic())) && word.len() <= 4
    });
    let year = position(&|word| is_whole(word) && word.len() == 4);
    let time = position(&|word| word.contains(':'));
    let is_late =
        |early: Option<usize>, late: Option<usize>| early.zip(late).is_some_and(|(early, late)| early > late);
    if is_late(day, month) || is_late(month, year) || is_late(year, time) {
        return Some("the order is day, month, year, time, zone".to_owned());
    }
    if named(first, &DAYS).is_some() {
        return Some(format!("no comma after `{first}`"));
    }
    let is_spaced = text.contains("  ") || text.contains(|c: char| c.is_whitespace() && c != ' ');
    is_spaced.then(|| "one space separates two parts".to_owned())
}

/// Returns what is wrong with the time of a date.
fn clock_822(text: &str, meant: &Meant) -> Option<String> {
    if meant.is_afternoon.is_some() {
        return Some("the clock has 24 hours".to_owned());
    }
    let time = text
        .split_whitespace()
        .find(|word| word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit()))?;
    let digits = time.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.')).unwrap_or(time.len());
    if time[..digits].contains('.') {
        return Some("RFC 822 has no fractions of a second".to_owned());
    }
    let is_short = time[..digits].split(':').any(|field| field.len() != 2);
    is_short.then(|| "hours, minutes and seconds need two digits".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_date_is_explained_and_corrected() {
        for (text, form, expected) in [
            (
                "31 Oct 2023 21:15:02",
                Form::Rfc822,
                "no time zone; write `Tue, 31 Oct 2023 21:15:02 GMT` if it is in UTC",
            ),
            (
                "Tue, 31 Oct 2023 21:15:02 UTC",
                Form::Rfc822,
                "RFC 822 has no zone `UTC`; write `Tue, 31 Oct 2023 21:15:02 GMT`",
            ),
            (
                "Tue, 31 Oct 2023 21:15:02 +01:00",
                Form::Rfc822,
                "`+01:00` has a colon; write `Tue, 31 Oct 2023 21:15:02 +0100`",
            ),
            (
                "Wed, 31 Oct 2023 21:15:02 GMT",
                Form::Rfc822,
                "2023-10-31 was a Tuesday; write `Tue, 31 Oct 2023 21:15:02 GMT`",
            ),
            (
                "Tuesday, 31 October 2023 9:15 PM GMT",
                Form::Rfc822,
                "`Tuesday` must be shortened to three letters; write `Tue, 31 Oct 2023 21:15:00 GMT`",
            ),
            (
                "2023-10-31T21:15:02-05:00",
                Form::Rfc822,
                "the order is day, month, year; write `Tue, 31 Oct 2023 21:15:02 -0500`",
            ),
            (
                "2023-10-31 21:15",
                Form::Rfc822,
                "the order is day, month, year; write `Tue, 31 Oct 2023 21:15:00 GMT` if it is in UTC",
            ),
            ("31 Oct 2023", Form::Rfc822, "no time; write `Tue, 31 Oct 2023 00:00:00 GMT` if it is in UTC"),
            ("31 Oct 2023 21:15:02 LHDT", Form::Rfc822, "`LHDT` is not a time zone"),
            (
                "31 Oct 2023 21:15:02 CEST",
                Form::Rfc822,
                "RFC 822 has no zone `CEST`; write `Tue, 31 Oct 2023 21:15:02 +0200`",
            ),
            ("30 Feb 2023 21:15:02 GMT", Form::Rfc822, "there is no such day"),
            ("2023-13-01", Form::W3cdtf, "there is no such month"),
            ("31 Oct 2023 25:15:02 GMT", Form::Rfc822, "there is no such time"),
            ("yesterday", Form::Rfc822, "`yesterday` is not a part of a date"),
            ("2023-10-31", Form::Rfc3339, "no time; write `2023-10-31T00:00:00Z` if it is in UTC"),
            (
                "2023-10-31 21:15:02Z",
                Form::Rfc3339,
                "a capital T must separate date and time; write `2023-10-31T21:15:02Z`",
            ),
            (
                "2023-10-31T21:15:02",
                Form::Rfc3339,
                "no time zone; write `2023-10-31T21:15:02Z` if it is in UTC",
            ),
            (
                "2023-10-31T21:15:02+0100",
                Form::Rfc3339,
                "an offset has a colon; write `2023-10-31T21:15:02+01:00`",
            ),
            (
                "20231031T211502-0100",
                Form::Rfc3339,
                "date and time need hyphens and colons; write `2023-10-31T21:15:02-01:00`",
            ),
            ("2023-10-31T21:15Z", Form::Rfc3339, "no seconds; write `2023-10-31T21:15:00Z`"),
            (
                "Tue, 31 Oct 2023 21:15:02 GMT",
                Form::Rfc3339,
                "the order is year, month, day; write `2023-10-31T21:15:02Z`",
            ),
            (
                "Tue, 06 Feb 2024 21:15:02 GMT",
                Form::Rfc3339,
                "the order is year, month, day; write `2024-02-06T21:15:02Z`",
            ),
            ("31 October 2023", Form::W3cdtf, "the order is year, month, day; write `2023-10-31`"),
            ("2023/10/31", Form::W3cdtf, "write `2023-10-31`"),
            ("", Form::Rfc822, ""),
            (
                "mar, 31 oct 2023 21:15:02 +0100",
                Form::Rfc822,
                "`mar` is not an English day of the week; write `Tue, 31 Oct 2023 21:15:02 +0100`",
            ),
            (
                "mar 31 Oct 2023 21:15:02 GMT",
                Form::Rfc822,
                "`mar` is not an English day of the week; write `Tue, 31 Oct 2023 21:15:02 GMT`",
            ),
            (
                "Mar 31, 2023 21:15:02 GMT",
                Form::Rfc822,
                "the order is day, month, year, time, zone; write `Fri, 31 Mar 2023 21:15:02 GMT`",
            ),
            (
                "Tue 31 Oct 2023 21:15:02 GMT",
                Form::Rfc822,
                "no comma after `Tue`; write `Tue, 31 Oct 2023 21:15:02 GMT`",
            ),
            (
                "Tue, 31 Oct 2023 9:15:02 GMT",
                Form::Rfc822,
                "hours, minutes and seconds need two digits; write `Tue, 31 Oct 2023 09:15:02 GMT`",
            ),
            (
                "Tue, 31 Oct 2023 21:15:02.000 GMT",
                Form::Rfc822,
                "RFC 822 has no fractions of a second; write `Tue, 31 Oct 2023 21:15:02 GMT`",
            ),
            (
                "Tue, 31 Oct 2023 21:15:02 CET",
                Form::Rfc822,
                "RFC 822 has no zone `CET`; write `Tue, 31 Oct 2023 21:15:02 +0100`",
            ),
            (
                "Tue, 31 Oct 2023 21:15:02 JST",
                Form::Rfc822,
                "RFC 822 has no zone `JST`; write `Tue, 31 Oct 2023 21:15:02 +0900`",
            ),
            (
                "Tue Oct 31 21:15:02 GMT 2023",
                Form::Rfc822,
                "the order is day, month, year, time, zone; write `Tue, 31 Oct 2023 21:15:02 GMT`",
            ),
            (
                "31-Oct-2023 21:15:02 GMT",
                Form::Rfc822,
                "spaces separate day, month and year, not hyphens; write `Tue, 31 Oct 2023 21:15:02 GMT`",
            ),
            (
                "Tue, 31 Oct 2023 9:15 PM GMT",
                Form::Rfc822,
                "the clock has 24 hours; write `Tue, 31 Oct 2023 21:15:00 GMT`",
            ),
            (
                "2023-1-1T09:15:02Z",
                Form::Rfc3339,
                "month and day need two digits; write `2023-01-01T09:15:02Z`",
            ),
            (
                "2023-10-31T9:15:02Z",
                Form::Rfc3339,
                "hours, minutes and seconds need two digits; write `2023-10-31T09:15:02Z`",
            ),
            ("23-10-31T21:15:02Z", Form::Rfc3339, "the year needs four digits; write `2023-10-31T21:15:02Z`"),
            (
                "2023-10-31T21:15:02,123Z",
                Form::Rfc3339,
                "a point separates the fraction of a second; write `2023-10-31T21:15:02Z`",
            ),
            (
                "2023-10-31T21:15:02 Z",
                Form::Rfc3339,
                "there is no space in such a date; write `2023-10-31T21:15:02Z`",
            ),
            (
                "2023-10-31T21:15:02+1:00",
                Form::Rfc3339,
                "hours and minutes of an offset need two digits; write `2023-10-31T21:15:02+01:00`",
            ),
            (
                "Tue,  31 Oct 2023 21:15:02 GMT",
                Form::Rfc822,
                "one space separates two parts; write `Tue, 31 Oct 2023 21:15:02 GMT`",
            ),
            (
                "2023-10-31t21:15:02Z",
                Form::Rfc3339,
                "a capital T must separate date and time; write `2023-10-31T21:15:02Z`",
            ),
            ("é é é", Form::Rfc3339, "`é` is not a part of a date"),
        ] {
            assert_eq!(explain(text, form), expected, "{text}");
        }
    }
}
