//! Markdown to HTML: CommonMark, and what the generators have in common or the site's own does.

use std::borrow::Cow;
use std::collections::HashMap;

use pulldown_cmark::{BlockQuoteKind, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html};

use super::emoji;
use super::site::PageContext;
use crate::generator::{Kind, Math, heading_id};
use crate::types::work;

/// Renders a body. HTML in it is kept: everything is cleaned later.
pub(super) fn html(text: &str, page: &PageContext<'_>) -> String {
    let mut options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM;
    let repository = page.origin.addresses.repository.as_ref();
    if repository.is_some_and(|repository| repository.site().has_smart_punctuation) {
        options |= Options::ENABLE_SMART_PUNCTUATION;
    }
    let math = repository.map_or(Math::None, |repository| repository.site().math);
    let text = &*protected(text, math);
    if math == Math::Dollars {
        options |= Options::ENABLE_MATH;
    }
    let is_linked = repository.is_some() && matches!(page.generator, Kind::Hugo | Kind::Astro);
    let has_emoji = repository.is_some_and(|repository| repository.site().has_emoji);
    let mut steps = Steps { page, is_linked, has_emoji, inside: 0, code: false };
    let mut body = Vec::new();
    let mut notes: Vec<(CowStr<'_>, Vec<Event<'_>>)> = Vec::new();
    let mut is_note = false;
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Start(Tag::FootnoteDefinition(label)) => {
                notes.push((label, Vec::new()));
                is_note = true;
            }
            Event::End(TagEnd::FootnoteDefinition) => is_note = false,
            event => {
                let to = if is_note { notes.last_mut().map(|(_, events)| events) } else { None };
                steps.add(event, to.unwrap_or(&mut body));
            }
        }
    }
    number_headings(&mut body, page, repository.is_some());
    append_notes(&mut body, notes);
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    html::push_html(&mut out, body.into_iter());
    out
}

/// Renders Markdown without extensions, such as a line of front matter.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::new();
    html::push_html(&mut out, Parser::new(text));
    out
}

/// Returns a body without the HTML in it, except comments and what has template tags in it.
pub(super) fn without_html(text: &str) -> Cow<'_, str> {
    if !text.contains('<') {
        return Cow::Borrowed(text);
    }
    let (mut out, mut done) = (String::with_capacity(text.len()), 0);
    let mut pairs = pairs(text).into_iter().peekable();
    for (event, range) in
        Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES).into_offset_iter()
    {
        let is_html = matches!(event, Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_));
        if !is_html || range.start < done {
            continue;
        }
        while pairs.next_if(|pair| pair.end <= range.start).is_some() {}
        if pairs.peek().is_some_and(|pair| pair.start < range.end) {
            continue;
        }
        let html = &text[range.clone()];
        work::step(html.len());
        let is_tag = html.contains("{{") || text[..range.start].ends_with(['{', '%']);
        if !is_tag && !html.trim_start().starts_with("<!--") {
            out.push_str(&text[done..range.start]);
            if html.ends_with('\n') {
                out.push('\n');
            }
            done = range.end;
        }
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

/// Number of shortcodes in each other.
const MAX_OPEN: usize = 16;

/// Returns where shortcodes with text between two tags are, outermost ones only, in order. That text is theirs.
fn pairs(text: &str) -> Vec<std::ops::Range<usize>> {
    let (mut found, mut open): (Vec<std::ops::Range<usize>>, Vec<(&str, usize)>) = (Vec::new(), Vec::new());
    for (at, mark) in text.match_indices("{{") {
        let Some(inner) = text[at + mark.len()..].strip_prefix(['<', '%']) else { continue };
        let inner = inner.trim_start();
        let (is_end, inner) =
            inner.strip_prefix('/').map_or((false, inner), |inner| (true, inner.trim_start()));
        let end = inner.find(|c: char| c.is_whitespace() || "<>%/".contains(c)).unwrap_or(inner.len());
        let name = &inner[..end];
        work::step(end + MAX_OPEN);
        if !is_end {
            if open.len() == MAX_OPEN {
                open.remove(0);
            }
            open.push((name, at));
        } else if let Some(start) = open.iter().rposition(|(known, _)| *known == name) {
            let from = open.drain(start..).next().map_or(at, |(_, from)| from);
            while found.pop_if(|inner| inner.start > from).is_some() {}
            found.push(from..at);
        }
    }
    found
}

