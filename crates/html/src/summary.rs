//! Summaries: the beginning of a text, cut at a sensible place.

use unicode_segmentation::UnicodeSegmentation;

/// Returns the beginning of a text, at most `graphemes` long: whole sentences if possible, else whole words, else whole
/// graphemes. Ends with an ellipsis if anything was cut. Line feeds become spaces.
///
/// ```
/// assert_eq!(feedmill_html::summary("It rained. The river rose.", 20), "It rained. …");
/// ```
#[must_use]
pub fn summary(text: &str, graphemes: usize) -> String {
    let text = text.trim();
    // A little more than the limit, to see if a word ends there.
    let most = graphemes.saturating_add(MARGIN + 1);
    let mut starts = Vec::with_capacity(most.min(text.len()));
    starts.extend(grapheme_starts(text).take(most));
    let Some((ends, more)) = starts.split_at_checked(graphemes).filter(|(_, more)| !more.is_empty()) else {
        return text.replace('\n', " ");
    };
    // Room for the ellipsis and the space before it.
    let room = |spare: usize| ends.len().checked_sub(spare).and_then(|at| ends.get(at)).copied().unwrap_or(0);
    let least = ends.get(ends.len() / 3).copied().unwrap_or(0);
    if let Some(sentence) = last_sentence(text, room(2)).filter(|at| *at >= least) {
        let gap = if text[..sentence].ends_with(|c: char| c.is_ascii()) { " " } else { "" };
        return format!("{}{gap}…", text[..sentence].trim_end()).replace('\n', " ");
    }
    let limit = room(1);
    let beyond = more.get(MARGIN).copied().unwrap_or(text.len());
    let word =
        text[..beyond].split_word_bound_indices().map(|(at, _)| at).take_while(|at| *at <= limit).last();
    let cut = word.filter(|at| *at >= least.min(limit) && *at > 0).unwrap_or(limit);
    let cut = Some(whole_words(text, cut, beyond)).filter(|at| *at > 0).unwrap_or(cut);
    let kept = text[..cut].trim_end_matches(|c: char| {
        c.is_whitespace() || matches!(c, ',' | '，' | '、' | ';' | '；' | ':' | '：')
    });
    format!("{kept}…").replace('\n', " ")
}

/// Number of graphemes beyond the limit that are looked at.
const MARGIN: usize = 9;

/// Returns the positions at which graphemes start.
fn grapheme_starts(text: &str) -> impl Iterator<Item = usize> {
    // The next position, and true if the character there is known to be plain.
    let (mut next, mut is_known) = (0, false);
    std::iter::from_fn(move || {
        let (at, rest) = (next, &text[next..]);
        if let [b' '..=b'~', b' '..=b'~', ..] = rest.as_bytes() {
            (next, is_known) = (at + 1, true);
            return Some(at);
        }
        let mut chars = rest.chars();
        let first = chars.next()?;
        // Only combining characters and the like need the tables of Unicode.
        is_known = (is_known || is_plain(first)) && chars.next().is_none_or(is_plain);
        next += if is_known { first.len_utf8() } else { rest.graphemes(true).next().map_or(0, str::len) };
        Some(at)
    })
}

/// True for a common character that is a grapheme by itself next to another one of these
/// ([UAX 29](https://www.unicode.org/reports/tr29/#Default_Grapheme_Cluster_Table)).
fn is_plain(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}')
        || matches!(c, '\n' | ' '..='~' | '\u{A1}'..='\u{A8}' | '\u{AF}'..='\u{24F}' | '\u{400}'..='\u{481}'
        | '\u{5D0}'..='\u{5EA}' | '\u{621}'..='\u{64A}' | '\u{2010}'..='\u{2027}' | '\u{3001}'..='\u{3029}'
        | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}'
        | '\u{FF01}'..='\u{FF5E}')
}

