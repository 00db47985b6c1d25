//! The newest entries, once each, and the choices by which visitors filter them.

use std::collections::BTreeMap;

use maud::{Markup, PreEscaped, html};

use super::direction::direction;
use super::{View, encode, line, relative, time, topic};
use crate::model::{Latest, Listing};

/// Maximum number of tags and of authors among the choices.
const MAX_CHOICES: usize = 12;

/// Property of entries by which they are filtered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    Section,
    Tag,
    Author,
}

/// A value by which entries are filtered.
struct Choice<'a> {
    by: By,
    /// Value in lower case.
    key: String,
    label: &'a str,
}

/// The entries of a feed, and the choices among them.
pub(super) struct River<'a> {
    feed: &'a Listing,
    view: &'a View<'a>,
    /// Feeds of sections, by folder.
    sections: BTreeMap<&'a str, &'a Listing>,
    choices: Vec<Choice<'a>>,
}

impl<'a> River<'a> {
    /// Returns the entries of `feed` for its page.
    pub(super) fn new(feed: &'a Listing, view: &'a View<'a>) -> Self {
        let sections: BTreeMap<&str, &Listing> =
            view.feeds().map(|feed| (feed.folder.as_str(), feed)).collect();
        let mut river = Self { feed, view, sections, choices: Vec::new() };
        for by in [By::Section, By::Tag, By::Author] {
            let choices = river.choices_by(by);
            river.choices.extend(choices);
        }
        river
    }

    /// Returns the values of a property that some entries have and others do not: sections by name, of tags and authors
    /// the most frequent first.
    fn choices_by(&self, by: By) -> Vec<Choice<'a>> {
        let mut counts: BTreeMap<String, (usize, &'a str)> = BTreeMap::new();
        for entry in &self.feed.latest {
            for value in values(entry, by) {
                counts.entry(value.to_lowercase()).or_insert((0, value)).0 += 1;
            }
        }
        let all = self.feed.latest.len();
        let mut found: Vec<_> = counts.into_iter().filter(|(_, (count, _))| *count < all).collect();
        if by != By::Section {
            found.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
            found.truncate(MAX_CHOICES);
        }
        let label = |value| if by == By::Section { self.section(value) } else { value };
        found.into_iter().map(|(key, (_, value))| Choice { by, key, label: label(value) }).collect()
    }

    /// Returns the title of a section.
    fn section(&self, folder: &'a str) -> &'a str {
        self.sections.get(folder).map_or(folder, |feed| topic(feed, self.view.site))
    }

    /// Returns the rules that hide the entries that were not chosen.
    pub(super) fn filter_style(&self) -> Markup {
        html! {
            @for number in 1..=self.choices.len() {
                (PreEscaped(format!("body:has(#f{number}:checked) .river>li:not(.f{number}){{display:none}}\n")))
            }
        }
    }

    pub(super) fn markup(&self) -> Markup {
        html! {
            div .tools {
                @if !self.choices.is_empty() { (self.filters()) }
                @if self.feed.latest.len() > 1 {
                    input type="search" hidden aria-label="Search these entries" placeholder="Search" lang="en" autocomplete="off";
                }
            }
            (line())
            ol .river role="list" { @for entry in &self.feed.latest { (self.entry(entry)) } }
            p #none hidden lang="en" { "No entry has these words." }
        }
    }

    fn filters(&self) -> Markup {
        let numbered = |by| self.choices.iter().enumerate().filter(move |(_, choice)| choice.by == by);
        let pills = |by| {
            html! {
                @for (index, choice) in numbered(by) {
                    label { input #{ "f" (index + 1) } type="radio" name="show"; bdi { (choice.label) } }
                }
            }
        };
        let has = |by| numbered(by).next().is_some();
        html! {
            (line())
            fieldset .filters {
                legend .visually-hidden lang="en" { "Show" }
                p .pills {
                    label lang="en" { input type="radio" name="show" checked; "All" }
                    (pills(By::Section))
                }
                @if has(By::Tag) || has(By::Author) {
                    details {
                        summary lang="en" {
                            @if !has(By::Author) { "Tags" } @else if !has(By::Tag) { "Authors" } @else { "Tags and authors" }
                        }
                        @for (by, name) in [(By::Tag, "Tags"), (By::Author, "Authors")] {
                            @if has(by) { p .pills { b lang="en" { (name) } (pills(by)) } }
                        }
                    }
                }
            }
        }
    }

    fn entry(&self, entry: &Latest) -> Markup {
        let base = self.feed.base.as_ref();
        let section = entry.sections.first();
        let has_sections = self.choices.iter().any(|choice| choice.by == By::Section);
        let of_section = section.and_then(|section| self.sections.get(section.as_str()));
        let own = entry.language.as_deref().or(of_section.and_then(|feed| feed.language.as_deref()));
        let language = own.filter(|own| Some(*own) != self.view.language());
        let page = entry.page.as_ref().map(|page| self.view.up() + &encode(page));
        html! {
            (line())
            li class=[self.classes(entry)] lang=[language] dir=[language.map(|own| direction(Some(own)))] {
                h2 { a href=(page.as_deref().unwrap_or(&entry.link)) {
                    @if let Some(image) = &entry.image {
                        img src=(relative(image, base)) alt="" loading="lazy" referrerpolicy="no-referrer"
                            style=[entry.image_size.map(|(width, height)| format!("--size:{width}/{height}"))];
                    }
                    (entry.title)
                } }
                p .meta {
                    @if let Some(section) = section.filter(|_| has_sections) {
                        span { bdi { (self.section(section)) } }
                    }
                    @if !entry.authors.is_empty() { span { bdi { (entry.authors.join(", ")) } } }
                    span { (time(entry.published)) }
                    @if page.is_some() {
                        span { a href=(entry.link) lang="en" { "Original" } }
                    }
                }
                @if !entry.summary.is_empty() { p .sum { (entry.summary) } }
                @if let Some(audio) = &entry.audio {
                    audio controls preload="none" src=(relative(audio, base)) aria-label=(entry.title) {}
                }
            }
        }
    }

    /// Returns the classes by which an entry is filtered.
    fn classes(&self, entry: &Latest) -> Option<String> {
        let keys_by = |by| values(entry, by).map(move |value| (by, value.to_lowercase()));
        let keys: Vec<(By, String)> =
            [By::Section, By::Tag, By::Author].into_iter().flat_map(keys_by).collect();
        let is_of = |choice: &Choice<'_>| keys.iter().any(|(by, key)| *by == choice.by && *key == choice.key);
        let numbered = self.choices.iter().enumerate().filter(|(_, choice)| is_of(choice));
        let classes: Vec<String> = numbered.map(|(index, _)| format!("f{}", index + 1)).collect();
        Some(classes.join(" ")).filter(|classes| !classes.is_empty())
    }
}

/// Returns the values of a property of an entry.
fn values(entry: &Latest, by: By) -> impl Iterator<Item = &str> {
    let all = match by {
        By::Section => &entry.sections,
        By::Tag => &entry.tags,
        By::Author => &entry.authors,
    };
    all.iter().map(String::as_str)
}
