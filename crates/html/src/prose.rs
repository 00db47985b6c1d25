//! The text for a summary: the beginning of an article, without what pages put around the first sentence.

use feedmill_types::work;

use super::dom::{Dom, NodeId, NodeRef};
use super::escape::xml_text;
use super::{furniture, text};

/// Length in bytes of text that is enough for a summary.
const ENOUGH: usize = 2 << 10;
/// Number of characters of the longest byline, date or caption that a class name marks. With more, it is part of the article.
const MAX_MARKED: usize = 400;
/// Length in characters of the longest line that is only a byline, a date or a link.
const MAX_LINE: usize = 120;

/// Class names of captions, bylines, dates, footers and links to more.
const CLASSES: [&str; 46] = [
    "article-author",
    "article-footer",
    "article-meta",
    "author",
    "author-name",
    "by-line",
    "byline",
    "caption",
    "caption-text",
    "continue-reading",
    "credit",
    "credits",
    "date",
    "dt-published",
    "entry-author",
    "entry-date",
    "entry-footer",
    "entry-meta",
    "footnotes",
    "image-caption",
    "image-credit",
    "media-caption",
    "meta",
    "more-link",
    "p-author",
    "photo-caption",
    "photo-credit",
    "post-author",
    "post-byline",
    "post-date",
    "post-footer",
    "post-info",
    "post-meta",
    "postmetadata",
    "posted-on",
    "pubdate",
    "publish-date",
    "published",
    "read-more",
    "readmore",
    "reading-time",
    "screen-reader-text",
    "sr-only",
    "tags",
    "timestamp",
    "wp-caption-text",
];

/// Beginnings of links to the rest of an article, in lower case.
const MORE: [&str; 40] = [
    "click here to read more",
    "continue reading",
    "keep reading",
    "learn more",
    "more…",
    "more...",
    "read full article",
    "read more",
    "read on",
    "read the full article",
    "read the full post",
    "read the full story",
    "read the rest",
    "read the whole",
    "view post",
    "view the full",
    "mehr lesen",
    "weiterlesen",
    "zum artikel",
    "en savoir plus",
    "lire la suite",
    "lire plus",
    "leer más",
    "seguir leyendo",
    "sigue leyendo",
    "continue lendo",
    "leia mais",
    "ler mais",
    "continua a leggere",
    "leggi tutto",
    "lees meer",
    "lees verder",
    "läs mer",
    "czytaj dalej",
    "читать далее",
    "читать дальше",
    "阅读全文",
    "阅读更多",
    "続きを読む",
    "더 보기",
];

/// Words before the name of an author or the source of an image, in lower case.
const BY: [&str; 22] = [
    "by ",
    "by: ",
    "written by ",
    "posted by ",
    "published by ",
    "words by ",
    "text by ",
    "text: ",
    "photo by ",
    "photo: ",
    "photos: ",
    "photograph: ",
    "image: ",
    "image credit",
    "illustration: ",
    "foto: ",
    "von ",
    "par ",
    "por ",
    "autor: ",
    "作者",
    "记者",
];

/// Names of months, as the beginnings of words in lower case.
const MONTHS: [&str; 26] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mär", "mai", "okt",
    "dez", "févr", "avr", "juin", "juil", "août", "déc", "ene", "abr", "ago", "dic",
];
/// Other words in dates and next to them, as the beginnings of words in lower case.
const DATE_WORDS: [&str; 36] = [
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "mo", "di", "mi", "do", "fr", "sa", "so", "de", "am",
    "pm", "a.m", "p.m", "at", "on", "of", "th", "st", "nd", "rd", "utc", "gmt", "publi", "updat", "post",
    "last", "modif", "min", "read", "le",
];

/// Returns the beginning of the text in a node for a summary. Empty if there is nothing but what a summary skips.
pub(super) fn prose(dom: &Dom, root: NodeId) -> String {
    let text = text::text_where(dom, root, ENOUGH, |node| !is_skipped(node));
    let lines = text.lines().filter(|line| !is_furniture(line));
    let kept = lines.collect::<Vec<_>>().join("\n");
    xml_text(&kept).replace('\r', " ").trim().to_owned()
}

