//! Characters that stand in Markdown for what CommonMark would read otherwise than the generator. No article has them, and none
//! is in what is rendered.

use std::borrow::Cow;

use pulldown_cmark::CowStr;

use super::tags::MARK;
use crate::types::work;

/// Stands next to emphasis that CommonMark would not find. It is punctuation, and in no text.
const JOINT: char = '\u{10a7f}';
/// Stands for `<<`, after which CommonMark would find a tag.
const OPEN: char = '\u{3}';

/// Puts [`JOINT`] next to asterisks between a letter and punctuation, where kramdown finds emphasis and
/// [CommonMark](https://spec.commonmark.org/0.31.2/#left-flanking-delimiter-run) does not.
fn with_joints(text: &str) -> Cow<'_, str> {
    if !text.contains('*') {
        return Cow::Borrowed(text);
    }
    work::step(text.len());
    let is_letter = |c: char| !c.is_whitespace() && !is_punctuation(c);
    let (mut out, mut done) = (String::with_capacity(text.len() + text.len() / 8), 0);
    while let Some(found) = text[done..].find('*') {
        let rest = &text[done + found..];
        let after = rest.trim_start_matches('*');
        let (run, before) = (&rest[..rest.len() - after.len()], &text[..done + found]);
        let (previous, next) = (before.chars().next_back(), after.chars().next());
        let is_escaped = previous == Some('\\');
        let has_before = previous.is_some_and(is_letter) && next.is_some_and(is_punctuation);
        let has_after = previous.is_some_and(is_punctuation) && next.is_some_and(is_letter);
        out.push_str(&text[done..done + found]);
        if has_before && !is_escaped {
            out.push(JOINT);
        }
        out.push_str(run);
        if has_after && !is_escaped {
            out.push(JOINT);
        }
        done += found + run.len();
    }
    Cow::Owned(out + &text[done..])
}

/// True for punctuation and symbols: what is no letter, digit, white space, control or modifier.
fn is_punctuation(c: char) -> bool {
    let is_modifier = matches!(c, '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{1fbcb}'..);
    !(c.is_alphanumeric() || c.is_whitespace() || c.is_control() || is_modifier)
}

/// Puts [`OPEN`] in place of `<<`.
fn with_guillemets(text: &str) -> String {
    work::step(text.len());
    let (mut out, mut done) = (String::with_capacity(text.len()), 0);
    while let Some(found) = text[done..].find('<') {
        let rest = &text[done + found..];
        let count = rest.len() - rest.trim_start_matches('<').len();
        out.push_str(&text[done..done + found]);
        if count == 2 && !out.ends_with('\\') {
            out.push(OPEN);
        } else {
            out.push_str(&rest[..count]);
        }
        done += found + count;
    }
    out + &text[done..]
}

/// The characters that were put in a text.
#[derive(Clone, Copy)]
pub(super) struct Marks {
    has_joints: bool,
    /// True if `<<` and `>>` become guillemets, as in kramdown and the typographer of goldmark.
    has_guillemets: bool,
}

impl Marks {
    /// Puts them in a text. What the text has itself stays.
    pub(super) fn put<'t>(text: &'t str, is_kramdown: bool, has_guillemets: bool) -> (Self, Cow<'t, str>) {
        let marks = Self {
            has_joints: is_kramdown && !text.contains(JOINT),
            has_guillemets: has_guillemets && !text.contains(OPEN),
        };
        let text = if marks.has_joints { with_joints(text) } else { Cow::Borrowed(text) };
        let text = match marks.has_guillemets && text.contains("<<") {
            true => Cow::Owned(with_guillemets(&text)),
            false => text,
        };
        (marks, text)
    }

    /// Returns code, HTML or an address as it was written.
    pub(super) fn as_written<'e>(&self, text: CowStr<'e>) -> CowStr<'e> {
        if !text.contains([MARK, JOINT, OPEN]) {
            return text;
        }
        let text = self.removed(text.into_string());
        if self.has_guillemets { text.replace(OPEN, "<<").into() } else { text.into() }
    }

    /// Returns text as it is shown.
    pub(super) fn shown<'e>(&self, text: CowStr<'e>) -> CowStr<'e> {
        if !self.has_guillemets || !text.contains(OPEN) && !text.contains(">>") {
            return text;
        }
        text.replace(OPEN, "«").replace(">>", "»").into()
    }

    /// Removes what nothing is shown for.
    pub(super) fn removed(&self, text: String) -> String {
        match text.contains([MARK, JOINT]) {
            true => text.replace(|c| c == MARK || c == JOINT && self.has_joints, ""),
            false => text,
        }
    }
}
