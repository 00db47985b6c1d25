//! Dates: RFC 822 in RSS, RFC 3339 in Atom and JSON Feed, W3CDTF in Dublin Core.

use chrono::{Datelike, NaiveDate, NaiveTime};

use crate::rule::{
    Context::{Entry, Item},
    Rule,
};
use crate::values::number::is_whole;
use feedmill_types::UnixMs;

static RFC822: Rule = Rule::error("date/rfc822", "invalid RFC 822 date")
    .why("A reader that cannot parse the date uses the time at which it fetched the entry, or puts the entry last. A date without a zone, or with one that RFC 822 does not define, such as `UTC`, is off by hours in some readers.")
    .remedy("write it like Tue, 31 Oct 2023 21:15:02 GMT")
    .spec("RFC 822, 5", "https://www.rfc-editor.org/rfc/rfc822#section-5")
    .example(Item, "<pubDate>2023-10-31 21:15</pubDate>", "<pubDate>Tue, 31 Oct 2023 21:15:02 GMT</pubDate>");

static RFC822_PROBLEMATIC: Rule =
    Rule::warning("date/rfc822-problematic", "RFC 822 date that some readers cannot parse")
        .why("RFC 822 allows two-digit years, military zones, comments and any case; many readers do not.")
        .remedy("write it like Tue, 31 Oct 2023 21:15:02 GMT")
        .spec("RSS Profile, Date and Time", "https://www.rssboard.org/rss-profile#data-types-datetime")
        .example(
            Item,
            "<pubDate>Tue, 31 Oct 23 21:15:02 GMT</pubDate>",
            "<pubDate>Tue, 31 Oct 2023 21:15:02 GMT</pubDate>",
        );

static WEEKDAY: Rule = Rule::error("date/weekday", "wrong day of the week")
    .why("The day or the date is wrong, and a reader cannot know which.")
    .remedy("correct the day, or omit it")
    .spec("RFC 822, 5.2", "https://www.rfc-editor.org/rfc/rfc822#section-5.2")
    .example(
        Item,
        "<pubDate>Wed, 31 Oct 2023 21:15:02 GMT</pubDate>",
        "<pubDate>Tue, 31 Oct 2023 21:15:02 GMT</pubDate>",
    );

static RFC3339: Rule = Rule::error("date/rfc3339", "invalid RFC 3339 date")
    .why("Atom and JSON Feed have one date format: date, a capital T, time with seconds, and Z or an offset with a colon.")
    .remedy("write it like 2023-10-31T21:15:02Z")
    .spec("RFC 3339, 5.6", "https://www.rfc-editor.org/rfc/rfc3339#section-5.6")
    .example(Entry, "<published>2023-10-31 21:15:02</published>", "<published>2023-10-31T21:15:02Z</published>");

static W3CDTF: Rule = Rule::error("date/w3cdtf", "invalid W3CDTF date")
    .why("A Dublin Core date may end after the year, month, day or time; a time needs a zone.")
    .remedy("write it like 2023-10-31 or 2023-10-31T21:15:02Z")
    .spec("W3C Date and Time Formats", "https://www.w3.org/TR/NOTE-datetime")
    .example(Item, "<dc:date>31 October 2023</dc:date>", "<dc:date>2023-10-31</dc:date>");

static IMPLAUSIBLE: Rule = Rule::warning("date/implausible", "implausible date")
    .why("There were no feeds before 1990, and an entry from the future stays at the top of every reader until its day comes.")
    .remedy("check the clock or the program that wrote the date")
    .spec("RSS Profile, pubDate", "https://www.rssboard.org/rss-profile#element-channel-item-pubdate")
    .example(Item, "<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>", "<pubDate>Tue, 31 Oct 2023 21:15:02 GMT</pubDate>");

pub(crate) static RULES: &[&Rule] =
    &[&RFC822, &RFC822_PROBLEMATIC, &WEEKDAY, &RFC3339, &W3CDTF, &IMPLAUSIBLE];

/// The instant of a date, or the rule it breaks.
pub(crate) type Read = Result<UnixMs, &'static Rule>;

