//! Values: dates, addresses, numbers, names. Each function says which rule a value breaks.

use chrono::{Datelike, NaiveDate};

use super::registry::{self as r, Rule};

type Verdict = Option<&'static Rule>;

fn unless(ok: bool, rule: &'static Rule) -> Verdict {
    (!ok).then_some(rule)
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// A date of [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339#section-5.6).
pub(super) fn rfc3339(text: &str) -> Verdict {
    let ok = text.len() >= 20
        && text.is_ascii()
        && text.as_bytes()[10] == b'T'
        && w3c_parts(text)
        && !text.contains(char::is_whitespace);
    unless(ok, &r::DATE_RFC3339)
}

/// A date of [W3CDTF](https://www.w3.org/TR/NOTE-datetime): year, month, day, or with a time and zone.
pub(super) fn w3c(text: &str) -> Verdict {
    unless(text.is_ascii() && w3c_parts(text.trim()), &r::DATE_W3C)
}

fn w3c_parts(text: &str) -> bool {
    let (date, time) = text.split_once('T').map_or((text, None), |(d, t)| (d, Some(t)));
    let parts: Vec<&str> = date.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|p| p.len()).collect();
    if !parts.iter().all(|p| digits(p)) || !matches!(lengths[..], [4] | [4, 2] | [4, 2, 2]) {
        return false;
    }
    let number = |i: usize| parts.get(i).map_or(1, |p| p.parse::<u32>().unwrap_or(0));
    if NaiveDate::from_ymd_opt(number(0) as i32, number(1), number(2)).is_none() {
        return false;
    }
    let Some(time) = time else { return true };
    if parts.len() != 3 {
        return false;
    }
    let (clock, zone) = match time.find(['Z', '+', '-']) {
        Some(at) => time.split_at(at),
        None => return false,
    };
    let zone_ok = zone == "Z"
        || zone.len() == 6
            && zone.as_bytes()[3] == b':'
            && digits(&zone[1..3])
            && digits(&zone[4..6])
            && &zone[1..3] < "24"
            && &zone[4..6] < "60";
    let (clock, fraction) = clock.split_once('.').map_or((clock, None), |(c, f)| (c, Some(f)));
    let fields: Vec<&str> = clock.split(':').collect();
    let in_range = |i: usize, max: u32| {
        fields.get(i).is_none_or(|f| f.len() == 2 && digits(f) && f.parse::<u32>().is_ok_and(|n| n <= max))
    };
    zone_ok
        && matches!(fields.len(), 2 | 3)
        && in_range(0, 23)
        && in_range(1, 59)
        && in_range(2, 60)
        && fraction.is_none_or(|f| digits(f) && fields.len() == 3)
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Comments of RFC 822 stand in parentheses, may nest, and say nothing.
fn without_comments(text: &str) -> String {
    let mut depth = 0_usize;
    let mut escaped = false;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            _ if std::mem::replace(&mut escaped, false) => {}
            '\\' if depth > 0 => escaped = true,
            '(' => {
                depth += 1;
                out.push(' ');
            }
            ')' if depth > 0 => depth -= 1,
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out.replace(" ,", ",")
}

/// A date of [RFC 822](https://www.rfc-editor.org/rfc/rfc822#section-5), as RSS readers take it.
pub(super) fn rfc822(text: &str) -> Verdict {
    let text = without_comments(text);
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let (day, rest) = match lower.split_once(',') {
        Some((day, rest)) => (Some(day.trim()), rest),
        None => (None, lower.as_str()),
    };
    let words: Vec<&str> = rest.split_whitespace().collect();
    let day_index = day.map(|d| DAYS.iter().position(|n| d.starts_with(n)));
    let strict_day = day
        .is_none_or(|d| DAYS.contains(&d) && lower.split_once(',').is_some_and(|(_, r)| r.starts_with(' ')));
    let [date, month, year, clock, zone @ ..] = &words[..] else { return Some(&r::DATE_RFC822) };
    let month_index = MONTHS.iter().position(|m| month.starts_with(m));
    let (Some(month_index), true, true) = (month_index, digits(date), digits(year)) else {
        return Some(&r::DATE_RFC822);
    };
    let fields: Vec<Option<u32>> =
        clock.split(':').map(|f| (f.len() <= 2 && digits(f)).then(|| f.parse().ok()).flatten()).collect();
    let clock_ok = match fields[..] {
        [Some(h), Some(m)] => h < 24 && m < 60,
        [Some(h), Some(m), Some(s)] => h < 24 && m < 60 && s < 61,
        _ => false,
    };
    let full_year = match (year.len(), year.parse::<i32>()) {
        (2, Ok(y)) => {
            if y < 69 {
                2000 + y
            } else {
                1900 + y
            }
        }
        (4, Ok(y)) => y,
        _ => return Some(&r::DATE_RFC822),
    };
    let calendar = NaiveDate::from_ymd_opt(full_year, month_index as u32 + 1, date.parse().unwrap_or(0));
    let Some(calendar) = calendar.filter(|_| clock_ok && day_index != Some(None)) else {
        return Some(&r::DATE_RFC822);
    };
    if let Some(Some(index)) = day_index
        && calendar.weekday().num_days_from_monday() as usize != index
    {
        return Some(&r::DATE_WEEKDAY);
    }
    let zone = zone.concat();
    if zone.contains(':') {
        return Some(&r::DATE_RFC822);
    }
    let named =
        matches!(&*zone, "ut" | "gmt" | "est" | "edt" | "cst" | "cdt" | "mst" | "mdt" | "pst" | "pdt" | "z");
    let offset = zone.len() == 5 && matches!(zone.as_bytes()[0], b'+' | b'-') && digits(&zone[1..]);
    if offset && (&zone[1..3] > "23" || &zone[3..5] > "59") {
        return Some(&r::DATE_RFC822);
    }
    let strict = strict_day && month.len() == 3 && (named || offset) && date.len() <= 2;
    unless(strict, &r::DATE_RFC822_ODD)
}

/// What an address must be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Address {
    /// A reference, maybe relative.
    Any,
    /// With a scheme.
    Full,
}