/// Length of the longest formula, in bytes.
const MAX_FORMULA: usize = 2_000;

/// Escapes what Markdown would read in formulas, and writes those of kramdown as the site does: `\\(…\\)` and `\\[…\\]`.
fn protected(text: &str, math: Math) -> Cow<'_, str> {
    let marks: &[(&str, &str, &str, &str)] = match math {
        Math::None | Math::Dollars => return Cow::Borrowed(text),
        Math::Kramdown => &[("$$", "$$", "\\(", "\\)")],
        Math::Brackets => {
            &[("$$", "$$", "$$", "$$"), ("\\(", "\\)", "\\(", "\\)"), ("\\[", "\\]", "\\[", "\\]")]
        }
    };
    if !marks.iter().any(|(open, ..)| text.contains(open)) {
        return Cow::Borrowed(text);
    }
    let (mut out, mut fence) = (String::with_capacity(text.len() + text.len() / 8), None);
    let mut rest = text;
    while !rest.is_empty() {
        work::step(1);
        let is_line = out.is_empty() || out.ends_with('\n');
        if is_line {
            let line = &rest[..rest.find('\n').map_or(rest.len(), |at| at + 1)];
            let trimmed = line.trim_start();
            let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
            let is_fence = mark.is_some() && (fence.is_none() || fence == mark);
            if is_fence {
                fence = if fence.is_some() { None } else { mark };
            }
            if is_fence || fence.is_some() || line.starts_with("    ") || line.starts_with('\t') {
                out.push_str(line);
                rest = &rest[line.len()..];
                continue;
            }
        }
        let Some(c) = rest.chars().next() else { break };
        // Code shows it.
        if c == '`' {
            let ticks = rest.len() - rest.trim_start_matches('`').len();
            let inner = &rest[ticks..];
            let limit = inner.floor_char_boundary(MAX_FORMULA);
            let end = inner[..limit].find(&rest[..ticks]).map_or(ticks, |at| at + 2 * ticks);
            work::step(limit.min(end));
            out.push_str(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        let found = marks.iter().find_map(|(open, close, shown, ends)| {
            let inner = rest.strip_prefix(open)?;
            let limit = inner.floor_char_boundary(MAX_FORMULA);
            work::step(limit.min(inner.len()));
            let formula = &inner[..inner[..limit].find(close)?];
            let is_one = !formula.trim().is_empty() && !formula.contains("\n\n");
            is_one.then(|| (formula, open.len() + formula.len() + close.len(), *shown, *ends))
        });
        let Some((formula, length, shown, ends)) = found else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        rest = &rest[length..];
        // Alone in its paragraph it is a block.
        let is_block =
            is_line && rest.trim_start_matches([' ', '\t']).chars().next().is_none_or(|c| c == '\n');
        let (shown, ends) = if is_block && math == Math::Kramdown { ("\\[", "\\]") } else { (shown, ends) };
        for c in shown.chars().chain(formula.trim().chars()).chain(ends.chars()) {
            if c.is_ascii_punctuation() {
                out.push('\\');
            }
            out.push(if c == '\n' { ' ' } else { c });
        }
    }
    Cow::Owned(out)
}

/// What is done with each event as it comes.
struct Steps<'a> {
    page: &'a PageContext<'a>,
    /// True if addresses in the text become links.
    is_linked: bool,
    /// True if names of emoji become emoji.
    has_emoji: bool,
    /// True in a block of code.
    code: bool,
    /// Number of links and blocks of code around the event: their text stays as it is.
    inside: usize,
}

