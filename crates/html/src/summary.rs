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
    let mut bounds = text.grapheme_indices(true).map(|(at, _)| at);
    // Room for the ellipsis and the space before it.
    let Some(end) = bounds.by_ref().nth(graphemes) else { return text.replace('\n', " ") };
    let ends: Vec<usize> = text[..end].grapheme_indices(true).map(|(at, _)| at).collect();
    let room = |spare: usize| ends.len().checked_sub(spare).and_then(|at| ends.get(at)).copied().unwrap_or(0);
    let least = ends.get(ends.len() / 3).copied().unwrap_or(0);
    if let Some(sentence) = last_sentence(text, room(2)).filter(|at| *at >= least) {
        let gap = if text[..sentence].ends_with(|c: char| c.is_ascii()) { " " } else { "" };
        return format!("{}{gap}…", text[..sentence].trim_end()).replace('\n', " ");
    }
    let limit = room(1);
    // Include a little more than the limit, to see if a word ends there.
    let beyond = bounds.nth(8).unwrap_or(text.len());
    let word =
        text[..beyond].split_word_bound_indices().map(|(at, _)| at).take_while(|at| *at <= limit).last();
    let cut = word.filter(|at| *at >= least.min(limit) && *at > 0).unwrap_or(limit);
    let kept = text[..cut].trim_end_matches(|c: char| {
        c.is_whitespace() || matches!(c, ',' | '，' | '、' | ';' | '；' | ':' | '：')
    });
    format!("{kept}…").replace('\n', " ")
}

/// Returns the end of the last sentence that ends at `limit` or before.
fn last_sentence(text: &str, limit: usize) -> Option<usize> {
    let mut found = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if at >= limit {
            break;
        }
        let is_wide = matches!(c, '。' | '！' | '？' | '｡' | '।' | '॥');
        if !is_wide && !matches!(c, '.' | '!' | '?' | '؟' | '…' | '۔' | '\n') {
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
        let ends_here = is_wide || c == '\n' || chars.peek().is_none_or(|(_, c)| c.is_whitespace());
        if ends_here && end <= limit {
            found = Some(end);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ] {
            assert_eq!(summary(text, graphemes), cut);
            assert!(cut.graphemes(true).count() <= graphemes.max(1));
        }
    }
}