/// Reads a date of Dublin Core.
pub(crate) fn read_w3cdtf(text: &str) -> Read {
    read_iso(text).ok_or(&W3CDTF)
}

/// Checks the date of an event: it may be in the future, and a time without zone is local.
pub(crate) fn event(text: &str) -> Option<&'static Rule> {
    let is_local = || text.contains('T') && read_iso(&format!("{text}Z")).is_some();
    (read_iso(text).is_none() && !is_local()).then_some(&W3CDTF)
}

/// Checks a date of RFC 3339, without its plausibility.
pub(crate) fn rfc3339_value(value: &str) -> Option<&'static Rule> {
    read_rfc3339(value).err()
}

/// True if a text is a date and time of ISO 8601 with a zone, in the extended form or in the basic one: `20231031T211502Z`.
pub(crate) fn is_iso_8601(text: &str) -> bool {
    let extended = extended(text);
    let text = extended.as_deref().unwrap_or(text);
    read_iso(text).is_some() && text.contains('T')
}

/// Returns a date and time of ISO 8601 with all hyphens and colons; `None` if it has them already or is no date.
pub(super) fn extended(text: &str) -> Option<String> {
    if !text.is_ascii() {
        return None;
    }
    let (date, rest) = text.split_once('T')?;
    let (time, zone) = rest.split_at(rest.find(['Z', '+', '-']).unwrap_or(rest.len()));
    let date = if date.len() == 8 && is_whole(date) {
        format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..])
    } else {
        date.to_owned()
    };
    let (whole, fraction) = time.split_at(time.find('.').unwrap_or(time.len()));
    let time = match whole.len() {
        4 if is_whole(whole) => format!("{}:{}{fraction}", &whole[..2], &whole[2..]),
        6 if is_whole(whole) => format!("{}:{}:{}{fraction}", &whole[..2], &whole[2..4], &whole[4..]),
        _ => time.to_owned(),
    };
    let zone = match zone.len() {
        3 => format!("{zone}:00"),
        5 if is_whole(&zone[1..]) => format!("{}:{}", &zone[..3], &zone[3..]),
        _ => zone.to_owned(),
    };
    let extended = format!("{date}T{time}{zone}");
    (extended != text).then_some(extended)
}

/// Checks a date of RFC 822, without its plausibility.
pub(crate) fn rfc822_value(value: &str) -> Option<&'static Rule> {
    read_rfc822(value).err()
}

/// Returns the rule about implausible dates if an instant is before 1990, or more than a day after now.
pub(crate) fn implausible(instant: UnixMs, now: Option<UnixMs>) -> Option<&'static Rule> {
    const YEAR_1990: i64 = 631_152_000_000;
    if instant.0 < YEAR_1990 { Some(&IMPLAUSIBLE) } else { in_the_future(instant, now) }
}

/// Returns the rule about implausible dates if an instant is more than a day after now.
pub(crate) fn in_the_future(instant: UnixMs, now: Option<UnixMs>) -> Option<&'static Rule> {
    const DAY: i64 = 86_400_000;
    now.is_some_and(|now| instant.0.saturating_sub(now.0) > DAY).then_some(&IMPLAUSIBLE)
}

/// Parses a number of exactly `length` digits.
fn number(text: &str, length: usize) -> Option<u32> {
    (text.len() == length && is_whole(text)).then(|| text.parse().ok()).flatten()
}

fn instant(date: NaiveDate, time: NaiveTime, offset_minutes: i64) -> UnixMs {
    UnixMs((date.and_time(time).and_utc().timestamp() - offset_minutes * 60) * 1000)
}

/// Returns a time of the day. A leap second counts as the second before it.
pub(super) fn clock(hours: u32, minutes: u32, seconds: u32) -> Option<NaiveTime> {
    (seconds <= 60).then(|| NaiveTime::from_hms_opt(hours, minutes, seconds.min(59))).flatten()
}

