//! The newest entries, once each, and the choices by which visitors filter them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::direction::direction;
use super::{Date, View, encode, relative, topic};
use crate::model::{Latest, Listing};

/// Maximum number of tags and of authors among the choices.
const MAX_CHOICES: usize = 12;

/// Property of entries by which they are filtered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
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
    /// Feeds of the sections of the entries, by folder.
    sections: BTreeMap<&'a str, &'a Listing>,
    choices: Vec<Choice<'a>>,
}

impl<'a> River<'a> {
    /// Returns the entries of `feed` for its page.
    pub(super) fn new(feed: &'a Listing, view: &'a View<'a>) -> Self {
        let named: BTreeSet<&str> =
            feed.latest.iter().flat_map(|entry| &entry.sections).map(String::as_str).collect();
        let all = view.site.feeds.iter().map(|feed| (feed.folder.as_str(), feed));
        let sections = all.filter(|(folder, _)| named.contains(folder)).collect();
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

    /// Returns the entries and the filters, for the template.
    pub(super) fn values(&self) -> (Vec<Row<'a>>, Vec<Filter<'a>>) {
        let filter = |(index, choice): (usize, &Choice<'a>)| Filter {
            id: id(index),
            by: choice.by,
            label: choice.label,
        };
        let filters = self.choices.iter().enumerate().map(filter);
        (self.feed.latest.iter().map(|entry| self.row(entry)).collect(), filters.collect())
    }

    fn row(&self, entry: &'a Latest) -> Row<'a> {
        let base = self.feed.base.as_ref();
        let section = entry.sections.first();
        let has_sections = self.choices.iter().any(|choice| choice.by == By::Section);
        let of_section = section.and_then(|section| self.sections.get(section.as_str()));
        let own = entry.language.as_deref().or(of_section.and_then(|feed| feed.language.as_deref()));
        let language = own.filter(|own| Some(*own) != self.view.language());
        let size = entry.image_size;
        Row {
            title: &entry.title,
            link: &entry.link,
            page: entry.page.as_ref().map(|page| self.view.up() + &encode(page)),
            published: entry.published.into(),
            summary: &entry.summary,
            authors: &entry.authors,
            section: section.filter(|_| has_sections).map(|section| self.section(section)),
            tags: &entry.tags,
            language,
            direction: direction(own.or(self.view.language())),
            image: entry.image.as_ref().map(|image| RowImage {
                src: relative(image, base),
                width: size.map(|(width, _)| width),
                height: size.map(|(_, height)| height),
            }),
            audio: entry.audio.as_ref().map(|audio| relative(audio, base)),
            filters: self.filters_of(entry),
        }
    }

    /// Returns the ids of the filters that show an entry.
    fn filters_of(&self, entry: &Latest) -> Vec<String> {
        let keys_by = |by| values(entry, by).map(move |value| (by, value.to_lowercase()));
        let keys: Vec<(By, String)> =
            [By::Section, By::Tag, By::Author].into_iter().flat_map(keys_by).collect();
        let is_of = |choice: &Choice<'_>| keys.iter().any(|(by, key)| *by == choice.by && *key == choice.key);
        let numbered = self.choices.iter().enumerate().filter(|(_, choice)| is_of(choice));
        numbered.map(|(index, _)| id(index)).collect()
    }
}

/// An entry, as the template sees it.
#[derive(Serialize)]
pub(super) struct Row<'a> {
    title: &'a str,
    link: &'a str,
    page: Option<String>,
    published: Date,
    summary: &'a str,
    authors: &'a [String],
    section: Option<&'a str>,
    tags: &'a [String],
    language: Option<&'a str>,
    direction: &'static str,
    image: Option<RowImage<'a>>,
    audio: Option<&'a str>,
    filters: Vec<String>,
}

/// The lead image of an entry.
#[derive(Serialize)]
struct RowImage<'a> {
    src: &'a str,
    width: Option<u32>,
    height: Option<u32>,
}

/// A choice, as the template sees it.
#[derive(Serialize)]
pub(super) struct Filter<'a> {
    id: String,
    by: By,
    label: &'a str,
}

/// Returns the id of a filter, which is also the class of its entries.
fn id(index: usize) -> String {
    format!("f{}", index + 1)
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