fn is_skipped(node: NodeRef<'_>) -> bool {
    let is_short = || node.is_text_within(MAX_MARKED);
    match node.name() {
        "figcaption" | "caption" | "nav" | "footer" => true,
        "a" => node.text_within(MAX_LINE).is_some_and(|text| is_more(&text)),
        _ => {
            node.element().is_some_and(|element| !element.attrs.is_empty())
                && (node.has_class(&CLASSES)
                    || node.attr("rel") == Some("author")
                    || matches!(
                        node.attr("itemprop"),
                        Some("author" | "datePublished" | "dateModified" | "caption")
                    ))
                && is_short()
        }
    }
}

/// True for a line that is not part of the text.
fn is_furniture(line: &str) -> bool {
    work::step(line.len().min(MAX_LINE));
    if line.len() > 4 * MAX_LINE {
        return false;
    }
    furniture::is_footer_text(line)
        || (line.chars().count() <= MAX_LINE && (is_more(line) || is_date(line) || is_byline(line)))
}

/// True for a link to the rest of an article.
fn is_more(text: &str) -> bool {
    let text = text.trim().trim_start_matches(|c: char| !c.is_alphanumeric());
    may_start(text, &MORE).any(|phrase| {
        strip_start(text, phrase).is_some_and(|rest| {
            // “Read more books” is a sentence, “Read more: Ice on the river →” is a link.
            let rest = rest.trim_start().to_lowercase();
            let is_sentence = rest.ends_with(['.', '!', '?']) && rest.contains(' ');
            rest.is_empty()
                || (!is_sentence
                    && (rest.starts_with(|c: char| !c.is_alphanumeric())
                        || rest.starts_with("about ")
                        || rest.starts_with("at ")
                        || rest.starts_with("on ")
                        || rest.starts_with("of ")
                        || phrase.starts_with("continue")))
        })
    })
}

/// Returns the starts in lower case whose first character is that of a text.
fn may_start<'a>(text: &str, starts: &'a [&str]) -> impl Iterator<Item = &'a &'a str> {
    let first = text.chars().next().and_then(|c| c.to_lowercase().next());
    starts.iter().filter(move |start| first.is_some_and(|first| start.starts_with(first)))
}

/// Returns the text behind a start that is in lower case, compared without case.
fn strip_start<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let mut rest = text.chars();
    start
        .chars()
        .all(|known| rest.next().is_some_and(|c| c.to_lowercase().eq([known])))
        .then_some(rest.as_str())
}

/// True for a line that is only a date, with a time or the time it takes to read.
fn is_date(line: &str) -> bool {
    if !line.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let is_han = |c: char| "年月日时時分秒号星期一二三四五六日天更新发布發布於于".contains(c);
    let words = line.split(|c: char| {
        c.is_whitespace() || matches!(c, ',' | '·' | '|' | '-' | '–' | '—' | '/' | ':' | '(' | ')' | '•')
    });
    let mut has_date = false;
    let is_date = words.filter(|word| !word.is_empty()).all(|word| {
        let word = word.trim_matches(['.', ',']);
        let lower = word.contains(char::is_uppercase).then(|| word.to_lowercase());
        let word = lower.as_deref().unwrap_or(word);
        let letters = word.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_number = letters.len() < word.len();
        let is_time = is_number
            && (letters.is_empty()
                || matches!(letters, "st" | "nd" | "rd" | "th" | "am" | "pm" | "h" | "z")
                || letters.starts_with('t'));
        let is_month = MONTHS.iter().any(|known| letters.starts_with(known));
        let is_name = (is_month || DATE_WORDS.iter().any(|known| letters.starts_with(known)))
            && letters.chars().count() <= 9;
        let is_year = word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
        has_date |= is_month || is_year || word.contains(['年', '月']);
        is_time
            || (!is_number && is_name)
            || word.is_empty()
            || word.chars().all(|c| c.is_ascii_digit() || is_han(c))
    });
    is_date && has_date && line.split_whitespace().count() <= 14 && line.chars().any(|c| !c.is_ascii_digit())
}

