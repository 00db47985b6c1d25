//! Markdown to HTML: CommonMark, and what the generators have in common or the site's own does.

use std::borrow::Cow;
use std::collections::HashMap;

use pulldown_cmark::{
    Alignment, BlockQuoteKind, CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html,
};

use super::containers::opened;
use super::emoji;
use super::marks::Marks;
use super::site::PageContext;
use super::tags::{Fence, MARK, medium_of};
use crate::generator::{Attributes, Kind, Math, Site, heading_id};
use crate::html::Medium;
use crate::types::work;

/// Renders a body. HTML in it is kept: everything is cleaned later.
pub(super) fn html(text: &str, page: &PageContext<'_>) -> String {
    let mut options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_GFM;
    let repository = page.origin.addresses.repository.as_ref();
    let default = Site { has_definitions: true, ..Site::default() };
    let site = repository.map_or(&default, |repository| repository.site());
    options.set(Options::ENABLE_DEFINITION_LIST, site.has_definitions);
    options.set(Options::ENABLE_SMART_PUNCTUATION, site.has_smart_punctuation);
    options.set(Options::ENABLE_MATH, site.math == Math::Dollars);
    options.set(Options::ENABLE_WIKILINKS, repository.is_none());
    let text = &*protected(text, site.math);
    let text = &*match site.attributes {
        Attributes::None => Cow::Borrowed(text),
        attributes => without_attributes(text, attributes == Attributes::All),
    };
    let has_containers = match repository {
        Some(_) => matches!(page.generator, Kind::Astro | Kind::Eleventy),
        None => true,
    };
    let text = &*if has_containers { opened(text) } else { Cow::Borrowed(text) };
    let text = &*marked(text, page);
    let is_kramdown = page.is_kramdown();
    let has_guillemets = site.has_smart_punctuation && matches!(page.generator, Kind::Jekyll | Kind::Hugo);
    let (marks, text) = Marks::put(text, is_kramdown, has_guillemets);
    let text = &*text;
    let is_linked = repository.is_some() && matches!(page.generator, Kind::Hugo | Kind::Astro);
    let mut steps = Steps {
        page,
        site,
        is_linked,
        is_kramdown,
        marks,
        inside: 0,
        code: false,
        is_single: false,
        is_wiki_link: false,
        is_embedded: false,
        table: None,
    };
    let mut body = Vec::new();
    let mut notes: Vec<(CowStr<'_>, Vec<Event<'_>>)> = Vec::new();
    let mut is_note = false;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        if matches!(event, Event::Start(Tag::Strikethrough)) {
            steps.is_single = is_kramdown && !text[range].starts_with("~~");
        }
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
    number_headings(&mut body, page, marks, repository.is_some());
    append_notes(&mut body, notes);
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    html::push_html(&mut out, body.into_iter());
    marks.removed(out)
}

/// Elements that begin no block in kramdown, or only one that ends with them: Markdown may follow in the next line. Sorted.
const SPANS: &[&str] = &[
    "a", "abbr", "audio", "b", "big", "br", "button", "cite", "del", "dfn", "em", "i", "img", "ins", "label",
    "mark", "picture", "q", "s", "small", "source", "span", "strong", "sub", "sup", "track", "tt", "u",
    "video",
];

/// Puts [`MARK`] before colons that begin a line but no definition, which needs white space after them, before the tags that
/// begin no block of HTML in kramdown and MDX, and before `1)` that begins no list in kramdown. Code needs no care, because the
/// marks are removed from the HTML.
fn marked<'t>(text: &'t str, page: &PageContext<'_>) -> Cow<'t, str> {
    let is_mdx = page.origin.extension().eq_ignore_ascii_case("mdx");
    let has_spans = is_mdx || page.generator == Kind::Jekyll;
    let is_kramdown = page.is_kramdown();
    if !(text.contains(':') || has_spans && text.contains('<') || is_kramdown && text.contains(')')) {
        return Cow::Borrowed(text);
    }
    let is_colon = |rest: &str| {
        let is_columns = rest.contains('-') && rest.trim_end().bytes().all(|b| b"-:| \t".contains(&b));
        !rest.starts_with([' ', '\t']) && !is_columns
    };
    // A number in a list of kramdown is before a full stop.
    let is_number = |rest: &str| {
        let mark = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        mark.len() < rest.len() && mark.starts_with(')')
    };
    let is_span = |tag: &str, line: &str| {
        let tag = tag.strip_prefix('/').unwrap_or(tag);
        let name = &tag[..tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len())];
        // In MDX, any other tag begins a block only if it is alone in its line.
        let is_alone = || line.find('>').is_some_and(|end| line[end + 1..].trim().is_empty());
        SPANS.binary_search(&name).is_ok() || is_mdx && !name.is_empty() && !is_alone()
    };
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for line in text.split_inclusive('\n') {
        work::step(line.len());
        let rest = line.trim_start_matches([' ', '\t', '>', '-', '*', '+']);
        out.push_str(&line[..line.len() - rest.len()]);
        if rest.strip_prefix(':').is_some_and(is_colon)
            || is_kramdown && is_number(rest)
            || has_spans && rest.strip_prefix('<').is_some_and(|tag| is_span(tag, rest))
        {
            out.push(MARK);
        }
        out.push_str(rest);
    }
    Cow::Owned(out)
}