impl Steps<'_> {
    fn add<'e>(&mut self, event: Event<'e>, to: &mut Vec<Event<'e>>) {
        match event {
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                self.inside += 1;
                let dest_url = resolve_internal(dest_url, self.page);
                to.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
            }
            Event::Start(Tag::CodeBlock(_)) => {
                self.inside += 1;
                self.code = true;
                to.push(event);
            }
            Event::End(TagEnd::Link | TagEnd::CodeBlock) => {
                self.inside = self.inside.saturating_sub(1);
                self.code &= !matches!(event, Event::End(TagEnd::CodeBlock));
                to.push(event);
            }
            Event::InlineMath(tex) => to.push(Event::Text(format!("${tex}$").into())),
            Event::DisplayMath(tex) => to.push(Event::Text(format!("$${tex}$$").into())),
            // No feed reader shows the checkbox of a form.
            Event::TaskListMarker(is_done) => to.push(Event::Text(if is_done { "☑ " } else { "☐ " }.into())),
            // Nor the heading that a style sheet gives an alert.
            Event::Start(Tag::BlockQuote(Some(kind))) => {
                to.push(Event::Start(Tag::BlockQuote(None)));
                to.push(Event::Html(format!("<p><strong>{}</strong></p>\n", alert(kind)).into()));
            }
            Event::End(TagEnd::BlockQuote(_)) => to.push(Event::End(TagEnd::BlockQuote(None))),
            Event::Text(text) => {
                let text = match self.has_emoji && !self.code {
                    true => emoji::replaced(&text).into_owned().into(),
                    false => text,
                };
                if let [.., Event::Text(before), Event::SoftBreak] = to.as_slice()
                    && before.ends_with(is_unspaced)
                    && text.starts_with(is_unspaced)
                {
                    to.pop();
                }
                if self.is_linked && self.inside == 0 && text.contains("://") {
                    push_linked(text, to);
                } else {
                    to.push(Event::Text(text));
                }
            }
            event => to.push(event),
        }
    }
}

/// True for a character of a script that puts no space between words, so that the end of a line is not one.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{312f}' | '\u{31a0}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

fn alert(kind: BlockQuoteKind) -> &'static str {
    match kind {
        BlockQuoteKind::Note => "Note",
        BlockQuoteKind::Tip => "Tip",
        BlockQuoteKind::Important => "Important",
        BlockQuoteKind::Warning => "Warning",
        BlockQuoteKind::Caution => "Caution",
    }
}

/// Appends a text with links in place of its addresses
/// ([GFM, 6.9](https://github.github.com/gfm/#autolinks-extension-)).
fn push_linked<'e>(text: CowStr<'e>, to: &mut Vec<Event<'e>>) {
    let mut done = 0;
    for (mark, _) in text.match_indices("://") {
        let before = &text[done.min(mark)..mark];
        let Some(scheme) = ["https", "http"].iter().find(|scheme| before.ends_with(**scheme)) else {
            continue;
        };
        let start = mark - scheme.len();
        let rest = &text[start..];
        let end = rest.find(|c: char| c.is_whitespace() || c == '<').unwrap_or(rest.len());
        let mut url = rest[..end].trim_end_matches(['?', '!', '.', ',', ':', '*', '_', '~', '\'', '"', ';']);
        if url.ends_with(')') && url.matches('(').count() < url.matches(')').count() {
            url = url.trim_end_matches(')');
        }
        if url.len() <= scheme.len() + 3 {
            continue;
        }
        to.push(Event::Text(text[done..start].to_owned().into()));
        let (link_type, dest_url) = (LinkType::Autolink, CowStr::from(url.to_owned()));
        to.push(Event::Start(Tag::Link {
            link_type,
            dest_url: dest_url.clone(),
            title: "".into(),
            id: "".into(),
        }));
        to.push(Event::Text(dest_url));
        to.push(Event::End(TagEnd::Link));
        done = start + url.len();
    }
    to.push(Event::Text(text[done..].to_owned().into()));
}

