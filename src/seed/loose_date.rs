//! Dates in text and URLs, as people write them: `17 May 2023`, `May 17, 2023`, `17. Mai 2023`, `2023年5月17日`, `/2023/05/17/`.

use crate::generator::{Unzoned, date};
use crate::types::UnixMs;

/// Number of words and numbers of a text that are searched.
const MAX_TOKENS: usize = 60;

/// Names of months in lower case: English, German, French, Spanish, Portuguese, Italian, Dutch, Czech, Polish.
const MONTHS: [&[&str]; 12] = [
    &[
        "jan", "january", "januar", "jänner", "janvier", "enero", "janeiro", "gennaio", "januari", "ledna",
        "stycznia",
    ],
    &[
        "feb",
        "february",
        "februar",
        "février",
        "fevrier",
        "febrero",
        "fevereiro",
        "febbraio",
        "februari",
        "února",
        "lutego",
    ],
    &["mar", "march", "märz", "mars", "marzo", "março", "maart", "března", "marca"],
    &["apr", "april", "avril", "abril", "aprile", "dubna", "kwietnia"],
    &["may", "mai", "mayo", "maio", "maggio", "mei", "května", "maja"],
    &["jun", "june", "juni", "juin", "junio", "junho", "giugno", "června", "czerwca"],
    &["jul", "july", "juli", "juillet", "julio", "julho", "luglio", "července", "lipca"],
    &["aug", "august", "août", "aout", "agosto", "augustus", "srpna", "sierpnia"],
    &["sep", "sept", "september", "septembre", "septiembre", "setembro", "settembre", "září", "września"],
    &[
        "oct",
        "okt",
        "october",
        "oktober",
        "octobre",
        "octubre",
        "outubro",
        "ottobre",
        "října",
        "października",
    ],
    &["nov", "november", "novembre", "noviembre", "novembro", "listopadu", "listopada"],
    &[
        "dec",
        "dez",
        "december",
        "dezember",
        "décembre",
        "decembre",
        "diciembre",
        "dezembro",
        "dicembre",
        "prosince",
        "grudnia",
    ],
];

enum Token {
    /// A number, and the number of its digits.
    Number(u32, usize),
    Month(u32),
    Other,
}

/// Finds the first complete date in a text. A date such as 5/6/2023, which has two readings, is not one.
pub(super) fn find(text: &str) -> Option<UnixMs> {
    find_with(text, false)
}

/// Finds the date in the path of a URL: `/2023/05/17/`, `/2023/may/17/`, `/2023-05-17-`, `/20230517/`.
pub(super) fn in_url(url: &str) -> Option<UnixMs> {
    let path = url.split(['?', '#']).next()?.split_once("://")?.1.split_once('/')?.1;
    find_with(path, true)
}

