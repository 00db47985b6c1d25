//! Dates as people write them in front matter, file names and pages.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};

use super::zone::Zone;
use crate::types::UnixMs;

/// An instant, and what the calendar and clock showed where it was written. Addresses are made of the latter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The instant.
    pub instant: UnixMs,
    /// Date and time in the zone of the text, or of the site.
    pub local: NaiveDateTime,
}

/// The time zone of a date that names none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unzoned {
    /// UTC.
    #[default]
    Utc,
    /// The zone of the site.
    Site(Zone),
    /// As in Jekyll: a date with seconds is a YAML timestamp, so UTC; any other is in the zone of the site. The local time
    /// is always that of the site.
    Jekyll(Zone),
}

const ZONED: &[&str] =
    &["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f %#z", "%Y-%m-%dT%H:%M%#z", "%Y-%m-%d %H:%M %#z"];
/// With seconds first: these are timestamps in YAML.
const TIMES: &[&str] = &[
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %I:%M %p",
    "%Y-%m-%d %I:%M:%S %p",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%B %d, %Y %H:%M:%S",
    "%B %d, %Y %H:%M",
    "%B %d, %Y %I:%M %p",
    "%B %d %Y %H:%M:%S",
    "%B %d %Y %H:%M",
    "%d %B %Y %H:%M:%S",
    "%d %B %Y %H:%M",
];
/// Time zones that people abbreviate, as in RFC 2822.
const ZONES: &[(&str, &str)] = &[
    ("EST", "-0500"),
    ("EDT", "-0400"),
    ("CST", "-0600"),
    ("CDT", "-0500"),
    ("MST", "-0700"),
    ("MDT", "-0600"),
    ("PST", "-0800"),
    ("PDT", "-0700"),
    ("CET", "+0100"),
    ("CEST", "+0200"),
];
/// First year of dates that people write; an earlier one is a number that was misread.
const FIRST_YEAR: i32 = 1000;
const TIMESTAMPS: usize = 2;
/// ISO 8601 first, then what JavaScript and Ruby read as well.
const DAYS: &[&str] = &["%Y-%m-%d", "%Y/%m/%d", "%B %d %Y", "%B %d, %Y", "%d %B %Y", "%a %B %d %Y"];

/// Reads a date, with or without a time and a zone; without a time it is midnight.
pub(crate) fn read(text: &str, unzoned: Unzoned) -> Option<Moment> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return of_number(text.parse().ok()?, unzoned);
    }
    let found = read_text(text, unzoned).or_else(|| {
        let (text, zone) = spelled(text)?;
        read_text(&text, zone.map_or(unzoned, Unzoned::Site))
    });
    // Ruby ignores what it does not understand after the time: the zone `0200` without a sign, for example.
    let found = found.or_else(|| {
        let Unzoned::Jekyll(zone) = unzoned else { return None };
        let (day, rest) = text.split_once([' ', 'T'])?;
        let time = rest.split_whitespace().next()?;
        let time = time.split("::").next().unwrap_or(time);
        read_text(&format!("{day} {time}"), Unzoned::Site(zone)).filter(|_| time.contains(':'))
    });
    found.filter(|moment| moment.local.year() >= FIRST_YEAR)
}

fn read_text(text: &str, unzoned: Unzoned) -> Option<Moment> {
    let text = match text.strip_suffix(['Z', 'z']).or_else(|| strip_zone(text)) {
        Some(before) => format!("{} +00:00", before.trim_end()),
        None => text.to_owned(),
    };
    let text = if text.starts_with(|c: char| c.is_ascii_digit()) { text.replace('t', "T") } else { text };
    let zoned = ZONED.iter().find_map(|format| DateTime::parse_from_str(&text, format).ok());
    if let Some(time) = zoned.or_else(|| DateTime::parse_from_rfc2822(&text).ok()) {
        return zoned_moment(time, unzoned);
    }
    if text.contains(':')
        && let Some(time) =
            TIMES.iter().find_map(|format| DateTime::parse_from_str(&text, &format!("{format} %#z")).ok())
    {
        return zoned_moment(time, unzoned);
    }
    let time = TIMES
        .iter()
        .enumerate()
        .find_map(|(number, format)| Some((number, NaiveDateTime::parse_from_str(&text, format).ok()?)));
    if let Some((number, local)) = time {
        return moment(local, unzoned, number < TIMESTAMPS);
    }
    let day = DAYS.iter().find_map(|format| NaiveDate::parse_from_str(&text, format).ok())?;
    moment(day.and_time(NaiveTime::MIN), unzoned, false)
}

