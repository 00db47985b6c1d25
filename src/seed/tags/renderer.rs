//! The renderer that the template languages share: a position in the source, the output, and the tags left out.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use serde_json::Value;

use super::super::site::PageContext;
use super::budget::Budget;
use super::scopes::Scopes;
use super::syntax::inner;
use super::template::Filled;
use crate::diag::{Finding, codes};
use crate::html::escape_attribute;
use crate::types::{excerpt, work};

/// Maximum length of a tag, in bytes.
pub(super) const MAX_TAG: usize = 4 << 10;
/// Length of the longest tag of HTML that a template tag is looked for in, in bytes.
const LONGEST_MARKUP: usize = 500;
/// Maximum number of bytes that tags insert, in addition to the length of the body: a short tag can insert a long value
/// of the front matter thousands of times.
const MAX_INSERTED: usize = 1 << 20;
/// Maximum number of names of tags that are reported each by itself.
pub(super) const MAX_REPORTED: usize = 20;
/// Maximum number of bytes of the values that tags look at.
pub(super) const MAX_LOOKED_UP: usize = 16 << 20;
/// Maximum number of templates in each other.
const MAX_DEPTH: usize = 4;
/// Number of characters of a tag that a finding shows.
pub(super) const SHOWN: usize = 60;

/// The delimiters that end tags.
const CLOSERS: [&str; 4] = ["}}", "%}", ">}}", "%}}"];

/// Tags of one name that were left out.
struct LeftOut {
    line: u32,
    first: String,
    more: usize,
}

/// A block of Liquid that its end tag closes.
pub(super) enum Block {
    /// A condition, in the branch that is shown.
    Shown,
    /// A condition that only the site can evaluate: all branches are shown.
    Unknown,
    /// A capture: name of the variable, length of the output before it, and the state of its last line.
    Capture(String, usize, (bool, usize)),
}

/// Elements that begin a block of HTML in Markdown ([CommonMark, 4.6](https://spec.commonmark.org/0.31.2/#html-blocks)).
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "details",
    "dd",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "iframe",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "section",
    "summary",
    "table",
    "ul",
];

/// True if HTML begins with a tag that begins a block in Markdown.
pub(super) fn is_block(html: &str) -> bool {
    let Some(tag) = html.trim_start().strip_prefix('<') else { return false };
    let tag = tag.strip_prefix('/').unwrap_or(tag);
    let name = &tag[..tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len())];
    BLOCKS.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Returns the message about tags that are not reported each by itself.
pub(super) fn more_left_out(count: usize) -> String {
    let tags = if count == 1 { "tag was" } else { "tags were" };
    format!("{count} more {tags} left out, the first in this line")
}

/// Renders the tags of a body.
pub(super) struct TemplateRenderer<'a> {
    pub(super) page: &'a PageContext<'a>,
    source: &'a str,
    /// Position in the source.
    at: usize,
    /// Start of the tag that is rendered.
    tag: usize,
    out: String,
    /// Number of bytes that tags may still insert; `None` once one of them wanted more.
    room: Option<usize>,
    /// For each of [`CLOSERS`], the next place where it is; `usize::MAX` if there is none.
    next_close: [Option<usize>; CLOSERS.len()],
    /// A position in the source and the number of line feeds before it.
    counted: (usize, u32),
    /// True if the last line of the first `.1` bytes of the output is blank.
    blank: (bool, usize),
    /// Templates of the site by name of the tag; `None` if there is none.
    templates: HashMap<String, Option<Rc<str>>>,
    /// Number of closing tags that are still to come, by name; counted when it is first asked for.
    closings: Option<HashMap<&'a str, usize>>,
    /// Values that tags set, by name.
    pub(super) variables: Scopes<String>,
    /// Lists and tables that tags set or loop over, by name.
    pub(super) tables: Scopes<Rc<Value>>,
    /// Variables whose value only the site knows.
    unknown: HashSet<String>,
    /// True if a loop has no end tag: the tags after it are not looked at as loops.
    pub(super) has_open_loop: bool,
    /// Conditions and captures around the position, the innermost last.
    pub(super) blocks: Vec<Block>,
    /// Limit on the values that conditions and filters look at.
    pub(super) budget: Budget,
    /// Number of templates around this one.
    pub(super) depth: usize,
    /// Tags that wait for their closing tag, the innermost last: name, and the HTML to add then.
    open: Vec<(&'a str, String)>,
    left_out: Vec<LeftOut>,
    /// Index in `left_out` by name of the tag.
    names: HashMap<&'a str, usize>,
    /// Number of tags left out beyond [`MAX_REPORTED`], and the line of the first.
    unnamed: Option<(usize, u32)>,
}