/// Abbreviations, in lower case. A sentence rarely ends with one.
const ABBREVIATIONS: [&str; 40] = [
    "adm", "al", "approx", "ave", "bros", "bspw", "bzw", "ca", "capt", "cf", "co", "col", "corp", "dept",
    "dr", "ed", "eds", "est", "ft", "gen", "gov", "hon", "inc", "jr", "lt", "ltd", "messrs", "mlle", "mme",
    "mr", "mrs", "ms", "mt", "prof", "rev", "sen", "sgt", "sr", "st", "vs",
];
/// Abbreviations before a number, in lower case.
const BEFORE_NUMBERS: [&str; 24] = [
    "apr", "art", "aug", "ch", "dec", "feb", "fig", "figs", "jan", "jul", "jun", "mar", "no", "nos", "nov",
    "nr", "oct", "p", "pp", "sec", "sep", "sept", "tel", "vol",
];

/// Returns the end of the last sentence that ends at `limit` or before.
fn last_sentence(text: &str, limit: usize) -> Option<usize> {
    let mut found = None;
    // Start of the current word, and true if it begins a sentence.
    let (mut word, mut begins) = (0, true);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if at >= limit {
            break;
        }
        // Letters and ideographs.
        if c.is_ascii_alphabetic() || matches!(c, '\u{3400}'..='\u{D7A3}') {
            continue;
        }
        let is_wide = matches!(c, '。' | '！' | '？' | '｡' | '।' | '॥');
        if !is_wide && !matches!(c, '.' | '!' | '?' | '؟' | '…' | '۔' | '\n') {
            if c.is_whitespace() {
                let last = &text[word..at];
                begins =
                    found == Some(at) || last.ends_with([':', ';']) || (begins && last.trim().is_empty());
                word = at + c.len_utf8();
            }
            continue;
        }
        let mut end = at + c.len_utf8();
        while let Some((_, close)) = chars.next_if(|(_, c)| {
            matches!(
                c,
                '”' | '’'
                    | '"'
                    | '\''
                    | '」'
                    | '』'
                    | ')'
                    | '）'
                    | '»'
                    | '】'
                    | '.'
                    | '!'
                    | '?'
                    | '！'
                    | '？'
            )
        }) {
            end += close.len_utf8();
        }
        let ends_here = is_wide
            || c == '\n'
            || (chars.peek().is_none_or(|(_, c)| c.is_whitespace())
                && !continues(c, &text[word..at], begins, &text[end..]));
        if ends_here && end <= limit {
            found = Some(end);
        }
        if c == '\n' {
            (word, begins) = (end, true);
        }
    }
    found
}

/// True if a sentence goes on after a word and its mark. `begins` is true if the word is the first of a sentence.
fn continues(mark: char, word: &str, begins: bool, after: &str) -> bool {
    let next = after.trim_start_matches([' ', '\t', '\u{A0}']);
    if next.starts_with(char::is_lowercase) {
        return true;
    }
    if mark != '.' {
        return false;
    }
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    let is_initial = word.chars().count() == 1 && word.starts_with(char::is_alphabetic);
    let lower = word.to_lowercase();
    let is_before_number =
        BEFORE_NUMBERS.contains(&lower.as_str()) && next.starts_with(|c: char| c.is_ascii_digit());
    is_initial
        || is_before_number
        || (begins && is_list_number(word))
        || ABBREVIATIONS.contains(&lower.as_str())
        // `U.S.`, `e.g.`, `z.B.`
        || (word.contains('.') && word.split('.').all(|part| part.chars().count() == 1 && part.starts_with(char::is_alphabetic)))
}

/// True for the number of a list item, without its mark.
fn is_list_number(word: &str) -> bool {
    (1..=3).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit())
}

/// True for a word that is a URL, so that no part of it makes sense.
fn is_url(word: &str) -> bool {
    let has_path = || word.split_once('/').is_some_and(|(host, _)| host.contains('.') && host.is_ascii());
    word.contains("://") || word.starts_with("www.") || has_path()
}