/// Returns a date without its day of the week, without a remark in brackets, and with its zone as an offset or by itself:
/// `Fri May 31 2024 10:00:00 GMT+0200 (CEST)` is `May 31 2024 10:00:00 +0200`. `None` if it has none of these.
fn spelled(text: &str) -> Option<(String, Option<Zone>)> {
    let bare =
        text.strip_suffix(')').and_then(|text| text.rsplit_once('(')).map_or(text, |(text, _)| text.trim());
    let (first, rest) = bare.split_once([' ', ',']).unwrap_or(("", bare));
    let bare =
        if first.parse::<chrono::Weekday>().is_ok() { rest.trim_start_matches([' ', ',']) } else { bare };
    let year_last = with_year_first(bare);
    let bare = year_last.as_deref().unwrap_or(bare);
    let (before, last) = bare.rsplit_once(' ').unwrap_or((bare, ""));
    let offset =
        ["GMT", "UTC"].iter().find_map(|name| last.strip_prefix(name).filter(|rest| !rest.is_empty()));
    let offset = offset.or_else(|| ZONES.iter().find(|(name, _)| *name == last).map(|(_, offset)| *offset));
    let zone = if last.contains('/') { last.parse().ok() } else { None };
    let spelled = match offset {
        Some(offset) => format!("{before} {offset}"),
        None if zone.is_some() => before.to_owned(),
        None => bare.to_owned(),
    };
    (spelled != text).then_some((spelled, zone))
}

/// Moves the year before the time, which `date` and `asctime` write after it: `May 31 10:00:00 CEST 2024`.
fn with_year_first(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    let (month, day, time, zone, year) = match parts.as_slice() {
        [month, day, time, year] => (month, day, time, "", year),
        [month, day, time, zone, year] => (month, day, time, *zone, year),
        _ => return None,
    };
    let is_year = year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit());
    (is_year && time.contains(':'))
        .then(|| format!("{month} {day} {year} {time} {zone}").trim_end().to_owned())
}

fn zoned_moment(time: DateTime<FixedOffset>, unzoned: Unzoned) -> Option<Moment> {
    // In the last years of chrono, another zone is out of its range.
    is_instant(time.timestamp_millis()).then_some(())?;
    let local = match unzoned {
        Unzoned::Jekyll(zone) => zone.local(time.to_utc())?,
        _ => time.naive_local(),
    };
    within(time.timestamp_millis(), local)
}

/// A date and time without a zone.
fn moment(local: NaiveDateTime, unzoned: Unzoned, is_timestamp: bool) -> Option<Moment> {
    match unzoned {
        Unzoned::Jekyll(_) if is_timestamp => zoned_moment(local.and_utc().fixed_offset(), unzoned),
        Unzoned::Utc => within(local.and_utc().timestamp_millis(), local),
        Unzoned::Site(zone) | Unzoned::Jekyll(zone) => {
            within(zone.earliest(local)?.timestamp_millis(), local)
        }
    }
}

fn within(millis: i64, local: NaiveDateTime) -> Option<Moment> {
    is_instant(millis).then_some(Moment { instant: UnixMs(millis), local })
}

fn is_instant(millis: i64) -> bool {
    (UnixMs::MIN..=UnixMs::MAX).contains(&UnixMs(millis))
}

