//! The validator page as HTML: the form, and the findings of each document next to the lines of its source.

use maud::{Markup, html};

use super::{CheckedDocument, CheckedUrl, Form, Verdict};
use crate::check::{Profile, Rule, text};
use crate::diag::{Finding, Severity, count, printable};
use crate::serve::html_page::html_page;

/// Number of lines that are shown before and after one with a finding.
const CONTEXT: usize = 2;
/// Maximum number of characters of a line that are shown.
const MAX_LINE: usize = 240;
/// Maximum number of findings of a document that are shown.
const MAX_FINDINGS: usize = 500;

/// Returns the style: that of the index page, and what this page has more.
pub(super) fn style() -> String {
    [crate::format::STYLE, include_str!("validator.css")].concat()
}

/// Returns the form, with what was found.
pub(super) fn page(form: &Form, verdict: &Verdict) -> String {
    let title = match verdict {
        Verdict::None => "Feed validator".to_owned(),
        Verdict::Failed(..) => "Not checked – Feed validator".to_owned(),
        Verdict::Checked(checked) => format!("{} – Feed validator", total(checked)),
    };
    layout(
        &title,
        html! {
            h1 { "Feed validator" }
            p { "Checks RSS, Atom, JSON Feed, OPML and podcasts. Each finding says what is wrong, why, and how to fix it." }
        },
        html! {
            @match verdict {
                Verdict::None => {}
                Verdict::Failed(_, why) => {
                    section .wide aria-labelledby="failed" {
                        h2 #failed { "The feed was not checked" }
                        p role="alert" { (printable(why)) }
                    }
                }
                Verdict::Checked(checked) => (documents(checked)),
            }
            section aria-labelledby="by-url" {
                h2 #by-url { "Check a URL" }
                form method="get" action="validator" {
                    label for="url" { "URL of a feed or web page" }
                    input #url name="url" type="text" inputmode="url" autocomplete="url" spellcheck="false" required
                        placeholder="https://" value=(form.url);
                    (profiles("url-profile", form))
                    button type="submit" { "Check the URL" }
                }
            }
            section aria-labelledby="by-text" {
                h2 #by-text { "Check a feed that is not online" }
                form method="post" action="validator" {
                    label for="feed" { "Source of the feed" }
                    textarea #feed name="feed" rows="10" spellcheck="false" required {
                        // A browser drops a line break at the beginning.
                        "\n" (form.feed.as_deref().map(text).unwrap_or_default())
                    }
                    (profiles("feed-profile", form))
                    button type="submit" { "Check the text" }
                }
            }
        },
    )
}

/// Returns the choice of whose requirements decide what is an error.
fn profiles(id: &str, form: &Form) -> Markup {
    let label = |profile| match profile {
        Profile::Apple => "Apple Podcasts",
        Profile::Spotify => "Spotify",
        Profile::Psp1 => "PSP-1, the podcast standard",
        Profile::W3c => "the W3C feed validator",
    };
    html! {
        label for=(id) { "Errors are those of" }
        select id=(id) name="profile" {
            option value="" { "the specifications" }
            @for profile in Profile::ALL {
                option value=(profile.name()) selected[profile.name() == form.profile] { (label(profile)) }
            }
        }
    }
}

/// Returns the explanation of a rule.
pub(super) fn rule(rule: &Rule) -> String {
    let meta = &rule.meta;
    layout(
        &format!("{} – Feed validator", meta.code),
        html! {
            h1 { code { (meta.code) } }
            p { (meta.title) " (" (meta.severity) ")" }
        },
        html! {
            section .wide aria-labelledby="why" {
                h2 #why { "Why" }
                p { (meta.why) }
                p { strong { "To fix it: " } (meta.remedy) "." }
                h3 { "Wrong" }
                pre tabindex="0" aria-label="Wrong" { code { (rule.example.bad) } }
                h3 { "Right" }
                pre tabindex="0" aria-label="Right" { code { (rule.example.good) } }
                p { "Source: " a href=(meta.url) { (rule.spec) } }
                p { a href="validator" { "Check a feed" } }
            }
        },
    )
}