/// An address ([RFC 3986](https://www.rfc-editor.org/rfc/rfc3986)); Atom allows characters that are not ASCII.
pub(super) fn address(text: &str, kind: Address, iri: bool) -> Verdict {
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("tag:") {
        return unless(is_tag(text), &r::URL_TAG);
    }
    if lower.starts_with("urn:uuid:") {
        return unless(is_uuid(&text[9..]), &r::URL_UUID);
    }
    if lower.starts_with("urn:") {
        return unless(is_urn(&text[4..]), &r::URL_URN);
    }
    let scheme = text.split_once(':').map(|(s, _)| s).filter(|s| {
        s.starts_with(|c: char| c.is_ascii_alphabetic())
            && s.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    });
    if kind == Address::Full && scheme.is_none() {
        return Some(&r::URL_RELATIVE);
    }
    let bytes = text.as_bytes();
    for (at, c) in text.char_indices() {
        let ok = match c {
            '%' => bytes.get(at + 1..at + 3).is_some_and(|h| h.iter().all(u8::is_ascii_hexdigit)),
            c if !c.is_ascii() => true,
            '[' | ']' => text.contains("://["),
            c => c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()*+,;=".contains(c),
        };
        if !ok {
            return Some(&r::URL_CHARACTER);
        }
    }
    if !text.is_ascii() && !iri {
        return Some(&r::URL_IRI);
    }
    if scheme.is_some_and(|s| matches!(&*s.to_ascii_lowercase(), "http" | "https" | "ftp"))
        && (!lower.contains("://")
            || lower.split_once("://").is_some_and(|(_, rest)| rest.is_empty() || rest.starts_with('/')))
    {
        return Some(if kind == Address::Full { &r::URL_RELATIVE } else { &r::URL_CHARACTER });
    }
    None
}

/// [RFC 4151](https://www.rfc-editor.org/rfc/rfc4151#section-2).
fn is_tag(text: &str) -> bool {
    let Some((authority, rest)) = text[4..].split_once(',') else { return false };
    let Some((date, specific)) = rest.split_once(':') else { return false };
    let host = authority.rsplit('@').next().unwrap_or_default();
    let label = |l: &str| {
        !l.is_empty()
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    let mail = authority.split_once('@').is_none_or(|(name, _)| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
    });
    let parts: Vec<&str> = date.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|p| p.len()).collect();
    let dated = parts.iter().all(|p| digits(p))
        && matches!(lengths[..], [4] | [4, 2] | [4, 2, 2])
        && parts.get(1).is_none_or(|m| matches!(m.parse(), Ok(1..=12)))
        && parts.get(2).is_none_or(|d| matches!(d.parse(), Ok(1..=31)));
    let chars = |s: &str| s.chars().all(|c| c.is_ascii_alphanumeric() || "-._~:@!$&'()*+,;=/?%".contains(c));
    let (specific, fragment) = specific.split_once('#').unwrap_or((specific, ""));
    host.split('.').all(label) && mail && dated && chars(specific) && chars(fragment)
}