fn strip_zone(text: &str) -> Option<&str> {
    text.strip_suffix(" UTC").or_else(|| text.strip_suffix(" GMT")).filter(|before| !before.contains(','))
}

/// Smallest number that is an instant; a smaller one would be before March 1973.
const INSTANT_FROM: i64 = 100_000_000;
/// Smallest number that is in milliseconds.
const MILLIS_FROM: i64 = 100_000_000_000;

/// Reads a number: `20240531`, `202405310830` and `20240531083000` are dates; of others, those of nine digits and more are
/// seconds or milliseconds since 1970. Smaller numbers, such as a year, are not dates.
pub(crate) fn of_number(number: i64, unzoned: Unzoned) -> Option<Moment> {
    let digits = number.to_string();
    if matches!(digits.len(), 8 | 12 | 14) {
        let local = NaiveDateTime::parse_from_str(&format!("{digits:0<14}"), "%Y%m%d%H%M%S").ok();
        if let Some(local) = local.filter(|local| (1900..2200).contains(&local.year())) {
            return moment(local, unzoned, false);
        }
    }
    let millis = match number {
        INSTANT_FROM..MILLIS_FROM => number.checked_mul(1000)?,
        MILLIS_FROM.. => number,
        _ => return None,
    };
    within(millis, DateTime::from_timestamp_millis(millis)?.naive_utc())
}

/// Splits the date from a name such as `2024-05-31-name` or `2024-05-31_name`.
pub(crate) fn of_name(name: &str) -> Option<(NaiveDate, &str)> {
    let (year, rest) = name.split_once('-')?;
    let (month, rest) = rest.split_once('-')?;
    let (day, rest) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
    let fits = |text: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    if !fits(year, 4..=4) || !fits(month, 1..=2) || !fits(day, 1..=2) {
        return None;
    }
    let rest = rest.strip_prefix(['-', '_']).filter(|rest| !rest.is_empty())?;
    let date = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
    Some((date, rest))
}

/// Returns midnight of a day.
pub(crate) fn midnight(day: NaiveDate, unzoned: Unzoned) -> Option<Moment> {
    moment(day.and_time(NaiveTime::MIN), unzoned, false)
}