fn layout(title: &str, header: Markup, main: Markup) -> String {
    let style = html! { link rel="stylesheet" href="validator.css"; };
    let body = html! {
        header { (header) }
        main { (main) }
        footer { "Made by feedmill. For programs: add " code { "format=json" } "." }
    };
    // The results are those of a visitor, not content of the site.
    html_page(title, "noindex, nofollow", &style, &body)
}

/// Returns the numbers of errors and warnings of all documents.
fn total(checked: &CheckedUrl) -> String {
    let all: Vec<&Finding> =
        checked.documents.iter().flatten().flat_map(|document| &document.findings).collect();
    let failed = checked.documents.iter().filter(|document| document.is_err()).count();
    numbers(&all, failed)
}

fn numbers(findings: &[&Finding], failed: usize) -> String {
    let of = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let errors = count(of(Severity::Error) + failed, "error", "errors");
    format!("{errors}, {}", count(of(Severity::Warning), "warning", "warnings"))
}

fn documents(checked: &CheckedUrl) -> Markup {
    html! {
        @if let Some(page) = &checked.page {
            section .wide aria-labelledby="page" {
                h2 #page { "A web page" }
                p {
                    code { (printable(page)) } " names "
                    (count(checked.documents.len(), "feed", "feeds")) ", checked below."
                }
            }
        }
        @for (number, document) in checked.documents.iter().enumerate() {
            section .wide aria-labelledby={ "document-" (number) } {
                @match document {
                    Ok(document) => (self::document(document, number)),
                    Err((url, why)) => {
                        h2 #{ "document-" (number) } { (printable(url)) }
                        p role="alert" { "The feed was not checked: " (printable(why)) }
                    }
                }
            }
        }
    }
}

fn document(document: &CheckedDocument, number: usize) -> Markup {
    let findings: Vec<&Finding> = document.findings.iter().collect();
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let (shown, rest) = findings.split_at(findings.len().min(MAX_FINDINGS));
    let general: Vec<&Finding> = shown.iter().copied().filter(|finding| finding.place.line == 0).collect();
    html! {
        h2 #{ "document-" (number) } {
            @if document.url.is_empty() { "The feed" } @else { (printable(&document.url)) }
        }
        p .verdict role="status" {
            strong { @if errors == 0 { "Valid" } @else { "Not valid" } } ": " (numbers(&findings, 0)) "."
        }
        @if !general.is_empty() {
            ul .findings { @for finding in general { li { (self::finding(finding, false)) } } }
        }
        (source(&document.bytes, shown))
        @if !rest.is_empty() {
            p { (count(rest.len(), "more finding is", "more findings are")) " not shown. Fix the first ones, and check again." }
        }
    }
}

/// Returns the lines with findings, the findings below each of them, and some lines around.
fn source(bytes: &[u8], findings: &[&Finding]) -> Markup {
    let mut by_line: Vec<&Finding> =
        findings.iter().copied().filter(|finding| finding.place.line > 0).collect();
    by_line.sort_by_key(|finding| finding.place.line);
    if by_line.is_empty() {
        return html! {};
    }
    let text = text(bytes);
    let mut next = by_line.into_iter().peekable();
    let (mut last_shown, mut with_finding) = (0, 0);
    let mut before: Vec<(usize, &str)> = Vec::new();
    let mut shown = Vec::new();
    for (index, line) in lines(&text).enumerate() {
        let number = index + 1;
        let mut own = Vec::new();
        while let Some(finding) = next.next_if(|finding| finding.place.line as usize <= number) {
            own.push(finding);
        }
        if !own.is_empty() {
            with_finding = number;
            shown.extend(before.drain(..).map(|(number, line)| (number, line, Vec::new())));
        } else if with_finding == 0 || number > with_finding + CONTEXT {
            if next.peek().is_none() {
                break;
            }
            before.push((number, line));
            if before.len() > CONTEXT {
                before.remove(0);
            }
            continue;
        }
        shown.push((number, line, own));
    }
    html! {
        ol .source {
            @for (number, line, findings) in shown {
                @let is_apart = number != std::mem::replace(&mut last_shown, number) + 1;
                li value=(number) .apart[is_apart] .bad[!findings.is_empty()] {
                    code { (shorten(line)) }
                    @for finding in findings { (self::finding(finding, line.chars().nth(MAX_LINE).is_some())) }
                }
            }
        }
    }
}