fn find_with(text: &str, is_path: bool) -> Option<UnixMs> {
    let (tokens, gaps) = tokenize(text);
    for at in 0..tokens.len() {
        if let Token::Number(number, 8) = tokens[at]
            && is_path
            && let Some(found) = day(number / 10_000, number / 100 % 100, number % 100)
        {
            return Some(found);
        }
        let Some([a, b, c]) = tokens.get(at..at + 3) else { continue };
        // The characters between the parts: a date in numbers alone is joined by marks, not by spaces.
        let gap = |n: usize| gaps[at + n].trim();
        let (one, two) = (gap(1), gap(2));
        let is_joined = one == two && matches!(one, "-" | "/" | "." | "_");
        let cjk = matches!(one, "年" | "년") && matches!(two, "月" | "월");
        let found = match (a, b, c) {
            (Token::Number(y, 4), Token::Number(m, 1 | 2), Token::Number(d, 1 | 2)) if is_joined || cjk => {
                day(*y, *m, *d)
            }
            (Token::Number(y, 4), Token::Month(m), Token::Number(d, 1 | 2)) => day(*y, *m, *d),
            (Token::Month(m), Token::Number(d, 1 | 2), Token::Number(y, 4)) if !is_path => day(*y, *m, *d),
            (Token::Number(d, 1 | 2), Token::Month(m), Token::Number(y, 4)) if !is_path => day(*y, *m, *d),
            (Token::Number(a, 1 | 2), Token::Number(b, 1 | 2), Token::Number(y, 4))
                if is_joined && !is_path =>
            {
                match (one == "." || *a > 12, *b > 12) {
                    (true, false) => day(*y, *b, *a),
                    (false, true) => day(*y, *a, *b),
                    _ if a == b => day(*y, *a, *b),
                    _ => None,
                }
            }
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Splits a text into numbers and words, and the characters in front of each. Ordinal endings and "of" are no words.
fn tokenize(text: &str) -> (Vec<Token>, Vec<String>) {
    let (mut tokens, mut gaps) = (Vec::new(), Vec::new());
    let mut gap = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if tokens.len() == MAX_TOKENS {
            break;
        }
        let is_cjk = |c: char| matches!(c, '年' | '月' | '日' | '년' | '월' | '일');
        let (is_digit, is_word) = (c.is_ascii_digit(), c.is_alphabetic() && !is_cjk(c));
        if !is_digit && !is_word {
            gap.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let ends = |c: char| if is_digit { !c.is_ascii_digit() } else { !c.is_alphabetic() || is_cjk(c) };
        let (word, after) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
        rest = after;
        let lower = word.to_lowercase();
        if is_word && matches!(lower.as_str(), "st" | "nd" | "rd" | "th" | "er" | "of" | "de" | "del") {
            gap.push(' ');
            continue;
        }
        let month = MONTHS.iter().position(|names| names.contains(&lower.as_str()));
        tokens.push(match month {
            _ if is_digit => word.parse().map_or(Token::Other, |number| Token::Number(number, word.len())),
            Some(month) => Token::Month(month as u32 + 1),
            None => Token::Other,
        });
        gaps.push(std::mem::take(&mut gap));
    }
    (tokens, gaps)
}

/// Returns midnight of a day between 1990 and 2100, when web pages were written.
fn day(year: u32, month: u32, day: u32) -> Option<UnixMs> {
    let is_likely = (1990..=2100).contains(&year);
    is_likely
        .then(|| Some(date::read(&format!("{year}-{month:02}-{day:02}"), Unzoned::Utc)?.instant))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Option<UnixMs> = Some(UnixMs(1_684_281_600_000));

    #[test]
    fn dates_are_found_in_text() {
        for text in [
            "Published 17 May 2023",
            "May 17, 2023 at 6:01 am Updated May 18, 2023",
            "By Ann Lee · May 17th, 2023",
            "Wed May 17 2023 10:00:00 GMT+0200 (CEST)",
            "the 17th of May 2023",
            "Mittwoch, 17. Mai 2023, 8 Uhr",
            "17 mai 2023",
            "17 de mayo de 2023",
            "17.05.2023",
            "17/5/2023",
            "5/17/2023",
            "2023-05-17",
            "2023/05/17 10:30",
            "2023年5月17日",
            "2023년 5월 17일",
        ] {
            assert_eq!(find(text), DAY, "{text}");
        }
        for text in [
            "",
            "May 2023",
            "5/6/2023",
            "17 May",
            "2023",
            "2023 05 17",
            "31 June 2023",
            "17 May 1823",
            "a-b-c",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }

    #[test]
    fn dates_are_found_in_the_paths_of_urls() {
        for url in [
            "https://a.example/2023/05/17/frost",
            "https://a.example/news/2023/may/17/frost?page=2",
            "https://a.example/blog/2023-05-17-frost.html",
            "https://a.example/a/20230517/1.html",
        ] {
            assert_eq!(in_url(url), DAY, "{url}");
        }
        for url in [
            "https://a.example/2023/05/frost",
            "https://2023.05.17.example/",
            "https://a.example/?d=2023-05-17",
        ] {
            assert_eq!(in_url(url), None, "{url}");
        }
    }
}