/// Gives headings the ids that the site's generator makes of their text, so that links to them work.
fn number_headings(body: &mut [Event<'_>], page: &PageContext<'_>, is_site: bool) {
    if !is_site {
        return;
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut at = 0;
    while at < body.len() {
        let end = match &body[at] {
            Event::Start(Tag::Heading { id: None, .. }) => {
                let is_end = |event: &Event<'_>| matches!(event, Event::End(TagEnd::Heading(_)));
                body[at..].iter().position(is_end).map_or(body.len(), |end| at + end)
            }
            _ => {
                at += 1;
                continue;
            }
        };
        let text: String = body[at..end]
            .iter()
            .filter_map(|event| match event {
                Event::Text(text) | Event::Code(text) => Some(&**text),
                _ => None,
            })
            .collect();
        if let (Some(made), Event::Start(Tag::Heading { id, .. })) =
            (heading_id(page.generator, &text), &mut body[at])
        {
            let count = seen.entry(made.clone()).or_insert(0);
            *id = Some(if *count == 0 { made } else { format!("{made}-{count}") }.into());
            *count += 1;
        }
        at = end;
    }
}

/// Puts the notes that the text refers to at its end, in the order of their first references.
fn append_notes<'e>(body: &mut Vec<Event<'e>>, notes: Vec<(CowStr<'e>, Vec<Event<'e>>)>) {
    let mut defined: HashMap<String, Vec<Event<'e>>> = HashMap::new();
    for (label, events) in notes {
        defined.entry(label.to_string()).or_insert(events);
    }
    let mut numbers: HashMap<String, (usize, usize)> = HashMap::new();
    let mut order: Vec<String> = Vec::new();
    let mut refer = |events: &mut [Event<'e>], order: &mut Vec<String>| {
        for event in events {
            let Event::FootnoteReference(label) = event else { continue };
            if !defined.contains_key(&**label) {
                *event = Event::Text(format!("[^{label}]").into());
                continue;
            }
            let (number, count) = numbers.entry(label.to_string()).or_insert_with(|| {
                order.push(label.to_string());
                (order.len(), 0)
            });
            *count += 1;
            let again = if *count > 1 { format!(":{count}") } else { String::new() };
            let html =
                format!("<sup id=\"fnref:{number}{again}\"><a href=\"#fn:{number}\">{number}</a></sup>");
            *event = Event::InlineHtml(html.into());
        }
    };
    refer(body, &mut order);
    let mut list = Vec::new();
    let mut at = 0;
    // A note may refer to another.
    while at < order.len() {
        let mut events = defined_of(&defined, &order[at]);
        refer(&mut events, &mut order);
        at += 1;
        let back = Event::InlineHtml(format!(" <a href=\"#fnref:{at}\">↩</a>").into());
        let place = events.iter().rposition(|event| matches!(event, Event::End(TagEnd::Paragraph)));
        events.insert(place.unwrap_or(events.len()), back);
        list.push(Event::Html(format!("<li id=\"fn:{at}\">\n").into()));
        list.extend(events);
        list.push(Event::Html("</li>\n".into()));
    }
    if !list.is_empty() {
        body.push(Event::Html("<hr>\n<ol>\n".into()));
        body.extend(list);
        body.push(Event::Html("</ol>\n".into()));
    }
}

fn defined_of<'e>(defined: &HashMap<String, Vec<Event<'e>>>, label: &str) -> Vec<Event<'e>> {
    defined.get(label).cloned().unwrap_or_default()
}

/// Resolves Zola's links to other files, which begin with `@/`, and links to the sources of other articles.
fn resolve_internal<'a>(target: CowStr<'a>, page: &PageContext<'_>) -> CowStr<'a> {
    match target.strip_prefix("@/") {
        Some(path) => page.url_of(&format!("/{path}")).into(),
        None => page.url_of_source(&target).map_or(target, CowStr::from),
    }
}