fn finding(finding: &Finding, with_excerpt: bool) -> Markup {
    let (meta, place) = (finding.meta, &finding.place);
    html! {
        div .{ "finding " (finding.severity) } {
            p {
                strong { (finding.severity) } ": " (printable(&finding.message()))
                @if place.column > 0 { span .soft { " (column " (place.column) ")" } }
            }
            @if with_excerpt && !place.source.is_empty() {
                @let (before, at) = split(&place.source, place.mark);
                p { code { (printable(before)) mark { (printable(&at.chars().take(1).collect::<String>())) }
                    (printable(&at.chars().skip(1).collect::<String>())) } }
            }
            p { "To fix it: " (meta.remedy) "." }
            p .ways {
                a href={ "validator?rule=" (meta.code) } { "Rule " code { (meta.code) } }
                @if !meta.url.is_empty() { a href=(meta.url) { "Specification" span .visually-hidden { " of " (meta.code) } } }
            }
        }
    }
}

/// Splits a text before a character (from 1).
fn split(text: &str, mark: u32) -> (&str, &str) {
    let at = text.char_indices().nth(mark.saturating_sub(1) as usize).map_or(text.len(), |(at, _)| at);
    text.split_at(at)
}

/// Returns the lines of a text, which end with LF, CR LF or CR, as those of findings do.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = text.find(['\n', '\r']) else {
            rest = None;
            return Some(text);
        };
        let after = if text[end..].starts_with("\r\n") { end + 2 } else { end + 1 };
        rest = Some(&text[after..]);
        Some(&text[..end])
    })
}

/// Returns a line without control characters, cut if it is long.
fn shorten(line: &str) -> String {
    let mut text: String = line.chars().take(MAX_LINE).collect();
    if text.len() < line.len() {
        text.push('…');
    }
    printable(&text.replace('\t', "    "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Options, check};

    #[test]
    fn findings_are_below_their_lines_and_lines_around_them_are_shown() {
        let noise = "<!-- a -->\r".repeat(20);
        let feed = format!("<rss version='2.0'><channel>\n{noise}\r\n<pubDate>x</pubDate>\n</channel></rss>");
        let found = check(feed.as_bytes(), Options::default());
        let findings: Vec<&Finding> = found.iter().collect();
        let page = source(feed.as_bytes(), &findings).into_string();
        let dom = scraper::Html::parse_fragment(&page);
        let lines = scraper::Selector::parse("li").unwrap();
        let code = scraper::Selector::parse("li > code").unwrap();
        for line in dom.select(&lines) {
            let number: usize = line.value().attr("value").unwrap().parse().unwrap();
            let code = line.select(&code).next().unwrap();
            let shown: String = code.text().collect();
            assert_eq!(shown, super::lines(&feed).nth(number - 1).unwrap(), "{number}");
            let is_bad = found.iter().any(|finding| finding.place.line as usize == number);
            assert_eq!(line.value().classes().any(|class| class == "bad"), is_bad, "{number}");
        }
        let all = dom.select(&scraper::Selector::parse(".finding").unwrap()).count();
        assert_eq!(all, found.len());
        assert!(dom.select(&lines).count() < 14, "{page}");
    }
}