/// True for a line that only names an author or the source of an image.
fn is_byline(line: &str) -> bool {
    let Some((word, names)) =
        may_start(line, &BY).find_map(|word| Some((word, strip_start(line, word)?.trim())))
    else {
        return false;
    };
    if names.is_empty() || names.ends_with(['.', '!', '?', '。', ':', ';', ',']) {
        return false;
    }
    if !word.is_ascii() || word.ends_with(": ") || word.contains("credit") {
        return names.chars().count() <= 60;
    }
    let words: Vec<&str> = names.split_whitespace().collect();
    words.len() <= 14
        && words.iter().all(|word| {
            word.starts_with(|c: char| !c.is_lowercase())
                || matches!(
                    *word,
                    "and"
                        | "de"
                        | "van"
                        | "von"
                        | "der"
                        | "la"
                        | "di"
                        | "for"
                        | "und"
                        | "et"
                        | "y"
                        | "e"
                        | "on"
                        | "min"
                        | "read"
                )
        })
}

#[cfg(test)]
mod tests {
    use super::super::{Policy, RawHtml, clean};

    fn prose(raw: &str) -> String {
        let page = "https://news.example/a".parse().unwrap();
        clean(RawHtml(raw), &page, &Policy::default()).prose
    }

    #[test]
    fn a_summary_skips_what_is_around_the_text() {
        let text = "<p>The ferry stopped at dawn. Ice closed the harbour.</p>";
        for around in [
            "<figure><img src=/a.jpg><figcaption>The ferry in 2019</figcaption></figure>",
            "<div class=wp-caption><img src=/a.jpg><p class=wp-caption-text>The old pier</p></div>",
            "<p class=byline>Ann Ray, harbour reporter</p>",
            "<p>By Ann Ray and Bo van Dale</p>",
            "<p>Written by Ann Ray</p><p>May 3, 2024 · 4 min read</p>",
            "<p>Published on 3rd May 2024 at 10:30 am</p>",
            "<time>2024-05-03</time>",
            "<p>2024年5月3日 10:30</p>",
            "<p>Photo: Ann Ray</p>",
            "<p><a href=/more>Read more: Ice on the river</a></p>",
            "<p>Continue reading “The ferry” →</p>",
            "<footer>Filed under Harbour</footer>",
            "<p>The post <a href=/a>The ferry</a> appeared first on <a href=/>News</a>.</p>",
            "<p class=post-meta><a rel=author href=/ann>Ann</a></p>",
        ] {
            let wanted = "The ferry stopped at dawn. Ice closed the harbour.";
            assert_eq!(prose(&format!("{around}{text}")), wanted, "{around}");
            assert_eq!(prose(&format!("{text}{around}")), wanted, "{around}");
        }
        assert_eq!(
            prose("<p>Ice closed the harbour. <a class=more-link href=/a>Read more</a></p>"),
            "Ice closed the harbour."
        );
    }

    #[test]
    fn sentences_that_look_like_it_are_kept() {
        for text in [
            "By noon the ice was gone.",
            "By Friday Everybody Had Left.",
            "Read more books, they said.",
            "In 2019 the ferry sank.",
            "May I come in at 10?",
            "1984",
            "Wednesday 8:00",
            "Second at 10:30",
            "Learn more than you need to know.",
        ] {
            assert_eq!(prose(&format!("<p>{text}</p>")), text);
        }
        let long = format!("<div class=meta><p>{}</p></div>", "word ".repeat(100));
        assert!(prose(&long).starts_with("word word"));
        // Nothing else is there.
        assert_eq!(prose("<figure><img src=/a.jpg><figcaption>The pier</figcaption></figure>"), "The pier");
    }
}