/// Empties lines that are lists of attributes of the block before them
/// (<https://gohugo.io/content-management/markdown-attributes/>), and removes those in lines if there may be any
/// (<https://github.com/arve0/markdown-it-attrs>).
fn without_attributes(text: &str, has_spans: bool) -> Cow<'_, str> {
    let mut fence = Fence::default();
    let line = |line| {
        work::step(str::len(line));
        let list = line.trim().strip_prefix('{').and_then(|list| list.strip_suffix('}'));
        match fence.holds(line) {
            true => Cow::Borrowed(line),
            false if list.is_some_and(is_list) => Cow::Borrowed("\n"),
            false if has_spans && line.contains('{') && !line.starts_with("    ") => {
                Cow::Owned(without_spans(line))
            }
            false => Cow::Borrowed(line),
        }
    };
    let lines: Vec<Cow<'_, str>> = text.split_inclusive('\n').map(line).collect();
    Cow::Owned(lines.concat())
}

/// True for what may be between the braces of a list of attributes.
fn is_list(list: &str) -> bool {
    let list = list.trim();
    let first = list.split(char::is_whitespace).next().unwrap_or_default();
    !list.contains(['{', '}']) && (list.starts_with(['.', '#']) || first.contains('='))
}

/// Removes lists of attributes at the end of a line and after what has a mark at its end. Code shows them.
fn without_spans(line: &str) -> String {
    let (mut out, mut rest, mut is_code) = (String::with_capacity(line.len()), line, false);
    while let Some(at) = rest.find('{') {
        let (before, after) = rest.split_at(at);
        is_code ^= !before.matches('`').count().is_multiple_of(2);
        out.push_str(before);
        let end = after[1..].find(['{', '}']).map(|end| end + 1).filter(|end| after[*end..].starts_with('}'));
        let found = end.filter(|end| {
            let is_after_mark = out.ends_with([')', ']', '*', '_', '`']);
            !is_code && is_list(&after[1..*end]) && (is_after_mark || after[*end + 1..].trim().is_empty())
        });
        let length = match found {
            Some(end) => end + 1,
            None => {
                out.push('{');
                1
            }
        };
        rest = &after[length..];
    }
    out + rest
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
    site: &'a Site,
    /// True if addresses in the text become links.
    is_linked: bool,
    is_kramdown: bool,
    marks: Marks,
    /// True in a block of code.
    code: bool,
    /// True in text between single tildes, which kramdown does not strike through.
    is_single: bool,
    /// True in a link between `[[` and `]]`.
    is_wiki_link: bool,
    /// True in what is embedded between `![[` and `]]`, if it is no picture.
    is_embedded: bool,
    /// The table around the event.
    table: Option<Table>,
    /// Number of links and blocks of code around the event: their text stays as it is.
    inside: usize,
}

/// A table of kramdown.
struct Table {
    /// Position of its event.
    start: usize,
    alignment: Vec<Alignment>,
    /// True if its header is empty, so it has none.
    is_headless: bool,
    /// Number of cells of the row so far.
    cells: usize,
}