/// Returns the position before the word at `cut` if that is a URL, and before a list number at the end.
fn whole_words(text: &str, cut: usize, beyond: usize) -> usize {
    let start = text[..cut].rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let start = text.ceil_char_boundary(start);
    let end = text[cut..beyond].find(char::is_whitespace).map_or(beyond, |at| cut + at);
    let cut = if cut > start && cut < end && is_url(&text[start..end]) { start } else { cut };
    let kept = text[..cut].trim_end();
    let (before, last) = kept.rsplit_once(char::is_whitespace).unwrap_or(("", kept));
    let bare = last.trim_end_matches(['.', ')']);
    let is_number = is_list_number(bare)
        && (bare.len() < last.len() || before.trim_end().ends_with(['.', '!', '?', ':', ';', '\n']));
    if is_number && !before.is_empty() { before.len() } else { cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_characters_are_graphemes() {
        let plain: String = ('\0'..=char::MAX).filter(|c| is_plain(*c)).collect();
        assert_eq!(plain.graphemes(true).count(), plain.chars().count());
        let mixed = "ae\u{301}\r\n\u{200D}🇩🇪🇫🇷a👩‍🔬中\u{FE0F}한각ำก็न्दी \u{600}1";
        let known = mixed.grapheme_indices(true).map(|(at, _)| at);
        assert_eq!(grapheme_starts(mixed).collect::<Vec<_>>(), known.collect::<Vec<_>>());
    }

    #[test]
    fn summaries_end_with_a_sentence_a_word_or_a_grapheme() {
        for (text, graphemes, cut) in [
            ("Short.", 10, "Short."),
            ("a\nb", 10, "a b"),
            ("First one. Second one goes on and on.", 20, "First one. …"),
            ("“First one.” Second one goes on and on.", 20, "“First one.”…"),
            ("It costs 3.14 euros for now and ever", 20, "It costs 3.14 euros…"),
            ("今天天气很好。明天会下雨吗？后天我们去山里走一走看一看。", 18, "今天天气很好。明天会下雨吗？…"),
            ("正文正文正文正文正文正文", 6, "正文正文正…"),
            ("xxxxxxxxxxxxxxxxxxxxxxxx", 6, "xxxxx…"),
            ("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 3, "👩‍👩‍👧‍👦👩‍👩‍👧‍👦…"),
            ("ذهب الولد إلى المدرسة؟ ثم عاد إلى البيت في المساء", 30, "ذهب الولد إلى المدرسة؟…"),
            ("", 3, ""),
            ("abc", 0, "…"),
            ("Look at https://bit.ly/x-y-z for all the details", 24, "Look at…"),
            ("Look at the site bit.ly/x-y-z for all the details", 26, "Look at the site…"),
            (
                "See the map on www.a.example/maps/one. Then go.",
                42,
                "See the map on www.a.example/maps/one. …",
            ),
            ("First comes rain. 2. Second comes snow, then frost", 24, "First comes rain. …"),
            ("Three things matter: rain, snow. 2. Second is", 38, "Three things matter: rain, snow. …"),
            ("1. Wash the rice well and 2. boil it for ten minutes", 30, "1. Wash the rice well and…"),
            ("Made by Dr. Ray of the U.S. Navy in a shed", 30, "Made by Dr. Ray of the U.S.…"),
            ("He saw J. Smith. Then he went home by the river", 30, "He saw J. Smith. …"),
            ("It rained, approx. ten litres. And it went on", 34, "It rained, approx. ten litres. …"),
            ("It was in May 1999. Then it was over, at last", 30, "It was in May 1999. …"),
            ("“Is it?” he asked. She did not know at all", 26, "“Is it?” he asked. …"),
        ] {
            assert_eq!(summary(text, graphemes), cut);
            assert!(cut.graphemes(true).count() <= graphemes.max(1));
        }
    }
}