impl<'a> TemplateRenderer<'a> {
    pub(super) fn new(page: &'a PageContext<'a>, source: &'a str) -> Self {
        Self {
            page,
            source,
            at: 0,
            tag: 0,
            out: String::with_capacity(source.len()),
            room: Some(source.len().saturating_add(MAX_INSERTED)),
            next_close: [None; CLOSERS.len()],
            counted: (0, 0),
            blank: (true, 0),
            templates: HashMap::new(),
            closings: None,
            variables: Scopes::default(),
            tables: Scopes::default(),
            unknown: HashSet::new(),
            has_open_loop: false,
            blocks: Vec::new(),
            budget: Budget::of(MAX_LOOKED_UP),
            depth: 0,
            open: Vec::new(),
            left_out: Vec::new(),
            names: HashMap::new(),
            unnamed: None,
        }
    }

    /// Renders the whole source. `render_tag` renders the tag at the current position and moves past it; it returns
    /// `false` if there is none.
    pub(super) fn render(mut self, render_tag: fn(&mut Self) -> bool, findings: &mut Vec<Finding>) -> String {
        self.render_all(render_tag, findings);
        self.out
    }

    fn render_all(&mut self, render_tag: fn(&mut Self) -> bool, findings: &mut Vec<Finding>) {
        while let Some(found) = self.source[self.at..].find('{') {
            work::step(found + 1);
            let start = self.at + found;
            self.out.push_str(&self.source[self.at..start]);
            (self.at, self.tag) = (start, start);
            if !self.source[start + 1..].starts_with(['{', '%']) || !render_tag(self) {
                self.out.push('{');
                self.at = start + 1;
            }
        }
        self.out.push_str(&self.source[self.at..]);
        for LeftOut { line, first, more } in std::mem::take(&mut self.left_out) {
            let others = if more == 0 { String::new() } else { format!(", and {more} more of this name") };
            findings.push(Finding::in_text(
                &codes::SEED_TAG,
                line,
                0,
                format!("`{first}` was left out{others}"),
            ));
        }
        if let Some((count, line)) = self.unnamed {
            findings.push(Finding::in_text(&codes::SEED_TAG, line, 0, more_left_out(count)));
        }
    }

    /// Returns the source from the current position on.
    pub(super) fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    /// Moves past a number of bytes.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Permits [`Self::delimited`] to find tags again that were looked at ahead.
    pub(super) fn go_back(&mut self) {
        self.next_close = [None; CLOSERS.len()];
    }