impl Steps<'_> {
    fn add<'e>(&mut self, event: Event<'e>, to: &mut Vec<Event<'e>>) {
        let Some(event) = self.without_header(event, to) else { return };
        match event {
            // Which note it means, only Obsidian knows: its text is shown, and the picture or else the name of what is embedded.
            Event::Start(Tag::Link { link_type: LinkType::WikiLink { .. }, .. }) => self.is_wiki_link = true,
            Event::End(TagEnd::Link) if std::mem::take(&mut self.is_wiki_link) => {}
            Event::Start(Tag::Image { link_type: LinkType::WikiLink { .. }, dest_url, title, id }) => {
                self.is_embedded = medium_of(&dest_url) != Some(Medium::Image);
                if !self.is_embedded {
                    let link_type = LinkType::Inline;
                    to.push(Event::Start(Tag::Image { link_type, dest_url, title, id }));
                }
            }
            Event::End(TagEnd::Image) if std::mem::take(&mut self.is_embedded) => {}
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                self.inside += 1;
                let dest_url = resolve_internal(self.marks.as_written(dest_url), self.page);
                to.push(Event::Start(Tag::Link {
                    link_type,
                    dest_url,
                    title: self.marks.as_written(title),
                    id,
                }));
            }
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                let (dest_url, title) = (self.marks.as_written(dest_url), self.marks.as_written(title));
                to.push(Event::Start(Tag::Image { link_type, dest_url, title, id }));
            }
            Event::Start(Tag::Strikethrough) if self.is_single => to.push(Event::Text("~".into())),
            Event::End(TagEnd::Strikethrough) if std::mem::take(&mut self.is_single) => {
                to.push(Event::Text("~".into()));
            }
            Event::Code(code) => to.push(Event::Code(self.marks.as_written(code))),
            Event::Start(Tag::CodeBlock(kind)) => {
                self.inside += 1;
                self.code = true;
                let kind = match kind {
                    CodeBlockKind::Fenced(language) => CodeBlockKind::Fenced(self.marks.as_written(language)),
                    CodeBlockKind::Indented => kind,
                };
                to.push(Event::Start(Tag::CodeBlock(kind)));
            }
            Event::End(TagEnd::Link | TagEnd::CodeBlock) => {
                self.inside = self.inside.saturating_sub(1);
                self.code &= !matches!(event, Event::End(TagEnd::CodeBlock));
                to.push(event);
            }
            Event::InlineMath(tex) => to.push(Event::Text(self.marks.as_written(format!("${tex}$").into()))),
            Event::DisplayMath(tex) => {
                to.push(Event::Text(self.marks.as_written(format!("$${tex}$$").into())))
            }
            // No feed reader shows the checkbox of a form.
            Event::TaskListMarker(is_done) => to.push(Event::Text(if is_done { "☑ " } else { "☐ " }.into())),
            // Nor the heading that a style sheet gives an alert.
            Event::Start(Tag::BlockQuote(Some(kind))) => {
                to.push(Event::Start(Tag::BlockQuote(None)));
                to.push(Event::Html(format!("<p><strong>{}</strong></p>\n", alert(kind)).into()));
            }
            Event::End(TagEnd::BlockQuote(_)) => to.push(Event::End(TagEnd::BlockQuote(None))),
            Event::Text(text) if self.code => to.push(Event::Text(self.marks.as_written(text))),
            Event::Text(text) => {
                let text = self.marks.shown(text);
                let text = match self.site.has_emoji {
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
            Event::Html(html) => {
                to.push(Event::Html(with_resolved_links(self.marks.as_written(html), self.page)))
            }
            Event::InlineHtml(html) => {
                if html.starts_with("<a ") {
                    self.inside += 1;
                } else if html.starts_with("</a") {
                    self.inside = self.inside.saturating_sub(1);
                }
                to.push(Event::InlineHtml(with_resolved_links(self.marks.as_written(html), self.page)));
            }
            Event::SoftBreak if self.site.has_hard_breaks => to.push(Event::HardBreak),
            event => to.push(event),
        }
    }

    /// Follows tables of kramdown, and writes those with an empty header without it: CommonMark has no others. Returns any
    /// other event.
    fn without_header<'e>(&mut self, event: Event<'e>, to: &mut Vec<Event<'e>>) -> Option<Event<'e>> {
        if !self.is_kramdown {
            return Some(event);
        }
        if let Event::Start(Tag::Table(alignment)) = &event {
            self.table =
                Some(Table { start: to.len(), alignment: alignment.clone(), is_headless: false, cells: 0 });
        }
        let Some(table) = &mut self.table else { return Some(event) };
        let html = match &event {
            Event::End(TagEnd::TableHead) => {
                let is_cell = |event: &Event<'_>| {
                    matches!(event, Event::Start(Tag::TableCell) | Event::End(TagEnd::TableCell))
                };
                // The table and its header began before the cells.
                table.is_headless = to.get(table.start + 2..).is_some_and(|cells| cells.iter().all(is_cell));
                if table.is_headless {
                    to.truncate(table.start);
                }
                "<table><tbody>\n"
            }
            Event::Start(Tag::TableRow) => {
                table.cells = 0;
                "<tr>"
            }
            Event::End(TagEnd::TableRow) => "</tr>\n",
            Event::Start(Tag::TableCell) => {
                table.cells += 1;
                match table.alignment.get(table.cells - 1) {
                    Some(Alignment::Left) => "<td style=\"text-align: left\">",
                    Some(Alignment::Center) => "<td style=\"text-align: center\">",
                    Some(Alignment::Right) => "<td style=\"text-align: right\">",
                    _ => "<td>",
                }
            }
            Event::End(TagEnd::TableCell) => "</td>",
            Event::End(TagEnd::Table) => "</tbody></table>\n",
            _ => return Some(event),
        };
        if !table.is_headless {
            return Some(event);
        }
        if matches!(event, Event::End(TagEnd::Table)) {
            self.table = None;
        }
        to.push(Event::Html(html.into()));
        None
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
fn number_headings(body: &mut [Event<'_>], page: &PageContext<'_>, marks: Marks, is_site: bool) {
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
            (heading_id(page.generator, &marks.removed(text)), &mut body[at])
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

/// Resolves links to the sources of other articles in HTML, as the plugin InputPathToUrl of Eleventy does.
fn with_resolved_links<'a>(html: CowStr<'a>, page: &PageContext<'_>) -> CowStr<'a> {
    const HREF: &str = "href=\"";
    if page.generator != Kind::Eleventy || !(html.contains(HREF) && html.contains(".md")) {
        return html;
    }
    let (mut out, mut rest) = (String::with_capacity(html.len()), &*html);
    while let Some((before, (target, after))) =
        rest.split_once(HREF).and_then(|(before, rest)| Some((before, rest.split_once('"')?)))
    {
        let url = page.url_of_source(target);
        out.extend([before, HREF, url.as_deref().unwrap_or(target), "\""]);
        rest = after;
    }
    out.push_str(rest);
    out.into()
}

#[cfg(test)]
mod tests {
    use crate::seed::tests::body_in_site;

    const JEKYLL: (&str, &str) = ("_config.yml", "url: https://a.example\nkramdown: { hard_wrap: true }");
    const HUGO: (&str, &str) = (
        "hugo.toml",
        "baseURL = 'https://a.example/'\n[markup.goldmark]\nparser.attribute.block = true\nrenderer.unsafe = true",
    );
    const ZOLA: (&str, &str) = ("zola.toml", "base_url = 'https://a.example'");
    const ASTRO: (&str, &str) = ("astro.config.mjs", "export default { site: 'https://a.example' }");

    fn rendered(site: (&str, &str), text: &str) -> String {
        let (path, mark) = match site.0 {
            "_config.yml" => ("_posts/2024-01-02-a.md", "---"),
            "astro.config.mjs" => ("src/pages/a.mdx", "---"),
            _ => ("content/a.md", "+++"),
        };
        let equals = if mark == "---" { ":" } else { " =" };
        let text = format!("{mark}\ntitle{equals} 'A'\ndate{equals} 2024-01-02\n{mark}\n{text}");
        body_in_site(&[site], path, &text).0
    }

    #[test]
    fn a_definition_begins_with_a_colon_and_white_space_where_the_generator_has_them() {
        for (site, text, shown) in [
            (
                HUGO,
                "Tea\n: A *drink*\n:\tHot",
                "<dl>\n<dt>Tea</dt>\n<dd>A <em>drink</em></dd>\n<dd>Hot</dd>\n</dl>\n",
            ),
            (HUGO, "Hello.\n\n:tada: Released.", "<p>Hello.</p>\n<p>:tada: Released.</p>\n"),
            (HUGO, "a\n:::tip[Title]\nb\n:::\n", "<p>a\n:::tip[Title]\nb\n:::</p>\n"),
            (
                HUGO,
                "> a\n> :b\n\n- c\n  :d",
                "<blockquote>\n<p>a\n:b</p>\n</blockquote>\n<ul>\n<li>c\n:d</li>\n</ul>\n",
            ),
            (
                HUGO,
                "```\n:a\n```\n\n    :b\n",
                "<pre><code>:a\n</code></pre>\n<pre><code>:b\n</code></pre>\n",
            ),
            (
                HUGO,
                "a | b\n:--|--:\n1 | 2",
                "<table><thead><tr><th style=\"text-align: left\">a</th><th style=\"text-align: right\">b</th></tr></thead><tbody>\n\
                 <tr><td style=\"text-align: left\">1</td><td style=\"text-align: right\">2</td></tr>\n</tbody></table>\n",
            ),
            (ZOLA, "Tea\n: A drink", "<p>Tea\n: A drink</p>\n"),
        ] {
            assert_eq!(rendered(site, text), shown);
        }
    }

    #[test]
    fn markdown_after_the_tags_of_a_line_is_rendered_in_kramdown_and_mdx() {
        for (site, text, shown) in [
            (
                JEKYLL,
                "<img src=\"/a.png\">\n*caption*",
                "<p><img src=\"/a.png\"><br />\n<em>caption</em></p>\n",
            ),
            (
                JEKYLL,
                "<a href=\"/x\">\n![i](/i.png)\n</a>",
                "<p><a href=\"/x\"><br />\n<img src=\"/i.png\" alt=\"i\" /><br />\n</a></p>\n",
            ),
            (JEKYLL, "- <br>\n  *b*", "<ul>\n<li><br><br />\n<em>b</em></li>\n</ul>\n"),
            (JEKYLL, "<iframe src=\"x\"></iframe>\n*b*", "<iframe src=\"x\"></iframe>\n<p><em>b</em></p>\n"),
            (
                JEKYLL,
                "<div>\n*a*\n<b>c</b>\n</div>\n*d*",
                "<div>\n*a*\n<b>c</b>\n</div>\n<p><em>d</em></p>\n",
            ),
            (JEKYLL, "```\n<b>\n```", "<pre><code>&lt;b&gt;\n</code></pre>\n"),
            (HUGO, "<img src=\"/a.png\">\n*caption*", "<img src=\"/a.png\">\n*caption*"),
            (ASTRO, "<div>\n  **a**\n</div>", "<div>\n<p><strong>a</strong></p>\n</div>\n"),
            (ASTRO, "<div>**a**</div>", "<p><div><strong>a</strong></div></p>\n"),
        ] {
            assert_eq!(rendered(site, text), shown);
        }
    }

    #[test]
    fn kramdown_emphasizes_next_to_punctuation() {
        for (text, shown) in [
            (
                "它**「出乎意料」**且让我觉得**「定位」**。",
                "它<strong>「出乎意料」</strong>且让我觉得<strong>「定位」</strong>。",
            ),
            (
                "a**(b)**c 2*(3+4)*5 *\"a\"*b x*\"q\"*y",
                "a<strong>(b)</strong>c 2<em>(3+4)</em>5 <em>“a”</em>b x<em>“q”</em>y",
            ),
            (
                "❤️**b**c \\*(d)\\*e a_「b」_c `f*(g)*h`",
                "❤️<strong>b</strong>c *(d)*e a_「b」_c <code>f*(g)*h</code>",
            ),
            ("[a*(b)*c](/d*(e)*f \"g*(h)*i\")", "<a href=\"/d*(e)*f\" title=\"g*(h)*i\">a<em>(b)</em>c</a>"),
        ] {
            assert_eq!(rendered(JEKYLL, text), format!("<p>{shown}</p>\n"));
        }
        assert_eq!(rendered(JEKYLL, "## a*(b)*c"), "<h2 id=\"abc\">a<em>(b)</em>c</h2>\n");
        assert_eq!(rendered(HUGO, "a**「b」**c"), "<p>a**「b」**c</p>\n");
    }

    #[test]
    fn text_between_guillemets_is_shown() {
        for site in [JEKYLL, HUGO] {
            let shown = "<p>«x» a <code>&lt;&lt;y&gt;&gt;</code> <a href=\"/z\">b</a></p>\n<pre><code>&lt;&lt;z&gt;&gt;\n</code></pre>\n";
            assert_eq!(rendered(site, "<<x>> a `<<y>>` <a href=\"/z\">b</a>\n\n```\n<<z>>\n```"), shown);
        }
    }

    #[test]
    fn kramdown_differs_from_commonmark_in_blocks() {
        let site = (JEKYLL.0, "url: https://a.example");
        for (text, shown) in [
            (
                "<div>\n    <p>One</p>\n\n    <p>Two</p>\n</div>\n*a*",
                "<div>\n    <p>One</p>\n\n    <p>Two</p>\n</div>\n<p><em>a</em></p>\n",
            ),
            (
                "<table>\n  <tr>\n    <td>a</td>\n\n    <td>b</td>\n  </tr>\n</table>",
                "<table>\n  <tr>\n    <td>a</td>\n\n    <td>b</td>\n  </tr>\n</table>\n",
            ),
            (
                "| a | `b|c` |\n| *d* |\n",
                "<table><tbody>\n<tr><td>a</td><td><code>b|c</code></td></tr>\n<tr><td><em>d</em></td><td></td></tr>\n</tbody></table>\n",
            ),
            (
                "| a |\n|--:|\n| b | c |\n",
                "<table><thead><tr><th style=\"text-align: right\">a</th><th></th></tr></thead><tbody>\n\
                 <tr><td style=\"text-align: right\">b</td><td>c</td></tr>\n</tbody></table>\n",
            ),
            ("1. a\n  - b\n2. d", "<ol>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n<li>d</li>\n</ol>\n"),
            ("1) one\n2) ~two~ ~~three~~", "<p>1) one\n2) ~two~ <del>three</del></p>\n"),
        ] {
            assert_eq!(rendered(site, text), shown);
        }
        let commonmark = (JEKYLL.0, "url: https://a.example\nmarkdown: CommonMark");
        assert_eq!(
            rendered(commonmark, "a | b\n\n1) ~c~"),
            "<p>a | b</p>\n<ol>\n<li><del>c</del></li>\n</ol>\n"
        );
    }

    #[test]
    fn wikilinks_without_a_generator_are_their_text_and_pictures() {
        let text = "[[Two]] [[note|*shown*]] ![[a b.png]] ![[Three]] [b](c)\n\n`[[d]]`";
        let (html, _) = body_in_site(
            &[],
            "a.md",
            &format!("---\nurl: https://a.example/1\ndate: 2024-01-02\n---\n{text}"),
        );
        let shown = "Two <em>shown</em> <img src=\"a%20b.png\" alt=\"a b.png\" /> Three <a href=\"c\">b</a>";
        assert_eq!(html, format!("<p>{shown}</p>\n<p><code>[[d]]</code></p>\n"));
        assert_eq!(rendered(HUGO, "[[Two]]"), "<p>[[Two]]</p>\n");
    }

    #[test]
    fn lists_of_attributes_are_left_out_in_eleventy_with_the_plugin() {
        let text = "A {b}.{.yellowBox}\n\n![i](a.png){width=100} *c*{.d} `e{.f}` g{.h} i\n\n{.j}\n";
        let rendered = |config| {
            let files = [
                ("eleventy.config.js", config),
                ("_data/site.json", "{\"url\":\"https://a.example\"}"),
                ("package.json", "{\"dependencies\":{\"@11ty/eleventy\":\"3\"}}"),
            ];
            body_in_site(&files, "a.md", &format!("---\ntitle: A\ndate: 2024-01-02\n---\n{text}")).0
        };
        assert_eq!(
            rendered("const attrs = require('markdown-it-attrs'); module.exports = () => {}"),
            "<p>A {b}.</p>\n<p><img src=\"a.png\" alt=\"i\" /> <em>c</em> <code>e{.f}</code> g{.h} i</p>\n",
        );
        assert!(rendered("module.exports = () => {}").contains(".{.yellowBox}"));
    }

    #[test]
    fn lists_of_attributes_after_blocks_are_left_out_in_hugo() {
        let text = "a\n{.b #c}\n\n| d |\n|---|\n| e |\n{ class=\"f\" }\n\n```\n{.g}\n```\n{.h} {{i}}\n{j}\n";
        let shown = "<p>a</p>\n<table><thead><tr><th>d</th></tr></thead><tbody>\n<tr><td>e</td></tr>\n</tbody></table>\n\
                     <pre><code>{.g}\n</code></pre>\n<p>{.h} {{i}}\n{j}</p>\n";
        assert_eq!(rendered(HUGO, text), shown);
    }
}