/// Formats a date with the placeholders of `strftime`; `None` if one is unknown.
pub(crate) fn format(date: NaiveDateTime, format: &str) -> Option<String> {
    let items: Vec<_> = chrono::format::StrftimeItems::new(format).collect();
    if items.iter().any(|item| matches!(item, chrono::format::Item::Error)) {
        return None;
    }
    let mut out = String::new();
    std::fmt::Write::write_fmt(&mut out, format_args!("{}", date.format_with_items(items.into_iter())))
        .ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_generators_document_them() {
        for (text, ms) in [
            ("2024-05-31", 1_717_113_600_000),
            ("2024-5-31", 1_717_113_600_000),
            ("2024/05/31", 1_717_113_600_000),
            ("May 31 2024", 1_717_113_600_000),
            ("May 31, 2024", 1_717_113_600_000),
            ("31 May 2024", 1_717_113_600_000),
            ("2024-05-31 08:30:00", 1_717_144_200_000),
            ("2024-05-31 08:30", 1_717_144_200_000),
            ("2024-05-31 08:30:00 +0200", 1_717_137_000_000),
            ("2024-05-31T08:30:00-05:00", 1_717_162_200_000),
            ("2024-05-31T08:30:00Z", 1_717_144_200_000),
            ("Friday, 31 May 2024", 1_717_113_600_000),
            ("Fri, 31 May 2024 08:30:00 +0200", 1_717_137_000_000),
            ("Fri May 31 2024 08:30:00 GMT+0200 (CEST)", 1_717_137_000_000),
            ("2024-05-31 08:30 AM", 1_717_144_200_000),
            ("2024-05-31 08:30 pm", 1_717_187_400_000),
            ("May 31, 2024 08:30", 1_717_144_200_000),
            ("31 May 2024 08:30", 1_717_144_200_000),
            ("Fri May 31 08:30:00 2024", 1_717_144_200_000),
            ("Fri May  31 10:30:00 CEST 2024", 1_717_144_200_000),
            ("2024-05-31 08:30:00 EDT", 1_717_158_600_000),
            ("2024-05-31 08:30:00 America/New_York", 1_717_158_600_000),
            ("2024/05/31 08:30 +0200", 1_717_137_000_000),
        ] {
            assert_eq!(read(text, Unzoned::Utc).map(|moment| moment.instant.0), Some(ms), "{text}");
        }
        for bad in [
            "yesterday",
            "May 2024",
            "May 31",
            "Friday",
            "24-05-31",
            "31/05/2024",
            "2024-05",
            "2024-05-31T25:00",
            "31 May 24",
        ] {
            assert_eq!(read(bad, Unzoned::Utc), None, "{bad}");
        }
    }

    #[test]
    fn a_date_without_a_zone_is_in_that_of_the_site_unless_jekyll_reads_a_timestamp() {
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        let hours = |text: &str, unzoned| {
            let moment = read(text, unzoned).unwrap();
            (
                moment.instant.0 / 3_600_000 - 1_717_113_600_000 / 3_600_000,
                moment.local.format("%d %H").to_string(),
            )
        };
        let text = "2024-05-31 23:30:00";
        assert_eq!(hours(text, Unzoned::Site(berlin)), (21, "31 23".to_owned()));
        assert_eq!(hours(text, Unzoned::Jekyll(berlin)), (23, "01 01".to_owned()));
        assert_eq!(hours("2024-05-31 23:30", Unzoned::Jekyll(berlin)), (21, "31 23".to_owned()));
        assert_eq!(hours("2024-05-31", Unzoned::Jekyll(berlin)).1, "31 00");
        assert_eq!(hours("2024-05-31 23:30 -0700", Unzoned::Utc).1, "31 23");
        for odd in ["2024-05-31 23:30:00  0700", "2024-05-31 23:30::00 -03:00"] {
            assert_eq!(hours(odd, Unzoned::Jekyll(berlin)), (21, "31 23".to_owned()));
        }
    }

    #[test]
    fn numbers_are_days_or_instants_and_never_1970() {
        for (number, ms) in [
            (20_240_531, 1_717_113_600_000),
            (202_405_310_830, 1_717_144_200_000),
            (20_240_531_083_000, 1_717_144_200_000),
            (1_717_113_600, 1_717_113_600_000),
            (1_717_113_600_250, 1_717_113_600_250),
        ] {
            assert_eq!(of_number(number, Unzoned::Utc).map(|moment| moment.instant.0), Some(ms), "{number}");
            let text = number.to_string();
            assert_eq!(read(&text, Unzoned::Utc).map(|moment| moment.instant.0), Some(ms), "{text}");
        }
        for bad in [0, 5, 2024, 12_345, 202_405, 20_241_399, 31_052_024, -1, -20_240_531, i64::MAX] {
            assert_eq!(of_number(bad, Unzoned::Utc), None, "{bad}");
        }
        let berlin = Unzoned::Site("Europe/Berlin".parse().unwrap());
        assert_eq!(of_number(20_240_531, berlin).map(|moment| moment.instant.0), Some(1_717_106_400_000));
    }

    #[test]
    fn a_date_at_the_end_of_the_calendar_is_none() {
        for zone in ["Asia/Tokyo", "America/New_York"] {
            let zone = zone.parse().unwrap();
            for text in ["+262142-12-31 23:59:59", "-262143-01-01 00:00:00", "-262143-01-01T00:00:00Z"] {
                assert!(read(text, Unzoned::Jekyll(zone)).is_none(), "{text}");
            }
        }
    }
}
