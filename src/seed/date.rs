//! Dates as people write them in front matter and pages.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

use crate::types::UnixMs;

/// Parses a date with or without time and zone. Without a zone it is in UTC, without a time it is midnight.
pub(super) fn read(text: &str) -> Option<UnixMs> {
    let text = text.trim();
    let text = match text.strip_suffix(['Z', 'z']).or_else(|| strip_zone(text)) {
        Some(before) => format!("{} +00:00", before.trim_end()),
        None => text.to_owned(),
    };
    let zoned =
        ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f %#z", "%Y-%m-%dT%H:%M%#z", "%Y-%m-%d %H:%M %#z"];
    let plain = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    let text = if text.starts_with(|c: char| c.is_ascii_digit()) { text.replace('t', "T") } else { text };
    let read = zoned
        .iter()
        .find_map(|format| DateTime::parse_from_str(&text, format).ok())
        .or_else(|| DateTime::parse_from_rfc2822(&text).ok())
        .map(|time| time.timestamp_millis())
        .or_else(|| {
            let time = plain.iter().find_map(|format| NaiveDateTime::parse_from_str(&text, format).ok());
            let day =
                || NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok().map(|day| day.and_time(NaiveTime::MIN));
            time.or_else(day).map(|time| time.and_utc().timestamp_millis())
        })?;
    (UnixMs::MIN.0..=UnixMs::MAX.0).contains(&read).then_some(UnixMs(read))
}

fn strip_zone(text: &str) -> Option<&str> {
    text.strip_suffix(" UTC").or_else(|| text.strip_suffix(" GMT")).filter(|before| !before.contains(','))
}

/// Returns the date at the start of a name (`2024-05-31-name`, `2024-05-31_name`) and the rest of the name.
pub(super) fn of_name(name: &str) -> Option<(UnixMs, &str)> {
    let number = |text: &str, at: usize| text.bytes().take_while(u8::is_ascii_digit).count() >= at;
    let (year, rest) = name.split_once('-')?;
    let (month, rest) = rest.split_once('-')?;
    let end = rest.find(|c: char| !c.is_ascii_digit())?;
    let (day, rest) = rest.split_at(end);
    if year.len() != 4
        || !number(year, 4)
        || month.is_empty()
        || month.len() > 2
        || day.is_empty()
        || day.len() > 2
    {
        return None;
    }
    let rest = rest.strip_prefix(['-', '_']).filter(|rest| !rest.is_empty())?;
    Some((read(&format!("{year}-{month}-{day}"))?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_jekyll_hugo_and_zola_document_them() {
        for (text, ms) in [
            ("2024-05-31", 1_717_113_600_000),
            ("2024-5-31", 1_717_113_600_000),
            ("2024-05-31 08:30:00", 1_717_144_200_000),
            ("2024-05-31 08:30", 1_717_144_200_000),
            ("2024-05-31 08:30:00 +0200", 1_717_137_000_000),
            ("2024-05-31 08:30:00 +02:00", 1_717_137_000_000),
            ("2024-05-31 08:30:00 -0500", 1_717_162_200_000),
            ("2024-05-31T08:30:00Z", 1_717_144_200_000),
            ("2024-05-31t08:30:00z", 1_717_144_200_000),
            ("2024-05-31T08:30:00.25+02:00", 1_717_137_000_250),
            ("2024-05-31T08:30:00", 1_717_144_200_000),
            ("2024-05-31 08:30:00 UTC", 1_717_144_200_000),
            ("Fri, 31 May 2024 08:30:00 GMT", 1_717_144_200_000),
            (" 2024-05-31 ", 1_717_113_600_000),
        ] {
            assert_eq!(read(text), Some(UnixMs(ms)), "{text}");
        }
        for bad in ["", "yesterday", "2024-13-01", "2024-05-32", "2024", "99999-01-01", "2024-05-31 25:00"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_name_may_begin_with_a_date() {
        let day = UnixMs(1_717_113_600_000);
        for (name, rest) in [("2024-05-31-a-b", "a-b"), ("2024-5-31_a", "a"), ("2024-05-31-1", "1")] {
            assert_eq!(of_name(name), Some((day, rest)), "{name}");
        }
        for name in ["2024-05-31", "2024-05-a", "24-05-31-a", "2024-05-31a", "a-2024-05-31-b", "2024-13-31-a"]
        {
            assert_eq!(of_name(name), None, "{name}");
        }
    }
}