/// What follows `urn:` ([RFC 2141](https://www.rfc-editor.org/rfc/rfc2141)).
fn is_urn(text: &str) -> bool {
    let Some((name, specific)) = text.split_once(':') else { return false };
    let name_ok = (1..=32).contains(&name.len())
        && !name.starts_with('-')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !name.eq_ignore_ascii_case("urn");
    name_ok
        && !specific.is_empty()
        && specific.bytes().all(|b| b.is_ascii_alphanumeric() || b"()+,-.:=@;$_!*'/%?#~&".contains(&b))
}

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

/// A host that could be reached, or an address of a mailbox.
pub(super) fn mailbox(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    !local.is_empty()
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b))
        && host.split('.').count() > 1
        && host.split('.').all(|l| !l.is_empty() && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
}

/// A contact of RSS: an address, with a name in some form.
pub(super) fn contact(text: &str) -> Verdict {
    let text = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
    let found = text
        .split(|c: char| {
            c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '"' | ',' | ':' | '[' | ']' | ';')
        })
        .map(|w| w.split('?').next().unwrap_or_default())
        .any(mailbox);
    unless(found, &r::EMAIL)
}

/// A language tag: known by its shape; two letters must be of ISO 639.
pub(super) fn language(text: &str) -> Verdict {
    const TWO: &str = " aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu ";
    let lower = text.to_ascii_lowercase();
    let mut parts = lower.split('-');
    let first = parts.next().unwrap_or_default();
    let known = match first.len() {
        1 => matches!(first, "x" | "i") && lower.len() > 2,
        2 => TWO.contains(&format!(" {first} ")),
        3..=8 => first.bytes().all(|b| b.is_ascii_alphabetic()) && first.len() == 3,
        _ => false,
    };
    let rest = parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
    unless(known && rest, &r::LANGUAGE)
}

/// `type/subtype`, parameters allowed.
pub(super) fn is_mime(text: &str) -> bool {
    let essence = text.split(';').next().unwrap_or_default().trim_end();
    let token = |t: &str| {
        !t.is_empty() && t.bytes().all(|b| b.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&b))
    };
    essence.split_once('/').is_some_and(|(a, b)| token(a) && token(b))
}

pub(super) fn positive(text: &str) -> Verdict {
    unless(
        digits(text.strip_prefix('+').unwrap_or(text)) && text.bytes().any(|b| matches!(b, b'1'..=b'9')),
        &r::INTEGER_POSITIVE,
    )
}

pub(super) fn integer(text: &str) -> Verdict {
    unless(digits(text), &r::INTEGER)
}

pub(super) fn is_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    unsigned.bytes().any(|b| b.is_ascii_digit())
        && unsigned.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && unsigned.matches('.').count() <= 1
}

pub(super) fn is_base64(text: &str) -> bool {
    let bytes: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    bytes.len().is_multiple_of(4) && bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(verdict: Verdict) -> &'static str {
        verdict.map_or("", |r| r.meta.code)
    }

    #[test]
    fn dates() {
        assert_eq!(code(rfc822("Tue, 31 Oct 2023 21:15:02 GMT")), "");
        assert_eq!(code(rfc822("Wed, 31 Oct 2023 21:15:02 GMT")), "date/weekday");
        assert_eq!(code(rfc822("2023-10-31")), "date/rfc822");
        assert_eq!(code(rfc822("Tuesday, 31 October 2023 21:15 GMT")), "date/rfc822-problematic");
        assert_eq!(code(rfc3339("2023-10-31T21:15:02.5+01:00")), "");
        for bad in [
            "2023-10-31",
            "2023-10-31 21:15:02Z",
            "2023-13-31T21:15:02Z",
            "2023-10-31T21:15:02+0100",
            "2023-10-31T21:15Z ",
        ] {
            assert_eq!(code(rfc3339(bad)), "date/rfc3339", "{bad}");
        }
        assert_eq!(code(w3c("2023-10")), "");
    }

    #[test]
    fn addresses() {
        let full = |text| code(address(text, Address::Full, true));
        assert_eq!(full("https://a.example/ü?x=%20"), "");
        assert_eq!(full("/a"), "url/relative");
        assert_eq!(full("https://a.example/a b"), "url/character");
        assert_eq!(full("tag:a.example,2023-10:x"), "");
        assert_eq!(full("tag:a.example:x"), "url/tag");
        assert_eq!(full("urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a"), "");
        assert_eq!(full("urn:uuid:1225"), "url/uuid");
        assert_eq!(code(address("https://a.example/ü", Address::Any, false)), "url/not-ascii");
    }
}