/// Reads a date of [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339#section-5.6) in the form that Atom allows.
pub(crate) fn read_rfc3339(text: &str) -> Read {
    let full = text.len() >= "2023-10-31T21:15:02Z".len() && text.as_bytes().get(16) == Some(&b':');
    read_iso(text).filter(|_| full).ok_or(&RFC3339)
}

/// Reads a date of [W3CDTF](https://www.w3.org/TR/NOTE-datetime): a year, month or day, or a day with a time and a zone.
fn read_iso(text: &str) -> Option<UnixMs> {
    if !text.is_ascii() {
        return None;
    }
    let (date, time) = text.split_once('T').map_or((text, None), |(d, t)| (d, Some(t)));
    let parts: Vec<&str> = date.split('-').collect();
    let [year, ref rest @ ..] = parts[..] else { return None };
    if rest.len() > 2 || time.is_some() && rest.len() < 2 {
        return None;
    }
    let part = |i: usize| rest.get(i).map_or(Some(1), |p| number(p, 2));
    let date = NaiveDate::from_ymd_opt(number(year, 4)? as i32, part(0)?, part(1)?)?;
    let Some(time) = time else { return Some(instant(date, NaiveTime::MIN, 0)) };
    let (time, zone) = time.split_at(time.find(['Z', '+', '-'])?);
    let offset = match zone.as_bytes() {
        b"Z" => 0,
        [sign, _, _, b':', _, _] => {
            let (hours, minutes) = (number(&zone[1..3], 2)?, number(&zone[4..6], 2)?);
            let minutes = (hours < 24 && minutes < 60).then_some(i64::from(hours * 60 + minutes))?;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    let (time, fraction) = time.split_once('.').map_or((time, None), |(t, f)| (t, Some(f)));
    let fields: Vec<&str> = time.split(':').collect();
    let time = match fields[..] {
        [hours, minutes] if fraction.is_none() => clock(number(hours, 2)?, number(minutes, 2)?, 0)?,
        [hours, minutes, seconds] if fraction.is_none_or(is_whole) => {
            clock(number(hours, 2)?, number(minutes, 2)?, number(seconds, 2)?)?
        }
        _ => return None,
    };
    Some(instant(date, time, offset))
}

pub(super) const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
pub(super) const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// Named zones, with their hours from UTC.
const ZONES: [(&str, i64); 11] = [
    ("UT", 0),
    ("GMT", 0),
    ("Z", 0),
    ("EST", -5),
    ("EDT", -4),
    ("CST", -6),
    ("CDT", -5),
    ("MST", -7),
    ("MDT", -6),
    ("PST", -8),
    ("PDT", -7),
];

/// Returns the year that two digits stand for.
pub(super) fn with_century(year: u32) -> u32 {
    if year < 69 { 2000 + year } else { 1900 + year }
}

/// Removes the comments of RFC 822, which are in parentheses and may be nested.
fn without_comments(text: &str) -> String {
    let mut depth = 0_usize;
    let mut escaped = false;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            _ if std::mem::replace(&mut escaped, false) => {}
            '\\' => escaped = true,
            '(' => {
                depth += 1;
                out.push(' ');
            }
            ')' if depth > 0 => depth -= 1,
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

/// Reads a date of RFC 822 in the form that most feeds have, such as `Tue, 31 Oct 2023 21:15:02 GMT`; `None` for any other.
fn read_usual(text: &str) -> Option<UnixMs> {
    let bytes: &[u8; 25] = text.as_bytes().first_chunk()?;
    let offset = match &text.as_bytes()[bytes.len()..] {
        b" GMT" | b" +0000" => 0,
        _ => return None,
    };
    let digit = |at: usize| bytes[at].is_ascii_digit().then(|| u32::from(bytes[at] - b'0'));
    let two = |at: usize| Some(digit(at)? * 10 + digit(at + 1)?);
    let is_spaced = [4, 7, 11, 16].iter().all(|at| bytes[*at] == b' ');
    if !is_spaced || bytes[3] != b',' || bytes[19] != b':' || bytes[22] != b':' {
        return None;
    }
    let month = MONTHS.iter().position(|month| month.as_bytes() == &bytes[8..11])?;
    let year = two(12)? * 100 + two(14)?;
    let date = NaiveDate::from_ymd_opt(year.cast_signed(), u32::try_from(month).ok()? + 1, two(5)?)?;
    let day = DAYS[date.weekday().num_days_from_monday() as usize];
    let time = clock(two(17)?, two(20)?, two(23)?)?;
    (day.as_bytes() == &bytes[..3]).then(|| instant(date, time, offset))
}

/// Reads a date of [RFC 822](https://www.rfc-editor.org/rfc/rfc822#section-5) with years of two or four digits. Forms
/// that only some readers can parse are problematic.
pub(crate) fn read_rfc822(text: &str) -> Read {
    if let Some(instant) = read_usual(text) {
        return Ok(instant);
    }
    let plain = without_comments(text);
    let mut strict = plain == text && !text.contains("  ");
    let mut rest = plain.trim();
    let mut day = None;
    if let Some((name, after)) = rest.split_once(',') {
        let name = name.trim_end();
        let index = DAYS.iter().position(|d| d.eq_ignore_ascii_case(name)).ok_or(&RFC822)?;
        strict &= name == DAYS[index] && rest.starts_with(&format!("{name}, "));
        day = Some(index);
        rest = after;
    }
    let words: Vec<&str> = rest.split_ascii_whitespace().collect();
    let [date, month, year, time, ref zone @ ..] = words[..] else { return Err(&RFC822) };
    let date_number = number(date, 2).or_else(|| number(date, 1)).ok_or(&RFC822)?;
    let month_index = MONTHS.iter().position(|m| m.eq_ignore_ascii_case(month)).ok_or(&RFC822)?;
    strict &= month == MONTHS[month_index];
    let year_number = match (number(year, 4), number(year, 2)) {
        (Some(year), _) => year,
        (None, Some(year)) => {
            strict = false;
            with_century(year)
        }
        _ => return Err(&RFC822),
    };
    let fields: Vec<&str> = time.split(':').collect();
    let seconds = match fields[..] {
        [_, _] => Some(0),
        [_, _, seconds] => number(seconds, 2),
        _ => None,
    };
    let time = match (
        fields.first().and_then(|h| number(h, 2)),
        fields.get(1).and_then(|m| number(m, 2)),
        seconds,
    ) {
        (Some(h), Some(m), Some(s)) => clock(h, m, s).ok_or(&RFC822)?,
        _ => return Err(&RFC822),
    };
    let offset = match zone {
        [zone] => {
            let named = ZONES.iter().find(|(name, _)| name.eq_ignore_ascii_case(zone));
            if let Some((name, hours)) = named {
                strict &= zone == name;
                hours * 60
            } else if zone.len() == 1
                && zone.bytes().all(|b| b.is_ascii_alphabetic() && !b.eq_ignore_ascii_case(&b'j'))
            {
                strict = false;
                0
            } else {
                let (sign, number) = (zone.as_bytes()[0], zone.get(1..).and_then(|n| number(n, 4)));
                let number = number.filter(|n| matches!(sign, b'+' | b'-') && n / 100 < 24 && n % 100 < 60);
                let number = i64::from(number.ok_or(&RFC822)?);
                strict &= matches!(number % 100, 0 | 30 | 45);
                let minutes = number / 100 * 60 + number % 100;
                if sign == b'-' { -minutes } else { minutes }
            }
        }
        _ => return Err(&RFC822),
    };
    let calendar =
        NaiveDate::from_ymd_opt(year_number as i32, month_index as u32 + 1, date_number).ok_or(&RFC822)?;
    if day.is_some_and(|day| calendar.weekday().num_days_from_monday() as usize != day) {
        return Err(&WEEKDAY);
    }
    if strict { Ok(instant(calendar, time, offset)) } else { Err(&RFC822_PROBLEMATIC) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(read: Read) -> &'static str {
        read.map_or_else(|rule| rule.meta.code, |_| "")
    }

    #[test]
    fn rfc_822() {
        for good in
            ["Tue, 31 Oct 2023 21:15:02 GMT", "31 Oct 2023 21:15 +0545", "Tue, 31 Oct 2023 21:15:60 Z"]
        {
            assert_eq!(code(read_rfc822(good)), "", "{good}");
        }
        for (usual, same) in [
            ("Tue, 31 Oct 2023 21:15:02 GMT", "Tue, 31 Oct 2023 21:15:02 UT"),
            ("Mon, 29 Feb 2016 00:00:60 +0000", "Mon, 29 Feb 2016 00:00:60 -0000"),
        ] {
            assert!(read_usual(usual).is_some() && read_usual(same).is_none());
            assert_eq!(read_usual(usual), read_rfc822(same).ok());
        }
        for odd in [
            "Tue, 31 Oct 23 21:15:02 GMT",
            "tue, 31 oct 2023 21:15:02 gmt",
            "Tue,31 Oct 2023 21:15:02 GMT",
            "Tue, 31 Oct 2023 21:15:02 A",
            "Tue, 31 Oct 2023 21:15:02 (here) GMT",
            "Tue, 31 Oct 2023 21:15:02 +0017",
        ] {
            assert_eq!(code(read_rfc822(odd)), "date/rfc822-problematic", "{odd}");
        }
        for bad in [
            "",
            "2023-10-31",
            "Tuesday, 31 Oct 2023 21:15:02 GMT",
            "31 October 2023 21:15 GMT",
            "32 Oct 2023 21:15 GMT",
            "31 Oct 2023 24:15 GMT",
            "31 Oct 2023 9:15 GMT",
            "31 Oct 2023 21:15 +2400",
            "31 Oct 2023 21:15 XYZ",
            "31 Oct 2023 21:15:02",
            "Tue, 31 Oct 2023 21:15:02 UTC",
            "é, é é é é",
        ] {
            assert_eq!(code(read_rfc822(bad)), "date/rfc822", "{bad}");
        }
        assert_eq!(code(read_rfc822("Wed, 31 Oct 2023 21:15:02 GMT")), "date/weekday");
        let read = |text| read_rfc822(text).map(|t| t.0).ok();
        assert_eq!(read("Tue, 31 Oct 2023 21:15:02 GMT"), Some(1_698_786_902_000));
        assert_eq!(read("Tue, 31 Oct 2023 16:15:02 EST"), Some(1_698_786_902_000));
        assert_eq!(read("Tue, 31 Oct 2023 22:45:02 +0130"), Some(1_698_786_902_000));
    }

    #[test]
    fn iso() {
        for good in ["2023-10-31T21:15:02Z", "2023-10-31T21:15:02.5+01:00", "2023-10-31T21:15:60Z"] {
            assert_eq!(code(read_rfc3339(good)), "", "{good}");
        }
        for bad in [
            "2023-10-31",
            "2023-10-31 21:15:02Z",
            "2023-13-31T21:15:02Z",
            "2023-10-31T21:15:02+0100",
            "2023-10-31T21:15Z",
            "2023-10-31T21:15:02.Z",
            "2023-10-31T24:15:02Z",
            "2023-10-31T21:15:02+01:00:00",
            "2023-10-31T21:15:02",
        ] {
            assert_eq!(code(read_rfc3339(bad)), "date/rfc3339", "{bad}");
        }
        assert!(["2023", "2023-10", "2023-10-31", "2023-10-31T21:15Z"].iter().all(|t| read_iso(t).is_some()));
        assert!(
            ["2023-10-31T21:15", "2023-10T21:15Z", "23-10-31", "2023-02-30"]
                .iter()
                .all(|t| read_iso(t).is_none())
        );
        assert_eq!(read_iso("2023-10-31T22:15:02+01:00"), Some(UnixMs(1_698_786_902_000)));
    }

    #[test]
    fn plausible() {
        let now = Some(UnixMs(1_700_000_000_000));
        assert!(
            implausible(UnixMs(0), now).is_some() && implausible(UnixMs(1_800_000_000_000), now).is_some()
        );
        assert!(implausible(UnixMs(1_700_000_000_000), now).is_none());
        assert!(implausible(UnixMs(9_800_000_000_000), None).is_none());
    }
}