    /// Moves to the end of the source and returns the text up to it.
    pub(super) fn skip_to_end(&mut self) -> &'a str {
        let rest = self.rest();
        self.at = self.source.len();
        rest
    }

    /// Returns the text from `ahead` bytes after the current position, at which it must start with `open`, through
    /// `close`. `None` if it does not, or if the tag is longer than [`MAX_TAG`]. Calls must not go backwards.
    pub(super) fn delimited(&mut self, ahead: usize, open: &str, close: &str) -> Option<&'a str> {
        let from = self.at + ahead;
        let inner = self.source[from..].strip_prefix(open)?;
        let start = from + open.len();
        let index = CLOSERS.iter().position(|known| *known == close)?;
        // The next delimiter is looked for once: without this, each of many unclosed tags would be a search.
        let end = match self.next_close[index] {
            Some(end) if end >= start => end,
            _ => {
                let found = inner.find(close);
                work::step(found.unwrap_or(inner.len()));
                let end = found.map_or(usize::MAX, |at| start + at);
                self.next_close[index] = Some(end);
                end
            }
        };
        let is_short =
            end.checked_sub(start)?.saturating_add(close.len()) <= inner.floor_char_boundary(MAX_TAG);
        is_short.then(|| &self.source[from..end + close.len()])
    }

    /// Moves past the tag `{% end %}` and returns the text before it; without one, returns the rest.
    pub(super) fn until_tag(&mut self, end: &str) -> &'a str {
        let rest = self.rest();
        let mut from = 0;
        while let Some(found) = rest[from..].find("{%") {
            work::step(found + 2);
            let at = from + found;
            let Some(whole) = self.delimited(at, "{%", "%}") else { break };
            if inner(whole) == end {
                self.skip(at + whole.len());
                return &rest[..at];
            }
            from = at + 2;
        }
        self.skip_to_end()
    }

    /// Begins to capture the output.
    pub(super) fn begin_capture(&mut self, name: &str) {
        self.blocks.push(Block::Capture(name.to_owned(), self.out.len(), self.blank));
    }

    /// Moves the output since the beginning of a capture to its variable.
    pub(super) fn end_capture(&mut self, name: String, from: usize, blank: (bool, usize)) {
        let text = self.out.split_off(from);
        self.blank = blank;
        self.variables.insert(name, text);
    }

    /// Sets a variable. Returns `false` and sets nothing if the renderer is full.
    #[must_use]
    pub(super) fn assign(&mut self, name: &str, value: String) -> bool {
        self.room = self.room.and_then(|room| room.checked_sub(value.len()));
        if self.is_full() {
            return false;
        }
        self.variables.insert(name.to_owned(), value);
        true
    }

    /// Notes whether only the site knows the value of a variable.
    pub(super) fn note_unknown(&mut self, name: &str, is_unknown: bool) {
        if is_unknown {
            self.unknown.insert(name.to_owned());
        } else {
            self.unknown.remove(name);
        }
    }

    /// True if only the site knows the value of a variable.
    pub(super) fn is_unknown(&self, name: &str) -> bool {
        self.unknown.contains(name)
    }

    /// Renders another template, in which the variables of this one are seen, with parameters of its own; `None` if it needs
    /// what only the site knows.
    pub(super) fn inner(
        &mut self,
        text: &str,
        parameters: impl IntoIterator<Item = (String, String)>,
        render_tag: fn(&mut TemplateRenderer<'_>) -> bool,
    ) -> Option<String> {
        (self.depth < MAX_DEPTH && !self.is_full()).then_some(())?;
        let mut renderer = TemplateRenderer::new(self.page, text);
        renderer.room = self.room;
        renderer.budget = self.budget.clone();
        renderer.depth = self.depth + 1;
        (renderer.variables, renderer.tables) =
            (std::mem::take(&mut self.variables), std::mem::take(&mut self.tables));
        renderer.begin_scope();
        for (name, value) in parameters {
            renderer.variables.insert(name, value);
        }
        let mut findings = Vec::new();
        renderer.render_all(render_tag, &mut findings);
        renderer.end_scope();
        (self.variables, self.tables) = (renderer.variables, renderer.tables);
        self.budget = renderer.budget;
        findings.is_empty().then_some(renderer.out)
    }

    /// Begins a scope of variables, lists and tables.
    pub(super) fn begin_scope(&mut self) {
        self.variables.begin();
        self.tables.begin();
    }

    /// Ends the innermost scope.
    pub(super) fn end_scope(&mut self) {
        self.variables.end();
        self.tables.end();
    }

    /// True once tags wanted to insert more than [`MAX_INSERTED`]: the rest is left out.
    pub(super) fn is_full(&self) -> bool {
        self.room.is_none()
    }

    /// Appends a value. Returns `false` and appends nothing if the renderer is full.
    #[must_use]
    pub(super) fn insert(&mut self, text: &str) -> bool {
        self.room = self.room.and_then(|room| room.checked_sub(text.len()));
        if self.is_full() {
            return false;
        }
        work::step(text.len());
        self.out.push_str(text);
        true
    }

    /// True if the output ends with a text.
    pub(super) fn ends_with(&self, text: &str) -> bool {
        self.out.ends_with(text)
    }

    /// Appends text of the source.
    pub(super) fn copy(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Appends a link whose text is its URL.
    #[must_use]
    pub(super) fn link(&mut self, url: &str) -> bool {
        let url = escape_attribute(url);
        self.insert(&format!("<a href=\"{url}\">{url}</a>"))
    }

    /// Appends a frame. Cleaning replaces it with a link, as it does for all frames.
    #[must_use]
    pub(super) fn frame(&mut self, service: &str, id: &str) -> bool {
        self.block(&format!("<iframe src=\"{service}{}\"></iframe>", escape_attribute(id)))
    }

    /// Appends source code of the article.
    pub(super) fn code(&mut self, language: &str, text: &str) {
        let text = escape_attribute(text.trim_matches(['\n', '\r']).trim_end());
        work::step(text.len());
        let class = if language.is_empty() {
            String::new()
        } else {
            format!(" class=\"language-{}\"", escape_attribute(language))
        };
        // Not limited: it is a part of the source, which is rendered once.
        let gap = self.gap();
        self.out.push_str(&format!("{gap}<pre><code{class}>{text}</code></pre>{gap}"));
    }

    /// Appends HTML, as a block of its own if the tag is alone on its line, or if the text after it would be in the block.
    #[must_use]
    pub(super) fn block(&mut self, html: &str) -> bool {
        let starts = self.is_line_blank();
        let gap = self.gap();
        let is_cut =
            gap.is_empty() && (starts || html.starts_with("</")) && is_block(html) && !self.is_rest_blank();
        let after = if is_cut { "\n\n" } else { gap };
        self.insert(&format!("{gap}{html}{after}"))
    }

    /// Appends the HTML before the text between two tags.
    fn block_before(&mut self, html: &str) -> bool {
        let gap = self.gap();
        self.insert(&format!("{gap}{html}{gap}"))
    }

    /// True if nothing follows in the line of the source.
    fn is_rest_blank(&self) -> bool {
        let mut after = self.rest().chars().inspect(|_| _ = work::step(1));
        after.find(|c| *c == '\n' || !c.is_whitespace()).is_none_or(|c| c == '\n')
    }

    /// True if the output ends inside a tag of HTML.
    pub(super) fn is_in_markup(&self) -> bool {
        let tail = &self.out[self.out.floor_char_boundary(self.out.len().saturating_sub(LONGEST_MARKUP))..];
        work::step(LONGEST_MARKUP);
        let opened =
            tail.rfind('<').is_some_and(|at| tail[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic()));
        opened && tail.rfind('>') < tail.rfind('<')
    }

    /// Returns what separates a block from the text around it.
    fn gap(&mut self) -> &'static str {
        if self.is_line_blank() && self.is_rest_blank() { "\n\n" } else { "" }
    }

    /// True if the last line of the output is blank so far.
    fn is_line_blank(&mut self) -> bool {
        let (is_blank, from) = self.blank;
        let added = &self.out[from..];
        work::step(added.len());
        let (is_new, line) = added.rsplit_once('\n').map_or((false, added), |(_, line)| (true, line));
        self.blank = ((is_blank || is_new) && line.trim().is_empty(), self.out.len());
        self.blank.0
    }

    /// Returns the site's own template for a tag.
    pub(super) fn template(&mut self, name: &str) -> Option<Rc<str>> {
        let repository = self.page.origin.addresses.repository.as_ref()?;
        let found = match self.templates.get(name) {
            Some(known) => known.clone(),
            None => {
                let found =
                    repository.first(&repository.rules().templates(name)).map(|(_, text)| Rc::from(text));
                self.templates.insert(name.to_owned(), found.clone());
                found
            }
        };
        // A tag costs as much as its template is long.
        found.filter(|text: &Rc<str>| self.budget.spend(text.len()))
    }

    /// Appends what a template shows. What is after the text between its tags waits for the closing tag, if `is_paired`.
    #[must_use]
    pub(super) fn filled(&mut self, name: &'a str, filled: &Filled, is_paired: bool) -> bool {
        let Filled { before, after, is_markdown } = filled;
        // Markdown ends a block of HTML at a blank line only.
        if *is_markdown && is_paired && is_block(before) {
            let after = after.as_deref().unwrap_or_default();
            self.open.push((name, format!("\n\n{after}\n\n")));
            return self.insert(&format!("\n\n{before}\n\n"));
        }
        match after {
            Some(after) if is_paired => self.open.push((name, after.clone())),
            Some(after) => return self.block(&format!("{before}{after}")),
            None if is_paired => self.open.push((name, String::new())),
            None => return self.block(before),
        }
        self.block_before(before)
    }

    /// Notes that a tag with a closing tag was replaced by nothing.
    pub(super) fn opened(&mut self, name: &'a str) {
        self.open.push((name, String::new()));
    }

    /// Appends what waits for this closing tag; an empty name stands for the innermost. Returns `false` if nothing does.
    pub(super) fn close(&mut self, name: &str) -> bool {
        let is_open = self.open.last().is_some_and(|(open, _)| name.is_empty() || *open == name);
        if !is_open {
            return false;
        }
        let after = self.open.pop().map(|(_, after)| after).unwrap_or_default();
        after.is_empty() || self.block(&after)
    }

    /// True if a closing tag of this name is still to come, which then counts as that of the current tag.
    pub(super) fn take_closing(&mut self, name: &str) -> bool {
        let source = self.source;
        let closings = self.closings.get_or_insert_with(|| {
            work::step(source.len());
            let mut all = HashMap::new();
            for (at, mark) in source.match_indices("{{") {
                let inner = source[at + mark.len()..].trim_start_matches(['<', '%']).trim_start();
                if let Some(name) = inner.strip_prefix('/').map(str::trim_start) {
                    // A name has no brace, so nothing is looked at twice.
                    let is_end = |c: char| c.is_whitespace() || matches!(c, '>' | '%' | '{' | '}');
                    let end = name.find(is_end).unwrap_or(name.len());
                    work::step(end);
                    *all.entry(&name[..end]).or_insert(0) += 1;
                }
            }
            all
        });
        match closings.get_mut(name) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }

    /// Notes that the tag that is rendered was left out.
    pub(super) fn leave_out(&mut self, name: &'a str, tag: &str) {
        if let Some(index) = self.names.get(name) {
            self.left_out[*index].more += 1;
            return;
        }
        if self.left_out.len() < MAX_REPORTED {
            let line = self.line_of(self.tag);
            let first = excerpt(tag, SHOWN).into_owned();
            self.names.insert(name, self.left_out.len());
            self.left_out.push(LeftOut { line, first, more: 0 });
        } else {
            let line = match self.unnamed {
                Some((_, line)) => line,
                None => self.line_of(self.tag),
            };
            self.unnamed = Some((self.unnamed.map_or(0, |(count, _)| count) + 1, line));
        }
    }

    /// Returns the line of a place in the source, which must not be before that of the last call.
    fn line_of(&mut self, place: usize) -> u32 {
        let (from, lines) = self.counted;
        let between = &self.source[from..place.max(from)];
        work::step(between.len());
        self.counted = (place.max(from), lines + between.matches('\n').count() as u32);
        self.page.line + self.counted.1
    }
}
